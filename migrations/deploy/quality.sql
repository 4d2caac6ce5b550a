-- Deploy psyrad:quality to pg
-- How good the series are, how pipelines differ, and how connections follow head motion (QC-FC: Power et al. 2015, Ciric et
-- al. 2017).  The views belong to psyrad_view, so that the row policies see the caller.
BEGIN;
SET LOCAL ROLE psyrad_view;

CREATE VIEW report.series_quality AS
SELECT k.study, t.simulated, k.label, s.site, s.session, s.run, f.atlas, s.pipeline, s.tr_s, s.volumes, s.volumes_kept, s.minutes,
	s.too_short, s.mean_fd_mm, (SELECT min(c) FROM unnest(s.coverage) c) AS least_coverage
FROM imaging.series s
JOIN clinical.subject_key k USING (subject_id)
JOIN clinical.study t USING (study)
JOIN imaging.feature_set f USING (feature_set_id);
COMMENT ON VIEW report.series_quality IS 'Each run''s series under each pipeline: volumes acquired and kept, usable minutes (too_short: below 5), mean framewise displacement, the least covered region';

CREATE VIEW report.pipeline AS
SELECT q.study, q.simulated, q.atlas, q.pipeline, p.description, p.choices, count(*) AS series,
	count(*) FILTER (WHERE q.too_short) AS too_short, avg(q.volumes_kept::float8 / q.volumes) AS share_kept,
	avg(q.minutes) AS minutes, avg(q.mean_fd_mm) AS mean_fd_mm
FROM report.series_quality q
JOIN imaging.pipeline p USING (pipeline)
GROUP BY q.study, q.simulated, q.atlas, q.pipeline, p.description, p.choices;
COMMENT ON VIEW report.pipeline IS 'The pipelines of a study side by side: how many series, how many of them below 5 usable minutes, what share of the volumes was kept, mean minutes and motion';

-- ---- how far pipelines agree ----------------------------------------------------------------------------------------

CREATE VIEW report.pipeline_compare AS
SELECT k.study, t.simulated, f.atlas, f.measure, a.pipeline AS pipeline_a, b.pipeline AS pipeline_b, count(*) AS scans,
	avg(s.similarity) AS similarity, min(s.similarity) AS least_similarity
FROM imaging.connectome a
JOIN imaging.connectome b ON (b.subject_id, b.feature_set_id, b.session, b.run) = (a.subject_id, a.feature_set_id, a.session, a.run)
	AND b.pipeline > a.pipeline
JOIN clinical.subject_key k ON k.subject_id = a.subject_id
JOIN clinical.study t ON t.study = k.study
JOIN imaging.feature_set f ON f.feature_set_id = a.feature_set_id
CROSS JOIN LATERAL (SELECT psyrad.conn_similarity(a.value, b.value) AS similarity) s
GROUP BY k.study, t.simulated, f.atlas, f.measure, a.pipeline, b.pipeline;
COMMENT ON VIEW report.pipeline_compare IS 'Each pair of pipelines over the scans that have both: mean and least similarity (correlation over edges) of the connectomes of the same scan';

-- ---- how connections follow motion ------------------------------------------------------------------------------------

-- One row a subject and visit: the lowest run, with its motion as the pipeline defines it, else as the acquisition has it.
CREATE VIEW report.qc_fc_test AS
SELECT x.study, x.simulated, x.atlas, x.measure, x.pipeline, x.session, x.week, count(*) AS subjects, psyrad.mass_corr(x.z, x.mean_fd_mm) AS result
FROM (
	SELECT k.study, t.simulated, f.atlas, f.measure, c.pipeline, c.session, v.week,
		CASE WHEN psyrad.conn_kind(c.value) IN ('r', 'partial') THEN psyrad.conn_fisher_z(c.value) ELSE c.value END AS z,
		coalesce((SELECT s.mean_fd_mm FROM imaging.series s
				WHERE (s.subject_id, s.session, s.run, s.pipeline) = (c.subject_id, c.session, c.run, c.pipeline)
				ORDER BY s.feature_set_id LIMIT 1),
			(SELECT a.mean_fd_mm::float8 FROM imaging.acquisition a
				WHERE (a.subject_id, a.session, a.modality, a.run) = (c.subject_id, c.session, 'bold', c.run))) AS mean_fd_mm
	FROM imaging.connectome c
	JOIN clinical.subject_key k USING (subject_id)
	JOIN clinical.study t USING (study)
	JOIN imaging.feature_set f USING (feature_set_id)
	LEFT JOIN clinical.visit_plan v ON (v.study, v.session) = (k.study, c.session)
	WHERE psyrad.conn_kind(c.value) IN ('r', 'z', 'partial', 'partial_z')
		AND NOT EXISTS (
			SELECT FROM imaging.connectome d
			WHERE (d.subject_id, d.feature_set_id, d.session, d.pipeline) = (c.subject_id, c.feature_set_id, c.session, c.pipeline)
				AND d.run < c.run)
) x
WHERE x.mean_fd_mm IS NOT NULL
GROUP BY x.study, x.simulated, x.atlas, x.measure, x.pipeline, x.session, x.week;
COMMENT ON VIEW report.qc_fc_test IS 'Per study, atlas, measure, pipeline and visit: correlation over subjects of each connection (Fisher z) with mean framewise displacement, as a mass_result';

