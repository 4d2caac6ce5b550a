-- The less common measures of metafor's escalc, and what readers of a result ask.

CREATE FUNCTION psyrad.effect_smd1(m1 double precision, n1 double precision, m2 double precision, sd2 double precision, n2 double precision, vtype text DEFAULT 'LS', average double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_smd1h(m1 double precision, sd1 double precision, n1 double precision, m2 double precision, sd2 double precision, n2 double precision, vtype text DEFAULT 'LS') RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_rpb(m1 double precision, sd1 double precision, n1 double precision, m2 double precision, sd2 double precision, n2 double precision, vtype text DEFAULT 'LS') RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_rbis(m1 double precision, sd1 double precision, n1 double precision, m2 double precision, sd2 double precision, n2 double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_d2orl(m1 double precision, sd1 double precision, n1 double precision, m2 double precision, sd2 double precision, n2 double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_d2orn(m1 double precision, sd1 double precision, n1 double precision, m2 double precision, sd2 double precision, n2 double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_phi(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL, drop00 boolean DEFAULT false, vtype text DEFAULT 'LS') RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_yuq(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL, drop00 boolean DEFAULT true) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_yuy(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL, drop00 boolean DEFAULT true) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_pbit(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL, drop00 boolean DEFAULT true) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_or2dl(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL, drop00 boolean DEFAULT true) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_or2dn(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL, drop00 boolean DEFAULT true) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_mprd(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_mprr(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_mpor(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_mporc(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_mppeto(a double precision, b double precision, c double precision, d double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_irr(x1 double precision, t1 double precision, x2 double precision, t2 double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_ird(x1 double precision, t1 double precision, x2 double precision, t2 double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_irsd(x1 double precision, t1 double precision, x2 double precision, t2 double precision, add double precision DEFAULT 0, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_ir(x double precision, t double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_irln(x double precision, t double precision, add double precision DEFAULT 0.5, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_irs(x double precision, t double precision, add double precision DEFAULT 0, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_irft(x double precision, t double precision, add double precision DEFAULT 0, "to" text DEFAULT 'only0', any0 boolean DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_mn(m double precision, sd double precision, n double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_mnln(m double precision, sd double precision, n double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_cvln(m double precision, sd double precision, n double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_sdln(sd double precision, n double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_smn(m double precision, sd double precision, n double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_romc(post double precision, pre double precision, sd_pre double precision, sd_post double precision, n double precision, r double precision, correct boolean DEFAULT true) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_cvrc(post double precision, pre double precision, sd_pre double precision, sd_post double precision, n double precision, r double precision, correct boolean DEFAULT true) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_vrc(sd_pre double precision, sd_post double precision, n double precision, r double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_smcrph(post double precision, pre double precision, sd_pre double precision, sd_post double precision, n double precision, r double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_pcor(t double precision, m double precision, n double precision, vtype text DEFAULT 'LS', average double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_zpcor(t double precision, m double precision, n double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_spcor(t double precision, m double precision, n double precision, r2 double precision, vtype text DEFAULT 'LS', average double precision DEFAULT NULL) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_araw(alpha double precision, m double precision, n double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_ahw(alpha double precision, m double precision, n double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_abt(alpha double precision, m double precision, n double precision) RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_or_to_d(yi double precision, vi double precision, distribution text DEFAULT 'logistic') RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.effect_d_to_or(yi double precision, vi double precision, distribution text DEFAULT 'logistic') RETURNS psyrad.effect
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.nnt(yi double precision, control_rate double precision, scale text DEFAULT 'smd') RETURNS double precision
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE TYPE psyrad.meta_share_result AS (share double precision, se double precision, ci_lb double precision, ci_ub double precision);

COMMENT ON FUNCTION psyrad.effect_smd1(double precision, double precision, double precision, double precision, double precision, text, double precision) IS
	'Standardised mean difference over the second group''s sd alone, times J(n2 - 1) (metafor''s SMD1; Glass 1976). DEFAULTS: vtype ''LS''; LS2, UB and AV (average: the mean effect of all studies) as in effect_smd. What cannot be known is NULL; a NULL argument gives NULL. Errors: negative sd or n, NaN, infinity, unknown vtype, AV without average.';
COMMENT ON FUNCTION psyrad.effect_smd1h(double precision, double precision, double precision, double precision, double precision, double precision, text) IS
	'Standardised mean difference over the second group''s sd, variances unequal (metafor''s SMD1H; Bonett 2009). DEFAULTS: vtype ''LS'', with n - 1 as metafor 5; ''LS-3.8'' has n, as metafor 3.8. What cannot be known is NULL; a NULL argument gives NULL. Errors: negative sd or n, NaN, infinity, unknown vtype.';
COMMENT ON FUNCTION psyrad.effect_rpb(double precision, double precision, double precision, double precision, double precision, double precision, text) IS
	'Point-biserial correlation of the outcome with the group (metafor''s RPB). DEFAULTS: vtype ''LS'', which is ST, sampling stratified by group; CS is cross-sectional sampling (Tate 1954). What cannot be known is NULL; a NULL argument gives NULL. Errors: negative sd or n, NaN, infinity, unknown vtype.';
COMMENT ON FUNCTION psyrad.effect_rbis(double precision, double precision, double precision, double precision, double precision, double precision) IS
	'Biserial correlation: of the outcome with a normal variable behind the groups (metafor''s RBIS; Jacobs & Viechtbauer 2017); may exceed 1. What cannot be known is NULL; a NULL argument gives NULL. Errors: negative sd or n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_d2orl(double precision, double precision, double precision, double precision, double precision, double precision) IS
	'Log odds ratio from two groups'' means, logistic: pi/sqrt(3) times Cohen''s d (metafor''s D2ORL; Chinn 2000). What cannot be known is NULL; a NULL argument gives NULL. Errors: negative sd or n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_d2orn(double precision, double precision, double precision, double precision, double precision, double precision) IS
	'Log odds ratio from two groups'' means, normal: 1.65 times Cohen''s d (metafor''s D2ORN; Cox & Snell 1989). What cannot be known is NULL; a NULL argument gives NULL. Errors: negative sd or n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_phi(double precision, double precision, double precision, double precision, double precision, text, boolean, boolean, text) IS
	'Phi coefficient of a 2x2 table (metafor''s PHI). First group: a with the event, b without; second: c with, d without. add, to, any0, drop00 as in effect_or. DEFAULTS: add 0, to ''only0'', drop00 false, vtype ''LS'', which is CS, cross-sectional sampling; ST: sampling stratified by group. A table with an empty group gives NULL; a NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, unknown vtype, NULL options.';
COMMENT ON FUNCTION psyrad.effect_yuq(double precision, double precision, double precision, double precision, double precision, text, boolean, boolean) IS
	'Yule''s Q, (OR - 1)/(OR + 1) (metafor''s YUQ). First group: a with the event, b without; second: c with, d without. add, to, any0, drop00 as in effect_or. DEFAULTS: add 0.5, to ''only0'', drop00 true. A table with an empty group gives NULL; a NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_yuy(double precision, double precision, double precision, double precision, double precision, text, boolean, boolean) IS
	'Yule''s Y, the same of the odds ratio''s square root (metafor''s YUY). First group: a with the event, b without; second: c with, d without. add, to, any0, drop00 as in effect_or. DEFAULTS: add 0.5, to ''only0'', drop00 true. A table with an empty group gives NULL; a NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_pbit(double precision, double precision, double precision, double precision, double precision, text, boolean, boolean) IS
	'Difference of probits, a standardised mean difference of a normal variable cut in two (metafor''s PBIT; Sanchez-Meca et al. 2003). First group: a with the event, b without; second: c with, d without. add, to, any0, drop00 as in effect_or. DEFAULTS: add 0.5, to ''only0'', drop00 true. A table with an empty group gives NULL; a NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_or2dl(double precision, double precision, double precision, double precision, double precision, text, boolean, boolean) IS
	'Standardised mean difference from an odds ratio, logistic: ln OR times sqrt(3)/pi (metafor''s OR2DL; Chinn 2000). First group: a with the event, b without; second: c with, d without. add, to, any0, drop00 as in effect_or. DEFAULTS: add 0.5, to ''only0'', drop00 true. A table with an empty group gives NULL; a NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_or2dn(double precision, double precision, double precision, double precision, double precision, text, boolean, boolean) IS
	'Standardised mean difference from an odds ratio, normal: ln OR over 1.65 (metafor''s OR2DN; Cox & Snell 1989). First group: a with the event, b without; second: c with, d without. add, to, any0, drop00 as in effect_or. DEFAULTS: add 0.5, to ''only0'', drop00 true. A table with an empty group gives NULL; a NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_mprd(double precision, double precision, double precision, double precision, double precision, text, boolean) IS
	'Difference of marginal proportions of matched pairs (metafor''s MPRD; Agresti 2002). Matched pairs: a both with the event, b only the first, c only the second, d neither. add, to, any0 as in effect_or. DEFAULTS: add 0.5, to ''only0''. A NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_mprr(double precision, double precision, double precision, double precision, double precision, text, boolean) IS
	'Log ratio of marginal proportions of matched pairs (metafor''s MPRR; Zou 2007). Matched pairs: a both with the event, b only the first, c only the second, d neither. add, to, any0 as in effect_or. DEFAULTS: add 0.5, to ''only0''. A NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_mpor(double precision, double precision, double precision, double precision, double precision, text, boolean) IS
	'Marginal log odds ratio of matched pairs (metafor''s MPOR). Matched pairs: a both with the event, b only the first, c only the second, d neither. add, to, any0 as in effect_or. DEFAULTS: add 0.5, to ''only0''. A NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_mporc(double precision, double precision, double precision, double precision, double precision, text, boolean) IS
	'Conditional log odds ratio of matched pairs, ln(b/c) (metafor''s MPORC; Curtin et al. 2002). Matched pairs: a both with the event, b only the first, c only the second, d neither. add, to, any0 as in effect_or. DEFAULTS: add 0.5, to ''only0''. A NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_mppeto(double precision, double precision, double precision, double precision, double precision, text, boolean) IS
	'Peto''s conditional log odds ratio of matched pairs (metafor''s MPPETO). Matched pairs: a both with the event, b only the first, c only the second, d neither. add, to, any0 as in effect_or. DEFAULTS: add 0.5, to ''only0''. A NULL count gives NULL. Errors: negative counts, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_irr(double precision, double precision, double precision, double precision, double precision, text, boolean) IS
	'Log ratio of incidence rates (metafor''s IRR; Rothman et al. 2008). x events in t person-time, of two groups. add, to, any0 as in effect_or, for x1 or x2 = 0. DEFAULTS: add 0.5, to ''only0''. NULL where t is 0 or an argument is NULL. Errors: negative numbers, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_ird(double precision, double precision, double precision, double precision, double precision, text, boolean) IS
	'Difference of incidence rates (metafor''s IRD). x events in t person-time, of two groups. add, to, any0 as in effect_or, for x1 or x2 = 0. DEFAULTS: add 0.5, to ''only0''. NULL where t is 0 or an argument is NULL. Errors: negative numbers, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_irsd(double precision, double precision, double precision, double precision, double precision, text, boolean) IS
	'Difference of square roots of incidence rates (metafor''s IRSD). x events in t person-time, of two groups. add, to, any0 as in effect_or, for x1 or x2 = 0. DEFAULTS: add 0, to ''only0''. NULL where t is 0 or an argument is NULL. Errors: negative numbers, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_ir(double precision, double precision, double precision, text, boolean) IS
	'Incidence rate (metafor''s IR). x events in t person-time. add, to, any0 as in effect_or, for x = 0. DEFAULTS: add 0.5, to ''only0''. NULL where t is 0 or an argument is NULL. Errors: negative numbers, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_irln(double precision, double precision, double precision, text, boolean) IS
	'Log incidence rate (metafor''s IRLN). x events in t person-time. add, to, any0 as in effect_or, for x = 0. DEFAULTS: add 0.5, to ''only0''. NULL where t is 0 or an argument is NULL. Errors: negative numbers, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_irs(double precision, double precision, double precision, text, boolean) IS
	'Square root of an incidence rate (metafor''s IRS). x events in t person-time. add, to, any0 as in effect_or, for x = 0. DEFAULTS: add 0, to ''only0''. NULL where t is 0 or an argument is NULL. Errors: negative numbers, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_irft(double precision, double precision, double precision, text, boolean) IS
	'Freeman-Tukey transformed incidence rate (metafor''s IRFT). x events in t person-time. add, to, any0 as in effect_or, for x = 0. DEFAULTS: add 0, to ''only0''. NULL where t is 0 or an argument is NULL. Errors: negative numbers, NaN, infinity, unknown to, NULL options.';
COMMENT ON FUNCTION psyrad.effect_mn(double precision, double precision, double precision) IS
	'Mean of one group, variance sd^2/n (metafor''s MN). What cannot be known is NULL; a NULL argument gives NULL. n <= 1 gives a NULL variance. Errors: negative sd or n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_mnln(double precision, double precision, double precision) IS
	'Log mean of one group (metafor''s MNLN). NULL unless m is positive. What cannot be known is NULL; a NULL argument gives NULL. n <= 1 gives a NULL variance. Errors: negative sd or n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_cvln(double precision, double precision, double precision) IS
	'Log coefficient of variation of one group, bias-corrected (metafor''s CVLN; Nakagawa et al. 2015). NULL unless m is positive. What cannot be known is NULL; a NULL argument gives NULL. n <= 1 gives a NULL variance. Errors: negative sd or n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_sdln(double precision, double precision) IS
	'Log standard deviation of one group, bias-corrected (metafor''s SDLN; Raudenbush & Bryk 1987). What cannot be known is NULL; a NULL argument gives NULL. n <= 1 gives a NULL variance. Errors: negative sd or n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_smn(double precision, double precision, double precision) IS
	'Standardised mean m/sd of one group, times J(n - 1) (metafor''s SMN). What cannot be known is NULL; a NULL argument gives NULL. n <= 1 gives a NULL variance. Errors: negative sd or n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_romc(double precision, double precision, double precision, double precision, double precision, double precision, boolean) IS
	'Log ratio of the means of one group measured twice, ln(post/pre) (metafor''s ROMC; Lajeunesse 2011). DEFAULTS: correct true, the small-sample correction of the ratio of means, as metafor 5; false is metafor 3.8. NULL unless both means have one sign. post - pre: arguments as in effect_mc, sd_pre and sd_post belonging to pre and post. What cannot be known is NULL; a NULL argument gives NULL. r of 1 or -1 and n <= 1 give a NULL variance. Errors: negative sd or n, |r| > 1, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_cvrc(double precision, double precision, double precision, double precision, double precision, double precision, boolean) IS
	'Log ratio of the coefficients of variation of one group measured twice (metafor''s CVRC; Nakagawa et al. 2015). DEFAULTS: correct true, the small-sample correction of the ratio of means, as metafor 5; false is metafor 3.8. NULL unless both means are positive. post - pre: arguments as in effect_mc, sd_pre and sd_post belonging to pre and post. What cannot be known is NULL; a NULL argument gives NULL. r of 1 or -1 and n <= 1 give a NULL variance. Errors: negative sd or n, |r| > 1, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_vrc(double precision, double precision, double precision, double precision) IS
	'Log ratio of the sds of one group measured twice, ln(sd_post/sd_pre) (metafor''s VRC; Nakagawa et al. 2015). What cannot be known is NULL; a NULL argument gives NULL. r of 1 or -1 and n <= 1 give a NULL variance. Errors: negative sd or n, |r| > 1, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_smcrph(double precision, double precision, double precision, double precision, double precision, double precision) IS
	'Standardised mean change over the average sd, variances unequal (SMCRPH of metafor 5; Bonett 2008). post - pre: arguments as in effect_mc, sd_pre and sd_post belonging to pre and post. What cannot be known is NULL; a NULL argument gives NULL. r of 1 or -1 and n <= 1 give a NULL variance. Errors: negative sd or n, |r| > 1, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_pcor(double precision, double precision, double precision, text, double precision) IS
	'Partial correlation from the t of a coefficient in a regression with m predictors and n subjects (metafor''s PCOR; Aloe & Becker 2012). DEFAULTS: vtype ''LS''; AV has the mean correlation of all studies (average) in it. NULL where n - m - 1 is not positive or an argument is NULL. Errors: negative m or n, NaN, infinity, unknown vtype.';
COMMENT ON FUNCTION psyrad.effect_zpcor(double precision, double precision, double precision) IS
	'Fisher''s z of a partial correlation from the t of a coefficient, variance 1/(n - m - 1) (metafor''s ZPCOR). NULL where n - m - 1 is not positive. Errors: negative m or n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_spcor(double precision, double precision, double precision, double precision, text, double precision) IS
	'Semi-partial correlation from the t of a coefficient and the R2 of the whole regression with m predictors (metafor''s SPCOR; Aloe & Becker 2012). DEFAULTS: vtype ''LS''; AV has the mean correlation of all studies (average) in it. NULL where n - m - 1 is not positive or an argument is NULL. Errors: r2 outside [0, 1], negative m or n, NaN, infinity, unknown vtype.';
COMMENT ON FUNCTION psyrad.effect_araw(double precision, double precision, double precision) IS
	'Cronbach''s alpha of m items in n subjects (metafor''s ARAW). n <= 2 gives a NULL variance. Errors: alpha above 1, m below 2, negative n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_ahw(double precision, double precision, double precision) IS
	'Cronbach''s alpha transformed as 1 - (1 - alpha)^(1/3) (metafor''s AHW; Hakstian & Whalen 1976). n <= 2 gives a NULL variance. Errors: alpha above 1, m below 2, negative n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_abt(double precision, double precision, double precision) IS
	'Cronbach''s alpha transformed as -ln(1 - alpha) (metafor''s ABT; Bonett 2002). n <= 2 gives a NULL variance. Errors: alpha above 1, m below 2, negative n, NaN, infinity.';
COMMENT ON FUNCTION psyrad.effect_or_to_d(double precision, double precision, text) IS
	'Standardised mean difference from a log odds ratio and its variance: times sqrt(3)/pi (logistic; Chinn 2000) or over 1.65 (normal; Cox & Snell 1989). DEFAULTS: distribution ''logistic''. A NULL yi gives NULL, a NULL vi a NULL variance. Errors: unknown or NULL distribution.';
COMMENT ON FUNCTION psyrad.effect_d_to_or(double precision, double precision, text) IS
	'Log odds ratio from a standardised mean difference and its variance, the inverse of effect_or_to_d. DEFAULTS: distribution ''logistic''. A NULL yi gives NULL, a NULL vi a NULL variance. Errors: unknown or NULL distribution.';
COMMENT ON FUNCTION psyrad.nnt(double precision, double precision, text) IS
	'Number needed to treat from an effect yi and the share of responders among the controls: 1/(p1 - control_rate), negative where the first group does worse (number needed to harm). scale: smd, positive when the first group does better (Furukawa & Leucht 2011: p1 = Phi(yi + Phi^-1(control_rate))), or, rr (both logs, of response), rd. Call it with the bounds of an interval for its interval; where they straddle 0 it goes through infinity. DEFAULTS: scale ''smd''. NULL without a difference, or where p1 leaves [0, 1]. Errors: control_rate outside (0, 1), unknown scale, NaN, infinity.';
COMMENT ON TYPE psyrad.meta_share_result IS 'Share of true effects beyond a threshold, its standard error and interval, cut to [0, 1]; se and interval are NULL where tau2 is 0 (the share is then 0, 1/2 or 1).';
