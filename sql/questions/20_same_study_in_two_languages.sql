-- 20  Which papers with a Chinese title are the same report as one with an English title, and how sure is that?
--
-- rule, confidence  why two of their records are in one cluster, the surest reason between the two languages; NULL: by way of a third record
-- decided_by        a person's decision on the pair, which outranks every rule
--
-- No row: no record with a Chinese title is in one cluster with another language's (psyrad ingest literature, then psyrad dedupe).
SELECT CASE WHEN z.title LIKE '%SIMULATED%' OR e.title LIKE '%SIMULATED%' THEN 'SIMULATED' ELSE 'real' END AS data, z.cluster_id AS report, z.record AS record_zh, z.database AS database_zh, z.title AS title_zh, z.year,
	e.record AS record_en, e.database AS database_en, e.title AS title_en, d.rule, d.confidence, g.decided_by
FROM (
	SELECT c.cluster_id, s.source_record_id AS record, s.database, s.title, s.year, s.title ~ '[㐀-䶿一-鿿]' AS chinese
	FROM evidence.record_cluster c JOIN evidence.source_record s USING (source_record_id) WHERE s.title IS NOT NULL) z
JOIN (
	SELECT c.cluster_id, s.source_record_id AS record, s.database, s.title, s.title ~ '[㐀-䶿一-鿿]' AS chinese
	FROM evidence.record_cluster c JOIN evidence.source_record s USING (source_record_id) WHERE s.title IS NOT NULL) e ON e.cluster_id = z.cluster_id
LEFT JOIN evidence.duplicate d ON d.record_a = least(z.record, e.record) AND d.record_b = greatest(z.record, e.record) AND d.verdict = 'duplicate'
LEFT JOIN evidence.duplicate_ruling g ON g.record_a = least(z.record, e.record) AND g.record_b = greatest(z.record, e.record)
WHERE z.chinese AND NOT e.chinese
ORDER BY z.cluster_id, d.confidence DESC NULLS LAST, z.record, e.record;
