-- Verify psyrad:seeds on pg
BEGIN;
DO $$
BEGIN
	ASSERT has_function_privilege('psyrad_ingest', 'ingest.load_seed(bigint)', 'EXECUTE'), 'psyrad_ingest cannot load seeds';
END $$;
ROLLBACK;
