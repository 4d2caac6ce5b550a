-- Estimators, windows, lag, thresholds, similarity, blocks.
\pset null '(null)'
SET search_path = public, psyrad;

CREATE TABLE series AS SELECT ARRAY[[1,2,3,7],[2,1,1,7],[3,5,2,7],[4,4,7,7],[4,6,1,7],[9,5,8,7]]::float8[] AS s;
SELECT method, conn_from_series(s, method) FROM series,
	unnest('{pearson,spearman,partial,ledoit_wolf,partial_ledoit_wolf,oas}'::text[]) AS method;
-- Constant regions do not count: of the four, three are usable, and three timepoints are too few for these.
SELECT conn_from_series(s[1:4], 'partial') IS NOT NULL AS four_do FROM series;
SELECT conn_from_series(s[1:3], 'partial') FROM series;
SELECT conn_kind(conn_from_series(s[1:3], 'partial_ledoit_wolf')) FROM series;
SELECT conn_from_series('{{1,1},{2,2},{3,3},{4,4}}'::real[], 'partial');
SELECT conn_from_series(s, 'Spearman') FROM series;
SELECT conn_from_series('{{1,2},{2,Infinity},{3,4}}'::real[], 'spearman');
SELECT conn_from_series('{{1,NULL,3},{2,1,1},{3,5,2},{4,4,7}}'::real[], 'spearman');

-- windows
SELECT w.* FROM series, conn_sliding(s, 4, 1, 'spearman') AS w;
SELECT w.start, w.c = conn_from_series(s[w.start:w.start + 2]) AS same FROM series, conn_sliding(s, width => 3, step => 2) AS w;
SELECT count(*), count(DISTINCT start) FROM series, conn_sliding(s::real[], 6);
SELECT (conn_sliding(s, 4)).start FROM series LIMIT 1;
SELECT conn_sliding(s, 7) FROM series;
SELECT conn_sliding(s, 2) FROM series;
SELECT conn_sliding(s, 4, 0) FROM series;
SELECT conn_sliding(s, 4, 1, 'none') FROM series;
SELECT count(*) FROM conn_sliding(NULL::real[], 4);

-- lag
SELECT conn_lag1(s) FROM series;
SELECT conn_lag1(s[1:3]) FROM series;
SELECT conn_lag1('{1,2,3,4}'::real[]);

-- thresholds
SELECT conn_threshold(c, density => 0.5), conn_threshold(c, density => 0.5, absolute => true), conn_threshold(c, above => 0.3),
	conn_threshold(c, above => 0.3, absolute => true), conn_threshold(c, density => 0)
	FROM (SELECT 'z:4:{0.3,-0.9,0.5,NaN,0.1,0.5}'::connectome AS c) AS one;
SELECT conn_threshold('z:2:{1}');
SELECT conn_threshold('z:2:{1}', 0.5, 0.5);
SELECT conn_threshold('z:2:{1}', density => 1.5);
SELECT conn_threshold('z:2:{1}', above => 'NaN');
SELECT conn_threshold(NULL, density => 0.5);

-- similarity
SELECT conn_similarity(a, b), conn_similarity(b, a) = conn_similarity(a, b) AS symmetric, conn_similarity(a, a)
	FROM (SELECT 'z:4:{1,2,3,9,NaN,5}'::connectome AS a, 'z:4:{2,4,6,NaN,9,9}'::connectome AS b) AS two;
SELECT conn_similarity('z:3:{1,1,1}', 'z:3:{1,2,3}'), conn_similarity('z:2:{1}', 'z:2:{1}');
SELECT conn_similarity('z:2:{1}', 'r:2:{1}');
SELECT conn_similarity('z:2:{1}', 'z:3:{1,2,3}');

-- blocks
SELECT m.* FROM conn_block_mean('z:4:{1,2,4,NaN,16,32}', '{20,-1,-1,20}') AS m;
SELECT m.* FROM conn_block_mean('z:4:{1,2,4,NaN,16,32}', '{20,NULL,20,20}') AS m;
SELECT count(*) FROM conn_block_mean('z:2:{1}', '{NULL,NULL}');
SELECT conn_block_mean('z:4:{1,2,4,NaN,16,32}', '{1,2,3}');
SELECT conn_block_mean('z:4:{1,2,4,NaN,16,32}', '{{1,2},{3,4}}');
DROP TABLE series;
