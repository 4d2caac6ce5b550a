-- Deploy psyrad:scores_load to pg
-- Ratings: which instrument and visit a staged row is of, and what in it cannot be.  See ingest_load.sql for the frame.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE clinical.instrument_spelling (
	spelling text PRIMARY KEY CHECK (spelling = lower(spelling)), -- folded: no blanks, no punctuation
	family   text NOT NULL
);
COMMENT ON TABLE clinical.instrument_spelling IS 'How people write the names of instrument families; a name without its version never becomes a version';
COMMENT ON COLUMN clinical.instrument_spelling.spelling IS 'In lower case without blanks and punctuation, and without the number of items';
COMMENT ON COLUMN clinical.instrument_spelling.family IS 'What stands before the version in clinical.instrument: HAMD of HAMD-17';
GRANT SELECT ON clinical.instrument_spelling TO psyrad_ingest, psyrad_analyst, psyrad_view;
\copy clinical.instrument_spelling (spelling, family) FROM 'data/instrument_spelling.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')

CREATE FUNCTION ingest.fold_name(name text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT regexp_replace(lower(normalize(name, NFKC)), '[[:space:][:punct:]、。（）]', '', 'g');
$$;

-- The instrument that a name means, or NULL: HAMD-17, hamd17 and 汉密尔顿抑郁量表17项 are one; HAMD is HAMD-unspecified, and never a
-- version.
CREATE FUNCTION ingest.known_instrument(p_name text) RETURNS text
LANGUAGE sql STABLE AS $$
	WITH said AS (SELECT ingest.fold_name(p_name) AS folded),
	parts AS (SELECT m[1] AS family, m[2] AS version FROM said, regexp_match(said.folded, '^(.*?)([0-9]+)?(?:项|条|条目|项版|items?|itemversion|版)?$') m)
	SELECT coalesce(
		(SELECT i.instrument FROM clinical.instrument i WHERE i.instrument = p_name),
		(SELECT min(i.instrument) FROM clinical.instrument i, said WHERE ingest.fold_name(i.instrument) = said.folded HAVING count(*) = 1),
		(SELECT i.instrument FROM parts p JOIN clinical.instrument_spelling s ON s.spelling = p.family
		 JOIN clinical.instrument i ON i.instrument = ANY (CASE WHEN p.version IS NULL THEN ARRAY[s.family || '-unspecified', s.family]
			ELSE ARRAY[s.family || '-' || p.version] END)
			OR i.instrument = s.family AND p.version = (SELECT count(*)::text FROM clinical.instrument_item t WHERE t.instrument = s.family) -- HAMA-14
		 ORDER BY i.instrument LIKE '%-unspecified' DESC LIMIT 1));
$$;
COMMENT ON FUNCTION ingest.known_instrument(text) IS 'The instrument that a name means, or NULL; a family without its version is <family>-unspecified';

-- What a column may be headed by: each name with the instrument that it means.  Of p_named only its own names, its family's without
-- a version among them: whoever says --instrument HAMD-17 has said which HAMD is meant.
CREATE FUNCTION ingest.instrument_name(p_named text DEFAULT NULL) RETURNS TABLE (name text, instrument text)
LANGUAGE sql STABLE AS $$
	WITH spelled AS (
		SELECT ingest.fold_name(i.instrument) AS name FROM clinical.instrument i
		UNION
		SELECT s.spelling || v.version || e.ending
		FROM clinical.instrument_spelling s
		JOIN clinical.instrument i ON i.family = s.family
		CROSS JOIN LATERAL (SELECT coalesce(substring(i.instrument FROM '-([0-9]+)$'), '') AS version) v
		CROSS JOIN (VALUES (''), ('项'), ('版'), ('项版')) e(ending)
		WHERE v.version <> '' OR e.ending = ''
	), meant AS (
		SELECT s.name, ingest.known_instrument(s.name) AS instrument FROM spelled s
	)
	SELECT m.name, m.instrument FROM meant m LEFT JOIN clinical.instrument n ON n.instrument = ingest.known_instrument(p_named)
	WHERE CASE WHEN p_named IS NULL THEN m.instrument IS NOT NULL
		ELSE m.instrument = n.instrument OR m.instrument = n.family || '-unspecified' END
	ORDER BY m.name COLLATE "C";
$$;
COMMENT ON FUNCTION ingest.instrument_name(text) IS 'Names of instruments as column headers may have them, without blanks and punctuation, each with what it means; of one instrument alone when it is named';

-- Numbers that programs and people write for "missing"; what they mean is said by --missing, never guessed.
CREATE FUNCTION ingest.sentinel_hint(p_value numeric) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN p_value IN (-1, -7, -8, -9, 9, -77, -88, -99, 77, 88, 96, 97, 98, 99, -777, -888, -999, 777, 888, 999, -9999, 8888, 9999)
		THEN format('; if %s means missing, say so with --missing %s', trim_scale(p_value), trim_scale(p_value)) ELSE '' END;
$$;

CREATE FUNCTION ingest.stage_scores() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, line bigint, label text, session text, week text, wide boolean, rater text, instrument text, day text,
		items smallint[], total text,
		item_line int[], total_line int, -- where a record's cells stand on lines of their own
		raw text
	) ON COMMIT DROP;
