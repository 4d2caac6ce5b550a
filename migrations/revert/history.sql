-- Revert psyrad:history from pg
BEGIN;
DROP FUNCTION ingest.trace(text, jsonb);
DROP FUNCTION ingest.check_trace(text, jsonb);
DROP FUNCTION ingest.fact_columns(regclass);
DROP VIEW ingest.change;
DROP FUNCTION ingest.current_row(text, jsonb);
REVOKE EXECUTE ON FUNCTION ingest.protocol_parts(text, text) FROM psyrad_analyst;
COMMIT;
