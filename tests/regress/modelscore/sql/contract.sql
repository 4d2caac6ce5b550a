-- What others build on: every name, argument and result of models and metrics is there, groups go by themselves, and none ends a query.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS modelscore CASCADE;
SET search_path = public, psyrad;
\pset null '(null)'
CREATE FUNCTION contract_named(signature text) RETURNS regprocedure LANGUAGE sql AS $$ SELECT to_regprocedure('psyrad.' || signature) $$;

-- Functions: arguments, how many have a default, and results.
SELECT signature AS missing, arguments, defaults, result FROM (VALUES
	('model_load(text, text)', 'document,format', 1, 'model'), ('model_load(bytea, text)', 'document,format', 1, 'model'),
	('model_predict(model, anyarray)', 'model,features', 0, 'text'), ('model_predict(model, jsonb)', 'model,features', 0, 'text'),
	('model_score(model, anyarray)', 'model,features', 0, 'double precision'), ('model_score(model, jsonb)', 'model,features', 0, 'double precision'),
	('model_proba(model, anyarray)', 'model,features', 0, 'double precision[]'), ('model_proba(model, jsonb)', 'model,features', 0, 'double precision[]'),
	('model_decision(model, anyarray)', 'model,features', 0, 'double precision[]'), ('model_decision(model, jsonb)', 'model,features', 0, 'double precision[]'),
	('model_explain(model, anyarray, text)', 'model,features,class', 1, 'double precision[]'), ('model_explain(model, jsonb, text)', 'model,features,class', 1, 'double precision[]'),
	('model_explain_base(model, text)', 'model,class', 1, 'double precision'), ('model_relabel(model, text[], text)', 'model,classes,positive', 2, 'model'),
	('model_classes(model)', 'model', 0, 'text[]'), ('model_features(model)', 'model', 0, 'text[]'), ('model_describe(model)', 'model', 0, 'jsonb'),
	('metric_auc_final(metric_state)', 'state', 0, 'double precision'), ('metric_auc_ci_final(metric_state, float8)', 'state,level', 1, 'metric_auc_result'),
	('metric_auc_perm_final(metric_state, int, bigint)', 'state,permutations,seed', 2, 'metric_auc_perm_result'),
	('metric_bootstrap(metric_state, text, int, bigint, float8)', 'state,metric,replicates,seed,level', 4, 'metric_bootstrap_result'),
	('metric_bootstrap(metric_confusion_state, text, text, int, bigint, float8)', 'state,metric,positive,replicates,seed,level', 5, 'metric_bootstrap_interval'),
	('metric_bootstrap(metric_pairs, text, int, bigint, float8)', 'state,metric,replicates,seed,level', 4, 'metric_bootstrap_interval'),
	('metric_average_precision_final(metric_state)', 'state', 0, 'double precision'), ('metric_brier_final(metric_state)', 'state', 0, 'double precision'),
	('metric_brier_parts(metric_state)', 'state', 0, 'metric_brier_result'), ('metric_logloss_final(metric_state, float8)', 'state,clip', 1, 'double precision'),
	('metric_calibration_final(metric_state, int, text)', 'state,bins,method', 2, 'metric_calibration_result'),
	('metric_net_benefit(metric_state, float8[])', 'state,thresholds,threshold,n,true_positives,false_positives,net_benefit,treat_all', 0, 'record'),
	('metric_roc(metric_state)', 'state,threshold,true_positives,false_positives,sensitivity,specificity,ppv', 0, 'record'),
	('metric_delong_final(metric_pairs, float8)', 'state,level', 1, 'metric_delong_result'), ('metric_r2_final(metric_pairs)', 'state', 0, 'double precision'),
	('metric_mae_final(metric_pairs)', 'state', 0, 'double precision'), ('metric_rmse_final(metric_pairs)', 'state', 0, 'double precision'),
	('metric_confusion_final(metric_confusion_state)', 'state', 0, 'metric_confusion_cell[]'), ('metric_accuracy_final(metric_confusion_state, float8)', 'state,level', 1, 'metric_proportion'),
	('metric_balanced_accuracy_final(metric_confusion_state)', 'state', 0, 'double precision'), ('metric_mcc_final(metric_confusion_state)', 'state', 0, 'double precision'),
	('metric_sensitivity_final(metric_confusion_state, text, float8)', 'state,positive,level', 2, 'metric_proportion'),
	('metric_specificity_final(metric_confusion_state, text, float8)', 'state,positive,level', 2, 'metric_proportion'),
	('metric_ppv_final(metric_confusion_state, text, float8)', 'state,positive,level', 2, 'metric_proportion'),
	('metric_npv_final(metric_confusion_state, text, float8)', 'state,positive,level', 2, 'metric_proportion'),
	('metric_f1_final(metric_confusion_state, text, text)', 'state,positive,average', 2, 'double precision'), ('metric_kappa_final(metric_confusion_state, float8)', 'state,level', 1, 'metric_kappa_result'),
	('metric_drift_final(metric_drift_state, text[], int)', 'state,names,bins', 2, 'metric_drift_feature[]'),
	('metric_mcnemar(bigint, bigint)', 'only_a,only_b', 0, 'double precision'), ('metric_z(float8)', 'level', 0, 'double precision')) AS contract (signature, arguments, defaults, result)
