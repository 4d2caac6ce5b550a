-- Dependent effects: three-level models, correlated and hierarchical effects, cluster-robust variances.
CREATE TYPE psyrad.meta_multilevel_result AS (
	k integer, k_missing integer, clusters integer, effects integer, method text, test text, level double precision, rho double precision, estimate double precision, se double precision, statistic double precision, df double precision, p double precision, ci_lb double precision, ci_ub double precision, qe double precision, qe_df double precision, qe_p double precision, sigma2 double precision[], sigma2_lb double precision[], sigma2_ub double precision[], icc double precision, i2 double precision[], loglik double precision, note text);
CREATE TYPE psyrad.meta_multilevel_regression_result AS (
	k integer, k_missing integer, clusters integer, effects integer, method text, test text, level double precision, rho double precision, intercept boolean, beta double precision[], se double precision[], statistic double precision[], df double precision, p double precision[], ci_lb double precision[], ci_ub double precision[], qm double precision, qm_df double precision, qm_p double precision, qe double precision, qe_df double precision, qe_p double precision, sigma2 double precision[], sigma2_lb double precision[], sigma2_ub double precision[], icc double precision, i2 double precision[], loglik double precision, vcov double precision[], note text);
CREATE TYPE psyrad.meta_robust_result AS (
	k integer, k_missing integer, clusters integer, type text, model text, method text, level double precision, estimate double precision, se double precision, statistic double precision, df double precision, p double precision, ci_lb double precision, ci_ub double precision, tau2 double precision, sigma2 double precision[], note text);
CREATE TYPE psyrad.meta_robust_regression_result AS (
	k integer, k_missing integer, clusters integer, type text, model text, method text, level double precision, intercept boolean, beta double precision[], se double precision[], statistic double precision[], df double precision[], p double precision[], ci_lb double precision[], ci_ub double precision[], tau2 double precision, sigma2 double precision[], wald_f double precision, wald_df1 double precision, wald_df2 double precision, wald_p double precision, vcov double precision[], note text);

CREATE FUNCTION psyrad.meta_multilevel_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, cluster "any", effect "any") RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 6 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multilevel_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, cluster "any", effect "any", method text) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 6 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multilevel_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, cluster "any", effect "any", method text, test text) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 6 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multilevel_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, cluster "any", effect "any", method text, test text, level double precision) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 6 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_robust_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, cluster "any") RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_robust_accumulate(psyrad.meta_regression_state, yi double precision, vi double precision, cluster "any", type text) RETURNS psyrad.meta_regression_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multilevel_finish(psyrad.meta_regression_state) RETURNS psyrad.meta_multilevel_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multilevel_final(state psyrad.meta_regression_state, method text DEFAULT 'REML', test text DEFAULT 'z', level double precision DEFAULT 0.95,
	rho double precision DEFAULT 0, structure text DEFAULT 'three-level') RETURNS psyrad.meta_multilevel_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 200000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multilevel_regression(state psyrad.meta_regression_state, method text DEFAULT 'REML', test text DEFAULT 'z', level double precision DEFAULT 0.95,
	rho double precision DEFAULT 0, structure text DEFAULT 'three-level', intercept boolean DEFAULT true) RETURNS psyrad.meta_multilevel_regression_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 200000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_robust_finish(psyrad.meta_regression_state) RETURNS psyrad.meta_robust_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_robust_final(state psyrad.meta_regression_state, type text DEFAULT 'CR2', model text DEFAULT 'independent', method text DEFAULT 'REML',
	rho double precision DEFAULT NULL, test text DEFAULT 'Satterthwaite', level double precision DEFAULT 0.95) RETURNS psyrad.meta_robust_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_robust_regression(state psyrad.meta_regression_state, type text DEFAULT 'CR2', model text DEFAULT 'independent', method text DEFAULT 'REML',
	rho double precision DEFAULT NULL, test text DEFAULT 'Satterthwaite', level double precision DEFAULT 0.95, intercept boolean DEFAULT true,
	contrasts double precision[] DEFAULT NULL)
	RETURNS psyrad.meta_robust_regression_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50000 AS 'MODULE_PATHNAME';

