-- Deploy psyrad:exchange to pg
-- What leaves the warehouse as files for other programs: tables as CSV with a dictionary, and one study as a BIDS derivative.  Both are said
-- here, so that the tool only writes them down; both see what their caller sees.
BEGIN;
GRANT CREATE ON SCHEMA imaging TO psyrad_view;
SET LOCAL ROLE psyrad_view;

---------------------------------------------------------------------------------------------------- tables

CREATE FUNCTION report.export_columns(relation regclass)
	RETURNS TABLE (name name, expression text, written_as text, type text, description text, sortable boolean)
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT a.attname,
		CASE WHEN t.typcategory = 'A' THEN format('to_jsonb(x.%I)', a.attname) ELSE format('x.%I', a.attname) END,
		CASE WHEN t.typtype IN ('c', 'p') OR (t.typcategory = 'U' AND a.atttypid NOT IN ('jsonb'::regtype, 'json'::regtype, 'uuid'::regtype)) OR e.typcategory IN ('U', 'C') THEN NULL
			WHEN t.typcategory = 'A' THEN 'JSON list' ELSE 'text' END,
		format_type(a.atttypid, a.atttypmod), col_description(a.attrelid, a.attnum), t.typcategory IN ('N', 'S', 'B', 'D') AND a.atttypid <> 'json'::regtype
	FROM pg_attribute a
	JOIN pg_type t ON t.oid = a.atttypid
	LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
	WHERE a.attrelid = export_columns.relation AND a.attnum > 0 AND NOT a.attisdropped
	ORDER BY a.attnum;
END;
COMMENT ON FUNCTION report.export_columns(regclass) IS 'How each column of a table goes into a CSV file: lists as JSON, types of our own (states, connectomes, results) not at all (written_as NULL)';

CREATE FUNCTION report.export_tables(in_schema text DEFAULT 'report', of_study text DEFAULT NULL)
	RETURNS TABLE (relation text, file text, query text, dictionary jsonb)
	LANGUAGE sql STABLE
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT format('%I.%I', n.nspname, c.relname), format('%s.%s.csv', n.nspname, c.relname),
		format('SELECT %s FROM %I.%I x%s%s', k.expressions, n.nspname, c.relname,
			CASE WHEN export_tables.of_study IS NOT NULL THEN format(' WHERE x.study = %L', export_tables.of_study) ELSE '' END,
			CASE WHEN k.sorted IS NOT NULL THEN ' ORDER BY ' || k.sorted ELSE '' END),
		jsonb_build_object('table', format('%s.%s', n.nspname, c.relname), 'description', obj_description(c.oid, 'pg_class'), 'columns', k.dictionary, 'left_out', k.left_out)
	FROM pg_class c
	JOIN pg_namespace n ON n.oid = c.relnamespace
	CROSS JOIN LATERAL (
		SELECT string_agg(format('%s AS %I', e.expression, e.name), ', ' ORDER BY e.place) FILTER (WHERE e.written_as IS NOT NULL) AS expressions,
			string_agg(format(CASE WHEN e.type = 'text' THEN 'x.%I COLLATE "C"' ELSE 'x.%I' END, e.name), ', ' ORDER BY e.place) FILTER (WHERE e.sortable) AS sorted,
			jsonb_agg(jsonb_build_object('name', e.name, 'type', e.type, 'written_as', e.written_as, 'description', e.description) ORDER BY e.place) FILTER (WHERE e.written_as IS NOT NULL) AS dictionary,
			coalesce(jsonb_agg(e.name ORDER BY e.place) FILTER (WHERE e.written_as IS NULL), '[]') AS left_out,
			bool_or(e.name = 'study' AND e.type = 'text') AS by_study
		FROM report.export_columns(c.oid) WITH ORDINALITY e(name, expression, written_as, type, description, sortable, place)
	) k
	WHERE n.nspname = export_tables.in_schema AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND has_table_privilege(c.oid, 'SELECT')
		AND k.expressions IS NOT NULL AND (export_tables.of_study IS NULL OR k.by_study)
	ORDER BY c.relname COLLATE "C";
END;
COMMENT ON FUNCTION report.export_tables(text, text) IS 'Tables and views of a schema that the caller may read, each with the file, the query (rows in a fixed order) and the dictionary by which psyrad export tables writes it; of_study: only those with a column study, and its rows';

---------------------------------------------------------------------------------------------------- BIDS

