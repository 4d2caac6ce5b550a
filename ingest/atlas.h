/*
 * atlas.h - an atlas as the warehouse keeps it, and how it lies on the grid of an image.
 */
#ifndef ATLAS_H
#define ATLAS_H

#include "buffer.h"
#include "grid_parcels.h"
#include "regions.h"

typedef enum atlas_kind
{
	ATLAS_NAMES,   /* known by its names only */
	ATLAS_LABELS,  /* a 3-D image of labels */
	ATLAS_MAPS,    /* a 4-D image: a probability map a region */
	ATLAS_SPHERES, /* around coordinates */
	ATLAS_VOXELS   /* a mask whose voxels are the regions */
} atlas_kind;

typedef struct atlas
{
	regions regions; /* of voxels: their number, without names and labels */
	atlas_kind kind;
	char *space;  /* NULL: unknown */
	buffer image; /* the file as it came: NIfTI, perhaps gzipped */
	lattice grid; /* of the image */
	sphere *spheres;
} atlas;

/* An unknown atlas is an error that names the remedy, and so is one known by names only. */
psy_status atlas_read(atlas *a, session *db, const char *name, psy_error *err);

/* The regions on a grid: their own (onto NULL, not of spheres) or, by nearest neighbour, another one. Region
 * r of the parcels is element r of every vector over the atlas. */
psy_status atlas_draw(const atlas *a, const lattice *onto, parcels *p, psy_error *err);

/* Whether the atlas can be laid over an image on that grid as it is; else an error that names both grids. */
psy_status atlas_check_grid(const atlas *a, const lattice *image, psy_error *err);
void atlas_free(atlas *a);

/* What an atlas is, as the warehouse names it: names, labels, maps, spheres, voxels. */
const char *atlas_kind_name(atlas_kind kind);

#endif
