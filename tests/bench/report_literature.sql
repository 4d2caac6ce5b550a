-- report_literature.sql - a simulated literature for the bench of the report: 50,000 records of five databases that are 40,000 reports, a review
-- of them by two screeners, and 400 studies with 1,200 effects, 3,000 findings, risk of bias, moderators and protocols.  All of it is
-- made up here, from a fixed seed.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SELECT setseed(0.2027);

SELECT count(*) FROM clinical.declare_study('{"study": "bench_literature", "title_en": "SIMULATED literature for the bench", "simulated": true}');
INSERT INTO ingest.file (command, path, sha256, bytes, options, status, tool_version, started_at, finished_at, rows_loaded)
SELECT 'literature', 'bench/' || d || '-' || f || '.ris', sha256(convert_to('bench literature ' || d || f, 'UTF8')), 1000, '{}', 'loaded', '0', now(), now(), 1000
FROM unnest('{PubMed,Embase,CNKI,Wanfang,Scopus}'::text[]) d, generate_series(1, 10) f;
CREATE TEMPORARY TABLE source AS SELECT row_number() OVER (ORDER BY file_id) - 1 AS k, file_id, split_part(split_part(path, '/', 2), '-', 1) AS database FROM ingest.file WHERE command = 'literature' AND path LIKE 'bench/%';
CREATE TEMPORARY TABLE file_of AS SELECT min(file_id) AS file_id FROM source;

---------------------------------------------------------------------------------------------------- records

-- A thousand records a file; those of the last ten files repeat the first 10,000.
CREATE TEMPORARY TABLE word AS
SELECT row_number() OVER () - 1 AS k, w FROM regexp_split_to_table('acupuncture electroacupuncture depression depressive disorder randomized trial sham controlled resting state functional connectivity '
	|| 'network default mode hippocampus amygdala insula prefrontal cortex imaging magnetic resonance patients first episode treatment response mechanism effect clinical study protocol '
	|| 'meta analysis systematic review auricular vagus nerve stimulation transcutaneous structural volume thickness metabolism emotional cognitive insomnia anxiety elderly postpartum', ' ') w;
CREATE TEMPORARY TABLE han AS SELECT row_number() OVER () - 1 AS k, w FROM regexp_split_to_table('针刺 电针 抑郁症 治疗 患者 随机 对照 研究 静息态 功能磁共振 默认网络 海马 杏仁核 前额叶 机制 疗效 观察 首发 脑功能 连接 鬱證 經絡 穴位 百会 印堂', ' ') w;
INSERT INTO evidence.source_record (source_id, record_key, occurrence, file_id, seen_in, line, ordinal, format, database, content_sha256, type, title, title_translated, authors, year, journal, volume, pages,
	doi, pmid, language, abstract, raw)
SELECT s.file_id, 'content:' || i, 1, s.file_id, s.file_id, 10 * (i % 1000) + 1, i % 1000 + 1, 'ris', s.database, sha256(convert_to('record ' || r, 'UTF8')), 'journal_article',
	CASE WHEN zh THEN t.han ELSE t.latin END, CASE WHEN zh THEN t.latin END,
	jsonb_build_array(jsonb_build_object('family', 'Family' || r % 4999, 'given', 'G', 'written', 'Family' || r % 4999 || ', G'), jsonb_build_object('family', 'Second', 'given', 'A', 'written', 'Second, A')),
	CASE WHEN r % 97 > 0 THEN 1985 + (40 * sqrt((r % 1999) / 1999.0))::int END, 'Journal of Bench ' || r % 300, (r % 60)::text, (r % 900 + 1)::text, CASE WHEN r % 3 > 0 THEN '10.1234/bench.' || r END,
	CASE WHEN s.database = 'PubMed' THEN (30000000 + r)::text END, CASE WHEN r % 11 > 0 THEN CASE WHEN zh THEN 'chi' ELSE 'eng' END END, repeat(t.latin || '. ', 12), repeat(t.latin || E'\n', 12)
FROM generate_series(0, 49999) i
CROSS JOIN LATERAL (SELECT i % 40000 AS r, i % 40000 % 3 = 0 AS zh) x
JOIN source s ON s.k = i / 1000
CROSS JOIN LATERAL (SELECT (SELECT string_agg(w.w, ' ' ORDER BY n) FROM generate_series(1, 11) n JOIN word w ON w.k = (r * 31 + n * n * 7 + r / 57 * n) % (SELECT count(*) FROM word)) || ' ' || r AS latin,
	(SELECT string_agg(w.w, '' ORDER BY n) FROM generate_series(1, 7) n JOIN han w ON w.k = (r * 17 + n * n * 5 + r / 23 * n) % (SELECT count(*) FROM han)) || r AS han) t
