-- 06  Which acupoints are used together?
--
-- Each source (a paper or a trial) counts once, however many protocols it has.  Pairs and triples that at least a tenth of the sources
-- of a study use, as rules: whoever uses the antecedent uses the consequent as well.
--
-- protocols     protocols that use all of the rule's points
-- support       share of the sources that do; confidence: of those that use the antecedent
-- lift          confidence over the share that use the consequent at all; 1 is chance
-- p, q          Fisher's exact test (greater) on sources in whole numbers, and by Benjamini and Hochberg over the study's rules
SELECT t.study, CASE WHEN t.simulated THEN 'SIMULATED' ELSE 'real' END AS data, array_to_string(r.antecedent, ' ') AS antecedent, r.consequent,
	a.name_zh AS consequent_zh, r.prescriptions AS protocols, round(r.support::numeric, 3) AS support, round(r.confidence::numeric, 3) AS confidence,
	round(r.lift::numeric, 2) AS lift, r.p::real, r.q::real
FROM clinical.study t
CROSS JOIN LATERAL intervention.point_rules(t.study, min_support => 0.1, max_size => 3, min_confidence => 0.5) r
JOIN intervention.acupoint a ON a.acupoint = r.consequent
ORDER BY t.study, r.support DESC, r.lift DESC, r.antecedent, r.consequent;
