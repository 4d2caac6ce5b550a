-- Verify psyrad:report_kept on pg
BEGIN;
SELECT view_name, place, tables FROM report_kept.kept_view WHERE false;
SELECT view_name, roles, rows, made_at FROM report_kept.answer WHERE false;
SELECT table_name FROM report_kept.mark WHERE false;
-- Whatever a kept view reads is watched, through partitions as well, and the view itself is still there.
SELECT 1 / (count(*) = 0)::int FROM report_kept.kept_view v CROSS JOIN unnest(v.tables) t(name), LATERAL (
		SELECT t.name::regclass AS part UNION SELECT p.relid FROM pg_partition_tree(t.name::regclass) p) p
	WHERE NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = p.part AND g.tgname = 'report_kept')
		OR to_regclass(format('report_kept.%I', v.view_name)) IS NULL OR to_regclass(format('report.%I', v.view_name)) IS NULL;
DO $$
BEGIN
	ASSERT (SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = 'report_kept.answer'::regclass), 'kept answers are not under forced row-level security';
	ASSERT NOT has_schema_privilege('psyrad_report', 'report_kept', 'USAGE'), 'dashboards reach kept answers other than through report';
	ASSERT NOT has_function_privilege('psyrad_report', 'report.refresh(int)', 'EXECUTE'), 'dashboards refresh';
	ASSERT NOT (SELECT rolcanlogin OR rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = 'psyrad_central'), 'psyrad_central may log in or bypasses row security';
	ASSERT (SELECT count(*) = 2 FROM pg_proc WHERE proowner = 'psyrad_central'::regrole AND prosecdef AND proconfig @> ARRAY['row_security=on']), 'not just two functions run as psyrad_central, under row security';
	ASSERT NOT has_function_privilege('public', 'report_kept.keep_central(int)', 'EXECUTE') AND NOT has_schema_privilege('psyrad_central', 'report_kept', 'CREATE'), 'psyrad_central is open to others';
END $$;
ROLLBACK;
