-- Revert psyrad:features_load from pg
BEGIN;

DROP FUNCTION ingest.load_features(bigint);
DROP FUNCTION ingest.place_features(bigint, text, text);
DROP FUNCTION ingest.reject_features(text);
DROP FUNCTION ingest.join_parts(real[], real[], real[], real[]);
DROP FUNCTION ingest.stage_features();
DELETE FROM imaging.region WHERE atlas = 'head';
DELETE FROM imaging.atlas WHERE atlas = 'head';
DROP FUNCTION ingest.load_connectome(bigint);
DROP FUNCTION ingest.stage_connectome();
DROP FUNCTION ingest.check_measure(text, text);
DELETE FROM imaging.measure WHERE measure IN ('fc_partial', 'fc_z', 'sc_count', 'sc_fa', 'sc_length', 'sc_md', 'thickness', 'area', 'volume', 'wmv', 'csfv', 'tiv');

COMMIT;
