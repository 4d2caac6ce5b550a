-- Pooling with weights of one's own: the generalised Q statistic.  The state is a regression's with the weight as its one moderator.
CREATE FUNCTION psyrad.meta_weighted_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, weight double precision) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_weighted_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, weight double precision, method text) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_weighted_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, weight double precision, method text, test text) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_weighted_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, weight double precision, method text, test text, level double precision) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_weighted_finish(psyrad.meta_regression_state) RETURNS psyrad.meta_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_weighted_final(state psyrad.meta_regression_state, method text DEFAULT 'GENQ', test text DEFAULT 'z', level double precision DEFAULT 0.95,
	pi text DEFAULT 'metafor') RETURNS psyrad.meta_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50000 AS 'MODULE_PATHNAME';

CREATE AGGREGATE psyrad.meta_weighted_state(yi double precision, vi double precision, weight double precision) (
	SFUNC = psyrad.meta_weighted_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_regression_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_weighted(yi double precision, vi double precision, weight double precision) (
	SFUNC = psyrad.meta_weighted_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_weighted_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_weighted(yi double precision, vi double precision, weight double precision, method text) (
	SFUNC = psyrad.meta_weighted_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_weighted_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_weighted(yi double precision, vi double precision, weight double precision, method text, test text) (
	SFUNC = psyrad.meta_weighted_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_weighted_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_weighted(yi double precision, vi double precision, weight double precision, method text, test text, level double precision) (
	SFUNC = psyrad.meta_weighted_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_weighted_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);

COMMENT ON FUNCTION psyrad.meta_weighted_accumulate(psyrad.meta_regression_state, double precision, double precision, double precision) IS
	'transition function of meta_weighted and meta_weighted_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_weighted_accumulate(psyrad.meta_regression_state, double precision, double precision, double precision, text) IS
	'transition function of meta_weighted and meta_weighted_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_weighted_accumulate(psyrad.meta_regression_state, double precision, double precision, double precision, text, text) IS
	'transition function of meta_weighted and meta_weighted_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_weighted_accumulate(psyrad.meta_regression_state, double precision, double precision, double precision, text, text, double precision) IS
	'transition function of meta_weighted and meta_weighted_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_weighted_finish(psyrad.meta_regression_state) IS
	'final function of meta_weighted: meta_weighted_final with what the aggregate was asked for';
COMMENT ON FUNCTION psyrad.meta_weighted_final(psyrad.meta_regression_state, text, text, double precision, text) IS
	'Random-effects meta-analysis with weights of one''s own, such as quality or sample size, of a meta_weighted_state: the mean has these weights, tau2 is by the generalised Q statistic sum weight (yi - mean)^2, the standard error takes tau2 into account; metafor''s rma(weights, method = "GENQ"). DEFAULTS: method ''GENQ'', test ''z'', level 0.95, pi ''metafor''. method: GENQ (Q''s mean; DerSimonian and Kacker 2007) or GENQM (its median). test, level and pi as in meta_final; Knapp-Hartung scales by the residual variance under inverse-variance weights, as metafor does. tau2_lb and tau2_ub invert the exact distribution of Q (Jackson 2013). Only ratios of weights count. Errors: a weight that is not positive and finite, vi = 0, unknown names, NULL options.';
COMMENT ON AGGREGATE psyrad.meta_weighted_state(double precision, double precision, double precision) IS
	'Collects effects yi with sampling variances vi and weights. A row with a NULL is skipped and counted. NULL over no rows. Merge with meta_regression_merge, finish with meta_weighted_final.';
COMMENT ON AGGREGATE psyrad.meta_weighted(double precision, double precision, double precision) IS
	'Random-effects meta-analysis with weights of one''s own by the generalised Q statistic; see meta_weighted_final. DEFAULTS: method GENQ, test z, level 0.95. Rows with a NULL are counted in k_missing. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_weighted(double precision, double precision, double precision, text) IS
	'Random-effects meta-analysis with weights of one''s own by the generalised Q statistic; see meta_weighted_final. DEFAULTS: test z, level 0.95. Rows with a NULL are counted in k_missing. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_weighted(double precision, double precision, double precision, text, text) IS
	'Random-effects meta-analysis with weights of one''s own by the generalised Q statistic; see meta_weighted_final. DEFAULTS: level 0.95. Rows with a NULL are counted in k_missing. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_weighted(double precision, double precision, double precision, text, text, double precision) IS
	'Random-effects meta-analysis with weights of one''s own by the generalised Q statistic; see meta_weighted_final. Every option is given. Rows with a NULL are counted in k_missing. NULL over no rows.';
