/*
 * icc.c - states of test-retest reliability: rows, moments, merging and closing; see icc.h.
 *
 * Moments are merged by the pairwise update of Chan, Golub & LeVeque (1983), one subject at a time and states
 * alike: a subject is the moments of one.  Streams of a two-way closed state, m each: subjects, mean of their
 * means, squares between their means, squares left by subject and session, and per session the mean deviation
 * from the subjects' means.  One-way: subjects, values, squares of the numbers of values, mean, squares
 * between (by number of values), squares within.
 */
#include "stats/icc.h"

#include "stats/icc_streams.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_COUNT 9007199254740992.0 /* 2^53: counts are exact doubles below */

/* ---- layout ---------------------------------------------------------------------------------- */

static bool
has_sessions(const psy_icc *state)
{
	return (state->flags & PSY_ICC_SESSIONS) != 0;
}

static size_t
names_size(const psy_icc *state)
{
	return has_sessions(state) ? 2 * PSY_ICC_NAME : PSY_ICC_NAME;
}

size_t
psy_icc_row_size(const psy_icc *state)
{
	size_t width = (state->flags & PSY_ICC_WIDE) != 0 ? sizeof(double) : sizeof(float);

	return names_size(state) + (state->elements * width + 7) / 8 * 8;
}

size_t
psy_icc_open_size(const psy_icc *state, size_t rows)
{
	size_t row, bytes;

	if (state->elements > SIZE_MAX / 16)
		return 0;
	row = psy_icc_row_size(state);
	if (__builtin_mul_overflow(row, rows, &bytes) || __builtin_add_overflow(bytes, sizeof(psy_icc), &bytes))
		return 0;
	return bytes;
}

static char *
row_at(const psy_icc *state, size_t row)
{
	return (char *) state->data + row * psy_icc_row_size(state);
}

static char *
session_names(const psy_icc *closed)
{
	return (char *) closed->data;
}

static size_t
streams_of(const psy_icc *closed)
{
	return has_sessions(closed) ? PSY_ICC_TWO_WAY + closed->sessions : PSY_ICC_ONE_WAY;
}

/* 0 when it would not fit. */
static size_t
closed_size(const psy_icc *closed)
{
	size_t streams, bytes;

	if (__builtin_mul_overflow(streams_of(closed), sizeof(double), &streams) ||
		__builtin_mul_overflow(streams, closed->elements, &bytes) ||
		__builtin_add_overflow(bytes, closed->sessions * (size_t) PSY_ICC_NAME + sizeof(psy_icc), &bytes))
		return 0;
	return bytes;
}

double *
psy_icc_stream(const psy_icc *closed, size_t stream)
{
	return (double *) (session_names(closed) + closed->sessions * (size_t) PSY_ICC_NAME) +
		   stream * closed->elements;
}

/* ---- rows ------------------------------------------------------------------------------------ */

void
psy_icc_add(psy_icc *state, const char *subject, const char *session, const float *f, const double *d)
{
	char *row = row_at(state, state->rows++);

	memcpy(row, subject, PSY_ICC_NAME);
	if (session != NULL)
		memcpy(row + PSY_ICC_NAME, session, PSY_ICC_NAME);
	row += names_size(state);
	if (f != NULL)
		memcpy(row, f, sizeof *f * state->elements);
	else
		memcpy(row, d, sizeof *d * state->elements);
}

/* ---- merging --------------------------------------------------------------------------------- */

