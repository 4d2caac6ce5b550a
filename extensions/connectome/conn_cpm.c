/*
 * conn_cpm.c - connectome-based predictive modelling: transition and final functions of conn_cpm.
 */
#include "perm_request.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "connectivity/cpm.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include <math.h>

/* What conn_cpm is asked for; perm_add_row knows the first part. */
typedef struct cpm_request
{
	perm_request base;
	bool set;
	int32 folds;
	double threshold;
} cpm_request;

static void
agree(FunctionCallInfo fcinfo, cpm_request *request, int folds_at, int threshold_at)
{
	int32 folds;
	double threshold;

	if (PG_ARGISNULL(folds_at) || PG_ARGISNULL(threshold_at))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("%s must not be NULL", PG_ARGISNULL(folds_at) ? "folds" : "threshold")));
	folds = PG_GETARG_INT32(folds_at);
	threshold = PG_GETARG_FLOAT8(threshold_at);
	if (folds < 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("folds is %d; at least 2 expected", folds),
				 errhint("As many folds as subjects leave one out at a time.")));
	if (!(threshold > 0 && threshold < 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("threshold is %g; the p of selection, between 0 and 1, expected", threshold)));
	if (request->set)
	{
		perm_require_same(folds == request->folds, "conn_cpm", "folds");
		perm_require_same(threshold == request->threshold, "conn_cpm", "threshold");
		return;
	}
	request->set = true;
	request->folds = folds;
	request->threshold = threshold;
}

static Datum
add_row(FunctionCallInfo fcinfo, const perm_arguments *at)
{
	keyed_rows *rows = perm_add_row(fcinfo, at, sizeof(cpm_request));

	agree(fcinfo, rows->request, at->permutations - 2, at->permutations - 1);
	PG_RETURN_POINTER(rows);
}

PG_FUNCTION_INFO_V1(conn_cpm_add);
Datum
conn_cpm_add(PG_FUNCTION_ARGS)
{
	static const perm_arguments at = {"conn_cpm",    PERM_CORR,         .x = 2,
									  .variable = 3, .permutations = 6, .seed = 7};

	return add_row(fcinfo, &at);
}

PG_FUNCTION_INFO_V1(conn_cpm_adjusted_add);
Datum
conn_cpm_adjusted_add(PG_FUNCTION_ARGS)
{
	static const perm_arguments at = {"conn_cpm",      PERM_CORR,         .x = 2,   .variable = 3,
									  .covariates = 4, .permutations = 7, .seed = 8};

	return add_row(fcinfo, &at);
}

/* ---- the problem ----------------------------------------------------------------------------- */

typedef struct prediction
{
	const keyed_rows *rows;
	const cpm_request *request;
	keyed_row *sorted;
	psy_perm_rows data;
	psy_cpm_plan plan;
	psy_cpm_result cpm;
	char *obstacle;
} prediction;

static void
gather(prediction *p)
{
	int64 rows = p->rows->count;
	int covariates = p->rows->columns - 1;
	const void **x = palloc_extended(sizeof *x * rows, MCXT_ALLOC_HUGE);
	double *y = palloc(sizeof(double) * rows), *z = palloc(sizeof(double) * Max(rows * covariates, 1));

	for (int64 s = 0; s < rows; s++)
	{
		x[s] = p->sorted[s].x;
		memcpy(z + s * covariates, p->sorted[s].w, sizeof(double) * covariates);
		y[s] = p->sorted[s].w[covariates];
	}
	p->data = (psy_perm_rows){.rows = rows, .elements = p->rows->elements};
	if (p->rows->wide)
		p->data.d = (const double *const *) x;
	else
		p->data.f = (const float *const *) x;
	p->plan = (psy_cpm_plan){.y = y,
							 .covariates = z,
							 .covariate_count = covariates,
							 .folds = p->request->folds,
							 .threshold = p->request->threshold,
							 .most = p->request->base.permutations,
							 .seed = (uint64_t) p->request->base.seed};
}

