/*
 * metric_scores.c - what else a state of scores and truth tells: precision, Brier's score, log loss,
 * calibration, curves, net benefit.  The numbers are those of src/models/metric_curve.h.
 */
#include "metric_buffer.h"
#include "metric_row.h"

#include "models/metric.h"

#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

void
metric_require_probabilities(const psy_scores *s)
{
	psy_error err = {0};

	if (psy_check_probabilities(s, &err) != PSY_OK)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s", err.message),
			 errhint(
				 "This metric judges probabilities, from 0 to 1; metric_auc takes scores of any scale.")));
}

/* NULL for NaN. */
static Datum
number(FunctionCallInfo fcinfo, double value)
{
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

const char *
metric_empty_class(const psy_scores *s)
{
	return s->positives == 0 ? "no positive case" : s->negatives == 0 ? "no negative case" : NULL;
}

PG_FUNCTION_INFO_V1(metric_average_precision_final);
Datum
metric_average_precision_final(PG_FUNCTION_ARGS)
{
	psy_scores s = metric_scores_arg(fcinfo, 0);

	return number(fcinfo, psy_average_precision(&s));
}

PG_FUNCTION_INFO_V1(metric_brier_final);
Datum
metric_brier_final(PG_FUNCTION_ARGS)
{
	psy_scores s = metric_scores_arg(fcinfo, 0);

	metric_require_probabilities(&s);
	return number(fcinfo, psy_brier(&s).brier);
}

PG_FUNCTION_INFO_V1(metric_brier_parts);
Datum
metric_brier_parts(PG_FUNCTION_ARGS)
{
	psy_scores s = metric_scores_arg(fcinfo, 0);
	metric_row row = metric_row_begin(fcinfo);
	psy_brier_parts b;

	metric_require_probabilities(&s);
	b = psy_brier(&s);
	metric_row_int8(&row, s.positives + s.negatives);
	metric_row_float8(&row, b.brier);
	metric_row_float8(&row, b.reliability);
	metric_row_float8(&row, b.resolution);
	metric_row_float8(&row, b.uncertainty);
	metric_row_float8(&row, b.uncertainty > 0 ? 1 - b.brier / b.uncertainty : NAN);
	metric_row_text(&row, metric_empty_class(&s));
	return metric_row_finish(&row);
}

/* (state [, clip]) */
PG_FUNCTION_INFO_V1(metric_logloss_final);
Datum
metric_logloss_final(PG_FUNCTION_ARGS)
{
	psy_scores s = metric_scores_arg(fcinfo, 0);
	double clip = PG_NARGS() > 1 ? PG_GETARG_FLOAT8(1) : 0;

	if (!(clip >= 0 && clip < 0.5))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("clip is %g, a number from 0 to below 0.5 expected", clip)));
	metric_require_probabilities(&s);
	return number(fcinfo, psy_logloss(&s, clip));
}

/* ---- calibration ----------------------------------------------------------------------------- */

#define MOST_BINS 1000

static double *
sorted_all(const psy_scores *s)
{
	size_t n = s->positives + s->negatives;
	double *all = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * Max(n, 1));
	double *work = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * Max(n, 1));

	memcpy(all, s->positive, sizeof(double) * s->positives);
	memcpy(all + s->positives, s->negative, sizeof(double) * s->negatives);
	psy_sort_doubles(all, n, work);
	pfree(work);
	return all;
}

/* The bins as an array of the composite that the result's column holds. */
static Datum
bins_array(TupleDesc result, int column, const psy_calibration_bin *bin, int bins)
{
	Oid type = get_element_type(TupleDescAttr(result, column)->atttypid);
	TupleDesc desc = lookup_rowtype_tupdesc(type, -1);
	Datum *element = palloc(sizeof(Datum) * bins);
	ArrayType *array;

	for (int k = 0; k < bins; k++)
	{
		double n = bin[k].n;
		Datum value[] = {Int32GetDatum(k + 1),
						 Float8GetDatum(bin[k].lower),
						 Float8GetDatum(bin[k].upper),
						 Int64GetDatum(bin[k].n),
						 Int64GetDatum(bin[k].positives),
						 Float8GetDatum(bin[k].mean_score),
						 Float8GetDatum(bin[k].positives / n)};
		bool null[] = {false, false, false, false, false, bin[k].n == 0, bin[k].n == 0};

		element[k] = HeapTupleGetDatum(heap_form_tuple(desc, value, null));
	}
	array = construct_array(element, bins, type, -1, false, TYPALIGN_DOUBLE);
	ReleaseTupleDesc(desc);
	return PointerGetDatum(array);
}

