-- Item sets and rules of many random sets of baskets, beside an Apriori in SQL: level by level, candidates out of the frequent sets
-- of one item less, each counted over the baskets (Agrawal and Srikant 1994).
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS catalogue;
RESET client_min_messages;
CREATE SCHEMA levels;
SET search_path = levels;
SET max_parallel_workers_per_gather = 0;

-- 60 worlds that differ in their number of baskets and items, in density, weights, and in what is asked of them.
CREATE TABLE world AS
SELECT w AS id, 5 + (w * 37) % 120 AS baskets, 3 + w % 9 AS items, 0.3 + 0.09 * (w % 10) AS density, w % 3 AS weighting,
	(ARRAY[0.03, 0.1, 0.25, 0.5, 1.0 / (5 + (w * 37) % 120)])[1 + w % 5] AS min_support, 1 + w % 6 AS max_size, 0.2 * (w % 5) AS min_confidence
FROM generate_series(1, 60) w;
CREATE TABLE basket AS
SELECT w.id AS world, b AS id, coalesce(array_agg(i ORDER BY i) FILTER (WHERE h.random < w.density / (1 + i / 4.0) OR (i <= 2 AND b % 4 = 0)), '{}') AS items,
	CASE w.weighting WHEN 0 THEN 1 WHEN 1 THEN 1 + b % 3 ELSE 1.0 / (1 + b % 4) END::float8 AS weight
FROM world w, generate_series(1, w.baskets) b, generate_series(1, w.items) i,
	LATERAL (SELECT (('x' || left(md5(w.id || '/' || b || '/' || i), 7))::bit(28)::int)::float8 / 268435456 AS random) h
GROUP BY w.id, b, w.weighting;

CREATE INDEX ON basket (world);
ANALYZE basket;
CREATE TABLE frequent (world int, items int[], n bigint, weight float8, support float8);
CREATE FUNCTION apriori(w world) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	total float8 := (SELECT sum(weight) FROM basket WHERE world = w.id);
	size  int := 1;
	added bigint;
BEGIN
	INSERT INTO frequent
	SELECT w.id, ARRAY[i], count(*), sum(weight), sum(weight) / total FROM basket, unnest(items) i WHERE world = w.id
	GROUP BY i HAVING sum(weight) >= w.min_support * total * (1 - 1e-9);
	WHILE size < w.max_size LOOP
		INSERT INTO frequent
		SELECT w.id, c.items, count(*), sum(b.weight), sum(b.weight) / total
		FROM (SELECT x.items || y.items[size] AS items FROM frequent x JOIN frequent y ON x.items[:size - 1] = y.items[:size - 1] AND x.items[size] < y.items[size]
			WHERE x.world = w.id AND y.world = w.id AND cardinality(x.items) = size AND cardinality(y.items) = size) c
		CROSS JOIN LATERAL (SELECT k.weight FROM basket k WHERE k.world = w.id AND k.items @> c.items) b
		GROUP BY c.items HAVING sum(b.weight) >= w.min_support * total * (1 - 1e-9);
		GET DIAGNOSTICS added = ROW_COUNT;
		EXIT WHEN added = 0;
		size := size + 1;
	END LOOP;
END $$;
SELECT count(apriori(w)) AS worlds FROM world w;
ANALYZE frequent;
CREATE TABLE state AS SELECT world, psyrad.itemset_state(items, weight) AS s FROM basket GROUP BY world;
SELECT count(*) AS sets, max(cardinality(coalesce(f.items, m.items))) AS largest, count(*) FILTER (WHERE f.n IS DISTINCT FROM m.n OR abs(f.weight - m.weight) > 1e-12 * f.weight
	OR abs(f.support - m.support) > 1e-12) AS wrong
FROM frequent f FULL JOIN (SELECT w.id AS world, m.* FROM world w JOIN state t ON t.world = w.id, psyrad.itemset_final(t.s, w.min_support, w.max_size) m) m USING (world, items);

