/*
 * atlas.c - see atlas.h.  Label image and map stream side by side, so that memory does not depend on the
 * grid. Sums are in voxel order and in double: the same bits wherever it runs.
 */
#include "atlas.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 4096

/* Regions by label, for the search; neighbours mostly share a label, so the last answer is tried first. */
typedef struct label_index
{
	struct
	{
		int64_t label;
		size_t region;
	} * sorted;
	size_t count;
	int64_t last_label;
	size_t last_region;
} label_index;

static int
by_label(const void *a, const void *b)
{
	int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

	return (x > y) - (x < y);
}

static void
index_labels(label_index *index, const regions *r)
{
	*index = (label_index){.sorted = grow(NULL, r->count, sizeof *index->sorted)};
	for (size_t i = 0; i < r->count; i++)
		if (r->label[i] != NO_LABEL)
		{
			index->sorted[index->count].label = r->label[i];
			index->sorted[index->count++].region = i;
		}
	qsort(index->sorted, index->count, sizeof *index->sorted, by_label);
}

#define BACKGROUND SIZE_MAX

/* The region of a label, BACKGROUND for 0. */
static psy_status
find_label(label_index *index, double value, size_t *region, psy_error *err)
{
	int64_t label = (int64_t) value;
	void *found;

	if (value == 0)
		*region = BACKGROUND;
	if (value == 0 || (value == (double) index->last_label && index->last_label != 0))
	{
		if (value != 0)
			*region = index->last_region;
		return PSY_OK;
	}
	if (!(value > 0 && value <= INT32_MAX) || (double) label != value)
		return psy_fail(err, PSY_DOMAIN, "the label image holds %g; expected whole numbers from 0", value);
	found = bsearch(&label, index->sorted, index->count, sizeof *index->sorted, by_label);
	if (found == NULL)
	{
		psy_fail(err, PSY_DOMAIN, "the label image holds %" PRId64 ", which has no name", label);
		return psy_hint(err, "every label but 0 needs a line in the file of names");
	}
	index->last_label = label;
	index->last_region = *region =
		index->sorted[((char *) found - (char *) index->sorted) / sizeof *index->sorted].region;
	return PSY_OK;
}

static void
add_voxel(region_sum *sum, uint64_t at, const int64_t dims[3], const double *value)
{
	sum->voxels++;
	sum->place[0] += (double) (at % (uint64_t) dims[0]);
	sum->place[1] += (double) (at / (uint64_t) dims[0] % (uint64_t) dims[1]);
	sum->place[2] += (double) (at / (uint64_t) dims[0] / (uint64_t) dims[1]);
	if (value == NULL || !isfinite(*value))
		return;
	sum->finite++;
	sum->sum += *value;
}

psy_status
atlas_sum(nifti *labels, nifti *map, const regions *r, region_sum *sums, psy_error *err)
{
	double label[CHUNK], value[CHUNK];
	label_index index;
	psy_status status = PSY_OK;

	index_labels(&index, r);
	memset(sums, 0, r->count * sizeof *sums);
	for (uint64_t at = 0; at < labels->voxels && status == PSY_OK; at += CHUNK)
	{
		size_t n = labels->voxels - at < CHUNK ? (size_t) (labels->voxels - at) : CHUNK;

		status = nifti_read(labels, label, n, err);
		if (status == PSY_OK && map != NULL)
			status = nifti_read(map, value, n, err);
		for (size_t i = 0; i < n && status == PSY_OK; i++)
		{
			size_t region;

			status = find_label(&index, label[i], &region, err);
			if (status == PSY_OK && region != BACKGROUND)
				add_voxel(&sums[region], at + i, labels->dims, map ? &value[i] : NULL);
		}
	}
	free(index.sorted);
	return status;
}

psy_status
atlas_image(session *db, const char *atlas, buffer *image, psy_error *err)
{
	PGresult *result = PQexecParams(db->conn, "SELECT image FROM imaging.atlas_image WHERE atlas = $1", 1,
									NULL, &atlas, NULL, NULL, 1);
	psy_status status = PQresultStatus(result) == PGRES_TUPLES_OK ? PSY_OK : session_error(db, result, err);

	if (status == PSY_OK && PQntuples(result) == 1)
		buffer_add(image, PQgetvalue(result, 0, 0), (size_t) PQgetlength(result, 0, 0));
	else if (status == PSY_OK)
	{
		psy_fail(err, PSY_DOMAIN, "the atlas %s has no label image", atlas);
		status = psy_hint(err, "load it with one: psyrad ingest atlas IMAGE.nii.gz --names FILE --atlas %s",
						  atlas);
	}
	PQclear(result);
	return status;
}