psy_status
psy_icc_mergeable(const psy_icc *into, const psy_icc *from, psy_error *err)
{
	int differ = into->flags ^ from->flags;

	if (into->elements == 0 || from->elements == 0)
		return PSY_OK;
	if ((differ & PSY_ICC_CLOSED) != 0)
		return psy_fail(err, PSY_SHAPE, "one state is closed and another is not"),
			   psy_hint(err,
						"Close all of them (mass_icc_close), each over all rows of its subjects, or none");
	if ((differ & PSY_ICC_SESSIONS) != 0)
		return psy_fail(err, PSY_SHAPE, "one state has sessions and another has none");
	if (into->source != from->source)
		return psy_fail(err, PSY_SHAPE,
						"the states are of other kinds of values (a connectome's kind, or arrays)");
	if (into->elements != from->elements)
		return psy_fail(err, PSY_SHAPE, "one state has %llu elements, another %llu",
						(unsigned long long) into->elements, (unsigned long long) from->elements);
	if ((differ & PSY_ICC_WIDE) != 0)
		return psy_fail(err, PSY_SHAPE, "one state is of real, another of double precision arrays");
	if (into->sessions != from->sessions ||
		memcmp(session_names(into), session_names(from), into->sessions * (size_t) PSY_ICC_NAME) != 0)
		return psy_fail(err, PSY_SHAPE,
						"the states are not over the same sessions: %u from \"%s\" on, %u from \"%s\" on",
						into->sessions, into->sessions > 0 ? session_names(into) : "", from->sessions,
						from->sessions > 0 ? session_names(from) : ""),
			   psy_hint(err, "Filter every site to the sessions that all have");
	return PSY_OK;
}

static void
merge_two_way(const psy_icc *into, const psy_icc *from)
{
	size_t m = into->elements, sessions = into->sessions;

	for (size_t k = 0; k < m; k++)
	{
		double *n = psy_icc_stream(into, PSY_ICC_N) + k, more = psy_icc_stream(from, PSY_ICC_N)[k];
		double share, weight, delta, squares = 0;

		if (more == 0)
			continue;
		share = more / (*n + more);
		weight = *n * share;
		*n += more;
		delta = psy_icc_stream(from, PSY_ICC_MEAN)[k] - psy_icc_stream(into, PSY_ICC_MEAN)[k];
		psy_icc_stream(into, PSY_ICC_MEAN)[k] += delta * share;
		psy_icc_stream(into, PSY_ICC_BETWEEN)[k] +=
			psy_icc_stream(from, PSY_ICC_BETWEEN)[k] + delta * delta * weight;
		for (size_t j = 0; j < sessions; j++)
		{
			double *own = psy_icc_stream(into, PSY_ICC_TWO_WAY + j) + k;
			double d = psy_icc_stream(from, PSY_ICC_TWO_WAY + j)[k] - *own;

			*own += d * share;
			squares += d * d;
		}
		psy_icc_stream(into, PSY_ICC_LEFT)[k] += psy_icc_stream(from, PSY_ICC_LEFT)[k] + squares * weight;
	}
}

static void
merge_one_way(const psy_icc *into, const psy_icc *from)
{
	size_t m = into->elements;

	for (size_t k = 0; k < m; k++)
	{
		double *values = psy_icc_stream(into, PSY_ICC_VALUES) + k,
			   more = psy_icc_stream(from, PSY_ICC_VALUES)[k];
		double share, delta, between;

		if (more == 0)
			continue;
		share = more / (*values + more);
		delta = psy_icc_stream(from, PSY_ICC_CENTRE)[k] - psy_icc_stream(into, PSY_ICC_CENTRE)[k];
		between = delta * delta * (*values * share);
		*values += more;
		psy_icc_stream(into, PSY_ICC_CENTRE)[k] += delta * share;
		psy_icc_stream(into, PSY_ICC_N)[k] += psy_icc_stream(from, PSY_ICC_N)[k];
		psy_icc_stream(into, PSY_ICC_VALUES2)[k] += psy_icc_stream(from, PSY_ICC_VALUES2)[k];
		psy_icc_stream(into, PSY_ICC_ACROSS)[k] += psy_icc_stream(from, PSY_ICC_ACROSS)[k] + between;
		psy_icc_stream(into, PSY_ICC_WITHIN)[k] += psy_icc_stream(from, PSY_ICC_WITHIN)[k];
	}
}

static void
add_counts(psy_icc *into, const psy_icc *from)
{
	if (__builtin_add_overflow(into->skipped, from->skipped, &into->skipped))
		into->skipped = INT64_MAX;
	if (__builtin_add_overflow(into->subjects, from->subjects, &into->subjects))
		into->subjects = UINT64_MAX;
	if (__builtin_add_overflow(into->lacking, from->lacking, &into->lacking))
		into->lacking = UINT64_MAX;
}

