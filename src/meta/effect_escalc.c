/* effect_escalc.c - see effect_escalc.h for the measures and their sources. */
#include "meta/effect_escalc.h"

#include "meta/effect_check.h"
#include "stats/distribution.h"
#include "stats/hedges.h"

#include <math.h>

static const char *const vtype_names[] = {"LS", "LS2", "UB", "HO", "ST", "CS", "AV", "AVHO"};

psy_status
psy_vtype_parse(const char *name, psy_vtype *vtype, psy_error *err)
{
	int found = 0;
	psy_status status = psy_effect_choice(name, "vtype", vtype_names, 8, &found, err);

	*vtype = (psy_vtype) found;
	return status;
}

/* allowed is a set of bits; AV needs as many averages as given. */
static psy_status
check_vtype(psy_vtype vtype, unsigned allowed, const double *average, int averages, psy_error *err)
{
	char names[64] = "";

	if ((allowed >> vtype & 1) == 0)
	{
		for (int i = 0; i < 8; i++)
			if (allowed >> i & 1)
				psy_append(names, sizeof names, "%s%s", names[0] ? ", " : "", vtype_names[i]);
		psy_fail(err, PSY_DOMAIN, "vtype %s does not go with this measure", vtype_names[vtype]);
		return psy_hint(err, "Allowed are %s.", names);
	}
	for (int i = 0; i < averages && (vtype == PSY_VTYPE_AV || vtype == PSY_VTYPE_AVHO); i++)
		if (!isfinite(average[i]))
		{
			psy_fail(err, PSY_DOMAIN, "vtype %s needs average%s", vtype_names[vtype],
					 averages > 1 ? " of both groups" : "");
			return psy_hint(
				err, "It is the mean over all studies, weighted by their sizes: sum(n * value) / sum(n).");
		}
	return PSY_OK;
}

#define BIT(v) (1u << PSY_VTYPE_##v)

/* NaN throughout where the effect is not finite, a variance only where it is positive. */
static psy_effect
known(double yi, double vi)
{
	return isfinite(yi) ? (psy_effect){yi, psy_effect_variance(vi)} : (psy_effect){NAN, NAN};
}

static double
square(double x)
{
	return x * x;
}

/*
 * ---- two groups ------------------------------------------------------------------------------------------
 */

static double
pooled_variance(const psy_group *a, const psy_group *b)
{
	return ((a->n - 1) * square(a->sd) + (b->n - 1) * square(b->sd)) / (a->n + b->n - 2);
}

static psy_effect
ratio_of_means(const psy_group *a, const psy_group *b, bool correct, psy_vtype vtype, const double *average)
{
	psy_effect effect = {NAN, NAN};
	double cv1 = a->sd / a->mean, cv2 = b->sd / b->mean, pooled = sqrt(pooled_variance(a, b));

	psy_effect_rom(a, b, correct, &effect, NULL);
	if (vtype == PSY_VTYPE_HO)
	{
		cv1 = pooled / a->mean;
		cv2 = pooled / b->mean;
	}
	else if (vtype == PSY_VTYPE_AV || vtype == PSY_VTYPE_AVHO)
	{
		cv1 = average[0];
		cv2 = vtype == PSY_VTYPE_AV ? average[1] : average[0];
	}
	if (vtype != PSY_VTYPE_LS)
		effect = known(effect.yi, square(cv1) / a->n + square(cv2) / b->n);
	return effect;
}

static psy_effect
glass(const psy_group *a, const psy_group *b, psy_vtype vtype, const double *average)
{
	double m = b->n - 1, j = psy_hedges_j(m), d = (a->mean - b->mean) / b->sd, g = j * d;
	double sizes = 1 / a->n + 1 / b->n;

	switch (vtype)
	{
		case PSY_VTYPE_LS2: return known(g, j * j * (sizes + d * d / (2 * b->n)));
		case PSY_VTYPE_UB: return known(g, sizes + (1 - (m - 2) / (m * j * j)) * g * g);
		case PSY_VTYPE_AV: return known(g, sizes + square(average[0]) / (2 * b->n));
		default: return known(g, sizes + g * g / (2 * b->n));
	}
}

