-- Revert psyrad:bids_load from pg
BEGIN;

DO $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'ingest'::regnamespace AND (p.proname ~ 'bids_' OR p.proname IN (
		'parse_document', 'stage_document', 'keep_variables', 'report_levels', 'merge_records', 'sidecar_number', 'find_scanner'))
	LOOP
		EXECUTE format('DROP FUNCTION %s', f);
	END LOOP;
END $$;
DROP VIEW report.acquisition;
DROP VIEW imaging.same_scan;
DROP VIEW imaging.scan_parameter;
DROP VIEW imaging.event;
DROP VIEW clinical.phenotype_value;
DROP TABLE imaging.events;
DROP TABLE imaging.scan;
DROP TABLE clinical.phenotype;
DROP TABLE clinical.variable;
DROP TABLE imaging.dataset;

COMMIT;
