-- 13  Does the scan before treatment tell who will respond?
--
-- Each stored model that you may score with is scored (in the version that model.version_rule names), inside the query, on connectivity before treatment.  A
-- model names its features as connections, "region ~ region", in Fisher z; the connectome of each patient is asked for just
-- these.  The truth is response at the last visit: HAMD-17 down by half or more.
--
-- atlas           whose regions the features name; a patient with several has a row of each
-- trained_on      whose data made the model; simulated when a program made them up
-- n, responders   patients with a scan before, ratings before and after, and a score
-- not_scored      those whose scan lacks a feature without which the model gives no answer
-- slope           calibration slope of the probabilities (1 is perfect, below 1 overconfident), with its standard error
-- auc_ci          95 % interval of the AUC (DeLong)
-- p_permuted      how often an AUC as large or larger comes about when response is dealt at random among these patients: exact over all ways
--                 to deal it where that is quick, else over 10,000 drawn ones
-- auc             probability that a responder scores above a non-responder (ties count half); .5 is chance
-- mean scores     predicted probability of response in those who responded and those who did not
--
-- No row: no model over connections that you may score with was registered (psyrad ingest model), or nobody has a connectome before treatment and
-- HAMD-17 before and after.
WITH scored AS MATERIALIZED (
	SELECT name, version, trained_on, simulated, study, atlas, score, responded FROM report.model_score WHERE responded IS NOT NULL
)
SELECT name AS model, version, study, CASE WHEN bool_or(simulated) THEN 'SIMULATED' ELSE 'real' END AS data, atlas, trained_on,
	count(score) AS n, count(score) FILTER (WHERE responded) AS responders, count(*) - count(score) AS not_scored,
	CASE WHEN bool_and(score BETWEEN 0 AND 1) THEN (SELECT format('%s (%s)', round(c.slope::numeric, 2), round(c.slope_se::numeric, 2)) FROM psyrad.metric_calibration_final(psyrad.metric_auc_state(score, responded)) c WHERE c.slope IS NOT NULL) END AS slope,
	(SELECT format('%s to %s', round(a.ci_lb::numeric, 3), round(a.ci_ub::numeric, 3)) FROM psyrad.metric_auc_ci_final(psyrad.metric_auc_state(score, responded)) a WHERE a.ci_lb IS NOT NULL) AS auc_ci,
	report.eight_digits((psyrad.metric_auc_perm(score, responded)).p_greater) AS p_permuted,
	round(psyrad.metric_auc(score, responded)::numeric, 3) AS auc,
	round(avg(score) FILTER (WHERE responded)::numeric, 3) AS mean_score_responders,
	round(avg(score) FILTER (WHERE NOT responded)::numeric, 3) AS mean_score_others
FROM scored
GROUP BY name, version, study, atlas, trained_on
ORDER BY name, study, atlas;
