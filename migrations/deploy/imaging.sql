-- Deploy psyrad:imaging to pg
-- Everything measured on a scan is a vector over a parcellation: regions in imaging.vector, edges in imaging.connectome,
-- region time courses in imaging.series.  A feature set is one (atlas, measure); the three tables are LIST-partitioned by it
-- (one level only), beginning with a default partition.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE imaging.atlas (
	atlas        text PRIMARY KEY CHECK (atlas ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$'), -- the BIDS entity atlas-<atlas>
	title        text NOT NULL,
	space        text,                      -- 'Colin27', 'MNI152NLin6Asym', ...
	dims         int[],                     -- voxels along i, j, k; NULL for an atlas known by its labels only
	affine       float8[],                  -- 12 numbers, row-major: voxel (0-based) to mm
	image_sha256 bytea,
	source       text,
	file_id      bigint REFERENCES ingest.file
);

CREATE TABLE imaging.region (
	atlas      text NOT NULL REFERENCES imaging.atlas,
	region     int NOT NULL CHECK (region > 0), -- 1-based position in every vector over this atlas
	label      int,                        -- value in the label image; labels may have gaps, positions have none
	name       text NOT NULL,
	name_zh    text,
	hemisphere text CHECK (hemisphere IN ('L', 'R', 'M')),
	x_mm       real, y_mm real, z_mm real, -- centroid
	volume_mm3 real,
	PRIMARY KEY (atlas, region),
	UNIQUE (atlas, label),
	UNIQUE (atlas, name)
);

CREATE TABLE imaging.network (
	network text PRIMARY KEY,
	name_en text NOT NULL,
	name_zh text
);

CREATE TABLE imaging.network_region (
	atlas   text NOT NULL,
	region  int NOT NULL,
	network text NOT NULL REFERENCES imaging.network,
	PRIMARY KEY (atlas, region, network),
	FOREIGN KEY (atlas, region) REFERENCES imaging.region
);

CREATE TABLE imaging.measure (
	measure  text PRIMARY KEY,             -- 'intensity', 'gmv', 'bold', 'fc_pearson', ...
	kind     text NOT NULL CHECK (kind IN ('region', 'edge', 'series', 'voxel')),
	unit     text,
	title_en text NOT NULL,
	title_zh text
);

CREATE TABLE imaging.feature_set (
	feature_set_id serial PRIMARY KEY,
	atlas   text NOT NULL REFERENCES imaging.atlas,
	measure text NOT NULL REFERENCES imaging.measure,
	UNIQUE (atlas, measure)
);

CREATE TABLE imaging.pipeline (
	pipeline    text PRIMARY KEY CHECK (pipeline ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'),
	description text,
	choices     jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE imaging.pipeline IS 'A named set of processing choices; part of every fact''s key, so that a multiverse of pipelines lives side by side';

-- The one pipeline that a study's primary analyses use, by feature set.
CREATE TABLE imaging.study_pipeline (
	study          text NOT NULL REFERENCES clinical.study,
	feature_set_id int NOT NULL REFERENCES imaging.feature_set,
	pipeline       text NOT NULL REFERENCES imaging.pipeline,
	PRIMARY KEY (study, feature_set_id)
);

CREATE TABLE imaging.acquisition (
	subject_id    bigint NOT NULL REFERENCES clinical.subject_key,
	session       text NOT NULL,
	modality      text NOT NULL,           -- BIDS suffix: 'bold', 'T1w', 'pet', ...
	run           smallint NOT NULL DEFAULT 1,
	site          text NOT NULL REFERENCES clinical.site,
	scanner       text REFERENCES clinical.scanner,
	task          text,
	tr_s          real CHECK (tr_s > 0),
	volumes       int CHECK (volumes > 0),
	volumes_kept  int,
	mean_fd_mm    real CHECK (mean_fd_mm >= 0), -- mean framewise displacement, of the volumes that have one
	payload_sha256 bytea,                  -- of the voxels: the same image under two subjects shows
	file_id       bigint NOT NULL REFERENCES ingest.file,
	PRIMARY KEY (subject_id, session, modality, run),
	FOREIGN KEY (subject_id, session) REFERENCES clinical.visit,
	CHECK (volumes_kept BETWEEN 0 AND volumes)
);

CREATE TABLE imaging.vector (
	subject_id     bigint NOT NULL REFERENCES clinical.subject_key,
	feature_set_id int NOT NULL REFERENCES imaging.feature_set,
	session        text NOT NULL,
	run            smallint NOT NULL DEFAULT 1,
	pipeline       text NOT NULL REFERENCES imaging.pipeline,
	site           text NOT NULL REFERENCES clinical.site,
	value          real[] NOT NULL,        -- one element a region, by imaging.region.region; NaN where the region has no voxel
	coverage       real[],                 -- share of the region's voxels that had a value
	file_id        bigint NOT NULL REFERENCES ingest.file,
	line           bigint,
	PRIMARY KEY (subject_id, feature_set_id, session, run, pipeline),
	FOREIGN KEY (subject_id, session) REFERENCES clinical.visit
) PARTITION BY LIST (feature_set_id);
CREATE TABLE imaging.vector_default PARTITION OF imaging.vector DEFAULT;

CREATE TABLE imaging.series (
	subject_id     bigint NOT NULL REFERENCES clinical.subject_key,
	feature_set_id int NOT NULL REFERENCES imaging.feature_set,
	session        text NOT NULL,
	run            smallint NOT NULL DEFAULT 1,
	pipeline       text NOT NULL REFERENCES imaging.pipeline,
	site           text NOT NULL REFERENCES clinical.site,
	value          real[] NOT NULL,        -- [timepoint][region]
	tr_s           real CHECK (tr_s > 0),
	file_id        bigint NOT NULL REFERENCES ingest.file,
	PRIMARY KEY (subject_id, feature_set_id, session, run, pipeline),
	FOREIGN KEY (subject_id, session) REFERENCES clinical.visit,
	CHECK (array_ndims(value) = 2)
) PARTITION BY LIST (feature_set_id);
CREATE TABLE imaging.series_default PARTITION OF imaging.series DEFAULT;

CREATE TABLE imaging.connectome (
	subject_id     bigint NOT NULL REFERENCES clinical.subject_key,
	feature_set_id int NOT NULL REFERENCES imaging.feature_set,
	session        text NOT NULL,
	run            smallint NOT NULL DEFAULT 1,
	pipeline       text NOT NULL REFERENCES imaging.pipeline,
	site           text NOT NULL REFERENCES clinical.site,
	value          psyrad.connectome NOT NULL,
	file_id        bigint NOT NULL REFERENCES ingest.file,
	PRIMARY KEY (subject_id, feature_set_id, session, run, pipeline),
	FOREIGN KEY (subject_id, session) REFERENCES clinical.visit
) PARTITION BY LIST (feature_set_id);
CREATE TABLE imaging.connectome_default PARTITION OF imaging.connectome DEFAULT;

-- Small heaps with large TOAST get no parallel plan by themselves.
ALTER TABLE imaging.vector_default SET (parallel_workers = 2);
ALTER TABLE imaging.series_default SET (parallel_workers = 2);
ALTER TABLE imaging.connectome_default SET (parallel_workers = 2);

-- One row per subject, visit and feature set: the study's declared pipeline, the lowest run.  Questions and reports read
-- only this and imaging.pre_post, so that a forgotten filter never multiplies n.
CREATE VIEW imaging.primary AS
SELECT DISTINCT ON (f.subject_id, f.session, f.feature_set_id)
	f.subject_id, k.study, k.label, f.site, f.session, p.week, p.role,
	f.feature_set_id, s.atlas, s.measure, f.pipeline, f.run, f.vector, f.connectome, f.file_id
FROM (SELECT subject_id, feature_set_id, session, run, pipeline, site, value AS vector, NULL::psyrad.connectome AS connectome, file_id
	  FROM imaging.vector
	  UNION ALL
	  SELECT subject_id, feature_set_id, session, run, pipeline, site, NULL::real[], value, file_id
	  FROM imaging.connectome) f
JOIN clinical.subject_key k USING (subject_id)
JOIN imaging.study_pipeline d ON (d.study, d.feature_set_id, d.pipeline) = (k.study, f.feature_set_id, f.pipeline)
JOIN imaging.feature_set s ON s.feature_set_id = f.feature_set_id
LEFT JOIN clinical.visit_plan p ON (p.study, p.session) = (k.study, f.session)
ORDER BY f.subject_id, f.session, f.feature_set_id, f.run;
COMMENT ON VIEW imaging.primary IS 'Exactly one row per subject, visit and feature set: the study''s declared pipeline, the lowest run';

-- One row per subject and feature set: the visit with role pre beside the visit with role post.
CREATE VIEW imaging.pre_post AS
SELECT a.subject_id, a.study, a.label, a.site, a.feature_set_id, a.atlas, a.measure, a.pipeline,
	a.session AS pre_session, b.session AS post_session,
	a.vector AS pre_vector, b.vector AS post_vector,
	a.connectome AS pre_connectome, b.connectome AS post_connectome
FROM imaging.primary a
JOIN imaging.primary b USING (subject_id, feature_set_id)
WHERE a.role = 'pre' AND b.role = 'post';
COMMENT ON VIEW imaging.pre_post IS 'Exactly one row per subject and feature set that has both the study''s pre and its post visit';

COMMIT;