void
psy_icc_merge(psy_icc *into, const psy_icc *from)
{
	add_counts(into, from);
	if (from->elements == 0)
		return;
	if ((into->flags & PSY_ICC_CLOSED) == 0)
	{
		memcpy(row_at(into, into->rows), from->data, from->rows * psy_icc_row_size(from));
		into->rows += from->rows;
	}
	else if (has_sessions(into))
		merge_two_way(into, from);
	else
		merge_one_way(into, from);
}

/* ---- closing: which rows belong together ----------------------------------------------------- */

/* Rows by subject, then session; of equal ones (one-way) by their values, so that their order is none of
 * ours. */
static int
compare_rows(const void *left, const void *right)
{
	const psy_icc_row *a = left, *b = right;

	return memcmp(a->at, b->at, a->size);
}

static bool
same_subject(const psy_icc_row *a, const psy_icc_row *b)
{
	return memcmp(a->at, b->at, PSY_ICC_NAME) == 0;
}

/* Where in the order each subject begins; raises a session of a subject that comes twice. */
static psy_status
find_subjects(const psy_icc *state, psy_icc_plan *plan, psy_error *err)
{
	for (size_t k = 0; k < state->rows; k++)
	{
		bool same = k > 0 && same_subject(&plan->order[k - 1], &plan->order[k]);
		const char *row = plan->order[k].at;

		if (!same)
			plan->first[plan->subjects++] = k;
		else if (has_sessions(state) &&
				 memcmp(row + PSY_ICC_NAME, plan->order[k - 1].at + PSY_ICC_NAME, PSY_ICC_NAME) == 0)
		{
			psy_fail(err, PSY_SHAPE, "subject \"%s\" has two rows of session \"%s\"", row,
					 row + PSY_ICC_NAME);
			return psy_hint(err, "One row a subject and session: filter, or average runs first");
		}
	}
	plan->first[plan->subjects] = state->rows;
	return PSY_OK;
}

/* Puts a name into the ascending names; false when there are too many. */
static bool
put_session(psy_icc_plan *plan, const char *name)
{
	size_t at = 0;
	int order = -1;

	while (at < plan->sessions && (order = memcmp(plan->names + at * PSY_ICC_NAME, name, PSY_ICC_NAME)) < 0)
		at++;
	if (at < plan->sessions && order == 0)
		return true;
	if (plan->sessions == PSY_ICC_MAX_SESSIONS)
		return false;
	memmove(plan->names + (at + 1) * PSY_ICC_NAME, plan->names + at * PSY_ICC_NAME,
			(plan->sessions - at) * PSY_ICC_NAME);
	memcpy(plan->names + at * PSY_ICC_NAME, name, PSY_ICC_NAME);
	plan->sessions++;
	return true;
}

static psy_status
find_sessions(const psy_context *ctx, const psy_icc *state, psy_icc_plan *plan, psy_error *err)
{
	psy_status status = psy_alloc(ctx, PSY_ICC_MAX_SESSIONS, PSY_ICC_NAME, (void **) &plan->names, err);

	for (size_t k = 0; status == PSY_OK && k < state->rows; k++)
		if (!put_session(plan, row_at(state, k) + PSY_ICC_NAME))
			status = psy_fail(err, PSY_LIMIT, "there are more than %d sessions", PSY_ICC_MAX_SESSIONS);
	return status;
}

/* Rows are of different sessions, so that a subject with as many rows has every session. */
static void
count_lacking(psy_icc_plan *plan)
{
	for (size_t s = 0; s < plan->subjects; s++)
		plan->lacking += plan->first[s + 1] - plan->first[s] != plan->sessions;
}

