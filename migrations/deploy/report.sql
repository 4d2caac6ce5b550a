-- Deploy psyrad:report to pg
-- What dashboards and the report page read: plain types, one subject and visit counted once, study.simulated beside every
-- number.  The views belong to psyrad_view, which owns no table and bypasses nothing, so that the row policies see the caller.
-- The questions in sql/questions use the views of the first part as their helpers.
BEGIN;
SET LOCAL ROLE psyrad_view;

-- ---- people and their ratings ------------------------------------------------------------------------------------

CREATE VIEW report.study AS
SELECT s.study, s.title_en, s.title_zh, s.simulated, s.design,
	(SELECT count(*) FROM clinical.subject_key k WHERE k.study = s.study) AS subjects,
	(SELECT count(*) FROM imaging.acquisition a JOIN clinical.subject_key k USING (subject_id) WHERE k.study = s.study) AS scans
FROM clinical.study s;
COMMENT ON VIEW report.study IS 'Studies: subjects and scans that the caller may see';

CREATE VIEW report.hamd AS
SELECT p.study, p.simulated, p.subject_id, p.label, p.site, p.arm, p.label_en, p.label_zh, p.kind,
	r.session, v.week, v.role, avg(r.total) AS total
FROM clinical.score r
JOIN clinical.participant p USING (subject_id)
JOIN clinical.visit_plan v ON (v.study, v.session) = (p.study, r.session)
WHERE r.instrument = 'HAMD-17' AND r.total IS NOT NULL
GROUP BY p.study, p.simulated, p.subject_id, p.label, p.site, p.arm, p.label_en, p.label_zh, p.kind, r.session, v.week, v.role;
COMMENT ON VIEW report.hamd IS 'HAMD-17 totals, one row a subject and visit: the mean where several raters rated it';

CREATE VIEW report.improvement AS
SELECT b.study, b.simulated, b.subject_id, b.label, b.site, b.arm, b.label_en, b.label_zh, b.kind,
	b.total AS baseline, e.total AS final, b.total - e.total AS improvement,
	e.total <= b.total / 2 AS responded, e.total <= 7 AS remitted
FROM report.hamd b
JOIN report.hamd e USING (subject_id)
WHERE b.role = 'pre' AND e.role = 'post';
COMMENT ON VIEW report.improvement IS 'One row a subject rated at both the study''s pre and its post visit: improvement = pre minus post (positive is better), response = at least half of baseline gone, remission = 7 or less';

-- The t interval of a mean is its pool with equal weights and Knapp-Hartung's standard error: sd / sqrt(n), n - 1 degrees.
CREATE VIEW report.hamd_by_visit AS
SELECT study, simulated, arm, label_en, label_zh, kind, session, week, n, mean, sd,
	(interval_of).ci_lb AS ci_lb, (interval_of).ci_ub AS ci_ub,
	with_baseline, responders, responders::float8 / nullif(with_baseline, 0) AS response,
	remitters, remitters::float8 / n AS remission
FROM (
	SELECT h.study, h.simulated, h.arm, h.label_en, h.label_zh, h.kind, h.session, h.week,
		count(*) AS n, avg(h.total)::float8 AS mean, stddev_samp(h.total)::float8 AS sd,
		CASE WHEN count(*) > 1 THEN psyrad.meta(h.total::float8, 1.0::float8, 'EE', 'knha') END AS interval_of,
		count(b.total) FILTER (WHERE h.role IS DISTINCT FROM 'pre') AS with_baseline,
		count(*) FILTER (WHERE h.role IS DISTINCT FROM 'pre' AND h.total <= b.total / 2) AS responders,
		count(*) FILTER (WHERE h.total <= 7) AS remitters
	FROM report.hamd h
	LEFT JOIN report.hamd b ON (b.subject_id, b.role) = (h.subject_id, 'pre')
	WHERE h.kind <> 'healthy'
	GROUP BY h.study, h.simulated, h.arm, h.label_en, h.label_zh, h.kind, h.session, h.week
) visit;
COMMENT ON VIEW report.hamd_by_visit IS 'HAMD-17 by arm and visit over the ratings made (observed cases): mean, SD, 95 % t interval; response among those with a baseline, from the first visit after it; remission';

