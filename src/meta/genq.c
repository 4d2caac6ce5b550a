/*
 * genq.c - the generalised Q statistic; see genq.h.
 *
 * Q is a quadratic form of normals with M = S P S, P = A - A 1 1'A / 1'A1, S^2 = diag(v + tau2): a diagonal d_i = a_i (v_i
 * + tau2) less a matrix of rank one, so that its moment generating function needs no eigenvalues:
 *	det(I - 2tM) = prod (1 - 2 t d_i) (1 + 2t / sum a * sum a_i d_i / (1 - 2 t d_i)).
 * The tail is the inversion integral along a parabola through the saddlepoint that opens around the branch cut: on it the
 * integrand falls like a Gaussian in the end, and the trapezoidal rule converges faster than any power (Temme 1977;
 * Trefethen & Weideman 2014).
 */
#include "meta/genq.h"

#include "meta/tau2.h"
#include "stats/distribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STEPS 200
/* Where one weight is above this many times all others together, rounding of it hides theirs. */
#define ALL_THE_WEIGHT 1e10
/* Steps of the inversion integrals of one fit; data that a double can tell apart take a twentieth of it. */
#define WORK 200000

psy_status
psy_genq_method_parse(const char *name, bool *median, psy_error *err)
{
	*median = strcasecmp(name, "GENQM") == 0;
	if (*median || strcasecmp(name, "GENQ") == 0)
		return PSY_OK;
	psy_fail(err, PSY_DOMAIN, "unknown method \"%.40s\" for weights of one's own", name);
	return psy_hint(err, "Allowed are GENQ and GENQM; other methods have weights of their own: use meta(yi, vi, method).");
}

/*
 * ---- the distribution of Q ------------------------------------------------------------------------------------
 */

/* What a fit may still spend; NULL: anything. */
typedef struct budget
{
	const psy_context *ctx;
	long left;
} budget;

typedef struct form
{
	const psy_weighted_study *study;
	size_t k;
	double tau2, sum, most; /* of a; the largest d */
	budget *budget;
} form;

static double
d_of(const form *f, size_t i)
{
	return f->study[i].weight * (f->study[i].vi + f->tau2);
}

/* K(t) = -ln det(I - 2tM) / 2 at t = x + iy, y >= 0: real and imaginary part. */
static void
cumulant(const form *f, double x, double y, double *real, double *imaginary)
{
	double size = 0, angle = 0, re = 0, im = 0, a, b;

	for (size_t i = 0; i < f->k; i++)
	{
		double d = d_of(f, i), u = 1 - 2 * x * d, v = -2 * y * d, square = u * u + v * v;
		double weight = f->study[i].weight * d / square;

		size += log(square) / 2;
		angle += atan2(v, u);
		re += weight * u;
		im -= weight * v;
	}
	/* 1 + 2 (x + iy)(re + i im) / sum: its angle lies in [0, pi), as the eigenvalues interlace with d. */
	a = 1 + 2 * (x * re - y * im) / f->sum;
	b = 2 * (x * im + y * re) / f->sum;
	*real = -(size + log(a * a + b * b) / 2) / 2;
	*imaginary = -(angle + atan2(b, a)) / 2;
}

/* The derivative of K(t) - t q - ln t on the real axis below 1 / (2 most). */
static double
slope(const form *f, double t, double q)
{
	double sum = 0, first = 0, second = 0;

	for (size_t i = 0; i < f->k; i++)
	{
		double d = d_of(f, i), u = 1 - 2 * t * d;

		sum += d / u;
		first += f->study[i].weight * d / u;
		second += f->study[i].weight * d / (u * u);
	}
	return sum - second / f->sum / (1 + 2 * t * first / f->sum) - q - 1 / t;
}

static double
saddlepoint(const form *f, double q)
{
	double low = 0, branch = 0.5 / f->most, high = branch, t = high / 2;

	for (int i = 0; i < 60 && high - low > fmax(1e-3 * fmin(t, branch - t), 1e-6 * branch); i++)
	{
		*(slope(f, t, q) < 0 ? &low : &high) = t;
		t = low + (high - low) / 2;
	}
	return t;
}

