-- Deploy psyrad:model_evaluation to pg
-- Who is tested where, what was predicted, how good it was, and what leaked.
--
-- Splits, predictions and outcomes are written once and never changed.  Each has a pair of functions: one that runs as the caller,
-- so that row policies decide which subjects there are, and one that writes as the owner, who may insert at the caller's sites and
-- reads nothing there.  Views belong to psyrad_view and show what their caller's sites allow: what is shared with a site that the
-- caller does not see is not shown.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- tables

CREATE TABLE model.outcome (
	outcome     text PRIMARY KEY CHECK (outcome ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$' AND outcome NOT IN ('response', 'remission', 'patient', 'improvement', 'sex')),
	kind        text NOT NULL CHECK (kind IN ('truth', 'label', 'value')),
	definition  text NOT NULL,
	declared_by name NOT NULL DEFAULT current_user,
	declared_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE model.outcome IS 'What predictions are held against, beside the warehouse''s own (response, remission, patient, improvement, sex); model.declare_outcome writes it';
COMMENT ON COLUMN model.outcome.kind IS 'truth: yes or no; label: one of several classes; value: a number';
COMMENT ON COLUMN model.outcome.definition IS 'In the words of whoever declared it';

CREATE TABLE model.outcome_value (
	subject_id bigint NOT NULL,
	outcome    text NOT NULL REFERENCES model.outcome,
	site       text NOT NULL,
	truth      boolean,
	label      text,
	value      float8,
	PRIMARY KEY (subject_id, outcome),
	FOREIGN KEY (subject_id, site) REFERENCES clinical.subject_key (subject_id, site),
	CHECK (num_nonnulls(truth, label, value) = 1),
	CHECK (value NOT IN ('NaN', 'Infinity', '-Infinity'))
);
COMMENT ON TABLE model.outcome_value IS 'Declared outcomes, one row a subject';

CREATE INDEX acquisition_payload ON imaging.acquisition (payload_sha256) WHERE payload_sha256 IS NOT NULL;

DO $$
DECLARE
	target regclass;
BEGIN
	PERFORM clinical.guard_by_site('model.outcome_value');
	FOREACH target IN ARRAY ARRAY['model.split_member', 'model.prediction', 'model.outcome_value']::regclass[]
	LOOP
		EXECUTE format('REVOKE INSERT, UPDATE ON %s FROM psyrad_ingest', target);
		EXECUTE format('CREATE POLICY function_insert ON %s FOR INSERT TO psyrad_owner WITH CHECK (model.caller_can_see_site(site))', target);
	END LOOP;
END $$;
GRANT SELECT ON model.outcome TO psyrad_ingest, psyrad_analyst, psyrad_view;

---------------------------------------------------------------------------------------------------- splits

CREATE FUNCTION model.draw(seed bigint, study text, label text) RETURNS bytea
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN pg_catalog.sha256(pg_catalog.convert_to(seed || ':' || study || ':' || label, 'UTF8'));
COMMENT ON FUNCTION model.draw(bigint, text, text) IS
	'The random number by which a split orders a participant: SHA-256 of seed:study:label.  A function of these alone, so that neither the order of rows nor the warehouse nor who else takes part changes it';

-- Sites to folds, the largest first, each to the fold that has the fewest subjects so far (as scikit-learn's GroupKFold).
CREATE FUNCTION model.deal_sites(sites text[], folds int, seed bigint) RETURNS TABLE (site text, fold int)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	load  bigint[] := array_fill(0::bigint, ARRAY[folds]);
	next  record;
BEGIN
	FOR next IN SELECT s, count(*) AS n FROM unnest(sites) s GROUP BY s ORDER BY count(*) DESC, model.draw(seed, 'site', s)
	LOOP
		site := next.s;
		SELECT l.fold INTO fold FROM unnest(load) WITH ORDINALITY l(n, fold) ORDER BY l.n, l.fold LIMIT 1;
		load[fold] := load[fold] + next.n;
		RETURN NEXT;
	END LOOP;
END $$;
COMMENT ON FUNCTION model.deal_sites(text[], int, bigint) IS 'Part of model.make_split: the fold of each site; sites holds one element a subject';

CREATE FUNCTION model.deal_subjects(studies text[], labels text[], strata text[], folds int, test_share numeric, seed bigint) RETURNS int[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT array_agg(CASE
			WHEN test_share IS NULL THEN ((place - 1) % folds + 1)::int
			ELSE (floor(place * test_share) > floor((place - 1) * test_share))::int END ORDER BY k)
	FROM (SELECT k, row_number() OVER (ORDER BY u.stratum COLLATE "C", model.draw(deal_subjects.seed, u.study, u.label), u.study COLLATE "C", u.label COLLATE "C") AS place
		  FROM unnest(studies, labels, strata) WITH ORDINALITY u(study, label, stratum, k)) dealt;
END;
COMMENT ON FUNCTION model.deal_subjects(text[], text[], text[], int, numeric, bigint) IS
	'Part of model.make_split: subjects stand by stratum, then by model.draw, and are dealt to the folds in turn, so that folds differ by one subject at most, in all and in each stratum; of a hold-out every 1/test_share-th is tested';

CREATE FUNCTION model.check_split(folds int, n bigint, n_sites bigint, kept_together text, stratified boolean, test_share numeric, test_sites text[], unknown_sites text) RETURNS void
	LANGUAGE plpgsql IMMUTABLE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF kept_together IS NULL OR kept_together NOT IN ('subject', 'site') THEN
		RAISE invalid_parameter_value USING MESSAGE = format('kept_together is %s, ''subject'' or ''site'' expected', coalesce(quote_literal(kept_together), 'NULL'));
	ELSIF num_nonnulls(folds, test_share, test_sites) > 1 THEN
		RAISE invalid_parameter_value USING MESSAGE = 'folds, test_share and test_sites exclude each other',
			HINT = 'folds is a cross-validation, test_share a hold-out of subjects, test_sites a hold-out of whole sites.';
	ELSIF (kept_together = 'site' OR test_sites IS NOT NULL) AND stratified THEN
		RAISE invalid_parameter_value USING MESSAGE = 'whole sites cannot keep the shares of strata', HINT = 'Leave strata out.';
	ELSIF kept_together = 'site' AND test_share IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = 'a share of the subjects cannot be held out where sites are kept together', HINT = 'Name the sites that are tested: test_sites.';
	ELSIF unknown_sites IS NOT NULL THEN
		RAISE undefined_object USING MESSAGE = format('test_sites: no subject is of %s', unknown_sites);
	ELSIF test_sites IS NOT NULL AND (SELECT count(DISTINCT t) FROM unnest(test_sites) t) >= n_sites THEN
		RAISE invalid_parameter_value USING MESSAGE = 'test_sites leaves no site to train on';
	ELSIF test_share <= 0 OR test_share >= 1 THEN
		RAISE invalid_parameter_value USING MESSAGE = format('test_share is %s, a number between 0 and 1 expected', test_share);
	ELSIF floor(n * test_share) < 1 OR floor(n * test_share) >= n THEN
		RAISE invalid_parameter_value USING MESSAGE = format('%s of %s subjects would be tested', floor(n * test_share), n);
	ELSIF folds < 2 OR folds > 1000 OR folds > (CASE kept_together WHEN 'site' THEN n_sites ELSE n END) THEN
		RAISE invalid_parameter_value USING MESSAGE = format('folds is %s, 2 to %s expected', folds, least(1000, CASE kept_together WHEN 'site' THEN n_sites ELSE n END)),
			HINT = format('There are %s subjects of %s sites.', n, n_sites);
	ELSIF kept_together = 'site' AND n_sites < 2 AND test_sites IS NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = 'the subjects are of one site: no other can be left out';
	ELSIF n < 2 THEN
		RAISE invalid_parameter_value USING MESSAGE = format('%s subjects cannot be split', n);
	END IF;
END $$;
COMMENT ON FUNCTION model.check_split(int, bigint, bigint, text, boolean, numeric, text[], text) IS 'Part of model.make_split: raises unless there is such a split';

CREATE FUNCTION model.store_split(split text, cohort text, folds int, seed bigint, kept_together text, test_share numeric, test_sites text[],
	subjects bigint[], sites text[], studies text[], labels text[], strata text[]) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	held_out boolean := num_nonnulls(test_share, test_sites) > 0;
	n_sites  bigint := (SELECT count(DISTINCT s) FROM unnest(sites) s);
	fold     int[];
BEGIN
	PERFORM model.check_split(folds, cardinality(subjects), n_sites, kept_together, strata IS NOT NULL, test_share, test_sites,
		(SELECT string_agg(DISTINCT quote_literal(t), ', ') FROM unnest(test_sites) t WHERE t <> ALL (sites)));
	IF test_sites IS NOT NULL THEN
		kept_together := 'site';
		fold := ARRAY(SELECT (s = ANY (test_sites))::int FROM unnest(sites) WITH ORDINALITY u(s, k) ORDER BY k);
	ELSIF kept_together = 'site' THEN
		folds := coalesce(folds, least(n_sites, 1000));
		fold := ARRAY(SELECT d.fold FROM unnest(sites) WITH ORDINALITY u(s, k) JOIN model.deal_sites(sites, folds, seed) d ON d.site = u.s ORDER BY k);
	ELSE
		folds := coalesce(folds, least(5, cardinality(subjects)));
		fold := model.deal_subjects(studies, labels, strata, folds, test_share, seed);
	END IF;
	INSERT INTO model.split (split, kind, folds, seed, kept_together, strata, test_share, cohort, studies, members, fingerprint, made_by)
	SELECT store_split.split, CASE WHEN held_out THEN 'hold-out' ELSE 'folds' END, CASE WHEN held_out THEN 1 ELSE store_split.folds END, store_split.seed,
		store_split.kept_together, coalesce((SELECT array_agg(DISTINCT s ORDER BY s) FROM unnest(store_split.strata) s), '{}'), store_split.test_share,
		store_split.cohort, array_agg(DISTINCT u.study ORDER BY u.study), count(*),
		encode(sha256(convert_to(string_agg(u.study || ':' || u.label || ':' || u.fold, E'\n' ORDER BY (u.study || ':' || u.label) COLLATE "C"), 'UTF8')), 'hex'), model.caller()
	FROM unnest(store_split.studies, labels, fold) u(study, label, fold);
	INSERT INTO model.split_member (subject_id, split, site, fold, stratum)
	SELECT u.subject_id, store_split.split, u.site, u.fold, u.stratum FROM unnest(subjects, sites, fold, store_split.strata) u(subject_id, site, fold, stratum);
END $$;
COMMENT ON FUNCTION model.store_split(text, text, int, bigint, text, numeric, text[], bigint[], text[], text[], text[], text[]) IS
	'For model.make_split: deals the subjects that it found, and inserts them at sites of the caller';

CREATE FUNCTION model.make_split(split text, subjects bigint[], cohort text, strata text[] DEFAULT NULL, folds int DEFAULT NULL, seed bigint DEFAULT 1,
	kept_together text DEFAULT 'subject', test_share numeric DEFAULT NULL, test_sites text[] DEFAULT NULL) RETURNS int
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	given  bigint := cardinality(subjects);
	unseen bigint;
	split_up text;
	found  record;
BEGIN
	IF split IS NULL OR split !~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$' THEN
		RAISE invalid_parameter_value USING MESSAGE = format('%s is no name for a split', coalesce(quote_literal(split), 'NULL')),
			HINT = 'Letters, digits, - and _ are allowed, the first a letter or a digit, 63 at most.';
	ELSIF coalesce(cohort, '') = '' THEN
		RAISE null_value_not_allowed USING MESSAGE = 'cohort is empty', HINT = 'Say in words whose subjects they are.';
	ELSIF coalesce(given, 0) = 0 OR array_position(subjects, NULL) IS NOT NULL OR seed IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'subjects and seed must be given, without NULL',
			HINT = 'SELECT model.make_split(''name'', array_agg(subject_id), ''whose'') FROM ... makes one of the subjects of a query.';
	ELSIF strata IS NOT NULL AND (cardinality(strata) <> given OR array_position(strata, NULL) IS NOT NULL) THEN
		RAISE null_value_not_allowed USING MESSAGE = format('strata has %s elements, %s of them NULL, for %s subjects: one for each expected',
			cardinality(strata), cardinality(array_positions(strata, NULL)), given), HINT = 'Leave out whose class is not known.';
	ELSIF EXISTS (SELECT FROM model.split s WHERE s.split = make_split.split) THEN
		RAISE duplicate_object USING MESSAGE = format('there is a split %s already, and splits are never changed', quote_literal(split)), HINT = 'Take another name.';
	END IF;
	SELECT count(DISTINCT u) INTO unseen FROM unnest(subjects) u WHERE NOT EXISTS (SELECT FROM clinical.subject_key k WHERE k.subject_id = u);
	IF unseen > 0 THEN
		RAISE undefined_object USING MESSAGE = format('%s of the subjects are none that role %I sees', unseen, model.caller());
	END IF;
	-- Several rows of a subject (visits, images) are one subject; they must agree in its class.
	SELECT string_agg(format('%s:%s', k.study, k.label), ', ' ORDER BY k.study, k.label) INTO split_up
	FROM (SELECT u.id FROM unnest(subjects, strata) u(id, stratum) GROUP BY u.id HAVING count(DISTINCT u.stratum) > 1 ORDER BY 1 LIMIT 5) d JOIN clinical.subject_key k ON k.subject_id = d.id;
	IF split_up IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('subjects are of two strata at once: %s', split_up);
	END IF;
	SELECT array_agg(k.subject_id ORDER BY k.subject_id) AS ids, array_agg(k.site ORDER BY k.subject_id) AS sites, array_agg(k.study ORDER BY k.subject_id) AS studies,
		array_agg(k.label ORDER BY k.subject_id) AS labels, array_agg(u.stratum ORDER BY k.subject_id) AS strata INTO found
	FROM (SELECT DISTINCT x.id, x.stratum FROM unnest(subjects, strata) x(id, stratum)) u JOIN clinical.subject_key k ON k.subject_id = u.id;
	PERFORM model.store_split(split, cohort, folds, seed, kept_together, test_share, test_sites, found.ids, found.sites, found.studies, found.labels,
		CASE WHEN strata IS NOT NULL THEN found.strata END);
	RETURN cardinality(found.ids);
END $$;
COMMENT ON FUNCTION model.make_split(text, bigint[], text, text[], int, bigint, text, numeric, text[]) IS
	'Stores who is tested where, for ever: SELECT model.make_split(''cv'', array_agg(subject_id), ''whose'', array_agg(responded::text)) FROM report.improvement.  subjects: of any query, several rows of one counting once; strata: the class of each, whose shares the folds keep; folds: 5 by default.  kept_together => ''site'': whole sites, by default each left out once.  test_share, or test_sites: a hold-out instead.  The same subjects, strata and seed give the same folds, in whatever order rows come.  Returns how many subjects.  Errors: 42704 for subjects that the caller does not see; 42710 for a name that is taken';

---------------------------------------------------------------------------------------------------- predictions

CREATE FUNCTION model.resolve(name text, OUT bare text, OUT version int)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	bare := split_part(resolve.name, '@', 1);
	version := CASE WHEN resolve.name ~ '@[0-9]{1,9}$' THEN split_part(resolve.name, '@', 2)::int ELSE model.version(bare) END;
	IF NOT EXISTS (SELECT FROM model.registry r WHERE r.name = resolve.bare AND r.version = resolve.version) THEN
		RAISE undefined_object USING MESSAGE = CASE
			WHEN NOT EXISTS (SELECT FROM model.registry r WHERE r.name = resolve.bare) THEN format('there is no model %s', coalesce(quote_literal(resolve.bare), 'NULL'))
			WHEN resolve.version IS NULL THEN format('every version of model %s is retired', resolve.bare)
			ELSE format('model %s has no version %s', resolve.bare, resolve.version) END;
	END IF;
END $$;
COMMENT ON FUNCTION model.resolve(text) IS 'The model and version that a name, or name@version, stands for; raises when there is none';

CREATE FUNCTION model.store_prediction_rows(name text, version int, split text, subjects bigint[], sites text[], sessions text[], folds int[], scores float8[], labels text[]) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT (CASE split WHEN '' THEN model.can_score(name) ELSE model.can_manage(name) END) THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('role %I may not store predictions of model %s', model.caller(), quote_literal(name)),
			HINT = format('Let who manages it run: SELECT model.grant_scoring(%L, %L%s);', name, model.caller(), CASE split WHEN '' THEN '' ELSE ', may_manage => true' END);
	END IF;
	INSERT INTO model.prediction (subject_id, name, version, session, split, fold, site, score, label)
	SELECT u.subject_id, store_prediction_rows.name, store_prediction_rows.version, u.session, store_prediction_rows.split, u.fold, u.site, u.score, u.label
	FROM unnest(subjects, sites, sessions, folds, scores, labels) u(subject_id, site, session, fold, score, label);
END $$;
COMMENT ON FUNCTION model.store_prediction_rows(text, int, text, bigint[], text[], text[], int[], float8[], text[]) IS
	'For model.store_predictions: inserts the rows that are new, at sites of the caller, when it may score with the model (manage it, for scores out of fold)';

CREATE FUNCTION model.store_predictions(name text, subjects bigint[], sessions text[], scores float8[], labels text[] DEFAULT NULL, split text DEFAULT '') RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	bare    text;
	wanted  int;
	n       int := cardinality(subjects);
	found   record;
BEGIN
	SELECT r.bare, r.version INTO bare, wanted FROM model.resolve(name) r;
	IF n IS NULL OR cardinality(sessions) IS DISTINCT FROM n OR cardinality(scores) IS DISTINCT FROM n OR coalesce(cardinality(labels), n) <> n
		OR array_position(subjects, NULL) IS NOT NULL OR array_position(sessions, NULL) IS NOT NULL OR split IS NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('subjects, sessions, scores%s hold %s, %s, %s elements: as many of each expected, no NULL subject or session',
			CASE WHEN labels IS NOT NULL THEN ' and labels' END, n, cardinality(sessions), cardinality(scores));
	ELSIF split <> '' AND NOT EXISTS (SELECT FROM model.split s WHERE s.split = store_predictions.split) THEN
		RAISE undefined_object USING MESSAGE = format('there is no split %s', quote_literal(split));
	END IF;
	WITH given AS MATERIALIZED (
		SELECT u.id, u.session, u.score, u.label, v.site, m.fold, p.subject_id IS NOT NULL AS known,
			p.score IS NOT DISTINCT FROM u.score AND p.label IS NOT DISTINCT FROM u.label AS same, count(*) OVER (PARTITION BY u.id, u.session) AS times
		FROM unnest(subjects, sessions, scores, labels) u(id, session, score, label)
		LEFT JOIN clinical.visit v ON (v.subject_id, v.session) = (u.id, u.session)
		LEFT JOIN model.split_member m ON m.subject_id = u.id AND m.split = store_predictions.split AND m.fold > 0
		LEFT JOIN model.prediction p ON (p.subject_id, p.name, p.version, p.session, p.split) = (u.id, bare, wanted, u.session, store_predictions.split)
	)
	SELECT count(*) FILTER (WHERE site IS NULL) AS unseen, count(*) FILTER (WHERE fold IS NULL) AS untested, count(*) FILTER (WHERE times > 1) AS twice,
		count(*) FILTER (WHERE score = 'NaN') AS nan, count(*) FILTER (WHERE known AND NOT same) AS changed,
		array_agg(id ORDER BY id, session) FILTER (WHERE NOT known) AS ids, array_agg(site ORDER BY id, session) FILTER (WHERE NOT known) AS sites,
		array_agg(session ORDER BY id, session) FILTER (WHERE NOT known) AS sessions, array_agg(fold ORDER BY id, session) FILTER (WHERE NOT known) AS folds,
		array_agg(score ORDER BY id, session) FILTER (WHERE NOT known) AS scores, array_agg(label ORDER BY id, session) FILTER (WHERE NOT known) AS labels
	INTO found FROM given;
	IF found.unseen > 0 THEN
		RAISE undefined_object USING MESSAGE = format('%s of the visits are none that role %I sees', found.unseen, model.caller());
	ELSIF split <> '' AND found.untested > 0 THEN
		RAISE invalid_parameter_value USING MESSAGE = format('%s of the predictions are of subjects whom split %s does not test', found.untested, quote_literal(split));
	ELSIF found.twice > 0 THEN
		RAISE cardinality_violation USING MESSAGE = format('%s of the predictions are of a visit that is given twice', found.twice);
	ELSIF found.nan > 0 THEN
		RAISE invalid_parameter_value USING MESSAGE = format('%s of the scores are NaN', found.nan), HINT = 'A score that is not known is NULL.';
	ELSIF found.changed > 0 THEN
		RAISE unique_violation USING MESSAGE = format('%s of the predictions differ from those that are stored, which are never changed', found.changed),
			HINT = 'Register a new version of the model, or make a new split.';
	END IF;
	PERFORM model.store_prediction_rows(bare, wanted, split, coalesce(found.ids, '{}'), found.sites, found.sessions, CASE WHEN split <> '' THEN found.folds END, found.scores, found.labels);
	RETURN coalesce(cardinality(found.ids), 0);
END $$;
COMMENT ON FUNCTION model.store_predictions(text, bigint[], text[], float8[], text[], text) IS
	'Stores what a model (name, or name@version) said of visits: SELECT model.store_predictions(''m'', array_agg(subject_id), array_agg(session), array_agg(model.score(''m'', features))) FROM ....  split: the scores are out of fold, each by a model that did not see the subject''s fold.  Stored once and never changed; returns how many are new.  Needs the right to score, with split the right to manage';

---------------------------------------------------------------------------------------------------- outcomes

CREATE FUNCTION model.store_outcome(outcome text, kind text, definition text, subjects bigint[], sites text[], truths boolean[], labels text[], vals float8[]) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO model.outcome (outcome, kind, definition, declared_by) VALUES (store_outcome.outcome, store_outcome.kind, store_outcome.definition, model.caller());
	INSERT INTO model.outcome_value (subject_id, outcome, site, truth, label, value)
	SELECT u.subject_id, store_outcome.outcome, u.site, u.truth, u.label, u.value FROM unnest(subjects, sites, truths, labels, vals) u(subject_id, site, truth, label, value);
END $$;
COMMENT ON FUNCTION model.store_outcome(text, text, text, bigint[], text[], boolean[], text[], float8[]) IS 'For model.declare_outcome: inserts at sites of the caller';

CREATE FUNCTION model.declare_outcome(outcome text, definition text, subjects bigint[], truths boolean[] DEFAULT NULL, labels text[] DEFAULT NULL, vals float8[] DEFAULT NULL) RETURNS bigint
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	kind  text := CASE WHEN truths IS NOT NULL THEN 'truth' WHEN labels IS NOT NULL THEN 'label' ELSE 'value' END;
	n     int := cardinality(subjects);
	found record;
BEGIN
	IF coalesce(definition, '') = '' OR num_nonnulls(truths, labels, vals) <> 1 OR cardinality(subjects) IS DISTINCT FROM coalesce(cardinality(truths), cardinality(labels), cardinality(vals)) THEN
		RAISE invalid_parameter_value USING MESSAGE = 'a definition in words, and one of truths, labels and vals with an element for each subject expected';
	ELSIF EXISTS (SELECT FROM model.outcome o WHERE o.outcome = declare_outcome.outcome) THEN
		RAISE duplicate_object USING MESSAGE = format('there is an outcome %s already, and outcomes are never changed', quote_literal(outcome)), HINT = 'Take another name.';
	END IF;
	SELECT count(*) FILTER (WHERE k.subject_id IS NULL) AS unseen, n - count(DISTINCT u.id) AS twice, array_agg(u.id ORDER BY u.k) FILTER (WHERE u.known) AS ids, array_agg(k.site ORDER BY u.k) FILTER (WHERE u.known) AS sites,
		array_agg(u.truth ORDER BY u.k) FILTER (WHERE u.known) AS truths, array_agg(u.label ORDER BY u.k) FILTER (WHERE u.known) AS labels, array_agg(u.value ORDER BY u.k) FILTER (WHERE u.known) AS vals
	INTO found FROM (SELECT *, num_nonnulls(x.truth, x.label, x.value) = 1 AS known FROM unnest(subjects, truths, labels, vals) WITH ORDINALITY x(id, truth, label, value, k)) u
	LEFT JOIN clinical.subject_key k ON k.subject_id = u.id;
	IF found.unseen > 0 OR found.twice > 0 THEN
		RAISE invalid_parameter_value USING MESSAGE = format('%s of the subjects are none that role %I sees, %s are given twice', found.unseen, model.caller(), found.twice);
	END IF;
	PERFORM model.store_outcome(outcome, kind, definition, coalesce(found.ids, '{}'), found.sites, CASE kind WHEN 'truth' THEN found.truths END, CASE kind WHEN 'label' THEN found.labels END, CASE kind WHEN 'value' THEN found.vals END);
	RETURN coalesce(cardinality(found.ids), 0);
END $$;
COMMENT ON FUNCTION model.declare_outcome(text, text, bigint[], boolean[], text[], float8[]) IS
	'Stores what became of subjects, by any query, for predictions to be held against: truths (yes or no), labels (classes) or vals (numbers).  NULL: not known.  Never changed; returns how many are known.  response, remission, patient, improvement and sex are there without it';

RESET ROLE;
GRANT CREATE ON SCHEMA model TO psyrad_view;
SET LOCAL ROLE psyrad_view;

CREATE VIEW model.truth AS
SELECT subject_id, site, o.outcome, o.truth, NULL::text AS label, o.value
FROM report.improvement i
CROSS JOIN LATERAL (VALUES ('response', i.responded, NULL::float8), ('remission', i.remitted, NULL), ('improvement', NULL, i.improvement::float8)) o(outcome, truth, value)
WHERE i.kind <> 'healthy'
UNION ALL
SELECT s.subject_id, s.site, 'patient', a.kind <> 'healthy', NULL, NULL FROM clinical.subject s JOIN clinical.arm a ON (a.study, a.arm) = (s.study, s.arm)
UNION ALL
SELECT subject_id, site, 'sex', NULL, sex, NULL FROM clinical.subject WHERE sex IS NOT NULL
UNION ALL
SELECT subject_id, site, outcome, truth, label, value FROM model.outcome_value;
COMMENT ON VIEW model.truth IS 'What predictions are held against, one row a subject and outcome: response, remission and improvement (HAMD-17 from the pre to the post visit, patients), patient (no healthy control), sex, and what model.declare_outcome stored';

---------------------------------------------------------------------------------------------------- leakage

CREATE VIEW model.image_twin AS
SELECT DISTINCT a.subject_id, b.subject_id AS twin_id, a.site, b.site AS twin_site, a.payload_sha256
FROM imaging.acquisition a
JOIN imaging.acquisition b ON b.payload_sha256 = a.payload_sha256 AND b.subject_id <> a.subject_id;
COMMENT ON VIEW model.image_twin IS 'Subjects who have an image with the very same voxels: one person twice, or a file in the wrong folder';

CREATE VIEW model.scored AS
SELECT p.name, p.version, p.split, p.fold, p.subject_id, k.study, k.label AS subject, k.pseudonym, p.site, p.session, p.score, p.label,
	count(*) OVER visits AS visits, row_number() OVER (visits ORDER BY (v.role = 'pre') DESC NULLS LAST, v.week, p.session) AS visit,
	p.split = '' AND t.subject_id IS NOT NULL AS trained_on,
	p.split = '' AND t.subject_id IS NULL AND EXISTS (
		SELECT FROM model.image_twin w JOIN model.training_subject x ON (x.subject_id, x.name, x.version) = (w.twin_id, p.name, p.version)
		WHERE w.subject_id = p.subject_id) AS image_trained_on
FROM model.prediction p
JOIN clinical.subject_key k USING (subject_id)
LEFT JOIN clinical.visit_plan v ON (v.study, v.session) = (k.study, p.session)
LEFT JOIN model.training_subject t ON (t.subject_id, t.name, t.version) = (p.subject_id, p.name, p.version)
WINDOW visits AS (PARTITION BY p.name, p.version, p.split, p.subject_id);
COMMENT ON VIEW model.scored IS 'Stored predictions with what forbids to count them: trained_on, the version saw the subject in training; image_trained_on, it saw a subject who has one of the same images.  visit 1 is the study''s pre visit, or else the earliest';

CREATE VIEW model.leak AS
WITH placed AS (
	SELECT m.split, s.kept_together, m.fold, m.subject_id, m.site, k.pseudonym FROM model.split_member m JOIN model.split s USING (split) JOIN clinical.subject_key k USING (subject_id)
), twin AS (
	SELECT a.split, w.payload_sha256, a.fold, a.pseudonym FROM placed a JOIN model.image_twin w USING (subject_id) JOIN placed b ON (b.split, b.subject_id) = (a.split, w.twin_id) AND b.fold <> a.fold
), served AS (
	SELECT DISTINCT p.name, p.version, p.subject_id, p.site, k.pseudonym FROM model.prediction p JOIN clinical.subject_key k USING (subject_id) WHERE p.split = ''
), trained AS (
	SELECT t.name, t.version, t.subject_id, t.site, k.pseudonym FROM model.training_subject t JOIN clinical.subject_key k USING (subject_id)
)
SELECT 'split' AS of, p.split, p.name, p.version, 'subject' AS kind, 'scored in fold ' || p.fold || ', placed in ' || coalesce(m.fold::text, 'none') AS what,
	false AS by_design, 2 AS sides, count(DISTINCT p.subject_id) AS subjects, array_agg(DISTINCT k.pseudonym) AS pseudonyms
FROM model.prediction p JOIN clinical.subject_key k USING (subject_id) LEFT JOIN model.split_member m USING (subject_id, split)
WHERE p.split <> '' AND m.fold IS DISTINCT FROM p.fold
GROUP BY p.split, p.name, p.version, p.fold, m.fold
UNION ALL
SELECT 'split', split, NULL, NULL, 'site', site, kept_together <> 'site', count(DISTINCT fold)::int, count(*), array_agg(pseudonym ORDER BY pseudonym)
FROM placed GROUP BY split, kept_together, site HAVING count(DISTINCT fold) > 1
UNION ALL
SELECT 'split', split, NULL, NULL, 'image', encode(payload_sha256, 'hex'), false, count(DISTINCT fold)::int, count(DISTINCT pseudonym), array_agg(DISTINCT pseudonym)
FROM twin GROUP BY split, payload_sha256
UNION ALL
SELECT 'scoring', '', s.name, s.version, 'subject', 'trained on and scored', false, 2, count(*), array_agg(s.pseudonym ORDER BY s.pseudonym)
FROM served s JOIN trained t USING (name, version, subject_id) GROUP BY s.name, s.version
UNION ALL
SELECT 'scoring', '', s.name, s.version, 'site', s.site, true, 2, count(DISTINCT s.subject_id), array_agg(DISTINCT s.pseudonym)
FROM served s JOIN trained t USING (name, version, site) GROUP BY s.name, s.version, s.site
UNION ALL
SELECT 'scoring', '', s.name, s.version, 'image', encode(w.payload_sha256, 'hex'), false, 2, count(DISTINCT s.subject_id), array_agg(DISTINCT s.pseudonym)
FROM served s JOIN model.image_twin w USING (subject_id) JOIN trained t ON (t.name, t.version, t.subject_id) = (s.name, s.version, w.twin_id)
GROUP BY s.name, s.version, w.payload_sha256;
COMMENT ON VIEW model.leak IS
	'What stands on both sides: of a split (its folds) or of a model (training and scoring).  kind subject, site or image (equal voxels); what: the site, or the SHA-256 of the voxels; sides: in how many folds; by_design: a site that nobody asked to keep together, so that the metrics do not speak for new sites; subjects and pseudonyms: who, of the sites that the caller sees';

CREATE VIEW model.leakage AS
SELECT s.of, s.split, s.name, s.version, s.members,
	coalesce(sum(l.subjects) FILTER (WHERE l.kind = 'subject'), 0) AS subjects,
	count(*) FILTER (WHERE l.kind = 'image') AS images,
	count(*) FILTER (WHERE l.kind = 'site') AS sites,
	count(*) FILTER (WHERE NOT l.by_design) = 0 AS clean
FROM (SELECT 'split' AS of, m.split, NULL::text AS name, NULL::int AS version, count(*) AS members FROM model.split_member m GROUP BY m.split
	UNION ALL SELECT 'scoring', '', name, version, count(DISTINCT subject_id) FROM model.prediction WHERE split = '' GROUP BY name, version) s
LEFT JOIN model.leak l ON l.of = s.of AND l.split = s.split AND (s.of = 'split' OR (l.name, l.version) = (s.name, s.version))
GROUP BY s.of, s.split, s.name, s.version, s.members;
COMMENT ON VIEW model.leakage IS
	'Every split and every scoring with what stands on both sides: numbers of subjects, of images under several subjects, of sites; clean: nothing but sites that nobody asked to keep together.  model.leak says who';

GRANT SELECT ON model.truth, model.image_twin, model.scored, model.leak, model.leakage TO psyrad_ingest, psyrad_analyst;

---------------------------------------------------------------------------------------------------- for dashboards

-- Who counts: one visit a subject, nobody whom the version saw in training.
CREATE VIEW report.model_prediction AS
WITH scored AS MATERIALIZED (SELECT * FROM model.scored WHERE visit = 1 AND score IS NOT NULL), truth AS MATERIALIZED (SELECT * FROM model.truth WHERE truth IS NOT NULL)
SELECT s.name, s.version, s.split, s.fold, t.outcome, s.study, s.subject_id, s.subject AS label, s.site, s.session, s.score, t.truth, r.simulated OR y.simulated AS simulated,
	s.trained_on OR s.image_trained_on AS trained_on
FROM scored s
JOIN truth t USING (subject_id)
JOIN model.registry r USING (name, version)
JOIN clinical.study y ON y.study = s.study;
COMMENT ON VIEW report.model_prediction IS 'Stored predictions beside each yes-or-no outcome, one row a subject; trained_on: the version (or one of the subject''s images) was in its training, so that report.model_performance leaves it out';

CREATE VIEW report.model_performance AS
SELECT p.name, p.version, p.split, p.outcome, p.study, p.simulated, p.n, p.positives, p.trained_on, a.estimate AS auc, a.ci_lb AS auc_lb, a.ci_ub AS auc_ub,
	CASE WHEN p.probabilities THEN psyrad.metric_brier_final(p.scores) END AS brier, a.note
FROM (SELECT name, version, split, outcome, study, bool_or(simulated) AS simulated, count(*) FILTER (WHERE NOT trained_on) AS n, count(*) FILTER (WHERE NOT trained_on AND truth) AS positives,
		count(*) FILTER (WHERE trained_on) AS trained_on, bool_and(score BETWEEN 0 AND 1) AS probabilities, psyrad.metric_auc_state(score, truth) FILTER (WHERE NOT trained_on) AS scores
	  FROM report.model_prediction GROUP BY name, version, split, outcome, study) p
CROSS JOIN LATERAL psyrad.metric_auc_ci_final(p.scores) a;
COMMENT ON VIEW report.model_performance IS 'AUC with DeLong''s 95 % interval and Brier''s score (of probabilities) of stored predictions by model, split, outcome and study; training subjects are left out and counted (trained_on).  split: out-of-fold scores, whose folds come from different models, which the interval does not count';

CREATE VIEW report.model_calibration AS
SELECT p.name, p.version, p.split, p.outcome, p.study, p.simulated, b.bin, b.lower, b.upper, b.n, b.positives, b.mean_score, b.observed
FROM (SELECT name, version, split, outcome, study, bool_or(simulated) AS simulated, psyrad.metric_auc_state(score, truth) AS scores
	  FROM report.model_prediction WHERE NOT trained_on GROUP BY name, version, split, outcome, study HAVING bool_and(score BETWEEN 0 AND 1)) p
CROSS JOIN LATERAL unnest((psyrad.metric_calibration_final(p.scores)).bins) b;
COMMENT ON VIEW report.model_calibration IS 'Calibration curves of stored predictions that are probabilities: mean score and observed share in ten bins of equal width; training subjects are left out';

CREATE VIEW report.model_decision_curve AS
SELECT p.name, p.version, p.split, p.outcome, p.study, p.simulated, b.threshold, b.n, b.true_positives, b.false_positives, b.net_benefit, b.treat_all
FROM (SELECT name, version, split, outcome, study, bool_or(simulated) AS simulated, psyrad.metric_auc_state(score, truth) AS scores
	  FROM report.model_prediction WHERE NOT trained_on GROUP BY name, version, split, outcome, study HAVING bool_and(score BETWEEN 0 AND 1)) p
CROSS JOIN LATERAL psyrad.metric_net_benefit(p.scores, '{0.05,0.1,0.15,0.2,0.25,0.3,0.35,0.4,0.45,0.5,0.55,0.6,0.65,0.7,0.75,0.8,0.85,0.9,0.95}') b;
COMMENT ON VIEW report.model_decision_curve IS 'Decision curves of stored predictions that are probabilities: net benefit by threshold, beside treating all (nobody: 0); training subjects are left out';

CREATE VIEW report.model_leakage AS SELECT of, split, name, version, members, subjects, images, sites, clean FROM model.leakage;
COMMENT ON VIEW report.model_leakage IS 'model.leakage: every split and scoring with how many subjects, images and sites stand on both sides';

CREATE VIEW report.model_drift AS
SELECT s.name, s.version, s.atlas, d.feature, d.name AS feature_name, d.reference_n AS training_n, d.current_n AS scored_n, d.reference_missing AS training_missing, d.current_missing AS scored_missing, d.missing_difference,
	d.reference_mean AS training_mean, d.current_mean AS scored_mean, d.smd, d.psi, d.ks, d.ks_p, d.note
FROM (SELECT m.name, m.version, m.atlas, psyrad.metric_drift_state(m.features, t.subject_id IS NOT NULL) AS state
	  FROM report.model_score m LEFT JOIN model.training_subject t USING (subject_id, name, version)
	  GROUP BY m.name, m.version, m.atlas HAVING count(t.subject_id) > 0) s
CROSS JOIN LATERAL unnest(psyrad.metric_drift_final(s.state, names => model.features(s.name))) d;
COMMENT ON VIEW report.model_drift IS 'How each feature of a model over connections (report.model_score) differs between the subjects that trained its current version and the others that it scores: standardised difference, stability index, Kolmogorov and Smirnov''s distance with its p, share missing';

GRANT SELECT ON report.model_prediction, report.model_performance, report.model_calibration, report.model_decision_curve, report.model_leakage, report.model_drift TO psyrad_report, psyrad_analyst, psyrad_ingest;
RESET ROLE;
REVOKE CREATE ON SCHEMA model FROM psyrad_view;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- evaluation

CREATE FUNCTION model.cases(name text, outcome text, split text DEFAULT '', session text DEFAULT NULL)
	RETURNS TABLE (subject_id bigint, study text, subject text, site text, visit text, visits bigint, fold int, score float8, label text,
		truth boolean, truth_label text, value float8, known boolean, trained_on boolean, image_trained_on boolean)
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	model record;
BEGIN
	SELECT * INTO model FROM model.resolve(cases.name);
	IF cases.split <> '' AND NOT EXISTS (SELECT FROM model.split s WHERE s.split = cases.split) THEN
		RAISE undefined_object USING MESSAGE = format('there is no split %s', quote_literal(cases.split));
	ELSIF cases.outcome NOT IN ('response', 'remission', 'patient', 'improvement', 'sex') AND NOT EXISTS (SELECT FROM model.outcome o WHERE o.outcome = cases.outcome) THEN
		RAISE undefined_object USING MESSAGE = format('there is no outcome %s', quote_literal(cases.outcome)),
			HINT = 'There are response, remission, patient, improvement, sex, and what model.declare_outcome stored.';
	END IF;
	-- Each made once: planned as a whole, what came true would be worked out anew for every subject.
	RETURN QUERY
	WITH scored AS MATERIALIZED (
		SELECT * FROM model.scored s
		WHERE (s.name, s.version, s.split) = (model.bare, model.version, cases.split) AND CASE WHEN cases.session IS NULL THEN s.visit = 1 ELSE s.session = cases.session END
	), truth AS MATERIALIZED (
		SELECT * FROM model.truth t WHERE t.outcome = cases.outcome
	)
	SELECT s.subject_id, s.study, s.subject, s.site, s.session, s.visits, s.fold, s.score, s.label, t.truth, t.label, t.value,
		num_nonnulls(t.truth, t.label, t.value) > 0, s.trained_on, s.image_trained_on
	FROM scored s LEFT JOIN truth t USING (subject_id);
END $$;
COMMENT ON FUNCTION model.cases(text, text, text, text) IS
	'One row a subject: what a model (name, or name@version) said of it, what came true, and whether the version saw it (or one of its images) in training.  split: scores out of fold, empty: the version''s own.  session: of which visit, NULL: the study''s pre visit, or else the earliest.  Of the sites that the caller sees';

CREATE FUNCTION model.evaluate(name text, outcome text, split text DEFAULT '', session text DEFAULT NULL, include_training boolean DEFAULT false,
	by text DEFAULT 'all', threshold float8 DEFAULT 0.5, level float8 DEFAULT 0.95, replicates int DEFAULT 2000, seed bigint DEFAULT 1)
	RETURNS TABLE (part text, metric text, estimate float8, se float8, ci_lb float8, ci_ub float8, method text, n bigint, positives bigint,
		trained_on bigint, image_trained_on bigint, without_outcome bigint, without_score bigint, note text)
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	IF evaluate.by IS NULL OR evaluate.by NOT IN ('all', 'site', 'study', 'fold', 'arm', 'sex') THEN
		RAISE invalid_parameter_value USING MESSAGE = format('by is %s, all, site, study, fold, arm or sex expected', coalesce(quote_literal(evaluate.by), 'NULL'));
	END IF;
	RETURN QUERY
	WITH everybody AS MATERIALIZED (
		SELECT c.*, CASE evaluate.by WHEN 'all' THEN 'all' WHEN 'site' THEN c.site WHEN 'study' THEN c.study WHEN 'fold' THEN c.fold::text
				WHEN 'arm' THEN p.arm ELSE p.sex END AS part,
			c.known AND (c.score IS NOT NULL OR c.truth_label IS NOT NULL AND c.label IS NOT NULL) AND (evaluate.include_training OR NOT (c.trained_on OR c.image_trained_on)) AS counts
		FROM model.cases(evaluate.name, evaluate.outcome, evaluate.split, evaluate.session) c LEFT JOIN clinical.participant p USING (subject_id)
	), state AS MATERIALIZED (
		SELECT e.part, count(*) FILTER (WHERE e.counts) AS n, count(*) FILTER (WHERE e.counts AND e.truth) AS positives,
			count(*) FILTER (WHERE e.trained_on) AS trained_on, count(*) FILTER (WHERE e.image_trained_on) AS image_trained_on,
			count(*) FILTER (WHERE NOT e.known) AS without_outcome, count(*) FILTER (WHERE e.known AND e.score IS NULL AND (e.truth_label IS NULL OR e.label IS NULL)) AS without_score,
			psyrad.metric_auc_state(e.score, e.truth) FILTER (WHERE e.counts) AS scores,
			psyrad.metric_confusion_state(e.score >= evaluate.threshold, e.truth) FILTER (WHERE e.counts) AS confusion,
			psyrad.metric_confusion_state(e.label, e.truth_label) FILTER (WHERE e.counts) AS labels,
			psyrad.metric_errors_state(e.score, e.value) FILTER (WHERE e.counts) AS errors, corr(e.score, e.value) FILTER (WHERE e.counts) AS r,
			coalesce(bool_and(e.score BETWEEN 0 AND 1) FILTER (WHERE e.counts), false) AS probabilities,
			concat_ws('; ',
				CASE WHEN evaluate.split = '' AND NOT EXISTS (SELECT FROM model.resolve(evaluate.name) m JOIN model.training_subject t ON (t.name, t.version) = (m.bare, m.version))
					THEN 'no training subject of this version is declared at sites that you see: none could be left out' END,
				CASE WHEN evaluate.include_training AND bool_or(e.trained_on OR e.image_trained_on) THEN 'training subjects are counted in, as asked' END,
				CASE WHEN evaluate.session IS NULL AND bool_or(e.visits > 1) THEN count(*) FILTER (WHERE e.visits > 1) || ' subjects have several visits: the pre visit, or else the earliest, counts' END) AS said
		FROM everybody e GROUP BY e.part
	), fold_auc AS (
		SELECT f.part, avg((f.a).estimate) AS mean, sqrt(sum((f.a).se ^ 2)) / count((f.a).se) AS se, count((f.a).estimate) AS used, count((f.a).se) AS sure, count(*) AS folds
		FROM (SELECT e.part, e.fold, psyrad.metric_auc_ci(e.score, e.truth) AS a FROM everybody e WHERE e.counts AND e.truth IS NOT NULL GROUP BY e.part, e.fold) f
		WHERE evaluate.split <> '' AND evaluate.by <> 'fold' GROUP BY f.part
	), line AS (
		SELECT s.part, 1 AS place, 'auc' AS metric, a.estimate, a.se, a.ci_lb, a.ci_ub, 'DeLong' AS method,
			concat_ws('; ', a.note, CASE WHEN evaluate.split <> '' AND evaluate.by <> 'fold' THEN
				'out-of-fold scores: those of different folds come from different models, which DeLong''s interval takes for one; see auc_mean_of_folds' END) AS note
		FROM state s CROSS JOIN LATERAL psyrad.metric_auc_ci_final(s.scores, evaluate.level) a WHERE s.scores IS NOT NULL
		UNION ALL
		SELECT f.part, 2, 'auc_mean_of_folds', f.mean, CASE WHEN f.sure = f.used THEN f.se END, CASE WHEN f.sure = f.used THEN f.mean - psyrad.metric_z(evaluate.level) * f.se END,
			CASE WHEN f.sure = f.used THEN f.mean + psyrad.metric_z(evaluate.level) * f.se END, 'mean of the folds'' AUC, DeLong within each',
			concat_ws('; ', CASE WHEN f.used < f.folds THEN format('%s of %s folds have both classes', f.used, f.folds) END, CASE WHEN f.sure < f.used THEN 'a fold has one case of a class: no interval' END,
				'folds share training subjects, which the interval does not count')
		FROM fold_auc f
		UNION ALL
		SELECT s.part, 3 + m.k, m.metric, b.estimate, b.se, b.ci_lb, b.ci_ub, format('bootstrap, %s replicates, seed %s', b.replicates, evaluate.seed), b.note
		FROM state s CROSS JOIN (VALUES (0, 'average_precision'), (1, 'brier'), (2, 'logloss'), (5, 'ece')) m(k, metric)
		CROSS JOIN LATERAL psyrad.metric_bootstrap(s.scores, m.metric, evaluate.replicates, evaluate.seed, evaluate.level) b
		WHERE s.scores IS NOT NULL AND (s.probabilities OR m.metric = 'average_precision')
		UNION ALL
		SELECT s.part, 6 + m.k, m.metric, m.estimate, m.se, m.estimate - psyrad.metric_z(evaluate.level) * m.se, m.estimate + psyrad.metric_z(evaluate.level) * m.se, m.method, c.note
		FROM state s CROSS JOIN LATERAL psyrad.metric_calibration_final(s.scores) c
		CROSS JOIN LATERAL (VALUES (0, 'calibration_intercept', c.intercept, c.intercept_se, 'logistic recalibration, slope 1'), (1, 'calibration_slope', c.slope, c.slope_se, 'logistic recalibration')) m(k, metric, estimate, se, method)
		WHERE s.scores IS NOT NULL AND s.probabilities
		UNION ALL
		SELECT s.part, 10 + m.k, m.metric, (m.p).estimate, NULL, (m.p).ci_lb, (m.p).ci_ub, format('score >= %s; Wilson', evaluate.threshold), (m.p).note
		FROM state s CROSS JOIN LATERAL (VALUES (0, 'accuracy', psyrad.metric_accuracy_final(s.confusion, evaluate.level)), (1, 'sensitivity', psyrad.metric_sensitivity_final(s.confusion, 'true', evaluate.level)),
			(2, 'specificity', psyrad.metric_specificity_final(s.confusion, 'true', evaluate.level)), (3, 'ppv', psyrad.metric_ppv_final(s.confusion, 'true', evaluate.level)),
			(4, 'npv', psyrad.metric_npv_final(s.confusion, 'true', evaluate.level))) m(k, metric, p)
		WHERE s.confusion IS NOT NULL
		UNION ALL
		SELECT s.part, 20 + m.k, m.metric, b.estimate, b.se, b.ci_lb, b.ci_ub, format('%s; bootstrap, %s replicates, seed %s', CASE WHEN s.confusion IS NULL THEN 'labels' ELSE format('score >= %s', evaluate.threshold) END, b.replicates, evaluate.seed), b.note
		FROM state s CROSS JOIN LATERAL (VALUES (0, 'balanced_accuracy'), (1, CASE WHEN s.confusion IS NULL THEN 'f1_macro' ELSE 'f1' END), (2, 'mcc')) m(k, metric)
		CROSS JOIN LATERAL psyrad.metric_bootstrap(coalesce(s.confusion, s.labels), m.metric, CASE WHEN s.confusion IS NOT NULL THEN 'true' END, evaluate.replicates, evaluate.seed, evaluate.level) b
		WHERE coalesce(s.confusion, s.labels) IS NOT NULL
		UNION ALL
		SELECT s.part, 23, 'kappa', k.estimate, k.se, k.ci_lb, k.ci_ub, CASE WHEN s.confusion IS NULL THEN 'labels' ELSE format('score >= %s', evaluate.threshold) END, k.note
		FROM state s CROSS JOIN LATERAL psyrad.metric_kappa_final(coalesce(s.confusion, s.labels), evaluate.level) k WHERE coalesce(s.confusion, s.labels) IS NOT NULL
		UNION ALL
		SELECT s.part, 10, 'accuracy', p.estimate, NULL, p.ci_lb, p.ci_ub, 'labels; Wilson', p.note
		FROM state s CROSS JOIN LATERAL psyrad.metric_accuracy_final(s.labels, evaluate.level) p WHERE s.labels IS NOT NULL
		UNION ALL
		SELECT s.part, 30 + m.k, m.metric, b.estimate, b.se, b.ci_lb, b.ci_ub, format('bootstrap, %s replicates, seed %s', b.replicates, evaluate.seed), b.note
		FROM state s CROSS JOIN (VALUES (0, 'r2'), (1, 'mae'), (2, 'rmse')) m(k, metric)
		CROSS JOIN LATERAL psyrad.metric_bootstrap(s.errors, m.metric, evaluate.replicates, evaluate.seed, evaluate.level) b
		WHERE s.errors IS NOT NULL
		UNION ALL
		SELECT s.part, 33, 'correlation', s.r, NULL, tanh(atanh(s.r) - i.reach), tanh(atanh(s.r) + i.reach), 'Fisher z', NULL
		FROM state s CROSS JOIN LATERAL (SELECT CASE WHEN s.n > 3 AND abs(s.r) < 1 THEN psyrad.metric_z(evaluate.level) / sqrt(s.n - 3) END AS reach) i
		WHERE s.errors IS NOT NULL
		UNION ALL
		SELECT s.part, 0, 'cases', s.n, NULL, NULL, NULL, NULL, 'nobody is left to count' FROM state s WHERE s.n = 0
	)
	SELECT l.part, l.metric, l.estimate, l.se, l.ci_lb, l.ci_ub, l.method, s.n, CASE WHEN s.scores IS NOT NULL THEN s.positives END, s.trained_on, s.image_trained_on, s.without_outcome, s.without_score,
		nullif(concat_ws('; ', nullif(l.note, ''), nullif(s.said, '')), '')
	FROM line l JOIN state s ON s.part IS NOT DISTINCT FROM l.part
	ORDER BY CASE WHEN evaluate.by = 'fold' THEN lpad(l.part, 9, '0') ELSE l.part END, l.place;
END $$;
COMMENT ON FUNCTION model.evaluate(text, text, text, text, boolean, text, float8, float8, int, bigint) IS
	'How good stored predictions were, one row a metric.  Subjects in whose training the version was (trained_on), or one of whose images it saw under another subject (image_trained_on), are left out and counted, unless include_training; n is who counts.  Of a yes-or-no outcome: AUC (DeLong), average precision, Brier, log loss and calibration error (bootstrap), recalibration, and at the threshold accuracy, sensitivity ... (Wilson), balanced accuracy, F1, MCC (bootstrap); of classes those of labels; of numbers R2 and errors (bootstrap), correlation.  All bootstraps are percentiles over `replicates` that are a function of seed.  split: out-of-fold scores of that split.  by: all, site, study, fold, arm or sex.  Probability metrics are left out where a score is outside 0 to 1';

CREATE FUNCTION model.calibration(name text, outcome text, split text DEFAULT '', session text DEFAULT NULL, include_training boolean DEFAULT false, bins int DEFAULT 10, method text DEFAULT 'width')
	RETURNS TABLE (bin int, lower float8, upper float8, n bigint, positives bigint, mean_score float8, observed float8)
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT b.bin, b.lower, b.upper, b.n, b.positives, b.mean_score, b.observed
	FROM (SELECT psyrad.metric_auc_state(c.score, c.truth) AS scores FROM model.cases(calibration.name, calibration.outcome, calibration.split, calibration.session) c
		  WHERE calibration.include_training OR NOT (c.trained_on OR c.image_trained_on)) s
	CROSS JOIN LATERAL unnest((psyrad.metric_calibration_final(s.scores, calibration.bins, calibration.method)).bins) b;
END;
COMMENT ON FUNCTION model.calibration(text, text, text, text, boolean, int, text) IS
	'Calibration curve of stored predictions: mean score and observed share of each bin, as psyrad.metric_calibration_final; training subjects are left out as in model.evaluate';

CREATE FUNCTION model.decision_curve(name text, outcome text, split text DEFAULT '', session text DEFAULT NULL, include_training boolean DEFAULT false,
	thresholds float8[] DEFAULT '{0.05,0.1,0.15,0.2,0.25,0.3,0.35,0.4,0.45,0.5,0.55,0.6,0.65,0.7,0.75,0.8,0.85,0.9,0.95}')
	RETURNS TABLE (threshold float8, n bigint, true_positives bigint, false_positives bigint, net_benefit float8, treat_all float8)
	LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT b.threshold, b.n, b.true_positives, b.false_positives, b.net_benefit, b.treat_all
	FROM (SELECT psyrad.metric_auc_state(c.score, c.truth) AS scores FROM model.cases(decision_curve.name, decision_curve.outcome, decision_curve.split, decision_curve.session) c
		  WHERE decision_curve.include_training OR NOT (c.trained_on OR c.image_trained_on)) s
	CROSS JOIN LATERAL psyrad.metric_net_benefit(s.scores, decision_curve.thresholds) b;
END;
COMMENT ON FUNCTION model.decision_curve(text, text, text, text, boolean, float8[]) IS
	'Decision curve of stored predictions: net benefit of treating whom the model gives at least the threshold, beside treating all (nobody: 0), as psyrad.metric_net_benefit; training subjects are left out as in model.evaluate';

---------------------------------------------------------------------------------------------------- comparison

CREATE FUNCTION model.compare(names text[], outcome text, split text DEFAULT '', session text DEFAULT NULL, include_training boolean DEFAULT false,
	threshold float8 DEFAULT 0.5, common text DEFAULT 'pair', level float8 DEFAULT 0.95)
	RETURNS TABLE (a text, b text, n bigint, positives bigint, only_a bigint, only_b bigint, auc_a float8, auc_b float8, difference float8, se float8,
		ci_lb float8, ci_ub float8, statistic float8, p float8, p_holm float8, right_a_only bigint, right_b_only bigint, mcnemar_p float8, mcnemar_p_holm float8, note text)
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	IF coalesce(cardinality(names), 0) < 2 OR array_position(names, NULL) IS NOT NULL OR cardinality(names) <> (SELECT count(DISTINCT u) FROM unnest(names) u) THEN
		RAISE invalid_parameter_value USING MESSAGE = 'names must be two models or more, each once';
	ELSIF common IS NULL OR common NOT IN ('pair', 'all') THEN
		RAISE invalid_parameter_value USING MESSAGE = format('common is %s, ''pair'' or ''all'' expected', coalesce(quote_literal(common), 'NULL'));
	END IF;
	RETURN QUERY
	WITH scored AS MATERIALIZED (
		SELECT m.name, m.k, c.subject_id, c.score, c.truth, c.visit FROM unnest(names) WITH ORDINALITY m(name, k)
		CROSS JOIN LATERAL model.cases(m.name, compare.outcome, compare.split, compare.session) c
		WHERE c.score IS NOT NULL AND c.truth IS NOT NULL AND (compare.include_training OR NOT (c.trained_on OR c.image_trained_on))
	), usable AS MATERIALIZED (
		SELECT s.* FROM scored s WHERE compare.common = 'pair' OR (SELECT count(*) FROM scored o WHERE o.subject_id = s.subject_id) = cardinality(names)
	), pair AS (
		SELECT x.name AS a, y.name AS b, x.k AS i, y.k AS j FROM unnest(names) WITH ORDINALITY x(name, k) JOIN unnest(names) WITH ORDINALITY y(name, k) ON x.k < y.k
	), joined AS (
		SELECT p.a, p.b, p.i, p.j, psyrad.metric_delong_state(x.score, y.score, x.truth) AS state, count(x.*) AS n, count(*) FILTER (WHERE x.truth) AS positives,
			count(*) FILTER (WHERE (x.score >= threshold) = x.truth AND (y.score >= threshold) <> x.truth) AS right_a, count(*) FILTER (WHERE (x.score >= threshold) <> x.truth AND (y.score >= threshold) = x.truth) AS right_b,
			count(*) FILTER (WHERE x.visit <> y.visit) AS other_visit
		FROM pair p LEFT JOIN (usable x JOIN usable y ON y.subject_id = x.subject_id) ON x.name = p.a AND y.name = p.b
		GROUP BY p.a, p.b, p.i, p.j
	), tested AS (
		SELECT j.*, d.auc_a, d.auc_b, d.difference, d.se, d.ci_lb, d.ci_ub, d.statistic, d.p, d.note AS said, psyrad.metric_mcnemar(j.right_a, j.right_b) AS exact,
			(SELECT count(*) FROM scored s WHERE s.name = j.a) AS of_a, (SELECT count(*) FROM scored s WHERE s.name = j.b) AS of_b
		FROM joined j LEFT JOIN LATERAL psyrad.metric_delong_final(j.state, compare.level) d ON j.state IS NOT NULL
	), ranked AS (
		SELECT t.*, (count(t.p) OVER () - row_number() OVER (ORDER BY t.p NULLS LAST, t.i, t.j) + 1) * t.p AS step,
			(count(*) FILTER (WHERE t.n > 0) OVER () - row_number() OVER (ORDER BY CASE WHEN t.n > 0 THEN t.exact END NULLS LAST, t.i, t.j) + 1) * CASE WHEN t.n > 0 THEN t.exact END AS exact_step
		FROM tested t
	)
	SELECT r.a, r.b, r.n, r.positives, r.of_a - r.n, r.of_b - r.n, r.auc_a, r.auc_b, r.difference, r.se, r.ci_lb, r.ci_ub, r.statistic, r.p,
		CASE WHEN r.p IS NOT NULL THEN least(1, max(r.step) OVER (ORDER BY r.p NULLS LAST, r.i, r.j)) END,
		r.right_a, r.right_b, CASE WHEN r.n > 0 THEN r.exact END,
		CASE WHEN r.n > 0 THEN least(1, max(r.exact_step) OVER (ORDER BY CASE WHEN r.n > 0 THEN r.exact END NULLS LAST, r.i, r.j)) END,
		nullif(concat_ws('; ', CASE WHEN r.n = 0 THEN 'no subject is scored by both' ELSE r.said END,
			CASE WHEN r.of_a <> r.n OR r.of_b <> r.n THEN format('compared over the %s subjects that %s have (a %s, b %s)', r.n, CASE compare.common WHEN 'all' THEN 'all models' ELSE 'both' END, r.of_a, r.of_b) END,
			CASE WHEN r.other_visit > 0 THEN format('%s subjects are scored at different visits', r.other_visit) END,
			CASE WHEN compare.split <> '' THEN 'out-of-fold scores: those of different folds come from different models, so that p is too small' END), '')
	FROM ranked r ORDER BY r.i, r.j;
END $$;
COMMENT ON FUNCTION model.compare(text[], text, text, text, boolean, float8, text, float8) IS
	'All pairs of models (names, or name@version) over the subjects that both scored (common => ''all'': that all of them scored): DeLong''s test of the AUCs and McNemar''s exact test of the labels at the threshold, each with Holm''s p over all pairs.  n: who is compared; only_a, only_b: whom one alone scored, left out.  Training subjects of either are left out unless include_training';

---------------------------------------------------------------------------------------------------- who may call

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'model'::regnamespace AND p.proname IN ('caller_can_see_site', 'draw', 'deal_sites', 'deal_subjects', 'check_split', 'store_split', 'make_split',
		'resolve', 'store_prediction_rows', 'store_predictions', 'store_outcome', 'declare_outcome', 'cases', 'evaluate', 'calibration', 'decision_curve', 'compare')
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest', f);
	END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION model.draw(bigint, text, text), model.resolve(text), model.cases(text, text, text, text), model.evaluate(text, text, text, text, boolean, text, float8, float8, int, bigint),
	model.calibration(text, text, text, text, boolean, int, text), model.decision_curve(text, text, text, text, boolean, float8[]),
	model.compare(text[], text, text, text, boolean, float8, text, float8) TO psyrad_analyst;

COMMIT;
