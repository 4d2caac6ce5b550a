-- Influence in meta-regressions and three-level models, small-study effects and aggregation of clustered data.
CREATE TYPE psyrad.meta_regression_influence_row AS (cluster uuid, effect uuid, yi double precision, vi double precision, x double precision[],
	rstudent double precision, dffits double precision, cook_d double precision, cov_r double precision, tau2_del double precision, qe_del double precision,
	hat double precision, weight double precision, dfbs double precision[], influential boolean);
CREATE TYPE psyrad.meta_multilevel_influence_row AS (cluster uuid, effect uuid, k integer, yi double precision, vi double precision, rstudent double precision,
	chisq double precision, chisq_p double precision, cook_d double precision, hat double precision, dfbs double precision[], beta_del double precision[],
	se_del double precision[], sigma2_del double precision[]);
CREATE FUNCTION psyrad.meta_regression_influence(state psyrad.meta_regression_state, method text DEFAULT 'REML', test text DEFAULT 'z', intercept boolean DEFAULT true)
	RETURNS psyrad.meta_regression_influence_row[]
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 500000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multilevel_influence(state psyrad.meta_regression_state, unit text DEFAULT 'cluster', method text DEFAULT 'REML',
	rho double precision DEFAULT 0, reestimate boolean DEFAULT true, intercept boolean DEFAULT true) RETURNS psyrad.meta_multilevel_influence_row[]
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2000000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_multilevel_egger(state psyrad.meta_regression_state, predictor text DEFAULT 'sei', type text DEFAULT 'CR2', method text DEFAULT 'REML',
	rho double precision DEFAULT 0, level double precision DEFAULT 0.95) RETURNS psyrad.meta_bias
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 200000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_aggregate(state psyrad.meta_state, rho double precision, weighted boolean DEFAULT true) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME';

COMMENT ON TYPE psyrad.meta_regression_influence_row IS
	'A study and what it does to a meta-regression, named as by metafor''s influence: externally standardised residual, DFFITS, Cook''s distance, covariance ratio, tau2 and QE without it, hat value, weight in per cent, DFBETAS (one a coefficient, NULL where the model left one out); influential by metafor''s rule. cluster and effect are md5(name)::uuid of the state''s keys, NULL where it has none.';
COMMENT ON TYPE psyrad.meta_multilevel_influence_row IS
	'A cluster, or an effect, and what it does to a three-level model: k rows; rstudent (one effect: deleted residual over its se) or chisq (a cluster: its deleted residuals over their covariance, chi-square with k df, and p); Cook''s distance; hat, the sum of its rows'' hat values; DFBETAS, coefficients, their se and the two variances without it. cluster and effect are md5(name)::uuid; NULL where the rest knows too little.';
COMMENT ON FUNCTION psyrad.meta_regression_influence(psyrad.meta_regression_state, text, text, boolean) IS
	'Leave-one-out influence diagnostics of a meta-regression (metafor''s influence of rma with mods), one row a study in order of (vi, yi, x): unnest it. tau2 without a study is found by its estimator, the rest in closed form. A study that carries a coefficient alone has only hat and weight. DEFAULTS: method ''REML'', test ''z'', intercept true; options as in meta_regression_final. Errors: vi 0, unknown names, NULL options.';
COMMENT ON FUNCTION psyrad.meta_multilevel_influence(psyrad.meta_regression_state, text, text, double precision, boolean, boolean) IS
	'Influence of clusters or effects on a three-level model (metafor''s rstudent, cooks.distance, dfbetas, hatvalues of rma.mv; unit ''cluster'' is their cluster = ), with or without moderators: unnest it. beta_del is leave-one-cluster-out. reestimate: variances found anew without the unit; false keeps them, and all is closed-form. DEFAULTS: unit ''cluster'', method ''REML'', rho 0, reestimate true, intercept true. Errors: a state without clusters and effects, unknown names, NULL options.';
COMMENT ON FUNCTION psyrad.meta_multilevel_egger(psyrad.meta_regression_state, text, text, text, double precision, double precision) IS
	'Egger''s test for clustered effects (Rodgers & Pustejovsky 2021): the slope of a regression on the standard error (predictor ''sei''), the variance (''vi'') or the state''s last moderator (''x'', for example sqrt(1/n1 + 1/n2), which does not depend on a standardised effect), with a cluster-robust variance; limit_* is the effect where all moderators are 0 (PET with sei, PEESE with vi). The working model is the three-level one when the state has effects, else one tau2. Other moderators of the state are adjusted for. Begg''s test and trim and fill are not defined for clustered effects: they count studies as independent; aggregate each cluster first (effect_aggregate). DEFAULTS: predictor ''sei'', type ''CR2'', method ''REML'', rho 0, level 0.95. Errors: a state without clusters, unknown names, NULL options.';
COMMENT ON FUNCTION psyrad.effect_aggregate(psyrad.meta_state, double precision, boolean) IS
	'One effect out of several of one trial, sampling errors correlating by rho (metafor''s aggregate, struct "CS"; Borenstein et al. 2009, ch. 24): GROUP BY the trial over meta_state(yi, vi), then pool. rho has no default, since it is an assumption. weighted: least squares by the covariance; false: the plain mean. DEFAULTS: weighted true. Both parts are NULL without effects. Errors: rho outside [-1, 1] or impossible for so many effects, vi 0 or rho 1 when weighted, NULL options.';
