-- Coordinate-based meta-analysis: states, maps, clusters, notes and refusals.  NiMARE's numbers are compared in tests/unit/test_cbma.c.
SET search_path = psyrad, pg_catalog;
CREATE TEMP TABLE mask AS
SELECT ROW(ARRAY[23, 27, 23], ARRAY[8, 0, 0, -90, 0, 8, 0, -126, 0, 0, 8, -72], array_agg(1 + i + 23 * (j + 27 * k) ORDER BY k, j, i))::voxel_mask AS mask
FROM generate_series(0, 22) i, generate_series(0, 26) j, generate_series(0, 22) k
WHERE ((8 * i - 90) / 70.0) ^ 2 + ((8 * j - 108) / 88.0) ^ 2 + ((8 * k - 80) / 72.0) ^ 2 <= 1;
-- 24 experiments: in each a focus about (-24, -20, -16) and three anywhere
CREATE TEMP TABLE focus AS
SELECT format('study %s', e) AS experiment, 10 + e % 5 * 4 AS n, f,
	CASE WHEN f = 0 THEN -24 + e % 7 ELSE (e * 37 + f * 53) % 100 - 50 END AS x,
	CASE WHEN f = 0 THEN -20 + e % 5 ELSE (e * 29 + f * 71) % 120 - 78 END AS y,
	CASE WHEN f = 0 THEN -16 + e % 3 ELSE (e * 43 + f * 17) % 90 - 30 END AS z
FROM generate_series(1, 24) e, generate_series(0, 3) f;

SELECT m.experiments, m.foci, m.missing, m.outside, m.beyond, m.voxels, m.correction, round(m.threshold::numeric, 6) AS threshold,
	cardinality(m.statistic) = m.voxels AND cardinality(m.p) = m.voxels AND cardinality(m.z) = m.voxels AND cardinality(m.cluster) = m.voxels AS whole,
	m.note
FROM mask, (SELECT cbma_foci(experiment, x, y, z, n) AS foci FROM focus) s, cbma_ale(foci, mask, iterations => 200) m;
SELECT c.cluster, c.voxels, c.volume_mm3, round(c.mass::numeric, 6) AS mass, c.x, c.y, c.z, round(c.peak::numeric, 6) AS peak, c.p < 1e-6 AS p_small,
	round(c.z_score::numeric, 4) AS z_score, c.p_size, c.p_mass, c.p_peak, c.foci, cardinality(c.experiments) AS experiments
FROM mask, (SELECT cbma_foci(experiment, x, y, z, n) AS foci FROM focus) s, cbma_ale(foci, mask, iterations => 200) m, unnest(m.clusters) c
WHERE p_size < 0.05;
SELECT c.cluster, c.voxels, c.mass, c.x, c.y, c.z, c.peak, c.p_size, c.foci, c.experiments[1:3]
FROM mask, (SELECT cbma_foci(experiment, x, y, z) AS foci FROM focus) s, cbma_mkda(foci, mask, iterations => 200, radius => 12) m, unnest(m.clusters) c
WHERE p_size < 0.05;

-- By sample size an experiment counts the root of its n: four of 16 participants and four of 64 are 4/6 and 8/6 of one each
WITH e AS (SELECT e, 16 * (1 + 3 * (e % 2)) AS n, 16 * (e % 4) - 24 AS x FROM generate_series(1, 8) e)
SELECT m.experiments, (SELECT array_agg(DISTINCT round(s::numeric, 4) ORDER BY round(s::numeric, 4)) FROM unnest(m.statistic) s) AS sums,
	round(m.threshold::numeric, 4) AS threshold, round(m.fwe_statistic::numeric, 4) AS fwe_statistic
FROM mask, (SELECT cbma_foci(e::text, x, -20, 8, n) AS foci FROM e) s, cbma_mkda(foci, mask, 'voxel', iterations => 200, weights => 'sample_size') m;
-- equal participants, equal weights: the same clusters, and the same sums within half a part an experiment
SELECT a.cluster = b.cluster AS same_clusters, (SELECT max(abs(s - t)) <= 24 * 24 / 2 ^ 21 FROM unnest(a.statistic, b.statistic) u(s, t)) AS same_statistic
FROM mask, (SELECT cbma_foci(experiment, x, y, z, 20) AS foci FROM focus) s, cbma_mkda(s.foci, mask, 'none') a, cbma_mkda(s.foci, mask, 'none', weights => 'sample_size') b;

-- Rows in any order, parts merged and text forms are the same state; one seed gives one answer
SELECT count(DISTINCT foci::text) AS states FROM (
	SELECT cbma_foci(experiment, x, y, z, n ORDER BY x, f) AS foci FROM focus
	UNION ALL SELECT cbma_foci(experiment, x, y, z, n ORDER BY experiment DESC, z) FROM focus
	UNION ALL SELECT cbma_merge(part) FROM (SELECT cbma_foci(experiment, x, y, z, n) AS part FROM focus GROUP BY f % 3) p
	UNION ALL SELECT cbma_foci(experiment, x, y, z, n)::text::cbma_foci FROM focus) s;
SELECT a.p_corrected = b.p_corrected AS same_seed, a.p_corrected = c.p_corrected AS other_seed, a.p = c.p AS same_p
FROM mask, (SELECT cbma_foci(experiment, x, y, z, n) AS foci FROM focus) s,
	cbma_ale(s.foci, mask, 'voxel', iterations => 50, seed => 3) a, cbma_ale(s.foci, mask, 'voxel', iterations => 50, seed => 3) b,
	cbma_ale(s.foci, mask, 'voxel', iterations => 50, seed => 4) c;