static char *
obstacle_of(const psy_cpm_result *cpm)
{
	if (cpm->too_few)
		return pstrdup("too few rows to train on");
	if (cpm->deficient > 0 && cpm->deficient_fold == 0)
		return psprintf("covariates[%zu] does not vary, or is explained by those before it", cpm->deficient);
	if (cpm->deficient > 0)
		return psprintf("covariates[%zu] does not vary for itself among the training subjects of fold %zu",
						cpm->deficient, cpm->deficient_fold);
	if (cpm->constant)
		return pstrdup("y does not vary, or is explained by the covariates");
	return NULL;
}

static prediction
predict(const keyed_rows *rows)
{
	prediction p = {.rows = rows, .request = rows->request};
	psy_context ctx = psyrad_current_context();
	psy_error err;

	if (rows->count < p.request->folds)
	{
		p.obstacle = psprintf(INT64_FORMAT " row%s cannot be dealt into %d folds", rows->count,
							  rows->count == 1 ? "" : "s", p.request->folds);
		return p;
	}
	p.sorted = keyed_rows_sorted(rows, false);
	gather(&p);
	for (int k = 0; k < PSY_CPM_NETWORKS; k++)
		p.cpm.predicted[k] = palloc(sizeof(double) * rows->count);
	p.cpm.fold = palloc(sizeof(uint32_t) * rows->count);
	for (int sign = 0; sign < 2; sign++)
		p.cpm.selected[sign] = palloc_extended(sizeof(uint32_t) * rows->elements, MCXT_ALLOC_HUGE);
	PSYRAD_CHECK(psy_cpm(&ctx, &p.data, &p.plan, &p.cpm, &err), &err);
	p.obstacle = obstacle_of(&p.cpm);
	return p;
}

/* ---- the answer ------------------------------------------------------------------------------ */

enum
{
	COLUMN_NETWORK,
	COLUMN_N,
	COLUMN_FOLDS,
	COLUMN_R,
	COLUMN_Q2,
	COLUMN_MAE,
	COLUMN_P,
	COLUMN_EDGES_PER_FOLD,
	COLUMN_ELEMENTS,
	COLUMN_EDGES,
	COLUMN_KEYS,
	COLUMN_OBSERVED,
	COLUMN_PREDICTED,
	COLUMN_ARRANGEMENTS,
	COLUMN_METHOD,
	COLUMN_NOTE,
	COLUMNS
};

typedef struct answer
{
	Datum column[COLUMNS];
	bool null[COLUMNS];
} answer;

static void
put(answer *a, int column, Datum datum)
{
	a->column[column] = datum;
	a->null[column] = false;
}

static void
put_number(answer *a, int column, double value)
{
	if (!isnan(value))
		put(a, column, Float8GetDatum(value));
}

static void
put_doubles(answer *a, int column, const double *value, int64 count)
{
	put(a, column, PointerGetDatum(psyrad_float8_array(value, (int) count)));
}

static bool
in_every_fold(const prediction *p, int network, Size k)
{
	uint32_t folds = (uint32_t) p->request->folds;

	return (network != PSY_CPM_NEGATIVE && p->cpm.selected[0][k] == folds) ||
		   (network != PSY_CPM_POSITIVE && p->cpm.selected[1][k] == folds);
}

/* Elements selected in every fold, 1-based, and as (i, j) where they are edges. */
static void
put_selected(answer *a, const prediction *p, int network)
{
	Size count = 0, at = 0;
	int n = (int) psy_edge_regions(p->rows->elements);
	int32 *element, i = 1, j = 2;
	int dims[2], bounds[2] = {1, 1};
	Datum *pair;

	for (Size k = 0; k < p->rows->elements; k++)
		count += in_every_fold(p, network, k);
	put(a, COLUMN_ELEMENTS, PointerGetDatum(psyrad_new_int4_array((int) count, &element)));
	pair = palloc(sizeof(Datum) * Max(2 * count, 1));
	for (Size k = 0; k < p->rows->elements; k++)
	{
		if (in_every_fold(p, network, k))
		{
			pair[2 * at] = Int32GetDatum(i);
			pair[2 * at + 1] = Int32GetDatum(j);
			element[at++] = (int32) k + 1;
		}
		if (++j > n)
			j = ++i + 1;
	}
	dims[0] = (int) count;
	dims[1] = 2;
	if (p->rows->source != 0)
		put(a, COLUMN_EDGES,
			PointerGetDatum(count == 0 ? construct_empty_array(INT4OID)
									   : construct_md_array(pair, NULL, 2, dims, bounds, INT4OID,
															sizeof(int32), true, TYPALIGN_INT)));
}

