-- Revert psyrad:report_pages from pg
BEGIN;
SET LOCAL ROLE psyrad_view;
DROP FUNCTION report.page_quality();
DROP FUNCTION report.page_imaging();
DROP FUNCTION report.page_trial();
DROP FUNCTION report.page_overview();
DROP VIEW report.connection_person;
COMMIT;
