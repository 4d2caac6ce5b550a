-- Deploy psyrad:imaging to pg
-- Everything measured on a scan is a vector over a parcellation: regions in imaging.vector, edges in imaging.connectome,
-- region time courses in imaging.series.  A feature set is one (atlas, measure); the three tables are LIST-partitioned by it
-- (one level only), beginning with a default partition.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE imaging.atlas (
	atlas        text PRIMARY KEY CHECK (atlas ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$'), -- the BIDS entity atlas-<atlas>
	title        text NOT NULL,
	kind         text NOT NULL DEFAULT 'names' CHECK (kind IN ('names', 'labels', 'maps', 'spheres', 'voxels')),
	elements     int CHECK (elements > 0),  -- of every vector, where these are voxels; else imaging.region has them
	space        text,                      -- 'Colin27', 'MNI152NLin6Asym', ...
	dims         int[],                     -- voxels along i, j, k; NULL for an atlas known by its labels only
	affine       float8[],                  -- 12 numbers, row-major: voxel (0-based) to mm
	image_sha256 bytea,
	source       text,
	file_id      bigint REFERENCES ingest.file,
	CHECK (array_length(dims, 1) = 3),
	CHECK (array_length(affine, 1) = 12),
	CHECK ((kind = 'voxels') = (elements IS NOT NULL)),
	CHECK ((kind IN ('labels', 'maps', 'voxels')) = (image_sha256 IS NOT NULL))
);
COMMENT ON TABLE imaging.atlas IS 'Parcellations; an atlas without an image is known by its regions'' names only';
COMMENT ON COLUMN imaging.atlas.kind IS 'names: known by its regions'' names only; labels: a 3-D image of labels; maps: a 4-D image, a probability map a region; spheres: around coordinates; voxels: a mask whose voxels are the elements of every vector';
COMMENT ON COLUMN imaging.atlas.elements IS 'Elements of a vector over an atlas of kind voxels; NULL for the others, whose elements are the regions';
COMMENT ON COLUMN imaging.atlas.atlas IS 'The BIDS entity atlas-<atlas>';
COMMENT ON COLUMN imaging.atlas.space IS 'Standard space: Colin27, MNI152NLin6Asym, ...';
COMMENT ON COLUMN imaging.atlas.dims IS 'Voxels along i, j, k';
COMMENT ON COLUMN imaging.atlas.affine IS '12 numbers, row-major: 0-based voxel (i, j, k, 1) to mm';
COMMENT ON COLUMN imaging.atlas.image_sha256 IS 'Of the label image in imaging.atlas_image';

-- Apart from imaging.atlas, so that nothing that lists atlases drags the image along.
CREATE TABLE imaging.atlas_image (
	atlas text PRIMARY KEY REFERENCES imaging.atlas,
	image bytea NOT NULL
);
ALTER TABLE imaging.atlas_image ALTER COLUMN image SET STORAGE EXTERNAL; -- compressed already
COMMENT ON TABLE imaging.atlas_image IS 'The label image as its file came (NIfTI, perhaps gzipped), so that later loads need the atlas''s name only';

-- Where the elements of an atlas of voxels are: 4 bytes each, against a row of imaging.region.
CREATE TABLE imaging.atlas_voxel (
	atlas text PRIMARY KEY REFERENCES imaging.atlas,
	voxel int[] NOT NULL -- 0-based index in the image, first dimension fastest; in the order of every vector
);
COMMENT ON TABLE imaging.atlas_voxel IS 'Voxels of an atlas of kind voxels, in the order of every vector; view imaging.voxel has their places';
COMMENT ON COLUMN imaging.atlas_voxel.voxel IS '0-based index in the image, first dimension fastest';

-- Where the regions of an atlas of labels are, so that places can be named in SQL.
CREATE TABLE imaging.region_voxel (
	atlas  text PRIMARY KEY REFERENCES imaging.atlas,
	voxel  int[] NOT NULL,
	region int[] NOT NULL,
	CHECK (cardinality(voxel) = cardinality(region))
);
COMMENT ON TABLE imaging.region_voxel IS 'Voxels of an atlas of kind labels with the region of each: two arrays of one length, voxels ascending';
COMMENT ON COLUMN imaging.region_voxel.voxel IS '0-based index in the image, first dimension fastest; of labelled voxels alone';
COMMENT ON COLUMN imaging.region_voxel.region IS 'imaging.region.region of each';

CREATE VIEW imaging.voxel AS
SELECT a.atlas, u.element::int AS element, c.i, c.j, c.k,
	(a.affine[1] * c.i + a.affine[2] * c.j + a.affine[3] * c.k + a.affine[4])::real AS x_mm,
	(a.affine[5] * c.i + a.affine[6] * c.j + a.affine[7] * c.k + a.affine[8])::real AS y_mm,
	(a.affine[9] * c.i + a.affine[10] * c.j + a.affine[11] * c.k + a.affine[12])::real AS z_mm
FROM imaging.atlas_voxel v
JOIN imaging.atlas a USING (atlas)
CROSS JOIN LATERAL unnest(v.voxel) WITH ORDINALITY u(voxel, element)
CROSS JOIN LATERAL (VALUES (u.voxel % a.dims[1], u.voxel / a.dims[1] % a.dims[2], u.voxel / a.dims[1] / a.dims[2])) c(i, j, k);
COMMENT ON VIEW imaging.voxel IS 'Place of each element of a vector over an atlas of voxels: 0-based indices i, j, k and mm';

CREATE TABLE imaging.region (
	atlas      text NOT NULL REFERENCES imaging.atlas,
	region     int NOT NULL CHECK (region > 0), -- 1-based position in every vector over this atlas
	label      int,                        -- value in the label image; labels may have gaps, positions have none
	name       text NOT NULL,
	name_zh    text,
	hemisphere text CHECK (hemisphere IN ('L', 'R', 'M')),
	x_mm       real, y_mm real, z_mm real, -- centroid
	volume_mm3 real,
	radius_mm  real CHECK (radius_mm > 0), -- of a sphere
	PRIMARY KEY (atlas, region),
	UNIQUE (atlas, label),
	UNIQUE (atlas, name)
);
COMMENT ON TABLE imaging.region IS 'Regions of an atlas in the order of every vector over it';
COMMENT ON COLUMN imaging.region.region IS '1-based position in every vector and connectome over this atlas';
COMMENT ON COLUMN imaging.region.label IS 'Value in the label image; labels may have gaps, positions have none';
COMMENT ON COLUMN imaging.region.hemisphere IS 'L, R, or M for a midline region';
COMMENT ON COLUMN imaging.region.x_mm IS 'Centroid of the region''s voxels (of a sphere its centre), mm in the atlas''s space';
COMMENT ON COLUMN imaging.region.radius_mm IS 'Of an atlas of spheres';

CREATE TABLE imaging.network (
	scheme  text NOT NULL CHECK (scheme ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'),
	network text NOT NULL,
	name_en text NOT NULL,
	name_zh text,
	PRIMARY KEY (scheme, network)
);
COMMENT ON TABLE imaging.network IS 'Functional networks: default mode, reward, ...; each belongs to a scheme, one way to divide the brain';

CREATE TABLE imaging.network_region (
	atlas   text NOT NULL,
	scheme  text NOT NULL,
	network text NOT NULL,
	region  int NOT NULL,
	file_id bigint REFERENCES ingest.file,
	PRIMARY KEY (atlas, scheme, network, region),
	FOREIGN KEY (atlas, region) REFERENCES imaging.region,
	FOREIGN KEY (scheme, network) REFERENCES imaging.network
);
COMMENT ON TABLE imaging.network_region IS 'Which regions of an atlas make up a network; a region may belong to several';

CREATE TABLE imaging.measure (
	measure  text PRIMARY KEY,             -- 'intensity', 'gmv', 'bold', 'fc_pearson', ...
	kind     text NOT NULL CHECK (kind IN ('region', 'edge', 'series', 'voxel')),
	unit     text,
	title_en text NOT NULL,
	title_zh text
);
COMMENT ON TABLE imaging.measure IS 'What was measured';
COMMENT ON COLUMN imaging.measure.kind IS 'Where its values live: region and voxel in imaging.vector, edge in imaging.connectome, series in imaging.series';
INSERT INTO imaging.measure VALUES
	('intensity', 'region', NULL, 'mean image intensity', '平均信号强度'),
	('gmv', 'region', 'mm3', 'grey matter volume', '灰质体积'),
	('fa', 'region', NULL, 'fractional anisotropy', '各向异性分数'),
	('md', 'region', 'mm2/s', 'mean diffusivity', '平均扩散率'),
	('alff', 'region', NULL, 'amplitude of low-frequency fluctuation', '低频振幅'),
	('falff', 'region', NULL, 'fractional amplitude of low-frequency fluctuation', '分数低频振幅'),
	('reho', 'region', NULL, 'regional homogeneity', '局部一致性'),
	('cbf', 'region', 'ml/100g/min', 'cerebral blood flow', '脑血流量'),
	('suv', 'region', 'g/ml', 'standardised uptake value', '标准摄取值'),
	('suvr', 'region', NULL, 'standardised uptake value ratio', '标准摄取值比'),
	('statistic', 'region', NULL, 'statistic of a map (t, z, ...)', '统计量'),
	('bold', 'series', NULL, 'BOLD signal over time', 'BOLD 信号时间序列'),
	('fc_pearson', 'edge', NULL, 'functional connectivity (Pearson''s r)', '功能连接（皮尔逊相关）');

CREATE TABLE imaging.feature_set (
	feature_set_id serial PRIMARY KEY,
	atlas   text NOT NULL REFERENCES imaging.atlas,
	measure text NOT NULL REFERENCES imaging.measure,
	UNIQUE (atlas, measure)
);
COMMENT ON TABLE imaging.feature_set IS 'One (atlas, measure): the unit that the fact tables are partitioned by';

CREATE TABLE imaging.pipeline (
	pipeline    text PRIMARY KEY CHECK (pipeline ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'),
	description text,
	choices     jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE imaging.pipeline IS 'A named set of processing choices; part of every fact''s key, so that a multiverse of pipelines lives side by side';

CREATE TABLE imaging.study_pipeline (
	study          text NOT NULL REFERENCES clinical.study,
	feature_set_id int NOT NULL REFERENCES imaging.feature_set,
	pipeline       text NOT NULL REFERENCES imaging.pipeline,
	run_rule       text NOT NULL DEFAULT 'lowest' CHECK (run_rule IN ('lowest', 'least_motion')),
	least_minutes  float8 CHECK (least_minutes > 0),
	PRIMARY KEY (study, feature_set_id)
);
COMMENT ON TABLE imaging.study_pipeline IS 'The one pipeline that a study''s primary analyses use, by feature set, and which run where a visit has several';
COMMENT ON COLUMN imaging.study_pipeline.run_rule IS 'lowest: the lowest run; least_motion: that with the lowest mean framewise displacement, unknown last, ties to the lowest run';
COMMENT ON COLUMN imaging.study_pipeline.least_minutes IS 'Only runs with that many usable minutes (imaging.series) count; NULL: all do';

CREATE TABLE imaging.acquisition (
	subject_id    bigint NOT NULL,
	session       text NOT NULL,
	modality      text NOT NULL,           -- BIDS suffix: 'bold', 'T1w', 'pet', ...
	run           smallint NOT NULL DEFAULT 1,
	site          text NOT NULL,
	scanner       text REFERENCES clinical.scanner,
	task          text,
	tr_s          real CHECK (tr_s > 0),
	header_tr_s   real CHECK (header_tr_s > 0),
	volumes       int CHECK (volumes > 0),
	mean_fd_mm    real CHECK (mean_fd_mm >= 0), -- mean framewise displacement, of the volumes that have one
	forms_apart_mm real,                   -- between where the header's sform and qform put a voxel, at most
	payload_sha256 bytea,                  -- of the voxels: the same image under two subjects shows
	file_id       bigint NOT NULL REFERENCES ingest.file,
	PRIMARY KEY (subject_id, session, modality, run),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site),
	FOREIGN KEY (subject_id, session) REFERENCES clinical.visit
);
COMMENT ON TABLE imaging.acquisition IS 'One run of one modality: where and how a scan was made, and how much the head moved';
COMMENT ON COLUMN imaging.acquisition.modality IS 'BIDS suffix: bold, T1w, pet, ...';
COMMENT ON COLUMN imaging.acquisition.tr_s IS 'Repetition time, seconds: as the loader was told, else of the sidecar, else of the image''s header';
COMMENT ON COLUMN imaging.acquisition.header_tr_s IS 'What the image''s header says of it; another value than tr_s is a reason to ask';
COMMENT ON COLUMN imaging.acquisition.volumes IS 'As acquired; how many a pipeline kept is the series'' matter';
COMMENT ON COLUMN imaging.acquisition.mean_fd_mm IS 'Mean framewise displacement, mm, over the volumes that have one (the first has none)';
COMMENT ON COLUMN imaging.acquisition.forms_apart_mm IS 'Largest distance between where the image''s sform and its qform put a voxel, mm; the sform is what counts.  NULL unless the header has both';
COMMENT ON COLUMN imaging.acquisition.payload_sha256 IS 'Of the voxels: shows the same image under two subjects';

-- A load brings tens of thousands of vectors, and each foreign key costs a look-up a vector, as much as storing it.  Two references
-- stand for five therefore: what a file brought, by which a vector's file, feature set and pipeline are known together (and which is looked
-- up once a statement, since all vectors of a file share it), and the visit with its site, which is the subject's own.
CREATE TABLE imaging.vector_load (
	file_id        bigint NOT NULL REFERENCES ingest.file,
	feature_set_id int NOT NULL REFERENCES imaging.feature_set,
	pipeline       text NOT NULL REFERENCES imaging.pipeline,
	PRIMARY KEY (file_id, feature_set_id, pipeline)
);
COMMENT ON TABLE imaging.vector_load IS 'What each file brought to imaging.vector: feature sets under pipelines; a reference table that the vectors'' one reference to file, feature set and pipeline leads to';

CREATE TABLE imaging.vector (
	subject_id     bigint NOT NULL,
	feature_set_id int NOT NULL,
	session        text NOT NULL,
	run            smallint NOT NULL DEFAULT 1,
	pipeline       text NOT NULL,
	site           text NOT NULL,
	value          real[] NOT NULL CHECK (array_ndims(value) = 1), -- one element a region, by imaging.region.region; NaN where the region has no voxel
	coverage       real[],                 -- share of each region's voxels that had a value; NULL: a table's vector with a value in every region
	file_id        bigint NOT NULL,
	line           bigint,
	PRIMARY KEY (subject_id, feature_set_id, session, run, pipeline),
	FOREIGN KEY (subject_id, session, site) REFERENCES clinical.visit (subject_id, session, site)
) PARTITION BY LIST (feature_set_id);
COMMENT ON TABLE imaging.vector IS 'Region (or masked voxel) values of one scan as one vector; read it through imaging.primary';
COMMENT ON COLUMN imaging.vector.value IS 'One element a region, in the order of imaging.region.region; NaN where the region has no voxel';
COMMENT ON COLUMN imaging.vector.coverage IS 'Share of each region''s voxels that had a value, 0 where the region has none; NULL: every region has a value, of a table that says nothing of voxels';
CREATE TABLE imaging.vector_default PARTITION OF imaging.vector DEFAULT;
DO $$ BEGIN PERFORM clinical.refer_by_statement('imaging.vector', '{file_id,feature_set_id,pipeline}', 'imaging.vector_load'); END $$;

CREATE TABLE imaging.series (
	subject_id     bigint NOT NULL,
	feature_set_id int NOT NULL REFERENCES imaging.feature_set,
	session        text NOT NULL,
	run            smallint NOT NULL DEFAULT 1,
	pipeline       text NOT NULL REFERENCES imaging.pipeline,
	site           text NOT NULL,
	-- [timepoint][region]; double precision, since single moves r by 1e-5 where a signal is a thousandth of its mean.
	value          float8[] NOT NULL,
	tr_s           float8 CHECK (tr_s > 0),
	volumes        int CHECK (volumes > 0),
	volumes_kept   int,
	mean_fd_mm     float8 CHECK (mean_fd_mm >= 0),
	coverage       real[],
	minutes        float8 GENERATED ALWAYS AS (volumes_kept * tr_s / 60) STORED,
	too_short      boolean GENERATED ALWAYS AS (volumes_kept * tr_s / 60 < 5) STORED,
	file_id        bigint NOT NULL REFERENCES ingest.file,
	PRIMARY KEY (subject_id, feature_set_id, session, run, pipeline),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site),
	FOREIGN KEY (subject_id, session) REFERENCES clinical.visit,
	CHECK (array_ndims(value) = 2),
	CHECK (volumes_kept BETWEEN 0 AND volumes)
) PARTITION BY LIST (feature_set_id);
COMMENT ON TABLE imaging.series IS 'Region time courses of one run; connectomes are computed from them in SQL';
COMMENT ON COLUMN imaging.series.value IS '[timepoint][region], regions in the order of imaging.region.region';
COMMENT ON COLUMN imaging.series.tr_s IS 'Seconds between time points';
COMMENT ON COLUMN imaging.series.volumes IS 'As acquired, before the pipeline censored any';
COMMENT ON COLUMN imaging.series.volumes_kept IS 'Volumes that carry signal: acquired less censored. With spikes instead of removal the censored ones stay in value without counting here';
COMMENT ON COLUMN imaging.series.mean_fd_mm IS 'Mean framewise displacement of the acquired volumes that have one, mm, as the pipeline defines it (power or jenkinson)';
COMMENT ON COLUMN imaging.series.coverage IS 'Of a series made from an image: share of each region''s voxels that had a signal';
COMMENT ON COLUMN imaging.series.minutes IS 'Usable minutes: volumes_kept * tr_s / 60';
COMMENT ON COLUMN imaging.series.too_short IS 'Below 5 usable minutes; NULL where the repetition time is not known';
CREATE TABLE imaging.series_default PARTITION OF imaging.series DEFAULT;

CREATE TABLE imaging.connectome (
	subject_id     bigint NOT NULL,
	feature_set_id int NOT NULL REFERENCES imaging.feature_set,
	session        text NOT NULL,
	run            smallint NOT NULL DEFAULT 1,
	pipeline       text NOT NULL REFERENCES imaging.pipeline,
	site           text NOT NULL,
	value          psyrad.connectome NOT NULL,
	file_id        bigint NOT NULL REFERENCES ingest.file,
	PRIMARY KEY (subject_id, feature_set_id, session, run, pipeline),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site),
	FOREIGN KEY (subject_id, session) REFERENCES clinical.visit
) PARTITION BY LIST (feature_set_id);
COMMENT ON TABLE imaging.connectome IS 'Edges of one run over an atlas; read it through imaging.primary';
COMMENT ON COLUMN imaging.connectome.value IS 'Nodes in the order of imaging.region.region';
CREATE TABLE imaging.connectome_default PARTITION OF imaging.connectome DEFAULT;

