-- Test-retest reliability: mass_icc over rows, states, parallel workers, and what it refuses.
\pset null '(null)'
SET search_path = public, psyrad;
\set SHOW_CONTEXT never

-- Shrout and Fleiss (1979), table 2, as sessions; their table 4 says .17 .29 .71 .44 .62 .91.
CREATE TABLE judged AS SELECT s, j, (ARRAY[[9,2,5,8],[6,1,3,2],[8,4,6,8],[7,1,2,6],[10,5,6,9],[6,2,4,7]])[s][j] AS v FROM generate_series(1, 6) s, generate_series(1, 4) j;
SELECT type, n, sessions, round(estimate::numeric, 6) AS estimate, round(ci_lb::numeric, 6) AS ci_lb, round(ci_ub::numeric, 6) AS ci_ub,
	round(statistic::numeric, 6) AS f, df1, df2, round(p::numeric, 8) AS p, q = p AS alone, round(ms_session::numeric, 6) AS ms_session, m
FROM (SELECT mass_icc_state(ARRAY[v], s, 'j' || j) AS st FROM judged) x, unnest(ARRAY['ICC(1,1)','ICC(2,1)','ICC(3,1)','ICC(1,k)','ICC(2,k)','ICC(3,k)']) type,
	mass_unnest(mass_icc_final(st, type)) ORDER BY type;
SELECT (mass_icc(ARRAY[v], s)).estimate = (mass_icc_final(mass_icc_state(ARRAY[v], s::text))).estimate AS one_way, (mass_icc(ARRAY[v], s)).method,
	(mass_icc(ARRAY[v], s, j::text)).estimate = (mass_icc_final(mass_icc_state(ARRAY[v::float8], s::bigint, j::text), 'ICC(2,1)')).estimate AS two_way, (mass_icc(ARRAY[v], s, j::text)).method
FROM judged;
SELECT (mass_icc_final(mass_icc_state(ARRAY[v], s, j::text), level => 0.5)).* FROM judged WHERE s < 3 AND j < 3;

-- Stored connectomes: 30 subjects of three sites, two sessions, some edges missing, one subject with one session, one row without a subject.
CREATE TABLE retest AS
SELECT s AS subject, s % 3 AS site, CASE j WHEN 1 THEN 'day1' ELSE 'day8' END AS session,
	conn_from_edges((SELECT array_agg(CASE WHEN (s, j) IN ((4, 1), (9, 2)) AND k % 50 = 7 THEN NULL ELSE sin(s * k) + 0.4 * sin(s * j * 17 + k) + 0.1 * j END::real ORDER BY k)
		FROM generate_series(1, 190) AS k), 'z') AS c
FROM generate_series(1, 30) s, generate_series(1, 2) j WHERE (s, j) <> (30, 2);
INSERT INTO retest SELECT NULL, 0, 'day1', c FROM retest WHERE subject = 1 AND session = 'day1';
SELECT (r).n[1], (r).n[7], (r).note FROM (SELECT mass_icc(c, subject, session) AS r FROM retest) x;
SELECT count(*), min(m), bool_and(estimate BETWEEN ci_lb AND ci_ub AND q >= p) AS inside FROM (SELECT mass_icc(c, subject, session) AS r FROM retest) x, mass_edges(r);

-- The same bits whatever the order of rows, over parallel workers, and merged from parts that tear subjects apart.
CREATE TABLE whole_icc AS SELECT mass_icc(c, subject, session) AS two, mass_icc(c, subject) AS one FROM retest;
ALTER TABLE retest SET (parallel_workers = 3);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS off) SELECT mass_icc(c, subject, session) FROM retest;
SELECT two = (SELECT mass_icc(c, subject, session) FROM retest) AS workers, one = (SELECT mass_icc(c, subject) FROM retest) AS workers_one_way,
	two = (SELECT mass_icc(c, subject, session ORDER BY sin(subject), session DESC) FROM retest) AS row_order,
	one = (SELECT mass_icc(c, subject ORDER BY sin(subject), session DESC) FROM retest) AS row_order_one_way,
	two = (SELECT mass_icc_final(mass_icc_merge(s)) FROM (SELECT mass_icc_state(c, subject, session) AS s FROM retest GROUP BY session, subject % 4) p) AS torn FROM whole_icc;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- Closed states of sites, which hold no row, say the same to rounding; one site left out is its absence.
CREATE TABLE site_icc AS SELECT site, mass_icc_close(mass_icc_state(c, subject, session)) AS closed, mass_icc_state(c, subject, session) AS open FROM retest GROUP BY site;
CREATE FUNCTION differences(a mass_icc_result, b mass_icc_result) RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM mass_unnest(a) x FULL JOIN mass_unnest(b) y USING (k)
	WHERE x.n IS DISTINCT FROM y.n OR x.df2 IS DISTINCT FROM y.df2 OR (x.p IS NULL) <> (y.p IS NULL) OR abs(x.estimate - y.estimate) > 1e-12
		OR abs(x.ci_lb - y.ci_lb) > 1e-11 OR abs(x.ci_ub - y.ci_ub) > 1e-11 OR abs(x.p - y.p) > 1e-11 * y.p
$$;
SELECT differences(two, one) > 0 AS sees_some, differences(two, (SELECT mass_icc_final(mass_icc_merge(closed)) FROM site_icc)) AS merged,
	differences(one, mass_icc_final(mass_icc_close((SELECT mass_icc_state(c, subject) FROM retest)))) AS closed_one_way, (two).note = (mass_icc_final((SELECT mass_icc_merge(closed) FROM site_icc))).note AS note
