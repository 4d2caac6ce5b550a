/*
 * filter.c - Butterworth filters and splines; see filter.h.
 *
 * A narrow band of order 5 is a polynomial of degree 10 whose roots crowd near 1: its coefficients decide the
 * result to 1e-6 only.  Coefficients are therefore computed operation by operation in scipy's and numpy's order,
 * division of complex numbers included, and agree to a last bit or two.  With tr 0.72 s and 0.01 to 0.1 Hz that still
 * moves the result by 1e-6, in scipy's own between CPUs too; from tr 1.5 s on it is below 1e-8.
 */
#include "connectivity/filter.h"

#include <complex.h>
#include <math.h>
#include <string.h>

/* ---- design -------------------------------------------------------------------------------------------- */

#define ROOTS (2 * PSY_FILTER_ORDER)
#define RATE 2.0 /* of the digital filter that the prototype is mapped to */

typedef struct roots
{
	size_t zeros, poles;
	double complex zero[ROOTS];
	double complex pole[ROOTS];
	double gain;
} roots;

/* Smith (1962), as numpy divides. */
static double complex
divide(double complex x, double complex y)
{
	double a = creal(x), b = cimag(x), c = creal(y), d = cimag(y), ratio, scale;

	if (fabs(c) >= fabs(d))
	{
		ratio = d / c;
		scale = 1 / (c + d * ratio);
		return CMPLX((a + b * ratio) * scale, (b - a * ratio) * scale);
	}
	ratio = c / d;
	scale = 1 / (d + c * ratio);
	return CMPLX((a * ratio + b) * scale, (b * ratio - a) * scale);
}

static double complex
times(double complex x, double complex y)
{
	return CMPLX(creal(x) * creal(y) - cimag(x) * cimag(y), creal(x) * cimag(y) + cimag(x) * creal(y));
}

/* The analogue lowpass prototype of cutoff 1 rad/s: poles on the left half of the unit circle. */
static void
prototype(roots *r)
{
	r->zeros = 0;
	r->poles = PSY_FILTER_ORDER;
	r->gain = 1;
	for (int k = 0; k < PSY_FILTER_ORDER; k++)
	{
		int m = 2 * k - PSY_FILTER_ORDER + 1;

		r->pole[k] = m == 0 ? -1 : -cexp(CMPLX(0, M_PI * m / (2.0 * PSY_FILTER_ORDER)));
	}
}

static void
to_lowpass(roots *r, double cutoff)
{
	for (size_t k = 0; k < r->poles; k++)
		r->pole[k] *= cutoff;
	r->gain *= pow(cutoff, PSY_FILTER_ORDER);
}

static void
to_highpass(roots *r, double cutoff)
{
	double complex product = 1;

	for (size_t k = 0; k < r->poles; k++)
	{
		product = times(product, -r->pole[k]);
		r->pole[k] = divide(cutoff, r->pole[k]);
	}
	r->zeros = r->poles;
	memset(r->zero, 0, sizeof r->zero);
	r->gain *= creal(divide(1, product));
}

static void
to_bandpass(roots *r, double low, double high)
{
	double width = high - low, centre = sqrt(low * high);

	for (size_t k = 0; k < PSY_FILTER_ORDER; k++)
	{
		double complex scaled = r->pole[k] * width / 2;
		double complex spread = csqrt(times(scaled, scaled) - centre * centre);

		r->pole[k] = scaled + spread;
		r->pole[k + PSY_FILTER_ORDER] = scaled - spread;
	}
	r->poles = ROOTS;
	r->zeros = PSY_FILTER_ORDER;
	memset(r->zero, 0, sizeof r->zero);
	r->gain *= pow(width, PSY_FILTER_ORDER);
}

static void
bilinear(roots *r)
{
	double complex above = 1, below = 1;

	for (size_t k = 0; k < r->zeros; k++)
	{
		above = times(above, 2 * RATE - r->zero[k]);
		r->zero[k] = divide(2 * RATE + r->zero[k], 2 * RATE - r->zero[k]);
	}
	for (size_t k = 0; k < r->poles; k++)
	{
		below = times(below, 2 * RATE - r->pole[k]);
		r->pole[k] = divide(2 * RATE + r->pole[k], 2 * RATE - r->pole[k]);
	}
	while (r->zeros < r->poles)
		r->zero[r->zeros++] = -1;
	r->gain *= creal(divide(above, below));
}

static void
multiply_out(const double complex *root, size_t count, double gain, double *coefficient)
{
	double complex c[PSY_FILTER_MOST] = {1};

	for (size_t k = 0; k < count; k++)
		for (size_t i = k + 1; i > 0; i--)
			c[i] += times(c[i - 1], -root[k]);
	for (size_t i = 0; i <= count; i++)
		coefficient[i] = gain * creal(c[i]);
}

/* The steady state of the transposed direct form II under a constant input (scipy's lfilter_zi). */
static void
find_start(psy_filter *f)
{
	double sum_a = 0, sum_b = 0, a = 1, c = 0;

	for (size_t k = 0; k < f->length; k++)
		sum_a += f->a[k];
	for (size_t k = 1; k < f->length; k++)
		sum_b += f->b[k] - f->a[k] * f->b[0];
	f->start[0] = sum_b / sum_a;
	for (size_t k = 1; k + 1 < f->length; k++)
	{
		a += f->a[k];
		c += f->b[k] - f->a[k] * f->b[0];
		f->start[k] = a * f->start[0] - c;
	}
}

