-- Verify psyrad:screening_load on pg
BEGIN;
DO $$
BEGIN
	ASSERT has_function_privilege('psyrad_ingest', 'evidence.declare_review(jsonb)', 'EXECUTE') AND has_function_privilege('psyrad_ingest', 'ingest.load_screening(bigint)', 'EXECUTE'),
		'loaders cannot declare a review or load decisions';
	ASSERT NOT has_function_privilege('psyrad_analyst', 'evidence.declare_review(jsonb)', 'EXECUTE'), 'analysts may declare reviews';
	ASSERT has_function_privilege('psyrad_analyst', 'evidence.screening_queue(text, text, text, int)', 'EXECUTE'), 'analysts cannot see what waits';
END $$;
ROLLBACK;