END $$;

-- The instrument of each row; of a file that names one for all, every column must be one of its items.
CREATE FUNCTION ingest.find_instruments(p_option text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	named  text := ingest.known_instrument(p_option);
	known  text := 'known: ' || coalesce((SELECT string_agg(instrument, ', ' ORDER BY instrument) FROM clinical.instrument), 'none');
	by_row boolean := EXISTS (SELECT FROM pg_temp.stage_column c WHERE c.field = 'instrument');
	headed text[] := ARRAY(SELECT DISTINCT c.instrument FROM pg_temp.stage_column c WHERE c.instrument IS NOT NULL);
	beyond record;
BEGIN
	IF p_option IS NOT NULL AND named IS NULL THEN
		PERFORM ingest.refuse(format('the instrument %s is not known', p_option), known);
	ELSIF p_option IS NULL AND NOT by_row AND headed = '{}' THEN
		PERFORM ingest.refuse('nothing says which instrument the ratings are of', 'a column instrument, or --instrument NAME; ' || known);
	ELSIF named <> p_option AND named LIKE '%-unspecified' THEN
		RAISE WARNING '% names no version: loaded as %, which joins no total, remission or mean of a version', p_option, named;
	END IF;
	FOR beyond IN SELECT DISTINCT ON (c.instrument) c.name, c.instrument FROM pg_temp.stage_column c WHERE c.instrument LIKE '%-unspecified' ORDER BY c.instrument, c.number LOOP
		RAISE WARNING 'column % names no version: loaded as %, which joins no total, remission or mean of a version', beyond.name, beyond.instrument;
	END LOOP;
	IF NOT by_row THEN
		SELECT c.name, c.number, c.item, i.instrument, i.size INTO beyond
		FROM pg_temp.stage_column c
		CROSS JOIN LATERAL (SELECT coalesce(c.instrument, named) AS instrument,
			(SELECT count(*) FROM clinical.instrument_item t WHERE t.instrument = coalesce(c.instrument, named)) AS size) i
		WHERE c.field = 'item' AND c.item > i.size ORDER BY c.item, c.number LIMIT 1;
		IF beyond.item IS NOT NULL THEN
			PERFORM ingest.refuse(format('column %s (%s) is item %s; %s has %s items', beyond.number, beyond.name, beyond.item,
				beyond.instrument, beyond.size), 'name the right instrument, or map the column with --map');
		END IF;
	END IF;
	CREATE TEMPORARY TABLE rated ON COMMIT DROP AS
	SELECT s."row", coalesce(n.instrument, CASE WHEN s.instrument IS NULL THEN named END) AS instrument, i.total_min, i.total_max,
		(SELECT count(*)::int FROM clinical.instrument_item t WHERE t.instrument = i.instrument) AS size
	FROM pg_temp.stage s
	LEFT JOIN (SELECT d.spelled, ingest.known_instrument(d.spelled) AS instrument FROM (SELECT DISTINCT instrument AS spelled FROM pg_temp.stage) d) n
		ON n.spelled = s.instrument
	LEFT JOIN clinical.instrument i ON i.instrument = coalesce(n.instrument, CASE WHEN s.instrument IS NULL THEN named END);
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw, label)
	SELECT s."row", s.line, c.name, c.number, 'unknown_instrument', format('found %s; %s', coalesce(s.instrument, 'nothing'), known), s.raw, s.label
	FROM pg_temp.stage s JOIN rated r USING ("row")
	LEFT JOIN pg_temp.stage_column c ON c.field = 'instrument'
	WHERE r.instrument IS NULL;
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw, label)
	SELECT s."row", coalesce(s.item_line[v.item], s.line), c.name, c.number, 'unknown_item',
		format('found %s as item %s; %s has %s items', v.value, v.item, r.instrument, r.size), s.raw, s.label
	FROM pg_temp.stage s JOIN rated r USING ("row")
	CROSS JOIN LATERAL unnest(s.items) WITH ORDINALITY v (value, item)
	LEFT JOIN pg_temp.stage_column c ON c.field = 'item' AND c.item = v.item AND c.week IS NOT DISTINCT FROM CASE WHEN s.wide THEN s.week END
		AND (c.instrument IS NULL OR c.instrument = s.instrument)
	WHERE v.value IS NOT NULL AND v.item > r.size;
