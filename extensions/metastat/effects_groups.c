/* effects_groups.c - effect sizes of two groups and of one group measured twice, correlations, arms of a
 * trial. */
#include "effects.h"

#include "meta/effect_check.h"
#include "meta/effect_correlation.h"
#include "meta/effect_escalc.h"
#include "meta/effect_groups.h"

PG_FUNCTION_INFO_V1(effect_smdh);
PG_FUNCTION_INFO_V1(effect_vr);
PG_FUNCTION_INFO_V1(effect_cvr);
PG_FUNCTION_INFO_V1(effect_mc);
PG_FUNCTION_INFO_V1(effect_smcc);
PG_FUNCTION_INFO_V1(effect_smcr);
PG_FUNCTION_INFO_V1(effect_smcrh);
PG_FUNCTION_INFO_V1(effect_smcrp);
PG_FUNCTION_INFO_V1(effect_cor);
PG_FUNCTION_INFO_V1(effect_ucor);
PG_FUNCTION_INFO_V1(effect_zcor);
PG_FUNCTION_INFO_V1(r_from_sds);
PG_FUNCTION_INFO_V1(combine_arms);

/* ---- two groups ------------------------------------------------------------------------------ */

static psy_group
group(const double *v)
{
	return (psy_group){v[0], v[1], v[2]};
}

Datum
effect_smdh(PG_FUNCTION_ARGS)
{
	static const char *const vtypes[] = {"LS", "LS-3.8", "LS2"};
	int vtype = 0;
	double v[6];
	psy_group first, second;
	psy_effect effect;
	psy_error err;

	PSYRAD_CHECK(psy_effect_choice(metastat_option(fcinfo, 6, "vtype"), "vtype", vtypes, 3, &vtype, &err),
				 &err);
	if (!effect_numbers(fcinfo, 6, v))
		PG_RETURN_NULL();
	first = group(v);
	second = group(v + 3);
	if (vtype == 2)
		PSYRAD_CHECK(psy_escalc_groups(&first, &second, PSY_GROUPS_SMDH2, PSY_VTYPE_LS2, NULL, &effect, &err),
					 &err);
	else
		PSYRAD_CHECK(psy_effect_smdh(&first, &second, (psy_smdh_vtype) vtype, &effect, &err), &err);
	return effect_datum(fcinfo, effect);
}

/* m1, sd1, n1, m2, sd2, n2, correct */
Datum
effect_cvr(PG_FUNCTION_ARGS)
{
	bool correct = effect_flag_option(fcinfo, 6, "correct");
	double v[6];
	psy_group first, second;
	psy_effect effect;
	psy_error err;

	if (!effect_numbers(fcinfo, 6, v))
		PG_RETURN_NULL();
	first = group(v);
	second = group(v + 3);
	PSYRAD_CHECK(psy_effect_cvr(&first, &second, correct, &effect, &err), &err);
	return effect_datum(fcinfo, effect);
}

Datum
effect_vr(PG_FUNCTION_ARGS)
{
	psy_group first = {0, PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1)};
	psy_group second = {0, PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3)};
	psy_effect effect;
	psy_error err;

	PSYRAD_CHECK(psy_effect_vr(&first, &second, &effect, &err), &err);
	return effect_datum(fcinfo, effect);
}

Datum
combine_arms(PG_FUNCTION_ARGS)
{
	double v[6];
	psy_group first, second, both;
	Datum value[3];
	bool null[3];
	psy_error err;

	if (!effect_numbers(fcinfo, 6, v))
		PG_RETURN_NULL();
	first = group(v);
	second = group(v + 3);
	PSYRAD_CHECK(psy_combine_arms(&first, &second, &both, &err), &err);
	value[0] = metastat_number(both.mean, &null[0]);
	value[1] = metastat_number(both.sd, &null[1]);
	value[2] = metastat_number(both.n, &null[2]);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
}

/* ---- one group twice ------------------------------------------------------------------------- */

static Datum
change_effect(FunctionCallInfo fcinfo, const psy_change *change, psy_change_measure measure, bool ls2)
{
	psy_effect effect;
	psy_error err;

	PSYRAD_CHECK(psy_effect_change(change, measure, ls2, &effect, &err), &err);
	return effect_datum(fcinfo, effect);
}

/* post, pre, sd_pre, sd_post, n, r */
static psy_change
change_arguments(FunctionCallInfo fcinfo)
{
	return (psy_change){PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2),
						PG_GETARG_FLOAT8(3), PG_GETARG_FLOAT8(4), PG_GETARG_FLOAT8(5)};
}

/* Whether a vtype argument of the allowed two is the second. */
static bool
second_vtype(FunctionCallInfo fcinfo, int argument, const char *first, const char *second)
{
	char *vtype = metastat_option(fcinfo, argument, "vtype");

	if (pg_strcasecmp(vtype, second) == 0)
		return true;
	if (pg_strcasecmp(vtype, first) != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown vtype \"%.40s\"", vtype),
						errhint("Allowed are %s and %s.", first, second)));
	return false;
}

