-- Deploy psyrad:images_load to pg
-- What psyrad ingest atlas, networks and image call: parcellations, groupings of their regions, and maps as vectors over them.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- atlas

CREATE FUNCTION ingest.stage_atlas() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, region int, label int, name text, hemisphere text, x_mm real, y_mm real, z_mm real, volume_mm3 real, radius_mm real
	) ON COMMIT DROP;
	CREATE TEMPORARY TABLE stage_image (kind text, dims int[], affine float8[], sha256 bytea, image bytea, voxel int[], region int[]) ON COMMIT DROP;
END $$;

-- What every vector over the atlas means hangs on it, so that the regions of a known atlas never change, and its image not
-- once it was used; an image may come later to an atlas known by its names.
CREATE FUNCTION ingest.check_atlas(p_atlas text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	used  boolean := EXISTS (SELECT FROM imaging.feature_set s WHERE s.atlas = p_atlas);
	known imaging.atlas;
	found record;
BEGIN
	IF p_atlas !~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$' THEN
		PERFORM ingest.refuse(format('%s is no name for an atlas', p_atlas), 'letters, digits, - and _ are allowed');
	END IF;
	SELECT * INTO known FROM imaging.atlas a WHERE a.atlas = p_atlas;
	IF known.atlas IS NULL THEN
		RETURN;
	END IF;
	SELECT kind, sha256 INTO found FROM pg_temp.stage_image;
	IF found.kind <> known.kind AND 'names' NOT IN (found.kind, known.kind) THEN
		PERFORM ingest.refuse(format('the atlas %s is there as one of %s, this is one of %s', p_atlas, known.kind, found.kind),
			'load this one under another name');
	END IF;
	IF known.kind <> 'voxels' AND EXISTS (
		SELECT FROM pg_temp.stage s FULL JOIN (SELECT * FROM imaging.region WHERE atlas = p_atlas) r ON r.region = s.region
		WHERE s.name IS DISTINCT FROM r.name OR s.label <> r.label
			OR (known.kind = 'spheres' AND (s.x_mm, s.y_mm, s.z_mm, s.radius_mm) IS DISTINCT FROM (r.x_mm, r.y_mm, r.z_mm, r.radius_mm)))
	THEN
		PERFORM ingest.refuse(format('the atlas %s is there with other regions', p_atlas), 'load this one under another name');
	END IF;
	IF used AND known.image_sha256 <> found.sha256 THEN
		PERFORM ingest.refuse(format('the atlas %s is in use with another label image', p_atlas), 'load this one under another name');
	END IF;
END $$;

CREATE FUNCTION ingest.load_atlas(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_atlas text := ingest.option(p_file_id, 'atlas');
	counts  ingest.counts;
	voxels  ingest.counts;
BEGIN
	PERFORM ingest.lock('atlas', p_atlas);
	PERFORM ingest.check_atlas(p_atlas);
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT 1::bigint AS "row", p_atlas AS atlas, coalesce(ingest.option(p_file_id, 'title'), a.title, p_atlas) AS title,
		CASE WHEN i.kind = 'names' THEN coalesce(a.kind, i.kind) ELSE i.kind END AS kind, CASE WHEN i.region IS NULL THEN cardinality(i.voxel) END AS elements,
		coalesce(ingest.option(p_file_id, 'space'), a.space) AS space, coalesce(i.dims, a.dims) AS dims,
		coalesce(i.affine, a.affine) AS affine, coalesce(i.sha256, a.image_sha256) AS image_sha256
	FROM pg_temp.stage_image i
	LEFT JOIN imaging.atlas a ON a.atlas = p_atlas;
	voxels := ingest.merge(p_file_id, 'imaging.atlas', 'atlas');
	INSERT INTO imaging.atlas_image (atlas, image) SELECT p_atlas, i.image FROM pg_temp.stage_image i WHERE i.image IS NOT NULL
	ON CONFLICT (atlas) DO UPDATE SET image = excluded.image WHERE imaging.atlas_image.image <> excluded.image;
	INSERT INTO imaging.atlas_voxel (atlas, voxel) SELECT p_atlas, i.voxel FROM pg_temp.stage_image i WHERE i.voxel IS NOT NULL AND i.region IS NULL
	ON CONFLICT (atlas) DO UPDATE SET voxel = excluded.voxel WHERE imaging.atlas_voxel.voxel <> excluded.voxel;
	INSERT INTO imaging.region_voxel (atlas, voxel, region) SELECT p_atlas, i.voxel, i.region FROM pg_temp.stage_image i WHERE i.region IS NOT NULL
	ON CONFLICT (atlas) DO UPDATE SET voxel = excluded.voxel, region = excluded.region
		WHERE (imaging.region_voxel.voxel, imaging.region_voxel.region) IS DISTINCT FROM (excluded.voxel, excluded.region);

	WITH added AS (
		INSERT INTO imaging.region AS r (atlas, region, label, name, hemisphere, x_mm, y_mm, z_mm, volume_mm3, radius_mm)
		SELECT p_atlas, s.region, s.label, s.name, s.hemisphere, s.x_mm, s.y_mm, s.z_mm, s.volume_mm3, s.radius_mm
		FROM pg_temp.stage s ORDER BY s.region
		ON CONFLICT (atlas, region) DO UPDATE
			SET label = excluded.label, hemisphere = excluded.hemisphere, x_mm = excluded.x_mm, y_mm = excluded.y_mm,
				z_mm = excluded.z_mm, volume_mm3 = excluded.volume_mm3
			WHERE excluded.volume_mm3 IS NOT NULL
				AND (r.label, r.hemisphere, r.x_mm, r.y_mm, r.z_mm, r.volume_mm3) IS DISTINCT FROM
					(excluded.label, excluded.hemisphere, excluded.x_mm, excluded.y_mm, excluded.z_mm, excluded.volume_mm3)
		RETURNING 1)
	SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM pg_temp.stage) - (SELECT count(*) FROM added) INTO counts;
	IF EXISTS (SELECT FROM pg_temp.stage_image i WHERE i.voxel IS NOT NULL AND i.region IS NULL) THEN -- no rows of regions: an atlas is new as a whole or not at all
		SELECT voxels.rows_loaded * cardinality(i.voxel), voxels.rows_unchanged * cardinality(i.voxel) INTO counts FROM pg_temp.stage_image i;
	END IF;
	RETURN counts;
END $$;

---------------------------------------------------------------------------------------------------- networks

CREATE FUNCTION ingest.stage_networks() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, line bigint, region int, network text, name_en text, name_zh text, raw text, label text
	) ON COMMIT DROP;
