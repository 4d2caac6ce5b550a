-- Group statistics that need more than moments of x alone: Welch, least squares, ANCOVA, normative deviation.
-- mass_welch(x, grp)
CREATE FUNCTION psyrad.mass_welch_add(psyrad.mass_state, psyrad.connectome, boolean) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_welch_add_connectome';
COMMENT ON FUNCTION psyrad.mass_welch_add(psyrad.mass_state, psyrad.connectome, boolean) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_welch_add(psyrad.mass_state, anyarray, boolean) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_welch_add_array';
COMMENT ON FUNCTION psyrad.mass_welch_add(psyrad.mass_state, anyarray, boolean) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_welch_finish(psyrad.mass_state) RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'mass_welch_final';
COMMENT ON FUNCTION psyrad.mass_welch_finish(psyrad.mass_state) IS 'Final function of the aggregate mass_welch.';
CREATE FUNCTION psyrad.mass_welch_final(state psyrad.mass_state, mu double precision DEFAULT 0, effect_size text DEFAULT 'd') RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_welch_final(psyrad.mass_state, double precision, text) IS
	'Result of a state of mass_welch, or of the two-sample mass_ttest. mu: the difference under the null hypothesis. effect_size: d, or g, corrected for its bias with the df of Delacre et al. (2021).';
