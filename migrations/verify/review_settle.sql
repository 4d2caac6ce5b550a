-- Verify psyrad:review_settle on pg
BEGIN;
SELECT 'evidence.settle_studies(text)'::regprocedure;
SELECT 'evidence.settle_networks(text)'::regprocedure;
SELECT 'evidence.settle_arms(text)'::regprocedure;
SELECT 'evidence.settle_anomalies(text)'::regprocedure;
SELECT 'evidence.settle_findings(text)'::regprocedure;
SELECT 'evidence.settle_review(text)'::regprocedure;
SELECT 'evidence.review_sheet(text, text)'::regprocedure;
DO $$
BEGIN
	ASSERT has_function_privilege('psyrad_analyst', 'evidence.review_sheet(text, text)', 'EXECUTE'), 'analysts cannot read the sheets of a review';
END $$;
ROLLBACK;
