-- Deploy psyrad:report_pages to pg
-- What the report's pages overview, trial, imaging and quality show: their views, and a function a page that runs the queries of its
-- figures (report.figure).  The views belong to psyrad_view, the functions run as their caller: row policies decide what anybody sees.
-- Queries of figures name schema report alone, which is all that dashboards reach.
BEGIN;
SET LOCAL ROLE psyrad_view;

---------------------------------------------------------------------------------------------------- overview

CREATE VIEW report.content AS
SELECT c.item, c.total, c.simulated
FROM (
	SELECT 1 AS place, 'studies' AS item, count(*) AS total, count(*) FILTER (WHERE simulated) AS simulated FROM report.study
	UNION ALL SELECT 2, 'people', count(*), count(*) FILTER (WHERE t.simulated) FROM clinical.subject_key k JOIN clinical.study t USING (study)
	UNION ALL SELECT 3, 'ratings', count(*), count(*) FILTER (WHERE t.simulated) FROM clinical.score s JOIN clinical.subject_key k USING (subject_id) JOIN clinical.study t USING (study)
	UNION ALL SELECT 4, 'scans', count(*), count(*) FILTER (WHERE t.simulated) FROM imaging.acquisition a JOIN clinical.subject_key k USING (subject_id) JOIN clinical.study t USING (study)
	UNION ALL SELECT 5, 'sessions', count(*), count(*) FILTER (WHERE t.simulated) FROM intervention.session s JOIN clinical.study t USING (study)
	UNION ALL SELECT 6, 'protocols', count(*), count(*) FILTER (WHERE t.simulated) FROM intervention.protocol p JOIN clinical.study t USING (study)
	UNION ALL SELECT 7, 'records', count(*), NULL FROM evidence.source_record
	UNION ALL SELECT 8, 'effects', count(*), count(*) FILTER (WHERE s.simulated) FROM evidence.effect e JOIN evidence.study s USING (evidence_study)
	UNION ALL SELECT 9, 'foci', count(*), NULL FROM evidence.focus
	UNION ALL SELECT 10, 'models', count(DISTINCT name), count(DISTINCT name) FILTER (WHERE simulated) FROM model.registry
) c
ORDER BY c.place;
COMMENT ON VIEW report.content IS 'What is in the warehouse, as far as the caller may see it: studies, people, ratings, scans, treatment sessions, protocols, records of literature (one for each file that has it), effects of trials, foci, models; simulated: how many of them a program made, NULL where nothing says so of one (records, foci)';

---------------------------------------------------------------------------------------------------- the trial

-- The first by the MD5 of the label: an order that has nothing to do with what was rated.
CREATE VIEW report.hamd_line AS
SELECT h.study, h.simulated, h.arm, h.label_en, h.label_zh, h.kind, d.line, d.people, h.week, h.total::float8 AS total
FROM report.hamd h
JOIN (SELECT p.subject_id, row_number() OVER arm AS line, count(*) OVER (PARTITION BY p.study, p.arm) AS people
	  FROM clinical.participant p WHERE p.kind <> 'healthy'
	  WINDOW arm AS (PARTITION BY p.study, p.arm ORDER BY md5(p.label), p.label)) d USING (subject_id)
WHERE d.line <= 25;
COMMENT ON VIEW report.hamd_line IS 'HAMD-17 of single people, for lines: of each arm at most 25 of its people, those whose label has the smallest MD5, by a number instead of their label';

-- Wilson's interval of a proportion (1927): defined for no and for all successes as well.
CREATE FUNCTION report.wilson(successes bigint, n bigint, side int) RETURNS float8
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN n > 0 AND successes BETWEEN 0 AND n THEN
		(successes + 1.9207294103470627::float8 + side * 1.959963984540054::float8 * sqrt(successes * (n - successes)::float8 / n + 0.96036470517353136::float8)) / (n + 3.8414588206941254::float8) END;
END;
COMMENT ON FUNCTION report.wilson(bigint, bigint, int) IS 'An end of Wilson''s 95 % interval of successes out of n: the lower for side -1, the upper for side 1; NULL for n = 0';

CREATE VIEW report.outcome_rate AS
SELECT r.study, r.simulated, r.instrument, r.arm, r.label_en, r.label_zh, r.kind, r.session, r.week, r.missing, r.outcome, r.definition, r.n, r.reached,
	r.reached::float8 / nullif(r.n, 0) AS rate, report.wilson(r.reached, r.n, -1) AS ci_lb, report.wilson(r.reached, r.n, 1) AS ci_ub
