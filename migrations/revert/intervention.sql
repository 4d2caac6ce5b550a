-- Revert psyrad:intervention from pg
BEGIN;

DROP TABLE intervention.session;
DROP TABLE intervention.protocol_quantity;
DROP TABLE intervention.quantity_unit;
DROP TABLE intervention.protocol_point;
DROP TABLE intervention.protocol;
DROP TABLE intervention.lexicon;
DROP TABLE intervention.point_set_member;
DROP TABLE intervention.acupoint_alias;
DROP TABLE intervention.acupoint;

COMMIT;
