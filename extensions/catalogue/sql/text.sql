-- Texts for comparison and search.

CREATE FUNCTION psyrad.text_fold(text pg_catalog.text) RETURNS pg_catalog.text
	AS 'MODULE_PATHNAME', 'text_fold' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION psyrad.text_fold(pg_catalog.text) IS
'One form for texts that differ in width, case, script or punctuation only: NFKC with case folding, traditional and variant Chinese characters to simplified (Unihan, one for one), every run of punctuation and blanks to one blank. Symbols, digits, accents and tones stay. For comparison and search, never for display. Folding twice is folding once; databases of encoding UTF8 only.';

CREATE FUNCTION psyrad.text_grams(text pg_catalog.text) RETURNS pg_catalog.text[]
	AS 'MODULE_PATHNAME', 'text_grams' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40;
COMMENT ON FUNCTION psyrad.text_grams(pg_catalog.text) IS
'The grams of the folded text, sorted, each once: its words, and of each run of Chinese characters every two neighbours (of a run of one, itself). For a GIN index: CREATE INDEX ON t USING gin (text_grams(title)); WHERE text_grams(title) @> text_grams(''针刺抑郁'').';

CREATE FUNCTION psyrad.text_similarity(a pg_catalog.text, b pg_catalog.text) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'text_similarity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION psyrad.text_similarity(pg_catalog.text, pg_catalog.text) IS
'Jaro-Winkler similarity (Winkler 1990) of the two folded texts by characters, 0 to 1; NULL when both are empty. Texts of at most 65536 bytes.';

CREATE FUNCTION psyrad.name_similarity(a pg_catalog.text, b pg_catalog.text) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'name_similarity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION psyrad.name_similarity(pg_catalog.text, pg_catalog.text) IS
'How alike two names of persons are, 0 to 1: the lesser of the Jaro-Winkler similarities of family and given names. What stands before a comma is the family name, else either end of the name may be; initials that agree count 0.95 (Zhang YM and Zhang, Yi-Min), the first of them alone 0.9 (Zhang Y), a given name that only one states 0.85. Chinese names are compared as wholes; Chinese against romanised is 0. NULL when both are empty.';
