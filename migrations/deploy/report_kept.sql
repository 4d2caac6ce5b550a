-- Deploy psyrad:report_kept to pg
-- Views of schema report over every scan and rating of a large study take from a tenth of a second to many seconds.  Their answers are kept
-- here, as the rows that the view gave to somebody with the same rights: report.X gives the kept rows where there are any that no load
-- has overtaken, and asks the view itself (report_kept.X) where there are none.  An answer is therefore never stale, only slower until
-- report.refresh has run, which loading does at its end.
--
-- What makes an answer stale is a mark, which a trigger sets in the writer's own transaction, one for each table written to.  A writer that
-- finds a mark locks it against being taken away before the writer's end; report.refresh takes away the marks that nobody holds, and what
-- they made stale, before it reads.  Whoever commits while it reads has left a mark of his own, then, or holds one.
--
-- Whose rights an answer is of is said by its roles: those of the sites that its maker sees, and while some study is masked, whether arms
-- and sessions were open.  Readers get answers of just their own roles, and the row policy shows none of a role that they do not have.
--
-- A loader keeps the answers for readers with just its own rights, and nobody can make those of other rights without having them.  For the
-- dashboards that show several sites together there is psyrad_central, a role that logs in nowhere: a site whose people they may show says
-- GRANT psyrad_site_<site> TO psyrad_central, and whoever loads has a function of that role keep the answers for these sites as well.  It
-- tells the loader how many it kept, and nothing of what they say.
BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp; -- pg_get_viewdef names everything in full then

DO $$
BEGIN
	IF to_regrole('psyrad_central') IS NULL THEN
		CREATE ROLE psyrad_central NOLOGIN;
	END IF;
	IF NOT pg_has_role(current_user, 'psyrad_central', 'MEMBER') THEN
		EXECUTE 'GRANT psyrad_central TO CURRENT_USER';
	END IF;
	GRANT psyrad_report TO psyrad_central;
END $$;

CREATE SCHEMA report_kept AUTHORIZATION psyrad_owner;
SET LOCAL ROLE psyrad_owner;
COMMENT ON SCHEMA report_kept IS 'Answers of the views of schema report that are kept, and those views as they are asked where none is';
GRANT USAGE, CREATE ON SCHEMA report_kept TO psyrad_view;
GRANT USAGE ON SCHEMA report_kept TO psyrad_ingest, psyrad_central;

CREATE TABLE report_kept.kept_view (
	view_name text PRIMARY KEY,
	place     int NOT NULL UNIQUE,
	tables    text[] NOT NULL
);
COMMENT ON TABLE report_kept.kept_view IS 'The views whose answers are kept, with every table that they read; in the order in which they are refreshed';

CREATE TABLE report_kept.answer (
	view_name text NOT NULL REFERENCES report_kept.kept_view,
	roles     text[] NOT NULL,
	rows      json NOT NULL,
	made_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (view_name, roles)
);
COMMENT ON TABLE report_kept.answer IS 'Rows that views gave: for report.refresh and the views of schema report alone';
COMMENT ON COLUMN report_kept.answer.roles IS 'What its maker may see: the sites'' roles in byte order, and psyrad_ingest and psyrad_unblinded where some study is masked';
COMMENT ON COLUMN report_kept.answer.rows IS 'All rows in the view''s order; json, not jsonb, which would lose the sign of zero';

-- Without a key: a table has as many marks as there were writers at once that could not share one.
CREATE TABLE report_kept.mark (
	table_name text NOT NULL
);
COMMENT ON TABLE report_kept.mark IS 'Tables that were written to since report.refresh last took their marks away';

CREATE FUNCTION report_kept.is_member(reader name, roles text[]) RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN (SELECT coalesce(bool_and(coalesce(pg_has_role(reader, to_regrole(r), 'MEMBER'), false)), true) FROM unnest(roles) r);
COMMENT ON FUNCTION report_kept.is_member(name, text[]) IS 'Whether the reader is a member of each of the roles; false for a role that there is not';

ALTER TABLE report_kept.answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE report_kept.answer FORCE ROW LEVEL SECURITY;
CREATE POLICY roles_read ON report_kept.answer FOR SELECT TO psyrad_ingest, psyrad_central, psyrad_view USING (report_kept.is_member(current_user, roles));
CREATE POLICY roles_insert ON report_kept.answer FOR INSERT TO psyrad_ingest, psyrad_central WITH CHECK (report_kept.is_member(current_user, roles));
CREATE POLICY sweep ON report_kept.answer TO psyrad_owner USING (current_user = 'psyrad_owner');
GRANT SELECT ON report_kept.kept_view, report_kept.answer, report_kept.mark TO psyrad_ingest, psyrad_central, psyrad_view;
GRANT INSERT ON report_kept.answer TO psyrad_ingest, psyrad_central;

