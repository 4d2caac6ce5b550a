/*
 * regression_permute.c - permutation tests of a meta-regression; see regression.h.
 *
 * An arrangement is a permutation of the moderators' rows (or a vector of signs).  Random arrangement n
 * depends on the seed, n and the canonical order of rows only, so that the result is the same in any row
 * order and could be computed in any order of n.
 */
#include "meta/regression_fit.h"
#include "stats/linalg.h"

#include <math.h>
#include <string.h>

#define COMPARE 1.4901161193847656e-08 /* equal statistics may differ by rounding: metafor's comptol */

typedef struct permutation
{
	psy_fit fit;
	const psy_meta_options *options;
	double *x, *y;     /* arranged */
	double *statistic; /* p; of the arrangement */
	double *observed;  /* p */
	double *count;     /* p: how many were as large */
	double *work;      /* 3 p * p + p */
	size_t *kind;      /* k: rows of moderators that are equal have one kind */
	size_t *order;     /* k: the arrangement, as kinds or as rows */
	double qm, qm_observed, qm_count;
} permutation;

/*
 * ---- random arrangements ---------------------------------------------------------------------------------
 */

/* splitmix64's finaliser (Steele, Lea & Flood 2014). */
static uint64_t
mix(uint64_t z)
{
	z += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Uniform below bound, exactly: draws in the incomplete last part are thrown back. */
static uint64_t
draw_below(uint64_t stream, uint64_t index, uint64_t bound)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % bound;

	for (uint64_t again = 0;; again++)
	{
		uint64_t value = mix(mix(stream ^ mix(index)) + again);

		if (value < limit)
			return value % bound;
	}
}

static void
shuffle(size_t *order, size_t k, uint64_t stream)
{
	for (size_t i = 0; i < k; i++)
		order[i] = i;
	for (size_t i = k; i-- > 1;)
	{
		size_t j = (size_t) draw_below(stream, i, i + 1), kept = order[i];

		order[i] = order[j];
		order[j] = kept;
	}
}

/*
 * ---- all arrangements ------------------------------------------------------------------------------------
 */

/* The next permutation of a multiset in lexicographic order; false after the last. */
static bool
next_permutation(size_t *order, size_t k)
{
	size_t i = k - 1, j = k - 1, first;

	while (i > 0 && order[i - 1] >= order[i])
		i--;
	if (i == 0)
		return false;
	while (order[j] <= order[i - 1])
		j--;
	first = order[i - 1];
	order[i - 1] = order[j];
	order[j] = first;
	for (size_t left = i, right = k - 1; left < right; left++, right--)
	{
		size_t kept = order[left];

		order[left] = order[right];
		order[right] = kept;
	}
	return true;
}

/* Kinds are the least row with the same moderators.  How many different arrangements there are. */
static double
count_arrangements(permutation *t)
{
	const psy_design *d = t->fit.d;
	size_t k = d->k;
	double total = 1;

	for (size_t i = 0; i < k; i++)
	{
		double alike = 1;

		t->kind[i] = i;
		for (size_t j = i; j-- > 0;)
		{
			bool same = true;

			for (size_t c = 0; c < d->p && same; c++)
				same = d->x[c * k + i] == d->x[c * k + j];
			if (same)
			{
				t->kind[i] = t->kind[j];
				alike++;
			}
		}
		total *= (double) (i + 1) / alike;
	}
	return total;
}

/*
 * ---- one arrangement -------------------------------------------------------------------------------------
 */

static void
arrange_rows(permutation *t)
{
	size_t k = t->fit.d->k;

	for (size_t c = 0; c < t->fit.d->p; c++)
		for (size_t i = 0; i < k; i++)
			t->x[c * k + i] = t->fit.d->x[c * k + t->order[i]];
}

/* Statistics of the arrangement in t->fit; false when they cannot be computed. */
static bool
fit_arrangement(permutation *t)
{
	psy_fit *f = &t->fit;
	size_t p = f->d->p;
	double tau2 = psy_fit_tau2(f, t->options->method), scale2 = 1, df, *inverse = t->work,
		   *c = t->work + p * p;

	psy_fit_at(f, tau2);
	if (t->options->test == PSY_META_KNHA || t->options->test == PSY_META_ADHOC)
		scale2 = f->rss / (double) (f->d->k - p);
	if (t->options->test == PSY_META_ADHOC)
		scale2 = fmax(1, scale2);
	psy_invert_upper(f->r, p, inverse);
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < p; j++)
			c[i * p + j] = scale2 * psy_inner(inverse + i * p, inverse + j * p, p);
	for (size_t i = 0; i < p; i++)
		t->statistic[i] = fabs(f->b[i]) / sqrt(c[i * p + i]);
	t->qm = psy_wald(f->b, c, p, f->d->constant, t->work + 2 * p * p, &df);
	if (t->options->test != PSY_META_Z)
		t->qm /= df;
	return isfinite(t->qm);
}

static void
count_arrangement(permutation *t)
{
	for (size_t i = 0; i < t->fit.d->p; i++)
		t->count[i] += t->statistic[i] >= t->observed[i] - COMPARE;
	t->qm_count += t->qm >= t->qm_observed - COMPARE;
}

/* Signs from the bits of n (all of them) or from the generator. */
static void
arrange_signs(permutation *t, bool exact, uint64_t n, uint64_t stream)
{
	for (size_t i = 0; i < t->fit.d->k; i++)
	{
		bool minus = exact ? (n >> i) & 1 : draw_below(stream, i, 2) == 1;

		t->y[i] = minus ? -t->fit.d->y[i] : t->fit.d->y[i];
	}
}

