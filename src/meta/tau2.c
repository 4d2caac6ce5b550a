/*
 * tau2.c - estimators and intervals of the between-study variance; see tau2.h.
 *
 * Iterative estimators are roots of smooth functions found inside a bracket that provably holds them, so that
 * none can fail to converge.  The likelihoods may have several maxima: their score is first sampled on a grid
 * of ln(min vi + tau2), on which no factor 1/(vi + tau2) varies faster than the grid's own step, then every
 * sign change is refined.
 */
#include "meta/tau2.h"

#include "core/lanes.h"
#include "stats/distribution.h"

#include <math.h>

#define ITERATIONS 200

/*
 * ---- sums ------------------------------------------------------------------------------------------------
 */

psy_meta_sums
psy_meta_sums_at(psy_studies s, double tau2)
{
	psy_meta_sums out = {0};
	double first = 1 / (s.study[0].vi + tau2), rest = 0, rest2 = 0, rest3 = 0, wy = 0;

	s.weight[0] = first;
	for (size_t i = 1; i < s.k; i++)
	{
		double w = 1 / (s.study[i].vi + tau2);

		s.weight[i] = w;
		rest += w;
		rest2 += w * w;
		rest3 += w * w * w;
		wy += w * s.study[i].yi; /* study[0].yi is 0 */
	}
	out.w = first + rest;
	out.w2 = first * first + rest2;
	out.mu = wy / out.w;
	/* The first weight, the largest, is never subtracted from a sum that holds it. */
	out.trace = (first * rest + out.w * rest - rest2) / out.w;
	out.p_squared =
		(first * first * (rest * rest + rest2) / out.w + out.w * rest2 - 2 * rest3 + out.w2 * rest2 / out.w) /
		out.w;
	for (size_t i = 0; i < s.k; i++)
	{
		double w = s.weight[i], r = s.study[i].yi - out.mu, wr = w * r;

		out.q += wr * r;
		out.w2r += w * wr;
		out.w2r2 += wr * wr;
		out.w3r2 += w * wr * wr;
	}
	return out;
}

double
psy_meta_loglik(psy_studies s, double tau2, const psy_meta_sums *at, bool restricted)
{
	double sum = at->q;

	for (size_t i = 0; i < s.k; i++)
		sum += log(s.study[i].vi + tau2);
	if (restricted)
		sum += log(at->w);
	return -0.5 * sum;
}

static bool
stopped(psy_studies s)
{
	return psy_poll(s.ctx, NULL) != PSY_OK;
}

/* sum (yi - mean)^2, unweighted. */
static double
sum_of_squares(psy_studies s, double *sum_vi)
{
	double mean = 0, sum = 0;

	*sum_vi = 0;
	for (size_t i = 0; i < s.k; i++)
	{
		mean += s.study[i].yi / (double) s.k;
		*sum_vi += s.study[i].vi;
	}
	for (size_t i = 0; i < s.k; i++)
		sum += (s.study[i].yi - mean) * (s.study[i].yi - mean);
	return sum;
}

/*
 * ---- likelihood ------------------------------------------------------------------------------------------
 */

/* Twice the derivative of the log likelihood by tau2, and its own derivative. */
typedef struct score
{
	double value, slope;
} score;

static score
score_at(psy_studies s, double tau2, bool restricted)
{
	psy_meta_sums at = psy_meta_sums_at(s, tau2);
	double bend = 2 * at.w2r * at.w2r / at.w - 2 * at.w3r2;

	if (restricted)
		return (score){at.w2r2 - at.trace, at.p_squared + bend};
	return (score){at.w2r2 - at.w, at.w2 + bend};
}

/* A point of the scale and its score. */
typedef struct grid_point
{
	double tau2, value;
} grid_point;

/*
 * One step of a root search in a bracket: Newton's, or to the middle where that leads out.  True when it has
 * arrived: Newton's steps square their error, so that after one of 1e-9 the next is below rounding.
 */
static bool
step(double least, double low, double high, double newton, double *tau2)
{
	double here = *tau2;
	bool inside = newton > low && newton < high;

	*tau2 = inside ? newton : low + (high - low) / 2;
	return fabs(*tau2 - here) <= (inside ? 1e-9 : 1e-16) * (least + here);
}

/* The root of the score between low, where it is positive, and high, where it is not. */
static double
refine(psy_studies s, grid_point from, grid_point to, bool restricted)
{
	double low = from.tau2, high = to.tau2;
	double tau2 = low + (high - low) * (from.value / (from.value - to.value));

	for (int i = 0; i < ITERATIONS; i++)
	{
		score at = score_at(s, tau2, restricted);

		if (at.value == 0)
			break;
		*(at.value > 0 ? &low : &high) = tau2;
		if (step(s.study[0].vi, low, high, tau2 - at.value / at.slope, &tau2))
			break;
	}
	return tau2;
}

