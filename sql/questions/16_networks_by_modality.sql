-- 16  Which networks does each modality support as a mechanism, and how many independent samples stand behind each?
--
-- papers        studies that name the network; samples: the independent samples among them, since papers may share people
-- small, n_unreported    samples below 20 people in all or in a group, and those whose number nobody states
-- people        how many people the samples have together, as far as they are stated
-- studies       their names; those of one sample are joined by a comma
--
-- No row: no study was loaded that names networks (psyrad ingest review).
SELECT CASE WHEN b.simulated THEN 'SIMULATED' ELSE 'real' END AS data, coalesce(m.abbr, m.name_en) AS modality, n.network, n.name_zh AS network_zh, b.papers, b.samples, b.small, b.n_unreported, b.people, b.studies
FROM (
	SELECT s.simulated, s.modality, s.network, sum(s.papers) AS papers, count(*) AS samples, count(*) FILTER (WHERE s.n < 20) AS small, count(*) FILTER (WHERE s.n IS NULL) AS n_unreported, sum(s.whole) AS people,
		string_agg(s.studies, '; ' ORDER BY s.studies) AS studies
	FROM (
		SELECT t.simulated, d.modality, w.network, p.people, count(DISTINCT t.evidence_study) AS papers, min(least(p.n, a.n)) AS n, max(p.n) AS whole, string_agg(DISTINCT t.evidence_study, ', ') AS studies
		FROM (SELECT DISTINCT evidence_study, network FROM evidence.study_network) w
		JOIN evidence.study t USING (evidence_study)
		JOIN evidence.study_modality d USING (evidence_study)
		JOIN evidence.sample p USING (evidence_study)
		LEFT JOIN LATERAL (SELECT min(n) AS n FROM evidence.arm r WHERE (r.evidence_study, r.sample) = (p.evidence_study, p.sample)) a ON true
		GROUP BY t.simulated, d.modality, w.network, p.people) s
	GROUP BY s.simulated, s.modality, s.network) b
JOIN evidence.modality m USING (modality)
JOIN evidence.network n USING (network)
ORDER BY b.simulated, m.ordinal, b.samples DESC, n.network;
