-- Several outcomes of a study: multivariate models, their states, robust variances.
\set VERBOSITY default
SET search_path = public, psyrad;
CREATE TABLE outcome62 AS SELECT i AS id, 'trial ' || (i % 12) AS study, CASE i / 12 WHEN 0 THEN 'BDI' WHEN 1 THEN 'HAMD' ELSE 'sleep' END AS outcome, i / 12 * 4 AS week,
	0.2 + 0.1 * (i / 12) + 0.3 * sin((i % 12) * 2.1) + 0.15 * sin(i * 1.3) AS yi, 0.01 + 0.004 * (i % 5) AS vi, ARRAY[i % 12 % 4]::float8[] AS x FROM generate_series(0, 35) i;
-- Sampling covariances at a correlation of 0.5: v is that of the study's outcomes in order.
CREATE TABLE covariance62 AS SELECT a.*, (SELECT array_agg(CASE WHEN a.id = b.id THEN a.vi ELSE 0.5 * sqrt(a.vi * b.vi) END ORDER BY b.outcome) FROM outcome62 b WHERE b.study = a.study) AS v FROM outcome62 a;
SELECT (r).k, (r).studies, (r).outcomes, (r).structure, (r).method, (r).test, (r).means, (r).sampling_rho, (r).df, (r).qm_df, (r).qe_df, (r).note,
	array_length((r).tau2, 1) AS tau2, array_length((r).rho, 1) AS rho, array_dims((r).g) AS g, array_dims((r).vcov) AS vcov
FROM (SELECT meta_multivariate(yi, vi, study, outcome) AS r FROM outcome62) a;
SELECT s, round((r).beta[1]::numeric, 7) AS bdi, round((r).se[1]::numeric, 7) AS se, round((r).tau2[1]::numeric, 6) AS tau2, round((r).rho[1]::numeric, 5) AS rho, round((r).loglik::numeric, 8) AS loglik, round((r).aic::numeric, 6) AS aic
FROM unnest('{ID,DIAG,CS,HCS,AR,HAR,CAR,UN}'::text[]) WITH ORDINALITY s(s, o), LATERAL (SELECT meta_multivariate(yi, vi, study, week, v, s) AS r FROM covariance62) a ORDER BY o;
SELECT round((r).loglik::numeric, 8) AS loglik FROM (SELECT meta_multivariate(yi, vi, study, week, v, 'UN', 'ML') AS r FROM covariance62) a;
-- Nested structures cannot have the higher likelihood.
SELECT bool_and(small <= large + 1e-9) AS nested FROM (VALUES ('ID', 'CS'), ('CS', 'HCS'), ('HCS', 'UN'), ('ID', 'DIAG'), ('DIAG', 'UN'), ('AR', 'HAR'), ('HAR', 'UN'), ('DIAG', 'HAR')) s (a, b),
	LATERAL (SELECT (meta_multivariate(yi, vi, study, week, v, a)).loglik AS small, (meta_multivariate(yi, vi, study, week, v, b)).loglik AS large FROM covariance62) l;
-- v and one correlation are two words for the same; equally spaced weeks make CAR an AR with rho^4.
SELECT abs((a.r).loglik - (b.r).loglik) < 1e-11 AS same, abs((a.r).g[1][2] - (b.r).g[1][2]) < 1e-9 AS g FROM
	(SELECT meta_multivariate(yi, vi, study, outcome, v) AS r FROM covariance62) a, (SELECT meta_multivariate_final(meta_multivariate_state(yi, vi, study, outcome), sampling_rho => 0.5) AS r FROM outcome62) b;
SELECT abs((a.r).loglik - (b.r).loglik) < 1e-11 AS same, abs((a.r).rho[1] ^ 4 - (b.r).rho[1]) < 1e-7 AS rho FROM
	(SELECT meta_multivariate(yi, vi, study, week, 'CAR') AS r FROM outcome62) a, (SELECT meta_multivariate(yi, vi, study, week, 'AR') AS r FROM outcome62) b;
