-- Verify psyrad:withdraw on pg
BEGIN;
DO $$
DECLARE
	bad text;
BEGIN
	-- Every table with subjects' rows can be emptied of one.
	SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY 1) INTO bad
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'subject_id' AND NOT a.attisdropped
	WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relowner = 'psyrad_owner'::regrole AND c.relnamespace::regnamespace::text <> 'federation'
		AND NOT (has_table_privilege('psyrad_withdraw', c.oid, 'SELECT') AND has_table_privilege('psyrad_withdraw', c.oid, 'DELETE'));
	ASSERT bad IS NULL, 'withdraw cannot erase rows of ' || bad;
	ASSERT NOT has_any_column_privilege('psyrad_ingest', 'clinical.withdrawal', 'INSERT, UPDATE'), 'psyrad_ingest writes stubs';
	ASSERT NOT has_column_privilege('psyrad_ingest', 'clinical.withdrawal', 'mark', 'SELECT'), 'psyrad_ingest reads the marks';
	ASSERT NOT has_function_privilege('psyrad_analyst', 'clinical.withdraw(text, text, text)', 'EXECUTE'), 'analysts may withdraw';
	ASSERT NOT has_function_privilege('psyrad_ingest', 'clinical.erase_rows(bigint)', 'EXECUTE'), 'psyrad_ingest may erase without a stub';
END $$;
ROLLBACK;
