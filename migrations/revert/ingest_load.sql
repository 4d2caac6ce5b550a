-- Revert psyrad:ingest_load from pg
BEGIN;

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'ingest'::regnamespace
	LOOP
		EXECUTE format('DROP FUNCTION %s', f);
	END LOOP;
END $$;
DROP TYPE ingest.counts, ingest.scan_of;

COMMIT;