-- ---- connections ---------------------------------------------------------------------------------------------------

CREATE FUNCTION report.indicators(value text, levels text[]) RETURNS float8[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(pg_catalog.array_agg((level = value)::int::float8 ORDER BY level) FILTER (WHERE level > lowest), '{}')
	FROM (SELECT DISTINCT level, pg_catalog.min(level) OVER () AS lowest FROM pg_catalog.unnest(levels) level) l;
END;
COMMENT ON FUNCTION report.indicators(text, text[]) IS 'A category as covariates: one 0/1 number for each distinct level but the lowest; no numbers where there is only one level';

CREATE VIEW report.connection_change AS
SELECT p.study, i.simulated, p.atlas, p.feature_set_id, p.subject_id, p.label, p.site, i.arm, i.label_en, i.label_zh, i.kind,
	i.baseline::float8 AS baseline, i.improvement::float8 AS improvement,
	m.mean_fd_mm,
	psyrad.conn_diff(psyrad.conn_fisher_z(p.post_connectome), psyrad.conn_fisher_z(p.pre_connectome)) AS change
FROM imaging.pre_post p
JOIN report.improvement i USING (subject_id)
CROSS JOIN LATERAL (
	SELECT avg(q.mean_fd_mm)::float8 AS mean_fd_mm
	FROM imaging.acquisition q
	WHERE q.subject_id = p.subject_id AND q.modality = 'bold' AND q.session IN (p.pre_session, p.post_session)
	HAVING count(q.mean_fd_mm) FILTER (WHERE q.session = p.pre_session) > 0
		AND count(q.mean_fd_mm) FILTER (WHERE q.session = p.post_session) > 0
) m
WHERE p.measure = 'fc_pearson';
COMMENT ON VIEW report.connection_change IS 'One row a subject and atlas with both scans, both ratings and their motion: change = Fisher z after minus before; mean_fd_mm = mean framewise displacement over both scans';

CREATE VIEW report.connection_test AS
SELECT c.study, c.simulated, c.atlas, count(*) AS subjects,
	psyrad.mass_pcorr(c.change, c.improvement,
		report.indicators(c.arm, c.arms) || report.indicators(c.site, c.sites) || c.baseline || c.mean_fd_mm) AS result
FROM (SELECT *, array_agg(arm) OVER everybody AS arms, array_agg(site) OVER everybody AS sites
	  FROM report.connection_change
	  WINDOW everybody AS (PARTITION BY study, atlas)) c
GROUP BY c.study, c.simulated, c.atlas;
COMMENT ON VIEW report.connection_test IS 'Per study and atlas: partial correlation of each connection''s change with improvement, adjusted for arm, site, baseline HAMD-17 and mean framewise displacement';

CREATE VIEW report.connection AS
SELECT t.study, t.simulated, t.atlas, e.i, e.j, a.name AS region_i, b.name AS region_j, a.name_zh AS region_i_zh, b.name_zh AS region_j_zh,
	e.n, e.estimate AS r, e.statistic AS t, e.df, e.p, e.q
FROM report.connection_test t
CROSS JOIN LATERAL psyrad.mass_edges(t.result) e
JOIN imaging.region a ON (a.atlas, a.region) = (t.atlas, e.i)
JOIN imaging.region b ON (b.atlas, b.region) = (t.atlas, e.j);
COMMENT ON VIEW report.connection IS 'report.connection_test with a row per connection: partial r, t, p, and q (Benjamini-Hochberg over all connections of the study and atlas)';

-- ---- interventions -----------------------------------------------------------------------------------------------------

CREATE VIEW report.protocol AS
SELECT p.study, st.simulated, p.protocol, p.title, p.mode, p.waveform, f.verbatim AS frequency,
	x.as_written, x.acupoints, x.names_zh, x.unresolved
FROM intervention.protocol p
JOIN clinical.study st USING (study)
LEFT JOIN intervention.protocol_quantity f ON (f.study, f.protocol, f.quantity, f.ordinal) = (p.study, p.protocol, 'frequency', 1)
LEFT JOIN LATERAL (
	SELECT array_agg(t.verbatim ORDER BY t.position) AS as_written, array_agg(t.acupoint ORDER BY t.position) AS acupoints,
		array_agg(a.name_zh ORDER BY t.position) AS names_zh, count(*) FILTER (WHERE t.acupoint IS NULL) AS unresolved
	FROM intervention.protocol_point t LEFT JOIN intervention.acupoint a USING (acupoint)
	WHERE (t.study, t.protocol) = (p.study, p.protocol)
) x ON true;
COMMENT ON VIEW report.protocol IS 'Protocols: points as the sheet wrote them beside the WHO codes that they resolved to (NULL where they did not)';

-- ---- effects of trials -----------------------------------------------------------------------------------------------

CREATE VIEW report.effect AS
SELECT e.evidence_study AS study, s.year, s.simulated, e.effect, e.outcome, e.outcome_type, e.intervention, e.comparator, e.weeks,
	e.n1, e.m1, e.sd1, e.n2, e.m2, e.sd2, (d.md).yi, (d.md).vi
FROM evidence.effect e
JOIN evidence.study s USING (evidence_study)
CROSS JOIN LATERAL (SELECT psyrad.effect_md(e.m1, e.sd1, e.n1, e.m2, e.sd2, e.n2) AS md) d;
COMMENT ON VIEW report.effect IS 'Trials with their mean difference (intervention minus comparator; on HAMD below 0 favours the intervention) and its variance';

CREATE VIEW report.pooled AS
SELECT p.outcome, p.intervention, p.comparator, p.simulated, (t.pool).*
FROM (SELECT outcome, intervention, comparator, simulated,
		psyrad.meta(yi, vi, 'REML', 'z') AS z, psyrad.meta(yi, vi, 'REML', 'knha') AS knha
	  FROM report.effect GROUP BY outcome, intervention, comparator, simulated) p
CROSS JOIN LATERAL (VALUES (p.z), (p.knha)) t(pool);
COMMENT ON VIEW report.pooled IS 'Random-effects pooling (REML) of report.effect by outcome, intervention and comparator, normal and Knapp-Hartung; simulated trials are never pooled with real ones';

-- ---- models ----------------------------------------------------------------------------------------------------------

CREATE VIEW report.model_score AS
SELECT m.name, m.version, m.trained_on, m.simulated OR i.simulated AS simulated, p.study, p.atlas, p.subject_id, p.label, p.site,
	i.arm, i.kind, i.responded, f.features, model.score(m.name, f.features) AS score
FROM (SELECT r.name, r.version, r.trained_on, r.simulated, model.features(r.name) AS wanted
	  FROM model.registry r WHERE model.can_score(r.name) AND r.version = model.version(r.name)) m
CROSS JOIN imaging.primary p
JOIN report.improvement i USING (subject_id)
CROSS JOIN LATERAL (
	SELECT array_agg(psyrad.conn_edge(psyrad.conn_fisher_z(p.connectome), a.region, b.region)::float8 ORDER BY w.k) AS features
	FROM unnest(m.wanted) WITH ORDINALITY w(name, k)
	JOIN imaging.region a ON (a.atlas, a.name) = (p.atlas, split_part(w.name, ' ~ ', 1))
	JOIN imaging.region b ON (b.atlas, b.name) = (p.atlas, split_part(w.name, ' ~ ', 2))
) f
WHERE p.role = 'pre' AND p.measure = 'fc_pearson' AND cardinality(f.features) = cardinality(m.wanted);
COMMENT ON VIEW report.model_score IS 'Each model that the caller may score with and whose features are connections ("region ~ region"), in the version that its name stands for, scored on the scans before treatment, beside what became of the patient';

-- ---- where it comes from -----------------------------------------------------------------------------------------------

CREATE VIEW report.file AS
SELECT file_id, command, path, encode(sha256, 'hex') AS sha256, bytes, study, site, status, rows_read, rows_loaded, rows_unchanged,
	rows_rejected, message, tool_version, finished_at
FROM ingest.file;
COMMENT ON VIEW report.file IS 'The manifest: which file, by its bytes, brought how many rows';

CREATE VIEW report.region AS
SELECT atlas, region, name, name_zh, hemisphere, x_mm, y_mm, z_mm FROM imaging.region;
COMMENT ON VIEW report.region IS 'Regions of the atlases by position, with their centroids in mm';

-- ---- the page ------------------------------------------------------------------------------------------------------------

CREATE FUNCTION report.page_connections() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	WITH edge AS MATERIALIZED (
		SELECT * FROM report.connection
	), found AS (
		SELECT study, atlas, jsonb_agg(jsonb_build_object('i', i, 'j', j, 'n', n, 'r', r, 't', t, 'p', p, 'q', q) ORDER BY p, i, j) AS list,
			array_agg(i ORDER BY p, i, j) AS i, array_agg(j ORDER BY p, i, j) AS j
		FROM edge WHERE q < 0.05 GROUP BY study, atlas
	), people AS (
		SELECT c.study, c.atlas, jsonb_agg(jsonb_build_object('arm', c.arm, 'kind', c.kind, 'label_en', c.label_en, 'label_zh', c.label_zh,
			'site', c.site, 'improvement', c.improvement,
			'change', (SELECT jsonb_agg(psyrad.conn_edge(c.change, w.i, w.j) ORDER BY w.k)
					   FROM unnest(f.i, f.j) WITH ORDINALITY w(i, j, k))) ORDER BY c.subject_id) AS list
		FROM report.connection_change c JOIN found f USING (study, atlas)
		GROUP BY c.study, c.atlas
	), whole AS (
		SELECT study, atlas, bool_or(simulated) AS simulated, max(n) AS n, max(df) AS df, count(p) AS tested,
			jsonb_agg(round(r::numeric, 5) ORDER BY i, j) AS r
		FROM edge GROUP BY study, atlas
	)
	SELECT coalesce(jsonb_agg(jsonb_build_object('study', w.study, 'title_en', s.title_en, 'title_zh', s.title_zh,
		'simulated', w.simulated, 'atlas', w.atlas, 'alpha', 0.05, 'n', w.n, 'df', w.df, 'tested', w.tested, 'r', w.r,
		'regions', (SELECT jsonb_agg(jsonb_build_object('name', g.name, 'name_zh', g.name_zh) ORDER BY g.region)
					FROM report.region g WHERE g.atlas = w.atlas),
		'found', coalesce(f.list, '[]'), 'subjects', coalesce(p.list, '[]')) ORDER BY w.study, w.atlas), '[]')
	FROM whole w
	JOIN report.study s USING (study)
	LEFT JOIN found f USING (study, atlas)
	LEFT JOIN people p USING (study, atlas);
END;

CREATE FUNCTION report.page_pooling() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT coalesce(jsonb_agg(jsonb_build_object('outcome', g.outcome, 'intervention', g.intervention, 'comparator', g.comparator,
		'simulated', g.simulated, 'pooled', g.pooled,
		'studies', (SELECT jsonb_agg(jsonb_build_object('study', e.study, 'year', e.year, 'n1', e.n1, 'n2', e.n2, 'yi', e.yi,
						'se', sqrt(e.vi), 'ci_lb', e.yi - 1.959963984540054 * sqrt(e.vi), 'ci_ub', e.yi + 1.959963984540054 * sqrt(e.vi),
						'weight', 1 / (e.vi + g.tau2) / g.total) ORDER BY e.year, e.study, e.effect)
					FROM report.effect e
					WHERE (e.outcome, e.intervention, e.comparator, e.simulated) = (g.outcome, g.intervention, g.comparator, g.simulated)
						AND e.vi IS NOT NULL)) ORDER BY g.simulated, g.outcome, g.intervention, g.comparator), '[]')
	FROM (SELECT pool.outcome, pool.intervention, pool.comparator, pool.simulated, max(pool.tau2) AS tau2,
			jsonb_agg(to_jsonb(pool) ORDER BY pool.test DESC) AS pooled,
			(SELECT sum(1 / (e.vi + max(pool.tau2))) FROM report.effect e
			 WHERE (e.outcome, e.intervention, e.comparator, e.simulated) = (pool.outcome, pool.intervention, pool.comparator, pool.simulated)) AS total
		  FROM report.pooled pool WHERE pool.k > 0
		  GROUP BY pool.outcome, pool.intervention, pool.comparator, pool.simulated) g;
END;

CREATE FUNCTION report.page_models() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	WITH scored AS MATERIALIZED (
		SELECT * FROM report.model_score WHERE score IS NOT NULL
	), stair AS ( -- one corner of the ROC curve for each distinct score, from the highest
		SELECT name, study, score,
			sum(count(*) FILTER (WHERE responded)) OVER (PARTITION BY name, study ORDER BY score DESC) AS tp,
			sum(count(*) FILTER (WHERE NOT responded)) OVER (PARTITION BY name, study ORDER BY score DESC) AS fp
		FROM scored GROUP BY name, study, score
	), whole AS (
		SELECT name, version, trained_on, study, bool_or(simulated) AS simulated, count(*) AS n, count(*) FILTER (WHERE responded) AS positives,
			psyrad.metric_auc(score, responded) AS auc,
			jsonb_agg(jsonb_build_object('arm', arm, 'site', site, 'score', score, 'responded', responded) ORDER BY score, subject_id) AS scores
		FROM scored GROUP BY name, version, trained_on, study
	)
	SELECT coalesce(jsonb_agg(jsonb_build_object('name', w.name, 'version', w.version, 'study', w.study, 'trained_on', w.trained_on,
		'simulated', w.simulated, 'n', w.n, 'positives', w.positives, 'auc', w.auc, 'scores', w.scores,
		'roc', (SELECT '[{"fpr": 0, "tpr": 0}]'::jsonb || jsonb_agg(jsonb_build_object('fpr', s.fp::float8 / (w.n - w.positives),
					'tpr', s.tp::float8 / w.positives) ORDER BY s.score DESC)
				FROM stair s WHERE (s.name, s.study) = (w.name, w.study))) ORDER BY w.name, w.study), '[]')
	FROM whole w
	WHERE w.positives > 0 AND w.positives < w.n;
END;

CREATE FUNCTION report.page() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'version', (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'connectome'),
		'database', current_database(),
		'generated_at', now(),
		'studies', (SELECT coalesce(jsonb_agg(to_jsonb(s) ORDER BY s.subjects DESC, s.study), '[]') FROM report.study s),
		'hamd', (SELECT coalesce(jsonb_agg(to_jsonb(h) ORDER BY h.study, h.kind = 'sham', h.arm, h.week), '[]') FROM report.hamd_by_visit h),
		'protocols', (SELECT coalesce(jsonb_agg(to_jsonb(p) ORDER BY p.study, p.protocol), '[]') FROM report.protocol p),
		'connections', report.page_connections(),
		'pooling', report.page_pooling(),
		'models', report.page_models(),
		'loads', (SELECT coalesce(jsonb_agg(to_jsonb(l) ORDER BY l.command), '[]')
				  FROM (SELECT command, count(*) AS files, sum(rows_loaded) AS rows_loaded, sum(rows_rejected) AS rows_rejected
						FROM report.file WHERE status = 'loaded' GROUP BY command) l),
		'files', (SELECT coalesce(jsonb_agg(to_jsonb(f) ORDER BY f.file_id DESC), '[]')
				  FROM (SELECT * FROM report.file ORDER BY file_id DESC LIMIT 400) f),
		'troubled', (SELECT coalesce(jsonb_agg(to_jsonb(f) ORDER BY f.file_id DESC), '[]')
					 FROM report.file f WHERE f.status = 'refused' OR f.rows_rejected > 0));
END;
COMMENT ON FUNCTION report.page_connections() IS 'Part of report.page: the connection tests, those found, and the people''s values of these';
COMMENT ON FUNCTION report.page_pooling() IS 'Part of report.page: trials, weights and pooled effects';
COMMENT ON FUNCTION report.page_models() IS 'Part of report.page: scores, ROC corners and AUC of the stored models';
COMMENT ON FUNCTION report.page() IS 'All that the report page shows, as one document; the views of schema report have the same numbers';

GRANT SELECT ON ALL TABLES IN SCHEMA report TO psyrad_report, psyrad_analyst, psyrad_ingest;

COMMIT;
