-- 11  Whose severity depends on the version of the scale and on the scheme of cut-offs?
--
-- Before and after treatment, every patient's answers are read as HAMD-17, HAMD-21 and HAMD-24 (as far as the form that was filled in has
-- the items; nothing is made up), and each total is put into a band by each scheme: on HAMD-17 the one after Zimmerman 2013, NICE's and
-- the Chinese 7/17/24, on HAMD-24 the Chinese 8/20/35.  Shown: who changes class, that is, whose bands do not all stand for one degree.
-- Degrees: 0 none; 1 mild, possible (可能有抑郁症); 2 moderate, definite (肯定有抑郁症), mild to moderate; 3 severe, very severe.
--
-- total_17/21/24     the totals; empty where the form lacks items or an answer is missing
-- zimmerman, nice, chinese      the band of total_17 by each scheme
-- chinese_24         the band of total_24
-- degrees            least to most severe degree over the schemes
--
-- No row: no answers on HAMD-17, 21 or 24 were loaded at a visit of role pre or post (psyrad ingest scores), or every scheme agrees on everybody.
SELECT study, CASE WHEN simulated THEN 'SIMULATED' ELSE 'real' END AS data, label AS participant, arm, week,
	trim_scale(total_17) AS total_17, trim_scale(total_21) AS total_21, trim_scale(total_24) AS total_24,
	zimmerman, nice, chinese, chinese_24, format('%s-%s', lowest, highest) AS degrees
FROM (
	SELECT p.study, p.simulated, p.label, p.arm, s.week,
		max(s.total) FILTER (WHERE s.instrument = 'HAMD-17') AS total_17,
		(SELECT t.total FROM clinical.version_total t WHERE (t.subject_id, t.session, t.instrument) = (p.subject_id, s.session, 'HAMD-21')) AS total_21,
		max(s.total) FILTER (WHERE s.instrument = 'HAMD-24') AS total_24,
		max(s.label_en) FILTER (WHERE (s.instrument, s.scheme) = ('HAMD-17', 'zimmerman')) AS zimmerman,
		max(s.label_en) FILTER (WHERE (s.instrument, s.scheme) = ('HAMD-17', 'nice')) AS nice,
		max(s.label_en) FILTER (WHERE (s.instrument, s.scheme) = ('HAMD-17', 'chinese')) AS chinese,
		max(s.label_en) FILTER (WHERE (s.instrument, s.scheme) = ('HAMD-24', 'chinese')) AS chinese_24,
		min(least(s.band - 1, 3)) AS lowest, max(least(s.band - 1, 3)) AS highest
	FROM clinical.severity_by_scheme s
	JOIN clinical.participant p USING (subject_id)
	WHERE s.instrument IN ('HAMD-17', 'HAMD-24') AND s.role IN ('pre', 'post') AND p.kind <> 'healthy'
	GROUP BY p.study, p.simulated, p.subject_id, p.label, p.arm, s.session, s.week
) person
WHERE lowest <> highest
ORDER BY study, label, week;