FROM (
	SELECT s.study, s.simulated, s.instrument, s.arm, s.label_en, s.label_zh, s.kind, s.session, s.week, s.missing, o.outcome, o.definition,
		count(o.reached) AS n, count(*) FILTER (WHERE o.reached) AS reached
	FROM clinical.subject_outcome s
	CROSS JOIN LATERAL (VALUES ('response', s.response_definition, s.responded), ('remission', s.remission_definition, s.remitted)) o(outcome, definition, reached)
	WHERE s.kind <> 'healthy' AND o.definition IS NOT NULL
	GROUP BY s.study, s.simulated, s.instrument, s.arm, s.label_en, s.label_zh, s.kind, s.session, s.week, s.missing, o.outcome, o.definition
) r;
COMMENT ON VIEW report.outcome_rate IS 'Response and remission by arm and visit, each rule for what is missing in rows of its own (missing: observed, locf, nri): n of those counted, how many reached it, rate with Wilson''s 95 % interval; definition names the rule';

CREATE VIEW report.treatment AS
SELECT a.study, p.simulated, a.site, p.arm, p.label_en, p.label_zh, p.kind, a.protocol, a.given::float8 AS given, a.planned::float8 AS planned, a.share::float8 AS share,
	a.adverse_events, d.minutes::float8 AS minutes, d.mean_intensity_ma::float8 AS mean_intensity_ma, d.ma_minutes::float8 AS ma_minutes
FROM intervention.adherence a
JOIN clinical.participant p USING (subject_id)
LEFT JOIN intervention.dose d USING (subject_id);
COMMENT ON VIEW report.treatment IS 'One row a person that was given treatment: sessions given and planned, their share, sessions with an adverse event, minutes, mean intensity (mA), mA-minutes';

CREATE VIEW report.treatment_by_arm AS
SELECT study, simulated, arm, label_en, label_zh, kind, count(*) AS people, avg(given) AS mean_given, max(planned) AS planned,
	percentile_cont(0.25) WITHIN GROUP (ORDER BY given) AS given_q1, percentile_cont(0.5) WITHIN GROUP (ORDER BY given) AS given_median, percentile_cont(0.75) WITHIN GROUP (ORDER BY given) AS given_q3,
	avg((share >= 0.8)::int::float8) AS share_adherent, sum(adverse_events)::bigint AS adverse_events,
	percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS median_minutes, percentile_cont(0.5) WITHIN GROUP (ORDER BY ma_minutes) AS median_ma_minutes
FROM report.treatment
GROUP BY study, simulated, arm, label_en, label_zh, kind;
COMMENT ON VIEW report.treatment_by_arm IS 'Treatment given by arm: people, sessions (mean, quartiles) beside those planned, share of people with at least 80 % of the plan (of those whose plan is a number), sessions with an adverse event, median minutes and mA-minutes';

CREATE VIEW report.treatment_histogram AS
SELECT study, simulated, arm, label_en, label_zh, kind, given, count(*) AS people FROM report.treatment GROUP BY study, simulated, arm, label_en, label_zh, kind, given;
COMMENT ON VIEW report.treatment_histogram IS 'How many people of each arm were given how many sessions';

-- What somebody of an arm has at a visit, the others of it were asked for as well.
CREATE VIEW report.missing_by_visit AS
WITH have AS (
	SELECT DISTINCT s.subject_id, s.session, s.instrument AS item FROM clinical.score s WHERE s.total IS NOT NULL
	UNION ALL
	SELECT DISTINCT a.subject_id, a.session, a.modality FROM imaging.acquisition a
), had AS (
	SELECT p.study, p.arm, h.item, h.session, count(*) AS have, count(*) FILTER (WHERE v.week > p.dropout_week) AS have_though_left
	FROM have h JOIN clinical.participant p USING (subject_id)
	LEFT JOIN clinical.visit_plan v ON (v.study, v.session) = (p.study, h.session)
	GROUP BY p.study, p.arm, h.item, h.session
), people AS (
	SELECT p.study, p.simulated, p.arm, p.label_en, p.label_zh, p.kind, v.session, v.week, count(*) AS people, count(*) FILTER (WHERE v.week > p.dropout_week) AS had_left
	FROM clinical.participant p JOIN clinical.visit_plan v USING (study)
	GROUP BY p.study, p.simulated, p.arm, p.label_en, p.label_zh, p.kind, v.session, v.week
)
SELECT p.study, p.simulated, p.arm, p.label_en, p.label_zh, p.kind, h.item, p.session, p.week, p.people, h.have,
	p.people - h.have AS missing, (p.people - h.have)::float8 / p.people AS share_missing, p.had_left - h.have_though_left AS missing_of_left
