-- Revert psyrad:sensitivity from pg
BEGIN;

DROP VIEW report.connection_sensitivity;
DROP VIEW report.connection_variant;
DROP VIEW report.harmonised_change;
DROP VIEW report.connection_combat;

COMMIT;
