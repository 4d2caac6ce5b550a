/* sets.c - sets of whole numbers, Fisher's exact test, clustering; the methods are in libpsyrad's
 * catalogue/sets.h. */
#include "catalogue.h"

#include "catalog/pg_type.h"
#include "catalogue/sets.h"
#include "core/triangle.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include <math.h>

const int32 *
catalogue_int4_array(FunctionCallInfo fcinfo, int argument, const char *name, int *count)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(argument);

	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("%s must have one dimension, not %d", name, ARR_NDIM(array))));
	if (ARR_HASNULL(array))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s has a NULL element", name),
						errhint("Leave it out: array_remove(%s, NULL).", name)));
	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	return (const int32 *) ARR_DATA_PTR(array);
}

static int32 *
sorted_set(FunctionCallInfo fcinfo, int argument, const char *name, size_t *count)
{
	int given;
	const int32 *item = catalogue_int4_array(fcinfo, argument, name, &given);
	int32 *sorted = palloc(sizeof(int32) * Max(given, 1));

	memcpy(sorted, item, sizeof(int32) * given);
	*count = psy_set_sort(sorted, given);
	return sorted;
}

PG_FUNCTION_INFO_V1(jaccard);
Datum
jaccard(PG_FUNCTION_ARGS)
{
	size_t a_count, b_count;
	int32 *a = sorted_set(fcinfo, 0, "a", &a_count), *b = sorted_set(fcinfo, 1, "b", &b_count);
	double similarity = psy_jaccard(a, a_count, b, b_count);

	if (isnan(similarity))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(similarity);
}

static psy_tail
tail_arg(FunctionCallInfo fcinfo, int argument)
{
	char *name = psyrad_cstring_arg(fcinfo, argument);

	if (pg_strcasecmp(name, "greater") == 0)
		return PSY_TAIL_GREATER;
	if (pg_strcasecmp(name, "less") == 0)
		return PSY_TAIL_LESS;
	if (pg_strcasecmp(name, "two.sided") == 0)
		return PSY_TAIL_TWO_SIDED;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("alternative is %.40s; expected greater, less or two.sided", name)));
}

PG_FUNCTION_INFO_V1(fisher_exact);
Datum
fisher_exact(PG_FUNCTION_ARGS)
{
	double p;
	psy_error err;

	PSYRAD_CHECK(psy_fisher_exact(PG_GETARG_INT64(0), PG_GETARG_INT64(1), PG_GETARG_INT64(2),
								  PG_GETARG_INT64(3), tail_arg(fcinfo, 4), &p, &err),
				 &err);
	PG_RETURN_FLOAT8(p);
}

/* ---- clustering ------------------------------------------------------------------------------ */

/* The fusions of the objects whose distances are argument 0, by the method of another argument. */
static psy_fusion *
fusions_arg(FunctionCallInfo fcinfo, int method, size_t *objects)
{
	psyrad_array distance = psyrad_double_array(PG_GETARG_DATUM(0), 1, "distance");
	psy_context ctx = psyrad_current_context();
	psy_linkage linkage;
	psy_fusion *fusion;
	psy_error err;
	size_t n = psy_edge_regions(distance.length);

	PSYRAD_CHECK(psy_linkage_parse(psyrad_cstring_arg(fcinfo, method), &linkage, &err), &err);
	if (distance.length == 0)
		n = 1;
	if (n == 0)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("distance has %d elements, which is n(n-1)/2 for no n", distance.length),
						errhint("Give the distances of 1-2, 1-3, ..., 1-n, 2-3, ...")));
	fusion = palloc(sizeof *fusion * n);
	PSYRAD_CHECK(psy_cluster(&ctx, distance.value, n, linkage, fusion, &err), &err);
	*objects = n;
	return fusion;
}

/* Numbers from 1: the objects, then the clusters in the order of their steps. */
PG_FUNCTION_INFO_V1(cluster_tree);
Datum
cluster_tree(PG_FUNCTION_ARGS)
{
	size_t n;
	psy_fusion *fusion = fusions_arg(fcinfo, 1, &n);
	ReturnSetInfo *set;

	InitMaterializedSRF(fcinfo, 0);
	set = (ReturnSetInfo *) fcinfo->resultinfo;
	for (size_t k = 0; k + 1 < n; k++)
	{
		Datum value[] = {Int32GetDatum(k + 1), Int32GetDatum(fusion[k].a + 1), Int32GetDatum(fusion[k].b + 1),
						 Int32GetDatum(fusion[k].size), Float8GetDatum(fusion[k].height)};
		bool null[lengthof(value)] = {false};

		tuplestore_putvalues(set->setResult, set->setDesc, value, null);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(cluster_groups);
Datum
cluster_groups(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_current_context();
	size_t n;
	psy_fusion *fusion = fusions_arg(fcinfo, 2, &n);
	int32 *group;
	ArrayType *out = psyrad_new_int4_array(n, &group);
	psy_error err;

	PSYRAD_CHECK(psy_cluster_cut(&ctx, fusion, n, Max(PG_GETARG_INT32(1), 0), group, &err), &err);
	PG_RETURN_ARRAYTYPE_P(out);
}
