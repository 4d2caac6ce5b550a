-- Measures evidence.resolve_region on labelled names: \set lines PATH.  A name counts as right when its status, side, certainty and regions in
-- AAL (without their sides, in any order) are those of the label.
CREATE TEMP TABLE raw (line bigserial, whole text);
\set QUIET on
SELECT format('\copy raw (whole) FROM %L WITH (FORMAT csv, DELIMITER E''\x01'', QUOTE E''\x02'')', :'lines') AS copy_lines \gset
:copy_lines
CREATE TEMP TABLE measured AS
SELECT w.c[1] AS text, w.c[2] AS wanted, r.status, r.hemisphere, r.certainty, r.term, r.note, n.bases,
	(w.c[2], nullif(w.c[3], '-'), w.c[4]) IS NOT DISTINCT FROM (r.status, r.hemisphere, r.certainty)
	AND (w.c[5] = '*' OR n.bases = ARRAY(SELECT x FROM unnest(string_to_array(nullif(w.c[5], '-'), ' ')) x ORDER BY x COLLATE "C")) AS right
FROM (SELECT string_to_array(whole, E'\t') AS c FROM raw WHERE whole !~ '^#') w
CROSS JOIN LATERAL evidence.resolve_region(w.c[1]) r
CROSS JOIN LATERAL (SELECT ARRAY(SELECT DISTINCT a.base COLLATE "C" FROM evidence.atlas_term a WHERE a.atlas = 'AAL' AND a.region = ANY (r.regions) ORDER BY 1) AS bases) n;
