-- report_people.sql - a simulated trial of :n people, for the bench of the report: four sites, three arms, four visits, a rating and a
-- series of sessions each, two connectomes of 20 regions and a vector of 116 regions.  All numbers are made up here, from a fixed seed.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SELECT setseed(0.2026);
SELECT count(*) FROM clinical.declare_study('{"study": "large", "title_en": "SIMULATED trial for the bench", "simulated": true,
	"sites": [{"site": "bench_a", "name_en": "A"}, {"site": "bench_b", "name_en": "B"}, {"site": "bench_c", "name_en": "C"}, {"site": "bench_d", "name_en": "D"}],
	"scanners": [{"scanner": "bench-a", "site": "bench_a"}, {"scanner": "bench-b", "site": "bench_b"}, {"scanner": "bench-c", "site": "bench_c"}, {"scanner": "bench-d", "site": "bench_d"}],
	"arms": [{"arm": "EA", "label_en": "Electro-acupuncture", "label_zh": "电针", "kind": "verum", "protocol": "P1"}, {"arm": "sham", "label_en": "Sham", "label_zh": "假电针", "kind": "sham", "protocol": "P2"},
		{"arm": "healthy", "label_en": "Healthy controls", "label_zh": "健康对照", "kind": "healthy"}],
	"visits": [{"session": "pre", "week": 0, "role": "pre"}, {"session": "w2", "week": 2}, {"session": "w4", "week": 4}, {"session": "post", "week": 8, "role": "post"}]}');

-- One file for each two people's scans, as series come; one for each site's sheets.
INSERT INTO ingest.file (command, path, sha256, bytes, options, study, status, tool_version, started_at, rows_loaded)
SELECT CASE WHEN f <= 4 THEN 'scores' WHEN f <= 8 THEN 'participants' ELSE 'series' END, 'bench/file-' || f || '.csv', sha256(convert_to('bench ' || f, 'UTF8')), 1000, '{}', 'large', 'loaded', '0', now(), 2
FROM generate_series(1, 8 + :n / 2) f;
INSERT INTO clinical.subject_key (study, label, site) SELECT 'large', 'L' || i, 'bench_' || substr('abcd', 1 + i / 3 % 4, 1) FROM generate_series(1, :n) i;
CREATE TEMPORARY TABLE person AS
SELECT k.subject_id, k.site, i, CASE WHEN i % 10 = 0 THEN 'healthy' WHEN i % 2 = 0 THEN 'EA' ELSE 'sham' END AS arm,
	(SELECT min(file_id) FROM ingest.file WHERE study = 'large') AS file_id, random() AS u, (random() + random() + random() - 1.5) AS g,
	CASE WHEN i % 13 = 0 THEN 4 END AS left_at
FROM clinical.subject_key k CROSS JOIN LATERAL (SELECT substr(k.label, 2)::int AS i) n WHERE k.study = 'large';
INSERT INTO clinical.subject (subject_id, site, study, arm, sex, age_years, dropout_week, dropout_reason, file_id)
SELECT subject_id, site, 'large', arm, CASE WHEN i % 3 = 0 THEN 'M' ELSE 'F' END, 20 + 40 * u, left_at, CASE WHEN left_at IS NOT NULL THEN 'moved' END, file_id FROM person;
INSERT INTO clinical.visit (subject_id, session, site, study, file_id)
SELECT subject_id, v.session, site, 'large', file_id FROM person, clinical.visit_plan v
WHERE v.study = 'large' AND (v.week = 0 OR arm <> 'healthy' AND (left_at IS NULL OR v.week <= left_at)) ORDER BY 1, 2;
INSERT INTO clinical.score (subject_id, session, instrument, site, total_stated, file_id)
SELECT v.subject_id, v.session, 'HAMD-17', v.site, CASE WHEN p.arm = 'healthy' THEN round(3 * p.u)
	ELSE greatest(0, least(52, round(22 + 4 * p.g - w.week * (0.7 + CASE p.arm WHEN 'EA' THEN 0.6 ELSE 0 END + p.g / 2) + 3 * (random() - 0.5)))) END, p.file_id
