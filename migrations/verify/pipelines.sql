-- Verify psyrad:pipelines on pg
BEGIN;
SELECT study, atlas, measure, pipeline, run_rule, least_minutes, choices, rule FROM imaging.primary_rule WHERE false;
DO $$
BEGIN
	ASSERT imaging.pipeline_choices('{}') = imaging.no_choices(), 'a pipeline without choices makes some';
	ASSERT imaging.pipeline_choices(imaging.pipeline_choices('{"motion": 36, "compcor": "50%", "bandpass": [0.01, 0.1], "scrub": 0.5}'))
		= imaging.pipeline_choices('{"motion": "full", "wm_csf": "full", "global_signal": "full", "compcor": "anat_combined",
			"compcor_share": 0.5, "high_pass_hz": 0.01, "low_pass_hz": 0.1, "scrub_fd_mm": "0.50"}'), 'choices spelled in two ways differ';
	ASSERT has_function_privilege('psyrad_ingest', 'imaging.declare_pipeline(text, jsonb, text)', 'EXECUTE'), 'psyrad_ingest cannot declare';
	ASSERT NOT has_column_privilege('psyrad_ingest', 'imaging.pipeline', 'choices', 'UPDATE'), 'psyrad_ingest can change choices';
END $$;
ROLLBACK;
