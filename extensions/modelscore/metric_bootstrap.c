/*
 * metric_bootstrap.c - percentile bootstrap intervals of metrics: of scores, of labels, and of predicted
 * numbers.
 *
 * Replicates of which a metric is not defined (a class that nobody was predicted to be has no ppv) are left
 * out of its interval, and the note counts them.
 */
#include "metric_buffer.h"
#include "metric_row.h"

#include "models/metric.h"
#include "models/metric_bootstrap.h"

#include "utils/memutils.h"

#define MOST_REPLICATES 1000000

/* What was asked for, and the replicates. */
typedef struct spread
{
	double estimate;
	double level;
	int replicates;
	uint64_t seed;
	double *value;
	const char *note; /* why there is no interval */
} spread;

/* (.., replicates, seed, level) from that argument on. */
static spread
spread_args(FunctionCallInfo fcinfo, int argument)
{
	spread s = {.estimate = NAN,
				.replicates = PG_GETARG_INT32(argument),
				.seed = (uint64_t) PG_GETARG_INT64(argument + 1),
				.level = PG_GETARG_FLOAT8(argument + 2)};

	(void) metric_z_of_level(s.level);
	if (s.replicates < 2 || s.replicates > MOST_REPLICATES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("replicates is %d, a number from 2 to %d expected", s.replicates, MOST_REPLICATES)));
	s.value = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * s.replicates);
	return s;
}

/* The place of the name among known[count]. */
static int
metric_named(FunctionCallInfo fcinfo, const char *const *known, int count, const char *expected)
{
	char *name = psyrad_cstring_arg(fcinfo, 1);

	for (int k = 0; k < count; k++)
		if (strcmp(name, known[k]) == 0)
			return k;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("metric is \"%s\"; %s expected", name, expected)));
}

/* Replicates that are numbers, moved to the front. */
static int
drop_undefined(const spread *s)
{
	int defined = 0;

	for (int k = 0; k < s->replicates; k++)
		if (!isnan(s->value[k]))
			s->value[defined++] = s->value[k];
	return defined;
}

static const char *
note_of(const spread *s, int defined, double se)
{
	if (defined < 2)
		return "the metric is not defined for the replicates: no interval";
	if (defined < s->replicates)
		return psprintf("the metric is not defined for %d of %d replicates, which are left out%s",
						s->replicates - defined, s->replicates,
						se == 0 ? "; the others do not vary: the interval has no width and says nothing"
								: "");
	return se == 0 ? "the replicates do not vary: the interval has no width and says nothing" : NULL;
}

/* estimate, se, bias, percentile interval, level, replicates, note. */
static Datum
finish(metric_row *row, const spread *s)
{
	int defined = s->note == NULL ? drop_undefined(s) : 0;
	double *value = s->value, mean = 0, squares = 0, se = NAN;

	metric_row_float8(row, s->estimate);
	if (defined >= 2)
	{
		psy_sort_doubles(value, defined,
						 MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * defined));
		for (int k = 0; k < defined; k++)
			mean += (value[k] - mean) / (k + 1);
		for (int k = 0; k < defined; k++)
			squares += (value[k] - mean) * (value[k] - mean);
		/* Replicates that are all one number do not vary, whatever their mean was rounded to. */
		se = value[0] == value[defined - 1] ? 0 : sqrt(squares / (defined - 1));
	}
	metric_row_float8(row, se);
	metric_row_float8(row, defined < 2 ? NAN : mean - s->estimate);
	metric_row_float8(row, defined < 2 ? NAN : psy_quantile_sorted(value, defined, (1 - s->level) / 2));
	metric_row_float8(row, defined < 2 ? NAN : psy_quantile_sorted(value, defined, (1 + s->level) / 2));
	metric_row_float8(row, s->level);
	metric_row_datum(row, Int32GetDatum(s->replicates), false);
	metric_row_text(row, s->note != NULL ? s->note : note_of(s, defined, se));
	return metric_row_finish(row);
}

