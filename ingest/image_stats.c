/* image_stats.c - see image_stats.h.  One pass; where a spread or a median is asked for, the values of the
 * regions are kept. */
#include "image_stats.h"

#include "buffer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[STATS] = {"mean",     "sd",         "median",   "min",          "max",
										 "n_voxels", "volume_mm3", "coverage", "weighted_mean"};

const char *
image_stat_name(image_stat stat)
{
	return names[stat];
}

bool
image_stat_scales(image_stat stat)
{
	return stat != STAT_N_VOXELS && stat != STAT_VOLUME_MM3 && stat != STAT_COVERAGE;
}

psy_status
image_stat_list(const char *text, stat_list *list, psy_error *err)
{
	*list = (stat_list){.stat = {STAT_MEAN}, .count = text == NULL};
	while (text != NULL)
	{
		size_t length = strcspn(text, ","), s = 0;

		while (s < STATS && (strncmp(names[s], text, length) != 0 || names[s][length] != '\0'))
			s++;
		if (s == STATS)
		{
			psy_fail(err, PSY_DOMAIN, "--stat %.*s", (int) length, text);
			return psy_hint(
				err, "known: mean, sd, median, min, max, n_voxels, volume_mm3, coverage, weighted_mean");
		}
		for (size_t k = 0; k < list->count; k++)
			if (list->stat[k] == s)
				return psy_fail(err, PSY_DOMAIN, "--stat names %s twice", names[s]);
		list->stat[list->count++] = (image_stat) s;
		text = text[length] ? text + length + 1 : NULL;
	}
	return PSY_OK;
}

/* What the pass collects, by region. */
typedef struct sums
{
	double *sum, *weight;              /* by probability, or each voxel 1 */
	double *plain, *count, *min, *max; /* of the voxels that are the region's */
	double *kept;                      /* their values, region after region; NULL when nobody needs them */
	uint64_t *from;                    /* [regions + 1] where each region's begin */
} sums;

static double *
filled(size_t n, double with)
{
	double *a = grow(NULL, n, sizeof *a);

	for (size_t i = 0; i < n; i++)
		a[i] = with;
	return a;
}

static void
sums_start(sums *s, const parcels *own, bool keep)
{
	size_t n = own->regions;

	*s = (sums){.sum = filled(n, 0),
				.weight = filled(n, 0),
				.plain = filled(n, 0),
				.count = filled(n, 0),
				.min = filled(n, INFINITY),
				.max = filled(n, -INFINITY),
				.from = grow(NULL, n + 1, sizeof *s->from)};
	s->from[0] = 0;
	for (size_t r = 0; r < n; r++)
		s->from[r + 1] = s->from[r] + own->voxels[r];
	if (keep)
		s->kept = filled(s->from[n], 0);
}

static void
sums_free(sums *s)
{
	free(s->sum);
	free(s->weight);
	free(s->plain);
	free(s->count);
	free(s->min);
	free(s->max);
	free(s->kept);
	free(s->from);
}

static void
apply_mask(slab *s, const uint8_t *mask)
{
	for (size_t i = 0; i < s->count; i++)
		if (!mask[s->start + i])
			s->value[i] = NAN;
	s->finite = false;
}

/* The voxels of the slab that are a region's own. */
static void
add_own(sums *to, const parcels *own, const slab *s, size_t *part)
{
	for (; *part < own->parts && own->part[*part].start < s->start + s->count; ++*part)
	{
		const parcel *here = &own->part[*part];
		const double *value = s->value + (here->start - s->start);
		uint32_t r = here->region;

		for (uint32_t i = 0; i < here->count; i++)
		{
			if (!isfinite(value[i]))
				continue;
			to->min[r] = value[i] < to->min[r] ? value[i] : to->min[r];
			to->max[r] = value[i] > to->max[r] ? value[i] : to->max[r];
			if (to->kept != NULL)
				to->kept[to->from[r] + (uint64_t) to->count[r]] = value[i];
			to->plain[r] += value[i];
			to->count[r]++;
		}
	}
}

