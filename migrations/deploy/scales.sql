-- Deploy psyrad:scales to pg
-- What is computed from rating scales: totals, factors, severity, outcomes, reliability of change; instruments
-- by definition file; arms that stay masked; visits in their windows.
-- Two rules hold throughout.  A number is of one instrument and one definition: functions answer with the definition's name, and
-- aggregates refuse to mix.  A missing answer or visit gives NULL; what fills it has a name of its own (prorated, locf, nri).
BEGIN;
SET LOCAL ROLE psyrad_owner;

-------------------------------------------------------------------------------------------------- instruments by definition

CREATE FUNCTION clinical.scale(instrument text) RETURNS clinical.instrument
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found clinical.instrument;
BEGIN
	SELECT i.* INTO found FROM clinical.instrument i WHERE i.instrument = scale.instrument;
	IF found.instrument IS NULL THEN
		RAISE undefined_object USING
			MESSAGE = format('instrument %s is not known', coalesce(quote_literal(instrument), 'NULL')),
			HINT = format('Known are: %s.  Others are declared with clinical.declare_instrument.',
				(SELECT string_agg(i.instrument, ', ' ORDER BY i.instrument COLLATE "C") FROM clinical.instrument i));
	END IF;
	RETURN found;
END $$;
COMMENT ON FUNCTION clinical.scale(text) IS 'The instrument of that name.  Errors: 42704 naming those there are';

-- One form for each definition, so that two are the same exactly when their forms are: defaults left out, bands and factors in order.
CREATE FUNCTION clinical.normal_definition(doc jsonb) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT pg_catalog.jsonb_strip_nulls(doc || pg_catalog.jsonb_build_object(
		'family', coalesce(doc ->> 'family', doc ->> 'instrument'),
		'version_stated', CASE WHEN doc -> 'version_stated' = 'false' THEN false END,
		'items', (SELECT pg_catalog.jsonb_agg(e || pg_catalog.jsonb_build_object(
				'form_item', coalesce((e ->> 'form_item')::numeric, number),
				'reversed', CASE WHEN e -> 'reversed' = 'true' THEN true END) ORDER BY number)
			FROM pg_catalog.jsonb_array_elements(nullif(doc -> 'items', 'null')) WITH ORDINALITY t(e, number)),
		'cutoffs', (SELECT pg_catalog.jsonb_agg(e ORDER BY e ->> 'scheme' COLLATE "C", (e ->> 'lo')::numeric) FROM pg_catalog.jsonb_array_elements(nullif(doc -> 'cutoffs', 'null')) e),
		'factors', (SELECT pg_catalog.jsonb_agg(e ORDER BY e ->> 'scheme' COLLATE "C", e ->> 'factor' COLLATE "C") FROM pg_catalog.jsonb_array_elements(nullif(doc -> 'factors', 'null')) e)));
END;
COMMENT ON FUNCTION clinical.normal_definition(jsonb) IS 'An instrument''s definition in the one form that says the same: defaults left out, bands and factors in order';

CREATE FUNCTION clinical.instrument_definition(instrument text) RETURNS jsonb
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT clinical.normal_definition(pg_catalog.to_jsonb(i) || pg_catalog.jsonb_build_object(
		'items', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name_en', t.name_en, 'name_zh', t.name_zh, 'min', t.item_min, 'max', t.item_max,
				'form_item', t.form_item, 'note', t.note, 'reversed', t.reversed, 'counts_with', t.counts_with) ORDER BY t.item)
			FROM clinical.instrument_item t WHERE t.instrument = i.instrument),
		'cutoffs', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c) - 'instrument') FROM clinical.cutoff c WHERE c.instrument = i.instrument),
		'factors', (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(f) - '{instrument,factor_max}'::text[]) FROM clinical.factor f WHERE f.instrument = i.instrument)))
	FROM clinical.instrument i WHERE i.instrument = instrument_definition.instrument;
END;
COMMENT ON FUNCTION clinical.instrument_definition(text) IS
	'The definition that clinical.declare_instrument takes, of an instrument that is there; NULL when there is none.  Declared again it changes nothing';

-- What is wrong with the items: ranges, groups that count once, numbers in the longest form, and totals that are not theirs.
CREATE FUNCTION clinical.item_faults(doc jsonb) RETURNS TABLE (rank int, message text)
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH item AS (
		SELECT n, (e ->> 'min')::numeric AS lo, (e ->> 'max')::numeric AS hi, (e ->> 'counts_with')::numeric AS counts_with,
			coalesce((e ->> 'form_item')::numeric, n) AS form_item, e ->> 'min' AS lo_text, e ->> 'max' AS hi_text, e ->> 'counts_with' AS counts_text
		FROM jsonb_array_elements(doc -> 'items') WITH ORDINALITY t(e, n)
	)
	SELECT 4, format('items[%s]: min is %s and max %s where two integers are expected, the first the smaller', n, lo_text, hi_text)
	FROM item WHERE lo >= hi OR lo % 1 <> 0 OR hi % 1 <> 0 OR abs(lo) > 1000 OR abs(hi) > 1000
	UNION ALL
	SELECT 5, format('items[%s]: counts_with is %s where the number of an item before it, or its own, is expected that is the first of its group', i.n, i.counts_text)
	FROM item i WHERE NOT (i.counts_with BETWEEN 1 AND i.n AND i.counts_with % 1 = 0
		AND coalesce((SELECT f.counts_with FROM item f WHERE f.n = i.counts_with), i.counts_with) = i.counts_with)
	UNION ALL
	SELECT 6, format('items[%s]: form_item is %s where a number of its own is expected, 1 or above', n, form_item)
	FROM (SELECT n, form_item, count(*) OVER (PARTITION BY form_item) AS times FROM item) f
	WHERE times > 1 OR form_item < 1 OR form_item % 1 <> 0 OR form_item > 10000
	UNION ALL
	SELECT 7, format('the items'' totals run from %s to %s, and the definition''s from %s to %s', least_sum, most_sum, doc ->> 'total_min', doc ->> 'total_max')
	FROM (SELECT sum(least_part) AS least_sum, sum(most_part) AS most_sum
		FROM (SELECT max(lo) AS least_part, max(hi) AS most_part FROM item GROUP BY coalesce(counts_with, n)) parts) sums
	WHERE (least_sum, most_sum) <> ((doc ->> 'total_min')::numeric, (doc ->> 'total_max')::numeric);
$$;
COMMENT ON FUNCTION clinical.item_faults(jsonb) IS 'For clinical.check_instrument: what is wrong with the items of a definition, by place';

