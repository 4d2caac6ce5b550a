-- Deploy psyrad:report_frozen to pg
-- Frozen sets in the report: whether the data are still what was frozen, and the clinical figures drawn from the frozen rows themselves.
-- Of a set the rows of schema clinical are kept whole, so that ratings can be drawn as they were; of images it keeps hashes alone, which
-- tell whether a figure is still of the same data, but draw nothing.
BEGIN;
SET LOCAL ROLE psyrad_view;

---------------------------------------------------------------------------------------------------- is it still what was frozen?

-- A branch for each table of facts, the same tables as clinical.current_fact finds.  A row that a file of the set brought is as it was;
-- only others are hashed and looked up.
DO $$
DECLARE
	branches text;
BEGIN
	SELECT string_agg(format('SELECT %L::text AS table_name, count(*) AS facts, count(*) FILTER (WHERE x.state = ''added'') AS added, count(*) FILTER (WHERE x.state = ''changed'') AS changed
		FROM %s t JOIN clinical.subject_key k ON k.subject_id = t.subject_id %s
		CROSS JOIN LATERAL (SELECT CASE WHEN (s.name, t.file_id) IN (SELECT f.name, f.file_id FROM clinical.frozen_file f) THEN ''same'' ELSE
			coalesce((SELECT CASE WHEN r.sha256 = sha256(convert_to(d.row::text, ''UTF8'')) THEN ''same'' ELSE ''changed'' END
				FROM (SELECT to_jsonb(t) - ''{subject_id,file_id,line,feature_set_id}''::text[] %s AS row OFFSET 0) d
				JOIN clinical.frozen_row r ON (r.subject_id, r.name, r.table_name) = (t.subject_id, s.name, %1$L)
					AND r.row_key = (SELECT coalesce(jsonb_object_agg(j.key, j.value), ''{}'') FROM jsonb_each(d.row) j WHERE j.key = ANY (%5$L))), ''added'') END AS state OFFSET 0) x
		WHERE k.study = s.study', c.name, c.name,
		CASE WHEN c.of_features THEN 'JOIN imaging.feature_set m ON m.feature_set_id = t.feature_set_id' ELSE '' END,
		CASE WHEN c.of_features THEN '|| jsonb_build_object(''atlas'', m.atlas, ''measure'', m.measure)' ELSE '' END,
		coalesce(c.keys, '{}') || CASE WHEN c.of_features THEN ARRAY['atlas', 'measure'] ELSE '{}' END), ' UNION ALL ' ORDER BY c.name COLLATE "C")
	INTO branches
	FROM (
		SELECT format('%s.%s', c.relnamespace::regnamespace, c.relname) AS name,
			(SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
			 WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname NOT IN ('subject_id', 'feature_set_id')) AS keys,
			EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'feature_set_id') AS of_features
		FROM pg_class c
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace::regnamespace::text IN ('clinical', 'imaging', 'intervention')
			AND 2 = (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('subject_id', 'file_id') AND NOT a.attisdropped)) c;
	EXECUTE format($q$
		CREATE VIEW report.frozen_state AS
		SELECT s.name, s.study, n.table_name, b.open AS may_be_seen, CASE WHEN b.open THEN coalesce(w.facts, 0) END AS frozen, n.facts AS facts,
			CASE WHEN b.open THEN n.changed END AS changed, CASE WHEN b.open THEN coalesce(w.facts, 0) - (n.facts - n.added) END AS missing, CASE WHEN b.open THEN n.added END AS added
		FROM clinical.frozen_set s
		CROSS JOIN LATERAL (%s) n
		LEFT JOIN (SELECT r.name, r.table_name, count(*) AS facts FROM clinical.frozen_row r GROUP BY r.name, r.table_name) w ON (w.name, w.table_name) = (s.name, n.table_name)
		CROSS JOIN (SELECT pg_has_role(current_user, 'psyrad_unblinded', 'MEMBER') OR pg_has_role(current_user, 'psyrad_ingest', 'MEMBER') AS arms) a
		CROSS JOIN LATERAL (SELECT n.table_name <> 'clinical.subject' OR a.arms AS open) b
		WHERE n.facts > 0 OR w.facts > 0$q$, branches);