-- For every statement that writes to a table under a kept view; its name is the argument, since a partition's trigger marks the whole.
CREATE FUNCTION report_kept.set_mark() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Who withdrew is in no answer from then on; no refresh that still saw the person may end later.
	IF TG_ARGV[0] = 'clinical.subject_key' AND TG_OP IN ('DELETE', 'TRUNCATE') THEN
		PERFORM pg_advisory_xact_lock(hashtextextended('report.refresh', 7));
		DELETE FROM report_kept.answer;
	END IF;
	IF current_setting('transaction_isolation') = 'read committed' THEN -- else a mark taken away since would be an error
		PERFORM FROM report_kept.mark m WHERE m.table_name = TG_ARGV[0] LIMIT 1 FOR KEY SHARE SKIP LOCKED;
		IF FOUND THEN
			RETURN NULL;
		END IF;
	END IF;
	INSERT INTO report_kept.mark VALUES (TG_ARGV[0]);
	RETURN NULL;
END $$;
COMMENT ON FUNCTION report_kept.set_mark() IS 'Trigger: marks the table as written to, so that answers from it are not used any more';

CREATE FUNCTION report_kept.sweep() RETURNS void
	LANGUAGE sql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	WITH taken AS (
		DELETE FROM report_kept.mark m WHERE m.ctid = ANY (ARRAY(SELECT f.ctid FROM report_kept.mark f FOR UPDATE SKIP LOCKED)) RETURNING m.table_name
	)
	DELETE FROM report_kept.answer a USING report_kept.kept_view v
	WHERE v.view_name = a.view_name AND v.tables && ARRAY(SELECT t.table_name FROM taken t);
END;
COMMENT ON FUNCTION report_kept.sweep() IS 'For report.refresh: takes away the marks that no writer holds, and the answers that they made stale, whoever made these';

CREATE FUNCTION report_kept.has_people(least_people int) RETURNS boolean
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT count(*) FROM (SELECT FROM report_kept.person LIMIT has_people.least_people) k) >= has_people.least_people;
END $$;
COMMENT ON FUNCTION report_kept.has_people(int) IS 'Whether the caller sees at least so many people';

CREATE FUNCTION report_kept.keep(least_people int) RETURNS int
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	SET extra_float_digits = 1 -- numbers in their answer's text are exact
	SET jit = off
AS $$
DECLARE
	mine text[] := (SELECT r.roles FROM report_kept.reader r);
	view text;
	made int := 0;
BEGIN
	IF NOT report_kept.has_people(least_people) THEN
		RETURN 0;
	END IF;
	FOR view IN
		SELECT v.view_name FROM report_kept.kept_view v
		WHERE NOT EXISTS (SELECT FROM report_kept.answer a WHERE (a.view_name, a.roles) = (v.view_name, mine))
			AND NOT EXISTS (SELECT FROM report_kept.mark m WHERE m.table_name = ANY (v.tables))
		ORDER BY v.place
	LOOP
		EXECUTE format('INSERT INTO report_kept.answer (view_name, roles, rows) SELECT %L, $1, coalesce(json_agg(v), ''[]'') FROM report_kept.%I v', view, view) USING mine;
		made := made + 1;
	END LOOP;
	RETURN made;
END $$;
COMMENT ON FUNCTION report_kept.keep(int) IS 'For report.refresh: makes the answers that are wanting for readers with the rights of whoever it runs as; returns how many';

-- What an error would say may be of people whom the caller must not see.
CREATE FUNCTION report_kept.keep_central(least_people int) RETURNS int
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET row_security = on
	SET client_min_messages = error
AS $$
BEGIN
	IF cardinality((SELECT r.roles FROM report_kept.reader r)) > 0 THEN -- some site was granted
		RETURN report_kept.keep(least_people);
	END IF;
	RETURN 0;
EXCEPTION WHEN OTHERS THEN
	RAISE LOG 'report.refresh: the answers of psyrad_central could not be kept (SQLSTATE %)', SQLSTATE;
	RETURN 0;
END $$;
COMMENT ON FUNCTION report_kept.keep_central(int) IS 'For report.refresh: report_kept.keep as psyrad_central; 0 where that fails, which the server''s log alone says';

CREATE FUNCTION report_kept.central_has_people(least_people int) RETURNS boolean
	LANGUAGE plpgsql STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET row_security = on
