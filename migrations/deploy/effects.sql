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
LANGUAGE sql AS $$
	WITH known AS (SELECT w.field, string_agg(DISTINCT w.word, ', ' ORDER BY w.word) AS words FROM evidence.effect_word w WHERE w.word !~ ':' GROUP BY w.field)
	INSERT INTO pg_temp.stage_reject ("row", line, column_name, column_number, code, message, raw)
	SELECT s."row", s.line, c.name, c.number, e.code, e.message, s.raw
	FROM pg_temp.said s
	CROSS JOIN LATERAL (
		VALUES ('study', s.evidence_study IS NULL, 'missing_value', 'empty; expected the study as a forest plot names it'),
			('outcome', s.outcome IS NULL, 'missing_value', 'empty; expected the instrument'),
			('intervention', s.intervention IS NULL, 'missing_value', 'empty; expected the intervention'),
			('comparator', s.comparator_is IS NULL, 'unknown_word',
				format('found %s; expected sham, drug, usual_care, waiting_list or other', coalesce(s.comparator, 'nothing'))),
			('outcome_type', s.outcome_type_is IS NULL, 'unknown_word', format('found %s; expected final, change or ancova', coalesce(s.outcome_type, 'nothing'))),
			('event', s.outcome_type_is = 'event' AND s.event_is IS NULL, 'missing_value', 'empty; expected what is counted: response, remission, adverse_event'),
			('sd1', s.sd1 < 0, 'out_of_range', format('found %s; expected 0 or more', s.sd1)),
			('sd2', s.sd2 < 0, 'out_of_range', format('found %s; expected 0 or more', s.sd2)),
			('r', NOT s.r BETWEEN -1 AND 1, 'out_of_range', format('found %s; expected a correlation', s.r)),
			('r', s.r IS NULL AND s.outcome_type_is = 'change' AND s.sd1 IS NULL AND s.pre_sd1 IS NOT NULL AND s.post_sd1 IS NOT NULL, 'missing_value',
				'empty; expected the correlation of the values before and after, which is never assumed; or outcome_type final'),
			('p', NOT (s.p > 0 AND s.p <= 1), 'out_of_range', format('found %s; expected more than 0 and at most 1', s.p)),
			('f', s.f < 0, 'out_of_range', format('found %s; expected 0 or more', s.f)),
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
$$;
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

CREATE FUNCTION ingest.load_effects(p_file_id bigint) RETURNS ingest.counts
LANGUAGE plpgsql AS $$
DECLARE
	simulated boolean := coalesce(ingest.option(p_file_id, 'simulated'), 'false')::boolean;
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
	SELECT DISTINCT ON (n.evidence_study) n."row", n.line, n.evidence_study, coalesce(n.year, t.year) AS year, load_effects.simulated AS simulated
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
