-- Network meta-analysis.
CREATE TYPE psyrad.meta_network_state;
CREATE FUNCTION psyrad.meta_network_state_in(cstring) RETURNS psyrad.meta_network_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_network_state_out(psyrad.meta_network_state) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_network_state_recv(internal) RETURNS psyrad.meta_network_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_network_state_send(psyrad.meta_network_state) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE TYPE psyrad.meta_network_state (
	INPUT = psyrad.meta_network_state_in, OUTPUT = psyrad.meta_network_state_out,
	RECEIVE = psyrad.meta_network_state_recv, SEND = psyrad.meta_network_state_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended);

CREATE TYPE psyrad.meta_network_comparison AS (treat1 text, treat2 text, estimate double precision, se double precision,
	statistic double precision, p double precision, log_p double precision, ci_lb double precision, ci_ub double precision);
CREATE TYPE psyrad.meta_network_rank AS (rank integer, treatment text, p_score double precision);
CREATE TYPE psyrad.meta_network_split AS (treat1 text, treat2 text, k integer, share double precision,
	direct double precision, se_direct double precision, indirect double precision, se_indirect double precision,
	difference double precision, se_difference double precision, statistic double precision, p double precision);
CREATE TYPE psyrad.meta_network_result AS (
	k integer, comparisons integer, missing integer, designs integer, method text, level double precision, treatments text[],
	tau2 double precision, i2 double precision, q double precision, q_df double precision, q_p double precision,
	q_within double precision, q_within_df double precision, q_within_p double precision,
	q_between double precision, q_between_df double precision, q_between_p double precision,
	q_interaction double precision, q_interaction_p double precision, tau2_within double precision, loglik double precision,
	league psyrad.meta_network_comparison[], ranks psyrad.meta_network_rank[], splits psyrad.meta_network_split[], note text);

CREATE FUNCTION psyrad.meta_network_accumulate(psyrad.meta_network_state, study text, treat1 text, treat2 text,
	yi double precision, vi double precision) RETURNS psyrad.meta_network_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_network_accumulate(psyrad.meta_network_state, study text, treat1 text, treat2 text,
	yi double precision, vi double precision, method text) RETURNS psyrad.meta_network_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_network_combine(psyrad.meta_network_state, psyrad.meta_network_state) RETURNS psyrad.meta_network_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_network_state_finish(psyrad.meta_network_state) RETURNS psyrad.meta_network_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_network_finish(psyrad.meta_network_state) RETURNS psyrad.meta_network_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_network_final(state psyrad.meta_network_state, method text DEFAULT 'REML', level double precision DEFAULT 0.95,
	small_values text DEFAULT 'desirable') RETURNS psyrad.meta_network_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50000 AS 'MODULE_PATHNAME';

