-- Deploy psyrad:report_evidence to pg
-- What dashboards and the report's pages read of acupoints, literature, pooled effects and models: plain types, one row a thing, simulated
-- beside every number.  The views belong to psyrad_view, so that the row policies see the caller.  Catalogue functions read tables that
-- dashboards may not: they are called by functions of psyrad_view that run as it, over tables that no row policy guards (protocols,
-- literature); nothing of subjects passes through them.
BEGIN;
SET LOCAL ROLE psyrad_owner;
GRANT EXECUTE ON FUNCTION evidence.the_review(text), evidence.screening_outcome(text, date), evidence.screening_conflict(text, date),
	evidence.screening_agreement(text, text, text, double precision, date), evidence.identity_check(jsonb), evidence.prisma_record(date, text),
	evidence.unknown_kind(text, text, date, text), evidence.prisma_counts(date, text), evidence.prisma_flow(date, text)
	TO psyrad_view;
RESET ROLE;
SET LOCAL ROLE psyrad_view;

---------------------------------------------------------------------------------------------------- acupoints

CREATE FUNCTION report.core_prescription() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN 'GV20, LR3, 印堂, PC6, SP6, HT7, EX-HN1, GV24';
COMMENT ON FUNCTION report.core_prescription() IS 'The core prescription for depression that protocols are held against (question 5): Baihui, Taichong, Yintang, Neiguan, Sanyinjiao, Shenmen of the hand, Sishencong, Shenting';

CREATE FUNCTION report.mine_points() RETURNS TABLE (study text, acupoint text, name_zh text, pinyin text, prescriptions bigint, sources bigint, weight float8, share float8)
	LANGUAGE sql STABLE SECURITY DEFINER ROWS 200
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.study, f.* FROM (SELECT DISTINCT p.study FROM intervention.protocol p) s CROSS JOIN LATERAL intervention.point_frequency(s.study) f
$$;
COMMENT ON FUNCTION report.mine_points() IS 'For report.point_frequency: intervention.point_frequency of each study';

CREATE FUNCTION report.mine_pairs() RETURNS TABLE (study text, a text, b text, prescriptions bigint, weight float8, support float8, lift float8, jaccard float8)
	LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.study, p.* FROM (SELECT DISTINCT p.study FROM intervention.protocol p) s CROSS JOIN LATERAL intervention.point_pairs(s.study) p
$$;
COMMENT ON FUNCTION report.mine_pairs() IS 'For report.point_pair: intervention.point_pairs of each study';

CREATE FUNCTION report.mine_rules() RETURNS TABLE (study text, antecedent text[], consequent text, prescriptions bigint, support float8, confidence float8, lift float8,
		leverage float8, conviction float8, p float8, q float8)
	LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.study, r.* FROM (SELECT DISTINCT p.study FROM intervention.protocol p) s CROSS JOIN LATERAL intervention.point_rules(s.study) r
$$;
COMMENT ON FUNCTION report.mine_rules() IS 'For report.point_rule: intervention.point_rules of each study';

CREATE FUNCTION report.mine_similarity() RETURNS TABLE (study text, source text, protocol text, points text[], shared text[], similarity float8, coverage float8)
	LANGUAGE sql STABLE SECURITY DEFINER ROWS 200
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.* FROM intervention.similar_protocols(report.core_prescription()) s
$$;
COMMENT ON FUNCTION report.mine_similarity() IS 'For report.protocol_similarity: intervention.similar_protocols of report.core_prescription()';

CREATE VIEW report.point_frequency AS
SELECT f.study, s.simulated, f.acupoint, f.name_zh, f.pinyin, a.channel, a.kind, f.prescriptions, f.sources, f.weight, f.share
FROM report.mine_points() f
JOIN clinical.study s USING (study)
JOIN intervention.acupoint a USING (acupoint);
COMMENT ON VIEW report.point_frequency IS 'How often each point is used in the protocols of a study (a trial, or a collection of papers); each source counts once, shams are left out';
COMMENT ON COLUMN report.point_frequency.prescriptions IS 'Protocols that have the point';
COMMENT ON COLUMN report.point_frequency.sources IS 'Papers or trials that have a protocol with it';
COMMENT ON COLUMN report.point_frequency.weight IS 'Sources that it makes up: a protocol counts 1 / (protocols of its source)';
COMMENT ON COLUMN report.point_frequency.share IS 'weight over the number of sources, 0 to 1';

CREATE VIEW report.point_pair AS
SELECT p.study, s.simulated, p.a, x.name_zh AS a_zh, p.b, y.name_zh AS b_zh, p.prescriptions, p.weight, p.support, p.lift, p.jaccard
FROM report.mine_pairs() p
JOIN clinical.study s USING (study)
JOIN intervention.acupoint x ON x.acupoint = p.a
JOIN intervention.acupoint y ON y.acupoint = p.b;
COMMENT ON VIEW report.point_pair IS 'Points that are used together, a pair a row (a before b): the edges of the co-occurrence network of a study';
COMMENT ON COLUMN report.point_pair.support IS 'Share of the sources that have both, 0 to 1';
COMMENT ON COLUMN report.point_pair.lift IS 'support over what it would be if the two were independent; 1: they are';
COMMENT ON COLUMN report.point_pair.jaccard IS 'Weight of the protocols with both over that of those with either';

CREATE VIEW report.point_rule AS
SELECT r.study, s.simulated, array_to_string(r.antecedent, ' + ') AS antecedent, z.names AS antecedent_zh, cardinality(r.antecedent) AS size,
	r.consequent, a.name_zh AS consequent_zh, r.prescriptions, r.support, r.confidence, r.lift, r.leverage, nullif(r.conviction, 'Infinity') AS conviction, r.p, r.q
FROM report.mine_rules() r
JOIN clinical.study s USING (study)
JOIN intervention.acupoint a ON a.acupoint = r.consequent
CROSS JOIN LATERAL (SELECT string_agg(n.name_zh, ' + ' ORDER BY u.k) AS names FROM unnest(r.antecedent) WITH ORDINALITY u(acupoint, k) JOIN intervention.acupoint n USING (acupoint)) z;
COMMENT ON VIEW report.point_rule IS 'Rules between points of a study: who uses the antecedent uses the consequent.  Support of .1, confidence of .5, two points at most before the arrow; p is Fisher''s, one-sided, q Benjamini-Hochberg over the rules of the study';
COMMENT ON COLUMN report.point_rule.conviction IS 'NULL for a rule without exception (it is infinite)';

CREATE VIEW report.protocol_similarity AS
SELECT m.study, s.simulated, m.source, m.protocol, array_to_string(m.points, ' ') AS points, array_to_string(m.shared, ' ') AS shared,
	cardinality(m.shared) AS n_shared, m.coverage, m.similarity,
	(SELECT count(*) FROM intervention.protocol_point t WHERE (t.study, t.protocol) = (m.study, m.protocol) AND t.acupoint IS NULL) AS unresolved
FROM report.mine_similarity() m
JOIN clinical.study s USING (study);
COMMENT ON VIEW report.protocol_similarity IS 'How alike each protocol is to report.core_prescription(): points that it shares, share of the core that it has (coverage), Jaccard''s similarity; spellings that no point could be told for (unresolved) count for nothing';

CREATE VIEW report.stimulation AS
SELECT p.study, s.simulated, coalesce(p.source, p.study) AS source, p.protocol, p.mode, p.mode_text, p.waveform, q.quantity, q.ordinal, q.verbatim, q.low, q.high, q.unit,
	q.qualifier, q.problem
FROM intervention.protocol p
JOIN clinical.study s USING (study)
JOIN intervention.protocol_quantity q USING (study, protocol);
COMMENT ON VIEW report.stimulation IS 'Numbers of the protocols, one row each: verbatim as the source says it, low and high in unit as read, problem where it is garbled';

CREATE VIEW report.protocol_stricta AS
SELECT t.study, s.simulated, t.source, t.protocol, t.item, t.title_en, t.title_zh, t.reported
FROM intervention.stricta t
JOIN clinical.study s USING (study);
COMMENT ON VIEW report.protocol_stricta IS 'Each of the 17 sub-items of STRICTA 2010 for each protocol, and whether it is reported';

CREATE VIEW report.stricta_item AS
SELECT study, simulated, item, title_en, title_zh, count(*) AS sources, count(*) FILTER (WHERE reported) AS reported, avg(reported::int)::float8 AS share
FROM (SELECT study, simulated, source, item, title_en, title_zh, bool_or(reported) AS reported
	  FROM report.protocol_stricta GROUP BY study, simulated, source, item, title_en, title_zh) t
GROUP BY study, simulated, item, title_en, title_zh;
COMMENT ON VIEW report.stricta_item IS 'Of each sub-item of STRICTA 2010: how many sources of a study report it in any of their protocols';

---------------------------------------------------------------------------------------------------- literature

-- A flow that does not add up is an error of evidence.prisma_flow(); a dashboard is told so by boxes that nobody knows.
CREATE FUNCTION report.flow_of(p_review text) RETURNS TABLE (ordinal int, box text, reason text, label_en text, label_zh text, unit text, n bigint, n_recorded bigint, note text, note_zh text)
	LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 40
	SET search_path = pg_catalog, psyrad, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT * FROM evidence.prisma_flow(NULL, p_review);
