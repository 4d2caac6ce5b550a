-- Verify psyrad:findings on pg
BEGIN;
SELECT finding_id, review, finding, evidence_study, sample, contrast_kind, modality, measure_kind, direction, hemisphere, laterality_certainty, region_status, file_id, line
	FROM evidence.finding WHERE false;
SELECT finding_id, side, atlas, region FROM evidence.finding_region WHERE false;
SELECT finding_id, refers_to FROM evidence.finding_referent WHERE false;
SELECT evidence_study, sample, arm, role, intervention_kind, n, protocol_study, protocol FROM evidence.arm WHERE false;
SELECT review, study_id, evidence_study, included FROM evidence.review_study WHERE false;
SELECT review, ref_no FROM evidence.reference WHERE false;
SELECT evidence_study, review, ref_no FROM evidence.study_reference WHERE false;
SELECT evidence_study, modality, certainty FROM evidence.study_modality WHERE false;
SELECT evidence_study, network, review FROM evidence.study_network WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class c
	WHERE c.relnamespace = 'evidence'::regnamespace AND c.relkind IN ('r', 'v') AND obj_description(c.oid, 'pg_class') IS NULL;
	ASSERT bad IS NULL, 'without a comment: ' || bad;
	ASSERT (SELECT count(*) FROM evidence.modality) >= 19 AND (SELECT count(*) FROM evidence.direction) >= 14, 'words are missing';
END $$;
ROLLBACK;
