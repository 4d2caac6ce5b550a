-- Deploy psyrad:ingest_load to pg
-- What the command-line tool calls: it stages the rows of one file in temporary tables and these functions decide, set by
-- set, what is true of them.  A file is one transaction:
--
--   open_file -> stage_X (temporary tables) -> COPY -> load_X (validate, history, facts) -> close_file (rejects, counts)
--
-- A loading function reads its options from the manifest row and nowhere else, so that the manifest says what was done.
-- It refuses a whole file by SQLSTATE PSY01; a bad row goes to pg_temp.stage_reject, and pg_temp.fact's rows with its number
-- are not stored.  Messages name columns and codes of the study, never cells of columns that were not mapped.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TYPE ingest.counts AS (
	rows_loaded    bigint, -- inserted or changed
	rows_unchanged bigint
);

-- Whose scan a file is, and on what scanner it was made.
CREATE TYPE ingest.scan_of AS (
	subject_id bigint,
	site       text,
	scanner    text
);

CREATE FUNCTION ingest.refuse(p_message text, p_hint text DEFAULT '') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'PSY01', MESSAGE = p_message, HINT = p_hint;
END $$;
COMMENT ON FUNCTION ingest.refuse IS 'Refuses the file being loaded: the tool rolls back and records the reason';

-- The lock that two loads of the same thing meet at; it ends with the transaction.
CREATE FUNCTION ingest.lock(VARIADIC p_name text[]) RETURNS void
LANGUAGE sql AS $$
	SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(pg_catalog.array_to_string(p_name, E'\x01', ''), 7));
$$;

-- The same lock, for who may go side by side with others of its kind, but not with who takes it alone.
CREATE FUNCTION ingest.share_lock(VARIADIC p_name text[]) RETURNS void
LANGUAGE sql AS $$
	SELECT pg_catalog.pg_advisory_xact_lock_shared(pg_catalog.hashtextextended(pg_catalog.array_to_string(p_name, E'\x01', ''), 7));
$$;

---------------------------------------------------------------------------------------------------- the manifest

