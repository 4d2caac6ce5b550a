-- Revert psyrad:extensions from pg
-- Without CASCADE: a table of the user's own that holds our types keeps them, and the revert says which.
BEGIN;

DO $$
DECLARE
	path text;
BEGIN
	SELECT substr(setting, length('search_path=') + 1) INTO path
	FROM pg_db_role_setting, unnest(setconfig) setting
	WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) AND setrole = 0 AND setting LIKE 'search\_path=%';
	path := regexp_replace(path, ', psyrad$', '');
	IF path = '"$user", public' THEN
		EXECUTE format('ALTER DATABASE %I RESET search_path', current_database());
	ELSIF path IS NOT NULL THEN
		EXECUTE format('ALTER DATABASE %I SET search_path = %s', current_database(), path);
	END IF;
END $$;

REVOKE USAGE ON SCHEMA psyrad FROM psyrad_owner, psyrad_ingest, psyrad_analyst, psyrad_view;
DROP EXTENSION catalogue;
DROP EXTENSION modelscore;
DROP EXTENSION metastat;
DROP EXTENSION connectome;
DROP SCHEMA psyrad;

COMMIT;
