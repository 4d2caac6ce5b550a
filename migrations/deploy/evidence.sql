-- Deploy psyrad:evidence to pg
-- Effects of published (or simulated) trials, one row a comparison, as the paper states them: what is pooled is computed in SQL.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE evidence.population (
	population text PRIMARY KEY CHECK (population ~ '^[a-z][a-z0-9_]*$'),
	label_en   text NOT NULL,
	label_zh   text NOT NULL
);
COMMENT ON TABLE evidence.population IS 'Who studies are of, as codes; the list is open';
INSERT INTO evidence.population VALUES
	('depression', 'Depression', '抑郁症'), ('treatment_resistant_depression', 'Treatment-resistant depression', '难治性抑郁症'),
	('post_stroke_depression', 'Post-stroke depression', '卒中后抑郁'), ('perinatal_depression', 'Perinatal depression', '围产期抑郁'),
	('late_life_depression', 'Late-life depression', '老年期抑郁'), ('perimenopausal_depression', 'Perimenopausal depression', '围绝经期抑郁'),
	('bipolar_disorder', 'Bipolar disorder', '双相障碍'), ('schizophrenia', 'Schizophrenia', '精神分裂症'),
	('anxiety', 'Anxiety disorder', '焦虑障碍'), ('insomnia', 'Insomnia', '失眠'), ('suicidality', 'Suicidal ideation or attempt', '自杀意念或自杀未遂'),
	('healthy', 'Healthy people', '健康人'), ('other', 'Other', '其他');

CREATE TABLE evidence.study (
	evidence_study  text PRIMARY KEY CHECK (evidence_study <> ''), -- 'Zhang 2021'
	year            int CHECK (year BETWEEN 1900 AND 2200),
	simulated       boolean NOT NULL DEFAULT false,
	title_en        text,
	title_zh        text,
	first_author    text,
	topic           text,
	design          text,
	design_kind     text CHECK (design_kind IN ('rct', 'nonrandomised_trial', 'pre_post', 'case_control', 'cross_sectional', 'cohort', 'prediction_model',
		'meta_analysis', 'review', 'other')),
	population      text,
	population_kind text REFERENCES evidence.population,
	comparator      text,
	note            text,
	file_id         bigint NOT NULL REFERENCES ingest.file,
	line            bigint
);
COMMENT ON TABLE evidence.study IS 'Published (or simulated) studies whose results or findings are here';
COMMENT ON COLUMN evidence.study.evidence_study IS 'As a forest plot names it: Zhang 2021; of a review''s sheet without such a name, review/study id';
COMMENT ON COLUMN evidence.study.simulated IS 'True for results that a program made up: every report that shows them must say so';
COMMENT ON COLUMN evidence.study.topic IS 'What it is about, as its source sorts it: suicide, acupuncture-structure';
COMMENT ON COLUMN evidence.study.design IS 'As the source words it; design_kind is the code, NULL where the words do not say one';
COMMENT ON COLUMN evidence.study.population IS 'As the source words it; population_kind is the code, NULL where the words do not say one';
COMMENT ON COLUMN evidence.study.comparator IS 'As the source words it; evidence.arm has the arms';

CREATE TABLE evidence.sample (
	evidence_study text NOT NULL REFERENCES evidence.study,
	sample         text NOT NULL DEFAULT '1' CHECK (sample <> ''),
	people         text NOT NULL CHECK (people <> ''),
	n              int CHECK (n > 0),
	note           text,
	PRIMARY KEY (evidence_study, sample)
);
CREATE INDEX sample_people ON evidence.sample (people);
COMMENT ON TABLE evidence.sample IS 'Samples of people that studies report on: what counts as one piece of evidence is the sample, not the paper';
COMMENT ON COLUMN evidence.sample.people IS 'Names the people across studies: rows with equal people are, or overlap in, the same persons.  Of a new sample evidence_study/sample';
COMMENT ON COLUMN evidence.sample.n IS 'How many there are in all; NULL: not reported, which is never 0';