ORDER BY i;
CREATE TEMPORARY TABLE place AS SELECT source_record_id, row_number() OVER (ORDER BY source_record_id) - 1 AS i FROM evidence.source_record WHERE source_id IN (SELECT file_id FROM source);
INSERT INTO evidence.record_cluster SELECT p.source_record_id, f.source_record_id FROM place p JOIN place f ON f.i = p.i % 40000;
INSERT INTO evidence.duplicate (record_a, record_b, verdict, rule, confidence, contradicts, joined)
SELECT f.source_record_id, p.source_record_id, 'duplicate', 'doi', 0.99, false, true FROM place p JOIN place f ON f.i = p.i - 40000
UNION ALL SELECT a.source_record_id, b.source_record_id, 'uncertain', 'year', 0.5 + a.i % 100 / 300.0, false, false FROM place a JOIN place b ON b.i = a.i + 1 WHERE a.i % 100 = 7 AND b.i < 40000;

---------------------------------------------------------------------------------------------------- a review of them

INSERT INTO evidence.review (review, title_en, searches_complete, previous_studies, previous_reports) VALUES ('bench', 'SIMULATED review for the bench', true, 0, 0);
INSERT INTO evidence.search (review, kind, database, searched, hits_stated) SELECT 'bench', 'database', database, '2026-01-31', 10000 FROM source GROUP BY database;
INSERT INTO evidence.search_source (search_id, review, source_id) SELECT h.search_id, 'bench', s.file_id FROM source s JOIN evidence.search h ON (h.review, h.database) = ('bench', s.database);
INSERT INTO evidence.exclusion_reason (review, reason, label_en, ordinal) VALUES ('bench', 'population', 'Another population', 1), ('bench', 'design', 'Another design', 2);
INSERT INTO evidence.screening_decision (review, source_record_id, stage, screener, decision, decided_at)
SELECT 'bench', p.source_record_id, 'title_abstract', w, CASE WHEN p.i % 25 = 0 AND NOT (w = 'B' AND p.i % 500 = 0) THEN 'include' ELSE 'exclude' END, '2026-02-15'
FROM place p, unnest('{A,B}'::text[]) w WHERE p.i < 40000;
INSERT INTO evidence.screening_event (review, source_record_id, topic, outcome, happened_at)
SELECT 'bench', source_record_id, 'retrieval', 'retrieved', '2026-03-01' FROM place WHERE i % 25 = 0 AND i % 500 <> 0 AND i < 40000;
INSERT INTO evidence.screening_decision (review, source_record_id, stage, screener, decision, reason, decided_at)
SELECT 'bench', p.source_record_id, 'full_text', w, d, CASE d WHEN 'exclude' THEN CASE WHEN p.i % 50 = 0 THEN 'population' ELSE 'design' END END, '2026-03-15'
FROM place p CROSS JOIN LATERAL (SELECT CASE WHEN p.i % 100 = 25 THEN 'include' ELSE 'exclude' END AS d) x, unnest('{A,B}'::text[]) w WHERE p.i % 25 = 0 AND p.i % 500 <> 0 AND p.i < 40000;
INSERT INTO evidence.report_study (review, source_record_id, study) SELECT 'bench', source_record_id, 'Bench study ' || (i - 25) / 100 + 1 FROM place WHERE i % 100 = 25 AND i < 40000;

---------------------------------------------------------------------------------------------------- studies and their effects

CREATE TEMPORARY TABLE study AS
SELECT s, 'Bench study ' || s AS name, 20 + (60 * random())::int AS n, random() AS u, (random() + random() + random() - 1.5) AS g FROM generate_series(1, 400) s;
INSERT INTO evidence.study (evidence_study, year, simulated, title_en, design_kind, population_kind, file_id)
SELECT name, 2000 + s % 26, true, 'SIMULATED ' || name, 'rct', 'depression', f.file_id FROM study, file_of f;
INSERT INTO evidence.sample (evidence_study, sample, people, n) SELECT name, '1', name, 2 * n FROM study;
INSERT INTO evidence.arm (evidence_study, sample, arm, role, intervention_kind, n, file_id)
SELECT name, '1', a.arm, a.role, a.kind, n, f.file_id FROM study, file_of f, (VALUES ('treated', 'intervention', 'ea'), ('control', 'comparator', 'sham')) a(arm, role, kind);
-- Three of each study: its score at the end, another one at follow-up, and how many responded.
INSERT INTO evidence.effect (evidence_study, effect, outcome, outcome_type, event, intervention, comparator, timing, weeks, n1, m1, sd1, n2, m2, sd2, sd_source, e1, e2, file_id)
SELECT t.name, e.effect, e.outcome, e.kind, e.event, (ARRAY['acupuncture', 'electroacupuncture', 'acupuncture'])[1 + t.s % 3], (ARRAY['sham', 'drug', 'waiting_list', 'usual_care'])[1 + t.s / 3 % 4], e.timing, e.weeks,
	t.n, CASE WHEN e.event IS NULL THEN 12 - 3 * t.g - 2 * t.u END, CASE WHEN e.event IS NULL THEN 5 + 2 * t.u END, t.n, CASE WHEN e.event IS NULL THEN 12.0 END, CASE WHEN e.event IS NULL THEN 6 END,
	CASE WHEN e.event IS NULL THEN 'reported' END, CASE WHEN e.event IS NOT NULL THEN (t.n * (0.3 + 0.3 * t.u))::int END, CASE WHEN e.event IS NOT NULL THEN (t.n * 0.35)::int END, f.file_id