CREATE FUNCTION imaging.bids_label(name text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	label text := regexp_replace(name, '[^A-Za-z0-9]', '', 'g');
BEGIN
	IF label = '' THEN
		RAISE invalid_parameter_value USING MESSAGE = format('%L has neither a letter nor a digit that a BIDS name could keep', name);
	END IF;
	RETURN label;
END $$;
COMMENT ON FUNCTION imaging.bids_label(text) IS 'A name as the value of a BIDS entity: letters and digits alone.  Errors: 22023 where none are left';

CREATE FUNCTION imaging.tsv(cell text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN cell IS NULL OR cell IN ('', 'NaN') THEN 'n/a' ELSE pg_catalog.regexp_replace(cell, '[\t\r\n]+', ' ', 'g') END;
END;
COMMENT ON FUNCTION imaging.tsv(text) IS 'A cell of a BIDS table: n/a for what is missing, no tab and no line end within';

-- Through the text of the array, which is quick however long it is, and of each number the shortest that reads back to the same one.
CREATE FUNCTION imaging.tsv_rows(number text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.btrim(number, '{}'), '},{', E'\n'), ',', E'\t'), 'NaN', 'n/a') || E'\n';
END;
COMMENT ON FUNCTION imaging.tsv_rows(text) IS 'The text of an array of numbers, of one or two dimensions, as lines of a BIDS table: n/a for NaN';

-- A file's name says person, visit, task, run, atlas, measure and pipeline: a row each of series, connectomes and region values.
CREATE VIEW imaging.bids_file AS
SELECT k.study, k.label, f.subject_id, f.feature_set_id, f.session, f.run, f.pipeline, f.file_id, f.kind, s.atlas, s.measure, w.folder,
	format('sub-%1$s/ses-%2$s/%3$s/sub-%1$s_ses-%2$s%4$s%5$s_seg-%6$s_stat-%7$s_desc-%8$s_%9$s', imaging.bids_label(k.label), imaging.bids_label(f.session), w.folder,
		CASE WHEN w.folder = 'func' THEN '_task-' || imaging.bids_label(coalesce(a.task, 'rest')) ELSE '' END,
		CASE WHEN f.run > 1 OR f.runs > 1 THEN '_run-' || f.run ELSE '' END,
		imaging.bids_label(s.atlas), CASE f.kind WHEN 'series' THEN 'mean' ELSE imaging.bids_label(s.measure) END, imaging.bids_label(f.pipeline), w.suffix) AS stem
FROM (
	SELECT subject_id, feature_set_id, session, run, pipeline, file_id, 'series' AS kind, max(run) OVER acquired AS runs FROM imaging.series WINDOW acquired AS (PARTITION BY subject_id, feature_set_id, session)
	UNION ALL
	SELECT subject_id, feature_set_id, session, run, pipeline, file_id, 'connectome', max(run) OVER acquired FROM imaging.connectome WINDOW acquired AS (PARTITION BY subject_id, feature_set_id, session)
	UNION ALL
	SELECT subject_id, feature_set_id, session, run, pipeline, file_id, 'vector', max(run) OVER acquired FROM imaging.vector WINDOW acquired AS (PARTITION BY subject_id, feature_set_id, session)
) f
JOIN clinical.subject_key k ON k.subject_id = f.subject_id
JOIN imaging.feature_set s ON s.feature_set_id = f.feature_set_id
JOIN imaging.atlas p ON p.atlas = s.atlas AND p.kind <> 'voxels'
LEFT JOIN imaging.acquisition a ON (a.subject_id, a.session, a.modality, a.run) = (f.subject_id, f.session, 'bold', f.run)
CROSS JOIN LATERAL (
	SELECT CASE WHEN s.measure LIKE 'sc\_%' OR s.measure IN ('fa', 'md') THEN 'dwi' WHEN s.measure IN ('suv', 'suvr') THEN 'pet' WHEN s.measure = 'cbf' THEN 'perf'
			WHEN f.kind <> 'vector' OR s.measure IN ('alff', 'falff', 'reho', 'statistic') OR s.measure LIKE 'seed%' THEN 'func' ELSE 'anat' END AS folder,
		CASE f.kind WHEN 'series' THEN 'timeseries' WHEN 'connectome' THEN 'relmat' ELSE 'regions' END AS suffix) w;
COMMENT ON VIEW imaging.bids_file IS 'The files that psyrad export bids writes of images, without their ending: entities in the order of BIDS (sub, ses, task, run, seg, stat, desc), names of people, visits, atlases and pipelines kept as letters and digits.  Values by voxel are left to psyrad export image';

