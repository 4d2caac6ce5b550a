-- Revert psyrad:clinical from pg
BEGIN;

DROP TABLE clinical.score;
DROP TABLE clinical.factor;
DROP TABLE clinical.cutoff;
DROP TABLE clinical.instrument_item;
DROP TABLE clinical.instrument;
DROP TABLE clinical.visit;
DROP TRIGGER kept_for_visit ON ingest.file;
DROP TRIGGER kept_for_visit_all ON ingest.file;
DROP TABLE clinical.subject;
DROP TABLE clinical.subject_key;
DROP TABLE clinical.visit_plan;
DROP TABLE clinical.arm;
DROP TABLE clinical.study;
DROP TABLE clinical.scanner;
DROP TABLE clinical.site;
DROP FUNCTION clinical.refer_by_statement(regclass, name[], regclass);
DROP FUNCTION clinical.check_references();
DROP FUNCTION clinical.keep_referenced();

COMMIT;
