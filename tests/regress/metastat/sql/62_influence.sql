-- Influence in meta-regressions and three-level models, small-study effects and aggregation of clustered data.
CREATE TEMP TABLE s AS SELECT i AS id, 'trial ' || (i % 6) AS trial, 0.3 + 0.02 * i + sin(i * 1.7) / 3 AS yi, 0.02 + 0.01 * (i % 5) AS vi, (i % 4)::float8 AS x, i % 2 = 0 AS female
FROM generate_series(1, 18) i;
CREATE TEMP TABLE st AS SELECT psyrad.meta_regression_state(yi, vi, ARRAY[x], trial, id) AS s FROM s;

-- Without moderators it is meta_influence.
SELECT count(*), max(abs(a.rstudent - b.rstudent)) < 1e-12 AS rstudent, max(abs(a.cook_d - b.cook_d)) < 1e-12 AS cook_d, max(abs(a.dfbs[1] - b.dfbs)) < 1e-12 AS dfbs,
	max(abs(a.cov_r - b.cov_r)) < 1e-12 AS cov_r, max(abs(a.tau2_del - b.tau2_del)) < 1e-12 AS tau2_del, max(abs(a.hat - b.hat)) < 1e-12 AS hat, bool_and(a.influential = b.influential) AS influential
FROM unnest((SELECT psyrad.meta_regression_influence(psyrad.meta_regression_state(yi, vi, '{}', id), test => 'knha') FROM s)) a
JOIN unnest((SELECT psyrad.meta_influence(id::text, yi, vi, 'REML', 'knha') FROM s)) b ON a.cluster = md5(b.key)::uuid;
-- With a moderator, tau2 and QE without a study are those of the regression without it.
SELECT max(abs(d.tau2_del - (r).tau2)) < 1e-12 AS tau2, max(abs(d.qe_del - (r).qe)) < 1e-11 AS qe
FROM s out, unnest((SELECT psyrad.meta_regression_influence(s) FROM st)) d,
	LATERAL (SELECT psyrad.meta_regression(yi, vi, ARRAY[x]) AS r FROM s WHERE s.id <> out.id) fit WHERE d.effect = md5(out.id::text)::uuid;
-- Leave-one-cluster-out is the model of the others.
SELECT count(*), max(abs(d.beta_del[2] - (r).beta[2])) < 1e-10 AS beta, max(abs(d.se_del[2] - (r).se[2])) < 1e-10 AS se, max(abs(d.sigma2_del[1] - (r).sigma2[1])) < 1e-10 AS sigma2
FROM (SELECT DISTINCT trial FROM s) out, unnest((SELECT psyrad.meta_multilevel_influence(s) FROM st)) d,
	LATERAL (SELECT psyrad.meta_multilevel_regression(psyrad.meta_regression_state(yi, vi, ARRAY[x], trial, id)) AS r FROM s WHERE s.trial <> out.trial) fit
WHERE d.cluster = md5(out.trial)::uuid;
-- Hat values add up to the number of coefficients, over effects and over clusters.
SELECT unit, count(*), sum(k) AS rows, abs(sum(hat) - 2) < 1e-12 AS hat FROM st, (VALUES ('cluster'), ('effect')) u(unit), unnest(psyrad.meta_multilevel_influence(s, unit)) d GROUP BY unit ORDER BY unit;
-- Units of yi: nothing without a unit changes; x in other units and with another origin: its dfbs stays.
SELECT max(abs(a.cook_d / b.cook_d - 1)) < 1e-9 AS cook_d, max(abs(a.chisq / b.chisq - 1)) < 1e-9 AS chisq, max(abs(a.dfbs[2] - b.dfbs[2])) < 1e-9 AS dfbs
FROM unnest((SELECT psyrad.meta_multilevel_influence(psyrad.meta_regression_state(yi * 1e8, vi * 1e16, ARRAY[1990 + 365 * x], trial, id)) FROM s)) a
JOIN unnest((SELECT psyrad.meta_multilevel_influence(s) FROM st)) b USING (cluster);
-- Order of rows does not matter.
SELECT (SELECT psyrad.meta_multilevel_influence(psyrad.meta_regression_state(yi, vi, ARRAY[x], trial, id ORDER BY md5(id::text)))::text FROM s) =
	(SELECT psyrad.meta_multilevel_influence(s)::text FROM st) AS same;

