/*
 * regression.c - meta-regression in SQL: the aggregate, its final function, predictions, variance inflation
 * and permutation tests.
 */
#include "regression.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "stats/distribution.h"
#include "stats/linalg.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(meta_regression_accumulate);
PG_FUNCTION_INFO_V1(meta_regression_finish);
PG_FUNCTION_INFO_V1(meta_regression_final);
PG_FUNCTION_INFO_V1(meta_regression_permute);
PG_FUNCTION_INFO_V1(meta_predict);
PG_FUNCTION_INFO_V1(meta_vif);

#define RESULT_COLUMNS 29
#define MOST_PERMUTATIONS 10000000

/* ---- options --------------------------------------------------------------------------------- */

psy_meta_options
meta_regression_options(FunctionCallInfo fcinfo, int first)
{
	psy_meta_options options = meta_default_options();
	psy_error err;

	if (PG_NARGS() > first)
		PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, first, "method"), &options.method, &err),
					 &err);
	if (PG_NARGS() > first + 1)
		PSYRAD_CHECK(psy_meta_test_parse(metastat_option(fcinfo, first + 1, "test"), &options.test, &err),
					 &err);
	if (PG_NARGS() > first + 2)
		options.level = metastat_level(fcinfo, first + 2);
	return options;
}

bool
meta_regression_flag(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
	return PG_GETARG_BOOL(argument);
}

/* (state, yi, vi, x [, method [, test [, level]]]) */
Datum
meta_regression_accumulate(PG_FUNCTION_ARGS)
{
	meta_regression_state *state =
		(meta_regression_state *) psyrad_transition_state(fcinfo, "meta_regression_accumulate");
	bool is_new = state == NULL;
	psy_meta_options options = meta_regression_options(fcinfo, 4);

	state = meta_regression_add(fcinfo, state, 3, 0, 0);
	meta_regression_request(state, is_new, REQUEST_REGRESSION, (uint8) options.method, (uint8) options.test,
							options.level);
	PG_RETURN_POINTER(state);
}

/* ---- results --------------------------------------------------------------------------------- */

