-- 23  How certain is each pooled effect, and what is left of it without the trials at high risk of bias?
--
-- GRADE's certainty of each rated body of evidence beside the risk of bias of the trials in it.  High risk is RoB 2 high, ROBINS-I
-- serious or critical, NOS poor, or a checklist's exclude; trials that nobody appraised stay in and are counted.
--
-- certainty            from GRADE's ratings: where the design starts, rated down and up (NULL while a reason is not rated)
-- stated               what the review states, where it does not follow from its ratings: check
-- risk                 trials by their overall judgement
-- k, md, ci_lb, ci_ub  all trials: REML with Knapp-Hartung intervals, in points of the instrument
-- k_rest, md_rest, ... the same without trials at high risk
-- rated_down           GRADE's reasons
--
-- No row: no outcome has both a GRADE rating (psyrad ingest appraisal --tool GRADE) and effects that are pooled (psyrad ingest effects).
SELECT c.review, c.outcome, c.intervention, c.comparator, CASE WHEN p.simulated THEN 'SIMULATED' ELSE 'real' END AS data,
	c.certainty, CASE WHEN NOT c.follows THEN c.stated END AS stated, p.risk,
	(p.every).k, round((p.every).estimate::numeric, 2) AS md, round((p.every).ci_lb::numeric, 2) AS ci_lb, round((p.every).ci_ub::numeric, 2) AS ci_ub,
	coalesce((p.rest).k, 0) AS k_rest, round((p.rest).estimate::numeric, 2) AS md_rest, round((p.rest).ci_lb::numeric, 2) AS ci_lb_rest, round((p.rest).ci_ub::numeric, 2) AS ci_ub_rest,
	(SELECT string_agg(r.key || ': ' || r.value, '; ' ORDER BY r.key COLLATE "C") FROM jsonb_each_text(c.reasons) r) AS rated_down, c.note
FROM evidence.certainty c
JOIN (
	SELECT e.measure, e.outcome, e.intervention, e.comparator, e.simulated, psyrad.meta(e.yi, e.vi, 'REML', 'knha') AS every,
		psyrad.meta(e.yi, e.vi, 'REML', 'knha') FILTER (WHERE e.high_risk IS NOT TRUE) AS rest,
		(SELECT string_agg(n || ' ' || risk, ', ' ORDER BY risk COLLATE "C") FROM (SELECT risk, count(*) AS n FROM unnest(array_agg(coalesce(replace(e.risk, '_', ' '), 'not appraised'))) risk GROUP BY risk) x) AS risk
	FROM evidence.poolable_risk e
	WHERE e.used
	GROUP BY e.measure, e.outcome, e.intervention, e.comparator, e.simulated
) p USING (measure, outcome, intervention, comparator)
ORDER BY c.review COLLATE "C", c.outcome COLLATE "C", c.intervention COLLATE "C", c.comparator, p.simulated;
