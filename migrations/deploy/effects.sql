-- Deploy psyrad:effects to pg
-- From what papers state to what may be pooled: loading of effects (SDs from what stands in their place), and evidence.poolable, which takes one
-- effect of each independent sample and divides control groups that several comparisons share (Cochrane Handbook 6.5, 10.5.2, 23.3.4).  Nothing
-- that is chosen depends on the order of rows, and nothing is left out without its reason.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- words of the sheets

CREATE TABLE evidence.effect_word (
	field    text NOT NULL,
	spelling text NOT NULL, -- folded as headers are: lower case, blanks and punctuation one "_"
	word     text NOT NULL,
	PRIMARY KEY (field, spelling)
);
COMMENT ON TABLE evidence.effect_word IS 'How sheets of effects write coded words, in English and Chinese; what is not here is rejected, never guessed';
COMMENT ON COLUMN evidence.effect_word.spelling IS 'In lower case, blanks and punctuation one underscore';
COMMENT ON COLUMN evidence.effect_word.word IS 'The word of evidence.effect; event:response is an outcome_type and its event in one';
\copy evidence.effect_word FROM 'data/effect_word.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')

CREATE TABLE evidence.comparator_class (
	comparator text PRIMARY KEY,
	ordinal    int NOT NULL UNIQUE,
	label_en   text NOT NULL,
	label_zh   text NOT NULL
);
COMMENT ON TABLE evidence.comparator_class IS 'Classes of comparators; of a comparison that is listed in both directions the row whose comparator comes first here is taken';
INSERT INTO evidence.comparator_class VALUES
	('no_treatment', 1, 'No treatment', '空白对照'), ('waiting_list', 2, 'Waiting list', '等待治疗'), ('usual_care', 3, 'Usual care', '常规治疗'),
	('sham', 4, 'Sham', '假针刺'), ('placebo', 5, 'Placebo', '安慰剂'), ('other', 6, 'Other control', '其他对照'), ('drug', 7, 'Drug', '药物'),
	('active', 8, 'Other active treatment', '其他阳性治疗');

CREATE TABLE evidence.instrument_construct (
	name      text PRIMARY KEY CHECK (name ~ '^[a-z0-9]+$'),
	construct text NOT NULL,
	higher_is text NOT NULL CHECK (higher_is IN ('worse', 'better'))
);
COMMENT ON TABLE evidence.instrument_construct IS 'What families of instruments measure: effects on one construct may be pooled across instruments, standardised';
COMMENT ON COLUMN evidence.instrument_construct.name IS 'The family (clinical.instrument), or the name of an instrument that is not there, in lower case without punctuation; with its version, or for all of them without';
COMMENT ON COLUMN evidence.instrument_construct.higher_is IS 'For instruments that clinical.instrument does not have';
\copy evidence.instrument_construct FROM 'data/instrument_construct.csv' WITH (FORMAT csv, HEADER match, ENCODING 'UTF8')

---------------------------------------------------------------------------------------------------- moderators

CREATE TABLE evidence.study_moderator (
	evidence_study text NOT NULL REFERENCES evidence.study,
	arm       text NOT NULL DEFAULT '',
	moderator text NOT NULL CHECK (moderator ~ '^[^ _]'),
	value     text NOT NULL,
	number    float8,
	file_id   bigint NOT NULL REFERENCES ingest.file,
	line      bigint,
	PRIMARY KEY (evidence_study, arm, moderator)
);
COMMENT ON TABLE evidence.study_moderator IS 'What may explain differences between effects, as files of effects state it: waveform, frequency_hz, sessions, GV20 ...';
COMMENT ON COLUMN evidence.study_moderator.arm IS 'The arm that received the intervention; empty: of the whole study';
COMMENT ON COLUMN evidence.study_moderator.number IS 'The value where it is a number, and 1 and 0 of yes and no; else NULL';

CREATE FUNCTION evidence.moderator_number(value text) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
	SELECT CASE WHEN value ~ '^[+-]?([0-9]{1,15}([.][0-9]{0,15})?|[.][0-9]{1,15})([eE][+-]?[0-9]{1,2})?$' THEN value::float8
		WHEN lower(value) IN ('yes', 'true', '是', '有') THEN 1 WHEN lower(value) IN ('no', 'false', '否', '无') THEN 0 END;
$$;
COMMENT ON FUNCTION evidence.moderator_number(text) IS 'A moderator''s value as a number: plain decimals as they are, yes and no as 1 and 0, NULL for all other words';

---------------------------------------------------------------------------------------------------- loading

CREATE FUNCTION ingest.stage_effects() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.stage_common();
	CREATE TEMPORARY TABLE stage (
		"row" bigint, line bigint, evidence_study text, year int, effect text, sample text, people text, outcome text, construct text,
		outcome_type text, event text, direction text, intervention text, comparator text, arm1 text, arm2 text, shared_group text,
		timing text, weeks text, analysis_set text, rater text,
		n1 int, m1 float8, sd1 float8, n2 int, m2 float8, sd2 float8, sd_source text,
		e1 int, total1 int, e2 int, total2 int,
		change_n1 int, change_m1 float8, change_sd1 float8, change_n2 int, change_m2 float8, change_sd2 float8,
		pre_m1 float8, pre_sd1 float8, pre_m2 float8, pre_sd2 float8, post_m1 float8, post_sd1 float8, post_m2 float8, post_sd2 float8, r float8,
		se1 float8, se2 float8, ci_lb1 float8, ci_ub1 float8, ci_lb2 float8, ci_ub2 float8,
		min1 float8, q1_1 float8, median1 float8, q3_1 float8, max1 float8, min2 float8, q1_2 float8, median2 float8, q3_2 float8, max2 float8,
		diff_se float8, diff_lb float8, diff_ub float8, t float8, f float8, p float8,
		measure text, yi float8, vi float8, yi_se float8, yi_lb float8, yi_ub float8, ratio float8, ratio_lb float8, ratio_ub float8,
		raw text, label text
	) ON COMMIT DROP;
	CREATE TEMPORARY TABLE stage_moderator ("row" bigint, moderator text, value text) ON COMMIT DROP;
END $$;
COMMENT ON FUNCTION ingest.stage_effects() IS 'Staging of psyrad ingest effects: words folded, numbers as they stand';

-- Student's quantile of a two-sided p: an interval from -1 to 1 at that level has the variance 1/q^2.
CREATE FUNCTION evidence.t_of_p(p float8, df float8) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
	SELECT CASE WHEN p > 0 AND p < 1 AND df > 0 THEN 1 / sqrt((psyrad.effect_from_ci(0, -1, 1, 1 - p, df)).vi) END;
$$;
COMMENT ON FUNCTION evidence.t_of_p(float8, float8) IS 'The |t| of a two-sided p with so many degrees of freedom; NULL outside 0 < p < 1';

