-- Deploy psyrad:findings to pg
-- What studies found, region by region, and what reviews say of studies.  Words are kept as their source has them; beside them stand codes,
-- which are NULL where the words do not say one.  A study of a review is a row of evidence.review_study and points to the study itself, so
-- that two reviews may tell of the same study, and have studies of the same number that are not the same.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- words and what they mean

CREATE TABLE evidence.modality (
	modality text PRIMARY KEY CHECK (modality ~ '^[a-z][a-z0-9_]*$'),
	ordinal  int NOT NULL UNIQUE,
	abbr     text,
	name_en  text NOT NULL,
	name_zh  text NOT NULL,
	part_of  text REFERENCES evidence.modality,
	aspect   text CHECK (aspect IN ('structure', 'function', 'metabolism', 'electrophysiology'))
);
COMMENT ON TABLE evidence.modality IS 'How brains are measured';
COMMENT ON COLUMN evidence.modality.part_of IS 'The wider one: rs_fmri is part of fmri, fmri of mri';
COMMENT ON COLUMN evidence.modality.aspect IS 'What it shows; NULL where that is open (mri, spect)';
INSERT INTO evidence.modality VALUES
	('mri', 1, 'MRI', 'Magnetic resonance imaging', '磁共振成像', NULL, NULL),
	('smri', 2, 'sMRI', 'Structural MRI', '结构性磁共振成像', 'mri', 'structure'),
	('dmri', 3, 'dMRI', 'Diffusion MRI', '扩散磁共振成像', 'mri', 'structure'),
	('dti', 4, 'DTI', 'Diffusion tensor imaging', '扩散张量成像', 'dmri', 'structure'),
	('gqi', 5, 'GQI', 'Generalised q-sampling imaging', '广义q采样成像', 'dmri', 'structure'),
	('fmri', 6, 'fMRI', 'Functional MRI', '功能性磁共振成像', 'mri', 'function'),
	('rs_fmri', 7, 'rs-fMRI', 'Resting-state fMRI', '静息态功能磁共振', 'fmri', 'function'),
	('task_fmri', 8, NULL, 'Task fMRI', '任务态功能磁共振', 'fmri', 'function'),
	('asl', 9, 'ASL', 'Arterial spin labelling', '动脉自旋标记', 'mri', 'metabolism'),
	('mrs', 10, 'MRS', 'Magnetic resonance spectroscopy', '磁共振波谱', 'mri', 'metabolism'),
	('pet', 11, 'PET', 'Positron emission tomography', '正电子发射计算机断层显像', NULL, 'metabolism'),
	('spect', 12, 'SPECT', 'Single-photon emission computed tomography', '单光子发射计算机断层扫描', NULL, 'metabolism'),
	('ct', 13, 'CT', 'Computed tomography', '电子计算机断层扫描', NULL, 'structure'),
	('fnirs', 14, 'fNIRS', 'Functional near-infrared spectroscopy', '功能性近红外光谱', 'optical_imaging', 'function'),
	('optical_imaging', 15, NULL, 'Optical imaging', '光学成像', NULL, 'function'),
	('eeg', 16, 'EEG', 'Electroencephalography', '脑电图', NULL, 'electrophysiology'),
	('eeg_tomography', 17, NULL, 'EEG tomography', '脑电图的断层扫描图', 'eeg', 'electrophysiology'),
	('evoked_potential', 18, 'EP', 'Brain evoked potential', '脑诱发电位', 'eeg', 'electrophysiology'),
	('meg', 19, 'MEG', 'Magnetoencephalography', '脑磁图', NULL, 'electrophysiology');

