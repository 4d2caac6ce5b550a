-- ComBat: numbers against neuroCombat and R's sva are in tests/unit/test_combat.c; here the surface, what is refused, and laws.
\pset null '(null)'
CREATE SCHEMA combat_test;
SET search_path = combat_test, psyrad;
SET client_min_messages = warning;

-- 60 subjects of 3 sites, 10 edges of 5 regions, from a hash, so that no random number generator has a say.
CREATE TABLE scan AS
SELECT id, (ARRAY['Beijing', 'Chengdu', '武汉'])[1 + id % 3] AS site, id % 2 = 0 AS patient, 20 + (id * 37 % 160) / 4.0 AS age,
	(SELECT array_agg((hashint4(id * 100 + k) % 1000 / 1000.0 * (1 + id % 3) + id % 3 - (id % 2) * k / 20.0)::real ORDER BY k) FROM generate_series(1, 10) AS k) AS x
FROM generate_series(1, 60) AS id;
ALTER TABLE scan ADD c connectome;
ALTER TABLE scan ADD w float8[];
UPDATE scan SET c = conn_from_edges(x, 'z'), w = ARRAY[patient::int, age];

-- Without covariates and empirical Bayes it is standardising within sites: an independent calculation.
WITH fit AS (SELECT combat_final(combat_state(x::float8[], site), eb => false) AS f FROM scan),
e AS (SELECT id, site, k, v::float8 AS v FROM scan, unnest(x) WITH ORDINALITY AS u (v, k)),
centred AS (SELECT *, v - avg(v) OVER (PARTITION BY site, k) AS d, stddev_samp(v) OVER (PARTITION BY site, k) AS s, avg(v) OVER (PARTITION BY k) AS grand FROM e),
expected AS (SELECT id, k, d / s * sqrt(avg(d * d) OVER (PARTITION BY k)) + grand AS y FROM centred)
SELECT count(*), max(abs(y - (combat_apply(f, x::float8[], site))[k])) < 1e-12 AS agrees FROM expected JOIN scan USING (id), fit;

-- The three types of x agree to the precision of the stored values.
WITH fit AS (SELECT combat_fit(c, site, w) AS fc, combat_fit(x, site, w) AS fr, combat_fit(x::float8[], site, w) AS fd FROM scan)
SELECT bool_and(conn_edges(combat_apply(fc, c, site, w)) = combat_apply(fr, x, site, w)) AS real_as_connectome,
	bool_and(combat_apply(fd, x::float8[], site, w)::real[] = combat_apply(fr, x, site, w)) AS double_rounded,
	bool_and(conn_kind(combat_apply(fc, c, site, w)) = 'z') AS kind_kept FROM scan, fit;
SELECT site, n, reference, round(gamma_bar::numeric, 6) AS gamma_bar, round(t2::numeric, 6) AS t2, round(a_prior::numeric, 6) AS a, round(b_prior::numeric, 6) AS b,
	iterations, one_value, not_harmonised FROM combat_sites((SELECT combat_fit(c, site, w) FROM scan));
SELECT count(*), count(gamma), min(delta) > 0 AS positive FROM combat_unnest((SELECT combat_fit(c, site, w) FROM scan));
SELECT combat_note((SELECT combat_fit(c, site, w) FROM scan));

-- Options.
CREATE TABLE fits AS SELECT 'eb' AS name, combat_final(s) AS f, s FROM (SELECT combat_state(c, site, w) AS s FROM scan) AS state;
INSERT INTO fits SELECT v.name, v.f, s FROM fits AS t, LATERAL (VALUES ('no eb', combat_final(s, eb => false)), ('mean only', combat_final(s, mean_only => true)),
	('reference', combat_final(s, reference => 'Chengdu')), ('limit', combat_final(s, tolerance => 1e-13))) AS v (name, f);
SELECT name, sum((SELECT sum(v) FROM unnest(conn_edges(combat_apply(f, c, site, w))) AS v))::numeric(12, 3) AS total, bool_and(combat_apply(f, c, site, w) = c) FILTER (WHERE site = 'Chengdu') AS unchanged,
	min(conn_similarity(c, combat_apply(f, c, site, w))) > 0.9 AS similar FROM fits, scan GROUP BY name ORDER BY name;
