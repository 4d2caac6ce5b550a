-- Verify psyrad:cbma on pg
BEGIN;
DO $$
BEGIN
	ASSERT has_function_privilege('psyrad_analyst', 'evidence.ale(text, text, text, bigint[], text, double precision, bigint, bigint, double precision)', 'EXECUTE'), 'analysts cannot analyse coordinates';
	ASSERT NOT has_function_privilege('psyrad_analyst', 'evidence.cbma_keep(text, text, text, text, text, bigint[], text, double precision, bigint, bigint, double precision, text)', 'EXECUTE'), 'analysts can keep runs';
	ASSERT NOT has_table_privilege('psyrad_ingest', 'evidence.cbma_run', 'UPDATE'), 'kept runs can be changed';
	-- an oblique grid: each voxel is the nearest to its own place
	ASSERT (SELECT bool_and(evidence.voxel_at('{5,6,7}', m, m[1] * i + m[2] * j + m[3] * k + m[4], m[5] * i + m[6] * j + m[7] * k + m[8], m[9] * i + m[10] * j + m[11] * k + m[12])
			= i + 5 * (j + 6 * k))
		FROM (VALUES ('{-2,0.3,0.1,90,0.2,2.1,-0.4,-126,-0.1,0.5,1.9,-72}'::float8[])) a (m), generate_series(0, 4) i, generate_series(0, 5) j, generate_series(0, 6) k), 'voxels are found elsewhere';
	ASSERT evidence.voxel_at('{5,6,7}', '{2,0,0,0,0,2,0,0,0,0,2,0}', 9.1, 0, 0) IS NULL AND evidence.voxel_at('{5,6,7}', '{2,0,0,0,0,2,0,0,0,0,2,0}', 0, -1.1, 0) IS NULL, 'a place outside the grid has a voxel';
	ASSERT evidence.modality_code('rs-fMRI') = 'rs_fmri' AND evidence.modality_code('Resting-state fMRI') = 'rs_fmri' AND evidence.modality_code('静息态功能磁共振') = 'rs_fmri'
		AND evidence.modality_code('telepathy') IS NULL, 'modalities are not recognised';
END $$;
SELECT run, input, statistic FROM evidence.cbma_run WHERE false;
SELECT run, cluster, experiments FROM evidence.cbma_run_cluster WHERE false;
ROLLBACK;
