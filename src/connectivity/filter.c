/*
 * filter.c - Butterworth filters and splines; see filter.h.
 *
 * A narrow band of order 5 multiplied out is a polynomial of degree 10 whose roots crowd near 1, and its
 * coefficients' last bits decide the result to 1e-6, or blow it up.  Sections of two poles each keep every
 * digit: a coefficient's last bit moves its own poles alone.
 */
#include "connectivity/filter.h"

#include <complex.h>
#include <math.h>
#include <string.h>

/* ---- design ---------------------------------------------------------------------------------- */

#define ROOTS (2 * PSY_FILTER_ORDER)
#define RATE 2.0 /* of the digital filter that the prototype is mapped to */

typedef struct roots
{
	size_t zeros; /* of the analogue filter, all at 0 */
	size_t poles;
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
	r->gain *= pow(width, PSY_FILTER_ORDER);
}

/* Zeros come to lie at 1, and as many more as there are poles at -1.  Returns how many lie at 1. */
static size_t
bilinear(roots *r)
{
	double complex above = 1, below = 1;

	for (size_t k = 0; k < r->zeros; k++)
		above = times(above, 2 * RATE);
	for (size_t k = 0; k < r->poles; k++)
	{
		below = times(below, 2 * RATE - r->pole[k]);
		r->pole[k] = divide(2 * RATE + r->pole[k], 2 * RATE - r->pole[k]);
	}
	r->gain *= creal(divide(above, below));
	return r->zeros;
}

/* The state that a section keeps under a constant input of 1, times the input that the sections before it
 * leave. */
static void
find_start(psy_section *section, double *constant)
{
	const double *b = section->b, *a = section->a;
	double in = *constant, out = (b[0] + b[1] + b[2]) / (1 + a[0] + a[1]) * in;

	section->start[1] = b[2] * in - a[1] * out;
	section->start[0] = b[1] * in - a[0] * out + section->start[1];
	*constant = out;
}

/* Adds the section of two real or conjugate poles, or of one where pole[1] is NaN, with as many of the zeros
 * left. */
static void
add_section(psy_filter *f, const double complex pole[2], size_t *at_one, size_t *at_minus_one)
{
	psy_section *section = &f->section[f->sections++];
	bool single = isnan(creal(pole[1]));
	double zero[2] = {0, 0};

	for (size_t k = 0; k < (single ? 1 : 2); k++)
	{
		bool minus = *at_one == 0 || (*at_minus_one > 0 && k == 1);

		zero[k] = minus ? -1 : 1;
		*(minus ? at_minus_one : at_one) -= 1;
	}
	section->b[0] = 1;
	section->b[1] = -(zero[0] + zero[1]);
	section->b[2] = zero[0] * zero[1];
	section->a[0] = single ? -creal(pole[0]) : -creal(pole[0] + pole[1]);
	section->a[1] = single ? 0 : creal(times(pole[0], pole[1]));
}

/* Poles off the real axis with their conjugates, the others two by two. */
static void
make_sections(psy_filter *f, const roots *r, size_t at_one)
{
	size_t at_minus_one = r->poles - at_one;
	double complex real[2];
	size_t waiting = 0;

	f->sections = 0;
	for (size_t k = 0; k < r->poles; k++)
		if (cimag(r->pole[k]) > 0)
			add_section(f, (double complex[]){r->pole[k], conj(r->pole[k])}, &at_one, &at_minus_one);
		else if (cimag(r->pole[k]) == 0)
		{
			real[waiting++] = r->pole[k];
			if (waiting == 2)
				add_section(f, real, &at_one, &at_minus_one);
			waiting %= 2;
		}
	if (waiting == 1)
		add_section(f, (double complex[]){real[0], NAN}, &at_one, &at_minus_one);
}

void
psy_filter_design(double high_pass, double low_pass, psy_filter *filter)
{
	double high = 2 * RATE * tan(M_PI * high_pass / RATE), low = 2 * RATE * tan(M_PI * low_pass / RATE);
	double constant = 1;
	roots r;

	memset(filter, 0, sizeof *filter);
	prototype(&r);
	if (high_pass > 0 && low_pass > 0)
		to_bandpass(&r, high, low);
	else if (high_pass > 0)
		to_highpass(&r, high);
	else
		to_lowpass(&r, low);
	filter->padding = 3 * (r.poles + 1);
	make_sections(filter, &r, bilinear(&r));
	for (size_t k = 0; k < 3; k++)
		filter->section[0].b[k] *= r.gain;
	for (size_t s = 0; s < filter->sections; s++)
		find_start(&filter->section[s], &constant);
}

/* ---- running --------------------------------------------------------------------------------- */

size_t
psy_filter_padding(const psy_filter *filter)
{
	return filter->padding;
}

/* The transposed direct form II, from the state in which the first value has always been the input. */
static void
run_section(const psy_section *section, double first, double *x, size_t n, ptrdiff_t step)
{
	double s0 = section->start[0] * first, s1 = section->start[1] * first;

	for (size_t t = 0; t < n; t++, x += step)
	{
		double in = *x, out = s0 + section->b[0] * in;

		s0 = s1 + in * section->b[1] - out * section->a[0];
		s1 = in * section->b[2] - out * section->a[1];
		*x = out;
	}
}

static void
run(const psy_filter *f, double *x, size_t n, ptrdiff_t step)
{
	double first = *x;

	for (size_t s = 0; s < f->sections; s++)
		run_section(&f->section[s], first, x, n, step);
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

/* ---- splines --------------------------------------------------------------------------------- */

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
		slope[i] =
			3 * (right * (y[i] - y[i - 1]) / left + left * (y[i + 1] - y[i]) / right) - factor * slope[i - 1];
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
