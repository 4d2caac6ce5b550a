-- 22  What do the reports of acupuncture leave out (STRICTA 2010, 17 sub-items), and do they get better?
--
-- An item counts as reported by a source when one of its protocols states it.  Items that most sources miss come first; the last row of a
-- study (item all) counts the 17 items of all its sources together, and says for each source how many it has.
--
-- reported, sources    sources that state the item, of all of the study (all: items stated, of 17 a source)
-- missing              share that do not
-- missed_by            the first ten of those (all: items stated by each source, the least complete first)
-- trend                change of the share reported by year of publication, in percentage points a year (least squares over sources)
-- dated                sources whose year is known: from the study that the protocol belongs to, or a year in the source's name; no trend below three, or of one year
--
-- No row: no protocols were loaded (psyrad ingest protocols).
WITH item AS (
	SELECT s.study, s.source, s.item, s.title_en, s.title_zh, bool_or(s.reported) AS reported
	FROM intervention.stricta s GROUP BY s.study, s.source, s.item, s.title_en, s.title_zh
), dated AS (
	SELECT p.study, coalesce(p.source, p.study) AS source, coalesce(min(e.year), min(substring(p.source FROM '(?:^|\D)((?:19|20)\d\d)(?:\D|$)')::int)) AS year
	FROM intervention.protocol p
	LEFT JOIN evidence.arm a ON (a.protocol_study, a.protocol) = (p.study, p.protocol)
	LEFT JOIN evidence.study e USING (evidence_study)
	GROUP BY p.study, coalesce(p.source, p.study)
), line AS (
	SELECT i.study, i.item, i.title_en, i.title_zh, count(*) FILTER (WHERE i.reported) AS reported, count(*) AS sources,
		array_to_string((array_agg(i.source ORDER BY i.source) FILTER (WHERE NOT i.reported))[:10], '; ') AS missed_by,
		regr_slope(i.reported::int, d.year) AS slope, count(d.year) AS dated, false AS whole
	FROM item i LEFT JOIN dated d USING (study, source)
	GROUP BY i.study, i.item, i.title_en, i.title_zh
	UNION ALL
	SELECT s.study, 'all', 'All 17 items', '全部 17 条', sum(s.reported), sum(s.items), string_agg(s.source || ': ' || s.reported, '; ' ORDER BY s.reported, s.source),
		regr_slope(s.reported::float8 / s.items, d.year), count(d.year), true
	FROM (SELECT i.study, i.source, count(*) FILTER (WHERE i.reported) AS reported, count(*) AS items FROM item i GROUP BY i.study, i.source) s
	LEFT JOIN dated d USING (study, source)
	GROUP BY s.study
)
SELECT l.study, CASE WHEN t.simulated THEN 'SIMULATED' ELSE 'real' END AS data, l.item, l.title_en, l.title_zh, l.reported, l.sources,
	round(100.0 * (l.sources - l.reported) / l.sources) || ' %' AS missing, l.missed_by,
	CASE WHEN l.dated > 2 THEN round((100 * l.slope)::numeric, 2) END AS trend, l.dated
FROM line l
JOIN clinical.study t USING (study)
ORDER BY l.study, l.whole, l.reported::float8 / l.sources, l.item;
