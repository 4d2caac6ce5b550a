-- Pooling.
CREATE TYPE psyrad.meta_result AS (
	k integer, k_missing integer, method text, test text,
	estimate double precision, se double precision, statistic double precision, df double precision, p double precision, log_p double precision,
	ci_lb double precision, ci_ub double precision, pi_lb double precision, pi_ub double precision,
	tau2 double precision, se_tau2 double precision, tau2_lb double precision, tau2_ub double precision,
	i2 double precision, h2 double precision, q double precision, q_df double precision, q_p double precision,
	loglik double precision, note text);

CREATE FUNCTION psyrad.meta_final(state psyrad.meta_state, method text DEFAULT 'REML', test text DEFAULT 'z', level double precision DEFAULT 0.95,
	pi text DEFAULT 'metafor', tau2_ci text DEFAULT 'qprofile') RETURNS psyrad.meta_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_finish(psyrad.meta_state) RETURNS psyrad.meta_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_sentence(result psyrad.meta_result) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_sentence(result psyrad.meta_result, scale text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME';

CREATE AGGREGATE psyrad.meta(yi double precision, vi double precision) (
	SFUNC = psyrad.meta_accumulate, STYPE = psyrad.meta_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_combine,
	FINALFUNC = psyrad.meta_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta(yi double precision, vi double precision, method text) (
	SFUNC = psyrad.meta_accumulate, STYPE = psyrad.meta_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_combine,
	FINALFUNC = psyrad.meta_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta(yi double precision, vi double precision, method text, test text) (
	SFUNC = psyrad.meta_accumulate, STYPE = psyrad.meta_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_combine,
	FINALFUNC = psyrad.meta_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta(yi double precision, vi double precision, method text, test text, level double precision) (
	SFUNC = psyrad.meta_accumulate, STYPE = psyrad.meta_state, SSPACE = 512, COMBINEFUNC = psyrad.meta_combine,
	FINALFUNC = psyrad.meta_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);

COMMENT ON TYPE psyrad.meta_result IS
	'One pooled effect, with metafor''s meanings. k studies, k_missing rows without yi or vi; estimate, se, ci and pi (prediction interval) in the unit of yi; '
	'df NULL for a normal test; log_p is ln p and stays finite where p underflows to 0; tau2 in squared units; i2 in per cent; q is Cochran''s Q; '
	'loglik is the restricted one for REML. NULL is "not available", and note says why.';
COMMENT ON FUNCTION psyrad.meta_final(psyrad.meta_state, text, text, double precision, text, text) IS
	'Random-effects meta-analysis of a state: yi ~ N(mu, vi + tau2). '
	'DEFAULTS: method ''REML'', test ''z'', level 0.95, pi ''metafor'', tau2_ci ''qprofile''. Names in any case. '
	'method: EE (equal effects, tau2 = 0), DL, HE, HS, HSk, SJ, ML, REML, EB, PM, PMM; ML and REML are the global maximum of their likelihood. '
	'test: z, t (k - 1 df), knha (Knapp-Hartung), adhoc (the same, se never below z''s). level: of every interval. '
	'pi: metafor (z with test z, else t with k - 1 df), k-1, k-2 (t with so many df), z; NULL below 3 studies and for EE. '
	'tau2_ci: qprofile, or pl (profile likelihood, with ML and REML). '
	'One study: itself, test z, no heterogeneity. vi = 0: an error, but for EE, where it is an exactly known effect. Errors: unknown names, NULL options, level outside (0, 1).';
COMMENT ON FUNCTION psyrad.meta_finish(psyrad.meta_state) IS 'final function of meta: meta_final with what the aggregate was asked for';
COMMENT ON FUNCTION psyrad.meta_sentence(psyrad.meta_result) IS
	'The line a paper would print: model, estimate, interval, test, prediction interval, heterogeneity. p below .001 is printed as such.';
COMMENT ON FUNCTION psyrad.meta_sentence(psyrad.meta_result, text) IS
	'The same with estimate, confidence and prediction interval as readers know them. scale, of yi: identity, log (ratios: exp), z (correlations: tanh), logit (proportions). Test, Q and tau2 stay on the scale of yi. Errors: unknown scale.';
COMMENT ON AGGREGATE psyrad.meta(double precision, double precision) IS
	'Random-effects meta-analysis of effects yi with sampling variances vi. DEFAULTS: method REML, test z, level 0.95; more options: meta_final over meta_state. '
	'Over a window: cumulative with ROWS UNBOUNDED PRECEDING, leave-one-out with EXCLUDE CURRENT ROW. Rows with NULL are counted in k_missing; where no others are, k is 0 and the numbers are NULL. NULL over no rows.';
COMMENT ON AGGREGATE psyrad.meta(double precision, double precision, text) IS
	'The same with a method (see meta_final), one for all rows of a group. DEFAULTS: test z, level 0.95.';
COMMENT ON AGGREGATE psyrad.meta(double precision, double precision, text, text) IS
	'The same with a method and a test (see meta_final), one each for all rows of a group. DEFAULTS: level 0.95.';
COMMENT ON AGGREGATE psyrad.meta(double precision, double precision, text, text, double precision) IS
	'The same with a method, a test (see meta_final) and the level of the intervals, one each for all rows of a group.';
CREATE FUNCTION psyrad.meta_share(result psyrad.meta_result, threshold double precision, direction text DEFAULT 'above', level double precision DEFAULT 0.95)
	RETURNS psyrad.meta_share_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.meta_share(psyrad.meta_result, double precision, text, double precision) IS
	'Share of true effects above (or below) a threshold, such as the minimal important difference, in a random-effects model: Phi((estimate - threshold)/tau), standard error by the delta method (Mathur & VanderWeele 2019). DEFAULTS: direction ''above'', level 0.95. A NULL result or threshold gives NULL. Errors: unknown direction, level outside (0, 1).';
