-- Harmonisation: ComBat.  Sums per site in a mergeable state, the fit as a value, its application as a scalar.
CREATE TYPE psyrad.combat_state;
CREATE FUNCTION psyrad.combat_state_in(cstring) RETURNS psyrad.combat_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.combat_state_out(psyrad.combat_state) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.combat_state_recv(internal) RETURNS psyrad.combat_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.combat_state_send(psyrad.combat_state) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE TYPE psyrad.combat_state (
	INPUT = psyrad.combat_state_in,
	OUTPUT = psyrad.combat_state_out,
	RECEIVE = psyrad.combat_state_recv,
	SEND = psyrad.combat_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE psyrad.combat_state IS
	'State of combat_fit: per site the number of rows, moments of the covariates, and sums of each element. Holds no row; what '
	'combat_state returns, combat_merge merges and combat_final fits from. Text form: hexadecimal; exact.';
COMMENT ON FUNCTION psyrad.combat_state_in(cstring) IS 'Text input of combat_state: \x and hexadecimal digits, validated.';
COMMENT ON FUNCTION psyrad.combat_state_out(psyrad.combat_state) IS 'Text output of combat_state, exact.';
COMMENT ON FUNCTION psyrad.combat_state_recv(internal) IS 'Binary input of combat_state, validated.';
COMMENT ON FUNCTION psyrad.combat_state_send(psyrad.combat_state) IS 'Binary output of combat_state, exact.';

CREATE TYPE psyrad.combat;
CREATE FUNCTION psyrad.combat_in(cstring) RETURNS psyrad.combat
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.combat_out(psyrad.combat) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.combat_recv(internal) RETURNS psyrad.combat
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.combat_send(psyrad.combat) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
CREATE TYPE psyrad.combat (
	INPUT = psyrad.combat_in,
	OUTPUT = psyrad.combat_out,
	RECEIVE = psyrad.combat_recv,
	SEND = psyrad.combat_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE psyrad.combat IS
	'A fitted ComBat: per element the mean, standard deviation and effects of covariates, and per site what it adds (gamma) and by how '
	'much it scales (delta). Made by combat_fit or combat_final, used by combat_apply; store it to harmonise new subjects of the same '
	'sites. Text form: hexadecimal; exact.';
COMMENT ON FUNCTION psyrad.combat_in(cstring) IS 'Text input of combat: \x and hexadecimal digits, validated.';
COMMENT ON FUNCTION psyrad.combat_out(psyrad.combat) IS 'Text output of combat, exact.';
COMMENT ON FUNCTION psyrad.combat_recv(internal) IS 'Binary input of combat, validated.';
COMMENT ON FUNCTION psyrad.combat_send(psyrad.combat) IS 'Binary output of combat, exact.';

CREATE FUNCTION psyrad.combat_state_merge(psyrad.combat_state, psyrad.combat_state) RETURNS psyrad.combat_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.combat_state_merge(psyrad.combat_state, psyrad.combat_state) IS 'Merges two states, for the aggregates only.';

CREATE FUNCTION psyrad.combat_state_centre(state psyrad.combat_state) RETURNS psyrad.combat_state
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.combat_state_centre(psyrad.combat_state) IS
	'The same state without the values of any one row: every sum is taken from the mean rather than from its first row''s value. Fits agree to rounding; what leaves a site is '
	'this, over enough subjects.';

CREATE FUNCTION psyrad.combat_add(psyrad.combat_state, psyrad.connectome, text, double precision[]) RETURNS psyrad.combat_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'combat_add_connectome';
CREATE FUNCTION psyrad.combat_add(psyrad.combat_state, psyrad.connectome, text) RETURNS psyrad.combat_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'combat_add_connectome';
CREATE FUNCTION psyrad.combat_add(psyrad.combat_state, anyarray, text, double precision[]) RETURNS psyrad.combat_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'combat_add_array';
CREATE FUNCTION psyrad.combat_add(psyrad.combat_state, anyarray, text) RETURNS psyrad.combat_state
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'combat_add_array';
COMMENT ON FUNCTION psyrad.combat_add(psyrad.combat_state, psyrad.connectome, text, double precision[]) IS 'Takes in a row, for the aggregates only.';
COMMENT ON FUNCTION psyrad.combat_add(psyrad.combat_state, psyrad.connectome, text) IS 'Takes in a row, for the aggregates only.';
COMMENT ON FUNCTION psyrad.combat_add(psyrad.combat_state, anyarray, text, double precision[]) IS 'Takes in a row, for the aggregates only.';
COMMENT ON FUNCTION psyrad.combat_add(psyrad.combat_state, anyarray, text) IS 'Takes in a row, for the aggregates only.';

CREATE FUNCTION psyrad.combat_finish(psyrad.combat_state) RETURNS psyrad.combat
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME', 'combat_final';
CREATE FUNCTION psyrad.combat_final(state psyrad.combat_state, eb boolean DEFAULT true, mean_only boolean DEFAULT false,
	reference text DEFAULT NULL, tolerance double precision DEFAULT 1e-4) RETURNS psyrad.combat
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.combat_finish(psyrad.combat_state) IS 'Final function of the aggregate combat_fit.';
COMMENT ON FUNCTION psyrad.combat_final(psyrad.combat_state, boolean, boolean, text, double precision) IS
	'ComBat fitted from a state. eb: empirical Bayes, which pulls each site''s effects towards what its other elements say; mean_only: '
	'sites add but do not scale; reference: a site whose values stay as they are and to which the others are brought; tolerance: the '
	'relative change at which the iteration stops, 1e-4 as in R''s sva and neuroCombat (1e-12 for the limit itself). NULL for a state '
	'without rows. Errors: fewer than two sites, a site of one row (unless mean_only), a covariate that cannot be told from the sites '
	'or from those before it (it is named), a reference that is none of the sites.';

CREATE FUNCTION psyrad.combat_try(state psyrad.combat_state, OUT fit psyrad.combat, OUT note text) RETURNS record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.combat_try(psyrad.combat_state) IS
	'combat_final with its defaults for queries over many groups: where the rows of one allow no fit (one site, a site of one row, too few rows, a covariate that '
	'cannot be told from the sites), fit is NULL and note says why, and the query goes on.';

CREATE AGGREGATE psyrad.combat_fit(x psyrad.connectome, site text, covariates double precision[]) (
	SFUNC = psyrad.combat_add, STYPE = psyrad.combat_state, SSPACE = 4000000,
	FINALFUNC = psyrad.combat_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.combat_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.combat_fit(x psyrad.connectome, site text) (
	SFUNC = psyrad.combat_add, STYPE = psyrad.combat_state, SSPACE = 4000000,
	FINALFUNC = psyrad.combat_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.combat_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.combat_fit(x anyarray, site text, covariates double precision[]) (
	SFUNC = psyrad.combat_add, STYPE = psyrad.combat_state, SSPACE = 4000000,
	FINALFUNC = psyrad.combat_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.combat_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.combat_fit(x anyarray, site text) (
	SFUNC = psyrad.combat_add, STYPE = psyrad.combat_state, SSPACE = 4000000,
	FINALFUNC = psyrad.combat_finish, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = psyrad.combat_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.combat_fit(psyrad.connectome, text, double precision[]) IS
	'ComBat with parametric empirical Bayes (Johnson 2007, Fortin 2018): what each site adds to each edge and by how much it scales it, the '
	'effects of up to 63 covariates (group, age, sex: what must be kept) held apart. Fit on training subjects alone: combat_fit(...) FILTER '
	'(WHERE training). Connectomes of kind z, partial_z or weight; r and partial are refused: take conn_fisher_z first. Rows with a NULL '
	'argument or covariate are left out and counted (combat_note); a missing edge costs that edge alone. Options: combat_final.';
COMMENT ON AGGREGATE psyrad.combat_fit(psyrad.connectome, text) IS
	'combat_fit without covariates: whatever differs between sites is taken for the site''s, group and age included.';
COMMENT ON AGGREGATE psyrad.combat_fit(anyarray, text, double precision[]) IS
	'combat_fit over arrays of numbers (real[], double precision[], integer[], numeric[]), one element a region or voxel.';
COMMENT ON AGGREGATE psyrad.combat_fit(anyarray, text) IS
	'combat_fit over arrays of numbers, without covariates: whatever differs between sites is taken for the site''s.';

CREATE AGGREGATE psyrad.combat_state(x psyrad.connectome, site text, covariates double precision[]) (
	SFUNC = psyrad.combat_add, STYPE = psyrad.combat_state, SSPACE = 4000000,
	COMBINEFUNC = psyrad.combat_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.combat_state(x psyrad.connectome, site text) (
	SFUNC = psyrad.combat_add, STYPE = psyrad.combat_state, SSPACE = 4000000,
	COMBINEFUNC = psyrad.combat_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.combat_state(x anyarray, site text, covariates double precision[]) (
	SFUNC = psyrad.combat_add, STYPE = psyrad.combat_state, SSPACE = 4000000,
	COMBINEFUNC = psyrad.combat_state_merge, PARALLEL = SAFE);
CREATE AGGREGATE psyrad.combat_state(x anyarray, site text) (
	SFUNC = psyrad.combat_add, STYPE = psyrad.combat_state, SSPACE = 4000000,
	COMBINEFUNC = psyrad.combat_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.combat_state(psyrad.connectome, text, double precision[]) IS 'The mergeable state of combat_fit, for combat_merge and combat_final.';
COMMENT ON AGGREGATE psyrad.combat_state(psyrad.connectome, text) IS 'The mergeable state of combat_fit, for combat_merge and combat_final.';
COMMENT ON AGGREGATE psyrad.combat_state(anyarray, text, double precision[]) IS 'The mergeable state of combat_fit, for combat_merge and combat_final.';
COMMENT ON AGGREGATE psyrad.combat_state(anyarray, text) IS 'The mergeable state of combat_fit, for combat_merge and combat_final.';
CREATE AGGREGATE psyrad.combat_merge(state psyrad.combat_state) (
	SFUNC = psyrad.combat_state_merge, STYPE = psyrad.combat_state, SSPACE = 4000000,
	COMBINEFUNC = psyrad.combat_state_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.combat_merge(psyrad.combat_state) IS
	'Merges states of combat_fit of disjoint rows (each hospital''s own) into that of all rows: sites exactly, sums to rounding (relative 1e-13).';

CREATE FUNCTION psyrad.combat_apply(fit psyrad.combat, x psyrad.connectome, site text, covariates double precision[] DEFAULT '{}')
	RETURNS psyrad.connectome
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'combat_apply_connectome';
CREATE FUNCTION psyrad.combat_apply(fit psyrad.combat, x real[], site text, covariates double precision[] DEFAULT '{}') RETURNS real[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'combat_apply_float4';
CREATE FUNCTION psyrad.combat_apply(fit psyrad.combat, x double precision[], site text, covariates double precision[] DEFAULT '{}')
	RETURNS double precision[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'combat_apply_float8';
COMMENT ON FUNCTION psyrad.combat_apply(psyrad.combat, psyrad.connectome, text, double precision[]) IS
	'x without what its site adds and scales: ((x - e - sd gamma) / sqrt(delta)) + e, e being what the fit expects of the covariates. Rows '
	'of the reference site stay as they are. Missing edges stay missing, and edges that could not be harmonised become missing '
	'(combat_note). NULL where a covariate is missing. Errors: a site that was not fitted, another kind, number of regions or of covariates.';
COMMENT ON FUNCTION psyrad.combat_apply(psyrad.combat, real[], text, double precision[]) IS
	'combat_apply over real[]: computed in double, rounded once; missing elements are NaN.';
COMMENT ON FUNCTION psyrad.combat_apply(psyrad.combat, double precision[], text, double precision[]) IS
	'combat_apply over double precision[]; missing elements are NaN.';

CREATE FUNCTION psyrad.combat_sites(fit psyrad.combat, OUT site text, OUT n bigint, OUT reference boolean, OUT gamma_bar double precision,
	OUT t2 double precision, OUT a_prior double precision, OUT b_prior double precision, OUT iterations bigint, OUT one_value integer[],
	OUT not_harmonised bigint) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.combat_unnest(fit psyrad.combat, OUT site text, OUT k integer, OUT mean double precision, OUT sd double precision,
	OUT gamma double precision, OUT delta double precision) RETURNS SETOF record
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.combat_note(fit psyrad.combat) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.combat_sites(psyrad.combat) IS
	'One row per site of a fit: rows, whether it is the reference, the priors of its effects (NULL without empirical Bayes) and the rounds '
	'they took, the covariates that have one value at this site and several elsewhere (a site of patients alone), and the number of '
	'elements that could not be harmonised there.';
COMMENT ON FUNCTION psyrad.combat_unnest(psyrad.combat) IS
	'One row per site and element of a fit: mean (at the covariates'' means over all rows) and residual standard deviation of '
	'the element; gamma, which the site adds in units of that, and delta, the variance ratio that it scales by. NULL where not harmonised.';
COMMENT ON FUNCTION psyrad.combat_note(psyrad.combat) IS
	'What a user of the fit must know: rows left out, sites that have one value of a covariate only, elements not harmonised. NULL when '
	'there is nothing to say.';
