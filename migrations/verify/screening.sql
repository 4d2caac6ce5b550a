-- Verify psyrad:screening on pg
BEGIN;
SELECT review, screeners, searches_complete, previous_studies, previous_reports FROM evidence.review WHERE false;
SELECT search_id, review, kind, database, search, searched, hits_stated FROM evidence.search WHERE false;
SELECT search_id, hits_stated, records, difference, languages, versions_disagree FROM evidence.search_summary WHERE false;
SELECT report_id, stage, screener, decision, supersedes, superseded_by FROM evidence.screening_history WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class c
	WHERE c.oid = ANY (ARRAY['evidence.review', 'evidence.search', 'evidence.search_strategy', 'evidence.search_source', 'evidence.exclusion_reason', 'evidence.screening_decision',
			'evidence.screening_event', 'evidence.report_study', 'evidence.prisma_box', 'evidence.prisma_identity', 'evidence.flow_stated', 'evidence.search_summary',
			'evidence.screening_history']::regclass[])
		AND (c.relowner <> 'psyrad_owner'::regrole OR obj_description(c.oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'of another owner, or without a comment: ' || bad;
	ASSERT NOT has_table_privilege('psyrad_ingest', 'evidence.screening_decision', 'UPDATE, DELETE')
		AND NOT has_table_privilege('psyrad_ingest', 'evidence.screening_event', 'UPDATE, DELETE'), 'decisions are never changed';
	ASSERT NOT has_column_privilege('psyrad_ingest', 'evidence.screening_decision', 'recorded_by', 'INSERT'), 'who wrote a decision down can be made up';
	ASSERT has_function_privilege('psyrad_analyst', 'evidence.prisma_flow(date, text)', 'EXECUTE'), 'analysts cannot see the flow';
	ASSERT NOT EXISTS (SELECT FROM evidence.prisma_identity i, unnest(i.plus || i.minus) p WHERE NOT EXISTS (SELECT FROM evidence.prisma_box b WHERE b.box = p)),
		'an identity is about a box that there is not';
END $$;
ROLLBACK;
