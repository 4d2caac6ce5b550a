-- Deploy psyrad:intervention to pg
-- Numbers of a protocol are kept as low, high, unit, qualifier and the text they came from: literature writes '3 m', '<=1 ms', '5:20 Hz'.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE intervention.acupoint (
	acupoint     text PRIMARY KEY,         -- WHO code: 'GV20', 'EX-HN3'
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
	CHECK ((kind = 'channel') = (channel IS NOT NULL AND number IS NOT NULL))
);
COMMENT ON TABLE intervention.acupoint IS 'Acupuncture points: 361 channel points and 48 extra points (WHO), scalp lines, ear points and areas, sets of points, and a few outside the standards';
COMMENT ON COLUMN intervention.acupoint.acupoint IS 'The one code that every spelling resolves to: WHO (GV20, EX-HN3, MS5) or GB/T 13734 for the ear (TF4)';
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
	title     text,
	style     text,                        -- STRICTA 1a
	mode      text CHECK (mode IN ('manual', 'electro', 'transcutaneous', 'auricular', 'moxibustion', 'press_needle', 'laser', 'sham')),
	waveform  text CHECK (waveform IN ('continuous', 'dense_disperse', 'intermittent')),
	deqi      text CHECK (deqi IN ('sought', 'not_sought', 'not_reported')),
	comparator text,
	file_id   bigint NOT NULL REFERENCES ingest.file,
	line      bigint,
	PRIMARY KEY (study, protocol)
);
COMMENT ON TABLE intervention.protocol IS 'Treatment protocols of a study, by the items of STRICTA';
COMMENT ON COLUMN intervention.protocol.protocol IS 'The name that clinical.arm.protocol refers to';
COMMENT ON COLUMN intervention.protocol.style IS 'Style of acupuncture (STRICTA 1a)';
COMMENT ON COLUMN intervention.protocol.deqi IS 'Whether the needling sensation was sought (STRICTA 2d)';

CREATE TABLE intervention.protocol_point (
	study    text NOT NULL,
	protocol text NOT NULL,
	position int NOT NULL CHECK (position > 0),
	acupoint text REFERENCES intervention.acupoint, -- NULL: not resolved; the text below is all there is
	verbatim text NOT NULL,
	side     text CHECK (side IN ('left', 'right', 'bilateral', 'midline')),
	role     text NOT NULL DEFAULT 'main' CHECK (role IN ('main', 'adjunct', 'sham')),
	rule     text,                         -- which rule resolved it: 'code', 'pinyin', 'chinese', 'alias'
	PRIMARY KEY (study, protocol, position),
	FOREIGN KEY (study, protocol) REFERENCES intervention.protocol ON DELETE CASCADE
);
COMMENT ON TABLE intervention.protocol_point IS 'Points of a protocol in the order of its sheet';
COMMENT ON COLUMN intervention.protocol_point.acupoint IS 'NULL: not resolved, and verbatim is all there is; never guessed';
COMMENT ON COLUMN intervention.protocol_point.verbatim IS 'The spelling of the sheet';
COMMENT ON COLUMN intervention.protocol_point.rule IS 'Which rule of intervention.resolve_acupoint resolved it';

CREATE TABLE intervention.protocol_quantity (
	study     text NOT NULL,
	protocol  text NOT NULL,
	quantity  text NOT NULL CHECK (quantity IN ('frequency', 'intensity', 'pulse_width', 'retention', 'depth',
		'sessions_per_week', 'weeks', 'sessions')),
	ordinal   smallint NOT NULL DEFAULT 1, -- dense-disperse waves have two frequencies
	low       numeric,
	high      numeric,
	unit      text,
	qualifier text CHECK (qualifier IN ('=', '<', '<=', '>', '>=', '~')),
	verbatim  text NOT NULL,
	PRIMARY KEY (study, protocol, quantity, ordinal),
	FOREIGN KEY (study, protocol) REFERENCES intervention.protocol ON DELETE CASCADE,
	CHECK (low <= high)
);
COMMENT ON TABLE intervention.protocol_quantity IS 'Numbers of a protocol as low, high, unit and qualifier, beside the text they came from';
COMMENT ON COLUMN intervention.protocol_quantity.ordinal IS 'Dense-disperse waves have two frequencies: 1 and 2';
COMMENT ON COLUMN intervention.protocol_quantity.qualifier IS '<= for "at most 1 ms"; NULL or = for a plain number';
COMMENT ON COLUMN intervention.protocol_quantity.verbatim IS 'As the sheet or paper says it';

COMMIT;
