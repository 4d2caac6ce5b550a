-- 04  Which findings do not say plainly where they are, and in which sentence?
--
-- The side is unknown or only implied, or the name of the region is not known, may mean several, or is not given at all.
--
-- region        as the source writes it; region_en: in English, by whoever made the sheet
-- side          left, right, bilateral, midline; empty where it is not said. certainty: stated, implied (by the list it stands in), unknown
-- status        resolved, ambiguous, unresolved, not_named
-- note          what stood in the way
--
-- No row: no findings were loaded (psyrad ingest review), or all of them say plainly where they are.
SELECT CASE WHEN f.simulated THEN 'SIMULATED' ELSE 'real' END AS data, f.review, f.finding, f.evidence_study AS study, f.region_verbatim AS region, f.region_en, f.hemisphere AS side,
	f.laterality_certainty AS certainty, f.region_status AS status, f.direction, f.reading_note AS note, f.sentence
FROM evidence.finding_fact f
WHERE f.laterality_certainty <> 'stated' OR f.region_status IS DISTINCT FROM 'resolved'
ORDER BY f.simulated, f.review, f.evidence_study, length(f.finding), f.finding;
