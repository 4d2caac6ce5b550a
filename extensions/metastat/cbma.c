/*
 * cbma.c - cbma_ale and cbma_mkda: from the foci of a state and a mask of voxels to one row with a map and
 * its clusters.
 */
#include "foci.h"
#include "row.h"

#include "catalog/pg_type.h"
#include "meta/cbma.h"
#include "utils/builtins.h"

#define EXPLORATORY 20 /* experiments: fewer have too little power for clusters (Eickhoff et al. 2016) */

PG_FUNCTION_INFO_V1(cbma_ale);
PG_FUNCTION_INFO_V1(cbma_mkda);

/* ---- the mask -------------------------------------------------------------------------------- */

static psyrad_array
mask_array(HeapTupleHeader row, const char *attribute, const char *name)
{
	bool null;
	Datum value = GetAttributeByName(row, attribute, &null);

	if (null)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("mask.%s must not be NULL", attribute)));
	return psyrad_double_array(value, 1, name);
}

static void
wrong_length(const char *name, int found, const char *expected)
{
	ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
					errmsg("%s has %d elements; %s expected", name, found, expected)));
}

/* The grid of a psyrad.voxel_mask; its voxels count from 1 there. */
static psy_voxel_mask
read_mask(FunctionCallInfo fcinfo, int argument)
{
	HeapTupleHeader row;
	psyrad_array dim, affine, voxel;
	psy_voxel_mask mask = {{0}};
	int32 *index;
	psy_error err;

	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("mask must not be NULL")));
	row = PG_GETARG_HEAPTUPLEHEADER(argument);
	dim = mask_array(row, "dim", "mask.dim");
	affine = mask_array(row, "affine", "mask.affine");
	voxel = mask_array(row, "voxel", "mask.voxel");
	if (dim.length != 3)
		wrong_length("mask.dim", dim.length, "3");
	if (affine.length != 12 && affine.length != 16)
		wrong_length("mask.affine", affine.length, "12 (three rows of the matrix from voxel to mm) or 16");
	if (affine.length == 16 &&
		(affine.value[12] != 0 || affine.value[13] != 0 || affine.value[14] != 0 || affine.value[15] != 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the last row of mask.affine must be 0, 0, 0, 1")));
	for (int a = 0; a < 3; a++)
		mask.dim[a] = fabs(dim.value[a]) <= PG_INT32_MAX ? (int) dim.value[a] : 0;
	memcpy(mask.affine, affine.value, sizeof mask.affine);
	index = palloc(sizeof(int32) * Max(voxel.length, 1));
	for (int v = 0; v < voxel.length; v++)
		index[v] = voxel.value[v] >= 1 ? (int32) (voxel.value[v] - 1) : -1;
	mask.voxel = index;
	mask.voxels = voxel.length;
	PSYRAD_CHECK(psy_voxel_mask_check(&mask, &err), &err);
	return mask;
}

/* ---- the experiments ------------------------------------------------------------------------- */

typedef struct experiments
{
	psy_experiments data;
	const foci_entry **focus; /* sorted */
	Size *start;
	double *n;
	Size without_n;
	const foci_entry *torn; /* of an experiment that states two numbers of participants */
} experiments;

static experiments
read_experiments(const foci_state *state)
{
	Size rows = state->rows;
	experiments e = {.focus = foci_sorted(state)};
	double *xyz = palloc(sizeof(double) * 3 * Max(rows, 1));

	e.start = palloc(sizeof(Size) * (rows + 1));
	e.n = palloc(sizeof(double) * Max(rows, 1));
	for (Size f = 0; f < rows; f++)
	{
		bool first = f == 0 || !foci_same_experiment(e.focus[f], e.focus[f - 1]);

		memcpy(xyz + 3 * f, e.focus[f]->xyz, sizeof(double) * 3);
		if (first)
		{
			e.start[e.data.count] = f;
			e.n[e.data.count++] = e.focus[f]->n;
			e.without_n += e.focus[f]->n == 0;
		}
		else if (e.focus[f]->n != e.n[e.data.count - 1])
			e.torn = e.focus[f];
	}
	e.start[e.data.count] = rows;
	e.data.start = e.start;
	e.data.xyz = xyz;
	e.data.n = e.n;
	return e;
}

/* Why there is no map of these foci, or NULL. */
static const char *
obstacle(const experiments *e, const psy_cbma_options *o)
{
	if (e->data.count == 0)
		return "no row has experiment, x, y and z";
	if (o->kind == PSY_CBMA_ALE ? o->fwhm > 0 : o->weights == PSY_CBMA_EQUAL)
		return NULL;
	if (e->torn != NULL)
		return psprintf("experiment %s states more than one n", pnstrdup(e->torn->name, e->torn->length));
	if (e->without_n > 0)
		return psprintf("%zu of %zu experiments state no n: %s", e->without_n, e->data.count,
						o->kind == PSY_CBMA_ALE ? "give one kernel for all with fwhm"
												: "weights by sample size need it");
	return NULL;
}

/* ---- the row --------------------------------------------------------------------------------- */

/* The experiments with a focus in a cluster, in order. */
static Datum
names_within(const experiments *e, const psy_cbma_result *r, int32 label, int *foci)
{
	Datum *name = palloc(sizeof(Datum) * e->data.count);
	int names = 0;

	*foci = 0;
	for (Size k = 0; k < e->data.count; k++)
	{
		int before = *foci;

		for (Size f = e->start[k]; f < e->start[k + 1]; f++)
			*foci += r->focus_label[f] == label;
		if (*foci > before)
		{
			const foci_entry *first = e->focus[e->start[k]];

			name[names++] = PointerGetDatum(cstring_to_text_with_len(first->name, first->length));
		}
	}
	return PointerGetDatum(construct_array(name, names, TEXTOID, -1, false, TYPALIGN_INT));
}

static double
voxel_volume(const psy_voxel_mask *mask)
{
	const double *m = mask->affine;

	return fabs(m[0] * (m[5] * m[10] - m[6] * m[9]) - m[1] * (m[4] * m[10] - m[6] * m[8]) +
				m[2] * (m[4] * m[9] - m[5] * m[8]));
}

static Datum
cluster_rows(TupleDesc result, int column, const psy_voxel_mask *mask, const experiments *e,
			 const psy_cbma_result *r)
{
	row_array a = row_array_new(result, column, r->clusters);

	for (Size c = 0; c < r->clusters; c++)
	{
		const psy_cbma_cluster *cluster = &r->cluster[c];
		row_columns row = {.count = 0};
		double at[3];
		Datum names;
		int foci;

		psy_voxel_position(mask, mask->voxel[cluster->peak], at);
		names = names_within(e, r, c + 1, &foci);
		row_put(&row, Int32GetDatum(c + 1));
		row_put(&row, Int32GetDatum(cluster->voxels));
		row_number(&row, cluster->voxels * voxel_volume(mask));
		row_number(&row, cluster->mass);
		for (int i = 0; i < 3; i++)
			row_number(&row, at[i]);
		row_number(&row, r->statistic[cluster->peak]);
		row_number(&row, r->p[cluster->peak]);
		row_number(&row, r->z[cluster->peak]);
		row_number(&row, cluster->p_size);
		row_number(&row, cluster->p_mass);
		row_number(&row, cluster->p_peak);
		row_put(&row, Int32GetDatum(foci));
		row_put(&row, names);
		row_array_add(&a, row.value, row.null);
	}
	return row_array_finish(&a);
}

static void
put_null(row_columns *row, int count)
{
	while (count-- > 0)
		row_number(row, NAN);
}

static const char *
remarks(const experiments *e, const psy_cbma_result *r)
{
	StringInfoData note;

	initStringInfo(&note);
	if (e->data.count < EXPLORATORY)
		appendStringInfo(&note, "exploratory: %zu experiments, fewer than %d", e->data.count, EXPLORATORY);
	if (r->outside > 0)
		appendStringInfo(&note, "%s%zu foci outside the mask's grid are left out", note.len > 0 ? "; " : "",
						 r->outside);
	return note.data;
}

/* The columns from threshold on that only a map has. */
static void
put_map(row_columns *row, TupleDesc type, const psy_voxel_mask *mask, const experiments *e,
		const psy_cbma_result *r)
{
	row_number(row, r->threshold);
	for (int i = 0; i < 3; i++)
		row_number(row, r->fwe[i]);
	row_put(row, PointerGetDatum(psyrad_float8_array(r->statistic, mask->voxels)));
	row_put(row, PointerGetDatum(psyrad_float8_array(r->p, mask->voxels)));
	row_put(row, PointerGetDatum(psyrad_float8_array(r->z, mask->voxels)));
	row_put(row, PointerGetDatum(psyrad_float8_array(r->p_corrected, mask->voxels)));
	row_put(row, PointerGetDatum(psyrad_int4_array(r->label, mask->voxels)));
	row_put(row, cluster_rows(type, row->count, mask, e, r));
}

static Datum
analyse(FunctionCallInfo fcinfo, const psy_cbma_options *o, const char *correction)
{
	psy_context ctx = psyrad_current_context();
	TupleDesc type = metastat_row_type(fcinfo);
	psy_voxel_mask mask = read_mask(fcinfo, 1);
	const foci_state *state;
	experiments e;
	psy_cbma_result result = {0};
	row_columns row = {.count = 0};
	const char *why;
	psy_error err;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const foci_state *) psyrad_state_arg(fcinfo, 0, &foci_state_type);
	e = read_experiments(state);
	why = obstacle(&e, o);
	/* What the library allocates is the current context's and goes with it, after an error too. */
	if (why == NULL)
		PSYRAD_CHECK(psy_cbma(&ctx, &mask, &e.data, o, &result, &err), &err);
	row_put(&row, Int32GetDatum(e.data.count));
	row_put(&row, Int32GetDatum(state->rows));
	row_put(&row, Int32GetDatum(state->missing));
	row_put(&row, Int32GetDatum(result.outside));
	row_put(&row, Int32GetDatum(result.beyond));
	row_put(&row, Int32GetDatum(mask.voxels));
	row_put(&row, CStringGetTextDatum(correction));
	if (why == NULL)
		put_map(&row, type, &mask, &e, &result);
	else
		put_null(&row, 10);
	row_note(&row, why == NULL ? remarks(&e, &result) : why);
	return row_finish_as(&row, type);
}

