/* perm_request.c - see perm_request.h. */
#include "perm_request.h"

#include "lib/stringinfo.h"
#include "stats/mass.h"
#include "utils/builtins.h"

#include <math.h>

/* ---- arguments that are the same in every row ------------------------------------------------ */

void
perm_require_same(bool same, const char *name, const char *argument)
{
	if (!same)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s: %s must be the same for all rows of a group", name, argument)));
}

static void
require_not_null(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
}

int32
perm_permutations_arg(FunctionCallInfo fcinfo, int argument)
{
	int32 permutations;

	require_not_null(fcinfo, argument, "permutations");
	permutations = PG_GETARG_INT32(argument);
	if (permutations < 1 || permutations > PERM_MOST_PERMUTATIONS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("permutations is %d; 1 to %d expected", permutations, PERM_MOST_PERMUTATIONS)));
	return permutations;
}

int64
perm_bigint_arg(FunctionCallInfo fcinfo, int argument, const char *name)
{
	require_not_null(fcinfo, argument, name);
	return PG_GETARG_INT64(argument);
}

static psy_exchange
exchange_arg(FunctionCallInfo fcinfo, int argument)
{
	psy_exchange exchange = PSY_EXCHANGE_ALL;
	psy_error err;

	if (argument == 0)
		return exchange;
	require_not_null(fcinfo, argument, "exchange");
	PSYRAD_CHECK(psy_exchange_parse(psyrad_cstring_arg(fcinfo, argument), &exchange, &err), &err);
	if (exchange == PSY_EXCHANGE_ALL)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("exchange is 'all', which leaves block without a meaning; within or whole expected")));
	return exchange;
}

static psyrad_array
contrast_arg(FunctionCallInfo fcinfo, int argument)
{
	psyrad_array contrast;

	require_not_null(fcinfo, argument, "contrast");
	contrast = psyrad_double_array(PG_GETARG_DATUM(argument), 1, "contrast");
	for (int k = 0; k < contrast.length; k++)
		if (!isfinite(contrast.value[k]) || fabs(contrast.value[k]) > PSY_MASS_MAX_VALUE)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("contrast[%d] is %g; a finite weight expected", k + 1, contrast.value[k])));
	return contrast;
}

/* Remembers the first row's options, and holds later rows to them. */
static void
agree(FunctionCallInfo fcinfo, keyed_rows *rows, perm_request *request, const perm_arguments *at)
{
	int32 permutations = perm_permutations_arg(fcinfo, at->permutations);
	int64 seed = perm_bigint_arg(fcinfo, at->seed, "seed");
	psy_exchange exchange = exchange_arg(fcinfo, at->exchange);
	psyrad_array contrast = {0};

	if (at->contrast > 0)
		contrast = contrast_arg(fcinfo, at->contrast);
	if (!request->set)
	{
		*request = (perm_request){true, at, permutations, seed, exchange, contrast.length, NULL};
		request->contrast = keyed_rows_keep(rows, sizeof(double) * contrast.length);
		if (contrast.length > 0)
			memcpy(request->contrast, contrast.value, sizeof(double) * contrast.length);
		return;
	}
	perm_require_same(permutations == request->permutations, at->name, "permutations");
	perm_require_same(seed == request->seed, at->name, "seed");
	perm_require_same(exchange == request->exchange, at->name, "exchange");
	perm_require_same(contrast.length == request->columns &&
						  (contrast.length == 0 ||
						   memcmp(contrast.value, request->contrast, sizeof(double) * contrast.length) == 0),
					  at->name, "contrast");
}

/* ---- a row ----------------------------------------------------------------------------------- */

typedef struct design_row
{
	bool complete;
	int columns;
	double w[PSY_MASS_MAX_DESIGN];
} design_row;

static void
put_value(design_row *row, double w, const char *name, int index)
{
	if (isnan(w))
		row->complete = false;
	else if (fabs(w) > PSY_MASS_MAX_VALUE)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						index > 0 ? errmsg("%s[%d] is %g; magnitudes up to 1e100 expected", name, index, w)
								  : errmsg("%s is %g; magnitudes up to 1e100 expected", name, w)));
	row->w[row->columns++] = w;
}

static void
put_values(FunctionCallInfo fcinfo, int argument, design_row *row, const char *name)
{
	psyrad_array values = psyrad_double_array(PG_GETARG_DATUM(argument), 1, name);

	if (values.length < 1 || values.length >= PSY_MASS_MAX_DESIGN)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("%s has %d elements; 1 to %d expected", name,
																values.length, PSY_MASS_MAX_DESIGN - 1)));
	for (int k = 0; k < values.length; k++)
		put_value(row, values.value[k], name, k + 1);
}

