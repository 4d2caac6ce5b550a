-- Deploy psyrad:intervention to pg
-- Numbers of a protocol are kept as low, high, unit, qualifier and the text they came from: literature writes '3 m', '<=1 ms', '5:20 Hz'.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE intervention.acupoint (
	acupoint     text PRIMARY KEY,         -- WHO code: 'GV20', 'EX-HN3'
	item         serial NOT NULL UNIQUE,   -- its number in sets
	kind         text NOT NULL CHECK (kind IN ('channel', 'extra', 'scalp', 'ear', 'area', 'set', 'other')),
	channel      text,                     -- 'GV'
	number       smallint,                 -- 20
	pinyin       text NOT NULL,            -- without tones
	pinyin_tone  text,
	name_zh      text NOT NULL,            -- simplified
	name_zh_hant text,
	name_en      text,
	sites        smallint CHECK (sites > 1),
	midline      boolean NOT NULL DEFAULT false,
	context      text CHECK (context IN ('weak', 'only')),
	note         text,
	source       text NOT NULL,            -- 'WHO 2008'
	verified     boolean NOT NULL,
	CHECK ((kind = 'channel') = (channel IS NOT NULL AND number IS NOT NULL))
);
COMMENT ON COLUMN intervention.acupoint.source IS 'The standard that has it: WHO 2008 (point locations), WHO 1991 (nomenclature: extra points, scalp lines), GB/T 13734-2008 (93 ear points), anatomy, literature, or a school';
COMMENT ON COLUMN intervention.acupoint.verified IS 'Whether code and name were read in a copy of the source; false: known by heart, or copies disagree, so look it up before relying on it';
COMMENT ON TABLE intervention.acupoint IS 'Acupuncture points: 361 channel points and 48 extra points (WHO), scalp lines, ear points and areas, sets of points, and a few outside the standards';
COMMENT ON COLUMN intervention.acupoint.acupoint IS 'The one code that every spelling resolves to: WHO (GV20, EX-HN3, MS5) or GB/T 13734 for the ear (TF4)';
COMMENT ON COLUMN intervention.acupoint.item IS 'Its number where sets of points are compared or mined';
COMMENT ON COLUMN intervention.acupoint.kind IS 'area: a part of the ear; set: several points by one name (point_set_member); other: used in the literature but in none of the standards';
COMMENT ON COLUMN intervention.acupoint.pinyin IS 'Without tones: nine of these name two points';
COMMENT ON COLUMN intervention.acupoint.name_zh IS 'Simplified characters';
COMMENT ON COLUMN intervention.acupoint.name_zh_hant IS 'Traditional characters, as the WHO''s list prints them';
COMMENT ON COLUMN intervention.acupoint.sites IS 'Number of needling sites where one name stands for several (Sishencong: 4); NULL: one a side';
COMMENT ON COLUMN intervention.acupoint.midline IS 'On the midline: it has no sides';
COMMENT ON COLUMN intervention.acupoint.context IS 'Where its bare name means it: weak: among ear points, or as a whole cell (心); only: among ear points alone (膝); NULL: anywhere';

-- What a folded spelling may mean.  A spelling with more than one point is ambiguous and resolves to none.
CREATE TABLE intervention.acupoint_alias (
	alias    text NOT NULL,                -- folded by intervention.fold_acupoint
	acupoint text NOT NULL REFERENCES intervention.acupoint,
	kind     text NOT NULL CHECK (kind IN ('code', 'pinyin', 'chinese', 'dialect', 'alias', 'typo')),
	context  text CHECK (context IN ('weak', 'only')),
	PRIMARY KEY (alias, acupoint)
);
COMMENT ON TABLE intervention.acupoint_alias IS 'What a spelling may mean; one with several points is ambiguous and resolves to none';
COMMENT ON COLUMN intervention.acupoint_alias.alias IS 'Folded by intervention.fold_acupoint';
COMMENT ON COLUMN intervention.acupoint_alias.kind IS 'code: the point''s own; dialect: another tradition''s letters for the channel (DU20); pinyin, chinese: its standard names; alias: any other name; typo: a misspelling that is often seen';
COMMENT ON COLUMN intervention.acupoint_alias.context IS 'As acupoint.context';

