-- Drift of features: merging, order of rows, scale, missing values, degenerate sets, hostile states.  The numbers are tests/golden/run_drift's.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS modelscore CASCADE;
SET search_path = public, psyrad;
CREATE TABLE drift_rows AS
SELECT k, k % 3 AS site, k % 2 = 0 AS reference, ARRAY[(k * 37 % 97) / 10.0, CASE WHEN k % 7 = 0 THEN NULL ELSE k % 5 + (k % 2) END, 4, k % 2]::float8[] AS f FROM generate_series(1, 60) k;
CREATE VIEW drift AS SELECT d.* FROM (SELECT metric_drift(f, reference) AS all FROM drift_rows) x, unnest(x.all) d;
SELECT feature, reference_n, current_n, reference_missing, current_missing, round(missing_difference::numeric, 12) AS missing_difference, round(reference_mean::numeric, 12) AS reference_mean,
	round(smd::numeric, 12) AS smd, round(psi::numeric, 12) AS psi, psi_bins, round(ks::numeric, 12) AS ks, round(ks_p::numeric, 12) AS ks_p, ks_exact, note FROM drift;

-- ---- the same from parts, in any order, through text, and with names and other bins
SELECT count(DISTINCT d::text) AS answers FROM generate_series(1, 4) turn, LATERAL (SELECT metric_drift(f, reference) AS d FROM (SELECT * FROM drift_rows WHERE turn > 0 ORDER BY md5((k * turn)::text)) x) y;
SELECT metric_drift_final(w.s)::text = metric_drift_final(m.s)::text AS merged, metric_drift_final(w.s)::text = metric_drift_final(w.s::text::metric_drift_state)::text AS through_text
FROM (SELECT metric_drift_state(f, reference) AS s FROM drift_rows) w, (SELECT metric_drift_merge(s) AS s FROM (SELECT metric_drift_state(f, reference) AS s FROM drift_rows GROUP BY site) x) m;
SELECT string_agg(d.name || ':' || d.psi_bins, ' ' ORDER BY feature) FROM (SELECT metric_drift_state(f, reference) AS s FROM drift_rows) x, unnest(metric_drift_final(s, names => '{a,b,c,d}', bins => 4)) d;
-- in parallel
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
CREATE TABLE drift_many AS SELECT r.* FROM drift_rows r, generate_series(1, 200);
ANALYZE drift_many;
SELECT bool_and(m.ks = d.ks AND m.reference_n = 200 * d.reference_n) AS alike FROM (SELECT metric_drift(f, reference) AS a FROM drift_many) x, unnest(x.a) m JOIN drift d USING (feature);
SET max_parallel_workers_per_gather = 0;

-- ---- both sets moved and stretched alike: nothing drifts more or less; sets exchanged: signs turn
SELECT bool_and(abs(m.psi - d.psi) < 1e-12 AND m.ks = d.ks AND m.ks_p = d.ks_p AND (abs(m.smd - d.smd) < 1e-12 OR num_nulls(m.smd, d.smd) = 2)) AS alike
FROM (SELECT metric_drift(ARRAY(SELECT x * 8 + 64 FROM unnest(f) WITH ORDINALITY u(x, i) ORDER BY i), reference) AS a FROM drift_rows) x, unnest(x.a) m JOIN drift d USING (feature);
SELECT bool_and(m.ks = d.ks AND abs(m.ks_p - d.ks_p) < 1e-12 AND (abs(m.smd + d.smd) < 1e-12 OR num_nulls(m.smd, d.smd) = 2) AND abs(m.missing_difference + d.missing_difference) < 1e-12) AS turned
FROM (SELECT metric_drift(f, NOT reference) AS a FROM drift_rows) x, unnest(x.a) m JOIN drift d USING (feature);
-- a set beside itself
SELECT bool_and(psi = 0 AND ks = 0 AND ks_p = 1 AND coalesce(smd, 0) = 0) FROM (SELECT metric_drift(f, b) AS a FROM drift_rows, (VALUES (true), (false)) v(b)) x, unnest(x.a) d;

