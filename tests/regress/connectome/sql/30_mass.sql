-- Mass-univariate statistics: results, missing values, notes, refusals.
\pset null '(null)'
SET search_path = public, psyrad;
SET extra_float_digits = -3;
SET max_parallel_workers_per_gather = 0;

CREATE TABLE subject AS
SELECT g AS id, g % 3 = 0 AS grp, ((g * 37) % 11)::float8 AS y, ARRAY[(g % 4)::float8, (g * g % 7)::float8] AS covariates,
	conn_from_edges(ARRAY[((g * 29) % 17) / 16.0, ((g * 13) % 19) / 8.0 - 1, ((g * 7) % 23) / 4.0], 'z') AS c,
	conn_from_edges(ARRAY[((g * 23) % 17) / 16.0, ((g * 11) % 19) / 8.0 - 1, ((g * 5) % 23) / 4.0], 'z') AS before
FROM generate_series(1, 24) AS g;

\x on
SELECT (mass_summary(c)).* FROM subject;
SELECT (mass_ttest(c)).* FROM subject;
SELECT (mass_ttest(c, grp)).* FROM subject;
SELECT (mass_ttest_paired(c, before)).* FROM subject;
SELECT (mass_corr(c, y)).* FROM subject;
SELECT (mass_pcorr(c, y, covariates)).* FROM subject;
\x off
SELECT u.* FROM (SELECT mass_ttest(c, grp) AS r FROM subject) AS x, mass_unnest(r) AS u;
SELECT e.* FROM (SELECT mass_ttest(c, grp) AS r FROM subject) AS x, mass_edges(r) AS e;
SELECT u.* FROM (SELECT mass_summary(c) AS r FROM subject) AS x, mass_unnest(r) AS u;
SELECT e.* FROM (SELECT mass_summary(c) AS r FROM subject) AS x, mass_edges(r) AS e;

-- the same numbers from every type of x
SELECT mass_ttest(c, grp) = mass_ttest(conn_edges(c), grp) AS from_real, mass_ttest(c, grp) = mass_ttest(conn_edges(c)::float8[], grp) AS from_float8,
	mass_corr(c, y) = mass_corr(conn_edges(c)::numeric[]::float8[], y) AS from_numeric,
	mass_ttest_paired(c, before) = mass_ttest_paired(conn_edges(c), conn_edges(before)::float8[]) AS from_two_types
FROM subject;
SELECT (mass_summary(ARRAY[id, 2 * id])).mean, (mass_summary(ARRAY[id, NULL, 0.5])).n FROM subject;

-- paired is the one-sample test of differences; d is t / sqrt(n); the sign is post minus pre and TRUE minus FALSE
SELECT (mass_ttest_paired(c, before)).p = (mass_ttest(c - before)).p AS same_p FROM subject;
SELECT (mass_ttest_paired(post, pre)).estimate FROM (VALUES ('{2,5}'::real[], '{1,7}'::real[]), ('{3,6}', '{1,7}')) AS v (post, pre);
SELECT (mass_ttest(x, grp)).estimate FROM (VALUES ('{2}'::real[], true), ('{4}', true), ('{1}', false), ('{0}', false)) AS v (x, grp);

-- merging: by parts, any order; the final function's options
SELECT bool_and(abs(a.statistic - b.statistic) <= 1e-12 * abs(a.statistic) AND a.n = b.n) AS merged_equals_whole
FROM (SELECT mass_pcorr(c, y, covariates) AS whole FROM subject) AS w, mass_unnest(whole) AS a,
	(SELECT mass_pcorr_final(mass_pcorr_merge(s)) AS merged FROM (SELECT mass_pcorr_state(c, y, covariates) AS s FROM subject GROUP BY id % 5) AS part) AS m,
	mass_unnest(merged) AS b WHERE a.k = b.k;
SELECT (mass_ttest_final(s, mu => 0.5)).statistic, (mass_ttest_final(s)).effect_size AS d, (mass_ttest_final(s, effect_size => 'g')).effect_size AS g
FROM (SELECT mass_ttest_state(c) AS s FROM subject) AS x;
SELECT mass_ttest_final(s, effect_size => 'h') FROM (SELECT mass_ttest_state(c) AS s FROM subject) AS x;
SELECT mass_ttest_final(s, mu => 'Infinity') FROM (SELECT mass_ttest_state(c) AS s FROM subject) AS x;
SELECT mass_ttest_final(s, mu => NULL) FROM (SELECT mass_ttest_state(c) AS s FROM subject) AS x;
SELECT mass_corr_final(s) FROM (SELECT mass_ttest_state(c) AS s FROM subject) AS x;
SELECT mass_ttest_merge(s) FROM (VALUES ((SELECT mass_ttest_state(c) FROM subject)), ((SELECT mass_ttest_state(c, grp) FROM subject))) AS x (s);
SELECT mass_corr_merge(s) FROM (SELECT mass_corr_state(c, y) AS s FROM subject UNION ALL SELECT mass_corr_state(conn_edges(c), y) FROM subject) AS x;
SELECT mass_ttest_final(NULL), mass_ttest_merge(NULL::mass_state);
SELECT (mass_ttest_final(mass_ttest_merge(s))).n FROM (SELECT mass_ttest_state(c) AS s FROM subject UNION ALL SELECT NULL) AS x;

