/*
 * effects_escalc.c - the less common measures of metafor's escalc in SQL, and what readers of a result ask:
 * numbers needed to treat, shares beyond a threshold, odds ratios as standardised differences.
 *
 * A function a measure, each a line, so that an unknown measure is an error of the parser and each has its
 * own arguments and COMMENT.
 */
#include "effects.h"

#include "executor/executor.h"
#include "meta/effect_check.h"
#include "meta/effect_escalc.h"
#include "stats/distribution.h"

static psy_vtype
vtype_option(FunctionCallInfo fcinfo, int argument)
{
	psy_vtype vtype;
	psy_error err;

	PSYRAD_CHECK(psy_vtype_parse(metastat_option(fcinfo, argument, "vtype"), &vtype, &err), &err);
	return vtype;
}

/* ---- two groups ------------------------------------------------------------------------------ */

/* m1, sd1, n1, m2, sd2, n2 [, vtype [, average [, average2]]] */
static Datum
groups_effect(FunctionCallInfo fcinfo, psy_groups_measure measure)
{
	psy_vtype vtype = PG_NARGS() > 6 ? vtype_option(fcinfo, 6) : PSY_VTYPE_LS;
	double average[2] = {PG_NARGS() > 7 ? effect_nullable(fcinfo, 7) : NAN,
						 PG_NARGS() > 8 ? effect_nullable(fcinfo, 8) : NAN};
	double v[6];
	psy_effect effect;
	psy_error err;

	if (!effect_numbers(fcinfo, 6, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(psy_escalc_groups(&(psy_group){v[0], v[1], v[2]}, &(psy_group){v[3], v[4], v[5]}, measure,
								   vtype, average, &effect, &err),
				 &err);
	return effect_datum(fcinfo, effect);
}

#define GROUPS(name, measure)                                                                                \
	PG_FUNCTION_INFO_V1(name);                                                                               \
	Datum name(PG_FUNCTION_ARGS)                                                                             \
	{                                                                                                        \
		return groups_effect(fcinfo, measure);                                                               \
	}

GROUPS(effect_rpb, PSY_GROUPS_RPB)
GROUPS(effect_rbis, PSY_GROUPS_RBIS)
GROUPS(effect_d2orl, PSY_GROUPS_D2ORL)
GROUPS(effect_d2orn, PSY_GROUPS_D2ORN)
GROUPS(effect_md, PSY_GROUPS_MD)

PG_FUNCTION_INFO_V1(effect_smd1);
PG_FUNCTION_INFO_V1(effect_rom);

PG_FUNCTION_INFO_V1(effect_smd1h);

/* m1, sd1, n1, m2, sd2, n2, vtype */
Datum
effect_smd1h(PG_FUNCTION_ARGS)
{
	static const char *const vtypes[] = {"LS", "LS-3.8"};
	int vtype = 0;
	double v[6];
	psy_effect effect;
	psy_error err;

	PSYRAD_CHECK(psy_effect_choice(metastat_option(fcinfo, 6, "vtype"), "vtype", vtypes, 2, &vtype, &err),
				 &err);
	if (!effect_numbers(fcinfo, 6, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(psy_escalc_groups(&(psy_group){v[0], v[1], v[2]}, &(psy_group){v[3], v[4], v[5]},
								   vtype == 1 ? PSY_GROUPS_SMD1H_38 : PSY_GROUPS_SMD1H, PSY_VTYPE_LS, NULL,
								   &effect, &err),
				 &err);
	return effect_datum(fcinfo, effect);
}

/* m1, n1, m2, sd2, n2, vtype, average */
Datum
effect_smd1(PG_FUNCTION_ARGS)
{
	psy_vtype vtype = vtype_option(fcinfo, 5);
	double average[2] = {effect_nullable(fcinfo, 6), NAN}, v[5];
	psy_effect effect;
	psy_error err;

	if (!effect_numbers(fcinfo, 5, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(psy_escalc_groups(&(psy_group){v[0], v[3], v[1]}, &(psy_group){v[2], v[3], v[4]},
								   PSY_GROUPS_SMD1, vtype, average, &effect, &err),
				 &err);
	return effect_datum(fcinfo, effect);
}

/* m1, sd1, n1, m2, sd2, n2, correct, vtype, average, average2 */
Datum
effect_rom(PG_FUNCTION_ARGS)
{
	bool correct = effect_flag_option(fcinfo, 6, "correct");
	psy_vtype vtype = vtype_option(fcinfo, 7);
	double average[2] = {effect_nullable(fcinfo, 8), effect_nullable(fcinfo, 9)}, v[6];
	psy_effect effect;
	psy_error err;

	if (!effect_numbers(fcinfo, 6, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(psy_escalc_groups(&(psy_group){v[0], v[1], v[2]}, &(psy_group){v[3], v[4], v[5]},
								   correct ? PSY_GROUPS_ROM : PSY_GROUPS_ROM_38, vtype, average, &effect,
								   &err),
				 &err);
	return effect_datum(fcinfo, effect);
}

/* ---- tables and proportions ------------------------------------------------------------------ */

/* a, b, c, d, add, to, any0, drop00 [, vtype, average, average2] */
static Datum
table_effect(FunctionCallInfo fcinfo, psy_escalc_table_measure measure)
{
	psy_add rule = effect_add_arguments(fcinfo, 4);
	psy_vtype vtype = PG_NARGS() > 8 ? vtype_option(fcinfo, 8) : PSY_VTYPE_LS;
	double average[2] = {PG_NARGS() > 9 ? effect_nullable(fcinfo, 9) : NAN,
						 PG_NARGS() > 10 ? effect_nullable(fcinfo, 10) : NAN};
	double v[4];
	psy_effect effect;
	psy_error err;

	rule.drop00 = effect_flag_option(fcinfo, 7, "drop00");
	if (!effect_numbers(fcinfo, 4, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(
		psy_escalc_table(&(psy_table){v[0], v[1], v[2], v[3]}, measure, &rule, vtype, average, &effect, &err),
		&err);
	return effect_datum(fcinfo, effect);
}

#define TABLE(name, measure)                                                                                 \
	PG_FUNCTION_INFO_V1(name);                                                                               \
	Datum name(PG_FUNCTION_ARGS)                                                                             \
	{                                                                                                        \
		return table_effect(fcinfo, measure);                                                                \
	}

TABLE(effect_rd, PSY_ESCALC_RD)
TABLE(effect_phi, PSY_ESCALC_PHI)
TABLE(effect_yuq, PSY_ESCALC_YUQ)
TABLE(effect_yuy, PSY_ESCALC_YUY)
TABLE(effect_pbit, PSY_ESCALC_PBIT)
TABLE(effect_or2dl, PSY_ESCALC_OR2DL)
TABLE(effect_or2dn, PSY_ESCALC_OR2DN)

/* a, b, c, d, add, to, any0 */
static Datum
pairs_effect(FunctionCallInfo fcinfo, psy_escalc_table_measure measure)
{
	psy_add rule = effect_add_arguments(fcinfo, 4);
	double v[4];
	psy_effect effect;
	psy_error err;

	if (!effect_numbers(fcinfo, 4, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(psy_escalc_table(&(psy_table){v[0], v[1], v[2], v[3]}, measure, &rule, PSY_VTYPE_LS, NULL,
								  &effect, &err),
				 &err);
	return effect_datum(fcinfo, effect);
}

#define PAIRS(name, measure)                                                                                 \
	PG_FUNCTION_INFO_V1(name);                                                                               \
	Datum name(PG_FUNCTION_ARGS)                                                                             \
	{                                                                                                        \
		return pairs_effect(fcinfo, measure);                                                                \
	}

PAIRS(effect_mprd, PSY_ESCALC_MPRD)
PAIRS(effect_mprr, PSY_ESCALC_MPRR)
PAIRS(effect_mpor, PSY_ESCALC_MPOR)
PAIRS(effect_mporc, PSY_ESCALC_MPORC)
PAIRS(effect_mppeto, PSY_ESCALC_MPPETO)

/* x, n, add, to, any0 [, vtype, average] */
static Datum
proportion_effect(FunctionCallInfo fcinfo, psy_proportion_measure measure)
{
	psy_add rule = effect_add_arguments(fcinfo, 2);
	psy_vtype vtype = PG_NARGS() > 5 ? vtype_option(fcinfo, 5) : PSY_VTYPE_LS;
	double v[2];
	psy_effect effect;
	psy_error err;

	if (!effect_numbers(fcinfo, 2, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(psy_escalc_proportion(v[0], v[1], measure, &rule, vtype,
									   PG_NARGS() > 6 ? effect_nullable(fcinfo, 6) : NAN, &effect, &err),
				 &err);
	return effect_datum(fcinfo, effect);
}

#define PROPORTION(name, measure)                                                                            \
	PG_FUNCTION_INFO_V1(name);                                                                               \
	Datum name(PG_FUNCTION_ARGS)                                                                             \
	{                                                                                                        \
		return proportion_effect(fcinfo, measure);                                                           \
	}

PROPORTION(effect_pr, PSY_PROPORTION_PR)
PROPORTION(effect_pln, PSY_PROPORTION_PLN)
PROPORTION(effect_plo, PSY_PROPORTION_PLO)
PROPORTION(effect_pas, PSY_PROPORTION_PAS)
PROPORTION(effect_pft, PSY_PROPORTION_PFT)

/* ---- rates ----------------------------------------------------------------------------------- */

/* x1, t1, x2, t2 or x, t; add, to, any0 */
static Datum
rate_effect(FunctionCallInfo fcinfo, int groups, psy_rate_measure measure)
{
	psy_add rule = effect_add_arguments(fcinfo, 2 * groups);
	double v[4] = {0};
	psy_effect effect;
	psy_error err;

	if (!effect_numbers(fcinfo, 2 * groups, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(psy_escalc_rate(&(psy_rate){v[0], v[1]}, groups == 2 ? &(psy_rate){v[2], v[3]} : NULL,
								 measure, &rule, &effect, &err),
				 &err);
	return effect_datum(fcinfo, effect);
}

#define RATE(name, groups, measure)                                                                          \
	PG_FUNCTION_INFO_V1(name);                                                                               \
	Datum name(PG_FUNCTION_ARGS)                                                                             \
	{                                                                                                        \
		return rate_effect(fcinfo, groups, measure);                                                         \
	}

RATE(effect_irr, 2, PSY_RATE_RATIO)
RATE(effect_ird, 2, PSY_RATE_DIFFERENCE)
RATE(effect_irsd, 2, PSY_RATE_ROOT)
RATE(effect_ir, 1, PSY_RATE_DIFFERENCE)
RATE(effect_irln, 1, PSY_RATE_RATIO)
RATE(effect_irs, 1, PSY_RATE_ROOT)
RATE(effect_irft, 1, PSY_RATE_FT)

/* ---- one group ------------------------------------------------------------------------------- */

static Datum
one_effect(FunctionCallInfo fcinfo, psy_one_measure measure)
{
	psy_effect effect;
	psy_error err;

	PSYRAD_CHECK(psy_escalc_one(&(psy_group){PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2)},
								measure, &effect, &err),
				 &err);
	return effect_datum(fcinfo, effect);
}

#define ONE(name, measure)                                                                                   \
	PG_FUNCTION_INFO_V1(name);                                                                               \
	Datum name(PG_FUNCTION_ARGS)                                                                             \
	{                                                                                                        \
		return one_effect(fcinfo, measure);                                                                  \
	}

ONE(effect_mn, PSY_ONE_MN)
ONE(effect_mnln, PSY_ONE_MNLN)
ONE(effect_cvln, PSY_ONE_CVLN)
ONE(effect_smn, PSY_ONE_SMN)

PG_FUNCTION_INFO_V1(effect_sdln);

Datum
effect_sdln(PG_FUNCTION_ARGS)
{
	psy_effect effect;
	psy_error err;

	PSYRAD_CHECK(psy_escalc_one(&(psy_group){1, PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1)}, PSY_ONE_SDLN,
								&effect, &err),
				 &err);
	return effect_datum(fcinfo, effect);
}

/* post, pre, sd_pre, sd_post, n, r [, correct] */
static Datum
change_effect(FunctionCallInfo fcinfo, psy_escalc_change_measure measure)
{
	bool correct = PG_NARGS() > 6 && effect_flag_option(fcinfo, 6, "correct");
	double v[6];
	psy_effect effect;
	psy_error err;

	if (!effect_numbers(fcinfo, 6, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(
		psy_escalc_change(&(psy_change){v[0], v[1], v[2], v[3], v[4], v[5]}, measure, correct, &effect, &err),
		&err);
	return effect_datum(fcinfo, effect);
}

#define CHANGE(name, measure)                                                                                \
	PG_FUNCTION_INFO_V1(name);                                                                               \
	Datum name(PG_FUNCTION_ARGS)                                                                             \
	{                                                                                                        \
		return change_effect(fcinfo, measure);                                                               \
	}

CHANGE(effect_romc, PSY_ESCALC_ROMC)
CHANGE(effect_cvrc, PSY_ESCALC_CVRC)
CHANGE(effect_smcrph, PSY_ESCALC_SMCRPH)

PG_FUNCTION_INFO_V1(effect_vrc);

/* sd_pre, sd_post, n, r */
Datum
effect_vrc(PG_FUNCTION_ARGS)
{
	psy_change change = {
		1, 1, PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3)};
	psy_effect effect;
	psy_error err;

	PSYRAD_CHECK(psy_escalc_change(&change, PSY_ESCALC_VRC, false, &effect, &err), &err);
	return effect_datum(fcinfo, effect);
}

/* ---- regressions and scales ------------------------------------------------------------------ */

/* t, m, n [, r2] [, vtype, average] */
static Datum
partial_effect(FunctionCallInfo fcinfo, psy_partial_measure measure)
{
	int numbers = measure == PSY_PARTIAL_SPCOR ? 4 : 3;
	psy_vtype vtype = PG_NARGS() > numbers ? vtype_option(fcinfo, numbers) : PSY_VTYPE_LS;
	double v[4] = {0};
	psy_effect effect;
	psy_error err;

	if (!effect_numbers(fcinfo, numbers, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(psy_escalc_partial(v[0], v[1], v[2], v[3], measure, vtype,
									PG_NARGS() > numbers ? effect_nullable(fcinfo, numbers + 1) : NAN,
									&effect, &err),
				 &err);
	return effect_datum(fcinfo, effect);
}

#define PARTIAL(name, measure)                                                                               \
	PG_FUNCTION_INFO_V1(name);                                                                               \
	Datum name(PG_FUNCTION_ARGS)                                                                             \
	{                                                                                                        \
		return partial_effect(fcinfo, measure);                                                              \
	}

PARTIAL(effect_pcor, PSY_PARTIAL_PCOR)
PARTIAL(effect_zpcor, PSY_PARTIAL_ZPCOR)
PARTIAL(effect_spcor, PSY_PARTIAL_SPCOR)

static Datum
alpha_effect(FunctionCallInfo fcinfo, psy_alpha_measure measure)
{
	psy_effect effect;
	psy_error err;

	PSYRAD_CHECK(psy_escalc_alpha(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), measure,
								  &effect, &err),
				 &err);
	return effect_datum(fcinfo, effect);
}

#define ALPHA(name, measure)                                                                                 \
	PG_FUNCTION_INFO_V1(name);                                                                               \
	Datum name(PG_FUNCTION_ARGS)                                                                             \
	{                                                                                                        \
		return alpha_effect(fcinfo, measure);                                                                \
	}

ALPHA(effect_araw, PSY_ALPHA_RAW)
ALPHA(effect_ahw, PSY_ALPHA_HW)
ALPHA(effect_abt, PSY_ALPHA_BT)

/* ---- what readers ask ------------------------------------------------------------------------ */

PG_FUNCTION_INFO_V1(effect_or_to_d);
PG_FUNCTION_INFO_V1(effect_d_to_or);
PG_FUNCTION_INFO_V1(nnt);
PG_FUNCTION_INFO_V1(meta_share);

/* yi, vi, distribution; vi may be NULL */
static Datum
converted(FunctionCallInfo fcinfo, psy_effect (*convert)(psy_effect, bool))
{
	static const char *const distributions[] = {"logistic", "normal"};
	int found = 0;
	psy_error err;

	PSYRAD_CHECK(psy_effect_choice(metastat_option(fcinfo, 2, "distribution"), "distribution", distributions,
								   2, &found, &err),
				 &err);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return effect_datum(fcinfo,
						convert((psy_effect){PG_GETARG_FLOAT8(0), effect_nullable(fcinfo, 1)}, found == 1));
}

Datum
effect_or_to_d(PG_FUNCTION_ARGS)
{
	return converted(fcinfo, psy_effect_or_to_d);
}

Datum
effect_d_to_or(PG_FUNCTION_ARGS)
{
	return converted(fcinfo, psy_effect_d_to_or);
}

/* yi, control_rate, scale */
Datum
nnt(PG_FUNCTION_ARGS)
{
	psy_nnt_scale scale;
	double v[2], number;
	psy_error err;

	PSYRAD_CHECK(psy_nnt_scale_parse(metastat_option(fcinfo, 2, "scale"), &scale, &err), &err);
	if (!effect_numbers(fcinfo, 2, v))
		PG_RETURN_NULL();
	PSYRAD_CHECK(psy_nnt(v[0], v[1], scale, &number, &err), &err);
	if (isnan(number))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(number);
}

static double
column(HeapTupleHeader row, const char *name)
{
	bool null;
	Datum value = GetAttributeByName(row, name, &null);

	return null ? NAN : DatumGetFloat8(value);
}

/* result, threshold, direction, level -> share, se, ci_lb, ci_ub */
Datum
meta_share(PG_FUNCTION_ARGS)
{
	static const char *const directions[] = {"above", "below"};
	int direction = 0;
	double level, out[4], half;
	HeapTupleHeader row;
	Datum value[4];
	bool null[4];
	psy_error err;

	PSYRAD_CHECK(psy_effect_choice(metastat_option(fcinfo, 2, "direction"), "direction", directions, 2,
								   &direction, &err),
				 &err);
	level = metastat_level(fcinfo, 3);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	row = PG_GETARG_HEAPTUPLEHEADER(0);
	psy_share_beyond(column(row, "estimate"), column(row, "se"), column(row, "tau2"), column(row, "se_tau2"),
					 PG_GETARG_FLOAT8(1), direction == 0, &out[0], &out[1]);
	half = psy_normal_quantile((1 - level) / 2, PSY_UPPER) * out[1];
	out[2] = isnan(half) ? NAN : fmax(0, out[0] - half);
	out[3] = isnan(half) ? NAN : fmin(1, out[0] + half);
	for (int i = 0; i < 4; i++)
		value[i] = metastat_number(out[i], &null[i]);
	return HeapTupleGetDatum(heap_form_tuple(metastat_row_type(fcinfo), value, null));
}
