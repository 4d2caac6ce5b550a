-- Verify psyrad:freeze on pg
BEGIN;
DO $$
DECLARE
	target text;
BEGIN
	FOREACH target IN ARRAY ARRAY['clinical.frozen_set', 'clinical.frozen_file', 'clinical.frozen_member', 'clinical.frozen_row']
	LOOP
		ASSERT NOT has_table_privilege('psyrad_ingest', target, 'UPDATE, DELETE, TRUNCATE'), target || ' can be changed';
	END LOOP;
	ASSERT NOT has_function_privilege('psyrad_analyst', 'clinical.freeze_study(text, text, text)', 'EXECUTE'), 'analysts may freeze';
	PERFORM FROM clinical.frozen_score LIMIT 0;
END $$;
ROLLBACK;
