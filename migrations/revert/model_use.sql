-- Revert psyrad:model_use from pg
BEGIN;

DROP POLICY function_insert ON model.training_subject;
GRANT INSERT, UPDATE ON model.training_subject TO psyrad_ingest;

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
