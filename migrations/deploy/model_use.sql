-- Deploy psyrad:model_use to pg
-- Scoring with registered models by name, and managing them.  The functions run as psyrad_owner, who alone reads models, and
-- ask for the rights of whom the session acts as: current_user would be the owner in them, so model.caller() it is.
--
-- A scoring function makes one reference to the compiled model (psyrad.model_served) and uses it at once; no function
-- returns a model.  Who may score can still learn about a model by scoring often: rights do not prevent that.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE FUNCTION model.caller() RETURNS name
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN CASE pg_catalog.current_setting('role') WHEN 'none' THEN session_user ELSE pg_catalog.current_setting('role')::name END;
COMMENT ON FUNCTION model.caller() IS 'Whom the session acts as: the role of SET ROLE, or the login; also within SECURITY DEFINER functions';

CREATE FUNCTION model.caller_can_see_site(site text) RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE COST 5
	RETURN pg_catalog.pg_has_role(model.caller(), pg_catalog.to_regrole('psyrad_site_' || site), 'MEMBER');
COMMENT ON FUNCTION model.caller_can_see_site(text) IS 'clinical.can_see_site of whom the session acts as, for what SECURITY DEFINER functions write';

---------------------------------------------------------------------------------------------------- rights

CREATE FUNCTION model.can_score(name text) RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	RETURN pg_has_role(model.caller(), 'psyrad_owner', 'MEMBER') OR EXISTS (
		SELECT FROM model.scoring_right r
		WHERE r.name = can_score.name AND pg_has_role(model.caller(), to_regrole(quote_ident(r.grantee)), 'MEMBER'));
COMMENT ON FUNCTION model.can_score(text) IS 'Whether the caller may score with the model: granted to a role it is a member of, or a member of psyrad_owner';

CREATE FUNCTION model.can_manage(name text) RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	RETURN pg_has_role(model.caller(), 'psyrad_owner', 'MEMBER') OR EXISTS (
		SELECT FROM model.scoring_right r
		WHERE r.name = can_manage.name AND r.may_manage AND pg_has_role(model.caller(), to_regrole(quote_ident(r.grantee)), 'MEMBER'));
COMMENT ON FUNCTION model.can_manage(text) IS 'Whether the caller may add versions of the model, pin, retire and grant: who registered it first, to whom that was granted, or a member of psyrad_owner';

CREATE FUNCTION model.require_management(name text) RETURNS void
	LANGUAGE plpgsql STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM model.registry r WHERE r.name = require_management.name) THEN
		RAISE undefined_object USING MESSAGE = format('there is no model %s', quote_literal(name));
	END IF;
	IF NOT model.can_manage(name) THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('role %I may not manage model %s', model.caller(), name),
			HINT = format('Let who may run: SELECT model.grant_scoring(%L, %L, may_manage => true);', name, model.caller());
	END IF;
END $$;
COMMENT ON FUNCTION model.require_management(text) IS 'Raises unless the model exists and the caller may manage it';

---------------------------------------------------------------------------------------------------- which version

CREATE FUNCTION model.version(name text) RETURNS int
	LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	RETURN coalesce((SELECT p.version FROM model.pin p WHERE p.name = version.name),
		(SELECT max(r.version) FROM model.registry r WHERE r.name = version.name
			AND NOT EXISTS (SELECT FROM model.retired t WHERE (t.name, t.version) = (r.name, r.version))));
COMMENT ON FUNCTION model.version(text) IS 'The version that a name stands for: the pinned one, else the newest that is not retired; NULL when there is none';

