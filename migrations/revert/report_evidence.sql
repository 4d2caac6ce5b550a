-- Revert psyrad:report_evidence from pg
BEGIN;
SET LOCAL ROLE psyrad_view;
DROP FUNCTION report.page_models();
DROP FUNCTION report.page_meta();
DROP FUNCTION report.page_literature();
DROP FUNCTION report.page_acupoints();
DROP VIEW report.model_roc;
COMMIT;
