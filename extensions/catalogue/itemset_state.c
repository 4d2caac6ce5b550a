/*
 * itemset_state.c - baskets as an aggregate's state: input and output, transition, combination.
 *
 * A state grows by doubling; what is handed on (itemset_state_finish) has neither room nor options.
 */
#include "catalogue.h"

#include "catalogue/sets.h"
#include "utils/memutils.h"

#include <math.h>

static psy_status
check_basket(const itemset_state *s, uint64 at, uint64 *items, uint64 *next, psy_error *err)
{
	const itemset_basket *b = (const itemset_basket *) (s->data + at);

	if (s->used - at < ITEMSET_BASKET_BYTES(0) || b->count < 0 ||
		s->used - at < ITEMSET_BASKET_BYTES(b->count))
		return psy_fail(err, PSY_FORMAT, "a basket goes beyond the end");
	if (!(b->weight > 0) || isinf(b->weight))
		return psy_fail(err, PSY_FORMAT, "the weight of a basket is %g", b->weight);
	for (int32 k = 1; k < b->count; k++)
		if (b->item[k - 1] >= b->item[k])
			return psy_fail(err, PSY_FORMAT, "the items of a basket are not in order");
	*items += b->count;
	*next = at + ITEMSET_BASKET_BYTES(b->count);
	return PSY_OK;
}

static psy_status
check_state(const psyrad_header *header, Size size, psy_error *err)
{
	const itemset_state *s = (const itemset_state *) header;
	uint64 baskets = 0, items = 0;

	if (s->used > size - offsetof(itemset_state, data) || s->reserved != 0)
		return psy_fail(err, PSY_FORMAT, "%llu bytes of baskets in %zu bytes", (unsigned long long) s->used,
						size);
	if (s->max_size < 0 || s->max_size > PSY_ITEMSET_SIZE_MOST ||
		!(s->min_support >= 0 && s->min_support <= 1))
		return psy_fail(err, PSY_FORMAT, "options out of range");
	for (uint64 at = 0; at < s->used; baskets++)
	{
		psy_status status = check_basket(s, at, &items, &at, err);

		if (status != PSY_OK)
			return status;
	}
	if (baskets != s->baskets || items != s->items)
		return psy_fail(err, PSY_FORMAT, "%llu baskets where %llu are announced",
						(unsigned long long) baskets, (unsigned long long) s->baskets);
	return PSY_OK;
}

const psyrad_state_type itemset_state_type = {.name = "itemset_state",
											  .magic = PSYRAD_MAGIC('i', 't', 's', '1'),
											  .minimum = offsetof(itemset_state, data),
											  .check = check_state};

PG_FUNCTION_INFO_V1(itemset_state_in);
Datum
itemset_state_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_in(fcinfo, &itemset_state_type));
}

PG_FUNCTION_INFO_V1(itemset_state_out);
Datum
itemset_state_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_out(fcinfo, &itemset_state_type));
}

PG_FUNCTION_INFO_V1(itemset_state_recv);
Datum
itemset_state_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_recv(fcinfo, &itemset_state_type));
}

PG_FUNCTION_INFO_V1(itemset_state_send);
Datum
itemset_state_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(psyrad_state_send(fcinfo, &itemset_state_type));
}

/* ---- growing --------------------------------------------------------------------------------- */

static itemset_state *
copy_state(const itemset_state *from, Size room)
{
	Size head = offsetof(itemset_state, data);

	return (itemset_state *) psyrad_copy_state(&itemset_state_type, from, from != NULL ? head + from->used : 0, head + room);
}

/* The state with room for that many more bytes. */
static itemset_state *
with_room(itemset_state *state, Size more)
{
	Size most = MaxAllocSize - offsetof(itemset_state, data), used = state == NULL ? 0 : state->used;
	Size has = state == NULL ? 0 : VARSIZE(state) - offsetof(itemset_state, data);

	if (state != NULL && has - used >= more)
		return state;
	return copy_state(state, Max(used + more, Min(Max(used * 2, 4096), most)));
}

