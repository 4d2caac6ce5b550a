-- Verify psyrad:literature_search on pg
BEGIN;
SELECT source_record_id, source_id, content_sha256, length, vector FROM evidence.search_document WHERE false;
SELECT lexeme, documents FROM evidence.search_lexeme WHERE false;
SELECT documents, length FROM evidence.search_size WHERE one;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class c
	WHERE c.oid = ANY (ARRAY['evidence.search_document', 'evidence.search_lexeme', 'evidence.search_size', 'evidence.concept_name']::regclass[])
		AND (c.relowner <> 'psyrad_owner'::regrole OR obj_description(c.oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'of another owner, or without a comment: ' || bad;
	ASSERT has_function_privilege('psyrad_analyst', 'evidence.find_records(text, int, text, text, text)', 'EXECUTE'), 'analysts cannot search';
	ASSERT NOT has_function_privilege('psyrad_analyst', 'evidence.index_records(bigint)', 'EXECUTE'), 'analysts may change the index';
	ASSERT (SELECT p.query FROM evidence.search_parse('"depression" AND yr:2016-2017') p) = $q$'depression' & ( '#y2016' | '#y2017' )$q$::tsquery, 'queries are read in another way';
	ASSERT '百会' = ANY (evidence.concept_names('acupoint', 'GV20')) AND 'hippocampus' = ANY (evidence.concept_names('region', '海马')), 'concepts have lost names';
END $$;
ROLLBACK;
