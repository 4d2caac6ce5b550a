-- Revert psyrad:freeze from pg
BEGIN;
DROP VIEW clinical.frozen_list, clinical.frozen_score;
DROP FUNCTION clinical.check_freeze(text);
DROP FUNCTION clinical.freeze_study(text, text, text);
DROP FUNCTION clinical.current_fact(text);
DROP TABLE clinical.frozen_file, clinical.frozen_row, clinical.frozen_member, clinical.frozen_set;
COMMIT;