psy_status
psy_icc_plan_closing(const psy_context *ctx, const psy_icc *state, psy_icc_plan *plan, psy_error *err)
{
	psy_icc shape = *state;
	psy_status status;

	*plan = (psy_icc_plan){NULL};
	status = psy_alloc(ctx, state->rows + 1, sizeof *plan->order, (void **) &plan->order, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, state->rows + 1, sizeof *plan->first, (void **) &plan->first, err);
	if (status == PSY_OK && has_sessions(state))
		status = find_sessions(ctx, state, plan, err);
	if (status == PSY_OK)
	{
		for (size_t k = 0; k < state->rows; k++)
			plan->order[k] = (psy_icc_row){row_at(state, k), psy_icc_row_size(state)};
		qsort(plan->order, state->rows, sizeof *plan->order, compare_rows);
		status = find_subjects(state, plan, err);
	}
	if (status == PSY_OK && has_sessions(state))
		count_lacking(plan);
	shape.sessions = (uint32_t) plan->sessions;
	plan->size = closed_size(&shape);
	if (status == PSY_OK && plan->size == 0)
		status = psy_fail(err, PSY_LIMIT, "the closed state would be too large");
	return status;
}

void
psy_icc_plan_free(const psy_context *ctx, psy_icc_plan *plan)
{
	psy_release(ctx, plan->order);
	psy_release(ctx, plan->first);
	psy_release(ctx, plan->names);
}

/* ---- closing: the moments -------------------------------------------------------------------- */

static double
value_at(const psy_icc *state, const char *row, size_t k)
{
	const char *values = row + names_size(state);

	return (state->flags & PSY_ICC_WIDE) != 0 ? ((const double *) values)[k] : ((const float *) values)[k];
}

/* Adds a subject's rows to elements from..to of a two-way state; an element needs a value in all of them. */
static void
add_two_way(const psy_icc *state, const psy_icc_row *row, psy_icc *closed, size_t from, size_t to)
{
	size_t sessions = closed->sessions;

	for (size_t k = from; k < to; k++)
	{
		double origin = value_at(state, row[0].at, k), sum = 0, mean, n, delta, squares = 0, weight;

		for (size_t j = 1; j < sessions; j++)
			sum += value_at(state, row[j].at, k) - origin;
		if (isnan(origin + sum))
			continue;
		mean = origin + sum / (double) sessions;
		n = psy_icc_stream(closed, PSY_ICC_N)[k] += 1;
		weight = (n - 1) / n;
		delta = mean - psy_icc_stream(closed, PSY_ICC_MEAN)[k];
		psy_icc_stream(closed, PSY_ICC_MEAN)[k] += delta / n;
		psy_icc_stream(closed, PSY_ICC_BETWEEN)[k] += delta * delta * weight;
		for (size_t j = 0; j < sessions; j++)
		{
			double *own = psy_icc_stream(closed, PSY_ICC_TWO_WAY + j) + k;
			double d = value_at(state, row[j].at, k) - mean - *own;

			*own += d / n;
			squares += d * d;
		}
		psy_icc_stream(closed, PSY_ICC_LEFT)[k] += squares * weight;
	}
}

/* The same of a one-way state: whatever values there are. */
static void
add_one_way(const psy_icc *state, const psy_icc_row *row, size_t rows, psy_icc *closed, size_t from,
			size_t to)
{
	for (size_t k = from; k < to; k++)
	{
		double count = 0, mean = 0, within = 0, values, delta;

		for (size_t j = 0; j < rows; j++)
		{
			double value = value_at(state, row[j].at, k), d = value - mean;

			if (isnan(value))
				continue;
			count += 1;
			mean += d / count;
			within += d * (value - mean);
		}
		if (count == 0)
			continue;
		values = psy_icc_stream(closed, PSY_ICC_VALUES)[k] += count;
		delta = mean - psy_icc_stream(closed, PSY_ICC_CENTRE)[k];
		psy_icc_stream(closed, PSY_ICC_CENTRE)[k] += delta * (count / values);
		psy_icc_stream(closed, PSY_ICC_ACROSS)[k] += delta * delta * ((values - count) * (count / values));
		psy_icc_stream(closed, PSY_ICC_N)[k] += 1;
		psy_icc_stream(closed, PSY_ICC_VALUES2)[k] += count * count;
		psy_icc_stream(closed, PSY_ICC_WITHIN)[k] += within;
	}
}

/* Every subject of the plan, over some elements. */
static void
close_tile(const psy_icc *state, const psy_icc_plan *plan, psy_icc *closed, size_t from, size_t to)
{
	for (size_t s = 0; s < plan->subjects; s++)
	{
		const psy_icc_row *row = plan->order + plan->first[s];
		size_t rows = plan->first[s + 1] - plan->first[s];

		if (!has_sessions(state))
			add_one_way(state, row, rows, closed, from, to);
		else if (rows == plan->sessions)
			add_two_way(state, row, closed, from, to);
	}
}