-- Small heaps with large TOAST get no parallel plan by themselves.
ALTER TABLE imaging.vector_default SET (parallel_workers = 2);
ALTER TABLE imaging.series_default SET (parallel_workers = 2);
ALTER TABLE imaging.connectome_default SET (parallel_workers = 2);

-- Values are not compressed: dense features gain nothing from it and cost CPU at every read.
ALTER TABLE imaging.vector ALTER COLUMN value SET STORAGE EXTERNAL;
ALTER TABLE imaging.vector_default ALTER COLUMN value SET STORAGE EXTERNAL;
ALTER TABLE imaging.series ALTER COLUMN value SET STORAGE EXTERNAL;
ALTER TABLE imaging.series_default ALTER COLUMN value SET STORAGE EXTERNAL;

-- No query picks rows by what vectors hold, and finding out what they hold most often costs more than storing them.
ALTER TABLE imaging.vector ALTER COLUMN value SET STATISTICS 0, ALTER COLUMN coverage SET STATISTICS 0;
ALTER TABLE imaging.vector_default ALTER COLUMN value SET STATISTICS 0, ALTER COLUMN coverage SET STATISTICS 0;
ALTER TABLE imaging.series ALTER COLUMN value SET STATISTICS 0;
ALTER TABLE imaging.series_default ALTER COLUMN value SET STATISTICS 0;
ALTER TABLE imaging.connectome ALTER COLUMN value SET STATISTICS 0;
ALTER TABLE imaging.connectome_default ALTER COLUMN value SET STATISTICS 0;

