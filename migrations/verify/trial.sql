-- Verify psyrad:trial on pg
BEGIN;
DO $$
BEGIN
	ASSERT (SELECT abs(estimate - 2) < 1e-12 FROM clinical.ancova('{1,2,3,3,4,5}', '{1,2,3,1,2,3}', '{a,a,a,b,b,b}', reference => 'a') WHERE quantity = 'difference'), 'ancova is wrong';
	ASSERT has_table_privilege('psyrad_analyst', 'clinical.rater_agreement', 'SELECT'), 'raters cannot be compared';
END $$;
ROLLBACK;
