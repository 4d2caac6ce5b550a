-- Verify psyrad:review_words on pg
BEGIN;
SELECT topic, ordinal, pattern, code, certainty FROM evidence.word_rule WHERE false;
SELECT alias, network FROM evidence.network_alias WHERE false;
DO $$
DECLARE
	bad text;
BEGIN
	ASSERT evidence.stated('not stated in seed') IS NULL AND evidence.stated(' 3 m ') = '3 m', 'what is not stated is not told';
	SELECT string_agg(topic || ' ' || code, ', ' ORDER BY 1) INTO bad FROM evidence.word_rule r
	WHERE code IS NOT NULL AND NOT CASE topic WHEN 'direction' THEN EXISTS (SELECT FROM evidence.direction d WHERE d.direction = code) WHEN 'contrast' THEN EXISTS (SELECT FROM evidence.contrast_kind k WHERE k.contrast_kind = code)
		WHEN 'measure' THEN EXISTS (SELECT FROM evidence.measure_kind k WHERE k.measure_kind = code) WHEN 'modality' THEN EXISTS (SELECT FROM evidence.modality k WHERE k.modality = code)
		WHEN 'population' THEN EXISTS (SELECT FROM evidence.population k WHERE k.population = code) WHEN 'box' THEN EXISTS (SELECT FROM evidence.prisma_box k WHERE k.box = code) ELSE true END;
	ASSERT bad IS NULL, 'rules with a code that there is not: ' || bad;
	ASSERT NOT EXISTS (SELECT FROM evidence.word_rule WHERE topic = 'design' AND code NOT IN ('rct', 'nonrandomised_trial', 'pre_post', 'case_control', 'cross_sectional', 'cohort', 'prediction_model', 'meta_analysis', 'review', 'other')),
		'a rule has a design that there is not';
END $$;
ROLLBACK;