FROM clinical.visit v JOIN person p USING (subject_id) JOIN clinical.visit_plan w ON (w.study, w.session) = (v.study, v.session) WHERE v.study = 'large' ORDER BY 1, 2;
INSERT INTO intervention.protocol (study, protocol, title, mode, points_text, needle, file_id)
SELECT 'large', p, 'bench', CASE p WHEN 'P1' THEN 'electro' ELSE 'sham' END, 'GV20', '0.25 mm', (SELECT min(file_id) FROM person) FROM (VALUES ('P1'), ('P2')) x(p);
INSERT INTO intervention.protocol_point (study, protocol, position, acupoint, verbatim) SELECT 'large', p, 1, 'GV20', 'GV20' FROM (VALUES ('P1'), ('P2')) x(p);
INSERT INTO intervention.protocol_quantity (study, protocol, quantity, ordinal, low, high, verbatim) SELECT 'large', p, 'sessions', 1, 12, 12, '12' FROM (VALUES ('P1'), ('P2')) x(p);
INSERT INTO intervention.session (subject_id, session_number, site, study, day, minutes, intensity_ma, points, file_id)
SELECT subject_id, s, site, 'large', 3 * s, 30, 1 + u, '{GV20}', file_id FROM person, generate_series(1, 12) s WHERE arm <> 'healthy' AND s <= 12 - 6 * u * u ORDER BY 1, 2;
INSERT INTO imaging.acquisition (subject_id, session, modality, site, scanner, tr_s, volumes, mean_fd_mm, file_id)
SELECT v.subject_id, v.session, 'bold', v.site, 'bench-' || right(v.site, 1), 2, 240, 0.1 + 0.2 * random() * random(), 8 + p.file_id + p.i / 2 % (:n / 2)
FROM clinical.visit v JOIN person p USING (subject_id) WHERE v.study = 'large' AND v.session IN ('pre', 'post') ORDER BY 1, 2;
INSERT INTO imaging.atlas (atlas, title) VALUES ('bench20', 'Twenty regions'), ('bench116', 'A hundred and sixteen regions');
INSERT INTO imaging.region (atlas, region, label, name, x_mm, y_mm, z_mm)
SELECT 'bench' || m, r, r, 'region ' || r, 60 * cos(r), 70 * sin(r), 60 * sin(2.5 * r) FROM (VALUES (20), (116)) a(m), generate_series(1, m) r;
INSERT INTO imaging.feature_set (atlas, measure) VALUES ('bench20', 'fc_pearson'), ('bench116', 'gmv');
INSERT INTO imaging.pipeline (pipeline) VALUES ('bench');
INSERT INTO imaging.study_pipeline SELECT 'large', feature_set_id, 'bench' FROM imaging.feature_set WHERE atlas IN ('bench20', 'bench116');
INSERT INTO imaging.vector_load (file_id, feature_set_id, pipeline)
SELECT DISTINCT p.file_id, f.feature_set_id, 'bench' FROM person p, imaging.feature_set f WHERE f.atlas = 'bench116';
INSERT INTO imaging.vector (subject_id, feature_set_id, session, pipeline, site, value, file_id)
SELECT p.subject_id, f.feature_set_id, 'pre', 'bench', p.site, x.value, p.file_id
FROM person p CROSS JOIN imaging.feature_set f
CROSS JOIN LATERAL (SELECT array_agg((1000 + 10 * r + 100 * random() + CASE p.site WHEN 'bench_a' THEN 40 ELSE 0 END + p.subject_id * 0)::real ORDER BY r) AS value FROM generate_series(1, 116) r) x
WHERE f.atlas = 'bench116' ORDER BY 1;
INSERT INTO imaging.connectome (subject_id, feature_set_id, session, pipeline, site, value, file_id)
SELECT a.subject_id, f.feature_set_id, a.session, 'bench', a.site, psyrad.conn_from_edges(x.value, 'r'), a.file_id
FROM imaging.acquisition a JOIN clinical.subject_key k USING (subject_id) JOIN person p USING (subject_id) CROSS JOIN imaging.feature_set f
CROSS JOIN LATERAL (SELECT array_agg((0.25 + 0.4 * (random() - 0.5) + CASE WHEN a.session = 'post' AND e <= 15 THEN -0.08 * p.g ELSE 0 END + a.subject_id * 0)::real ORDER BY e) AS value FROM generate_series(1, 190) e) x
WHERE k.study = 'large' AND f.atlas = 'bench20' ORDER BY 1, 3;
ANALYZE;