-- One outcome is meta's model; CS with all means common is the three-level model.
SELECT abs((a.r).beta[1] - (b.r).estimate) < 1e-12 AS estimate, abs((a.r).tau2[1] - (b.r).tau2) < 1e-11 AS tau2, abs((a.r).loglik - (b.r).loglik) < 1e-11 AS loglik
FROM (SELECT meta_multivariate(yi, vi, study, outcome) AS r FROM outcome62 WHERE outcome = 'BDI') a, (SELECT meta(yi, vi) AS r FROM outcome62 WHERE outcome = 'BDI') b;
SELECT abs((a.r).beta[1] - (b.r).estimate) < 1e-9 AS estimate, abs((a.r).tau2[1] - (b.r).sigma2[1] - (b.r).sigma2[2]) < 1e-8 AS tau2, abs((a.r).rho[1] - (b.r).icc) < 1e-6 AS rho, abs((a.r).loglik - (b.r).loglik) < 1e-11 AS loglik
FROM (SELECT meta_multivariate_final(meta_multivariate_state(yi, vi, study, outcome), 'CS', means => 'common') AS r FROM outcome62) a, (SELECT meta_multilevel(yi, vi, study, outcome) AS r FROM outcome62) b;
-- DIAG without covariances: each outcome for itself.
SELECT bool_and(abs((r).beta[o] - (m).estimate) < 1e-11 AND abs((r).tau2[o] - (m).tau2) < 1e-9) AS each FROM (SELECT meta_multivariate(yi, vi, study, outcome, 'DIAG') AS r FROM outcome62) a,
	(SELECT row_number() OVER (ORDER BY outcome) AS o, meta(yi, vi) AS m FROM outcome62 GROUP BY outcome) b;
-- Units of a power of two, order of rows, names of studies do not matter to a bit.
SELECT (a.r).beta[1] = (b.r).beta[1] / 4096 AS unit, (a.r).g = (c.r).g AS rows FROM (SELECT meta_multivariate(yi, vi, study, outcome, v) AS r FROM covariance62) a,
	(SELECT meta_multivariate(yi * 4096, vi * 4096 ^ 2, study, outcome, (SELECT array_agg(e * 4096 ^ 2 ORDER BY o) FROM unnest(v) WITH ORDINALITY u(e, o))) AS r FROM covariance62) b,
	(SELECT meta_multivariate(yi, vi, study, outcome, v ORDER BY md5(id::text)) AS r FROM covariance62) c;
-- Moderators, and the kinds of means.
SELECT means, (r).qm_df, array_length((r).beta, 1) AS p, round((r).beta[array_upper((r).beta, 1)]::numeric, 8) AS slope, round((r).qm::numeric, 7) AS qm FROM unnest('{outcome,common,none}'::text[]) means,
	LATERAL (SELECT meta_multivariate_final(meta_multivariate_state(yi, vi, study, outcome, v, x), 'HCS', means => means) AS r FROM covariance62) a ORDER BY means;
SELECT (r).beta[4] IS NULL AS left_out, (r).note FROM (SELECT meta_multivariate_final(meta_multivariate_state(yi, vi, study, outcome, v, ARRAY[(outcome = 'BDI')::int]::float8[])) AS r FROM covariance62) a;
SELECT (r).df, (r).qm_df, (r).test FROM (SELECT meta_multivariate_final(meta_multivariate_state(yi, vi, study, outcome), test => 't') AS r FROM outcome62) a;
-- What the data cannot tell.
SELECT (r).tau2, (r).studies, (r).note FROM (SELECT meta_multivariate(yi, vi, 1, outcome) AS r FROM outcome62 WHERE study = 'trial 1' OR id < 2) a;
SELECT (r).tau2[3], (r).note FROM (SELECT meta_multivariate(yi, vi, study, outcome) AS r FROM outcome62 WHERE outcome <> 'sleep' OR study = 'trial 3') a;
SELECT (r).rho, (r).note FROM (SELECT meta_multivariate(yi, vi, study || outcome, outcome, 'UN') AS r FROM outcome62 WHERE outcome <> 'sleep') a;
SELECT (r).k, (r).k_missing, (r).beta, (r).note FROM (SELECT meta_multivariate(yi, NULL, study, outcome) AS r FROM outcome62) a;
SELECT (r).k, (r).note FROM (SELECT meta_multivariate(yi, vi, study, outcome) AS r FROM outcome62 WHERE id < 1) a;
SELECT meta_multivariate(yi, vi, study, outcome) FROM outcome62 WHERE false;
-- Numbers are in order as numbers, names as bytes.
SELECT (meta_multivariate(yi, vi, study, week + 8)).outcomes AS numbers, (meta_multivariate(yi, vi, study, 'w' || (week + 8))).outcomes AS names FROM outcome62;

