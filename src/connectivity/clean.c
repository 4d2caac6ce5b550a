/*
 * clean.c - the order of cleaning; see clean.h.  Columns are gathered one by one, so that every step runs
 * over contiguous volumes.
 *
 * nilearn's pivoted QR drops directions by an absolute bound; here a confound is left out when those before
 * it leave less than 1e-10 of its length, which gives the same projection wherever that is determined.
 */
#include "connectivity/clean.h"

#include "connectivity/filter.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define DEPENDENT 1e-10
#define LEAST_KEPT 4

typedef struct cleaner
{
	const psy_clean_input *in;
	const psy_clean_options *options;
	psy_filter filter;
	bool filtered;
	bool spline;  /* censored volumes are filled first and left out later */
	size_t first; /* volumes first .. first + length - 1 are worked on */
	size_t length;
	size_t kept;
	size_t bases;   /* confounds that count */
	bool *keep;     /* of all volumes */
	double *base;   /* orthonormal columns of kept volumes */
	double *column; /* one column of all volumes */
	double *room;
} cleaner;

/* ---- steps over one column ------------------------------------------------------------------- */

static double
mean_of(const double *x, size_t n)
{
	double sum = 0;

	for (size_t t = 0; t < n; t++)
		sum += x[t];
	return sum / (double) n;
}

static double
inner(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t t = 0; t < n; t++)
		sum += a[t] * b[t];
	return sum;
}

static void
subtract(double *x, size_t n, double by)
{
	for (size_t t = 0; t < n; t++)
		x[t] -= by;
}

static void
detrend(double *x, size_t n)
{
	double centre = (double) (n - 1) / 2, along = 0, squares = 0;

	subtract(x, n, mean_of(x, n));
	for (size_t t = 0; t < n; t++)
	{
		along += x[t] * ((double) t - centre);
		squares += ((double) t - centre) * ((double) t - centre);
	}
	for (size_t t = 0; squares > 0 && t < n; t++)
		x[t] -= along / squares * ((double) t - centre);
}

static void
divide_by_spread(double *x, size_t n, double divisor)
{
	double sd = sqrt(inner(x, x, n) / divisor);

	if (!(sd < DBL_EPSILON))
		for (size_t t = 0; t < n; t++)
			x[t] /= sd;
}

static void
standardize(double *x, size_t n, psy_standardize how)
{
	double mean = mean_of(x, n);

	if (how == PSY_STANDARDIZE_NONE || n == 1)
		return;
	subtract(x, n, mean);
	if (how == PSY_STANDARDIZE_ZSCORE)
		divide_by_spread(x, n, (double) n);
	else if (how == PSY_STANDARDIZE_ZSCORE_SAMPLE)
		divide_by_spread(x, n, (double) n - 1);
	else
		for (size_t t = 0; t < n; t++)
			x[t] = fabs(mean) < DBL_EPSILON ? 0 : x[t] / fabs(mean) * 100;
}

/* Up to the point where confounds are removed; column then holds the kept volumes.  Returns the mean before.
 */
static double
prepare(const cleaner *c)
{
	double *x = c->column + c->first, mean;
	size_t n = 0;

	if (c->spline)
		psy_spline_fill(c->column, c->keep, c->in->timepoints, c->room);
	else
	{
		for (size_t t = 0; t < c->in->timepoints; t++)
			if (c->keep[t])
				c->column[n++] = c->column[t];
	}
	mean = mean_of(x, c->length);
	if (c->options->detrend)
		detrend(x, c->length);
	if (c->filtered)
		psy_filter_both_ways(&c->filter, x, c->length, c->room);
	if (!c->spline)
		return mean;
	for (size_t t = 0; t < c->in->timepoints; t++)
		if (c->keep[t])
			c->column[n++] = c->column[t];
	return mean;
}

static bool
gather(const double *from, size_t columns, size_t k, size_t n, double *to)
{
	bool complete = true;

	for (size_t t = 0; t < n; t++)
	{
		to[t] = from[t * columns + k];
		complete &= !isnan(to[t]);
	}
	return complete;
}

/* ---- confounds ------------------------------------------------------------------------------- */

