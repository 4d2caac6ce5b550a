-- Permutation inference: numbers, order of rows, plans, missing values, options, errors, cancel.
SET search_path = psyrad, public;
SET extra_float_digits = 0;
CREATE TABLE perm AS
	SELECT s AS id, 'sub-' || pg_catalog.lpad(s::text, 2, '0') AS key, s % 2 = 1 AS grp, (s * 7 % 11)::float8 AS y, (s + 1) / 2 AS pair,
		ARRAY[(s * s % 13) / 8.0, s % 2 + (s * 5 % 7) / 4.0, (s * 3 % 10) / 16.0, 2]::real[] AS x,
		conn_from_edges(ARRAY[(s * s % 13) / 8.0, s % 2 + (s * 5 % 7) / 4.0, (s * 3 % 10) / 16.0]::real[], 'z') AS c
	FROM pg_catalog.generate_series(1, 8) AS s;

-- Two samples: all 70 arrangements; the t are those of mass_ttest, and element 4 does not vary.
SELECT (r).n, (r).df, (r).arrangements, (r).exhaustive, (r).method, (r).note FROM (SELECT mass_perm_ttest(key, x, grp, 1000, 1) AS r FROM perm) AS t;
SELECT u.k, round(u.estimate::numeric, 12) AS estimate, round(u.statistic::numeric, 10) AS t, round(u.effect_size::numeric, 10) AS d, round(u.p_unc * 70) AS b, round(u.p_fwe * 70) AS b_fwe,
	round(u.p_unc_greater * 70) AS up, round(u.p_fwe_greater * 70) AS up_fwe, round(u.p_unc_less * 70) AS down, round(u.p_fwe_less * 70) AS down_fwe
	FROM (SELECT mass_perm_ttest(key, x, grp, 1000, 1) AS r FROM perm) AS t, mass_unnest(t.r) AS u;
SELECT bool_and(abs(u.statistic - m.statistic) < 1e-12 * abs(m.statistic) AND abs(u.estimate - m.estimate) < 1e-12 AND abs(u.effect_size - m.effect_size) < 1e-12)
	FROM (SELECT mass_perm_ttest(key, x, grp, 1000, 1) AS r, mass_ttest(x, grp) AS m FROM perm) AS t, mass_unnest(t.r) AS u JOIN mass_unnest(t.m) AS m USING (k)
	WHERE u.k < 4;
-- The other tests' statistics are those of their namesakes.
SELECT test, bool_and(abs(u.statistic - m.statistic) < 1e-11 * abs(m.statistic) AND abs(u.estimate - m.estimate) < 1e-12 AND abs(u.effect_size - m.effect_size) < 1e-12)
	FROM (SELECT 'one sample' AS test, mass_perm_ttest(key, x, 1000, 1) AS r, mass_ttest(x) AS m FROM perm
		UNION ALL SELECT 'corr', mass_perm_corr(key, x, y, 50, 1), mass_corr(x, y) FROM perm
		UNION ALL SELECT 'pcorr', mass_perm_corr(key, x, y, ARRAY[id, grp::int], 50, 1), mass_pcorr(x, y, ARRAY[id, grp::int]) FROM perm
		UNION ALL SELECT 'paired', mass_perm_ttest_paired(key, x, ARRAY[1, x[1], x[3] * x[3], 1]::real[], 50, 1), mass_ttest_paired(x, ARRAY[1, x[1], x[3] * x[3], 1]::real[]) FROM perm) AS t,
	mass_unnest(t.r) AS u JOIN mass_unnest(t.m) AS m USING (k) WHERE u.statistic IS NOT NULL GROUP BY test ORDER BY test;
-- A linear model takes its columns as given, and says the same as the test it generalises.
SELECT (a.r).p_fwe = (b.r).p_fwe AND (a.r).p_unc = (b.r).p_unc AS same, (a.r).method
	FROM (SELECT mass_perm_glm(key, x, ARRAY[1, grp::int, id], ARRAY[0, 1, 0], 200, 4) AS r FROM perm) AS a, (SELECT mass_perm_ttest(key, x, grp, ARRAY[id], 200, 4) AS r FROM perm) AS b;
SELECT (a.r).p_fwe = (b.r).p_fwe AND (a.r).p_unc = (b.r).p_unc AS same, (a.r).df = (b.r).df AS df
	FROM (SELECT mass_perm_glm(key, x, ARRAY[grp::int, id, (NOT grp)::int], ARRAY[1, 0, -1], 200, 4) AS r FROM perm) AS a, (SELECT mass_perm_ttest(key, x, grp, ARRAY[id], 200, 4) AS r FROM perm) AS b;