-- One row per subject, visit and feature set: the study's declared pipeline, and of several runs the one that the study's
-- rule picks (imaging.study_pipeline).  Questions and reports read only this and imaging.pre_post, so that a forgotten filter
-- never multiplies n.  The run is found by an anti-join, because a filter on study or measure cannot pass a DISTINCT ON and
-- would read the whole warehouse; the measure's kind picks the table, so that a feature set found in both still counts once.
CREATE VIEW imaging.primary AS
SELECT f.subject_id, f.study, f.label, f.site, f.session, p.week, p.role,
	f.feature_set_id, s.atlas, s.measure, f.pipeline, f.run, f.vector, f.connectome, f.file_id
FROM (
	SELECT v.subject_id, k.study, k.label, v.feature_set_id, v.session, v.run, v.pipeline, v.site, v.value AS vector,
		NULL::psyrad.connectome AS connectome, v.file_id, false AS edges
	FROM imaging.vector v
	JOIN clinical.subject_key k ON k.subject_id = v.subject_id
	JOIN imaging.study_pipeline d ON (d.study, d.feature_set_id, d.pipeline) = (k.study, v.feature_set_id, v.pipeline)
	WHERE (d.least_minutes IS NULL OR EXISTS (
			SELECT FROM imaging.series z
			WHERE (z.subject_id, z.session, z.run, z.pipeline) = (v.subject_id, v.session, v.run, v.pipeline)
				AND z.minutes >= d.least_minutes))
		AND NOT EXISTS (
		SELECT FROM imaging.vector w
		WHERE (w.subject_id, w.feature_set_id, w.session, w.pipeline) = (v.subject_id, v.feature_set_id, v.session, v.pipeline)
			AND w.run <> v.run
			AND CASE d.run_rule WHEN 'lowest' THEN w.run < v.run ELSE
				(coalesce((SELECT a.mean_fd_mm FROM imaging.acquisition a
					WHERE (a.subject_id, a.session, a.modality, a.run) = (w.subject_id, w.session, 'bold', w.run)), 'Infinity'), w.run)
				< (coalesce((SELECT a.mean_fd_mm FROM imaging.acquisition a
					WHERE (a.subject_id, a.session, a.modality, a.run) = (v.subject_id, v.session, 'bold', v.run)), 'Infinity'), v.run) END
			AND (d.least_minutes IS NULL OR EXISTS (
				SELECT FROM imaging.series z
				WHERE (z.subject_id, z.session, z.run, z.pipeline) = (w.subject_id, w.session, w.run, w.pipeline)
					AND z.minutes >= d.least_minutes)))
	UNION ALL
	SELECT c.subject_id, k.study, k.label, c.feature_set_id, c.session, c.run, c.pipeline, c.site, NULL::real[], c.value, c.file_id, true AS edges
	FROM imaging.connectome c
	JOIN clinical.subject_key k ON k.subject_id = c.subject_id
	JOIN imaging.study_pipeline d ON (d.study, d.feature_set_id, d.pipeline) = (k.study, c.feature_set_id, c.pipeline)
	WHERE (d.least_minutes IS NULL OR EXISTS (
			SELECT FROM imaging.series z
			WHERE (z.subject_id, z.session, z.run, z.pipeline) = (c.subject_id, c.session, c.run, c.pipeline)
				AND z.minutes >= d.least_minutes))
		AND NOT EXISTS (
		SELECT FROM imaging.connectome w
		WHERE (w.subject_id, w.feature_set_id, w.session, w.pipeline) = (c.subject_id, c.feature_set_id, c.session, c.pipeline)
			AND w.run <> c.run
			AND CASE d.run_rule WHEN 'lowest' THEN w.run < c.run ELSE
				(coalesce((SELECT a.mean_fd_mm FROM imaging.acquisition a
					WHERE (a.subject_id, a.session, a.modality, a.run) = (w.subject_id, w.session, 'bold', w.run)), 'Infinity'), w.run)
				< (coalesce((SELECT a.mean_fd_mm FROM imaging.acquisition a
					WHERE (a.subject_id, a.session, a.modality, a.run) = (c.subject_id, c.session, 'bold', c.run)), 'Infinity'), c.run) END
			AND (d.least_minutes IS NULL OR EXISTS (
				SELECT FROM imaging.series z
				WHERE (z.subject_id, z.session, z.run, z.pipeline) = (w.subject_id, w.session, w.run, w.pipeline)
					AND z.minutes >= d.least_minutes)))
	) f
