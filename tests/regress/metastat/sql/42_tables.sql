-- 2x2 tables: metafor's rma.mh and rma.peto (also in tests/golden), tests of small-study effects against R's lm, order, hostile states.
SET search_path = psyrad, pg_catalog;
SET extra_float_digits = -4;
\set VERBOSITY terse
CREATE TABLE public.two AS SELECT row_number() OVER () AS trial, s.* FROM (VALUES (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
	(180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232), (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338),
	(27, 16886, 29, 17825)) s(a, b, c, d);
SELECT (meta_mh(a, b, c, d)).* FROM public.two \gx
SELECT m, (r).estimate, (r).se, (r).q, (r).mh FROM (SELECT m, meta_mh_final(meta_table_state(a, b, c, d), m) AS r FROM public.two, unnest(ARRAY['or', 'RR', 'RD']) m GROUP BY m) s ORDER BY m;
SELECT (meta_mh(a, b, c, d, 'RR')).estimate, (meta_mh_final(meta_table_state(a, b, c, d), correct => false)).mh FROM public.two;
SELECT (meta_peto(a, b, c, d)).* FROM public.two \gx
-- R: summary(lm(y ~ x, weights = w)) with the y, x and w of each test.
SELECT (u).method, (u).estimate, (u).se, (u).statistic, (u).df, (u).p
FROM (SELECT unnest(ARRAY[meta_harbord(a, b, c, d), meta_peters(a, b, c, d), meta_macaskill(a, b, c, d), meta_deeks(a, b, c, d)]) AS u FROM public.two) s;
-- Exchanged groups change the sign; so does the other outcome for OR and RD.
SELECT m, abs((x).estimate + (y).estimate) < 1e-14 AS groups, abs((x).estimate + (z).estimate) < 1e-13 AS outcome, abs((x).se - (y).se) < 1e-14 AS se
FROM (SELECT m, meta_mh_final(meta_table_state(a, b, c, d), m) AS x, meta_mh_final(meta_table_state(c, d, a, b), m) AS y, meta_mh_final(meta_table_state(b, a, d, c), m) AS z
	FROM public.two, unnest(ARRAY['OR', 'RR', 'RD']) m GROUP BY m) s ORDER BY m;
-- One table: its own odds ratio; equal tables have no heterogeneity.
SELECT abs((meta_mh(a, b, c, d)).estimate - (effect_or(a, b, c, d)).yi) < 1e-15 AS own, (meta_mh(a, b, c, d)).q FROM public.two WHERE trial = 1 GROUP BY a, b, c, d;
SELECT round((meta_mh(3, 7, 5, 5)).q::numeric, 12) AS q, round((meta_mh(3, 7, 5, 5)).bd::numeric, 12) AS bd, (meta_mh(3, 7, 5, 5)).bd_df FROM generate_series(1, 4);
-- Zeros: a table with nothing but zeros of one outcome adds people, no effect; nothing at all gives NULL and the reason.
SELECT (x).k, (x).k_effects, (x).estimate, (x).q_df FROM (SELECT meta_mh(a, b, c, d) AS x FROM (SELECT a, b, c, d FROM public.two WHERE trial < 4 UNION ALL VALUES (0, 10, 0, 10), (0, 0, 0, 0), (0, 12, 3, 9)) s) q;
SELECT (meta_mh(0, 10, 0, 12)).estimate, (meta_mh(0, 10, 0, 12)).note, (meta_peto(0, 10, 0, 12)).note, (meta_peters(0, 10, 0, 12)).note;
SELECT (meta_mh(NULL, 1, 1, 1)).k, (meta_mh(NULL, 1, 1, 1)).k_missing, (meta_mh(NULL, 1, 1, 1)).note;
SELECT (meta_mh_final(meta_table_state(a, b, c, d), 'OR', add_pooled => 0.5, to_pooled => 'all')).estimate AS all_added, (meta_mh_final(meta_table_state(a, b, c, d), 'OR', "to" => 'if0all')).k_effects FROM public.two;
SELECT (meta_deeks(a, b, c, d)).note FROM public.two WHERE trial <= 2;
SELECT meta_mh_final(NULL), meta_peto_final(NULL), meta_peters_final(NULL), (SELECT meta_mh(a, b, c, d) FROM public.two WHERE false);
-- The same bits in any order and any split.
SELECT count(DISTINCT r) = 1 AS same FROM (
	SELECT ROW(meta_mh(a, b, c, d), meta_peto(a, b, c, d), meta_harbord(a, b, c, d), meta_deeks(a, b, c, d), meta_table_state(a, b, c, d))::text AS r FROM (SELECT * FROM public.two ORDER BY a) s
	UNION ALL SELECT ROW(meta_mh(a, b, c, d), meta_peto(a, b, c, d), meta_harbord(a, b, c, d), meta_deeks(a, b, c, d), meta_table_state(a, b, c, d))::text FROM (SELECT * FROM public.two ORDER BY d DESC) s
	UNION ALL SELECT ROW(meta_mh_final(m), meta_peto_final(m), meta_harbord_final(m), meta_deeks_final(m), m)::text
		FROM (SELECT meta_table_merge(s) AS m FROM (SELECT meta_table_state(a, b, c, d) AS s FROM public.two GROUP BY trial % 3) p) q) u;
SELECT s::text::meta_table_state::text = s::text AS text, (meta_mh_final(s)).k FROM (SELECT meta_table_state(i % 7, 5, i % 5, 9) AS s FROM generate_series(1, 3000) i) q;
-- Errors name what is wrong.
SELECT meta_mh(a, -b, c, d) FROM public.two;
SELECT meta_peto(a, b, 'NaN', d) FROM public.two;
SELECT meta_mh(a, b, c, d, 'HR') FROM public.two;
SELECT meta_mh(a, b, c, d, CASE trial WHEN 1 THEN 'OR' ELSE 'RR' END) FROM public.two;
SELECT meta_mh_final(meta_table_state(a, b, c, d), level => 95) FROM public.two;
SELECT meta_mh_final(meta_table_state(a, b, c, d), add_pooled => -1) FROM public.two;
SELECT meta_mh_final(meta_table_state(a, b, c, d), correct => NULL) FROM public.two;
SELECT meta_table_accumulate(NULL, 1, 1, 1, 1);
-- Every truncation of an image is refused, and a byte changed anywhere is refused or another valid state: never a crash.
CREATE TEMP TABLE kept AS SELECT meta_table_state(a, b, c, d) AS s FROM public.two;
CREATE FUNCTION pg_temp.tries(image text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM meta_mh_final(image::meta_table_state), meta_harbord_final(image::meta_table_state);
	RETURN 'valid';
EXCEPTION WHEN invalid_binary_representation OR invalid_text_representation OR invalid_parameter_value THEN RETURN 'refused';
END $$;
SELECT t, count(*) > 400 AS many FROM (SELECT pg_temp.tries(left(s::text, i)) AS t FROM kept, generate_series(0, length(s::text) - 1) i) q GROUP BY t;
SELECT t, count(*) > 50 AS many FROM (SELECT pg_temp.tries(overlay(s::text PLACING b FROM i FOR 2)) AS t FROM kept, generate_series(3, length(s::text) - 1, 2) i, unnest(ARRAY['ff', '00', '7f', '01']) b
	WHERE substr(s::text, i, 2) <> b) q GROUP BY t ORDER BY t;
