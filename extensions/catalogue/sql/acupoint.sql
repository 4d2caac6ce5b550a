-- Acupoints in texts.

CREATE FUNCTION psyrad.acupoint_fold(spelling pg_catalog.text) RETURNS pg_catalog.text
	AS 'MODULE_PATHNAME', 'acupoint_fold' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION psyrad.acupoint_fold(pg_catalog.text) IS
'One form for the spellings of a point that differ in width, case, blanks, hyphens, dots, quotes, traditional or variant characters only: the form of the aliases of a lexicon. Tones, + and whatever parts two numbers are kept.';

CREATE FUNCTION psyrad.acupoint_read(text pg_catalog.text, lexicon pg_catalog.text,
	OUT "position" pg_catalog.int4, OUT verbatim pg_catalog.text, OUT acupoint pg_catalog.text, OUT side pg_catalog.text,
	OUT side_certainty pg_catalog.text, OUT role pg_catalog.text, OUT condition pg_catalog.text, OUT alternatives pg_catalog.int4,
	OUT confidence pg_catalog.float8, OUT rule pg_catalog.text, OUT candidates pg_catalog.text[], OUT at pg_catalog.int4,
	OUT length pg_catalog.int4)
	RETURNS SETOF pg_catalog.record
	AS 'MODULE_PATHNAME', 'acupoint_read' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 5;
COMMENT ON FUNCTION psyrad.acupoint_read(pg_catalog.text, pg_catalog.text) IS
'The points that a text names, in order, by a lexicon (a line a meaning: alias, point, kind, flags, separated by tabs): verbatim, at its place in characters; acupoint, NULL where it is not resolved and rule says why (ambiguous, contradiction, range, beside, unknown); side and whether it was stated, implied by a list or follows from anatomy; role main, adjunct or by_syndrome with its condition; alternatives, equal numbers for "A or B"; confidence 1, 0.95 (ear_context), 0.9 (code_in_text), 0.85 (name_in_text), 0.8 (typo), 0; all candidates. Texts of at most 1 MB.';
