-- Frequent item sets and rules.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS catalogue;
RESET client_min_messages;
CREATE TABLE basket (id int, study int, items int[]);
INSERT INTO basket VALUES (1, 1, '{1,2,3}'), (2, 1, '{1,2}'), (3, 2, '{2,3,3}'), (4, 3, '{1,2,4}'), (5, 4, '{}'), (6, 4, NULL);
SELECT f.* FROM (SELECT psyrad.itemset_state(items, 1) AS s FROM basket) t, psyrad.itemset_final(s, 0.4, 3) f;
SELECT r.* FROM (SELECT psyrad.itemset_state(items, 1) AS s FROM basket) t, psyrad.itemset_rules(s, 0.4, 3, 0.5) r;
-- Each study once.
SELECT f.items, f.n, f.weight, round(f.support::numeric, 4) AS support, f.baskets, f.total
FROM (SELECT psyrad.itemset_state(items, w) AS s FROM (SELECT items, 1.0 / count(items) OVER (PARTITION BY study) AS w FROM basket) b) t, psyrad.itemset_final(s, 0.3, 2) f;
SELECT unnest(psyrad.itemset_mine(items, 1, 0.6, 2)) FROM basket;
SELECT psyrad.itemset_mine(items, 1, 0.6, 2) FROM basket WHERE false;

-- Against a count of every subset by SQL, on random baskets, weighted and not.
CREATE TABLE random_basket AS
WITH RECURSIVE r(k, x) AS (SELECT 0, 20261123::bigint UNION ALL SELECT k + 1, (x * 48271) % 2147483647 FROM r WHERE k < 6000)
SELECT k / 10 AS id, array_agg(((x % 1000 / 1000.0) ^ 2 * 25)::int) AS items, 1 + k / 10 % 3 AS weight FROM r GROUP BY k / 10;
CREATE FUNCTION naive(weighted bool, minimum float8) RETURNS TABLE (items int[], n bigint, weight float8) LANGUAGE sql AS $$
	WITH b AS (SELECT id, CASE WHEN weighted THEN r.weight ELSE 1 END::float8 AS w, i FROM random_basket r, unnest(r.items) i GROUP BY 1, 2, 3),
	s AS (SELECT ARRAY[i] AS items, id, w FROM b
		UNION ALL SELECT ARRAY[x.i, y.i], id, x.w FROM b x JOIN b y USING (id) WHERE x.i < y.i
		UNION ALL SELECT ARRAY[x.i, y.i, z.i], id, x.w FROM b x JOIN b y USING (id) JOIN b z USING (id) WHERE x.i < y.i AND y.i < z.i)
	SELECT s.items, count(*), sum(w) FROM s GROUP BY 1 HAVING sum(w) >= minimum * (SELECT sum(CASE WHEN weighted THEN r.weight ELSE 1 END) FROM random_basket r) $$;
SELECT weighted, minimum, count(*) AS sets, count(*) FILTER (WHERE x.differs) AS differ
FROM (VALUES (true, 0.02), (false, 0.02), (true, 0.1), (false, 0.3)) v(weighted, minimum)
CROSS JOIN LATERAL (SELECT psyrad.itemset_state(r.items, CASE WHEN weighted THEN r.weight ELSE 1 END) AS s FROM random_basket r) t
CROSS JOIN LATERAL (SELECT n IS NULL OR f IS NULL AS differs FROM naive(weighted, minimum) n FULL JOIN psyrad.itemset_final(s, minimum, 3) f USING (items, n, weight)) x
GROUP BY 1, 2 ORDER BY 1, 2;
-- Rules by their definitions.
SELECT count(*) AS rules, count(*) FILTER (WHERE abs(r.confidence - ab / a) > 1e-12 OR abs(r.lift - ab * total / (a * c)) > 1e-12
	OR abs(r.leverage - (ab / total - a / total * c / total)) > 1e-12 OR abs(r.p - psyrad.fisher_exact(ab::bigint, (a - ab)::bigint, (c - ab)::bigint, (total - a - c + ab)::bigint, 'greater')) > 0) AS wrong,
	count(*) FILTER (WHERE r.conviction <> 'Infinity' AND abs(r.conviction / ((1 - c / total) / (1 - ab / a)) - 1) > 1e-9) AS conviction_wrong
FROM (SELECT psyrad.itemset_state(items, 1) AS s FROM random_basket) t
CROSS JOIN LATERAL psyrad.itemset_rules(s, 0.02, 3, 0.3) r
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE items @> (r.antecedent || r.consequent))::float8 AS ab, count(*) FILTER (WHERE items @> r.antecedent)::float8 AS a,
	count(*) FILTER (WHERE r.consequent = ANY (items))::float8 AS c, count(*)::float8 AS total FROM random_basket) x;

