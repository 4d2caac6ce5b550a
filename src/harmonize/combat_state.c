/* combat_state.c - layout, merging and validation of ComBat's state; see combat_state.h. */
#include "harmonize/combat_state.h"

#include "connectivity/connectome.h"
#include "stats/mass_kernels.h"
#include "stats/moments.h"

#include <math.h>
#include <string.h>

#define MOST_ROWS 0x1p53 /* counts are exact in double up to here */

/* ---- layout ---------------------------------------------------------------------------------- */

static size_t
stream_count(const psy_combat_shape *shape)
{
	return 3 + shape->design + (shape->per_element ? psy_comoments_core(shape->design) : 0);
}

size_t
psy_combat_state_size(const psy_combat_shape *shape)
{
	size_t doubles;

	if (shape->design > PSY_COMBAT_MAX_COVARIATES || shape->sites > PSY_COMBAT_MAX_SITES ||
		__builtin_mul_overflow(stream_count(shape), shape->elements, &doubles) ||
		__builtin_add_overflow(doubles, psy_comoments_length(shape->design) + PSY_COMBAT_NAME / 8,
							   &doubles) ||
		__builtin_mul_overflow(doubles, sizeof(double) * shape->sites, &doubles) ||
		__builtin_add_overflow(doubles, sizeof(psy_combat_state), &doubles))
		return 0;
	return doubles;
}

void
psy_combat_state_init(psy_combat_state *state, const psy_combat_shape *shape)
{
	state->source = (uint8_t) shape->source;
	state->flags = shape->per_element ? PSY_MASS_PER_ELEMENT : 0;
	state->design = (uint16_t) shape->design;
	state->sites = (uint32_t) shape->sites;
	state->elements = shape->elements;
}

psy_combat_shape
psy_combat_state_shape(const psy_combat_state *state)
{
	return (psy_combat_shape){.source = state->source,
							  .design = state->design,
							  .sites = state->sites,
							  .elements = state->elements,
							  .per_element = (state->flags & PSY_MASS_PER_ELEMENT) != 0};
}

char *
psy_combat_state_name(const psy_combat_state *state, size_t site)
{
	return (char *) state->data + site * PSY_COMBAT_NAME;
}

double *
psy_combat_state_site(const psy_combat_state *state, size_t site)
{
	return (double *) psy_combat_state_name(state, state->sites) + site * psy_comoments_length(state->design);
}

psy_mass_streams
psy_combat_state_streams(const psy_combat_state *state, size_t site)
{
	psy_combat_shape shape = psy_combat_state_shape(state);
	size_t m = shape.elements;
	double *at = psy_combat_state_site(state, state->sites) + site * stream_count(&shape) * m;
	psy_mass_streams of = {.origin = at, .sum = at + m, .squares = at + 2 * m, .product = at + 3 * m};

	at += (3 + shape.design) * m;
	if (shape.per_element)
	{
		of.count = at;
		of.design_sum = at + m;
		of.design_product = at + (1 + shape.design) * m;
	}
	return of;
}

