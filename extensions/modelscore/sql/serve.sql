-- Models by name, and their classes' names.

CREATE FUNCTION psyrad.model_served(pick pg_catalog.regprocedure, get pg_catalog.regprocedure, name pg_catalog.text) RETURNS psyrad.model
	AS 'MODULE_PATHNAME', 'model_served' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION psyrad.model_served(pg_catalog.regprocedure, pg_catalog.regprocedure, pg_catalog.text) IS
'The model of a name, kept compiled in this backend. pick(name text) returns text says which model that is now, as a key that changes whenever the model does; get(name text, key text) returns model gets it when it is not yet kept. pick is asked once a snapshot and role; models are kept for the role that fetched them, within modelscore.cache_size. The caller must be allowed to execute both. A registry makes its own functions of this one: the scoring functions take its result without a copy.';

CREATE FUNCTION psyrad.model_cache_state(OUT models pg_catalog.int8, OUT bytes pg_catalog.int8) RETURNS record
	AS 'MODULE_PATHNAME', 'model_cache_state' LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION psyrad.model_cache_state() IS 'How many models this backend keeps compiled for model_served, and the bytes they take.';

CREATE FUNCTION psyrad.model_relabel(model psyrad.model, classes pg_catalog.text[] DEFAULT NULL, positive pg_catalog.text DEFAULT NULL) RETURNS psyrad.model
	AS 'MODULE_PATHNAME', 'model_relabel' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION psyrad.model_relabel(psyrad.model, pg_catalog.text[], pg_catalog.text) IS
'The model with its classes named anew, in the order they have (XGBoost and LightGBM number theirs 0, 1, ...), and another positive one; NULL keeps what is. Errors: another number of classes, a label that stands twice, a positive class that is none of them, a regression.';
