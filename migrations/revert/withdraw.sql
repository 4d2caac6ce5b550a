-- Revert psyrad:withdraw from pg
BEGIN;
DROP FUNCTION clinical.withdraw(text, text, text);
DROP FUNCTION clinical.erase_rows(bigint);
DROP FUNCTION clinical.files_of_one(bigint);
DROP FUNCTION clinical.is_withdrawn(text, text);
DROP TABLE clinical.withdrawal;
REVOKE ALL ON model.registry, model.retired, clinical.study FROM psyrad_withdraw;
REVOKE ALL (name, version) ON model.registry FROM psyrad_withdraw;
REVOKE ALL ON FUNCTION model.caller(), model.caller_can_see_site(text) FROM psyrad_withdraw;
COMMIT;
