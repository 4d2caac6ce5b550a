/*
 * model_args.c - arguments of the scoring functions: the model from a cache, the features from an array or
 * jsonb.
 *
 * A model is the same for thousands of rows.  Each call site (fn_extra) keeps the last few: fetched,
 * validated, with workspace.  An entry is reused only when the argument is proven to be the same value:
 *   - the argument is a constant of the plan, or
 *   - it is the same stored value (toast pointers never change what they point to), or
 *   - its bytes are equal.
 */
#include "modelscore.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "nodes/primnodes.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

/* ---- the cache ------------------------------------------------------------------------------- */

#define CACHED 4 /* models of one call site: enough to compare a few side by side */

typedef struct cache_entry
{
	MemoryContext memory; /* holds all of this entry */
	modelscore_model ready;
	bool stored; /* known by its toast pointer */
	struct varatt_external toast;
} cache_entry;

typedef struct model_cache
{
	bool constant;
	int used;
	int next; /* to be replaced */
	cache_entry entry[CACHED];
} model_cache;

static bool
argument_is_constant(FunctionCallInfo fcinfo)
{
	Node *call = fcinfo->flinfo->fn_expr;

	if (call == NULL || !IsA(call, FuncExpr))
		return false;
	return IsA(linitial(((FuncExpr *) call)->args), Const);
}

static model_cache *
cache_of(FunctionCallInfo fcinfo)
{
	model_cache *cache = fcinfo->flinfo->fn_extra;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(model_cache));
		cache->constant = argument_is_constant(fcinfo);
		fcinfo->flinfo->fn_extra = cache;
	}
	return cache;
}

static bool
same_value(const cache_entry *entry, struct varlena *datum)
{
	struct varatt_external toast;
	const psy_model *model = entry->ready.model;

	if (VARATT_IS_EXTERNAL_ONDISK(datum))
	{
		VARATT_EXTERNAL_GET_POINTER(toast, datum);
		return entry->stored && memcmp(&toast, &entry->toast, sizeof toast) == 0;
	}
	if (entry->stored || VARATT_IS_EXTENDED(datum))
		return false;
	return VARSIZE(datum) == psy_model_bytes(model) && memcmp(datum, model, VARSIZE(datum)) == 0;
}

void
modelscore_prepare(modelscore_model *ready, Datum datum, MemoryContext memory)
{
	MemoryContext caller = MemoryContextSwitchTo(memory);
	LOCAL_FCINFO(fcinfo, 1);
	psyrad_header *image;

	InitFunctionCallInfoData(*fcinfo, NULL, 1, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = datum;
	fcinfo->args[0].isnull = false;
	image = psyrad_state_arg(fcinfo, 0, &modelscore_type);
	if (image == (psyrad_header *) DatumGetPointer(datum))
	{
		Size size = VARSIZE(image);

		image = memcpy(palloc(size), image, size);
	}
	*ready = (modelscore_model){.model = (const psy_model *) image, .memory = memory};
	ready->workspace = MemoryContextAllocHuge(memory, sizeof(double) * psy_model_workspace(ready->model));
	ready->raw = MemoryContextAllocHuge(memory, sizeof(double) * psy_model_raw(ready->model));
	ready->features = MemoryContextAllocHuge(memory, sizeof(double) * psy_model_features(ready->model));
	MemoryContextSwitchTo(caller);
}

/* Fetches, validates and equips the model in a memory context of its own. */
static void
fill_entry(FunctionCallInfo fcinfo, cache_entry *entry)
{
	struct varlena *datum = (struct varlena *) PG_GETARG_POINTER(0);
	MemoryContext memory =
		AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "psyrad model", ALLOCSET_SMALL_SIZES);
	modelscore_model ready;

	modelscore_prepare(&ready, PointerGetDatum(datum), memory);
	*entry = (cache_entry){.memory = memory, .ready = ready, .stored = VARATT_IS_EXTERNAL_ONDISK(datum)};
	if (entry->stored)
		VARATT_EXTERNAL_GET_POINTER(entry->toast, datum);
}

/* Making a plan takes as long as scoring some hundreds of rows without one: a single row must not wait for it. */
#define ROWS_BEFORE_PLAN 256

static modelscore_model *
counted(modelscore_model *ready)
{
	psy_context ctx = psyrad_context(ready->memory);
	psy_model_plan *plan;
	psy_error err = {0};

	if (ready->rows > ROWS_BEFORE_PLAN || ++ready->rows <= ROWS_BEFORE_PLAN)
		return ready;
	PSYRAD_CHECK(psy_model_plan_make(&ctx, ready->model, &plan, &err), &err);
	ready->plan = plan;
	return ready;
}

modelscore_model *
modelscore_model_arg(FunctionCallInfo fcinfo)
{
	modelscore_model *referred = modelscore_referred(PG_GETARG_DATUM(0));
	model_cache *cache;
	struct varlena *datum = (struct varlena *) PG_GETARG_POINTER(0);
	cache_entry *entry;
	cache_entry fresh;

	if (referred != NULL)
		return counted(referred);
	cache = cache_of(fcinfo);
	if (cache->constant && cache->used > 0)
		return counted(&cache->entry[0].ready);
	for (int k = 0; k < cache->used; k++)
		if (same_value(&cache->entry[k], datum))
			return counted(&cache->entry[k].ready);
	fill_entry(fcinfo, &fresh);
	entry = &cache->entry[cache->next];
	if (entry->memory != NULL)
		MemoryContextDelete(entry->memory);
	*entry = fresh;
	cache->next = (cache->next + 1) % CACHED;
	cache->used = Min(cache->used + 1, CACHED);
	return &entry->ready;
}

