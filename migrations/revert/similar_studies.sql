-- Revert psyrad:similar_studies from pg
BEGIN;

DROP FUNCTION evidence.similar_studies(text, int);
DROP VIEW evidence.study_trait;

COMMIT;