-- ---- degenerate
SELECT d.* FROM (SELECT metric_drift(f, r) AS a FROM (VALUES ('{1}'::int[], true), ('{NULL}', false)) v(f, r)) x, unnest(x.a) d;
SELECT d.* FROM (SELECT metric_drift(f, r) AS a FROM (VALUES ('{1}'::real[], true), ('{2}', false)) v(f, r)) x, unnest(x.a) d;
SELECT d.* FROM (SELECT metric_drift(f, r) AS a FROM (VALUES ('{1}'::numeric[], true), ('{2}', true)) v(f, r)) x, unnest(x.a) d;
SELECT metric_drift(f, NULL) FROM drift_rows;
SELECT metric_drift(NULL::float8[], true) FROM drift_rows;
SELECT metric_drift('{1,Infinity}'::float8[], true);
SELECT metric_drift('{}'::float8[], true);
SELECT metric_drift(CASE WHEN k = 9 THEN '{1}' ELSE f END, true) FROM drift_rows;
SELECT metric_drift('{a}'::text[], true);
SELECT metric_drift_final(s, bins => 1) FROM (SELECT metric_drift_state(f, reference) AS s FROM drift_rows) x;
SELECT metric_drift_final(s, names => '{a}') FROM (SELECT metric_drift_state(f, reference) AS s FROM drift_rows) x;
SELECT metric_drift_merge(s) FROM (SELECT metric_drift_state(f, reference) AS s FROM drift_rows UNION ALL SELECT metric_drift_state('{1}'::float8[], true)) x;
SELECT metric_drift_add(NULL, '{1}'::float8[], true);

-- ---- hostile states
SELECT length(s::text) AS hex FROM (SELECT metric_drift_state('{1}'::float8[], true) AS s) x;
SELECT '\x00'::metric_drift_state;
SELECT replace(s::text, '\x6d746431', '\x6d747031')::metric_drift_state FROM (SELECT metric_drift_state('{1}'::float8[], true) AS s) x;
SELECT overlay(s::text PLACING '00' FROM 11 FOR 2)::metric_drift_state FROM (SELECT metric_drift_state('{1}'::float8[], true) AS s) x;
SELECT overlay(s::text PLACING '02' FROM 27 FOR 2)::metric_drift_state FROM (SELECT metric_drift_state('{1}'::float8[], true) AS s) x;
SELECT overlay(s::text PLACING 'ffffffffffffffff' FROM 11 FOR 16)::metric_drift_state FROM (SELECT metric_drift_state('{1}'::float8[], true) AS s) x;
SELECT overlay(s::text PLACING '0000000000000040' FROM 59 FOR 16)::metric_drift_state FROM (SELECT metric_drift_state('{1}'::float8[], true) AS s) x;
SELECT overlay(s::text PLACING '000000000000f07f' FROM 75 FOR 16)::metric_drift_state FROM (SELECT metric_drift_state('{1}'::float8[], true) AS s) x;

-- ---- McNemar's exact test, as R's binom.test(a, a + b)
SELECT metric_mcnemar(10, 26) AS p, metric_mcnemar(26, 10) = metric_mcnemar(10, 26) AS either_way, metric_mcnemar(0, 0) AS none, metric_mcnemar(5, 5) AS equal, metric_mcnemar(0, 1) AS one, metric_mcnemar(0, 60) = 2 ^ -59 AS far, metric_mcnemar(0, 1100) = 0 AS farther,
	round((metric_mcnemar(480, 520) - metric_mcnemar(481, 521))::numeric, 4) AS summed_or_not;
SELECT metric_mcnemar(-1, 5);
SELECT metric_z(0.95), metric_z(0.9) < metric_z(0.95) AS less;
SELECT metric_z(1);
