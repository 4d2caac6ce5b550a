/*
 * metric_permute.c - see metric_permute.h.  All comparisons are of whole numbers: 2U, or twice the sum of
 * midranks.  Where no scores are tied U itself is counted, in half the room.
 */
#include "models/metric_permute.h"

#include "core/random_order.h"

#include <math.h>
#include <string.h>

/* ---- groups of ties, ascending --------------------------------------------------------------- */

typedef struct tie_walk
{
	const psy_scores *s;
	size_t i; /* positives passed */
	size_t j; /* negatives passed */
} tie_walk;

typedef struct tie
{
	size_t positives;
	size_t negatives;
	size_t before; /* cases below */
} tie;

static bool
next_tie(tie_walk *w, tie *t)
{
	const psy_scores *s = w->s;
	bool more_i = w->i < s->positives, more_j = w->j < s->negatives;
	double at;

	if (!more_i && !more_j)
		return false;
	at =
		more_i && (!more_j || s->positive[w->i] <= s->negative[w->j]) ? s->positive[w->i] : s->negative[w->j];
	*t = (tie){.before = w->i + w->j};
	for (; w->i < s->positives && s->positive[w->i] == at; w->i++)
		t->positives++;
	for (; w->j < s->negatives && s->negative[w->j] == at; w->j++)
		t->negatives++;
	return true;
}

static bool
any_tie(const psy_scores *s)
{
	tie_walk w = {.s = s};
	tie t;

	while (next_tie(&w, &t))
		if (t.positives + t.negatives > 1)
			return true;
	return false;
}

/* ---- exactly --------------------------------------------------------------------------------- */

/* The labels that are dealt are the rarer class's: the other's U is what is left. */
typedef struct exact_test
{
	double *ways; /* [dealt + 1][width]: labellings of the cases so far by number dealt and (twice) U */
	size_t dealt;
	size_t others;
	size_t width;
	size_t unit; /* 2: ways count by 2U; 1: by U */
} exact_test;

static exact_test
test_of(const psy_scores *s)
{
	exact_test t = {.dealt = s->positives < s->negatives ? s->positives : s->negatives,
					.unit = any_tie(s) ? 2 : 1};

	t.others = s->positives + s->negatives - t.dealt;
	t.width = t.unit * t.dealt * t.others + 1;
	return t;
}

psy_auc_exact_cost
psy_auc_permutation_cost(const psy_scores *s)
{
	double n = (double) (s->positives + s->negatives);
	double dealt = (double) (s->positives < s->negatives ? s->positives : s->negatives);
	double doubles = (dealt + 1) * ((any_tie(s) ? 2 : 1) * dealt * (n - dealt) + 1);

	/* A group of t takes up to t passes, and the groups hold n cases. */
	return (psy_auc_exact_cost){doubles, n * doubles};
}

/* j of the group's size labels dealt to it, where k - j were dealt below: what they add to U times unit. */
static size_t
gain(const exact_test *e, const tie *t, size_t k_before, size_t j)
{
	size_t size = t->positives + t->negatives;

	return e->unit * j * (t->before - k_before) + (e->unit == 2 ? j * (size - j) : 0);
}

static void
add_ways(exact_test *e, const tie *t)
{
	size_t size = t->positives + t->negatives,
		   most = t->before + size < e->dealt ? t->before + size : e->dealt;

	/* From the most dealt down: fewer ones are still those before this group. */
	for (size_t k = most; k > 0; k--)
	{
		double choices = 1, *into = e->ways + k * e->width;

		for (size_t j = 1; j <= size && j <= k; j++)
		{
			size_t before = k - j, shift;
			const double *from = e->ways + before * e->width;

			choices = choices * (double) (size - j + 1) / (double) j;
			if (before > t->before || t->before - before > e->others)
				continue;
			shift = gain(e, t, before, j);
			for (size_t u = 0; u + shift < e->width; u++)
				into[u + shift] += choices * from[u];
		}
	}
}

