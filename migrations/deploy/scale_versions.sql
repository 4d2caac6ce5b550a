-- Deploy psyrad:scale_versions to pg
-- A rating by a long form of a scale holds the ratings by its shorter ones: HAMD-24 holds HAMD-21, HAMD-17, HAMD-7 and HAMD-6.  The same
-- answers can so be read as any version that they contain, by any scheme of severity and any structure of factors, which is what people
-- need who compare samples that were rated by different forms.  Nothing is estimated: an item that the form lacks is not made up.
BEGIN;
GRANT CREATE ON SCHEMA clinical TO psyrad_view;
SET LOCAL ROLE psyrad_view;

CREATE VIEW clinical.contained_version AS
SELECT s.instrument AS rated_as, t.instrument, array_agg(si.item ORDER BY ti.item) FILTER (WHERE si.item IS NOT NULL) AS positions
FROM clinical.instrument s
JOIN clinical.instrument t ON t.family = s.family AND t.version_stated
LEFT JOIN clinical.instrument_item ti ON ti.instrument = t.instrument
LEFT JOIN clinical.instrument_item si ON (si.instrument, si.form_item) = (s.instrument, ti.form_item)
	AND (si.item_min, si.item_max, si.reversed) = (ti.item_min, ti.item_max, ti.reversed)
	AND (t.instrument = s.instrument OR num_nonnulls(si.counts_with, ti.counts_with) = 0)
WHERE s.version_stated
GROUP BY s.instrument, t.instrument
HAVING t.instrument = s.instrument OR count(si.item) = count(*);
COMMENT ON VIEW clinical.contained_version IS 'Which versions of a scale a form of it holds, itself among them: every item of the version is an item of the form, with the same answers allowed';
COMMENT ON COLUMN clinical.contained_version.rated_as IS 'The form that was filled in';
COMMENT ON COLUMN clinical.contained_version.positions IS 'Where in the form''s answers each item of the version stands; NULL of an instrument that is known by its total alone';

-- A form filled in for its own sake outranks a longer one, unless what is asked for (total, answers) is not known of it.
CREATE VIEW clinical.version_items AS
SELECT x.subject_id, x.session, x.site, x.instrument, x.rated_as, x.rater, x.items, x.total,
	rank() OVER (rating ORDER BY x.total IS NULL, x.rated_as <> x.instrument, x.answers, x.rated_as COLLATE "C") = 1 AS gives_total,
	x.items IS NOT NULL AND rank() OVER (rating ORDER BY x.items IS NULL, x.rated_as <> x.instrument, x.answers, x.rated_as COLLATE "C") = 1 AS gives_items
FROM (
	SELECT s.subject_id, s.session, s.site, c.instrument, s.instrument AS rated_as, s.rater, a.items, cardinality(s.items) AS answers,
		CASE WHEN c.instrument = s.instrument THEN s.total ELSE clinical.sum_items(c.instrument, a.items) END AS total
	FROM clinical.score s
	JOIN clinical.contained_version c ON c.rated_as = s.instrument
	CROSS JOIN LATERAL (SELECT CASE WHEN s.items IS NOT NULL THEN array_agg(s.items[p.position] ORDER BY p.item) END AS items
		FROM unnest(c.positions) WITH ORDINALITY p(position, item)) a
	WHERE s.items IS NOT NULL OR c.instrument = s.instrument
) x
WINDOW rating AS (PARTITION BY x.subject_id, x.session, x.instrument);
COMMENT ON VIEW clinical.version_items IS 'Answers read as every version that they contain, one row a rating and version; of several forms that hold a version, the one filled in as that version counts, else the shortest';
COMMENT ON COLUMN clinical.version_items.rated_as IS 'The form that was filled in';
COMMENT ON COLUMN clinical.version_items.items IS 'Answers in the version''s order; NULL where only a total was given';
COMMENT ON COLUMN clinical.version_items.gives_total IS 'Whether its total is the one that counts for the version';
COMMENT ON COLUMN clinical.version_items.gives_items IS 'Whether its answers are those that count for the version';

CREATE VIEW clinical.version_total AS
SELECT k.study, v.subject_id, k.label, v.site, v.session, p.week, p.role, v.instrument, v.rated_as, avg(v.total) AS total, count(v.total) AS raters
FROM clinical.version_items v
JOIN clinical.subject_key k USING (subject_id)
JOIN clinical.visit_plan p ON (p.study, p.session) = (k.study, v.session)
WHERE v.gives_total
GROUP BY k.study, v.subject_id, k.label, v.site, v.session, p.week, p.role, v.instrument, v.rated_as;
COMMENT ON VIEW clinical.version_total IS 'Totals by every version that the answers contain, one row a person, visit and version: the mean where several raters rated; NULL where an answer is missing';

