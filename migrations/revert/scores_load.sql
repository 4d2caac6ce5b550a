-- Revert psyrad:scores_load from pg
BEGIN;
DROP FUNCTION ingest.score_row(text, text);
DROP FUNCTION ingest.score_column(text, text);
DROP FUNCTION ingest.sheet_instrument(text);
DROP FUNCTION ingest.load_scores(bigint);
DROP FUNCTION ingest.set_visit_days(bigint);
DROP FUNCTION ingest.check_items();
DROP FUNCTION ingest.find_instruments(text);
DROP FUNCTION ingest.stage_scores();
DROP FUNCTION ingest.sentinel_hint(numeric);
DROP FUNCTION ingest.instrument_name(text);
DROP FUNCTION ingest.known_instrument(text);
DROP FUNCTION ingest.fold_name(text);
DROP TABLE clinical.instrument_spelling;
COMMIT;
