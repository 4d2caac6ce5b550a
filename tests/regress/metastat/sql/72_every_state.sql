-- What holds of every state type and aggregate: parallel plans give the serial bits, any split merges to the whole, forged and truncated
-- images are refused or are states that can be finished.
SET search_path = public, psyrad;
CREATE TABLE every72 AS SELECT i AS id, 'study ' || i / 3 AS study, 'effect ' || i % 3 AS effect, ((ARRAY['a', 'b', 'c', 'd'])[1 + i % 4]) AS treat1, ((ARRAY['b', 'c', 'd', 'e'])[1 + i % 4]) AS treat2,
	0.3 + 0.4 * sin(i * 1.7) AS yi, 0.02 + 0.01 * (i % 5)::float8 AS vi, ARRAY[(i % 7)::float8, i % 2] AS x, ARRAY[sin(i), cos(i), i % 3]::float8[] AS z, (1 + i % 5)::float8 AS n FROM generate_series(0, 2999) i;
ALTER TABLE every72 SET (parallel_workers = 4);
ANALYZE every72;

-- Each aggregate as text: the small ones over all rows, costly ones over some.
CREATE TABLE aggregate72 (name text, up_to int, state text, merge text, final text[]);
INSERT INTO aggregate72 VALUES
	('meta', 3000, 'meta_state(yi, vi)', 'meta_merge', '{meta_final($),"meta_final($, ''ML'', ''adhoc'', tau2_ci => ''pl'')",meta_egger_final($),meta_begg_final($),meta_trimfill_final($),meta_failsafe_final($),meta_petpeese_final($),meta_funnel($),"effect_aggregate($, 0.5)"}'),
	('regression', 600, 'meta_regression_state(yi, vi, x)', 'meta_regression_merge', '{meta_regression_final($),meta_regression_influence($),"meta_regression_permute($, 20)"}'),
	('multilevel', 90, 'meta_multilevel_state(yi, vi, study, effect)', 'meta_regression_merge', '{meta_multilevel_final($),meta_multilevel_regression($),meta_multilevel_influence($),meta_multilevel_egger($),meta_robust_final($),"meta_robust_final($, ''CR2'', ''HIER'')"}'),
	('robust', 600, 'meta_robust_state(yi, vi, study)', 'meta_regression_merge', '{meta_robust_final($),"meta_robust_regression($, model => ''CORR'')",meta_multilevel_egger($)}'),
	('weighted', 300, 'meta_weighted_state(yi, vi, n)', 'meta_regression_merge', '{meta_weighted_final($),"meta_weighted_final($, ''GENQM'')"}'),
	('multivariate', 90, 'meta_multivariate_state(yi, vi, study, effect)', 'meta_multivariate_merge', '{meta_multivariate_final($),"meta_multivariate_final($, ''HAR'')","meta_multivariate_final($, ''CS'', sampling_rho => 0.5)",meta_multivariate_robust($)}'),
	('multivariate v x', 90, 'meta_multivariate_state(yi, vi, study, effect, ARRAY[CASE effect WHEN ''effect 0'' THEN vi ELSE 0.001 END, CASE effect WHEN ''effect 1'' THEN vi ELSE 0.001 END, CASE effect WHEN ''effect 2'' THEN vi ELSE 0.001 END], x)', 'meta_multivariate_merge', '{meta_multivariate_final($)}'),
	('keyed', 600, 'meta_keyed_state(study, yi, vi)', 'meta_keyed_merge', '{meta_subgroup_final($),"meta_subgroup_final($, tau2 => ''common'')",meta_influence_final($)}'),
	('table', 3000, 'meta_table_state(5 + n, 10 - n, 6, 9)', 'meta_table_merge', '{meta_mh_final($),"meta_mh_final($, ''RD'')",meta_peto_final($),meta_harbord_final($),meta_peters_final($),meta_macaskill_final($),meta_deeks_final($)}'),
	('network', 200, 'meta_network_state(id::text, treat1, treat2, yi, vi)', 'meta_network_merge', '{meta_network_final($)}'),
	('foci', 200, 'cbma_foci(study, 20 * sin(id), 15 * cos(id), id % 13, (10 + id / 3 % 20)::float8)', 'cbma_merge', '{"cbma_ale($, ROW(''{4,4,4}'', ''{12,0,0,-20,0,12,0,-20,0,0,12,-10}'', (SELECT array_agg(v) FROM generate_series(2, 60) v))::psyrad.voxel_mask, iterations => 3)","cbma_mkda($, ROW(''{4,4,4}'', ''{12,0,0,-20,0,12,0,-20,0,0,12,-10}'', ''{1,2,3,22}'')::psyrad.voxel_mask, ''voxel'', iterations => 3)"}'),
	('mass', 500, 'mass_meta_state(z, ARRAY[vi, vi, vi])', 'mass_meta_merge', '{mass_meta_final($)}'),
	('mass stouffer', 500, 'mass_stouffer_state(z)', 'mass_combine_merge', '{mass_combine_final($)}'),
	('mass fisher', 500, 'mass_fisher_state(ARRAY[(1 + id % 90) / 100.0, 0.5]::float8[])', 'mass_combine_merge', '{mass_combine_final($)}');

