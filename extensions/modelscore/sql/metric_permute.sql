-- Permutation test of the AUC; the state is metric_auc_state's.

CREATE TYPE psyrad.metric_auc_perm_result AS (
	positives pg_catalog.int8,
	negatives pg_catalog.int8,
	estimate pg_catalog.float8,
	p pg_catalog.float8,
	p_greater pg_catalog.float8,
	p_less pg_catalog.float8,
	exact pg_catalog.bool,
	permutations pg_catalog.int4,
	note pg_catalog.text
);
COMMENT ON TYPE psyrad.metric_auc_perm_result IS
'AUC with the p of permuting the labels: p of an AUC as far from one half or farther, p_greater of one as large or larger (does the score do better than chance?), p_less. exact: over all labellings, given the ties; else over that many drawn permutations, p = (b + 1) / (permutations + 1). note says why something is NULL.';

CREATE FUNCTION psyrad.metric_auc_perm_final(state psyrad.metric_state, permutations pg_catalog.int4 DEFAULT 10000, seed pg_catalog.int8 DEFAULT 1) RETURNS psyrad.metric_auc_perm_result
	AS 'MODULE_PATHNAME', 'metric_auc_perm_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION psyrad.metric_auc_perm_final(psyrad.metric_state, pg_catalog.int4, pg_catalog.int8) IS
'Permutation test of the AUC of a state of metric_auc_state (Mann and Whitney''s U given the ties). Exact up to about 240 cases, more where one class is small; beyond that over permutations drawn from seed, the same for the same scores whatever the order of rows. Cases must be exchangeable: independent people, scored by a model that saw none of them. Errors: permutations outside 1 to 100000000.';

CREATE FUNCTION psyrad.metric_auc_perm_finish(psyrad.metric_state) RETURNS psyrad.metric_auc_perm_result
	AS 'MODULE_PATHNAME', 'metric_auc_perm_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION psyrad.metric_auc_perm_finish(psyrad.metric_state) IS 'Final function of metric_auc_perm: 10000 permutations where it is not exact, seed 1.';

CREATE AGGREGATE psyrad.metric_auc_perm(score pg_catalog.float8, truth pg_catalog.bool) (
	SFUNC = psyrad.metric_state_add, STYPE = psyrad.metric_state, SSPACE = 8192,
	COMBINEFUNC = psyrad.metric_state_join, FINALFUNC = psyrad.metric_auc_perm_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE psyrad.metric_auc_perm(pg_catalog.float8, pg_catalog.bool) IS
'As metric_auc, with the permutation p of the labels, exact where that is quick; other numbers of permutations and seeds through metric_auc_perm_final(metric_auc_state(score, truth), permutations => 100000, seed => 7). Rows with a NULL are not counted; a NaN score is an error; NULL with a note when a class is empty.';