/*
 * Beyond this tau2 the score is negative.  With z = min vi + tau2: sum w^2 r^2 <= SS / z^2, and tr P >= (k -
 * 1)/(z + max vi - min vi) (without restriction sum w >= k / ...), which leaves a quadratic in z.
 */
double
psy_meta_score_bound(psy_studies s, bool restricted)
{
	double n = (double) (restricted ? s.k - 1 : s.k), sum_vi;
	double ss = sum_of_squares(s, &sum_vi), width = s.study[s.k - 1].vi - s.study[0].vi;
	double root = sqrt(ss) * sqrt(ss + 4 * n * width);

	return fmax(0, (ss + root) / (2 * n) * (1 + 1e-12) - s.study[0].vi);
}

static double
loglik_at(psy_studies s, double tau2, bool restricted)
{
	psy_meta_sums at = psy_meta_sums_at(s, tau2);

	return psy_meta_loglik(s, tau2, &at, restricted);
}

/* Keeps the candidate with the greater likelihood; of equals, the smaller tau2.  A first one needs none. */
static void
consider(psy_studies s, double candidate, bool restricted, double *best)
{
	if (isnan(*best) || loglik_at(s, candidate, restricted) > loglik_at(s, *best, restricted))
		*best = candidate;
}

/* Studies whose weights at eight grid points are kept from the first pass to the second. */
#define KEPT_WEIGHTS 128

/*
 * The scores of eight points of the scale, one a lane: the formulas of psy_meta_sums_at.
 */
PSY_CLONES static void
scores_at(psy_studies s, bool restricted, const double *tau2, double *value)
{
	double least = s.study[0].vi, first[PSY_LANES], rest[PSY_LANES] = {0}, rest2[PSY_LANES] = {0};
	double mu[PSY_LANES] = {0}, sum[PSY_LANES], kept[KEPT_WEIGHTS][PSY_LANES];

	for (int l = 0; l < PSY_LANES; l++)
		first[l] = 1 / (least + tau2[l]);
	for (size_t i = 1; i < s.k; i++)
		for (int l = 0; l < PSY_LANES; l++)
		{
			double w = 1 / (s.study[i].vi + tau2[l]);

			rest[l] += w;
			rest2[l] += w * w;
			mu[l] += w * s.study[i].yi;
			kept[i % KEPT_WEIGHTS][l] = w;
		}
	for (int l = 0; l < PSY_LANES; l++)
	{
		mu[l] /= first[l] + rest[l];
		sum[l] = first[l] * mu[l] * (first[l] * mu[l]);
	}
	for (size_t i = 1; i < s.k; i++)
		for (int l = 0; l < PSY_LANES; l++)
		{
			double w = s.k <= KEPT_WEIGHTS ? kept[i][l] : 1 / (s.study[i].vi + tau2[l]);
			double wr = w * (s.study[i].yi - mu[l]);

			sum[l] += wr * wr;
		}
	for (int l = 0; l < PSY_LANES; l++)
	{
		double w = first[l] + rest[l];

		value[l] = sum[l] - (restricted ? (first[l] * rest[l] + w * rest[l] - rest2[l]) / w : w);
	}
}

/* exp of 1 to 8 steps of the grid; no root depends on their last digit. */
static const double growth[PSY_LANES] = {1.0644944589178593, 1.1331484530668263, 1.2062302494209807,
										 1.2840254166877414, 1.3668379411737963, 1.4549914146182013,
										 1.5488302986341331, 1.6487212707001282};

/* The score at every fall through 0 between the grid points of one block is a maximum of the likelihood. */
static void
maxima_in_block(psy_studies s, bool restricted, const double *tau2, grid_point *before, double *best)
{
	double value[PSY_LANES];

	scores_at(s, restricted, tau2, value);
	for (int l = 0; l < PSY_LANES; l++)
	{
		grid_point here = {tau2[l], value[l]};

		if (before->value > 0 && here.value <= 0)
			consider(s, refine(s, *before, here, restricted), restricted, best);
		*before = here;
	}
}

