-- Deploy psyrad:trial to pg
-- The primary analysis of a trial (ANCOVA; a mixed model for repeated measures), by functions over arrays and over a study's ratings, and how far
-- two raters agree.  Both models refuse to answer, with the reason, where their parts cannot be told apart.
BEGIN;
SET LOCAL ROLE psyrad_owner;

-------------------------------------------------------------------------------------------------- the primary analysis

-- Least squares through psyrad.meta_regression: with equal variances and Knapp-Hartung's scale its answer is the linear model's.
CREATE FUNCTION clinical.least_squares(state psyrad.meta_regression_state, level double precision, intercept boolean) RETURNS psyrad.meta_regression_result
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN psyrad.meta_regression_final(state, method => 'EE', test => 'knha', level => level, intercept => intercept);
COMMENT ON FUNCTION clinical.least_squares(psyrad.meta_regression_state, double precision, boolean) IS 'A linear model with equal variances: coefficients, standard errors from the residual variance, t with n - p df';

-- What both models want of their arrays, which are as long as each other by then.
CREATE FUNCTION clinical.check_model_input(final double precision[], baseline double precision[], arms text[], reference text, level double precision) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT (level > 0 AND level < 1) OR level IS NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = 'level must be a number between 0 and 1, such as 0.95';
	ELSIF EXISTS (SELECT FROM unnest(final || baseline) v WHERE v IN ('NaN', 'Infinity', '-Infinity')) THEN
		RAISE invalid_parameter_value USING MESSAGE = 'final and baseline must be finite', HINT = 'What is missing is NULL.';
	ELSIF NOT reference = ANY (arms) THEN
		RAISE invalid_parameter_value USING MESSAGE = format('reference is %L, which no row has for its arm', reference);
	END IF;
END $$;
COMMENT ON FUNCTION clinical.check_model_input(double precision[], double precision[], text[], text, double precision) IS 'For clinical.ancova and clinical.mmrm: raises 22023 for a level that is none, values that are not finite, a reference that no row has';

CREATE FUNCTION clinical.ancova(final double precision[], baseline double precision[], arms text[], sites text[] DEFAULT NULL,
	reference text DEFAULT NULL, level double precision DEFAULT 0.95)
	RETURNS TABLE (quantity text, arm text, versus text, n bigint, n_missing bigint, estimate double precision, se double precision,
		df double precision, t double precision, p double precision, ci_lb double precision, ci_ub double precision, note text)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 5
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	levels  text[];
	places  text[];
	centre  double precision;
	known   bigint;
	missing bigint;
	fit     psyrad.meta_regression_result;
	against text;
	a       int;
	k       int;
