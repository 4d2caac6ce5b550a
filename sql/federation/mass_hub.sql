-- What the hub runs once for mass statistics over sites with warehouses, after hub.sql and before it adds sites by mass_add_site.sql.
CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SCHEMA IF NOT EXISTS federation;
CREATE TABLE federation.mass_state (site text, analysis text, statistic text, state psyrad.mass_state) PARTITION BY LIST (site);
COMMENT ON TABLE federation.mass_state IS 'States of all sites; each partition is a foreign table. Ask for one analysis: every row read is an export that its site logs. A site that cannot be reached, or refuses, is an error.';
CREATE TABLE federation.combat_state (site text, analysis text, state psyrad.combat_state) PARTITION BY LIST (site);
COMMENT ON TABLE federation.combat_state IS 'ComBat''s states of all sites: psyrad.combat_final(psyrad.combat_merge(state)) of one analysis';
CREATE TABLE federation.icc_state (site text, analysis text, state psyrad.icc_state) PARTITION BY LIST (site);
COMMENT ON TABLE federation.icc_state IS 'Reliability''s states of all sites: psyrad.mass_icc_final(psyrad.mass_icc_merge(state)) of one analysis';
CREATE FUNCTION federation.mass_answer(statistic text, state psyrad.mass_state) RETURNS psyrad.mass_result LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE statistic
		WHEN 'ttest' THEN psyrad.mass_ttest_final(state)
		WHEN 'ttest_groups' THEN psyrad.mass_ttest_final(state, effect_size => 'g')
		WHEN 'welch' THEN psyrad.mass_welch_final(state, effect_size => 'g')
		WHEN 'corr' THEN psyrad.mass_corr_final(state)
		WHEN 'pcorr' THEN psyrad.mass_pcorr_final(state)
		WHEN 'glm' THEN psyrad.mass_glm_final(state)
		WHEN 'ancova' THEN psyrad.mass_ancova_final(state) END;
END;
COMMENT ON FUNCTION federation.mass_answer(text, psyrad.mass_state) IS 'The result of a state by the name that federation.export_state gives its statistic';
CREATE VIEW federation.mass_pooled AS
	SELECT analysis, sites, federation.mass_answer(statistic, state) AS result
	FROM (SELECT analysis, statistic, count(*) AS sites, psyrad.mass_ttest_merge(state) AS state FROM federation.mass_state GROUP BY analysis, statistic) merged;
COMMENT ON VIEW federation.mass_pooled IS 'An analysis over the subjects of all sites: the numbers of one table that held them all, to rounding (1e-12).';
CREATE VIEW federation.mass_without_site AS
	SELECT analysis, site, federation.mass_answer(statistic, state) AS result
	FROM (SELECT analysis, statistic, site, psyrad.mass_ttest_merge(state) OVER (PARTITION BY analysis, statistic ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS state
		FROM federation.mass_state) others;
COMMENT ON VIEW federation.mass_without_site IS 'The analysis without each site in turn: how far one site carries it.';
