/* hedges.c - Hedges' correction as Binet functions, so that no large logarithms cancel; see hedges.h. */
#include "stats/hedges.h"

#include "stats/special.h"

#include <math.h>

double
psy_hedges_j(double m)
{
	/* With a = (m - 1)/2 the gammas leave (a - 1/2) ln(1 + 1/(2a)) - 1/2 and two Binet functions: exact for
	 * large m. */
	double a = (m - 1) / 2;

	if (!(a > 0))
		return NAN;
	return exp((a - 0.5) * log1p(0.5 / a) - 0.5 + (psy_stirling_error(a + 0.5) - psy_stirling_error(a)));
}
