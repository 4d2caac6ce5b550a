-- 15  What do the studies of transcutaneous stimulation (taVNS, TEAS) give, and where, and which limbic regions do they turn up or down?
--
-- Numbers as they were stated; what is garbled stands in problems and is not mended.  A study that reports findings and no protocol has a row too.
--
-- points        resolved points with their sides; unresolved: what the sheet says instead
-- problems      quantity: what is wrong with it (no_unit, unknown_unit, not_a_number, one_frequency_of_two)
-- seed          seeds of the study's connectivity after stimulation, as stated
-- limbic_up, limbic_down   regions of the limbic lobe (cingulate, hippocampus, amygdala ...) said to be more, or less, active or connected after
--               stimulation or during it; (?): possibly, one of several
-- limbic        activates, deactivates, both; empty: it reports no limbic region with a direction
--
-- No row: no protocol of mode transcutaneous (psyrad ingest protocols) and no findings of it (psyrad ingest review) were loaded.
WITH given AS (
	SELECT p.study, t.simulated, coalesce(p.source, p.study) AS source, p.protocol, n.points, n.unresolved, p.side_text AS side, p.waveform, q.stated, q.problems,
		(SELECT min(a.evidence_study) FROM evidence.arm a WHERE (a.protocol_study, a.protocol) = (p.study, p.protocol)) AS evidence_study
	FROM intervention.protocol p
	JOIN clinical.study t USING (study)
	CROSS JOIN LATERAL (
		SELECT string_agg(acupoint || coalesce(' ' || side, ''), ', ' ORDER BY position) FILTER (WHERE acupoint IS NOT NULL) AS points,
			string_agg(verbatim, ', ' ORDER BY position) FILTER (WHERE acupoint IS NULL) AS unresolved
		FROM intervention.protocol_point o WHERE (o.study, o.protocol) = (p.study, p.protocol)) n
	CROSS JOIN LATERAL (
		SELECT jsonb_object_agg(quantity, verbatim) AS stated, string_agg(DISTINCT quantity || ': ' || problem, ', ') AS problems
		FROM intervention.protocol_quantity o WHERE (o.study, o.protocol) = (p.study, p.protocol)) q
	WHERE p.mode = 'transcutaneous'
), found AS (
	SELECT f.evidence_study, f.review, f.simulated, string_agg(DISTINCT f.seed, '; ') AS seed,
		string_agg(DISTINCT r.name_en || CASE WHEN f.possible THEN ' (?)' ELSE '' END, ', ') FILTER (WHERE f.up) AS up,
		string_agg(DISTINCT r.name_en || CASE WHEN f.possible THEN ' (?)' ELSE '' END, ', ') FILTER (WHERE f.down) AS down
	FROM evidence.finding_fact f
	LEFT JOIN evidence.region_term r ON r.region_term = f.region_term AND r.lobe = 'limbic'
	WHERE f.intervention_kind IN ('tavns', 'tens') AND f.contrast_kind IN ('after_vs_before', 'treatment_vs_control', 'during_vs_rest', 'treatment_effect')
	GROUP BY f.evidence_study, f.review, f.simulated
)
SELECT coalesce(g.study, f.review) AS study, CASE WHEN coalesce(g.simulated, f.simulated) THEN 'SIMULATED' ELSE 'real' END AS data, coalesce(g.source, f.evidence_study) AS source,
	g.protocol, g.points, g.unresolved, g.side, g.waveform, g.stated ->> 'frequency' AS frequency, g.stated ->> 'pulse_width' AS pulse_width, g.stated ->> 'intensity' AS intensity,
	g.stated ->> 'retention' AS retention, g.stated ->> 'sessions' AS sessions, g.problems,
	f.seed, f.up AS limbic_up, f.down AS limbic_down,
	CASE WHEN f.up IS NOT NULL AND f.down IS NOT NULL THEN 'both' WHEN f.up IS NOT NULL THEN 'activates' WHEN f.down IS NOT NULL THEN 'deactivates' END AS limbic
FROM given g
FULL JOIN found f ON f.evidence_study = g.evidence_study
ORDER BY study, source, g.protocol;
