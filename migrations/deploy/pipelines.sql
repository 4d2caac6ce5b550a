-- Deploy psyrad:pipelines to pg
-- A pipeline is a name for choices about cleaning region series, written out one by one: what a declaration leaves out is
-- not done, and the stored choices say so.  A name stands for its choices for ever; choices '{}' are another program's,
-- whose values are stored as they came.  The words are nilearn's (interfaces.fmriprep.load_confounds, signal.clean).
BEGIN;
SET LOCAL ROLE psyrad_owner;

-- The choices of a pipeline that does nothing.
CREATE FUNCTION imaging.no_choices() RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN '{"detrend": false, "standardize": "none", "motion": "none", "wm_csf": "none", "global_signal": "none",
		"compcor": "none", "compcor_n": null, "compcor_share": null, "cosine": false, "non_steady_state": false, "fd": "power",
		"scrub_fd_mm": null, "scrub_dvars": null, "scrub_before": 0, "scrub_after": 0, "scrub_segment": 0, "scrub_by": "removal", "extrapolate": false,
		"high_pass_hz": null, "low_pass_hz": null}'::jsonb;
COMMENT ON FUNCTION imaging.no_choices() IS 'The choices of the pipeline raw: every step by name, none of them taken';

CREATE FUNCTION imaging.bad_choice(name text, given text, expected text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the pipeline''s %s is %s; expected %s',
		replace(name, '_', '-'), coalesce(left(given, 60), 'null'), expected);
END $$;