WHERE NOT EXISTS (SELECT FROM pg_proc WHERE oid = contract_named(signature) AND prokind = 'f' AND array_to_string(proargnames, ',') = arguments AND pronargdefaults = defaults AND format_type(prorettype, NULL) = result);

-- Metrics: aggregates with the result that is promised.
CREATE TABLE contract_metric AS SELECT name, takes, result FROM (VALUES
	('metric_auc', 'score', 'double precision'), ('metric_auc_ci', 'score', 'metric_auc_result'), ('metric_auc_perm', 'score', 'metric_auc_perm_result'), ('metric_auc_state', 'score', 'metric_state'),
	('metric_average_precision', 'score', 'double precision'), ('metric_brier', 'score', 'double precision'), ('metric_logloss', 'score', 'double precision'), ('metric_calibration', 'score', 'metric_calibration_result'),
	('metric_delong', 'scores', 'metric_delong_result'), ('metric_delong_state', 'scores', 'metric_pairs'),
	('metric_r2', 'numbers', 'double precision'), ('metric_mae', 'numbers', 'double precision'), ('metric_rmse', 'numbers', 'double precision'), ('metric_errors_state', 'numbers', 'metric_pairs'),
	('metric_confusion', 'labels', 'metric_confusion_cell[]'), ('metric_accuracy', 'labels', 'metric_proportion'), ('metric_balanced_accuracy', 'labels', 'double precision'), ('metric_f1', 'labels', 'double precision'),
	('metric_mcc', 'labels', 'double precision'), ('metric_kappa', 'labels', 'metric_kappa_result'), ('metric_confusion_state', 'labels', 'metric_confusion_state'),
	('metric_confusion', 'truths', 'metric_confusion_cell[]'), ('metric_accuracy', 'truths', 'metric_proportion'), ('metric_balanced_accuracy', 'truths', 'double precision'), ('metric_f1', 'truths', 'double precision'),
	('metric_mcc', 'truths', 'double precision'), ('metric_kappa', 'truths', 'metric_kappa_result'), ('metric_confusion_state', 'truths', 'metric_confusion_state'), ('metric_sensitivity', 'truths', 'metric_proportion'),
	('metric_specificity', 'truths', 'metric_proportion'), ('metric_ppv', 'truths', 'metric_proportion'), ('metric_npv', 'truths', 'metric_proportion'),
	('metric_drift', 'features', 'metric_drift_feature[]'), ('metric_drift_state', 'features', 'metric_drift_state'),
	('metric_auc_merge', 'metric_state', 'metric_state'), ('metric_delong_merge', 'metric_pairs', 'metric_pairs'), ('metric_errors_merge', 'metric_pairs', 'metric_pairs'),
	('metric_confusion_merge', 'metric_confusion_state', 'metric_confusion_state'), ('metric_drift_merge', 'metric_drift_state', 'metric_drift_state')) v (name, takes, result);
CREATE VIEW contract_aggregate AS SELECT m.*, contract_named(name || CASE takes WHEN 'score' THEN '(float8, boolean)' WHEN 'scores' THEN '(float8, float8, boolean)' WHEN 'numbers' THEN '(float8, float8)'
	WHEN 'labels' THEN '(text, text)' WHEN 'truths' THEN '(boolean, boolean)' WHEN 'features' THEN '(anyarray, boolean)' ELSE '(' || takes || ')' END) AS proc FROM contract_metric m;
SELECT name AS missing, takes, result FROM contract_aggregate WHERE NOT EXISTS (SELECT FROM pg_proc WHERE oid = proc AND prokind = 'a' AND format_type(prorettype, NULL) = result);
SELECT DISTINCT takes, array_to_string(proargnames, ',') AS arguments FROM contract_aggregate JOIN pg_proc ON oid = proc ORDER BY takes;
-- none beside these, and each is mergeable, parallel, and may be a window's
SELECT p.oid::regprocedure AS unlisted FROM pg_proc p WHERE pronamespace = 'psyrad'::regnamespace AND prokind = 'a' AND proname ~ '^(metric|model)_' AND NOT EXISTS (SELECT FROM contract_aggregate WHERE proc = p.oid);
SELECT proc FROM contract_aggregate JOIN pg_aggregate ON aggfnoid = proc JOIN pg_proc ON oid = proc WHERE aggcombinefn = 0 OR aggfinalmodify <> 'r' OR proparallel <> 's';
-- every one says what it is
SELECT p.oid::regprocedure AS silent FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e' JOIN pg_extension e ON e.oid = d.refobjid WHERE extname = 'modelscore' AND coalesce(obj_description(p.oid, 'pg_proc'), '') = '';