-- Of bands: gaps, overlaps, a remission that is no one end of the range.
CREATE FUNCTION clinical.band_faults(doc jsonb) RETURNS TABLE (rank int, message text)
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH total AS (SELECT (doc ->> 'total_min')::numeric AS lo, (doc ->> 'total_max')::numeric AS hi),
	band AS (SELECT e ->> 'scheme' AS scheme, (e ->> 'lo')::numeric AS lo, (e ->> 'hi')::numeric AS hi FROM jsonb_array_elements(doc -> 'cutoffs') e)
	SELECT 8, format('scheme %s: the bands from %s to %s do not meet the next at %s: each total belongs to one band', scheme, lo, hi, next_lo)
	FROM (SELECT b.*, coalesce(lead(b.lo) OVER w, t.hi + 1) AS next_lo, coalesce(lag(b.hi) OVER w, t.lo - 1) AS before
		FROM band b, total t WHERE b.scheme NOT LIKE 'remission%' WINDOW w AS (PARTITION BY b.scheme ORDER BY b.lo)) chain
	WHERE hi < lo OR hi + 1 <> next_lo OR lo - 1 <> before
	UNION ALL
	SELECT 9, format('scheme %s: one band is expected that begins at the best total and does not reach the worst', r.scheme)
	FROM (SELECT scheme, count(*) AS bands, min(lo) AS lo, max(hi) AS hi FROM band WHERE scheme LIKE 'remission%' GROUP BY scheme) r, total t
	WHERE r.bands <> 1 OR r.hi < r.lo OR CASE doc ->> 'higher_is' WHEN 'worse' THEN r.lo <> t.lo OR r.hi >= t.hi ELSE r.hi <> t.hi OR r.lo <= t.lo END;
$$;
COMMENT ON FUNCTION clinical.band_faults(jsonb) IS 'For clinical.check_instrument: what is wrong with the schemes of bands of a definition';

CREATE FUNCTION clinical.factor_faults(doc jsonb) RETURNS TABLE (rank int, message text)
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH size AS (SELECT jsonb_array_length(coalesce(nullif(doc -> 'items', 'null'), '[]')) AS size)
	SELECT 10, format('factors[%s] (%s): items is %s where different numbers from 1 to %s are expected', n, e ->> 'factor', e -> 'items', size)
	FROM size, jsonb_array_elements(doc -> 'factors') WITH ORDINALITY t(e, n)
	WHERE jsonb_array_length(e -> 'items') = 0
		OR (SELECT count(*) <> count(DISTINCT i) OR bool_or(jsonb_typeof(i) <> 'number' OR i::text !~ '^[1-9][0-9]{0,4}$' OR i::text::int > size) FROM jsonb_array_elements(e -> 'items') i)
	UNION ALL
	SELECT 11, format('factors: scheme %s has %s more than once', e ->> 'scheme', e ->> 'factor')
	FROM jsonb_array_elements(doc -> 'factors') e GROUP BY e ->> 'scheme', e ->> 'factor' HAVING count(*) > 1;
$$;
COMMENT ON FUNCTION clinical.factor_faults(jsonb) IS 'For clinical.check_instrument: what is wrong with the factor structures of a definition';

CREATE FUNCTION clinical.check_instrument(doc jsonb) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wrong text;
BEGIN
	doc := jsonb_strip_nulls(doc);
	PERFORM clinical.check_declared(doc, 'the definition', '{"instrument": "string!", "family": "string", "version_stated": "boolean",
		"title_en": "string!", "title_zh": "string", "higher_is": "worse|better!", "total_min": "number!", "total_max": "number!",
		"index_factor": "number", "source": "string!", "items": "array", "cutoffs": "array", "factors": "array"}');
	PERFORM clinical.check_entries(doc, 'items', 'name_en', '{"name_en": "string!", "name_zh": "string", "min": "number!", "max": "number!",
		"form_item": "number", "note": "string", "reversed": "boolean", "counts_with": "number"}');
	PERFORM clinical.check_declared(e, format('cutoffs[%s]', n), '{"scheme": "string!", "lo": "number!", "hi": "number!", "label_en": "string!",
		"label_zh": "string", "source": "string"}') FROM jsonb_array_elements(doc -> 'cutoffs') WITH ORDINALITY t(e, n);
	PERFORM clinical.check_declared(e, format('factors[%s]', n), '{"scheme": "string!", "factor": "string!", "name_zh": "string", "items": "array!",
		"source": "string!"}') FROM jsonb_array_elements(doc -> 'factors') WITH ORDINALITY t(e, n);
	SELECT f.message INTO wrong FROM (
		SELECT 1 AS rank, format('%L is no name for an instrument: letters, digits, space, _ . + -, at most 63', doc ->> 'instrument') AS message
		WHERE doc ->> 'instrument' !~ '^[A-Za-z0-9][A-Za-z0-9 _.+-]{0,62}$'
		UNION ALL SELECT 2, format('total_min is %s and total_max %s: no range', doc ->> 'total_min', doc ->> 'total_max')
		WHERE (doc ->> 'total_min')::numeric >= (doc ->> 'total_max')::numeric
		UNION ALL SELECT 3, format('index_factor is %s where a number above 0 is expected', doc ->> 'index_factor') WHERE (doc ->> 'index_factor')::numeric <= 0
		UNION ALL SELECT * FROM clinical.item_faults(doc)
		UNION ALL SELECT * FROM clinical.band_faults(doc)
		UNION ALL SELECT * FROM clinical.factor_faults(doc)
		UNION ALL SELECT 12, 'an instrument whose version is not stated has neither items nor bands nor factors'
		WHERE doc -> 'version_stated' = 'false' AND (doc -> 'items' <> '[]' OR doc -> 'cutoffs' <> '[]' OR doc -> 'factors' <> '[]')
	) f ORDER BY f.rank, f.message COLLATE "C" LIMIT 1;
	IF wrong IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('instrument %s: %s', doc ->> 'instrument', wrong);
	END IF;
END $$;
COMMENT ON FUNCTION clinical.check_instrument(jsonb) IS 'Raises 22023, naming the place, when a definition is none: keys, ranges, totals, bands that overlap or leave gaps, items that are not there';

CREATE FUNCTION clinical.declare_instrument(definition jsonb) RETURNS text
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	doc    jsonb;
	old    jsonb;
	change text;
	lists  constant jsonb := '{"items": [], "cutoffs": [], "factors": []}';