CREATE TABLE evidence.direction (
	direction text PRIMARY KEY CHECK (direction ~ '^[a-z][a-z_]*$'),
	ordinal   int NOT NULL UNIQUE,
	sign      smallint CHECK (sign IN (-1, 0, 1)),
	label_en  text NOT NULL,
	label_zh  text NOT NULL
);
COMMENT ON TABLE evidence.direction IS 'What a finding says happened or differs';
COMMENT ON COLUMN evidence.direction.sign IS '1 up, -1 down, 0 no difference; NULL: a difference or relation whose sign is not said, or that has none';
INSERT INTO evidence.direction VALUES
	('increase', 1, 1, 'Increase', '增加'), ('decrease', 2, -1, 'Decrease', '减少'), ('no_difference', 3, 0, 'No difference', '无差异'),
	('altered', 4, NULL, 'Altered, sign not stated', '改变（方向未述）'), ('abnormal', 5, NULL, 'Abnormal, sign not stated', '异常（方向未述）'),
	('normalised', 6, NULL, 'Moved towards normal', '趋向正常'), ('correlates_positive', 7, 1, 'Correlates positively', '正相关'),
	('correlates_negative', 8, -1, 'Correlates negatively', '负相关'), ('correlates_unknown', 9, NULL, 'Correlates, sign not stated', '相关（方向未述）'),
	('correlates_either', 10, NULL, 'Correlates positively in some regions and negatively in others', '正相关或负相关'),
	('involved', 11, NULL, 'Involved', '有关'), ('more', 12, NULL, 'More regions', '更多脑区'), ('earlier', 13, NULL, 'Earlier', '更早'),
	('more_earlier', 14, NULL, 'More regions, and earlier', '更早且更多脑区');

CREATE TABLE evidence.contrast_kind (
	contrast_kind text PRIMARY KEY CHECK (contrast_kind ~ '^[a-z][a-z_]*$'),
	ordinal  int NOT NULL UNIQUE,
	label_en text NOT NULL,
	label_zh text NOT NULL
);
COMMENT ON TABLE evidence.contrast_kind IS 'What findings compare';
INSERT INTO evidence.contrast_kind VALUES
	('patients_vs_controls', 1, 'Patients against controls', '患者与对照'), ('after_vs_before', 2, 'After treatment against before', '治疗后与治疗前'),
	('treatment_vs_control', 3, 'Treatment against control', '治疗组与对照组'), ('during_vs_rest', 4, 'During treatment against rest', '治疗中与静息'),
	('treatment_effect', 5, 'Under or after treatment, against what is not stated', '治疗效应（对照未述）'), ('correlation', 6, 'Correlation', '相关'),
	('prediction', 7, 'Prediction', '预测'), ('baseline', 8, 'Of patients before treatment', '患者治疗前'), ('other', 9, 'Other', '其他');

CREATE TABLE evidence.measure_kind (
	measure_kind text PRIMARY KEY CHECK (measure_kind ~ '^[a-z][a-z_]*$'),
	label_en text NOT NULL,
	label_zh text NOT NULL
);
COMMENT ON TABLE evidence.measure_kind IS 'What findings measure';
INSERT INTO evidence.measure_kind VALUES
	('volume', 'Volume', '体积'), ('thickness', 'Cortical thickness', '皮层厚度'), ('grey_matter', 'Grey matter, which property is not said', '灰质'),
	('white_matter', 'White matter, which property is not said', '白质'), ('fa', 'Fractional anisotropy', '各向异性分数'), ('diffusivity', 'Diffusivity', '弥散率'),
	('activation', 'Activation', '激活'), ('signal', 'Signal', '信号'), ('connectivity', 'Connectivity', '连接'), ('alff', 'ALFF or fALFF', '低频振幅'),
	('reho', 'Regional homogeneity', '局部一致性'), ('metabolism', 'Metabolism', '代谢'), ('perfusion', 'Perfusion', '灌注'), ('concentration', 'Concentration of a metabolite', '代谢物浓度'),
	('power', 'Power of a rhythm', '频段功率'), ('other', 'Other', '其他');

CREATE TABLE evidence.network (
	network text PRIMARY KEY CHECK (network <> ''),
	name_zh text
);
COMMENT ON TABLE evidence.network IS 'Brain networks and pathways, as sources name them in English';

---------------------------------------------------------------------------------------------------- references, and studies of a review

CREATE TABLE evidence.reference (
	review  text NOT NULL REFERENCES evidence.review,
	ref_no  int NOT NULL CHECK (ref_no > 0),
	role    text,
	first_author text,
	first_author_latin text,
	year    int CHECK (year BETWEEN 1500 AND 2200),
	title   text,
	journal text,
	doi     text,
	pmid    text CHECK (pmid ~ '^[0-9]{1,9}$'),
	section text,
	file_id bigint NOT NULL REFERENCES ingest.file,
	line    bigint,
	PRIMARY KEY (review, ref_no)
);
COMMENT ON TABLE evidence.reference IS 'What a review cites, by its numbers; all but the number may be unknown';
COMMENT ON COLUMN evidence.reference.role IS 'What the review cites it for';
COMMENT ON COLUMN evidence.reference.first_author_latin IS 'The name in Latin letters, as whoever made the sheet spells it: no quotation';
COMMENT ON COLUMN evidence.reference.section IS 'Where it is cited; several, separated by commas';

