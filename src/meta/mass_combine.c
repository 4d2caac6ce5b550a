/* mass_combine.c - Stouffer's and Fisher's combination of one element; see mass_meta.h. */
#include "meta/mass_meta.h"
#include "stats/distribution.h"

#include <math.h>

/* Neumaier's step: the carry holds what rounding took from the sum. */
static void
add(psy_combine_sums *s, double value)
{
	double sum = s->sum + value;

	s->carry += fabs(s->sum) >= fabs(value) ? s->sum - sum + value : value - sum + s->sum;
	s->sum = sum;
}

psy_status
psy_combine_add(psy_combine kind, psy_combine_sums *sums, double value, double weight, size_t element,
				psy_error *err)
{
	if (isnan(value))
		return PSY_OK;
	if (kind == PSY_COMBINE_STOUFFER && isinf(value))
		return psy_fail(err, PSY_DOMAIN, "z[%zu] is infinite", element + 1);
	if (kind == PSY_COMBINE_FISHER && !(value > 0 && value <= 1))
	{
		psy_fail(err, PSY_DOMAIN, "p[%zu] is %g, but a p-value must be above 0 and not above 1", element + 1,
				 value);
		return psy_hint(err, "A p of 0 is one that underflowed: combine z by mass_stouffer instead.");
	}
	add(sums, kind == PSY_COMBINE_STOUFFER ? weight * value : log(value));
	sums->weight += kind == PSY_COMBINE_STOUFFER ? weight * weight : 0;
	sums->k += 1;
	return PSY_OK;
}

void
psy_combine_merge(psy_combine_sums *into, const psy_combine_sums *from)
{
	add(into, from->sum);
	into->carry += from->carry;
	into->weight += from->weight;
	into->k += from->k;
}

void
psy_combine_finish(psy_combine kind, const psy_combine_sums *sums, double *statistic, double *df, double *p,
				   double *log_p)
{
	double sum = sums->sum + sums->carry;

	*statistic = *df = *p = *log_p = NAN;
	if (sums->k == 0)
		return;
	if (kind == PSY_COMBINE_STOUFFER)
	{
		*statistic = sum / sqrt(sums->weight);
		*p = psy_two_sided_p(*statistic, INFINITY, log_p);
		return;
	}
	*statistic = fmax(0, -2 * sum);
	*df = 2 * sums->k;
	*p = psy_chisq_p(*statistic, *df, PSY_UPPER);
	*log_p = psy_chisq_log_p(*statistic, *df, PSY_UPPER);
}