JOIN imaging.feature_set s ON s.feature_set_id = f.feature_set_id
JOIN imaging.measure m ON m.measure = s.measure AND (m.kind = 'edge') = f.edges
LEFT JOIN clinical.visit_plan p ON (p.study, p.session) = (f.study, f.session);
COMMENT ON VIEW imaging.primary IS 'Exactly one row per subject, visit and feature set: the study''s declared pipeline, and of several runs the lowest or the one that the study''s rule picks; imaging.primary_rule says it';

-- One row per subject and feature set: the visit with role pre beside the visit with role post.  Each study has one visit of each role, so
-- that the next row of a person is the other scan; a join of imaging.primary with itself would be planned as a nested loop over all scans,
-- since nobody can tell how many rows imaging.primary has.  Whatever a filter may name stands in the partition, or it would not pass it.
CREATE VIEW imaging.pre_post AS
SELECT subject_id, study, label, site, feature_set_id, atlas, measure, pipeline,
	pre_session, post_session, pre_vector, post_vector, pre_connectome, post_connectome
FROM (
	SELECT subject_id, study, label, site, feature_set_id, atlas, measure, pipeline, role,
		session AS pre_session, lead(session) OVER scans AS post_session,
		vector AS pre_vector, lead(vector) OVER scans AS post_vector,
		connectome AS pre_connectome, lead(connectome) OVER scans AS post_connectome
	FROM imaging.primary
	WHERE role IN ('pre', 'post')
	WINDOW scans AS (PARTITION BY subject_id, feature_set_id, study, label, site, atlas, measure, pipeline ORDER BY role DESC)
) both_scans
WHERE role = 'pre' AND post_session IS NOT NULL;
COMMENT ON VIEW imaging.pre_post IS 'Exactly one row per subject and feature set that has both the study''s pre and its post visit';