-- Robust.
SELECT type, (r).model, round((r).se[2]::numeric, 8) AS se, round((r).df[2]::numeric, 6) AS df, round((r).wald_f::numeric, 6) AS f, (r).wald_df1 AS df1, round((r).wald_df2::numeric, 6) AS df2 FROM unnest('{CR0,CR1,CR2}'::text[]) type,
	LATERAL (SELECT meta_multivariate_robust(meta_multivariate_state(yi, vi, study, outcome, v), type) AS r FROM covariance62) a ORDER BY type;
-- One contrast is its t test squared.
SELECT abs((r).wald_f - (r).statistic[2] ^ 2) < 1e-9 AS f, abs((r).wald_df2 - (r).df[2]) < 1e-9 AS df, abs((r).wald_p - (r).p[2]) < 1e-10 AS p FROM
	(SELECT meta_multivariate_robust(meta_multivariate_state(yi, vi, study, outcome, v), contrasts => ARRAY[0, 1, 0]) AS r FROM covariance62) a;
-- Contrasts may be written in any basis of theirs.
SELECT abs((a.r).wald_f - (b.r).wald_f) < 1e-9 AS f, abs((a.r).wald_df2 - (b.r).wald_df2) < 1e-9 AS df FROM
	(SELECT meta_multivariate_robust(meta_multivariate_state(yi, vi, study, outcome, v), contrasts => ARRAY[[1, -1, 0], [0, 1, -1]]) AS r FROM covariance62) a,
	(SELECT meta_multivariate_robust(meta_multivariate_state(yi, vi, study, outcome, v), contrasts => ARRAY[[1, 0, -1], [5, -7, 2]]) AS r FROM covariance62) b;
SELECT m, round((r).beta[1]::numeric, 8) AS estimate, round((r).se[1]::numeric, 8) AS se, round((r).df[1]::numeric, 6) AS df, round((r).tau2::numeric, 8) AS tau2, round((r).sigma2[2]::numeric, 8) AS omega2, round((r).wald_f::numeric, 6) AS f, round((r).wald_df2::numeric, 5) AS df2
FROM unnest('{CORR,HIER,independent}'::text[]) m, LATERAL (SELECT meta_robust_regression(meta_regression_state(yi, vi, x || (id % 3)::float8, study), model => m) AS r FROM outcome62) a ORDER BY m;

-- States: any split, any order, windows, parallel plans.
SELECT parts, (SELECT meta_multivariate_merge(s)::text FROM (SELECT meta_multivariate_state(yi, vi, study, outcome, v, x ORDER BY md5(id::text)) AS s FROM covariance62 GROUP BY id % parts) p)
	= (SELECT meta_multivariate_state(yi, vi, study, outcome, v, x)::text FROM covariance62) AS same FROM unnest(ARRAY[1, 2, 5, 36]) parts;
