-- Revert psyrad:quality from pg
BEGIN;

DROP VIEW report.seed_region;
DROP VIEW report.qc_fc;
DROP VIEW report.qc_fc_edge;
DROP VIEW report.qc_fc_test;
DROP VIEW report.pipeline_compare;
DROP VIEW report.pipeline;
DROP VIEW report.series_quality;

COMMIT;