-- Who carries a coefficient alone, or leaves too little, has a leverage and nothing else.
SELECT round(hat::numeric, 9) AS hat, rstudent, dffits, cook_d, dfbs, influential FROM unnest((SELECT psyrad.meta_regression_influence(psyrad.meta_regression_state(yi, vi, ARRAY[(id = 3)::int::float8], id)) FROM s)) d
WHERE cluster = md5('3')::uuid;
SELECT round(hat::numeric, 9) AS hat, chisq, cook_d, dfbs, beta_del FROM unnest((SELECT psyrad.meta_multilevel_influence(psyrad.meta_regression_state(yi, vi, ARRAY[(trial = 'trial 3')::int::float8], trial, id)) FROM s)) d
WHERE cluster = md5('trial 3')::uuid;
SELECT hat IS NULL AS nothing, tau2_del FROM unnest((SELECT psyrad.meta_regression_influence(psyrad.meta_regression_state(yi, vi, ARRAY[x])) FROM s WHERE id < 3)) d;
SELECT hat IS NOT NULL AS hat, tau2_del FROM unnest((SELECT psyrad.meta_regression_influence(psyrad.meta_regression_state(yi, vi, ARRAY[x])) FROM s WHERE id < 4)) d;
SELECT psyrad.meta_multilevel_influence(psyrad.meta_regression_state(yi, vi, ARRAY[x], trial, id)) FROM s WHERE id < 3;
SELECT cardinality(psyrad.meta_regression_influence(psyrad.meta_regression_state(NULL, vi, ARRAY[x]))) FROM s;
SELECT psyrad.meta_regression_influence(NULL), psyrad.meta_multilevel_influence(NULL), psyrad.meta_multilevel_egger(NULL), psyrad.effect_aggregate(NULL, 0.5);
-- A redundant moderator: its dfbs is NULL, the others are as without it.
SELECT count(*) FILTER (WHERE a.dfbs[3] IS NULL) AS left_out, max(abs(a.dfbs[2] - b.dfbs[2])) < 1e-12 AS others
FROM unnest((SELECT psyrad.meta_regression_influence(psyrad.meta_regression_state(yi, vi, ARRAY[x, 2 * x + 1], id)) FROM s)) a
JOIN unnest((SELECT psyrad.meta_regression_influence(psyrad.meta_regression_state(yi, vi, ARRAY[x], id)) FROM s)) b USING (cluster);

-- Egger's test over clusters is the robust regression on the standard error.
SELECT (e).method, (e).estimate = (r).beta[2] AS slope, (e).se = (r).se[2] AS se, (e).df = (r).df[2] AS df, (e).p = (r).p[2] AS p, (e).limit_estimate = (r).beta[1] AS limit
FROM (SELECT psyrad.meta_multilevel_egger(psyrad.meta_regression_state(yi, vi, '{}', trial, id)) AS e,
	psyrad.meta_robust_regression(psyrad.meta_regression_state(yi, vi, ARRAY[sqrt(vi)], trial, id), model => 'multilevel') AS r FROM s) x;
SELECT (e).method, (e).k, (e).estimate IS NOT NULL AS known, (e).note FROM (
	SELECT psyrad.meta_multilevel_egger(psyrad.meta_regression_state(yi, vi, ARRAY[x], trial), predictor => 'vi', type => 'CR1') AS e FROM s
	UNION ALL SELECT psyrad.meta_multilevel_egger(s, predictor => 'x', rho => 0.5) FROM st
	UNION ALL SELECT psyrad.meta_multilevel_egger(psyrad.meta_regression_state(yi, 0.05, '{}', trial, id)) FROM s
	UNION ALL SELECT psyrad.meta_multilevel_egger(psyrad.meta_regression_state(yi, vi, '{}', trial, id)) FROM s WHERE id < 3) x;

-- Aggregation: one effect is itself; rho 0 is the inverse-variance mean; the plain mean with rho 1 keeps the variance.
SELECT trial, psyrad.effect_aggregate(psyrad.meta_state(yi, vi), 0.5) = (min(yi), min(vi))::psyrad.effect AS itself FROM s WHERE id < 4 GROUP BY trial ORDER BY trial;
SELECT abs((a).yi - (m).estimate) < 1e-14 AS mean, abs((a).vi / (m).se ^ 2 - 1) < 1e-14 AS variance FROM (SELECT psyrad.effect_aggregate(psyrad.meta_state(yi, vi), 0) AS a, psyrad.meta(yi, vi, 'EE') AS m FROM s) x;
SELECT round((psyrad.effect_aggregate(psyrad.meta_state(yi, 0.25), 1, weighted => false)).vi::numeric, 12) AS vi FROM s;

-- Errors.
SELECT psyrad.meta_multilevel_influence(psyrad.meta_regression_state(yi, vi, ARRAY[x], trial)) FROM s;
SELECT psyrad.meta_multilevel_egger(psyrad.meta_regression_state(yi, vi, ARRAY[x])) FROM s;
SELECT psyrad.meta_multilevel_egger(psyrad.meta_regression_state(yi, vi, '{}', trial), predictor => 'x') FROM s;
SELECT psyrad.meta_multilevel_egger(psyrad.meta_regression_state(yi, vi, '{}', trial), rho => 0.5) FROM s;
SELECT psyrad.meta_multilevel_influence(s, unit => 'site') FROM st;
SELECT psyrad.meta_multilevel_influence(s, method => 'DL') FROM st;
SELECT psyrad.meta_multilevel_influence(s, rho => -0.9) FROM st;
SELECT psyrad.meta_multilevel_influence(s, reestimate => NULL) FROM st;
SELECT psyrad.meta_regression_influence(s, method => 'best') FROM st;
SELECT psyrad.meta_regression_influence(psyrad.meta_regression_state(yi, 0, ARRAY[x])) FROM s;
SELECT psyrad.effect_aggregate(psyrad.meta_state(yi, vi), -0.5) FROM s;
SELECT psyrad.effect_aggregate(psyrad.meta_state(yi, vi), 1) FROM s;
SELECT psyrad.effect_aggregate(psyrad.meta_state(yi, vi), NULL) FROM s;
