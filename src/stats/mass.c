/*
 * mass.c - layout, validation and bookkeeping of the mass-univariate state; see mass.h.  The loops over
 * elements are in mass_kernels.c.
 */
#include "stats/mass.h"

#include "connectivity/connectome.h"
#include "stats/mass_apart.h"
#include "stats/mass_kernels.h"
#include "stats/moments.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define MOST_ROWS 0x1p53 /* counts are exact in double up to here */

/* ---- shape ----------------------------------------------------------------------------------- */

const char *
psy_mass_name(int statistic)
{
	static const char *const name[] = {
		"?",          "mass_summary", "mass_ttest", "mass_ttest", "mass_ttest_paired", "mass_corr",
		"mass_pcorr", "mass_welch",   "mass_glm",   "mass_glm",   "mass_ancova",       "mass_z"};

	return name[statistic >= PSY_MASS_SUMMARY && statistic <= PSY_MASS_LAST ? statistic : 0];
}

static size_t
group_count(psy_mass_statistic statistic)
{
	return statistic == PSY_MASS_TTEST_GROUPS || statistic == PSY_MASS_WELCH || statistic == PSY_MASS_Z ? 2
																										: 1;
}

static bool
has_range(psy_mass_statistic statistic)
{
	return statistic == PSY_MASS_SUMMARY;
}

bool
psy_mass_has_contrast(int statistic)
{
	return statistic == PSY_MASS_GLM || statistic == PSY_MASS_GLM_CHANGE || statistic == PSY_MASS_ANCOVA;
}

static bool
has_baseline(psy_mass_statistic statistic)
{
	return statistic == PSY_MASS_ANCOVA;
}

/* Streams of m doubles a group that every layout has. */
size_t
psy_mass_common_streams(const psy_mass_shape *shape)
{
	return 3 + shape->design + (has_range(shape->statistic) ? 2 : 0) +
		   (has_baseline(shape->statistic) ? 4 + shape->design : 0);
}

static size_t
stream_count(const psy_mass_shape *shape)
{
	return psy_mass_common_streams(shape) + (shape->per_element ? psy_comoments_core(shape->design) : 0);
}

/* Of the state of those set apart. */
psy_mass_shape
psy_mass_apart_shape(const psy_mass_shape *shape)
{
	return (psy_mass_shape){.statistic = shape->statistic,
							.source = shape->source,
							.design = shape->design,
							.elements = shape->room,
							.per_element = true};
}

/* Doubles up to and with the contrast. */
static bool
common_doubles(const psy_mass_shape *shape, size_t *doubles)
{
	size_t groups = group_count(shape->statistic);

	return !__builtin_mul_overflow(groups * stream_count(shape), shape->elements, doubles) &&
		   !__builtin_add_overflow(
			   *doubles, groups * psy_comoments_length(shape->design) + shape->contrasts * shape->design,
			   doubles);
}

size_t
psy_mass_size(const psy_mass_shape *shape)
{
	size_t doubles, bytes;
	psy_mass_shape inner = psy_mass_apart_shape(shape);
	size_t apart = shape->room == 0 ? 0 : psy_mass_size(&inner);

	if (shape->design > PSY_MASS_MAX_DESIGN || shape->contrasts > PSY_MASS_MAX_DESIGN ||
		shape->room > shape->elements || (shape->room > 0 && (apart == 0 || shape->per_element)) ||
		!common_doubles(shape, &doubles) || __builtin_add_overflow(doubles, shape->room, &doubles) ||
		__builtin_mul_overflow(doubles, sizeof(double), &bytes) ||
		__builtin_add_overflow(bytes, sizeof(psy_mass), &bytes) ||
		__builtin_add_overflow(bytes, apart, &bytes))
		return 0;
	return bytes;
}

psy_mass_shape
psy_mass_shape_of(const psy_mass *state)
{
	return (psy_mass_shape){.statistic = (psy_mass_statistic) state->statistic,
							.source = state->source,
							.design = state->design,
							.elements = state->elements,
							.per_element = (state->flags & PSY_MASS_PER_ELEMENT) != 0,
							.room = state->room,
							.contrasts = state->contrasts,
							.f = (state->flags & PSY_MASS_F) != 0};
}

double *
psy_mass_group(const psy_mass *state, size_t group)
{
	return (double *) state->data + group * psy_comoments_length(state->design);
}

