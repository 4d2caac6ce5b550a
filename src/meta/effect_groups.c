/* effect_groups.c - see effect_groups.h for the formulas and their sources. */
#include "meta/effect_groups.h"

#include "meta/effect_check.h"
#include "stats/hedges.h"

#include <math.h>

/*
 * ---- two groups ------------------------------------------------------------------------------------------
 */

psy_status
psy_smdh_vtype_parse(const char *name, psy_smdh_vtype *vtype, psy_error *err)
{
	static const char *const known[] = {"LS", "LS-3.8"};
	int found = 0;
	psy_status status = psy_effect_choice(name, "vtype", known, 2, &found, err);

	*vtype = (psy_smdh_vtype) found;
	return status;
}

psy_status
psy_effect_check_groups(const psy_group *first, const psy_group *second, psy_error *err)
{
	const psy_effect_argument argument[] = {
		{"m1", first->mean, -INFINITY, INFINITY},
		{"sd1", first->sd, 0, INFINITY},
		{"n1", first->n, 0, INFINITY},
		{"m2", second->mean, -INFINITY, INFINITY},
		{"sd2", second->sd, 0, INFINITY},
		{"n2", second->n, 0, INFINITY},
	};

	return psy_effect_check(argument, 6, err);
}

/* Nothing is known of the variance where a group has n <= 1; and nothing at all without an effect. */
static psy_effect
known(double yi, double vi, double n1, double n2)
{
	if (!isfinite(yi))
		return (psy_effect){NAN, NAN};
	return (psy_effect){yi, n1 > 1 && n2 > 1 ? psy_effect_variance(vi) : NAN};
}

static double
smdh_variance(double g, double j, const psy_group *a, const psy_group *b, psy_smdh_vtype vtype)
{
	double v1 = a->sd * a->sd, v2 = b->sd * b->sd, sum = v1 + v2;
	double m1 = a->n - 1, m2 = b->n - 1;
	double s1 = v1 / sum, s2 = v2 / sum;
	double vi = g * g * (s1 * s1 / m1 + s2 * s2 / m2) / 2 + 2 * (s1 / m1 + s2 / m2);

	return vtype == PSY_SMDH_LS_38 ? j * j * vi : vi;
}

psy_status
psy_effect_smdh(const psy_group *first, const psy_group *second, psy_smdh_vtype vtype, psy_effect *effect,
				psy_error *err)
{
	psy_status status = psy_effect_check_groups(first, second, err);
	double j = psy_hedges_j(first->n + second->n - 2);
	double g = j * (first->mean - second->mean) / sqrt((first->sd * first->sd + second->sd * second->sd) / 2);

	if (status != PSY_OK)
		return status;
	*effect = known(g, smdh_variance(g, j, first, second, vtype), first->n, second->n);
	return PSY_OK;
}

/* Squared coefficient of variation over n. */
static double
relative_error(const psy_group *group)
{
	double cv = group->sd / group->mean;

	return cv * cv / group->n;
}

psy_status
psy_effect_rom(const psy_group *first, const psy_group *second, bool correct, psy_effect *effect,
			   psy_error *err)
{
	psy_status status = psy_effect_check_groups(first, second, err);
	double e1 = relative_error(first), e2 = relative_error(second);

	if (status != PSY_OK)
		return status;
	*effect =
		known(log(first->mean / second->mean) + (correct ? (e1 - e2) / 2 : 0), e1 + e2, first->n, second->n);
	return PSY_OK;
}

psy_status
psy_effect_vr(const psy_group *first, const psy_group *second, psy_effect *effect, psy_error *err)
{
	psy_status status = psy_effect_check_groups(first, second, err);
	double u1 = 1 / (2 * (first->n - 1)), u2 = 1 / (2 * (second->n - 1));

	if (status != PSY_OK)
		return status;
	*effect = known(log(first->sd / second->sd) + (u1 - u2), u1 + u2, first->n, second->n);
	if (isnan(effect->vi))
		effect->yi = NAN; /* its correction needs n > 1 too */
	return PSY_OK;
}

