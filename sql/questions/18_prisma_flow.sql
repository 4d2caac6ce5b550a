-- 18  How did records flow through each review, by database, and which duplicates are behind it (PRISMA 2020)?
--
-- As of the end of the day in the first line (UTC; NULL: of all that is stored).  Reviews whose records are here; ? is a count that is not known.
--
-- n            of the box; its reasons of exclusion are below it
-- by_database  the records behind the box: the first record of each report counts for its database, of duplicates each one that is repeated
-- adds_up      whether the box is what the boxes that it is made of say
--
-- No row: no records were loaded as a search of a declared review (psyrad screen --declare, psyrad ingest literature).
WITH asked AS (SELECT NULL::date AS as_of),
review AS (
	SELECT v.review, CASE WHEN v.title_en LIKE 'SIMULATED%' THEN 'SIMULATED' ELSE 'real' END AS data FROM evidence.review v
	WHERE EXISTS (SELECT FROM evidence.search_source l WHERE l.review = v.review)),
behind AS (
	SELECT v.review, b.box, b.reason, coalesce(s.database, '(not named)') AS database, count(*) AS n
	FROM review v CROSS JOIN asked a
	CROSS JOIN LATERAL evidence.prisma_record(a.as_of, v.review) r
	JOIN evidence.source_record s USING (source_record_id)
	CROSS JOIN LATERAL (VALUES (r.kind || 's', NULL::text, true), ('identified', NULL, r.kind IN ('database', 'register')), ('duplicates', NULL, r.branch = 'databases' AND NOT r.first),
		(CASE r.branch WHEN 'other' THEN 'other_' ELSE '' END || r.state, NULL, r.first AND r.state <> 'included'), (r.state, r.reason, r.first AND r.reason IS NOT NULL),
		('screened', NULL, r.branch = 'databases' AND r.first AND r.state NOT IN ('removed_automation', 'removed_other', 'awaiting_screening')),
		('sought', NULL, r.branch = 'databases' AND r.first AND r.state IN ('awaiting_retrieval', 'not_retrieved', 'awaiting_full_text', 'excluded_full_text', 'included')),
		('assessed', NULL, r.branch = 'databases' AND r.first AND r.state IN ('excluded_full_text', 'included')),
		('new_reports', NULL, r.first AND r.state = 'included')) b (box, reason, counts)
	WHERE b.counts
	GROUP BY v.review, b.box, b.reason, s.database)
SELECT v.review, v.data, coalesce(f.n::text, '?') AS n, repeat('  ', (f.reason IS NOT NULL)::int) || f.label_en AS box, f.label_zh AS box_zh,
	(SELECT string_agg(b.database || ' ' || b.n, ', ' ORDER BY b.database COLLATE "C") FROM behind b WHERE b.review = v.review AND b.box = f.box AND b.reason IS NOT DISTINCT FROM f.reason) AS by_database,
	CASE WHEN f.reason IS NULL THEN (SELECT i.holds FROM evidence.identity_check((SELECT jsonb_object_agg(x.box, x.n) FROM evidence.prisma_flow(a.as_of, v.review) x WHERE x.reason IS NULL)) i WHERE i.box = f.box) END AS adds_up,
	CASE WHEN f.box = 'duplicates' THEN (
		SELECT string_agg(c.records, '; ' ORDER BY c.report_id) FROM (
			SELECT r.report_id, string_agg(r.source_record_id::text, '=' ORDER BY r.source_record_id) AS records FROM evidence.prisma_record(a.as_of, v.review) r GROUP BY r.report_id HAVING count(*) > 1) c) END AS clusters,
	f.note
FROM review v CROSS JOIN asked a
CROSS JOIN LATERAL evidence.prisma_flow(a.as_of, v.review) f
ORDER BY v.review COLLATE "C", f.ordinal, f.reason IS NOT NULL, f.reason COLLATE "C";