CREATE TABLE evidence.effect (
	evidence_study text NOT NULL REFERENCES evidence.study,
	effect       text NOT NULL DEFAULT '1', -- which of the study's comparisons
	sample       text NOT NULL DEFAULT '1', -- of evidence.sample
	outcome      text NOT NULL,            -- instrument: 'HAMD-17'
	outcome_verbatim text,
	construct    text,
	outcome_type text NOT NULL CHECK (outcome_type IN ('final', 'change', 'ancova', 'event')),
	event        text,
	direction    text CHECK (direction IN ('lower_better', 'higher_better')),
	intervention text NOT NULL,
	comparator   text NOT NULL CHECK (comparator IN ('sham', 'placebo', 'drug', 'usual_care', 'waiting_list', 'no_treatment', 'active', 'other')),
	comparator_verbatim text,
	arm1         text,
	arm2         text,
	shared_group text,
	timing       text CHECK (timing IN ('baseline', 'during', 'post', 'follow_up')),
	weeks        numeric CHECK (weeks >= 0),
	analysis_set text CHECK (analysis_set IN ('itt', 'mitt', 'pp', 'completers')),
	rater        text CHECK (rater IN ('clinician', 'self', 'other')),
	n1 int CHECK (n1 > 0), m1 float8, sd1 float8 CHECK (sd1 >= 0), -- intervention
	n2 int CHECK (n2 > 0), m2 float8, sd2 float8 CHECK (sd2 >= 0), -- comparator
	sd_source    text CHECK (sd_source IN ('reported', 'pre_post_r', 'se', 'ci', 't', 'f', 'p', 'iqr', 'range', 'imputed')),
	e1 int CHECK (e1 >= 0), e2 int CHECK (e2 >= 0),
	measure      text CHECK (measure IN ('MD', 'SMD', 'RR', 'OR', 'RD')),
	yi float8, vi float8 CHECK (vi > 0),
	stated       jsonb CHECK (jsonb_typeof(stated) = 'object'),
	file_id      bigint NOT NULL REFERENCES ingest.file,
	line         bigint,
	PRIMARY KEY (evidence_study, effect),
	FOREIGN KEY (evidence_study, sample) REFERENCES evidence.sample,
	CONSTRAINT effect_counts CHECK (e1 <= n1 AND e2 <= n2),
	CONSTRAINT effect_event CHECK ((outcome_type = 'event') = (event IS NOT NULL)),
	CONSTRAINT effect_given CHECK ((yi IS NULL) = (measure IS NULL) AND (vi IS NULL) = (yi IS NULL)),
	CONSTRAINT effect_sd CHECK (sd_source IS NOT NULL OR (sd1 IS NULL AND sd2 IS NULL))
);
COMMENT ON TABLE evidence.effect IS 'One comparison of a study as its paper states it; effect sizes are computed from it in SQL, and evidence.poolable says which of them are pooled';
COMMENT ON COLUMN evidence.effect.effect IS 'Which of the study''s comparisons';
COMMENT ON COLUMN evidence.effect.sample IS 'Whose results they are: evidence.sample says which samples are the same people';
COMMENT ON COLUMN evidence.effect.outcome IS 'The instrument with its version: HAMD-17; HAMD-unspecified where nobody said which';
COMMENT ON COLUMN evidence.effect.outcome_verbatim IS 'As the file writes it, where that differs';
COMMENT ON COLUMN evidence.effect.construct IS 'What is measured (depression, anxiety, sleep), where the file says so; NULL: evidence.instrument_construct''s';
COMMENT ON COLUMN evidence.effect.outcome_type IS 'Whether m and sd are of final values, of changes from baseline, or adjusted by ANCOVA; event: e1 and e2 count people';
COMMENT ON COLUMN evidence.effect.event IS 'What is counted: response, remission, adverse_event ...';
COMMENT ON COLUMN evidence.effect.direction IS 'Which way is better, where the file says so; NULL: the instrument''s own (clinical.instrument), or not known';
COMMENT ON COLUMN evidence.effect.comparator IS 'Class of the comparator; active: another treatment that is an intervention of the same file';
COMMENT ON COLUMN evidence.effect.comparator_verbatim IS 'As the file writes it, where that differs';
COMMENT ON COLUMN evidence.effect.arm1 IS 'Which arm received the intervention, in a trial of several; NULL: the intervention names it';
COMMENT ON COLUMN evidence.effect.arm2 IS 'Which arm received the comparator; NULL: the comparator names it';
COMMENT ON COLUMN evidence.effect.shared_group IS 'Name of the control group: comparisons with the same name share it; NULL: those of one arm2 and equal numbers do';
COMMENT ON COLUMN evidence.effect.timing IS 'Time point by the course of treatment: baseline, during, post (end of treatment), follow_up';
COMMENT ON COLUMN evidence.effect.weeks IS 'Since baseline';
COMMENT ON COLUMN evidence.effect.analysis_set IS 'Whose data were analysed: itt, mitt, pp, completers; NULL: not stated';
COMMENT ON COLUMN evidence.effect.n1 IS 'Group 1 received the intervention, group 2 the comparator; NULL: not reported';
COMMENT ON COLUMN evidence.effect.sd_source IS 'Where the SDs come from, of two the less direct: reported, computed from what stated holds (pre_post_r, se, ci, t, f, p, iqr, range), or imputed by whoever made the file';
COMMENT ON COLUMN evidence.effect.measure IS 'What yi is, where the paper gives an effect and no groups; RR and OR as natural logarithms';
COMMENT ON COLUMN evidence.effect.yi IS 'Effect as given, intervention minus comparator; vi its sampling variance';
COMMENT ON COLUMN evidence.effect.stated IS 'What the file gave in place of m, sd or vi, by the names of its columns: {"se1": 1.2, "se2": 1.4}';

-- Samples that a loader meets for the first time, each taken for people of its own until somebody says otherwise.
CREATE FUNCTION evidence.add_sample(p_evidence_study text, p_sample text DEFAULT '1', p_n int DEFAULT NULL) RETURNS void
LANGUAGE sql AS $$
	INSERT INTO evidence.sample (evidence_study, sample, people, n)
	VALUES (p_evidence_study, p_sample, p_evidence_study || '/' || p_sample, p_n)
	ON CONFLICT (evidence_study, sample) DO UPDATE SET n = excluded.n WHERE evidence.sample.n IS NULL AND excluded.n IS NOT NULL;
$$;
REVOKE EXECUTE ON FUNCTION evidence.add_sample(text, text, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION evidence.add_sample(text, text, int) TO psyrad_ingest;
ALTER FUNCTION evidence.add_sample(text, text, int) SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION evidence.add_sample(text, text, int) IS 'For loaders: makes a study''s sample where it is new, and fills in its number of people where that was not known';
GRANT SELECT ON evidence.sample, evidence.population TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE ON evidence.sample TO psyrad_ingest;

COMMIT;
