/*
 * outcomes.c - multivariate models in SQL: final functions over psyrad.meta_multivariate_state.
 */
#include "outcomes.h"

#include "row.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(meta_multivariate_finish);
PG_FUNCTION_INFO_V1(meta_multivariate_final);
PG_FUNCTION_INFO_V1(meta_multivariate_robust);

/* ---- outcomes -------------------------------------------------------------------------------- */

/* The outcomes of a state in their order: as numbers where all of them are, else as bytes. */
typedef struct outcome_list
{
	int count;
	bool numeric;
	const char *name[PSY_STRUCTURE_LEVELS];
	double time[PSY_STRUCTURE_LEVELS];
} outcome_list;

static int
compare_names(const void *left, const void *right, void *arg)
{
	const outcome_list *list = arg;
	const char *a = *(const char *const *) left, *b = *(const char *const *) right;

	if (list->numeric && strtod(a, NULL) != strtod(b, NULL))
		return strtod(a, NULL) < strtod(b, NULL) ? -1 : 1;
	return memcmp(a, b, OUTCOME_BYTES);
}

static bool
is_number(const char *name)
{
	char *end;
	double value = strtod(name, &end);

	return end != name && *end == '\0' && isfinite(value);
}

static int
place_of(const outcome_list *list, const char *name)
{
	for (int i = 0; i < list->count; i++)
		if (memcmp(list->name[i], name, OUTCOME_BYTES) == 0)
			return i;
	return -1;
}

static void
find_outcomes(const meta_outcomes_state *state, outcome_list *list)
{
	*list = (outcome_list){.numeric = true};
	for (int64 i = 0; i < state->k; i++)
	{
		const char *name = (const char *) (state->value + i * meta_outcomes_stride(state) + meta_outcomes_name(state));

		if (place_of(list, name) != -1)
			continue;
		if (list->count == PSY_STRUCTURE_LEVELS)
			ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("more than %d outcomes", PSY_STRUCTURE_LEVELS),
							errhint("Treat them as effects within studies: meta_multilevel.")));
		list->numeric = list->numeric && is_number(name);
		list->name[list->count++] = name;
	}
	qsort_arg(list->name, list->count, sizeof *list->name, compare_names, list);
	for (int i = 0; i < list->count; i++)
		list->time[i] = list->numeric ? strtod(list->name[i], NULL) : i;
}

static Datum
names_array(const outcome_list *list)
{
	Datum name[PSY_STRUCTURE_LEVELS];

	for (int i = 0; i < list->count; i++)
		name[i] = CStringGetTextDatum(list->name[i]);
	return PointerGetDatum(construct_array(name, list->count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* ---- from the state to the library's rows ---------------------------------------------------- */

static psy_outcome_rows
library_rows(const meta_outcomes_state *state, const outcome_list *list)
{
	size_t columns = (size_t) Max(state->columns, 0), stride = 2 + columns + 4, levels = (size_t) Max(list->count, 1);
	double *to = palloc_extended(Max(1, state->k * stride * sizeof *to), MCXT_ALLOC_HUGE), *row = to;
	double *v = state->width > 0 ? palloc_extended(Max(1, state->k * levels * sizeof *v), MCXT_ALLOC_HUGE) : NULL;

	for (int64 i = 0; i < state->k; i++, row += stride)
	{
		const double *from = state->value + i * meta_outcomes_stride(state);

		memcpy(row, from, (2 + columns + 2) * sizeof *row);
		row[4 + columns] = place_of(list, (const char *) (from + meta_outcomes_name(state)));
		row[5 + columns] = 0;
		if (v != NULL)
			memcpy(v + i * levels, from + meta_outcomes_v(state), levels * sizeof *v);
	}
	return (psy_outcome_rows){{to, (size_t) state->k, columns, stride}, levels, v, list->time};
}

static psy_outcome_rows
checked_rows(const meta_outcomes_state *state, outcome_list *list, psy_structure_kind structure)
{
	find_outcomes(state, list);
	if (state->width > 0 && state->k > 0 && state->width != list->count)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("v has %d elements, but there are %d outcomes", state->width, list->count),
						errhint("Element j of v is the covariance with the study's j-th outcome, outcomes in order.")));
	if (structure == PSY_STRUCTURE_CAR && !list->numeric)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("structure CAR needs outcomes that are numbers, such as weeks, but one is \"%s\"", list->name[0])));
	return library_rows(state, list);
}

/* ---- results --------------------------------------------------------------------------------- */

