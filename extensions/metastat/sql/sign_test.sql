-- Directions counted.
CREATE FUNCTION psyrad.sign_test(up bigint, down bigint, level double precision DEFAULT 0.95, OUT n bigint, OUT share double precision,
	OUT ci_lb double precision, OUT ci_ub double precision, OUT p double precision)
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.sign_test(bigint, bigint, double precision) IS
	'Sign test: up of n = up + down independent samples go one way, each way as likely under the null hypothesis. share = up / n with the exact interval of Clopper and Pearson (1934) at level (0.95); p two-sided and exact, as R''s binom.test. NULL but n where there is none. Errors: a negative count, a level outside 0 to 1.';
