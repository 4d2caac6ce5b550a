-- 05  Which protocols contain the core prescription, and which resemble it (Baihui, Taichong, Yintang, Neiguan, Sanyinjiao, Shenmen of the hand, Sishencong, Shenting)?
--
-- Points are compared, not spellings: 百会, DU20 and GV20 are one.  Sets of points are taken apart, shams are left out; points that
-- a syndrome adds are not counted, nor those that no point could be told for (unresolved).
--
-- shared        points of the core that the protocol has
-- core          share of the core that it has, in per cent; contains: all of it
-- similarity    Jaccard: shared points over those that either has; 1 is the core itself
--
-- No row: no protocols were loaded (psyrad ingest protocols), or all of them are shams.
SELECT s.study, CASE WHEN t.simulated THEN 'SIMULATED' ELSE 'real' END AS data, s.source, s.protocol,
	array_to_string(s.points, ' ') AS points, array_to_string(s.shared, ' ') AS shared,
	round(100 * s.coverage::numeric) || ' %' AS core, round(s.similarity::numeric, 3) AS similarity,
	s.coverage = 1 AS contains, (SELECT count(*) FROM intervention.protocol_point p WHERE (p.study, p.protocol) = (s.study, s.protocol) AND p.acupoint IS NULL) AS unresolved
FROM intervention.similar_protocols('GV20, LR3, 印堂, PC6, SP6, HT7, EX-HN1, GV24') s
JOIN clinical.study t USING (study)
ORDER BY s.similarity DESC, s.study, s.protocol;
