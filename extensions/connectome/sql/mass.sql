-- Mass-univariate statistics: one state type, aggregates over connectome and arrays, results, unnesting.
CREATE TYPE psyrad.mass_state;

CREATE FUNCTION psyrad.mass_state_in(cstring) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_state_out(psyrad.mass_state) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_state_recv(internal) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_state_send(psyrad.mass_state) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';

CREATE TYPE psyrad.mass_state (
	INPUT = psyrad.mass_state_in,
	OUTPUT = psyrad.mass_state_out,
	RECEIVE = psyrad.mass_state_recv,
	SEND = psyrad.mass_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);

COMMENT ON TYPE psyrad.mass_state IS
	'State of a mass-univariate statistic: what f_state returns, f_merge merges and f_final answers from. Holds sums, never rows. '
	'Text form: hexadecimal; exact. A state knows its statistic, its elements and their kind, and refuses to mix.';
COMMENT ON FUNCTION psyrad.mass_state_in(cstring) IS 'Text input of mass_state: \x and hexadecimal digits, validated.';
COMMENT ON FUNCTION psyrad.mass_state_out(psyrad.mass_state) IS 'Text output of mass_state, exact.';
COMMENT ON FUNCTION psyrad.mass_state_recv(internal) IS 'Binary input of mass_state, validated.';
COMMENT ON FUNCTION psyrad.mass_state_send(psyrad.mass_state) IS 'Binary output of mass_state, exact.';

CREATE TYPE psyrad.mass_result AS (
	n integer[],
	estimate double precision[],
	se double precision[],
	statistic double precision[],
	df double precision[],
	p double precision[],
	log_p double precision[],
	effect_size double precision[],
	method text,
	note text
);
COMMENT ON TYPE psyrad.mass_result IS
	'Result of a mass-univariate test, one element of each array an edge, region or voxel: n used, estimate, its standard error, statistic, '
	'degrees of freedom, two-sided p, natural log of p (finite where p underflows), effect size; NaN where there is no answer. '
	'note says why, and what was left out. mass_unnest and mass_edges give it as rows.';

CREATE TYPE psyrad.mass_summary_result AS (
	n integer[],
	mean double precision[],
	sd double precision[],
	min double precision[],
	max double precision[],
	note text
);
COMMENT ON TYPE psyrad.mass_summary_result IS
	'Result of mass_summary: per element n, mean, standard deviation (divisor n - 1), smallest and largest; NaN where there are too few values.';

CREATE FUNCTION psyrad.mass_state_merge(psyrad.mass_state, psyrad.mass_state) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_state_merge(psyrad.mass_state, psyrad.mass_state) IS
	'Merges two states, for the aggregates only; call the f_merge aggregate instead.';

