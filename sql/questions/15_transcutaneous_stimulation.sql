-- 15  What do the studies of transcutaneous stimulation (taVNS, TEAS) give, and where?
--
-- Numbers as they were stated; what is garbled stands in problems and is not mended.
--
-- points        resolved points with their sides; unresolved: what the sheet says instead
-- problems      quantity: what is wrong with it (no_unit, unknown_unit, not_a_number, one_frequency_of_two)
SELECT p.study, CASE WHEN t.simulated THEN 'SIMULATED' ELSE 'real' END AS data, coalesce(p.source, p.study) AS source, p.protocol, n.points, n.unresolved,
	p.side_text AS side, p.waveform, q.stated ->> 'frequency' AS frequency, q.stated ->> 'pulse_width' AS pulse_width, q.stated ->> 'intensity' AS intensity,
	q.stated ->> 'retention' AS retention, q.stated ->> 'sessions' AS sessions, q.problems
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
ORDER BY p.study, source, p.protocol;