static double
likelihood_maximum(psy_studies s, bool restricted)
{
	double least = s.study[0].vi, bound = psy_meta_score_bound(s, restricted), last = 1 + bound / least;
	double best = NAN, from = 1;
	grid_point before = {0, score_at(s, 0, restricted).value};

	if (!isfinite(last))
		return NAN; /* variances and effects that no double can hold together */
	if (before.value <= 0)
		best = 0;
	/* The bound itself must lie inside the grid, for a root may lie on it. */
	for (bool done = false; !done; from *= growth[PSY_LANES - 1])
	{
		double tau2[PSY_LANES];

		if (stopped(s))
			return NAN;
		for (int l = 0; l < PSY_LANES; l++)
			tau2[l] = least * (from * growth[l] - 1);
		done = tau2[PSY_LANES - 1] > bound;
		maxima_in_block(s, restricted, tau2, &before, &best);
	}
	return isnan(best) ? 0 : best;
}

/*
 * ---- Q ---------------------------------------------------------------------------------------------------
 */

/* Q at tau2 and minus its derivative, sum w^2 r^2. */
typedef struct q_point
{
	double q, fall;
} q_point;

static q_point
q_at(psy_studies s, double tau2)
{
	double w = 0, wy = 0, mu;
	q_point out = {0, 0};

	for (size_t i = 0; i < s.k; i++)
	{
		s.weight[i] = 1 / (s.study[i].vi + tau2);
		w += s.weight[i];
		wy += s.weight[i] * s.study[i].yi;
	}
	mu = wy / w;
	for (size_t i = 0; i < s.k; i++)
	{
		double r = s.study[i].yi - mu, wr = s.weight[i] * r;

		out.q += wr * r;
		out.fall += wr * wr;
	}
	return out;
}

double
psy_tau2_where_q(psy_studies s, double target)
{
	/* Q(tau2) <= SS / (min vi + tau2) bounds the root; 1/Q is nearly linear, so Newton's steps are taken on
	 * it. */
	double least = s.study[0].vi, sum_vi, tau2 = 0, low = 0;
	double high = sum_of_squares(s, &sum_vi) / target * (1 + 1e-12) - least;

	for (int i = 0; i < ITERATIONS; i++)
	{
		q_point at = q_at(s, tau2);

		if (tau2 == 0 && at.q <= target)
			return 0;
		if (stopped(s))
			return NAN;
		*(at.q > target ? &low : &high) = tau2;
		if (step(least, low, high, tau2 + (at.q / target - 1) * at.q / at.fall, &tau2))
			break;
	}
	return tau2;
}

void
psy_tau2_qprofile(psy_studies s, double level, double q, psy_meta_cache *cache, double *lower, double *upper,
				  bool *empty)
{
	psy_meta_cache own = {0};
	double df = (double) (s.k - 1), tail = (1 - level) / 2;

	if (cache == NULL)
		cache = &own;
	if (cache->chisq_df != df)
	{
		cache->chisq_df = df;
		cache->chisq_lower = psy_chisq_quantile(tail, df, PSY_LOWER);
		cache->chisq_upper = psy_chisq_quantile(tail, df, PSY_UPPER);
	}
	*lower = q <= cache->chisq_upper ? 0 : psy_tau2_where_q(s, cache->chisq_upper);
	*upper = q <= cache->chisq_lower ? 0 : psy_tau2_where_q(s, cache->chisq_lower);
	*empty = q < cache->chisq_lower;
}

/*
 * ---- profile likelihood ----------------------------------------------------------------------------------
 */

/* Where the log likelihood crosses level between inside (above it) and outside (below it). */
static double
crossing(psy_studies s, double inside, double outside, double level, bool restricted)
{
	for (int i = 0; i < ITERATIONS; i++)
	{
		double middle = inside + (outside - inside) / 2;

		if (stopped(s))
			return NAN;
		if (middle == inside || middle == outside ||
			fabs(outside - inside) <= 1e-15 * (s.study[0].vi + middle))
			break;
		*(loglik_at(s, middle, restricted) >= level ? &inside : &outside) = middle;
	}
	return inside + (outside - inside) / 2;
}

void
psy_tau2_profile(psy_studies s, double level, double tau2, bool restricted, double *lower, double *upper)
{
	double least = s.study[0].vi, outside = tau2;
	double floor_level = loglik_at(s, tau2, restricted) - psy_chisq_quantile(1 - level, 1, PSY_UPPER) / 2;

	*lower = loglik_at(s, 0, restricted) >= floor_level ? 0 : crossing(s, tau2, 0, floor_level, restricted);
	/* For large tau2 the likelihood falls like tau2^(-(k-1)/2), so that doubling ends. */
	for (int i = 0; i < 2000 && !stopped(s) && loglik_at(s, outside, restricted) >= floor_level; i++)
		outside = 2 * (least + outside);
	*upper = crossing(s, tau2, outside, floor_level, restricted);
}

/*
 * ---- estimators ------------------------------------------------------------------------------------------
 */

/* Sidik & Jonkman's initial value: the unweighted variance with divisor k. */
static double
sj_initial(psy_studies s)
{
	double sum_vi;

	return sum_of_squares(s, &sum_vi) / (double) s.k;
}

