-- Deploy psyrad:intervention to pg
-- Numbers of a protocol are kept as low, high, unit, qualifier and the text they came from: literature writes '3 m', '<=1 ms', '5:20 Hz'.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE intervention.acupoint (
	acupoint    text PRIMARY KEY,          -- WHO code: 'GV20', 'EX-HN3'
	kind        text NOT NULL CHECK (kind IN ('channel', 'extra', 'scalp', 'ear')),
	channel     text,                      -- 'GV'
	pinyin      text NOT NULL,             -- without tones
	pinyin_tone text,
	name_zh     text NOT NULL,             -- simplified
	name_zh_hant text,
	name_en     text
);

-- What a folded spelling may mean.  A spelling with more than one point is ambiguous and resolves to none.
CREATE TABLE intervention.acupoint_alias (
	alias    text NOT NULL,                -- folded by intervention.fold_acupoint
	acupoint text NOT NULL REFERENCES intervention.acupoint,
	kind     text NOT NULL,                -- 'code', 'pinyin', 'chinese', 'dialect', 'alias'
	PRIMARY KEY (alias, acupoint)
);

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

COMMIT;
