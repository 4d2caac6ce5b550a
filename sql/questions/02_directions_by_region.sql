-- 02  Where does the brain change after acupuncture, in which direction, and is that more than chance?
--
-- By region of AAL (both sides together), contrast and modality.  What counts is independent samples: two papers on the same people are one.
--
-- samples       independent samples with a finding in the region: those of the next five columns, and those of the three after them
-- increase, decrease, mixed, no_difference, other    each sample in one: mixed reports both, other a change without a sign
-- possible      one of several alternatives, or said with reserve; wider: findings of a lobe or system that the region is part of
-- share, ci_lb, ci_ub, p    increases among increases and decreases, its exact 95 % interval, the sign test
-- q, m          by Benjamini and Hochberg over the m rows that have a p
-- small, n_unreported       samples with a group below 20 people, and without a stated number
-- warning       where searches were no equals: regions chosen beforehand, seeds, or nobody says
--
-- No row: no findings of acupuncture were loaded that name a region (psyrad ingest review).
SELECT CASE WHEN simulated THEN 'SIMULATED' ELSE 'real' END AS data, place AS region, label_zh AS region_zh, contrast_kind AS contrast, modality, findings, studies, samples,
	increase, decrease, mixed, no_difference, other, possible, wider, round(share_increase::numeric, 3) AS share, round(ci_lb::numeric, 3) AS ci_lb, round(ci_ub::numeric, 3) AS ci_ub,
	round(p::numeric, 4) AS p, round(q::numeric, 4) AS q, m, small_samples AS small, n_unreported, warning
FROM evidence.evidence_map('AAL', 'region', split => '{modality}', contrasts => '{after_vs_before,treatment_vs_control,during_vs_rest,treatment_effect}',
	interventions => evidence.acupuncture_kinds())
WHERE samples > possible + wider
ORDER BY simulated, p, samples DESC, region, contrast, modality;
