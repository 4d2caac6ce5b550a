-- Deploy psyrad:roles to pg
-- Roles are cluster-wide: another database of this cluster may have made them already.  They are groups that log in
-- nowhere; people and programs get logins of their own that are members of them (README.md).
BEGIN;

DO $$
DECLARE
	me   pg_roles;
	role text;
BEGIN
	IF getdatabaseencoding() <> 'UTF8' THEN
		RAISE EXCEPTION 'psyrad needs a UTF8 database; database % is %', current_database(), getdatabaseencoding()
			USING HINT = 'CREATE DATABASE ... ENCODING ''UTF8'' TEMPLATE template0';
	END IF;
	SELECT * INTO me FROM pg_roles WHERE rolname = current_user;
	IF NOT EXISTS (SELECT FROM pg_database WHERE datname = current_database() AND pg_has_role(datdba, 'USAGE')) THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('role %I does not own database %I', current_user, current_database()),
			HINT = format('ALTER DATABASE %I OWNER TO %I', current_database(), current_user);
	END IF;
	FOREACH role IN ARRAY ARRAY['psyrad_owner', 'psyrad_view', 'psyrad_ingest', 'psyrad_analyst', 'psyrad_report', 'psyrad_unblinded', 'psyrad_withdraw']
	LOOP
		IF to_regrole(role) IS NULL THEN
			IF NOT (me.rolsuper OR me.rolcreaterole) THEN
				RAISE insufficient_privilege USING
					MESSAGE = format('role %I may not create role %I', current_user, role),
					HINT = format('ALTER ROLE %I CREATEROLE', current_user);
			END IF;
			EXECUTE format('CREATE ROLE %I NOLOGIN', role);
		END IF;
		-- Who deploys acts for the owners, and can load and read what the sites let them; of superusers this is always true.
		IF role NOT IN ('psyrad_report', 'psyrad_unblinded') AND NOT pg_has_role(current_user, role, 'MEMBER') THEN
			IF NOT me.rolcreaterole THEN
				RAISE insufficient_privilege USING
					MESSAGE = format('role %I is not a member of %I', current_user, role),
					HINT = format('GRANT %I TO %I', role, current_user);
			END IF;
			EXECUTE format('GRANT %I TO CURRENT_USER', role);
		END IF;
	END LOOP;
END $$;

CREATE SCHEMA ingest AUTHORIZATION psyrad_owner;
CREATE SCHEMA clinical AUTHORIZATION psyrad_owner;
CREATE SCHEMA imaging AUTHORIZATION psyrad_owner;
CREATE SCHEMA intervention AUTHORIZATION psyrad_owner;
CREATE SCHEMA evidence AUTHORIZATION psyrad_owner;
CREATE SCHEMA model AUTHORIZATION psyrad_owner;
CREATE SCHEMA report AUTHORIZATION psyrad_owner;
COMMENT ON SCHEMA ingest IS 'What was loaded from which file: manifest, rejects, history, and the set-wise validation that loaders call';
COMMENT ON SCHEMA clinical IS 'Sites, studies, subjects, visits, instruments and scores';
COMMENT ON SCHEMA imaging IS 'Atlases, acquisitions, and every measurement on a scan as a vector over a parcellation';
COMMENT ON SCHEMA intervention IS 'Acupoints, protocols and stimulation';
COMMENT ON SCHEMA evidence IS 'Published studies, their findings and effects';
COMMENT ON SCHEMA model IS 'Trained models, versions and predictions';
COMMENT ON SCHEMA report IS 'Stable views in plain types, for dashboards: all that psyrad_report reads';

COMMIT;