CREATE TABLE evidence.review_study (
	review         text NOT NULL REFERENCES evidence.review,
	study_id       text NOT NULL CHECK (study_id <> ''),
	evidence_study text NOT NULL REFERENCES evidence.study,
	included       boolean,
	ref_no         text,
	first_author   text,
	first_author_latin text,
	topic          text,
	design         text,
	population     text,
	comparator     text,
	sample_n       text,
	modality       text,
	analysis       text,
	ml_models      text,
	networks       text,
	intervention   text,
	timing         text,
	quantitative_result text,
	finding_summary text,
	note           text,
	file_id        bigint NOT NULL REFERENCES ingest.file,
	line           bigint,
	PRIMARY KEY (review, study_id)
);
CREATE INDEX review_study_study ON evidence.review_study (evidence_study);
COMMENT ON TABLE evidence.review_study IS 'Studies as a review tells of them, in its words; what is coded of them hangs on evidence_study';
COMMENT ON COLUMN evidence.review_study.study_id IS 'As the review''s sheet numbers it: S26';
COMMENT ON COLUMN evidence.review_study.included IS 'Whether the review counts it among its included studies; NULL: it does not say';
COMMENT ON COLUMN evidence.review_study.ref_no IS 'As written (13;14); evidence.study_reference has the numbers';
COMMENT ON COLUMN evidence.review_study.sample_n IS 'As written; evidence.sample has the number';
COMMENT ON COLUMN evidence.review_study.intervention IS 'The intervention''s number in the sheet of interventions';

CREATE TABLE evidence.study_reference (
	evidence_study text NOT NULL REFERENCES evidence.study,
	review         text NOT NULL,
	ref_no         int NOT NULL,
	PRIMARY KEY (review, ref_no, evidence_study),
	FOREIGN KEY (review, ref_no) REFERENCES evidence.reference
);
CREATE INDEX study_reference_study ON evidence.study_reference (evidence_study);
COMMENT ON TABLE evidence.study_reference IS 'Which references report which studies: several of one study, or one of several';

CREATE TABLE evidence.study_modality (
	evidence_study text NOT NULL REFERENCES evidence.study,
	modality       text NOT NULL REFERENCES evidence.modality,
	certainty      text NOT NULL CHECK (certainty IN ('stated', 'implied')),
	PRIMARY KEY (evidence_study, modality)
);
COMMENT ON TABLE evidence.study_modality IS 'How a study measured brains; implied: the source does not say it, and what it says leaves no other';

CREATE TABLE evidence.study_network (
	evidence_study text NOT NULL REFERENCES evidence.study,
	network        text NOT NULL REFERENCES evidence.network,
	review         text NOT NULL REFERENCES evidence.review,
	PRIMARY KEY (evidence_study, network, review)
);
COMMENT ON TABLE evidence.study_network IS 'Networks that a study supports as a mechanism, as a review tells';

CREATE TABLE evidence.arm (
	evidence_study text NOT NULL,
	sample         text NOT NULL DEFAULT '1',
	arm            text NOT NULL CHECK (arm <> ''),
	role           text NOT NULL CHECK (role IN ('intervention', 'comparator', 'patients', 'healthy')),
	intervention_kind text CHECK (intervention_kind IN ('manual', 'ea', 'scalp_ea', 'tavns', 'tens', 'moxa', 'press', 'acupuncture', 'drug', 'sham',
		'usual_care', 'waiting_list', 'none', 'other')),
	intervention   text,
	co_treatment   text,
	n              int CHECK (n > 0),
	protocol_study text,
	protocol       text,
	file_id        bigint NOT NULL REFERENCES ingest.file,
	line           bigint,
	PRIMARY KEY (evidence_study, sample, arm),
	FOREIGN KEY (evidence_study, sample) REFERENCES evidence.sample,
	FOREIGN KEY (protocol_study, protocol) REFERENCES intervention.protocol (study, protocol)
);
COMMENT ON TABLE evidence.arm IS 'Arms of a study''s sample: who was treated how, or compared with whom';
COMMENT ON COLUMN evidence.arm.intervention_kind IS 'acupuncture: it was, and how is not said; NULL of patients and healthy people who were only looked at';
COMMENT ON COLUMN evidence.arm.intervention IS 'As the source words it';
COMMENT ON COLUMN evidence.arm.n IS 'NULL: not reported';
COMMENT ON COLUMN evidence.arm.protocol IS 'With protocol_study: the protocol in intervention.protocol, whose points and numbers are there';

