-- Deploy psyrad:region_terms to pg
-- Names of brain regions as papers write them, in English and Chinese, and the regions of any stored atlas that they mean.  A name is looked up
-- as a whole, its words of side apart; what is not known stays unresolved and a side that is not said is never assumed.  Regions of an atlas
-- are found through their own names, which are read by the same table, so that a further atlas needs nothing but its names.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- terms and their spellings

CREATE TABLE evidence.region_term (
	region_term text PRIMARY KEY CHECK (region_term ~ '^[A-Za-z][A-Za-z0-9_]*$'),
	name_en     text NOT NULL UNIQUE,
	name_zh     text NOT NULL,
	level       text NOT NULL CHECK (level IN ('system', 'lobe', 'gyrus', 'nucleus', 'area', 'brainstem', 'cerebellum', 'tract', 'ventricle')),
	lobe        text CHECK (lobe IN ('frontal', 'parietal', 'temporal', 'occipital', 'limbic', 'insula', 'subcortical', 'cerebellum', 'brainstem', 'white_matter')),
	midline     boolean NOT NULL,
	parts       text[] NOT NULL,
	within      text[] NOT NULL,
	approximate boolean NOT NULL,
	source      text NOT NULL,
	note        text
);
COMMENT ON TABLE evidence.region_term IS 'Structures of the brain that findings are about, one row each; their spellings are in evidence.region_spelling';
COMMENT ON COLUMN evidence.region_term.level IS 'area: of Brodmann; system: reaches over lobes or is defined by function';
COMMENT ON COLUMN evidence.region_term.lobe IS 'Limbic: cingulate, parahippocampal, hippocampus, amygdala, as AAL numbers them (Tzourio-Mazoyer 2002); NULL: over several';
COMMENT ON COLUMN evidence.region_term.midline IS 'There is one of it, on the midline';
COMMENT ON COLUMN evidence.region_term.parts IS 'Terms that it is made of: their regions are its own';
COMMENT ON COLUMN evidence.region_term.within IS 'Terms that it lies in: their regions stand for it in an atlas that has none of its own';
COMMENT ON COLUMN evidence.region_term.approximate IS 'parts or within are the nearest there is: its borders are drawn otherwise';
COMMENT ON COLUMN evidence.region_term.source IS 'Where name and extent are taken from: an atlas''s paper, or the nomenclature';

-- One form for spellings that differ in width, case, blanks, punctuation or traditional characters only; numbers beside each other stay apart.
CREATE FUNCTION evidence.region_key(spelling text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.replace(pg_catalog.replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(psyrad.text_fold(spelling),
	'(\d) (?=\d)', '\1_', 'g'), '\m([ivx]+) (?=[ivx]+\M)', '\1_', 'g'), ' ', ''), '皮层', '皮质');
COMMENT ON FUNCTION evidence.region_key(text) IS 'What spellings of a region are compared by: folded, without blanks but those between numbers';

-- The words of a Latin spelling in one order, so that "genu of the corpus callosum" is "corpus callosum genu"; NULL for a single word.
CREATE FUNCTION evidence.region_words(spelling text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT CASE WHEN pg_catalog.count(*) > 1 AND psyrad.text_fold(spelling) !~ '[一-鿿]' THEN pg_catalog.string_agg(w, ' ' ORDER BY w COLLATE "C") END
	FROM pg_catalog.regexp_split_to_table(psyrad.text_fold(spelling), ' ') w WHERE w NOT IN ('of', 'the', 'in', 'and', 'a', ''));
COMMENT ON FUNCTION evidence.region_words(text) IS 'Words of a spelling in Latin letters in one order, articles left out; NULL for one word alone or Chinese';

CREATE TABLE evidence.region_spelling (
	spelling    text NOT NULL,
	region_term text NOT NULL REFERENCES evidence.region_term,
	language    text NOT NULL CHECK (language IN ('en', 'zh', 'atlas')),
	source      text NOT NULL,
	key         text NOT NULL,
	words       text,
	PRIMARY KEY (key, region_term)
);
CREATE INDEX region_spelling_words ON evidence.region_spelling (words);
COMMENT ON TABLE evidence.region_spelling IS 'What papers and atlases call the structures, without sides; a spelling that may mean several has several rows, and resolves to none';
COMMENT ON COLUMN evidence.region_spelling.language IS 'atlas: the name of a region in AAL, AAL2 or AAL3, without its side';
COMMENT ON COLUMN evidence.region_spelling.key IS 'evidence.region_key of it';
COMMENT ON COLUMN evidence.region_spelling.words IS 'evidence.region_words of it';

