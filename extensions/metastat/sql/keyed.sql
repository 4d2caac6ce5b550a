-- Studies with a key each: influence of every study, and subgroups with the test between them.
CREATE TYPE psyrad.meta_keyed_state;
CREATE FUNCTION psyrad.meta_keyed_state_in(cstring) RETURNS psyrad.meta_keyed_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_keyed_state_out(psyrad.meta_keyed_state) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_keyed_state_recv(internal) RETURNS psyrad.meta_keyed_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_keyed_state_send(psyrad.meta_keyed_state) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE TYPE psyrad.meta_keyed_state (
	INPUT = psyrad.meta_keyed_state_in, OUTPUT = psyrad.meta_keyed_state_out, RECEIVE = psyrad.meta_keyed_state_recv, SEND = psyrad.meta_keyed_state_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended);
CREATE TYPE psyrad.meta_influence_row AS (key text, yi double precision, vi double precision, rstudent double precision, dffits double precision, cook_d double precision, cov_r double precision, tau2_del double precision, qe_del double precision,
	hat double precision, weight double precision, dfbs double precision, estimate_del double precision, se_del double precision, rstandard double precision, baujat_x double precision,
	baujat_y double precision, influential boolean);
CREATE TYPE psyrad.meta_subgroup_row AS (subgroup text, k integer, estimate double precision, se double precision, statistic double precision, df double precision, p double precision, ci_lb double precision, ci_ub double precision, pi_lb double precision, pi_ub double precision,
	tau2 double precision, i2 double precision, q double precision, q_df double precision, q_p double precision, note text);
CREATE TYPE psyrad.meta_subgroup_result AS (k integer, k_missing integer, method text, test text, tau2_kind text, tau2 double precision, tau2_lb double precision, tau2_ub double precision,
	q_between double precision, q_between_df double precision, q_between_df2 double precision, q_between_p double precision, q_within double precision, q_within_df double precision, q_within_p double precision,
	groups psyrad.meta_subgroup_row[], note text);