END $$;
COMMENT ON VIEW report.frozen_state IS 'Of each frozen set, table by table: how many facts it has and how many of them are other now (changed, missing) or new (added); all three 0: the data are what was frozen.  Quick, since only rows that other files brought are looked at (psyrad freeze --check hashes every row and names those that differ)';
COMMENT ON COLUMN report.frozen_state.may_be_seen IS 'False of the participants themselves (their arms) for readers who are neither psyrad_unblinded nor psyrad_ingest: nothing is said of them';
COMMENT ON COLUMN report.frozen_state.frozen IS 'Facts of the set that the caller may see; those of who withdrew are erased from it';

---------------------------------------------------------------------------------------------------- the trial as it was frozen

CREATE VIEW report.frozen_participant AS
SELECT m.name AS frozen, k.study, t.simulated, m.subject_id, k.label, m.site,
	CASE WHEN h.masked THEN 'masked' ELSE a.arm END AS arm, CASE WHEN h.masked THEN 'masked' ELSE a.label_en END AS label_en,
	CASE WHEN h.masked THEN '盲态' ELSE a.label_zh END AS label_zh, CASE WHEN h.masked THEN 'masked' ELSE a.kind END AS kind
FROM clinical.frozen_member m
JOIN clinical.subject_key k USING (subject_id)
JOIN clinical.study t ON t.study = k.study
LEFT JOIN clinical.frozen_row p ON (p.subject_id, p.name, p.table_name) = (m.subject_id, m.name, 'clinical.subject')
LEFT JOIN clinical.arm a ON (a.study, a.arm) = (k.study, p.content ->> 'arm')
CROSS JOIN (SELECT pg_has_role(current_user, 'psyrad_unblinded', 'MEMBER') AS unblinded, pg_has_role(current_user, 'psyrad_ingest', 'MEMBER') AS loader) r
CROSS JOIN LATERAL (SELECT NOT r.unblinded AND (NOT r.loader OR t.masked AND a.kind NOT IN ('healthy', 'observed')) AS masked) h
WHERE h.masked OR a.arm IS NOT NULL;
COMMENT ON VIEW report.frozen_participant IS 'People of a frozen set with their arm as it was frozen; readers who may not see the frozen arms (neither psyrad_unblinded nor psyrad_ingest) read masked';

CREATE VIEW report.frozen_hamd AS
SELECT p.frozen, p.study, p.simulated, p.subject_id, p.label, p.site, p.arm, p.label_en, p.label_zh, p.kind, r.session, r.week, v.role, avg(r.total) AS total
FROM clinical.frozen_score r
JOIN report.frozen_participant p ON (p.frozen, p.subject_id) = (r.name, r.subject_id)
JOIN clinical.visit_plan v ON (v.study, v.session) = (r.study, r.session)
WHERE r.instrument = 'HAMD-17' AND r.total IS NOT NULL
GROUP BY p.frozen, p.study, p.simulated, p.subject_id, p.label, p.site, p.arm, p.label_en, p.label_zh, p.kind, r.session, r.week, v.role;
COMMENT ON VIEW report.frozen_hamd IS 'report.hamd as it was when a set was frozen: the ratings and arms of the set''s own rows';

CREATE VIEW report.frozen_hamd_by_visit AS
SELECT frozen, study, simulated, arm, label_en, label_zh, kind, session, week, n, mean, sd, (interval_of).ci_lb AS ci_lb, (interval_of).ci_ub AS ci_ub,
	with_baseline, responders, responders::float8 / nullif(with_baseline, 0) AS response, remitters, remitters::float8 / n AS remission