double *
psy_mass_contrast(const psy_mass *state)
{
	psy_mass_shape shape = psy_mass_shape_of(state);

	return state->contrasts == 0
			   ? NULL
			   : psy_mass_group(state, state->groups) + state->groups * stream_count(&shape) * shape.elements;
}

uint64_t *
psy_mass_apart_index(const psy_mass *state)
{
	psy_mass_shape shape = psy_mass_shape_of(state);
	size_t doubles;

	common_doubles(&shape, &doubles);
	return (uint64_t *) (state->data + doubles);
}

psy_mass *
psy_mass_apart_state(const psy_mass *state)
{
	return state->room == 0 ? NULL : (psy_mass *) (psy_mass_apart_index(state) + state->room);
}

psy_mass_streams
psy_mass_streams_at(const psy_mass_shape *shape, double *at)
{
	size_t m = shape->elements;
	psy_mass_streams of = {.origin = at, .sum = at + m, .squares = at + 2 * m, .product = at + 3 * m};

	at += (3 + shape->design) * m;
	if (has_range(shape->statistic))
	{
		of.smallest = at;
		of.largest = at + m;
		at += 2 * m;
	}
	if (has_baseline(shape->statistic))
	{
		of.pre_origin = at;
		of.pre_sum = at + m;
		of.pre_squares = at + 2 * m;
		of.pre_product = at + 3 * m;
		of.cross = at + (3 + shape->design) * m;
		at += (4 + shape->design) * m;
	}
	if (shape->per_element)
	{
		of.count = at;
		of.design_sum = at + m;
		of.design_product = at + (1 + shape->design) * m;
	}
	return of;
}

psy_mass_streams
psy_mass_group_streams(const psy_mass *state, size_t group)
{
	psy_mass_shape shape = psy_mass_shape_of(state);

	return psy_mass_streams_at(&shape, psy_mass_group(state, state->groups) +
										   group * stream_count(&shape) * shape.elements);
}

void
psy_mass_init(psy_mass *state, const psy_mass_shape *shape)
{
	state->statistic = (uint16_t) shape->statistic;
	state->source = (uint8_t) shape->source;
	state->flags = (shape->per_element ? PSY_MASS_PER_ELEMENT : 0) | (shape->f ? PSY_MASS_F : 0);
	state->groups = (uint16_t) group_count(shape->statistic);
	state->design = (uint16_t) shape->design;
	state->contrasts = (uint16_t) shape->contrasts;
	state->elements = shape->elements;
	state->room = (uint32_t) shape->room;
	if (shape->room > 0)
	{
		psy_mass_shape inner = psy_mass_apart_shape(shape);

		psy_mass_init(psy_mass_apart_state(state), &inner);
	}
	for (size_t g = 0; g < state->groups; g++)
	{
		psy_mass_streams of = psy_mass_group_streams(state, g);

		for (size_t k = 0; of.smallest != NULL && k < shape->elements; k++)
		{
			of.smallest[k] = DBL_MAX;
			of.largest[k] = -DBL_MAX;
		}
	}
}

/* ---- adding rows ----------------------------------------------------------------------------- */

psy_status
psy_mass_scan(const float *f, const double *d, size_t elements, const char *name, bool *missing,
			  psy_error *err)
{
	psy_mass_seen seen = f != NULL ? psy_mass_scan_float(f, elements) : psy_mass_scan_double(d, elements);

	*missing = seen.missing;
	if (!seen.refused)
		return PSY_OK;
	for (size_t k = 0; k < elements; k++)
	{
		double x = f != NULL ? f[k] : d[k];

		if (fabs(x) > PSY_MASS_MAX_VALUE)
			return psy_fail(err, PSY_DOMAIN,
							"%s[%zu] is %g; magnitudes up to %g, or NaN for missing, expected", name, k + 1,
							x, PSY_MASS_MAX_VALUE);
	}
	return PSY_OK;
}

void
psy_mass_add_rows(psy_mass *state, size_t group, const psy_mass_values *x,
				  const double (*design)[PSY_MASS_MAX_DESIGN], size_t rows)
{
	double *comoments = psy_mass_group(state, group);
	psy_mass_streams of = psy_mass_group_streams(state, group);
	size_t q = state->design;
	psy_mass_step step[PSY_MASS_TOGETHER];

	for (size_t r = 0; r < rows; r++)
	{
		const double *w = q > 0 ? design[r] : NULL;

		psy_comoments_add(comoments, q, w);
		if (of.count != NULL)
			psy_mass_add_each(&of, state->elements, q, x + r, w, comoments);
		else
			psy_mass_prepare(&step[r], q, w, comoments);
	}
	if (of.count == NULL)
		psy_mass_add_shared(&of, state->elements, q, x, step, rows);
	if (state->room > 0)
		psy_mass_add_apart(state, group, x, design, rows);
}

