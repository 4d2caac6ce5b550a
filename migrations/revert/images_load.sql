-- Revert psyrad:images_load from pg
BEGIN;

DROP FUNCTION ingest.load_image(bigint);
DROP FUNCTION ingest.measure_of_stat(text, text);
DROP FUNCTION ingest.stage_image();
DROP FUNCTION ingest.load_networks(bigint);
DROP FUNCTION ingest.stage_networks();
DROP FUNCTION ingest.load_atlas(bigint);
DROP FUNCTION ingest.check_atlas(text);
DROP FUNCTION ingest.stage_atlas();

COMMIT;
