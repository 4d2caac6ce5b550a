-- Metrics beyond the AUC: what each answers, merging, order of rows, degenerate groups, hostile states.  Their numbers are tests/golden/run_metrics'.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS modelscore CASCADE;
SET search_path = public, psyrad;
-- any order, any split: k is a permutation of 0..96
CREATE TABLE cases AS
SELECT k, k % 4 AS site, (k * 37 % 97) / 97.0::float8 AS a, (k * 61 % 97) / 97.0::float8 AS b, (k * 37 % 97) + (k * 13 % 50) > 70 AS truth,
	(ARRAY['HC', 'MDD', '双相'])[1 + k % 3] AS label, (ARRAY['HC', 'MDD', '双相', 'other'])[1 + (k * k) % 4] AS guess,
	k + 1e6::float8 AS observed, k + 1e6 + (k * 7 % 11 - 5) / 10.0::float8 AS predicted FROM generate_series(0, 96) k;

-- ---- the same from parts, from rows in any order, and by site through merging
CREATE VIEW whole AS SELECT metric_auc_state(a, truth) AS s, metric_delong_state(a, b, truth) AS d, metric_errors_state(predicted, observed) AS e,
	metric_confusion_state(guess, label) AS c FROM cases;
SELECT w.s::text = m.s::text AS scores, w.d::text = m.d::text AS pairs, w.e::text = m.e::text AS errors, w.c::text = m.c::text AS labels FROM whole w,
	(SELECT metric_auc_merge(s) AS s, metric_delong_merge(d) AS d, metric_errors_merge(e) AS e, metric_confusion_merge(c) AS c FROM
		(SELECT metric_auc_state(a, truth) AS s, metric_delong_state(a, b, truth) AS d, metric_errors_state(predicted, observed) AS e,
			metric_confusion_state(guess, label) AS c FROM (SELECT * FROM cases ORDER BY md5(k::text)) x GROUP BY site) y) m;
SELECT count(DISTINCT (r::text)) AS answers FROM generate_series(1, 4) turn, LATERAL
	(SELECT ROW(metric_average_precision(a, truth), metric_brier(a, truth), metric_logloss(a, truth), metric_calibration(a, truth), metric_delong(a, b, truth),
		metric_r2(predicted, observed), metric_mae(predicted, observed), metric_rmse(predicted, observed), metric_kappa(guess, label), metric_mcc(guess, label)) AS r
	FROM (SELECT * FROM cases WHERE a > 0 ORDER BY md5((k * turn)::text)) x) y;
-- through text and binary
SELECT s::text::metric_state::text = s::text AND d::text::metric_pairs::text = d::text AND c::text::metric_confusion_state::text = c::text AS same FROM whole;
SELECT metric_delong_final(d) = metric_delong_final(d::text::metric_pairs) FROM whole;
-- in parallel
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
CREATE TABLE many AS SELECT c.*, r FROM cases c, generate_series(1, 200) r;
ANALYZE many;
SELECT (metric_kappa(guess, label)).n, round((metric_delong(a, b, truth)).statistic::numeric, 9) AS z FROM many;
SET max_parallel_workers_per_gather = 0;
SELECT (metric_kappa(guess, label)).n, round((metric_delong(a, b, truth)).statistic::numeric, 9) AS z FROM many;

-- ---- properties
-- a test of a score with itself, with its image under a rising curve, and reversed
SELECT (r).difference, (r).se, (r).p, (r).note FROM (SELECT metric_delong(a, a, truth) AS r FROM cases) x;
SELECT (r).difference, (r).p, (r).note FROM (SELECT metric_delong(a, exp(a), truth) AS r FROM cases) x;
SELECT abs((r).auc_a + (r).auc_b - 1) < 1e-15 AS mirrored, (r).difference > 0 AS better FROM (SELECT metric_delong(a, -a, truth) AS r FROM cases) x;
SELECT (f).p = (g).p AS same_p, (f).statistic = -(g).statistic AS opposite, (f).ci_lb = -(g).ci_ub AS mirrored
FROM (SELECT metric_delong(a, b, truth) AS f, metric_delong(b, a, truth) AS g FROM cases) x;
-- each area is metric_auc's
SELECT (r).auc_a = auc_a AS a, (r).auc_b = auc_b AS b FROM (SELECT metric_delong(a, b, truth) AS r, metric_auc(a, truth) AS auc_a, metric_auc(b, truth) AS auc_b FROM cases) x;
-- Brier's parts add up; the ROC curve ends at all cases; its area is the AUC
SELECT abs(brier - (reliability - resolution + uncertainty)) < 1e-15 AS adds_up, abs(skill - (1 - brier / uncertainty)) < 1e-15 AS skill FROM whole, metric_brier_parts(s);
SELECT round(sum((x1 - x0) * (y0 + y1) / 2)::numeric, 12) = (SELECT round(metric_auc(a, truth)::numeric, 12) FROM cases) AS area, min(threshold) FILTER (WHERE first) AS first
FROM (SELECT threshold, row_number() OVER w = 1 AS first, 1 - specificity AS x1, sensitivity AS y1, lag(1 - specificity) OVER w AS x0, lag(sensitivity) OVER w AS y0
	FROM whole, metric_roc(s) WINDOW w AS (ORDER BY threshold DESC)) curve;
