/*
 * conn_nbs.c - the network-based statistic: conn_nbs, conn_nbs_paired, conn_nbs_corr, conn_nbs_glm.
 *
 * Rows and models are those of mass_perm_* (perm_request.h); the answer is an array of components.
 */
#include "perm_request.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "connectivity/nbs.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include <math.h>

/* What conn_nbs* is asked for; perm_add_row knows the first part. */
typedef struct nbs_request
{
	perm_request base;
	bool set;
	double threshold;
	psy_nbs_tail tail;
	psy_nbs_size size;
} nbs_request;

static void
agree(FunctionCallInfo fcinfo, keyed_rows *rows, const char *name, int threshold_at, int tail_at, int size_at)
{
	nbs_request *request = rows->request;
	nbs_request own = {.set = true};
	psy_error err;

	if (PG_ARGISNULL(threshold_at) || PG_ARGISNULL(tail_at) || PG_ARGISNULL(size_at))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("%s must not be NULL", PG_ARGISNULL(threshold_at) ? "threshold"
													  : PG_ARGISNULL(tail_at)    ? "tail"
																				 : "size")));
	own.threshold = PG_GETARG_FLOAT8(threshold_at);
	if (!(own.threshold > 0 && own.threshold <= 1e6))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("threshold is %g; a t above 0, up to 1e6, expected", own.threshold),
				 errhint("There is no default: state it before looking at the result, for example 3.1.")));
	PSYRAD_CHECK(psy_nbs_tail_parse(psyrad_cstring_arg(fcinfo, tail_at), &own.tail, &err), &err);
	PSYRAD_CHECK(psy_nbs_size_parse(psyrad_cstring_arg(fcinfo, size_at), &own.size, &err), &err);
	if (request->set)
	{
		perm_require_same(own.threshold == request->threshold, name, "threshold");
		perm_require_same(own.tail == request->tail, name, "tail");
		perm_require_same(own.size == request->size, name, "size");
		return;
	}
	own.base = request->base;
	*request = own;
}

/* threshold, permutations, seed, tail and size end every signature, the fifth last argument being the
 * threshold. */
static Datum
add_row(FunctionCallInfo fcinfo, const perm_arguments *at)
{
	keyed_rows *rows = perm_add_row(fcinfo, at, sizeof(nbs_request));

	agree(fcinfo, rows, at->name, at->permutations - 1, at->seed + 1, at->seed + 2);
	if (rows->elements > 0 && psy_edge_regions(rows->elements) == 0)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s: %zu elements are n(n-1)/2 for no n: they are not edges", at->name,
							   rows->elements)));
	PG_RETURN_POINTER(rows);
}

#define ADD(symbol, ...)                                                                                     \
	PG_FUNCTION_INFO_V1(symbol);                                                                             \
	Datum symbol(PG_FUNCTION_ARGS)                                                                           \
	{                                                                                                        \
		static const perm_arguments at = {__VA_ARGS__};                                                      \
		return add_row(fcinfo, &at);                                                                         \
	}

ADD(conn_nbs_add, "conn_nbs", PERM_GROUPS, .x = 2, .variable = 3, .permutations = 5, .seed = 6)
ADD(conn_nbs_adjusted_add, "conn_nbs", PERM_GROUPS, .x = 2, .variable = 3, .covariates = 4, .permutations = 6,
	.seed = 7)
ADD(conn_nbs_paired_add, "conn_nbs_paired", PERM_PAIRED, .x = 2, .pre = 3, .permutations = 5, .seed = 6)
ADD(conn_nbs_corr_add, "conn_nbs_corr", PERM_CORR, .x = 2, .variable = 3, .permutations = 5, .seed = 6)
ADD(conn_nbs_corr_adjusted_add, "conn_nbs_corr", PERM_CORR, .x = 2, .variable = 3, .covariates = 4,
	.permutations = 6, .seed = 7)
ADD(conn_nbs_glm_add, "conn_nbs_glm", PERM_GLM, .x = 2, .covariates = 3, .contrast = 4, .permutations = 6,
	.seed = 7)

/* ---- the answer ------------------------------------------------------------------------------ */