psy_status
psy_icc_close(const psy_context *ctx, const psy_icc *state, const psy_icc_plan *plan, psy_icc *closed,
			  psy_error *err)
{
	enum
	{
		TILE = 256
	};

	*closed = *state;
	closed->flags = PSY_ICC_CLOSED | (state->flags & PSY_ICC_SESSIONS);
	closed->sessions = (uint32_t) plan->sessions;
	closed->rows = 0;
	closed->subjects = plan->subjects - plan->lacking;
	closed->lacking = plan->lacking;
	if (plan->sessions > 0)
		memcpy(session_names(closed), plan->names, plan->sessions * PSY_ICC_NAME);
	for (size_t from = 0; from < state->elements; from += TILE)
	{
		size_t to = from + TILE < state->elements ? from + TILE : state->elements;
		psy_status status = psy_poll(ctx, err);

		if (status != PSY_OK)
			return status;
		close_tile(state, plan, closed, from, to);
	}
	return PSY_OK;
}

/* ---- images from outside --------------------------------------------------------------------- */

static psy_status
check_name(const char *name, const char *of, psy_error *err)
{
	size_t length = 0;

	while (length < PSY_ICC_NAME && name[length] != '\0')
		length++;
	if (length == 0 || length == PSY_ICC_NAME)
		return psy_fail(err, PSY_FORMAT, "the name of a %s is %s", of,
						length == 0 ? "empty" : "not terminated");
	for (size_t k = length; k < PSY_ICC_NAME; k++)
		if (name[k] != '\0')
			return psy_fail(err, PSY_FORMAT, "the name of a %s is not padded by zeros", of);
	return PSY_OK;
}

static psy_status
check_rows(const psy_icc *state, psy_error *err)
{
	for (size_t r = 0; r < state->rows; r++)
	{
		psy_status status = check_name(row_at(state, r), "subject", err);

		if (status == PSY_OK && has_sessions(state))
			status = check_name(row_at(state, r) + PSY_ICC_NAME, "session", err);
		if (status != PSY_OK)
			return status;
		for (size_t k = 0; k < state->elements; k++)
			if (fabs(value_at(state, row_at(state, r), k)) > PSY_ICC_MAX_VALUE)
				return psy_fail(err, PSY_FORMAT, "element %zu of row %zu is beyond 1e100", k + 1, r + 1);
	}
	return PSY_OK;
}

/* Counts are whole, sums of squares finite and not negative. */
static psy_status
check_stream(const psy_icc *closed, size_t stream, bool count, bool square, psy_error *err)
{
	const double *value = psy_icc_stream(closed, stream);

	for (size_t k = 0; k < closed->elements; k++)
		if (!isfinite(value[k]) || (square && value[k] < 0) ||
			(count && (value[k] < 0 || value[k] > LARGEST_COUNT || value[k] != floor(value[k]))))
			return psy_fail(err, PSY_FORMAT, "element %zu has %g for its %s", k + 1, value[k],
							count    ? "count"
							: square ? "sum of squares"
									 : "mean");
	return PSY_OK;
}

static psy_status
check_session_names(const psy_icc *closed, psy_error *err)
{
	for (size_t s = 0; s < closed->sessions; s++)
	{
		const char *name = session_names(closed) + s * PSY_ICC_NAME;
		psy_status status = check_name(name, "session", err);

		if (status != PSY_OK)
			return status;
		if (s > 0 && memcmp(name - PSY_ICC_NAME, name, PSY_ICC_NAME) >= 0)
			return psy_fail(err, PSY_FORMAT, "the sessions are not in ascending order");
	}
	return PSY_OK;
}