-- 'inputs' in the options are hashes of companion files: they change the meaning of the bytes, but not which file it is.
CREATE FUNCTION ingest.open_file(p_command text, p_path text, p_sha256 bytea, p_bytes bigint, p_options jsonb, p_batch text,
	p_study text, p_tool text, OUT file_id bigint, OUT state text, OUT rows_read bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	known ingest.file;
	older bigint;
	-- What makes no other file of it: what the loader finds beside it, and of foci what is said of all at once, which may be corrected.
	aside text[] := ARRAY['inputs'] || CASE p_command WHEN 'coordinates' THEN ARRAY['space', 'direction', 'scope', 'modality', 'simulated'] END;
BEGIN
	IF p_command <> 'study' AND p_study IS NOT NULL AND NOT EXISTS (SELECT FROM clinical.study WHERE study = p_study) THEN
		PERFORM ingest.refuse(format('the study %s is not declared', p_study), 'declare it with psyrad ingest study FILE.json');
	END IF;
	PERFORM ingest.lock('bytes', p_command, p_sha256::text, p_options::text);
	PERFORM ingest.lock('path', p_command, p_path, (p_options - aside)::text);
	SELECT f.* INTO known FROM ingest.file f
	WHERE f.command = p_command AND f.sha256 = p_sha256 AND f.options = p_options AND f.status = 'loaded'
		AND NOT EXISTS (SELECT FROM ingest.file newer WHERE newer.supersedes = f.file_id)
	ORDER BY f.file_id LIMIT 1;
	-- Rejects may have had their reason outside the file (a participant not yet known): such a file is looked at again.
	IF known.file_id IS NOT NULL THEN
		file_id := known.file_id;
		rows_read := known.rows_read;
		state := CASE WHEN known.rows_rejected = 0 THEN 'unchanged' ELSE 'again' END;
		RETURN;
	END IF;
	SELECT max(f.file_id) INTO older FROM ingest.file f
	WHERE f.command = p_command AND f.path = p_path AND f.options - aside = p_options - aside AND f.status = 'loaded';
	INSERT INTO ingest.file (command, path, sha256, bytes, options, batch, study, status, tool_version, supersedes, started_at)
	VALUES (p_command, p_path, p_sha256, p_bytes, p_options, p_batch, p_study, 'loaded', p_tool, older, now())
	RETURNING ingest.file.file_id INTO file_id;
	state := 'new';
	rows_read := 0;
END $$;
COMMENT ON FUNCTION ingest.open_file IS 'Takes the lock of (command, bytes, options) and a manifest row; state is new, again (it had rejects) or unchanged';

-- What the load replaced, for who loads: "12 vectors of 6 participants that old.csv brought"; NULL when nothing.
CREATE FUNCTION ingest.say_replaced(p_file_id bigint) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	IF to_regclass('pg_temp.replaced') IS NULL THEN
		RETURN NULL;
	END IF;
	RETURN (
		SELECT string_agg(format('%s %s of %s participant%s', t.n, CASE WHEN t.n = 1 THEN w.one ELSE w.many END, t.people,
				CASE WHEN t.people > 1 THEN 's' ELSE '' END), ', ' ORDER BY t.n DESC, t.table_name)
		FROM (SELECT r.table_name, count(*) AS n, count(DISTINCT r.subject_id) AS people FROM pg_temp.replaced r GROUP BY r.table_name) t
		LEFT JOIN (VALUES ('imaging.vector', 'vector', 'vectors'), ('imaging.connectome', 'connectome', 'connectomes'),
			('imaging.series', 'series', 'series'), ('clinical.score', 'rating', 'ratings')) n (table_name, one, many) USING (table_name)
		CROSS JOIN LATERAL (SELECT coalesce(n.one, 'row of ' || t.table_name) AS one, coalesce(n.many, 'rows of ' || t.table_name) AS many) w
	) || ' that ' || (
		SELECT string_agg(o.path, ', ' ORDER BY o.place) FILTER (WHERE o.place <= 3)
			|| CASE WHEN count(*) > 3 THEN format(' and %s other file%s', count(*) - 3, CASE WHEN count(*) > 4 THEN 's' ELSE '' END) ELSE '' END
		FROM (SELECT p.path, row_number() OVER (ORDER BY p.latest DESC) AS place
			  FROM (SELECT CASE WHEN f.path = own.path AND f.command = own.command THEN 'an earlier version of it' ELSE coalesce(f.path, 'another file') END AS path,
						max(r.file_id) AS latest
					FROM (SELECT DISTINCT x.file_id FROM pg_temp.replaced x) r
					LEFT JOIN ingest.file f USING (file_id) -- of another site it is not seen
					JOIN ingest.file own ON own.file_id = p_file_id
					GROUP BY 1) p) o
	) || ' brought';
END $$;
COMMENT ON FUNCTION ingest.say_replaced IS 'What of pg_temp.replaced is to be told to who loads: how many rows of how many people had other values, and from which files';

CREATE FUNCTION ingest.close_file(p_file_id bigint, p_read bigint, p_loaded bigint, p_unchanged bigint,
	OUT rows_read bigint, OUT rows_rejected bigint, OUT replaced text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	DELETE FROM ingest.reject r WHERE r.file_id = p_file_id;
	-- Who withdrew is not kept by way of a reject either.
	UPDATE pg_temp.stage_reject r
	SET code = 'withdrawn_participant', raw = NULL, label = NULL,
		message = 'this participant withdrew and was erased; take the row out of the file'
	FROM ingest.file f
	WHERE f.file_id = p_file_id AND r.label IS NOT NULL AND clinical.is_withdrawn(f.study, r.label);
	INSERT INTO ingest.reject (file_id, line, column_name, column_number, code, message, raw, site)
	SELECT p_file_id, r.line, r.column_name, r.column_number, r.code, r.message, r.raw, k.site
	FROM pg_temp.stage_reject r
	JOIN ingest.file f ON f.file_id = p_file_id
	LEFT JOIN clinical.subject_key k ON (k.study, k.label) = (f.study, r.label)
	ORDER BY r.line, r.column_number, r.code;
	GET DIAGNOSTICS rows_rejected = ROW_COUNT;
	rows_read := greatest(p_read, p_loaded + p_unchanged); -- a document's records are counted by its loading function
	UPDATE ingest.file f
	SET rows_read = close_file.rows_read, rows_loaded = f.rows_loaded + p_loaded, -- state 'again' adds to what was
		rows_unchanged = greatest(p_unchanged - f.rows_loaded, 0), rows_rejected = close_file.rows_rejected, finished_at = clock_timestamp()
	WHERE f.file_id = p_file_id;
	replaced := ingest.say_replaced(p_file_id);
END $$;
COMMENT ON FUNCTION ingest.close_file IS 'Keeps the staged rejects, writes the counts and says what was replaced';

-- The same refusal of the same bytes is recorded once.  A file whose name tells of somebody who withdrew leaves no name.
CREATE FUNCTION ingest.refuse_file(p_command text, p_path text, p_sha256 bytea, p_bytes bigint, p_options jsonb, p_batch text,
	p_study text, p_tool text, p_message text, p_hint text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	named text := coalesce(p_options ->> 'subject', substring(p_path FROM 'sub-([A-Za-z0-9]+)'));
BEGIN
	IF named IS NOT NULL AND clinical.is_withdrawn(p_study, named) THEN
		p_path := 'withdrawn';
		p_sha256 := sha256('withdrawn');
		p_bytes := 0;
		p_options := jsonb_build_object('study', p_study);
		p_message := 'of a participant who withdrew and was erased; delete the file';
		p_hint := '';
	END IF;
	WITH refused AS (
		INSERT INTO ingest.file (command, path, sha256, bytes, options, batch, study, status, rows_rejected, message, tool_version, started_at)
		SELECT p_command, p_path, p_sha256, p_bytes, p_options, p_batch, p_study, 'refused', 1, p_message, p_tool, now()
		WHERE NOT EXISTS (
			SELECT FROM ingest.file f
			WHERE f.command = p_command AND f.path = p_path AND f.sha256 = p_sha256 AND f.options = p_options
				AND f.status = 'refused' AND f.message = p_message)
		RETURNING file_id)
	INSERT INTO ingest.reject (file_id, line, code, message)
	SELECT file_id, substring(p_message FROM '^(?:[A-Za-z-]+, )?line ([0-9]+)')::bigint, 'file_refused',
		p_message || CASE WHEN p_hint = '' THEN '' ELSE ' (' || p_hint || ')' END
	FROM refused;
END $$;
COMMENT ON FUNCTION ingest.refuse_file IS 'Records a refused file and why, in a transaction of its own';

CREATE FUNCTION ingest.option(p_file_id bigint, p_name text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT f.options ->> p_name FROM ingest.file f WHERE f.file_id = p_file_id;
$$;

---------------------------------------------------------------------------------------------------- staging

-- The rejects of the file.  Each temporary table is a file or three on disk: what holds one document or image stages no columns.
CREATE FUNCTION ingest.stage_rejects() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE stage_reject (
		"row"         bigint,  -- of pg_temp.stage: this row is not stored
		line          bigint,
		column_name   text,
		column_number int,
		code          text NOT NULL,
		message       text NOT NULL,
		raw           text,
		label         text     -- participant
	) ON COMMIT DROP;
END $$;

-- Of a table also which column holds which field, for messages.
CREATE FUNCTION ingest.stage_common() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_rejects();
	CREATE TEMPORARY TABLE stage_column (
		field  text NOT NULL,
		item   int,
		week   text,           -- of a wide column
		instrument text,       -- that the column names; NULL when the row or the option does
		name   text NOT NULL,
		number int NOT NULL
	) ON COMMIT DROP;
END $$;

-- Rows that earlier versions of this file brought and this one no longer has: p_joined says when t, a row of the table, is g, a fact.
CREATE FUNCTION ingest.report_vanished(p_file_id bigint, p_table regclass, p_joined text, p_key_json text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	older bigint[] := ARRAY(
		WITH RECURSIVE o AS (
			SELECT f.supersedes AS file_id FROM ingest.file f WHERE f.file_id = p_file_id AND f.supersedes IS NOT NULL
			UNION
			SELECT f.supersedes FROM o JOIN ingest.file f USING (file_id) WHERE f.supersedes IS NOT NULL)
		SELECT o.file_id FROM o);
BEGIN
	IF older = '{}' THEN
		RETURN;
	END IF;
	EXECUTE format($sql$
		INSERT INTO pg_temp.stage_reject (code, message, label)
		SELECT 'row_vanished', format('the earlier version of this file had a row of %s for %%s; it is kept',
			coalesce(k.label || ' ', '') || (n.key - 'subject_id')::text), k.label
		FROM (SELECT jsonb_build_object(%s) AS key FROM %s t
			  WHERE t.file_id = ANY ($1) AND NOT EXISTS (SELECT FROM pg_temp.fact g WHERE %s)) n
		LEFT JOIN clinical.subject_key k ON k.subject_id = (n.key ->> 'subject_id')::bigint$sql$,
		p_table, p_key_json, p_table, p_joined)
	USING older;
END $$;

-- Which values of people a load replaces: those that were there and become others, in rows of one table by one join.  What was missing and
-- comes is no replacement: of a vector of regions each one counts by itself, since its hemispheres may come from two files.
CREATE FUNCTION ingest.note_replaced(p_table regclass, p_vals text[], p_wide text[], p_from text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF to_regclass('pg_temp.replaced') IS NULL THEN
		CREATE TEMPORARY TABLE replaced (table_name text NOT NULL, file_id bigint NOT NULL, subject_id bigint NOT NULL) ON COMMIT DROP;
	END IF;
	EXECUTE format('INSERT INTO pg_temp.replaced SELECT %L, t.file_id, t.subject_id FROM %s AND (%s)', p_table, p_from,
		(SELECT string_agg(format(CASE WHEN a.atttypid = 'real[]'::regtype
				THEN 'EXISTS (SELECT FROM unnest(t.%1$I, %2$s.%1$I) e (o, n) WHERE o <> ''NaN'' AND o IS DISTINCT FROM n)'
				ELSE 't.%1$I IS NOT NULL AND t.%1$I IS DISTINCT FROM %2$s.%1$I' END,
			a.attname, CASE WHEN a.attname = ANY (p_wide) THEN 'w' ELSE 'g' END), ' OR ')
		 FROM pg_attribute a WHERE a.attrelid = p_table AND a.attname = ANY (p_vals) AND a.attname <> 'coverage'));
END $$;

-- Stores pg_temp.fact in a table: new rows are inserted, different ones changed after their old state went to the history.
-- Rows that an earlier version of this file brought and this one no longer has are kept, and reported.
-- pg_temp.fact: "row", perhaps line, and columns of the table.  It is dropped.
-- p_wide: further columns of the table, which stay in pg_temp.stage, in the row that the fact's column wide names: what takes up most
-- of a row is written once to staging and once to the table, and not in between.
-- p_known: false when the caller knows that the table has no row of these keys; else they are looked for.
CREATE FUNCTION ingest.merge_wide(p_file_id bigint, p_table regclass, p_wide text[], p_known boolean, VARIADIC p_key text[]) RETURNS ingest.counts
LANGUAGE plpgsql
SET default_statistics_target = 10 -- the planner needs the number of rows, and not to sample tens of thousands of them
SET work_mem = '64MB'              -- rows are sorted by key before they are stored
SET jit = off                      -- compiling a statement takes longer than reading the staged rows through it
AS $$
DECLARE
	columns  text[];   -- of fact and table both
	vals     text[];   -- those that make a difference
	joined   text;     -- t.key = g.key AND ...
	differs  text;
	key_json text;
	has_site boolean := EXISTS (SELECT FROM pg_attribute WHERE attrelid = p_table AND attname = 'site' AND NOT attisdropped);
	source   text := 'pg_temp.fact g';
	wide     text := CASE WHEN p_wide <> '{}' THEN 'JOIN pg_temp.stage w ON w."row" = g.wide' ELSE '' END;
	known    boolean := false; -- whether the table has rows of these keys
	good     bigint;
	changed  bigint := 0;
	inserted bigint;
BEGIN
	SELECT array_agg(a.attname::text ORDER BY a.attnum) INTO columns
	FROM pg_attribute a
	WHERE a.attrelid = 'pg_temp.fact'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname NOT IN ('row', 'wide');
	SELECT array_agg(c ORDER BY c) INTO vals FROM unnest(columns || p_wide) c WHERE c <> ALL (p_key) AND c <> 'line';
	SELECT string_agg(format('t.%I = g.%1$I', k), ' AND '), string_agg(format('%L, t.%1$I', k), ', ') INTO joined, key_json
	FROM unnest(p_key) k;

	IF has_site THEN
		UPDATE ingest.file f
		SET site = (SELECT min(s.site) FROM pg_temp.fact s HAVING min(s.site) = max(s.site))
		WHERE f.file_id = p_file_id;
	END IF;
	-- What is to be stored; without rejects that is the facts as they are.
	IF EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" IS NOT NULL) THEN
		DELETE FROM pg_temp.fact f USING pg_temp.stage_reject r WHERE r."row" = f."row" AND r.code = 'duplicate_row';
		source := '(SELECT f.* FROM pg_temp.fact f WHERE NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = f."row")) g';
	END IF;
	-- Else the planner takes one new row for hundreds and reads every stored row to find its key.  Of the key alone: what arrays hold
	-- most often takes longer to find out than the arrays take to store.
	EXECUTE format('ANALYZE pg_temp.fact (%s)', (SELECT string_agg(quote_ident(k), ', ')
		FROM unnest(p_key || CASE WHEN p_wide <> '{}' THEN ARRAY['wide'] ELSE '{}' END) k));
	EXECUTE format('SELECT count(*) FROM %s', source) INTO good;

	-- Mostly nothing of a file is there yet: then it is not looked for again row by row.
	IF p_known THEN
		EXECUTE format('SELECT EXISTS (SELECT FROM %s t JOIN %s ON %s)', p_table, source, joined) INTO known;
	END IF;
	IF vals IS NOT NULL AND known THEN
		SELECT format('(%s) IS DISTINCT FROM (%s)', string_agg(format('t.%I', v), ', '),
			string_agg(format('%s.%I', CASE WHEN v = ANY (p_wide) THEN 'w' ELSE 'g' END, v), ', '))
		INTO differs FROM unnest(vals) v;
		EXECUTE format('INSERT INTO ingest.history (table_name, row_key, old_row, file_id, site)
			SELECT %L, jsonb_build_object(%s), to_jsonb(t), $1, %s FROM %s t JOIN %s ON %s %s WHERE %s',
			p_table::text, key_json, CASE WHEN has_site THEN 't.site' ELSE 'NULL' END, p_table, source, joined, wide, differs)
		USING p_file_id;
		GET DIAGNOSTICS changed = ROW_COUNT;
		IF changed > 0 AND 'subject_id' = ANY (p_key) THEN
			PERFORM ingest.note_replaced(p_table, vals, p_wide, format('%s t JOIN %s ON %s %s WHERE true', p_table, source, joined, wide));
		END IF;
		EXECUTE format('UPDATE %s t SET %s, file_id = $1%s FROM %s %s WHERE %s AND %s', p_table,
			(SELECT string_agg(format('%I = %s.%1$I', v, CASE WHEN v = ANY (p_wide) THEN 'w' ELSE 'g' END), ', ') FROM unnest(vals) v),
			CASE WHEN 'line' = ANY (columns) THEN ', line = g.line' ELSE '' END, source, wide, joined, differs)
		USING p_file_id;
		GET DIAGNOSTICS changed = ROW_COUNT;
	END IF;
	EXECUTE format('INSERT INTO %s (%s, file_id) SELECT %s, $1 FROM %s %s %s ORDER BY %s', p_table,
		(SELECT string_agg(quote_ident(c), ', ') FROM unnest(columns || p_wide) c),
		(SELECT string_agg(format('%s.%I', CASE WHEN c = ANY (p_wide) THEN 'w' ELSE 'g' END, c), ', ') FROM unnest(columns || p_wide) c), source, wide,
		CASE WHEN known THEN format('WHERE NOT EXISTS (SELECT FROM %s t WHERE %s)', p_table, joined) END,
		(SELECT string_agg(format('g.%I', k), ', ') FROM unnest(p_key) k))
	USING p_file_id;
	GET DIAGNOSTICS inserted = ROW_COUNT;

	PERFORM ingest.report_vanished(p_file_id, p_table, joined, key_json);
	DROP TABLE pg_temp.fact;
	RETURN (inserted + changed, good - inserted - changed);
END $$;
COMMENT ON FUNCTION ingest.merge_wide IS 'As ingest.merge, with the columns p_wide of pg_temp.stage beside those of pg_temp.fact, whose column wide names the row there';

CREATE FUNCTION ingest.merge(p_file_id bigint, p_table regclass, VARIADIC p_key text[]) RETURNS ingest.counts
LANGUAGE sql AS $$
	SELECT ingest.merge_wide(p_file_id, p_table, '{}', true, VARIADIC p_key);
$$;
COMMENT ON FUNCTION ingest.merge IS 'Stores pg_temp.fact in a table by key, with history; returns how many rows were new or changed and how many were there';

-- Rows of one file that claim the same key: the first stands, the others are rejects.
CREATE FUNCTION ingest.reject_duplicates(VARIADIC p_key text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format($sql$
		INSERT INTO pg_temp.stage_reject ("row", line, code, message, raw, label)
		SELECT d."row", s.line, 'duplicate_row', format('the same %%s as line %%s', %L, d.first_line), s.raw, s.label
		FROM (SELECT f."row", first_value(s.line) OVER w AS first_line, row_number() OVER w AS n
			  FROM pg_temp.fact f JOIN pg_temp.stage s USING ("row")
			  WINDOW w AS (PARTITION BY %s ORDER BY f."row")) d
		JOIN pg_temp.stage s USING ("row")
		WHERE d.n > 1$sql$,
		replace(array_to_string(p_key, ', '), 'subject_id', 'participant'),
		(SELECT string_agg(format('f.%I', k), ', ') FROM unnest(p_key) k));
END $$;

-- Visits that rows refer to and that nobody has entered yet.
CREATE FUNCTION ingest.add_visits(p_file_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	p_study text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
BEGIN
	INSERT INTO clinical.visit (subject_id, session, site, study, file_id, line)
	SELECT DISTINCT ON (f.subject_id, f.session) f.subject_id, f.session, f.site, p_study, p_file_id, f.line
	FROM pg_temp.fact f
	WHERE NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = f."row")
		AND NOT EXISTS (SELECT FROM clinical.visit v WHERE (v.subject_id, v.session) = (f.subject_id, f.session))
	ORDER BY f.subject_id, f.session, f."row";
END $$;

---------------------------------------------------------------------------------------------------- study

CREATE FUNCTION ingest.stage_study() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_rejects();
	CREATE TEMPORARY TABLE stage ("row" bigint, document text) ON COMMIT DROP;
END $$;

CREATE FUNCTION ingest.load_study(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	document jsonb;
	counts   ingest.counts;
BEGIN
	PERFORM ingest.lock('study');
	BEGIN
		SELECT s.document::jsonb INTO document FROM pg_temp.stage s;
	EXCEPTION WHEN invalid_text_representation OR untranslatable_character THEN
		PERFORM ingest.refuse('the file is not valid JSON: ' || SQLERRM);
	END;
	BEGIN
		SELECT count(*) FILTER (WHERE d.change <> 'unchanged'), count(*) FILTER (WHERE d.change = 'unchanged')
		INTO counts FROM clinical.declare_study(document) d;
	EXCEPTION WHEN invalid_parameter_value OR check_violation OR not_null_violation OR unique_violation OR foreign_key_violation
			OR insufficient_privilege THEN
		PERFORM ingest.refuse(SQLERRM);
	END;
	RETURN counts;
END $$;

---------------------------------------------------------------------------------------------------- participants

CREATE FUNCTION ingest.stage_participants() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, line bigint, label text, site text, arm text, sex text, age_years real, education_years real,
		dropout_week text, dropout_reason text, raw text
	) ON COMMIT DROP;
END $$;

CREATE FUNCTION ingest.load_participants(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	counts  ingest.counts;
	p_study text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
BEGIN
	PERFORM ingest.lock('participants', p_study);
	CREATE TEMPORARY TABLE found ON COMMIT DROP AS
	SELECT s.*, t.site AS known_site, a.arm AS known_arm, k.site AS old_site
	FROM pg_temp.stage s
	LEFT JOIN clinical.site t ON t.site = coalesce(s.site, ingest.option(p_file_id, 'site'))
	LEFT JOIN clinical.arm a ON a.study = p_study AND s.arm = a.arm
	LEFT JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label);

	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw, label)
	SELECT f."row", f.line, c.name, c.number, e.code, e.message, f.raw, f.label
	FROM found f
	CROSS JOIN LATERAL (VALUES
		('participant_id', clinical.is_withdrawn(p_study, f.label), 'withdrawn_participant', ''),
		('site', f.known_site IS NULL, 'unknown_site', format('found %s; expected a declared site (%s)',
			coalesce(f.site, ingest.option(p_file_id, 'site'), 'none'), (SELECT string_agg(site, ', ' ORDER BY site) FROM clinical.site))),
		('arm', f.known_arm IS NULL, 'unknown_arm', format('found %s; expected an arm of %s (%s)', coalesce(f.arm, 'none'), p_study,
			(SELECT string_agg(arm, ', ' ORDER BY arm) FROM clinical.arm WHERE study = p_study))),
		('site', f.old_site <> f.known_site, 'site_changed', format('found %s; this participant was loaded at %s', f.known_site, f.old_site)),
		('age', NOT f.age_years BETWEEN 0 AND 120, 'out_of_range', format('found %s; expected 0 to 120 years', f.age_years)),
		('education_years', NOT f.education_years BETWEEN 0 AND 40, 'out_of_range', format('found %s; expected 0 to 40 years', f.education_years))
	) e (field, wrong, code, message)
	LEFT JOIN pg_temp.stage_column c ON c.field = e.field
	WHERE e.wrong;

	INSERT INTO pg_temp.stage_reject ("row", line, code, message, raw, label)
	SELECT d."row", d.line, 'duplicate_row', format('the same participant as line %s', d.first_line), d.raw, d.label
	FROM (SELECT f.*, first_value(f.line) OVER w AS first_line, row_number() OVER w AS n
		  FROM found f WINDOW w AS (PARTITION BY f.label ORDER BY f."row")) d
	WHERE d.n > 1;

	INSERT INTO clinical.subject_key (study, label, site)
	SELECT p_study, f.label, f.known_site
	FROM found f
	WHERE f.old_site IS NULL AND NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = f."row")
	ORDER BY f."row";

	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT f."row", f.line, k.subject_id, k.site, k.study, f.known_arm AS arm, f.sex, f.age_years, f.education_years,
		f.dropout_week::numeric AS dropout_week, f.dropout_reason
	FROM found f JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, f.label);
	counts := ingest.merge(p_file_id, 'clinical.subject', 'subject_id');
	PERFORM clinical.run_edit_checks(p_study);
	RETURN counts;
END $$;

---------------------------------------------------------------------------------------------------- scans

-- What the tool needs to know of a pipeline before it reads a file.  Nothing is declared yet: a file may still be refused.
-- given: a JSON object's text, or NULL.  An image must be told what to do with it; a table may come from another program.
CREATE FUNCTION ingest.settle_pipeline(p_pipeline text, p_given text, p_image boolean) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	c      jsonb;
	why    text;
	remedy text;
BEGIN
	BEGIN
		c := imaging.settled_choices(p_pipeline, p_given::jsonb);
	EXCEPTION WHEN invalid_parameter_value THEN
		GET STACKED DIAGNOSTICS why = MESSAGE_TEXT, remedy = PG_EXCEPTION_HINT;
		PERFORM ingest.refuse(why, remedy);
	WHEN invalid_text_representation OR untranslatable_character THEN
		PERFORM ingest.refuse('the definition of the pipeline is not valid JSON: ' || SQLERRM);
	END;
	IF p_image AND c IS NULL THEN
		PERFORM ingest.refuse(format('the pipeline %s is not declared', p_pipeline),
			'say its choices (--detrend, --motion, --scrub, --bandpass, ...) or --pipeline raw');
	ELSIF p_image AND c = '{}' THEN
		PERFORM ingest.refuse(format('the pipeline %s holds what another program cleaned', p_pipeline), 'give an image''s series another pipeline');
	END IF;
	RETURN coalesce(c, '{}');
END $$;

-- Where a scan's facts go: the feature set and the pipeline, made when they are new.  The first pipeline of a study's
-- feature set is declared its primary one.
CREATE FUNCTION ingest.feature_set(p_study text, p_atlas text, p_measure text, p_pipeline text) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
	id int;
BEGIN
	IF NOT EXISTS (SELECT FROM imaging.measure m WHERE m.measure = p_measure) THEN
		PERFORM ingest.refuse(format('the measure %s is not known', p_measure),
			'known: ' || coalesce((SELECT string_agg(measure, ', ' ORDER BY measure) FROM imaging.measure), 'none'));
	END IF;
	-- Most files find all there; only who adds something waits for others who might add the same.
	SELECT s.feature_set_id INTO id
	FROM imaging.feature_set s
	JOIN imaging.study_pipeline d ON (d.study, d.feature_set_id) = (p_study, s.feature_set_id)
	WHERE (s.atlas, s.measure) = (p_atlas, p_measure) AND EXISTS (SELECT FROM imaging.pipeline p WHERE p.pipeline = p_pipeline);
	IF id IS NOT NULL THEN
		RETURN id;
	END IF;
	PERFORM ingest.lock('feature_set');
	SELECT s.feature_set_id INTO id FROM imaging.feature_set s WHERE (s.atlas, s.measure) = (p_atlas, p_measure);
	IF id IS NULL THEN
		INSERT INTO imaging.feature_set (atlas, measure) VALUES (p_atlas, p_measure) RETURNING feature_set_id INTO id;
	END IF;
	INSERT INTO imaging.pipeline (pipeline) VALUES (p_pipeline) ON CONFLICT DO NOTHING;
	INSERT INTO imaging.study_pipeline (study, feature_set_id, pipeline)
	SELECT p_study, id, p_pipeline
	WHERE NOT EXISTS (SELECT FROM imaging.study_pipeline d WHERE (d.study, d.feature_set_id) = (p_study, id));
	RETURN id;
END $$;

-- The same for vectors, whose key to file, feature set and pipeline is what the file brought.
CREATE FUNCTION ingest.vector_set(p_file_id bigint, p_atlas text, p_measure text, p_pipeline text) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
	id int := ingest.feature_set((SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id), p_atlas, p_measure, p_pipeline);
BEGIN
	INSERT INTO imaging.vector_load (file_id, feature_set_id, pipeline) VALUES (p_file_id, id, p_pipeline) ON CONFLICT DO NOTHING;
	RETURN id;
END $$;

-- Whose scan the one row of pg_temp.stage is; a file of somebody unknown is refused as a whole, so that it loads once the participant is there.
CREATE FUNCTION ingest.find_scan(p_file_id bigint) RETURNS ingest.scan_of
LANGUAGE plpgsql AS $$
DECLARE
	p_study   text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
	p_scanner text := ingest.option(p_file_id, 'scanner');
	s         record;
	person    clinical.subject_key;
BEGIN
	SELECT label, session INTO s FROM pg_temp.stage;
	SELECT k.* INTO person FROM clinical.subject_key k WHERE (k.study, k.label) = (p_study, s.label);
	IF person.subject_id IS NULL THEN
		PERFORM ingest.refuse(format('the participant %s is not known in the study %s', s.label, p_study),
			'load the participants first: psyrad ingest participants FILE.tsv --study ' || p_study);
	END IF;
	IF NOT EXISTS (SELECT FROM clinical.visit_plan v WHERE (v.study, v.session) = (p_study, s.session)) THEN
		PERFORM ingest.refuse(format('the visit plan of %s has no session %s', p_study, s.session),
			'it has: ' || (SELECT string_agg(session, ', ' ORDER BY week, session) FROM clinical.visit_plan WHERE study = p_study));
	END IF;
	IF p_scanner IS NULL THEN
		SELECT min(c.scanner) INTO p_scanner FROM clinical.scanner c WHERE c.site = person.site HAVING count(*) = 1;
	ELSIF NOT EXISTS (SELECT FROM clinical.scanner c WHERE c.scanner = p_scanner) THEN
		PERFORM ingest.refuse(format('the scanner %s is not declared', p_scanner), 'declare it in the study''s JSON file');
	END IF;
	INSERT INTO clinical.visit (subject_id, session, site, study, file_id)
	VALUES (person.subject_id, s.session, person.site, p_study, p_file_id)
	ON CONFLICT DO NOTHING;
	RETURN (person.subject_id, person.site, p_scanner);
END $$;

---------------------------------------------------------------------------------------------------- series

CREATE FUNCTION ingest.stage_series() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_rejects();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, label text, session text, run smallint, task text, choices text, tr_s float8, header_tr_s float8,
		volumes int, volumes_kept int, mean_fd_mm float8, payload_sha256 bytea, forms_apart_mm real, value float8[], coverage real[]
	) ON COMMIT DROP;
	ALTER TABLE pg_temp.stage ALTER COLUMN value SET STORAGE EXTERNAL; -- what is compressed here would stay so in imaging.series
END $$;

-- Seconds: of --tr, else of the text of a .json sidecar, else NULL.
CREATE FUNCTION ingest.repetition_time(p_tr text, p_sidecar text) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
	tr float8;
BEGIN
	BEGIN
		tr := coalesce(p_tr::float8, (p_sidecar::jsonb ->> 'RepetitionTime')::float8);
	EXCEPTION WHEN invalid_text_representation OR untranslatable_character OR numeric_value_out_of_range THEN
		PERFORM ingest.refuse(CASE WHEN p_tr IS NULL THEN 'the .json beside the series cannot be read: ' ELSE '--tr: ' END || SQLERRM,
			CASE WHEN p_tr IS NULL THEN 'mend it, or give --tr SECONDS' ELSE '' END);
	END;
	IF NOT (tr > 0 AND tr <= 60) THEN
		PERFORM ingest.refuse(format('a repetition time of %s s', tr), 'it is in seconds, above 0 and at most 60');
	END IF;
	RETURN tr;
END $$;

-- One run has one task: the key has no place for two.
CREATE FUNCTION ingest.check_task(p_subject_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	other record;
BEGIN
	SELECT a.task, s.task AS own, s.run, s.session INTO other
	FROM pg_temp.stage s
	JOIN imaging.acquisition a ON (a.subject_id, a.session, a.modality, a.run) = (p_subject_id, s.session, 'bold', s.run)
	WHERE a.task <> s.task;
	IF FOUND THEN
		PERFORM ingest.refuse(format('run %s of session %s is of the task %s, not %s', other.run, other.session, other.task, other.own),
			'tasks of one visit need runs of their own: --run N');
	END IF;
END $$;

-- What a file's name says of its scan beside whose it is, when and which run: {"task": "rest", "dir": "AP"}.
CREATE FUNCTION ingest.scan_entities(p_path text) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(jsonb_object_agg(e[1], e[2]), '{}')
	FROM regexp_matches(regexp_replace(p_path, '^.*/', ''), '_(task|acq|ce|rec|dir|echo)-([^_.]+)', 'g') e;
$$;

-- Values whose key has no place for what tells two scans apart: by the names of the file and of the one whose values it would replace.
CREATE FUNCTION ingest.refuse_other_scan(p_file_id bigint, p_table regclass, VARIADIC p_key text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	own   jsonb := (SELECT ingest.scan_entities(i.path) FROM ingest.file i WHERE i.file_id = p_file_id);
	other record;
BEGIN
	IF own = '{}' THEN
		RETURN;
	END IF;
	EXECUTE format('SELECT f.run, f.session, e.key, e.value AS theirs, $1 ->> e.key AS own
		FROM pg_temp.fact f JOIN %s t USING (%s) JOIN ingest.file i ON i.file_id = t.file_id CROSS JOIN LATERAL jsonb_each_text(ingest.scan_entities(i.path)) e
		WHERE e.value <> $1 ->> e.key ORDER BY e.key DESC LIMIT 1', p_table, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(p_key) k)) INTO other USING own;
	IF other.key IS NOT NULL THEN
		PERFORM ingest.refuse(format('run %1$s of session %2$s is of %3$s-%4$s, not %3$s-%5$s', other.run, other.session, other.key, other.theirs, other.own),
			'scans of one visit need runs of their own: --run N');
	END IF;
END $$;
COMMENT ON FUNCTION ingest.refuse_other_scan IS 'Refuses a file that would replace, under the same key, what a file of another scan brought: of another task, acquisition, direction, ...';

-- Whose run the rows of pg_temp.stage are of; its pipeline and its acquisition are stored.
CREATE FUNCTION ingest.load_run(p_file_id bigint, p_pipeline text) RETURNS ingest.scan_of
LANGUAGE plpgsql AS $$
DECLARE
	k ingest.scan_of;
BEGIN
	PERFORM ingest.lock('scans', (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id));
	k := ingest.find_scan(p_file_id);
	PERFORM ingest.check_task(k.subject_id);
	INSERT INTO imaging.pipeline (pipeline, choices) SELECT p_pipeline, s.choices::jsonb FROM pg_temp.stage s LIMIT 1 ON CONFLICT DO NOTHING;
	-- Another loader may have declared it in the meantime.
	IF (SELECT p.choices FROM imaging.pipeline p WHERE p.pipeline = p_pipeline) <> (SELECT s.choices::jsonb FROM pg_temp.stage s LIMIT 1) THEN
		PERFORM ingest.refuse(format('the pipeline %s has just been declared with other choices', p_pipeline));
	END IF;
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", k.subject_id, s.session, 'bold' AS modality, s.run, k.site, k.scanner, s.task, s.tr_s::real AS tr_s, s.volumes,
		s.mean_fd_mm::real AS mean_fd_mm, coalesce(s.payload_sha256, a.payload_sha256) AS payload_sha256,
		coalesce(s.forms_apart_mm, a.forms_apart_mm) AS forms_apart_mm, coalesce(s.header_tr_s::real, a.header_tr_s) AS header_tr_s
	FROM pg_temp.stage s
	LEFT JOIN imaging.acquisition a ON (a.subject_id, a.session, a.modality, a.run) = (k.subject_id, s.session, 'bold', s.run)
	LIMIT 1;
	PERFORM ingest.merge(p_file_id, 'imaging.acquisition', 'subject_id', 'session', 'modality', 'run');
	RETURN k;
END $$;

CREATE FUNCTION ingest.load_series(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_atlas    text := ingest.option(p_file_id, 'atlas');
	p_pipeline text := coalesce(ingest.option(p_file_id, 'pipeline'), 'as-is');
	p_study    text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
	k          ingest.scan_of := ingest.load_run(p_file_id, p_pipeline);
	counts     ingest.counts;
BEGIN
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s."row" AS wide, k.subject_id, ingest.feature_set(p_study, p_atlas, 'bold', p_pipeline) AS feature_set_id, s.session, s.run,
		p_pipeline AS pipeline, k.site, s.tr_s, s.volumes, s.volumes_kept, s.mean_fd_mm
	FROM pg_temp.stage s;
	PERFORM ingest.refuse_other_scan(p_file_id, 'imaging.series', 'subject_id', 'feature_set_id', 'session', 'run', 'pipeline');
	counts := ingest.merge_wide(p_file_id, 'imaging.series', '{value,coverage}', true, 'subject_id', 'feature_set_id', 'session', 'run', 'pipeline');

	IF (SELECT array_length(s.value, 2) < 2 FROM pg_temp.stage s) THEN
		RETURN counts; -- one region is connected with nothing
	END IF;
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", k.subject_id, ingest.feature_set(p_study, p_atlas, 'fc_pearson', p_pipeline) AS feature_set_id, s.session,
		s.run, p_pipeline AS pipeline, k.site, psyrad.conn_from_series(s.value, 'pearson') AS value
	FROM pg_temp.stage s;
	PERFORM ingest.merge(p_file_id, 'imaging.connectome', 'subject_id', 'feature_set_id', 'session', 'run', 'pipeline');
	RETURN counts;
END $$;

---------------------------------------------------------------------------------------------------- model

CREATE FUNCTION ingest.stage_model() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_rejects();
	CREATE TEMPORARY TABLE stage ("row" bigint, document bytea) ON COMMIT DROP;
END $$;

CREATE FUNCTION ingest.load_model(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_name     text := ingest.option(p_file_id, 'name');
	p_format   text := coalesce(ingest.option(p_file_id, 'format'), 'auto');
	p_classes  text[] := string_to_array(ingest.option(p_file_id, 'classes'), ',');
	p_positive text := ingest.option(p_file_id, 'positive');
	content    bytea := (SELECT s.document FROM pg_temp.stage s);
	why        text;
	remedy     text;
BEGIN
	PERFORM ingest.lock('model', p_name);
	IF EXISTS (SELECT FROM model.registry m WHERE m.name = p_name AND m.document_sha256 = sha256(content)
			AND (m.format, m.classes, m.positive) IS NOT DISTINCT FROM (p_format, p_classes, p_positive)) THEN
		RETURN (0::bigint, 1::bigint);
	END IF;
	BEGIN
		PERFORM model.register(p_name, content, ingest.option(p_file_id, 'trained-on'), p_file_id, p_format, p_classes, p_positive,
			coalesce(ingest.option(p_file_id, 'simulated'), 'false')::boolean);
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS why = MESSAGE_TEXT, remedy = PG_EXCEPTION_HINT;
		PERFORM ingest.refuse(why, remedy);
	END;
	RETURN (1::bigint, 0::bigint);
END $$;

---------------------------------------------------------------------------------------------------- who may call

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'ingest'::regnamespace
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f); -- psyrad: the connectome's equality
	END LOOP;
END $$;

COMMIT;
