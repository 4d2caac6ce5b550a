-- 06  Which acupoints are used together?
--
-- Each source (a paper or a trial) counts once, however many protocols it has.  Pairs and triples that at least a tenth of the sources
-- of a study use, as rules: whoever uses the antecedent uses the consequent as well.  A study here may be a collection of papers: what is
-- prescribed for depression and for insomnia are two collections, and each rule says what it is in the others.
--
-- protocols     protocols that use all of the rule's points
-- support       share of the sources that do; confidence: of those that use the antecedent
-- lift          confidence over the share that use the consequent at all; 1 is chance
-- elsewhere     the same rule in other studies: support and lift; one that is not named does not reach a tenth of the sources and a confidence of .5 there
-- p, q          Fisher's exact test (greater) on sources in whole numbers, and by Benjamini and Hochberg over the study's rules
--
-- No row: no protocols were loaded (psyrad ingest protocols), or no two points stand together in a tenth of the sources.
WITH rule AS MATERIALIZED (
	SELECT s.study, r.* FROM clinical.study s CROSS JOIN LATERAL intervention.point_rules(s.study, min_support => 0.1, max_size => 3, min_confidence => 0.5) r
)
SELECT t.study, CASE WHEN t.simulated THEN 'SIMULATED' ELSE 'real' END AS data, array_to_string(r.antecedent, ' ') AS antecedent, r.consequent,
	a.name_zh AS consequent_zh, r.prescriptions AS protocols, round(r.support::numeric, 3) AS support, round(r.confidence::numeric, 3) AS confidence,
	round(r.lift::numeric, 2) AS lift, report.eight_digits(r.p) AS p, report.eight_digits(r.q) AS q,
	(SELECT string_agg(format('%s: %s, %s', o.study, round(o.support::numeric, 3), round(o.lift::numeric, 2)), '; ' ORDER BY o.study) FROM rule o WHERE o.study <> r.study AND (o.antecedent, o.consequent) = (r.antecedent, r.consequent)) AS elsewhere
FROM rule r
JOIN clinical.study t USING (study)
JOIN intervention.acupoint a ON a.acupoint = r.consequent
ORDER BY t.study, r.support DESC, r.lift DESC, r.antecedent, r.consequent;
