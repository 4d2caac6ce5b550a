/*
 * sentence.c - meta_sentence: a meta_result as the line that a paper prints.
 *
 * A meta_result has no column for its level, but interval, se and df determine it, so that it is taken from
 * there.  A scale says what yi is, and its estimate and intervals are printed as readers know them: a log
 * ratio as the ratio. Tests and heterogeneity stay on the scale on which they were made.
 */
#include "metastat.h"

#include "executor/executor.h"
#include "lib/stringinfo.h"
#include "meta/effect_check.h"
#include "stats/distribution.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(meta_sentence);
PG_FUNCTION_INFO_V1(meta_table_sentence);

static const char *const scale_names[] = {"identity", "log", "z", "logit"};

static double
as_it_is(double value)
{
	return value;
}

static double
proportion(double logit)
{
	return 1 / (1 + exp(-logit));
}

/* From the scale of yi to what is printed. */
typedef double (*back)(double);
static const back back_of[] = {as_it_is, exp, tanh, proportion};

/* A float8 column; NaN when NULL. */
static double
number_column(HeapTupleHeader row, const char *name)
{
	bool null;
	Datum value = GetAttributeByName(row, name, &null);

	return null ? NAN : DatumGetFloat8(value);
}

static int32
count_column(HeapTupleHeader row, const char *name)
{
	bool null;
	Datum value = GetAttributeByName(row, name, &null);

	return null ? 0 : DatumGetInt32(value);
}

static char *
text_column(HeapTupleHeader row, const char *name)
{
	bool null;
	Datum value = GetAttributeByName(row, name, &null);

	return null ? pstrdup("") : text_to_cstring(DatumGetTextPP(value));
}

/* Two decimals where they say something, else three significant digits. */
static void
append_number(StringInfo out, double value)
{
	double size = fabs(value);

	appendStringInfo(out, value == 0 || (size >= 0.1 && size < 1e6) ? "%.2f" : "%.3g", value);
}

static void
append_range(StringInfo out, double low, double high, back transform)
{
	append_number(out, transform(low));
	appendStringInfoString(out, " to ");
	append_number(out, transform(high));
}

/* p without the leading zero, three decimals, as journals of the field print it. */
static void
append_p(StringInfo out, double p)
{
	char text[32];

	if (p < 0.001)
	{
		appendStringInfoString(out, "p < .001");
		return;
	}
	snprintf(text, sizeof text, "%.3f", p);
	appendStringInfo(out, "p = %s", text[0] == '0' ? text + 1 : text);
}

static void
append_test(StringInfo out, double statistic, double df, double p)
{
	if (isnan(statistic) || isnan(p))
		return;
	if (isnan(df))
		appendStringInfo(out, ", z = %.2f, ", statistic);
	else
		appendStringInfo(out, ", t(%g) = %.2f, ", df, statistic);
	append_p(out, p);
}

/* The level of the intervals in per cent, or NaN when there is no interval or it has no width. */
static double
level_of(HeapTupleHeader row, double df)
{
	double se = number_column(row, "se");
	double half = (number_column(row, "ci_ub") - number_column(row, "ci_lb")) / 2;

	if (!(se > 0))
		return NAN;
	return rint(1e4 * (1 - psy_two_sided_p(half / se, isnan(df) ? INFINITY : df, NULL))) / 100;
}

static void
append_model(StringInfo out, HeapTupleHeader row)
{
	char *method = text_column(row, "method"), *test = text_column(row, "test");

	appendStringInfo(out, strcmp(method, "EE") == 0 ? "Equal-effects model (" : "Random-effects model (%s, ",
					 method);
	if (strcmp(test, "knha") == 0)
		appendStringInfoString(out, "Knapp-Hartung, ");
	else if (strcmp(test, "adhoc") == 0)
		appendStringInfoString(out, "Knapp-Hartung with floor, ");
	else if (strcmp(test, "t") == 0)
		appendStringInfoString(out, "t test, ");
	appendStringInfo(out, "k = %d): ", count_column(row, "k"));
}

