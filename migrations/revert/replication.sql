-- Revert psyrad:replication from pg
BEGIN;
SET LOCAL ROLE psyrad_view;
DROP VIEW report.connection_replicated;
DROP VIEW report.study_protocol;
COMMIT;
