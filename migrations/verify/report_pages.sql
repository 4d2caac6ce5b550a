-- Verify psyrad:report_pages on pg
BEGIN;
SET LOCAL ROLE psyrad_view;
SELECT * FROM report.connection_person WHERE false;
-- Each page has its figures, also over an empty warehouse.
SELECT 1 / (jsonb_typeof(report.page_overview()) = 'object')::int;
SELECT 1 / (jsonb_typeof(report.page_trial()) = 'object')::int;
SELECT 1 / (jsonb_typeof(report.page_imaging()) = 'object')::int;
SELECT 1 / (jsonb_typeof(report.page_quality()) = 'object')::int;
ROLLBACK;
