-- Verify psyrad:clinical on pg
BEGIN;
SELECT site, name_en, name_zh FROM clinical.site WHERE false;
SELECT scanner, site, maker, model, field_strength_t FROM clinical.scanner WHERE false;
SELECT study, title_en, title_zh, simulated, design, masked FROM clinical.study WHERE false;
SELECT study, arm, label_en, label_zh, kind, protocol FROM clinical.arm WHERE false;
SELECT study, session, week, role, label_en, label_zh, days_before, days_after FROM clinical.visit_plan WHERE false;
SELECT subject_id, study, label, site, pseudonym FROM clinical.subject_key WHERE false;
SELECT subject_id, site, study, arm, sex, age_years, education_years, dropout_week, dropout_reason, file_id, line FROM clinical.subject WHERE false;
SELECT subject_id, session, site, study, days_offset, file_id, line FROM clinical.visit WHERE false;
SELECT instrument, title_en, title_zh, higher_is, total_min, total_max, source, family, version_stated, index_factor FROM clinical.instrument WHERE false;
SELECT instrument, item, form_item, name_en, name_zh, item_min, item_max, note, reversed, counts_with FROM clinical.instrument_item WHERE false;
SELECT instrument, scheme, lo, hi, label_en, label_zh, source FROM clinical.cutoff WHERE false;
SELECT instrument, scheme, factor, name_zh, items, factor_max, source FROM clinical.factor WHERE false;
SELECT subject_id, session, instrument, rater, site, items, total_items, total_stated, total, total_differs, file_id, line FROM clinical.score WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class
	WHERE relnamespace = 'clinical'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
		AND (relowner <> CASE relkind WHEN 'v' THEN 'psyrad_view' ELSE 'psyrad_owner' END::regrole OR obj_description(oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'not owned by psyrad_owner, or without a comment: ' || bad;
	ASSERT (SELECT count(*) = 4 FROM pg_trigger t WHERE t.tgrelid = 'clinical.visit'::regclass AND t.tgfoid = 'clinical.check_references()'::regprocedure AND t.tgenabled = 'O'),
		'the references of clinical.visit to its file and its plan are not held';
	ASSERT (SELECT count(*) = 4 FROM pg_trigger t WHERE t.tgrelid IN ('ingest.file'::regclass, 'clinical.visit_plan'::regclass) AND t.tgfoid = 'clinical.keep_referenced()'::regprocedure AND t.tgenabled = 'O'),
		'the files and plans that visits refer to are not kept';
END $$;
ROLLBACK;
