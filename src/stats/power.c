/* power.c - see power.h. */
#include "stats/power.h"

#include "core/choice.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* ---- names and ranges ------------------------------------------------------------------------ */

psy_status
psy_power_type_parse(const char *name, psy_power_test *test, psy_error *err)
{
	static const char *const names[] = {"one-sample", "two-sample", "paired"};
	int index = 0;
	psy_status status = psy_choice(name, names, 3, "type", &index, err);

	*test = index == 1 ? PSY_POWER_TWO_SAMPLE : PSY_POWER_ONE_SAMPLE;
	return status;
}

psy_status
psy_power_alternative_parse(const char *name, psy_power_alternative *alternative, psy_error *err)
{
	static const char *const names[] = {"two-sided", "greater", "less"};
	int index = 0;
	psy_status status = psy_choice(name, names, 3, "alternative", &index, err);

	*alternative = (psy_power_alternative) index;
	return status;
}

psy_status
psy_power_correction_parse(const char *name, psy_power_correction *correction, psy_error *err)
{
	static const char *const names[] = {"none", "bonferroni", "fdr"};
	int index = 0;
	psy_status status = psy_choice(name, names, 3, "correction", &index, err);

	*correction = (psy_power_correction) index;
	return status;
}

psy_status
psy_power_check(const psy_power_design *d, psy_error *err)
{
	if (!(d->alpha > 0 && d->alpha < 1))
		return psy_fail(err, PSY_DOMAIN, "alpha is %g; between 0 and 1 expected", d->alpha);
	if (!(d->tests >= 1))
		return psy_fail(err, PSY_DOMAIN, "tests is %g; at least 1 expected", d->tests);
	if (!(d->covariates >= 0))
		return psy_fail(err, PSY_DOMAIN, "covariates is %g; 0 or more expected", d->covariates);
	if (d->correction != PSY_POWER_FDR)
		return PSY_OK;
	if (!(d->effects >= 1 && d->effects <= d->tests))
	{
		if (isnan(d->effects))
			psy_fail(err, PSY_DOMAIN, "correction fdr needs effects, how many of the tests have an effect");
		else
			psy_fail(err, PSY_DOMAIN, "effects is %g; 1 to the %g tests expected", d->effects, d->tests);
		return psy_hint(
			err,
			"The level that keeps a false discovery rate depends on how many effects there are to discover.");
	}
	return PSY_OK;
}

/* ---- one test at a level --------------------------------------------------------------------- */

static double
critical_t(const psy_power_design *d, double alpha, double df)
{
	return psy_t_quantile(d->alternative == PSY_POWER_TWO_SIDED ? alpha / 2 : alpha, df, PSY_UPPER);
}

static double
ttest_power(const psy_power_design *d, double alpha)
{
	bool two = d->test == PSY_POWER_TWO_SAMPLE;
	double n2 = isnan(d->n2) ? d->n : d->n2;
	double df = two ? d->n + n2 - 2 : d->n - 1;
	double ncp = d->effect * (two ? 1 / sqrt(1 / d->n + 1 / n2) : sqrt(d->n)), t, power = 0;

	if (!(df >= 1) || (two && !(d->n >= 1 && n2 >= 1)))
		return NAN;
	/* Beyond what the distribution takes there is nothing left to miss. */
	if (fabs(ncp) > 1e4)
		return d->alternative == PSY_POWER_TWO_SIDED || (ncp > 0) == (d->alternative == PSY_POWER_GREATER)
				   ? 1
				   : 0;
	t = critical_t(d, alpha, df);
	if (d->alternative != PSY_POWER_LESS)
		power += psy_noncentral_t_p(t, df, ncp, PSY_UPPER);
	if (d->alternative != PSY_POWER_GREATER)
		power += psy_noncentral_t_p(-t, df, ncp, PSY_LOWER);
	return power > 1 ? 1 : power;
}

