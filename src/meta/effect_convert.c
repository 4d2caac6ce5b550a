/* effect_convert.c - see effect_convert.h for the formulas and their sources. */
#include "meta/effect_convert.h"

#include "meta/effect_check.h"
#include "stats/distribution.h"

#include <math.h>
#include <stdbool.h>

/*
 * ---- tests of two groups ---------------------------------------------------------------------------------
 */

static psy_status
check_sizes(double n1, double n2, psy_error *err)
{
	const psy_effect_argument argument[] = {{"n1", n1, 0, INFINITY}, {"n2", n2, 0, INFINITY}};

	return psy_effect_check(argument, 2, err);
}

psy_status
psy_effect_from_d(double d, double n1, double n2, psy_smd_vtype vtype, double average, psy_effect *effect,
				  psy_error *err)
{
	/* Groups with means d and 0 and sd 1 have that Cohen's d. */
	const psy_effect_argument argument = {"d", d, -INFINITY, INFINITY};
	psy_status status = psy_effect_check(&argument, 1, err);

	if (status != PSY_OK)
		return status;
	return psy_effect_smd(&(psy_group){d, 1, n1}, &(psy_group){0, 1, n2}, vtype, average, effect, err);
}

psy_status
psy_effect_from_t(double t, double n1, double n2, psy_smd_vtype vtype, double average, psy_effect *effect,
				  psy_error *err)
{
	const psy_effect_argument argument = {"t", t, -INFINITY, INFINITY};
	psy_status status = psy_effect_check(&argument, 1, err);

	if (status == PSY_OK)
		status = check_sizes(n1, n2, err);
	if (status != PSY_OK)
		return status;
	*effect = (psy_effect){NAN, NAN};
	if (n1 == 0 || n2 == 0)
		return PSY_OK;
	return psy_effect_from_d(t * sqrt(1 / n1 + 1 / n2), n1, n2, vtype, average, effect, err);
}

psy_status
psy_effect_from_p(double p, double n1, double n2, psy_smd_vtype vtype, double average, psy_effect *effect,
				  psy_error *err)
{
	const psy_effect_argument argument = {"p", p, -1, 1};
	psy_status status = psy_effect_check(&argument, 1, err);
	double t;

	if (status == PSY_OK)
		status = check_sizes(n1, n2, err);
	if (status != PSY_OK)
		return status;
	*effect = (psy_effect){NAN, NAN};
	if (p == 0 || !(n1 + n2 > 2))
		return PSY_OK;
	t = psy_t_quantile(fabs(p) / 2, n1 + n2 - 2, PSY_UPPER);
	return psy_effect_from_t(copysign(t, p), n1, n2, vtype, average, effect, err);
}

psy_status
psy_effect_from_f(double f, double sign, double n1, double n2, psy_smd_vtype vtype, double average,
				  psy_effect *effect, psy_error *err)
{
	const psy_effect_argument argument = {"f", f, 0, INFINITY};
	psy_status status = psy_effect_check(&argument, 1, err);

	if (status != PSY_OK)
		return status;
	if (sign != 1 && sign != -1)
		return psy_fail(err, PSY_DOMAIN, "sign is %g, but must be 1 or -1: F has no direction of its own",
						sign);
	return psy_effect_from_t(sign * sqrt(f), n1, n2, vtype, average, effect, err);
}

/*
 * ---- estimates -------------------------------------------------------------------------------------------
 */

psy_status
psy_effect_scale_parse(const char *name, psy_effect_scale *scale, psy_error *err)
{
	static const char *const known[] = {"identity", "log"};
	int found = 0;
	psy_status status = psy_effect_choice(name, "scale", known, 2, &found, err);

	*scale = (psy_effect_scale) found;
	return status;
}

/* value on the effect's scale; PSY_DOMAIN for a ratio that is not positive. */
static psy_status
to_scale(const char *name, double *value, psy_effect_scale scale, psy_error *err)
{
	const psy_effect_argument argument = {name, *value, -INFINITY, INFINITY};
	psy_status status = psy_effect_check(&argument, 1, err);

	if (status != PSY_OK || scale == PSY_SCALE_IDENTITY)
		return status;
	if (!(*value > 0))
		return psy_fail(err, PSY_DOMAIN, "%s is %g, but a ratio must be positive", name, *value);
	*value = log(*value);
	return PSY_OK;
}

