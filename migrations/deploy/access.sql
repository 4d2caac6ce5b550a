-- Deploy psyrad:access to pg
-- Who may see what.  Rows of a site are open to the members of role psyrad_site_<site>, to nobody else, and not to the
-- tables' owner either.  Views belong to psyrad_view, a role without tables and without a site: PostgreSQL picks a table's
-- policies by the view's owner (so they name psyrad_view), but current_user in them is the caller, whose sites then decide.
BEGIN;
SET LOCAL ROLE psyrad_owner;

-- A plain expression that the planner inlines into each policy.  A missing role gives NULL, which is no access.
CREATE FUNCTION clinical.can_see_site(site text) RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE COST 5
	RETURN pg_catalog.pg_has_role(current_user, pg_catalog.to_regrole('psyrad_site_' || site), 'MEMBER');
COMMENT ON FUNCTION clinical.can_see_site(text) IS
	'Whether the caller is a member of role psyrad_site_<site>; NULL, which a policy takes as no, when there is no such role';

CREATE FUNCTION clinical.guard_by_site(target regclass) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
	EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
	EXECUTE format('CREATE POLICY site_read ON %s FOR SELECT TO psyrad_ingest, psyrad_analyst, psyrad_view USING (clinical.can_see_site(site))', target);
	EXECUTE format('CREATE POLICY site_insert ON %s FOR INSERT TO psyrad_ingest WITH CHECK (clinical.can_see_site(site))', target);
	EXECUTE format('CREATE POLICY site_update ON %s FOR UPDATE TO psyrad_ingest USING (clinical.can_see_site(site)) WITH CHECK (clinical.can_see_site(site))', target);
	EXECUTE format('GRANT SELECT ON %s TO psyrad_ingest, psyrad_analyst, psyrad_view', target);
	EXECUTE format('GRANT INSERT, UPDATE ON %s TO psyrad_ingest', target);
	-- Erasing a person is one function's, which asks for its caller's site (withdraw.sql); psyrad_withdraw logs in nowhere.
	EXECUTE format('CREATE POLICY withdraw ON %s TO psyrad_withdraw USING (current_user = ''psyrad_withdraw'')', target);
	EXECUTE format('GRANT SELECT, DELETE ON %s TO psyrad_withdraw', target);
END $$;
REVOKE EXECUTE ON FUNCTION clinical.guard_by_site(regclass) FROM PUBLIC;
COMMENT ON FUNCTION clinical.guard_by_site(regclass) IS
	'For migrations: puts a new subject-level table (it has a column site) under the site policies and grants; call it once, as psyrad_owner';

DO $$
DECLARE
	target regclass;
BEGIN
	FOREACH target IN ARRAY ARRAY['clinical.subject_key', 'clinical.subject', 'clinical.visit', 'clinical.score',
		'imaging.acquisition', 'imaging.vector', 'imaging.series', 'imaging.connectome',
		'intervention.session', 'model.prediction', 'model.training_subject', 'model.split_member']::regclass[]
	LOOP
		PERFORM clinical.guard_by_site(target);
	END LOOP;
	-- Partitions are reached through their parent.  Guarded without a policy, they are shut even where somebody grants them.
	FOREACH target IN ARRAY ARRAY['imaging.vector_default', 'imaging.series_default', 'imaging.connectome_default']::regclass[]
	LOOP
		EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
		EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
	END LOOP;
END $$;

-- Manifest: a file of one site is that site's; one of several or of none is everybody's once loaded; a refused one is its
-- loader's, since its path may name a subject whose site could not be told.  Who may see a row may bring its counts up to
-- date (a colleague loads a file again whose rejects have been dealt with); what the file was is nobody's to change.
ALTER TABLE ingest.file ENABLE ROW LEVEL SECURITY;
ALTER TABLE ingest.file FORCE ROW LEVEL SECURITY;
CREATE POLICY site_read ON ingest.file FOR SELECT TO psyrad_ingest, psyrad_analyst, psyrad_view
	USING (CASE WHEN site IS NOT NULL THEN clinical.can_see_site(site) ELSE status = 'loaded' OR loaded_by = current_user END);
CREATE POLICY site_insert ON ingest.file FOR INSERT TO psyrad_ingest
	WITH CHECK (loaded_by = current_user AND (site IS NULL OR clinical.can_see_site(site)));
CREATE POLICY site_update ON ingest.file FOR UPDATE TO psyrad_ingest
	USING (CASE WHEN site IS NOT NULL THEN clinical.can_see_site(site) ELSE status = 'loaded' OR loaded_by = current_user END)
	WITH CHECK (site IS NULL OR clinical.can_see_site(site));
GRANT SELECT ON ingest.file TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE (study, site, rows_read, rows_loaded, rows_unchanged, rows_rejected, message, supersedes, finished_at)
	ON ingest.file TO psyrad_ingest;

-- Rejects hold raw text that no check has passed: the loaders of the site alone read them, and may purge them.
ALTER TABLE ingest.reject ENABLE ROW LEVEL SECURITY;
ALTER TABLE ingest.reject FORCE ROW LEVEL SECURITY;
CREATE POLICY site_read ON ingest.reject FOR SELECT TO psyrad_ingest
	USING (CASE WHEN site IS NULL THEN loaded_by = current_user ELSE clinical.can_see_site(site) END);
CREATE POLICY site_insert ON ingest.reject FOR INSERT TO psyrad_ingest
	WITH CHECK (loaded_by = current_user AND (site IS NULL OR clinical.can_see_site(site)));
