-- Revert psyrad:study from pg
-- The sites' roles go with them unless another warehouse of the cluster may use them: it shows by what psyrad_owner owns there.
BEGIN;

DO $$
DECLARE
	site text;
BEGIN
	IF EXISTS (SELECT FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND refobjid = 'psyrad_owner'::regrole
		AND dbid NOT IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))) THEN
		RETURN;
	END IF;
	FOR site IN SELECT s.site FROM clinical.site s ORDER BY 1
	LOOP
		CONTINUE WHEN EXISTS (SELECT FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND refobjid = to_regrole('psyrad_site_' || site));
		BEGIN
			EXECUTE format('DROP ROLE IF EXISTS %I', 'psyrad_site_' || site);
		EXCEPTION WHEN insufficient_privilege THEN
			RAISE WARNING 'role psyrad_site_% is left: role % may not drop it', site, current_user;
		END;
	END LOOP;
END $$;

DROP FUNCTION clinical.declare_study(jsonb);
DROP TABLE clinical.rater;
DROP FUNCTION clinical.check_entries(jsonb, text, text, jsonb);
DROP FUNCTION clinical.check_declared(jsonb, text, jsonb);
DROP FUNCTION clinical.add_site(text, text, text);

COMMIT;