CREATE TEMPORARY TABLE read_spelling (spelling text, region_term text, language text, source text, line bigserial) ON COMMIT DROP;
\copy evidence.region_term (region_term, name_en, name_zh, level, lobe, midline, parts, within, approximate, source, note) FROM 'data/region_term.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
\copy read_spelling (spelling, region_term, language, source) FROM 'data/region_spelling.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')
INSERT INTO evidence.region_spelling (spelling, region_term, language, source, key, words)
SELECT DISTINCT ON (evidence.region_key(r.spelling), r.region_term) r.spelling, r.region_term, r.language, r.source, evidence.region_key(r.spelling), evidence.region_words(r.spelling)
FROM read_spelling r
ORDER BY evidence.region_key(r.spelling), r.region_term, r.line;
ANALYZE evidence.region_spelling;

---------------------------------------------------------------------------------------------------- what an atlas's own names mean

-- A name as atlases write them: Frontal_Mid_2_L, ctx-lh-precuneus, L_precuneus_thickavg, Left-Hippocampus.
CREATE FUNCTION evidence.atlas_name(name text, OUT base text, OUT hemisphere text)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT ROW(
	pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(name, '^((ctx|wm)[-_.])?((lh|rh|left|right|[lr])[-_. ])?', '', 'i'),
		'[-_.](thickavg|surfavg|thickness|area|volume|proper)$', '', 'i'), '[-_. ](lh|rh|left|right|[lr])$', '', 'i'),
	CASE pg_catalog.upper(pg_catalog.left(coalesce((pg_catalog.regexp_match(name, '^(?:(?:ctx|wm)[-_.])?(lh|rh|left|right|[lr])[-_. ]', 'i'))[1],
		(pg_catalog.regexp_match(name, '[-_. ](lh|rh|left|right|[lr])$', 'i'))[1]), 1)) WHEN 'L' THEN 'L' WHEN 'R' THEN 'R' END));
COMMENT ON FUNCTION evidence.atlas_name(text) IS 'A region''s name in an atlas without its side, and the side: L, R, or NULL';

CREATE VIEW evidence.atlas_term AS
SELECT r.atlas, r.region, r.name, coalesce(r.hemisphere, n.hemisphere, 'M') AS hemisphere, n.base, s.region_term
FROM imaging.region r
CROSS JOIN LATERAL evidence.atlas_name(r.name) n
LEFT JOIN LATERAL (SELECT pg_catalog.min(t.region_term COLLATE "C") AS region_term FROM evidence.region_spelling t
	WHERE t.key = evidence.region_key(n.base) HAVING pg_catalog.count(*) = 1) s ON true;
COMMENT ON VIEW evidence.atlas_term IS 'The term that each region of each stored atlas is, told by its name; NULL where the name means none or several';

CREATE FUNCTION evidence.term_regions(p_term text, p_atlas text, p_hemisphere text DEFAULT NULL) RETURNS int[]
LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE here AS MATERIALIZED (SELECT a.region, a.hemisphere, a.region_term FROM evidence.atlas_term a WHERE a.atlas = p_atlas AND a.region_term IS NOT NULL),
	own (region_term) AS (
		SELECT p_term
		UNION
		SELECT p FROM own JOIN evidence.region_term t USING (region_term) CROSS JOIN LATERAL unnest(t.parts) p),
	around (region_term) AS (
		SELECT w FROM evidence.region_term t, unnest(t.within) w WHERE t.region_term = p_term AND NOT EXISTS (SELECT FROM own JOIN here USING (region_term))
		UNION
		SELECT p FROM around JOIN evidence.region_term t USING (region_term) CROSS JOIN LATERAL unnest(t.parts) p),
	found AS (SELECT h.* FROM here h WHERE h.region_term IN (SELECT o.region_term FROM own o UNION SELECT a.region_term FROM around a)),
	sided AS (SELECT bool_or(f.hemisphere <> 'M') AS any FROM found f)
	SELECT coalesce(array_agg(f.region ORDER BY f.region), '{}')
	FROM found f CROSS JOIN sided s
	WHERE CASE p_hemisphere WHEN 'left' THEN f.hemisphere = 'L' OR NOT s.any WHEN 'right' THEN f.hemisphere = 'R' OR NOT s.any
		WHEN 'midline' THEN f.hemisphere = 'M' OR NOT EXISTS (SELECT FROM found m WHERE m.hemisphere = 'M') ELSE true END;