/* Variances unequal; `less` is taken from the sizes. */
static psy_effect
bonett(const psy_group *a, const psy_group *b, double less)
{
	double g = glass(a, b, PSY_VTYPE_LS, NULL).yi, n1 = a->n - less, n2 = b->n - less;

	return known(g, square(a->sd / b->sd) / n1 + 1 / n2 + g * g / (2 * n2));
}

static psy_effect
smdh2(const psy_group *a, const psy_group *b)
{
	double v1 = square(a->sd), v2 = square(b->sd), sum = v1 + v2, g;

	g = psy_hedges_j(a->n + b->n - 2) * (a->mean - b->mean) / sqrt(sum / 2);
	return known(g, g * g / 2 * (v1 / a->n + v2 / b->n) / square(sum) + 2 / sum * (v1 / a->n + v2 / b->n));
}

static psy_effect
point_biserial(double d, double h, const psy_group *a, const psy_group *b, psy_vtype vtype)
{
	double n = a->n + b->n, r = d / sqrt(d * d + h), unit = h / (d * d + h); /* 1 - r^2 */

	if (vtype == PSY_VTYPE_CS)
		return known(r, unit * unit * (n * r * r / (4 * a->n * b->n) + (2 - 3 * r * r) / (2 * n)));
	return known(r, unit * unit / (d * d + h) * (1 / a->n + 1 / b->n + d * d / (2 * n)));
}

static psy_effect
biserial(double d, double h, const psy_group *a, const psy_group *b)
{
	double n = a->n + b->n, p = a->n / n, q = b->n / n, z = psy_normal_quantile(p, PSY_UPPER);
	double f = exp(-z * z / 2) / sqrt(2 * M_PI), r = sqrt(p * q) / f * d / sqrt(d * d + h),
		   t = fmax(-1, fmin(1, r));

	return known(r, (p * q / (f * f) - (1.5 + (1 - p * z / f) * (1 + q * z / f)) * t * t + square(t * t)) /
						(n - 1));
}

static psy_effect
of_groups(const psy_group *a, const psy_group *b, psy_groups_measure measure, psy_vtype vtype,
		  const double *average)
{
	double n = a->n + b->n, m = n - 2, v = pooled_variance(a, b), d = (a->mean - b->mean) / sqrt(v);
	double h = m / a->n + m / b->n;

	switch (measure)
	{
		case PSY_GROUPS_MD:
			return known(a->mean - b->mean, vtype == PSY_VTYPE_HO
												? v * (1 / a->n + 1 / b->n)
												: square(a->sd) / a->n + square(b->sd) / b->n);
		case PSY_GROUPS_ROM:
		case PSY_GROUPS_ROM_38: return ratio_of_means(a, b, measure == PSY_GROUPS_ROM, vtype, average);
		case PSY_GROUPS_SMD1: return glass(a, b, vtype, average);
		case PSY_GROUPS_SMD1H: return bonett(a, b, 1);
		case PSY_GROUPS_SMD1H_38: return bonett(a, b, 0);
		case PSY_GROUPS_SMDH2: return smdh2(a, b);
		case PSY_GROUPS_RPB: return point_biserial(d, h, a, b, vtype);
		case PSY_GROUPS_RBIS: return biserial(d, h, a, b);
		case PSY_GROUPS_D2ORL:
		case PSY_GROUPS_D2ORN:
			return psy_effect_d_to_or(known(d, 1 / a->n + 1 / b->n + d * d / (2 * n)),
									  measure == PSY_GROUPS_D2ORN);
	}
	return (psy_effect){NAN, NAN};
}

