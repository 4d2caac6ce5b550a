-- Deploy psyrad:review_settle to pg
-- What follows from several sheets of a review at once: references, networks, models and arms of studies, the findings of a damaged place,
-- the sentence of a finding.  It is computed from what the sheets say and from nothing else, as often as one likes.  And the way back: the
-- sheets, cell by cell, from the tables.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- what follows from several sheets

CREATE FUNCTION evidence.settle_studies(p_review text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE settled ON COMMIT DROP AS SELECT k.* FROM evidence.review_study k WHERE k.review = p_review;
	DELETE FROM evidence.study_reference t WHERE t.review = p_review;
	INSERT INTO evidence.study_reference (evidence_study, review, ref_no)
	SELECT DISTINCT k.evidence_study, p_review, n FROM settled k CROSS JOIN unnest(evidence.numbers_in(k.ref_no)) n WHERE EXISTS (SELECT FROM evidence.reference r WHERE (r.review, r.ref_no) = (p_review, n));
	DELETE FROM evidence.study_modality t USING settled k WHERE t.evidence_study = k.evidence_study AND k.modality IS NOT NULL;
	INSERT INTO evidence.study_modality (evidence_study, modality, certainty)
	SELECT k.evidence_study, m.modality, max(m.certainty)
	FROM (SELECT w.words, t.* FROM (SELECT DISTINCT o.modality AS words FROM settled o) w CROSS JOIN LATERAL evidence.modalities_of(w.words) t) m JOIN settled k ON k.modality = m.words
	GROUP BY 1, 2
	ON CONFLICT DO NOTHING;
	DELETE FROM evidence.study_claim t WHERE t.review = p_review;
	INSERT INTO evidence.study_claim (evidence_study, review, metric, value, verbatim)
	SELECT DISTINCT ON (1, 3, 4) k.evidence_study, p_review, CASE lower(m.part[1]) WHEN '准确率' THEN 'accuracy' WHEN '敏感度' THEN 'sensitivity' WHEN '灵敏度' THEN 'sensitivity' WHEN '特异度' THEN 'specificity' ELSE lower(m.part[1]) END,
		v.value, k.quantitative_result
	FROM settled k
	CROSS JOIN regexp_matches(normalize(k.quantitative_result, NFKC), '(accuracy|auc|sensitivity|specificity|f1|准确率|敏感度|灵敏度|特异度)\s*(?:of|was|is|=|:|为|达)?\s*(\d+(?:\.\d+)?)\s*(%?)', 'gi') m (part)
	CROSS JOIN LATERAL (SELECT trim_scale(m.part[2]::numeric / CASE WHEN m.part[3] = '%' THEN 100 ELSE 1 END) AS value) v
	WHERE v.value BETWEEN 0 AND 1;
	DELETE FROM evidence.study_model t WHERE t.review = p_review;
	INSERT INTO evidence.study_model (evidence_study, review, family)
	SELECT DISTINCT t.evidence_study, p_review, n.family
	FROM (SELECT k.evidence_study, w FROM settled k CROSS JOIN regexp_split_to_table(k.ml_models, '\s*[;；,，、]\s*') w WHERE w <> '') t
	JOIN (
		SELECT o.w, coalesce((SELECT min(m.family) FROM evidence.review_model m WHERE m.review = p_review AND evidence.folded(o.w) IN (evidence.folded(m.abbr), evidence.folded(m.family), evidence.folded(m.name_zh))), o.w) AS family
		FROM (SELECT DISTINCT w FROM settled k CROSS JOIN regexp_split_to_table(k.ml_models, '\s*[;；,，、]\s*') w) o) n USING (w);
	DELETE FROM evidence.study_method t WHERE t.review = p_review;
	INSERT INTO evidence.study_method (evidence_study, review, name)
	SELECT DISTINCT k.evidence_study, p_review, m.name FROM evidence.review_method m CROSS JOIN regexp_split_to_table(m.note, '\s*[;；,，、]\s*') w JOIN settled k ON k.study_id = w
	WHERE m.review = p_review;
	PERFORM evidence.settle_networks(p_review);
	DROP TABLE pg_temp.settled;
END $$;
COMMENT ON FUNCTION evidence.settle_studies(text) IS 'Part of evidence.settle_review: references, modalities, claims, models, methods and networks of studies, from the words of the sheets';

-- "DMN" of a study's cell is the network that the sheet of networks calls default mode network.
CREATE FUNCTION evidence.settle_networks(p_review text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE network_named ON COMMIT DROP AS
	SELECT k.evidence_study, n.network FROM evidence.review_network n CROSS JOIN regexp_split_to_table(n.studies, '\s*[;；,，、]\s*') w JOIN settled k ON k.study_id = w WHERE n.review = p_review
	UNION
	SELECT t.evidence_study, n.network
	FROM (SELECT k.evidence_study, w FROM settled k CROSS JOIN regexp_split_to_table(k.networks, '\s*[;；,，、]\s*') w WHERE w <> '') t
	JOIN (
		SELECT o.w, coalesce(
			(SELECT a.network FROM evidence.network_alias a WHERE a.alias = evidence.folded(o.w)),
			(SELECT min(n.network) FROM evidence.review_network n WHERE n.review = p_review AND (evidence.folded(o.w) IN (evidence.folded(n.name), evidence.folded(n.name_zh))
				OR n.name IN (o.w || ' network', o.w || ' pathway', o.w || ' system', o.w || ' circuit'))), o.w) AS network
		FROM (SELECT DISTINCT w FROM settled k CROSS JOIN regexp_split_to_table(k.networks, '\s*[;；,，、]\s*') w) o) n USING (w);
	INSERT INTO evidence.network (network) SELECT DISTINCT t.network FROM network_named t ON CONFLICT DO NOTHING;
	DELETE FROM evidence.study_network t WHERE t.review = p_review;
	INSERT INTO evidence.study_network (evidence_study, network, review) SELECT t.evidence_study, t.network, p_review FROM network_named t;
	DROP TABLE pg_temp.network_named;
END $$;
COMMENT ON FUNCTION evidence.settle_networks(text) IS 'Part of evidence.settle_studies: networks by study';

-- Who was treated how: from the sheet of interventions, and from what studies compare with.
CREATE FUNCTION evidence.settle_arms(p_review text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE arm_told ON COMMIT DROP AS
	SELECT DISTINCT ON (evidence_study, arm) * FROM (
		SELECT k.evidence_study, CASE WHEN count(*) OVER (PARTITION BY k.evidence_study) = 1 THEN 'intervention' ELSE 'intervention ' || i.intervention END AS arm, 'intervention' AS role,
			(evidence.code_of('intervention', coalesce(i.type, i.type_zh))).code AS intervention_kind, coalesce(i.type, i.type_zh) AS intervention, i.co_treatment,
			(SELECT p.protocol FROM intervention.protocol p WHERE (p.study, p.protocol) = (p_review, i.intervention)) AS protocol, i.file_id, i.line
		FROM evidence.review_intervention i JOIN evidence.review_study k USING (review, study_id) WHERE i.review = p_review
		UNION ALL
		SELECT k.evidence_study, 'comparator', 'comparator', (evidence.code_of('intervention', c.words)).code, c.words, NULL, NULL, c.file_id, c.line
		FROM evidence.review_study k
		CROSS JOIN LATERAL (
			SELECT i.control AS words, i.file_id, i.line, 1 AS rank FROM evidence.review_intervention i WHERE (i.review, i.study_id) = (p_review, k.study_id) AND i.control IS NOT NULL
			UNION ALL SELECT k.comparator, k.file_id, k.line, 2 WHERE k.comparator IS NOT NULL) c
		WHERE k.review = p_review AND c.words !~* 'healthy|\mHCs?\M|健康|正常人'
		UNION ALL
		SELECT k.evidence_study, h.arm, h.arm, NULL, h.words, NULL, NULL, k.file_id, k.line
		FROM evidence.review_study k
		CROSS JOIN LATERAL (VALUES ('patients', k.population), ('healthy', k.comparator)) h (arm, words)
		WHERE k.review = p_review AND k.comparator ~* 'healthy|\mHCs?\M|健康|正常人') t
	ORDER BY evidence_study, arm, line;
	INSERT INTO evidence.arm (evidence_study, sample, arm, role, intervention_kind, intervention, co_treatment, protocol_study, protocol, file_id, line)
	SELECT t.evidence_study, '1', t.arm, t.role, t.intervention_kind, t.intervention, t.co_treatment, CASE WHEN t.protocol IS NOT NULL THEN p_review END, t.protocol, t.file_id, t.line
	FROM arm_told t
	ON CONFLICT (evidence_study, sample, arm) DO UPDATE
	SET role = excluded.role, intervention_kind = excluded.intervention_kind, intervention = excluded.intervention, co_treatment = excluded.co_treatment,
		protocol_study = excluded.protocol_study, protocol = excluded.protocol, file_id = excluded.file_id, line = excluded.line
	WHERE (arm.role, arm.intervention_kind, arm.intervention, arm.co_treatment, arm.protocol) IS DISTINCT FROM
		(excluded.role, excluded.intervention_kind, excluded.intervention, excluded.co_treatment, excluded.protocol);
	DROP TABLE pg_temp.arm_told;
END $$;
COMMENT ON FUNCTION evidence.settle_arms(text) IS 'Part of evidence.settle_review: arms from interventions, their controls, and the comparators of studies';

-- A damaged place concerns the findings of its study whose region stands in it; where it names several regions, those of the comparison that
-- has most of them.  Where it says "or", they are alternatives.
CREATE FUNCTION evidence.settle_anomalies(p_review text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	WITH told AS MATERIALIZED (
		SELECT s.line, s.sentence, s.ref_nos, evidence.folded(s.sentence) AS folded FROM evidence.review_sentence s
		WHERE s.review = p_review AND EXISTS (SELECT FROM evidence.anomaly a WHERE a.review = p_review)),
	place AS MATERIALIZED (
		SELECT o.place, o.text, k.evidence_study, evidence.numbers_in(k.ref_no) AS ref_nos, evidence.folded(o.text) AS folded
		FROM evidence.anomaly o LEFT JOIN evidence.review_study k ON (k.review, k.study_id) = (p_review, o.place)
		WHERE o.review = p_review)
	UPDATE evidence.anomaly a SET evidence_study = t.evidence_study, protocol = t.protocol, sentence = t.sentence, sentence_line = t.sentence_line
	FROM (
		SELECT o.place, o.text, o.evidence_study, (
			SELECT min(i.intervention) FROM evidence.review_intervention i JOIN intervention.protocol_quantity q ON (q.study, q.protocol) = (p_review, i.intervention)
			WHERE (i.review, i.study_id) = (p_review, o.place) AND strpos(o.folded, evidence.folded(q.verbatim)) > 0 HAVING count(DISTINCT i.intervention) = 1) AS protocol,
			s.sentence, s.line AS sentence_line
		FROM place o
		LEFT JOIN LATERAL (
			SELECT min(t.sentence) AS sentence, min(t.line) AS line FROM told t
			WHERE (o.ref_nos IS NULL OR t.ref_nos && o.ref_nos) AND strpos(t.folded, o.folded) > 0
			HAVING count(*) = 1) s ON true) t
	WHERE a.review = p_review AND (a.place, a.text) = (t.place, t.text)
		AND (a.evidence_study, a.protocol, a.sentence, a.sentence_line) IS DISTINCT FROM (t.evidence_study, t.protocol, t.sentence, t.sentence_line);
	DELETE FROM evidence.anomaly_finding l WHERE l.review = p_review;
	INSERT INTO evidence.anomaly_finding (review, place, text, finding_id)
	SELECT p_review, h.place, h.text, h.finding_id
	FROM (
		SELECT g.*, rank() OVER (PARTITION BY g.place, g.text ORDER BY g.hits DESC) AS best
		FROM (
			SELECT a.place, a.text, f.finding_id, count(*) OVER (PARTITION BY a.place, a.text, f.contrast, f.measure, f.direction) AS hits
			FROM evidence.anomaly a JOIN evidence.finding f ON (f.review, f.study_id) = (p_review, a.place)
			WHERE a.review = p_review AND strpos(evidence.folded(a.text), evidence.folded(f.region_verbatim)) > 0) g) h
	WHERE h.best = 1;
	UPDATE evidence.finding f SET alternative_group = t.alternative_group
	FROM (
		SELECT o.finding_id, (SELECT min(a.place || ': ' || a.text) FROM evidence.anomaly a JOIN evidence.anomaly_finding l USING (review, place, text)
			WHERE l.finding_id = o.finding_id AND concat_ws(' ', a.problem, a.stored_as) ~* 'alternative|"or"|\mor\M.*group|或'
				AND (SELECT count(*) FROM evidence.anomaly_finding m WHERE (m.review, m.place, m.text) = (a.review, a.place, a.text)) > 1) AS alternative_group
		FROM evidence.finding o WHERE o.review = p_review) t
	WHERE f.finding_id = t.finding_id AND f.alternative_group IS DISTINCT FROM t.alternative_group;
END $$;
COMMENT ON FUNCTION evidence.settle_anomalies(text) IS 'Part of evidence.settle_review: what damaged places concern, and which findings are alternatives';

CREATE FUNCTION evidence.settle_findings(p_review text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	-- "The above regions": what the sheet has of the study's abnormalities before.
	DELETE FROM evidence.finding_referent r USING evidence.finding f WHERE f.finding_id = r.finding_id AND f.review = p_review;
	INSERT INTO evidence.finding_referent (finding_id, refers_to)
	SELECT f.finding_id, o.finding_id
	FROM evidence.finding f
	JOIN evidence.finding o ON (o.review, o.evidence_study, o.file_id) = (f.review, f.evidence_study, f.file_id) AND o.line < f.line
	WHERE f.review = p_review AND (f.laterality_verbatim ~* '^(as above|同上)$' OR f.region_en ~* '\mabove\M') AND o.contrast_kind IN ('patients_vs_controls', 'baseline')
		AND o.direction IN ('increase', 'decrease', 'altered', 'abnormal') AND o.region_status IS DISTINCT FROM 'not_named';
	WITH ref AS MATERIALIZED (
		SELECT DISTINCT k.study_id, n FROM evidence.review_study k CROSS JOIN unnest(evidence.numbers_in(k.ref_no)) n WHERE k.review = p_review),
	cited AS MATERIALIZED (
		SELECT c.study_id, s.line, s.sentence, evidence.folded(s.sentence) AS folded
		FROM (SELECT DISTINCT r.study_id, t.ordinal FROM evidence.review_sentence t CROSS JOIN unnest(t.ref_nos) AS cites (number) JOIN ref r ON r.n = cites.number WHERE t.review = p_review) c
		JOIN evidence.review_sentence s ON (s.review, s.ordinal) = (p_review, c.ordinal)),
	alone AS MATERIALIZED (
		SELECT c.study_id, min(c.sentence) AS sentence, min(c.line) AS line FROM cited c GROUP BY c.study_id HAVING count(*) = 1),
	named AS MATERIALIZED (
		SELECT o.finding_id, min(c.sentence) AS sentence, min(c.line) AS line
		FROM (SELECT n.finding_id, n.study_id, evidence.folded(n.region_verbatim) AS region FROM evidence.finding n WHERE n.review = p_review OFFSET 0) o
		JOIN cited c USING (study_id)
		WHERE strpos(c.folded, o.region) > 0
		GROUP BY o.finding_id HAVING count(*) = 1)
	UPDATE evidence.finding f SET sentence = t.sentence, sentence_line = t.line, sentence_by = t.by
	FROM (
		SELECT o.finding_id, coalesce(r.sentence, c.sentence) AS sentence, CASE WHEN r.sentence IS NOT NULL THEN r.line ELSE c.line END AS line,
			CASE WHEN r.sentence IS NOT NULL THEN 'region' WHEN c.sentence IS NOT NULL THEN 'reference' END AS by
		FROM evidence.finding o
		LEFT JOIN alone c USING (study_id)
		LEFT JOIN named r USING (finding_id)
		WHERE o.review = p_review) t
	WHERE f.finding_id = t.finding_id AND (f.sentence, f.sentence_line, f.sentence_by) IS DISTINCT FROM (t.sentence, t.line, t.by);
END $$;
COMMENT ON FUNCTION evidence.settle_findings(text) IS 'Part of evidence.settle_review: what findings refer to, and the sentence that says them: of those that cite the study the only one that names the region, else the only one there is';

CREATE FUNCTION evidence.settle_review(p_review text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM evidence.settle_studies(p_review);
	DELETE FROM evidence.review_fact_reference t WHERE t.review = p_review;
	INSERT INTO evidence.review_fact_reference (review, kind, statement, ref_no)
	SELECT p_review, f.kind, f.statement, n FROM evidence.review_fact f CROSS JOIN unnest(evidence.numbers_in(f.ref_no)) n
	WHERE f.review = p_review AND EXISTS (SELECT FROM evidence.reference r WHERE (r.review, r.ref_no) = (p_review, n));
	PERFORM evidence.settle_arms(p_review);
	PERFORM evidence.settle_findings(p_review);
	PERFORM evidence.settle_anomalies(p_review);
	PERFORM FROM evidence.resolve_findings(); -- of the change evidence_map
END $$;
COMMENT ON FUNCTION evidence.settle_review(text) IS 'Computes anew what follows from several sheets of a review; each load of a sheet calls it';

---------------------------------------------------------------------------------------------------- the sheets, from the tables

CREATE FUNCTION evidence.review_sheet(p_review text, p_sheet text) RETURNS TABLE (line bigint, cells jsonb)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	p_review text := evidence.the_review(review_sheet.p_review);
BEGIN
	CASE p_sheet
	WHEN 'studies' THEN RETURN QUERY
		SELECT s.line, jsonb_build_object('study_id', s.study_id, 'ref_no', s.ref_no, 'first_author_zh', s.first_author, 'first_author_pinyin_inferred', s.first_author_latin, 'topic', s.topic,
			'design', s.design, 'population', s.population, 'comparator', s.comparator, 'sample_n', s.sample_n, 'modality', s.modality, 'analysis', s.analysis, 'ml_models', s.ml_models,
			'networks', s.networks, 'intervention_id', s.intervention, 'timing', s.timing, 'quantitative_result', s.quantitative_result, 'finding_summary', s.finding_summary, 'notes', s.note)
		FROM evidence.review_study s WHERE s.review = p_review ORDER BY s.line;
	WHEN 'findings' THEN RETURN QUERY
		SELECT f.line, jsonb_build_object('finding_id', f.finding, 'study_id', f.study_id, 'contrast', f.contrast, 'measure', f.measure, 'direction', f.direction_verbatim, 'region_zh', f.region_verbatim,
			'region_en', f.region_en, 'laterality', f.laterality_verbatim, 'laterality_stated', f.laterality_stated, 'aal3_suggestion_inferred', f.region_suggestion, 'related_to', f.related_to, 'note', f.note)
		FROM evidence.finding f WHERE f.review = p_review ORDER BY f.line;
	WHEN 'interventions' THEN RETURN QUERY
		SELECT i.line, jsonb_build_object('intervention_id', i.intervention, 'study_id', i.study_id, 'type', i.type, 'type_zh', i.type_zh, 'site_text_zh', i.site_text, 'waveform', i.waveform, 'freq_text', i.freq_text,
			'freq1_hz', i.freq1_hz, 'freq2_hz', i.freq2_hz, 'current_text', i.current_text, 'current_ma', i.current_ma, 'pulse_width', i.pulse_width, 'laterality', i.laterality, 'co_treatment', i.co_treatment,
			'control', i.control, 'sessions', i.sessions, 'retention', i.retention, 'course', i.course, 'note', i.note)
		FROM evidence.review_intervention i WHERE i.review = p_review ORDER BY i.line;
	WHEN 'protocol_points' THEN RETURN QUERY
		SELECT p.line, jsonb_build_object('intervention_id', p.intervention, 'code', p.code, 'name_zh_in_seed', p.name, 'role', p.role, 'laterality', p.laterality)
		FROM evidence.review_point p WHERE p.review = p_review ORDER BY p.line;
	WHEN 'references' THEN RETURN QUERY
		SELECT r.line, jsonb_build_object('ref_no', r.ref_no::text, 'role_in_text', r.role, 'first_author_zh', r.first_author, 'first_author_pinyin_inferred', r.first_author_latin, 'year', r.year::text,
			'title', r.title, 'doi', r.doi, 'section', r.section)
		FROM evidence.reference r WHERE r.review = p_review ORDER BY r.line, r.ref_no;
	WHEN 'networks' THEN RETURN QUERY
		SELECT n.line, jsonb_build_object('network', n.name, 'zh', n.name_zh, 'study_id', n.studies) FROM evidence.review_network n WHERE n.review = p_review ORDER BY n.line;
	WHEN 'modalities' THEN RETURN QUERY
		SELECT m.line, jsonb_build_object('modality', m.name, 'zh', m.name_zh, 'abbr', m.abbr, 'what_it_measures_per_seed', m.measures, 'section', m.section)
		FROM evidence.review_modality m WHERE m.review = p_review ORDER BY m.line;
	WHEN 'methods' THEN RETURN QUERY
		SELECT m.line, jsonb_build_object('method', m.name, 'zh', m.name_zh, 'kind', m.kind, 'note', m.note) FROM evidence.review_method m WHERE m.review = p_review ORDER BY m.line;
	WHEN 'ml_models' THEN RETURN QUERY
		SELECT m.line, jsonb_build_object('family', m.family, 'zh', m.name_zh, 'abbr', m.abbr, 'claim_in_seed', m.claim, 'in_nine_model_comparison', CASE m.compared WHEN true THEN 'yes' WHEN false THEN 'no' END)
		FROM evidence.review_model m WHERE m.review = p_review ORDER BY m.line;
	WHEN 'core_prescription' THEN RETURN QUERY
		SELECT p.line, jsonb_build_object('rank_as_listed', p.rank::text, 'code', p.code, 'name_zh', p.name_zh, 'pinyin', p.pinyin, 'ref_no', p.ref_no)
		FROM evidence.core_prescription p WHERE p.review = p_review ORDER BY p.line;
	WHEN 'challenges' THEN RETURN QUERY
		SELECT f.line, jsonb_build_object('challenge', f.statement, 'ref_no', f.ref_no) FROM evidence.review_fact f WHERE f.review = p_review AND f.kind = 'challenge' ORDER BY f.line;
	WHEN 'other_facts' THEN RETURN QUERY
		SELECT f.line, jsonb_build_object('fact', f.statement, 'value', f.value, 'section', f.section, 'ref_no', f.ref_no)
		FROM evidence.review_fact f WHERE f.review = p_review AND f.kind = 'fact' ORDER BY f.line;
	WHEN 'text_anomalies' THEN RETURN QUERY
		SELECT a.line, jsonb_build_object('where', a.place, 'text', a.text, 'problem', a.problem, 'how_to_store', a.stored_as) FROM evidence.anomaly a WHERE a.review = p_review ORDER BY a.line;
	WHEN 'search_strategy' THEN RETURN QUERY
		SELECT NULL::bigint, d.document FROM evidence.review_description d WHERE d.review = p_review;
	ELSE
		RAISE invalid_parameter_value USING MESSAGE = format('there is no sheet %L of a review', p_sheet),
			HINT = 'Sheets: studies, findings, interventions, protocol_points, references, networks, modalities, methods, ml_models, core_prescription, challenges, other_facts, text_anomalies, search_strategy.';
	END CASE;
END $$;
COMMENT ON FUNCTION evidence.review_sheet(text, text) IS 'A sheet of a review (NULL: the only one) as it was loaded, a row a line, put together from the tables: what a cell states is there, what it does not state is null.  search_strategy: the document';

---------------------------------------------------------------------------------------------------- rights

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOREACH f IN ARRAY ARRAY['evidence.settle_studies(text)', 'evidence.settle_networks(text)', 'evidence.settle_arms(text)', 'evidence.settle_anomalies(text)', 'evidence.settle_findings(text)', 'evidence.settle_review(text)',
		'evidence.review_sheet(text, text)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest%s', f, CASE f WHEN 'evidence.review_sheet(text, text)'::regprocedure THEN ', psyrad_analyst' ELSE '' END);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
