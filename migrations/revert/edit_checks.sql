-- Revert psyrad:edit_checks from pg
BEGIN;
DROP VIEW clinical.query_list;
DROP FUNCTION clinical.set_query_status(bigint, text, text);
DROP FUNCTION clinical.run_edit_checks(text);
DROP VIEW clinical.edit_finding;
DROP TABLE clinical.data_query_event, clinical.data_query, clinical.edit_check;
COMMIT;