/* The integrand at parameter u >= 0 of the parabola t = c + s (u^2 + i u), with dt. */
static double
integrand(const form *f, double q, double c, double s, double u, double level)
{
	double x = c + s * u * u, y = s * u, real, imaginary, size, angle;

	cumulant(f, x, y, &real, &imaginary);
	/* exp(K - tq) dt / t, dt = s (2u + i). */
	size = exp(real - x * q - level) * s * sqrt(4 * u * u + 1) / sqrt(x * x + y * y);
	angle = imaginary - y * q + atan2(1, 2 * u) - atan2(y, x);
	return size * sin(angle);
}

static bool
is_spent(budget *b, int i)
{
	return b != NULL && (--b->left < 0 || (i % 1024 == 0 && psy_poll(b->ctx, NULL) != PSY_OK));
}

/*
 * In w, u = sinh w: where q is small the integrand falls with powers of u before its Gaussian ends it, and w has the
 * logarithms of u evenly.  NaN where the budget is spent.
 */
static double
trapezoid(const form *f, double q, double c, double s, double step, double level)
{
	double sum = integrand(f, q, c, s, 0, level) / 2, most = fabs(sum);

	for (int i = 1; i * step < 700; i++)
	{
		double at = integrand(f, q, c, s, sinh(i * step), level) * cosh(i * step);

		if (is_spent(f->budget, i))
			return NAN;
		sum += at;
		most = fmax(most, fabs(at));
		/* What is left falls at least as fast as exp(-q s u^2). */
		if (fabs(at) < 1e-17 * most && i * step > 1)
			break;
	}
	return sum * step;
}

static double
tail(const psy_weighted_study *study, size_t k, double tau2, double q, budget *b)
{
	form f = {study, k, tau2, 0, 0, b};
	double c, s, level, ignored, step = 0.125, last, now = NAN;

	for (size_t i = 0; i < k; i++)
	{
		f.sum += study[i].weight;
		f.most = fmax(f.most, d_of(&f, i));
	}
	if (!(q > 0))
		return 1;
	c = saddlepoint(&f, q);
	/* As wide as the saddle is from the pole at 0 and the branch point, and as q lets it fall. */
	s = fmin(c, fmax(0.5 / f.most - c, 1 / q));
	cumulant(&f, c, 0, &level, &ignored);
	level -= c * q;
	/* Chernoff's bound: less than any level leaves beyond its interval. */
	if (level < -200)
		return 0;
	last = trapezoid(&f, q, c, s, step, level);
	for (int i = 0; i < 8 && !isnan(last); i++)
	{
		step /= 2;
		now = trapezoid(&f, q, c, s, step, level);
		/* Halving the step squares the error, so that now is exact to rounding. */
		if (fabs(now - last) <= 1e-10 * fabs(now))
			break;
		last = now;
	}
	return isnan(now) ? NAN : fmin(1, exp(level) * now / M_PI);
}

double
psy_genq_tail(const psy_weighted_study *study, size_t k, double tau2, double q)
{
	return tail(study, k, tau2, q, NULL);
}

/*
 * ---- tau2 -----------------------------------------------------------------------------------------------------
 */

/* What the data are: sorted, centred, scaled; weights with sum near 1. */
typedef struct data
{
	const psy_context *ctx;
	psy_weighted_study *study;
	size_t k;
	double sum, mean, q; /* of weights; weighted mean; the statistic */
	double centre;
	int exponent;
	budget budget;
} data;

static int
compare(const void *left, const void *right)
{
	const psy_weighted_study *a = left, *b = right;

	if (a->vi != b->vi)
		return a->vi < b->vi ? -1 : 1;
	if (a->yi != b->yi)
		return a->yi < b->yi ? -1 : 1;
	return a->weight < b->weight ? -1 : a->weight > b->weight;
}