FROM study t, file_of f CROSS JOIN (VALUES ('end', 'HAMD-17', 'final', NULL, 'post', 8), ('later', 'HAMD-17', 'final', NULL, 'follow_up', 26), ('response', 'HAMD-17', 'event', 'response', 'post', 8))
	e(effect, outcome, kind, event, timing, weeks);
INSERT INTO evidence.study_moderator (evidence_study, moderator, value, number, file_id)
SELECT name, m.moderator, m.value, evidence.moderator_number(m.value), f.file_id
FROM study, file_of f CROSS JOIN LATERAL (VALUES ('waveform', (ARRAY['continuous', 'dense_disperse'])[1 + s % 2]), ('gv20', CASE WHEN s % 5 < 3 THEN 'yes' ELSE 'no' END), ('sessions', (6 + s % 5 * 6)::text)) m(moderator, value);
INSERT INTO evidence.appraisal (evidence_study, tool, domain, assessor, judgement, file_id)
SELECT name, 'RoB 2', d, 'A', CASE WHEN d = 'overall' THEN w.worst WHEN d = 'D2' THEN w.worst ELSE 'low' END, f.file_id
FROM study, file_of f, unnest('{D1,D2,D3,D4,D5,overall}'::text[]) d CROSS JOIN LATERAL (SELECT (ARRAY['low', 'some_concerns', 'high'])[1 + s % 3] AS worst) w;

---------------------------------------------------------------------------------------------------- findings and protocols

INSERT INTO evidence.finding (review, finding, evidence_study, sample, contrast_kind, modality, measure_kind, direction, direction_verbatim, region_verbatim, laterality_certainty, search_scope, file_id)
SELECT 'bench', 'F' || k, 'Bench study ' || 1 + k % 400, '1', (ARRAY['patients_vs_controls', 'after_vs_before', 'treatment_vs_control'])[1 + k % 3], (ARRAY['rs_fmri', 'smri', 'pet', 'task_fmri'])[1 + k / 7 % 4],
	(ARRAY['connectivity', 'volume', 'metabolism', 'reho', 'alff'])[1 + k / 3 % 5], d, d, r.name_en, 'unknown', (ARRAY['whole_brain', 'seed', 'region', NULL])[1 + k / 11 % 4], f.file_id
FROM generate_series(1, 3000) k CROSS JOIN file_of f CROSS JOIN LATERAL (SELECT (ARRAY['increase', 'decrease', 'increase', 'decrease', 'altered', 'no_difference', 'normalised'])[1 + k / 5 % 7] AS d) x
JOIN (SELECT name_en, row_number() OVER (ORDER BY region_term) - 1 AS place, count(*) OVER () AS terms FROM evidence.region_term) r ON r.place = k * 13 % r.terms;
SELECT count(*) FROM evidence.resolve_findings();
INSERT INTO intervention.protocol (study, protocol, source, mode, points_text, needle, waveform, file_id)
SELECT 'bench_literature', 'P' || s, name, CASE WHEN s % 2 = 0 THEN 'electro' ELSE 'manual' END, 'bench', '0.25 mm', CASE WHEN s % 2 = 0 THEN 'continuous' END, f.file_id FROM study, file_of f;
INSERT INTO intervention.protocol_point (study, protocol, position, acupoint, verbatim)
SELECT 'bench_literature', 'P' || s, row_number() OVER (PARTITION BY s ORDER BY a.place), a.acupoint, a.acupoint
FROM study JOIN (SELECT acupoint, row_number() OVER (ORDER BY acupoint <> ALL ('{GV20,EX-HN3,PC6,SP6,LR3,HT7,ST36,GV24}'::text[]), md5(acupoint)) AS place FROM intervention.acupoint) a
	ON a.place <= 60 AND (s * 7919 + a.place * 104729) % 997 / 997.0 < 0.75 / (1 + a.place / 8.0);
INSERT INTO intervention.protocol_quantity (study, protocol, quantity, ordinal, low, high, unit, verbatim)
SELECT 'bench_literature', 'P' || s, q.quantity, 1, q.n, q.n, q.unit, q.n || ' ' || q.unit FROM study CROSS JOIN LATERAL (VALUES ('frequency', 2 + s % 3, 'Hz'), ('retention', 20 + s % 3 * 5, 'min'), ('weeks', 4 + s % 5, 'week')) q(quantity, n, unit);
ANALYZE;
