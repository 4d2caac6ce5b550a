/* moments.c - Youngs-Cramer updates and their merge; see moments.h. */
#include "stats/moments.h"

#include <math.h>
#include <string.h>

void
psy_moments_add(psy_moments *m, double x)
{
	double deviation;

	if (m->n == 0)
		m->origin = x;
	x -= m->origin;
	m->n += 1;
	m->sum += x;
	if (m->n < 2)
		return;
	deviation = x * m->n - m->sum;
	m->squares += deviation * deviation / (m->n * (m->n - 1));
}

void
psy_moments_merge(psy_moments *into, const psy_moments *from)
{
	double shift, difference;

	if (from->n == 0)
		return;
	if (into->n == 0)
	{
		*into = *from;
		return;
	}
	shift = from->origin - into->origin;
	difference = into->sum / into->n - (shift + from->sum / from->n);
	into->squares += from->squares + into->n * from->n / (into->n + from->n) * difference * difference;
	into->sum += from->sum + from->n * shift;
	into->n += from->n;
}

double
psy_moments_mean(const psy_moments *m)
{
	return m->n >= 1 ? m->origin + m->sum / m->n : NAN;
}

double
psy_moments_variance(const psy_moments *m)
{
	return m->n >= 2 ? m->squares / (m->n - 1) : NAN;
}

bool
psy_comoments_valid(const double *m, size_t stride, size_t q, double rows)
{
	double n = m[0];

	if (!(n >= 0 && n <= rows) || n != floor(n))
		return false;
	for (size_t s = 1; s < psy_comoments_core(q); s++)
		if (!isfinite(m[s * stride]) || (n == 0 && m[s * stride] != 0))
			return false;
	for (size_t i = 0; i < q; i++)
		if (m[(1 + q + psy_product_index(i, i)) * stride] < 0)
			return false;
	return true;
}

void
psy_comoments_add(double *m, size_t q, const double *w)
{
	double *sum = m + 1;
	double *product = sum + q;
	double *origin = m + psy_comoments_core(q);
	double n = m[0] += 1;
	double scale = n < 2 ? 0 : 1 / (n * (n - 1));

	for (size_t i = 0; i < q; i++)
	{
		double deviation;

		if (n == 1)
			origin[i] = w[i];
		sum[i] += w[i] - origin[i];
		deviation = (w[i] - origin[i]) * n - sum[i];
		for (size_t j = 0; j <= i; j++)
			*product++ += deviation * ((w[j] - origin[j]) * n - sum[j]) * scale;
	}
}

void
psy_comoments_merge_core(double *into, const double *from, size_t q, const double *shift)
{
	double *sum = into + 1;
	double *product = sum + q;
	const double *from_sum = from + 1;
	const double *from_product = from_sum + q;
	double weight, inverse, from_inverse;

	if (from[0] == 0)
		return;
	inverse = into[0] == 0 ? 0 : 1 / into[0];
	from_inverse = 1 / from[0];
	weight = into[0] * from[0] / (into[0] + from[0]);
	for (size_t i = 0; i < q; i++)
		for (size_t j = 0; j <= i; j++)
			*product++ += *from_product++ + weight *
												(sum[i] * inverse - from_sum[i] * from_inverse - shift[i]) *
												(sum[j] * inverse - from_sum[j] * from_inverse - shift[j]);
	for (size_t i = 0; i < q; i++)
		sum[i] += from_sum[i] + from[0] * shift[i];
	into[0] += from[0];
}

void
psy_comoments_merge(double *into, const double *from, size_t q)
{
	double *origin = into + psy_comoments_core(q);
	const double *from_origin = from + psy_comoments_core(q);
	double shift[PSY_COMOMENTS_MAX];

	if (into[0] == 0)
	{
		memcpy(into, from, sizeof(double) * psy_comoments_length(q));
		return;
	}
	for (size_t i = 0; i < q; i++)
		shift[i] = from_origin[i] - origin[i];
	psy_comoments_merge_core(into, from, q, shift);
}
