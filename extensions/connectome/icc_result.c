/* icc_result.c - the final functions of mass_icc: states to composites of arrays. */
#include "icc_state.h"
#include "result_row.h"

#define NOTE_SIZE 1024
#define METHOD_SIZE 128

static psy_icc_type
type_arg(FunctionCallInfo fcinfo, int argument)
{
	char *name = psyrad_cstring_arg(fcinfo, argument);
	psy_icc_type type;

	if (!psy_icc_type_of(name, &type))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("type must be ICC(1,1), ICC(2,1), ICC(3,1), ICC(1,k), ICC(2,k) or ICC(3,k), not \"%s\"",
					name)));
	return type;
}

/* Options are there when called as mass_icc_final(state, type, level), not as the aggregate's final function.
 */
static void
read_options(FunctionCallInfo fcinfo, const psy_icc *state, psy_icc_type *type, double *level)
{
	bool sessions = (state->flags & PSY_ICC_SESSIONS) != 0;

	*type = sessions || state->elements == 0 ? PSY_ICC_21 : PSY_ICC_11;
	*level = 0.95;
	if (PG_NARGS() == 1)
		return;
	if (PG_ARGISNULL(2))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("level must not be NULL")));
	*level = PG_GETARG_FLOAT8(2);
	if (!(*level > 0 && *level < 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("level must lie between 0 and 1, not %g", *level)));
	if (!PG_ARGISNULL(1))
		*type = type_arg(fcinfo, 1);
	if (psy_icc_is_two_way(*type) && !sessions && state->elements > 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%.8s needs sessions, and the state has none", psy_icc_method(*type)),
						errhint("Use mass_icc_state(x, subject, session), or the one-way ICC(1,1).")));
}

#define RESULT_ARRAYS 12

/* In the order of the type's columns. */
static psy_icc_result
add_result(result_row *row, int elements)
{
	psy_icc_result out;
	double **to[] = {&out.sessions, &out.estimate, &out.ci_lb,      &out.ci_ub,      &out.statistic, &out.df1,
					 &out.df2,      &out.p,        &out.ms_subject, &out.ms_session, &out.ms_error};

	out.n = result_row_int4_array(row, elements);
	for (int k = 0; k < lengthof(to); k++)
		*to[k] = result_row_float8_array(row, elements);
	return out;
}

PG_FUNCTION_INFO_V1(mass_icc_final);
Datum
mass_icc_final(PG_FUNCTION_ARGS)
{
	psy_context ctx = psyrad_current_context();
	char note[NOTE_SIZE], method[METHOD_SIZE];
	psy_icc_tally tally = {0};
	psy_icc_type type;
	icc_state *state;
	result_row row;
	psy_error err;
	double level;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = icc_state_closed((icc_state *) psyrad_state_arg(fcinfo, 0, &icc_state_type));
	read_options(fcinfo, &state->body, &type, &level);
	row = result_row_begin(fcinfo, RESULT_ARRAYS, (int) state->body.elements, NOTE_SIZE + METHOD_SIZE);
	if (state->body.elements > 0)
	{
		psy_icc_result out = add_result(&row, (int) state->body.elements);

		PSYRAD_CHECK(psy_icc_final(&ctx, &state->body, type, level, &out, &tally, &err), &err);
	}
	else
		result_row_nulls(&row, RESULT_ARRAYS);
	snprintf(method, sizeof method, "%s; %g %% interval", psy_icc_method(type), 100 * level);
	result_row_text(&row, method);
	psy_icc_note(&state->body, &tally, note, sizeof note);
	result_row_text(&row, note[0] != '\0' ? note : NULL);
	return result_row_finish(&row);
}
