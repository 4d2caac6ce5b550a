-- Revert psyrad:seeds from pg
BEGIN;

DROP FUNCTION ingest.load_seed(bigint);
DROP FUNCTION ingest.stage_seed();

COMMIT;