CREATE VIEW clinical.severity_by_scheme AS
SELECT t.study, t.subject_id, t.label, t.site, t.session, t.week, t.role, t.instrument, t.rated_as, t.total, s.scheme, b.band, b.label_en, b.label_zh
FROM clinical.version_total t
JOIN (SELECT DISTINCT instrument, scheme FROM clinical.cutoff WHERE scheme NOT LIKE 'remission%') s USING (instrument)
CROSS JOIN LATERAL (
	SELECT c.label_en, c.label_zh, (SELECT count(*) FROM clinical.cutoff l WHERE (l.instrument, l.scheme) = (s.instrument, s.scheme) AND l.lo <= t.total)::int AS band
	FROM clinical.cutoff c
	WHERE (c.instrument, c.scheme) = (s.instrument, s.scheme) AND c.lo <= t.total
	ORDER BY c.lo DESC LIMIT 1) b;
COMMENT ON VIEW clinical.severity_by_scheme IS 'Severity of each total of clinical.version_total by each scheme of bands of its instrument';
COMMENT ON COLUMN clinical.severity_by_scheme.band IS '1-based number of the band in its scheme, from the least severe';

CREATE VIEW clinical.factor_rating AS
SELECT k.study, v.subject_id, k.label, v.site, v.session, p.week, p.role, f.instrument, f.scheme, f.factor, f.name_zh, f.factor_max, v.rated_as, avg(s.score) AS score
FROM clinical.version_items v
JOIN clinical.subject_key k USING (subject_id)
JOIN clinical.visit_plan p ON (p.study, p.session) = (k.study, v.session)
JOIN clinical.factor f ON f.instrument = v.instrument
CROSS JOIN LATERAL (
	SELECT CASE WHEN count(a.answer) = cardinality(f.items)
		THEN sum(CASE WHEN i.reversed THEN i.item_min + i.item_max - a.answer ELSE a.answer END)::numeric END AS score
	FROM clinical.instrument_item i
	LEFT JOIN unnest(v.items) WITH ORDINALITY a(answer, item) ON a.item = i.item
	WHERE i.instrument = f.instrument AND i.item = ANY (f.items)) s
WHERE v.gives_items
GROUP BY k.study, v.subject_id, k.label, v.site, v.session, p.week, p.role, f.instrument, f.scheme, f.factor, f.name_zh, f.factor_max, v.rated_as;
COMMENT ON VIEW clinical.factor_rating IS 'Factor scores by every structure whose version the answers contain (the same sums as clinical.factor_scores), one row a person, visit and factor: the mean where several raters rated; NULL where an answer is missing';

-- Change within people, in units of the baseline's spread: metafor's SMCR with its small-sample correction.
CREATE VIEW clinical.factor_change AS
SELECT c.study, c.simulated, c.arm, c.label_en, c.label_zh, c.kind, c.instrument, c.scheme, c.factor, c.name_zh, c.session, c.week, c.n, c.mean_before, c.mean_after, c.sd_before, c.r,
	(c.change).yi AS effect, (c.change).vi AS variance
FROM (
	SELECT p.study, p.simulated, p.arm, p.label_en, p.label_zh, p.kind, b.instrument, b.scheme, b.factor, b.name_zh, a.session, a.week, count(*) AS n,
		avg(b.score)::float8 AS mean_before, avg(a.score)::float8 AS mean_after, stddev_samp(b.score)::float8 AS sd_before, corr(a.score, b.score) AS r,
		CASE WHEN count(*) > 2 AND stddev_samp(b.score) > 0 AND stddev_samp(a.score) > 0 THEN
			psyrad.effect_smcr(avg(a.score)::float8, avg(b.score)::float8, stddev_samp(b.score)::float8, count(*)::float8, corr(a.score, b.score)) END AS change
	FROM clinical.factor_rating b
	JOIN clinical.factor_rating a ON (a.subject_id, a.instrument, a.scheme, a.factor) = (b.subject_id, b.instrument, b.scheme, b.factor)
	JOIN clinical.participant p ON p.subject_id = b.subject_id
	WHERE b.role = 'pre' AND a.week > b.week AND b.score IS NOT NULL AND a.score IS NOT NULL
	GROUP BY p.study, p.simulated, p.arm, p.label_en, p.label_zh, p.kind, b.instrument, b.scheme, b.factor, b.name_zh, a.session, a.week
) c;
COMMENT ON VIEW clinical.factor_change IS 'How far each factor moved from baseline, by arm and later visit, among those rated at both: standardised mean change (after minus before, in baseline SDs; metafor''s SMCR, bias corrected) and its variance; NULL of fewer than three people or where nobody differs';

GRANT SELECT ON clinical.contained_version, clinical.version_items, clinical.version_total, clinical.severity_by_scheme, clinical.factor_rating, clinical.factor_change
	TO psyrad_ingest, psyrad_analyst;
RESET ROLE;
REVOKE CREATE ON SCHEMA clinical FROM psyrad_view;

COMMIT;
