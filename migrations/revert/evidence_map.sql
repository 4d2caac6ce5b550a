-- Revert psyrad:evidence_map from pg
BEGIN;
DROP FUNCTION evidence.foci_by_place(text, text, text);
DROP FUNCTION evidence.focus_regions(text);
DROP FUNCTION evidence.convergence(text, text, text, boolean, text[]);
DROP FUNCTION evidence.evidence_map(text, text, text, boolean, text[], text[], text[]);
DROP FUNCTION evidence.findings_apart(text, text, text);
DROP FUNCTION evidence.finding_places(text, text, text, boolean);
DROP VIEW evidence.finding_fact;
DROP FUNCTION evidence.acupuncture_kinds();
DROP FUNCTION evidence.resolve_findings(text, boolean);
DROP TABLE evidence.finding_reading;
COMMIT;
