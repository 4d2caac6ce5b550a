-- Power, sample size and detectable effects: known figures of R, families, refusals.
SET search_path = psyrad, public;
SET extra_float_digits = -3;
\pset null '(null)'
-- R: power.t.test(20, .5, strict = TRUE); power.t.test(delta = .5, power = .8)$n 63.77; power.t.test(delta = .5, power = .8, type = 'paired')$n 33.37.
SELECT power_ttest(0.5, 20) AS power, sample_size_ttest(0.5) AS groups, sample_size_ttest(0.5, type => 'paired') AS pairs, detectable_ttest(64) AS d, power_ttest(-0.6, 15, 90, alpha => 0.02) AS unequal;
SELECT power_corr(0.3, 50) AS power, sample_size_corr(0.3) AS n, sample_size_corr(0.3, covariates => 6) AS adjusted, detectable_corr(85) AS r;
-- One edge of 79,800.
SELECT sample_size_ttest(0.8, tests => 79800) AS bonferroni, sample_size_ttest(0.8, tests => 79800, correction => 'fdr', effects => 200) AS fdr, sample_size_ttest(0.8, tests => 79800, correction => 'none') AS none,
	power_ttest(0.8, 100, tests => 79800) AS power, power_ttest(0.8, 100, tests => 79800, correction => 'fdr', effects => 200) AS power_fdr;
SELECT alternative, power_ttest(0.5, 20, alternative => alternative), sample_size_ttest(0.5, alternative => alternative), detectable_corr(30, alternative => alternative)
	FROM unnest(ARRAY['two-sided', 'greater', 'less']) AS alternative;
-- Nothing to answer.
SELECT sample_size_ttest(0) AS no_effect, power_ttest(0.5, 1) AS too_few, power_corr(0.5, 3) AS too_few_r, detectable_corr(8, covariates => 6) AS too_few_left, power_ttest(0, 30) AS alpha;
SELECT power_ttest(NULL, 20);
SELECT power_ttest(0.5, 0);
SELECT power_ttest(0.5, 'NaN');
SELECT power_ttest(0.5, 20, alpha => 0);
SELECT power_ttest(0.5, 20, tests => 0);
SELECT power_ttest(0.5, 20, correction => 'holm');
SELECT power_ttest(0.5, 20, correction => 'fdr', tests => 100);
SELECT power_ttest(0.5, 20, correction => 'fdr', tests => 100, effects => 101);
SELECT power_ttest(0.5, 20, type => 'welch');
SELECT power_ttest(0.5, 20, 30, type => 'paired');
SELECT power_ttest(0.5, 20, alternative => 'both');
SELECT sample_size_ttest(0.5, 1);
SELECT power_corr(1, 20);
SELECT power_corr(0.4, 20, covariates => -1);