static Datum
multivariate_datum(FunctionCallInfo fcinfo, const meta_outcomes_state *state, const psy_multivariate_options *o)
{
	psy_context ctx = psyrad_current_context();
	row_columns c = {.arrays = true};
	outcome_list list;
	psy_multivariate r;
	psy_error err;

	PSYRAD_CHECK(psy_multivariate_fit(&ctx, checked_rows(state, &list, o->structure), o, &r, &err), &err);
	c.full = (int) r.full;
	row_put(&c, Int32GetDatum((int32) state->k));
	row_put(&c, Int32GetDatum((int32) state->missing));
	row_put(&c, Int32GetDatum((int32) r.studies));
	row_put(&c, names_array(&list));
	row_put(&c, CStringGetTextDatum(psy_structure_name(o->structure)));
	row_put(&c, CStringGetTextDatum(psy_meta_method_name(o->method)));
	row_put(&c, CStringGetTextDatum(psy_meta_test_name(o->test)));
	row_number(&c, o->level);
	row_number(&c, state->width > 0 ? NAN : o->rho);
	row_put(&c, CStringGetTextDatum(psy_multivariate_means_name(o->means)));
	row_coefficients(&c, r.beta);
	row_coefficients(&c, r.se);
	row_coefficients(&c, r.statistic);
	row_number(&c, isinf(r.df) ? NAN : r.df);
	row_coefficients(&c, r.p_value);
	row_coefficients(&c, r.ci_lb);
	row_coefficients(&c, r.ci_ub);
	row_number(&c, r.qm);
	row_number(&c, r.qm_df);
	row_number(&c, r.qm_p);
	row_number(&c, r.qe);
	row_number(&c, isnan(r.qe) ? NAN : (double) (r.k - r.p));
	row_number(&c, r.qe_p);
	row_put(&c, meta_regression_array(r.tau2, (int) r.variances, 0));
	row_put(&c, meta_regression_array(r.rho, (int) r.correlations, 0));
	row_put(&c, meta_regression_array(r.g, (int) (r.levels * r.levels), (int) r.levels));
	row_number(&c, r.loglik);
	row_number(&c, r.aic);
	row_number(&c, r.bic);
	row_number(&c, r.aicc);
	row_put(&c, meta_regression_array(r.vcov, c.full * c.full, c.full));
	row_note(&c, r.note);
	return row_finish(fcinfo, &c);
}

static const meta_outcomes_state *
state_argument(FunctionCallInfo fcinfo)
{
	return (const meta_outcomes_state *) psyrad_state_arg(fcinfo, 0, &meta_outcomes_state_type);
}

Datum
meta_multivariate_finish(PG_FUNCTION_ARGS)
{
	const meta_outcomes_state *state = state_argument(fcinfo);
	psy_multivariate_options o = {PSY_STRUCTURE_UN, PSY_META_REML, PSY_META_Z, 0.95, 0, PSY_MEANS_OUTCOME};

	if (state->request == 1)
	{
		o.structure = (psy_structure_kind) state->structure;
		o.method = (psy_meta_method) state->method;
	}
	return multivariate_datum(fcinfo, state, &o);
}

static void
name_options(FunctionCallInfo fcinfo, int structure, int method, int means, psy_multivariate_options *o)
{
	psy_error err;

	PSYRAD_CHECK(psy_structure_parse(metastat_option(fcinfo, structure, "structure"), &o->structure, &err), &err);
	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, method, "method"), &o->method, &err), &err);
	PSYRAD_CHECK(psy_multivariate_means_parse(metastat_option(fcinfo, means, "means"), &o->means, &err), &err);
}

/* (state, structure, method, test, level, sampling_rho, means) */
Datum
meta_multivariate_final(PG_FUNCTION_ARGS)
{
	psy_multivariate_options o;
	psy_error err;

	name_options(fcinfo, 1, 2, 6, &o);
	PSYRAD_CHECK(psy_meta_test_parse(metastat_option(fcinfo, 3, "test"), &o.test, &err), &err);
	o.level = metastat_double(fcinfo, 4, "level");
	o.rho = metastat_double(fcinfo, 5, "sampling_rho");
	PSYRAD_CHECK(psy_multivariate_check(&o, &err), &err);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return multivariate_datum(fcinfo, state_argument(fcinfo), &o);
}

/* (state, type, structure, method, sampling_rho, means, test, level, contrasts) */
Datum
meta_multivariate_robust(PG_FUNCTION_ARGS)
{
	psy_multivariate_options o = {.test = PSY_META_Z};
	psy_robust_options robust = {.model = PSY_ROBUST_MULTILEVEL};
	psy_context ctx = psyrad_current_context();
	const meta_outcomes_state *state;
	outcome_list list;
	psy_outcome_rows rows;
	psy_robust r;
	psy_error err;

	PSYRAD_CHECK(psy_robust_type_parse(metastat_option(fcinfo, 1, "type"), &robust.type, &err), &err);
	name_options(fcinfo, 2, 3, 5, &o);
	o.rho = metastat_double(fcinfo, 4, "sampling_rho");
	robust.satterthwaite = meta_robust_satterthwaite(fcinfo, 6);
	o.level = robust.level = metastat_double(fcinfo, 7, "level");
	robust.method = o.method;
	PSYRAD_CHECK(psy_multivariate_check(&o, &err), &err);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = state_argument(fcinfo);
	rows = checked_rows(state, &list, o.structure);
	meta_robust_contrasts(fcinfo, 8,
						  Max(state->columns, 0) + (o.means == PSY_MEANS_OUTCOME ? (int) rows.levels : o.means == PSY_MEANS_COMMON), &robust);
	PSYRAD_CHECK(psy_multivariate_robust(&ctx, rows, &o, &robust, &r, &err), &err);
	return meta_robust_datum(fcinfo, &r, &robust, psprintf("multivariate %s", psy_structure_name(o.structure)), state->k,
							 state->missing, true);
}