-- doubling every case changes no proportion, and multiplies nothing but n
SELECT (k1).estimate = (k2).estimate AS kappa, abs((k1).se / (k2).se - sqrt(2)) < 1e-12 AS se, m1 = m2 AS mcc FROM
	(SELECT metric_kappa(guess, label) AS k1, metric_mcc(guess, label) AS m1 FROM cases) x,
	(SELECT metric_kappa(guess, label) AS k2, metric_mcc(guess, label) AS m2 FROM cases, generate_series(1, 2)) y;
-- renaming labels changes nothing but the names
SELECT metric_mcc(guess, label) = metric_mcc(md5(guess), md5(label)) AS mcc, metric_f1(guess, label) - metric_f1(md5(guess), md5(label)) < 1e-15 AS f1 FROM cases;
-- a perfectly calibrated score: slope 1, intercept 0
SELECT abs((r).intercept) < 1e-12 AS intercept, abs((r).slope - 1) < 1e-12 AS slope, (r).ece < 1e-12 AS ece
FROM (SELECT metric_calibration(p / 10.0, i <= p * 10) AS r FROM generate_series(1, 9) p, generate_series(1, 100) i) x;
-- and one twice as sure as it should be: slope one half
SELECT round((r).slope::numeric, 12) AS slope FROM (SELECT metric_calibration(1 / (1 + exp(-2 * ln(p / (10.0 - p)))), i <= p * 10) AS r FROM generate_series(1, 9) p, generate_series(1, 100) i) x;
-- regression: shifting both by a million changes no digit that matters; predicting the mean has r2 = 0
SELECT abs(metric_r2(predicted, observed) - metric_r2(predicted - 1e6, observed - 1e6)) < 1e-12 AS shift, metric_r2(48, k) AS of_the_mean, metric_r2(observed, observed) AS perfect FROM cases;
SELECT * FROM whole, metric_net_benefit(s, '{0.25, 0.5}') WHERE false;
SELECT threshold, n, true_positives, false_positives, round(net_benefit::numeric, 6) AS net_benefit, round(treat_all::numeric, 6) AS treat_all FROM whole, metric_net_benefit(s, '{0.25, 0.5}');
SELECT (metric_calibration_final(s, 4, 'quantile')).bins FROM (SELECT metric_auc_state(v, t) AS s FROM (VALUES (0, false), (0.25, false), (0.5, true), (0.5, false), (1, true)) c(v, t)) x;

-- ---- bootstrap: the same of the same cases and seed, another of another seed; near DeLong's
SELECT r.positives, r.negatives, r.replicates, r.note, r.estimate = metric_auc_final(s) AS estimate, abs(r.se / (metric_auc_ci_final(s)).se - 1) < 0.1 AS near_delong,
	r.ci_lb < r.estimate AND r.estimate < r.ci_ub AS inside, abs(r.bias) < 0.01 AS unbiased FROM whole, metric_bootstrap(s) r;
SELECT metric_bootstrap(s, 'auc', 200, 5) = metric_bootstrap(t, 'auc', 200, 5) AS same, metric_bootstrap(s, 'auc', 200, 5) <> metric_bootstrap(s, 'auc', 200, 6) AS another
FROM whole, (SELECT metric_auc_state(a, truth) AS t FROM (SELECT * FROM cases ORDER BY k DESC) x) y;
SELECT metric, round(estimate::numeric, 9) AS estimate, round(se::numeric, 6) AS se FROM (SELECT metric_auc_state(a, truth) AS s FROM cases WHERE a > 0) w,
	(VALUES ('auc'), ('average_precision'), ('brier'), ('logloss')) v(metric), LATERAL metric_bootstrap(s, metric, replicates => 500, seed => 42);

