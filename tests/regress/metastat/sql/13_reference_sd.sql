-- reference_sd: the pooled deviation of an instrument's arms, for those that report none.
SET search_path = public, psyrad;
CREATE TABLE arm13 (instrument text, study int, sd float8, n int);
INSERT INTO arm13 VALUES ('HAMD-17', 1, 5, 11), ('HAMD-17', 2, 7, 31), ('HAMD-17', 3, NULL, 40), ('HAMD-17', 4, 9, 1), ('BDI', 5, 10, 20), ('PHQ-9', 6, NULL, 30);
-- sqrt((10 * 25 + 30 * 49) / 40) = sqrt(43)
SELECT instrument, reference_sd(sd, n), reference_sd(sd, n) = sqrt(43) AS exact FROM arm13 GROUP BY instrument ORDER BY instrument;
SELECT study, coalesce(sd, reference_sd(sd, n) OVER (PARTITION BY instrument)) AS sd FROM arm13 WHERE study = 3 OR instrument = 'HAMD-17' ORDER BY study;
SELECT reference_sd(sd, n) IS NULL AS nothing FROM arm13 WHERE false;
-- Order and parts do not show; sums of states are what a parallel plan makes.
CREATE TABLE many13 AS SELECT i, 5 + 1e4 * (sin(i * 1.3) + 1) AS sd, 2 + i % 50 AS n FROM generate_series(1, 20000) i;
ALTER TABLE many13 SET (parallel_workers = 4);
ANALYZE many13;
SELECT count(DISTINCT s) AS different FROM (SELECT reference_sd(sd, n ORDER BY i) AS s FROM many13 UNION ALL SELECT reference_sd(sd, n ORDER BY sin(i)) FROM many13
	UNION ALL SELECT reference_sd(sd, n ORDER BY -sd) FROM many13) x;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 4;
CREATE TABLE parallel13 AS SELECT reference_sd(sd, n) AS s FROM many13;
SET max_parallel_workers_per_gather = 0;
SELECT s = (SELECT reference_sd(sd, n) FROM many13) AS same, abs(s - (SELECT sqrt(sum((n - 1) * sd::numeric ^ 2) / sum(n - 1)) FROM many13)::float8) < 1e-11 AS right FROM parallel13;
RESET ALL;
SET search_path = public, psyrad;
SELECT reference_sd(-1, 10);
SELECT reference_sd('NaN', 10);
SELECT reference_sd(1, 'Infinity');
SELECT reference_sd_finish('{1,2,3}');
SELECT reference_sd_finish('{-1,0,3,1}');
SELECT reference_sd_finish('{1,NaN,3,1}');
SELECT reference_sd_combine('{40,0,10,1}', NULL), reference_sd_combine(NULL, NULL);
DROP TABLE arm13, many13, parallel13;
