-- Revert psyrad:acupoints from pg
BEGIN;
SET LOCAL ROLE psyrad_owner;

DROP FUNCTION intervention.resolve_acupoint(text);
DROP FUNCTION intervention.split_side(text);
DROP FUNCTION intervention.acupoints_spelled(text);
DELETE FROM intervention.acupoint_alias;
UPDATE intervention.protocol_point SET acupoint = NULL, rule = NULL WHERE acupoint IS NOT NULL;
DELETE FROM intervention.acupoint;
DROP FUNCTION intervention.fold_acupoint(text);
DROP TABLE intervention.channel_code;

COMMIT;
