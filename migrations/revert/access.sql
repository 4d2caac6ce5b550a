-- Revert psyrad:access from pg
BEGIN;

DO $$
DECLARE
	target record;
BEGIN
	EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM psyrad_ingest', current_database());
	EXECUTE format('ALTER ROLE psyrad_report IN DATABASE %I RESET statement_timeout', current_database());
	FOR target IN SELECT polname, polrelid::regclass AS name FROM pg_policy
		WHERE (SELECT relowner FROM pg_class WHERE oid = polrelid) = 'psyrad_owner'::regrole
	LOOP
		EXECUTE format('DROP POLICY %I ON %s', target.polname, target.name);
	END LOOP;
	FOR target IN SELECT oid::regclass AS name FROM pg_class WHERE relrowsecurity AND relowner = 'psyrad_owner'::regrole
	LOOP
		EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', target.name);
		EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', target.name);
	END LOOP;
END $$;

REVOKE ALL ON imaging.primary, imaging.pre_post, imaging.region_value, imaging.same_image, imaging.voxel FROM psyrad_ingest, psyrad_analyst;
ALTER VIEW imaging.same_image OWNER TO psyrad_owner;
ALTER VIEW imaging.voxel OWNER TO psyrad_owner;
ALTER VIEW imaging.region_value OWNER TO psyrad_owner;
ALTER VIEW imaging.pre_post OWNER TO psyrad_owner;
ALTER VIEW imaging.primary OWNER TO psyrad_owner;
REVOKE ALL ON ALL TABLES IN SCHEMA ingest, clinical, imaging, intervention, evidence, model, report
	FROM psyrad_ingest, psyrad_analyst, psyrad_view, psyrad_report, psyrad_withdraw;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA ingest, clinical, imaging FROM psyrad_ingest;
REVOKE ALL (name, version, model_sha256, format, classes, positive, document_sha256, trained_on, simulated, registered_by, registered_at, file_id)
	ON model.registry FROM psyrad_ingest, psyrad_analyst, psyrad_view;
REVOKE ALL (study, site, rows_read, rows_loaded, rows_unchanged, rows_rejected, message, supersedes, finished_at)
	ON ingest.file FROM psyrad_ingest;
REVOKE ALL ON SCHEMA ingest, clinical, imaging, intervention, evidence, model, report
	FROM psyrad_ingest, psyrad_analyst, psyrad_view, psyrad_report, psyrad_withdraw;
REVOKE ALL (path, sha256, bytes, options, batch, message) ON ingest.file FROM psyrad_withdraw;
DROP FUNCTION clinical.guard_by_site(regclass);
DROP FUNCTION clinical.can_see_site(text);

COMMIT;