static double
sj_estimate(psy_studies s)
{
	/* sum w r^2 / (k - 1) with w = t0 / (vi + t0). */
	double initial = sj_initial(s);

	return initial > 0 ? initial * psy_meta_sums_at(s, initial).q / (double) (s.k - 1) : 0;
}

static double
he_estimate(psy_studies s)
{
	double k = (double) s.k, sum_vi;
	double ss = sum_of_squares(s, &sum_vi);

	return ss / (k - 1) - sum_vi / k;
}

double
psy_tau2_estimate(psy_studies s, psy_meta_method method)
{
	double k = (double) s.k;
	psy_meta_sums fixed = {0};

	if (method == PSY_META_DL || method == PSY_META_HS || method == PSY_META_HSK)
		fixed = psy_meta_sums_at(s, 0);
	switch (method)
	{
		case PSY_META_EE: return 0;
		case PSY_META_DL: return fmax(0, (fixed.q - (k - 1)) / fixed.trace);
		case PSY_META_HE: return fmax(0, he_estimate(s));
		case PSY_META_HS: return fmax(0, (fixed.q - k) / fixed.w);
		case PSY_META_HSK: return fmax(0, (k / (k - 1) * fixed.q - k) / fixed.w);
		case PSY_META_SJ: return sj_estimate(s);
		case PSY_META_ML: return likelihood_maximum(s, false);
		case PSY_META_REML: return likelihood_maximum(s, true);
		case PSY_META_EB:
		case PSY_META_PM: return psy_tau2_where_q(s, k - 1);
		case PSY_META_PMM: return psy_tau2_where_q(s, psy_chisq_quantile(0.5, k - 1, PSY_UPPER));
	}
	return NAN;
}

/*
 * ---- standard errors -------------------------------------------------------------------------------------
 */

/* HE: P = I - 11'/k, so that tr(PVPV) and tr(PV) are sums over vi. */
static double
he_se(psy_studies s, double tau2)
{
	double k = (double) s.k, sum = 0, sum2 = 0;

	for (size_t i = 0; i < s.k; i++)
	{
		sum += s.study[i].vi;
		sum2 += s.study[i].vi * s.study[i].vi;
	}
	return sqrt(2 * (sum2 * (1 - 2 / k) + sum * sum / k / k) + 4 * tau2 * sum * (1 - 1 / k) +
				2 * tau2 * tau2 * (k - 1)) /
		   (k - 1);
}

/* SJ: variance of t0 y'Py / (k - 1), P with weights 1/(vi + t0); P_ij = -w_i w_j / sum w off the diagonal. */
static double
sj_se(psy_studies s, double tau2)
{
	double initial = sj_initial(s), pvpv = 0, ppv = 0, sum_w2v = 0;
	psy_meta_sums at;

	if (!(initial > 0))
		return 0;
	at = psy_meta_sums_at(s, initial);
	for (size_t i = 0; i < s.k; i++)
		sum_w2v += s.weight[i] * s.weight[i] * s.study[i].vi;
	for (size_t i = 0; i < s.k; i++)
	{
		double w = s.weight[i], v = s.study[i].vi, share = w / at.w;
		double diagonal = w * (1 - share);

		pvpv += diagonal * diagonal * v * v + share * share * v * (sum_w2v - w * w * v);
		ppv += diagonal * diagonal * v + share * share * v * (at.w2 - w * w);
	}
	return initial / (double) (s.k - 1) * sqrt(2 * pvpv + 4 * tau2 * ppv + 2 * tau2 * tau2 * at.p_squared);
}

double
psy_tau2_se(psy_studies s, psy_meta_method method, double tau2, const psy_meta_sums *fixed,
			const psy_meta_sums *at)
{
	double k = (double) s.k;
	double moment = sqrt(2 * (k - 1) + 4 * tau2 * fixed->trace + 2 * tau2 * tau2 * fixed->p_squared);

	switch (method)
	{
		case PSY_META_EE: return NAN;
		case PSY_META_DL: return moment / fixed->trace;
		case PSY_META_HE: return he_se(s, tau2);
		case PSY_META_HS: return moment / fixed->w;
		case PSY_META_HSK: return k / (k - 1) * moment / fixed->w;
		case PSY_META_SJ: return sj_se(s, tau2);
		case PSY_META_ML: return sqrt(2 / at->w2);
		case PSY_META_REML: return sqrt(2 / at->p_squared);
		case PSY_META_EB:
		case PSY_META_PM:
		case PSY_META_PMM: return sqrt(2 * k * k / (k - 1)) / at->w;
	}
	return NAN;
}