/* pwr.r.test: the chance that Fisher's z is beyond that of the critical r. */
static double
correlation_power(const psy_power_design *d, double alpha)
{
	double n = d->n - d->covariates, r = d->alternative == PSY_POWER_LESS ? -d->effect : d->effect;
	double t, critical, z, root, power;

	if (!(n >= 4))
		return NAN;
	t = critical_t(d, alpha, n - 2);
	critical = atanh(t / sqrt(t * t + n - 2));
	z = atanh(r) + r / (2 * (n - 1));
	root = sqrt(n - 3);
	power = psy_normal_p((z - critical) * root, PSY_LOWER);
	if (d->alternative == PSY_POWER_TWO_SIDED)
		power += psy_normal_p((-z - critical) * root, PSY_LOWER);
	return power > 1 ? 1 : power;
}

static double
power_at(const psy_power_design *d, double alpha)
{
	return d->test == PSY_POWER_CORRELATION ? correlation_power(d, alpha) : ttest_power(d, alpha);
}

/* ---- families -------------------------------------------------------------------------------- */

/*
 * Jung (2005): with m1 effects among m tests, each found with the power, the level at which the false
 * discovery rate is f solves (m - m1) alpha = m1 power f / (1 - f).
 */
double
psy_power_alpha(const psy_power_design *d, double power)
{
	double none = d->tests - d->effects, alpha;

	if (d->correction == PSY_POWER_NONE)
		return d->alpha;
	if (d->correction == PSY_POWER_BONFERRONI)
		return d->alpha / d->tests;
	if (none <= 0)
		return 1;
	alpha = d->effects * power * d->alpha / (1 - d->alpha) / none;
	return alpha < 1 ? alpha : 1;
}

/* The largest level that is what its own power asks for; 0 where there is none. */
static double
consistent_alpha(const psy_power_design *d)
{
	double high = psy_power_alpha(d, 1), low = high;

	if (!(psy_power_alpha(d, power_at(d, high)) < high))
		return high;
	do
	{
		high = low;
		low /= 2;
		if (low < 1e-300)
			return 0;
	} while (psy_power_alpha(d, power_at(d, low)) < low);
	for (int k = 0; k < 200 && high - low > 1e-15 * high; k++)
	{
		double middle = low + (high - low) / 2;

		*(psy_power_alpha(d, power_at(d, middle)) < middle ? &high : &low) = middle;
	}
	return low;
}

double
psy_power(const psy_power_design *d)
{
	double alpha;

	if (isnan(power_at(d, 0.5)))
		return NAN;
	alpha = d->correction == PSY_POWER_FDR ? consistent_alpha(d) : psy_power_alpha(d, 1);
	return alpha <= 0 ? 0 : power_at(d, alpha < 1 ? alpha : 1);
}

/* ---- the other way round --------------------------------------------------------------------- */

static double
power_with_n(psy_power_design d, double n, double alpha)
{
	double power;

	d.n = n;
	power = power_at(&d, alpha);
	return isnan(power) ? 0 : power;
}

double
psy_power_sample_size(const psy_power_design *d, double power)
{
	double alpha = psy_power_alpha(d, power), low = 1, high = 4;

	while (!(power_with_n(*d, high, alpha) >= power))
	{
		if (high >= PSY_POWER_MOST_N)
			return NAN;
		low = high;
		high = 2 * high < PSY_POWER_MOST_N ? 2 * high : PSY_POWER_MOST_N;
	}
	while (high - low > 1)
	{
		double middle = floor((low + high) / 2);

		*(power_with_n(*d, middle, alpha) >= power ? &high : &low) = middle;
	}
	return high;
}

static double
power_with_effect(psy_power_design d, double effect, double alpha)
{
	d.effect = effect;
	return power_at(&d, alpha);
}

double
psy_power_detectable(const psy_power_design *d, double power)
{
	bool correlation = d->test == PSY_POWER_CORRELATION;
	double alpha = psy_power_alpha(d, power), low = 0, high = correlation ? 1 : 1e-3;
	double sign = d->alternative == PSY_POWER_LESS ? -1 : 1;

	if (isnan(power_with_effect(*d, 0, alpha)))
		return NAN;
	while (!correlation && !(power_with_effect(*d, sign * high, alpha) >= power))
		high *= 2;
	for (int k = 0; k < 200 && high - low > 1e-15 * high; k++)
	{
		double middle = low + (high - low) / 2;

		*(power_with_effect(*d, sign * middle, alpha) >= power ? &high : &low) = middle;
	}
	return sign * high;
}
