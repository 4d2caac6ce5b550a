-- Revert psyrad:evidence from pg
BEGIN;

DROP FUNCTION evidence.add_sample(text, text, int);
DROP TABLE evidence.effect;
DROP TABLE evidence.sample;
DROP TABLE evidence.study;
DROP TABLE evidence.population;

COMMIT;
