/*
 * test_graph.c - graph measures against bctpy (tests/oracle/graph.py), and by their laws.  Real group connectomes:
 * tests/golden/run_graph.
 */
#include "unit.h"

#include "connectivity/graph.h"
#include "core/triangle.h"

#define MOST 20
#define MOST_EDGES 190

static psy_graph
build(const float *edges, size_t regions)
{
	psy_graph g;
	psy_error err;

	assert_int_equal(psy_graph_build(&unit_context, edges, regions, true, PSY_NEGATIVE_ERROR, &g, &err), PSY_OK);
	return g;
}

static psy_graph
build_doubles(const double *weight, size_t edges)
{
	float edge[MOST_EDGES];

	for (size_t k = 0; k < edges; k++)
		edge[k] = (float) weight[k];
	return build(edge, psy_edge_regions(edges));
}

static const struct
{
	const char *name;
	psy_graph_node_measure measure;
} by_node[] = {{"degree", psy_graph_degree},
			   {"strength", psy_graph_strength},
			   {"clustering", psy_graph_clustering},
			   {"betweenness", psy_graph_betweenness},
			   {"local_efficiency", psy_graph_local_efficiency},
			   {"eigenvector", psy_graph_eigenvector}};

static const struct
{
	const char *name;
	psy_graph_whole_measure measure;
} of_whole[] = {{"density", psy_graph_density},
				{"transitivity", psy_graph_transitivity},
				{"assortativity", psy_graph_assortativity},
				{"global_efficiency", psy_graph_global_efficiency}};

/* Fills actual with the measure of that name; how many values it has. */
static int
measure(const char *name, const psy_graph *g, double *actual)
{
	int module[MOST];
	psy_error err;

	for (size_t k = 0; k < g->n; k++)
		module[k] = (int) (k % 3);
	for (size_t k = 0; k < sizeof by_node / sizeof *by_node; k++)
		if (strcmp(name, by_node[k].name) == 0)
		{
			assert_int_equal(by_node[k].measure(&unit_context, g, actual, &err), PSY_OK);
			return (int) g->n;
		}
	for (size_t k = 0; k < sizeof of_whole / sizeof *of_whole; k++)
		if (strcmp(name, of_whole[k].name) == 0)
		{
			assert_int_equal(of_whole[k].measure(&unit_context, g, actual, &err), PSY_OK);
			return 1;
		}
	if (strncmp(name, "char_path_length", 16) == 0)
	{
		assert_int_equal(psy_graph_char_path_length(&unit_context, g, name[16] != 0, actual, &err), PSY_OK);
		return 1;
	}
	if (strcmp(name, "modularity") == 0)
	{
		assert_int_equal(psy_graph_modularity(&unit_context, g, module, 3, 1.25, actual, &err), PSY_OK);
		return 1;
	}
	if (strcmp(name, "pagerank") == 0)
		assert_int_equal(psy_graph_pagerank(&unit_context, g, 0.85, actual, &err), PSY_OK);
	else if (strcmp(name, "participation") == 0)
		assert_int_equal(psy_graph_participation(&unit_context, g, module, 3, actual, &err), PSY_OK);
	else if (strcmp(name, "module_zscore") == 0)
		assert_int_equal(psy_graph_module_zscore(&unit_context, g, module, 3, actual, &err), PSY_OK);
	else
		fail_msg("no measure %s", name);
	return (int) g->n;
}

/* Components are numbered differently: the same where they are the same. */
static void
assert_components(const psy_graph *g, const double *expected)
{
	int module[MOST];
	psy_error err;

	assert_int_equal(psy_graph_components(&unit_context, g, module, &err), PSY_OK);
	assert_int_equal(module[0], 0);
	for (size_t i = 0; i < g->n; i++)
		for (size_t j = 0; j < g->n; j++)
			assert_int_equal(module[i] == module[j], expected[i] == expected[j]);
}

/* To 1e-12 of the largest value of the measure in the graph. */
static void
assert_measure(const char *name, const double *actual, const double *expected, int count)
{
	double largest = 0;

	for (int k = 0; k < count; k++)
		largest = fmax(largest, fabs(expected[k])); /* fmax passes over NaN */
	for (int k = 0; k < count; k++)
		if (isnan(actual[k]) != isnan(expected[k]) ||
			!(isnan(expected[k]) || actual[k] == expected[k] || fabs(actual[k] - expected[k]) <= 1e-12 * largest))
			fail_msg("%s[%d] is %.17g, expected %.17g", name, k, actual[k], expected[k]);
}

