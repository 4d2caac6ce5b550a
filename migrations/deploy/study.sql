-- Deploy psyrad:study to pg
-- Declaring sites and studies.  A declaration is one JSON document; declaring it again changes nothing, a changed one changes
-- what it lists, and what it no longer lists stays.  SECURITY INVOKER throughout: making a site's role needs CREATEROLE, and
-- who lacks it is told the two commands that somebody who has it runs.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE FUNCTION clinical.add_site(site text, name_en text, name_zh text DEFAULT NULL) RETURNS text
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	role   name;
	change text;
	may_create boolean := (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user);
BEGIN
	IF site IS NULL OR site !~ '^[a-z][a-z0-9_]{0,30}$' THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('%s is no name for a site', coalesce(quote_literal(site), 'NULL')),
			HINT = 'A site is named by lower-case letters, digits and _, at most 31, the first a letter: it becomes part of a role''s name.';
	END IF;
	role := 'psyrad_site_' || site;
	SELECT CASE WHEN (s.name_en, s.name_zh) IS NOT DISTINCT FROM (add_site.name_en, add_site.name_zh) THEN 'unchanged' ELSE 'changed' END
	INTO change FROM clinical.site s WHERE s.site = add_site.site;
	change := coalesce(change, 'added');
	IF change <> 'unchanged' THEN
		INSERT INTO clinical.site AS s VALUES (add_site.site, add_site.name_en, add_site.name_zh)
		ON CONFLICT ON CONSTRAINT site_pkey DO UPDATE SET name_en = excluded.name_en, name_zh = excluded.name_zh;
	END IF;

	IF to_regrole(role) IS NULL THEN
		IF NOT may_create THEN
			RAISE insufficient_privilege USING
				MESSAGE = format('site %s needs role %I, which role %I may not create', site, role, current_user),
				HINT = format('Let somebody who may run: CREATE ROLE %I NOLOGIN; GRANT %I TO %I;', role, role, current_user);
		END IF;
		EXECUTE format('CREATE ROLE %I NOLOGIN', role);
	END IF;
	-- Who adds a site can load it.  A site that was there before is somebody's, who decides about its members.
	IF change = 'added' AND NOT pg_has_role(current_user, role, 'MEMBER') THEN
		IF NOT may_create THEN
			RAISE insufficient_privilege USING
				MESSAGE = format('role %I is not a member of %I, and could not load the site %s that it adds', current_user, role, site),
				HINT = format('Let somebody who may run: GRANT %I TO %I;', role, current_user);
		END IF;
		EXECUTE format('GRANT %I TO %I', role, current_user);
	END IF;
	RETURN change;
END $$;
COMMENT ON FUNCTION clinical.add_site(text, text, text) IS
	'Adds a site, or renames it, with its role psyrad_site_<site>; who adds it becomes a member.  Returns added, changed or unchanged.  Errors: 22023 a name that no role could have, 42501 no right to make the role (the hint has the commands)';

-- Checks one object of a declaration against what it may hold: the JSON type of each key, or the words allowed (a|b|c);
-- with ! at its end the key is required.
CREATE FUNCTION clinical.check_declared(entry jsonb, place text, allowed jsonb) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wrong text;
BEGIN
	IF jsonb_typeof(entry) IS DISTINCT FROM 'object' THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('%s is %s where an object is expected', place, coalesce(jsonb_typeof(entry), 'missing'));
	END IF;
	SELECT string_agg(quote_literal(key), ', ' ORDER BY key) INTO wrong
	FROM jsonb_object_keys(entry) key WHERE NOT allowed ? key;
	IF wrong IS NOT NULL THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('%s has unknown keys: %s', place, wrong),
			HINT = format('Known are: %s.', (SELECT string_agg(key, ', ' ORDER BY key) FROM jsonb_object_keys(allowed) key));
	END IF;
	SELECT string_agg(quote_literal(key), ', ' ORDER BY key) INTO wrong
	FROM jsonb_each_text(allowed) WHERE value LIKE '%!' AND coalesce(jsonb_typeof(entry -> key), 'null') = 'null';
	IF wrong IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('%s lacks: %s', place, wrong);
	END IF;
	SELECT format('%s: %s is %s where %s is expected', place, key,
			CASE WHEN kind IN ('object', 'array') THEN 'an ' || kind ELSE entry ->> key END, replace(expected, '|', ' or ')) INTO wrong
	FROM (SELECT key, rtrim(value, '!') AS expected, jsonb_typeof(entry -> key) AS kind FROM jsonb_each_text(allowed)) a
	WHERE kind <> 'null' AND kind <> expected
		AND NOT (kind = 'string' AND expected LIKE '%|%' AND entry ->> key = ANY (string_to_array(expected, '|')))
	ORDER BY key LIMIT 1;
	IF wrong IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = wrong;
	END IF;
END $$;
COMMENT ON FUNCTION clinical.check_declared(jsonb, text, jsonb) IS
	'Raises 22023, naming the place, when an object has unknown, missing or wrongly typed keys';

