-- Revert psyrad:instruments from pg
BEGIN;
SET LOCAL ROLE psyrad_owner;

DELETE FROM clinical.factor WHERE instrument LIKE 'HAMD-%';
DELETE FROM clinical.cutoff WHERE instrument LIKE 'HAMD-%';
DELETE FROM clinical.instrument_item WHERE instrument LIKE 'HAMD-%';
DELETE FROM clinical.instrument WHERE instrument LIKE 'HAMD-%';
DROP FUNCTION clinical.sum_items(text, smallint[]);

COMMIT;
