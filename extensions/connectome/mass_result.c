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

/* ---- mass_result ----------------------------------------------------------------------------- */

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
	result_row_text(&row, tally.method[0] != '\0' ? tally.method : psy_mass_method(&state->body));
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
options_of_ttest(FunctionCallInfo fcinfo, double *mu, psy_mass_effect *effect)
{
	if (PG_NARGS() <= 1)
		return;
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("%s must not be NULL", PG_ARGISNULL(1) ? "mu" : "effect_size")));
	*mu = mu_arg(fcinfo, 1);
	*effect = effect_arg(fcinfo, 2);
}

static void
compute_ttest(const psy_mass *state, FunctionCallInfo fcinfo, const psy_mass_result *out,
			  psy_mass_tally *tally)
{
	psy_mass_effect effect = PSY_MASS_EFFECT_D;
	double mu = 0;

	options_of_ttest(fcinfo, &mu, &effect);
	psy_mass_ttest(state, mu, effect, out, tally);
}

static void
compute_corr(const psy_mass *state, FunctionCallInfo fcinfo, const psy_mass_result *out,
			 psy_mass_tally *tally)
{
	psy_mass_corr(state, out, tally);
}

static psy_mass_effect
glm_effect_arg(FunctionCallInfo fcinfo, int argument, bool is_f)
{
	char *name = psyrad_cstring_arg(fcinfo, argument);

	if (is_f && strcmp(name, "r") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("effect_size must be r for an F contrast (partial eta squared), not \"%s\"",
							   name)));
	if (strcmp(name, "r") == 0)
		return PSY_MASS_EFFECT_R;
	if (strcmp(name, "d") == 0)
		return PSY_MASS_EFFECT_D;
	if (strcmp(name, "g") == 0)
		return PSY_MASS_EFFECT_G;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("effect_size must be r (partial), d or g (by the residual sd), not \"%s\"", name)));
}

/* The state's own contrast, or the one asked for. */
static psy_mass_contrast_of
contrast_for(const psy_mass *state, FunctionCallInfo fcinfo)
{
	psyrad_array asked;

	if (PG_NARGS() <= 1 || PG_ARGISNULL(1))
		return (psy_mass_contrast_of){psy_mass_contrast(state), state->contrasts,
									  (state->flags & PSY_MASS_F) != 0};
	asked = mass_contrast_arg(PG_GETARG_DATUM(1), state->design);
	return (psy_mass_contrast_of){asked.value, asked.dims == 2 ? asked.rows : 1, asked.dims == 2};
}

static void
compute_glm(const psy_mass *state, FunctionCallInfo fcinfo, const psy_mass_result *out, psy_mass_tally *tally)
{
	psy_mass_contrast_of contrast = contrast_for(state, fcinfo);
	psy_mass_effect effect = PSY_MASS_EFFECT_R;
	psy_error err;

	if (contrast.rows == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the state has no contrast")));
	if (PG_NARGS() > 2 && PG_ARGISNULL(2))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("effect_size must not be NULL")));
	if (PG_NARGS() > 2)
		effect = glm_effect_arg(fcinfo, 2, contrast.is_f);
	PSYRAD_CHECK(psy_mass_glm(state, &contrast, effect, out, tally, &err), &err);
	if (contrast.is_f)
		snprintf(tally->method, sizeof tally->method, "%s; F on %zu and df degrees of freedom",
				 psy_mass_method(state), contrast.rows);
}

static void
compute_welch(const psy_mass *state, FunctionCallInfo fcinfo, const psy_mass_result *out,
			  psy_mass_tally *tally)
{
	psy_mass_effect effect = PSY_MASS_EFFECT_D;
	double mu = 0;

	options_of_ttest(fcinfo, &mu, &effect);
	psy_mass_welch(state, mu, effect, out, tally);
	/* The state may be one of mass_ttest. */
	strlcpy(tally->method, psy_mass_method(&(psy_mass){.statistic = PSY_MASS_WELCH}), sizeof tally->method);
}

static void
compute_deviation(const psy_mass *state, FunctionCallInfo fcinfo, const psy_mass_result *out,
				  psy_mass_tally *tally)
{
	psy_mass_deviation(state, out, tally);
}

PG_FUNCTION_INFO_V1(mass_welch_final);
Datum
mass_welch_final(PG_FUNCTION_ARGS)
{
	return finish(fcinfo, PSY_MASS_WELCH, PSY_MASS_TTEST_GROUPS, compute_welch);
}

PG_FUNCTION_INFO_V1(mass_glm_final);
Datum
mass_glm_final(PG_FUNCTION_ARGS)
{
	return finish(fcinfo, PSY_MASS_GLM, PSY_MASS_GLM_CHANGE, compute_glm);
}

PG_FUNCTION_INFO_V1(mass_ancova_final);
Datum
mass_ancova_final(PG_FUNCTION_ARGS)
{
	return finish(fcinfo, PSY_MASS_ANCOVA, PSY_MASS_ANCOVA, compute_glm);
}

PG_FUNCTION_INFO_V1(mass_z_final);
Datum
mass_z_final(PG_FUNCTION_ARGS)
{
	return finish(fcinfo, PSY_MASS_Z, PSY_MASS_Z, compute_deviation);
}

/* x, reference, small_sample: strict. */
static Datum
deviation_of(FunctionCallInfo fcinfo, bool is_connectome)
{
	mass_state *state = mass_state_arg(fcinfo, 1, PSY_MASS_SUMMARY, PSY_MASS_TTEST);
	psy_mass_values x;
	psy_mass_tally tally = {0};
	psy_mass_result out;
	result_row row;

	if (state->body.elements == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the reference has no complete row")));
	x = mass_subject(PG_GETARG_DATUM(0), is_connectome, state);
	row = result_row_begin(fcinfo, RESULT_ARRAYS, (int) state->body.elements, TEXT_SIZE);
	out = add_result(&row, (int) state->body.elements);
	psy_mass_z(&state->body, &x, PG_GETARG_BOOL(2), &out, &tally);
	result_row_text(&row, PG_GETARG_BOOL(2) ? "deviation of one subject, t of Crawford and Howell"
											: "deviation of one subject, reference as population");
	add_note(&row, state, &tally);
	return result_row_finish(&row);
}

PG_FUNCTION_INFO_V1(mass_z_connectome);
Datum
mass_z_connectome(PG_FUNCTION_ARGS)
{
	return deviation_of(fcinfo, true);
}

PG_FUNCTION_INFO_V1(mass_z_array);
Datum
mass_z_array(PG_FUNCTION_ARGS)
{
	return deviation_of(fcinfo, false);
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

/* ---- mass_summary_result --------------------------------------------------------------------- */

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
