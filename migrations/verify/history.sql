-- Verify psyrad:history on pg
BEGIN;
SELECT change_no, changed_at, changed_by, file, table_name, participant, column_name, old_value, new_value FROM ingest.change LIMIT 0;
ROLLBACK;
