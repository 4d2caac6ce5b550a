-- Deploy psyrad:drugs to pg
-- Drugs taken beside the treatment: what a name in a sheet means, the rows of people, and how they are loaded.
-- A name is resolved by salts and forms taken off (盐酸舍曲林片, sertraline HCl tablets), never by likeness.  One that the list lacks is
-- kept as written, without a code; nothing is lost and nothing guessed.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE clinical.drug (
	drug      text PRIMARY KEY CHECK (drug = lower(drug) AND drug ~ '\S'), -- the international nonproprietary name
	atc       text NOT NULL UNIQUE CHECK (atc ~ '^[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}$'),
	name_zh   text NOT NULL UNIQUE,
	spellings text[] NOT NULL
);
COMMENT ON TABLE clinical.drug IS 'Drugs by name and code of the WHO''s ATC classification: antidepressants, and what is given beside them; another is a row more';
COMMENT ON COLUMN clinical.drug.drug IS 'International nonproprietary name';
COMMENT ON COLUMN clinical.drug.spellings IS 'Other names: former ones, brands';
GRANT SELECT ON clinical.drug TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE ON clinical.drug TO psyrad_ingest;
\copy clinical.drug (drug, atc, name_zh, spellings) FROM 'data/drug.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')

CREATE FUNCTION clinical.drug_resolve(name text) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH folded AS (
		SELECT btrim(regexp_replace(lower(normalize(drug_resolve.name, NFKC)), '[[:space:]（）()·,，。]+', ' ', 'g'), ' .') AS whole
	), bare AS (
		-- Chinese: salt before, form after; English: words of salts, forms and strengths.
		SELECT f.whole, regexp_replace(regexp_replace(regexp_replace(regexp_replace(f.whole,
			'^(盐酸|草酸|氢溴酸|富马酸|马来酸|甲磺酸|酒石酸|琥珀酸|碳酸)+', ''),
			'[ ]*(缓释|控释|肠溶|分散|口腔崩解|口崩|薄膜衣|糖衣)*(片剂|片|胶囊剂|胶囊|滴剂|口服液|口服溶液|注射液|鼻喷雾剂|钠|盐)+$', ''),
			'(^| )(hydrochloride|hcl|oxalate|hydrobromide|hbr|fumarate|maleate|mesylate|tartrate|succinate|carbonate|sodium|tablets?|tabs?|capsules?|caps?|xr|er|sr|cr|xl|od|orodispersible|oral|solution|drops|[0-9.]+ ?(mg|g|ml))(?= |$)', '', 'g'),
			'^ +| +$', '', 'g') AS bare FROM folded f
	)
	SELECT min(d.drug) FROM clinical.drug d, bare b
	WHERE b.whole IN (d.drug, d.name_zh) OR b.bare IN (d.drug, d.name_zh) OR ARRAY[b.whole, b.bare] && d.spellings
	HAVING count(*) = 1;
$$;
COMMENT ON FUNCTION clinical.drug_resolve(text) IS
	'The drug (clinical.drug) that a name means in English or Chinese, a salt, a form or a strength in it taken off; NULL when the list has none of that name, or two';

CREATE TABLE clinical.concomitant_drug (
	subject_id bigint NOT NULL,
	entry      int NOT NULL CHECK (entry > 0),
	site       text NOT NULL,
	drug       text NOT NULL CHECK (drug ~ '\S'),
	atc        text CHECK (atc ~ '^[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?$'),
	dose_low   numeric CHECK (dose_low >= 0),
	dose_high  numeric CHECK (dose_high >= dose_low),
	dose_unit  text,
	times_a_day numeric CHECK (times_a_day > 0),
	start_day  int,
	end_day    int,
	indication text,
	verbatim   text,
	file_id    bigint NOT NULL REFERENCES ingest.file,
	line       bigint,
	PRIMARY KEY (subject_id, entry),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site),
	CHECK (start_day <= end_day)
);
COMMENT ON TABLE clinical.concomitant_drug IS 'Drugs taken beside the treatment, one row a drug and dose of a person';
COMMENT ON COLUMN clinical.concomitant_drug.entry IS 'Number of the entry of the person''s list: the sheet''s, else the next free one';
COMMENT ON COLUMN clinical.concomitant_drug.drug IS 'Of clinical.drug, or as the file had it where the list has none of that name';
COMMENT ON COLUMN clinical.concomitant_drug.atc IS 'Of clinical.drug, or the sheet''s own; NULL: not known';
COMMENT ON COLUMN clinical.concomitant_drug.start_day IS 'Days since baseline, never a date; NULL: before anybody counted';
COMMENT ON COLUMN clinical.concomitant_drug.end_day IS 'Days since baseline; NULL: still taken, or not stated';
COMMENT ON COLUMN clinical.concomitant_drug.verbatim IS 'The drug as the file had it';
SELECT clinical.guard_by_site('clinical.concomitant_drug');

