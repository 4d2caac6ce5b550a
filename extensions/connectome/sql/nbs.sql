-- The network-based statistic.
CREATE TYPE psyrad.conn_nbs_component AS (
	component integer,
	sign smallint,
	nodes integer[],
	edges integer[],
	statistic double precision[],
	extent integer,
	intensity double precision,
	p double precision,
	n integer,
	df double precision,
	arrangements bigint,
	method text,
	note text
);
COMMENT ON TYPE psyrad.conn_nbs_component IS
	'A connected component of edges beyond the threshold: its number (by p, then size), sign (1: t above the threshold, -1: below its negative), '
	'nodes (regions, ascending), edges (integer[extent][2]: (i, j), i < j), statistic (their t, in the same order), extent (edges), intensity (sum of |t| - '
	'threshold), and p of the component as a whole, corrected for all components. An edge has no p of its own. Where nothing could be tested, one row '
	'with component NULL whose note says why.';

CREATE FUNCTION psyrad.conn_nbs_final(internal) RETURNS psyrad.conn_nbs_component[]
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_nbs_final(internal) IS 'Goes through the arrangements, for the aggregates only.';

CREATE FUNCTION psyrad.conn_nbs_edges(component psyrad.conn_nbs_component, OUT i integer, OUT j integer, OUT statistic double precision) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT ((component).edges)[k][1], ((component).edges)[k][2], ((component).statistic)[k]
		FROM pg_catalog.generate_subscripts((component).edges, 1) AS s(k);
END;
COMMENT ON FUNCTION psyrad.conn_nbs_edges(psyrad.conn_nbs_component) IS 'The edges (i, j) of a component with their t, one row each; they have no p of their own.';

