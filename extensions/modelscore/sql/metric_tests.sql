-- Tests of predictions that need counts alone.

CREATE FUNCTION psyrad.metric_mcnemar(only_a pg_catalog.int8, only_b pg_catalog.int8) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_mcnemar' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION psyrad.metric_mcnemar(pg_catalog.int8, pg_catalog.int8) IS
'Exact p, two-sided, of McNemar''s test (1947): only_a cases that a alone labels right and only_b that b alone does, each as likely as the other under the null hypothesis (a binomial of one half, as R''s binom.test). 1 when they are equal. Errors: a negative number.';

CREATE FUNCTION psyrad.metric_z(level pg_catalog.float8) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'metric_z' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION psyrad.metric_z(pg_catalog.float8) IS
'How many standard errors a two-sided interval of that level reaches either way: 1.96 for 0.95. Errors: a level outside 0 to 1.';