EXCEPTION WHEN data_corrupted THEN
	RETURN QUERY SELECT b.ordinal, b.box, NULL::text, b.label_en, b.label_zh, b.unit, NULL::bigint, NULL::bigint, SQLERRM, '各框数目不符：' || SQLERRM FROM evidence.prisma_box b ORDER BY b.ordinal;
END $$;
COMMENT ON FUNCTION report.flow_of(text) IS 'For report.prisma: evidence.prisma_flow(); where the flow does not add up all boxes, unknown, with that error as their note';

CREATE FUNCTION report.agreement_of(p_review text, p_stage text) RETURNS TABLE (screener_a text, screener_b text, n bigint, n_one bigint, agree bigint, agreement float8, kappa float8,
		se float8, ci_lb float8, ci_ub float8, pabak float8, note text)
	LANGUAGE sql STABLE SECURITY DEFINER ROWS 5
	SET search_path = pg_catalog, psyrad, pg_temp
AS $$ SELECT * FROM evidence.screening_agreement(p_stage, p_review) $$;
COMMENT ON FUNCTION report.agreement_of(text, text) IS 'For report.screening_agreement: evidence.screening_agreement() of the first decisions';

CREATE FUNCTION report.conflicts_of(p_review text) RETURNS TABLE (report_id bigint, stage text, conflict text, screener text, decision text, reason text, comment text, decided_at timestamptz,
		title text, year int)
	LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
	SET search_path = pg_catalog, psyrad, pg_temp
AS $$ SELECT * FROM evidence.screening_conflict(p_review) $$;
COMMENT ON FUNCTION report.conflicts_of(text) IS 'For report.screening_conflict: evidence.screening_conflict()';

CREATE VIEW report.prisma AS
SELECT r.review, r.title_en, r.title_zh, CASE WHEN c.searches > 0 OR c.stated = 0 THEN 'counted' ELSE 'stated' END AS basis,
	f.ordinal, b.branch, f.box, f.reason, f.label_en, f.label_zh, f.unit, b.standard,
	CASE WHEN c.searches > 0 OR c.stated = 0 THEN f.n ELSE s.n END AS n, f.n AS n_counted, f.n_recorded, s.n AS n_stated, s.verbatim, f.note, f.note_zh
FROM evidence.review r
CROSS JOIN LATERAL (SELECT (SELECT count(*) FROM evidence.search_source q WHERE q.review = r.review) AS searches,
	(SELECT count(*) FROM evidence.flow_stated t WHERE t.review = r.review) AS stated) c
CROSS JOIN LATERAL report.flow_of(r.review) f
JOIN evidence.prisma_box b USING (box)
LEFT JOIN evidence.flow_stated s ON s.review = r.review AND s.box = f.box AND f.reason IS NULL;
COMMENT ON VIEW report.prisma IS 'PRISMA 2020 flow of each review, one row a box and one a reason of exclusion.  n NULL: not known, and note says why; never a 0 that nobody counted';
COMMENT ON COLUMN report.prisma.basis IS 'counted: n is counted here; stated: no record of its searches is here, and n is what its paper states';
COMMENT ON COLUMN report.prisma.n_recorded IS 'What is counted here so far, also where that is not all there is';
COMMENT ON COLUMN report.prisma.note_zh IS 'The note in Chinese';
COMMENT ON COLUMN report.prisma.n_stated IS 'What the paper states; verbatim in its own words';

CREATE VIEW report.search AS
SELECT s.review, s.kind, s.database, s.search, s.searched, q.covers_from, q.covers_to, s.hits_stated, s.records, s.difference, array_to_string(s.languages, ', ') AS languages,
	s.versions_disagree
FROM evidence.search_summary s
JOIN evidence.search q USING (search_id);
COMMENT ON VIEW report.search IS 'Searches of the reviews: hits that the database stated beside the records that were imported (NULL: none were, or nobody said)';

CREATE VIEW report.literature_database AS
SELECT database, records, first_occurrences, duplicates_within, duplicates_across, not_compared FROM evidence.duplicate_count;
COMMENT ON VIEW report.literature_database IS 'Records of literature by database: records = first_occurrences + duplicates_within + duplicates_across + not_compared (database NULL: the import did not say)';

