-- Reliability of a scale: what it answers, that people merge to the same bytes, what has no answer and why, what is refused.
CREATE TEMP TABLE answers AS
SELECT n, ARRAY[n % 5, (n * 3 + n % 7) % 5, (n + n / 5) % 5, (2 * n + n % 3) % 4, n % 5 / 2]::smallint[] AS items FROM generate_series(1, 60) n;

-- By its definition: k / (k - 1) (1 - sum of the items' variances / the total's).
SELECT round((r).alpha::numeric, 12) AS alpha, round((5.0 / 4 * (1 - d.parts / d.whole))::numeric, 12) AS defined, (r).items, (r).n, (r).n_missing,
	abs((r).total_sd - sqrt(d.whole)) < 1e-12 AS sd, psyrad.cronbach_alpha(items) = (r).alpha AS same, psyrad.mcdonald_omega(items) = (r).omega AS same_omega
FROM answers, LATERAL (SELECT psyrad.reliability(a.items) AS r FROM answers a) r,
	LATERAL (SELECT (SELECT sum(v) FROM (SELECT var_samp(i) AS v FROM answers a, unnest(a.items) WITH ORDINALITY u(i, k) GROUP BY k) p) AS parts,
		(SELECT var_samp((SELECT sum(i) FROM unnest(a.items) i)) FROM answers a) AS whole) d
GROUP BY r, d.parts, d.whole;

-- Three people more, one without an answer and one without any: counted, and nothing else changes.
SELECT (r).n, (r).n_missing, (r).alpha = (SELECT psyrad.cronbach_alpha(items) FROM answers) AS same
FROM (SELECT psyrad.reliability(items) AS r FROM (SELECT items FROM answers UNION ALL VALUES ('{1,2,NULL,0,1}'::smallint[]), (NULL)) a) x;

-- Any order, any split, any integer type: the same bytes.
WITH whole AS (SELECT psyrad.reliability_state(items)::text AS s FROM answers)
SELECT bool_and(o.s = w.s) FROM whole w, LATERAL (
	SELECT psyrad.reliability_state(items ORDER BY n DESC)::text AS s FROM answers
	UNION ALL SELECT psyrad.reliability_merge(s)::text FROM (SELECT psyrad.reliability_state(items) AS s FROM answers GROUP BY n % 7) p
	UNION ALL SELECT psyrad.reliability_merge(s)::text FROM (SELECT psyrad.reliability_state(items) AS s FROM answers UNION ALL VALUES (NULL::psyrad.reliability_state)) p
	UNION ALL SELECT psyrad.reliability_state(items::numeric[])::text FROM answers
	UNION ALL SELECT psyrad.reliability_state(items::float8[])::text FROM answers
	UNION ALL SELECT s::psyrad.reliability_state::text FROM whole x) o;

-- A shift of an item changes nothing, a scale of all neither.
SELECT max(abs((a.r).alpha - (b.r).alpha)) < 1e-14 AS shifted, max(abs((a.r).omega - (c.r).omega)) < 1e-12 AS scaled
FROM (SELECT psyrad.reliability(items) AS r FROM answers) a, (SELECT psyrad.reliability(items[1] + 1000 || items[2:5]::int[]) AS r FROM answers) b,
	(SELECT psyrad.reliability((SELECT array_agg(3 * i ORDER BY k) FROM unnest(items) WITH ORDINALITY u(i, k))) AS r FROM answers) c;

-- A wider level, a wider interval.
SELECT (psyrad.reliability_final(s, level => 0.99)).alpha_lb < (psyrad.reliability_final(s)).alpha_lb AS wider FROM (SELECT psyrad.reliability_state(items) AS s FROM answers) x;

-- What has no answer says why.
SELECT psyrad.reliability(i) IS NULL AS no_rows FROM (SELECT '{1}'::int[] AS i WHERE false) x;
SELECT (r).alpha, (r).omega, (r).note FROM (VALUES ('{{1,2,3}}'::int[]), ('{{1},{2},{3}}'), ('{{1,2},{2,2},{3,1}}'), ('{{1,1,1},{1,2,2},{1,3,1}}'), ('{{1,3,2},{2,2,2},{3,1,2}}'), ('{{1,2,3},{2,2,1},{3,4,2}}')) v(rows),
	LATERAL (SELECT psyrad.reliability(p) AS r FROM (SELECT ARRAY(SELECT rows[i][j] FROM generate_series(1, array_length(rows, 2)) j) AS p FROM generate_series(1, array_length(rows, 1)) i) q) x;

-- What is refused.
SELECT psyrad.reliability(i) FROM (VALUES ('{1,2}'::int[]), ('{1,2,3}')) v(i);
SELECT psyrad.reliability('{1.5,2}'::numeric[]);
SELECT psyrad.reliability('{99999,2}'::int[]);
SELECT psyrad.reliability('{{1,2},{3,4}}'::int[]);
SELECT psyrad.reliability('{}'::int[]);
SELECT psyrad.reliability('{a,b}'::text[]);
SELECT psyrad.reliability_merge(s) FROM (SELECT psyrad.reliability_state('{1,2}'::int[]) AS s UNION ALL SELECT psyrad.reliability_state('{1,2,3}'::int[])) x;
SELECT psyrad.reliability_final(psyrad.reliability_state('{1,2}'::int[]), level => 1);
-- Forged: sums without people, squares below what the sums allow, bytes too few.
SELECT regexp_replace(psyrad.reliability_state(i)::text, '^(.{10})01', '\100')::psyrad.reliability_state FROM (VALUES ('{1,2}'::int[])) v(i);
SELECT regexp_replace(psyrad.reliability_state(i)::text, '04(0{14})$', '03\1')::psyrad.reliability_state IS NOT NULL FROM (VALUES ('{1,2}'::int[])) v(i);
SELECT (substr(psyrad.reliability_state(i)::text, 1, 60))::psyrad.reliability_state FROM (VALUES ('{1,2}'::int[])) v(i);
