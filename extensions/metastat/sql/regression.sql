-- Meta-regression, and the state that it shares with multilevel models and robust variances.
CREATE TYPE psyrad.meta_regression_state;
CREATE FUNCTION psyrad.meta_regression_state_in(cstring) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_regression_state_out(psyrad.meta_regression_state) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_regression_state_recv(internal) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_regression_state_send(psyrad.meta_regression_state) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE TYPE psyrad.meta_regression_state (
	INPUT = psyrad.meta_regression_state_in, OUTPUT = psyrad.meta_regression_state_out,
	RECEIVE = psyrad.meta_regression_state_recv, SEND = psyrad.meta_regression_state_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended);

CREATE TYPE psyrad.meta_regression_result AS (
	k integer, k_missing integer, method text, test text, level double precision, intercept boolean,
	beta double precision[], se double precision[], statistic double precision[], df double precision, p double precision[],
	ci_lb double precision[], ci_ub double precision[],
	qm double precision, qm_df double precision, qm_p double precision, qe double precision, qe_df double precision, qe_p double precision,
	tau2 double precision, se_tau2 double precision, tau2_lb double precision, tau2_ub double precision, i2 double precision, h2 double precision, r2 double precision, loglik double precision,
	vcov double precision[], note text);
CREATE TYPE psyrad.meta_prediction AS (
	pred double precision, se double precision, ci_lb double precision, ci_ub double precision, pi_lb double precision, pi_ub double precision);
CREATE TYPE psyrad.meta_permutation AS (
	p double precision[], qm_p double precision, arrangements double precision, exact boolean, note text);

