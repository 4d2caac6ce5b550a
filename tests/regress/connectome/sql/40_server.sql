-- How the type and the aggregates live in a server: windows, groups, parallel plans, slices, cancelling, dump and restore, privileges.
\pset null '(null)'
SET search_path = public, psyrad;

CREATE TABLE scan (id int PRIMARY KEY, site int, grp boolean, y float8, covariates float8[], c connectome(40));
INSERT INTO scan
SELECT id, id % 4, id % 3 = 0, sin(id * 7), ARRAY[cos(id * 5), (id % 2)::float8],
	conn_from_edges((SELECT array_agg(CASE WHEN id % 11 = 0 AND k % 97 = 0 THEN NULL ELSE sin(id * k * 0.37 + k) END::real ORDER BY k)
		FROM generate_series(1, 780) AS k), 'z')
FROM generate_series(1, 120) AS id;
CREATE TABLE indexed AS SELECT id, conn_from_edges(ARRAY[sin(id)], 'r') AS c FROM scan;
ALTER TABLE indexed ADD PRIMARY KEY (id);
CREATE INDEX ON indexed (c);
CREATE INDEX ON indexed USING hash (c);
CREATE TABLE kept AS SELECT mass_ttest_state(c, grp) AS s FROM scan;

-- Elements of two results that differ in n, or by more than rounding in anything else.
CREATE FUNCTION differences(a mass_result, b mass_result) RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM mass_unnest(a) AS x FULL JOIN mass_unnest(b) AS y USING (k)
	WHERE x.n IS DISTINCT FROM y.n OR x.df IS DISTINCT FROM y.df OR (x.p IS NULL) <> (y.p IS NULL)
		OR abs(x.estimate - y.estimate) > 1e-12 * y.se OR abs(x.se - y.se) > 1e-12 * y.se OR abs(x.statistic - y.statistic) > 1e-12 * (1 + abs(y.statistic))
		OR abs(x.p - y.p) > 1e-11 * y.p OR abs(x.effect_size - y.effect_size) > 1e-12 * (1 + abs(y.effect_size))
$$;
CREATE TABLE whole AS
SELECT mass_ttest(c) AS one, mass_ttest(c, grp) AS two, mass_ttest_paired(c, c - c) AS paired, mass_corr(c, y) AS corr, mass_pcorr(c, y, covariates) AS pcorr,
	mass_summary(c) AS summary FROM scan;
SELECT differences(one, two) > 0 AS differences_sees_some FROM whole;

-- groups, and states merged over them; shared and per-element layouts meet
SELECT differences(one, mass_ttest_final(a)) AS one, differences(two, mass_ttest_final(b)) AS two, differences(corr, mass_corr_final(d)) AS corr,
	differences(pcorr, mass_pcorr_final(e)) AS pcorr, (mass_summary_final(f)).n = (summary).n AND (mass_summary_final(f)).max = (summary).max AS summary
FROM whole, (SELECT mass_ttest_merge(a) AS a, mass_ttest_merge(b) AS b, mass_corr_merge(d) AS d, mass_pcorr_merge(e) AS e, mass_summary_merge(f) AS f
	FROM (SELECT mass_ttest_state(c) AS a, mass_ttest_state(c, grp) AS b, mass_corr_state(c, y) AS d, mass_pcorr_state(c, y, covariates) AS e, mass_summary_state(c) AS f
		FROM scan GROUP BY id % 13) AS part) AS m;

-- stored rows wait beside the state and are added together: to the last bit as when each is added at once, with rows skipped and missing edges among them
SELECT count(*) AS states, count(*) FILTER (WHERE stored = fresh AND stored_two = fresh_two) AS same, count(DISTINCT stored_two) AS distinct_states
FROM (SELECT mass_ttest_state(c)::text AS stored, mass_ttest_state(c::text::connectome)::text AS fresh,
		mass_ttest_state(c, CASE WHEN id % 7 <> 0 THEN grp END)::text AS stored_two,
		mass_ttest_state(c::text::connectome, CASE WHEN id % 7 <> 0 THEN grp END)::text AS fresh_two
	FROM scan, generate_series(1, 30) AS n, generate_series(1, 12, 11) AS f WHERE id BETWEEN f AND f + n - 1 GROUP BY f, n) AS q;

-- order of rows
SELECT differences(two, (SELECT mass_ttest(c, grp ORDER BY id DESC) FROM scan)) AS two, differences(pcorr, (SELECT mass_pcorr(c, y, covariates ORDER BY sin(id)) FROM scan)) AS pcorr FROM whole;

-- parallel plans
ALTER TABLE scan SET (parallel_workers = 3);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 3;
EXPLAIN (COSTS off) SELECT mass_pcorr(c, y, covariates) FROM scan;
SELECT differences(one, (SELECT mass_ttest(c) FROM scan)) AS one, differences(two, (SELECT mass_ttest(c, grp) FROM scan)) AS two,
	differences(paired, (SELECT mass_ttest_paired(c, c - c) FROM scan)) AS paired, differences(corr, (SELECT mass_corr(c, y) FROM scan)) AS corr,
	differences(pcorr, (SELECT mass_pcorr(c, y, covariates) FROM scan)) AS pcorr, differences(two, mass_ttest_final((SELECT mass_ttest_state(c, grp) FROM scan))) AS state,
	(summary).min = (SELECT (mass_summary(c)).min FROM scan) AS summary FROM whole;
SELECT site, (r).n[1], (r).n[97] FROM (SELECT site, mass_ttest(c, grp) AS r FROM scan GROUP BY site) AS q ORDER BY site;
RESET max_parallel_workers_per_gather;

