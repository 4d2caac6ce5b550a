-- Pooling: the numbers are metafor 3.8's with control = list(threshold = 1e-13, tol = 1e-14); then hard cases and errors.
-- (k, k_missing and the rest of the columns against metafor on real data: tests/golden/run_meta.)
SET search_path = public, psyrad;
SET extra_float_digits = 1;
CREATE TABLE study (id int, year int, yi float8, vi float8);
INSERT INTO study VALUES (1, 1990, -0.89, 0.33), (2, 1992, -1.59, 0.19), (3, 1992, -1.35, 0.42), (4, 1995, -1.44, 0.02), (5, 1999, -0.22, 0.05),
	(6, 2001, -0.79, 0.007), (7, 2003, -1.62, 0.22), (8, 2010, 0.01, 0.004), (9, 2011, -0.47, 0.06), (10, 2015, -1.37, 0.07);
CREATE FUNCTION shown(r meta_result) RETURNS TABLE (method text, test text, estimate numeric, se numeric, p numeric, ci_lb numeric, ci_ub numeric,
	tau2 numeric, se_tau2 numeric, tau2_lb numeric, tau2_ub numeric, i2 numeric, q numeric, loglik numeric)
LANGUAGE sql AS $$ SELECT r.method, r.test, round(r.estimate::numeric, 9), round(r.se::numeric, 9), round(r.p::numeric, 10), round(r.ci_lb::numeric, 8),
	round(r.ci_ub::numeric, 8), round(r.tau2::numeric, 9), round(r.se_tau2::numeric, 8), round(r.tau2_lb::numeric, 7), round(r.tau2_ub::numeric, 7),
	round(r.i2::numeric, 6), round(r.q::numeric, 8), round(r.loglik::numeric, 8) $$;
SELECT s.* FROM (VALUES ('EE', 'z'), ('DL', 'z'), ('REML', 'z'), ('reml', 'KnHa'), ('ML', 't'), ('DL', 'adhoc'), ('HE', 'z'), ('HS', 'z'), ('HSK', 'z'),
	('SJ', 'z'), ('EB', 'z'), ('PM', 'z'), ('PMM', 'z')) v(method, test),
	LATERAL (SELECT meta_final(meta_state(yi, vi), method => v.method, test => v.test) AS r FROM study) m, shown(m.r) s;
-- The everyday aggregate and its overloads say the same as meta_final.
SELECT meta(yi, vi) = meta_final(meta_state(yi, vi)) AS a, meta(yi, vi, 'DL') = meta_final(meta_state(yi, vi), 'DL') AS b,
	meta(yi, vi, 'DL', 'knha') = meta_final(meta_state(yi, vi), 'DL', test => 'knha') AS c,
	meta(yi, vi, 'DL', 'knha', 0.9) = meta_final(meta_state(yi, vi), 'DL', test => 'knha', level => 0.9) AS d FROM study;
SELECT pi, round((r).pi_lb::numeric, 8) AS pi_lb, round((r).pi_ub::numeric, 8) AS pi_ub
FROM (SELECT pi, meta_final(meta_state(yi, vi), test => 'knha', pi => pi) AS r FROM study, unnest(ARRAY['metafor', 'k-1', 'K-2', 'z']) pi GROUP BY pi) s ORDER BY pi;
SELECT tau2_ci, round((r).tau2_lb::numeric, 7) AS lb, round((r).tau2_ub::numeric, 7) AS ub
FROM (SELECT tau2_ci, meta_final(meta_state(yi, vi), tau2_ci => tau2_ci) AS r FROM study, unnest(ARRAY['qprofile', 'PL']) tau2_ci GROUP BY tau2_ci) s ORDER BY 1;

