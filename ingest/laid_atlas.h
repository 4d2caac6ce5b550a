/*
 * laid_atlas.h - an atlas as it lies on the grid of an image, kept from file to file, since the images of a
 * study mostly share theirs.
 */
#ifndef LAID_ATLAS_H
#define LAID_ATLAS_H

#include "atlas.h"
#include "load.h"
#include "volume.h"

typedef struct laid_atlas
{
	atlas atlas;
	bool read;
	parcels parcels;
	lattice image; /* that they were drawn for */
	bool drawn;
} laid_atlas;

/*
 * By --resample: none (the grids must be equal), nearest (the atlas is brought to the image), linear (the
 * image to the atlas; l->parcels then lie on the atlas's grid).  What --mask leaves out belongs to no region.
 * The spaces must agree where the file's name (or --space) and the atlas say theirs.
 */
psy_status laid_atlas_on(laid_atlas *l, const job *j, const char *name, const nifti *image, psy_error *err);

/* Begins a pass over the image on the grid of the parcels. */
psy_status laid_atlas_pass(const laid_atlas *l, volumes *v, nifti *image, psy_error *err);
void laid_atlas_free(laid_atlas *l);

#endif
