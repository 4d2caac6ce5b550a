-- Making connectomes and reading their parts.
\pset null '(null)'
SET search_path = public, psyrad;

-- conn_from_series
SELECT conn_from_series('{{1,2,5},{2,1,5},{3,5,5},{4,4,5}}'::real[]);
SELECT conn_from_series(ARRAY[[1,2,NULL],[2,1,1],[3,5,2],[4,4,7]]);
SELECT conn_from_series(ARRAY[[1.0,2],[2,1],[3,5],[4,4]], 'pearson') = conn_from_series('{{1,2},{2,1},{3,5},{4,4}}'::float8[]) AS any_number_type;
SELECT conn_from_series('{{1e300,1},{2e300,2},{-1e300,3}}'::float8[]), conn_from_series('{{1e-300,1},{2e-300,2},{-1e-300,3}}'::float8[]);
SELECT conn_from_series('{{1,2},{2,1},{3,5}}'::real[], 'spearman');
SELECT conn_from_series('{1,2,3}'::real[]);
SELECT conn_from_series('{{{1}}}'::real[]);
SELECT conn_from_series('{}'::real[]);
SELECT conn_from_series('{{1},{2},{3}}'::real[]);
SELECT conn_from_series('{{1,2},{2,3}}'::real[]);
SELECT conn_from_series('{{1,2},{2,Infinity},{3,4}}'::real[]);
SELECT conn_from_series('{{a,b},{c,d}}'::text[]);
SELECT conn_from_series('{{1,2},{2,3}}');
SELECT conn_from_series(NULL::real[]);

-- conn_from_edges, conn_from_matrix
SELECT conn_from_edges(ARRAY[0.5, NULL, -0.25], 'r'), conn_from_edges('{1,2,3}'::float8[], 'weight'), conn_from_edges(ARRAY[1,2,3], 'z');
SELECT conn_from_edges('{1,2,3}'::real[], 'r');
SELECT conn_from_edges('{1,2,3}'::real[], 'R');
SELECT conn_from_edges('{{1,2,3}}'::real[], 'z');
SELECT conn_from_edges('{1e39}'::float8[], 'weight');
SELECT conn_from_matrix(ARRAY[[9,0.5,NULL],[0.5,9,-0.25],[NULL,-0.25,9]], 'r');
SELECT conn_from_matrix('{{1,0.5},{0.50000001,1}}'::float8[], 'r');
SELECT conn_from_matrix('{{1,0.5},{0.501,1}}'::float8[], 'r');
SELECT conn_from_matrix('{{1,0.5},{NaN,1}}'::float8[], 'r');
SELECT conn_from_matrix('{{1,0.5,0},{0.5,1,0}}'::float8[], 'r');

-- parts
CREATE TABLE four AS SELECT 'z:4:{0.12,0.13,0.14,0.23,NaN,0.34}'::connectome AS c;
SELECT conn_n(c), conn_kind(c), conn_edge(c, 1, 2), conn_edge(c, 4, 3), conn_edge(c, 2, 4), conn_edge(c, 3, 3) FROM four;
SELECT conn_edge(c, 5, 1) FROM four;
SELECT i, conn_row(c, i) FROM four, generate_series(1, 4) AS i;
SELECT conn_row(c, 0) FROM four;
SELECT conn_edges(c), conn_matrix(c), conn_matrix(c, diagonal => 1) FROM four;
SELECT u.* FROM four, conn_unnest(c) AS u;
SELECT (conn_unnest(c)).value FROM four LIMIT 2;
SELECT conn_from_matrix(conn_matrix(c), 'z') = c, conn_from_edges(conn_edges(c), 'z') = c FROM four;

-- scales and differences
SELECT conn_fisher_z('r:3:{0.5,NaN,1}'), conn_fisher_z('partial:2:{-0.5}'), conn_fisher_z_inv('z:3:{0.5493061,NaN,50}'), conn_fisher_z_inv('partial_z:2:{0}');
SELECT conn_fisher_z(conn_fisher_z('r:2:{0.5}'));
SELECT conn_fisher_z('weight:2:{0.5}');
SELECT conn_fisher_z_inv('r:2:{0.5}');
SELECT 'z:3:{0.5,NaN,1}'::connectome - 'z:3:{0.25,1,1}'::connectome, conn_diff('weight:2:{3}', 'weight:2:{1}');
SELECT 'r:2:{0.5}'::connectome - 'r:2:{0.5}'::connectome;
SELECT 'z:2:{0.5}'::connectome - 'partial_z:2:{0.5}'::connectome;
SELECT 'z:2:{0.5}'::connectome - 'z:3:{0.5,0,0}'::connectome;
SELECT 'weight:2:{3e38}'::connectome - 'weight:2:{-3e38}'::connectome;