BEGIN
	PERFORM clinical.check_instrument(definition);
	doc := clinical.normal_definition(definition);
	old := clinical.instrument_definition(doc ->> 'instrument');
	IF old = doc THEN
		RETURN 'unchanged';
	END IF;
	IF old IS NULL THEN
		change := 'added';
	ELSIF old - '{cutoffs,factors}'::text[] = doc - '{cutoffs,factors}'::text[]
		AND coalesce(doc -> 'cutoffs', '[]') @> coalesce(old -> 'cutoffs', '[]') AND coalesce(doc -> 'factors', '[]') @> coalesce(old -> 'factors', '[]') THEN
		change := 'extended'; -- another scheme beside those that are there changes no number
	ELSE
		change := 'changed';
	END IF;
	IF change = 'changed' THEN
		BEGIN
			DELETE FROM clinical.cutoff t WHERE t.instrument = doc ->> 'instrument';
			DELETE FROM clinical.factor t WHERE t.instrument = doc ->> 'instrument';
			DELETE FROM clinical.instrument_item t WHERE t.instrument = doc ->> 'instrument';
			DELETE FROM clinical.instrument t WHERE t.instrument = doc ->> 'instrument';
		EXCEPTION WHEN foreign_key_violation THEN
			-- The foreign key sees the scores of all sites, also those that the caller may not.
			RAISE object_in_use USING
				MESSAGE = format('instrument %s has scores, and its definition cannot change under them: %s differ', doc ->> 'instrument',
					(SELECT string_agg(key, ', ' ORDER BY key) FROM jsonb_object_keys(old || doc) key WHERE old -> key IS DISTINCT FROM doc -> key)),
				HINT = 'Declare another version under a name of its own.  New schemes of bands or factors may be added beside those that are there.';
		END;
	END IF;
	doc := lists || doc;
	IF change <> 'extended' THEN
		INSERT INTO clinical.instrument (instrument, title_en, title_zh, higher_is, total_min, total_max, source, family, version_stated, index_factor)
		SELECT r.instrument, r.title_en, r.title_zh, r.higher_is, r.total_min, r.total_max, r.source, r.family, coalesce(r.version_stated, true), r.index_factor
		FROM jsonb_populate_record(NULL::clinical.instrument, doc) r;
		INSERT INTO clinical.instrument_item (instrument, item, form_item, name_en, name_zh, item_min, item_max, note, reversed, counts_with)
		SELECT doc ->> 'instrument', n, r.form_item, r.name_en, r.name_zh, r.min, r.max, r.note, coalesce(r.reversed, false), r.counts_with
		FROM jsonb_array_elements(doc -> 'items') WITH ORDINALITY e(entry, n),
			jsonb_to_record(entry) r(form_item int, name_en text, name_zh text, min int, max int, note text, reversed boolean, counts_with int);
	END IF;
	INSERT INTO clinical.cutoff (instrument, scheme, lo, hi, label_en, label_zh, source)
	SELECT doc ->> 'instrument', r.scheme, r.lo, r.hi, r.label_en, r.label_zh, r.source
	FROM jsonb_populate_recordset(NULL::clinical.cutoff, doc -> 'cutoffs') r
	WHERE NOT EXISTS (SELECT FROM clinical.cutoff c WHERE (c.instrument, c.scheme, c.lo) = (doc ->> 'instrument', r.scheme, r.lo));
	INSERT INTO clinical.factor (instrument, scheme, factor, name_zh, items, factor_max, source)
	SELECT doc ->> 'instrument', r.scheme, r.factor, r.name_zh, r.items,
		(SELECT sum(t.item_max) FROM clinical.instrument_item t WHERE t.instrument = doc ->> 'instrument' AND t.item = ANY (r.items)), r.source
	FROM jsonb_populate_recordset(NULL::clinical.factor, doc -> 'factors') r
	WHERE NOT EXISTS (SELECT FROM clinical.factor f WHERE (f.instrument, f.scheme, f.factor) = (doc ->> 'instrument', r.scheme, r.factor));
	RETURN change;
END $$;
COMMENT ON FUNCTION clinical.declare_instrument(jsonb) IS
	'Declares an instrument from a definition (migrations/data/instruments/*.json are examples): items with ranges, labels, reversal and groups that count once, the total''s range, direction, schemes of bands, factor structures.  Answers added, unchanged, extended (new schemes beside the old) or changed.  Errors: 22023 for what is wrong, by place; 55006 when the instrument has scores and anything but a new scheme differs';
