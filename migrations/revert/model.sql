-- Revert psyrad:model from pg
BEGIN;

DROP TABLE model.prediction;
DROP TABLE model.registry;

COMMIT;