SELECT name, site, reference, gamma_bar IS NULL AS no_prior, a_prior IS NULL AS no_scale, iterations > 0 AS iterated FROM fits, combat_sites(f) ORDER BY name, site COLLATE "C";
SELECT max(abs(a.gamma / b.gamma - 1)) < 1e-2 AS near, max(abs(a.gamma - b.gamma)) > 0 AS not_the_same
FROM combat_unnest((SELECT f FROM fits WHERE name = 'eb')) AS a JOIN combat_unnest((SELECT f FROM fits WHERE name = 'limit')) AS b USING (site, k);

-- Laws: any order of rows, any split over states and any number of workers give the same; text and binary forms are exact.
CREATE FUNCTION same(a combat, b combat) RETURNS boolean LANGUAGE sql AS $$
	SELECT count(*) > 0 AND count(*) = count(*) FILTER (WHERE abs(v.gamma - u.gamma) < 1e-11 * (1 + abs(u.gamma)) AND abs(v.delta - u.delta) < 1e-11 * u.delta AND abs(v.sd - u.sd) < 1e-12 * u.sd)
	FROM combat_unnest(a) AS u FULL JOIN combat_unnest(b) AS v USING (site, k) $$;
SELECT same(combat_fit(c, site, w), (SELECT combat_fit(c, site, w) FROM (SELECT * FROM scan ORDER BY hashint4(id)) AS shuffled)) AS any_order,
	same(combat_fit(c, site, w), (SELECT combat_final(combat_merge(s)) FROM (SELECT combat_state(c, site, w) AS s FROM scan GROUP BY id % 7) AS parts)) AS any_split,
	same(combat_fit(c, site, w), (SELECT combat_final(combat_merge(s)) FROM (SELECT combat_state(c, site, w) AS s FROM scan GROUP BY site) AS sites)) AS by_site FROM scan;
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
EXPLAIN (COSTS OFF) SELECT combat_fit(c, site, w) FROM scan;
CREATE TEMP TABLE by_workers AS SELECT combat_fit(c, site, w) AS f FROM scan;
COMMIT;
SELECT same(b.f, fits.f) AS by_workers FROM by_workers AS b, fits WHERE name = 'eb';
SELECT bool_and(f::text::combat::text = f::text) AS fit_text, bool_and(s::text::combat_state::text = s::text) AS state_text FROM fits;

-- A fit that is stored out of line is fetched once a query, and again where another one comes.
CREATE TABLE long AS SELECT id, site, (SELECT array_agg(x[1 + k % 10] * (1 + k / 100.0) + hashint4(id + k) % 7 ORDER BY k) FROM generate_series(1, 400) AS k)::float8[] AS v FROM scan;
CREATE TABLE stored AS SELECT part, combat_fit(v, site) AS f FROM long, generate_series(0, 1) AS part WHERE id % 2 = part GROUP BY part;
SELECT pg_column_size(f) > 2500 AS out_of_line, part FROM stored ORDER BY part;
WITH fresh AS MATERIALIZED (SELECT part, f::text::combat AS f FROM stored)
SELECT count(*), count(DISTINCT combat_apply(s.f, v, site)), bool_and(combat_apply(s.f, v, site) = combat_apply(fresh.f, v, site)) AS same
FROM (SELECT * FROM long, stored ORDER BY id, part) AS s JOIN fresh USING (part);

-- Training subjects alone; the others are harmonised by what those say.
WITH fit AS (SELECT combat_fit(c, site, w) FILTER (WHERE id <= 40) AS f FROM scan)
SELECT (SELECT sum(n) FROM fit, combat_sites(f)) AS fitted, count(combat_apply(f, c, site, w)) AS harmonised FROM scan, fit;

-- Missing: an edge costs itself alone, a covariate or site its row.
CREATE TABLE gaps AS SELECT id, CASE WHEN id = 7 THEN conn_from_edges((SELECT array_agg(CASE WHEN k = 4 THEN NULL ELSE v END ORDER BY k) FROM unnest(x) WITH ORDINALITY AS u (v, k)), 'z') ELSE c END AS c,
	CASE WHEN id <> 8 THEN site END AS site, CASE WHEN id = 9 THEN ARRAY[1, NULL] WHEN id <> 10 THEN w END AS w FROM scan;