---------------------------------------------------------------------------------------------------- findings

CREATE TABLE evidence.finding (
	finding_id     bigserial PRIMARY KEY,
	review         text NOT NULL REFERENCES evidence.review,
	finding        text NOT NULL CHECK (finding <> ''),
	evidence_study text NOT NULL REFERENCES evidence.study,
	study_id       text,
	sample         text NOT NULL DEFAULT '1',
	contrast_kind  text REFERENCES evidence.contrast_kind,
	contrast_certainty text CHECK (contrast_certainty IN ('stated', 'implied')),
	contrast       text,
	modality       text REFERENCES evidence.modality,
	measure        text,
	measure_kind   text REFERENCES evidence.measure_kind,
	direction      text NOT NULL REFERENCES evidence.direction,
	direction_verbatim text NOT NULL,
	hedged         boolean NOT NULL DEFAULT false,
	region_verbatim text,
	region_en      text,
	region_suggestion text,
	hemisphere     text CHECK (hemisphere IN ('left', 'right', 'bilateral', 'midline')),
	laterality_certainty text NOT NULL CHECK (laterality_certainty IN ('stated', 'implied', 'unknown')),
	laterality_verbatim text,
	laterality_stated text,
	region_status  text CHECK (region_status IN ('resolved', 'ambiguous', 'unresolved', 'not_named')),
	timing         text CHECK (timing IN ('during', 'immediate', 'after_treatment', 'follow_up', 'long_term')),
	search_scope   text CHECK (search_scope IN ('whole_brain', 'region', 'seed')),
	seed           text,
	correction     text,
	correlates_with text,
	related_to     text,
	count_only     int CHECK (count_only > 0),
	alternative_group text,
	garbled        boolean NOT NULL DEFAULT false,
	note           text,
	sentence       text,
	sentence_line  int,
	sentence_by    text CHECK (sentence_by IN ('region', 'reference')),
	file_id        bigint NOT NULL REFERENCES ingest.file,
	line           bigint,
	UNIQUE (review, finding),
	FOREIGN KEY (review, study_id) REFERENCES evidence.review_study,
	FOREIGN KEY (evidence_study, sample) REFERENCES evidence.sample
);
CREATE INDEX finding_study ON evidence.finding (evidence_study);
COMMENT ON TABLE evidence.finding IS 'What a study found in one region or connection, as a review or an extraction sheet tells it';
COMMENT ON COLUMN evidence.finding.finding IS 'Its number in the sheet of the review';
COMMENT ON COLUMN evidence.finding.study_id IS 'The study''s number in the sheet of the review';
COMMENT ON COLUMN evidence.finding.contrast IS 'What is compared, as the sheet words it';
COMMENT ON COLUMN evidence.finding.contrast_certainty IS 'implied: the words name one side only (patients), and the kind leaves no other';
COMMENT ON COLUMN evidence.finding.hedged IS 'The source says it with reserve: possibly';
COMMENT ON COLUMN evidence.finding.region_verbatim IS 'In the source''s language';
COMMENT ON COLUMN evidence.finding.region_en IS 'In English, by whoever made the sheet';
COMMENT ON COLUMN evidence.finding.region_suggestion IS 'Atlas regions that whoever made the sheet thought of: a guess that nothing is computed from; evidence.finding_region has the regions';
COMMENT ON COLUMN evidence.finding.hemisphere IS 'NULL: not stated, or lost';
COMMENT ON COLUMN evidence.finding.laterality_certainty IS 'stated; implied by the prefix of a list that the region stands in; unknown';
COMMENT ON COLUMN evidence.finding.laterality_verbatim IS 'The sheet''s words for the side, and laterality_stated for whether the source states it';
COMMENT ON COLUMN evidence.finding.region_status IS 'not_named: the source counts or hints at regions without naming them; unresolved: a name that no atlas region can be told for; NULL: not looked up yet';
COMMENT ON COLUMN evidence.finding.search_scope IS 'Where the study looked: whole brain, regions chosen before, or from seeds; NULL: not stated';
COMMENT ON COLUMN evidence.finding.seed IS 'One end of the connection, where the study chose it';
COMMENT ON COLUMN evidence.finding.correction IS 'For multiple comparisons, as stated';
COMMENT ON COLUMN evidence.finding.correlates_with IS 'The scale or behaviour that it is related to';
COMMENT ON COLUMN evidence.finding.related_to IS 'The sheet''s cell that seed and correlates_with were read from';
COMMENT ON COLUMN evidence.finding.count_only IS 'How many regions or connections there are, where the source gives their number and no names';
COMMENT ON COLUMN evidence.finding.alternative_group IS 'Findings of a study with the same word: the source says one or the other';
COMMENT ON COLUMN evidence.finding.garbled IS 'The text is damaged here: see evidence.anomaly';
COMMENT ON COLUMN evidence.finding.sentence IS 'The sentence of the review that says it; NULL: no text was loaded, or not exactly one sentence can be told';
COMMENT ON COLUMN evidence.finding.sentence_by IS 'region: it names the region; reference: it does not in these words, and is the only one that cites the study';
COMMENT ON COLUMN evidence.finding.sentence_line IS 'The line of the text that it begins on';

