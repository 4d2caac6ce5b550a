-- Deploy psyrad:appraisal to pg
-- How far studies can be trusted, and how certain a body of evidence is.  Tools, their domains and their answers are data; people's judgements are kept
-- as they were made, and what stands is the consensus, else what all assessors say alike.  What a published rule concludes from the domains stands
-- beside what people concluded: where the two cannot both be right it says so, and changes neither.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- tools

CREATE TABLE evidence.appraisal_tool (
	tool     text PRIMARY KEY,
	folded   text NOT NULL UNIQUE CHECK (folded ~ '^[a-z0-9]+$'),
	kind     text NOT NULL CHECK (kind IN ('judgement', 'stars', 'checklist')),
	title_en text NOT NULL,
	title_zh text NOT NULL,
	rule     text NOT NULL,
	source   text NOT NULL
);
COMMENT ON TABLE evidence.appraisal_tool IS 'Tools that appraise the risk of bias or the quality of a study';
COMMENT ON COLUMN evidence.appraisal_tool.folded IS 'Its name in lower case without blanks and punctuation';
COMMENT ON COLUMN evidence.appraisal_tool.kind IS 'judgement: a risk a domain; stars: so many a domain; checklist: questions';
COMMENT ON COLUMN evidence.appraisal_tool.rule IS 'What the tool concludes from the domains, as evidence.risk_of_bias_overall applies it';
INSERT INTO evidence.appraisal_tool (tool, folded, kind, title_en, title_zh, rule, source) VALUES
	('RoB 2', 'rob2', 'judgement', 'Risk of bias in randomized trials', '随机试验偏倚风险评估工具',
		'The worst domain; some concerns in several domains may be judged high', 'Sterne et al. 2019, BMJ 366:l4898'),
	('ROBINS-I', 'robinsi', 'judgement', 'Risk of bias in non-randomized studies of interventions', '非随机干预研究偏倚风险评估工具',
		'At least as severe as the worst domain; no information where a domain has none and no other is serious or critical', 'Sterne et al. 2016, BMJ 355:i4919'),
	('NOS cohort', 'noscohort', 'stars', 'Newcastle-Ottawa Scale, cohort studies', '纽卡斯尔-渥太华量表（队列研究）',
		'Sum of the stars, 0 to 9; good, fair or poor by the thresholds of AHRQ', 'Wells et al., Ottawa Hospital Research Institute'),
	('NOS case-control', 'noscasecontrol', 'stars', 'Newcastle-Ottawa Scale, case-control studies', '纽卡斯尔-渥太华量表（病例对照研究）',
		'Sum of the stars, 0 to 9; good, fair or poor by the thresholds of AHRQ', 'Wells et al., Ottawa Hospital Research Institute'),
	('JBI RCT', 'jbirct', 'checklist', 'JBI checklist, randomized controlled trials', 'JBI 随机对照试验评价清单',
		'None: the assessors say include, exclude or seek further information', 'Tufanaru et al. 2020, JBI Manual for Evidence Synthesis'),
	('JBI quasi-experimental', 'jbiquasiexperimental', 'checklist', 'JBI checklist, quasi-experimental studies', 'JBI 类实验研究评价清单',
		'None: the assessors say include, exclude or seek further information', 'Tufanaru et al. 2020, JBI Manual for Evidence Synthesis'),
	('JBI case-control', 'jbicasecontrol', 'checklist', 'JBI checklist, case-control studies', 'JBI 病例对照研究评价清单',
		'None: the assessors say include, exclude or seek further information', 'Moola et al. 2020, JBI Manual for Evidence Synthesis'),
	('JBI cross-sectional', 'jbicrosssectional', 'checklist', 'JBI checklist, analytical cross-sectional studies', 'JBI 分析性横断面研究评价清单',
		'None: the assessors say include, exclude or seek further information', 'Moola et al. 2020, JBI Manual for Evidence Synthesis'),
	('JBI cohort', 'jbicohort', 'checklist', 'JBI checklist, cohort studies', 'JBI 队列研究评价清单',
		'None: the assessors say include, exclude or seek further information', 'Moola et al. 2020, JBI Manual for Evidence Synthesis');

CREATE TABLE evidence.appraisal_domain (
	tool      text NOT NULL REFERENCES evidence.appraisal_tool,
	domain    text NOT NULL CHECK (domain ~ '^[DQ][0-9]+$'),
	ordinal   int NOT NULL CHECK (ordinal > 0),
	max_stars int CHECK (max_stars > 0),
	label_en  text NOT NULL,
	label_zh  text NOT NULL,
	PRIMARY KEY (tool, domain),
	UNIQUE (tool, ordinal)
);
COMMENT ON TABLE evidence.appraisal_domain IS 'Domains of the tools, or questions of their checklists, by short labels; overall is a domain of every tool besides';
\copy evidence.appraisal_domain FROM 'data/appraisal_domain.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')

CREATE TABLE evidence.appraisal_answer (
	tool         text NOT NULL REFERENCES evidence.appraisal_tool,
	judgement    text NOT NULL,
	ordinal      int NOT NULL,
	high_risk    boolean,
	overall_only boolean NOT NULL,
	label_en     text NOT NULL,
	label_zh     text NOT NULL,
	spellings    text NOT NULL,
	PRIMARY KEY (tool, judgement)
);
COMMENT ON TABLE evidence.appraisal_answer IS 'What a tool''s judgements may be; stars are numbers and not here';
COMMENT ON COLUMN evidence.appraisal_answer.ordinal IS 'From the best to the worst, with judgements of risk';
COMMENT ON COLUMN evidence.appraisal_answer.high_risk IS 'A study so judged overall is left out where reports leave out those at high risk; NULL: it says nothing of that';
COMMENT ON COLUMN evidence.appraisal_answer.overall_only IS 'A conclusion, and no answer of a domain';
COMMENT ON COLUMN evidence.appraisal_answer.spellings IS 'As sheets write it, folded, separated by "|"';
\copy evidence.appraisal_answer FROM 'data/appraisal_answer.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')