$$;
COMMENT ON FUNCTION evidence.term_regions(text, text, text) IS
	'Regions of an atlas that a term covers on a side (left, right, midline; bilateral and NULL: on both), through its parts, or where the atlas has none of its own, those that it lies within. Empty where the atlas has no such region, or is not stored';

---------------------------------------------------------------------------------------------------- reading a name

-- Sides in a folded text, and what is left of it without them.  problem: what stands in the way of a side.
CREATE FUNCTION evidence.region_side(folded text, OUT rest text, OUT hemisphere text, OUT problem text)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	two   constant text := '左右(两)?侧(?!脑室)|左侧?[ 和与及]+右侧?(?!脑室)|双侧(?!脑室)|两侧(?!脑室)|双(?=[一-鿿])|\m(bilateral(ly)?|bilat|both sides|both|left (and )?right|right (and )?left|lh rh)\M';
	wide  constant text := '同侧|对侧|患侧|健侧|病灶侧|非?优势(侧|半球)|\m(ipsilateral|contralateral|ipsilesional|contralesional|affected|unaffected|non dominant|dominant)( side| hemisphere)?\M';
	lefts constant text := '左(侧(?!脑室))?|\m(left|lt|lh)( sided| side)?\M|^l (?=.)|(?<=.) l$|(?<=[一-鿿])l$';
	rights constant text := '右(侧(?!脑室))?|\m(right|rt|rh)( sided| side)?\M|^r (?=.)|(?<=.) r$|(?<=[一-鿿])r$';
	is_left boolean;
	is_right boolean;
BEGIN
	rest := folded;
	IF folded ~ '\mleft or right\M|左侧?或右侧?' THEN
		problem := 'left or right: which is not said';
		rest := regexp_replace(folded, '\mleft or right\M|左侧?或右侧?', '', 'g');
		RETURN;
	END IF;
	IF folded ~ two THEN
		hemisphere := 'bilateral';
		rest := regexp_replace(folded, two, '', 'g');
	ELSIF folded ~ '(^| )(l r|r l)$' THEN
		hemisphere := 'bilateral';
		rest := regexp_replace(folded, '(^| )(l r|r l)$', '');
	END IF;
	IF rest ~ wide THEN
		problem := format('%s: the side is relative, left or right is not said', (regexp_match(rest, '(' || wide || ')'))[1]);
		rest := regexp_replace(rest, wide, '', 'g');
	END IF;
	is_left := rest ~ lefts;
	is_right := rest ~ rights;
	rest := regexp_replace(regexp_replace(rest, lefts, ' ', 'g'), rights, ' ', 'g');
	IF (is_left AND is_right) OR (hemisphere IS NOT NULL AND (is_left OR is_right)) THEN
		problem := 'several sides are named';
		hemisphere := NULL;
	ELSIF is_left OR is_right THEN
		hemisphere := CASE WHEN is_left THEN 'left' ELSE 'right' END;
	END IF;
	rest := btrim(regexp_replace(rest, ' +', ' ', 'g'));
END $$;
COMMENT ON FUNCTION evidence.region_side(text) IS 'Takes the words of side out of a folded text: left, right, bilateral, or NULL where none is said, or problem says why none can be told';

CREATE FUNCTION evidence.region_exact(p_text text) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(nullif((SELECT coalesce(array_agg(DISTINCT s.region_term COLLATE "C"), '{}') FROM evidence.region_spelling s WHERE s.key = evidence.region_key(p_text)), '{}'),
		(SELECT coalesce(array_agg(DISTINCT s.region_term COLLATE "C"), '{}') FROM evidence.region_spelling s WHERE s.words = evidence.region_words(p_text)));
$$;
COMMENT ON FUNCTION evidence.region_exact(text) IS 'Terms that a text without sides may mean: by its spelling, else by its words in any order';

