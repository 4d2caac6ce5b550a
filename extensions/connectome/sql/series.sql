-- Connectivity from regional series.
CREATE FUNCTION psyrad.conn_from_series(series anyarray, method text DEFAULT 'pearson') RETURNS psyrad.connectome
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.conn_sliding(series anyarray, width integer, step integer DEFAULT 1, method text DEFAULT 'pearson',
	OUT start integer, OUT c psyrad.connectome) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 100 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.conn_lag1(series anyarray) RETURNS real[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';

COMMENT ON FUNCTION psyrad.conn_from_series(anyarray, text) IS
	'Connectome from a series real[][] or float8[][], [timepoints][regions], at least 3 timepoints; computed in double and rounded once. '
	'method: pearson, spearman (mid-ranks at ties), ledoit_wolf, oas (both shrink the correlations of the standardised series, as scikit-learn) '
	'give kind r; partial, partial_ledoit_wolf give kind partial. A region that is constant or has a NULL or NaN gives missing edges, and the '
	'rest is as if it had not been measured. Errors: infinite values, another method, not two-dimensional; partial with no more timepoints than '
	'regions or a condition number above 1e8 (shrink: partial_ledoit_wolf). A literal needs a cast: ''{{...}}''::real[].';
COMMENT ON FUNCTION psyrad.conn_sliding(anyarray, integer, integer, text) IS
	'One row for each full window of width timepoints, every step timepoints: start (the first timepoint, 1-based) and its connectome c, by '
	'conn_from_series(window, method). Timepoints after the last full window are not used. Errors: width outside 3 to the length, step below 1.';
COMMENT ON FUNCTION psyrad.conn_lag1(anyarray) IS
	'real[n][n]: element [i][j] is the Pearson correlation of region i at t with region j at t + 1. Not symmetric; the diagonal is the lag-1 '
	'autocorrelation. NaN where a region is constant or missing in its part. At least 4 timepoints.';