void
psy_filter_design(double high_pass, double low_pass, psy_filter *filter)
{
	double high = 2 * RATE * tan(M_PI * high_pass / RATE), low = 2 * RATE * tan(M_PI * low_pass / RATE);
	roots r;

	memset(filter, 0, sizeof *filter);
	prototype(&r);
	if (high_pass > 0 && low_pass > 0)
		to_bandpass(&r, high, low);
	else if (high_pass > 0)
		to_highpass(&r, high);
	else
		to_lowpass(&r, low);
	bilinear(&r);
	filter->length = r.poles + 1;
	multiply_out(r.zero, r.zeros, r.gain, filter->b);
	multiply_out(r.pole, r.poles, 1, filter->a);
	find_start(filter);
}

/* ---- running ------------------------------------------------------------------------------------------- */

size_t
psy_filter_padding(const psy_filter *filter)
{
	return 3 * filter->length;
}

static void
run(const psy_filter *f, double *x, size_t n, ptrdiff_t step)
{
	double state[PSY_FILTER_MOST];

	for (size_t k = 0; k + 1 < f->length; k++)
		state[k] = f->start[k] * *x;
	state[f->length - 1] = 0;
	for (size_t t = 0; t < n; t++, x += step)
	{
		double in = *x, out = state[0] + f->b[0] * in;

		for (size_t k = 1; k < f->length; k++)
			state[k - 1] = state[k] + in * f->b[k] - out * f->a[k];
		*x = out;
	}
}

void
psy_filter_both_ways(const psy_filter *filter, double *x, size_t n, double *room)
{
	size_t padding = psy_filter_padding(filter), length = n + 2 * padding;

	for (size_t k = 0; k < padding; k++)
	{
		room[k] = 2 * x[0] - x[padding - k];
		room[padding + n + k] = 2 * x[n - 1] - x[n - 2 - k];
	}
	memcpy(room + padding, x, sizeof(double) * n);
	run(filter, room, length, 1);
	run(filter, room + length - 1, length, -1);
	memcpy(x, room + padding, sizeof(double) * n);
}

/* ---- splines ------------------------------------------------------------------------------------------- */

/* Slopes at the knots t[m], y[m]: tridiagonal, with not-a-knot ends.  slope holds the right side first. */
static void
find_slopes(const double *t, const double *y, size_t m, double *slope, double *diagonal)
{
	double upper = t[2] - t[0], first = t[1] - t[0], second = t[2] - t[1];
	double last = t[m - 1] - t[m - 2], before = t[m - 2] - t[m - 3], d = t[m - 1] - t[m - 3];
	double s0 = (y[1] - y[0]) / first, s1 = (y[2] - y[1]) / second;
	double e0 = (y[m - 2] - y[m - 3]) / before, e1 = (y[m - 1] - y[m - 2]) / last;

	diagonal[0] = second;
	slope[0] = ((first + 2 * upper) * second * s0 + first * first * s1) / upper;
	for (size_t i = 1; i + 1 < m; i++)
	{
		double left = t[i] - t[i - 1], right = t[i + 1] - t[i];
		double above = i == 1 ? upper : t[i - 1] - t[i - 2]; /* of the row before, right of its diagonal */
		double factor = right / diagonal[i - 1];

		diagonal[i] = 2 * (left + right) - factor * above;
		slope[i] = 3 * (right * (y[i] - y[i - 1]) / left + left * (y[i + 1] - y[i]) / right) -
				   factor * slope[i - 1];
	}
	slope[m - 1] = (last * last * e0 + (2 * d + last) * before * e1) / d - d / diagonal[m - 2] * slope[m - 2];
	slope[m - 1] /= before - d / diagonal[m - 2] * before;
	for (size_t i = m - 1; i-- > 0;)
		slope[i] = (slope[i] - (i == 0 ? upper : t[i] - t[i - 1]) * slope[i + 1]) / diagonal[i];
}

static double
piece(const double *t, const double *y, const double *slope, size_t k, double at)
{
	double width = t[k + 1] - t[k], chord = (y[k + 1] - y[k]) / width, u = at - t[k];
	double third = (slope[k] + slope[k + 1] - 2 * chord) / width;

	return y[k] + u * (slope[k] + u * ((chord - slope[k]) / width - third + u * (third / width)));
}

void
psy_spline_fill(double *x, const bool *kept, size_t n, double *room)
{
	double *t = room, *y = room + n, *slope = room + 2 * n, *diagonal = room + 3 * n;
	size_t m = 0, k = 0;

	for (size_t i = 0; i < n; i++)
		if (kept[i])
		{
			t[m] = (double) i;
			y[m++] = x[i];
		}
	find_slopes(t, y, m, slope, diagonal);
	for (size_t i = 0; i < n; i++)
	{
		while (k + 2 < m && t[k + 1] <= (double) i)
			k++;
		if (!kept[i])
			x[i] = piece(t, y, slope, k, (double) i);
	}
}
