-- Deploy psyrad:report to pg
-- What dashboards and the report's pages read: plain types, one subject and visit counted once, study.simulated beside every
-- number.  The views belong to psyrad_view, which owns no table and bypasses nothing, so that the row policies see the caller.
-- The questions in sql/questions use the views of the first part as their helpers.
BEGIN;
SET LOCAL ROLE psyrad_view;

-- ---- people and their ratings ------------------------------------------------------------------------------------

CREATE VIEW report.study AS
SELECT s.study, s.title_en, s.title_zh, s.simulated, s.design,
	(SELECT count(*) FROM clinical.subject_key k WHERE k.study = s.study) AS subjects,
	(SELECT count(*) FROM imaging.acquisition a JOIN clinical.subject_key k USING (subject_id) WHERE k.study = s.study) AS scans
FROM clinical.study s
WHERE s.design IS DISTINCT FROM 'review of literature'; -- what holds a review's protocols has no people
COMMENT ON VIEW report.study IS 'Studies: subjects and scans that the caller may see; without what only holds the protocols that a review tells of';

CREATE VIEW report.visit AS
SELECT v.study, v.session, v.week, v.role, v.label_en, v.label_zh FROM clinical.visit_plan v;
COMMENT ON VIEW report.visit IS 'Planned visits of each study: session as files name it, week, role (pre, post) and label; by week they stand in their order';

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
	CASE WHEN b.total > 0 THEN e.total <= b.total / 2 END AS responded, e.total <= 7 AS remitted
FROM report.hamd b
JOIN report.hamd e USING (subject_id)
WHERE b.role = 'pre' AND e.role = 'post';
COMMENT ON VIEW report.improvement IS 'One row a subject rated at both the study''s pre and its post visit: improvement = pre minus post (positive is better), response = at least half of baseline gone (NULL of a baseline of 0), remission = 7 or less';

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
		count(*) FILTER (WHERE h.role IS DISTINCT FROM 'pre' AND b.total > 0) AS with_baseline,
		count(*) FILTER (WHERE h.role IS DISTINCT FROM 'pre' AND b.total > 0 AND h.total <= b.total / 2) AS responders,
		count(*) FILTER (WHERE h.total <= 7) AS remitters
	FROM report.hamd h
	LEFT JOIN report.hamd b ON (b.subject_id, b.role) = (h.subject_id, 'pre')
	WHERE h.kind <> 'healthy'
	GROUP BY h.study, h.simulated, h.arm, h.label_en, h.label_zh, h.kind, h.session, h.week
) visit;
COMMENT ON VIEW report.hamd_by_visit IS 'HAMD-17 by arm and visit over the ratings made (observed cases): mean, SD, 95 % t interval; response among those with a baseline above 0, from the first visit after it; remission';

-- ---- connections ---------------------------------------------------------------------------------------------------

-- Not ::real, which is an error for a p value below 1e-45.
CREATE FUNCTION report.eight_digits(value float8) RETURNS float8
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN value IN ('NaN', 'Infinity', '-Infinity') THEN value ELSE to_char(value, '9.9999999EEEE')::float8 END;
COMMENT ON FUNCTION report.eight_digits(float8) IS 'A number to eight significant digits, however small, as answers print p and q';

