-- Deploy psyrad:evidence_map to pg
-- Where in the brain studies found what: findings read into atlas regions, maps of directions by place, and places that are abnormal in
-- depression and change under acupuncture.  What counts is the independent sample (evidence.sample.people), never the paper; a sample stands
-- in one column of a place only, and what a finding does not say (side, place within a lobe, which of two) keeps it apart, and in sight.
BEGIN;
SET LOCAL ROLE psyrad_owner;

---------------------------------------------------------------------------------------------------- findings read

CREATE TABLE evidence.finding_reading (
	finding_id  bigint NOT NULL REFERENCES evidence.finding ON DELETE CASCADE,
	side        text NOT NULL CHECK (side IN ('a', 'b')),
	name        text NOT NULL,
	said        text,
	told        text,
	region_term text REFERENCES evidence.region_term,
	hemisphere  text CHECK (hemisphere IN ('left', 'right', 'bilateral', 'midline')),
	certainty   text NOT NULL CHECK (certainty IN ('stated', 'implied', 'unknown')),
	status      text NOT NULL CHECK (status IN ('resolved', 'ambiguous', 'unresolved', 'not_named')),
	conflict    boolean NOT NULL,
	note        text,
	PRIMARY KEY (finding_id, side)
);
COMMENT ON TABLE evidence.finding_reading IS 'What evidence.resolve_findings made of the name of a finding''s region; evidence.finding keeps what its sheet says';
COMMENT ON COLUMN evidence.finding_reading.side IS 'b: the seed, the other end of a connection';
COMMENT ON COLUMN evidence.finding_reading.name IS 'The text that was read';
COMMENT ON COLUMN evidence.finding_reading.said IS 'The side that the sheet said at the time, and told what it said of the name (unresolved, not_named): a finding that changed is read again';
COMMENT ON COLUMN evidence.finding_reading.hemisphere IS 'The sheet''s side or the name''s, whichever says more; NULL where neither does, or they contradict each other';
COMMENT ON COLUMN evidence.finding_reading.certainty IS 'Of that side: implied where the sheet says so (by the list that the region stands in)';
COMMENT ON COLUMN evidence.finding_reading.conflict IS 'The sheet states another side than the name';

