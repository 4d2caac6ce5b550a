-- Small-study effects: numbers of metafor for the BCG trials' log risk ratios (Colditz et al. 1994), small groups, options, states.
SET search_path = psyrad, pg_catalog;
SET extra_float_digits = -3;
\set VERBOSITY terse
CREATE TABLE public.bcg AS SELECT row_number() OVER () AS trial, (effect_rr(a, b, c, d)).* FROM (VALUES (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209),
	(62, 13536, 248, 12619), (33, 5036, 47, 5761), (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232),
	(17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825)) s(a, b, c, d);
SELECT (meta_egger(yi, vi)).* FROM public.bcg \gx
SELECT (meta_begg(yi, vi)).* FROM public.bcg \gx
SELECT (meta_trimfill(yi, vi)).k0, (meta_trimfill(yi, vi)).side FROM public.bcg;
SELECT (meta_trimfill_final(meta_state(yi, vi), 'L0', 'auto', 'DL')).* FROM public.bcg \gx
SELECT (meta_trimfill_final(meta_state(yi, vi), 'R0', 'right', 'EE')).* FROM public.bcg \gx
SELECT (meta_failsafe(yi, vi)).* FROM public.bcg \gx
SELECT t, (meta_failsafe_final(meta_state(yi, vi), t)).n FROM public.bcg, unnest(ARRAY['Rosenthal', 'orwin', 'ROSENBERG']) t GROUP BY t ORDER BY t;
SELECT (meta_failsafe_final(meta_state(yi, vi), 'Orwin', target => 0.1, weighted => false)).* FROM public.bcg \gx
SELECT (meta_failsafe_final(meta_state(yi, vi), 'Orwin', target => 0)).n FROM public.bcg;
SELECT (meta_petpeese(yi, vi)).* FROM public.bcg \gx
SELECT model, predictor, (e).statistic, (e).p, (e).limit_estimate, (e).tau2
FROM (SELECT model, predictor, meta_egger_final(meta_state(yi, vi), model, predictor) AS e FROM public.bcg, unnest(ARRAY['lm', 'ee', 'DL', 'REML']) model,
	unnest(ARRAY['sei', 'vi']) predictor GROUP BY model, predictor) s ORDER BY model, predictor;
-- Any order of rows and any split into states give the same bits; windows too.
SELECT count(DISTINCT r) = 1 AS same FROM (
	SELECT ROW(meta_egger(yi, vi), meta_begg(yi, vi), meta_trimfill(yi, vi), meta_failsafe(yi, vi), meta_petpeese(yi, vi))::text AS r FROM (SELECT * FROM public.bcg ORDER BY yi) s
	UNION ALL SELECT ROW(meta_egger(yi, vi), meta_begg(yi, vi), meta_trimfill(yi, vi), meta_failsafe(yi, vi), meta_petpeese(yi, vi))::text FROM (SELECT * FROM public.bcg ORDER BY vi DESC) s
	UNION ALL SELECT ROW(meta_egger_final(m), meta_begg_final(m), meta_trimfill_final(m), meta_failsafe_final(m), meta_petpeese_final(m))::text
		FROM (SELECT meta_merge(s) AS m FROM (SELECT meta_state(yi, vi) AS s FROM public.bcg GROUP BY trial % 3) p) q) u;
-- Effects times 1000 (variances times 1e6), and mirrored.
SELECT bool_and(abs((b).estimate / (a).estimate - 1) < 1e-12 AND abs((b).p / (a).p - 1) < 1e-9) AS scales, bool_and(abs((c).statistic + (a).statistic) < 1e-12) AS mirrors
FROM (SELECT meta_egger_final(meta_state(yi, vi), m) AS a, meta_egger_final(meta_state(1000 * yi, 1e6 * vi), m) AS b, meta_egger_final(meta_state(-yi, vi), m) AS c
	FROM public.bcg, unnest(ARRAY['lm', 'EE', 'DL', 'REML']) m GROUP BY m) s;
