-- Making connectomes and reading their parts.
CREATE FUNCTION psyrad.conn_from_edges(edges anyarray, kind text) RETURNS psyrad.connectome
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.conn_from_matrix(matrix anyarray, kind text) RETURNS psyrad.connectome
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.conn_n(c psyrad.connectome) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.conn_kind(c psyrad.connectome) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.conn_edge(c psyrad.connectome, i integer, j integer) RETURNS real
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.conn_row(c psyrad.connectome, i integer) RETURNS real[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.conn_matrix(c psyrad.connectome, diagonal real DEFAULT 0) RETURNS real[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.conn_unnest(c psyrad.connectome, OUT i integer, OUT j integer, OUT value real) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.conn_fisher_z(c psyrad.connectome) RETURNS psyrad.connectome
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.conn_fisher_z_inv(c psyrad.connectome) RETURNS psyrad.connectome
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.conn_diff(post psyrad.connectome, pre psyrad.connectome) RETURNS psyrad.connectome
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME';
CREATE OPERATOR psyrad.- (LEFTARG = psyrad.connectome, RIGHTARG = psyrad.connectome, FUNCTION = psyrad.conn_diff);

COMMENT ON FUNCTION psyrad.conn_from_edges(anyarray, text) IS
	'Connectome of a kind from its n(n-1)/2 edges, i < j row by row, rounded to float4; NULL or NaN is a missing edge. '
	'Errors: a length that is no triangle, infinite values, values outside -1..1 for kind r or partial.';
COMMENT ON FUNCTION psyrad.conn_from_matrix(anyarray, text) IS
	'Connectome of a kind from a square matrix [n][n]; the diagonal is ignored. The two halves may differ by rounding (1e-6 of the largest '
	'value; their mean is stored), by more is an error, as is a value missing on one side only.';
COMMENT ON FUNCTION psyrad.conn_n(psyrad.connectome) IS 'Number of regions; read from the size of the stored value alone.';
COMMENT ON FUNCTION psyrad.conn_kind(psyrad.connectome) IS 'Kind: r, z, partial, partial_z or weight.';
COMMENT ON FUNCTION psyrad.conn_edge(psyrad.connectome, integer, integer) IS
	'Edge between regions i and j (1-based, either order); reads one slice. NULL when missing or i = j; an index outside 1..n is an error.';
COMMENT ON FUNCTION psyrad.conn_row(psyrad.connectome, integer) IS
	'The n edges of region i, in order of region; NaN at i itself and where missing.';
COMMENT ON FUNCTION psyrad.conn_matrix(psyrad.connectome, real) IS
	'The full symmetric matrix real[n][n] with the given diagonal; NaN where missing.';
COMMENT ON FUNCTION psyrad.conn_unnest(psyrad.connectome) IS
	'One row an edge: (i, j, value), i < j, 1-based; value NULL where missing.';
COMMENT ON FUNCTION psyrad.conn_fisher_z(psyrad.connectome) IS
	'Fisher''s z, atanh(r), of kind r (giving z) or partial (giving partial_z). An edge of exactly 1 or -1 has no finite z and becomes missing. '
	'Errors: any other kind, so that z of z cannot happen.';
COMMENT ON FUNCTION psyrad.conn_fisher_z_inv(psyrad.connectome) IS
	'tanh(z): from kind z to r, or partial_z to partial. Errors: any other kind.';
COMMENT ON FUNCTION psyrad.conn_diff(psyrad.connectome, psyrad.connectome) IS
	'Edge-wise post - pre of two connectomes of the same kind and regions: z, partial_z or weight, which the result keeps. A difference of r or '
	'partial could leave -1..1 and is refused: take conn_fisher_z first. Missing where either is.';
COMMENT ON OPERATOR psyrad.- (psyrad.connectome, psyrad.connectome) IS 'edge-wise difference, post - pre';
