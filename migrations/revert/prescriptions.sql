-- Revert psyrad:prescriptions from pg
BEGIN;

DROP FUNCTION intervention.similar_protocols(text, text, text[]);
DROP FUNCTION intervention.point_clusters(int, text, float8, text, text[]);
DROP FUNCTION intervention.point_rules(text, float8, int, float8, text[], boolean);
DROP FUNCTION intervention.point_sets(text, float8, int, text[], boolean);
DROP FUNCTION intervention.point_codes(int[]);
DROP FUNCTION intervention.point_pairs(text, text[], boolean);
DROP FUNCTION intervention.point_frequency(text, text[], boolean);
DROP FUNCTION intervention.prescriptions(text, text[], boolean, boolean);

COMMIT;
