-- hostile.sql - one person, and around them every text that a page shows, trying to be markup, a formula, an endless line or text that runs
-- from right to left.
\set ON_ERROR_STOP 1
\set markup '</script><img src=x onerror=alert(1)><!--&lt;'
\set formula '=HYPERLINK("http://example.org","x")'
BEGIN;
SELECT FROM clinical.declare_study(jsonb_build_object('study', 'hostile', 'title_en', :'markup', 'title_zh', U&'\202E' || U&'\0639\0631\0628\064A' || repeat('长', 10000),
	'simulated', true, 'sites', jsonb_build_array(jsonb_build_object('site', 'hostile_site', 'name_en', :'markup')),
	'scanners', jsonb_build_array(jsonb_build_object('scanner', :'markup', 'site', 'hostile_site')),
	'arms', jsonb_build_array(jsonb_build_object('arm', 'A', 'label_en', :'markup' || repeat('x', 10000), 'label_zh', U&'\202E\0639\0631\0628\064A\2028', 'kind', 'verum')),
	'visits', '[{"session": "pre", "week": 0, "role": "pre"}, {"session": "post", "week": 8, "role": "post"}]'::jsonb));
INSERT INTO ingest.file (command, path, sha256, bytes, options, study, status, tool_version, started_at)
SELECT c, c || U&' \202E' || :'markup' || '''.csv', sha256(convert_to(c, 'UTF8')), 1, '{}', 'hostile', 'loaded', '0', now() FROM (VALUES ('scores'), ('participants'), ('series'), ('protocols'), ('effects')) x(c);
INSERT INTO ingest.file (command, path, sha256, bytes, study, status, tool_version, message, started_at)
VALUES ('scores', :'formula', sha256('refused'), 1, 'hostile', 'refused', '0', :'markup' || repeat('y', 10000), now());
INSERT INTO ingest.reject (file_id, line, code, message, raw) SELECT max(file_id), 2, 'not_a_number', 'SECRET-OF-A-PERSON', 'SECRET-OF-A-PERSON' FROM ingest.file;
INSERT INTO clinical.subject_key (study, label, site) VALUES ('hostile', 'P1', 'hostile_site');
CREATE TEMPORARY TABLE person AS SELECT k.*, (SELECT min(file_id) FROM ingest.file) AS file_id FROM clinical.subject_key k;
INSERT INTO clinical.subject (subject_id, site, study, arm, file_id) SELECT subject_id, site, study, 'A', file_id FROM person;
INSERT INTO clinical.visit (subject_id, session, site, study, file_id) SELECT subject_id, s, site, study, file_id FROM person, (VALUES ('pre'), ('post')) v(s);
INSERT INTO clinical.score (subject_id, session, instrument, site, total_stated, file_id) SELECT subject_id, s, 'HAMD-17', site, t, file_id FROM person, (VALUES ('pre', 22), ('post', 9)) v(s, t);
INSERT INTO clinical.data_query (subject_id, check_name, site, study, message, found) SELECT subject_id, 'impossible_age', site, study, 'SECRET-OF-A-PERSON', '{}' FROM person;
INSERT INTO intervention.protocol (study, protocol, title, points_text, mode, file_id) SELECT study, :'formula', :'markup' || repeat('z', 10000), :'markup', 'electro', file_id FROM person;
INSERT INTO intervention.protocol_point (study, protocol, position, verbatim) SELECT study, :'formula', 1, :'markup' FROM person;
INSERT INTO intervention.session (subject_id, session_number, site, study, minutes, file_id) SELECT subject_id, 1, site, study, 30, file_id FROM person;
INSERT INTO imaging.atlas (atlas, title) VALUES ('hostile', :'markup');
INSERT INTO imaging.region (atlas, region, label, name, name_zh, x_mm, y_mm, z_mm)
SELECT 'hostile', r, r, CASE r WHEN 1 THEN :'markup' WHEN 2 THEN U&'\202E\0639\0631\0628\064A' ELSE repeat('n', 10000) END, NULL, r, 2 * r, 3 * r FROM generate_series(1, 3) r;
INSERT INTO imaging.feature_set (atlas, measure) VALUES ('hostile', 'gmv'), ('hostile', 'fc_pearson');
INSERT INTO imaging.pipeline (pipeline, description) VALUES ('hostile', :'markup');
INSERT INTO imaging.study_pipeline SELECT 'hostile', feature_set_id, 'hostile' FROM imaging.feature_set WHERE atlas = 'hostile';
INSERT INTO imaging.acquisition (subject_id, session, modality, site, scanner, mean_fd_mm, file_id) SELECT subject_id, s, 'bold', site, :'markup', 0.1, file_id FROM person, (VALUES ('pre'), ('post')) v(s);
INSERT INTO imaging.vector_load (file_id, feature_set_id, pipeline) SELECT p.file_id, f.feature_set_id, 'hostile' FROM person p, imaging.feature_set f WHERE f.atlas = 'hostile';
INSERT INTO imaging.vector (subject_id, feature_set_id, session, pipeline, site, value, file_id)
SELECT subject_id, feature_set_id, s, 'hostile', site, '{1, 2, NaN}', file_id FROM person, imaging.feature_set f, (VALUES ('pre'), ('post')) v(s) WHERE f.atlas = 'hostile' AND f.measure = 'gmv';
INSERT INTO imaging.connectome (subject_id, feature_set_id, session, pipeline, site, value, file_id)
SELECT subject_id, feature_set_id, s, 'hostile', site, psyrad.conn_from_edges(e, 'r'), file_id FROM person, imaging.feature_set f, (VALUES ('pre', '{0.1, 0.2, NaN}'::real[]), ('post', '{0.1, 0.2, 0.3}')) v(s, e) WHERE f.atlas = 'hostile' AND f.measure = 'fc_pearson';
INSERT INTO evidence.study (evidence_study, year, simulated, title_en, file_id) SELECT :'markup' || n, 2000 + n, false, :'markup', file_id FROM person, generate_series(1, 3) n;
-- Three trials of one pool; the words of its outcome, arms and moderator are hostile, and so is how one was appraised.
INSERT INTO evidence.sample (evidence_study, sample, people) SELECT evidence_study, '1', evidence_study FROM evidence.study;
INSERT INTO evidence.effect (evidence_study, effect, outcome, outcome_type, direction, intervention, comparator, timing, weeks, n1, m1, sd1, n2, m2, sd2, sd_source, file_id)
SELECT evidence_study, :'formula', :'markup' || repeat('o', 10000), 'final', 'lower_better', U&'\202E\0639\0631\0628\064A' || repeat('i', 10000), 'sham', 'post', 8, 30, 10 + n, 4, 30, 12, 5, 'reported', file_id
FROM (SELECT s.*, row_number() OVER (ORDER BY evidence_study) AS n FROM evidence.study s) s;
INSERT INTO evidence.effect (evidence_study, effect, outcome, outcome_type, event, direction, intervention, comparator, n1, e1, n2, e2, file_id)
SELECT evidence_study, 'events', 'HAMD-17', 'event', 'response', 'higher_better', 'EA', 'sham', 40, 20 + 5 * n, 40, 12, file_id FROM (SELECT s.*, row_number() OVER (ORDER BY evidence_study) AS n FROM evidence.study s) s;
INSERT INTO evidence.study_moderator (evidence_study, moderator, value, file_id)
SELECT evidence_study, :'markup', CASE WHEN year = 2001 THEN :'markup' ELSE U&'\202E\0639\0631\0628\064A' || repeat('m', 10000) END, file_id FROM evidence.study;
INSERT INTO evidence.appraisal (evidence_study, tool, domain, assessor, judgement, support, file_id) SELECT evidence_study, 'RoB 2', 'overall', :'markup', 'high', :'markup', file_id FROM evidence.study WHERE year = 2001;
-- A review whose numbers are all known: three records that are two reports, one excluded at full text for a hostile reason.  Another one, of which
-- nothing is known, whose name comes before.
INSERT INTO ingest.file (command, path, sha256, bytes, options, status, tool_version, started_at, finished_at) VALUES ('literature', :'markup' || '.ris', sha256('records'), 1, '{}', 'loaded', '0', now(), now());
INSERT INTO evidence.source_record (source_id, record_key, occurrence, file_id, seen_in, ordinal, format, database, content_sha256, title, title_translated, authors, year, journal, language, raw)
SELECT f.file_id, 'k' || n, 1, f.file_id, f.file_id, n, 'ris', :'markup', sha256(n::text::bytea), CASE n WHEN 1 THEN :'markup' || repeat('t', 10000) ELSE U&'\202E\0639\0631\0628\064A' || :'formula' END, :'markup',
	jsonb_build_array(jsonb_build_object('literal', :'markup', 'written', :'markup')), 2020, :'markup', :'markup', :'markup'
FROM (SELECT max(file_id) AS file_id FROM ingest.file) f, generate_series(1, 3) n;
CREATE TEMPORARY TABLE record AS SELECT source_record_id, row_number() OVER (ORDER BY source_record_id) AS n, source_id, min(source_record_id) OVER () AS first FROM evidence.source_record;
INSERT INTO evidence.record_cluster SELECT source_record_id, CASE n WHEN 2 THEN first ELSE source_record_id END FROM record;
INSERT INTO evidence.review (review, title_en, title_zh, screeners, searches_complete, previous_studies, previous_reports)
VALUES ('b' || :'markup', :'markup' || repeat('r', 10000), U&'\202E\0639\0631\0628\064A' || repeat('题', 10000), 1, true, 0, 0), ('a' || :'markup', NULL, NULL, 2, false, NULL, NULL);
INSERT INTO evidence.search (review, kind, database, search, searched, hits_stated) VALUES ('b' || :'markup', 'database', :'markup', :'formula', '2026-01-01', 3);
INSERT INTO evidence.search_source (search_id, review, source_id) SELECT s.search_id, s.review, r.source_id FROM evidence.search s, record r WHERE r.n = 1;
INSERT INTO evidence.exclusion_reason (review, reason, label_en, label_zh, ordinal) VALUES ('b' || :'markup', 'hostile', :'markup' || repeat('e', 10000), U&'\202E\0639\0631\0628\064A', 1);
INSERT INTO evidence.screening_decision (review, source_record_id, stage, screener, decision, reason) SELECT 'b' || :'markup', source_record_id, stage, :'markup', d, CASE d WHEN 'exclude' THEN 'hostile' END
FROM record, (VALUES (1, 'title_abstract', 'include'), (3, 'title_abstract', 'include'), (1, 'full_text', 'include'), (3, 'full_text', 'exclude')) v(k, stage, d) WHERE k = n;
INSERT INTO evidence.report_study (review, source_record_id, study) SELECT 'b' || :'markup', source_record_id, :'markup' FROM record WHERE n = 1;
-- Foci that agree in one place, and an analysis of them that is kept.
INSERT INTO imaging.atlas (atlas, title, kind, elements, space, dims, affine, image_sha256) VALUES ('hostile-mask', :'markup', 'voxels', 6859, 'MNI152NLin6Asym', '{19,19,19}', '{4,0,0,-36,0,4,0,-36,0,0,4,-36}', sha256('mask'));
INSERT INTO imaging.atlas_voxel SELECT 'hostile-mask', array_agg(v ORDER BY v) FROM generate_series(0, 6858) v;
INSERT INTO evidence.experiment (source_id, study, contrast, space, n, sample, direction, scope, file_id) SELECT r.source_id, :'markup' || k, :'markup', 'MNI', 20, :'markup' || k, 'decrease', 'whole_brain', r.source_id FROM record r, generate_series(1, 12) k WHERE r.n = 1;
INSERT INTO evidence.focus (experiment_id, ordinal, x, y, z, mni_x, mni_y, mni_z, file_id)
SELECT experiment_id, o, x, y, z, x, y, z, file_id FROM (SELECT e.*, row_number() OVER (ORDER BY experiment_id) AS k FROM evidence.experiment e) e
CROSS JOIN LATERAL (VALUES (1, 12, -8, 16), (2, 6 * (k % 5) - 30, 30 - 7 * (k % 7), 5 * (k % 11) - 28)) f(o, x, y, z);
SELECT evidence.cbma_keep('hostile', 'ale', 'hostile-mask', 'decrease', iterations => 100, seed => 7);
COMMIT;
