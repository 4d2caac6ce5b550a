-- Revert psyrad:drugs from pg
BEGIN;
DROP VIEW clinical.drug_at_visit, clinical.drug_use;
DROP FUNCTION ingest.load_drugs(bigint);
DROP FUNCTION ingest.number_drugs();
DROP FUNCTION ingest.stage_drugs();
DROP TABLE clinical.concomitant_drug;
DROP FUNCTION clinical.drug_resolve(text);
DROP TABLE clinical.drug;
COMMIT;
