/*
 * effect_aggregate.c - see effect_aggregate.h.
 *
 * V = D ((1 - rho) I + rho J) D with D the standard errors, whose inverse is known: with z = 1/D,
 * (1 - rho) x'V^-1 y = sum z^2 x y - c (sum z x)(sum z y), c = rho / (1 + (k - 1) rho).  As sums of squares
 * of z - mean z it does not cancel: 1'V^-1 1 (1 - rho) = sum (z - m)^2 + m^2 k (1 - rho) / (1 + (k - 1) rho).
 */
#include "meta/effect_aggregate.h"

#include "meta/pooling.h"

#include <math.h>

static psy_status
check(const psy_effect *effect, size_t k, double rho, bool weighted, psy_error *err)
{
	if (!(rho >= -1 && rho <= 1))
		return psy_fail(err, PSY_DOMAIN, "rho is %g, but a correlation must lie between -1 and 1", rho);
	for (size_t i = 0; i < k; i++)
	{
		if (psy_meta_check_study(effect[i].yi, effect[i].vi, err) != PSY_OK)
			return PSY_DOMAIN;
		if (effect[i].vi == 0 && weighted)
		{
			psy_fail(err, PSY_DOMAIN, "vi is 0 for an effect, and weights need positive variances");
			return psy_hint(err, "Use weighted => false for the plain mean.");
		}
	}
	if (k > 1 && (1 + (double) (k - 1) * rho < 0 || (weighted && 1 + (double) (k - 1) * rho == 0)))
		return psy_fail(err, PSY_DOMAIN, "rho is %g, but %zu effects cannot all correlate below %g", rho, k,
						-1 / (double) (k - 1));
	if (k > 1 && rho == 1 && weighted)
	{
		psy_fail(err, PSY_DOMAIN, "rho is 1: the covariance has no inverse");
		return psy_hint(err, "Use weighted => false for effects that correlate perfectly.");
	}
	return PSY_OK;
}

static psy_effect
plain_mean(const psy_effect *effect, size_t k, double rho)
{
	double n = (double) k, rest = 0, se = 0, vi = 0;

	for (size_t i = 0; i < k; i++)
	{
		rest += (effect[i].yi - effect[0].yi) / n;
		se += sqrt(effect[i].vi) / n;
		vi += effect[i].vi / n;
	}
	return (psy_effect){effect[0].yi + rest, (1 - rho) * vi / n + rho * se * se};
}

static psy_effect
least_squares(const psy_effect *effect, size_t k, double rho)
{
	double n = (double) k, unit = sqrt(effect[0].vi), mean_z = 0, mean_zy = 0, ss = 0, sp = 0;
	double shared = n * (1 - rho) / (1 + (n - 1) * rho), w;

	for (size_t i = 0; i < k; i++)
	{
		double z = unit / sqrt(effect[i].vi);

		mean_z += z / n;
		mean_zy += z * (effect[i].yi - effect[0].yi) / n;
	}
	for (size_t i = 0; i < k; i++)
	{
		double z = unit / sqrt(effect[i].vi);

		ss += (z - mean_z) * (z - mean_z);
		sp += (z - mean_z) * (z * (effect[i].yi - effect[0].yi) - mean_zy);
	}
	w = ss + mean_z * mean_z * shared;
	return (psy_effect){effect[0].yi + (sp + mean_z * mean_zy * shared) / w, (1 - rho) * unit * unit / w};
}

psy_status
psy_effect_aggregate(const psy_effect *effect, size_t k, double rho, bool weighted, psy_effect *aggregate,
					 psy_error *err)
{
	psy_status status = check(effect, k, rho, weighted, err);

	*aggregate = (psy_effect){NAN, NAN};
	if (status != PSY_OK || k == 0)
		return status;
	if (k == 1)
		*aggregate = effect[0];
	else
		*aggregate = weighted ? least_squares(effect, k, rho) : plain_mean(effect, k, rho);
	return PSY_OK;
}
