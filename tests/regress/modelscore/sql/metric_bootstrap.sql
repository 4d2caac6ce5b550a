-- Bootstrap intervals of labels and of predicted numbers; their figures are tests/golden/run_metrics's.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS modelscore CASCADE;
SET search_path = public, psyrad;
\pset null '(null)'
\set VERBOSITY default
CREATE TABLE boot AS SELECT k, k % 3 AS site, (k * 37 % 100) / 100.0 AS score, k * 31 % 7 < 3 AS truth, ('{HC,MDD,BD}'::text[])[1 + k % 3] AS label,
	('{HC,MDD,BD}'::text[])[1 + (k + (k * k % 5 = 1)::int) % 3] AS guess, k * 13 % 29 + 0.5 AS predicted, k * 11 % 31 AS observed FROM generate_series(1, 200) k;
CREATE VIEW boot_state AS SELECT metric_auc_state(score, truth) AS s, metric_confusion_state(score >= 0.5, truth) AS c, metric_confusion_state(guess, label) AS l,
	metric_errors_state(predicted, observed) AS e FROM boot;

-- ---- the estimate is the metric's own, and lies within its interval
SELECT m, b.n, b.estimate = v.own AS own, b.ci_lb < b.estimate AND b.estimate < b.ci_ub AS inside, b.se > 0 AS varies, b.replicates, b.level, b.note FROM boot_state,
	LATERAL (VALUES ('accuracy', (metric_accuracy_final(c)).estimate), ('balanced_accuracy', metric_balanced_accuracy_final(c)), ('f1', metric_f1_final(c, 'true')),
		('f1_macro', metric_f1_final(c)), ('f1_weighted', metric_f1_final(c, average => 'weighted')), ('kappa', (metric_kappa_final(c)).estimate), ('mcc', metric_mcc_final(c)),
		('sensitivity', (metric_sensitivity_final(c)).estimate), ('specificity', (metric_specificity_final(c)).estimate), ('ppv', (metric_ppv_final(c)).estimate), ('npv', (metric_npv_final(c)).estimate)) v(m, own),
	LATERAL metric_bootstrap(c, m) b ORDER BY m;
SELECT m, b.n, b.estimate = v.own AS own, b.ci_lb < b.estimate AND b.estimate < b.ci_ub AS inside, b.note FROM boot_state,
	LATERAL (VALUES ('r2', metric_r2_final(e)), ('mae', metric_mae_final(e)), ('rmse', metric_rmse_final(e))) v(m, own), LATERAL metric_bootstrap(e, m) b ORDER BY m;
SELECT b.estimate = (metric_calibration_final(s)).ece AS own, b.ci_lb < b.ci_ub AS width, b.note FROM boot_state, metric_bootstrap(s, 'ece') b;
SELECT (metric_bootstrap(c)).estimate = metric_balanced_accuracy_final(c) AS by_default, (metric_bootstrap(e)).estimate = metric_r2_final(e) AS errors_by_default,
	(metric_bootstrap(l, 'f1', 'BD', 100)).estimate = metric_f1_final(l, 'BD') AS of_a_label FROM boot_state;

-- ---- a function of the cases and the seed: neither the order of rows, nor the parts they came in, nor a parallel plan change a bit
CREATE TABLE boot_whole AS SELECT metric_bootstrap(c, 'mcc', NULL, 300, 7) AS mcc, metric_bootstrap(l, 'f1_macro', NULL, 300, 7) AS f1, metric_bootstrap(e, 'rmse', 300, 7) AS rmse, metric_bootstrap(s, 'ece', 300, 7) AS ece FROM boot_state;
SELECT metric_bootstrap(c, 'mcc', NULL, 300, 7) = mcc AS mcc, metric_bootstrap(l, 'f1_macro', NULL, 300, 7) = f1 AS f1, metric_bootstrap(e, 'rmse', 300, 7) = rmse AS rmse, metric_bootstrap(s, 'ece', 300, 7) = ece AS ece,
	metric_bootstrap(e, 'rmse', 300, 8) <> rmse AS another_seed
FROM boot_whole, (SELECT metric_auc_state(score, truth) AS s, metric_confusion_state(score >= 0.5, truth) AS c, metric_confusion_state(guess, label) AS l, metric_errors_state(predicted, observed) AS e
	FROM (SELECT * FROM boot ORDER BY k * 77 % 199) x) y;