const psy_model *
modelscore_plain_arg(FunctionCallInfo fcinfo)
{
	modelscore_model *referred = modelscore_referred(PG_GETARG_DATUM(0));

	return referred != NULL ? referred->model
							: (const psy_model *) psyrad_state_arg(fcinfo, 0, &modelscore_type);
}

/* ---- features -------------------------------------------------------------------------------- */

/* A matrix is one only to a model that takes one: the same elements in another shape are something else. */
static void
require_matrix(const modelscore_model *m, const psyrad_array *features)
{
	size_t rows, columns;

	if (!psy_model_matrix(m->model, &rows, &columns))
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("features is a matrix of %d x %d, the model takes a list of %zu", features->rows,
							   features->columns, psy_model_features(m->model)),
						errhint("model_features lists them in order.")));
	if ((size_t) features->rows != rows || (size_t) features->columns != columns)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("features is a matrix of %d x %d, the model takes one of %zu x %zu", features->rows,
							   features->columns, rows, columns)));
}

static void
require_length(const modelscore_model *m, const psyrad_array *features)
{
	size_t rows, columns;

	if ((size_t) features->length == psy_model_features(m->model))
		return;
	if (psy_model_matrix(m->model, &rows, &columns))
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("features has %d elements, the model takes a matrix of %zu x %zu", features->length, rows,
							   columns),
						errhint("Of a connectome conn_matrix gives it; its elements row by row, %zu, will do too.",
								rows * columns)));
	ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
					errmsg("features has %d elements, the model takes %zu", features->length,
						   psy_model_features(m->model)),
					errhint("model_features lists them in order.")));
}

const double *
modelscore_features_array(FunctionCallInfo fcinfo, const modelscore_model *m)
{
	psyrad_array features = psyrad_double_array(PG_GETARG_DATUM(1), 2, "features");

	if (features.dims == 2)
		require_matrix(m, &features);
	else
		require_length(m, &features);
	return features.value;
}

/* A text or a truth value for a feature that takes some. */
static bool
set_category(const modelscore_model *m, long feature, const JsonbValue *value)
{
	const char *truth = value->type == jbvBool && value->val.boolean ? "true" : "false";

	if (value->type == jbvString)
		return psy_model_category(m->model, feature, value->val.string.val, value->val.string.len, &m->features[feature]);
	return value->type == jbvBool && psy_model_category(m->model, feature, truth, strlen(truth), &m->features[feature]);
}

/* A number: as it is, or, where the feature's values are texts, the text that it spells. */
static void
set_number(const modelscore_model *m, long feature, Numeric number)
{
	if (psy_model_category(m->model, feature, "", 0, &m->features[feature]))
	{
		char *text = numeric_normalize(number);

		(void) psy_model_category(m->model, feature, text, strlen(text), &m->features[feature]);
		pfree(text);
	}
	else
		m->features[feature] = DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(number)));
}

/* One member of the object to its place among the features. */
static void
set_feature(const modelscore_model *m, const JsonbValue *key, const JsonbValue *value)
{
	long feature = psy_model_find_feature(m->model, key->val.string.val, key->val.string.len);

	if (feature < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the model has no feature \"%.*s\"", key->val.string.len, key->val.string.val),
						errhint("model_features lists those it has.")));
	if (value->type == jbvNumeric)
		set_number(m, feature, value->val.numeric);
	else if (value->type != jbvNull && !set_category(m, feature, value))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("feature \"%.*s\" must be a number or null",
															key->val.string.len, key->val.string.val)));
}

const double *
modelscore_features_jsonb(FunctionCallInfo fcinfo, const modelscore_model *m)
{
	Jsonb *object = PG_GETARG_JSONB_P(1);
	JsonbIterator *it;
	JsonbValue key, value;
	JsonbIteratorToken token;

	if (!JB_ROOT_IS_OBJECT(object))
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("features as jsonb must be an object of numbers by feature name"),
						errhint("Arrays are taken as real[] or double precision[].")));
	for (size_t k = 0; k < psy_model_features(m->model); k++)
		m->features[k] = get_float8_nan();
	it = JsonbIteratorInit(&object->root);
	(void) JsonbIteratorNext(&it, &key, false);
	while ((token = JsonbIteratorNext(&it, &key, false)) == WJB_KEY)
	{
		(void) JsonbIteratorNext(&it, &value, true);
		set_feature(m, &key, &value);
	}
	return m->features;
}

/* ---- running --------------------------------------------------------------------------------- */

static bool
run(const modelscore_model *m, const double *features)
{
	psy_error err = {0};
	bool missing;
	psy_status status =
		psy_model_run_planned(m->model, m->plan, features, m->workspace, m->raw, &missing, &err);

	PSYRAD_CHECK(status, &err);
	return !missing;
}

bool
modelscore_run_array(FunctionCallInfo fcinfo, const modelscore_model *m)
{
	return run(m, modelscore_features_array(fcinfo, m));
}

bool
modelscore_run_jsonb(FunctionCallInfo fcinfo, const modelscore_model *m)
{
	return run(m, modelscore_features_jsonb(fcinfo, m));
}
