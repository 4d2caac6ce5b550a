-- Welch, least squares, ANCOVA, deviation from a reference: the laws between them, refusals, missing values, windows, parts.
\pset null '(null)'
SET search_path = public, psyrad;
SET extra_float_digits = -3;
SET max_parallel_workers_per_gather = 0;

CREATE TABLE patient AS
SELECT g AS id, g % 5 AS site, g % 3 = 0 AS grp, (g % 3 = 0)::int::float8 AS g1, (g % 3 <> 0)::int::float8 AS g0, ((g * 37) % 11)::float8 AS age, ((g * g) % 7)::float8 AS motion,
	conn_from_edges(ARRAY[((g * 29) % 17) / 16.0, ((g * 13) % 19) / 8.0 - 1, ((g * 7) % 23) / 4.0], 'z') AS c,
	conn_from_edges(ARRAY[((g * 23) % 17) / 16.0, ((g * 11) % 19) / 8.0 - 1, ((g * 5) % 23) / 4.0], 'z') AS before
FROM generate_series(1, 40) AS g;
-- Two results, element by element: the largest relative difference of what both have, and whether they lack the same.
CREATE FUNCTION differs(a mass_result, b mass_result, OUT worst text, OUT same_n boolean) LANGUAGE sql AS $$
	SELECT CASE WHEN max(greatest(abs(x.statistic / y.statistic - 1), abs(x.se / y.se - 1), abs(x.p / y.p - 1))) < 1e-11 AND bool_and((x.p IS NULL) = (y.p IS NULL))
		THEN 'below 1e-11' ELSE max(greatest(abs(x.statistic / y.statistic - 1), abs(x.se / y.se - 1), abs(x.p / y.p - 1)))::text END, a.n = b.n
	FROM mass_unnest(a) AS x JOIN mass_unnest(b) AS y USING (k)
$$;

\x on
SELECT (mass_welch(c, grp)).* FROM patient;
SELECT (mass_glm(c, ARRAY[1, g1, age, motion], '{0,1,0,0}')).* FROM patient;
SELECT (mass_glm(c, ARRAY[1, g1, age, motion], '{{0,1,0,0},{0,0,1,0}}')).* FROM patient;
SELECT (mass_glm(c, before, ARRAY[1, g1], '{0,1}')).* FROM patient;
SELECT (mass_ancova(c, before, ARRAY[1, g1], '{0,1}')).* FROM patient;
SELECT (mass_z(c, NOT grp)).* FROM patient;
SELECT (mass_z(c, (SELECT mass_summary_state(c) FROM patient WHERE NOT grp))).* FROM patient WHERE id = 3;
SELECT (mass_z(c, (SELECT mass_ttest_state(c) FROM patient WHERE NOT grp), small_sample => false)).* FROM patient WHERE id = 3;
\x off

-- laws: group columns without intercept, with one, and the pooled t test are one test; F of one row is t squared; change is the difference's model
SELECT 'cell means' AS law, d.* FROM (SELECT differs(mass_glm(c, ARRAY[g0, g1], '{-1,1}'), mass_ttest(c, grp)) AS r FROM patient) AS x, LATERAL (SELECT (r).*) AS d
UNION ALL SELECT 'intercept', d.* FROM (SELECT differs(mass_glm(c, ARRAY[g1, 1], '{1,0}'), mass_ttest(c, grp)) AS r FROM patient) AS x, LATERAL (SELECT (r).*) AS d
UNION ALL SELECT 'intercept far from zero', d.* FROM (SELECT differs(mass_glm(c, ARRAY[1, g1 + 1e6], '{0,1}'), mass_ttest(c, grp)) AS r FROM patient) AS x, LATERAL (SELECT (r).*) AS d
UNION ALL SELECT 'change', d.* FROM (SELECT differs(mass_glm(c, before, ARRAY[1, g1], '{0,1}'), mass_glm(c - before, ARRAY[1, g1], '{0,1}')) AS r FROM patient) AS x, LATERAL (SELECT (r).*) AS d
UNION ALL SELECT 'one visitor', d.* FROM (SELECT differs((SELECT mass_z(c, id > 1) FROM patient), mass_z(c, (SELECT mass_summary_state(c) FROM patient WHERE id > 1))) AS r FROM patient WHERE id = 1) AS x, LATERAL (SELECT (r).*) AS d;
SELECT bool_and(abs(f.statistic / t.statistic ^ 2 - 1) < 1e-11 AND abs(f.p / t.p - 1) < 1e-10 AND f.df = t.df AND f.estimate IS NULL
	AND abs(f.effect_size / t.effect_size ^ 2 - 1) < 1e-11) AS f_is_t_squared
