-- Verify psyrad:report_frozen on pg
BEGIN;
-- Every table of facts has its branch.
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_class c
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace::regnamespace::text IN ('clinical', 'imaging', 'intervention')
			AND 2 = (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('subject_id', 'file_id') AND NOT a.attisdropped)
			AND position(format('%s.%s', c.relnamespace::regnamespace, c.relname) IN pg_get_viewdef('report.frozen_state')) = 0) THEN
		RAISE EXCEPTION 'report.frozen_state leaves out a table of facts';
	END IF;
END $$;
SET LOCAL ROLE psyrad_view;
SELECT * FROM report.frozen_state WHERE false;
SELECT * FROM report.frozen_participant WHERE false;
SELECT * FROM report.frozen_hamd WHERE false;
SELECT * FROM report.frozen_hamd_by_visit WHERE false;
SELECT * FROM report.frozen_hamd_line WHERE false;
SELECT * FROM report.frozen_outcome_rate WHERE false;
SELECT 1 / (report.page_frame(NULL) ?& ARRAY['version', 'frozen', 'drawn'])::int;
SELECT 1 / (report.page_trial(NULL) ?& ARRAY['hamd', 'lines', 'rates', 'missing'])::int;
ROLLBACK;