-- For people who want a row per region; statistics belong on the vectors (60 times less to store, 50 times less to read).
CREATE VIEW imaging.region_value AS
SELECT p.subject_id, p.study, p.label, p.site, p.session, p.week, p.atlas, p.measure, r.region, r.name, r.name_zh, r.hemisphere, e.value
FROM imaging.primary p
CROSS JOIN LATERAL unnest(p.vector) WITH ORDINALITY e(value, region)
JOIN imaging.region r ON (r.atlas, r.region) = (p.atlas, e.region);
COMMENT ON VIEW imaging.region_value IS 'imaging.primary with a row per region';

-- Public data sets share people, and files get the wrong name: the same voxels under two subjects are one person's scan twice.
CREATE VIEW imaging.same_image AS
SELECT encode(a.payload_sha256, 'hex') AS payload_sha256, a.modality,
	p.study, p.label, a.site, a.session, a.run, a.subject_id, a.file_id,
	q.study AS other_study, q.label AS other_label, b.site AS other_site, b.session AS other_session, b.run AS other_run,
	b.subject_id AS other_subject_id, b.file_id AS other_file_id
FROM imaging.acquisition a
JOIN imaging.acquisition b ON b.payload_sha256 = a.payload_sha256 AND b.subject_id > a.subject_id
JOIN clinical.subject_key p ON p.subject_id = a.subject_id
JOIN clinical.subject_key q ON q.subject_id = b.subject_id;
COMMENT ON VIEW imaging.same_image IS 'Pairs of scans with the same voxels (equal SHA-256 of the payload) under two subjects; of both sites only for who may see both';

COMMIT;
