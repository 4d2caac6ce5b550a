/* mass_state.c - the type mass_state: its input and output, and merging. */
#include "mass_state.h"

static psy_status
check(const psyrad_header *state, Size size, psy_error *err)
{
	return psy_mass_check(&((const mass_state *) state)->body, size - MASS_STATE_HEAD, err);
}

const psyrad_state_type mass_state_type = {
	.name = "mass_state",
	.magic = PSYRAD_MAGIC('m', 'a', 's', '2'),
	.minimum = sizeof(mass_state),
	.check = check,
	.waiting = sizeof(waiting_rows),
	.settle = mass_state_settle,
};

void
mass_state_settle_group(mass_state *state, waiting_rows *waiting, Size group)
{
	psy_mass_values value[PSY_MASS_TOGETHER] = {{NULL}};
	int count = waiting->count[group];

	if (count == 0)
		return;
	for (int k = 0; k < count; k++)
	{
		value[k].f = waiting->row[group][k]->value->value;
		value[k].pre_f = waiting->pre[k] != NULL ? waiting->pre[k]->value->value : NULL;
	}
	psy_mass_add_rows(&state->body, group, value, waiting->design, count);
	for (int k = 0; k < count; k++)
	{
		fetched_release(waiting->row[group][k]);
		if (waiting->pre[k] != NULL)
			fetched_release(waiting->pre[k]);
	}
	waiting->count[group] = 0;
}

void
mass_state_settle(psyrad_header *state, void *waiting)
{
	for (Size group = 0; group < PSY_MASS_MAX_GROUPS; group++)
		mass_state_settle_group((mass_state *) state, waiting, group);
}

PG_FUNCTION_INFO_V1(mass_state_in);
Datum
mass_state_in(PG_FUNCTION_ARGS)
{
	return psyrad_state_in(fcinfo, &mass_state_type);
}

PG_FUNCTION_INFO_V1(mass_state_out);
Datum
mass_state_out(PG_FUNCTION_ARGS)
{
	return psyrad_state_out(fcinfo, &mass_state_type);
}

PG_FUNCTION_INFO_V1(mass_state_recv);
Datum
mass_state_recv(PG_FUNCTION_ARGS)
{
	return psyrad_state_recv(fcinfo, &mass_state_type);
}

PG_FUNCTION_INFO_V1(mass_state_send);
Datum
mass_state_send(PG_FUNCTION_ARGS)
{
	return psyrad_state_send(fcinfo, &mass_state_type);
}

/* Bytes of a state; more than any allocation where they would not fit. */
static Size
state_size(const psy_mass_shape *shape)
{
	Size size = psy_mass_size(shape);

	return size == 0 ? SIZE_MAX : size + MASS_STATE_HEAD;
}

mass_state *
mass_state_new(const psy_mass_shape *shape)
{
	mass_state *state = (mass_state *) psyrad_new_state(&mass_state_type, state_size(shape));

	psy_mass_init(&state->body, shape);
	return state;
}

mass_state *
mass_state_new_held(FunctionCallInfo fcinfo, const psy_mass_shape *shape)
{
	mass_state *state = (mass_state *) psyrad_new_held_state(fcinfo, &mass_state_type, state_size(shape));

	psy_mass_init(&state->body, shape);
	return state;
}

mass_state *
mass_state_arg(FunctionCallInfo fcinfo, int argument, psy_mass_statistic either, psy_mass_statistic or)
{
	mass_state *state = (mass_state *) psyrad_state_arg(fcinfo, argument, &mass_state_type);

	if (state->body.statistic != either && state->body.statistic != or)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("state is one of %s, not of %s", psy_mass_name(state->body.statistic),
							   psy_mass_name(either)),
						errhint("Use %s_final(state).", psy_mass_name(state->body.statistic))));
	return state;
}

mass_state *
mass_state_expanded(const mass_state *state, const psy_mass_shape *shape)
{
	mass_state *wide = mass_state_new(shape);

	psy_mass_expand(&state->body, &wide->body);
	return wide;
}

static mass_state *
copy_of(const mass_state *state)
{
	mass_state *copy = palloc(VARSIZE(state));

	memcpy(copy, state, VARSIZE(state));
	return copy;
}

/* into is this aggregate's own and is changed in place where its layout allows. */
static mass_state *
merge(mass_state *into, mass_state *from)
{
	psy_error err;

	PSYRAD_CHECK(psy_mass_mergeable(&into->body, &from->body, &err), &err);
	if (into->body.elements == 0 && from->body.elements > 0)
	{
		int64 skipped = into->body.skipped;

		into = copy_of(from);
		psy_mass_skip(&into->body, skipped);
		return into;
	}
	if (from->body.elements > 0)
	{
		psy_mass_shape shape = psy_mass_merged(&into->body, &from->body);

		if (shape.per_element != ((into->body.flags & PSY_MASS_PER_ELEMENT) != 0) ||
			shape.room != into->body.room)
			into = mass_state_expanded(into, &shape);
		if (shape.per_element && from->body.room > 0)
			from = mass_state_expanded(from, &shape);
	}
	psy_mass_merge(&into->body, &from->body);
	return into;
}

/* Transition function of f_merge and combine function of f and f_state: either side may be NULL. */
PG_FUNCTION_INFO_V1(mass_state_merge);
Datum
mass_state_merge(PG_FUNCTION_ARGS)
{
	mass_state *into = (mass_state *) psyrad_transition_state(fcinfo, "mass_state_merge");
	mass_state *from;

	if (PG_ARGISNULL(1))
	{
		if (into == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(into);
	}
	from = (mass_state *) psyrad_state_arg(fcinfo, 1, &mass_state_type);
	PG_RETURN_POINTER(into == NULL ? from : merge(into, from));
}

PG_FUNCTION_INFO_V1(mass_state_centre);
Datum
mass_state_centre(PG_FUNCTION_ARGS)
{
	mass_state *state = copy_of((mass_state *) psyrad_state_arg(fcinfo, 0, &mass_state_type));

	psy_mass_centre(&state->body);
	PG_RETURN_POINTER(state);
}
