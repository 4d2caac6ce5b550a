/*
 * network.c - meta_network: from the state's names to the library's numbers, and its result as one composite
 * value that holds the league table, the ranking and the split of evidence as arrays of rows.
 */
#include "network.h"

#include "row.h"
#include "stats/distribution.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(meta_network_finish);
PG_FUNCTION_INFO_V1(meta_network_final);

/* ---- names ----------------------------------------------------------------------------------- */

static int
compare_strings(const void *left, const void *right)
{
	return strcmp(*(const char *const *) left, *(const char *const *) right);
}

/* Sorts name[count] and drops repetitions; gives how many are left. */
static Size
unique_names(const char **name, Size count)
{
	Size kept = 0;

	qsort(name, count, sizeof *name, compare_strings);
	for (Size i = 0; i < count; i++)
		if (kept == 0 || strcmp(name[kept - 1], name[i]) != 0)
			name[kept++] = name[i];
	return kept;
}

static Size
place_of(const char *key, const char *const *name, Size count)
{
	return (const char *const *) bsearch(&key, name, count, sizeof *name, compare_strings) - name;
}

/* The state's comparisons with numbers in place of names. */
static psy_network_data
read_network(const network_state *state)
{
	const network_entry **list = network_sorted(state);
	Size rows = state->rows;
	psy_network_row *row = palloc(sizeof(*row) * Max(rows, 1));
	const char **study = palloc(sizeof(char *) * Max(rows, 1)),
			   **treatment = palloc(sizeof(char *) * Max(2 * rows, 1));
	const char **name = palloc(sizeof(char *) * NETWORK_NAMES * Max(rows, 1));
	psy_network_data data = {row, rows, study, 0, treatment, 0};

	for (Size i = 0; i < rows; i++)
	{
		for (int k = 0; k < NETWORK_NAMES; k++)
			name[NETWORK_NAMES * i + k] = pnstrdup(network_name(list[i], k), list[i]->length[k]);
		study[i] = name[NETWORK_NAMES * i];
		treatment[2 * i] = name[NETWORK_NAMES * i + NETWORK_TREAT1];
		treatment[2 * i + 1] = name[NETWORK_NAMES * i + NETWORK_TREAT2];
	}
	data.studies = unique_names(study, rows);
	data.treatments = unique_names(treatment, 2 * rows);
	for (Size i = 0; i < rows; i++)
	{
		const char **own = name + NETWORK_NAMES * i;

		row[i] = (psy_network_row){place_of(own[NETWORK_STUDY], study, data.studies),
								   place_of(own[NETWORK_TREAT1], treatment, data.treatments),
								   place_of(own[NETWORK_TREAT2], treatment, data.treatments), list[i]->yi,
								   list[i]->vi};
	}
	return data;
}

/* ---- rows within the result ------------------------------------------------------------------ */

static void
put_numbers(const double *number, int count, Datum *value, bool *null)
{
	for (int i = 0; i < count; i++)
		value[i] = metastat_number(number[i], &null[i]);
}

/* treat1, treat2, estimate, se, statistic, p, log_p, ci_lb, ci_ub: every ordered pair. */
static Datum
league(TupleDesc result, int column, const psy_network_data *d, const psy_network_result *r, double level)
{
	Size t = r->treatments;
	row_array a = row_array_new(result, column, t * t);
	double quantile = psy_normal_quantile((1 - level) / 2, PSY_UPPER);

	for (Size k = 0; k < t * t; k++)
	{
		double number[7] = {r->estimate[k], r->se[k], r->estimate[k] / r->se[k]};
		Datum value[9];
		bool null[9] = {false};

		if (k / t == k % t)
			continue;
		number[3] = psy_two_sided_p(number[2], INFINITY, &number[4]);
		number[5] = number[0] - quantile * number[1];
		number[6] = number[0] + quantile * number[1];
		value[0] = CStringGetTextDatum(d->treatment[k / t]);
		value[1] = CStringGetTextDatum(d->treatment[k % t]);
		put_numbers(number, 7, value + 2, null + 2);
		row_array_add(&a, value, null);
	}
	return row_array_finish(&a);
}

/* rank, treatment, p_score: the best first; equal scores in the order of names. */
static Datum
ranking(TupleDesc result, int column, const psy_network_data *d, const psy_network_result *r)
{
	row_array a = row_array_new(result, column, r->treatments);

	for (Size place = 0; place < r->treatments; place++)
		for (Size t = 0; t < r->treatments; t++)
		{
			Size before = 0;
			bool null[3] = {false};

			for (Size other = 0; other < r->treatments; other++)
				before +=
					r->p_score[other] > r->p_score[t] || (r->p_score[other] == r->p_score[t] && other < t);
			if (before == place)
				row_array_add(&a,
							(Datum[]){Int32GetDatum(place + 1), CStringGetTextDatum(d->treatment[t]),
									  Float8GetDatum(r->p_score[t])},
							null);
		}
	return row_array_finish(&a);
}

