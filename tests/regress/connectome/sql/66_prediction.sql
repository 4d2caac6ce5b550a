-- Prediction from connectomes and fingerprints: numbers, order of rows, notes, errors, cancel.
SET search_path = psyrad, public;
SET extra_float_digits = -3;
CREATE TABLE cpm AS
	SELECT s AS id, 's' || lpad(s::text, 2, '0') AS key, ARRAY[cos(s * 0.7)] AS age, c, e[2] + e[7] - e[11] + 0.5 * sin(s * s) AS y
	FROM generate_series(1, 40) AS s, LATERAL (SELECT array_agg(sin(s * 3.7 + k * 1.3 + s * k)::real ORDER BY k) AS e FROM generate_series(1, 15) AS k) AS x,
	LATERAL (SELECT conn_from_edges(e, 'z') AS c) AS z;
SELECT u.network, u.n, u.folds, u.r, u.q2, u.mae, u.p, u.edges_per_fold, u.elements, u.edges, u.arrangements, u.method, u.note
	FROM (SELECT conn_cpm(key, c, y, 8, 0.01, 199, 3) AS r FROM cpm) AS t, unnest(t.r) AS u;
SELECT u.network, u.r, u.q2, u.mae, u.p, u.elements, u.method FROM (SELECT conn_cpm(key, c, y, age, 8, 0.01, 199, 3) AS r FROM cpm) AS t, unnest(t.r) AS u;
-- r is the correlation of what is predicted with what was observed.
SELECT u.network, abs(corr(o, f) - u.r) < 1e-12 AS r, abs(avg(abs(o - f)) - u.mae) < 1e-12 AS mae, count(*), min(k), bool_and(o = y) AS observed
	FROM (SELECT conn_cpm(key, c, y, 8, 0.05, 19, 3) AS r FROM cpm) AS t, unnest(t.r) AS u, unnest(u.keys, u.observed, u.predicted) AS v(k, o, f) JOIN cpm ON key = k
	GROUP BY u.network, u.r, u.mae ORDER BY u.network;
-- One answer in any order of rows, for text and number keys, connectome and array; leave-one-out; another seed deals other folds.
SELECT count(DISTINCT h), count(*) FROM (
	SELECT (SELECT array_agg((u.r, u.p, u.predicted)::text) FROM unnest(r) AS u) AS h FROM (
		SELECT conn_cpm(key, c, y, 8, 0.01, 99, 3) AS r FROM cpm
		UNION ALL SELECT conn_cpm(id, c, y, 8, 0.01, 99, 3) FROM (SELECT * FROM cpm ORDER BY md5(key)) AS a
		UNION ALL SELECT conn_cpm(id, conn_edges(c), y, 8, 0.01, 99, 3) FROM (SELECT * FROM cpm ORDER BY id DESC) AS b) AS t) AS q;
