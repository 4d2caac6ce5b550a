-- Bootstrap intervals of metrics: percentiles over replicates that are a function of seed and cases alone.

CREATE TYPE psyrad.metric_bootstrap_result AS (
	positives pg_catalog.int8,
	negatives pg_catalog.int8,
	estimate pg_catalog.float8,
	se pg_catalog.float8,
	bias pg_catalog.float8,
	ci_lb pg_catalog.float8,
	ci_ub pg_catalog.float8,
	level pg_catalog.float8,
	replicates pg_catalog.int4,
	note pg_catalog.text
);
COMMENT ON TYPE psyrad.metric_bootstrap_result IS
'A metric of scores with its bootstrap standard error, bias and percentile interval; note says why something is NULL.';

CREATE FUNCTION psyrad.metric_bootstrap(state psyrad.metric_state, metric pg_catalog.text DEFAULT 'auc', replicates pg_catalog.int4 DEFAULT 2000, seed pg_catalog.int8 DEFAULT 1, level pg_catalog.float8 DEFAULT 0.95) RETURNS psyrad.metric_bootstrap_result
	AS 'MODULE_PATHNAME', 'metric_bootstrap' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION psyrad.metric_bootstrap(psyrad.metric_state, pg_catalog.text, pg_catalog.int4, pg_catalog.int8, pg_catalog.float8) IS
'Percentile bootstrap interval of a metric of a state: auc, average_precision, brier, logloss or ece (ten bins of equal width). Cases are drawn with replacement within each class (stratified), by a generator that is a function of seed and replicate alone: the same cases and seed give the same interval in whatever order they come. Cases must be independent: several rows of one subject are not.';

CREATE TYPE psyrad.metric_bootstrap_interval AS (
	n pg_catalog.int8,
	estimate pg_catalog.float8,
	se pg_catalog.float8,
	bias pg_catalog.float8,
	ci_lb pg_catalog.float8,
	ci_ub pg_catalog.float8,
	level pg_catalog.float8,
	replicates pg_catalog.int4,
	note pg_catalog.text
);
COMMENT ON TYPE psyrad.metric_bootstrap_interval IS
'A metric of labels or of predicted numbers with its bootstrap standard error, bias and percentile interval; note says why something is NULL, and how many replicates were left out because the metric is not defined for them.';

CREATE FUNCTION psyrad.metric_bootstrap(state psyrad.metric_confusion_state, metric pg_catalog.text DEFAULT 'balanced_accuracy', positive pg_catalog.text DEFAULT NULL, replicates pg_catalog.int4 DEFAULT 2000, seed pg_catalog.int8 DEFAULT 1, level pg_catalog.float8 DEFAULT 0.95) RETURNS psyrad.metric_bootstrap_interval
	AS 'MODULE_PATHNAME', 'metric_bootstrap_labels' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION psyrad.metric_bootstrap(psyrad.metric_confusion_state, pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.int8, pg_catalog.float8) IS
'Percentile bootstrap interval of a metric of labels: balanced_accuracy, accuracy, f1_macro, f1_weighted, mcc, kappa, or, of the positive label (NULL: true, where all labels are booleans), f1, sensitivity, specificity, ppv, npv. Cases are drawn with replacement within each true label (stratified), by a generator that is a function of seed, replicate and label alone: the same cases and seed give the same interval in whatever order they come. Replicates for which the metric is not defined are left out and counted in note. Cases must be independent: several rows of one subject are not. NULL in another argument than positive gives NULL.';

CREATE FUNCTION psyrad.metric_bootstrap(state psyrad.metric_pairs, metric pg_catalog.text DEFAULT 'r2', replicates pg_catalog.int4 DEFAULT 2000, seed pg_catalog.int8 DEFAULT 1, level pg_catalog.float8 DEFAULT 0.95) RETURNS psyrad.metric_bootstrap_interval
	AS 'MODULE_PATHNAME', 'metric_bootstrap_errors' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION psyrad.metric_bootstrap(psyrad.metric_pairs, pg_catalog.text, pg_catalog.int4, pg_catalog.int8, pg_catalog.float8) IS
'Percentile bootstrap interval of a metric of a state of metric_errors_state: r2, mae or rmse. Cases (predicted and observed together) are drawn with replacement, by a generator that is a function of seed and replicate alone. Replicates whose observed values are all one number have no r2: they are left out and counted in note. A state of metric_delong_state is an error. Cases must be independent: several rows of one subject are not.';