AS $$ BEGIN RETURN report_kept.has_people(least_people); END $$;
COMMENT ON FUNCTION report_kept.central_has_people(int) IS 'Whether the sites that were granted to psyrad_central have at least so many people';

CREATE FUNCTION report.keeps_answers(least_people int DEFAULT 2000) RETURNS boolean
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$ BEGIN RETURN report_kept.has_people(least_people) OR report_kept.central_has_people(least_people); END $$;
COMMENT ON FUNCTION report.keeps_answers(int) IS 'Whether report.refresh keeps anything, for the caller''s rights or for psyrad_central: with fewer people it ends at once';

CREATE FUNCTION report.refresh(least_people int DEFAULT 2000) RETURNS int
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE active_sql_transaction USING
			MESSAGE = format('report.refresh in a transaction of isolation level %s', current_setting('transaction_isolation')),
			HINT = 'Its snapshot may be older than the marks that are taken away: refresh in a transaction of its own, READ COMMITTED.';
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended('report.refresh', 7));
	PERFORM report_kept.sweep();
	RETURN report_kept.keep(least_people) + report_kept.keep_central(least_people);
END $$;
COMMENT ON FUNCTION report.refresh(int) IS
	'Keeps the answers of the report''s slow views, where a load made them stale or nobody asked yet: for readers who may see just what the caller sees, and for those who may see just the sites that were granted to psyrad_central; returns how many.  Where that is fewer than least_people people nothing is kept: the views are fast there.  For members of psyrad_ingest, in a transaction of its own.  Errors: 25001 another isolation level than READ COMMITTED';

