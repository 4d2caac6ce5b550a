/*
 * mass_final.c - t tests and summaries from the mass-univariate state, and the note; see mass_final.h.
 * Correlations are in mass_corr.c.
 */
#include "stats/mass_final.h"

#include "connectivity/connectome.h"
#include "core/lanes.h"
#include "stats/distribution.h"
#include "stats/mass_spread.h"
#include "stats/hedges.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define BLOCK 512

/* Counts of a block: each element's own, or the group's for all. */
static void
load_counts(const psy_mass_streams *of, double rows, size_t first, size_t size, double *n)
{
	for (size_t k = 0; k < size; k++)
		n[k] = of->count != NULL ? of->count[first + k] : rows;
}

/* ---- t tests ------------------------------------------------------------------------------------------- */

PSY_CLONES static void
one_sample(const double *n, const double *origin, const double *sum, const double *squares, size_t size,
		   double mu, const psy_mass_result *out)
{
	for (size_t k = 0; k < size; k++)
	{
		double mean = origin[k] + sum[k] / n[k];
		double sd = n[k] >= 2 ? sqrt(squares[k] / (n[k] - 1)) : NAN;
		double spread = squares[k] > psy_spread_noise(n[k], mean) ? sd : sd * 0;

		out->n[k] = psy_reported_count(n[k]);
		out->estimate[k] = n[k] > 0 ? mean : NAN;
		out->se[k] = spread / sqrt(n[k]);
		out->df[k] = n[k] >= 2 ? n[k] - 1 : NAN;
		out->effect_size[k] = spread > 0 ? (mean - mu) / spread : NAN;
		out->statistic[k] = spread > 0 ? (mean - mu) / out->se[k] : NAN;
	}
}

/* A block of one group's streams. */
typedef struct group_block
{
	const double *n;
	const double *origin;
	const double *sum;
	const double *squares;
} group_block;

PSY_CLONES static void
two_samples(group_block b0, group_block b1, size_t size, double mu, const psy_mass_result *out)
{
	for (size_t k = 0; k < size; k++)
	{
		double n0 = b0.n[k], n1 = b1.n[k];
		double mean0 = b0.sum[k] / n0, mean1 = b1.sum[k] / n1; /* above the origins */
		double difference = (b1.origin[k] - b0.origin[k]) + (mean1 - mean0);
		double df = n0 + n1 - 2;
		bool enough = n0 >= 1 && n1 >= 1 && df >= 1;
		double squares = b0.squares[k] + b1.squares[k];
		double noise =
			psy_spread_noise(n0, b0.origin[k] + mean0) + psy_spread_noise(n1, b1.origin[k] + mean1);
		double sd = enough ? sqrt(squares / df) : NAN;
		double spread = squares > noise ? sd : sd * 0;

		out->n[k] = psy_reported_count(n0 + n1);
		out->estimate[k] = n0 >= 1 && n1 >= 1 ? difference : NAN;
		out->se[k] = spread * sqrt(1 / n0 + 1 / n1);
		out->df[k] = enough ? df : NAN;
		out->effect_size[k] = spread > 0 ? (difference - mu) / spread : NAN;
		out->statistic[k] = spread > 0 ? (difference - mu) / out->se[k] : NAN;
	}
}

/* The arrays of a result from element first on. */
static psy_mass_result
result_from(const psy_mass_result *out, size_t first)
{
	return (psy_mass_result){out->n + first,         out->estimate + first,   out->se + first,
							 out->statistic + first, out->df + first,         out->p + first,
							 out->log_p + first,     out->effect_size + first};
}

/* n[BLOCK] holds the counts. */
static group_block
group_block_at(const psy_mass *state, size_t group, size_t first, size_t size, double *n)
{
	psy_mass_streams of = psy_mass_group_streams(state, group);

	load_counts(&of, psy_mass_group(state, group)[0], first, size, n);
	return (group_block){n, of.origin + first, of.sum + first, of.squares + first};
}

static void
ttest_block_at(const psy_mass *state, size_t first, size_t size, double mu, const psy_mass_result *to)
{
	double n0[BLOCK], n1[BLOCK];
	group_block b = group_block_at(state, 0, first, size, n0);

	if (state->groups == 2)
		two_samples(b, group_block_at(state, 1, first, size, n1), size, mu, to);
	else
		one_sample(b.n, b.origin, b.sum, b.squares, size, mu, to);
}

static double
total_rows(const psy_mass *state)
{
	return psy_mass_group(state, 0)[0] + (state->groups == 2 ? psy_mass_group(state, 1)[0] : 0);
}

static void
count_elements(const psy_mass_result *out, size_t size, double rows, psy_mass_tally *tally)
{
	for (size_t k = 0; k < size; k++)
	{
		tally->incomplete += out->n[k] < rows;
		tally->too_few += isnan(out->df[k]) != 0;
		tally->no_spread += out->se[k] == 0;
	}
}