FROM whole_icc;
SELECT site, differences(r, (SELECT mass_icc(c, subject, session) FROM retest t WHERE t.site <> q.site)) AS without
FROM (SELECT site, mass_icc_final(mass_icc_merge(closed) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)) AS r FROM site_icc) q ORDER BY site;
-- Growing windows over rows: each answer is the aggregate over those rows.
SELECT count(*) AS windows, sum(differences(r, (SELECT mass_icc(c, subject, session) FROM retest t WHERE t.subject <= q.subject))) AS differences
FROM (SELECT subject, mass_icc(c, subject, session) OVER (ORDER BY subject) AS r FROM retest WHERE subject <= 12) q;
-- A closed state is small, exact in both forms, and knows no subject.
SELECT bool_and(closed::text::icc_state::text = closed::text AND open::text::icc_state::text = open::text) AS text_form,
	bool_and(mass_icc_close(closed)::text = closed::text) AS closed_already, min(octet_length(icc_state_send(closed))) = max(octet_length(icc_state_send(closed))) AS same_size FROM site_icc;

-- Answers without a number say why.
SELECT mass_icc(c, subject, session) FROM retest WHERE false;
SELECT (mass_icc(c, NULL::text, session)).note FROM retest;
SELECT (r).n[1], (r).estimate[1], (r).note FROM (SELECT mass_icc(c, subject, session) AS r FROM retest WHERE session = 'day1') x;
SELECT (r).n[1], (r).estimate[1], (r).note FROM (SELECT mass_icc(c, subject) AS r FROM retest WHERE session = 'day1') x;
SELECT (r).n, (r).estimate, (r).p, (r).note FROM (SELECT mass_icc(ARRAY[s, 5, s + j, 1], s, j::text) AS r FROM judged) x;
SELECT (r).sessions[1], (r).note FROM (SELECT mass_icc(ARRAY[v], s) AS r FROM judged WHERE s + j <> 4) x;

-- What is refused.
SELECT mass_icc(c, subject, 'day1') FROM retest;
SELECT mass_icc_final(mass_icc_state(c, subject), 'ICC(2,1)') FROM retest;
SELECT mass_icc_final(mass_icc_state(c, subject), 'icc2') FROM retest;
SELECT mass_icc_final(mass_icc_state(c, subject), level => 1) FROM retest;
SELECT mass_icc_final(mass_icc_state(c, subject), level => NULL) FROM retest;
SELECT mass_icc(c, 1.5) FROM retest;
SELECT mass_icc(c, '') FROM retest;
SELECT mass_icc(c, repeat('x', 64)) FROM retest;
SELECT mass_icc(CASE WHEN subject = 5 THEN conn_from_edges(ARRAY[1, 2, 3], 'z') ELSE c END, subject) FROM retest;
SELECT mass_icc(CASE WHEN subject = 5 THEN conn_fisher_z_inv(c) ELSE c END, subject) FROM retest;
SELECT mass_icc(CASE WHEN s = 5 THEN ARRAY[1, 2] ELSE ARRAY[1] END, s) FROM judged;
SELECT mass_icc('{}'::real[], s) FROM judged;
SELECT mass_icc(ARRAY['Infinity'::real], s) FROM judged;
SELECT mass_icc_merge(s) FROM (SELECT closed AS s FROM site_icc UNION ALL SELECT open FROM site_icc) x;
SELECT mass_icc_merge(s) FROM (SELECT mass_icc_close(mass_icc_state(c, subject, session || site)) AS s FROM retest GROUP BY site) x;
SELECT mass_icc_merge(s) FROM (SELECT mass_icc_state(c, subject) AS s FROM retest UNION ALL SELECT mass_icc_state(c, subject, session) FROM retest) x;
SELECT mass_icc_add(NULL, c, subject, session) FROM retest LIMIT 1;

-- Mutated forms (mutation.psql): refused, or safe to use.
SELECT setseed(0.23);
\set ECHO none
\i mutation.psql
\set ECHO all
CREATE FUNCTION used(s icc_state) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RETURN mass_icc_final(s) IS NULL AND mass_icc_final(mass_icc_close(s), 'ICC(1,1)') IS NULL
		AND (SELECT mass_icc_final(mass_icc_merge(v), 'ICC(1,k)') FROM (SELECT mass_icc_close(s) UNION ALL SELECT mass_icc_close(s)) AS t (v)) IS NULL AND mass_icc_close(s)::text::icc_state::text <> '';
END $$;
CREATE TEMP TABLE icc_forms AS SELECT ARRAY[mass_icc_state(ARRAY[v, s * j], s, 'j' || j)::text, mass_icc_state(ARRAY[v, s * j]::real[], s)::text, mass_icc_state(conn_from_edges(ARRAY[v, s, NULL], 'weight'), 'sub-' || s, 'j' || j)::text,
	mass_icc_close(mass_icc_state(ARRAY[v, s * j], s, 'j' || j))::text, mass_icc_close(mass_icc_state(ARRAY[v, s * j], s))::text, mass_icc_state(NULL::connectome, s)::text] AS forms FROM judged WHERE s < 4 AND j < 3;
SELECT refused > 300 AS refused, accepted > 50 AS accepted, refused + accepted AS tried FROM tries('icc_state', true, (SELECT forms FROM icc_forms), 2500);
SELECT refused > 300 AS refused, accepted > 50 AS accepted, refused + accepted AS tried FROM tries('icc_state', false, (SELECT forms FROM icc_forms), 2500);
