-- Revert psyrad:effects from pg
BEGIN;

DROP FUNCTION evidence.pool(text, text, text, text, text, text, text, text, float8);
DROP VIEW evidence.pooled;
DROP VIEW evidence.poolable;
DROP FUNCTION evidence.poolable_effects(text, text, text, text, text, text, text[]);
DROP TYPE evidence.poolable_effect;
DROP FUNCTION evidence.effect_problem(evidence.effect_basis, evidence.pool_rule, text);
DROP FUNCTION evidence.require_pool_rule(text, text, text[]);
DROP FUNCTION evidence.independent_comparisons(text[], text[]);
DROP FUNCTION evidence.effect_size(text, float8, float8, float8, float8, float8, float8, float8, float8);
DROP VIEW evidence.effect_basis;
DROP TABLE evidence.pool_reason, evidence.pool_rule;
DROP FUNCTION ingest.load_effects(bigint);
DROP FUNCTION ingest.add_moderators(bigint);
DROP FUNCTION ingest.add_samples(bigint);
DROP FUNCTION ingest.compute_effects();
DROP FUNCTION ingest.read_effect_words();
DROP FUNCTION ingest.reject_effects();
DROP FUNCTION ingest.fold_header(text);
DROP FUNCTION ingest.stage_effects();
DROP FUNCTION evidence.group_sd(float8, int, float8, float8, float8, float8, float8, float8, float8, float8, float8, float8, float8);
DROP FUNCTION evidence.t_of_p(float8, float8);
DROP FUNCTION evidence.moderator_number(text);
DROP TABLE evidence.study_moderator, evidence.instrument_construct, evidence.comparator_class, evidence.effect_word;

COMMIT;
