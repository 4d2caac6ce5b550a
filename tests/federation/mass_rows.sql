-- mass_rows.sql: the subjects of site number :number (0..2, or all of them where it is -1), two visits each, for every statistic that has a state.
CREATE TABLE person AS
SELECT id, 'site' || id % 3 AS scanner, id % 2 = 0 AS grp, sin(id * 7.0) AS y, ARRAY[1, (id % 2)::float8, cos(id * 5.0)] AS design,
	psyrad.conn_from_edges((SELECT array_agg(CASE WHEN id % 17 = 0 AND k = 7 THEN NULL ELSE sin(id * k * 0.37 + k) + (id % 3) * 0.3 END::real ORDER BY k) FROM generate_series(1, 45) k), 'z') AS post,
	psyrad.conn_from_edges((SELECT array_agg((sin(id * k * 0.37 + k) + 0.5 * cos(id * 3 + k))::real ORDER BY k) FROM generate_series(1, 45) k), 'z') AS pre
FROM generate_series(1, 90) id WHERE :number IN (-1, id % 3);
CREATE VIEW person_state AS SELECT psyrad.mass_summary_state(post) AS summary, psyrad.mass_ttest_state(post) AS ttest, psyrad.mass_ttest_state(post, grp) AS groups,
	psyrad.mass_ttest_paired_state(post, pre) AS paired, psyrad.mass_welch_state(post, grp) AS welch, psyrad.mass_corr_state(post, y) AS corr,
	psyrad.mass_pcorr_state(post, y, design[2:3]) AS pcorr, psyrad.mass_glm_state(post, design, '{0,1,0}') AS glm, psyrad.mass_glm_state(post, pre, design, '{{0,1,0},{0,0,1}}') AS change,
	psyrad.mass_ancova_state(post, pre, design, '{0,1,0}') AS ancova, psyrad.mass_z_state(post, grp) AS z, psyrad.combat_state(post, scanner, design[2:3]) AS combat,
	(SELECT psyrad.mass_icc_close(psyrad.mass_icc_state(x, id, s)) FROM person, LATERAL (VALUES (pre, 'pre'), (post, 'post')) v (x, s)) AS icc FROM person;