CREATE FUNCTION imaging.bids_content(f imaging.bids_file) RETURNS text
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT (SELECT pg_catalog.string_agg(imaging.tsv(r.name), E'\t' ORDER BY r.region) || E'\n' FROM imaging.region r WHERE r.atlas = f.atlas)
		|| CASE f.kind
			WHEN 'series' THEN (SELECT imaging.tsv_rows(v.value::text) FROM imaging.series v
				WHERE (v.subject_id, v.feature_set_id, v.session, v.run, v.pipeline) = (f.subject_id, f.feature_set_id, f.session, f.run, f.pipeline))
			WHEN 'connectome' THEN (SELECT imaging.tsv_rows(psyrad.conn_matrix(v.value, diagonal => 'NaN')::real[]::text) FROM imaging.connectome v
				WHERE (v.subject_id, v.feature_set_id, v.session, v.run, v.pipeline) = (f.subject_id, f.feature_set_id, f.session, f.run, f.pipeline))
			ELSE (SELECT imaging.tsv_rows(v.value::text) FROM imaging.vector v
				WHERE (v.subject_id, v.feature_set_id, v.session, v.run, v.pipeline) = (f.subject_id, f.feature_set_id, f.session, f.run, f.pipeline)) END;
END;
COMMENT ON FUNCTION imaging.bids_content(imaging.bids_file) IS 'What stands in the .tsv of a file: regions across, and down time points, the regions again (no diagonal), or the one row of values';

CREATE FUNCTION imaging.bids_sidecar(f imaging.bids_file) RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('Atlas', f.atlas, 'Measure', f.measure, 'Description', m.title_en, 'Units', m.unit,
		'Pipeline', f.pipeline, 'PipelineChoices', p.choices, 'Run', f.run,
		'RepetitionTime', x.tr_s, 'Volumes', x.volumes, 'VolumesKept', x.volumes_kept, 'MeanFramewiseDisplacement', x.mean_fd_mm,
		'SourceFile', i.path, 'SourceSha256', pg_catalog.encode(i.sha256, 'hex'), 'LoadedBy', 'psyrad ' || i.tool_version))
	FROM imaging.measure m
	JOIN imaging.pipeline p ON p.pipeline = f.pipeline
	JOIN ingest.file i ON i.file_id = f.file_id
	LEFT JOIN imaging.series x ON f.kind = 'series' AND (x.subject_id, x.feature_set_id, x.session, x.run, x.pipeline) = (f.subject_id, f.feature_set_id, f.session, f.run, f.pipeline)
	WHERE m.measure = f.measure;
END;
COMMENT ON FUNCTION imaging.bids_sidecar(imaging.bids_file) IS 'The .json beside a file: what its numbers are, how they were made, and the file (with the hash of its bytes) that they came from';

CREATE FUNCTION imaging.bids_people(of_study text) RETURNS TABLE (path text, content text)
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT 'dataset_description.json', pg_catalog.jsonb_pretty(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('Name', s.title_en, 'BIDSVersion', '1.10.0', 'DatasetType', 'derivative',
		'GeneratedBy', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('Name', 'psyrad', 'Version', (SELECT i.tool_version FROM ingest.file i ORDER BY i.file_id DESC LIMIT 1))),
		'Simulated', s.simulated, 'Design', s.design))) || E'\n'
	FROM clinical.study s WHERE s.study = of_study
	UNION ALL
	SELECT 'participants.tsv', E'participant_id\tage\tsex\tgroup\tsite\teducation_years\n'
		|| coalesce(pg_catalog.string_agg(pg_catalog.format(E'sub-%s\t%s\t%s\t%s\t%s\t%s\n', imaging.bids_label(p.label), imaging.tsv(p.age_years::text), imaging.tsv(p.sex), imaging.tsv(p.arm), imaging.tsv(p.site),
			imaging.tsv(p.education_years::text)), '' ORDER BY p.label COLLATE "C"), '')
	FROM clinical.participant p WHERE p.study = of_study
	UNION ALL
	SELECT 'participants.json', pg_catalog.jsonb_pretty(pg_catalog.jsonb_build_object(
		'age', '{"Description": "age at baseline", "Units": "year"}'::jsonb, 'education_years', '{"Description": "years of education", "Units": "year"}'::jsonb,
		'site', pg_catalog.jsonb_build_object('Description', 'where the person was treated', 'Levels', (SELECT coalesce(pg_catalog.jsonb_object_agg(t.site, t.name_en), '{}') FROM clinical.site t
			WHERE t.site IN (SELECT p.site FROM clinical.participant p WHERE p.study = of_study))),
		'group', pg_catalog.jsonb_build_object('Description', 'arm of the study', 'Levels', (SELECT coalesce(pg_catalog.jsonb_object_agg(p.arm, p.label_en), '{}')
			FROM (SELECT DISTINCT arm, label_en FROM clinical.participant WHERE study = of_study) p)))) || E'\n'
	UNION ALL
	SELECT pg_catalog.format('sub-%1$s/sub-%1$s_sessions.tsv', imaging.bids_label(k.label)), E'session_id\tweek\tdays_offset\n'
		|| pg_catalog.string_agg(pg_catalog.format(E'ses-%s\t%s\t%s\n', imaging.bids_label(v.session), imaging.tsv(pg_catalog.trim_scale(p.week::numeric)::text), imaging.tsv(v.days_offset::text)), '' ORDER BY p.week, v.session COLLATE "C")
	FROM clinical.visit v
	JOIN clinical.subject_key k ON k.subject_id = v.subject_id
	LEFT JOIN clinical.visit_plan p ON (p.study, p.session) = (v.study, v.session)
	WHERE k.study = of_study
	GROUP BY k.label;