CREATE AGGREGATE psyrad.meta_multilevel_state(yi double precision, vi double precision, cluster "any", effect "any") (
	SFUNC = psyrad.meta_multilevel_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_regression_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_multilevel(yi double precision, vi double precision, cluster "any", effect "any") (
	SFUNC = psyrad.meta_multilevel_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_multilevel_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_multilevel(yi double precision, vi double precision, cluster "any", effect "any", method text) (
	SFUNC = psyrad.meta_multilevel_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_multilevel_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_multilevel(yi double precision, vi double precision, cluster "any", effect "any", method text, test text) (
	SFUNC = psyrad.meta_multilevel_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_multilevel_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_multilevel(yi double precision, vi double precision, cluster "any", effect "any", method text, test text, level double precision) (
	SFUNC = psyrad.meta_multilevel_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_multilevel_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_robust_state(yi double precision, vi double precision, cluster "any") (
	SFUNC = psyrad.meta_robust_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_regression_state_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_robust(yi double precision, vi double precision, cluster "any") (
	SFUNC = psyrad.meta_robust_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_robust_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_robust(yi double precision, vi double precision, cluster "any", type text) (
	SFUNC = psyrad.meta_robust_accumulate, STYPE = psyrad.meta_regression_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_regression_combine,
	FINALFUNC = psyrad.meta_robust_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);

COMMENT ON TYPE psyrad.meta_multilevel_result IS
	'A three-level model with the meanings of metafor''s rma.mv(random = ~ 1 | cluster/effect). k rows used, k_missing rows with a NULL, clusters and effects counted; df is NULL for test z; qe is Q with the sampling variances alone; sigma2 is {between clusters, within clusters} in squared units of yi with profile likelihood bounds, NULL where the data cannot tell it (then 0 in the model, and note says so); icc = sigma2[1] / their sum; i2 in per cent: {all, between clusters, within clusters}; loglik is the restricted one for REML.';
COMMENT ON TYPE psyrad.meta_multilevel_regression_result IS
	'The same with moderators: arrays have one element a coefficient, the intercept first when intercept is true, NULL where a redundant moderator was left out; qm tests all moderators; vcov is the covariance of beta.';
COMMENT ON TYPE psyrad.meta_robust_result IS
	'A mean effect with a cluster-robust variance, clubSandwich''s numbers. k rows used, k_missing rows with a NULL; type of the correction, model and method that the weights come from; df are Satterthwaite''s; tau2 or sigma2 of the working model. NULL is not available, and note says why; it also says when df is below 4.';
COMMENT ON TYPE psyrad.meta_robust_regression_result IS
	'The same with moderators: arrays have one element a coefficient, the intercept first when intercept is true; each has its own df; wald_f(wald_df1, wald_df2) tests the contrasts at once; for model HIER sigma2 is {tau2, omega2}; vcov is the robust covariance of beta.';
COMMENT ON FUNCTION psyrad.meta_multilevel_accumulate(psyrad.meta_regression_state, double precision, double precision, "any", "any") IS
	'transition function of meta_multilevel and meta_multilevel_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_multilevel_accumulate(psyrad.meta_regression_state, double precision, double precision, "any", "any", text) IS
	'transition function of meta_multilevel and meta_multilevel_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_multilevel_accumulate(psyrad.meta_regression_state, double precision, double precision, "any", "any", text, text) IS
	'transition function of meta_multilevel and meta_multilevel_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_multilevel_accumulate(psyrad.meta_regression_state, double precision, double precision, "any", "any", text, text, double precision) IS
	'transition function of meta_multilevel and meta_multilevel_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_robust_accumulate(psyrad.meta_regression_state, double precision, double precision, "any") IS
	'transition function of meta_robust and meta_robust_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_robust_accumulate(psyrad.meta_regression_state, double precision, double precision, "any", text) IS
	'transition function of meta_robust and meta_robust_state; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_multilevel_finish(psyrad.meta_regression_state) IS
	'final function of meta_multilevel: meta_multilevel_final with what the aggregate was asked for';
COMMENT ON FUNCTION psyrad.meta_multilevel_final(psyrad.meta_regression_state, text, text, double precision, double precision, text) IS
	'Three-level meta-analysis of a state without moderators. DEFAULTS: method ''REML'', test ''z'', level 0.95, rho 0, structure ''three-level''. method: REML or ML, at the global maximum. test: z, or t with k - p df. rho: the correlation of sampling errors within a cluster, cov = rho sqrt(vi vj): with rho above 0 the correlated and hierarchical effects working model of Pustejovsky and Tipton 2022, to be used with robust variances. Rows of one cluster with the same effect share its random effect. Structures of several outcomes (CS, UN, HAR ...) belong to meta_multivariate_final. Errors: vi = 0, unknown names, NULL options, rho outside (-1, 1) or too negative for a cluster.';
COMMENT ON FUNCTION psyrad.meta_multilevel_regression(psyrad.meta_regression_state, text, text, double precision, double precision, text, boolean) IS
	'Three-level meta-regression of meta_regression_state(yi, vi, x, cluster, effect). DEFAULTS: method ''REML'', test ''z'', level 0.95, rho 0, structure ''three-level'', intercept true. method: REML or ML, at the global maximum. test: z, or t with k - p df. rho: the correlation of sampling errors within a cluster, cov = rho sqrt(vi vj): with rho above 0 the correlated and hierarchical effects working model of Pustejovsky and Tipton 2022, to be used with robust variances. Rows of one cluster with the same effect share its random effect. Structures of several outcomes (CS, UN, HAR ...) belong to meta_multivariate_final. Errors: vi = 0, unknown names, NULL options, rho outside (-1, 1) or too negative for a cluster.';
COMMENT ON FUNCTION psyrad.meta_robust_finish(psyrad.meta_regression_state) IS
	'final function of meta_robust: meta_robust_final with what the aggregate was asked for';
COMMENT ON FUNCTION psyrad.meta_robust_final(psyrad.meta_regression_state, text, text, text, double precision, text, double precision) IS
	'Cluster-robust inference for the mean effect. DEFAULTS: type ''CR2'', model ''independent'', method ''REML'', rho NULL (0; for CORR 0.8), test ''Satterthwaite'', level 0.95. type: CR0 (no correction), CR1 (J/(J-1)), CR1p (J/(J-p), metafor''s own robust()), CR1S (J(N-1)/((J-1)(N-p)), Stata''s), CR2 (Pustejovsky and Tipton 2018), for J clusters, N rows, p coefficients. model: where the weights come from: independent effects with one tau2 by any method of meta, the multilevel model by REML or ML with rho, or robumeta''s CORR (correlated effects with rho, weights 1 / (n (mean v + tau2))) and HIER (hierarchical effects, weights 1 / (v + tau2 + omega2)), whose variances are by their own method of moments (Hedges, Tipton and Johnson 2010; method is not used). test: Satterthwaite, or t with J - p df. Fewer than 2 clusters: NULL, and note says so. Errors: unknown names, NULL options, a state without the keys that the model needs.';
COMMENT ON FUNCTION psyrad.meta_robust_regression(psyrad.meta_regression_state, text, text, text, double precision, text, double precision, boolean, double precision[]) IS
	'Cluster-robust inference for a meta-regression, over meta_regression_state(yi, vi, x, cluster [, effect]). DEFAULTS: type ''CR2'', model ''independent'', method ''REML'', rho NULL (0; for CORR 0.8), test ''Satterthwaite'', level 0.95, intercept true, contrasts NULL. type: CR0 (no correction), CR1 (J/(J-1)), CR1p (J/(J-p), metafor''s own robust()), CR1S (J(N-1)/((J-1)(N-p)), Stata''s), CR2 (Pustejovsky and Tipton 2018), for J clusters, N rows, p coefficients. model: where the weights come from: independent effects with one tau2 by any method of meta, the multilevel model by REML or ML with rho, or robumeta''s CORR (correlated effects with rho, weights 1 / (n (mean v + tau2))) and HIER (hierarchical effects, weights 1 / (v + tau2 + omega2)), whose variances are by their own method of moments (Hedges, Tipton and Johnson 2010; method is not used). test: Satterthwaite, or t with J - p df. contrasts: a matrix with a row for each contrast of the coefficients; that all are 0 is tested by Hotelling''s T2 with Zhang''s degrees of freedom (clubSandwich''s HTZ): wald_f with wald_df1 and wald_df2; NULL tests all moderators. Fewer than 2 clusters: NULL, and note says so. Errors: unknown names, NULL options, a state without the keys that the model needs.';
COMMENT ON AGGREGATE psyrad.meta_multilevel_state(double precision, double precision, "any", "any") IS
	'Collects effects yi with sampling variances vi, their cluster and which effect of it they are (text, integer or uuid). A row with a NULL is skipped and counted. NULL over no rows. Merge with meta_regression_merge, finish with meta_multilevel_final or meta_robust_final.';
COMMENT ON AGGREGATE psyrad.meta_multilevel(double precision, double precision, "any", "any") IS
	'Three-level meta-analysis of effects within clusters (text, integer or uuid); more options: meta_multilevel_final over meta_multilevel_state. DEFAULTS: method ''REML'', test ''z'', level 0.95. Rows with a NULL are counted in k_missing. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_multilevel(double precision, double precision, "any", "any", text) IS
	'Three-level meta-analysis of effects within clusters (text, integer or uuid); more options: meta_multilevel_final over meta_multilevel_state. DEFAULTS: test ''z'', level 0.95. Rows with a NULL are counted in k_missing. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_multilevel(double precision, double precision, "any", "any", text, text) IS
	'Three-level meta-analysis of effects within clusters (text, integer or uuid); more options: meta_multilevel_final over meta_multilevel_state. DEFAULTS: level 0.95. Rows with a NULL are counted in k_missing. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_multilevel(double precision, double precision, "any", "any", text, text, double precision) IS
	'Three-level meta-analysis of effects within clusters (text, integer or uuid); more options: meta_multilevel_final over meta_multilevel_state. Every option is given. Rows with a NULL are counted in k_missing. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_robust_state(double precision, double precision, "any") IS
	'Collects effects yi with sampling variances vi and their cluster (text, integer or uuid). A row with a NULL is skipped and counted. NULL over no rows. Merge with meta_regression_merge, finish with meta_robust_final.';
COMMENT ON AGGREGATE psyrad.meta_robust(double precision, double precision, "any") IS
	'Random-effects meta-analysis with a cluster-robust variance and Satterthwaite''s degrees of freedom; type CR0, CR1, CR1p, CR1S or CR2. DEFAULTS: type ''CR2''; the working model is independent effects by REML, level 0.95; more options: meta_robust_final over meta_robust_state. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta_robust(double precision, double precision, "any", text) IS
	'Random-effects meta-analysis with a cluster-robust variance and Satterthwaite''s degrees of freedom; type CR0, CR1, CR1p, CR1S or CR2. DEFAULTS: the working model is independent effects by REML, level 0.95; more options: meta_robust_final over meta_robust_state. NULL over no rows.';
