-- The network-based statistic: components, signs, seeds, order of rows, notes, errors, cancel.
SET search_path = psyrad, public;
SET extra_float_digits = -3;
CREATE TABLE nbs AS
	SELECT s AS id, 's' || pg_catalog.lpad(s::text, 2, '0') AS key, s % 2 = 1 AS grp, sin(s * 2.1) AS y, ARRAY[cos(s * 0.7)] AS age,
		conn_from_edges((SELECT array_agg((sin(s * 3.7 + k * 1.3 + s * k)
			+ CASE WHEN k IN (1, 2, 6) THEN 1.5 * (s % 2) WHEN k IN (13, 14, 15) THEN -1.6 * (s % 2) ELSE 0 END)::real ORDER BY k) FROM generate_series(1, 15) AS k), 'z') AS c
	FROM generate_series(1, 24) AS s;
SELECT u.component, u.sign, u.nodes, u.edges, u.extent, u.intensity, u.p, u.n, u.df, u.arrangements, u.method, u.note
	FROM (SELECT conn_nbs(key, c, grp, 2.5, 999, 7, 'two-sided', 'extent') AS r FROM nbs) AS t, unnest(t.r) AS u ORDER BY component;
-- The edges as rows; their t are those of mass_ttest, and they have no p.
SELECT u.component, e.i, e.j, abs(e.statistic - m.statistic) < 1e-12 * abs(m.statistic) AS same_t
	FROM (SELECT conn_nbs(key, c, grp, 2.5, 999, 7, 'two-sided', 'intensity') AS r, mass_ttest(c, grp) AS m FROM nbs) AS t, unnest(t.r) AS u,
	conn_nbs_edges(u) AS e JOIN mass_edges(t.m) AS m ON m.i = e.i AND m.j = e.j ORDER BY 1, 2, 3;
-- One tail sees one sign.
SELECT tail, array_agg(u.sign ORDER BY component) AS signs, array_agg(u.extent ORDER BY component) AS extents
	FROM unnest(ARRAY['two-sided', 'greater', 'less']) AS tail, LATERAL (SELECT conn_nbs(key, c, grp, 2.5, 99, 7, tail, 'extent') AS r FROM nbs) AS t, unnest(t.r) AS u
	GROUP BY tail ORDER BY tail;
-- Other designs: covariates, paired, correlation, contrast; the groups of a contrast are conn_nbs's.
SELECT 'adjusted' AS test, u.component, u.sign, u.extent, u.p, u.method FROM (SELECT conn_nbs(key, c, grp, age, 2.5, 199, 7, 'two-sided', 'extent') AS r FROM nbs) AS t, unnest(t.r) AS u
UNION ALL SELECT 'paired', u.component, u.sign, u.extent, u.p, u.method FROM (SELECT conn_nbs_paired(key, c, conn_from_edges(array_fill(0.5::real, ARRAY[15]), 'z'), 2.5, 199, 7, 'two-sided', 'extent') AS r FROM nbs) AS t, unnest(t.r) AS u
UNION ALL SELECT 'corr', u.component, u.sign, u.extent, u.p, u.method FROM (SELECT conn_nbs_corr(key, c, y, 1.5, 199, 7, 'two-sided', 'extent') AS r FROM nbs) AS t, unnest(t.r) AS u
UNION ALL SELECT 'corr adjusted', u.component, u.sign, u.extent, u.p, u.method FROM (SELECT conn_nbs_corr(key, c, y, age, 1.5, 199, 7, 'two-sided', 'extent') AS r FROM nbs) AS t, unnest(t.r) AS u
UNION ALL SELECT 'contrast', u.component, u.sign, u.extent, u.p, u.method FROM (SELECT conn_nbs_glm(key, c, ARRAY[1, grp::int, age[1]], ARRAY[0, 1, 0], 2.5, 199, 7, 'two-sided', 'extent') AS r FROM nbs) AS t, unnest(t.r) AS u
	ORDER BY 1, 2;
-- The same components from arrays, numbers as keys, any order of rows.
SELECT count(DISTINCT r), count(*) FROM (
	SELECT conn_nbs(key, c, grp, 2, 199, 7, 'two-sided', 'intensity')::text AS r FROM nbs
	UNION ALL SELECT conn_nbs(id, c, grp, 2, 199, 7, 'two-sided', 'intensity')::text FROM (SELECT * FROM nbs ORDER BY md5(key)) AS a
	UNION ALL SELECT conn_nbs(id, conn_edges(c), grp, 2, 199, 7, 'two-sided', 'intensity')::text FROM (SELECT * FROM nbs ORDER BY id DESC) AS b
	UNION ALL SELECT conn_nbs(key, conn_edges(c)::float8[], grp, 2, 199, 7, 'two-sided', 'intensity')::text FROM (SELECT * FROM nbs ORDER BY y) AS d) AS t;
-- Nothing beyond the threshold: no component. Nothing to test: one row that says why.
SELECT conn_nbs(key, c, grp, 20, 99, 7, 'two-sided', 'extent') FROM nbs;
SELECT component, p, n, note FROM (SELECT conn_nbs(key, c, true, 2, 99, 7, 'two-sided', 'extent') AS r FROM nbs) AS t, unnest(t.r);
SELECT component, n, note FROM (SELECT conn_nbs(key, c, NULL::boolean, 2, 99, 7, 'two-sided', 'extent') AS r FROM nbs) AS t, unnest(t.r);
-- An edge that somebody lacks is left out, and the note says so.
SELECT u.component, u.edges, u.note FROM (SELECT conn_nbs(key, CASE id WHEN 4 THEN conn_from_edges(array_cat(ARRAY[NULL]::real[], (conn_edges(c))[2:]), 'z') ELSE c END, grp, 2.5, 99, 7, 'two-sided', 'extent') AS r FROM nbs) AS t, unnest(t.r) AS u;
-- Errors name the argument.
SELECT conn_nbs(key, c, grp, 0, 99, 7, 'two-sided', 'extent') FROM nbs;
SELECT conn_nbs(key, c, grp, 'NaN', 99, 7, 'two-sided', 'extent') FROM nbs;
SELECT conn_nbs(key, c, grp, NULL, 99, 7, 'two-sided', 'extent') FROM nbs;
SELECT conn_nbs(key, c, grp, id, 99, 7, 'two-sided', 'extent') FROM nbs;
SELECT conn_nbs(key, c, grp, 3, 99, 7, 'both', 'extent') FROM nbs;
SELECT conn_nbs(key, c, grp, 3, 99, 7, NULL, 'extent') FROM nbs;
SELECT conn_nbs(key, c, grp, 3, 99, 7, 'less', 'mass') FROM nbs;
SELECT conn_nbs(key, c, grp, 3, 99, 7, 'less', CASE WHEN grp THEN 'extent' ELSE 'intensity' END) FROM nbs;
SELECT conn_nbs(key, ARRAY[1, 2]::real[], grp, 3, 99, 7, 'less', 'extent') FROM nbs;
SELECT conn_nbs('same', c, grp, 3, 99, 7, 'less', 'extent') FROM nbs;
SET statement_timeout = '300ms';
SELECT cancelled('SELECT conn_nbs(s, (SELECT array_agg(sin(s * k * 1.1)::real) FROM generate_series(1, 4950) AS k), s % 3 = 0, 0.1, 10000000, 1, ''less'', ''extent'') FROM generate_series(1, 30) AS s');
RESET statement_timeout;
DROP TABLE nbs;
