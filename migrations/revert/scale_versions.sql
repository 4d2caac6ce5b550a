-- Revert psyrad:scale_versions from pg
BEGIN;

DROP VIEW clinical.factor_change;
DROP VIEW clinical.factor_rating;
DROP VIEW clinical.severity_by_scheme;
DROP VIEW clinical.version_total;
DROP VIEW clinical.version_items;
DROP VIEW clinical.contained_version;

COMMIT;