-- A plan with workers, and one without: the same bytes of the state, so that whatever is computed from it is the same.
CREATE FUNCTION workers(query text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	line text;
	found int := 0;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
		found := greatest(found, coalesce(substring(line FROM 'Workers Launched: (\d+)')::int, 0));
	END LOOP;
	RETURN found;
END $$;
CREATE FUNCTION answer(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	out text;
BEGIN
	EXECUTE query INTO out;
	RETURN md5(out);
END $$;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 4;
CREATE TABLE parallel72 AS SELECT name, answer(format('SELECT %s::text FROM every72 WHERE id < %s', state, up_to)) AS state, workers(format('SELECT %s FROM every72 WHERE id < %s', state, up_to)) AS workers FROM aggregate72;
SET max_parallel_workers_per_gather = 0;
SELECT name, p.state = answer(format('SELECT %s::text FROM every72 WHERE id < %s', a.state, up_to)) AS same, workers > 0 AS with_workers FROM aggregate72 a JOIN parallel72 p USING (name) WHERE name !~ 'stouffer|fisher' ORDER BY name;
RESET ALL;
SET search_path = public, psyrad;

-- Any split, in any order.  Sums of z and of log p (mass stouffer, mass fisher) are rounded, and so depend on both.
SELECT name, bool_and(answer(format('SELECT %s(s)::text FROM (SELECT %s AS s FROM (SELECT * FROM every72 WHERE id < %s ORDER BY md5(id::text)) r GROUP BY %s) p', merge, state, up_to, split)) =
	answer(format('SELECT %s::text FROM every72 WHERE id < %s', state, up_to))) AS same
FROM aggregate72, unnest(ARRAY['()', 'id % 2', 'id % 7', 'id / 11', 'id']) split WHERE name !~ 'stouffer|fisher' GROUP BY name ORDER BY name;

-- What is computed from those sums does not.
SELECT name, bool_and(answer(format('SELECT mass_combine_final(%s(s))::text FROM (SELECT %s AS s FROM (SELECT * FROM every72 WHERE id < %s ORDER BY md5(id::text)) r GROUP BY %s) p', merge, state, up_to, split)) =
	answer(format('SELECT mass_combine_final(%s)::text FROM every72 WHERE id < %s', state, up_to))) AS same
FROM aggregate72, unnest(ARRAY['()', 'id % 2', 'id % 7', 'id / 11', 'id']) split WHERE name ~ 'stouffer|fisher' GROUP BY name ORDER BY name;

-- Forged: one to three bytes changed in each of 1,000 images of each state, a tenth of them cut; read, merged, and finished by the functions that
-- take the state in turn, ten images each.
CREATE FUNCTION forged(image text, seed int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	bytes int := (length(image) - 2) / 2;
BEGIN
	PERFORM setseed(seed / 1000.0);
	FOR i IN 0..(seed % 3) LOOP
		-- Half of the changes hit the first bytes, where counts and flags are.
		image := overlay(image PLACING lpad(to_hex(floor(random() * 256)::int), 2, '0') FROM 3 + 2 * floor(random() * CASE seed % 2 WHEN 0 THEN least(bytes, 56) ELSE bytes END)::int FOR 2);
	END LOOP;
	RETURN CASE seed % 10 WHEN 9 THEN left(image, 2 + 2 * floor(random() * bytes)::int) ELSE image END;
END $$;
CREATE FUNCTION fate(image text, type text, merge text, final text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	out text;
BEGIN
	EXECUTE format('SELECT %L::%s::text', image, type) INTO out;
	IF out <> image THEN RETURN 'changed'; END IF;
	EXECUTE format('SELECT %s(s)::text FROM (VALUES (%L::%s)) v(s)', merge, image, type) INTO out;
	BEGIN
		EXECUTE format('SELECT %s::text', replace(final, '$', format('%L::%s', image, type))) INTO out;
	EXCEPTION WHEN invalid_parameter_value OR array_subscript_error OR program_limit_exceeded OR feature_not_supported THEN
		NULL;  -- such as vi = 0
	END;
	RETURN 'valid';
EXCEPTION WHEN invalid_binary_representation OR invalid_text_representation OR character_not_in_repertoire THEN
	RETURN 'refused';
END $$;
CREATE TABLE image72 (name text, type text, image text, merge text, final text[]);
DO $$
DECLARE
	a record;
	image text;
	type text;
BEGIN
	FOR a IN SELECT * FROM aggregate72 LOOP
		EXECUTE format('SELECT (s).t, (s).i FROM (SELECT pg_typeof(%1$s)::text AS t, %1$s::text AS i FROM every72 WHERE id < 12) s', a.state) INTO type, image;
		INSERT INTO image72 VALUES (a.name, type, image, a.merge, a.final);
	END LOOP;
END $$;
SELECT name, count(*) FILTER (WHERE fate IN ('valid', 'refused')) AS accounted_for, count(*) FILTER (WHERE fate = 'valid') > 50 AS some_valid, count(*) FILTER (WHERE fate = 'refused') > 100 AS some_refused
FROM (SELECT name, fate(forged(image, seed), type, merge, final[1 + seed / 10 % cardinality(final)]) AS fate FROM image72, generate_series(1, 1000) seed) f GROUP BY name ORDER BY name;
DROP TABLE every72, aggregate72, parallel72, image72;
DROP FUNCTION workers, answer, forged, fate;