CREATE FUNCTION imaging.choice_word(name text, given text, VARIADIC allowed text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF given IS NULL OR given <> ALL (allowed) THEN
		PERFORM imaging.bad_choice(name, given, array_to_string(allowed, ', '));
	END IF;
	RETURN given;
END $$;

CREATE FUNCTION imaging.choice_flag(name text, given text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	RETURN imaging.choice_word(name, given, 'true', 'false')::boolean;
END $$;

-- lowest and highest belong to the range; NULL stays NULL.
CREATE FUNCTION imaging.choice_number(name text, given text, lowest numeric, highest numeric, whole boolean DEFAULT false) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	expected text := format('a %snumber from %s to %s', CASE WHEN whole THEN 'whole ' ELSE '' END, lowest, highest);
BEGIN
	IF given IS NULL THEN
		RETURN NULL;
	END IF;
	IF given !~ '^[0-9]{1,9}(\.[0-9]{1,12})?$' OR given::numeric NOT BETWEEN lowest AND highest OR whole AND given ~ '\.' THEN
		PERFORM imaging.bad_choice(name, given, expected);
	END IF;
	RETURN trim_scale(given::numeric);
END $$;

-- Words that stand for several choices become these: motion 36, compcor 5, band-pass 0.01:0.1.
CREATE FUNCTION imaging.spell_out(given jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	said  text;
	parts text[];
	alias constant jsonb := '{"0": "none", "6": "basic", "12": "derivatives", "24": "full"}';
BEGIN
	SELECT coalesce(jsonb_object_agg(replace(e.key, '-', '_'), e.value), '{}') INTO given FROM jsonb_each(given) e;
	said := given ->> 'motion';
	IF said = '36' THEN
		IF given ?| ARRAY['wm_csf', 'global_signal'] THEN
			PERFORM imaging.bad_choice('motion', said, '24 beside wm-csf and global-signal; 36 stands for all three in full');
		END IF;
		given := given || '{"motion": "full", "wm_csf": "full", "global_signal": "full"}';
	ELSIF alias ? said THEN
		given := given || jsonb_build_object('motion', alias -> said);
	END IF;

	said := given ->> 'compcor';
	IF said ~ '^([a-z_]+:)?([0-9]+|[0-9.]+%|all)$' THEN
		parts := regexp_match(said, '^(?:([a-z_]+):)?([0-9.]+)?(%)?(all)?$');
		given := given || jsonb_build_object('compcor', coalesce(parts[1], 'anat_combined'))
			|| CASE WHEN parts[3] IS NOT NULL THEN jsonb_build_object('compcor_share',
						trim_scale(round(imaging.choice_number('compcor', parts[2], 0.000001, 100) / 100, 8)))
					WHEN parts[2] IS NOT NULL THEN jsonb_build_object('compcor_n', parts[2])
					ELSE '{}' END;
	END IF;

	IF given ? 'bandpass' THEN
		said := CASE jsonb_typeof(given -> 'bandpass')
			WHEN 'array' THEN concat_ws(':', coalesce(given -> 'bandpass' ->> 0, ''), coalesce(given -> 'bandpass' ->> 1, ''))
			ELSE given ->> 'bandpass' END;
		parts := regexp_match(said, '^([0-9.]*):([0-9.]*)$');
		IF parts IS NULL OR given ?| ARRAY['high_pass_hz', 'low_pass_hz'] OR parts = ARRAY['', ''] THEN
			PERFORM imaging.bad_choice('bandpass', said, 'LOW:HIGH in Hz (one of them may be empty), and not high-pass-hz or low-pass-hz beside it');
		END IF;
		given := given - 'bandpass'
			|| jsonb_build_object('high_pass_hz', nullif(parts[1], ''), 'low_pass_hz', nullif(parts[2], ''));
	END IF;
	IF given ? 'scrub' THEN
		given := given - 'scrub' || jsonb_build_object('scrub_fd_mm', given -> 'scrub');
	END IF;
	RETURN given;
END $$;

CREATE FUNCTION imaging.pipeline_choices(given jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	c       jsonb;
	unknown text;
	model   constant text[] := ARRAY['none', 'basic', 'derivatives', 'power2', 'full'];
BEGIN
	IF given IS NULL OR jsonb_typeof(given) <> 'object' THEN
		PERFORM imaging.bad_choice('definition', jsonb_typeof(given), 'a JSON object');
	END IF;
	-- There is nothing but none to choose yet, so that a definition may say it.
	IF coalesce(given ->> 'smoothing', 'none') NOT IN ('none', '0') THEN
		PERFORM imaging.bad_choice('smoothing', given ->> 'smoothing', 'none; smooth the image before it is loaded');
	END IF;
	c := imaging.spell_out(given - 'smoothing');
	SELECT string_agg(k, ', ' ORDER BY k) INTO unknown FROM jsonb_object_keys(c) k WHERE NOT imaging.no_choices() ? k;
	IF unknown IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a pipeline has no ' || unknown,
			HINT = 'it has: ' || (SELECT string_agg(k, ', ' ORDER BY k) FROM jsonb_object_keys(imaging.no_choices()) k);
	END IF;
	c := imaging.no_choices() || c;
	c := jsonb_build_object(
		'detrend', imaging.choice_flag('detrend', c ->> 'detrend'),
		'standardize', imaging.choice_word('standardize', c ->> 'standardize', 'none', 'zscore', 'zscore_sample', 'psc'),
		'motion', imaging.choice_word('motion', c ->> 'motion', VARIADIC model || ARRAY['6', '12', '24', '36']),
		'wm_csf', imaging.choice_word('wm_csf', c ->> 'wm_csf', VARIADIC model),
		'global_signal', imaging.choice_word('global_signal', c ->> 'global_signal', VARIADIC model),
		'compcor', imaging.choice_word('compcor', c ->> 'compcor', 'none', 'anat_combined', 'anat_separated', 'temporal'),
		'compcor_n', imaging.choice_number('compcor_n', c ->> 'compcor_n', 1, 1000, true),
		'compcor_share', imaging.choice_number('compcor_share', c ->> 'compcor_share', 0.00000001, 1),
		'cosine', imaging.choice_flag('cosine', c ->> 'cosine'),
		'non_steady_state', imaging.choice_flag('non_steady_state', c ->> 'non_steady_state'),
		'fd', imaging.choice_word('fd', c ->> 'fd', 'power', 'jenkinson'),
		'scrub_fd_mm', imaging.choice_number('scrub', c ->> 'scrub_fd_mm', 0.001, 100))
		|| jsonb_build_object(
		'scrub_dvars', imaging.choice_number('scrub_dvars', c ->> 'scrub_dvars', 0.001, 1000),
		'scrub_before', coalesce(imaging.choice_number('scrub_before', c ->> 'scrub_before', 0, 100, true), 0),
		'scrub_after', coalesce(imaging.choice_number('scrub_after', c ->> 'scrub_after', 0, 100, true), 0),
		'scrub_segment', coalesce(imaging.choice_number('scrub_segment', c ->> 'scrub_segment', 0, 1000, true), 0),
		'scrub_by', imaging.choice_word('scrub_by', c ->> 'scrub_by', 'removal', 'spikes'),
		'extrapolate', imaging.choice_flag('extrapolate', c ->> 'extrapolate'),
		'high_pass_hz', imaging.choice_number('high_pass_hz', c ->> 'high_pass_hz', 0.000001, 100),
		'low_pass_hz', imaging.choice_number('low_pass_hz', c ->> 'low_pass_hz', 0.000001, 100));
	IF c ->> 'compcor' = 'none' AND (c ->> 'compcor_n', c ->> 'compcor_share') IS DISTINCT FROM (NULL, NULL) THEN
		PERFORM imaging.bad_choice('compcor', 'none', 'anat_combined, anat_separated or temporal beside a number of components');
	ELSIF c ->> 'compcor_n' IS NOT NULL AND c ->> 'compcor_share' IS NOT NULL THEN
		PERFORM imaging.bad_choice('compcor', 'a number and a share', 'one of them');
	ELSIF (c ->> 'high_pass_hz')::numeric >= (c ->> 'low_pass_hz')::numeric THEN
		PERFORM imaging.bad_choice('bandpass', (c ->> 'high_pass_hz') || ':' || (c ->> 'low_pass_hz'), 'the lower frequency first');
	ELSIF c ->> 'scrub_fd_mm' IS NULL AND c ->> 'scrub_dvars' IS NULL
		AND (c ->> 'scrub_before', c ->> 'scrub_after', c ->> 'scrub_segment', c ->> 'scrub_by') <> ('0', '0', '0', 'removal') THEN
		PERFORM imaging.bad_choice('scrub', NULL, 'a threshold of framewise displacement (or scrub-dvars) beside how to scrub');
	END IF;
	RETURN c;
END $$;
COMMENT ON FUNCTION imaging.pipeline_choices(jsonb) IS
	'The choices of a pipeline written out and checked: what is not given is not done. detrend true/false; standardize none, zscore, zscore_sample, psc; '
	'motion none, basic (6: trans_x/y/z, rot_x/y/z), derivatives (12), power2, full (24), or 6, 12, 24, and 36 for wm_csf and global_signal in full beside it; '
	'wm_csf (white_matter, csf) and global_signal none, basic, derivatives, power2, full; compcor none, anat_combined, anat_separated, temporal with compcor_n components (of each '
	'mask) or compcor_share of the variance (or all), also 5, temporal:3, 50%; cosine; non_steady_state (those volumes censored); fd power or jenkinson; scrub (mm of FD), '
	'scrub_dvars, scrub_before, scrub_after (neighbours), scrub_segment (shortest stretch kept), scrub_by removal or spikes; extrapolate (before a filter, censored volumes at the ends are filled like those within, rather than left out); bandpass LOW:HIGH (Hz). Errors name the choice and the allowed values';

-- A name stands for its choices for ever, whoever tries.
CREATE FUNCTION imaging.keep_choices() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
		MESSAGE = format('the pipeline %s is declared, and a declared pipeline does not change', OLD.pipeline), HINT = 'declare another name';
END $$;
CREATE TRIGGER keep_choices BEFORE UPDATE OF pipeline, choices ON imaging.pipeline
	FOR EACH ROW WHEN ((OLD.pipeline, OLD.choices) IS DISTINCT FROM (NEW.pipeline, NEW.choices)) EXECUTE FUNCTION imaging.keep_choices();

-- What a name and the choices given beside it mean together.  NULL: nothing was given.
CREATE FUNCTION imaging.settled_choices(p_pipeline text, given jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	known jsonb := (SELECT p.choices FROM imaging.pipeline p WHERE p.pipeline = p_pipeline);
	said  jsonb := CASE WHEN given IS NOT NULL THEN imaging.pipeline_choices(given) WHEN p_pipeline = 'raw' THEN imaging.no_choices() END;
	apart text;
BEGIN
	IF p_pipeline !~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s is no name for a pipeline', p_pipeline),
			HINT = 'letters, digits, _ . and - are allowed, at most 63';
	ELSIF p_pipeline IN ('raw', 'as-is') AND given IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the pipeline %s makes no choices', p_pipeline),
			HINT = 'give these choices a name of their own';
	ELSIF known IS NULL OR said IS NULL OR known = said THEN
		RETURN coalesce(known, said);
	ELSIF known = '{}' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('the pipeline %s holds what another program cleaned, without choices', p_pipeline), HINT = 'give these choices a name of their own';
	END IF;
	SELECT string_agg(format('%s is %s, not %s', k.key, known -> k.key, k.value), ', ' ORDER BY k.key) INTO apart
	FROM jsonb_each(said) k WHERE known -> k.key IS DISTINCT FROM k.value;
	RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the pipeline %s is declared with other choices: %s', p_pipeline, apart),
		HINT = 'a name stands for its choices for ever: say the same ones, none, or another name';
END $$;
COMMENT ON FUNCTION imaging.settled_choices(text, jsonb) IS
	'The choices that a pipeline''s name has or is about to get: given ones must equal the declared ones; NULL given takes these (NULL: not declared)';

CREATE FUNCTION imaging.declare_pipeline(p_pipeline text, given jsonb, description text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	c jsonb := imaging.settled_choices(p_pipeline, given);
BEGIN
	IF c IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the pipeline %s is not declared', p_pipeline),
			HINT = 'say its choices; raw is the pipeline that makes none';
	END IF;
	INSERT INTO imaging.pipeline (pipeline, choices, description) VALUES (p_pipeline, c, declare_pipeline.description)
	ON CONFLICT (pipeline) DO NOTHING;
	RETURN imaging.settled_choices(p_pipeline, given); -- somebody else may have been faster, with other ones
END $$;
COMMENT ON FUNCTION imaging.declare_pipeline(text, jsonb, text) IS
	'Declares a pipeline by its choices (imaging.pipeline_choices says which there are); the same again changes nothing, others under the same name are an error. Returns the choices written out';

---------------------------------------------------------------------------------------------------- which row is the primary one

CREATE FUNCTION imaging.set_primary(p_study text, p_atlas text, p_measure text, p_pipeline text, p_run_rule text DEFAULT 'lowest',
	p_least_minutes float8 DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	set_id int := (SELECT s.feature_set_id FROM imaging.feature_set s WHERE (s.atlas, s.measure) = (p_atlas, p_measure));
BEGIN
	IF set_id IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('nothing of %s over %s is there', p_measure, p_atlas);
	ELSIF NOT EXISTS (SELECT FROM imaging.pipeline p WHERE p.pipeline = p_pipeline) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the pipeline %s is not declared', p_pipeline),
			HINT = 'declared: ' || coalesce((SELECT string_agg(pipeline, ', ' ORDER BY pipeline) FROM imaging.pipeline), 'none');
	END IF;
	INSERT INTO imaging.study_pipeline AS d (study, feature_set_id, pipeline, run_rule, least_minutes)
	VALUES (p_study, set_id, p_pipeline, p_run_rule, p_least_minutes)
	ON CONFLICT (study, feature_set_id) DO UPDATE
		SET pipeline = excluded.pipeline, run_rule = excluded.run_rule, least_minutes = excluded.least_minutes;
END $$;
COMMENT ON FUNCTION imaging.set_primary(text, text, text, text, text, float8) IS
	'Sets which row imaging.primary gives per subject and visit of a study: the pipeline; where there are several runs the lowest, or the one with the least motion (''least_motion''); and, unless NULL, '
	'only runs with that many usable minutes';

-- The choice of a study, as a row and as a sentence.
CREATE VIEW imaging.primary_rule AS
SELECT d.study, s.atlas, s.measure, d.pipeline, d.run_rule, d.least_minutes, p.choices,
	format('%s over %s: pipeline %s, %s%s', s.measure, s.atlas, d.pipeline,
		CASE d.run_rule WHEN 'lowest' THEN 'the lowest run of a visit' ELSE 'the run of a visit with the lowest mean framewise displacement (ties and unknown: the lowest run)' END,
		CASE WHEN d.least_minutes IS NULL THEN '' ELSE format(', of the runs with at least %s usable minutes', d.least_minutes) END) AS rule
FROM imaging.study_pipeline d
JOIN imaging.feature_set s USING (feature_set_id)
JOIN imaging.pipeline p USING (pipeline);
COMMENT ON VIEW imaging.primary_rule IS 'By which rule imaging.primary gives one row per subject and visit of a study; imaging.set_primary sets it';

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'imaging'::regnamespace AND p.prorettype <> 'trigger'::regtype
			AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')
	LOOP
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp', f);
	END LOOP;
END $$;

-- Like every view of the schema it belongs to psyrad_view.
RESET ROLE;
GRANT CREATE ON SCHEMA imaging TO psyrad_view;
ALTER VIEW imaging.primary_rule OWNER TO psyrad_view;
REVOKE CREATE ON SCHEMA imaging FROM psyrad_view;
SET LOCAL ROLE psyrad_view;
GRANT SELECT ON imaging.primary_rule TO psyrad_ingest, psyrad_analyst;

COMMIT;
