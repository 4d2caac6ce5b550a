-- Meta-regression: results, options, states.
\set VERBOSITY default
SET search_path = public, psyrad;
SET extra_float_digits = 1;
CREATE TABLE study60 AS SELECT i AS id, i % 3 AS site, 0.3 + 0.02 * (i % 7) + 0.1 * sin(i * 1.3) AS yi, 0.01 + 0.002 * (i % 5) AS vi,
	ARRAY[i % 7, (i % 2)]::float8[] AS x FROM generate_series(1, 24) i;
SELECT (r).k, (r).k_missing, (r).method, (r).test, (r).level, (r).intercept, array_length((r).beta, 1) AS coefficients, (r).df, (r).qm_df, (r).qe_df, (r).note
FROM (SELECT meta_regression(yi, vi, x, 'reml', 'KNHA') AS r FROM study60) a;
SELECT round(b::numeric, 10) AS beta, round(s::numeric, 10) AS se FROM (SELECT meta_regression(yi, vi, x) AS r FROM study60) a, unnest((r).beta, (r).se) u(b, s);
SELECT m, round((meta_regression_final(s, m)).tau2::numeric, 10) AS tau2, round((meta_regression_final(s, m)).qm::numeric, 8) AS qm
FROM (SELECT meta_regression_state(yi, vi / 9, x) AS s FROM study60) a,
	unnest(ARRAY['EE', 'DL', 'HE', 'HS', 'HSk', 'SJ', 'ML', 'REML', 'EB', 'PM', 'PMM']) m;

-- Without moderators it is meta.
SELECT bool_and(abs((r).beta[1] - (p).estimate) < 1e-14 AND abs((r).se[1] - (p).se) < 1e-14 AND abs((r).tau2 - (p).tau2) < 1e-14
	AND abs((r).loglik - (p).loglik) < 1e-10 AND abs((r).qe - (p).q) < 1e-10) AS same
FROM (SELECT meta_regression(yi, vi / 9, '{}', m, t) AS r, meta(yi, vi / 9, m, t) AS p FROM study60,
	unnest(ARRAY['EE', 'DL', 'REML', 'ML', 'SJ', 'PM', 'HS']) m, unnest(ARRAY['z', 't', 'knha', 'adhoc']) t GROUP BY m, t) a;

-- An intercept of one's own is the same model; without any, the mean of two groups.
SELECT (a.r).beta[1] = (b.r).beta[1] OR abs((a.r).beta[1] - (b.r).beta[1]) < 1e-13 AS beta, abs((a.r).qm - (b.r).qm) < 1e-9 AS qm, abs((a.r).r2 - (b.r).r2) < 1e-6 AS r2, (b.r).intercept
FROM (SELECT meta_regression(yi, vi / 9, x) AS r FROM study60) a,
	(SELECT meta_regression_final(meta_regression_state(yi, vi / 9, 1.0::float8 || x), intercept => false) AS r FROM study60) b;
SELECT (r).qm_df, (r).r2 IS NULL AS no_r2, array_length((r).beta, 1) FROM
	(SELECT meta_regression_final(meta_regression_state(yi, vi, ARRAY[x[2], 1 - x[2]]), intercept => false) AS r FROM study60) a;

-- Redundant moderators are left out, the later one of each set, and said; a constant added to a moderator changes no slope.
SELECT array_positions(ARRAY(SELECT b IS NULL FROM unnest((r).beta) b), true) AS left_out, (r).note
FROM (SELECT meta_regression(yi, vi, ARRAY[x[1], 7, x[2], x[1] + 2 * x[2], 0]) AS r FROM study60) a;
SELECT abs((a.r).beta[2] - (b.r).beta[2]) < 1e-12 AS slope, abs((a.r).tau2 - (b.r).tau2) < 1e-13 AS tau2
FROM (SELECT meta_regression(yi, vi / 9, ARRAY[x[1]]) AS r FROM study60) a, (SELECT meta_regression(yi, vi / 9, ARRAY[x[1] + 1976]) AS r FROM study60) b;
SELECT (r).k, (r).beta, (r).tau2, (r).note FROM (SELECT meta_regression(yi, vi, x) AS r FROM study60 WHERE id <= 3) a;
SELECT (r).k, (r).beta, (r).note FROM (SELECT meta_regression(yi, vi, x) AS r FROM study60 WHERE id = 1) a;
SELECT meta_regression(yi, vi, x) IS NULL AS no_rows FROM study60 WHERE false;

