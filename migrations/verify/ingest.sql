-- Verify psyrad:ingest on pg
BEGIN;
SELECT file_id, command, path, sha256, bytes, options, options_key, batch, study, site, status, rows_read, rows_loaded, rows_unchanged, rows_rejected, message, supersedes, tool_version, loaded_by, started_at, finished_at FROM ingest.file WHERE false;
SELECT reject_id, file_id, line, column_name, column_number, code, message, raw, site, loaded_by, rejected_at FROM ingest.reject WHERE false;
SELECT history_id, table_name, row_key, old_row, file_id, site, changed_by, changed_at FROM ingest.history WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class
	WHERE relnamespace = 'ingest'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
		AND (relowner <> 'psyrad_owner'::regrole OR obj_description(oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'not owned by psyrad_owner, or without a comment: ' || bad;
END $$;
ROLLBACK;
