-- Verify psyrad:report on pg
BEGIN;
SET LOCAL ROLE psyrad_view;
SELECT * FROM report.study WHERE false;
SELECT * FROM report.visit WHERE false;
SELECT * FROM report.hamd WHERE false;
SELECT * FROM report.improvement WHERE false;
SELECT * FROM report.hamd_by_visit WHERE false;
SELECT * FROM report.connection_change WHERE false;
SELECT * FROM report.connection_test WHERE false;
SELECT * FROM report.connection WHERE false;
SELECT * FROM report.protocol WHERE false;
SELECT * FROM report.effect WHERE false;
SELECT * FROM report.pooled WHERE false;
SELECT * FROM report.model_score WHERE false;
SELECT * FROM report.file WHERE false;
SELECT * FROM report.region WHERE false;
SELECT 1 / (report.indicators('b', ARRAY['b', 'a', 'c', 'a']) = '{1,0}')::int;
SELECT 1 / (report.eight_digits(1.234567891e-300) = 1.2345679e-300)::int;
SELECT * FROM report.source WHERE false;
SELECT * FROM report.frozen_set WHERE false;
SELECT 1 / (report.page_frame() ?& ARRAY['version', 'database', 'generated_at', 'studies', 'visits', 'frozen', 'sources'])::int;
-- A query without rows still names its columns, in their order.
SELECT 1 / (report.figure('SELECT 1 AS b, NULL::text AS a') = '{"sql": "SELECT 1 AS b, NULL::text AS a", "columns": ["b", "a"], "rows": [[1, null]]}')::int;
SELECT 1 / (report.figure('SELECT 1 AS b, 2 AS a WHERE false') -> 'columns' = '["b", "a"]')::int;
-- Nothing in the schema belongs to anybody but psyrad_view, and dashboards read every view.
SELECT 1 / (NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'report'::regnamespace
	AND (relowner <> 'psyrad_view'::regrole OR NOT has_table_privilege('psyrad_report', oid, 'SELECT'))))::int;
ROLLBACK;
