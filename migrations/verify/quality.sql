-- Verify psyrad:quality on pg
BEGIN;
SELECT study, simulated, label, site, session, run, atlas, pipeline, tr_s, volumes, volumes_kept, minutes, too_short, mean_fd_mm, least_coverage FROM report.series_quality WHERE false;
SELECT study, simulated, atlas, pipeline, description, choices, series, too_short, share_kept, minutes, mean_fd_mm FROM report.pipeline WHERE false;
SELECT study, simulated, atlas, measure, pipeline_a, pipeline_b, scans, similarity, least_similarity FROM report.pipeline_compare WHERE false;
SELECT study, simulated, atlas, measure, pipeline, session, week, subjects, result FROM report.qc_fc_test WHERE false;
SELECT study, simulated, atlas, measure, pipeline, session, week, i, j, region_i, region_j, n, r, p, q, distance_mm FROM report.qc_fc_edge WHERE false;
SELECT study, simulated, atlas, measure, pipeline, session, week, subjects, connections, median_abs_r, share_p05, share_q05, distance_slope, distance_rho FROM report.qc_fc WHERE false;
SELECT subject_id, study, label, site, session, week, atlas, measure, pipeline, run, seed, region, region_zh, value FROM report.seed_region WHERE false;
ROLLBACK;
