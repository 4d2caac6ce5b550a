-- 24  Does what question 1 found survive without any one site, and with features harmonised between sites?
--
-- Every connection of question 1 (q < .05), tested again without each site in turn, and over connectivity that ComBat has harmonised between
-- sites (both scans of everybody together; arm, improvement, baseline, motion and the time of the scan are protected).  A scanner is a site
-- here, as long as each site has one.
--
-- partial_r, q         as in question 1
-- held                 without how many of the sites, one at a time, it keeps its sign at p < .05
-- weakest_without      the site without which it is weakest, with what it is then
-- combat_r, combat_q   over harmonised features; q over all connections again
-- survives             held without every site, and q < .05 with ComBat; empty in a study of one site
-- note                 why a study with several sites has no ComBat
--
-- No row: question 1 has none.
SELECT study, CASE WHEN simulated THEN 'SIMULATED' ELSE 'real' END AS data, atlas, region_i AS region_a, region_j AS region_b, n, round(r::numeric, 4) AS partial_r, report.eight_digits(q) AS q,
	CASE WHEN sites > 0 THEN format('%s of %s', sites_held, sites) END AS held, weakest_without, round(weakest_r::numeric, 4) AS weakest_r, report.eight_digits(weakest_p) AS weakest_p,
	round(combat_r::numeric, 4) AS combat_r, report.eight_digits(combat_q) AS combat_q, survives, note
FROM report.connection_sensitivity
WHERE q < 0.05
ORDER BY study, atlas, p, i, j;
