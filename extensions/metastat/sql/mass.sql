-- Meta-analysis element by element over vectors.
CREATE TYPE psyrad.mass_meta_state;
CREATE FUNCTION psyrad.mass_meta_state_in(cstring) RETURNS psyrad.mass_meta_state LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_meta_state_out(psyrad.mass_meta_state) RETURNS cstring LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_meta_state_recv(internal) RETURNS psyrad.mass_meta_state LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_meta_state_send(psyrad.mass_meta_state) RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE TYPE psyrad.mass_meta_state (
	INPUT = psyrad.mass_meta_state_in, OUTPUT = psyrad.mass_meta_state_out, RECEIVE = psyrad.mass_meta_state_recv, SEND = psyrad.mass_meta_state_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = external);
COMMENT ON TYPE psyrad.mass_meta_state IS
	'State of mass_meta: the vectors yi and vi of each study, 8 bytes an element and study for real[], 16 otherwise; NaN where missing. Flat, validated, exact in text and binary form, sorted. Merge with mass_meta_merge, finish with mass_meta_final. At most 1 GB.';
COMMENT ON FUNCTION psyrad.mass_meta_state_in(cstring) IS 'text form of mass_meta_state: \x and the hexadecimal digits of its image; every byte is validated';
COMMENT ON FUNCTION psyrad.mass_meta_state_out(psyrad.mass_meta_state) IS 'text form of mass_meta_state';
COMMENT ON FUNCTION psyrad.mass_meta_state_recv(internal) IS 'binary form of mass_meta_state; every byte is validated';
COMMENT ON FUNCTION psyrad.mass_meta_state_send(psyrad.mass_meta_state) IS 'binary form of mass_meta_state';
CREATE TYPE psyrad.mass_meta_result AS (
	k integer[], estimate double precision[], se double precision[], statistic double precision[], df double precision[], p double precision[], log_p double precision[],
	ci_lb double precision[], ci_ub double precision[], tau2 double precision[], i2 double precision[], q double precision[], q_p double precision[],
	method text, test text, note text);
