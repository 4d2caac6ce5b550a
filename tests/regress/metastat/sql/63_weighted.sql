-- Weights of one's own: the generalised Q statistic.
\set VERBOSITY default
SET search_path = public, psyrad;
CREATE TABLE weighted63 AS SELECT i AS id, 0.3 + 0.4 * sin(i * 2.3) AS yi, 0.01 + 0.01 * (i % 4) AS vi, 10.0::float8 + i * 7 % 30 AS weight FROM generate_series(1, 15) i;
SELECT m, (r).k, (r).method, (r).test, round((r).estimate::numeric, 8) AS estimate, round((r).se::numeric, 8) AS se, round((r).tau2::numeric, 8) AS tau2, round((r).se_tau2::numeric, 8) AS se_tau2,
	round((r).tau2_lb::numeric, 8) AS tau2_lb, round((r).tau2_ub::numeric, 8) AS tau2_ub, (r).note FROM unnest('{GENQ,genqm}'::text[]) m, LATERAL (SELECT meta_weighted(yi, vi, weight, m, 'knha') AS r FROM weighted63) a;
-- Weights 1 / vi make it DerSimonian and Laird's, equal ones Hedges and Olkin's.
SELECT abs((a.r).tau2 - (b.r).tau2) < 1e-14 AS dl, abs((c.r).tau2 - (d.r).tau2) < 1e-14 AS he, abs((a.r).se_tau2 - (b.r).se_tau2) < 1e-14 AS dl_se, abs((c.r).se_tau2 - (d.r).se_tau2) < 1e-14 AS he_se FROM
	(SELECT meta_weighted(yi, vi, 1 / vi) AS r FROM weighted63) a, (SELECT meta(yi, vi, 'DL') AS r FROM weighted63) b,
	(SELECT meta_weighted(yi, vi, 3) AS r FROM weighted63) c, (SELECT meta(yi, vi, 'HE') AS r FROM weighted63) d;
-- With all vi equal and equal weights Q is a chi-square: the interval is the Q-profile's.
SELECT abs((a.r).tau2_lb - (b.r).tau2_lb) < 1e-12 AS lb, abs((a.r).tau2_ub - (b.r).tau2_ub) < 1e-11 AS ub, abs((a.r).tau2 - (c.r).tau2) < 1e-12 AS median FROM
	(SELECT meta_weighted(yi, 0.02, 1, 'GENQM') AS r FROM weighted63) a, (SELECT meta(yi, 0.02, 'DL') AS r FROM weighted63) b, (SELECT meta(yi, 0.02, 'PMM') AS r FROM weighted63) c;
-- Neither the unit of effects nor that of weights matters, nor the order.
SELECT abs((b.r).estimate / 1e6 - (a.r).estimate) < 1e-14 AS estimate, abs((b.r).tau2_ub / 1e12 / (a.r).tau2_ub - 1) < 1e-12 AS ub, a.r = c.r AS rows FROM (SELECT meta_weighted(yi, vi, weight) AS r FROM weighted63) a,
	(SELECT meta_weighted(1e6 * yi, 1e12 * vi, weight / 1e9) AS r FROM weighted63) b, (SELECT meta_weighted(yi, vi, weight ORDER BY md5(id::text)) AS r FROM weighted63) c;
SELECT (r).k, (r).k_missing, (r).estimate, (r).tau2, (r).note FROM (SELECT meta_weighted(yi, vi, nullif(id, 3)) AS r FROM weighted63 WHERE id IN (3, 4)) a;
SELECT (r).k, (r).note FROM (SELECT meta_weighted(yi, vi, NULL) AS r FROM weighted63) a;
SELECT meta_weighted(yi, vi, weight) FROM weighted63 WHERE false;
SELECT (r).tau2, (r).tau2_lb, (r).tau2_ub, (r).note FROM (SELECT meta_weighted(0.3 + id / 1e4, vi, weight) AS r FROM weighted63) a;
SELECT (meta_weighted(yi, vi, weight, 'GENQ', 't', 0.9)).ci_lb = (meta_weighted_final(meta_weighted_state(yi, vi, weight), test => 't', level => 0.9)).ci_lb AS same FROM weighted63;
SELECT parts, (SELECT meta_regression_merge(s)::text FROM (SELECT meta_weighted_state(yi, vi, weight) AS s FROM weighted63 GROUP BY id % parts) p) = (SELECT meta_weighted_state(yi, vi, weight)::text FROM weighted63) AS same FROM unnest(ARRAY[1, 4, 15]) parts;
SELECT bool_and(r = (SELECT meta_weighted(yi, vi, weight) FROM weighted63 b WHERE b.id <> a.id)) AS leave_one_out FROM
	(SELECT id, meta_weighted(yi, vi, weight) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS r FROM weighted63) a;
SELECT meta_sentence(meta_weighted(yi, vi, weight)) FROM weighted63;
-- Residual tau2 of a regression: its standard error and both intervals.
SELECT ci, round((r).se_tau2::numeric, 8) AS se_tau2, round((r).tau2_lb::numeric, 8) AS tau2_lb, (r).tau2_lb < (r).tau2 AND (r).tau2 < (r).tau2_ub AS inside, round((r).tau2_ub::numeric, 8) AS tau2_ub FROM unnest('{qprofile,pl}'::text[]) ci,
	LATERAL (SELECT meta_regression_final(meta_regression_state(yi, vi, ARRAY[weight]), tau2_ci => ci) AS r FROM weighted63) a ORDER BY ci;
SELECT abs((a.r).tau2_lb - (b.r).tau2_lb) < 1e-12 AS lb, abs((a.r).tau2_ub - (b.r).tau2_ub) < 1e-12 AS ub, abs((a.r).se_tau2 - (b.r).se_tau2) < 1e-12 AS se FROM unnest('{DL,HE,HS,HSk,SJ,ML,REML,EB,PM,PMM}'::text[]) m,
	LATERAL (SELECT meta_regression(yi, vi, '{}', m) AS r FROM weighted63) a, LATERAL (SELECT meta(yi, vi, m) AS r FROM weighted63) b;
SELECT (r).se_tau2, (r).tau2_ub FROM (SELECT meta_regression(yi, vi, ARRAY[weight], 'EE') AS r FROM weighted63) a;
-- Errors.
SELECT meta(yi, vi, 'GENQ') FROM weighted63;
SELECT meta_weighted(yi, vi, weight, 'REML') FROM weighted63;
SELECT meta_weighted(yi, vi, 0) FROM weighted63;
SELECT meta_weighted(yi, vi, 'NaN') FROM weighted63;
SELECT meta_weighted(yi, 0, weight) FROM weighted63;
SELECT meta_weighted(yi, vi, weight, 'GENQ', 'z', 95) FROM weighted63;
SELECT meta_weighted_final(meta_regression_state(yi, vi, ARRAY[weight, 1])) FROM weighted63;
SELECT meta_weighted_final(meta_weighted_state(yi, vi, weight), pi => 'k-3') FROM weighted63;
SELECT meta_regression_final(meta_regression_state(yi, vi, ARRAY[weight]), 'DL', tau2_ci => 'pl') FROM weighted63;
DROP TABLE weighted63;
