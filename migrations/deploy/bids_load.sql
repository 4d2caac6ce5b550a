-- Deploy psyrad:bids_load to pg
-- What psyrad ingest bids stores beside what the other commands do: the data set's own description, what its tables say of people and
-- visits (verbatim, with the dictionary's levels beside them), how each scan was made by its sidecars, and what was shown during it.
-- A level that the dictionary lacks is kept as it stands and reported; nothing is taken for something that only resembles it.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- tables

CREATE TABLE imaging.dataset (
	study        text NOT NULL REFERENCES clinical.study,
	dataset      text NOT NULL,            -- the folder's name; of a derivative 'derivatives/<name>'
	title        text NOT NULL,
	kind         text NOT NULL CHECK (kind IN ('raw', 'derivative')),
	bids_version text,
	license      text,
	doi          text,
	generated_by text[],                   -- 'fMRIPrep 23.1.3', ...
	file_id      bigint NOT NULL REFERENCES ingest.file,
	PRIMARY KEY (study, dataset)
);
COMMENT ON TABLE imaging.dataset IS 'BIDS data sets as their dataset_description.json describes them';
COMMENT ON COLUMN imaging.dataset.generated_by IS 'Programs and versions of a derivative';

CREATE TABLE clinical.variable (
	study       text NOT NULL REFERENCES clinical.study,
	source      text NOT NULL,             -- participants, sessions, scans, or the name of a phenotype file
	variable    text NOT NULL,
	title       text,
	description text,
	unit        text,
	levels      jsonb CHECK (jsonb_typeof(levels) = 'object'),
	file_id     bigint NOT NULL REFERENCES ingest.file,
	PRIMARY KEY (study, source, variable)
);
COMMENT ON TABLE clinical.variable IS 'Columns of BIDS tables, as the .json beside each describes them';
COMMENT ON COLUMN clinical.variable.levels IS 'Code: meaning; NULL: free';

CREATE TABLE clinical.phenotype (
	subject_id bigint NOT NULL,
	source     text NOT NULL,
	session    text NOT NULL DEFAULT '',   -- '': of the person, whatever the visit
	site       text NOT NULL,
	record     jsonb NOT NULL CHECK (jsonb_typeof(record) = 'object'),
	file_id    bigint NOT NULL REFERENCES ingest.file,
	line       bigint,
	PRIMARY KEY (subject_id, source, session),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site)
);
COMMENT ON TABLE clinical.phenotype IS 'Rows of participants.tsv, sessions.tsv and phenotype/*.tsv, one object each: columns that had a value, as the file has them';
COMMENT ON COLUMN clinical.phenotype.session IS 'Empty: of the person, whatever the visit';

CREATE TABLE imaging.scan (
	subject_id    bigint NOT NULL,
	session       text NOT NULL,
	modality      text NOT NULL,           -- BIDS suffix
	scan          text NOT NULL DEFAULT '', -- the entities beside sub, ses and run: task-rest_acq-ap
	run           smallint NOT NULL DEFAULT 1,
	site          text NOT NULL,
	scanner       text REFERENCES clinical.scanner,
	task          text,
	maker         text,
	model         text,
	field_strength_t   real CHECK (field_strength_t > 0),
	tr_s               real CHECK (tr_s > 0),
	te_s               real CHECK (te_s > 0),
	flip_angle_deg     real,
	slice_thickness_mm real CHECK (slice_thickness_mm > 0),
	phase_encoding     text,
	dims          int[],
	voxel_mm      real[],
	volumes       int CHECK (volumes > 0),
	payload_sha256 bytea,
	mean_fd_mm    real CHECK (mean_fd_mm >= 0),
	parameters    jsonb NOT NULL DEFAULT '{}', -- further parameters of the sequence, by their BIDS names
	record        jsonb NOT NULL DEFAULT '{}', -- the scan's row of scans.tsv, without its date
	file_id       bigint NOT NULL REFERENCES ingest.file,
	PRIMARY KEY (subject_id, session, modality, scan, run),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site),
	FOREIGN KEY (subject_id, session) REFERENCES clinical.visit
);
COMMENT ON TABLE imaging.scan IS 'One image of a BIDS data set: how it was made, by the sidecars that apply to it (inheritance principle) and by its own header';
COMMENT ON COLUMN imaging.scan.modality IS 'BIDS suffix: bold, T1w, pet, ...';
COMMENT ON COLUMN imaging.scan.scan IS 'The entities of its name beside sub, ses and run: task-rest_acq-ap; empty when there are none';
COMMENT ON COLUMN imaging.scan.tr_s IS 'RepetitionTime, seconds';
COMMENT ON COLUMN imaging.scan.te_s IS 'EchoTime, seconds';
COMMENT ON COLUMN imaging.scan.phase_encoding IS 'PhaseEncodingDirection: i, j, k, perhaps with -';
COMMENT ON COLUMN imaging.scan.payload_sha256 IS 'Of the voxels: shows the same image under two subjects; NULL where the image is not there or cannot be read';
COMMENT ON COLUMN imaging.scan.parameters IS 'Further parameters of the sequence by their BIDS names; free text, names of places and serial numbers are not among them';
COMMENT ON COLUMN imaging.scan.record IS 'The scan''s row of scans.tsv, without its date';
CREATE INDEX scan_payload ON imaging.scan (payload_sha256) WHERE payload_sha256 IS NOT NULL;