static design_row
read_design(FunctionCallInfo fcinfo, const perm_arguments *at)
{
	const int needed[] = {at->x, at->pre, at->variable, at->covariates};
	design_row row = {.complete = true};

	for (int k = 0; k < lengthof(needed); k++)
		if (needed[k] > 0 && PG_ARGISNULL(needed[k]))
			row.complete = false;
	if (!row.complete)
		return row;
	if (at->covariates > 0)
		put_values(fcinfo, at->covariates, &row, at->kind == PERM_GLM ? "design" : "covariates");
	if (at->kind == PERM_GROUPS)
		put_value(&row, PG_GETARG_BOOL(at->variable) ? 1 : 0, "grp", 0);
	if (at->kind == PERM_CORR)
		put_value(&row, PG_GETARG_FLOAT8(at->variable), "y", 0);
	return row;
}

keyed_rows *
perm_add_row(FunctionCallInfo fcinfo, const perm_arguments *at, Size request_size)
{
	keyed_rows *rows = keyed_rows_get(fcinfo, at->name, request_size);
	perm_request *request = rows->request;
	design_row design;
	keyed_row *row;

	agree(fcinfo, rows, request, at);
	design = read_design(fcinfo, at);
	if (!design.complete)
	{
		rows->skipped++;
		return rows;
	}
	if (at->contrast > 0 && design.columns != request->columns)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("contrast has %d weights, but design %d columns", request->columns, design.columns)));
	row = keyed_rows_add(rows, fcinfo, at->x, at->pre, design.w, design.columns);
	if (at->block > 0)
		row->block = keyed_rows_key(rows, fcinfo, at->block, "block");
	return rows;
}

/* ---- the problem ----------------------------------------------------------------------------- */

static int
compare_blocks(const void *left, const void *right)
{
	const keyed_row *const *a = left, *const *b = right;

	return keyed_compare((*a)->block, (*b)->block);
}

/* Numbers of the blocks, in the order of the rows. */
static uint32_t *
number_blocks(const perm_problem *p)
{
	int64 rows = p->rows->count;
	const keyed_row **by_block = palloc_extended(sizeof *by_block * rows, MCXT_ALLOC_HUGE);
	uint32_t *block = palloc_extended(sizeof *block * rows, MCXT_ALLOC_HUGE), number = 0;

	for (int64 s = 0; s < rows; s++)
		by_block[s] = &p->sorted[s];
	qsort(by_block, rows, sizeof *by_block, compare_blocks);
	for (int64 s = 0; s < rows; s++)
	{
		number += s > 0 && keyed_compare(by_block[s - 1]->block, by_block[s]->block) != 0;
		block[by_block[s] - p->sorted] = number;
	}
	pfree(by_block);
	return block;
}

/* Of groups and correlations an intercept is understood; a linear model has its columns as given. */
static bool
adds_intercept(const perm_problem *p)
{
	return p->request->arguments->kind == PERM_GROUPS || p->request->arguments->kind == PERM_CORR;
}

static void
gather(perm_problem *p)
{
	int64 rows = p->rows->count;
	const void **x = palloc_extended(sizeof *x * rows, MCXT_ALLOC_HUGE);
	int own = p->rows->columns, first = adds_intercept(p) ? 1 : 0;

	p->columns = first + own;
	p->design = palloc_extended(sizeof(double) * Max(rows * p->columns, 1), MCXT_ALLOC_HUGE);
	for (int64 s = 0; s < rows; s++)
	{
		double *w = p->design + s * p->columns;

		x[s] = p->sorted[s].x;
		if (first > 0)
			w[0] = 1;
		if (own > 0)
			memcpy(w + first, p->sorted[s].w, sizeof(double) * own);
	}
	p->data = (psy_perm_rows){.rows = rows, .elements = p->rows->elements};
	if (p->rows->wide)
		p->data.d = (const double *const *) x;
	else
		p->data.f = (const float *const *) x;
}

/* The design column k (1-based) as the user knows it. */
static char *
column_name(const perm_problem *p, size_t k)
{
	if (!adds_intercept(p))
		return psprintf("design[%zu]", k);
	if (k == (size_t) p->columns)
		return pstrdup(p->request->arguments->kind == PERM_GROUPS ? "grp" : "y");
	return psprintf("covariates[%zu]", k - 1);
}

static bool
varies(const perm_problem *p, size_t column)
{
	for (int64 s = 1; s < p->rows->count; s++)
		if (p->design[s * p->columns + column] != p->design[column])
			return true;
	return false;
}

static char *
model_obstacle(const perm_problem *p)
{
	if (p->model.deficient > 0 && !varies(p, p->model.deficient - 1))
		return psprintf("%s is the same in all rows", column_name(p, p->model.deficient));
	if (p->model.deficient > 0)
		return psprintf("%s is explained by the columns before it", column_name(p, p->model.deficient));
	if (p->model.tests_mean)
		return pstrdup(
			"the contrast tests a mean, which rearranged rows leave as it is: mass_perm_ttest(key, x, ...) "
			"flips signs");
	if (p->model.effect == NULL)
		return psprintf("too few rows (" INT64_FORMAT ") for this model", p->rows->count);
	return NULL;
}

