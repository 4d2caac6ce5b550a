-- Permutation inference over all elements at once.
CREATE TYPE psyrad.mass_perm_result AS (
	n integer,
	df double precision,
	estimate double precision[],
	statistic double precision[],
	effect_size double precision[],
	p_unc double precision[],
	p_fwe double precision[],
	p_unc_greater double precision[],
	p_fwe_greater double precision[],
	p_unc_less double precision[],
	p_fwe_less double precision[],
	arrangements bigint,
	exhaustive boolean,
	method text,
	note text
);
COMMENT ON TYPE psyrad.mass_perm_result IS
	'Result of a permutation test, one element of each array an edge, region or voxel: estimate, t, effect size (d of t tests, else partial r), and for '
	'|t|, t (greater) and -t (less) the uncorrected p and the p corrected over all elements by the largest statistic (fwe). NaN where there is no answer: '
	'elements missing in some row, or without spread, are in no family, and note counts them. arrangements is the denominator of p: permutations + 1 of random '
	'ones, p = (b + 1) / (P + 1); or all that are different (exhaustive), p = b / P with the observed one among them.';

CREATE FUNCTION psyrad.mass_perm_final(internal) RETURNS psyrad.mass_perm_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_final(internal) IS 'Goes through the arrangements, for the aggregates only.';

