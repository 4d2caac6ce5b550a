-- Coordinate-based meta-analysis: foci of independent experiments over a mask of voxels.
CREATE TYPE psyrad.cbma_foci;
CREATE FUNCTION psyrad.cbma_foci_in(cstring) RETURNS psyrad.cbma_foci
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.cbma_foci_out(psyrad.cbma_foci) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.cbma_foci_recv(internal) RETURNS psyrad.cbma_foci
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.cbma_foci_send(psyrad.cbma_foci) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE TYPE psyrad.cbma_foci (
	INPUT = psyrad.cbma_foci_in, OUTPUT = psyrad.cbma_foci_out, RECEIVE = psyrad.cbma_foci_recv, SEND = psyrad.cbma_foci_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended);

CREATE TYPE psyrad.voxel_mask AS (dim integer[], affine double precision[], voxel integer[]);

CREATE TYPE psyrad.cbma_cluster AS (cluster integer, voxels integer, volume_mm3 double precision, mass double precision,
	x double precision, y double precision, z double precision, peak double precision, p double precision, z_score double precision,
	p_size double precision, p_mass double precision, p_peak double precision, foci integer, experiments text[]);
CREATE TYPE psyrad.cbma_map AS (experiments integer, foci integer, missing integer, outside integer, beyond integer, voxels integer,
	correction text, threshold double precision, fwe_statistic double precision, fwe_voxels double precision, fwe_mass double precision,
	statistic double precision[], p double precision[], z double precision[], p_corrected double precision[], cluster integer[],
	clusters psyrad.cbma_cluster[], note text);