-- Results: columns in their order; what has an interval says its level, and what can be empty has a note.
SELECT relname, string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND NOT attisdropped
WHERE relkind = 'c' AND relname ~ '^metric_' AND relnamespace = 'psyrad'::regnamespace GROUP BY relname ORDER BY relname;

-- Every metric by group: as many answers as groups, each that of its rows alone, and no group ends the query.
CREATE TABLE contract_case AS SELECT g, k, (k * 37 % 97) / 97.0 AS a, (k * 61 % 97) / 97.0 AS b, CASE g WHEN 'positive' THEN true WHEN 'negative' THEN false WHEN 'unknown' THEN NULL ELSE (k * 37 % 97) + (k * 13 % 50) > 70 END AS truth
FROM unnest('{mixed,positive,negative,unknown,one}'::text[]) g, generate_series(1, 60) k WHERE g <> 'one' OR k = 1;
CREATE FUNCTION pg_temp.call(name text, takes text) RETURNS text LANGUAGE sql AS $$ SELECT name || CASE takes WHEN 'score' THEN '(a, truth)' WHEN 'scores' THEN '(a, b, truth)' WHEN 'numbers' THEN '(a, CASE WHEN truth THEN b WHEN NOT truth THEN 1 END)'
	WHEN 'labels' THEN '((a > 0.5)::text, truth::text)' WHEN 'truths' THEN '(a > 0.5, truth)' WHEN 'features' THEN '(ARRAY[a, b], truth)' END $$;
CREATE FUNCTION pg_temp.answers(name text, takes text, OUT mixed text, OUT positive text, OUT negative text, OUT one text, OUT unknown text, OUT alone boolean) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT max(x) FILTER (WHERE g = ''mixed''), max(x) FILTER (WHERE g = ''positive''), max(x) FILTER (WHERE g = ''negative''), max(x) FILTER (WHERE g = ''one''), max(x) FILTER (WHERE g = ''unknown''),
		count(*) = 5 AND max(x) FILTER (WHERE g = ''mixed'') = (SELECT %1$s::text FROM contract_case WHERE g = ''mixed'') FROM (SELECT g, %1$s::text AS x FROM contract_case GROUP BY g) y', pg_temp.call(name, takes))
	INTO mixed, positive, negative, one, unknown, alone;
END $$;
SELECT name, takes, mixed IS NOT NULL AS answers, alone, unknown FROM contract_metric, LATERAL pg_temp.answers(name, takes) WHERE name !~ '_merge$' AND (mixed IS NULL OR NOT alone OR unknown IS NOT NULL) ORDER BY name, takes;
SELECT name, takes, positive, negative, one FROM contract_metric, LATERAL pg_temp.answers(name, takes) WHERE name !~ '_(merge|state|calibration|confusion|drift)$' ORDER BY name COLLATE "C", takes;
SELECT g, (c).n, (c).positives, (c).ece IS NULL AS no_ece, (c).slope, (c).note FROM (SELECT g, metric_calibration(a, truth) AS c FROM contract_case GROUP BY g) x WHERE g <> 'mixed' ORDER BY g;
SELECT g, (metric_bootstrap(s, 'auc')).note, (metric_brier_parts(s)).note AS brier FROM (SELECT g, metric_auc_state(a, truth) AS s FROM contract_case GROUP BY g) x WHERE g <> 'mixed' ORDER BY g;
SELECT g, d.feature, d.smd, d.psi, d.ks, d.note FROM (SELECT g, metric_drift(ARRAY[a], truth) AS a FROM contract_case GROUP BY g) x, unnest(x.a) d WHERE g <> 'mixed' ORDER BY g;
-- over a window, as a running group
SELECT count(DISTINCT x) > 30 AS runs, max(x) FILTER (WHERE k = 60) = (SELECT metric_auc(a, truth) FROM contract_case WHERE g = 'mixed') AS ends FROM (SELECT k, metric_auc(a, truth) OVER (ORDER BY k) AS x FROM contract_case WHERE g = 'mixed') y;

DROP VIEW contract_aggregate;
DROP TABLE contract_case, contract_metric;
DROP FUNCTION contract_named(text);
