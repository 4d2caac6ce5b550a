-- Deploy psyrad:coordinates to pg
-- Foci of brain imaging experiments, as their papers or collections state them, in MNI space where that is known.  What is pooled is one
-- experiment an independent sample, foci of whole-brain searches, one direction at a time.
BEGIN;
SET LOCAL ROLE psyrad_owner;

-- Inverse of the matrix icbm2tal of Lancaster et al. 2007 (Hum Brain Mapp 28:1194, table for templates other than FSL's and SPM's).
CREATE FUNCTION evidence.talairach_to_mni(x double precision, y double precision, z double precision, OUT mni_x double precision,
	OUT mni_y double precision, OUT mni_z double precision)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
BEGIN ATOMIC
	SELECT 1.0686001818226878::float8 * x - 0.003959206893800996::float8 * y + 0.008259711038957732::float8 * z + 1.0781555390892308::float8,
		0.006402499024408167::float8 * x + 1.0574069702505609::float8 * y + 0.08566281257183724::float8 * z + 1.168243532406646::float8,
		-0.012811475186137145::float8 * x - 0.08863189955596745::float8 * y + 1.107921357723761::float8 * z - 4.178049420864948::float8;
END;
COMMENT ON FUNCTION evidence.talairach_to_mni(double precision, double precision, double precision) IS
	'MNI coordinates (mm) of a place in the space of Talairach and Tournoux: the inverse of icbm2tal (Lancaster et al. 2007)';

CREATE TABLE evidence.experiment (
	experiment_id bigserial PRIMARY KEY,
	source_id     bigint NOT NULL REFERENCES ingest.file,
	study         text NOT NULL CHECK (study ~ '\S'),
	contrast      text NOT NULL CHECK (contrast ~ '\S'),
	current       boolean NOT NULL DEFAULT true,
	space         text NOT NULL CHECK (space IN ('MNI', 'TAL', 'unknown')),
	n             double precision CHECK (n > 0),
	sample        text NOT NULL,
	direction     text CHECK (direction IN ('increase', 'decrease')),
	scope         text CHECK (scope IN ('whole_brain', 'region')),
	modality      text CHECK (modality ~ '\S'),
	simulated     boolean NOT NULL DEFAULT false,
	title         text,
	authors       text,
	journal       text,
	year          int CHECK (year BETWEEN 1400 AND 2200),
	doi           text,
	pmid          text,
	file_id       bigint NOT NULL REFERENCES ingest.file,
	line          bigint,
	UNIQUE (source_id, study, contrast)
);
CREATE INDEX experiment_file ON evidence.experiment (file_id);
COMMENT ON TABLE evidence.experiment IS 'Contrasts of imaging studies with their foci (evidence.focus), as one file states them';
COMMENT ON COLUMN evidence.experiment.source_id IS 'First version of the file: a corrected file brings its experiments under the same source';
COMMENT ON COLUMN evidence.experiment.current IS 'False: the newest version of the file left it out; kept, and read by no view';
COMMENT ON COLUMN evidence.experiment.space IS 'Space of the foci as stated; unknown is a state of its own: nothing is assumed';
COMMENT ON COLUMN evidence.experiment.n IS 'Participants; a mean where a collection states several numbers; NULL where it states none';
COMMENT ON COLUMN evidence.experiment.sample IS 'The independent sample: the study, unless the file says otherwise. Contrasts of one sample are one experiment to a meta-analysis';
COMMENT ON COLUMN evidence.experiment.direction IS 'What the foci are: increase or decrease of the measure; NULL where it is not said. A contrast with foci of both is two experiments, whose contrast names the direction too';
COMMENT ON COLUMN evidence.experiment.modality IS 'How the brain was measured, as the file says it: compared without regard to case and punctuation; NULL where it does not';
COMMENT ON COLUMN evidence.experiment.simulated IS 'True for foci that a program made up: never pooled with real ones';
COMMENT ON COLUMN evidence.experiment.scope IS 'Where was searched: the whole brain, or a region chosen beforehand; NULL where it is not said';