CREATE FUNCTION psyrad.cbma_foci_accumulate(psyrad.cbma_foci, experiment text, x double precision, y double precision, z double precision)
	RETURNS psyrad.cbma_foci LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.cbma_foci_accumulate(psyrad.cbma_foci, experiment text, x double precision, y double precision, z double precision,
	n double precision) RETURNS psyrad.cbma_foci LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.cbma_foci_combine(psyrad.cbma_foci, psyrad.cbma_foci) RETURNS psyrad.cbma_foci
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.cbma_foci_finish(psyrad.cbma_foci) RETURNS psyrad.cbma_foci
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.cbma_foci(experiment text, x double precision, y double precision, z double precision) (
	SFUNC = psyrad.cbma_foci_accumulate, STYPE = psyrad.cbma_foci, SSPACE = 8192, COMBINEFUNC = psyrad.cbma_foci_combine,
	FINALFUNC = psyrad.cbma_foci_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.cbma_foci(experiment text, x double precision, y double precision, z double precision, n double precision) (
	SFUNC = psyrad.cbma_foci_accumulate, STYPE = psyrad.cbma_foci, SSPACE = 8192, COMBINEFUNC = psyrad.cbma_foci_combine,
	FINALFUNC = psyrad.cbma_foci_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.cbma_merge(foci psyrad.cbma_foci) (
	SFUNC = psyrad.cbma_foci_combine, STYPE = psyrad.cbma_foci, SSPACE = 16384, COMBINEFUNC = psyrad.cbma_foci_combine,
	FINALFUNC = psyrad.cbma_foci_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);

CREATE FUNCTION psyrad.cbma_ale(foci psyrad.cbma_foci, mask psyrad.voxel_mask, correction text DEFAULT 'cluster',
	voxel_p double precision DEFAULT 0.001, iterations bigint DEFAULT 5000, seed bigint DEFAULT 0, fwhm double precision DEFAULT NULL)
	RETURNS psyrad.cbma_map LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.cbma_mkda(foci psyrad.cbma_foci, mask psyrad.voxel_mask, correction text DEFAULT 'cluster',
	voxel_p double precision DEFAULT 0.001, iterations bigint DEFAULT 5000, seed bigint DEFAULT 0, radius double precision DEFAULT 10,
	weights text DEFAULT 'equal')
	RETURNS psyrad.cbma_map LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000000 AS 'MODULE_PATHNAME';

COMMENT ON TYPE psyrad.cbma_foci IS
	'Foci with the names and sizes of their experiments, and the number of rows with NULLs. Flat, validated, exact in text and binary form, sorted. '
	'Made by the aggregate cbma_foci, merged with cbma_merge, analysed by cbma_ale and cbma_mkda.';
COMMENT ON TYPE psyrad.voxel_mask IS
	'Voxels of a grid: dim, voxels along i, j, k; affine, 12 or 16 numbers, the rows of the matrix from 0-based (i, j, k) to mm; '
	'voxel, 1 + i + dim[1] * (j + dim[2] * k), ascending: the order of every vector over the mask.';
COMMENT ON TYPE psyrad.cbma_cluster IS
	'Voxels above the threshold that share faces, the largest cluster first: its size, mass (sum of statistic minus threshold), the place (mm) and statistic of its peak with '
	'uncorrected p and z_score; p_size, p_mass and p_peak are family-wise, (1 + exceeding) / (1 + iterations); foci within it and the experiments they belong to.';
COMMENT ON TYPE psyrad.cbma_map IS
	'A coordinate-based meta-analysis of so many experiments and foci; missing rows had NULLs, foci outside the grid are left out, foci beyond the mask count where their kernels reach into it. '
	'Vectors have an element a voxel of the mask: statistic (ALE, or the number of experiments or the sum of their weights), p and z (uncorrected, of the upper tail; z is 0 where p is .5 or more), p_corrected (by correction), cluster (0: none). '
	'threshold: the statistic above which clusters form; fwe_*: what 5 % of random arrangements reach at least. NULL is "not available", and note says why.';
COMMENT ON FUNCTION psyrad.cbma_foci_in(cstring) IS 'text form of cbma_foci: \x and the hexadecimal digits of its image; every byte is validated';
COMMENT ON FUNCTION psyrad.cbma_foci_out(psyrad.cbma_foci) IS 'text form of cbma_foci';
COMMENT ON FUNCTION psyrad.cbma_foci_recv(internal) IS 'binary form of cbma_foci; every byte is validated';
COMMENT ON FUNCTION psyrad.cbma_foci_send(psyrad.cbma_foci) IS 'binary form of cbma_foci';
COMMENT ON FUNCTION psyrad.cbma_foci_accumulate(psyrad.cbma_foci, text, double precision, double precision, double precision) IS
	'transition function of the aggregate cbma_foci; not to be called by itself';
COMMENT ON FUNCTION psyrad.cbma_foci_accumulate(psyrad.cbma_foci, text, double precision, double precision, double precision, double precision) IS
	'transition function of the aggregate cbma_foci; not to be called by itself';
COMMENT ON FUNCTION psyrad.cbma_foci_combine(psyrad.cbma_foci, psyrad.cbma_foci) IS
	'combine function of the aggregates cbma_foci and cbma_merge; not to be called by itself';
COMMENT ON FUNCTION psyrad.cbma_foci_finish(psyrad.cbma_foci) IS 'final function of the aggregates cbma_foci and cbma_merge: the canonical, sorted state';
COMMENT ON AGGREGATE psyrad.cbma_foci(text, double precision, double precision, double precision) IS
	'Collects foci (mm in the mask''s space) of experiments: one name for each independent sample, or its foci count twice. For cbma_mkda, or cbma_ale with fwhm.';
COMMENT ON AGGREGATE psyrad.cbma_foci(text, double precision, double precision, double precision, double precision) IS
	'Collects foci (mm in the mask''s space) of experiments with n participants: one name for each independent sample, or its foci count twice.';
COMMENT ON AGGREGATE psyrad.cbma_merge(psyrad.cbma_foci) IS 'Merges sets of foci: merging parts equals collecting the whole.';
COMMENT ON FUNCTION psyrad.cbma_ale(psyrad.cbma_foci, psyrad.voxel_mask, text, double precision, bigint, bigint, double precision) IS
	'Activation likelihood estimation (Turkeltaub 2012; Eickhoff 2009, 2012). Kernels by each experiment''s n, or all of fwhm mm. Null distribution by convolving the experiments'' histograms in bins of 1e-5. '
	'correction: cluster (sizes; the default), cluster_mass, voxel: family-wise by Monte Carlo of so many iterations from a seed; fdr, none. '
	'Raises for options out of range and masks that are none; note says what a map lacks. Call it in FROM, since (f(...)).* would run it once a column: SELECT m.* FROM (SELECT psyrad.cbma_foci(experiment, x, y, z, n) AS foci FROM ...) s, psyrad.cbma_ale(s.foci, mask) m.';
COMMENT ON FUNCTION psyrad.cbma_mkda(psyrad.cbma_foci, psyrad.voxel_mask, text, double precision, bigint, bigint, double precision, text) IS
	'Multilevel kernel density analysis (Wager 2007): how many experiments reach a voxel within radius mm, against a Poisson-binomial null distribution. '
	'weights: equal, or sample_size: an experiment counts sqrt(n) of its participants, all together as much as there are experiments (Wager 2009), exactly in parts of 2^-20 of the whole. '
	'correction as for cbma_ale.';
