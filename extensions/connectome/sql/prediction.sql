-- Prediction from connectomes, and fingerprints.
CREATE TYPE psyrad.conn_cpm_network AS (
	network text,
	n integer,
	folds integer,
	r double precision,
	q2 double precision,
	mae double precision,
	p double precision,
	edges_per_fold double precision,
	elements integer[],
	edges integer[],
	keys text[],
	observed double precision[],
	predicted double precision[],
	arrangements bigint,
	method text,
	note text
);
COMMENT ON TYPE psyrad.conn_cpm_network IS
	'Prediction by one network (positive, negative or combined edges): r of predicted and observed over the subjects left out (given covariates: of what these '
	'leave of both), q2 = 1 - squared errors / those of the training mean (or the covariates'' fit), mean absolute error, p of r with the whole procedure permuted, '
	'edges selected a fold on average; elements (1-based) and, of connectomes, edges ((i, j), i < j) that every fold selected; keys, observed y and predicted y (the '
	'covariates'' fit included), in order of key. r and p are NULL where no edge was selected in any fold. Where nothing could be predicted: one row with network '
	'NULL whose note says why.';

CREATE FUNCTION psyrad.conn_cpm_final(internal) RETURNS psyrad.conn_cpm_network[]
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_cpm_final(internal) IS 'Selects, predicts and permutes, for the aggregates only.';