BEGIN
	IF cardinality(final) IS DISTINCT FROM cardinality(baseline) OR cardinality(final) IS DISTINCT FROM cardinality(ancova.arms)
		OR cardinality(final) <> coalesce(cardinality(sites), cardinality(final)) THEN
		RAISE array_subscript_error USING
			MESSAGE = format('final has %s elements, baseline %s, arms %s, sites %s', cardinality(final), cardinality(baseline), cardinality(ancova.arms), coalesce(cardinality(sites)::text, 'none')),
			HINT = 'One element a person in each; what is missing is NULL.';
	END IF;
	PERFORM clinical.check_model_input(final, baseline, ancova.arms, reference, level);
	SELECT count(*) FILTER (WHERE whole), count(*) FILTER (WHERE NOT whole), coalesce(avg(b) FILTER (WHERE whole), 0),
		array_agg(DISTINCT g COLLATE "C" ORDER BY g COLLATE "C") FILTER (WHERE whole), array_agg(DISTINCT s COLLATE "C" ORDER BY s COLLATE "C") FILTER (WHERE whole)
	INTO known, missing, centre, levels, places
	FROM (SELECT y, b, g, s, y IS NOT NULL AND b IS NOT NULL AND g IS NOT NULL AND (s IS NOT NULL OR sites IS NULL) AS whole
		FROM unnest(final, baseline, ancova.arms, sites) r(y, b, g, s)) rows;
	IF coalesce(cardinality(levels), 0) < 2 THEN
		RETURN QUERY SELECT 'difference', NULL::text, NULL::text, known, missing, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8,
			format('%s arm with complete rows where two are needed', coalesce(cardinality(levels), 0));
		RETURN;
	END IF;
	-- Means of the arms at the mean baseline, sites weighing the same (each coded as a deviation from their mean).
	fit := (SELECT clinical.least_squares(psyrad.meta_regression_state(y, 1,
			(SELECT array_agg((g = l)::int::float8 ORDER BY i) FROM unnest(levels) WITH ORDINALITY u(l, i)) || (b - centre)
			|| coalesce((SELECT array_agg(CASE s WHEN l THEN 1 WHEN places[cardinality(places)] THEN -1 ELSE 0 END::float8 ORDER BY i)
				FROM unnest(places) WITH ORDINALITY u(l, i) WHERE i < cardinality(places)), '{}')), level, false)
		FROM unnest(final, baseline, ancova.arms, sites) r(y, b, g, s) WHERE g IS NOT NULL AND (s IS NOT NULL OR sites IS NULL));
	-- One coefficient that cannot be told from the others leaves none with its meaning.
	IF array_position(fit.beta, NULL) IS NOT NULL OR fit.df IS NULL OR fit.df <= 0 THEN
		RETURN QUERY SELECT 'difference', NULL::text, NULL::text, known, missing, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8,
			CASE WHEN known <= cardinality(fit.beta) THEN format('%s complete rows where more than %s are needed', known, cardinality(fit.beta))
				ELSE 'arm, baseline and site cannot be told apart' END;
		RETURN;
	END IF;
	FOR a IN 1 .. cardinality(levels) LOOP
		RETURN QUERY SELECT 'adjusted mean', levels[a], NULL::text, known, missing, fit.beta[a], fit.se[a], fit.df, fit.statistic[a], fit.p[a], fit.ci_lb[a], fit.ci_ub[a], NULL::text;
	END LOOP;
	k := cardinality(levels) + 1;
	RETURN QUERY SELECT 'baseline slope', NULL::text, NULL::text, known, missing, fit.beta[k], fit.se[k], fit.df, fit.statistic[k], fit.p[k], fit.ci_lb[k], fit.ci_ub[k], NULL::text;
	-- The same model with one arm for the intercept, once for each arm that others are compared with.
	FOREACH against IN ARRAY levels LOOP
		CONTINUE WHEN against <> reference OR reference IS NULL AND against = levels[1];
		fit := (SELECT clinical.least_squares(psyrad.meta_regression_state(y, 1,
				(SELECT array_agg((g = l)::int::float8 ORDER BY i) FROM unnest(levels) WITH ORDINALITY u(l, i) WHERE l <> against) || (b - centre)
				|| coalesce((SELECT array_agg((s = l)::int::float8 ORDER BY i) FROM unnest(places) WITH ORDINALITY u(l, i) WHERE i < cardinality(places)), '{}')), level, true)
			FROM unnest(final, baseline, ancova.arms, sites) r(y, b, g, s) WHERE g IS NOT NULL AND (s IS NOT NULL OR sites IS NULL));
		RETURN QUERY SELECT 'difference', l, against, known, missing, fit.beta[i + 1], fit.se[i + 1], fit.df, fit.statistic[i + 1], fit.p[i + 1], fit.ci_lb[i + 1], fit.ci_ub[i + 1], NULL::text
		FROM (SELECT l, row_number() OVER (ORDER BY place)::int AS i, place FROM unnest(levels) WITH ORDINALITY u(l, place) WHERE l <> against) o
		WHERE reference IS NOT NULL OR l < against COLLATE "C" ORDER BY place;
	END LOOP;
END $$;
COMMENT ON FUNCTION clinical.ancova(double precision[], double precision[], text[], text[], text, double precision) IS
	'Analysis of covariance: final = baseline + arm (+ site), least squares, one element a person in each array.  Rows: the adjusted mean of each arm (at the mean baseline, sites weighing the same), the slope on the baseline, and the differences between arms, arm minus versus: against the reference, or each pair in byte order when none is named.  t with n - p df, interval of level.  Who lacks the final score, the baseline, the arm or the site is left out and counted in n_missing.  One row of NULL with the reason in note: fewer than two arms, too few rows, arm and site that cannot be told apart';