FROM people p
JOIN had h USING (study, arm, session);
COMMENT ON VIEW report.missing_by_visit IS 'Ratings (by instrument) and scans (by modality) that a visit lacks, by arm: of all its people, how many have one, how many lack it, and how many of these had left the study before; what nobody of an arm has at a visit was not asked for there';

---------------------------------------------------------------------------------------------------- imaging

CREATE FUNCTION report.region_strength(c psyrad.connectome) RETURNS float8[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
	SELECT CASE WHEN 'NaN'::real <> ALL (psyrad.conn_edges(c)) THEN
		psyrad.graph_strength(CASE WHEN psyrad.conn_kind(c) IN ('r', 'partial') THEN psyrad.conn_fisher_z(c) ELSE c END, true, 'drop') END;
END;
COMMENT ON FUNCTION report.region_strength(psyrad.connectome) IS 'Strength of each region: the sum of its positive connections, of correlations their Fisher z; NULL where an edge is missing, since a sum without it is another number';

CREATE VIEW report.region_vector AS
SELECT p.subject_id, p.study, h.simulated, p.site, h.arm, h.label_en, h.label_zh, h.kind, p.session, p.week, p.role, p.atlas, p.measure || v.suffix AS measure, v.value
FROM imaging.primary p
JOIN imaging.atlas a USING (atlas)
CROSS JOIN LATERAL (SELECT c.* FROM clinical.participant c WHERE c.subject_id = p.subject_id AND p.measure IS NOT NULL OFFSET 0) h -- by person, as in report.connection_change, once the measure is known
CROSS JOIN LATERAL (
	SELECT '' AS suffix, p.vector::float8[] AS value WHERE p.vector IS NOT NULL AND a.kind <> 'voxels'
	UNION ALL
	SELECT '_strength', report.region_strength(p.connectome) WHERE p.connectome IS NOT NULL
) v
WHERE v.value IS NOT NULL;
COMMENT ON VIEW report.region_vector IS 'A number a region, one row a subject, visit and measure, with the subject''s arm: what was measured by region, and of connectomes the strength (measure ending in _strength): the sum of a region''s positive connections (of correlations their Fisher z), of scans without a missing connection';

CREATE VIEW report.region_by_group AS
SELECT g.study, g.simulated, g.atlas, g.measure, g.session, g.week, g.arm, g.label_en, g.label_zh, g.kind, e.k AS region, r.name, r.name_zh, r.hemisphere,
	e.n, e.mean, e.sd, e.sd / sqrt(e.n) AS se
FROM (
	SELECT study, simulated, atlas, measure, session, week, arm, label_en, label_zh, kind, psyrad.mass_summary(value) AS summary
	FROM report.region_vector
	GROUP BY study, simulated, atlas, measure, session, week, arm, label_en, label_zh, kind
) g
CROSS JOIN LATERAL psyrad.mass_unnest(g.summary) e
JOIN imaging.region r ON (r.atlas, r.region) = (g.atlas, e.k)
WHERE e.n > 0;
COMMENT ON VIEW report.region_by_group IS 'report.region_vector by region, arm and visit: n, mean, SD and standard error of the mean';

-- Of several groups those regions stand first whose means lie farthest apart, of one those with the largest mean.
CREATE VIEW report.region_by_group_first AS
WITH g AS MATERIALIZED (
	SELECT * FROM report.region_by_group
), apart AS (
	SELECT a.study, a.atlas, a.measure, a.session, a.region,
		coalesce(max(abs(a.mean - b.mean) / nullif(sqrt(a.se ^ 2 + b.se ^ 2), 0)) FILTER (WHERE a.arm < b.arm), max(a.mean)) AS spread
	FROM g a JOIN g b USING (study, atlas, measure, session, region)
	GROUP BY a.study, a.atlas, a.measure, a.session, a.region
)
SELECT g.*, d.place
FROM g
JOIN (SELECT *, row_number() OVER (PARTITION BY study, atlas, measure, session ORDER BY spread DESC, region) AS place FROM apart) d USING (study, atlas, measure, session, region)
WHERE d.place <= 12;
COMMENT ON VIEW report.region_by_group_first IS 'report.region_by_group of the twelve regions of each study, atlas, measure and visit whose group means lie farthest apart, in standard errors of the difference (of a single group: with the largest means)';

CREATE VIEW report.region_effect AS
SELECT c.study, c.simulated, c.atlas, c.measure, c.contrast, e.k AS region, r.name, r.name_zh, r.hemisphere, r.x_mm, r.y_mm, r.z_mm,
	e.n, e.estimate, e.statistic AS t, e.df, e.p, e.q, e.effect_size, e.m
FROM (
	SELECT study, simulated, atlas, measure, 'patients_vs_controls' AS contrast, psyrad.mass_ttest(value, kind <> 'healthy') AS result
	FROM report.region_vector
	WHERE role = 'pre'
	GROUP BY study, simulated, atlas, measure
	HAVING count(*) FILTER (WHERE kind = 'healthy') > 1 AND count(*) FILTER (WHERE kind <> 'healthy') > 1
	UNION ALL
	SELECT h.study, h.simulated, p.atlas, p.measure || v.suffix, 'after_vs_before', psyrad.mass_ttest_paired(v.after, v.before)
	FROM imaging.pre_post p
	JOIN imaging.atlas a USING (atlas)
	CROSS JOIN LATERAL (SELECT c.* FROM clinical.participant c WHERE c.subject_id = p.subject_id AND p.measure IS NOT NULL OFFSET 0) h
	CROSS JOIN LATERAL (
		SELECT '' AS suffix, p.pre_vector::float8[] AS before, p.post_vector::float8[] AS after WHERE p.pre_vector IS NOT NULL AND a.kind <> 'voxels'
		UNION ALL
		SELECT '_strength', report.region_strength(p.pre_connectome), report.region_strength(p.post_connectome) WHERE p.pre_connectome IS NOT NULL
	) v
	WHERE h.kind <> 'healthy' AND v.before IS NOT NULL AND v.after IS NOT NULL
	GROUP BY h.study, h.simulated, p.atlas, p.measure, v.suffix
	HAVING count(*) > 1
) c
CROSS JOIN LATERAL psyrad.mass_unnest(c.result) e
JOIN imaging.region r ON (r.atlas, r.region) = (c.atlas, e.k)
WHERE e.p IS NOT NULL;
COMMENT ON VIEW report.region_effect IS 'report.region_vector by region: patients minus controls before treatment (patients_vs_controls: two-sample t) and patients after minus before (after_vs_before: paired t), with effect size, p, and q (Benjamini-Hochberg over the m regions of the study, atlas, measure and contrast)';

-- The first scheme by name is taken, and of several networks of a region the first by name.
CREATE VIEW report.region_order AS
SELECT r.atlas, r.region, r.name, r.name_zh, r.hemisphere, n.scheme, n.network, n.name_en AS network_en, n.name_zh AS network_zh,
	row_number() OVER (PARTITION BY r.atlas ORDER BY n.network NULLS LAST, r.region) AS place
FROM imaging.region r
LEFT JOIN LATERAL (
	SELECT m.scheme, m.network, w.name_en, w.name_zh FROM imaging.network_region m JOIN imaging.network w USING (scheme, network)
	WHERE (m.atlas, m.region) = (r.atlas, r.region) AND m.scheme = (SELECT min(f.scheme) FROM imaging.network_region f WHERE f.atlas = r.atlas)
	ORDER BY m.network LIMIT 1) n ON true;
COMMENT ON VIEW report.region_order IS 'Regions in the order in which matrices are drawn: by network (of the atlas''s first scheme by name; a region of several belongs to the first; those of none come last), then by position; without networks by position alone';

CREATE VIEW report.connection_person AS
SELECT f.study, f.simulated, f.atlas, f.i, f.j, f.p, c.arm, c.kind, c.label_en, c.label_zh, c.improvement, psyrad.conn_edge(c.change, f.i, f.j)::float8 AS change
FROM (SELECT *, row_number() OVER (PARTITION BY study, atlas ORDER BY p, i, j) AS place FROM report.connection WHERE q < 0.05) f
JOIN (SELECT *, row_number() OVER (PARTITION BY study, atlas ORDER BY md5(label), label) AS place FROM report.connection_change) c USING (study, atlas)
WHERE f.place <= 20 AND c.place <= 400 AND psyrad.conn_edge(c.change, f.i, f.j) <> 'NaN';
COMMENT ON VIEW report.connection_person IS 'For scatter plots of the twenty connections of each study and atlas with the smallest p (of those with q < .05): improvement and change of Fisher z of at most 400 people, those whose label has the smallest MD5';

CREATE VIEW report.qc_fc_histogram AS
SELECT study, simulated, atlas, measure, pipeline, session, week, floor(r * 20) / 20 AS r_from, (floor(r * 20) + 1) / 20 AS r_to,
	count(*) AS connections, avg(distance_mm) AS mean_distance_mm
FROM report.qc_fc_edge WHERE r IS NOT NULL
GROUP BY study, simulated, atlas, measure, pipeline, session, week, floor(r * 20);
COMMENT ON VIEW report.qc_fc_histogram IS 'report.qc_fc_edge in steps of 0.05: how many connections correlate how much with head motion; r_from belongs to the step';

-- Whether somebody is a patient is kept where a site has both: else it could not be told from the site.
CREATE VIEW report.harmonisation AS
WITH base AS (
	SELECT study, simulated, atlas, measure, site, value, kind <> 'healthy' AS patient, count(*) OVER (PARTITION BY study, atlas, measure, site) AS at_site
	FROM report.region_vector
	WHERE role = 'pre'
), kept AS (
	SELECT b.study, b.simulated, b.atlas, b.measure, b.site, b.value, CASE WHEN g.both_somewhere THEN ARRAY[b.patient::int::float8] ELSE '{}' END AS covariates
	FROM base b
	JOIN (SELECT s.study, s.atlas, s.measure, bool_or(s.both_kinds) AS both_somewhere
		  FROM (SELECT study, atlas, measure, site, bool_or(patient) AND bool_or(NOT patient) AS both_kinds FROM base WHERE at_site > 1 GROUP BY study, atlas, measure, site) s
		  GROUP BY s.study, s.atlas, s.measure HAVING count(*) > 1) g USING (study, atlas, measure)
	WHERE b.at_site > 1
), fitted AS (
	SELECT s.study, s.atlas, s.measure, t.fit
	FROM (SELECT study, atlas, measure, psyrad.combat_state(value, site, covariates) AS state FROM kept GROUP BY study, atlas, measure) s
	CROSS JOIN LATERAL psyrad.combat_try(s.state) t
	WHERE t.fit IS NOT NULL
), at_site AS (
	SELECT k.study, k.simulated, k.atlas, k.measure, k.site, psyrad.mass_summary(k.value) AS before, psyrad.mass_summary(psyrad.combat_apply(f.fit, k.value, k.site, k.covariates)) AS after
	FROM kept k JOIN fitted f USING (study, atlas, measure)
	GROUP BY k.study, k.simulated, k.atlas, k.measure, k.site
), value AS (
	SELECT a.study, a.simulated, a.atlas, a.measure, b.k, b.n, b.mean AS mean_before, b.sd AS sd_before, c.mean AS mean_after, c.sd AS sd_after,
		sum(b.n * b.mean) OVER w / sum(b.n) OVER w AS grand_before, sum(b.n * c.mean) OVER w / sum(b.n) OVER w AS grand_after
	FROM at_site a
	CROSS JOIN LATERAL psyrad.mass_unnest(a.before) b
	CROSS JOIN LATERAL psyrad.mass_unnest(a.after) c
	WHERE c.k = b.k AND b.n > 1
	WINDOW w AS (PARTITION BY a.study, a.atlas, a.measure, b.k)
)
SELECT v.study, v.simulated, v.atlas, v.measure, v.k AS region, r.name, r.name_zh, count(*) AS sites, sum(v.n) AS n,
	sum(v.n * (v.mean_before - v.grand_before) ^ 2) / nullif(sum(v.n * (v.mean_before - v.grand_before) ^ 2 + (v.n - 1) * v.sd_before ^ 2), 0) AS site_share_before,
	sum(v.n * (v.mean_after - v.grand_after) ^ 2) / nullif(sum(v.n * (v.mean_after - v.grand_after) ^ 2 + (v.n - 1) * v.sd_after ^ 2), 0) AS site_share_after,
	(count(*) - 1)::float8 / nullif(sum(v.n) - 1, 0) AS share_by_chance
FROM value v
JOIN imaging.region r ON (r.atlas, r.region) = (v.atlas, v.k)
GROUP BY v.study, v.simulated, v.atlas, v.measure, v.k, r.name, r.name_zh
HAVING count(*) > 1;
COMMENT ON VIEW report.harmonisation IS 'Site differences of report.region_vector before treatment, before and after ComBat (site, with being a patient kept where a site has patients and controls): the share of a region''s variance that lies between sites (eta squared), beside what chance alone gives; sites with one scan are left out, and measures that ComBat cannot fit';

CREATE VIEW report.harmonisation_summary AS
SELECT study, simulated, atlas, measure, max(sites) AS sites, max(n) AS n, count(*) AS regions,
	percentile_cont(0.5) WITHIN GROUP (ORDER BY site_share_before) AS median_before, percentile_cont(0.5) WITHIN GROUP (ORDER BY site_share_after) AS median_after,
	max(share_by_chance) AS share_by_chance
FROM report.harmonisation
GROUP BY study, simulated, atlas, measure;
COMMENT ON VIEW report.harmonisation_summary IS 'report.harmonisation over the regions: the median share of variance between sites before and after ComBat';

CREATE VIEW report.acquisition_by_scanner AS
SELECT k.study, t.simulated, a.site, a.scanner, s.maker, s.model, s.field_strength_t, a.modality, count(*) AS scans, count(DISTINCT a.subject_id) AS people,
	min(a.tr_s) AS least_tr_s, max(a.tr_s) AS greatest_tr_s, min(a.volumes) AS least_volumes, max(a.volumes) AS greatest_volumes,
	avg(a.mean_fd_mm)::float8 AS mean_fd_mm, percentile_cont(0.5) WITHIN GROUP (ORDER BY a.mean_fd_mm) AS median_fd_mm,
	percentile_cont(0.9) WITHIN GROUP (ORDER BY a.mean_fd_mm) AS fd_mm_p90, count(*) FILTER (WHERE a.mean_fd_mm IS NULL) AS without_motion
FROM imaging.acquisition a
JOIN clinical.subject_key k USING (subject_id)
JOIN clinical.study t ON t.study = k.study
LEFT JOIN clinical.scanner s ON s.scanner = a.scanner
GROUP BY k.study, t.simulated, a.site, a.scanner, s.maker, s.model, s.field_strength_t, a.modality;
COMMENT ON VIEW report.acquisition_by_scanner IS 'How scans were made, by site and scanner: scans, people, range of repetition time (s) and volumes, head motion (mean framewise displacement, mm: mean, median, 90th percentile)';

---------------------------------------------------------------------------------------------------- quality

RESET ROLE;
SET LOCAL ROLE psyrad_owner;
-- Reasons alone: what a reject says and holds stays with the loaders of its site.
CREATE POLICY site_reason ON ingest.reject FOR SELECT TO psyrad_view
	USING (CASE WHEN site IS NULL THEN loaded_by = current_user ELSE clinical.can_see_site(site) END);
GRANT SELECT (file_id, code, site, loaded_by) ON ingest.reject TO psyrad_view;
RESET ROLE;
SET LOCAL ROLE psyrad_view;

CREATE VIEW report.reject_reason AS
SELECT f.study, f.command, r.code, count(*) AS rejects, count(DISTINCT r.file_id) AS files, max(f.finished_at) AS last_at
FROM ingest.reject r JOIN ingest.file f USING (file_id)
GROUP BY f.study, f.command, r.code;
COMMENT ON VIEW report.reject_reason IS 'Rows that were not loaded, by reason: how many, of how many files; their text is for loaders alone (psyrad rejects)';

CREATE VIEW report.series_by_site AS
SELECT q.study, q.simulated, q.site, q.atlas, q.pipeline, count(*) AS series, count(*) FILTER (WHERE q.too_short) AS too_short,
	min(q.minutes) AS least_minutes, percentile_cont(0.5) WITHIN GROUP (ORDER BY q.minutes) AS median_minutes,
	avg(q.volumes_kept::float8 / q.volumes) AS share_kept, percentile_cont(0.5) WITHIN GROUP (ORDER BY q.mean_fd_mm) AS median_fd_mm,
	min(q.least_coverage)::float8 AS least_coverage, count(*) FILTER (WHERE q.least_coverage < 0.5) AS badly_covered
FROM report.series_quality q
GROUP BY q.study, q.simulated, q.site, q.atlas, q.pipeline;
COMMENT ON VIEW report.series_by_site IS 'report.series_quality by site: series, those below 5 usable minutes, minutes, share of volumes kept, head motion (mm), least coverage of any region, and series with a region of which less than half has a signal';

CREATE VIEW report.data_query AS
SELECT q.study, t.simulated, q.site, q.check_name, c.title_en, c.title_zh, count(*) AS queries, count(*) FILTER (WHERE q.status = 'open') AS open,
	count(*) FILTER (WHERE q.status = 'answered') AS answered, count(*) FILTER (WHERE q.status = 'closed') AS closed
FROM clinical.data_query q
JOIN clinical.edit_check c USING (check_name)
JOIN clinical.study t USING (study)
GROUP BY q.study, t.simulated, q.site, q.check_name, c.title_en, c.title_zh;
COMMENT ON VIEW report.data_query IS 'Questions that the data raised, by study, site and check: open, answered, closed; the questions themselves are for loaders (psyrad queries)';

CREATE VIEW report.stricta AS
SELECT s.study, t.simulated, s.item, s.title_en, s.title_zh, count(*) AS protocols, count(*) FILTER (WHERE s.reported) AS reported,
	count(*) FILTER (WHERE s.reported)::float8 / count(*) AS share
FROM intervention.stricta s JOIN clinical.study t USING (study)
GROUP BY s.study, t.simulated, s.item, s.title_en, s.title_zh;
COMMENT ON VIEW report.stricta IS 'The 17 sub-items of STRICTA 2010: of how many protocols of a study each is reported';

---------------------------------------------------------------------------------------------------- pages

CREATE FUNCTION report.page_overview() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'content', report.figure($q$SELECT item, total, simulated FROM report.content$q$),
		'studies', report.figure($q$SELECT study, title_en, title_zh, design, simulated, subjects, scans FROM report.study ORDER BY subjects DESC, study$q$),
		'answers', report.figure($q$SELECT 'connections' AS answer, study AS of, simulated, count(*) FILTER (WHERE q < 0.05)::float8 AS value, NULL::float8 AS ci_lb, NULL::float8 AS ci_ub, count(p) AS n
FROM report.connection GROUP BY study, simulated, atlas
UNION ALL
SELECT 'pooled', outcome || ': ' || intervention || ' / ' || comparator, simulated, estimate, ci_lb, ci_ub, k
FROM report.pooled WHERE test = 'knha' AND k > 1$q$),
		'loads', report.figure($q$SELECT command, sum(files)::bigint AS files, sum(rows_loaded)::bigint AS rows_loaded, max(last_loaded_at) AS last_loaded_at FROM report.source GROUP BY command ORDER BY command$q$));