CREATE TABLE intervention.point_set_member (
	point_set text NOT NULL REFERENCES intervention.acupoint,
	position  int NOT NULL CHECK (position > 0),
	acupoint  text REFERENCES intervention.acupoint, -- NULL: the site is no point
	site_en   text,
	site_zh   text,
	PRIMARY KEY (point_set, position),
	CHECK (acupoint IS NOT NULL OR site_en IS NOT NULL)
);
COMMENT ON TABLE intervention.point_set_member IS 'What a name of several sites stands for: the four needles of Sishencong, the groups of Jin''s three needles, the Four Gates';
COMMENT ON COLUMN intervention.point_set_member.acupoint IS 'NULL: the site is no point, and its description says where it is';

-- One row: the aliases as psyrad.acupoint_read takes them, written by the triggers of acupoints.sql.
CREATE TABLE intervention.lexicon (
	one  boolean PRIMARY KEY DEFAULT true CHECK (one),
	text text NOT NULL
);
COMMENT ON TABLE intervention.lexicon IS 'One row: all aliases as psyrad.acupoint_read takes them, written whenever they change';

CREATE TABLE intervention.protocol (
	study     text NOT NULL REFERENCES clinical.study,
	protocol  text NOT NULL,
	source    text,                        -- 'S26', 'Zhang 2021'
	title     text,
	style     text,                        -- STRICTA 1a
	rationale text,                        -- 1b
	variation text,                        -- 1c
	mode      text CHECK (mode IN ('manual', 'electro', 'transcutaneous', 'auricular', 'moxibustion', 'press_needle', 'laser', 'sham')),
	mode_text text,
	waveform  text CHECK (waveform IN ('continuous', 'dense_disperse', 'intermittent')),
	waveform_text text,
	points_text text,                      -- 2b
	side_text text,
	deqi      text CHECK (deqi IN ('sought', 'not_sought', 'not_reported')), -- 2d
	stimulation text,                      -- 2e
	needle    text,                        -- 2g
	electrodes text,
	co_treatment text,                     -- 4a
	setting   text,                        -- 4b
	practitioner text,                     -- 5
	comparator_rationale text,             -- 6a
	comparator text,                       -- 6b
	sham_type text CHECK (sham_type IN ('non_penetrating', 'superficial', 'non_acupoint', 'inactive_device', 'low_intensity', 'other')),
	note      text,
	file_id   bigint NOT NULL REFERENCES ingest.file,
	line      bigint,
	PRIMARY KEY (study, protocol)
);
COMMENT ON TABLE intervention.protocol IS 'Treatment protocols of a study, or of the papers that a study collects, by the items of STRICTA 2010';
COMMENT ON COLUMN intervention.protocol.protocol IS 'The name that clinical.arm.protocol refers to';
COMMENT ON COLUMN intervention.protocol.source IS 'The paper or trial that used it, where the study is a collection of them; NULL: the study itself.  Mining counts each source once';
COMMENT ON COLUMN intervention.protocol.style IS 'Style of acupuncture (STRICTA 1a)';
COMMENT ON COLUMN intervention.protocol.rationale IS 'Reasoning for the treatment (1b)';
COMMENT ON COLUMN intervention.protocol.variation IS 'Extent to which treatment was varied (1c)';
COMMENT ON COLUMN intervention.protocol.mode_text IS 'The mode as the sheet says it';
COMMENT ON COLUMN intervention.protocol.waveform_text IS 'The waveform as the sheet says it';
COMMENT ON COLUMN intervention.protocol.points_text IS 'The cell of points as it stands (2b); protocol_point holds what it means';
COMMENT ON COLUMN intervention.protocol.side_text IS 'The cell of sides as it stands';
COMMENT ON COLUMN intervention.protocol.deqi IS 'Whether the needling sensation was sought (STRICTA 2d)';
COMMENT ON COLUMN intervention.protocol.stimulation IS 'Needle stimulation in words (2e), beside mode, waveform and quantities';
COMMENT ON COLUMN intervention.protocol.needle IS 'Needle type: diameter, length, material, maker (2g)';
COMMENT ON COLUMN intervention.protocol.electrodes IS 'Pairs of electrodes: GV20-EX-HN3';
COMMENT ON COLUMN intervention.protocol.co_treatment IS 'Other interventions given to this group (4a)';
COMMENT ON COLUMN intervention.protocol.setting IS 'Setting, context, information given to participants (4b)';
COMMENT ON COLUMN intervention.protocol.practitioner IS 'Background of the practitioners (5)';
COMMENT ON COLUMN intervention.protocol.comparator_rationale IS 'Rationale for the control (6a)';
COMMENT ON COLUMN intervention.protocol.comparator IS 'Description of the control (6b)';

