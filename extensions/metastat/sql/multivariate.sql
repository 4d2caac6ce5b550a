-- Several outcomes of a study in one model.
CREATE TYPE psyrad.meta_multivariate_state;
CREATE FUNCTION psyrad.meta_multivariate_state_in(cstring) RETURNS psyrad.meta_multivariate_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multivariate_state_out(psyrad.meta_multivariate_state) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multivariate_state_recv(internal) RETURNS psyrad.meta_multivariate_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multivariate_state_send(psyrad.meta_multivariate_state) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE TYPE psyrad.meta_multivariate_state (
	INPUT = psyrad.meta_multivariate_state_in, OUTPUT = psyrad.meta_multivariate_state_out,
	RECEIVE = psyrad.meta_multivariate_state_recv, SEND = psyrad.meta_multivariate_state_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended);

CREATE TYPE psyrad.meta_multivariate_result AS (
	k integer, k_missing integer, studies integer, outcomes text[], structure text, method text, test text, level double precision,
	sampling_rho double precision, means text,
	beta double precision[], se double precision[], statistic double precision[], df double precision, p double precision[],
	ci_lb double precision[], ci_ub double precision[],
	qm double precision, qm_df double precision, qm_p double precision, qe double precision, qe_df double precision, qe_p double precision,
	tau2 double precision[], rho double precision[], g double precision[],
	loglik double precision, aic double precision, bic double precision, aicc double precision,
	vcov double precision[], note text);

CREATE FUNCTION psyrad.meta_outcomes_accumulate(psyrad.meta_multivariate_state, yi double precision, vi double precision, study "any", outcome "any") RETURNS psyrad.meta_multivariate_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 8 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_outcomes_accumulate(psyrad.meta_multivariate_state, yi double precision, vi double precision, study "any", outcome "any", v double precision[]) RETURNS psyrad.meta_multivariate_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 8 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_outcomes_accumulate(psyrad.meta_multivariate_state, yi double precision, vi double precision, study "any", outcome "any", v double precision[], x double precision[]) RETURNS psyrad.meta_multivariate_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 8 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multivariate_accumulate(psyrad.meta_multivariate_state, yi double precision, vi double precision, study "any", outcome "any") RETURNS psyrad.meta_multivariate_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 8 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multivariate_accumulate(psyrad.meta_multivariate_state, yi double precision, vi double precision, study "any", outcome "any", structure text) RETURNS psyrad.meta_multivariate_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 8 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multivariate_accumulate(psyrad.meta_multivariate_state, yi double precision, vi double precision, study "any", outcome "any", structure text, method text) RETURNS psyrad.meta_multivariate_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 8 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multivariate_v_accumulate(psyrad.meta_multivariate_state, yi double precision, vi double precision, study "any", outcome "any", v double precision[]) RETURNS psyrad.meta_multivariate_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 8 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multivariate_v_accumulate(psyrad.meta_multivariate_state, yi double precision, vi double precision, study "any", outcome "any", v double precision[], structure text) RETURNS psyrad.meta_multivariate_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 8 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multivariate_v_accumulate(psyrad.meta_multivariate_state, yi double precision, vi double precision, study "any", outcome "any", v double precision[], structure text, method text) RETURNS psyrad.meta_multivariate_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 8 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multivariate_combine(psyrad.meta_multivariate_state, psyrad.meta_multivariate_state) RETURNS psyrad.meta_multivariate_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multivariate_state_finish(psyrad.meta_multivariate_state) RETURNS psyrad.meta_multivariate_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multivariate_finish(psyrad.meta_multivariate_state) RETURNS psyrad.meta_multivariate_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multivariate_final(state psyrad.meta_multivariate_state, structure text DEFAULT 'UN', method text DEFAULT 'REML', test text DEFAULT 'z',
	level double precision DEFAULT 0.95, sampling_rho double precision DEFAULT 0, means text DEFAULT 'outcome') RETURNS psyrad.meta_multivariate_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 500000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multivariate_robust(state psyrad.meta_multivariate_state, type text DEFAULT 'CR2', structure text DEFAULT 'UN', method text DEFAULT 'REML',
	sampling_rho double precision DEFAULT 0, means text DEFAULT 'outcome', test text DEFAULT 'Satterthwaite', level double precision DEFAULT 0.95,
	contrasts double precision[] DEFAULT NULL) RETURNS psyrad.meta_robust_regression_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 500000 AS 'MODULE_PATHNAME';

