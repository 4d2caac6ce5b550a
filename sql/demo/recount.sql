-- What was planted against what is reported: the generator's truth (psql variable `truth`, a file of the client) beside
-- report.connection at q < .05.  Sensitivity is reported / planted; the last line of each block is everything else.
\set QUIET on
CREATE TEMP TABLE truth (kind text, i int, j int, region_a text, region_b text, slope_z float8);
\set load '\\copy truth FROM ' '''' :truth '''' ' WITH (FORMAT csv, HEADER, DELIMITER E''\\t'')'
:load
SELECT CASE coalesce(t.kind, '') WHEN 'improvement' THEN 'change follows improvement (to be found)'
		WHEN 'arm_only' THEN 'change differs between arms only'
		WHEN 'motion_only' THEN 'change follows head motion only'
		WHEN 'predictor' THEN 'baseline foretells improvement, no change'
		ELSE 'nothing planted' END AS "SIMULATED connections",
	count(*) AS planted, count(*) FILTER (WHERE c.q < 0.05) AS reported,
	round(100.0 * count(*) FILTER (WHERE c.q < 0.05) / count(*), 1) || ' %' AS share
FROM report.connection c
LEFT JOIN truth t USING (i, j)
WHERE c.study = 'demo' AND c.atlas = 'AAL'
GROUP BY t.kind
ORDER BY array_position(ARRAY['improvement', 'arm_only', 'motion_only', 'predictor'], t.kind);
SELECT round(100.0 * avg((kind IS NOT DISTINCT FROM 'improvement')::int), 1) AS "reported that are right, %",
	round(100.0 * avg((kind IS DISTINCT FROM 'improvement')::int), 1) AS "false discoveries, %"
FROM report.connection c
LEFT JOIN truth t USING (i, j)
WHERE c.study = 'demo' AND c.atlas = 'AAL' AND c.q < 0.05;
