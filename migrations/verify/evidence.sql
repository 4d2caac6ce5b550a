-- Verify psyrad:evidence on pg
BEGIN;
SELECT population, label_en, label_zh FROM evidence.population WHERE false;
SELECT evidence_study, year, simulated, title_en, title_zh, first_author, topic, design, design_kind, population, population_kind, comparator, note, file_id, line
	FROM evidence.study WHERE false;
SELECT evidence_study, sample, people, n, note FROM evidence.sample WHERE false;
SELECT 'evidence.add_sample(text, text, int)'::regprocedure;
SELECT evidence_study, effect, outcome, outcome_type, intervention, comparator, weeks, n1, m1, sd1, n2, m2, sd2, file_id, line FROM evidence.effect WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class
	WHERE relnamespace = 'evidence'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
		AND (relowner <> 'psyrad_owner'::regrole AND NOT (relkind = 'v' AND relowner = 'psyrad_view'::regrole) OR obj_description(oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'neither psyrad_owner''s nor a view of psyrad_view, or without a comment: ' || bad;
END $$;
ROLLBACK;
