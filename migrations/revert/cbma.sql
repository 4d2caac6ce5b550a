-- Revert psyrad:cbma from pg
BEGIN;
DROP FUNCTION evidence.cbma_image(text, text);
DROP FUNCTION evidence.cbma_regions(text, text);
DROP FUNCTION evidence.kept_run(text);
DROP FUNCTION evidence.cbma_repeat(text);
DROP FUNCTION evidence.cbma_keep(text, text, text, text, text, bigint[], text, double precision, bigint, bigint, double precision, text);
DROP TABLE evidence.cbma_run_cluster, evidence.cbma_run;
DROP FUNCTION evidence.cbma_regions(psyrad.cbma_map, text, text);
DROP FUNCTION evidence.cbma_region_share(psyrad.voxel_mask, int[], text);
DROP FUNCTION evidence.mkda(text, text, text, bigint[], text, double precision, bigint, bigint, double precision, text);
DROP FUNCTION evidence.ale(text, text, text, bigint[], text, double precision, bigint, bigint, double precision);
DROP FUNCTION evidence.cbma_note(text, text, boolean);
DROP FUNCTION evidence.cbma_input(text, text, bigint[]);
DROP FUNCTION evidence.modality_code(text);
DROP FUNCTION evidence.voxel_at(int[], double precision[], double precision, double precision, double precision);
DROP FUNCTION evidence.cbma_mask(text);
COMMIT;