-- text and binary forms of the state are exact
CREATE TABLE saved AS SELECT mass_pcorr_state(c, y, covariates) AS s FROM subject;
SELECT s::text::mass_state::text = s::text AS text_exact, mass_pcorr_final(s::text::mass_state) = mass_pcorr_final(s) AS same_answer FROM saved;
SELECT 'abc'::mass_state;
SELECT '\x00'::mass_state;
SELECT ('\x' || repeat('00', 44))::mass_state;
SELECT (left(s::text, length(s::text) - 16))::mass_state FROM saved;
SELECT (overlay(s::text PLACING 'fe' FROM 11 FOR 2))::mass_state FROM saved;

-- missing: an element's own n; rows left out are counted; nothing is silent
CREATE TABLE holes (x real[], y float8, grp boolean);
INSERT INTO holes VALUES ('{1,2,NaN}', 1, true), ('{2,NULL,NaN}', 2, true), ('{4,3,NaN}', 3, false), ('{3,5,NaN}', 5, false), (NULL, 1, true), ('{9,9,9}', NULL, NULL), ('{2,2,1}', 4, false);
\x on
SELECT (mass_summary(x)).* FROM holes;
SELECT (mass_ttest(x, grp)).* FROM holes;
SELECT (mass_corr(x, y)).* FROM holes;
SELECT (mass_pcorr(x, y, ARRAY[1.5 * y + 2])).* FROM holes;
SELECT (mass_pcorr(x, y, ARRAY[1, NULL])).* FROM holes;
SELECT (mass_ttest(x)).* FROM holes WHERE false;
SELECT (mass_ttest(x)).* FROM holes WHERE x IS NULL;
SELECT (mass_ttest(x)).* FROM (VALUES (ARRAY[0.1, 1.0]), (ARRAY[0.1, 2.0]), (ARRAY[0.1, 4.0])) AS v (x);
SELECT (mass_corr(x, y)).* FROM (VALUES (ARRAY[1, 5], 2), (ARRAY[2, 5], 4), (ARRAY[3, 5], 6), (ARRAY[4, 5], 8)) AS v (x, y);
SELECT (mass_ttest('r:2:{0.5}'::connectome)).note;
\x off
SELECT u.* FROM (SELECT mass_ttest(x, grp) AS r FROM holes) AS q, mass_unnest(r) AS u;

-- refusals name the argument
SELECT mass_ttest(c) FROM (VALUES ('z:2:{0}'::connectome), ('r:2:{0}')) AS v (c);
SELECT mass_ttest(c) FROM (VALUES ('z:2:{0}'::connectome), ('z:3:{0,1,2}')) AS v (c);
SELECT mass_ttest(x) FROM (VALUES ('{1,2}'::real[]), ('{1}')) AS v (x);
SELECT mass_ttest_paired('z:2:{0}'::connectome, 'partial_z:2:{0}'::connectome);
SELECT mass_ttest_paired('{1}'::real[], '{1,2}'::real[]);
SELECT mass_ttest('{1,Infinity}'::real[]);
SELECT mass_ttest('{1,1e101}'::float8[]);
SELECT mass_ttest('{}'::real[]);
SELECT mass_ttest('{{1}}'::real[]);
SELECT mass_ttest('{a}'::text[]);
SELECT mass_corr('{1}'::real[], 'Infinity');
SELECT mass_pcorr('{1}'::real[], 1, '{}');
SELECT mass_pcorr('{1}'::real[], 1, '{1,-Infinity}');
SELECT mass_pcorr('{1}'::real[], 1, array_fill(1.0::float8, ARRAY[64]));
SELECT mass_pcorr('{1}'::real[], 1, c) FROM (VALUES ('{1}'::float8[]), ('{1,2}')) AS v (c);
SELECT mass_ttest_add(NULL, '{1}'::real[]);
SELECT mass_edges(r) FROM (SELECT mass_ttest('{1,2}'::real[]) AS r) AS q;
SELECT mass_unnest(ROW(ARRAY[1], ARRAY[1.0], NULL, NULL, NULL, NULL, NULL, NULL, '', '')::mass_result);
SELECT mass_unnest(ROW(ARRAY[1], ARRAY[1.0, 2.0], '{}', '{}', '{}', '{}', '{}', '{}', '', '')::mass_result);
SELECT mass_unnest(ROW(ARRAY[1], ARRAY[NULL::float8], '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', '', '')::mass_result);
SELECT mass_unnest(ROW(ARRAY[1], '{1}', '{1}', '{1}', '{1}', '{2}', '{1}', '{1}', '', '')::mass_result);
SELECT mass_unnest(NULL::mass_result);

