-- Verify psyrad:model_use on pg
BEGIN;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(p.oid::regprocedure::text, ', ' ORDER BY 1) INTO bad FROM pg_proc p
	WHERE p.pronamespace = 'model'::regnamespace AND (has_function_privilege('public', p.oid, 'EXECUTE') OR obj_description(p.oid, 'pg_proc') IS NULL);
	ASSERT bad IS NULL, 'open to everybody, or without a comment: ' || bad;
	SELECT string_agg(p.oid::regprocedure::text, ', ' ORDER BY 1) INTO bad FROM pg_proc p
	WHERE p.pronamespace = 'model'::regnamespace AND p.prosecdef AND NOT coalesce(p.proconfig::text ~ 'search_path=pg_catalog, pg_temp', false);
	ASSERT bad IS NULL, 'SECURITY DEFINER without a fixed search_path: ' || bad;
	SELECT string_agg(p.oid::regprocedure::text, ', ' ORDER BY 1) INTO bad FROM pg_proc p
	WHERE p.pronamespace = 'model'::regnamespace AND p.prorettype = 'psyrad.model'::regtype AND (p.prosecdef OR has_function_privilege('psyrad_analyst', p.oid, 'EXECUTE')
		OR has_function_privilege('psyrad_ingest', p.oid, 'EXECUTE') OR has_function_privilege('psyrad_view', p.oid, 'EXECUTE'));
	ASSERT bad IS NULL, 'returns a model to others than the owner: ' || bad;
	ASSERT has_function_privilege('psyrad_analyst', 'model.score(text, anyarray)', 'EXECUTE'), 'analysts cannot score';
	ASSERT has_function_privilege('psyrad_report', 'model.score(text, anyarray)', 'EXECUTE'), 'reports cannot score';
	ASSERT NOT has_function_privilege('psyrad_analyst', 'model.register(text, bytea, text, bigint, text, text[], text, boolean)', 'EXECUTE'), 'analysts may register models';
END $$;
ROLLBACK;
