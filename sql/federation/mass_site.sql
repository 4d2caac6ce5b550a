-- What a site with a warehouse runs once to take part in mass statistics: psql -v site=NAME -f mass_site.sql, as a member of psyrad_owner.
-- It offers analyses by name; what leaves is federation.mass_state: each read calls federation.export_state, which refuses what is over too few
-- subjects, logs the rest, and hands out sums.  A site takes part by: GRANT psyrad_site_<site> TO psyrad_export.
SET ROLE psyrad_owner;
CREATE TABLE federation.offered (
	analysis   text PRIMARY KEY,
	statistic  text NOT NULL,
	study      text NOT NULL,
	atlas      text NOT NULL,
	measure    text NOT NULL,
	session    text NOT NULL,
	arm        text,
	instrument text,
	contrast   double precision[] NOT NULL DEFAULT '{0,1,0,0}',
	baseline   text,
	CHECK ((statistic IN ('ancova', 'icc')) = (baseline IS NOT NULL))
);
COMMENT ON TABLE federation.offered IS 'The analyses this site takes part in: arguments of federation.export_state. Every site gives an analysis the same name.';
CREATE VIEW federation.mass_state AS
	SELECT :'site'::text AS site, analysis, statistic, federation.export_state(statistic, study, atlas, measure, session, arm, instrument, contrast, baseline) AS state
	FROM federation.offered WHERE statistic NOT IN ('combat', 'icc');
COMMENT ON VIEW federation.mass_state IS 'What the hub reads, one analysis at a time: WHERE analysis = NAME. Every read is an export, checked and logged.';
CREATE VIEW federation.combat_state AS
	SELECT :'site'::text AS site, analysis, federation.export_combat(study, atlas, measure, session, arm) AS state
	FROM federation.offered WHERE statistic = 'combat';
COMMENT ON VIEW federation.combat_state IS 'The same for ComBat, whose sites are the scanners of this warehouse';
CREATE VIEW federation.icc_state AS
	SELECT :'site'::text AS site, analysis, federation.export_icc(study, atlas, measure, ARRAY[baseline, session]) AS state
	FROM federation.offered WHERE statistic = 'icc';
COMMENT ON VIEW federation.icc_state IS 'The same for reliability, over the sessions baseline and session';
GRANT SELECT ON federation.mass_state, federation.combat_state, federation.icc_state TO psyrad_federation;
RESET ROLE;
