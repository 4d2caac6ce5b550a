-- Deploy psyrad:roles to pg
-- The roles are cluster-wide: another database of this cluster may have made them already.
BEGIN;

DO $$
DECLARE
	name text;
BEGIN
	IF getdatabaseencoding() <> 'UTF8' THEN
		RAISE EXCEPTION 'psyrad needs a UTF8 database; this one is %', getdatabaseencoding()
			USING HINT = 'CREATE DATABASE ... ENCODING ''UTF8'' TEMPLATE template0';
	END IF;
	FOREACH name IN ARRAY ARRAY['psyrad_owner', 'psyrad_ingest', 'psyrad_analyst', 'psyrad_report', 'psyrad_view']
	LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN', name);
		END IF;
		IF name IN ('psyrad_owner', 'psyrad_view') AND NOT pg_has_role(current_user, name, 'MEMBER') THEN
			EXECUTE format('GRANT %I TO CURRENT_USER', name);
		END IF;
	END LOOP;
	EXECUTE format('GRANT CREATE ON DATABASE %I TO psyrad_owner', current_database());
END $$;

SET LOCAL ROLE psyrad_owner;
CREATE SCHEMA ingest;
CREATE SCHEMA clinical;
CREATE SCHEMA imaging;
CREATE SCHEMA intervention;
CREATE SCHEMA evidence;
CREATE SCHEMA model;
CREATE SCHEMA report;
COMMENT ON SCHEMA ingest IS 'What was loaded from which file: manifest, rejects, history, and the set-wise validation that loaders call';
COMMENT ON SCHEMA clinical IS 'Sites, studies, subjects, visits, instruments and scores';
COMMENT ON SCHEMA imaging IS 'Atlases, acquisitions, and every measurement on a scan as a vector over a parcellation';
COMMENT ON SCHEMA intervention IS 'Acupoints, protocols and stimulation';
COMMENT ON SCHEMA evidence IS 'Published studies, their findings and effects';
COMMENT ON SCHEMA model IS 'Trained models, versions and predictions';
COMMENT ON SCHEMA report IS 'Stable views in plain types, for dashboards; readable by psyrad_report alone';

COMMIT;
