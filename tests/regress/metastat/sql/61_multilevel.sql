-- Dependent effects: three-level models, correlated and hierarchical effects, cluster-robust variances.
\set VERBOSITY default
SET search_path = public, psyrad;
CREATE TABLE effect61 AS SELECT i AS id, 'study ' || (i * 7 % 9) AS study, i AS effect,
	0.3 + 0.15 * sin((i * 7 % 9) * 2.1) + 0.1 * sin(i * 1.3) AS yi, 0.01 + 0.002 * (i % 5) AS vi, ARRAY[i % 4]::float8[] AS x FROM generate_series(1, 40) i;
SELECT (r).k, (r).k_missing, (r).clusters, (r).effects, (r).method, (r).test, (r).rho, (r).df, (r).qe_df, (r).note FROM
	(SELECT meta_multilevel(yi, vi / 4, study, effect) AS r FROM effect61) a;
SELECT round((r).estimate::numeric, 8) AS estimate, round((r).se::numeric, 8) AS se, round((r).sigma2[1]::numeric, 8) AS between, round((r).sigma2[2]::numeric, 8) AS within,
	(r).sigma2_lb[1] < (r).sigma2[1] AND (r).sigma2[1] < (r).sigma2_ub[1] AS inside, round((r).icc::numeric, 7) AS icc, round((r).loglik::numeric, 8) AS loglik
FROM (SELECT m, meta_multilevel(yi, vi / 4, study, effect, m) AS r FROM effect61, unnest(ARRAY['REML', 'ML']) m GROUP BY m ORDER BY m DESC) a;

-- One effect a cluster: the model is meta's, and the variance within is not known.
SELECT abs((a.r).estimate - (b.r).estimate) < 1e-12 AS estimate, abs((a.r).se - (b.r).se) < 1e-12 AS se, abs((a.r).sigma2[1] - (b.r).tau2) < 1e-12 AS tau2,
	(a.r).sigma2[2] IS NULL AS unknown, abs((a.r).loglik - (b.r).loglik) < 1e-9 AS loglik, (a.r).note,
	abs((a.r).sigma2_lb[1] - (b.r).tau2_lb) < 1e-9 AS lb, abs((a.r).sigma2_ub[1] - (b.r).tau2_ub) < 1e-9 AS ub
FROM (SELECT meta_multilevel(yi, vi / 4, effect, effect) AS r FROM effect61) a, (SELECT meta_final(meta_state(yi, vi / 4), tau2_ci => 'pl') AS r FROM effect61) b;
-- One cluster: its own variance is not known.
SELECT (r).clusters, (r).sigma2[1] IS NULL AS unknown, (r).note FROM (SELECT meta_multilevel(yi, vi / 4, 1, effect) AS r FROM effect61) a;
-- Rows of one effect share it: two copies of each cannot vary within.
SELECT (r).k, (r).effects FROM (SELECT meta_multilevel(yi + d * 0.01, vi / 4, study, effect) AS r FROM effect61, generate_series(0, 1) d) a;
-- Names of clusters do not matter, nor the type of the key, nor units.
SELECT abs((a.r).estimate - (b.r).estimate) < 1e-12 AS names, abs((c.r).estimate / 1e6 - (a.r).estimate) < 1e-12 AND abs((c.r).sigma2[1] / 1e12 / (a.r).sigma2[1] - 1) < 1e-9 AS units
FROM (SELECT meta_multilevel(yi, vi / 4, study, effect) AS r FROM effect61) a, (SELECT meta_multilevel(yi, vi / 4, right(study, 1)::int, effect::text) AS r FROM effect61) b,
	(SELECT meta_multilevel(1e6 * yi, 1e12 * vi / 4, study, effect) AS r FROM effect61) c;
SELECT (r).k, (r).k_missing FROM (SELECT meta_multilevel(yi, vi, nullif(study, 'study 3'), effect) AS r FROM effect61) a;
SELECT (r).k, (r).estimate, (r).note FROM (SELECT meta_multilevel(yi, vi, study, effect) AS r FROM effect61 WHERE id = 1) a;

-- With moderators, correlated sampling errors, robust.
SELECT round((r).beta[2]::numeric, 8) AS slope, round((r).qm::numeric, 6) AS qm, (r).qm_df, array_length((r).vcov, 1) AS p FROM
	(SELECT meta_multilevel_regression(meta_regression_state(yi, vi / 4, x, study, effect), rho => 0.5) AS r FROM effect61) a;