END $$;

CREATE FUNCTION ingest.load_networks(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_atlas  text := ingest.option(p_file_id, 'atlas');
	p_scheme text := ingest.option(p_file_id, 'scheme');
BEGIN
	PERFORM ingest.lock('networks', p_scheme);
	IF p_scheme !~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$' THEN
		PERFORM ingest.refuse(format('%s is no name for a scheme', p_scheme), 'letters, digits, _, . and - are allowed');
	END IF;
	INSERT INTO imaging.network AS n (scheme, network, name_en, name_zh)
	SELECT DISTINCT ON (s.network) p_scheme, s.network, coalesce(s.name_en, s.network), s.name_zh
	FROM pg_temp.stage s
	WHERE NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = s."row")
	ORDER BY s.network, s.name_en IS NULL, s.name_zh IS NULL, s."row"
	ON CONFLICT (scheme, network) DO UPDATE
		SET name_en = CASE WHEN excluded.name_en = n.network THEN n.name_en ELSE excluded.name_en END,
			name_zh = coalesce(excluded.name_zh, n.name_zh);
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", p_atlas AS atlas, p_scheme AS scheme, s.network, s.region FROM pg_temp.stage s;
	PERFORM ingest.reject_duplicates('network', 'region');
	RETURN ingest.merge(p_file_id, 'imaging.network_region', 'atlas', 'scheme', 'network', 'region');
END $$;

---------------------------------------------------------------------------------------------------- image

-- A row a statistic of the one image.
CREATE FUNCTION ingest.stage_image() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_rejects();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, label text, session text, run smallint, modality text, payload_sha256 bytea, forms_apart_mm real,
		stat text, value real[], coverage real[]
	) ON COMMIT DROP;
	ALTER TABLE pg_temp.stage ALTER COLUMN value SET STORAGE EXTERNAL; -- what is compressed here would stay so in imaging.vector
