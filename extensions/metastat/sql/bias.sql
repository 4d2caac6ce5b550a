-- Small-study effects over a meta_state.
CREATE TYPE psyrad.meta_bias AS (k integer, k_missing integer, method text, estimate double precision, se double precision, statistic double precision, df double precision, p double precision, log_p double precision,
	limit_estimate double precision, limit_se double precision, limit_lb double precision, limit_ub double precision, tau2 double precision, note text);
CREATE TYPE psyrad.meta_begg_result AS (k integer, k_missing integer, tau double precision, p double precision, exact boolean, note text);
CREATE TYPE psyrad.meta_trimfill_result AS (k integer, k_missing integer, estimator text, side text, k0 integer, se_k0 double precision, p_k0 double precision, method text, test text,
	estimate double precision, se double precision, statistic double precision, df double precision, p double precision, ci_lb double precision, ci_ub double precision, tau2 double precision, q double precision, filled_yi double precision[], filled_vi double precision[], note text);
CREATE TYPE psyrad.meta_failsafe_result AS (k integer, k_missing integer, type text, n double precision, p double precision, mean double precision, target double precision);
CREATE TYPE psyrad.meta_petpeese_result AS (k integer, k_missing integer, chosen text, estimate double precision, se double precision, ci_lb double precision, ci_ub double precision, p double precision, df double precision,
	pet double precision, pet_se double precision, pet_p double precision, pet_slope double precision, pet_slope_p double precision, peese double precision, peese_se double precision, peese_p double precision, note text);
COMMENT ON TYPE psyrad.meta_bias IS
	'A regression test for small-study effects. estimate, se, statistic, df (NULL: normal), p, log_p of the slope, whose being 0 is tested; limit_*: the outcome where '
	'the predictor is 0; tau2 of models DL and REML (0 for the others). NULL is "not available", and note says why (fewer than 3 studies, equal predictors).';
COMMENT ON TYPE psyrad.meta_begg_result IS 'Rank correlation test: Kendall''s tau and its two-sided p; exact where that counts orders, without ties up to 500 studies. note says why there is none.';
COMMENT ON TYPE psyrad.meta_trimfill_result IS
	'Trim and fill: k0 studies missing on side, with standard error (p_k0: one-sided, of R0 alone), the model refitted with them (columns as in meta_result), and the filled studies. note: why there is none.';
COMMENT ON TYPE psyrad.meta_failsafe_result IS 'Fail-safe number n; p of the test it would undo (NULL for Orwin), mean and target in the unit of yi. NULL without studies.';
COMMENT ON TYPE psyrad.meta_petpeese_result IS
	'PET-PEESE: estimate is the chosen one, with interval and p; pet_* with its slope over standard errors, peese_* over variances; df of all t. note: why there is none.';