REVOKE EXECUTE ON FUNCTION clinical.declare_instrument(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clinical.declare_instrument(jsonb) TO psyrad_ingest;
GRANT INSERT, DELETE ON clinical.instrument, clinical.instrument_item, clinical.cutoff, clinical.factor TO psyrad_ingest;

CREATE FUNCTION ingest.stage_instrument() RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, psyrad, pg_temp
AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage ("row" bigint, document text) ON COMMIT DROP;
END $$;

CREATE FUNCTION ingest.load_instrument(p_file_id bigint) RETURNS ingest.counts
	LANGUAGE plpgsql
	SET search_path = pg_catalog, psyrad, pg_temp
AS $$
DECLARE
	change text;
	remedy text;
BEGIN
	PERFORM ingest.lock('instrument');
	BEGIN
		SELECT clinical.declare_instrument(s.document::jsonb) INTO change FROM pg_temp.stage s;
	EXCEPTION WHEN invalid_parameter_value OR object_in_use OR check_violation OR not_null_violation OR unique_violation OR insufficient_privilege THEN
		GET STACKED DIAGNOSTICS remedy = PG_EXCEPTION_HINT;
		PERFORM ingest.refuse(SQLERRM, remedy);
	END;
	RETURN CASE change WHEN 'unchanged' THEN (0::bigint, 1::bigint) ELSE (1::bigint, 0::bigint) END;
END $$;
REVOKE EXECUTE ON FUNCTION ingest.stage_instrument(), ingest.load_instrument(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.stage_instrument(), ingest.load_instrument(bigint) TO psyrad_ingest;

\set hama `cat data/instruments/HAMA.json`
\set madrs `cat data/instruments/MADRS.json`
\set sds `cat data/instruments/SDS.json`
\set bdi `cat data/instruments/BDI-I.json`
\set bdi2 `cat data/instruments/BDI-II.json`
\set bdiu `cat data/instruments/BDI-unspecified.json`
\set phq9 `cat data/instruments/PHQ-9.json`
\set qids `cat data/instruments/QIDS-SR.json`
\set ehd `cat data/instruments/EHD.json`
SELECT FROM (VALUES (:'hama'::jsonb), (:'madrs'), (:'sds'), (:'bdi'), (:'bdi2'), (:'bdiu'), (:'phq9'), (:'qids'), (:'ehd')) d(doc),
	clinical.declare_instrument(doc);

-------------------------------------------------------------------------------------------------- totals, factors, severity

CREATE FUNCTION clinical.check_answers(instrument text, items smallint[]) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	size  int := (SELECT count(*) FROM clinical.instrument_item i WHERE i.instrument = check_answers.instrument);
	wrong text;
BEGIN
	IF size = 0 THEN
		PERFORM clinical.scale(instrument);
		RAISE invalid_parameter_value USING MESSAGE = format('instrument %s is known by its total alone: it has no items', instrument);
	END IF;
	IF array_ndims(items) <> 1 OR cardinality(items) <> size OR array_lower(items, 1) <> 1 THEN
		RAISE array_subscript_error USING
			MESSAGE = format('%s has %s items, and %s answers were given', instrument, size, cardinality(items)),
			HINT = 'A missing answer is a NULL element.';
	END IF;
	SELECT format('item %s (%s) is %s where %s to %s is expected', i.item, i.name_en, a.answer, i.item_min, i.item_max) INTO wrong
	FROM unnest(items) WITH ORDINALITY a(answer, item) JOIN clinical.instrument_item i ON (i.instrument, i.item) = (check_answers.instrument, a.item)
	WHERE a.answer NOT BETWEEN i.item_min AND i.item_max ORDER BY i.item LIMIT 1;
	IF wrong IS NOT NULL THEN
		RAISE numeric_value_out_of_range USING MESSAGE = format('%s %s', instrument, wrong);
	END IF;
END $$;
COMMENT ON FUNCTION clinical.check_answers(text, smallint[]) IS 'Raises when answers are not those of an instrument: 2202E another number of them, 22003 one out of its range, 22023 an instrument without items';

CREATE FUNCTION clinical.scale_total(instrument text, items smallint[]) RETURNS numeric
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM clinical.check_answers(instrument, items);
	RETURN clinical.sum_items(instrument, items);
END $$;
COMMENT ON FUNCTION clinical.scale_total(text, smallint[]) IS
	'Total of an instrument''s answers, reversed items and groups counted as it defines; NULL when one is missing (clinical.prorated_total is the named way round).  Errors: another number of answers, one out of its range, an unknown instrument';

CREATE FUNCTION clinical.prorated_total(instrument text, items smallint[], most_missing numeric DEFAULT 0.2) RETURNS numeric
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parts int;
	known int;
	total numeric;
BEGIN
	IF NOT most_missing BETWEEN 0 AND 1 THEN
		RAISE numeric_value_out_of_range USING MESSAGE = format('most_missing is %s where a share from 0 to 1 is expected', most_missing);
	END IF;
	PERFORM clinical.check_answers(instrument, items);
	-- Reversed answers, and groups that count once, as in clinical.sum_items; a group with a missing answer is missing.
	SELECT count(*), count(part), sum(part) INTO parts, known, total
	FROM (SELECT CASE WHEN count(*) = count(a.answer) THEN max(CASE WHEN i.reversed THEN i.item_min + i.item_max - a.answer ELSE a.answer END) END AS part
		FROM clinical.instrument_item i JOIN unnest(items) WITH ORDINALITY a(answer, item) ON a.item = i.item
		WHERE i.instrument = prorated_total.instrument GROUP BY coalesce(i.counts_with, i.item)) p;
	IF known = 0 OR parts - known > most_missing * parts THEN
		RETURN NULL;
	END IF;
	RETURN CASE WHEN known = parts THEN total ELSE total * parts / known END;
END $$;
COMMENT ON FUNCTION clinical.prorated_total(text, smallint[], numeric) IS
	'Total with each missing item taken as the mean of those answered (sum * items / answered), where no more than the share most_missing of the items is missing (20 % by default); NULL where more are.  Not rounded';

CREATE FUNCTION clinical.factor_scores(instrument text, items smallint[], scheme text)
	RETURNS TABLE (structure text, factor text, name_zh text, score numeric, factor_max numeric)
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 7
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	PERFORM clinical.scale(factor_scores.instrument);
	IF NOT EXISTS (SELECT FROM clinical.factor f WHERE (f.instrument, f.scheme) = (factor_scores.instrument, factor_scores.scheme)) THEN
		RAISE undefined_object USING
			MESSAGE = format('%s has no factor structure %s', factor_scores.instrument, coalesce(quote_literal(factor_scores.scheme), 'NULL')),
			HINT = format('It has: %s.', coalesce((SELECT string_agg(DISTINCT f.scheme, ', ') FROM clinical.factor f WHERE f.instrument = factor_scores.instrument), 'none'));
	END IF;
	IF factor_scores.items IS NOT NULL THEN
		PERFORM clinical.check_answers(factor_scores.instrument, factor_scores.items);
	END IF;
	RETURN QUERY
	SELECT f.scheme, f.factor, f.name_zh,
		(SELECT CASE WHEN count(a.answer) = cardinality(f.items)
				THEN sum(CASE WHEN i.reversed THEN i.item_min + i.item_max - a.answer ELSE a.answer END)::numeric END
			FROM clinical.instrument_item i LEFT JOIN unnest(factor_scores.items) WITH ORDINALITY a(answer, item) ON a.item = i.item
			WHERE i.instrument = f.instrument AND i.item = ANY (f.items)),
		f.factor_max
	FROM clinical.factor f WHERE (f.instrument, f.scheme) = (factor_scores.instrument, factor_scores.scheme)
	ORDER BY f.factor COLLATE "C";
END $$;
COMMENT ON FUNCTION clinical.factor_scores(text, smallint[], text) IS
	'Factors of one structure from an instrument''s answers, one row a factor: the sum of its items, NULL when one is missing.  The structure is always named (HAMD-24 chinese_7, HAMD-17 cleary_guy): factors of two structures that share a name differ in their items';

CREATE FUNCTION clinical.band_of(instrument text, total numeric, scheme text) RETURNS clinical.cutoff
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	scale clinical.instrument := clinical.scale(instrument);
	band  clinical.cutoff;
BEGIN
	IF NOT EXISTS (SELECT FROM clinical.cutoff c WHERE (c.instrument, c.scheme) = (band_of.instrument, band_of.scheme)) THEN
		RAISE undefined_object USING
			MESSAGE = format('%s has no scheme %s', instrument, coalesce(quote_literal(scheme), 'NULL')),
			HINT = CASE WHEN scale.version_stated THEN format('It has: %s.', coalesce((SELECT string_agg(DISTINCT c.scheme, ', ') FROM clinical.cutoff c WHERE c.instrument = band_of.instrument), 'none'))
				ELSE 'Its version was not stated, so that no scheme can be said to hold.' END;
	ELSIF total NOT BETWEEN scale.total_min AND scale.total_max THEN
		RAISE numeric_value_out_of_range USING MESSAGE = format('total is %s where %s to %s is expected (%s)', total, scale.total_min, scale.total_max, instrument);
	END IF;
	SELECT c.* INTO band FROM clinical.cutoff c WHERE (c.instrument, c.scheme) = (band_of.instrument, band_of.scheme) AND c.lo <= total ORDER BY c.lo DESC LIMIT 1;
	RETURN band;
END $$;
COMMENT ON FUNCTION clinical.band_of(text, numeric, text) IS 'The band of a scheme that a total reaches: the last whose lower end it has; NULL for a NULL total or one below the first';

CREATE FUNCTION clinical.severity(instrument text, total numeric, scheme text, lang text DEFAULT 'en') RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	band clinical.cutoff;
BEGIN
	IF lang IS NULL OR lang NOT IN ('en', 'zh') THEN
		RAISE invalid_parameter_value USING MESSAGE = format('lang is %s where en or zh is expected', coalesce(quote_literal(lang), 'NULL'));
	ELSIF scheme LIKE 'remission%' THEN
		RAISE invalid_parameter_value USING MESSAGE = format('scheme %s is a threshold of remission, not of severity', scheme), HINT = 'Ask clinical.remission.';
	END IF;
	band := clinical.band_of(instrument, total, scheme);
	RETURN CASE lang WHEN 'zh' THEN coalesce(band.label_zh, band.label_en) ELSE band.label_en END;
END $$;
COMMENT ON FUNCTION clinical.severity(text, numeric, text, text) IS
	'Severity of a total by a named scheme of bands (clinical.cutoff): HAMD-17 of 23 is moderate (zimmerman), very severe (nice) or definite (chinese).  lang: en or zh.  A total between two integers belongs to the band whose lower end it has reached.  Errors: unknown instrument or scheme (the hint names those there are), a total out of range';

CREATE FUNCTION clinical.score_index(instrument text, total numeric) RETURNS numeric
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	scale clinical.instrument := clinical.scale(instrument);
BEGIN
	IF scale.index_factor IS NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('%s has no index beside its total', instrument);
	END IF;
	RETURN trunc(total * scale.index_factor);
END $$;
COMMENT ON FUNCTION clinical.score_index(text, numeric) IS 'The index of a raw total where the instrument has one: SDS, raw times 1.25, cut to an integer (标准分)';

-------------------------------------------------------------------------------------------------- outcomes

CREATE TYPE clinical.outcome AS (instrument text, definition text, reached boolean);
COMMENT ON TYPE clinical.outcome IS 'Whether somebody reached an outcome, with the instrument and the definition by which: clinical.outcome_rate refuses to count two of them together';

CREATE TYPE clinical.effect_class AS (instrument text, definition text, percent_reduction numeric, class_en text, class_zh text);
COMMENT ON TYPE clinical.effect_class IS 'The class of a reduction, with the definition by which';

-- The share of the baseline that is gone, as numerator and denominator, so that thresholds are compared without a division.
CREATE FUNCTION clinical.reduction(instrument text, baseline numeric, final numeric, above_minimum boolean, OUT gone numeric, OUT of_base numeric)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	scale clinical.instrument := clinical.scale(instrument);
	wrong text;
BEGIN
	SELECT format('%s is %s where %s to %s is expected (%s)', name, value, scale.total_min, scale.total_max, instrument) INTO wrong
	FROM (VALUES ('baseline', baseline), ('final', final)) v(name, value) WHERE value NOT BETWEEN scale.total_min AND scale.total_max LIMIT 1;
	IF wrong IS NOT NULL THEN
		RAISE numeric_value_out_of_range USING MESSAGE = wrong;
	END IF;
	gone := CASE scale.higher_is WHEN 'worse' THEN baseline - final ELSE final - baseline END;
	of_base := baseline - CASE WHEN above_minimum THEN scale.total_min ELSE 0 END;
	IF NOT of_base > 0 THEN -- a share of nothing
		of_base := NULL;
	END IF;
END $$;
COMMENT ON FUNCTION clinical.reduction(text, numeric, numeric, boolean) IS 'Improvement and what it is a share of; of_base NULL where there was nothing to lose.  Errors: unknown instrument, totals out of its range';

CREATE FUNCTION clinical.percent_reduction(instrument text, baseline numeric, final numeric, above_minimum boolean DEFAULT false) RETURNS numeric
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT 100 * r.gone / r.of_base FROM clinical.reduction(percent_reduction.instrument, percent_reduction.baseline, percent_reduction.final, percent_reduction.above_minimum) r;
END;
COMMENT ON FUNCTION clinical.percent_reduction(text, numeric, numeric, boolean) IS
	'Improvement in per cent of the baseline (减分率), positive is better in either direction of the scale: 100 (baseline - final) / baseline; with above_minimum, of what the baseline lies above the instrument''s lowest total (Leucht et al. 2010; SDS begins at 20).  NULL when a total is missing or the baseline is 0';

CREATE FUNCTION clinical.reached(instrument text, baseline numeric, final numeric, percent int, name text, above_minimum boolean) RETURNS clinical.outcome
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT ROW(reached.instrument, reached.name || '_' || reached.percent || CASE WHEN reached.above_minimum THEN '_above_minimum' ELSE '' END,
		100 * r.gone >= reached.percent * r.of_base)::clinical.outcome
	FROM clinical.reduction(reached.instrument, reached.baseline, reached.final, reached.above_minimum) r;
END;
COMMENT ON FUNCTION clinical.reached(text, numeric, numeric, int, text, boolean) IS 'Whether at least so many per cent of the baseline are gone, compared without rounding';

CREATE FUNCTION clinical.response(instrument text, baseline numeric, final numeric, above_minimum boolean DEFAULT false) RETURNS clinical.outcome
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN clinical.reached(instrument, baseline, final, 50, 'response', above_minimum);
COMMENT ON FUNCTION clinical.response(text, numeric, numeric, boolean) IS
	'Response: at least 50 % of the baseline gone (2 (baseline - final) >= baseline, exactly).  definition is response_50, or response_50_above_minimum; reached is NULL when a total is missing';

CREATE FUNCTION clinical.effective(instrument text, baseline numeric, final numeric, above_minimum boolean DEFAULT false) RETURNS clinical.outcome
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN clinical.reached(instrument, baseline, final, 25, 'effective', above_minimum);
COMMENT ON FUNCTION clinical.effective(text, numeric, numeric, boolean) IS
	'The Chinese effective rate (总有效率): at least 25 % of the baseline gone.  definition is effective_25: never counted together with response';

CREATE FUNCTION clinical.effect_class(instrument text, baseline numeric, final numeric) RETURNS clinical.effect_class
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT ROW(effect_class.instrument, 'reduction_75_50_25', 100 * r.gone / r.of_base, c.en, c.zh)::clinical.effect_class
	FROM clinical.reduction(effect_class.instrument, effect_class.baseline, effect_class.final, false) r
	LEFT JOIN (VALUES (75, 'cured', '痊愈'), (50, 'markedly effective', '显效'), (25, 'effective', '有效'), (NULL, 'ineffective', '无效')) c(percent, en, zh)
		ON r.gone IS NOT NULL AND r.of_base IS NOT NULL AND (c.percent IS NULL OR 100 * r.gone >= c.percent * r.of_base)
	ORDER BY c.percent DESC NULLS LAST LIMIT 1;
END;
COMMENT ON FUNCTION clinical.effect_class(text, numeric, numeric) IS
	'The Chinese classes by reduction: 痊愈 cured at 75 % and above, 显效 markedly effective at 50 %, 有效 effective at 25 %, 无效 ineffective below; NULL when a total is missing';

CREATE FUNCTION clinical.remission(instrument text, total numeric, definition text DEFAULT 'remission') RETURNS clinical.outcome
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	scale clinical.instrument := clinical.scale(instrument);
	band  clinical.cutoff;
BEGIN
	SELECT c.* INTO band FROM clinical.cutoff c WHERE (c.instrument, c.scheme) = (remission.instrument, remission.definition) AND c.scheme LIKE 'remission%';
	IF band.instrument IS NULL THEN
		RAISE undefined_object USING
			MESSAGE = format('%s has no definition of remission named %s', instrument, coalesce(quote_literal(definition), 'NULL')),
			HINT = CASE WHEN scale.version_stated THEN 'Declare one: a scheme of one band whose name begins with remission (clinical.declare_instrument).'
				ELSE 'Its version was not stated, so that no threshold can be said to hold.' END;
	ELSIF total NOT BETWEEN scale.total_min AND scale.total_max THEN
		RAISE numeric_value_out_of_range USING MESSAGE = format('total is %s where %s to %s is expected (%s)', total, scale.total_min, scale.total_max, instrument);
	END IF;
	RETURN ROW(instrument, definition || CASE scale.higher_is WHEN 'worse' THEN '_at_most_' || trim_scale(band.hi) ELSE '_at_least_' || trim_scale(band.lo) END,
		total BETWEEN band.lo AND band.hi)::clinical.outcome;
END $$;
COMMENT ON FUNCTION clinical.remission(text, numeric, text) IS
	'Remission by the instrument''s own threshold (a scheme of clinical.cutoff whose name begins with remission): HAMD-17 at most 7.  The definition says the threshold: remission_at_most_7.  Errors: an instrument without one, as those whose version was not stated; a total out of range';

CREATE FUNCTION clinical.nri(outcome clinical.outcome) RETURNS clinical.outcome
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN ROW((outcome).instrument, (outcome).definition || '_nri', coalesce((outcome).reached, false))::clinical.outcome;
COMMENT ON FUNCTION clinical.nri(clinical.outcome) IS 'Non-responder imputation: an outcome that is not known counts as not reached, under a definition of its own (..._nri)';

CREATE FUNCTION clinical.last_known(numeric, numeric) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN coalesce($2, $1);
COMMENT ON FUNCTION clinical.last_known(numeric, numeric) IS 'transition function of clinical.locf; not to be called by itself';
CREATE AGGREGATE clinical.locf(total numeric) (SFUNC = clinical.last_known, STYPE = numeric, PARALLEL = SAFE);
COMMENT ON AGGREGATE clinical.locf(numeric) IS
	'Last observation carried forward: locf(total ORDER BY week), or as a window: locf(total) OVER (PARTITION BY subject_id ORDER BY week).  NULL until the first observation';

CREATE TYPE clinical.outcome_rate AS (instrument text, definition text, n bigint, reached bigint, rate double precision, missing bigint);
COMMENT ON TYPE clinical.outcome_rate IS 'How many of n reached an outcome by one definition, beside those of whom it is not known';

-- Counts by definition; a second one is refused, whatever the order of rows.
CREATE FUNCTION clinical.count_outcome(state clinical.outcome_rate, outcome clinical.outcome) RETURNS clinical.outcome_rate
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF outcome.instrument IS NULL OR outcome.definition IS NULL THEN
		RETURN state;
	ELSIF state.instrument <> outcome.instrument OR state.definition <> outcome.definition THEN
		RAISE invalid_parameter_value USING
			MESSAGE = (SELECT format('outcomes of two definitions do not share a rate: %s and %s', least(a, b), greatest(a, b))
				FROM (VALUES (state.instrument || ' ' || state.definition, outcome.instrument || ' ' || outcome.definition)) pair(a, b)),
			HINT = 'Group by the instrument and the definition.';
	END IF;
	RETURN ROW(outcome.instrument, outcome.definition, coalesce(state.n, 0) + (outcome.reached IS NOT NULL)::int,
		coalesce(state.reached, 0) + coalesce(outcome.reached, false)::int, NULL, coalesce(state.missing, 0) + (outcome.reached IS NULL)::int)::clinical.outcome_rate;
END $$;
COMMENT ON FUNCTION clinical.count_outcome(clinical.outcome_rate, clinical.outcome) IS 'transition function of clinical.outcome_rate; not to be called by itself';
CREATE FUNCTION clinical.finish_outcome(state clinical.outcome_rate) RETURNS clinical.outcome_rate
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN (state).instrument IS NOT NULL THEN ROW((state).instrument, (state).definition, (state).n, (state).reached,
		(state).reached::double precision / nullif((state).n, 0), (state).missing)::clinical.outcome_rate END;
COMMENT ON FUNCTION clinical.finish_outcome(clinical.outcome_rate) IS 'final function of clinical.outcome_rate; not to be called by itself';
CREATE AGGREGATE clinical.outcome_rate(outcome clinical.outcome) (SFUNC = clinical.count_outcome, STYPE = clinical.outcome_rate, FINALFUNC = clinical.finish_outcome, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE clinical.outcome_rate(clinical.outcome) IS
	'Rate of an outcome: outcome_rate(clinical.response(...)).  Whose outcome is NULL is counted as missing and not in n.  Errors: 22023 when two instruments or two definitions meet in one rate';

CREATE FUNCTION clinical.same_instrument(state text, instrument text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF state IS NULL AND NOT (clinical.scale(instrument)).version_stated THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('%s states no version: two of its totals may be of two scales', instrument),
			HINT = 'Load the scores under the version that was used, once somebody has said which.';
	ELSIF state <> instrument THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('totals of %s and of %s are not one quantity', least(state, instrument), greatest(state, instrument)),
			HINT = 'Group by the instrument, or name one.';
	END IF;
	RETURN coalesce(state, instrument);
END $$;
COMMENT ON FUNCTION clinical.same_instrument(text, text) IS 'transition function of clinical.one_instrument; not to be called by itself';
CREATE AGGREGATE clinical.one_instrument(instrument text) (SFUNC = clinical.same_instrument, STYPE = text, PARALLEL = SAFE);
COMMENT ON AGGREGATE clinical.one_instrument(text) IS
	'The instrument that all rows are of; an error where there are two, or where the version is not stated: SELECT clinical.one_instrument(instrument), avg(total) ...';

CREATE FUNCTION clinical.time_to_response(instrument text, weeks numeric[], totals numeric[], above_minimum boolean DEFAULT false,
	OUT definition text, OUT baseline numeric, OUT reached boolean, OUT week numeric, OUT last_week numeric)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	first_week numeric;
BEGIN
	IF cardinality(weeks) <> cardinality(totals) OR array_ndims(weeks) > 1 OR array_position(weeks, NULL) IS NOT NULL THEN
		RAISE array_subscript_error USING
			MESSAGE = format('weeks has %s elements and totals %s', cardinality(weeks), cardinality(totals)),
			HINT = 'One total for each week; a missing total is NULL, and no week is.';
	ELSIF (SELECT count(DISTINCT w) <> count(*) FROM unnest(weeks) w) THEN
		RAISE invalid_parameter_value USING MESSAGE = 'a week stands more than once in weeks';
	END IF;
	SELECT w, t INTO first_week, baseline FROM unnest(weeks, totals) v(w, t) ORDER BY w LIMIT 1;
	definition := (clinical.response(instrument, NULL, NULL, above_minimum)).definition;
	SELECT min(w) FILTER (WHERE (clinical.response(instrument, baseline, t, above_minimum)).reached), max(w) FILTER (WHERE t IS NOT NULL)
	INTO week, last_week FROM unnest(weeks, totals) v(w, t) WHERE w > first_week;
	reached := CASE WHEN baseline IS NOT NULL AND last_week IS NOT NULL THEN week IS NOT NULL END;
	IF baseline IS NULL THEN
		week := NULL;
	END IF;
END $$;
COMMENT ON FUNCTION clinical.time_to_response(text, numeric[], numeric[], boolean) IS
	'First week of response against the total at the earliest week.  Who does not respond is censored at last_week, the last week with a total; NULL without a baseline or a later total';

CREATE FUNCTION clinical.reliable_change(before numeric, after numeric, sd_before numeric, reliability numeric,
	OUT definition text, OUT rci double precision, OUT reliable boolean)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT sd_before > 0 THEN
		RAISE numeric_value_out_of_range USING MESSAGE = format('sd_before is %s where a number above 0 is expected', sd_before);
	ELSIF NOT (reliability >= 0 AND reliability < 1) THEN
		RAISE numeric_value_out_of_range USING MESSAGE = format('reliability is %s where a number from 0 to below 1 is expected', reliability);
	END IF;
	definition := 'jacobson_truax_1.96';
	rci := (after - before)::double precision / (sd_before::double precision * sqrt(2 * (1 - reliability::double precision)));
	reliable := abs(rci) > 1.96;
END $$;
COMMENT ON FUNCTION clinical.reliable_change(numeric, numeric, numeric, numeric) IS
	'Reliable change index of Jacobson and Truax 1991: (after - before) / (sd_before sqrt(2 (1 - reliability))), reliable beyond 1.96; sd_before and reliability are those of a reference sample, and the caller''s to name';

-------------------------------------------------------------------------------------------------- masking, visits

CREATE TABLE clinical.unmasking (
	study       text NOT NULL REFERENCES clinical.study,
	unmasked_at timestamptz NOT NULL DEFAULT now(),
	unmasked_by text NOT NULL DEFAULT session_user,
	reason      text NOT NULL CHECK (reason ~ '\S'),
	PRIMARY KEY (study, unmasked_at)
);
COMMENT ON TABLE clinical.unmasking IS 'When a study''s arms were opened, by whom and why: added to, never changed';
GRANT SELECT ON clinical.unmasking TO psyrad_ingest, psyrad_analyst, psyrad_view, psyrad_unblinded;
GRANT INSERT (study, reason) ON clinical.unmasking TO psyrad_ingest;

CREATE FUNCTION clinical.unmask(study text, reason text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT pg_has_role(current_user, 'psyrad_unblinded', 'MEMBER') THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('role %I is no member of psyrad_unblinded, and may not unmask study %s', current_user, unmask.study);
	ELSIF NOT EXISTS (SELECT FROM clinical.study s WHERE s.study = unmask.study AND s.masked) THEN
		RAISE invalid_parameter_value USING MESSAGE = format('study %s is not masked', coalesce(quote_literal(unmask.study), 'NULL'));
	ELSIF reason IS NULL OR reason !~ '\S' THEN
		RAISE invalid_parameter_value USING MESSAGE = 'reason is empty', HINT = 'Say why the arms are opened: database lock, emergency, ...';
	END IF;
	INSERT INTO clinical.unmasking (study, reason) VALUES (unmask.study, unmask.reason);
	UPDATE clinical.study s SET masked = false WHERE s.study = unmask.study;
END $$;
COMMENT ON FUNCTION clinical.unmask(text, text) IS
	'Ends the masking of a study''s arms for everybody, and keeps who, when and why.  For loaders (psyrad_ingest) that are members of psyrad_unblinded';
REVOKE EXECUTE ON FUNCTION clinical.unmask(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clinical.unmask(text, text) TO psyrad_ingest;

-- The arm is read through clinical.participant; a subject's former arm stands in the history.
REVOKE SELECT ON clinical.subject FROM psyrad_analyst;
GRANT SELECT (subject_id, site, study, sex, age_years, education_years, dropout_week, dropout_reason, file_id, line) ON clinical.subject TO psyrad_analyst;
CREATE POLICY no_arms ON ingest.history AS RESTRICTIVE FOR SELECT TO psyrad_analyst
	USING (table_name <> 'clinical.subject' OR pg_has_role(current_user, 'psyrad_unblinded', 'MEMBER') OR pg_has_role(current_user, 'psyrad_ingest', 'MEMBER'));

-- What was given says which arm it was.  The function runs as its owner, since dashboards read no table; whose rights count is its
-- second argument, the caller.
CREATE FUNCTION intervention.sessions_open(study text, reader name) RETURNS boolean
	LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN NOT (SELECT s.masked FROM clinical.study s WHERE s.study = sessions_open.study) OR pg_has_role(reader, 'psyrad_unblinded', 'MEMBER');
END $$;
COMMENT ON FUNCTION intervention.sessions_open(text, name) IS 'Whether the reader may see which treatment was given in a study: it is not masked, or the reader is a member of psyrad_unblinded';
CREATE POLICY masked_arms ON intervention.session AS RESTRICTIVE FOR SELECT TO psyrad_analyst, psyrad_view
	USING (pg_has_role(current_user, 'psyrad_ingest', 'MEMBER') OR intervention.sessions_open(study, current_user));

-- Each visit of a plan is the day 7 * week with its window; a day belongs to the visit whose day is nearest among those whose
-- window has it, the earlier of two as near.
CREATE FUNCTION clinical.assign_visits(study text, days int[])
	RETURNS TABLE (day int, session text, week numeric, days_off numeric, inside boolean, chosen boolean, note text)
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	IF NOT EXISTS (SELECT FROM clinical.visit_plan v WHERE v.study = assign_visits.study AND v.week IS NOT NULL) THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('study %s plans no visit at a week', coalesce(quote_literal(assign_visits.study), 'NULL')),
			HINT = 'Declare its visits with their weeks and windows (clinical.declare_study).';
	ELSIF array_position(days, NULL) IS NOT NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'days holds a NULL';
	END IF;
	RETURN QUERY
	WITH visit AS (
		SELECT v.session, v.week, 7 * v.week AS planned, v.days_before, v.days_after FROM clinical.visit_plan v WHERE v.study = assign_visits.study AND v.week IS NOT NULL
	), nearest AS (
		SELECT d.day, d.number, n.*, count(*) OVER (PARTITION BY n.session) AS times,
			row_number() OVER (PARTITION BY n.session ORDER BY abs(n.off), d.day, d.number) AS rank
		FROM unnest(days) WITH ORDINALITY d(day, number)
		LEFT JOIN LATERAL (
			SELECT v.session, v.week, d.day - v.planned AS off FROM visit v
			WHERE d.day >= v.planned - coalesce(v.days_before, d.day + v.planned + 1e9) AND d.day <= v.planned + coalesce(v.days_after, 1e9)
			ORDER BY abs(d.day - v.planned), v.planned LIMIT 1
		) n ON true
	)
	SELECT n.day, n.session, n.week, n.off, n.session IS NOT NULL, n.session IS NOT NULL AND n.rank = 1,
		CASE WHEN n.session IS NULL THEN 'in no window'
			WHEN n.times > 1 AND n.rank = 1 THEN format('%s visits in this window: the nearest to day %s', n.times, n.day - n.off)
			WHEN n.times > 1 THEN 'a second visit in this window' END
	FROM nearest n ORDER BY n.day, n.number;
END $$;
COMMENT ON FUNCTION clinical.assign_visits(text, int[]) IS
	'Which planned visit each day since baseline of one person belongs to: the nearest in whose window it lies (7 * week, less days_before, plus days_after, both ends inside), the earlier of two as near.  Of several days of one visit the nearest is chosen, the earlier of two as near; the others say so.  A day in no window has no session';

RESET ROLE;
GRANT CREATE ON SCHEMA clinical TO psyrad_view;
SET LOCAL ROLE psyrad_view;

CREATE VIEW clinical.participant AS
SELECT s.subject_id, k.label, s.site, s.study, st.simulated, m.masked,
	CASE WHEN m.masked THEN 'masked' ELSE s.arm END AS arm,
	CASE WHEN m.masked THEN 'masked' ELSE a.label_en END AS label_en,
	CASE WHEN m.masked THEN '盲态' ELSE a.label_zh END AS label_zh,
	CASE WHEN m.masked THEN 'masked' ELSE a.kind END AS kind,
	s.sex, s.age_years, s.education_years, s.dropout_week, s.dropout_reason
FROM clinical.subject s
JOIN clinical.subject_key k USING (subject_id)
JOIN clinical.study st ON st.study = s.study
JOIN clinical.arm a ON (a.study, a.arm) = (s.study, s.arm)
CROSS JOIN LATERAL (SELECT st.masked AND a.kind NOT IN ('healthy', 'observed') AND NOT pg_has_role(current_user, 'psyrad_unblinded', 'MEMBER') AS masked) m;
COMMENT ON VIEW clinical.participant IS 'People with their arm; in a study that is masked every allocated arm reads ''masked'', but for members of psyrad_unblinded.  Controls and observed patients were allocated to nothing';

CREATE VIEW clinical.rating AS
SELECT k.study, r.subject_id, k.label, r.site, r.instrument, i.higher_is, i.version_stated, r.session, v.week, v.role,
	avg(r.total) AS total, count(r.total) AS raters, bool_or(r.total_differs) AS total_differs
FROM clinical.score r
JOIN clinical.subject_key k USING (subject_id)
JOIN clinical.visit_plan v ON (v.study, v.session) = (k.study, r.session)
JOIN clinical.instrument i ON i.instrument = r.instrument
GROUP BY k.study, r.subject_id, k.label, r.site, r.instrument, i.higher_is, i.version_stated, r.session, v.week, v.role;
COMMENT ON VIEW clinical.rating IS 'Totals, one row a person, instrument and visit: the mean where several raters rated it';

-- Each person with a baseline, at each later visit at which the study rated the instrument, by each rule for what is missing.
CREATE VIEW clinical.subject_outcome AS
SELECT o.study, o.simulated, o.instrument, o.higher_is, o.version_stated, o.subject_id, o.label, o.site, o.arm, o.label_en, o.label_zh, o.kind,
	o.session, o.week, o.missing, o.baseline, o.total, o.total IS NOT NULL AND o.rated IS NULL AS carried,
	o.total - o.baseline AS change, 100 * o.gone / nullif(o.baseline, 0) AS percent_reduction,
	'response_50' || o.suffix AS response_definition, CASE WHEN o.baseline > 0 THEN coalesce(2 * o.gone >= o.baseline, o.otherwise) END AS responded,
	'effective_25' || o.suffix AS effective_definition, CASE WHEN o.baseline > 0 THEN coalesce(4 * o.gone >= o.baseline, o.otherwise) END AS effective,
	c.definition || o.suffix AS remission_definition, CASE WHEN c.definition IS NOT NULL THEN coalesce(o.total BETWEEN c.lo AND c.hi, o.otherwise) END AS remitted
FROM (
	SELECT p.study, p.simulated, b.instrument, b.higher_is, b.version_stated, p.subject_id, p.label, p.site, p.arm, p.label_en, p.label_zh, p.kind,
		v.session, v.week, m.missing, m.suffix, m.otherwise, b.total AS baseline, r.rated,
		CASE m.missing WHEN 'locf' THEN clinical.locf(r.rated) OVER (PARTITION BY p.subject_id, b.instrument, m.missing ORDER BY v.week) ELSE r.rated END AS total,
		CASE b.higher_is WHEN 'worse' THEN 1 ELSE -1 END
			* (b.total - CASE m.missing WHEN 'locf' THEN clinical.locf(r.rated) OVER (PARTITION BY p.subject_id, b.instrument, m.missing ORDER BY v.week) ELSE r.rated END) AS gone
	FROM clinical.rating b
	JOIN clinical.participant p USING (subject_id)
	JOIN (SELECT DISTINCT study, instrument, session, week FROM clinical.rating) v
		ON v.study = b.study AND v.instrument = b.instrument AND v.week > b.week
	CROSS JOIN (VALUES ('observed', '', NULL::boolean), ('locf', '_locf', NULL), ('nri', '_nri', false)) m(missing, suffix, otherwise)
	LEFT JOIN LATERAL (SELECT x.total AS rated FROM clinical.rating x WHERE (x.subject_id, x.instrument, x.session) = (b.subject_id, b.instrument, v.session)) r ON true
	WHERE b.role = 'pre' AND b.total IS NOT NULL
) o
LEFT JOIN LATERAL (
	SELECT c.lo, c.hi, 'remission' || CASE o.higher_is WHEN 'worse' THEN '_at_most_' || trim_scale(c.hi) ELSE '_at_least_' || trim_scale(c.lo) END AS definition
	FROM clinical.cutoff c WHERE c.instrument = o.instrument AND c.scheme = 'remission' AND o.version_stated
) c ON true;
COMMENT ON VIEW clinical.subject_outcome IS 'Outcomes, one row a person with a baseline, instrument, later visit and rule for what is missing: observed (NULL where nobody rated), locf (the last rating since baseline carried forward), nri (who was not rated did not respond).  change is post minus pre; percent_reduction, responded and effective are of the baseline, and unknown (NULL) under every rule where that is 0; definitions say by what.  No remission where the version is not stated';

CREATE VIEW clinical.outcome_by_visit AS
SELECT study, simulated, instrument, arm, label_en, label_zh, kind, session, week, missing,
	count(*) AS n_baseline, count(total) AS n, count(*) - count(total) AS n_missing, count(*) FILTER (WHERE carried) AS n_carried,
	CASE WHEN version_stated THEN avg(total)::float8 END AS mean, CASE WHEN version_stated THEN stddev_samp(total)::float8 END AS sd,
	CASE WHEN version_stated THEN avg(change)::float8 END AS mean_change, CASE WHEN version_stated THEN stddev_samp(change)::float8 END AS sd_change,
	response_definition, count(*) FILTER (WHERE responded) AS responders, count(*) FILTER (WHERE responded)::float8 / nullif(count(responded), 0) AS response,
	effective_definition, count(*) FILTER (WHERE effective) AS effective, count(*) FILTER (WHERE effective)::float8 / nullif(count(effective), 0) AS effective_rate,
	remission_definition, CASE WHEN remission_definition IS NOT NULL THEN count(*) FILTER (WHERE remitted) END AS remitters,
	count(*) FILTER (WHERE remitted)::float8 / nullif(count(remitted), 0) AS remission
FROM clinical.subject_outcome
GROUP BY study, simulated, instrument, version_stated, arm, label_en, label_zh, kind, session, week, missing, response_definition, effective_definition, remission_definition;
COMMENT ON VIEW clinical.outcome_by_visit IS 'clinical.subject_outcome by arm and visit: means of totals and of changes, response, effective and remission rates, each rule for what is missing in rows of its own (missing: observed, locf, nri).  Of an instrument whose version is not stated: no mean, no change, no remission';

CREATE VIEW clinical.visit_timing AS
SELECT v.subject_id, v.site, v.study, v.session, p.week, v.days_offset, 7 * p.week AS planned_day, v.days_offset - 7 * p.week AS days_off,
	v.days_offset >= 7 * p.week - p.days_before IS NOT FALSE AND v.days_offset <= 7 * p.week + p.days_after IS NOT FALSE AS in_window
FROM clinical.visit v JOIN clinical.visit_plan p ON (p.study, p.session) = (v.study, v.session)
WHERE v.days_offset IS NOT NULL AND p.week IS NOT NULL;
COMMENT ON VIEW clinical.visit_timing IS 'Visits beside the day that the plan has them on, and whether that lies in the visit''s window';

CREATE VIEW clinical.retention AS
SELECT study, arm, label_en, label_zh, coalesce(dropout_reason, CASE WHEN dropout_week IS NOT NULL THEN 'not stated' END) AS reason, dropout_week, count(*) AS n
FROM clinical.participant
GROUP BY study, arm, label_en, label_zh, 5, dropout_week;
COMMENT ON VIEW clinical.retention IS 'Who stayed (reason and week NULL) and who left, by arm, week of the last visit and reason';

GRANT SELECT ON clinical.participant, clinical.rating, clinical.subject_outcome, clinical.outcome_by_visit, clinical.visit_timing, clinical.retention
	TO psyrad_ingest, psyrad_analyst;
RESET ROLE;
REVOKE CREATE ON SCHEMA clinical FROM psyrad_view;

COMMIT;