static void
correct_effects(const psy_mass_result *out, size_t size)
{
	double df = NAN, correction = NAN;

	for (size_t k = 0; k < size; k++)
	{
		if (out->df[k] != df)
		{
			df = out->df[k];
			correction = psy_hedges_j(df);
		}
		out->effect_size[k] *= correction;
	}
}

void
psy_mass_ttest(const psy_mass *state, double mu, psy_mass_effect effect, const psy_mass_result *out,
			   psy_mass_tally *tally)
{
	double rows = total_rows(state);

	/* Each block is finished while it is in the cache. */
	*tally = (psy_mass_tally){0};
	for (size_t first = 0; first < state->elements; first += BLOCK)
	{
		size_t size = state->elements - first < BLOCK ? state->elements - first : BLOCK;
		psy_mass_result to = result_from(out, first);

		ttest_block_at(state, first, size, mu, &to);
		if (effect == PSY_MASS_EFFECT_G)
			correct_effects(&to, size);
		psy_two_sided_p_many(to.statistic, to.df, 0, size, to.p, to.log_p);
		count_elements(&to, size, rows, tally);
	}
}

/* ---- summary ------------------------------------------------------------------------------------------- */

void
psy_mass_summary(const psy_mass *state, const psy_mass_summary_result *out, psy_mass_tally *tally)
{
	psy_mass_streams of = psy_mass_group_streams(state, 0);
	double rows = psy_mass_group(state, 0)[0];

	*tally = (psy_mass_tally){0};
	for (size_t k = 0; k < state->elements; k++)
	{
		double n = of.count != NULL ? of.count[k] : rows;
		double mean = of.origin[k] + of.sum[k] / n;

		out->n[k] = psy_reported_count(n);
		out->mean[k] = n > 0 ? mean : NAN;
		out->sd[k] = n < 2                                       ? NAN
					 : of.squares[k] > psy_spread_noise(n, mean) ? sqrt(of.squares[k] / (n - 1))
																 : 0;
		out->smallest[k] = n > 0 ? of.smallest[k] : NAN;
		out->largest[k] = n > 0 ? of.largest[k] : NAN;
		tally->incomplete += n < rows;
	}
}

/* ---- words --------------------------------------------------------------------------------------------- */

const char *
psy_mass_method(const psy_mass *state)
{
	switch (state->statistic)
	{
		case PSY_MASS_TTEST: return "one-sample t";
		case PSY_MASS_TTEST_GROUPS: return "two-sample t, pooled variance, TRUE minus FALSE";
		case PSY_MASS_TTEST_PAIRED: return "paired t, post minus pre";
		case PSY_MASS_CORR: return "Pearson correlation with y";
		case PSY_MASS_PCORR: return "partial correlation with y given covariates";
		default: return "summary";
	}
}

typedef struct writer
{
	char *at;
	size_t left;
} writer;

__attribute__((format(printf, 2, 3))) static void
sentence(writer *w, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(w->at, w->left, format, args);
	va_end(args);
	if (length < 0 || (size_t) length >= w->left)
		length = w->left > 0 ? (int) w->left - 1 : 0;
	w->at += length;
	w->left -= (size_t) length;
}

static void
note_design(writer *w, const psy_mass *state, const psy_mass_tally *tally)
{
	if (tally->column == state->design)
		sentence(w, "y is constant or explained by the covariates in %zu of %llu elements; ",
				 tally->deficient, (unsigned long long) state->elements);
	else if (tally->deficient > 0)
		sentence(w, "covariate %zu is constant or explained by those before it in %zu of %llu elements; ",
				 tally->column, tally->deficient, (unsigned long long) state->elements);
}

static bool
tests_raw_correlations(const psy_mass *state)
{
	return state->statistic != PSY_MASS_SUMMARY &&
		   (state->source == PSY_CONN_R || state->source == PSY_CONN_PARTIAL);
}

void
psy_mass_note(const psy_mass *state, const psy_mass_tally *tally, char *note, size_t size)
{
	writer w = {note, size};
	unsigned long long m = state->elements;

	note[0] = '\0';
	if (m == 0)
		sentence(&w, "no complete row; ");
	if (state->skipped > 0)
		sentence(&w, "%lld row%s skipped: x, group, y or a covariate missing; ", (long long) state->skipped,
				 state->skipped == 1 ? "" : "s");
	if (tally->incomplete > 0)
		sentence(&w, "%zu of %llu elements have fewer values than rows; ", tally->incomplete, m);
	if (tally->too_few > 0)
		sentence(&w, "%zu of %llu elements have too few values; ", tally->too_few, m);
	if (tally->deficient > 0)
		note_design(&w, state, tally);
	if (tally->no_spread > 0)
		sentence(&w, "%zu of %llu elements have no spread%s; ", tally->no_spread, m,
				 state->design > 0 ? " or correlate perfectly" : "");
	if (tests_raw_correlations(state) && m > 0)
		sentence(&w, "kind %s tested untransformed, conn_fisher_z is the usual scale; ",
				 psy_conn_kind_name((psy_conn_kind) state->source));
	if (w.at > note + 1)
		w.at[-2] = '\0';
}
