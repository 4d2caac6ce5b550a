-- 26  How much of the planned treatment was given?
--
-- One row a protocol; only participants whose sessions were recorded.
--
-- given_share       mean share of the planned sessions that were given
-- off_plan          points used, each time, that the plan does not name
-- minutes, ma_min   mean minutes, and mean milliamperes times minutes, over all sessions of a participant (given intensities only)
-- deqi              mean of the participants' mean deqi scores
-- adverse_events    sessions with one
--
-- No row: no sessions of treatment were loaded (psyrad ingest sessions).
SELECT a.study, CASE WHEN t.simulated THEN 'SIMULATED' ELSE 'real' END AS data, a.protocol, count(*) AS participants,
	sum(a.given) AS given, min(a.planned) AS planned, round(100 * avg(a.share)::numeric) || ' %' AS given_share, sum(a.off_plan) AS off_plan,
	round(avg(d.minutes)::numeric, 1) AS minutes, round(avg(d.ma_minutes)::numeric, 1) AS ma_min, round(avg(d.mean_deqi)::numeric, 1) AS deqi,
	sum(a.adverse_events) AS adverse_events
FROM intervention.adherence a
JOIN clinical.study t USING (study)
LEFT JOIN intervention.dose d USING (subject_id)
GROUP BY a.study, t.simulated, a.protocol
ORDER BY a.study, a.protocol;
