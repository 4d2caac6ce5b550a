-- Revert psyrad:model from pg
BEGIN;

DROP TABLE model.prediction;
DROP TABLE model.split_member;
DROP TABLE model.split;
DROP TABLE model.training_subject;
DROP TABLE model.retired;
DROP TABLE model.pin;
DROP TABLE model.scoring_right;
DROP TABLE model.registry;

COMMIT;
