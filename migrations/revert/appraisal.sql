-- Revert psyrad:appraisal from pg
BEGIN;

DROP FUNCTION ingest.load_appraisal(bigint);
DROP FUNCTION ingest.reject_same_judgement(text[]);
DROP FUNCTION ingest.reject_appraisal();
DROP FUNCTION ingest.read_appraisal(text, text);
DROP FUNCTION ingest.stage_appraisal();
DROP FUNCTION evidence.moderator_of(text, text, text);
DROP VIEW evidence.moderator;
DROP VIEW evidence.summary_of_findings;
DROP VIEW evidence.certainty;
DROP FUNCTION evidence.certainty_level(int, text);
DROP TABLE evidence.certainty_rating, evidence.certainty_word, evidence.certainty_factor;
DROP VIEW evidence.poolable_risk;
DROP VIEW evidence.risk_of_bias_overall;
DROP FUNCTION evidence.overall_risk(text, text[], int);
DROP FUNCTION evidence.appraisal_agreement(text, float8);
DROP VIEW evidence.risk_of_bias;
DROP TABLE evidence.appraisal, evidence.appraisal_answer, evidence.appraisal_domain, evidence.appraisal_tool;

COMMIT;
