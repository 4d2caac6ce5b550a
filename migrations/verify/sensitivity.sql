-- Verify psyrad:sensitivity on pg
BEGIN;
SELECT study, simulated, atlas, arms, fit FROM report.connection_combat WHERE false;
SELECT study, simulated, atlas, subject_id, site, arm, baseline, improvement, mean_fd_mm, change FROM report.harmonised_change WHERE false;
SELECT study, simulated, atlas, variant, left_out, subjects, sites, result FROM report.connection_variant WHERE false;
SELECT study, simulated, atlas, i, j, region_i, region_j, n, r, p, q, sites, sites_held, weakest_without, weakest_n, weakest_r, weakest_p,
	combat_r, combat_p, combat_q, survives FROM report.connection_sensitivity WHERE false;
ROLLBACK;
