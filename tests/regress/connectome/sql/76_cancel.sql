-- Cancelling within a second: every function that can run long, stopped in the middle by statement_timeout.
\set SHOW_CONTEXT never
CREATE SCHEMA cancel;
SET search_path = cancel, public, psyrad;

-- Noise from integers: 1,000 regions by 2,000 time points; a connectome of 1,000 regions; 200 vectors of 60,000 elements.
CREATE TABLE series AS SELECT array_agg(v ORDER BY t) AS s FROM (SELECT t, array_agg(((hashint4(t * 1000 + r) % 1000) / 1000.0 + (r * t % 7) / 10.0)::real ORDER BY r) AS v
	FROM generate_series(1, 2000) t, generate_series(1, 1000) r GROUP BY t) x;
CREATE TABLE network AS SELECT conn_from_edges(array_agg(abs(hashint4(k) % 1000)::real / 1000 + 0.001 ORDER BY k), 'weight') AS c FROM generate_series(1, 499500) k;
CREATE TABLE base AS SELECT array_agg((hashint4(k) % 1000)::real / 1000 ORDER BY k) AS v FROM generate_series(1, 60000) k;
CREATE TABLE scan AS SELECT id, id % 2 = 0 AS grp, (hashint4(id) % 100)::float8 AS y, 'site' || id % 4 AS site,
	(SELECT array_agg((hashint4(k * 1000 + id) % 1000)::real / 1000 ORDER BY k) FROM generate_series(1, 4950) k) AS v FROM generate_series(1, 100) id;
CREATE TABLE subject AS SELECT id, grp, y, site, conn_from_edges(v, 'z') AS c FROM scan;
CREATE TABLE many AS SELECT combat_state(v || v || v || v || v || v || v || v || v || v || v || v || v || v || v || v || v || v || v || v, site) AS combat FROM scan;
CREATE TABLE reliability AS SELECT mass_icc_close(mass_icc_state(v || v || v || v || v || v || v || v || v || v || v || v || v || v || v || v || v || v || v || v, id / 2, (id % 2)::text)) AS s FROM scan WHERE id BETWEEN 2 AND 99;

-- What a cancelled statement took, from its start.
\i ../cpu.sql
\set in_time 'SELECT cpu() - :start < 1.1 AS in_time;'
\t on
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT conn_from_series(s, 'spearman') FROM series, generate_series(1, 20);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT conn_from_series(s, 'partial') FROM series, generate_series(1, 20);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT conn_from_series(s, 'ledoit_wolf') FROM series, generate_series(1, 20);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT conn_from_series(s, 'partial_ledoit_wolf') FROM series, generate_series(1, 20);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT conn_from_series(s, 'oas') FROM series, generate_series(1, 20);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT conn_lag1(s) FROM series, generate_series(1, 20);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT count(x) FROM series, conn_sliding(s, 200, 1, 'spearman') x;
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT series_clean(s, tr => 2, high_pass => 0.01, low_pass => 0.1) FROM series, generate_series(1, 30);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT series_falff(s, 2) FROM series, generate_series(1, 30);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT graph_betweenness(c) FROM network;
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT graph_local_efficiency(c) FROM network;
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT graph_global_efficiency(c) FROM network;
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT graph_char_path_length(c) FROM network;
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT graph_louvain(c, seed => n) FROM network, generate_series(1, 100) n;
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT graph_clustering(c) FROM network, generate_series(1, 20);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT graph_transitivity(c) FROM network, generate_series(1, 20);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT graph_eigenvector(c) FROM network, generate_series(1, 500);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT graph_pagerank(c) FROM network, generate_series(1, 500);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT conn_threshold(c, density => 0.1) FROM network, generate_series(1, 500);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT conn_similarity(c, c) FROM network, generate_series(1, 2000);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT mass_perm_ttest(id, c, grp, 1000000, 1) FROM subject;
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT mass_perm_corr(id, c, y, 1000000, 1) FROM subject;
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT mass_perm_glm(id, c, ARRAY[1, y, id], '{0,1,0}', 1000000, 1) FROM subject;
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT conn_nbs(id, c, grp, 1.0, 1000000, 1, 'two-sided', 'extent') FROM subject;
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT conn_cpm(id, c, y, 10, 0.01, 100000, 1) FROM subject;
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT conn_fingerprint(id / 2, (id % 2)::int, c, 10000000, 1) FROM subject;
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT combat_final(combat, tolerance => 1e-14) FROM many, generate_series(1, 50);
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT mass_icc_final(s) FROM reliability;
RESET statement_timeout;
:in_time
SELECT cpu() AS start \gset
SET statement_timeout = '100ms';
SELECT p_adjust(p, 'hommel') FROM (SELECT array_agg(0.5 + e / 2.1) AS p FROM base, unnest(v) e) b, generate_series(1, 1000);
RESET statement_timeout;
:in_time
\t off
DROP SCHEMA cancel CASCADE;