END;
COMMENT ON FUNCTION report.page_overview() IS 'The figures of the page overview, each with its query and rows';

CREATE FUNCTION report.page_trial() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'hamd', report.figure($q$SELECT study, simulated, arm, label_en, label_zh, kind, week, n, mean, sd, ci_lb, ci_ub, with_baseline, responders, response, remitters, remission FROM report.hamd_by_visit ORDER BY study, kind = 'sham', arm, week$q$),
		'lines', report.figure($q$SELECT study, simulated, arm, label_en, label_zh, kind, people, line, week, total FROM report.hamd_line ORDER BY study, kind = 'sham', arm, line, week$q$),
		'rates', report.figure($q$SELECT study, simulated, instrument, arm, label_en, label_zh, kind, week, missing, outcome, definition, n, reached, rate, ci_lb, ci_ub FROM report.outcome_rate WHERE instrument = 'HAMD-17' ORDER BY study, outcome DESC, week, missing DESC, kind = 'sham', arm$q$),
		'treatment', report.figure($q$SELECT study, simulated, arm, label_en, label_zh, kind, people, mean_given, planned, given_q1, given_median, given_q3, share_adherent, adverse_events, median_minutes, median_ma_minutes FROM report.treatment_by_arm ORDER BY study, kind = 'sham', arm$q$),
		'given', report.figure($q$SELECT study, simulated, arm, label_en, label_zh, kind, given, people FROM report.treatment_histogram ORDER BY study, kind = 'sham', arm, given$q$),
		'missing', report.figure($q$SELECT study, simulated, arm, label_en, label_zh, kind, item, session, week, people, have, missing, share_missing, missing_of_left FROM report.missing_by_visit ORDER BY study, item, kind = 'sham', arm, week$q$));
