-- 17  How much of the pooled evidence rests on small studies, or on studies that do not say how large they are?
--
-- Every pool of mean differences (evidence.poolable) with its trials by size.  A trial that does not report its numbers cannot be
-- weighted: it carries nothing and is counted, not forgotten.
--
-- small                trials with fewer than 20 people in a group that was analysed
-- n_not_reported       trials left out because a group's number is not reported
-- people_small         share (%) of the pooled people who are in small trials
-- weight_small         share (%) of the weight of the random-effects mean (REML) that small trials carry
-- md, md_without_small pooled difference of all trials, and of those that are not small
-- egger, egger_p       Egger's regression: intercept on the standard errors, and its test; NULL below three trials
-- note                 what to mind
--
-- No row: no effects that are mean differences were loaded (psyrad ingest effects).
SELECT p.outcome, p.intervention, p.comparator, CASE WHEN p.simulated THEN 'SIMULATED' ELSE 'real' END AS data,
	p.k, p.small, p.n_not_reported, round((100 * coalesce(p.people_small, 0) / p.people)::numeric, 1) AS people_small,
	round((100 * p.weight_small / p.weight)::numeric, 1) AS weight_small,
	round(p.estimate::numeric, 2) AS md, round(w.estimate::numeric, 2) AS md_without_small,
	round(b.statistic::numeric, 2) AS egger, report.eight_digits(b.p) AS egger_p, b.note
FROM (
	SELECT e.outcome, e.intervention, e.comparator, e.simulated, count(*) FILTER (WHERE e.used) AS k, count(*) FILTER (WHERE e.used AND s.small) AS small,
		count(DISTINCT e.of_people) FILTER (WHERE e.reason = 'no_n') AS n_not_reported,
		sum(e.n1 + e.n2) FILTER (WHERE e.used) AS people, sum(e.n1 + e.n2) FILTER (WHERE e.used AND s.small) AS people_small,
		sum(1 / (e.vi + m.tau2)) FILTER (WHERE e.used) AS weight, coalesce(sum(1 / (e.vi + m.tau2)) FILTER (WHERE e.used AND s.small), 0) AS weight_small,
		m.estimate, psyrad.meta_state(e.yi, e.vi) FILTER (WHERE e.used) AS state, psyrad.meta_state(e.yi, e.vi) FILTER (WHERE e.used AND NOT s.small) AS larger
	FROM evidence.poolable e
	LEFT JOIN evidence.pooled m ON m.asked = 'z' AND (m.measure, m.outcome, m.intervention, m.comparator, m.simulated) = (e.measure, e.outcome, e.intervention, e.comparator, e.simulated)
	CROSS JOIN LATERAL (SELECT least(e.n1, e.n2) < 20 AS small) s
	WHERE e.measure = 'MD'
	GROUP BY e.outcome, e.intervention, e.comparator, e.simulated, m.estimate
	HAVING bool_or(e.used OR e.reason = 'no_n')
) p
LEFT JOIN LATERAL psyrad.meta_egger_final(p.state) b ON true
LEFT JOIN LATERAL psyrad.meta_final(p.larger) w ON true
ORDER BY p.simulated, p.outcome COLLATE "C", p.intervention COLLATE "C", p.comparator;