CREATE TABLE evidence.finding_region (
	finding_id bigint NOT NULL REFERENCES evidence.finding ON DELETE CASCADE,
	side       text NOT NULL DEFAULT 'a' CHECK (side IN ('a', 'b')),
	atlas      text NOT NULL,
	region     int NOT NULL,
	PRIMARY KEY (finding_id, side, atlas, region)
);
COMMENT ON TABLE evidence.finding_region IS 'Regions of an atlas that a finding is about: all of those that its name covers';
COMMENT ON COLUMN evidence.finding_region.side IS 'b: the other end of a connection, the seed';

CREATE TABLE evidence.finding_referent (
	finding_id bigint NOT NULL REFERENCES evidence.finding ON DELETE CASCADE,
	refers_to  bigint NOT NULL REFERENCES evidence.finding (finding_id) ON DELETE CASCADE,
	PRIMARY KEY (finding_id, refers_to),
	CHECK (finding_id <> refers_to)
);
COMMENT ON TABLE evidence.finding_referent IS 'Findings whose regions another one takes up ("the above regions"): its regions are theirs';

---------------------------------------------------------------------------------------------------- what else a review says

CREATE TABLE evidence.review_description (
	review        text PRIMARY KEY REFERENCES evidence.review,
	source_file   text,
	language      text,
	title         text,
	authors       text,
	journal       text,
	year          int CHECK (year BETWEEN 1500 AND 2200),
	doi           text,
	covers_from   int CHECK (covers_from BETWEEN 1500 AND 2200),
	covers_to     int CHECK (covers_to BETWEEN 1500 AND 2200),
	document_types text[],
	included_n    int CHECK (included_n >= 0),
	included_which text,
	protocol_registration text,
	dual_screening text,
	risk_of_bias_tool text,
	references_cited text,
	search_note   text,
	conclusion    text[],
	document      jsonb NOT NULL,
	file_id       bigint NOT NULL REFERENCES ingest.file
);
COMMENT ON TABLE evidence.review_description IS 'A review as its search_strategy.json describes it; what it does not state is NULL.  Strings are in evidence.search_strategy, sources in evidence.search, counts in evidence.flow_stated';
COMMENT ON COLUMN evidence.review_description.included_n IS 'How many studies it says it includes';
COMMENT ON COLUMN evidence.review_description.included_which IS 'Which ones, in its words; NULL: it does not say, and evidence.review_study.included is NULL for each';
COMMENT ON COLUMN evidence.review_description.document IS 'The whole document as it was';

CREATE TABLE evidence.review_intervention (
	review       text NOT NULL REFERENCES evidence.review,
	intervention text NOT NULL CHECK (intervention <> ''),
	study_id     text NOT NULL,
	type         text,
	type_zh      text,
	site_text    text,
	waveform     text,
	freq_text    text,
	freq1_hz     text,
	freq2_hz     text,
	current_text text,
	current_ma   text,
	pulse_width  text,
	laterality   text,
	co_treatment text,
	control      text,
	sessions     text,
	retention    text,
	course       text,
	note         text,
	file_id      bigint NOT NULL REFERENCES ingest.file,
	line         bigint,
	PRIMARY KEY (review, intervention),
	FOREIGN KEY (review, study_id) REFERENCES evidence.review_study
);
COMMENT ON TABLE evidence.review_intervention IS 'Interventions as a review''s sheet words them; intervention.protocol of the study of the review''s name has their points and numbers';
COMMENT ON COLUMN evidence.review_intervention.site_text IS 'Points, areas or lines as written; not a column site, which means a hospital everywhere';

