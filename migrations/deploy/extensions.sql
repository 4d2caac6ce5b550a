-- Deploy psyrad:extensions to pg
-- Trusted extensions: the database's owner can create them.  They live in schema psyrad, which the search path names last,
-- so that a name of the user's own is never shadowed; a search path that the database already had is kept before it.
BEGIN;

CREATE EXTENSION IF NOT EXISTS connectome;
CREATE EXTENSION IF NOT EXISTS metastat;
CREATE EXTENSION IF NOT EXISTS modelscore;
CREATE EXTENSION IF NOT EXISTS catalogue;
-- The dashboards' role is not here: its views need no schema but their own.
GRANT USAGE ON SCHEMA psyrad TO psyrad_owner, psyrad_ingest, psyrad_analyst, psyrad_view;

DO $$
DECLARE
	path text;
BEGIN
	SELECT substr(setting, length('search_path=') + 1) INTO path
	FROM pg_db_role_setting, unnest(setconfig) setting
	WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) AND setrole = 0 AND setting LIKE 'search\_path=%';
	path := coalesce(path, '"$user", public');
	IF path !~ '(^|, )psyrad(,|$)' THEN
		EXECUTE format('ALTER DATABASE %I SET search_path = %s, psyrad', current_database(), path);
	END IF;
END $$;

COMMIT;
