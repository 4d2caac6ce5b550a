-- Revert psyrad:export from pg
BEGIN;
DROP SCHEMA federation CASCADE;
DO $$
DECLARE
	role text;
BEGIN
	FOREACH role IN ARRAY ARRAY['psyrad_federation', 'psyrad_export']
	LOOP
		-- A role stays when it owns or is granted anything elsewhere in the cluster: another warehouse uses it.
		CONTINUE WHEN EXISTS (SELECT FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND refobjid = to_regrole(role));
		BEGIN
			EXECUTE format('DROP ROLE IF EXISTS %I', role);
		EXCEPTION WHEN insufficient_privilege THEN
			RAISE WARNING 'role % is left: role % may not drop it', role, current_user;
		END;
	END LOOP;
END $$;
COMMIT;
