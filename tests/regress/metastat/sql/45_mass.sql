-- Pooling element by element: the numbers of meta on every element; missing elements, states, errors; Stouffer and Fisher.
SET search_path = public, psyrad;
CREATE TABLE map (study int, yi real[], vi real[]);
INSERT INTO map SELECT s, array_agg((sin(s * 1.7 + e) + 0.3)::real ORDER BY e), array_agg(CASE WHEN (s + e) % 7 = 0 THEN NULL ELSE (0.01 + abs(cos(s * 0.9 + e)))::real END ORDER BY e)
FROM generate_series(1, 12) s, generate_series(1, 30) e GROUP BY s;
-- An element of one study, and one of none.
UPDATE map SET yi[31] = CASE WHEN study = 3 THEN 0.5 END, vi[31] = CASE WHEN study = 3 THEN 0.25 END, yi[32] = 'NaN', vi[32] = 1;
CREATE VIEW element AS SELECT m.study, e.e, e.y::float8 AS yi, e.v::float8 AS vi FROM map m, unnest(m.yi, m.vi) WITH ORDINALITY AS e(y, v, e) WHERE e.y <> 'NaN' AND e.v <> 'NaN';
CREATE TABLE mass AS SELECT method, test, mass_meta_final(s, method, test) AS r FROM (SELECT mass_meta_state(yi, vi) AS s FROM map) x,
	unnest(ARRAY['EE', 'DL', 'HE', 'HS', 'HSk', 'SJ', 'ML', 'REML', 'EB', 'PM', 'PMM']) method, unnest(ARRAY['z', 't', 'knha', 'adhoc']) test;