CREATE TABLE evidence.review_point (
	review       text NOT NULL REFERENCES evidence.review,
	intervention text NOT NULL,
	ordinal      int NOT NULL CHECK (ordinal > 0),
	code         text,
	name         text,
	role         text,
	laterality   text,
	acupoint     text REFERENCES intervention.acupoint,
	file_id      bigint NOT NULL REFERENCES ingest.file,
	line         bigint,
	PRIMARY KEY (review, intervention, ordinal),
	CHECK (code IS NOT NULL OR name IS NOT NULL)
);
COMMENT ON TABLE evidence.review_point IS 'Points of a review''s interventions where its sheet lists them one by one; acupoint NULL: neither code nor name is a point''s';
COMMENT ON COLUMN evidence.review_point.ordinal IS 'Place among the points of the intervention, in the order of the sheet';

CREATE TABLE evidence.review_network (
	review  text NOT NULL REFERENCES evidence.review,
	name    text NOT NULL CHECK (name <> ''),
	name_zh text,
	studies text,
	network text NOT NULL REFERENCES evidence.network,
	file_id bigint NOT NULL REFERENCES ingest.file,
	line    bigint,
	PRIMARY KEY (review, name)
);
COMMENT ON TABLE evidence.review_network IS 'Networks that a review names, with the studies as its sheet writes them; evidence.study_network has them one by one';

CREATE TABLE evidence.review_modality (
	review   text NOT NULL REFERENCES evidence.review,
	name     text NOT NULL CHECK (name <> ''),
	name_zh  text,
	abbr     text,
	measures text,
	section  text,
	modality text REFERENCES evidence.modality,
	file_id  bigint NOT NULL REFERENCES ingest.file,
	line     bigint,
	PRIMARY KEY (review, name)
);
COMMENT ON TABLE evidence.review_modality IS 'Modalities that a review names, and what it says they measure';
COMMENT ON COLUMN evidence.review_modality.modality IS 'Its code; NULL: none that the catalogue knows';

CREATE TABLE evidence.review_method (
	review  text NOT NULL REFERENCES evidence.review,
	name    text NOT NULL CHECK (name <> ''),
	name_zh text,
	kind    text,
	note    text,
	file_id bigint NOT NULL REFERENCES ingest.file,
	line    bigint,
	PRIMARY KEY (review, name)
);
COMMENT ON TABLE evidence.review_method IS 'Designs, analyses and statistics that a review names';

CREATE TABLE evidence.study_method (
	evidence_study text NOT NULL REFERENCES evidence.study,
	review         text NOT NULL,
	name           text NOT NULL,
	PRIMARY KEY (review, name, evidence_study),
	FOREIGN KEY (review, name) REFERENCES evidence.review_method
);
COMMENT ON TABLE evidence.study_method IS 'Studies that a review names beside a method';

CREATE TABLE evidence.review_model (
	review   text NOT NULL REFERENCES evidence.review,
	family   text NOT NULL CHECK (family <> ''),
	name_zh  text,
	abbr     text,
	claim    text,
	compared boolean,
	file_id  bigint NOT NULL REFERENCES ingest.file,
	line     bigint,
	PRIMARY KEY (review, family)
);
COMMENT ON TABLE evidence.review_model IS 'Families of models that a review names, and what it claims of them';
COMMENT ON COLUMN evidence.review_model.compared IS 'Whether it is one of those that the review tells were compared with each other';

CREATE TABLE evidence.study_model (
	evidence_study text NOT NULL REFERENCES evidence.study,
	review         text NOT NULL REFERENCES evidence.review,
	family         text NOT NULL,
	PRIMARY KEY (evidence_study, review, family)
);
COMMENT ON TABLE evidence.study_model IS 'Families of models that a study used, by the name in evidence.review_model where it is there';