FROM (
	SELECT h.frozen, h.study, h.simulated, h.arm, h.label_en, h.label_zh, h.kind, h.session, h.week, count(*) AS n, avg(h.total)::float8 AS mean, stddev_samp(h.total)::float8 AS sd,
		CASE WHEN count(*) > 1 THEN psyrad.meta(h.total::float8, 1.0::float8, 'EE', 'knha') END AS interval_of,
		count(*) FILTER (WHERE h.role IS DISTINCT FROM 'pre' AND h.baseline > 0) AS with_baseline,
		count(*) FILTER (WHERE h.role IS DISTINCT FROM 'pre' AND h.baseline > 0 AND h.total <= h.baseline / 2) AS responders, count(*) FILTER (WHERE h.total <= 7) AS remitters
	FROM (SELECT f.*, max(f.total) FILTER (WHERE f.role = 'pre') OVER (PARTITION BY f.frozen, f.subject_id) AS baseline FROM report.frozen_hamd f) h
	WHERE h.kind <> 'healthy'
	GROUP BY h.frozen, h.study, h.simulated, h.arm, h.label_en, h.label_zh, h.kind, h.session, h.week) visit;
COMMENT ON VIEW report.frozen_hamd_by_visit IS 'report.hamd_by_visit of a frozen set (frozen: its name), from its own rows';

CREATE VIEW report.frozen_hamd_line AS
SELECT h.frozen, h.study, h.simulated, h.arm, h.label_en, h.label_zh, h.kind, d.line, d.people, h.week, h.total::float8 AS total
FROM report.frozen_hamd h
JOIN (SELECT p.frozen, p.subject_id, row_number() OVER arm AS line, count(*) OVER (PARTITION BY p.frozen, p.arm) AS people
	  FROM report.frozen_participant p WHERE p.kind <> 'healthy'
	  WINDOW arm AS (PARTITION BY p.frozen, p.arm ORDER BY md5(p.label), p.label)) d ON (d.frozen, d.subject_id) = (h.frozen, h.subject_id)
WHERE d.line <= 25;
COMMENT ON VIEW report.frozen_hamd_line IS 'report.hamd_line of a frozen set, from its own rows';

CREATE VIEW report.frozen_outcome_rate AS
SELECT r.frozen, r.study, r.simulated, 'HAMD-17'::text AS instrument, r.arm, r.label_en, r.label_zh, r.kind, r.session, r.week, r.missing, r.outcome, r.definition, r.n, r.reached,
	r.reached::float8 / nullif(r.n, 0) AS rate, report.wilson(r.reached, r.n, -1) AS ci_lb, report.wilson(r.reached, r.n, 1) AS ci_ub
FROM (
	SELECT o.frozen, o.study, o.simulated, o.arm, o.label_en, o.label_zh, o.kind, o.session, o.week, o.missing, x.outcome, x.definition || o.suffix AS definition,
		count(x.reached) AS n, count(*) FILTER (WHERE x.reached) AS reached
	FROM (
		SELECT b.frozen, b.study, b.simulated, b.arm, b.label_en, b.label_zh, b.kind, v.session, v.week, m.missing, m.suffix, m.otherwise, b.total AS baseline,
			CASE m.missing WHEN 'locf' THEN clinical.locf(r.total) OVER (PARTITION BY b.frozen, b.subject_id, m.missing ORDER BY v.week) ELSE r.total END AS total
		FROM report.frozen_hamd b
		JOIN (SELECT DISTINCT h.frozen, h.session, h.week FROM report.frozen_hamd h) v ON v.frozen = b.frozen AND v.week > b.week
		CROSS JOIN (VALUES ('observed', '', NULL::boolean), ('locf', '_locf', NULL), ('nri', '_nri', false)) m(missing, suffix, otherwise)
		LEFT JOIN report.frozen_hamd r ON (r.frozen, r.subject_id, r.session) = (b.frozen, b.subject_id, v.session)
		WHERE b.role = 'pre' AND b.kind <> 'healthy') o
	LEFT JOIN clinical.cutoff c ON c.instrument = 'HAMD-17' AND c.scheme = 'remission'
	CROSS JOIN LATERAL (VALUES ('response', 'response_50', CASE WHEN o.baseline > 0 THEN coalesce(o.total <= o.baseline / 2, o.otherwise) END),
		('remission', 'remission_at_most_' || trim_scale(c.hi), coalesce(o.total BETWEEN c.lo AND c.hi, o.otherwise))) x(outcome, definition, reached)
	GROUP BY o.frozen, o.study, o.simulated, o.arm, o.label_en, o.label_zh, o.kind, o.session, o.week, o.missing, x.outcome, x.definition, o.suffix) r;