static Datum
splits(TupleDesc result, int column, const psy_network_data *d, const psy_network_result *r)
{
	row_array a = row_array_new(result, column, r->splits);

	for (Size i = 0; i < r->splits; i++)
	{
		const psy_network_split *s = &r->split[i];
		double number[9] = {s->share,      s->direct,        s->se_direct, s->indirect, s->se_indirect,
							s->difference, s->se_difference, s->statistic, s->p};
		Datum value[12] = {CStringGetTextDatum(d->treatment[s->treat1]),
						   CStringGetTextDatum(d->treatment[s->treat2]), Int32GetDatum(s->k)};
		bool null[12] = {false};

		put_numbers(number, 9, value + 3, null + 3);
		row_array_add(&a, value, null);
	}
	return row_array_finish(&a);
}

/* ---- result ---------------------------------------------------------------------------------- */

#define LEAD 7
#define NUMBERS 15
#define COLUMNS (LEAD + NUMBERS + 4)

static Datum
treatment_names(const psy_network_data *d)
{
	Datum *name = palloc(sizeof(Datum) * Max(d->treatments, 1));

	for (Size t = 0; t < d->treatments; t++)
		name[t] = CStringGetTextDatum(d->treatment[t]);
	return PointerGetDatum(construct_array(name, d->treatments, TEXTOID, -1, false, TYPALIGN_INT));
}

static Datum
result_datum(FunctionCallInfo fcinfo, const network_state *state, const psy_network_data *d,
			 const psy_network_result *r, const psy_network_options *o)
{
	TupleDesc desc = metastat_row_type(fcinfo);
	double number[NUMBERS] = {r->tau2,
							  r->i2,
							  r->q,
							  r->q_df,
							  r->q_p,
							  r->q_within,
							  r->q_within_df,
							  r->q_within_p,
							  r->q_between,
							  r->q_between_df,
							  r->q_between_p,
							  r->q_interaction,
							  r->q_interaction_p,
							  r->tau2_within,
							  r->loglik};
	Datum value[COLUMNS] = {Int32GetDatum(d->studies),
							Int32GetDatum(d->rows),
							Int32GetDatum(state->missing),
							Int32GetDatum(r->designs),
							CStringGetTextDatum(psy_meta_method_name(o->method)),
							Float8GetDatum(o->level),
							treatment_names(d)};
	bool null[COLUMNS] = {false};
	int at = LEAD;

	put_numbers(number, NUMBERS, value + at, null + at);
	at += NUMBERS;
	if (d->rows > 0 && !isnan(r->q))
	{
		value[at] = league(desc, at, d, r, o->level);
		value[at + 1] = ranking(desc, at + 1, d, r);
		value[at + 2] = splits(desc, at + 2, d, r);
	}
	else
		memset(null + at, true, 3);
	null[COLUMNS - 1] = r->note[0] == '\0';
	if (!null[COLUMNS - 1])
		value[COLUMNS - 1] = CStringGetTextDatum(r->note);
	return HeapTupleGetDatum(heap_form_tuple(desc, value, null));
}

static Datum
fit_datum(FunctionCallInfo fcinfo, const network_state *state, const psy_network_options *o)
{
	psy_context ctx = psyrad_current_context();
	psy_network_data data = read_network(state);
	psy_network_result result;
	psy_error err;

	/* What the library allocates is the current context's and goes with it, after an error too. */
	PSYRAD_CHECK(psy_network_fit(&ctx, &data, o, &result, &err), &err);
	if (data.rows == 0)
		strlcpy(result.note, "no row has study, both treatments, yi and vi", sizeof result.note);
	return result_datum(fcinfo, state, &data, &result, o);
}

static bool
small_is_good(FunctionCallInfo fcinfo, int argument)
{
	char *name = metastat_option(fcinfo, argument, "small_values");

	if (pg_strcasecmp(name, "desirable") == 0)
		return true;
	if (pg_strcasecmp(name, "undesirable") == 0)
		return false;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("small_values must be desirable or undesirable, not \"%s\"", name)));
}

Datum
meta_network_finish(PG_FUNCTION_ARGS)
{
	const network_state *state = (const network_state *) psyrad_state_arg(fcinfo, 0, &network_state_type);
	psy_network_options options = {state->has_request ? (psy_meta_method) state->method : PSY_META_REML, 0.95,
								   true};

	return fit_datum(fcinfo, state, &options);
}

Datum
meta_network_final(PG_FUNCTION_ARGS)
{
	psy_network_options options;
	psy_error err;

	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 1, "method"), &options.method, &err), &err);
	options.level = metastat_level(fcinfo, 2);
	options.small_is_good = small_is_good(fcinfo, 3);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return fit_datum(fcinfo, (const network_state *) psyrad_state_arg(fcinfo, 0, &network_state_type),
					 &options);
}
