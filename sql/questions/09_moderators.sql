-- 09  Does the effect on HAMD-17 follow the frequency, the number of sessions, or whether Baihui (GV20) is used?
--
-- Meta-regressions of the trials of question 07 (REML, Knapp-Hartung), one for each moderator.  Trials were not randomised to
-- their moderators, and few trials find little: fewer than ten are noted.
--
-- moderator            frequency_hz, sessions; gv20: 1 where GV20 is among the points, else 0
-- k, not_stated        trials in the regression, and those that do not state one number for the moderator
-- slope, ci_lb, ci_ub  change of the difference in HAMD-17 points for one unit more (gv20: with against without); below 0: larger effect
-- p                    t test of the slope, k - 2 degrees of freedom
-- r2                   share (%) of the spread between trials that the moderator accounts for
-- tau2, qe_p           spread that is left, and the test of none
-- note                 what to mind
--
-- No row: no trial of EA against sham with HAMD-17 can be pooled (psyrad ingest effects; SELECT * FROM report.meta_left_out says what is left out and why).
SELECT t.outcome, t.intervention, t.comparator, CASE WHEN t.simulated THEN 'SIMULATED' ELSE 'real' END AS data,
	t.moderator, r.k, t.not_stated,
	round(r.beta[2]::numeric, 4) AS slope, round(r.ci_lb[2]::numeric, 4) AS ci_lb, round(r.ci_ub[2]::numeric, 4) AS ci_ub, report.eight_digits(r.p[2]) AS p,
	round(r.r2::numeric, 1) AS r2, round(r.tau2::numeric, 2) AS tau2, report.eight_digits(r.qe_p) AS qe_p, r.note
FROM (
	SELECT e.outcome, e.intervention, e.comparator, e.simulated, w.place, w.moderator, count(*) FILTER (WHERE m.number IS NULL) AS not_stated,
		psyrad.meta_regression_state(e.yi, e.vi, ARRAY[m.number]) FILTER (WHERE m.number IS NOT NULL) AS state
	FROM evidence.poolable e
	CROSS JOIN unnest(ARRAY['frequency_hz', 'sessions', 'gv20']) WITH ORDINALITY w(moderator, place)
	LEFT JOIN LATERAL evidence.moderator_of(e.evidence_study, e.arm, w.moderator) m ON true
	WHERE e.used AND (e.measure, e.outcome, e.intervention, e.comparator) = ('MD', 'HAMD-17', 'EA', 'sham')
	GROUP BY e.outcome, e.intervention, e.comparator, e.simulated, w.place, w.moderator
) t
LEFT JOIN LATERAL psyrad.meta_regression_final(t.state, method => 'REML', test => 'knha') r ON true
ORDER BY t.simulated, t.place;
