-- 22  What do the reports of acupuncture leave out (STRICTA 2010, 17 sub-items)?
--
-- An item counts as reported by a source when one of its protocols states it.  Items that most sources miss come first.
--
-- reported, sources    sources that state the item, of all of the study
-- missing              share that do not
-- missed_by            the first ten of those
SELECT s.study, CASE WHEN t.simulated THEN 'SIMULATED' ELSE 'real' END AS data, s.item, s.title_en, s.title_zh,
	count(*) FILTER (WHERE s.reported) AS reported, count(*) AS sources,
	round(100.0 * count(*) FILTER (WHERE NOT s.reported) / count(*)) || ' %' AS missing,
	array_to_string((array_agg(s.source ORDER BY s.source) FILTER (WHERE NOT s.reported))[:10], '; ') AS missed_by
FROM (SELECT study, source, item, title_en, title_zh, bool_or(reported) AS reported FROM intervention.stricta GROUP BY study, source, item, title_en, title_zh) s
JOIN clinical.study t USING (study)
GROUP BY s.study, t.simulated, s.item, s.title_en, s.title_zh
ORDER BY s.study, count(*) FILTER (WHERE s.reported)::float8 / count(*), s.item;