-- Blocks: the labels of a pair change places, 2^4 arrangements; whole pairs, whose arms are two and two: 6.
SELECT (r).arrangements, (r).exhaustive, (r).method, (r).note FROM (SELECT mass_perm_ttest(key, x, grp, pair::text, 'within', 1000, 1) AS r FROM perm) AS t;
SELECT (r).arrangements, (r).exhaustive, (r).method, (r).note FROM (SELECT mass_perm_ttest(key, x, pair > 2, pair::text, 'whole', 1000, 1) AS r FROM perm) AS t;
SELECT (r).p_unc, (r).note FROM (SELECT mass_perm_ttest(key, x, pair > 2, pair::text, 'within', 1000, 1) AS r FROM perm) AS t;
SELECT (r).method FROM (SELECT mass_perm_glm(id, x, ARRAY[1, grp::int, y], ARRAY[0, 1, 0], pair, 'within', 10, 1) AS r FROM perm) AS t;

-- The same seed is the same p: in any order, for text and number keys that order alike, for connectome and array; another seed differs.
CREATE FUNCTION fwe(r mass_perm_result) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN pg_catalog.md5((r).p_fwe[1:3]::text || (r).p_unc[1:3]::text || (r).p_fwe_less[1:3]::text);
CREATE TABLE wide AS SELECT s AS id, 's' || pg_catalog.lpad(s::text, 3, '0') AS key, s % 3 = 0 AS grp, sin(s) AS y,
	conn_from_edges(ARRAY[sin(s * 1.7), cos(s * s), sin(s * 0.3) * 2]::real[], 'z') AS c FROM pg_catalog.generate_series(1, 40) AS s;
SELECT count(DISTINCT h), count(*) FROM (
	SELECT fwe(mass_perm_ttest(key, c, grp, 300, 17)) AS h FROM (SELECT * FROM wide ORDER BY id) AS a
	UNION ALL SELECT fwe(mass_perm_ttest(key, c, grp, 300, 17)) FROM (SELECT * FROM wide ORDER BY pg_catalog.md5(key)) AS b
	UNION ALL SELECT fwe(mass_perm_ttest(id, c, grp, 300, 17)) FROM (SELECT * FROM wide ORDER BY y) AS d
	UNION ALL SELECT fwe(mass_perm_ttest(id, conn_edges(c), grp, 300, 17)) FROM (SELECT * FROM wide ORDER BY id DESC) AS e
	UNION ALL SELECT fwe(mass_perm_ttest(id::bigint, conn_edges(c)::float8[], grp, 300, 17)) FROM wide) AS t;
SELECT fwe(mass_perm_ttest(key, c, grp, 300, 17)) = fwe(mass_perm_ttest(key, c, grp, 300, 18)) AS same FROM wide;
-- Workers or none: rows meet in one process, in whatever order.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET cpu_tuple_cost = 10;
SET min_parallel_table_scan_size = 0;
ALTER TABLE wide SET (parallel_workers = 3);
SET max_parallel_workers_per_gather = 0;
SELECT fwe(mass_perm_corr(key, c, y, 300, 17)) AS none FROM wide \gset
SET max_parallel_workers_per_gather = 1;
SELECT fwe(mass_perm_corr(key, c, y, 300, 17)) AS one FROM wide \gset
SET max_parallel_workers_per_gather = 3;
EXPLAIN (COSTS OFF) SELECT fwe(mass_perm_corr(key, c, y, 300, 17)) FROM wide;
SELECT fwe(mass_perm_corr(key, c, y, 300, 17)) AS three FROM wide \gset
SELECT :'none' = :'one' AS one, :'none' = :'three' AS three;
RESET max_parallel_workers_per_gather;
RESET cpu_tuple_cost;
-- A window is an aggregate too, and a group of its own.
SELECT grp, (r).n, (r).exhaustive, (r).arrangements FROM (SELECT DISTINCT grp, mass_perm_ttest(key, x, 1000, 1) OVER (PARTITION BY grp) AS r FROM perm) AS t ORDER BY grp;

-- Missing: a row is skipped, an element leaves the family, and the note says so.
SELECT (r).n, (r).p_unc[1] IS NOT NULL AS tested, (r).note FROM (
	SELECT mass_perm_ttest(key, CASE id WHEN 3 THEN NULL WHEN 5 THEN ARRAY[x[1], NULL, x[3], x[4]] ELSE x END, grp, 1000, 1) AS r FROM perm) AS t;
SELECT k, p_unc IS NULL AS absent FROM (SELECT mass_perm_ttest(key, CASE id WHEN 5 THEN ARRAY[x[1], NULL, x[3], x[4]] ELSE x END, grp, 1000, 1) AS r FROM perm) AS t, mass_unnest(r);
SELECT i, j, p_fwe IS NULL AS absent FROM (SELECT mass_perm_ttest(key, CASE id WHEN 5 THEN conn_from_edges('{1,NULL,2}'::real[], 'z') ELSE c END, grp, 1000, 1) AS r FROM perm) AS t, mass_edges(r);
-- Degenerate groups answer NULL and say why; the query survives.
SELECT g, (r).n, (r).p_fwe, (r).note FROM (SELECT id > 4 AS g, mass_perm_ttest(key, x, CASE WHEN id > 4 THEN grp ELSE true END, 20, 1) AS r FROM perm GROUP BY 1) AS t WHERE NOT g;
SELECT (mass_perm_ttest(key, x, 20, 1)).note FROM perm WHERE id = 1;
SELECT (mass_perm_ttest(key, x, NULL::boolean, 20, 1)).note FROM perm;
SELECT (mass_perm_corr(key, x, y, ARRAY[id, 2 * id, 1], 20, 1)).note FROM perm;
SELECT (mass_perm_glm(key, x, ARRAY[1, y], ARRAY[1, 0], 20, 1)).note FROM perm;
SELECT (mass_perm_corr(key, x, y, ARRAY[id, id % 3, id % 5, id * id, y * y, id % 4], 20, 1)).note FROM perm;
SELECT mass_perm_ttest(key, x, grp, 20, 1) IS NULL AS none FROM perm WHERE false;
SELECT (mass_perm_ttest(key, conn_fisher_z_inv(c), 20, 1)).note FROM perm WHERE id < 5;

