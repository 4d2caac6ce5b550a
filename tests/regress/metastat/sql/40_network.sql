-- Network meta-analysis: numbers, laws, errors, states.  Against metafor: tests/golden/run_network.
SET search_path = public, psyrad;
-- Six trials of four treatments; trial C has three arms (means 0, -.3, -.5 with variances .02, .03, .04).
CREATE TABLE network (study text, t1 text, t2 text, yi float8, vi float8);
INSERT INTO network VALUES ('A', 'acupuncture', 'sham', -0.5, 0.04), ('B', 'acupuncture', 'sham', 0.4, 0.05),
	('C', 'acupuncture', 'sham', -0.3, 0.05), ('C', 'sham', 'sertraline', 0.5, 0.06), ('C', 'acupuncture', 'sertraline', 0.2, 0.07),
	('D', 'sertraline', 'sham', -1.2, 0.03), ('E', 'sertraline', 'waiting', -0.9, 0.08), ('F', 'waiting', 'acupuncture', 0.3, 0.06);
CREATE TABLE fit AS SELECT m AS method, meta_network(study, t1, t2, yi, vi, m) AS r FROM network, unnest(ARRAY['EE', 'DL', 'PM', 'ml', 'reml']) m GROUP BY m;
SELECT (r).k, (r).comparisons, (r).missing, (r).designs, (r).method, (r).treatments, round((r).tau2::numeric, 9) AS tau2, round((r).i2::numeric, 6) AS i2, (r).note FROM fit ORDER BY (r).method;
SELECT round((r).q::numeric, 9) AS q, (r).q_df, round((r).q_within::numeric, 9) AS q_within, (r).q_within_df, round((r).q_between::numeric, 9) AS q_between, (r).q_between_df,
	round((r).q_between_p::numeric, 9) AS q_between_p, round((r).q_interaction::numeric, 9) AS q_interaction, round((r).tau2_within::numeric, 9) AS tau2_within FROM fit WHERE method = 'EE';
SELECT treat1, treat2, round(estimate::numeric, 9) AS estimate, round(se::numeric, 9) AS se, round(p::numeric, 9) AS p, round(ci_lb::numeric, 9) AS ci_lb, round(ci_ub::numeric, 9) AS ci_ub
FROM fit, unnest((r).league) WHERE method = 'DL' AND treat1 < treat2;
SELECT rank, treatment, round(p_score::numeric, 9) AS p_score FROM fit, unnest((r).ranks) WHERE method = 'DL';
SELECT treat1, treat2, k, round(share::numeric, 9) AS share, round(direct::numeric, 9) AS direct, round(indirect::numeric, 9) AS indirect, round(difference::numeric, 9) AS difference, round(p::numeric, 9) AS p
FROM fit, unnest((r).splits) WHERE method = 'DL';
-- The other direction of good; a wider level; the ranks turn round.
SELECT s.rank, s.treatment FROM (SELECT meta_network_final(meta_network_state(study, t1, t2, yi, vi), small_values => 'undesirable') AS r FROM network) f, unnest((f.r).ranks) s;
SELECT bool_and(abs(w.ci_ub - n.ci_ub - (2.5758293035489 - 1.95996398454005) * n.se) < 1e-12) AS wider
FROM (SELECT meta_network_final(meta_network_state(study, t1, t2, yi, vi), 'DL', 0.99) AS r FROM network) f, unnest((f.r).league) w,
	fit, unnest((fit.r).league) n WHERE fit.method = 'DL' AND w.treat1 = n.treat1 AND w.treat2 = n.treat2;
-- Two treatments are an ordinary meta-analysis.
SELECT abs((n).tau2 - (m).tau2) < 1e-12 AS tau2, abs(l.estimate - (m).estimate) < 1e-12 AS estimate, abs(l.se - (m).se) < 1e-12 AS se, abs((n).q - (m).q) < 1e-12 AS q
FROM (SELECT meta_network(study, 'a', 'b', yi, vi) AS n, meta(yi, vi) AS m FROM network WHERE study <> 'C') x, unnest((n).league) l WHERE l.treat1 = 'a';

-- States: order, split, direction of merging and NULLs.
SELECT count(DISTINCT s::text) AS different_states
FROM (SELECT meta_network_state(study, t1, t2, yi, vi ORDER BY study) s FROM network UNION ALL SELECT meta_network_state(study, t1, t2, yi, vi ORDER BY md5(yi::text)) FROM network
	UNION ALL SELECT meta_network_merge(s) FROM (SELECT meta_network_state(study, t1, t2, yi, vi) s FROM network GROUP BY md5(yi::text) < '8') p
	UNION ALL SELECT meta_network_merge(s) FROM (SELECT meta_network_state(study, t1, t2, yi, vi) s FROM network GROUP BY t1 UNION ALL SELECT NULL) p) x;
SELECT meta_network_final(meta_network_merge(s), 'DL') = (SELECT r FROM fit WHERE method = 'DL') AS merged_equals_whole
FROM (SELECT meta_network_state(study, t1, t2, yi, vi) s FROM network GROUP BY study) p;
SELECT bool_and(abs(a.estimate - b.estimate) < 1e-14) AS flipped_rows_say_the_same FROM fit, unnest((r).league) a,
	(SELECT meta_network(study, t2, t1, -yi, vi, 'DL') AS o FROM network) n, unnest((o).league) b WHERE method = 'DL' AND a.treat1 = b.treat1 AND a.treat2 = b.treat2;
