-- trial.sql - a small trial at two sites, gz and cd, for the tests: two subjects each, one row a subject in every table that
-- holds subjects' rows.  Values at gz are below 100 and at cd above 1000, so that a leak shows in a sum.
\set ON_ERROR_STOP 1
SELECT FROM clinical.declare_study('{"study": "trial", "title_en": "Trial", "simulated": true,
	"sites": [{"site": "gz", "name_en": "Guangzhou"}, {"site": "cd", "name_en": "Chengdu"}],
	"scanners": [{"scanner": "gz-3t", "site": "gz"}, {"scanner": "cd-3t", "site": "cd"}],
	"arms": [{"arm": "EA", "label_en": "electro-acupuncture", "kind": "verum"}, {"arm": "SH", "label_en": "sham", "kind": "sham"}],
	"visits": [{"session": "pre", "week": 0, "role": "pre"}, {"session": "post", "week": 8, "role": "post"}]}');

INSERT INTO ingest.file (command, path, sha256, bytes, options, study, site, status, tool_version, started_at)
SELECT 'test', coalesce(site, 'both') || '.csv', sha256(convert_to(coalesce(site, 'both'), 'UTF8')), 1, '{}', 'trial', site, 'loaded', '0', now()
FROM (VALUES ('gz'), ('cd'), (NULL)) files(site) ORDER BY site;
INSERT INTO ingest.file (command, path, sha256, bytes, status, tool_version, message, started_at)
VALUES ('test', 'sub-cd1_refused.csv', sha256('refused'), 1, 'refused', '0', 'refused', now());
INSERT INTO clinical.subject_key (study, label, site)
SELECT 'trial', site || number, site FROM (VALUES ('gz'), ('cd')) s(site), generate_series(1, 2) number ORDER BY 2;