CREATE FUNCTION report.indicators(value text, levels text[]) RETURNS float8[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(pg_catalog.array_agg((level = value)::int::float8 ORDER BY level) FILTER (WHERE level > lowest), '{}')
	FROM (SELECT DISTINCT level, pg_catalog.min(level) OVER () AS lowest FROM pg_catalog.unnest(levels) level) l;
END;
COMMENT ON FUNCTION report.indicators(text, text[]) IS 'A category as covariates: one 0/1 number for each distinct level but the lowest; no numbers where there is only one level';

-- Looked up by person: how many people a join of views gives is not foreseen, and a plan for one person takes hours for ten thousand.
CREATE VIEW report.connection_change AS
SELECT p.study, i.simulated, p.atlas, p.feature_set_id, p.subject_id, p.label, p.site, i.arm, i.label_en, i.label_zh, i.kind,
	r.baseline::float8 AS baseline, (r.baseline - r.final)::float8 AS improvement,
	m.mean_fd_mm,
	psyrad.conn_diff(psyrad.conn_fisher_z(p.post_connectome), psyrad.conn_fisher_z(p.pre_connectome)) AS change,
	psyrad.conn_fisher_z(p.pre_connectome) AS z_before, psyrad.conn_fisher_z(p.post_connectome) AS z_after
FROM imaging.pre_post p
CROSS JOIN LATERAL (SELECT c.* FROM clinical.participant c WHERE c.subject_id = p.subject_id OFFSET 0) i
CROSS JOIN LATERAL (
	SELECT avg(s.total) FILTER (WHERE s.session = p.pre_session) AS baseline, avg(s.total) FILTER (WHERE s.session = p.post_session) AS final
	FROM clinical.score s
	WHERE s.subject_id = p.subject_id AND s.instrument = 'HAMD-17' AND s.session IN (p.pre_session, p.post_session)
	HAVING count(s.total) FILTER (WHERE s.session = p.pre_session) > 0 AND count(s.total) FILTER (WHERE s.session = p.post_session) > 0
) r
CROSS JOIN LATERAL (
	SELECT avg(q.mean_fd_mm)::float8 AS mean_fd_mm
	FROM imaging.acquisition q
	WHERE q.subject_id = p.subject_id AND q.modality = 'bold' AND q.session IN (p.pre_session, p.post_session)
	HAVING count(q.mean_fd_mm) FILTER (WHERE q.session = p.pre_session) > 0
		AND count(q.mean_fd_mm) FILTER (WHERE q.session = p.post_session) > 0
) m
WHERE p.measure = 'fc_pearson';
COMMENT ON VIEW report.connection_change IS 'One row a subject and atlas with both scans, both ratings and their motion: change = z_after - z_before (Fisher z); mean_fd_mm = mean framewise displacement over both scans';

CREATE VIEW report.connection_test AS
WITH person AS MATERIALIZED (
	SELECT study, simulated, atlas, arm, site, baseline, improvement, mean_fd_mm, change FROM report.connection_change
), level AS MATERIALIZED (
	SELECT study, atlas, array_agg(DISTINCT arm) AS arms, array_agg(DISTINCT site) AS sites FROM person GROUP BY study, atlas
)
SELECT c.study, c.simulated, c.atlas, count(*) AS subjects,
	psyrad.mass_pcorr(c.change, c.improvement,
		report.indicators(c.arm, l.arms) || report.indicators(c.site, l.sites) || c.baseline || c.mean_fd_mm) AS result
FROM person c
JOIN level l USING (study, atlas)
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
SELECT e.evidence_study AS study, e.year, e.simulated, e.effect, e.outcome, e.value_type AS outcome_type, e.intervention, e.comparator, e.weeks,
	e.n1, e.m1, e.sd1, e.n2, e.m2, e.sd2, e.yi, e.vi, e.people
FROM evidence.poolable_effects('MD') e
WHERE e.used;
COMMENT ON VIEW report.effect IS 'Trials with their mean difference (intervention minus comparator; on HAMD below 0 favours the intervention) and its variance: one effect of each independent sample, as evidence.poolable chooses it';
COMMENT ON COLUMN report.effect.n2 IS 'Need not be whole, where several comparisons share a control group';

CREATE VIEW report.pooled AS
SELECT p.outcome, p.intervention, p.comparator, p.simulated, (t.pool).*
FROM (SELECT outcome, intervention, comparator, simulated,
		psyrad.meta(yi, vi, 'REML', 'z') AS z, psyrad.meta(yi, vi, 'REML', 'knha') AS knha
	  FROM report.effect GROUP BY outcome, intervention, comparator, simulated) p
CROSS JOIN LATERAL (VALUES (p.z), (p.knha)) t(pool);
COMMENT ON VIEW report.pooled IS 'Random-effects pooling (REML) of report.effect by outcome, intervention and comparator, normal and Knapp-Hartung; simulated trials are never pooled with real ones';

-- ---- models ----------------------------------------------------------------------------------------------------------

-- What a model cannot answer is no score, and never an error of everybody's: a missing feature where the model asks for all, scores of a
-- model that has none, and features whose unit is another than the one that is given here.
CREATE VIEW report.model_score AS
SELECT m.name, m.version, m.trained_on, m.simulated OR i.simulated AS simulated, p.study, p.atlas, p.subject_id, p.label, p.site,
	i.arm, i.kind, i.responded, f.features, CASE WHEN NOT (m.asks_all AND 'NaN' = ANY (f.features)) THEN model.score(m.name, f.features) END AS score
FROM (SELECT r.name, r.version, r.trained_on, r.simulated, model.features(r.name) AS wanted, d.about ->> 'missing' = 'error' AS asks_all
	  FROM model.registry r
	  CROSS JOIN LATERAL (SELECT model.describe(r.name) AS about OFFSET 0) d
	  WHERE model.can_score(r.name) AND r.version = model.version(r.name)
		AND (d.about ->> 'task' = 'regression' OR d.about ->> 'positive' IS NOT NULL AND coalesce(d.about -> 'estimator' ->> 'probability', '') <> 'none')
		AND NOT EXISTS (SELECT FROM jsonb_each_text(d.about -> 'units') u WHERE u.value <> 'fisher_z')) m
CROSS JOIN imaging.primary p
JOIN report.improvement i USING (subject_id)
CROSS JOIN LATERAL (
	SELECT array_agg(psyrad.conn_edge(psyrad.conn_fisher_z(p.connectome), a.region, b.region)::float8 ORDER BY w.k) AS features
	FROM unnest(m.wanted) WITH ORDINALITY w(name, k)
	JOIN imaging.region a ON (a.atlas, a.name) = (p.atlas, split_part(w.name, ' ~ ', 1))
	JOIN imaging.region b ON (b.atlas, b.name) = (p.atlas, split_part(w.name, ' ~ ', 2))
) f
WHERE p.role = 'pre' AND p.measure = 'fc_pearson' AND cardinality(f.features) = cardinality(m.wanted);
COMMENT ON VIEW report.model_score IS 'Each model that the caller may score with, that gives a value or a probability and whose features are connections ("region ~ region", Fisher z), in the version that its name stands for, scored on the scans before treatment, beside what became of the patient';
COMMENT ON COLUMN report.model_score.features IS 'Fisher z of the connections in the model''s order; NaN where a region had no signal';
COMMENT ON COLUMN report.model_score.score IS 'Regression value, or probability of the positive class; NULL where a feature is missing and the model has no answer to that';

-- ---- where it comes from -----------------------------------------------------------------------------------------------

CREATE VIEW report.file AS
SELECT file_id, command, path, encode(sha256, 'hex') AS sha256, bytes, study, site, status, rows_read, rows_loaded, rows_unchanged,
	rows_rejected, message, tool_version, finished_at,
	status = 'loaded' AND NOT EXISTS (SELECT FROM ingest.file n WHERE n.supersedes = f.file_id AND n.status = 'loaded') AS in_force
FROM ingest.file f;
COMMENT ON VIEW report.file IS 'The manifest: which file, by its bytes, brought how many rows; in_force: loaded and not replaced by a later version of it';

CREATE VIEW report.region AS
SELECT atlas, region, name, name_zh, hemisphere, x_mm, y_mm, z_mm FROM imaging.region;
COMMENT ON VIEW report.region IS 'Regions of the atlases by position, with their centroids in mm';

CREATE VIEW report.source AS
SELECT f.study, f.command, count(*) AS files, sum(f.rows_loaded) AS rows_loaded, min(f.finished_at) AS first_loaded_at, max(f.finished_at) AS last_loaded_at,
	string_agg(DISTINCT f.tool_version, ', ' ORDER BY f.tool_version) AS tool_versions,
	encode(sha256(convert_to(string_agg(encode(f.sha256, 'hex'), E'\n' ORDER BY encode(f.sha256, 'hex') COLLATE "C"), 'UTF8')), 'hex') AS sha256
FROM ingest.file f
WHERE f.status = 'loaded' AND NOT EXISTS (SELECT FROM ingest.file n WHERE n.supersedes = f.file_id AND n.status = 'loaded')
GROUP BY f.study, f.command;
COMMENT ON VIEW report.source IS 'The files that are in force (loaded, and not replaced by a later version), by study and kind: how many, by which tool, and one SHA-256 over the sorted lines of theirs in hexadecimal, so that two warehouses can be compared';

CREATE VIEW report.frozen_set AS
SELECT name, study, description, subjects, facts, encode(sha256, 'hex') AS sha256, frozen_at FROM clinical.frozen_set;
COMMENT ON VIEW report.frozen_set IS 'Named analysis sets of the studies: what a paper cites, with the hash of their content';

-- ---- what every page has ---------------------------------------------------------------------------------------------

-- What a page shows beside a figure as its query is the text that was executed here.
CREATE FUNCTION report.figure(query text) RETURNS jsonb
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	lines json;
	first json;
BEGIN
	-- Aliases that no column has.
	EXECUTE format('SELECT json_agg((SELECT json_agg(c.value) FROM json_each(f.line) c)), json_agg(f.line) -> 0
		FROM (SELECT row_to_json("the row") AS line FROM (%s) AS "the row") f', query) INTO lines, first;
	IF first IS NULL THEN -- no row: the columns by a row of NULLs
		EXECUTE format('SELECT row_to_json("the row") FROM (SELECT "the row".* FROM (SELECT) one LEFT JOIN (SELECT * FROM (%s) q LIMIT 0) AS "the row" ON true) AS "the row"', query)
		INTO first;
	END IF;
	RETURN jsonb_build_object('sql', query, 'columns', (SELECT jsonb_agg(k.key ORDER BY k.place) FROM json_object_keys(first) WITH ORDINALITY k(key, place)),
		'rows', coalesce(lines::jsonb, '[]'));
END $$;
COMMENT ON FUNCTION report.figure(text) IS
	'Runs a query, as the caller, and returns {"sql": its text, "columns": names, "rows": arrays in that order}: what a figure of the report draws, and how it was made.  Names in the query must be qualified, so that it runs anywhere';

CREATE FUNCTION report.page_frame() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'version', (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'connectome'),
		'database', current_database(),
		'generated_at', now(),
		'studies', (SELECT coalesce(jsonb_agg(to_jsonb(s) ORDER BY s.subjects DESC, s.study), '[]') FROM report.study s),
		'visits', (SELECT coalesce(jsonb_agg(to_jsonb(v) ORDER BY v.study, v.week, v.session), '[]') FROM report.visit v),
		'frozen', (SELECT coalesce(jsonb_agg(to_jsonb(z) ORDER BY z.frozen_at DESC, z.name), '[]') FROM report.frozen_set z),
		'sources', (SELECT coalesce(jsonb_agg(to_jsonb(s) || jsonb_build_object('listed', (
				SELECT jsonb_agg(jsonb_build_object('path', f.path, 'sha256', f.sha256, 'tool_version', f.tool_version) ORDER BY f.file_id)
				FROM (SELECT * FROM report.file f
					  WHERE f.command = s.command AND f.study IS NOT DISTINCT FROM s.study AND f.status = 'loaded' AND f.in_force
					  ORDER BY f.file_id DESC LIMIT 20) f)) ORDER BY s.study, s.command), '[]') FROM report.source s));
END;
COMMENT ON FUNCTION report.page_frame() IS 'What every page of the report has: studies with their visits, frozen sets, and the files in force by study and kind, the latest twenty of each by name and hash';

REVOKE EXECUTE ON FUNCTION report.figure(text), report.page_frame() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report.figure(text), report.page_frame() TO psyrad_report, psyrad_analyst, psyrad_ingest;
GRANT SELECT ON ALL TABLES IN SCHEMA report TO psyrad_report, psyrad_analyst, psyrad_ingest;

COMMIT;