Datum
meta_regression_array(const double *value, int length, int rows)
{
	Datum *element = palloc(Max(length, 1) * sizeof *element);
	bool *null = palloc(Max(length, 1) * sizeof *null);
	int dims[2] = {rows > 0 ? rows : length, rows > 0 ? length / rows : 1}, lower[2] = {1, 1};

	if (length == 0)
		return PointerGetDatum(construct_empty_array(FLOAT8OID));
	for (int i = 0; i < length; i++)
		element[i] = metastat_number(value[i], &null[i]);
	return PointerGetDatum(construct_md_array(element, null, rows > 0 ? 2 : 1, dims, lower, FLOAT8OID,
											  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

Datum
meta_regression_note(const char *note, bool *null)
{
	*null = note[0] == '\0';
	return *null ? (Datum) 0 : CStringGetTextDatum(note);
}

/* The columns of psyrad.meta_regression_result, in its order. */
static Datum
result_datum(FunctionCallInfo fcinfo, const psy_meta_regression *r, const meta_regression_state *state,
			 const psy_meta_options *o)
{
	const double *array[] = {r->beta, r->se, r->statistic}, *array2[] = {r->p_value, r->ci_lb, r->ci_ub};
	double number[] = {r->qm, r->qm_df, r->qm_p, r->qe,    (double) r->k - (double) r->p, r->qe_p, r->tau2,
					   r->se_tau2, r->tau2_lb, r->tau2_ub, r->i2, r->h2, r->r2, r->loglik};
	Datum value[RESULT_COLUMNS];
	bool null[RESULT_COLUMNS] = {0};
	int at = 0, full = (int) r->full;

	if (isnan(r->qe))
		number[4] = NAN;
	value[at++] = Int32GetDatum((int32) state->k);
	value[at++] = Int32GetDatum((int32) state->missing);
	value[at++] = CStringGetTextDatum(psy_meta_method_name(o->method));
	value[at++] = CStringGetTextDatum(psy_meta_test_name(o->test));
	value[at++] = Float8GetDatum(o->level);
	value[at++] = BoolGetDatum(r->intercept);
	for (int i = 0; i < 3; i++)
		value[at++] = meta_regression_array(array[i], full, 0);
	value[at] = metastat_number(isinf(r->df) ? NAN : r->df, &null[at]);
	at++;
	for (int i = 0; i < 3; i++)
		value[at++] = meta_regression_array(array2[i], full, 0);
	for (int i = 0; i < lengthof(number); i++, at++)
		value[at] = metastat_number(number[i], &null[at]);
	value[at++] = meta_regression_array(r->vcov, full * full, full);
	value[at] = meta_regression_note(r->note, &null[at]);
	at++;
	Assert(at == RESULT_COLUMNS);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
}

static Datum
fit_datum(FunctionCallInfo fcinfo, const meta_regression_state *state, bool intercept,
		  const psy_meta_options *o)
{
	psy_context ctx = psyrad_current_context();
	psy_meta_regression result;
	psy_error err;

	PSYRAD_CHECK(psy_meta_regress(&ctx, meta_regression_rows(state), intercept, o, &result, &err), &err);
	return result_datum(fcinfo, &result, state, o);
}

Datum
meta_regression_finish(PG_FUNCTION_ARGS)
{
	const meta_regression_state *state =
		(const meta_regression_state *) psyrad_state_arg(fcinfo, 0, &meta_regression_state_type);
	psy_meta_options options = meta_default_options();

	if (state->request == REQUEST_REGRESSION)
	{
		options.method = (psy_meta_method) state->method;
		options.test = (psy_meta_test) state->test;
		options.level = state->level;
	}
	return fit_datum(fcinfo, state, true, &options);
}

/* (state, method, test, level, intercept, tau2_ci) */
Datum
meta_regression_final(PG_FUNCTION_ARGS)
{
	psy_meta_options options = meta_regression_options(fcinfo, 1);
	bool intercept = meta_regression_flag(fcinfo, 4, "intercept");
	psy_error err;

	PSYRAD_CHECK(psy_meta_tau2_ci_parse(metastat_option(fcinfo, 5, "tau2_ci"), &options.tau2_ci, &err), &err);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return fit_datum(fcinfo,
					 (const meta_regression_state *) psyrad_state_arg(fcinfo, 0, &meta_regression_state_type),
					 intercept, &options);
}

/* ---- permutations ---------------------------------------------------------------------------- */

/* (state, permutations, seed, method, test, intercept) */
Datum
meta_regression_permute(PG_FUNCTION_ARGS)
{
	psy_meta_options options;
	bool intercept = meta_regression_flag(fcinfo, 5, "intercept"), null[5] = {0};
	const meta_regression_state *state;
	psy_context ctx = psyrad_current_context();
	psy_meta_permutation result;
	psy_error err;
	Datum value[5];
	double *p;

	options = meta_default_options();
	PSYRAD_CHECK(psy_meta_method_parse(metastat_option(fcinfo, 3, "method"), &options.method, &err), &err);
	PSYRAD_CHECK(psy_meta_test_parse(metastat_option(fcinfo, 4, "test"), &options.test, &err), &err);
	if (PG_ARGISNULL(1) || PG_GETARG_INT32(1) < 1 || PG_GETARG_INT32(1) > MOST_PERMUTATIONS ||
		PG_ARGISNULL(2))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("permutations must lie between 1 and %d, and seed must not be NULL",
							   MOST_PERMUTATIONS)));
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const meta_regression_state *) psyrad_state_arg(fcinfo, 0, &meta_regression_state_type);
	p = palloc((Max(state->columns, 0) + 1) * sizeof *p);
	PSYRAD_CHECK(psy_meta_permute(&ctx, meta_regression_rows(state), intercept, &options, PG_GETARG_INT32(1),
								  (uint64) PG_GETARG_INT64(2), p, &result, &err),
				 &err);
	value[0] = meta_regression_array(p, Max(state->columns, 0) + (intercept ? 1 : 0), 0);
	value[1] = metastat_number(result.qm_p, &null[1]);
	value[2] = metastat_number(result.arrangements, &null[2]);
	value[3] = BoolGetDatum(result.exact);
	value[4] = meta_regression_note(result.note, &null[4]);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
}

/* ---- what follows from a result -------------------------------------------------------------- */

/* Column of a result; NULL gives NaN, and an array with length 0. */
static double
number_column(HeapTupleHeader row, const char *name)
{
	bool null;
	Datum value = GetAttributeByName(row, name, &null);

	return null ? NAN : DatumGetFloat8(value);
}

static psyrad_array
array_column(HeapTupleHeader row, const char *name)
{
	bool null;
	Datum value = GetAttributeByName(row, name, &null);

	return null ? (psyrad_array){0} : psyrad_double_array(value, 2, name);
}

