-- 01  Which connections change with recovery, and in more than one study?
--
-- For every connection: does its change from before to after treatment (Fisher z, after minus before) go with HAMD-17
-- improvement (before minus after) when arm, site, baseline HAMD-17 and mean framewise displacement are held constant?
-- One subject is one row (report.connection_change, over imaging.pre_post), each connection is tested once a study (mass_pcorr),
-- and q is Benjamini and Hochberg's over all connections of the study and atlas.  Shown: q < .05, those that replicate first, then strongest.
-- Replication is asked of the studies that give electro-acupuncture at 2 Hz with GV20 and EX-HN3 among its points, on the same atlas, real ones
-- and simulated ones apart.
--
-- study, data    the study, and whether a program made its data up
-- atlas          each atlas of a study is tested by itself
-- region_a/b     the two regions of the connection, i < j their positions in the atlas
-- n              people with both scans, both ratings and their motion
-- partial_r      adjusted correlation; > 0: the connection grew with improvement
-- t, df, p, q    its test, two-sided; df = n - 2 - number of covariates
-- replicated     q < .05 with the sign of this row in at least two of those studies
-- found_in       in how many of how many of them that is so
-- pooled_r, pooled_ci, pooled_p    over them: random effects (REML) on atanh(partial_r) with variance 1 / (df - 1), as r with its 95 % interval; from two studies on
--
-- No row: a study needs people with connectomes (measure fc_pearson) and HAMD-17 before and after (the visits of role pre and post) and motion of both scans; or no
-- connection reaches q < .05 (SELECT study, count(*) FROM report.connection_change GROUP BY study says who is asked about).
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
), edge AS (
	SELECT t.study, t.simulated, t.atlas, e.*, count(e.p) FILTER (WHERE asked) OVER same AS studies,
		count(*) FILTER (WHERE asked AND q < 0.05 AND estimate > 0) OVER same AS grew, count(*) FILTER (WHERE asked AND q < 0.05 AND estimate < 0) OVER same AS shrank,
		psyrad.meta(CASE WHEN asked AND abs(estimate) < 1 THEN atanh(estimate) END, CASE WHEN df > 1 THEN 1 / (df - 1) END, 'REML', 'z') OVER same AS pooled
	FROM (SELECT test.*, study IN (SELECT p.study FROM report.study_protocol p WHERE p.mode = 'electro' AND p.hz = 2 AND p.points @> '{GV20,EX-HN3}') AS asked FROM test) t
	CROSS JOIN LATERAL psyrad.mass_edges(t.result) e
	WINDOW same AS (PARTITION BY simulated, atlas, i, j)
)
SELECT e.study, CASE WHEN e.simulated THEN 'SIMULATED' ELSE 'real' END AS data, e.atlas,
	a.name AS region_a, b.name AS region_b, e.i, e.j, e.n,
	round(e.estimate::numeric, 4) AS partial_r, round(e.statistic::numeric, 3) AS t, e.df, report.eight_digits(e.p) AS p, report.eight_digits(e.q) AS q,
	s.found >= 2 AS replicated, format('%s of %s', s.found, e.studies) AS found_in,
	CASE WHEN e.studies > 1 THEN round(tanh((e.pooled).estimate)::numeric, 4) END AS pooled_r,
	CASE WHEN e.studies > 1 THEN format('%s to %s', round(tanh((e.pooled).ci_lb)::numeric, 4), round(tanh((e.pooled).ci_ub)::numeric, 4)) END AS pooled_ci,
	CASE WHEN e.studies > 1 THEN report.eight_digits((e.pooled).p) END AS pooled_p
FROM edge e
CROSS JOIN LATERAL (SELECT CASE WHEN e.estimate > 0 THEN e.grew ELSE e.shrank END AS found) s
JOIN imaging.region a ON (a.atlas, a.region) = (e.atlas, e.i)
JOIN imaging.region b ON (b.atlas, b.region) = (e.atlas, e.j)
WHERE e.q < 0.05
ORDER BY s.found >= 2 DESC, e.study, e.atlas, e.p, e.i, e.j;
