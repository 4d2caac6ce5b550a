/* effect_size.c - see effect_size.h for the formulas and their sources. */
#include "meta/effect_size.h"

#include "stats/hedges.h"

#include <math.h>
#include <strings.h>

psy_status
psy_smd_vtype_parse(const char *name, psy_smd_vtype *vtype, psy_error *err)
{
	static const char *const known[] = {"LS", "LS2", "UB", "AV"};

	for (int k = 0; k < 4; k++)
		if (strcasecmp(name, known[k]) == 0)
		{
			*vtype = (psy_smd_vtype) k;
			return PSY_OK;
		}
	psy_fail(err, PSY_DOMAIN, "unknown vtype \"%.40s\"", name);
	psy_hint(err, "Allowed are LS, LS2, UB and AV.");
	return PSY_DOMAIN;
}

static psy_status
check_value(double value, double least, const char *name, int group, psy_error *err)
{
	if (!isfinite(value))
		return psy_fail(err, PSY_DOMAIN, "%s%d is %s, but must be finite", name, group,
						isnan(value) ? "NaN" : "infinite");
	if (value < least)
		return psy_fail(err, PSY_DOMAIN, "%s%d is %g, but cannot be negative", name, group, value);
	return PSY_OK;
}

static psy_status
check_group(const psy_group *group, int number, psy_error *err)
{
	psy_status status = check_value(group->mean, -INFINITY, "m", number, err);

	if (status == PSY_OK)
		status = check_value(group->sd, 0, "sd", number, err);
	if (status == PSY_OK)
		status = check_value(group->n, 0, "n", number, err);
	return status;
}

static psy_status
check_groups(const psy_group *first, const psy_group *second, psy_error *err)
{
	psy_status status = check_group(first, 1, err);

	return status == PSY_OK ? check_group(second, 2, err) : status;
}

/* A variance that is not a positive number is not known. */
static double
known_variance(double vi, const psy_group *first, const psy_group *second)
{
	return first->n > 1 && second->n > 1 && vi > 0 && isfinite(vi) ? vi : NAN;
}

psy_status
psy_effect_md(const psy_group *first, const psy_group *second, psy_effect *effect, psy_error *err)
{
	psy_status status = check_groups(first, second, err);

	if (status != PSY_OK)
		return status;
	effect->yi = first->mean - second->mean;
	effect->vi =
		known_variance(first->sd * first->sd / first->n + second->sd * second->sd / second->n, first, second);
	return PSY_OK;
}

static double
smd_variance(double d, double j, double m, const psy_group *first, const psy_group *second,
			 psy_smd_vtype vtype, double average)
{
	double sizes = 1 / first->n + 1 / second->n, n = first->n + second->n, g = j * d;

	switch (vtype)
	{
		case PSY_SMD_LS: return sizes + g * g / (2 * n);
		case PSY_SMD_LS2: return j * j * (sizes + d * d / (2 * n));
		case PSY_SMD_UB: return sizes + (1 - (m - 2) / (m * j * j)) * g * g;
		case PSY_SMD_AV: return sizes + average * average / (2 * n);
	}
	return NAN;
}

psy_status
psy_effect_smd(const psy_group *first, const psy_group *second, psy_smd_vtype vtype, double average,
			   psy_effect *effect, psy_error *err)
{
	psy_status status = check_groups(first, second, err);
	double m = first->n + second->n - 2;
	double j = psy_hedges_j(m), pooled, d;

	if (status != PSY_OK)
		return status;
	if (vtype == PSY_SMD_AV && isnan(average))
	{
		psy_fail(err, PSY_DOMAIN, "vtype AV needs average, the mean g of all studies weighted by n1 + n2");
		psy_hint(
			err,
			"Compute the g of all studies first, then pass sum(n * g) / sum(n) as average, or use vtype LS.");
		return PSY_DOMAIN;
	}
	*effect = (psy_effect){NAN, NAN};
	pooled = sqrt(((first->n - 1) * first->sd * first->sd + (second->n - 1) * second->sd * second->sd) / m);
	d = (first->mean - second->mean) / pooled;
	if (isnan(j) || !(pooled > 0) || !isfinite(d))
		return PSY_OK;
	effect->yi = j * d;
	effect->vi = known_variance(smd_variance(d, j, m, first, second, vtype, average), first, second);
	return PSY_OK;
}
