-- Verify psyrad:study on pg
BEGIN;
DO $$
DECLARE
	changes text;
BEGIN
	ASSERT has_function_privilege('psyrad_ingest', 'clinical.declare_study(jsonb)', 'EXECUTE'), 'psyrad_ingest cannot declare a study';
	ASSERT NOT has_function_privilege('psyrad_analyst', 'clinical.declare_study(jsonb)', 'EXECUTE'), 'psyrad_analyst can declare a study';
	ASSERT NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'clinical'::regnamespace AND prosecdef AND proowner <> 'psyrad_withdraw'::regrole),
		'a function of schema clinical runs as its owner, and is not of those that erase';
	BEGIN
		PERFORM clinical.declare_study('{"study": "verify", "title_en": "Verify", "tile_zh": "typing error"}');
		RAISE EXCEPTION 'an unknown key passes';
	EXCEPTION WHEN invalid_parameter_value THEN
		ASSERT SQLERRM LIKE '%tile_zh%', 'the unknown key is not named: ' || SQLERRM;
	END;
END $$;
ROLLBACK;
