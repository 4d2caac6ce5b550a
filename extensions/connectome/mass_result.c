/*
 * mass_result.c - the final functions of the mass_* family: states to composites of arrays.
 */
#include "mass_state.h"

#include "funcapi.h"
#include "stats/mass_final.h"
#include "utils/builtins.h"

#include <math.h>

#define NOTE_SIZE 1024

static Datum
note_datum(const mass_state *state, const psy_mass_tally *tally, bool *null)
{
	char note[NOTE_SIZE];

	psy_mass_note(&state->body, tally, note, sizeof note);
	*null = note[0] == '\0';
	return *null ? (Datum) 0 : CStringGetTextDatum(note);
}

static Datum
result_tuple(FunctionCallInfo fcinfo, Datum *column, bool *null)
{
	TupleDesc tuple;

	if (get_call_result_type(fcinfo, NULL, &tuple) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "a mass function must return a composite");
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tuple), column, null));
}

/* ---- mass_result --------------------------------------------------------------------------------------- */

#define RESULT_ARRAYS 8
#define RESULT_COLUMNS (RESULT_ARRAYS + 2)

/* Allocates the result's arrays straight as SQL arrays, so that nothing is copied. */
static psy_mass_result
new_result(int elements, Datum *column)
{
	psy_mass_result out;
	double **to[] = {&out.estimate, &out.se, &out.statistic, &out.df, &out.p, &out.log_p, &out.effect_size};

	column[0] = PointerGetDatum(psyrad_new_int4_array(elements, &out.n));
	for (int k = 0; k < lengthof(to); k++)
		column[1 + k] = PointerGetDatum(psyrad_new_float8_array(elements, to[k]));
	return out;
}

typedef void (*finisher)(const psy_mass *state, FunctionCallInfo fcinfo, const psy_mass_result *out,
						 psy_mass_tally *tally);

static Datum
finish(FunctionCallInfo fcinfo, psy_mass_statistic either, psy_mass_statistic or, finisher compute)
{
	Datum column[RESULT_COLUMNS] = {0};
	bool null[RESULT_COLUMNS] = {false};
	psy_mass_tally tally = {0};
	mass_state *state;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = mass_state_arg(fcinfo, 0, either, or);
	if (state->body.elements > 0)
	{
		psy_mass_result out = new_result((int) state->body.elements, column);

		compute(&state->body, fcinfo, &out, &tally);
	}
	else
		memset(null, true, RESULT_ARRAYS);
	column[RESULT_ARRAYS] = CStringGetTextDatum(psy_mass_method(&state->body));
	column[RESULT_ARRAYS + 1] = note_datum(state, &tally, &null[RESULT_ARRAYS + 1]);
	return result_tuple(fcinfo, column, null);
}

static psy_mass_effect
effect_arg(FunctionCallInfo fcinfo, int argument)
{
	char *name = psyrad_cstring_arg(fcinfo, argument);

	if (strcmp(name, "d") == 0)
		return PSY_MASS_EFFECT_D;
	if (strcmp(name, "g") == 0)
		return PSY_MASS_EFFECT_G;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("effect_size must be d (Cohen) or g (Hedges), not \"%s\"", name)));
}

static double
mu_arg(FunctionCallInfo fcinfo, int argument)
{
	double mu = PG_GETARG_FLOAT8(argument);

	if (!isfinite(mu))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("mu must be finite, not %g", mu)));
	return mu;
}

/* Options are there when called as f_final(state, mu, effect_size), not as the aggregate's final function. */
static void
compute_ttest(const psy_mass *state, FunctionCallInfo fcinfo, const psy_mass_result *out,
			  psy_mass_tally *tally)
{
	bool options = PG_NARGS() > 1;

	if (options && (PG_ARGISNULL(1) || PG_ARGISNULL(2)))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("%s must not be NULL", PG_ARGISNULL(1) ? "mu" : "effect_size")));
	psy_mass_ttest(state, options ? mu_arg(fcinfo, 1) : 0,
				   options ? effect_arg(fcinfo, 2) : PSY_MASS_EFFECT_D, out, tally);
}

static void
compute_corr(const psy_mass *state, FunctionCallInfo fcinfo, const psy_mass_result *out,
			 psy_mass_tally *tally)
{
	psy_mass_corr(state, out, tally);
}

PG_FUNCTION_INFO_V1(mass_ttest_final);
Datum
mass_ttest_final(PG_FUNCTION_ARGS)
{
	return finish(fcinfo, PSY_MASS_TTEST, PSY_MASS_TTEST_GROUPS, compute_ttest);
}

PG_FUNCTION_INFO_V1(mass_ttest_paired_final);
Datum
mass_ttest_paired_final(PG_FUNCTION_ARGS)
{
	return finish(fcinfo, PSY_MASS_TTEST_PAIRED, PSY_MASS_TTEST_PAIRED, compute_ttest);
}

PG_FUNCTION_INFO_V1(mass_corr_final);
Datum
mass_corr_final(PG_FUNCTION_ARGS)
{
	return finish(fcinfo, PSY_MASS_CORR, PSY_MASS_CORR, compute_corr);
}

PG_FUNCTION_INFO_V1(mass_pcorr_final);
Datum
mass_pcorr_final(PG_FUNCTION_ARGS)
{
	return finish(fcinfo, PSY_MASS_PCORR, PSY_MASS_PCORR, compute_corr);
}

/* ---- mass_summary_result ------------------------------------------------------------------------------- */

#define SUMMARY_ARRAYS 5

static psy_mass_summary_result
new_summary(int elements, Datum *column)
{
	psy_mass_summary_result out;
	double **to[] = {&out.mean, &out.sd, &out.smallest, &out.largest};

	column[0] = PointerGetDatum(psyrad_new_int4_array(elements, &out.n));
	for (int k = 0; k < lengthof(to); k++)
		column[1 + k] = PointerGetDatum(psyrad_new_float8_array(elements, to[k]));
	return out;
}

PG_FUNCTION_INFO_V1(mass_summary_final);
Datum
mass_summary_final(PG_FUNCTION_ARGS)
{
	Datum column[SUMMARY_ARRAYS + 1] = {0};
	bool null[SUMMARY_ARRAYS + 1] = {false};
	psy_mass_tally tally = {0};
	mass_state *state;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = mass_state_arg(fcinfo, 0, PSY_MASS_SUMMARY, PSY_MASS_SUMMARY);
	if (state->body.elements > 0)
	{
		psy_mass_summary_result out = new_summary((int) state->body.elements, column);

		psy_mass_summary(&state->body, &out, &tally);
	}
	else
		memset(null, true, SUMMARY_ARRAYS);
	column[SUMMARY_ARRAYS] = note_datum(state, &tally, &null[SUMMARY_ARRAYS]);
	return result_tuple(fcinfo, column, null);
}
