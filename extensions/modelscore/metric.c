/*
 * metric.c - the area under the ROC curve: sorted copies of a state of scores, and what is computed from
 * them.
 */
#include "modelscore.h"

#include "metric_buffer.h"

#include "models/metric.h"
#include "stats/distribution.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include <math.h>

/* ---- results --------------------------------------------------------------------------------- */

/* A copy without slack, both parts sorted: the same bytes whatever the order of rows was. */
static metric_buffer *
sorted_copy(const metric_buffer *state)
{
	metric_buffer *sorted = metric_buffer_copy(state, state->positives + state->negatives);
	double *work = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * Max(sorted->capacity, 1));

	psy_sort_doubles(sorted->value, sorted->positives, work);
	CHECK_FOR_INTERRUPTS();
	psy_sort_doubles(sorted->value + sorted->positives, sorted->negatives, work);
	pfree(work);
	return sorted;
}

psy_scores
metric_scores_arg(FunctionCallInfo fcinfo, int argument)
{
	const metric_buffer *sorted =
		sorted_copy((const metric_buffer *) psyrad_state_arg(fcinfo, argument, &metric_scores_type));

	return (psy_scores){sorted->value, sorted->positives, metric_negatives(sorted), sorted->negatives};
}

/* Final function of metric_auc_state and metric_auc_merge. */
PG_FUNCTION_INFO_V1(metric_state_finish);
Datum
metric_state_finish(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(sorted_copy((const metric_buffer *) psyrad_state_arg(fcinfo, 0, &metric_scores_type)));
}

PG_FUNCTION_INFO_V1(metric_auc_final);
Datum
metric_auc_final(PG_FUNCTION_ARGS)
{
	const metric_buffer *state = (const metric_buffer *) psyrad_state_arg(fcinfo, 0, &metric_scores_type);
	const metric_buffer *sorted;

	if (state->positives == 0 || state->negatives == 0)
		PG_RETURN_NULL();
	sorted = sorted_copy(state);
	PG_RETURN_FLOAT8(psy_auc(sorted->value, sorted->positives, metric_negatives(sorted), sorted->negatives));
}

/* One row (positives, negatives, estimate, se, ci_lb, ci_ub, level, note). */
static Datum
interval_row(FunctionCallInfo fcinfo, const metric_buffer *state, double level)
{
	enum
	{
		POSITIVES,
		NEGATIVES,
		ESTIMATE,
		SE,
		LOWER,
		UPPER,
		LEVEL,
		NOTE,
		COLUMNS
	};
	const metric_buffer *sorted = sorted_copy(state);
	psy_auc_interval auc;
	const char *note = NULL;
	TupleDesc row;
	Datum value[COLUMNS];
	bool null[COLUMNS] = {0};

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "metric_auc_ci must return a row");
	value[POSITIVES] = Int64GetDatum(sorted->positives);
	value[NEGATIVES] = Int64GetDatum(sorted->negatives);
	value[LEVEL] = Float8GetDatum(level);
	if (sorted->positives == 0 || sorted->negatives == 0)
	{
		note = sorted->positives == 0 ? "no positive case" : "no negative case";
		null[ESTIMATE] = null[SE] = null[LOWER] = null[UPPER] = true;
	}
	else
	{
		auc = psy_auc_delong(sorted->value, sorted->positives, metric_negatives(sorted), sorted->negatives,
							 psy_normal_quantile((1 - level) / 2, PSY_UPPER));
		value[ESTIMATE] = Float8GetDatum(auc.auc);
		value[SE] = Float8GetDatum(auc.se);
		value[LOWER] = Float8GetDatum(auc.ci_lb);
		value[UPPER] = Float8GetDatum(auc.ci_ub);
		null[SE] = null[LOWER] = null[UPPER] = isnan(auc.se);
		if (isnan(auc.se))
			note = "a class of one case has no variance: no interval";
		else if (auc.se == 0)
			note = "every case ranks alike within its class: the interval has no width and says nothing";
	}
	null[NOTE] = note == NULL;
	if (note != NULL)
		value[NOTE] = CStringGetTextDatum(note);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), value, null));
}

PG_FUNCTION_INFO_V1(metric_auc_ci_final);
Datum
metric_auc_ci_final(PG_FUNCTION_ARGS)
{
	double level = PG_NARGS() > 1 ? PG_GETARG_FLOAT8(1) : 0.95;

	if (!(level > 0 && level < 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("level is %g, a number between 0 and 1 expected", level)));
	PG_RETURN_DATUM(interval_row(
		fcinfo, (const metric_buffer *) psyrad_state_arg(fcinfo, 0, &metric_scores_type), level));
}