-- Rules from the sets above by their definitions; p counts whole baskets, so it is compared where all weigh 1.
CREATE TABLE rule AS
SELECT b.world, array_remove(b.items, i) AS antecedent, i AS consequent, b.n, b.support, b.weight / a.weight AS confidence, b.support / (a.support * c.support) AS lift,
	b.support - a.support * c.support AS leverage, (1 - c.support) / nullif(1 - b.weight / a.weight, 0) AS conviction,
	CASE WHEN w.weighting = 0 THEN psyrad.fisher_exact(b.n, a.n - b.n, c.n - b.n, w.baskets - a.n - c.n + b.n, 'greater') END AS p
FROM frequent b CROSS JOIN LATERAL unnest(b.items) i JOIN frequent c ON (c.world, c.items) = (b.world, ARRAY[i])
JOIN frequent a ON (a.world, a.items) = (b.world, array_remove(b.items, i)) JOIN world w ON w.id = b.world
WHERE cardinality(b.items) > 1 AND b.weight / a.weight >= w.min_confidence * (1 - 1e-12);
-- Benjamini and Hochberg: the least p m / rank of this and all larger p, equal ones having the last of their ranks.
CREATE TABLE tested AS
SELECT r.*, least(1, min(p * m / rank) OVER (PARTITION BY world ORDER BY p DESC RANGE UNBOUNDED PRECEDING)) AS q
FROM (SELECT rule.*, count(*) OVER (PARTITION BY world) AS m, count(*) OVER (PARTITION BY world ORDER BY p RANGE UNBOUNDED PRECEDING) AS rank FROM rule) r;
SELECT count(*) AS rules, count(*) FILTER (WHERE f.n IS DISTINCT FROM m.n OR abs(f.support - m.support) > 1e-12 OR abs(f.confidence - m.confidence) > 1e-12
		OR abs(f.lift / m.lift - 1) > 1e-12 OR abs(f.leverage - m.leverage) > 1e-12) AS wrong,
	count(*) FILTER (WHERE CASE WHEN f.conviction IS NULL OR m.conviction = 'Infinity' THEN f.confidence < 1 - 1e-9 ELSE abs(f.conviction / m.conviction - 1) > 1e-9 END) AS conviction_wrong,
	count(f.p) AS tested, count(*) FILTER (WHERE f.p IS NOT NULL AND (abs(f.p - m.p) > 1e-12 * m.p OR abs(f.q - m.q) > 1e-12 * m.q)) AS test_wrong
FROM tested f FULL JOIN (SELECT w.id AS world, m.* FROM world w JOIN state t ON t.world = w.id, psyrad.itemset_rules(t.s, w.min_support, w.max_size, w.min_confidence) m) m
	USING (world, antecedent, consequent);

-- 10,000 prescriptions of 12 points out of 361 at 1 % support: some used much more than others, as points are.
CREATE TABLE prescription AS
SELECT b AS id, array_agg(1 + floor(361 * ((('x' || left(md5(b || '-' || i), 7))::bit(28)::int)::float8 / 268435456) ^ 3)::int) AS items
FROM generate_series(1, 10000) b, generate_series(1, 12) i GROUP BY b;
\i ../cpu.sql
SELECT cpu() AS start \gset
SELECT count(*) > 1000 AS many, bool_and(support >= 0.01) AS frequent FROM psyrad.itemset_final((SELECT psyrad.itemset_state(items, 1) FROM prescription), 0.01, 5);
-- A wide limit; `make bench` measures (tests/bench/bench_mining.py).
SELECT cpu() - :start < 10 AS fast;
SELECT count(*) AS differ FROM (
	SELECT ARRAY[x.i, y.i] AS items, count(*) AS n FROM (SELECT DISTINCT id, i FROM prescription, unnest(items) i) x JOIN (SELECT DISTINCT id, i FROM prescription, unnest(items) i) y USING (id)
	WHERE x.i < y.i GROUP BY 1 HAVING count(*) >= 100) f
FULL JOIN (SELECT m.items, m.n FROM psyrad.itemset_final((SELECT psyrad.itemset_state(items, 1) FROM prescription), 0.01, 2) m WHERE cardinality(m.items) = 2) m USING (items, n)
WHERE f IS NULL OR m IS NULL;
