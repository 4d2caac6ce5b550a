-- Sets of whole numbers, association, clustering.

CREATE FUNCTION psyrad.jaccard(a pg_catalog.int4[], b pg_catalog.int4[]) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'jaccard' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION psyrad.jaccard(pg_catalog.int4[], pg_catalog.int4[]) IS
'Jaccard similarity of two sets: what they share over what either has. Repetitions count once; NULL when both are empty; a NULL element is an error.';

CREATE FUNCTION psyrad.fisher_exact(a pg_catalog.int8, b pg_catalog.int8, c pg_catalog.int8, d pg_catalog.int8,
	alternative pg_catalog.text DEFAULT 'two.sided') RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'fisher_exact' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION psyrad.fisher_exact(pg_catalog.int8, pg_catalog.int8, pg_catalog.int8, pg_catalog.int8, pg_catalog.text) IS
'p of Fisher''s exact test of the 2 x 2 table with rows (a, b) and (c, d). alternative: greater (odds ratio above 1), less, two.sided (the tables that are no more probable, as R''s fisher.test). Counts from 0 to 10 million.';

CREATE FUNCTION psyrad.cluster_tree(distance pg_catalog.float8[], method pg_catalog.text DEFAULT 'average',
	OUT step pg_catalog.int4, OUT a pg_catalog.int4, OUT b pg_catalog.int4, OUT size pg_catalog.int4, OUT height pg_catalog.float8)
	RETURNS SETOF pg_catalog.record
	AS 'MODULE_PATHNAME', 'cluster_tree' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 100;
COMMENT ON FUNCTION psyrad.cluster_tree(pg_catalog.float8[], pg_catalog.text) IS
'Agglomerative clustering of n objects by their distances 1-2, 1-3, ..., 1-n, 2-3, ... (n(n-1)/2 of them). method: average, complete, single. Each step joins a and b, numbers of objects (1 to n) or of earlier steps (n + step), at a height; of equally near pairs the one with the lowest objects. A NULL, NaN or negative distance is an error.';

CREATE FUNCTION psyrad.cluster_groups(distance pg_catalog.float8[], groups pg_catalog.int4, method pg_catalog.text DEFAULT 'average')
	RETURNS pg_catalog.int4[]
	AS 'MODULE_PATHNAME', 'cluster_groups' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION psyrad.cluster_groups(pg_catalog.float8[], pg_catalog.int4, pg_catalog.text) IS
'The tree of cluster_tree cut into so many groups (1 to n): the group of each object, numbered by its first member.';
