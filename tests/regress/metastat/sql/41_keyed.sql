-- Influence and subgroups: numbers of metafor for the BCG trials (also in tests/golden), order, merge, hostile states.
SET search_path = psyrad, pg_catalog;
SET extra_float_digits = -4;
\set VERBOSITY terse
CREATE TABLE public.trials AS SELECT row_number() OVER () AS trial, alloc, (effect_rr(a, b, c, d)).* FROM (VALUES (4, 119, 11, 128, 'random'), (6, 300, 29, 274, 'random'),
	(3, 228, 11, 209, 'random'), (62, 13536, 248, 12619, 'random'), (33, 5036, 47, 5761, 'alternate'), (180, 1361, 372, 1079, 'alternate'), (8, 2537, 10, 619, 'random'),
	(505, 87886, 499, 87892, 'random'), (29, 7470, 45, 7232, 'random'), (17, 1699, 65, 1600, 'systematic'), (186, 50448, 141, 27197, 'systematic'),
	(5, 2493, 3, 2338, 'systematic'), (27, 16886, 29, 17825, 'systematic')) s(a, b, c, d, alloc);
SELECT key, rstudent, dffits, cook_d, cov_r, tau2_del, qe_del, hat, dfbs, influential
FROM (SELECT meta_influence(trial::text, yi, vi) AS i FROM public.trials) s, unnest(i) ORDER BY key::int;
-- Leave-one-out by a window is the same; with Knapp-Hartung too.
SELECT test, bool_and(abs((w).estimate - u.estimate_del) < 1e-14 AND abs((w).se - u.se_del) < 1e-14 AND abs((w).tau2 - u.tau2_del) < 1e-14 AND abs((w).q - u.qe_del) < 1e-11) AS same
FROM unnest(ARRAY['z', 'knha', 'adhoc']) test,
	LATERAL (SELECT trial, meta(yi, vi, 'REML', test) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS w FROM public.trials) l
	JOIN LATERAL (SELECT (unnest(meta_influence(trial::text, yi, vi, 'REML', test))).* FROM public.trials) u ON u.key = l.trial::text GROUP BY test ORDER BY test;
SELECT (meta_subgroup(alloc, yi, vi)).* FROM public.trials \gx
SELECT g.* FROM (SELECT meta_subgroup(alloc, yi, vi) AS s FROM public.trials) q, unnest((s).groups) g;
SELECT kind, method, (s).tau2, (s).q_between, (s).q_between_df, (s).q_between_p
FROM (SELECT kind, method, meta_subgroup_final(meta_keyed_state(alloc, yi, vi), method, tau2 => kind) AS s FROM public.trials, unnest(ARRAY['separate', 'common']) kind,
	unnest(ARRAY['EE', 'DL', 'PM', 'ML', 'REML']) method GROUP BY kind, method) q ORDER BY kind, method;
-- EE: the Q of all is Q within and Q between.
SELECT abs((meta(yi, vi, 'EE')).q - (meta_subgroup(alloc, yi, vi, 'EE')).q_between - (SELECT sum(q) FROM unnest((meta_subgroup(alloc, yi, vi, 'EE')).groups))) < 1e-12 AS adds_up FROM public.trials;
-- A group of one study; one group; no study.
SELECT g.subgroup, g.k, g.estimate, g.note, (s).note FROM (SELECT meta_subgroup(CASE WHEN trial = 1 THEN 'a' ELSE alloc END, yi, vi) AS s FROM public.trials) q, unnest((s).groups) g;
-- A common tau2: the groups' intervals share it; a group of one study has one too; no df are left where each study is a group.
SELECT round((s).tau2::numeric, 6) AS tau2, round((s).tau2_lb::numeric, 6) AS lb, round((s).tau2_ub::numeric, 6) AS ub, (s).test, (s).q_between_df, (s).q_between_df2, round((s).q_between_p::numeric, 6) AS p,
	(s).q_within_df, (s).note, (SELECT array_agg(round(g.p::numeric, 6)) FROM unnest((s).groups) g) AS group_p
FROM (SELECT meta_subgroup_final(meta_keyed_state(alloc, yi, vi), 'SJ', test, tau2 => 'common') AS s FROM public.trials, unnest(ARRAY['z', 't', 'knha', 'adhoc']) test GROUP BY test ORDER BY test) x;
SELECT (s).tau2, (s).tau2_ub, (s).q_between_p, (s).note, (SELECT array_agg(DISTINCT g.note) FROM unnest((s).groups) g) AS notes, (SELECT count(g.p) FROM unnest((s).groups) g) AS p
FROM (SELECT meta_subgroup_final(meta_keyed_state(trial::text, yi, vi), test => test, tau2 => 'common') AS s FROM public.trials, unnest(ARRAY['z', 'knha']) test GROUP BY test ORDER BY test) x;
SELECT (s).q_between IS NULL AS no_test, (s).note FROM (SELECT meta_subgroup_final(meta_keyed_state('all', yi, vi), tau2 => 'common') AS s FROM public.trials) x;
-- With one group it is meta, whatever the method.
SELECT method, abs((s).tau2 - (m).tau2) < 1e-12 AS tau2, abs((s).tau2_lb - (m).tau2_lb) < 1e-12 AS lb, abs((s).tau2_ub - (m).tau2_ub) < 1e-11 AS ub
FROM (SELECT method, meta_subgroup_final(meta_keyed_state('all', yi, vi), method, tau2 => 'common') AS s, meta_final(meta_state(yi, vi), method) AS m
	FROM public.trials, unnest(ARRAY['DL', 'HE', 'HS', 'HSk', 'SJ', 'ML', 'REML', 'EB', 'PM', 'PMM']) method GROUP BY method ORDER BY method) x;
