-- Verify psyrad:literature on pg
BEGIN;
SELECT source_record_id, source_id, record_key, occurrence, file_id, seen_in, line, ordinal, format, database, search, searched, content_sha256, type, title,
	authors, year, doi, pmid, extra, raw FROM evidence.source_record WHERE false;
SELECT file_id, code, tag, line, count, text FROM evidence.source_note WHERE false;
SELECT source_id, file_id, path, format, database, search, searched, records_in_file, records, vanished FROM evidence.source_count WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class c
	WHERE c.oid IN ('evidence.source_record'::regclass, 'evidence.source_note'::regclass, 'evidence.source_count'::regclass)
		AND (c.relowner <> CASE c.relkind WHEN 'v' THEN 'psyrad_view' ELSE 'psyrad_owner' END::regrole OR obj_description(c.oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'of another owner, or without a comment: ' || bad;
	ASSERT has_function_privilege('psyrad_ingest', 'ingest.load_literature(bigint)', 'EXECUTE'), 'psyrad_ingest cannot load literature';
	ASSERT NOT has_table_privilege('psyrad_ingest', 'evidence.source_record', 'DELETE'), 'records are never deleted';
END $$;
ROLLBACK;
