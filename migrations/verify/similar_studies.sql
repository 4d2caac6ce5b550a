-- Verify psyrad:similar_studies on pg
BEGIN;
SELECT evidence_study, facet, trait FROM evidence.study_trait WHERE false;
SELECT has_function_privilege('evidence.similar_studies(text, int)', 'execute');
ROLLBACK;