CREATE TABLE imaging.events (
	subject_id bigint NOT NULL,
	session    text NOT NULL,
	scan       text NOT NULL DEFAULT '',   -- as in imaging.scan
	run        smallint NOT NULL DEFAULT 1,
	site       text NOT NULL,
	task       text,
	onset_s    float8[] NOT NULL CHECK (array_ndims(onset_s) = 1 OR onset_s = '{}'),
	duration_s float8[] NOT NULL,
	trial_type text[] NOT NULL,
	others     jsonb NOT NULL DEFAULT '{}',  -- column: its cells
	file_id    bigint NOT NULL REFERENCES ingest.file,
	PRIMARY KEY (subject_id, session, scan, run),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site),
	FOREIGN KEY (subject_id, session) REFERENCES clinical.visit,
	CHECK (cardinality(onset_s) = cardinality(duration_s) AND cardinality(onset_s) = cardinality(trial_type))
);
COMMENT ON TABLE imaging.events IS 'What was shown or done during one run: events.tsv as arrays, an element an event';
COMMENT ON COLUMN imaging.events.scan IS 'As in imaging.scan; of another recording with its folder before it: eeg/task-rest';
COMMENT ON COLUMN imaging.events.onset_s IS 'Seconds since the first volume; NaN where the file has n/a';
COMMENT ON COLUMN imaging.events.duration_s IS 'Seconds; NaN where the file has n/a';
COMMENT ON COLUMN imaging.events.others IS 'Further columns: their cells in the order of onset_s, NULL where the file has n/a';

SELECT clinical.guard_by_site('clinical.phenotype');
SELECT clinical.guard_by_site('imaging.scan');
SELECT clinical.guard_by_site('imaging.events');
GRANT SELECT ON imaging.dataset, clinical.variable TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE ON imaging.dataset, clinical.variable TO psyrad_ingest;

---------------------------------------------------------------------------------------------------- views

CREATE VIEW clinical.phenotype_value AS
SELECT p.subject_id, k.study, k.label, p.site, p.source, nullif(p.session, '') AS session, r.key AS variable, r.value,
	CASE WHEN v.levels IS NULL AND r.value ~ '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$' THEN r.value::numeric END AS number,
	coalesce(v.levels -> r.value ->> 'Description', v.levels ->> r.value) AS level, v.unit, v.title, v.description, p.file_id, p.line
FROM clinical.phenotype p
JOIN clinical.subject_key k ON k.subject_id = p.subject_id
CROSS JOIN LATERAL jsonb_each_text(p.record) r
LEFT JOIN clinical.variable v ON (v.study, v.source, v.variable) = (k.study, p.source, r.key);
COMMENT ON VIEW clinical.phenotype_value IS 'A row a value of clinical.phenotype: as the file has it, as a number where it is one, and the level that the dictionary gives';
COMMENT ON COLUMN clinical.phenotype_value.level IS 'NULL for a free column, and for a value that the dictionary lacks (it was reported)';

CREATE VIEW imaging.event AS
SELECT v.subject_id, k.study, k.label, v.site, v.session, v.scan, v.run, v.task, e.event, nullif(e.onset_s, 'NaN') AS onset_s, nullif(e.duration_s, 'NaN') AS duration_s, e.trial_type,
	(SELECT jsonb_object_agg(o.key, o.value -> (e.event::int - 1)) FROM jsonb_each(v.others) o) AS others
FROM imaging.events v
JOIN clinical.subject_key k ON k.subject_id = v.subject_id
CROSS JOIN LATERAL unnest(v.onset_s, v.duration_s, v.trial_type) WITH ORDINALITY e (onset_s, duration_s, trial_type, event);
COMMENT ON VIEW imaging.event IS 'imaging.events with a row an event';

