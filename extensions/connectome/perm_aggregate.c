/*
 * perm_aggregate.c - mass_perm_ttest, mass_perm_ttest_paired, mass_perm_corr, mass_perm_glm: transition and
 * final functions.  One description a signature says where its arguments stand.
 */
#include "perm_request.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "stats/perm_test.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include <math.h>

#define ADD(symbol, ...)                                                                                     \
	PG_FUNCTION_INFO_V1(symbol);                                                                             \
	Datum symbol(PG_FUNCTION_ARGS)                                                                           \
	{                                                                                                        \
		static const perm_arguments at = {__VA_ARGS__};                                                      \
		PG_RETURN_POINTER(perm_add_row(fcinfo, &at, sizeof(perm_request)));                                  \
	}

ADD(mass_perm_mean_add, "mass_perm_ttest", PERM_MEAN, .x = 2, .permutations = 3, .seed = 4)
ADD(mass_perm_groups_add, "mass_perm_ttest", PERM_GROUPS, .x = 2, .variable = 3, .permutations = 4, .seed = 5)
ADD(mass_perm_groups_adjusted_add, "mass_perm_ttest", PERM_GROUPS, .x = 2, .variable = 3, .covariates = 4,
	.permutations = 5, .seed = 6)
ADD(mass_perm_groups_blocks_add, "mass_perm_ttest", PERM_GROUPS, .x = 2, .variable = 3, .block = 4,
	.exchange = 5, .permutations = 6, .seed = 7)
ADD(mass_perm_paired_add, "mass_perm_ttest_paired", PERM_PAIRED, .x = 2, .pre = 3, .permutations = 4,
	.seed = 5)
ADD(mass_perm_corr_add, "mass_perm_corr", PERM_CORR, .x = 2, .variable = 3, .permutations = 4, .seed = 5)
ADD(mass_perm_corr_adjusted_add, "mass_perm_corr", PERM_CORR, .x = 2, .variable = 3, .covariates = 4,
	.permutations = 5, .seed = 6)
ADD(mass_perm_glm_add, "mass_perm_glm", PERM_GLM, .x = 2, .covariates = 3, .contrast = 4, .permutations = 5,
	.seed = 6)
ADD(mass_perm_glm_blocks_add, "mass_perm_glm", PERM_GLM, .x = 2, .covariates = 3, .contrast = 4, .block = 5,
	.exchange = 6, .permutations = 7, .seed = 8)

/* ---- the answer ------------------------------------------------------------------------------ */

enum
{
	COLUMN_N,
	COLUMN_DF,
	COLUMN_ESTIMATE,
	COLUMN_STATISTIC,
	COLUMN_EFFECT_SIZE,
	COLUMN_P_UNC,
	COLUMN_P_FWE,
	COLUMN_P_UNC_GREATER,
	COLUMN_P_FWE_GREATER,
	COLUMN_P_UNC_LESS,
	COLUMN_P_FWE_LESS,
	COLUMN_ARRANGEMENTS,
	COLUMN_EXHAUSTIVE,
	COLUMN_METHOD,
	COLUMN_NOTE,
	COLUMNS
};

typedef struct answer
{
	Datum column[COLUMNS];
	bool null[COLUMNS];
} answer;

static double *
array_column(answer *a, int column, Size elements)
{
	double *value;

	a->column[column] = PointerGetDatum(psyrad_new_float8_array(elements, &value));
	a->null[column] = false;
	return value;
}

static const char *
method_name(perm_kind kind)
{
	switch (kind)
	{
		case PERM_MEAN: return "one-sample t";
		case PERM_PAIRED: return "paired t";
		case PERM_GROUPS: return "two-sample t, pooled variance";
		case PERM_CORR: return "correlation";
		case PERM_GLM: return "linear model, t contrast";
	}
	return "?";
}

/* Estimate, t and effect size from the observed correlations. */
static void
describe(const perm_problem *p, const psy_perm_observed *observed, answer *a)
{
	Size elements = p->rows->elements;
	perm_kind kind = p->request->arguments->kind;
	double *estimate = array_column(a, COLUMN_ESTIMATE, elements);
	double *statistic = array_column(a, COLUMN_STATISTIC, elements);
	double *effect_size = array_column(a, COLUMN_EFFECT_SIZE, elements);

	for (Size k = 0; k < elements; k++)
	{
		double r = observed->r[k], t = psy_perm_t(r, p->model.df);

		statistic[k] = t;
		estimate[k] = kind == PERM_CORR ? r : p->model.weight * observed->spread[k] * r;
		effect_size[k] = kind == PERM_CORR || kind == PERM_GLM ? r : t * p->model.weight;
	}
}