CREATE TABLE intervention.protocol_point (
	study    text NOT NULL,
	protocol text NOT NULL,
	position int NOT NULL CHECK (position > 0),
	acupoint text REFERENCES intervention.acupoint, -- NULL: not resolved; the text below is all there is
	verbatim text NOT NULL,
	side     text CHECK (side IN ('left', 'right', 'bilateral', 'midline', 'unilateral', 'affected', 'unaffected', 'alternating')),
	side_certainty text CHECK (side_certainty IN ('stated', 'implied', 'anatomy', 'sheet')),
	role     text NOT NULL DEFAULT 'main' CHECK (role IN ('main', 'adjunct', 'by_syndrome', 'sham')),
	condition text,
	alternatives int,
	confidence float8,
	rule     text,                         -- which rule resolved it: 'code', 'pinyin', 'chinese', 'alias'
	candidates text[] NOT NULL DEFAULT '{}',
	PRIMARY KEY (study, protocol, position),
	FOREIGN KEY (study, protocol) REFERENCES intervention.protocol ON DELETE CASCADE
);
COMMENT ON TABLE intervention.protocol_point IS 'Points of a protocol in the order of its sheet, as acupoint_resolve reads them';
COMMENT ON COLUMN intervention.protocol_point.acupoint IS 'NULL: not resolved, and verbatim is all there is; never guessed';
COMMENT ON COLUMN intervention.protocol_point.verbatim IS 'The spelling of the sheet';
COMMENT ON COLUMN intervention.protocol_point.side_certainty IS 'stated beside the point, implied by the list that it stands in, anatomy (the midline), or the sheet''s column of sides';
COMMENT ON COLUMN intervention.protocol_point.role IS 'main where the sheet states none';
COMMENT ON COLUMN intervention.protocol_point.condition IS 'The syndrome or symptom that adds the point';
COMMENT ON COLUMN intervention.protocol_point.alternatives IS 'Points of a protocol with the same number are one or the other';
COMMENT ON COLUMN intervention.protocol_point.rule IS 'Which rule resolved it, or why none did';
COMMENT ON COLUMN intervention.protocol_point.candidates IS 'What it may be';

CREATE TABLE intervention.quantity_unit (
	quantity text NOT NULL,
	spelling text NOT NULL,                -- lower case
	unit     text NOT NULL,
	factor   numeric NOT NULL DEFAULT 1 CHECK (factor > 0),
	PRIMARY KEY (quantity, spelling)
);
COMMENT ON TABLE intervention.quantity_unit IS 'Units that a quantity may have, as sheets write them; another one is kept as text and marked';
COMMENT ON COLUMN intervention.quantity_unit.factor IS 'The number times this is in the quantity''s own unit (Hz, mA, ms, min, mm)';
INSERT INTO intervention.quantity_unit (quantity, spelling, unit, factor)
SELECT u.quantity, spelling, u.unit, u.factor
FROM (VALUES ('frequency', 'Hz', 1, 'hz 赫兹 次/秒'), ('frequency', 'kHz', 1000, 'khz'), ('intensity', 'mA', 1, 'ma 毫安'), ('intensity', 'uA', 0.001, 'ua μa µa 微安'),
	('intensity', 'V', 1, 'v 伏'), ('pulse_width', 'ms', 1, 'ms 毫秒'), ('pulse_width', 'us', 0.001, 'us μs µs 微秒'), ('pulse_width', 's', 1000, 's 秒'),
	('retention', 'min', 1, 'min mins minute minutes 分钟 分'), ('retention', 'h', 60, 'h hour hours 小时'), ('retention', 's', 0.0166666666666666666667, 's sec 秒'),
	('depth', 'mm', 1, 'mm 毫米'), ('depth', 'cm', 10, 'cm 厘米'), ('depth', 'cun', 1, 'cun 寸'),
	('needles', 'needles', 1, 'needles needle 针 支 根'), ('sessions', 'sessions', 1, 'sessions session times 次'), ('sessions_per_week', '/week', 1, '/week times/week sessions/week x/week x/wk times/wk /wk 次/周 次 times sessions'),
	('weeks', 'weeks', 1, 'weeks week w wk 周'), ('weeks', 'months', 4.34524, 'months month 月 个月'), ('weeks', 'days', 0.142857142857142857143, 'days day d 天 日'),
	('course', 'weeks', 1, 'weeks week 周'), ('course', 'courses', 1, 'courses course 疗程'), ('on_time', 's', 1, 's sec 秒'), ('off_time', 's', 1, 's sec 秒')) u(quantity, unit, factor, spellings),
	regexp_split_to_table(u.spellings, ' ') spelling;