/* A one-way element has at least as many values as subjects, and numbers of values that can be. */
static psy_status
check_one_way_counts(const psy_icc *closed, psy_error *err)
{
	for (size_t k = 0; k < closed->elements; k++)
	{
		double n = psy_icc_stream(closed, PSY_ICC_N)[k], values = psy_icc_stream(closed, PSY_ICC_VALUES)[k];
		double squares = psy_icc_stream(closed, PSY_ICC_VALUES2)[k];

		if (values < n || (n == 0 && values > 0) || squares < values || squares > values * values)
			return psy_fail(err, PSY_FORMAT, "element %zu has counts of values that cannot be", k + 1);
	}
	return PSY_OK;
}

static psy_status
check_closed(const psy_icc *closed, psy_error *err)
{
	bool two_way = has_sessions(closed);
	psy_status status = check_session_names(closed, err);

	for (size_t s = 0; status == PSY_OK && s < streams_of(closed); s++)
	{
		bool count = s == PSY_ICC_N || (!two_way && (s == PSY_ICC_VALUES || s == PSY_ICC_VALUES2));
		bool square =
			two_way ? s == PSY_ICC_BETWEEN || s == PSY_ICC_LEFT : s == PSY_ICC_ACROSS || s == PSY_ICC_WITHIN;

		status = check_stream(closed, s, count, square, err);
	}
	if (status == PSY_OK && !two_way)
		status = check_one_way_counts(closed, err);
	return status;
}

static psy_status
check_head(const psy_icc *state, psy_error *err)
{
	bool closed = (state->flags & PSY_ICC_CLOSED) != 0;

	if (state->flags > (PSY_ICC_SESSIONS | PSY_ICC_WIDE | PSY_ICC_CLOSED) || state->reserved != 0)
		return psy_fail(err, PSY_FORMAT, "flags or reserved bits are set that mean nothing");
	if (state->skipped < 0 || (!closed && (state->subjects != 0 || state->lacking != 0)))
		return psy_fail(err, PSY_FORMAT, "a count of rows or subjects that cannot be");
	if (state->elements == 0 ? (state->flags != 0 || state->source != 0 || state->rows != 0)
							 : (closed ? state->rows != 0 : state->rows == 0))
		return psy_fail(err, PSY_FORMAT, "%llu elements and %llu rows do not go together",
						(unsigned long long) state->elements, (unsigned long long) state->rows);
	if (state->sessions > PSY_ICC_MAX_SESSIONS || (state->sessions > 0) != (closed && has_sessions(state)))
		return psy_fail(err, PSY_FORMAT, "%u sessions", state->sessions);
	if (closed && (state->flags & PSY_ICC_WIDE) != 0)
		return psy_fail(err, PSY_FORMAT, "a closed state has rows' width");
	if (state->source != 0 && (state->flags & PSY_ICC_WIDE) != 0)
		return psy_fail(err, PSY_FORMAT, "connectomes of double precision");
	return PSY_OK;
}

psy_status
psy_icc_check(const psy_icc *state, size_t size, psy_error *err)
{
	psy_status status;
	size_t expected;

	if (size < sizeof *state)
		return psy_fail(err, PSY_FORMAT, "%zu bytes are too few", size);
	status = check_head(state, err);
	if (status != PSY_OK)
		return status;
	expected =
		(state->flags & PSY_ICC_CLOSED) != 0 ? closed_size(state) : psy_icc_open_size(state, state->rows);
	if (state->elements == 0)
		expected = sizeof *state;
	if (size != expected)
		return psy_fail(err, PSY_FORMAT, "%zu bytes, but %zu expected", size, expected);
	if (state->elements == 0)
		return PSY_OK;
	return (state->flags & PSY_ICC_CLOSED) != 0 ? check_closed(state, err) : check_rows(state, err);
}

psy_status
psy_icc_check_names(const psy_icc *state, psy_status (*test)(const char *name, psy_error *err),
					psy_error *err)
{
	psy_status status = PSY_OK;

	for (size_t s = 0; status == PSY_OK && s < state->sessions; s++)
		status = test(session_names(state) + s * PSY_ICC_NAME, err);
	for (size_t r = 0; status == PSY_OK && r < state->rows; r++)
	{
		status = test(row_at(state, r), err);
		if (status == PSY_OK && has_sessions(state))
			status = test(row_at(state, r) + PSY_ICC_NAME, err);
	}
	return status;
}
