-- Revert psyrad:screening from pg
BEGIN;

DROP FUNCTION evidence.screening_question(text);
DROP FUNCTION evidence.prisma_compare(date, text);
DROP FUNCTION evidence.flow_stated_check(text);
DROP TABLE evidence.flow_stated;
DROP FUNCTION evidence.prisma_flow(date, text);
DROP FUNCTION evidence.prisma_counts(date, text);
DROP FUNCTION evidence.unknown_kind(text, text, date, text);
DROP FUNCTION evidence.prisma_record(date, text);
DROP FUNCTION evidence.identity_check(jsonb);
DROP TABLE evidence.prisma_identity, evidence.prisma_box;
DROP FUNCTION evidence.screening_agreement(text, text, text, double precision, date);
DROP FUNCTION evidence.screening_conflict(text, date);
DROP FUNCTION evidence.screening_outcome(text, date);
DROP VIEW evidence.screening_history;
DROP FUNCTION evidence.report_of(bigint);
DROP FUNCTION evidence.day_ends(date);
DROP FUNCTION evidence.the_review(text);
DROP TABLE evidence.report_study, evidence.screening_event, evidence.screening_decision, evidence.exclusion_reason;
DROP VIEW evidence.search_summary;
DROP FUNCTION evidence.attach_sources(bigint);
DROP TABLE evidence.search_source, evidence.search_strategy, evidence.search, evidence.review;

COMMIT;