END $$;

CREATE FUNCTION ingest.check_items() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw, label)
	SELECT s."row", coalesce(s.item_line[v.item], s.line), c.name, c.number, 'item_out_of_range',
		format('found %s; expected %s to %s (%s item %s, %s)%s', v.value, i.item_min, i.item_max, r.instrument, i.item, i.name_en,
			ingest.sentinel_hint(v.value)), s.raw, s.label
	FROM pg_temp.stage s JOIN pg_temp.rated r USING ("row")
	CROSS JOIN LATERAL unnest(s.items) WITH ORDINALITY v (value, item)
	JOIN clinical.instrument_item i ON i.instrument = r.instrument AND i.item = v.item
	LEFT JOIN pg_temp.stage_column c ON c.field = 'item' AND c.item = v.item AND c.week IS NOT DISTINCT FROM CASE WHEN s.wide THEN s.week END
		AND (c.instrument IS NULL OR c.instrument = s.instrument)
	WHERE v.value NOT BETWEEN i.item_min AND i.item_max;
END $$;

-- The day of a visit, where the file says it; a later file's day replaces an earlier one's, which goes to the history.
CREATE FUNCTION ingest.set_visit_days(p_file_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE visit_day ON COMMIT DROP AS
	SELECT DISTINCT ON (f.subject_id, f.session) f.subject_id, f.session, s.day::int AS day
	FROM pg_temp.fact f JOIN pg_temp.stage s USING ("row")
	WHERE s.day IS NOT NULL AND NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = f."row")
	ORDER BY f.subject_id, f.session, f."row";
	INSERT INTO ingest.history (table_name, row_key, old_row, file_id, site)
	SELECT 'clinical.visit', jsonb_build_object('subject_id', v.subject_id, 'session', v.session), to_jsonb(v), p_file_id, v.site
	FROM clinical.visit v JOIN visit_day d USING (subject_id, session)
	WHERE v.days_offset <> d.day;
	UPDATE clinical.visit v SET days_offset = d.day, file_id = p_file_id
	FROM visit_day d
	WHERE (v.subject_id, v.session) = (d.subject_id, d.session) AND v.days_offset IS DISTINCT FROM d.day;
END $$;