/* Anybody can wrap these functions in an aggregate with a state of his own. */
static itemset_state *
transition_state(FunctionCallInfo fcinfo, const char *function)
{
	itemset_state *state = (itemset_state *) psyrad_transition_state(fcinfo, function);

	if (state != NULL && state->header.magic != itemset_state_type.magic)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("%s was given a state of another type", function)));
	return state;
}

static double
weight_arg(FunctionCallInfo fcinfo, int argument)
{
	double weight = PG_GETARG_FLOAT8(argument);

	if (!(weight > 0) || isinf(weight))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("weight is %g; expected a number above 0", weight),
						errhint("A row whose weight is NULL is not counted.")));
	return weight;
}

/* Adds (items, weight) of arguments 1 and 2. */
static itemset_state *
add_basket(FunctionCallInfo fcinfo, itemset_state *state)
{
	int count;
	const int32 *item = catalogue_int4_array(fcinfo, 1, "items", &count);
	double weight = weight_arg(fcinfo, 2);
	itemset_basket *b;

	state = with_room(state, ITEMSET_BASKET_BYTES(count));
	b = (itemset_basket *) (state->data + state->used);
	memset(b, 0, ITEMSET_BASKET_BYTES(count));
	b->weight = weight;
	memcpy(b->item, item, sizeof(int32) * count);
	b->count = psy_set_sort(b->item, count);
	memset(b->item + b->count, 0, sizeof(int32) * (count - b->count));
	state->used += ITEMSET_BASKET_BYTES(b->count);
	state->baskets++;
	state->items += b->count;
	return state;
}

static Datum
keep(itemset_state *state, FunctionCallInfo fcinfo)
{
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(itemset_state_add);
Datum
itemset_state_add(PG_FUNCTION_ARGS)
{
	itemset_state *state = transition_state(fcinfo, "itemset_state_add");

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return keep(state, fcinfo);
	PG_RETURN_POINTER(add_basket(fcinfo, state));
}

/* (state, items, weight, min_support, max_size): the options are those of the first row, and of every other.
 */
PG_FUNCTION_INFO_V1(itemset_mine_add);
Datum
itemset_mine_add(PG_FUNCTION_ARGS)
{
	itemset_state *state = transition_state(fcinfo, "itemset_mine_add");
	double min_support;
	int32 max_size;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return keep(state, fcinfo);
	if (PG_ARGISNULL(3) || PG_ARGISNULL(4))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("min_support and max_size must not be NULL")));
	min_support = PG_GETARG_FLOAT8(3);
	max_size = PG_GETARG_INT32(4);
	if (state != NULL && (state->min_support != min_support || state->max_size != max_size))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("min_support and max_size must be the same in every row")));
	if (!(min_support > 0 && min_support <= 1) || max_size < 1 || max_size > PSY_ITEMSET_SIZE_MOST)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_support is %g and max_size %d; expected above 0 and at most 1, and 1 to %d",
						min_support, max_size, PSY_ITEMSET_SIZE_MOST)));
	state = add_basket(fcinfo, state);
	state->min_support = min_support;
	state->max_size = max_size;
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(itemset_state_join);
Datum
itemset_state_join(PG_FUNCTION_ARGS)
{
	itemset_state *state = transition_state(fcinfo, "itemset_state_join");
	const itemset_state *other;

	if (PG_ARGISNULL(1))
		return keep(state, fcinfo);
	other = (const itemset_state *) psyrad_state_arg(fcinfo, 1, &itemset_state_type);
	state = with_room(state, other->used);
	memcpy(state->data + state->used, other->data, other->used);
	state->used += other->used;
	state->baskets += other->baskets;
	state->items += other->items;
	state->min_support = other->min_support;
	state->max_size = other->max_size;
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(itemset_state_finish);
Datum
itemset_state_finish(PG_FUNCTION_ARGS)
{
	const itemset_state *state = (const itemset_state *) psyrad_state_arg(fcinfo, 0, &itemset_state_type);
	itemset_state *out = copy_state(state, state->used);

	out->max_size = 0;
	out->min_support = 0;
	PG_RETURN_POINTER(out);
}