CREATE FUNCTION clinical.check_entries(doc jsonb, list text, name_key text, allowed jsonb) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	twice text;
BEGIN
	PERFORM clinical.check_declared(entry, format('%s[%s]', list, number), allowed)
	FROM jsonb_array_elements(doc -> list) WITH ORDINALITY e(entry, number);
	SELECT string_agg(quote_literal(name), ', ' ORDER BY name) INTO twice
	FROM (SELECT entry ->> name_key AS name FROM jsonb_array_elements(doc -> list) entry GROUP BY 1 HAVING count(*) > 1) names;
	IF twice IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('%s lists more than once: %s', list, twice);
	END IF;
END $$;
COMMENT ON FUNCTION clinical.check_entries(jsonb, text, text, jsonb) IS
	'clinical.check_declared for each entry of a list, whose names must differ';

CREATE TABLE clinical.rater (
	study text NOT NULL REFERENCES clinical.study,
	rater text NOT NULL CHECK (rater ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,30}$'),
	masked boolean,
	trained_in text[],
	note  text,
	PRIMARY KEY (study, rater)
);
COMMENT ON TABLE clinical.rater IS 'Raters that a study declares, by code, never by name';
COMMENT ON COLUMN clinical.rater.masked IS 'Whether the rater did not know the arm; NULL: not stated';
COMMENT ON COLUMN clinical.rater.trained_in IS 'Instruments that the rater was trained in';
GRANT SELECT ON clinical.rater TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE ON clinical.rater TO psyrad_ingest;

CREATE FUNCTION clinical.declare_study(doc jsonb) RETURNS TABLE (object text, name text, change text)
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	s text;
	e jsonb;
