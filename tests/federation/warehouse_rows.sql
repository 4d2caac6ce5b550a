-- warehouse_rows.sql: 30 more subjects, of the second site 14 of another scanner too, for a warehouse of tests/warehouse/trial.sql; those of site number :number differ from others'.
-- Whoever was scanned before was scanned afterwards too, or exports of one session and of both would differ by a few.
INSERT INTO imaging.connectome (subject_id, feature_set_id, session, pipeline, site, value, file_id)
	SELECT subject_id, feature_set_id, 'post', pipeline, site, value, file_id FROM imaging.connectome WHERE session = 'pre';
CREATE TEMPORARY TABLE more AS SELECT 'gz' AS site, 'gzx' || g AS label, g + 100 * :number AS i FROM generate_series(1, 30) g
	UNION ALL SELECT 'cd', 'cdx' || g, g + 50 FROM generate_series(1, 14) g WHERE :number = 2;
INSERT INTO clinical.subject_key (study, label, site) SELECT 'trial', label, site FROM more;
CREATE TEMPORARY TABLE person_more AS SELECT k.*, m.i, f.file_id FROM more m JOIN clinical.subject_key k USING (label, site) JOIN ingest.file f ON f.site = k.site AND f.status = 'loaded';
INSERT INTO clinical.subject (subject_id, site, study, arm, sex, age_years, file_id)
	SELECT subject_id, site, study, CASE WHEN i % 2 = 0 THEN 'EA' ELSE 'SH' END, CASE WHEN i % 3 = 0 THEN 'F' ELSE 'M' END, 30 + i % 17, file_id FROM person_more;
INSERT INTO clinical.visit (subject_id, session, site, study, file_id) SELECT subject_id, s, site, study, file_id FROM person_more, unnest('{pre,post}'::text[]) s;
INSERT INTO clinical.score (subject_id, session, instrument, site, total_stated, file_id) SELECT subject_id, 'pre', 'HAMD-17', site, 10 + i * 7 % 20, file_id FROM person_more;
INSERT INTO imaging.connectome (subject_id, feature_set_id, session, pipeline, site, value, file_id)
	SELECT subject_id, feature_set_id, s, 'main', site, psyrad.conn_from_edges(ARRAY[(i % 11) / 12.0, (i % 7) / 8.0 + (s = 'post')::int * (i % 5) / 50.0, (i % 13) / 14.0], 'r'), file_id
	FROM person_more, imaging.feature_set, unnest('{pre,post}'::text[]) s WHERE measure = 'fc_pearson';
