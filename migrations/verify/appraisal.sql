-- Verify psyrad:appraisal on pg
BEGIN;
SELECT evidence_study, tool, outcome, domain, judgement, settled_by, conflict FROM evidence.risk_of_bias WHERE false;
SELECT evidence_study, computed, stated, overall, high_risk, follows FROM evidence.risk_of_bias_overall WHERE false;
SELECT review, outcome, level, certainty, follows FROM evidence.certainty WHERE false;
SELECT review, k, estimate, certainty FROM evidence.summary_of_findings WHERE false;
SELECT evidence_study, arm, moderator, value, number, source FROM evidence.moderator WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class c
	WHERE c.oid = ANY (ARRAY['evidence.appraisal_tool', 'evidence.appraisal_domain', 'evidence.appraisal_answer', 'evidence.appraisal', 'evidence.risk_of_bias', 'evidence.risk_of_bias_overall',
			'evidence.poolable_risk', 'evidence.certainty_factor', 'evidence.certainty_word', 'evidence.certainty_rating', 'evidence.certainty', 'evidence.summary_of_findings', 'evidence.moderator']::regclass[])
		AND (c.relowner <> 'psyrad_owner'::regrole OR obj_description(c.oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'of another owner, or without a comment: ' || bad;
	ASSERT (SELECT count(*) = 69 AND max(ordinal) = 13 FROM evidence.appraisal_domain), 'a tool has lost a domain';
	ASSERT NOT EXISTS (SELECT FROM evidence.appraisal_tool t WHERE NOT EXISTS (SELECT FROM evidence.appraisal_domain d WHERE d.tool = t.tool)
		OR (t.kind <> 'stars' AND NOT EXISTS (SELECT FROM evidence.appraisal_answer a WHERE a.tool = t.tool))), 'a tool without domains or answers';
	ASSERT has_function_privilege('psyrad_ingest', 'ingest.load_appraisal(bigint)', 'EXECUTE') AND NOT has_function_privilege('psyrad_analyst', 'ingest.load_appraisal(bigint)', 'EXECUTE'),
		'who may load appraisals is wrong';
END $$;
ROLLBACK;
