-- Verify psyrad:deduplication on pg
BEGIN;
SELECT source_record_id, cluster_id FROM evidence.record_cluster WHERE false;
SELECT record_a, record_b, verdict, rule, confidence, contradicts, joined FROM evidence.duplicate WHERE false;
SELECT record_a, record_b, same, decided_by, decided_at, reason FROM evidence.duplicate_decision WHERE false;
SELECT record_a, record_b, same FROM evidence.duplicate_ruling WHERE false;
SELECT source_record_id, record FROM evidence.comparable_record WHERE false;
SELECT source_record_id, cluster_id, occurrence FROM evidence.occurrence WHERE false;
SELECT database, records, first_occurrences, duplicates_within, duplicates_across, not_compared FROM evidence.duplicate_count WHERE false;
SELECT cluster_id, records, databases, title FROM evidence.cluster WHERE false;
SELECT record_a, record_b, differs, confidence FROM evidence.uncertain_duplicate WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class c
	WHERE c.oid IN ('evidence.record_cluster'::regclass, 'evidence.duplicate'::regclass, 'evidence.duplicate_decision'::regclass,
			'evidence.occurrence'::regclass, 'evidence.cluster'::regclass, 'evidence.uncertain_duplicate'::regclass)
		AND (c.relowner <> 'psyrad_owner'::regrole OR obj_description(c.oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'of another owner, or without a comment: ' || bad;
	ASSERT has_function_privilege('psyrad_ingest', 'evidence.deduplicate()', 'EXECUTE'), 'psyrad_ingest cannot deduplicate';
	ASSERT NOT has_table_privilege('psyrad_ingest', 'evidence.duplicate_decision', 'UPDATE, DELETE'), 'decisions are never changed';
END $$;
ROLLBACK;
