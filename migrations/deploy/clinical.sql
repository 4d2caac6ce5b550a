-- Deploy psyrad:clinical to pg
-- Reference tables (site, scanner, study, arm, visit_plan, subject_key, instrument ...) may be referred to by subject-level
-- tables (subject, visit, score), never the reverse; those begin their keys with subject_id and carry their site for row
-- policies.  Every site on a fact is tied to the subject's own by the foreign key (subject_id, site): otherwise whoever may
-- load one site could hang rows on another's subjects.
BEGIN;
SET LOCAL ROLE psyrad_owner;

-- A foreign key looks its row up once for each row that is stored, 3 us a look-up.  A load stores rows by the ten thousand that all refer to
-- the same file or to the few visits of a plan: there the look-ups cost more than the rows.  Such a reference is held statement by
-- statement instead, by triggers that do for the different keys of a statement what a foreign key does for each row: the row referred
-- to is looked up and locked against deletion; and it cannot be deleted or get another key while there are rows that refer to it.
CREATE FUNCTION clinical.check_references() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	columns text := (SELECT string_agg(quote_ident(c), ', ') FROM unnest(TG_ARGV[1:]) c);
	missing text;
BEGIN
	IF NOT EXISTS (SELECT FROM stored) THEN
		RETURN NULL; -- of each image that comes to a visit that is there
	END IF;
	EXECUTE format('
		WITH asked AS MATERIALIZED (SELECT DISTINCT %1$s FROM stored),
			found AS MATERIALIZED (SELECT %1$s FROM %2$s r WHERE (%1$s) IN (SELECT %1$s FROM asked) FOR KEY SHARE OF r)
		SELECT a::text FROM asked a WHERE NOT EXISTS (SELECT FROM found f WHERE f = a) LIMIT 1', columns, TG_ARGV[0]::regclass) INTO missing;
	IF missing IS NOT NULL THEN
		RAISE foreign_key_violation USING
			MESSAGE = format('%s refers to a row of %s that is not there', TG_RELID::regclass, TG_ARGV[0]),
			DETAIL = format('(%s) = %s', columns, missing), TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION clinical.check_references() IS 'Of the referring table of clinical.refer_by_statement: the rows that the stored ones refer to are there, and stay until the transaction ends';

-- Looks past row policies or fails: who sees some rows only could not tell that nothing refers to this one.
CREATE FUNCTION clinical.keep_referenced() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	SET row_security = off
AS $$
DECLARE
	columns text[] := TG_ARGV[1:];
	kept    boolean;
	refers  boolean;
BEGIN
	-- An older snapshot would not show who has come to refer to the row in the meantime.
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE feature_not_supported USING
			MESSAGE = format('%s: rows that %s may refer to are deleted or get other keys in READ COMMITTED alone', TG_RELID::regclass, TG_ARGV[0]);
	END IF;
	IF TG_OP = 'UPDATE' THEN
		EXECUTE format('SELECT %s', (SELECT string_agg(format('($1).%1$I = ($2).%1$I', c), ' AND ') FROM unnest(columns) c)) INTO kept USING OLD, NEW;
		IF kept THEN
			RETURN NULL;
		END IF;
	END IF;
	EXECUTE format('SELECT EXISTS (SELECT FROM %s r %s)', TG_ARGV[0]::regclass, CASE WHEN TG_OP <> 'TRUNCATE' THEN
		(SELECT 'WHERE ' || string_agg(format('r.%1$I = ($1).%1$I', c), ' AND ') FROM unnest(columns) c) END) INTO refers USING OLD;
	IF refers THEN
		RAISE foreign_key_violation USING
			MESSAGE = format('%s of a row of %s: rows of %s refer to it', lower(TG_OP), TG_RELID::regclass, TG_ARGV[0]),
			TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION clinical.keep_referenced() IS 'Of the referenced table of clinical.refer_by_statement: a row that others refer to is neither deleted nor given another key';

-- Statement triggers fire for the table that a statement names: a partition has its own for who writes to it past its parent.
CREATE FUNCTION clinical.refer_by_statement(referring regclass, columns name[], referenced regclass) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	keys   text := (SELECT string_agg(quote_literal(c), ', ') FROM unnest(columns) c);
	target text := (SELECT format('%s.%s', relnamespace::regnamespace, relname) FROM pg_class WHERE oid = referenced);
	source text := (SELECT format('%s.%s', relnamespace::regnamespace, relname) FROM pg_class WHERE oid = referring);
	named  text := (SELECT relname FROM pg_class WHERE oid = referenced);
	keeper text := 'kept_for_' || (SELECT relname FROM pg_class WHERE oid = referring);
	part   regclass;
BEGIN
	FOR part IN SELECT referring UNION SELECT t.relid FROM pg_partition_tree(referring) t
	LOOP
		EXECUTE format('CREATE TRIGGER %I AFTER INSERT ON %s REFERENCING NEW TABLE AS stored FOR EACH STATEMENT EXECUTE FUNCTION clinical.check_references(%L, %s)',
			named || '_of_new', part, target, keys);
		EXECUTE format('CREATE TRIGGER %I AFTER UPDATE ON %s REFERENCING NEW TABLE AS stored FOR EACH STATEMENT EXECUTE FUNCTION clinical.check_references(%L, %s)',
			named || '_of_changed', part, target, keys);
	END LOOP;
	EXECUTE format('CREATE TRIGGER %I AFTER DELETE OR UPDATE OF %s ON %s FOR EACH ROW EXECUTE FUNCTION clinical.keep_referenced(%L, %s)',
		keeper, (SELECT string_agg(quote_ident(c), ', ') FROM unnest(columns) c), referenced, source, keys);
	EXECUTE format('CREATE TRIGGER %I AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION clinical.keep_referenced(%L, %s)',
		keeper || '_all', referenced, source, keys);
END $$;
COMMENT ON FUNCTION clinical.refer_by_statement(regclass, name[], regclass) IS
	'For migrations: columns of the table referring, none of them nullable, refer to those of the same names, a key, of the table referenced, as by a foreign key, but checked once a statement; its writers need SELECT and UPDATE of some column of referenced';

REVOKE EXECUTE ON FUNCTION clinical.check_references(), clinical.keep_referenced(), clinical.refer_by_statement(regclass, name[], regclass) FROM PUBLIC;

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
COMMENT ON TABLE clinical.scanner IS 'Scanners, each at one site';
COMMENT ON COLUMN clinical.scanner.field_strength_t IS 'Tesla';

CREATE TABLE clinical.study (
	study     text PRIMARY KEY CHECK (study ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$'),
	title_en  text NOT NULL,
	title_zh  text,
	simulated boolean NOT NULL DEFAULT false, -- shown wherever the study's numbers are
	design    text,
	masked    boolean NOT NULL DEFAULT false -- whether the arms are hidden from those who are not psyrad_unblinded
);
COMMENT ON TABLE clinical.study IS 'Studies whose subjects are in the warehouse (published ones are in evidence.study)';
COMMENT ON COLUMN clinical.study.simulated IS 'True for data that a program made: every report that shows it must say so';
COMMENT ON COLUMN clinical.study.masked IS 'Whether the arms are hidden from readers that are no members of psyrad_unblinded; ended by clinical.unmask, which keeps who, when and why';

CREATE TABLE clinical.arm (
	study    text NOT NULL REFERENCES clinical.study,
	arm      text NOT NULL,
	label_en text NOT NULL,
	label_zh text,
	kind     text NOT NULL CHECK (kind IN ('verum', 'sham', 'drug', 'usual_care', 'waiting_list', 'healthy', 'observed')),
	protocol text,                        -- intervention.protocol of the same study
	PRIMARY KEY (study, arm)
);
COMMENT ON TABLE clinical.arm IS 'Arms of a study; healthy controls are an arm of their own';
COMMENT ON COLUMN clinical.arm.kind IS 'What the arm received; healthy: controls without treatment, observed: patients of no trial';
COMMENT ON COLUMN clinical.arm.protocol IS 'intervention.protocol of the same study; no foreign key, since protocol sheets come later than the study''s declaration';

CREATE TABLE clinical.visit_plan (
	study    text NOT NULL REFERENCES clinical.study,
	session  text NOT NULL CHECK (session ~ '^[A-Za-z0-9]+$'), -- the BIDS entity ses-<session>
	week     numeric,                     -- protocol week; baseline is 0
	role     text CHECK (role IN ('pre', 'post')), -- which two visits imaging.pre_post compares
	label_en text,
	label_zh text,
	days_before int CHECK (days_before >= 0), -- the window around day 7 * week; NULL: open to that side
	days_after  int CHECK (days_after >= 0),
	PRIMARY KEY (study, session),
	UNIQUE (study, week),
	UNIQUE (study, role)
);
COMMENT ON TABLE clinical.visit_plan IS 'The visits that a study plans; a file''s week or session must be one of them';
COMMENT ON COLUMN clinical.visit_plan.session IS 'The BIDS entity ses-<session>';
COMMENT ON COLUMN clinical.visit_plan.week IS 'Protocol week; baseline is 0';
COMMENT ON COLUMN clinical.visit_plan.days_before IS 'How many days before day 7 * week the visit may be; NULL: any';
COMMENT ON COLUMN clinical.visit_plan.days_after IS 'How many days after day 7 * week the visit may be; NULL: any';
COMMENT ON COLUMN clinical.visit_plan.role IS 'The two visits that imaging.pre_post compares';

-- The directory of subjects: a reference table, so that (study, label) can be unique beside tables that are distributed by subject_id.
CREATE TABLE clinical.subject_key (
	subject_id bigserial PRIMARY KEY,
	study      text NOT NULL REFERENCES clinical.study,
	label      text NOT NULL CHECK (label ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$'), -- the study's pseudonym (BIDS sub-<label>), never a hospital number
	site       text NOT NULL REFERENCES clinical.site,
	pseudonym  uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE, -- random, for exports; no hash of anything
	UNIQUE (study, label),
	UNIQUE (subject_id, site),       -- what the facts' foreign keys refer to
	UNIQUE (subject_id, site, study)
);
COMMENT ON TABLE clinical.subject_key IS 'Directory of subjects: the number that every fact begins with, and the study''s own label';
COMMENT ON COLUMN clinical.subject_key.label IS 'The study''s pseudonym (BIDS sub-<label>), never a hospital number';
COMMENT ON COLUMN clinical.subject_key.pseudonym IS 'Random, for exports; derived from nothing';

CREATE TABLE clinical.subject (
	subject_id      bigint PRIMARY KEY,
	site            text NOT NULL,
	study           text NOT NULL,
	arm             text NOT NULL,
	sex             text CHECK (sex IN ('F', 'M', 'O')),
	age_years       real CHECK (age_years BETWEEN 0 AND 120),
	education_years real CHECK (education_years BETWEEN 0 AND 40),
	dropout_week    numeric,
	dropout_reason  text,
	file_id         bigint NOT NULL REFERENCES ingest.file,
	line            bigint,
	FOREIGN KEY (subject_id, site, study) REFERENCES clinical.subject_key (subject_id, site, study),
	FOREIGN KEY (study, arm) REFERENCES clinical.arm
);
COMMENT ON TABLE clinical.subject IS 'One row a person in a study: arm (healthy controls are an arm of their own), sex, age, dropout';
COMMENT ON COLUMN clinical.subject.dropout_week IS 'Protocol week of the last visit before the person left; NULL: stayed';
COMMENT ON COLUMN clinical.subject.line IS 'Line of file_id where the record begins';

CREATE TABLE clinical.visit (
	subject_id  bigint NOT NULL,
	session     text NOT NULL,
	site        text NOT NULL,
	study       text NOT NULL,
	days_offset int,                       -- days since baseline, never a date
	file_id     bigint NOT NULL,
	line        bigint,
	PRIMARY KEY (subject_id, session),
	UNIQUE (subject_id, session, site), -- for facts by the ten thousand: one key that ties both the visit and the subject's own site
	FOREIGN KEY (subject_id, site, study) REFERENCES clinical.subject_key (subject_id, site, study)
);
-- A file of features makes visits by the ten thousand, all of the few of a plan.
DO $$ BEGIN
	PERFORM clinical.refer_by_statement('clinical.visit', '{file_id}', 'ingest.file');
	PERFORM clinical.refer_by_statement('clinical.visit', '{study,session}', 'clinical.visit_plan');
END $$;
COMMENT ON TABLE clinical.visit IS 'Visits that took place, each one of the study''s plan';
COMMENT ON COLUMN clinical.visit.days_offset IS 'Days since baseline, never a date';

CREATE TABLE clinical.instrument (
	instrument text PRIMARY KEY,           -- 'HAMD-17'; an unstated version is an instrument of its own ('HAMD-unspecified')
	title_en   text NOT NULL,
	title_zh   text,
	higher_is  text NOT NULL CHECK (higher_is IN ('worse', 'better')),
	total_min  numeric NOT NULL,
	total_max  numeric NOT NULL,
	source     text NOT NULL,
	family     text NOT NULL,              -- the scale whose version this is: HAMD
	version_stated boolean NOT NULL DEFAULT true,
	index_factor numeric CHECK (index_factor > 0), -- where an index is in use beside the raw total (SDS: 1.25)
	CHECK (total_min < total_max)
);
COMMENT ON TABLE clinical.instrument IS 'Rating scales, one row a version: totals of two versions are never compared as if they were one';
COMMENT ON COLUMN clinical.instrument.instrument IS 'HAMD-17; an unstated version is an instrument of its own (HAMD-unspecified)';
COMMENT ON COLUMN clinical.instrument.total_max IS 'Sum of the items'' maxima';
COMMENT ON COLUMN clinical.instrument.family IS 'The scale whose version this is';
COMMENT ON COLUMN clinical.instrument.version_stated IS 'False: nobody said which version, so that totals of two people may be of two scales: no remission, no mean, no mean difference';
COMMENT ON COLUMN clinical.instrument.index_factor IS 'The index is the raw total times this, cut to an integer; NULL: there is none';

CREATE TABLE clinical.instrument_item (
	instrument text NOT NULL REFERENCES clinical.instrument,
	item       smallint NOT NULL CHECK (item > 0), -- position in clinical.score.items
	form_item  smallint NOT NULL CHECK (form_item > 0), -- its number in the family's longest form
	name_en    text NOT NULL,
	name_zh    text,
	item_min   smallint NOT NULL,
	item_max   smallint NOT NULL,
	note       text,
	reversed   boolean NOT NULL DEFAULT false, -- counts as item_min + item_max - answer
	counts_with smallint CHECK (counts_with <= item), -- items of one number count once, by the highest
	PRIMARY KEY (instrument, item),
	UNIQUE (instrument, form_item),
	CHECK (item_min < item_max)
);
COMMENT ON TABLE clinical.instrument_item IS 'Items of an instrument with the answers allowed; an instrument known by its total alone has none';
COMMENT ON COLUMN clinical.instrument_item.item IS '1-based position in clinical.score.items';
COMMENT ON COLUMN clinical.instrument_item.form_item IS 'Number in the longest form of the family (HAMD-24): joins the same item across versions';
COMMENT ON COLUMN clinical.instrument_item.reversed IS 'Answers are kept as given and count as item_min + item_max - answer';
COMMENT ON COLUMN clinical.instrument_item.counts_with IS 'The first item of a group that counts once, by its highest answer (QIDS-SR sleep, appetite and weight, psychomotor); NULL: counts by itself';
COMMENT ON COLUMN clinical.instrument_item.note IS 'Where published forms differ';

CREATE TABLE clinical.cutoff (
	instrument text NOT NULL REFERENCES clinical.instrument,
	scheme     text NOT NULL,              -- severity bands differ by scheme, so a scheme is always named
	lo         numeric NOT NULL,
	hi         numeric,                    -- NULL: no upper end
	label_en   text NOT NULL,
	label_zh   text,
	source     text,
	PRIMARY KEY (instrument, scheme, lo),
	CHECK (lo <= hi)
);
COMMENT ON TABLE clinical.cutoff IS 'Severity bands and outcome thresholds of a total, by scheme: the same HAMD-17 of 23 is moderate, very severe or definite';
COMMENT ON COLUMN clinical.cutoff.scheme IS 'Bands differ by scheme, so a query always names one';
COMMENT ON COLUMN clinical.cutoff.lo IS 'Both ends belong to the band';

CREATE TABLE clinical.factor (
	instrument text NOT NULL REFERENCES clinical.instrument,
	scheme     text NOT NULL,
	factor     text NOT NULL,
	name_zh    text,
	items      smallint[] NOT NULL CHECK (array_ndims(items) = 1),
	factor_max numeric NOT NULL,
	source     text NOT NULL,
	PRIMARY KEY (instrument, scheme, factor)
);
COMMENT ON TABLE clinical.factor IS 'Factor structures of an instrument; schemes that share a factor''s name differ in its items (anxiety/somatization has item 13 in one only)';
COMMENT ON COLUMN clinical.factor.items IS 'Positions in clinical.score.items, summed';
COMMENT ON COLUMN clinical.factor.factor_max IS 'Sum of the items'' maxima';

CREATE TABLE clinical.score (
	subject_id   bigint NOT NULL,
	session      text NOT NULL,
	instrument   text NOT NULL REFERENCES clinical.instrument,
	rater        text NOT NULL DEFAULT '', -- a code, never a name
	site         text NOT NULL,
	items        smallint[] CHECK (array_ndims(items) = 1),            -- in the instrument's order; a missing answer is a NULL element; NULL when only a total was given
	total_items  numeric,                  -- their sum, NULL when one is missing
	total_stated numeric,                  -- as the file gave it
	total        numeric GENERATED ALWAYS AS (coalesce(total_items, total_stated)) STORED,
	total_differs boolean GENERATED ALWAYS AS (coalesce(total_items <> total_stated, false)) STORED, -- kept and flagged
	file_id      bigint NOT NULL REFERENCES ingest.file,
	line         bigint,
	PRIMARY KEY (subject_id, session, instrument, rater),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site),
	FOREIGN KEY (subject_id, session) REFERENCES clinical.visit
);
COMMENT ON TABLE clinical.score IS 'One rating: subject x visit x instrument x rater, items as a vector';
COMMENT ON COLUMN clinical.score.rater IS 'A code, never a name; empty when the file names none';
COMMENT ON COLUMN clinical.score.items IS 'In the instrument''s order; a missing answer is a NULL element; NULL when only a total was given';
COMMENT ON COLUMN clinical.score.total_items IS 'Total of the items by clinical.sum_items; NULL when one is missing (prorating is a named choice of the query)';
COMMENT ON COLUMN clinical.score.total_stated IS 'The total as the file gave it';
COMMENT ON COLUMN clinical.score.total IS 'Sum of the items, or else the stated total; NULL when neither is known';
COMMENT ON COLUMN clinical.score.total_differs IS 'The stated total is not the sum of the items: kept, and flagged';

COMMIT;