psy_status
psy_effect_from_ci(double estimate, double lb, double ub, double level, double df, psy_effect_scale scale,
				   psy_effect *effect, psy_error *err)
{
	double se;
	psy_status status;

	if (!(level > 0 && level < 1))
		return psy_fail(err, PSY_DOMAIN, "level is %g, but must lie between 0 and 1, such as 0.95", level);
	if (!(df > 0))
		return psy_fail(err, PSY_DOMAIN, "df is %g, but must be positive", df);
	if (lb > ub)
		return psy_fail(err, PSY_DOMAIN, "lb is %g, but cannot be above ub, which is %g", lb, ub);
	status = to_scale("lb", &lb, scale, err);
	if (status == PSY_OK)
		status = to_scale("ub", &ub, scale, err);
	if (status == PSY_OK && !isnan(estimate))
		status = to_scale("estimate", &estimate, scale, err);
	if (status != PSY_OK)
		return status;
	if (estimate < lb || estimate > ub)
		return psy_fail(err, PSY_DOMAIN, "estimate lies outside its interval from lb to ub");
	se = (ub - lb) / (2 * psy_t_quantile((1 - level) / 2, df, PSY_UPPER));
	*effect = (psy_effect){isnan(estimate) ? lb + (ub - lb) / 2 : estimate, psy_effect_variance(se * se)};
	return PSY_OK;
}

psy_status
psy_effect_from_se(double estimate, double se, psy_effect_scale scale, psy_effect *effect, psy_error *err)
{
	const psy_effect_argument argument = {"se", se, 0, INFINITY};
	psy_status status = to_scale("estimate", &estimate, scale, err);

	if (status == PSY_OK)
		status = psy_effect_check(&argument, 1, err);
	if (status != PSY_OK)
		return status;
	*effect = (psy_effect){estimate, psy_effect_variance(se * se)};
	return PSY_OK;
}

psy_status
psy_effect_from_z(double estimate, double z, psy_effect_scale scale, psy_effect *effect, psy_error *err)
{
	const psy_effect_argument argument = {"z", z, -INFINITY, INFINITY};
	psy_status status = to_scale("estimate", &estimate, scale, err);

	if (status == PSY_OK)
		status = psy_effect_check(&argument, 1, err);
	if (status != PSY_OK)
		return status;
	*effect = (psy_effect){estimate, NAN};
	if (estimate * z > 0)
		effect->vi = psy_effect_variance(estimate / z * (estimate / z));
	return PSY_OK;
}

/*
 * ---- quantiles -------------------------------------------------------------------------------------------
 */

/* PSY_DOMAIN when the numbers that were printed do not ascend. */
static psy_status
check_quantiles(const psy_quantiles *q, psy_error *err)
{
	static const char *const name[] = {"min", "q1", "median", "q3", "max"};
	const double value[] = {q->min, q->q1, q->median, q->q3, q->max};
	int before = -1;

	if (!(q->n > 1) || isinf(q->n))
		return psy_fail(err, PSY_DOMAIN, "n is %g, but must be above 1", q->n);
	for (int i = 0; i < 5; i++)
	{
		if (isinf(value[i]))
			return psy_fail(err, PSY_DOMAIN, "%s is infinite, but must be finite", name[i]);
		if (isnan(value[i]))
			continue;
		if (before >= 0 && value[i] < value[before])
			return psy_fail(err, PSY_DOMAIN, "%s is %g, but cannot be below %s, which is %g", name[i],
							value[i], name[before], value[before]);
		before = i;
	}
	return PSY_OK;
}

