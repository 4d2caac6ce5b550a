-- Graph measures: numbers against bctpy are in tests/unit/test_graph.c; here the surface, what is refused, and laws.
\pset null '(null)'
SET search_path = public, psyrad;
CREATE TABLE g AS SELECT * FROM (VALUES
	('square', 'weight:4:{1,0,0.5,1,0,1}'::connectome), ('parts', 'weight:4:{0.5,0,0,0,0,0.25}'),
	('lost', 'r:4:{0.5,NaN,0.25,NaN,1,NaN}'), ('empty', 'r:3:{0,0,0}'), ('unknown', 'r:2:{NaN}')) AS g (name, c);

SELECT name, graph_degree(c), graph_strength(c), graph_clustering(c), graph_betweenness(c) FROM g;
SELECT name, graph_local_efficiency(c), graph_participation(c, communities => (ARRAY[1,1,7,7,7])[1:conn_n(c)]), graph_components(c),
	graph_louvain(c) FROM g;
SELECT name, (SELECT array_agg(round(v::numeric, 9)) FROM unnest(graph_eigenvector(c)) AS v) AS eigenvector,
	(SELECT array_agg(round(v::numeric, 9)) FROM unnest(graph_pagerank(c)) AS v) AS pagerank FROM g WHERE name IN ('square', 'empty');
SELECT name, graph_density(c), graph_transitivity(c), graph_assortativity(c), graph_global_efficiency(c), graph_char_path_length(c) AS path,
	graph_char_path_length(c, finite_only => true) AS finite_path, graph_modularity(c, graph_louvain(c)) AS q FROM g;
SELECT graph_module_zscore(c, '{1,1,1,2}'), graph_modularity(c, '{1,1,2,2}', gamma => 2) FROM g WHERE name = 'square';
-- Binary: weights do not matter.
SELECT graph_strength(c, weighted => false) = graph_degree(c) AS degree, graph_global_efficiency(c, false) FROM g WHERE name = 'square';
-- A path along two strong edges is shorter than one weak edge.
SELECT graph_betweenness('weight:3:{4,1,4}'), graph_betweenness('weight:3:{4,1,4}', weighted => false);

-- negative edges
SELECT graph_degree('r:3:{0.5,-0.25,0}');
SELECT graph_strength('r:3:{0.5,-0.25,0}', negative => 'drop'), graph_strength('r:3:{0.5,-0.25,0}', negative => 'abs');
SELECT graph_density('r:3:{0.5,-0.25,0}', true, 'keep');

-- what is refused
SELECT graph_density('r:3:{0.5,NaN,0.25}') IS NOT NULL, graph_density('r:4:{0.5,NaN,0.25,0,0,0}');
SELECT graph_participation(c, '{1,2}') FROM g WHERE name = 'square';
SELECT graph_participation(c, '{1,2,NULL,1}') FROM g WHERE name = 'square';
SELECT graph_pagerank(c, damping => 1) FROM g WHERE name = 'square';
SELECT graph_louvain(c, gamma => 0) FROM g WHERE name = 'square';
SELECT graph_modularity(c, '{1,1,1,1}', gamma => 'NaN') FROM g WHERE name = 'square';
SELECT graph_degree(NULL);

-- Laws on a graph of 60 regions: doubling weights halves lengths; what counts shares does not change; a seed repeats itself.
CREATE TEMP TABLE big AS SELECT conn_from_edges(array_agg(CASE WHEN h < 300 THEN (h + 1) / 300.0 ELSE 0 END ORDER BY k), 'weight') AS c
	FROM (SELECT k, (k::bigint * 7919 + k::bigint * k * 104729) % 997 AS h FROM generate_series(1, 1770) AS k) AS hash;
CREATE TEMP TABLE twice AS SELECT c, conn_from_edges((SELECT array_agg(2 * e ORDER BY o) FROM unnest(conn_edges(c)) WITH ORDINALITY AS u (e, o)), 'weight') AS d FROM big;
SELECT graph_char_path_length(c) = 2 * graph_char_path_length(d) AS path, graph_global_efficiency(d) = 2 * graph_global_efficiency(c) AS efficiency,
	graph_betweenness(c) = graph_betweenness(d) AS betweenness, graph_louvain(c) = graph_louvain(d) AS louvain,
	graph_louvain(c, seed => 5) = graph_louvain(c, seed => 5) AS repeats, graph_modularity(c, graph_louvain(c)) > 0 AS modular FROM twice;
SELECT abs(sum(v) - 1) < 1e-12 AS pagerank_sums_to_one FROM big, unnest(graph_pagerank(c)) AS v;
SET statement_timeout = '300ms';
SELECT count(graph_local_efficiency(conn_from_edges(array_fill(0.5::real, ARRAY[1999000]), 'r')));
RESET statement_timeout;
DROP TABLE g;
