-- Revert psyrad:review_settle from pg
BEGIN;

DROP FUNCTION evidence.review_sheet(text, text);
DROP FUNCTION evidence.settle_review(text);
DROP FUNCTION evidence.settle_findings(text);
DROP FUNCTION evidence.settle_anomalies(text);
DROP FUNCTION evidence.settle_arms(text);
DROP FUNCTION evidence.settle_networks(text);
DROP FUNCTION evidence.settle_studies(text);

COMMIT;
