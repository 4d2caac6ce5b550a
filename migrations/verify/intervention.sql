-- Verify psyrad:intervention on pg
BEGIN;
SELECT acupoint, kind, channel, number, pinyin, pinyin_tone, name_zh, name_zh_hant, name_en, sites, note, source, verified FROM intervention.acupoint WHERE false;
SELECT alias, acupoint, kind FROM intervention.acupoint_alias WHERE false;
SELECT subject_id, session_number, site, study, protocol, day, minutes, intensity_ma, deqi_score, adverse_event, points_text, points, unresolved, file_id, line FROM intervention.session WHERE false;
SELECT study, protocol, source, title, style, mode, waveform, deqi, comparator, file_id, line FROM intervention.protocol WHERE false;
SELECT study, protocol, position, acupoint, verbatim, side, role, rule FROM intervention.protocol_point WHERE false;
SELECT study, protocol, quantity, ordinal, low, high, unit, qualifier, verbatim FROM intervention.protocol_quantity WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class
	WHERE relnamespace = 'intervention'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
		AND (relowner <> 'psyrad_owner'::regrole AND NOT (relkind = 'v' AND relowner = 'psyrad_view'::regrole) OR obj_description(oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'not owned by psyrad_owner, or without a comment: ' || bad;
END $$;
ROLLBACK;