CREATE FUNCTION report.language_of(written text, title text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN lower(btrim(written)) IN ('en', 'eng', 'english', '英文', '英语') THEN 'en'
		WHEN lower(btrim(written)) IN ('zh', 'zho', 'chi', 'chn', 'chinese', '中文', '汉语') OR lower(written) LIKE 'zh-%' THEN 'zh'
		WHEN btrim(written) <> '' THEN 'other'
		WHEN title ~ '[㐀-䶿一-鿿]' THEN 'han'
	END;
END;
COMMENT ON FUNCTION report.language_of(text, text) IS 'Language of a record: en, zh, other as it states; han where it states none and its title has Chinese characters; NULL: not stated';

CREATE VIEW report.literature AS
SELECT coalesce(c.cluster_id, s.source_record_id) AS report_id, count(*) AS records, c.cluster_id IS NOT NULL AS compared,
	string_agg(DISTINCT s.database, ', ') AS databases,
	(array_agg(s.title ORDER BY s.source_record_id) FILTER (WHERE s.title IS NOT NULL))[1] AS title,
	(array_agg(s.title_translated ORDER BY s.source_record_id) FILTER (WHERE s.title_translated IS NOT NULL))[1] AS title_translated,
	(array_agg((evidence.people(s.authors))[1] ORDER BY s.source_record_id) FILTER (WHERE s.authors IS NOT NULL))[1] AS first_author,
	(array_agg(s.year ORDER BY s.source_record_id) FILTER (WHERE s.year IS NOT NULL))[1] AS year,
	report.language_of((array_agg(s.language ORDER BY s.source_record_id) FILTER (WHERE s.language IS NOT NULL))[1],
		(array_agg(s.title ORDER BY s.source_record_id) FILTER (WHERE s.title IS NOT NULL))[1]) AS language,
	(array_agg(s.journal ORDER BY s.source_record_id) FILTER (WHERE s.journal IS NOT NULL))[1] AS journal,
	(array_agg(s.doi ORDER BY s.source_record_id) FILTER (WHERE s.doi IS NOT NULL))[1] AS doi,
	(array_agg(s.pmid ORDER BY s.source_record_id) FILTER (WHERE s.pmid IS NOT NULL))[1] AS pmid,
	psyrad.text_fold(concat_ws(' ', (array_agg(s.title ORDER BY s.source_record_id) FILTER (WHERE s.title IS NOT NULL))[1],
		(array_agg(s.title_translated ORDER BY s.source_record_id) FILTER (WHERE s.title_translated IS NOT NULL))[1],
		(array_agg((evidence.people(s.authors))[1] ORDER BY s.source_record_id) FILTER (WHERE s.authors IS NOT NULL))[1])) AS folded
FROM evidence.current_record s
LEFT JOIN evidence.record_cluster c USING (source_record_id)
GROUP BY coalesce(c.cluster_id, s.source_record_id), c.cluster_id IS NOT NULL;
COMMENT ON COLUMN report.literature.folded IS 'Title, translated title and first author by psyrad.text_fold: what a search compares';
COMMENT ON VIEW report.literature IS 'Reports of the catalogue, one row each: what the first of its records says that has the field; a record that was not compared yet stands for itself';

CREATE VIEW report.literature_year AS
SELECT year, language, count(*) AS reports, sum(records) AS records FROM report.literature GROUP BY year, language;
COMMENT ON VIEW report.literature_year IS 'Reports by year and language (report.language_of); NULL: not stated';

CREATE VIEW report.uncertain_duplicate AS
SELECT record_a, record_b, differs, confidence, title_a, title_b, array_to_string(authors_a, '; ') AS authors_a, array_to_string(authors_b, '; ') AS authors_b,
	year_a, year_b, journal_a, journal_b, doi_a, doi_b, database_a, database_b
FROM evidence.uncertain_duplicate;
COMMENT ON VIEW report.uncertain_duplicate IS 'Pairs of records that might be one report and wait for a person: evidence.decide_duplicate(record_a, record_b, true or false)';

CREATE VIEW report.screening_agreement AS
SELECT r.review, t.stage, a.screener_a, a.screener_b, a.n, a.n_one, a.agree, a.agreement, a.kappa, a.se, a.ci_lb, a.ci_ub, a.pabak, a.note
FROM evidence.review r
CROSS JOIN (VALUES ('title_abstract'), ('full_text')) t(stage)
CROSS JOIN LATERAL report.agreement_of(r.review, t.stage) a;
COMMENT ON VIEW report.screening_agreement IS 'Agreement of each two screeners over their first decisions: share, Cohen''s kappa with its 95 % interval, PABAK; note where there is none';

CREATE VIEW report.screening_conflict AS
SELECT r.review, c.stage, c.report_id, c.conflict, c.screener, c.decision, c.reason, c.comment, c.decided_at, c.title, c.year
FROM evidence.review r
CROSS JOIN LATERAL report.conflicts_of(r.review) c;
COMMENT ON VIEW report.screening_conflict IS 'Reports on which screeners disagree and that no consensus has settled, one row a screener';

-- What the search box of the page folds a query by: the characters that some title's folded form has another form of.
CREATE FUNCTION report.variant_characters(titles text[]) RETURNS jsonb
	LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
	WITH used AS (
		SELECT DISTINCT c.letter FROM pg_catalog.unnest(titles) t(title) CROSS JOIN LATERAL pg_catalog.regexp_split_to_table(t.title, '') c(letter)
	), folded AS (
		SELECT pg_catalog.chr(code) AS letter, psyrad.text_fold(pg_catalog.chr(code)) AS form FROM pg_catalog.generate_series(13312, 40959) code
	)
	SELECT coalesce(pg_catalog.jsonb_object_agg(f.letter, f.form), '{}') FROM folded f JOIN used u ON u.letter = f.form WHERE f.form <> f.letter;
END;
COMMENT ON FUNCTION report.variant_characters(text[]) IS 'Variant and traditional characters (U+3400 to U+9FFF) whose form by psyrad.text_fold occurs in folded titles: {"鬱": "郁"}';

---------------------------------------------------------------------------------------------------- pooled effects

-- Numbers in sentences, by the rule of psyrad.meta_sentence: two decimals where they say something, else three significant digits.
CREATE FUNCTION report.in_words(value float8) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN value = 0 OR abs(value) >= 0.1 AND abs(value) < 1e6 THEN to_char(round(value::numeric, 2), 'FM9999990.00')
		WHEN abs(value) >= 1e-4 AND abs(value) < 0.1 THEN trim_scale(round(value::numeric, 2 - floor(log(abs(value)))::int))::text
		ELSE regexp_replace(btrim(to_char(value, '9.99EEEE')), '[.]?0*e', 'e')
	END;
END;
COMMENT ON FUNCTION report.in_words(float8) IS 'A number as sentences print it: two decimals, or three significant digits below .1 and from a million';

CREATE FUNCTION report.p_in_words(p float8) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN p < 0.001 THEN 'p < .001' WHEN round(p::numeric, 3) = 1 THEN 'p = 1.000' ELSE 'p = ' || ltrim(to_char(p, 'FM0.000'), '0') END;
END;
COMMENT ON FUNCTION report.p_in_words(float8) IS 'A p value as sentences print it: p = .041, p < .001';

CREATE FUNCTION report.on_scale(value float8, scale text) RETURNS float8
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE scale WHEN 'log' THEN CASE WHEN value < 700 THEN exp(value) END ELSE value END;
COMMENT ON FUNCTION report.on_scale(float8, text) IS 'An effect as readers know it: of scale ''log'' the ratio (NULL beyond what a number holds), else itself';

CREATE FUNCTION report.sentence(result psyrad.meta_result, language text DEFAULT 'en', scale text DEFAULT 'identity') RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN language <> 'zh' THEN psyrad.meta_sentence(result, scale)
		WHEN coalesce((result).k, 0) = 0 THEN '没有可合并的研究。'
		ELSE concat(CASE (result).method WHEN 'EE' THEN '等效应模型（' ELSE '随机效应模型（' || (result).method || '，' END,
			CASE WHEN (result).k > 1 THEN CASE (result).test WHEN 'knha' THEN 'Knapp-Hartung，' WHEN 'adhoc' THEN 'Knapp-Hartung（设下限），' WHEN 't' THEN 't 检验，' END END,
			'k = ', (result).k, '）：合并效应 ', report.in_words(report.on_scale((result).estimate, scale)),
			'，95% CI ', report.in_words(report.on_scale((result).ci_lb, scale)), ' 至 ', report.in_words(report.on_scale((result).ci_ub, scale)),
			'，', CASE WHEN (result).df IS NULL THEN 'z' ELSE 't(' || (result).df || ')' END, ' = ', round((result).statistic::numeric, 2), '，', report.p_in_words((result).p),
			CASE WHEN (result).pi_lb IS NOT NULL THEN '；95% 预测区间 ' || report.in_words(report.on_scale((result).pi_lb, scale)) || ' 至 ' || report.in_words(report.on_scale((result).pi_ub, scale)) END,
			CASE WHEN (result).q_df > 0 THEN concat('；异质性 Q(', (result).q_df, ') = ', report.in_words((result).q), '，', report.p_in_words((result).q_p),
				CASE WHEN (result).method <> 'EE' THEN '，τ² = ' || report.in_words((result).tau2) END, '，I² = ', to_char((result).i2, 'FM990.0'), '%') END,
			'。')
	END;
END;
COMMENT ON FUNCTION report.sentence(psyrad.meta_result, text, text) IS 'The line that a paper prints of a pooled effect with intervals of 95 %: in English (psyrad.meta_sentence), or in Chinese with language ''zh''; scale ''log'': the effects are logs of ratios, and the ratios are printed';

-- Cochrane's bands of I2 overlap on purpose: a value in two of them is said to be in both.
CREATE FUNCTION report.heterogeneity(result psyrad.meta_result, language text DEFAULT 'en', scale text DEFAULT 'identity') RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN coalesce((result).k, 0) < 2 OR (result).i2 IS NULL THEN CASE language WHEN 'zh' THEN '不足两项研究，无法判断异质性。' ELSE 'Fewer than two studies: heterogeneity cannot be told.' END
		ELSE (
			SELECT CASE language
				WHEN 'zh' THEN concat('I² = ', to_char((result).i2, 'FM990'), '%：', string_agg(b.zh, '或' ORDER BY b.low), '（Cochrane 手册的分段）；',
					CASE WHEN (result).q_p < 0.1 THEN 'Q 检验提示各研究的真实效应不同（' ELSE 'Q 检验未能排除各研究效应相同（' END, report.p_in_words((result).q_p), '）',
					CASE WHEN (result).pi_lb IS NULL THEN '；研究太少，不给出预测区间。'
						WHEN (result).pi_lb * (result).pi_ub > 0 THEN format('；预测区间不含 %s：新研究的真实效应预计方向相同。', n.none)
						ELSE format('；预测区间含 %s：新研究的真实效应可能无效或方向相反。', n.none) END)
				ELSE concat('I² = ', to_char((result).i2, 'FM990'), '%: ', string_agg(b.en, ' or ' ORDER BY b.low), ' (the bands of the Cochrane Handbook); ',
					CASE WHEN (result).q_p < 0.1 THEN 'the test of Q says that true effects differ (' ELSE 'the test of Q does not rule out that all effects are equal (' END,
					report.p_in_words((result).q_p), ')',
					CASE WHEN (result).pi_lb IS NULL THEN '; too few studies for a prediction interval.'
						WHEN (result).pi_lb * (result).pi_ub > 0 THEN format('; the prediction interval leaves out %s: the true effect of a new study is expected on the same side.', n.none)
						ELSE format('; the prediction interval has %s in it: the true effect of a new study may be none, or the opposite.', n.none) END)
				END
			FROM (VALUES (0, 40, 'might not be important', '可能不重要'), (30, 60, 'moderate', '中度'), (50, 90, 'substantial', '较大'), (75, 100, 'considerable', '很大')) b(low, high, en, zh)
			CROSS JOIN (SELECT CASE scale WHEN 'log' THEN '1' ELSE '0' END AS none) n
			WHERE (result).i2 BETWEEN b.low AND b.high
			GROUP BY n.none)
	END;
END;
COMMENT ON FUNCTION report.heterogeneity(psyrad.meta_result, text, text) IS 'Heterogeneity in words, English or Chinese (''zh''): I2 by the bands of the Cochrane Handbook (10.10.2, which overlap), the test of Q at .1, and what the prediction interval says of a new study; scale ''log'': no effect is a ratio of 1';

CREATE VIEW report.meta_study AS
SELECT format('%s, %s: %s vs %s%s%s', e.outcome, e.measure, e.intervention, e.comparator, CASE WHEN e.outcome_type NOT IN ('final_or_change', 'event') THEN ', ' || e.outcome_type END,
		CASE WHEN e.simulated THEN ' (simulated)' END) AS pool,
	e.outcome, e.outcome_type, e.intervention, e.comparator, e.simulated, e.measure, CASE WHEN e.measure IN ('RR', 'OR') THEN 'log' ELSE 'identity' END AS scale, e.better,
	e.evidence_study AS study, e.effect, e.arm,
	e.evidence_study || CASE WHEN count(*) OVER (PARTITION BY e.measure, e.outcome, e.outcome_type, e.intervention, e.comparator, e.simulated, e.evidence_study) > 1
		THEN ' (' || e.effect || ')' ELSE '' END AS label,
	e.year, e.instrument, e.weeks, e.n1, e.n2, e.shared_by, e.yi, e.vi
FROM evidence.poolable e
WHERE e.used;
COMMENT ON VIEW report.meta_study IS 'Effects that are pooled (evidence.poolable: one an independent sample, shared control groups divided), by pool: outcome, measure, intervention, comparator, kind of value; simulated ones apart';
COMMENT ON COLUMN report.meta_study.label IS 'Study, with the name of the effect where a study has several in the pool';
COMMENT ON COLUMN report.meta_study.scale IS 'log: yi is the log of a ratio';
COMMENT ON COLUMN report.meta_study.better IS 'lower: effects below 0 favour the intervention; higher; NULL: not known';

CREATE VIEW report.meta_left_out AS
SELECT p.measure, p.outcome, p.outcome_type, p.intervention, p.comparator, p.simulated, p.evidence_study AS study, p.effect, p.year, p.instrument, p.value_type, p.weeks,
	p.reason, r.label_en, r.label_zh, p.detail
FROM evidence.poolable p
JOIN evidence.pool_reason r USING (reason)
WHERE NOT p.used;
COMMENT ON VIEW report.meta_left_out IS 'Effects that are in no pool, and why';

CREATE VIEW report.meta_pool AS
SELECT p.pool, p.outcome, p.outcome_type, p.intervention, p.comparator, p.simulated, p.measure, p.scale, p.better, p.people, (p.z).k, (p.z).method, (p.z).estimate, (p.z).se,
	(p.z).ci_lb, (p.z).ci_ub, (p.z).p, (p.knha).se AS knha_se, (p.knha).df AS knha_df, (p.knha).ci_lb AS knha_lb, (p.knha).ci_ub AS knha_ub, (p.knha).p AS knha_p,
	(p.knha).pi_lb, (p.knha).pi_ub, (p.z).tau2, (p.z).tau2_lb, (p.z).tau2_ub, (p.z).i2, (p.z).h2, (p.z).q, (p.z).q_df, (p.z).q_p,
	report.sentence(p.knha, 'en', p.scale) AS sentence_en, report.sentence(p.knha, 'zh', p.scale) AS sentence_zh,
	report.heterogeneity(p.knha, 'en', p.scale) AS heterogeneity_en, report.heterogeneity(p.knha, 'zh', p.scale) AS heterogeneity_zh, (p.knha).note
FROM (SELECT pool, outcome, outcome_type, intervention, comparator, simulated, measure, scale, max(better) AS better, sum(n1 + n2) AS people,
		psyrad.meta(yi, vi, 'REML', 'z') AS z, psyrad.meta(yi, vi, 'REML', 'knha') AS knha
	  FROM report.meta_study GROUP BY pool, outcome, outcome_type, intervention, comparator, simulated, measure, scale) p;
COMMENT ON VIEW report.meta_pool IS 'Random-effects mean (REML) of each pool, one row each: normal interval (ci_*), Knapp and Hartung''s (knha_*; of a single study its normal one), prediction interval (pi_*, t with k - 1 df), heterogeneity, and both in words.  Of ratios estimate and intervals are logs';

CREATE VIEW report.forest AS
WITH study AS MATERIALIZED (
	SELECT s.*, psyrad.meta(yi, vi, 'REML', 'z') OVER (PARTITION BY pool) AS z, psyrad.meta(yi, vi, 'REML', 'knha') OVER (PARTITION BY pool) AS knha
	FROM report.meta_study s
),
line AS (
	SELECT s.pool, s.simulated, s.scale, 'study' AS kind, (row_number() OVER (PARTITION BY s.pool ORDER BY s.year NULLS LAST, s.label))::int AS line, s.label AS study, s.year, s.n1, s.n2,
		s.yi AS estimate, sqrt(s.vi) AS se, s.yi - 1.959963984540054 * sqrt(s.vi) AS ci_lb, s.yi + 1.959963984540054 * sqrt(s.vi) AS ci_ub,
		1 / (s.vi + (s.z).tau2) / sum(1 / (s.vi + (s.z).tau2)) OVER (PARTITION BY s.pool) AS weight
	FROM study s
	UNION ALL
	SELECT p.pool, p.simulated, p.scale, r.kind, 1000000 + r.line, NULL, NULL, NULL, NULL, (p.z).estimate, r.se, r.lb, r.ub, NULL
	FROM (SELECT DISTINCT ON (pool) pool, simulated, scale, z, knha FROM study ORDER BY pool) p
	CROSS JOIN LATERAL (VALUES ('z', 1, (p.z).se, (p.z).ci_lb, (p.z).ci_ub), ('knha', 2, (p.knha).se, (p.knha).ci_lb, (p.knha).ci_ub), ('prediction', 3, NULL, (p.knha).pi_lb, (p.knha).pi_ub))
		r(kind, line, se, lb, ub)
)
SELECT pool, simulated, kind, line, study, year, n1, n2, estimate, se, ci_lb, ci_ub, weight,
	report.on_scale(estimate, scale) AS shown, report.on_scale(ci_lb, scale) AS shown_lb, report.on_scale(ci_ub, scale) AS shown_ub
FROM line;
COMMENT ON VIEW report.forest IS 'Rows of a forest plot in order of line: studies with their 95 % interval and weight (share of 1, random effects), then the pooled mean with its normal (z) and Knapp-Hartung (knha) interval, and the prediction interval';
COMMENT ON COLUMN report.forest.shown IS 'As readers know it: of logs of ratios the ratio';

CREATE VIEW report.funnel AS
WITH study AS MATERIALIZED (SELECT m.*, row_number() OVER (PARTITION BY pool ORDER BY vi, yi) AS place FROM report.meta_study m)
SELECT s.pool, s.simulated, s.label AS study, s.year, s.yi AS estimate, sqrt(s.vi) AS se, s.yi / sqrt(s.vi) AS z, f.p, f.contour
FROM study s
JOIN (SELECT m.pool, psyrad.meta_funnel(psyrad.meta_state(m.yi, m.vi)) AS points FROM study m GROUP BY m.pool) t USING (pool)
CROSS JOIN LATERAL (SELECT (t.points[s.place]).p, (t.points[s.place]).contour) f;
COMMENT ON VIEW report.funnel IS 'Points of a contour-enhanced funnel plot: effect, standard error, two-sided p against no effect, and the contour (.9, .95, .99) that the study lies in, NULL where p < .01';

CREATE VIEW report.small_study AS
SELECT p.pool, p.simulated, t.*
FROM (SELECT pool, simulated, psyrad.meta_state(yi, vi) AS state FROM report.meta_study GROUP BY pool, simulated) p
CROSS JOIN LATERAL psyrad.meta_egger_final(p.state) e
CROSS JOIN LATERAL psyrad.meta_egger_final(p.state, 'REML') m
CROSS JOIN LATERAL psyrad.meta_begg_final(p.state) b
CROSS JOIN LATERAL psyrad.meta_trimfill_final(p.state, test => 'knha') f
CROSS JOIN LATERAL psyrad.meta_petpeese_final(p.state) t0
CROSS JOIN LATERAL (VALUES
	('egger', 'Egger''s test (weighted regression on the standard error)', 'Egger 检验（对标准误加权回归）', e.k, e.estimate, e.se, e.statistic, e.df, e.p, e.limit_estimate, e.limit_lb, e.limit_ub, e.note),
	('egger_reml', 'Egger''s test in a random-effects model (REML)', '随机效应模型下的 Egger 检验（REML）', m.k, m.estimate, m.se, m.statistic, m.df, m.p, m.limit_estimate, m.limit_lb, m.limit_ub, m.note),
	('begg', 'Rank correlation (Begg and Mazumdar): Kendall''s tau', '秩相关（Begg 与 Mazumdar）：Kendall τ', b.k, b.tau, NULL, NULL, NULL, b.p, NULL, NULL, NULL, b.note),
	('trimfill', 'Trim and fill (L0): mean with the missing studies filled in', '剪补法（L0）：补入缺失研究后的均值', f.k0, NULL, f.se, f.statistic, f.df, f.p, f.estimate, f.ci_lb, f.ci_ub, f.note),
	('petpeese', 'PET-PEESE: effect of an infinitely large study', 'PET-PEESE：样本无穷大时的效应', t0.k, NULL, t0.se, NULL, t0.df, t0.p, t0.estimate, t0.ci_lb, t0.ci_ub, t0.note))
	t(test, label_en, label_zh, k, slope, se, statistic, df, p, estimate, ci_lb, ci_ub, note);
COMMENT ON VIEW report.small_study IS 'Small-study effects of each pool: Egger''s test (plain, and with random effects), Begg''s, trim and fill, PET-PEESE; note says why there is none';
COMMENT ON COLUMN report.small_study.k IS 'Studies; of trim and fill the number that is filled in';
COMMENT ON COLUMN report.small_study.slope IS 'What is tested: slope of effects on their standard errors (Egger''s classical intercept), Kendall''s tau';
COMMENT ON COLUMN report.small_study.estimate IS 'Effect where the standard error is 0 (Egger: where its line begins), or corrected mean, with its 95 % interval; p is of the slope, and of trim and fill and PET-PEESE of this effect';

CREATE VIEW report.leave_one_out AS
SELECT pool, simulated, study, year, (z).k, (z).estimate, (z).se, (z).ci_lb, (z).ci_ub, (z).p, (knha).ci_lb AS knha_lb, (knha).ci_ub AS knha_ub, (knha).p AS knha_p,
	(z).tau2, (z).i2, (z).q, (z).q_p
FROM (SELECT pool, simulated, label AS study, year, effect, psyrad.meta(yi, vi, 'REML', 'z') OVER others AS z, psyrad.meta(yi, vi, 'REML', 'knha') OVER others AS knha
	  FROM report.meta_study
	  WINDOW others AS (PARTITION BY pool ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)) w;
COMMENT ON VIEW report.leave_one_out IS 'The mean of each pool without each of its studies (REML; ci_* normal, knha_* Knapp-Hartung)';

CREATE VIEW report.cumulative AS
SELECT pool, simulated, place::int AS line, study, year, (z).k, (z).estimate, (z).se, (z).ci_lb, (z).ci_ub, (z).p, (knha).ci_lb AS knha_lb, (knha).ci_ub AS knha_ub, (knha).p AS knha_p,
	(z).tau2, (z).i2
FROM (SELECT pool, simulated, label AS study, year, row_number() OVER so_far AS place,
		psyrad.meta(yi, vi, 'REML', 'z') OVER so_far AS z, psyrad.meta(yi, vi, 'REML', 'knha') OVER so_far AS knha
	  FROM report.meta_study
	  WINDOW so_far AS (PARTITION BY pool ORDER BY year NULLS LAST, label ROWS UNBOUNDED PRECEDING)) w;
COMMENT ON VIEW report.cumulative IS 'The mean of each pool as studies came, by year (unknown ones last) and name: all up to and with this one';

CREATE VIEW report.baujat AS
SELECT p.pool, p.simulated, i.key AS study, i.baujat_x AS x, i.baujat_y AS y, i.influential, i.rstudent, i.dffits, i.cook_d, i.cov_r, i.hat, i.dfbs
FROM (SELECT pool, simulated, psyrad.meta_influence(label, yi, vi) AS studies FROM report.meta_study GROUP BY pool, simulated) p
CROSS JOIN LATERAL unnest(p.studies) i;
COMMENT ON VIEW report.baujat IS 'Baujat''s plot and influence of each study on its pool: x, its share of Q (squared Pearson residual); y, what leaving it out does to the mean; the rest as metafor''s influence names it';

-- A moderator that a file states has levels where it has few values; one of many values is for meta-regression.  Of several tools the one with
-- the most severe judgement is taken, as evidence.poolable_risk does.
CREATE VIEW report.meta_moderator AS
WITH study AS MATERIALIZED (SELECT * FROM report.meta_study),
stated AS (
	SELECT s.pool, s.simulated, s.label, s.yi, s.vi, m.moderator, m.value, dense_rank() OVER (PARTITION BY s.pool, m.moderator ORDER BY m.value) AS place
	FROM study s
	CROSS JOIN LATERAL (
		SELECT DISTINCT ON (o.moderator) o.moderator, o.value FROM evidence.study_moderator o
		WHERE o.evidence_study = s.study AND o.arm IN ('', s.arm) ORDER BY o.moderator, o.arm DESC) m
),
counted AS (SELECT t.*, max(t.place) OVER (PARTITION BY t.pool, t.moderator) AS values FROM stated t),
judged AS (
	SELECT DISTINCT ON (s.measure, s.study, s.effect) s.measure, s.study, s.effect, r.tool, a.ordinal, r.judgement, a.label_en, a.label_zh
	FROM study s
	JOIN (SELECT o.*, CASE WHEN o.stars IS NULL THEN o.overall ELSE o.computed END AS judgement FROM evidence.risk_of_bias_overall o) r
		ON r.evidence_study = s.study AND (r.outcome IS NULL OR r.outcome IN (s.instrument, s.outcome))
	LEFT JOIN evidence.appraisal_answer a ON (a.tool, a.judgement) = (r.tool, r.judgement)
	ORDER BY s.measure, s.study, s.effect, r.outcome = s.instrument DESC NULLS LAST, r.outcome IS NULL, r.high_risk DESC NULLS LAST, r.tool COLLATE "C"
)
SELECT s.pool AS family, s.pool, s.simulated, s.label, s.yi, s.vi, m.moderator, m.moderator_en, m.moderator_zh, m.level, m.level_en, m.level_zh
FROM study s
LEFT JOIN judged j USING (measure, study, effect)
CROSS JOIN LATERAL (
	SELECT 'weeks', 'Weeks of treatment', '治疗周数',
		CASE WHEN s.weeks <= 4 THEN '1' WHEN s.weeks <= 8 THEN '2' WHEN s.weeks > 8 THEN '3' ELSE '9' END,
		CASE WHEN s.weeks <= 4 THEN 'up to 4' WHEN s.weeks <= 8 THEN 'above 4, up to 8' WHEN s.weeks > 8 THEN 'above 8' ELSE 'not stated' END,
		CASE WHEN s.weeks <= 4 THEN '不超过 4 周' WHEN s.weeks <= 8 THEN '超过 4 至 8 周' WHEN s.weeks > 8 THEN '超过 8 周' ELSE '未注明' END
	UNION ALL
	SELECT 'people', 'People compared', '比较人数', CASE WHEN s.n1 + s.n2 < 60 THEN '1' WHEN s.n1 + s.n2 < 100 THEN '2' WHEN s.n1 + s.n2 >= 100 THEN '3' ELSE '9' END,
		CASE WHEN s.n1 + s.n2 < 60 THEN 'below 60' WHEN s.n1 + s.n2 < 100 THEN '60 to below 100' WHEN s.n1 + s.n2 >= 100 THEN '100 and more' ELSE 'not stated' END,
		CASE WHEN s.n1 + s.n2 < 60 THEN '少于 60' WHEN s.n1 + s.n2 < 100 THEN '60 至不足 100' WHEN s.n1 + s.n2 >= 100 THEN '100 及以上' ELSE '未注明' END
	UNION ALL
	SELECT 'risk_of_bias', 'Risk of bias', '偏倚风险', coalesce(j.tool || format(' %s %s', coalesce(j.ordinal, 99), j.judgement), '~'),
		coalesce(j.tool || ': ' || coalesce(j.label_en, j.judgement, 'not settled'), 'not appraised'),
		coalesce(j.tool || '：' || coalesce(j.label_zh, j.judgement, '未定'), '未评价')
	) m(moderator, moderator_en, moderator_zh, level, level_en, level_zh)
UNION ALL
SELECT t.pool, t.pool, t.simulated, t.label, t.yi, t.vi, 'stated ' || t.moderator, t.moderator, t.moderator, t.value, t.value, t.value
FROM counted t
WHERE t.values BETWEEN 2 AND 6;
COMMENT ON VIEW report.meta_moderator IS 'Levels of moderators of the pooled effects, one row an effect and moderator: weeks, people, overall risk of bias (of the outcome, else of the study; of several tools the most severe), and those of evidence.study_moderator that have two to six values in the pool';

CREATE VIEW report.subgroup AS
SELECT m.family, m.simulated, m.moderator, m.moderator_en, m.moderator_zh, g.subgroup AS level, m.levels_en ->> g.subgroup AS level_en, m.levels_zh ->> g.subgroup AS level_zh,
	g.k, g.estimate, g.se, g.ci_lb, g.ci_ub, g.p, g.tau2, g.i2, (m.result).q_between, (m.result).q_between_df, (m.result).q_between_p, g.note
FROM (SELECT family, simulated, moderator, moderator_en, moderator_zh, psyrad.meta_subgroup(level, yi, vi) AS result,
		jsonb_object_agg(level, level_en) AS levels_en, jsonb_object_agg(level, level_zh) AS levels_zh
	  FROM report.meta_moderator GROUP BY family, simulated, moderator, moderator_en, moderator_zh HAVING count(DISTINCT level) > 1) m
CROSS JOIN LATERAL unnest((m.result).groups) g;
COMMENT ON VIEW report.subgroup IS 'Means of subgroups (REML, each with its own tau2, normal intervals) and the test between them (q_between, chi-square), where a moderator has two levels or more.  Looking at many moderators finds differences by chance: name yours beforehand';

---------------------------------------------------------------------------------------------------- a forest plot in text

CREATE FUNCTION report.text_width(words text) RETURNS int
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT length(words) + length(regexp_replace(words, '[^ᄀ-ᅟ⺀-꓏가-힣豈-﫿︰-﹯！-｠￠-￦]', '', 'g'));
END;
COMMENT ON FUNCTION report.text_width(text) IS 'Columns of a terminal that a text takes: Chinese, Japanese and Korean characters take two';

CREATE FUNCTION report.text_cell(words text, width int, right_aligned boolean DEFAULT false) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH clean AS (SELECT regexp_replace(coalesce(words, ''), '[[:cntrl:]\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]', '?', 'g') AS t),
	cut AS (
		SELECT CASE WHEN report.text_width(c.t) <= width THEN c.t
			ELSE (SELECT left(c.t, max(n)) || '…' FROM generate_series(0, width) n WHERE report.text_width(left(c.t, n)) < width) END AS t
		FROM clean c)
	SELECT CASE WHEN right_aligned THEN repeat(' ', width - report.text_width(t)) || t ELSE t || repeat(' ', width - report.text_width(t)) END FROM cut;
END;
COMMENT ON FUNCTION report.text_cell(text, int, boolean) IS 'A text in so many columns of a terminal, filled up with blanks or cut with an ellipsis; control and direction characters become question marks';

CREATE FUNCTION report.text_interval(low float8, at float8, high float8, from_value float8, to_value float8, width int, box text, line text DEFAULT '─') RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT string_agg(CASE
			WHEN c = place.box THEN text_interval.box
			WHEN c BETWEEN place.low AND place.high THEN text_interval.line
			WHEN c = place.zero THEN '│'
			ELSE ' ' END, '' ORDER BY c)
	FROM (SELECT column_of.low, column_of.box, column_of.high, column_of.zero
		  FROM (SELECT round((text_interval.low - from_value) / (to_value - from_value) * (width - 1))::int AS low,
					round((text_interval.at - from_value) / (to_value - from_value) * (width - 1))::int AS box,
					round((text_interval.high - from_value) / (to_value - from_value) * (width - 1))::int AS high,
					round((0 - from_value) / (to_value - from_value) * (width - 1))::int AS zero) column_of) place
	CROSS JOIN generate_series(0, width - 1) c;
END;
COMMENT ON FUNCTION report.text_interval(float8, float8, float8, float8, float8, int, text, text) IS 'An interval drawn in so many characters from from_value to to_value: line between low and high, box at its estimate, a bar at 0';

CREATE FUNCTION report.forest_text(p_outcome text DEFAULT NULL, p_intervention text DEFAULT NULL, p_comparator text DEFAULT NULL, p_simulated boolean DEFAULT NULL, p_measure text DEFAULT NULL, p_width int DEFAULT 44)
	RETURNS SETOF text LANGUAGE plpgsql STABLE ROWS 50
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	of     report.meta_pool;
	name   int;
	low    float8;
	high   float8;
	head   text;
BEGIN
	IF p_width IS NULL OR p_width NOT BETWEEN 10 AND 200 THEN
		RAISE invalid_parameter_value USING MESSAGE = format('width is %s; expected 10 to 200 characters', coalesce(p_width::text, 'NULL'));
	END IF;
	FOR of IN SELECT * FROM report.meta_pool m
		WHERE (p_outcome IS NULL OR m.outcome = p_outcome) AND (p_intervention IS NULL OR m.intervention = p_intervention)
			AND (p_comparator IS NULL OR m.comparator = p_comparator) AND (p_simulated IS NULL OR m.simulated = p_simulated) AND (p_measure IS NULL OR m.measure = p_measure)
		ORDER BY m.simulated, m.measure, m.k DESC, m.pool
	LOOP
		IF head IS NOT NULL THEN
			RETURN NEXT '';
		END IF;
		SELECT least(0, min(f.ci_lb)), greatest(0, max(f.ci_ub)), least(32, greatest(20, max(report.text_width(concat_ws(' ', f.study, f.year)))))
		INTO low, high, name FROM report.forest f WHERE f.pool = of.pool;
		IF low = high THEN
			high := low + 1;
		END IF;
		head := report.text_cell(of.pool, name + p_width + 53);
		RETURN NEXT rtrim(head);
		RETURN NEXT rtrim(report.text_cell('study', name) || report.text_cell('n', 10, true) || '  ' || report.text_cell(format('%s [95%% CI]', of.measure), 27, true)
			|| report.text_cell('weight', 8, true) || '  ' || report.text_interval(0, 0, 0, low, high, p_width, CASE of.scale WHEN 'log' THEN '1' ELSE '0' END, ' '));
		RETURN QUERY
		SELECT rtrim(report.text_cell(CASE f.kind WHEN 'study' THEN concat_ws(' ', f.study, f.year) WHEN 'z' THEN 'REML mean' WHEN 'knha' THEN 'Knapp-Hartung' ELSE 'prediction interval' END, name)
			|| report.text_cell(CASE WHEN f.kind = 'study' THEN concat_ws('/', coalesce(round(f.n1::numeric, 1)::float8::text, '?'), coalesce(round(f.n2::numeric, 1)::float8::text, '?')) ELSE '' END, 10, true) || '  '
			|| report.text_cell(CASE WHEN f.ci_lb IS NULL THEN 'not known' WHEN f.kind = 'prediction' THEN format('[%s, %s]', report.in_words(f.shown_lb), report.in_words(f.shown_ub))
				ELSE format('%s [%s, %s]', report.in_words(f.shown), report.in_words(f.shown_lb), report.in_words(f.shown_ub)) END, 27, true)
			|| report.text_cell(CASE WHEN f.weight IS NOT NULL THEN to_char(100 * f.weight, 'FM990.0') || '%' ELSE '' END, 8, true) || '  '
			|| coalesce(report.text_interval(f.ci_lb, f.estimate, f.ci_ub, low, high, p_width, CASE f.kind WHEN 'study' THEN '■' WHEN 'prediction' THEN '═' ELSE '◆' END,
				CASE f.kind WHEN 'study' THEN '─' WHEN 'prediction' THEN '═' ELSE '◇' END), ''))
		FROM report.forest f WHERE f.pool = of.pool AND NOT (f.kind = 'prediction' AND f.ci_lb IS NULL)
		ORDER BY f.line;
		RETURN NEXT repeat(' ', name + 49) || report.text_cell(report.in_words(report.on_scale(low, of.scale)), p_width - report.text_width(report.in_words(report.on_scale(high, of.scale)))) || report.in_words(report.on_scale(high, of.scale));
		RETURN NEXT of.heterogeneity_en;
	END LOOP;
END $$;
COMMENT ON FUNCTION report.forest_text(text, text, text, boolean, text, int) IS 'Forest plots in text for a terminal, one after another: SELECT report.forest_text(''HAMD-17'').  Arguments that are NULL choose all; p_width: characters of the plot (10 to 200).  ■ study with its interval, ◆ and ◇ the mean with its normal and Knapp-Hartung interval, ═ prediction interval, │ no effect';

---------------------------------------------------------------------------------------------------- findings by place, and coordinates

CREATE FUNCTION report.map_places() RETURNS TABLE (place text, label_en text, label_zh text, contrast_kind text, modality text, simulated boolean, findings bigint, studies bigint, samples bigint,
		increase bigint, decrease bigint, mixed bigint, no_difference bigint, other bigint, possible bigint, wider bigint, share_increase float8, ci_lb float8, ci_ub float8, p float8, q float8, m int,
		small_samples bigint, n_unreported bigint, warning text)
	LANGUAGE sql STABLE SECURITY DEFINER ROWS 200
	SET search_path = pg_catalog, psyrad, pg_temp
AS $$
	SELECT e.place, e.label_en, e.label_zh, e.contrast_kind, e.modality, e.simulated, e.findings, e.studies, e.samples, e.increase, e.decrease, e.mixed, e.no_difference, e.other, e.possible, e.wider,
		e.share_increase, e.ci_lb, e.ci_ub, e.p, e.q, e.m, e.small_samples, e.n_unreported, e.warning
	FROM evidence.evidence_map(p_by => 'term', split => '{modality}') e
$$;
COMMENT ON FUNCTION report.map_places() IS 'For report.evidence_map: evidence.evidence_map by term and modality';

CREATE FUNCTION report.converging_places() RETURNS TABLE (place text, label_en text, label_zh text, simulated boolean, verdict text, abnormal_samples bigint, abnormal_increase bigint, abnormal_decrease bigint,
		treated_samples bigint, treated_increase bigint, treated_decrease bigint, treated_normalised bigint, samples bigint, abnormal_measures text, treated_measures text, interventions text,
		warning text, sentences text)
	LANGUAGE sql STABLE SECURITY DEFINER ROWS 50
	SET search_path = pg_catalog, psyrad, pg_temp
AS $$
	SELECT c.place, c.label_en, c.label_zh, c.simulated, c.verdict, c.abnormal_samples, c.abnormal_increase, c.abnormal_decrease, c.treated_samples, c.treated_increase, c.treated_decrease,
		c.treated_normalised, c.samples, c.abnormal_measures, c.treated_measures, c.interventions, c.warning, array_to_string(c.sentences, ' | ')
	FROM evidence.convergence() c
$$;
COMMENT ON FUNCTION report.converging_places() IS 'For report.convergence: evidence.convergence by term';

CREATE FUNCTION report.placeless_findings() RETURNS TABLE (study text, simulated boolean, contrast_kind text, direction text, region_verbatim text, count_only int, reason text, note text)
	LANGUAGE sql STABLE SECURITY DEFINER ROWS 50
	SET search_path = pg_catalog, psyrad, pg_temp
AS $$
	SELECT f.evidence_study, f.simulated, f.contrast_kind, f.direction, f.region_verbatim, f.count_only, f.reason, f.note FROM evidence.findings_apart(p_by => 'term') f
$$;
COMMENT ON FUNCTION report.placeless_findings() IS 'For report.finding_apart: evidence.findings_apart by term';

CREATE VIEW report.evidence_map AS
SELECT e.*, coalesce(m.abbr, m.name_en) AS modality_en, coalesce(m.abbr, m.name_zh) AS modality_zh, c.label_en AS contrast_en, c.label_zh AS contrast_zh
FROM report.map_places() e
LEFT JOIN evidence.modality m ON m.modality = e.modality
LEFT JOIN evidence.contrast_kind c ON c.contrast_kind = e.contrast_kind;
COMMENT ON VIEW report.evidence_map IS 'Findings by place (a named region of the brain), contrast and modality: what counts is the independent sample, which stands in one column only (increase, decrease, mixed, no_difference, other); sign test with its exact interval, q over m tests, and what to mind (warning)';

CREATE VIEW report.convergence AS SELECT * FROM report.converging_places();
COMMENT ON VIEW report.convergence IS 'Places that differ between depressed and healthy people and change under acupuncture, by independent samples; verdict: normalises, same direction, both ways, other measure, unknown direction';

CREATE VIEW report.finding_apart AS
SELECT f.*, d.label_en AS direction_en, d.label_zh AS direction_zh
FROM report.placeless_findings() f
LEFT JOIN evidence.direction d USING (direction);
COMMENT ON VIEW report.finding_apart IS 'Findings that stand on no place of report.evidence_map, and why: counted without names, ambiguous, unresolved, not read';

CREATE VIEW report.cbma_run AS
SELECT run, method, direction, modality, mask, correction, voxel_p, iterations, seed, kernel_mm, experiments, foci, outside, threshold, fwe_voxels, encode(sha256, 'hex') AS sha256, note, version, kept_at,
	(SELECT count(*) FROM evidence.cbma_run_cluster c WHERE c.run = r.run) AS clusters
FROM evidence.cbma_run r;
COMMENT ON VIEW report.cbma_run IS 'Coordinate-based meta-analyses that were kept (evidence.cbma_keep), with what they were made of';

CREATE VIEW report.cbma_cluster AS
SELECT c.run, r.method, r.direction, c.cluster, c.voxels, c.volume_mm3, c.x, c.y, c.z, c.peak, c.p, c.z_score, c.p_size, c.p_mass, c.p_peak, c.foci, cardinality(c.experiments) AS experiments
FROM evidence.cbma_run_cluster c
JOIN evidence.cbma_run r USING (run);
COMMENT ON VIEW report.cbma_cluster IS 'Clusters of kept coordinate-based meta-analyses with their peak in MNI space (mm) and corrected p, the largest first';

---------------------------------------------------------------------------------------------------- models

CREATE VIEW report.model_roc AS
WITH step AS (
	SELECT name, version, split, outcome, study, bool_or(simulated) AS simulated, score AS threshold, count(*) FILTER (WHERE truth) AS positives, count(*) FILTER (WHERE NOT truth) AS negatives
	FROM report.model_prediction WHERE NOT trained_on GROUP BY name, version, split, outcome, study, score
), stair AS (
	SELECT name, version, split, outcome, study, bool_or(simulated) OVER part AS simulated, threshold, sum(positives) OVER down AS tp, sum(negatives) OVER down AS fp,
		sum(positives) OVER part AS positives, sum(negatives) OVER part AS negatives
	FROM step
	WINDOW part AS (PARTITION BY name, version, split, outcome, study), down AS (PARTITION BY name, version, split, outcome, study ORDER BY threshold DESC)
)
SELECT name, version, split, outcome, study, simulated, threshold, tp, fp, positives, negatives, tp::float8 / positives AS tpr, fp::float8 / negatives AS fpr
FROM stair WHERE positives > 0 AND negatives > 0
UNION ALL
SELECT DISTINCT name, version, split, outcome, study, simulated, NULL::float8, 0::numeric, 0::numeric, positives, negatives, 0::float8, 0::float8
FROM stair WHERE positives > 0 AND negatives > 0;
COMMENT ON VIEW report.model_roc IS 'Corners of the ROC curves of stored predictions: who has at least the threshold is called positive (NULL: nobody is); training subjects are left out, and a cohort of one class has no curve';

CREATE VIEW report.model_confusion AS
SELECT c.name, c.version, c.split, c.outcome, c.study, c.simulated, 0.5::float8 AS threshold, c.n, c.tp, c.fp, c.fn, c.tn,
	(s.sensitivity).estimate AS sensitivity, (s.sensitivity).ci_lb AS sensitivity_lb, (s.sensitivity).ci_ub AS sensitivity_ub,
	(s.specificity).estimate AS specificity, (s.specificity).ci_lb AS specificity_lb, (s.specificity).ci_ub AS specificity_ub,
	(s.ppv).estimate AS ppv, (s.ppv).ci_lb AS ppv_lb, (s.ppv).ci_ub AS ppv_ub, (s.npv).estimate AS npv, (s.npv).ci_lb AS npv_lb, (s.npv).ci_ub AS npv_ub,
	(s.accuracy).estimate AS accuracy, (s.accuracy).ci_lb AS accuracy_lb, (s.accuracy).ci_ub AS accuracy_ub, s.balanced_accuracy, s.mcc
FROM (SELECT name, version, split, outcome, study, bool_or(simulated) AS simulated, count(*) AS n,
		count(*) FILTER (WHERE truth AND score >= 0.5) AS tp, count(*) FILTER (WHERE NOT truth AND score >= 0.5) AS fp,
		count(*) FILTER (WHERE truth AND score < 0.5) AS fn, count(*) FILTER (WHERE NOT truth AND score < 0.5) AS tn,
		psyrad.metric_confusion_state(score >= 0.5, truth) AS state
	  FROM report.model_prediction WHERE NOT trained_on GROUP BY name, version, split, outcome, study HAVING bool_and(score BETWEEN 0 AND 1)) c
CROSS JOIN LATERAL (SELECT psyrad.metric_sensitivity_final(c.state, 'true') AS sensitivity, psyrad.metric_specificity_final(c.state, 'true') AS specificity,
	psyrad.metric_ppv_final(c.state, 'true') AS ppv, psyrad.metric_npv_final(c.state, 'true') AS npv, psyrad.metric_accuracy_final(c.state) AS accuracy,
	psyrad.metric_balanced_accuracy_final(c.state) AS balanced_accuracy, psyrad.metric_mcc_final(c.state) AS mcc) s;
COMMENT ON VIEW report.model_confusion IS 'Stored probabilities at the threshold .5: who is told right and wrong, and the shares with their 95 % intervals (Wilson); training subjects are left out.  Another threshold: model.evaluate(..., threshold => .4)';

CREATE FUNCTION report.explanation_note(name text) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM model.explain_base(explanation_note.name);
	RETURN NULL;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
	RETURN SQLERRM;
END $$;
COMMENT ON FUNCTION report.explanation_note(text) IS 'Why a model has no exact explanation (a kernel, trees without covers ...); NULL: it has one';

CREATE VIEW report.model_explanation AS
SELECT r.name, r.version, r.trained_on, r.simulated, report.explanation_note(r.name) AS note
FROM model.registry r
WHERE model.can_score(r.name) AND r.version = model.version(r.name);
COMMENT ON VIEW report.model_explanation IS 'Models that the caller may score with: whether their scores can be explained exactly, and else why not (note)';

CREATE VIEW report.model_shap AS
WITH able AS MATERIALIZED (SELECT name FROM report.model_explanation WHERE note IS NULL),
explained AS MATERIALIZED (
	SELECT m.name, m.version, m.simulated, m.study, m.atlas, m.subject_id, m.label, m.site, m.responded, m.score, m.features, model.explain(m.name, m.features) AS shap
	FROM able JOIN report.model_score m USING (name)
	WHERE m.score IS NOT NULL
)
SELECT e.name, e.version, e.simulated, e.study, e.atlas, e.subject_id, e.label, e.site, e.responded, e.score, f.k::int AS feature_number, f.feature, f.value, f.shap
FROM explained e
CROSS JOIN LATERAL unnest(model.features(e.name), e.features, e.shap) WITH ORDINALITY f(feature, value, shap, k)
WHERE f.shap IS NOT NULL;
COMMENT ON VIEW report.model_shap IS 'Exact Shapley values of each model over connections (report.model_score), one row a subject and feature: what the feature''s value added to the model''s margin';

CREATE VIEW report.model_shap_summary AS
SELECT name, version, simulated, study, feature_number, feature, count(*) AS cases, avg(abs(shap)) AS mean_abs, avg(shap) AS mean, min(shap) AS low, max(shap) AS high,
	corr(value, shap) AS correlation, rank() OVER (PARTITION BY name, version, study ORDER BY avg(abs(shap)) DESC, feature_number) AS place
FROM report.model_shap GROUP BY name, version, simulated, study, feature_number, feature;
COMMENT ON VIEW report.model_shap_summary IS 'Features of each model by their mean absolute Shapley value over a study (place 1: the largest); correlation: of the value with what it adds';

---------------------------------------------------------------------------------------------------- the pages

-- Long lists are cut where a page could not show them; the views have all.
CREATE FUNCTION report.page_acupoints() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'collections', report.figure($q$SELECT study, simulated, count(DISTINCT protocol) AS protocols, count(DISTINCT source) AS sources FROM report.protocol_stricta GROUP BY study, simulated ORDER BY sources DESC, study$q$),
		'frequency', report.figure($q$SELECT study, simulated, acupoint, name_zh, pinyin, channel, kind, prescriptions, sources, weight, share FROM report.point_frequency ORDER BY study, weight DESC, acupoint$q$),
		'pairs', report.figure($q$SELECT study, simulated, a, a_zh, b, b_zh, prescriptions, weight, support, lift, jaccard
FROM (SELECT *, row_number() OVER (PARTITION BY study ORDER BY weight DESC, a, b) AS place FROM report.point_pair) p
WHERE place <= 300 ORDER BY study, place$q$),
		'rules', report.figure($q$SELECT study, simulated, antecedent, antecedent_zh, consequent, consequent_zh, prescriptions, support, confidence, lift, p, q, rules
FROM (SELECT *, row_number() OVER (PARTITION BY study ORDER BY q, support DESC, confidence DESC, size, antecedent, consequent) AS place, count(*) OVER (PARTITION BY study) AS rules FROM report.point_rule) r
WHERE place <= 100 ORDER BY study, place$q$),
		'similarity', report.figure($q$SELECT study, simulated, source, protocol, points, shared, n_shared, coverage, similarity, unresolved
FROM (SELECT *, row_number() OVER (PARTITION BY study ORDER BY similarity DESC, source, protocol) AS place FROM report.protocol_similarity) s
WHERE place <= 200 ORDER BY study, place$q$),
		'stimulation', report.figure($q$SELECT study, simulated, source, protocol, mode, waveform, quantity, verbatim, low, high, unit, problem
FROM (SELECT *, row_number() OVER (PARTITION BY study ORDER BY source, protocol, quantity, ordinal) AS place FROM report.stimulation) n
WHERE place <= 1000 ORDER BY study, place$q$),
		'stricta', report.figure($q$SELECT study, simulated, item, title_en, title_zh, sources, reported, share FROM report.stricta_item ORDER BY study, item$q$),
		'protocols', report.figure($q$SELECT study, simulated, protocol, title, mode, frequency, as_written, acupoints, names_zh FROM report.protocol ORDER BY study, protocol LIMIT 500$q$));