static void
append_estimate(StringInfo out, HeapTupleHeader row, back transform)
{
	double df = number_column(row, "df"), level = level_of(row, df),
		   statistic = number_column(row, "statistic");

	appendStringInfoString(out, "estimate ");
	append_number(out, transform(number_column(row, "estimate")));
	if (number_column(row, "se") == 0)
		appendStringInfoString(out, ", standard error 0");
	if (isnan(level))
		return;
	appendStringInfo(out, ", %g%% CI ", level);
	append_range(out, number_column(row, "ci_lb"), number_column(row, "ci_ub"), transform);
	append_test(out, statistic, df, number_column(row, "p"));
	if (!isnan(number_column(row, "pi_lb")))
	{
		appendStringInfo(out, "; %g%% prediction interval ", level);
		append_range(out, number_column(row, "pi_lb"), number_column(row, "pi_ub"), transform);
	}
}

static void
append_heterogeneity(StringInfo out, HeapTupleHeader row, bool random)
{
	double q = number_column(row, "q");

	if (isnan(q))
		return;
	appendStringInfo(out, "; heterogeneity Q(%g) = ", number_column(row, "q_df"));
	append_number(out, q);
	appendStringInfoString(out, ", ");
	append_p(out, number_column(row, "q_p"));
	if (random && !isnan(number_column(row, "se_tau2")))
	{
		appendStringInfoString(out, ", tau² = ");
		append_number(out, number_column(row, "tau2"));
	}
	appendStringInfo(out, ", I² = %.1f%%", number_column(row, "i2"));
}

static void
append_missing(StringInfo out, HeapTupleHeader row, const char *of)
{
	int32 missing = count_column(row, "k_missing");

	if (missing > 0)
		appendStringInfo(out, "; %d %s left out for want of %s", missing, missing == 1 ? "row" : "rows", of);
	appendStringInfoChar(out, '.');
}

/* (result [, scale]) */
Datum
meta_sentence(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	StringInfoData out;
	psy_error err;
	int scale = 0;

	if (PG_NARGS() > 1)
		PSYRAD_CHECK(psy_effect_choice(metastat_option(fcinfo, 1, "scale"), "scale", scale_names,
									   lengthof(scale_names), &scale, &err),
					 &err);
	initStringInfo(&out);
	if (isnan(number_column(row, "estimate")))
		appendStringInfoString(&out, "No study to pool");
	else
	{
		append_model(&out, row);
		append_estimate(&out, row, back_of[scale]);
		append_heterogeneity(&out, row, true);
	}
	append_missing(&out, row, "yi or vi");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/* ---- Mantel-Haenszel and Peto ---------------------------------------------------------------- */

static const char *
ratio_name(const char *measure)
{
	if (strcmp(measure, "RR") == 0)
		return "risk ratio";
	return strcmp(measure, "RD") == 0 ? "risk difference" : "odds ratio";
}

/* (result): log ratios as ratios. */
Datum
meta_table_sentence(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	char *measure = text_column(row, "measure");
	back transform = strcmp(measure, "RD") == 0 ? as_it_is : exp;
	double level;
	StringInfoData out;

	initStringInfo(&out);
	if (isnan(number_column(row, "estimate")))
		appendStringInfoString(&out, "No table to pool");
	else
	{
		appendStringInfo(&out, "Common-effect model (%s, k = %d): %s ",
						 strcmp(measure, "PETO") == 0 ? "Peto" : "Mantel-Haenszel", count_column(row, "k"),
						 ratio_name(measure));
		append_number(&out, transform(number_column(row, "estimate")));
		level = level_of(row, NAN);
		if (!isnan(level))
		{
			appendStringInfo(&out, ", %g%% CI ", level);
			append_range(&out, number_column(row, "ci_lb"), number_column(row, "ci_ub"), transform);
			append_test(&out, number_column(row, "statistic"), NAN, number_column(row, "p"));
		}
		append_heterogeneity(&out, row, false);
	}
	append_missing(&out, row, "counts");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
