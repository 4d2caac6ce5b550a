-- Revert psyrad:report_frozen from pg
BEGIN;
SET LOCAL ROLE psyrad_view;
DROP FUNCTION report.page_trial(text);
DROP FUNCTION report.page_frame(text);
DROP VIEW report.frozen_outcome_rate;
DROP VIEW report.frozen_hamd_line;
DROP VIEW report.frozen_hamd_by_visit;
DROP VIEW report.frozen_hamd;
DROP VIEW report.frozen_participant;
DROP VIEW report.frozen_state;
COMMIT;
