-- Verify psyrad:effects on pg
BEGIN;
SELECT evidence_study, arm, moderator, value, number FROM evidence.study_moderator WHERE false;
SELECT measure, outcome, people, yi, vi, used, reason FROM evidence.poolable WHERE false;
SELECT measure, outcome, k, estimate, n FROM evidence.pooled WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class c
	WHERE c.oid = ANY (ARRAY['evidence.effect', 'evidence.effect_word', 'evidence.comparator_class', 'evidence.instrument_construct', 'evidence.study_moderator', 'evidence.pool_rule',
			'evidence.pool_reason', 'evidence.effect_basis', 'evidence.poolable', 'evidence.pooled']::regclass[])
		AND (c.relowner <> 'psyrad_owner'::regrole OR obj_description(c.oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'of another owner, or without a comment: ' || bad;
	ASSERT (SELECT every(e.comparator IN (SELECT c.comparator FROM evidence.comparator_class c)) FROM evidence.effect e) IS NOT FALSE, 'a comparator without its class';
	ASSERT NOT EXISTS (SELECT FROM evidence.effect_word w WHERE w.field = 'comparator' AND NOT EXISTS (SELECT FROM evidence.comparator_class c WHERE c.comparator = w.word)),
		'a spelling of a comparator that is no class';
	ASSERT has_function_privilege('psyrad_ingest', 'ingest.load_effects(bigint)', 'EXECUTE') AND NOT has_function_privilege('psyrad_analyst', 'ingest.load_effects(bigint)', 'EXECUTE'),
		'who may load effects is wrong';
	ASSERT has_function_privilege('psyrad_analyst', 'evidence.pool(text, text, text, text, text, text, text, text, float8)', 'EXECUTE'), 'analysts cannot pool';
END $$;
ROLLBACK;
