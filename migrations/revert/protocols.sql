-- Revert psyrad:protocols from pg
BEGIN;

DROP VIEW intervention.dose;
DROP VIEW intervention.adherence;
DROP VIEW intervention.stimulation;
DROP VIEW intervention.stricta_completeness;
DROP VIEW intervention.stricta;
DROP FUNCTION intervention.is_reported(text);
DROP TABLE intervention.stricta_item;
DROP FUNCTION ingest.load_sessions(bigint);
DROP FUNCTION ingest.stage_sessions();
DROP FUNCTION ingest.load_protocols(bigint);
DROP FUNCTION ingest.protocol_quantities(text);
DROP FUNCTION ingest.resolve_points();
DROP FUNCTION ingest.protocol_parts(text, text);
DROP FUNCTION ingest.stage_protocols();

COMMIT;