/* ---- functions ------------------------------------------------------------------------------- */

static int64
whole(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
	return PG_GETARG_INT64(argument);
}

/* Arguments: foci, mask, correction, voxel_p, iterations, seed, and fwhm (may be NULL) or radius and weights. */
static Datum
cbma(FunctionCallInfo fcinfo, psy_cbma_kind kind)
{
	char *correction = metastat_option(fcinfo, 2, "correction");
	psy_cbma_options o = {.kind = kind};
	int64 iterations;
	psy_error err;

	PSYRAD_CHECK(psy_cbma_correction_parse(correction, &o.correction, &err), &err);
	o.voxel_p = metastat_double(fcinfo, 3, "voxel_p");
	iterations = whole(fcinfo, 4, "iterations");
	if (iterations < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("iterations is %lld; 1 to 1000000 expected", (long long) iterations)));
	o.iterations = iterations;
	o.seed = whole(fcinfo, 5, "seed");
	if (kind == PSY_CBMA_MKDA)
	{
		o.radius = metastat_double(fcinfo, 6, "radius");
		PSYRAD_CHECK(psy_cbma_weights_parse(metastat_option(fcinfo, 7, "weights"), &o.weights, &err), &err);
	}
	else if (!PG_ARGISNULL(6))
	{
		o.fwhm = PG_GETARG_FLOAT8(6);
		if (!(o.fwhm > 0))
			ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg(
					 "fwhm is %g; a width in mm above 0 expected, or NULL for one from each experiment's n",
					 o.fwhm)));
	}
	return analyse(fcinfo, &o, correction);
}

Datum
cbma_ale(PG_FUNCTION_ARGS)
{
	return cbma(fcinfo, PSY_CBMA_ALE);
}

Datum
cbma_mkda(PG_FUNCTION_ARGS)
{
	return cbma(fcinfo, PSY_CBMA_MKDA);
}
