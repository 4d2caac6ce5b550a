/*
 * connectome_order.c - equality, a total order and hashing.
 *
 * Values are canonical, so equal means equal bytes and a hash of the bytes agrees.  The order exists for
 * indexes, DISTINCT and sorting: by n, then kind, then edges as float4 orders them (NaN last).
 */
#include "connectome.h"

#include "common/hashfn.h"
#include "utils/float.h"

static int
compare(const connectome *a, const connectome *b)
{
	Size edges = connectome_edges(a);

	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (memcmp(a->value, b->value, sizeof(float4) * edges) == 0)
		return 0;
	for (Size k = 0; k < edges; k++)
		if (!float4_eq(a->value[k], b->value[k]))
			return float4_lt(a->value[k], b->value[k]) ? -1 : 1;
	return 0;
}

static int
compare_args(FunctionCallInfo fcinfo)
{
	connectome *a = PG_GETARG_CONNECTOME(0);
	connectome *b = PG_GETARG_CONNECTOME(1);
	int order = compare(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

#define COMPARISON(name, test)                                                                               \
	PG_FUNCTION_INFO_V1(name);                                                                               \
	Datum name(PG_FUNCTION_ARGS)                                                                             \
	{                                                                                                        \
		PG_RETURN_BOOL(compare_args(fcinfo) test);                                                           \
	}

COMPARISON(connectome_eq, == 0)
COMPARISON(connectome_ne, != 0)
COMPARISON(connectome_lt, < 0)
COMPARISON(connectome_le, <= 0)
COMPARISON(connectome_gt, > 0)
COMPARISON(connectome_ge, >= 0)

PG_FUNCTION_INFO_V1(connectome_cmp);
Datum
connectome_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_args(fcinfo));
}

PG_FUNCTION_INFO_V1(connectome_hash);
Datum
connectome_hash(PG_FUNCTION_ARGS)
{
	connectome *c = PG_GETARG_CONNECTOME(0);
	Datum hash = hash_any((unsigned char *) VARDATA(c), VARSIZE(c) - VARHDRSZ);

	PG_FREE_IF_COPY(c, 0);
	return hash;
}

PG_FUNCTION_INFO_V1(connectome_hash_extended);
Datum
connectome_hash_extended(PG_FUNCTION_ARGS)
{
	connectome *c = PG_GETARG_CONNECTOME(0);
	Datum hash = hash_any_extended((unsigned char *) VARDATA(c), VARSIZE(c) - VARHDRSZ, PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(c, 0);
	return hash;
}
