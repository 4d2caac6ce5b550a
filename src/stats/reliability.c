/*
 * reliability.c - Cronbach's alpha and McDonald's omega from exact sums; see reliability.h.
 *
 * A covariance is (n sum xy - sum x sum y) / (n (n - 1)) with the numerator in 128-bit integers: no digit is
 * lost before the one division.  The loadings come by coordinate descent, whose every step is the exact
 * minimum in one loading.
 */
#include "stats/reliability.h"

#include "stats/distribution.h"
#include "stats/linalg.h"

#include <math.h>
#include <string.h>

#define SWEEPS 20000
#define ASTRAY 100    /* a loading beyond this is on its way to infinity */
#define SETTLED 1e-15 /* of the largest loading; a sweep moves less than that at the end */

size_t
psy_reliability_sums(size_t k)
{
	return k + k * (k + 1) / 2;
}

void
psy_reliability_add(int64_t *sum, size_t k, const int32_t *answer)
{
	int64_t *product = sum + k;

	for (size_t i = 0; i < k; i++)
	{
		sum[i] += answer[i];
		for (size_t j = i; j < k; j++)
			*product++ += (int64_t) answer[i] * answer[j];
	}
}

/* Where the product of items i <= j stands. */
static size_t
place(size_t k, size_t i, size_t j)
{
	return k + i * k - i * (i + 1) / 2 + j;
}

/* n times the sum of products about the means, exactly. */
static __int128
scaled_comoment(const int64_t *sum, size_t k, int64_t n, size_t i, size_t j)
{
	return (__int128) n * sum[place(k, i, j)] - (__int128) sum[i] * sum[j];
}

/* Without the compiler's library, which has the general conversion. */
static double
as_double(__int128 x)
{
	return x == (int64_t) x ? (double) (int64_t) x
							: (double) (int64_t) (x >> 64) * 0x1p64 + (double) (uint64_t) x;
}

psy_status
psy_reliability_check(const int64_t *sum, size_t k, int64_t n, psy_error *err)
{
	const int64_t most = PSY_RELIABILITY_ANSWER;

	for (size_t i = 0; i < psy_reliability_sums(k); i++)
	{
		__int128 bound = (__int128) n * (i < k ? most : most * most);

		if (sum[i] > bound || sum[i] < -bound)
			return psy_fail(err, PSY_FORMAT, "sum %zu is beyond what %lld people can answer", i + 1,
							(long long) n);
	}
	for (size_t i = 0; i < k; i++)
		if (scaled_comoment(sum, k, n, i, i) < 0)
			return psy_fail(err, PSY_FORMAT, "the squares of item %zu are less than its sum allows", i + 1);
	for (size_t i = 0; i < k; i++)
		for (size_t j = i + 1; j < k; j++)
		{
			double c = as_double(scaled_comoment(sum, k, n, i, j));
			double limit =
				as_double(scaled_comoment(sum, k, n, i, i)) * as_double(scaled_comoment(sum, k, n, j, j));

			if (c * c > limit * (1 + 1e-12))
				return psy_fail(err, PSY_FORMAT,
								"the products of items %zu and %zu are more than their squares allow", i + 1,
								j + 1);
		}
	return PSY_OK;
}

/* ---- alpha ----------------------------------------------------------------------------------- */

/* alpha of k items with the variances' sum and the whole matrix's. */
static double
alpha_of(double k, double diagonal, double whole)
{
	return k > 1 && whole > 0 ? k / (k - 1) * (1 - diagonal / whole) : NAN;
}

static double
total(const double *a, size_t k, double *diagonal)
{
	double whole = 0;

	*diagonal = 0;
	for (size_t i = 0; i < k; i++)
	{
		*diagonal += a[i * k + i];
		for (size_t j = 0; j < k; j++)
			whole += a[i * k + j];
	}
	return whole;
}