CREATE FUNCTION psyrad.mass_meta_accumulate(psyrad.mass_meta_state, yi anyarray, vi anyarray) RETURNS psyrad.mass_meta_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_meta_accumulate(psyrad.mass_meta_state, yi anyarray, vi anyarray, method text) RETURNS psyrad.mass_meta_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_meta_accumulate(psyrad.mass_meta_state, yi anyarray, vi anyarray, method text, test text) RETURNS psyrad.mass_meta_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_meta_combine(psyrad.mass_meta_state, psyrad.mass_meta_state) RETURNS psyrad.mass_meta_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_meta_state_finish(psyrad.mass_meta_state) RETURNS psyrad.mass_meta_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_meta_finish(psyrad.mass_meta_state) RETURNS psyrad.mass_meta_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_meta_final(state psyrad.mass_meta_state, method text DEFAULT 'REML', test text DEFAULT 'z', level double precision DEFAULT 0.95)
	RETURNS psyrad.mass_meta_result LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_meta_unnest(r psyrad.mass_meta_result, OUT element integer, OUT k integer, OUT estimate double precision, OUT se double precision,
	OUT statistic double precision, OUT df double precision, OUT p double precision, OUT log_p double precision, OUT ci_lb double precision, OUT ci_ub double precision,
	OUT tau2 double precision, OUT i2 double precision, OUT q double precision, OUT q_p double precision, OUT q_bh double precision, OUT m integer) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 1000 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.mass_meta_state(yi anyarray, vi anyarray) (
	SFUNC = psyrad.mass_meta_accumulate, STYPE = psyrad.mass_meta_state, SSPACE = 1000000, COMBINEFUNC = psyrad.mass_meta_combine,
	FINALFUNC = psyrad.mass_meta_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_meta_merge(state psyrad.mass_meta_state) (
	SFUNC = psyrad.mass_meta_combine, STYPE = psyrad.mass_meta_state, SSPACE = 1000000, COMBINEFUNC = psyrad.mass_meta_combine,
	FINALFUNC = psyrad.mass_meta_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_meta(yi anyarray, vi anyarray) (
	SFUNC = psyrad.mass_meta_accumulate, STYPE = psyrad.mass_meta_state, SSPACE = 1000000, COMBINEFUNC = psyrad.mass_meta_combine,
	FINALFUNC = psyrad.mass_meta_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_meta(yi anyarray, vi anyarray, method text) (
	SFUNC = psyrad.mass_meta_accumulate, STYPE = psyrad.mass_meta_state, SSPACE = 1000000, COMBINEFUNC = psyrad.mass_meta_combine,
	FINALFUNC = psyrad.mass_meta_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_meta(yi anyarray, vi anyarray, method text, test text) (
	SFUNC = psyrad.mass_meta_accumulate, STYPE = psyrad.mass_meta_state, SSPACE = 1000000, COMBINEFUNC = psyrad.mass_meta_combine,
	FINALFUNC = psyrad.mass_meta_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);

COMMENT ON TYPE psyrad.mass_meta_result IS
	'Pooled effects of every element, arrays of one length in the order of the vectors: k studies there, estimate, se, statistic, df (NaN for a normal test), p, log_p, interval, tau2, '
	'i2 (per cent), Cochran''s q and its p. NaN is "not available"; note counts the elements that are fragile or have no answer. Rows: mass_meta_unnest.';
COMMENT ON FUNCTION psyrad.mass_meta_accumulate(psyrad.mass_meta_state, anyarray, anyarray) IS 'transition function of mass_meta; not to be called by itself';
COMMENT ON FUNCTION psyrad.mass_meta_accumulate(psyrad.mass_meta_state, anyarray, anyarray, text) IS 'transition function of mass_meta; not to be called by itself';
COMMENT ON FUNCTION psyrad.mass_meta_accumulate(psyrad.mass_meta_state, anyarray, anyarray, text, text) IS 'transition function of mass_meta; not to be called by itself';
COMMENT ON FUNCTION psyrad.mass_meta_combine(psyrad.mass_meta_state, psyrad.mass_meta_state) IS 'combine function of the mass_meta aggregates; not to be called by itself';
COMMENT ON FUNCTION psyrad.mass_meta_state_finish(psyrad.mass_meta_state) IS 'the state in its canonical form: studies sorted, no unused room';
COMMENT ON FUNCTION psyrad.mass_meta_finish(psyrad.mass_meta_state) IS 'final function of mass_meta: mass_meta_final with what the aggregate was asked for';
COMMENT ON FUNCTION psyrad.mass_meta_final(psyrad.mass_meta_state, text, text, double precision) IS
	'The meta-analysis of every element of a state, with the numbers of meta on that element''s studies. DEFAULTS: method ''REML'', test ''z'', level 0.95; names as for meta_final. '
	'NULL state: NULL. Errors: unknown names, NULL options, level outside (0, 1).';
COMMENT ON FUNCTION psyrad.mass_meta_unnest(psyrad.mass_meta_result) IS
	'One row per element (from 1). q_bh is Benjamini and Hochberg''s adjusted p over the m elements that have a p; q is Cochran''s Q. NaN becomes NULL.';
COMMENT ON AGGREGATE psyrad.mass_meta_state(anyarray, anyarray) IS
	'Collects the vectors of studies: yi and vi of one length, real[] or double precision[] (other numbers count as double precision). NULL and NaN elements are missing for that element alone; '
	'a row whose yi or vi is NULL is skipped and counted. Of connectomes take conn_edges(c): this extension knows no connectomes. Errors: infinite values, vi not positive, lengths that differ.';
COMMENT ON AGGREGATE psyrad.mass_meta_merge(psyrad.mass_meta_state) IS 'Merges states; NULL states are skipped. The result does not depend on how the rows were split.';
COMMENT ON AGGREGATE psyrad.mass_meta(anyarray, anyarray) IS
	'Random-effects meta-analysis (REML, test z, level 0.95) of every element of vectors: regions, edges, voxels; image-based meta-analysis. yi and vi as for mass_meta_state; edges of connectomes by conn_edges(c).';
COMMENT ON AGGREGATE psyrad.mass_meta(anyarray, anyarray, text) IS 'The same with a method (see meta_final), one for all rows of a group.';
COMMENT ON AGGREGATE psyrad.mass_meta(anyarray, anyarray, text, text) IS 'The same with a method and a test (see meta_final), one each for all rows of a group.';

-- Combination of z and p.
CREATE TYPE psyrad.mass_combine_state;
CREATE FUNCTION psyrad.mass_combine_state_in(cstring) RETURNS psyrad.mass_combine_state LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_combine_state_out(psyrad.mass_combine_state) RETURNS cstring LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_combine_state_recv(internal) RETURNS psyrad.mass_combine_state LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_combine_state_send(psyrad.mass_combine_state) RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE TYPE psyrad.mass_combine_state (
	INPUT = psyrad.mass_combine_state_in, OUTPUT = psyrad.mass_combine_state_out, RECEIVE = psyrad.mass_combine_state_recv, SEND = psyrad.mass_combine_state_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = external);
COMMENT ON TYPE psyrad.mass_combine_state IS
	'State of mass_stouffer or mass_fisher: 32 bytes an element. Flat, validated, exact in text and binary form.';
COMMENT ON FUNCTION psyrad.mass_combine_state_in(cstring) IS 'text form of mass_combine_state: \x and the hexadecimal digits of its image; every byte is validated';
COMMENT ON FUNCTION psyrad.mass_combine_state_out(psyrad.mass_combine_state) IS 'text form of mass_combine_state';
COMMENT ON FUNCTION psyrad.mass_combine_state_recv(internal) IS 'binary form of mass_combine_state; every byte is validated';
COMMENT ON FUNCTION psyrad.mass_combine_state_send(psyrad.mass_combine_state) IS 'binary form of mass_combine_state';
CREATE TYPE psyrad.mass_combine_result AS (k integer[], statistic double precision[], df double precision[], p double precision[], log_p double precision[], note text);
CREATE FUNCTION psyrad.mass_stouffer_accumulate(psyrad.mass_combine_state, z anyarray) RETURNS psyrad.mass_combine_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_stouffer_accumulate(psyrad.mass_combine_state, z anyarray, weight double precision) RETURNS psyrad.mass_combine_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_fisher_accumulate(psyrad.mass_combine_state, p anyarray) RETURNS psyrad.mass_combine_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_combine_merge(psyrad.mass_combine_state, psyrad.mass_combine_state) RETURNS psyrad.mass_combine_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_combine_finish(state psyrad.mass_combine_state) RETURNS psyrad.mass_combine_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.mass_stouffer(z anyarray) (
	SFUNC = psyrad.mass_stouffer_accumulate, STYPE = psyrad.mass_combine_state, SSPACE = 1000000, COMBINEFUNC = psyrad.mass_combine_merge,
	FINALFUNC = psyrad.mass_combine_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_stouffer_state(z anyarray) (
	SFUNC = psyrad.mass_stouffer_accumulate, STYPE = psyrad.mass_combine_state, SSPACE = 1000000, COMBINEFUNC = psyrad.mass_combine_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_stouffer(z anyarray, weight double precision) (
	SFUNC = psyrad.mass_stouffer_accumulate, STYPE = psyrad.mass_combine_state, SSPACE = 1000000, COMBINEFUNC = psyrad.mass_combine_merge,
	FINALFUNC = psyrad.mass_combine_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_stouffer_state(z anyarray, weight double precision) (
	SFUNC = psyrad.mass_stouffer_accumulate, STYPE = psyrad.mass_combine_state, SSPACE = 1000000, COMBINEFUNC = psyrad.mass_combine_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_fisher(p anyarray) (
	SFUNC = psyrad.mass_fisher_accumulate, STYPE = psyrad.mass_combine_state, SSPACE = 1000000, COMBINEFUNC = psyrad.mass_combine_merge,
	FINALFUNC = psyrad.mass_combine_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_fisher_state(p anyarray) (
	SFUNC = psyrad.mass_fisher_accumulate, STYPE = psyrad.mass_combine_state, SSPACE = 1000000, COMBINEFUNC = psyrad.mass_combine_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_combine_merge(state psyrad.mass_combine_state) (
	SFUNC = psyrad.mass_combine_merge, STYPE = psyrad.mass_combine_state, SSPACE = 1000000, COMBINEFUNC = psyrad.mass_combine_merge, PARALLEL = SAFE);

CREATE FUNCTION psyrad.mass_combine_final(state psyrad.mass_combine_state) RETURNS psyrad.mass_combine_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'mass_combine_finish';

COMMENT ON TYPE psyrad.mass_combine_result IS
	'Combined statistics of every element: k values, statistic (z, or chi-square), df (NaN for z, 2k for chi-square), p, log_p. NaN where an element has no value.';
COMMENT ON FUNCTION psyrad.mass_stouffer_accumulate(psyrad.mass_combine_state, anyarray) IS 'transition function of mass_stouffer; not to be called by itself';
COMMENT ON FUNCTION psyrad.mass_stouffer_accumulate(psyrad.mass_combine_state, anyarray, double precision) IS 'transition function of mass_stouffer; not to be called by itself';
COMMENT ON FUNCTION psyrad.mass_fisher_accumulate(psyrad.mass_combine_state, anyarray) IS 'transition function of mass_fisher; not to be called by itself';
COMMENT ON FUNCTION psyrad.mass_combine_merge(psyrad.mass_combine_state, psyrad.mass_combine_state) IS 'combine function of mass_stouffer and mass_fisher; not to be called by itself';
COMMENT ON FUNCTION psyrad.mass_combine_finish(psyrad.mass_combine_state) IS 'final function of mass_stouffer and mass_fisher';
COMMENT ON FUNCTION psyrad.mass_combine_final(psyrad.mass_combine_state) IS
	'The combined statistics of a state of mass_stouffer_state or mass_fisher_state, to the bit whatever the split: sums are carried with twice the precision. NULL state: NULL.';
COMMENT ON AGGREGATE psyrad.mass_stouffer(anyarray) IS
	'Stouffer''s combination of z vectors element by element: sum z / sqrt(k), two-sided p. NULL and NaN elements are missing for that element alone. Errors: infinite z, lengths that differ.';
COMMENT ON AGGREGATE psyrad.mass_stouffer(anyarray, double precision) IS
	'The same with a weight per study (Lipták): sum w z / sqrt(sum w^2); the square root of the sample size is usual. Errors: weight not positive.';
COMMENT ON AGGREGATE psyrad.mass_fisher(anyarray) IS
	'Fisher''s combination of vectors of one-sided p: -2 sum ln p, chi-square with 2k df. NULL and NaN elements are missing. Errors: p not in (0, 1]; lengths that differ.';
COMMENT ON AGGREGATE psyrad.mass_stouffer_state(anyarray) IS 'The state of mass_stouffer, for mass_combine_merge and mass_combine_final.';
COMMENT ON AGGREGATE psyrad.mass_stouffer_state(anyarray, double precision) IS 'The state of mass_stouffer with weights, for mass_combine_merge and mass_combine_final.';
COMMENT ON AGGREGATE psyrad.mass_fisher_state(anyarray) IS 'The state of mass_fisher, for mass_combine_merge and mass_combine_final.';
COMMENT ON AGGREGATE psyrad.mass_combine_merge(psyrad.mass_combine_state) IS 'Merges states of one combination; NULL states are skipped.';
