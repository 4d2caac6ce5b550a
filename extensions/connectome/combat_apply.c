/*
 * combat_apply.c - values without their site, row by row.
 *
 * A fit of many elements is megabytes: where it is stored in a table, it is fetched once a query and not once
 * a row.  What tells that it is the same one is its TOAST pointer; a fit that lies in memory is used there.
 */
#include "combat.h"

#include "access/detoast.h"
#include "utils/memutils.h"

#include <math.h>

typedef struct fit_cache
{
	struct varatt_external pointer;
	combat_fit *fit;
} fit_cache;

/* The fit behind a TOAST pointer, fetched when it is another one than in the row before. */
static const psy_combat *
cached_fit(FunctionCallInfo fcinfo, Datum datum)
{
	fit_cache *cache = fcinfo->flinfo->fn_extra;
	struct varatt_external pointer;
	MemoryContext before;

	VARATT_EXTERNAL_GET_POINTER(pointer, (struct varlena *) DatumGetPointer(datum));
	if (cache == NULL)
		cache = fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof *cache);
	if (cache->fit != NULL && cache->pointer.va_valueid == pointer.va_valueid &&
		cache->pointer.va_toastrelid == pointer.va_toastrelid)
		return &cache->fit->body;
	if (cache->fit != NULL)
		pfree(cache->fit);
	cache->fit = NULL;
	before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	cache->fit = (combat_fit *) psyrad_state_arg(fcinfo, 0, &combat_stored_type);
	MemoryContextSwitchTo(before);
	cache->pointer = pointer;
	return &cache->fit->body;
}

static const psy_combat *
fit_arg(FunctionCallInfo fcinfo)
{
	Datum datum = PG_GETARG_DATUM(0);

	if (VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(datum)))
		return cached_fit(fcinfo, datum);
	return &((combat_fit *) psyrad_state_arg(fcinfo, 0, &combat_stored_type))->body;
}

/* A row's place in the fit. */
typedef struct place
{
	Size site;
	const double *covariates; /* NULL where one of them is missing: there is no answer */
} place;

static place
read_place(FunctionCallInfo fcinfo, const psy_combat *fit)
{
	char name[PSY_COMBAT_NAME];
	psyrad_array covariates = psyrad_double_array(PG_GETARG_DATUM(3), 1, "covariates");
	place at = {.covariates = covariates.value};
	psy_error err;

	if (covariates.length != fit->design)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("covariates has %d elements, but the fit has %d", covariates.length, fit->design)));
	combat_site_name(fcinfo, 2, name);
	PSYRAD_CHECK(psy_combat_find(fit, name, &at.site, &err), &err);
	if (covariates.length == 0)
		at.covariates = &fit->tolerance; /* not looked at */
	for (int k = 0; k < covariates.length; k++)
	{
		if (isnan(covariates.value[k]))
			at.covariates = NULL;
		else if (fabs(covariates.value[k]) > PSY_MASS_MAX_VALUE)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("covariates[%d] is %g; magnitudes up to 1e100 expected", k + 1,
								   covariates.value[k])));
	}
	return at;
}

static void
require_elements(const psy_combat *fit, int source, Size elements)
{
	if (fit->source != source)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("x is %s%s, but the fit is of %s%s",
							   source != 0 ? "a connectome of kind " : "an array",
							   source != 0 ? psy_conn_kind_name((psy_conn_kind) source) : "",
							   fit->source != 0 ? "connectomes of kind " : "arrays",
							   fit->source != 0 ? psy_conn_kind_name((psy_conn_kind) fit->source) : "")));
	if (fit->elements != elements)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("x has %zu elements, but the fit has %zu", elements, (Size) fit->elements)));
}

static void
require_finite(const float *f, const double *d, Size elements)
{
	bool missing;
	psy_error err;

	PSYRAD_CHECK(psy_mass_scan(f, d, elements, "x", &missing, &err), &err);
}

PG_FUNCTION_INFO_V1(combat_apply_connectome);
Datum
combat_apply_connectome(PG_FUNCTION_ARGS)
{
	const psy_combat *fit = fit_arg(fcinfo);
	place at = read_place(fcinfo, fit);
	connectome *from = PG_GETARG_CONNECTOME(1), *to;

	combat_require_kind(from->kind);
	require_elements(fit, from->kind, connectome_edges(from));
	if (at.covariates == NULL)
		PG_RETURN_NULL();
	to = connectome_new(from->n, from->kind);
	psy_combat_apply_floats(fit, at.site, from->value, at.covariates, to->value);
	connectome_fill(to, to->value, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE);
	PG_RETURN_POINTER(to);
}

/* x of an array, harmonised, in double; NULL where a covariate is missing. */
static double *
apply_to_array(FunctionCallInfo fcinfo, int *length)
{
	const psy_combat *fit = fit_arg(fcinfo);
	place at = read_place(fcinfo, fit);
	psyrad_array x = psyrad_double_array(PG_GETARG_DATUM(1), 1, "x");
	double *to;

	require_elements(fit, 0, x.length);
	require_finite(NULL, x.value, x.length);
	if (at.covariates == NULL)
		return NULL;
	to = palloc(sizeof(double) * x.length);
	psy_combat_apply_doubles(fit, at.site, x.value, at.covariates, to);
	*length = x.length;
	return to;
}

PG_FUNCTION_INFO_V1(combat_apply_float8);
Datum
combat_apply_float8(PG_FUNCTION_ARGS)
{
	int length;
	double *value = apply_to_array(fcinfo, &length);

	if (value == NULL)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(psyrad_float8_array(value, length));
}

PG_FUNCTION_INFO_V1(combat_apply_float4);
Datum
combat_apply_float4(PG_FUNCTION_ARGS)
{
	int length;
	double *value = apply_to_array(fcinfo, &length);
	float *rounded;

	if (value == NULL)
		PG_RETURN_NULL();
	rounded = palloc(sizeof(float) * length);
	for (int k = 0; k < length; k++)
	{
		rounded[k] = (float) value[k];
		if (isinf(rounded[k]))
			ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
							errmsg("element %d would be %g, which is too large for real", k + 1, value[k]),
							errhint("Use double precision[].")));
	}
	PG_RETURN_ARRAYTYPE_P(psyrad_float4_array(rounded, length));
}
