-- Verify psyrad:protocols on pg
BEGIN;
SELECT study, source, protocol, item, title_en, title_zh, reported FROM intervention.stricta WHERE false;
SELECT study, source, protocols, reported, items, share, reported_items FROM intervention.stricta_completeness WHERE false;
SELECT study, source, protocol, mode, waveform, number FROM intervention.stimulation WHERE false;
SELECT study, label, subject_id, site, arm, protocol, given, planned, share, off_plan FROM intervention.adherence WHERE false;
SELECT study, label, subject_id, site, sessions, minutes, point_minutes FROM intervention.dose WHERE false;
DO $$
BEGIN
	ASSERT 17 = (SELECT count(*) FROM intervention.stricta_item), 'STRICTA 2010 has 17 sub-items';
	ASSERT intervention.is_reported('2 Hz') AND NOT intervention.is_reported('Not reported.'), 'what is not reported counts as reported';
	ASSERT has_function_privilege('psyrad_ingest', 'ingest.load_sessions(bigint)', 'EXECUTE'), 'psyrad_ingest cannot load sessions';
	ASSERT 2 = (SELECT count(*) FROM pg_class WHERE oid IN ('intervention.adherence'::regclass, 'intervention.dose'::regclass) AND relowner = 'psyrad_view'::regrole), 'views of subjects must be psyrad_view''s';
END $$;
ROLLBACK;
