-- Verify psyrad:extensions on pg
BEGIN;
DO $$
BEGIN
	ASSERT 4 = (SELECT count(*) FROM pg_extension
		WHERE extname IN ('connectome', 'metastat', 'modelscore', 'catalogue') AND extnamespace = 'psyrad'::regnamespace), 'an extension is missing from schema psyrad';
	ASSERT to_regtype('psyrad.connectome') IS NOT NULL, 'type psyrad.connectome is missing';
	ASSERT to_regtype('psyrad.model') IS NOT NULL, 'type psyrad.model is missing';
	ASSERT has_schema_privilege('psyrad_analyst', 'psyrad', 'USAGE'), 'psyrad_analyst cannot use schema psyrad';
	ASSERT EXISTS (SELECT FROM pg_db_role_setting, unnest(setconfig) setting
		WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) AND setrole = 0
		AND setting ~ '^search_path=(.*, )?psyrad(,|$)'), 'the database''s search path does not name psyrad';
END $$;
ROLLBACK;
