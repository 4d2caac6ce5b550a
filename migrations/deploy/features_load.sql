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
	CREATE TEMPORARY TABLE stage ("row" bigint, line bigint, label text, session text, run smallint, value real[]) ON COMMIT DROP;
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

-- Which rows cannot be: of nobody that the study knows, or of no visit of its plan.
CREATE FUNCTION ingest.reject_features(p_study text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
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
	IF (SELECT count(*) FROM pg_temp.stage) = 1 THEN
		PERFORM ingest.find_scan(p_file_id); -- of one scan, who is not known refuses the file
	ELSE
		PERFORM ingest.reject_features(p_study);
	END IF;
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
	FROM pg_temp.stage s JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label);
	PERFORM ingest.refuse_other_scan(p_file_id, 'imaging.connectome', 'subject_id', 'feature_set_id', 'session', 'run', 'pipeline');
	INSERT INTO clinical.visit (subject_id, session, site, study, file_id)
	SELECT DISTINCT f.subject_id, f.session, f.site, p_study, p_file_id
	FROM pg_temp.fact f WHERE NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = f."row")
	ON CONFLICT DO NOTHING;
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
		value real[], coverage real[] -- NULL: every region has a value
	) ON COMMIT DROP;
	ALTER TABLE pg_temp.stage ALTER COLUMN value SET STORAGE EXTERNAL; -- what is compressed here would stay so in imaging.vector
END $$;

-- Of regions that this file says nothing of, what another file of the same pipeline said stays; what nobody said is NaN with coverage 0.
CREATE FUNCTION ingest.join_parts(p_value real[], p_coverage real[], p_old real[], p_old_coverage real[], OUT value real[], OUT coverage real[])
LANGUAGE sql IMMUTABLE AS $$
	SELECT pg_catalog.array_agg(CASE WHEN n.c < 0 THEN coalesce(p_old[n.i], 'NaN') ELSE n.v END ORDER BY n.i),
		nullif(pg_catalog.array_agg(CASE WHEN n.c < 0 THEN coalesce(p_old_coverage[n.i], CASE WHEN p_old[n.i] <> 'NaN' THEN 1 ELSE 0 END) ELSE n.c END ORDER BY n.i),
			pg_catalog.array_fill(1::real, ARRAY[pg_catalog.cardinality(p_value)]))
	FROM ROWS FROM (pg_catalog.unnest(p_value), pg_catalog.unnest(p_coverage)) WITH ORDINALITY n(v, c, i);
$$;

-- Where each row of staging goes.  Only who and when: the vectors stay in staging until they are stored (ingest.merge_wide).
-- Returns whether some file has brought such features before: else no vector is stored that this one's could be compared with.
CREATE FUNCTION ingest.place_features(p_file_id bigint, p_atlas text, p_pipeline text) RETURNS boolean
LANGUAGE plpgsql
SET default_statistics_target = 10
AS $$
DECLARE
	p_study text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
	planned text[] := ARRAY(SELECT p.session FROM clinical.visit_plan p WHERE p.study = p_study);
	placed  bigint;
	known   boolean;
BEGIN
	-- In one pass, since the vectors in staging make each long.
	CREATE TEMPORARY TABLE sets ON COMMIT DROP AS
	SELECT s.measure, NULL::int AS feature_set_id, count(*) AS vectors, bool_or(s.partial) AS partial, count(s.tiv) > 0 AS has_tiv
	FROM pg_temp.stage s GROUP BY s.measure;
	PERFORM ingest.check_measure(m.measure, 'region') FROM pg_temp.sets m;
	known := EXISTS (
		SELECT FROM imaging.vector_load l JOIN imaging.feature_set f USING (feature_set_id)
		WHERE l.pipeline = p_pipeline
			AND (f.atlas, f.measure) IN (SELECT p_atlas, m.measure FROM pg_temp.sets m UNION ALL SELECT 'head', 'tiv'));
	UPDATE pg_temp.sets m SET feature_set_id = ingest.vector_set(p_file_id, p_atlas, m.measure, p_pipeline);
	ANALYZE pg_temp.sets;
	ANALYZE pg_temp.stage ("row", label, session, measure, tiv, partial);
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s."row" AS wide, s.line, k.subject_id, t.feature_set_id, s.session, s.run, p_pipeline AS pipeline, k.site
	FROM pg_temp.stage s
	JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label)
	JOIN pg_temp.sets t ON t.measure = s.measure
	WHERE s.session = ANY (planned);
	GET DIAGNOSTICS placed = ROW_COUNT;
	ANALYZE pg_temp.fact;
	IF placed < (SELECT sum(m.vectors) FROM pg_temp.sets m) THEN
		PERFORM ingest.reject_features(p_study);
	END IF;
	RETURN known;
END $$;

CREATE FUNCTION ingest.load_features(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_atlas    text := ingest.option(p_file_id, 'atlas');
	p_pipeline text := coalesce(ingest.option(p_file_id, 'pipeline'), 'as-is');
	known      boolean;
BEGIN
	PERFORM ingest.lock('scans', (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id));
	known := ingest.place_features(p_file_id, p_atlas, p_pipeline);
	PERFORM ingest.add_visits(p_file_id);
	IF EXISTS (SELECT FROM pg_temp.sets m WHERE m.partial) THEN
		-- Parts of a vector beside what is stored of it.
		UPDATE pg_temp.stage s
		SET (value, coverage) = (SELECT j.value, j.coverage FROM ingest.join_parts(s.value, s.coverage, v.value, v.coverage) j)
		FROM pg_temp.fact f
		LEFT JOIN imaging.vector v ON (v.subject_id, v.feature_set_id, v.session, v.run, v.pipeline) =
			(f.subject_id, f.feature_set_id, f.session, f.run, f.pipeline)
		WHERE s."row" = f."row" AND s.partial;
	END IF;
	-- The intracranial volume goes by participant, visit and run, whatever was measured; with the vectors, so that none counts as vanished.
	IF EXISTS (SELECT FROM pg_temp.sets m WHERE m.has_tiv) THEN
		INSERT INTO pg_temp.fact ("row", wide, line, subject_id, feature_set_id, session, run, pipeline, site)
		SELECT DISTINCT ON (f.subject_id, f.session, f.run) f."row", -f."row", f.line, f.subject_id,
			ingest.vector_set(p_file_id, 'head', 'tiv', p_pipeline), f.session, f.run, f.pipeline, f.site
		FROM pg_temp.stage s
		JOIN pg_temp.fact f USING ("row")
		WHERE s.tiv IS NOT NULL
		ORDER BY f.subject_id, f.session, f.run, f."row";
		INSERT INTO pg_temp.stage ("row", value) SELECT -s."row", ARRAY[s.tiv] FROM pg_temp.stage s WHERE s.tiv IS NOT NULL;
	END IF;
	RETURN ingest.merge_wide(p_file_id, 'imaging.vector', '{value,coverage}', known, 'subject_id', 'feature_set_id', 'session', 'run', 'pipeline');
END $$;

DO $$
DECLARE
	f text;
BEGIN
	FOREACH f IN ARRAY ARRAY['ingest.check_measure(text, text)', 'ingest.stage_connectome()', 'ingest.load_connectome(bigint)',
		'ingest.stage_features()', 'ingest.join_parts(real[], real[], real[], real[])', 'ingest.reject_features(text)',
		'ingest.place_features(bigint, text, text)', 'ingest.load_features(bigint)']
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
