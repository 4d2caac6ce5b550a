/* resample.c - see resample.h. */
#include "resample.h"

#include <math.h>
#include <nifti/nifti1.h>

/* Affines come from single precision: a place this far (in voxels) outside is on the edge, and a neighbour of
 * this weight does not count when it is NaN. */
#define NOISE 1e-5

/* Whole part and fraction of a coordinate, with both neighbours inside; false outside. */
static bool
split(double x, int64_t n, int64_t *whole, double *fraction)
{
	if (!(x >= -NOISE && x <= (double) (n - 1) + NOISE))
		return false;
	x = fmin(fmax(x, 0), (double) (n - 1));
	*whole = (int64_t) floor(x);
	if (*whole == n - 1 && n > 1)
		--*whole;
	*fraction = x - (double) *whole;
	return true;
}

/* Voxels as they are stored; scaling comes after, since it passes through a weighted mean. */
#define FETCH(name, type)                                                                                    \
	static double fetch_##name(const void *raw, size_t i)                                                    \
	{                                                                                                        \
		return (double) ((const type *) raw)[i];                                                             \
	}

FETCH(uint8, uint8_t)
FETCH(int8, int8_t)
FETCH(int16, int16_t)
FETCH(uint16, uint16_t)
FETCH(int32, int32_t)
FETCH(uint32, uint32_t)
FETCH(int64, int64_t)
FETCH(uint64, uint64_t)
FETCH(float32, float)
FETCH(float64, double)

typedef double (*fetcher)(const void *raw, size_t i);

static fetcher
fetcher_of(int datatype)
{
	switch (datatype)
	{
		case DT_UINT8: return fetch_uint8;
		case DT_INT8: return fetch_int8;
		case DT_INT16: return fetch_int16;
		case DT_UINT16: return fetch_uint16;
		case DT_INT32: return fetch_int32;
		case DT_UINT32: return fetch_uint32;
		case DT_INT64: return fetch_int64;
		case DT_UINT64: return fetch_uint64;
		case DT_FLOAT32: return fetch_float32;
		default: return fetch_float64;
	}
}

static double
interpolate(fetcher fetch, const void *raw, const int64_t dims[3], const int64_t whole[3],
			const double fraction[3])
{
	double sum = 0, weight = 0;

	for (int corner = 0; corner < 8; corner++)
	{
		int64_t at[3];
		double share = 1, value;

		for (int i = 0; i < 3; i++)
		{
			bool next = corner >> i & 1;

			at[i] = whole[i] + next;
			share *= next ? fraction[i] : 1 - fraction[i];
		}
		if (share == 0)
			continue;
		value = fetch(raw, (size_t) (at[0] + dims[0] * (at[1] + dims[1] * at[2])));
		if (!isfinite(value) && share > NOISE)
			return NAN;
		if (isfinite(value))
		{
			sum += share * value;
			weight += share;
		}
	}
	return weight > 0 ? sum / weight : NAN;
}

void
resample_linear(const nifti *image, const void *raw, const double between[12], const lattice *onto,
				uint64_t at, double *value, size_t count)
{
	fetcher fetch = fetcher_of(image->datatype);
	uint64_t nx = (uint64_t) onto->dims[0], ny = (uint64_t) onto->dims[1];

	for (size_t v = 0; v < count; v++)
	{
		uint64_t n = at + v;
		double p[3] = {(double) (n % nx), (double) (n / nx % ny), (double) (n / nx / ny)}, place[3],
			   fraction[3];
		int64_t whole[3];
		bool inside = true;

		lattice_apply(between, p, place);
		for (int i = 0; i < 3 && inside; i++)
			inside = split(place[i], image->grid.dims[i], &whole[i], &fraction[i]);
		value[v] = inside ? interpolate(fetch, raw, image->grid.dims, whole, fraction) : NAN;
		if (image->scaled)
			value[v] = value[v] * image->slope + image->inter;
	}
}