static void
prepare(data *d)
{
	double width = 0, most = 0;
	int unit;

	qsort(d->study, d->k, sizeof *d->study, compare);
	d->centre = d->study[0].yi;
	for (size_t i = 0; i < d->k; i++)
	{
		d->study[i].yi -= d->centre;
		width = fmax(width, fmax(fabs(d->study[i].yi), sqrt(d->study[i].vi)));
		most = fmax(most, d->study[i].weight);
	}
	d->exponent = isfinite(width) && width > 0 ? ilogb(width) : 0;
	unit = ilogb(most);
	for (size_t i = 0; i < d->k; i++)
	{
		psy_weighted_study *s = &d->study[i];

		*s = (psy_weighted_study){ldexp(s->yi, -d->exponent), ldexp(s->vi, -2 * d->exponent), ldexp(s->weight, -unit)};
		d->sum += s->weight;
		d->mean += s->weight * s->yi;
	}
	d->mean /= d->sum;
	for (size_t i = 0; i < d->k; i++)
		d->q += d->study[i].weight * (d->study[i].yi - d->mean) * (d->study[i].yi - d->mean);
}

/* tr P, tr PV, and the sums of squares that Q's variance needs: P_ij = -a_i a_j / sum off the diagonal. */
typedef struct traces
{
	double p, pv, pvpv, pvp, pp;
} traces;

static traces
traces_of(const data *d)
{
	traces t = {0};
	double a2 = 0, a2v = 0;

	for (size_t i = 0; i < d->k; i++)
	{
		a2 += d->study[i].weight * d->study[i].weight;
		a2v += d->study[i].weight * d->study[i].weight * d->study[i].vi;
	}
	for (size_t i = 0; i < d->k; i++)
	{
		double a = d->study[i].weight, v = d->study[i].vi, own = a * (1 - a / d->sum), share = a / d->sum;

		t.p += own;
		t.pv += own * v;
		t.pvpv += own * own * v * v + share * share * v * (a2v - a * a * v);
		t.pvp += own * own * v + share * share * v * (a2 - a * a);
		t.pp += own * own + share * share * (a2 - a * a);
	}
	return t;
}

static double
beyond(data *d, double tau2, double target)
{
	return tail(d->study, d->k, tau2, d->q, &d->budget) - target;
}

/* The tau2 >= 0 where P(Q > q) is target, rising with tau2; 0 when it is more at 0 already; NaN when the budget is spent. */
static double
where_tail(data *d, double target)
{
	double low = 0, high = d->study[0].vi + d->q / d->sum, at_low = beyond(d, 0, target), at_high;
	int side = 0;

	if (at_low >= 0)
		return 0;
	at_high = beyond(d, high, target);
	for (int i = 0; i < 2000 && at_high < 0; i++)
	{
		low = high;
		at_low = at_high;
		high *= 2;
		at_high = beyond(d, high, target);
	}
	if (isnan(at_low + at_high))
		return NAN;
	/* The secant within the bracket (Illinois). */
	for (int i = 0; i < STEPS && high - low > 1e-14 * (high + d->study[0].vi); i++)
	{
		double middle = (low * at_high - high * at_low) / (at_high - at_low), at;

		if (!(middle > low && middle < high))
			middle = low + (high - low) / 2;
		at = beyond(d, middle, target);
		if (isnan(at))
			return NAN;
		if (fabs(at) < 1e-15)
			return middle;
		if (at > 0)
		{
			high = middle;
			at_high = at;
			at_low /= side == 1 ? 2 : 1;
			side = 1;
		}
		else
		{
			low = middle;
			at_low = at;
			at_high /= side == -1 ? 2 : 1;
			side = -1;
		}
	}
	return low + (high - low) / 2;
}

/*
 * ---- inference ------------------------------------------------------------------------------------------------
 */

static void
say(psy_meta_result *r, const char *text)
{
	psy_append(r->note, sizeof r->note, "%s%s", r->note[0] ? "; " : "", text);
}