/* beta and vcov of a result, checked against each other: a composite can be written by anybody. */
static psyrad_array
coefficients(HeapTupleHeader row, psyrad_array *vcov)
{
	psyrad_array beta = array_column(row, "beta");

	*vcov = array_column(row, "vcov");
	if (vcov->length != beta.length * beta.length)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("the result has %d coefficients and a covariance of %d elements", beta.length,
							   vcov->length)));
	return beta;
}

/* Quadratic form over kept coefficients; NaN ones were left out of the model. */
static double
prediction(const double *x, psyrad_array beta, psyrad_array vcov, double *variance)
{
	double sum = 0;

	*variance = 0;
	for (int i = 0; i < beta.length; i++)
	{
		if (isnan(beta.value[i]))
			continue;
		sum += x[i] * beta.value[i];
		for (int j = 0; j < beta.length; j++)
			if (!isnan(beta.value[j]))
				*variance += x[i] * x[j] * vcov.value[i * beta.length + j];
	}
	return sum;
}

/* (result, x, level) -> pred, se, ci_lb, ci_ub, pi_lb, pi_ub */
Datum
meta_predict(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	psyrad_array given = psyrad_double_array(PG_GETARG_DATUM(1), 1, "x"), vcov,
				 beta = coefficients(row, &vcov);
	bool no_intercept,
		intercept = DatumGetBool(GetAttributeByName(row, "intercept", &no_intercept)) && !no_intercept;
	double level = PG_ARGISNULL(2) ? number_column(row, "level") : PG_GETARG_FLOAT8(2),
		   df = number_column(row, "df");
	double *x = palloc((beta.length + 1) * sizeof *x), variance, out[6], critical;
	Datum value[6];
	bool null[6];

	if (given.length + (intercept ? 1 : 0) != beta.length)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("x has %d elements, but the model has %d moderators", given.length,
							   beta.length - (intercept ? 1 : 0))));
	(void) metastat_check_level(level);
	x[0] = 1;
	if (given.length > 0)
		memcpy(x + (intercept ? 1 : 0), given.value, given.length * sizeof *x);
	critical = psy_t_quantile((1 - level) / 2, isnan(df) ? INFINITY : df, PSY_UPPER);
	out[0] = isnan(number_column(row, "qe")) ? NAN : prediction(x, beta, vcov, &variance);
	out[1] = isnan(out[0]) ? NAN : sqrt(fmax(variance, 0));
	out[2] = out[0] - critical * out[1];
	out[3] = out[0] + critical * out[1];
	out[4] = out[0] - critical * sqrt(out[1] * out[1] + number_column(row, "tau2"));
	out[5] = out[0] + critical * sqrt(out[1] * out[1] + number_column(row, "tau2"));
	for (int i = 0; i < 6; i++)
		value[i] = metastat_number(out[i], &null[i]);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
}

/* Inverse of the correlation matrix of the m coefficients in place[]: its diagonal into vif. */
static void
inflate(psyrad_array vcov, int full, const int *place, int m, double *vif)
{
	double *r = palloc((m * m + 1) * sizeof *r), *inverse = palloc((m * m + 1) * sizeof *inverse);

	for (int i = 0; i < m; i++)
		for (int j = 0; j < m; j++)
			r[i * m + j] = vcov.value[place[i] * full + place[j]] /
						   sqrt(vcov.value[place[i] * (full + 1)] * vcov.value[place[j] * (full + 1)]);
	if (!psy_cholesky(r, m))
		return;
	psy_cholesky_inverse(r, m, inverse);
	for (int i = 0; i < m; i++)
		vif[place[i]] = inverse[i * (m + 1)];
}

/* VIF of every coefficient, NULL for the intercept and for what was left out. */
Datum
meta_vif(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	psyrad_array vcov, beta = coefficients(row, &vcov);
	bool no_intercept,
		intercept = DatumGetBool(GetAttributeByName(row, "intercept", &no_intercept)) && !no_intercept;
	int *place = palloc((beta.length + 1) * sizeof *place), m = 0;
	double *vif = palloc((beta.length + 1) * sizeof *vif);

	for (int i = 0; i < beta.length; i++)
	{
		vif[i] = NAN;
		if (!isnan(beta.value[i]) && !(intercept && i == 0))
			place[m++] = i;
	}
	inflate(vcov, beta.length, place, m, vif);
	PG_RETURN_DATUM(meta_regression_array(vif, beta.length, 0));
}
