-- Reliability of a scale from its items.
CREATE TYPE psyrad.reliability_state;
CREATE FUNCTION psyrad.reliability_state_in(cstring) RETURNS psyrad.reliability_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.reliability_state_out(psyrad.reliability_state) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.reliability_state_recv(internal) RETURNS psyrad.reliability_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.reliability_state_send(psyrad.reliability_state) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE TYPE psyrad.reliability_state (
	INPUT = psyrad.reliability_state_in, OUTPUT = psyrad.reliability_state_out,
	RECEIVE = psyrad.reliability_state_recv, SEND = psyrad.reliability_state_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended);

CREATE TYPE psyrad.reliability_result AS (
	items integer, n bigint, n_missing bigint, total_mean double precision, total_sd double precision,
	alpha double precision, alpha_lb double precision, alpha_ub double precision, alpha_standardized double precision,
	omega double precision, omega_general double precision, estimator text,
	loading double precision[], item_rest_r double precision[], alpha_dropped double precision[], note text);

CREATE FUNCTION psyrad.reliability_accumulate(psyrad.reliability_state, items anyarray) RETURNS psyrad.reliability_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.reliability_combine(psyrad.reliability_state, psyrad.reliability_state) RETURNS psyrad.reliability_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.reliability_finish(psyrad.reliability_state) RETURNS psyrad.reliability_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.reliability_final(state psyrad.reliability_state, level double precision DEFAULT 0.95) RETURNS psyrad.reliability_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.cronbach_alpha_finish(psyrad.reliability_state) RETURNS double precision
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mcdonald_omega_finish(psyrad.reliability_state) RETURNS double precision
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20000 AS 'MODULE_PATHNAME';

CREATE AGGREGATE psyrad.reliability_state(items anyarray) (
	SFUNC = psyrad.reliability_accumulate, STYPE = psyrad.reliability_state, SSPACE = 2048, COMBINEFUNC = psyrad.reliability_combine, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.reliability_merge(state psyrad.reliability_state) (
	SFUNC = psyrad.reliability_combine, STYPE = psyrad.reliability_state, SSPACE = 2048, COMBINEFUNC = psyrad.reliability_combine, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.reliability(items anyarray) (
	SFUNC = psyrad.reliability_accumulate, STYPE = psyrad.reliability_state, SSPACE = 2048, COMBINEFUNC = psyrad.reliability_combine,
	FINALFUNC = psyrad.reliability_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.cronbach_alpha(items anyarray) (
	SFUNC = psyrad.reliability_accumulate, STYPE = psyrad.reliability_state, SSPACE = 2048, COMBINEFUNC = psyrad.reliability_combine,
	FINALFUNC = psyrad.cronbach_alpha_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mcdonald_omega(items anyarray) (
	SFUNC = psyrad.reliability_accumulate, STYPE = psyrad.reliability_state, SSPACE = 2048, COMBINEFUNC = psyrad.reliability_combine,
	FINALFUNC = psyrad.mcdonald_omega_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);

COMMENT ON TYPE psyrad.reliability_state IS
	'State of a scale''s reliability: how many people, and exact integer sums of their answers and of the products of two. Flat, validated, exact in text and binary form; the same people give the same bytes in any order and split. Merge with reliability_merge.';
COMMENT ON TYPE psyrad.reliability_result IS
	'Reliability of items over n people with every answer (n_missing lacked one). alpha: Cronbach''s, with Feldt''s interval; alpha_standardized over correlations; omega = (sum of correlations - uniquenesses) / sum of correlations, and omega_general = (sum of loadings)^2 / sum of correlations, with one factor by minimum residuals over correlations: psych::omega(nfactors = 1)''s omega.tot and omega_h. By item: loading, item_rest_r (correlation with the sum of the others), alpha_dropped (alpha without the item). NULL is not available, and note says why.';
COMMENT ON FUNCTION psyrad.reliability_state_in(cstring) IS 'text form of reliability_state: \x and the hexadecimal digits of its image; every byte is validated';
COMMENT ON FUNCTION psyrad.reliability_state_out(psyrad.reliability_state) IS 'text form of reliability_state';
COMMENT ON FUNCTION psyrad.reliability_state_recv(internal) IS 'binary form of reliability_state; every byte is validated';
COMMENT ON FUNCTION psyrad.reliability_state_send(psyrad.reliability_state) IS 'binary form of reliability_state';
COMMENT ON FUNCTION psyrad.reliability_accumulate(psyrad.reliability_state, anyarray) IS 'transition function of reliability and its companions; not to be called by itself';
COMMENT ON FUNCTION psyrad.reliability_combine(psyrad.reliability_state, psyrad.reliability_state) IS 'combine function of the aggregates over reliability_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.reliability_finish(psyrad.reliability_state) IS 'final function of reliability: reliability_final with its defaults';
COMMENT ON FUNCTION psyrad.reliability_final(psyrad.reliability_state, double precision) IS
	'Reliability of a state; see reliability_result. DEFAULTS: level 0.95, of alpha''s interval. Fewer than 3 items have no omega; a loading of 1 or more (Heywood case) has none either, and note says so. Errors: level outside (0, 1) or NULL.';
COMMENT ON FUNCTION psyrad.cronbach_alpha_finish(psyrad.reliability_state) IS 'final function of cronbach_alpha';
COMMENT ON FUNCTION psyrad.mcdonald_omega_finish(psyrad.reliability_state) IS 'final function of mcdonald_omega';
COMMENT ON AGGREGATE psyrad.reliability_state(anyarray) IS
	'Collects people: items is the array of one person''s answers (smallint, integer, bigint, numeric, real or double precision, integers in value, of magnitude up to 32767). A person with a NULL answer, or a NULL array, is left out and counted. NULL over no rows. Errors: another number of items than before, more than 512, an answer that is no integer.';
COMMENT ON AGGREGATE psyrad.reliability_merge(psyrad.reliability_state) IS
	'Merges states, for example of several sites; NULL states are skipped. The result does not depend on how the rows were split. Errors: different numbers of items.';
COMMENT ON AGGREGATE psyrad.reliability(anyarray) IS 'Reliability of a scale from arrays of one person''s answers, as reliability_final over reliability_state with its defaults; see reliability_result. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.cronbach_alpha(anyarray) IS 'Cronbach''s alpha of arrays of one person''s answers; who lacks one is left out. NULL where there is none (fewer than 2 people or items, a total that does not vary); reliability says why.';
COMMENT ON AGGREGATE psyrad.mcdonald_omega(anyarray) IS 'McDonald''s omega with one factor by minimum residuals (psych::omega''s omega.tot with nfactors = 1) of arrays of one person''s answers; who lacks one is left out. NULL where there is none; reliability says why.';
