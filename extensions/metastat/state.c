/* state.c - the type psyrad.meta_state: what is a valid image, and its text and binary forms. */
#include "metastat.h"

PG_FUNCTION_INFO_V1(meta_state_in);
PG_FUNCTION_INFO_V1(meta_state_out);
PG_FUNCTION_INFO_V1(meta_state_recv);
PG_FUNCTION_INFO_V1(meta_state_send);

static psy_status
check_request(const meta_state *state, psy_error *err)
{
	for (int i = 0; i < 5; i++)
		if (state->reserved[i] != 0)
			return psy_fail(err, PSY_FORMAT, "reserved byte %d is not 0", i + 1);
	if (state->has_request == 0)
	{
		if (state->method != 0 || state->test != 0 || state->level != 0 || signbit(state->level))
			return psy_fail(err, PSY_FORMAT, "it names a model without asking for one");
		return PSY_OK;
	}
	if (state->has_request != 1 || state->method > PSY_META_PMM || state->test > PSY_META_ADHOC ||
		!(state->level > 0 && state->level < 1))
		return psy_fail(err, PSY_FORMAT, "it asks for an unknown model");
	return PSY_OK;
}

/* Studies held must be usable, those not held must be zero. */
static psy_status
check_studies(const meta_state *state, int64 capacity, psy_error *err)
{
	for (int64 i = 0; i < capacity; i++)
	{
		const psy_effect *study = &state->study[i];

		if (i < state->k && psy_meta_check_study(study->yi, study->vi, err) != PSY_OK)
			return PSY_FORMAT;
		if (i >= state->k && (study->yi != 0 || study->vi != 0 || signbit(study->yi) || signbit(study->vi)))
			return psy_fail(err, PSY_FORMAT, "there is something behind its %lld studies",
							(long long) state->k);
	}
	return PSY_OK;
}

static psy_status
check_state(const psyrad_header *header, Size size, psy_error *err)
{
	const meta_state *state = (const meta_state *) header;
	Size studies = size - offsetof(meta_state, study);
	int64 capacity = studies / sizeof(psy_effect);
	psy_status status;

	if (studies % sizeof(psy_effect) != 0)
		return psy_fail(err, PSY_FORMAT, "its %zu bytes of studies are not a multiple of %zu", studies,
						sizeof(psy_effect));
	if (state->k < 0 || state->k > capacity)
		return psy_fail(err, PSY_FORMAT, "it counts %lld studies in room for %lld", (long long) state->k,
						(long long) capacity);
	if (state->missing < 0 || state->missing > PG_INT32_MAX)
		return psy_fail(err, PSY_FORMAT, "it counts %lld missing rows", (long long) state->missing);
	status = check_request(state, err);
	return status == PSY_OK ? check_studies(state, capacity, err) : status;
}

const psyrad_state_type meta_state_type = {"meta_state", PSYRAD_MAGIC('m', 'e', 't', '1'),
										   offsetof(meta_state, study), check_state};

bool
meta_same_request(const meta_state *a, const meta_state *b)
{
	return a->has_request == b->has_request && a->method == b->method && a->test == b->test &&
		   a->level == b->level;
}

Datum
meta_state_in(PG_FUNCTION_ARGS)
{
	return psyrad_state_in(fcinfo, &meta_state_type);
}

Datum
meta_state_out(PG_FUNCTION_ARGS)
{
	return psyrad_state_out(fcinfo, &meta_state_type);
}

Datum
meta_state_recv(PG_FUNCTION_ARGS)
{
	return psyrad_state_recv(fcinfo, &meta_state_type);
}

Datum
meta_state_send(PG_FUNCTION_ARGS)
{
	return psyrad_state_send(fcinfo, &meta_state_type);
}
