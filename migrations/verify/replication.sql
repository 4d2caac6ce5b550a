-- Verify psyrad:replication on pg
BEGIN;
SET LOCAL ROLE psyrad_view;
SELECT * FROM report.study_protocol WHERE false;
SELECT * FROM report.connection_replicated WHERE false;
ROLLBACK;