SELECT t, round((r).se::numeric, 8) AS se, round((r).df::numeric, 6) AS df, (r).model, (r).clusters FROM
	(SELECT t, meta_robust(yi, vi / 4, study, t) AS r FROM effect61, unnest(ARRAY['CR0', 'CR1', 'CR1p', 'CR1S', 'CR2']) t GROUP BY t) a ORDER BY t;
SELECT round((r).beta[2]::numeric, 8) AS slope, round((r).se[2]::numeric, 8) AS se, round((r).df[2]::numeric, 6) AS df, (r).note FROM
	(SELECT meta_robust_regression(meta_regression_state(yi, vi / 4, x, study, effect), model => 'multilevel', rho => 0.6) AS r FROM effect61) a;
-- Every row its own cluster, equal variances: CR2's is the unbiased variance of a mean, with k - 1 df.
SELECT abs((r).se - sd / sqrt(40)) < 1e-13 AS se, abs((r).df - 39) < 1e-9 AS df FROM
	(SELECT meta_robust(yi, 0.01, effect) AS r, stddev_samp(yi) AS sd FROM effect61) a;
SELECT (r).se, (r).clusters, (r).note FROM (SELECT meta_robust(yi, vi, 1) AS r FROM effect61) a;
SELECT (r).note FROM (SELECT meta_robust(yi, vi, id % 3) AS r FROM effect61) a;

-- Merging and order.
SELECT parts, (SELECT meta_regression_merge(s)::text FROM (SELECT meta_multilevel_state(yi, vi, study, effect ORDER BY md5(id::text)) AS s FROM effect61 GROUP BY id % parts) p)
	= (SELECT meta_multilevel_state(yi, vi, study, effect)::text FROM effect61) AS same FROM unnest(ARRAY[1, 3, 40]) parts;
SELECT meta_multilevel_final(meta_regression_merge(s)) = (SELECT meta_multilevel(yi, vi, study, effect) FROM effect61) AS merged_equals_whole
FROM (SELECT meta_multilevel_state(yi, vi, study, effect) AS s FROM effect61 GROUP BY id % 4) p;
SELECT meta_robust_final(meta_regression_merge(s)) = (SELECT meta_robust(yi, vi, study) FROM effect61) AS merged_equals_whole
FROM (SELECT meta_robust_state(yi, vi, study) AS s FROM effect61 GROUP BY id % 4) p;
SELECT bool_and(r = (SELECT meta_robust(yi, vi, study, 'CR2') FROM effect61 b WHERE b.id <> a.id)) AS leave_one_out FROM
	(SELECT id, meta_robust(yi, vi, study, 'CR2') OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS r FROM effect61) a;

-- Errors.
SELECT meta_multilevel(yi, vi, study, effect, 'DL') FROM effect61;
SELECT meta_multilevel(yi, vi, study, effect, 'REML', 'knha') FROM effect61;
SELECT meta_multilevel_final(meta_multilevel_state(yi, vi, study, effect), rho => 1) FROM effect61;
SELECT meta_multilevel_final(meta_multilevel_state(yi, vi, study, effect), rho => -0.9) FROM effect61;
SELECT meta_multilevel_final(meta_multilevel_state(yi, vi, study, effect), structure => 'UN') FROM effect61;
SELECT meta_multilevel_final(meta_multilevel_state(yi, vi, study, effect), structure => 'nested') FROM effect61;
SELECT meta_multilevel_final(meta_regression_state(yi, vi, x)) FROM effect61;
SELECT meta_multilevel_final(meta_regression_state(yi, vi, x, study, effect)) FROM effect61;
SELECT meta_multilevel(yi, 0, study, effect) FROM effect61;
SELECT meta_multilevel(yi, vi, now(), effect) FROM effect61;
SELECT meta_robust(yi, vi, study, 'CR3') FROM effect61;
SELECT meta_robust_final(meta_robust_state(yi, vi, study), model => 'multilevel') FROM effect61;
SELECT meta_robust_final(meta_robust_state(yi, vi, study), rho => 0.5) FROM effect61;
SELECT meta_robust_final(meta_robust_state(yi, vi, study), test => 'z') FROM effect61;
SELECT meta_robust_final(meta_robust_state(yi, vi, study), type => NULL) FROM effect61;
DROP TABLE effect61;