-- Errors name the argument.
SELECT mass_perm_ttest('one', x, grp, 20, 1) FROM perm;
SELECT mass_perm_ttest(NULL::text, x, grp, 20, 1) FROM perm;
SELECT mass_perm_ttest(y, x, grp, 20, 1) FROM perm;
SELECT mass_perm_ttest(key, x, grp, 0, 1) FROM perm;
SELECT mass_perm_ttest(key, x, grp, 10000001, 1) FROM perm;
SELECT mass_perm_ttest(key, x, grp, NULL, 1) FROM perm;
SELECT mass_perm_ttest(key, x, grp, 20, NULL) FROM perm;
SELECT mass_perm_ttest(key, x, grp, id, 1) FROM perm;
SELECT mass_perm_ttest(key, x, grp, 20, id) FROM perm;
SELECT mass_perm_ttest(key, x, grp, pair::text, 'all', 20, 1) FROM perm;
SELECT mass_perm_ttest(key, x, grp, pair::text, 'blocks', 20, 1) FROM perm;
SELECT mass_perm_ttest(key, x, grp, NULL::text, 'within', 20, 1) FROM perm;
SELECT mass_perm_ttest(key, x[1:1 + id % 2], grp, 20, 1) FROM perm;
SELECT mass_perm_ttest(key, CASE WHEN grp THEN c ELSE conn_fisher_z_inv(c) END, grp, 20, 1) FROM perm;
SELECT mass_perm_ttest(key, ARRAY['Infinity']::real[], grp, 20, 1) FROM perm;
SELECT mass_perm_ttest(key, '{}'::real[], grp, 20, 1) FROM perm;
SELECT mass_perm_ttest_paired(key, x, x[1:2], 20, 1) FROM perm;
SELECT mass_perm_glm(key, x, ARRAY[y], ARRAY[1, 0], 20, 1) FROM perm;
SELECT mass_perm_glm(key, x, ARRAY[y], ARRAY[0], 20, 1) FROM perm;
SELECT mass_perm_glm(key, x, ARRAY[y], ARRAY['NaN'::float8], 20, 1) FROM perm;
SELECT mass_perm_glm(key, x, ARRAY[y, 'Infinity'], ARRAY[1, 0], 20, 1) FROM perm;
SELECT mass_perm_corr(key, x, y, ARRAY[]::float8[], 20, 1) FROM perm;
SELECT mass_perm_add(NULL, 'a'::text);
SELECT mass_edges(r) FROM (SELECT mass_perm_ttest(key, x, grp, 20, 1) AS r FROM perm) AS t;
SELECT mass_unnest(ROW(1, 1, '{1,2}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', 1, true, '', '')::mass_perm_result);
SELECT count(*) FROM mass_unnest(ROW(1, 1, NULL, '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', 1, true, '', '')::mass_perm_result);
-- Memory is bounded by the setting.
SET psyrad.permutation_memory = '1MB';
SELECT mass_perm_ttest(s, pg_catalog.array_fill(s::real, ARRAY[20000]), 20, 1) FROM pg_catalog.generate_series(1, 5) AS s;
SET psyrad.permutation_memory = '4MB';
SELECT (mass_perm_ttest(s, pg_catalog.array_fill(s::real, ARRAY[20000]), 20, 1)).n FROM pg_catalog.generate_series(1, 5) AS s;
RESET psyrad.permutation_memory;
-- A long test can be cancelled within a second.
\i ../cpu.sql
CREATE FUNCTION cancelled(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE began numeric := cpu();
BEGIN
	EXECUTE query;
	RETURN 'finished';
EXCEPTION WHEN query_canceled THEN
	RETURN CASE WHEN cpu() - began < 2 THEN 'cancelled in time' ELSE 'cancelled late' END;
END $$;
SET statement_timeout = '300ms';
SELECT cancelled('SELECT mass_perm_ttest(s, pg_catalog.array_fill(s::real, ARRAY[5000]), s % 2 = 0, 10000000, 1) FROM pg_catalog.generate_series(1, 60) AS s');
RESET statement_timeout;
DROP TABLE perm, wide;
DROP FUNCTION fwe;
