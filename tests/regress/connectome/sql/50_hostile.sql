-- Mutated text and binary forms: rejected with a data error, or valid; never a crash, never another kind of error.
SET search_path = public, psyrad;
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT setseed(0.42);

\set ECHO none
\i mutation.psql
\set ECHO all
CREATE FUNCTION used(c connectome) RETURNS boolean LANGUAGE sql AS $$
	SELECT conn_n(c) = 3 AND conn_kind(c) <> '' AND c = c::text::connectome AND (SELECT count(value) FROM conn_unnest(c)) >= 0 AND array_length(conn_row(c, 1), 1) > 0
		AND (mass_ttest(c)).n IS NOT NULL AND connectome_hash(c) = connectome_hash(c::text::connectome) AND c[1][2] IS NOT DISTINCT FROM conn_edge(c, 2, 1)
$$;
-- A state that was accepted answers, if with its own function, and merges with itself.
CREATE FUNCTION used(s mass_state) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RETURN CASE get_byte(substr(mass_state_send(s), 5, 1), 0)
		WHEN 1 THEN mass_summary_final(s) IS NULL AND mass_summary_final(mass_summary_merge(v)) IS NULL
		WHEN 4 THEN mass_ttest_paired_final(s) IS NULL AND mass_ttest_paired_final(mass_ttest_merge(v)) IS NULL
		WHEN 5 THEN mass_corr_final(s) IS NULL AND mass_corr_final(mass_ttest_merge(v)) IS NULL
		WHEN 6 THEN mass_pcorr_final(s) IS NULL AND mass_pcorr_final(mass_ttest_merge(v)) IS NULL
		WHEN 7 THEN mass_welch_final(s) IS NULL AND mass_welch_final(mass_welch_merge(v)) IS NULL
		WHEN 8 THEN mass_glm_final(s) IS NULL AND mass_glm_final(mass_glm_merge(v)) IS NULL
		WHEN 9 THEN mass_glm_final(s) IS NULL AND mass_glm_final(mass_glm_merge(v)) IS NULL
		WHEN 10 THEN mass_ancova_final(s) IS NULL AND mass_ancova_final(mass_ancova_merge(v)) IS NULL
		WHEN 11 THEN mass_z_final(s) IS NULL AND mass_z_final(mass_z_merge(v)) IS NULL
		ELSE mass_ttest_final(s) IS NULL AND mass_ttest_final(mass_ttest_merge(v)) IS NULL END FROM (VALUES (s), (s)) AS t (v);
END $$;

SELECT receive(connectome_send('z:3:{0.5,NaN,-3}'), 'connectome') AS unchanged;
SELECT receive('\xc7010100030000000000003f', 'connectome');
SELECT receive('\xc701010003000000', 'connectome');
SELECT receive('\xc7', 'connectome');
SELECT receive('', 'connectome');
SELECT receive('\xc8010100020000000000003f', 'connectome');
SELECT receive('\xc7020100020000000000003f', 'connectome');
SELECT receive('\xc7010600020000000000003f', 'connectome');
SELECT receive('\xc7010101020000000000003f', 'connectome');
SELECT receive('\xc7010100ffffffff0000003f', 'connectome');
SELECT receive('\xc7010100020000000100803f', 'connectome');
SELECT receive('\xc7010200020000000000807f', 'connectome');
SELECT receive('\xc701020002000000010080ff', 'connectome') AS any_nan_becomes_the_one;
SELECT receive('\xc70102000200000000000080', 'connectome') AS zero_has_no_sign;

SELECT refused > 800 AS refused, accepted > 50 AS accepted, refused + accepted AS tried
FROM tries('connectome', true, ARRAY[connectome_send('r:3:{0.5,NaN,-0.25}')::text, connectome_send('weight:4:{1,2,3,4,5,6}')::text], 2500);
SELECT refused > 800 AS refused, accepted > 50 AS accepted, refused + accepted AS tried
FROM tries('connectome', false, ARRAY['r:3:{0.5,NaN,-0.25}', 'partial_z:4:{1,2,3,4,5,6}', 'weight:2:{3e38}'], 2500);
CREATE TEMP TABLE state_forms AS
SELECT ARRAY[mass_summary_state(c)::text, mass_ttest_state(c)::text, mass_ttest_state(c, grp)::text, mass_ttest_paired_state(c, before)::text, mass_corr_state(c, y)::text,
	mass_pcorr_state(c, y, covariates)::text, mass_corr_state(CASE WHEN id = 5 THEN conn_from_edges(ARRAY[NULL, 1, 2], 'z') ELSE c END, y)::text,
	mass_pcorr_state(CASE WHEN id = 5 THEN conn_from_edges(ARRAY[NULL, 1, 2], 'z') ELSE c END, y, covariates)::text, mass_ttest_state(NULL::connectome)::text] AS forms FROM subject;
SELECT refused > 800 AS refused, accepted > 50 AS accepted, refused + accepted AS tried
FROM tries('mass_state', true, (SELECT forms FROM state_forms), 1500);
SELECT refused > 800 AS refused, accepted > 50 AS accepted, refused + accepted AS tried
FROM tries('mass_state', false, (SELECT forms FROM state_forms), 2500);
-- States of models, and with elements set apart (two of 32, one in each of two rows).
CREATE TEMP TABLE wide AS
SELECT id, grp, covariates, ARRAY(SELECT CASE WHEN (id, k) IN ((5, 7), (9, 30)) THEN 'NaN' ELSE sin(id * k + y) END FROM generate_series(1, 32) AS k) AS x,
	ARRAY(SELECT cos(id * k - y) FROM generate_series(1, 32) AS k) AS pre FROM subject;
CREATE TEMP TABLE model_forms AS
SELECT ARRAY[mass_welch_state(x, grp)::text, mass_glm_state(x, 1.0::float8 || covariates, '{0,1,0}')::text, mass_glm_state(pre, 1.0::float8 || covariates, '{{0,1,0},{0,0,1}}')::text,
	mass_glm_state(x, pre, 1.0::float8 || covariates, '{0,1,0}')::text, mass_ancova_state(x, pre, 1.0::float8 || covariates, '{0,1,0}')::text, mass_z_state(x, grp)::text,
	mass_summary_state(x)::text, mass_pcorr_state(x, id, covariates)::text] AS forms FROM wide;
SELECT refused > 300 AS refused, accepted > 50 AS accepted, refused + accepted AS tried
FROM tries('mass_state', true, (SELECT forms FROM model_forms), 1000);

-- Somebody's own aggregate around our functions cannot make them trust a state of another statistic.
DO $$ BEGIN
	EXECUTE format('CREATE AGGREGATE wrapped(connectome, boolean) (SFUNC = mass_ttest_groups_add, STYPE = mass_state, INITCOND = %L)',
		(SELECT mass_ttest_state(c) FROM subject));
	EXECUTE format('CREATE AGGREGATE continued(connectome) (SFUNC = mass_ttest_add, STYPE = mass_state, FINALFUNC = mass_ttest_finish, INITCOND = %L)',
		(SELECT mass_ttest_state(c) FROM subject));
END $$;
SELECT wrapped(c, grp) FROM subject;
SELECT (continued(c)).n FROM subject;
SELECT continued('z:2:{1}');