psy_status
psy_escalc_groups(const psy_group *first, const psy_group *second, psy_groups_measure measure,
				  psy_vtype vtype, const double average[2], psy_effect *effect, psy_error *err)
{
	static const unsigned allowed[] = {[PSY_GROUPS_MD] = BIT(LS) | BIT(HO),
									   [PSY_GROUPS_ROM] = BIT(LS) | BIT(HO) | BIT(AV) | BIT(AVHO),
									   [PSY_GROUPS_ROM_38] = BIT(LS) | BIT(HO) | BIT(AV) | BIT(AVHO),
									   [PSY_GROUPS_SMD1] = BIT(LS) | BIT(LS2) | BIT(UB) | BIT(AV),
									   [PSY_GROUPS_SMD1H] = BIT(LS),
									   [PSY_GROUPS_SMD1H_38] = BIT(LS),
									   [PSY_GROUPS_SMDH2] = BIT(LS) | BIT(LS2),
									   [PSY_GROUPS_RPB] = BIT(LS) | BIT(ST) | BIT(CS),
									   [PSY_GROUPS_RBIS] = BIT(LS),
									   [PSY_GROUPS_D2ORL] = BIT(LS),
									   [PSY_GROUPS_D2ORN] = BIT(LS)};
	bool both = vtype == PSY_VTYPE_AV && (measure == PSY_GROUPS_ROM || measure == PSY_GROUPS_ROM_38);
	psy_status status = psy_effect_check_groups(first, second, err);

	if (status == PSY_OK)
		status = check_vtype(vtype, allowed[measure], average, both ? 2 : 1, err);
	if (status != PSY_OK)
		return status;
	*effect = of_groups(first, second, measure, vtype, average);
	if (!(first->n > 1 && second->n > 1))
		effect->vi = NAN;
	return PSY_OK;
}

/*
 * ---- tables ----------------------------------------------------------------------------------------------
 */

/* Sampling with fixed groups: metafor's ST, as the derivatives of phi by the two proportions. */
static double
phi_stratified(const psy_table *t)
{
	double n1 = t->a + t->b, n2 = t->c + t->d, n = n1 + n2, p1 = t->a / n1, p2 = t->c / n2, q1 = t->b / n1,
		   q2 = t->d / n2;
	double events = (t->a + t->c) / n, others = (t->b + t->d) / n,
		   root = sqrt(n1 * n2 / (n * n * events * others));
	/* phi = (p1 - p2) root; ln root falls by half the relative change of events * others. */
	double bend = (p1 - p2) * (others - events) / (2 * events * others);
	double d1 = root * (1 - bend * n1 / n), d2 = root * (-1 - bend * n2 / n);

	return d1 * d1 * p1 * q1 / n1 + d2 * d2 * p2 * q2 / n2;
}

static psy_effect
phi(const psy_table *t, psy_vtype vtype)
{
	double n1 = t->a + t->b, n2 = t->c + t->d, n = n1 + n2, events = t->a + t->c, others = t->b + t->d;
	double y = (t->a * t->d - t->b * t->c) / sqrt(n1 * n2 * events * others);
	double row = (n1 - n2) / n, column = (events - others) / n, pr = n1 / n * n2 / n,
		   pc = events / n * others / n;

	if (vtype == PSY_VTYPE_ST)
		return known(y, phi_stratified(t));
	return known(y, (1 - y * y + y * (1 + y * y / 2) * row * column / sqrt(pr * pc) -
					 0.75 * y * y * (row * row / pr + column * column / pc)) /
						n);
}

/* (x - 1)/(x + 1) of a power of the odds ratio, as a tanh; power 1 is Q, 1/2 is Y. */
static psy_effect
yule(const psy_effect *ln_or, double power)
{
	double y = tanh(power * ln_or->yi / 2);

	return known(y, square(power * (1 - y * y) / 2) * ln_or->vi);
}

static psy_effect
probits(const psy_table *t)
{
	double n1 = t->a + t->b, n2 = t->c + t->d, p1 = t->a / n1, p2 = t->c / n2;
	double z1 = psy_normal_quantile(p1, PSY_LOWER), z2 = psy_normal_quantile(p2, PSY_LOWER);

	return known(z1 - z2,
				 2 * M_PI * (p1 * (t->b / n1) * exp(z1 * z1) / n1 + p2 * (t->d / n2) * exp(z2 * z2) / n2));
}

