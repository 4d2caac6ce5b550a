-- Deploy psyrad:extensions to pg
-- Trusted extensions: the database's owner can create them.  They live in schema psyrad, which the search path names last.
BEGIN;

CREATE EXTENSION connectome;
CREATE EXTENSION metastat;
CREATE EXTENSION modelscore;
GRANT USAGE ON SCHEMA psyrad TO psyrad_owner, psyrad_ingest, psyrad_analyst, psyrad_report, psyrad_view;
DO $$
BEGIN
	EXECUTE format('ALTER DATABASE %I SET search_path = "$user", public, psyrad', current_database());
END $$;

COMMIT;
