-- Verify psyrad:imaging on pg
BEGIN;
SELECT atlas, title, kind, elements, space, dims, affine, image_sha256, source, file_id FROM imaging.atlas WHERE false;
SELECT atlas, image FROM imaging.atlas_image WHERE false;
SELECT atlas, voxel FROM imaging.atlas_voxel WHERE false;
SELECT atlas, voxel, region FROM imaging.region_voxel WHERE false;
SELECT atlas, element, i, j, k, x_mm, y_mm, z_mm FROM imaging.voxel WHERE false;
SELECT atlas, region, label, name, name_zh, hemisphere, x_mm, y_mm, z_mm, volume_mm3, radius_mm FROM imaging.region WHERE false;
SELECT scheme, network, name_en, name_zh FROM imaging.network WHERE false;
SELECT atlas, scheme, network, region, file_id FROM imaging.network_region WHERE false;
SELECT measure, kind, unit, title_en, title_zh FROM imaging.measure WHERE false;
SELECT feature_set_id, atlas, measure FROM imaging.feature_set WHERE false;
SELECT pipeline, description, choices FROM imaging.pipeline WHERE false;
SELECT study, feature_set_id, pipeline, run_rule, least_minutes FROM imaging.study_pipeline WHERE false;
SELECT subject_id, session, modality, run, site, scanner, task, tr_s, header_tr_s, volumes, mean_fd_mm, forms_apart_mm, payload_sha256, file_id FROM imaging.acquisition WHERE false;
SELECT file_id, feature_set_id, pipeline FROM imaging.vector_load WHERE false;
SELECT subject_id, feature_set_id, session, run, pipeline, site, value, coverage, file_id, line FROM imaging.vector WHERE false;
SELECT subject_id, feature_set_id, session, run, pipeline, site, value, tr_s, volumes, volumes_kept, mean_fd_mm, coverage, minutes, too_short, file_id FROM imaging.series WHERE false;
SELECT subject_id, feature_set_id, session, run, pipeline, site, value, file_id FROM imaging.connectome WHERE false;
SELECT subject_id, study, label, site, session, week, role, feature_set_id, atlas, measure, pipeline, run, vector, connectome, file_id FROM imaging.primary WHERE false;
SELECT subject_id, study, label, site, feature_set_id, atlas, measure, pipeline, pre_session, post_session, pre_vector, post_vector, pre_connectome, post_connectome FROM imaging.pre_post WHERE false;
SELECT subject_id, study, label, site, session, week, atlas, measure, region, name, name_zh, hemisphere, value FROM imaging.region_value WHERE false;
SELECT payload_sha256, modality, study, label, site, session, run, subject_id, file_id, other_study, other_label, other_site, other_session, other_run, other_subject_id, other_file_id FROM imaging.same_image WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	SELECT string_agg(oid::regclass::text, ', ' ORDER BY 1) INTO bad FROM pg_class
	WHERE relnamespace = 'imaging'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
		AND (relowner NOT IN ('psyrad_owner'::regrole, 'psyrad_view'::regrole) OR obj_description(oid, 'pg_class') IS NULL);
	ASSERT bad IS NULL, 'not owned by psyrad_owner or psyrad_view, or without a comment: ' || bad;
	ASSERT (SELECT count(*) = 4 FROM pg_trigger t WHERE t.tgrelid IN ('imaging.vector'::regclass, 'imaging.vector_default'::regclass) AND t.tgfoid = 'clinical.check_references()'::regprocedure AND t.tgenabled = 'O'),
		'the reference of imaging.vector to what its file brought is not held';
	ASSERT (SELECT count(*) = 2 FROM pg_trigger t WHERE t.tgrelid = 'imaging.vector_load'::regclass AND t.tgfoid = 'clinical.keep_referenced()'::regprocedure AND t.tgenabled = 'O'),
		'what files brought to imaging.vector is not kept';
	ASSERT (SELECT count(*) = 3 FROM pg_partitioned_table
		WHERE partrelid IN ('imaging.vector'::regclass, 'imaging.series'::regclass, 'imaging.connectome'::regclass) AND partstrat = 'l'),
		'the fact tables are not partitioned by list';
	ASSERT EXISTS (SELECT FROM imaging.measure WHERE (measure, kind) = ('fc_pearson', 'edge')), 'measure fc_pearson is missing';
END $$;
ROLLBACK;
