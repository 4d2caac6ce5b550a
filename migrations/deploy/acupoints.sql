-- Deploy psyrad:acupoints to pg
-- The points, every spelling that may mean them, and how a spelling is resolved.  A spelling is looked up as a whole and
-- never guessed at: what could mean two points resolves to none and names both.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE intervention.channel_code (
	spelling text NOT NULL,
	channel  text NOT NULL,
	PRIMARY KEY (spelling, channel)
);
COMMENT ON TABLE intervention.channel_code IS 'How other traditions and languages write a channel: DU and VG for GV, H for HT; a letter of several channels has several rows';
GRANT SELECT ON intervention.channel_code, intervention.lexicon, intervention.point_set_member TO psyrad_ingest, psyrad_analyst, psyrad_view;

CREATE FUNCTION intervention.fold_acupoint(spelling text) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN psyrad.acupoint_fold(spelling);
COMMENT ON FUNCTION intervention.fold_acupoint(text) IS
	'One form for the spellings of a point that differ in width, case, spaces, hyphens, punctuation or traditional characters only; tones, + and whatever parts two numbers are kept';

\copy intervention.acupoint (acupoint, kind, channel, number, pinyin, pinyin_tone, name_zh, name_zh_hant, name_en, sites, midline, context, note, source, verified) FROM 'data/acupoint.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
\copy intervention.channel_code (spelling, channel) FROM 'data/channel_code.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
\copy intervention.point_set_member (point_set, position, acupoint, site_en, site_zh) FROM 'data/point_set_member.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
\copy intervention.acupoint_alias (alias, acupoint, kind) FROM 'data/acupoint_alias.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
UPDATE intervention.acupoint_alias SET alias = intervention.fold_acupoint(alias);

-- What follows from the points themselves.  A spelling that means a point in two ways keeps the first of them.
INSERT INTO intervention.acupoint_alias (alias, acupoint, kind, context)
SELECT DISTINCT ON (folded.alias, p.acupoint) folded.alias, p.acupoint, spelling.kind, spelling.context
FROM intervention.acupoint p
CROSS JOIN LATERAL (
	VALUES (1, 'code', p.acupoint, NULL),
		(3, 'pinyin', p.pinyin, CASE WHEN p.kind = 'ear' AND p.acupoint <> 'TF4' THEN coalesce(p.context, 'weak') END),
		(3, 'pinyin', p.pinyin_tone, p.context),
		(4, 'chinese', p.name_zh, p.context), (4, 'chinese', p.name_zh_hant, p.context), (4, 'chinese', p.name_zh || '穴', p.context),
		(5, 'alias', p.name_en, CASE WHEN p.kind = 'ear' THEN coalesce(p.context, 'weak') END)
	UNION ALL
	SELECT 5, 'alias', marked || name, NULL
	FROM (VALUES ('耳', p.name_zh), ('ear ', p.pinyin), ('ear ', p.acupoint), ('ear ', p.name_en), ('auricular ', p.pinyin),
		('auricular ', p.acupoint), ('auricular ', p.name_en)) ear(marked, name)
	WHERE p.kind = 'ear'
	UNION ALL
	SELECT 2, 'dialect', c.spelling || p.number, NULL
	FROM intervention.channel_code c WHERE c.channel = p.channel
	UNION ALL
	-- Yintang under the governor vessel (GB/T 12346-2006: GV29; since 2022 also GV24+), in each dialect of GV.
	SELECT 2, 'dialect', c.spelling || number, NULL
	FROM intervention.channel_code c, (VALUES ('29'), ('24+')) yintang(number)
	WHERE p.acupoint = 'EX-HN3' AND c.channel = 'GV'
	) spelling(rank, kind, text, context)
CROSS JOIN LATERAL (SELECT intervention.fold_acupoint(spelling.text) AS alias) folded
WHERE folded.alias IS NOT NULL
ORDER BY folded.alias, p.acupoint, spelling.rank
ON CONFLICT (alias, acupoint) DO NOTHING;

