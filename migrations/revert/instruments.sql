-- Revert psyrad:instruments from pg
BEGIN;
SET LOCAL ROLE psyrad_owner;

-- Ratings go with the instruments that give them their meaning; bin/deploy asks for --yes before that.  The owner's own rows are guarded
-- by site too, but for this.
ALTER TABLE clinical.score NO FORCE ROW LEVEL SECURITY;
DELETE FROM clinical.score WHERE instrument LIKE 'HAMD-%';
ALTER TABLE clinical.score FORCE ROW LEVEL SECURITY;
DELETE FROM clinical.factor WHERE instrument LIKE 'HAMD-%';
DELETE FROM clinical.cutoff WHERE instrument LIKE 'HAMD-%';
DELETE FROM clinical.instrument_item WHERE instrument LIKE 'HAMD-%';
DELETE FROM clinical.instrument WHERE instrument LIKE 'HAMD-%';
DROP FUNCTION clinical.sum_items(text, smallint[]);

COMMIT;