static psy_effect
matched(const psy_table *t, psy_escalc_table_measure measure)
{
	double n = t->a + t->b + t->c + t->d, first = t->a + t->b, second = t->a + t->c, b = t->b / n,
		   c = t->c / n;
	double change = (b * (1 - b) + 2 * b * c + c * (1 - c)) / n;

	switch (measure)
	{
		case PSY_ESCALC_MPRD: return known((t->b - t->c) / n, change);
		case PSY_ESCALC_MPRR: return known(log(first) - log(second), (t->b + t->c) / (first * second));
		case PSY_ESCALC_MPOR:
			return known(log(first / (n - first)) - log(second / (n - second)),
						 change / (first / n * ((n - first) / n) * (second / n) * ((n - second) / n)));
		case PSY_ESCALC_MPORC: return known(log(t->b) - log(t->c), 1 / t->b + 1 / t->c);
		default: return known(2 * (t->b - t->c) / (t->b + t->c), 4 / (t->b + t->c));
	}
}

static psy_effect
of_table(const psy_table *t, psy_escalc_table_measure measure, psy_vtype vtype, const double *average)
{
	double n1 = t->a + t->b, n2 = t->c + t->d, p1 = t->a / n1, p2 = t->c / n2,
		   less = vtype == PSY_VTYPE_UB ? 1 : 0;
	psy_effect ln_or = {log(t->a / t->b) - log(t->c / t->d), 1 / t->a + 1 / t->b + 1 / t->c + 1 / t->d};

	switch (measure)
	{
		case PSY_ESCALC_RD:
			if (vtype == PSY_VTYPE_AV)
				return known(p1 - p2,
							 average[0] * (1 - average[0]) / n1 + average[1] * (1 - average[1]) / n2);
			return known(p1 - p2, p1 * (t->b / n1) / (n1 - less) + p2 * (t->d / n2) / (n2 - less));
		case PSY_ESCALC_PHI: return phi(t, vtype);
		case PSY_ESCALC_YUQ: return yule(&ln_or, 1);
		case PSY_ESCALC_YUY: return yule(&ln_or, 0.5);
		case PSY_ESCALC_PBIT: return probits(t);
		case PSY_ESCALC_OR2DL:
		case PSY_ESCALC_OR2DN:
			return psy_effect_or_to_d(known(ln_or.yi, ln_or.vi), measure == PSY_ESCALC_OR2DN);
		default: return matched(t, measure);
	}
}

psy_status
psy_escalc_table(const psy_table *table, psy_escalc_table_measure measure, const psy_add *rule,
				 psy_vtype vtype, const double average[2], psy_effect *effect, psy_error *err)
{
	const psy_effect_argument add = {"add", rule->add, 0, INFINITY};
	unsigned allowed = measure == PSY_ESCALC_RD    ? BIT(LS) | BIT(UB) | BIT(AV)
					   : measure == PSY_ESCALC_PHI ? BIT(LS) | BIT(ST) | BIT(CS)
												   : BIT(LS);
	bool pairs = measure >= PSY_ESCALC_MPRD;
	psy_status status = psy_table_check(table, err);
	psy_table added;

	if (status == PSY_OK)
		status = psy_effect_check(&add, 1, err);
	if (status == PSY_OK)
		status = check_vtype(vtype, allowed, average, 2, err);
	if (status != PSY_OK)
		return status;
	*effect = (psy_effect){NAN, NAN};
	if (!pairs && (table->a + table->b == 0 || table->c + table->d == 0 ||
				   (rule->drop00 && psy_table_is_double_zero(table))))
		return PSY_OK;
	added = psy_table_add(table, rule);
	*effect = of_table(&added, measure, vtype, average);
	return PSY_OK;
}