-- Repeated measures through psyrad.meta_multivariate: random effects over the visits with a free covariance G, beside a sampling variance
-- that is known, are residuals of covariance G + the known part.  That is any covariance whose smallest eigenvalue is not below the
-- known part, which is made a millionth of the totals' variance; the two always sum to the same maximum.
CREATE FUNCTION clinical.mmrm(final double precision[], baseline double precision[], arms text[], weeks numeric[], subjects text[],
	sites text[] DEFAULT NULL, reference text DEFAULT NULL, level double precision DEFAULT 0.95)
	RETURNS TABLE (quantity text, week numeric, arm text, versus text, subjects_used bigint, n bigint, n_missing bigint, estimate double precision, se double precision,
		df double precision, t double precision, p double precision, ci_lb double precision, ci_ub double precision, note text)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 20
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	size    int := cardinality(final);
	levels  text[];
	places  text[];
	plan    numeric[];
	centre  double precision;
	known   bigint;
	people  bigint;
	part    double precision;
	against text;
	fit     psyrad.meta_multivariate_result;
	means   boolean;
	at      int;
BEGIN
	IF size IS DISTINCT FROM cardinality(baseline) OR size IS DISTINCT FROM cardinality(mmrm.arms) OR size IS DISTINCT FROM cardinality(weeks)
		OR size IS DISTINCT FROM cardinality(mmrm.subjects) OR size <> coalesce(cardinality(mmrm.sites), size) THEN
		RAISE array_subscript_error USING
			MESSAGE = format('final has %s elements, baseline %s, arms %s, weeks %s, subjects %s, sites %s', size, cardinality(baseline), cardinality(mmrm.arms), cardinality(weeks),
				cardinality(mmrm.subjects), coalesce(cardinality(mmrm.sites)::text, 'none')),
			HINT = 'One element a person and visit in each; what is missing is NULL.';
	END IF;
	PERFORM clinical.check_model_input(final, baseline, mmrm.arms, reference, level);
	IF EXISTS (SELECT FROM unnest(mmrm.subjects, weeks) v(who, w) GROUP BY who, w HAVING count(*) > 1) THEN
		RAISE invalid_parameter_value USING MESSAGE = 'a person has two rows of one week';
	END IF;
	SELECT count(*), count(DISTINCT who), var_samp(y) * 1e-6, array_agg(DISTINCT g COLLATE "C" ORDER BY g COLLATE "C"),
		array_agg(DISTINCT s COLLATE "C" ORDER BY s COLLATE "C"), array_agg(DISTINCT w ORDER BY w),
		(SELECT avg(b) FROM (SELECT DISTINCT ON (who) b FROM unnest(final, baseline, mmrm.arms, weeks, mmrm.subjects, mmrm.sites) r(y, b, g, w, who, s)
			WHERE y IS NOT NULL AND b IS NOT NULL AND g IS NOT NULL AND w IS NOT NULL AND who IS NOT NULL AND (s IS NOT NULL OR mmrm.sites IS NULL) ORDER BY who, w) one)
	INTO known, people, part, levels, places, plan, centre
	FROM unnest(final, baseline, mmrm.arms, weeks, mmrm.subjects, mmrm.sites) r(y, b, g, w, who, s)
	WHERE y IS NOT NULL AND b IS NOT NULL AND g IS NOT NULL AND w IS NOT NULL AND who IS NOT NULL AND (s IS NOT NULL OR mmrm.sites IS NULL);
	IF coalesce(cardinality(levels), 0) < 2 OR cardinality(plan) < 2 OR NOT part > 0 THEN
		RETURN QUERY SELECT 'difference', NULL::numeric, NULL::text, NULL::text, people, known, size - known, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8,
			format('%s arms at %s weeks with complete rows that vary where two of each are needed', coalesce(cardinality(levels), 0), coalesce(cardinality(plan), 0));
		RETURN;
	END IF;
	against := coalesce(reference, levels[cardinality(levels)]);
	-- Twice the same model: with a mean for each arm and week, then with the differences from one arm.  Arms' columns first,
	-- then the baseline's by week, then the sites'.
	FOREACH means IN ARRAY '{true,false}'::boolean[] LOOP
		fit := (SELECT psyrad.meta_multivariate_final(psyrad.meta_multivariate_state(y, part, who, array_position(plan, w),
				(SELECT array_agg(CASE WHEN v = w THEN part ELSE 0 END ORDER BY v) FROM unnest(plan) v),
				(SELECT array_agg((v = w AND (g = l OR NOT means AND l = against))::int::float8 ORDER BY l = against, i, v) FROM unnest(levels) WITH ORDINALITY u(l, i), unnest(plan) v)
				|| (SELECT array_agg(CASE WHEN v = w THEN b - centre ELSE 0 END ORDER BY v) FROM unnest(plan) v)
				|| coalesce((SELECT array_agg(CASE s WHEN l THEN 1 WHEN places[cardinality(places)] THEN -1 ELSE 0 END::float8 ORDER BY i)
					FROM unnest(places) WITH ORDINALITY u(l, i) WHERE i < cardinality(places)), '{}')),
				structure => 'UN', method => 'REML', test => 't', level => level, means => 'none')
			FROM unnest(final, baseline, mmrm.arms, weeks, mmrm.subjects, mmrm.sites) r(y, b, g, w, who, s)
			WHERE y IS NOT NULL AND b IS NOT NULL AND g IS NOT NULL AND w IS NOT NULL AND who IS NOT NULL AND (s IS NOT NULL OR mmrm.sites IS NULL));
		IF array_position(fit.beta, NULL) IS NOT NULL OR NOT fit.df > 0 OR EXISTS (SELECT FROM unnest(fit.g) v WHERE v IS NULL) THEN
			RETURN QUERY SELECT 'difference', NULL::numeric, NULL::text, NULL::text, people, known, size - known, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8,
				coalesce('the model cannot be told from the data: ' || fit.note, 'arm, week, baseline and site cannot be told apart');
			RETURN;
		END IF;
		RETURN QUERY
		SELECT CASE WHEN means THEN 'adjusted mean' ELSE 'difference' END, plan[v], l, CASE WHEN NOT means THEN against END, people, known, size - known,
			fit.beta[c], fit.se[c], fit.df, fit.statistic[c], fit.p[c], fit.ci_lb[c], fit.ci_ub[c], NULL::text
		FROM (SELECT l, v, row_number() OVER (ORDER BY l = against, i, v)::int AS c FROM unnest(levels) WITH ORDINALITY u(l, i), generate_subscripts(plan, 1) v) o
		WHERE means OR l <> against ORDER BY v, l COLLATE "C";
	END LOOP;
	FOR at IN 1 .. cardinality(plan) LOOP
		RETURN QUERY SELECT 'residual SD', plan[at], NULL::text, NULL::text, people, known, size - known, sqrt(fit.g[at][at] + part), NULL::float8, NULL::float8, NULL::float8,
			NULL::float8, NULL::float8, NULL::float8, NULL::text;
	END LOOP;
