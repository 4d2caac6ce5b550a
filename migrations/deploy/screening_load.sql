-- Deploy psyrad:screening_load to pg
-- Reviews by declaration, what waits for a screener, and decisions from files: our own columns, Rayyan's and Covidence's notes, ASReview's labels.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- declaring a review

CREATE FUNCTION evidence.check_keys(p_object jsonb, p_known text[], p_where text) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	unknown text;
BEGIN
	IF jsonb_typeof(p_object) IS DISTINCT FROM 'object' THEN
		RAISE invalid_parameter_value USING MESSAGE = format('%s is %s; expected an object', p_where, coalesce(jsonb_typeof(p_object), 'missing'));
	END IF;
	SELECT min(k) INTO unknown FROM jsonb_object_keys(p_object) k WHERE NOT k = ANY (p_known);
	IF unknown IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('%s has %s, which is not known', p_where, unknown), HINT = format('Known: %s.', array_to_string(p_known, ', '));
	END IF;
END $$;
COMMENT ON FUNCTION evidence.check_keys(jsonb, text[], text) IS 'Refuses what is no object, or has a key that is not known';

CREATE FUNCTION evidence.declare_strategies(p_review text, p_search_id bigint, p_strategies jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	s jsonb;
BEGIN
	IF p_strategies IS NULL THEN
		RETURN;
	END IF;
	DELETE FROM evidence.search_strategy g WHERE g.review = p_review AND g.search_id IS NOT DISTINCT FROM p_search_id;
	FOR s IN SELECT * FROM jsonb_array_elements(p_strategies) LOOP
		PERFORM evidence.check_keys(s, '{language,stated_in,strings}', 'strategy');
		INSERT INTO evidence.search_strategy (review, search_id, language, stated_in, ordinal, strategy)
		SELECT p_review, p_search_id, s ->> 'language', s ->> 'stated_in', t.place, t.text FROM jsonb_array_elements_text(s -> 'strings') WITH ORDINALITY t (text, place);
	END LOOP;
END $$;
COMMENT ON FUNCTION evidence.declare_strategies(text, bigint, jsonb) IS 'Part of evidence.declare_review(): the strings of a search, or of the review as a whole, in place of those before';

CREATE FUNCTION evidence.declare_review(p_document jsonb, OUT review text, OUT searches bigint, OUT strings bigint, OUT reasons bigint, OUT files_attached bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
	d  jsonb := p_document;
	s  jsonb;
	id bigint;
BEGIN
	PERFORM evidence.check_keys(d, '{review,title_en,title_zh,screeners,searches_complete,previous_studies,previous_reports,searches,strategies,reasons}', 'the review');
	review := d ->> 'review';
	IF coalesce(review, '') = '' THEN
		RAISE invalid_parameter_value USING MESSAGE = 'the review has no name', HINT = 'Give it as "review": "...".';
	END IF;
	INSERT INTO evidence.review AS r (review, title_en, title_zh, screeners, searches_complete, previous_studies, previous_reports)
	VALUES (review, d ->> 'title_en', d ->> 'title_zh', coalesce((d ->> 'screeners')::int, 2), coalesce((d ->> 'searches_complete')::boolean, false),
		(d ->> 'previous_studies')::int, (d ->> 'previous_reports')::int)
	ON CONFLICT ON CONSTRAINT review_pkey DO UPDATE SET title_en = excluded.title_en, title_zh = excluded.title_zh, screeners = excluded.screeners,
		searches_complete = excluded.searches_complete, previous_studies = excluded.previous_studies, previous_reports = excluded.previous_reports;
	PERFORM evidence.declare_strategies(review, NULL, d -> 'strategies');
	files_attached := 0;
	FOR s IN SELECT * FROM jsonb_array_elements(coalesce(d -> 'searches', '[]')) LOOP
		PERFORM evidence.check_keys(s, '{kind,database,search,searched,covers_from,covers_to,hits_stated,strategies}', 'search');
		SELECT e.search_id INTO id FROM evidence.search e
		WHERE e.review = review AND e.kind = coalesce(s ->> 'kind', 'database') AND e.database = s ->> 'database' AND e.search IS NOT DISTINCT FROM s ->> 'search'
			AND e.searched IS NOT DISTINCT FROM (s ->> 'searched')::date;
		IF id IS NULL THEN
			INSERT INTO evidence.search (review, kind, database, search, searched, covers_from, covers_to, hits_stated)
			VALUES (review, coalesce(s ->> 'kind', 'database'), s ->> 'database', s ->> 'search', (s ->> 'searched')::date, (s ->> 'covers_from')::date, (s ->> 'covers_to')::date,
				(s ->> 'hits_stated')::bigint)
			RETURNING search_id INTO id;
		ELSE
			UPDATE evidence.search e SET covers_from = (s ->> 'covers_from')::date, covers_to = (s ->> 'covers_to')::date, hits_stated = (s ->> 'hits_stated')::bigint
			WHERE e.search_id = id;
		END IF;
		PERFORM evidence.declare_strategies(review, id, s -> 'strategies');
		files_attached := files_attached + evidence.attach_sources(id);
	END LOOP;
	FOR s IN SELECT * FROM jsonb_array_elements(coalesce(d -> 'reasons', '[]')) LOOP
		PERFORM evidence.check_keys(s, '{reason,label_en,label_zh,ordinal}', 'reason');
	END LOOP;
	INSERT INTO evidence.exclusion_reason AS r (review, reason, label_en, label_zh, ordinal)
	SELECT review, e.item ->> 'reason', e.item ->> 'label_en', e.item ->> 'label_zh', coalesce((e.item ->> 'ordinal')::int, e.place::int)
	FROM jsonb_array_elements(coalesce(d -> 'reasons', '[]')) WITH ORDINALITY e (item, place)
	ON CONFLICT ON CONSTRAINT exclusion_reason_pkey DO UPDATE SET label_en = excluded.label_en, label_zh = excluded.label_zh, ordinal = excluded.ordinal;
	SELECT count(*) INTO searches FROM evidence.search e WHERE e.review = review;
	SELECT count(*) INTO strings FROM evidence.search_strategy e WHERE e.review = review;
	SELECT count(*) INTO reasons FROM evidence.exclusion_reason e WHERE e.review = review;
END $$;
COMMENT ON FUNCTION evidence.declare_review(jsonb) IS
	'Declares a review with its searches (kind, database, search, searched, covers_from, covers_to, hits_stated, strategies), strategies of the review as a whole (language, stated_in, strings) and reasons of exclusion (reason, label_en, label_zh); again: what is there is changed, nothing is taken away but strings that new ones replace. Each search is given the files that were imported with its database, name and day. Returns what the review has then';

---------------------------------------------------------------------------------------------------- what waits

CREATE FUNCTION evidence.screening_queue(p_screener text, p_stage text DEFAULT 'title_abstract', p_review text DEFAULT NULL, p_limit int DEFAULT 20)
	RETURNS TABLE (report_id bigint, decisions int, title text, title_translated text, authors text, year int, journal text, abstract text, waiting bigint)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	IF p_stage IS NULL OR p_stage NOT IN ('title_abstract', 'full_text') THEN
		RAISE invalid_parameter_value USING MESSAGE = format('stage is %s; expected title_abstract or full_text', coalesce(quote_literal(p_stage), 'NULL'));
	ELSIF coalesce(p_screener, '') = '' THEN
		RAISE invalid_parameter_value USING MESSAGE = 'no screener is named';
	END IF;
	RETURN QUERY
	WITH waits AS (
		SELECT r.report_id, coalesce(o.decisions, 0) AS decisions
		FROM evidence.prisma_record(NULL, p_review) r
		LEFT JOIN evidence.screening_outcome(p_review) o ON o.report_id = r.report_id AND o.stage = p_stage
		WHERE r.first AND o.outcome IS NULL AND NOT p_screener = ANY (coalesce(o.screeners, '{}'))
			AND r.state = ANY (CASE p_stage WHEN 'title_abstract' THEN '{awaiting_screening}'::text[] ELSE '{awaiting_retrieval,awaiting_full_text}' END))
	SELECT w.report_id, w.decisions, s.title, s.title_translated, array_to_string(evidence.person_names(s.authors), '; '), s.year, s.journal,
		coalesce(s.abstract, s.abstract_translated), count(*) OVER ()
	FROM waits w
	JOIN evidence.source_record s ON s.source_record_id = w.report_id
	ORDER BY w.decisions DESC, w.report_id
	LIMIT p_limit;
END $$;
COMMENT ON FUNCTION evidence.screening_queue(text, text, text, int) IS 'Reports that wait for a screener at a stage: nothing is settled, and the screener has not decided; those first on which another one has. waiting: how many in all. It does not say what others decided';

---------------------------------------------------------------------------------------------------- decisions from files

CREATE FUNCTION ingest.stage_screening() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, line bigint, record text, doi text, pmid text, title text, year text, stage text, screener text, decision text, reason text, comment text,
		decided_at text, consensus text, notes text, raw text
	) ON COMMIT DROP;
END $$;
COMMENT ON FUNCTION ingest.stage_screening() IS 'Makes the temporary tables that psyrad ingest screening fills';

-- Rayyan's notes: who said what, {"Ana"=>"Included", "Bo"=>"Maybe"}, and what each noted, {"Ana"=>["see later"]}; reasons and labels are of the
-- record and not of a person, a list with commas.
CREATE FUNCTION ingest.rayyan_votes(p_notes text) RETURNS TABLE (who text, said text, reasons text[], remark text)
LANGUAGE sql IMMUTABLE AS $$
	SELECT v.m[1], v.m[2], CASE WHEN lower(v.m[2]) LIKE 'exclude%' THEN r.whole || regexp_split_to_array(r.whole, '\s*,\s*') END,
		nullif(concat_ws('; ', (
			SELECT string_agg(replace(t.m[1], '\"', '"'), '; ')
			FROM regexp_matches(substring(p_notes FROM 'USER-NOTES:\s*(\{.*)'), '"([^"]+)"\s*=>\s*\[((?:\s*"(?:[^"\\]|\\.)*"\s*,?)*)\]', 'g') n (m)
			CROSS JOIN LATERAL regexp_matches(n.m[2], '"((?:[^"\\]|\\.)*)"', 'g') t (m)
			WHERE n.m[1] = v.m[1]), 'labels: ' || nullif(btrim(substring(p_notes FROM 'RAYYAN-LABELS:([^|]*)')), '')), '')
	FROM regexp_matches(substring(p_notes FROM 'RAYYAN-INCLUSION:\s*\{([^}]*)\}'), '"+([^"]+)"+\s*=>\s*"+([^"]+)"+', 'g') v (m)
	CROSS JOIN (SELECT nullif(btrim(substring(p_notes FROM 'RAYYAN-EXCLUSION-REASONS:([^|]*)')), '')) r (whole);
$$;
COMMENT ON FUNCTION ingest.rayyan_votes(text) IS 'Part of ingest.load_screening(): the votes in Rayyan''s notes, a row a person; reasons: as they stand, then one by one; remark: what the person noted, and the record''s labels';

CREATE FUNCTION ingest.screening_rows(p_file_id bigint, p_review text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	of_file text := ingest.option(p_file_id, 'decision');
	settled text := ingest.option(p_file_id, 'consensus');
BEGIN
	-- Covidence: one list a decision, and in its notes "Exclusion reason: wrong design; ...", which is one at full text.
	CREATE TEMPORARY TABLE said ON COMMIT DROP AS
	SELECT s."row", s.line, s.raw, s.record, s.doi, s.pmid, s.title, s.year, concat_ws('; ', s.comment, r.remark) AS comment, s.decided_at,
		coalesce(s.stage, ingest.option(p_file_id, 'stage'), CASE WHEN c.reason IS NULL THEN 'title_abstract' ELSE 'full_text' END) AS stage,
		coalesce(r.who, s.screener, ingest.option(p_file_id, 'screener')) AS screener,
		lower(btrim(CASE WHEN r.who IS NOT NULL THEN r.said ELSE coalesce(s.decision, CASE WHEN c.reason IS NOT NULL THEN 'exclude' END, of_file) END)) AS decision,
		CASE WHEN s.reason IS NOT NULL THEN ARRAY[s.reason] WHEN r.who IS NOT NULL THEN r.reasons WHEN c.reason IS NOT NULL THEN ARRAY[c.reason] END AS stated,
		lower(btrim(coalesce(s.consensus, CASE WHEN r.who IS NULL THEN settled END))) AS consensus
	FROM pg_temp.stage s
	LEFT JOIN LATERAL ingest.rayyan_votes(s.notes) r ON true
	CROSS JOIN LATERAL (SELECT nullif(btrim(substring(s.notes FROM '(?i)^\s*exclusion reason:\s*([^;]*)')), '') AS reason) c;
	ALTER TABLE pg_temp.said ADD reason text;
	UPDATE pg_temp.said s SET decision = CASE
		WHEN s.decision IN ('include', 'included', 'includes', 'yes', '1', 'relevant', '纳入') THEN 'include'
		WHEN s.decision IN ('exclude', 'excluded', 'excludes', 'no', '0', 'irrelevant', '排除') THEN 'exclude'
		WHEN s.decision IN ('unsure', 'maybe', 'unclear', '不确定', '待定') THEN 'unsure'
		WHEN s.decision IN ('', '-1', 'undecided') THEN NULL ELSE s.decision END,
		stage = CASE lower(s.stage) WHEN 'abstract' THEN 'title_abstract' WHEN 'title and abstract' THEN 'title_abstract' WHEN 'full text' THEN 'full_text' ELSE lower(s.stage) END;
	IF NOT EXISTS (SELECT FROM pg_temp.said s WHERE s.decision IS NOT NULL) AND EXISTS (SELECT FROM pg_temp.said) THEN
		PERFORM ingest.refuse('no row holds a decision', 'of a list that is one decision, such as Covidence''s, --decision include or --decision exclude says which it is');
	END IF;
	-- The first reason that the review declares; what else is said is a remark, and at the first stage everything is.
	UPDATE pg_temp.said s SET reason = coalesce(f.reason, nullif(s.stated[1], '')), comment = nullif(concat_ws('; ', nullif(s.comment, ''), CASE
		WHEN s.stage = 'title_abstract' OR s.decision IS DISTINCT FROM 'exclude' OR cardinality(s.stated) > 2 THEN nullif(s.stated[1], '') END), '')
	FROM pg_temp.said t
	LEFT JOIN LATERAL (
		SELECT e.reason
		FROM unnest(t.stated) WITH ORDINALITY x (said, place)
		JOIN evidence.exclusion_reason e ON e.review = p_review
			AND psyrad.text_fold(x.said) IN (psyrad.text_fold(e.reason), psyrad.text_fold(e.label_en), psyrad.text_fold(e.label_zh))
		ORDER BY x.place LIMIT 1) f ON true
	WHERE t.ctid = s.ctid;
	UPDATE pg_temp.said s SET reason = NULL WHERE s.stage = 'title_abstract' OR s.decision IS DISTINCT FROM 'exclude';
END $$;
COMMENT ON FUNCTION ingest.screening_rows(bigint, text) IS 'Part of ingest.load_screening(): makes pg_temp.said, a row a decision';

-- By its number, else by DOI, else by PMID, else by title and year: the report it is a record of, among those of the review.
CREATE FUNCTION ingest.screening_reports(p_review text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE named ON COMMIT DROP AS
	WITH here AS MATERIALIZED (
		SELECT r.source_record_id, r.report_id, s.doi, s.pmid, s.year, psyrad.text_fold(s.title) AS title, psyrad.text_fold(s.title_translated) AS title_translated
		FROM evidence.prisma_record(NULL, p_review) r JOIN evidence.source_record s USING (source_record_id)),
	given AS (
		SELECT g."row", g.record, nullif(lower(regexp_replace(btrim(g.doi), '^(https?://(dx\.)?doi\.org/|doi:\s*)', '', 'i')), '') AS doi,
			substring(g.pmid FROM '([0-9]+)/?\s*$') AS pmid, psyrad.text_fold(g.title) AS title, CASE WHEN g.year ~ '^\s*[0-9]{4}' THEN substring(g.year FROM '[0-9]{4}')::int END AS year
		FROM pg_temp.stage g)
	SELECT g."row", (SELECT array_agg(DISTINCT h.report_id ORDER BY h.report_id) FROM here h WHERE h.source_record_id::text = g.record) AS by_record,
		(SELECT array_agg(DISTINCT h.report_id ORDER BY h.report_id) FROM here h WHERE h.doi = g.doi) AS by_doi,
		(SELECT array_agg(DISTINCT h.report_id ORDER BY h.report_id) FROM here h WHERE h.pmid = g.pmid) AS by_pmid,
		(SELECT array_agg(DISTINCT h.report_id ORDER BY h.report_id) FROM here h WHERE g.title IN (h.title, h.title_translated) AND (g.year IS NULL OR h.year IS NULL OR h.year = g.year)) AS by_title,
		g.record IS NOT NULL AS has_record
	FROM given g;
	ALTER TABLE pg_temp.named ADD reports bigint[];
	UPDATE pg_temp.named n SET reports = CASE WHEN n.has_record THEN n.by_record ELSE coalesce(n.by_doi, n.by_pmid, n.by_title) END;
	-- Where the first of them leaves several, the others choose among these.
	UPDATE pg_temp.named n SET reports = x.left_over
	FROM (
		SELECT m."row", array_agg(r.report ORDER BY r.report) AS left_over
		FROM pg_temp.named m CROSS JOIN LATERAL unnest(m.reports) r (report)
		WHERE cardinality(m.reports) > 1 AND NOT m.has_record AND coalesce(r.report = ANY (m.by_pmid), true) AND coalesce(r.report = ANY (m.by_title), true)
		GROUP BY m."row") x
	WHERE x."row" = n."row";
END $$;
COMMENT ON FUNCTION ingest.screening_reports(text) IS 'Part of ingest.load_screening(): makes pg_temp.named, the reports that each row may mean';

CREATE FUNCTION ingest.load_screening(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	of_review text;
	reasons   text;
	counts    ingest.counts;
	total     bigint;
BEGIN
	BEGIN
		of_review := evidence.the_review(ingest.option(p_file_id, 'review'));
	EXCEPTION WHEN invalid_parameter_value THEN
		PERFORM ingest.refuse(SQLERRM, 'psyrad screen --declare FILE.json declares a review');
	END;
	PERFORM ingest.lock('screening', of_review);
	SELECT coalesce(string_agg(e.reason, ', ' ORDER BY e.ordinal), 'none is declared') INTO reasons FROM evidence.exclusion_reason e WHERE e.review = of_review;
	PERFORM ingest.screening_rows(p_file_id, of_review);
	PERFORM ingest.screening_reports(of_review);
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw)
	SELECT DISTINCT s."row", s.line, c.name, c.number, e.code, e.message, s.raw
	FROM pg_temp.said s
	JOIN pg_temp.named n USING ("row")
	CROSS JOIN LATERAL (VALUES
		('stage', s.stage NOT IN ('title_abstract', 'full_text'), 'bad_stage', format('found %s; expected title_abstract or full_text', left(s.stage, 60))),
		('decision', s.decision NOT IN ('include', 'exclude', 'unsure', 'withdrawn'), 'bad_decision', format('found %s; expected include, exclude, unsure or withdrawn', left(s.decision, 60))),
		('screener', s.decision IS NOT NULL AND coalesce(s.screener, '') = '', 'missing_value', 'no screener; give a column, or --screener'),
		('record', s.decision IS NOT NULL AND n.reports IS NULL, 'unknown_record', format('no record of the review %s fits: by record, DOI, PMID, or title and year', of_review)),
		('record', s.decision IS NOT NULL AND cardinality(n.reports) > 1, 'ambiguous_record', format('it may be each of the reports %s; name one in a column record', array_to_string(n.reports, ', '))),
		('reason', s.stage = 'full_text' AND s.decision = 'exclude' AND NOT EXISTS (SELECT FROM evidence.exclusion_reason x WHERE x.review = of_review AND x.reason = s.reason), 'bad_reason',
			format('found %s; expected a reason of the review: %s', coalesce(left(s.reason, 60), 'nothing'), reasons)),
		('consensus', s.consensus NOT IN ('true', 'false', 'yes', 'no', '1', '0', ''), 'bad_value', format('found %s; expected true or false', left(s.consensus, 60))),
		('decided_at', s.decided_at !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$', 'bad_day',
			format('found %s; expected a day, or a day and time: 2026-11-23', left(s.decided_at, 60)))
	) e (field, wrong, code, message)
	LEFT JOIN pg_temp.stage_column c ON c.field = e.field
	WHERE e.wrong;
	CREATE TEMPORARY TABLE decided ON COMMIT DROP AS
	SELECT n.reports[1] AS report_id, s.stage, s.screener, s.decision, s.reason, s.comment, coalesce(s.consensus IN ('true', 'yes', '1'), false) AS consensus,
		least(coalesce(ingest.utc_time(s.decided_at), now()), now()) AS decided_at, s."row"
	FROM pg_temp.said s JOIN pg_temp.named n USING ("row")
	WHERE s.decision IS NOT NULL AND NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = s."row");
	SELECT count(*) INTO total FROM pg_temp.said;
	-- What stands already says the same.
	DELETE FROM pg_temp.decided d USING evidence.screening_history h
	WHERE h.review = of_review AND h.report_id = d.report_id AND h.stage = d.stage AND h.consensus = d.consensus AND (d.consensus OR h.screener = d.screener) AND h.superseded_by IS NULL
		AND h.decision = d.decision AND h.reason IS NOT DISTINCT FROM d.reason AND h.screener = d.screener;
	INSERT INTO evidence.screening_decision (review, source_record_id, stage, screener, consensus, decision, reason, comment, decided_at)
	SELECT of_review, d.report_id, d.stage, d.screener, d.consensus, d.decision, d.reason, d.comment, d.decided_at FROM pg_temp.decided d ORDER BY d.decided_at, d."row", d.screener;
	GET DIAGNOSTICS counts.rows_loaded = ROW_COUNT;
	counts.rows_unchanged := total - counts.rows_loaded - (SELECT count(*) FROM pg_temp.said s WHERE EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = s."row"));
	RETURN counts;
END $$;
COMMENT ON FUNCTION ingest.load_screening(bigint) IS 'Stores the staged decisions: those that stand already, and rows without one, change nothing; a decision that differs takes the place of the one before, which is kept';

CREATE FUNCTION ingest.utc_time(p_text text) RETURNS timestamptz
LANGUAGE sql STABLE
RETURN CASE WHEN p_text ~ '(Z|[+-][0-9]{2}(:?[0-9]{2})?)$' AND p_text ~ '[0-9]:[0-9]' THEN p_text::timestamptz ELSE p_text::timestamp AT TIME ZONE 'UTC' END;
COMMENT ON FUNCTION ingest.utc_time(text) IS 'A day or time as UTC unless it says its zone';

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOREACH f IN ARRAY ARRAY['evidence.check_keys(jsonb, text[], text)', 'evidence.declare_strategies(text, bigint, jsonb)', 'evidence.declare_review(jsonb)',
		'evidence.screening_queue(text, text, text, int)', 'ingest.stage_screening()', 'ingest.rayyan_votes(text)', 'ingest.screening_rows(bigint, text)', 'ingest.screening_reports(text)',
		'ingest.load_screening(bigint)', 'ingest.utc_time(text)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest%s', f, CASE f WHEN 'evidence.screening_queue(text, text, text, int)'::regprocedure THEN ', psyrad_analyst' ELSE '' END);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