static void
every_measure_is_that_of_the_toolbox(void **state)
{
	FILE *file = unit_golden_open("graph.csv");
	char label[32];
	double expected[MOST_EDGES], actual[MOST];
	psy_graph g = {0, NULL, NULL};
	int graphs = 0, measures = 0, count;

	while ((count = unit_golden_row(file, label, sizeof label, expected, MOST_EDGES)) > 0)
		if (strcmp(label, "edges") == 0)
		{
			psy_graph_free(&unit_context, &g);
			g = build_doubles(expected, (size_t) count);
			graphs++;
		}
		else
		{
			measures++;
			if (strcmp(label, "components") == 0)
				assert_components(&g, expected);
			else
			{
				assert_int_equal(measure(label, &g, actual), count);
				assert_measure(label, actual, expected, count);
			}
		}
	psy_graph_free(&unit_context, &g);
	fclose(file);
	assert_int_equal(graphs, 8);
	assert_int_equal(measures, 8 * 17);
}

static void
negative_edges_mean_what_is_said(void **state)
{
	static const float edges[3] = {0.5f, -0.25f, 0};
	static const double expected[3][3] = {{0, 0, 0}, {0.5, 0.5, 0}, {0.75, 0.5, 0.25}};

	for (int n = PSY_NEGATIVE_ERROR; n <= PSY_NEGATIVE_ABS; n++)
	{
		psy_graph g;
		double strength[3];
		psy_error err;
		psy_status status = psy_graph_build(&unit_context, edges, 3, true, (psy_graph_negative) n, &g, &err);

		if (n == PSY_NEGATIVE_ERROR)
		{
			assert_int_equal(status, PSY_DOMAIN);
			assert_non_null(strstr(err.message, "edge (1, 3)"));
			assert_non_null(strstr(err.hint, "drop"));
		}
		else
		{
			assert_int_equal(status, PSY_OK);
			assert_int_equal(psy_graph_strength(&unit_context, &g, strength, &err), PSY_OK);
			assert_memory_equal(strength, expected[n], sizeof strength);
		}
		psy_graph_free(&unit_context, &g);
	}
}

static void
a_region_without_edges_known_is_no_node(void **state)
{
	static const float edges[6] = {0.5f, NAN, 0.25f, NAN, 0, NAN}; /* region 2 (0-based) is missing */
	static const float hole[6] = {0.5f, 1, 0.25f, NAN, 0, 1};
	static const float nothing[1] = {NAN};
	psy_graph g = build(edges, 4);
	psy_error err;
	double value[3];

	assert_int_equal(g.n, 3);
	assert_int_equal(g.region[2], 3);
	assert_int_equal(psy_graph_degree(&unit_context, &g, value, &err), PSY_OK);
	assert_true(value[0] == 2 && value[1] == 1 && value[2] == 1);
	psy_graph_free(&unit_context, &g);
	assert_int_equal(psy_graph_build(&unit_context, hole, 4, true, PSY_NEGATIVE_ERROR, &g, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "edge (2, 3) is missing"));
	psy_graph_free(&unit_context, &g);
	g = build(nothing, 2);
	assert_int_equal(g.n, 0);
	for (size_t k = 0; k < sizeof by_node / sizeof *by_node; k++)
		assert_int_equal(by_node[k].measure(&unit_context, &g, value, &err), PSY_OK);
	for (size_t k = 0; k < sizeof of_whole / sizeof *of_whole; k++)
	{
		assert_int_equal(of_whole[k].measure(&unit_context, &g, value, &err), PSY_OK);
		assert_true(isnan(value[0]));
	}
	psy_graph_free(&unit_context, &g);
}

static void
a_graph_without_edges_has_no_paths(void **state)
{
	static const float edges[3] = {0, 0, 0};
	psy_graph g = build(edges, 3);
	int module[3];
	double value[3];
	psy_error err;

	assert_true(measure("global_efficiency", &g, value) == 1 && value[0] == 0);
	assert_true(measure("char_path_length", &g, value) == 1 && value[0] == INFINITY);
	assert_true(measure("char_path_length_finite", &g, value) == 1 && isnan(value[0]));
	assert_true(measure("transitivity", &g, value) == 1 && isnan(value[0]));
	assert_true(measure("assortativity", &g, value) == 1 && isnan(value[0]));
	assert_true(measure("modularity", &g, value) == 1 && isnan(value[0]));
	measure("betweenness", &g, value);
	assert_true(value[0] == 0 && value[1] == 0);
	measure("eigenvector", &g, value);
	assert_close(value[2], sqrt(1 / 3.0), 1e-15);
	measure("pagerank", &g, value);
	assert_close(value[2], 1 / 3.0, 1e-15);
	assert_int_equal(psy_graph_louvain(&unit_context, &g, 1, 1, module, &err), PSY_OK);
	assert_true(module[0] == 0 && module[1] == 1 && module[2] == 2);
	psy_graph_free(&unit_context, &g);
}

