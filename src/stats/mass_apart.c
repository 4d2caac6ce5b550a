/*
 * mass_apart.c - elements with missing values, kept apart from a shared state; see mass.h and mass_apart.h.
 *
 * They fill the first slots of an inner per-element state, in the order in which their first missing value
 * came.  The common streams go over all elements, those apart too (their loops know no exceptions); what that
 * leaves in their places is garbage, NaN perhaps, and is cleared after each pass.  The inner state's own
 * design comoments are always those of the outer one, origins included.
 */
#include "stats/mass_apart.h"

#include "stats/mass_kernels.h"
#include "stats/moments.h"

#include <math.h>
#include <string.h>

/* More elements apart than this share of all make the whole state per element. */
#define MOST_APART(elements) ((elements) / 8)
#define LEAST_ROOM 4

/* Streams of doubles one element has where it counts for itself. */
#define MOST_STREAMS                                                                                         \
	(3 + PSY_MASS_MAX_DESIGN + 4 + PSY_MASS_MAX_DESIGN + 1 + PSY_MASS_MAX_DESIGN +                           \
	 PSY_MASS_MAX_DESIGN * (PSY_MASS_MAX_DESIGN + 1) / 2)

bool
psy_mass_is_apart(const psy_mass *state, size_t k)
{
	return (state->flags & PSY_MASS_PER_ELEMENT) != 0 ||
		   (state->room > 0 && psy_mass_group_streams(state, 0).squares[k] < 0);
}

psy_mass_element
psy_mass_element_of(const psy_mass *state, size_t group, size_t k)
{
	psy_mass_streams of = psy_mass_group_streams(state, group);

	if (state->room > 0 && of.squares[k] < 0)
	{
		k = (size_t) (-1 - of.squares[k]);
		of = psy_mass_group_streams(psy_mass_apart_state(state), group);
	}
	return (psy_mass_element){.n = of.count != NULL ? of.count[k] : psy_mass_group(state, group)[0],
							  .origin = of.origin[k],
							  .sum = of.sum[k],
							  .squares = of.squares[k],
							  .smallest = of.smallest != NULL ? of.smallest[k] : NAN,
							  .largest = of.largest != NULL ? of.largest[k] : NAN};
}

static bool
is_missing(const psy_mass_values *x, size_t k)
{
	return x->f != NULL ? isnan(x->f[k]) || (x->pre_f != NULL && isnan(x->pre_f[k]))
						: isnan(x->d[k]) || (x->pre_d != NULL && isnan(x->pre_d[k]));
}

/* A state's shape with room for so many apart. */
static psy_mass_shape
with_room(const psy_mass *state, size_t apart)
{
	psy_mass_shape shape = psy_mass_shape_of(state);

	if (shape.per_element || apart <= shape.room)
		return shape;
	shape.per_element = apart > MOST_APART(shape.elements);
	if (shape.per_element)
	{
		shape.room = 0;
		return shape;
	}
	if (shape.room < LEAST_ROOM)
		shape.room = LEAST_ROOM;
	while (shape.room < apart)
		shape.room *= 2;
	if (shape.room > shape.elements)
		shape.room = shape.elements;
	return shape;
}

psy_mass_shape
psy_mass_needed(const psy_mass *state, const psy_mass_values *x)
{
	const double *squares = psy_mass_group_streams(state, 0).squares;
	size_t apart = state->apart;

	for (size_t k = 0; k < state->elements; k++)
		apart += is_missing(x, k) && !(squares[k] < 0);
	return with_room(state, apart);
}

/* ---- slots ----------------------------------------------------------------------------------- */

/* Copies an element of the common streams of one state into a slot of per-element streams; core is the design's. */
static void
copy_common(const double *common, size_t elements, size_t k, size_t streams, const double *core, size_t cores,
			double *slot, size_t stride)
{
	for (size_t s = 0; s < streams; s++)
		slot[s * stride] = common[s * elements + k];
	for (size_t s = 0; s < cores; s++)
		slot[(streams + s) * stride] = core[s];
}

