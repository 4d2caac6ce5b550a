-- Deploy psyrad:sensitivity to pg
-- Does a finding about connections hang on one site, or on how sites differ?  The test of report.connection again without each site, and
-- over features that ComBat has harmonised between sites.
BEGIN;
SET LOCAL ROLE psyrad_view;

-- Both scans of everybody are harmonised together: a site's shift then leaves the change of a person alone, and its scale is one for
-- before and after.  What is tested is protected: arm, improvement, baseline, motion, and the scan after treatment.
CREATE VIEW report.connection_combat AS
WITH person AS MATERIALIZED (
	SELECT study, simulated, atlas, site, arm, baseline, improvement, mean_fd_mm, z_before, z_after FROM report.connection_change
), levels AS MATERIALIZED (
	SELECT study, atlas, array_agg(DISTINCT arm) AS arms
	FROM person
	GROUP BY study, atlas
	HAVING count(DISTINCT site) > 1
)
SELECT c.study, c.simulated, c.atlas, c.arms, t.fit, t.note
FROM (
	SELECT p.study, p.simulated, p.atlas, l.arms, psyrad.combat_state(s.z, p.site, report.indicators(p.arm, l.arms) || p.improvement || p.baseline || p.mean_fd_mm || s.post) AS state
	FROM person p
	JOIN levels l USING (study, atlas)
	CROSS JOIN LATERAL (VALUES (0::float8, p.z_before), (1, p.z_after)) s(post, z)
	GROUP BY p.study, p.simulated, p.atlas, l.arms) c
CROSS JOIN LATERAL psyrad.combat_try(c.state) t;
COMMENT ON VIEW report.connection_combat IS 'Per study with several sites and atlas: ComBat (psyrad.combat_try) of report.connection_change''s Fisher z between sites, both scans of everybody together; protected: arm, improvement, baseline, motion, before or after';
COMMENT ON COLUMN report.connection_combat.arms IS 'Whose indicators (report.indicators) are the first protected numbers';
COMMENT ON COLUMN report.connection_combat.note IS 'Why there is no fit; covariates are numbered as protected: arms but the first, improvement, baseline, motion, before or after';

CREATE VIEW report.harmonised_change AS
SELECT p.study, p.simulated, p.atlas, p.subject_id, p.site, p.arm, p.baseline, p.improvement, p.mean_fd_mm,
	psyrad.conn_diff(psyrad.combat_apply(f.fit, p.z_after, p.site, k.protected || 1::float8), psyrad.combat_apply(f.fit, p.z_before, p.site, k.protected || 0::float8)) AS change, f.note
FROM report.connection_change p
JOIN report.connection_combat f ON (f.study, f.atlas) = (p.study, p.atlas)
CROSS JOIN LATERAL (SELECT report.indicators(p.arm, f.arms) || p.improvement || p.baseline || p.mean_fd_mm AS protected OFFSET 0) k;
COMMENT ON VIEW report.harmonised_change IS 'report.connection_change of studies with several sites, over Fisher z that ComBat harmonised between sites by the fit of report.connection_combat; where that has none change is NULL and note says why';

CREATE VIEW report.connection_variant AS
WITH person AS MATERIALIZED (
	SELECT study, simulated, atlas, site, arm, baseline, improvement, mean_fd_mm, change FROM report.connection_change
), left_out AS (
	SELECT DISTINCT study, atlas, site FROM person
), variant AS MATERIALIZED (
	SELECT 'all sites' AS variant, NULL::text AS left_out, p.*, NULL::text AS note FROM person p
	UNION ALL
	SELECT 'without a site', o.site, p.*, NULL
	FROM person p
	JOIN left_out o ON (o.study, o.atlas) = (p.study, p.atlas) AND o.site <> p.site
	UNION ALL
	SELECT 'ComBat', NULL, study, simulated, atlas, site, arm, baseline, improvement, mean_fd_mm, change, note
	FROM report.harmonised_change
), levels AS MATERIALIZED (
	SELECT variant, left_out, study, atlas, array_agg(DISTINCT arm) AS arms, array_agg(DISTINCT site) AS sites
	FROM variant
	GROUP BY variant, left_out, study, atlas
)
SELECT v.study, v.simulated, v.atlas, v.variant, v.left_out, count(v.change) AS subjects, count(DISTINCT v.site) AS sites,
	psyrad.mass_pcorr(v.change, v.improvement, report.indicators(v.arm, l.arms) || report.indicators(v.site, l.sites) || v.baseline || v.mean_fd_mm) AS result, max(v.note) AS note
