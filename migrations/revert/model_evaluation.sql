-- Revert psyrad:model_evaluation from pg
BEGIN;

DROP FUNCTION model.compare(text[], text, text, text, boolean, float8, text, float8);
DROP FUNCTION model.decision_curve(text, text, text, text, boolean, float8[]);
DROP FUNCTION model.calibration(text, text, text, text, boolean, int, text);
DROP FUNCTION model.evaluate(text, text, text, text, boolean, text, float8, float8, int, bigint);
DROP FUNCTION model.cases(text, text, text, text);
DROP VIEW report.model_drift;
DROP VIEW report.model_leakage;
DROP VIEW report.model_decision_curve;
DROP VIEW report.model_calibration;
DROP VIEW report.model_performance;
DROP VIEW report.model_prediction;
DROP VIEW model.leakage;
DROP VIEW model.leak;
DROP VIEW model.scored;
DROP VIEW model.image_twin;
DROP VIEW model.truth;
DROP FUNCTION model.declare_outcome(text, text, bigint[], boolean[], text[], float8[]);
DROP FUNCTION model.store_outcome(text, text, text, bigint[], text[], boolean[], text[], float8[]);
DROP FUNCTION model.store_predictions(text, bigint[], text[], float8[], text[], text);
DROP FUNCTION model.store_prediction_rows(text, int, text, bigint[], text[], text[], int[], float8[], text[]);
DROP FUNCTION model.resolve(text);
DROP FUNCTION model.make_split(text, bigint[], text, text[], int, bigint, text, numeric, text[]);
DROP FUNCTION model.store_split(text, text, int, bigint, text, numeric, text[], bigint[], text[], text[], text[], text[]);
DROP FUNCTION model.check_split(int, bigint, bigint, text, boolean, numeric, text[], text);
DROP FUNCTION model.deal_subjects(text[], text[], text[], int, numeric, bigint);
DROP FUNCTION model.deal_sites(text[], int, bigint);
DROP FUNCTION model.draw(bigint, text, text);
DROP INDEX imaging.acquisition_payload;
DROP TABLE model.outcome_value;
DROP TABLE model.outcome;
DROP POLICY function_insert ON model.prediction;
DROP POLICY function_insert ON model.split_member;
GRANT INSERT, UPDATE ON model.prediction, model.split_member TO psyrad_ingest;

COMMIT;
