-- Deploy psyrad:model to pg
-- Models of some kinds hold rows of the patients they were trained on, so that reading one is the owner's alone; scoring is
-- a right of its own (model_use.sql).  Versions are immutable: nobody is granted UPDATE, and what changes about a version
-- (retired, pinned) stands in tables beside it.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE model.registry (
	name            text NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$'),
	version         int NOT NULL CHECK (version > 0),
	model           psyrad.model NOT NULL,
	model_sha256    bytea NOT NULL GENERATED ALWAYS AS (sha256(psyrad.model_send(model))) STORED,
	format          text NOT NULL,         -- as asked for when it was registered; auto recognises it
	classes         text[],                -- names given to the document's classes; NULL keeps them
	positive        text,
	document        bytea NOT NULL,        -- the file as it came
	document_sha256 bytea NOT NULL GENERATED ALWAYS AS (sha256(document)) STORED,
	trained_on      text NOT NULL,         -- whose data: study and frozen set, or the words of whoever registered it
	simulated       boolean NOT NULL DEFAULT false,
	registered_by   name NOT NULL DEFAULT current_user,
	registered_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
	file_id         bigint NOT NULL REFERENCES ingest.file,
	PRIMARY KEY (name, version)
);
COMMENT ON TABLE model.registry IS 'Trained models; versions are immutable: nobody is granted UPDATE';
COMMENT ON COLUMN model.registry.model IS 'Compiled and validated; the owner''s alone, since kernel and neighbour models hold training subjects'' rows';
COMMENT ON COLUMN model.registry.model_sha256 IS 'Of the compiled form: what backends know a kept model by';
COMMENT ON COLUMN model.registry.format IS 'As asked for when it was registered; auto recognises it';
COMMENT ON COLUMN model.registry.classes IS 'Names given to the document''s classes when it was registered; NULL: its own';
COMMENT ON COLUMN model.registry.document IS 'The file as it came; may hold training subjects'' rows, so that only the owner reads it';
COMMENT ON COLUMN model.registry.trained_on IS 'Whose data: study and frozen set, or the words of whoever registered it';

CREATE TABLE model.scoring_right (
	name       text NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$'),
	grantee    name NOT NULL,              -- a role; its members have the right too
	may_manage boolean NOT NULL DEFAULT false, -- adds versions, pins, retires, and grants
	granted_by name NOT NULL DEFAULT current_user,
	granted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (name, grantee)
);
COMMENT ON TABLE model.scoring_right IS 'Who may score with a model, all versions of it, without reading it; written by model.grant_scoring and model.revoke_scoring';
COMMENT ON COLUMN model.scoring_right.grantee IS 'A role; its members have the right too';
COMMENT ON COLUMN model.scoring_right.may_manage IS 'May also add versions, pin and retire them, and grant';

CREATE TABLE model.pin (
	name      text PRIMARY KEY,
	version   int NOT NULL,
	reason    text NOT NULL,
	pinned_by name NOT NULL DEFAULT current_user,
	pinned_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	FOREIGN KEY (name, version) REFERENCES model.registry
);
COMMENT ON TABLE model.pin IS 'The version that a name stands for, where that is not the newest one; written by model.pin_version and model.unpin';

CREATE TABLE model.retired (
	name       text NOT NULL,
	version    int NOT NULL,
	reason     text NOT NULL,
	retired_by name NOT NULL DEFAULT current_user,
	retired_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (name, version),
	FOREIGN KEY (name, version) REFERENCES model.registry
);
COMMENT ON TABLE model.retired IS 'Versions that a name no longer stands for; written by model.retire, never taken back';

CREATE TABLE model.training_subject (
	subject_id bigint NOT NULL,
	name       text NOT NULL,
	version    int NOT NULL,
	site       text NOT NULL,
	PRIMARY KEY (subject_id, name, version),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site),
	FOREIGN KEY (name, version) REFERENCES model.registry
);
COMMENT ON TABLE model.training_subject IS 'Subjects of this warehouse whose data trained a version; model.declare_training writes it';

CREATE TABLE model.split (
	split         text PRIMARY KEY CHECK (split ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$'),
	kind          text NOT NULL CHECK (kind IN ('folds', 'hold-out')),
	folds         int NOT NULL CHECK (folds BETWEEN 1 AND 1000),
	seed          bigint NOT NULL,
	kept_together text NOT NULL CHECK (kept_together IN ('subject', 'site')),
	strata        text[] NOT NULL,
	test_share    numeric CHECK (test_share > 0 AND test_share < 1),
	cohort        text NOT NULL,
	studies       text[] NOT NULL,
	members       int NOT NULL CHECK (members > 1),
	fingerprint   text NOT NULL,
	made_by       name NOT NULL DEFAULT current_user,
	made_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
	CHECK (CASE kind WHEN 'folds' THEN folds >= 2 ELSE folds = 1 END)
);
COMMENT ON TABLE model.split IS 'Who is tested where: folds of a cross-validation, or one hold-out; immutable, made by model.make_split';
COMMENT ON COLUMN model.split.kind IS 'folds: everybody is tested once, in his fold; hold-out: fold 1 is tested, fold 0 only trains';
COMMENT ON COLUMN model.split.kept_together IS 'subject: all visits and images of a subject in one fold; site: all subjects of a site too';
COMMENT ON COLUMN model.split.strata IS 'The classes whose shares the folds keep; empty: none were given';
COMMENT ON COLUMN model.split.cohort IS 'Who was asked for, in the words of whoever made the split';
COMMENT ON COLUMN model.split.fingerprint IS 'SHA-256 over the lines study:label:fold in byte order: equal splits have equal ones, in any warehouse';

CREATE TABLE model.split_member (
	subject_id bigint NOT NULL,
	split      text NOT NULL REFERENCES model.split,
	site       text NOT NULL,
	fold       int NOT NULL CHECK (fold >= 0),
	stratum    text,
	PRIMARY KEY (subject_id, split),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site)
);
COMMENT ON TABLE model.split_member IS 'The fold of each subject of a split: where all that is known of it is tested; a subject cannot be in two';
COMMENT ON COLUMN model.split_member.fold IS '0: of a hold-out, never tested';

CREATE TABLE model.prediction (
	subject_id bigint NOT NULL,
	name       text NOT NULL,
	version    int NOT NULL,
	session    text NOT NULL,
	split      text NOT NULL DEFAULT '',
	fold       int,
	site       text NOT NULL,
	score      float8,
	label      text,
	predicted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (subject_id, name, version, session, split),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site),
	FOREIGN KEY (name, version) REFERENCES model.registry,
	CHECK ((split = '') = (fold IS NULL)),
	CHECK (score <> 'NaN')
);
COMMENT ON TABLE model.prediction IS 'Stored scores: subject x model version x visit, by the model itself or out of fold in a split; written by model.store_predictions, never changed';
COMMENT ON COLUMN model.prediction.split IS 'model.split whose cross-validation gave the score; empty: the version itself did';
COMMENT ON COLUMN model.prediction.fold IS 'The fold that was left out in training; NULL: none, the version itself scored';
COMMENT ON COLUMN model.prediction.score IS 'Regression value, or probability of the positive class';

COMMIT;
