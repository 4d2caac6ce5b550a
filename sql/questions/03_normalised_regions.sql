-- 03  Which regions differ between depressed and healthy people, and move towards normal under electro-acupuncture?
--
-- Against a difference of the same measure, or because the study says that they became normal.
--
-- abnormal_*    independent samples that compare patients with healthy people, by the direction they report
-- ea_*          those that compare after treatment, or treatment with control
-- normalises    samples that move against the abnormality; same_direction: with it
-- verdict       normalises, or both ways
-- samples       independent samples behind the row in all
-- sentence      the first of the sentences that say so, where the text was loaded
--
-- No row: no region has both kinds of findings, with a direction (psyrad ingest review).
SELECT CASE WHEN simulated THEN 'SIMULATED' ELSE 'real' END AS data, label_en AS region, label_zh AS region_zh, verdict, abnormal_increase, abnormal_decrease,
	abnormal_mixed + abnormal_unsigned AS abnormal_other, treated_increase AS ea_increase, treated_decrease AS ea_decrease, treated_normalised AS ea_normalised, normalises, same_direction, samples,
	abnormal_measures, treated_measures AS ea_measures, interventions, warning, sentences[1] AS sentence
FROM evidence.convergence('AAL', 'term', p_interventions => '{ea,scalp_ea}')
WHERE normalises > 0
ORDER BY simulated, normalises DESC, samples DESC, region;
