-- 10  How many respond and remit, by arm and visit, under three rules for who was not rated?
--
-- HAMD-17 of the people with a baseline, each rule in rows of its own: observed (who was not rated does not count), locf (the last rating
-- since baseline carried forward), nri (who was not rated did not respond or remit).  Healthy controls are left out.
--
-- week                     0 is the baseline itself, the same under every rule
-- n                        people who count at the visit
-- mean, sd, ci_lb, ci_ub   HAMD-17 total and the 95 % t interval of its mean; empty under nri, which says nothing of totals
-- change                   mean change from baseline (below 0: better)
-- responders, response     total fell by half or more; number and share of n
-- remitters, remission     total of 7 or less; number and share of n
--
-- No row: no HAMD-17 of patients was loaded at a visit of role pre (psyrad ingest scores; other instruments: report.outcome_rate).
WITH person AS (
	SELECT study, simulated, arm, label_en, label_zh, week, missing, total::float8 AS total, change, responded, remitted, missing = 'nri' OR total IS NOT NULL AS counts
	FROM clinical.subject_outcome
	WHERE instrument = 'HAMD-17' AND kind <> 'healthy'
	UNION ALL
	SELECT h.study, h.simulated, h.arm, h.label_en, h.label_zh, h.week, rule.missing, h.total::float8, NULL, NULL, h.total <= 7, true
	FROM report.hamd h CROSS JOIN (VALUES ('observed'), ('locf'), ('nri')) rule(missing)
	WHERE h.role = 'pre' AND h.kind <> 'healthy'
), visit AS (
	SELECT study, simulated, arm, label_en, label_zh, week, missing, count(*) FILTER (WHERE counts) AS n, stddev_samp(total) AS sd, avg(change) AS change,
		CASE WHEN count(total) > 1 THEN psyrad.meta(total, 1.0::float8, 'EE', 'knha') END AS mean, avg(total) AS mean_of_all,
		count(responded) FILTER (WHERE counts) AS asked, count(*) FILTER (WHERE counts AND responded) AS responders, count(*) FILTER (WHERE counts AND remitted) AS remitters
	FROM person
	GROUP BY study, simulated, arm, label_en, label_zh, week, missing
)
SELECT study, CASE WHEN simulated THEN 'SIMULATED' ELSE 'real' END AS data, arm, label_en AS label, label_zh, week, missing AS rule, n,
	CASE WHEN said THEN round(mean_of_all::numeric, 2) END AS mean, CASE WHEN said THEN round(sd::numeric, 2) END AS sd,
	CASE WHEN said THEN round((mean).ci_lb::numeric, 2) END AS ci_lb, CASE WHEN said THEN round((mean).ci_ub::numeric, 2) END AS ci_ub,
	CASE WHEN said THEN round(change, 2) END AS change,
	CASE WHEN asked > 0 THEN responders END AS responders, round(100.0 * responders / nullif(asked, 0)) || ' %' AS response,
	remitters, round(100.0 * remitters / nullif(n, 0)) || ' %' AS remission
FROM visit
CROSS JOIN LATERAL (SELECT missing <> 'nri' OR asked = 0 AS said) s
ORDER BY study, arm, week, array_position(ARRAY['observed', 'locf', 'nri'], missing);
