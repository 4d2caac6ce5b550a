-- The hard cases of meta-analysis, one test each, by name: what peers get wrong or leave open, and what is right here.
SET search_path = public, psyrad;
CREATE TABLE hard (yi float8, vi float8);
INSERT INTO hard VALUES (1, 0.1), (2, 0.2), (5, 0.15), (9, 0.3);
-- What a query raises: its SQLSTATE and message, or that it raised nothing.
CREATE FUNCTION raised(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	RETURN 'nothing';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
-- Pools literal studies.
CREATE FUNCTION pooled(y float8[], v float8[], method text, test text) RETURNS meta_result LANGUAGE sql AS $$
	SELECT meta_final(meta_state(a, b), method, test) FROM unnest(y, v) AS u(a, b) $$;

-- tiny and huge scales: estimates follow the unit.
SELECT 'scale ' || m AS test, bool_and(abs((r).estimate / c - (u).estimate) <= 1e-12 * abs((u).estimate) AND abs((r).tau2 / c / c - (u).tau2) <= 1e-12 * ((u).tau2 + 0.1)) AS holds
FROM unnest(ARRAY['DL', 'HE', 'HS', 'SJ', 'ML', 'REML', 'EB', 'PM', 'PMM']) m, unnest(ARRAY[1e-8, 1e-3, 1, 1e8]) c,
	LATERAL (SELECT meta_final(meta_state(yi * c, vi * c * c), m) AS r, meta_final(meta_state(yi, vi), m) AS u FROM hard) x GROUP BY m ORDER BY m;
-- sets on which Fisher scoring does not converge.
SELECT 'fisher_scoring_fails_' || n AS test, (r).tau2 BETWEEN (r).tau2_lb AND (r).tau2_ub AS in_interval, round((r).tau2::numeric, 10) AS tau2, round((r).loglik::numeric, 10) AS loglik
FROM (VALUES (1, ARRAY[-0.503566023223622, 0.540859826013515, 0.513542360382071, 0.139371785616856], ARRAY[0.221623004909455, 0.00479060417909924, 0.0521732043707448, 1.29547448635119]),
	(2, ARRAY[-0.22155249229844, 0.061855081865418, -0.256446794933484, 0.168924524868982, 0.266558638870097, 0.126610578760065, -0.378523186828801, -0.182770594427915, -0.184195502688773, -0.114567340579187],
	ARRAY[0.071916311483892, 0.0752250862883177, 0.0826181885698696, 0.16031127345147, 0.0402488062688535, 0.0742100015882816, 0.0137729592092821, 0.153624986203249, 0.193833332474513, 0.442664983157317])) s(n, y, v),
	LATERAL (SELECT meta_final(meta_state(a, b), tau2_ci => 'pl') AS r FROM unnest(y, v) AS u(a, b)) x;
SELECT 'empty' AS test, meta(yi, vi) IS NULL AS holds FROM hard WHERE false;
SELECT 'one_study' AS test, (r).k, (r).estimate, (r).se, (r).tau2, (r).q, (r).i2, (r).test, (r).note FROM (SELECT pooled('{0.5}', '{0.04}', 'REML', 'knha') AS r) x;
SELECT 'two_identical_knha' AS test, (r).estimate, (r).se, (r).p, (r).note FROM (SELECT pooled('{0.3,0.3}', '{0.04,0.05}', 'REML', 'knha') AS r) x;
SELECT 'two_identical_adhoc' AS test, (r).estimate, round((r).se::numeric, 12) AS se, round((r).p::numeric, 12) AS p FROM (SELECT pooled('{0.3,0.3}', '{0.04,0.05}', 'REML', 'adhoc') AS r) x;
SELECT 'zero_variance_random' AS test, raised($$SELECT pooled('{0.3,0.5}', '{0,0.05}', 'REML', 'z')$$);
SELECT 'zero_variance_equal_effects' AS test, (r).estimate, (r).se, (r).note FROM (SELECT pooled('{0.3,0.5}', '{0,0.05}', 'EE', 'z') AS r) x;
SELECT 'negative_variance' AS test, raised($$SELECT pooled('{0.3,0.5}', '{-0.1,0.05}', 'REML', 'z')$$);
SELECT 'nan_effect' AS test, raised($$SELECT pooled('{NaN,0.5}', '{0.1,0.05}', 'REML', 'z')$$);
SELECT 'infinite_variance' AS test, raised($$SELECT pooled('{0.3,0.5}', '{Infinity,0.05}', 'REML', 'z')$$);
SELECT 'null_is_skipped_and_counted' AS test, (r).k, (r).k_missing, (r).estimate FROM (SELECT pooled('{0.3,NULL,0.5}', '{0.1,0.1,NULL}', 'REML', 'z') AS r) x;
SELECT 'equal_variances' AS test, abs((r).tau2 - (0.02 - 0.01)) < 1e-15 AS holds, (r).note FROM (SELECT pooled(ARRAY[0.1, 0.1 + 0.2, 0.1 + 0.4, 0.1 + 0.3, 0.1 + 0.1, 0.1 + 0.2] , array_fill(0.01, ARRAY[6]), 'REML', 'z') AS r) x;
SELECT 'equal_effects' AS test, (r).tau2, (r).q, (r).i2, (r).estimate FROM (SELECT pooled(array_fill(0.25::float8, ARRAY[6]), '{0.01,0.02,0.03,0.04,0.05,0.06}', 'REML', 'z') AS r) x;
SELECT 'variance_ratio_1e10' AS test, round((r).estimate::numeric, 10) AS estimate, round((r).tau2::numeric, 10) AS tau2, (r).note FROM (SELECT pooled('{0.1,0.5,-2,3}', '{1e-8,100,50,10}', 'REML', 'z') AS r) x;
SELECT 'p_underflows' AS test, (r).p, round((r).log_p::numeric, 6) AS log_p FROM (SELECT pooled('{100,101,99}', '{1,1,1}', 'EE', 'z') AS r) x;
SELECT 'narrow_knapp_hartung' AS test, (r).note FROM (SELECT pooled('{0.30,0.32,0.29,0.31,0.30}', '{0.04,0.05,0.03,0.04,0.05}', 'DL', 'knha') AS r) x;
SELECT 'few_studies' AS test, (r).note FROM (SELECT pooled('{0.3,0.5,0.1}', '{0.04,0.05,0.03}', 'DL', 'z') AS r) x;
SELECT 'prediction_interval_below_three' AS test, (r).pi_lb, (r).note FROM (SELECT pooled('{0.3,0.5}', '{0.04,0.05}', 'DL', 'z') AS r) x;
SELECT 'prediction_interval_choices' AS test, count(DISTINCT (meta_final(s, test => 'knha', pi => pi)).pi_ub) AS different FROM (SELECT meta_state(yi, vi) AS s FROM hard) x, unnest(ARRAY['metafor', 'k-1', 'k-2', 'z']) pi;
-- 2x2 tables, standard deviations, correlations: NULL where nothing can be known, an error where nothing can be true.
SELECT 'double_zero' AS test, (effect_or(0, 10, 0, 12)).*, (effect_rr(0, 10, 0, 12)).*;
SELECT 'double_zero_asked_for' AS test, (effect_or(0, 10, 0, 12, drop00 => false)).yi IS NOT NULL AS holds;
SELECT 'negative_count' AS test, left(raised('SELECT effect_or(-1, 10, 3, 12)'), 5);
SELECT 'one_subject' AS test, (effect_smd(3, 1, 1, 2, 1, 12)).vi;
SELECT 'sd_0' AS test, (effect_smd(3, 0, 10, 2, 0, 12)).*;
SELECT 'negative_sd' AS test, left(raised('SELECT effect_smd(3, -1, 10, 2, 1, 12)'), 5);
SELECT 'correlation_of_1' AS test, (effect_zcor(1, 20)).*;
SELECT 'correlation_beyond_1' AS test, left(raised('SELECT effect_zcor(1.2, 20)'), 5);
SELECT 'correlation_of_three' AS test, (effect_zcor(0.5, 3)).vi;
SELECT 'missing_pre_post_correlation' AS test, effect_smcr(10, 20, 5, 30, NULL) IS NULL AS holds, r_from_sds(5, 6, 4) IS NOT NULL AS named_remedy;
-- One degenerate group never aborts a GROUP BY.
SELECT 'egger_two_studies' AS test, (r).note IS NOT NULL AS says_why FROM (SELECT meta_egger(yi, vi) AS r FROM hard WHERE yi < 4) x;
SELECT 'egger_equal_errors' AS test, (r).note IS NOT NULL AS says_why FROM (SELECT meta_egger(yi, 0.1) AS r FROM hard) x;
SELECT 'collinear_moderators' AS test, (r).note IS NOT NULL AS says_why FROM (SELECT meta_regression(yi, vi, ARRAY[yi, 2 * yi]) AS r FROM hard) x;
SELECT 'more_moderators_than_studies' AS test, coalesce((r).beta[1], 'NaN') = 'NaN' AS no_coefficient, (r).note IS NOT NULL AS says_why FROM (SELECT meta_regression(yi, vi, ARRAY[yi, yi * yi, vi, yi * vi]) AS r FROM hard) x;
SELECT 'trim_and_fill_three_studies' AS test, raised('SELECT meta_trimfill(yi, vi) FROM hard WHERE yi < 6');
SELECT 'mass_meta_masked_voxel' AS test, raised($$SELECT mass_meta('{0,1}'::real[], '{0,1}'::real[])$$);
SELECT 'network_negative_arm' AS test, raised($$SELECT meta_network('x', a, b, y, v) FROM (VALUES ('p', 'q', 1, 1), ('q', 'r', 1, 1), ('p', 'r', 2, 3)) t(a, b, y, v)$$);
SELECT 'network_in_parts' AS test, (r).tau2, (r).league IS NULL AS no_league, (r).note FROM (SELECT meta_network(s, a, b, 1, 1) AS r FROM (VALUES ('x', 'p', 'q'), ('y', 'r', 's')) t(s, a, b)) x;