END;
COMMENT ON FUNCTION report.page_trial() IS 'The figures of the page trial, each with its query and rows';

CREATE FUNCTION report.page_imaging() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'regions', report.figure($q$SELECT study, simulated, atlas, measure, session, week, arm, label_en, label_zh, kind, region, name, name_zh, hemisphere, n, mean, sd, se, place FROM report.region_by_group_first ORDER BY study, atlas, measure, week, session, place, kind, arm$q$),
		'effects', report.figure($q$SELECT study, simulated, atlas, measure, contrast, region, name, name_zh, hemisphere, x_mm, y_mm, z_mm, n, estimate, t, df, p, q, effect_size, m FROM report.region_effect ORDER BY study, atlas, measure, contrast DESC, p, region$q$),
		'connections', report.figure($q$SELECT study, simulated, atlas, i, j, region_i, region_j, region_i_zh, region_j_zh, n, r, t, df, p, q FROM report.connection WHERE r IS NOT NULL ORDER BY study, atlas, p, i, j$q$),
		'order', report.figure($q$SELECT atlas, region, network, network_en, network_zh, place FROM report.region_order WHERE atlas IN (SELECT atlas FROM report.connection_test) ORDER BY atlas, place$q$),
		'connection_people', report.figure($q$SELECT study, simulated, atlas, i, j, arm, kind, label_en, label_zh, improvement, change FROM report.connection_person ORDER BY study, atlas, p, i, j, improvement, change$q$),
		'motion', report.figure($q$SELECT study, simulated, atlas, measure, pipeline, session, r_from, r_to, connections, mean_distance_mm FROM report.qc_fc_histogram ORDER BY study, atlas, measure, pipeline, week, session, r_from$q$),
		'motion_summary', report.figure($q$SELECT study, simulated, atlas, measure, pipeline, session, subjects, connections, median_abs_r, share_p05, share_q05, distance_rho FROM report.qc_fc ORDER BY study, atlas, measure, pipeline, week, session$q$),
		'harmonisation', report.figure($q$SELECT study, simulated, atlas, measure, region, name, name_zh, sites, n, site_share_before, site_share_after, share_by_chance FROM report.harmonisation ORDER BY study, atlas, measure, site_share_before DESC, region$q$),
		'harmonisation_summary', report.figure($q$SELECT study, simulated, atlas, measure, sites, n, regions, median_before, median_after, share_by_chance FROM report.harmonisation_summary ORDER BY study, atlas, measure$q$),
		'scanners', report.figure($q$SELECT study, simulated, site, scanner, maker, model, field_strength_t, modality, scans, people, least_tr_s, greatest_tr_s, least_volumes, greatest_volumes, mean_fd_mm, median_fd_mm, fd_mm_p90 FROM report.acquisition_by_scanner ORDER BY study, modality, site, scanner$q$));
