/* metric_pairs.c - two numbers a case: DeLong's test of two scores, and the errors of a regression. */
#include "metric_buffer.h"
#include "metric_row.h"

#include "utils/memutils.h"

static metric_buffer *
sorted_copy(const metric_buffer *state)
{
	metric_buffer *sorted = metric_buffer_copy(state, state->positives + state->negatives);
	psy_pair *work =
		MemoryContextAllocHuge(CurrentMemoryContext, sizeof(psy_pair) * Max(sorted->capacity, 1));

	psy_sort_pairs((psy_pair *) sorted->value, sorted->positives, work);
	psy_sort_pairs((psy_pair *) metric_negatives(sorted), sorted->negatives, work);
	pfree(work);
	return sorted;
}

metric_pairs_sorted
metric_pairs_arg(FunctionCallInfo fcinfo, int argument)
{
	const metric_buffer *sorted =
		sorted_copy((const metric_buffer *) psyrad_state_arg(fcinfo, argument, &metric_pairs_type));

	return (metric_pairs_sorted){(const psy_pair *) sorted->value, sorted->positives,
								 (const psy_pair *) metric_negatives(sorted), sorted->negatives};
}

/* Final function of the states: equal cases give equal bytes. */
PG_FUNCTION_INFO_V1(metric_pairs_finish);
Datum
metric_pairs_finish(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(sorted_copy((const metric_buffer *) psyrad_state_arg(fcinfo, 0, &metric_pairs_type)));
}

static psy_delong
compare(const metric_pairs_sorted *p)
{
	double *work = MemoryContextAllocHuge(CurrentMemoryContext,
										  sizeof(double) * psy_delong_workspace(p->positives, p->negatives));

	return psy_delong_paired(p->positive, p->positives, p->negative, p->negatives, work);
}

/* (state [, level]) */
PG_FUNCTION_INFO_V1(metric_delong_final);
Datum
metric_delong_final(PG_FUNCTION_ARGS)
{
	metric_pairs_sorted p = metric_pairs_arg(fcinfo, 0);
	double level = PG_NARGS() > 1 ? PG_GETARG_FLOAT8(1) : 0.95, z = metric_z_of_level(level);
	metric_row row = metric_row_begin(fcinfo);
	psy_delong d = {NAN, NAN, NAN, NAN, NAN, NAN};
	const char *note = p.positives == 0 ? "no positive case" : p.negatives == 0 ? "no negative case" : NULL;

	if (note == NULL)
		d = compare(&p);
	if (note == NULL && isnan(d.se))
		note = "a class of one case has no variance: no test";
	else if (note == NULL && d.se == 0)
		note = "the two scores rank every case alike: their difference does not vary, and there is no test";
	metric_row_int8(&row, p.positives);
	metric_row_int8(&row, p.negatives);
	metric_row_float8(&row, d.auc_a);
	metric_row_float8(&row, d.auc_b);
	metric_row_float8(&row, d.difference);
	metric_row_float8(&row, d.se);
	metric_row_float8(&row, d.statistic);
	metric_row_float8(&row, d.p);
	metric_row_float8(&row, d.difference - z * d.se);
	metric_row_float8(&row, d.difference + z * d.se);
	metric_row_float8(&row, level);
	metric_row_text(&row, note);
	return metric_row_finish(&row);
}

metric_pairs_sorted
metric_errors_arg(FunctionCallInfo fcinfo, int argument)
{
	metric_pairs_sorted p = metric_pairs_arg(fcinfo, argument);

	if (p.negatives > 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the state holds scores by truth, not predictions beside what was observed"),
						errhint("Make it with metric_errors_state.")));
	return p;
}

static psy_errors
errors_of(FunctionCallInfo fcinfo)
{
	metric_pairs_sorted p = metric_errors_arg(fcinfo, 0);

	if (p.positives == 0)
		return (psy_errors){NAN, NAN, NAN};
	return psy_regression_errors(p.positive, NULL, p.positives);
}

static Datum
number(FunctionCallInfo fcinfo, double value)
{
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

PG_FUNCTION_INFO_V1(metric_r2_final);
Datum
metric_r2_final(PG_FUNCTION_ARGS)
{
	return number(fcinfo, errors_of(fcinfo).r2);
}

PG_FUNCTION_INFO_V1(metric_mae_final);
Datum
metric_mae_final(PG_FUNCTION_ARGS)
{
	return number(fcinfo, errors_of(fcinfo).mae);
}

PG_FUNCTION_INFO_V1(metric_rmse_final);
Datum
metric_rmse_final(PG_FUNCTION_ARGS)
{
	return number(fcinfo, errors_of(fcinfo).rmse);
}