CREATE FUNCTION ingest.stage_drugs() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, line bigint, label text, entry int, drug text, atc text, dose_low text, dose_high text, dose_unit text,
		times_a_day text, start_day int, end_day int, indication text, raw text
	) ON COMMIT DROP;
END $$;

-- The entry of each row: the sheet's number, else that of the same drug from the same day, else the next free one of the person.
CREATE FUNCTION ingest.number_drugs() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	UPDATE pg_temp.found f SET entry = d.entry
	FROM (SELECT c.subject_id, c.drug, c.start_day, min(c.entry) AS entry FROM clinical.concomitant_drug c GROUP BY c.subject_id, c.drug, c.start_day) d
	WHERE f.entry IS NULL AND f.subject_id = d.subject_id AND f.drug = d.drug AND f.start_day IS NOT DISTINCT FROM d.start_day;
	UPDATE pg_temp.found f SET entry = n.entry
	FROM (SELECT o."row", greatest((SELECT max(d.entry) FROM clinical.concomitant_drug d WHERE d.subject_id = o.subject_id),
				(SELECT max(t.entry) FROM pg_temp.found t WHERE t.subject_id = o.subject_id), 0)
			+ row_number() OVER (PARTITION BY o.subject_id ORDER BY o."row") AS entry
		FROM pg_temp.found o
		WHERE o.entry IS NULL AND o.subject_id IS NOT NULL
			AND NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = o."row")) n
	WHERE f."row" = n."row";
END $$;

CREATE FUNCTION ingest.load_drugs(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_study text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
	unknown text;
BEGIN
	PERFORM ingest.lock('drugs', p_study);
	CREATE TEMPORARY TABLE found ON COMMIT DROP AS
	SELECT s."row", s.line, s.label, k.subject_id, k.site, s.entry, coalesce(d.drug, s.drug) AS drug, coalesce(d.atc, upper(s.atc)) AS atc,
		s.dose_low::numeric, s.dose_high::numeric, s.dose_unit, s.times_a_day::numeric, s.start_day, s.end_day, s.indication, s.drug AS verbatim,
		s.atc AS atc_stated, d.drug IS NOT NULL AS known, s.raw
	FROM pg_temp.stage s
	LEFT JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label)
	LEFT JOIN clinical.drug d ON d.drug = clinical.drug_resolve(s.drug);
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw, label)
	SELECT f."row", f.line, c.name, c.number, e.code, e.message, f.raw, f.label
	FROM found f
	CROSS JOIN LATERAL (VALUES
		('participant_id', f.subject_id IS NULL, 'unknown_participant', format('found %s; expected a participant of %s', f.label, p_study)),
		('drug', f.drug IS NULL, 'missing_drug', 'empty; expected the drug''s name'),
		('atc', f.atc !~ '^[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?$', 'bad_atc', format('found %s; expected a code of the ATC classification, such as N06AB06', f.atc_stated)),
		('atc', f.known AND upper(f.atc_stated) <> left(f.atc, length(f.atc_stated)), 'atc_disagrees', format('found %s; %s is %s', f.atc_stated, f.drug, f.atc)),
		('dose', f.dose_high < f.dose_low, 'bad_dose', format('found %s to %s; expected the lower dose first', f.dose_low, f.dose_high)),
		('times_a_day', f.times_a_day <= 0 OR f.times_a_day > 24, 'out_of_range', format('found %s; expected more than 0 and at most 24 times a day', f.times_a_day)),
		('end_day', f.end_day < f.start_day, 'ends_before_start', format('found day %s; it began on day %s', f.end_day, f.start_day))
	) e (field, wrong, code, message)
	LEFT JOIN pg_temp.stage_column c ON c.field = e.field OR (e.field = 'end_day' AND c.field = 'end_week')
	WHERE e.wrong;
	INSERT INTO pg_temp.stage_reject ("row", line, code, message, raw, label)
	SELECT d."row", d.line, 'duplicate_row', format('the same participant, drug and day as line %s; give each an entry number', d.first_line), d.raw, d.label
	FROM (SELECT f.*, first_value(f.line) OVER w AS first_line, row_number() OVER w AS n FROM found f WHERE f.entry IS NULL AND f.subject_id IS NOT NULL AND f.drug IS NOT NULL
		  WINDOW w AS (PARTITION BY f.subject_id, f.drug, f.start_day ORDER BY f."row")) d
	WHERE d.n > 1;
	PERFORM ingest.number_drugs();
	SELECT string_agg(quote_literal(n.drug), ', ' ORDER BY n.drug COLLATE "C") INTO unknown
	FROM (SELECT DISTINCT f.drug FROM found f WHERE NOT f.known AND f.drug IS NOT NULL) n;
	IF unknown IS NOT NULL THEN
		RAISE WARNING 'kept as written, since the list of drugs has none of that name: %', left(unknown, 400);
	END IF;
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT f."row", f.line, f.subject_id, f.entry, f.site, f.drug, f.atc, f.dose_low, f.dose_high, f.dose_unit, f.times_a_day, f.start_day, f.end_day, f.indication, f.verbatim
	FROM found f WHERE f.subject_id IS NOT NULL AND f.entry IS NOT NULL;
	PERFORM ingest.reject_duplicates('subject_id', 'entry');
	RETURN ingest.merge(p_file_id, 'clinical.concomitant_drug', 'subject_id', 'entry');
