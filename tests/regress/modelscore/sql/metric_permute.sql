-- The permutation test of an AUC: grouped, merged, in any order, exact or drawn, degenerate.  Its numbers are tests/unit/test_metric_permute's.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS modelscore CASCADE;
SET search_path = public, psyrad;
CREATE TABLE permuted AS SELECT k, k % 3 AS site, (k * 37 % 97) % 40 AS score, (k * 37 % 97) + (k * 13 % 50) > 70 AS truth FROM generate_series(0, 59) k;

SELECT metric_auc_perm(score, truth) FROM permuted;
-- six cases: of the 20 labellings one is as good; ties count half
SELECT metric_auc_perm(s, s > 3) FROM generate_series(1, 6) s;
SELECT metric_auc_perm(s / 3, s > 3) FROM generate_series(1, 6) s;
SELECT metric_auc_perm(1, s > 3) FROM generate_series(1, 6) s;
-- the AUC is metric_auc's; scores turned around exchange the sides, and so do labels
SELECT (p).estimate = auc AS same, abs((p).p_greater - (t).p_less) + abs((p).p - (t).p) < 1e-14 AS scores, abs((p).p_greater - (l).p_less) + abs((p).p - (l).p) < 1e-14 AS labels
FROM (SELECT metric_auc_perm(score, truth) AS p, metric_auc_perm(-score, truth) AS t, metric_auc_perm(score, NOT truth) AS l, metric_auc(score, truth) AS auc FROM permuted) x;
-- the same for any rising function of the scores, any order, from parts; drawn ones too
SELECT count(DISTINCT r) AS answers FROM generate_series(1, 4) turn, LATERAL (SELECT metric_auc_perm(exp(score), truth)::text AS r FROM (SELECT * FROM permuted WHERE turn > 0 ORDER BY md5((k * turn)::text)) x) y;
CREATE TABLE permuted_many AS SELECT p.k, p.site, p.score + r * 0.01 AS score, p.truth, r FROM permuted p, generate_series(1, 20) r;
SELECT (p).exact, (p).permutations, count(DISTINCT p::text) AS answers FROM generate_series(1, 3) turn, LATERAL (SELECT metric_auc_perm(score, truth) AS p FROM (SELECT * FROM permuted_many WHERE turn > 0 ORDER BY md5((k * turn * r)::text)) x) y GROUP BY 1, 2;
SELECT metric_auc_perm_final(w.s, 500, 3)::text = metric_auc_perm_final(m.s, permutations => 500, seed => 3)::text AS merged, (metric_auc_perm_final(w.s, 500, 3)).p_less <> (metric_auc_perm_final(w.s, 500, 4)).p_less OR
	(metric_auc_perm_final(w.s, 500, 3)).p <> (metric_auc_perm_final(w.s, 500, 4)).p AS of_its_seed
FROM (SELECT metric_auc_state(score, r % 2 = 0) AS s FROM permuted_many) w, (SELECT metric_auc_merge(s) AS s FROM (SELECT metric_auc_state(score, r % 2 = 0) AS s FROM permuted_many GROUP BY site) x) m;
-- a few positive cases among many: exact, and near what draws give
SELECT (e).exact AS exact, (d).exact AS drawn, abs((e).p_greater - (d).p_greater) < 0.02 AS near FROM
	(SELECT metric_auc_perm(hashint4(k), k % 100 = 0) AS e FROM generate_series(1, 900) k) x,
	(SELECT metric_auc_perm(hashint4(k), k % 100 = 0) AS d FROM generate_series(1, 1100) k WHERE k <= 900 OR k % 100 > 0) y;
-- at most a twentieth of random scores is significant at 0.05, and p is one half on average
SELECT count(*) FILTER (WHERE (p).p <= 0.05) BETWEEN 15 AND 65 AS level, abs(avg((p).p_greater) - 0.5) < 0.03 AS middle FROM
	(SELECT g, metric_auc_perm(hashint8(g * 1000 + k), hashint8(k * 777 + g) % 2 = 0) AS p FROM generate_series(1, 800) g, generate_series(1, 40) k GROUP BY g) x;

-- ---- degenerate, and errors
SELECT metric_auc_perm(k, true) FROM generate_series(1, 3) k;
SELECT metric_auc_perm(k, false) FROM generate_series(1, 3) k;
SELECT metric_auc_perm(1.0, true) FROM permuted WHERE false;
SELECT metric_auc_perm(CASE WHEN k > 1 THEN k END, k % 2 = 0) FROM generate_series(1, 3) k;
SELECT metric_auc_perm('NaN', true);
SELECT metric_auc_perm_final(metric_auc_state(k, k > 2), 0) FROM generate_series(1, 4) k;
SELECT metric_auc_perm_final(metric_auc_state(k, k > 2), NULL) IS NULL AS strict FROM generate_series(1, 4) k;
-- cancelled in time
SET statement_timeout = 200;
SELECT metric_auc_perm_final(metric_auc_state(hashint4(k), k % 2 = 0), 100000000) FROM generate_series(1, 3000) k;
RESET statement_timeout;
