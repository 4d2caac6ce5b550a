-- 12  Which factor of the Hamilton scale changes first?
--
-- By arm, the standardised mean change of each factor from baseline (after minus before in baseline SDs, metafor's SMCR: below 0 is
-- better), among those rated at both visits.  A factor has changed once it is better by more than 0.3.  The structures are kept apart: the
-- Chinese seven factors over HAMD-24 (CN7) and Cleary and Guy's over HAMD-17, whose anxiety/somatization has an item more (13).
--
-- first_week      the earliest visit at which the factor is better by more than 0.3; empty: at none
-- n, change       people and standardised mean change there (at the last visit where there is no first), with its 95 % interval
-- course          week: change, at every visit
--
-- No row: no answers to the single items of HAMD-17 or HAMD-24 were loaded at two visits (psyrad ingest scores): totals have no factors.
SELECT study, CASE WHEN simulated THEN 'SIMULATED' ELSE 'real' END AS data, arm, instrument || ' ' || scheme AS structure, factor, name_zh,
	first_week, n, round(effect::numeric, 2) AS change, round(effect::numeric - 1.96 * sqrt(variance::numeric), 2) AS ci_lb,
	round(effect::numeric + 1.96 * sqrt(variance::numeric), 2) AS ci_ub, course
FROM (
	SELECT c.*, min(week) FILTER (WHERE effect < -0.3) OVER factor AS first_week, max(week) OVER factor AS last_week,
		string_agg(format('%s: %s', week, coalesce(round(effect::numeric, 2)::text, '?')), ', ') OVER (factor ORDER BY week ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS course
	FROM clinical.factor_change c
	WHERE instrument IN ('HAMD-17', 'HAMD-24') AND scheme IN ('cleary_guy', 'chinese_7') AND kind <> 'healthy'
	WINDOW factor AS (PARTITION BY study, arm, instrument, scheme, factor)
) f
WHERE week = coalesce(first_week, last_week)
ORDER BY study, arm, first_week NULLS LAST, effect, structure, factor;