static Datum
keys_of(const prediction *p)
{
	Datum *key = palloc(sizeof(Datum) * p->rows->count);

	for (int64 s = 0; s < p->rows->count; s++)
		key[s] = CStringGetTextDatum(p->sorted[s].key.text != NULL
										 ? p->sorted[s].key.text
										 : psprintf(INT64_FORMAT, p->sorted[s].key.number));
	return PointerGetDatum(construct_array(key, (int) p->rows->count, TEXTOID, -1, false, TYPALIGN_INT));
}

static char *
note_of(const prediction *p, int network)
{
	char *note = "";

	if (p->obstacle != NULL)
		note = psprintf("%s; ", p->obstacle);
	if (p->rows->skipped > 0)
		note = psprintf("%s" INT64_FORMAT " row%s skipped: x, y or a covariate missing; ", note,
						p->rows->skipped, p->rows->skipped == 1 ? "" : "s");
	if (p->obstacle == NULL && p->cpm.missing > 0)
		note = psprintf("%s%zu of %zu elements are missing in some row and left out; ", note, p->cpm.missing,
						p->rows->elements);
	if (p->obstacle == NULL && p->cpm.network[network].edges == 0)
		note = psprintf("%sno element was selected in any fold; ", note);
	if (note[0] == '\0')
		return NULL;
	note[strlen(note) - 2] = '\0';
	return note;
}

static void
describe(answer *a, const prediction *p, int network)
{
	static const char *const names[] = {"positive", "negative", "combined"};
	const psy_cpm_network *own = &p->cpm.network[network];

	put(a, COLUMN_NETWORK, CStringGetTextDatum(names[network]));
	put(a, COLUMN_FOLDS, Int32GetDatum(p->request->folds));
	put_number(a, COLUMN_R, own->r);
	put_number(a, COLUMN_Q2, own->edges > 0 ? own->q2 : NAN);
	put_number(a, COLUMN_MAE, own->edges > 0 ? own->mae : NAN);
	put_number(a, COLUMN_P, own->p);
	put_number(a, COLUMN_EDGES_PER_FOLD, own->edges);
	put_selected(a, p, network);
	put(a, COLUMN_KEYS, keys_of(p));
	put_doubles(a, COLUMN_OBSERVED, p->plan.y, p->rows->count);
	put_doubles(a, COLUMN_PREDICTED, p->cpm.predicted[network], p->rows->count);
	put(a, COLUMN_ARRANGEMENTS, Int64GetDatum((int64) p->cpm.arrangements));
	put(a, COLUMN_METHOD,
		CStringGetTextDatum(
			psprintf("edges of p < %g in each of %d folds, %ssums regressed on y; %s " INT64_FORMAT
					 " arrangements of y, seed " INT64_FORMAT,
					 p->request->threshold, p->request->folds,
					 p->plan.covariate_count > 0 ? "covariates taken out by training subjects, " : "",
					 p->cpm.exhaustive ? "all" : "random",
					 (int64) p->cpm.arrangements - (p->cpm.exhaustive ? 0 : 1), p->request->base.seed)));
}

PG_FUNCTION_INFO_V1(conn_cpm_final);
Datum
conn_cpm_final(PG_FUNCTION_ARGS)
{
	prediction p;
	Datum network[PSY_CPM_NETWORKS];
	TupleDesc type;
	Oid element;
	int count;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	p = predict((const keyed_rows *) PG_GETARG_POINTER(0));
	element = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));
	type = lookup_rowtype_tupdesc_copy(element, -1);
	count = p.obstacle == NULL ? PSY_CPM_NETWORKS : 1;
	for (int k = 0; k < count; k++)
	{
		char *note = note_of(&p, k);
		answer a;

		memset(a.null, true, sizeof a.null);
		put(&a, COLUMN_N, Int32GetDatum((int32) p.rows->count));
		if (p.obstacle == NULL)
			describe(&a, &p, k);
		if (note != NULL)
			put(&a, COLUMN_NOTE, CStringGetTextDatum(note));
		network[k] = HeapTupleGetDatum(heap_form_tuple(type, a.column, a.null));
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(network, count, element, -1, false, TYPALIGN_DOUBLE));
}