CREATE TEMPORARY TABLE person AS
SELECT k.*, CASE k.site WHEN 'gz' THEN 0 ELSE 1000 END + 1 AS value, f.file_id
FROM clinical.subject_key k JOIN ingest.file f ON f.site = k.site;
INSERT INTO clinical.subject (subject_id, site, study, arm, sex, age_years, file_id) SELECT subject_id, site, study, 'EA', 'F', 40, file_id FROM person;
INSERT INTO clinical.visit (subject_id, session, site, study, file_id)
SELECT subject_id, session, site, study, file_id FROM person, (VALUES ('pre'), ('post')) visits(session);
INSERT INTO clinical.score (subject_id, session, instrument, site, total_stated, file_id) SELECT subject_id, 'pre', 'HAMD-17', site, value, file_id FROM person;
INSERT INTO intervention.session (subject_id, session_number, site, study, file_id) SELECT subject_id, 1, site, 'trial', file_id FROM person;
INSERT INTO clinical.concomitant_drug (subject_id, entry, site, drug, file_id) SELECT subject_id, 1, site, 'sertraline', file_id FROM person;
INSERT INTO imaging.atlas (atlas, title) VALUES ('tri', 'Three regions');
INSERT INTO imaging.region (atlas, region, label, name) SELECT 'tri', r, r, 'region ' || r FROM generate_series(1, 3) r;
INSERT INTO imaging.feature_set (atlas, measure) VALUES ('tri', 'intensity'), ('tri', 'fc_pearson'), ('tri', 'bold');
INSERT INTO imaging.pipeline (pipeline) VALUES ('main'), ('other');
INSERT INTO imaging.study_pipeline SELECT 'trial', feature_set_id, 'main' FROM imaging.feature_set;
INSERT INTO imaging.acquisition (subject_id, session, modality, site, mean_fd_mm, file_id) SELECT subject_id, 'pre', 'bold', site, value, file_id FROM person;
INSERT INTO imaging.scan (subject_id, session, modality, site, tr_s, file_id) SELECT subject_id, 'pre', 'bold', site, 2, file_id FROM person;
INSERT INTO imaging.events (subject_id, session, site, onset_s, duration_s, trial_type, file_id) SELECT subject_id, 'pre', site, '{0}', '{1}', '{needle}', file_id FROM person;
INSERT INTO clinical.phenotype (subject_id, source, site, record, file_id) SELECT subject_id, 'participants', site, '{"bmi": "22"}', file_id FROM person;
INSERT INTO imaging.vector_load (file_id, feature_set_id, pipeline)
SELECT DISTINCT file_id, feature_set_id, 'main' FROM person, imaging.feature_set WHERE measure = 'intensity';
INSERT INTO imaging.vector (subject_id, feature_set_id, session, pipeline, site, value, file_id)
SELECT subject_id, feature_set_id, 'pre', 'main', site, array_fill(value::real, '{3}'), file_id
FROM person, imaging.feature_set WHERE measure = 'intensity';
INSERT INTO imaging.series (subject_id, feature_set_id, session, pipeline, site, value, file_id)
SELECT subject_id, feature_set_id, 'pre', 'main', site, array_fill(value::real, '{4, 3}'), file_id
FROM person, imaging.feature_set WHERE measure = 'bold';
INSERT INTO imaging.connectome (subject_id, feature_set_id, session, pipeline, site, value, file_id)
SELECT subject_id, feature_set_id, 'pre', 'main', site, psyrad.conn_from_series('{{1,2,3},{2,1,5},{4,4,1}}'::real[]), file_id
FROM person, imaging.feature_set WHERE measure = 'fc_pearson';
INSERT INTO model.registry (name, version, model, format, document, trained_on, file_id)
SELECT 'm', 1, psyrad.model_load(:'document'), 'psyrad-json', convert_to(:'document', 'UTF8'), 'test', min(file_id) FROM ingest.file;
INSERT INTO model.prediction (subject_id, name, version, session, site, score) SELECT subject_id, 'm', 1, 'pre', site, value FROM person;
INSERT INTO model.scoring_right (name, grantee) VALUES ('m', 'psyrad_analyst');
INSERT INTO model.training_subject (subject_id, name, version, site) SELECT subject_id, 'm', 1, site FROM person WHERE label LIKE '%1';
INSERT INTO model.split (split, kind, folds, seed, kept_together, strata, cohort, studies, members, fingerprint)
VALUES ('halves', 'folds', 2, 1, 'subject', '{}', 'the test trial', '{trial}', 4, '');
INSERT INTO model.split_member (subject_id, split, site, fold) SELECT subject_id, 'halves', site, right(label, 1)::int FROM person;
INSERT INTO model.outcome (outcome, kind, definition) VALUES ('relapse', 'truth', 'for the tests');
INSERT INTO model.outcome_value (subject_id, outcome, site, truth) SELECT subject_id, 'relapse', site, true FROM person;
INSERT INTO clinical.data_query (subject_id, check_name, site, study, message, found) SELECT subject_id, 'impossible_age', site, study, 'test', '{}' FROM person;
INSERT INTO clinical.data_query_event (subject_id, query_no, site, status) SELECT subject_id, query_no, site, 'open' FROM clinical.data_query;
INSERT INTO clinical.frozen_set (name, study, subjects, facts, sha256) VALUES ('frozen', 'trial', 4, 4, sha256('frozen'));
INSERT INTO clinical.frozen_member (subject_id, name, site, sha256) SELECT subject_id, 'frozen', site, sha256('member') FROM person;
INSERT INTO clinical.frozen_row (subject_id, name, table_name, row_key, site, sha256, content)
SELECT subject_id, 'frozen', 'clinical.score', '{}', site, sha256('row'), '{}' FROM person;
INSERT INTO ingest.reject (file_id, code, message, raw, site)
SELECT file_id, 'test', 'rejected', coalesce(site, 'unknown') || ' raw', site FROM ingest.file;
INSERT INTO ingest.history (table_name, row_key, old_row, file_id, site)
SELECT 'clinical.score', '{}', '{"total": 1}', file_id, site FROM ingest.file;

-- A dashboard's view, as sql/ makes them: psyrad_view owns it, psyrad_report reads it.
SET ROLE psyrad_view;
CREATE VIEW report.test_score AS
SELECT k.label, s.site, s.total FROM clinical.score s JOIN clinical.subject_key k USING (subject_id);
CREATE VIEW report.test_image AS SELECT label, site, vector[1] AS value FROM imaging.primary WHERE measure = 'intensity';
GRANT SELECT ON report.test_score, report.test_image TO psyrad_report;
RESET ROLE;
ANALYZE;