enum
{
	COLUMN_COMPONENT,
	COLUMN_SIGN,
	COLUMN_NODES,
	COLUMN_EDGES,
	COLUMN_STATISTIC,
	COLUMN_EXTENT,
	COLUMN_INTENSITY,
	COLUMN_P,
	COLUMN_N,
	COLUMN_DF,
	COLUMN_ARRANGEMENTS,
	COLUMN_METHOD,
	COLUMN_NOTE,
	COLUMNS
};

typedef struct answer
{
	const perm_problem *problem;
	const nbs_request *request;
	psy_nbs_result nbs;
	int regions;
	uint32 *edge; /* the edges of component 1, then of component 2, ... */
	Size *first;  /* components + 1: where each begins */
	TupleDesc type;
	Datum shared[COLUMNS]; /* the columns that all components have */
	bool null[COLUMNS];
} answer;

static void
put_shared(answer *a, int column, Datum datum)
{
	a->shared[column] = datum;
	a->null[column] = false;
}

static const char *
test_name(perm_kind kind)
{
	switch (kind)
	{
		case PERM_PAIRED: return "paired t";
		case PERM_GROUPS: return "two-sample t, pooled variance";
		case PERM_CORR: return "t of the correlation";
		default: return "linear model, t contrast";
	}
}

static void
describe(answer *a, const psy_perm_observed *observed)
{
	const perm_problem *p = a->problem;
	char *note = perm_note(p, observed);

	put_shared(a, COLUMN_N, Int32GetDatum((int32) p->rows->count));
	if (p->obstacle == NULL)
	{
		put_shared(a, COLUMN_DF, Float8GetDatum(p->model.df));
		put_shared(a, COLUMN_ARRANGEMENTS, Int64GetDatum((int64) a->nbs.arrangements));
		put_shared(a, COLUMN_METHOD,
				   CStringGetTextDatum(psprintf("%s, threshold %g, %s, %s; %s",
												test_name(p->request->arguments->kind), a->request->threshold,
												a->request->tail == PSY_NBS_TWO_SIDED ? "two-sided"
												: a->request->tail == PSY_NBS_GREATER ? "greater"
																					  : "less",
												a->request->size == PSY_NBS_EXTENT ? "extent" : "intensity",
												perm_arrangements_text(p))));
	}
	if (note != NULL)
		put_shared(a, COLUMN_NOTE, CStringGetTextDatum(note));
}

/* Sorts the edges by component: each is looked at once, however many components there are. */
static void
sort_edges(answer *a)
{
	Size edges = a->problem->rows->elements, *next;

	a->first = palloc0(sizeof(Size) * (a->nbs.components + 2));
	for (Size c = 0; c < a->nbs.components; c++)
		a->first[c + 1] = a->first[c] + a->nbs.found[c].extent;
	a->edge = palloc_extended(sizeof(uint32) * (a->first[a->nbs.components] + 1), MCXT_ALLOC_HUGE);
	next = palloc(sizeof(Size) * (a->nbs.components + 1));
	memcpy(next, a->first, sizeof(Size) * (a->nbs.components + 1));
	for (Size k = 0; k < edges; k++)
		if (a->nbs.component[k] > 0)
			a->edge[next[a->nbs.component[k] - 1]++] = (uint32) k;
	pfree(next);
}

/* integer[extent][2]: the (i, j) of a component's edges, 1-based, and their t beside them. */
static ArrayType *
edges_of(const answer *a, uint32_t number, ArrayType **statistic)
{
	const psy_nbs_component *c = &a->nbs.found[number - 1];
	const uint32 *edge = a->edge + a->first[number - 1];
	int dims[2] = {(int) c->extent, 2}, bounds[2] = {1, 1};
	Datum *pair = palloc_extended(sizeof(Datum) * 2 * c->extent, MCXT_ALLOC_HUGE);
	double *t;

	*statistic = psyrad_new_float8_array((int) c->extent, &t);
	for (Size k = 0; k < c->extent; k++)
	{
		size_t i, j;

		psy_edge_pair(a->regions, edge[k], &i, &j);
		pair[2 * k] = Int32GetDatum((int32) i + 1);
		pair[2 * k + 1] = Int32GetDatum((int32) j + 1);
		t[k] = a->nbs.t[edge[k]];
	}
	return construct_md_array(pair, NULL, 2, dims, bounds, INT4OID, sizeof(int32), true, TYPALIGN_INT);
}