void
psy_mass_add(psy_mass *state, size_t group, const psy_mass_values *x, const double *design)
{
	double row[1][PSY_MASS_MAX_DESIGN];

	if (state->design > 0)
		memcpy(row[0], design, sizeof(double) * state->design);
	psy_mass_add_rows(state, group, x, row, 1);
}

void
psy_mass_skip(psy_mass *state, int64_t rows)
{
	if (__builtin_add_overflow(state->skipped, rows, &state->skipped))
		state->skipped = INT64_MAX;
}

/* ---- merging --------------------------------------------------------------------------------- */

static psy_status
same_source(const psy_mass *into, const psy_mass *from, psy_error *err)
{
	if (into->source == from->source)
		return PSY_OK;
	if (into->source == 0 || from->source == 0)
		return psy_fail(err, PSY_DOMAIN,
						"a state over connectomes and one over plain vectors cannot be merged");
	return psy_fail(err, PSY_DOMAIN, "states over connectomes of kind %s and of kind %s cannot be merged",
					psy_conn_kind_name(into->source), psy_conn_kind_name(from->source));
}

psy_status
psy_mass_mergeable(const psy_mass *into, const psy_mass *from, psy_error *err)
{
	if (into->statistic != from->statistic)
		return psy_fail(err, PSY_DOMAIN, "a state of %s%s and one of %s%s cannot be merged",
						psy_mass_name(into->statistic), into->groups == 2 ? " (two groups)" : "",
						psy_mass_name(from->statistic), from->groups == 2 ? " (two groups)" : "");
	if (into->elements == 0 || from->elements == 0)
		return PSY_OK;
	if (into->elements != from->elements)
		return psy_fail(err, PSY_SHAPE, "states over %llu and over %llu elements cannot be merged",
						(unsigned long long) into->elements, (unsigned long long) from->elements);
	if (into->design != from->design)
		return into->statistic == PSY_MASS_PCORR
				   ? psy_fail(err, PSY_SHAPE, "states with %d and with %d covariates cannot be merged",
							  into->design - 1, from->design - 1)
				   : psy_fail(err, PSY_SHAPE, "states with designs of %d and of %d columns cannot be merged",
							  into->design, from->design);
	if (into->contrasts != from->contrasts || ((into->flags ^ from->flags) & PSY_MASS_F) != 0 ||
		(into->contrasts > 0 && memcmp(psy_mass_contrast(into), psy_mass_contrast(from),
									   sizeof(double) * into->contrasts * into->design) != 0))
		return psy_fail(err, PSY_DOMAIN, "states with different contrasts cannot be merged");
	return same_source(into, from, err);
}

void
psy_mass_merge(psy_mass *into, const psy_mass *from)
{
	psy_mass_skip(into, from->skipped);
	if (from->elements == 0)
		return;
	if (into->room > 0)
		psy_mass_merge_apart(into, from);
	for (size_t g = 0; g < into->groups; g++)
	{
		psy_mass_streams to_streams = psy_mass_group_streams(into, g);
		psy_mass_streams from_streams = psy_mass_group_streams(from, g);
		double *comoments = psy_mass_group(into, g);
		const double *from_comoments = psy_mass_group(from, g);

		if (from_comoments[0] == 0)
			continue;
		psy_mass_merge_streams(&to_streams, &from_streams, into->elements, into->design, comoments,
							   from_comoments);
		psy_comoments_merge(comoments, from_comoments, into->design);
	}
	if (into->room > 0)
		psy_mass_settle_apart(into);
}

/* ---- leaving the site ------------------------------------------------------------------------ */

static void
centre_values(double *origin, double *sum, const double *count, double rows, size_t elements)
{
	for (size_t k = 0; k < elements; k++)
	{
		double n = count != NULL ? count[k] : rows;

		double mean = n > 0 ? origin[k] + sum[k] / n : origin[k];

		/* What the rounding of the mean leaves stays in the sum, or differences would lose digits. */
		sum[k] -= n * (mean - origin[k]);
		origin[k] = mean;
	}
}

