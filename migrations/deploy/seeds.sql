-- Deploy psyrad:seeds to pg
-- What psyrad ingest seed calls.  A seed's vector is a measure of its own (seed_z:<atlas>:<region> over regions, seed_map:...
-- over voxels), so that its key is that of every vector.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE FUNCTION ingest.stage_seed() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_rejects();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, label text, session text, run smallint, task text, choices text, tr_s float8, header_tr_s float8,
		volumes int, volumes_kept int, mean_fd_mm float8, payload_sha256 bytea, forms_apart_mm real, seed text, value real[], coverage real[]
	) ON COMMIT DROP;
	ALTER TABLE pg_temp.stage ALTER COLUMN value SET STORAGE EXTERNAL; -- what is compressed here would stay so in imaging.vector
END $$;

CREATE FUNCTION ingest.load_seed(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_atlas    text := ingest.option(p_file_id, 'atlas');
	p_seeds    text := ingest.option(p_file_id, 'seeds');
	p_pipeline text := ingest.option(p_file_id, 'pipeline');
	p_study    text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
	voxels     boolean := (SELECT a.kind = 'voxels' FROM imaging.atlas a WHERE a.atlas = p_atlas);
	named      text := CASE WHEN voxels THEN 'seed_map:' ELSE 'seed_z:' END || p_seeds || ':';
	p_kind     text := CASE WHEN voxels THEN 'voxel' ELSE 'region' END;
	k          ingest.scan_of := ingest.load_run(p_file_id, p_pipeline);
BEGIN
	INSERT INTO imaging.measure (measure, kind, title_en, title_zh)
	SELECT named || s.seed, p_kind, format('functional connectivity with the seed %s of %s (Fisher''s z)', s.seed, p_seeds),
		format('与种子点 %s（%s）的功能连接（Fisher z 变换）', s.seed, p_seeds)
	FROM pg_temp.stage s ORDER BY s."row"
	ON CONFLICT DO NOTHING;
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s."row" AS wide, k.subject_id, ingest.vector_set(p_file_id, p_atlas, named || s.seed, p_pipeline) AS feature_set_id,
		s.session, s.run, p_pipeline AS pipeline, k.site
	FROM pg_temp.stage s;
	PERFORM ingest.refuse_other_scan(p_file_id, 'imaging.vector', 'subject_id', 'feature_set_id', 'session', 'run', 'pipeline');
	RETURN ingest.merge_wide(p_file_id, 'imaging.vector', '{value,coverage}', true, 'subject_id', 'feature_set_id', 'session', 'run', 'pipeline');
END $$;

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOREACH f IN ARRAY ARRAY['ingest.stage_seed()', 'ingest.load_seed(bigint)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