static ArrayType *
nodes_of(const answer *a, const ArrayType *edges, const psy_nbs_component *c)
{
	const int32 *pair = (const int32 *) ARR_DATA_PTR(edges);
	bool *in = palloc0(a->regions);
	int32 *node;
	ArrayType *nodes = psyrad_new_int4_array((int) c->nodes, &node);

	for (Size k = 0; k < 2 * c->extent; k++)
		in[pair[k] - 1] = true;
	for (int k = 0; k < a->regions; k++)
		if (in[k])
			*node++ = k + 1;
	pfree(in);
	return nodes;
}

static Datum
component_datum(const answer *a, uint32_t number)
{
	const psy_nbs_component *c = &a->nbs.found[number - 1];
	Datum column[COLUMNS];
	bool null[COLUMNS];
	ArrayType *edges, *statistic;

	memcpy(column, a->shared, sizeof column);
	memcpy(null, a->null, sizeof null);
	memset(null, false, COLUMN_N * sizeof *null);
	edges = edges_of(a, number, &statistic);
	column[COLUMN_COMPONENT] = Int32GetDatum((int32) number);
	column[COLUMN_SIGN] = Int16GetDatum(c->sign);
	column[COLUMN_NODES] = PointerGetDatum(nodes_of(a, edges, c));
	column[COLUMN_EDGES] = PointerGetDatum(edges);
	column[COLUMN_STATISTIC] = PointerGetDatum(statistic);
	column[COLUMN_EXTENT] = Int32GetDatum((int32) c->extent);
	column[COLUMN_INTENSITY] = Float8GetDatum(c->intensity);
	column[COLUMN_P] = Float8GetDatum(c->p);
	return HeapTupleGetDatum(heap_form_tuple(a->type, column, null));
}

static void
find(answer *a)
{
	const perm_problem *p = a->problem;
	psy_context ctx = psyrad_current_context();
	Size edges = p->rows->elements;
	psy_nbs_plan plan = {a->regions, a->request->threshold, a->request->tail, a->request->size};
	psy_arrange arrange = p->arrange;
	psy_error err;

	a->nbs.observed.r = palloc_extended(sizeof(double) * edges, MCXT_ALLOC_HUGE);
	a->nbs.observed.spread = palloc_extended(sizeof(double) * edges, MCXT_ALLOC_HUGE);
	a->nbs.observed.state = palloc_extended(edges, MCXT_ALLOC_HUGE);
	a->nbs.t = palloc_extended(sizeof(double) * edges, MCXT_ALLOC_HUGE);
	a->nbs.component = palloc_extended(sizeof(uint32_t) * edges, MCXT_ALLOC_HUGE);
	PSYRAD_CHECK(psy_nbs(&ctx, &plan, &p->data, &p->model, &arrange, &a->nbs, &err), &err);
}

PG_FUNCTION_INFO_V1(conn_nbs_final);
Datum
conn_nbs_final(PG_FUNCTION_ARGS)
{
	const keyed_rows *rows;
	perm_problem p;
	answer a = {.problem = &p};
	Oid element;
	Datum *component;
	int count = 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	rows = (const keyed_rows *) PG_GETARG_POINTER(0);
	element = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));
	a.type = lookup_rowtype_tupdesc_copy(element, -1);
	a.request = rows->request;
	a.regions = (int) psy_edge_regions(rows->elements);
	memset(a.null, true, sizeof a.null);
	p = perm_problem_begin(rows, &a.request->base);
	if (p.obstacle == NULL)
		find(&a);
	describe(&a, p.obstacle == NULL ? &a.nbs.observed : NULL);
	if (p.obstacle == NULL)
		sort_edges(&a);
	component = palloc(sizeof(Datum) * (a.nbs.components + 1));
	for (; count < (int) a.nbs.components; count++)
		component[count] = component_datum(&a, (uint32_t) count + 1);
	if (p.obstacle != NULL)
		component[count++] = HeapTupleGetDatum(heap_form_tuple(a.type, a.shared, a.null));
	PG_RETURN_ARRAYTYPE_P(construct_array(component, count, element, -1, false, TYPALIGN_DOUBLE));
}
