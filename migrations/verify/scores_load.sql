-- Verify psyrad:scores_load on pg
BEGIN;
DO $$
BEGIN
	ASSERT has_function_privilege('psyrad_ingest', 'ingest.load_scores(bigint)', 'EXECUTE'), 'scores cannot be loaded';
	ASSERT NOT has_function_privilege('psyrad_analyst', 'ingest.load_scores(bigint)', 'EXECUTE'), 'scores can be loaded by analysts';
	PERFORM ingest.stage_scores();
	ASSERT (SELECT array_agg(ingest.known_instrument(n) ORDER BY i) = ARRAY['HAMD-17', 'HAMD-17', 'HAMD-17', 'HAMD-unspecified', NULL]
		FROM unnest(ARRAY['HAMD-17', 'hdrs17', '汉密尔顿抑郁量表（17项）', 'HAMD', 'HAMD-18']) WITH ORDINALITY t(n, i)), 'instruments are not recognised';
END $$;
ROLLBACK;
