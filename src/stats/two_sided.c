/*
 * two_sided.c - two-sided p and log p of many statistics at once.
 *
 * The evaluation of t_two_sided (distribution.c), taken apart into loops over a block of statistics that
 * vectorise, from + - * / and sqrt alone: the same bits on every CPU.  No result depends on its neighbours:
 * the central series runs until each of the block's terms is below half an ulp of its sum, from where on
 * further terms change nothing.
 */
#include "core/elementary.h"
#include "core/lanes.h"
#include "stats/distribution.h"
#include "stats/special.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define BLOCK 256
#define NEGLIGIBLE 1e-17 /* of a sum: below a quarter of its ulp */
#define TERMS_BETWEEN_LOOKS 4

typedef struct two_sided_block
{
	double size[BLOCK]; /* |statistic| */
	double df[BLOCK];
	double log_scale[BLOCK]; /* the tail computed directly is exp(log_scale) factor; until then ln 1/B(df/2,
								1/2) */
	double factor[BLOCK];
	double y[BLOCK];   /* 1 / (1 + t^2/df) */
	double w[BLOCK];   /* 1 - y */
	double far[BLOCK]; /* 1 where the upper tail is computed directly, 0 where the lower one is */
	double p[BLOCK];
	double log_p[BLOCK];
} two_sided_block;

/* ---- what depends on df alone ---------------------------------------------------------------- */

#define REMEMBERED 16

typedef struct df_memory
{
	double df[REMEMBERED];
	double log_inverse_beta[REMEMBERED];
} df_memory;

static double
recall(df_memory *memory, double df)
{
	size_t slot = df < 1e6 ? (size_t) df % REMEMBERED : 0;

	if (memory->df[slot] != df)
	{
		memory->df[slot] = df;
		memory->log_inverse_beta[slot] = psy_log_inverse_beta(df / 2, 0.5);
	}
	return memory->log_inverse_beta[slot];
}

/* ---- t of ordinary size ---------------------------------------------------------------------- */

PSY_CLONES static void
scale_block(two_sided_block *b, size_t count)
{
	for (size_t k = 0; k < count; k++)
	{
		double a = b->df[k] / 2;
		double q = b->size[k] / b->df[k] * b->size[k];
		double y = 1 / (1 + q);
		double w = q * y;

		b->y[k] = y;
		b->w[k] = w;
		b->log_scale[k] -= a * psy_log1p_of(q);
		b->far[k] = (w > 0.5 ? 1.0 : 0.0) + ((a + 0.5) * w >= 3.5 ? 1.0 : 0.0) > 0 ? 1 : 0;
	}
}

/* sum (a + 1/2)_n / (3/2)_n w^n, DLMF 8.17.8, where the centre is computed directly. */
PSY_CLONES static void
central_block(two_sided_block *b, size_t count)
{
	double term[BLOCK], sum[BLOCK], w[BLOCK], a_half[BLOCK];
	bool more = true;

	for (size_t k = 0; k < count; k++)
	{
		term[k] = sum[k] = 1;
		a_half[k] = b->df[k] / 2 + 0.5;
		w[k] = b->far[k] > 0 ? 0 : b->w[k];
	}
	for (double n = 0; more;)
	{
		uint64_t left = 0;

		for (int look = 0; look < TERMS_BETWEEN_LOOKS; look++, n++)
		{
			double inverse = 1 / (1.5 + n);

			for (size_t k = 0; k < count; k++)
			{
				term[k] *= (a_half[k] + n) * inverse * w[k];
				sum[k] += term[k];
			}
		}
		for (size_t k = 0; k < count; k++)
			left |= term[k] > NEGLIGIBLE * sum[k];
		more = left != 0;
	}
	for (size_t k = 0; k < count; k++)
		b->factor[k] = 2 * sqrt(w[k]) * sum[k];
}

static void
far_block(two_sided_block *b, size_t count)
{
	for (size_t k = 0; k < count; k++)
		if (b->far[k] > 0)
		{
			double a = b->df[k] / 2, y = b->y[k], w = b->w[k];

			b->factor[k] = sqrt(w) * psy_beta_fraction(a, 0.5, y, w, a * w - 0.5 * y);
		}
}

