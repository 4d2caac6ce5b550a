-- Revert psyrad:features_load from pg
BEGIN;

DROP FUNCTION ingest.load_connectome(bigint);
DROP FUNCTION ingest.stage_connectome();
DROP FUNCTION ingest.check_measure(text, text);
DELETE FROM imaging.measure WHERE measure IN ('fc_partial', 'fc_z', 'sc_count', 'sc_fa', 'thickness', 'area', 'volume', 'tiv');

COMMIT;
