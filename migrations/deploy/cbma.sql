-- Deploy psyrad:cbma to pg
-- Coordinate-based meta-analysis of what is stored: which experiments go in, over which mask, what came out, in which regions, and runs that
-- are kept with everything they were made of.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- masks and places

-- An atlas as a mask: of kind voxels itself, of kind labels all its regions.
CREATE FUNCTION evidence.cbma_mask(mask text) RETURNS psyrad.voxel_mask
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	a     imaging.atlas;
	voxel int[];
BEGIN
	SELECT t.* INTO a FROM imaging.atlas t WHERE t.atlas = mask;
	IF a.atlas IS NULL THEN
		RAISE undefined_object USING MESSAGE = format('the mask %s is not there', coalesce(mask, 'NULL')),
			HINT = 'load one: psyrad ingest atlas MASK.nii.gz --voxels --atlas NAME --space MNI152NLin6Asym';
	END IF;
	SELECT coalesce((SELECT v.voxel FROM imaging.atlas_voxel v WHERE v.atlas = a.atlas), (SELECT r.voxel FROM imaging.region_voxel r WHERE r.atlas = a.atlas)) INTO voxel;
	IF voxel IS NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('the atlas %s is one of %s; a mask is one of voxels or labels', a.atlas, a.kind),
			HINT = CASE a.kind WHEN 'labels' THEN 'load its image again: it was loaded before its voxels were kept' ELSE 'load a mask image with psyrad ingest atlas --voxels' END;
	END IF;
	IF a.space IS NULL OR a.space !~* '^(MNI|ICBM|Colin)' THEN
		RAISE invalid_parameter_value USING MESSAGE = format('the mask %s is in %s; foci are in MNI space', a.atlas, coalesce('the space ' || a.space, 'a space that is not known')),
			HINT = 'psyrad ingest atlas --space says it';
	END IF;
	RETURN ROW(a.dims, a.affine, ARRAY(SELECT u.v + 1 FROM unnest(voxel) WITH ORDINALITY u (v, i) ORDER BY u.i))::psyrad.voxel_mask;
END $$;
COMMENT ON FUNCTION evidence.cbma_mask(text) IS
	'The voxels of an atlas as a mask for psyrad.cbma_ale and cbma_mkda: those of an atlas of kind voxels, or of all regions of one of kind labels. Raises unless it is in MNI space';

-- 0-based index of the voxel of a grid that is nearest to a place; NULL outside.  The matrix is inverted by Cramer's rule.
CREATE FUNCTION evidence.voxel_at(dims int[], affine double precision[], x double precision, y double precision, z double precision) RETURNS int
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
BEGIN ATOMIC
	SELECT CASE WHEN p.i BETWEEN 0 AND dims[1] - 1 AND p.j BETWEEN 0 AND dims[2] - 1 AND p.k BETWEEN 0 AND dims[3] - 1
		THEN (p.i + dims[1] * (p.j + dims[2] * p.k))::int END
	FROM (SELECT x - affine[4] AS x, y - affine[8] AS y, z - affine[12] AS z,
		affine[6] * affine[11] - affine[7] * affine[10] AS a, affine[7] * affine[9] - affine[5] * affine[11] AS b, affine[5] * affine[10] - affine[6] * affine[9] AS c) m
	CROSS JOIN LATERAL (SELECT affine[1] * m.a + affine[2] * m.b + affine[3] * m.c AS det) d
	CROSS JOIN LATERAL (SELECT
		pg_catalog.round((m.a * m.x + (affine[3] * affine[10] - affine[2] * affine[11]) * m.y + (affine[2] * affine[7] - affine[3] * affine[6]) * m.z) / d.det) AS i,
		pg_catalog.round((m.b * m.x + (affine[1] * affine[11] - affine[3] * affine[9]) * m.y + (affine[3] * affine[5] - affine[1] * affine[7]) * m.z) / d.det) AS j,
		pg_catalog.round((m.c * m.x + (affine[2] * affine[9] - affine[1] * affine[10]) * m.y + (affine[1] * affine[6] - affine[2] * affine[5]) * m.z) / d.det) AS k) q
	CROSS JOIN LATERAL (SELECT q.i::bigint AS i, q.j::bigint AS j, q.k::bigint AS k) p;