psy_status
psy_mean_sd_from_quantiles(const psy_quantiles *q, double *mean, double *sd, psy_error *err)
{
	psy_status status = check_quantiles(q, err);
	double n = q->n, middle = (q->q1 + q->q3) / 2, centre = (q->min + q->max) / 2;
	bool range = !isnan(q->min + q->max), quartiles = !isnan(q->q1 + q->q3);
	double xi, eta;

	if (status != PSY_OK)
		return status;
	*mean = *sd = NAN;
	if (isnan(q->median) || (!range && !quartiles))
		return PSY_OK;
	xi = 2 * psy_normal_quantile((n - 0.375) / (n + 0.25), PSY_LOWER);
	eta = 2 * psy_normal_quantile((0.75 * n - 0.125) / (n + 0.25), PSY_LOWER);
	if (range && quartiles)
	{
		double w1 = 2.2 / (2.2 + pow(n, 0.75)), w2 = 0.7 - 0.72 / pow(n, 0.55),
			   w = 1 / (1 + 0.07 * pow(n, 0.6));

		*mean = w1 * centre + w2 * middle + (1 - w1 - w2) * q->median;
		*sd = w * (q->max - q->min) / xi + (1 - w) * (q->q3 - q->q1) / eta;
	}
	else if (range)
	{
		double w = 4 / (4 + pow(n, 0.75));

		*mean = w * centre + (1 - w) * q->median;
		*sd = (q->max - q->min) / xi;
	}
	else
	{
		double w = 0.7 + 0.39 / n;

		*mean = w * middle + (1 - w) * q->median;
		*sd = (q->q3 - q->q1) / eta;
	}
	return PSY_OK;
}

/*
 * ---- counts ----------------------------------------------------------------------------------------------
 */

psy_status
psy_response_rate(double baseline, double mean, double sd, double reduction, double *rate, psy_error *err)
{
	const psy_effect_argument argument[] = {{"baseline", baseline, -INFINITY, INFINITY},
											{"mean", mean, -INFINITY, INFINITY},
											{"sd", sd, 0, INFINITY},
											{"reduction", reduction, 0, 1}};
	psy_status status = psy_effect_check(argument, 4, err);

	if (status != PSY_OK)
		return status;
	*rate = sd > 0 ? psy_normal_p(((1 - reduction) * baseline - mean) / sd, PSY_LOWER) : NAN;
	return PSY_OK;
}

psy_status
psy_table_from_or(double odds_ratio, double n, double n1, double events, double cell[4], psy_error *err)
{
	const psy_effect_argument argument[] = {{"odds_ratio", odds_ratio, 0, INFINITY},
											{"n", n, 0, INFINITY},
											{"n1", n1, 0, INFINITY},
											{"events", events, 0, INFINITY}};
	psy_status status = psy_effect_check(argument, 4, err);
	double k = odds_ratio - 1, b = n - n1 - events + odds_ratio * (n1 + events);
	double root = sqrt(fmax(0, b * b - 4 * k * odds_ratio * n1 * events));

	if (status != PSY_OK)
		return status;
	/* k a^2 - b a + odds_ratio n1 events = 0; the root that lies within the margins, without cancellation. */
	cell[0] = b + root > 0 ? 2 * odds_ratio * n1 * events / (b + root) : NAN;
	cell[1] = n1 - cell[0];
	cell[2] = events - cell[0];
	cell[3] = n - n1 - events + cell[0];
	for (int i = 0; i < 4; i++)
		if (!(cell[i] >= 0))
			cell[0] = cell[1] = cell[2] = cell[3] = NAN;
	return PSY_OK;
}

/*
 * ---- back ------------------------------------------------------------------------------------------------
 */

double
psy_back_pas(double yi)
{
	double s = sin(fmin(fmax(yi, 0), M_PI_2));

	return isnan(yi) ? NAN : s * s;
}

double
psy_back_pft(double yi, double n)
{
	double lowest = asin(sqrt(1 / (n + 1))) / 2, s = sin(2 * yi), root;

	if (isnan(yi) || !(n > 0))
		return NAN;
	if (yi <= lowest)
		return 0;
	if (yi >= M_PI_2 - lowest)
		return 1;
	root = s + (s - 1 / s) / n;
	root = sqrt(fmax(0, (1 - root) * (1 + root)));
	return yi < M_PI_4 ? (1 - root) / 2 : (1 + root) / 2;
}
