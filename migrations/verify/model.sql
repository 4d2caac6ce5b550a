-- Verify psyrad:model on pg
BEGIN;
SELECT name, version, model, model_sha256, format, classes, positive, document, document_sha256, trained_on, simulated, registered_by, registered_at, file_id
FROM model.registry WHERE false;
SELECT name, grantee, may_manage, granted_by, granted_at FROM model.scoring_right WHERE false;
SELECT name, version, reason, pinned_by, pinned_at FROM model.pin WHERE false;
SELECT name, version, reason, retired_by, retired_at FROM model.retired WHERE false;
SELECT subject_id, name, version, site FROM model.training_subject WHERE false;
SELECT split, kind, folds, seed, kept_together, strata, test_share, cohort, studies, members, fingerprint, made_by, made_at FROM model.split WHERE false;
SELECT subject_id, split, site, fold, stratum FROM model.split_member WHERE false;
SELECT subject_id, name, version, session, split, fold, site, score, label, predicted_at FROM model.prediction WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class
	WHERE relnamespace = 'model'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
		AND (relowner <> 'psyrad_owner'::regrole OR obj_description(oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'not owned by psyrad_owner, or without a comment: ' || bad;
END $$;
ROLLBACK;
