-- Verify psyrad:evidence_map on pg
BEGIN;
SELECT finding_id, side, name, region_term, hemisphere, status, conflict, note FROM evidence.finding_reading WHERE false;
SELECT finding_id, people, up, down, possible, small, n_unreported, region_term, hemisphere FROM evidence.finding_fact WHERE false;
SELECT finding_id, place, hemisphere, membership FROM evidence.finding_places() WHERE false;
SELECT place, samples, increase, decrease, p, q, m, warning, finding_ids FROM evidence.evidence_map() WHERE false;
SELECT place, verdict, samples, sentences FROM evidence.convergence() WHERE false;
SELECT place, hemisphere, source_id, direction, foci, experiments, samples, region_only FROM evidence.foci_by_place('none', 'nothing') WHERE false;
SELECT finding_id, reason, note FROM evidence.findings_apart() WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class c
	WHERE c.oid = ANY (ARRAY['evidence.finding_reading', 'evidence.finding_fact']::regclass[])
		AND (c.relowner <> 'psyrad_owner'::regrole OR obj_description(c.oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'of another owner, or without a comment: ' || bad;
	ASSERT has_function_privilege('psyrad_analyst', 'evidence.evidence_map(text, text, text, boolean, text[], text[], text[])', 'EXECUTE'), 'analysts cannot see the map';
	ASSERT NOT has_function_privilege('psyrad_analyst', 'evidence.resolve_findings(text, boolean)', 'EXECUTE'), 'analysts write readings';
END $$;
ROLLBACK;
