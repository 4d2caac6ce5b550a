-- Verify psyrad:history on pg
BEGIN;
SELECT change_no, changed_at, changed_by, file, table_name, participant, column_name, old_value, new_value FROM ingest.change LIMIT 0;
SELECT study, participant, row_key, content, file, sha256, line, tool_version, loaded_by, loaded_at, changes, changed_by, changed_at FROM ingest.trace('clinical.score', '{"instrument": "HAMD-17"}') LIMIT 0;
ROLLBACK;