static void
set_one_apart(psy_mass *state, size_t k)
{
	psy_mass_shape shape = psy_mass_shape_of(state);
	psy_mass *inner = psy_mass_apart_state(state);
	size_t slot = state->apart++, streams = psy_mass_common_streams(&shape);

	psy_mass_apart_index(state)[slot] = k;
	for (size_t g = 0; g < state->groups; g++)
	{
		double *common = psy_mass_group_streams(state, g).origin;

		copy_common(common, state->elements, k, streams, psy_mass_group(state, g),
					psy_comoments_core(state->design), psy_mass_group_streams(inner, g).origin + slot,
					state->room);
		for (size_t s = 0; s < streams; s++)
			common[s * state->elements + k] = 0;
		psy_mass_group_streams(state, g).squares[k] = PSY_MASS_MARK(slot);
	}
}

static void
copy_design(const psy_mass *from, psy_mass *to)
{
	memcpy(psy_mass_group(to, 0), psy_mass_group(from, 0),
		   sizeof(double) * psy_comoments_length(from->design) * from->groups);
}

void
psy_mass_set_apart(psy_mass *state, const psy_mass_values *x)
{
	for (size_t k = 0; state->room > 0 && k < state->elements; k++)
		if (is_missing(x, k) && !psy_mass_is_apart(state, k))
			set_one_apart(state, k);
	if (state->room > 0)
		copy_design(state, psy_mass_apart_state(state));
}

void
psy_mass_settle_apart(psy_mass *state)
{
	psy_mass_shape shape = psy_mass_shape_of(state);
	const uint64_t *index = psy_mass_apart_index(state);
	size_t streams = psy_mass_common_streams(&shape);

	for (size_t g = 0; g < state->groups; g++)
	{
		psy_mass_streams of = psy_mass_group_streams(state, g);

		for (size_t s = 0; s < streams; s++)
			for (size_t e = 0; e < state->apart; e++)
				of.origin[s * state->elements + index[e]] = 0;
		for (size_t e = 0; e < state->apart; e++)
			of.squares[index[e]] = PSY_MASS_MARK(e);
	}
	copy_design(state, psy_mass_apart_state(state));
}

void
psy_mass_add_apart(psy_mass *state, size_t group, const psy_mass_values *x,
				   const double (*design)[PSY_MASS_MAX_DESIGN], size_t rows)
{
	psy_mass *inner = psy_mass_apart_state(state);
	psy_mass_streams of = psy_mass_group_streams(inner, group);

	psy_mass_settle_apart(state);
	for (size_t r = 0; r < rows; r++)
		psy_mass_add_picked(&of, psy_mass_apart_index(state), state->apart, state->room, state->design, x + r,
							state->design > 0 ? design[r] : NULL, psy_mass_group(state, group));
}

/* ---- other layouts --------------------------------------------------------------------------- */

/* The slots of one state, where every element of the other has room: slot e goes to place[e], or to e. */
static void
copy_slots(const psy_mass *from, const uint64_t *place, psy_mass *to)
{
	const psy_mass *inner = psy_mass_apart_state(from);
	psy_mass_shape shape = psy_mass_shape_of(from);
	size_t streams = psy_mass_common_streams(&shape) + psy_comoments_core(from->design);

	for (size_t g = 0; g < from->groups; g++)
	{
		const double *slot = psy_mass_group_streams(inner, g).origin;
		double *target = psy_mass_group_streams(to, g).origin;

		for (size_t s = 0; s < streams; s++)
			for (size_t e = 0; e < from->apart; e++)
				target[s * to->elements + (place != NULL ? place[e] : e)] = slot[s * from->room + e];
	}
}