CREATE AGGREGATE psyrad.meta_network_state(study text, treat1 text, treat2 text, yi double precision, vi double precision) (
	SFUNC = psyrad.meta_network_accumulate, STYPE = psyrad.meta_network_state, SSPACE = 2048, COMBINEFUNC = psyrad.meta_network_combine,
	FINALFUNC = psyrad.meta_network_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_network_merge(state psyrad.meta_network_state) (
	SFUNC = psyrad.meta_network_combine, STYPE = psyrad.meta_network_state, SSPACE = 4096, COMBINEFUNC = psyrad.meta_network_combine,
	FINALFUNC = psyrad.meta_network_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_network(study text, treat1 text, treat2 text, yi double precision, vi double precision) (
	SFUNC = psyrad.meta_network_accumulate, STYPE = psyrad.meta_network_state, SSPACE = 2048, COMBINEFUNC = psyrad.meta_network_combine,
	FINALFUNC = psyrad.meta_network_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_network(study text, treat1 text, treat2 text, yi double precision, vi double precision, method text) (
	SFUNC = psyrad.meta_network_accumulate, STYPE = psyrad.meta_network_state, SSPACE = 2048, COMBINEFUNC = psyrad.meta_network_combine,
	FINALFUNC = psyrad.meta_network_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);

COMMENT ON TYPE psyrad.meta_network_state IS
	'State of a network meta-analysis: comparisons with the names of study and treatments, and the number of rows with NULLs. Flat, validated, exact in text '
	'and binary form, sorted. Merge with meta_network_merge, finish with meta_network_final.';
COMMENT ON TYPE psyrad.meta_network_comparison IS 'One cell of a league table: treat1 minus treat2, in the unit of yi; test and interval are normal.';
COMMENT ON TYPE psyrad.meta_network_rank IS 'P-score of a treatment (Rücker & Schwarzer 2015): mean certainty, 0 to 1, of being better than another; rank 1 is the best.';
COMMENT ON TYPE psyrad.meta_network_split IS
	'Direct against indirect evidence on treat1 minus treat2, from k studies that have both; share is the weight of direct evidence, 0 to 1. NULL where there is no indirect evidence.';
COMMENT ON TYPE psyrad.meta_network_result IS
	'A network meta-analysis: k studies, comparisons (rows), missing rows, designs (sets of treatments compared in a trial). q is generalised Q at tau2 = 0, the sum of '
	'q_within (designs) and q_between (design-by-treatment inconsistency); q_interaction is q_between with the heterogeneity tau2_within of designs. '
	'i2 in per cent; loglik restricted for REML, in an orthonormal basis of contrasts (differences between methods or data of one network have a meaning). '
	'league: every ordered pair; ranks: best first; splits: every comparison made. Read with unnest(r.league). NULL is "not available", and note says why.';
COMMENT ON FUNCTION psyrad.meta_network_state_in(cstring) IS 'text form of meta_network_state: \x and the hexadecimal digits of its image; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_network_state_out(psyrad.meta_network_state) IS 'text form of meta_network_state';
COMMENT ON FUNCTION psyrad.meta_network_state_recv(internal) IS 'binary form of meta_network_state; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_network_state_send(psyrad.meta_network_state) IS 'binary form of meta_network_state';
COMMENT ON FUNCTION psyrad.meta_network_accumulate(psyrad.meta_network_state, text, text, text, double precision, double precision) IS
	'transition function of meta_network_state and meta_network; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_network_accumulate(psyrad.meta_network_state, text, text, text, double precision, double precision, text) IS
	'transition function of meta_network; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_network_combine(psyrad.meta_network_state, psyrad.meta_network_state) IS
	'combine function of meta_network_state, meta_network_merge and meta_network; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_network_state_finish(psyrad.meta_network_state) IS 'the state in its canonical form: comparisons sorted, no unused room';
COMMENT ON FUNCTION psyrad.meta_network_finish(psyrad.meta_network_state) IS 'final function of meta_network: meta_network_final with what the aggregate was asked for';
COMMENT ON FUNCTION psyrad.meta_network_final(psyrad.meta_network_state, text, double precision, text) IS
	'Frequentist network meta-analysis of a state (generalised least squares; the numbers of netmeta). DEFAULTS: method ''REML'', level 0.95, small_values ''desirable''. '
	'method: EE (common effect), DL (generalised method of moments), PM, ML, REML; heterogeneity tau2 is of every pairwise effect. '
	'small_values: desirable (small effects rank first, as for depression scores) or undesirable. Multi-arm trials are exact: the covariance follows from the pairwise variances, so that '
	'a trial of m arms must give all m(m-1)/2 pairs. Errors, which name the study: incomplete, repeated or contradictory pairs (beyond .01 se), variances that imply a negative variance of an arm; '
	'networks in several parts, which are named; vi not positive. NULL state: NULL.';
COMMENT ON AGGREGATE psyrad.meta_network_state(text, text, text, double precision, double precision) IS
	'Collects comparisons: study, treat1, treat2, effect yi of treat1 minus treat2, sampling variance vi. Rows with NULL are skipped and counted. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_network_merge(psyrad.meta_network_state) IS 'Merges states; NULL states are skipped. A trial''s comparisons may be spread over several.';
COMMENT ON AGGREGATE psyrad.meta_network(text, text, text, double precision, double precision) IS
	'Network meta-analysis by REML: study, treat1, treat2, yi (treat1 minus treat2), vi. More options: meta_network_final over meta_network_state.';
COMMENT ON AGGREGATE psyrad.meta_network(text, text, text, double precision, double precision, text) IS
	'The same with a method (see meta_network_final), one for all rows of a group.';