-- The SD of one group and where it comes from, by the first that is there: its own SD, both SDs and their correlation, se, interval of the mean
-- (by t), quartiles or range.
CREATE FUNCTION evidence.group_sd(sd float8, n int, pre_sd float8, post_sd float8, r float8, se float8, lb float8, ub float8,
	minimum float8, q1 float8, median float8, q3 float8, maximum float8, OUT sd_is float8, OUT source text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN w.source = 'reported' THEN sd
			WHEN w.source = 'pre_post_r' THEN sqrt(greatest(pre_sd * pre_sd + post_sd * post_sd - 2 * r * pre_sd * post_sd, 0))
			WHEN w.source = 'se' THEN se * sqrt(n::float8)
			WHEN w.source = 'ci' THEN sqrt((psyrad.effect_from_ci(NULL, lb, ub, 0.95, n - 1)).vi * n)
			WHEN w.source IN ('iqr', 'range') THEN (psyrad.mean_sd_from_quantiles(minimum, q1, median, q3, maximum, n)).sd END, w.source
	FROM (SELECT CASE WHEN sd IS NOT NULL THEN 'reported'
			WHEN pre_sd >= 0 AND post_sd >= 0 AND r BETWEEN -1 AND 1 THEN 'pre_post_r'
			WHEN se >= 0 AND n > 0 THEN 'se'
			WHEN lb <= ub AND n > 1 THEN 'ci'
			WHEN q1 <= median AND median <= q3 AND n > 1 THEN 'iqr'
			WHEN minimum <= median AND median <= maximum AND n > 1 THEN 'range' END AS source) w;
$$;
COMMENT ON FUNCTION evidence.group_sd IS 'SD of a group and its source: stated, of a change from both SDs and r, from the standard error, the 95 % interval of the mean (t), the quartiles or the range (Cochrane Handbook 6.5.2)';

CREATE FUNCTION ingest.reject_effects() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	WITH known AS (SELECT w.field, string_agg(DISTINCT w.word, ', ' ORDER BY w.word) AS words FROM evidence.effect_word w WHERE w.word !~ ':' GROUP BY w.field)
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw)
	SELECT s."row", s.line, c.name, c.number, e.code, e.message, s.raw
	FROM pg_temp.said s
	CROSS JOIN LATERAL (
		VALUES ('study', s.evidence_study IS NULL, 'missing_value', 'empty; expected the study as a forest plot names it'),
			('outcome', s.outcome IS NULL, 'missing_value', 'empty; expected the instrument'),
			('intervention', s.intervention IS NULL, 'missing_value', 'empty; expected the intervention'),
			('comparator', s.comparator_is IS NULL, 'unknown_word',
				format('found %s; expected sham, placebo, drug, usual_care, waiting_list, no_treatment, active or other', coalesce(s.comparator, 'nothing'))),
			('outcome_type', s.outcome_type_is IS NULL, 'unknown_word', format('found %s; expected final, change, ancova or event', coalesce(s.outcome_type, 'nothing'))),
			('event', s.outcome_type_is = 'event' AND s.event_is IS NULL, 'missing_value', 'empty; expected what is counted: response, remission, adverse_event'),
			('sd1', s.sd1 < 0, 'out_of_range', format('found %s; expected 0 or more', s.sd1)),
			('sd2', s.sd2 < 0, 'out_of_range', format('found %s; expected 0 or more', s.sd2)),
			('pre_post_r', NOT s.r BETWEEN -1 AND 1, 'out_of_range', format('found %s; expected a correlation', s.r)),
			('pre_post_r', s.r IS NULL AND s.outcome_type_is = 'change' AND s.sd1 IS NULL AND s.pre_sd1 IS NOT NULL AND s.post_sd1 IS NOT NULL, 'missing_value',
				'empty; expected the correlation of the values before and after, which is never assumed; or outcome_type final'),
			('p_value', NOT (s.p > 0 AND s.p <= 1), 'out_of_range', format('found %s; expected more than 0 and at most 1', s.p)),
			('f_value', s.f < 0, 'out_of_range', format('found %s; expected 0 or more', s.f)),
			('ci_lb1', s.ci_lb1 > s.ci_ub1, 'out_of_range', format('found %s above %s', s.ci_lb1, s.ci_ub1)),
			('ci_lb2', s.ci_lb2 > s.ci_ub2, 'out_of_range', format('found %s above %s', s.ci_lb2, s.ci_ub2)),
			('median1', NOT (coalesce(s.min1, s.q1_1, s.median1) <= coalesce(s.q1_1, s.median1) AND coalesce(s.q1_1, s.median1) <= s.median1
				AND s.median1 <= coalesce(s.q3_1, s.median1) AND coalesce(s.q3_1, s.median1) <= coalesce(s.max1, s.q3_1, s.median1)), 'out_of_range',
				'minimum, quartiles, median and maximum do not ascend'),
			('median2', NOT (coalesce(s.min2, s.q1_2, s.median2) <= coalesce(s.q1_2, s.median2) AND coalesce(s.q1_2, s.median2) <= s.median2
				AND s.median2 <= coalesce(s.q3_2, s.median2) AND coalesce(s.q3_2, s.median2) <= coalesce(s.max2, s.q3_2, s.median2)), 'out_of_range',
				'minimum, quartiles, median and maximum do not ascend'),
			('diff_lb', s.diff_lb > s.diff_ub, 'out_of_range', format('found %s above %s', s.diff_lb, s.diff_ub)),
			('e1', s.e1 > s.count1, 'out_of_range', format('found %s of %s people', s.e1, s.count1)),
			('e2', s.e2 > s.count2, 'out_of_range', format('found %s of %s people', s.e2, s.count2)),
			('measure', s.measure_is IS NULL AND coalesce(s.yi, s.ratio) IS NOT NULL AND s.measure IS NULL, 'missing_value', 'empty; expected what yi is: MD, SMD, RR, OR or RD'),
			('measure', s.measure_is IS NOT NULL AND (s.measure_is IN ('MD', 'SMD')) = (s.outcome_type_is = 'event'), 'out_of_range',
				format('found %s of an outcome of type %s', s.measure_is, s.outcome_type_is)),
			('ratio', s.ratio <= 0 OR s.ratio_lb <= 0, 'out_of_range', 'expected a ratio above 0'),
			('vi', s.given AND NOT s.given_vi > 0, 'out_of_range', format('found %s; expected more than 0', s.given_vi)),
			('vi', s.given AND s.given_vi IS NULL, 'missing_value', 'expected vi, yi_se, or yi_lb and yi_ub beside yi')
		UNION ALL
		SELECT w.field, w.found IS NOT NULL AND w.is_word IS NULL, 'unknown_word', format('found %s; expected one of %s', w.found, k.words)
		FROM (VALUES ('direction', s.direction, s.direction_is), ('timing', s.timing, s.timing_is), ('analysis_set', s.analysis_set, s.analysis_set_is),
			('rater', s.rater, s.rater_is), ('sd_source', s.sd_source, s.sd_source_is), ('measure', s.measure, s.measure_is)) w (field, found, is_word)
		JOIN known k USING (field)
	) e (field, wrong, code, message)
	LEFT JOIN pg_temp.stage_column c ON c.field = e.field OR (e.field = 'vi' AND c.field = 'yi' AND NOT EXISTS (SELECT FROM pg_temp.stage_column v WHERE v.field = 'vi'))
	WHERE e.wrong;
END $$;
COMMENT ON FUNCTION ingest.reject_effects() IS 'Part of ingest.load_effects: what in a row cannot be, cell by cell';

-- pg_temp.said: the staged rows with their words resolved, and with one number where the file may give several columns for it.
CREATE FUNCTION ingest.read_effect_words() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE said ON COMMIT DROP AS
	WITH word AS (SELECT w.* FROM evidence.effect_word w),
	treatment AS (SELECT DISTINCT s.intervention FROM pg_temp.stage s WHERE s.intervention IS NOT NULL),
	named AS (SELECT d.outcome, coalesce(ingest.known_instrument(d.outcome), d.outcome) AS outcome_is FROM (SELECT DISTINCT outcome FROM pg_temp.stage) d)
	SELECT s.*, i.outcome_is, split_part(coalesce(y.word, CASE WHEN s.outcome_type IN ('final', 'change', 'ancova', 'event') THEN s.outcome_type END), ':', 1) AS outcome_type_is,
		CASE WHEN coalesce(y.word, s.outcome_type) LIKE 'event%' THEN coalesce(s.event, nullif(split_part(y.word, ':', 2), '')) END AS event_is,
		coalesce(k.word, CASE WHEN a.intervention IS NOT NULL THEN 'active' END) AS comparator_is,
		d.word AS direction_is, g.word AS timing_is, n.word AS analysis_set_is, t.word AS rater_is, u.word AS sd_source_is,
		CASE WHEN coalesce(s.yi, s.ratio) IS NOT NULL THEN m.word END AS measure_is,
		coalesce(s.n1, s.total1, s.change_n1) AS count1, coalesce(s.n2, s.total2, s.change_n2) AS count2,
		coalesce(s.yi, s.ratio) IS NOT NULL AS given, coalesce(s.yi, CASE WHEN s.ratio > 0 THEN ln(s.ratio) END) AS given_yi,
		coalesce(s.vi, s.yi_se * s.yi_se, ((s.yi_ub - s.yi_lb) / (2 * 1.959963984540054)) ^ 2,
			CASE WHEN s.ratio_lb > 0 AND s.ratio_ub > 0 THEN ((ln(s.ratio_ub) - ln(s.ratio_lb)) / (2 * 1.959963984540054)) ^ 2 END) AS given_vi
	FROM pg_temp.stage s
	LEFT JOIN named i USING (outcome)
	LEFT JOIN word y ON (y.field, y.spelling) = ('outcome_type', s.outcome_type)
	LEFT JOIN word k ON (k.field, k.spelling) = ('comparator', ingest.fold_header(s.comparator))
	LEFT JOIN treatment a ON a.intervention = s.comparator
	LEFT JOIN word d ON (d.field, d.spelling) = ('direction', s.direction)
	LEFT JOIN word g ON (g.field, g.spelling) = ('timing', s.timing)
	LEFT JOIN word n ON (n.field, n.spelling) = ('analysis_set', s.analysis_set)
	LEFT JOIN word t ON (t.field, t.spelling) = ('rater', s.rater)
	LEFT JOIN word u ON (u.field, u.spelling) = ('sd_source', s.sd_source)
	LEFT JOIN word m ON (m.field, m.spelling) = ('measure', s.measure);