CREATE FUNCTION model.version_rule(name text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	RETURN CASE
		WHEN NOT EXISTS (SELECT FROM model.registry r WHERE r.name = version_rule.name) THEN NULL
		WHEN EXISTS (SELECT FROM model.pin p WHERE p.name = version_rule.name) THEN
			(SELECT format('version %s: pinned by %s on %s (%s)', p.version, p.pinned_by, p.pinned_at::date, p.reason) FROM model.pin p WHERE p.name = version_rule.name)
		WHEN model.version(version_rule.name) IS NULL THEN 'none: every version is retired'
		ELSE format('version %s: the newest that is not retired', model.version(version_rule.name)) END;
COMMENT ON FUNCTION model.version_rule(text) IS 'Which version a name stands for, and by which rule; NULL when there is no such model';

CREATE FUNCTION model.which(name text, OUT version int, OUT rule text, OUT model_sha256 text, OUT document_sha256 text,
	OUT trained_on text, OUT simulated boolean, OUT registered_by name, OUT registered_at timestamptz)
	LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT r.version, model.version_rule(r.name), encode(r.model_sha256, 'hex'), encode(r.document_sha256, 'hex'), r.trained_on, r.simulated,
		r.registered_by, r.registered_at
	FROM model.registry r WHERE r.name = which.name AND r.version = model.version(which.name);
END;
COMMENT ON FUNCTION model.which(text) IS 'The version that a name stands for, why, and where it comes from';

-- name, or name@version for a certain one, retired or not.
CREATE FUNCTION model.pick(name text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bare    text := split_part(name, '@', 1);
	wanted  int := CASE WHEN name ~ '@[0-9]{1,9}$' THEN split_part(name, '@', 2)::int ELSE model.version(bare) END;
	found   bytea;
BEGIN
	IF NOT model.can_score(bare) THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('there is no model %s that role %I may score with', quote_literal(bare), model.caller()),
			HINT = format('Let who manages it run: SELECT model.grant_scoring(%L, %L);', bare, model.caller());
	END IF;
	SELECT r.model_sha256 INTO found FROM model.registry r WHERE r.name = bare AND r.version = wanted;
	IF found IS NULL THEN
		RAISE undefined_object USING MESSAGE = CASE
			WHEN NOT EXISTS (SELECT FROM model.registry r WHERE r.name = bare) THEN format('there is no model %s', quote_literal(bare))
			WHEN wanted IS NULL THEN format('every version of model %s is retired', bare)
			ELSE format('model %s has no version %s', bare, wanted) END;
	END IF;
	RETURN wanted || ':' || encode(found, 'hex');
END $$;
COMMENT ON FUNCTION model.pick(text) IS 'For psyrad.model_served: version and hash of what the caller scores with by this name (or name@version); raises when it has no right to';

CREATE FUNCTION model.serve(name text, key text) RETURNS psyrad.model
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	RETURN (SELECT r.model FROM model.registry r WHERE r.name = split_part(serve.name, '@', 1) AND r.version = split_part(key, ':', 1)::int
		AND encode(r.model_sha256, 'hex') = split_part(key, ':', 2));
COMMENT ON FUNCTION model.serve(text, text) IS 'For psyrad.model_served; the owner''s alone';

---------------------------------------------------------------------------------------------------- scoring

DO $do$
DECLARE
	f record;
BEGIN
	-- Two of each: features as an array in the model's order, and as a jsonb object by name.
	FOR f IN
		SELECT * FROM (VALUES
			('predict', 'model_predict', 'text', '', '', 'The label that the model predicts'),
			('score', 'model_score', 'float8', '', '', 'The regression value, or the probability of the positive class'),
			('proba', 'model_proba', 'float8[]', '', '', 'The probabilities of all classes, in the order of model.classes'),
			('decision', 'model_decision', 'float8[]', '', '', 'The decision values'),
			('explain', 'model_explain', 'float8[]', ', class text DEFAULT NULL', ', class', 'What each feature contributed to the margin'))
			v(name, calls, returns, more, passes, meaning),
			(VALUES ('anyarray', 'an array in the order of model.features'), ('jsonb', 'a jsonb object by feature name')) t(features, how)
	LOOP
		EXECUTE format($sql$
			CREATE FUNCTION model.%1$I(name text, features %2$s%3$s) RETURNS %4$s
				LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE SECURITY DEFINER COST 200
				SET search_path = pg_catalog, pg_temp
			AS $body$ BEGIN
				RETURN psyrad.%5$I(psyrad.model_served('model.pick(text)', 'model.serve(text,text)', name), features%6$s);
			END $body$$sql$, f.name, f.features, f.more, f.returns, f.calls, f.passes);
		EXECUTE format('COMMENT ON FUNCTION model.%I(text, %s%s) IS %L', f.name, f.features, CASE WHEN f.more = '' THEN '' ELSE ', text' END,
			f.meaning || ' by the registered model of that name (model.version_rule says which version; name@3 is version 3), as psyrad.'
			|| f.calls || '; features: ' || f.how || '. Needs the right to score, not to read: model.grant_scoring');
	END LOOP;
	FOR f IN
		SELECT * FROM (VALUES
			('features', 'model_features', 'text[]', '', '', 'Names of the features, in the order in which arrays must give them'),
			('classes', 'model_classes', 'text[]', '', '', 'Labels of the classes, in the order of model.proba; NULL for a regression'),
			('describe', 'model_describe', 'jsonb', '', '', 'Task, classes, policies, kinds of steps and estimator; no coefficients and no vectors'),
			('explain_base', 'model_explain_base', 'float8', ', class text DEFAULT NULL', ', class', 'The expected margin that model.explain starts from'))
			v(name, calls, returns, more, passes, meaning)
	LOOP
		EXECUTE format($sql$
			CREATE FUNCTION model.%1$I(name text%2$s) RETURNS %3$s
				LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE SECURITY DEFINER COST 200
				SET search_path = pg_catalog, pg_temp
			AS $body$ BEGIN
				RETURN psyrad.%4$I(psyrad.model_served('model.pick(text)', 'model.serve(text,text)', name)%5$s);
			END $body$$sql$, f.name, f.more, f.returns, f.calls, f.passes);
		EXECUTE format('COMMENT ON FUNCTION model.%I(text%s) IS %L', f.name, CASE WHEN f.more = '' THEN '' ELSE ', text' END,
			f.meaning || '; of the registered model of that name, for who may score with it');
	END LOOP;
END $do$;

---------------------------------------------------------------------------------------------------- managing

-- Everything that a role needs to score by name, and nothing that reads.
CREATE FUNCTION model.open_scoring(grantee name) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	f regprocedure;
BEGIN
	EXECUTE format('GRANT USAGE ON SCHEMA model TO %I', grantee);
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'model'::regnamespace
		AND p.proname IN ('predict', 'score', 'proba', 'decision', 'explain', 'explain_base', 'features', 'classes', 'describe', 'can_score',
			'version', 'version_rule', 'which', 'caller')
	LOOP
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', f, grantee);
	END LOOP;
END $$;
COMMENT ON FUNCTION model.open_scoring(name) IS 'Lets a role call the scoring functions; each of them asks for the right to its model';

CREATE FUNCTION model.grant_scoring(name text, grantee name, may_manage boolean DEFAULT false) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	PERFORM model.require_management(grant_scoring.name);
	IF to_regrole(quote_ident(grant_scoring.grantee)) IS NULL THEN
		RAISE undefined_object USING MESSAGE = format('there is no role %I', grant_scoring.grantee);
	END IF;
	PERFORM model.open_scoring(grant_scoring.grantee);
	INSERT INTO model.scoring_right AS r (name, grantee, may_manage, granted_by)
	VALUES (grant_scoring.name, grant_scoring.grantee, grant_scoring.may_manage, model.caller())
	ON CONFLICT (name, grantee) DO UPDATE SET may_manage = r.may_manage OR excluded.may_manage;
END $$;
COMMENT ON FUNCTION model.grant_scoring(text, name, boolean) IS
	'Lets a role and its members score with all versions of a model, without reading it; may_manage: also add versions, pin, retire and grant.  It covers direct access: who may score can still learn about a model by scoring often';

CREATE FUNCTION model.revoke_scoring(name text, grantee name) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM model.require_management(name);
	DELETE FROM model.scoring_right r WHERE r.name = revoke_scoring.name AND r.grantee = revoke_scoring.grantee;
	RETURN FOUND;
END $$;
COMMENT ON FUNCTION model.revoke_scoring(text, name) IS 'Takes the right to score (and to manage) back from a role; false when it had none of its own';

CREATE FUNCTION model.register(name text, document bytea, trained_on text, file_id bigint, format text DEFAULT 'auto',
	classes text[] DEFAULT NULL, positive text DEFAULT NULL, simulated boolean DEFAULT false) RETURNS int
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	compiled psyrad.model;
	newest   int;
BEGIN
	IF register.name IS NULL OR register.name !~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$' THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('%s is no name for a model', coalesce(quote_literal(register.name), 'NULL')),
			HINT = 'Letters, digits, - and _ are allowed, the first a letter or a digit, 63 at most.';
	END IF;
	-- Two registrations of one name meet here.
	PERFORM pg_advisory_xact_lock(hashtextextended('model.registry' || E'\x01' || register.name, 7));
	newest := (SELECT max(r.version) FROM model.registry r WHERE r.name = register.name);
	IF newest IS NOT NULL THEN
		PERFORM model.require_management(register.name);
	END IF;
	compiled := psyrad.model_load(register.document, register.format);
	IF register.classes IS NOT NULL OR register.positive IS NOT NULL THEN
		compiled := psyrad.model_relabel(compiled, register.classes, register.positive);
	END IF;
	INSERT INTO model.registry (name, version, model, format, classes, positive, document, trained_on, simulated, registered_by, file_id)
	VALUES (register.name, coalesce(newest, 0) + 1, compiled, register.format, register.classes, register.positive, register.document,
		register.trained_on, register.simulated, model.caller(), register.file_id);
	IF newest IS NULL THEN
		PERFORM model.open_scoring(model.caller());
		INSERT INTO model.scoring_right (name, grantee, may_manage, granted_by)
		VALUES (register.name, model.caller(), true, model.caller())
		ON CONFLICT (name, grantee) DO UPDATE SET may_manage = true;
	END IF;
	RETURN coalesce(newest, 0) + 1;
END $$;
COMMENT ON FUNCTION model.register(text, bytea, text, bigint, text, text[], text, boolean) IS
	'Compiles a document and makes it the next version of a model; who registers a name first manages it.  classes and positive name the classes of documents that number them.  What psyrad ingest model calls; file_id is its row in ingest.file.  Errors: those of psyrad.model_load and psyrad.model_relabel; 42501 for a name that another role manages';

CREATE FUNCTION model.pin_version(name text, version int, reason text) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	PERFORM model.require_management(pin_version.name);
	IF NOT EXISTS (SELECT FROM model.registry r WHERE (r.name, r.version) = (pin_version.name, pin_version.version)) THEN
		RAISE undefined_object USING MESSAGE = format('model %s has no version %s', pin_version.name, pin_version.version);
	END IF;
	INSERT INTO model.pin (name, version, reason, pinned_by) VALUES (pin_version.name, pin_version.version, pin_version.reason, model.caller())
	ON CONFLICT (name) DO UPDATE SET version = excluded.version, reason = excluded.reason, pinned_by = excluded.pinned_by, pinned_at = clock_timestamp();
END $$;
COMMENT ON FUNCTION model.pin_version(text, int, text) IS 'Makes a name stand for one version, whatever is registered later, until model.unpin';

CREATE FUNCTION model.unpin(name text) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM model.require_management(name);
	DELETE FROM model.pin p WHERE p.name = unpin.name;
	RETURN FOUND;
END $$;
COMMENT ON FUNCTION model.unpin(text) IS 'Makes a name stand for its newest version that is not retired; false when it was not pinned';

CREATE FUNCTION model.retire(name text, version int, reason text) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	PERFORM model.require_management(retire.name);
	IF NOT EXISTS (SELECT FROM model.registry r WHERE (r.name, r.version) = (retire.name, retire.version)) THEN
		RAISE undefined_object USING MESSAGE = format('model %s has no version %s', retire.name, retire.version);
	END IF;
	IF EXISTS (SELECT FROM model.pin p WHERE (p.name, p.version) = (retire.name, retire.version)) THEN
		RAISE object_in_use USING
			MESSAGE = format('version %s of model %s is pinned', retire.version, retire.name),
			HINT = format('SELECT model.unpin(%L) first.', retire.name);
	END IF;
	INSERT INTO model.retired (name, version, reason, retired_by) VALUES (retire.name, retire.version, retire.reason, model.caller())
	ON CONFLICT (name, version) DO NOTHING;
END $$;
COMMENT ON FUNCTION model.retire(text, int, text) IS 'A name no longer stands for this version; its predictions stay, and name@version still scores';

-- What models were trained on is declared once and never changed: loaders write it through functions alone.  Those that read run
-- as the caller, so that row policies decide about subjects; what writes runs as the owner, which may insert at the caller's sites
-- and can read nothing there.
REVOKE INSERT, UPDATE ON model.training_subject FROM psyrad_ingest;
CREATE POLICY function_insert ON model.training_subject FOR INSERT TO psyrad_owner WITH CHECK (model.caller_can_see_site(site));

CREATE FUNCTION model.store_training(name text, version int, subjects bigint[], sites text[]) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM model.require_management(name);
	INSERT INTO model.training_subject (subject_id, name, version, site)
	SELECT u.subject_id, store_training.name, store_training.version, u.site FROM unnest(subjects, sites) u(subject_id, site);
END $$;
COMMENT ON FUNCTION model.store_training(text, int, bigint[], text[]) IS 'For model.declare_training: inserts the rows it found, at sites of the caller';

CREATE FUNCTION model.declare_training(name text, version int, study text, labels text[]) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	unknown  text;
	subjects bigint[];
	sites    text[];
BEGIN
	PERFORM model.require_management(declare_training.name);
	IF NOT EXISTS (SELECT FROM model.registry r WHERE (r.name, r.version) = (declare_training.name, declare_training.version)) THEN
		RAISE undefined_object USING MESSAGE = format('model %s has no version %s', declare_training.name, declare_training.version);
	END IF;
	SELECT string_agg(quote_literal(l), ', ' ORDER BY l) INTO unknown FROM unnest(declare_training.labels) l
	WHERE NOT EXISTS (SELECT FROM clinical.subject_key k WHERE (k.study, k.label) = (declare_training.study, l));
	IF unknown IS NOT NULL THEN
		RAISE undefined_object USING MESSAGE = format('unknown participants of study %s: %s', declare_training.study, unknown);
	END IF;
	SELECT coalesce(array_agg(subject_id ORDER BY subject_id), '{}'), array_agg(site ORDER BY subject_id) INTO subjects, sites FROM (
		SELECT DISTINCT k.subject_id, k.site
		FROM unnest(declare_training.labels) l JOIN clinical.subject_key k ON (k.study, k.label) = (declare_training.study, l)
		WHERE NOT EXISTS (SELECT FROM model.training_subject t WHERE (t.subject_id, t.name, t.version) = (k.subject_id, declare_training.name, declare_training.version))) fresh;
	PERFORM model.store_training(declare_training.name, declare_training.version, subjects, sites);
	RETURN cardinality(subjects);
END $$;
COMMENT ON FUNCTION model.declare_training(text, int, text, text[]) IS
	'Says which participants of a study trained a version, by the study''s labels; returns how many were new.  Evaluations leave them out; it cannot be taken back.  Errors: 42704 for labels that the caller does not see, or a version that does not exist';

---------------------------------------------------------------------------------------------------- who may call

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'model'::regnamespace
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
	END LOOP;
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'model'::regnamespace AND p.proname NOT IN ('pick', 'serve', 'open_scoring')
	LOOP
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
	END LOOP;
	PERFORM model.open_scoring('psyrad_analyst');
	PERFORM model.open_scoring('psyrad_view');
	-- The report's views score, though dashboards do not enter the schema.
	PERFORM model.open_scoring('psyrad_report');
	REVOKE USAGE ON SCHEMA model FROM psyrad_report;
	-- Who registered a model may be an analyst later.
	GRANT EXECUTE ON FUNCTION model.can_manage(text), model.grant_scoring(text, name, boolean), model.revoke_scoring(text, name),
		model.pin_version(text, int, text), model.unpin(text), model.retire(text, int, text), model.require_management(text) TO psyrad_analyst;
END $$;

COMMIT;