---------------------------------------------------------------------------------------------------- judgements

CREATE TABLE evidence.appraisal (
	evidence_study text NOT NULL REFERENCES evidence.study,
	tool      text NOT NULL REFERENCES evidence.appraisal_tool,
	outcome   text NOT NULL DEFAULT '',
	domain    text NOT NULL CHECK (domain ~ '^([DQ][0-9]+|overall)$'),
	assessor  text NOT NULL CHECK (assessor <> ''),
	consensus boolean NOT NULL DEFAULT false,
	judgement text NOT NULL,
	support   text,
	file_id   bigint NOT NULL REFERENCES ingest.file,
	line      bigint,
	PRIMARY KEY (evidence_study, tool, outcome, domain, assessor, consensus)
);
COMMENT ON TABLE evidence.appraisal IS 'Judgements on studies, one row an assessor and domain; evidence.risk_of_bias says which stand';
COMMENT ON COLUMN evidence.appraisal.outcome IS 'The outcome that the judgement is about; empty: of the whole study';
COMMENT ON COLUMN evidence.appraisal.domain IS 'D1 ... or Q1 ... of evidence.appraisal_domain, or overall';
COMMENT ON COLUMN evidence.appraisal.consensus IS 'Settles what assessors judge differently; no part of their agreement';
COMMENT ON COLUMN evidence.appraisal.judgement IS 'Of evidence.appraisal_answer, or a number of stars';
COMMENT ON COLUMN evidence.appraisal.support IS 'What the judgement rests on';

CREATE VIEW evidence.risk_of_bias AS
SELECT g.evidence_study, g.tool, nullif(g.outcome, '') AS outcome, g.domain, d.ordinal, coalesce(d.label_en, 'Overall') AS domain_en, coalesce(d.label_zh, '总体') AS domain_zh,
	g.judgement, coalesce(a.label_en, g.judgement) AS judgement_en, coalesce(a.label_zh, g.judgement) AS judgement_zh, g.assessors, g.settled_by, g.judgement IS NULL AS conflict, g.judgements, g.support
FROM (
	SELECT s.*, CASE WHEN s.agreed_n > 0 THEN CASE WHEN s.agreed_n = 1 THEN s.agreed END WHEN s.said_n = 1 THEN s.said END AS judgement,
		CASE WHEN s.agreed_n = 1 THEN 'consensus' WHEN s.agreed_n = 0 AND s.said_n = 1 THEN CASE WHEN s.assessors = 1 THEN 'one assessor' ELSE 'agreement' END END AS settled_by
	FROM (
		SELECT evidence_study, tool, outcome, domain, count(*) FILTER (WHERE NOT consensus) AS assessors,
			count(DISTINCT judgement) FILTER (WHERE consensus) AS agreed_n, min(judgement) FILTER (WHERE consensus) AS agreed,
			count(DISTINCT judgement) FILTER (WHERE NOT consensus) AS said_n, min(judgement) FILTER (WHERE NOT consensus) AS said,
			jsonb_object_agg(assessor || CASE WHEN consensus THEN ' (consensus)' ELSE '' END, judgement) AS judgements,
			string_agg(DISTINCT support, '; ' ORDER BY support) AS support
		FROM evidence.appraisal GROUP BY evidence_study, tool, outcome, domain) s) g
LEFT JOIN evidence.appraisal_domain d USING (tool, domain)
LEFT JOIN evidence.appraisal_answer a ON (a.tool, a.judgement) = (g.tool, g.judgement);
COMMENT ON VIEW evidence.risk_of_bias IS 'Judgements that stand, one row a study, tool, outcome (NULL: the whole study) and domain: the consensus, else what all assessors say alike; NULL with conflict where neither is';
COMMENT ON COLUMN evidence.risk_of_bias.settled_by IS 'consensus, agreement (of several), one assessor; NULL: nobody settled it yet';
COMMENT ON COLUMN evidence.risk_of_bias.judgements IS 'Who said what';

