/*
 * mass_result.c - the final functions of the mass_* family: states to composites of arrays.
 */
#include "mass_state.h"
#include "result_row.h"

#include "stats/mass_final.h"

#include <math.h>

#define NOTE_SIZE 1024
#define TEXT_SIZE (NOTE_SIZE + 128) /* note and method */

static void
add_note(result_row *row, const mass_state *state, const psy_mass_tally *tally)
{
	char note[NOTE_SIZE];

	psy_mass_note(&state->body, tally, note, sizeof note);
	result_row_text(row, note[0] != '\0' ? note : NULL);
}

/* ---- mass_result --------------------------------------------------------------------------------------- */

#define RESULT_ARRAYS 8

/* In the order of the type's columns. */
static psy_mass_result
add_result(result_row *row, int elements)
{
	psy_mass_result out;
	double **to[] = {&out.estimate, &out.se, &out.statistic, &out.df, &out.p, &out.log_p, &out.effect_size};

	out.n = result_row_int4_array(row, elements);
	for (int k = 0; k < lengthof(to); k++)
		*to[k] = result_row_float8_array(row, elements);
	return out;
}

typedef void (*finisher)(const psy_mass *state, FunctionCallInfo fcinfo, const psy_mass_result *out,
						 psy_mass_tally *tally);

static Datum
finish(FunctionCallInfo fcinfo, psy_mass_statistic either, psy_mass_statistic or, finisher compute)
{
	psy_mass_tally tally = {0};
	mass_state *state;
	result_row row;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = mass_state_arg(fcinfo, 0, either, or);
	row = result_row_begin(fcinfo, RESULT_ARRAYS, (int) state->body.elements, TEXT_SIZE);
	if (state->body.elements > 0)
	{
		psy_mass_result out = add_result(&row, (int) state->body.elements);

		compute(&state->body, fcinfo, &out, &tally);
	}
	else
		result_row_nulls(&row, RESULT_ARRAYS);
	result_row_text(&row, psy_mass_method(&state->body));
	add_note(&row, state, &tally);
	return result_row_finish(&row);
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
add_summary(result_row *row, int elements)
{
	psy_mass_summary_result out;
	double **to[] = {&out.mean, &out.sd, &out.smallest, &out.largest};

	out.n = result_row_int4_array(row, elements);
	for (int k = 0; k < lengthof(to); k++)
		*to[k] = result_row_float8_array(row, elements);
	return out;
}

PG_FUNCTION_INFO_V1(mass_summary_final);
Datum
mass_summary_final(PG_FUNCTION_ARGS)
{
	psy_mass_tally tally = {0};
	mass_state *state;
	result_row row;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = mass_state_arg(fcinfo, 0, PSY_MASS_SUMMARY, PSY_MASS_SUMMARY);
	row = result_row_begin(fcinfo, SUMMARY_ARRAYS, (int) state->body.elements, NOTE_SIZE);
	if (state->body.elements > 0)
	{
		psy_mass_summary_result out = add_summary(&row, (int) state->body.elements);

		psy_mass_summary(&state->body, &out, &tally);
	}
	else
		result_row_nulls(&row, SUMMARY_ARRAYS);
	add_note(&row, state, &tally);
	return result_row_finish(&row);
}