PSY_CLONES static void
finish_block(two_sided_block *b, size_t count)
{
	for (size_t k = 0; k < count; k++)
	{
		double direct = psy_exp_times(b->log_scale[k], b->factor[k]);
		double bounded = direct < 1 ? direct : 1;
		double rest = 1 - bounded;
		double low = (1 - rest) - bounded;
		double log_rest = psy_log_of_sum(b->far[k] > 0 ? b->factor[k] : rest, b->far[k] > 0 ? 0 : low);
		double log_p = (b->far[k] > 0 ? b->log_scale[k] : 0) + log_rest;

		b->p[k] = b->far[k] > 0 ? bounded : rest;
		b->log_p[k] = log_p < 0 ? log_p : 0;
	}
}

/* ---- everything else ------------------------------------------------------------------------- */

/* Whether the loops above serve: t^2/df stays below 1e300, and the normal distribution is not the better
 * form. */
static bool
is_ordinary(double size, double df)
{
	return df > 1e-50 && df <= 1e25 && size < 1e125;
}

static double
normal_log_p(double z)
{
	return z < 1 ? log1p(-erf(z * M_SQRT1_2)) : psy_normal_log_p(z, PSY_UPPER) + M_LN2;
}

/* Beyond df 1e25 the t and the normal distribution agree to 1e-13 while t^4 / (4 df) is small. */
static double
extraordinary(double size, double df, double *log_p)
{
	if (isnan(size) || !(df > 0))
		return *log_p = NAN;
	if (isinf(size) || (df > 1e25 && size < 1e3) || isinf(df))
	{
		*log_p = isinf(size) ? -INFINITY : normal_log_p(size);
		return 2 * psy_normal_p(size, PSY_UPPER);
	}
	*log_p = psy_t_log_p(size, df, PSY_UPPER) + M_LN2;
	return 2 * psy_t_p(size, df, PSY_UPPER);
}

/* ---- blocks ---------------------------------------------------------------------------------- */

/* True when all statistics are ordinary; the others have others put in their place. */
static bool
load_block(two_sided_block *b, const double *statistic, const double *df_each, double df, size_t count,
		   df_memory *memory)
{
	bool all = true;

	for (size_t k = 0; k < count; k++)
	{
		double this_df = df_each != NULL ? df_each[k] : df;
		bool ordinary = is_ordinary(fabs(statistic[k]), this_df);

		all &= ordinary;
		b->size[k] = ordinary ? fabs(statistic[k]) : 0;
		b->df[k] = ordinary ? this_df : 1;
		b->log_scale[k] = k > 0 && b->df[k] == b->df[k - 1] ? b->log_scale[k - 1] : recall(memory, b->df[k]);
	}
	return all;
}

static void
replace_extraordinary(two_sided_block *b, const double *statistic, const double *df_each, double df,
					  size_t count)
{
	for (size_t k = 0; k < count; k++)
	{
		double this_df = df_each != NULL ? df_each[k] : df;

		if (!is_ordinary(fabs(statistic[k]), this_df))
			b->p[k] = extraordinary(fabs(statistic[k]), this_df, &b->log_p[k]);
	}
}

void
psy_two_sided_p_many(const double *statistic, const double *df_each, double df, unsigned long m, double *p,
					 double *log_p)
{
	df_memory memory = {{0}, {0}};
	two_sided_block b;

	for (size_t first = 0; first < m; first += BLOCK)
	{
		size_t count = m - first < BLOCK ? m - first : BLOCK;
		const double *each = df_each != NULL ? df_each + first : NULL;
		bool ordinary = load_block(&b, statistic + first, each, df, count, &memory);

		scale_block(&b, count);
		central_block(&b, count);
		far_block(&b, count);
		finish_block(&b, count);
		if (!ordinary)
			replace_extraordinary(&b, statistic + first, each, df, count);
		if (p != NULL)
			memcpy(p + first, b.p, sizeof(double) * count);
		if (log_p != NULL)
			memcpy(log_p + first, b.log_p, sizeof(double) * count);
	}
}

double
psy_two_sided_p(double statistic, double df, double *log_p)
{
	double p;

	psy_two_sided_p_many(&statistic, NULL, df, 1, &p, log_p);
	return p;
}