END $$;
COMMENT ON FUNCTION clinical.mmrm(double precision[], double precision[], text[], numeric[], text[], text[], text, double precision) IS
	'Mixed model for repeated measures: final = arm * week + baseline * week (+ site), residuals of one person with a free (unstructured) covariance over the weeks, by REML at its maximum; one element a person and week in each array.  Rows: the adjusted mean of each arm and week (at the mean baseline of the people, sites weighing the same), the difference of each arm from the reference (the last arm in byte order when none is named) at each week, and the residual SD of each week.  df is the residual n - p, as nlme::gls has it: Satterthwaite''s and Kenward and Roger''s are not computed, and with few people p is too small.  Rows with something missing are left out and counted: missing at random is assumed.  At most 16 weeks';

-------------------------------------------------------------------------------------------------- of a study

CREATE FUNCTION clinical.trial_ancova(study text, instrument text, session text, missing text DEFAULT 'observed', reference text DEFAULT NULL,
	by_site boolean DEFAULT true, level double precision DEFAULT 0.95)
	RETURNS TABLE (missing_rule text, quantity text, arm text, versus text, n bigint, n_missing bigint, n_carried bigint, estimate double precision,
		se double precision, df double precision, t double precision, p double precision, ci_lb double precision, ci_ub double precision, note text)
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	PERFORM clinical.one_instrument(trial_ancova.instrument);
	IF trial_ancova.missing IS NULL OR trial_ancova.missing NOT IN ('observed', 'locf') THEN
		RAISE invalid_parameter_value USING MESSAGE = format('missing is %s where observed or locf is expected', coalesce(quote_literal(trial_ancova.missing), 'NULL'));
	ELSIF NOT EXISTS (SELECT FROM clinical.visit_plan v WHERE (v.study, v.session) = (trial_ancova.study, trial_ancova.session)) THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('study %s plans no session %s', coalesce(quote_literal(trial_ancova.study), 'NULL'), coalesce(quote_literal(trial_ancova.session), 'NULL')),
			HINT = format('It plans: %s.', (SELECT string_agg(v.session, ', ' ORDER BY v.week, v.session) FROM clinical.visit_plan v WHERE v.study = trial_ancova.study));
	ELSIF EXISTS (SELECT FROM clinical.participant q WHERE q.study = trial_ancova.study AND q.masked) THEN
		RAISE insufficient_privilege USING MESSAGE = format('study %s is masked: its arms cannot be compared before clinical.unmask', trial_ancova.study);
	END IF;
	RETURN QUERY
	SELECT trial_ancova.missing, a.quantity, a.arm, a.versus, a.n, a.n_missing, o.carried, a.estimate, a.se, a.df, a.t, a.p, a.ci_lb, a.ci_ub, a.note
	FROM (SELECT array_agg(q.total::float8 ORDER BY q.subject_id) AS final, array_agg(q.baseline::float8 ORDER BY q.subject_id) AS baseline,
			array_agg(q.arm ORDER BY q.subject_id) AS arm, array_agg(q.site ORDER BY q.subject_id) AS site, count(*) FILTER (WHERE q.carried) AS carried
		FROM clinical.subject_outcome q
		WHERE (q.study, q.instrument, q.session, q.missing) = (trial_ancova.study, trial_ancova.instrument, trial_ancova.session, trial_ancova.missing) AND q.kind <> 'healthy') o,
		clinical.ancova(o.final, o.baseline, o.arm, CASE WHEN by_site THEN o.site END, trial_ancova.reference, trial_ancova.level) a;
