/*
 * graph_functions.c - graph measures in SQL: over all nodes (float8[], one a region), communities
 * (integer[]), and of the whole graph (float8).
 *
 * Every function has (c, ..., weighted boolean, negative text) where the three kinds of wrappers below expect
 * them; a region that is no node of the graph is NaN, or NULL among integers.
 */
#include "arena.h"
#include "connectome.h"
#include "labels.h"

#include "catalog/pg_type.h"
#include "connectivity/graph.h"

#include <math.h>

/* The graph of argument 0 by the two arguments from option on. */
static psy_graph
graph_arg(FunctionCallInfo fcinfo, const psy_context *ctx, int option, int *regions)
{
	psy_graph_negative negative = PSY_NEGATIVE_ERROR;
	psy_graph g;
	psy_error err;
	connectome *c;

	PSYRAD_CHECK(psy_graph_negative_parse(psyrad_cstring_arg(fcinfo, option + 1), &negative, &err), &err);
	c = PG_GETARG_CONNECTOME(0);
	*regions = c->n;
	PSYRAD_CHECK(psy_graph_build(ctx, c->value, c->n, PG_GETARG_BOOL(option), negative, &g, &err), &err);
	return g;
}

/* float8[regions] of values by node. */
static Datum
by_region(const psy_graph *g, const double *value, int regions)
{
	double *all;
	ArrayType *array = psyrad_new_float8_array(regions, &all);

	for (int r = 0; r < regions; r++)
		all[r] = NAN;
	for (size_t k = 0; k < g->n; k++)
		all[g->region[k]] = value[k];
	PG_RETURN_ARRAYTYPE_P(array);
}