END;
COMMENT ON FUNCTION report.page_acupoints() IS 'The figures of the page acupoints, each with its query and rows: per study 300 pairs, 100 rules (by q), 200 protocols beside the core prescription, 1000 numbers as stated; 500 protocols';

CREATE FUNCTION report.page_literature() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'prisma', report.figure($q$SELECT review, title_en, title_zh, basis, ordinal, branch, box, reason, label_en, label_zh, unit, standard, n, n_recorded, n_stated, verbatim, note, note_zh FROM (SELECT *, count(n) FILTER (WHERE standard AND reason IS NULL) OVER (PARTITION BY review) AS known FROM report.prisma) p ORDER BY known DESC, review, ordinal, reason NULLS FIRST$q$),
		'searches', report.figure($q$SELECT review, kind, database, search, searched, covers_from, covers_to, hits_stated, records, difference, languages, versions_disagree FROM report.search ORDER BY review, kind, database, search, searched$q$),
		'databases', report.figure($q$SELECT database, records, first_occurrences, duplicates_within, duplicates_across, not_compared FROM report.literature_database ORDER BY records DESC, database$q$),
		'agreement', report.figure($q$SELECT review, stage, screener_a, screener_b, n, n_one, agree, agreement, kappa, ci_lb, ci_ub, pabak, note FROM report.screening_agreement ORDER BY review, stage DESC, screener_a, screener_b$q$),
		'conflicts', report.figure($q$SELECT review, stage, conflict, count(DISTINCT report_id) AS reports FROM report.screening_conflict GROUP BY review, stage, conflict ORDER BY review, stage DESC, conflict$q$),
		'years', report.figure($q$SELECT year, language, reports, records FROM report.literature_year ORDER BY year, language$q$),
		'uncertain', report.figure($q$SELECT record_a, record_b, differs, confidence, title_a, title_b, authors_a, authors_b, year_a, year_b, journal_a, journal_b, doi_a, doi_b, database_a, database_b, count(*) OVER () AS pairs
FROM report.uncertain_duplicate ORDER BY confidence DESC, record_a, record_b LIMIT 200$q$),
		'titles', report.figure($q$SELECT report_id, title, title_translated, first_author, year, language, journal, doi, pmid, databases, records, folded
FROM report.literature ORDER BY year DESC NULLS LAST, report_id LIMIT 5000$q$),
		'evidence_map', report.figure($q$SELECT * FROM report.evidence_map ORDER BY simulated, contrast_kind, samples DESC, place, modality$q$),
		'convergence', report.figure($q$SELECT * FROM report.convergence ORDER BY simulated, samples DESC, place$q$),
		'apart', report.figure($q$SELECT * FROM report.finding_apart ORDER BY simulated, study, region_verbatim LIMIT 500$q$),
		'variants', report.figure($q$SELECT v.key AS variant, v.value AS form
FROM (SELECT report.variant_characters(array_agg(folded)) AS of FROM (SELECT folded FROM report.literature ORDER BY year DESC NULLS LAST, report_id LIMIT 5000) l) f
CROSS JOIN jsonb_each_text(f.of) v ORDER BY v.key COLLATE "C"$q$));
END;
COMMENT ON FUNCTION report.page_literature() IS 'The figures of the page literature, each with its query and rows: flows, searches, databases, agreement, years, 200 uncertain duplicates, and 5000 titles (the newest) with their folded form for its search box';

