-- Revert psyrad:findings from pg
BEGIN;

DROP VIEW evidence.study_report_count;
DROP VIEW evidence.study_report;
DROP TABLE evidence.review_sentence, evidence.anomaly_finding, evidence.anomaly, evidence.review_fact_reference, evidence.review_fact, evidence.core_prescription,
	evidence.study_claim, evidence.study_model, evidence.review_model, evidence.study_method, evidence.review_method, evidence.review_modality,
	evidence.review_network, evidence.review_point, evidence.review_intervention, evidence.review_description;
DROP TABLE evidence.finding_referent, evidence.finding_region, evidence.finding;
DROP TABLE evidence.arm, evidence.study_network, evidence.study_modality, evidence.study_reference, evidence.review_study, evidence.reference;
DROP TABLE evidence.network, evidence.measure_kind, evidence.contrast_kind, evidence.direction, evidence.modality;

COMMIT;
