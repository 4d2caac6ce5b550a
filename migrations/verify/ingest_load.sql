-- Verify psyrad:ingest_load on pg
BEGIN;

DO $$
DECLARE
	command text;
BEGIN
	FOREACH command IN ARRAY ARRAY['study', 'participants', 'series', 'model']
	LOOP
		ASSERT has_function_privilege('psyrad_ingest', format('ingest.load_%s(bigint)', command), 'EXECUTE'), command || ' cannot be loaded';
		ASSERT NOT has_function_privilege('psyrad_analyst', format('ingest.load_%s(bigint)', command), 'EXECUTE'), command || ' can be loaded by analysts';
		EXECUTE format('SELECT ingest.stage_%s()', command);
		DROP TABLE IF EXISTS pg_temp.stage, pg_temp.stage_reject, pg_temp.stage_column,
			pg_temp.stage_point, pg_temp.stage_quantity;
	END LOOP;
END $$;

ROLLBACK;