CREATE FUNCTION psyrad.conn_nbs_add(internal, anycompatible, psyrad.connectome, boolean, double precision, integer, bigint, text, text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_nbs_add(internal, anycompatible, psyrad.connectome, boolean, double precision, integer, bigint, text, text) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_nbs(key anycompatible, c psyrad.connectome, grp boolean, threshold double precision, permutations integer, seed bigint, tail text, size text) (
	SFUNC = psyrad.conn_nbs_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_nbs_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_nbs(anycompatible, psyrad.connectome, boolean, double precision, integer, bigint, text, text) IS
	'Network-based statistic of two groups, TRUE minus FALSE, by relabelling. Components of edges whose t is beyond threshold (a t, above 0; no default), signs apart; p of each by the largest component of every arrangement, corrected for all. tail: two-sided (both signs in one null), greater, less; size: extent (edges) or intensity (sum of |t| - threshold). Gives psyrad.conn_nbs_component[], empty where no edge is beyond: unnest it. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same p in any row order, on any CPU, under any plan; all arrangements where there are no more than permutations, p = b / P, else p = (b + 1) / (P + 1). Edges missing in any row are left out and counted in note. Errors: two rows with one key, kinds or sizes that differ, threshold, tail or size not among those allowed.';

CREATE FUNCTION psyrad.conn_nbs_add(internal, anycompatible, anyarray, boolean, double precision, integer, bigint, text, text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_nbs_add(internal, anycompatible, anyarray, boolean, double precision, integer, bigint, text, text) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_nbs(key anycompatible, c anyarray, grp boolean, threshold double precision, permutations integer, seed bigint, tail text, size text) (
	SFUNC = psyrad.conn_nbs_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_nbs_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_nbs(anycompatible, anyarray, boolean, double precision, integer, bigint, text, text) IS
	'Network-based statistic of two groups, TRUE minus FALSE, by relabelling. Over arrays of edges, the upper triangle row by row. Components of edges whose t is beyond threshold (a t, above 0; no default), signs apart; p of each by the largest component of every arrangement, corrected for all. tail: two-sided (both signs in one null), greater, less; size: extent (edges) or intensity (sum of |t| - threshold). Gives psyrad.conn_nbs_component[], empty where no edge is beyond: unnest it. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same p in any row order, on any CPU, under any plan; all arrangements where there are no more than permutations, p = b / P, else p = (b + 1) / (P + 1). Edges missing in any row are left out and counted in note. Errors: two rows with one key, kinds or sizes that differ, threshold, tail or size not among those allowed.';

CREATE FUNCTION psyrad.conn_nbs_adjusted_add(internal, anycompatible, psyrad.connectome, boolean, double precision[], double precision, integer, bigint, text, text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_nbs_adjusted_add(internal, anycompatible, psyrad.connectome, boolean, double precision[], double precision, integer, bigint, text, text) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_nbs(key anycompatible, c psyrad.connectome, grp boolean, covariates double precision[], threshold double precision, permutations integer, seed bigint, tail text, size text) (
	SFUNC = psyrad.conn_nbs_adjusted_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_nbs_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_nbs(anycompatible, psyrad.connectome, boolean, double precision[], double precision, integer, bigint, text, text) IS
	'Network-based statistic of two groups, TRUE minus FALSE, given 1 to 62 covariates (an intercept is understood), by Freedman and Lanes rearranged residuals. Components of edges whose t is beyond threshold (a t, above 0; no default), signs apart; p of each by the largest component of every arrangement, corrected for all. tail: two-sided (both signs in one null), greater, less; size: extent (edges) or intensity (sum of |t| - threshold). Gives psyrad.conn_nbs_component[], empty where no edge is beyond: unnest it. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same p in any row order, on any CPU, under any plan; all arrangements where there are no more than permutations, p = b / P, else p = (b + 1) / (P + 1). Edges missing in any row are left out and counted in note. Errors: two rows with one key, kinds or sizes that differ, threshold, tail or size not among those allowed.';

CREATE FUNCTION psyrad.conn_nbs_adjusted_add(internal, anycompatible, anyarray, boolean, double precision[], double precision, integer, bigint, text, text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_nbs_adjusted_add(internal, anycompatible, anyarray, boolean, double precision[], double precision, integer, bigint, text, text) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_nbs(key anycompatible, c anyarray, grp boolean, covariates double precision[], threshold double precision, permutations integer, seed bigint, tail text, size text) (
	SFUNC = psyrad.conn_nbs_adjusted_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_nbs_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_nbs(anycompatible, anyarray, boolean, double precision[], double precision, integer, bigint, text, text) IS
	'Network-based statistic of two groups, TRUE minus FALSE, given 1 to 62 covariates (an intercept is understood), by Freedman and Lanes rearranged residuals. Over arrays of edges, the upper triangle row by row. Components of edges whose t is beyond threshold (a t, above 0; no default), signs apart; p of each by the largest component of every arrangement, corrected for all. tail: two-sided (both signs in one null), greater, less; size: extent (edges) or intensity (sum of |t| - threshold). Gives psyrad.conn_nbs_component[], empty where no edge is beyond: unnest it. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same p in any row order, on any CPU, under any plan; all arrangements where there are no more than permutations, p = b / P, else p = (b + 1) / (P + 1). Edges missing in any row are left out and counted in note. Errors: two rows with one key, kinds or sizes that differ, threshold, tail or size not among those allowed.';

CREATE FUNCTION psyrad.conn_nbs_paired_add(internal, anycompatible, psyrad.connectome, psyrad.connectome, double precision, integer, bigint, text, text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_nbs_paired_add(internal, anycompatible, psyrad.connectome, psyrad.connectome, double precision, integer, bigint, text, text) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_nbs_paired(key anycompatible, post psyrad.connectome, pre psyrad.connectome, threshold double precision, permutations integer, seed bigint, tail text, size text) (
	SFUNC = psyrad.conn_nbs_paired_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_nbs_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_nbs_paired(anycompatible, psyrad.connectome, psyrad.connectome, double precision, integer, bigint, text, text) IS
	'Network-based statistic of paired differences, post minus pre, by sign flips. Components of edges whose t is beyond threshold (a t, above 0; no default), signs apart; p of each by the largest component of every arrangement, corrected for all. tail: two-sided (both signs in one null), greater, less; size: extent (edges) or intensity (sum of |t| - threshold). Gives psyrad.conn_nbs_component[], empty where no edge is beyond: unnest it. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same p in any row order, on any CPU, under any plan; all arrangements where there are no more than permutations, p = b / P, else p = (b + 1) / (P + 1). Edges missing in any row are left out and counted in note. Errors: two rows with one key, kinds or sizes that differ, threshold, tail or size not among those allowed.';

CREATE FUNCTION psyrad.conn_nbs_paired_add(internal, anycompatible, anyarray, anyarray, double precision, integer, bigint, text, text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_nbs_paired_add(internal, anycompatible, anyarray, anyarray, double precision, integer, bigint, text, text) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_nbs_paired(key anycompatible, post anyarray, pre anyarray, threshold double precision, permutations integer, seed bigint, tail text, size text) (
	SFUNC = psyrad.conn_nbs_paired_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_nbs_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_nbs_paired(anycompatible, anyarray, anyarray, double precision, integer, bigint, text, text) IS
	'Network-based statistic of paired differences, post minus pre, by sign flips. Over arrays of edges, the upper triangle row by row. Components of edges whose t is beyond threshold (a t, above 0; no default), signs apart; p of each by the largest component of every arrangement, corrected for all. tail: two-sided (both signs in one null), greater, less; size: extent (edges) or intensity (sum of |t| - threshold). Gives psyrad.conn_nbs_component[], empty where no edge is beyond: unnest it. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same p in any row order, on any CPU, under any plan; all arrangements where there are no more than permutations, p = b / P, else p = (b + 1) / (P + 1). Edges missing in any row are left out and counted in note. Errors: two rows with one key, kinds or sizes that differ, threshold, tail or size not among those allowed.';

CREATE FUNCTION psyrad.conn_nbs_corr_add(internal, anycompatible, psyrad.connectome, double precision, double precision, integer, bigint, text, text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_nbs_corr_add(internal, anycompatible, psyrad.connectome, double precision, double precision, integer, bigint, text, text) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_nbs_corr(key anycompatible, c psyrad.connectome, y double precision, threshold double precision, permutations integer, seed bigint, tail text, size text) (
	SFUNC = psyrad.conn_nbs_corr_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_nbs_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_nbs_corr(anycompatible, psyrad.connectome, double precision, double precision, integer, bigint, text, text) IS
	'Network-based statistic of the correlation with y, by relabelling. Components of edges whose t is beyond threshold (a t, above 0; no default), signs apart; p of each by the largest component of every arrangement, corrected for all. tail: two-sided (both signs in one null), greater, less; size: extent (edges) or intensity (sum of |t| - threshold). Gives psyrad.conn_nbs_component[], empty where no edge is beyond: unnest it. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same p in any row order, on any CPU, under any plan; all arrangements where there are no more than permutations, p = b / P, else p = (b + 1) / (P + 1). Edges missing in any row are left out and counted in note. Errors: two rows with one key, kinds or sizes that differ, threshold, tail or size not among those allowed.';

CREATE FUNCTION psyrad.conn_nbs_corr_add(internal, anycompatible, anyarray, double precision, double precision, integer, bigint, text, text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_nbs_corr_add(internal, anycompatible, anyarray, double precision, double precision, integer, bigint, text, text) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_nbs_corr(key anycompatible, c anyarray, y double precision, threshold double precision, permutations integer, seed bigint, tail text, size text) (
	SFUNC = psyrad.conn_nbs_corr_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_nbs_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_nbs_corr(anycompatible, anyarray, double precision, double precision, integer, bigint, text, text) IS
	'Network-based statistic of the correlation with y, by relabelling. Over arrays of edges, the upper triangle row by row. Components of edges whose t is beyond threshold (a t, above 0; no default), signs apart; p of each by the largest component of every arrangement, corrected for all. tail: two-sided (both signs in one null), greater, less; size: extent (edges) or intensity (sum of |t| - threshold). Gives psyrad.conn_nbs_component[], empty where no edge is beyond: unnest it. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same p in any row order, on any CPU, under any plan; all arrangements where there are no more than permutations, p = b / P, else p = (b + 1) / (P + 1). Edges missing in any row are left out and counted in note. Errors: two rows with one key, kinds or sizes that differ, threshold, tail or size not among those allowed.';

CREATE FUNCTION psyrad.conn_nbs_corr_adjusted_add(internal, anycompatible, psyrad.connectome, double precision, double precision[], double precision, integer, bigint, text, text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_nbs_corr_adjusted_add(internal, anycompatible, psyrad.connectome, double precision, double precision[], double precision, integer, bigint, text, text) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_nbs_corr(key anycompatible, c psyrad.connectome, y double precision, covariates double precision[], threshold double precision, permutations integer, seed bigint, tail text, size text) (
	SFUNC = psyrad.conn_nbs_corr_adjusted_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_nbs_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_nbs_corr(anycompatible, psyrad.connectome, double precision, double precision[], double precision, integer, bigint, text, text) IS
	'Network-based statistic of the partial correlation with y given 1 to 62 covariates (an intercept is understood), by Freedman and Lanes rearranged residuals. Components of edges whose t is beyond threshold (a t, above 0; no default), signs apart; p of each by the largest component of every arrangement, corrected for all. tail: two-sided (both signs in one null), greater, less; size: extent (edges) or intensity (sum of |t| - threshold). Gives psyrad.conn_nbs_component[], empty where no edge is beyond: unnest it. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same p in any row order, on any CPU, under any plan; all arrangements where there are no more than permutations, p = b / P, else p = (b + 1) / (P + 1). Edges missing in any row are left out and counted in note. Errors: two rows with one key, kinds or sizes that differ, threshold, tail or size not among those allowed.';

CREATE FUNCTION psyrad.conn_nbs_corr_adjusted_add(internal, anycompatible, anyarray, double precision, double precision[], double precision, integer, bigint, text, text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_nbs_corr_adjusted_add(internal, anycompatible, anyarray, double precision, double precision[], double precision, integer, bigint, text, text) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_nbs_corr(key anycompatible, c anyarray, y double precision, covariates double precision[], threshold double precision, permutations integer, seed bigint, tail text, size text) (
	SFUNC = psyrad.conn_nbs_corr_adjusted_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_nbs_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_nbs_corr(anycompatible, anyarray, double precision, double precision[], double precision, integer, bigint, text, text) IS
	'Network-based statistic of the partial correlation with y given 1 to 62 covariates (an intercept is understood), by Freedman and Lanes rearranged residuals. Over arrays of edges, the upper triangle row by row. Components of edges whose t is beyond threshold (a t, above 0; no default), signs apart; p of each by the largest component of every arrangement, corrected for all. tail: two-sided (both signs in one null), greater, less; size: extent (edges) or intensity (sum of |t| - threshold). Gives psyrad.conn_nbs_component[], empty where no edge is beyond: unnest it. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same p in any row order, on any CPU, under any plan; all arrangements where there are no more than permutations, p = b / P, else p = (b + 1) / (P + 1). Edges missing in any row are left out and counted in note. Errors: two rows with one key, kinds or sizes that differ, threshold, tail or size not among those allowed.';

CREATE FUNCTION psyrad.conn_nbs_glm_add(internal, anycompatible, psyrad.connectome, double precision[], double precision[], double precision, integer, bigint, text, text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_nbs_glm_add(internal, anycompatible, psyrad.connectome, double precision[], double precision[], double precision, integer, bigint, text, text) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_nbs_glm(key anycompatible, c psyrad.connectome, design double precision[], contrast double precision[], threshold double precision, permutations integer, seed bigint, tail text, size text) (
	SFUNC = psyrad.conn_nbs_glm_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_nbs_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_nbs_glm(anycompatible, psyrad.connectome, double precision[], double precision[], double precision, integer, bigint, text, text) IS
	'Network-based statistic of a t contrast of a linear model, design columns as given (put a 1 among them for an intercept), by Freedman and Lanes rearranged residuals. Components of edges whose t is beyond threshold (a t, above 0; no default), signs apart; p of each by the largest component of every arrangement, corrected for all. tail: two-sided (both signs in one null), greater, less; size: extent (edges) or intensity (sum of |t| - threshold). Gives psyrad.conn_nbs_component[], empty where no edge is beyond: unnest it. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same p in any row order, on any CPU, under any plan; all arrangements where there are no more than permutations, p = b / P, else p = (b + 1) / (P + 1). Edges missing in any row are left out and counted in note. Errors: two rows with one key, kinds or sizes that differ, threshold, tail or size not among those allowed.';

CREATE FUNCTION psyrad.conn_nbs_glm_add(internal, anycompatible, anyarray, double precision[], double precision[], double precision, integer, bigint, text, text) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_nbs_glm_add(internal, anycompatible, anyarray, double precision[], double precision[], double precision, integer, bigint, text, text) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_nbs_glm(key anycompatible, c anyarray, design double precision[], contrast double precision[], threshold double precision, permutations integer, seed bigint, tail text, size text) (
	SFUNC = psyrad.conn_nbs_glm_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_nbs_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_nbs_glm(anycompatible, anyarray, double precision[], double precision[], double precision, integer, bigint, text, text) IS
	'Network-based statistic of a t contrast of a linear model, design columns as given (put a 1 among them for an intercept), by Freedman and Lanes rearranged residuals. Over arrays of edges, the upper triangle row by row. Components of edges whose t is beyond threshold (a t, above 0; no default), signs apart; p of each by the largest component of every arrangement, corrected for all. tail: two-sided (both signs in one null), greater, less; size: extent (edges) or intensity (sum of |t| - threshold). Gives psyrad.conn_nbs_component[], empty where no edge is beyond: unnest it. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same p in any row order, on any CPU, under any plan; all arrangements where there are no more than permutations, p = b / P, else p = (b + 1) / (P + 1). Edges missing in any row are left out and counted in note. Errors: two rows with one key, kinds or sizes that differ, threshold, tail or size not among those allowed.';
