-- Deploy psyrad:model to pg
-- Models of some kinds hold rows of the patients they were trained on, so that reading one is a right of its own (access.sql).
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE model.registry (
	name            text NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$'),
	version         int NOT NULL CHECK (version > 0),
	model           psyrad.model NOT NULL,
	format          text NOT NULL,
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
COMMENT ON COLUMN model.registry.model IS 'Compiled and validated; what psyrad.model_score and its like take';
COMMENT ON COLUMN model.registry.document IS 'The file as it came; may hold training subjects'' rows, so that only the owner reads it';
COMMENT ON COLUMN model.registry.trained_on IS 'Whose data: study and frozen set, or the words of whoever registered it';

CREATE TABLE model.prediction (
	subject_id bigint NOT NULL,
	name       text NOT NULL,
	version    int NOT NULL,
	session    text NOT NULL,
	site       text NOT NULL,
	score      float8,
	label      text,
	predicted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (subject_id, name, version, session),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site),
	FOREIGN KEY (name, version) REFERENCES model.registry
);
COMMENT ON TABLE model.prediction IS 'Stored scores: subject x model version x visit';
COMMENT ON COLUMN model.prediction.score IS 'Regression value, or probability of the positive class';

COMMIT;