END $$;

-- The measure that a statistic within regions is: their mean is the measure itself, any other one is made when it is new.
CREATE FUNCTION ingest.measure_of_stat(p_measure text, p_stat text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	of_stat text := p_measure || CASE p_stat WHEN 'mean' THEN '' ELSE '_' || p_stat END;
BEGIN
	IF EXISTS (SELECT FROM imaging.measure m WHERE m.measure = of_stat) THEN
		RETURN of_stat;
	END IF;
	INSERT INTO imaging.measure (measure, kind, unit, title_en, title_zh)
	SELECT of_stat, 'region', CASE WHEN t.own_unit IS NULL THEN m.unit ELSE nullif(t.own_unit, '') END, m.title_en || ': ' || t.en, m.title_zh || '：' || t.zh
	FROM imaging.measure m
	JOIN (VALUES
		('sd', NULL, 'standard deviation within the region', '区内标准差'),
		('median', NULL, 'median of the region', '区内中位数'),
		('min', NULL, 'smallest value of the region', '区内最小值'),
		('max', NULL, 'largest value of the region', '区内最大值'),
		('n_voxels', '', 'voxels with a value', '有值体素数'),
		('volume_mm3', 'mm3', 'volume of the voxels with a value', '有值体素体积'),
		('coverage', '', 'share of the region with a value', '覆盖率'),
		('weighted_mean', NULL, 'mean weighted by probability', '概率加权均值')
	) t (stat, own_unit, en, zh) ON t.stat = p_stat
	WHERE m.measure = p_measure
	ON CONFLICT DO NOTHING;
	RETURN of_stat;
END $$;

CREATE FUNCTION ingest.load_image(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_atlas    text := ingest.option(p_file_id, 'atlas');
	p_measure  text := ingest.option(p_file_id, 'measure');
	p_pipeline text := coalesce(ingest.option(p_file_id, 'pipeline'), 'as-is');
	p_study    text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
	k          ingest.scan_of;
BEGIN
	IF EXISTS (SELECT FROM imaging.measure m WHERE m.measure = p_measure AND m.kind NOT IN ('region', 'voxel')) THEN
		PERFORM ingest.refuse(format('%s is no measure of regions', p_measure),
			'those are: ' || (SELECT string_agg(measure, ', ' ORDER BY measure) FROM imaging.measure WHERE kind IN ('region', 'voxel')));
	END IF;
	-- Images of other participants load side by side.
	PERFORM ingest.share_lock('scans', p_study);
	PERFORM ingest.lock('scans', p_study, (SELECT min(s.label) FROM pg_temp.stage s));
	k := ingest.find_scan(p_file_id);
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", k.subject_id, s.session, s.modality, s.run, k.site, k.scanner, s.payload_sha256, s.forms_apart_mm
	FROM pg_temp.stage s
	WHERE s."row" = 1;
	PERFORM ingest.merge(p_file_id, 'imaging.acquisition', 'subject_id', 'session', 'modality', 'run');
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s."row" AS wide, k.subject_id,
		ingest.vector_set(p_file_id, p_atlas, ingest.measure_of_stat(p_measure, s.stat), p_pipeline) AS feature_set_id,
		s.session, s.run, p_pipeline AS pipeline, k.site
	FROM pg_temp.stage s;
	PERFORM ingest.refuse_other_scan(p_file_id, 'imaging.vector', 'subject_id', 'feature_set_id', 'session', 'run', 'pipeline');
	RETURN ingest.merge_wide(p_file_id, 'imaging.vector', '{value,coverage}', true, 'subject_id', 'feature_set_id', 'session', 'run', 'pipeline');
END $$;

---------------------------------------------------------------------------------------------------- who may call

DO $$
DECLARE
	f text;
BEGIN
	FOREACH f IN ARRAY ARRAY['ingest.stage_atlas()', 'ingest.check_atlas(text)', 'ingest.load_atlas(bigint)',
		'ingest.stage_networks()', 'ingest.load_networks(bigint)',
		'ingest.stage_image()', 'ingest.measure_of_stat(text, text)', 'ingest.load_image(bigint)']
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