CREATE FUNCTION evidence.appraisal_agreement(p_tool text, p_level float8 DEFAULT 0.95)
	RETURNS TABLE (domain text, assessor_a text, assessor_b text, n bigint, agree bigint, agreement float8, kappa float8, se float8, ci_lb float8, ci_ub float8, note text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	IF NOT EXISTS (SELECT FROM evidence.appraisal_tool t WHERE t.tool = p_tool) THEN
		RAISE invalid_parameter_value USING MESSAGE = format('there is no tool %s', coalesce(quote_literal(p_tool), 'NULL')),
			HINT = format('Tools: %s.', (SELECT string_agg(t.tool, ', ' ORDER BY t.tool COLLATE "C") FROM evidence.appraisal_tool t));
	ELSIF p_level IS NULL OR NOT (p_level > 0 AND p_level < 1) THEN
		RAISE invalid_parameter_value USING MESSAGE = 'level must be a number between 0 and 1, such as 0.95';
	END IF;
	RETURN QUERY
	SELECT t.domain, t.a, t.b, t.n, t.same, t.same::float8 / t.n, k.estimate, k.se, k.ci_lb, k.ci_ub, k.note
	FROM (
		SELECT x.domain, x.assessor AS a, y.assessor AS b, count(*) AS n, count(*) FILTER (WHERE x.judgement = y.judgement) AS same, psyrad.metric_confusion_state(x.judgement, y.judgement) AS state
		FROM evidence.appraisal x
		JOIN evidence.appraisal y USING (evidence_study, tool, outcome, domain)
		WHERE x.tool = p_tool AND NOT x.consensus AND NOT y.consensus AND x.assessor < y.assessor COLLATE "C"
		GROUP BY x.domain, x.assessor, y.assessor) t
	LEFT JOIN LATERAL psyrad.metric_kappa_final(t.state, p_level) k ON true
	LEFT JOIN evidence.appraisal_domain d ON (d.tool, d.domain) = (p_tool, t.domain)
	ORDER BY d.ordinal NULLS LAST, t.a COLLATE "C", t.b COLLATE "C";
END $$;
COMMENT ON FUNCTION evidence.appraisal_agreement(text, float8) IS 'Agreement of each two assessors on a domain of a tool over the studies that both judged: raw, and Cohen''s kappa with its large-sample interval, unweighted; consensus is no part of it. No rows where nobody shares a study';

---------------------------------------------------------------------------------------------------- overall

-- What the tool's published rule makes of the domains; NULL where a domain is not judged, or the tool has no rule.
CREATE FUNCTION evidence.overall_risk(tool text, judgements text[], domains int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE
		WHEN coalesce(cardinality(judgements), 0) < domains OR array_position(judgements, NULL) IS NOT NULL THEN NULL
		WHEN tool = 'RoB 2' THEN CASE WHEN 'high' = ANY (judgements) THEN 'high' WHEN 'some_concerns' = ANY (judgements) THEN 'some_concerns' ELSE 'low' END
		WHEN tool = 'ROBINS-I' THEN CASE WHEN 'critical' = ANY (judgements) THEN 'critical' WHEN 'serious' = ANY (judgements) THEN 'serious'
			WHEN 'no_information' = ANY (judgements) THEN 'no_information' WHEN 'moderate' = ANY (judgements) THEN 'moderate' ELSE 'low' END
		WHEN tool LIKE 'NOS %' THEN CASE WHEN judgements[1]::int >= 3 AND judgements[2]::int >= 1 AND judgements[3]::int >= 2 THEN 'good'
			WHEN judgements[1]::int = 2 AND judgements[2]::int >= 1 AND judgements[3]::int >= 2 THEN 'fair' ELSE 'poor' END END;
$$;
COMMENT ON FUNCTION evidence.overall_risk(text, text[], int) IS 'What a tool concludes from the judgements of its domains, in their order: RoB 2 and ROBINS-I by their published rules, NOS good, fair or poor by AHRQ''s thresholds (selection 3-4, 2, 0-1; comparability 1-2; outcome or exposure 2-3); NULL where a domain of so many is not judged, and for checklists, which have no rule';

CREATE VIEW evidence.risk_of_bias_overall AS
SELECT s.evidence_study, s.tool, s.outcome, s.domains, s.judged, s.conflicts, s.stars, s.yes, s.answered, s.computed, s.stated,
	coalesce(s.stated, s.computed) AS overall, a.label_en AS overall_en, a.label_zh AS overall_zh,
	CASE WHEN s.kind = 'stars' THEN s.computed = 'poor' ELSE a.high_risk END AS high_risk,
	CASE WHEN s.stated IS NULL OR s.computed IS NULL THEN NULL
		WHEN s.kind = 'stars' THEN s.stated = s.stars::text
		WHEN s.stated = s.computed THEN true
		WHEN s.tool = 'RoB 2' THEN s.stated = 'high' AND s.concerns > 1
		ELSE x.ordinal > c.ordinal AND s.stated <> 'no_information' END AS follows,
	CASE WHEN s.judged < s.domains THEN format('%s of %s domains %s judged', s.judged, s.domains, CASE WHEN s.judged = 1 THEN 'is' ELSE 'are' END)
		WHEN s.kind = 'stars' AND s.stated <> s.stars::text THEN format('%s stars are stated, and the domains have %s', s.stated, s.stars)
		WHEN s.kind = 'judgement' AND s.stated <> s.computed THEN format('judged %s; the rule of %s says %s', s.stated, s.tool, s.computed)
		WHEN s.kind = 'checklist' AND s.stated IS NULL THEN 'nobody said whether to include it' END AS note
FROM (
	SELECT r.*, t.kind, (SELECT count(*)::int FROM evidence.appraisal_domain d WHERE d.tool = r.tool) AS domains,
		evidence.overall_risk(r.tool, r.judgements, (SELECT count(*)::int FROM evidence.appraisal_domain d WHERE d.tool = r.tool)) AS computed,
		CASE WHEN t.kind = 'stars' AND r.judged > 0 THEN (SELECT sum(j::int)::int FROM unnest(r.judgements) j) END AS stars
	FROM (
		SELECT evidence_study, tool, outcome, count(judgement) FILTER (WHERE domain <> 'overall')::int AS judged, count(*) FILTER (WHERE conflict)::int AS conflicts,
			array_agg(judgement ORDER BY ordinal) FILTER (WHERE domain <> 'overall') AS judgements, max(judgement) FILTER (WHERE domain = 'overall') AS stated,
			count(*) FILTER (WHERE judgement = 'some_concerns' AND domain <> 'overall') AS concerns,
			(count(*) FILTER (WHERE judgement = 'yes'))::int AS yes, (count(*) FILTER (WHERE judgement IN ('yes', 'no', 'unclear')))::int AS answered
		FROM evidence.risk_of_bias GROUP BY evidence_study, tool, outcome) r
	JOIN evidence.appraisal_tool t USING (tool)) s
LEFT JOIN evidence.appraisal_answer a ON (a.tool, a.judgement) = (s.tool, coalesce(s.stated, s.computed))
LEFT JOIN evidence.appraisal_answer x ON (x.tool, x.judgement) = (s.tool, s.stated)
LEFT JOIN evidence.appraisal_answer c ON (c.tool, c.judgement) = (s.tool, s.computed);
COMMENT ON VIEW evidence.risk_of_bias_overall IS 'Overall risk of a study (of an outcome; NULL: of the whole): what the assessors concluded beside what the tool''s rule does; overall is the first of the two that is there';
COMMENT ON COLUMN evidence.risk_of_bias_overall.computed IS 'By evidence.overall_risk; NULL while a domain is not settled, and for checklists';
COMMENT ON COLUMN evidence.risk_of_bias_overall.stars IS 'NOS: sum of the stars; NULL where a domain is in conflict';
COMMENT ON COLUMN evidence.risk_of_bias_overall.yes IS 'Checklists: questions answered yes, of answered, which leaves out those that do not apply';
COMMENT ON COLUMN evidence.risk_of_bias_overall.follows IS 'Whether the stated conclusion is one that the rule allows: the worst domain or, with ROBINS-I, worse; with RoB 2 high also for some concerns in several domains; NULL where one of the two is missing';
COMMENT ON COLUMN evidence.risk_of_bias_overall.high_risk IS 'RoB 2 high; ROBINS-I serious or critical; NOS poor; a checklist''s exclude; NULL: not known';

CREATE VIEW evidence.poolable_risk AS
SELECT p.*, o.tool, o.overall AS risk, o.high_risk
FROM evidence.poolable p
LEFT JOIN LATERAL (
	SELECT r.tool, r.overall, r.high_risk
	FROM evidence.risk_of_bias_overall r
	WHERE r.evidence_study = p.evidence_study AND (r.outcome IS NULL OR r.outcome IN (p.instrument, p.outcome))
	ORDER BY r.outcome = p.instrument DESC NULLS LAST, r.outcome IS NULL, r.high_risk DESC NULLS LAST, r.tool COLLATE "C"
	LIMIT 1) o ON true;
COMMENT ON VIEW evidence.poolable_risk IS 'evidence.poolable with the overall risk of bias of each effect: that of its outcome where there is one, else of its study; of several tools the most severe; NULL: not appraised';

---------------------------------------------------------------------------------------------------- GRADE

CREATE TABLE evidence.certainty_factor (
	factor   text PRIMARY KEY,
	ordinal  int NOT NULL UNIQUE,
	kind     text NOT NULL CHECK (kind IN ('start', 'down', 'up', 'result')),
	label_en text NOT NULL,
	label_zh text NOT NULL
);
COMMENT ON TABLE evidence.certainty_factor IS 'What GRADE rates (Guyatt et al. 2011, J Clin Epidemiol 64:383 and following): where a body of evidence starts, five reasons to rate down and three to rate up';
INSERT INTO evidence.certainty_factor VALUES
	('start', 0, 'start', 'Study design', '研究设计'), ('risk_of_bias', 1, 'down', 'Risk of bias', '偏倚风险'), ('inconsistency', 2, 'down', 'Inconsistency', '不一致性'),
	('indirectness', 3, 'down', 'Indirectness', '间接性'), ('imprecision', 4, 'down', 'Imprecision', '不精确性'), ('publication_bias', 5, 'down', 'Publication bias', '发表偏倚'),
	('large_effect', 6, 'up', 'Large effect', '效应量大'), ('dose_response', 7, 'up', 'Dose-response gradient', '剂量-反应关系'),
	('plausible_confounding', 8, 'up', 'Confounding would reduce the effect', '混杂会减弱效应'), ('overall', 9, 'result', 'Certainty', '证据确定性');

CREATE TABLE evidence.certainty_word (
	kind     text NOT NULL CHECK (kind IN ('start', 'down', 'up', 'result')),
	spelling text NOT NULL,
	rating   int NOT NULL,
	PRIMARY KEY (kind, spelling)
);
COMMENT ON TABLE evidence.certainty_word IS 'How sheets write GRADE''s ratings; levels are 1 very low to 4 high';
INSERT INTO evidence.certainty_word
SELECT k.kind, s, k.rating
FROM (VALUES ('start', 4, 'high|rct|randomised|randomized|randomised_trials|randomized_trials|高|随机'), ('start', 2, 'low|observational|non_randomised|低|观察性'),
	('down', 0, '0|no|none|not_serious|undetected|不严重|无|未发现'), ('down', -1, '1|serious|suspected|strongly_suspected|严重|高度怀疑'), ('down', -2, '2|very_serious|非常严重'),
	('up', 0, '0|no|none|无'), ('up', 1, '1|yes|large|有|大'), ('up', 2, '2|very_large|非常大'),
	('result', 4, '4|high|高'), ('result', 3, '3|moderate|中|中等'), ('result', 2, '2|low|低'), ('result', 1, '1|very_low|极低')) k (kind, rating, spellings)
CROSS JOIN LATERAL unnest(string_to_array(k.spellings, '|')) s;

CREATE TABLE evidence.certainty_rating (
	review       text NOT NULL REFERENCES evidence.review,
	outcome      text NOT NULL,
	intervention text NOT NULL,
	comparator   text NOT NULL,
	measure      text NOT NULL DEFAULT 'MD' CHECK (measure IN ('MD', 'SMD', 'RR', 'OR', 'RD')),
	factor       text NOT NULL REFERENCES evidence.certainty_factor,
	rating       int NOT NULL,
	reason       text,
	file_id      bigint NOT NULL REFERENCES ingest.file,
	line         bigint,
	PRIMARY KEY (review, outcome, intervention, comparator, measure, factor),
	CONSTRAINT certainty_range CHECK (CASE factor WHEN 'start' THEN rating IN (2, 4) WHEN 'overall' THEN rating BETWEEN 1 AND 4 WHEN 'large_effect' THEN rating BETWEEN 0 AND 2
		WHEN 'dose_response' THEN rating IN (0, 1) WHEN 'plausible_confounding' THEN rating IN (0, 1) ELSE rating BETWEEN -2 AND 0 END),
	CONSTRAINT certainty_reason CHECK (rating = 0 OR factor IN ('start', 'overall') OR coalesce(reason, '') <> '')
);
COMMENT ON TABLE evidence.certainty_rating IS 'GRADE''s ratings of a body of evidence (an outcome and comparison of a review), one row a factor; who rates up or down says why';
COMMENT ON COLUMN evidence.certainty_rating.rating IS 'start: 4 randomized trials, 2 observational studies; down 0, -1, -2; up 0, 1, 2; overall, as the authors state it, 1 very low to 4 high';

CREATE FUNCTION evidence.certainty_level(level int, language text DEFAULT 'en') RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT (CASE language WHEN 'zh' THEN ARRAY['极低', '低', '中等', '高'] ELSE ARRAY['very low', 'low', 'moderate', 'high'] END)[level];
$$;
COMMENT ON FUNCTION evidence.certainty_level(int, text) IS 'GRADE''s word for a level of 1 to 4, in English or (zh) Chinese';

CREATE VIEW evidence.certainty AS
SELECT g.review, g.outcome, g.intervention, g.comparator, g.measure, g.start_level, g.down, g.up, g.level, evidence.certainty_level(g.level) AS certainty,
	evidence.certainty_level(g.level, 'zh') AS certainty_zh, evidence.certainty_level(g.stated_level) AS stated, g.stated_level = g.level AS follows, g.reasons, g.missing,
	nullif(concat_ws('; ', CASE WHEN g.missing <> '{}' THEN 'not rated: ' || array_to_string(g.missing, ', ') END,
		CASE WHEN g.stated_level <> g.level THEN format('%s is stated, and the ratings give %s', evidence.certainty_level(g.stated_level), evidence.certainty_level(g.level)) END,
		CASE WHEN g.up > 0 AND g.start_level = 4 THEN 'randomized trials are rated up' END,
		CASE WHEN g.up > 0 AND g.down < 0 THEN 'rated up although rated down' END), '') AS note
FROM (
	SELECT c.*, CASE WHEN c.missing = '{}' THEN greatest(1, least(4, c.start_level + c.down + c.up)) END AS level
	FROM (
		SELECT r.review, r.outcome, r.intervention, r.comparator, r.measure, max(r.rating) FILTER (WHERE f.kind = 'start') AS start_level,
			coalesce(sum(r.rating) FILTER (WHERE f.kind = 'down'), 0)::int AS down, coalesce(sum(r.rating) FILTER (WHERE f.kind = 'up'), 0)::int AS up,
			max(r.rating) FILTER (WHERE f.kind = 'result') AS stated_level,
			coalesce(jsonb_object_agg(r.factor, r.reason) FILTER (WHERE r.rating <> 0 AND f.kind IN ('down', 'up')), '{}') AS reasons,
			ARRAY(SELECT m.factor FROM evidence.certainty_factor m WHERE m.kind IN ('start', 'down') AND m.factor <> ALL (array_agg(r.factor)) ORDER BY m.ordinal) AS missing
		FROM evidence.certainty_rating r JOIN evidence.certainty_factor f USING (factor)
		GROUP BY r.review, r.outcome, r.intervention, r.comparator, r.measure) c) g;
COMMENT ON VIEW evidence.certainty IS 'GRADE: certainty = where the design starts, rated down and up, never below very low or above high; NULL while one of the five reasons to rate down is not rated. follows: whether what the authors state is what their ratings give';
COMMENT ON COLUMN evidence.certainty.level IS '1 very low, 2 low, 3 moderate, 4 high';
COMMENT ON COLUMN evidence.certainty.missing IS 'Factors that nobody rated; an unrated reason to rate up counts as none';
COMMENT ON COLUMN evidence.certainty.note IS 'What does not follow, and what GRADE advises against';

CREATE VIEW evidence.summary_of_findings AS
SELECT c.review, c.outcome, c.intervention, c.comparator, c.measure, p.outcome_type, p.simulated, p.k, p.n, p.estimate, p.ci_lb, p.ci_ub, p.i2, p.better,
	c.certainty, c.certainty_zh, c.stated, c.follows, c.reasons, nullif(concat_ws('; ', c.note, p.note, CASE WHEN p.k IS NULL THEN 'no effect of it is here' END), '') AS note
FROM evidence.certainty c
LEFT JOIN evidence.pooled p ON p.asked = 'knha' AND (p.outcome, p.intervention, p.comparator, p.measure) = (c.outcome, c.intervention, c.comparator, c.measure);
COMMENT ON VIEW evidence.summary_of_findings IS 'GRADE''s summary of findings: each rated body of evidence with its pooled effect (REML, Knapp-Hartung), the people in it, its certainty and why; real and simulated studies apart';

---------------------------------------------------------------------------------------------------- moderators of studies and of their protocols

CREATE VIEW evidence.moderator AS
WITH derived AS (
	SELECT a.evidence_study, a.arm, m.moderator, m.value, m.number
	FROM evidence.arm a
	JOIN intervention.protocol p ON (p.study, p.protocol) = (a.protocol_study, a.protocol)
	CROSS JOIN LATERAL (
		SELECT 'waveform', p.waveform, NULL::float8 WHERE p.waveform IS NOT NULL
		UNION ALL SELECT 'mode', p.mode, NULL WHERE p.mode IS NOT NULL
		UNION ALL SELECT CASE q.quantity WHEN 'frequency' THEN 'frequency_hz' ELSE q.quantity END, min(q.low)::text, min(q.low)::float8
			FROM intervention.protocol_quantity q
			WHERE (q.study, q.protocol) = (p.study, p.protocol) AND q.problem IS NULL AND q.quantity IN ('frequency', 'sessions', 'sessions_per_week', 'weeks', 'retention')
			GROUP BY q.quantity HAVING count(*) = 1 AND bool_and(q.low = q.high AND coalesce(q.qualifier, '=') = '=')
		UNION ALL SELECT lower(c.acupoint), CASE WHEN g.has THEN 'yes' ELSE 'no' END, g.has::int
			FROM (VALUES ('GV20'), ('EX-HN3'), ('PC6'), ('SP6'), ('LR3'), ('HT7')) c (acupoint)
			CROSS JOIN LATERAL (SELECT bool_or(t.acupoint = c.acupoint) AS has, bool_or(t.acupoint IS NULL) AS open FROM intervention.protocol_point t
				WHERE (t.study, t.protocol) = (p.study, p.protocol) AND t.role <> 'sham') g
			WHERE g.has OR NOT g.open) m (moderator, value, number))
SELECT s.evidence_study, nullif(s.arm, '') AS arm, s.moderator, s.value, s.number, 'stated' AS source FROM evidence.study_moderator s
UNION ALL
SELECT d.evidence_study, d.arm, d.moderator, d.value, d.number, 'protocol' FROM derived d
WHERE NOT EXISTS (SELECT FROM evidence.study_moderator s WHERE (s.evidence_study, s.moderator) = (d.evidence_study, d.moderator) AND s.arm IN (d.arm, ''));
COMMENT ON VIEW evidence.moderator IS 'What may explain differences between effects: as files of effects state it, else from the protocol of the arm (evidence.arm): waveform, mode, frequency_hz and other quantities that are one exact number, and whether the points of the core prescription are used (not said where a point was not resolved)';
COMMENT ON COLUMN evidence.moderator.arm IS 'As evidence.poolable.arm names it; NULL: of the whole study';

CREATE FUNCTION evidence.moderator_of(p_evidence_study text, p_arm text, p_moderator text) RETURNS TABLE (value text, number float8)
LANGUAGE sql STABLE AS $$
	SELECT m.value, m.number FROM evidence.moderator m
	WHERE m.evidence_study = p_evidence_study AND m.moderator = p_moderator AND (m.arm = p_arm OR m.arm IS NULL)
	ORDER BY m.arm IS NULL, m.source = 'protocol', m.value COLLATE "C" LIMIT 1;
$$;
COMMENT ON FUNCTION evidence.moderator_of(text, text, text) IS 'A moderator of an arm: its own, else that of the whole study; stated before derived';

---------------------------------------------------------------------------------------------------- loading

CREATE FUNCTION ingest.stage_appraisal() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, line bigint, evidence_study text, review text, tool text, outcome text, intervention text, comparator text, measure text,
		assessor text, consensus text, domain text, judgement text, support text, raw text, label text
	) ON COMMIT DROP;
END $$;
COMMENT ON FUNCTION ingest.stage_appraisal() IS 'Staging of psyrad ingest appraisal: one row a judgement';

-- pg_temp.found: rows with their tool, domain and judgement resolved; those of GRADE have a factor.
CREATE FUNCTION ingest.read_appraisal(p_tool text, p_assessor text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE found ON COMMIT DROP AS
	SELECT s.*, w.tool_said, t.tool AS tool_is, ingest.fold_name(w.tool_said) = 'grade' AS graded, coalesce(s.assessor, p_assessor) AS assessor_is,
		CASE ingest.fold_header(s.consensus) WHEN 'yes' THEN true WHEN 'true' THEN true WHEN '1' THEN true WHEN '是' THEN true WHEN 'consensus' THEN true
			WHEN 'no' THEN false WHEN 'false' THEN false WHEN '0' THEN false WHEN '否' THEN false ELSE CASE WHEN s.consensus IS NULL THEN false END END AS consensus_is,
		CASE WHEN w.domain_said IN ('overall', 'total', '总体', '总分', '合计', 'overall_risk_of_bias', 'overall_bias') THEN 'overall' ELSE d.domain END AS domain_is,
		CASE WHEN t.kind = 'stars' THEN CASE WHEN s.judgement ~ '^[★*]+$' THEN length(s.judgement)::text WHEN s.judgement ~ '^[0-9]$' THEN s.judgement END ELSE a.judgement END AS judgement_is,
		d.max_stars, f.factor, f.kind AS factor_kind, g.rating, y.study_exists AS known
	FROM pg_temp.stage s
	CROSS JOIN LATERAL (SELECT coalesce(s.tool, p_tool) AS tool_said, ingest.fold_header(s.domain) AS domain_said, ingest.fold_header(s.judgement) AS judgement_said) w
	LEFT JOIN evidence.appraisal_tool t ON t.folded = ingest.fold_name(w.tool_said)
	LEFT JOIN evidence.appraisal_domain d ON d.tool = t.tool AND (w.domain_said IN (lower(d.domain), d.ordinal::text, ingest.fold_header(d.label_en), ingest.fold_header(d.label_zh)) OR w.domain_said ~ '^[dq][0-9]+$' AND substr(w.domain_said, 2) = d.ordinal::text)
	LEFT JOIN evidence.appraisal_answer a ON a.tool = t.tool AND w.judgement_said = ANY (string_to_array(a.spellings, '|')) AND (NOT a.overall_only OR w.domain_said LIKE 'overall%' OR w.domain_said = '总体')
	LEFT JOIN evidence.certainty_factor f ON ingest.fold_name(w.tool_said) = 'grade' AND (w.domain_said IN (f.factor, ingest.fold_header(f.label_en), ingest.fold_header(f.label_zh))
		OR f.factor = 'overall' AND w.domain_said = 'certainty' OR f.factor = 'start' AND w.domain_said = 'design')
	LEFT JOIN evidence.certainty_word g ON g.kind = f.kind AND g.spelling = w.judgement_said
	CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM evidence.study y WHERE y.evidence_study = s.evidence_study) AS study_exists) y;