static void
fill_alpha(const double *cov, size_t k, double n, double level, psy_reliability *r)
{
	double diagonal, whole = total(cov, k, &diagonal);
	double df1 = n - 1, df2 = (n - 1) * ((double) k - 1);

	r->sd = sqrt(whole);
	r->alpha = alpha_of((double) k, diagonal, whole);
	if (!isnan(r->alpha))
	{
		r->alpha_lb = 1 - (1 - r->alpha) * psy_f_quantile((1 + level) / 2, df1, df2, PSY_LOWER);
		r->alpha_ub = 1 - (1 - r->alpha) * psy_f_quantile((1 - level) / 2, df1, df2, PSY_LOWER);
	}
	for (size_t i = 0; i < k; i++)
	{
		double row = 0, own = cov[i * k + i], rest;

		for (size_t j = 0; j < k; j++)
			row += cov[i * k + j];
		rest = whole - 2 * row + own; /* variance of the sum of the others */
		r->item_rest[i] = own > 0 && rest > 0 ? (row - own) / sqrt(own * rest) : NAN;
		r->alpha_dropped[i] = alpha_of((double) k - 1, diagonal - own, rest);
	}
}

/* ---- omega ----------------------------------------------------------------------------------- */

/* One loading at its minimum, the others held; returns how far it moved. */
static double
settle(const double *cor, size_t k, double *l, size_t i, double squares)
{
	double above = 0, below = squares - l[i] * l[i], before = l[i];

	for (size_t j = 0; j < k; j++)
		if (j != i)
			above += cor[i * k + j] * l[j];
	l[i] = below > 0 ? above / below : 0;
	return fabs(l[i] - before);
}

/* Begins at each item's mean correlation with the others in magnitude, with the sign of its row's strongest
 * partner. */
static void
begin(const double *cor, size_t k, double *l)
{
	size_t anchor = 0;
	double most = -1;

	for (size_t i = 0; i < k; i++)
	{
		double row = 0;

		for (size_t j = 0; j < k; j++)
			row += j == i ? 0 : cor[i * k + j] * cor[i * k + j];
		if (row > most)
		{
			most = row;
			anchor = i;
		}
		l[i] = sqrt(row / ((double) k - 1));
	}
	for (size_t i = 0; i < k; i++)
		if (cor[anchor * k + i] < 0)
			l[i] = -l[i];
}

/* *settled: whether the loadings came to rest; where no minimum is finite they do not. */
static psy_status
minimum_residuals(const psy_context *ctx, const double *cor, size_t k, double *l, bool *settled,
				  psy_error *err)
{
	double largest = 0;

	*settled = false;
	begin(cor, k, l);
	for (int sweep = 0; sweep < SWEEPS && !*settled && largest < ASTRAY; sweep++)
	{
		double moved = 0;

		largest = 0;
		for (size_t i = 0; i < k; i++)
		{
			moved = fmax(moved, settle(cor, k, l, i, psy_inner(l, l, k)));
			largest = fmax(largest, fabs(l[i]));
		}
		*settled = moved <= SETTLED * fmax(largest, 1e-3);
		if (sweep % 64 == 0 && psy_poll(ctx, err) != PSY_OK)
			return PSY_INTERRUPTED;
	}
	return PSY_OK;
}

