-- Measures evidence.resolve_region on labelled names: \set lines PATH.  A name that is resolved counts as right when status, side, certainty and
-- the regions in AAL are those of the label.
CREATE TEMP TABLE raw (line bigserial, whole text);
\set QUIET on
SELECT format('\copy raw (whole) FROM %L WITH (FORMAT csv, DELIMITER E''\x01'', QUOTE E''\x02'')', :'lines') AS copy_lines \gset
:copy_lines
CREATE TEMP TABLE measured AS
SELECT w.line, w.c[1] AS text, w.c[2] AS wanted, nullif(w.c[3], '-') AS wanted_side, w.c[4] AS wanted_certainty, nullif(w.c[5], '-') AS wanted_names,
	r.status, r.hemisphere, r.certainty, r.term, r.note, n.names,
	(w.c[2], nullif(w.c[3], '-'), w.c[4]) IS NOT DISTINCT FROM (r.status, r.hemisphere, r.certainty) AND (w.c[5] = '*' OR nullif(w.c[5], '-') IS NOT DISTINCT FROM n.names) AS right
FROM (SELECT line, string_to_array(whole, E'\t') AS c FROM raw WHERE whole !~ '^#') w
CROSS JOIN LATERAL evidence.resolve_region(w.c[1]) r
CROSS JOIN LATERAL (SELECT string_agg(DISTINCT a.base, ' ') AS bag, (SELECT string_agg(x, ' ' ORDER BY array_position(string_to_array(w.c[5], ' '), x), x)
		FROM (SELECT DISTINCT b.base AS x FROM evidence.atlas_term b WHERE b.atlas = 'AAL' AND b.region = ANY (r.regions)) d) AS names
	FROM evidence.atlas_term a WHERE a.atlas = 'AAL' AND a.region = ANY (r.regions)) n;
CREATE TEMP TABLE measure AS
SELECT count(*) AS names, count(*) FILTER (WHERE m.right) AS right, count(*) FILTER (WHERE wanted = 'resolved') AS wanted, count(*) FILTER (WHERE status = 'resolved') AS given,
	count(*) FILTER (WHERE status = 'resolved' AND m.right) AS given_right, count(*) FILTER (WHERE status = 'resolved' AND wanted <> 'resolved') AS too_much
FROM measured m;