CREATE AGGREGATE psyrad.meta_multivariate_state(yi double precision, vi double precision, study "any", outcome "any") (
	SFUNC = psyrad.meta_outcomes_accumulate, STYPE = psyrad.meta_multivariate_state, SSPACE = 2048, COMBINEFUNC = psyrad.meta_multivariate_combine,
	FINALFUNC = psyrad.meta_multivariate_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_multivariate_state(yi double precision, vi double precision, study "any", outcome "any", v double precision[]) (
	SFUNC = psyrad.meta_outcomes_accumulate, STYPE = psyrad.meta_multivariate_state, SSPACE = 2048, COMBINEFUNC = psyrad.meta_multivariate_combine,
	FINALFUNC = psyrad.meta_multivariate_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_multivariate_state(yi double precision, vi double precision, study "any", outcome "any", v double precision[], x double precision[]) (
	SFUNC = psyrad.meta_outcomes_accumulate, STYPE = psyrad.meta_multivariate_state, SSPACE = 2048, COMBINEFUNC = psyrad.meta_multivariate_combine,
	FINALFUNC = psyrad.meta_multivariate_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_multivariate(yi double precision, vi double precision, study "any", outcome "any") (
	SFUNC = psyrad.meta_multivariate_accumulate, STYPE = psyrad.meta_multivariate_state, SSPACE = 2048, COMBINEFUNC = psyrad.meta_multivariate_combine,
	FINALFUNC = psyrad.meta_multivariate_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_multivariate(yi double precision, vi double precision, study "any", outcome "any", structure text) (
	SFUNC = psyrad.meta_multivariate_accumulate, STYPE = psyrad.meta_multivariate_state, SSPACE = 2048, COMBINEFUNC = psyrad.meta_multivariate_combine,
	FINALFUNC = psyrad.meta_multivariate_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_multivariate(yi double precision, vi double precision, study "any", outcome "any", structure text, method text) (
	SFUNC = psyrad.meta_multivariate_accumulate, STYPE = psyrad.meta_multivariate_state, SSPACE = 2048, COMBINEFUNC = psyrad.meta_multivariate_combine,
	FINALFUNC = psyrad.meta_multivariate_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_multivariate(yi double precision, vi double precision, study "any", outcome "any", v double precision[]) (
	SFUNC = psyrad.meta_multivariate_v_accumulate, STYPE = psyrad.meta_multivariate_state, SSPACE = 2048, COMBINEFUNC = psyrad.meta_multivariate_combine,
	FINALFUNC = psyrad.meta_multivariate_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_multivariate(yi double precision, vi double precision, study "any", outcome "any", v double precision[], structure text) (
	SFUNC = psyrad.meta_multivariate_v_accumulate, STYPE = psyrad.meta_multivariate_state, SSPACE = 2048, COMBINEFUNC = psyrad.meta_multivariate_combine,
	FINALFUNC = psyrad.meta_multivariate_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_multivariate(yi double precision, vi double precision, study "any", outcome "any", v double precision[], structure text, method text) (
	SFUNC = psyrad.meta_multivariate_v_accumulate, STYPE = psyrad.meta_multivariate_state, SSPACE = 2048, COMBINEFUNC = psyrad.meta_multivariate_combine,
	FINALFUNC = psyrad.meta_multivariate_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_multivariate_merge(state psyrad.meta_multivariate_state) (
	SFUNC = psyrad.meta_multivariate_combine, STYPE = psyrad.meta_multivariate_state, SSPACE = 4096, COMBINEFUNC = psyrad.meta_multivariate_combine,
	FINALFUNC = psyrad.meta_multivariate_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);

COMMENT ON TYPE psyrad.meta_multivariate_state IS
	'State of a multivariate model: rows of yi, vi, the moderators x, the study as 16 bytes of MD5, the outcome''s name in 64 bytes, and sampling covariances v. Flat, validated, exact in text and binary form; sorted, so that the same rows give the same bytes in any order. Merge with meta_multivariate_merge.';
COMMENT ON TYPE psyrad.meta_multivariate_result IS
	'A multivariate model with the meanings of metafor''s rma.mv(random = ~ outcome | study, struct). k rows used, k_missing rows with a NULL; outcomes in their order: that of numbers where all of them are, else of bytes; beta and its companions: one element for each outcome''s mean (means ''outcome''), the intercept (''common'') or neither (''none''), then the moderators, NULL where one was redundant; qm tests all coefficients (''common'': but the intercept); qe is Q with the sampling covariances alone; tau2 of each outcome, or the one that the structure has; rho the structure''s correlation, for UN one for each pair of outcomes: (1,2), (1,3), ..., (2,3), ...; g the covariance matrix of true effects; loglik is the restricted one for REML; aic, bic, aicc count coefficients and the structure''s parameters as metafor does; vcov the covariance of beta. NULL is not available, and note says why.';
COMMENT ON FUNCTION psyrad.meta_multivariate_state_in(cstring) IS
	'text form of meta_multivariate_state: \x and the hexadecimal digits of its image; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_multivariate_state_out(psyrad.meta_multivariate_state) IS
	'text form of meta_multivariate_state';
COMMENT ON FUNCTION psyrad.meta_multivariate_state_recv(internal) IS
	'binary form of meta_multivariate_state; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_multivariate_state_send(psyrad.meta_multivariate_state) IS
	'binary form of meta_multivariate_state';
COMMENT ON FUNCTION psyrad.meta_outcomes_accumulate(psyrad.meta_multivariate_state, double precision, double precision, "any", "any") IS
	'transition function of meta_multivariate_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_outcomes_accumulate(psyrad.meta_multivariate_state, double precision, double precision, "any", "any", double precision[]) IS
	'transition function of meta_multivariate_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_outcomes_accumulate(psyrad.meta_multivariate_state, double precision, double precision, "any", "any", double precision[], double precision[]) IS
	'transition function of meta_multivariate_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_multivariate_accumulate(psyrad.meta_multivariate_state, double precision, double precision, "any", "any") IS
	'transition function of meta_multivariate; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_multivariate_accumulate(psyrad.meta_multivariate_state, double precision, double precision, "any", "any", text) IS
	'transition function of meta_multivariate; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_multivariate_accumulate(psyrad.meta_multivariate_state, double precision, double precision, "any", "any", text, text) IS
	'transition function of meta_multivariate; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_multivariate_v_accumulate(psyrad.meta_multivariate_state, double precision, double precision, "any", "any", double precision[]) IS
	'transition function of meta_multivariate; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_multivariate_v_accumulate(psyrad.meta_multivariate_state, double precision, double precision, "any", "any", double precision[], text) IS
	'transition function of meta_multivariate; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_multivariate_v_accumulate(psyrad.meta_multivariate_state, double precision, double precision, "any", "any", double precision[], text, text) IS
	'transition function of meta_multivariate; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_multivariate_combine(psyrad.meta_multivariate_state, psyrad.meta_multivariate_state) IS
	'combine function of the aggregates over meta_multivariate_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_multivariate_state_finish(psyrad.meta_multivariate_state) IS
	'the state in its canonical form: rows sorted, no unused room';
COMMENT ON FUNCTION psyrad.meta_multivariate_finish(psyrad.meta_multivariate_state) IS
	'final function of meta_multivariate: meta_multivariate_final with what the aggregate was asked for';
COMMENT ON FUNCTION psyrad.meta_multivariate_final(psyrad.meta_multivariate_state, text, text, text, double precision, double precision, text) IS
	'Multivariate meta-analysis or meta-regression of a state: y = X beta + u + e, u a study''s random effects over its outcomes with covariance G. DEFAULTS: structure ''UN'', method ''REML'', test ''z'', level 0.95, sampling_rho 0, means ''outcome''. structure of G: UN (free), CS and HCS (one rho; one tau2 or one for each outcome), ID and DIAG (no rho), AR and HAR (rho^|i - j| over the outcomes'' order), CAR (rho^|t_i - t_j|, outcomes being numbers such as weeks). method: REML or ML, at the global maximum over all G that are covariance matrices. test: z, or t with k - p df. sampling_rho: the correlation of a study''s sampling errors where the state has no v. means: ''outcome'' (a mean for each, then x; metafor''s mods = ~ outcome + x - 1), ''common'' (intercept, then x) or ''none'' (x alone). An outcome that one study alone has has no variance of its own to be known, and one study none at all: NULL, taken as 0, and note says so. Errors: vi = 0, unknown names, NULL options, more than 16 outcomes, v that is missing, unsymmetric, at odds with vi or not positive definite.';
COMMENT ON FUNCTION psyrad.meta_multivariate_robust(psyrad.meta_multivariate_state, text, text, text, double precision, text, text, double precision, double precision[]) IS
	'Cluster-robust inference by study with the multivariate model''s weights, clubSandwich''s numbers for rma.mv. DEFAULTS: type ''CR2'', structure ''UN'', method ''REML'', sampling_rho 0, means ''outcome'', test ''Satterthwaite'', level 0.95, contrasts NULL. Options as in meta_robust_regression and meta_multivariate_final; contrasts NULL tests all coefficients at once (means ''common'': but the intercept). Fewer than 2 studies: NULL, and note says so.';
COMMENT ON AGGREGATE psyrad.meta_multivariate_state(double precision, double precision, "any", "any") IS
	'Collects effects yi with sampling variances vi of an outcome of a study (text, integer or uuid; outcomes up to 63 bytes). A row with a NULL is skipped and counted. NULL over no rows. Merge with meta_multivariate_merge, finish with meta_multivariate_final or meta_multivariate_robust.';
COMMENT ON AGGREGATE psyrad.meta_multivariate_state(double precision, double precision, "any", "any", double precision[]) IS
	'Collects effects yi with sampling variances vi of an outcome of a study (text, integer or uuid; outcomes up to 63 bytes). v: sampling covariances of the row with the study''s outcomes in their order (its own being vi), NULL for an outcome that the study lacks. A row with a NULL is skipped and counted. NULL over no rows. Merge with meta_multivariate_merge, finish with meta_multivariate_final or meta_multivariate_robust.';
COMMENT ON AGGREGATE psyrad.meta_multivariate_state(double precision, double precision, "any", "any", double precision[], double precision[]) IS
	'Collects effects yi with sampling variances vi of an outcome of a study (text, integer or uuid; outcomes up to 63 bytes). v: sampling covariances of the row with the study''s outcomes in their order (its own being vi), NULL for an outcome that the study lacks. x: moderators. A row with a NULL is skipped and counted. NULL over no rows. Merge with meta_multivariate_merge, finish with meta_multivariate_final or meta_multivariate_robust.';
COMMENT ON AGGREGATE psyrad.meta_multivariate(double precision, double precision, "any", "any") IS
	'Multivariate meta-analysis of several outcomes of a study: a mean for each outcome, covariance of true effects by structure; more options: meta_multivariate_final over meta_multivariate_state. DEFAULTS: structure ''UN'', method ''REML'', test ''z'', level 0.95. Sampling errors of a study are taken as independent. A row with a NULL is skipped and counted. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_multivariate(double precision, double precision, "any", "any", text) IS
	'Multivariate meta-analysis of several outcomes of a study: a mean for each outcome, covariance of true effects by structure; more options: meta_multivariate_final over meta_multivariate_state. DEFAULTS: method ''REML'', test ''z'', level 0.95. Sampling errors of a study are taken as independent. A row with a NULL is skipped and counted. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_multivariate(double precision, double precision, "any", "any", text, text) IS
	'Multivariate meta-analysis of several outcomes of a study: a mean for each outcome, covariance of true effects by structure; more options: meta_multivariate_final over meta_multivariate_state. DEFAULTS: test ''z'', level 0.95. Sampling errors of a study are taken as independent. A row with a NULL is skipped and counted. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_multivariate(double precision, double precision, "any", "any", double precision[]) IS
	'Multivariate meta-analysis of several outcomes of a study: a mean for each outcome, covariance of true effects by structure; more options: meta_multivariate_final over meta_multivariate_state. DEFAULTS: structure ''UN'', method ''REML'', test ''z'', level 0.95. v: sampling covariances of the row with the study''s outcomes in their order (its own being vi), NULL for an outcome that the study lacks. A row with a NULL is skipped and counted. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_multivariate(double precision, double precision, "any", "any", double precision[], text) IS
	'Multivariate meta-analysis of several outcomes of a study: a mean for each outcome, covariance of true effects by structure; more options: meta_multivariate_final over meta_multivariate_state. DEFAULTS: method ''REML'', test ''z'', level 0.95. v: sampling covariances of the row with the study''s outcomes in their order (its own being vi), NULL for an outcome that the study lacks. A row with a NULL is skipped and counted. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_multivariate(double precision, double precision, "any", "any", double precision[], text, text) IS
	'Multivariate meta-analysis of several outcomes of a study: a mean for each outcome, covariance of true effects by structure; more options: meta_multivariate_final over meta_multivariate_state. DEFAULTS: test ''z'', level 0.95. v: sampling covariances of the row with the study''s outcomes in their order (its own being vi), NULL for an outcome that the study lacks. A row with a NULL is skipped and counted. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_multivariate_merge(psyrad.meta_multivariate_state) IS
	'Merges states, for example of several sites; NULL states are skipped. The result does not depend on how the rows were split. Errors: different moderators, covariances or models.';