END;
COMMENT ON FUNCTION imaging.bids_people(text) IS 'Files of a BIDS derivative about the data set and its people: dataset_description.json, participants.tsv and .json, sessions';

CREATE FUNCTION imaging.bids_phenotype(of_study text) RETURNS TABLE (path text, content text)
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT pg_catalog.format('phenotype/%s.tsv', lower(imaging.bids_label(s.instrument))), E'participant_id\tsession_id\trater'
		|| coalesce((SELECT pg_catalog.string_agg(E'\titem_' || i.item, '' ORDER BY i.item) FROM clinical.instrument_item i WHERE i.instrument = s.instrument), '') || E'\ttotal\n'
		|| pg_catalog.string_agg(pg_catalog.format(E'sub-%s\tses-%s\t%s%s\t%s\n', imaging.bids_label(k.label), imaging.bids_label(s.session), imaging.tsv(s.rater),
			(SELECT pg_catalog.string_agg(E'\t' || imaging.tsv(s.items[i.item]::text), '' ORDER BY i.item) FROM clinical.instrument_item i WHERE i.instrument = s.instrument),
			imaging.tsv(pg_catalog.trim_scale(s.total)::text)), '' ORDER BY k.label COLLATE "C", s.session COLLATE "C", s.rater COLLATE "C")
	FROM clinical.score s
	JOIN clinical.subject_key k ON k.subject_id = s.subject_id
	WHERE k.study = of_study
	GROUP BY s.instrument
	UNION ALL
	SELECT pg_catalog.format('phenotype/%s.json', lower(imaging.bids_label(i.instrument))), pg_catalog.jsonb_pretty(
		pg_catalog.jsonb_build_object('MeasurementToolMetadata', pg_catalog.jsonb_build_object('Description', i.title_en, 'Instrument', i.instrument, 'Source', i.source),
			'rater', '{"Description": "code of the rater"}'::jsonb,
			'total', pg_catalog.jsonb_build_object('Description', 'total, as stated where an item is missing', 'Minimum', i.total_min, 'Maximum', i.total_max, 'HigherIs', i.higher_is))
		|| coalesce((SELECT pg_catalog.jsonb_object_agg('item_' || t.item, pg_catalog.jsonb_build_object('Description', t.name_en, 'DescriptionZh', t.name_zh, 'Minimum', t.item_min, 'Maximum', t.item_max))
			FROM clinical.instrument_item t WHERE t.instrument = i.instrument), '{}')) || E'\n'
	FROM clinical.instrument i
	WHERE i.instrument IN (SELECT s.instrument FROM clinical.score s JOIN clinical.subject_key k ON k.subject_id = s.subject_id WHERE k.study = of_study);
END;
COMMENT ON FUNCTION imaging.bids_phenotype(text) IS 'Files of a BIDS derivative with ratings: phenotype/INSTRUMENT.tsv, a row a person, visit and rater, and its .json';