/* The design's origin moves by its mean; elements that count for themselves keep their sums in step. */
static void
centre_design(double *comoments, const psy_mass_streams *of, size_t elements, size_t q)
{
	double *sum = comoments + 1, *origin = comoments + psy_comoments_core(q);

	for (size_t j = 0; j < q; j++)
	{
		double mean = comoments[0] > 0 ? origin[j] + sum[j] / comoments[0] : origin[j];
		double shift = mean - origin[j];

		origin[j] = mean;
		sum[j] -= comoments[0] * shift;
		for (size_t k = 0; of->count != NULL && k < elements; k++)
			of->design_sum[j * elements + k] -= of->count[k] * shift;
	}
}

void
psy_mass_centre_streams(const psy_mass_streams *of, size_t elements, size_t q, double *comoments)
{
	centre_values(of->origin, of->sum, of->count, comoments[0], elements);
	if (of->cross != NULL)
		centre_values(of->pre_origin, of->pre_sum, of->count, comoments[0], elements);
	centre_design(comoments, of, elements, q);
}

void
psy_mass_centre(psy_mass *state)
{
	for (size_t g = 0; g < state->groups; g++)
	{
		psy_mass_streams of = psy_mass_group_streams(state, g);

		psy_mass_centre_streams(&of, state->elements, state->design, psy_mass_group(state, g));
	}
	if (state->room > 0)
		psy_mass_centre(psy_mass_apart_state(state));
}

/* ---- validation ------------------------------------------------------------------------------ */

static psy_status
check_design(const psy_mass *state, psy_error *err)
{
	bool fits;

	switch (state->statistic)
	{
		case PSY_MASS_CORR: fits = state->design == 1; break;
		case PSY_MASS_PCORR: fits = state->design >= 2 || (state->design == 0 && state->elements == 0); break;
		case PSY_MASS_GLM:
		case PSY_MASS_GLM_CHANGE:
		case PSY_MASS_ANCOVA:
			fits = state->design >= 1 || (state->design == 0 && state->elements == 0);
			break;
		default: fits = state->design == 0; break;
	}
	if (state->elements == 0 && state->statistic == PSY_MASS_CORR)
		fits = state->design <= 1;
	if (state->contrasts > state->design ||
		(state->contrasts != 1 && (state->flags & PSY_MASS_F) == 0 && state->contrasts > 0) ||
		(state->contrasts == 0 && (state->flags & PSY_MASS_F) != 0) ||
		(state->contrasts > 0 && !psy_mass_has_contrast(state->statistic)))
		return psy_fail(err, PSY_FORMAT, "a contrast of %d rows for a design of %d columns", state->contrasts,
						state->design);
	if (!fits || state->design > PSY_MASS_MAX_DESIGN)
		return psy_fail(err, PSY_FORMAT, "%d design variables for %s", state->design,
						psy_mass_name(state->statistic));
	return PSY_OK;
}

static psy_status
check_head(const psy_mass *state, size_t size, psy_error *err)
{
	psy_mass_shape shape;

	if (size < sizeof *state)
		return psy_fail(err, PSY_FORMAT, "%zu bytes, at least %zu expected", size, sizeof *state);
	if (state->statistic < PSY_MASS_SUMMARY || state->statistic > PSY_MASS_LAST)
		return psy_fail(err, PSY_FORMAT, "statistic %d is not known", state->statistic);
	if (state->source != 0 && !psy_conn_kind_valid(state->source))
		return psy_fail(err, PSY_FORMAT, "element kind %d is not known", state->source);
	if ((state->flags & ~(PSY_MASS_PER_ELEMENT | PSY_MASS_F)) != 0 || state->reserved[0] != 0 ||
		state->reserved[1] != 0 || state->reserved[2] != 0)
		return psy_fail(err, PSY_FORMAT, "flags or reserved fields are set that this version does not know");
	if (state->groups != group_count((psy_mass_statistic) state->statistic))
		return psy_fail(err, PSY_FORMAT, "%d groups for %s", state->groups, psy_mass_name(state->statistic));
	if (state->skipped < 0)
		return psy_fail(err, PSY_FORMAT, "a negative number of skipped rows");
	if (check_design(state, err) != PSY_OK)
		return PSY_FORMAT;
	shape = psy_mass_shape_of(state);
	if (state->apart > state->room || (state->room > 0 && shape.per_element))
		return psy_fail(err, PSY_FORMAT, "%u elements apart, but room for %u", state->apart, state->room);
	if (psy_mass_size(&shape) != size)
		return psy_fail(err, PSY_FORMAT, "%zu bytes, but %llu elements need %zu", size,
						(unsigned long long) state->elements, psy_mass_size(&shape));
	return PSY_OK;
}