END $$;
COMMENT ON FUNCTION clinical.trial_ancova(text, text, text, text, text, boolean, double precision) IS
	'The primary analysis of a trial: clinical.ancova of the total at one session on baseline, arm and site, over the sites that the caller sees, healthy controls left out.  missing: observed (who was not rated is left out and counted) or locf; n_carried counts the totals carried forward.  Errors: an instrument whose version is not stated, an unknown session, a masked study';

CREATE FUNCTION clinical.trial_mmrm(study text, instrument text, reference text DEFAULT NULL, by_site boolean DEFAULT true, level double precision DEFAULT 0.95)
	RETURNS TABLE (quantity text, week numeric, arm text, versus text, subjects_used bigint, n bigint, n_missing bigint, estimate double precision, se double precision,
		df double precision, t double precision, p double precision, ci_lb double precision, ci_ub double precision, note text)
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	PERFORM clinical.one_instrument(trial_mmrm.instrument);
	IF NOT EXISTS (SELECT FROM clinical.study s WHERE s.study = trial_mmrm.study) THEN
		RAISE invalid_parameter_value USING MESSAGE = format('study %s is not declared', coalesce(quote_literal(trial_mmrm.study), 'NULL'));
	ELSIF EXISTS (SELECT FROM clinical.participant q WHERE q.study = trial_mmrm.study AND q.masked) THEN
		RAISE insufficient_privilege USING MESSAGE = format('study %s is masked: its arms cannot be compared before clinical.unmask', trial_mmrm.study);
	END IF;
	RETURN QUERY
	SELECT m.* FROM (SELECT array_agg(q.total::float8 ORDER BY q.subject_id, q.week) AS final, array_agg(q.baseline::float8 ORDER BY q.subject_id, q.week) AS baseline,
			array_agg(q.arm ORDER BY q.subject_id, q.week) AS arm, array_agg(q.week ORDER BY q.subject_id, q.week) AS week,
			array_agg(q.subject_id::text ORDER BY q.subject_id, q.week) AS who, array_agg(q.site ORDER BY q.subject_id, q.week) AS site
		FROM clinical.subject_outcome q
		WHERE (q.study, q.instrument, q.missing) = (trial_mmrm.study, trial_mmrm.instrument, 'observed') AND q.kind <> 'healthy') o,
		clinical.mmrm(o.final, o.baseline, o.arm, o.week, o.who, CASE WHEN by_site THEN o.site END, trial_mmrm.reference, trial_mmrm.level) m;
