-- One degenerate group never ends a query: NULL where there is no answer, and note says why.  Each aggregate meets the same groups beside a sound
-- one; what cannot be true (a negative variance, vi = 0 under a random effect, NaN) stays an error, as 70_hard_cases shows.
SET search_path = public, psyrad;
\pset format unaligned
CREATE TABLE group71 (g text, i int, yi float8, vi float8, weight float8);
INSERT INTO group71 VALUES ('sound', 1, 0.1, 0.02, 1), ('sound', 2, 0.3, 0.03, 2), ('sound', 3, 0.2, 0.02, 3), ('sound', 4, 0.6, 0.04, 1), ('sound', 5, 0.5, 0.05, 1),
	('one', 1, 0.3, 0.04, 2), ('two', 1, 0.3, 0.04, 2), ('two', 2, 0.5, 0.05, 1), ('unknown', 1, NULL, 0.1, 1), ('unknown', 2, 0.1, NULL, NULL),
	('same', 1, 0.3, 0.04, 2), ('same', 2, 0.3, 0.04, 2), ('same', 3, 0.3, 0.04, 2), ('same', 4, 0.3, 0.04, 2),
	('far', 1, 1e300, 1e-300, 1), ('far', 2, -1e300, 1e-300, 1), ('far', 3, 0, 1e-300, 1), ('far', 4, 0, 2e-300, 1),
	('heavy', 1, 0.1, 0.02, 1e-200), ('heavy', 2, 0.3, 0.03, 1), ('heavy', 3, 0.25, 0.03, 1e11);
-- For each group: whether the query ran, the columns named as they are, and note.
CREATE FUNCTION groups71(call text, VARIADIC shown text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($q$SELECT g || ': ' || %s || coalesce(' -- ' || (r->>'note'), '') FROM (SELECT g, to_jsonb(%s) AS r FROM group71 GROUP BY g) x ORDER BY g COLLATE "C"$q$,
		(SELECT string_agg(format('%2$L || coalesce(CASE WHEN jsonb_typeof(r->%1$L) = ''number'' THEN round((r->>%1$L)::numeric, 6)::text ELSE nullif(r->>%1$L, ''[null]'') END, ''NULL'')', s, s || ' '), ' || '' '' || ') FROM unnest(shown) s), call);
END $$;
SELECT groups71('meta(yi, vi)', 'estimate', 'tau2');
SELECT groups71($$meta(yi, vi, 'DL', 'knha')$$, 'estimate', 'se', 'p');
SELECT groups71('meta_weighted(yi, vi, weight)', 'estimate', 'tau2', 'tau2_ub');
SELECT groups71($$meta_weighted(yi, vi, weight, 'GENQM')$$, 'estimate', 'tau2', 'tau2_ub');
SELECT groups71('meta_regression(yi, vi, ARRAY[weight])', 'tau2', 'qm');
SELECT groups71('meta_egger(yi, vi)', 'estimate', 'p');
SELECT groups71('meta_begg(yi, vi)', 'tau', 'p');
SELECT groups71('meta_trimfill(yi, vi)', 'k0', 'estimate');
SELECT groups71('meta_failsafe(yi, vi)', 'n');
SELECT groups71('meta_petpeese(yi, vi)', 'chosen', 'estimate');
SELECT groups71('meta_multilevel(yi, vi, i, i)', 'estimate', 'sigma2');
SELECT groups71($$meta_multilevel_final(meta_multilevel_state(yi, vi, 'one', i))$$, 'estimate', 'sigma2');
SELECT groups71($$meta_robust(yi, vi, i, 'CR2')$$, 'estimate', 'se');
SELECT groups71($$meta_robust_regression(meta_regression_state(yi, vi, ARRAY[weight], i, i), model => 'CORR')$$, 'wald_f');
SELECT groups71($$meta_robust_regression(meta_regression_state(yi, vi, ARRAY[weight], i, i), model => 'HIER')$$, 'wald_f');
SELECT groups71($$meta_multivariate_final(meta_multivariate_state(yi, vi, i / 2, (i % 2)::text))$$, 'rho', 'qe');
SELECT groups71($$meta_multivariate_robust(meta_multivariate_state(yi, vi, i, (i % 2)::text))$$, 'wald_f');
SELECT groups71($$meta_subgroup_final(meta_keyed_state((i % 2)::text, yi, vi), tau2 => 'common')$$, 'tau2', 'q_between_p');
SELECT groups71($$meta_subgroup_final(meta_keyed_state((i % 2)::text, yi, vi))$$, 'q_between_p');
SELECT groups71($$meta_regression_permute(meta_regression_state(yi, vi, ARRAY[weight]), 10)$$, 'qm_p');
SELECT groups71($$meta_multilevel_egger(meta_regression_state(yi, vi, '{}', i, i))$$, 'estimate', 'p');
SELECT groups71($$meta_network(i::text, 'a', CASE g WHEN 'two' THEN 'b' || i ELSE 'b' END, yi, vi)$$, 'tau2', 'q');
SELECT groups71($$meta_network(i::text, i::text, 'b' || i, yi, vi)$$, 'tau2', 'q');
SELECT groups71('mass_meta(ARRAY[yi, 0.2::float8], ARRAY[vi, 0.04::float8])', 'estimate');
SELECT (meta_mh(0, 10, 0, 12)).note;
SELECT (meta_peto(0, 10, 0, 12)).note, (meta_harbord(0, 10, 0, 12)).note;
SELECT (r).k, (r).k_effects, (r).note FROM (SELECT meta_mh(a, 10 - a, a / 2, 12 - a / 2) AS r FROM unnest('{0,2,4,6}'::float8[]) a) x;
SELECT (r).k, (r).k_effects, (r).note FROM (SELECT meta_peto(a, 10 - a, a / 2, 12 - a / 2) AS r FROM unnest('{0,2,4,6}'::float8[]) a) x;
-- Arrays of diagnostics have a row of NULLs, or none, for what admits no fit.
SELECT g, cardinality(meta_influence(i::text, yi, vi)) AS influence, cardinality(meta_regression_influence(meta_regression_state(yi, vi, ARRAY[weight]))) AS regression,
	cardinality(meta_multilevel_influence(meta_regression_state(yi, vi, '{}', i, i))) AS multilevel, cardinality(meta_funnel(meta_state(yi, vi))) AS funnel,
	effect_aggregate(meta_state(yi, vi), 0.5) IS NULL AS no_aggregate FROM group71 GROUP BY g ORDER BY g COLLATE "C";
-- Exactly known effects that differ have no common one.
SELECT (r).estimate, (r).note FROM (SELECT meta_final(meta_state(y, 0), 'EE') AS r FROM unnest('{0.2,0.3}'::float8[]) y) x;
DROP TABLE group71;
DROP FUNCTION groups71;