-- mass_summary(x)
CREATE FUNCTION psyrad.mass_summary_add(psyrad.mass_state, psyrad.connectome) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_summary_add_connectome';
COMMENT ON FUNCTION psyrad.mass_summary_add(psyrad.mass_state, psyrad.connectome) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_summary_add(psyrad.mass_state, anyarray) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_summary_add_array';
COMMENT ON FUNCTION psyrad.mass_summary_add(psyrad.mass_state, anyarray) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_summary_final(state psyrad.mass_state) RETURNS psyrad.mass_summary_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.mass_summary(x psyrad.connectome) (
	SFUNC = psyrad.mass_summary_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_summary_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_summary_state(x psyrad.connectome) (
	SFUNC = psyrad.mass_summary_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_summary(psyrad.connectome) IS
	'n, mean, sd, min and max of each element. Over connectome. Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_summary_state(psyrad.connectome) IS 'The mergeable state of mass_summary, for mass_summary_merge and mass_summary_final.';
CREATE AGGREGATE psyrad.mass_summary(x anyarray) (
	SFUNC = psyrad.mass_summary_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_summary_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_summary_state(x anyarray) (
	SFUNC = psyrad.mass_summary_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_summary(anyarray) IS
	'n, mean, sd, min and max of each element. Over an array of numbers (real[], double precision[], integer[], numeric[]). Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_summary_state(anyarray) IS 'The mergeable state of mass_summary, for mass_summary_merge and mass_summary_final.';
CREATE AGGREGATE psyrad.mass_summary_merge(state psyrad.mass_state) (
	SFUNC = psyrad.mass_state_merge, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_summary_merge(psyrad.mass_state) IS
	'Merges states of mass_summary of disjoint rows (sites, parts, years) into that of all rows: counts exactly, sums to rounding (relative 1e-13).';
COMMENT ON FUNCTION psyrad.mass_summary_final(psyrad.mass_state) IS 'Result of a state of mass_summary.';

-- mass_ttest(x)
CREATE FUNCTION psyrad.mass_ttest_add(psyrad.mass_state, psyrad.connectome) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_ttest_add_connectome';
COMMENT ON FUNCTION psyrad.mass_ttest_add(psyrad.mass_state, psyrad.connectome) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_ttest_add(psyrad.mass_state, anyarray) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_ttest_add_array';
COMMENT ON FUNCTION psyrad.mass_ttest_add(psyrad.mass_state, anyarray) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_ttest_finish(psyrad.mass_state) RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'mass_ttest_final';
CREATE FUNCTION psyrad.mass_ttest_final(state psyrad.mass_state, mu double precision DEFAULT 0, effect_size text DEFAULT 'd')
	RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.mass_ttest(x psyrad.connectome) (
	SFUNC = psyrad.mass_ttest_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_ttest_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_ttest_state(x psyrad.connectome) (
	SFUNC = psyrad.mass_ttest_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_ttest(psyrad.connectome) IS
	'One-sample t test of each element against 0: estimate the mean, effect size Cohen''s d = mean / sd, df n - 1. Over connectome. Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_ttest_state(psyrad.connectome) IS 'The mergeable state of mass_ttest, for mass_ttest_merge and mass_ttest_final.';
CREATE AGGREGATE psyrad.mass_ttest(x anyarray) (
	SFUNC = psyrad.mass_ttest_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_ttest_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_ttest_state(x anyarray) (
	SFUNC = psyrad.mass_ttest_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_ttest(anyarray) IS
	'One-sample t test of each element against 0: estimate the mean, effect size Cohen''s d = mean / sd, df n - 1. Over an array of numbers (real[], double precision[], integer[], numeric[]). Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_ttest_state(anyarray) IS 'The mergeable state of mass_ttest, for mass_ttest_merge and mass_ttest_final.';
CREATE AGGREGATE psyrad.mass_ttest_merge(state psyrad.mass_state) (
	SFUNC = psyrad.mass_state_merge, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_ttest_merge(psyrad.mass_state) IS
	'Merges states of mass_ttest of disjoint rows (sites, parts, years) into that of all rows: counts exactly, sums to rounding (relative 1e-13).';
COMMENT ON FUNCTION psyrad.mass_ttest_finish(psyrad.mass_state) IS 'Final function of the aggregate mass_ttest.';
COMMENT ON FUNCTION psyrad.mass_ttest_final(psyrad.mass_state, double precision, text) IS
	'Result of a state of mass_ttest. mu: the mean or difference under the null hypothesis. effect_size: d (Cohen) or g (Hedges, exact correction).';

-- mass_ttest(x, grp)
CREATE FUNCTION psyrad.mass_ttest_groups_add(psyrad.mass_state, psyrad.connectome, boolean) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_ttest_groups_add_connectome';
COMMENT ON FUNCTION psyrad.mass_ttest_groups_add(psyrad.mass_state, psyrad.connectome, boolean) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_ttest_groups_add(psyrad.mass_state, anyarray, boolean) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_ttest_groups_add_array';
COMMENT ON FUNCTION psyrad.mass_ttest_groups_add(psyrad.mass_state, anyarray, boolean) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_ttest(x psyrad.connectome, grp boolean) (
	SFUNC = psyrad.mass_ttest_groups_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_ttest_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_ttest_state(x psyrad.connectome, grp boolean) (
	SFUNC = psyrad.mass_ttest_groups_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_ttest(psyrad.connectome, boolean) IS
	'Two-sample t test of each element, pooled variance, df n - 2: estimate the mean where grp is TRUE minus the mean where it is FALSE, effect size Cohen''s d by the pooled sd. Over connectome. Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_ttest_state(psyrad.connectome, boolean) IS 'The mergeable state of mass_ttest, for mass_ttest_merge and mass_ttest_final.';
CREATE AGGREGATE psyrad.mass_ttest(x anyarray, grp boolean) (
	SFUNC = psyrad.mass_ttest_groups_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_ttest_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_ttest_state(x anyarray, grp boolean) (
	SFUNC = psyrad.mass_ttest_groups_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_ttest(anyarray, boolean) IS
	'Two-sample t test of each element, pooled variance, df n - 2: estimate the mean where grp is TRUE minus the mean where it is FALSE, effect size Cohen''s d by the pooled sd. Over an array of numbers (real[], double precision[], integer[], numeric[]). Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_ttest_state(anyarray, boolean) IS 'The mergeable state of mass_ttest, for mass_ttest_merge and mass_ttest_final.';

-- mass_ttest_paired(post, pre)
CREATE FUNCTION psyrad.mass_ttest_paired_add(psyrad.mass_state, psyrad.connectome, psyrad.connectome) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_ttest_paired_add_connectome';
COMMENT ON FUNCTION psyrad.mass_ttest_paired_add(psyrad.mass_state, psyrad.connectome, psyrad.connectome) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_ttest_paired_add(psyrad.mass_state, anycompatiblearray, anycompatiblearray) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_ttest_paired_add_array';
COMMENT ON FUNCTION psyrad.mass_ttest_paired_add(psyrad.mass_state, anycompatiblearray, anycompatiblearray) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_ttest_paired_finish(psyrad.mass_state) RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'mass_ttest_paired_final';
CREATE FUNCTION psyrad.mass_ttest_paired_final(state psyrad.mass_state, mu double precision DEFAULT 0, effect_size text DEFAULT 'd')
	RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.mass_ttest_paired(post psyrad.connectome, pre psyrad.connectome) (
	SFUNC = psyrad.mass_ttest_paired_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_ttest_paired_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_ttest_paired_state(post psyrad.connectome, pre psyrad.connectome) (
	SFUNC = psyrad.mass_ttest_paired_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_ttest_paired(psyrad.connectome, psyrad.connectome) IS
	'Paired t test of each element, df n - 1: estimate the mean of post minus pre, effect size d_z = mean / sd of the differences. Over connectome. Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_ttest_paired_state(psyrad.connectome, psyrad.connectome) IS 'The mergeable state of mass_ttest_paired, for mass_ttest_paired_merge and mass_ttest_paired_final.';
CREATE AGGREGATE psyrad.mass_ttest_paired(post anycompatiblearray, pre anycompatiblearray) (
	SFUNC = psyrad.mass_ttest_paired_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_ttest_paired_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_ttest_paired_state(post anycompatiblearray, pre anycompatiblearray) (
	SFUNC = psyrad.mass_ttest_paired_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_ttest_paired(anycompatiblearray, anycompatiblearray) IS
	'Paired t test of each element, df n - 1: estimate the mean of post minus pre, effect size d_z = mean / sd of the differences. Over an array of numbers (real[], double precision[], integer[], numeric[]). Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_ttest_paired_state(anycompatiblearray, anycompatiblearray) IS 'The mergeable state of mass_ttest_paired, for mass_ttest_paired_merge and mass_ttest_paired_final.';
CREATE AGGREGATE psyrad.mass_ttest_paired_merge(state psyrad.mass_state) (
	SFUNC = psyrad.mass_state_merge, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_ttest_paired_merge(psyrad.mass_state) IS
	'Merges states of mass_ttest_paired of disjoint rows (sites, parts, years) into that of all rows: counts exactly, sums to rounding (relative 1e-13).';
COMMENT ON FUNCTION psyrad.mass_ttest_paired_finish(psyrad.mass_state) IS 'Final function of the aggregate mass_ttest_paired.';
COMMENT ON FUNCTION psyrad.mass_ttest_paired_final(psyrad.mass_state, double precision, text) IS
	'Result of a state of mass_ttest_paired. mu: the mean or difference under the null hypothesis. effect_size: d (Cohen) or g (Hedges, exact correction).';

-- mass_corr(x, y)
CREATE FUNCTION psyrad.mass_corr_add(psyrad.mass_state, psyrad.connectome, double precision) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_corr_add_connectome';
COMMENT ON FUNCTION psyrad.mass_corr_add(psyrad.mass_state, psyrad.connectome, double precision) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_corr_add(psyrad.mass_state, anyarray, double precision) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_corr_add_array';
COMMENT ON FUNCTION psyrad.mass_corr_add(psyrad.mass_state, anyarray, double precision) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_corr_final(state psyrad.mass_state) RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.mass_corr(x psyrad.connectome, y double precision) (
	SFUNC = psyrad.mass_corr_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_corr_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_corr_state(x psyrad.connectome, y double precision) (
	SFUNC = psyrad.mass_corr_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_corr(psyrad.connectome, double precision) IS
	'Pearson correlation of each element with y: estimate and effect size r, se sqrt((1 - r^2) / df), df n - 2. Over connectome. Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_corr_state(psyrad.connectome, double precision) IS 'The mergeable state of mass_corr, for mass_corr_merge and mass_corr_final.';
CREATE AGGREGATE psyrad.mass_corr(x anyarray, y double precision) (
	SFUNC = psyrad.mass_corr_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_corr_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_corr_state(x anyarray, y double precision) (
	SFUNC = psyrad.mass_corr_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_corr(anyarray, double precision) IS
	'Pearson correlation of each element with y: estimate and effect size r, se sqrt((1 - r^2) / df), df n - 2. Over an array of numbers (real[], double precision[], integer[], numeric[]). Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_corr_state(anyarray, double precision) IS 'The mergeable state of mass_corr, for mass_corr_merge and mass_corr_final.';
CREATE AGGREGATE psyrad.mass_corr_merge(state psyrad.mass_state) (
	SFUNC = psyrad.mass_state_merge, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_corr_merge(psyrad.mass_state) IS
	'Merges states of mass_corr of disjoint rows (sites, parts, years) into that of all rows: counts exactly, sums to rounding (relative 1e-13).';
COMMENT ON FUNCTION psyrad.mass_corr_final(psyrad.mass_state) IS 'Result of a state of mass_corr.';

-- mass_pcorr(x, y, covariates)
CREATE FUNCTION psyrad.mass_pcorr_add(psyrad.mass_state, psyrad.connectome, double precision, double precision[]) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_pcorr_add_connectome';
COMMENT ON FUNCTION psyrad.mass_pcorr_add(psyrad.mass_state, psyrad.connectome, double precision, double precision[]) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_pcorr_add(psyrad.mass_state, anyarray, double precision, double precision[]) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_pcorr_add_array';
COMMENT ON FUNCTION psyrad.mass_pcorr_add(psyrad.mass_state, anyarray, double precision, double precision[]) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_pcorr_final(state psyrad.mass_state) RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.mass_pcorr(x psyrad.connectome, y double precision, covariates double precision[]) (
	SFUNC = psyrad.mass_pcorr_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_pcorr_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_pcorr_state(x psyrad.connectome, y double precision, covariates double precision[]) (
	SFUNC = psyrad.mass_pcorr_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_pcorr(psyrad.connectome, double precision, double precision[]) IS
	'Partial correlation of each element with y given 1 to 63 covariates (an intercept is understood): estimate and effect size r, se sqrt((1 - r^2) / df), df n - 2 - covariates; statistic and p are those of y in the linear model of the element on y and the covariates. Covariates that depend on each other, or explain y: NaN, and the note names the first. Over connectome. Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_pcorr_state(psyrad.connectome, double precision, double precision[]) IS 'The mergeable state of mass_pcorr, for mass_pcorr_merge and mass_pcorr_final.';
CREATE AGGREGATE psyrad.mass_pcorr(x anyarray, y double precision, covariates double precision[]) (
	SFUNC = psyrad.mass_pcorr_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_pcorr_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_pcorr_state(x anyarray, y double precision, covariates double precision[]) (
	SFUNC = psyrad.mass_pcorr_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_pcorr(anyarray, double precision, double precision[]) IS
	'Partial correlation of each element with y given 1 to 63 covariates (an intercept is understood): estimate and effect size r, se sqrt((1 - r^2) / df), df n - 2 - covariates; statistic and p are those of y in the linear model of the element on y and the covariates. Covariates that depend on each other, or explain y: NaN, and the note names the first. Over an array of numbers (real[], double precision[], integer[], numeric[]). Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_pcorr_state(anyarray, double precision, double precision[]) IS 'The mergeable state of mass_pcorr, for mass_pcorr_merge and mass_pcorr_final.';
CREATE AGGREGATE psyrad.mass_pcorr_merge(state psyrad.mass_state) (
	SFUNC = psyrad.mass_state_merge, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_pcorr_merge(psyrad.mass_state) IS
	'Merges states of mass_pcorr of disjoint rows (sites, parts, years) into that of all rows: counts exactly, sums to rounding (relative 1e-13).';
COMMENT ON FUNCTION psyrad.mass_pcorr_final(psyrad.mass_state) IS 'Result of a state of mass_pcorr.';

-- results as rows
CREATE FUNCTION psyrad.mass_unnest(r psyrad.mass_result, OUT k integer, OUT n integer, OUT estimate double precision,
	OUT se double precision, OUT statistic double precision, OUT df double precision, OUT p double precision,
	OUT q double precision, OUT effect_size double precision, OUT log_p double precision, OUT m integer) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 10000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_edges(r psyrad.mass_result, OUT i integer, OUT j integer, OUT n integer, OUT estimate double precision,
	OUT se double precision, OUT statistic double precision, OUT df double precision, OUT p double precision,
	OUT q double precision, OUT effect_size double precision, OUT log_p double precision, OUT m integer) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 10000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.mass_unnest(r psyrad.mass_summary_result, OUT k integer, OUT n integer, OUT mean double precision,
	OUT sd double precision, OUT min double precision, OUT max double precision) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10000 AS 'MODULE_PATHNAME', 'mass_unnest_summary';
CREATE FUNCTION psyrad.mass_edges(r psyrad.mass_summary_result, OUT i integer, OUT j integer, OUT n integer,
	OUT mean double precision, OUT sd double precision, OUT min double precision, OUT max double precision) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10000 AS 'MODULE_PATHNAME', 'mass_edges_summary';
CREATE FUNCTION psyrad.p_adjust(p double precision[], method text, n integer DEFAULT NULL) RETURNS double precision[]
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';

COMMENT ON FUNCTION psyrad.mass_unnest(psyrad.mass_result) IS
	'One row per element k, 1-based; NULL where there is no answer. q: Benjamini-Hochberg over all elements of the call that have a p; m: how '
	'many those are. Filter after it, not before, or the family shrinks.';
COMMENT ON FUNCTION psyrad.mass_edges(psyrad.mass_result) IS
	'mass_unnest for connectomes: one row per edge (i, j), i < j, 1-based. Error when the number of elements is no triangle.';
COMMENT ON FUNCTION psyrad.mass_unnest(psyrad.mass_summary_result) IS 'One row per element k, 1-based; NULL where there are too few values.';
COMMENT ON FUNCTION psyrad.mass_edges(psyrad.mass_summary_result) IS 'One row per edge (i, j), i < j, 1-based.';
COMMENT ON FUNCTION psyrad.p_adjust(double precision[], text, integer) IS
	'p-values adjusted for many tests as R''s p.adjust: method none, bonferroni, holm, hochberg, hommel, bh (fdr) or by. n: size of the family, '
	'default the number of p-values that are there. NULL and NaN are not counted and come back as they were. Errors: p outside 0..1, another method, n too small.';