/* What Knapp & Hartung multiply the variance with: the residual variance under inverse-variance weights. */
static double
test_scale(const psy_meta_sums *at, const psy_genq_options *o, psy_meta_result *r)
{
	double scale2 = at->q / (double) (r->k - 1);

	r->df = o->test == PSY_META_Z ? INFINITY : (double) (r->k - 1);
	if (o->test == PSY_META_Z || o->test == PSY_META_T)
		return 1;
	if (o->test == PSY_META_ADHOC)
		return fmax(1, scale2);
	if (scale2 == 0)
		say(r, "all effects are equal, so that the Knapp-Hartung standard error is 0 and there is no test: use test adhoc");
	else if (psy_t_quantile((1 - o->level) / 2, r->df, PSY_UPPER) * sqrt(scale2) <
			 psy_t_quantile((1 - o->level) / 2, INFINITY, PSY_UPPER))
		say(r, "the Knapp-Hartung interval is narrower than that of test z");
	return scale2;
}

static void
infer(const data *d, double tau2, const psy_meta_sums *at, const psy_genq_options *o, psy_meta_result *r)
{
	double variance = 0, rss = 0, logs = 0, half, k = (double) d->k;

	for (size_t i = 0; i < d->k; i++)
	{
		double share = d->study[i].weight / d->sum, all = d->study[i].vi + tau2, e = d->study[i].yi - d->mean;

		variance += share * share * all;
		rss += e * e / all;
		logs += log(all);
	}
	r->se = ldexp(sqrt(test_scale(at, o, r) * variance), d->exponent);
	r->estimate = d->centre + ldexp(d->mean, d->exponent);
	half = psy_t_quantile((1 - o->level) / 2, r->df, PSY_UPPER) * r->se;
	r->ci_lb = r->estimate - half;
	r->ci_ub = r->estimate + half;
	r->statistic = r->se > 0 ? r->estimate / r->se : NAN;
	r->p = r->se > 0 ? psy_two_sided_p(r->statistic, r->df, &r->log_p) : NAN;
	r->loglik = -0.5 * (k * log(2 * M_PI) + logs + rss) - k * d->exponent * M_LN2;
}

static void
predict(const psy_genq_options *o, psy_meta_result *r)
{
	double df = INFINITY, half;

	if (r->k < 3)
	{
		say(r, "no prediction interval below 3 studies");
		return;
	}
	if (o->pi == PSY_META_PI_K1 || (o->pi == PSY_META_PI_METAFOR && o->test != PSY_META_Z))
		df = (double) r->k - 1;
	else if (o->pi == PSY_META_PI_K2)
		df = (double) r->k - 2;
	half = psy_t_quantile((1 - o->level) / 2, df, PSY_UPPER) * sqrt(r->se * r->se + r->tau2);
	r->pi_lb = r->estimate - half;
	r->pi_ub = r->estimate + half;
}

/* tau2, its standard error and interval at the data's scale. */
static void
find_tau2(data *d, const psy_genq_options *o, psy_meta_result *r)
{
	traces t = traces_of(d);

	r->tau2 = o->median ? where_tail(d, 0.5) : fmax(0, (d->q - t.pv) / t.p);
	r->se_tau2 = sqrt(2 * t.pvpv + 4 * r->tau2 * t.pvp + 2 * r->tau2 * r->tau2 * t.pp) / t.p;
	r->tau2_lb = where_tail(d, (1 - o->level) / 2);
	r->tau2_ub = where_tail(d, (1 + o->level) / 2);
	if (isnan(r->tau2_lb + r->tau2_ub))
	{
		r->tau2_lb = r->tau2_ub = NAN;
		say(r, "no interval of tau2: the variances or weights are too far apart for double precision");
	}
	else if (beyond(d, 0, (1 + o->level) / 2) > 0)
		say(r, "the interval of tau2 is empty: effects vary less than their variances allow");
}

