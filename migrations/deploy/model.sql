-- Deploy psyrad:model to pg
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

CREATE TABLE model.prediction (
	subject_id bigint NOT NULL REFERENCES clinical.subject_key,
	name       text NOT NULL,
	version    int NOT NULL,
	session    text NOT NULL,
	site       text NOT NULL REFERENCES clinical.site,
	score      float8,
	label      text,
	predicted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (subject_id, name, version, session),
	FOREIGN KEY (name, version) REFERENCES model.registry
);

COMMIT;
