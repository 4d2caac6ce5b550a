-- Revert psyrad:deduplication from pg
BEGIN;

DROP FUNCTION evidence.decide_duplicate(bigint, bigint, boolean, text, boolean);
DROP FUNCTION evidence.deduplicate();
DROP FUNCTION evidence.store_clusters();
DROP VIEW evidence.uncertain_duplicate;
DROP VIEW evidence.cluster;
DROP VIEW evidence.duplicate_count;
DROP VIEW evidence.occurrence;
DROP VIEW evidence.comparable_record;
DROP FUNCTION evidence.registration(text, text, jsonb);
DROP VIEW evidence.current_record;
DROP VIEW evidence.duplicate_ruling;
DROP FUNCTION evidence.texts(jsonb);
DROP FUNCTION evidence.people(jsonb);
DROP TABLE evidence.duplicate_decision;
DROP TABLE evidence.duplicate;
DROP TABLE evidence.record_cluster;

COMMIT;
