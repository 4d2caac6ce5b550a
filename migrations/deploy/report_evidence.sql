-- Deploy psyrad:report_evidence to pg
-- What the report's pages acupoints, literature, meta and models show: their views, and a function a page that runs the queries of its
-- figures (report.figure).  The views belong to psyrad_view, the functions run as their caller: row policies decide what anybody sees.
BEGIN;
SET LOCAL ROLE psyrad_view;

CREATE VIEW report.model_roc AS
WITH scored AS (
	SELECT name, version, trained_on, study, simulated, score, responded FROM report.model_score WHERE score IS NOT NULL
), whole AS (
	SELECT name, version, trained_on, study, bool_or(simulated) AS simulated, count(*) AS n, count(*) FILTER (WHERE responded) AS positives, psyrad.metric_auc(score, responded) AS auc
	FROM scored GROUP BY name, version, trained_on, study
), stair AS ( -- one corner of the curve for each distinct score, from the highest
	SELECT name, study, score, sum(count(*) FILTER (WHERE responded)) OVER w AS tp, sum(count(*) FILTER (WHERE NOT responded)) OVER w AS fp
	FROM scored GROUP BY name, study, score WINDOW w AS (PARTITION BY name, study ORDER BY score DESC)
)
SELECT w.name, w.version, w.trained_on, w.study, w.simulated, w.n, w.positives, w.auc, s.score AS threshold,
	s.fp::float8 / (w.n - w.positives) AS fpr, s.tp::float8 / w.positives AS tpr
FROM whole w JOIN stair s USING (name, study)
WHERE w.positives > 0 AND w.positives < w.n;
COMMENT ON VIEW report.model_roc IS 'Corners of the ROC curve of report.model_score, a row for each distinct score from the highest (the curve begins at 0, 0), with the area under it';

CREATE FUNCTION report.page_acupoints() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'protocols', report.figure($q$SELECT study, simulated, protocol, title, mode, frequency, as_written, acupoints, names_zh FROM report.protocol ORDER BY study, protocol$q$));
END;
COMMENT ON FUNCTION report.page_acupoints() IS 'The figures of the page acupoints, each with its query and rows';

CREATE FUNCTION report.page_literature() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'sources', report.figure($q$SELECT command, files, rows_loaded, last_loaded_at, sha256 FROM report.source WHERE command = 'literature'$q$));
END;
COMMENT ON FUNCTION report.page_literature() IS 'The figures of the page literature, each with its query and rows';

CREATE FUNCTION report.page_meta() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'trials', report.figure($q$SELECT e.outcome, e.intervention, e.comparator, e.simulated, e.study, e.year, e.n1, e.n2, e.yi, sqrt(e.vi) AS se,
	e.yi - 1.959963984540054 * sqrt(e.vi) AS ci_lb, e.yi + 1.959963984540054 * sqrt(e.vi) AS ci_ub,
	1 / (e.vi + p.tau2) / sum(1 / (e.vi + p.tau2)) OVER (PARTITION BY e.outcome, e.intervention, e.comparator, e.simulated) AS weight
FROM report.effect e
JOIN report.pooled p USING (outcome, intervention, comparator, simulated)
WHERE p.test = 'knha' AND e.vi IS NOT NULL
ORDER BY e.simulated, e.outcome, e.intervention, e.comparator, e.year, e.study, e.effect$q$),
		'pooled', report.figure($q$SELECT outcome, intervention, comparator, simulated, test, k, estimate, ci_lb, ci_ub, p, pi_lb, pi_ub, tau2, i2, q, q_p, note FROM report.pooled WHERE k > 0 ORDER BY simulated, outcome, intervention, comparator, test DESC$q$));
END;
COMMENT ON FUNCTION report.page_meta() IS 'The figures of the page meta, each with its query and rows';

CREATE FUNCTION report.page_models() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'roc', report.figure($q$SELECT name, version, trained_on, study, simulated, n, positives, auc, threshold, fpr, tpr FROM report.model_roc ORDER BY name, study, threshold DESC$q$));
END;
COMMENT ON FUNCTION report.page_models() IS 'The figures of the page models, each with its query and rows';

REVOKE EXECUTE ON FUNCTION report.page_acupoints(), report.page_literature(), report.page_meta(), report.page_models() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report.page_acupoints(), report.page_literature(), report.page_meta(), report.page_models() TO psyrad_report, psyrad_analyst, psyrad_ingest;
GRANT SELECT ON ALL TABLES IN SCHEMA report TO psyrad_report, psyrad_analyst, psyrad_ingest;

COMMIT;