/* Number of cosine drifts below the cutoff (without the constant). */
static size_t
cosines(const psy_clean_input *in, const psy_clean_options *o)
{
	double order;

	if (!o->cosine)
		return 0;
	order = floor(2 * (double) in->timepoints * o->high_pass * o->tr);
	return order < (double) in->timepoints - 1 ? (size_t) order : in->timepoints - 1;
}

static void
take_as_base(cleaner *c)
{
	double *x = c->column, length;
	size_t n = c->kept;

	standardize(x, n, PSY_STANDARDIZE_ZSCORE);
	length = sqrt(inner(x, x, n));
	for (int pass = 0; pass < 2; pass++)
		for (size_t b = 0; b < c->bases; b++)
		{
			double along = inner(c->base + b * n, x, n);

			for (size_t t = 0; t < n; t++)
				x[t] -= along * c->base[b * n + t];
		}
	if (length > 0 && sqrt(inner(x, x, n)) > DEPENDENT * length)
	{
		double left = sqrt(inner(x, x, n));

		for (size_t t = 0; t < n; t++)
			c->base[c->bases * n + t] = x[t] / left;
		c->bases++;
	}
}

static psy_status
build_bases(const psy_context *ctx, cleaner *c, psy_error *err)
{
	size_t n = c->in->timepoints, drifts = cosines(c->in, c->options);

	for (size_t k = 0; k < c->in->columns; k++)
	{
		if (!gather(c->in->confounds, c->in->columns, k, n, c->column))
			return psy_fail(err, PSY_DOMAIN, "column %zu of confounds has a NULL or NaN", k + 1);
		prepare(c);
		take_as_base(c);
		if (psy_poll(ctx, err) != PSY_OK)
			return PSY_INTERRUPTED;
	}
	for (size_t k = 1; k <= drifts; k++)
	{
		for (size_t t = 0; t < n; t++)
			c->column[t] = sqrt(2 / (double) n) * cos(M_PI / (double) n * ((double) t + 0.5) * (double) k);
		prepare(c);
		take_as_base(c);
		if (psy_poll(ctx, err) != PSY_OK)
			return PSY_INTERRUPTED;
	}
	return PSY_OK;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void
clean_region(const cleaner *c, size_t k, double *clean)
{
	const psy_clean_options *o = c->options;
	size_t regions = c->in->regions, n = c->kept;
	double *x = c->column, mean;

	if (!gather(c->in->series, regions, k, c->in->timepoints, x))
	{
		for (size_t t = 0; t < n; t++)
			clean[t * regions + k] = NAN;
		return;
	}
	mean = prepare(c);
	for (size_t b = 0; b < c->bases; b++)
		c->room[b] = inner(c->base + b * n, x, n);
	for (size_t b = 0; b < c->bases; b++)
		for (size_t t = 0; t < n; t++)
			x[t] -= c->room[b] * c->base[b * n + t];
	/* Percent of the mean: where detrending or a high-pass took it, it comes back. */
	if (o->standardize == PSY_STANDARDIZE_PSC && (o->detrend || (c->filtered && o->high_pass > 0)))
		subtract(x, n, -mean);
	standardize(x, n, o->standardize);
	for (size_t t = 0; t < n; t++)
		clean[t * regions + k] = x[t];
}

static psy_status
check_frequency(double frequency, double nyquist, const char *name, psy_error *err)
{
	if (frequency == 0)
		return PSY_OK;
	if (!(frequency > 0 && frequency < nyquist))
		return psy_fail(err, PSY_DOMAIN, "%s is %g Hz; above 0 and below the Nyquist frequency %g expected",
						name, frequency, nyquist);
	return PSY_OK;
}

static psy_status
check_finite(const double *x, size_t columns, size_t rows, const char *name, psy_error *err)
{
	for (size_t i = 0; i < columns * rows; i++)
		if (isinf(x[i]))
			return psy_fail(err, PSY_DOMAIN, "%s has %g at timepoint %zu, column %zu", name, x[i],
							i / columns + 1, i % columns + 1);
	return PSY_OK;
}

static psy_status
check(const psy_clean_input *in, const psy_clean_options *o, psy_error *err)
{
	double nyquist = 0.5 / o->tr;

	if (!(o->tr > 0 && isfinite(o->tr)))
		return psy_fail(err, PSY_DOMAIN, "tr is %g; seconds above 0 expected", o->tr);
	if (check_frequency(o->low_pass, nyquist, "low_pass", err) != PSY_OK ||
		check_frequency(o->high_pass, nyquist, "high_pass", err) != PSY_OK)
		return PSY_DOMAIN;
	if (o->low_pass > 0 && o->high_pass >= o->low_pass)
		return psy_fail(err, PSY_DOMAIN, "high_pass %g Hz is not below low_pass %g Hz", o->high_pass,
						o->low_pass);
	if (o->cosine && (o->low_pass > 0 || o->high_pass == 0))
		return psy_fail(err, PSY_DOMAIN, "filter cosine takes a high_pass and no low_pass");
	if (in->columns > PSY_CLEAN_MOST_CONFOUNDS)
		return psy_fail(err, PSY_LIMIT, "%zu confounds; at most %d expected", in->columns,
						PSY_CLEAN_MOST_CONFOUNDS);
	if (check_finite(in->series, in->regions, in->timepoints, "series", err) != PSY_OK)
		return PSY_DOMAIN;
	return check_finite(in->confounds, in->columns, in->timepoints, "confounds", err);
}

/* Which volumes are kept, and which worked on. */
static psy_status
plan(cleaner *c, psy_error *err)
{
	const psy_clean_options *o = c->options;
	size_t n = c->in->timepoints, last = 0;

	c->first = n;
	for (size_t t = 0; t < n; t++)
	{
		c->keep[t] = c->in->scrub == NULL || !c->in->scrub[t];
		if (!c->keep[t])
			continue;
		c->kept++;
		last = t;
		c->first = c->first == n ? t : c->first;
	}
	if (c->kept < LEAST_KEPT)
		return psy_fail(err, PSY_SHAPE, "%zu timepoints remain; at least %d expected", c->kept, LEAST_KEPT);
	c->filtered = !o->cosine && (o->low_pass > 0 || o->high_pass > 0);
	c->spline = c->filtered && c->kept < n;
	if (!c->spline || o->extrapolate)
		c->first = 0;
	c->length = !c->spline ? c->kept : o->extrapolate ? n : last - c->first + 1;
	if (!c->filtered)
		return PSY_OK;
	psy_filter_design(2 * o->high_pass / (1 / o->tr), 2 * o->low_pass / (1 / o->tr), &c->filter);
	if (c->length <= psy_filter_padding(&c->filter))
		return psy_fail(err, PSY_SHAPE, "%zu timepoints are too few for the filter; more than %zu expected",
						c->length, psy_filter_padding(&c->filter));
	return PSY_OK;
}

static psy_status
clean_all(const psy_context *ctx, cleaner *c, double *clean, psy_error *err)
{
	psy_status status = build_bases(ctx, c, err);

	for (size_t k = 0; status == PSY_OK && k < c->in->regions; k++)
	{
		clean_region(c, k, clean);
		status = psy_poll(ctx, err);
	}
	return status;
}

psy_status
psy_clean(const psy_context *ctx, const psy_clean_input *in, const psy_clean_options *options, double *clean,
		  size_t *kept, psy_error *err)
{
	cleaner c = {.in = in, .options = options};
	size_t n = in->timepoints, bases = in->columns;
	void *keep = NULL, *base = NULL, *column = NULL, *room = NULL;
	psy_status status = check(in, options, err);

	if (status != PSY_OK)
		return status;
	bases += cosines(in, options);
	status = psy_alloc(ctx, n, sizeof(bool), &keep, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, n * (bases < n ? bases + 1 : n + 1), sizeof(double), &base, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, n, sizeof(double), &column, err);
	if (status == PSY_OK)
		status = psy_alloc(ctx, 4 * n + 6 * PSY_FILTER_MOST + bases, sizeof(double), &room, err);
	c.keep = keep;
	c.base = base;
	c.column = column;
	c.room = room;
	if (status == PSY_OK)
		status = plan(&c, err);
	if (status == PSY_OK)
		status = clean_all(ctx, &c, clean, err);
	*kept = c.kept;
	psy_release(ctx, room);
	psy_release(ctx, column);
	psy_release(ctx, base);
	psy_release(ctx, keep);
	return status;
}
