-- 08  Is electro-acupuncture with continuous waves another thing than with dense-disperse waves?
--
-- The trials of question 07 by waveform: each group is a meta-analysis of its own (REML, its own tau2), and Q-between tests
-- whether their means differ.  A comparison between trials, not within them: what else differs between the groups may be why.
--
-- waveform             of the arm that received the intervention, as its trial states it or its protocol says
-- md, ci_lb, ci_ub     pooled difference in HAMD-17 points and its 95 % interval (z, or knha: Knapp-Hartung)
-- i2, tau2             spread between the trials of the group
-- q_between, df, q_p   chi-square test between the groups, the same in each row of an interval
-- not_stated           trials of question 07 that do not state their waveform: in no group
-- note                 what to mind
--
-- No row: no trial of EA against sham with HAMD-17 can be pooled and states its waveform (psyrad ingest effects; report.meta_left_out says what is left out).
SELECT t.outcome, t.intervention, t.comparator, CASE WHEN t.simulated THEN 'SIMULATED' ELSE 'real' END AS data,
	way.test AS interval, g.subgroup AS waveform, g.k,
	round(g.estimate::numeric, 2) AS md, round(g.ci_lb::numeric, 2) AS ci_lb, round(g.ci_ub::numeric, 2) AS ci_ub, report.eight_digits(g.p) AS p,
	round(g.i2::numeric, 1) AS i2, round(g.tau2::numeric, 2) AS tau2,
	round(r.q_between::numeric, 3) AS q_between, r.q_between_df AS df, report.eight_digits(r.q_between_p) AS q_p, t.not_stated, concat_ws('; ', g.note, r.note) AS note
FROM (
	SELECT e.outcome, e.intervention, e.comparator, e.simulated, count(*) FILTER (WHERE m.value IS NULL) AS not_stated,
		psyrad.meta_keyed_state(m.value, e.yi, e.vi) FILTER (WHERE m.value IS NOT NULL) AS state
	FROM evidence.poolable e
	LEFT JOIN LATERAL evidence.moderator_of(e.evidence_study, e.arm, 'waveform') m ON true
	WHERE e.used AND (e.measure, e.outcome, e.intervention, e.comparator) = ('MD', 'HAMD-17', 'EA', 'sham')
	GROUP BY e.outcome, e.intervention, e.comparator, e.simulated
) t
CROSS JOIN unnest(ARRAY['z', 'knha']) WITH ORDINALITY way(test, place)
CROSS JOIN LATERAL psyrad.meta_subgroup_final(t.state, method => 'REML', test => way.test, tau2 => 'separate') r
CROSS JOIN LATERAL unnest(r.groups) g
ORDER BY t.simulated, way.place, g.subgroup COLLATE "C";