FROM (SELECT mass_ancova(c, before, ARRAY[1, g1, age], '{{0,1,0}}') AS f, mass_ancova(c, before, ARRAY[1, g1, age], '{0,1,0}') AS t FROM patient) AS r, mass_unnest(r.f) AS f JOIN mass_unnest(r.t) AS t USING (k);
SELECT bool_and(abs(g.statistic / r.statistic - 1) < 1e-11 AND abs(g.effect_size / r.effect_size - 1) < 1e-11) AS partial_r_is_the_partial_correlation
FROM (SELECT mass_glm(c, ARRAY[1, motion, age], '{0,0,1}') AS g, mass_pcorr(c, age, ARRAY[motion]) AS r FROM patient) AS x, mass_unnest(x.g) AS g JOIN mass_unnest(x.r) AS r USING (k);
-- without a constant the line goes through the origin
SELECT bool_and(abs(g.estimate / (xa / aa) - 1) < 1e-12 AND abs(g.se / sqrt((xx - xa * xa / aa) / 39 / aa) - 1) < 1e-12 AND g.df = 39) AS through_the_origin
FROM (SELECT mass_glm(conn_edges(c), ARRAY[age], '{1}') AS r FROM patient) AS m, mass_unnest(r) AS g
JOIN (SELECT k, sum(x::float8 * age) AS xa, sum(age * age) AS aa, sum(x::float8 * x) AS xx FROM patient, unnest(conn_edges(c)) WITH ORDINALITY AS e (x, k) GROUP BY k) AS s USING (k);
-- one state answers several contrasts; effect sizes
SELECT mass_glm_final(s, '{0,0,1}') = (SELECT mass_glm(c, ARRAY[1, g1, age], '{0,0,1}') FROM patient) AS another_contrast,
	(mass_glm_final(s, effect_size => 'd')).effect_size[1] / (mass_glm_final(s, effect_size => 'g')).effect_size[1] > 1 AS g_is_less_than_d
FROM (SELECT mass_glm_state(c, ARRAY[1, g1, age], '{0,1,0}') AS s FROM patient) AS x;
SELECT mass_welch_final(s) = (SELECT mass_welch(c, grp) FROM patient) AS of_a_t_test_state FROM (SELECT mass_ttest_state(c, grp) AS s FROM patient) AS x;

-- parts and leaving one site out, with a connection missing in one subject of 105: set apart, for itself alone
CREATE TABLE many AS
SELECT id, site, grp, g1, age, (SELECT conn_from_edges(array_agg(CASE WHEN (id, k) IN ((3, 70), (18, 71), (20, 70)) THEN NULL ELSE sin(id * k + age) + g1 * 0.3 END ORDER BY k), 'z') FROM generate_series(1, 105) AS k) AS c,
	(SELECT conn_from_edges(array_agg(cos(id * k - motion) ORDER BY k), 'z') FROM generate_series(1, 105) AS k) AS before FROM patient;
SELECT 'glm' AS test, d.* FROM (SELECT differs((SELECT mass_glm(c, ARRAY[1, g1, age], '{0,1,0}') FROM many), mass_glm_final(mass_glm_merge(s ORDER BY site DESC))) AS r
	FROM (SELECT site, mass_glm_state(c, ARRAY[1, g1, age], '{0,1,0}') AS s FROM many GROUP BY site) AS part) AS x, LATERAL (SELECT (r).*) AS d
UNION ALL SELECT 'ancova', d.* FROM (SELECT differs((SELECT mass_ancova(c, before, ARRAY[1, g1, age], '{0,1,0}') FROM many), mass_ancova_final(mass_ancova_merge(s ORDER BY site))) AS r
	FROM (SELECT site, mass_ancova_state(c, before, ARRAY[1, g1, age], '{0,1,0}') AS s FROM many GROUP BY site) AS part) AS x, LATERAL (SELECT (r).*) AS d
UNION ALL SELECT 'welch', d.* FROM (SELECT differs((SELECT mass_welch(c, grp) FROM many), mass_welch_final(mass_welch_merge(s))) AS r
	FROM (SELECT mass_welch_state(c, grp) AS s FROM many GROUP BY site) AS part) AS x, LATERAL (SELECT (r).*) AS d;
