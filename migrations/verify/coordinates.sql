-- Verify psyrad:coordinates on pg
BEGIN;
DO $$
DECLARE
	m record;
BEGIN
	ASSERT has_function_privilege('psyrad_ingest', 'ingest.load_coordinates(bigint)', 'EXECUTE'), 'coordinates cannot be loaded';
	ASSERT NOT has_function_privilege('psyrad_analyst', 'ingest.load_coordinates(bigint)', 'EXECUTE'), 'coordinates can be loaded by analysts';
	SELECT t.* INTO m FROM evidence.talairach_to_mni(-40, -60, 20) t;
	-- icbm2tal of Lancaster et al. 2007 takes it back
	ASSERT abs(0.9357 * m.mni_x + 0.0029 * m.mni_y - 0.0072 * m.mni_z - 1.0423 + 40) < 1e-12
		AND abs(-0.0065 * m.mni_x + 0.9396 * m.mni_y - 0.0726 * m.mni_z - 1.3940 + 60) < 1e-12
		AND abs(0.0103 * m.mni_x + 0.0752 * m.mni_y + 0.8967 * m.mni_z + 3.6475 - 20) < 1e-12, 'Talairach coordinates go elsewhere';
	ASSERT (SELECT array_agg(ingest.space_word(w) ORDER BY i) = ARRAY['MNI', 'MNI', 'TAL', 'TAL', 'unknown', 'unknown', NULL]
		FROM unnest(ARRAY['MNI', 'MNI152', 'Talairach', 'TAL', 'UNKNOWN', NULL, 'Dog']) WITH ORDINALITY t(w, i)), 'spaces are not recognised';
	PERFORM ingest.stage_coordinates();
END $$;
ROLLBACK;