END;
COMMENT ON FUNCTION report.page_imaging() IS 'The figures of the page imaging, each with its query and rows';

CREATE FUNCTION report.page_quality() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'troubled', report.figure($q$SELECT command, study, path, status, rows_rejected, message, sha256, finished_at FROM report.file WHERE status = 'refused' OR rows_rejected > 0 ORDER BY file_id DESC LIMIT 400$q$),
		'reasons', report.figure($q$SELECT study, command, code, rejects, files, last_at FROM report.reject_reason ORDER BY rejects DESC, study, command, code$q$),
		'queries', report.figure($q$SELECT study, simulated, site, check_name, title_en, title_zh, queries, open, answered, closed FROM report.data_query ORDER BY open DESC, study, site, check_name$q$),
		'missing', report.figure($q$SELECT study, simulated, item, session, week, sum(people)::bigint AS people, sum(missing)::bigint AS missing, sum(missing)::float8 / sum(people) AS share_missing, sum(missing_of_left)::bigint AS missing_of_left
FROM report.missing_by_visit GROUP BY study, simulated, item, session, week ORDER BY study, item, week, session$q$),
		'series', report.figure($q$SELECT study, simulated, site, atlas, pipeline, series, too_short, least_minutes, median_minutes, share_kept, median_fd_mm, least_coverage, badly_covered FROM report.series_by_site ORDER BY study, atlas, pipeline, site$q$),
		'stricta', report.figure($q$SELECT study, simulated, item, title_en, title_zh, protocols, reported, share FROM report.stricta ORDER BY study, item$q$),
		'files', report.figure($q$SELECT command, study, path, sha256, bytes, status, in_force, rows_loaded, rows_rejected, tool_version, finished_at FROM report.file ORDER BY file_id DESC LIMIT 400$q$));
END;
COMMENT ON FUNCTION report.page_quality() IS 'The figures of the page quality, each with its query and rows';

REVOKE EXECUTE ON FUNCTION report.wilson(bigint, bigint, int), report.region_strength(psyrad.connectome), report.page_overview(), report.page_trial(), report.page_imaging(), report.page_quality() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report.wilson(bigint, bigint, int), report.region_strength(psyrad.connectome), report.page_overview(), report.page_trial(), report.page_imaging(), report.page_quality()
	TO psyrad_report, psyrad_analyst, psyrad_ingest;
GRANT SELECT ON ALL TABLES IN SCHEMA report TO psyrad_report, psyrad_analyst, psyrad_ingest;

COMMIT;
