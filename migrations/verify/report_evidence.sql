-- Verify psyrad:report_evidence on pg
BEGIN;
SET LOCAL ROLE psyrad_view;
SELECT * FROM report.model_roc WHERE false;
-- Each page has its figures, also over an empty warehouse.
SELECT 1 / (jsonb_typeof(report.page_acupoints()) = 'object')::int;
SELECT 1 / (jsonb_typeof(report.page_literature()) = 'object')::int;
SELECT 1 / (jsonb_typeof(report.page_meta()) = 'object')::int;
SELECT 1 / (jsonb_typeof(report.page_models()) = 'object')::int;
ROLLBACK;
