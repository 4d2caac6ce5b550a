-- 07  By how much does electro-acupuncture lower HAMD-17 against sham, over all trials?
--
-- Mean difference of each trial (intervention minus comparator: below 0 favours the intervention), pooled with random effects
-- (REML), with the normal interval beside Knapp and Hartung's, which is the honest one for few trials.  One instrument, so a
-- mean difference and no standardised one; simulated trials are never pooled with real ones.  evidence.poolable takes one effect of
-- each independent sample, at the end of treatment, and says of the others why not.
--
-- interval          z, or knha (Knapp-Hartung)
-- md, ci_lb, ci_ub  pooled difference in HAMD-17 points and its 95 % interval
-- pi_lb, pi_ub      95 % prediction interval: where the true difference of a new trial would lie
-- i2, tau2          share (%) and size (points squared) of the spread between trials
-- q, q_p            Cochran's test of no spread
-- note              what to mind
--
-- No row: no trial of EA against sham with HAMD-17 can be pooled (psyrad ingest effects; SELECT * FROM report.meta_left_out says what is left out and why).
SELECT outcome, intervention, comparator, CASE WHEN simulated THEN 'SIMULATED' ELSE 'real' END AS data,
	pool.k, pool.test AS interval,
	round(pool.estimate::numeric, 2) AS md, round(pool.ci_lb::numeric, 2) AS ci_lb, round(pool.ci_ub::numeric, 2) AS ci_ub, report.eight_digits(pool.p) AS p,
	round(pool.pi_lb::numeric, 2) AS pi_lb, round(pool.pi_ub::numeric, 2) AS pi_ub,
	round(pool.i2::numeric, 1) AS i2, round(pool.tau2::numeric, 2) AS tau2,
	round(pool.q::numeric, 2) AS q, report.eight_digits(pool.q_p) AS q_p, pool.note
FROM (
	SELECT outcome, intervention, comparator, simulated, psyrad.meta_state(yi, vi) AS state
	FROM evidence.poolable
	WHERE used AND (measure, outcome, intervention, comparator) = ('MD', 'HAMD-17', 'EA', 'sham')
	GROUP BY outcome, intervention, comparator, simulated
) pooled
CROSS JOIN unnest(ARRAY['z', 'knha']) WITH ORDINALITY way(test, k)
CROSS JOIN LATERAL psyrad.meta_final(state, method => 'REML', test => way.test) pool
ORDER BY outcome, intervention, comparator, simulated, way.k;