static psy_status
check_elements(const psy_mass *state, size_t group, psy_error *err)
{
	psy_mass_streams of = psy_mass_group_streams(state, group);
	double rows = psy_mass_group(state, group)[0];
	psy_mass_shape shape = psy_mass_shape_of(state);

	if (!psy_mass_all_finite(of.origin, stream_count(&shape) * state->elements))
		return psy_fail(err, PSY_FORMAT, "group %zu has numbers that are not finite", group + 1);
	for (size_t k = 0; k < state->elements; k++)
	{
		double n = of.count != NULL ? of.count[k] : rows;

		if (of.squares[k] < 0 && state->room > 0)
			continue; /* the mark of one set apart: check_apart */
		if (of.squares[k] < 0 || (of.pre_squares != NULL && of.pre_squares[k] < 0) ||
			(n == 0 && (of.origin[k] != 0 || of.sum[k] != 0 || of.squares[k] != 0)))
			return psy_fail(err, PSY_FORMAT, "element %zu has impossible sums", k + 1);
		if (of.smallest != NULL && n > 0 && of.smallest[k] > of.largest[k])
			return psy_fail(err, PSY_FORMAT, "element %zu has a minimum above its maximum", k + 1);
		if (of.count != NULL && !psy_comoments_valid(of.count + k, state->elements, state->design, rows))
			return psy_fail(err, PSY_FORMAT, "element %zu has impossible counts or design sums", k + 1);
	}
	return PSY_OK;
}

/* Those set apart: as many marks as indices, each in its place, and a state of them that fits. */
static psy_status
check_apart(const psy_mass *state, psy_error *err)
{
	const uint64_t *index = psy_mass_apart_index(state);
	const psy_mass *apart = psy_mass_apart_state(state);
	psy_mass_shape shape = psy_mass_shape_of(state), inner = psy_mass_apart_shape(&shape);
	size_t length = sizeof(double) * psy_comoments_length(state->design);
	psy_mass_streams of = psy_mass_group_streams(state, 0);
	size_t marks = 0;

	if (psy_mass_check(apart, psy_mass_size(&inner), err) != PSY_OK)
		return PSY_FORMAT;
	if (apart->statistic != state->statistic || apart->design != state->design || apart->contrasts != 0 ||
		memcmp(psy_mass_group(apart, 0), psy_mass_group(state, 0), length * state->groups) != 0)
		return psy_fail(err, PSY_FORMAT, "the elements apart are of another design");
	for (size_t k = 0; k < state->elements; k++)
		marks += of.squares[k] < 0;
	for (size_t e = 0; e < state->room; e++)
	{
		if (index[e] >= (e < state->apart ? state->elements : 1))
			return psy_fail(err, PSY_FORMAT, "element %zu apart has no place", e + 1);
		for (size_t g = 0; e < state->apart && g < state->groups; g++)
			if (psy_mass_group_streams(state, g).squares[index[e]] != PSY_MASS_MARK(e))
				return psy_fail(err, PSY_FORMAT, "element %zu apart is not marked", e + 1);
	}
	if (marks != state->apart)
		return psy_fail(err, PSY_FORMAT, "%zu elements are marked, %u apart", marks, state->apart);
	return PSY_OK;
}

psy_status
psy_mass_check(const psy_mass *state, size_t size, psy_error *err)
{
	psy_status status = check_head(state, size, err);

	if (status == PSY_OK && state->contrasts > 0 &&
		!psy_mass_all_finite(psy_mass_contrast(state), (size_t) state->contrasts * state->design))
		return psy_fail(err, PSY_FORMAT, "the contrast has numbers that are not finite");

	for (size_t g = 0; status == PSY_OK && g < state->groups; g++)
	{
		if (!psy_comoments_valid(psy_mass_group(state, g), 1, state->design, MOST_ROWS) ||
			!psy_mass_all_finite(psy_mass_group(state, g), psy_comoments_length(state->design)))
			return psy_fail(err, PSY_FORMAT, "group %zu has an impossible count or design sums", g + 1);
		status = check_elements(state, g, err);
	}
	if (status == PSY_OK && state->room > 0)
		status = check_apart(state, err);
	return status;
}
