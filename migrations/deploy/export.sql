-- Deploy psyrad:export to pg
-- What a site hands to others: mergeable states of mass statistics, never subjects.  The functions run as psyrad_export, a role
-- that logs in nowhere and reads the sites whose psyrad_site_<site> it was made a member of: a site that takes part says
-- GRANT psyrad_site_<site> TO psyrad_export.  Who may ask is a member of psyrad_federation, which reads nothing else.
-- A state leaves only over at least minimum_n subjects, in each group and each element, and only when its subjects are those of
-- every earlier export or differ from them by at least minimum_n: else the difference of two states would be a few people's data.
BEGIN;

DO $$
DECLARE
	role text;
BEGIN
	FOREACH role IN ARRAY ARRAY['psyrad_export', 'psyrad_federation']
	LOOP
		IF to_regrole(role) IS NULL THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN', role);
		END IF;
	END LOOP;
	IF NOT pg_has_role(current_user, 'psyrad_export', 'MEMBER') THEN
		EXECUTE 'GRANT psyrad_export TO CURRENT_USER';
	END IF;
	GRANT psyrad_analyst TO psyrad_export;
END $$;

CREATE SCHEMA federation AUTHORIZATION psyrad_owner;
COMMENT ON SCHEMA federation IS 'States that other sites may ask for, with their minimum n and their log';
SET LOCAL ROLE psyrad_owner;

CREATE TABLE federation.setting (
	only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	minimum_n int NOT NULL DEFAULT 10 CHECK (minimum_n >= 3)
);
COMMENT ON TABLE federation.setting IS 'One row, which the owner alone may change';
COMMENT ON COLUMN federation.setting.minimum_n IS 'Fewest subjects of a state, of each of its groups and elements, and of the difference between two exports';
INSERT INTO federation.setting DEFAULT VALUES;

