-- 21  Which records of 2016 to 2023 fit either language version of a review's search strings, by database, and have not been screened?
--
-- The strings are those that the review states for itself (evidence.search_strategy), as evidence.find_records() reads them; a record fits a version when it fits any of its strings.
--
-- records       of the database in the review; of_years: of 2016 to 2023
-- zh, en, both  records of those years that fit the Chinese strings, the English ones, both
-- not_screened  of those that fit either: no screener decided on their report at title and abstract; which: the first ten
--
-- No row: no review states its own search strings (psyrad screen --declare), or none of its records were loaded.
WITH strings AS (
	SELECT DISTINCT g.review, g.language, g.strategy FROM evidence.search_strategy g WHERE g.search_id IS NULL AND g.language IN ('zh', 'en')),
fits AS (
	SELECT s.review, m AS source_record_id, bool_or(s.language = 'zh') AS zh, bool_or(s.language = 'en') AS en
	FROM strings s CROSS JOIN LATERAL evidence.matching_records('(' || s.strategy || ') AND yr:2016-2023') m
	GROUP BY s.review, m),
screened AS (
	SELECT DISTINCT h.review, h.report_id FROM evidence.screening_history h WHERE h.stage = 'title_abstract' AND h.superseded_by IS NULL AND h.decision <> 'withdrawn')
SELECT v.review, CASE WHEN v.title_en LIKE 'SIMULATED%' THEN 'SIMULATED' ELSE 'real' END AS data, r.database, count(*) AS records, count(*) FILTER (WHERE r.year BETWEEN 2016 AND 2023) AS of_years,
	count(*) FILTER (WHERE f.zh) AS zh, count(*) FILTER (WHERE f.en) AS en, count(*) FILTER (WHERE f.zh AND f.en) AS both,
	count(f.source_record_id) FILTER (WHERE d.report_id IS NULL) AS not_screened,
	array_to_string((array_agg(r.title ORDER BY r.year, r.source_record_id) FILTER (WHERE f.source_record_id IS NOT NULL AND d.report_id IS NULL))[:10], '; ') AS which
FROM evidence.review v
JOIN evidence.search_source l USING (review)
JOIN evidence.current_record r USING (source_id)
LEFT JOIN fits f ON f.review = v.review AND f.source_record_id = r.source_record_id
LEFT JOIN screened d ON d.review = v.review AND d.report_id = evidence.report_of(r.source_record_id)
WHERE EXISTS (SELECT FROM strings s WHERE s.review = v.review)
GROUP BY v.review, v.title_en, r.database
ORDER BY v.review COLLATE "C", r.database COLLATE "C";
