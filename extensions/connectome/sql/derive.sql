-- Connectomes and figures derived from connectomes.
CREATE FUNCTION psyrad.conn_threshold(c psyrad.connectome, density double precision DEFAULT NULL, above real DEFAULT NULL,
	absolute boolean DEFAULT false) RETURNS psyrad.connectome
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.conn_similarity(a psyrad.connectome, b psyrad.connectome) RETURNS double precision
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.conn_block_mean(c psyrad.connectome, labels integer[], OUT a integer, OUT b integer, OUT edges integer,
	OUT mean double precision) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 28 AS 'MODULE_PATHNAME';

COMMENT ON FUNCTION psyrad.conn_threshold(psyrad.connectome, double precision, real, boolean) IS
	'The connectome with its weaker edges set to 0, of the same kind. Give one of: density (0 to 1), which keeps the round(density n(n-1)/2) largest '
	'edges, at ties the earlier, never zeros; or above, which keeps edges larger than it (compared as real). absolute => true goes by magnitude. '
	'Missing edges stay missing and are not among those kept. NULL when c is.';
COMMENT ON FUNCTION psyrad.conn_similarity(psyrad.connectome, psyrad.connectome) IS
	'Pearson correlation of the edges of two connectomes of one kind and size, over the edges present in both. '
	'NULL when fewer than 3 are, or when all are equal on one side.';
COMMENT ON FUNCTION psyrad.conn_block_mean(psyrad.connectome, integer[]) IS
	'Mean edge within (a = b) and between (a < b) groups of regions given by one label a region, ascending; a region with label NULL is left out. '
	'edges counts those present, mean is NULL without any. Take Fisher''s z first for correlations.';
