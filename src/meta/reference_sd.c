/* reference_sd.c - see reference_sd.h. */
#include "meta/reference_sd.h"

#include <math.h>

/* Neumaier's step, so that neither the order of arms nor how they were split shows. */
static void
add(psy_reference_sd *to, double value)
{
	double sum = to->squares + value;

	to->carry += to->squares >= value ? to->squares - sum + value : value - sum + to->squares;
	to->squares = sum;
}

psy_status
psy_reference_sd_add(psy_reference_sd *to, double sd, double n, psy_error *err)
{
	if (!(sd >= 0 && isfinite(sd)))
		return psy_fail(err, PSY_DOMAIN, "sd is %g, but must be finite and not negative", sd);
	if (!(n >= 0 && isfinite(n)))
		return psy_fail(err, PSY_DOMAIN, "n is %g, but must be finite and not negative", n);
	if (n <= 1)
		return PSY_OK;
	if (!isfinite((n - 1) * sd * sd + to->squares))
		return psy_fail(err, PSY_DOMAIN, "sd %g of %g persons is too large", sd, n);
	add(to, (n - 1) * sd * sd);
	to->df += n - 1;
	to->arms++;
	return PSY_OK;
}

void
psy_reference_sd_merge(psy_reference_sd *into, const psy_reference_sd *from)
{
	add(into, from->squares);
	into->carry += from->carry;
	into->df += from->df;
	into->arms += from->arms;
}

double
psy_reference_sd_value(const psy_reference_sd *sums)
{
	return sums->df > 0 ? sqrt((sums->squares + sums->carry) / sums->df) : NAN;
}

psy_status
psy_reference_sd_check(const psy_reference_sd *sums, psy_error *err)
{
	if (!(isfinite(sums->squares) && isfinite(sums->carry) && isfinite(sums->df) && sums->squares >= 0 && fabs(sums->carry) <= sums->squares &&
		  sums->df >= 0 && sums->arms >= 0 && sums->arms == floor(sums->arms) && (sums->arms > 0) == (sums->df > 0)))
		return psy_fail(err, PSY_FORMAT, "it holds sums that no arms give");
	return PSY_OK;
}
