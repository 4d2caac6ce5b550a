-- Deploy psyrad:history to pg
-- ingest.history holds rows as they were before a file changed them; here they become changes: who, when, by which file, from
-- what to what.  The value after a change is the one before the next, or the row as it stands now.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE FUNCTION ingest.current_row(table_name text, row_key jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, psyrad, pg_temp
AS $$
DECLARE
	found jsonb;
BEGIN
	IF table_name = 'intervention.protocol_point' THEN
		RETURN ingest.protocol_parts(row_key ->> 'study', row_key ->> 'protocol');
	END IF;
	EXECUTE format('SELECT to_jsonb(t) FROM %s t WHERE %s', table_name::regclass,
		(SELECT string_agg(format('t.%I = %L', k.key, k.value), ' AND ') FROM jsonb_each_text(row_key) k)) INTO found;
	RETURN found;
END $$;
COMMENT ON FUNCTION ingest.current_row(text, jsonb) IS 'A row of the history as it stands now, as far as the caller may see it; NULL when it is gone';

CREATE VIEW ingest.change WITH (security_invoker = true) AS
WITH step AS (
	SELECT h.*, lead(h.old_row) OVER (PARTITION BY h.table_name, h.row_key ORDER BY h.history_id) AS next_row
	FROM ingest.history h
)
SELECT s.history_id AS change_no, s.changed_at, s.changed_by, f.path AS file, s.site, s.table_name, k.study, k.label AS participant,
	s.row_key - 'subject_id' AS row_key, d.key AS column_name, d.old_value, d.new_value
FROM step s
JOIN ingest.file f ON f.file_id = s.file_id
LEFT JOIN clinical.subject_key k ON k.subject_id = (s.row_key ->> 'subject_id')::bigint
CROSS JOIN LATERAL (SELECT coalesce(s.next_row, ingest.current_row(s.table_name, s.row_key)) AS new_row) c
CROSS JOIN LATERAL (SELECT coalesce(o.key, n.key) AS key, o.value AS old_value, n.value AS new_value
	FROM jsonb_each(s.old_row) o FULL JOIN jsonb_each(c.new_row) n ON n.key = o.key) d
WHERE d.key NOT IN ('file_id', 'line') AND d.old_value IS DISTINCT FROM d.new_value;
COMMENT ON VIEW ingest.change IS 'Who changed what: a row for each value that a later file changed, with the value before and after';
COMMENT ON COLUMN ingest.change.file IS 'The file that brought the new value';
---------------------------------------------------------------------------------------------------- from a number back to its files

CREATE FUNCTION ingest.fact_columns(fact regclass) RETURNS TABLE (column_name name, is_key boolean, is_short boolean)
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT a.attname, coalesce(a.attnum = ANY (i.indkey), false), t.typcategory <> 'U' AND a.atttypid NOT IN ('real[]'::regtype, 'float8[]'::regtype)
	FROM pg_attribute a
	JOIN pg_type t ON t.oid = a.atttypid
	LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
	WHERE a.attrelid = fact_columns.fact AND a.attnum > 0 AND NOT a.attisdropped
	ORDER BY array_position(i.indkey::int2[], a.attnum), a.attnum;
END;
COMMENT ON FUNCTION ingest.fact_columns(regclass) IS 'Columns of a table, its key first; is_short is false of vectors, matrices and bytes';

-- Checks what was asked for before anything of it enters a query.
CREATE FUNCTION ingest.check_trace(table_name text, matching jsonb) RETURNS regclass
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	fact    regclass := to_regclass(table_name);
	allowed text[];
	unknown text;
BEGIN
	IF fact IS NULL OR NOT EXISTS (SELECT FROM ingest.fact_columns(fact) c WHERE c.column_name = 'file_id') OR fact = 'ingest.file'::regclass THEN
		RAISE undefined_table USING
			MESSAGE = format('table_name is %s where a table of facts is expected', coalesce(quote_literal(table_name), 'NULL')),
			HINT = 'Tables of facts are written with their schema and have a column file_id: clinical.score, imaging.connectome, evidence.effect ...';
	ELSIF jsonb_typeof(matching) IS DISTINCT FROM 'object' THEN
		RAISE invalid_parameter_value USING MESSAGE = 'matching is not an object of columns and values', HINT = 'Such as {"instrument": "HAMD-17", "session": "week8"}.';
	END IF;
	SELECT array_agg(c.column_name::text) INTO allowed FROM ingest.fact_columns(fact) c WHERE c.is_short;
	SELECT k INTO unknown FROM jsonb_object_keys(matching) k WHERE k <> ALL (allowed) ORDER BY k LIMIT 1;
	IF unknown IS NOT NULL THEN
		RAISE undefined_column USING MESSAGE = format('%s has no column %s', fact, quote_literal(unknown)), HINT = format('It has: %s.', array_to_string(allowed, ', '));
	END IF;
	RETURN fact;
END $$;
COMMENT ON FUNCTION ingest.check_trace(text, jsonb) IS 'For ingest.trace: the table of that name; errors 42P01, 42703 and 22023 say what is expected';

CREATE FUNCTION ingest.trace(table_name text, matching jsonb DEFAULT '{}')
	RETURNS TABLE (study text, participant text, row_key jsonb, content jsonb, file text, sha256 text, line bigint, tool_version text, loaded_by name, loaded_at timestamptz,
		changes bigint, changed_by name, changed_at timestamptz)
	LANGUAGE plpgsql STABLE ROWS 100
	SET search_path = pg_catalog, psyrad, pg_temp
AS $$
DECLARE
	fact    regclass := ingest.check_trace(table_name, matching);
	of_name text := (SELECT format('%s.%s', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = fact);
	names   name[] := (SELECT array_agg(c.column_name) FROM ingest.fact_columns(fact) c);
	key     text := (SELECT string_agg(format('%L, t.%I', c.column_name, c.column_name), ', ') FROM ingest.fact_columns(fact) c WHERE c.is_key);
	said    text := (SELECT string_agg(format('%L, r.%I', c.column_name, c.column_name), ', ') FROM ingest.fact_columns(fact) c WHERE c.is_short AND NOT c.is_key AND c.column_name NOT IN ('file_id', 'line'));
	wanted  text := (SELECT string_agg(CASE WHEN m.value IS NULL THEN format('t.%I IS NULL', m.key) ELSE format('t.%I = %L', m.key, m.value) END, ' AND ') FROM jsonb_each_text(matching) m);
BEGIN
	RETURN QUERY EXECUTE format(
		'SELECT %s, %s, r.row_key, jsonb_build_object(%s), f.path, encode(f.sha256, ''hex''), %s, f.tool_version, f.loaded_by, f.finished_at, h.changes, l.changed_by, l.changed_at
		FROM (SELECT t.*, jsonb_build_object(%s) AS row_key FROM %s t WHERE %s) r
		JOIN ingest.file f ON f.file_id = r.file_id %s
		CROSS JOIN LATERAL (SELECT count(*) AS changes, max(x.history_id) AS last FROM ingest.history x WHERE x.table_name = %L AND x.row_key = r.row_key) h
		LEFT JOIN ingest.history l ON l.history_id = h.last
		ORDER BY 1, 2, r.row_key',
		CASE WHEN 'subject_id' = ANY (names) THEN 'k.study' ELSE 'f.study' END, CASE WHEN 'subject_id' = ANY (names) THEN 'k.label' ELSE 'NULL::text' END,
		coalesce(said, ''), CASE WHEN 'line' = ANY (names) THEN 'r.line' ELSE 'NULL::bigint' END, key, fact, coalesce(wanted, 'true'),
		CASE WHEN 'subject_id' = ANY (names) THEN 'JOIN clinical.subject_key k ON k.subject_id = r.subject_id' ELSE '' END, of_name);
END $$;
COMMENT ON FUNCTION ingest.trace(text, jsonb) IS
	'From rows of a table of facts back to where they come from: those whose columns have the values of matching, each with its key, its short columns, the file (path, sha256, line, program version, who loaded it and when) that brought it as it is, how often later files changed it, and who did last.  What the caller may not see is not there.  SELECT * FROM ingest.trace(''clinical.score'', ''{"instrument": "HAMD-17", "session": "week8"}'')';

REVOKE EXECUTE ON FUNCTION ingest.current_row(text, jsonb), ingest.fact_columns(regclass), ingest.check_trace(text, jsonb), ingest.trace(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.current_row(text, jsonb), ingest.protocol_parts(text, text), ingest.fact_columns(regclass), ingest.check_trace(text, jsonb),
	ingest.trace(text, jsonb) TO psyrad_ingest, psyrad_analyst;
GRANT SELECT ON ingest.change TO psyrad_ingest, psyrad_analyst;

COMMIT;
