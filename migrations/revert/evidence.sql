-- Revert psyrad:evidence from pg
BEGIN;

DROP TABLE evidence.effect;
DROP TABLE evidence.study;

COMMIT;