CREATE POLICY site_delete ON ingest.reject FOR DELETE TO psyrad_ingest
	USING (CASE WHEN site IS NULL THEN loaded_by = current_user ELSE clinical.can_see_site(site) END);
GRANT SELECT, INSERT, DELETE ON ingest.reject TO psyrad_ingest;

ALTER TABLE ingest.history ENABLE ROW LEVEL SECURITY;
ALTER TABLE ingest.history FORCE ROW LEVEL SECURITY;
CREATE POLICY site_read ON ingest.history FOR SELECT TO psyrad_ingest, psyrad_analyst
	USING (CASE WHEN site IS NULL THEN changed_by = current_user ELSE clinical.can_see_site(site) END);
CREATE POLICY site_insert ON ingest.history FOR INSERT TO psyrad_ingest
	WITH CHECK (changed_by = current_user AND (site IS NULL OR clinical.can_see_site(site)));
GRANT SELECT ON ingest.history TO psyrad_ingest, psyrad_analyst;
GRANT INSERT ON ingest.history TO psyrad_ingest;

CREATE POLICY withdraw ON ingest.file TO psyrad_withdraw USING (current_user = 'psyrad_withdraw');
CREATE POLICY withdraw ON ingest.reject TO psyrad_withdraw USING (current_user = 'psyrad_withdraw');
CREATE POLICY withdraw ON ingest.history TO psyrad_withdraw USING (current_user = 'psyrad_withdraw');
GRANT SELECT, UPDATE (path, sha256, bytes, options, batch, message) ON ingest.file TO psyrad_withdraw;
GRANT SELECT, DELETE ON ingest.reject, ingest.history TO psyrad_withdraw;

-- Reference tables hold nobody's data.
GRANT USAGE ON SCHEMA ingest, clinical, imaging, intervention, evidence, model TO psyrad_ingest, psyrad_analyst, psyrad_view, psyrad_withdraw;
GRANT SELECT ON
	clinical.site, clinical.scanner, clinical.study, clinical.arm, clinical.visit_plan,
	clinical.instrument, clinical.instrument_item, clinical.cutoff, clinical.factor,
	imaging.atlas, imaging.atlas_image, imaging.atlas_voxel, imaging.region_voxel, imaging.region, imaging.network, imaging.network_region, imaging.measure,
	imaging.feature_set, imaging.pipeline, imaging.study_pipeline, imaging.vector_load,
	intervention.acupoint, intervention.acupoint_alias, intervention.quantity_unit, intervention.protocol, intervention.protocol_point, intervention.protocol_quantity,
	evidence.study, evidence.effect
	TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE ON
	clinical.site, clinical.scanner, clinical.study, clinical.arm, clinical.visit_plan,
	imaging.atlas, imaging.atlas_image, imaging.atlas_voxel, imaging.region_voxel, imaging.region, imaging.network, imaging.network_region, imaging.measure,
	imaging.feature_set, imaging.study_pipeline,
	intervention.protocol, intervention.protocol_point, intervention.protocol_quantity,
	evidence.study, evidence.effect
	TO psyrad_ingest;
GRANT INSERT, UPDATE (description) ON imaging.pipeline TO psyrad_ingest;
GRANT INSERT, UPDATE ON imaging.vector_load TO psyrad_ingest; -- UPDATE, since who stores vectors locks what they refer to against deletion
-- A corrected sheet may list fewer points; what it replaces is kept in ingest.history.
GRANT DELETE ON intervention.protocol_point, intervention.protocol_quantity TO psyrad_ingest;

-- Documents and compiled models may hold training subjects' rows: they are the owner's alone, and model_use.sql scores with them.
GRANT SELECT (name, version, model_sha256, format, classes, positive, document_sha256, trained_on, simulated, registered_by, registered_at, file_id)
	ON model.registry TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT SELECT ON model.scoring_right, model.pin, model.retired, model.split TO psyrad_ingest, psyrad_analyst, psyrad_view;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA ingest, clinical, imaging TO psyrad_ingest;

-- Dashboards: schema report and nothing else.  Each of its views is granted where it is made; materialised views never are.
GRANT USAGE, CREATE ON SCHEMA report TO psyrad_view;
GRANT USAGE ON SCHEMA report TO psyrad_report, psyrad_analyst, psyrad_ingest;

RESET ROLE;
-- The views of schema imaging belong to psyrad_view as well.  As invoker views they would serve analysts, but a report view
-- over them would ask for the dashboard's own rights on the tables, which it must not have.
GRANT CREATE ON SCHEMA imaging TO psyrad_view;
ALTER VIEW imaging.primary OWNER TO psyrad_view;
ALTER VIEW imaging.pre_post OWNER TO psyrad_view;
ALTER VIEW imaging.region_value OWNER TO psyrad_view;
ALTER VIEW imaging.same_image OWNER TO psyrad_view;
ALTER VIEW imaging.voxel OWNER TO psyrad_view;
REVOKE CREATE ON SCHEMA imaging FROM psyrad_view;
SET LOCAL ROLE psyrad_view;
GRANT SELECT ON imaging.primary, imaging.pre_post, imaging.region_value, imaging.same_image, imaging.voxel TO psyrad_ingest, psyrad_analyst;
RESET ROLE;

DO $$
BEGIN
	-- Settings are taken at login and not inherited: README.md shows the same line for a dashboard's own login.
	EXECUTE format('ALTER ROLE psyrad_report IN DATABASE %I SET statement_timeout = ''60s''', current_database());
	-- Loaders stage files in temporary tables, also where the right to them was taken from everybody.
	EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO psyrad_ingest', current_database());
END $$;

COMMIT;