SELECT meta_multivariate_final(meta_multivariate_merge(s)) = (SELECT meta_multivariate(yi, vi, study, outcome, v) FROM covariance62) AS merged_equals_whole
FROM (SELECT meta_multivariate_state(yi, vi, study, outcome, v) AS s FROM covariance62 GROUP BY id % 4 UNION ALL SELECT NULL UNION ALL SELECT meta_multivariate_state(NULL, vi, study, outcome, v) FROM covariance62 WHERE false) p;
SELECT bool_and(r = (SELECT meta_multivariate(yi, vi, study, outcome, v, 'CS') FROM covariance62 b WHERE b.id <> a.id)) AS leave_one_out FROM
	(SELECT id, meta_multivariate(yi, vi, study, outcome, v, 'CS') OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS r FROM covariance62) a;

-- Errors.
SELECT meta_multivariate(yi, vi, study, outcome, 'PHYBM') FROM outcome62;
SELECT meta_multivariate(yi, vi, study, outcome, 'UN', 'DL') FROM outcome62;
SELECT meta_multivariate(yi, vi, study, outcome, 'CAR') FROM outcome62;
SELECT meta_multivariate(yi, vi, study, outcome, v[1:2]) FROM covariance62;
SELECT meta_multivariate(yi, vi, study, outcome, ARRAY['Infinity', 0, 0]::float8[]) FROM outcome62;
SELECT meta_multivariate(yi, vi, study, outcome, ARRAY[vi, 0.001, NULL]) FROM outcome62;
SELECT meta_multivariate(yi, vi * 2, study, outcome, v) FROM covariance62;
SELECT meta_multivariate(yi, vi, study, outcome, ARRAY[v[1], v[2] + id * 0.001, v[3]]) FROM covariance62 WHERE outcome <> 'BDI' OR id < 3;
SELECT meta_multivariate(yi, 0.01, study, outcome, (SELECT array_agg(CASE WHEN o = outcome THEN 0.01 ELSE -0.009 END ORDER BY o) FROM (VALUES ('BDI'), ('HAMD'), ('sleep')) u(o))) FROM outcome62;
SELECT meta_multivariate(yi, 0.01, study, 'same', ARRAY[0.01]::float8[]) FROM outcome62;
SELECT meta_multivariate(yi, 0, study, outcome) FROM outcome62;
SELECT meta_multivariate(yi, vi, study, '') FROM outcome62;
SELECT meta_multivariate(yi, vi, study, repeat('x', 64)) FROM outcome62;
SELECT meta_multivariate(yi, vi, study, id) FROM outcome62;
SELECT meta_multivariate_final(meta_multivariate_state(yi, vi, study, outcome), sampling_rho => 1) FROM outcome62;
SELECT meta_multivariate_final(meta_multivariate_state(yi, vi, study, outcome), sampling_rho => -0.6) FROM outcome62;
SELECT meta_multivariate_final(meta_multivariate_state(yi, vi, study, outcome, v), sampling_rho => 0.5) FROM covariance62;
SELECT meta_multivariate_final(meta_multivariate_state(yi, vi, study, outcome), means => 'each') FROM outcome62;
SELECT meta_multivariate_final(meta_multivariate_state(yi, vi, study, outcome), test => 'knha') FROM outcome62;
SELECT meta_multivariate_final(meta_multivariate_state(yi, vi, study, outcome), level => 95) FROM outcome62;
SELECT meta_multivariate_final(meta_multivariate_state(yi, vi, study, outcome), structure => NULL) FROM outcome62;
SELECT meta_multivariate_robust(meta_multivariate_state(yi, vi, study, outcome), contrasts => ARRAY[1, 2]) FROM outcome62;
SELECT meta_robust_regression(meta_regression_state(yi, vi, x, study), model => 'CORR', rho => -0.1) FROM outcome62;
SELECT meta_robust_regression(meta_regression_state(yi, vi, x, study), model => 'chain') FROM outcome62;
SELECT meta_multivariate_merge(s) FROM (SELECT meta_multivariate_state(yi, vi, study, outcome) AS s FROM outcome62 UNION ALL SELECT meta_multivariate_state(yi, vi, study, outcome, v) FROM covariance62) a;
DROP TABLE outcome62, covariance62;