FROM variant v
JOIN levels l ON (l.variant, l.study, l.atlas, coalesce(l.left_out, '')) = (v.variant, v.study, v.atlas, coalesce(v.left_out, ''))
GROUP BY v.study, v.simulated, v.atlas, v.variant, v.left_out;
COMMENT ON VIEW report.connection_variant IS 'report.connection_test as it is, without each site in turn, and over harmonised features: one row a study, atlas and variant';
COMMENT ON COLUMN report.connection_variant.note IS 'Why there is no result over harmonised features';
COMMENT ON COLUMN report.connection_variant.left_out IS 'The site left out; NULL in the other variants';

-- Gathered by grouping: a join of the variants by connection would be a nested loop, since nobody can tell how many edges a result has.
CREATE VIEW report.connection_sensitivity AS
WITH variant AS MATERIALIZED (
	SELECT * FROM report.connection_variant
), edge AS (
	SELECT v.study, v.simulated, v.atlas, v.variant, v.left_out, e.i, e.j, e.n, e.estimate AS r, e.p, e.q,
		max(e.estimate) FILTER (WHERE v.variant = 'all sites') OVER (PARTITION BY v.study, v.atlas, e.i, e.j) AS r_all
	FROM variant v
	CROSS JOIN LATERAL psyrad.mass_edges(v.result) e
), ranked AS (
	SELECT e.*, row_number() OVER (PARTITION BY study, atlas, i, j ORDER BY r * sign(r_all) NULLS FIRST, left_out COLLATE "C") AS place
	FROM edge e
), connection AS (
	SELECT study, simulated, atlas, i, j, max(r_all) AS r_all,
		max(n) FILTER (WHERE variant = 'all sites') AS n, max(p) FILTER (WHERE variant = 'all sites') AS p, max(q) FILTER (WHERE variant = 'all sites') AS q,
		count(left_out) AS sites, count(*) FILTER (WHERE variant = 'without a site' AND sign(r) = sign(r_all) AND p < 0.05) AS sites_held,
		(array_agg(left_out ORDER BY place) FILTER (WHERE left_out IS NOT NULL))[1] AS weakest_without, (array_agg(n ORDER BY place) FILTER (WHERE left_out IS NOT NULL))[1] AS weakest_n,
		(array_agg(r ORDER BY place) FILTER (WHERE left_out IS NOT NULL))[1] AS weakest_r, (array_agg(p ORDER BY place) FILTER (WHERE left_out IS NOT NULL))[1] AS weakest_p,
		max(r) FILTER (WHERE variant = 'ComBat') AS combat_r, max(p) FILTER (WHERE variant = 'ComBat') AS combat_p, max(q) FILTER (WHERE variant = 'ComBat') AS combat_q
	FROM ranked
	GROUP BY study, simulated, atlas, i, j
)
SELECT c.study, c.simulated, c.atlas, c.i, c.j, x.name AS region_i, y.name AS region_j, c.n, c.r_all AS r, c.p, c.q,
	c.sites, c.sites_held, c.weakest_without, c.weakest_n, c.weakest_r, c.weakest_p,
	c.combat_r, c.combat_p, c.combat_q,
	CASE WHEN c.sites > 0 THEN c.sites_held = c.sites AND sign(c.combat_r) = sign(c.r_all) AND c.combat_q < 0.05 END AS survives, n.note
FROM connection c
LEFT JOIN (SELECT v.study, v.atlas, max(v.note) AS note FROM variant v GROUP BY v.study, v.atlas) n ON (n.study, n.atlas) = (c.study, c.atlas)
JOIN imaging.region x ON (x.atlas, x.region) = (c.atlas, c.i)
JOIN imaging.region y ON (y.atlas, y.region) = (c.atlas, c.j);
COMMENT ON VIEW report.connection_sensitivity IS 'Each connection of report.connection beside the weakest of its tests without one site and its test over features harmonised by ComBat';
COMMENT ON COLUMN report.connection_sensitivity.sites_held IS 'Without how many of the sites, one at a time, the correlation keeps its sign at p < .05';
COMMENT ON COLUMN report.connection_sensitivity.combat_q IS 'Benjamini-Hochberg over all connections of the study and atlas, as q is';
COMMENT ON COLUMN report.connection_sensitivity.survives IS 'Holds without every site, and with ComBat at q < .05 with the same sign; NULL of a study with one site, where neither can be asked';
COMMENT ON COLUMN report.connection_sensitivity.note IS 'Why there is no ComBat of the study, though it has several sites';

GRANT SELECT ON report.connection_combat, report.harmonised_change, report.connection_variant, report.connection_sensitivity TO psyrad_report, psyrad_analyst, psyrad_ingest;

COMMIT;
