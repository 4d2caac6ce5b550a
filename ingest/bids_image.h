/*
 * bids_image.h - what an image of a data set says of itself: size, voxels, volumes, and the hash of its payload, which is counted to its end.
 *
 * Only sizes are read, whatever the datatype; values are the business of `psyrad ingest image` and `series`.
 */
#ifndef BIDS_IMAGE_H
#define BIDS_IMAGE_H

#include "source.h"

#include <stdbool.h>

typedef struct bids_image
{
	int32_t dims[3];
	float voxel_mm[3];
	int32_t volumes;
	uint8_t payload[SHA256_BYTES];
} bids_image;

/* PSY_FORMAT for what is empty, cut short or no NIfTI image. */
psy_status bids_image_read(bids_image *image, const char *path, psy_error *err);

/* The same of bytes in memory, for tests. */
psy_status bids_image_parse(bids_image *image, source *from, psy_error *err);

#endif