END $$;
COMMENT ON FUNCTION ingest.read_appraisal(text, text) IS 'Part of ingest.load_appraisal: staged judgements with their words resolved, in pg_temp.found';

CREATE FUNCTION ingest.reject_appraisal() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw)
	SELECT f."row", f.line, c.name, c.number, e.code, e.message, f.raw
	FROM pg_temp.found f
	CROSS JOIN LATERAL (VALUES
		('tool', NOT coalesce(f.graded, false) AND f.tool_is IS NULL, 'unknown_word', format('found %s; expected GRADE, %s', coalesce(f.tool_said, 'nothing'),
			(SELECT string_agg(t.tool, ', ' ORDER BY t.tool COLLATE "C") FROM evidence.appraisal_tool t))),
		('study', f.tool_is IS NOT NULL AND NOT f.known, 'unknown_study', format('found %s; expected a study that was loaded', coalesce(f.evidence_study, 'nothing'))),
		('domain', f.tool_is IS NOT NULL AND f.domain_is IS NULL, 'unknown_word', format('found %s; %s has %s and overall', coalesce(f.domain, 'nothing'), f.tool_is,
			(SELECT string_agg(d.domain, ', ' ORDER BY d.ordinal) FROM evidence.appraisal_domain d WHERE d.tool = f.tool_is))),
		('judgement', f.tool_is IS NOT NULL AND f.domain_is IS NOT NULL AND f.judgement_is IS NULL, 'unknown_word', format('found %s; expected %s', coalesce(f.judgement, 'nothing'),
			coalesce((SELECT string_agg(a.judgement, ', ' ORDER BY a.ordinal) FROM evidence.appraisal_answer a WHERE a.tool = f.tool_is AND (NOT a.overall_only OR f.domain_is = 'overall')),
				'a number of stars'))),
		('judgement', f.judgement_is ~ '^[0-9]$' AND f.judgement_is::int > f.max_stars, 'out_of_range', format('found %s; the domain has at most %s stars', f.judgement, f.max_stars)),
		('assessor', f.tool_is IS NOT NULL AND f.assessor_is IS NULL, 'missing_value', 'empty; expected who judged it, in a column or by --assessor'),
		('consensus', f.consensus_is IS NULL, 'unknown_word', format('found %s; expected yes or no', f.consensus)),
		('domain', f.graded AND f.factor IS NULL, 'unknown_word', format('found %s; GRADE has %s', coalesce(f.domain, 'nothing'),
			(SELECT string_agg(k.factor, ', ' ORDER BY k.ordinal) FROM evidence.certainty_factor k))),
		('judgement', f.graded AND f.factor IS NOT NULL AND f.rating IS NULL, 'unknown_word', format('found %s; expected %s', coalesce(f.judgement, 'nothing'),
			CASE f.factor_kind WHEN 'start' THEN 'high or low' WHEN 'down' THEN 'not serious, serious or very serious' WHEN 'up' THEN 'no, yes (large) or very large'
				ELSE 'high, moderate, low or very low' END)),
		('judgement', f.factor IN ('dose_response', 'plausible_confounding') AND f.rating > 1, 'out_of_range', 'it rates up by one level at most'),
		('support', f.graded AND f.factor_kind IN ('down', 'up') AND f.rating <> 0 AND f.support IS NULL, 'missing_value', 'empty; expected why it is rated down or up'),
		('review', f.graded AND f.review IS NULL, 'missing_value', 'empty; expected the review'),
		('outcome', f.graded AND f.outcome IS NULL, 'missing_value', 'empty; expected the outcome'),
		('intervention', f.graded AND f.intervention IS NULL, 'missing_value', 'empty; expected the intervention'),
		('comparator', f.graded AND f.comparator IS NULL, 'missing_value', 'empty; expected the comparator'),
		('measure', f.graded AND upper(coalesce(f.measure, 'MD')) NOT IN ('MD', 'SMD', 'RR', 'OR', 'RD'), 'unknown_word', format('found %s; expected MD, SMD, RR, OR or RD', f.measure))
	) e (field, wrong, code, message)
	LEFT JOIN pg_temp.stage_column c ON c.field = e.field OR (e.field IN ('domain', 'judgement') AND c.field = 'total' AND ingest.fold_header(c.name) = f.domain) -- of a column a domain
	WHERE e.wrong;