CREATE FUNCTION psyrad.mass_perm_mean_add(internal, anycompatible, psyrad.connectome, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_mean_add(internal, anycompatible, psyrad.connectome, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_ttest(key anycompatible, x psyrad.connectome, permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_mean_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_ttest(anycompatible, psyrad.connectome, integer, bigint) IS
	'One-sample t of each element against 0, by sign flips: p of |t|, t and -t, uncorrected and corrected over all elements by the largest statistic. Exact where values are symmetric about 0 under the hypothesis. Over connectome. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_mean_add(internal, anycompatible, anyarray, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_mean_add(internal, anycompatible, anyarray, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_ttest(key anycompatible, x anyarray, permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_mean_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_ttest(anycompatible, anyarray, integer, bigint) IS
	'One-sample t of each element against 0, by sign flips: p of |t|, t and -t, uncorrected and corrected over all elements by the largest statistic. Exact where values are symmetric about 0 under the hypothesis. Over an array of numbers. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_groups_add(internal, anycompatible, psyrad.connectome, boolean, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_groups_add(internal, anycompatible, psyrad.connectome, boolean, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_ttest(key anycompatible, x psyrad.connectome, grp boolean, permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_groups_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_ttest(anycompatible, psyrad.connectome, boolean, integer, bigint) IS
	'Two-sample t (pooled variance) of each element, TRUE minus FALSE, by relabelling: p of |t|, t and -t, uncorrected and corrected over all elements by the largest statistic. Over connectome. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_groups_add(internal, anycompatible, anyarray, boolean, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_groups_add(internal, anycompatible, anyarray, boolean, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_ttest(key anycompatible, x anyarray, grp boolean, permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_groups_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_ttest(anycompatible, anyarray, boolean, integer, bigint) IS
	'Two-sample t (pooled variance) of each element, TRUE minus FALSE, by relabelling: p of |t|, t and -t, uncorrected and corrected over all elements by the largest statistic. Over an array of numbers. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_groups_adjusted_add(internal, anycompatible, psyrad.connectome, boolean, double precision[], integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_groups_adjusted_add(internal, anycompatible, psyrad.connectome, boolean, double precision[], integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_ttest(key anycompatible, x psyrad.connectome, grp boolean, covariates double precision[], permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_groups_adjusted_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_ttest(anycompatible, psyrad.connectome, boolean, double precision[], integer, bigint) IS
	'Two-sample t of each element, TRUE minus FALSE, given 1 to 62 covariates (an intercept is understood), by Freedman and Lanes rearranged residuals; d is the adjusted difference over the residual sd. Over connectome. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_groups_adjusted_add(internal, anycompatible, anyarray, boolean, double precision[], integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_groups_adjusted_add(internal, anycompatible, anyarray, boolean, double precision[], integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_ttest(key anycompatible, x anyarray, grp boolean, covariates double precision[], permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_groups_adjusted_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_ttest(anycompatible, anyarray, boolean, double precision[], integer, bigint) IS
	'Two-sample t of each element, TRUE minus FALSE, given 1 to 62 covariates (an intercept is understood), by Freedman and Lanes rearranged residuals; d is the adjusted difference over the residual sd. Over an array of numbers. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_groups_blocks_add(internal, anycompatible, psyrad.connectome, boolean, anycompatible, text, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_groups_blocks_add(internal, anycompatible, psyrad.connectome, boolean, anycompatible, text, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_ttest(key anycompatible, x psyrad.connectome, grp boolean, block anycompatible, exchange text, permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_groups_blocks_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_ttest(anycompatible, psyrad.connectome, boolean, anycompatible, text, integer, bigint) IS
	'Two-sample t of each element for repeated measures. exchange within: labels change places within a block only (block: the subject, grp: the visit); whole: blocks of one size change places as one, rows within in the order of key (block: the subject, grp: the arm). Over connectome. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_groups_blocks_add(internal, anycompatible, anyarray, boolean, anycompatible, text, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_groups_blocks_add(internal, anycompatible, anyarray, boolean, anycompatible, text, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_ttest(key anycompatible, x anyarray, grp boolean, block anycompatible, exchange text, permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_groups_blocks_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_ttest(anycompatible, anyarray, boolean, anycompatible, text, integer, bigint) IS
	'Two-sample t of each element for repeated measures. exchange within: labels change places within a block only (block: the subject, grp: the visit); whole: blocks of one size change places as one, rows within in the order of key (block: the subject, grp: the arm). Over an array of numbers. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_paired_add(internal, anycompatible, psyrad.connectome, psyrad.connectome, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_paired_add(internal, anycompatible, psyrad.connectome, psyrad.connectome, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_ttest_paired(key anycompatible, post psyrad.connectome, pre psyrad.connectome, permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_paired_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_ttest_paired(anycompatible, psyrad.connectome, psyrad.connectome, integer, bigint) IS
	'Paired t of each element, post minus pre, by sign flips of the differences. Over connectome. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_paired_add(internal, anycompatible, anyarray, anyarray, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_paired_add(internal, anycompatible, anyarray, anyarray, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_ttest_paired(key anycompatible, post anyarray, pre anyarray, permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_paired_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_ttest_paired(anycompatible, anyarray, anyarray, integer, bigint) IS
	'Paired t of each element, post minus pre, by sign flips of the differences. Over an array of numbers. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_corr_add(internal, anycompatible, psyrad.connectome, double precision, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_corr_add(internal, anycompatible, psyrad.connectome, double precision, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_corr(key anycompatible, x psyrad.connectome, y double precision, permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_corr_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_corr(anycompatible, psyrad.connectome, double precision, integer, bigint) IS
	'Correlation of each element with y, by relabelling; estimate and effect size r, statistic its t. Over connectome. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_corr_add(internal, anycompatible, anyarray, double precision, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_corr_add(internal, anycompatible, anyarray, double precision, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_corr(key anycompatible, x anyarray, y double precision, permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_corr_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_corr(anycompatible, anyarray, double precision, integer, bigint) IS
	'Correlation of each element with y, by relabelling; estimate and effect size r, statistic its t. Over an array of numbers. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_corr_adjusted_add(internal, anycompatible, psyrad.connectome, double precision, double precision[], integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_corr_adjusted_add(internal, anycompatible, psyrad.connectome, double precision, double precision[], integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_corr(key anycompatible, x psyrad.connectome, y double precision, covariates double precision[], permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_corr_adjusted_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_corr(anycompatible, psyrad.connectome, double precision, double precision[], integer, bigint) IS
	'Partial correlation of each element with y given 1 to 62 covariates (an intercept is understood), by Freedman and Lanes rearranged residuals. Over connectome. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_corr_adjusted_add(internal, anycompatible, anyarray, double precision, double precision[], integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_corr_adjusted_add(internal, anycompatible, anyarray, double precision, double precision[], integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_corr(key anycompatible, x anyarray, y double precision, covariates double precision[], permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_corr_adjusted_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_corr(anycompatible, anyarray, double precision, double precision[], integer, bigint) IS
	'Partial correlation of each element with y given 1 to 62 covariates (an intercept is understood), by Freedman and Lanes rearranged residuals. Over an array of numbers. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_glm_add(internal, anycompatible, psyrad.connectome, double precision[], double precision[], integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_glm_add(internal, anycompatible, psyrad.connectome, double precision[], double precision[], integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_glm(key anycompatible, x psyrad.connectome, design double precision[], contrast double precision[], permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_glm_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_glm(anycompatible, psyrad.connectome, double precision[], double precision[], integer, bigint) IS
	't contrast of a linear model of each element on 1 to 63 design columns as given (put a 1 among them for an intercept), by Freedman and Lanes rearranged residuals. A contrast of the mean itself has no arrangements: NULL, and note says so. Estimate: the contrast of coefficients; effect size: partial r. Columns that depend on each other: NULL, and note names the first. Over connectome. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_glm_add(internal, anycompatible, anyarray, double precision[], double precision[], integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_glm_add(internal, anycompatible, anyarray, double precision[], double precision[], integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_glm(key anycompatible, x anyarray, design double precision[], contrast double precision[], permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_glm_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_glm(anycompatible, anyarray, double precision[], double precision[], integer, bigint) IS
	't contrast of a linear model of each element on 1 to 63 design columns as given (put a 1 among them for an intercept), by Freedman and Lanes rearranged residuals. A contrast of the mean itself has no arrangements: NULL, and note says so. Estimate: the contrast of coefficients; effect size: partial r. Columns that depend on each other: NULL, and note names the first. Over an array of numbers. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_glm_blocks_add(internal, anycompatible, psyrad.connectome, double precision[], double precision[], anycompatible, text, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_glm_blocks_add(internal, anycompatible, psyrad.connectome, double precision[], double precision[], anycompatible, text, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_glm(key anycompatible, x psyrad.connectome, design double precision[], contrast double precision[], block anycompatible, exchange text, permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_glm_blocks_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_glm(anycompatible, psyrad.connectome, double precision[], double precision[], anycompatible, text, integer, bigint) IS
	'mass_perm_glm for repeated measures: residuals change places within a block only, or blocks of one size as a whole, rows within in the order of key. Over connectome. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

CREATE FUNCTION psyrad.mass_perm_glm_blocks_add(internal, anycompatible, anyarray, double precision[], double precision[], anycompatible, text, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_perm_glm_blocks_add(internal, anycompatible, anyarray, double precision[], double precision[], anycompatible, text, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_perm_glm(key anycompatible, x anyarray, design double precision[], contrast double precision[], block anycompatible, exchange text, permutations integer, seed bigint) (
	SFUNC = psyrad.mass_perm_glm_blocks_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.mass_perm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_perm_glm(anycompatible, anyarray, double precision[], double precision[], anycompatible, text, integer, bigint) IS
	'mass_perm_glm for repeated measures: residuals change places within a block only, or blocks of one size as a whole, rows within in the order of key. Over an array of numbers. key (text or bigint) orders the rows and must be different in each. Keeps all rows, 4 bytes an element (bound: psyrad.permutation_memory), and polls for cancel. The same seed gives the same p in any row order, on any CPU, under any plan: arrangement n is drawn from (seed, n, rank of the key) alone. Where there are no more different arrangements than permutations, all are taken. Errors: two rows with one key, kinds or lengths that differ, permutations outside 1 to 10,000,000. Rows with x, grp, y or a covariate NULL are left out and counted in note; elements NULL or NaN in any row are left out of the family and counted.';

-- results as rows
CREATE FUNCTION psyrad.mass_unnest(r psyrad.mass_perm_result, OUT k integer, OUT estimate double precision, OUT statistic double precision, OUT effect_size double precision, OUT p_unc double precision, OUT p_fwe double precision, OUT p_unc_greater double precision, OUT p_fwe_greater double precision, OUT p_unc_less double precision, OUT p_fwe_less double precision) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 10000 AS 'MODULE_PATHNAME', 'mass_perm_unnest';
CREATE FUNCTION psyrad.mass_edges(r psyrad.mass_perm_result, OUT i integer, OUT j integer, OUT estimate double precision, OUT statistic double precision, OUT effect_size double precision, OUT p_unc double precision, OUT p_fwe double precision, OUT p_unc_greater double precision, OUT p_fwe_greater double precision, OUT p_unc_less double precision, OUT p_fwe_less double precision) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 10000 AS 'MODULE_PATHNAME', 'mass_perm_edges';
COMMENT ON FUNCTION psyrad.mass_unnest(psyrad.mass_perm_result) IS 'One row per element k, 1-based; NULL where the element is in no family.';
COMMENT ON FUNCTION psyrad.mass_edges(psyrad.mass_perm_result) IS
	'One row per edge (i, j), i < j, 1-based; NULL where the edge is in no family. Error when the number of elements is no triangle.';
