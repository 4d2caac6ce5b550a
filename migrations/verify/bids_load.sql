-- Verify psyrad:bids_load on pg
BEGIN;

DO $$
DECLARE
	command text;
BEGIN
	FOREACH command IN ARRAY ARRAY['dataset', 'people', 'participants', 'records', 'scan', 'scans', 'motion', 'events']
	LOOP
		ASSERT has_function_privilege('psyrad_ingest', format('ingest.load_bids_%s(bigint)', command), 'EXECUTE'), command || ' cannot be loaded';
		ASSERT NOT has_function_privilege('psyrad_analyst', format('ingest.load_bids_%s(bigint)', command), 'EXECUTE'), command || ' can be loaded by analysts';
		EXECUTE format('SELECT ingest.stage_bids_%s()', command);
		DROP TABLE IF EXISTS pg_temp.stage, pg_temp.stage_reject, pg_temp.stage_column, pg_temp.stage_document;
	END LOOP;
END $$;
SELECT study, dataset, title, kind FROM imaging.dataset WHERE false;
SELECT subject_id, source, session, record FROM clinical.phenotype WHERE false;
SELECT subject_id, session, modality, scan, run, scanner, tr_s, te_s, payload_sha256, parameters FROM imaging.scan WHERE false;
SELECT subject_id, session, scan, run, onset_s, duration_s, trial_type FROM imaging.events WHERE false;
SELECT subject_id, variable, value, number, level FROM clinical.phenotype_value WHERE false;
SELECT study, modality, site, scanner, parameter, value, scans, subjects, differs, not_stated FROM report.acquisition WHERE false;

ROLLBACK;