-- Every parameter of every scan as text, so that what differs can be listed whatever it is.
CREATE VIEW imaging.scan_parameter AS
SELECT s.subject_id, k.study, k.label, s.site, s.scanner, s.session, s.modality, s.scan, s.task, s.run, p.parameter, p.value
FROM imaging.scan s
JOIN clinical.subject_key k ON k.subject_id = s.subject_id
CROSS JOIN LATERAL (
	SELECT v.parameter, v.value FROM (VALUES ('Manufacturer', s.maker), ('ManufacturersModelName', s.model), ('MagneticFieldStrength', s.field_strength_t::text),
		('RepetitionTime', s.tr_s::text), ('EchoTime', s.te_s::text), ('FlipAngle', s.flip_angle_deg::text), ('SliceThickness', s.slice_thickness_mm::text),
		('PhaseEncodingDirection', s.phase_encoding), ('dims', s.dims::text), ('voxel_mm', s.voxel_mm::text), ('volumes', s.volumes::text)) v (parameter, value)
	WHERE v.value IS NOT NULL
	UNION ALL
	SELECT j.key, j.value FROM jsonb_each_text(s.parameters) j) p;
COMMENT ON VIEW imaging.scan_parameter IS 'A row a parameter of each scan, by its BIDS name';

-- What differs between scanners within a study is what harmonisation has to deal with.
CREATE VIEW report.acquisition AS
WITH counted AS (
	SELECT p.study, p.modality, coalesce(p.task, '') AS task, p.site, p.scanner, p.parameter, p.value,
		count(*) AS scans, count(DISTINCT p.subject_id) AS subjects
	FROM imaging.scan_parameter p
	GROUP BY 1, 2, 3, 4, 5, 6, 7),
all_scans AS (
	SELECT k.study, s.modality, coalesce(s.task, '') AS task, count(*) AS scans
	FROM imaging.scan s JOIN clinical.subject_key k ON k.subject_id = s.subject_id
	GROUP BY 1, 2, 3)
SELECT c.study, c.modality, nullif(c.task, '') AS task, c.site, c.scanner, c.parameter, c.value, c.scans, c.subjects,
	min(c.value COLLATE "C") OVER w <> max(c.value COLLATE "C") OVER w AS differs,
	a.scans - (sum(c.scans) OVER w)::bigint AS not_stated
FROM counted c
JOIN all_scans a ON (a.study, a.modality, a.task) = (c.study, c.modality, c.task)
WINDOW w AS (PARTITION BY c.study, c.modality, c.task, c.parameter);
COMMENT ON VIEW report.acquisition IS 'Acquisition parameters by study, kind of scan, site and scanner, and which of them differ within the study: the differences that harmonisation must deal with';
COMMENT ON COLUMN report.acquisition.differs IS 'Whether scans of this kind in the study have more than one value of the parameter';
COMMENT ON COLUMN report.acquisition.not_stated IS 'How many scans of this kind in the study do not say the parameter';

CREATE VIEW imaging.same_scan AS
SELECT a.subject_id, a.site, a.session, a.modality, a.scan, a.run, b.subject_id AS other_subject_id, b.site AS other_site, b.session AS other_session,
	b.modality AS other_modality, b.scan AS other_scan, b.run AS other_run, a.payload_sha256
FROM imaging.scan a
JOIN imaging.scan b ON b.payload_sha256 = a.payload_sha256 AND (b.subject_id, b.session, b.modality, b.scan, b.run) <> (a.subject_id, a.session, a.modality, a.scan, a.run);
COMMENT ON VIEW imaging.same_scan IS 'Scans of BIDS data sets whose voxels are the very same: one person under two labels, or a file in the wrong folder';

RESET ROLE;
GRANT CREATE ON SCHEMA clinical, imaging TO psyrad_view;
ALTER VIEW clinical.phenotype_value OWNER TO psyrad_view;
ALTER VIEW imaging.event OWNER TO psyrad_view;
ALTER VIEW imaging.scan_parameter OWNER TO psyrad_view;
ALTER VIEW imaging.same_scan OWNER TO psyrad_view;
ALTER VIEW report.acquisition OWNER TO psyrad_view;
REVOKE CREATE ON SCHEMA clinical, imaging FROM psyrad_view;
SET LOCAL ROLE psyrad_view;
GRANT SELECT ON clinical.phenotype_value, imaging.event, imaging.scan_parameter, imaging.same_scan TO psyrad_ingest, psyrad_analyst;
GRANT SELECT ON report.acquisition TO psyrad_report, psyrad_analyst, psyrad_ingest;
RESET ROLE;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- what the loaders share

