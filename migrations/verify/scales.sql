-- Verify psyrad:scales on pg
BEGIN;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(name, ', ') INTO bad FROM unnest(ARRAY['HAMA', 'MADRS', 'SDS', 'BDI-I', 'BDI-II', 'BDI-unspecified', 'PHQ-9', 'QIDS-SR', 'EHD']) name
	WHERE NOT EXISTS (SELECT FROM clinical.instrument WHERE instrument = name);
	ASSERT bad IS NULL, 'instruments are missing: ' || bad;

	-- What is there says of itself what declaring it again would say.
	SELECT string_agg(instrument, ', ' ORDER BY instrument) INTO bad FROM clinical.instrument
	WHERE clinical.declare_instrument(clinical.instrument_definition(instrument)) <> 'unchanged';
	ASSERT bad IS NULL, 'definitions do not come back as they were declared: ' || bad;

	SELECT string_agg(oid::regprocedure::text, ', ' ORDER BY 1) INTO bad FROM pg_proc
	WHERE pronamespace = 'clinical'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL;
	ASSERT bad IS NULL, 'functions of schema clinical without a comment: ' || bad;

	ASSERT (clinical.response('HAMD-17', 20, 10)).reached AND NOT (clinical.response('HAMD-17', 21, 11)).reached, 'response is not at least half of the baseline';
	ASSERT NOT has_column_privilege('psyrad_analyst', 'clinical.subject', 'arm', 'SELECT'), 'psyrad_analyst reads the arm from the table';
	ASSERT has_column_privilege('psyrad_analyst', 'clinical.subject', 'sex', 'SELECT'), 'psyrad_analyst does not read sex from the table';
	ASSERT NOT has_function_privilege('psyrad_analyst', 'clinical.unmask(text, text)', 'EXECUTE'), 'psyrad_analyst unmasks studies';
	ASSERT has_table_privilege('psyrad_analyst', 'clinical.subject_outcome', 'SELECT'), 'psyrad_analyst cannot read clinical.subject_outcome';
END $$;
ROLLBACK;
