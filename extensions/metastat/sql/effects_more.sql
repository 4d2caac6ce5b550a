-- Effect sizes beyond md and smd: two groups, change in one group, counts, correlations, conversions.  Sources: metafor's escalc.
CREATE TYPE psyrad.arm AS (mean double precision, sd double precision, n double precision);
CREATE TYPE psyrad.table2x2 AS (a double precision, b double precision, c double precision, d double precision);
COMMENT ON TYPE psyrad.arm IS 'Mean, standard deviation and size of a group; NULL where it cannot be known.';
COMMENT ON TYPE psyrad.table2x2 IS 'Counts of two groups: a with the event and b without in the first, c with and d without in the second.';

CREATE FUNCTION psyrad.effect_smdh(m1 double precision, sd1 double precision, n1 double precision, m2 double precision, sd2 double precision, n2 double precision, vtype text DEFAULT 'LS') RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_rom(m1 double precision, sd1 double precision, n1 double precision, m2 double precision, sd2 double precision, n2 double precision, correct boolean DEFAULT true, vtype text DEFAULT 'LS', average double precision DEFAULT NULL, average2 double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_vr(sd1 double precision, n1 double precision, sd2 double precision, n2 double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_cvr(m1 double precision, sd1 double precision, n1 double precision, m2 double precision, sd2 double precision, n2 double precision, correct boolean DEFAULT true) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_mc(post double precision, pre double precision, sd_pre double precision, sd_post double precision, n double precision, r double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_smcc(post double precision, pre double precision, sd_pre double precision, sd_post double precision, n double precision, r double precision, vtype text DEFAULT 'LS') RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_smcr(post double precision, pre double precision, sd_pre double precision, n double precision, r double precision, vtype text DEFAULT 'LS') RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_smcrh(post double precision, pre double precision, sd_pre double precision, sd_post double precision, n double precision, r double precision, vtype text DEFAULT 'LS') RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_smcrp(post double precision, pre double precision, sd_pre double precision, sd_post double precision, n double precision, r double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_or(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL, drop00 boolean DEFAULT true) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_rr(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL, drop00 boolean DEFAULT true) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_rd(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL, drop00 boolean DEFAULT false, vtype text DEFAULT 'LS', average double precision DEFAULT NULL, average2 double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_peto(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL, drop00 boolean DEFAULT true) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_as(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL, drop00 boolean DEFAULT false) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_pr(x double precision, n double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL, vtype text DEFAULT 'LS', average double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_pln(x double precision, n double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL, vtype text DEFAULT 'LS', average double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_plo(x double precision, n double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL, vtype text DEFAULT 'LS', average double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_pas(x double precision, n double precision, add double precision DEFAULT 0, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_pft(x double precision, n double precision, add double precision DEFAULT 0, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_cor(r double precision, n double precision, vtype text DEFAULT 'LS', average double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_ucor(r double precision, n double precision, vtype text DEFAULT 'LS', average double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_zcor(r double precision, n double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_from_d(d double precision, n1 double precision, n2 double precision, vtype text DEFAULT 'LS', average double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_from_t(t double precision, n1 double precision, n2 double precision, vtype text DEFAULT 'LS', average double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_from_p(p double precision, n1 double precision, n2 double precision, vtype text DEFAULT 'LS', average double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_from_f(f double precision, sign double precision, n1 double precision, n2 double precision, vtype text DEFAULT 'LS', average double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_from_ci(estimate double precision, lb double precision, ub double precision, level double precision DEFAULT 0.95, df double precision DEFAULT NULL, scale text DEFAULT 'identity') RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_from_se(estimate double precision, se double precision, scale text DEFAULT 'identity') RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_from_z(estimate double precision, z double precision, scale text DEFAULT 'identity') RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mean_sd_from_quantiles(min double precision, q1 double precision, median double precision, q3 double precision, max double precision, n double precision) RETURNS psyrad.arm
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.response_rate_from_means(baseline double precision, mean double precision, sd double precision, reduction double precision DEFAULT 0.5) RETURNS double precision
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.r_from_sds(sd_pre double precision, sd_post double precision, sd_change double precision) RETURNS double precision
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.combine_arms(m1 double precision, sd1 double precision, n1 double precision, m2 double precision, sd2 double precision, n2 double precision) RETURNS psyrad.arm
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.table_from_or(odds_ratio double precision, n double precision, n1 double precision, events double precision) RETURNS psyrad.table2x2
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_back_pas(yi double precision) RETURNS double precision
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_back_pft(yi double precision, n double precision) RETURNS double precision
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_back_z(yi double precision) RETURNS double precision
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE BEGIN ATOMIC SELECT pg_catalog.tanh(yi); END;
CREATE FUNCTION psyrad.effect_back_logit(yi double precision) RETURNS double precision
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC SELECT 0.5::double precision OPERATOR(pg_catalog.*) (1::double precision OPERATOR(pg_catalog.+) pg_catalog.tanh(yi OPERATOR(pg_catalog./) 2::double precision)); END;
CREATE FUNCTION psyrad.split_control(count double precision, arms integer) RETURNS double precision
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE BEGIN ATOMIC SELECT count OPERATOR(pg_catalog./) arms::double precision; END;

COMMENT ON FUNCTION psyrad.effect_smdh(double precision, double precision, double precision, double precision, double precision, double precision, text) IS
	'Standardised mean difference with unequal variances (metafor''s SMDH): (m1 - m2) / sqrt((sd1^2 + sd2^2)/2) times Hedges'' J of n1 + n2 - 2. DEFAULTS: vtype ''LS'' (Bonett 2009, as metafor 5); ''LS-3.8'' is that times J^2, as metafor 3.8; LS2 has n in place of n - 1 (Bonett 2008). What cannot be known is NULL; a NULL argument gives NULL. Errors: negative sd or n, NaN, infinity, unknown vtype.';
COMMENT ON FUNCTION psyrad.effect_rom(double precision, double precision, double precision, double precision, double precision, double precision, boolean, text, double precision, double precision) IS
	'Log ratio of means ln(m1/m2) (metafor''s ROM; Hedges, Gurevitch & Curtis 1999). DEFAULTS: correct true adds the small-sample correction of Lajeunesse 2015, as metafor 5; false is metafor 3.8. vtype ''LS''; HO takes one variance for both groups, AV the mean coefficients of variation sd/m of the first and second groups of all studies (average, average2), AVHO one for both (average). NULL unless both means have one sign. What cannot be known is NULL; a NULL argument gives NULL. Errors: negative sd or n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_vr(double precision, double precision, double precision, double precision) IS
	'Log ratio of standard deviations with its correction (metafor''s VR; Nakagawa et al. 2015): negative means less variation in the first group. What cannot be known is NULL; a NULL argument gives NULL. Errors: negative sd or n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_cvr(double precision, double precision, double precision, double precision, double precision, double precision, boolean) IS
	'Log ratio of coefficients of variation sd/mean (metafor''s CVR; Nakagawa et al. 2015). DEFAULTS: correct true corrects its means as effect_rom does, as metafor 5; false is metafor 3.8. NULL unless both means are positive. What cannot be known is NULL; a NULL argument gives NULL. Errors: negative sd or n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_mc(double precision, double precision, double precision, double precision, double precision, double precision) IS
	'Mean change post - pre of one group, in the units of the means; vi = var(change)/n (metafor''s MC). post - pre: arguments in metafor''s order m1i, m2i, sd1i, sd2i, ni, ri with the standardising sd first. What cannot be known is NULL; a NULL argument gives NULL. r of 1 or -1 and n <= 1 give a NULL variance; a missing r is never guessed: see r_from_sds. Errors: negative sd or n, |r| > 1, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_smcc(double precision, double precision, double precision, double precision, double precision, double precision, text) IS
	'Standardised mean change over the sd of the change, sqrt(sd_pre^2 + sd_post^2 - 2 r sd_pre sd_post), times J(n - 1) (metafor''s SMCC; Gibbons et al. 1993). post - pre: arguments in metafor''s order m1i, m2i, sd1i, sd2i, ni, ri with the standardising sd first. DEFAULTS: vtype ''LS''; LS2 is the variance of Borenstein 2009. What cannot be known is NULL; a NULL argument gives NULL. r of 1 or -1 and n <= 1 give a NULL variance; a missing r is never guessed: see r_from_sds. Errors: negative sd or n, |r| > 1, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_smcr(double precision, double precision, double precision, double precision, double precision, text) IS
	'Standardised mean change over the sd before, times J(n - 1) (metafor''s SMCR; Becker 1988). DEFAULTS: vtype ''LS''; LS2 is the variance of Borenstein 2009. What cannot be known is NULL; a NULL argument gives NULL. r of 1 or -1 and n <= 1 give a NULL variance; a missing r is never guessed: see r_from_sds. Errors: negative sd or n, |r| > 1, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_smcrh(double precision, double precision, double precision, double precision, double precision, double precision, text) IS
	'As effect_smcr, with the variance for unequal sds (metafor''s SMCRH; Bonett 2008). post - pre: arguments in metafor''s order m1i, m2i, sd1i, sd2i, ni, ri with the standardising sd first. DEFAULTS: vtype ''LS'', as metafor 5; ''LS-3.8'' is that times J^2, as metafor 3.8. What cannot be known is NULL; a NULL argument gives NULL. r of 1 or -1 and n <= 1 give a NULL variance; a missing r is never guessed: see r_from_sds. Errors: negative sd or n, |r| > 1, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_smcrp(double precision, double precision, double precision, double precision, double precision, double precision) IS
	'Standardised mean change over the average sd, sqrt((sd_pre^2 + sd_post^2)/2), times J(2 (n - 1)/(1 + r^2)) (SMCRP of metafor 5; Cousineau 2020). post - pre: arguments in metafor''s order m1i, m2i, sd1i, sd2i, ni, ri with the standardising sd first. What cannot be known is NULL; a NULL argument gives NULL. r of 1 or -1 and n <= 1 give a NULL variance; a missing r is never guessed: see r_from_sds. Errors: negative sd or n, |r| > 1, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_or(double precision, double precision, double precision, double precision, double precision, text, boolean, boolean) IS
	'Log odds ratio (metafor''s OR; Woolf 1955). First group: a with the event, b without; second: c with, d without. add goes, by to, to tables with a zero count (only0), to all, to all when any table of the set has a zero (if0all: pass any0 => bool_or(0 IN (a, b, c, d)) OVER ()), or to none. drop00: NULL for tables where both groups have none or all of the events. DEFAULTS: add 0.5, to ''only0'', drop00 true (escalc: false). A table with an empty group gives NULL; a NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_rr(double precision, double precision, double precision, double precision, double precision, text, boolean, boolean) IS
	'Log risk ratio (metafor''s RR; Katz et al. 1978). First group: a with the event, b without; second: c with, d without. add goes, by to, to tables with a zero count (only0), to all, to all when any table of the set has a zero (if0all: pass any0 => bool_or(0 IN (a, b, c, d)) OVER ()), or to none. drop00: NULL for tables where both groups have none or all of the events. DEFAULTS: add 0.5, to ''only0'', drop00 true (escalc: false). A table with an empty group gives NULL; a NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_rd(double precision, double precision, double precision, double precision, double precision, text, boolean, boolean, text, double precision, double precision) IS
	'Risk difference a/(a+b) - c/(c+d) (metafor''s RD). First group: a with the event, b without; second: c with, d without. add goes, by to, to tables with a zero count (only0), to all, to all when any table of the set has a zero (if0all: pass any0 => bool_or(0 IN (a, b, c, d)) OVER ()), or to none. drop00: NULL for tables where both groups have none or all of the events. DEFAULTS: add 0.5, to ''only0'', drop00 false, vtype ''LS''; UB is unbiased, AV has the mean proportions of the first and second groups of all studies (average, average2). A table with an empty group gives NULL; a NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_peto(double precision, double precision, double precision, double precision, double precision, text, boolean, boolean) IS
	'Peto''s log odds ratio (O - E)/V, variance 1/V (metafor''s PETO; Yusuf et al. 1985). First group: a with the event, b without; second: c with, d without. add goes, by to, to tables with a zero count (only0), to all, to all when any table of the set has a zero (if0all: pass any0 => bool_or(0 IN (a, b, c, d)) OVER ()), or to none. drop00: NULL for tables where both groups have none or all of the events. DEFAULTS: add 0.5, to ''only0'' (as escalc; meta_peto adds nothing), drop00 true (escalc: false). A table with an empty group gives NULL; a NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_as(double precision, double precision, double precision, double precision, double precision, text, boolean, boolean) IS
	'Difference of arcsine square roots (metafor''s AS; Ruecker et al. 2009); needs no constant. First group: a with the event, b without; second: c with, d without. add goes, by to, to tables with a zero count (only0), to all, to all when any table of the set has a zero (if0all: pass any0 => bool_or(0 IN (a, b, c, d)) OVER ()), or to none. drop00: NULL for tables where both groups have none or all of the events. DEFAULTS: add 0, to ''only0'', drop00 false. A table with an empty group gives NULL; a NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_pr(double precision, double precision, double precision, text, boolean, text, double precision) IS
	'Proportion x/n, variance p (1 - p)/n (metafor''s PR). x of n have the event. add and to as in effect_or, for x = 0 or x = n. DEFAULTS: add 0.5, to ''only0'', vtype ''LS''; UB is unbiased (n - 1), AV has the mean proportion of all studies (average). n = 0 gives NULL; a NULL count gives NULL. Errors: x negative or above n, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_pln(double precision, double precision, double precision, text, boolean, text, double precision) IS
	'Log proportion (metafor''s PLN). x of n have the event. add and to as in effect_or, for x = 0 or x = n. DEFAULTS: add 0.5, to ''only0'', vtype ''LS''; AV has the mean proportion of all studies (average). n = 0 gives NULL; a NULL count gives NULL. Errors: x negative or above n, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_plo(double precision, double precision, double precision, text, boolean, text, double precision) IS
	'Logit of a proportion (metafor''s PLO). x of n have the event. add and to as in effect_or, for x = 0 or x = n. DEFAULTS: add 0.5, to ''only0'', vtype ''LS''; AV has the mean proportion of all studies (average). Back: effect_back_logit. n = 0 gives NULL; a NULL count gives NULL. Errors: x negative or above n, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_pas(double precision, double precision, double precision, text, boolean) IS
	'Arcsine square root of a proportion, variance 1/(4n) (metafor''s PAS). x of n have the event. add and to as in effect_or, for x = 0 or x = n. DEFAULTS: add 0. Back: effect_back_pas. n = 0 gives NULL; a NULL count gives NULL. Errors: x negative or above n, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_pft(double precision, double precision, double precision, text, boolean) IS
	'Freeman-Tukey double arcsine of a proportion, variance 1/(4n + 2) (metafor''s PFT). x of n have the event. add and to as in effect_or, for x = 0 or x = n. DEFAULTS: add 0. Back: effect_back_pft. n = 0 gives NULL; a NULL count gives NULL. Errors: x negative or above n, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_cor(double precision, double precision, text, double precision) IS
	'Correlation, variance (1 - r^2)^2/(n - 1) (metafor''s COR). DEFAULTS: vtype ''LS''; AV has the mean correlation of all studies (average) in it. The variance is NULL for n <= 3 and r of 1 or -1. Errors: |r| > 1, negative n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_ucor(double precision, double precision, text, double precision) IS
	'Unbiased correlation r F(1/2, 1/2; (n-2)/2; 1 - r^2) (metafor''s UCOR; Olkin & Pratt 1958, eq. 2.3). DEFAULTS: vtype ''LS''; UB is the unbiased variance (Hedges 1989), AV has the mean correlation of all studies (average) in it. NULL for n <= 4. Errors: |r| > 1, negative n, NaN, infinity, unknown vtype.';
COMMENT ON FUNCTION psyrad.effect_zcor(double precision, double precision) IS
	'Fisher''s z = atanh(r), variance 1/(n - 3) (metafor''s ZCOR). r of 1 or -1 gives a NULL effect, n <= 3 a NULL variance. Back: effect_back_z. Errors: |r| > 1, negative n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_from_d(double precision, double precision, double precision, text, double precision) IS
	'Hedges'' g and its variance from Cohen''s d of two groups. vtype and average as in effect_smd. DEFAULTS: vtype ''LS''. A NULL number gives NULL. Errors: negative n, NaN, infinity, unknown vtype.';
COMMENT ON FUNCTION psyrad.effect_from_t(double precision, double precision, double precision, text, double precision) IS
	'Hedges'' g and its variance from Student''s t of two independent groups: d = t sqrt(1/n1 + 1/n2). vtype and average as in effect_smd. DEFAULTS: vtype ''LS''. A NULL number gives NULL. Errors: negative n, NaN, infinity, unknown vtype.';
COMMENT ON FUNCTION psyrad.effect_from_p(double precision, double precision, double precision, text, double precision) IS
	'Hedges'' g and its variance from the two-sided p of Student''s t; the sign of p is the direction of the difference. p = 0 gives NULL. vtype and average as in effect_smd. DEFAULTS: vtype ''LS''. A NULL number gives NULL. Errors: |p| > 1, negative n, NaN, infinity, unknown vtype.';
COMMENT ON FUNCTION psyrad.effect_from_f(double precision, double precision, double precision, double precision, text, double precision) IS
	'Hedges'' g and its variance from the F of a one-way analysis of two groups (t^2); sign, 1 or -1, is the direction that F has lost. vtype and average as in effect_smd. DEFAULTS: vtype ''LS''. A NULL number gives NULL. Errors: negative f, another sign, negative n, NaN, infinity, unknown vtype.';
COMMENT ON FUNCTION psyrad.effect_from_ci(double precision, double precision, double precision, double precision, double precision, text) IS
	'An effect from its printed interval: vi = ((ub - lb)/(2 q))^2 (as metafor''s conv.wald). A NULL estimate is the middle of the interval; df for intervals by t; scale ''log'' for ratios, which are logged first. DEFAULTS: level 0.95, df NULL (normal), scale ''identity''. NULL bounds give NULL. Errors: lb above ub, estimate outside, ratios that are not positive, level outside (0, 1).';
COMMENT ON FUNCTION psyrad.effect_from_se(double precision, double precision, text) IS
	'An effect from its standard error: vi = se^2. scale ''log'': the estimate is a ratio, se that of its log. DEFAULTS: scale ''identity''. Errors: negative se, a ratio that is not positive, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_from_z(double precision, double precision, text) IS
	'An effect from its Wald statistic: vi = (estimate/z)^2 (as metafor''s conv.wald); NULL where z is 0 or of the other sign. DEFAULTS: scale ''identity''; ''log'' logs the estimate first. Errors: a ratio that is not positive, NaN, infinity.';
COMMENT ON FUNCTION psyrad.mean_sd_from_quantiles(double precision, double precision, double precision, double precision, double precision, double precision) IS
	'Mean and sd of a skew-free outcome from its median and quartiles and/or range (as metafor''s conv.fivenum, luo/wan/shi). Mean: Luo et al. 2018; sd: Wan et al. 2014 from one pair, Shi et al. 2020 from both. Pass NULL for what was not printed; without the median or any pair both are NULL. Errors: numbers that do not ascend, n <= 1, infinity.';
COMMENT ON FUNCTION psyrad.response_rate_from_means(double precision, double precision, double precision, double precision) IS
	'Share of responders imputed from a normal endpoint score (Furukawa et al. 2005): P(score <= (1 - reduction) baseline), for scales where lower is better. Times n it is a count for effect_or. DEFAULTS: reduction 0.5. sd = 0 gives NULL. Errors: negative sd, reduction outside 0 to 1.';
COMMENT ON FUNCTION psyrad.r_from_sds(double precision, double precision, double precision) IS
	'Pre-post correlation from the sds before, after and of the change (Cochrane Handbook 6.5.2.8). NULL where no correlation gives such sds. Errors: negative sd, NaN, infinity.';
COMMENT ON FUNCTION psyrad.combine_arms(double precision, double precision, double precision, double precision, double precision, double precision) IS
	'Two arms of a trial as one group: the mean, sd and n of their pooled people (Cochrane Handbook 6, table 6.5.a). For more arms combine again. A NULL argument gives NULL. Errors: negative sd or n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.table_from_or(double precision, double precision, double precision, double precision) IS
	'The 2x2 table with this odds ratio, total n, n1 in the first group and events in both (as metafor''s conv.2x2, not rounded). NULL counts where none exists. Errors: negative arguments, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_back_pas(double precision) IS
	'Proportion from its arcsine square root: sin(yi)^2, yi cut to 0..pi/2.';
COMMENT ON FUNCTION psyrad.effect_back_pft(double precision, double precision) IS
	'Proportion from its double arcsine at sample size n (Miller 1978). Of a pooled value n is the harmonic mean, count(*) / sum(1/n), as metafor''s transf.ipft.hm. Errors: n not positive.';
COMMENT ON FUNCTION psyrad.effect_back_z(double precision) IS 'Correlation from Fisher''s z: tanh(yi).';
COMMENT ON FUNCTION psyrad.effect_back_logit(double precision) IS 'Proportion from its logit: 1/(1 + exp(-yi)), never overflowing.';
COMMENT ON FUNCTION psyrad.split_control(double precision, integer) IS
	'Share of a control group that each of so many arms of one trial is compared with: divide n, and events where there are any; mean and sd stay (Cochrane Handbook 23.3.4). Error: no arms (division by zero).';

-- The standard deviation of an instrument, for arms that report none.
CREATE FUNCTION psyrad.reference_sd_accumulate(double precision[], sd double precision, n double precision) RETURNS double precision[]
	LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.reference_sd_combine(double precision[], double precision[]) RETURNS double precision[]
	LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.reference_sd_finish(double precision[]) RETURNS double precision
	LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.reference_sd(sd double precision, n double precision) (
	SFUNC = psyrad.reference_sd_accumulate, STYPE = double precision[], SSPACE = 64, COMBINEFUNC = psyrad.reference_sd_combine,
	FINALFUNC = psyrad.reference_sd_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON FUNCTION psyrad.reference_sd_accumulate(double precision[], double precision, double precision) IS 'transition function of reference_sd; not to be called by itself';
COMMENT ON FUNCTION psyrad.reference_sd_combine(double precision[], double precision[]) IS 'combine function of reference_sd; not to be called by itself';
COMMENT ON FUNCTION psyrad.reference_sd_finish(double precision[]) IS 'final function of reference_sd';
COMMENT ON AGGREGATE psyrad.reference_sd(double precision, double precision) IS
	'The reference standard deviation of an instrument, for arms that report none: sqrt(sum (n - 1) sd^2 / sum (n - 1)) over the arms that do (Furukawa et al. 2006). Group, or PARTITION BY, instrument and visit. Arms with NULL, or of one person, are left out; NULL where none is left. Errors: sd or n negative, NaN, infinity.';