END $$;
COMMENT ON FUNCTION ingest.read_effect_words() IS 'Part of ingest.load_effects: staged rows with their words and instruments resolved, in pg_temp.said';

CREATE FUNCTION ingest.fold_header(name text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT btrim(regexp_replace(lower(normalize(name, NFKC)), '[[:space:][:punct:]、。（）：；，]+', '_', 'g'), '_');
$$;
COMMENT ON FUNCTION ingest.fold_header(text) IS 'Lower case, full-width made narrow, blanks and punctuation one underscore, none at the ends: as the loaders fold headers';

-- pg_temp.computed: m, sd and n of both groups as they are stored, and what they were computed from.
CREATE FUNCTION ingest.compute_effects() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE computed ON COMMIT DROP AS
	WITH number AS (
		SELECT s.*, CASE WHEN s.outcome_type_is = 'change' THEN coalesce(s.change_n1, s.n1, s.total1) ELSE s.count1 END AS k1,
			CASE WHEN s.outcome_type_is = 'change' THEN coalesce(s.change_n2, s.n2, s.total2) ELSE s.count2 END AS k2,
			CASE WHEN s.outcome_type_is = 'change' THEN coalesce(s.change_m1, s.m1, s.post_m1 - s.pre_m1) ELSE coalesce(s.m1, s.post_m1) END AS mean1,
			CASE WHEN s.outcome_type_is = 'change' THEN coalesce(s.change_m2, s.m2, s.post_m2 - s.pre_m2) ELSE coalesce(s.m2, s.post_m2) END AS mean2,
			CASE WHEN s.outcome_type_is = 'change' THEN coalesce(s.change_sd1, s.sd1) ELSE coalesce(s.sd1, s.post_sd1) END AS own1,
			CASE WHEN s.outcome_type_is = 'change' THEN coalesce(s.change_sd2, s.sd2) ELSE coalesce(s.sd2, s.post_sd2) END AS own2,
			CASE WHEN s.outcome_type_is = 'change' THEN s.r END AS of_change
		FROM pg_temp.said s
		WHERE NOT EXISTS (SELECT FROM pg_temp.stage_reject x WHERE x."row" = s."row")),
	grouped AS (
		SELECT b.*, a1.sd_is AS sd_1, a1.source AS source1, a2.sd_is AS sd_2, a2.source AS source2,
			coalesce(b.mean1, CASE WHEN b.k1 > 1 AND b.median1 IS NOT NULL THEN (psyrad.mean_sd_from_quantiles(b.min1, b.q1_1, b.median1, b.q3_1, b.max1, b.k1)).mean END) AS mean_1,
			coalesce(b.mean2, CASE WHEN b.k2 > 1 AND b.median2 IS NOT NULL THEN (psyrad.mean_sd_from_quantiles(b.min2, b.q1_2, b.median2, b.q3_2, b.max2, b.k2)).mean END) AS mean_2
		FROM number b
		CROSS JOIN LATERAL evidence.group_sd(b.own1, b.k1, b.pre_sd1, b.post_sd1, b.of_change, b.se1, b.ci_lb1, b.ci_ub1, b.min1, b.q1_1, b.median1, b.q3_1, b.max1) a1
		CROSS JOIN LATERAL evidence.group_sd(b.own2, b.k2, b.pre_sd2, b.post_sd2, b.of_change, b.se2, b.ci_lb2, b.ci_ub2, b.min2, b.q1_2, b.median2, b.q3_2, b.max2) a2),
	between_groups AS ( -- one SD for both, from the test of their difference (Cochrane Handbook 6.5.2.3)
		SELECT g."row", c.source,
			coalesce(c.se, abs(g.mean_1 - g.mean_2) / nullif(c.t, 0)) / sqrt(1.0 / g.k1 + 1.0 / g.k2) AS sd
		FROM grouped g
		CROSS JOIN LATERAL (
			SELECT * FROM (VALUES
				(1, 'se', g.diff_se, NULL::float8),
				(2, 'ci', CASE WHEN g.diff_lb <= g.diff_ub AND g.k1 + g.k2 > 2 THEN sqrt((psyrad.effect_from_ci(NULL, g.diff_lb, g.diff_ub, 0.95, g.k1 + g.k2 - 2)).vi) END, NULL),
				(3, 't', NULL, abs(g.t)), (4, 'f', NULL, sqrt(g.f)), (5, 'p', NULL, evidence.t_of_p(g.p, g.k1 + g.k2 - 2))) v (place, source, se, t)
			WHERE v.se IS NOT NULL OR v.t > 0 ORDER BY v.place LIMIT 1) c
		WHERE (g.sd_1 IS NULL OR g.sd_2 IS NULL) AND g.k1 > 0 AND g.k2 > 0)
	SELECT g.*, coalesce(g.sd_1, x.sd) AS sd_one, coalesce(g.sd_2, x.sd) AS sd_two,
		coalesce(g.sd_source_is, CASE WHEN coalesce(g.sd_1, g.sd_2, x.sd) IS NOT NULL THEN
			(SELECT v.source FROM unnest(ARRAY['reported', 'pre_post_r', 'se', 'ci', 't', 'f', 'p', 'iqr', 'range']) WITH ORDINALITY v (source, place)
			 WHERE v.source IN (g.source1, g.source2, CASE WHEN g.sd_1 IS NULL OR g.sd_2 IS NULL THEN x.source END) ORDER BY v.place DESC LIMIT 1) END) AS source_is
	FROM grouped g LEFT JOIN between_groups x USING ("row");
END $$;
COMMENT ON FUNCTION ingest.compute_effects() IS 'Part of ingest.load_effects: means, SDs and numbers of the groups from what the file gives, in pg_temp.computed';

-- Samples that are new; and who they are where the file says so.
CREATE FUNCTION ingest.add_samples(p_file_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE met ON COMMIT DROP AS
	SELECT DISTINCT ON (n.evidence_study, n.sample_is) n."row", n.line, n.evidence_study, n.sample_is AS sample, n.people
	FROM pg_temp.numbered n
	ORDER BY n.evidence_study, n.sample_is, n.people IS NULL, n."row";
	INSERT INTO evidence.sample (evidence_study, sample, people)
	SELECT m.evidence_study, m.sample, coalesce(m.people, m.evidence_study || '/' || m.sample) FROM pg_temp.met m
	ON CONFLICT DO NOTHING;
	UPDATE evidence.sample s SET people = m.people
	FROM pg_temp.met m
	WHERE (s.evidence_study, s.sample) = (m.evidence_study, m.sample) AND m.people IS NOT NULL AND s.people = s.evidence_study || '/' || s.sample;
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw)
	SELECT n."row", n.line, c.name, c.number, 'people_differ', format('found %s; sample %s of %s is of %s', n.people, s.sample, s.evidence_study, s.people), n.raw
	FROM pg_temp.numbered n
	JOIN evidence.sample s ON (s.evidence_study, s.sample) = (n.evidence_study, n.sample_is)
	LEFT JOIN pg_temp.stage_column c ON c.field = 'people'
	WHERE n.people <> s.people;
END $$;
COMMENT ON FUNCTION ingest.add_samples(bigint) IS 'Part of ingest.load_effects: evidence.sample of samples that are new, and people where the file names them';

CREATE FUNCTION ingest.load_effects(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	made_up   boolean := coalesce(ingest.option(p_file_id, 'simulated'), 'false')::boolean;
	counts    ingest.counts;
	unsure    text;
BEGIN
	PERFORM ingest.lock('effects');
	IF NOT EXISTS (SELECT FROM pg_temp.stage_column c WHERE c.field IN ('m1', 'change_m1', 'post_m1', 'median1', 'e1', 'yi', 'ratio')) THEN
		PERFORM ingest.refuse('no column holds results', 'expected n1, m1, sd1, n2, m2, sd2; or e1, n1, e2, n2; or yi and vi; name them with --map FIELD=COLUMN');
	END IF;
	PERFORM ingest.read_effect_words();
	PERFORM ingest.reject_effects();
	PERFORM ingest.compute_effects();
	SELECT string_agg(DISTINCT format('%s (%s)', c.outcome, c.outcome_is), ', ') INTO unsure FROM pg_temp.computed c WHERE c.outcome_is LIKE '%-unspecified' AND c.outcome_is <> c.outcome;
	IF unsure IS NOT NULL THEN
		RAISE WARNING 'the file names no version of %: no mean difference is pooled of these', unsure;
	END IF;

	CREATE TEMPORARY TABLE numbered ON COMMIT DROP AS
	SELECT c.*, coalesce(c.effect, s.effect_no::text) AS effect_is, coalesce(c.sample, '1') AS sample_is
	FROM pg_temp.computed c
	JOIN (SELECT s."row", row_number() OVER (PARTITION BY s.evidence_study ORDER BY s."row") AS effect_no FROM pg_temp.stage s) s USING ("row");
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT DISTINCT ON (n.evidence_study) n."row", n.line, n.evidence_study, coalesce(n.year, t.year) AS year, made_up AS simulated
	FROM pg_temp.numbered n LEFT JOIN evidence.study t USING (evidence_study)
	ORDER BY n.evidence_study, n.year IS NULL, n."row";
	PERFORM ingest.merge(p_file_id, 'evidence.study', 'evidence_study');
	PERFORM ingest.add_samples(p_file_id);
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT n."row", n.line, n.evidence_study, n.effect_is AS effect, n.sample_is AS sample, n.outcome_is AS outcome,
		CASE WHEN n.outcome <> n.outcome_is THEN n.outcome END AS outcome_verbatim, n.construct, n.outcome_type_is AS outcome_type, n.event_is AS event,
		n.direction_is AS direction, n.intervention, n.comparator_is AS comparator, CASE WHEN n.comparator <> n.comparator_is THEN n.comparator END AS comparator_verbatim,
		n.arm1, n.arm2, n.shared_group, n.timing_is AS timing, n.weeks::numeric AS weeks, n.analysis_set_is AS analysis_set, n.rater_is AS rater,
		n.k1 AS n1, n.mean_1 AS m1, n.sd_one AS sd1, n.k2 AS n2, n.mean_2 AS m2, n.sd_two AS sd2, n.source_is AS sd_source, n.e1, n.e2,
		n.measure_is AS measure, n.given_yi AS yi, CASE WHEN n.given THEN n.given_vi END AS vi,
		nullif(jsonb_strip_nulls(jsonb_build_object('pre_m1', n.pre_m1, 'pre_sd1', n.pre_sd1, 'pre_m2', n.pre_m2, 'pre_sd2', n.pre_sd2,
			'post_m1', n.post_m1, 'post_sd1', n.post_sd1, 'post_m2', n.post_m2, 'post_sd2', n.post_sd2, 'r', n.r, 'se1', n.se1, 'se2', n.se2,
			'ci_lb1', n.ci_lb1, 'ci_ub1', n.ci_ub1, 'ci_lb2', n.ci_lb2, 'ci_ub2', n.ci_ub2, 'min1', n.min1, 'q1_1', n.q1_1, 'median1', n.median1,
			'q3_1', n.q3_1, 'max1', n.max1, 'min2', n.min2, 'q1_2', n.q1_2, 'median2', n.median2, 'q3_2', n.q3_2, 'max2', n.max2,
			'diff_se', n.diff_se, 'diff_lb', n.diff_lb, 'diff_ub', n.diff_ub, 't', n.t, 'f', n.f, 'p', n.p)
			|| jsonb_build_object('yi_se', n.yi_se, 'yi_lb', n.yi_lb, 'yi_ub', n.yi_ub, 'ratio', n.ratio, 'ratio_lb', n.ratio_lb, 'ratio_ub', n.ratio_ub)), '{}') AS stated
	FROM pg_temp.numbered n;
	PERFORM ingest.reject_duplicates('evidence_study', 'effect');
	counts := ingest.merge(p_file_id, 'evidence.effect', 'evidence_study', 'effect');
	PERFORM ingest.add_moderators(p_file_id);
	RETURN counts;
END $$;
COMMENT ON FUNCTION ingest.load_effects(bigint) IS 'psyrad ingest effects: the rows of pg_temp.stage become studies, samples, effects and moderators';

-- Two rows of one study and arm that state another value of a moderator: the second is rejected as a whole.
CREATE FUNCTION ingest.add_moderators(p_file_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE fact ON COMMIT DROP AS
	SELECT DISTINCT ON (n.evidence_study, a.arm, m.moderator) n."row", n.line, n.evidence_study, a.arm, m.moderator, m.value, evidence.moderator_number(m.value) AS number
	FROM pg_temp.stage_moderator m
	JOIN pg_temp.numbered n USING ("row")
	CROSS JOIN LATERAL (SELECT coalesce(n.arm1, n.intervention) AS arm) a
	WHERE NOT EXISTS (SELECT FROM pg_temp.stage_reject r WHERE r."row" = n."row")
	ORDER BY n.evidence_study, a.arm, m.moderator, n."row";
	INSERT INTO pg_temp.stage_reject (line, column_name, column_number, code, message, raw)
	SELECT n.line, c.name, c.number, 'moderator_differs', format('found %s; line %s says %s of the same arm, which is kept', m.value, f.line, f.value), s.raw
	FROM pg_temp.stage_moderator m
	JOIN pg_temp.numbered n USING ("row")
	JOIN pg_temp.stage s USING ("row")
	JOIN pg_temp.fact f ON (f.evidence_study, f.arm, f.moderator) = (n.evidence_study, coalesce(n.arm1, n.intervention), m.moderator)
	LEFT JOIN pg_temp.stage_column c ON ingest.fold_header(c.name) IN (m.moderator, 'mod_' || m.moderator)
	WHERE f.value <> m.value;
	PERFORM ingest.merge(p_file_id, 'evidence.study_moderator', 'evidence_study', 'arm', 'moderator');
END $$;
COMMENT ON FUNCTION ingest.add_moderators(bigint) IS 'Part of ingest.load_effects: the moderators of each arm that received an intervention';

---------------------------------------------------------------------------------------------------- which effects are pooled

CREATE TABLE evidence.pool_rule (
	rule          text PRIMARY KEY CHECK (rule ~ '^[a-z][a-z0-9_]*$'),
	timings       text[] NOT NULL,
	unstated      boolean NOT NULL,
	weeks         numeric NOT NULL,
	weeks_from    numeric,
	weeks_to      numeric,
	instruments   text[] NOT NULL,
	outcome_types text[] NOT NULL,
	analysis_sets text[] NOT NULL,
	raters        text[] NOT NULL,
	label_en      text NOT NULL,
	label_zh      text NOT NULL,
	CHECK (weeks_from <= weeks_to)
);
COMMENT ON TABLE evidence.pool_rule IS 'Of several effects of the same people, which one is taken: time point, then instrument (where several are pooled), kind of value, analysis set, rater; each in the order listed, what is not listed comes last, and ties go to the larger study and then by name';
COMMENT ON COLUMN evidence.pool_rule.timings IS 'Time points that are pooled';
COMMENT ON COLUMN evidence.pool_rule.unstated IS 'Whether an effect that does not state its timing is pooled, where its weeks lie in the window';
COMMENT ON COLUMN evidence.pool_rule.weeks IS 'Of several time points the one nearest to these weeks is taken; end of treatment, where it is stated, before all others, and of several ends of one comparison the nearest';
COMMENT ON COLUMN evidence.pool_rule.weeks_from IS 'Window in weeks since baseline, both ends in it; NULL: open.  Without any end effects of unstated weeks are in it';
INSERT INTO evidence.pool_rule (rule, timings, unstated, weeks, weeks_from, weeks_to, instruments, outcome_types, analysis_sets, raters, label_en, label_zh)
SELECT r.rule, r.timings, r.unstated, r.weeks, NULL, NULL, ARRAY['HAMD-17', 'HAMD-24', 'HAMD-21', 'HAMD-unspecified', 'MADRS', 'HAMD-7', 'HAMD-6', 'QIDS-SR', 'BDI-II', 'BDI-I',
	'PHQ-9', 'SDS'], ARRAY['ancova', 'final', 'change'], ARRAY['itt', 'mitt', 'pp', 'completers'], ARRAY['clinician', 'self', 'other'], r.label_en, r.label_zh
FROM (VALUES ('end_of_treatment', ARRAY['post'], true, 8, 'End of treatment', '治疗结束时'),
	('follow_up', ARRAY['follow_up'], false, 26, 'Follow-up, nearest to half a year', '随访，最接近半年')) r (rule, timings, unstated, weeks, label_en, label_zh);

CREATE TABLE evidence.pool_reason (
	reason   text PRIMARY KEY,
	label_en text NOT NULL,
	label_zh text NOT NULL
);
COMMENT ON TABLE evidence.pool_reason IS 'Why an effect is not pooled';
INSERT INTO evidence.pool_reason VALUES
	('other_direction', 'The same comparison is listed the other way round', '同一比较以相反方向列出'), ('same_row', 'The same row is listed twice', '重复行'),
	('baseline', 'A value before treatment', '治疗前数值'), ('other_timing', 'Outside the time points of the rule', '不在规则的时间点内'),
	('no_n', 'A group''s number is not reported', '未报告组例数'), ('too_few', 'A group has fewer than 2 people', '组例数少于2'),
	('no_mean', 'A group''s mean is not reported', '未报告均数'), ('no_sd', 'A group''s SD is not reported and cannot be computed', '标准差未报告且无法计算'),
	('no_events', 'A group''s events are not reported, or nobody or everybody of both groups has one', '未报告事件数，或两组事件数均为0或全部'),
	('version_unknown', 'Nobody said which version of the instrument: no mean difference', '量表版本未注明：不计算均数差'),
	('direction_unknown', 'Which way of the instrument is better is not known', '量表方向未知'),
	('other_time', 'Another time point of the same people is taken', '取同一人群的其他时间点'),
	('other_instrument', 'Another instrument of the same people is taken', '取同一人群的其他量表'),
	('other_type', 'Another kind of value (final, change, ANCOVA) of the same people is taken', '取同一人群的其他数值类型'),
	('other_analysis', 'Another analysis set of the same people is taken', '取同一人群的其他分析集'),
	('other_rater', 'Another rater of the same people is taken', '取同一人群的其他评定者'),
	('other_study', 'Another study of the same people is taken', '取同一人群的其他研究'),
	('other_comparison', 'One of its groups is in another comparison that is taken', '其中一组已用于其他比较'),
	('share_too_small', 'The control group is shared, and too small to divide or without numbers', '共用对照组过小或缺数据，无法拆分');

CREATE VIEW evidence.effect_basis AS
WITH basis AS (
	SELECT e.*, p.people, s.year, s.simulated, i.family, coalesce(i.version_stated, true) AS version_stated, coalesce(e.construct, k.construct) AS construct_is,
		coalesce(e.direction, CASE coalesce(i.higher_is, k.higher_is) WHEN 'worse' THEN 'lower_better' WHEN 'better' THEN 'higher_better' END) AS direction_is,
		coalesce(e.arm1, e.intervention) AS group1, coalesce(e.arm2, e.comparator_verbatim, e.comparator) AS group2, c.ordinal AS comparator_place
	FROM evidence.effect e
	JOIN evidence.study s USING (evidence_study)
	JOIN evidence.sample p USING (evidence_study, sample)
	JOIN evidence.comparator_class c ON c.comparator = e.comparator
	LEFT JOIN clinical.instrument i ON i.instrument = e.outcome
	LEFT JOIN LATERAL (
		SELECT t.construct, t.higher_is
		FROM (SELECT lower(regexp_replace(e.outcome, '[^A-Za-z0-9]', '', 'g')) AS folded) f
		JOIN evidence.instrument_construct t ON t.name IN (f.folded, lower(i.family), rtrim(f.folded, '0123456789'))
		ORDER BY t.name = f.folded DESC, t.name LIMIT 1) k ON true)
SELECT b.*, coalesce('named ' || b.shared_group, concat_ws(' ', 'of', b.group2, b.n2, b.m2, b.sd2, b.e2)) AS control,
	CASE WHEN t.mirrored THEN 'other_direction' WHEN t.again THEN 'same_row' END AS repeats
FROM basis b
LEFT JOIN ( -- beside each effect those of the same people on the same outcome
	SELECT b.evidence_study, b.effect,
		bool_or((o.event, o.rater, o.timing, o.analysis_set) IS NOT DISTINCT FROM (b.event, b.rater, b.timing, b.analysis_set)
			AND (o.group1, o.group2) = (b.group2, b.group1)
			AND (o.weeks IS NOT DISTINCT FROM b.weeks
				OR (o.n1, o.m1, o.sd1, o.e1, o.n2, o.m2, o.sd2, o.e2, o.yi) IS NOT DISTINCT FROM (b.n2, b.m2, b.sd2, b.e2, b.n1, b.m1, b.sd1, b.e1, -b.yi))
			AND (o.comparator_place, o.group1 COLLATE "C") < (b.comparator_place, b.group1 COLLATE "C")) AS mirrored,
		bool_or((o.group1, o.group2) = (b.group1, b.group2)
			AND (o.event, o.rater, o.timing, o.weeks, o.analysis_set, o.n1, o.m1, o.sd1, o.e1, o.n2, o.m2, o.sd2, o.e2, o.yi, o.vi)
				IS NOT DISTINCT FROM (b.event, b.rater, b.timing, b.weeks, b.analysis_set, b.n1, b.m1, b.sd1, b.e1, b.n2, b.m2, b.sd2, b.e2, b.yi, b.vi)
			AND o.effect COLLATE "C" < b.effect COLLATE "C") AS again
	FROM basis b JOIN basis o USING (evidence_study, sample, outcome, outcome_type)
	WHERE o.effect <> b.effect
	GROUP BY b.evidence_study, b.effect) t USING (evidence_study, effect);
COMMENT ON VIEW evidence.effect_basis IS 'Effects with what the choice between them rests on: the people, what is measured and which way is better, who is in the groups, and whether the same comparison is here in the other direction or twice';
COMMENT ON COLUMN evidence.effect_basis.control IS 'The control group: comparisons of the same people with the same one share it';
COMMENT ON COLUMN evidence.effect_basis.repeats IS 'other_direction: its mirror image is the one to take, whose comparator comes first in evidence.comparator_class; same_row: an equal row is';

CREATE FUNCTION evidence.effect_size(measure text, m1 float8, sd1 float8, n1 float8, m2 float8, sd2 float8, n2 float8, e1 float8, e2 float8) RETURNS psyrad.effect
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE measure WHEN 'MD' THEN psyrad.effect_md(m1, sd1, n1, m2, sd2, n2) WHEN 'SMD' THEN psyrad.effect_smd(m1, sd1, n1, m2, sd2, n2)
	WHEN 'RR' THEN psyrad.effect_rr(e1, n1 - e1, e2, n2 - e2) WHEN 'OR' THEN psyrad.effect_or(e1, n1 - e1, e2, n2 - e2)
	WHEN 'RD' THEN psyrad.effect_rd(e1, n1 - e1, e2, n2 - e2) END;
COMMENT ON FUNCTION evidence.effect_size IS 'MD, SMD (Hedges'' g), log RR, log OR or RD of two groups, by psyrad.effect_*; numbers need not be whole where a control group is divided';

-- In the order given, a comparison is taken when neither of its groups is in one that was; a control group may serve several.
CREATE FUNCTION evidence.independent_comparisons(group1 text[], group2 text[]) RETURNS boolean[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
	treated  text[] := '{}';
	controls text[] := '{}';
	taken    boolean[] := '{}';
	free     boolean;
BEGIN
	FOR k IN 1 .. coalesce(cardinality(group1), 0) LOOP
		free := NOT (group1[k] = ANY (treated) OR group1[k] = ANY (controls) OR group2[k] = ANY (treated));
		IF free THEN
			treated := treated || group1[k];
			controls := controls || group2[k];
		END IF;
		taken := taken || free;
	END LOOP;
	RETURN taken;
END $$;
COMMENT ON FUNCTION evidence.independent_comparisons(text[], text[]) IS 'Of comparisons of the same people in order of preference, which to take so that nobody who was treated counts twice: group1 received the intervention, group2 the comparator, which several may share';

CREATE TYPE evidence.poolable_effect AS (
	measure text, outcome text, outcome_type text, intervention text, comparator text, simulated boolean, rule text,
	evidence_study text, effect text, sample text, people text, of_people text, year int,
	instrument text, value_type text, event text, of_intervention text, of_comparator text, arm text, control text, timing text, weeks numeric, analysis_set text, rater text,
	n1 float8, m1 float8, sd1 float8, n2 float8, m2 float8, sd2 float8, e1 float8, e2 float8, shared_by int, sd_source text,
	better text, yi float8, vi float8, used boolean, reason text, detail text);
COMMENT ON TYPE evidence.poolable_effect IS 'An effect as evidence.poolable has it';

CREATE FUNCTION evidence.require_pool_rule(p_measure text, p_rule text, p_merge text[]) RETURNS evidence.pool_rule
LANGUAGE plpgsql STABLE AS $$
DECLARE
	law evidence.pool_rule;
BEGIN
	IF p_measure IS NULL OR p_measure NOT IN ('MD', 'SMD', 'RR', 'OR', 'RD') THEN
		RAISE invalid_parameter_value USING MESSAGE = format('measure is %s; expected MD, SMD, RR, OR or RD', coalesce(quote_literal(p_measure), 'NULL'));
	ELSIF NOT coalesce(p_merge <@ ARRAY['intervention', 'comparator'], false) THEN
		RAISE invalid_parameter_value USING MESSAGE = 'merge names what is pooled across: intervention, comparator, both, or neither';
	END IF;
	SELECT r.* INTO law FROM evidence.pool_rule r WHERE r.rule = p_rule;
	IF NOT FOUND THEN
		RAISE invalid_parameter_value USING MESSAGE = format('there is no rule %s', coalesce(quote_literal(p_rule), 'NULL')),
			HINT = format('Rules: %s.', (SELECT string_agg(r.rule, ', ' ORDER BY r.rule COLLATE "C") FROM evidence.pool_rule r));
	END IF;
	RETURN law;
END $$;
COMMENT ON FUNCTION evidence.require_pool_rule(text, text, text[]) IS 'Part of evidence.poolable_effects: the rule of that name, or an error that says which argument is wrong';

-- The body is kept parsed and without settings of its own, so that it is written into the query that calls it.
CREATE FUNCTION evidence.effect_problem(e evidence.effect_basis, law evidence.pool_rule, p_measure text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN (e).repeats IS NOT NULL THEN (e).repeats
	WHEN (e).timing = 'baseline' THEN 'baseline'
	WHEN NOT coalesce((e).timing = ANY ((law).timings), (law).unstated) THEN 'other_timing'
	WHEN (e).timing IS NULL AND (e).weeks IS NULL AND coalesce((law).weeks_from, (law).weeks_to) IS NOT NULL THEN 'other_timing'
	WHEN (e).weeks < (law).weeks_from OR (e).weeks > (law).weeks_to THEN 'other_timing'
	WHEN p_measure = 'MD' AND NOT (e).version_stated THEN 'version_unknown'
	WHEN p_measure = 'SMD' AND (e).direction_is IS NULL THEN 'direction_unknown'
	WHEN (e).yi IS NOT NULL THEN NULL
	WHEN (e).n1 IS NULL OR (e).n2 IS NULL THEN 'no_n'
	WHEN (e).n1 < 2 OR (e).n2 < 2 THEN 'too_few'
	WHEN (e).outcome_type <> 'event' AND ((e).m1 IS NULL OR (e).m2 IS NULL) THEN 'no_mean'
	WHEN (e).outcome_type <> 'event' AND NOT coalesce((e).sd1 > 0 AND (e).sd2 > 0, false) THEN 'no_sd'
	WHEN (e).outcome_type = 'event' AND ((evidence.effect_size(p_measure, NULL, NULL, (e).n1, NULL, NULL, (e).n2, (e).e1, (e).e2)).vi > 0) IS NOT TRUE THEN 'no_events'
END;
COMMENT ON FUNCTION evidence.effect_problem(evidence.effect_basis, evidence.pool_rule, text) IS
	'Why an effect can never be pooled under a measure by a rule (evidence.pool_reason), whatever else there is of the same people; NULL: it can';

CREATE FUNCTION evidence.poolable_effects(p_measure text, p_rule text DEFAULT 'end_of_treatment', p_outcome text DEFAULT NULL, p_outcome_type text DEFAULT NULL,
	p_intervention text DEFAULT NULL, p_comparator text DEFAULT NULL, p_merge text[] DEFAULT '{}') RETURNS SETOF evidence.poolable_effect
LANGUAGE plpgsql STABLE SECURITY DEFINER -- for reports, whose readers have no right to these tables
	SET enable_nestloop = off -- the planner cannot know how many effects are left at each step, and would compare each with all
	SET jit = off             -- and would compile for what it then believes to be dear
AS $$
#variable_conflict use_column
DECLARE
	law evidence.pool_rule := evidence.require_pool_rule(p_measure, p_rule, p_merge);
BEGIN
	RETURN QUERY
	WITH candidate AS MATERIALIZED (
		SELECT b.*, b AS basis, row_number() OVER () AS id, b.yi IS NOT NULL AS given,
			CASE WHEN p_measure = 'MD' OR p_outcome = b.outcome THEN b.outcome ELSE coalesce(b.construct_is, b.outcome) END
				|| coalesce(': ' || b.event, '') AS key_outcome,
			CASE WHEN p_measure = 'MD' THEN 'final_or_change' ELSE b.outcome_type END AS key_type,
			CASE WHEN NOT 'intervention' = ANY (p_merge) THEN b.intervention END AS key_intervention,
			CASE WHEN NOT 'comparator' = ANY (p_merge) THEN b.comparator END AS key_comparator,
			CASE WHEN b.timing = 'post' THEN -1 ELSE coalesce(abs(b.weeks - law.weeks), 1e9) END AS time_place,
			coalesce(array_position(law.instruments, b.outcome), 1000) AS instrument_place,
			coalesce(array_position(law.outcome_types, b.outcome_type), 1000) AS type_place,
			coalesce(array_position(law.analysis_sets, b.analysis_set), 1000) AS analysis_place,
			coalesce(array_position(law.raters, b.rater), 1000) AS rater_place
		FROM evidence.effect_basis b
		WHERE (b.outcome_type = 'event') = (p_measure IN ('RR', 'OR', 'RD')) AND coalesce(b.measure = p_measure, true)
			AND (p_outcome IS NULL OR p_outcome IN (b.outcome, b.construct_is, b.event))
			AND (p_outcome_type IS NULL OR b.outcome_type = p_outcome_type)
			AND (p_intervention IS NULL OR b.intervention = p_intervention) AND (p_comparator IS NULL OR b.comparator = p_comparator)),
	judged AS (SELECT c.*, evidence.effect_problem(c.basis, law, p_measure) AS problem FROM candidate c),
	sized AS (
		SELECT j.*, sum(j.n1 + j.n2) OVER (PARTITION BY key_outcome, key_type, key_intervention, key_comparator, simulated, people, evidence_study) AS study_n
		FROM judged j WHERE j.problem IS NULL),
	ranked AS (
		SELECT z.*, dense_rank() OVER w AS place
		FROM sized z
		WINDOW w AS (PARTITION BY key_outcome, key_type, key_intervention, key_comparator, simulated, people
			ORDER BY time_place, CASE WHEN timing IS DISTINCT FROM 'post' THEN weeks END, instrument_place, outcome COLLATE "C", type_place, outcome_type COLLATE "C", analysis_place,
				rater_place, study_n DESC NULLS LAST, evidence_study COLLATE "C")),
	placed AS ( -- of one comparison with several ends of treatment the nearest to the rule's weeks; arms may end at different times
		SELECT r.*, dense_rank() OVER (PARTITION BY key_outcome, key_type, key_intervention, key_comparator, simulated, people, group1, group2
			ORDER BY abs(weeks - law.weeks), weeks) AS near
		FROM ranked r WHERE r.place = 1),
	best AS (
		SELECT r.*, count(*) OVER (PARTITION BY key_outcome, key_type, key_intervention, key_comparator, simulated, people, control) AS served
		FROM placed r WHERE r.near = 1),
	first AS (
		SELECT r.key_outcome, r.key_type, r.key_intervention, r.key_comparator, r.simulated, r.people,
			min(r.time_place) AS time_place, min(r.weeks) AS weeks, min(r.outcome) AS outcome, min(r.outcome_type) AS outcome_type, min(r.analysis_set) AS analysis_set,
			min(r.rater) AS rater, min(r.evidence_study) AS evidence_study,
			array_agg(r.id ORDER BY served DESC, group1 COLLATE "C", group2 COLLATE "C", control COLLATE "C", weeks, n1, m1, sd1, e1, yi, effect COLLATE "C") AS ids,
			array_agg(r.group1 ORDER BY served DESC, group1 COLLATE "C", group2 COLLATE "C", control COLLATE "C", weeks, n1, m1, sd1, e1, yi, effect COLLATE "C") AS treated,
			array_agg(r.group2 ORDER BY served DESC, group1 COLLATE "C", group2 COLLATE "C", control COLLATE "C", weeks, n1, m1, sd1, e1, yi, effect COLLATE "C") AS compared
		FROM best r
		GROUP BY r.key_outcome, r.key_type, r.key_intervention, r.key_comparator, r.simulated, r.people),
	taken AS (
		SELECT x.id, x.place FROM first f
		CROSS JOIN LATERAL (SELECT * FROM unnest(f.ids, evidence.independent_comparisons(f.treated, f.compared)) WITH ORDINALITY u (id, free, place)) x
		WHERE x.free),
	divided AS ( -- the share of a control group that each of its comparisons has; too small a one serves the first of them whole
		SELECT r.*, t.place AS turn, d.k, d.turn_in, d.k > 1 AND (r.given OR r.n2 / d.k < 2) AS whole
		FROM ranked r
		JOIN taken t USING (id)
		JOIN (SELECT q.id, count(*) OVER s AS k, row_number() OVER (s ORDER BY v.place) AS turn_in
			FROM ranked q JOIN taken v USING (id)
			WINDOW s AS (PARTITION BY q.key_outcome, q.key_type, q.key_intervention, q.key_comparator, q.simulated, q.people, q.control)) d USING (id)),
	used AS (
		SELECT d.*, CASE WHEN d.whole THEN 1 ELSE d.k END::int AS shared, count(*) OVER (PARTITION BY key_outcome, key_type, key_intervention, key_comparator, simulated, people) AS of_same
		FROM divided d WHERE NOT (d.whole AND d.turn_in > 1)),
	numbers AS (
		SELECT u.id, u.shared, u.of_same, psyrad.split_control(u.n2, u.shared) AS n2, psyrad.split_control(u.e2, u.shared) AS e2 FROM used u),
	answer AS (
		SELECT j.*, u.id IS NOT NULL AS used, u.shared, u.of_same, coalesce(u.n2, j.n2) AS share_n2, coalesce(u.e2, j.e2) AS share_e2, f.evidence_study AS first_study, f.weeks AS first_weeks,
			f.outcome AS first_outcome, f.outcome_type AS first_type, f.analysis_set AS first_analysis, f.rater AS first_rater, f.time_place AS first_time,
			CASE WHEN u.id IS NOT NULL THEN NULL
				WHEN j.problem IS NOT NULL THEN j.problem
				WHEN j.time_place <> f.time_place OR (j.timing IS DISTINCT FROM 'post' AND j.weeks IS DISTINCT FROM f.weeks) THEN 'other_time'
				WHEN j.outcome <> f.outcome THEN 'other_instrument'
				WHEN j.outcome_type <> f.outcome_type THEN 'other_type'
				WHEN j.analysis_set IS DISTINCT FROM f.analysis_set THEN 'other_analysis'
				WHEN j.rater IS DISTINCT FROM f.rater THEN 'other_rater'
				WHEN j.evidence_study <> f.evidence_study THEN 'other_study'
				WHEN EXISTS (SELECT FROM placed l WHERE l.id = j.id AND l.near > 1) THEN 'other_time'
				WHEN EXISTS (SELECT FROM taken t WHERE t.id = j.id) THEN 'share_too_small'
				ELSE 'other_comparison' END AS why
		FROM judged j
		LEFT JOIN numbers u USING (id)
		LEFT JOIN first f ON (f.key_outcome, f.key_type, f.simulated, f.people) = (j.key_outcome, j.key_type, j.simulated, j.people)
			AND (f.key_intervention, f.key_comparator) IS NOT DISTINCT FROM (j.key_intervention, j.key_comparator))
	SELECT p_measure, a.key_outcome, a.key_type, a.key_intervention, a.key_comparator, a.simulated, law.rule,
		a.evidence_study, a.effect, a.sample, CASE WHEN a.of_same > 1 THEN a.people || ' / ' || a.group1 ELSE a.people END, a.people, a.year,
		a.outcome, a.outcome_type, a.event, a.intervention, a.comparator, a.group1, a.group2, a.timing, a.weeks, a.analysis_set, a.rater,
		a.n1::float8, a.m1, a.sd1, a.share_n2::float8, a.m2, a.sd2, a.e1::float8, a.share_e2::float8, a.shared, a.sd_source,
		CASE WHEN p_measure = 'SMD' THEN 'lower' ELSE CASE a.direction_is WHEN 'lower_better' THEN 'lower' WHEN 'higher_better' THEN 'higher' END END,
		CASE WHEN p_measure = 'SMD' AND a.direction_is = 'higher_better' THEN -s.yi ELSE s.yi END, s.vi, a.used, a.why,
		CASE a.why WHEN 'other_time' THEN format('%s%s is taken', coalesce(a.first_weeks || ' weeks', 'an unstated time'), CASE WHEN a.first_time = -1 THEN ', end of treatment,' END)
			WHEN 'other_instrument' THEN a.first_outcome || ' is taken' WHEN 'other_type' THEN a.first_type || ' values are taken'
			WHEN 'other_analysis' THEN coalesce(a.first_analysis, 'an unstated set') || ' is taken' WHEN 'other_rater' THEN coalesce(a.first_rater, 'an unstated rater') || ' is taken'
			WHEN 'other_study' THEN a.first_study || ' is taken' ELSE (SELECT w.label_en FROM evidence.pool_reason w WHERE w.reason = a.why) END
	FROM answer a
	CROSS JOIN LATERAL (
		SELECT CASE WHEN a.given THEN a.yi ELSE e.yi END AS yi, CASE WHEN a.given THEN a.vi ELSE e.vi END AS vi
		FROM (SELECT (z.size).yi, (z.size).vi FROM (SELECT CASE WHEN a.n1 >= 2 AND a.n2 >= 2 AND NOT a.given
			THEN evidence.effect_size(p_measure, a.m1, a.sd1, a.n1, a.m2, a.sd2, a.share_n2, a.e1, a.share_e2) END AS size OFFSET 0) z) e) s;
END $$;
COMMENT ON FUNCTION evidence.poolable_effects(text, text, text, text, text, text, text[]) IS
	'Effects that may be pooled under a measure (MD, SMD, RR, OR, RD), and all others with the reason. Pool: outcome (the instrument with MD; else what it measures, and the event), kind of value (final and change together with MD, never with SMD: Cochrane 10.5.2), intervention, comparator class, simulated; merge names which of intervention and comparator are pooled across. Of the same people one occasion is taken by the rule (evidence.pool_rule); of a trial of several arms the comparisons whose treated groups differ, the numbers of a shared control group divided among them (23.3.4: n and events, in fractions, so that the parts sum to the whole; mean and SD stay), each with people of its own. yi is intervention minus comparator (RR, OR: logarithms), turned with SMD so that below 0 is better. better: which sign is, NULL where not known. Row order never matters';

CREATE VIEW evidence.poolable AS
SELECT p.* FROM (VALUES ('MD'), ('SMD'), ('RR'), ('OR'), ('RD')) m (measure) CROSS JOIN LATERAL evidence.poolable_effects(m.measure) p;
COMMENT ON VIEW evidence.poolable IS 'Each effect under each measure that fits it, by the rule end_of_treatment: the pool it belongs to, the independent people, yi and vi, whether it is used, and why not; see evidence.poolable_effects';
COMMENT ON COLUMN evidence.poolable.outcome IS 'Of the pool: the instrument with MD; with others what is measured, and the event';
COMMENT ON COLUMN evidence.poolable.outcome_type IS 'Of the pool: final_or_change with MD; else final, change, ancova or event';
COMMENT ON COLUMN evidence.poolable.people IS 'The independent sample: of_people, or one treated group of them with its share of the control group';
COMMENT ON COLUMN evidence.poolable.n2 IS 'After a shared control group was divided: need not be whole';
COMMENT ON COLUMN evidence.poolable.shared_by IS 'How many comparisons share the control group; NULL where the effect is not used';
COMMENT ON COLUMN evidence.poolable.better IS 'lower: yi below 0 favours the intervention; higher; NULL: not known';
COMMENT ON COLUMN evidence.poolable.reason IS 'Why it is not used (evidence.pool_reason); NULL: it is';

---------------------------------------------------------------------------------------------------- pooled

CREATE VIEW evidence.pooled AS
SELECT p.measure, p.outcome, p.outcome_type, p.intervention, p.comparator, p.simulated, p.rule, p.better, p.n, w.test AS asked, (t.pool).*
FROM (
	SELECT e.measure, e.outcome, e.outcome_type, e.intervention, e.comparator, e.simulated, e.rule, max(e.better) AS better, sum(e.n1 + e.n2) AS n, psyrad.meta_state(e.yi, e.vi) AS state
	FROM evidence.poolable e WHERE e.used
	GROUP BY e.measure, e.outcome, e.outcome_type, e.intervention, e.comparator, e.simulated, e.rule) p
CROSS JOIN (VALUES ('z'), ('knha')) w (test)
CROSS JOIN LATERAL (SELECT psyrad.meta_final(p.state, method => 'REML', test => w.test) AS pool) t;
COMMENT ON VIEW evidence.pooled IS 'Random effects (REML) over the used rows of evidence.poolable, normal and Knapp-Hartung; simulated studies are never pooled with real ones';
COMMENT ON COLUMN evidence.pooled.asked IS 'The test that was asked for; test is the one that was made: of a single effect always z';
COMMENT ON COLUMN evidence.pooled.n IS 'People in the groups that were pooled; NULL where effects were given without numbers';

CREATE FUNCTION evidence.pool(outcome text DEFAULT NULL, intervention text DEFAULT NULL, comparator text DEFAULT NULL, measure text DEFAULT 'MD',
	outcome_type text DEFAULT NULL, rule text DEFAULT 'end_of_treatment', method text DEFAULT 'REML', test text DEFAULT 'knha', level float8 DEFAULT 0.95)
	RETURNS SETOF evidence.pooled
LANGUAGE sql STABLE AS $$
	SELECT p.measure, p.outcome, p.outcome_type, p.intervention, p.comparator, p.simulated, p.rule, p.better, p.n, pool.test, (p.pool).*
	FROM (
		SELECT e.measure, e.outcome, e.outcome_type, pool.intervention, pool.comparator, e.simulated, e.rule, max(e.better) AS better, sum(e.n1 + e.n2) AS n,
			psyrad.meta_final(psyrad.meta_state(e.yi, e.vi), method => pool.method, test => pool.test, level => pool.level) AS pool
		FROM evidence.poolable_effects(pool.measure, pool.rule, pool.outcome, pool.outcome_type, pool.intervention, pool.comparator,
			array_remove(ARRAY[CASE WHEN pool.intervention IS NULL THEN 'intervention' END, CASE WHEN pool.comparator IS NULL THEN 'comparator' END], NULL)) e
		WHERE e.used
		GROUP BY e.measure, e.outcome, e.outcome_type, e.simulated, e.rule) p
	ORDER BY p.outcome COLLATE "C", p.outcome_type COLLATE "C", p.simulated;
$$;
COMMENT ON FUNCTION evidence.pool(text, text, text, text, text, text, text, text, float8) IS
	'Pooled effects, one row an outcome, kind of value and simulated: of one intervention and comparator, or across all where NULL (then a trial of several arms enters as evidence.poolable_effects divides it). DEFAULTS: measure MD, rule end_of_treatment, method REML, test knha, level 0.95. Leave-one-out, cumulative, Egger, trim and fill: psyrad.meta_* over evidence.poolable_effects(...) WHERE used';

---------------------------------------------------------------------------------------------------- rights

GRANT SELECT ON evidence.effect_word, evidence.comparator_class, evidence.instrument_construct, evidence.study_moderator, evidence.pool_rule, evidence.pool_reason,
	evidence.effect_basis, evidence.poolable, evidence.pooled TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE ON evidence.study_moderator, evidence.pool_rule, evidence.instrument_construct TO psyrad_ingest;

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOREACH f IN ARRAY ARRAY['ingest.stage_effects()', 'ingest.reject_effects()', 'ingest.read_effect_words()', 'ingest.fold_header(text)', 'ingest.compute_effects()',
		'ingest.add_samples(bigint)', 'ingest.load_effects(bigint)', 'ingest.add_moderators(bigint)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
	FOREACH f IN ARRAY ARRAY['evidence.moderator_number(text)', 'evidence.t_of_p(float8, float8)',
		'evidence.group_sd(float8, int, float8, float8, float8, float8, float8, float8, float8, float8, float8, float8, float8)',
		'evidence.effect_size(text, float8, float8, float8, float8, float8, float8, float8, float8)', 'evidence.independent_comparisons(text[], text[])',
		'evidence.require_pool_rule(text, text, text[])', 'evidence.effect_problem(evidence.effect_basis, evidence.pool_rule, text)',
		'evidence.poolable_effects(text, text, text, text, text, text, text[])', 'evidence.pool(text, text, text, text, text, text, text, text, float8)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest, psyrad_analyst, psyrad_view', f);
		IF (SELECT p.prosqlbody IS NULL FROM pg_proc p WHERE p.oid = f) THEN -- a parsed body needs no path, and with one is not written into queries
			EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
		END IF;
	END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION evidence.poolable_effects(text, text, text, text, text, text, text[]) TO psyrad_report;

COMMIT;
