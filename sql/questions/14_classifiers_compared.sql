-- 14  Which classifier tells best who will respond?
--
-- All classifiers whose predictions are stored over the same folds of a split (or, split empty, were made by the registered versions
-- themselves, training subjects left out) are compared in pairs over the patients that both scored.  The truth is response at the last
-- visit: HAMD-17 down by half or more.
--
-- split, folds         whose folds gave the scores
-- a, b                 two models, name@version
-- n, responders        patients scored by both
-- auc_a, auc_b         area under the ROC curve of each over these patients, with its 95 % interval (DeLong) over all that it scored
-- difference, p        auc_a - auc_b and DeLong's test of it
-- p_holm               the same, adjusted for all pairs of the split (Holm)
-- labels_p_holm        McNemar's exact test of the labels at a score of one half, adjusted likewise
-- note                 what to mind
--
-- No row: fewer than two models have stored predictions of the same patients (model.store_predictions).
WITH stored AS (
	SELECT s.split, array_agg(DISTINCT s.name || '@' || s.version ORDER BY s.name || '@' || s.version) AS names, bool_or(r.simulated OR y.simulated) AS simulated
	FROM model.scored s
	JOIN model.registry r USING (name, version)
	JOIN clinical.study y USING (study)
	GROUP BY s.split
	HAVING count(DISTINCT (s.name, s.version)) > 1
), single AS (
	SELECT t.split, m.name, e.ci_lb, e.ci_ub
	FROM stored t
	CROSS JOIN LATERAL unnest(t.names) m(name)
	CROSS JOIN LATERAL model.evaluate(m.name, 'response', t.split, replicates => 100) e
	WHERE e.metric = 'auc'
)
SELECT t.split, CASE WHEN p.kind = 'folds' THEN p.folds END AS folds, CASE WHEN t.simulated THEN 'SIMULATED' ELSE 'real' END AS data,
	c.a, c.b, c.n, c.positives AS responders,
	format('%s [%s, %s]', round(c.auc_a::numeric, 3), round(a.ci_lb::numeric, 3), round(a.ci_ub::numeric, 3)) AS auc_a,
	format('%s [%s, %s]', round(c.auc_b::numeric, 3), round(b.ci_lb::numeric, 3), round(b.ci_ub::numeric, 3)) AS auc_b,
	round(c.difference::numeric, 3) AS difference, report.eight_digits(c.p) AS p, report.eight_digits(c.p_holm) AS p_holm, report.eight_digits(c.mcnemar_p_holm) AS labels_p_holm, c.note
FROM stored t
LEFT JOIN model.split p USING (split)
CROSS JOIN LATERAL model.compare(t.names, 'response', t.split) c
LEFT JOIN single a ON (a.split, a.name) = (t.split, c.a)
LEFT JOIN single b ON (b.split, b.name) = (t.split, c.b)
WHERE c.n > 0
ORDER BY t.split, c.p NULLS LAST, c.a, c.b;