/*
 * ---- the test --------------------------------------------------------------------------------------------
 */

static psy_status
run(permutation *t, bool signs, size_t most, uint64_t seed, psy_meta_permutation *result, psy_error *err)
{
	size_t k = t->fit.d->k;
	double all = signs ? ldexp(1, (int) k) : count_arrangements(t), counted = 0;
	psy_status status = PSY_OK;

	result->exact = all <= (double) most;
	memcpy(t->order, t->kind, k * sizeof *t->order);
	for (size_t i = 1; i < k && result->exact && !signs; i++)
		for (size_t j = i; j > 0 && t->order[j - 1] > t->order[j]; j--)
		{
			size_t kept = t->order[j];

			t->order[j] = t->order[j - 1];
			t->order[j - 1] = kept;
		}
	for (uint64_t n = 0; n < (result->exact ? (uint64_t) all : most) && status == PSY_OK; n++)
	{
		uint64_t stream = mix(mix(seed) ^ (n + 1));

		if (signs)
			arrange_signs(t, result->exact, n, stream);
		else if (!result->exact)
			shuffle(t->order, k, stream);
		else if (n > 0)
			next_permutation(t->order, k);
		if (!signs)
			arrange_rows(t);
		if (fit_arrangement(t))
		{
			count_arrangement(t);
			counted++;
		}
		status = psy_poll(t->fit.ctx, err);
	}
	if (!result->exact)
		counted++;
	result->arrangements = counted;
	return status;
}

/* p values from counts; the random test counts the observed arrangement too. */
static void
finish(const permutation *t, double *p_value, psy_meta_permutation *result)
{
	double own = result->exact ? 0 : 1;

	for (size_t i = 0; i < t->fit.d->p; i++)
		p_value[t->fit.d->kept[i]] = (t->count[i] + own) / result->arrangements;
	result->qm_p = (t->qm_count + own) / result->arrangements;
}

static psy_status
permute_design(const psy_context *ctx, psy_design *d, double *block, const psy_meta_options *options,
			   size_t most, uint64_t seed, double *p_value, psy_meta_permutation *result, psy_error *err)
{
	size_t k = d->k, p = d->p;
	bool signs = p == 1 && d->constant == 0;
	permutation t = {.options = options};
	psy_status status;

	t.x = block;
	t.y = t.x + k * p;
	t.statistic = t.y + k;
	t.observed = t.statistic + p;
	t.count = t.observed + p;
	t.work = t.count + p;
	t.kind = (size_t *) (t.work + 3 * p * p + p);
	t.order = t.kind + k;
	/* Coefficients and their statistics in the user's own origins: an intercept is tested too. */
	for (size_t i = 0; i < k && d->constant < p; i++)
		d->y[i] += ldexp(d->y_centre, -d->y_exponent);
	for (size_t j = 0; j < p && d->constant < p; j++)
		for (size_t i = 0; i < k; i++)
			d->x[j * k + i] += ldexp(d->centre[d->kept[j]], -d->exponent[d->kept[j]]);
	psy_fit_lay_out(&t.fit, ctx, d, (double *) (t.order + k));
	if (!fit_arrangement(&t))
		return psy_fail(err, PSY_SINGULAR,
						"the effects, variances or moderators are too far apart for double precision");
	memcpy(t.observed, t.statistic, p * sizeof *t.observed);
	t.qm_observed = t.qm;
	memset(t.count, 0, p * sizeof *t.count);
	t.fit.x = signs ? d->x : t.x;
	t.fit.y = signs ? t.y : d->y;
	status = run(&t, signs, most, seed, result, err);
	if (status == PSY_OK)
		finish(&t, p_value, result);
	return status;
}

psy_status
psy_meta_permute(const psy_context *ctx, psy_meta_rows rows, bool intercept, const psy_meta_options *options,
				 size_t most, uint64_t seed, double *p_value, psy_meta_permutation *result, psy_error *err)
{
	size_t k = rows.k, full = rows.columns + (intercept ? 1 : 0), wide = rows.columns + 1;
	size_t own = k * wide + k + 4 * wide + 3 * wide * wide + 2 * k;
	psy_design d;
	void *block;
	double *room;
	psy_error local;
	psy_status status = psy_meta_check_rows(rows, err = err != NULL ? err : &local);

	*result = (psy_meta_permutation){.qm_p = NAN, .arrangements = NAN};
	for (size_t i = 0; i < full; i++)
		p_value[i] = NAN;
	if (status == PSY_OK)
		status = psy_alloc(ctx, 2 * k + psy_design_room(k, rows.columns) + own + psy_fit_room(k, wide),
						   sizeof(double), &block, err);
	if (status != PSY_OK)
		return status;
	room = (double *) block + 2 * k;
	psy_rows_order(rows, 0, block);
	psy_design_make(rows, block, intercept && k > 0, room, &d);
	if (k <= d.p || d.p == 0)
		psy_append(result->note, sizeof result->note, "too few studies (%zu) for %zu coefficients", k, full);
	else
	{
		psy_design_note(&d, result->note, sizeof result->note);
		status = permute_design(ctx, &d, room + psy_design_room(k, rows.columns), options, most, seed,
								p_value, result, err);
		if (status == PSY_SINGULAR)
		{
			psy_append(result->note, sizeof result->note, "%s%s", result->note[0] ? "; " : "", err->message);
			status = PSY_OK;
		}
	}
	psy_release(ctx, block);
	return status;
}
