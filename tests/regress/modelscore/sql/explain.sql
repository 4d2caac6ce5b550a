-- Shapley values of features: what SQL adds to src/models/explain.h.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS modelscore CASCADE;
SET search_path = public, psyrad;
CREATE TABLE explained (name text PRIMARY KEY, model model NOT NULL);
INSERT INTO explained VALUES
('logistic', model_load('{"psyrad_model": 1, "name": "l", "task": "classification", "classes": ["HC", "MDD"], "positive": "HC",
 "features": ["fd", "age"], "missing": "null", "steps": [{"kind": "standardize", "mean": [1, 2], "scale": [2, 4]}],
 "estimator": {"kind": "logistic", "coef": [[1.5, -2]], "intercept": [0.25]}}')),
('plain', model_load('{"psyrad_model": 1, "name": "p", "task": "regression", "features": ["a", "b"],
 "estimator": {"kind": "linear", "coef": [[1, 10]], "intercept": [0.5]}}')),
('means', model_load('{"psyrad_model": 1, "name": "p", "task": "regression", "features": ["a", "b"], "background": [3, 4],
 "estimator": {"kind": "linear", "coef": [[1, 10]], "intercept": [0.5]}}')),
('softmax', model_load('{"psyrad_model": 1, "name": "three", "task": "classification", "classes": ["a", "b", "c"], "features": ["x"],
 "background": [1], "estimator": {"kind": "logistic", "coef": [[0], [1], [2]], "intercept": [0, 0, 0]}}')),
-- x <= 0 ? (y <= 0 ? 0 : 4) : 8, with 6 of 8 rows left of x and half of them below y
('tree', model_load('{"psyrad_model": 1, "name": "t", "task": "regression", "features": ["x", "y"], "missing": "learned",
 "estimator": {"kind": "trees", "combine": "average", "features": "double", "trees": [{"feature": [0, 1], "threshold": [0, 0],
 "left": [1, -1], "right": [-3, -2], "value": [0, 4, 8], "split_cover": [8, 6], "leaf_cover": [3, 3, 2]}]}}')),
('bare tree', model_load('{"psyrad_model": 1, "name": "t", "task": "regression", "features": ["x"],
 "estimator": {"kind": "trees", "combine": "average", "features": "double", "trees": [{"feature": [0], "threshold": [0],
 "left": [-1], "right": [-2], "value": [0, 4]}]}}')),
('svm', model_load('{"psyrad_model": 1, "name": "margin", "task": "classification", "classes": ["no", "yes"], "features": ["x", "y"],
 "estimator": {"kind": "svm", "kernel": "rbf", "gamma": 0.5, "support_vectors": [[0, 0], [1, 1]], "support_counts": [1, 1],
 "dual_coef": [[1, -1]], "intercept": [0.125], "probability": "none"}}'));

CREATE FUNCTION tidy(float8[]) RETURNS numeric[] LANGUAGE sql AS $$ SELECT array_agg(round(v::numeric, 12) ORDER BY k) FROM unnest($1) WITH ORDINALITY u(v, k) $$;
-- base 6/8 * 2 + 2/8 * 8 = 3.5; by hand: x gets ((f(x) - base) + (f(x,y) - f(y))) / 2
SELECT model_explain_base(model), tidy(model_explain(model, ARRAY[-1, 1])), tidy(model_explain(model, ARRAY[1, 1])),
	tidy(model_explain(model, '{"x": -1, "y": -1}'::jsonb)) FROM explained WHERE name = 'tree';
-- values and base sum to the margin, for all kinds and classes
SELECT name, class, round(((SELECT sum(v) FROM unnest(model_explain(model, features, class)) v) + model_explain_base(model, class))::numeric, 12) AS total,
	CASE WHEN name = 'logistic' AND class = 'MDD' THEN -(model_decision(model, features))[1]
		ELSE (model_decision(model, features))[coalesce(array_position(model_classes(model), class), 1)] END AS margin
FROM explained, (VALUES ('logistic', '{3, 8}'::real[], NULL), ('logistic', '{3, 8}', 'HC'), ('logistic', '{3, 8}', 'MDD'), ('means', '{1, 2}', NULL),
	('softmax', '{5}', 'c'), ('tree', '{-1, -1}', NULL)) AS c(model_name, features, class)
WHERE name = model_name AND NOT (name = 'logistic' AND class = 'HC') ORDER BY 1, 2;
-- the positive class is HC: signs as in model_decision
SELECT model_explain(model, ARRAY[3, 8]), model_explain(model, ARRAY[3, 8], 'HC'), model_explain(model, ARRAY[3, 8], class => 'MDD'), model_decision(model, ARRAY[3, 8])
FROM explained WHERE name = 'logistic';
-- missing features: as the model has it
SELECT model_explain(model, ARRAY[NULL, 8]::real[]), model_explain(NULL, ARRAY[1]), model_explain(model, NULL::real[]) FROM explained WHERE name = 'logistic';
SELECT tidy(model_explain(model, ARRAY[NULL, 1]::real[])) FROM explained WHERE name = 'tree';
-- many rows through one call site
SELECT sum(abs(m.margin - e.total)) < 1e-12 AS equal
FROM (SELECT k, (model_decision(model, ARRAY[k % 7 - 3, k % 5 - 2]))[1] AS margin FROM explained, generate_series(1, 100) k WHERE name = 'tree') m
JOIN (SELECT k, model_explain_base(model) + (SELECT sum(v) FROM unnest(model_explain(model, ARRAY[k % 7 - 3, k % 5 - 2])) v) AS total
	FROM explained, generate_series(1, 100) k WHERE name = 'tree') e USING (k);

-- refused
SELECT model_explain(model, ARRAY[1, 2]) FROM explained WHERE name = 'plain';
SELECT model_explain_base(model) FROM explained WHERE name = 'plain';
SELECT model_explain(model, ARRAY[1]) FROM explained WHERE name = 'bare tree';
SELECT model_explain(model, ARRAY[1, 2]) FROM explained WHERE name = 'svm';
SELECT model_explain(model, ARRAY[1]) FROM explained WHERE name = 'softmax';
SELECT model_explain(model, ARRAY[1], 'd') FROM explained WHERE name = 'softmax';
SELECT model_explain(model, ARRAY[1, 2], 'a') FROM explained WHERE name = 'means';
SELECT model_explain(model, ARRAY[1]) FROM explained WHERE name = 'means';
SELECT model_explain(model, ARRAY['Infinity', 1]::float8[]) FROM explained WHERE name = 'means';
DROP TABLE explained;
