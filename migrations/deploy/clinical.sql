-- Deploy psyrad:clinical to pg
-- Reference tables (site, scanner, study, arm, visit_plan, subject_key, instrument ...) may be referred to by subject-level
-- tables (subject, visit, score), never the reverse; those begin their keys with subject_id and carry their site for row policies.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE clinical.site (
	site    text PRIMARY KEY CHECK (site ~ '^[a-z][a-z0-9_]{0,30}$'), -- its readers are the members of role psyrad_site_<site>
	name_en text NOT NULL,
	name_zh text
);
COMMENT ON TABLE clinical.site IS 'Hospitals and research sites; membership in role psyrad_site_<site> opens a site''s rows';

CREATE TABLE clinical.scanner (
	scanner          text PRIMARY KEY,
	site             text NOT NULL REFERENCES clinical.site,
	maker            text,
	model            text,
	field_strength_t real CHECK (field_strength_t > 0)
);

CREATE TABLE clinical.study (
	study     text PRIMARY KEY CHECK (study ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$'),
	title_en  text NOT NULL,
	title_zh  text,
	simulated boolean NOT NULL DEFAULT false, -- shown wherever the study's numbers are
	design    text
);
COMMENT ON COLUMN clinical.study.simulated IS 'True for data that a program made: every report that shows it must say so';

CREATE TABLE clinical.arm (
	study    text NOT NULL REFERENCES clinical.study,
	arm      text NOT NULL,
	label_en text NOT NULL,
	label_zh text,
	kind     text NOT NULL CHECK (kind IN ('verum', 'sham', 'drug', 'usual_care', 'waiting_list', 'healthy', 'observed')),
	protocol text,                        -- intervention.protocol of the same study
	PRIMARY KEY (study, arm)
);

CREATE TABLE clinical.visit_plan (
	study    text NOT NULL REFERENCES clinical.study,
	session  text NOT NULL CHECK (session ~ '^[A-Za-z0-9]+$'), -- the BIDS entity ses-<session>
	week     numeric,                     -- protocol week; baseline is 0
	role     text CHECK (role IN ('pre', 'post')), -- which two visits imaging.pre_post compares
	label_en text,
	label_zh text,
	PRIMARY KEY (study, session),
	UNIQUE (study, week),
	UNIQUE (study, role)
);

-- The directory of subjects: a reference table, so that (study, label) can be unique beside tables that are distributed by subject_id.
CREATE TABLE clinical.subject_key (
	subject_id bigserial PRIMARY KEY,
	study      text NOT NULL REFERENCES clinical.study,
	label      text NOT NULL CHECK (label ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$'), -- the study's pseudonym (BIDS sub-<label>), never a hospital number
	site       text NOT NULL REFERENCES clinical.site,
	pseudonym  uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE, -- random, for exports; no hash of anything
	UNIQUE (study, label)
);

CREATE TABLE clinical.subject (
	subject_id      bigint PRIMARY KEY REFERENCES clinical.subject_key,
	site            text NOT NULL REFERENCES clinical.site,
	study           text NOT NULL REFERENCES clinical.study,
	arm             text NOT NULL,
	sex             text CHECK (sex IN ('F', 'M', 'O')),
	age_years       real CHECK (age_years BETWEEN 0 AND 120),
	education_years real CHECK (education_years BETWEEN 0 AND 40),
	dropout_week    numeric,
	dropout_reason  text,
	file_id         bigint NOT NULL REFERENCES ingest.file,
	line            bigint,
	FOREIGN KEY (study, arm) REFERENCES clinical.arm
);
COMMENT ON TABLE clinical.subject IS 'One row a person in a study: arm (healthy controls are an arm of their own), sex, age, dropout';

CREATE TABLE clinical.visit (
	subject_id  bigint NOT NULL REFERENCES clinical.subject_key,
	session     text NOT NULL,
	site        text NOT NULL REFERENCES clinical.site,
	study       text NOT NULL,
	days_offset int,                       -- days since baseline, never a date
	file_id     bigint NOT NULL REFERENCES ingest.file,
	line        bigint,
	PRIMARY KEY (subject_id, session),
	FOREIGN KEY (study, session) REFERENCES clinical.visit_plan
);

CREATE TABLE clinical.instrument (
	instrument text PRIMARY KEY,           -- 'HAMD-17'; an unstated version is an instrument of its own ('HAMD-unspecified')
	title_en   text NOT NULL,
	title_zh   text,
	higher_is  text NOT NULL CHECK (higher_is IN ('worse', 'better')),
	total_min  numeric NOT NULL,
	total_max  numeric NOT NULL,
	source     text NOT NULL,
	CHECK (total_min < total_max)
);

CREATE TABLE clinical.instrument_item (
	instrument text NOT NULL REFERENCES clinical.instrument,
	item       smallint NOT NULL CHECK (item > 0),
	name_en    text NOT NULL,
	name_zh    text,
	item_min   smallint NOT NULL,
	item_max   smallint NOT NULL,
	PRIMARY KEY (instrument, item),
	CHECK (item_min < item_max)
);

CREATE TABLE clinical.cutoff (
	instrument text NOT NULL REFERENCES clinical.instrument,
	scheme     text NOT NULL,              -- severity bands differ by scheme, so a scheme is always named
	lo         numeric NOT NULL,
	hi         numeric,                    -- NULL: no upper end
	label_en   text NOT NULL,
	label_zh   text,
	source     text,
	PRIMARY KEY (instrument, scheme, lo)
);

CREATE TABLE clinical.score (
	subject_id   bigint NOT NULL REFERENCES clinical.subject_key,
	session      text NOT NULL,
	instrument   text NOT NULL REFERENCES clinical.instrument,
	rater        text NOT NULL DEFAULT '', -- a code, never a name
	site         text NOT NULL REFERENCES clinical.site,
	items        smallint[],               -- in the instrument's order; a missing answer is a NULL element; NULL when only a total was given
	total_items  numeric,                  -- their sum, NULL when one is missing
	total_stated numeric,                  -- as the file gave it
	total        numeric GENERATED ALWAYS AS (coalesce(total_items, total_stated)) STORED,
	total_differs boolean GENERATED ALWAYS AS (coalesce(total_items <> total_stated, false)) STORED, -- kept and flagged
	file_id      bigint NOT NULL REFERENCES ingest.file,
	line         bigint,
	PRIMARY KEY (subject_id, session, instrument, rater),
	FOREIGN KEY (subject_id, session) REFERENCES clinical.visit
);
COMMENT ON TABLE clinical.score IS 'One rating: subject x visit x instrument x rater, items as a vector';

COMMIT;