Datum
effect_mc(PG_FUNCTION_ARGS)
{
	psy_change change = change_arguments(fcinfo);

	return change_effect(fcinfo, &change, PSY_CHANGE_MC, false);
}

Datum
effect_smcc(PG_FUNCTION_ARGS)
{
	bool ls2 = second_vtype(fcinfo, 6, "LS", "LS2");
	double v[6];
	psy_change change;

	if (!effect_numbers(fcinfo, 6, v))
		PG_RETURN_NULL();
	change = (psy_change){v[0], v[1], v[2], v[3], v[4], v[5]};
	return change_effect(fcinfo, &change, PSY_CHANGE_SMCC, ls2);
}

Datum
effect_smcr(PG_FUNCTION_ARGS)
{
	bool ls2 = second_vtype(fcinfo, 5, "LS", "LS2");
	double v[5];
	psy_change change;

	if (!effect_numbers(fcinfo, 5, v))
		PG_RETURN_NULL();
	change = (psy_change){v[0], v[1], v[2], 0, v[3], v[4]};
	return change_effect(fcinfo, &change, PSY_CHANGE_SMCR, ls2);
}

Datum
effect_smcrh(PG_FUNCTION_ARGS)
{
	bool older = second_vtype(fcinfo, 6, "LS", "LS-3.8");
	double v[6];
	psy_change change;

	if (!effect_numbers(fcinfo, 6, v))
		PG_RETURN_NULL();
	change = (psy_change){v[0], v[1], v[2], v[3], v[4], v[5]};
	return change_effect(fcinfo, &change, older ? PSY_CHANGE_SMCRH_38 : PSY_CHANGE_SMCRH, false);
}

Datum
effect_smcrp(PG_FUNCTION_ARGS)
{
	psy_change change = change_arguments(fcinfo);

	return change_effect(fcinfo, &change, PSY_CHANGE_SMCRP, false);
}

/* ---- correlations ---------------------------------------------------------------------------- */

static Datum
correlation_effect(FunctionCallInfo fcinfo, double r, double n, psy_correlation_measure measure)
{
	psy_effect effect;
	psy_error err;

	PSYRAD_CHECK(psy_effect_correlation(r, n, measure, &effect, &err), &err);
	return effect_datum(fcinfo, effect);
}

/* r, n, vtype, average: AV has the mean correlation in the variance. */
static Datum
averaged_correlation(FunctionCallInfo fcinfo, const char *const *vtypes,
					 const psy_correlation_measure *measure, int count)
{
	int vtype = 0;
	double v[2];
	psy_effect effect;
	psy_error err;

	PSYRAD_CHECK(psy_effect_choice(metastat_option(fcinfo, 2, "vtype"), "vtype", vtypes, count, &vtype, &err),
				 &err);
	if (!effect_numbers(fcinfo, 2, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(psy_effect_correlation(v[0], v[1], measure[vtype], &effect, &err), &err);
	if (strcmp(vtypes[vtype], "AV") == 0)
	{
		double average = effect_nullable(fcinfo, 3);
		psy_effect at_average;

		if (!(fabs(average) < 1))
			ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("vtype AV needs average, between -1 and 1"),
				 errhint(
					 "It is the mean over all studies, weighted by their sizes: sum(n * value) / sum(n).")));
		PSYRAD_CHECK(psy_effect_correlation(average, v[1], PSY_CORRELATION_COR, &at_average, &err), &err);
		effect.vi = at_average.vi;
	}
	return effect_datum(fcinfo, effect);
}

Datum
effect_cor(PG_FUNCTION_ARGS)
{
	static const char *const vtypes[] = {"LS", "AV"};
	static const psy_correlation_measure measures[] = {PSY_CORRELATION_COR, PSY_CORRELATION_COR};

	return averaged_correlation(fcinfo, vtypes, measures, 2);
}

Datum
effect_zcor(PG_FUNCTION_ARGS)
{
	return correlation_effect(fcinfo, PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1), PSY_CORRELATION_ZCOR);
}

Datum
effect_ucor(PG_FUNCTION_ARGS)
{
	static const char *const vtypes[] = {"LS", "UB", "AV"};
	static const psy_correlation_measure measures[] = {PSY_CORRELATION_UCOR, PSY_CORRELATION_UCOR_UB,
													   PSY_CORRELATION_UCOR};

	return averaged_correlation(fcinfo, vtypes, measures, 3);
}

Datum
r_from_sds(PG_FUNCTION_ARGS)
{
	double r;
	psy_error err;

	PSYRAD_CHECK(psy_r_from_sds(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), &r, &err),
				 &err);
	if (isnan(r))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(r);
}