SELECT metric_bootstrap(c, 'mcc', NULL, 300, 7) = mcc AS mcc, metric_bootstrap(l, 'f1_macro', NULL, 300, 7) = f1 AS f1, metric_bootstrap(e, 'rmse', 300, 7) = rmse AS rmse, metric_bootstrap(s, 'ece', 300, 7) = ece AS ece
FROM boot_whole, (SELECT metric_auc_merge(s) AS s, metric_confusion_merge(c) AS c, metric_confusion_merge(l) AS l, metric_errors_merge(e) AS e
	FROM (SELECT metric_auc_state(score, truth) AS s, metric_confusion_state(score >= 0.5, truth) AS c, metric_confusion_state(guess, label) AS l, metric_errors_state(predicted, observed) AS e FROM boot GROUP BY site) x) y;
BEGIN;
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL max_parallel_workers_per_gather = 2; SET LOCAL force_parallel_mode = on;
ALTER TABLE boot SET (parallel_workers = 2);
SELECT metric_bootstrap(c, 'mcc', NULL, 300, 7) = mcc AS mcc, metric_bootstrap(l, 'f1_macro', NULL, 300, 7) = f1 AS f1, metric_bootstrap(e, 'rmse', 300, 7) = rmse AS rmse, metric_bootstrap(s, 'ece', 300, 7) = ece AS ece FROM boot_whole, boot_state;
ROLLBACK;
-- shifted and scaled observations: errors scale, R2 stays
SELECT abs((metric_bootstrap(t, 'rmse', 200)).ci_ub / (2 * (metric_bootstrap(e, 'rmse', 200)).ci_ub) - 1) < 1e-12 AS scaled, abs((metric_bootstrap(t, 'r2', 200)).ci_lb - (metric_bootstrap(e, 'r2', 200)).ci_lb) < 1e-9 AS same
FROM boot_state, (SELECT metric_errors_state(2 * predicted + 1000, 2 * observed + 1000) AS t FROM boot) x;

-- ---- groups that say little: no query ends, and the note says why
SELECT g, m, (metric_bootstrap(metric_confusion_state(p, t), m, 'true', 200)).* FROM (VALUES
	('one case', true, true), ('all right', true, true), ('all right', false, false), ('one truth', true, true), ('one truth', false, true),
	('nobody predicted', false, true), ('nobody predicted', false, false), ('rarely predicted', true, true), ('rarely predicted', false, true), ('rarely predicted', false, false), ('rarely predicted', false, false)) v(g, p, t),
	(VALUES ('balanced_accuracy'), ('mcc'), ('ppv')) w(m) GROUP BY g, m ORDER BY g, m;
SELECT g, m, (metric_bootstrap(metric_errors_state(p, o), m, 200)).* FROM (VALUES ('one case', 1, 2), ('one value', 1, 5), ('one value', 2, 5), ('exact', 1, 1), ('exact', 2, 2), ('exact', 3, 3), ('two values', 1, 2), ('two values', 2, 1)) v(g, p, o),
	(VALUES ('r2'), ('rmse')) w(m) GROUP BY g, m ORDER BY g, m;
SELECT m, (metric_bootstrap(metric_auc_state(s, t), m)).* FROM (VALUES (0.5, true), (0.25, true)) v(s, t), (VALUES ('auc'), ('brier'), ('ece')) w(m) GROUP BY m ORDER BY m;
SELECT metric_bootstrap(metric_confusion_state(p, t), replicates => 2) IS NULL AS no_rows, metric_bootstrap(metric_errors_state(0, 0)) IS NULL AS no_errors FROM (VALUES (true, true)) v(p, t) WHERE false;
SELECT metric_bootstrap(c, NULL) IS NULL AS no_metric, metric_bootstrap(c, seed => NULL) IS NULL AS no_seed FROM boot_state;
-- a positive label that no boolean row has
SELECT (metric_bootstrap(metric_confusion_state(p, t), 'specificity', replicates => 100)).* FROM (VALUES (false, false), (false, false)) v(p, t);

-- ---- refused
SELECT metric_bootstrap(c, 'auc') FROM boot_state;
SELECT metric_bootstrap(e, 'mse') FROM boot_state;
SELECT metric_bootstrap(l, 'f1') FROM boot_state;
SELECT metric_bootstrap(l, 'f1', 'ADHD') FROM boot_state;
SELECT metric_bootstrap(c, replicates => 1) FROM boot_state;
SELECT metric_bootstrap(e, level => 95) FROM boot_state;
SELECT metric_bootstrap(metric_delong_state(score, score, truth), 'rmse') FROM boot;
SELECT metric_bootstrap(metric_auc_state(score * 2, truth), 'ece') FROM boot;
-- it can be stopped, however many cases a state says that it has
SET statement_timeout = '500ms';
SELECT metric_bootstrap(overlay(c::text PLACING 'ffffffffff000000' FROM 27)::metric_confusion_state, replicates => 1000000) FROM boot_state;
RESET statement_timeout;
DROP VIEW boot_state;
DROP TABLE boot, boot_whole;
