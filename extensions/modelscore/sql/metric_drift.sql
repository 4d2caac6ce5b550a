-- Drift: features of the rows that a model was trained on (reference) beside those that it scores (current).

CREATE TYPE psyrad.metric_drift_state;

CREATE FUNCTION psyrad.metric_drift_state_in(pg_catalog.cstring) RETURNS psyrad.metric_drift_state
	AS 'MODULE_PATHNAME', 'metric_drift_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.metric_drift_state_out(psyrad.metric_drift_state) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'metric_drift_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.metric_drift_state_recv(pg_catalog.internal) RETURNS psyrad.metric_drift_state
	AS 'MODULE_PATHNAME', 'metric_drift_state_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.metric_drift_state_send(psyrad.metric_drift_state) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'metric_drift_state_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE psyrad.metric_drift_state (
	INTERNALLENGTH = VARIABLE,
	INPUT = psyrad.metric_drift_state_in,
	OUTPUT = psyrad.metric_drift_state_out,
	RECEIVE = psyrad.metric_drift_state_recv,
	SEND = psyrad.metric_drift_state_send,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE psyrad.metric_drift_state IS
'Rows of features, of the reference or the current set: what metric_drift_final compares. It holds the rows themselves, 8 bytes a feature: it is data of the people in it.';
COMMENT ON FUNCTION psyrad.metric_drift_state_in(pg_catalog.cstring) IS 'Text input of metric_drift_state: \x and the hexadecimal image, validated.';
COMMENT ON FUNCTION psyrad.metric_drift_state_out(psyrad.metric_drift_state) IS 'Text output of metric_drift_state: \x and the hexadecimal image.';
COMMENT ON FUNCTION psyrad.metric_drift_state_recv(pg_catalog.internal) IS 'Binary input of metric_drift_state: the image, validated.';
COMMENT ON FUNCTION psyrad.metric_drift_state_send(psyrad.metric_drift_state) IS 'Binary output of metric_drift_state: the image.';

CREATE FUNCTION psyrad.metric_drift_add(psyrad.metric_drift_state, pg_catalog.anyarray, pg_catalog.bool) RETURNS psyrad.metric_drift_state
	AS 'MODULE_PATHNAME', 'metric_drift_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.metric_drift_add(psyrad.metric_drift_state, pg_catalog.anyarray, pg_catalog.bool) IS
'Transition function of metric_drift: one row of features, of the reference set or the current one. NULL in either argument: not counted; a NULL or NaN feature is missing; an infinite one, or a row of another length, is an error.';

CREATE FUNCTION psyrad.metric_drift_join(psyrad.metric_drift_state, psyrad.metric_drift_state) RETURNS psyrad.metric_drift_state
	AS 'MODULE_PATHNAME', 'metric_drift_join' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.metric_drift_join(psyrad.metric_drift_state, psyrad.metric_drift_state) IS 'Combine function of metric_drift: both sets of rows.';

CREATE FUNCTION psyrad.metric_drift_finish(psyrad.metric_drift_state) RETURNS psyrad.metric_drift_state
	AS 'MODULE_PATHNAME', 'metric_drift_finish' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_drift_finish(psyrad.metric_drift_state) IS 'Final function of metric_drift_state: the rows without slack.';

CREATE TYPE psyrad.metric_drift_feature AS (
	feature pg_catalog.int4,
	name pg_catalog.text,
	reference_n pg_catalog.int8,
	current_n pg_catalog.int8,
	reference_missing pg_catalog.int8,
	current_missing pg_catalog.int8,
	missing_difference pg_catalog.float8,
	reference_mean pg_catalog.float8,
	current_mean pg_catalog.float8,
	reference_sd pg_catalog.float8,
	current_sd pg_catalog.float8,
	smd pg_catalog.float8,
	psi pg_catalog.float8,
	psi_bins pg_catalog.int4,
	ks pg_catalog.float8,
	ks_p pg_catalog.float8,
	ks_exact pg_catalog.bool,
	note pg_catalog.text
);
COMMENT ON TYPE psyrad.metric_drift_feature IS
'One feature of two sets: values and missing ones of each, share missing (current minus reference), means, standard deviations, standardised mean difference (current minus reference over the root of the mean variance), population stability index over psi_bins bins, Kolmogorov and Smirnov''s distance with its p (ks_exact: not by the limit); note says why something is NULL.';

CREATE FUNCTION psyrad.metric_drift_final(state psyrad.metric_drift_state, names pg_catalog.text[] DEFAULT NULL, bins pg_catalog.int4 DEFAULT 10) RETURNS psyrad.metric_drift_feature[]
	AS 'MODULE_PATHNAME', 'metric_drift_final' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION psyrad.metric_drift_final(psyrad.metric_drift_state, pg_catalog.text[], pg_catalog.int4) IS
'How each feature of a state differs between its sets, one element a feature; unnest it. names: what the features are called (model.features). bins: of the stability index, between the reference''s quantiles (type 7; equal ones make one bin; a bin that one set leaves empty counts as half a case). The p of the distance is exact, given the ties, up to 250000 pairs of values, beyond that Kolmogorov''s limit; it is of one feature: adjust for their number. Does not depend on the order of rows.';

CREATE FUNCTION psyrad.metric_drift_default(psyrad.metric_drift_state) RETURNS psyrad.metric_drift_feature[]
	AS 'MODULE_PATHNAME', 'metric_drift_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION psyrad.metric_drift_default(psyrad.metric_drift_state) IS 'Final function of metric_drift: ten bins, no names.';

CREATE AGGREGATE psyrad.metric_drift(features pg_catalog.anyarray, reference pg_catalog.bool) (
	SFUNC = psyrad.metric_drift_add, STYPE = psyrad.metric_drift_state, SSPACE = 1048576,
	COMBINEFUNC = psyrad.metric_drift_join, FINALFUNC = psyrad.metric_drift_default, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_drift(pg_catalog.anyarray, pg_catalog.bool) IS
'How features differ between the rows of the reference set (true: those a model was trained on) and the current ones (false: those it scores), one element a feature: SELECT d.* FROM (SELECT metric_drift(features, trained_on) AS d ...) x, unnest(x.d) d. As metric_drift_final with ten bins.';

CREATE AGGREGATE psyrad.metric_drift_state(features pg_catalog.anyarray, reference pg_catalog.bool) (
	SFUNC = psyrad.metric_drift_add, STYPE = psyrad.metric_drift_state, SSPACE = 1048576,
	COMBINEFUNC = psyrad.metric_drift_join, FINALFUNC = psyrad.metric_drift_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_drift_state(pg_catalog.anyarray, pg_catalog.bool) IS
'The mergeable state of metric_drift; NULL when no row counts. It holds the rows: who hands it on hands on the data.';

CREATE AGGREGATE psyrad.metric_drift_merge(state psyrad.metric_drift_state) (
	SFUNC = psyrad.metric_drift_join, STYPE = psyrad.metric_drift_state, SSPACE = 1048576,
	COMBINEFUNC = psyrad.metric_drift_join, FINALFUNC = psyrad.metric_drift_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_drift_merge(psyrad.metric_drift_state) IS 'Merges states of metric_drift_state.';