CREATE FUNCTION psyrad.meta_rows_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, x double precision[]) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_rows_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, x double precision[], cluster "any") RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_rows_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, x double precision[], cluster "any", effect "any") RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_regression_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, x double precision[]) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_regression_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, x double precision[], method text) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_regression_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, x double precision[], method text, test text) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_regression_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, x double precision[], method text, test text, level double precision) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_regression_combine(psyrad.meta_regression_state, psyrad.meta_regression_state) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_regression_state_finish(psyrad.meta_regression_state) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_regression_finish(psyrad.meta_regression_state) RETURNS psyrad.meta_regression_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_regression_final(state psyrad.meta_regression_state, method text DEFAULT 'REML', test text DEFAULT 'z',
	level double precision DEFAULT 0.95, intercept boolean DEFAULT true, tau2_ci text DEFAULT 'qprofile') RETURNS psyrad.meta_regression_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_regression_permute(state psyrad.meta_regression_state, permutations integer DEFAULT 1000, seed bigint DEFAULT 0,
	method text DEFAULT 'REML', test text DEFAULT 'z', intercept boolean DEFAULT true) RETURNS psyrad.meta_permutation
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20000000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_predict(result psyrad.meta_regression_result, x double precision[] DEFAULT '{}', level double precision DEFAULT NULL)
	RETURNS psyrad.meta_prediction
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_vif(result psyrad.meta_regression_result) RETURNS double precision[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME';

CREATE AGGREGATE psyrad.meta_regression_state(yi double precision, vi double precision, x double precision[]) (
	SFUNC = psyrad.meta_rows_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_regression_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_regression_state(yi double precision, vi double precision, x double precision[], cluster "any") (
	SFUNC = psyrad.meta_rows_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_regression_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_regression_state(yi double precision, vi double precision, x double precision[], cluster "any", effect "any") (
	SFUNC = psyrad.meta_rows_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_regression_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_regression_merge(state psyrad.meta_regression_state) (
	SFUNC = psyrad.meta_regression_combine, STYPE = psyrad.meta_regression_state, SSPACE = 2048, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_regression_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_regression(yi double precision, vi double precision, x double precision[]) (
	SFUNC = psyrad.meta_regression_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_regression_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_regression(yi double precision, vi double precision, x double precision[], method text) (
	SFUNC = psyrad.meta_regression_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_regression_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_regression(yi double precision, vi double precision, x double precision[], method text, test text) (
	SFUNC = psyrad.meta_regression_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_regression_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_regression(yi double precision, vi double precision, x double precision[], method text, test text, level double precision) (
	SFUNC = psyrad.meta_regression_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_regression_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);

COMMENT ON TYPE psyrad.meta_regression_state IS
	'State of a regression: rows of yi, vi, the moderators x, and keys of cluster and effect where the aggregate has them (16 bytes each, an MD5, so that states carry no names). Flat, validated, exact in text and binary form; sorted, so that the same rows give the same bytes in any order. Merge with meta_regression_merge.';
COMMENT ON TYPE psyrad.meta_regression_result IS
	'A meta-regression with the meanings of metafor''s rma(yi, vi, mods). k rows used, k_missing rows with a NULL; arrays have one element a coefficient, the intercept first when intercept is true, then the moderators in the order of x; NULL where a redundant moderator was left out. df is NULL for test z; qm tests all moderators (the intercept when there are none): chi-square with qm_df, or F with qm_df and df; qe is residual heterogeneity with qe_df; tau2, its standard error and interval in squared units of yi, the latter NULL for EE; i2 and r2 in per cent, r2 NULL without intercept or moderators; loglik is the restricted one for REML; vcov is the covariance of beta. NULL is not available, and note says why.';
COMMENT ON TYPE psyrad.meta_prediction IS
	'Predicted mean effect, its standard error and interval, and the interval of a new study''s true effect; normal for test z, t with the model''s df otherwise.';
COMMENT ON TYPE psyrad.meta_permutation IS
	'Permutation tests of a meta-regression: p of each coefficient, of qm; how many arrangements p counts, the observed one among them; whether they are all there are.';
COMMENT ON FUNCTION psyrad.meta_regression_state_in(cstring) IS
	'text form of meta_regression_state: \x and the hexadecimal digits of its image; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_regression_state_out(psyrad.meta_regression_state) IS
	'text form of meta_regression_state';
COMMENT ON FUNCTION psyrad.meta_regression_state_recv(internal) IS
	'binary form of meta_regression_state; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_regression_state_send(psyrad.meta_regression_state) IS
	'binary form of meta_regression_state';
COMMENT ON FUNCTION psyrad.meta_rows_accumulate(psyrad.meta_regression_state, double precision, double precision, double precision[]) IS
	'transition function of meta_regression_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_rows_accumulate(psyrad.meta_regression_state, double precision, double precision, double precision[], "any") IS
	'transition function of meta_regression_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_rows_accumulate(psyrad.meta_regression_state, double precision, double precision, double precision[], "any", "any") IS
	'transition function of meta_regression_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_regression_accumulate(psyrad.meta_regression_state, double precision, double precision, double precision[]) IS
	'transition function of meta_regression; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_regression_accumulate(psyrad.meta_regression_state, double precision, double precision, double precision[], text) IS
	'transition function of meta_regression; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_regression_accumulate(psyrad.meta_regression_state, double precision, double precision, double precision[], text, text) IS
	'transition function of meta_regression; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_regression_accumulate(psyrad.meta_regression_state, double precision, double precision, double precision[], text, text, double precision) IS
	'transition function of meta_regression; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_regression_combine(psyrad.meta_regression_state, psyrad.meta_regression_state) IS
	'combine function of the aggregates over meta_regression_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_regression_state_finish(psyrad.meta_regression_state) IS
	'the state in its canonical form: rows sorted, no unused room';
COMMENT ON FUNCTION psyrad.meta_regression_finish(psyrad.meta_regression_state) IS
	'final function of meta_regression: meta_regression_final with what the aggregate was asked for';
COMMENT ON FUNCTION psyrad.meta_regression_final(psyrad.meta_regression_state, text, text, double precision, boolean, text) IS
	'Meta-regression of a state: yi ~ N(intercept + x beta, vi + tau2). DEFAULTS: method ''REML'', test ''z'', level 0.95, intercept true, tau2_ci ''qprofile''. method: EE, DL, HE, HS, HSk, SJ, ML, REML, EB, PM, PMM as in meta_final; ML and REML are the global maximum. test: z, t, knha, adhoc with k - p df. intercept => false suppresses it; a moderator that is 1 throughout then takes its place. A moderator that repeats those before it (it keeps less than 1e-7 of its spread beside them) is left out, its coefficient NULL, and note names it. k <= p: numbers are NULL, and note says so. tau2_ci: of the residual tau2, qprofile, or pl (profile likelihood, with ML and REML). Errors: vi = 0, unknown names, NULL options, level outside (0, 1).';
COMMENT ON FUNCTION psyrad.meta_regression_permute(psyrad.meta_regression_state, integer, bigint, text, text, boolean) IS
	'Permutation tests (Higgins and Thompson 2004): the moderators'' rows are shuffled against the studies, without moderators the signs of yi. DEFAULTS: permutations 1000, seed 0, method ''REML'', test ''z'', intercept true. All arrangements when there are no more than permutations of them, p then being a share of all; else random ones by a counter-based generator, p = (b + 1) / (permutations + 1). metafor''s permutest counts the observed arrangement within iter: its iter is permutations + 1 here. Same seed, same result, in any row order. Errors: permutations below 1 or above 10,000,000, and those of meta_regression_final.';
COMMENT ON FUNCTION psyrad.meta_predict(psyrad.meta_regression_result, double precision[], double precision) IS
	'Prediction of a meta-regression at moderators x (without the intercept). DEFAULTS: x ''{}'', level that of the result. pi adds tau2, with the same quantile, as metafor does. A moderator that was left out does not count. Errors: x of another length, level outside (0, 1).';
COMMENT ON FUNCTION psyrad.meta_vif(psyrad.meta_regression_result) IS
	'Variance inflation factor of every coefficient: the diagonal of the inverse of the coefficients'' correlation matrix, the intercept left out (its element is NULL), as metafor''s vif().';
COMMENT ON AGGREGATE psyrad.meta_regression_state(double precision, double precision, double precision[]) IS
	'Collects rows: effect yi, sampling variance vi, moderators x. A row with a NULL, also within x, is skipped and counted. NULL over no rows. Errors: NaN or infinite values, vi negative, x of another length than before.';
COMMENT ON AGGREGATE psyrad.meta_regression_state(double precision, double precision, double precision[], "any") IS
	'Collects rows: effect yi, sampling variance vi, moderators x with the cluster of every row, as text, integer or uuid. A row with a NULL, also within x, is skipped and counted. NULL over no rows. Errors: NaN or infinite values, vi negative, x of another length than before.';
COMMENT ON AGGREGATE psyrad.meta_regression_state(double precision, double precision, double precision[], "any", "any") IS
	'Collects rows: effect yi, sampling variance vi, moderators x with the cluster of every row and the effect within it, as text, integer or uuid. A row with a NULL, also within x, is skipped and counted. NULL over no rows. Errors: NaN or infinite values, vi negative, x of another length than before.';
COMMENT ON AGGREGATE psyrad.meta_regression_merge(psyrad.meta_regression_state) IS
	'Merges states, for example of several sites; NULL states are skipped. The result does not depend on how the rows were split. Errors: different moderators or keys.';
COMMENT ON AGGREGATE psyrad.meta_regression(double precision, double precision, double precision[]) IS
	'Meta-regression of yi on the moderators x with an intercept; see meta_regression_final over meta_regression_state for more options, and meta_regression_result for the columns. DEFAULTS: method ''REML'', test ''z'', level 0.95. Rows with a NULL are counted in k_missing. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_regression(double precision, double precision, double precision[], text) IS
	'Meta-regression of yi on the moderators x with an intercept; see meta_regression_final over meta_regression_state for more options, and meta_regression_result for the columns. DEFAULTS: test ''z'', level 0.95. Rows with a NULL are counted in k_missing. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_regression(double precision, double precision, double precision[], text, text) IS
	'Meta-regression of yi on the moderators x with an intercept; see meta_regression_final over meta_regression_state for more options, and meta_regression_result for the columns. DEFAULTS: level 0.95. Rows with a NULL are counted in k_missing. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_regression(double precision, double precision, double precision[], text, text, double precision) IS
	'Meta-regression of yi on the moderators x with an intercept; see meta_regression_final over meta_regression_state for more options, and meta_regression_result for the columns. Every option is given. Rows with a NULL are counted in k_missing. NULL over no rows.';