CREATE FUNCTION psyrad.meta_keyed_accumulate(psyrad.meta_keyed_state, key text, yi double precision, vi double precision) RETURNS psyrad.meta_keyed_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_keyed_accumulate(psyrad.meta_keyed_state, key text, yi double precision, vi double precision, method text) RETURNS psyrad.meta_keyed_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_keyed_accumulate(psyrad.meta_keyed_state, key text, yi double precision, vi double precision, method text, test text) RETURNS psyrad.meta_keyed_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 4 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_keyed_combine(psyrad.meta_keyed_state, psyrad.meta_keyed_state) RETURNS psyrad.meta_keyed_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_keyed_finish(psyrad.meta_keyed_state) RETURNS psyrad.meta_keyed_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_keyed_state(key text, yi double precision, vi double precision) (
	SFUNC = psyrad.meta_keyed_accumulate, STYPE = psyrad.meta_keyed_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_keyed_combine,
	FINALFUNC = psyrad.meta_keyed_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_keyed_merge(state psyrad.meta_keyed_state) (
	SFUNC = psyrad.meta_keyed_combine, STYPE = psyrad.meta_keyed_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_keyed_combine,
	FINALFUNC = psyrad.meta_keyed_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE FUNCTION psyrad.meta_influence_finish(psyrad.meta_keyed_state) RETURNS psyrad.meta_influence_row[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_influence_final(state psyrad.meta_keyed_state, method text DEFAULT 'REML', test text DEFAULT 'z') RETURNS psyrad.meta_influence_row[]
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20000 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_influence(key text, yi double precision, vi double precision) (
	SFUNC = psyrad.meta_keyed_accumulate, STYPE = psyrad.meta_keyed_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_keyed_combine,
	FINALFUNC = psyrad.meta_influence_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_influence(key text, yi double precision, vi double precision, method text) (
	SFUNC = psyrad.meta_keyed_accumulate, STYPE = psyrad.meta_keyed_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_keyed_combine,
	FINALFUNC = psyrad.meta_influence_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_influence(key text, yi double precision, vi double precision, method text, test text) (
	SFUNC = psyrad.meta_keyed_accumulate, STYPE = psyrad.meta_keyed_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_keyed_combine,
	FINALFUNC = psyrad.meta_influence_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE FUNCTION psyrad.meta_subgroup_finish(psyrad.meta_keyed_state) RETURNS psyrad.meta_subgroup_result
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.meta_subgroup_final(state psyrad.meta_keyed_state, method text DEFAULT 'REML', test text DEFAULT 'z', level double precision DEFAULT 0.95, tau2 text DEFAULT 'separate') RETURNS psyrad.meta_subgroup_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
CREATE AGGREGATE psyrad.meta_subgroup(key text, yi double precision, vi double precision) (
	SFUNC = psyrad.meta_keyed_accumulate, STYPE = psyrad.meta_keyed_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_keyed_combine,
	FINALFUNC = psyrad.meta_subgroup_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_subgroup(key text, yi double precision, vi double precision, method text) (
	SFUNC = psyrad.meta_keyed_accumulate, STYPE = psyrad.meta_keyed_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_keyed_combine,
	FINALFUNC = psyrad.meta_subgroup_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.meta_subgroup(key text, yi double precision, vi double precision, method text, test text) (
	SFUNC = psyrad.meta_keyed_accumulate, STYPE = psyrad.meta_keyed_state, SSPACE = 1024, COMBINEFUNC = psyrad.meta_keyed_combine,
	FINALFUNC = psyrad.meta_subgroup_finish, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);

COMMENT ON TYPE psyrad.meta_keyed_state IS 'Studies with a key each: for meta_influence and meta_subgroup. Flat, validated and exact in text and binary form; sorted, so that the same studies give the same bytes in any order. Merge with meta_keyed_merge.';
COMMENT ON TYPE psyrad.meta_influence_row IS 'A study and what it does to the mean, named as by metafor''s influence: externally standardised residual, DFFITS, Cook''s distance, covariance ratio, tau2 and QE without it, hat value, weight in per cent, DFBETAS; estimate and its se without it; internally standardised residual (rstandard); coordinates of Baujat''s plot, the squared Pearson residual and the squared shift of the mean over its variance without the study; influential by metafor''s rule.';
COMMENT ON TYPE psyrad.meta_subgroup_row IS 'A subgroup''s mean with its test (p) and intervals; columns as in meta_result. Of a common tau2 there is no i2 of a group''s own, and df is k - groups for tests other than z.';
COMMENT ON TYPE psyrad.meta_subgroup_result IS 'Subgroups in order of their keys'' bytes, and Q-between with its df and p: chi-square, or, where q_between_df2 is not NULL, F of q_between / q_between_df. q_within is heterogeneity within the groups. tau2 is the common one with its Q-profile interval, NULL when separate. note says why there is no test or interval.';
COMMENT ON FUNCTION psyrad.meta_keyed_state_in(cstring) IS 'text form of meta_keyed_state; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_keyed_state_out(psyrad.meta_keyed_state) IS 'text form of meta_keyed_state; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_keyed_state_recv(internal) IS 'binary form of meta_keyed_state; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_keyed_state_send(psyrad.meta_keyed_state) IS 'binary form of meta_keyed_state; every byte is validated';
COMMENT ON FUNCTION psyrad.meta_keyed_accumulate(psyrad.meta_keyed_state, text, double precision, double precision) IS 'transition function; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_keyed_accumulate(psyrad.meta_keyed_state, text, double precision, double precision, text) IS 'transition function; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_keyed_accumulate(psyrad.meta_keyed_state, text, double precision, double precision, text, text) IS 'transition function; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_keyed_combine(psyrad.meta_keyed_state, psyrad.meta_keyed_state) IS 'combine function; not to be called by itself';
COMMENT ON FUNCTION psyrad.meta_keyed_finish(psyrad.meta_keyed_state) IS 'the state in its canonical form: sorted by key, vi and yi, no unused room';
COMMENT ON AGGREGATE psyrad.meta_keyed_state(text, double precision, double precision) IS 'Collects studies with a key each (a name, or a subgroup). A row without yi or vi is skipped and counted. NULL over no rows. Errors: NULL key; yi or vi NaN or infinite, vi negative.';
COMMENT ON AGGREGATE psyrad.meta_keyed_merge(psyrad.meta_keyed_state) IS 'Merges states, for example of several sites; NULL states are skipped. The result does not depend on how the rows were split.';
COMMENT ON FUNCTION psyrad.meta_influence_finish(psyrad.meta_keyed_state) IS 'final function of meta_influence';
COMMENT ON FUNCTION psyrad.meta_influence_final(psyrad.meta_keyed_state, text, text) IS
	'Leave-one-out influence diagnostics of every study of a state; tau2 without a study is found by its estimator, the rest in closed form. Options as in meta_final. DEFAULTS: method ''REML'', test ''z''. With 1 study all is NULL. Errors: vi 0, unknown names, NULL options.';
COMMENT ON AGGREGATE psyrad.meta_influence(text, double precision, double precision) IS
	'Influence of every study on a random-effects mean (metafor''s influence), one row a study in order of (vi, yi, key): unnest it. DEFAULTS: method REML, test z. Rows without yi or vi are left out. Errors: NULL key, vi 0 or negative.';
COMMENT ON AGGREGATE psyrad.meta_influence(text, double precision, double precision, text) IS
	'Influence of every study on a random-effects mean (metafor''s influence), one row a study in order of (vi, yi, key): unnest it. DEFAULTS: method REML, test z. Rows without yi or vi are left out. Errors: NULL key, vi 0 or negative. With a method, one for all rows of a group.';
COMMENT ON AGGREGATE psyrad.meta_influence(text, double precision, double precision, text, text) IS
	'Influence of every study on a random-effects mean (metafor''s influence), one row a study in order of (vi, yi, key): unnest it. DEFAULTS: method REML, test z. Rows without yi or vi are left out. Errors: NULL key, vi 0 or negative. With a method and a test, one each for all rows of a group.';
COMMENT ON FUNCTION psyrad.meta_subgroup_finish(psyrad.meta_keyed_state) IS 'final function of meta_subgroup';
COMMENT ON FUNCTION psyrad.meta_subgroup_final(psyrad.meta_keyed_state, text, text, double precision, text) IS
	'Means of subgroups and Q-between = sum (estimate - weighted mean)^2 / se^2, chi-square with groups - 1 df. tau2 separate: each group a meta-analysis of its own; common: one tau2 for all, every method and test (metafor''s rma with mods = ~ 0 + group; Q-between is its QM of mods = ~ group, times its df where that is an F). DEFAULTS: method ''REML'', test ''z'', level 0.95, tau2 ''separate''. Errors: unknown names, NULL options, vi 0 but for EE with separate tau2.';
COMMENT ON AGGREGATE psyrad.meta_subgroup(text, double precision, double precision) IS
	'Random-effects means of subgroups named by key, each with its own tau2, and the test between them. DEFAULTS: those of meta_subgroup_final. Errors: NULL key, vi negative.';
COMMENT ON AGGREGATE psyrad.meta_subgroup(text, double precision, double precision, text) IS
	'Random-effects means of subgroups named by key, each with its own tau2, and the test between them. DEFAULTS: those of meta_subgroup_final. Errors: NULL key, vi negative. With a method, one for all rows of a group.';
COMMENT ON AGGREGATE psyrad.meta_subgroup(text, double precision, double precision, text, text) IS
	'Random-effects means of subgroups named by key, each with its own tau2, and the test between them. DEFAULTS: those of meta_subgroup_final. Errors: NULL key, vi negative. With a method and a test, one each for all rows of a group.';
