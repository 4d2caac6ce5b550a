-- Revert psyrad:model_use from pg
BEGIN;

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'model'::regnamespace ORDER BY p.oid DESC
	LOOP
		EXECUTE format('DROP FUNCTION %s', f);
	END LOOP;
END $$;

COMMIT;