CREATE FUNCTION ingest.load_scores(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_study text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
	plan    text := (SELECT string_agg(format('%s = week %s', session, week), ', ' ORDER BY week) FROM clinical.visit_plan WHERE study = p_study);
	counts  ingest.counts;
BEGIN
	PERFORM ingest.find_instruments(ingest.option(p_file_id, 'instrument'));
	PERFORM ingest.lock('scores', p_study);
	PERFORM ingest.check_items();

	CREATE TEMPORARY TABLE found ON COMMIT DROP AS
	SELECT s."row", s.line, s.label, s.session, s.week, s.wide, s.rater, s.total::numeric, s.total_line, s.day, s.raw, k.subject_id, k.site,
		p.session AS visit, p.week AS visit_week, r.instrument, r.size, r.total_min, r.total_max,
		CASE WHEN s.items IS NOT NULL AND r.size > 0
			THEN (s.items || array_fill(NULL::smallint, ARRAY[greatest(r.size - cardinality(s.items), 0)]))[1:r.size] END AS items
	FROM pg_temp.stage s
	JOIN rated r USING ("row")
	LEFT JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label)
	LEFT JOIN clinical.visit_plan p ON p.study = p_study
		AND CASE WHEN s.session IS NOT NULL THEN p.session = s.session ELSE p.week = s.week::numeric END;

	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw, label)
	SELECT f."row", CASE e.field WHEN 'total' THEN coalesce(f.total_line, f.line) ELSE f.line END, c.name, c.number, e.code, e.message, f.raw, f.label
	FROM found f
	CROSS JOIN LATERAL (VALUES
		('participant_id', f.subject_id IS NULL, 'unknown_participant', format('found %s; expected a participant of %s', f.label, p_study)),
		(CASE WHEN f.session IS NULL THEN 'week' ELSE 'session' END, f.visit IS NULL, 'unknown_visit',
			format('found %s; expected a visit of the plan of %s (%s)', coalesce(f.session, 'week ' || f.week), p_study, plan)),
		('week', f.session IS NOT NULL AND f.visit_week <> f.week::numeric, 'visit_disagrees',
			format('found week %s beside session %s; the plan of %s has that at week %s', f.week, f.session, p_study, f.visit_week)),
		('total', f.total NOT BETWEEN f.total_min AND f.total_max, 'total_out_of_range',
			format('found %s; expected %s to %s (%s)%s', f.total, f.total_min, f.total_max, f.instrument, ingest.sentinel_hint(f.total)))
	) e (field, wrong, code, message)
	LEFT JOIN LATERAL (SELECT c.name, c.number FROM pg_temp.stage_column c
		WHERE CASE WHEN f.wide AND e.field <> 'participant_id'
			THEN c.week = f.week AND (c.instrument IS NULL OR c.instrument = f.instrument) AND e.field IN (c.field, 'week')
			ELSE c.field = e.field AND (c.instrument IS NULL OR c.instrument = f.instrument) END
		ORDER BY c.number LIMIT 1) c ON true
	WHERE e.wrong;

	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT f."row", f.line, f.subject_id, f.visit AS session, f.instrument, coalesce(f.rater, '') AS rater, f.site,
		f.items,
		clinical.sum_items(f.instrument, f.items) AS total_items,
		f.total AS total_stated
	FROM found f
	WHERE f.subject_id IS NOT NULL AND f.visit IS NOT NULL AND f.instrument IS NOT NULL;
	PERFORM ingest.reject_duplicates('subject_id', 'session', 'instrument', 'rater');
	PERFORM ingest.add_visits(p_file_id);
	PERFORM ingest.set_visit_days(p_file_id);
	counts := ingest.merge(p_file_id, 'clinical.score', 'subject_id', 'session', 'instrument', 'rater');
	PERFORM clinical.run_edit_checks(p_study);
	RETURN counts;
END $$;

---------------------------------------------------------------------------------------------------- blank sheets