psy_status
psy_effect_cvr(const psy_group *first, const psy_group *second, bool correct, psy_effect *effect,
			   psy_error *err)
{
	psy_effect vr, rom;
	psy_status status = psy_effect_vr(first, second, &vr, err);

	if (status != PSY_OK)
		return status;
	psy_effect_rom(first, second, correct, &rom, NULL);
	*effect = known(vr.yi - rom.yi, vr.vi + rom.vi, first->n, second->n);
	if (!(first->mean > 0 && second->mean > 0))
		*effect = (psy_effect){NAN, NAN}; /* a coefficient of variation needs a ratio scale */
	return PSY_OK;
}

psy_status
psy_combine_arms(const psy_group *first, const psy_group *second, psy_group *both, psy_error *err)
{
	psy_status status = psy_effect_check_groups(first, second, err);
	double n1 = first->n, n2 = second->n, n = n1 + n2, d = first->mean - second->mean;

	if (status != PSY_OK)
		return status;
	/* From the larger arm, so that an arm of size 0 leaves the other as it is. */
	both->n = n;
	both->mean = n1 >= n2 ? first->mean - d * (n2 / n) : second->mean + d * (n1 / n);
	both->sd = sqrt((fmax(n1 - 1, 0) * first->sd * first->sd + fmax(n2 - 1, 0) * second->sd * second->sd +
					 n1 / n * n2 * d * d) /
					(n - 1));
	if (!(n > 1))
		both->sd = NAN;
	return PSY_OK;
}

/*
 * ---- one group twice -------------------------------------------------------------------------------------
 */

static psy_status
check_change(const psy_change *c, psy_error *err)
{
	const psy_effect_argument argument[] = {
		{"post", c->post, -INFINITY, INFINITY},
		{"pre", c->pre, -INFINITY, INFINITY},
		{"sd_pre", c->sd_pre, 0, INFINITY},
		{"sd_post", c->sd_post, 0, INFINITY},
		{"n", c->n, 0, INFINITY},
		{"r", c->r, -1, 1},
	};

	return psy_effect_check(argument, 6, err);
}

/* Variance of the change: (sd_pre - sd_post)^2 + 2 (1 - r) sd_pre sd_post, which cannot cancel to below 0. */
static double
change_variance(const psy_change *c)
{
	double d = c->sd_pre - c->sd_post;

	return d * d + 2 * (1 - c->r) * c->sd_pre * c->sd_post;
}

/* Standardised by sd with m degrees of freedom; vi = unit + d^2 curve, with LS2 both times J^2. */
static psy_effect
standardised(const psy_change *c, double sd, double m, double unit, double curve, bool ls2)
{
	double j = psy_hedges_j(m), d = (c->post - c->pre) / sd, g = j * d;

	return known(g, ls2 ? j * j * (unit + d * d * curve) : unit + g * g * curve, c->n, c->n);
}

psy_status
psy_effect_change(const psy_change *c, psy_change_measure measure, bool ls2, psy_effect *effect,
				  psy_error *err)
{
	psy_status status = check_change(c, err);
	double m = c->n - 1, variance = change_variance(c), shared = 2 * (1 - c->r) / c->n, j = psy_hedges_j(m);

	if (status != PSY_OK)
		return status;
	switch (measure)
	{
		case PSY_CHANGE_MC: *effect = known(c->post - c->pre, variance / c->n, c->n, c->n); break;
		case PSY_CHANGE_SMCC:
			*effect = standardised(c, sqrt(variance), m, 1 / c->n, 1 / (2 * c->n), ls2);
			break;
		case PSY_CHANGE_SMCR: *effect = standardised(c, c->sd_pre, m, shared, 1 / (2 * c->n), ls2); break;
		case PSY_CHANGE_SMCRH:
		case PSY_CHANGE_SMCRH_38:
			*effect =
				standardised(c, c->sd_pre, m, variance / (c->sd_pre * c->sd_pre * m), 1 / (2 * m), false);
			if (measure == PSY_CHANGE_SMCRH_38)
				effect->vi *= j * j;
			break;
		case PSY_CHANGE_SMCRP:
			*effect = standardised(c, sqrt((c->sd_pre * c->sd_pre + c->sd_post * c->sd_post) / 2),
								   2 * m / (1 + c->r * c->r), shared, (1 + c->r * c->r) / (4 * c->n), false);
			break;
	}
	/* r of exactly 1 or -1 claims more than data can: the effect stands, its variance is not known. */
	if (fabs(c->r) == 1)
		effect->vi = NAN;
	return PSY_OK;
}