SELECT combat_note(combat_fit(c, site, w)) FROM gaps;
WITH whole AS (SELECT combat_final(combat_state(c, site, w), eb => false) AS f FROM scan WHERE id NOT BETWEEN 8 AND 10),
gap AS (SELECT combat_final(combat_state(c, site, w), eb => false) AS f FROM gaps)
SELECT u.k, bool_and(abs(u.gamma - v.gamma) < 1e-12 AND abs(u.delta - v.delta) < 1e-12) AS same
FROM whole, combat_unnest(whole.f) AS u JOIN gap ON true JOIN LATERAL combat_unnest(gap.f) AS v ON u.site = v.site AND u.k = v.k GROUP BY u.k HAVING NOT bool_and(abs(u.gamma - v.gamma) < 1e-12) ORDER BY u.k;
SELECT combat_apply(f, conn_from_edges(array_fill(NULL::real, ARRAY[10]), 'z'), 'Beijing', ARRAY[1, 30]) AS all_missing, combat_apply(f, c, NULL, w) AS no_site,
	combat_apply(f, c, site, ARRAY[1, NULL]::float8[]) AS no_covariate, combat_apply(NULL, c, site, w) AS no_fit FROM fits, scan WHERE name = 'eb' AND id = 1;
SELECT combat_fit(c, site, w) AS no_rows FROM scan WHERE false;
SELECT combat_fit(c, NULL, w) AS no_complete_row FROM scan;

-- Among many groups one that cannot be fitted says why, and the query goes on; a fit is combat_final's.
SELECT t.note, t.fit::text = combat_final(g.s)::text AS same FROM (SELECT combat_state(c, site, w) AS s FROM scan) g CROSS JOIN LATERAL combat_try(g.s) t;
SELECT g.what, t.note, t.fit IS NULL AS unfit FROM (
	SELECT 'one site' AS what, combat_state(c, site, w) AS s FROM scan WHERE site = 'Beijing'
	UNION ALL SELECT 'few', combat_state(c, site, w || ARRAY[id * id, id % 5]::float8[]) FROM scan WHERE id <= 6
	UNION ALL SELECT 'no row', combat_state(c, NULL, w) FROM scan
	UNION ALL SELECT 'the site again', combat_state(c, site, ARRAY[(site = 'Beijing')::int]) FROM scan) g
CROSS JOIN LATERAL combat_try(g.s) t;

-- What is refused.
SELECT combat_fit(conn_fisher_z_inv(c), site, w) FROM scan;
SELECT combat_apply(f, conn_fisher_z_inv(c), site, w) FROM fits, scan WHERE id = 1;
SELECT combat_fit(c, site, w) FROM scan WHERE site = 'Beijing';
SELECT combat_fit(c, CASE WHEN id = 1 THEN 'Wuxi' ELSE site END, w) FROM scan;
SELECT combat_note(combat_final(combat_state(c, CASE WHEN id = 1 THEN 'Wuxi' ELSE site END, w), mean_only => true)) FROM scan;
SELECT combat_fit(c, site, ARRAY[(site = 'Beijing')::int]) FROM scan;
SELECT combat_fit(c, site, ARRAY[age, 7]) FROM scan;
SELECT combat_fit(c, site, ARRAY[age, patient::int, 2 * age + 3 * patient::int + id % 3]) FROM scan;
SELECT combat_fit(c, site, w || ARRAY[id * id, id % 5]::float8[]) FROM scan WHERE id <= 6;
SELECT combat_final(s, reference => 'Wuxi') FROM fits WHERE name = 'eb';
SELECT combat_final(s, tolerance => 0) FROM fits WHERE name = 'eb';
SELECT combat_final(s, eb => NULL) FROM fits WHERE name = 'eb';
SELECT combat_fit(c, '', w) FROM scan;
SELECT combat_fit(c, repeat('x', 64), w) FROM scan;
SELECT combat_fit(c, site, array_fill(1::float8, ARRAY[64])) FROM scan;
SELECT combat_fit(c, site, ARRAY['Infinity'::float8]) FROM scan;
SELECT combat_fit(c, site, CASE WHEN id = 50 THEN ARRAY[1.0] ELSE w END) FROM scan;
SELECT combat_fit(CASE WHEN id = 50 THEN conn_from_edges(x, 'weight') ELSE c END, site, w) FROM scan;
SELECT combat_fit(CASE WHEN id = 50 THEN x[1:3] ELSE x END, site, w) FROM scan;
SELECT combat_fit(ARRAY['a'], site) FROM scan;
SELECT combat_fit('{}'::real[], site) FROM scan;
SELECT combat_apply(f, c, 'Wuxi', w) FROM fits, scan WHERE name = 'eb' AND id = 1;
SELECT combat_apply(f, c, site) FROM fits, scan WHERE name = 'eb' AND id = 1;
SELECT combat_apply(f, x, site, w) FROM fits, scan WHERE name = 'eb' AND id = 1;
SELECT combat_apply(f, 'z:3:{1,2,3}'::connectome, site, w) FROM fits, scan WHERE name = 'eb' AND id = 1;
SELECT combat_merge(s) FROM (SELECT combat_state(c, site, w) AS s FROM scan UNION ALL SELECT combat_state(c, site) FROM scan) AS t;
SELECT combat_merge(s) FROM (SELECT combat_state(c, site, w) AS s FROM scan UNION ALL SELECT combat_state(x, site, w) FROM scan) AS t;
SELECT combat_add(NULL, c, site, w) FROM scan LIMIT 1;

