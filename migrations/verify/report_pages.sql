-- Verify psyrad:report_pages on pg
BEGIN;
SET LOCAL ROLE psyrad_view;
SELECT * FROM report.content WHERE false;
SELECT * FROM report.hamd_line WHERE false;
SELECT * FROM report.outcome_rate WHERE false;
SELECT * FROM report.treatment WHERE false;
SELECT * FROM report.treatment_by_arm WHERE false;
SELECT * FROM report.treatment_histogram WHERE false;
SELECT * FROM report.missing_by_visit WHERE false;
SELECT * FROM report.region_vector WHERE false;
SELECT * FROM report.region_by_group WHERE false;
SELECT * FROM report.region_by_group_first WHERE false;
SELECT * FROM report.region_effect WHERE false;
SELECT * FROM report.region_order WHERE false;
SELECT * FROM report.connection_person WHERE false;
SELECT * FROM report.qc_fc_histogram WHERE false;
SELECT * FROM report.harmonisation WHERE false;
SELECT * FROM report.harmonisation_summary WHERE false;
SELECT * FROM report.acquisition_by_scanner WHERE false;
SELECT * FROM report.reject_reason WHERE false;
SELECT * FROM report.series_by_site WHERE false;
SELECT * FROM report.data_query WHERE false;
SELECT * FROM report.stricta WHERE false;
-- Wilson's interval of 0, 8 and 10 out of 10.
SELECT 1 / (report.wilson(0, 10, -1) = 0 AND abs(report.wilson(0, 10, 1) - 0.27753279) < 1e-8 AND abs(report.wilson(8, 10, -1) - 0.49016247) < 1e-8
	AND abs(report.wilson(8, 10, 1) - 0.94331785) < 1e-8 AND report.wilson(10, 10, 1) = 1 AND report.wilson(0, 0, 1) IS NULL)::int;
-- Each page has its figures, also over an empty warehouse.
SELECT 1 / (report.page_overview() ?& ARRAY['content', 'studies', 'answers', 'loads'])::int;
SELECT 1 / (report.page_trial() ?& ARRAY['hamd', 'lines', 'rates', 'treatment', 'given', 'missing'])::int;
SELECT 1 / (report.page_imaging() ?& ARRAY['regions', 'effects', 'connections', 'order', 'connection_people', 'motion', 'motion_summary', 'harmonisation', 'harmonisation_summary', 'scanners'])::int;
SELECT 1 / (report.page_quality() ?& ARRAY['troubled', 'reasons', 'queries', 'missing', 'series', 'stricta', 'files'])::int;
ROLLBACK;