SELECT (meta_subgroup('all', yi, vi)).q_between, (meta_subgroup('all', yi, vi)).note, (meta_subgroup('all', NULL, vi)).k_missing FROM public.trials;
SELECT (u).key, (u).rstudent, (u).influential, (u).tau2_del FROM (SELECT unnest(meta_influence(trial::text, yi, vi)) AS u FROM public.trials WHERE trial <= 2) s;
SELECT (u).* FROM (SELECT unnest(meta_influence(trial::text, yi, vi)) AS u FROM public.trials WHERE trial = 1) s;
SELECT (u).key, round((u).rstandard::numeric, 8) AS rstandard, round((u).baujat_x::numeric, 8) AS baujat_x, round((u).baujat_y::numeric, 8) AS baujat_y FROM (SELECT unnest(meta_influence(trial::text, yi, vi, 'EE')) AS u FROM public.trials) s ORDER BY (u).key::int LIMIT 3;
SELECT meta_influence(trial::text, NULL, vi) AS none, meta_influence_final(NULL) FROM public.trials;
-- The same bits in any order and any split.
SELECT count(DISTINCT r) = 1 AS same FROM (
	SELECT ROW(meta_influence(trial::text, yi, vi), meta_subgroup(alloc, yi, vi), meta_keyed_state(alloc, yi, vi))::text AS r FROM (SELECT * FROM public.trials ORDER BY yi) s
	UNION ALL SELECT ROW(meta_influence(trial::text, yi, vi), meta_subgroup(alloc, yi, vi), meta_keyed_state(alloc, yi, vi))::text FROM (SELECT * FROM public.trials ORDER BY trial DESC) s
	UNION ALL SELECT ROW(meta_influence_final(meta_keyed_merge(a)), meta_subgroup_final(meta_keyed_merge(b)), meta_keyed_merge(b))::text
		FROM (SELECT meta_keyed_state(trial::text, yi, vi) AS a, meta_keyed_state(alloc, yi, vi) AS b FROM public.trials GROUP BY trial % 4) p) u;
-- Units: yi times 1e6, vi times 1e12.
SELECT bool_and(abs(b.rstudent / a.rstudent - 1) < 1e-12 AND abs(b.cook_d / a.cook_d - 1) < 1e-12 AND abs(b.tau2_del / a.tau2_del / 1e12 - 1) < 1e-12) AS same
FROM (SELECT (unnest(meta_influence(trial::text, yi, vi))).* FROM public.trials) a JOIN (SELECT (unnest(meta_influence(trial::text, 1e6 * yi, 1e12 * vi))).* FROM public.trials) b USING (key);
-- Many and long keys, grown in place; text and binary forms return the same.
SELECT length(s::text) > 100000 AS long, s::text::meta_keyed_state::text = s::text AS text, (SELECT count(*) FROM unnest((meta_subgroup_final(s, 'DL')).groups)) AS groups
FROM (SELECT meta_keyed_state(repeat('k', i % 50) || i, i % 7, 1 + i % 5) AS s FROM generate_series(1, 2000) i) q;
CREATE TEMP TABLE kept AS SELECT meta_keyed_state(alloc, yi, vi) AS s FROM public.trials;
-- Errors name what is wrong.
SELECT meta_influence(NULL, yi, vi) FROM public.trials;
SELECT meta_influence(trial::text, yi, 0) FROM public.trials;
SELECT meta_influence(trial::text, yi, vi, 'XX') FROM public.trials;
SELECT meta_subgroup(alloc, yi, vi, CASE trial WHEN 1 THEN 'DL' ELSE 'REML' END) FROM public.trials;
SELECT meta_subgroup_final(s, tau2 => 'mixed') FROM kept;
SELECT meta_subgroup_final(s, level => 0) FROM kept;
SELECT meta_keyed_accumulate(NULL, 'a', 1, 1);
-- Every truncation of an image is refused, and a byte changed anywhere is refused or another valid state: never a crash.
CREATE FUNCTION pg_temp.tries(image text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM meta_subgroup_final(image::meta_keyed_state, 'DL');
	RETURN 'valid';
EXCEPTION WHEN invalid_binary_representation OR invalid_text_representation OR invalid_parameter_value THEN RETURN 'refused';
END $$;
SELECT t, count(*) > 400 AS many FROM (SELECT pg_temp.tries(left(s::text, i)) AS t FROM kept, generate_series(0, length(s::text) - 1) i) q GROUP BY t;
SELECT t, count(*) > 50 AS many FROM (SELECT pg_temp.tries(overlay(s::text PLACING b FROM i FOR 2)) AS t FROM kept, generate_series(3, length(s::text) - 1, 2) i, unnest(ARRAY['ff', '00', '7f', '01']) b
	WHERE substr(s::text, i, 2) <> b) q GROUP BY t ORDER BY t;
SELECT '\x6d6b7931'::meta_keyed_state;