psy_status
psy_escalc_proportion(double x, double n, psy_proportion_measure measure, const psy_add *rule,
					  psy_vtype vtype, double average, psy_effect *effect, psy_error *err)
{
	unsigned allowed = measure == PSY_PROPORTION_PR ? BIT(LS) | BIT(UB) | BIT(AV)
					   : measure == PSY_PROPORTION_PLN || measure == PSY_PROPORTION_PLO ? BIT(LS) | BIT(AV)
																						: BIT(LS);
	psy_status status = check_vtype(vtype, allowed, &average, 1, err);
	psy_table added;
	double size;

	if (status == PSY_OK)
		status = psy_effect_proportion(x, n, measure, rule, effect, err);
	if (status != PSY_OK || vtype == PSY_VTYPE_LS || isnan(effect->yi))
		return status;
	added = psy_table_add(&(psy_table){x, n - x, 1, 1}, rule);
	size = added.a + added.b;
	if (vtype == PSY_VTYPE_UB)
		effect->vi = psy_effect_variance(added.a / size * (added.b / size) / (size - 1));
	else if (measure == PSY_PROPORTION_PR)
		effect->vi = psy_effect_variance(average * (1 - average) / size);
	else
		effect->vi = psy_effect_variance(
			(measure == PSY_PROPORTION_PLN ? (1 - average) / average : 1 / average + 1 / (1 - average)) /
			size);
	return PSY_OK;
}

/*
 * ---- rates -----------------------------------------------------------------------------------------------
 */

static psy_effect
of_rate(double x, double t, psy_rate_measure measure)
{
	double rate = x / t;

	switch (measure)
	{
		case PSY_RATE_RATIO: return (psy_effect){log(rate), 1 / x};
		case PSY_RATE_DIFFERENCE: return (psy_effect){rate, rate / t};
		case PSY_RATE_ROOT: return (psy_effect){sqrt(rate), 1 / (4 * t)};
		case PSY_RATE_FT: return (psy_effect){(sqrt(rate) + sqrt(rate + 1 / t)) / 2, 1 / (4 * t)};
	}
	return (psy_effect){NAN, NAN};
}

psy_status
psy_escalc_rate(const psy_rate *first, const psy_rate *second, psy_rate_measure measure, const psy_add *rule,
				psy_effect *effect, psy_error *err)
{
	const psy_rate none = {1, 1}, *other = second != NULL ? second : &none;
	const psy_effect_argument argument[] = {{second != NULL ? "x1" : "x", first->x, 0, INFINITY},
											{second != NULL ? "t1" : "t", first->t, 0, INFINITY},
											{"x2", other->x, 0, INFINITY},
											{"t2", other->t, 0, INFINITY},
											{"add", rule->add, 0, INFINITY}};
	psy_status status = psy_effect_check(argument, 5, err);
	psy_table added;

	if (status != PSY_OK)
		return status;
	/* A table without other zeros takes the constant by the same rule. */
	added = psy_table_add(&(psy_table){first->x, 1, other->x, 1}, rule);
	*effect = of_rate(added.a, first->t, measure);
	if (second != NULL)
	{
		psy_effect b = of_rate(added.c, second->t, measure);

		*effect = (psy_effect){effect->yi - b.yi, effect->vi + b.vi};
	}
	*effect = first->t > 0 && other->t > 0 ? known(effect->yi, effect->vi) : (psy_effect){NAN, NAN};
	return PSY_OK;
}

/*
 * ---- one group -------------------------------------------------------------------------------------------
 */

psy_status
psy_escalc_one(const psy_group *g, psy_one_measure measure, psy_effect *effect, psy_error *err)
{
	const psy_effect_argument argument[] = {
		{"m", g->mean, -INFINITY, INFINITY}, {"sd", g->sd, 0, INFINITY}, {"n", g->n, 0, INFINITY}};
	psy_status status = psy_effect_check(argument, 3, err);
	double u = 1 / (2 * (g->n - 1)), cv = g->sd / g->mean, y;

	if (status != PSY_OK)
		return status;
	switch (measure)
	{
		case PSY_ONE_MN: *effect = known(g->mean, g->sd * g->sd / g->n); break;
		case PSY_ONE_MNLN: *effect = known(log(g->mean), cv * cv / g->n); break;
		case PSY_ONE_CVLN: *effect = known(log(cv) + u, u + cv * cv / g->n); break;
		case PSY_ONE_SDLN: *effect = known(log(g->sd) + u, u); break;
		case PSY_ONE_SMN:
			y = psy_hedges_j(g->n - 1) * g->mean / g->sd;
			*effect = known(y, 1 / g->n + y * y / (2 * g->n));
			break;
	}
	if (!(g->n > 1))
		*effect = (psy_effect){measure == PSY_ONE_CVLN || measure == PSY_ONE_SDLN ? NAN : effect->yi, NAN};
	return PSY_OK;
}

