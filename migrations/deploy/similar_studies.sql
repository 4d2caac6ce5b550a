-- Deploy psyrad:similar_studies to pg
-- Which studies are like one another: by what is coded about them (population, design, modality, treatment, points, outcomes, networks, regions
-- and what was found there), not by the words of their papers, which evidence.similar_records compares.
BEGIN;
SET LOCAL ROLE psyrad_owner;

CREATE VIEW evidence.study_trait AS
SELECT evidence_study, 'population' AS facet, population_kind AS trait FROM evidence.study WHERE population_kind IS NOT NULL
UNION
SELECT evidence_study, 'design', design_kind FROM evidence.study WHERE design_kind IS NOT NULL
UNION
SELECT evidence_study, 'modality', modality FROM evidence.study_modality
UNION
SELECT evidence_study, 'modality', modality FROM evidence.finding WHERE modality IS NOT NULL
UNION
SELECT evidence_study, 'treatment', intervention_kind FROM evidence.arm WHERE role = 'intervention' AND intervention_kind IS NOT NULL
UNION
SELECT a.evidence_study, 'acupoint', p.acupoint
FROM evidence.arm a
JOIN intervention.protocol_point p ON (p.study, p.protocol) = (a.protocol_study, a.protocol)
WHERE p.acupoint IS NOT NULL
UNION
SELECT evidence_study, 'outcome', outcome FROM evidence.effect
UNION
SELECT evidence_study, 'network', network FROM evidence.study_network
UNION
SELECT f.evidence_study, 'region', r.region_term
FROM evidence.finding f
JOIN evidence.finding_reading r ON r.finding_id = f.finding_id AND r.status = 'resolved'
UNION
SELECT f.evidence_study, 'finding', format('%s %s', f.direction, r.region_term)
FROM evidence.finding f
JOIN evidence.finding_reading r ON r.finding_id = f.finding_id AND r.side = 'a' AND r.status = 'resolved';
COMMENT ON VIEW evidence.study_trait IS 'What is coded about a study, a row a trait: population, design, modality, treatment, acupoint, outcome, network, region, finding (direction and region)';

-- Cosine of the traits' weights (Salton and Buckley 1988, Information Processing & Management 24:513, tfc with every trait once).
CREATE FUNCTION evidence.similar_studies(p_study text, p_limit int DEFAULT 10)
	RETURNS TABLE (rank bigint, evidence_study text, year int, similarity float8, shared text[], same_people boolean, simulated boolean)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	IF NOT EXISTS (SELECT FROM evidence.study s WHERE s.evidence_study = p_study) THEN
		RAISE undefined_object USING MESSAGE = format('there is no study %s', coalesce(quote_literal(p_study), 'NULL')), HINT = 'Studies are rows of evidence.study.';
	END IF;
	RETURN QUERY
	WITH trait AS MATERIALIZED (
		SELECT t.evidence_study, t.facet, t.trait, count(*) OVER (PARTITION BY t.facet, t.trait) AS studies, n.studies AS whole
		FROM evidence.study_trait t
		CROSS JOIN (SELECT count(*) AS studies FROM evidence.study) n),
	weighed AS MATERIALIZED (
		SELECT t.*, ln(1 + t.whole::float8 / t.studies) AS weight FROM trait t),
	size AS (
		SELECT w.evidence_study, sqrt(sum(w.weight * w.weight ORDER BY w.weight)) AS norm FROM weighed w GROUP BY w.evidence_study),
	met AS (
		SELECT o.evidence_study, sum(o.weight * o.weight ORDER BY o.weight) AS product,
			array_agg(format('%s: %s', o.facet, o.trait) ORDER BY o.weight DESC, o.facet, o.trait COLLATE "C") AS shared
		FROM weighed m
		JOIN weighed o ON (o.facet, o.trait) = (m.facet, m.trait) AND o.evidence_study <> p_study
		WHERE m.evidence_study = p_study
		GROUP BY o.evidence_study)
	SELECT row_number() OVER likest, s.evidence_study, s.year, m.product / (a.norm * b.norm), m.shared,
		EXISTS (SELECT FROM evidence.sample x JOIN evidence.sample y USING (people) WHERE x.evidence_study = p_study AND y.evidence_study = s.evidence_study), s.simulated
	FROM met m
	JOIN evidence.study s USING (evidence_study)
	JOIN size a USING (evidence_study)
	JOIN size b ON b.evidence_study = p_study
	WINDOW likest AS (ORDER BY m.product / (a.norm * b.norm) DESC, s.evidence_study COLLATE "C")
	ORDER BY 1
	LIMIT p_limit;
END $$;
COMMENT ON FUNCTION evidence.similar_studies(text, int) IS
	'Studies like a study, likest first: cosine of their traits (evidence.study_trait), each weighed by ln(1 + studies / studies that have it), so that what few share counts more; 1 is equal in every trait.  shared: the traits of both, the rarest first; same_people: both are (in part) of the same independent sample.  A study without a coded trait is like none.  Errors: 42704';

GRANT SELECT ON evidence.study_trait TO psyrad_ingest, psyrad_analyst, psyrad_view;
REVOKE EXECUTE ON FUNCTION evidence.similar_studies(text, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION evidence.similar_studies(text, int) TO psyrad_ingest, psyrad_analyst, psyrad_view;
ALTER FUNCTION evidence.similar_studies(text, int) SET search_path = pg_catalog, psyrad, pg_temp;

COMMIT;
