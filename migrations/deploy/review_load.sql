-- Deploy psyrad:review_load to pg
-- Loading what a review says, sheet by sheet (psyrad ingest review FOLDER).  Each file is one transaction: its rows become rows of the table
-- that keeps its words, and codes beside them.  What is read from several sheets at once is computed anew after each file by
-- evidence.settle_review, so that the order of the files does not matter beyond this: studies come before what is said of them.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- staging and dispatch

CREATE FUNCTION ingest.stage_review() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage ("row" bigint, line bigint, cells jsonb, raw text, label text) ON COMMIT DROP;
END $$;
COMMENT ON FUNCTION ingest.stage_review() IS 'Staging of a review''s sheet: each record as an object of the fields that it has';

-- What a review's files hang on.  Protocols belong to studies of schema clinical: the review is one, which collects them.
CREATE FUNCTION ingest.begin_review(p_review text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF p_review !~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$' THEN
		PERFORM ingest.refuse(format('--review is %s', p_review), 'expected 1 to 63 letters, digits, ''-'' or ''_''');
	END IF;
	IF EXISTS (SELECT FROM clinical.study s WHERE s.study = p_review AND s.design IS DISTINCT FROM 'review of literature') THEN
		PERFORM ingest.refuse(format('%s is the name of a study whose participants are here', p_review), 'give the review another name');
	END IF;
	INSERT INTO evidence.review (review) VALUES (p_review) ON CONFLICT DO NOTHING;
	INSERT INTO clinical.study (study, title_en, design) VALUES (p_review, 'Protocols that the review ' || p_review || ' tells of', 'review of literature') ON CONFLICT DO NOTHING;
END $$;
COMMENT ON FUNCTION ingest.begin_review(text) IS 'Makes the review, and the study that collects its protocols, where they are new';

CREATE FUNCTION ingest.finish_review(p_review text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.lock('review', p_review);
	PERFORM evidence.settle_review(p_review);
END $$;
COMMENT ON FUNCTION ingest.finish_review(text) IS 'After the last sheet: what follows from several of them';

CREATE FUNCTION ingest.load_review(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_review text := ingest.option(p_file_id, 'review');
	sheet    text := ingest.option(p_file_id, 'content');
	counts   ingest.counts;
BEGIN
	PERFORM ingest.lock('review', p_review);
	UPDATE pg_temp.stage s SET cells = (SELECT coalesce(jsonb_object_agg(key, evidence.stated(value)), '{}') FROM jsonb_each_text(s.cells))
	WHERE sheet NOT IN ('search_strategy', 'text');
	EXECUTE format('SELECT c.* FROM ingest.review_%s($1, $2) c', sheet) INTO counts USING p_file_id, p_review;
	UPDATE clinical.study s SET simulated = true WHERE s.study = p_review AND NOT s.simulated AND ingest.option(p_file_id, 'simulated')::boolean;
	PERFORM evidence.settle_review(p_review);
	RETURN counts;
END $$;
COMMENT ON FUNCTION ingest.load_review(bigint) IS 'Stores one staged sheet of a review: option content says which';

-- Cells that must hold something.  p_needed: field, what was expected, by pairs.
CREATE FUNCTION ingest.require_cells(VARIADIC p_needed text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw)
	SELECT s."row", s.line, coalesce(c.name, n.field), c.number, 'missing_value', 'empty; expected ' || n.expected, s.raw
	FROM pg_temp.stage s
	CROSS JOIN (SELECT p_needed[i] AS field, p_needed[i + 1] AS expected FROM generate_series(1, cardinality(p_needed), 2) i) n
	LEFT JOIN pg_temp.stage_column c ON c.field = n.field
	WHERE s.cells ->> n.field IS NULL;
END $$;
COMMENT ON FUNCTION ingest.require_cells(text[]) IS 'Rejects staged records without a value in a field; field and what was expected, by pairs';

-- Cells of another form.  What p_pattern does not match is rejected.
CREATE FUNCTION ingest.check_cells(p_field text, p_pattern text, p_expected text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw)
	SELECT s."row", s.line, coalesce(c.name, p_field), c.number, 'bad_value', format('found %s; expected %s', left(s.cells ->> p_field, 60), p_expected), s.raw
	FROM pg_temp.stage s
	LEFT JOIN pg_temp.stage_column c ON c.field = p_field
	WHERE s.cells ->> p_field !~* p_pattern;
END $$;
COMMENT ON FUNCTION ingest.check_cells(text, text, text) IS 'Rejects staged records whose value in a field does not match a pattern';

CREATE FUNCTION ingest.check_study(p_review text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw)
	SELECT s."row", s.line, c.name, c.number, 'unknown_study', format('found %s; expected a study_id of the review''s studies', left(s.cells ->> 'study_id', 60)), s.raw
	FROM pg_temp.stage s
	LEFT JOIN pg_temp.stage_column c ON c.field = 'study_id'
	WHERE s.cells ->> 'study_id' IS NOT NULL AND NOT EXISTS (SELECT FROM evidence.review_study k WHERE k.review = p_review AND k.study_id = s.cells ->> 'study_id');
END $$;
COMMENT ON FUNCTION ingest.check_study(text) IS 'Rejects staged records of a study that the review''s sheet of studies does not have';

-- References that a sheet names by number before the sheet of references does: all but the number is unknown.
CREATE FUNCTION ingest.add_references(p_file_id bigint, p_review text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO evidence.reference (review, ref_no, file_id)
	SELECT DISTINCT p_review, n, p_file_id
	FROM pg_temp.stage s CROSS JOIN unnest(evidence.numbers_in(s.cells ->> 'ref_no')) n
	WHERE n > 0 AND NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = s."row")
	ON CONFLICT DO NOTHING;
END $$;
COMMENT ON FUNCTION ingest.add_references(bigint, text) IS 'Makes the references that staged records name and that are new';

---------------------------------------------------------------------------------------------------- references and studies

CREATE FUNCTION ingest.review_references(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.require_cells('ref_no', 'the number by which the review cites it');
	PERFORM ingest.check_cells('ref_no', '^\[?\d{1,5}\]?$', 'the number by which the review cites it');
	PERFORM ingest.check_cells('year', '^(1[5-9]|20|21)\d\d$', 'a year of four digits');
	PERFORM ingest.check_cells('pmid', '^\d{1,9}$', 'a PubMed number');
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, p_review AS review, substring(s.cells ->> 'ref_no' FROM '\d{1,5}')::int AS ref_no, s.cells ->> 'role_in_text' AS role, s.cells ->> 'first_author' AS first_author,
		s.cells ->> 'first_author_latin' AS first_author_latin, CASE WHEN s.cells ->> 'year' ~ '^(1[5-9]|20|21)\d\d$' THEN (s.cells ->> 'year')::int END AS year,
		s.cells ->> 'title' AS title, s.cells ->> 'journal' AS journal, regexp_replace(s.cells ->> 'doi', '^(https?://(dx\.)?doi\.org/|doi: *)', '', 'i') AS doi,
		s.cells ->> 'pmid' AS pmid, s.cells ->> 'section' AS section
	FROM pg_temp.stage s
	WHERE s.cells ->> 'ref_no' ~ '\d';
	PERFORM ingest.reject_duplicates('ref_no');
	RETURN ingest.merge(p_file_id, 'evidence.reference', 'review', 'ref_no');
END $$;

-- The study itself: of a sheet that names one that is here already, nothing of it changes.
CREATE FUNCTION ingest.review_study_facts(p_file_id bigint, p_review text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT DISTINCT ON (c.evidence_study) c."row", c.line, c.evidence_study, CASE WHEN c.year ~ '^\d{4}$' THEN c.year::int END AS year,
		coalesce(ingest.option(p_file_id, 'simulated'), 'false')::boolean AS simulated,
		coalesce(c.first_author, c.first_author_latin) AS first_author, c.topic, c.design, (evidence.code_of('design', c.design)).code AS design_kind, c.population,
		(evidence.code_of('population', c.population)).code AS population_kind, c.comparator, c.notes AS note
	FROM pg_temp.sheet c
	WHERE NOT EXISTS (SELECT FROM evidence.study k WHERE k.evidence_study = c.evidence_study
		AND NOT EXISTS (SELECT FROM ingest.file f WHERE f.file_id = k.file_id AND f.command = 'review' AND f.options ->> 'review' = p_review))
	ORDER BY c.evidence_study, c."row";
	PERFORM ingest.merge(p_file_id, 'evidence.study', 'evidence_study');
	PERFORM evidence.add_sample(c.evidence_study, '1', NULL) FROM (SELECT DISTINCT evidence_study FROM pg_temp.sheet) c;
	-- One plain number is the sample's; "30 vs 28" is for people to enter, arm by arm.
	UPDATE evidence.sample p SET n = c.n
	FROM (SELECT evidence_study, max(CASE WHEN sample_n ~ '^(n *= *)?[1-9]\d{0,6}$' THEN substring(sample_n FROM '\d+')::int END) AS n, max(people) AS people FROM pg_temp.sheet GROUP BY 1) c
	WHERE p.evidence_study = c.evidence_study AND p.sample = '1' AND c.n IS NOT NULL AND p.n IS DISTINCT FROM c.n;
	UPDATE evidence.sample p SET people = c.people
	FROM (SELECT evidence_study, max(people) AS people FROM pg_temp.sheet GROUP BY 1) c
	WHERE p.evidence_study = c.evidence_study AND p.sample = '1' AND p.people <> c.people;
END $$;

CREATE FUNCTION ingest.review_studies(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	counts ingest.counts;
BEGIN
	PERFORM ingest.require_cells('study_id', 'the study''s number in the review');
	PERFORM ingest.check_cells('ref_no', '^\[?\d{1,5}\]?(\s*[;；,，、–~～-]\s*\[?\d{1,5}\]?)*$', 'numbers of references: 13;14');
	PERFORM ingest.check_cells('included', '^(y|yes|true|1|是|纳入|n|no|false|0|否|未纳入)$', 'yes or no, or nothing where it is not known');
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS SELECT s."row", s.cells ->> 'study_id' AS study_id FROM pg_temp.stage s WHERE s.cells ->> 'study_id' IS NOT NULL;
	PERFORM ingest.reject_duplicates('study_id');
	DROP TABLE pg_temp.fact;
	CREATE TEMPORARY TABLE sheet ON COMMIT DROP AS
	SELECT s."row", s.line, c.*, coalesce(c.study, p_review || '/' || c.study_id) AS evidence_study
	FROM pg_temp.stage s CROSS JOIN LATERAL jsonb_to_record(s.cells) AS c (study_id text, study text, included text, ref_no text, first_author text, first_author_latin text, year text, topic text,
		design text, population text, comparator text, sample_n text, people text, modality text, analysis text, ml_models text, networks text, intervention_id text, timing text,
		quantitative_result text, finding_summary text, notes text)
	WHERE NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = s."row");
	PERFORM ingest.add_references(p_file_id, p_review);
	PERFORM ingest.review_study_facts(p_file_id, p_review);
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT c."row", c.line, p_review AS review, c.study_id, c.evidence_study, c.included ~* '^(y|yes|true|1|是|纳入)$' AS included, c.ref_no, c.first_author, c.first_author_latin, c.topic,
		c.design, c.population, c.comparator, c.sample_n, c.modality, c.analysis, c.ml_models, c.networks, c.intervention_id AS intervention, c.timing, c.quantitative_result,
		c.finding_summary, c.notes AS note
	FROM pg_temp.sheet c;
	counts := ingest.merge(p_file_id, 'evidence.review_study', 'review', 'study_id');
	RETURN counts;
END $$;

---------------------------------------------------------------------------------------------------- findings

CREATE FUNCTION ingest.review_findings(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.require_cells('finding_id', 'the finding''s number', 'study_id', 'the study''s number in the review', 'direction', 'what happened or differs: increase, decrease, ...');
	PERFORM ingest.check_study(p_review);
	PERFORM ingest.check_cells('laterality', '^(left|right|bilateral|both|midline|unspecified|unknown|not stated.*|unclear|as above|l|r|左侧?|右侧?|双侧?|两侧|中线|不详|同上)$',
		'left, right, bilateral, midline, unspecified, unknown, as above, or nothing');
	PERFORM ingest.check_cells('search_scope', '^(whole.?brain|region|roi|seed|全脑|感兴趣区|种子点)$', 'whole_brain, region or seed');
	-- Each word is read once, however many findings have it.
	CREATE TEMPORARY TABLE way ON COMMIT DROP AS
	SELECT w.words, d.* FROM (SELECT DISTINCT s.cells ->> 'direction' AS words FROM pg_temp.stage s) w CROSS JOIN LATERAL evidence.direction_of(w.words) d;
	CREATE TEMPORARY TABLE coded ON COMMIT DROP AS
	SELECT w.topic, w.words, c.code, c.certainty
	FROM (SELECT DISTINCT t.* FROM pg_temp.stage s CROSS JOIN LATERAL (VALUES ('contrast', s.cells ->> 'contrast'), ('measure', s.cells ->> 'measure'), ('timing', s.cells ->> 'timing'), ('timing', s.cells ->> 'contrast')) t (topic, words)
		WHERE t.words IS NOT NULL) w
	CROSS JOIN LATERAL evidence.code_of(w.topic, w.words) c;
	CREATE TEMPORARY TABLE shown_by ON COMMIT DROP AS
	SELECT w.words, min(m.modality) AS modality
	FROM (SELECT s.cells ->> 'modality' AS words FROM pg_temp.stage s UNION SELECT k.modality FROM evidence.review_study k WHERE k.review = p_review) w CROSS JOIN LATERAL evidence.modalities_of(w.words) m
	GROUP BY w.words HAVING count(*) = 1;
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw)
	SELECT s."row", s.line, c.name, c.number, 'unknown_word', format('found %s; expected increase, decrease, altered, abnormal, normalise, correlated, positive, negative, positive or negative, involved, more, earlier or no difference, perhaps with what is not stated in brackets, or the same in Chinese',
		left(s.cells ->> 'direction', 60)), s.raw
	FROM pg_temp.stage s
	LEFT JOIN pg_temp.stage_column c ON c.field = 'direction'
	WHERE s.cells ->> 'direction' IN (SELECT w.words FROM pg_temp.way w WHERE w.direction IS NULL);
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, p_review AS review, c.finding_id AS finding, k.evidence_study, k.study_id, coalesce(c.sample, '1') AS sample,
		x.code AS contrast_kind, x.certainty AS contrast_certainty, c.contrast, m.modality, c.measure, y.code AS measure_kind,
		d.direction, c.direction AS direction_verbatim, d.hedged, c.region_zh AS region_verbatim, c.region_en, c.region_suggestion,
		CASE WHEN c.laterality ~* '^(l|left|左侧?)$' THEN 'left' WHEN c.laterality ~* '^(r|right|右侧?)$' THEN 'right' WHEN c.laterality ~* '^(bilateral|both|双侧?|两侧)$' THEN 'bilateral'
			WHEN c.laterality ~* '^(midline|中线)$' THEN 'midline' END AS hemisphere,
		CASE WHEN c.laterality !~* '^(l|left|左侧?|r|right|右侧?|bilateral|both|双侧?|两侧|midline|中线)$' OR c.laterality IS NULL THEN 'unknown'
			WHEN c.laterality_stated ~* 'implied|inferred|推断' THEN 'implied'
			WHEN c.laterality_stated ~* '^(y|yes|true|1|是|stated)' OR c.laterality_stated IS NULL THEN 'stated' ELSE 'unknown' END AS laterality_certainty,
		c.laterality AS laterality_verbatim, c.laterality_stated, g.count_only, g.garbled,
		CASE WHEN g.garbled_name THEN 'unresolved' WHEN coalesce(c.region_zh, c.region_en) IS NULL OR c.region_en ~* 'not named|\mabove\M' OR g.count_only IS NOT NULL OR c.laterality ~* '^(as above|同上)$' THEN 'not_named' END AS region_status,
		coalesce(t.code, u.code) AS timing, e.seed,
		CASE WHEN c.search_scope ~* '^whole|全脑' THEN 'whole_brain' WHEN c.search_scope ~* '^(region|roi|感)' THEN 'region' WHEN c.search_scope ~* '^(seed|种)' THEN 'seed'
			WHEN e.seed IS NOT NULL THEN 'seed' WHEN k.analysis ~* 'whole.?brain|全脑' THEN 'whole_brain' WHEN k.analysis ~* '\mROI|regions? of interest|感兴趣区' THEN 'region' END AS search_scope,
		c.correction, CASE WHEN c.related_to !~* '^(seed|种子点)[:：]' THEN c.related_to END AS correlates_with, c.related_to, c.note
	FROM pg_temp.stage s
	CROSS JOIN LATERAL jsonb_to_record(s.cells) AS c (finding_id text, study_id text, sample text, contrast text, modality text, measure text, direction text, region_zh text, region_en text, laterality text,
		laterality_stated text, region_suggestion text, related_to text, timing text, search_scope text, seed text, correction text, note text)
	JOIN evidence.review_study k ON k.review = p_review AND k.study_id = c.study_id
	JOIN pg_temp.way d ON d.words = c.direction
	LEFT JOIN pg_temp.coded x ON (x.topic, x.words) = ('contrast', c.contrast)
	LEFT JOIN pg_temp.coded y ON (y.topic, y.words) = ('measure', c.measure)
	LEFT JOIN pg_temp.coded t ON (t.topic, t.words) = ('timing', c.timing)
	LEFT JOIN pg_temp.coded u ON (u.topic, u.words) = ('timing', c.contrast)
	LEFT JOIN pg_temp.shown_by m ON m.words = coalesce(c.modality, k.modality)
	CROSS JOIN LATERAL (SELECT coalesce(c.seed, substring(c.related_to FROM '(?i)^(?:seed|种子点)[:：] *(.+)$'), substring(c.measure FROM '(?i)(?:\mFC\M|connectivity|连接) +(?:with|of|from|to) +(.+)$'),
		substring(k.analysis FROM '(?i)\mseeds? +(?:at |in |of )?(?!based)(.+)$'), substring(k.analysis FROM '(?i)(?:\mFC\M|connectivity) +(?:with|of|from) +(.+)$')) AS seed) e
	CROSS JOIN LATERAL (SELECT substring(coalesce(c.region_en, '') || ' ' || coalesce(c.region_zh, '') FROM '(?i)(\d{1,6}) *(?:connections|edges|regions|条(?:功能)?连接|个脑区)')::int AS count_only,
		coalesce(c.region_en, '') ~* 'garbled' OR coalesce(c.region_suggestion, '') ~* '^unresolved' OR coalesce(c.laterality_stated, '') ~* 'missing|garbled|lost' AS garbled,
		coalesce(c.region_en, '') ~* 'garbled' OR coalesce(c.region_suggestion, '') ~* '^unresolved' AS garbled_name) g
	WHERE c.finding_id IS NOT NULL AND d.direction IS NOT NULL;
	PERFORM evidence.add_sample(f.evidence_study, f.sample, NULL) FROM (SELECT DISTINCT evidence_study, sample FROM pg_temp.fact) f;
	PERFORM ingest.reject_duplicates('finding');
	RETURN ingest.merge(p_file_id, 'evidence.finding', 'review', 'finding');
END $$;

---------------------------------------------------------------------------------------------------- interventions

CREATE FUNCTION ingest.review_interventions(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.require_cells('intervention_id', 'the intervention''s number', 'study_id', 'the study''s number in the review');
	PERFORM ingest.check_study(p_review);
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, p_review AS review, c.intervention_id AS intervention, c.study_id, c.type, c.type_zh, c.site_text_zh AS site_text, c.waveform, c.freq_text, c.freq1_hz, c.freq2_hz,
		c.current_text, c.current_ma, c.pulse_width, c.laterality, c.co_treatment, c.control, c.sessions, c.retention, c.course, c.note
	FROM pg_temp.stage s CROSS JOIN LATERAL jsonb_to_record(s.cells) AS c (intervention_id text, study_id text, type text, type_zh text, site_text_zh text, waveform text, freq_text text, freq1_hz text,
		freq2_hz text, current_text text, current_ma text, pulse_width text, laterality text, co_treatment text, control text, sessions text, retention text, course text, note text)
	WHERE c.intervention_id IS NOT NULL;
	PERFORM ingest.reject_duplicates('intervention');
	RETURN ingest.merge(p_file_id, 'evidence.review_intervention', 'review', 'intervention');
END $$;

CREATE FUNCTION ingest.review_protocol_points(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.require_cells('intervention_id', 'the intervention''s number');
	INSERT INTO pg_temp.stage_reject ("row", line, code, message, raw)
	SELECT s."row", s.line, 'missing_value', 'neither code nor name; expected one of them', s.raw FROM pg_temp.stage s WHERE s.cells ->> 'code' IS NULL AND s.cells ->> 'name' IS NULL;
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, p_review AS review, c.intervention_id AS intervention, (row_number() OVER (PARTITION BY c.intervention_id ORDER BY s."row"))::int AS ordinal,
		c.code, c.name, c.role, c.laterality, coalesce((intervention.resolve_acupoint(c.code)).acupoint, (intervention.resolve_acupoint(c.name)).acupoint) AS acupoint
	FROM pg_temp.stage s CROSS JOIN LATERAL jsonb_to_record(s.cells) AS c (intervention_id text, code text, name text, role text, laterality text)
	WHERE c.intervention_id IS NOT NULL;
	RETURN ingest.merge(p_file_id, 'evidence.review_point', 'review', 'intervention', 'ordinal');
END $$;

-- The same sheet of interventions as protocols: points as the sheet of points lists them, where it does, else as the text of sites names them.
CREATE FUNCTION ingest.stage_review_protocols() RETURNS void
LANGUAGE sql AS $$
	SELECT ingest.stage_protocols();
$$;
COMMENT ON FUNCTION ingest.stage_review_protocols() IS 'As ingest.stage_protocols()';

CREATE FUNCTION ingest.load_review_protocols(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	p_review text := (SELECT f.study FROM ingest.file f WHERE f.file_id = p_file_id);
BEGIN
	PERFORM ingest.lock('review', p_review);
	UPDATE pg_temp.stage s SET points_read = p.points
	FROM (
		SELECT r.intervention, string_agg(r.role || ': ' || r.points, '; ' ORDER BY r.first) AS points
		FROM (
			SELECT t.intervention, CASE WHEN t.role ~* '^(adjunct|配)' THEN 'adjunct' ELSE 'main' END AS role, min(t.ordinal) AS first,
				string_agg(CASE WHEN t.acupoint IS NULL THEN coalesce(t.name, t.code) WHEN t.name IS NULL THEN t.acupoint ELSE t.name || '(' || t.acupoint || ')' END
					|| CASE WHEN t.laterality ~* '^(bilateral|双)' AND t.acupoint IS NOT NULL THEN '(bilateral)' WHEN t.laterality ~* '^(left|左)' AND t.acupoint IS NOT NULL THEN '(left)'
						WHEN t.laterality ~* '^(right|右)' AND t.acupoint IS NOT NULL THEN '(right)' ELSE '' END, ', ' ORDER BY t.ordinal) AS points
			FROM evidence.review_point t WHERE t.review = p_review
			GROUP BY 1, 2) r
		GROUP BY 1) p
	WHERE p.intervention = s.protocol;
	RETURN ingest.load_protocols(p_file_id);
END $$;
COMMENT ON FUNCTION ingest.load_review_protocols(bigint) IS 'As ingest.load_protocols(bigint), with the points of evidence.review_point where the review lists them';

---------------------------------------------------------------------------------------------------- what else it names

CREATE FUNCTION ingest.review_networks(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.require_cells('network', 'the network''s name');
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, p_review AS review, c.network AS name, c.zh AS name_zh, c.study_id AS studies,
		coalesce((SELECT a.network FROM evidence.network_alias a WHERE a.alias = evidence.folded(c.network)), c.network) AS network
	FROM pg_temp.stage s CROSS JOIN LATERAL jsonb_to_record(s.cells) AS c (network text, zh text, study_id text)
	WHERE c.network IS NOT NULL;
	PERFORM ingest.reject_duplicates('name');
	INSERT INTO evidence.network (network, name_zh) SELECT DISTINCT ON (f.network) f.network, f.name_zh FROM pg_temp.fact f ORDER BY f.network, f."row" ON CONFLICT DO NOTHING;
	RETURN ingest.merge(p_file_id, 'evidence.review_network', 'review', 'name');
END $$;

CREATE FUNCTION ingest.review_modalities(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.require_cells('modality', 'the modality''s name');
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, p_review AS review, c.modality AS name, c.zh AS name_zh, c.abbr, c.measures, c.section,
		coalesce((evidence.code_of('modality', c.abbr)).code, (evidence.code_of('modality', c.modality)).code, (evidence.code_of('modality', c.zh)).code) AS modality
	FROM pg_temp.stage s CROSS JOIN LATERAL jsonb_to_record(s.cells) AS c (modality text, zh text, abbr text, measures text, section text)
	WHERE c.modality IS NOT NULL;
	PERFORM ingest.reject_duplicates('name');
	RETURN ingest.merge(p_file_id, 'evidence.review_modality', 'review', 'name');
END $$;

CREATE FUNCTION ingest.review_methods(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.require_cells('method', 'the method''s name');
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, p_review AS review, c.method AS name, c.zh AS name_zh, c.kind, c.note
	FROM pg_temp.stage s CROSS JOIN LATERAL jsonb_to_record(s.cells) AS c (method text, zh text, kind text, note text)
	WHERE c.method IS NOT NULL;
	PERFORM ingest.reject_duplicates('name');
	RETURN ingest.merge(p_file_id, 'evidence.review_method', 'review', 'name');
END $$;

CREATE FUNCTION ingest.review_ml_models(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.require_cells('family', 'the family''s name');
	PERFORM ingest.check_cells('compared', '^(y|yes|true|1|是|n|no|false|0|否)$', 'yes or no');
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, p_review AS review, c.family, c.zh AS name_zh, c.abbr, c.claim, c.compared ~* '^(y|yes|true|1|是)$' AS compared
	FROM pg_temp.stage s CROSS JOIN LATERAL jsonb_to_record(s.cells) AS c (family text, zh text, abbr text, claim text, compared text)
	WHERE c.family IS NOT NULL;
	PERFORM ingest.reject_duplicates('family');
	RETURN ingest.merge(p_file_id, 'evidence.review_model', 'review', 'family');
END $$;

CREATE FUNCTION ingest.review_core_prescription(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.require_cells('rank', 'the point''s place in the list');
	PERFORM ingest.check_cells('rank', '^[1-9]\d{0,3}$', 'the point''s place in the list');
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, p_review AS review, c.rank::int AS rank, c.code, c.name_zh, c.pinyin, c.ref_no,
		coalesce((intervention.resolve_acupoint(c.code)).acupoint, (intervention.resolve_acupoint(c.name_zh)).acupoint, (intervention.resolve_acupoint(c.pinyin)).acupoint) AS acupoint
	FROM pg_temp.stage s CROSS JOIN LATERAL jsonb_to_record(s.cells) AS c (rank text, code text, name_zh text, pinyin text, ref_no text)
	WHERE c.rank ~ '^[1-9]\d{0,3}$';
	PERFORM ingest.reject_duplicates('rank');
	RETURN ingest.merge(p_file_id, 'evidence.core_prescription', 'review', 'rank');
END $$;

CREATE FUNCTION ingest.review_kind_of_fact(p_file_id bigint, p_review text, p_kind text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	counts ingest.counts;
BEGIN
	PERFORM ingest.require_cells('statement', 'what the review says');
	PERFORM ingest.check_cells('ref_no', '^\[?\d{1,5}\]?(\s*[;；,，、–~～-]\s*\[?\d{1,5}\]?)*$', 'numbers of references: 13;14');
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, p_review AS review, p_kind AS kind, c.statement, s."row"::int AS ordinal, c.value, c.section, c.ref_no
	FROM pg_temp.stage s CROSS JOIN LATERAL jsonb_to_record(s.cells) AS c (statement text, value text, section text, ref_no text)
	WHERE c.statement IS NOT NULL;
	PERFORM ingest.reject_duplicates('statement');
	PERFORM ingest.add_references(p_file_id, p_review);
	RETURN ingest.merge(p_file_id, 'evidence.review_fact', 'review', 'kind', 'statement');
END $$;

CREATE FUNCTION ingest.review_challenges(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE sql AS $$ SELECT c.* FROM ingest.review_kind_of_fact(p_file_id, p_review, 'challenge') c; $$;

CREATE FUNCTION ingest.review_other_facts(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE sql AS $$ SELECT c.* FROM ingest.review_kind_of_fact(p_file_id, p_review, 'fact') c; $$;

CREATE FUNCTION ingest.review_text_anomalies(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.require_cells('where', 'the study, or the part of the text', 'text', 'the words of the text');
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT s."row", s.line, p_review AS review, s.cells ->> 'where' AS place, s.cells ->> 'text' AS text, s.cells ->> 'problem' AS problem, s.cells ->> 'how_to_store' AS stored_as
	FROM pg_temp.stage s
	WHERE s.cells ->> 'where' IS NOT NULL AND s.cells ->> 'text' IS NOT NULL;
	PERFORM ingest.reject_duplicates('place', 'text');
	RETURN ingest.merge(p_file_id, 'evidence.anomaly', 'review', 'place', 'text');
END $$;

---------------------------------------------------------------------------------------------------- the review itself, and its text

CREATE FUNCTION ingest.review_year(p_words text) RETURNS int
LANGUAGE sql IMMUTABLE AS $$ SELECT substring(p_words FROM '^\s*((?:1[5-9]|20|21)\d\d)')::int; $$;
COMMENT ON FUNCTION ingest.review_year(text) IS 'The year that a text begins with, or NULL';

CREATE FUNCTION ingest.review_texts(p_list jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
	SELECT array_agg(evidence.stated(t) ORDER BY n) FILTER (WHERE evidence.stated(t) IS NOT NULL)
	FROM jsonb_array_elements_text(CASE jsonb_typeof(p_list) WHEN 'array' THEN p_list WHEN 'string' THEN jsonb_build_array(p_list) ELSE '[]' END) WITH ORDINALITY e (t, n);
$$;
COMMENT ON FUNCTION ingest.review_texts(jsonb) IS 'The texts of a list, or of a text the list of it alone; NULL where there are none';

-- Versions of the strings: "search_terms_zh_abstract" is that of the Chinese abstract.  All of them are kept, also where they disagree.
CREATE FUNCTION ingest.review_strategies(p_review text, p_document jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM evidence.search_strategy t WHERE t.review = p_review AND t.search_id IS NULL;
	INSERT INTO evidence.search_strategy (review, language, stated_in, ordinal, strategy)
	SELECT p_review, m.part[1], coalesce(nullif(replace(m.part[2], '_', ' '), ''), 'review'), e.n, e.t
	FROM jsonb_each(p_document) d (key, value)
	CROSS JOIN LATERAL regexp_match(regexp_replace(d.key, '_verbatim$', ''), '^search_(?:terms|strings|strategy)_([a-z]{2,3})(?:_(.*))?$') m (part)
	CROSS JOIN LATERAL jsonb_array_elements_text(CASE jsonb_typeof(d.value) WHEN 'array' THEN d.value WHEN 'string' THEN jsonb_build_array(d.value) ELSE '[]' END) WITH ORDINALITY e (t, n)
	WHERE m.part IS NOT NULL AND e.t <> ''
	ORDER BY d.key, e.n;
END $$;
COMMENT ON FUNCTION ingest.review_strategies(text, jsonb) IS 'The strings of a review''s search as its document states them, anew';

-- Counts: one that is null, or a word for it, is unknown, which is never 0.
CREATE FUNCTION ingest.review_flow(p_review text, p_flow jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(f.key || ': ' || f.value, ', ') INTO bad
	FROM jsonb_each(p_flow) f
	WHERE f.key <> 'note' AND NOT (jsonb_typeof(f.value) = 'null' OR jsonb_typeof(f.value) = 'number' AND f.value #>> '{}' ~ '^\d{1,12}$' OR jsonb_typeof(f.value) = 'string' AND evidence.stated(f.value #>> '{}') IS NULL);
	IF bad IS NOT NULL THEN
		PERFORM ingest.refuse('flow has ' || left(bad, 120), 'a count is a whole number, or null where it is not stated');
	END IF;
	SELECT string_agg(f.key, ', ') INTO bad FROM jsonb_object_keys(p_flow) f (key) WHERE f.key <> 'note' AND (evidence.code_of('box', f.key)).code IS NULL;
	IF bad IS NOT NULL THEN
		PERFORM ingest.refuse('flow has ' || bad, 'expected identified, duplicates_removed, screened, excluded, sought, not_retrieved, full_text, full_text_excluded, included, included_reports');
	END IF;
	INSERT INTO evidence.flow_stated (review, box, n, verbatim, stated_in)
	SELECT DISTINCT ON (2) p_review, (evidence.code_of('box', f.key)).code, CASE jsonb_typeof(f.value) WHEN 'number' THEN (f.value #>> '{}')::bigint END, f.key || ': ' || (f.value #>> '{}'), 'search_strategy.json'
	FROM jsonb_each(p_flow) f WHERE f.key <> 'note'
	ORDER BY 2, 3 NULLS LAST
	ON CONFLICT (review, box) DO UPDATE SET n = excluded.n, verbatim = excluded.verbatim, stated_in = excluded.stated_in;
END $$;
COMMENT ON FUNCTION ingest.review_flow(text, jsonb) IS 'The counts of a review''s flow as its document states them; NULL where it does not';

CREATE FUNCTION ingest.review_search_strategy(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	d      jsonb := ingest.parse_document((SELECT s.cells ->> 'document' FROM pg_temp.stage s), 'search_strategy.json');
	counts ingest.counts;
BEGIN
	IF jsonb_typeof(d) <> 'object' THEN
		PERFORM ingest.refuse('the document is no JSON object');
	END IF;
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT 1::bigint AS "row", p_review AS review, evidence.stated(d ->> 'source_file') AS source_file, evidence.stated(d ->> 'language') AS language, evidence.stated(d ->> 'title') AS title,
		evidence.stated(d ->> 'authors') AS authors, evidence.stated(d ->> 'journal') AS journal, ingest.review_year(d ->> 'year') AS year, evidence.stated(d ->> 'doi') AS doi,
		ingest.review_year(d #>> '{period,from}') AS covers_from, ingest.review_year(d #>> '{period,to}') AS covers_to, ingest.review_texts(d -> 'document_types') AS document_types,
		CASE WHEN d ->> 'included_n' ~ '^\d{1,6}$' THEN (d ->> 'included_n')::int END AS included_n,
		(SELECT evidence.stated(value) FROM jsonb_each_text(d) WHERE key ~ '^(included_)?which(_|$)' LIMIT 1) AS included_which, evidence.stated(d ->> 'protocol_registration') AS protocol_registration,
		evidence.stated(d ->> 'dual_screening') AS dual_screening, evidence.stated(d ->> 'risk_of_bias_tool') AS risk_of_bias_tool, evidence.stated(d ->> 'reference_numbers_cited') AS references_cited,
		evidence.stated(d ->> 'search_terms_note') AS search_note, ingest.review_texts(d -> 'conclusion') AS conclusion, d AS document;
	counts := ingest.merge(p_file_id, 'evidence.review_description', 'review');
	UPDATE evidence.review r SET title_en = coalesce(r.title_en, t.title) FROM evidence.review_description t WHERE (t.review, r.review) = (p_review, p_review) AND r.title_zh IS NULL AND t.title IS NOT NULL AND r.title_en IS NULL;
	INSERT INTO evidence.search (review, database, covers_from, covers_to)
	SELECT p_review, b, make_date(t.covers_from, 1, 1), make_date(t.covers_to, 12, 31)
	FROM unnest(ingest.review_texts(d -> 'databases')) b CROSS JOIN evidence.review_description t
	WHERE t.review = p_review AND NOT EXISTS (SELECT FROM evidence.search s WHERE s.review = p_review AND s.kind = 'database' AND s.database = b);
	UPDATE evidence.search s SET hits_stated = (d #>> ARRAY['hits', s.database])::bigint
	WHERE s.review = p_review AND d #>> ARRAY['hits', s.database] ~ '^\d{1,12}$' AND s.hits_stated IS DISTINCT FROM (d #>> ARRAY['hits', s.database])::bigint;
	PERFORM ingest.review_strategies(p_review, d);
	IF jsonb_typeof(d -> 'flow') = 'object' THEN
		PERFORM ingest.review_flow(p_review, d -> 'flow');
	END IF;
	RETURN counts;
END $$;

CREATE FUNCTION ingest.review_text(p_file_id bigint, p_review text) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	fresh bigint;
	total bigint;
BEGIN
	CREATE TEMPORARY TABLE found ON COMMIT DROP AS
	SELECT row_number() OVER ()::int AS ordinal, t.line, t.sentence, evidence.citations_in(t.sentence) AS ref_nos
	FROM evidence.sentences_of((SELECT s.cells ->> 'document' FROM pg_temp.stage s)) t;
	SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT FROM evidence.review_sentence o WHERE (o.review, o.ordinal, o.line, o.sentence) = (p_review, f.ordinal, f.line, f.sentence)))
	INTO total, fresh FROM found f;
	DELETE FROM evidence.review_sentence WHERE review = p_review;
	INSERT INTO evidence.review_sentence (review, ordinal, line, sentence, ref_nos, file_id) SELECT p_review, f.ordinal, f.line, f.sentence, f.ref_nos, p_file_id FROM found f;
	RETURN (fresh, total - fresh);
END $$;

---------------------------------------------------------------------------------------------------- rights

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOREACH f IN ARRAY ARRAY['ingest.stage_review()',
		'ingest.begin_review(text)',
		'ingest.finish_review(text)',
		'ingest.load_review(bigint)',
		'ingest.require_cells(text[])',
		'ingest.check_cells(text, text, text)',
		'ingest.check_study(text)',
		'ingest.add_references(bigint, text)',
		'ingest.review_references(bigint, text)',
		'ingest.review_study_facts(bigint, text)',
		'ingest.review_studies(bigint, text)',
		'ingest.review_findings(bigint, text)',
		'ingest.review_interventions(bigint, text)',
		'ingest.review_protocol_points(bigint, text)',
		'ingest.stage_review_protocols()',
		'ingest.load_review_protocols(bigint)',
		'ingest.review_networks(bigint, text)',
		'ingest.review_modalities(bigint, text)',
		'ingest.review_methods(bigint, text)',
		'ingest.review_ml_models(bigint, text)',
		'ingest.review_core_prescription(bigint, text)',
		'ingest.review_kind_of_fact(bigint, text, text)',
		'ingest.review_challenges(bigint, text)',
		'ingest.review_other_facts(bigint, text)',
		'ingest.review_text_anomalies(bigint, text)',
		'ingest.review_year(text)',
		'ingest.review_texts(jsonb)',
		'ingest.review_strategies(text, jsonb)',
		'ingest.review_flow(text, jsonb)',
		'ingest.review_search_strategy(bigint, text)',
		'ingest.review_text(bigint, text)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