END $$;
COMMENT ON FUNCTION ingest.reject_appraisal() IS 'Part of ingest.load_appraisal: what in a row cannot be, cell by cell';

CREATE FUNCTION ingest.load_appraisal(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	studies ingest.counts;
	bodies  ingest.counts;
BEGIN
	PERFORM ingest.lock('appraisal');
	PERFORM ingest.read_appraisal(ingest.option(p_file_id, 'tool'), ingest.option(p_file_id, 'assessor'));
	PERFORM ingest.reject_appraisal();
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT f."row", f.line, f.evidence_study, f.tool_is AS tool, coalesce(ingest.known_instrument(f.outcome), f.outcome, '') AS outcome, f.domain_is AS domain,
		f.assessor_is AS assessor, f.consensus_is AS consensus, f.judgement_is AS judgement, f.support
	FROM pg_temp.found f
	WHERE f.tool_is IS NOT NULL AND NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = f."row");
	PERFORM ingest.reject_same_judgement('evidence_study', 'tool', 'outcome', 'domain', 'assessor', 'consensus');
	studies := ingest.merge(p_file_id, 'evidence.appraisal', 'evidence_study', 'tool', 'outcome', 'domain', 'assessor', 'consensus');

	INSERT INTO evidence.review (review)
	SELECT DISTINCT f.review FROM pg_temp.found f
	WHERE f.graded AND NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = f."row")
	ON CONFLICT DO NOTHING;
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT f."row", f.line, f.review, coalesce(ingest.known_instrument(f.outcome), f.outcome) AS outcome, f.intervention,
		coalesce((SELECT w.word FROM evidence.effect_word w WHERE (w.field, w.spelling) = ('comparator', ingest.fold_header(f.comparator))), f.comparator) AS comparator,
		upper(coalesce(f.measure, 'MD')) AS measure, f.factor, f.rating, f.support AS reason
	FROM pg_temp.found f
	WHERE f.graded AND NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = f."row");
	PERFORM ingest.reject_same_judgement('review', 'outcome', 'intervention', 'comparator', 'measure', 'factor');
	bodies := ingest.merge(p_file_id, 'evidence.certainty_rating', 'review', 'outcome', 'intervention', 'comparator', 'measure', 'factor');
	RETURN (studies.rows_loaded + bodies.rows_loaded, studies.rows_unchanged + bodies.rows_unchanged);
