-- Terms of texts for full-text search in English and Chinese.

CREATE FUNCTION psyrad.text_terms(text pg_catalog.text, stemmer pg_catalog.regdictionary,
	OUT "position" pg_catalog.int4, OUT kind pg_catalog.text, OUT term pg_catalog.text, OUT stem pg_catalog.text)
	RETURNS SETOF pg_catalog.record
	AS 'MODULE_PATHNAME', 'text_terms' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 100;
COMMENT ON FUNCTION psyrad.text_terms(pg_catalog.text, pg_catalog.regdictionary) IS
'The terms of a folded text in order: words, two neighbouring Chinese characters (pair), the last one of a run (last), hyphenated or broken words as one beside their parts (joined: psychoim-aging is also psychoimaging). Each word and each Chinese character takes one position. stem: of words, by a dictionary such as pg_catalog.english_stem, with a full stop before it; a word that the dictionary drops is its own stem.';

CREATE FUNCTION psyrad.text_index(texts pg_catalog.text[], weights pg_catalog.text, stemmer pg_catalog.regdictionary,
	OUT vector pg_catalog.tsvector, OUT length pg_catalog.int4) RETURNS pg_catalog.record
	AS 'MODULE_PATHNAME', 'text_index' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION psyrad.text_index(pg_catalog.text[], pg_catalog.text, pg_catalog.regdictionary) IS
'The terms of text_terms of several texts (NULL elements have none) as one tsvector for a GIN index: words, their stems with a full stop before them, pairs of Chinese characters and the last one of a run, with positions; a position without a term stands between two texts, so that no phrase goes over their border. weights: A, B, C or D, a letter a text. length: words and Chinese characters. tsvector keeps 256 positions a term and none beyond 16383, and takes 1 MB.';

CREATE FUNCTION psyrad.text_tags(mark pg_catalog.text, texts pg_catalog.text[]) RETURNS pg_catalog.tsvector
	AS 'MODULE_PATHNAME', 'text_tags' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION psyrad.text_tags(pg_catalog.text, pg_catalog.text[]) IS
'The terms of several texts as a tsvector, each with a mark before it and without stems: @zhang for names of authors beside the words of the text.';

CREATE FUNCTION psyrad.text_bm25(vector pg_catalog.tsvector, length pg_catalog.int4, mean_length pg_catalog.float8, terms pg_catalog.text[], idf pg_catalog.float8[],
	k1 pg_catalog.float8 DEFAULT 1.2, b pg_catalog.float8 DEFAULT 0.75) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'text_bm25' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION psyrad.text_bm25(pg_catalog.tsvector, pg_catalog.int4, pg_catalog.float8, pg_catalog.text[], pg_catalog.float8[], pg_catalog.float8, pg_catalog.float8) IS
'BM25 of a document for some terms (Robertson & Zaragoza 2009, Foundations and Trends in Information Retrieval 3:333): the sum over the terms, in their order, of idf tf (k1 + 1) / (tf + k1 (1 - b + b length / mean_length)), tf being the number of positions of the term in the vector.';

CREATE FUNCTION psyrad.text_mark(text pg_catalog.text, terms pg_catalog.text[], stemmer pg_catalog.regdictionary, open pg_catalog.text DEFAULT '«',
	close pg_catalog.text DEFAULT '»', width pg_catalog.int4 DEFAULT 200) RETURNS pg_catalog.text
	AS 'MODULE_PATHNAME', 'text_mark' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2000;
COMMENT ON FUNCTION psyrad.text_mark(pg_catalog.text, pg_catalog.text[], pg_catalog.regdictionary, pg_catalog.text, pg_catalog.text, pg_catalog.int4) IS
'The part of a text, at most width characters, that has the most of some terms, the first of equals, each one marked: terms as text_index has them (words, .stems, pairs of Chinese characters), and beginnings with a * behind (depress*). Blanks become one; … stands where the text goes on.';