/* integer[regions] of numbers by node, from 1. */
static Datum
numbers_by_region(const psy_graph *g, const int *number, int regions)
{
	Datum *all = palloc(sizeof(Datum) * regions);
	bool *null = palloc(sizeof(bool) * regions);
	int lower = 1;

	memset(null, true, sizeof(bool) * regions);
	for (size_t k = 0; k < g->n; k++)
	{
		all[g->region[k]] = Int32GetDatum(number[k] + 1);
		null[g->region[k]] = false;
	}
	PG_RETURN_ARRAYTYPE_P(
		construct_md_array(all, null, 1, &regions, &lower, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/* The modules of the nodes, from a communities argument; a region that is no node may have NULL. */
static int *
module_arg(FunctionCallInfo fcinfo, int argument, const psy_graph *g, int regions, size_t *modules)
{
	region_labels labels = region_labels_from(PG_GETARG_DATUM(argument), regions, true, "communities");
	int *module = palloc(sizeof(int) * (g->n + 1));

	for (size_t k = 0; k < g->n; k++)
	{
		module[k] = labels.block[g->region[k]];
		if (module[k] < 0)
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("communities[%zu] is NULL, but region %zu has edges", g->region[k] + 1,
								   g->region[k] + 1)));
	}
	*modules = labels.count;
	return module;
}

/* ---- by node --------------------------------------------------------------------------------- */

static Datum
node_measure(FunctionCallInfo fcinfo, psy_graph_node_measure measure)
{
	psy_context ctx = psyrad_arena(fcinfo);
	int regions;
	psy_graph g = graph_arg(fcinfo, &ctx, 1, &regions);
	double *value = palloc0(sizeof(double) * (g.n + 1));
	psy_error err;

	PSYRAD_CHECK(measure(&ctx, &g, value, &err), &err);
	return by_region(&g, value, regions);
}

PG_FUNCTION_INFO_V1(graph_degree);
Datum
graph_degree(PG_FUNCTION_ARGS)
{
	return node_measure(fcinfo, psy_graph_degree);
}

PG_FUNCTION_INFO_V1(graph_strength);
Datum
graph_strength(PG_FUNCTION_ARGS)
{
	return node_measure(fcinfo, psy_graph_strength);
}

PG_FUNCTION_INFO_V1(graph_clustering);
Datum
graph_clustering(PG_FUNCTION_ARGS)
{
	return node_measure(fcinfo, psy_graph_clustering);
}

PG_FUNCTION_INFO_V1(graph_betweenness);
Datum
graph_betweenness(PG_FUNCTION_ARGS)
{
	return node_measure(fcinfo, psy_graph_betweenness);
}

PG_FUNCTION_INFO_V1(graph_local_efficiency);
Datum
graph_local_efficiency(PG_FUNCTION_ARGS)
{
	return node_measure(fcinfo, psy_graph_local_efficiency);
}

PG_FUNCTION_INFO_V1(graph_eigenvector);
Datum
graph_eigenvector(PG_FUNCTION_ARGS)
{
	return node_measure(fcinfo, psy_graph_eigenvector);
}

PG_FUNCTION_INFO_V1(graph_pagerank);
Datum
graph_pagerank(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_arena(fcinfo);
	int regions;
	psy_graph g = graph_arg(fcinfo, &ctx, 1, &regions);
	double *value = palloc0(sizeof(double) * (g.n + 1));
	psy_error err;

	PSYRAD_CHECK(psy_graph_pagerank(&ctx, &g, PG_GETARG_FLOAT8(3), value, &err), &err);
	return by_region(&g, value, regions);
}

/* ---- by node, given communities -------------------------------------------------------------- */

typedef psy_status (*community_function)(const psy_context *ctx, const psy_graph *g, const int *module,
										 size_t modules, double *out, psy_error *err);

static Datum
community_measure(FunctionCallInfo fcinfo, community_function measure)
{
	psy_context ctx = psyrad_arena(fcinfo);
	int regions;
	psy_graph g = graph_arg(fcinfo, &ctx, 2, &regions);
	size_t modules;
	int *module = module_arg(fcinfo, 1, &g, regions, &modules);
	double *value = palloc0(sizeof(double) * (g.n + 1));
	psy_error err;

	PSYRAD_CHECK(measure(&ctx, &g, module, modules, value, &err), &err);
	return by_region(&g, value, regions);
}

PG_FUNCTION_INFO_V1(graph_participation);
Datum
graph_participation(PG_FUNCTION_ARGS)
{
	return community_measure(fcinfo, psy_graph_participation);
}

PG_FUNCTION_INFO_V1(graph_module_zscore);
Datum
graph_module_zscore(PG_FUNCTION_ARGS)
{
	return community_measure(fcinfo, psy_graph_module_zscore);
}

/* ---- communities ----------------------------------------------------------------------------- */

PG_FUNCTION_INFO_V1(graph_components);
Datum
graph_components(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_arena(fcinfo);
	int regions;
	psy_graph g = graph_arg(fcinfo, &ctx, 1, &regions);
	int *module = palloc(sizeof(int) * (g.n + 1));
	psy_error err;

	PSYRAD_CHECK(psy_graph_components(&ctx, &g, module, &err), &err);
	return numbers_by_region(&g, module, regions);
}

PG_FUNCTION_INFO_V1(graph_louvain);
Datum
graph_louvain(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_arena(fcinfo);
	int regions;
	psy_graph g = graph_arg(fcinfo, &ctx, 1, &regions);
	int *module = palloc(sizeof(int) * (g.n + 1));
	psy_error err;

	PSYRAD_CHECK(psy_graph_louvain(&ctx, &g, PG_GETARG_FLOAT8(3), (uint64) PG_GETARG_INT64(4), module, &err),
				 &err);
	return numbers_by_region(&g, module, regions);
}

/* ---- of the whole graph ---------------------------------------------------------------------- */

/* NULL where the measure is not defined. */
static Datum
whole_result(FunctionCallInfo fcinfo, double value)
{
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

static Datum
whole_measure(FunctionCallInfo fcinfo, psy_graph_whole_measure measure)
{
	psy_context ctx = psyrad_arena(fcinfo);
	int regions;
	psy_graph g = graph_arg(fcinfo, &ctx, 1, &regions);
	double value = NAN;
	psy_error err;

	PSYRAD_CHECK(measure(&ctx, &g, &value, &err), &err);
	psy_graph_free(&ctx, &g);
	return whole_result(fcinfo, value);
}

PG_FUNCTION_INFO_V1(graph_density);
Datum
graph_density(PG_FUNCTION_ARGS)
{
	return whole_measure(fcinfo, psy_graph_density);
}

PG_FUNCTION_INFO_V1(graph_transitivity);
Datum
graph_transitivity(PG_FUNCTION_ARGS)
{
	return whole_measure(fcinfo, psy_graph_transitivity);
}

PG_FUNCTION_INFO_V1(graph_assortativity);
Datum
graph_assortativity(PG_FUNCTION_ARGS)
{
	return whole_measure(fcinfo, psy_graph_assortativity);
}

PG_FUNCTION_INFO_V1(graph_global_efficiency);
Datum
graph_global_efficiency(PG_FUNCTION_ARGS)
{
	return whole_measure(fcinfo, psy_graph_global_efficiency);
}

PG_FUNCTION_INFO_V1(graph_char_path_length);
Datum
graph_char_path_length(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_arena(fcinfo);
	int regions;
	psy_graph g = graph_arg(fcinfo, &ctx, 1, &regions);
	double value = NAN;
	psy_error err;

	PSYRAD_CHECK(psy_graph_char_path_length(&ctx, &g, PG_GETARG_BOOL(3), &value, &err), &err);
	return whole_result(fcinfo, value);
}

PG_FUNCTION_INFO_V1(graph_modularity);
Datum
graph_modularity(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_arena(fcinfo);
	int regions;
	psy_graph g = graph_arg(fcinfo, &ctx, 2, &regions);
	size_t modules;
	int *module = module_arg(fcinfo, 1, &g, regions, &modules);
	double q = NAN;
	psy_error err;

	PSYRAD_CHECK(psy_graph_modularity(&ctx, &g, module, modules, PG_GETARG_FLOAT8(4), &q, &err), &err);
	return whole_result(fcinfo, q);
}