SELECT s::text::meta_network_state::text = s::text AS text_round_trip FROM (SELECT meta_network_state(study, t1, t2, yi, vi) s FROM network) x;
CREATE TABLE network_state AS SELECT meta_network_state(study, t1, t2, yi, vi) AS s FROM network;
CREATE TABLE network_copied (s meta_network_state);
SELECT current_setting('data_directory') || '/psyrad_meta_network_state.bin' AS file \gset
COPY network_state TO :'file' (FORMAT binary);
COPY network_copied FROM :'file' (FORMAT binary);
SELECT c.s::text = w.s::text AS binary_round_trip FROM network_copied c, network_state w;
-- Cumulative and leave-one-out, as for meta.  Without trial D sertraline and sham still meet in C.
SELECT DISTINCT study, (r).k, round((r).q::numeric, 6) AS q FROM (SELECT study, meta_network(study, t1, t2, yi, vi, 'EE') OVER (ORDER BY study) AS r FROM network) x ORDER BY study;

-- Nothing, missing rows, one trial.
SELECT meta_network(study, t1, t2, yi, vi) IS NULL AS nothing, meta_network_final(NULL) IS NULL AS nothing_final FROM network WHERE false;
SELECT (r).k, (r).missing, (r).tau2, (r).league, (r).note FROM (SELECT meta_network(study, t1, t2, NULL, vi) AS r FROM network) x;
SELECT (r).k, (r).missing FROM (SELECT meta_network(study, t1, t2, CASE study WHEN 'A' THEN NULL ELSE yi END, vi) AS r FROM network) x;
SELECT (r).k, (r).tau2, (r).q_df, (r).q_p, (r).note FROM (SELECT meta_network(study, t1, t2, yi, vi) AS r FROM network WHERE study = 'C') x;

-- Errors name the study and what is wrong with it.
SELECT meta_network(study, t1, t2, yi, vi) FROM network WHERE study IN ('E') OR (study = 'A');
SELECT meta_network(study, t1, t2, yi, vi) FROM network WHERE (study, t1) <> ('C', 'sham');
SELECT meta_network(study, t1, t2, yi, CASE WHEN study = 'C' AND t1 = 'sham' THEN 0.5 ELSE vi END) FROM network;
SELECT meta_network(study, t1, t2, CASE WHEN study = 'C' AND t1 = 'sham' THEN 0.7 ELSE yi END, vi) FROM network;
SELECT meta_network(study, t1, t2, yi, vi) FROM (TABLE network UNION ALL SELECT 'A', 'sham', 'acupuncture', 0.5, 0.04) x;
SELECT meta_network(study, t1, t1, yi, vi) FROM network;
SELECT meta_network(study, t1, t2, yi, 0) FROM network;
SELECT meta_network(study, t1, t2, yi, -vi) FROM network;
SELECT meta_network(study, '', t2, yi, vi) FROM network;
SELECT meta_network(study, repeat('x', 1001), t2, yi, vi) FROM network;
SELECT meta_network(study, t1, t2, yi, vi, 'HE') FROM network;
SELECT meta_network(study, t1, t2, yi, vi, study) FROM network;
SELECT meta_network_final(meta_network_state(study, t1, t2, yi, vi), level => 95) FROM network;
SELECT meta_network_final(meta_network_state(study, t1, t2, yi, vi), small_values => 'good') FROM network;
SELECT meta_network_accumulate(NULL, 'a', 'b', 'c', 1, 1);

-- Hostile bytes: truncated, lengthened, and 1,000 seeded mutations; each is refused, or can be printed, finished and, if its network is sound, fitted.
SELECT left(s::text, -16)::meta_network_state FROM network_state;
SELECT (s::text || repeat('11', 8))::meta_network_state FROM network_state;
SELECT meta_network_merge((s::text || repeat('00', 64))::meta_network_state)::text = s::text AS room_is_dropped FROM network_state GROUP BY s::text;
CREATE FUNCTION network_survives(image text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s meta_network_state;
	r meta_network_result;
BEGIN
	s := image::meta_network_state;
	IF s::text <> image THEN RETURN 'changed'; END IF;
	BEGIN
		r := meta_network_final(meta_network_state_finish(s));
	EXCEPTION WHEN invalid_parameter_value THEN
		RETURN 'valid';
	END;
	RETURN CASE WHEN r.k IS NULL OR r::text IS NULL THEN 'no answer' ELSE 'valid' END;
EXCEPTION WHEN invalid_binary_representation OR invalid_text_representation OR invalid_parameter_value THEN
	RETURN 'refused';
END $$;
SELECT count(*) FILTER (WHERE fate IN ('valid', 'refused')) AS accounted_for, count(*) FILTER (WHERE fate = 'valid') > 100 AS some_valid, count(*) FILTER (WHERE fate = 'refused') > 100 AS some_refused
FROM (SELECT network_survives(mutated(s::text, i)) AS fate FROM generate_series(1, 1000) i, network_state) x;
