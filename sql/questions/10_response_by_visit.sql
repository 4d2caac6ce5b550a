-- 10  How does HAMD-17 go, by arm and visit, and how many respond and remit?
--
-- Observed cases: whoever was rated at the visit counts there, nobody is carried forward.  Healthy controls are left out.
--
-- n                        people rated at the visit
-- mean, sd, ci_lb, ci_ub   HAMD-17 total and the 95 % t interval of its mean
-- change                   mean change from baseline (below 0: better), of those with a baseline
-- responders, response     total fell by half or more; number and share of those with a baseline
-- remitters, remission     total of 7 or less; number and share of n
SELECT v.study, CASE WHEN v.simulated THEN 'SIMULATED' ELSE 'real' END AS data, v.arm, v.label_en AS label, v.label_zh, v.week, v.n,
	round(v.mean::numeric, 2) AS mean, round(v.sd::numeric, 2) AS sd,
	round(v.ci_lb::numeric, 2) AS ci_lb, round(v.ci_ub::numeric, 2) AS ci_ub,
	(SELECT round(avg(h.total - b.total), 2)
	 FROM report.hamd h JOIN report.hamd b USING (subject_id)
	 WHERE (h.study, h.arm, h.session) = (v.study, v.arm, v.session) AND b.role = 'pre' AND h.role IS DISTINCT FROM 'pre') AS change,
	v.responders, round(100 * v.response::numeric) || ' %' AS response,
	v.remitters, round(100 * v.remission::numeric) || ' %' AS remission
FROM report.hamd_by_visit v
ORDER BY v.study, v.arm, v.week;