GRANT CREATE ON SCHEMA report_kept TO psyrad_central;
RESET ROLE;
ALTER FUNCTION report_kept.keep_central(int) OWNER TO psyrad_central;
ALTER FUNCTION report_kept.central_has_people(int) OWNER TO psyrad_central;
SET LOCAL ROLE psyrad_owner;
REVOKE CREATE ON SCHEMA report_kept FROM psyrad_central;
REVOKE EXECUTE ON FUNCTION report_kept.set_mark(), report_kept.sweep(), report_kept.has_people(int), report_kept.keep(int), report.keeps_answers(int), report.refresh(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report_kept.sweep(), report_kept.has_people(int), report_kept.keep(int), report.keeps_answers(int), report.refresh(int) TO psyrad_ingest;
GRANT EXECUTE ON FUNCTION report_kept.has_people(int), report_kept.keep(int) TO psyrad_central;
SET LOCAL ROLE psyrad_central;
REVOKE EXECUTE ON FUNCTION report_kept.keep_central(int), report_kept.central_has_people(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report_kept.keep_central(int), report_kept.central_has_people(int) TO psyrad_ingest;

SET LOCAL ROLE psyrad_view;
CREATE VIEW report_kept.reader AS
SELECT ARRAY(
	SELECT r.role FROM (
		SELECT 'psyrad_site_' || s.site AS role FROM clinical.site s
		UNION ALL
		SELECT o.role FROM (VALUES ('psyrad_ingest'), ('psyrad_unblinded')) o(role) WHERE EXISTS (SELECT FROM clinical.study t WHERE t.masked)
	) r
	WHERE pg_has_role(current_user, to_regrole(r.role), 'MEMBER')
	ORDER BY r.role COLLATE "C") AS roles;
COMMENT ON VIEW report_kept.reader IS 'The roles of the caller that decide what the row policies and masking show';

CREATE VIEW report_kept.fresh AS
SELECT a.view_name, a.rows
FROM report_kept.answer a
JOIN report_kept.kept_view v USING (view_name)
WHERE a.roles = (SELECT r.roles FROM report_kept.reader r) AND NOT EXISTS (SELECT FROM report_kept.mark m WHERE m.table_name = ANY (v.tables));
COMMENT ON VIEW report_kept.fresh IS 'Answers that are the caller''s and that no write has overtaken';

CREATE VIEW report_kept.person AS SELECT k.subject_id FROM clinical.subject_key k;
COMMENT ON VIEW report_kept.person IS 'People whom the caller may see, to be counted';
GRANT SELECT ON report_kept.reader, report_kept.fresh, report_kept.person TO psyrad_ingest, psyrad_central;
RESET ROLE;

---------------------------------------------------------------------------------------------------- the views

-- What a view asks stands here from now on, and the view of the report itself, which its readers go on reading, says when: an answer is
-- made of kept answers therefore, and readers stand after what they read.  Which tables a view reads is taken from the catalogue, and so is
-- that its answer depends on nothing else: no function of ours but pure ones, and no policy but those by site and masking.
DO $do$
DECLARE
	place  int := 0;
	view   name;
	target regclass;
	bad    text;
	names  text[];
	part   regclass;
BEGIN
	FOREACH view IN ARRAY ARRAY[
		'content', 'hamd_by_visit', 'hamd_line', 'outcome_rate', 'treatment', 'treatment_by_arm', 'treatment_histogram', 'missing_by_visit',
		'connection_test', 'connection', 'connection_person', 'connection_combat', 'connection_variant', 'connection_sensitivity',
		'region_by_group', 'region_by_group_first', 'region_effect', 'harmonisation', 'harmonisation_summary',
		'qc_fc_test', 'qc_fc_edge', 'qc_fc', 'qc_fc_histogram', 'pipeline_compare', 'pipeline', 'series_by_site', 'acquisition_by_scanner',
		'model_performance', 'model_calibration', 'model_decision_curve', 'model_roc', 'model_confusion']
	LOOP
		place := place + 1;
		target := format('report.%I', view)::regclass;
		WITH RECURSIVE reached AS (
			SELECT target::oid AS oid
			UNION
			SELECT d.refobjid FROM reached r
			JOIN pg_rewrite w ON w.ev_class = r.oid
			JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
			WHERE d.refobjid <> 'report_kept.fresh'::regclass
		), called AS (
			SELECT DISTINCT p.oid FROM reached r
			JOIN pg_rewrite w ON w.ev_class = r.oid
			JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_proc'::regclass
			JOIN pg_proc p ON p.oid = d.refobjid
			WHERE p.provolatile <> 'i'
		), ruled AS (
			SELECT p.polname, p.polrelid FROM reached r JOIN pg_policy p ON p.polrelid = r.oid
			WHERE 'psyrad_view'::regrole = ANY (p.polroles) AND (p.polrelid, p.polname) <> ('intervention.session'::regclass, 'masked_arms')
				AND pg_get_expr(p.polqual, p.polrelid) <> 'clinical.can_see_site(site)'
		)
		SELECT (SELECT array_agg(t.name ORDER BY t.name COLLATE "C") FROM (
				SELECT c.oid::regclass::text AS name FROM reached r JOIN pg_class c USING (oid) WHERE c.relkind IN ('r', 'p')
				UNION VALUES ('clinical.study'), ('clinical.site')) t),
			(SELECT string_agg(m.what, ', ' ORDER BY m.what) FROM (
				SELECT oid::regprocedure::text FROM called
				UNION ALL SELECT format('policy %s on %s', polname, polrelid::regclass) FROM ruled) m(what))
		INTO names, bad;
		ASSERT bad IS NULL, format('what report.%I answers may depend on more than its tables and the caller''s sites: %s', view, bad);

		SET LOCAL ROLE psyrad_owner;
		INSERT INTO report_kept.kept_view VALUES (view, place, names);
		FOR part IN SELECT p.relid FROM unnest(names) n, pg_partition_tree(n::regclass) p
			UNION SELECT n::regclass FROM unnest(names) n
		LOOP
			CONTINUE WHEN EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = part AND g.tgname = 'report_kept');
			EXECUTE format('CREATE TRIGGER report_kept AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION report_kept.set_mark(%L)',
				part, coalesce(pg_partition_root(part), part)::text);
		END LOOP;
		SET LOCAL ROLE psyrad_view;
		EXECUTE format('CREATE VIEW report_kept.%I AS %s', view, pg_get_viewdef(target));
		EXECUTE format('COMMENT ON VIEW report_kept.%1$I IS %2$L', view, format('report.%s as it is asked where no answer is kept', view));
		EXECUTE format('GRANT SELECT ON report_kept.%I TO psyrad_ingest, psyrad_central', view);
		EXECUTE format('CREATE OR REPLACE VIEW report.%1$I AS
			SELECT r.* FROM report_kept.fresh f CROSS JOIN LATERAL json_populate_recordset(NULL::report_kept.%1$I, f.rows) r WHERE f.view_name = %1$L
			UNION ALL
			SELECT v.* FROM report_kept.%1$I v WHERE NOT EXISTS (SELECT FROM report_kept.fresh f WHERE f.view_name = %1$L)', view);
		RESET ROLE;
	END LOOP;
	-- A view's plan has both the kept answer and the question in it: compiling that takes many seconds, and either takes milliseconds.
	EXECUTE format('ALTER DATABASE %I SET jit = off', current_database());
END $do$;

COMMIT;