size_t
psy_combat_state_find(const psy_combat_state *state, const char name[PSY_COMBAT_NAME], bool *found)
{
	size_t low = 0, high = state->sites;

	*found = false;
	while (low < high)
	{
		size_t middle = (low + high) / 2;
		int order = memcmp(name, psy_combat_state_name(state, middle), PSY_COMBAT_NAME);

		if (order == 0)
		{
			*found = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* ---- adding and merging ---------------------------------------------------------------------- */

void
psy_combat_state_add(psy_combat_state *state, size_t site, const psy_mass_values *x, const double *covariates)
{
	double *comoments = psy_combat_state_site(state, site);
	psy_mass_streams of = psy_combat_state_streams(state, site);

	psy_comoments_add(comoments, state->design, covariates);
	if (of.count != NULL)
		psy_mass_add_each(&of, state->elements, state->design, x, covariates, comoments);
	else
	{
		psy_mass_step step;

		psy_mass_prepare(&step, state->design, covariates, comoments);
		psy_mass_add_shared(&of, state->elements, state->design, x, &step, 1);
	}
}

void
psy_combat_state_skip(psy_combat_state *state, int64_t rows)
{
	if (__builtin_add_overflow(state->skipped, rows, &state->skipped))
		state->skipped = INT64_MAX;
}

psy_status
psy_combat_state_mergeable(const psy_combat_state *into, const psy_combat_state *from, psy_error *err)
{
	if (into->elements == 0 || from->elements == 0)
		return PSY_OK;
	if (into->elements != from->elements)
		return psy_fail(err, PSY_SHAPE, "states over %llu and over %llu elements cannot be merged",
						(unsigned long long) into->elements, (unsigned long long) from->elements);
	if (into->design != from->design)
		return psy_fail(err, PSY_SHAPE, "states with %d and with %d covariates cannot be merged",
						into->design, from->design);
	if (into->source == from->source)
		return PSY_OK;
	if (into->source == 0 || from->source == 0)
		return psy_fail(err, PSY_DOMAIN,
						"a state over connectomes and one over plain vectors cannot be merged");
	return psy_fail(err, PSY_DOMAIN, "states over connectomes of kind %s and of kind %s cannot be merged",
					psy_conn_kind_name(into->source), psy_conn_kind_name(from->source));
}

size_t
psy_combat_state_union(const psy_combat_state *a, const psy_combat_state *b, char *name)
{
	size_t i = 0, j = 0, count = 0;

	while (i < a->sites || j < b->sites)
	{
		int order = i == a->sites ? 1
					: j == b->sites
						? -1
						: memcmp(psy_combat_state_name(a, i), psy_combat_state_name(b, j), PSY_COMBAT_NAME);

		memcpy(name + count++ * PSY_COMBAT_NAME,
			   order <= 0 ? psy_combat_state_name(a, i) : psy_combat_state_name(b, j), PSY_COMBAT_NAME);
		i += order <= 0;
		j += order >= 0;
	}
	return count;
}

void
psy_combat_state_merge(psy_combat_state *into, const psy_combat_state *from)
{
	psy_combat_state_skip(into, from->skipped);
	for (size_t s = 0; s < from->sites; s++)
	{
		bool found;
		size_t site = psy_combat_state_find(into, psy_combat_state_name(from, s), &found);
		double *comoments = psy_combat_state_site(into, site);
		const double *from_comoments = psy_combat_state_site(from, s);
		psy_mass_streams to_streams = psy_combat_state_streams(into, site);
		psy_mass_streams from_streams = psy_combat_state_streams(from, s);

		if (!found || from_comoments[0] == 0)
			continue;
		psy_mass_merge_streams(&to_streams, &from_streams, into->elements, into->design, comoments,
							   from_comoments);
		psy_comoments_merge(comoments, from_comoments, into->design);
	}
}

/* ---- leaving the site ------------------------------------------------------------------------ */

void
psy_combat_state_centre(psy_combat_state *state)
{
	for (size_t s = 0; s < state->sites; s++)
	{
		psy_mass_streams of = psy_combat_state_streams(state, s);

		psy_mass_centre_streams(&of, state->elements, state->design, psy_combat_state_site(state, s));
	}
}

/* ---- validation ------------------------------------------------------------------------------ */

bool
psy_combat_name_valid(const char *name)
{
	const char *end = memchr(name, 0, PSY_COMBAT_NAME);
	size_t length = end != NULL ? (size_t) (end - name) : PSY_COMBAT_NAME;

	for (size_t k = length; k < PSY_COMBAT_NAME; k++)
		if (name[k] != 0)
			return false;
	return length > 0 && length < PSY_COMBAT_NAME;
}

static psy_status
check_head(const psy_combat_state *state, size_t size, psy_error *err)
{
	psy_combat_shape shape;

	if (size < sizeof *state)
		return psy_fail(err, PSY_FORMAT, "%zu bytes are too few", size);
	if ((state->source != 0 && !psy_conn_kind_valid(state->source)) ||
		(state->flags & ~PSY_MASS_PER_ELEMENT) != 0 || state->skipped < 0)
		return psy_fail(err, PSY_FORMAT, "its header is impossible");
	if ((state->elements == 0) != (state->sites == 0))
		return psy_fail(err, PSY_FORMAT, "it has %llu elements of %u sites",
						(unsigned long long) state->elements, state->sites);
	shape = psy_combat_state_shape(state);
	if (psy_combat_state_size(&shape) != size)
		return psy_fail(err, PSY_FORMAT,
						"%zu bytes are not the size of %u sites, %d covariates and %llu "
						"elements",
						size, state->sites, state->design, (unsigned long long) state->elements);
	return PSY_OK;
}

static psy_status
check_site(const psy_combat_state *state, size_t site, psy_error *err)
{
	psy_combat_shape shape = psy_combat_state_shape(state);
	psy_mass_streams of = psy_combat_state_streams(state, site);
	const double *comoments = psy_combat_state_site(state, site);

	if (!psy_combat_name_valid(psy_combat_state_name(state, site)) ||
		(site > 0 && memcmp(psy_combat_state_name(state, site - 1), psy_combat_state_name(state, site),
							PSY_COMBAT_NAME) >= 0))
		return psy_fail(err, PSY_FORMAT, "the names of its sites are not in order");
	if (!psy_comoments_valid(comoments, 1, state->design, MOST_ROWS) || comoments[0] == 0 ||
		!psy_mass_all_finite(comoments, psy_comoments_length(state->design)))
		return psy_fail(err, PSY_FORMAT, "site %zu has an impossible count or covariate sums", site + 1);
	if (!psy_mass_all_finite(of.origin, stream_count(&shape) * state->elements))
		return psy_fail(err, PSY_FORMAT, "site %zu has numbers that are not finite", site + 1);
	for (size_t k = 0; k < state->elements; k++)
	{
		if (of.squares[k] < 0)
			return psy_fail(err, PSY_FORMAT, "element %zu of site %zu has impossible sums", k + 1, site + 1);
		if (of.count != NULL && !psy_comoments_valid(of.count + k, state->elements, state->design, comoments[0]))
			return psy_fail(err, PSY_FORMAT, "element %zu of site %zu has impossible counts", k + 1,
							site + 1);
	}
	return PSY_OK;
}

psy_status
psy_combat_state_check(const psy_combat_state *state, size_t size, psy_error *err)
{
	psy_status status = check_head(state, size, err);

	for (size_t s = 0; status == PSY_OK && s < state->sites; s++)
		status = check_site(state, s, err);
	return status;
}
