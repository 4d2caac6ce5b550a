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
COMMIT;
