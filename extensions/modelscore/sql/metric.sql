-- Metrics of scores against truth.

CREATE TYPE psyrad.metric_state;

CREATE FUNCTION psyrad.metric_state_in(pg_catalog.cstring) RETURNS psyrad.metric_state
	AS 'MODULE_PATHNAME', 'metric_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.metric_state_out(psyrad.metric_state) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'metric_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.metric_state_recv(pg_catalog.internal) RETURNS psyrad.metric_state
	AS 'MODULE_PATHNAME', 'metric_state_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION psyrad.metric_state_send(psyrad.metric_state) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'metric_state_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE psyrad.metric_state (
	INTERNALLENGTH = VARIABLE,
	INPUT = psyrad.metric_state_in,
	OUTPUT = psyrad.metric_state_out,
	RECEIVE = psyrad.metric_state_recv,
	SEND = psyrad.metric_state_send,
	ALIGNMENT = double,
	STORAGE = external
);

COMMENT ON TYPE psyrad.metric_state IS
'Scores of the positive and of the negative cases: what metrics of score against truth are computed from. Made by metric_auc_state, merged by metric_auc_merge. It holds the scores themselves, 8 bytes a case.';
COMMENT ON FUNCTION psyrad.metric_state_in(pg_catalog.cstring) IS 'Text input of metric_state: \x and the hexadecimal image, validated.';
COMMENT ON FUNCTION psyrad.metric_state_out(psyrad.metric_state) IS 'Text output of metric_state: \x and the hexadecimal image.';
COMMENT ON FUNCTION psyrad.metric_state_recv(pg_catalog.internal) IS 'Binary input of metric_state: the image, validated.';
COMMENT ON FUNCTION psyrad.metric_state_send(psyrad.metric_state) IS 'Binary output of metric_state: the image.';

CREATE FUNCTION psyrad.metric_state_add(psyrad.metric_state, pg_catalog.float8, pg_catalog.bool) RETURNS psyrad.metric_state
	AS 'MODULE_PATHNAME', 'metric_state_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.metric_state_add(psyrad.metric_state, pg_catalog.float8, pg_catalog.bool) IS
'Transition function of the metrics: one case with its score and truth. NULL in either: not counted; NaN: an error.';

CREATE FUNCTION psyrad.metric_state_join(psyrad.metric_state, psyrad.metric_state) RETURNS psyrad.metric_state
	AS 'MODULE_PATHNAME', 'metric_state_join' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.metric_state_join(psyrad.metric_state, psyrad.metric_state) IS 'Combine function of the metrics: both sets of cases.';

CREATE FUNCTION psyrad.metric_state_finish(psyrad.metric_state) RETURNS psyrad.metric_state
	AS 'MODULE_PATHNAME', 'metric_state_finish' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_state_finish(psyrad.metric_state) IS
'Final function of metric_auc_state: the scores in order and without slack, so that equal cases give equal bytes.';

-- ---- area under the ROC curve ---------------------------------------------------------------------------------------

CREATE FUNCTION psyrad.metric_auc_final(state psyrad.metric_state) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_auc_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_auc_final(psyrad.metric_state) IS
'Area under the ROC curve of a state; NULL when it has no positive or no negative case.';

CREATE AGGREGATE psyrad.metric_auc(score pg_catalog.float8, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_state_add, STYPE = psyrad.metric_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_state_join, FINALFUNC = psyrad.metric_auc_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_auc(pg_catalog.float8, pg_catalog.bool) IS
'Area under the ROC curve: the probability that a positive case scores above a negative one, ties counting half (Mann-Whitney); exact. Rows with a NULL are not counted; a NaN score is an error; NULL when a class is empty.';

CREATE AGGREGATE psyrad.metric_auc_state(score pg_catalog.float8, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_state_add, STYPE = psyrad.metric_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_state_join, FINALFUNC = psyrad.metric_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_auc_state(pg_catalog.float8, pg_catalog.bool) IS
'The mergeable state of metric_auc and metric_auc_ci; NULL when no row counts.';

CREATE AGGREGATE psyrad.metric_auc_merge(state psyrad.metric_state) (
	SFUNC = psyrad.metric_state_join, STYPE = psyrad.metric_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_state_join, FINALFUNC = psyrad.metric_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_auc_merge(psyrad.metric_state) IS
'Merges states of metric_auc_state, of sites or of parts of a table; the result is that of all rows together.';

-- ---- with DeLong's interval -----------------------------------------------------------------------------------------

CREATE TYPE psyrad.metric_auc_result AS (
	positives pg_catalog.int8,
	negatives pg_catalog.int8,
	estimate pg_catalog.float8,
	se pg_catalog.float8,
	ci_lb pg_catalog.float8,
	ci_ub pg_catalog.float8,
	level pg_catalog.float8,
	note pg_catalog.text
);
COMMENT ON TYPE psyrad.metric_auc_result IS
'Area under the ROC curve with DeLong''s standard error and interval; note says why something is NULL.';

CREATE FUNCTION psyrad.metric_auc_ci_final(state psyrad.metric_state, level pg_catalog.float8 DEFAULT 0.95) RETURNS psyrad.metric_auc_result
	AS 'MODULE_PATHNAME', 'metric_auc_ci_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_auc_ci_final(psyrad.metric_state, pg_catalog.float8) IS
'AUC of a state with DeLong''s interval (DeLong, DeLong and Clarke-Pearson 1988) of the given level, cut to [0, 1], as pROC''s ci.auc. The cases must be independent: scores from cross-validation are not quite.';

CREATE FUNCTION psyrad.metric_auc_ci_finish(psyrad.metric_state) RETURNS psyrad.metric_auc_result
	AS 'MODULE_PATHNAME', 'metric_auc_ci_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION psyrad.metric_auc_ci_finish(psyrad.metric_state) IS 'Final function of metric_auc_ci: level 0.95.';

CREATE AGGREGATE psyrad.metric_auc_ci(score pg_catalog.float8, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_state_add, STYPE = psyrad.metric_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_state_join, FINALFUNC = psyrad.metric_auc_ci_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_auc_ci(pg_catalog.float8, pg_catalog.bool) IS
'As metric_auc, with DeLong''s standard error and 95 % interval; other levels through metric_auc_ci_final(metric_auc_state(score, truth), level => 0.9).';