SELECT (a).k0, (a).side, (b).k0, (b).side, abs((a).estimate + (b).estimate) < 1e-14 AS mirrored
FROM (SELECT meta_trimfill(yi, vi) AS a, meta_trimfill(-yi, vi) AS b FROM public.bcg) s;
-- Groups that are too small or without spread: NULL and the reason, in the middle of others.
SELECT n, (meta_egger(yi, vi)).note AS egger, (meta_begg(yi, vi)).note AS begg, (meta_trimfill(yi, vi)).note AS trimfill, (meta_petpeese(yi, vi)).note AS petpeese, (meta_failsafe(yi, vi)).n AS failsafe
FROM public.bcg, generate_series(1, 3) n WHERE trial <= n GROUP BY n ORDER BY n;
SELECT (meta_egger(yi, 0.1)).note AS egger, (meta_begg(yi, 0.1)).note AS begg, (meta_trimfill(yi, 0.1)).note AS trimfill, (meta_trimfill_final(meta_state(yi, 0.1), side => 'left')).k0 FROM public.bcg;
SELECT (meta_egger(1 + sqrt(v), v)).note FROM unnest(ARRAY[0.0625, 0.25, 1]) v;
SELECT (meta_egger(NULL, vi)).k, (meta_egger(NULL, vi)).k_missing, (meta_failsafe(NULL, vi)).n, (meta_begg(NULL, vi)).note FROM public.bcg;
SELECT meta_egger(yi, vi) FROM public.bcg WHERE false;
SELECT meta_egger_final(NULL), meta_begg_final(NULL), meta_trimfill_final(NULL), meta_failsafe_final(NULL), meta_petpeese_final(NULL);
-- Ties: ranktest(yi, ceiling(100 * vi) / 100, data = escalc("RR", ..., data = dat.bcg)) of metafor 3.8.
SELECT (meta_begg(yi, vi)).exact, (meta_begg(yi, vi)).tau, round((meta_begg(yi, vi)).p::numeric, 12) AS p FROM (SELECT yi, ceil(100 * vi) / 100 AS vi FROM public.bcg) tied;
-- Errors name what is wrong.
SELECT meta_egger(yi, 0) FROM public.bcg;
SELECT meta_trimfill(yi, -vi) FROM public.bcg;
SELECT meta_egger_final(meta_state(yi, vi), 'glm') FROM public.bcg;
SELECT meta_egger_final(meta_state(yi, vi), predictor => 'ni') FROM public.bcg;
SELECT meta_egger_final(meta_state(yi, vi), level => 95) FROM public.bcg;
SELECT meta_trimfill_final(meta_state(yi, vi), 'L1') FROM public.bcg;
SELECT meta_trimfill_final(meta_state(yi, vi), side => 'top') FROM public.bcg;
SELECT meta_failsafe_final(meta_state(yi, vi), 'Rosenthal', 0) FROM public.bcg;
SELECT meta_failsafe_final(meta_state(yi, vi), NULL) FROM public.bcg;
SELECT meta_petpeese_final(meta_state(yi, vi), alpha => 2) FROM public.bcg;
-- Contour-enhanced funnel.
SELECT f.* FROM (SELECT meta_funnel(meta_state(yi, vi)) AS f FROM public.bcg) s, unnest(f) f;
SELECT count(*) FILTER (WHERE contour = 0.5), count(*) FILTER (WHERE contour IS NULL) FROM (SELECT unnest(meta_funnel(meta_state(yi, vi), -0.7, ARRAY[0.99, 0.5])) AS f FROM public.bcg) s, LATERAL (SELECT (f).contour) c;
SELECT meta_funnel(meta_state(yi, vi), levels => ARRAY[95]) FROM public.bcg;
SELECT meta_funnel(meta_state(NULL, vi)) FROM public.bcg;
