-- Revert psyrad:report_kept from pg
BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
DO $do$
DECLARE
	view name;
	part regclass;
BEGIN
	SET LOCAL ROLE psyrad_view;
	FOR view IN SELECT v.view_name FROM report_kept.kept_view v LOOP
		EXECUTE format('CREATE OR REPLACE VIEW report.%I AS %s', view, pg_get_viewdef(format('report_kept.%I', view)::regclass));
		EXECUTE format('DROP VIEW report_kept.%I', view);
	END LOOP;
	SET LOCAL ROLE psyrad_owner;
	FOR part IN SELECT g.tgrelid FROM pg_trigger g WHERE g.tgname = 'report_kept' LOOP
		EXECUTE format('DROP TRIGGER report_kept ON %s', part);
	END LOOP;
	RESET ROLE;
	EXECUTE format('ALTER DATABASE %I RESET jit', current_database());
END $do$;
SET LOCAL ROLE psyrad_view;
DROP VIEW report_kept.fresh;
DROP VIEW report_kept.reader;
DROP VIEW report_kept.person;
SET LOCAL ROLE psyrad_central;
DROP FUNCTION report_kept.keep_central(int);
DROP FUNCTION report_kept.central_has_people(int);
SET LOCAL ROLE psyrad_owner;
DROP FUNCTION report.refresh(int);
DROP FUNCTION report.keeps_answers(int);
DROP FUNCTION report_kept.keep(int);
DROP FUNCTION report_kept.has_people(int);
DROP FUNCTION report_kept.sweep();
DROP FUNCTION report_kept.set_mark();
DROP TABLE report_kept.mark;
DROP TABLE report_kept.answer;
DROP FUNCTION report_kept.is_member(name, text[]);
DROP TABLE report_kept.kept_view;
DROP SCHEMA report_kept;
RESET ROLE;
DO $$
BEGIN
	-- It stays when it owns or is granted anything elsewhere in the cluster: another warehouse uses it.
	IF NOT EXISTS (SELECT FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND refobjid = to_regrole('psyrad_central')) THEN
		DROP ROLE IF EXISTS psyrad_central;
	END IF;
EXCEPTION WHEN insufficient_privilege THEN
	RAISE WARNING 'role psyrad_central is left: role % may not drop it', current_user;
END $$;
COMMIT;