CREATE FUNCTION report.page_meta() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'pools', report.figure($q$SELECT * FROM report.meta_pool ORDER BY simulated, measure, k DESC, pool$q$),
		'left_out', report.figure($q$SELECT * FROM report.meta_left_out ORDER BY simulated, measure, outcome, study, effect LIMIT 1000$q$),
		'forest', report.figure($q$SELECT * FROM report.forest ORDER BY pool, line$q$),
		'funnel', report.figure($q$SELECT * FROM report.funnel ORDER BY pool, study$q$),
		'small_study', report.figure($q$SELECT * FROM report.small_study ORDER BY pool$q$),
		'baujat', report.figure($q$SELECT * FROM report.baujat ORDER BY pool, study$q$),
		'leave_one_out', report.figure($q$SELECT * FROM report.leave_one_out ORDER BY pool, year NULLS LAST, study$q$),
		'cumulative', report.figure($q$SELECT * FROM report.cumulative ORDER BY pool, line$q$),
		'subgroup', report.figure($q$SELECT * FROM report.subgroup ORDER BY simulated, family, moderator, level$q$),
		'cbma', report.figure($q$SELECT * FROM report.cbma_run ORDER BY kept_at DESC, run$q$),
		'cbma_clusters', report.figure($q$SELECT * FROM report.cbma_cluster ORDER BY run, cluster$q$));
