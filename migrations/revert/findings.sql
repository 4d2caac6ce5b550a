-- Revert psyrad:findings from pg
BEGIN;

DROP TABLE evidence.finding_referent, evidence.finding_region, evidence.finding;
DROP TABLE evidence.arm, evidence.study_network, evidence.study_modality, evidence.study_reference, evidence.review_study, evidence.reference;
DROP TABLE evidence.network, evidence.measure_kind, evidence.contrast_kind, evidence.direction, evidence.modality;

COMMIT;
