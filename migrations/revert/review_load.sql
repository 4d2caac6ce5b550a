-- Revert psyrad:review_load from pg
BEGIN;

DROP FUNCTION ingest.review_text(bigint, text);
DROP FUNCTION ingest.review_search_strategy(bigint, text);
DROP FUNCTION ingest.review_flow(text, jsonb);
DROP FUNCTION ingest.review_strategies(text, jsonb);
DROP FUNCTION ingest.review_texts(jsonb);
DROP FUNCTION ingest.review_year(text);
DROP FUNCTION ingest.review_text_anomalies(bigint, text);
DROP FUNCTION ingest.review_other_facts(bigint, text);
DROP FUNCTION ingest.review_challenges(bigint, text);
DROP FUNCTION ingest.review_kind_of_fact(bigint, text, text);
DROP FUNCTION ingest.review_core_prescription(bigint, text);
DROP FUNCTION ingest.review_ml_models(bigint, text);
DROP FUNCTION ingest.review_methods(bigint, text);
DROP FUNCTION ingest.review_modalities(bigint, text);
DROP FUNCTION ingest.review_networks(bigint, text);
DROP FUNCTION ingest.load_review_protocols(bigint);
DROP FUNCTION ingest.stage_review_protocols();
DROP FUNCTION ingest.review_protocol_points(bigint, text);
DROP FUNCTION ingest.review_interventions(bigint, text);
DROP FUNCTION ingest.review_findings(bigint, text);
DROP FUNCTION ingest.review_studies(bigint, text);
DROP FUNCTION ingest.review_study_facts(bigint, text);
DROP FUNCTION ingest.review_references(bigint, text);
DROP FUNCTION ingest.add_references(bigint, text);
DROP FUNCTION ingest.check_study(text);
DROP FUNCTION ingest.check_cells(text, text, text);
DROP FUNCTION ingest.require_cells(text[]);
DROP FUNCTION ingest.load_review(bigint);
DROP FUNCTION ingest.finish_review(text);
DROP FUNCTION ingest.begin_review(text);
DROP FUNCTION ingest.stage_review();

COMMIT;