END;
COMMENT ON FUNCTION evidence.voxel_at(int[], double precision[], double precision, double precision, double precision) IS
	'0-based index (first dimension fastest) of the voxel of a grid nearest to a place in mm, ties to the even index; NULL outside the grid. affine: 12 numbers, rows of the matrix from voxel to mm';

---------------------------------------------------------------------------------------------------- what goes in

-- The code of evidence.modality that words stand for: its code, abbreviation or name, without regard to case, blanks and punctuation.
CREATE FUNCTION evidence.modality_code(written text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT m.modality
	FROM evidence.modality m
	CROSS JOIN LATERAL (VALUES (m.modality), (m.abbr), (m.name_en), (m.name_zh)) w (word)
	WHERE pg_catalog.regexp_replace(pg_catalog.lower(w.word), '[[:space:][:punct:]]+', '', 'g')
		= pg_catalog.regexp_replace(pg_catalog.lower(written), '[[:space:][:punct:]]+', '', 'g')
	ORDER BY m.ordinal LIMIT 1;
END;
COMMENT ON FUNCTION evidence.modality_code(text) IS 'The code of evidence.modality that a word, an abbreviation or a name stands for; NULL where it is none';

CREATE FUNCTION evidence.cbma_input(direction text DEFAULT NULL, modality text DEFAULT NULL, experiments bigint[] DEFAULT NULL,
	OUT foci psyrad.cbma_foci, OUT experiment_ids bigint[], OUT note text)
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	wanted text := evidence.modality_code(modality);
BEGIN
	IF direction IS NOT NULL AND direction NOT IN ('increase', 'decrease') THEN
		RAISE invalid_parameter_value USING MESSAGE = format('direction is %s; increase, decrease or NULL expected', direction),
			HINT = 'increases and decreases are analysed apart; NULL takes experiments that state no direction';
	END IF;
	IF modality IS NOT NULL AND wanted IS NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('modality is %s; a code, abbreviation or name of evidence.modality expected', modality);
	END IF;
	WITH RECURSIVE part AS (
		SELECT wanted AS modality
		UNION SELECT m.modality FROM part p JOIN evidence.modality m ON m.part_of = p.modality
	), fit AS MATERIALIZED (
		SELECT e.experiment_id, e.scope, e.simulated, CASE
			WHEN e.direction IS DISTINCT FROM cbma_input.direction THEN 1
			WHEN wanted IS NOT NULL AND NOT EXISTS (SELECT FROM part p WHERE p.modality = evidence.modality_code(e.modality)) THEN 2
			WHEN e.scope = 'region' THEN 3
			WHEN e.space = 'unknown' THEN 4
			WHEN NOT EXISTS (SELECT FROM evidence.focus f WHERE f.experiment_id = e.experiment_id AND f.current) THEN 5 ELSE 0 END AS why
		FROM evidence.experiment e
		WHERE e.current AND (cbma_input.experiments IS NULL OR e.experiment_id = ANY (cbma_input.experiments))
	), judged AS MATERIALIZED ( -- made-up experiments are analysed among themselves, where there are no others
		SELECT f.experiment_id, f.scope, f.simulated, CASE WHEN f.why = 0 AND f.simulated AND bool_or(NOT f.simulated AND f.why = 0) OVER () THEN 6 ELSE f.why END AS why
		FROM fit f
	)
	SELECT (SELECT psyrad.cbma_foci(p.experiment, p.x, p.y, p.z, p.n) FROM evidence.poolable_focus p
			WHERE p.experiment_id IN (SELECT j.experiment_id FROM judged j WHERE j.why = 0)),
		(SELECT coalesce(array_agg(j.experiment_id ORDER BY j.experiment_id), '{}') FROM judged j WHERE j.why = 0),
		nullif(concat_ws('; ', (SELECT 'every experiment is simulated' WHERE (SELECT bool_and(j.simulated) FROM judged j WHERE j.why = 0)),
			(SELECT 'experiments left out: ' || string_agg(format('%s %s', o.count, w.words), ', ' ORDER BY o.why)
				FROM (SELECT j.why, count(*) FROM judged j WHERE j.why > 0 GROUP BY j.why) o
				JOIN (VALUES (1, CASE WHEN cbma_input.direction IS NULL THEN 'that state a direction' ELSE 'of another direction or none' END),
					(2, 'of another modality or none'), (3, 'that searched a region alone'), (4, 'of unknown space'), (5, 'without foci'), (6, 'that are simulated')) w (why, words) USING (why)),
			(SELECT 'experiments taken that state no search scope: ' || count(*) FROM judged j WHERE j.why = 0 AND j.scope IS NULL HAVING count(*) > 0)), '')
	INTO foci, experiment_ids, note;
END $$;
COMMENT ON FUNCTION evidence.cbma_input(text, text, bigint[]) IS
	'What evidence.ale and evidence.mkda analyse, of all experiments or of those named by experiment_id: the foci (MNI, one experiment an independent sample), the experiments they come from, and how many were left out for their direction, modality, region-of-interest search or unknown space. Real and simulated experiments are never analysed together: the simulated are left out where there are real ones';

---------------------------------------------------------------------------------------------------- analyses

CREATE FUNCTION evidence.ale(mask text, direction text DEFAULT NULL, modality text DEFAULT NULL, experiments bigint[] DEFAULT NULL, correction text DEFAULT 'cluster',
	voxel_p double precision DEFAULT 0.001, iterations bigint DEFAULT 5000, seed bigint DEFAULT 0, fwhm double precision DEFAULT NULL) RETURNS psyrad.cbma_map
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000000 AS $$
DECLARE
	input record;
	map   psyrad.cbma_map;
BEGIN
	SELECT i.* INTO input FROM evidence.cbma_input(direction, modality, experiments) i;
	map := psyrad.cbma_ale(input.foci, evidence.cbma_mask(mask), correction, voxel_p, iterations, seed, fwhm);
	map.note := evidence.cbma_note(map.note, input.note, input.foci IS NULL);
	RETURN map;
END $$;
COMMENT ON FUNCTION evidence.ale(text, text, text, bigint[], text, double precision, bigint, bigint, double precision) IS
	'Activation likelihood estimation over the stored foci of one direction (NULL: of experiments that state none), of a modality and its parts or of all, over the voxels of an atlas. '
	'Options and result as of psyrad.cbma_ale; note says too what was left out. Call it in FROM: SELECT m.* FROM evidence.ale(''mask'', ''increase'') m';

CREATE FUNCTION evidence.mkda(mask text, direction text DEFAULT NULL, modality text DEFAULT NULL, experiments bigint[] DEFAULT NULL, correction text DEFAULT 'cluster',
	voxel_p double precision DEFAULT 0.001, iterations bigint DEFAULT 5000, seed bigint DEFAULT 0, radius double precision DEFAULT 10, weights text DEFAULT 'equal') RETURNS psyrad.cbma_map
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000000 AS $$
DECLARE
	input record;
	map   psyrad.cbma_map;
BEGIN
	SELECT i.* INTO input FROM evidence.cbma_input(direction, modality, experiments) i;
	map := psyrad.cbma_mkda(input.foci, evidence.cbma_mask(mask), correction, voxel_p, iterations, seed, radius, weights);
	map.note := evidence.cbma_note(map.note, input.note, input.foci IS NULL);
	RETURN map;
END $$;
COMMENT ON FUNCTION evidence.mkda(text, text, text, bigint[], text, double precision, bigint, bigint, double precision, text) IS
	'Multilevel kernel density analysis over the stored foci, chosen as for evidence.ale; options and result as of psyrad.cbma_mkda';

CREATE FUNCTION evidence.cbma_note(of_map text, of_input text, nothing boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT nullif(pg_catalog.concat_ws('; ', CASE WHEN nothing THEN 'no experiment is left' END, nullif(of_map, ''), of_input), '');
END;
COMMENT ON FUNCTION evidence.cbma_note(text, text, boolean) IS 'Remarks on a map and on what went into it, in one line; NULL where there is none';

---------------------------------------------------------------------------------------------------- regions

CREATE FUNCTION evidence.cbma_region_share(grid psyrad.voxel_mask, cluster int[], atlas text) RETURNS TABLE (cluster_number int, region int, voxels int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 AS $$
DECLARE
	a imaging.atlas;
BEGIN
	SELECT t.* INTO a FROM imaging.atlas t WHERE t.atlas = cbma_region_share.atlas;
	IF NOT EXISTS (SELECT FROM imaging.region_voxel v WHERE v.atlas = a.atlas) THEN
		RAISE invalid_parameter_value USING MESSAGE = format('the atlas %s has no regions of voxels', cbma_region_share.atlas),
			HINT = 'load a label image in MNI space: psyrad ingest atlas IMAGE.nii.gz --names FILE --atlas NAME --space SPACE';
	END IF;
	RETURN QUERY
	WITH inside AS MATERIALIZED (
		SELECT u.label, evidence.voxel_at(a.dims, a.affine,
			(grid).affine[1] * c.i + (grid).affine[2] * c.j + (grid).affine[3] * c.k + (grid).affine[4],
			(grid).affine[5] * c.i + (grid).affine[6] * c.j + (grid).affine[7] * c.k + (grid).affine[8],
			(grid).affine[9] * c.i + (grid).affine[10] * c.j + (grid).affine[11] * c.k + (grid).affine[12]) AS voxel
		FROM unnest(cbma_region_share.cluster, (grid).voxel) u (label, voxel)
		CROSS JOIN LATERAL (VALUES ((u.voxel - 1) % (grid).dim[1], (u.voxel - 1) / (grid).dim[1] % (grid).dim[2], (u.voxel - 1) / (grid).dim[1] / (grid).dim[2])) c (i, j, k)
		WHERE u.label > 0
	), named AS (
		SELECT u.voxel, u.region FROM imaging.region_voxel v CROSS JOIN LATERAL unnest(v.voxel, v.region) u (voxel, region) WHERE v.atlas = a.atlas
	)
	SELECT i.label, n.region, count(*)::int FROM inside i LEFT JOIN named n USING (voxel) GROUP BY i.label, n.region;
END $$;
COMMENT ON FUNCTION evidence.cbma_region_share(psyrad.voxel_mask, int[], text) IS
	'How many voxels of each cluster lie in which region of an atlas of labels (by the nearest of its voxels); region is NULL for those in none';

CREATE FUNCTION evidence.cbma_regions(map psyrad.cbma_map, mask text, atlas text)
	RETURNS TABLE (cluster int, cluster_voxels int, volume_mm3 double precision, x double precision, y double precision, z double precision, peak double precision,
		z_score double precision, p_corrected double precision, experiments int, region int, name text, name_zh text, hemisphere text, voxels int, share double precision)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 AS $$
BEGIN
	RETURN QUERY
	SELECT c.cluster, c.voxels, c.volume_mm3, c.x, c.y, c.z, c.peak, c.z_score,
		CASE map.correction WHEN 'cluster' THEN c.p_size WHEN 'cluster_mass' THEN c.p_mass WHEN 'voxel' THEN c.p_peak END,
		cardinality(c.experiments), s.region, r.name, r.name_zh, r.hemisphere, s.voxels, s.voxels / c.voxels::double precision
	FROM unnest(map.clusters) c
	JOIN evidence.cbma_region_share(evidence.cbma_mask(mask), map.cluster, atlas) s ON s.cluster_number = c.cluster
	LEFT JOIN imaging.region r ON r.atlas = cbma_regions.atlas AND r.region = s.region
	ORDER BY c.cluster, s.voxels DESC, s.region;
END $$;
COMMENT ON FUNCTION evidence.cbma_regions(psyrad.cbma_map, text, text) IS
	'Clusters of a map over a mask, with the regions of an atlas of labels that they lie in, a row a region (NULL: in none): voxels and share of the cluster. p_corrected is that of the map''s correction; NULL where it is none of clusters or peaks';

---------------------------------------------------------------------------------------------------- runs that are kept

CREATE TABLE evidence.cbma_run (
	run            text PRIMARY KEY CHECK (run ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'),
	method         text NOT NULL CHECK (method IN ('ale', 'mkda')),
	direction      text,
	modality       text REFERENCES evidence.modality,
	mask           text NOT NULL REFERENCES imaging.atlas,
	correction     text NOT NULL,
	voxel_p        double precision NOT NULL,
	iterations     bigint NOT NULL,
	seed           bigint NOT NULL,
	kernel_mm      double precision CHECK (kernel_mm > 0),
	weights        text CHECK (weights IN ('equal', 'sample_size')),
	experiment_ids bigint[] NOT NULL,
	input          psyrad.cbma_foci NOT NULL,
	dims           int[] NOT NULL,
	affine         double precision[] NOT NULL,
	voxel          int[] NOT NULL,
	sha256         bytea NOT NULL CHECK (length(sha256) = 32),
	experiments    int NOT NULL,
	foci           int NOT NULL,
	outside        int NOT NULL,
	beyond         int NOT NULL,
	threshold      double precision NOT NULL,
	fwe_statistic  double precision,
	fwe_voxels     double precision,
	fwe_mass       double precision,
	statistic      double precision[] NOT NULL,
	p              double precision[] NOT NULL,
	z              double precision[] NOT NULL,
	p_corrected    double precision[] NOT NULL,
	cluster        int[] NOT NULL,
	note           text,
	version        text NOT NULL,
	kept_by        name NOT NULL DEFAULT current_user,
	kept_at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE evidence.cbma_run IS 'Coordinate-based meta-analyses that were kept, with all they were made of; made by evidence.cbma_keep, never changed';
COMMENT ON COLUMN evidence.cbma_run.direction IS 'Of the foci; NULL: of experiments that state none';
COMMENT ON COLUMN evidence.cbma_run.kernel_mm IS 'fwhm of ALE, NULL where each experiment''s n decides; radius of MKDA';
COMMENT ON COLUMN evidence.cbma_run.weights IS 'Of the experiments of MKDA; NULL for ALE';
COMMENT ON COLUMN evidence.cbma_run.experiment_ids IS 'evidence.experiment rows that went in';
COMMENT ON COLUMN evidence.cbma_run.input IS 'The foci as they were then: later corrections do not touch them';
COMMENT ON COLUMN evidence.cbma_run.voxel IS 'Of the mask as it was then: 1-based numbers, the order of the vectors; with dims and affine a psyrad.voxel_mask';
COMMENT ON COLUMN evidence.cbma_run.sha256 IS 'Of the binary form of input: equal inputs have equal hashes anywhere';
COMMENT ON COLUMN evidence.cbma_run.version IS 'Of the extension metastat that computed it';

CREATE TABLE evidence.cbma_run_cluster (
	run         text NOT NULL REFERENCES evidence.cbma_run,
	cluster     int NOT NULL CHECK (cluster > 0),
	voxels      int NOT NULL,
	volume_mm3  double precision NOT NULL,
	mass        double precision NOT NULL,
	x           double precision NOT NULL,
	y           double precision NOT NULL,
	z           double precision NOT NULL,
	peak        double precision NOT NULL,
	p           double precision NOT NULL,
	z_score     double precision NOT NULL,
	p_size      double precision,
	p_mass      double precision,
	p_peak      double precision,
	foci        int NOT NULL,
	experiments text[] NOT NULL,
	PRIMARY KEY (run, cluster)
);
COMMENT ON TABLE evidence.cbma_run_cluster IS 'Clusters of kept analyses, the largest first: columns of psyrad.cbma_cluster';

CREATE FUNCTION evidence.cbma_keep(run text, method text, mask text, direction text DEFAULT NULL, modality text DEFAULT NULL, experiments bigint[] DEFAULT NULL,
	correction text DEFAULT 'cluster', voxel_p double precision DEFAULT 0.001, iterations bigint DEFAULT 5000, seed bigint DEFAULT 0,
	kernel_mm double precision DEFAULT NULL, weights text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	input record;
	grid  psyrad.voxel_mask := evidence.cbma_mask(mask);
	map   psyrad.cbma_map;
BEGIN
	IF method IS NULL OR method NOT IN ('ale', 'mkda') THEN
		RAISE invalid_parameter_value USING MESSAGE = format('method is %s; ale or mkda expected', coalesce(method, 'NULL'));
	END IF;
	IF method = 'mkda' THEN
		kernel_mm := coalesce(kernel_mm, 10);
		weights := coalesce(weights, 'equal');
	ELSIF weights IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = 'weights are of mkda', HINT = 'in ale an experiment''s n decides how wide its kernels are';
	END IF;
	SELECT i.* INTO input FROM evidence.cbma_input(direction, modality, experiments) i;
	map := CASE method WHEN 'ale' THEN psyrad.cbma_ale(input.foci, grid, correction, voxel_p, iterations, seed, kernel_mm)
		ELSE psyrad.cbma_mkda(input.foci, grid, correction, voxel_p, iterations, seed, kernel_mm, weights) END;
	map.note := evidence.cbma_note(map.note, input.note, input.foci IS NULL);
	IF map.statistic IS NULL THEN
		RAISE no_data_found USING MESSAGE = format('there is no map to keep: %s', map.note);
	END IF;
	INSERT INTO evidence.cbma_run (run, method, direction, modality, mask, correction, voxel_p, iterations, seed, kernel_mm, weights, experiment_ids, input, dims, affine, voxel,
		sha256, experiments, foci, outside, beyond, threshold, fwe_statistic, fwe_voxels, fwe_mass, statistic, p, z, p_corrected, cluster, note, version)
	VALUES (run, method, direction, evidence.modality_code(modality), mask, correction, voxel_p, iterations, seed, kernel_mm, weights, input.experiment_ids, input.foci,
		(grid).dim, (grid).affine, (grid).voxel, sha256(psyrad.cbma_foci_send(input.foci)), map.experiments, map.foci, map.outside, map.beyond, map.threshold,
		map.fwe_statistic, map.fwe_voxels, map.fwe_mass, map.statistic, map.p, map.z, map.p_corrected, map.cluster, map.note,
		(SELECT e.extversion FROM pg_extension e WHERE e.extname = 'metastat'));
	INSERT INTO evidence.cbma_run_cluster SELECT cbma_keep.run, c.* FROM unnest(map.clusters) c;
	RETURN run;
END $$;
COMMENT ON FUNCTION evidence.cbma_keep(text, text, text, text, text, bigint[], text, double precision, bigint, bigint, double precision, text) IS
	'Runs evidence.ale or evidence.mkda and keeps the result under a name, with its parameters, foci, mask and version. kernel_mm: fwhm of ALE (NULL: by each experiment''s n), radius of MKDA (NULL: 10); weights: of MKDA (NULL: equal). Raises where there is no map';

CREATE FUNCTION evidence.cbma_repeat(run text) RETURNS TABLE (same boolean, version text, version_now text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
	SELECT (m.statistic, m.p, m.p_corrected, m.cluster) IS NOT DISTINCT FROM (r.statistic, r.p, r.p_corrected, r.cluster), r.version, e.extversion
	FROM evidence.cbma_run r
	CROSS JOIN LATERAL (SELECT ROW(r.dims, r.affine, r.voxel)::psyrad.voxel_mask AS grid OFFSET 0) g
	CROSS JOIN LATERAL (SELECT CASE r.method WHEN 'ale' THEN psyrad.cbma_ale(r.input, g.grid, r.correction, r.voxel_p, r.iterations, r.seed, r.kernel_mm)
		ELSE psyrad.cbma_mkda(r.input, g.grid, r.correction, r.voxel_p, r.iterations, r.seed, r.kernel_mm, r.weights) END AS map OFFSET 0) c
	CROSS JOIN LATERAL (SELECT (c.map).*) m
	CROSS JOIN pg_extension e
	WHERE r.run = $1 AND e.extname = 'metastat';
$$;
COMMENT ON FUNCTION evidence.cbma_repeat(text) IS 'Computes a kept analysis again from what was kept with it: whether every voxel is the same to the bit, and the versions then and now';

CREATE FUNCTION evidence.kept_run(run text) RETURNS evidence.cbma_run
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
	kept evidence.cbma_run;
BEGIN
	SELECT r.* INTO kept FROM evidence.cbma_run r WHERE r.run = kept_run.run;
	IF kept.run IS NULL THEN
		RAISE undefined_object USING MESSAGE = format('no analysis was kept as %s', run), HINT = 'evidence.cbma_run lists them';
	END IF;
	RETURN kept;
END $$;
COMMENT ON FUNCTION evidence.kept_run(text) IS 'The analysis that was kept under a name; an error where there is none';

CREATE FUNCTION evidence.cbma_regions(run text, atlas text)
	RETURNS TABLE (cluster int, cluster_voxels int, volume_mm3 double precision, x double precision, y double precision, z double precision, peak double precision,
		z_score double precision, p_corrected double precision, experiments int, region int, name text, name_zh text, hemisphere text, voxels int, share double precision)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 100 AS $$
DECLARE
	kept evidence.cbma_run := evidence.kept_run(run);
BEGIN
	RETURN QUERY
	SELECT c.cluster, c.voxels, c.volume_mm3, c.x, c.y, c.z, c.peak, c.z_score,
		CASE kept.correction WHEN 'cluster' THEN c.p_size WHEN 'cluster_mass' THEN c.p_mass WHEN 'voxel' THEN c.p_peak END,
		cardinality(c.experiments), s.region, g.name, g.name_zh, g.hemisphere, s.voxels, s.voxels / c.voxels::double precision
	FROM evidence.cbma_run_cluster c
	JOIN evidence.cbma_region_share(ROW(kept.dims, kept.affine, kept.voxel)::psyrad.voxel_mask, kept.cluster, atlas) s ON s.cluster_number = c.cluster
	LEFT JOIN imaging.region g ON g.atlas = cbma_regions.atlas AND g.region = s.region
	WHERE c.run = kept.run
	ORDER BY c.cluster, s.voxels DESC, s.region;
END $$;
COMMENT ON FUNCTION evidence.cbma_regions(text, text) IS 'evidence.cbma_regions of an analysis that was kept';

CREATE FUNCTION evidence.cbma_image(run text, map text) RETURNS real[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
	kept evidence.cbma_run := evidence.kept_run(run);
BEGIN
	CASE map
		WHEN 'statistic' THEN RETURN kept.statistic::real[];
		WHEN 'p' THEN RETURN ARRAY(SELECT greatest(v, 1e-37)::real FROM unnest(kept.p) WITH ORDINALITY u (v, i) ORDER BY u.i);
		WHEN 'z' THEN RETURN kept.z::real[];
		WHEN 'p_corrected' THEN RETURN ARRAY(SELECT greatest(v, 1e-37)::real FROM unnest(kept.p_corrected) WITH ORDINALITY u (v, i) ORDER BY u.i);
		WHEN 'cluster' THEN RETURN kept.cluster::real[];
		WHEN 'significant' THEN
			RETURN ARRAY(SELECT CASE WHEN q < 0.05 THEN v ELSE 0 END::real FROM unnest(kept.z, kept.p_corrected) WITH ORDINALITY u (v, q, i) ORDER BY u.i);
		ELSE RAISE invalid_parameter_value USING MESSAGE = format('map is %s; statistic, z, p, p_corrected, cluster or significant expected', map);
	END CASE;
END $$;
COMMENT ON FUNCTION evidence.cbma_image(text, text) IS
	'A map of a kept analysis, an element a voxel of its mask: statistic, z, p, p_corrected, cluster (numbers of clusters), significant (z where p_corrected < 0.05, else 0)';

---------------------------------------------------------------------------------------------------- rights

GRANT SELECT ON evidence.cbma_run, evidence.cbma_run_cluster TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT (run, method, direction, modality, mask, correction, voxel_p, iterations, seed, kernel_mm, weights, experiment_ids, input, dims, affine, voxel, sha256, experiments, foci,
	outside, beyond, threshold, fwe_statistic, fwe_voxels, fwe_mass, statistic, p, z, p_corrected, cluster, note, version) ON evidence.cbma_run TO psyrad_ingest;
GRANT INSERT ON evidence.cbma_run_cluster TO psyrad_ingest;
DO $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'evidence'::regnamespace AND p.proname = ANY (ARRAY['cbma_mask', 'voxel_at', 'modality_code', 'cbma_input', 'ale',
		'mkda', 'cbma_note', 'cbma_region_share', 'kept_run', 'cbma_regions', 'cbma_keep', 'cbma_repeat', 'cbma_image'])
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest%s', f,
			CASE WHEN f::text LIKE 'evidence.cbma_keep(%' THEN '' ELSE ', psyrad_analyst, psyrad_view' END);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