CREATE FUNCTION psyrad.meta_egger_finish(psyrad.meta_state) RETURNS psyrad.meta_bias
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_egger(yi double precision, vi double precision) (
	SFUNC = psyrad.meta_accumulate, STYPE = psyrad.meta_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_combine,
	FINALFUNC = psyrad.meta_egger_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE FUNCTION psyrad.meta_egger_final(state psyrad.meta_state, model text DEFAULT 'lm', predictor text DEFAULT 'sei', level double precision DEFAULT 0.95) RETURNS psyrad.meta_bias
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_begg_finish(psyrad.meta_state) RETURNS psyrad.meta_begg_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_begg(yi double precision, vi double precision) (
	SFUNC = psyrad.meta_accumulate, STYPE = psyrad.meta_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_combine,
	FINALFUNC = psyrad.meta_begg_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE FUNCTION psyrad.meta_trimfill_finish(psyrad.meta_state) RETURNS psyrad.meta_trimfill_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_trimfill(yi double precision, vi double precision) (
	SFUNC = psyrad.meta_accumulate, STYPE = psyrad.meta_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_combine,
	FINALFUNC = psyrad.meta_trimfill_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE FUNCTION psyrad.meta_trimfill_final(state psyrad.meta_state, estimator text DEFAULT 'L0', side text DEFAULT 'auto', method text DEFAULT 'REML', test text DEFAULT 'z', level double precision DEFAULT 0.95) RETURNS psyrad.meta_trimfill_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_failsafe_finish(psyrad.meta_state) RETURNS psyrad.meta_failsafe_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_failsafe(yi double precision, vi double precision) (
	SFUNC = psyrad.meta_accumulate, STYPE = psyrad.meta_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_combine,
	FINALFUNC = psyrad.meta_failsafe_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE FUNCTION psyrad.meta_failsafe_final(state psyrad.meta_state, type text DEFAULT 'Rosenthal', alpha double precision DEFAULT 0.05, target double precision DEFAULT NULL, weighted boolean DEFAULT true) RETURNS psyrad.meta_failsafe_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_petpeese_finish(psyrad.meta_state) RETURNS psyrad.meta_petpeese_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_petpeese(yi double precision, vi double precision) (
	SFUNC = psyrad.meta_accumulate, STYPE = psyrad.meta_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_combine,
	FINALFUNC = psyrad.meta_petpeese_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE FUNCTION psyrad.meta_petpeese_final(state psyrad.meta_state, alpha double precision DEFAULT 0.1, level double precision DEFAULT 0.95) RETURNS psyrad.meta_petpeese_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';

COMMENT ON FUNCTION psyrad.meta_egger_finish(psyrad.meta_state) IS 'final function of meta_egger: its defaults';
COMMENT ON AGGREGATE psyrad.meta_egger(double precision, double precision) IS
	'Egger''s test (Egger et al. 1997): weighted regression of yi on its standard error, t with k - 2 df (metafor''s regtest, model lm). estimate is the classical intercept. DEFAULTS: those of meta_egger_final. Rows with NULL are counted in k_missing. Errors: vi 0 or negative, NaN, infinity.';
COMMENT ON FUNCTION psyrad.meta_egger_final(psyrad.meta_state, text, text, double precision) IS
	'Regression test for funnel asymmetry (metafor''s regtest). model: lm (weights 1/vi, unknown dispersion, t), EE, DL, REML (random effects, normal). predictor: sei or vi. DEFAULTS: model ''lm'', predictor ''sei'', level 0.95 (of limit_lb, limit_ub). Errors: vi 0, unknown names, NULL options.';
COMMENT ON FUNCTION psyrad.meta_begg_finish(psyrad.meta_state) IS 'final function of meta_begg: its defaults';
COMMENT ON AGGREGATE psyrad.meta_begg(double precision, double precision) IS
	'Rank correlation test for funnel asymmetry (Begg & Mazumdar 1994; metafor''s ranktest): Kendall''s tau of standardised deviations and variances. Rows with NULL are counted in k_missing. Errors: vi 0 or negative, NaN, infinity.';
COMMENT ON FUNCTION psyrad.meta_trimfill_finish(psyrad.meta_state) IS 'final function of meta_trimfill: its defaults';
COMMENT ON AGGREGATE psyrad.meta_trimfill(double precision, double precision) IS
	'Trim and fill (Duval & Tweedie 2000; metafor''s trimfill). DEFAULTS: those of meta_trimfill_final. Rows with NULL are counted in k_missing. Errors: vi 0 or negative, NaN, infinity.';
COMMENT ON FUNCTION psyrad.meta_trimfill_final(psyrad.meta_state, text, text, text, text, double precision) IS
	'Trim and fill (Duval & Tweedie 2000). estimator: L0, R0, Q0. side: left, right, or auto (right when effects fall with their standard errors, by a regression with method EE, DL or else REML). method and test as in meta_final. DEFAULTS: estimator ''L0'', side ''auto'', method ''REML'', test ''z'', level 0.95. Errors: vi 0, unknown names, NULL options.';
COMMENT ON FUNCTION psyrad.meta_failsafe_finish(psyrad.meta_state) IS 'final function of meta_failsafe: its defaults';
COMMENT ON AGGREGATE psyrad.meta_failsafe(double precision, double precision) IS
	'Rosenthal''s fail-safe number: studies of no effect that would take the one-sided p above 0.05. DEFAULTS: those of meta_failsafe_final. Rows with NULL are counted in k_missing. Errors: vi 0 or negative, NaN, infinity.';
COMMENT ON FUNCTION psyrad.meta_failsafe_final(psyrad.meta_state, text, double precision, double precision, boolean) IS
	'Fail-safe number (metafor''s fsn). type: Rosenthal (1979, Stouffer''s z, one-sided), Orwin (1983: studies that take the mean to target), Rosenberg (2005: two-sided p of the common effect). target NULL is half the mean. weighted: Orwin''s mean by 1/vi, as metafor 5; false, plain, as 3.8. DEFAULTS: type ''Rosenthal'', alpha 0.05, target NULL, weighted true. Errors: vi 0, alpha outside (0, 1), unknown names.';
COMMENT ON FUNCTION psyrad.meta_petpeese_finish(psyrad.meta_state) IS 'final function of meta_petpeese: its defaults';
COMMENT ON AGGREGATE psyrad.meta_petpeese(double precision, double precision) IS
	'PET-PEESE (Stanley & Doucouliagos 2014). DEFAULTS: those of meta_petpeese_final. Rows with NULL are counted in k_missing. Errors: vi 0 or negative, NaN, infinity.';
COMMENT ON FUNCTION psyrad.meta_petpeese_final(psyrad.meta_state, double precision, double precision) IS
	'Effect of an infinitely large study by weighted regression on standard errors (PET), or on variances (PEESE) where PET''s two-sided p is below alpha (Stanley & Doucouliagos 2014). t with k - 2 df. DEFAULTS: alpha 0.1, level 0.95. Errors: vi 0, alpha or level outside (0, 1).';
CREATE FUNCTION psyrad.meta_begg_final(state psyrad.meta_state) RETURNS psyrad.meta_begg_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'meta_begg_finish';
COMMENT ON FUNCTION psyrad.meta_begg_final(psyrad.meta_state) IS 'Rank correlation test for funnel asymmetry over a state; see the aggregate meta_begg. Errors: vi 0.';
CREATE TYPE psyrad.meta_funnel_row AS (yi double precision, sei double precision, z double precision, p double precision, contour double precision);
CREATE FUNCTION psyrad.meta_funnel(state psyrad.meta_state, refline double precision DEFAULT 0, levels double precision[] DEFAULT ARRAY[0.9, 0.95, 0.99]::double precision[]) RETURNS psyrad.meta_funnel_row[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
COMMENT ON TYPE psyrad.meta_funnel_row IS 'A study in a contour-enhanced funnel: effect, standard error, z and two-sided p against the reference line, and the contour it lies in.';
COMMENT ON FUNCTION psyrad.meta_funnel(psyrad.meta_state, double precision, double precision[]) IS
	'Points of a contour-enhanced funnel plot (Peters et al. 2008), in order of (vi, yi): unnest it. contour: the smallest of levels whose region about refline holds the study, '
	'NULL outside all (p below 1 - the largest). DEFAULTS: refline 0, levels 0.9, 0.95, 0.99. NULL arguments give NULL. Errors: vi 0, levels outside (0, 1), refline not finite.';