CREATE FUNCTION evidence.resolve_findings(p_atlas text DEFAULT 'AAL', again boolean DEFAULT false)
	RETURNS TABLE (finding_id bigint, side text, name text, status text, conflict boolean, note text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	-- A seed that a corrected sheet took back.
	DELETE FROM evidence.finding_region g USING evidence.finding f WHERE f.finding_id = g.finding_id AND g.side = 'b' AND (f.seed ~ '\S') IS NOT TRUE;
	DELETE FROM evidence.finding_reading r USING evidence.finding f WHERE f.finding_id = r.finding_id AND r.side = 'b' AND (f.seed ~ '\S') IS NOT TRUE;
	RETURN QUERY
	WITH ends AS (
		SELECT f.finding_id, 'a' AS side, coalesce(nullif(btrim(f.region_verbatim), ''), f.region_en, '') AS name, f.hemisphere AS said, f.laterality_certainty AS said_certainty,
			f.hemisphere || ' ' || f.laterality_certainty AS words,
			CASE WHEN f.count_only IS NOT NULL THEN 'not_named' WHEN f.region_status IN ('unresolved', 'not_named') THEN f.region_status END AS told
		FROM evidence.finding f
		UNION ALL
		SELECT f.finding_id, 'b', f.seed, NULL, NULL, NULL, NULL FROM evidence.finding f WHERE f.seed ~ '\S'),
	wanted AS MATERIALIZED (
		SELECT e.* FROM ends e
		WHERE again OR NOT EXISTS (SELECT FROM evidence.finding_reading r WHERE (r.finding_id, r.side, r.name) = (e.finding_id, e.side, e.name)
			AND (r.said, r.told) IS NOT DISTINCT FROM (e.words, e.told) AND (r.status <> 'resolved' OR EXISTS (SELECT FROM evidence.finding_region g WHERE (g.finding_id, g.side, g.atlas) = (e.finding_id, e.side, p_atlas))))),
	read AS MATERIALIZED (
		SELECT n.name, r.* FROM (SELECT DISTINCT w.name FROM wanted w) n CROSS JOIN LATERAL evidence.read_region(n.name) r),
	joined AS MATERIALIZED (
		SELECT w.finding_id, w.side, w.name, w.words AS said, w.told, c.conflict, h.hemisphere, h.status, CASE WHEN h.status = 'resolved' THEN r.terms[1] END AS region_term,
			CASE WHEN h.hemisphere IS NULL THEN 'unknown' WHEN r.certainty = 'stated' THEN 'stated' ELSE w.said_certainty END AS certainty,
			nullif(concat_ws('; ', CASE WHEN c.conflict THEN format('the sheet says %s, the name %s', w.said, r.hemisphere) END, CASE WHEN w.told <> r.status THEN format('the sheet says %s', w.told) END, r.note), '') AS note
		FROM wanted w JOIN read r USING (name)
		CROSS JOIN LATERAL (SELECT coalesce(w.said <> r.hemisphere AND r.hemisphere <> 'midline', false) AS conflict) c
		CROSS JOIN LATERAL (SELECT CASE WHEN NOT c.conflict THEN coalesce(CASE WHEN r.hemisphere = 'midline' THEN coalesce(w.said, 'midline') ELSE r.hemisphere END, w.said) END AS hemisphere,
			coalesce(w.told, CASE WHEN c.conflict THEN 'ambiguous' ELSE r.status END) AS status) h),
	stored AS (
		INSERT INTO evidence.finding_reading AS o (finding_id, side, name, said, told, region_term, hemisphere, certainty, status, conflict, note)
		SELECT j.finding_id, j.side, j.name, j.said, j.told, j.region_term, j.hemisphere, j.certainty, j.status, j.conflict, j.note FROM joined j
		ON CONFLICT ON CONSTRAINT finding_reading_pkey DO UPDATE SET name = excluded.name, said = excluded.said, told = excluded.told, region_term = excluded.region_term,
			hemisphere = excluded.hemisphere, certainty = excluded.certainty, status = excluded.status, conflict = excluded.conflict, note = excluded.note),
	places AS MATERIALIZED (
		SELECT p.region_term, p.hemisphere, evidence.term_regions(p.region_term, p_atlas, p.hemisphere) AS regions
		FROM (SELECT DISTINCT j.region_term, j.hemisphere FROM joined j WHERE j.status = 'resolved') p),
	regions AS MATERIALIZED (
		SELECT j.finding_id, j.side, region
		FROM joined j JOIN places p ON p.region_term = j.region_term AND p.hemisphere IS NOT DISTINCT FROM j.hemisphere CROSS JOIN LATERAL unnest(p.regions) region
		WHERE j.status = 'resolved'),
	gone AS (
		DELETE FROM evidence.finding_region g USING joined j WHERE (g.finding_id, g.side, g.atlas) = (j.finding_id, j.side, p_atlas)
			AND NOT EXISTS (SELECT FROM regions r WHERE (r.finding_id, r.side, r.region) = (g.finding_id, g.side, g.region))),
	made AS (
		INSERT INTO evidence.finding_region (finding_id, side, atlas, region) SELECT r.finding_id, r.side, p_atlas, r.region FROM regions r ON CONFLICT DO NOTHING)
	SELECT j.finding_id, j.side, j.name, j.status, j.conflict, j.note FROM joined j WHERE j.status <> 'resolved' OR j.conflict ORDER BY 1, 2;
END $$;
COMMENT ON FUNCTION evidence.resolve_findings(text, boolean) IS
	'Reads the region names of the findings that were not read yet (again: of all) and stores their terms and their regions in an atlas. The side that a sheet states is kept; one that only the name states is taken; where they contradict each other the finding is ambiguous and gets no region, as it is where the sheet calls the name unresolved. A finding whose side is not known gets the regions of both sides. Returns those that were not plainly resolved';

CREATE FUNCTION evidence.acupuncture_kinds() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{manual,ea,scalp_ea,tavns,tens,moxa,press,acupuncture}'::text[];
COMMENT ON FUNCTION evidence.acupuncture_kinds() IS 'Kinds of intervention (evidence.arm) that are acupuncture or stimulation of its points';

-- What a map needs to know of a finding, one row each.
CREATE VIEW evidence.finding_fact AS
SELECT f.finding_id, f.review, f.finding, f.evidence_study, s.simulated, s.population_kind, coalesce(p.people, f.evidence_study || '/' || f.sample) AS people, f.contrast_kind, f.modality,
	f.measure_kind, a.kinds AS intervention_kind, f.direction,
	f.direction = 'increase' OR (f.contrast_kind = 'correlation' AND f.direction = 'correlates_positive') AS up,
	f.direction = 'decrease' OR (f.contrast_kind = 'correlation' AND f.direction = 'correlates_negative') AS down,
	f.alternative_group IS NOT NULL OR f.hedged AS possible, f.search_scope, least(a.least_n, p.n) < 20 AS small, a.least_n IS NULL AND p.n IS NULL AS n_unreported,
	coalesce(r.status, f.region_status) AS region_status, r.region_term, CASE WHEN r.finding_id IS NULL THEN f.hemisphere ELSE r.hemisphere END AS hemisphere,
	CASE WHEN r.finding_id IS NULL THEN f.laterality_certainty ELSE r.certainty END AS laterality_certainty, f.count_only, f.seed, f.region_verbatim, f.region_en, f.sentence, r.note AS reading_note
FROM evidence.finding f
JOIN evidence.study s USING (evidence_study)
LEFT JOIN evidence.sample p ON (p.evidence_study, p.sample) = (f.evidence_study, f.sample)
LEFT JOIN evidence.finding_reading r ON r.finding_id = f.finding_id AND r.side = 'a'
LEFT JOIN LATERAL (SELECT min(m.n) AS least_n,
		CASE WHEN f.contrast_kind IN ('after_vs_before', 'treatment_vs_control', 'during_vs_rest', 'treatment_effect', 'prediction')
			THEN coalesce(string_agg(DISTINCT m.intervention_kind, '+' ORDER BY m.intervention_kind) FILTER (WHERE m.role = 'intervention'),
				(SELECT c.code FROM evidence.code_of('intervention', regexp_replace(f.contrast, '(\mvs\M|\mversus\M|\mcompared\M|与|和|比|相对).*$', '', 'i')) c WHERE c.code = ANY (evidence.acupuncture_kinds()))) END AS kinds
	FROM evidence.arm m WHERE (m.evidence_study, m.sample) = (f.evidence_study, f.sample)) a ON true;
COMMENT ON VIEW evidence.finding_fact IS
	'Findings with what maps count by: people (the independent sample), intervention (of contrasts of treatment only: the arms'', or where none is known what the contrast''s words name), up and down, possible (one of several alternatives, or said with reserve), small (a group or the whole below 20 people), n_unreported';

---------------------------------------------------------------------------------------------------- where findings are

-- How a finding belongs to each place: in (it is about that place and no more), wider (about more than it), side_unknown.
CREATE FUNCTION evidence.finding_places(p_atlas text DEFAULT 'AAL', p_by text DEFAULT 'region', p_scheme text DEFAULT NULL, p_sided boolean DEFAULT false)
	RETURNS TABLE (finding_id bigint, place text, hemisphere text, membership text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF p_by NOT IN ('region', 'term', 'lobe', 'network') OR p_by IS NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('by is %s; expected region, term, lobe or network', coalesce(p_by, 'NULL'));
	ELSIF p_by = 'network' AND p_scheme IS NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = 'by network needs the scheme of the networks',
			HINT = 'stored are: ' || coalesce((SELECT string_agg(DISTINCT n.scheme, ', ') FROM imaging.network_region n WHERE n.atlas = p_atlas), 'none for this atlas; see psyrad ingest networks');
	END IF;
	RETURN QUERY
	WITH origin AS ( -- a finding speaks of its own region, or of those of the findings that it refers to
		SELECT r.finding_id, r.finding_id AS at, r.side, r.region_term, r.hemisphere FROM evidence.finding_reading r JOIN evidence.finding f USING (finding_id)
		WHERE r.status = 'resolved' AND (r.side = 'a' OR f.seed IS NULL)
		UNION
		SELECT t.finding_id, r.finding_id, r.side, r.region_term, r.hemisphere FROM evidence.finding_referent t JOIN evidence.finding_reading r ON r.finding_id = t.refers_to
		WHERE r.status = 'resolved' AND r.side = 'a'),
	member AS (
		SELECT a.region, a.hemisphere, coalesce(a.base, a.name) AS place FROM evidence.atlas_term a WHERE a.atlas = p_atlas AND p_by = 'region'
		UNION ALL
		SELECT n.region, a.hemisphere, n.network FROM imaging.network_region n JOIN evidence.atlas_term a USING (atlas, region)
		WHERE n.atlas = p_atlas AND n.scheme = p_scheme AND p_by = 'network'),
	covers AS (
		SELECT o.finding_id, o.at, o.side, o.hemisphere, g.region, a.hemisphere AS of
		FROM origin o JOIN evidence.finding_region g ON (g.finding_id, g.side) = (o.at, o.side) AND g.atlas = p_atlas JOIN evidence.atlas_term a ON (a.atlas, a.region) = (p_atlas, g.region)
		WHERE p_by IN ('region', 'network')),
	level AS (SELECT v.l, v.h FROM (VALUES ('both', NULL), ('left', 'L'), ('right', 'R')) v(l, h) WHERE p_sided OR v.l = 'both'),
	by_region AS (
		SELECT c.finding_id, m.place, l.l AS hemisphere,
			CASE WHEN count(*) < (SELECT count(*) FROM covers w WHERE (w.finding_id, w.at, w.side) = (c.finding_id, c.at, c.side) AND (l.h IS NULL OR w.of = l.h)) THEN 'wider'
				WHEN l.h IS NOT NULL AND c.hemisphere IS NULL THEN 'side_unknown' ELSE 'in' END AS membership
		FROM covers c JOIN member m ON m.region = c.region CROSS JOIN level l
		WHERE l.h IS NULL OR m.hemisphere = l.h
		GROUP BY c.finding_id, c.at, c.side, c.hemisphere, m.place, l.l, l.h),
	by_term AS (
		SELECT o.finding_id, CASE p_by WHEN 'term' THEN t.region_term ELSE t.lobe END AS place, l.l AS hemisphere,
			CASE WHEN l.h IS NOT NULL AND o.hemisphere IS NULL THEN 'side_unknown' ELSE 'in' END AS membership
		FROM origin o JOIN evidence.region_term t USING (region_term) CROSS JOIN level l
		WHERE p_by IN ('term', 'lobe') AND (p_by = 'term' OR t.lobe IS NOT NULL)
			AND (l.h IS NULL OR o.hemisphere IS NULL OR o.hemisphere IN (l.l, 'bilateral')))
	-- The plainest membership of a finding that has several origins.
	SELECT x.finding_id, x.place, x.hemisphere, CASE min(CASE x.membership WHEN 'in' THEN 1 WHEN 'side_unknown' THEN 2 ELSE 3 END) WHEN 1 THEN 'in' WHEN 2 THEN 'side_unknown' ELSE 'wider' END
	FROM (SELECT * FROM by_region UNION ALL SELECT * FROM by_term) x
	GROUP BY x.finding_id, x.place, x.hemisphere;
END $$;
COMMENT ON FUNCTION evidence.finding_places(text, text, text, boolean) IS
	'Places that findings belong to, by region of an atlas (both sides of one name are a place), term, lobe, or network of a scheme; hemisphere is both, and with sided left and right as well. membership: in; wider (the finding names more than the place, as a lobe does: somewhere in it); side_unknown (at left and right: the finding does not say which)';

CREATE FUNCTION evidence.findings_apart(p_atlas text DEFAULT 'AAL', p_by text DEFAULT 'region', p_scheme text DEFAULT NULL)
	RETURNS TABLE (finding_id bigint, evidence_study text, simulated boolean, contrast_kind text, direction text, region_verbatim text, count_only int, reason text, note text)
LANGUAGE sql STABLE AS $$
	SELECT f.finding_id, f.evidence_study, f.simulated, f.contrast_kind, f.direction, f.region_verbatim, f.count_only,
		CASE WHEN f.count_only IS NOT NULL THEN 'counted' WHEN f.region_status IS NULL THEN 'not_read' WHEN f.region_status <> 'resolved' THEN f.region_status ELSE 'not_in_' || p_by END, f.reading_note
	FROM evidence.finding_fact f
	WHERE NOT EXISTS (SELECT FROM evidence.finding_places(p_atlas, p_by, p_scheme) p WHERE p.finding_id = f.finding_id)
	ORDER BY 1;
$$;
COMMENT ON FUNCTION evidence.findings_apart(text, text, text) IS
	'Findings that are on no place of a map, and why: counted (a number of regions without names), not_named, ambiguous, unresolved, not_read (evidence.resolve_findings was not run since), not_in_region (the atlas has no region of it), not_in_lobe, not_in_network. With those of the map they are all findings';

---------------------------------------------------------------------------------------------------- maps

CREATE FUNCTION evidence.evidence_map(p_atlas text DEFAULT 'AAL', p_by text DEFAULT 'region', p_scheme text DEFAULT NULL, p_sided boolean DEFAULT false,
	split text[] DEFAULT '{modality,measure,intervention}', contrasts text[] DEFAULT NULL, interventions text[] DEFAULT NULL)
	RETURNS TABLE (place text, label_en text, label_zh text, hemisphere text, contrast_kind text, modality text, measure_kind text, intervention_kind text, simulated boolean,
		findings bigint, studies bigint, samples bigint, increase bigint, decrease bigint, mixed bigint, no_difference bigint, other bigint, possible bigint, side_unknown bigint, wider bigint,
		share_increase double precision, ci_lb double precision, ci_ub double precision, p double precision, q double precision, m int,
		small_samples bigint, n_unreported bigint, whole_brain bigint, seed bigint, region_only bigint, scope_unknown bigint, warning text, finding_ids bigint[])
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF split IS NULL OR NOT split <@ '{modality,measure,intervention}' THEN
		RAISE invalid_parameter_value USING MESSAGE = format('split is %s; expected some of modality, measure, intervention', coalesce(split::text, 'NULL'));
	END IF;
	RETURN QUERY
	WITH placed AS MATERIALIZED (
		SELECT o.place, o.hemisphere, o.membership, f.*, CASE WHEN 'modality' = ANY (split) THEN f.modality END AS by_modality, CASE WHEN 'measure' = ANY (split) THEN f.measure_kind END AS by_measure,
			CASE WHEN 'intervention' = ANY (split) THEN f.intervention_kind END AS by_intervention
		FROM (SELECT g.finding_id AS of, g.place, g.hemisphere, g.membership FROM evidence.finding_places(p_atlas, p_by, p_scheme, p_sided) g) o
		JOIN (SELECT c.finding_id, c.evidence_study, c.simulated, c.people, c.contrast_kind, c.modality, c.measure_kind, c.intervention_kind, c.direction, c.up, c.down, c.possible AS perhaps,
			c.search_scope, c.small, c.n_unreported FROM evidence.finding_fact c
			WHERE (contrasts IS NULL OR c.contrast_kind = ANY (contrasts)) AND (interventions IS NULL OR string_to_array(c.intervention_kind, '+') && interventions)) f ON f.finding_id = o.of),
	-- One row an independent sample: in one class only.
	sample AS (
		SELECT x.place, x.hemisphere, x.contrast_kind, x.by_modality, x.by_measure, x.by_intervention, x.simulated, x.people,
			CASE WHEN bool_or(x.membership = 'in' AND NOT x.perhaps) THEN
					CASE WHEN bool_or(x.membership = 'in' AND NOT x.perhaps AND x.up) AND bool_or(x.membership = 'in' AND NOT x.perhaps AND x.down) THEN 'mixed'
						WHEN bool_or(x.membership = 'in' AND NOT x.perhaps AND x.up) THEN 'increase' WHEN bool_or(x.membership = 'in' AND NOT x.perhaps AND x.down) THEN 'decrease'
						WHEN bool_and(x.direction = 'no_difference') FILTER (WHERE x.membership = 'in' AND NOT x.perhaps) THEN 'no_difference' ELSE 'other' END
				WHEN bool_or(x.membership = 'in') THEN 'possible' WHEN bool_or(x.membership = 'side_unknown') THEN 'side_unknown' ELSE 'wider' END AS class,
			coalesce(bool_or(x.small), false) AS small, bool_and(x.n_unreported) AS n_unreported,
			CASE WHEN bool_or(x.search_scope = 'whole_brain') THEN 'whole_brain' WHEN bool_or(x.search_scope = 'seed') THEN 'seed' WHEN bool_or(x.search_scope = 'region') THEN 'region' END AS scope
		FROM placed x
		GROUP BY x.place, x.hemisphere, x.contrast_kind, x.by_modality, x.by_measure, x.by_intervention, x.simulated, x.people),
	counted AS (
		SELECT s.place, s.hemisphere, s.contrast_kind, s.by_modality, s.by_measure, s.by_intervention, s.simulated, count(*) AS samples,
			count(*) FILTER (WHERE s.class = 'increase') AS increase, count(*) FILTER (WHERE s.class = 'decrease') AS decrease, count(*) FILTER (WHERE s.class = 'mixed') AS mixed,
			count(*) FILTER (WHERE s.class = 'no_difference') AS no_difference, count(*) FILTER (WHERE s.class = 'other') AS other, count(*) FILTER (WHERE s.class = 'possible') AS possible,
			count(*) FILTER (WHERE s.class = 'side_unknown') AS side_unknown, count(*) FILTER (WHERE s.class = 'wider') AS wider,
			count(*) FILTER (WHERE s.small) AS small, count(*) FILTER (WHERE s.n_unreported) AS n_unreported, count(*) FILTER (WHERE s.scope = 'whole_brain') AS whole_brain,
			count(*) FILTER (WHERE s.scope = 'seed') AS seed, count(*) FILTER (WHERE s.scope = 'region') AS region_only, count(*) FILTER (WHERE s.scope IS NULL) AS scope_unknown
		FROM sample s
		GROUP BY s.place, s.hemisphere, s.contrast_kind, s.by_modality, s.by_measure, s.by_intervention, s.simulated),
	raw AS (
		SELECT x.place, x.hemisphere, x.contrast_kind, x.by_modality, x.by_measure, x.by_intervention, x.simulated, count(DISTINCT x.finding_id) AS findings, count(DISTINCT x.evidence_study) AS studies,
			count(DISTINCT coalesce(x.measure_kind, '')) AS measures, count(DISTINCT coalesce(x.modality, '')) AS modalities, array_agg(DISTINCT x.finding_id ORDER BY x.finding_id) AS ids
		FROM placed x
		GROUP BY x.place, x.hemisphere, x.contrast_kind, x.by_modality, x.by_measure, x.by_intervention, x.simulated),
	tested AS (
		SELECT c.*, r.findings, r.studies, r.measures, r.modalities, r.ids, t.share, t.ci_lb, t.ci_ub, t.p,
			row_number() OVER (PARTITION BY c.simulated ORDER BY t.p, c.place COLLATE "C", c.hemisphere, c.contrast_kind, c.by_modality, c.by_measure, c.by_intervention) AS rank
		FROM counted c JOIN raw r ON (r.place, r.hemisphere, r.simulated) = (c.place, c.hemisphere, c.simulated) AND (r.contrast_kind, r.by_modality, r.by_measure, r.by_intervention)
			IS NOT DISTINCT FROM (c.contrast_kind, c.by_modality, c.by_measure, c.by_intervention)
		CROSS JOIN LATERAL psyrad.sign_test(c.increase, c.decrease) t),
	family AS (
		SELECT f.simulated, count(f.p)::int AS m, psyrad.p_adjust(array_agg(f.p ORDER BY f.rank), 'bh') AS q FROM tested f GROUP BY f.simulated)
	SELECT t.place, coalesce(l.en, t.place), l.zh, t.hemisphere, t.contrast_kind, t.by_modality, t.by_measure, t.by_intervention, t.simulated, t.findings, t.studies, t.samples, t.increase, t.decrease,
		t.mixed, t.no_difference, t.other, t.possible, t.side_unknown, t.wider, t.share, t.ci_lb, t.ci_ub, t.p, f.q[t.rank], f.m, t.small, t.n_unreported, t.whole_brain, t.seed, t.region_only, t.scope_unknown,
		nullif(concat_ws('; ',
			CASE WHEN t.region_only + t.seed = t.samples THEN 'only studies that searched chosen regions or from seeds' END,
			CASE WHEN (t.whole_brain > 0)::int + (t.seed > 0)::int + (t.region_only > 0)::int > 1 THEN 'search scopes differ' END,
			CASE WHEN t.scope_unknown > 0 THEN format('search scope of %s of %s samples not stated', t.scope_unknown, t.samples) END,
			CASE WHEN t.measures > 1 THEN format('%s measures together', t.measures) END, CASE WHEN t.modalities > 1 THEN format('%s modalities together', t.modalities) END), ''),
		t.ids
	FROM tested t JOIN family f USING (simulated)
	LEFT JOIN LATERAL (
		SELECT g.name_en AS en, g.name_zh AS zh FROM evidence.region_term g
		WHERE g.region_term = CASE p_by WHEN 'term' THEN t.place WHEN 'region' THEN (SELECT min(a.region_term) FROM evidence.atlas_term a WHERE a.atlas = p_atlas AND a.base = t.place) END
		UNION ALL SELECT v.en, v.zh FROM (VALUES ('frontal', 'frontal lobe', '额叶'), ('parietal', 'parietal lobe', '顶叶'), ('temporal', 'temporal lobe', '颞叶'), ('occipital', 'occipital lobe', '枕叶'),
			('limbic', 'limbic lobe and amygdala', '边缘叶与杏仁核'), ('insula', 'insula', '脑岛'), ('subcortical', 'subcortical nuclei', '皮质下核团'), ('cerebellum', 'cerebellum', '小脑'), ('brainstem', 'brain stem', '脑干'),
			('white_matter', 'white matter', '白质')) v(lobe, en, zh) WHERE p_by = 'lobe' AND v.lobe = t.place
		UNION ALL SELECT n.name_en, n.name_zh FROM imaging.network n WHERE p_by = 'network' AND (n.scheme, n.network) = (p_scheme, t.place)) l ON true
	ORDER BY t.simulated, t.place COLLATE "C", t.hemisphere, t.contrast_kind, t.by_modality, t.by_measure, t.by_intervention;
END $$;
COMMENT ON FUNCTION evidence.evidence_map(text, text, text, boolean, text[], text[], text[]) IS
	'Findings by place (finding_places), contrast, and what split names (modality, measure, intervention; NULL where not split), of these contrasts and kinds of intervention only, where they are given. samples are independent ones and each is in one column: increase, decrease, mixed (both), no_difference, other (a change without a sign), or, without a plain finding here, possible (one of alternatives, or said with reserve), side_unknown, wider. share_increase, ci and p: psyrad.sign_test of increase against decrease; q by Benjamini and Hochberg over the m rows of this call that have a p (simulated ones apart). small_samples: a group below 20; n_unreported: no number is stated. whole_brain, seed, region_only, scope_unknown: how the samples searched, with warning where that makes them no equals. What is on no place: evidence.findings_apart';

---------------------------------------------------------------------------------------------------- convergence

CREATE FUNCTION evidence.convergence(p_atlas text DEFAULT 'AAL', p_by text DEFAULT 'term', p_scheme text DEFAULT NULL, p_sided boolean DEFAULT false,
	p_interventions text[] DEFAULT evidence.acupuncture_kinds())
	RETURNS TABLE (place text, label_en text, label_zh text, hemisphere text, simulated boolean, verdict text,
		abnormal_samples bigint, abnormal_increase bigint, abnormal_decrease bigint, abnormal_mixed bigint, abnormal_unsigned bigint,
		treated_samples bigint, treated_increase bigint, treated_decrease bigint, treated_mixed bigint, treated_normalised bigint, treated_unsigned bigint,
		normalises bigint, same_direction bigint, other_measure bigint, samples bigint, abnormal_measures text, treated_measures text, interventions text, warning text,
		abnormal_ids bigint[], treated_ids bigint[], sentences text[])
LANGUAGE sql STABLE AS $$
	WITH placed AS MATERIALIZED (
		SELECT o.place, o.hemisphere, f.simulated, f.finding_id, f.people, f.measure_kind, f.intervention_kind, f.direction, f.up, f.down, f.possible, f.sentence, f.evidence_study,
			CASE WHEN f.contrast_kind = 'patients_vs_controls' AND f.population_kind ~ 'depression' THEN 'abnormal'
				WHEN f.contrast_kind IN ('after_vs_before', 'treatment_vs_control', 'during_vs_rest', 'treatment_effect')
					AND string_to_array(f.intervention_kind, '+') && p_interventions THEN 'treated' END AS part
		FROM evidence.finding_places(p_atlas, p_by, p_scheme, p_sided) o JOIN evidence.finding_fact f USING (finding_id)
		WHERE o.membership = 'in' AND NOT f.possible AND f.direction <> 'no_difference'),
	sample AS (
		SELECT x.place, x.hemisphere, x.simulated, x.part, x.people, bool_or(x.up) AS up, bool_or(x.down) AS down, bool_or(x.direction = 'normalised') AS normalised
		FROM placed x WHERE x.part IS NOT NULL GROUP BY x.place, x.hemisphere, x.simulated, x.part, x.people),
	counted AS (
		SELECT s.place, s.hemisphere, s.simulated, count(DISTINCT s.people) AS samples,
			count(*) FILTER (WHERE s.part = 'abnormal') AS a, count(*) FILTER (WHERE s.part = 'abnormal' AND s.up AND NOT s.down) AS a_up, count(*) FILTER (WHERE s.part = 'abnormal' AND s.down AND NOT s.up) AS a_down,
			count(*) FILTER (WHERE s.part = 'abnormal' AND s.up AND s.down) AS a_mixed, count(*) FILTER (WHERE s.part = 'abnormal' AND NOT s.up AND NOT s.down) AS a_none,
			count(*) FILTER (WHERE s.part = 'treated') AS t, count(*) FILTER (WHERE s.part = 'treated' AND s.up AND NOT s.down AND NOT s.normalised) AS t_up,
			count(*) FILTER (WHERE s.part = 'treated' AND s.down AND NOT s.up AND NOT s.normalised) AS t_down, count(*) FILTER (WHERE s.part = 'treated' AND s.up AND s.down AND NOT s.normalised) AS t_mixed,
			count(*) FILTER (WHERE s.part = 'treated' AND s.normalised) AS t_normalised, count(*) FILTER (WHERE s.part = 'treated' AND NOT s.up AND NOT s.down AND NOT s.normalised) AS t_none
		FROM sample s GROUP BY s.place, s.hemisphere, s.simulated HAVING bool_or(s.part = 'abnormal') AND bool_or(s.part = 'treated')),
	-- Samples under treatment that move against an abnormality of the same measure, with it, or against one of another measure only.
	moved AS (
		SELECT t.place, t.hemisphere, t.simulated, t.people, bool_or(t.direction = 'normalised' OR (t.measure_kind = a.measure_kind AND ((t.up AND a.down) OR (t.down AND a.up)))) AS against,
			bool_or(t.measure_kind = a.measure_kind AND ((t.up AND a.up) OR (t.down AND a.down))) AS along,
			bool_or(t.measure_kind IS DISTINCT FROM a.measure_kind AND (t.up OR t.down) AND (a.up OR a.down)) AS elsewhere
		FROM placed t JOIN placed a ON (a.place, a.hemisphere, a.simulated, a.part) = (t.place, t.hemisphere, t.simulated, 'abnormal')
		WHERE t.part = 'treated' GROUP BY t.place, t.hemisphere, t.simulated, t.people),
	verdicts AS (
		SELECT v.place, v.hemisphere, v.simulated, count(*) FILTER (WHERE v.against AND NOT v.along) AS against, count(*) FILTER (WHERE v.along AND NOT v.against) AS along,
			count(*) FILTER (WHERE v.along AND v.against) AS torn, count(*) FILTER (WHERE v.elsewhere AND NOT v.along AND NOT v.against) AS elsewhere
		FROM moved v GROUP BY v.place, v.hemisphere, v.simulated),
	told AS (
		SELECT x.place, x.hemisphere, x.simulated, string_agg(DISTINCT coalesce(x.measure_kind, 'not stated'), ', ') FILTER (WHERE x.part = 'abnormal') AS a_measures,
			string_agg(DISTINCT coalesce(x.measure_kind, 'not stated'), ', ') FILTER (WHERE x.part = 'treated') AS t_measures, string_agg(DISTINCT x.intervention_kind, ', ') FILTER (WHERE x.part = 'treated') AS interventions,
			array_agg(DISTINCT x.finding_id ORDER BY x.finding_id) FILTER (WHERE x.part = 'abnormal') AS a_ids, array_agg(DISTINCT x.finding_id ORDER BY x.finding_id) FILTER (WHERE x.part = 'treated') AS t_ids,
			array_agg(DISTINCT x.sentence ORDER BY x.sentence) FILTER (WHERE x.sentence IS NOT NULL) AS sentences
		FROM placed x WHERE x.part IS NOT NULL GROUP BY x.place, x.hemisphere, x.simulated)
	SELECT c.place, coalesce(g.name_en, n.name_en, c.place), coalesce(g.name_zh, n.name_zh), c.hemisphere, c.simulated,
		CASE WHEN v.against > 0 AND v.along + v.torn = 0 THEN 'normalises' WHEN v.along > 0 AND v.against + v.torn = 0 THEN 'same direction' WHEN v.against + v.along + v.torn > 0 THEN 'both ways'
			WHEN v.elsewhere > 0 THEN 'other measure' ELSE 'unknown direction' END,
		c.a, c.a_up, c.a_down, c.a_mixed, c.a_none, c.t, c.t_up, c.t_down, c.t_mixed, c.t_normalised, c.t_none, v.against, v.along, v.elsewhere, c.samples, d.a_measures, d.t_measures, d.interventions,
		nullif(concat_ws('; ', CASE WHEN c.samples < c.a + c.t THEN 'the same people on both sides' END, CASE WHEN c.samples = 1 THEN 'one sample alone' END), ''), d.a_ids, d.t_ids, d.sentences
	FROM counted c JOIN verdicts v USING (place, hemisphere, simulated) JOIN told d USING (place, hemisphere, simulated)
	LEFT JOIN evidence.region_term g ON g.region_term = CASE p_by WHEN 'term' THEN c.place WHEN 'region' THEN (SELECT min(a.region_term) FROM evidence.atlas_term a WHERE a.atlas = p_atlas AND a.base = c.place) END
	LEFT JOIN imaging.network n ON p_by = 'network' AND (n.scheme, n.network) = (p_scheme, c.place)
	ORDER BY c.simulated, CASE WHEN v.against > 0 THEN 0 ELSE 1 END, c.samples DESC, c.place COLLATE "C", c.hemisphere;
$$;
COMMENT ON FUNCTION evidence.convergence(text, text, text, boolean, text[]) IS
	'Places that differ between depressed and healthy people and change under acupuncture (of any kind, or of those named), by independent samples; findings that are only possible, wider than the place, or without a difference are left out. normalises: samples that move against an abnormality of the same measure, or of which normalisation is said; same_direction: with it; other_measure: signed, but of another measure than any signed abnormality. verdict: normalises, same direction, both ways, other measure, unknown direction (no sign on one of the sides)';

---------------------------------------------------------------------------------------------------- coordinates in the same places

CREATE FUNCTION evidence.focus_regions(p_atlas text DEFAULT 'AAL') RETURNS TABLE (experiment_id bigint, ordinal int, region int)
LANGUAGE plpgsql STABLE ROWS 10000 AS $$
DECLARE
	a imaging.atlas := (SELECT t FROM imaging.atlas t WHERE t.atlas = p_atlas);
BEGIN
	IF a.atlas IS NULL OR NOT EXISTS (SELECT FROM imaging.region_voxel v WHERE v.atlas = p_atlas) THEN
		RAISE undefined_object USING MESSAGE = format('of the atlas %s no label image is stored', coalesce(p_atlas, 'NULL')), HINT = 'psyrad ingest atlas IMAGE --names NAMES --atlas NAME --space SPACE';
	ELSIF a.space IS NULL OR a.space !~* '^(MNI|ICBM|Colin)' THEN
		RAISE invalid_parameter_value USING MESSAGE = format('the atlas %s is in %s; foci are in MNI space', p_atlas, coalesce('the space ' || a.space, 'a space that is not known'));
	END IF;
	RETURN QUERY
	WITH labelled AS MATERIALIZED (SELECT u.voxel, u.region FROM imaging.region_voxel v CROSS JOIN LATERAL unnest(v.voxel, v.region) u (voxel, region) WHERE v.atlas = p_atlas)
	SELECT f.experiment_id, f.ordinal, l.region
	FROM evidence.focus f JOIN evidence.experiment e USING (experiment_id) JOIN labelled l ON l.voxel = evidence.voxel_at(a.dims, a.affine, f.mni_x, f.mni_y, f.mni_z)
	WHERE f.current AND e.current AND f.mni_x IS NOT NULL;
END $$;
COMMENT ON FUNCTION evidence.focus_regions(text) IS
	'The region of an atlas that each focus lies in, by the voxel of its label image that is nearest; foci outside all regions, or of unknown space, have none. Error where no label image is stored, or it is not in MNI space';

CREATE FUNCTION evidence.foci_by_place(p_atlas text DEFAULT 'AAL', p_by text DEFAULT 'term', p_scheme text DEFAULT NULL)
	RETURNS TABLE (place text, hemisphere text, source_id bigint, direction text, foci bigint, experiments bigint, samples bigint, region_only bigint)
LANGUAGE sql STABLE AS $$
	WITH RECURSIVE term AS (
		SELECT a.region, a.region_term FROM evidence.atlas_term a WHERE a.atlas = p_atlas AND a.region_term IS NOT NULL
		UNION
		SELECT t.region, w.region_term FROM term t JOIN evidence.region_term w ON t.region_term = ANY (w.parts)),
	member AS (
		SELECT a.region, coalesce(a.base, a.name) AS place FROM evidence.atlas_term a WHERE a.atlas = p_atlas AND p_by = 'region'
		UNION ALL SELECT t.region, t.region_term FROM term t WHERE p_by = 'term'
		UNION ALL SELECT a.region, r.lobe FROM evidence.atlas_term a JOIN evidence.region_term r USING (region_term) WHERE a.atlas = p_atlas AND p_by = 'lobe' AND r.lobe IS NOT NULL
		UNION ALL SELECT n.region, n.network FROM imaging.network_region n WHERE (n.atlas, n.scheme) = (p_atlas, p_scheme) AND p_by = 'network'),
	there AS (
		SELECT m.place, CASE a.hemisphere WHEN 'L' THEN 'left' WHEN 'R' THEN 'right' ELSE 'midline' END AS side, e.source_id, e.direction, e.experiment_id, e.sample, e.scope, f.ordinal
		FROM evidence.focus_regions(p_atlas) f JOIN member m USING (region) JOIN evidence.experiment e USING (experiment_id) JOIN evidence.atlas_term a ON (a.atlas, a.region) = (p_atlas, f.region))
	SELECT t.place, l.side, t.source_id, t.direction, count(*), count(DISTINCT t.experiment_id), count(DISTINCT t.sample), count(DISTINCT t.sample) FILTER (WHERE t.scope = 'region')
	FROM there t CROSS JOIN LATERAL (VALUES ('both'), (t.side)) l (side)
	GROUP BY t.place, l.side, t.source_id, t.direction
	ORDER BY t.place COLLATE "C", l.side, t.source_id, t.direction;
$$;
COMMENT ON FUNCTION evidence.foci_by_place(text, text, text) IS
	'Foci of stored experiments in the places of evidence.evidence_map and convergence (region, term with its parts, lobe, network), by the file they came from and their direction: foci, experiments, independent samples, and how many of these searched chosen regions only. hemisphere: both, and left, right, midline';

---------------------------------------------------------------------------------------------------- rights

GRANT SELECT ON evidence.finding_reading, evidence.finding_fact TO psyrad_ingest, psyrad_analyst, psyrad_view;
GRANT INSERT, UPDATE, DELETE ON evidence.finding_reading TO psyrad_ingest;
DO $$
DECLARE
	f regprocedure;
BEGIN
	FOREACH f IN ARRAY ARRAY['evidence.resolve_findings(text, boolean)', 'evidence.acupuncture_kinds()', 'evidence.finding_places(text, text, text, boolean)', 'evidence.findings_apart(text, text, text)',
		'evidence.evidence_map(text, text, text, boolean, text[], text[], text[])', 'evidence.convergence(text, text, text, boolean, text[])',
		'evidence.focus_regions(text)', 'evidence.foci_by_place(text, text, text)']::regprocedure[]
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO psyrad_ingest%s', f, CASE f WHEN 'evidence.resolve_findings(text, boolean)'::regprocedure THEN '' ELSE ', psyrad_analyst, psyrad_view' END);
		EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, psyrad, pg_temp', f);
	END LOOP;
END $$;

COMMIT;
