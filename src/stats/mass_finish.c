/*
 * mass_finish.c - running a final function over all elements; see mass_finish.h.
 *
 * Each block is finished while it is in the cache.  What the common streams give for elements set apart is
 * overwritten by what their own gave; only then is counted what has no answer.
 */
#include "stats/mass_finish.h"

#include "stats/distribution.h"
#include "stats/mass_apart.h"

#include <math.h>

void
psy_mass_load_counts(const psy_mass *state, size_t group, size_t first, size_t size, double *n)
{
	psy_mass_streams of = psy_mass_group_streams(state, group);
	double rows = psy_mass_group(state, group)[0];

	for (size_t k = 0; k < size; k++)
		n[k] = of.count != NULL ? of.count[first + k] : rows;
}

/* The arrays of a result from element first on. */
static psy_mass_result
result_from(const psy_mass_result *out, size_t first)
{
	return (psy_mass_result){out->n + first,         out->estimate + first,   out->se + first,
							 out->statistic + first, out->df + first,         out->p + first,
							 out->log_p + first,     out->effect_size + first};
}

static void
f_tails(const psy_mass_result *to, size_t f_rows, size_t size)
{
	for (size_t k = 0; k < size; k++)
	{
		bool tested = !isnan(to->statistic[k]);

		to->p[k] = tested ? psy_f_p(to->statistic[k], (double) f_rows, to->df[k], PSY_UPPER) : NAN;
		to->log_p[k] = tested ? psy_f_log_p(to->statistic[k], (double) f_rows, to->df[k], PSY_UPPER) : NAN;
	}
}

static size_t
finish_block(const psy_mass *state, size_t first, size_t size, psy_mass_finisher finish, const void *how,
			 size_t f_rows, const psy_mass_result *to)
{
	size_t column = finish(state, first, size, how, to);

	if (f_rows > 0)
		f_tails(to, f_rows, size);
	else
		psy_two_sided_p_many(to->statistic, to->df, 0, size, to->p, to->log_p);
	return column;
}

static void
scatter(const psy_mass_result *from, const uint64_t *index, size_t size, const psy_mass_result *out)
{
	for (size_t e = 0; e < size; e++)
	{
		size_t k = index[e];

		out->n[k] = from->n[e];
		out->estimate[k] = from->estimate[e];
		out->se[k] = from->se[e];
		out->statistic[k] = from->statistic[e];
		out->df[k] = from->df[e];
		out->p[k] = from->p[e];
		out->log_p[k] = from->log_p[e];
		out->effect_size[k] = from->effect_size[e];
	}
}

static size_t
finish_apart(const psy_mass *state, psy_mass_finisher finish, const void *how, size_t f_rows,
			 const psy_mass_result *out)
{
	int32_t n[PSY_MASS_BLOCK];
	double value[7][PSY_MASS_BLOCK];
	psy_mass_result own = {n, value[0], value[1], value[2], value[3], value[4], value[5], value[6]};
	size_t column = 0;

	for (size_t first = 0; first < state->apart; first += PSY_MASS_BLOCK)
	{
		size_t size = state->apart - first < PSY_MASS_BLOCK ? state->apart - first : PSY_MASS_BLOCK;
		size_t found = finish_block(psy_mass_apart_state(state), first, size, finish, how, f_rows, &own);

		column = column == 0 ? found : column;
		scatter(&own, psy_mass_apart_index(state) + first, size, out);
	}
	return column;
}

static void
count_elements(const psy_mass *state, const psy_mass_result *out, psy_mass_tally *tally)
{
	double rows = psy_mass_group(state, 0)[0] + (state->groups == 2 ? psy_mass_group(state, 1)[0] : 0);

	for (size_t k = 0; k < state->elements; k++)
	{
		bool enough = !isnan(out->df[k]);

		tally->incomplete += out->n[k] < rows;
		tally->too_few += !enough;
		tally->no_spread += enough && out->se[k] == 0;
		tally->deficient += enough && isnan(out->se[k]) && isnan(out->statistic[k]);
	}
}

void
psy_mass_finish(const psy_mass *state, psy_mass_finisher finish, const void *how, size_t f_rows,
				const psy_mass_result *out, psy_mass_tally *tally)
{
	size_t apart;

	*tally = (psy_mass_tally){0};
	for (size_t first = 0; first < state->elements; first += PSY_MASS_BLOCK)
	{
		size_t size = state->elements - first < PSY_MASS_BLOCK ? state->elements - first : PSY_MASS_BLOCK;
		psy_mass_result to = result_from(out, first);
		size_t found = finish_block(state, first, size, finish, how, f_rows, &to);

		tally->column = tally->column == 0 ? found : tally->column;
	}
	apart = finish_apart(state, finish, how, f_rows, out);
	tally->column = tally->column == 0 ? apart : tally->column;
	count_elements(state, out, tally);
}