static psy_status
fill_omega(const psy_context *ctx, const double *cor, size_t k, psy_reliability *r, psy_error *err)
{
	double diagonal, whole = total(cor, k, &diagonal), sum = 0, unique = 0, most = 0;
	size_t against = 0;
	psy_status status;
	bool settled;

	r->alpha_standardized = alpha_of((double) k, diagonal, whole);
	if (k < 3)
	{
		psy_append(r->note, sizeof r->note, "%somega: one factor needs 3 items", r->note[0] ? "; " : "");
		return PSY_OK;
	}
	status = minimum_residuals(ctx, cor, k, r->loading, &settled, err);
	if (status != PSY_OK)
		return status;
	if (!settled)
	{
		for (size_t i = 0; i < k; i++)
			r->loading[i] = NAN;
		psy_append(
			r->note, sizeof r->note,
			"%somega: the correlations have no factor by minimum residuals (its loadings do not settle)",
			r->note[0] ? "; " : "");
		return PSY_OK;
	}
	for (size_t i = 0; i < k; i++)
		sum += r->loading[i];
	for (size_t i = 0; i < k; i++)
	{
		if (sum < 0)
			r->loading[i] = -r->loading[i];
		unique += 1 - r->loading[i] * r->loading[i];
		most = fmax(most, fabs(r->loading[i]));
		against += r->loading[i] < 0;
	}
	if (most >= 1)
		psy_append(r->note, sizeof r->note,
				   "%somega: a loading of %.3f leaves an item no variance of its own (Heywood case)",
				   r->note[0] ? "; " : "", most);
	else if (whole > 0)
	{
		r->omega = (whole - unique) / whole;
		r->omega_general = sum * sum / whole;
	}
	if (against > 0)
		psy_append(
			r->note, sizeof r->note,
			"%s%zu of %zu items load against the others: a scale's items are reversed before they are summed",
			r->note[0] ? "; " : "", against, k);
	return PSY_OK;
}

/* ---- both ------------------------------------------------------------------------------------ */

static void
nothing(psy_reliability *r, size_t k)
{
	r->alpha = r->alpha_lb = r->alpha_ub = r->alpha_standardized = r->omega = r->omega_general = r->mean =
		r->sd = NAN;
	for (size_t i = 0; i < k; i++)
		r->loading[i] = r->item_rest[i] = r->alpha_dropped[i] = NAN;
	r->note[0] = '\0';
}

/* cov and cor (k * k); false where an item does not vary. */
static bool
matrices(const int64_t *sum, size_t k, int64_t n, double *cov, double *cor)
{
	double scale = (double) n * ((double) n - 1);
	bool varies = true;

	for (size_t i = 0; i < k; i++)
		for (size_t j = i; j < k; j++)
			cov[i * k + j] = cov[j * k + i] = as_double(scaled_comoment(sum, k, n, i, j)) / scale;
	for (size_t i = 0; i < k; i++)
		varies = varies && cov[i * k + i] > 0;
	for (size_t i = 0; varies && i < k; i++)
		for (size_t j = 0; j < k; j++)
			cor[i * k + j] = i == j ? 1 : cov[i * k + j] / sqrt(cov[i * k + i] * cov[j * k + j]);
	return varies;
}

psy_status
psy_reliability_fit(const psy_context *ctx, const int64_t *sum, size_t k, int64_t n, double level,
					psy_reliability *r, psy_error *err)
{
	double *cov, whole = 0;
	psy_status status;

	nothing(r, k);
	if (!(level > 0 && level < 1))
		return psy_fail(err, PSY_DOMAIN, "level must be a number between 0 and 1, such as 0.95");
	for (size_t i = 0; i < k; i++)
		whole += (double) sum[i];
	if (n > 0)
		r->mean = whole / (double) n;
	if (n < 2 || k < 2)
	{
		psy_append(r->note, sizeof r->note, "%zu items of %lld people: at least 2 of each are needed", k,
				   (long long) n);
		return PSY_OK;
	}
	status = psy_alloc(ctx, 2 * k * k, sizeof *cov, (void **) &cov, err);
	if (status != PSY_OK)
		return status;
	if (matrices(sum, k, n, cov, cov + k * k))
	{
		fill_alpha(cov, k, (double) n, level, r);
		status = fill_omega(ctx, cov + k * k, k, r, err);
	}
	else
	{
		fill_alpha(cov, k, (double) n, level, r);
		psy_append(r->note, sizeof r->note, "omega and the standardized alpha: an item does not vary");
	}
	if (isnan(r->alpha))
		psy_append(r->note, sizeof r->note, "%salpha: the total does not vary", r->note[0] ? "; " : "");
	psy_release(ctx, cov);
	return status;
}