static double
spread(const double *value, size_t n, double mean)
{
	double square = 0, rest = 0;

	for (size_t i = 0; i < n; i++)
	{
		square += (value[i] - mean) * (value[i] - mean);
		rest += value[i] - mean;
	}
	return n > 1 ? sqrt((square - rest * rest / (double) n) / (double) (n - 1))
				 : NAN; /* Chan, Golub and LeVeque 1983, eq. 1.7 */
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;

	return (x > y) - (x < y);
}

/* Selection by partition (Hoare 1961): value[k] is as if all were sorted, with nothing larger before it.
 * Values in an order made to thwart it are sorted instead. */
static double
select_kth(double *value, size_t n, size_t k)
{
	ptrdiff_t low = 0, high = (ptrdiff_t) n - 1, want = (ptrdiff_t) k;

	for (int rounds = 0; low < high; rounds++)
	{
		double pivot = value[want];
		ptrdiff_t i = low, j = high;

		if (rounds == 100)
		{
			qsort(value + low, (size_t) (high - low + 1), sizeof *value, by_value);
			break;
		}
		do
		{
			while (value[i] < pivot)
				i++;
			while (pivot < value[j])
				j--;
			if (i <= j)
			{
				double keep = value[i];

				value[i++] = value[j];
				value[j--] = keep;
			}
		} while (i <= j);
		if (j < want)
			low = i;
		if (want < i)
			high = j;
	}
	return value[k];
}

static double
median(double *value, size_t n)
{
	double upper, lower;

	if (n == 0)
		return NAN;
	upper = select_kth(value, n, n / 2);
	if (n % 2 == 1)
		return upper;
	lower = value[0];
	for (size_t i = 1; i < n / 2; i++)
		lower = value[i] > lower ? value[i] : lower;
	return lower + (upper - lower) / 2;
}

static double
stat_of(const sums *s, const parcels *p, size_t r, image_stat stat)
{
	double n = s->count[r], *kept = s->kept ? s->kept + s->from[r] : NULL;

	switch (stat)
	{
		case STAT_MEAN: return n > 0 ? s->plain[r] / n : NAN;
		case STAT_SD: return spread(kept, (size_t) n, s->plain[r] / n);
		case STAT_MEDIAN: return median(kept, (size_t) n);
		case STAT_MIN: return n > 0 ? s->min[r] : NAN;
		case STAT_MAX: return n > 0 ? s->max[r] : NAN;
		case STAT_N_VOXELS: return n;
		case STAT_VOLUME_MM3: return n * lattice_voxel_volume(&p->grid);
		case STAT_COVERAGE: return p->total[r] > 0 ? s->weight[r] / p->total[r] : 0;
		default: return s->weight[r] > 0 ? s->sum[r] / s->weight[r] : NAN;
	}
}

static bool
needs_values(const stat_list *list)
{
	for (size_t k = 0; k < list->count; k++)
		if (list->stat[k] == STAT_SD || list->stat[k] == STAT_MEDIAN)
			return true;
	return false;
}

psy_status
image_stats(volumes *v, const parcels *p, const uint8_t *mask, const stat_list *list, double *const *value,
			double *coverage, psy_error *err)
{
	const parcels *own = p->core ? p->core : p;
	size_t part = 0, own_part = 0;
	sums collected;
	slab s;
	psy_status status;

	sums_start(&collected, own, needs_values(list));
	while ((status = volumes_next(v, &s, err)) == PSY_OK && s.count > 0)
	{
		if (mask != NULL)
			apply_mask(&s, mask);
		volume_add_slab(p, &s, &part, collected.sum, collected.weight);
		add_own(&collected, own, &s, &own_part);
	}
	for (size_t r = 0; r < p->regions && status == PSY_OK; r++)
	{
		coverage[r] = stat_of(&collected, p, r, STAT_COVERAGE);
		for (size_t k = 0; k < list->count; k++)
			value[k][r] = stat_of(&collected, p, r, list->stat[k]);
	}
	sums_free(&collected);
	return status;
}

double
image_reference(const parcels *p, const double *weighted_mean, const double *coverage, const size_t *region,
				size_t count)
{
	double sum = 0, weight = 0;

	for (size_t i = 0; i < count; i++)
	{
		double here = coverage[region[i]] * p->total[region[i]];

		if (here > 0)
			sum += here * weighted_mean[region[i]];
		weight += here;
	}
	return weight > 0 ? sum / weight : NAN;
}