/* work: k effects and k doubles. */
static void
fit(data *d, psy_effect *effect, double *weight, const psy_genq_options *o, psy_meta_result *r)
{
	psy_studies s = {d->ctx, effect, weight, d->k};
	double *squared[] = {&r->tau2, &r->se_tau2, &r->tau2_lb, &r->tau2_ub}, typical;
	psy_meta_sums at;

	prepare(d);
	for (size_t i = 0; i < d->k; i++)
		effect[i] = (psy_effect){d->study[i].yi, d->study[i].vi};
	if (d->k < 5)
		say(r, "fewer than 5 studies: the interval is fragile");
	find_tau2(d, o, r);
	at = psy_meta_sums_at(s, r->tau2);
	infer(d, r->tau2, &at, o, r);
	at = psy_meta_sums_at(s, 0);
	typical = (double) (d->k - 1) / at.trace;
	r->i2 = 100 * r->tau2 / (typical + r->tau2);
	r->h2 = r->tau2 / typical + 1;
	for (size_t i = 0; i < sizeof squared / sizeof *squared; i++)
		*squared[i] = ldexp(*squared[i], 2 * d->exponent);
	predict(o, r);
}

static bool
one_has_all_the_weight(const psy_weighted_study *study, size_t k)
{
	double others = 0;
	size_t most = 0;

	for (size_t i = 1; i < k; i++)
		most = study[i].weight > study[most].weight ? i : most;
	for (size_t i = 0; i < k; i++)
		others += i == most ? 0 : study[i].weight;
	return study[most].weight > ALL_THE_WEIGHT * others;
}

static psy_status
check_study(const psy_weighted_study *s, psy_error *err)
{
	psy_status status = psy_meta_check_study(s->yi, s->vi, err);

	if (status != PSY_OK)
		return status;
	if (!(s->weight > 0 && isfinite(s->weight)))
	{
		psy_fail(err, PSY_DOMAIN, "weight is %g, but must be positive and finite", s->weight);
		return psy_hint(err, "Leave a study without weight out with FILTER (WHERE weight > 0).");
	}
	if (s->vi > 0)
		return PSY_OK;
	psy_fail(err, PSY_DOMAIN, "vi is 0 for a study, and the generalised Q needs positive variances");
	return psy_hint(err, "Give the study its sampling variance, or leave it out with FILTER (WHERE vi > 0).");
}

psy_status
psy_genq_fit(const psy_context *ctx, const psy_weighted_study *study, size_t k, const psy_genq_options *o,
			 psy_meta_result *r, psy_error *err)
{
	/* The equal-effects fit brings Cochran's Q, and all there is of no study or one. */
	psy_meta_options plain = {PSY_META_EE, k > 1 ? PSY_META_Z : o->test, o->level, o->pi, PSY_META_QPROFILE};
	data d = {.ctx = ctx, .k = k, .budget = {ctx, WORK}};
	psy_effect *effect;
	void *block;
	psy_status status = PSY_OK;

	for (size_t i = 0; i < k && status == PSY_OK; i++)
		status = check_study(&study[i], err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, k + 1, sizeof *study + sizeof *effect + sizeof(double), &block, err);
	if (status != PSY_OK)
		return status;
	d.study = block;
	effect = (psy_effect *) (d.study + k);
	memcpy(d.study, study, k * sizeof *study);
	for (size_t i = 0; i < k; i++)
		effect[i] = (psy_effect){study[i].yi, study[i].vi};
	status = psy_meta_fit(ctx, effect, k, &plain, r, err);
	if (status == PSY_OK && k > 1 && one_has_all_the_weight(study, k))
	{
		r->test = o->test;
		psy_meta_without_answer(r, "one of the %zu studies has all the weight, so that nothing can be told of the others");
	}
	else if (status == PSY_OK && k > 1)
	{
		r->test = o->test;
		fit(&d, effect, (double *) (effect + k), o, r);
		status = psy_poll(ctx, err);
		if (!(isfinite(r->estimate) && isfinite(r->se) && isfinite(r->tau2)))
			psy_meta_without_answer(r, "the effects, variances or weights of the %zu studies are too far apart for double precision");
	}
	psy_release(ctx, block);
	return status;
}
