-- Verify psyrad:model on pg
BEGIN;
SELECT name, version, model, format, document, document_sha256, trained_on, simulated, registered_by, registered_at, file_id FROM model.registry WHERE false;
SELECT subject_id, name, version, session, site, score, label, predicted_at FROM model.prediction WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class
	WHERE relnamespace = 'model'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
		AND (relowner <> 'psyrad_owner'::regrole OR obj_description(oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'not owned by psyrad_owner, or without a comment: ' || bad;
END $$;
ROLLBACK;
