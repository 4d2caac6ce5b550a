-- Revert psyrad:acupoints from pg
BEGIN;
DROP FUNCTION psyrad.acupoint_resolve(text);
SET LOCAL ROLE psyrad_owner;

DROP FUNCTION intervention.resolve_acupoint(text);
DROP FUNCTION intervention.acupoint_resolve(text);
DROP FUNCTION intervention.acupoints_spelled(text);
DROP TRIGGER write_lexicon ON intervention.acupoint_alias;
DROP TRIGGER write_lexicon ON intervention.acupoint;
DROP FUNCTION intervention.write_lexicon();
DELETE FROM intervention.lexicon;
DELETE FROM intervention.point_set_member;
DELETE FROM intervention.acupoint_alias;
UPDATE intervention.protocol_point SET acupoint = NULL, rule = NULL WHERE acupoint IS NOT NULL;
DELETE FROM intervention.acupoint;
DROP FUNCTION intervention.fold_acupoint(text);
DROP TABLE intervention.channel_code;

COMMIT;