CREATE TABLE evidence.study_claim (
	evidence_study text NOT NULL REFERENCES evidence.study,
	review         text NOT NULL REFERENCES evidence.review,
	metric         text NOT NULL CHECK (metric IN ('accuracy', 'auc', 'sensitivity', 'specificity', 'f1')),
	value          numeric NOT NULL CHECK (value BETWEEN 0 AND 1),
	verbatim       text NOT NULL,
	PRIMARY KEY (evidence_study, review, metric, value)
);
COMMENT ON TABLE evidence.study_claim IS 'How well a study''s model is said to perform, as a review quotes it: a claim, with the words that it was read from';

CREATE TABLE evidence.core_prescription (
	review   text NOT NULL REFERENCES evidence.review,
	rank     int NOT NULL CHECK (rank > 0),
	code     text,
	name_zh  text,
	pinyin   text,
	ref_no   text,
	acupoint text REFERENCES intervention.acupoint,
	file_id  bigint NOT NULL REFERENCES ingest.file,
	line     bigint,
	PRIMARY KEY (review, rank)
);
COMMENT ON TABLE evidence.core_prescription IS 'The core prescription that a review states, in its order';

CREATE TABLE evidence.review_fact (
	review    text NOT NULL REFERENCES evidence.review,
	kind      text NOT NULL CHECK (kind IN ('challenge', 'fact')),
	statement text NOT NULL CHECK (statement <> ''),
	ordinal   int NOT NULL CHECK (ordinal > 0),
	value     text,
	section   text,
	ref_no    text,
	file_id   bigint NOT NULL REFERENCES ingest.file,
	line      bigint,
	PRIMARY KEY (review, kind, statement)
);
COMMENT ON TABLE evidence.review_fact IS 'Challenges that a review names, and other facts that it states';

CREATE TABLE evidence.review_fact_reference (
	review    text NOT NULL,
	kind      text NOT NULL,
	statement text NOT NULL,
	ref_no    int NOT NULL,
	PRIMARY KEY (review, kind, statement, ref_no),
	FOREIGN KEY (review, kind, statement) REFERENCES evidence.review_fact,
	FOREIGN KEY (review, ref_no) REFERENCES evidence.reference
);
COMMENT ON TABLE evidence.review_fact_reference IS 'The references of a review''s facts, one by one';

CREATE TABLE evidence.anomaly (
	review         text NOT NULL REFERENCES evidence.review,
	place          text NOT NULL CHECK (place <> ''),
	text           text NOT NULL CHECK (text <> ''),
	problem        text,
	stored_as      text,
	evidence_study text REFERENCES evidence.study,
	protocol       text,
	sentence       text,
	sentence_line  int,
	file_id        bigint NOT NULL REFERENCES ingest.file,
	line           bigint,
	PRIMARY KEY (review, place, text)
);
COMMENT ON TABLE evidence.anomaly IS 'Places where a review''s text is damaged, ambiguous or contradicts itself';
COMMENT ON COLUMN evidence.anomaly.place IS 'The study, or the part of the text, as the sheet names it';
COMMENT ON COLUMN evidence.anomaly.stored_as IS 'What whoever made the sheet asks for';
COMMENT ON COLUMN evidence.anomaly.protocol IS 'Of the study''s interventions the one whose number it is about';
COMMENT ON COLUMN evidence.anomaly.sentence IS 'The only sentence of the text that has it';

CREATE TABLE evidence.anomaly_finding (
	review     text NOT NULL,
	place      text NOT NULL,
	text       text NOT NULL,
	finding_id bigint NOT NULL REFERENCES evidence.finding ON DELETE CASCADE,
	PRIMARY KEY (review, place, text, finding_id),
	FOREIGN KEY (review, place, text) REFERENCES evidence.anomaly
);
COMMENT ON TABLE evidence.anomaly_finding IS 'Findings whose region stands at a damaged or ambiguous place';

CREATE TABLE evidence.review_sentence (
	review   text NOT NULL REFERENCES evidence.review,
	ordinal  int NOT NULL CHECK (ordinal > 0),
	line     int NOT NULL CHECK (line > 0),
	sentence text NOT NULL,
	ref_nos  int[] NOT NULL DEFAULT '{}',
	file_id  bigint NOT NULL REFERENCES ingest.file,
	PRIMARY KEY (review, ordinal)
);
COMMENT ON TABLE evidence.review_sentence IS 'The text of a review, sentence by sentence; breaks inside words and sentences are mended, characters are as they were';
COMMENT ON COLUMN evidence.review_sentence.line IS 'The line of the text that it begins on';
COMMENT ON COLUMN evidence.review_sentence.ref_nos IS 'The numbers in brackets that it cites';

