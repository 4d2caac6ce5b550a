-- Revert psyrad:ingest from pg
BEGIN;

DROP TABLE ingest.history;
DROP TABLE ingest.reject;
DROP TABLE ingest.file;

COMMIT;