COMMENT ON VIEW report.frozen_outcome_rate IS 'report.outcome_rate (HAMD-17) of a frozen set, from its own rows';

---------------------------------------------------------------------------------------------------- pages

CREATE FUNCTION report.page_frame(frozen text) RETURNS jsonb
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF frozen IS NOT NULL AND NOT EXISTS (SELECT FROM report.frozen_set z WHERE z.name = frozen) THEN
		RAISE undefined_object USING MESSAGE = format('there is no frozen set %s', quote_literal(frozen)), HINT = 'psyrad freeze --list names them.';
	END IF;
	RETURN report.page_frame() || jsonb_build_object('drawn', frozen, 'frozen', (
		SELECT coalesce(jsonb_agg(to_jsonb(z) || jsonb_build_object('tables', coalesce(t.tables, '[]'), 'seen', coalesce(t.seen, 0)) ORDER BY z.frozen_at DESC, z.name), '[]')
		FROM report.frozen_set z
		LEFT JOIN (SELECT s.name, sum(s.frozen) AS seen,
				jsonb_agg(jsonb_build_object('table', s.table_name, 'frozen', s.frozen, 'changed', s.changed, 'missing', s.missing, 'added', s.added) ORDER BY s.table_name COLLATE "C") AS tables
			FROM report.frozen_state s GROUP BY s.name) t ON t.name = z.name));
END $$;
COMMENT ON FUNCTION report.page_frame(text) IS 'report.page_frame() with the state of each frozen set (report.frozen_state), and the set that clinical figures are drawn from: NULL, or its name.  Error: 42704 there is no such set';

CREATE FUNCTION report.page_trial(frozen text) RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT report.page_trial() || CASE WHEN page_trial.frozen IS NULL THEN '{}' ELSE (
		SELECT jsonb_object_agg(f.figure, report.figure(format(f.query, quote_literal(page_trial.frozen))) || jsonb_build_object('frozen', page_trial.frozen))
		FROM (VALUES
			('hamd', $q$SELECT study, simulated, arm, label_en, label_zh, kind, week, n, mean, sd, ci_lb, ci_ub, with_baseline, responders, response, remitters, remission FROM report.frozen_hamd_by_visit WHERE frozen = %s ORDER BY study, kind = 'sham', arm, week$q$),
			('lines', $q$SELECT study, simulated, arm, label_en, label_zh, kind, people, line, week, total FROM report.frozen_hamd_line WHERE frozen = %s ORDER BY study, kind = 'sham', arm, line, week$q$),
			('rates', $q$SELECT study, simulated, instrument, arm, label_en, label_zh, kind, week, missing, outcome, definition, n, reached, rate, ci_lb, ci_ub FROM report.frozen_outcome_rate WHERE frozen = %s ORDER BY study, outcome DESC, week, missing DESC, kind = 'sham', arm$q$)) f(figure, query)) END;
END;
COMMENT ON FUNCTION report.page_trial(text) IS 'report.page_trial() with trajectories, single people and rates of HAMD-17 drawn from the rows of a frozen set (NULL: live); what was given and what is missing are live';

GRANT SELECT ON report.frozen_state, report.frozen_participant, report.frozen_hamd, report.frozen_hamd_by_visit, report.frozen_hamd_line, report.frozen_outcome_rate TO psyrad_report, psyrad_analyst, psyrad_ingest;
REVOKE EXECUTE ON FUNCTION report.page_frame(text), report.page_trial(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report.page_frame(text), report.page_trial(text) TO psyrad_report, psyrad_analyst, psyrad_ingest;

COMMIT;