static psy_effect
smcrph(const psy_change *c)
{
	double v1 = square(c->sd_pre), v2 = square(c->sd_post), sum = v1 + v2, m = c->n - 1, r2 = square(c->r);
	double difference = square(c->sd_pre - c->sd_post) + 2 * (1 - c->r) * c->sd_pre * c->sd_post;
	double g = psy_hedges_j(2 * m / (1 + r2)) * (c->post - c->pre) / sqrt(sum / 2);

	return known(g, 2 * difference / (sum * m) +
						g * g * (v1 * v1 + v2 * v2 + 2 * r2 * v1 * v2) / (2 * sum * sum * m));
}

psy_status
psy_escalc_change(const psy_change *c, psy_escalc_change_measure measure, bool correct, psy_effect *effect,
				  psy_error *err)
{
	psy_effect checked;
	psy_status status = psy_effect_change(c, PSY_CHANGE_MC, false, &checked, err);
	double cv1 = c->sd_post / c->post, cv2 = c->sd_pre / c->pre, spread, bias,
		   sds = (1 - square(c->r)) / (c->n - 1);

	if (status != PSY_OK)
		return status;
	spread = (square(cv1 - cv2) + 2 * (1 - c->r) * cv1 * cv2) / c->n;
	bias = correct ? (cv1 * cv1 - cv2 * cv2) / (2 * c->n) : 0;
	switch (measure)
	{
		case PSY_ESCALC_ROMC: *effect = known(log(c->post / c->pre) + bias, spread); break;
		case PSY_ESCALC_CVRC: *effect = known(log(cv1 / cv2) - bias, sds + spread); break;
		case PSY_ESCALC_VRC: *effect = known(log(c->sd_post / c->sd_pre), sds); break;
		case PSY_ESCALC_SMCRPH: *effect = smcrph(c); break;
	}
	if (measure == PSY_ESCALC_CVRC && !(c->post > 0 && c->pre > 0))
		*effect = (psy_effect){NAN, NAN}; /* a coefficient of variation needs a ratio scale */
	if (!(c->n > 1) || fabs(c->r) == 1)
		effect->vi = NAN;
	return PSY_OK;
}

/*
 * ---- regressions and scales ------------------------------------------------------------------------------
 */

psy_status
psy_escalc_partial(double t, double m, double n, double r2, psy_partial_measure measure, psy_vtype vtype,
				   double average, psy_effect *effect, psy_error *err)
{
	const psy_effect_argument argument[] = {
		{"t", t, -INFINITY, INFINITY}, {"m", m, 0, INFINITY}, {"n", n, 0, INFINITY}, {"r2", r2, 0, 1}};
	psy_status status = psy_effect_check(argument, 4, err);
	double df = n - m - 1, r = t / sqrt(t * t + df), at;

	if (status == PSY_OK)
		status =
			check_vtype(vtype, measure == PSY_PARTIAL_ZPCOR ? BIT(LS) : BIT(LS) | BIT(AV), &average, 1, err);
	if (status != PSY_OK)
		return status;
	*effect = (psy_effect){NAN, NAN};
	if (!(df > 0))
		return PSY_OK;
	if (measure == PSY_PARTIAL_SPCOR)
		r = t * sqrt(1 - r2) / sqrt(df);
	at = vtype == PSY_VTYPE_AV ? average : r;
	if (measure == PSY_PARTIAL_ZPCOR)
		*effect = known(atanh(r), 1 / df);
	else if (measure == PSY_PARTIAL_PCOR)
		*effect = known(r, square(1 - at * at) / df);
	else
		*effect = known(r, (square(r2) - 2 * r2 + (r2 - at * at) + 1 - square(r2 - at * at)) / n);
	return PSY_OK;
}

