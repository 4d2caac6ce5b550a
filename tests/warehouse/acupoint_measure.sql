-- Measures psyrad.acupoint_resolve on labelled lines: \set part dev|test, \set lines PATH.  A mention counts as right when its
-- point, side (but the midline's), role and alternatives are those of the label.
CREATE TEMP TABLE raw (line bigserial, whole text);
\set QUIET on
SELECT format('\copy raw (whole) FROM %L WITH (FORMAT csv, DELIMITER E''\x01'', QUOTE E''\x02'')', :'lines') AS copy_lines \gset
:copy_lines
CREATE TEMP TABLE labelled AS
SELECT line, split_part(whole, E'\t', 1) AS part, replace(split_part(whole, E'\t', 2), '\n', E'\n') AS text, split_part(whole, E'\t', 3) AS label
FROM raw WHERE whole !~ '^#';
CREATE TEMP TABLE expected AS
SELECT l.line, w.n, (m.x)[1] AS acupoint, (m.x)[2] AS side, (m.x)[3] AS role, (m.x)[4] AS alternatives, row_number() OVER (PARTITION BY l.line ORDER BY w.n) AS k
FROM labelled l CROSS JOIN LATERAL regexp_split_to_table(l.label, ' ') WITH ORDINALITY w(word, n)
CROSS JOIN LATERAL (SELECT regexp_match(w.word, '^([^@/~]+)(?:@([a-z]+))?(?:/([a-z_]+))?(?:~(\d+))?$')) m(x)
WHERE w.word !~ '^\?';
CREATE TEMP TABLE kept_out AS
SELECT l.line, replace(substr(w.word, 2), '_', ' ') AS verbatim FROM labelled l, regexp_split_to_table(l.label, ' ') w(word) WHERE w.word ~ '^\?';
CREATE TEMP TABLE found AS
SELECT l.line, r.acupoint, nullif(r.side, 'midline') AS side, r.role, r.alternatives::text AS alternatives, r.verbatim, r.rule, r.confidence,
	row_number() OVER (PARTITION BY l.line, r.acupoint IS NULL ORDER BY r.position) AS k
FROM labelled l, psyrad.acupoint_resolve(l.text) r;
-- A label's mentions are met in order: the k-th of a point in a line with the k-th of the same point.
CREATE TEMP TABLE met AS
SELECT coalesce(e.line, f.line) AS line, e.acupoint AS wanted, f.acupoint AS got, e.side AS wanted_side, f.side AS got_side, e.role AS wanted_role, f.role AS got_role,
	e.acupoint IS NOT NULL AND f.acupoint IS NOT NULL AND (e.side, e.role, e.alternatives) IS NOT DISTINCT FROM (f.side, f.role, f.alternatives) AS right
FROM (SELECT *, row_number() OVER (PARTITION BY line, acupoint ORDER BY k) AS nth FROM expected) e
FULL JOIN (SELECT *, row_number() OVER (PARTITION BY line, acupoint ORDER BY k) AS nth FROM found WHERE acupoint IS NOT NULL) f USING (line, acupoint, nth);
CREATE TEMP TABLE measure AS
SELECT l.part, count(DISTINCT l.line) AS lines, count(m.wanted) AS wanted, count(m.got) AS got, count(*) FILTER (WHERE m.right) AS right,
	count(*) FILTER (WHERE m.got IS NOT NULL AND m.wanted IS NULL) AS wrong_point, count(*) FILTER (WHERE m.got IS NOT NULL AND m.wanted IS NOT NULL AND NOT m.right) AS wrong_detail
FROM labelled l LEFT JOIN met m USING (line) GROUP BY l.part;
CREATE TEMP TABLE unlisted AS
SELECT k.* FROM kept_out k WHERE NOT EXISTS (SELECT FROM found f WHERE f.line = k.line AND f.acupoint IS NULL AND f.verbatim LIKE '%' || k.verbatim || '%');