-- NULL: skipped and counted, also within x.
SELECT (r).k, (r).k_missing FROM (SELECT meta_regression(nullif(yi, yi) + NULL, vi, x) AS r FROM study60) a;
SELECT (r).k, (r).k_missing FROM (SELECT meta_regression(yi, CASE WHEN id <> 3 THEN vi END, CASE id WHEN 4 THEN NULL WHEN 5 THEN ARRAY[1, NULL] ELSE x END) AS r FROM study60) a;
SELECT (r).k, (r).k_missing, (r).beta, (r).note FROM (SELECT meta_regression(yi, vi, NULL) AS r FROM study60) a;

-- Predictions and variance inflation.
SELECT round(pred::numeric, 10) AS pred, round(se::numeric, 10) AS se, pi_lb <= ci_lb AS pi FROM
	(SELECT (meta_predict(meta_regression(yi, vi / 9, x, 'REML', 'knha'), '{3, 1}')).* FROM study60) a;
SELECT abs((p).pred - ((r).beta[1] + 3 * (r).beta[2])) < 1e-15 AS at, abs((p0).se - (r).se[1]) < 1e-15 AS origin FROM
	(SELECT r, meta_predict(r, '{3, 0}') AS p, meta_predict(r, '{0, 0}') AS p0 FROM (SELECT meta_regression(yi, vi, x) AS r FROM study60) b) a;
SELECT ARRAY(SELECT round(v::numeric, 10) FROM unnest(meta_vif(r)) v) AS vif FROM (SELECT meta_regression(yi, vi, x) AS r FROM study60) a;
SELECT meta_predict(meta_regression(yi, vi, x), '{3}') FROM study60;
SELECT meta_predict(meta_regression(yi, vi, x), '{3, 1}', 95) FROM study60;
SELECT meta_predict(ROW(1,0,'REML','z',.95,true,'{1,2}','{1,2}','{1,2}',NULL,'{1,2}','{1,2}','{1,2}',1,1,1,1,1,1,1,1,1,1,1,1,1,1,'{{1}}','')::meta_regression_result, '{3}');

-- Permutations: all of them when they are few; seeds; any order of rows.
SELECT (p).exact, (p).arrangements, (p).p[2] * 120 = round((p).p[2] * 120) AS counts FROM
	(SELECT meta_regression_permute(meta_regression_state(yi, vi, ARRAY[id]::float8[]), 120) AS p FROM study60 WHERE id <= 5) a;
SELECT (p).exact, (p).arrangements FROM (SELECT meta_regression_permute(meta_regression_state(yi, vi, x[2:2]), 300, 7) AS p FROM study60 WHERE id <= 9) a;
SELECT a.p = b.p AS any_order, a.p <> c.p AS another_seed FROM
	(SELECT meta_regression_permute(meta_regression_state(yi, vi, x ORDER BY id), 99, 1) AS p FROM study60) a,
	(SELECT meta_regression_permute(meta_regression_state(yi, vi, x ORDER BY id DESC), 99, 1) AS p FROM study60) b,
	(SELECT meta_regression_permute(meta_regression_state(yi, vi, x), 99, 2) AS p FROM study60) c;
SELECT meta_regression_permute(meta_regression_state(yi, vi, x), 0) FROM study60;

-- States: any split, any order, text and binary, parallel workers, windows.
CREATE TABLE whole60 AS SELECT meta_regression_state(yi, vi, x, site, id) AS s FROM study60;
SELECT parts, (SELECT meta_regression_merge(s)::text FROM (SELECT meta_regression_state(yi, vi, x, site, id ORDER BY md5(id::text)) AS s FROM study60 GROUP BY id % parts) p) = s::text AS same
FROM whole60, unnest(ARRAY[1, 2, 5, 24]) parts;
SELECT s::text::meta_regression_state::text = s::text AS text_round_trip, length(s::text) FROM whole60;
SELECT meta_regression_final(s) = (SELECT meta_regression(yi, vi, x) FROM study60) AS keys_do_not_matter FROM whole60;
CREATE TABLE copied60 (s meta_regression_state);
SELECT current_setting('data_directory') || '/psyrad_regression_state.bin' AS file \gset
COPY whole60 TO :'file' (FORMAT binary);
COPY copied60 FROM :'file' (FORMAT binary);
SELECT c.s::text = w.s::text AS binary_round_trip FROM copied60 c, whole60 w;
SELECT bool_and(r = (SELECT meta_regression(yi, vi, x) FROM study60 b WHERE b.id <> a.id)) AS leave_one_out FROM
	(SELECT id, meta_regression(yi, vi, x) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS r FROM study60) a;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 4;
