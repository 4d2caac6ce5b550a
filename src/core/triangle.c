/* triangle.c - the inverses of the packed-triangle index; see triangle.h. */
#include "core/triangle.h"

#include <math.h>

size_t
psy_edge_regions(size_t edges)
{
	/* n = (1 + sqrt(1 + 8 edges)) / 2; the square root may be off by one, so its neighbours are tried. */
	size_t guess = (size_t) ((1.0 + sqrt(1.0 + 8.0 * (double) edges)) / 2.0);

	for (size_t n = guess > 2 ? guess - 1 : 2; n <= guess + 1; n++)
		if (psy_edge_count(n) == edges)
			return n;
	return 0;
}

void
psy_edge_pair(size_t n, size_t k, size_t *i, size_t *j)
{
	/* The row is the largest i with psy_edge_row(n, i) <= k: bisection needs no floating point. */
	size_t low = 0;
	size_t high = n - 1;

	while (high - low > 1)
	{
		size_t middle = low + (high - low) / 2;

		if (psy_edge_row(n, middle) <= k)
			low = middle;
		else
			high = middle;
	}
	*i = low;
	*j = k - psy_edge_row(n, low) + low + 1;
}
