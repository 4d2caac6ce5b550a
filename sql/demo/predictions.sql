-- predictions.sql - stores what the models say of the scans before treatment, for the warehouse to hold against what became of the patients.
SELECT format('predictions: %s of %s stored', sum(model.store_predictions(name, subjects, sessions, scores)), string_agg(name, ', ' ORDER BY name))
FROM (
	SELECT m.name, array_agg(p.subject_id ORDER BY p.subject_id) AS subjects, array_agg(p.session ORDER BY p.subject_id) AS sessions, array_agg(m.score ORDER BY p.subject_id) AS scores
	FROM report.model_score m
	JOIN imaging.primary p ON p.subject_id = m.subject_id AND p.atlas = m.atlas AND p.role = 'pre' AND p.measure = 'fc_pearson'
	WHERE m.score IS NOT NULL
	GROUP BY m.name
) scored;
