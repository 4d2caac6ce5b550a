-- Deploy psyrad:features_load to pg
-- What psyrad ingest connectome and psyrad ingest features call: edges and region values that another program computed.
BEGIN;
SET LOCAL ROLE psyrad_owner;

INSERT INTO imaging.measure VALUES
	('fc_partial', 'edge', NULL, 'functional connectivity (partial correlation)', '功能连接（偏相关）'),
	('fc_z', 'edge', NULL, 'functional connectivity (Fisher''s z)', '功能连接（Fisher z 变换）'),
	('sc_count', 'edge', NULL, 'structural connectivity (streamline count)', '结构连接（纤维束数目）'),
	('sc_fa', 'edge', NULL, 'structural connectivity (mean fractional anisotropy)', '结构连接（平均各向异性分数）'),
	('thickness', 'region', 'mm', 'cortical thickness', '皮层厚度'),
	('area', 'region', 'mm2', 'cortical surface area', '皮层表面积'),
	('volume', 'region', 'mm3', 'volume', '体积'),
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

DO $$
DECLARE
	f text;
BEGIN
	FOREACH f IN ARRAY ARRAY['ingest.check_measure(text, text)', 'ingest.stage_connectome()', 'ingest.load_connectome(bigint)']
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