static void
make_model(perm_problem *p, const psy_context *ctx)
{
	const perm_arguments *at = p->request->arguments;
	double *contrast = p->request->contrast;
	psy_error err;

	if (at->kind == PERM_MEAN || at->kind == PERM_PAIRED)
	{
		PSYRAD_CHECK(psy_perm_model_mean(ctx, p->rows->count, &p->model, &err), &err);
		return;
	}
	if (adds_intercept(p))
	{
		contrast = palloc0(sizeof(double) * p->columns);
		contrast[p->columns - 1] = 1;
	}
	PSYRAD_CHECK(psy_perm_model_begin(ctx, p->rows->count, p->design, p->columns, contrast, &p->model, &err),
				 &err);
}

perm_problem
perm_problem_begin(const keyed_rows *rows, const perm_request *request)
{
	perm_problem p = {.rows = rows, .request = request};
	psy_context ctx = psyrad_current_context();
	psy_arrange_plan plan = {.rows = rows->count, .exchange = request->exchange};
	psy_error err;

	if (rows->count == 0)
	{
		p.obstacle = "no complete row";
		return p;
	}
	p.sorted = keyed_rows_sorted(rows, false);
	gather(&p);
	make_model(&p, &ctx);
	p.obstacle = model_obstacle(&p);
	if (p.obstacle != NULL)
		return p;
	plan.design = p.design;
	plan.columns = p.columns;
	plan.signs = request->arguments->kind == PERM_MEAN || request->arguments->kind == PERM_PAIRED;
	plan.block = request->exchange == PSY_EXCHANGE_ALL ? NULL : number_blocks(&p);
	plan.most = request->permutations;
	plan.seed = (uint64_t) request->seed;
	PSYRAD_CHECK(psy_arrange_begin(&ctx, &plan, &p.arrange, &err), &err);
	if (p.arrange.total == 1)
		p.obstacle =
			"there is no other arrangement than the observed one: block and design leave nothing to exchange";
	return p;
}

/* ---- texts ----------------------------------------------------------------------------------- */

char *
perm_arrangements_text(const perm_problem *p)
{
	const psy_arrange *a = &p->arrange;
	const char *what = a->plan.signs                             ? "sign flips"
					   : a->plan.exchange == PSY_EXCHANGE_WITHIN ? "relabelling within blocks"
					   : a->plan.exchange == PSY_EXCHANGE_WHOLE  ? "relabelling of whole blocks"
					   : p->model.nuisance > 0                   ? "Freedman-Lane"
																 : "relabelling";
	const char *residuals =
		p->model.nuisance > 0 && a->plan.exchange != PSY_EXCHANGE_ALL ? "Freedman-Lane, " : "";

	if (a->exhaustive)
		return psprintf("%s%s, all %.0f arrangements", residuals, what, a->total);
	return psprintf("%s%s, %llu random arrangements, seed " INT64_FORMAT, residuals, what,
					(unsigned long long) a->count, p->request->seed);
}

static Size
missing_of_row(const keyed_rows *rows, const keyed_row *row)
{
	Size missing = 0;

	for (Size k = 0; k < rows->elements; k++)
		missing += rows->wide ? isnan(row->d[k]) : isnan(row->f[k]);
	return missing;
}

static void
note_missing(StringInfo note, const perm_problem *p, const psy_perm_observed *observed)
{
	const keyed_row *worst = NULL;
	Size most = 0;

	for (int64 s = 0; s < p->rows->count; s++)
	{
		Size missing = missing_of_row(p->rows, &p->sorted[s]);

		if (missing > most)
		{
			most = missing;
			worst = &p->sorted[s];
		}
	}
	appendStringInfo(
		note,
		"%zu of %zu elements are missing in some row and left out of the family; key %s lacks most (%zu); ",
		observed->missing, p->rows->elements, keyed_name(worst->key), most);
}

char *
perm_note(const perm_problem *p, const psy_perm_observed *observed)
{
	StringInfoData note;

	initStringInfo(&note);
	if (p->obstacle != NULL)
		appendStringInfo(&note, "%s; ", p->obstacle);
	if (p->rows->skipped > 0)
		appendStringInfo(&note, INT64_FORMAT " row%s skipped: x, grp, y or a covariate missing; ",
						 p->rows->skipped, p->rows->skipped == 1 ? "" : "s");
	if (observed != NULL && observed->missing > 0)
		note_missing(&note, p, observed);
	if (observed != NULL && observed->no_spread > 0)
		appendStringInfo(&note, "%zu of %zu elements have no spread; ", observed->no_spread,
						 p->rows->elements);
	if (p->obstacle == NULL && p->arrange.exhaustive && p->arrange.total < 20)
		appendStringInfo(&note, "%.0f arrangements: no p below %.3g; ", p->arrange.total,
						 1 / p->arrange.total);
	if ((p->rows->source == PSY_CONN_R || p->rows->source == PSY_CONN_PARTIAL) &&
		p->request->arguments->pre == 0)
		appendStringInfo(&note, "kind %s tested untransformed, conn_fisher_z is the usual scale; ",
						 psy_conn_kind_name(p->rows->source));
	if (note.len == 0)
		return NULL;
	note.data[note.len - 2] = '\0';
	return note.data;
}
