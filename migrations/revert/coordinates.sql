-- Revert psyrad:coordinates from pg
BEGIN;
DROP FUNCTION ingest.load_coordinates(bigint);
DROP FUNCTION ingest.reject_experiments();
DROP FUNCTION ingest.describe_experiments(bigint);
DROP FUNCTION ingest.scope_word(text), ingest.direction_word(text), ingest.space_word(text);
DROP FUNCTION ingest.stage_coordinates();
DROP FUNCTION evidence.studies_near(double precision, double precision, double precision, double precision);
DROP VIEW evidence.poolable_focus, evidence.coordinate;
DROP TABLE evidence.focus, evidence.experiment;
DROP FUNCTION evidence.talairach_to_mni(double precision, double precision, double precision);
COMMIT;