-- What psyrad.acupoint_read needs, as one value, so that a call does not read thousands of rows.
CREATE FUNCTION intervention.write_lexicon() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM intervention.lexicon;
	INSERT INTO intervention.lexicon (text)
	SELECT coalesce(string_agg(a.alias || E'\t' || a.acupoint || E'\t' || a.kind || E'\t' || CASE WHEN p.midline THEN 'm' ELSE '' END
		|| CASE WHEN p.kind = 'ear' THEN 'e' ELSE '' END || CASE WHEN p.kind = 'set' OR p.sites > 1 THEN 's' ELSE '' END
		|| CASE a.context WHEN 'weak' THEN 'w' WHEN 'only' THEN 'c' ELSE '' END || E'\n', '' ORDER BY a.alias COLLATE "C", a.acupoint COLLATE "C"), '')
	FROM intervention.acupoint_alias a JOIN intervention.acupoint p USING (acupoint);
	RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION intervention.write_lexicon() FROM PUBLIC;
COMMENT ON FUNCTION intervention.write_lexicon() IS 'Trigger of acupoint and acupoint_alias: writes intervention.lexicon anew';
CREATE TRIGGER write_lexicon AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON intervention.acupoint_alias EXECUTE FUNCTION intervention.write_lexicon();
CREATE TRIGGER write_lexicon AFTER UPDATE ON intervention.acupoint EXECUTE FUNCTION intervention.write_lexicon();
UPDATE intervention.acupoint_alias SET kind = kind WHERE false;

CREATE FUNCTION intervention.acupoint_resolve(prescription text, OUT "position" int, OUT verbatim text, OUT acupoint text, OUT side text,
	OUT side_certainty text, OUT role text, OUT condition text, OUT alternatives int, OUT confidence float8, OUT rule text, OUT candidates text[],
	OUT at int, OUT length int)
	RETURNS SETOF record LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT r.* FROM intervention.lexicon l CROSS JOIN LATERAL psyrad.acupoint_read(prescription, l.text) r;
END;
COMMENT ON FUNCTION intervention.acupoint_resolve(text) IS
	'The points that a text names, a row each in its order: psyrad.acupoint_read by the warehouse''s own points and spellings.  Where acupoint is NULL nothing was resolved: verbatim is kept, rule says why (ambiguous, contradiction, range, beside, unknown) and candidates which it may be';

CREATE FUNCTION intervention.acupoints_spelled(spelling text, OUT candidates text[], OUT rule text)
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(pg_catalog.array_agg(a.acupoint ORDER BY a.acupoint COLLATE "C"), '{}'), pg_catalog.min(a.kind COLLATE "C")
	FROM intervention.acupoint_alias a
	WHERE a.alias = intervention.fold_acupoint(spelling);
END;
COMMENT ON FUNCTION intervention.acupoints_spelled(text) IS
	'All points that a spelling, taken as a whole, may mean, and the kind of its alias';

CREATE FUNCTION intervention.resolve_acupoint(spelling text, OUT acupoint text, OUT rule text, OUT candidates text[])
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	mentions int;
	sure     boolean;
BEGIN
	SELECT count(*), bool_and(r.confidence = 1 OR r.confidence = 0), min(r.acupoint), min(r.rule), min(r.candidates)
	INTO mentions, sure, acupoint, rule, candidates
	FROM intervention.acupoint_resolve(coalesce(spelling, '')) r;
	IF mentions <> 1 OR NOT sure THEN
		acupoint := NULL;
		candidates := '{}';
	END IF;
	IF acupoint IS NULL THEN
		rule := NULL;
	END IF;
END $$;
COMMENT ON FUNCTION intervention.resolve_acupoint(text) IS
	'The one point that a spelling, taken as a whole, means, and by which rule: code, dialect, pinyin, chinese, alias, name_and_code.  acupoint is NULL when there is none, when the text names several or is misspelt (candidates is empty), or when it may be more than one (candidates names them, also when a name and a code beside it disagree)';

RESET ROLE;
-- As documented for SQL: in the schema that the search path names.
CREATE FUNCTION psyrad.acupoint_resolve(prescription text, OUT "position" int, OUT verbatim text, OUT acupoint text, OUT side text,
	OUT side_certainty text, OUT role text, OUT condition text, OUT alternatives int, OUT confidence float8, OUT rule text, OUT candidates text[],
	OUT at int, OUT length int)
	RETURNS SETOF record LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT r.* FROM intervention.acupoint_resolve(prescription) r;
END;
COMMENT ON FUNCTION psyrad.acupoint_resolve(text) IS 'intervention.acupoint_resolve, found by its bare name';

COMMIT;