CREATE VIEW report.qc_fc_edge AS
SELECT t.study, t.simulated, t.atlas, t.measure, t.pipeline, t.session, t.week, e.i, e.j, a.name AS region_i, b.name AS region_j,
	e.n, e.estimate AS r, e.p, e.q,
	sqrt((a.x_mm::float8 - b.x_mm) ^ 2 + (a.y_mm::float8 - b.y_mm) ^ 2 + (a.z_mm::float8 - b.z_mm) ^ 2) AS distance_mm
FROM report.qc_fc_test t
CROSS JOIN LATERAL psyrad.mass_edges(t.result) e
JOIN imaging.region a ON (a.atlas, a.region) = (t.atlas, e.i)
JOIN imaging.region b ON (b.atlas, b.region) = (t.atlas, e.j);
COMMENT ON VIEW report.qc_fc_edge IS 'report.qc_fc_test with a row per connection: r with motion, p, q (Benjamini-Hochberg over the connections), distance between the regions'' centroids';

-- Spearman's rho is the correlation of ranks, ties having the mean of theirs.
CREATE VIEW report.qc_fc AS
SELECT e.study, e.simulated, e.atlas, e.measure, e.pipeline, e.session, e.week, max(e.n) AS subjects, count(e.r) AS connections,
	percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(e.r)) AS median_abs_r,
	avg((e.p < 0.05)::int::float8) AS share_p05, avg((e.q < 0.05)::int::float8) AS share_q05,
	regr_slope(e.r, e.distance_mm) AS distance_slope, corr(e.rank_r, e.rank_distance) AS distance_rho
FROM (
	SELECT x.*,
		rank() OVER (PARTITION BY x.study, x.atlas, x.measure, x.pipeline, x.session ORDER BY x.r) + (count(*) OVER (PARTITION BY x.study, x.atlas, x.measure, x.pipeline, x.session, x.r) - 1) / 2.0 AS rank_r,
		rank() OVER (PARTITION BY x.study, x.atlas, x.measure, x.pipeline, x.session ORDER BY x.distance_mm) + (count(*) OVER (PARTITION BY x.study, x.atlas, x.measure, x.pipeline, x.session, x.distance_mm) - 1) / 2.0 AS rank_distance
	FROM report.qc_fc_edge x
	WHERE x.r IS NOT NULL
) e
GROUP BY e.study, e.simulated, e.atlas, e.measure, e.pipeline, e.session, e.week;
COMMENT ON VIEW report.qc_fc IS 'How connections follow head motion, per pipeline and visit: median |r| with mean framewise displacement, share of connections with p (and q) below .05, and how r depends on distance (slope per mm, Spearman''s rho)';

-- ---- seeds --------------------------------------------------------------------------------------------------------------

CREATE VIEW report.seed_region AS
SELECT p.subject_id, p.study, p.label, p.site, p.session, p.week, p.atlas, p.measure, p.pipeline, p.run, s.name AS seed, r.name AS region,
	r.name_zh AS region_zh, nullif(e.value, 'NaN') AS value
FROM imaging.primary p
JOIN imaging.region s ON s.atlas = p.atlas
CROSS JOIN LATERAL unnest(psyrad.conn_row(p.connectome, s.region)) WITH ORDINALITY e(value, region)
JOIN imaging.region r ON (r.atlas, r.region) = (p.atlas, e.region)
WHERE e.region <> s.region;
COMMENT ON VIEW report.seed_region IS 'Seed-to-region connectivity: the row of the primary connectome that belongs to a seed (filter by seed), a row per other region; value NULL where either has no signal';

GRANT SELECT ON report.series_quality, report.pipeline, report.pipeline_compare, report.qc_fc_test, report.qc_fc_edge, report.qc_fc, report.seed_region
	TO psyrad_report, psyrad_analyst, psyrad_ingest;

COMMIT;