/* (twice) U of the class that is dealt. */
static size_t
observed_u(const exact_test *e, const psy_scores *s)
{
	bool positive = e->dealt == s->positives;
	size_t u = 0, below = 0;
	tie_walk w = {.s = s};
	tie t;

	while (next_tie(&w, &t))
	{
		size_t own = positive ? t.positives : t.negatives, other = positive ? t.negatives : t.positives;

		u += e->unit * own * below + (e->unit == 2 ? own * other : 0);
		below += other;
	}
	return u;
}

static void
count_tails(const exact_test *e, const psy_scores *s, psy_auc_permutation *out)
{
	const double *ways = e->ways + e->dealt * e->width;
	size_t u = observed_u(e, s), last = e->width - 1, mirrored = last - u;
	size_t low = u < mirrored ? u : mirrored, high = last - low;
	double all = 0, up = 0, down = 0, out_of = 0;

	for (size_t k = 0; k <= last; k++)
	{
		all += ways[k];
		up += k >= u ? ways[k] : 0;
		down += k <= u ? ways[k] : 0;
		out_of += k <= low || k >= high ? ways[k] : 0;
	}
	out->p = out_of / all;
	out->p_greater = (e->dealt == s->positives ? up : down) / all;
	out->p_less = (e->dealt == s->positives ? down : up) / all;
}

psy_status
psy_auc_permutation_exact(const psy_context *ctx, const psy_scores *s, double *ways, psy_auc_permutation *out,
						  psy_error *err)
{
	exact_test e = test_of(s);
	tie_walk w = {.s = s};
	tie t;

	e.ways = ways;
	memset(ways, 0, sizeof *ways * (e.dealt + 1) * e.width);
	ways[0] = 1;
	while (next_tie(&w, &t))
	{
		psy_status status = psy_poll(ctx, err);

		if (status != PSY_OK)
			return status;
		add_ways(&e, &t);
	}
	count_tails(&e, s, out);
	return PSY_OK;
}

/* ---- by draws -------------------------------------------------------------------------------- */

/* rank[n]: twice the midrank of each case, ascending; the sum over the positive ones. */
static uint64_t
doubled_ranks(const psy_scores *s, uint64_t *rank)
{
	uint64_t sum = 0;
	tie_walk w = {.s = s};
	tie t;

	while (next_tie(&w, &t))
	{
		size_t size = t.positives + t.negatives;
		uint64_t twice = 2 * (uint64_t) t.before + size + 1;

		for (size_t k = 0; k < size; k++)
			rank[t.before + k] = twice;
		sum += twice * t.positives;
	}
	return sum;
}

/* The sum over as many cases as there are positive ones, each set as likely as any other.  place holds all
 * cases in any order, and so it does afterwards. */
static uint64_t
drawn_sum(const psy_scores *s, const uint64_t *rank, uint64_t seed, uint64_t stream, uint32_t *place)
{
	size_t n = s->positives + s->negatives;
	uint64_t sum = 0;

	for (size_t k = 0; k < n; k++)
		place[k] = (uint32_t) k;
	for (size_t k = 0; k < s->positives; k++)
	{
		size_t other = k + (size_t) psy_draw_below(seed, stream, (uint32_t) k, n - k);
		uint32_t taken = place[other];

		place[other] = place[k];
		place[k] = taken;
		sum += rank[taken];
	}
	return sum;
}

psy_status
psy_auc_permutation_drawn(const psy_context *ctx, const psy_scores *s, uint64_t seed, size_t permutations,
						  uint64_t *rank, uint32_t *place, psy_auc_permutation *out, psy_error *err)
{
	uint64_t observed = doubled_ranks(s, rank);
	uint64_t middle = (uint64_t) s->positives * (s->positives + s->negatives + 1);
	uint64_t far = observed > middle ? observed - middle : middle - observed;
	size_t greater = 1, less = 1, both = 1;

	for (size_t r = 0; r < permutations; r++)
	{
		psy_status status = psy_poll(ctx, err);
		uint64_t sum;

		if (status != PSY_OK)
			return status;
		sum = drawn_sum(s, rank, seed, r, place);
		greater += sum >= observed;
		less += sum <= observed;
		both += (sum > middle ? sum - middle : middle - sum) >= far;
	}
	*out = (psy_auc_permutation){(double) both / (double) (permutations + 1),
								 (double) greater / (double) (permutations + 1),
								 (double) less / (double) (permutations + 1)};
	return PSY_OK;
}
