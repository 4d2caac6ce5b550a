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
REVOKE EXECUTE ON FUNCTION ingest.current_row(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.current_row(text, jsonb), ingest.protocol_parts(text, text) TO psyrad_ingest, psyrad_analyst;
GRANT SELECT ON ingest.change TO psyrad_ingest, psyrad_analyst;

COMMIT;
