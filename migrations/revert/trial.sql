-- Revert psyrad:trial from pg
BEGIN;
DROP VIEW clinical.rater_item_agreement, clinical.rater_agreement;
DROP FUNCTION clinical.trial_mmrm(text, text, text, boolean, double precision);
DROP FUNCTION clinical.trial_ancova(text, text, text, text, text, boolean, double precision);
DROP FUNCTION clinical.mmrm(double precision[], double precision[], text[], numeric[], text[], text[], text, double precision);
DROP FUNCTION clinical.ancova(double precision[], double precision[], text[], text[], text, double precision);
DROP FUNCTION clinical.check_model_input(double precision[], double precision[], text[], text, double precision);
DROP FUNCTION clinical.least_squares(psyrad.meta_regression_state, double precision, boolean);
COMMIT;
