-- Cleaning of series in SQL: shapes, options, refusals; the numbers are compared with nilearn's in the unit tests.
\pset null '(null)'
SET search_path = public, psyrad;
CREATE TABLE run AS SELECT array_agg(ARRAY[100 + t * 0.1 + sin(t * 0.5) + t * t % 7, cos(t * 0.9) + t % 3] ORDER BY t) AS series, array_agg(sin(t * 0.5) ORDER BY t) AS confound,
	array_agg(t IN (5, 6, 30) ORDER BY t) AS scrub FROM generate_series(1, 60) AS t;
SELECT array_dims(series_clean(series)) AS cleaned, array_dims(series_clean(series, scrub => scrub, low_pass => 0.1, high_pass => 0.01)) AS scrubbed, pg_typeof(series_clean(series::real[]))
FROM run;
-- standardised: mean 0, sd 1; the confound is gone; kept volumes stay in place
SELECT region, round(avg(x)::numeric, 10) AS mean, round(stddev_samp(x)::numeric, 10) AS sd, round(corr(x, c)::numeric, 8) AS with_confound
FROM run, generate_series(1, 60) AS t, generate_series(1, 2) AS region, LATERAL (SELECT (series_clean(series, confound))[t][region] AS x, confound[t] AS c) AS v GROUP BY region ORDER BY region;
SELECT round((series_clean(series, standardize => 'none', detrend => false))[7][1]::numeric, 6) = round(series[7][1]::numeric, 6) AS unchanged,
	(series_clean(series, standardize => 'none', detrend => false, scrub => scrub))[5][1] = series[7][1] AS left_out FROM run;
SELECT (series_clean(series || ARRAY[ARRAY[NULL, 1]]))[1][1], (series_clean(series || ARRAY[ARRAY[NULL, 1]]))[1][2] IS NOT NULL AS the_other, series_clean(NULL::real[][]) FROM run;
-- a sine in the band: all of its amplitude is there
SELECT round((series_alff(s, 2))[1]::numeric, 3) AS inside, round((series_falff(s, 2))[1]::numeric, 3) AS share_inside, round((series_falff(s, 2, 0.15, 0.25))[1]::numeric, 3) AS share_outside
FROM (SELECT array_agg(ARRAY[sin(2 * pi() * 0.0625 * 2 * t)] ORDER BY t) AS s FROM generate_series(1, 128) AS t) AS x;
-- refusals
SELECT series_clean(ARRAY[1.0, 2]) FROM run;
SELECT series_clean(series, confound[1:5]) FROM run;
SELECT series_clean(series, scrub => scrub[1:5]) FROM run;
SELECT series_clean(series, scrub => array_fill(true, ARRAY[60])) FROM run;
SELECT series_clean(series, low_pass => 0.3) FROM run;
SELECT series_clean(series, low_pass => 0) FROM run;
SELECT series_clean(series, low_pass => 0.01, high_pass => 0.1) FROM run;
SELECT series_clean(series, standardize => 'z') FROM run;
SELECT series_clean(series, filter => 'fft') FROM run;
SELECT series_clean(series, filter => 'cosine') FROM run;
SELECT series_clean(series, tr => NULL) FROM run;
SELECT series_clean(series[1:20], low_pass => 0.1, high_pass => 0.01) FROM run;
SELECT series_alff(series, 2, 0.1, 0.3) FROM run;
SELECT series_falff(series, 0) FROM run;
DROP TABLE run;
-- a cancelled query stops
CREATE TABLE noise AS SELECT array_agg(r) AS s FROM (SELECT array_agg(random()) AS r FROM generate_series(1, 800 * 750) AS i GROUP BY i % 800) AS x;
SET statement_timeout = '300ms';
SELECT series_clean(s, s, low_pass => 0.1) IS NULL FROM noise;
RESET statement_timeout;
DROP TABLE noise;
