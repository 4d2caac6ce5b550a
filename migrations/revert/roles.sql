-- Revert psyrad:roles from pg
-- A role stays when it owns or is granted anything elsewhere in the cluster: another warehouse uses it.
BEGIN;

DROP SCHEMA report;
DROP SCHEMA model;
DROP SCHEMA evidence;
DROP SCHEMA intervention;
DROP SCHEMA imaging;
DROP SCHEMA clinical;
DROP SCHEMA ingest;

DO $$
DECLARE
	role text;
BEGIN
	FOREACH role IN ARRAY ARRAY['psyrad_unblinded', 'psyrad_report', 'psyrad_analyst', 'psyrad_ingest', 'psyrad_withdraw', 'psyrad_view', 'psyrad_owner']
	LOOP
		CONTINUE WHEN EXISTS (SELECT FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND refobjid = to_regrole(role));
		BEGIN
			EXECUTE format('DROP ROLE IF EXISTS %I', role);
		EXCEPTION WHEN insufficient_privilege THEN
			RAISE WARNING 'role % is left: role % may not drop it', role, current_user;
		END;
	END LOOP;
END $$;

COMMIT;