-- As it stands; then without words that say nothing of where.
CREATE FUNCTION evidence.region_lookup(p_text text, OUT terms text[], OUT note text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	less text := p_text;
	was  text;
BEGIN
	terms := evidence.region_exact(less);
	IF terms <> '{}' THEN
		RETURN;
	END IF;
	IF less ~ '^侧[一-鿿]' THEN
		terms := evidence.region_exact(substr(less, 2));
		IF terms <> '{}' THEN
			note := 'the character before 侧 is missing: the side is lost';
			RETURN;
		END IF;
	END IF;
	FOR step IN 1..3 LOOP
		was := less;
		IF less ~ '[一-鿿]' THEN
			less := btrim(regexp_replace(regexp_replace(less, '^(大脑半球|大脑|半球|脑)的?(?=..)', ''), '(相关脑区|等脑区|脑区|区域|部位|区|等|灰质体积|灰质)$', ''));
		ELSE
			less := btrim(regexp_replace(less, '\m(the|of|in|a|an|area|areas|region|regions|cortex|cortical|part|parts|portion|grey matter|gray matter|volume|ctx|thickavg|surfavg|thickness|proper|hemisphere)\M', '', 'g'));
			less := regexp_replace(less, ' +', ' ', 'g');
		END IF;
		EXIT WHEN less = was OR less = '';
		terms := evidence.region_exact(less);
		IF terms <> '{}' THEN
			RETURN;
		END IF;
	END LOOP;
	-- A place told within a structure: anterior hippocampus, 海马前部. It lies in it, wherever its border may be.
	less := CASE WHEN terms = '{}' THEN p_text END;
	WHILE less IS NOT NULL LOOP
		was := less;
		less := nullif(btrim(regexp_replace(regexp_replace(less, '^(anterior|posterior|dorsal|ventral|rostral|caudal|medial|lateral|superior|inferior|central) (?=.)', ''),
			'的?([前后上下中背腹内外头尾][侧部端份]|[前后背腹][内外]侧)$', '')), '');
		EXIT WHEN less IS NULL OR less = was;
		SELECT coalesce(array_agg(t.region_term ORDER BY t.region_term COLLATE "C"), '{}') INTO terms
		FROM evidence.region_term t WHERE t.region_term = ANY (evidence.region_exact(less)) AND t.level NOT IN ('area', 'system');
		IF terms <> '{}' THEN
			note := format('a part of it: %s', p_text);
			RETURN;
		END IF;
	END LOOP;
	IF p_text ~ '皮[质层]$' THEN -- 角回皮质; a nucleus has none
		SELECT coalesce(array_agg(t.region_term ORDER BY t.region_term COLLATE "C"), '{}') INTO terms FROM evidence.region_term t
		WHERE t.region_term = ANY (evidence.region_exact(regexp_replace(p_text, '皮[质层]$', ''))) AND t.level = 'gyrus';
	END IF;
END $$;
COMMENT ON FUNCTION evidence.region_lookup(text) IS 'Terms that a text without sides may mean; if none, then without words like area, cortex, 脑区 around the name; then as a part of what it is told to lie in';

-- Whether a text counts or hints at regions and names none.
CREATE FUNCTION evidence.region_hint(folded text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN folded ~ '^(部分|多个|多处|多|更多|较多|诸多|大量|一些|某些|若干|几个|数个|其他|其它|相关|广泛|上述|共性|不同|异常|各).*(脑区|区域|区|部位|连接|连边|节点|结构)$'
	OR folded ~ '(相关|异常|激活|差异|部分|多个)脑?区域?$' OR folded IN ('脑区', '区域')
	OR folded ~ '[0-9一二三四五六七八九十百]+ ?(条|个|对|处).*(连接|连边|边|脑区|区域|区|节点)$'
	OR folded ~ '\m(some|several|many|multiple|various|other|more|numerous|widespread|broad|broadly|different|certain|few|all|these|those|above|distributed|abnormal|commonly)\M.*\m(regions?|areas?|clusters?|connections?|edges?|structures?|voxels?|links?|nodes?)\M'
	OR folded ~ '^[0-9]+ ([a-z]+ )*(regions?|areas?|clusters?|connections?|edges?|links?|nodes?)\M' OR folded ~ '\mnot (named|given|stated|specified|reported)\M'
	OR folded IN ('', 'regions', 'brain regions', 'areas', 'unspecified', 'not');
COMMENT ON FUNCTION evidence.region_hint(text) IS 'Whether a folded text speaks of regions or connections without naming them: some regions, 45 connections, 部分脑区';

CREATE FUNCTION evidence.region_suggestion(p_text text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT string_agg(c.spelling, ', ' ORDER BY c.likeness DESC, c.spelling COLLATE "C")
	FROM (SELECT l.spelling, l.likeness
		FROM (SELECT DISTINCT ON (s.region_term) s.spelling, psyrad.text_similarity(s.spelling, p_text) AS likeness
			FROM evidence.region_spelling s
			WHERE s.language = CASE WHEN p_text ~ '[一-鿿]' THEN 'zh' ELSE 'en' END
			ORDER BY s.region_term, 2 DESC, s.spelling COLLATE "C") l
		WHERE l.likeness >= 0.85
		ORDER BY l.likeness DESC, l.spelling COLLATE "C" LIMIT 3) c;
$$;
COMMENT ON FUNCTION evidence.region_suggestion(text) IS 'The three spellings most like a text that is none (Jaro-Winkler from 0.85), for a person to choose from: nothing is taken from them';

CREATE FUNCTION evidence.read_region(name text, OUT terms text[], OUT hemisphere text, OUT certainty text, OUT status text, OUT note text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	raw    text := regexp_replace(normalize(coalesce(name, ''), NFKC), '^([LR])(?=(LatVent|thal|caud|put|pal|hippo|amyg|accumb)$)', '\1 ');
	bare   text;
	side   record;
	found  record;
	inside text;
	within record;
	notes  text[] := '{}';
BEGIN
	certainty := 'unknown';
	side := evidence.region_side(psyrad.text_fold(raw));
	found := evidence.region_lookup(side.rest);
	IF found.terms = '{}' AND raw ~ '[(\[【].*[)\]】]' THEN
		-- What stands in brackets may be the same by another name, a Brodmann area, a side, or a remark.
		bare := regexp_replace(raw, '[(\[【][^()\[\]【】]*[)\]】]', ' ', 'g');
		found := evidence.region_lookup((evidence.region_side(psyrad.text_fold(bare))).rest);
		FOR inside IN SELECT m[1] FROM regexp_matches(raw, '[(\[【]([^()\[\]【】]*)[)\]】]', 'g') m LOOP
			within := evidence.region_lookup((evidence.region_side(psyrad.text_fold(inside))).rest);
			IF within.terms = '{}' OR within.terms && found.terms OR found.terms = '{}' OR psyrad.text_fold(inside) ~ '^(ba|brodmann)' THEN
				IF within.terms && found.terms THEN
					found.terms := ARRAY(SELECT unnest(found.terms) INTERSECT SELECT unnest(within.terms) ORDER BY 1);
				ELSIF btrim(inside) <> '' THEN
					notes := notes || format('in brackets: %s', btrim(inside));
				END IF;
			ELSIF EXISTS (SELECT FROM evidence.region_term t WHERE (t.region_term = ANY (found.terms) AND (t.parts || t.within) && within.terms)
				OR (t.region_term = ANY (within.terms) AND (t.parts || t.within) && found.terms)) THEN
				notes := notes || format('in brackets: %s', btrim(inside));
			ELSE
				found.terms := found.terms || within.terms;
				notes := notes || format('%s stands beside another name', btrim(inside));
			END IF;
		END LOOP;
	END IF;
	terms := found.terms;
	notes := notes || found.note || side.problem;
	hemisphere := side.hemisphere;
	IF hemisphere IS NOT NULL THEN
		certainty := 'stated';
	ELSIF cardinality(terms) = 1 AND side.problem IS NULL AND (SELECT t.midline FROM evidence.region_term t WHERE t.region_term = terms[1]) THEN
		hemisphere := 'midline';
		certainty := 'stated';
	END IF;
	IF side.problem = 'several sides are named' THEN
		status := 'ambiguous';
	ELSIF cardinality(terms) = 1 THEN
		status := 'resolved';
	ELSIF cardinality(terms) > 1 THEN
		status := 'ambiguous';
		notes := notes || ('may be: ' || (SELECT string_agg(t.name_en, ', ' ORDER BY t.name_en COLLATE "C") FROM evidence.region_term t WHERE t.region_term = ANY (terms)));
	ELSIF evidence.region_hint(psyrad.text_fold(raw)) THEN
		status := 'not_named';
	ELSE
		status := 'unresolved';
		notes := notes || ('not a known name; most like: ' || evidence.region_suggestion(side.rest));
	END IF;
	IF cardinality(terms) = 1 AND (SELECT t.approximate FROM evidence.region_term t WHERE t.region_term = terms[1]) THEN
		notes := notes || 'approximate: its borders are not those of the atlas'::text;
	END IF;
	note := nullif(array_to_string(notes, '; '), '');
END $$;
COMMENT ON FUNCTION evidence.read_region(text) IS
	'Reads one name of a region: the terms it may mean, its side and how certain that is, and whether it is resolved (one term), ambiguous (several), unresolved (no known name) or not_named (regions are counted or hinted at)';

CREATE FUNCTION evidence.resolve_region(name text, atlas text DEFAULT 'AAL', OUT term text, OUT canonical_en text, OUT canonical_zh text, OUT hemisphere text,
	OUT certainty text, OUT status text, OUT regions int[], OUT note text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r     record := evidence.read_region(name);
	parts text[];
BEGIN
	hemisphere := r.hemisphere;
	certainty := r.certainty;
	status := r.status;
	note := r.note;
	regions := '{}';
	IF status = 'resolved' THEN
		SELECT t.region_term, t.name_en, t.name_zh INTO term, canonical_en, canonical_zh FROM evidence.region_term t WHERE t.region_term = r.terms[1];
		regions := evidence.term_regions(term, atlas, hemisphere);
		note := nullif(concat_ws('; ', note, evidence.region_fit(term, atlas, regions)), '');
	ELSIF status = 'unresolved' THEN
		SELECT array_agg(l.verbatim ORDER BY l.ordinal) INTO parts FROM evidence.read_region_list(name) l WHERE l.status = 'resolved' HAVING count(*) > 1;
		IF parts IS NOT NULL THEN
			status := 'ambiguous';
			note := format('names several: %s; evidence.resolve_region_list takes them apart', array_to_string(parts, ', '));
		END IF;
	END IF;
END $$;
COMMENT ON FUNCTION evidence.resolve_region(text, text) IS
	'What a name of a region, as a paper writes it, means, and its regions in an atlas. hemisphere: left, right, bilateral, midline, or NULL where no side is said (certainty unknown): regions then has those of both sides, one of which it may be. status: resolved, ambiguous (may mean several: note says which), unresolved (not a known name: kept, and note names the most alike), not_named (regions are counted or hinted at). A structure that the atlas lacks is resolved and has no regions';

-- Why the regions are not simply the term's own.
CREATE FUNCTION evidence.region_fit(p_term text, p_atlas text, p_regions int[]) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
		WHEN NOT EXISTS (SELECT FROM imaging.atlas a WHERE a.atlas = p_atlas) THEN format('no atlas %s is stored', p_atlas)
		WHEN p_regions = '{}' THEN format('%s has no region of it', p_atlas)
		WHEN t.within <> '{}' AND NOT EXISTS (SELECT FROM evidence.atlas_term a WHERE a.atlas = p_atlas AND (a.region_term = t.region_term OR a.region_term = ANY (t.parts))) THEN
			format('%s has no region of its own for it: those that it lies in', p_atlas) END
	FROM evidence.region_term t WHERE t.region_term = p_term;
$$;
COMMENT ON FUNCTION evidence.region_fit(text, text, int[]) IS 'A remark where an atlas has no region of a term, or only those that it lies in; else NULL';

---------------------------------------------------------------------------------------------------- lists

-- The members of a list, completed from their neighbours where they are cut short: "superior and middle frontal gyri", 额中、下回.
CREATE FUNCTION evidence.region_members(p_text text, OUT ordinal int, OUT verbatim text, OUT name text, OUT clause int, OUT alternative int) RETURNS SETOF record
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	raw     text := normalize(p_text, NFKC);
	member  text[] := '{}';
	before  text[] := '{}'; -- the separator before each
	shown   text[];
	scope   int[];
	piece   text;
	open    text;
	other   text;
	groups  int := 0;
BEGIN
	-- Separators within brackets are none.
	FOR piece IN SELECT m[1] FROM regexp_matches(raw, '((?:\([^()]*\)|\[[^\[\]]*\]|\s+(?:and|or|as well as)\s+|,\s*(?:and|or)\s+|[、,;；。/|+&]|以及|或者|(?:(?<=[一-鿿)])[和与及或](?=[一-鿿A-Z]))|.))', 'g') m LOOP
		IF piece ~ '^(\s+(and|or|as well as)\s+|,\s*(and|or)\s+|[、,;；。/|+&]|以及|或者|[和与及或])$' AND member <> '{}' THEN
			member := member || ''::text;
			before := before || btrim(piece);
		ELSIF member = '{}' THEN
			member := ARRAY[piece];
			before := ARRAY[''];
		ELSE
			member[cardinality(member)] := member[cardinality(member)] || piece;
		END IF;
	END LOOP;
	shown := member;
	scope := array_fill(1, ARRAY[greatest(cardinality(member), 1)]);
	FOR i IN 2..cardinality(member) LOOP
		scope[i] := scope[i - 1] + (before[i] ~ '[;；。]')::int;
	END LOOP;
	FOR i IN 1..cardinality(member) LOOP
		CONTINUE WHEN btrim(member[i]) = '' OR (evidence.read_region(member[i])).status <> 'unresolved';
		-- The head of a later member: superior (and middle) frontal gyri; 额中(、额下)回.
		FOR j IN i + 1..cardinality(member) LOOP
			EXIT WHEN scope[j] <> scope[i];
			IF member[j] ~ '[一-鿿]' THEN
				open := member[i] || right(btrim(member[j]), 1);
				IF (evidence.read_region(open)).status = 'resolved' THEN shown[i] := open; EXIT; END IF;
			ELSE
				FOR n IN 1..3 LOOP
					other := array_to_string((regexp_split_to_array(btrim(member[j]), '\s+'))[n + 1:], ' ');
					EXIT WHEN other = '';
					open := btrim(member[i]) || ' ' || other;
					IF (evidence.read_region(open)).status = 'resolved' THEN shown[i] := open; EXIT; END IF;
				END LOOP;
			END IF;
			EXIT WHEN shown[i] <> member[i];
		END LOOP;
		-- The beginning of the member before: 额上回(、)中回; with the end of a later one: 额上(回)、中、下回.
		IF shown[i] = member[i] AND i > 1 AND scope[i - 1] = scope[i] AND btrim(member[i]) ~ '^[上中下前后内外]([一-鿿]|$)' THEN
			open := btrim((evidence.region_side(psyrad.text_fold(shown[i - 1]))).rest);
			SELECT left(open, n) || btrim(member[i]) || tail INTO other
			FROM generate_series(1, 2) n, LATERAL (SELECT '' AS tail, i AS place UNION ALL SELECT right(btrim(member[j]), 1), j
				FROM generate_series(i + 1, cardinality(member)) j WHERE scope[j] = scope[i]) e
			WHERE (evidence.read_region(left(open, n) || btrim(member[i]) || tail)).status = 'resolved'
			ORDER BY place, n LIMIT 1;
			shown[i] := coalesce(other, member[i]);
		END IF;
	END LOOP;
	FOR i IN 1..cardinality(member) LOOP
		CONTINUE WHEN btrim(member[i]) = '';
		ordinal := coalesce(ordinal, 0) + 1;
		verbatim := btrim(member[i]);
		name := btrim(shown[i]);
		clause := scope[i];
		IF coalesce(before[i + 1], '') ~ '或|\mor\M' AND NOT before[i] ~ '或|\mor\M' THEN
			groups := groups + 1;
		END IF;
		alternative := CASE WHEN coalesce(before[i + 1], '') ~ '或|\mor\M' OR before[i] ~ '或|\mor\M' THEN groups END;
		RETURN NEXT;
	END LOOP;
END $$;
COMMENT ON FUNCTION evidence.region_members(text) IS
	'A list of regions taken apart: each member as it stands (verbatim) and completed from its neighbours where it is cut short (name), the clause it is in, and a number shared by members of which one or the other is meant (or, 或)';

CREATE FUNCTION evidence.read_region_list(p_text text, OUT ordinal int, OUT verbatim text, OUT term text, OUT hemisphere text, OUT certainty text, OUT status text,
	OUT alternative int, OUT note text) RETURNS SETOF record
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	all_are constant text := '[（(,，]?\s*(?:以上)?(?:均|皆|都)(?:为|位于|在)?(左|右|双)侧?[)）]?\s*$|[(,]\s*(?:all|both)?\s*(left|right|bilateral)(?:ly)?\s*\)\s*$';
	whole  text := (regexp_match(p_text, all_are))[1];
	said   text;
	m      record;
	r      record;
	clause int := 0;
	mid    boolean;
BEGIN
	FOR m IN SELECT * FROM evidence.region_members(CASE WHEN whole IS NULL THEN p_text ELSE regexp_replace(p_text, all_are, '') END) LOOP
		IF m.clause <> clause THEN
			clause := m.clause;
			said := NULL;
		END IF;
		r := evidence.read_region(m.name);
		ordinal := m.ordinal;
		verbatim := m.verbatim;
		alternative := m.alternative;
		status := r.status;
		term := CASE WHEN r.status = 'resolved' THEN r.terms[1] END;
		hemisphere := r.hemisphere;
		certainty := r.certainty;
		note := nullif(concat_ws('; ', CASE WHEN m.name <> m.verbatim THEN format('read as %s, from the list', m.name) END, r.note), '');
		mid := (SELECT t.midline FROM evidence.region_term t WHERE t.region_term = term);
		IF r.hemisphere IS NOT NULL AND r.hemisphere <> 'midline' THEN
			said := r.hemisphere;
		ELSIF r.note ~ 'side' AND r.note ~ 'the side is|not said|several sides' THEN
			said := NULL; -- a side is spoken of, and lost: nothing is carried over it
		ELSIF r.hemisphere IS NULL AND whole IS NOT NULL THEN
			hemisphere := CASE whole WHEN '左' THEN 'left' WHEN '右' THEN 'right' ELSE 'bilateral' END;
			certainty := 'stated';
		ELSIF r.hemisphere IS NULL AND said IS NOT NULL AND status <> 'not_named' THEN
			hemisphere := said;
			certainty := 'implied';
		END IF;
		RETURN NEXT;
	END LOOP;
END $$;
COMMENT ON FUNCTION evidence.read_region_list(text) IS 'As evidence.resolve_region_list, without the regions of an atlas';

CREATE FUNCTION evidence.resolve_region_list(p_text text, atlas text DEFAULT 'AAL', OUT ordinal int, OUT verbatim text, OUT term text, OUT canonical_en text,
	OUT canonical_zh text, OUT hemisphere text, OUT certainty text, OUT status text, OUT alternative int, OUT regions int[], OUT note text) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT l.ordinal, l.verbatim, l.term, t.name_en, t.name_zh, l.hemisphere, l.certainty, l.status, l.alternative,
		CASE WHEN l.term IS NULL THEN '{}' ELSE r.regions END, nullif(concat_ws('; ', l.note, evidence.region_fit(l.term, atlas, r.regions)), '')
	FROM evidence.read_region_list(p_text) l
	LEFT JOIN evidence.region_term t ON t.region_term = l.term
	CROSS JOIN LATERAL (SELECT evidence.term_regions(l.term, atlas, l.hemisphere) AS regions) r
	ORDER BY l.ordinal;
$$;
COMMENT ON FUNCTION evidence.resolve_region_list(text, text) IS
	'A list of regions as papers write it, a row a member, each as evidence.resolve_region has it. The side of a member holds for those after it in the same clause that name none: their certainty is implied. alternative: a number shared by members of which the text means one or the other';

---------------------------------------------------------------------------------------------------- rights

GRANT SELECT ON evidence.region_term, evidence.region_spelling, evidence.atlas_term TO psyrad_ingest, psyrad_analyst, psyrad_view;
DO $$
DECLARE
	f regprocedure;
BEGIN
	FOREACH f IN ARRAY ARRAY['evidence.region_key(text)', 'evidence.region_words(text)', 'evidence.atlas_name(text)', 'evidence.term_regions(text, text, text)',
		'evidence.region_side(text)', 'evidence.region_exact(text)', 'evidence.region_lookup(text)', 'evidence.region_hint(text)', 'evidence.region_suggestion(text)',
		'evidence.read_region(text)', 'evidence.resolve_region(text, text)', 'evidence.region_fit(text, text, int[])', 'evidence.region_members(text)',
		'evidence.read_region_list(text)', 'evidence.resolve_region_list(text, text)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest, psyrad_analyst, psyrad_view', f);
	END LOOP;
END $$;

COMMIT;
