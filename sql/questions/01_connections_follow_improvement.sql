-- 01  Which connections change with recovery?
--
-- For every connection: does its change from before to after treatment (Fisher z, after minus before) go with HAMD-17
-- improvement (before minus after) when arm, site, baseline HAMD-17 and mean framewise displacement are held constant?
-- One subject is one row (report.connection_change, over imaging.pre_post), each connection is tested once (mass_pcorr),
-- and q is Benjamini and Hochberg's over all connections of the study and atlas.  Shown: q < .05, strongest first.
--
-- study, data    the study, and whether a program made its data up
-- region_a/b     the two regions of the connection, i < j their positions in the atlas
-- n              people with both scans, both ratings and their motion
-- partial_r      adjusted correlation; > 0: the connection grew with improvement
-- t, df, p, q    its test, two-sided; df = n - 2 - number of covariates
WITH people AS (
	SELECT c.*, array_agg(arm) OVER study AS arms, array_agg(site) OVER study AS sites
	FROM report.connection_change c
	WINDOW study AS (PARTITION BY study, atlas)
), test AS (
	SELECT study, simulated, atlas,
		psyrad.mass_pcorr(change, improvement,
			report.indicators(arm, arms) || report.indicators(site, sites) || baseline || mean_fd_mm) AS result
	FROM people
	GROUP BY study, simulated, atlas
)
SELECT study, CASE WHEN simulated THEN 'SIMULATED' ELSE 'real' END AS data,
	a.name AS region_a, b.name AS region_b, e.i, e.j, e.n,
	round(e.estimate::numeric, 4) AS partial_r, round(e.statistic::numeric, 3) AS t, e.df, e.p::real, e.q::real
FROM test
CROSS JOIN LATERAL psyrad.mass_edges(result) e
JOIN imaging.region a ON (a.atlas, a.region) = (test.atlas, e.i)
JOIN imaging.region b ON (b.atlas, b.region) = (test.atlas, e.j)
WHERE e.q < 0.05
ORDER BY study, test.atlas, e.p, e.i, e.j;