-- A document as jsonb; what is no JSON refuses the file, by its name.
CREATE FUNCTION ingest.parse_document(p_document text, p_name text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	parsed jsonb;
BEGIN
	parsed := p_document::jsonb;
	IF jsonb_typeof(parsed) <> 'object' THEN
		PERFORM ingest.refuse(format('%s holds %s where a JSON object is expected', p_name, jsonb_typeof(parsed)));
	END IF;
	RETURN parsed;
EXCEPTION WHEN invalid_text_representation OR untranslatable_character OR program_limit_exceeded OR numeric_value_out_of_range OR statement_too_complex THEN
	PERFORM ingest.refuse(format('%s is not valid JSON: %s', p_name, SQLERRM));
END $$;

CREATE FUNCTION ingest.stage_document() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE stage_document (place int, name text, document text) ON COMMIT DROP;
END $$;

-- The columns of the table, described by the .json beside it where there is one.
CREATE FUNCTION ingest.keep_variables(p_file_id bigint, p_source text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	p_study text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
BEGIN
	PERFORM ingest.lock('variables', p_study);
	CREATE TEMPORARY TABLE words ON COMMIT DROP AS
	SELECT w.key AS variable, w.value AS meaning
	FROM pg_temp.stage_document d CROSS JOIN LATERAL jsonb_each(ingest.parse_document(d.document, d.name)) w
	WHERE jsonb_typeof(w.value) = 'object';
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT 0::bigint AS "row", p_study AS study, p_source AS source, c.name AS variable, w.meaning ->> 'LongName' AS title,
		w.meaning ->> 'Description' AS description, coalesce(w.meaning ->> 'Units', w.meaning ->> 'Unit') AS unit,
		CASE WHEN jsonb_typeof(w.meaning -> 'Levels') = 'object' THEN w.meaning -> 'Levels' END AS levels
	FROM (SELECT DISTINCT name FROM pg_temp.stage_column WHERE field = 'record') c
	LEFT JOIN words w ON w.variable = c.name;
	-- Several sessions.tsv of one study share their columns: one without a dictionary takes no description away.
	DELETE FROM pg_temp.fact f USING clinical.variable v
	WHERE (v.study, v.source, v.variable) = (f.study, f.source, f.variable) AND NOT EXISTS (SELECT FROM words w WHERE w.variable = f.variable);
	PERFORM ingest.merge(p_file_id, 'clinical.variable', 'study', 'source', 'variable');
	DELETE FROM pg_temp.stage_reject r WHERE r.code = 'row_vanished'; -- a column that went is told by its rows
END $$;

-- Values that the dictionary lacks: the row is kept with the value as it stands, and each such cell is reported.
CREATE FUNCTION ingest.report_levels(p_file_id bigint, p_source text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO pg_temp.stage_reject (line, column_name, column_number, code, message, label)
	SELECT s.line, r.key, c.number, 'unknown_level', format('found %s; the dictionary has %s%s', left(r.value, 60),
			left((SELECT string_agg(l, ', ' ORDER BY l COLLATE "C") FROM jsonb_object_keys(v.levels) l), 160),
			(SELECT format('; if it means %s, say --level %s:%s=%1$s', l, r.key, r.value) FROM jsonb_object_keys(v.levels) l
			 WHERE lower(l) = lower(r.value) OR lower(coalesce(v.levels -> l ->> 'Description', v.levels ->> l)) = lower(r.value) ORDER BY l LIMIT 1)), s.label
	FROM pg_temp.stage s
	CROSS JOIN LATERAL jsonb_each_text(s.record) r
	JOIN ingest.file f ON f.file_id = p_file_id
	JOIN clinical.variable v ON (v.study, v.source, v.variable) = (f.study, p_source, r.key) AND v.levels IS NOT NULL
	JOIN pg_temp.stage_column c ON c.field = 'record' AND c.name = r.key
	WHERE NOT v.levels ? r.value;
END $$;

-- Stores the staged records; rows whose participant or visit is not known are rejects.
CREATE FUNCTION ingest.merge_records(p_file_id bigint, p_source text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_study text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
BEGIN
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, k.subject_id, p_source AS source, coalesce(s.session, '') AS session, k.site, s.record
	FROM pg_temp.stage s JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label);
	INSERT INTO pg_temp.stage_reject ("row", line, code, message, label)
	SELECT d."row", d.line, 'duplicate_row', format('the same participant and visit as line %s', d.first_line), d.label
	FROM (SELECT s.*, first_value(s.line) OVER w AS first_line, row_number() OVER w AS n
		FROM pg_temp.stage s WINDOW w AS (PARTITION BY s.label, s.session ORDER BY s."row")) d
	WHERE d.n > 1 AND NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = d."row" AND r.code = 'duplicate_row');
	RETURN ingest.merge(p_file_id, 'clinical.phenotype', 'subject_id', 'source', 'session');
END $$;

---------------------------------------------------------------------------------------------------- dataset_description.json

CREATE FUNCTION ingest.stage_bids_dataset() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage ("row" bigint, dataset text, document text) ON COMMIT DROP;
END $$;

CREATE FUNCTION ingest.load_bids_dataset(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_study text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
	s       record;
	d       jsonb;
BEGIN
	PERFORM ingest.lock('dataset', p_study);
	SELECT * INTO s FROM pg_temp.stage;
	d := ingest.parse_document(s.document, 'dataset_description.json');
	IF coalesce(jsonb_typeof(d -> 'Name'), '') <> 'string' OR coalesce(jsonb_typeof(d -> 'BIDSVersion'), '') <> 'string' THEN
		PERFORM ingest.refuse('dataset_description.json lacks Name or BIDSVersion', 'BIDS requires both');
	END IF;
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT 1::bigint AS "row", p_study AS study, s.dataset, d ->> 'Name' AS title,
		CASE WHEN s.dataset LIKE 'derivatives/%' OR d ->> 'DatasetType' = 'derivative' THEN 'derivative' ELSE 'raw' END AS kind,
		d ->> 'BIDSVersion' AS bids_version, nullif(d ->> 'License', '') AS license, nullif(d ->> 'DatasetDOI', '') AS doi,
		CASE WHEN jsonb_typeof(d -> 'GeneratedBy') = 'array' THEN (
			SELECT array_agg(concat_ws(' ', g ->> 'Name', g ->> 'Version') ORDER BY n)
			FROM jsonb_array_elements(d -> 'GeneratedBy') WITH ORDINALITY e (g, n) WHERE jsonb_typeof(g) = 'object') END AS generated_by;
	RETURN ingest.merge(p_file_id, 'imaging.dataset', 'study', 'dataset');
END $$;

---------------------------------------------------------------------------------------------------- participants.tsv

CREATE FUNCTION ingest.stage_bids_participants() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_participants();
	PERFORM ingest.stage_document();
	ALTER TABLE pg_temp.stage ADD record jsonb, ADD session text;
END $$;

CREATE FUNCTION ingest.load_bids_participants(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_study text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
	wrong   record;
	people  ingest.counts;
	records ingest.counts;
BEGIN
	PERFORM ingest.lock('participants', p_study);
	PERFORM ingest.keep_variables(p_file_id, 'participants');
	PERFORM ingest.report_levels(p_file_id, 'participants');
	-- Ages in another unit are not turned into years unasked.
	SELECT c.name, c.number, v.unit INTO wrong FROM pg_temp.stage_column c
	JOIN clinical.variable v ON (v.study, v.source, v.variable) = (p_study, 'participants', c.name)
	WHERE c.field = 'age' AND lower(v.unit) NOT IN ('year', 'years', 'yr', 'yrs', 'y', 'a', 'year(s)', 'in years');
	IF wrong.name IS NOT NULL THEN
		UPDATE pg_temp.stage SET age_years = NULL;
		INSERT INTO pg_temp.stage_reject (line, column_name, column_number, code, message)
		VALUES (1, wrong.name, wrong.number, 'bad_unit', format('the dictionary has the unit %s; ages are kept in years only', left(wrong.unit, 60)));
	END IF;
	people := ingest.load_participants(p_file_id);
	records := ingest.merge_records(p_file_id, 'participants');
	RETURN (greatest(people.rows_loaded, records.rows_loaded), least(people.rows_unchanged, records.rows_unchanged));
END $$;

---------------------------------------------------------------------------------------------------- people without participants.tsv

CREATE FUNCTION ingest.stage_bids_people() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_participants();
END $$;

-- Those whom the study knows already stay as they are.
CREATE FUNCTION ingest.load_bids_people(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_study text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
BEGIN
	PERFORM ingest.lock('participants', p_study);
	UPDATE pg_temp.stage s SET (site, arm, sex, age_years, education_years, dropout_week, dropout_reason) =
		(c.site, c.arm, c.sex, c.age_years, c.education_years, c.dropout_week::text, c.dropout_reason)
	FROM clinical.subject c JOIN clinical.subject_key k USING (subject_id)
	WHERE (k.study, k.label) = (p_study, s.label);
	RETURN ingest.load_participants(p_file_id);
END $$;

---------------------------------------------------------------------------------------------------- sessions.tsv, phenotype/*.tsv

CREATE FUNCTION ingest.stage_bids_records() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	PERFORM ingest.stage_document();
	CREATE TEMPORARY TABLE stage ("row" bigint, line bigint, label text, session text, record jsonb) ON COMMIT DROP;
END $$;

CREATE FUNCTION ingest.load_bids_records(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_source text := ingest.option(p_file_id, 'source');
	p_study  text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
BEGIN
	PERFORM ingest.lock('records', p_study);
	PERFORM ingest.keep_variables(p_file_id, p_source);
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, label)
	SELECT s."row", s.line, c.name, c.number, e.code, e.message, s.label
	FROM pg_temp.stage s
	LEFT JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label)
	LEFT JOIN clinical.visit_plan p ON (p.study, p.session) = (p_study, s.session)
	CROSS JOIN LATERAL (VALUES
		('participant_id', k.subject_id IS NULL, 'unknown_participant', format('found %s; expected a participant of %s', s.label, p_study)),
		('session', s.session IS NOT NULL AND p.session IS NULL, 'unknown_visit', format('found %s; expected a visit of the plan of %s (%s)', s.session, p_study,
			(SELECT string_agg(session, ', ' ORDER BY week, session) FROM clinical.visit_plan WHERE study = p_study)))
	) e (field, wrong, code, message)
	LEFT JOIN pg_temp.stage_column c ON c.field = e.field
	WHERE e.wrong;
	PERFORM ingest.report_levels(p_file_id, p_source);
	IF p_source = 'sessions' THEN
		INSERT INTO clinical.visit (subject_id, session, site, study, file_id, line)
		SELECT DISTINCT ON (k.subject_id, s.session) k.subject_id, s.session, k.site, k.study, p_file_id, s.line
		FROM pg_temp.stage s JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label)
		WHERE s.session IS NOT NULL AND NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = s."row")
		ORDER BY k.subject_id, s.session, s."row"
		ON CONFLICT DO NOTHING;
	END IF;
	RETURN ingest.merge_records(p_file_id, p_source);
END $$;

---------------------------------------------------------------------------------------------------- images and their sidecars

CREATE FUNCTION ingest.stage_bids_scan() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_rejects();
	PERFORM ingest.stage_document();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, label text, session text, run smallint, modality text, scan text, task text, trouble text,
		dims int[], voxel_mm real[], volumes int, payload_sha256 bytea
	) ON COMMIT DROP;
END $$;

-- A number of a sidecar above 0, and below what tells milliseconds from seconds; a wrong one is reported and left out.
CREATE FUNCTION ingest.sidecar_number(p_sidecar jsonb, p_name text, p_most float8) RETURNS real
LANGUAGE plpgsql AS $$
DECLARE
	v jsonb := p_sidecar -> p_name;
BEGIN
	IF v IS NULL OR jsonb_typeof(v) IN ('null', 'array') OR v = '"n/a"' THEN
		RETURN NULL; -- an array is kept among the parameters
	END IF;
	IF jsonb_typeof(v) = 'number' AND v::numeric > 0 AND v::numeric <= p_most THEN
		RETURN v::real;
	END IF;
	INSERT INTO pg_temp.stage_reject (column_name, code, message, label)
	SELECT p_name, 'bad_parameter', format('the sidecar says %s %s; expected a number above 0 and at most %s', p_name, left(v::text, 40), p_most), s.label
	FROM pg_temp.stage s;
	RETURN NULL;
END $$;

-- The scanner of the site that maker, model and field strength name; one that nobody declared is declared by them.
CREATE FUNCTION ingest.find_scanner(p_site text, p_maker text, p_model text, p_field real) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	found   text;
	several boolean;
	named   text;
BEGIN
	IF p_maker IS NULL AND p_model IS NULL THEN
		SELECT min(c.scanner) INTO found FROM clinical.scanner c WHERE c.site = p_site HAVING count(*) = 1;
		RETURN found;
	END IF;
	PERFORM ingest.lock('scanner', p_site);
	SELECT min(c.scanner), count(*) > 1 INTO found, several FROM clinical.scanner c
	WHERE c.site = p_site AND (p_maker IS NULL OR ingest.fold_name(c.maker) = ingest.fold_name(p_maker))
		AND (p_model IS NULL OR ingest.fold_name(c.model) = ingest.fold_name(p_model)) AND (p_field IS NULL OR c.field_strength_t IS NULL OR abs(c.field_strength_t - p_field) < 0.3);
	IF several THEN
		RETURN NULL; -- two of a kind at one site cannot be told apart
	ELSIF found IS NOT NULL THEN
		RETURN found;
	END IF;
	named := p_site || '-' || trim(BOTH '-' FROM left(regexp_replace(lower(concat_ws('-', p_maker, p_model, p_field || 't')), '[^a-z0-9.]+', '-', 'g'), 60));
	INSERT INTO clinical.scanner (scanner, site, maker, model, field_strength_t) VALUES (named, p_site, p_maker, p_model, p_field) ON CONFLICT DO NOTHING;
	RETURN named;
END $$;
COMMENT ON FUNCTION ingest.find_scanner(text, text, text, real) IS 'The scanner of a site by maker, model and field strength, declared when it is new; NULL when the site has two of a kind';

CREATE FUNCTION ingest.load_bids_scan(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	-- What is kept of a sidecar: how the scanner measured.  Not kept: names of places and stations, serial numbers, dates, free text.
	kept  text[] := ARRAY['SequenceName', 'ScanningSequence', 'SequenceVariant', 'PulseSequenceType', 'MRAcquisitionType', 'SoftwareVersions', 'ReceiveCoilName', 'NumberOfReceiveCoilActiveElements',
		'InversionTime', 'RepetitionTimeExcitation', 'RepetitionTimePreparation', 'EffectiveEchoSpacing', 'TotalReadoutTime', 'EchoTrainLength', 'DwellTime',
		'PartialFourier', 'ParallelReductionFactorInPlane', 'ParallelAcquisitionTechnique', 'MultibandAccelerationFactor', 'NonlinearGradientCorrection',
		'SliceTiming', 'SliceEncodingDirection', 'SpacingBetweenSlices', 'NumberShots', 'MTState', 'PixelBandwidth', 'AcquisitionMatrixPE', 'BaseResolution', 'PercentPhaseFOV', 'PercentSampling',
		'NumberOfVolumesDiscardedByScanner', 'NumberOfVolumesDiscardedByUser', 'DelayTime', 'EchoTime', 'EchoTime1', 'EchoTime2', 'RepetitionTime', 'FlipAngle', 'Units',
		'ArterialSpinLabelingType', 'PostLabelingDelay', 'LabelingDuration', 'BackgroundSuppression', 'M0Type', 'M0Estimate', 'VascularCrushing', 'LabelingEfficiency',
		'TracerName', 'TracerRadionuclide', 'InjectedRadioactivity', 'InjectedRadioactivityUnits', 'InjectedMass', 'InjectedMassUnits', 'SpecificRadioactivity',
		'SpecificRadioactivityUnits', 'MolarActivity', 'MolarActivityUnits', 'ModeOfAdministration', 'FrameTimesStart', 'FrameDuration', 'AcquisitionMode',
		'ImageDecayCorrected', 'ReconMethodName', 'ReconFilterType', 'ReconFilterSize', 'AttenuationCorrection', 'ScanStart', 'InjectionStart', 'BodyPart'];
	typed text[] := ARRAY['EchoTime', 'RepetitionTime', 'FlipAngle']; -- have columns, unless they are arrays
	s     record;
	who   ingest.scan_of;
	side  jsonb;
	own   imaging.scan;
BEGIN
	PERFORM ingest.lock('scans', (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id));
	who := ingest.find_scan(p_file_id);
	SELECT * INTO s FROM pg_temp.stage;
	SELECT coalesce(jsonb_object_agg(e.key, e.value ORDER BY d.place), '{}') INTO side -- nearer sidecars come later and win
	FROM pg_temp.stage_document d CROSS JOIN LATERAL jsonb_each(ingest.parse_document(d.document, d.name)) e;
	IF s.trouble IS NOT NULL THEN
		INSERT INTO pg_temp.stage_reject (code, message, label) VALUES ('unreadable_image', s.trouble, s.label);
	END IF;

	own.maker := nullif(left(side ->> 'Manufacturer', 100), 'n/a');
	own.model := nullif(left(side ->> 'ManufacturersModelName', 100), 'n/a');
	own.field_strength_t := ingest.sidecar_number(side, 'MagneticFieldStrength', 30);
	own.tr_s := ingest.sidecar_number(side, 'RepetitionTime', 60);
	own.te_s := ingest.sidecar_number(side, 'EchoTime', 1);
	own.flip_angle_deg := ingest.sidecar_number(side, 'FlipAngle', 360);
	own.slice_thickness_mm := ingest.sidecar_number(side, 'SliceThickness', 100);
	own.phase_encoding := CASE WHEN side ->> 'PhaseEncodingDirection' IN ('i', 'j', 'k', 'i-', 'j-', 'k-') THEN side ->> 'PhaseEncodingDirection' END;
	IF own.phase_encoding IS NULL AND coalesce(side ->> 'PhaseEncodingDirection', 'n/a') <> 'n/a' THEN
		INSERT INTO pg_temp.stage_reject (column_name, code, message, label) VALUES ('PhaseEncodingDirection', 'bad_parameter',
			format('the sidecar says PhaseEncodingDirection %s; expected i, j or k, perhaps with -', left(side ->> 'PhaseEncodingDirection', 40)), s.label);
	END IF;
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", who.subject_id, s.session, s.modality, s.scan, s.run, who.site,
		coalesce(ingest.find_scanner(who.site, own.maker, own.model, own.field_strength_t), who.scanner) AS scanner, s.task,
		own.maker, own.model, own.field_strength_t, own.tr_s, own.te_s, own.flip_angle_deg, own.slice_thickness_mm, own.phase_encoding,
		s.dims, s.voxel_mm, coalesce(s.volumes, (SELECT t.volumes FROM imaging.scan t
			WHERE (t.subject_id, t.session, t.modality, t.scan, t.run) = (who.subject_id, s.session, s.modality, s.scan, s.run))) AS volumes, s.payload_sha256,
		coalesce((SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(side) e
			WHERE e.key = ANY (kept) AND e.value NOT IN ('"n/a"', 'null') AND (e.key <> ALL (typed) OR jsonb_typeof(e.value) <> 'number')), '{}') AS parameters;
	RETURN ingest.merge(p_file_id, 'imaging.scan', 'subject_id', 'session', 'modality', 'scan', 'run');
END $$;

---------------------------------------------------------------------------------------------------- scans.tsv, confounds

-- Rows of scans.tsv beside scans that are there.  What names no scan of the data set is a reject.
CREATE FUNCTION ingest.stage_bids_scans() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	PERFORM ingest.stage_document();
	CREATE TEMPORARY TABLE stage ("row" bigint, line bigint, label text, session text, filename text, modality text, scan text, run smallint, record jsonb) ON COMMIT DROP;
END $$;

CREATE FUNCTION ingest.load_bids_scans(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_study text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
	counts  ingest.counts;
BEGIN
	PERFORM ingest.lock('scans', p_study);
	PERFORM ingest.keep_variables(p_file_id, 'scans');
	PERFORM ingest.report_levels(p_file_id, 'scans');
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, label)
	SELECT s."row", s.line, c.name, c.number, 'unknown_scan', format('found %s; the data set has no such image', left(s.filename, 200)), s.label
	FROM pg_temp.stage s
	LEFT JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label)
	LEFT JOIN imaging.scan t ON (t.subject_id, t.session, t.modality, t.scan, t.run) = (k.subject_id, s.session, s.modality, s.scan, s.run)
	LEFT JOIN pg_temp.stage_column c ON c.field = 'filename'
	WHERE t.subject_id IS NULL;
	WITH changed AS (
		UPDATE imaging.scan t SET record = s.record
		FROM pg_temp.stage s JOIN clinical.subject_key k ON (k.study, k.label) = (p_study, s.label)
		WHERE (t.subject_id, t.session, t.modality, t.scan, t.run) = (k.subject_id, s.session, s.modality, s.scan, s.run) AND t.record <> s.record
		RETURNING 1)
	SELECT count(*), (SELECT count(*) FROM pg_temp.stage s WHERE NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = s."row")) - count(*)
	INTO counts FROM changed;
	RETURN counts;
END $$;

CREATE FUNCTION ingest.stage_bids_motion() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_rejects();
	CREATE TEMPORARY TABLE stage ("row" bigint, label text, session text, run smallint, scan text, task text, modality text, volumes int, mean_fd_mm real) ON COMMIT DROP;
END $$;

-- Head motion of a run, from the confounds of its derivative.
CREATE FUNCTION ingest.load_bids_motion(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	k ingest.scan_of;
BEGIN
	PERFORM ingest.lock('scans', (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id));
	k := ingest.find_scan(p_file_id);
	INSERT INTO pg_temp.stage_reject ("row", code, message, label)
	SELECT s."row", 'volumes_differ', format('the confounds have %s rows, and the image %s volumes', s.volumes, t.volumes), s.label
	FROM pg_temp.stage s
	JOIN imaging.scan t ON (t.subject_id, t.session, t.modality, t.scan, t.run) = (k.subject_id, s.session, s.modality, s.scan, s.run)
	WHERE t.volumes <> s.volumes;
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", k.subject_id, s.session, s.modality, s.scan, s.run, k.site, s.task, s.volumes, s.mean_fd_mm
	FROM pg_temp.stage s;
	RETURN ingest.merge(p_file_id, 'imaging.scan', 'subject_id', 'session', 'modality', 'scan', 'run');
END $$;

---------------------------------------------------------------------------------------------------- events

CREATE FUNCTION ingest.stage_bids_events() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_rejects();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, label text, session text, run smallint, scan text, task text, onset_s float8[], duration_s float8[], trial_type text[], others text
	) ON COMMIT DROP;
END $$;

CREATE FUNCTION ingest.load_bids_events(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	k ingest.scan_of;
BEGIN
	PERFORM ingest.lock('scans', (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id));
	k := ingest.find_scan(p_file_id);
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", k.subject_id, s.session, s.scan, s.run, k.site, s.task, s.onset_s, s.duration_s, s.trial_type, s.others::jsonb AS others
	FROM pg_temp.stage s;
	RETURN ingest.merge(p_file_id, 'imaging.events', 'subject_id', 'session', 'scan', 'run');
END $$;

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'ingest'::regnamespace AND (p.proname ~ 'bids_' OR p.proname IN (
		'parse_document', 'stage_document', 'keep_variables', 'report_levels', 'merge_records', 'sidecar_number', 'find_scanner'))
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