CREATE TABLE intervention.protocol_quantity (
	study     text NOT NULL,
	protocol  text NOT NULL,
	quantity  text NOT NULL CHECK (quantity IN ('frequency', 'intensity', 'pulse_width', 'retention', 'depth', 'needles', 'on_time', 'off_time',
		'sessions_per_week', 'weeks', 'sessions', 'course')),
	ordinal   smallint NOT NULL DEFAULT 1, -- dense-disperse waves have two frequencies
	low       numeric,
	high      numeric,
	unit      text,
	qualifier text CHECK (qualifier IN ('=', '<', '<=', '>', '>=', '~')),
	verbatim  text NOT NULL,
	problem   text CHECK (problem IN ('not_a_number', 'no_unit', 'unknown_unit', 'one_frequency_of_two')),
	inferred_unit text,
	PRIMARY KEY (study, protocol, quantity, ordinal),
	FOREIGN KEY (study, protocol) REFERENCES intervention.protocol ON DELETE CASCADE,
	CHECK (low <= high)
);
COMMENT ON TABLE intervention.protocol_quantity IS 'Numbers of a protocol as low, high, unit and qualifier, beside the text they came from';
COMMENT ON COLUMN intervention.protocol_quantity.ordinal IS 'Dense-disperse waves have two frequencies: 1 and 2';
COMMENT ON COLUMN intervention.protocol_quantity.unit IS 'As written, where it is one of the quantity''s units; else NULL and problem says so';
COMMENT ON COLUMN intervention.protocol_quantity.qualifier IS '<= for "at most 1 ms"; NULL or = for a plain number';
COMMENT ON COLUMN intervention.protocol_quantity.verbatim IS 'As the sheet or paper says it';
COMMENT ON COLUMN intervention.protocol_quantity.problem IS 'What is garbled: no number, a unit that is missing or is none of this quantity, a dense-disperse wave with one frequency';
COMMENT ON COLUMN intervention.protocol_quantity.inferred_unit IS 'The only unit of the quantity that begins like the text''s (3 m of a current: mA): a guess that is named as one, and that no view uses';

CREATE TABLE intervention.session (
	subject_id bigint NOT NULL,
	session_number int NOT NULL CHECK (session_number > 0),
	site       text NOT NULL,
	study      text NOT NULL REFERENCES clinical.study,
	protocol   text,
	day        int,                        -- days since the first session or randomisation, as the study counts
	minutes    numeric CHECK (minutes >= 0),
	intensity_ma numeric CHECK (intensity_ma >= 0),
	deqi_score numeric CHECK (deqi_score >= 0),
	adverse_event text,
	points_text text,
	points     text[] NOT NULL DEFAULT '{}', -- resolved, in the order of the text
	unresolved text[] NOT NULL DEFAULT '{}', -- as written
	file_id    bigint NOT NULL REFERENCES ingest.file,
	line       bigint,
	PRIMARY KEY (subject_id, session_number),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site)
);
COMMENT ON TABLE intervention.session IS 'Treatment sessions that were given';
COMMENT ON COLUMN intervention.session.day IS 'Date offset in days, never a date';
COMMENT ON COLUMN intervention.session.deqi_score IS 'As rated at the session, on the study''s own scale';
COMMENT ON COLUMN intervention.session.points IS 'What the cell names, as acupoint_resolve reads it, in its order';
COMMENT ON COLUMN intervention.session.unresolved IS 'What of it no point could be told for, as it stands';
COMMENT ON COLUMN intervention.session.adverse_event IS 'As noted; NULL where the sheet has none';

COMMIT;
