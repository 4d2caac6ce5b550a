-- Revert psyrad:literature from pg
BEGIN;

DROP FUNCTION ingest.load_literature(bigint);
DROP FUNCTION ingest.record_keys(bigint);
DROP FUNCTION ingest.first_version(bigint);
DROP FUNCTION ingest.stage_literature();
DROP VIEW evidence.source_count;
DROP TABLE evidence.source_note;
DROP TABLE evidence.source_record;

COMMIT;