END $$;
COMMENT ON FUNCTION clinical.trial_mmrm(text, text, text, boolean, double precision) IS
	'clinical.mmrm of all totals after baseline of a study, over the sites that the caller sees, healthy controls left out.  Errors: an instrument whose version is not stated, a masked study';

-------------------------------------------------------------------------------------------------- agreement of raters

RESET ROLE;
GRANT CREATE ON SCHEMA clinical TO psyrad_view;
SET LOCAL ROLE psyrad_view;

CREATE VIEW clinical.rater_agreement AS
SELECT p.study, p.instrument, p.session, p.rater, p.versus, p.n, p.mean_difference, p.sd_difference,
	'ICC(2,1)' AS icc_type, nullif((p.icc).estimate[1], 'NaN') AS icc, nullif((p.icc).ci_lb[1], 'NaN') AS icc_lb, nullif((p.icc).ci_ub[1], 'NaN') AS icc_ub, (p.icc).note
FROM (
	SELECT k.study, a.instrument, a.session, a.rater, b.rater AS versus, count(*) FILTER (WHERE v.first) AS n,
		avg(a.total - b.total)::float8 AS mean_difference, stddev_samp(a.total - b.total) FILTER (WHERE v.first)::float8 AS sd_difference,
		psyrad.mass_icc(ARRAY[v.total::float8], a.subject_id, v.rater) AS icc
	FROM clinical.score a
	JOIN clinical.score b ON (b.subject_id, b.session, b.instrument) = (a.subject_id, a.session, a.instrument) AND b.rater COLLATE "C" > a.rater COLLATE "C"
	JOIN clinical.subject_key k ON k.subject_id = a.subject_id
	CROSS JOIN LATERAL (VALUES (true, a.rater, a.total), (false, b.rater, b.total)) v(first, rater, total)
	WHERE a.rater <> '' AND a.total IS NOT NULL AND b.total IS NOT NULL
	GROUP BY k.study, a.instrument, a.session, a.rater, b.rater
) p;
COMMENT ON VIEW clinical.rater_agreement IS 'Two raters of the same people at one visit: n rated by both, the mean and SD of rater minus versus, and the intraclass correlation of their totals (two-way random, absolute agreement, of one rater) with its 95 % interval; NULL with the reason in note';

CREATE VIEW clinical.rater_item_agreement AS
SELECT p.study, p.instrument, p.session, p.rater, p.versus, p.item, p.n, p.same::float8 / p.n AS agreement, (p.kappa).estimate AS kappa, (p.kappa).ci_lb AS kappa_lb, (p.kappa).ci_ub AS kappa_ub
FROM (
	SELECT k.study, a.instrument, a.session, a.rater, b.rater AS versus, i.item, count(*) AS n, count(*) FILTER (WHERE i.one = i.other) AS same,
		psyrad.metric_kappa(i.one::text, i.other::text) AS kappa
	FROM clinical.score a
	JOIN clinical.score b ON (b.subject_id, b.session, b.instrument) = (a.subject_id, a.session, a.instrument) AND b.rater COLLATE "C" > a.rater COLLATE "C"
	JOIN clinical.subject_key k ON k.subject_id = a.subject_id
	CROSS JOIN LATERAL unnest(a.items, b.items) WITH ORDINALITY i(one, other, item)
	WHERE a.rater <> '' AND i.one IS NOT NULL AND i.other IS NOT NULL
	GROUP BY k.study, a.instrument, a.session, a.rater, b.rater, i.item
) p;
COMMENT ON VIEW clinical.rater_item_agreement IS 'The same item by item: the share of equal answers and Cohen''s kappa, which takes the answers as names without an order';

GRANT SELECT ON clinical.rater_agreement, clinical.rater_item_agreement TO psyrad_ingest, psyrad_analyst;
RESET ROLE;
REVOKE CREATE ON SCHEMA clinical FROM psyrad_view;

COMMIT;