-- A site of patients alone is noted: its own effect rests on what the other sites say of patients.
SELECT combat_note(combat_fit(c, site, w)) FROM scan WHERE patient OR site <> 'Chengdu';

-- An element that never varies, and one that is the same at one site, are missing afterwards; the others are whole.
SELECT combat_note(f), array_agg(DISTINCT site ORDER BY site) AS sites, array_agg(DISTINCT v) FILTER (WHERE k < 3) AS lost, count(*) FILTER (WHERE k > 2 AND v <> 'NaN') AS kept
FROM (SELECT combat_fit(odd, site) AS f FROM scan, LATERAL (SELECT ARRAY[3, CASE WHEN site = 'Beijing' THEN 0 ELSE x[2] END] || x[3:5]) AS o (odd)) AS fit, scan,
	LATERAL (SELECT ARRAY[3, CASE WHEN site = 'Beijing' THEN 0 ELSE x[2] END] || x[3:5]) AS o (odd), unnest(combat_apply(f, odd::float8[], site)) WITH ORDINALITY AS u (v, k)
WHERE site = 'Beijing' GROUP BY 1;

-- Mutated forms of both types (mutation.psql): refused, or safe to use.
SET search_path = public, psyrad, combat_test;
SELECT setseed(0.17);
\set ECHO none
\i mutation.psql
\set ECHO all
CREATE FUNCTION used(f combat) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RETURN count(*) >= 0 AND combat_note(f) IS DISTINCT FROM '' AND f::text::combat::text = f::text FROM combat_unnest(f), combat_sites(f);
END $$;
CREATE FUNCTION used(s combat_state) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RETURN combat_final(s) IS NULL AND (SELECT combat_final(combat_merge(v), eb => false) FROM (VALUES (s), (s)) AS t (v)) IS NULL;
END $$;
CREATE TEMP TABLE forms AS
SELECT ARRAY[combat_state(c, site, w)::text, combat_state(x[1:2], site)::text, combat_state(CASE WHEN id = 5 THEN ARRAY[NULL, 2] ELSE x[1:2] END, site, w)::text] AS states,
	ARRAY[combat_fit(c, site, w)::text, combat_final(combat_state(x[1:2], site), eb => false)::text, combat_final(combat_state(c, site), reference => 'Beijing')::text] AS fits FROM combat_test.scan;
SELECT refused > 300 AS refused, accepted > 50 AS accepted, refused + accepted AS tried FROM tries('combat', true, (SELECT fits FROM forms), 2500);
SELECT refused > 300 AS refused, accepted > 50 AS accepted, refused + accepted AS tried FROM tries('combat', false, (SELECT fits FROM forms), 2500);
SELECT refused > 300 AS refused, accepted > 50 AS accepted, refused + accepted AS tried FROM tries('combat_state', true, (SELECT states FROM forms), 2500);
SELECT refused > 300 AS refused, accepted > 50 AS accepted, refused + accepted AS tried FROM tries('combat_state', false, (SELECT states FROM forms), 2500);