-- The largest difference from meta in standard errors (or the number's own size), over every element, method and test.
SELECT count(*) AS compared, max(abs(u.estimate - (x.one).estimate) / (x.one).se) < 1e-12 AS estimate, max(abs(u.se / (x.one).se - 1)) < 1e-12 AS se, max(abs(u.tau2 - (x.one).tau2)) < 1e-13 AS tau2,
	max(abs(u.p - (x.one).p)) < 1e-12 AS p, max(abs(u.log_p - (x.one).log_p)) < 1e-11 AS log_p, max(abs(u.ci_lb - (x.one).ci_lb)) < 1e-12 AS ci_lb, max(abs(u.ci_ub - (x.one).ci_ub)) < 1e-12 AS ci_ub, max(abs(u.q - (x.one).q)) < 1e-11 AS q,
	max(abs(u.q_p - (x.one).q_p)) < 1e-12 AS q_p, max(abs(u.i2 - (x.one).i2)) < 1e-10 AS i2, bool_and(u.k = (x.one).k) AS k, bool_and(u.df IS NOT DISTINCT FROM (x.one).df) AS df
FROM mass m, LATERAL mass_meta_unnest(m.r) u, LATERAL (SELECT meta_final(meta_state(yi, vi), m.method, m.test) AS one FROM element WHERE e = u.element) x WHERE u.element <= 31;
SELECT DISTINCT (r).note FROM mass WHERE test IN ('z', 'knha') AND method = 'REML';
SELECT element, k, estimate, se, tau2, q, p IS NULL AS no_p, m FROM mass, mass_meta_unnest(r) WHERE method = 'REML' AND test = 'z' AND element > 30;
-- The everyday aggregates; double precision[] and other numbers; a column of q_bh is BH over the family.
SELECT mass_meta(yi, vi) = mass_meta_final(mass_meta_state(yi, vi)) AS a, mass_meta(yi, vi, 'dl') = mass_meta_final(mass_meta_state(yi, vi), 'DL') AS b,
	mass_meta(yi, vi, 'DL', 'KnHa') = mass_meta_final(mass_meta_state(yi, vi), 'DL', 'knha') AS c,
	mass_meta(yi::float8[], vi::float8[]) = mass_meta(yi, vi) AS doubles FROM map;
SELECT (r).k, round((r).estimate[1]::numeric, 12) AS e1, (r).estimate[2] AS e2 FROM (SELECT mass_meta(y, v) AS r FROM (VALUES (ARRAY[0.1, 2], ARRAY[0.1, 1]), (ARRAY[0.3, NULL], ARRAY[0.2, 1])) t(y, v)) x;
SELECT max(abs(q_bh - expected)) < 1e-15 AS bh FROM (SELECT q_bh, min(p * m / rank) OVER (ORDER BY p DESC) AS expected
	FROM (SELECT q_bh, p, m, rank() OVER (ORDER BY p) AS rank FROM mass, mass_meta_unnest(r) WHERE method = 'DL' AND test = 'z' AND p IS NOT NULL) a) b;

-- States: order and split do not matter to a bit; windows.
SELECT count(DISTINCT s::text) AS different_states FROM (SELECT mass_meta_state(yi, vi ORDER BY study) s FROM map UNION ALL SELECT mass_meta_state(yi, vi ORDER BY md5(study::text)) FROM map
	UNION ALL SELECT mass_meta_merge(s) FROM (SELECT mass_meta_state(yi, vi) s FROM map GROUP BY study % 5 UNION ALL SELECT NULL) p) x;
SELECT mass_meta_final(mass_meta_merge(s), 'PM', 't') = (SELECT r FROM mass WHERE method = 'PM' AND test = 't') AS merged_equals_whole FROM (SELECT mass_meta_state(yi, vi) s FROM map GROUP BY study % 3) p;
CREATE TABLE mass_state_copy (s mass_meta_state);
CREATE TABLE mass_state AS SELECT mass_meta_state(yi, vi) AS s FROM map;
SELECT s::text::mass_meta_state::text = s::text AS text_round_trip FROM mass_state;
SELECT current_setting('data_directory') || '/psyrad_mass_meta_state.bin' AS file \gset
COPY mass_state TO :'file' (FORMAT binary);
COPY mass_state_copy FROM :'file' (FORMAT binary);
SELECT c.s::text = w.s::text AS binary_round_trip FROM mass_state_copy c, mass_state w;
SELECT bool_and(without = (SELECT mass_meta(yi, vi) FROM map b WHERE b.study <> a.study)) AS leave_one_out
FROM (SELECT study, mass_meta(yi, vi) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS without FROM map) a;

-- Nothing, missing rows, errors.
SELECT mass_meta(yi, vi) IS NULL AS nothing, mass_meta_final(NULL) IS NULL AS nothing_final FROM map WHERE false;
SELECT (r).k, (r).note FROM (SELECT mass_meta(yi, NULL::real[]) AS r FROM map) x;
SELECT count(*) FROM (SELECT mass_meta(yi, NULL::real[]) AS r FROM map) x, mass_meta_unnest(r);
SELECT (r).k[1], (r).note FROM (SELECT mass_meta(CASE WHEN study > 2 THEN yi[1:1] END, vi[1:1]) AS r FROM map) x;
SELECT mass_meta(yi, vi[1:3]) FROM map;
SELECT mass_meta(yi[1:study], vi[1:study]) FROM map;
SELECT mass_meta(yi, array_fill(0::real, ARRAY[32])) FROM map;
SELECT mass_meta(yi, array_fill('Infinity'::real, ARRAY[32])) FROM map;
SELECT mass_meta(ARRAY[yi, yi], ARRAY[vi, vi]) FROM map;
SELECT mass_meta('{}'::real[], '{}'::real[]) FROM map;
SELECT mass_meta(ARRAY['a'], ARRAY['b']);
SELECT mass_meta(yi, vi, 'DLL') FROM map;
SELECT mass_meta(yi, vi, 'GENQ') FROM map;
SELECT mass_meta(yi, vi, CASE study WHEN 7 THEN 'DL' ELSE 'REML' END) FROM map;
SELECT mass_meta_final(mass_meta_state(yi, vi), level => 95) FROM map;
SELECT mass_meta_merge(s) FROM (SELECT mass_meta_state(yi, vi) s FROM map UNION ALL SELECT mass_meta_state(yi::float8[], vi::float8[]) FROM map) x;
SELECT mass_meta_unnest(ROW('{1,2}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', 'DL', 'z', NULL)::mass_meta_result);

-- Stouffer and Fisher.
SELECT (s).k, (s).statistic[1] = 5 / sqrt(3::float8) AS plain, round((s).p[1]::numeric, 12) AS p, (s).df, (s).statistic[2] FROM (SELECT mass_stouffer(z) AS s FROM (VALUES ('{1,2}'::real[]), ('{1.5,NULL}'), ('{2.5,NaN}')) v(z)) x;
SELECT abs((s).statistic[1] - (2 * 1 + 3 * 1.5) / sqrt(13)) < 1e-15 AS weighted FROM (SELECT mass_stouffer(z, w) AS s FROM (VALUES ('{1}'::real[], 2), ('{1.5}', 3), ('{9}', NULL)) v(z, w)) x;
SELECT (f).k, (f).df, abs((f).statistic[1] + 2 * ln(0.01 * 0.2)) < 1e-14 AS statistic, round((f).p[1]::numeric, 12) AS p, (f).p[2], (f).note FROM (SELECT mass_fisher(p) AS f FROM (VALUES (ARRAY[0.01, NULL]), (ARRAY[0.2, NULL]), (NULL)) v(p)) x;
SELECT mass_combine_finish(mass_combine_merge(s)) = (SELECT mass_stouffer(yi) FROM map) AS same FROM (SELECT mass_stouffer_state(yi) s FROM map GROUP BY study % 4) x;
SELECT mass_fisher(ARRAY[0, 0.5]);
SELECT mass_fisher(ARRAY[1.5]);
SELECT mass_stouffer('{Infinity}'::real[]);
SELECT mass_stouffer(ARRAY[1, 2], 0);
SELECT mass_stouffer(z) FROM (VALUES (ARRAY[1, 2]), (ARRAY[1])) v(z);
SELECT mass_combine_merge(s) FROM (SELECT mass_stouffer_state(ARRAY[1]) s UNION ALL SELECT mass_fisher_state(ARRAY[1])) x;

-- Hostile bytes: 1,000 seeded mutations of each state.
CREATE FUNCTION mass_survives(image text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s mass_meta_state;
	r mass_meta_result;
BEGIN
	s := image::mass_meta_state;
	IF s::text <> image THEN RETURN 'changed'; END IF;
	BEGIN
		r := mass_meta_final(mass_meta_state_finish(s));
	EXCEPTION WHEN invalid_parameter_value THEN
		RETURN 'valid';
	END;
	RETURN CASE WHEN r::text IS NULL THEN 'no answer' ELSE 'valid' END;
EXCEPTION WHEN invalid_binary_representation OR invalid_text_representation OR invalid_parameter_value THEN
	RETURN 'refused';
END $$;
SELECT count(*) FILTER (WHERE fate IN ('valid', 'refused')) AS accounted_for, count(*) FILTER (WHERE fate = 'valid') > 100 AS some_valid, count(*) FILTER (WHERE fate = 'refused') > 100 AS some_refused
FROM (SELECT mass_survives(mutated(s::text, i)) AS fate FROM generate_series(1, 1000) i, (SELECT mass_meta_state(yi[1:3], vi[1:3]) AS s FROM map WHERE study <= 3) y) x;
CREATE FUNCTION combine_survives(image text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s mass_combine_state;
BEGIN
	s := image::mass_combine_state;
	RETURN CASE WHEN s::text <> image THEN 'changed' WHEN mass_combine_finish(s)::text IS NULL THEN 'no answer' ELSE 'valid' END;
EXCEPTION WHEN invalid_binary_representation OR invalid_text_representation OR invalid_parameter_value THEN
	RETURN 'refused';
END $$;
SELECT count(*) FILTER (WHERE fate IN ('valid', 'refused')) AS accounted_for, count(*) FILTER (WHERE fate = 'valid') > 50 AS some_valid, count(*) FILTER (WHERE fate = 'refused') > 50 AS some_refused
FROM (SELECT combine_survives(mutated(s::text, i)) AS fate FROM generate_series(1, 1000) i, (SELECT mass_stouffer_state(yi[1:6]) AS s FROM map) y) x;
