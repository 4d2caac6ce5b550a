/*
 * p_adjust.c - adjusted p-values; see p_adjust.h.
 *
 * All methods work on the sorted non-NaN p-values and carry a running extremum; ties and order follow R's
 * p.adjust, whose products are formed in the same order.  Hommel's method, quadratic as usually written, runs
 * in O(m log m) here: see hommel().
 */
#include "stats/p_adjust.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct ranked
{
	double p;
	size_t index;
} ranked;

psy_status
psy_adjust_parse(const char *name, psy_adjust *method, psy_error *err)
{
	static const struct
	{
		const char *name;
		psy_adjust method;
	} known[] = {{"none", PSY_ADJUST_NONE},     {"bonferroni", PSY_ADJUST_BONFERRONI},
				 {"holm", PSY_ADJUST_HOLM},     {"hochberg", PSY_ADJUST_HOCHBERG},
				 {"hommel", PSY_ADJUST_HOMMEL}, {"bh", PSY_ADJUST_BH},
				 {"fdr", PSY_ADJUST_BH},        {"by", PSY_ADJUST_BY}};

	for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
		if (strcasecmp(name, known[k].name) == 0)
		{
			*method = known[k].method;
			return PSY_OK;
		}
	psy_fail(err, PSY_DOMAIN, "unknown p adjustment method \"%.40s\"", name);
	psy_hint(err, "Allowed are bonferroni, holm, hochberg, hommel, bh (or fdr), by and none.");
	return PSY_DOMAIN;
}

