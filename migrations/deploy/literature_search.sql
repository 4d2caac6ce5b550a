-- Deploy psyrad:literature_search to pg
-- Search inside the records of literature, English and Chinese together.  Each current record is one document: a tsvector of its titles, abstracts
-- and keywords (psyrad.text_index: words, stems, pairs of Chinese characters), its authors (@zhang), its year (#y2016) and database (#dcnki), so
-- that a query is one tsquery and one scan of a GIN index.  The loader keeps the documents up to date, file by file.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- the index

-- No stop words: those of a search string are words of its phrases.
CREATE TEXT SEARCH DICTIONARY evidence.stem (TEMPLATE = pg_catalog.snowball, LANGUAGE = english);
COMMENT ON TEXT SEARCH DICTIONARY evidence.stem IS 'Stems of English words (Snowball), without stop words';

-- Vectors stay in their rows, where ranking reads them.
CREATE TABLE evidence.search_document (
	source_record_id bigint PRIMARY KEY REFERENCES evidence.source_record ON DELETE CASCADE,
	source_id        bigint NOT NULL REFERENCES ingest.file,
	content_sha256   bytea NOT NULL,
	length           int NOT NULL CHECK (length >= 0),
	vector           tsvector NOT NULL
) WITH (toast_tuple_target = 8160);
ALTER TABLE evidence.search_document ALTER vector SET STORAGE EXTERNAL;
CREATE INDEX search_document_vector ON evidence.search_document USING gin (vector);
CREATE INDEX search_document_source ON evidence.search_document (source_id);
COMMENT ON TABLE evidence.search_document IS 'Current source records as they are searched; written by evidence.index_records()';
COMMENT ON COLUMN evidence.search_document.content_sha256 IS 'Of the record as it was indexed';
COMMENT ON COLUMN evidence.search_document.length IS 'Words and Chinese characters of titles, abstracts and keywords';
COMMENT ON COLUMN evidence.search_document.vector IS 'Weight A: titles, B: abstracts, C: keywords and MeSH; @ names of authors, #y year, #d database';

CREATE TABLE evidence.search_lexeme (
	lexeme    text COLLATE "C" PRIMARY KEY,
	documents int NOT NULL CHECK (documents > 0)
);
COMMENT ON TABLE evidence.search_lexeme IS 'In how many documents each term is: what the ranking weighs terms by';

CREATE TABLE evidence.search_size (
	one       boolean PRIMARY KEY DEFAULT true CHECK (one),
	documents bigint NOT NULL,
	length    bigint NOT NULL
);
COMMENT ON TABLE evidence.search_size IS 'One row: how many documents there are, and the sum of their lengths';
INSERT INTO evidence.search_size (documents, length) VALUES (0, 0);

CREATE FUNCTION evidence.person_names(p_people jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT array_agg(coalesce((p.person ->> 'family') || coalesce(' ' || (p.person ->> 'given'), ''), p.person ->> 'literal', p.person ->> 'written') ORDER BY p.place)
	FROM jsonb_array_elements(p_people) WITH ORDINALITY AS p (person, place);
END;
COMMENT ON FUNCTION evidence.person_names(jsonb) IS 'Names of people as they are searched: family name first';

CREATE FUNCTION evidence.database_lexeme(p_database text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN '#d' || replace(psyrad.text_fold(p_database), ' ', '_');
COMMENT ON FUNCTION evidence.database_lexeme(text) IS 'The lexeme of a database: Web of Science is #dweb_of_science';

CREATE FUNCTION evidence.index_records(p_source_id bigint DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	changed bigint;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('evidence.index_records'));
	CREATE TEMPORARY TABLE search_new ON COMMIT DROP AS
	WITH newest AS (
		SELECT s.source_id, max(s.seen_in) AS seen_in FROM evidence.source_record s WHERE p_source_id IS NULL OR s.source_id = p_source_id GROUP BY s.source_id),
	stale AS MATERIALIZED (
		SELECT s.* FROM newest n JOIN evidence.source_record s USING (source_id, seen_in) LEFT JOIN evidence.search_document d USING (source_record_id)
		WHERE d.content_sha256 IS DISTINCT FROM s.content_sha256)
	SELECT s.source_record_id, s.source_id, s.content_sha256, i.length,
		i.vector || psyrad.text_tags('@', coalesce(evidence.person_names(s.authors), '{}') || coalesce(evidence.person_names(s.authors_translated), '{}'))
			|| array_to_tsvector(array_remove(ARRAY['#y' || s.year, evidence.database_lexeme(s.database)], NULL)) AS vector
	FROM stale s
	CROSS JOIN LATERAL (
		SELECT array_agg(k.text ORDER BY k.place) AS texts, repeat('C', count(k.text)::int) AS weights
		FROM (SELECT coalesce(t.text, '') AS text, t.place FROM jsonb_array_elements_text(coalesce(s.keywords, '[]') || coalesce(s.mesh, '[]')) WITH ORDINALITY t (text, place)) k) k
	CROSS JOIN LATERAL psyrad.text_index(ARRAY[s.title, s.title_translated, s.title_original, s.abstract, s.abstract_translated] || coalesce(k.texts, '{}'),
		'AAABB' || k.weights, 'evidence.stem'::regdictionary) i;
	CREATE TEMPORARY TABLE search_gone ON COMMIT DROP AS
	WITH newest AS (
		SELECT s.source_id, max(s.seen_in) AS seen_in FROM evidence.source_record s WHERE p_source_id IS NULL OR s.source_id = p_source_id GROUP BY s.source_id)
	SELECT d.source_record_id, d.length, d.vector
	FROM evidence.search_document d
	LEFT JOIN newest n USING (source_id)
	LEFT JOIN evidence.source_record s ON s.source_record_id = d.source_record_id AND s.seen_in = n.seen_in
	WHERE (p_source_id IS NULL OR d.source_id = p_source_id) AND s.content_sha256 IS DISTINCT FROM d.content_sha256;
	SELECT (SELECT count(*) FROM pg_temp.search_new) + count(*) INTO changed
	FROM pg_temp.search_gone g WHERE NOT EXISTS (SELECT FROM pg_temp.search_new n WHERE n.source_record_id = g.source_record_id);
	IF changed > 0 THEN
		PERFORM evidence.store_documents();
	END IF;
	DROP TABLE pg_temp.search_new, pg_temp.search_gone;
	RETURN changed;
END $$;
COMMENT ON FUNCTION evidence.index_records(bigint) IS 'Brings the documents of a source (NULL: of all) to what its newest version says; returns how many changed. The loader of literature calls it for each file; records that were changed by other means are found after it was called again';

-- What was inserted waits in a list that each search looks through, until it is sorted into the index: a few large portions cost half of many
-- small ones, and nothing waits behind a load.
CREATE FUNCTION evidence.sort_documents() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET maintenance_work_mem = '128MB' AS $$
BEGIN
	PERFORM pg_catalog.gin_clean_pending_list('evidence.search_document_vector');
END $$;
COMMENT ON FUNCTION evidence.sort_documents() IS 'Part of evidence.index_records(): sorts new documents into the index; runs as its owner, whom the server asks for';

CREATE FUNCTION evidence.store_documents() RETURNS void
LANGUAGE plpgsql SET gin_pending_list_limit = '64MB' SET work_mem = '128MB' AS $$
BEGIN
	DELETE FROM evidence.search_document d USING pg_temp.search_gone g WHERE g.source_record_id = d.source_record_id;
	INSERT INTO evidence.search_document (source_record_id, source_id, content_sha256, length, vector)
	SELECT n.source_record_id, n.source_id, n.content_sha256, n.length, n.vector FROM pg_temp.search_new n ORDER BY n.source_record_id;
	CREATE TEMPORARY TABLE search_count ON COMMIT DROP AS
	SELECT c.word AS lexeme, sum(c.n)::int AS n
	FROM (SELECT t.word, t.ndoc AS n FROM ts_stat('SELECT vector FROM pg_temp.search_new') t
		UNION ALL SELECT t.word, -t.ndoc FROM ts_stat('SELECT vector FROM pg_temp.search_gone') t) c
	WHERE left(c.word, 1) NOT IN ('@', '#')
	GROUP BY c.word
	HAVING sum(c.n) <> 0;
	DELETE FROM evidence.search_lexeme l USING pg_temp.search_count c WHERE l.lexeme = c.lexeme AND l.documents + c.n = 0;
	UPDATE evidence.search_lexeme l SET documents = l.documents + c.n FROM pg_temp.search_count c WHERE c.lexeme = l.lexeme;
	INSERT INTO evidence.search_lexeme (lexeme, documents)
	SELECT c.lexeme, c.n FROM pg_temp.search_count c
	WHERE c.n > 0 AND NOT EXISTS (SELECT FROM evidence.search_lexeme o WHERE o.lexeme = c.lexeme)
	ORDER BY c.lexeme COLLATE "C";
	UPDATE evidence.search_size z
	SET documents = z.documents + n.documents - g.documents, length = z.length + n.length - g.length
	FROM (SELECT count(*) AS documents, coalesce(sum(length), 0) AS length FROM pg_temp.search_new) n,
		(SELECT count(*) AS documents, coalesce(sum(length), 0) AS length FROM pg_temp.search_gone) g;
	DROP TABLE pg_temp.search_count;
	PERFORM evidence.sort_documents();
END $$;
COMMENT ON FUNCTION evidence.store_documents() IS 'Part of evidence.index_records(): writes documents, and how many have each term';

---------------------------------------------------------------------------------------------------- names of concepts

CREATE TABLE evidence.concept_name (
	kind    text NOT NULL CHECK (kind IN ('region', 'network', 'modality')),
	concept text NOT NULL,
	name    text NOT NULL CHECK (name <> ''),
	PRIMARY KEY (kind, concept, name)
);
COMMENT ON TABLE evidence.concept_name IS 'Names of brain regions, networks and imaging modalities in English and Chinese, as texts use them: what region:, network: and modality: of a query search for';
\copy evidence.concept_name (kind, concept, name) FROM 'data/concept_name.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')

-- Regions are also searched by the names that findings are read by; abbreviations, and names that mean several, are no words to search texts for.
INSERT INTO evidence.concept_name (kind, concept, name)
SELECT DISTINCT ON (n.concept, f.folded) 'region', n.concept, n.spelling
FROM (
	SELECT s.spelling, coalesce((
		SELECT min(c.concept COLLATE "C") FROM evidence.concept_name c
		WHERE c.kind = 'region' AND psyrad.text_fold(c.name) IN (psyrad.text_fold(t.name_en), psyrad.text_fold(t.name_zh))), t.name_en) AS concept
	FROM evidence.region_spelling s
	JOIN evidence.region_term t USING (region_term)
	WHERE s.region_term <> 'whole_brain' AND NOT EXISTS (SELECT FROM evidence.region_spelling o WHERE o.key = s.key AND o.region_term <> s.region_term)
		AND CASE s.language WHEN 'en' THEN s.spelling ~ '[a-z]{5}' WHEN 'zh' THEN s.spelling ~ '^[一-鿿]{2,}$' ELSE false END) n
CROSS JOIN LATERAL (SELECT psyrad.text_fold(n.spelling) AS folded) f
WHERE NOT EXISTS (SELECT FROM evidence.concept_name c WHERE c.kind = 'region' AND psyrad.text_fold(c.name) = f.folded)
ORDER BY n.concept, f.folded, n.spelling COLLATE "C";

-- A letter or two before a number are often another thing (C7 is a vertebra, P300 a potential): such spellings are searched only where the point is theirs alone.
CREATE FUNCTION evidence.concept_names(p_kind text, p_name text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	names text[];
BEGIN
	IF p_kind = 'acupoint' THEN
		SELECT array_agg(n.name ORDER BY n.name COLLATE "C") INTO names
		FROM (
			SELECT a.alias AS name
			FROM intervention.acupoint_alias a
			WHERE a.acupoint = (SELECT r.acupoint FROM intervention.resolve_acupoint(p_name) r) AND a.context IS NULL AND a.kind <> 'typo' AND a.alias !~ '^[a-z]?[0-9]+$'
				AND NOT EXISTS (SELECT FROM intervention.acupoint_alias o WHERE o.alias = a.alias AND o.acupoint <> a.acupoint)
			UNION
			SELECT regexp_replace(a.alias, '^([a-z]{2,})([0-9]+)$', '\1 \2')
			FROM intervention.acupoint_alias a
			WHERE a.acupoint = (SELECT r.acupoint FROM intervention.resolve_acupoint(p_name) r) AND a.context IS NULL AND a.alias ~ '^[a-z]{2,}[0-9]+$'
				AND NOT EXISTS (SELECT FROM intervention.acupoint_alias o WHERE o.alias = a.alias AND o.acupoint <> a.acupoint)) n;
	ELSE
		SELECT array_agg(DISTINCT n.name COLLATE "C" ORDER BY n.name COLLATE "C") INTO names
		FROM evidence.concept_name c
		JOIN evidence.concept_name n USING (kind, concept)
		WHERE c.kind = p_kind AND (psyrad.text_fold(c.name) = psyrad.text_fold(p_name) OR psyrad.text_fold(c.concept) = psyrad.text_fold(p_name));
	END IF;
	RETURN names;
END $$;
COMMENT ON FUNCTION evidence.concept_names(text, text) IS 'All names of what a name means, in both languages: kind region, network, modality (evidence.concept_name) or acupoint (its unambiguous aliases). NULL where the name is not known';

---------------------------------------------------------------------------------------------------- queries

CREATE TYPE evidence.search_leaf AS (query tsquery, ranked text[], weighed text[], marked text[]);
COMMENT ON TYPE evidence.search_leaf IS 'A part of a query: what must match; the lexemes that rank, and beside each the one whose documents weigh it; what is marked in snippets (a * behind: a beginning)';

CREATE FUNCTION evidence.quoted_lexeme(p_lexeme text, p_prefix boolean, p_weight text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '''' || replace(replace(p_lexeme, '\', '\\'), '''', '''''') || ''''
	|| CASE WHEN p_prefix OR p_weight <> '' THEN ':' || CASE WHEN p_prefix THEN '*' ELSE '' END || p_weight ELSE '' END;
COMMENT ON FUNCTION evidence.quoted_lexeme(text, boolean, text) IS 'A lexeme as the text of a tsquery has it';

CREATE FUNCTION evidence.search_words(p_text text, p_exact boolean, p_prefix boolean, p_weight text DEFAULT '', p_mark text DEFAULT '') RETURNS evidence.search_leaf
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	leaf   evidence.search_leaf;
	t      record;
	phrase text;
	before int;
	joined text;
	ranked text[];
BEGIN
	leaf.ranked := '{}';
	leaf.weighed := '{}';
	leaf.marked := '{}';
	FOR t IN
		SELECT w.position, w.kind, w.term, w.stem, w.kind = 'last' AS begins,
			p_prefix AND w.kind = 'word' AND w.position = max(w.position) OVER () AS cut
		FROM (
			SELECT x.*, lag(x.kind) OVER (ORDER BY x.position, x.kind = 'joined') AS kind_before
			FROM psyrad.text_terms(p_text, 'evidence.stem'::regdictionary) x) w
		-- The last character of a run is in the pair before it; by itself it is the beginning of any pair.
		WHERE w.kind <> 'joined' AND NOT (w.kind = 'last' AND coalesce(w.kind_before = 'pair', false))
		ORDER BY w.position
	LOOP
		phrase := CASE WHEN phrase IS NULL THEN '' ELSE format('%s <%s> ', phrase, t.position - before) END
			|| evidence.quoted_lexeme(p_mark || CASE WHEN p_exact OR t.cut OR p_mark <> '' THEN t.term ELSE coalesce(t.stem, t.term) END, t.cut OR t.begins, p_weight);
		before := t.position;
		IF p_mark = '' THEN
			leaf.marked := leaf.marked || CASE WHEN t.cut OR t.begins THEN t.term || '*' WHEN p_exact THEN t.term ELSE coalesce(t.stem, t.term) END;
			-- The words that begin so weigh as the commonest of them: a rare misprint must not outrank it.
			ranked := CASE WHEN t.cut OR t.begins THEN coalesce((
				SELECT array_agg(m.lexeme ORDER BY m.documents DESC, m.lexeme) FROM (
					SELECT l.lexeme, l.documents FROM evidence.search_lexeme l WHERE l.lexeme ^@ t.term ORDER BY l.documents DESC, l.lexeme LIMIT 64) m), '{}')
				ELSE ARRAY[coalesce(t.stem, t.term)] END;
			leaf.ranked := leaf.ranked || ranked;
			leaf.weighed := leaf.weighed || array_fill(ranked[1], ARRAY[cardinality(ranked)]);
		END IF;
	END LOOP;
	leaf.query := phrase::tsquery;
	-- A hyphenated word is also searched as one.
	SELECT min(CASE WHEN p_exact THEN w.term ELSE w.stem END) FILTER (WHERE w.kind = 'joined') INTO joined
	FROM psyrad.text_terms(p_text, 'evidence.stem'::regdictionary) w
	HAVING count(*) FILTER (WHERE w.kind = 'joined') = 1 AND NOT p_prefix
		AND min(w.term) FILTER (WHERE w.kind = 'joined') = string_agg(w.term, '' ORDER BY w.position) FILTER (WHERE w.kind <> 'joined');
	IF joined IS NOT NULL AND p_mark = '' THEN
		leaf.query := leaf.query || evidence.quoted_lexeme(joined, false, p_weight)::tsquery;
		leaf.ranked := leaf.ranked || joined;
		leaf.weighed := leaf.weighed || joined;
		leaf.marked := leaf.marked || joined;
	END IF;
	RETURN leaf;
END $$;
COMMENT ON FUNCTION evidence.search_words(text, boolean, boolean, text, text) IS 'Words in a row as a part of a query: exact or by their stems, the last one cut off (prefix), in fields of a weight, or with the mark of authors. query is NULL where the text has no words';

-- Chinese punctuation and full-width letters, a character for a character, so that positions stay.
CREATE FUNCTION evidence.plain_query(p_query text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN translate(p_query, '（）“”„«»：＊＋－　＂ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ', '()"""""' || ':*+- "ABCDEFGHIJKLMNOPQRSTUVWXYZ');
COMMENT ON FUNCTION evidence.plain_query(text) IS 'A query with ASCII for full-width punctuation and letters, each at its place';

CREATE FUNCTION evidence.search_refuse(p_message text, p_at int, p_query text, p_hint text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RAISE syntax_error USING MESSAGE = format('query: %s at character %s: %s', p_message, p_at, left(substr(p_query, p_at), 40)),
		HINT = coalesce(p_hint, 'A query is words, "phrases", depress*, AND OR NOT, ( ), and fields: ti: ab: kw: au: yr:2016-2023 db: region: network: acupoint: modality:');
END $$;
COMMENT ON FUNCTION evidence.search_refuse(text, int, text, text) IS 'Refuses a query, with the character where it is wrong';

CREATE TYPE evidence.search_token AS (kind text, field text, text text, at int);
COMMENT ON TYPE evidence.search_token IS 'kind: word, phrase, and, or, not, open, close; field: that of the word, or of the group that opens; at: the character, from 1';

CREATE FUNCTION evidence.search_tokens(p_query text) RETURNS SETOF evidence.search_token
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	query  text := evidence.plain_query(p_query);
	at     int := 1;
	rest   text;
	found  text;
	before text;
	field  text;
	begun  int;
BEGIN
	WHILE at <= length(query) LOOP
		rest := substr(query, at);
		before := CASE WHEN at > 1 THEN substr(query, at - 1, 1) ELSE ' ' END;
		IF rest ~ '^\s' THEN
			at := at + 1;
			CONTINUE;
		END IF;
		-- AND, OR, NOT: capitals beside blanks, brackets or Chinese characters; in small letters between blanks; * and + behind Chinese, brackets or quotes.
		found := coalesce(substring(rest FROM '^(AND|OR|NOT)(?=$|[\s()"㐀-䶿一-鿿])'), substring(rest FROM '^(?:and|or|not)(?=[\s("])'),
			CASE WHEN before ~ '[\s)"㐀-䶿一-鿿]' THEN substring(rest FROM '^[*+](?=\s*[^\s)*+])') END);
		IF found IS NOT NULL THEN
			RETURN NEXT ROW(CASE found WHEN '*' THEN 'and' WHEN '+' THEN 'or' ELSE lower(found) END, NULL, found, at)::evidence.search_token;
			at := at + length(found);
			CONTINUE;
		END IF;
		begun := at;
		field := lower(substring(rest FROM '^([A-Za-z]+):'));
		IF field IS NOT NULL THEN
			IF field NOT IN ('ti', 'ab', 'kw', 'au', 'yr', 'db', 'region', 'network', 'acupoint', 'modality') THEN
				PERFORM evidence.search_refuse(format('there is no field %s', field), at, p_query, 'Fields: ti (title), ab (abstract), kw (keywords), au (authors), yr (year), db (database), region, network, acupoint, modality. In quotes a colon is no field.');
			END IF;
			at := at + length(field) + 1;
			rest := substr(query, at);
			IF rest ~ '^($|[\s)])' THEN
				PERFORM evidence.search_refuse(format('nothing follows %s:', field), begun, p_query, 'Write what is looked for behind the colon, without a blank: ti:acupuncture.');
			END IF;
		END IF;
		IF rest ~ '^[()]' THEN
			IF field NOT IN ('ti', 'ab', 'kw', 'au') THEN
				PERFORM evidence.search_refuse(format('%s: takes one value, not a group', field), begun, p_query);
			END IF;
			RETURN NEXT ROW(CASE left(rest, 1) WHEN '(' THEN 'open' ELSE 'close' END, field, left(rest, 1), begun)::evidence.search_token;
			at := at + 1;
		ELSIF rest ~ '^"' THEN
			found := substring(rest FROM '^"([^"]*)"');
			IF found IS NULL THEN
				PERFORM evidence.search_refuse('a quote opens and does not close', begun, p_query);
			END IF;
			RETURN NEXT ROW('phrase', field, found, begun)::evidence.search_token;
			at := at + length(found) + 2;
		ELSE
			found := substring(rest FROM '^[^\s()"]+');
			-- Operators within: 精神影像学AND抑郁症, 针灸*抑郁症.
			found := coalesce(substring(found FROM '^(.*?[㐀-䶿一-鿿a-z])(?:AND|OR|NOT)(?=$|[㐀-䶿一-鿿])'), found);
			found := coalesce(substring(found FROM '^(.*?[㐀-䶿一-鿿])[*+](?=[^*+])'), found);
			found := coalesce(substring(found FROM '^(.*?[㐀-䶿一-鿿])[*+]$'), found);
			RETURN NEXT ROW('word', field, found, begun)::evidence.search_token;
			at := at + length(found);
			IF substr(query, at) ~ '^\*(\s*\)|\s*$)' AND right(found, 1) ~ '[㐀-䶿一-鿿]' THEN
				at := at + 1; -- 针灸* is what 针灸 finds
			END IF;
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION evidence.search_tokens(text) IS 'The words and operators of a query, each with its field and its character';

CREATE FUNCTION evidence.search_years(p_token evidence.search_token, p_query text) RETURNS tsquery
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	part  text[] := regexp_match((p_token).text, '^([0-9]{4})?(-)?([0-9]{4})?$');
	first int;
	last  int;
BEGIN
	IF part IS NULL OR coalesce(part[1], part[3]) IS NULL OR (part[2] IS NULL AND part[3] IS NOT NULL) THEN
		PERFORM evidence.search_refuse('yr: takes a year or years', (p_token).at, p_query, 'Write yr:2020, yr:2016-2023, yr:2016- or yr:-2023.');
	END IF;
	first := coalesce(part[1]::int, 1400);
	last := coalesce(part[3]::int, CASE WHEN part[2] IS NULL THEN first ELSE 2200 END);
	IF first > last OR first < 1400 OR last > 2200 THEN
		PERFORM evidence.search_refuse(format('the years %s to %s are none', first, last), (p_token).at, p_query, 'Years go from 1400 to 2200, the earlier one first.');
	END IF;
	RETURN (SELECT string_agg(format('''#y%s''', y), ' | ') FROM generate_series(first, last) y)::tsquery;
END $$;
COMMENT ON FUNCTION evidence.search_years(evidence.search_token, text) IS 'yr: of a query';

-- 海马 within 海马旁回 is no hippocampus, and 丘脑 within 下丘脑 no thalamus, while 岛叶 within 前岛叶 is an insula: what the English names say of one another
-- tells which is which.  A name is then searched without the pairs of characters that the longer ones go on with.
CREATE FUNCTION evidence.search_unless_longer(p_kind text, p_names text[], p_name text, p_query tsquery) RETURNS tsquery
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	ahead  text;
	behind text;
BEGIN
	IF p_name !~ '^[一-鿿]{2,}$' THEN
		RETURN p_query;
	END IF;
	SELECT string_agg(DISTINCT quote_literal(substr(l.name, l.at - 1, 2)), ' | ') FILTER (WHERE l.at > 1),
		string_agg(DISTINCT quote_literal(substr(l.name, length(p_name), 2)), ' | ') FILTER (WHERE l.at = 1)
	INTO ahead, behind
	FROM (
		SELECT c.name, strpos(c.name, p_name) AS at
		FROM evidence.concept_name c
		WHERE c.kind = p_kind AND strpos(c.name, p_name) > 0 AND c.name <> ALL (p_names)
			AND NOT EXISTS (
				SELECT FROM evidence.concept_name e
				JOIN unnest(p_names) o ON strpos(' ' || psyrad.text_fold(e.name) || ' ', ' ' || psyrad.text_fold(o) || ' ') > 0
				WHERE e.kind = p_kind AND e.concept = c.concept AND e.name ~ '[a-z]' AND o ~ '[a-z]')) l;
	RETURN (coalesce('!(' || ahead || ') <-> ', '') || p_query::text || coalesce(' <-> !(' || behind || ')', ''))::tsquery;
END $$;
COMMENT ON FUNCTION evidence.search_unless_longer(text, text[], text, tsquery) IS 'The query of a Chinese name of a concept (all of whose names are given) without the places where it is a piece of another concept''s longer name; parts of the concept count as it';

CREATE FUNCTION evidence.search_concept(p_token evidence.search_token, p_query text) RETURNS evidence.search_leaf
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	names text[] := evidence.concept_names((p_token).field, (p_token).text);
	all_of evidence.search_leaf;
	one    evidence.search_leaf;
	name   text;
BEGIN
	IF names IS NULL THEN
		PERFORM evidence.search_refuse(format('there is no %s called %s', (p_token).field, (p_token).text), (p_token).at, p_query,
			CASE (p_token).field WHEN 'acupoint' THEN 'A spelling of one point is expected: acupoint:GV20, acupoint:百会. SELECT * FROM acupoint_resolve(...) tells what a text means.'
				ELSE coalesce((SELECT 'Near it: ' || string_agg(n.name, ', ') || '.' FROM (
					SELECT c.name FROM evidence.concept_name c WHERE c.kind = (p_token).field
					ORDER BY psyrad.text_similarity(c.name, (p_token).text) DESC NULLS LAST, c.name COLLATE "C" LIMIT 3) n), '') || ' All are in evidence.concept_name.' END);
	END IF;
	all_of.ranked := '{}';
	all_of.weighed := '{}';
	all_of.marked := '{}';
	FOREACH name IN ARRAY names LOOP
		one := evidence.search_words(name, false, false);
		one.query := evidence.search_unless_longer((p_token).field, names, name, one.query);
		all_of.query := CASE WHEN all_of.query IS NULL THEN one.query ELSE all_of.query || coalesce(one.query, ''::tsquery) END;
		-- GV 20 is a row of two words that mean nothing each: the point's other spellings rank and are marked.
		IF (p_token).field <> 'acupoint' OR cardinality(one.ranked) = 1 THEN
			all_of.ranked := all_of.ranked || one.ranked;
			all_of.weighed := all_of.weighed || one.weighed;
			all_of.marked := all_of.marked || one.marked;
		END IF;
	END LOOP;
	RETURN all_of;
END $$;
COMMENT ON FUNCTION evidence.search_concept(evidence.search_token, text) IS 'region:, network:, acupoint:, modality: of a query: any of the names of what is named';

CREATE FUNCTION evidence.search_part(p_token evidence.search_token, p_query text) RETURNS evidence.search_leaf
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	leaf   evidence.search_leaf;
	word   text := (p_token).text;
	prefix boolean := (p_token).kind = 'word' AND word LIKE '%*';
BEGIN
	leaf.ranked := '{}';
	leaf.weighed := '{}';
	leaf.marked := '{}';
	IF (p_token).field = 'yr' THEN
		leaf.query := evidence.search_years(p_token, p_query);
	ELSIF (p_token).field = 'db' THEN
		leaf.query := evidence.quoted_lexeme(evidence.database_lexeme(word), false, '')::tsquery;
		IF NOT EXISTS (SELECT FROM evidence.search_document d WHERE d.vector @@ leaf.query) THEN
			PERFORM evidence.search_refuse(format('no record is from a database %s', word), (p_token).at, p_query, coalesce((
				SELECT 'Databases: ' || string_agg(DISTINCT s.database, ', ') || '. A name of several words stands in quotes.' FROM evidence.source_record s), 'No database is known.'));
		END IF;
	ELSIF (p_token).field IN ('region', 'network', 'acupoint', 'modality') THEN
		leaf := evidence.search_concept(p_token, p_query);
	ELSE
		IF (p_token).kind = 'word' AND (rtrim(word, '*') ~ '[*?$]' OR word LIKE '%**') THEN
			PERFORM evidence.search_refuse('only the end of a word is cut off', (p_token).at, p_query, 'Write depress*; a character within a word is not left open. In quotes * and ? mean themselves.');
		ELSIF prefix AND length(word) < 3 THEN
			PERFORM evidence.search_refuse('too short a beginning', (p_token).at, p_query, 'At least two letters stand before *.');
		END IF;
		leaf := evidence.search_words(rtrim(word, CASE WHEN prefix THEN '*' ELSE '' END), (p_token).kind = 'phrase', prefix,
			CASE (p_token).field WHEN 'ti' THEN 'A' WHEN 'ab' THEN 'B' WHEN 'kw' THEN 'C' ELSE '' END, CASE (p_token).field WHEN 'au' THEN '@' ELSE '' END);
		IF leaf.query IS NULL THEN
			PERFORM evidence.search_refuse('there is no word', (p_token).at, p_query);
		END IF;
	END IF;
	RETURN leaf;
END $$;
COMMENT ON FUNCTION evidence.search_part(evidence.search_token, text) IS 'A word or phrase of a query in its field';

-- Two stacks, operators and parts: NOT binds closer than AND, AND closer than OR, and what stands side by side must both match.
CREATE FUNCTION evidence.search_parse(p_query text, OUT query tsquery, OUT ranked text[], OUT weighed text[], OUT marked text[])
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	parts   tsquery[] := '{}';
	stack   text[] := '{}';  -- open, not, and, or
	opened  int[] := '{}';
	fields  text[] := '{}';  -- of the groups that are open
	ready   boolean := false; -- a part is complete
	t       evidence.search_token;
	last    evidence.search_token;
	leaf    evidence.search_leaf;
	strength CONSTANT jsonb := '{"open": 0, "or": 1, "and": 2, "not": 3}';
	top     text;
	bound   text;
BEGIN
	ranked := '{}';
	weighed := '{}';
	marked := '{}';
	FOR t IN
		SELECT * FROM evidence.search_tokens(p_query)
		UNION ALL SELECT 'end', NULL, '', length(p_query) + 1
	LOOP
		IF ready AND t.kind IN ('word', 'phrase', 'open', 'not') THEN
			bound := 'and';
		ELSE
			bound := CASE WHEN t.kind IN ('and', 'or', 'close', 'end') THEN t.kind END;
		END IF;
		IF bound IS NOT NULL AND NOT ready THEN
			PERFORM evidence.search_refuse(CASE WHEN last.kind IS NULL AND t.kind = 'end' THEN 'it is empty' ELSE format('%s, where words are expected',
				CASE t.kind WHEN 'end' THEN 'it ends' ELSE t.text END) END, greatest(least(t.at, coalesce(length(p_query), 1)), 1), p_query);
		END IF;
		IF bound IS NOT NULL THEN
			WHILE cardinality(stack) > 0 AND (strength ->> stack[cardinality(stack)])::int >= greatest((CASE bound WHEN 'and' THEN 2 ELSE 1 END), 1) LOOP
				top := stack[cardinality(stack)];
				stack := trim_array(stack, 1);
				IF top = 'not' THEN
					parts[cardinality(parts)] := !!parts[cardinality(parts)];
				ELSE
					parts[cardinality(parts) - 1] := CASE top WHEN 'and' THEN parts[cardinality(parts) - 1] && parts[cardinality(parts)]
						ELSE parts[cardinality(parts) - 1] || parts[cardinality(parts)] END;
					parts := trim_array(parts, 1);
				END IF;
			END LOOP;
		END IF;
		IF bound IN ('and', 'or') THEN
			stack := stack || bound;
			ready := false;
		END IF;
		CASE t.kind
			WHEN 'not' THEN stack := stack || 'not'::text;
			WHEN 'open' THEN
				stack := stack || 'open'::text;
				opened := opened || t.at;
				fields := fields || coalesce(t.field, fields[cardinality(fields)], '');
			WHEN 'close' THEN
				IF cardinality(opened) = 0 THEN
					PERFORM evidence.search_refuse('a bracket closes that did not open', t.at, p_query);
				END IF;
				stack := trim_array(stack, 1);
				opened := trim_array(opened, 1);
				fields := trim_array(fields, 1);
			WHEN 'word', 'phrase' THEN
				t.field := coalesce(t.field, nullif(fields[cardinality(fields)], ''));
				leaf := evidence.search_part(t, p_query);
				parts := parts || leaf.query;
				IF cardinality(array_positions(stack, 'not')) % 2 = 0 THEN
					ranked := ranked || leaf.ranked;
					weighed := weighed || leaf.weighed;
					marked := marked || leaf.marked;
				END IF;
				ready := true;
			ELSE NULL;
		END CASE;
		last := t;
	END LOOP;
	IF cardinality(opened) > 0 THEN
		PERFORM evidence.search_refuse('a bracket opens and does not close', opened[cardinality(opened)], p_query);
	END IF;
	query := parts[1];
	SELECT coalesce(array_agg(r.lexeme ORDER BY r.lexeme), '{}'), coalesce(array_agg(r.weighed ORDER BY r.lexeme), '{}') INTO ranked, weighed
	FROM (SELECT DISTINCT ON (u.lexeme COLLATE "C") u.lexeme COLLATE "C" AS lexeme, u.weighed FROM unnest(ranked, weighed) u (lexeme, weighed)
		ORDER BY u.lexeme COLLATE "C", u.weighed <> u.lexeme, u.weighed COLLATE "C") r;
	SELECT coalesce(array_agg(DISTINCT r.lexeme COLLATE "C" ORDER BY r.lexeme COLLATE "C"), '{}') INTO marked FROM unnest(marked) r (lexeme);
END $$;
COMMENT ON FUNCTION evidence.search_parse(text) IS
	'A query of people as one of the index: words (by their stems), "exact phrases", depress* (a beginning), Chinese text as it stands, AND OR NOT (also * and + behind Chinese), brackets, ti: ab: kw: au: yr:2016-2023 db:CNKI, and region: network: acupoint: modality:, which search all names of what they name. query: what must match; ranked: the lexemes that rank; marked: those of snippets. What is wrong is an error with the character';

CREATE FUNCTION evidence.search_idf(p_documents bigint, p_with bigint) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ln(1 + (p_documents - p_with + 0.5::float8) / (p_with + 0.5::float8));
COMMENT ON FUNCTION evidence.search_idf(bigint, bigint) IS 'Weight of a term that some of all documents have, ln(1 + (N - n + 1/2) / (n + 1/2)): that of Robertson & Sparck Jones without relevance information, in the form that is never below 0 (Lucene''s BM25Similarity)';

CREATE FUNCTION evidence.search_weights(p_ranked text[], p_weighed text[], OUT lexemes text[], OUT idf float8[])
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT coalesce(array_agg(r.lexeme ORDER BY r.lexeme COLLATE "C"), '{}'), coalesce(array_agg(evidence.search_idf(z.documents, l.documents) ORDER BY r.lexeme COLLATE "C"), '{}')
	FROM unnest(p_ranked, p_weighed) r (lexeme, weighed)
	JOIN evidence.search_lexeme l ON l.lexeme = r.weighed COLLATE "C"
	CROSS JOIN evidence.search_size z;
$$;
COMMENT ON FUNCTION evidence.search_weights(text[], text[]) IS 'Weights of the terms of evidence.search_parse(); those that no document has are left out';

CREATE FUNCTION evidence.matching_records(p_query text) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000 AS $$
DECLARE
	wanted tsquery := (SELECT p.query FROM evidence.search_parse(p_query) p);
BEGIN
	RETURN QUERY SELECT d.source_record_id FROM evidence.search_document d WHERE d.vector @@ wanted;
END $$;
COMMENT ON FUNCTION evidence.matching_records(text) IS 'All current source records that a query finds, in no order: to be counted or joined. The query is that of evidence.find_records()';

CREATE FUNCTION evidence.snippet(p_record evidence.source_record, p_marked text[], p_open text, p_close text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT coalesce(
		nullif((SELECT string_agg(m.text, ' / ' ORDER BY m.place)
			FROM (VALUES (1, p_record.abstract), (2, p_record.abstract_translated)) a (place, text)
			CROSS JOIN LATERAL (SELECT a.place, psyrad.text_mark(a.text, p_marked, 'evidence.stem'::regdictionary, p_open, p_close) AS text) m
			WHERE strpos(m.text, p_open) > 0), ''),
		(SELECT string_agg(psyrad.text_mark(t.text, p_marked, 'evidence.stem'::regdictionary, p_open, p_close), ' / ' ORDER BY t.place)
			FROM (VALUES (1, p_record.title), (2, p_record.title_translated)) t (place, text) WHERE t.text IS NOT NULL));
$$;
COMMENT ON FUNCTION evidence.snippet(evidence.source_record, text[], text, text) IS 'Where a record has the marked terms: of its abstracts in both languages those that have any, else its titles';

CREATE FUNCTION evidence.find_records(p_query text, p_limit int DEFAULT 20, p_review text DEFAULT NULL, p_open text DEFAULT '«', p_close text DEFAULT '»')
	RETURNS TABLE (rank bigint, cluster_id bigint, source_record_id bigint, score float8, title text, title_translated text, year int, journal text, databases text[],
		records bigint, found bigint, snippet text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	wanted record;
	w      record;
	mean   float8 := (SELECT z.length::float8 / nullif(z.documents, 0) FROM evidence.search_size z);
	of_review text := CASE WHEN p_review IS NOT NULL THEN evidence.the_review(p_review) END;
BEGIN
	IF p_limit < 0 THEN
		RAISE invalid_parameter_value USING MESSAGE = format('limit is %s; expected 0 or more, or NULL for all', p_limit);
	END IF;
	SELECT p.* INTO wanted FROM evidence.search_parse(p_query) p;
	SELECT i.lexemes, i.idf INTO w FROM evidence.search_weights(wanted.ranked, wanted.weighed) i;
	RETURN QUERY
	WITH hit AS MATERIALIZED (
		SELECT d.source_record_id, coalesce(c.cluster_id, d.source_record_id) AS cluster_id, psyrad.text_bm25(d.vector, d.length, coalesce(nullif(mean, 0), 1), w.lexemes, w.idf) AS score
		FROM evidence.search_document d
		LEFT JOIN evidence.record_cluster c USING (source_record_id)
		WHERE d.vector @@ wanted.query
			AND (of_review IS NULL OR EXISTS (SELECT FROM evidence.search_source l WHERE l.review = of_review AND l.source_id = d.source_id))),
	best AS (
		SELECT DISTINCT ON (h.cluster_id) h.cluster_id, h.source_record_id, h.score FROM hit h ORDER BY h.cluster_id, h.score DESC, h.source_record_id),
	page AS (
		SELECT row_number() OVER (ORDER BY b.score DESC, b.cluster_id) AS rank, b.*, count(*) OVER () AS found FROM best b ORDER BY b.score DESC, b.cluster_id LIMIT p_limit)
	SELECT p.rank, p.cluster_id, p.source_record_id, p.score, s.title, s.title_translated, s.year, s.journal, o.databases, o.records, p.found,
		evidence.snippet(s, wanted.marked, p_open, p_close)
	FROM page p
	JOIN evidence.source_record s USING (source_record_id)
	CROSS JOIN LATERAL (
		SELECT array_agg(DISTINCT r.database COLLATE "C" ORDER BY r.database COLLATE "C") FILTER (WHERE r.database IS NOT NULL) AS databases, count(*) AS records
		FROM (SELECT c.source_record_id FROM evidence.record_cluster c WHERE c.cluster_id = p.cluster_id UNION SELECT p.source_record_id) m
		JOIN evidence.source_record r USING (source_record_id)) o
	ORDER BY p.rank;
END $$;
COMMENT ON FUNCTION evidence.find_records(text, int, text, text, text) IS
	'Reports that a query finds (evidence.search_parse() says how one is written), each cluster of duplicates once, by the record of it that ranks highest: BM25 with k1 = 1.2, b = 0.75 over titles, abstracts and keywords (psyrad.text_bm25, evidence.search_idf), of equals the older cluster first; a cut-off word ranks by the 64 commonest words that begin so, each weighing as the commonest. A record matches by itself, not by what its duplicates say. records: of the cluster; found: how many reports in all; snippet: with the terms marked. review: only records of its searches. limit NULL: all';

---------------------------------------------------------------------------------------------------- similar ones

CREATE FUNCTION evidence.similar_records(p_source_record_id bigint, p_limit int DEFAULT 10)
	RETURNS TABLE (rank bigint, cluster_id bigint, source_record_id bigint, similarity float8, title text, title_translated text, year int, shared_terms text[], shared_keywords text[],
		shared_authors text[])
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	this  record;
	w     record;
	mean  float8 := (SELECT z.length::float8 / nullif(z.documents, 0) FROM evidence.search_size z);
	own   float8;
BEGIN
	SELECT d.*, evidence.report_of(d.source_record_id) AS report INTO this FROM evidence.search_document d WHERE d.source_record_id = p_source_record_id;
	IF NOT FOUND THEN
		RAISE invalid_parameter_value USING MESSAGE = format('there is no current source record %s', coalesce(p_source_record_id::text, 'NULL')), HINT = 'Records are rows of evidence.source_record; evidence.find_records() gives their numbers.';
	END IF;
	-- What tells it from others: its stems and pairs of characters by tf idf.
	SELECT array_agg(t.lexeme ORDER BY t.lexeme) AS lexemes, array_agg(t.idf ORDER BY t.lexeme) AS idf,
		-- Who shares none but its common terms is not looked at.
		string_agg(evidence.quoted_lexeme(t.lexeme, false, ''), ' | ') FILTER (WHERE t.place <= 3 OR t.reached <= 2000)::tsquery AS any_of INTO w
	FROM (
		SELECT r.*, row_number() OVER rarest AS place, sum(r.documents) OVER rarest AS reached
		FROM (
		SELECT u.lexeme COLLATE "C" AS lexeme, i.idf, l.documents
		FROM unnest(this.vector) u
		JOIN evidence.search_lexeme l ON l.lexeme = u.lexeme COLLATE "C"
		CROSS JOIN evidence.search_size z
		CROSS JOIN LATERAL (SELECT evidence.search_idf(z.documents, l.documents) AS idf) i
		-- Words that english_stem stops tell nothing.
		WHERE l.documents > 1 AND (u.lexeme ^@ '.' AND ts_lexize('pg_catalog.english_stem', substr(u.lexeme, 2)) <> '{}' OR u.lexeme ~ '^[㐀-䶿一-鿿]{2}$')
		ORDER BY cardinality(u.positions) * i.idf DESC, u.lexeme COLLATE "C"
		LIMIT 25) r
		WINDOW rarest AS (ORDER BY r.documents, r.lexeme ROWS UNBOUNDED PRECEDING)) t;
	own := psyrad.text_bm25(this.vector, this.length, coalesce(nullif(mean, 0), 1), coalesce(w.lexemes, '{}'), coalesce(w.idf, '{}'));
	RETURN QUERY
	WITH mine AS (
		SELECT array_agg(DISTINCT psyrad.text_fold(k.word)) AS keywords
		FROM evidence.source_record s, jsonb_array_elements_text(coalesce(s.keywords, '[]') || coalesce(s.mesh, '[]')) k (word) WHERE s.source_record_id = p_source_record_id),
	names AS (
		SELECT array_agg(DISTINCT psyrad.text_fold(n.name)) AS authors
		FROM evidence.source_record s, unnest(coalesce(evidence.person_names(s.authors), '{}') || coalesce(evidence.person_names(s.authors_translated), '{}')) n (name) WHERE s.source_record_id = p_source_record_id),
	near AS MATERIALIZED (
		SELECT d.source_record_id, evidence.report_of(d.source_record_id) AS cluster_id, psyrad.text_bm25(d.vector, d.length, coalesce(nullif(mean, 0), 1), w.lexemes, w.idf) / nullif(own, 0) AS similarity, d.vector
		FROM evidence.search_document d
		WHERE d.vector @@ w.any_of AND d.source_record_id <> p_source_record_id),
	best AS (
		SELECT DISTINCT ON (n.cluster_id) n.* FROM near n WHERE n.cluster_id <> this.report ORDER BY n.cluster_id, n.similarity DESC, n.source_record_id),
	page AS (
		SELECT row_number() OVER (ORDER BY b.similarity DESC, b.cluster_id) AS rank, b.* FROM best b ORDER BY b.similarity DESC, b.cluster_id LIMIT p_limit)
	SELECT p.rank, p.cluster_id, p.source_record_id, p.similarity, s.title, s.title_translated, s.year,
		(SELECT array_agg(ltrim(l.lexeme, '.') ORDER BY l.idf DESC, l.lexeme) FROM unnest(w.lexemes, w.idf) l (lexeme, idf) WHERE l.lexeme = ANY (tsvector_to_array(p.vector))),
		(SELECT array_agg(DISTINCT k.word COLLATE "C" ORDER BY k.word COLLATE "C") FROM jsonb_array_elements_text(coalesce(s.keywords, '[]') || coalesce(s.mesh, '[]')) k (word)
			WHERE psyrad.text_fold(k.word) = ANY (mine.keywords)),
		(SELECT array_agg(DISTINCT n.name COLLATE "C" ORDER BY n.name COLLATE "C") FROM unnest(coalesce(evidence.person_names(s.authors), '{}') || coalesce(evidence.person_names(s.authors_translated), '{}')) n (name)
			WHERE psyrad.text_fold(n.name) = ANY (names.authors))
	FROM page p
	JOIN evidence.source_record s USING (source_record_id)
	CROSS JOIN mine
	CROSS JOIN names
	ORDER BY p.rank;
END $$;
COMMENT ON FUNCTION evidence.similar_records(bigint, int) IS
	'Reports like a record, likest first, those of its own cluster left out: by the 25 terms of it with the highest tf idf, among the records that have one of the rarest of these, BM25 as in evidence.find_records() over what the record itself reaches (a shorter one with the same terms may reach more than 1). Titles and abstracts in a second language are part of it, so that a record that has both leads from one language to the other. shared_terms: stems and pairs of characters, the rarest first';

---------------------------------------------------------------------------------------------------- rights

GRANT SELECT ON evidence.search_document, evidence.search_lexeme, evidence.search_size, evidence.concept_name TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE, DELETE ON evidence.search_document, evidence.search_lexeme TO psyrad_ingest;
GRANT UPDATE ON evidence.search_size TO psyrad_ingest;
GRANT INSERT, DELETE ON evidence.concept_name TO psyrad_ingest;

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOREACH f IN ARRAY ARRAY['evidence.index_records(bigint)', 'evidence.store_documents()', 'evidence.sort_documents()', 'evidence.concept_names(text, text)', 'evidence.search_words(text, boolean, boolean, text, text)',
		'evidence.search_refuse(text, int, text, text)', 'evidence.search_tokens(text)', 'evidence.search_years(evidence.search_token, text)',
		'evidence.search_concept(evidence.search_token, text)', 'evidence.search_unless_longer(text, text[], text, tsquery)', 'evidence.search_part(evidence.search_token, text)', 'evidence.search_parse(text)', 'evidence.search_weights(text[], text[])',
		'evidence.matching_records(text)', 'evidence.snippet(evidence.source_record, text[], text, text)', 'evidence.find_records(text, int, text, text, text)',
		'evidence.similar_records(bigint, int)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest%s', f, CASE WHEN f::text ~ 'index_records|store_documents|sort_documents' THEN '' ELSE ', psyrad_analyst, psyrad_view' END);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
