-- What a site runs once: psql -v site=NAME -f site.sql.  Its own studies go into federation.effect; what leaves is federation.effect_state:
-- one mergeable state an analysis, which holds effects and sampling variances of studies and nothing of patients.
CREATE SCHEMA IF NOT EXISTS federation;
CREATE TABLE federation.effect (study text, region text, yi double precision, vi double precision, PRIMARY KEY (study, region));
COMMENT ON TABLE federation.effect IS 'Effects of this site''s studies: one row a study and region; yi with its sampling variance vi.';
CREATE VIEW federation.effect_state AS
	SELECT :'site'::text AS site, region, psyrad.meta_state(yi, vi) AS state FROM federation.effect GROUP BY region;
COMMENT ON VIEW federation.effect_state IS 'What other sites may read: the state of a meta-analysis by region.';