CREATE FUNCTION imaging.bids_images(of_study text) RETURNS TABLE (path text, content text)
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT f.stem || e.ending, CASE e.ending WHEN '.tsv' THEN imaging.bids_content(f) ELSE pg_catalog.jsonb_pretty(imaging.bids_sidecar(f)) || E'\n' END
	FROM imaging.bids_file f
	CROSS JOIN (VALUES ('.tsv'), ('.json')) e(ending)
	WHERE f.study = of_study
	UNION ALL
	SELECT pg_catalog.format('seg-%s_dseg.tsv', imaging.bids_label(r.atlas)), E'index\tname\tname_zh\themisphere\tx_mm\ty_mm\tz_mm\n'
		|| pg_catalog.string_agg(pg_catalog.format(E'%s\t%s\t%s\t%s\t%s\t%s\t%s\n', coalesce(r.label, r.region), imaging.tsv(r.name), imaging.tsv(r.name_zh), imaging.tsv(r.hemisphere), imaging.tsv(r.x_mm::text),
			imaging.tsv(r.y_mm::text), imaging.tsv(r.z_mm::text)), '' ORDER BY r.region)
	FROM imaging.region r
	WHERE r.atlas IN (SELECT f.atlas FROM imaging.bids_file f WHERE f.study = of_study)
	GROUP BY r.atlas;
END;
COMMENT ON FUNCTION imaging.bids_images(text) IS 'Files of a BIDS derivative with numbers out of images: series, matrices and region values as .tsv with a .json each, and the regions of their atlases';

CREATE FUNCTION imaging.bids_derivative(of_study text) RETURNS TABLE (path text, content text)
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, psyrad, pg_temp
AS $$
DECLARE
	twice text;
BEGIN
	IF NOT EXISTS (SELECT FROM clinical.study s WHERE s.study = of_study) THEN
		RAISE undefined_object USING MESSAGE = format('there is no study %s', coalesce(quote_literal(of_study), 'NULL')),
			HINT = format('Studies: %s.', coalesce((SELECT string_agg(s.study, ', ' ORDER BY s.study COLLATE "C") FROM clinical.study s), 'none'));
	END IF;
	SELECT f.stem INTO twice FROM imaging.bids_file f WHERE f.study = of_study GROUP BY f.stem HAVING count(*) > 1 ORDER BY f.stem COLLATE "C" LIMIT 1;
	IF twice IS NULL THEN
		SELECT 'sub-' || imaging.bids_label(k.label) INTO twice FROM clinical.subject_key k WHERE k.study = of_study GROUP BY imaging.bids_label(k.label) HAVING count(*) > 1 ORDER BY 1 LIMIT 1;
	END IF;
	IF twice IS NOT NULL THEN
		RAISE unique_violation USING MESSAGE = format('two things would be %s', twice), HINT = 'BIDS keeps letters and digits of a name only: rename one of the two.';
	END IF;
	RETURN QUERY SELECT * FROM imaging.bids_people(of_study);
	RETURN QUERY SELECT * FROM imaging.bids_phenotype(of_study);
	RETURN QUERY SELECT * FROM imaging.bids_images(of_study);
END $$;
COMMENT ON FUNCTION imaging.bids_derivative(text) IS 'One study as the files of a BIDS derivative data set, path and content, as far as the caller may see it: what psyrad export bids writes.  Errors: 42704 no such study; 23505 two names that BIDS cannot tell apart';

GRANT SELECT ON imaging.bids_file TO psyrad_ingest, psyrad_analyst;
REVOKE EXECUTE ON FUNCTION report.export_columns(regclass), report.export_tables(text, text), imaging.bids_label(text), imaging.tsv(text), imaging.tsv_rows(text), imaging.bids_content(imaging.bids_file),
	imaging.bids_sidecar(imaging.bids_file), imaging.bids_people(text), imaging.bids_phenotype(text), imaging.bids_images(text), imaging.bids_derivative(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report.export_columns(regclass), report.export_tables(text, text) TO psyrad_report, psyrad_analyst, psyrad_ingest;
GRANT EXECUTE ON FUNCTION imaging.bids_label(text), imaging.tsv(text), imaging.tsv_rows(text), imaging.bids_content(imaging.bids_file), imaging.bids_sidecar(imaging.bids_file),
	imaging.bids_people(text), imaging.bids_phenotype(text), imaging.bids_images(text), imaging.bids_derivative(text) TO psyrad_analyst, psyrad_ingest;
RESET ROLE;
REVOKE CREATE ON SCHEMA imaging FROM psyrad_view;

COMMIT;
