-- Verify psyrad:roles on pg
BEGIN;
DO $$
DECLARE
	role text;
BEGIN
	FOREACH role IN ARRAY ARRAY['psyrad_owner', 'psyrad_view', 'psyrad_ingest', 'psyrad_analyst', 'psyrad_report', 'psyrad_unblinded', 'psyrad_withdraw']
	LOOP
		ASSERT to_regrole(role) IS NOT NULL, format('role %s is missing', role);
		ASSERT NOT (SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles WHERE rolname = role),
			format('role %s holds an attribute that gets it past the row policies', role);
	END LOOP;
	ASSERT NOT (SELECT rolcanlogin FROM pg_roles WHERE rolname = 'psyrad_owner'), 'psyrad_owner can log in';
	ASSERT NOT (SELECT rolcanlogin FROM pg_roles WHERE rolname = 'psyrad_view'), 'psyrad_view can log in';
	ASSERT NOT (SELECT rolcanlogin FROM pg_roles WHERE rolname = 'psyrad_withdraw'), 'psyrad_withdraw can log in';
	ASSERT 7 = (SELECT count(*) FROM pg_namespace
		WHERE nspname IN ('ingest', 'clinical', 'imaging', 'intervention', 'evidence', 'model', 'report')
		AND nspowner = 'psyrad_owner'::regrole), 'a schema is missing or not owned by psyrad_owner';
END $$;
ROLLBACK;
