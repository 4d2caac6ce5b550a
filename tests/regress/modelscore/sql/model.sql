-- The type model: loading psyrad-json, scoring arrays and jsonb, refusing what is wrong.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS modelscore CASCADE;
SET search_path = public, psyrad;
CREATE TABLE document (name text PRIMARY KEY, body text NOT NULL);
INSERT INTO document VALUES
('logistic', '{"psyrad_model": 1, "name": "two features", "task": "classification", "classes": ["HC", "MDD"],
 "features": ["fd", {"name": "age", "unit": "years"}], "missing": "null",
 "steps": [{"kind": "standardize", "mean": [1, 2], "scale": [2, 4]}],
 "estimator": {"kind": "logistic", "coef": [[1.5, -2]], "intercept": [0.25]}}'),
('regression', '{"psyrad_model": 1, "name": "HAMD", "task": "regression", "features": ["a", "b", "c"],
 "missing": {"impute": [1, 1, 1]}, "estimator": {"kind": "linear", "coef": [[1, 10, 100]], "intercept": [0.5]}}'),
('softmax', '{"psyrad_model": 1, "name": "three", "task": "classification", "classes": ["a", "b", "c"], "features": ["x"],
 "estimator": {"kind": "logistic", "coef": [[0], [1], [2]], "intercept": [0, 0, 0]}}'),
('svm', '{"psyrad_model": 1, "name": "margin", "task": "classification", "classes": ["no", "yes"], "features": ["x", "y"],
 "estimator": {"kind": "svm", "kernel": "rbf", "gamma": 0.5, "support_vectors": [[0, 0], [1, 1]], "support_counts": [1, 1],
 "dual_coef": [[1, -1]], "intercept": [0.125], "probability": "none"}}');
CREATE TABLE registry AS SELECT name, model_load(body) AS model FROM document;
SELECT name, jsonb_pretty(model_describe(model) - 'bytes') FROM registry ORDER BY name COLLATE "C";
-- variants between which documents choose: how equal answers are settled, sums or averages
SELECT name, model_describe(model_load('{"psyrad_model": 1, "name": "v", "task": "classification", "classes": ["a", "b"], "features": ["x"], "estimator": ' || estimator || '}'))->'estimator' AS estimator
FROM (VALUES ('boosted', '{"kind": "trees", "combine": "sum", "features": "float32", "link": "logistic", "ties": "second", "base": [0], "trees": [{"feature": [0], "threshold": [0.5], "left": [-1], "right": [-2], "value": [0.1, -0.2], "output": 0}]}'),
	('averaged', '{"kind": "trees", "combine": "average", "features": "float32", "trees": [{"feature": [0], "threshold": [0.5], "left": [-1], "right": [-2], "value": [1, 0, 0, 1]}]}'),
	('forest', '{"kind": "trees", "combine": "vote", "features": "double", "trees": [{"feature": [0], "threshold": [0.5], "left": [-1], "right": [-2], "value": [1, 0, 0, 1]}]}'),
	('neighbours', '{"kind": "knn", "metric": "euclidean", "k": 1, "weights": "uniform", "rows": [[0], [1]], "targets": [0, 1]}')) v(name, estimator) ORDER BY name;
SELECT name, model_classes(model), model_features(model) FROM registry ORDER BY name COLLATE "C";

-- the same number through every way in: (1.5 * (3-1)/2) - 2 * (4.5-2)/4 + .25 = .5
SELECT model_decision(model, ARRAY[3, 4.5]), model_decision(model, ARRAY[3, 4.5]::real[]), model_decision(model, ARRAY[3, 4.5]::float8[]),
	model_decision(model, '{"age": 4.5, "fd": 3}'::jsonb), model_score(model, ARRAY[3, 4.5]) = 1 / (1 + exp(-0.5::float8)) AS score,
	model_predict(model, ARRAY[3, 4.5]), model_proba(model, ARRAY[3, 2])
FROM registry WHERE name = 'logistic';
SELECT model_score(model, ARRAY[1, 2, 3]) AS int4, model_score(model, ARRAY[1, 2, 3]::int8[]) AS int8, model_score(model, ARRAY[1, 2, 3]::smallint[]) AS int2
FROM registry WHERE name = 'regression';
SELECT model_proba(model, ARRAY[0]), model_predict(model, ARRAY[0]), model_predict(model, ARRAY[-1]), model_decision(model, ARRAY[2])
FROM registry WHERE name = 'softmax';
-- > 0 in favour of the positive class, "yes"; at (0,0): -(1 - exp(-1) + .125)
SELECT model_predict(model, ARRAY[0, 0]), abs((model_decision(model, ARRAY[0, 0]))[1] + 1 - exp(-1::float8) + .125) < 1e-15 FROM registry WHERE name = 'svm';