-- Nothing, only missing rows, one study, two equal studies: the query survives, and note says why.
SELECT meta(yi, vi) IS NULL AS nothing, meta_state(yi, vi) IS NULL AS no_state, meta_final(meta_state(yi, vi)) IS NULL AS no_result FROM study WHERE false;
SELECT (meta(yi, NULL)).k, (meta(yi, NULL)).k_missing, (meta(yi, NULL)).estimate, (meta(yi, NULL)).note FROM study;
SELECT k, k_missing, test, estimate, se, p, pi_lb, tau2, i2, q, note FROM (SELECT (meta(yi, vi, 'REML', 'knha')).* FROM (VALUES (0.5, 0.04), (NULL, 0.1), (0.2, NULL)) v(yi, vi)) s;
SELECT k, estimate, se, statistic, p, ci_lb, ci_ub, tau2, note FROM (SELECT (meta(yi, vi, 'REML', 'knha')).* FROM (VALUES (0.3, 0.04), (0.3, 0.05)) v(yi, vi)) s;
SELECT k, estimate, round(se::numeric, 12) AS se, round(p::numeric, 12) AS p, note FROM (SELECT (meta(yi, vi, 'REML', 'adhoc')).* FROM (VALUES (0.3, 0.04), (0.3, 0.05)) v(yi, vi)) s;
SELECT estimate, se, p, note FROM (SELECT (meta(yi, vi, 'EE')).* FROM (VALUES (0.3, 0), (0.5, 0.05)) v(yi, vi)) s;
SELECT p, log_p FROM (SELECT (meta(yi, vi, 'EE')).* FROM (VALUES (100, 1), (101, 1)) v(yi, vi)) s;
-- One group of a GROUP BY may be degenerate.
SELECT g, (meta(yi, vi)).k, round((meta(yi, vi)).estimate::numeric, 6) AS estimate, (meta(yi, vi)).note
FROM (SELECT id / 4 AS g, yi, vi FROM study UNION ALL SELECT 3, NULL, NULL UNION ALL SELECT 4, 1, 0.1) s GROUP BY g ORDER BY g;

-- Errors name the argument and the remedy.
SELECT meta(yi, vi) FROM (VALUES (0.3, 0), (0.5, 0.05)) v(yi, vi);
SELECT meta(yi, -vi) FROM study;
SELECT meta(yi, 'NaN') FROM study;
SELECT meta('Infinity', vi) FROM study;
SELECT meta_state(yi, 'Infinity') FROM study;
SELECT meta(yi, vi, 'DLL') FROM study;
SELECT meta(yi, vi, 'GENQ') FROM study;
SELECT meta(yi, vi, NULL) FROM study;
SELECT meta(yi, vi, 'DL', 'wald') FROM study;
SELECT meta(yi, vi, 'DL', 'z', 95) FROM study;
SELECT meta(yi, vi, CASE id WHEN 7 THEN 'DL' ELSE 'REML' END) FROM study;
SELECT meta_final(meta_state(yi, vi), pi => 'k') FROM study;
SELECT meta_final(meta_state(yi, vi), tau2_ci => 'wald') FROM study;
SELECT meta_final(meta_state(yi, vi), method => 'DL', tau2_ci => 'pl') FROM study;
SELECT meta_final(meta_state(yi, vi), level => 1) FROM study;
SELECT meta_final(meta_state(yi, vi), level => NULL) FROM study;
SELECT meta_accumulate(NULL, 1, 1);

-- The line that a paper prints.
SELECT meta_sentence(meta(yi, vi)) FROM study;
SELECT meta_sentence(meta(yi, vi, 'reml', 'knha', 0.9)) FROM study;
SELECT meta_sentence(meta(yi, vi, 'EE')) FROM study;
SELECT meta_sentence(meta(yi, vi, 'DL', 'adhoc')) FROM (VALUES (0.0003, 0.04e-6), (NULL, 0.1), (0.0004, 0.02e-6), (0.0001, 0.03e-6)) v(yi, vi);
SELECT meta_sentence(meta(yi, vi)) FROM (VALUES (0.5, 0.04), (NULL, 1)) v(yi, vi);
SELECT meta_sentence(meta(yi, vi)) FROM (VALUES (NULL::float8, 0.04)) v(yi, vi);
SELECT meta_sentence(meta(yi, vi, 'EE')) FROM (VALUES (0.5, 0), (0.4, 1)) v(yi, vi);
SELECT meta_sentence(ROW(3, 0, 'DL', 'z', 0.5, 0.2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::meta_result);
SELECT meta_sentence(NULL::meta_result);
