/*
 * image_stats.h - what a 3-D map holds within each region: mean, spread, extremes, extent.
 *
 * Values that are NaN or infinite, and those outside the mask, do not count; a region without any is NaN with
 * coverage 0.  Of a region of probability maps the weighted mean and the coverage take every voxel by its
 * probability; the others take the voxels that it is the most probable region of, with at least 25 % (FSL's
 * maxprob-thr25).
 */
#ifndef IMAGE_STATS_H
#define IMAGE_STATS_H

#include "volume.h"

typedef enum image_stat
{
	STAT_MEAN,
	STAT_SD, /* of a sample: n - 1 */
	STAT_MEDIAN,
	STAT_MIN,
	STAT_MAX,
	STAT_N_VOXELS,   /* with a value */
	STAT_VOLUME_MM3, /* of those */
	STAT_COVERAGE,   /* share of the region that they are */
	STAT_WEIGHTED_MEAN,
	STATS
} image_stat;

typedef struct stat_list
{
	image_stat stat[STATS + 1]; /* one more than can be asked for */
	size_t count;
} stat_list;

const char *image_stat_name(image_stat stat);

/* "mean,sd"; NULL is the mean.  Unknown or repeated names are errors. */
psy_status image_stat_list(const char *text, stat_list *list, psy_error *err);

/* value[s] [p->regions] for each of the list, coverage [p->regions]. The parcels lie on v->grid, and so does
 * the mask [v->voxels], 0 for what does not count; NULL: everything does.  The image has one volume. */
psy_status image_stats(volumes *v, const parcels *p, const uint8_t *mask, const stat_list *list,
					   double *const *value, double *coverage, psy_error *err);

/* The mean over several regions from their weighted means: every voxel once for each of them that it is in,
 * by its probability. */
double image_reference(const parcels *p, const double *weighted_mean, const double *coverage,
					   const size_t *region, size_t count);

/* Whether a statistic is in the image's unit. */
bool image_stat_scales(image_stat stat);

#endif