SELECT k, n, abs(e.statistic / w.statistic - 1) < 1e-12 AS as_if_the_rows_were_not_there FROM (SELECT mass_glm(c, ARRAY[1, g1, age], '{0,1,0}') AS r FROM many) AS a, mass_unnest(r) AS e
JOIN (SELECT u.k, u.statistic FROM (SELECT mass_glm(c, ARRAY[1, g1, age], '{0,1,0}') AS r FROM many WHERE id NOT IN (3, 20)) AS b, mass_unnest(r) AS u) AS w USING (k) WHERE k = 70;
SELECT site, d.* FROM (SELECT site, differs(mass_glm_final(mass_glm_merge(s) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)),
	(SELECT mass_glm(c, ARRAY[1, g1, age], '{0,1,0}') FROM many AS m WHERE m.site <> part.site)) AS r
	FROM (SELECT site, mass_glm_state(c, ARRAY[1, g1, age], '{0,1,0}') AS s FROM many GROUP BY site) AS part) AS x, LATERAL (SELECT (r).*) AS d ORDER BY site;

-- refusals
SELECT mass_glm(c, ARRAY[1, g1, g0], '{0,1,0}') FROM patient;
SELECT mass_glm(c, ARRAY[1, g1, 1], '{0,1,0}') FROM patient;
SELECT mass_glm(c, ARRAY[1, age, motion, 2 * age - motion + 3], '{0,1,0,0}') FROM patient;
SELECT mass_glm(c, ARRAY[1, g1], '{{0,1},{0,2}}') FROM patient;
SELECT mass_glm(c, ARRAY[1, g1], '{0,1,0}') FROM patient;
SELECT mass_glm(c, ARRAY[1, g1], '{0,0}') FROM patient;
SELECT mass_glm(c, ARRAY[1, g1], '{0,NaN}') FROM patient;
SELECT mass_glm(c, ARRAY[1, g1], NULL) FROM patient;
SELECT mass_glm(c, ARRAY[1, g1], ARRAY[0, id]) FROM patient;
SELECT mass_glm(c, '{}', '{}') FROM patient;
SELECT mass_glm(c, CASE WHEN id < 4 THEN ARRAY[1, g1] ELSE ARRAY[1, g1, age] END, CASE WHEN id < 4 THEN '{0,1}' ELSE '{0,1,0}' END::float8[]) FROM patient;
SELECT mass_glm_merge(s) FROM (SELECT mass_glm_state(c, ARRAY[1, g1], '{0,1}') AS s FROM patient UNION ALL SELECT mass_glm_state(c, ARRAY[1, g1], '{1,0}') FROM patient) AS x;
SELECT mass_glm_final(s, effect_size => 'h') FROM (SELECT mass_glm_state(c, ARRAY[1, g1], '{0,1}') AS s FROM patient) AS x;
SELECT mass_glm_final(s, '{{0,1}}', 'd') FROM (SELECT mass_glm_state(c, ARRAY[1, g1], '{0,1}') AS s FROM patient) AS x;
SELECT mass_z(c, (SELECT mass_summary_state(conn_edges(c)) FROM patient)) FROM patient WHERE id = 1;
SELECT mass_z('{1,2}'::real[], (SELECT mass_summary_state(conn_edges(c)) FROM patient));
-- without an answer: too few rows, nothing varies, the fit is perfect, a baseline that the design explains
SELECT (r).estimate, (r).se, (r).statistic, (r).note FROM (SELECT mass_glm(c, ARRAY[1, g1, age], '{0,1,0}') AS r FROM patient WHERE id < 4) AS x;
SELECT (r).estimate, (r).se, (r).statistic, (r).note FROM (SELECT mass_glm(ARRAY[7, 2 * g1 + 1, age + 0.1], ARRAY[1, g1], '{0,1}') AS r FROM patient) AS x;
SELECT (r).estimate[1], (r).se[1], (r).note FROM (SELECT mass_ancova(ARRAY[motion], ARRAY[g1 * 4 + 2], ARRAY[1, g1], '{0,1}') AS r FROM patient) AS x;
SELECT (r).statistic, (r).note FROM (SELECT mass_welch(ARRAY[7, g1], grp) AS r FROM patient) AS x;
SELECT (mass_glm(CASE WHEN id > 2 THEN c END, CASE WHEN id <> 9 THEN ARRAY[1, g1] ELSE '{1,NULL}' END, '{0,1}')).note FROM patient;
DROP TABLE patient, many CASCADE;
