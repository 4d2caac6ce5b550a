-- The stored machine once more, from the numbers of its document and in SQL alone: decision = sum of coef * exp(-gamma *
-- |vector - x|^2) + intercept, P = 1 / (1 + exp(a * decision + b)); the AUC by counting pairs.
WITH document AS (
	SELECT convert_from(document, 'UTF8')::jsonb AS d FROM model.registry WHERE name = 'response-svm' AND version = 1
), machine AS (
	SELECT (d #>> '{estimator,gamma}')::float8 AS gamma, (d #>> '{estimator,intercept,0}')::float8 AS intercept,
		(d #>> '{estimator,probability,a,0}')::float8 AS a, (d #>> '{estimator,probability,b,0}')::float8 AS b,
		d #> '{estimator,dual_coef,0}' AS coef, d #> '{estimator,support_vectors}' AS vectors
	FROM document
), vector AS (
	SELECT v.k, (m.coef ->> (v.k - 1)::int)::float8 AS coef,
		ARRAY(SELECT e::float8 FROM jsonb_array_elements_text(v.x) WITH ORDINALITY e(e, i) ORDER BY i) AS x
	FROM machine m, jsonb_array_elements(m.vectors) WITH ORDINALITY v(x, k)
), again AS (
	SELECT s.subject_id, s.score, s.responded,
		1 / (1 + exp(m.a * (m.intercept + (
			SELECT sum(v.coef * exp(-m.gamma * (SELECT sum((x - y) ^ 2) FROM unnest(v.x, s.features) p(x, y)))) FROM vector v)) + m.b)) AS by_hand
	FROM report.model_score s, machine m
	WHERE s.name = 'response-svm' AND s.study = 'demo'
)
SELECT (SELECT max(abs(score - by_hand)) FROM again) AS score_difference,
	(SELECT avg(CASE WHEN p.by_hand > n.by_hand THEN 1.0 WHEN p.by_hand = n.by_hand THEN 0.5 ELSE 0 END)
	 FROM again p, again n WHERE p.responded AND NOT n.responded)::float8 AS auc_by_pairs,
	(SELECT psyrad.metric_auc(score, responded) FROM again) AS auc;
