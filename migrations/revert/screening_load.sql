-- Revert psyrad:screening_load from pg
BEGIN;

DROP FUNCTION ingest.load_screening(bigint);
DROP FUNCTION ingest.utc_time(text);
DROP FUNCTION ingest.screening_reports(text);
DROP FUNCTION ingest.screening_rows(bigint, text);
DROP FUNCTION ingest.rayyan_votes(text);
DROP FUNCTION ingest.stage_screening();
DROP FUNCTION evidence.screening_queue(text, text, text, int);
DROP FUNCTION evidence.declare_review(jsonb);
DROP FUNCTION evidence.declare_strategies(text, bigint, jsonb);
DROP FUNCTION evidence.check_keys(jsonb, text[], text);

COMMIT;