END $$;

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'ingest'::regnamespace AND p.proname IN ('stage_drugs', 'number_drugs', 'load_drugs')
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

RESET ROLE;
GRANT CREATE ON SCHEMA clinical TO psyrad_view;
SET LOCAL ROLE psyrad_view;

CREATE VIEW clinical.drug_use AS
SELECT k.study, k.label, c.subject_id, c.site, c.entry, c.drug, d.name_zh, c.atc, d.drug IS NOT NULL AS known, c.atc LIKE 'N06A%' AS antidepressant,
	c.dose_low, c.dose_high, c.dose_unit, c.times_a_day, c.dose_low * c.times_a_day AS daily_low, c.dose_high * c.times_a_day AS daily_high,
	c.start_day, c.end_day, c.indication, c.verbatim
FROM clinical.concomitant_drug c
JOIN clinical.subject_key k USING (subject_id)
LEFT JOIN clinical.drug d ON d.drug = c.drug;
COMMENT ON VIEW clinical.drug_use IS 'Drugs taken beside the treatment with their names in both languages; antidepressant: ATC group N06A, NULL where the code is not known; daily doses where the dose and how often are known';

CREATE VIEW clinical.drug_at_visit AS
SELECT u.study, u.label, u.subject_id, u.site, p.session, p.week, u.entry, u.drug, u.name_zh, u.atc, u.antidepressant, u.daily_low, u.daily_high, u.dose_unit
FROM clinical.drug_use u
JOIN clinical.visit_plan p ON p.study = u.study AND p.week IS NOT NULL
LEFT JOIN clinical.visit v ON (v.subject_id, v.session) = (u.subject_id, p.session)
WHERE coalesce(u.start_day <= coalesce(v.days_offset, 7 * p.week), true) AND coalesce(u.end_day >= coalesce(v.days_offset, 7 * p.week), true);
COMMENT ON VIEW clinical.drug_at_visit IS 'Which drugs a person took at each planned visit: on the day that it took place, or else on day 7 * week';

GRANT SELECT ON clinical.drug_use, clinical.drug_at_visit TO psyrad_ingest, psyrad_analyst;
RESET ROLE;
REVOKE CREATE ON SCHEMA clinical FROM psyrad_view;

COMMIT;