-- windows: cumulative and leave-one-out are the aggregate over those rows
SELECT id, differences(cumulative, (SELECT mass_ttest(c, grp) FROM scan AS s WHERE s.id <= q.id)) AS cumulative,
	differences(left_out, (SELECT mass_ttest(c, grp) FROM scan AS s WHERE s.id <> q.id AND s.id <= 20)) AS left_out
FROM (SELECT id, mass_ttest(c, grp) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS cumulative,
	mass_ttest(c, grp) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS left_out FROM scan WHERE id <= 20) AS q
WHERE id % 6 = 2 ORDER BY id;
-- leave one site out, over states
SELECT site, differences(r, (SELECT mass_ttest(c, grp) FROM scan AS s WHERE s.site <> q.site)) AS differences
FROM (SELECT site, mass_ttest_final(mass_ttest_merge(s) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)) AS r
	FROM (SELECT site, mass_ttest_state(c, grp) AS s FROM scan GROUP BY site) AS state) AS q ORDER BY site;

-- every edge is the same through a slice, a subscript, a row and the whole; stored in and out of line, and compressed
CREATE TABLE stored_ways (way text, c connectome);
INSERT INTO stored_ways SELECT 'out of line', c FROM scan WHERE id = 11;
ALTER TABLE stored_ways ALTER c SET STORAGE PLAIN;
INSERT INTO stored_ways SELECT 'in line', c - c FROM scan WHERE id = 11;
ALTER TABLE stored_ways ALTER c SET STORAGE EXTENDED;
INSERT INTO stored_ways SELECT 'compressed', conn_from_edges(array_fill(0.25::real, ARRAY[780]), 'weight');
INSERT INTO stored_ways VALUES ('short', 'r:2:{0.5}');
SELECT way, pg_column_size(c) < 1000 AS small, conn_n(c), conn_kind(c), count(*) AS edges,
	count(*) FILTER (WHERE conn_edge(c, i, j) IS DISTINCT FROM value OR c[j][i] IS DISTINCT FROM value OR (conn_row(c, i))[j] IS DISTINCT FROM coalesce(value, 'NaN')
		OR (conn_row(c, j))[i] IS DISTINCT FROM coalesce(value, 'NaN')) AS wrong
FROM stored_ways, conn_unnest(c) GROUP BY way, c ORDER BY way;

-- cancelling stops the library within a second
CREATE TABLE long_series AS SELECT array_fill(0.5::real, ARRAY[1500, 8000]) AS series;
\i ../cpu.sql
SELECT cpu() AS start \gset
SET statement_timeout = 200;
SELECT conn_n(conn_from_series(series)) FROM long_series;
SET statement_timeout = 0;
SELECT cpu() - :start < 1.2 AS in_time;
DROP FUNCTION cpu;

-- dump and restore
SELECT md5(string_agg(connectome_send(c)::text, ',' ORDER BY id)) AS connectomes, (SELECT md5(s::text) FROM kept) AS states FROM scan \gset
CREATE DATABASE regress_connectome_copy;
\! pg_dump regress_connectome | psql -Xq -v ON_ERROR_STOP=1 regress_connectome_copy >/dev/null
\c regress_connectome_copy
SET search_path = public, psyrad;
SELECT md5(string_agg(connectome_send(c)::text, ',' ORDER BY id)) = :'connectomes' AS connectomes, (SELECT md5(s::text) FROM kept) = :'states' AS states FROM scan;
SELECT count(*) AS indexes FROM pg_indexes WHERE tablename = 'indexed';
CREATE TABLE binary_copy (LIKE scan);
CREATE TABLE binary_state (LIKE kept);
\! psql -Xqc "COPY scan TO STDOUT (FORMAT binary)" regress_connectome_copy | psql -Xqc "COPY binary_copy FROM STDIN (FORMAT binary)" regress_connectome_copy
\! psql -Xqc "COPY kept TO STDOUT (FORMAT binary)" regress_connectome_copy | psql -Xqc "COPY binary_state FROM STDIN (FORMAT binary)" regress_connectome_copy
SELECT count(*) AS rows, count(*) FILTER (WHERE a.c = b.c) AS equal FROM scan AS a JOIN binary_copy AS b USING (id);
SELECT a.s::text = b.s::text AS state_equal FROM kept AS a, binary_state AS b;
\c regress_connectome
DROP DATABASE regress_connectome_copy;

-- the owner of a database who is no superuser can create the extension; others can use it, and read nothing more
SELECT current_user AS superuser \gset
CREATE ROLE regress_connectome_owner LOGIN;
CREATE ROLE regress_connectome_user LOGIN;
CREATE DATABASE regress_connectome_owned OWNER regress_connectome_owner;
\c regress_connectome_owned regress_connectome_owner
CREATE SCHEMA psyrad;
CREATE EXTENSION connectome;
GRANT USAGE ON SCHEMA psyrad TO regress_connectome_user;
CREATE TABLE secret AS SELECT 'r:2:{0.5}'::psyrad.connectome AS c;
\c regress_connectome_owned regress_connectome_user
SELECT psyrad.mass_ttest(c) FROM secret;
SELECT (psyrad.mass_summary(c)).n FROM (VALUES ('r:2:{0.5}'::psyrad.connectome)) AS v (c);
CREATE FUNCTION pg_temp.forged(internal) RETURNS psyrad.connectome LANGUAGE c AS '$libdir/connectome', 'connectome_recv';
\c regress_connectome :superuser
DROP DATABASE regress_connectome_owned;
DROP ROLE regress_connectome_owner, regress_connectome_user;

-- everything is documented, parallel safe, and in its schema
SELECT p.oid::regprocedure AS undocumented FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'connectome' WHERE obj_description(p.oid, 'pg_proc') IS NULL OR p.proparallel <> 's' OR p.pronamespace <> 'psyrad'::regnamespace;