CREATE TABLE evidence.focus (
	experiment_id bigint NOT NULL REFERENCES evidence.experiment,
	ordinal       int NOT NULL CHECK (ordinal > 0),
	current       boolean NOT NULL DEFAULT true,
	x             double precision NOT NULL CHECK (abs(x) <= 1000),
	y             double precision NOT NULL CHECK (abs(y) <= 1000),
	z             double precision NOT NULL CHECK (abs(z) <= 1000),
	mni_x         double precision,
	mni_y         double precision,
	mni_z         double precision,
	cell          int GENERATED ALWAYS AS ((floor(mni_x / 5) * 1000000 + floor(mni_y / 5) * 1000 + floor(mni_z / 5))::int) STORED,
	statistic     text,
	value         double precision,
	table_label   text,
	file_id       bigint NOT NULL REFERENCES ingest.file,
	line          bigint,
	PRIMARY KEY (experiment_id, ordinal)
);
CREATE INDEX focus_cell ON evidence.focus (cell) INCLUDE (mni_x, mni_y, mni_z, experiment_id) WHERE current;
COMMENT ON TABLE evidence.focus IS 'Foci of experiments, in the order of the file';
COMMENT ON COLUMN evidence.focus.x IS 'mm, in the space that the experiment states';
COMMENT ON COLUMN evidence.focus.mni_x IS 'mm in MNI space; NULL where the space is unknown';
COMMENT ON COLUMN evidence.focus.cell IS 'Cube of 5 mm in which it lies; cubes along z follow each other: what the search for near foci looks up';
COMMENT ON COLUMN evidence.focus.table_label IS 'Table of the paper';

CREATE VIEW evidence.coordinate AS
SELECT e.experiment_id, e.study, e.contrast, e.sample, e.direction, e.scope, e.modality, e.simulated, e.n, e.space, f.ordinal, f.x, f.y, f.z, f.mni_x, f.mni_y, f.mni_z, f.statistic, f.value,
	e.title, e.authors, e.year, e.journal, e.doi, e.pmid, f.table_label, f.file_id, f.line
FROM evidence.experiment e JOIN evidence.focus f USING (experiment_id)
WHERE e.current AND f.current;
COMMENT ON VIEW evidence.coordinate IS 'Foci with what their experiments say, a row a focus, of the newest version of each file';

-- What may be pooled: whole-brain searches (or searches of unknown extent, which the caller may leave out by scope), in MNI space, one
-- experiment an independent sample and direction.
CREATE VIEW evidence.poolable_focus AS
SELECT e.sample AS experiment, e.direction, e.scope, e.modality, e.simulated, min(e.n) OVER (PARTITION BY e.sample, e.direction, e.simulated) AS n,
	f.mni_x AS x, f.mni_y AS y, f.mni_z AS z, e.experiment_id, e.study, e.contrast, e.source_id
FROM evidence.experiment e JOIN evidence.focus f USING (experiment_id)
WHERE e.current AND f.current AND e.scope IS DISTINCT FROM 'region' AND f.mni_x IS NOT NULL;
COMMENT ON VIEW evidence.poolable_focus IS
	'Foci for psyrad.cbma_foci(experiment, x, y, z, n): MNI, no region-of-interest searches, contrasts of one sample and direction under one experiment with its smallest n. Group or filter by direction and simulated: increases and decreases, real and made-up foci are never pooled together';

CREATE FUNCTION evidence.studies_near(x double precision, y double precision, z double precision, radius double precision DEFAULT 10)
	RETURNS TABLE (study text, title text, year int, doi text, pmid text, foci bigint, nearest double precision)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 100
	SET search_path = pg_catalog, pg_temp
	SET jit = off -- the planner cannot know how few cubes there are, and would compile for a second
