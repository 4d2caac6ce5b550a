-- The type model and scoring.

CREATE TYPE psyrad.model;

CREATE FUNCTION psyrad.model_in(pg_catalog.cstring) RETURNS psyrad.model
	AS 'MODULE_PATHNAME', 'model_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.model_out(psyrad.model) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'model_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.model_recv(pg_catalog.internal) RETURNS psyrad.model
	AS 'MODULE_PATHNAME', 'model_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.model_send(psyrad.model) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'model_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE psyrad.model (
	INTERNALLENGTH = VARIABLE,
	INPUT = psyrad.model_in,
	OUTPUT = psyrad.model_out,
	RECEIVE = psyrad.model_recv,
	SEND = psyrad.model_send,
	ALIGNMENT = double,
	STORAGE = external
);

COMMENT ON TYPE psyrad.model IS
'A trained model in its compiled, validated form; make one with model_load. Its text form is the hexadecimal image, for dump and restore; keep the document beside it. Support vectors of an RBF machine are rows of its training data: whoever may read such a value may read them.';
COMMENT ON FUNCTION psyrad.model_in(pg_catalog.cstring) IS 'Text input of model: \x and the hexadecimal image; every byte is validated.';
COMMENT ON FUNCTION psyrad.model_out(psyrad.model) IS 'Text output of model: \x and the hexadecimal image.';
COMMENT ON FUNCTION psyrad.model_recv(pg_catalog.internal) IS 'Binary input of model: the image; every byte is validated.';
COMMENT ON FUNCTION psyrad.model_send(psyrad.model) IS 'Binary output of model: the image.';

-- ---- loading --------------------------------------------------------------------------------------------------------

CREATE FUNCTION psyrad.model_load(document pg_catalog.text, format pg_catalog.text DEFAULT 'auto') RETURNS psyrad.model
	AS 'MODULE_PATHNAME', 'model_load' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION psyrad.model_load(pg_catalog.text, pg_catalog.text) IS
'Compiles a model''s document. format: psyrad-json, xgboost-json, xgboost-ubj (save_model of gbtree and dart boosters; all trees count, as in Booster.predict, where the scikit-learn wrapper stops at best_iteration; missing features go where training sent them; classes are 0, 1, ...), lightgbm (text; decisions of random forests are averages, and classes are 0, 1, ...), or auto, which recognises them; pmml (3.0 to 4.4; texts come by name in jsonb, and by their place in the DataDictionary, from 0, in arrays; NULL and NaN are missing; what is not supported is refused by name; pmml:ID answers with the segment of that id of a MiningModel, which one of selectAll needs unless its Output names one), libsvm (svm_save_model; as many features as the largest index, or N of libsvm:N); onnx (bytes; features are the elements of the inputs in order; onnx:regression, onnx:probabilities and onnx:logits say what the single output of a network is). At most 64 MB. Errors name line, column and path within the document.';

CREATE FUNCTION psyrad.model_load(document pg_catalog.bytea, format pg_catalog.text DEFAULT 'auto') RETURNS psyrad.model
	AS 'MODULE_PATHNAME', 'model_load' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION psyrad.model_load(pg_catalog.bytea, pg_catalog.text) IS
'Compiles a model''s document given as bytes (UTF-8 for psyrad-json); as model_load of text.';

-- ---- scoring --------------------------------------------------------------------------------------------------------

CREATE FUNCTION psyrad.model_score(model psyrad.model, features pg_catalog.anyarray) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'model_score_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION psyrad.model_score(psyrad.model, pg_catalog.anyarray) IS
'A regression''s value, or the probability of the positive class. features: real[], double precision[], numeric[] or whole numbers, in the order of model_features; a bare literal needs a cast, such as ''{1,2}''::real[]; of a network whose one input is a matrix also that matrix, as conn_matrix(c) gives it. NULL and NaN elements are missing, and the model''s policy decides: an error, NULL, or imputed constants. Errors: another number of elements or another shape (both are named), an infinite element, a model without probabilities (use model_decision) or without a positive class (use model_proba).';
CREATE FUNCTION psyrad.model_score(model psyrad.model, features pg_catalog.jsonb) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'model_score_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 300;
COMMENT ON FUNCTION psyrad.model_score(psyrad.model, pg_catalog.jsonb) IS
'As model_score of an array, with features as a jsonb object by feature name. A name that is left out, or null, is missing; a name that the model does not have is an error.';

