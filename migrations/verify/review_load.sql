-- Verify psyrad:review_load on pg
BEGIN;
SELECT 'ingest.stage_review()'::regprocedure;
SELECT 'ingest.begin_review(text)'::regprocedure;
SELECT 'ingest.finish_review(text)'::regprocedure;
SELECT 'ingest.load_review(bigint)'::regprocedure;
SELECT 'ingest.require_cells(text[])'::regprocedure;
SELECT 'ingest.check_cells(text, text, text)'::regprocedure;
SELECT 'ingest.check_study(text)'::regprocedure;
SELECT 'ingest.add_references(bigint, text)'::regprocedure;
SELECT 'ingest.review_references(bigint, text)'::regprocedure;
SELECT 'ingest.review_study_facts(bigint, text)'::regprocedure;
SELECT 'ingest.review_studies(bigint, text)'::regprocedure;
SELECT 'ingest.review_findings(bigint, text)'::regprocedure;
SELECT 'ingest.review_interventions(bigint, text)'::regprocedure;
SELECT 'ingest.review_protocol_points(bigint, text)'::regprocedure;
SELECT 'ingest.stage_review_protocols()'::regprocedure;
SELECT 'ingest.load_review_protocols(bigint)'::regprocedure;
SELECT 'ingest.review_networks(bigint, text)'::regprocedure;
SELECT 'ingest.review_modalities(bigint, text)'::regprocedure;
SELECT 'ingest.review_methods(bigint, text)'::regprocedure;
SELECT 'ingest.review_ml_models(bigint, text)'::regprocedure;
SELECT 'ingest.review_core_prescription(bigint, text)'::regprocedure;
SELECT 'ingest.review_kind_of_fact(bigint, text, text)'::regprocedure;
SELECT 'ingest.review_challenges(bigint, text)'::regprocedure;
SELECT 'ingest.review_other_facts(bigint, text)'::regprocedure;
SELECT 'ingest.review_text_anomalies(bigint, text)'::regprocedure;
SELECT 'ingest.review_year(text)'::regprocedure;
SELECT 'ingest.review_texts(jsonb)'::regprocedure;
SELECT 'ingest.review_strategies(text, jsonb)'::regprocedure;
SELECT 'ingest.review_flow(text, jsonb)'::regprocedure;
SELECT 'ingest.review_search_strategy(bigint, text)'::regprocedure;
SELECT 'ingest.review_text(bigint, text)'::regprocedure;
DO $$
BEGIN
	ASSERT has_function_privilege('psyrad_ingest', 'ingest.load_review(bigint)', 'EXECUTE') AND NOT has_function_privilege('psyrad_analyst', 'ingest.load_review(bigint)', 'EXECUTE'), 'the rights to load a review are wrong';
END $$;
ROLLBACK;