AS $$
	WITH line AS MATERIALIZED (
		SELECT i * 1000000 + j * 1000 AS base, sqrt(greatest($4 * $4 - dx * dx - dy * dy, 0)) AS half
		FROM generate_series(greatest(floor(($1 - $4) / 5), -250)::int, least(floor(($1 + $4) / 5), 250)::int) i,
			generate_series(greatest(floor(($2 - $4) / 5), -250)::int, least(floor(($2 + $4) / 5), 250)::int) j,
			LATERAL (SELECT greatest(5 * i - $1, $1 - 5 * (i + 1), 0), greatest(5 * j - $2, $2 - 5 * (j + 1), 0)) d (dx, dy)
		WHERE dx * dx + dy * dy <= $4 * $4
	), by_experiment AS MATERIALIZED (
		SELECT f.experiment_id, count(*) AS foci, min(d.square) AS square
		FROM line l
		JOIN evidence.focus f ON f.current
			AND f.cell BETWEEN l.base + greatest(floor(($3 - l.half) / 5), -250)::int AND l.base + least(floor(($3 + l.half) / 5), 250)::int
		CROSS JOIN LATERAL (SELECT (f.mni_x - $1) * (f.mni_x - $1) + (f.mni_y - $2) * (f.mni_y - $2) + (f.mni_z - $3) * (f.mni_z - $3)) d (square)
		WHERE d.square <= $4 * $4
		GROUP BY f.experiment_id
	)
	SELECT e.study, min(e.title), min(e.year), min(e.doi), min(e.pmid), sum(b.foci)::bigint, sqrt(min(b.square))
	FROM by_experiment b
	CROSS JOIN LATERAL (SELECT * FROM evidence.experiment e WHERE e.experiment_id = b.experiment_id AND e.current OFFSET 0) e -- by their key: there are few
	GROUP BY e.source_id, e.study
	ORDER BY 7, 1;
$$;
COMMENT ON FUNCTION evidence.studies_near(double precision, double precision, double precision, double precision) IS
	'Studies with a focus within radius mm (10) of a place in MNI space: how many of their foci, how near the nearest; nearest first. Foci of unknown space are never near';

GRANT SELECT ON evidence.experiment, evidence.focus TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT SELECT ON evidence.coordinate, evidence.poolable_focus TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE ON evidence.experiment, evidence.focus TO psyrad_ingest;
GRANT USAGE ON SEQUENCE evidence.experiment_experiment_id_seq TO psyrad_ingest;

---------------------------------------------------------------------------------------------------- loading

CREATE FUNCTION ingest.stage_coordinates() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, line bigint, experiment bigint, x double precision, y double precision, z double precision, statistic text,
		value double precision, table_label text, raw text
	) ON COMMIT DROP;
	CREATE TEMPORARY TABLE stage_experiment (
		experiment bigint, line bigint, study text, contrast text, space text, sample text, direction text, scope text, modality text, n double precision,
		title text, authors text, journal text, doi text, pmid text, year text
	) ON COMMIT DROP;
	CREATE TEMPORARY TABLE stage_study (
		study text, space text, n text, title text, authors text, journal text, year text, doi text, pmid text, line bigint
	) ON COMMIT DROP;
END $$;
COMMENT ON FUNCTION ingest.stage_coordinates() IS 'Makes the temporary tables that psyrad ingest coordinates fills';