-- p_adjust
SELECT method, p_adjust('{0.01,0.02,0.03,NULL,0.5,NaN}', method) FROM unnest(ARRAY['none', 'bonferroni', 'holm', 'hochberg', 'hommel', 'bh', 'BY', 'fdr']) AS method;
SELECT p_adjust('{0.01,0.02}', 'bh', 10), p_adjust('{}', 'bh'), p_adjust('{NULL}', 'holm'), p_adjust(NULL, 'bh');
SELECT p_adjust('{0.01,0.02}', 'bh', 1);
SELECT p_adjust('{0.01,0.02}', 'bh', 0);
SELECT p_adjust('{0.01,1.5}', 'bh');
SELECT p_adjust('{0.01}', 'sidak');
-- Several aggregates of one query share what they fetch, and answer as each by itself: rows out of line, some with a gap; in groups and windows.
CREATE TABLE shared AS SELECT s AS id, s % 3 = 0 AS grp, sin(s) AS y, s % 2 AS site,
	conn_from_edges((SELECT array_agg(CASE WHEN s % 9 = 0 AND k = 7 THEN NULL ELSE sin(s * 1.3 + k * k) END ORDER BY k)::real[] FROM generate_series(1, 1770) AS k), 'z') AS c,
	conn_from_edges((SELECT array_agg(cos(s * 0.7 + k * k) ORDER BY k)::real[] FROM generate_series(1, 1770) AS k), 'z') AS pre
	FROM generate_series(1, 40) AS s;
ANALYZE shared;
SELECT pg_relation_size(reltoastrelid) > 40 * 2 * 1770 * 4 AS out_of_line FROM pg_class WHERE oid = 'shared'::regclass;
SET extra_float_digits = 1;
SELECT a.site, a.s::text = s.r::text AS summary, a.t::text = t.r::text AS ttest, a.r::text = r.r::text AS corr, a.d::text = d.r::text AS paired, a.v::text = v.r::text AS ancova
	FROM (SELECT site, mass_summary(c) AS s, mass_ttest(c, grp) AS t, mass_corr(pre, y) AS r, mass_ttest_paired(c, pre) AS d, mass_ancova(c, pre, ARRAY[1, y], ARRAY[0, 1]) AS v
			FROM shared GROUP BY site) AS a
		JOIN (SELECT site, mass_summary(c) AS r FROM shared GROUP BY site) AS s USING (site)
		JOIN (SELECT site, mass_ttest(c, grp) AS r FROM shared GROUP BY site) AS t USING (site)
		JOIN (SELECT site, mass_corr(pre, y) AS r FROM shared GROUP BY site) AS r USING (site)
		JOIN (SELECT site, mass_ttest_paired(c, pre) AS r FROM shared GROUP BY site) AS d USING (site)
		JOIN (SELECT site, mass_ancova(c, pre, ARRAY[1, y], ARRAY[0, 1]) AS r FROM shared GROUP BY site) AS v USING (site) ORDER BY site;
-- Sorted groups end one after another; a filter leaves an aggregate without some rows; a window's frames are aggregates again and again.
SET enable_hashagg = off;
SELECT count(*), bool_and(s = one AND t = two) AS same FROM (SELECT site, (mass_summary(c))::text AS s, (mass_ttest(c) FILTER (WHERE grp))::text AS t FROM (SELECT * FROM shared ORDER BY site, id) AS x GROUP BY site) AS a
	JOIN (SELECT site, (mass_summary(c))::text AS one FROM (SELECT * FROM shared ORDER BY site, id) AS x GROUP BY site) AS b USING (site) JOIN (SELECT site, (mass_ttest(c))::text AS two FROM (SELECT * FROM shared ORDER BY site, id) AS x WHERE grp GROUP BY site) AS d USING (site);
RESET enable_hashagg;
SELECT count(DISTINCT s || t) AS frames, bool_and(id < 40 OR s || t = (SELECT (mass_summary(c))::text || (mass_corr(c, y))::text FROM shared)) AS last_is_all
	FROM (SELECT id, (mass_summary(c) OVER w)::text AS s, (mass_corr(c, y) OVER w)::text AS t FROM shared WINDOW w AS (ORDER BY id)) AS a;
-- A query that fails in the middle leaves nothing behind.
SELECT mass_summary(c), mass_corr(c, CASE WHEN id < 30 THEN y ELSE 1e200 END) FROM shared;
SELECT (mass_summary(c)).n[1:2], (mass_ttest(c, grp)).n[1:2] FROM shared;
DROP TABLE shared;
