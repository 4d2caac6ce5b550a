-- Metrics of scores by thresholds and as probabilities, of two scores, of predictions, and of labels.

-- ---- scores: the state is metric_auc_state's -----------------------------------------------------------------------

CREATE FUNCTION psyrad.metric_average_precision_final(state psyrad.metric_state) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_average_precision_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_average_precision_final(psyrad.metric_state) IS
'Average precision of a state of metric_auc_state: the sum over the distinct scores of precision times gain in recall, without interpolation (scikit-learn''s average_precision_score); NULL without positive cases.';

CREATE AGGREGATE psyrad.metric_average_precision(score pg_catalog.float8, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_state_add, STYPE = psyrad.metric_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_state_join, FINALFUNC = psyrad.metric_average_precision_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_average_precision(pg_catalog.float8, pg_catalog.bool) IS
'Average precision, the area under the precision-recall curve without interpolation. Rows with a NULL are not counted; a NaN score is an error. NULL without positive cases. Its chance level is the share of positive cases.';

CREATE FUNCTION psyrad.metric_brier_final(state psyrad.metric_state) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_brier_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_brier_final(psyrad.metric_state) IS
'Brier''s score of a state of metric_auc_state: the mean squared difference of probability and truth. Scores outside 0 to 1 are an error.';

CREATE AGGREGATE psyrad.metric_brier(score pg_catalog.float8, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_state_add, STYPE = psyrad.metric_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_state_join, FINALFUNC = psyrad.metric_brier_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_brier(pg_catalog.float8, pg_catalog.bool) IS
'Brier''s score: the mean squared difference of the probability of being positive and truth (1 or 0). Rows with a NULL are not counted; a NaN score is an error. Scores outside 0 to 1 are an error.';

CREATE TYPE psyrad.metric_brier_result AS (
	n pg_catalog.int8,
	brier pg_catalog.float8,
	reliability pg_catalog.float8,
	resolution pg_catalog.float8,
	uncertainty pg_catalog.float8,
	skill pg_catalog.float8,
	note pg_catalog.text
);
COMMENT ON TYPE psyrad.metric_brier_result IS
'Brier''s score with Murphy''s parts over the distinct scores, brier = reliability - resolution + uncertainty, and skill = 1 - brier / uncertainty; note says why a part is NULL or 0.';

CREATE FUNCTION psyrad.metric_brier_parts(state psyrad.metric_state) RETURNS psyrad.metric_brier_result
	AS 'MODULE_PATHNAME', 'metric_brier_parts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_brier_parts(psyrad.metric_state) IS
'Brier''s score of a state with its parts (Murphy 1973): reliability (lower is better), resolution, uncertainty.';

CREATE FUNCTION psyrad.metric_logloss_final(state psyrad.metric_state, clip pg_catalog.float8 DEFAULT 0) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_logloss_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_logloss_final(psyrad.metric_state, pg_catalog.float8) IS
'Log loss of a state: the mean of -ln of the probability given to what came true. A sure mistake (probability 0) costs Infinity; clip brings probabilities into [clip, 1 - clip] first: 2.220446049250313e-16 gives scikit-learn''s number.';

CREATE FUNCTION psyrad.metric_logloss_finish(psyrad.metric_state) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_logloss_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_logloss_finish(psyrad.metric_state) IS
'Final function of metric_logloss: no clipping.';

CREATE AGGREGATE psyrad.metric_logloss(score pg_catalog.float8, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_state_add, STYPE = psyrad.metric_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_state_join, FINALFUNC = psyrad.metric_logloss_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_logloss(pg_catalog.float8, pg_catalog.bool) IS
'Log loss: the mean of -ln of the probability given to what came true; Infinity after a sure mistake (metric_logloss_final can clip). Rows with a NULL are not counted; a NaN score is an error. Scores outside 0 to 1 are an error.';

CREATE TYPE psyrad.metric_calibration_bin AS (
	bin pg_catalog.int4,
	lower pg_catalog.float8,
	upper pg_catalog.float8,
	n pg_catalog.int8,
	positives pg_catalog.int8,
	mean_score pg_catalog.float8,
	observed pg_catalog.float8
);
COMMENT ON TYPE psyrad.metric_calibration_bin IS
'One bin of a calibration curve: scores in (lower, upper], their mean, and the share of positive cases among them; NULL when empty.';

CREATE TYPE psyrad.metric_calibration_result AS (
	n pg_catalog.int8,
	positives pg_catalog.int8,
	ece pg_catalog.float8,
	mce pg_catalog.float8,
	intercept pg_catalog.float8,
	intercept_se pg_catalog.float8,
	slope pg_catalog.float8,
	slope_se pg_catalog.float8,
	bins psyrad.metric_calibration_bin[],
	note pg_catalog.text
);
COMMENT ON TYPE psyrad.metric_calibration_result IS
'Calibration of probabilities: expected and maximum calibration error over the bins; intercept (with the slope held at 1: calibration in the large; 0 is perfect) and slope (1 is perfect, below 1 is overconfident) of the logistic recalibration with standard errors; the bins; note says why something is NULL.';

CREATE FUNCTION psyrad.metric_calibration_final(state psyrad.metric_state, bins pg_catalog.int4 DEFAULT 10, method pg_catalog.text DEFAULT 'width') RETURNS psyrad.metric_calibration_result
	AS 'MODULE_PATHNAME', 'metric_calibration_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_calibration_final(psyrad.metric_state, pg_catalog.int4, pg_catalog.text) IS
'Calibration of a state. method: width (bins of equal width on 0 to 1) or quantile (between quantiles of the scores, type 7). Bins hold (lower, upper], as scikit-learn''s calibration_curve. Errors of calibration depend on the bins; intercept and slope do not.';

CREATE FUNCTION psyrad.metric_calibration_finish(psyrad.metric_state) RETURNS psyrad.metric_calibration_result
	AS 'MODULE_PATHNAME', 'metric_calibration_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_calibration_finish(psyrad.metric_state) IS
'Final function of metric_calibration: ten bins of equal width.';

CREATE AGGREGATE psyrad.metric_calibration(score pg_catalog.float8, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_state_add, STYPE = psyrad.metric_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_state_join, FINALFUNC = psyrad.metric_calibration_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_calibration(pg_catalog.float8, pg_catalog.bool) IS
'Calibration of probabilities in ten bins of equal width, with the intercept and slope of logistic recalibration. Rows with a NULL are not counted; a NaN score is an error. Scores outside 0 to 1 are an error.';

CREATE FUNCTION psyrad.metric_roc(state psyrad.metric_state, OUT threshold pg_catalog.float8, OUT true_positives pg_catalog.int8, OUT false_positives pg_catalog.int8, OUT sensitivity pg_catalog.float8, OUT specificity pg_catalog.float8, OUT ppv pg_catalog.float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'metric_roc' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 1000;
COMMENT ON FUNCTION psyrad.metric_roc(psyrad.metric_state) IS
'Every operating point of a state: calling positive what scores at or above the threshold, from none (Infinity) down to all; one row a distinct score. The points of the ROC curve are (1 - specificity, sensitivity), those of the precision-recall curve (sensitivity, ppv). NULL where a class is empty.';

CREATE FUNCTION psyrad.metric_net_benefit(state psyrad.metric_state, thresholds pg_catalog.float8[], OUT threshold pg_catalog.float8, OUT n pg_catalog.int8, OUT true_positives pg_catalog.int8, OUT false_positives pg_catalog.int8, OUT net_benefit pg_catalog.float8, OUT treat_all pg_catalog.float8) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'metric_net_benefit' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION psyrad.metric_net_benefit(psyrad.metric_state, pg_catalog.float8[]) IS
'Decision curve of a state (Vickers and Elkin 2006): the net benefit TP/n - FP/n * t/(1-t) of treating whom the model gives at least the threshold probability t, and that of treating all; treating nobody has 0. Scores outside 0 to 1 are an error.';

-- ---- two numbers a case --------------------------------------------------------------------------------------------

CREATE TYPE psyrad.metric_pairs;

CREATE FUNCTION psyrad.metric_pairs_in(pg_catalog.cstring) RETURNS psyrad.metric_pairs
	AS 'MODULE_PATHNAME', 'metric_pairs_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.metric_pairs_out(psyrad.metric_pairs) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'metric_pairs_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.metric_pairs_recv(pg_catalog.internal) RETURNS psyrad.metric_pairs
	AS 'MODULE_PATHNAME', 'metric_pairs_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.metric_pairs_send(psyrad.metric_pairs) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'metric_pairs_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE psyrad.metric_pairs (
	INTERNALLENGTH = VARIABLE,
	INPUT = psyrad.metric_pairs_in,
	OUTPUT = psyrad.metric_pairs_out,
	RECEIVE = psyrad.metric_pairs_recv,
	SEND = psyrad.metric_pairs_send,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE psyrad.metric_pairs IS
'Two numbers a case, by truth: the state of metric_delong (two scores) and of the errors of regressions (predicted, observed). It holds the numbers themselves, 16 bytes a case.';
COMMENT ON FUNCTION psyrad.metric_pairs_in(pg_catalog.cstring) IS 'Text input of metric_pairs: \x and the hexadecimal image, validated.';
COMMENT ON FUNCTION psyrad.metric_pairs_out(psyrad.metric_pairs) IS 'Text output of metric_pairs: \x and the hexadecimal image.';
COMMENT ON FUNCTION psyrad.metric_pairs_recv(pg_catalog.internal) IS 'Binary input of metric_pairs: the image, validated.';
COMMENT ON FUNCTION psyrad.metric_pairs_send(psyrad.metric_pairs) IS 'Binary output of metric_pairs: the image.';

CREATE FUNCTION psyrad.metric_pairs_add(psyrad.metric_pairs, pg_catalog.float8, pg_catalog.float8, pg_catalog.bool) RETURNS psyrad.metric_pairs
	AS 'MODULE_PATHNAME', 'metric_pairs_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.metric_pairs_add(psyrad.metric_pairs, pg_catalog.float8, pg_catalog.float8, pg_catalog.bool) IS
'Transition function of metric_delong: one case with two scores and its truth. NULL in any: not counted; NaN: an error.';

CREATE FUNCTION psyrad.metric_errors_add(psyrad.metric_pairs, pg_catalog.float8, pg_catalog.float8) RETURNS psyrad.metric_pairs
	AS 'MODULE_PATHNAME', 'metric_errors_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.metric_errors_add(psyrad.metric_pairs, pg_catalog.float8, pg_catalog.float8) IS
'Transition function of the errors of regressions: predicted and observed. NULL in either: not counted; NaN and infinities: an error.';

CREATE FUNCTION psyrad.metric_pairs_join(psyrad.metric_pairs, psyrad.metric_pairs) RETURNS psyrad.metric_pairs
	AS 'MODULE_PATHNAME', 'metric_pairs_join' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.metric_pairs_join(psyrad.metric_pairs, psyrad.metric_pairs) IS
'Combine function of states of pairs: both sets of cases.';

CREATE FUNCTION psyrad.metric_pairs_finish(psyrad.metric_pairs) RETURNS psyrad.metric_pairs
	AS 'MODULE_PATHNAME', 'metric_pairs_finish' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_pairs_finish(psyrad.metric_pairs) IS
'Final function of states of pairs: in order and without slack, so that equal cases give equal bytes.';

CREATE TYPE psyrad.metric_delong_result AS (
	positives pg_catalog.int8,
	negatives pg_catalog.int8,
	auc_a pg_catalog.float8,
	auc_b pg_catalog.float8,
	difference pg_catalog.float8,
	se pg_catalog.float8,
	statistic pg_catalog.float8,
	p pg_catalog.float8,
	ci_lb pg_catalog.float8,
	ci_ub pg_catalog.float8,
	level pg_catalog.float8,
	note pg_catalog.text
);
COMMENT ON TYPE psyrad.metric_delong_result IS
'Two areas under the ROC curve over the same cases, their difference (a minus b) with DeLong''s standard error, normal statistic, two-sided p and interval; note says why something is NULL.';

CREATE FUNCTION psyrad.metric_delong_final(state psyrad.metric_pairs, level pg_catalog.float8 DEFAULT 0.95) RETURNS psyrad.metric_delong_result
	AS 'MODULE_PATHNAME', 'metric_delong_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_delong_final(psyrad.metric_pairs, pg_catalog.float8) IS
'DeLong''s test of a state of metric_delong_state (DeLong, DeLong and Clarke-Pearson 1988), as pROC''s roc.test of paired curves; the interval is that of the difference.';

CREATE FUNCTION psyrad.metric_delong_finish(psyrad.metric_pairs) RETURNS psyrad.metric_delong_result
	AS 'MODULE_PATHNAME', 'metric_delong_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_delong_finish(psyrad.metric_pairs) IS
'Final function of metric_delong: level 0.95.';

CREATE AGGREGATE psyrad.metric_delong(score_a pg_catalog.float8, score_b pg_catalog.float8, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_pairs_add, STYPE = psyrad.metric_pairs, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_pairs_join, FINALFUNC = psyrad.metric_delong_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_delong(pg_catalog.float8, pg_catalog.float8, pg_catalog.bool) IS
'Whether score_a ranks the same cases better than score_b: both areas under the ROC curve and DeLong''s test of their difference (a minus b). Rows with a NULL are not counted. The cases must be independent: scores from cross-validation are not quite, and p is then too small.';

CREATE AGGREGATE psyrad.metric_delong_state(score_a pg_catalog.float8, score_b pg_catalog.float8, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_pairs_add, STYPE = psyrad.metric_pairs, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_pairs_join, FINALFUNC = psyrad.metric_pairs_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_delong_state(pg_catalog.float8, pg_catalog.float8, pg_catalog.bool) IS
'The mergeable state of metric_delong; NULL when no row counts.';

CREATE AGGREGATE psyrad.metric_delong_merge(state psyrad.metric_pairs) (
	SFUNC = psyrad.metric_pairs_join, STYPE = psyrad.metric_pairs, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_pairs_join, FINALFUNC = psyrad.metric_pairs_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_delong_merge(psyrad.metric_pairs) IS
'Merges states of metric_delong_state.';

CREATE AGGREGATE psyrad.metric_errors_state(predicted pg_catalog.float8, observed pg_catalog.float8) (
	SFUNC = psyrad.metric_errors_add, STYPE = psyrad.metric_pairs, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_pairs_join, FINALFUNC = psyrad.metric_pairs_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_errors_state(pg_catalog.float8, pg_catalog.float8) IS
'The mergeable state of metric_r2, metric_mae and metric_rmse; NULL when no row counts.';

CREATE AGGREGATE psyrad.metric_errors_merge(state psyrad.metric_pairs) (
	SFUNC = psyrad.metric_pairs_join, STYPE = psyrad.metric_pairs, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_pairs_join, FINALFUNC = psyrad.metric_pairs_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_errors_merge(psyrad.metric_pairs) IS
'Merges states of metric_errors_state.';

CREATE FUNCTION psyrad.metric_r2_final(state psyrad.metric_pairs) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_r2_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_r2_final(psyrad.metric_pairs) IS
'Coefficient of determination 1 - sum of squared errors / that of the observed about their mean: below 0 for predictions worse than the mean; NULL when the observed are all equal, of a state of metric_errors_state.';

CREATE AGGREGATE psyrad.metric_r2(predicted pg_catalog.float8, observed pg_catalog.float8) (
	SFUNC = psyrad.metric_errors_add, STYPE = psyrad.metric_pairs, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_pairs_join, FINALFUNC = psyrad.metric_r2_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_r2(pg_catalog.float8, pg_catalog.float8) IS
'Coefficient of determination 1 - sum of squared errors / that of the observed about their mean: below 0 for predictions worse than the mean; NULL when the observed are all equal. predicted comes first. Rows with a NULL are not counted; NaN and infinities are an error.';

CREATE FUNCTION psyrad.metric_mae_final(state psyrad.metric_pairs) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_mae_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_mae_final(psyrad.metric_pairs) IS
'Mean absolute error, of a state of metric_errors_state.';

CREATE AGGREGATE psyrad.metric_mae(predicted pg_catalog.float8, observed pg_catalog.float8) (
	SFUNC = psyrad.metric_errors_add, STYPE = psyrad.metric_pairs, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_pairs_join, FINALFUNC = psyrad.metric_mae_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_mae(pg_catalog.float8, pg_catalog.float8) IS
'Mean absolute error. predicted comes first. Rows with a NULL are not counted; NaN and infinities are an error.';

CREATE FUNCTION psyrad.metric_rmse_final(state psyrad.metric_pairs) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_rmse_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_rmse_final(psyrad.metric_pairs) IS
'Root mean squared error, of a state of metric_errors_state.';

CREATE AGGREGATE psyrad.metric_rmse(predicted pg_catalog.float8, observed pg_catalog.float8) (
	SFUNC = psyrad.metric_errors_add, STYPE = psyrad.metric_pairs, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_pairs_join, FINALFUNC = psyrad.metric_rmse_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_rmse(pg_catalog.float8, pg_catalog.float8) IS
'Root mean squared error. predicted comes first. Rows with a NULL are not counted; NaN and infinities are an error.';

-- ---- labels --------------------------------------------------------------------------------------------------------

CREATE TYPE psyrad.metric_confusion_state;

CREATE FUNCTION psyrad.metric_confusion_state_in(pg_catalog.cstring) RETURNS psyrad.metric_confusion_state
	AS 'MODULE_PATHNAME', 'metric_confusion_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.metric_confusion_state_out(psyrad.metric_confusion_state) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'metric_confusion_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.metric_confusion_state_recv(pg_catalog.internal) RETURNS psyrad.metric_confusion_state
	AS 'MODULE_PATHNAME', 'metric_confusion_state_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.metric_confusion_state_send(psyrad.metric_confusion_state) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'metric_confusion_state_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE psyrad.metric_confusion_state (
	INTERNALLENGTH = VARIABLE,
	INPUT = psyrad.metric_confusion_state_in,
	OUTPUT = psyrad.metric_confusion_state_out,
	RECEIVE = psyrad.metric_confusion_state_recv,
	SEND = psyrad.metric_confusion_state_send,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE psyrad.metric_confusion_state IS
'Counts of true by predicted labels, up to 250 labels: the state of metric_confusion, metric_accuracy, metric_sensitivity and their like.';
COMMENT ON FUNCTION psyrad.metric_confusion_state_in(pg_catalog.cstring) IS 'Text input of metric_confusion_state: \x and the hexadecimal image, validated.';
COMMENT ON FUNCTION psyrad.metric_confusion_state_out(psyrad.metric_confusion_state) IS 'Text output of metric_confusion_state: \x and the hexadecimal image.';
COMMENT ON FUNCTION psyrad.metric_confusion_state_recv(pg_catalog.internal) IS 'Binary input of metric_confusion_state: the image, validated.';
COMMENT ON FUNCTION psyrad.metric_confusion_state_send(psyrad.metric_confusion_state) IS 'Binary output of metric_confusion_state: the image.';

CREATE FUNCTION psyrad.metric_confusion_add(psyrad.metric_confusion_state, pg_catalog.text, pg_catalog.text) RETURNS psyrad.metric_confusion_state
	AS 'MODULE_PATHNAME', 'metric_confusion_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.metric_confusion_add(psyrad.metric_confusion_state, pg_catalog.text, pg_catalog.text) IS
'Transition function of the metrics of labels: predicted, truth. NULL in either: not counted.';

CREATE FUNCTION psyrad.metric_confusion_add(psyrad.metric_confusion_state, pg_catalog.bool, pg_catalog.bool) RETURNS psyrad.metric_confusion_state
	AS 'MODULE_PATHNAME', 'metric_confusion_add_boolean' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.metric_confusion_add(psyrad.metric_confusion_state, pg_catalog.bool, pg_catalog.bool) IS
'As for texts, with the labels true and false.';

CREATE FUNCTION psyrad.metric_confusion_join(psyrad.metric_confusion_state, psyrad.metric_confusion_state) RETURNS psyrad.metric_confusion_state
	AS 'MODULE_PATHNAME', 'metric_confusion_join' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.metric_confusion_join(psyrad.metric_confusion_state, psyrad.metric_confusion_state) IS
'Combine function of the metrics of labels: the sums of the counts.';

CREATE FUNCTION psyrad.metric_confusion_finish(psyrad.metric_confusion_state) RETURNS psyrad.metric_confusion_state
	AS 'MODULE_PATHNAME', 'metric_confusion_finish' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_confusion_finish(psyrad.metric_confusion_state) IS
'Final function of metric_confusion_state.';

CREATE TYPE psyrad.metric_confusion_cell AS (
	truth pg_catalog.text,
	predicted pg_catalog.text,
	n pg_catalog.int8
);
COMMENT ON TYPE psyrad.metric_confusion_cell IS
'One cell of a confusion matrix.';

CREATE TYPE psyrad.metric_proportion AS (
	successes pg_catalog.int8,
	n pg_catalog.int8,
	estimate pg_catalog.float8,
	ci_lb pg_catalog.float8,
	ci_ub pg_catalog.float8,
	level pg_catalog.float8,
	note pg_catalog.text
);
COMMENT ON TYPE psyrad.metric_proportion IS
'A proportion with Wilson''s interval; note says why it is NULL.';

CREATE TYPE psyrad.metric_kappa_result AS (
	n pg_catalog.int8,
	estimate pg_catalog.float8,
	se pg_catalog.float8,
	ci_lb pg_catalog.float8,
	ci_ub pg_catalog.float8,
	level pg_catalog.float8,
	note pg_catalog.text
);
COMMENT ON TYPE psyrad.metric_kappa_result IS
'Cohen''s kappa with the large-sample standard error of Fleiss, Cohen and Everitt (1969); note says why it is NULL.';

CREATE AGGREGATE psyrad.metric_confusion_state(predicted pg_catalog.text, truth pg_catalog.text) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_confusion_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_confusion_state(pg_catalog.text, pg_catalog.text) IS
'The mergeable state of the metrics of labels; NULL when no row counts. predicted comes first. Rows with a NULL are not counted.';

CREATE AGGREGATE psyrad.metric_confusion_state(predicted pg_catalog.bool, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_confusion_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_confusion_state(pg_catalog.bool, pg_catalog.bool) IS
'As metric_confusion_state of texts, with the labels true and false; true is the positive one.';

CREATE AGGREGATE psyrad.metric_confusion_merge(state psyrad.metric_confusion_state) (
	SFUNC = psyrad.metric_confusion_join, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_confusion_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_confusion_merge(psyrad.metric_confusion_state) IS
'Merges states of metric_confusion_state.';

CREATE FUNCTION psyrad.metric_confusion_final(state psyrad.metric_confusion_state) RETURNS psyrad.metric_confusion_cell[]
	AS 'MODULE_PATHNAME', 'metric_confusion_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_confusion_final(psyrad.metric_confusion_state) IS
'The confusion matrix of a state: one cell (truth, predicted, n) for every pair of labels, in order of their bytes; unnest it.';

CREATE AGGREGATE psyrad.metric_confusion(predicted pg_catalog.text, truth pg_catalog.text) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_confusion_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_confusion(pg_catalog.text, pg_catalog.text) IS
'The confusion matrix: an array of cells (truth, predicted, n) for every pair of labels, to be unnested. predicted comes first. Rows with a NULL are not counted.';

CREATE AGGREGATE psyrad.metric_confusion(predicted pg_catalog.bool, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_confusion_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_confusion(pg_catalog.bool, pg_catalog.bool) IS
'As metric_confusion of texts, with the labels true and false; true is the positive one.';

CREATE FUNCTION psyrad.metric_accuracy_final(state psyrad.metric_confusion_state, level pg_catalog.float8 DEFAULT 0.95) RETURNS psyrad.metric_proportion
	AS 'MODULE_PATHNAME', 'metric_accuracy_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_accuracy_final(psyrad.metric_confusion_state, pg_catalog.float8) IS
'The share of cases whose label was predicted, with Wilson''s interval.';

CREATE FUNCTION psyrad.metric_accuracy_finish(psyrad.metric_confusion_state) RETURNS psyrad.metric_proportion
	AS 'MODULE_PATHNAME', 'metric_accuracy_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_accuracy_finish(psyrad.metric_confusion_state) IS
'Final function of metric_accuracy: level 0.95.';

CREATE AGGREGATE psyrad.metric_accuracy(predicted pg_catalog.text, truth pg_catalog.text) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_accuracy_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_accuracy(pg_catalog.text, pg_catalog.text) IS
'The share of cases whose label was predicted, with Wilson''s 95 % interval: (metric_accuracy(...)).estimate. predicted comes first. Rows with a NULL are not counted.';

CREATE AGGREGATE psyrad.metric_accuracy(predicted pg_catalog.bool, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_accuracy_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_accuracy(pg_catalog.bool, pg_catalog.bool) IS
'As metric_accuracy of texts, with the labels true and false; true is the positive one.';

CREATE FUNCTION psyrad.metric_sensitivity_final(state psyrad.metric_confusion_state, positive pg_catalog.text DEFAULT NULL, level pg_catalog.float8 DEFAULT 0.95) RETURNS psyrad.metric_proportion
	AS 'MODULE_PATHNAME', 'metric_sensitivity_final' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_sensitivity_final(psyrad.metric_confusion_state, pg_catalog.text, pg_catalog.float8) IS
'The share of truly positive cases that were predicted so (recall), with Wilson''s interval. positive: the label that is one, all others being the other class; NULL is true of booleans, and an error for other labels.';

CREATE FUNCTION psyrad.metric_sensitivity_finish(psyrad.metric_confusion_state) RETURNS psyrad.metric_proportion
	AS 'MODULE_PATHNAME', 'metric_sensitivity_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_sensitivity_finish(psyrad.metric_confusion_state) IS
'Final function of metric_sensitivity: the positive label is true, level 0.95.';

CREATE AGGREGATE psyrad.metric_sensitivity(predicted pg_catalog.bool, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_sensitivity_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_sensitivity(pg_catalog.bool, pg_catalog.bool) IS
'The share of truly positive cases that were predicted so (recall), with Wilson''s 95 % interval; NULL with a note when there is no such case. For texts: metric_sensitivity_final(metric_confusion_state(...), positive => ''...''). predicted comes first. Rows with a NULL are not counted.';

CREATE FUNCTION psyrad.metric_specificity_final(state psyrad.metric_confusion_state, positive pg_catalog.text DEFAULT NULL, level pg_catalog.float8 DEFAULT 0.95) RETURNS psyrad.metric_proportion
	AS 'MODULE_PATHNAME', 'metric_specificity_final' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_specificity_final(psyrad.metric_confusion_state, pg_catalog.text, pg_catalog.float8) IS
'The share of truly negative cases that were predicted so, with Wilson''s interval. positive: the label that is one, all others being the other class; NULL is true of booleans, and an error for other labels.';

CREATE FUNCTION psyrad.metric_specificity_finish(psyrad.metric_confusion_state) RETURNS psyrad.metric_proportion
	AS 'MODULE_PATHNAME', 'metric_specificity_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_specificity_finish(psyrad.metric_confusion_state) IS
'Final function of metric_specificity: the positive label is true, level 0.95.';

CREATE AGGREGATE psyrad.metric_specificity(predicted pg_catalog.bool, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_specificity_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_specificity(pg_catalog.bool, pg_catalog.bool) IS
'The share of truly negative cases that were predicted so, with Wilson''s 95 % interval; NULL with a note when there is no such case. For texts: metric_specificity_final(metric_confusion_state(...), positive => ''...''). predicted comes first. Rows with a NULL are not counted.';

CREATE FUNCTION psyrad.metric_ppv_final(state psyrad.metric_confusion_state, positive pg_catalog.text DEFAULT NULL, level pg_catalog.float8 DEFAULT 0.95) RETURNS psyrad.metric_proportion
	AS 'MODULE_PATHNAME', 'metric_ppv_final' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_ppv_final(psyrad.metric_confusion_state, pg_catalog.text, pg_catalog.float8) IS
'The share of cases predicted positive that are (precision); it depends on the share of positive cases in the sample, with Wilson''s interval. positive: the label that is one, all others being the other class; NULL is true of booleans, and an error for other labels.';

CREATE FUNCTION psyrad.metric_ppv_finish(psyrad.metric_confusion_state) RETURNS psyrad.metric_proportion
	AS 'MODULE_PATHNAME', 'metric_ppv_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_ppv_finish(psyrad.metric_confusion_state) IS
'Final function of metric_ppv: the positive label is true, level 0.95.';

CREATE AGGREGATE psyrad.metric_ppv(predicted pg_catalog.bool, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_ppv_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_ppv(pg_catalog.bool, pg_catalog.bool) IS
'The share of cases predicted positive that are (precision); it depends on the share of positive cases in the sample, with Wilson''s 95 % interval; NULL with a note when there is no such case. For texts: metric_ppv_final(metric_confusion_state(...), positive => ''...''). predicted comes first. Rows with a NULL are not counted.';

CREATE FUNCTION psyrad.metric_npv_final(state psyrad.metric_confusion_state, positive pg_catalog.text DEFAULT NULL, level pg_catalog.float8 DEFAULT 0.95) RETURNS psyrad.metric_proportion
	AS 'MODULE_PATHNAME', 'metric_npv_final' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_npv_final(psyrad.metric_confusion_state, pg_catalog.text, pg_catalog.float8) IS
'The share of cases predicted negative that are; it depends on the share of positive cases in the sample, with Wilson''s interval. positive: the label that is one, all others being the other class; NULL is true of booleans, and an error for other labels.';

CREATE FUNCTION psyrad.metric_npv_finish(psyrad.metric_confusion_state) RETURNS psyrad.metric_proportion
	AS 'MODULE_PATHNAME', 'metric_npv_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_npv_finish(psyrad.metric_confusion_state) IS
'Final function of metric_npv: the positive label is true, level 0.95.';

CREATE AGGREGATE psyrad.metric_npv(predicted pg_catalog.bool, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_npv_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_npv(pg_catalog.bool, pg_catalog.bool) IS
'The share of cases predicted negative that are; it depends on the share of positive cases in the sample, with Wilson''s 95 % interval; NULL with a note when there is no such case. For texts: metric_npv_final(metric_confusion_state(...), positive => ''...''). predicted comes first. Rows with a NULL are not counted.';

CREATE FUNCTION psyrad.metric_balanced_accuracy_final(state psyrad.metric_confusion_state) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_balanced_accuracy_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_balanced_accuracy_final(psyrad.metric_confusion_state) IS
'The mean over the classes that occur in truth of the share that was predicted.';

CREATE AGGREGATE psyrad.metric_balanced_accuracy(predicted pg_catalog.text, truth pg_catalog.text) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_balanced_accuracy_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_balanced_accuracy(pg_catalog.text, pg_catalog.text) IS
'The mean over the classes that occur in truth of the share that was predicted (recall). predicted comes first. Rows with a NULL are not counted.';

CREATE AGGREGATE psyrad.metric_balanced_accuracy(predicted pg_catalog.bool, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_balanced_accuracy_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_balanced_accuracy(pg_catalog.bool, pg_catalog.bool) IS
'As metric_balanced_accuracy of texts, with the labels true and false; true is the positive one.';

CREATE FUNCTION psyrad.metric_f1_final(state psyrad.metric_confusion_state, positive pg_catalog.text DEFAULT NULL, average pg_catalog.text DEFAULT 'macro') RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_f1_final' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_f1_final(psyrad.metric_confusion_state, pg_catalog.text, pg_catalog.text) IS
'F1 = 2 TP / (2 TP + FP + FN) of the positive label; where positive is NULL, over all classes: macro (their mean), weighted (by their frequency in truth) or micro (the accuracy).';

CREATE FUNCTION psyrad.metric_f1_macro(psyrad.metric_confusion_state) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_f1_macro' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_f1_macro(psyrad.metric_confusion_state) IS
'Final function of metric_f1 of texts: the mean over all classes.';

CREATE FUNCTION psyrad.metric_f1_finish(psyrad.metric_confusion_state) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_f1_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_f1_finish(psyrad.metric_confusion_state) IS
'Final function of metric_f1 of booleans: that of the label true.';

CREATE AGGREGATE psyrad.metric_f1(predicted pg_catalog.text, truth pg_catalog.text) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_f1_macro, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_f1(pg_catalog.text, pg_catalog.text) IS
'The mean over all classes of F1 = 2 TP / (2 TP + FP + FN) (macro average). predicted comes first. Rows with a NULL are not counted.';

CREATE AGGREGATE psyrad.metric_f1(predicted pg_catalog.bool, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_f1_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_f1(pg_catalog.bool, pg_catalog.bool) IS
'F1 = 2 TP / (2 TP + FP + FN) of true; NULL when nothing is or was predicted so. predicted comes first. Rows with a NULL are not counted.';

CREATE FUNCTION psyrad.metric_mcc_final(state psyrad.metric_confusion_state) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_mcc_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_mcc_final(psyrad.metric_confusion_state) IS
'Matthews'' correlation of a state; of more than two classes Gorodkin''s (2004).';

CREATE AGGREGATE psyrad.metric_mcc(predicted pg_catalog.text, truth pg_catalog.text) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_mcc_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_mcc(pg_catalog.text, pg_catalog.text) IS
'Matthews'' correlation of predicted and true labels, of more than two classes Gorodkin''s; NULL when one side has a single label. predicted comes first. Rows with a NULL are not counted.';

CREATE AGGREGATE psyrad.metric_mcc(predicted pg_catalog.bool, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_mcc_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_mcc(pg_catalog.bool, pg_catalog.bool) IS
'As metric_mcc of texts, with the labels true and false; true is the positive one.';

CREATE FUNCTION psyrad.metric_kappa_final(state psyrad.metric_confusion_state, level pg_catalog.float8 DEFAULT 0.95) RETURNS psyrad.metric_kappa_result
	AS 'MODULE_PATHNAME', 'metric_kappa_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_kappa_final(psyrad.metric_confusion_state, pg_catalog.float8) IS
'Cohen''s kappa of a state with its large-sample interval.';

CREATE FUNCTION psyrad.metric_kappa_finish(psyrad.metric_confusion_state) RETURNS psyrad.metric_kappa_result
	AS 'MODULE_PATHNAME', 'metric_kappa_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_kappa_finish(psyrad.metric_confusion_state) IS
'Final function of metric_kappa: level 0.95.';

CREATE AGGREGATE psyrad.metric_kappa(predicted pg_catalog.text, truth pg_catalog.text) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_kappa_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_kappa(pg_catalog.text, pg_catalog.text) IS
'Cohen''s kappa: agreement beyond chance of two labels, with the large-sample 95 % interval. predicted comes first. Rows with a NULL are not counted.';

CREATE AGGREGATE psyrad.metric_kappa(predicted pg_catalog.bool, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_confusion_add, STYPE = psyrad.metric_confusion_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_confusion_join, FINALFUNC = psyrad.metric_kappa_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_kappa(pg_catalog.bool, pg_catalog.bool) IS
'As metric_kappa of texts, with the labels true and false; true is the positive one.';