-- ---- NULL, NaN, and nothing to stand on
SELECT metric_brier(s, t), metric_average_precision(s, t) FROM (VALUES (0.5, true), (NULL, true), (0.3, NULL)) v(s, t);
SELECT metric_brier(s, t) IS NULL AS brier, metric_accuracy(s > 0, t) IS NULL AS accuracy, metric_delong(s, s, t) IS NULL AS delong, metric_r2(s, s) IS NULL AS r2
FROM (VALUES (0.5, true)) v(s, t) WHERE false;
SELECT (metric_sensitivity(p, t)).*, (metric_ppv(p, t)).note FROM (VALUES (false, false), (false, false)) v(p, t);
SELECT metric_f1(p, t), metric_mcc(p, t), metric_balanced_accuracy(p, t), (metric_kappa(p, t)).*, (metric_specificity(p, t)).* FROM (VALUES (false, false), (false, false)) v(p, t);
SELECT metric_delong(s, s, t) FROM (VALUES (0.5, true), (0.2, true)) v(s, t);
SELECT metric_delong(s, 1 - s, t) FROM (VALUES (0.5, true), (0.2, false)) v(s, t);
SELECT metric_average_precision(s, t), (metric_bootstrap(metric_auc_state(s, t))).note, (metric_calibration(s, t)).note FROM (VALUES (0.5, false), (0.2, false)) v(s, t);
SELECT (metric_calibration(s, t)).note FROM (VALUES (0.5, false), (0.2, false), (0.7, true)) v(s, t);
SELECT (metric_calibration(s, t)).note FROM (VALUES (0.5, false), (0, false), (0.3, true)) v(s, t);
SELECT metric_logloss(s, t), metric_logloss_final(metric_auc_state(s, t), clip => 0.25), (metric_bootstrap(metric_auc_state(s, t), 'logloss')).note FROM (VALUES (0, true), (1, false)) v(s, t);
SELECT metric_r2(3, o), metric_mae(3, o), metric_rmse(3, o) FROM (VALUES (5), (5)) v(o);
SELECT metric_accuracy(p, t), metric_sensitivity(p, t) FROM (VALUES (true, true), (true, true), (NULL, true), (false, NULL)) v(p, t);
SELECT unnest(metric_confusion(p, t)) FROM (VALUES (true, false), (true, true)) v(p, t);

-- ---- refused
SELECT metric_brier(a * 2, truth) FROM cases;
SELECT metric_logloss(-a, truth) FROM cases;
SELECT metric_delong(a, 'NaN', truth) FROM cases;
SELECT metric_r2('Infinity', 1);
SELECT metric_logloss_final(s, 0.5) FROM whole;
SELECT metric_calibration_final(s, 0) FROM whole;
SELECT metric_calibration_final(s, 10, 'deciles') FROM whole;
SELECT * FROM whole, metric_net_benefit(s, '{0.5, 1}');
SELECT metric_bootstrap(s, 'f1') FROM whole;
SELECT metric_bootstrap(s, replicates => 1) FROM whole;
SELECT metric_bootstrap(s, level => 95) FROM whole;
SELECT metric_sensitivity_final(c) FROM whole;
SELECT metric_sensitivity_final(c, 'ADHD') FROM whole;
SELECT metric_f1_final(c, average => 'mean') FROM whole;
SELECT metric_kappa_final(c, 1) FROM whole;
SELECT metric_r2_final(d) FROM whole;
SELECT (metric_accuracy(k::text, k::text)).n FROM generate_series(1, 251) k;

-- ---- hostile states
SELECT metric_delong_final('\x00');
SELECT metric_delong_final((SELECT s::text FROM whole)::metric_pairs);
SELECT metric_delong_final((SELECT overlay(d::text PLACING 'ffffff7f' FROM 11) FROM whole)::metric_pairs);
SELECT metric_delong_final((SELECT left(d::text, -16) FROM whole)::metric_pairs);
CREATE VIEW two AS SELECT metric_confusion_state(p, t)::text AS x FROM (VALUES ('a', 'b')) v(p, t);
SELECT x FROM two;
SELECT overlay(x PLACING 'ffffff7f' FROM 11)::metric_confusion_state FROM two;
SELECT overlay(x PLACING '00000000' FROM 11)::metric_confusion_state FROM two;
SELECT overlay(x PLACING 'ffffffffffffffff' FROM 27)::metric_confusion_state FROM two;
SELECT (left(x, -2) || '61')::metric_confusion_state FROM two;
SELECT (left(x, -2) || 'ff')::metric_confusion_state FROM two;
SELECT (left(x, -2) || '00')::metric_confusion_state FROM two;
SELECT (x || '62')::metric_confusion_state FROM two;
SELECT metric_confusion_add(NULL, 'a', 'b');
-- somebody's own aggregate with a state of another type
CREATE AGGREGATE forged(float8, float8, bool) (SFUNC = metric_pairs_add, STYPE = metric_pairs, INITCOND = '\x6d747031000000000000000000000000000000000000000000000000');
SELECT forged(a, b, truth) IS NOT NULL AS whole_state FROM cases;
DROP TABLE many; DROP AGGREGATE forged(float8, float8, bool); DROP VIEW whole, two; DROP TABLE cases;