/* (state, metric, replicates, seed, level) */
PG_FUNCTION_INFO_V1(metric_bootstrap);
Datum
metric_bootstrap(PG_FUNCTION_ARGS)
{
	static const char *const known[] = {"auc", "average_precision", "brier", "logloss", "ece"};
	psy_scores scores = metric_scores_arg(fcinfo, 0);
	psy_bootstrap_metric metric =
		metric_named(fcinfo, known, lengthof(known), "auc, average_precision, brier, logloss or ece");
	spread s = spread_args(fcinfo, 2);
	metric_row row = metric_row_begin(fcinfo);

	if (metric >= PSY_BOOTSTRAP_BRIER)
		metric_require_probabilities(&scores);
	s.note = metric_empty_class(&scores);
	/* Losses of one class are numbers, though samples of it alone say nothing of the other. */
	if (s.note == NULL || (metric >= PSY_BOOTSTRAP_BRIER && scores.positives + scores.negatives > 0))
		s.estimate = psy_bootstrap_estimate(&scores, metric);
	if (s.note == NULL && isinf(s.estimate))
		s.note = "a sure mistake costs infinity: no interval";
	if (s.note == NULL)
	{
		psy_context ctx = psyrad_current_context();
		uint32_t *times = MemoryContextAllocHuge(CurrentMemoryContext,
												 sizeof(uint32_t) * (scores.positives + scores.negatives));
		psy_error err = {0};
		psy_status status = psy_bootstrap(&ctx, &scores, metric, s.seed, s.replicates, times, s.value, &err);

		PSYRAD_CHECK(status, &err);
	}
	metric_row_int8(&row, scores.positives);
	metric_row_int8(&row, scores.negatives);
	return finish(&row, &s);
}

/* (state, metric, positive, replicates, seed, level) */
PG_FUNCTION_INFO_V1(metric_bootstrap_labels);
Datum
metric_bootstrap_labels(PG_FUNCTION_ARGS)
{
	static const char *const known[] = {
		"balanced_accuracy", "accuracy",    "f1_macro", "f1_weighted", "mcc", "kappa", "f1",
		"sensitivity",       "specificity", "ppv",      "npv"};
	psy_confusion c;
	psy_label_metric metric;
	size_t positive = 0;
	spread s;
	metric_row row;

	for (int k = 0; k < 6; k++)
		if (k != 2 && PG_ARGISNULL(k))
			PG_RETURN_NULL();
	c = metric_confusion_arg(fcinfo, 0);
	metric = metric_named(fcinfo, known, lengthof(known),
						  "accuracy, balanced_accuracy, f1, f1_macro, f1_weighted, kappa, mcc, npv, ppv, "
						  "sensitivity or specificity");
	if (metric >= PSY_LABEL_F1)
		positive = metric_positive_arg(fcinfo, 0, 2);
	s = spread_args(fcinfo, 3);
	row = metric_row_begin(fcinfo);
	s.estimate = psy_label_estimate(&c, metric, positive);
	if (isnan(s.estimate))
		s.note = "the metric is not defined for these cases: no interval";
	else
	{
		psy_context ctx = psyrad_current_context();
		int64_t *work = palloc(sizeof(int64_t) * psy_label_bootstrap_workspace(c.k));
		psy_error err = {0};
		psy_status status =
			psy_label_bootstrap(&ctx, &c, metric, positive, s.seed, s.replicates, work, s.value, &err);

		PSYRAD_CHECK(status, &err);
	}
	metric_row_int8(&row, c.n);
	return finish(&row, &s);
}

/* (state, metric, replicates, seed, level) */
PG_FUNCTION_INFO_V1(metric_bootstrap_errors);
Datum
metric_bootstrap_errors(PG_FUNCTION_ARGS)
{
	static const char *const known[] = {"r2", "mae", "rmse"};
	metric_pairs_sorted p = metric_errors_arg(fcinfo, 0);
	psy_error_metric metric = metric_named(fcinfo, known, lengthof(known), "r2, mae or rmse");
	spread s = spread_args(fcinfo, 2);
	metric_row row = metric_row_begin(fcinfo);

	if (p.positives > 0)
		s.estimate = psy_error_estimate(p.positive, p.positives, metric);
	if (isnan(s.estimate))
		s.note = p.positives == 0 ? "no case" : "what was observed is all one number: no interval";
	else
	{
		psy_context ctx = psyrad_current_context();
		uint32_t *times = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32_t) * p.positives);
		psy_error err = {0};
		psy_status status = psy_error_bootstrap(&ctx, p.positive, p.positives, metric, s.seed, s.replicates,
												times, s.value, &err);

		PSYRAD_CHECK(status, &err);
	}
	metric_row_int8(&row, p.positives);
	return finish(&row, &s);
}
