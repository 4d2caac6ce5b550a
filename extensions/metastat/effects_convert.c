/* effects_convert.c - effects from what a paper prints instead of means and counts. */
#include "effects.h"

#include "meta/effect_convert.h"

PG_FUNCTION_INFO_V1(effect_from_d);
PG_FUNCTION_INFO_V1(effect_from_t);
PG_FUNCTION_INFO_V1(effect_from_p);
PG_FUNCTION_INFO_V1(effect_from_f);
PG_FUNCTION_INFO_V1(effect_from_ci);
PG_FUNCTION_INFO_V1(effect_from_se);
PG_FUNCTION_INFO_V1(effect_from_z);
PG_FUNCTION_INFO_V1(mean_sd_from_quantiles);
PG_FUNCTION_INFO_V1(response_rate_from_means);

/* ---- standardised mean differences ----------------------------------------------------------- */

typedef psy_status (*from_test)(double, double, double, psy_smd_vtype, double, psy_effect *, psy_error *);

/* statistic, n1, n2, vtype, average */
static Datum
smd_from(FunctionCallInfo fcinfo, from_test convert)
{
	psy_smd_vtype vtype;
	double v[3];
	psy_effect effect;
	psy_error err;

	PSYRAD_CHECK(psy_smd_vtype_parse(metastat_option(fcinfo, 3, "vtype"), &vtype, &err), &err);
	if (!effect_numbers(fcinfo, 3, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(convert(v[0], v[1], v[2], vtype, effect_nullable(fcinfo, 4), &effect, &err), &err);
	return effect_datum(fcinfo, effect);
}

Datum
effect_from_d(PG_FUNCTION_ARGS)
{
	return smd_from(fcinfo, psy_effect_from_d);
}

Datum
effect_from_t(PG_FUNCTION_ARGS)
{
	return smd_from(fcinfo, psy_effect_from_t);
}

Datum
effect_from_p(PG_FUNCTION_ARGS)
{
	return smd_from(fcinfo, psy_effect_from_p);
}

Datum
effect_from_f(PG_FUNCTION_ARGS)
{
	psy_smd_vtype vtype;
	double v[4];
	psy_effect effect;
	psy_error err;

	PSYRAD_CHECK(psy_smd_vtype_parse(metastat_option(fcinfo, 4, "vtype"), &vtype, &err), &err);
	if (!effect_numbers(fcinfo, 4, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(psy_effect_from_f(v[0], v[1], v[2], v[3], vtype, effect_nullable(fcinfo, 5), &effect, &err),
				 &err);
	return effect_datum(fcinfo, effect);
}

/* ---- estimates ------------------------------------------------------------------------------- */

static psy_effect_scale
scale_option(FunctionCallInfo fcinfo, int argument)
{
	psy_effect_scale scale;
	psy_error err;

	PSYRAD_CHECK(psy_effect_scale_parse(metastat_option(fcinfo, argument, "scale"), &scale, &err), &err);
	return scale;
}

/* estimate, lb, ub, level, df, scale; an estimate of NULL is the middle of the interval, df of NULL normal.
 */
Datum
effect_from_ci(PG_FUNCTION_ARGS)
{
	psy_effect_scale scale = scale_option(fcinfo, 5);
	double level = effect_number_option(fcinfo, 3, "level");
	psy_effect effect;
	psy_error err;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	PSYRAD_CHECK(psy_effect_from_ci(effect_nullable(fcinfo, 0), PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2),
									level, PG_ARGISNULL(4) ? INFINITY : PG_GETARG_FLOAT8(4), scale, &effect,
									&err),
				 &err);
	return effect_datum(fcinfo, effect);
}

static Datum
from_estimate(FunctionCallInfo fcinfo,
			  psy_status (*convert)(double, double, psy_effect_scale, psy_effect *, psy_error *))
{
	psy_effect_scale scale = scale_option(fcinfo, 2);
	double v[2];
	psy_effect effect;
	psy_error err;

	if (!effect_numbers(fcinfo, 2, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(convert(v[0], v[1], scale, &effect, &err), &err);
	return effect_datum(fcinfo, effect);
}

Datum
effect_from_se(PG_FUNCTION_ARGS)
{
	return from_estimate(fcinfo, psy_effect_from_se);
}

Datum
effect_from_z(PG_FUNCTION_ARGS)
{
	return from_estimate(fcinfo, psy_effect_from_z);
}

/* ---- summaries ------------------------------------------------------------------------------- */

/* min, q1, median, q3, max, n; all but n may be NULL. */
Datum
mean_sd_from_quantiles(PG_FUNCTION_ARGS)
{
	psy_quantiles q = {effect_nullable(fcinfo, 0), effect_nullable(fcinfo, 1), effect_nullable(fcinfo, 2),
					   effect_nullable(fcinfo, 3), effect_nullable(fcinfo, 4), effect_nullable(fcinfo, 5)};
	double mean, sd;
	Datum value[3];
	bool null[3];
	psy_error err;

	if (PG_ARGISNULL(5))
		PG_RETURN_NULL();
	PSYRAD_CHECK(psy_mean_sd_from_quantiles(&q, &mean, &sd, &err), &err);
	value[0] = metastat_number(mean, &null[0]);
	value[1] = metastat_number(sd, &null[1]);
	value[2] = metastat_number(q.n, &null[2]);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
}

Datum
response_rate_from_means(PG_FUNCTION_ARGS)
{
	double rate;
	psy_error err;

	PSYRAD_CHECK(psy_response_rate(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2),
								   PG_GETARG_FLOAT8(3), &rate, &err),
				 &err);
	if (isnan(rate))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rate);
}