-- Parts merged are the whole, and the order of the rows is nothing, to the bit; text and binary forms are exact.
CREATE TABLE weighted AS SELECT id, items, 1.0::float8 / (1 + id % 7) AS w FROM random_basket;
CREATE FUNCTION mined(s psyrad.itemset_state) RETURNS text LANGUAGE sql AS $$ SELECT md5(string_agg(f::text, '|')) FROM psyrad.itemset_final(s, 0.02, 4) f $$;
SELECT mined(a.s) = mined(b.s) AS merged, mined(a.s) = mined(c.s) AS any_order, mined(a.s) = mined((a.s::text)::psyrad.itemset_state) AS text_form
FROM (SELECT psyrad.itemset_state(items, w ORDER BY id) s FROM weighted) a,
	(SELECT psyrad.itemset_merge(s) s FROM (SELECT psyrad.itemset_state(items, w) s FROM weighted GROUP BY id % 5) p) b,
	(SELECT psyrad.itemset_state(items, w ORDER BY md5(id::text)) s FROM weighted) c;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
SELECT mined(psyrad.itemset_state(items, w)) = (SELECT mined(psyrad.itemset_state(items, w ORDER BY id)) FROM weighted) AS parallel FROM weighted;
RESET ALL;

-- Limits and refusals.
SET catalogue.itemset_limit = 10;
SELECT count(*) FROM (SELECT psyrad.itemset_state(items, 1) AS s FROM random_basket) t, psyrad.itemset_final(s, 0.01, 3) f;
RESET catalogue.itemset_limit;
SET catalogue.itemset_memory = '1MB';
SELECT count(*) FROM (SELECT psyrad.itemset_state(ARRAY[g, g + 1, g + 2], 1 + g % 1000) AS s FROM generate_series(1, 100000) g) t, psyrad.itemset_final(s, 0.00001, 3) f;
RESET catalogue.itemset_memory;
SELECT psyrad.itemset_state('{1,NULL}', 1);
SELECT psyrad.itemset_state('{1}', 0);
SELECT psyrad.itemset_state('{1}', 'NaN');
SELECT count(*) FROM (SELECT psyrad.itemset_state(items, 1) AS s FROM basket) t, psyrad.itemset_final(s, 0, 3);
SELECT count(*) FROM (SELECT psyrad.itemset_state(items, 1) AS s FROM basket) t, psyrad.itemset_final(s, 0.5, 33);
SELECT psyrad.itemset_mine(items, 1, id / 10.0, 2) FROM basket;
SELECT psyrad.itemset_mine_final(psyrad.itemset_state(items, 1)) FROM basket;
-- Forged states.
SELECT '\x0102'::psyrad.itemset_state;
SELECT length(s::text) > 100 AS long, left(s::text, 10) FROM (SELECT psyrad.itemset_state(items, 1) AS s FROM basket) t;
DO $$
DECLARE
	whole text := (SELECT psyrad.itemset_state(items, 1)::text FROM basket);
	refused int := 0;
	taken int := 0;
	cut int;
BEGIN
	FOR cut IN 3 .. length(whole) - 1 LOOP
		BEGIN
			PERFORM left(whole, cut)::psyrad.itemset_state;
			taken := taken + 1;
		EXCEPTION WHEN OTHERS THEN
			refused := refused + 1;
		END;
	END LOOP;
	RAISE NOTICE 'cut short: % refused, % taken', refused > 300, taken;
	refused := 0;
	FOR cut IN 3 .. length(whole) LOOP
		BEGIN
			PERFORM count(*) FROM psyrad.itemset_final(overlay(whole PLACING 'f' FROM cut FOR 1)::psyrad.itemset_state, 0.01, 5);
		EXCEPTION WHEN OTHERS THEN
			refused := refused + 1;
		END;
	END LOOP;
	RAISE NOTICE 'changed: some refused %', refused > 50;
END $$;
-- It can be cancelled.
SET statement_timeout = '100ms';
SELECT count(*) FROM (SELECT psyrad.itemset_state((SELECT array_agg(i) FROM generate_series(1, 40) i WHERE (g * 7919 + i * 104729) % 11 <> 0), 1) AS s
	FROM generate_series(1, 20000) g) t, psyrad.itemset_final(s, 0.05, 12) f;
RESET statement_timeout;
