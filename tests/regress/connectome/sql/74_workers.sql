-- One worker and three say the same of every mergeable statistic, over rows and over states; and a site left out is its absence.
CREATE SCHEMA workers;
SET search_path = workers, public, psyrad;
CREATE TABLE scan AS SELECT id, id % 5 AS site, 's' || id % 4 AS scanner, id % 3 = 0 AS grp, ARRAY[1, (id % 3 = 0)::int, cos(id * 5)]::float8[] AS design,
	conn_from_edges((SELECT array_agg(CASE WHEN id % 11 = 0 AND k % 97 = 0 THEN NULL ELSE sin(id * k * 0.37 + k) + id % 4 * 0.2 END::real ORDER BY k) FROM generate_series(1, 435) k), 'z') AS c,
	conn_from_edges((SELECT array_agg(cos(id * k * 0.17 - k)::real ORDER BY k) FROM generate_series(1, 435) k), 'z') AS pre FROM generate_series(1, 240) id;
ALTER TABLE scan SET (parallel_workers = 3);
ANALYZE scan;
CREATE FUNCTION differences(a mass_result, b mass_result) RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM mass_unnest(a) x FULL JOIN mass_unnest(b) y USING (k)
	WHERE x.n IS DISTINCT FROM y.n OR abs(x.df / y.df - 1) > 1e-12 OR (x.p IS NULL) <> (y.p IS NULL) OR abs(x.estimate - y.estimate) > 1e-12 * y.se OR abs(x.se - y.se) > 1e-12 * y.se
		OR abs(x.statistic - y.statistic) > 1e-12 * (1 + abs(y.statistic)) OR abs(x.effect_size - y.effect_size) > 1e-12 * (1 + abs(y.effect_size)) OR abs(x.p - y.p) > 1e-11 * y.p
$$;
CREATE VIEW answers AS SELECT mass_welch(c, grp) AS welch, mass_glm(c, design, '{0,1,0}') AS glm, mass_glm(c, design, '{{0,1,0},{0,0,1}}') AS f, mass_glm(c, pre, design, '{0,1,0}') AS change,
	mass_ancova(c, pre, design, '{0,1,0}') AS ancova, mass_z(c, grp) AS z, combat_fit(c, scanner, design[2:3]) AS combat, mass_icc(c, id / 2, (id % 2)::text) AS icc FROM scan;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE serial AS SELECT * FROM answers;
SET max_parallel_workers_per_gather = 3;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
EXPLAIN (COSTS off) SELECT mass_welch(c, grp), mass_ancova(c, pre, design, '{0,1,0}'), combat_fit(c, scanner), mass_icc(c, id / 2, (id % 2)::text) FROM scan;
CREATE TABLE parallel AS SELECT * FROM answers;
SELECT differences(p.welch, s.welch) AS welch, differences(p.glm, s.glm) AS glm, differences(p.change, s.change) AS change, differences(p.ancova, s.ancova) AS ancova, differences(p.z, s.z) AS z,
	(SELECT count(*) FROM mass_unnest(p.f) x JOIN mass_unnest(s.f) y USING (k) WHERE abs(x.statistic / y.statistic - 1) <= 1e-11) AS f_equal, p.icc = s.icc AS icc, differences(s.welch, s.z) > 0 AS sees_some
FROM parallel p, serial s;
SELECT count(*) AS effects, count(*) FILTER (WHERE abs(x.gamma - y.gamma) > 1e-11 OR abs(x.delta - y.delta) > 1e-11 OR abs(x.mean - y.mean) > 1e-12 OR abs(x.sd - y.sd) > 1e-12) AS differ,
	count(*) FILTER (WHERE abs(x.gamma) > 0.1) > 0 AS site_effects
FROM parallel p, serial s, combat_unnest(p.combat) x JOIN LATERAL combat_unnest(s.combat) y USING (site, k);
-- Counts, and all that is compared by them, are exact: rows, degrees of freedom, extremes.
SELECT (p.welch).n = (s.welch).n AS n, (p.glm).df = (s.glm).df AS df, (p.welch).note IS NOT DISTINCT FROM (s.welch).note AS note FROM parallel p, serial s;

-- Leave one site out: states by site, and a frame over them without the current one.
CREATE TABLE site_state AS SELECT site, mass_ttest_state(c, grp) AS ttest, mass_welch_state(c, grp) AS welch, mass_glm_state(c, design, '{0,1,0}') AS glm, mass_ancova_state(c, pre, design, '{0,1,0}') AS ancova FROM scan GROUP BY site;
SELECT o.site, differences(mass_ttest_final(o.ttest), w.ttest) AS ttest, differences(mass_welch_final(o.welch), w.welch) AS welch, differences(mass_glm_final(o.glm), w.glm) AS glm,
	differences(mass_ancova_final(o.ancova), w.ancova) AS ancova
FROM (SELECT site, mass_ttest_merge(ttest) OVER others AS ttest, mass_welch_merge(welch) OVER others AS welch, mass_glm_merge(glm) OVER others AS glm, mass_ancova_merge(ancova) OVER others AS ancova
	FROM site_state WINDOW others AS (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)) o
JOIN LATERAL (SELECT mass_ttest(c, grp) AS ttest, mass_welch(c, grp) AS welch, mass_glm(c, design, '{0,1,0}') AS glm, mass_ancova(c, pre, design, '{0,1,0}') AS ancova FROM scan WHERE scan.site <> o.site) w ON true ORDER BY o.site;
DROP SCHEMA workers CASCADE;