CREATE FUNCTION ingest.sheet_instrument(p_instrument text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	named text := ingest.known_instrument(p_instrument);
BEGIN
	IF named IS NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('the instrument %s is not known', p_instrument),
			HINT = 'Known are: ' || (SELECT string_agg(instrument, ', ' ORDER BY instrument) FROM clinical.instrument);
	END IF;
	RETURN named;
END $$;

-- The columns of a blank sheet with names that the loader of scores maps: what each holds and which cells it may have.  The weeks are
-- those of the study, where one is named.
CREATE FUNCTION ingest.score_column(p_instrument text, p_study text DEFAULT NULL)
	RETURNS TABLE (name text, name_zh text, help text, help_zh text, kind text, lo numeric, hi numeric, choices text, required boolean)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	scale clinical.instrument;
	weeks text := (SELECT string_agg(trim_scale(p.week)::text, '|' ORDER BY p.week) FROM clinical.visit_plan p WHERE p.study = p_study AND p.week IS NOT NULL);
BEGIN
	SELECT i.* INTO scale FROM clinical.instrument i WHERE i.instrument = ingest.sheet_instrument(p_instrument);
	IF p_study IS NOT NULL AND NOT EXISTS (SELECT FROM clinical.study s WHERE s.study = p_study) THEN
		RAISE invalid_parameter_value USING MESSAGE = format('the study %s is not declared', p_study);
	END IF;
	RETURN QUERY VALUES
		('participant_id', '受试者编号', 'the study''s pseudonym, never a name or a hospital number (required)', '研究编号，不填姓名或住院号（必填）', 'text', NULL::numeric, NULL::numeric, NULL, true),
		('week', '访视周', 'protocol week of the visit; baseline is 0 (required)', '方案规定的访视周，基线为0（必填）', CASE WHEN weeks IS NULL THEN 'number' ELSE 'choice' END, 0, 520, weeks, true),
		('day', '距基线天数', 'days since baseline, never a date', '距基线天数，不填日期', 'whole', -3650, 36500, NULL, false),
		('rater', '评定者', 'code of the rater, never a name', '评定者代码，不填姓名', 'text', NULL, NULL, NULL, false),
		('instrument', '量表', 'instrument with its version', '量表及版本', 'choice', NULL, NULL, scale.instrument, true);
	RETURN QUERY SELECT 'item' || i.item, '条目' || i.item, i.name_en || coalesce('; ' || i.note, ''), coalesce(i.name_zh, i.name_en), 'whole', i.item_min::numeric, i.item_max::numeric, NULL::text, false
	FROM clinical.instrument_item i WHERE i.instrument = scale.instrument ORDER BY i.item;
	RETURN QUERY SELECT 'total', '总分', format('sum of the items of %s; higher is %s; may stay empty when all items are there', scale.title_en, scale.higher_is),
		format('%s总分；条目齐全时可不填', coalesce(scale.title_zh, scale.title_en)), 'number', scale.total_min, scale.total_max, NULL::text, false;
END $$;
COMMENT ON FUNCTION ingest.score_column(text, text) IS 'The columns of a blank sheet of ratings in both languages: kind (text, whole, number, choice), range, choices parted by |; 22023 an unknown instrument or study';

CREATE FUNCTION ingest.score_row(p_instrument text, p_study text) RETURNS TABLE (participant_id text, week text, instrument text)
LANGUAGE sql STABLE AS $$
	SELECT k.label, trim_scale(p.week)::text, ingest.sheet_instrument(p_instrument)
	FROM clinical.subject_key k JOIN clinical.visit_plan p ON p.study = k.study
	WHERE k.study = p_study AND p.week IS NOT NULL
	ORDER BY k.label COLLATE "C", p.week;
$$;
COMMENT ON FUNCTION ingest.score_row(text, text) IS 'The lines of a blank sheet of ratings: a study''s subjects whom the caller sees, at each planned week';

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'ingest'::regnamespace
		AND p.proname IN ('fold_name', 'known_instrument', 'instrument_name', 'sentinel_hint', 'stage_scores', 'find_instruments', 'check_items', 'set_visit_days', 'load_scores', 'sheet_instrument', 'score_column', 'score_row')
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