CREATE AGGREGATE psyrad.mass_welch(x psyrad.connectome, grp boolean) (
	SFUNC = psyrad.mass_welch_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_welch_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_welch_state(x psyrad.connectome, grp boolean) (
	SFUNC = psyrad.mass_welch_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_welch(psyrad.connectome, boolean) IS
	'Welch''s t test of each element, variances not taken as equal, df by Satterthwaite: estimate the mean where grp is TRUE minus the mean where it is FALSE, effect size the difference by the root of the mean of both variances (Delacre et al. 2021). At least two values a group. Over connectome. Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_welch_state(psyrad.connectome, boolean) IS 'The mergeable state of mass_welch, for mass_welch_merge and mass_welch_final.';
CREATE AGGREGATE psyrad.mass_welch(x anyarray, grp boolean) (
	SFUNC = psyrad.mass_welch_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_welch_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_welch_state(x anyarray, grp boolean) (
	SFUNC = psyrad.mass_welch_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_welch(anyarray, boolean) IS
	'Welch''s t test of each element, variances not taken as equal, df by Satterthwaite: estimate the mean where grp is TRUE minus the mean where it is FALSE, effect size the difference by the root of the mean of both variances (Delacre et al. 2021). At least two values a group. Over an array of numbers (real[], double precision[], integer[], numeric[]). Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_welch_state(anyarray, boolean) IS 'The mergeable state of mass_welch, for mass_welch_merge and mass_welch_final.';
CREATE AGGREGATE psyrad.mass_welch_merge(state psyrad.mass_state) (
	SFUNC = psyrad.mass_state_merge, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_welch_merge(psyrad.mass_state) IS
	'Merges states of mass_welch of disjoint rows (sites, parts, years) into that of all rows: counts exactly, sums to rounding (relative 1e-13).';

-- mass_glm(x, design, contrast)
CREATE FUNCTION psyrad.mass_glm_add(psyrad.mass_state, psyrad.connectome, double precision[], double precision[]) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_glm_add_connectome';
COMMENT ON FUNCTION psyrad.mass_glm_add(psyrad.mass_state, psyrad.connectome, double precision[], double precision[]) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_glm_add(psyrad.mass_state, anyarray, double precision[], double precision[]) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_glm_add_array';
COMMENT ON FUNCTION psyrad.mass_glm_add(psyrad.mass_state, anyarray, double precision[], double precision[]) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_glm_finish(psyrad.mass_state) RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'mass_glm_final';
COMMENT ON FUNCTION psyrad.mass_glm_finish(psyrad.mass_state) IS 'Final function of the aggregate mass_glm.';
CREATE FUNCTION psyrad.mass_glm_final(state psyrad.mass_state, contrast double precision[] DEFAULT NULL, effect_size text DEFAULT 'r') RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_glm_final(psyrad.mass_state, double precision[], text) IS
	'Result of a state of mass_glm. contrast: another than the one the state was made with. effect_size: r (partial r; of F partial eta squared), d or g (estimate by the residual sd, Hedges'' correction with the residual df).';
CREATE AGGREGATE psyrad.mass_glm(x psyrad.connectome, design double precision[], contrast double precision[]) (
	SFUNC = psyrad.mass_glm_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_glm_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_glm_state(x psyrad.connectome, design double precision[], contrast double precision[]) (
	SFUNC = psyrad.mass_glm_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_glm(psyrad.connectome, double precision[], double precision[]) IS
	'Least squares of each element on design (1 to 64 columns as given: put a 1 among them for an intercept). contrast double precision[], the same in all rows: estimate c''b, t on n - columns df, effect size partial r. contrast double precision[][]: F of its rows together, p of the upper tail, effect size partial eta squared, estimate and se empty, df the residuals''. mass_glm_final(state, contrast) answers further contrasts from one state. Errors: a column that depends on those before it, by number; a contrast of another length. Over connectome. Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_glm_state(psyrad.connectome, double precision[], double precision[]) IS 'The mergeable state of mass_glm, for mass_glm_merge and mass_glm_final.';
CREATE AGGREGATE psyrad.mass_glm(x anyarray, design double precision[], contrast double precision[]) (
	SFUNC = psyrad.mass_glm_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_glm_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_glm_state(x anyarray, design double precision[], contrast double precision[]) (
	SFUNC = psyrad.mass_glm_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_glm(anyarray, double precision[], double precision[]) IS
	'Least squares of each element on design (1 to 64 columns as given: put a 1 among them for an intercept). contrast double precision[], the same in all rows: estimate c''b, t on n - columns df, effect size partial r. contrast double precision[][]: F of its rows together, p of the upper tail, effect size partial eta squared, estimate and se empty, df the residuals''. mass_glm_final(state, contrast) answers further contrasts from one state. Errors: a column that depends on those before it, by number; a contrast of another length. Over an array of numbers (real[], double precision[], integer[], numeric[]). Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_glm_state(anyarray, double precision[], double precision[]) IS 'The mergeable state of mass_glm, for mass_glm_merge and mass_glm_final.';
CREATE AGGREGATE psyrad.mass_glm_merge(state psyrad.mass_state) (
	SFUNC = psyrad.mass_state_merge, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_glm_merge(psyrad.mass_state) IS
	'Merges states of mass_glm of disjoint rows (sites, parts, years) into that of all rows: counts exactly, sums to rounding (relative 1e-13).';

-- mass_glm(post, pre, design, contrast)
CREATE FUNCTION psyrad.mass_glm_change_add(psyrad.mass_state, psyrad.connectome, psyrad.connectome, double precision[], double precision[]) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_glm_change_add_connectome';
COMMENT ON FUNCTION psyrad.mass_glm_change_add(psyrad.mass_state, psyrad.connectome, psyrad.connectome, double precision[], double precision[]) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_glm_change_add(psyrad.mass_state, anycompatiblearray, anycompatiblearray, double precision[], double precision[]) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_glm_change_add_array';
COMMENT ON FUNCTION psyrad.mass_glm_change_add(psyrad.mass_state, anycompatiblearray, anycompatiblearray, double precision[], double precision[]) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.mass_glm(post psyrad.connectome, pre psyrad.connectome, design double precision[], contrast double precision[]) (
	SFUNC = psyrad.mass_glm_change_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_glm_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_glm_state(post psyrad.connectome, pre psyrad.connectome, design double precision[], contrast double precision[]) (
	SFUNC = psyrad.mass_glm_change_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_glm(psyrad.connectome, psyrad.connectome, double precision[], double precision[]) IS
	'The change-score model: mass_glm of post minus pre. Over two visits the group x time interaction of a repeated-measures analysis is the group column''s contrast here, its t the same; the main effect of time is that of the intercept when the other columns are centred. Over connectome. Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_glm_state(psyrad.connectome, psyrad.connectome, double precision[], double precision[]) IS 'The mergeable state of mass_glm, for mass_glm_merge and mass_glm_final.';
CREATE AGGREGATE psyrad.mass_glm(post anycompatiblearray, pre anycompatiblearray, design double precision[], contrast double precision[]) (
	SFUNC = psyrad.mass_glm_change_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_glm_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_glm_state(post anycompatiblearray, pre anycompatiblearray, design double precision[], contrast double precision[]) (
	SFUNC = psyrad.mass_glm_change_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_glm(anycompatiblearray, anycompatiblearray, double precision[], double precision[]) IS
	'The change-score model: mass_glm of post minus pre. Over two visits the group x time interaction of a repeated-measures analysis is the group column''s contrast here, its t the same; the main effect of time is that of the intercept when the other columns are centred. Over an array of numbers (real[], double precision[], integer[], numeric[]). Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_glm_state(anycompatiblearray, anycompatiblearray, double precision[], double precision[]) IS 'The mergeable state of mass_glm, for mass_glm_merge and mass_glm_final.';

-- mass_ancova(post, pre, design, contrast)
CREATE FUNCTION psyrad.mass_ancova_add(psyrad.mass_state, psyrad.connectome, psyrad.connectome, double precision[], double precision[]) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_ancova_add_connectome';
COMMENT ON FUNCTION psyrad.mass_ancova_add(psyrad.mass_state, psyrad.connectome, psyrad.connectome, double precision[], double precision[]) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_ancova_add(psyrad.mass_state, anycompatiblearray, anycompatiblearray, double precision[], double precision[]) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_ancova_add_array';
COMMENT ON FUNCTION psyrad.mass_ancova_add(psyrad.mass_state, anycompatiblearray, anycompatiblearray, double precision[], double precision[]) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_ancova_finish(psyrad.mass_state) RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'mass_ancova_final';
COMMENT ON FUNCTION psyrad.mass_ancova_finish(psyrad.mass_state) IS 'Final function of the aggregate mass_ancova.';
CREATE FUNCTION psyrad.mass_ancova_final(state psyrad.mass_state, contrast double precision[] DEFAULT NULL, effect_size text DEFAULT 'r') RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_ancova_final(psyrad.mass_state, double precision[], text) IS
	'Result of a state of mass_ancova; options as of mass_glm_final.';
CREATE AGGREGATE psyrad.mass_ancova(post psyrad.connectome, pre psyrad.connectome, design double precision[], contrast double precision[]) (
	SFUNC = psyrad.mass_ancova_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_ancova_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_ancova_state(post psyrad.connectome, pre psyrad.connectome, design double precision[], contrast double precision[]) (
	SFUNC = psyrad.mass_ancova_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_ancova(psyrad.connectome, psyrad.connectome, double precision[], double precision[]) IS
	'Least squares of each element''s post on design and on its own pre, t on n - columns - 1 df (the baseline takes one). design and contrast as in mass_glm, without the baseline. An element whose baseline the design explains: NaN, and the note says so. Over connectome. Rows with a NULL argument are left out and counted in note; NULL or NaN inside post or pre is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_ancova_state(psyrad.connectome, psyrad.connectome, double precision[], double precision[]) IS 'The mergeable state of mass_ancova, for mass_ancova_merge and mass_ancova_final.';
CREATE AGGREGATE psyrad.mass_ancova(post anycompatiblearray, pre anycompatiblearray, design double precision[], contrast double precision[]) (
	SFUNC = psyrad.mass_ancova_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_ancova_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_ancova_state(post anycompatiblearray, pre anycompatiblearray, design double precision[], contrast double precision[]) (
	SFUNC = psyrad.mass_ancova_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_ancova(anycompatiblearray, anycompatiblearray, double precision[], double precision[]) IS
	'Least squares of each element''s post on design and on its own pre, t on n - columns - 1 df (the baseline takes one). design and contrast as in mass_glm, without the baseline. An element whose baseline the design explains: NaN, and the note says so. Over an array of numbers (real[], double precision[], integer[], numeric[]). Rows with a NULL argument are left out and counted in note; NULL or NaN inside post or pre is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_ancova_state(anycompatiblearray, anycompatiblearray, double precision[], double precision[]) IS 'The mergeable state of mass_ancova, for mass_ancova_merge and mass_ancova_final.';
CREATE AGGREGATE psyrad.mass_ancova_merge(state psyrad.mass_state) (
	SFUNC = psyrad.mass_state_merge, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_ancova_merge(psyrad.mass_state) IS
	'Merges states of mass_ancova of disjoint rows (sites, parts, years) into that of all rows: counts exactly, sums to rounding (relative 1e-13).';

-- mass_z(x, reference)
CREATE FUNCTION psyrad.mass_z_add(psyrad.mass_state, psyrad.connectome, boolean) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_z_add_connectome';
COMMENT ON FUNCTION psyrad.mass_z_add(psyrad.mass_state, psyrad.connectome, boolean) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_z_add(psyrad.mass_state, anyarray, boolean) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mass_z_add_array';
COMMENT ON FUNCTION psyrad.mass_z_add(psyrad.mass_state, anyarray, boolean) IS 'Takes in a row, for the aggregates only.';
CREATE FUNCTION psyrad.mass_z_finish(psyrad.mass_state) RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'mass_z_final';
COMMENT ON FUNCTION psyrad.mass_z_finish(psyrad.mass_state) IS 'Final function of the aggregate mass_z.';
CREATE FUNCTION psyrad.mass_z_final(state psyrad.mass_state) RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_z_final(psyrad.mass_state) IS
	'Result of a state of mass_z.';
CREATE AGGREGATE psyrad.mass_z(x psyrad.connectome, reference boolean) (
	SFUNC = psyrad.mass_z_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_z_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_z_state(x psyrad.connectome, reference boolean) (
	SFUNC = psyrad.mass_z_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_z(psyrad.connectome, boolean) IS
	'Normative deviation of each element: how far the mean of the rows where reference is FALSE lies from that of those where it is TRUE, in the sd of the latter. estimate and effect size z, se sqrt(1/n_ref + 1/n), statistic z / se with n_ref - 1 df: of a single subject the t of Crawford and Howell (1998). n counts both. Over connectome. Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_z_state(psyrad.connectome, boolean) IS 'The mergeable state of mass_z, for mass_z_merge and mass_z_final.';
CREATE AGGREGATE psyrad.mass_z(x anyarray, reference boolean) (
	SFUNC = psyrad.mass_z_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	FINALFUNC = psyrad.mass_z_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.mass_z_state(x anyarray, reference boolean) (
	SFUNC = psyrad.mass_z_add, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_z(anyarray, boolean) IS
	'Normative deviation of each element: how far the mean of the rows where reference is FALSE lies from that of those where it is TRUE, in the sd of the latter. estimate and effect size z, se sqrt(1/n_ref + 1/n), statistic z / se with n_ref - 1 df: of a single subject the t of Crawford and Howell (1998). n counts both. Over an array of numbers (real[], double precision[], integer[], numeric[]). Rows with a NULL argument are left out and counted in note; NULL or NaN inside x is missing for that element alone.';
COMMENT ON AGGREGATE psyrad.mass_z_state(anyarray, boolean) IS 'The mergeable state of mass_z, for mass_z_merge and mass_z_final.';
CREATE AGGREGATE psyrad.mass_z_merge(state psyrad.mass_state) (
	SFUNC = psyrad.mass_state_merge, STYPE = psyrad.mass_state, SSPACE = 1000000,
	COMBINEFUNC = psyrad.mass_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.mass_z_merge(psyrad.mass_state) IS
	'Merges states of mass_z of disjoint rows (sites, parts, years) into that of all rows: counts exactly, sums to rounding (relative 1e-13).';

-- One subject against a reference state.
CREATE FUNCTION psyrad.mass_z(x psyrad.connectome, reference psyrad.mass_state, small_sample boolean DEFAULT true) RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'mass_z_connectome';
CREATE FUNCTION psyrad.mass_z(x anyarray, reference psyrad.mass_state, small_sample boolean DEFAULT true) RETURNS psyrad.mass_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'mass_z_array';
COMMENT ON FUNCTION psyrad.mass_z(psyrad.connectome, psyrad.mass_state, boolean) IS
	'Deviation of one subject from a reference group, a state of mass_summary(x) or mass_ttest(x) of the same elements and kind: estimate and effect size '
	'z = (x - mean) / sd. small_sample: se sqrt(1 + 1/n), t with n - 1 df (Crawford and Howell 1998); otherwise the reference counts as the population, '
	'se 1, normal. n is the reference''s. NaN where x is missing or the reference does not vary.';
COMMENT ON FUNCTION psyrad.mass_z(anyarray, psyrad.mass_state, boolean) IS
	'As mass_z of a connectome, over an array of numbers (real[], double precision[], integer[], numeric[]).';

-- Before a state leaves its site.
CREATE FUNCTION psyrad.mass_state_centre(state psyrad.mass_state) RETURNS psyrad.mass_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.mass_state_centre(psyrad.mass_state) IS
	'The same state with its origins, which are the first row''s own values, moved to the means: what an export function hands out. Answers change by rounding '
	'alone. The smallest and largest values of mass_summary stay, and are single rows'' own: export mass_ttest_state instead.';
