/* series_clean.c - cleaning of regional series and their low-frequency amplitudes. */
#include "common.h"

#include "catalog/pg_type.h"
#include "connectivity/clean.h"

#include <math.h>

static psyrad_array
series_arg(FunctionCallInfo fcinfo)
{
	psyrad_array series = psyrad_double_array(PG_GETARG_DATUM(0), 2, "series");

	if (series.dims != 2)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("series must be an array of two dimensions [timepoints][regions], not %d",
							   series.dims)));
	return series;
}

static psy_standardize
standardize_arg(FunctionCallInfo fcinfo, int argument)
{
	static const char *const name[] = {"none", "zscore", "zscore_sample", "psc"};
	char *asked = psyrad_cstring_arg(fcinfo, argument);

	for (int k = 0; k < lengthof(name); k++)
		if (strcmp(asked, name[k]) == 0)
			return (psy_standardize) k;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("standardize must be none, zscore, zscore_sample or psc, not \"%s\"", asked)));
}

static bool
cosine_arg(FunctionCallInfo fcinfo, int argument)
{
	char *asked = psyrad_cstring_arg(fcinfo, argument);

	if (strcmp(asked, "cosine") != 0 && strcmp(asked, "butterworth") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("filter must be butterworth or cosine, not \"%s\"", asked)));
	return asked[0] == 'c';
}

static void
add_confounds(psy_clean_input *in, Datum datum)
{
	psyrad_array confounds = psyrad_double_array(datum, 2, "confounds");

	if (confounds.rows != (int) in->timepoints)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("confounds has %d timepoints, but series %zu", confounds.rows, in->timepoints)));
	in->confounds = confounds.value;
	in->columns = confounds.columns;
}

static void
add_scrub(psy_clean_input *in, Datum datum)
{
	ArrayType *array = DatumGetArrayTypeP(datum);
	int length = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	if (ARR_NDIM(array) > 1 || ARR_HASNULL(array) || length != (int) in->timepoints)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("scrub must hold TRUE or FALSE for each of %zu timepoints", in->timepoints)));
	in->scrub = (const bool *) ARR_DATA_PTR(array);
}

static double
frequency_arg(FunctionCallInfo fcinfo, int argument, const char *name)
{
	double frequency = PG_ARGISNULL(argument) ? 0 : PG_GETARG_FLOAT8(argument);

	if (!PG_ARGISNULL(argument) && !(frequency > 0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s is %g Hz; above 0 expected, or NULL for none", name, frequency)));
	return frequency;
}

static ArrayType *
new_matrix(int rows, int columns, double **value)
{
	Size size = ARR_OVERHEAD_NONULLS(2) + sizeof(double) * (Size) rows * columns;
	ArrayType *array = palloc0(size);

	SET_VARSIZE(array, size);
	array->ndim = 2;
	array->elemtype = FLOAT8OID;
	ARR_DIMS(array)[0] = rows;
	ARR_DIMS(array)[1] = columns;
	ARR_LBOUND(array)[0] = ARR_LBOUND(array)[1] = 1;
	*value = (double *) ARR_DATA_PTR(array);
	return array;
}

/* series, confounds, tr, low_pass, high_pass, detrend, standardize, scrub, filter, extrapolate */
PG_FUNCTION_INFO_V1(series_clean);
Datum
series_clean(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_current_context();
	psy_clean_options options = {0};
	psy_clean_input in = {0};
	psyrad_array series;
	double *value;
	ArrayType *clean;
	Size kept;
	psy_error err;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	for (int k = 2; k <= 9; k++)
		if (PG_ARGISNULL(k) && k != 3 && k != 4 && k != 7)
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("tr, detrend, standardize, filter and extrapolate must not be NULL")));
	series = series_arg(fcinfo);
	in.series = series.value;
	in.timepoints = series.rows;
	in.regions = series.columns;
	if (!PG_ARGISNULL(1))
		add_confounds(&in, PG_GETARG_DATUM(1));
	if (!PG_ARGISNULL(7))
		add_scrub(&in, PG_GETARG_DATUM(7));
	options.tr = PG_GETARG_FLOAT8(2);
	options.low_pass = frequency_arg(fcinfo, 3, "low_pass");
	options.high_pass = frequency_arg(fcinfo, 4, "high_pass");
	options.detrend = PG_GETARG_BOOL(5);
	options.standardize = standardize_arg(fcinfo, 6);
	options.cosine = cosine_arg(fcinfo, 8);
	options.extrapolate = PG_GETARG_BOOL(9);
	clean = new_matrix(series.rows, series.columns, &value);
	PSYRAD_CHECK(psy_clean(&ctx, &in, &options, value, &kept, &err), &err);
	ARR_DIMS(clean)[0] = (int) kept;
	SET_VARSIZE(clean, ARR_OVERHEAD_NONULLS(2) + sizeof(double) * kept * series.columns);
	PG_RETURN_ARRAYTYPE_P(clean);
}

static Datum
amplitude(FunctionCallInfo fcinfo, bool fraction)
{
	psy_context ctx = psyrad_current_context();
	psyrad_array series = series_arg(fcinfo);
	double *value;
	ArrayType *result = psyrad_new_float8_array(series.columns, &value);
	psy_error err;

	PSYRAD_CHECK(psy_alff(&ctx, series.value, series.rows, series.columns, PG_GETARG_FLOAT8(1),
						  PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3), fraction ? NULL : value,
						  fraction ? value : NULL, &err),
				 &err);
	PG_RETURN_ARRAYTYPE_P(result);
}

PG_FUNCTION_INFO_V1(series_alff);
Datum
series_alff(PG_FUNCTION_ARGS)
{
	return amplitude(fcinfo, false);
}

PG_FUNCTION_INFO_V1(series_falff);
Datum
series_falff(PG_FUNCTION_ARGS)
{
	return amplitude(fcinfo, true);
}
