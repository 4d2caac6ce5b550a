-- Verify psyrad:access on pg
-- Catalogue-wide rather than by a list, so that a table added later without its guard fails here too.
BEGIN;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY 1) INTO bad
	FROM pg_class c
	WHERE c.relnamespace::regnamespace::text IN ('ingest', 'clinical', 'imaging', 'intervention', 'evidence', 'model')
		AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
		AND (c.oid = 'ingest.file'::regclass
			OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'subject_id' AND NOT attisdropped));
	ASSERT bad IS NULL, 'tables with subjects'' rows are not under forced row-level security: ' || bad;

	SELECT string_agg(format('%s (%s)', c.oid::regclass, p.polname), ', ' ORDER BY 1) INTO bad
	FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
	WHERE c.relowner = 'psyrad_owner'::regrole AND (p.polroles = '{0}' OR pg_get_expr(coalesce(p.polqual, p.polwithcheck), p.polrelid) !~* 'can_see_site|current_user');
	ASSERT bad IS NULL, 'policies for everybody or without a site: ' || bad;

	SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY 1) INTO bad
	FROM pg_class c
	WHERE c.relnamespace::regnamespace::text IN ('ingest', 'clinical', 'imaging', 'intervention', 'evidence', 'model')
		AND c.relkind IN ('r', 'p', 'v', 'm')
		AND (has_any_column_privilege('psyrad_report', c.oid, 'SELECT, INSERT, UPDATE')
			OR has_any_column_privilege('public', c.oid, 'SELECT, INSERT, UPDATE')
			OR has_table_privilege('psyrad_analyst', c.oid, 'DELETE, TRUNCATE, TRIGGER, REFERENCES')
			OR has_any_column_privilege('psyrad_analyst', c.oid, 'INSERT, UPDATE')
			OR (c.relkind IN ('r', 'p') AND has_any_column_privilege('psyrad_view', c.oid, 'INSERT, UPDATE')));
	ASSERT bad IS NULL, 'somebody holds more on these than access.sql grants: ' || bad;

	SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY 1) INTO bad
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'subject_id'
	WHERE c.relnamespace::regnamespace::text IN ('clinical', 'imaging', 'model') AND c.relkind IN ('r', 'p')
		AND has_table_privilege('psyrad_ingest', c.oid, 'DELETE');
	ASSERT bad IS NULL, 'psyrad_ingest may delete subjects'' rows from: ' || bad;

	ASSERT has_table_privilege('psyrad_analyst', 'imaging.primary', 'SELECT'), 'psyrad_analyst cannot read imaging.primary';
	ASSERT has_table_privilege('psyrad_view', 'clinical.score', 'SELECT'), 'psyrad_view cannot read clinical.score';
	SELECT string_agg(format('%s: %s', r.role, a.attname), ', ' ORDER BY 1) INTO bad
	FROM (VALUES ('psyrad_ingest'), ('psyrad_analyst'), ('psyrad_view'), ('psyrad_report')) r(role), pg_attribute a
	WHERE a.attrelid = 'model.registry'::regclass AND a.attname IN ('model', 'document') AND has_column_privilege(r.role, 'model.registry', a.attname, 'SELECT');
	ASSERT bad IS NULL, 'others than the owner read models: ' || bad;
	ASSERT NOT has_any_column_privilege('psyrad_ingest', 'model.registry', 'INSERT, UPDATE'), 'psyrad_ingest writes model.registry past model.register';
	ASSERT NOT has_schema_privilege('psyrad_report', 'clinical', 'USAGE'), 'psyrad_report reaches schema clinical';
	ASSERT has_schema_privilege('psyrad_view', 'report', 'CREATE'), 'psyrad_view cannot make views in schema report';
	ASSERT NOT has_function_privilege('psyrad_ingest', 'clinical.guard_by_site(regclass)', 'EXECUTE'), 'psyrad_ingest may change policies';

	SELECT string_agg(oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class
	WHERE relnamespace::regnamespace::text IN ('clinical', 'imaging', 'report') AND relkind = 'v'
		AND (relowner <> 'psyrad_view'::regrole OR coalesce(reloptions::text ~ 'security_invoker=(true|on|1)', false));
	ASSERT bad IS NULL, 'views that do not read as psyrad_view: ' || bad;
	ASSERT NOT EXISTS (SELECT FROM pg_auth_members WHERE member = 'psyrad_view'::regrole), 'psyrad_view is a member of some role, and so may see rows by itself';
	ASSERT NOT EXISTS (SELECT FROM pg_class WHERE relowner = 'psyrad_view'::regrole AND relkind IN ('r', 'p')), 'psyrad_view owns a table';
	ASSERT EXISTS (SELECT FROM pg_db_role_setting, unnest(setconfig) setting
		WHERE setrole = 'psyrad_report'::regrole AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND setting LIKE 'statement\_timeout=%'), 'psyrad_report has no statement_timeout';
END $$;
ROLLBACK;