CREATE FUNCTION psyrad.conn_cpm_add(internal, anycompatible, psyrad.connectome, double precision, integer, double precision, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_cpm_add(internal, anycompatible, psyrad.connectome, double precision, integer, double precision, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_cpm(key anycompatible, c psyrad.connectome, y double precision, folds integer, threshold double precision, permutations integer, seed bigint) (
	SFUNC = psyrad.conn_cpm_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_cpm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_cpm(anycompatible, psyrad.connectome, double precision, integer, double precision, integer, bigint) IS
	'Connectome-based predictive modelling of y: subjects are dealt into folds (2 to n; n leaves one out) by seed; in each, with the training subjects alone, edges whose correlation with y has a two-sided p below threshold are selected, the strengths of positive and of negative ones summed, y regressed on either sum or both, and the subjects left out predicted. p: y is rearranged and everything done anew, (b + 1) / (P + 1), or b / P over all arrangements where there are no more than permutations. Gives psyrad.conn_cpm_network[], one each for positive, negative and combined: unnest it. Over connectome. key (text or bigint) is the subject, one row each. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same answer in any row order, on any CPU, under any plan. Rows with c, y or a covariate NULL are left out and counted in note; elements missing in any row are left out and counted. Errors: two rows with one key, folds below 2, threshold outside 0 to 1.';

CREATE FUNCTION psyrad.conn_cpm_add(internal, anycompatible, anyarray, double precision, integer, double precision, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_cpm_add(internal, anycompatible, anyarray, double precision, integer, double precision, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_cpm(key anycompatible, c anyarray, y double precision, folds integer, threshold double precision, permutations integer, seed bigint) (
	SFUNC = psyrad.conn_cpm_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_cpm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_cpm(anycompatible, anyarray, double precision, integer, double precision, integer, bigint) IS
	'Connectome-based predictive modelling of y: subjects are dealt into folds (2 to n; n leaves one out) by seed; in each, with the training subjects alone, edges whose correlation with y has a two-sided p below threshold are selected, the strengths of positive and of negative ones summed, y regressed on either sum or both, and the subjects left out predicted. p: y is rearranged and everything done anew, (b + 1) / (P + 1), or b / P over all arrangements where there are no more than permutations. Gives psyrad.conn_cpm_network[], one each for positive, negative and combined: unnest it. Over an array of numbers. key (text or bigint) is the subject, one row each. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same answer in any row order, on any CPU, under any plan. Rows with c, y or a covariate NULL are left out and counted in note; elements missing in any row are left out and counted. Errors: two rows with one key, folds below 2, threshold outside 0 to 1.';

CREATE FUNCTION psyrad.conn_cpm_adjusted_add(internal, anycompatible, psyrad.connectome, double precision, double precision[], integer, double precision, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_cpm_adjusted_add(internal, anycompatible, psyrad.connectome, double precision, double precision[], integer, double precision, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_cpm(key anycompatible, c psyrad.connectome, y double precision, covariates double precision[], folds integer, threshold double precision, permutations integer, seed bigint) (
	SFUNC = psyrad.conn_cpm_adjusted_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_cpm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_cpm(anycompatible, psyrad.connectome, double precision, double precision[], integer, double precision, integer, bigint) IS
	'Connectome-based predictive modelling of y: subjects are dealt into folds (2 to n; n leaves one out) by seed; in each, with the training subjects alone, edges whose partial correlation with y has a two-sided p below threshold are selected, the strengths of positive and of negative ones summed, y regressed on either sum or both, and the subjects left out predicted. Covariates (1 to 62) are regressed out by what the training subjects say, of the sums and of y. p: y given the covariates is rearranged and everything done anew, (b + 1) / (P + 1), or b / P over all arrangements where there are no more than permutations. Gives psyrad.conn_cpm_network[], one each for positive, negative and combined: unnest it. Over connectome. key (text or bigint) is the subject, one row each. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same answer in any row order, on any CPU, under any plan. Rows with c, y or a covariate NULL are left out and counted in note; elements missing in any row are left out and counted. Errors: two rows with one key, folds below 2, threshold outside 0 to 1.';

CREATE FUNCTION psyrad.conn_cpm_adjusted_add(internal, anycompatible, anyarray, double precision, double precision[], integer, double precision, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_cpm_adjusted_add(internal, anycompatible, anyarray, double precision, double precision[], integer, double precision, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_cpm(key anycompatible, c anyarray, y double precision, covariates double precision[], folds integer, threshold double precision, permutations integer, seed bigint) (
	SFUNC = psyrad.conn_cpm_adjusted_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_cpm_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_cpm(anycompatible, anyarray, double precision, double precision[], integer, double precision, integer, bigint) IS
	'Connectome-based predictive modelling of y: subjects are dealt into folds (2 to n; n leaves one out) by seed; in each, with the training subjects alone, edges whose partial correlation with y has a two-sided p below threshold are selected, the strengths of positive and of negative ones summed, y regressed on either sum or both, and the subjects left out predicted. Covariates (1 to 62) are regressed out by what the training subjects say, of the sums and of y. p: y given the covariates is rearranged and everything done anew, (b + 1) / (P + 1), or b / P over all arrangements where there are no more than permutations. Gives psyrad.conn_cpm_network[], one each for positive, negative and combined: unnest it. Over an array of numbers. key (text or bigint) is the subject, one row each. Keeps all rows (bound: psyrad.permutation_memory), polls for cancel; the same seed gives the same answer in any row order, on any CPU, under any plan. Rows with c, y or a covariate NULL are left out and counted in note; elements missing in any row are left out and counted. Errors: two rows with one key, folds below 2, threshold outside 0 to 1.';

CREATE TYPE psyrad.conn_fingerprint_result AS (
	n integer,
	session_a text,
	session_b text,
	rate double precision,
	p double precision,
	rate_ab double precision,
	p_ab double precision,
	rate_ba double precision,
	p_ba double precision,
	self_similarity double precision,
	other_similarity double precision,
	differential double precision,
	arrangements bigint,
	exhaustive boolean,
	note text
);
COMMENT ON TYPE psyrad.conn_fingerprint_result IS
	'Identification of subjects between two sessions, in ascending order a and b: n subjects that have both; rate_ab, share of a''s subjects whose most similar '
	'connectome of b is their own, and rate_ba the other way round; rate, of both together; p of each, identities rearranged; mean similarity (r) with oneself and '
	'with others, and differential, their difference (Amico and Goni 2018 give it times 100).';
CREATE FUNCTION psyrad.conn_fingerprint_final(internal) RETURNS psyrad.conn_fingerprint_result
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_fingerprint_final(internal) IS 'Compares the sessions, for the aggregates only.';

CREATE FUNCTION psyrad.conn_fingerprint_add(internal, anycompatible, anycompatible, psyrad.connectome, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_fingerprint_add(internal, anycompatible, anycompatible, psyrad.connectome, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_fingerprint(key anycompatible, session anycompatible, c psyrad.connectome, permutations integer, seed bigint) (
	SFUNC = psyrad.conn_fingerprint_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_fingerprint_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_fingerprint(anycompatible, anycompatible, psyrad.connectome, integer, bigint) IS
	'Identification rate between two sessions (Finn et al. 2015): the share of subjects whose most similar connectome (Pearson over the edges that all have) of the other session is their own; equally similar ones identify nobody. key is the subject, session has two values; subjects with one session only are left out and counted in note. p by rearranging identities, (b + 1) / (P + 1), or over all arrangements. Keeps all rows (bound: psyrad.permutation_memory). Errors: three sessions, two rows with one key and session.';

CREATE FUNCTION psyrad.conn_fingerprint_add(internal, anycompatible, anycompatible, anyarray, integer, bigint) RETURNS internal
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION psyrad.conn_fingerprint_add(internal, anycompatible, anycompatible, anyarray, integer, bigint) IS 'Takes in a row, for the aggregates only.';
CREATE AGGREGATE psyrad.conn_fingerprint(key anycompatible, session anycompatible, c anyarray, permutations integer, seed bigint) (
	SFUNC = psyrad.conn_fingerprint_add, STYPE = internal, SSPACE = 100000000, FINALFUNC = psyrad.conn_fingerprint_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE psyrad.conn_fingerprint(anycompatible, anycompatible, anyarray, integer, bigint) IS
	'Identification rate between two sessions (Finn et al. 2015): the share of subjects whose most similar connectome (Pearson over the edges that all have) of the other session is their own; equally similar ones identify nobody. Over an array of numbers. key is the subject, session has two values; subjects with one session only are left out and counted in note. p by rearranging identities, (b + 1) / (P + 1), or over all arrangements. Keeps all rows (bound: psyrad.permutation_memory). Errors: three sessions, two rows with one key and session.';
