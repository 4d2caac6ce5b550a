-- Effect sizes beyond md and smd: numbers of metafor 5.1 (escalc) where known, hard cases, named errors.
SET search_path = psyrad, pg_catalog;
SET extra_float_digits = -2;
\set VERBOSITY terse
-- two groups
SELECT * FROM effect_smdh(6.4, 5.4, 13, 11.4, 9.6, 18);
SELECT * FROM effect_smdh(6.4, 5.4, 13, 11.4, 9.6, 18, vtype => 'ls-3.8');
SELECT * FROM effect_rom(6.4, 5.4, 13, 11.4, 9.6, 18);
SELECT * FROM effect_rom(6.4, 5.4, 13, 11.4, 9.6, 18, correct => false);
SELECT * FROM effect_cvr(6.4, 5.4, 13, 11.4, 9.6, 18);
SELECT * FROM effect_vr(5.4, 13, 9.6, 18);
SELECT 'opposite means', effect_rom(-1, 2, 10, 3, 2, 10), 'both negative', effect_rom(-1, 2, 10, -3, 2, 10), effect_cvr(-1, 2, 10, -3, 2, 10);
SELECT 'sd 0', effect_vr(0, 10, 1, 10), effect_smdh(1, 0, 10, 2, 0, 10), 'n 1', effect_smdh(1, 1, 1, 2, 1, 10), effect_rom(1, 1, 1, 2, 1, 10), effect_vr(1, 1, 2, 10);
SELECT effect_smdh(1, -1, 10, 2, 1, 10);
SELECT effect_smdh(1, 1, 10, 2, 1, 10, vtype => 'UB');
SELECT effect_rom(1, 1, 10, 2, 1, 10, correct => NULL);
SELECT effect_rom(NULL, 1, 10, 2, 1, 10);
-- change of one group: post, pre, sd_pre, sd_post, n, r
SELECT (effect_mc(12.3, 24.1, 4.1, 5.2, 12, 0.45)).*;
SELECT (effect_smcc(12.3, 24.1, 4.1, 5.2, 12, 0.45)).*;
SELECT (effect_smcr(12.3, 24.1, 4.1, 12, 0.45)).*;
SELECT (effect_smcr(12.3, 24.1, 4.1, 12, 0.45, 'LS2')).*;
SELECT (effect_smcrh(12.3, 24.1, 4.1, 5.2, 12, 0.45)).*;
SELECT (effect_smcrp(12.3, 24.1, 4.1, 5.2, 12, 0.45)).*;
SELECT 'r unknown', effect_mc(12, 24, 4, 5, 12, NULL), 'r = 1', effect_smcr(12, 24, 4, 12, 1), 'n = 1', effect_mc(12, 24, 4, 5, 1, 0.5), 'sd 0', effect_smcr(12, 24, 0, 12, 0.5);
SELECT effect_mc(12, 24, 4, 5, 12, 1.01);
SELECT effect_smcr(12, 24, -4, 12, 0.5);
SELECT effect_smcc(12, 24, 4, 5, 12, 0.5, 'AV');
SELECT r_from_sds(4, 5, 5), r_from_sds(4, 5, 9.1) IS NULL AS impossible, r_from_sds(0, 5, 5) IS NULL AS unknown;
SELECT r_from_sds(4, 5, -1);
-- tables: first group a of a + b, second c of c + d
SELECT (effect_or(4, 119, 11, 128)).*;
SELECT (effect_rr(4, 119, 11, 128)).*;
SELECT (effect_rd(4, 119, 11, 128)).*;
SELECT (effect_peto(4, 119, 11, 128)).*;
SELECT (effect_as(4, 119, 11, 128)).*;
SELECT 'one zero', (effect_or(0, 116, 3, 114)).*;
SELECT 'double zero', effect_or(0, 10, 0, 12), effect_rr(10, 0, 12, 0), effect_peto(0, 10, 0, 12), 'asked for', effect_or(0, 10, 0, 12, drop00 => false);
SELECT 'double zero', effect_rd(0, 10, 0, 12), effect_as(0, 10, 0, 12);
SELECT 'no constant', effect_or(0, 10, 3, 12, "to" => 'none'), 'empty group', effect_or(0, 0, 3, 12), effect_rd(3, 4, 0, 0), 'NULL', effect_or(NULL, 1, 1, 1);
SELECT a, b, c, d, effect_or(a, b, c, d, "to" => 'if0all', any0 => bool_or(0 IN (a, b, c, d)) OVER ()) = effect_or(a, b, c, d, "to" => 'all') AS as_all
FROM (VALUES (1, 9, 2, 8), (0, 10, 2, 8)) s(a, b, c, d);
SELECT effect_or(1, 2, 3, 4, "to" => 'if0all');
SELECT effect_or(1, -2, 3, 4);
SELECT effect_rr(1, 2, 3, 'NaN');
SELECT effect_or(1, 2, 3, 4, add => -1);
SELECT effect_or(1, 2, 3, 4, "to" => 'zeros');
SELECT effect_or(1, 2, 3, 4, drop00 => NULL);
-- proportions
SELECT (effect_pr(16, 17)).*;
SELECT (effect_pln(16, 17)).*;
SELECT (effect_plo(16, 17)).*;
SELECT (effect_pas(16, 17)).*;
SELECT (effect_pft(16, 17)).*;
SELECT 'all', effect_plo(17, 17), effect_pft(17, 17), 'none of none', effect_pr(0, 0);
SELECT effect_pr(18, 17);
SELECT effect_pr(-1, 17);
SELECT x, effect_back_pft((effect_pft(x, 17)).yi, 17) * 17 AS pft, effect_back_pas((effect_pas(x, 17)).yi) * 17 AS pas
FROM unnest(ARRAY[0, 1, 8, 16, 17]) x;
SELECT effect_back_logit(0), effect_back_logit(800), effect_back_logit(-2.0), effect_back_z(atanh(0.3));
SELECT effect_back_pft(1, 0);
-- correlations
SELECT (effect_cor(0.34, 55)).*;
SELECT (effect_zcor(0.34, 55)).*;
SELECT (effect_ucor(0.34, 55)).*;
SELECT (effect_ucor(0.34, 55, 'UB')).*;
SELECT 'r = 1', effect_cor(1, 20), effect_zcor(-1, 20), effect_ucor(1, 20), 'n = 3', effect_cor(0.5, 3), effect_zcor(0.5, 3), effect_ucor(0.5, 4), 'r = 0', effect_ucor(0, 10);
SELECT effect_zcor(1.2, 20);
-- from what papers print
SELECT (effect_from_t(2.1, 20, 22)).*;
SELECT (effect_from_p(-0.2, 15, 14)).*;
SELECT (effect_from_d(0.5, 20, 22)).*;
SELECT effect_from_f(4.41, -1, 20, 22) = effect_from_t(-2.1, 20, 22) AS f_is_t_squared;
SELECT effect_from_p(0, 20, 22), effect_from_t(2, 0, 22), effect_from_t(NULL, 1, 1);
SELECT effect_from_f(4, 0, 20, 22);
SELECT effect_from_p(2, 20, 22);
SELECT (effect_from_ci(1.5, 1.1, 2.05, scale => 'log')).*;
SELECT (effect_from_ci(NULL, -1, 3, df => 10)).*;
SELECT (effect_from_se(0.3, 0.12)).*;
SELECT (effect_from_z(0.5, 1.1)).*, effect_from_z(0.5, -1.1) AS other_sign;
SELECT effect_from_ci(1, 2, 1);
SELECT effect_from_ci(5, 1, 2);
SELECT effect_from_ci(1.5, -1, 2, scale => 'log');
SELECT effect_from_ci(1.5, 1, 2, level => 95);
SELECT effect_from_se(1, -1);
SELECT (mean_sd_from_quantiles(2, 6, 9, 13, 22, 40)).*;
SELECT (mean_sd_from_quantiles(NULL, 7, 11, 15, NULL, 55)).*;
SELECT (mean_sd_from_quantiles(3, NULL, 10, NULL, 21, 30)).*;
SELECT mean_sd_from_quantiles(NULL, 7, NULL, 15, NULL, 55), mean_sd_from_quantiles(3, NULL, 9, 12, NULL, 30);
SELECT mean_sd_from_quantiles(2, 10, 9, 13, 22, 40);
SELECT mean_sd_from_quantiles(2, 6, 9, 13, 22, 1);
SELECT response_rate_from_means(24, 12, 6), response_rate_from_means(24, 10, 6), response_rate_from_means(24, 10, 0) IS NULL AS unknown;
SELECT response_rate_from_means(24, 12, 6, 50);
-- arms: as if all people had been measured as one group
SELECT (combine_arms(10, 2, 20, 14, 3, 30)).*;
SELECT combine_arms(10, 2, 20, 14, 3, 0) AS empty_arm, combine_arms(1, 0, 1, 3, 0, 1) AS two_people;
WITH people(arm, x) AS (VALUES (1, 1.0), (1, 4), (2, 2), (2, 9), (2, 5)), arms AS (SELECT arm, avg(x) m, stddev_samp(x) s, count(*) n FROM people GROUP BY arm)
SELECT abs(c.mean - avg(x)) < 1e-12 AS mean, abs(c.sd - stddev_samp(x)) < 1e-12 AS sd, c.n
FROM people, (SELECT (combine_arms(a.m, a.s, a.n, b.m, b.s, b.n)).* FROM arms a, arms b WHERE (a.arm, b.arm) = (1, 2)) c GROUP BY c.mean, c.sd, c.n;
SELECT split_control(45, 2), split_control(NULL, 2);
SELECT split_control(45, 0);
SELECT (table_from_or(2.5, 100, 50, 40)).*;
SELECT (table_from_or(1, 100, 50, 40)).*, table_from_or(2, 100, 110, 40) AS impossible;