static void
test(const perm_problem *p, answer *a, psy_perm_result *out)
{
	psy_context ctx = psyrad_current_context();
	Size elements = p->rows->elements;
	psy_arrange arrange = p->arrange;
	psy_error err;

	out->observed.r = palloc_extended(sizeof(double) * elements, MCXT_ALLOC_HUGE);
	out->observed.spread = palloc_extended(sizeof(double) * elements, MCXT_ALLOC_HUGE);
	out->observed.state = palloc_extended(elements, MCXT_ALLOC_HUGE);
	for (int tail = 0; tail < PSY_TAILS; tail++)
	{
		out->p_unc[tail] = array_column(a, COLUMN_P_UNC + 2 * tail, elements);
		out->p_fwe[tail] = array_column(a, COLUMN_P_FWE + 2 * tail, elements);
	}
	PSYRAD_CHECK(psy_perm_test(&ctx, &p->data, &p->model, &arrange, out, &err), &err);
	describe(p, &out->observed, a);
	a->column[COLUMN_ARRANGEMENTS] = Int64GetDatum((int64) out->arrangements);
	a->column[COLUMN_EXHAUSTIVE] = BoolGetDatum(out->exhaustive);
	a->null[COLUMN_ARRANGEMENTS] = a->null[COLUMN_EXHAUSTIVE] = false;
	a->column[COLUMN_DF] = Float8GetDatum(p->model.df);
	a->null[COLUMN_DF] = false;
}

PG_FUNCTION_INFO_V1(mass_perm_final);
Datum
mass_perm_final(PG_FUNCTION_ARGS)
{
	const keyed_rows *rows;
	perm_problem p;
	psy_perm_result out = {0};
	answer a;
	TupleDesc type;
	char *note;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	rows = (const keyed_rows *) PG_GETARG_POINTER(0);
	if (get_call_result_type(fcinfo, NULL, &type) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "mass_perm_final must return a composite");
	memset(a.null, true, sizeof a.null);
	p = perm_problem_begin(rows, rows->request);
	a.column[COLUMN_N] = Int32GetDatum((int32) rows->count);
	a.null[COLUMN_N] = false;
	if (p.obstacle == NULL)
	{
		test(&p, &a, &out);
		a.column[COLUMN_METHOD] = CStringGetTextDatum(
			psprintf("%s; %s", method_name(p.request->arguments->kind), perm_arrangements_text(&p)));
		a.null[COLUMN_METHOD] = false;
	}
	note = perm_note(&p, p.obstacle == NULL ? &out.observed : NULL);
	a.null[COLUMN_NOTE] = note == NULL;
	if (note != NULL)
		a.column[COLUMN_NOTE] = CStringGetTextDatum(note);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(type), a.column, a.null)));
}

/* ---- as rows --------------------------------------------------------------------------------- */

#define ARRAYS (COLUMN_P_FWE_LESS - COLUMN_ESTIMATE + 1)

/* The arrays of a composite, which somebody may have made by hand. */
static int
take_apart(HeapTupleHeader row, const double *array[ARRAYS])
{
	int elements = -1;

	for (int k = 0; k < ARRAYS; k++)
	{
		bool null;
		Datum datum = GetAttributeByNum(row, COLUMN_ESTIMATE + k + 1, &null);
		ArrayType *value;
		int length;

		if (null)
			return 0;
		value = DatumGetArrayTypeP(datum);
		length = ArrayGetNItems(ARR_NDIM(value), ARR_DIMS(value));
		if (ARR_NDIM(value) > 1 || ARR_HASNULL(value) || (elements >= 0 && length != elements))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("r is no result of a mass_perm_* aggregate: its arrays differ in length "
								   "or have NULLs")));
		elements = length;
		array[k] = (const double *) ARR_DATA_PTR(value);
	}
	return elements;
}

static Datum
unnest(FunctionCallInfo fcinfo, bool edges)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	const double *array[ARRAYS];
	int elements, regions;
	int32 i = 1, j = 2;

	SetSingleFuncCall(fcinfo, 0);
	elements = take_apart(PG_GETARG_HEAPTUPLEHEADER(0), array);
	regions = edges ? (int) psy_edge_regions(elements) : 0;
	if (edges && regions == 0 && elements > 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("r has %d elements, which is n(n-1)/2 for no n: they are not edges", elements),
						errhint("Use mass_unnest(r).")));
	for (int k = 0; k < elements; k++)
	{
		Datum column[ARRAYS + 2];
		bool null[ARRAYS + 2] = {false};
		int at = 0;

		column[at++] = Int32GetDatum(edges ? i : k + 1);
		if (edges)
			column[at++] = Int32GetDatum(j);
		if (edges && ++j > regions)
			j = ++i + 1;
		for (int a = 0; a < ARRAYS; a++, at++)
		{
			null[at] = isnan(array[a][k]);
			column[at] = Float8GetDatum(array[a][k]);
		}
		tuplestore_putvalues(set->setResult, set->setDesc, column, null);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(mass_perm_unnest);
Datum
mass_perm_unnest(PG_FUNCTION_ARGS)
{
	return unnest(fcinfo, false);
}

PG_FUNCTION_INFO_V1(mass_perm_edges);
Datum
mass_perm_edges(PG_FUNCTION_ARGS)
{
	return unnest(fcinfo, true);
}
