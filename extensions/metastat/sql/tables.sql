-- 2x2 tables: pooling by Mantel-Haenszel and Peto, and the tests of small-study effects that need counts.
CREATE TYPE psyrad.meta_table_state;
CREATE FUNCTION psyrad.meta_table_state_in(cstring) RETURNS psyrad.meta_table_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_table_state_out(psyrad.meta_table_state) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_table_state_recv(internal) RETURNS psyrad.meta_table_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_table_state_send(psyrad.meta_table_state) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE TYPE psyrad.meta_table_state (
	INPUT = psyrad.meta_table_state_in, OUTPUT = psyrad.meta_table_state_out, RECEIVE = psyrad.meta_table_state_recv, SEND = psyrad.meta_table_state_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended);
CREATE TYPE psyrad.meta_table_result AS (k integer, k_effects integer, k_missing integer, measure text, estimate double precision, se double precision, statistic double precision, p double precision, log_p double precision,
	ci_lb double precision, ci_ub double precision, q double precision, q_df double precision, q_p double precision, i2 double precision, h2 double precision, mh double precision, mh_p double precision, bd double precision, bd_df double precision, bd_p double precision, ta double precision, ta_p double precision, note text);

CREATE FUNCTION psyrad.meta_table_accumulate(psyrad.meta_table_state, a double precision, b double precision, c double precision, d double precision) RETURNS psyrad.meta_table_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_table_accumulate(psyrad.meta_table_state, a double precision, b double precision, c double precision, d double precision, measure text) RETURNS psyrad.meta_table_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_table_combine(psyrad.meta_table_state, psyrad.meta_table_state) RETURNS psyrad.meta_table_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_table_finish(psyrad.meta_table_state) RETURNS psyrad.meta_table_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_table_state(a double precision, b double precision, c double precision, d double precision) (
	SFUNC = psyrad.meta_table_accumulate, STYPE = psyrad.meta_table_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_table_combine,
	FINALFUNC = psyrad.meta_table_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_table_merge(state psyrad.meta_table_state) (
	SFUNC = psyrad.meta_table_combine, STYPE = psyrad.meta_table_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_table_combine,
	FINALFUNC = psyrad.meta_table_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE FUNCTION psyrad.meta_mh_finish(psyrad.meta_table_state) RETURNS psyrad.meta_table_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_mh(a double precision, b double precision, c double precision, d double precision) (
	SFUNC = psyrad.meta_table_accumulate, STYPE = psyrad.meta_table_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_table_combine,
	FINALFUNC = psyrad.meta_mh_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_mh(a double precision, b double precision, c double precision, d double precision, measure text) (
	SFUNC = psyrad.meta_table_accumulate, STYPE = psyrad.meta_table_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_table_combine,
	FINALFUNC = psyrad.meta_mh_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE FUNCTION psyrad.meta_mh_final(state psyrad.meta_table_state, measure text DEFAULT 'OR', level double precision DEFAULT 0.95, correct boolean DEFAULT true,
	add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', drop00 boolean DEFAULT true, add_pooled double precision DEFAULT 0, to_pooled text DEFAULT 'none', drop00_pooled boolean DEFAULT false)
	RETURNS psyrad.meta_table_result LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_peto_finish(psyrad.meta_table_state) RETURNS psyrad.meta_table_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_peto(a double precision, b double precision, c double precision, d double precision) (
	SFUNC = psyrad.meta_table_accumulate, STYPE = psyrad.meta_table_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_table_combine,
	FINALFUNC = psyrad.meta_peto_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE FUNCTION psyrad.meta_peto_final(state psyrad.meta_table_state, level double precision DEFAULT 0.95)
	RETURNS psyrad.meta_table_result LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_harbord_finish(psyrad.meta_table_state) RETURNS psyrad.meta_bias
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_harbord(a double precision, b double precision, c double precision, d double precision) (
	SFUNC = psyrad.meta_table_accumulate, STYPE = psyrad.meta_table_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_table_combine,
	FINALFUNC = psyrad.meta_harbord_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE FUNCTION psyrad.meta_harbord_final(state psyrad.meta_table_state) RETURNS psyrad.meta_bias
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'meta_harbord_finish';
CREATE FUNCTION psyrad.meta_peters_finish(psyrad.meta_table_state) RETURNS psyrad.meta_bias
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_peters(a double precision, b double precision, c double precision, d double precision) (
	SFUNC = psyrad.meta_table_accumulate, STYPE = psyrad.meta_table_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_table_combine,
	FINALFUNC = psyrad.meta_peters_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE FUNCTION psyrad.meta_peters_final(state psyrad.meta_table_state) RETURNS psyrad.meta_bias
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'meta_peters_finish';
CREATE FUNCTION psyrad.meta_macaskill_finish(psyrad.meta_table_state) RETURNS psyrad.meta_bias
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_macaskill(a double precision, b double precision, c double precision, d double precision) (
	SFUNC = psyrad.meta_table_accumulate, STYPE = psyrad.meta_table_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_table_combine,
	FINALFUNC = psyrad.meta_macaskill_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE FUNCTION psyrad.meta_macaskill_final(state psyrad.meta_table_state) RETURNS psyrad.meta_bias
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'meta_macaskill_finish';
CREATE FUNCTION psyrad.meta_deeks_finish(psyrad.meta_table_state) RETURNS psyrad.meta_bias
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_deeks(a double precision, b double precision, c double precision, d double precision) (
	SFUNC = psyrad.meta_table_accumulate, STYPE = psyrad.meta_table_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_table_combine,
	FINALFUNC = psyrad.meta_deeks_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE FUNCTION psyrad.meta_deeks_final(state psyrad.meta_table_state) RETURNS psyrad.meta_bias
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'meta_deeks_finish';

COMMENT ON TYPE psyrad.meta_table_state IS '2x2 tables of a meta-analysis, 32 bytes each. Flat, validated and exact in text and binary form; sorted, so that the same tables give the same bytes in any order. Merge with meta_table_merge.';
CREATE FUNCTION psyrad.meta_sentence(result psyrad.meta_table_result) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'meta_table_sentence';
COMMENT ON FUNCTION psyrad.meta_sentence(psyrad.meta_table_result) IS
	'The line a paper would print of a Mantel-Haenszel or Peto mean: odds and risk ratios as ratios, risk differences as they are; interval, z test, heterogeneity.';
COMMENT ON TYPE psyrad.meta_table_result IS 'A common effect of k tables, by z: estimate (log of OR and RR) and interval; q, i2, h2 from the k_effects studies that have an effect of their own; mh: Cochran-Mantel-Haenszel test (1 df); bd, ta: Breslow-Day and Tarone tests of equal odds ratios; those for OR only. k_missing rows without all counts. NULL is not available, and note says why.';
COMMENT ON FUNCTION psyrad.meta_table_state_in(cstring) IS 'text form of meta_table_state; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_table_state_out(psyrad.meta_table_state) IS 'text form of meta_table_state; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_table_state_recv(internal) IS 'binary form of meta_table_state; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_table_state_send(psyrad.meta_table_state) IS 'binary form of meta_table_state; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_table_accumulate(psyrad.meta_table_state, double precision, double precision, double precision, double precision) IS 'transition function; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_table_accumulate(psyrad.meta_table_state, double precision, double precision, double precision, double precision, text) IS 'transition function; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_table_combine(psyrad.meta_table_state, psyrad.meta_table_state) IS 'combine function; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_table_finish(psyrad.meta_table_state) IS 'the state in its canonical form: sorted, no unused room';
COMMENT ON AGGREGATE psyrad.meta_table_state(double precision, double precision, double precision, double precision) IS 'Collects 2x2 tables: a with the event and b without in the first group, c and d in the second. A row without all counts is skipped and counted. NULL over no rows. Errors: negative counts, NaN, infinity.';
COMMENT ON AGGREGATE psyrad.meta_table_merge(psyrad.meta_table_state) IS 'Merges states, for example of several sites; NULL states are skipped. The result does not depend on how the rows were split.';
COMMENT ON FUNCTION psyrad.meta_mh_finish(psyrad.meta_table_state) IS 'final function of meta_mh: its defaults';
COMMENT ON AGGREGATE psyrad.meta_mh(double precision, double precision, double precision, double precision) IS
	'Common odds ratio by Mantel-Haenszel (metafor''s rma.mh). DEFAULTS: those of meta_mh_final. Rows without all counts are counted in k_missing. Errors: negative counts, NaN, infinity.';
COMMENT ON AGGREGATE psyrad.meta_mh(double precision, double precision, double precision, double precision, text) IS 'The same with a measure, OR, RR or RD, one for all rows of a group.';
COMMENT ON FUNCTION psyrad.meta_mh_final(psyrad.meta_table_state, text, double precision, boolean, double precision, text, boolean, double precision, text, boolean) IS
	'Common effect of 2x2 tables by Mantel-Haenszel (metafor''s rma.mh). measure: OR (variance of Robins, Breslow & Greenland 1986), RR (Greenland & Robins 1985), RD (Sato, Greenland & Robins 1989). correct: continuity correction of the test mh. add, to, drop00: of the studies'' own effects, of which Q is made (see effect_or); *_pooled: of the pooled estimate, which needs no constant. DEFAULTS: measure ''OR'', level 0.95, correct true, add 0.5, to ''only0'', drop00 true, add_pooled 0, to_pooled ''none'', drop00_pooled false. Errors: unknown names, NULL options, negative constants.';
COMMENT ON FUNCTION psyrad.meta_peto_finish(psyrad.meta_table_state) IS 'final function of meta_peto: its defaults';
COMMENT ON AGGREGATE psyrad.meta_peto(double precision, double precision, double precision, double precision) IS
	'Common log odds ratio by Peto''s method (metafor''s rma.peto): sum (O - E) / sum V, no constant added. DEFAULTS: those of meta_peto_final. Rows without all counts are counted in k_missing. Errors: negative counts, NaN, infinity.';
COMMENT ON FUNCTION psyrad.meta_peto_final(psyrad.meta_table_state, double precision) IS 'Common log odds ratio by Peto''s method over a state (Yusuf et al. 1985). DEFAULTS: level 0.95.';
COMMENT ON FUNCTION psyrad.meta_harbord_finish(psyrad.meta_table_state) IS 'final function of meta_harbord: its defaults';
COMMENT ON AGGREGATE psyrad.meta_harbord(double precision, double precision, double precision, double precision) IS
	'Harbord''s test (2006): the efficient score over its variance, Z/V, on 1/sqrt(V), weights V; t with k - 2 df. Tables where nobody or everybody had the event are left out. Rows without all counts are counted in k_missing. Errors: negative counts, NaN, infinity.';
COMMENT ON FUNCTION psyrad.meta_harbord_final(psyrad.meta_table_state) IS 'The test over a state; see the aggregate meta_harbord.';
COMMENT ON FUNCTION psyrad.meta_peters_finish(psyrad.meta_table_state) IS 'final function of meta_peters: its defaults';
COMMENT ON AGGREGATE psyrad.meta_peters(double precision, double precision, double precision, double precision) IS
	'Peters'' test (2006): log odds ratios on 1/n, weights 1/(1/events + 1/others); t with k - 2 df. Tables where nobody or everybody had the event are left out; 1/2 is added to tables with a zero. Rows without all counts are counted in k_missing. Errors: negative counts, NaN, infinity.';
COMMENT ON FUNCTION psyrad.meta_peters_final(psyrad.meta_table_state) IS 'The test over a state; see the aggregate meta_peters.';
COMMENT ON FUNCTION psyrad.meta_macaskill_finish(psyrad.meta_table_state) IS 'final function of meta_macaskill: its defaults';
COMMENT ON AGGREGATE psyrad.meta_macaskill(double precision, double precision, double precision, double precision) IS
	'Macaskill''s test (2001): log odds ratios on n, weights 1/(1/events + 1/others); t with k - 2 df. Tables where nobody or everybody had the event are left out; 1/2 is added to tables with a zero. Rows without all counts are counted in k_missing. Errors: negative counts, NaN, infinity.';
COMMENT ON FUNCTION psyrad.meta_macaskill_final(psyrad.meta_table_state) IS 'The test over a state; see the aggregate meta_macaskill.';
COMMENT ON FUNCTION psyrad.meta_deeks_finish(psyrad.meta_table_state) IS 'final function of meta_deeks: its defaults';
COMMENT ON AGGREGATE psyrad.meta_deeks(double precision, double precision, double precision, double precision) IS
	'Deeks'' test (2005), for diagnostic accuracy (a true positive, b false negative, c false positive, d true negative): log odds ratios on 1/sqrt(ESS), weights ESS = 4 n1 n2/(n1 + n2); t with k - 2 df. Tables where nobody or everybody had the event are left out; 1/2 is added to tables with a zero. Rows without all counts are counted in k_missing. Errors: negative counts, NaN, infinity.';
COMMENT ON FUNCTION psyrad.meta_deeks_final(psyrad.meta_table_state) IS 'The test over a state; see the aggregate meta_deeks.';