BEGIN
	PERFORM clinical.check_declared(doc, 'the declaration', '{"study": "string!", "title_en": "string!", "title_zh": "string",
		"simulated": "boolean", "design": "string", "masked": "boolean", "sites": "array", "scanners": "array", "arms": "array", "visits": "array", "raters": "array"}');
	doc := '{"sites": [], "scanners": [], "arms": [], "visits": [], "raters": []}' || jsonb_strip_nulls(doc);
	PERFORM clinical.check_entries(doc, 'sites', 'site', '{"site": "string!", "name_en": "string!", "name_zh": "string"}');
	PERFORM clinical.check_entries(doc, 'scanners', 'scanner', '{"scanner": "string!", "site": "string!", "maker": "string",
		"model": "string", "field_strength_t": "number"}');
	PERFORM clinical.check_entries(doc, 'arms', 'arm', '{"arm": "string!", "label_en": "string!", "label_zh": "string",
		"kind": "verum|sham|drug|usual_care|waiting_list|healthy|observed!", "protocol": "string"}');
	PERFORM clinical.check_entries(doc, 'visits', 'session', '{"session": "string!", "week": "number", "role": "pre|post",
		"label_en": "string", "label_zh": "string", "days_before": "number", "days_after": "number"}');
	PERFORM clinical.check_entries(doc, 'raters', 'rater', '{"rater": "string!", "masked": "boolean", "trained_in": "array", "note": "string"}');
	s := doc ->> 'study';

	FOR e IN SELECT * FROM jsonb_array_elements(doc -> 'sites') LOOP
		RETURN QUERY SELECT 'site', e ->> 'site', clinical.add_site(e ->> 'site', e ->> 'name_en', e ->> 'name_zh');
	END LOOP;

	-- Each list below: what is declared, beside what is there; only what differs is written.
	RETURN QUERY
	WITH declared AS (SELECT r.scanner, r.site, r.maker, r.model, r.field_strength_t
		FROM jsonb_populate_recordset(NULL::clinical.scanner, doc -> 'scanners') r),
	written AS (
		INSERT INTO clinical.scanner AS t SELECT * FROM declared
		ON CONFLICT ON CONSTRAINT scanner_pkey DO UPDATE
			SET site = excluded.site, maker = excluded.maker, model = excluded.model, field_strength_t = excluded.field_strength_t
			WHERE t.* IS DISTINCT FROM excluded.*
		RETURNING t.scanner)
	SELECT 'scanner', d.scanner,
		CASE WHEN w.scanner IS NULL THEN 'unchanged' WHEN o.scanner IS NULL THEN 'added' ELSE 'changed' END
	FROM declared d LEFT JOIN written w USING (scanner) LEFT JOIN clinical.scanner o USING (scanner)
	ORDER BY d.scanner COLLATE "C";

	IF EXISTS (SELECT FROM clinical.study t WHERE t.study = s AND t.simulated) AND NOT coalesce((doc ->> 'simulated')::boolean, false) THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('study %s is declared as simulated, and simulated data never become real', s),
			HINT = 'Declare the real study under another name.';
	END IF;
	-- A declaration that says nothing of masking leaves it as it is; nothing but clinical.unmask ends it.
	IF EXISTS (SELECT FROM clinical.study t WHERE t.study = s AND t.masked) AND NOT coalesce((doc ->> 'masked')::boolean, true) THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('study %s is masked, and a declaration does not unmask it', s),
			HINT = 'Unmask it with clinical.unmask(study, reason), which keeps who did it and why.';
	END IF;
	RETURN QUERY
	WITH declared AS (SELECT s AS study, doc ->> 'title_en' AS title_en, doc ->> 'title_zh' AS title_zh,
		coalesce((doc ->> 'simulated')::boolean, false) AS simulated, doc ->> 'design' AS design,
		coalesce((doc ->> 'masked')::boolean, (SELECT t.masked FROM clinical.study t WHERE t.study = s), false) AS masked),
	written AS (
		INSERT INTO clinical.study AS t SELECT * FROM declared
		ON CONFLICT ON CONSTRAINT study_pkey DO UPDATE
			SET title_en = excluded.title_en, title_zh = excluded.title_zh, simulated = excluded.simulated, design = excluded.design,
				masked = excluded.masked
			WHERE t.* IS DISTINCT FROM excluded.*
		RETURNING t.study)
	SELECT 'study', d.study,
		CASE WHEN w.study IS NULL THEN 'unchanged' WHEN o.study IS NULL THEN 'added' ELSE 'changed' END
	FROM declared d LEFT JOIN written w USING (study) LEFT JOIN clinical.study o USING (study);

	RETURN QUERY
	WITH declared AS (SELECT s AS study, r.arm, r.label_en, r.label_zh, r.kind, r.protocol
		FROM jsonb_populate_recordset(NULL::clinical.arm, doc -> 'arms') r),
	written AS (
		INSERT INTO clinical.arm AS t SELECT * FROM declared
		ON CONFLICT ON CONSTRAINT arm_pkey DO UPDATE
			SET label_en = excluded.label_en, label_zh = excluded.label_zh, kind = excluded.kind, protocol = excluded.protocol
			WHERE t.* IS DISTINCT FROM excluded.*
		RETURNING t.arm)
	SELECT 'arm', d.arm,
		CASE WHEN w.arm IS NULL THEN 'unchanged' WHEN o.arm IS NULL THEN 'added' ELSE 'changed' END
	FROM declared d LEFT JOIN written w USING (arm) LEFT JOIN clinical.arm o USING (study, arm)
	ORDER BY d.arm COLLATE "C";

	RETURN QUERY
	WITH declared AS (SELECT s AS study, r.session, r.week, r.role, r.label_en, r.label_zh, r.days_before, r.days_after
		FROM jsonb_populate_recordset(NULL::clinical.visit_plan, doc -> 'visits') r),
	written AS (
		INSERT INTO clinical.visit_plan AS t SELECT * FROM declared
		ON CONFLICT ON CONSTRAINT visit_plan_pkey DO UPDATE
			SET week = excluded.week, role = excluded.role, label_en = excluded.label_en, label_zh = excluded.label_zh,
				days_before = excluded.days_before, days_after = excluded.days_after
			WHERE t.* IS DISTINCT FROM excluded.*
		RETURNING t.session)
	SELECT 'visit', d.session,
		CASE WHEN w.session IS NULL THEN 'unchanged' WHEN o.session IS NULL THEN 'added' ELSE 'changed' END
	FROM declared d LEFT JOIN written w USING (session) LEFT JOIN clinical.visit_plan o USING (study, session)
	ORDER BY d.session COLLATE "C";

	RETURN QUERY
	WITH declared AS (SELECT s AS study, r.rater, r.masked, r.trained_in, r.note FROM jsonb_populate_recordset(NULL::clinical.rater, doc -> 'raters') r),
	written AS (
		INSERT INTO clinical.rater AS t SELECT * FROM declared
		ON CONFLICT ON CONSTRAINT rater_pkey DO UPDATE SET masked = excluded.masked, trained_in = excluded.trained_in, note = excluded.note
			WHERE t.* IS DISTINCT FROM excluded.*
		RETURNING t.rater)
	SELECT 'rater', d.rater, CASE WHEN w.rater IS NULL THEN 'unchanged' WHEN o.rater IS NULL THEN 'added' ELSE 'changed' END
	FROM declared d LEFT JOIN written w USING (rater) LEFT JOIN clinical.rater o USING (study, rater)
	ORDER BY d.rater COLLATE "C";
END $$;
COMMENT ON FUNCTION clinical.declare_study(jsonb) IS
	'Declares a study with its sites, scanners, arms, visits and raters from one JSON object; returns each object with added, changed or unchanged.  Errors: 22023 for unknown, missing, repeated or wrongly typed keys, by place; 42501 when a site''s role cannot be made';

REVOKE EXECUTE ON FUNCTION clinical.add_site(text, text, text), clinical.declare_study(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clinical.add_site(text, text, text), clinical.declare_study(jsonb) TO psyrad_ingest;

COMMIT;