-- An affine of 16 numbers is the same; corrections without Monte Carlo have no family-wise values
SELECT a.statistic = b.statistic AS same, b.fwe_statistic, (SELECT bool_and(c.p_size IS NULL) FROM unnest(b.clusters) c) AS no_fwe,
	(SELECT bool_and(q >= p) FROM unnest(b.p_corrected, b.p) u(q, p)) AS adjusted
FROM mask, (SELECT cbma_foci(experiment, x, y, z, n) AS foci FROM focus) s,
	cbma_ale(s.foci, mask, 'none') a, cbma_ale(s.foci, ROW((mask).dim, (mask).affine || '{0,0,0,1}'::float8[], (mask).voxel)::voxel_mask, 'fdr') b;

-- Notes instead of maps
SELECT (cbma_ale(cbma_foci(experiment, x, y, z), (SELECT mask FROM mask))).note FROM focus;
SELECT (cbma_ale(cbma_foci(experiment, x, y, z), (SELECT mask FROM mask), 'none', fwhm => 12)).note FROM focus;
SELECT (cbma_ale(cbma_foci(experiment, x, y, z, n + f), (SELECT mask FROM mask))).note FROM focus;
SELECT (cbma_mkda(cbma_foci(experiment, x, y, z), (SELECT mask FROM mask), weights => 'sample_size')).note FROM focus;
SELECT m.experiments, m.missing, m.statistic IS NULL AS no_map, m.note FROM mask,
	(SELECT cbma_foci(experiment, NULL, y, z, n) AS foci FROM focus) s, cbma_mkda(foci, mask) m;
SELECT m.outside, m.note FROM mask, (SELECT cbma_foci(experiment, x + 300 * (f = 1)::int, y, z, n) AS foci FROM focus WHERE n < 15) s,
	cbma_ale(foci, mask, 'none') m;
SELECT cbma_ale(NULL, mask) IS NULL AS no_state FROM mask;
SELECT cbma_ale(cbma_foci(experiment, x, y, z, n), (SELECT mask FROM mask)) IS NULL AS no_rows FROM focus WHERE false;

-- Refusals
SELECT cbma_foci('a', 1001, 0, 0);
SELECT cbma_foci('a', 'NaN', 0, 0);
SELECT cbma_foci('a', 0, 0, 0, 0);
SELECT cbma_foci('', 0, 0, 0, 10);
SELECT cbma_ale(cbma_foci('a', 0, 0, 0, 10), NULL);
SELECT cbma_ale(cbma_foci('a', 0, 0, 0, 10), (SELECT mask FROM mask), 'fwe');
SELECT cbma_ale(cbma_foci('a', 0, 0, 0, 10), (SELECT mask FROM mask), voxel_p => 0);
SELECT cbma_ale(cbma_foci('a', 0, 0, 0, 10), (SELECT mask FROM mask), iterations => -1);
SELECT cbma_ale(cbma_foci('a', 0, 0, 0, 10), (SELECT mask FROM mask), fwhm => 0);
SELECT cbma_mkda(cbma_foci('a', 0, 0, 0, 10), (SELECT mask FROM mask), radius => 'NaN');
SELECT cbma_mkda(cbma_foci('a', 0, 0, 0, 10), (SELECT mask FROM mask), weights => 'n');
SELECT cbma_mkda(cbma_foci('a', 0, 0, 0, 10), ROW('{2,2}', '{1,0,0,0,0,1,0,0,0,0,1,0}', '{1}')::voxel_mask);
SELECT cbma_mkda(cbma_foci('a', 0, 0, 0, 10), ROW('{2,2,2}', '{1,0,0,0}', '{1}')::voxel_mask);
SELECT cbma_mkda(cbma_foci('a', 0, 0, 0, 10), ROW('{2,2,2}', '{1,0,0,0,0,1,0,0,0,0,1,0,1,0,0,1}', '{1}')::voxel_mask);
SELECT cbma_mkda(cbma_foci('a', 0, 0, 0, 10), ROW('{2,2,2}', '{1,0,0,0,0,1,0,0,0,0,0,0}', '{1}')::voxel_mask);
SELECT cbma_mkda(cbma_foci('a', 0, 0, 0, 10), ROW('{2,2,2}', '{1,0,0,0,0,1,0,0,0,0,1,0}', '{3,2}')::voxel_mask);
SELECT cbma_mkda(cbma_foci('a', 0, 0, 0, 10), ROW('{2,2,2}', '{1,0,0,0,0,1,0,0,0,0,1,0}', '{9}')::voxel_mask);
SELECT cbma_mkda(cbma_foci('a', 0, 0, 0, 10), ROW('{2,2,2}', '{1,0,0,0,0,1,0,0,0,0,1,0}', '{}')::voxel_mask);
SELECT cbma_mkda(cbma_foci('a', 0, 0, 0, 10), ROW('{2,2,2}', NULL, '{1}')::voxel_mask);
SELECT cbma_mkda(cbma_foci('a', 0, 0, 0, 10), ROW('{100000,2,2}', '{1,0,0,0,0,1,0,0,0,0,1,0}', '{1}')::voxel_mask);
SELECT '\x00'::cbma_foci;
SELECT left(cbma_foci('a', 1, 2, 3, 10)::text, -2)::cbma_foci FROM (VALUES (1)) v;
