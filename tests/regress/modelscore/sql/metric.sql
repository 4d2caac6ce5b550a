-- metric_auc and its mergeable state.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS modelscore CASCADE;
SET search_path = public, psyrad;
CREATE TABLE scored (id int, site int, score float8, truth boolean);
INSERT INTO scored SELECT k, k % 3, round((sin(k * 12.9898) * 4 + (k % 7 < 3)::int * 2)::numeric, 1), k % 7 < 3 FROM generate_series(1, 200) k;
-- by its definition, over all pairs
CREATE FUNCTION pairwise_auc(int) RETURNS float8 LANGUAGE sql AS $$
	SELECT avg((p.score > n.score)::int + 0.5 * (p.score = n.score)::int) FROM scored p, scored n
	WHERE p.truth AND NOT n.truth AND ($1 IS NULL OR (p.site = $1 AND n.site = $1)) $$;
SELECT abs(metric_auc(score, truth) - pairwise_auc(NULL)) < 1e-15 AS whole FROM scored;
SELECT site, abs(metric_auc(score, truth) - pairwise_auc(site)) < 1e-15 AS equal FROM scored GROUP BY site ORDER BY site;
SELECT metric_auc(s, t) FROM (VALUES (1.0, false), (2, true), (3, true), (2, false)) v(s, t);

-- degenerate groups and missing values
SELECT metric_auc(s, t) FROM (VALUES (1.0, true), (2, true)) v(s, t);
SELECT metric_auc(s, t) FROM (VALUES (1.0, true)) v(s, t) WHERE false;
SELECT metric_auc(s, t), metric_auc_state(s, t) IS NULL FROM (VALUES (NULL::float8, true), (2, NULL)) v(s, t);
SELECT metric_auc(s, t) FROM (VALUES (1.0, false), (NULL, true), (2, NULL), (2, true)) v(s, t);
SELECT metric_auc(s, t) FROM (VALUES ('NaN'::float8, true), (2, false)) v(s, t);
SELECT metric_auc(s, t) FROM (VALUES ('Infinity'::float8, true), ('-Infinity', false), ('Infinity', false)) v(s, t);

-- states: parts merge into the whole, whatever the order, the parts and the text or binary way
SELECT metric_auc_final(metric_auc_merge(part)) = (SELECT metric_auc(score, truth) FROM scored) AS merged
FROM (SELECT metric_auc_state(score, truth) AS part FROM scored GROUP BY site) s;
SELECT (SELECT metric_auc_state(score, truth ORDER BY id) FROM scored)::text = (SELECT metric_auc_state(score, truth ORDER BY score, id DESC) FROM scored)::text AS row_order;
SELECT metric_auc_merge(part::text::metric_state)::text = (SELECT metric_auc_state(score, truth)::text FROM scored) AS through_text
FROM (SELECT metric_auc_state(score, truth) AS part FROM scored GROUP BY id % 17) s;
SELECT metric_auc_final(metric_auc_merge(part)) FROM (VALUES (NULL::metric_state), (NULL)) v(part);
SELECT metric_auc_final(metric_auc_merge(part)) = (SELECT metric_auc(score, truth) FROM scored) AS with_nulls
FROM (SELECT metric_auc_state(score, truth) AS part FROM scored UNION ALL SELECT NULL) s;
CREATE TABLE big AS SELECT sin(k)::float8 AS score, cos(k * 1.3) > 0.2 AS truth FROM generate_series(1, 200000) k;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT metric_auc(score, truth) FROM big;
CREATE TABLE answer AS SELECT metric_auc(score, truth) AS parallel FROM big;
SET max_parallel_workers_per_gather = 0;
SELECT parallel = (SELECT metric_auc(score, truth) FROM big) AS parallel_equals_serial FROM answer;
-- windows: the state survives its final function
SELECT id, metric_auc(score, truth) OVER (ORDER BY id) = (SELECT metric_auc(score, truth) FROM scored i WHERE i.id <= o.id) AS cumulative
FROM scored o WHERE id <= 6 ORDER BY id;

-- DeLong by its definition
WITH v AS (
	SELECT p.truth, p.id, avg((p.score > n.score)::int + 0.5 * (p.score = n.score)::int)::float8 AS placement
	FROM scored p JOIN scored n ON p.truth <> n.truth GROUP BY p.truth, p.id),
s AS (SELECT sqrt(sum(w)) AS se FROM (SELECT var_samp(placement) / count(*) AS w FROM v GROUP BY truth) q),
c AS (SELECT (metric_auc_ci(score, truth)).* FROM scored)
SELECT positives, negatives, abs(c.se / s.se - 1) < 1e-12 AS se, abs(ci_lb - (estimate - 1.959963984540054 * c.se)) < 1e-14 AS ci_lb,
	abs(ci_ub - (estimate + 1.959963984540054 * c.se)) < 1e-14 AS ci_ub, level, note FROM c, s;
SELECT (metric_auc_ci(s, t)).* FROM (VALUES (1.0, true)) v(s, t);
SELECT (metric_auc_ci(s, t)).* FROM (VALUES (1.0, true), (0, false), (2, false)) v(s, t);
SELECT (metric_auc_ci(s, t)).* FROM (VALUES (3.0, true), (4, true), (0, false), (2, false)) v(s, t);
SELECT (metric_auc_ci_final(metric_auc_state(s, t), level => 0.9)).level FROM (VALUES (3.0, true), (0, false)) v(s, t);
SELECT metric_auc_ci_final(metric_auc_state(s, t), level => 95) FROM (VALUES (3.0, true), (0, false)) v(s, t);

-- forged states
SELECT metric_auc_final('\x'::metric_state);
SELECT metric_auc_final('x'::metric_state);
SELECT metric_auc_final(('\x' || repeat('00', 28))::metric_state);
SELECT metric_auc_final((SELECT overlay(metric_auc_state(score, truth)::text PLACING 'ffffff7f' FROM 11) FROM scored)::metric_state);
SELECT metric_auc_final((SELECT left(metric_auc_state(score, truth)::text, -16) FROM scored)::metric_state);
SELECT metric_auc_final((SELECT regexp_replace(metric_auc_state(score, truth)::text, '.{16}$', '000000000000f87f') FROM scored)::metric_state);
SELECT metric_state_add(NULL, 1, true);
