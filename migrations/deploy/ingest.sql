-- Deploy psyrad:ingest to pg
-- Every fact in the warehouse leads back to a row here: which file (by its bytes), which line, which tool, when, by whom.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE TABLE ingest.file (
	file_id       bigserial PRIMARY KEY,
	command       text NOT NULL,                      -- 'scores', 'series', ...
	path          text NOT NULL CHECK (path !~ '^/'), -- relative to where the tool ran or to --root: absolute paths name people's folders
	sha256        bytea NOT NULL CHECK (length(sha256) = 32),
	bytes         bigint NOT NULL CHECK (bytes >= 0),
	options       jsonb NOT NULL DEFAULT '{}',        -- what changes the meaning of the bytes: study, instrument, atlas, pipeline, ...
	options_key   text NOT NULL GENERATED ALWAYS AS (md5(options::text)) STORED, -- short enough for an index; no secret rests on it
	batch         text,
	study         text,
	site          text,                               -- when all its records are one site's
	status        text NOT NULL CHECK (status IN ('loaded', 'refused')),
	rows_read     bigint NOT NULL DEFAULT 0,
	rows_loaded   bigint NOT NULL DEFAULT 0,          -- inserted or changed
	rows_unchanged bigint NOT NULL DEFAULT 0,
	rows_rejected bigint NOT NULL DEFAULT 0,
	message       text,                               -- why a file was refused
	supersedes    bigint REFERENCES ingest.file,      -- the file of the same path and options that this one replaces
	tool_version  text NOT NULL,
	loaded_by     name NOT NULL DEFAULT current_user,
	started_at    timestamptz NOT NULL,
	finished_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- The same bytes with the same meaning are loaded once; two loads at once meet here.  A correction that is taken back brings
-- the bytes of an earlier version again: then it supersedes another file than they did the first time.
CREATE UNIQUE INDEX file_once ON ingest.file (command, path, sha256, options_key, coalesce(supersedes, 0)) WHERE status = 'loaded';
CREATE INDEX file_path ON ingest.file (path);
CREATE INDEX file_supersedes ON ingest.file (supersedes) WHERE supersedes IS NOT NULL;
COMMENT ON TABLE ingest.file IS 'Manifest: one row a file that was loaded (in the transaction of its rows) or refused (in a transaction of its own)';
COMMENT ON COLUMN ingest.file.command IS 'The ingest command that read it: scores, series, image, ...';
COMMENT ON COLUMN ingest.file.path IS 'Relative to where the tool ran or to --root; an absolute path would name people''s folders';
COMMENT ON COLUMN ingest.file.sha256 IS 'Of the file''s bytes as they lay on the disk';
COMMENT ON COLUMN ingest.file.options IS 'What changes the meaning of the bytes: study, instrument, atlas, pipeline, column map, ...';
COMMENT ON COLUMN ingest.file.options_key IS 'Hash of options; the same bytes under other options are another load';
COMMENT ON COLUMN ingest.file.site IS 'Set when all records of the file are one site''s: then only its members see this row.  NULL: several sites, or none; seen by every reader when loaded, and by the loader alone when refused';
COMMENT ON COLUMN ingest.file.rows_loaded IS 'Inserted or changed';
COMMENT ON COLUMN ingest.file.message IS 'Why a file was refused; NULL for a loaded one';
COMMENT ON COLUMN ingest.file.supersedes IS 'The file of the same path and options that this one replaces';
COMMENT ON COLUMN ingest.file.tool_version IS 'Version of the program that loaded it';

CREATE TABLE ingest.reject (
	reject_id   bigserial PRIMARY KEY,
	file_id     bigint NOT NULL REFERENCES ingest.file,
	line        bigint,                     -- 1-based physical line where the record begins; NULL for the file as a whole
	column_name text,                       -- header of the column; NULL for the whole record
	column_number int,                      -- 1-based
	code        text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]*$'),
	message     text NOT NULL,              -- what was found and what was expected
	raw         text,                       -- the mapped cells of the record only: unmapped columns and identifiers are dropped before this
	site        text,                       -- of the record, where it could be told
	loaded_by   name NOT NULL DEFAULT current_user,
	rejected_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX reject_file ON ingest.reject (file_id);
COMMENT ON TABLE ingest.reject IS 'Rows that were not loaded: where they stand, why, and their mapped cells as they were';
COMMENT ON COLUMN ingest.reject.line IS '1-based physical line where the record begins; NULL for the file as a whole';
COMMENT ON COLUMN ingest.reject.column_name IS 'Header of the column; NULL for the whole record';
COMMENT ON COLUMN ingest.reject.column_number IS '1-based';
COMMENT ON COLUMN ingest.reject.message IS 'What was found and what was expected';
COMMENT ON COLUMN ingest.reject.raw IS 'The mapped cells of the record; unmapped columns and declared identifiers were dropped before';
COMMENT ON COLUMN ingest.reject.site IS 'Of the record, where it could be told; NULL is seen by the loader alone';

CREATE TABLE ingest.history (
	history_id bigserial PRIMARY KEY,
	table_name text NOT NULL,               -- 'clinical.score'
	row_key    jsonb NOT NULL,
	old_row    jsonb NOT NULL,              -- as it was before file_id changed it
	file_id    bigint NOT NULL REFERENCES ingest.file,
	site       text,
	changed_by name NOT NULL DEFAULT current_user,
	changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX history_row ON ingest.history (table_name, row_key);
CREATE INDEX history_file ON ingest.history (file_id);
COMMENT ON TABLE ingest.history IS 'What a row was before a later file changed it; written set-wise by the loaders, never by triggers';
COMMENT ON COLUMN ingest.history.table_name IS 'Schema-qualified: clinical.score';
COMMENT ON COLUMN ingest.history.row_key IS 'The primary key of the row, column by column';
COMMENT ON COLUMN ingest.history.old_row IS 'The whole row as it was before file_id changed it';
COMMENT ON COLUMN ingest.history.site IS 'Of the row; NULL (rows of no site) is seen by the loader alone';

COMMIT;