CREATE TABLE big60 AS SELECT i AS id, sin(i * 1.7) + 0.3 AS yi, 0.01 + abs(cos(i * 0.9)) AS vi, ARRAY[i % 10, cos(i)]::float8[] AS x FROM generate_series(1, 5000) i;
ALTER TABLE big60 SET (parallel_workers = 4);
ANALYZE big60;
EXPLAIN (COSTS OFF) SELECT meta_regression(yi, vi, x, 'REML', 'knha') FROM big60;
CREATE TABLE answer60 AS SELECT meta_regression(yi, vi, x, 'DL', 'knha') AS r FROM big60;
SET max_parallel_workers_per_gather = 0;
SELECT (SELECT meta_regression(yi, vi, x, 'DL', 'knha') FROM big60) = r AS same_result, (r).k FROM answer60;
RESET ALL;
SET search_path = public, psyrad;

-- Errors.
SELECT meta_regression(yi, vi, x, 'OLS') FROM study60;
SELECT meta_regression(yi, vi, x, 'GENQ') FROM study60;
SELECT meta_regression(yi, vi, x, 'REML', NULL) FROM study60;
SELECT meta_regression(yi, vi, x, 'REML', 'z', 1) FROM study60;
SELECT meta_regression(yi, vi, x, CASE WHEN id < 5 THEN 'DL' ELSE 'HE' END) FROM study60;
SELECT meta_regression(yi, vi, CASE WHEN id < 5 THEN x ELSE '{1}' END) FROM study60;
SELECT meta_regression(yi, 0, x) FROM study60;
SELECT meta_regression(yi, -vi, x) FROM study60;
SELECT meta_regression(yi, vi, ARRAY['NaN'::float8]) FROM study60;
SELECT meta_regression(yi, vi, ARRAY[[1, 2]]::float8[]) FROM study60;
SELECT meta_regression_final(s, intercept => NULL) FROM whole60;
SELECT meta_regression_merge(s) FROM (SELECT meta_regression_state(yi, vi, x) AS s FROM study60 UNION ALL SELECT meta_regression_state(yi, vi, x[1:1]) FROM study60) a;
SELECT meta_regression_merge(s) FROM (SELECT meta_regression_state(yi, vi, x) AS s FROM study60 UNION ALL SELECT s FROM whole60) a;

-- Hostile bytes: 1,000 seeded mutations and truncations; each is refused, or is a state that merges, prints and finishes.
SELECT ''::meta_regression_state;
SELECT '\x6d726731'::meta_regression_state;
CREATE FUNCTION survives60(image text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s meta_regression_state;
	r meta_regression_result;
BEGIN
	s := image::meta_regression_state;
	IF s::text <> image THEN RETURN 'changed'; END IF;
	BEGIN
		r := meta_regression_final(meta_regression_state_finish(s), 'DL', 'knha');
	EXCEPTION WHEN invalid_parameter_value THEN
		RETURN 'valid';
	END;
	RETURN CASE WHEN r.k IS NULL THEN 'no answer' ELSE 'valid' END;
EXCEPTION WHEN invalid_binary_representation OR invalid_text_representation OR invalid_parameter_value THEN
	RETURN 'refused';
END $$;
CREATE FUNCTION mutated60(image text, seed int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	bytes int := (length(image) - 2) / 2;
BEGIN
	PERFORM setseed(seed / 1000.0);
	FOR i IN 0..(seed % 3) LOOP
		image := overlay(image PLACING lpad(to_hex(floor(random() * 256)::int), 2, '0') FROM 3 + 2 * floor(random() * CASE seed % 2 WHEN 0 THEN 40 ELSE bytes END)::int FOR 2);
	END LOOP;
	RETURN CASE seed % 10 WHEN 9 THEN left(image, 2 + 2 * floor(random() * bytes)::int) ELSE image END;
END $$;
SELECT survives60(mutated60(s::text, i)) IN ('valid', 'refused') AS survived, count(*) FROM whole60, generate_series(1, 1000) i GROUP BY 1;
SELECT count(*) > 300 AS many_refused FROM whole60, generate_series(1, 1000) i WHERE survives60(mutated60(s::text, i)) = 'refused';
DROP TABLE study60, whole60, copied60, big60, answer60;
DROP FUNCTION survives60, mutated60;