CREATE FUNCTION psyrad.model_predict(model psyrad.model, features pg_catalog.anyarray) RETURNS pg_catalog.text
	AS 'MODULE_PATHNAME', 'model_predict_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION psyrad.model_predict(psyrad.model, pg_catalog.anyarray) IS
'The label of the predicted class, by the trainer''s own rule: the sign or the largest probability (logistic, trees), votes of the decision values (svm; not the largest probability). Features as in model_score. A regression is an error.';
CREATE FUNCTION psyrad.model_predict(model psyrad.model, features pg_catalog.jsonb) RETURNS pg_catalog.text
	AS 'MODULE_PATHNAME', 'model_predict_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 300;
COMMENT ON FUNCTION psyrad.model_predict(psyrad.model, pg_catalog.jsonb) IS
'As model_predict of an array, with features as a jsonb object by feature name.';

CREATE FUNCTION psyrad.model_proba(model psyrad.model, features pg_catalog.anyarray) RETURNS pg_catalog.float8[]
	AS 'MODULE_PATHNAME', 'model_proba_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION psyrad.model_proba(psyrad.model, pg_catalog.anyarray) IS
'Probabilities of all classes, in the order of model_classes. Features as in model_score. A regression or a model trained without probabilities is an error.';
CREATE FUNCTION psyrad.model_proba(model psyrad.model, features pg_catalog.jsonb) RETURNS pg_catalog.float8[]
	AS 'MODULE_PATHNAME', 'model_proba_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 300;
COMMENT ON FUNCTION psyrad.model_proba(psyrad.model, pg_catalog.jsonb) IS
'As model_proba of an array, with features as a jsonb object by feature name.';

CREATE FUNCTION psyrad.model_decision(model psyrad.model, features pg_catalog.anyarray) RETURNS pg_catalog.float8[]
	AS 'MODULE_PATHNAME', 'model_decision_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION psyrad.model_decision(psyrad.model, pg_catalog.anyarray) IS
'Decision values before any probability. Binary: one value, > 0 in favour of the positive class. Softmax: one a class. Support vector machine of more classes: one for each pair (1,2), (1,3), ..., (2,3), ... in the order of model_classes, > 0 in favour of the first. Regression: the value, before the link of boosted trees; of several targets, or of PMML''s selectAll, one each, NULL where a segment has none. Features as in model_score.';
CREATE FUNCTION psyrad.model_decision(model psyrad.model, features pg_catalog.jsonb) RETURNS pg_catalog.float8[]
	AS 'MODULE_PATHNAME', 'model_decision_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 300;
COMMENT ON FUNCTION psyrad.model_decision(psyrad.model, pg_catalog.jsonb) IS
'As model_decision of an array, with features as a jsonb object by feature name.';

-- ---- what a model says about itself ---------------------------------------------------------------------------------

CREATE FUNCTION psyrad.model_classes(model psyrad.model) RETURNS pg_catalog.text[]
	AS 'MODULE_PATHNAME', 'model_classes' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION psyrad.model_classes(psyrad.model) IS 'Labels of the classes, in the order of model_proba; NULL for a regression.';

CREATE FUNCTION psyrad.model_features(model psyrad.model) RETURNS pg_catalog.text[]
	AS 'MODULE_PATHNAME', 'model_features' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION psyrad.model_features(psyrad.model) IS 'Names of the features, in the order in which arrays must give them.';

CREATE FUNCTION psyrad.model_describe(model psyrad.model) RETURNS pg_catalog.jsonb
	AS 'MODULE_PATHNAME', 'model_describe' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 300;
COMMENT ON FUNCTION psyrad.model_describe(psyrad.model) IS
'Name, task, classes and the positive one, number and units of features, policy on missing features, steps and estimator (kinds and settings, not coefficients), and bytes of the compiled form. Among the settings are the variants in which trainers and files differ: combine (of trees sum, average, vote or one tree; of PMML''s segments the multipleModelMethod, or one segment), ties (who has the label when answers are equal: the first or second class, votes or one_versus_rest of support vectors), equal distances of neighbours, probability (platt, pairwise_coupling, logistic, softmax, or none), link, features as and sums as (float32 or double), arithmetic of PMML and ONNX, and covers (whether trees can be explained).';
