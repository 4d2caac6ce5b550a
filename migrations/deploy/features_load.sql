-- Deploy psyrad:features_load to pg
-- What psyrad ingest connectome and psyrad ingest features call: edges and region values that another program computed.
BEGIN;
SET LOCAL ROLE psyrad_owner;

INSERT INTO imaging.measure VALUES
	('fc_partial', 'edge', NULL, 'functional connectivity (partial correlation)', '功能连接（偏相关）'),
	('fc_z', 'edge', NULL, 'functional connectivity (Fisher''s z)', '功能连接（Fisher z 变换）'),
	('sc_count', 'edge', NULL, 'structural connectivity (streamline count)', '结构连接（纤维束数目）'),
	('sc_fa', 'edge', NULL, 'structural connectivity (mean fractional anisotropy)', '结构连接（平均各向异性分数）'),
	('sc_length', 'edge', 'mm', 'structural connectivity (mean streamline length)', '结构连接（平均纤维长度）'),
	('sc_md', 'edge', 'mm2/s', 'structural connectivity (mean diffusivity)', '结构连接（平均扩散率）'),
	('thickness', 'region', 'mm', 'cortical thickness', '皮层厚度'),
	('area', 'region', 'mm2', 'cortical surface area', '皮层表面积'),
	('volume', 'region', 'mm3', 'volume', '体积'),
	('wmv', 'region', 'mm3', 'white matter volume', '白质体积'),
	('csfv', 'region', 'mm3', 'cerebrospinal fluid volume', '脑脊液体积'),
	('tiv', 'region', 'mm3', 'total intracranial volume', '颅内总体积');

CREATE FUNCTION ingest.stage_connectome() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage ("row" bigint, label text, session text, run smallint, value real[]) ON COMMIT DROP;
END $$;

-- A measure must live where its values go.
CREATE FUNCTION ingest.check_measure(p_measure text, p_kind text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM imaging.measure m WHERE m.measure = p_measure AND m.kind <> p_kind) THEN
		PERFORM ingest.refuse(format('%s is no measure of %ss', p_measure, p_kind),
			'those are: ' || (SELECT string_agg(measure, ', ' ORDER BY measure) FROM imaging.measure WHERE kind = p_kind));
	END IF;
END $$;

CREATE FUNCTION ingest.load_connectome(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_kind     text := ingest.option(p_file_id, 'kind');
	p_pipeline text := coalesce(ingest.option(p_file_id, 'pipeline'), 'as-is');
	p_study    text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
	set_id     int;
	known      text;
BEGIN
	PERFORM ingest.lock('scans', p_study);
	PERFORM ingest.check_measure(ingest.option(p_file_id, 'measure'), 'edge');
	PERFORM ingest.find_scan(p_file_id);
	set_id := ingest.feature_set(p_study, ingest.option(p_file_id, 'atlas'), ingest.option(p_file_id, 'measure'), p_pipeline);
	-- r and z of one measure side by side would be averaged together one day.
	SELECT psyrad.conn_kind(c.value) INTO known FROM imaging.connectome c WHERE c.feature_set_id = set_id LIMIT 1;
	IF known <> p_kind THEN
		PERFORM ingest.refuse(format('--kind %s: the connectomes of %s over %s are of kind %s', p_kind, ingest.option(p_file_id, 'measure'),
			ingest.option(p_file_id, 'atlas'), known), 'load these under a measure of their own');
	END IF;
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", k.subject_id, set_id AS feature_set_id, s.session, s.run, p_pipeline AS pipeline, k.site,
		psyrad.conn_from_edges(s.value, p_kind) AS value
	FROM pg_temp.stage s CROSS JOIN pg_temp.scan k;
	RETURN ingest.merge(p_file_id, 'imaging.connectome', 'subject_id', 'feature_set_id', 'session', 'run', 'pipeline');
END $$;

-- The atlas of what is said of a whole head, so that such covariates have the key, history and rights of every vector.
INSERT INTO imaging.atlas (atlas, title) VALUES ('head', 'the whole head');
INSERT INTO imaging.region (atlas, region, name, name_zh) VALUES ('head', 1, 'TIV', '颅内总体积');

CREATE FUNCTION ingest.stage_features() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, line bigint, label text, session text, run smallint, measure text, tiv real,
		partial boolean,  -- the file says nothing of some regions: their coverage is -1
		value real[], coverage real[]
	) ON COMMIT DROP;
END $$;

