-- Verify psyrad:model_evaluation on pg
BEGIN;
SELECT outcome, kind, definition, declared_by, declared_at FROM model.outcome WHERE false;
SELECT subject_id, outcome, site, truth, label, value FROM model.outcome_value WHERE false;
SELECT subject_id, site, outcome, truth, label, value FROM model.truth WHERE false;
SELECT of, split, name, version, kind, what, by_design, sides, subjects, pseudonyms FROM model.leak WHERE false;
SELECT of, split, name, version, members, subjects, images, sites, clean FROM model.leakage WHERE false;
SELECT name, version, split, fold, outcome, study, subject_id, label, site, session, score, truth, simulated, trained_on FROM report.model_prediction WHERE false;
SELECT auc, auc_lb, auc_ub, brier FROM report.model_performance WHERE false;
SELECT bin, mean_score, observed FROM report.model_calibration WHERE false;
SELECT threshold, net_benefit, treat_all FROM report.model_decision_curve WHERE false;
SELECT feature_name, smd, psi, ks, ks_p FROM report.model_drift WHERE false;
SELECT clean FROM report.model_leakage WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(format('%s may %s %s', r.role, u.privilege, t.name), ', ') INTO bad
	FROM (VALUES ('psyrad_ingest'), ('psyrad_analyst'), ('psyrad_view'), ('psyrad_report')) r(role),
		(VALUES ('model.split'), ('model.split_member'), ('model.prediction'), ('model.training_subject'), ('model.outcome'), ('model.outcome_value')) t(name),
		(VALUES ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE')) u(privilege)
	WHERE has_table_privilege(r.role, t.name, u.privilege);
	ASSERT bad IS NULL, 'written past the functions: ' || bad;
	SELECT string_agg(p.oid::regprocedure::text, ', ') INTO bad FROM pg_proc p
	WHERE p.pronamespace = 'model'::regnamespace AND (has_function_privilege('public', p.oid, 'EXECUTE') OR obj_description(p.oid, 'pg_proc') IS NULL);
	ASSERT bad IS NULL, 'open to everybody, or without a comment: ' || bad;
	SELECT string_agg(oid::regclass::text, ', ') INTO bad FROM pg_class WHERE relnamespace = 'model'::regnamespace AND relkind = 'v'
		AND (relowner <> 'psyrad_view'::regrole OR obj_description(oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'views that do not read as psyrad_view, or without a comment: ' || bad;
	ASSERT has_function_privilege('psyrad_analyst', 'model.evaluate(text, text, text, text, boolean, text, float8, float8, int, bigint)', 'EXECUTE'), 'analysts cannot evaluate';
	ASSERT NOT has_function_privilege('psyrad_analyst', 'model.make_split(text, bigint[], text, text[], int, bigint, text, numeric, text[])', 'EXECUTE'), 'analysts may store splits';
END $$;
ROLLBACK;
