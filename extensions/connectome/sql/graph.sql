-- Graph measures (Brain Connectivity Toolbox: Rubinov & Sporns 2010, NeuroImage 52:1059).
CREATE FUNCTION psyrad.graph_degree(c psyrad.connectome, weighted boolean DEFAULT true, negative text DEFAULT 'error') RETURNS double precision[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_strength(c psyrad.connectome, weighted boolean DEFAULT true, negative text DEFAULT 'error') RETURNS double precision[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_clustering(c psyrad.connectome, weighted boolean DEFAULT true, negative text DEFAULT 'error') RETURNS double precision[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_betweenness(c psyrad.connectome, weighted boolean DEFAULT true, negative text DEFAULT 'error') RETURNS double precision[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_local_efficiency(c psyrad.connectome, weighted boolean DEFAULT true, negative text DEFAULT 'error') RETURNS double precision[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_eigenvector(c psyrad.connectome, weighted boolean DEFAULT true, negative text DEFAULT 'error') RETURNS double precision[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_pagerank(c psyrad.connectome, weighted boolean DEFAULT true, negative text DEFAULT 'error', damping double precision DEFAULT 0.85) RETURNS double precision[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_participation(c psyrad.connectome, communities integer[], weighted boolean DEFAULT true, negative text DEFAULT 'error') RETURNS double precision[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_module_zscore(c psyrad.connectome, communities integer[], weighted boolean DEFAULT true, negative text DEFAULT 'error') RETURNS double precision[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_components(c psyrad.connectome, weighted boolean DEFAULT true, negative text DEFAULT 'error') RETURNS integer[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_louvain(c psyrad.connectome, weighted boolean DEFAULT true, negative text DEFAULT 'error', gamma double precision DEFAULT 1, seed bigint DEFAULT 1) RETURNS integer[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_density(c psyrad.connectome, weighted boolean DEFAULT true, negative text DEFAULT 'error') RETURNS double precision
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_transitivity(c psyrad.connectome, weighted boolean DEFAULT true, negative text DEFAULT 'error') RETURNS double precision
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_assortativity(c psyrad.connectome, weighted boolean DEFAULT true, negative text DEFAULT 'error') RETURNS double precision
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_global_efficiency(c psyrad.connectome, weighted boolean DEFAULT true, negative text DEFAULT 'error') RETURNS double precision
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_char_path_length(c psyrad.connectome, weighted boolean DEFAULT true, negative text DEFAULT 'error', finite_only boolean DEFAULT false) RETURNS double precision
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.graph_modularity(c psyrad.connectome, communities integer[], weighted boolean DEFAULT true, negative text DEFAULT 'error', gamma double precision DEFAULT 1) RETURNS double precision
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME';

COMMENT ON FUNCTION psyrad.graph_degree(psyrad.connectome, boolean, text) IS
	'float8[n]: number of edges (not equal to 0) of each region. Negative edges: negative => ''error'' (the default), ''drop'' or '
	'''abs''. weighted => false takes every edge that is not 0 as 1. A region all of whose edges are missing is left out (NaN); any '
	'other missing edge is an error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_strength(psyrad.connectome, boolean, text) IS
	'float8[n]: sum of the weights of each region''s edges. Negative edges: negative => ''error'' (the default), ''drop'' or ''abs''. '
	'weighted => false takes every edge that is not 0 as 1. A region all of whose edges are missing is left out (NaN); any other '
	'missing edge is an error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_clustering(psyrad.connectome, boolean, text) IS
	'float8[n]: clustering coefficient of each region (Onnela 2005 where weighted: cube roots of the products over triangles); 0 '
	'without triangles. Weights are taken as they are, so keep them within 0..1, as of kind r. Negative edges: negative => ''error'' '
	'(the default), ''drop'' or ''abs''. weighted => false takes every edge that is not 0 as 1. A region all of whose edges are missing '
	'is left out (NaN); any other missing edge is an error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_betweenness(psyrad.connectome, boolean, text) IS
	'float8[n]: betweenness centrality of each region over ordered pairs (Brandes 2001); lengths are 1 / weight. Negative edges: '
	'negative => ''error'' (the default), ''drop'' or ''abs''. weighted => false takes every edge that is not 0 as 1. A region all of '
	'whose edges are missing is left out (NaN); any other missing edge is an error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_local_efficiency(psyrad.connectome, boolean, text) IS
	'float8[n]: local efficiency of each region: mean of (w_ui w_uj)^(1/3) / d_ij over its neighbours, distances among these alone with '
	'lengths (1 / w)^(1/3) (Wang 2016, the toolbox''s recommended form); 0 with fewer than 2. Negative edges: negative => ''error'' '
	'(the default), ''drop'' or ''abs''. weighted => false takes every edge that is not 0 as 1. A region all of whose edges are missing '
	'is left out (NaN); any other missing edge is an error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_eigenvector(psyrad.connectome, boolean, text) IS
	'float8[n]: eigenvector centrality of each region: the eigenvector of the largest eigenvalue, of length 1. Negative edges: negative '
	'=> ''error'' (the default), ''drop'' or ''abs''. weighted => false takes every edge that is not 0 as 1. A region all of whose '
	'edges are missing is left out (NaN); any other missing edge is an error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_pagerank(psyrad.connectome, boolean, text, double precision) IS
	'float8[n]: PageRank of each region, the stationary share of a random walk that goes on with probability damping (0 to less than '
	'1); sums to 1. Negative edges: negative => ''error'' (the default), ''drop'' or ''abs''. weighted => false takes every edge that '
	'is not 0 as 1. A region all of whose edges are missing is left out (NaN); any other missing edge is an error. Definitions: Brain '
	'Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_participation(psyrad.connectome, integer[], boolean, text) IS
	'float8[n]: participation coefficient of each region, 1 - sum over communities of (strength to it / strength)^2; 0 for a region '
	'without edges. communities has one number a region. Negative edges: negative => ''error'' (the default), ''drop'' or ''abs''. '
	'weighted => false takes every edge that is not 0 as 1. A region all of whose edges are missing is left out (NaN); any other '
	'missing edge is an error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_module_zscore(psyrad.connectome, integer[], boolean, text) IS
	'float8[n]: strength of each region within its own community, standardised over the community (divisor: its number of regions, as '
	'bctpy; the MATLAB toolbox has one less); 0 where all have the same. communities has one number a region. Negative edges: negative '
	'=> ''error'' (the default), ''drop'' or ''abs''. weighted => false takes every edge that is not 0 as 1. A region all of whose '
	'edges are missing is left out (NaN); any other missing edge is an error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_components(psyrad.connectome, boolean, text) IS
	'integer[n]: the connected component of each region, numbered from 1 by first region. Negative edges: negative => ''error'' (the '
	'default), ''drop'' or ''abs''. weighted => false takes every edge that is not 0 as 1. A region all of whose edges are missing is '
	'left out (NULL); any other missing edge is an error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_louvain(psyrad.connectome, boolean, text, double precision, bigint) IS
	'integer[n]: communities by the Louvain method with resolution gamma > 0, numbered from 1 by first region. The same seed gives the '
	'same communities on every machine; of several seeds keep the one whose graph_modularity is the largest. Negative edges: negative '
	'=> ''error'' (the default), ''drop'' or ''abs''. weighted => false takes every edge that is not 0 as 1. A region all of whose '
	'edges are missing is left out (NULL); any other missing edge is an error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_density(psyrad.connectome, boolean, text) IS
	'Share of the possible edges that are not 0. Negative edges: negative => ''error'' (the default), ''drop'' or ''abs''. weighted => '
	'false takes every edge that is not 0 as 1. A region all of whose edges are missing is left out; any other missing edge is an '
	'error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_transitivity(psyrad.connectome, boolean, text) IS
	'Triangles over connected triples (weighted: sums of cube roots of products, weights as they are); NULL without triples. Negative '
	'edges: negative => ''error'' (the default), ''drop'' or ''abs''. weighted => false takes every edge that is not 0 as 1. A region '
	'all of whose edges are missing is left out; any other missing edge is an error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_assortativity(psyrad.connectome, boolean, text) IS
	'Correlation of the strengths (binary: degrees) at the ends of edges; NULL when they are all the same. Negative edges: negative => '
	'''error'' (the default), ''drop'' or ''abs''. weighted => false takes every edge that is not 0 as 1. A region all of whose edges '
	'are missing is left out; any other missing edge is an error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_global_efficiency(psyrad.connectome, boolean, text) IS
	'Mean of 1 / distance over pairs of regions, 0 for pairs without a path; lengths are 1 / weight. Negative edges: negative => '
	'''error'' (the default), ''drop'' or ''abs''. weighted => false takes every edge that is not 0 as 1. A region all of whose edges '
	'are missing is left out; any other missing edge is an error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_char_path_length(psyrad.connectome, boolean, text, boolean) IS
	'Mean distance over pairs of regions, lengths being 1 / weight. Infinity in a disconnected graph; finite_only => true takes the '
	'pairs with a path alone (NULL when there are none). Negative edges: negative => ''error'' (the default), ''drop'' or ''abs''. '
	'weighted => false takes every edge that is not 0 as 1. A region all of whose edges are missing is left out; any other missing edge '
	'is an error. Definitions: Brain Connectivity Toolbox.';
COMMENT ON FUNCTION psyrad.graph_modularity(psyrad.connectome, integer[], boolean, text, double precision) IS
	'Newman''s modularity Q of the given communities, one number a region, with resolution gamma > 0; NULL without edges. Negative '
	'edges: negative => ''error'' (the default), ''drop'' or ''abs''. weighted => false takes every edge that is not 0 as 1. A region '
	'all of whose edges are missing is left out; any other missing edge is an error. Definitions: Brain Connectivity Toolbox.';