CREATE TABLE federation.export_log (
	export_id    bigserial PRIMARY KEY,
	exported_at  timestamptz NOT NULL DEFAULT now(),
	exported_to  text NOT NULL DEFAULT session_user,
	statistic    text NOT NULL,
	request      jsonb NOT NULL,
	n            int NOT NULL,
	subjects     bigint[] NOT NULL,
	state_sha256 bytea NOT NULL
);
COMMENT ON TABLE federation.export_log IS 'Every state that left, with the subjects it was made of; nobody but the owner and the export functions read it';
-- A row that every export changes: a second one waits for the first, and one whose snapshot is older than the first's end
-- (postgres_fdw reads in REPEATABLE READ, where waiting alone would not show it the first's log) fails to serialise.
CREATE TABLE federation.export_turn (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	exports  bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE federation.export_turn IS 'One row: how many exports there were; each takes its turn by changing it';
INSERT INTO federation.export_turn DEFAULT VALUES;
GRANT USAGE ON SCHEMA federation TO psyrad_export, psyrad_federation;
GRANT SELECT, UPDATE (exports) ON federation.export_turn TO psyrad_export;
GRANT SELECT ON federation.setting TO psyrad_export;
GRANT SELECT, INSERT ON federation.export_log TO psyrad_export;
GRANT USAGE ON SEQUENCE federation.export_log_export_id_seq TO psyrad_export;

-- One row a subject of the sites that take part: x, and what the statistics may relate it to.
CREATE FUNCTION federation.subject_row(study text, atlas text, measure text, session text, arm text, instrument text, baseline text DEFAULT NULL,
	OUT subject_id bigint, OUT site text, OUT x psyrad.connectome, OUT v real[], OUT pre_x psyrad.connectome, OUT pre_v real[], OUT grp boolean, OUT y double precision, OUT design double precision[])
	RETURNS SETOF record LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT p.subject_id, s.site, p.connectome, p.vector, b.connectome, b.vector, s.arm = subject_row.arm,
		(SELECT avg(r.total) FROM clinical.score r WHERE (r.subject_id, r.session, r.instrument) = (p.subject_id, p.session, subject_row.instrument)),
		ARRAY[1, (s.arm = subject_row.arm)::int::double precision, s.age_years, (s.sex = 'F')::int::double precision]
	FROM imaging.primary p JOIN clinical.participant s ON s.subject_id = p.subject_id
		LEFT JOIN imaging.primary b ON (b.subject_id, b.study, b.atlas, b.measure, b.session) = (p.subject_id, p.study, p.atlas, p.measure, subject_row.baseline)
	WHERE (p.study, p.atlas, p.measure, p.session) = (subject_row.study, subject_row.atlas, subject_row.measure, subject_row.session);
END;
COMMENT ON FUNCTION federation.subject_row(text, text, text, text, text, text, text) IS
	'For export_state alone: the caller''s own rows, one a subject; design is intercept, arm (1 or 0), age in years, female (1 or 0)';
REVOKE EXECUTE ON FUNCTION federation.subject_row(text, text, text, text, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION federation.subject_row(text, text, text, text, text, text, text) TO psyrad_export;

-- Raises unless the subjects may leave: enough of them, in each group and element, and no few more or fewer than ever before.
CREATE FUNCTION federation.require_unrevealing(subjects bigint[], smallest_group bigint, smallest_element int) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	minimum int := (SELECT minimum_n FROM federation.setting);
BEGIN
	IF least(cardinality(subjects), smallest_group) < minimum THEN
		RAISE insufficient_privilege USING MESSAGE = format('fewer than %s subjects, or fewer in one group: nothing leaves', minimum);
	END IF;
	IF smallest_element < minimum THEN
		RAISE insufficient_privilege USING MESSAGE = format('some element has a value in fewer than %s subjects: nothing leaves', minimum),
			HINT = 'Ask for a measure or atlas without such gaps.';
	END IF;
	-- One at a time, or two exports could each miss the other.
	UPDATE federation.export_turn SET exports = exports + 1;
	IF EXISTS (SELECT FROM (SELECT DISTINCT l.subjects AS earlier FROM federation.export_log l) e
		CROSS JOIN LATERAL (SELECT count(*) AS size FROM (
			(SELECT unnest(e.earlier) EXCEPT SELECT unnest(require_unrevealing.subjects)) UNION ALL
			(SELECT unnest(require_unrevealing.subjects) EXCEPT SELECT unnest(e.earlier))) d) difference
		WHERE difference.size BETWEEN 1 AND minimum - 1) THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('the subjects differ from those of an earlier export by fewer than %s: the difference would tell about them', minimum),
			HINT = 'Ask for the earlier subjects again, or wait until more have joined.';
	END IF;
END $$;
COMMENT ON FUNCTION federation.require_unrevealing(bigint[], bigint, int) IS 'For export_state alone';
REVOKE EXECUTE ON FUNCTION federation.require_unrevealing(bigint[], bigint, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION federation.require_unrevealing(bigint[], bigint, int) TO psyrad_export;

CREATE FUNCTION federation.export_state(statistic text, study text, atlas text, measure text, session text,
	arm text DEFAULT NULL, instrument text DEFAULT NULL, contrast double precision[] DEFAULT '{0,1,0,0}', baseline text DEFAULT NULL) RETURNS psyrad.mass_state
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET row_security = on
AS $$
DECLARE
	aggregate text := CASE statistic
		WHEN 'ttest' THEN 'psyrad.mass_ttest_state(%s)'
		WHEN 'ttest_groups' THEN 'psyrad.mass_ttest_state(%s, grp)'
		WHEN 'welch' THEN 'psyrad.mass_welch_state(%s, grp)'
		WHEN 'corr' THEN 'psyrad.mass_corr_state(%s, y)'
		WHEN 'pcorr' THEN 'psyrad.mass_pcorr_state(%s, y, design[3:4])'
		WHEN 'glm' THEN 'psyrad.mass_glm_state(%s, design, $7)'
		WHEN 'ancova' THEN 'psyrad.mass_ancova_state(%1$s, pre_%1$s, design, $7)' END;
	grouped boolean := statistic IN ('ttest_groups', 'welch', 'glm', 'ancova');
	scored boolean := statistic IN ('corr', 'pcorr');
	condition text := '';
	x text;
	state psyrad.mass_state;
	subjects bigint[];
	smallest_group bigint;
	smallest_element int;
BEGIN
	IF aggregate IS NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('statistic %L is not exported', statistic),
			HINT = 'ttest, ttest_groups, welch, corr, pcorr, glm and ancova are; ComBat by export_combat, reliability by export_icc.';
	ELSIF grouped AND arm IS NULL OR scored AND instrument IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = format('statistic %L needs %s', statistic, CASE WHEN grouped THEN 'arm' ELSE 'instrument' END);
	ELSIF statistic = 'ancova' AND baseline IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'statistic ''ancova'' needs baseline, the session before';
	END IF;
	x := CASE (SELECT kind FROM imaging.measure m WHERE m.measure = export_state.measure) WHEN 'edge' THEN 'x' ELSE 'v' END;
	condition := CASE WHEN grouped THEN 'grp IS NOT NULL' WHEN scored THEN 'y IS NOT NULL' ELSE 'true' END
		|| CASE WHEN statistic = 'ancova' THEN format(' AND pre_%s IS NOT NULL', x) ELSE '' END
		|| CASE WHEN statistic IN ('glm', 'ancova') THEN ' AND array_position(design, NULL) IS NULL' WHEN statistic = 'pcorr' THEN ' AND array_position(design[3:4], NULL) IS NULL' ELSE '' END;
	-- The state and the subjects from one reading, so that both are of one snapshot.
	EXECUTE format('WITH r AS MATERIALIZED (SELECT * FROM federation.subject_row($1, $2, $3, $4, $5, $6, $8) WHERE %1$s)
		SELECT psyrad.mass_state_centre(%2$s), array_agg(subject_id ORDER BY subject_id),
			(SELECT min(n) FROM (SELECT count(*) AS n FROM r GROUP BY CASE WHEN %3$L THEN grp END) g),
			(SELECT min(e) FROM (SELECT unnest((%4$s).n) AS e FROM r GROUP BY CASE WHEN %3$L THEN grp END) g WHERE e > 0) FROM r',
		condition, format(aggregate, x), grouped, format(CASE statistic WHEN 'ancova' THEN 'psyrad.mass_ttest_paired(%1$s, pre_%1$s)' ELSE 'psyrad.mass_summary(%1$s)' END, x))
		INTO state, subjects, smallest_group, smallest_element USING study, atlas, measure, session, arm, instrument, contrast, baseline;
	IF grouped AND (SELECT count(DISTINCT s.arm = export_state.arm) FROM clinical.participant s WHERE s.subject_id = ANY (subjects)) < 2 THEN
		smallest_group := 0;
	END IF;
	PERFORM federation.require_unrevealing(coalesce(subjects, '{}'), coalesce(smallest_group, 0), coalesce(smallest_element, 0));
	INSERT INTO federation.export_log (statistic, request, n, subjects, state_sha256)
	VALUES (statistic, jsonb_build_object('study', study, 'atlas', atlas, 'measure', measure, 'session', session, 'arm', arm, 'instrument', instrument,
		'contrast', to_jsonb(contrast), 'baseline', baseline), cardinality(subjects), subjects, sha256(psyrad.mass_state_send(state)));
	RETURN state;
END $$;
COMMENT ON FUNCTION federation.export_state(text, text, text, text, text, text, text, double precision[], text) IS
	'The mergeable state of a mass statistic over this warehouse''s subjects of a study, for mass_*_merge and mass_*_final elsewhere. x: the atlas''s measure at the session. '
	'statistic: ttest; ttest_groups, welch (arm against the others); corr (instrument''s total at that session), pcorr (the same given age and female); glm '
	'(intercept, arm, age, female); ancova (the same given the element at the session baseline). Over the sites that were granted to psyrad_export. Refused below the minimum n of federation.setting, or when the subjects differ '
	'from an earlier export''s by fewer; every state is logged. Sums only: no row''s own values, no smallest or largest';
-- ComBat: per site that takes part its own sums, so that each of them needs the minimum n.
CREATE FUNCTION federation.export_combat(study text, atlas text, measure text, session text, arm text DEFAULT NULL) RETURNS psyrad.combat_state
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET row_security = on
AS $$
DECLARE
	x text := CASE (SELECT kind FROM imaging.measure m WHERE m.measure = export_combat.measure)
		WHEN 'edge' THEN 'CASE WHEN psyrad.conn_kind(x) IN (''r'', ''partial'') THEN psyrad.conn_fisher_z(x) ELSE x END' ELSE 'v' END;
	covariates text := CASE WHEN arm IS NULL THEN 'design[3:4]' ELSE 'design[2:4]' END;
	state psyrad.combat_state;
	subjects bigint[];
	smallest_site bigint;
	smallest_element int;
BEGIN
	EXECUTE format('WITH r AS MATERIALIZED (SELECT subject_id, site, %1$s AS x, %2$s AS w FROM federation.subject_row($1, $2, $3, $4, $5, NULL) WHERE array_position(%2$s, NULL) IS NULL)
		SELECT psyrad.combat_state_centre(psyrad.combat_state(x, site, w)), array_agg(subject_id ORDER BY subject_id),
			(SELECT min(n) FROM (SELECT count(*) AS n FROM r GROUP BY site) g),
			(SELECT min(e) FROM (SELECT unnest((psyrad.mass_summary(x)).n) AS e FROM r GROUP BY site) g WHERE e > 0) FROM r', x, covariates)
		INTO state, subjects, smallest_site, smallest_element USING study, atlas, measure, session, arm;
	PERFORM federation.require_unrevealing(coalesce(subjects, '{}'), coalesce(smallest_site, 0), coalesce(smallest_element, 0));
	INSERT INTO federation.export_log (statistic, request, n, subjects, state_sha256)
	VALUES ('combat', jsonb_build_object('study', study, 'atlas', atlas, 'measure', measure, 'session', session, 'arm', arm), cardinality(subjects), subjects,
		sha256(psyrad.combat_state_send(state)));
	RETURN state;
END $$;
COMMENT ON FUNCTION federation.export_combat(text, text, text, text, text) IS
	'The mergeable state of ComBat over this warehouse''s subjects of a study, for combat_merge and combat_final elsewhere: by site, with age and female as covariates, and the arm '
	'before them where it is named. Correlations are taken as Fisher z. Refused and logged as export_state, each site counting as a group; the state is centred: no row''s own values';

-- Reliability over sessions: sums over the subjects who were at all of them.
CREATE FUNCTION federation.export_icc(study text, atlas text, measure text, sessions text[]) RETURNS psyrad.icc_state
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET row_security = on
AS $$
DECLARE
	x text := CASE (SELECT kind FROM imaging.measure m WHERE m.measure = export_icc.measure) WHEN 'edge' THEN 'x' ELSE 'v' END;
	state psyrad.icc_state;
	subjects bigint[];
	smallest_element int;
BEGIN
	IF sessions IS NULL OR array_position(sessions, NULL) IS NOT NULL OR (SELECT count(DISTINCT s) FROM unnest(sessions) s) < greatest(cardinality(sessions), 2) THEN
		RAISE invalid_parameter_value USING MESSAGE = 'sessions must name two or more different sessions';
	END IF;
	EXECUTE format('WITH seen AS MATERIALIZED (SELECT s.session, r.subject_id, r.%1$s AS x, count(*) OVER (PARTITION BY r.subject_id) AS times
			FROM unnest($4) s (session), federation.subject_row($1, $2, $3, s.session, NULL, NULL) r)
		SELECT psyrad.mass_icc_close(psyrad.mass_icc_state(x, subject_id, session)), array_agg(DISTINCT subject_id ORDER BY subject_id) FROM seen WHERE times = cardinality($4)', x)
		INTO state, subjects USING study, atlas, measure, sessions;
	smallest_element := (SELECT min(n) FROM unnest((psyrad.mass_icc_final(state)).n) n WHERE n > 0);
	PERFORM federation.require_unrevealing(coalesce(subjects, '{}'), cardinality(subjects), coalesce(smallest_element, 0));
	INSERT INTO federation.export_log (statistic, request, n, subjects, state_sha256)
	VALUES ('icc', jsonb_build_object('study', study, 'atlas', atlas, 'measure', measure, 'sessions', to_jsonb(sessions)), cardinality(subjects), subjects,
		sha256(psyrad.icc_state_send(state)));
	RETURN state;
END $$;
COMMENT ON FUNCTION federation.export_icc(text, text, text, text[]) IS
	'The closed state of mass_icc over this warehouse''s subjects of a study who were at all the sessions, for mass_icc_merge and mass_icc_final elsewhere. Refused and logged as '
	'export_state; sums over subjects only';

RESET ROLE;
GRANT CREATE ON SCHEMA federation TO psyrad_export;
ALTER FUNCTION federation.export_state(text, text, text, text, text, text, text, double precision[], text) OWNER TO psyrad_export;
ALTER FUNCTION federation.export_combat(text, text, text, text, text) OWNER TO psyrad_export;
ALTER FUNCTION federation.export_icc(text, text, text, text[]) OWNER TO psyrad_export;
REVOKE CREATE ON SCHEMA federation FROM psyrad_export;
SET LOCAL ROLE psyrad_export;
REVOKE EXECUTE ON FUNCTION federation.export_state(text, text, text, text, text, text, text, double precision[], text) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION federation.export_combat(text, text, text, text, text) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION federation.export_icc(text, text, text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION federation.export_state(text, text, text, text, text, text, text, double precision[], text) TO psyrad_federation;
GRANT EXECUTE ON FUNCTION federation.export_combat(text, text, text, text, text) TO psyrad_federation;
GRANT EXECUTE ON FUNCTION federation.export_icc(text, text, text, text[]) TO psyrad_federation;
RESET ROLE;

COMMIT;