---------------------------------------------------------------------------------------------------- studies and reports

CREATE VIEW evidence.study_report AS
WITH recorded AS (
	SELECT s.evidence_study, l.review, evidence.report_of(l.source_record_id) AS report_id
	FROM evidence.report_study l
	JOIN evidence.review_study s ON s.review = l.review AND s.study_id = l.study
	UNION
	SELECT s.evidence_study, l.review, evidence.report_of(l.source_record_id)
	FROM evidence.report_study l
	JOIN evidence.study s ON s.evidence_study = l.study
	WHERE NOT EXISTS (SELECT FROM evidence.review_study o WHERE o.review = l.review AND o.study_id = l.study)),
cited AS (
	SELECT c.evidence_study, c.review, c.ref_no, f.first_author, f.title, coalesce(f.doi, f.pmid) IS NOT NULL AS identified, (
		SELECT min(evidence.report_of(r.source_record_id)) FROM evidence.current_record r WHERE r.doi = lower(f.doi) OR r.pmid = f.pmid) AS report_id
	FROM evidence.study_reference c
	JOIN evidence.reference f USING (review, ref_no))
SELECT evidence_study, coalesce(c.review, d.review) AS review, c.ref_no, report_id, coalesce(c.title, k.title) AS title, c.identified
FROM cited c
FULL JOIN recorded d USING (evidence_study, report_id)
LEFT JOIN evidence.cluster k ON k.cluster_id = report_id;
COMMENT ON VIEW evidence.study_report IS 'Reports of each study: references of reviews and records of literature (the first of their cluster), in one row where the identifier of the reference is the record''s';
COMMENT ON COLUMN evidence.study_report.report_id IS 'The cluster of records; NULL: of the reference no record is here';
COMMENT ON COLUMN evidence.study_report.identified IS 'Whether the reference has a DOI or PubMed number to find its record by';

CREATE VIEW evidence.study_report_count AS
SELECT s.evidence_study, count(DISTINCT (r.review, r.ref_no)) FILTER (WHERE r.ref_no IS NOT NULL) AS "references", count(DISTINCT r.report_id) AS records,
	count(DISTINCT r.report_id) + count(DISTINCT (r.review, r.ref_no)) FILTER (WHERE r.ref_no IS NOT NULL AND r.report_id IS NULL) AS reports,
	(SELECT count(*) FROM evidence.sample p WHERE p.evidence_study = s.evidence_study) AS samples
FROM evidence.study s
LEFT JOIN evidence.study_report r USING (evidence_study)
GROUP BY s.evidence_study;
COMMENT ON VIEW evidence.study_report_count IS 'Studies, one a row, with their reports counted apart from them: a report is a reference or a cluster of records, once where both are the same';

---------------------------------------------------------------------------------------------------- rights

GRANT SELECT ON evidence.modality, evidence.direction, evidence.contrast_kind, evidence.measure_kind, evidence.network, evidence.reference, evidence.review_study,
	evidence.study_reference, evidence.study_modality, evidence.study_network, evidence.arm, evidence.finding, evidence.finding_region, evidence.finding_referent,
	evidence.review_description, evidence.review_intervention, evidence.review_point, evidence.review_network, evidence.review_modality, evidence.review_method,
	evidence.study_method, evidence.review_model, evidence.study_model, evidence.study_claim, evidence.core_prescription, evidence.review_fact,
	evidence.review_fact_reference, evidence.anomaly, evidence.anomaly_finding, evidence.review_sentence, evidence.study_report, evidence.study_report_count
	TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE ON evidence.network, evidence.reference, evidence.review_study, evidence.arm, evidence.finding, evidence.review_description,
	evidence.review_intervention, evidence.review_point, evidence.review_network, evidence.review_modality, evidence.review_method, evidence.review_model,
	evidence.core_prescription, evidence.review_fact, evidence.anomaly TO psyrad_ingest;
-- What is read from those again and again: it follows them.
GRANT INSERT, DELETE ON evidence.study_reference, evidence.study_modality, evidence.study_network, evidence.finding_region, evidence.finding_referent,
	evidence.study_method, evidence.study_model, evidence.study_claim, evidence.review_fact_reference, evidence.anomaly_finding, evidence.review_sentence TO psyrad_ingest;
GRANT USAGE ON SEQUENCE evidence.finding_finding_id_seq TO psyrad_ingest;

COMMIT;