-- The warehouse's word for what papers and collections write, or NULL for what is none of them.
CREATE FUNCTION ingest.space_word(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN written IS NULL THEN 'unknown'
	WHEN written ~* '^\s*(mni|icbm|ihb|colin).*$' THEN 'MNI'
	WHEN written ~* '^\s*(tal|tailarach|t&t).*$' THEN 'TAL'
	WHEN written ~* '^\s*(unknown|unk|other|未知|不详|)\s*$' THEN 'unknown' END;
CREATE FUNCTION ingest.direction_word(written text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
	WHEN lower(btrim(written)) IN ('increase', 'increased', 'increases', 'inc', 'up', 'activation', 'hyperactivation', 'hyperactivity', 'hyperconnectivity', 'positive', 'higher',
		'greater', '+', '>', '↑', '升高', '增高', '增加', '增强', '上升', '激活') THEN 'increase'
	WHEN lower(btrim(written)) IN ('decrease', 'decreased', 'decreases', 'dec', 'down', 'deactivation', 'hypoactivation', 'hypoactivity', 'hypoconnectivity', 'negative', 'lower',
		'smaller', '-', '−', '<', '↓', '降低', '减低', '减少', '减弱', '下降', '负激活') THEN 'decrease' END;
CREATE FUNCTION ingest.scope_word(written text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
	WHEN lower(btrim(written)) IN ('whole_brain', 'whole brain', 'whole-brain', 'brain', '全脑') THEN 'whole_brain'
	WHEN lower(btrim(written)) IN ('region', 'roi', 'region of interest', 'seed', 'small volume', 'svc', '感兴趣区') THEN 'region' END;

-- pg_temp.described: each staged experiment in the warehouse's words.  What the file does not say of an experiment, options say for all.  A contrast
-- whose foci are of several directions is an experiment each: they are never pooled together.
CREATE FUNCTION ingest.describe_experiments(p_file_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	said record; -- by options
BEGIN
	SELECT ingest.option(p_file_id, 'space') AS space, ingest.option(p_file_id, 'direction') AS direction, ingest.option(p_file_id, 'scope') AS scope,
		ingest.option(p_file_id, 'modality') AS modality, coalesce(ingest.option(p_file_id, 'simulated'), 'false')::boolean AS simulated INTO said;
	IF ingest.space_word(said.space) IS NULL THEN
		PERFORM ingest.refuse(format('--space is %s', said.space), 'expected MNI, TAL or unknown');
	ELSIF said.direction IS NOT NULL AND ingest.direction_word(said.direction) IS NULL THEN
		PERFORM ingest.refuse(format('--direction is %s', said.direction), 'expected increase or decrease');
	ELSIF said.scope IS NOT NULL AND ingest.scope_word(said.scope) IS NULL THEN
		PERFORM ingest.refuse(format('--scope is %s', said.scope), 'expected whole_brain or region');
	END IF;
	CREATE TEMPORARY TABLE described ON COMMIT DROP AS
	WITH said_of AS (
		SELECT e.*, coalesce(e.space, s.space) AS space_written, ingest.space_word(coalesce(e.space, s.space)) AS space_is,
			CASE WHEN e.direction IS NULL THEN ingest.direction_word(said.direction) ELSE ingest.direction_word(e.direction) END AS direction_is,
			coalesce(e.n, CASE WHEN s.n ~ '^[0-9]+(\.[0-9]+)?$' AND length(s.n) < 10 THEN s.n::double precision END) AS n_is,
			coalesce(e.title, s.title) AS title_is, coalesce(e.authors, s.authors) AS authors_is, coalesce(e.journal, s.journal) AS journal_is,
			lower(coalesce(e.doi, s.doi)) AS doi_is, coalesce(e.pmid, s.pmid) AS pmid_is, coalesce(e.year, s.year) AS year_written
		FROM pg_temp.stage_experiment e
		LEFT JOIN (SELECT DISTINCT ON (t.study) t.* FROM pg_temp.stage_study t ORDER BY t.study, t.line) s USING (study)
	), directed AS (
		SELECT d.*, count(*) FILTER (WHERE d.direction IS NULL OR d.direction_is IS NOT NULL) OVER w AS stated, count(*) FILTER (WHERE d.direction_is = 'increase') OVER w AS up,
			count(*) FILTER (WHERE d.direction_is = 'decrease') OVER w AS down
		FROM said_of d WINDOW w AS (PARTITION BY d.study, d.contrast)
	)
	SELECT d.experiment, d.line, d.study,
		CASE WHEN d.direction_is IS NULL OR d.stated IN (d.up, d.down) THEN d.contrast ELSE format('%s (%s)', d.contrast, d.direction_is) END AS contrast,
		d.space_written, CASE WHEN d.space_is = 'unknown' THEN ingest.space_word(said.space) ELSE d.space_is END AS space,
		d.sample, d.direction AS direction_written, d.direction_is AS direction, d.scope AS scope_written,
		CASE WHEN d.scope IS NULL THEN ingest.scope_word(said.scope) ELSE ingest.scope_word(d.scope) END AS scope,
		coalesce(d.modality, said.modality) AS modality, said.simulated AS simulated, d.n_is AS n, d.title_is AS title, d.authors_is AS authors, d.journal_is AS journal,
		d.doi_is AS doi, d.pmid_is AS pmid, d.year_written, CASE WHEN d.year_written ~ '^(1[4-9]|2[01])[0-9]{2}$' THEN d.year_written::int END AS year
	FROM directed d;
	CREATE INDEX ON pg_temp.described (study, contrast);
	ANALYZE pg_temp.described;
END $$;
COMMENT ON FUNCTION ingest.describe_experiments(bigint) IS 'Makes pg_temp.described of the staged experiments and studies';

-- An experiment that cannot be is refused with all its foci.  Where rows of one experiment say different things the first that says it stands, and
-- those that contradict it are refused; a row that says nothing contradicts nothing, but for its space: nothing is assumed of that.
CREATE FUNCTION ingest.reject_experiments() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE wrong ON COMMIT DROP AS
	SELECT d.experiment, d.line, e.code, e.field, e.message
	FROM pg_temp.described d
	CROSS JOIN LATERAL (VALUES
		('space', d.space IS NULL, 'unknown_space', format('found %s; expected MNI, TAL or unknown', d.space_written)),
		('direction', d.direction IS NULL AND d.direction_written IS NOT NULL, 'unknown_direction', format('found %s; expected increase or decrease', d.direction_written)),
		('scope', d.scope IS NULL AND d.scope_written IS NOT NULL, 'unknown_scope', format('found %s; expected whole_brain or region', d.scope_written)),
		('n', d.n <= 0, 'out_of_range', format('found %s participants; expected more than 0', d.n)),
		('year', d.year IS NULL AND d.year_written IS NOT NULL, 'bad_year', format('found %s; expected a year', d.year_written))
	) e (field, wrong, code, message)
	WHERE e.wrong;
	INSERT INTO wrong
	WITH told AS (
		SELECT d.experiment, d.line, d.study, d.contrast, v.field, v.word
		FROM (SELECT d.*, count(*) OVER (PARTITION BY d.study, d.contrast) AS times FROM pg_temp.described d WHERE d.experiment NOT IN (SELECT w.experiment FROM wrong w)) d
		CROSS JOIN LATERAL (VALUES ('space', d.space), ('n', d.n::text), ('sample', d.sample), ('scope', d.scope), ('modality', d.modality)) v (field, word)
		WHERE d.times > 1 AND v.word IS NOT NULL),
	first AS (SELECT DISTINCT ON (t.study, t.contrast, t.field) t.* FROM told t ORDER BY t.study, t.contrast, t.field, t.experiment)
	SELECT t.experiment, t.line, 'experiment_disagrees', t.field, format('found %s; line %s says %s of the same experiment, %s: %s', t.word, f.line, f.word, t.study, t.contrast)
	FROM told t JOIN first f USING (study, contrast, field)
	WHERE t.word <> f.word;
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw)
	SELECT s."row", s.line, c.name, c.number, w.code, w.message, s.raw
	FROM wrong w JOIN pg_temp.stage s USING (experiment) LEFT JOIN pg_temp.stage_column c ON c.field = w.field;
	INSERT INTO pg_temp.stage_reject (line, code, message)
	SELECT w.line, w.code, w.message FROM wrong w WHERE NOT EXISTS (SELECT FROM pg_temp.stage s WHERE s.experiment = w.experiment);
	DELETE FROM pg_temp.described d USING wrong w WHERE w.experiment = d.experiment;
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw)
	SELECT s."row", s.line, c.name, c.number, 'out_of_range', format('found %s; expected mm between -1000 and 1000', a.value), s.raw
	FROM (SELECT * FROM pg_temp.stage t WHERE NOT (abs(t.x) <= 1000 AND abs(t.y) <= 1000 AND abs(t.z) <= 1000)) s
	CROSS JOIN LATERAL (VALUES ('x', s.x), ('y', s.y), ('z', s.z)) a (field, value)
	LEFT JOIN pg_temp.stage_column c ON c.field = a.field
	WHERE NOT abs(a.value) <= 1000;
END $$;
COMMENT ON FUNCTION ingest.reject_experiments() IS 'Rejects the foci of staged experiments that cannot be, and foci that lie nowhere';

CREATE FUNCTION ingest.load_coordinates(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	source  bigint := ingest.first_version(p_file_id);
	lacking bigint;
	counts  ingest.counts;
BEGIN
	PERFORM ingest.lock('coordinates', source::text);
	PERFORM ingest.describe_experiments(p_file_id);
	PERFORM ingest.reject_experiments();
	SELECT count(*) INTO lacking FROM pg_temp.described d WHERE d.space = 'unknown';
	IF lacking > 0 THEN
		RAISE WARNING '% of % experiments state no space: their foci are kept as they are and take part in no analysis; --space says it for all',
			lacking, (SELECT count(*) FROM pg_temp.described);
	END IF;
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT NULL::bigint AS "row", min(d.line) AS line, source AS source_id, d.study, d.contrast, true AS current, min(d.space) AS space, max(d.n) AS n,
		coalesce(max(d.sample), d.study) AS sample, min(d.direction) AS direction, max(d.scope) AS scope, max(d.modality) AS modality, bool_or(d.simulated) AS simulated,
		(array_agg(d.title ORDER BY d.experiment) FILTER (WHERE d.title IS NOT NULL))[1] AS title, (array_agg(d.authors ORDER BY d.experiment) FILTER (WHERE d.authors IS NOT NULL))[1] AS authors,
		(array_agg(d.journal ORDER BY d.experiment) FILTER (WHERE d.journal IS NOT NULL))[1] AS journal, (array_agg(d.year ORDER BY d.experiment) FILTER (WHERE d.year IS NOT NULL))[1] AS year,
		(array_agg(d.doi ORDER BY d.experiment) FILTER (WHERE d.doi IS NOT NULL))[1] AS doi, (array_agg(d.pmid ORDER BY d.experiment) FILTER (WHERE d.pmid IS NOT NULL))[1] AS pmid
	FROM pg_temp.described d GROUP BY d.study, d.contrast; -- what several rows say of one is the same by now
	PERFORM ingest.merge(p_file_id, 'evidence.experiment', 'source_id', 'study', 'contrast');
	CREATE TEMPORARY TABLE placed ON COMMIT DROP AS
	SELECT d.experiment, e.experiment_id, e.space
	FROM pg_temp.described d JOIN evidence.experiment e ON (e.source_id, e.study, e.contrast) = (source, d.study, d.contrast);
	ANALYZE pg_temp.placed (experiment);
	ANALYZE pg_temp.stage (experiment);
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, p.experiment_id, row_number() OVER (PARTITION BY p.experiment_id ORDER BY s."row")::int AS ordinal, true AS current, s.x, s.y, s.z,
		CASE p.space WHEN 'MNI' THEN s.x WHEN 'TAL' THEN (t.m).mni_x END AS mni_x, CASE p.space WHEN 'MNI' THEN s.y WHEN 'TAL' THEN (t.m).mni_y END AS mni_y,
		CASE p.space WHEN 'MNI' THEN s.z WHEN 'TAL' THEN (t.m).mni_z END AS mni_z, s.statistic, s.value, s.table_label
	FROM pg_temp.stage s JOIN placed p USING (experiment)
	LEFT JOIN LATERAL (SELECT evidence.talairach_to_mni(s.x, s.y, s.z) AS m WHERE p.space = 'TAL') t ON true;
	-- What a corrected file leaves out is kept and reported by merge, but is no longer what the file says.
	UPDATE evidence.experiment e SET current = false
	WHERE e.source_id = source AND e.current AND NOT EXISTS (SELECT FROM placed p WHERE p.experiment_id = e.experiment_id);
	IF source <> p_file_id THEN
		UPDATE evidence.focus f SET current = false
		FROM evidence.experiment e
		WHERE e.source_id = source AND f.experiment_id = e.experiment_id AND f.current
			AND NOT EXISTS (SELECT FROM pg_temp.fact g WHERE (g.experiment_id, g.ordinal) = (f.experiment_id, f.ordinal));
	END IF;
	counts := ingest.merge(p_file_id, 'evidence.focus', 'experiment_id', 'ordinal');
	RETURN counts;
END $$;
COMMENT ON FUNCTION ingest.load_coordinates(bigint) IS 'Stores the staged foci and their experiments: new ones are added, corrected ones changed with history, vanished ones kept apart and reported';

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOREACH f IN ARRAY ARRAY['ingest.stage_coordinates()', 'ingest.describe_experiments(bigint)', 'ingest.reject_experiments()', 'ingest.load_coordinates(bigint)',
		'ingest.space_word(text)', 'ingest.direction_word(text)', 'ingest.scope_word(text)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
	END LOOP;
	FOREACH f IN ARRAY ARRAY['ingest.stage_coordinates()', 'ingest.describe_experiments(bigint)', 'ingest.reject_experiments()', 'ingest.load_coordinates(bigint)']::regprocedure[]
	LOOP
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;
ALTER FUNCTION ingest.load_coordinates(bigint) SET work_mem = '128MB'; -- a collection of half a million foci is sorted in memory

COMMIT;