void
psy_mass_expand(const psy_mass *from, psy_mass *to)
{
	psy_mass_shape shape = psy_mass_shape_of(from);
	size_t m = from->elements;

	to->skipped = from->skipped;
	copy_design(from, to);
	if (from->contrasts > 0)
		memcpy(psy_mass_contrast(to), psy_mass_contrast(from),
			   sizeof(double) * from->contrasts * from->design);
	for (size_t g = 0; g < from->groups; g++)
	{
		psy_mass_streams to_streams = psy_mass_group_streams(to, g);

		memcpy(to_streams.origin, psy_mass_group_streams(from, g).origin,
			   sizeof(double) * psy_mass_common_streams(&shape) * m);
		if (to_streams.count != NULL)
			psy_mass_spread_core(&to_streams, m, from->design, psy_mass_group(from, g));
	}
	if (to->room > 0)
	{
		to->apart = from->apart;
		if (from->room > 0)
		{
			memcpy(psy_mass_apart_index(to), psy_mass_apart_index(from), sizeof(uint64_t) * from->apart);
			copy_slots(from, NULL, psy_mass_apart_state(to));
		}
		copy_design(from, psy_mass_apart_state(to));
	}
	else if (from->room > 0)
		copy_slots(from, psy_mass_apart_index(from), to);
}

/* ---- merging --------------------------------------------------------------------------------- */

psy_mass_shape
psy_mass_merged(const psy_mass *into, const psy_mass *from)
{
	size_t apart = into->apart;

	if ((from->flags & PSY_MASS_PER_ELEMENT) != 0)
	{
		psy_mass_shape shape = psy_mass_shape_of(into);

		shape.per_element = true;
		shape.room = 0;
		return shape;
	}
	for (size_t e = 0; e < from->apart; e++)
		apart += !psy_mass_is_apart(into, psy_mass_apart_index(from)[e]);
	return with_room(into, apart);
}

/* One element's streams of a group, gathered from a slot or from the common streams. */
static void
gather(const psy_mass *state, size_t g, size_t k, double *one)
{
	psy_mass_shape shape = psy_mass_shape_of(state);
	size_t streams = psy_mass_common_streams(&shape), cores = psy_comoments_core(state->design);
	psy_mass_streams of = psy_mass_group_streams(state, g);
	const double *slot;

	if (state->room == 0 || !(of.squares[k] < 0))
	{
		copy_common(of.origin, state->elements, k, streams, psy_mass_group(state, g), cores, one, 1);
		return;
	}
	slot = psy_mass_group_streams(psy_mass_apart_state(state), g).origin + (size_t) (-1 - of.squares[k]);
	for (size_t s = 0; s < streams + cores; s++)
		one[s] = slot[s * state->room];
}

static void
merge_slot(psy_mass *into, const psy_mass *from, size_t g, size_t slot)
{
	double mine[MOST_STREAMS], theirs[MOST_STREAMS];
	psy_mass_shape shape = psy_mass_shape_of(into);
	size_t streams = psy_mass_common_streams(&shape) + psy_comoments_core(into->design);
	size_t k = psy_mass_apart_index(into)[slot];
	double *target = psy_mass_group_streams(psy_mass_apart_state(into), g).origin + slot;
	psy_mass_streams a, b;

	shape.elements = 1;
	shape.per_element = true;
	gather(into, g, k, mine);
	gather(from, g, k, theirs);
	a = psy_mass_streams_at(&shape, mine);
	b = psy_mass_streams_at(&shape, theirs);
	psy_mass_merge_streams(&a, &b, 1, into->design, psy_mass_group(into, g), psy_mass_group(from, g));
	for (size_t s = 0; s < streams; s++)
		target[s * into->room] = mine[s];
}

void
psy_mass_merge_apart(psy_mass *into, const psy_mass *from)
{
	for (size_t e = 0; e < from->apart; e++)
		if (!psy_mass_is_apart(into, psy_mass_apart_index(from)[e]))
			set_one_apart(into, psy_mass_apart_index(from)[e]);
	for (size_t g = 0; g < into->groups; g++)
		for (size_t slot = 0; psy_mass_group(from, g)[0] > 0 && slot < into->apart; slot++)
			merge_slot(into, from, g, slot);
}