SELECT u.network, u.r FROM (SELECT conn_cpm(key, c, y, 40, 0.01, 19, 3) AS r FROM cpm) AS t, unnest(t.r) AS u;
SELECT (a.r)[1].r = (b.r)[1].r AS same FROM (SELECT conn_cpm(key, c, y, 8, 0.01, 19, 3) AS r FROM cpm) AS a, (SELECT conn_cpm(key, c, y, 8, 0.01, 19, 4) AS r FROM cpm) AS b;
-- Nothing selected; nothing to predict: NULL, and the reason.
SELECT u.network, u.r, u.q2, u.p, u.elements, u.note FROM (SELECT conn_cpm(key, c, sin(id * 77.7), 8, 0.00001, 19, 3) AS r FROM cpm) AS t, unnest(t.r) AS u;
SELECT u.network, u.n, u.r, u.note FROM (SELECT conn_cpm(key, c, y, 8, 0.01, 19, 3) AS r FROM cpm WHERE id < 6) AS t, unnest(t.r) AS u;
SELECT u.network, u.n, u.r, u.note FROM (SELECT conn_cpm(key, c, y, 2, 0.01, 19, 3) AS r FROM cpm WHERE id < 4) AS t, unnest(t.r) AS u;
SELECT u.network, u.n, u.r, u.note FROM (SELECT conn_cpm(key, c, 1, 8, 0.01, 19, 3) AS r FROM cpm) AS t, unnest(t.r) AS u;
SELECT u.network, u.n, u.r, u.note FROM (SELECT conn_cpm(key, c, y, ARRAY[id, 2 - id], 8, 0.01, 19, 3) AS r FROM cpm) AS t, unnest(t.r) AS u;
SELECT u.network, u.n, u.r, u.note FROM (SELECT conn_cpm(key, c, y, ARRAY[id, (id = 7)::int], 8, 0.01, 19, 3) AS r FROM cpm) AS t, unnest(t.r) AS u;
SELECT u.network, u.n, u.note FROM (SELECT conn_cpm(key, CASE WHEN id = 3 THEN NULL WHEN id = 9 THEN conn_from_edges(array_cat(ARRAY[NULL]::real[], (conn_edges(c))[2:]), 'z') ELSE c END, y, 8, 0.01, 19, 3) AS r FROM cpm) AS t, unnest(t.r) AS u;
SELECT conn_cpm(key, c, y, 1, 0.01, 19, 3) FROM cpm;
SELECT conn_cpm(key, c, y, NULL, 0.01, 19, 3) FROM cpm;
SELECT conn_cpm(key, c, y, 8, 1, 19, 3) FROM cpm;
SELECT conn_cpm(key, c, y, 8, 'NaN', 19, 3) FROM cpm;
SELECT conn_cpm(key, c, y, 1 + id, 0.01, 19, 3) FROM cpm;
SELECT conn_cpm('s', c, y, 8, 0.01, 19, 3) FROM cpm;
SET statement_timeout = '300ms';
SELECT cancelled('SELECT conn_cpm(s, (SELECT array_agg(sin(s * k * 1.1)::real) FROM generate_series(1, 4950) AS k), sin(s), 30, 0.3, 10000000, 1) FROM generate_series(1, 30) AS s');
RESET statement_timeout;

-- Fingerprints: two sessions of 12 people, of whom one came once.
CREATE TABLE print AS SELECT s AS id, 's' || s AS key, v AS session, (SELECT conn_from_edges(array_agg((sin(s * k * 1.7) + 0.8 * sin(s * 5 + k * (3 + v)))::real ORDER BY k), 'z') FROM generate_series(1, 15) AS k) AS c
	FROM generate_series(1, 12) AS s, generate_series(1, 2) AS v WHERE s < 12 OR v = 1;
SELECT (r).* FROM (SELECT conn_fingerprint(id, session, c, 999, 1) AS r FROM print) AS t;
SELECT count(DISTINCT r::text), count(*) FROM (SELECT conn_fingerprint(id, session, c, 999, 1) AS r FROM (SELECT * FROM print ORDER BY md5(key)) AS a
	UNION ALL SELECT conn_fingerprint(id, session, conn_edges(c), 999, 1) FROM print
	UNION ALL SELECT conn_fingerprint(lpad(id::text, 2, '0'), session::text, c, 999, 1) FROM print) AS t;
-- The similarities are conn_similarity's.
SELECT abs((r).self_similarity - s) < 1e-12 AS self FROM (SELECT conn_fingerprint(id, session, c, 9, 1) AS r FROM print) AS t,
	(SELECT avg(conn_similarity(a.c, b.c)) AS s FROM print AS a JOIN print AS b USING (id) WHERE a.session = 1 AND b.session = 2) AS q;
SELECT (r).n, (r).rate, (r).exhaustive, (r).arrangements FROM (SELECT conn_fingerprint(id, session, c, 999, 1) AS r FROM print WHERE id < 6) AS t;
SELECT (r).n, (r).rate, (r).session_a, (r).session_b, (r).note FROM (SELECT conn_fingerprint(id, session, c, 9, 1) AS r FROM print WHERE session = 2) AS t;
SELECT (r).n, (r).rate, (r).note FROM (SELECT conn_fingerprint(id, session, CASE WHEN id <> 5 THEN c END, 9, 1) AS r FROM print WHERE id IN (4, 5)) AS t;
SELECT conn_fingerprint(id, session + (id > 5)::int, c, 9, 1) FROM print;
SELECT conn_fingerprint(id, 1, c, 9, 1) FROM print;
SELECT conn_fingerprint(id, NULL::int, c, 9, 1) FROM print;
SELECT conn_fingerprint(id, session, c, -1, 1) FROM print;
DROP TABLE cpm, print;
DROP FUNCTION cancelled, cpu;