/* Two cliques of 8 joined by one edge, renumbered: Louvain must find them from every seed, and each seed repeats itself. */
static void
louvain_finds_cliques_and_repeats_itself(void **state)
{
	float edges[120];
	psy_graph g;
	int first[16], again[16];
	double q;
	psy_error err;

	for (size_t i = 0, k = 0; i < 16; i++)
		for (size_t j = i + 1; j < 16; j++, k++)
			edges[k] = i % 2 == j % 2 || (i == 4 && j == 9) ? 1 : 0;
	g = build(edges, 16);
	for (uint64_t seed = 0; seed < 20; seed++)
	{
		assert_int_equal(psy_graph_louvain(&unit_context, &g, 1, seed, first, &err), PSY_OK);
		assert_int_equal(psy_graph_louvain(&unit_context, &g, 1, seed, again, &err), PSY_OK);
		assert_memory_equal(first, again, sizeof first);
		for (int i = 0; i < 16; i++)
			assert_int_equal(first[i], i % 2);
	}
	/* 57 edges, 28 within each: Q = 56/57 - 2 (57/114)^2. */
	assert_int_equal(psy_graph_modularity(&unit_context, &g, first, 2, 1, &q, &err), PSY_OK);
	assert_close(q, 56.0 / 57 - 0.5, 1e-14);
	assert_int_equal(psy_graph_louvain(&unit_context, &g, 0, 1, first, &err), PSY_DOMAIN);
	assert_int_equal(psy_graph_louvain(&unit_context, &g, NAN, 1, first, &err), PSY_DOMAIN);
	assert_int_equal(psy_graph_pagerank(&unit_context, &g, 1, &q, &err), PSY_DOMAIN);
	psy_graph_free(&unit_context, &g);
}

/* Equal components share the largest eigenvalue: no one of them is preferred. */
static void
equal_parts_share_eigenvector_centrality(void **state)
{
	static const float edges[6] = {0.5f, 0, 0, 0, 0, 0.5f};
	psy_graph g = build(edges, 4);
	double value[4];

	measure("eigenvector", &g, value);
	for (int k = 0; k < 4; k++)
		assert_close(value[k], 0.5, 1e-14);
	psy_graph_free(&unit_context, &g);
}

/* Clustering takes one of three ways, by density and by whether the graph is binary: all are the definition's. */
static void
clustering_is_the_same_by_every_way(void **state)
{
	enum { N = 131 };
	static const double densities[] = {0.02, 0.1, 0.3, 0.4, 0.7, 1};
	static float edges[N * (N - 1) / 2];
	static double root[N][N], value[N];
	unsigned seed = 5;

	for (size_t d = 0; d < 2 * sizeof densities / sizeof *densities; d++)
	{
		bool weighted = d % 2 == 0;
		psy_graph g;
		psy_error err;

		for (size_t k = 0; k < N * (N - 1) / 2; k++)
			edges[k] = rand_r(&seed) < densities[d / 2] * RAND_MAX ? (float) (1 + rand_r(&seed) % 1000) / 700 : 0;
		assert_int_equal(psy_graph_build(&unit_context, edges, N, weighted, PSY_NEGATIVE_ERROR, &g, &err), PSY_OK);
		assert_int_equal(psy_graph_clustering(&unit_context, &g, value, &err), PSY_OK);
		for (size_t i = 0; i < N; i++)
			for (size_t j = 0; j < N; j++)
				root[i][j] = cbrt(g.weight[i * N + j]);
		for (size_t i = 0; i < N; i++)
		{
			double sum = 0, degree = 0;

			for (size_t j = 0; j < N; j++)
			{
				degree += root[i][j] != 0;
				for (size_t k = 0; k < N; k++)
					sum += root[i][j] * root[j][k] * root[k][i];
			}
			assert_close(value[i], sum == 0 ? 0 : sum / (degree * (degree - 1)), 1e-13);
		}
		psy_graph_free(&unit_context, &g);
	}
}

static int polls_left;

static bool
stop_after_some(void *arg)
{
	return --polls_left < 0;
}

static void
long_measures_can_be_stopped(void **state)
{
	psy_context ctx = unit_context;
	float edges[MOST_EDGES];
	double value[MOST];
	psy_graph g;
	psy_error err;

	for (int k = 0; k < MOST_EDGES; k++)
		edges[k] = 1 + (float) (k % 7);
	g = build(edges, MOST);
	ctx.interrupted = stop_after_some;
	for (size_t k = 2; k < sizeof by_node / sizeof *by_node; k++)
	{
		polls_left = 5;
		assert_int_equal(by_node[k].measure(&ctx, &g, value, &err), PSY_INTERRUPTED);
	}
	polls_left = 5;
	assert_int_equal(psy_graph_global_efficiency(&ctx, &g, value, &err), PSY_INTERRUPTED);
	psy_graph_free(&unit_context, &g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_measure_is_that_of_the_toolbox),
		cmocka_unit_test(negative_edges_mean_what_is_said),
		cmocka_unit_test(a_region_without_edges_known_is_no_node),
		cmocka_unit_test(a_graph_without_edges_has_no_paths),
		cmocka_unit_test(louvain_finds_cliques_and_repeats_itself),
		cmocka_unit_test(equal_parts_share_eigenvector_centrality),
		cmocka_unit_test(clustering_is_the_same_by_every_way),
		cmocka_unit_test(long_measures_can_be_stopped),
	};

	return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
