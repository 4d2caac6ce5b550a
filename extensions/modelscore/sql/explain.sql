-- Explaining a row's score.

CREATE FUNCTION psyrad.model_explain(model psyrad.model, features pg_catalog.anyarray, class pg_catalog.text DEFAULT NULL) RETURNS pg_catalog.float8[]
	AS 'MODULE_PATHNAME', 'model_explain_array' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.model_explain(psyrad.model, pg_catalog.anyarray, pg_catalog.text) IS
'What each feature contributed to the row''s output: exact Shapley values in the model''s margin (model_decision: log-odds, sums of trees, or the averaged probabilities of a forest), one a feature in the order of model_features; they and model_explain_base add up to that margin. class: the class they speak for; NULL is the positive one, and a model of more classes without one asks for it. Trees: path-dependent TreeSHAP by the covers of training, as the shap package, XGBoost''s pred_contribs and LightGBM''s pred_contrib. Linear and logistic models, linear machines of two classes and gblinear: coefficient * (x - mean), with the means of the model''s "background" or of a scaler within it; what one-hot columns of a feature contribute is added up, and coefficients go back through affine steps (principal components). One ensemble of trees of an ONNX document that has covers (nodes_hitrates): its sums before the link. Missing features as in model_score. Errors: models without an exact explanation (kernels, PMML, trees without covers, linear models without means, steps that mix features otherwise), by name.';

CREATE FUNCTION psyrad.model_explain(model psyrad.model, features pg_catalog.jsonb, class pg_catalog.text DEFAULT NULL) RETURNS pg_catalog.float8[]
	AS 'MODULE_PATHNAME', 'model_explain_jsonb' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1300;
COMMENT ON FUNCTION psyrad.model_explain(psyrad.model, pg_catalog.jsonb, pg_catalog.text) IS
'As model_explain of an array, with features as a jsonb object by feature name.';

CREATE FUNCTION psyrad.model_explain_base(model psyrad.model, class pg_catalog.text DEFAULT NULL) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'model_explain_base' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.model_explain_base(psyrad.model, pg_catalog.text) IS
'The expected margin that model_explain starts from: of trees the average of the leaves by the weight of training, of linear models the margin at the means. class and errors as in model_explain.';