END $$;
COMMENT ON FUNCTION ingest.load_appraisal(bigint) IS 'psyrad ingest appraisal: the rows of pg_temp.stage become judgements on studies and GRADE''s ratings';

-- A record of a wide sheet makes several facts, so that a repeated key is told by the fact and not by the row.
CREATE FUNCTION ingest.reject_same_judgement(VARIADIC p_key text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	keys text := (SELECT string_agg(format('f.%I', k), ', ') FROM unnest(p_key) k);
BEGIN
	EXECUTE format($sql$
		INSERT INTO pg_temp.stage_reject (line, code, message)
		SELECT d.line, 'duplicate_row', format('the same %%s as line %%s', %L, d.first_line)
		FROM (SELECT f.line, first_value(f.line) OVER w AS first_line, row_number() OVER w AS n FROM pg_temp.fact f WINDOW w AS (PARTITION BY %s ORDER BY f.line, f."row")) d
		WHERE d.n > 1$sql$, array_to_string(p_key, ', '), keys);
	EXECUTE format('DELETE FROM pg_temp.fact t WHERE t.ctid IN (SELECT d.id FROM (SELECT f.ctid AS id, row_number() OVER (PARTITION BY %s ORDER BY f.line, f."row") AS n FROM pg_temp.fact f) d WHERE d.n > 1)', keys);
END $$;
COMMENT ON FUNCTION ingest.reject_same_judgement IS 'Part of ingest.load_appraisal: of facts with one key the first stands, the others are rejects';

---------------------------------------------------------------------------------------------------- rights

GRANT SELECT ON evidence.appraisal_tool, evidence.appraisal_domain, evidence.appraisal_answer, evidence.appraisal, evidence.risk_of_bias, evidence.risk_of_bias_overall, evidence.poolable_risk,
	evidence.certainty_factor, evidence.certainty_word, evidence.certainty_rating, evidence.certainty, evidence.summary_of_findings, evidence.moderator TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE ON evidence.appraisal, evidence.certainty_rating TO psyrad_ingest;

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOREACH f IN ARRAY ARRAY['ingest.stage_appraisal()', 'ingest.read_appraisal(text, text)', 'ingest.reject_appraisal()', 'ingest.load_appraisal(bigint)', 'ingest.reject_same_judgement(text[])',
		'evidence.appraisal_agreement(text, float8)', 'evidence.overall_risk(text, text[], int)', 'evidence.certainty_level(int, text)', 'evidence.moderator_of(text, text, text)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest%s', f, CASE WHEN f::text LIKE 'evidence.%' THEN ', psyrad_analyst, psyrad_view' ELSE '' END);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;
-- Functions that views call are asked of the view's reader.
GRANT EXECUTE ON FUNCTION evidence.overall_risk(text, text[], int), evidence.certainty_level(int, text) TO psyrad_report;

COMMIT;
