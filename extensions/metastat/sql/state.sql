-- The mergeable state: the studies of a meta-analysis.  The aggregate meta_state(yi, vi) has the type's name, which PostgreSQL keeps
-- apart (types and functions have name spaces of their own).
CREATE TYPE psyrad.meta_state;
CREATE FUNCTION psyrad.meta_state_in(cstring) RETURNS psyrad.meta_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_state_out(psyrad.meta_state) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_state_recv(internal) RETURNS psyrad.meta_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_state_send(psyrad.meta_state) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE TYPE psyrad.meta_state (
	INPUT = psyrad.meta_state_in, OUTPUT = psyrad.meta_state_out, RECEIVE = psyrad.meta_state_recv, SEND = psyrad.meta_state_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended);

CREATE FUNCTION psyrad.meta_accumulate(psyrad.meta_state, yi double precision, vi double precision) RETURNS psyrad.meta_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_accumulate(psyrad.meta_state, yi double precision, vi double precision, method text) RETURNS psyrad.meta_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_accumulate(psyrad.meta_state, yi double precision, vi double precision, method text, test text) RETURNS psyrad.meta_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_accumulate(psyrad.meta_state, yi double precision, vi double precision, method text, test text, level double precision)
	RETURNS psyrad.meta_state LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_combine(psyrad.meta_state, psyrad.meta_state) RETURNS psyrad.meta_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_state_finish(psyrad.meta_state) RETURNS psyrad.meta_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME';

CREATE AGGREGATE psyrad.meta_state(yi double precision, vi double precision) (
	SFUNC = psyrad.meta_accumulate, STYPE = psyrad.meta_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_combine,
	FINALFUNC = psyrad.meta_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_merge(state psyrad.meta_state) (
	SFUNC = psyrad.meta_combine, STYPE = psyrad.meta_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_combine,
	FINALFUNC = psyrad.meta_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);

COMMENT ON TYPE psyrad.meta_state IS
	'State of a meta-analysis: its (yi, vi) pairs, 16 bytes each, and the number of rows without them. Flat, validated and exact in text and binary form; '
	'sorted, so that the same studies give the same bytes in any order. Merge with meta_merge, finish with meta_final.';
COMMENT ON FUNCTION psyrad.meta_state_in(cstring) IS 'text form of meta_state: \x and the hexadecimal digits of its image; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_state_out(psyrad.meta_state) IS 'text form of meta_state';
COMMENT ON FUNCTION psyrad.meta_state_recv(internal) IS 'binary form of meta_state; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_state_send(psyrad.meta_state) IS 'binary form of meta_state';
COMMENT ON FUNCTION psyrad.meta_accumulate(psyrad.meta_state, double precision, double precision) IS 'transition function of meta_state and meta; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_accumulate(psyrad.meta_state, double precision, double precision, text) IS 'transition function of meta; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_accumulate(psyrad.meta_state, double precision, double precision, text, text) IS 'transition function of meta; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_accumulate(psyrad.meta_state, double precision, double precision, text, text, double precision) IS
	'transition function of meta; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_combine(psyrad.meta_state, psyrad.meta_state) IS 'combine function of meta_state, meta_merge and meta; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_state_finish(psyrad.meta_state) IS 'the state in its canonical form: studies sorted by (vi, yi), no unused room';
COMMENT ON AGGREGATE psyrad.meta_state(double precision, double precision) IS
	'Collects studies: effect yi and sampling variance vi. A row where either is NULL is skipped and counted. NULL over no rows. '
	'Errors: yi or vi NaN or infinite, vi negative.';
COMMENT ON AGGREGATE psyrad.meta_merge(psyrad.meta_state) IS
	'Merges states, for example of several sites; NULL states are skipped. The result does not depend on how the rows were split.';
