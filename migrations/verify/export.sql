-- Verify psyrad:export on pg
BEGIN;
DO $$
DECLARE
	export regprocedure;
BEGIN
	FOREACH export IN ARRAY ARRAY['federation.export_state(text, text, text, text, text, text, text, double precision[], text)', 'federation.export_combat(text, text, text, text, text)',
		'federation.export_icc(text, text, text, text[])']::regprocedure[]
	LOOP
		ASSERT (SELECT prosecdef AND proowner = 'psyrad_export'::regrole AND proconfig @> ARRAY['row_security=on'] FROM pg_proc WHERE oid = export), 'an export does not run as psyrad_export under row security';
		ASSERT NOT has_function_privilege('public', export, 'EXECUTE'), 'everybody may export';
		ASSERT has_function_privilege('psyrad_federation', export, 'EXECUTE'), 'psyrad_federation may not export';
	END LOOP;
	ASSERT NOT (SELECT rolcanlogin OR rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = 'psyrad_export'), 'psyrad_export may log in or bypasses row security';
	ASSERT NOT has_any_column_privilege('psyrad_export', 'federation.setting', 'INSERT, UPDATE'), 'psyrad_export may change the minimum n';
	ASSERT NOT has_any_column_privilege('psyrad_federation', 'federation.export_log', 'SELECT, INSERT, UPDATE'), 'psyrad_federation may read the log';
	ASSERT (SELECT count(*) = 1 FROM federation.setting), 'there is no minimum n';
END $$;
ROLLBACK;
