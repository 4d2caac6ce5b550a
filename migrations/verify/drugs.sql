-- Verify psyrad:drugs on pg
BEGIN;
DO $$
BEGIN
	ASSERT has_function_privilege('psyrad_ingest', 'ingest.load_drugs(bigint)', 'EXECUTE'), 'drugs cannot be loaded';
	ASSERT NOT has_function_privilege('psyrad_analyst', 'ingest.load_drugs(bigint)', 'EXECUTE'), 'drugs can be loaded by analysts';
	ASSERT (SELECT relforcerowsecurity FROM pg_class WHERE oid = 'clinical.concomitant_drug'::regclass), 'drugs are not guarded by site';
	ASSERT (SELECT array_agg(clinical.drug_resolve(n) ORDER BY i) = ARRAY['sertraline', 'sertraline', 'escitalopram', 'citalopram', 'venlafaxine', 'lithium', NULL]
		FROM unnest(ARRAY['Sertraline HCl 50 mg tablets', '盐酸舍曲林片', '草酸艾司西酞普兰片', 'CITALOPRAM', '文拉法辛缓释胶囊', '碳酸锂缓释片', 'aspirin']) WITH ORDINALITY t(n, i)), 'drugs are not recognised';
	PERFORM ingest.stage_drugs();
END $$;
ROLLBACK;