psy_status
psy_escalc_alpha(double alpha, double m, double n, psy_alpha_measure measure, psy_effect *effect,
				 psy_error *err)
{
	const psy_effect_argument argument[] = {
		{"alpha", alpha, -INFINITY, 1}, {"m", m, 2, INFINITY}, {"n", n, 0, INFINITY}};
	psy_status status = psy_effect_check(argument, 3, err);
	double rest = 1 - alpha, unit = 2 * m / ((m - 1) * (n - 2));

	if (status != PSY_OK)
		return status;
	switch (measure)
	{
		case PSY_ALPHA_RAW: *effect = known(alpha, unit * rest * rest); break;
		case PSY_ALPHA_HW:
			*effect =
				known(1 - cbrt(rest), 18 * m * (n - 1) * square(cbrt(rest)) / ((m - 1) * square(9 * n - 11)));
			break;
		case PSY_ALPHA_BT: *effect = known(-log(rest), unit); break;
	}
	if (!(n > 2))
		effect->vi = NAN;
	return PSY_OK;
}

/*
 * ---- conversions -----------------------------------------------------------------------------------------
 */

psy_effect
psy_effect_or_to_d(psy_effect effect, bool normal)
{
	double unit = normal ? 1 / 1.65 : sqrt(3) / M_PI;

	return (psy_effect){unit * effect.yi, unit * unit * effect.vi};
}

psy_effect
psy_effect_d_to_or(psy_effect effect, bool normal)
{
	double unit = normal ? 1.65 : M_PI / sqrt(3);

	return (psy_effect){unit * effect.yi, unit * unit * effect.vi};
}

psy_status
psy_nnt_scale_parse(const char *name, psy_nnt_scale *scale, psy_error *err)
{
	static const char *const known_scales[] = {"smd", "or", "rr", "rd"};
	int found = 0;
	psy_status status = psy_effect_choice(name, "scale", known_scales, 4, &found, err);

	*scale = (psy_nnt_scale) found;
	return status;
}

psy_status
psy_nnt(double yi, double control, psy_nnt_scale scale, double *nnt, psy_error *err)
{
	const psy_effect_argument argument = {"yi", yi, -INFINITY, INFINITY};
	psy_status status = psy_effect_check(&argument, 1, err);
	double treated = NAN;

	if (status != PSY_OK)
		return status;
	if (!(control > 0 && control < 1))
	{
		psy_fail(err, PSY_DOMAIN, "control_rate is %g, but must lie between 0 and 1", control);
		return psy_hint(err, "It is the share of responders in the second group.");
	}
	switch (scale)
	{
		case PSY_NNT_SMD:
			treated = psy_normal_p(yi + psy_normal_quantile(control, PSY_LOWER), PSY_LOWER);
			break;
		case PSY_NNT_OR: treated = 1 / (1 + exp(-yi) * (1 - control) / control); break;
		case PSY_NNT_RR: treated = control * exp(yi); break;
		case PSY_NNT_RD: treated = control + yi; break;
	}
	/* No difference needs infinitely many patients, which is no number. */
	*nnt = treated >= 0 && treated <= 1 && treated != control ? 1 / (treated - control) : NAN;
	return PSY_OK;
}

void
psy_share_beyond(double mean, double se, double tau2, double se_tau2, double threshold, bool above,
				 double *share, double *se_share)
{
	double tau = sqrt(tau2), z = (above ? mean - threshold : threshold - mean) / tau;

	*se_share = NAN;
	if (!(tau2 > 0))
	{
		*share = mean == threshold ? 0.5 : (mean > threshold) == above ? 1 : 0;
		if (isnan(mean))
			*share = NAN;
		return;
	}
	*share = psy_normal_p(z, PSY_LOWER);
	*se_share = exp(-z * z / 2) / sqrt(2 * M_PI) * sqrt(se * se / tau2 + square(z * se_tau2 / (2 * tau2)));
}