static Datum
calibration_row(FunctionCallInfo fcinfo, const psy_scores *s, int bins, bool by_quantile)
{
	metric_row row = metric_row_begin(fcinfo);
	psy_calibration_bin *bin = palloc(sizeof(psy_calibration_bin) * bins);
	psy_recalibration fit;
	psy_error err = {0};
	double expected, largest;

	psy_calibration_bins(s, sorted_all(s), by_quantile, bins, bin);
	psy_calibration_errors(bin, bins, &expected, &largest);
	(void) psy_recalibrate(s, &fit, &err);
	metric_row_int8(&row, s->positives + s->negatives);
	metric_row_int8(&row, s->positives);
	metric_row_float8(&row, expected);
	metric_row_float8(&row, largest);
	metric_row_float8(&row, fit.intercept);
	metric_row_float8(&row, fit.intercept_se);
	metric_row_float8(&row, fit.slope);
	metric_row_float8(&row, fit.slope_se);
	metric_row_datum(&row, bins_array(row.desc, row.used, bin, bins), false);
	metric_row_text(&row, err.code == PSY_OK ? NULL : err.message);
	return metric_row_finish(&row);
}

/* (state [, bins, method]) */
PG_FUNCTION_INFO_V1(metric_calibration_final);
Datum
metric_calibration_final(PG_FUNCTION_ARGS)
{
	psy_scores s = metric_scores_arg(fcinfo, 0);
	int bins = PG_NARGS() > 1 ? PG_GETARG_INT32(1) : 10;
	char *method = PG_NARGS() > 2 ? psyrad_cstring_arg(fcinfo, 2) : "width";

	if (bins < 1 || bins > MOST_BINS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("bins is %d, a number from 1 to %d expected", bins, MOST_BINS)));
	if (strcmp(method, "width") != 0 && strcmp(method, "quantile") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("method is \"%s\", width or quantile expected", method)));
	metric_require_probabilities(&s);
	if (s.positives + s.negatives == 0)
		PG_RETURN_NULL();
	return calibration_row(fcinfo, &s, bins, strcmp(method, "quantile") == 0);
}

/* ---- sets ------------------------------------------------------------------------------------ */

PG_FUNCTION_INFO_V1(metric_roc);
Datum
metric_roc(PG_FUNCTION_ARGS)
{
	psy_scores s;
	psy_operating_point at = {INFINITY, 0, 0};
	metric_row row = {0};

	SetSingleFuncCall(fcinfo, 0);
	s = metric_scores_arg(fcinfo, 0);
	do
	{
		double tp = at.true_positives, fp = at.false_positives;

		metric_row_float8(&row, at.threshold);
		metric_row_int8(&row, at.true_positives);
		metric_row_int8(&row, at.false_positives);
		metric_row_float8(&row, tp / (double) s.positives);
		metric_row_float8(&row, (s.negatives - fp) / (double) s.negatives);
		metric_row_float8(&row, tp / (tp + fp));
		metric_row_put(&row, fcinfo);
		CHECK_FOR_INTERRUPTS();
	} while (psy_next_point(&s, &at));
	return (Datum) 0;
}

/* (state, thresholds) */
PG_FUNCTION_INFO_V1(metric_net_benefit);
Datum
metric_net_benefit(PG_FUNCTION_ARGS)
{
	psyrad_array thresholds;
	psy_scores s;
	metric_row row = {0};

	SetSingleFuncCall(fcinfo, 0);
	s = metric_scores_arg(fcinfo, 0);
	thresholds = psyrad_double_array(PG_GETARG_DATUM(1), 1, "thresholds");
	metric_require_probabilities(&s);
	for (int k = 0; k < thresholds.length && s.positives + s.negatives > 0; k++)
	{
		double t = thresholds.value[k], all, benefit;
		psy_operating_point at;

		if (!(t > 0 && t < 1))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("threshold %d is %g, a number between 0 and 1 expected", k + 1, t)));
		at = psy_point_at(&s, t);
		benefit = psy_net_benefit(&s, t, &all);
		metric_row_float8(&row, t);
		metric_row_int8(&row, s.positives + s.negatives);
		metric_row_int8(&row, at.true_positives);
		metric_row_int8(&row, at.false_positives);
		metric_row_float8(&row, benefit);
		metric_row_float8(&row, all);
		metric_row_put(&row, fcinfo);
	}
	return (Datum) 0;
}
