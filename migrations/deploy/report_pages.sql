-- Deploy psyrad:report_pages to pg
-- What the report's pages overview, trial, imaging and quality show: their views, and a function a page that runs the queries of its
-- figures (report.figure).  The views belong to psyrad_view, the functions run as their caller: row policies decide what anybody sees.
BEGIN;
SET LOCAL ROLE psyrad_view;

-- A page draws some: who stands first by the MD5 of the label has nothing to do with what was measured.
CREATE VIEW report.connection_person AS
SELECT f.study, f.simulated, f.atlas, f.i, f.j, f.p, c.arm, c.kind, c.label_en, c.label_zh, c.improvement, psyrad.conn_edge(c.change, f.i, f.j)::float8 AS change
FROM (SELECT *, row_number() OVER (PARTITION BY study, atlas ORDER BY p, i, j) AS place FROM report.connection WHERE q < 0.05) f
JOIN (SELECT *, row_number() OVER (PARTITION BY study, atlas ORDER BY md5(label)) AS place FROM report.connection_change) c USING (study, atlas)
WHERE f.place <= 20 AND c.place <= 400 AND psyrad.conn_edge(c.change, f.i, f.j) <> 'NaN';
COMMENT ON VIEW report.connection_person IS 'For scatter plots of the twenty connections of each study and atlas with the smallest p (of those with q < .05): improvement and change of Fisher z of at most 400 people, those whose label has the smallest MD5';

CREATE FUNCTION report.page_overview() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'studies', report.figure($q$SELECT study, title_en, title_zh, design, simulated, subjects, scans FROM report.study ORDER BY subjects DESC, study$q$),
		'loads', report.figure($q$SELECT command, sum(files)::bigint AS files, sum(rows_loaded)::bigint AS rows_loaded, max(last_loaded_at) AS last_loaded_at FROM report.source GROUP BY command ORDER BY command$q$));
END;
COMMENT ON FUNCTION report.page_overview() IS 'The figures of the page overview, each with its query and rows';

CREATE FUNCTION report.page_trial() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'hamd', report.figure($q$SELECT study, simulated, arm, label_en, label_zh, kind, week, n, mean, sd, ci_lb, ci_ub, with_baseline, responders, response, remitters, remission FROM report.hamd_by_visit ORDER BY study, kind = 'sham', arm, week$q$));
END;
COMMENT ON FUNCTION report.page_trial() IS 'The figures of the page trial, each with its query and rows';

CREATE FUNCTION report.page_imaging() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'connections', report.figure($q$SELECT study, simulated, atlas, i, j, region_i, region_j, region_i_zh, region_j_zh, n, r, t, df, p, q FROM report.connection WHERE r IS NOT NULL ORDER BY study, atlas, p, i, j$q$),
		'connection_people', report.figure($q$SELECT study, simulated, atlas, i, j, arm, kind, label_en, label_zh, improvement, change FROM report.connection_person ORDER BY study, atlas, p, i, j, improvement, change$q$));
END;
COMMENT ON FUNCTION report.page_imaging() IS 'The figures of the page imaging, each with its query and rows';

CREATE FUNCTION report.page_quality() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'troubled', report.figure($q$SELECT command, study, path, status, rows_rejected, message, sha256, finished_at FROM report.file WHERE status = 'refused' OR rows_rejected > 0 ORDER BY file_id DESC LIMIT 400$q$),
		'files', report.figure($q$SELECT command, study, path, sha256, bytes, status, rows_loaded, rows_rejected, tool_version, finished_at FROM report.file ORDER BY file_id DESC LIMIT 400$q$));
END;
COMMENT ON FUNCTION report.page_quality() IS 'The figures of the page quality, each with its query and rows';

REVOKE EXECUTE ON FUNCTION report.page_overview(), report.page_trial(), report.page_imaging(), report.page_quality() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report.page_overview(), report.page_trial(), report.page_imaging(), report.page_quality() TO psyrad_report, psyrad_analyst, psyrad_ingest;
GRANT SELECT ON ALL TABLES IN SCHEMA report TO psyrad_report, psyrad_analyst, psyrad_ingest;

COMMIT;
