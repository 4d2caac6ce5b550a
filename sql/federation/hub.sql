-- What the hub runs once, before it adds sites by add_site.sql.
CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SCHEMA federation;
CREATE TABLE federation.effect_state (site text, region text, state psyrad.meta_state) PARTITION BY LIST (site);
COMMENT ON TABLE federation.effect_state IS 'States of all sites; each partition is a foreign table. A site that cannot be reached is an error, never a silent omission.';
CREATE VIEW federation.pooled AS
	SELECT region, count(*) AS sites, psyrad.meta_final(psyrad.meta_merge(state), test => 'knha') AS result FROM federation.effect_state GROUP BY region;
COMMENT ON VIEW federation.pooled IS 'REML with Knapp-Hartung over the studies of all sites: the numbers of one table that held them all.';
CREATE VIEW federation.without_site AS
	SELECT site, region, psyrad.meta_final(psyrad.meta_merge(state) OVER (PARTITION BY region ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)) AS result
	FROM federation.effect_state;
COMMENT ON VIEW federation.without_site IS 'REML without each site in turn.';
