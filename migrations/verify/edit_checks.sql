-- Verify psyrad:edit_checks on pg
BEGIN;
DO $$
BEGIN
	ASSERT (SELECT count(*) FROM clinical.edit_check) >= 8, 'an edit check is missing';
	PERFORM FROM clinical.query_list LIMIT 0;
	PERFORM FROM clinical.edit_finding LIMIT 0;
	ASSERT NOT has_table_privilege('psyrad_ingest', 'clinical.data_query_event', 'UPDATE'), 'psyrad_ingest may rewrite who answered';
	ASSERT NOT has_function_privilege('psyrad_analyst', 'clinical.set_query_status(bigint, text, text)', 'EXECUTE'), 'analysts may close queries';
END $$;
ROLLBACK;