-- missing features: NULL, imputed, error
SELECT model_score(model, ARRAY[3, NULL]), model_predict(model, ARRAY['NaN', 1]::real[]), model_proba(model, '{"fd": 1}'::jsonb),
	model_decision(model, '{"fd": null, "age": 1}'::jsonb) FROM registry WHERE name = 'logistic';
SELECT model_score(model, ARRAY[NULL, 2, NULL]::float8[]), model_score(model, '{}'::jsonb) FROM registry WHERE name = 'regression';
SELECT model_score(model, ARRAY[NULL, 1]::float8[]) FROM registry WHERE name = 'svm';
SELECT model_score(NULL::model, ARRAY[1]), model_score(model, NULL::float8[]) FROM registry WHERE name = 'svm';

-- wrong features
SELECT model_score(model, ARRAY[1, 2, 3]) FROM registry WHERE name = 'logistic';
SELECT model_score(model, '{}'::real[]) FROM registry WHERE name = 'logistic';
SELECT model_score(model, ARRAY[[1, 2]]) FROM registry WHERE name = 'logistic';
SELECT model_score(model, ARRAY['a', 'b']) FROM registry WHERE name = 'logistic';
SELECT model_score(model, ARRAY['Infinity', 1]::float8[]) FROM registry WHERE name = 'logistic';
SELECT model_score(model, ARRAY[1e308, -1e308, 1e308]::float8[]) FROM registry WHERE name = 'regression';
SELECT model_score(model, '{"fd": 1, "weight": 2}'::jsonb) FROM registry WHERE name = 'logistic';
SELECT model_score(model, '{"fd": "1", "age": 2}'::jsonb) FROM registry WHERE name = 'logistic';
SELECT model_score(model, '{"fd": [1], "age": 2}'::jsonb) FROM registry WHERE name = 'logistic';
SELECT model_score(model, '[1, 2]'::jsonb) FROM registry WHERE name = 'logistic';

-- answers that a model does not have
SELECT model_score(model, ARRAY[0, 0]) FROM registry WHERE name = 'svm';
SELECT model_score(model, ARRAY[0]) FROM registry WHERE name = 'softmax';
SELECT model_proba(model, ARRAY[1, 2, 3]) FROM registry WHERE name = 'regression';
SELECT model_predict(model, ARRAY[1, 2, 3]) FROM registry WHERE name = 'regression';

-- documents: formats and errors that say where
SELECT model_load(convert_to(body, 'UTF8'))::text = model_load(body, 'psyrad-json')::text AS bytes_equal_text FROM document WHERE name = 'svm';
SELECT model_load('<?xml version="1.0"?><PMML/>');
SELECT model_load('{"learner": {}, "version": [2, 1, 0]}');
SELECT model_load('tree
version=v4');
SELECT model_load('svm_type c_svc');
SELECT model_load('', 'onnx');
SELECT model_load('PK', 'auto');
SELECT model_load('{}', 'pickle');
SELECT model_load('{}');
SELECT model_load('{"psyrad_model": 2}');
SELECT model_load('{"psyrad_model": 1, "psyrad_model": 1}');
SELECT model_load(replace(body, '"mean"', '"means"')) FROM document WHERE name = 'logistic';
SELECT model_load(replace(body, '-2', '"-2"')) FROM document WHERE name = 'logistic';
SELECT model_load(replace(body, '-2', '-2, 3')) FROM document WHERE name = 'logistic';
SELECT model_load(replace(body, '-2', 'NaN')) FROM document WHERE name = 'logistic';
SELECT model_load(replace(body, '-2', '1e999')) FROM document WHERE name = 'logistic';
SELECT model_load(replace(body, '[2, 4]', '[2, 0]')) FROM document WHERE name = 'logistic';
SELECT model_load(replace(body, '"fd"', '"age"')) FROM document WHERE name = 'logistic';
SELECT model_load(replace(body, '"HC"', '"MDD"')) FROM document WHERE name = 'logistic';
SELECT model_load(replace(body, '"standardize"', '"pca"')) FROM document WHERE name = 'logistic';
SELECT model_load(replace(body, '"rbf"', '"laplace"')) FROM document WHERE name = 'svm';
SELECT model_load(replace(body, '[1, 1]]', '[1, 1], [2, 2]]')) FROM document WHERE name = 'svm';
SELECT model_load(left(body, -1)) FROM document WHERE name = 'svm';

-- programs tell the errors apart by SQLSTATE
\set VERBOSITY sqlstate
SELECT model_load('{"psyrad_model": 1}');
SELECT model_load('{}', 'pmml');
SELECT model_load('{}', 'pickle');
SELECT model_load(repeat('[', 100), 'psyrad-json');
SELECT model_score(model, ARRAY[1]) FROM registry WHERE name = 'logistic';
SELECT model_score(model, ARRAY[NULL, 1]::float8[]) FROM registry WHERE name = 'svm';
SELECT model_score(model, ARRAY[0, 0]) FROM registry WHERE name = 'svm';
SELECT '\x00000000'::model;
