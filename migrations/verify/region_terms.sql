-- Verify psyrad:region_terms on pg
BEGIN;
SELECT region_term, name_en, name_zh, level, lobe, midline, parts, within, approximate, source, note FROM evidence.region_term WHERE false;
SELECT spelling, region_term, language, source, key, words FROM evidence.region_spelling WHERE false;
SELECT atlas, region, name, hemisphere, base, region_term FROM evidence.atlas_term WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class c
	WHERE c.oid = ANY (ARRAY['evidence.region_term', 'evidence.region_spelling', 'evidence.atlas_term']::regclass[])
		AND (c.relowner <> 'psyrad_owner'::regrole OR obj_description(c.oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'of another owner, or without a comment: ' || bad;
	SELECT string_agg(t.region_term || ' ' || p, ', ') INTO bad FROM evidence.region_term t, unnest(t.parts || t.within) p
	WHERE NOT EXISTS (SELECT FROM evidence.region_term o WHERE o.region_term = p);
	ASSERT bad IS NULL, 'made of a term that there is not: ' || bad;
	WITH RECURSIVE below AS (
		SELECT t.region_term AS top, p AS region_term FROM evidence.region_term t, unnest(t.parts) p
		UNION
		SELECT b.top, p FROM below b JOIN evidence.region_term t USING (region_term) CROSS JOIN LATERAL unnest(t.parts) p)
	SELECT string_agg(top, ', ') INTO bad FROM below WHERE top = region_term;
	ASSERT bad IS NULL, 'made of itself: ' || bad;
	SELECT string_agg(t.region_term, ', ') INTO bad FROM evidence.region_term t
	WHERE NOT EXISTS (SELECT FROM evidence.region_spelling s WHERE s.region_term = t.region_term AND s.key = evidence.region_key(t.name_en))
		OR NOT EXISTS (SELECT FROM evidence.region_spelling s WHERE s.region_term = t.region_term AND s.key = evidence.region_key(t.name_zh));
	ASSERT bad IS NULL, 'not found by its own names: ' || bad;
	SELECT string_agg(s.spelling, ', ') INTO bad FROM evidence.region_spelling s
	WHERE s.key <> evidence.region_key(s.spelling) OR s.words IS DISTINCT FROM evidence.region_words(s.spelling) OR s.key = '';
	ASSERT bad IS NULL, 'looked up by another form: ' || bad;
	SELECT string_agg(s.spelling, ', ') INTO bad FROM evidence.region_spelling s
	WHERE s.language = 'atlas' AND EXISTS (SELECT FROM evidence.region_spelling o WHERE o.key = s.key AND o.region_term <> s.region_term);
	ASSERT bad IS NULL, 'an atlas''s own name means two terms: ' || bad;
	ASSERT (evidence.resolve_region('右颅骨回')).status = 'unresolved', 'a garbled name is resolved';
END $$;
ROLLBACK;