/* By p, then by index, so that the order is the same on every machine. */
static int
compare_ranked(const void *left, const void *right)
{
	const ranked *a = left, *b = right;

	if (a->p != b->p)
		return a->p < b->p ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* Checks p and collects the finite ones, sorted. */
static psy_status
rank_p(const double *p, size_t count, ranked *sorted, size_t *found, psy_error *err)
{
	*found = 0;
	for (size_t i = 0; i < count; i++)
	{
		if (isnan(p[i]))
			continue;
		if (p[i] < 0 || p[i] > 1)
			return psy_fail(err, PSY_DOMAIN, "p[%zu] is %g, but a p-value lies between 0 and 1", i + 1, p[i]);
		sorted[(*found)++] = (ranked){p[i], i};
	}
	qsort(sorted, *found, sizeof *sorted, compare_ranked);
	return PSY_OK;
}

/* Step-down (Holm): running maximum of (m + 1 - i) p_(i). */
static void
holm(const ranked *sorted, size_t found, double m, double *adjusted)
{
	double running = 0;

	for (size_t i = 0; i < found; i++)
	{
		running = fmax(running, (m - (double) i) * sorted[i].p);
		adjusted[sorted[i].index] = fmin(1, running);
	}
}

/* sum 1/i, i = 1..m; for large families by DLMF 5.11.2, so that a family of any size costs nothing. */
static double
harmonic_number(double m)
{
	double sum = 0;

	if (m > 1e4)
		return log(m) + 0.57721566490153286061 + 1 / (2 * m) - 1 / (12 * m * m);
	for (double i = m; i >= 1; i--)
		sum += 1 / i;
	return sum;
}

/* Step-up (Hochberg, BH, BY): running minimum, from the largest p down, of factor(i) p_(i). */
static void
step_up(const ranked *sorted, size_t found, double m, psy_adjust method, double *adjusted)
{
	double running = 1, family = m;

	if (method == PSY_ADJUST_BY)
		family *= harmonic_number(m);
	for (size_t i = found; i-- > 0;)
	{
		double factor = method == PSY_ADJUST_HOCHBERG ? m - (double) i : family / ((double) i + 1);

		running = fmin(running, factor * sorted[i].p);
		adjusted[sorted[i].index] = running;
	}
}

/* ---- Hommel ---------------------------------------------------------------------------------- */

/*
 * With all m p-values sorted, let c(k) be Simes' p of the k largest, min over j of k p_(m-k+j) / j.  Hommel's
 * adjusted p is max over k of min(k p_i, c(k)), and p_i itself at least.  k / j * p is k times the slope from
 * the point (m-k, 0) to (m-k+j, p): its minimum is a tangent to the lower convex hull of the points to the
 * right, kept as a stack while k grows (Meijer, Krebs & Goeman, Biometrical Journal 61 (2019), 73-82).
 */
typedef struct hull_point
{
	double x, p;
} hull_point;

static double
cross(hull_point a, hull_point b, hull_point c)
{
	return (b.x - a.x) * (c.p - a.p) - (b.p - a.p) * (c.x - a.x);
}

/* k p / j at hull point i, seen from (origin, 0). */
static double
simes_term(const hull_point *hull, size_t i, double origin, double k)
{
	return k * hull[i].p / (hull[i].x - origin);
}

/* The least term over the hull, whose slopes from the origin first fall, then rise along the stack. */
static double
simes(const hull_point *hull, size_t size, double origin, double k)
{
	size_t low = 0, high = size - 1; /* the stack runs from the largest x down */
	double best;

	while (low < high)
	{
		size_t middle = (low + high) / 2;

		if (simes_term(hull, middle, origin, k) <= simes_term(hull, middle + 1, origin, k))
			high = middle;
		else
			low = middle + 1;
	}
	best = simes_term(hull, low, origin, k);
	/* Rounding may have chosen a neighbour among near ties. */
	if (low > 0)
		best = fmin(best, simes_term(hull, low - 1, origin, k));
	if (low + 1 < size)
		best = fmin(best, simes_term(hull, low + 1, origin, k));
	return best;
}

/* c[k - 1] = c(k) for k = 1..m.  It does not increase with k, since (k + 1)/(j + 1) <= k/j. */
static psy_status
hommel_simes(const psy_context *ctx, const double *p, size_t m, hull_point *hull, double *c, psy_error *err)
{
	size_t size = 0;

	for (size_t k = 1; k <= m; k++)
	{
		hull_point point = {(double) (m - k) + 1, p[m - k]};

		while (size >= 2 && cross(point, hull[size - 1], hull[size - 2]) <= 0)
			size--;
		hull[size++] = point;
		c[k - 1] = simes(hull, size, (double) (m - k), (double) k);
		if (k % 65536 == 0 && psy_poll(ctx, err) != PSY_OK)
			return PSY_INTERRUPTED;
	}
	return PSY_OK;
}

/* max over k of min(k p, c(k)), c not increasing: on either side of where k p overtakes c(k). */
static double
hommel_one(double p, const double *c, size_t m)
{
	size_t low = 0, high = m;

	while (low < high)
	{
		size_t middle = (low + high) / 2;

		if ((double) (middle + 1) * p < c[middle])
			low = middle + 1;
		else
			high = middle;
	}
	p = fmax(p, low > 0 ? (double) low * p : 0);
	return low < m ? fmax(p, c[low]) : p;
}

/* R pads a family larger than the given p-values with ones, and so does this. */
static psy_status
hommel(const psy_context *ctx, const ranked *sorted, size_t found, size_t m, double *adjusted, psy_error *err)
{
	void *block;
	double *p, *c;
	psy_status status = psy_alloc(ctx, m, 2 * sizeof(double) + sizeof(hull_point), &block, err);

	if (status != PSY_OK)
		return status;
	p = (double *) ((hull_point *) block + m);
	c = p + m;
	for (size_t i = 0; i < m; i++)
		p[i] = i < found ? sorted[i].p : 1;
	status = hommel_simes(ctx, p, m, block, c, err);
	if (status == PSY_OK)
		for (size_t i = 0; i < found; i++)
			adjusted[sorted[i].index] = fmin(1, hommel_one(sorted[i].p, c, m));
	psy_release(ctx, block);
	return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static psy_status
adjust_sorted(const psy_context *ctx, const ranked *sorted, size_t found, size_t tests, psy_adjust method,
			  double *adjusted, psy_error *err)
{
	double m = (double) tests;

	if (method == PSY_ADJUST_HOMMEL && tests == 2)
		method = PSY_ADJUST_HOCHBERG;
	switch (method)
	{
		case PSY_ADJUST_HOMMEL: return hommel(ctx, sorted, found, tests, adjusted, err);
		case PSY_ADJUST_HOLM: holm(sorted, found, m, adjusted); break;
		case PSY_ADJUST_HOCHBERG:
		case PSY_ADJUST_BH:
		case PSY_ADJUST_BY: step_up(sorted, found, m, method, adjusted); break;
		case PSY_ADJUST_BONFERRONI:
		case PSY_ADJUST_NONE:
			for (size_t i = 0; i < found; i++)
				adjusted[sorted[i].index] =
					method == PSY_ADJUST_NONE ? sorted[i].p : fmin(1, m * sorted[i].p);
			break;
	}
	return PSY_OK;
}

psy_status
psy_p_adjust(const psy_context *ctx, const double *p, size_t count, psy_adjust method, size_t tests,
			 double *adjusted, psy_error *err)
{
	void *sorted;
	size_t found;
	psy_status status = psy_alloc(ctx, count, sizeof(ranked), &sorted, err);

	if (status != PSY_OK)
		return status;
	status = rank_p(p, count, sorted, &found, err);
	if (status == PSY_OK && tests != 0 && tests < found)
		status = psy_fail(err, PSY_DOMAIN, "a family of %zu tests cannot hold %zu p-values", tests, found);
	if (status == PSY_OK)
	{
		if (adjusted != p)
			memcpy(adjusted, p, count * sizeof *p);
		/* R leaves a family of one as it is; every formula agrees. */
		if (found > 0)
			status = adjust_sorted(ctx, sorted, found, tests == 0 ? found : tests, method, adjusted, err);
	}
	psy_release(ctx, sorted);
	return status;
}
