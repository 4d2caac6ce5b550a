/*
 * connectome_make.c - where connectomes come from: edges, matrices, other connectomes (series: conn_series.c).
 */
#include "connectome.h"

#include "catalog/pg_type.h"
#include "utils/float.h"

#include <math.h>

/* The array's payload when it is real[] without NULLs, else its numbers rounded into to[] (NULL becomes NaN).
 */
static const float4 *
edge_values(ArrayType *array, int edges, float4 *to)
{
	psyrad_array numbers;

	if (ARR_ELEMTYPE(array) == FLOAT4OID && !ARR_HASNULL(array))
		return (const float4 *) ARR_DATA_PTR(array);
	numbers = psyrad_double_array(PointerGetDatum(array), 1, "edges");
	for (int k = 0; k < edges; k++)
		to[k] = (float4) numbers.value[k];
	return to;
}

/* A connectome of the packed edges of a one-dimensional array. */
static connectome *
from_edges(ArrayType *array, psy_conn_kind kind)
{
	int edges = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	int n = (int) psy_edge_regions(edges);
	connectome *c;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("edges must have one dimension, not %d", ARR_NDIM(array)),
						errhint("Use conn_from_matrix(matrix, kind) for a square matrix.")));
	if (n == 0)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("edges has %d elements, which is n(n-1)/2 for no n", edges),
						errdetail("The upper triangle without the diagonal is expected, row by row.")));
	connectome_require_regions(n);
	c = connectome_new(n, kind);
	connectome_fill(c, edge_values(array, edges, c->value), ERRCODE_INVALID_PARAMETER_VALUE);
	return c;
}

PG_FUNCTION_INFO_V1(conn_from_edges);
Datum
conn_from_edges(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(from_edges(PG_GETARG_ARRAYTYPE_P(0), connectome_kind_arg(fcinfo, 1)));
}

/* The explicit cast real[] -> connectome(n): packed edges of kind weight. */
PG_FUNCTION_INFO_V1(connectome_from_reals);
Datum
connectome_from_reals(PG_FUNCTION_ARGS)
{
	connectome *c = from_edges(PG_GETARG_ARRAYTYPE_P(0), PSY_CONN_WEIGHT);

	connectome_require_typmod(c->n, PG_GETARG_INT32(1));
	PG_RETURN_POINTER(c);
}

#define ASYMMETRY_LIMIT 1e-6 /* of the largest magnitude */

static double
largest_magnitude(const psyrad_array *matrix)
{
	double largest = 0;

	for (int k = 0; k < matrix->length; k++)
		if (isfinite(matrix->value[k]) && k / matrix->columns != k % matrix->columns)
			largest = Max(largest, fabs(matrix->value[k]));
	return largest;
}

static void
require_square(const psyrad_array *matrix)
{
	if (matrix->dims != 2 || matrix->rows != matrix->columns)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("matrix must be square, not %d x %d", matrix->rows, matrix->columns)));
	connectome_require_regions(matrix->rows);
}

/* Both halves must say the same: the mean of the two is stored, or missing when both are. */
static float4
symmetric_value(const psyrad_array *matrix, int i, int j, double allowed)
{
	double upper = matrix->value[(Size) i * matrix->columns + j];
	double lower = matrix->value[(Size) j * matrix->columns + i];

	if (isnan(upper) && isnan(lower))
		return get_float4_nan();
	if (!(fabs(upper - lower) <= allowed) && upper != lower)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("matrix is not symmetric: [%d][%d] is %g and [%d][%d] is %g", i + 1, j + 1,
							   upper, j + 1, i + 1, lower),
						errdetail("Differences up to 1e-6 of the largest value are taken for rounding.")));
	return (float4) (upper == lower ? upper : upper + (lower - upper) / 2);
}

PG_FUNCTION_INFO_V1(conn_from_matrix);
Datum
conn_from_matrix(PG_FUNCTION_ARGS)
{
	psyrad_array matrix = psyrad_double_array(PG_GETARG_DATUM(0), 2, "matrix");
	psy_conn_kind kind = connectome_kind_arg(fcinfo, 1);
	connectome *c;
	double allowed;
	float4 *edge;

	require_square(&matrix);
	c = connectome_new(matrix.rows, kind);
	allowed = largest_magnitude(&matrix) * ASYMMETRY_LIMIT;
	edge = c->value;
	for (int i = 0; i < c->n; i++)
		for (int j = i + 1; j < c->n; j++)
			*edge++ = symmetric_value(&matrix, i, j, allowed);
	connectome_fill(c, c->value, ERRCODE_INVALID_PARAMETER_VALUE);
	PG_RETURN_POINTER(c);
}

/* ---- connectome to connectome ---------------------------------------------------------------- */

typedef psy_status (*rescale_function)(const float *from, size_t edges, psy_conn_kind kind, float *to,
									   psy_conn_kind *to_kind, psy_error *err);

static Datum
rescale(FunctionCallInfo fcinfo, rescale_function function)
{
	connectome *from = PG_GETARG_CONNECTOME(0);
	connectome *to = connectome_new(from->n, (psy_conn_kind) from->kind);
	psy_conn_kind kind;
	psy_error err;

	PSYRAD_CHECK(
		function(from->value, connectome_edges(from), (psy_conn_kind) from->kind, to->value, &kind, &err),
		&err);
	to->kind = (uint8) kind;
	PG_RETURN_POINTER(to);
}

PG_FUNCTION_INFO_V1(conn_fisher_z);
Datum
conn_fisher_z(PG_FUNCTION_ARGS)
{
	return rescale(fcinfo, psy_conn_fisher_z);
}

PG_FUNCTION_INFO_V1(conn_fisher_z_inv);
Datum
conn_fisher_z_inv(PG_FUNCTION_ARGS)
{
	return rescale(fcinfo, psy_conn_fisher_z_inv);
}

PG_FUNCTION_INFO_V1(conn_diff);
Datum
conn_diff(PG_FUNCTION_ARGS)
{
	connectome *post = PG_GETARG_CONNECTOME(0);
	connectome *pre = PG_GETARG_CONNECTOME(1);
	connectome *c;
	psy_error err;

	if (post->n != pre->n)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("post has %d regions and pre has %d: they must have the same", post->n, pre->n)));
	if (post->kind != pre->kind)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("post is of kind %s and pre of kind %s: kinds do not mix",
							   psy_conn_kind_name((psy_conn_kind) post->kind),
							   psy_conn_kind_name((psy_conn_kind) pre->kind))));
	c = connectome_new(post->n, (psy_conn_kind) post->kind);
	PSYRAD_CHECK(psy_conn_difference(post->value, pre->value, connectome_edges(c), (psy_conn_kind) c->kind,
									 c->value, &err),
				 &err);
	PG_RETURN_POINTER(c);
}