END;
COMMENT ON FUNCTION report.page_meta() IS 'The figures of the page meta, each with its query and rows';

CREATE FUNCTION report.page_models() RETURNS jsonb
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'models', report.figure($q$SELECT name, version, trained_on, simulated, note FROM report.model_explanation ORDER BY name$q$),
		'performance', report.figure($q$SELECT * FROM report.model_performance ORDER BY name, version, outcome, study, split$q$),
		'roc', report.figure($q$WITH corner AS ( -- a corner on a straight stretch of the stair draws nothing
	SELECT *, lag(tp) OVER w AS tp_before, lead(tp) OVER w AS tp_after, lag(fp) OVER w AS fp_before, lead(fp) OVER w AS fp_after
	FROM report.model_roc
	WINDOW w AS (PARTITION BY name, version, split, outcome, study ORDER BY threshold DESC NULLS FIRST)
)
SELECT name, version, split, outcome, study, simulated, threshold, tpr, fpr,
	report.wilson(tp::bigint, positives::bigint, -1) AS tpr_lb, report.wilson(tp::bigint, positives::bigint, 1) AS tpr_ub
FROM corner
WHERE NOT coalesce(tp = tp_before AND tp = tp_after OR fp = fp_before AND fp = fp_after, false)
ORDER BY name, version, outcome, study, split, threshold DESC NULLS FIRST$q$),
		'calibration', report.figure($q$SELECT *, report.wilson(positives, n, -1) AS observed_lb, report.wilson(positives, n, 1) AS observed_ub FROM report.model_calibration WHERE n > 0 ORDER BY name, version, outcome, study, split, bin$q$),
		'decision', report.figure($q$SELECT * FROM report.model_decision_curve ORDER BY name, version, outcome, study, split, threshold$q$),
		'confusion', report.figure($q$SELECT * FROM report.model_confusion ORDER BY name, version, outcome, study, split$q$),
		'leakage', report.figure($q$SELECT * FROM report.model_leakage ORDER BY of, split, name, version$q$),
		'shap_summary', report.figure($q$SELECT * FROM report.model_shap_summary WHERE place <= 12 ORDER BY name, version, study, place$q$),
		'shap', report.figure($q$SELECT name, version, simulated, study, feature, responded, value, value_rank, shap
FROM (SELECT s.*, m.place, m.cases, percent_rank() OVER (PARTITION BY s.name, s.version, s.study, s.feature_number ORDER BY s.value) AS value_rank,
		row_number() OVER (PARTITION BY s.name, s.version, s.study, s.feature_number ORDER BY md5(s.label)) AS k
	  FROM report.model_shap s JOIN report.model_shap_summary m USING (name, version, study, feature_number) WHERE m.place <= 12) d
WHERE k <= 250 -- drawn are those whose label has the smallest MD5
ORDER BY name, version, study, place, shap$q$));
END;
COMMENT ON FUNCTION report.page_models() IS 'The figures of the page models, each with its query and rows: ROC corners alone, Shapley values of the twelve largest features of at most 250 subjects (those whose label has the smallest MD5)';

---------------------------------------------------------------------------------------------------- rights

GRANT SELECT ON ALL TABLES IN SCHEMA report TO psyrad_report, psyrad_analyst, psyrad_ingest;
-- What runs as psyrad_view, and the pages, are for readers of the schema and nobody else.
DO $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'report'::regnamespace AND (p.prosecdef OR p.proname IN ('page_acupoints', 'page_literature', 'page_meta', 'page_models'))
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_report, psyrad_analyst, psyrad_ingest', f);
	END LOOP;
END $$;

COMMIT;