-- Of regions that this file says nothing of, what another file of the same pipeline said stays; what nobody said is NaN with coverage 0.
CREATE FUNCTION ingest.join_parts(p_value real[], p_coverage real[], p_old real[], p_old_coverage real[], OUT value real[], OUT coverage real[])
LANGUAGE sql IMMUTABLE AS $$
	SELECT pg_catalog.array_agg(CASE WHEN n.c < 0 THEN coalesce(p_old[n.i], 'NaN') ELSE n.v END ORDER BY n.i),
		pg_catalog.array_agg(CASE WHEN n.c < 0 THEN coalesce(p_old_coverage[n.i], CASE WHEN p_old[n.i] <> 'NaN' THEN 1 ELSE 0 END) ELSE n.c END ORDER BY n.i)
	FROM ROWS FROM (pg_catalog.unnest(p_value), pg_catalog.unnest(p_coverage)) WITH ORDINALITY n(v, c, i);
$$;

CREATE FUNCTION ingest.load_features(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_atlas    text := ingest.option(p_file_id, 'atlas');
	p_pipeline text := coalesce(ingest.option(p_file_id, 'pipeline'), 'as-is');
	p_study    text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
BEGIN
	PERFORM ingest.lock('scans', p_study);
	PERFORM ingest.check_measure(m.measure, 'region') FROM (SELECT DISTINCT s.measure FROM pg_temp.stage s) m;
	CREATE TEMPORARY TABLE sets ON COMMIT DROP AS
	SELECT m.measure, ingest.feature_set(p_study, p_atlas, m.measure, p_pipeline) AS feature_set_id
	FROM (SELECT DISTINCT s.measure FROM pg_temp.stage s ORDER BY 1) m;
	ANALYZE pg_temp.stage (label, session, partial);
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw, label)
	SELECT s."row", s.line, c.name, c.number, e.code, e.message, e.raw, s.label
	FROM pg_temp.stage s
	LEFT JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label)
	LEFT JOIN clinical.visit_plan p ON (p.study, p.session) = (p_study, s.session)
	CROSS JOIN LATERAL (VALUES
		('participant_id', k.subject_id IS NULL, 'unknown_participant', format('found %s; expected a participant of %s', s.label, p_study), s.label),
		('session', p.session IS NULL, 'unknown_visit', format('found %s; expected a visit of the plan of %s (%s)', s.session, p_study,
			(SELECT string_agg(session, ', ' ORDER BY week, session) FROM clinical.visit_plan WHERE study = p_study)), s.session)
	) e (field, wrong, code, message, raw)
	LEFT JOIN pg_temp.stage_column c ON c.field = e.field
	WHERE e.wrong;

	-- Whole vectors as they are; parts beside what is stored.
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, k.subject_id, t.feature_set_id, s.session, s.run, p_pipeline AS pipeline, k.site, s.value, s.coverage
	FROM pg_temp.stage s
	JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label)
	JOIN clinical.visit_plan p ON (p.study, p.session) = (p_study, s.session)
	JOIN pg_temp.sets t ON t.measure = s.measure
	WHERE NOT s.partial;
	INSERT INTO pg_temp.fact
	SELECT s."row", s.line, k.subject_id, t.feature_set_id, s.session, s.run, p_pipeline, k.site, j.value, j.coverage
	FROM pg_temp.stage s
	JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label)
	JOIN clinical.visit_plan p ON (p.study, p.session) = (p_study, s.session)
	JOIN pg_temp.sets t ON t.measure = s.measure
	LEFT JOIN imaging.vector v ON (v.subject_id, v.feature_set_id, v.session, v.run, v.pipeline) =
		(k.subject_id, t.feature_set_id, s.session, s.run, p_pipeline)
	CROSS JOIN LATERAL ingest.join_parts(s.value, s.coverage, v.value, v.coverage) j
	WHERE s.partial;
	PERFORM ingest.add_visits(p_file_id);
	-- The intracranial volume goes by participant, visit and run, whatever was measured; with the vectors, so that none counts as vanished.
	INSERT INTO pg_temp.fact
	SELECT DISTINCT ON (k.subject_id, s.session, s.run) s."row", s.line, k.subject_id,
		ingest.feature_set(p_study, 'head', 'tiv', p_pipeline), s.session, s.run, p_pipeline, k.site, ARRAY[s.tiv], ARRAY[1::real]
	FROM pg_temp.stage s
	JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label)
	JOIN clinical.visit_plan p ON (p.study, p.session) = (p_study, s.session)
	WHERE s.tiv IS NOT NULL
	ORDER BY k.subject_id, s.session, s.run, s."row";
	RETURN ingest.merge(p_file_id, 'imaging.vector', 'subject_id', 'feature_set_id', 'session', 'run', 'pipeline');
END $$;

DO $$
DECLARE
	f text;
BEGIN
	FOREACH f IN ARRAY ARRAY['ingest.check_measure(text, text)', 'ingest.stage_connectome()', 'ingest.load_connectome(bigint)',
		'ingest.stage_features()', 'ingest.join_parts(real[], real[], real[], real[])', 'ingest.load_features(bigint)']
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
