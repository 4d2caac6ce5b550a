-- Test-retest reliability: intraclass correlations of each element.
CREATE TYPE psyrad.icc_state;

CREATE FUNCTION psyrad.icc_state_in(cstring) RETURNS psyrad.icc_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.icc_state_in(cstring) IS 'Text input of icc_state: \x and hexadecimal digits, validated.';
CREATE FUNCTION psyrad.icc_state_out(psyrad.icc_state) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.icc_state_out(psyrad.icc_state) IS 'Text output of icc_state, exact.';
CREATE FUNCTION psyrad.icc_state_recv(internal) RETURNS psyrad.icc_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.icc_state_recv(internal) IS 'Binary input of icc_state, validated.';
CREATE FUNCTION psyrad.icc_state_send(psyrad.icc_state) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.icc_state_send(psyrad.icc_state) IS 'Binary output of icc_state, exact.';

CREATE TYPE psyrad.icc_state (
	INPUT = psyrad.icc_state_in,
	OUTPUT = psyrad.icc_state_out,
	RECEIVE = psyrad.icc_state_recv,
	SEND = psyrad.icc_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE psyrad.icc_state IS
	'State of mass_icc. Open, as mass_icc_state returns it, it holds rows: subject, session and vector, up to 1 GB. mass_icc_close turns it into sums over '
	'subjects, of a size that does not depend on their number and without any one subject''s values. Text form: hexadecimal; exact.';

CREATE TYPE psyrad.mass_icc_result AS (
	n integer[],
	sessions double precision[],
	estimate double precision[],
	ci_lb double precision[],
	ci_ub double precision[],
	statistic double precision[],
	df1 double precision[],
	df2 double precision[],
	p double precision[],
	ms_subject double precision[],
	ms_session double precision[],
	ms_error double precision[],
	method text,
	note text
);
COMMENT ON TYPE psyrad.mass_icc_result IS
	'Result of mass_icc, one element of each array an edge, region or voxel: n subjects; sessions, values a subject; the intraclass correlation and its interval; F of no '
	'reliability with df1 and df2 degrees of freedom and its p; mean squares between subjects, between sessions and of error. NaN where there is no answer; note says why, '
	'and what was left out. mass_unnest and mass_edges give it as rows.';

CREATE FUNCTION psyrad.icc_state_merge(psyrad.icc_state, psyrad.icc_state) RETURNS psyrad.icc_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.icc_state_merge(psyrad.icc_state, psyrad.icc_state) IS 'Merges two states, for the aggregates only; call mass_icc_merge instead.';
CREATE FUNCTION psyrad.mass_icc_close(state psyrad.icc_state) RETURNS psyrad.icc_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_icc_close(psyrad.icc_state) IS
	'The state as sums over subjects, which holds no row: what a site hands out, and what keeps more than 1 GB of rows apart. All rows of each subject must be in it. Closed '
	'states of disjoint subjects merge, when they are over the same sessions. Error: two rows of one subject and session.';
CREATE FUNCTION psyrad.mass_icc_finish(psyrad.icc_state) RETURNS psyrad.mass_icc_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME', 'mass_icc_final';
COMMENT ON FUNCTION psyrad.mass_icc_finish(psyrad.icc_state) IS 'Final function of the aggregate mass_icc.';
CREATE FUNCTION psyrad.mass_icc_final(state psyrad.icc_state, type text DEFAULT NULL, level double precision DEFAULT 0.95) RETURNS psyrad.mass_icc_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_icc_final(psyrad.icc_state, text, double precision) IS
	'Intraclass correlations of a state of mass_icc (Shrout and Fleiss 1979; McGraw and Wong 1996). type: ICC(1,1) one-way; ICC(2,1) two-way random, absolute agreement; '
	'ICC(3,1) two-way mixed, consistency; ICC(1,k), ICC(2,k), ICC(3,k) of the mean over sessions. Default ICC(2,1) with sessions, ICC(1,1) without. level: of the interval. '
	'Negative estimates stay so. Errors: a two-way type of a state without sessions.';

CREATE FUNCTION psyrad.mass_icc_add(psyrad.icc_state, psyrad.connectome, anycompatiblenonarray) RETURNS psyrad.icc_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_icc_add_connectome';
COMMENT ON FUNCTION psyrad.mass_icc_add(psyrad.icc_state, psyrad.connectome, anycompatiblenonarray) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_icc(x psyrad.connectome, subject anycompatiblenonarray) (
	SFUNC = psyrad.mass_icc_add, STYPE = psyrad.icc_state, SSPACE = 10000000,
	FINALFUNC = psyrad.mass_icc_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.icc_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_icc_state(x psyrad.connectome, subject anycompatiblenonarray) (
	SFUNC = psyrad.mass_icc_add, STYPE = psyrad.icc_state, SSPACE = 10000000,
	COMBINEFUNC = psyrad.icc_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_icc(psyrad.connectome, anycompatiblenonarray) IS
	'Test-retest reliability of each element: ICC(1,1), one-way random, with its 95 % interval: a subject''s (text or bigint) rows are exchangeable, and may be of different number. NULL or NaN inside x is missing for that element alone. Over connectome. Rows with a NULL argument are left out and counted in note. Its state holds rows, up to 1 GB: mass_icc_close.';
COMMENT ON AGGREGATE psyrad.mass_icc_state(psyrad.connectome, anycompatiblenonarray) IS 'The mergeable state of mass_icc, for mass_icc_merge, mass_icc_close and mass_icc_final.';

CREATE FUNCTION psyrad.mass_icc_add(psyrad.icc_state, psyrad.connectome, anycompatiblenonarray, text) RETURNS psyrad.icc_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_icc_add_connectome';
COMMENT ON FUNCTION psyrad.mass_icc_add(psyrad.icc_state, psyrad.connectome, anycompatiblenonarray, text) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_icc(x psyrad.connectome, subject anycompatiblenonarray, session text) (
	SFUNC = psyrad.mass_icc_add, STYPE = psyrad.icc_state, SSPACE = 10000000,
	FINALFUNC = psyrad.mass_icc_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.icc_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_icc_state(x psyrad.connectome, subject anycompatiblenonarray, session text) (
	SFUNC = psyrad.mass_icc_add, STYPE = psyrad.icc_state, SSPACE = 10000000,
	COMBINEFUNC = psyrad.icc_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_icc(psyrad.connectome, anycompatiblenonarray, text) IS
	'Test-retest reliability of each element: ICC(2,1), two-way random, absolute agreement, with its 95 % interval; mass_icc_final(state, type) gives the others. One row a subject (text or bigint) and session. Of a subject who is not in every session that occurs nothing is used; a NULL or NaN inside x takes the subject from that element alone. Over connectome. Rows with a NULL argument are left out and counted in note. Its state holds rows, up to 1 GB: mass_icc_close.';
COMMENT ON AGGREGATE psyrad.mass_icc_state(psyrad.connectome, anycompatiblenonarray, text) IS 'The mergeable state of mass_icc, for mass_icc_merge, mass_icc_close and mass_icc_final.';

CREATE FUNCTION psyrad.mass_icc_add(psyrad.icc_state, anyarray, anycompatiblenonarray) RETURNS psyrad.icc_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_icc_add_array';
COMMENT ON FUNCTION psyrad.mass_icc_add(psyrad.icc_state, anyarray, anycompatiblenonarray) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_icc(x anyarray, subject anycompatiblenonarray) (
	SFUNC = psyrad.mass_icc_add, STYPE = psyrad.icc_state, SSPACE = 10000000,
	FINALFUNC = psyrad.mass_icc_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.icc_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_icc_state(x anyarray, subject anycompatiblenonarray) (
	SFUNC = psyrad.mass_icc_add, STYPE = psyrad.icc_state, SSPACE = 10000000,
	COMBINEFUNC = psyrad.icc_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_icc(anyarray, anycompatiblenonarray) IS
	'Test-retest reliability of each element: ICC(1,1), one-way random, with its 95 % interval: a subject''s (text or bigint) rows are exchangeable, and may be of different number. NULL or NaN inside x is missing for that element alone. Over an array of numbers (real[], double precision[], integer[], numeric[]). Rows with a NULL argument are left out and counted in note. Its state holds rows, up to 1 GB: mass_icc_close.';
COMMENT ON AGGREGATE psyrad.mass_icc_state(anyarray, anycompatiblenonarray) IS 'The mergeable state of mass_icc, for mass_icc_merge, mass_icc_close and mass_icc_final.';

CREATE FUNCTION psyrad.mass_icc_add(psyrad.icc_state, anyarray, anycompatiblenonarray, text) RETURNS psyrad.icc_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_icc_add_array';
COMMENT ON FUNCTION psyrad.mass_icc_add(psyrad.icc_state, anyarray, anycompatiblenonarray, text) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_icc(x anyarray, subject anycompatiblenonarray, session text) (
	SFUNC = psyrad.mass_icc_add, STYPE = psyrad.icc_state, SSPACE = 10000000,
	FINALFUNC = psyrad.mass_icc_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.icc_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_icc_state(x anyarray, subject anycompatiblenonarray, session text) (
	SFUNC = psyrad.mass_icc_add, STYPE = psyrad.icc_state, SSPACE = 10000000,
	COMBINEFUNC = psyrad.icc_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_icc(anyarray, anycompatiblenonarray, text) IS
	'Test-retest reliability of each element: ICC(2,1), two-way random, absolute agreement, with its 95 % interval; mass_icc_final(state, type) gives the others. One row a subject (text or bigint) and session. Of a subject who is not in every session that occurs nothing is used; a NULL or NaN inside x takes the subject from that element alone. Over an array of numbers (real[], double precision[], integer[], numeric[]). Rows with a NULL argument are left out and counted in note. Its state holds rows, up to 1 GB: mass_icc_close.';
COMMENT ON AGGREGATE psyrad.mass_icc_state(anyarray, anycompatiblenonarray, text) IS 'The mergeable state of mass_icc, for mass_icc_merge, mass_icc_close and mass_icc_final.';

CREATE AGGREGATE psyrad.mass_icc_merge(state psyrad.icc_state) (
	SFUNC = psyrad.icc_state_merge, STYPE = psyrad.icc_state, SSPACE = 10000000,
	COMBINEFUNC = psyrad.icc_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_icc_merge(psyrad.icc_state) IS
	'Merges states of mass_icc: open ones of any rows, to the last bit; closed ones of disjoint subjects (sites), to rounding (relative 1e-13). Error: open and closed together, '
	'or closed ones of different sessions.';

CREATE FUNCTION psyrad.mass_unnest(r psyrad.mass_icc_result, OUT k integer, OUT n integer, OUT sessions double precision, OUT estimate double precision, OUT ci_lb double precision,
	OUT ci_ub double precision, OUT statistic double precision, OUT df1 double precision, OUT df2 double precision, OUT p double precision, OUT q double precision,
	OUT ms_subject double precision, OUT ms_session double precision, OUT ms_error double precision, OUT m integer) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 10000 AS 'MODULE_PATHNAME', 'mass_unnest_icc';
COMMENT ON FUNCTION psyrad.mass_unnest(psyrad.mass_icc_result) IS 'One row per element k, 1-based; NULL where there is no answer. q: Benjamini-Hochberg over the m elements that have a p.';
CREATE FUNCTION psyrad.mass_edges(r psyrad.mass_icc_result, OUT i integer, OUT j integer, OUT n integer, OUT sessions double precision, OUT estimate double precision, OUT ci_lb double precision,
	OUT ci_ub double precision, OUT statistic double precision, OUT df1 double precision, OUT df2 double precision, OUT p double precision, OUT q double precision,
	OUT ms_subject double precision, OUT ms_session double precision, OUT ms_error double precision, OUT m integer) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 10000 AS 'MODULE_PATHNAME', 'mass_edges_icc';
COMMENT ON FUNCTION psyrad.mass_edges(psyrad.mass_icc_result) IS 'mass_unnest for connectomes: one row per edge (i, j), i < j, 1-based. Error when the number of elements is no triangle.';
