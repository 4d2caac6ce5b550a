/* regions.c - an atlas's regions from the warehouse; see regions.h. */
#include "regions.h"

#include "buffer.h"
#include "header.h"

#include <stdlib.h>
#include <string.h>

psy_status
regions_unknown(const char *atlas, psy_error *err)
{
	psy_fail(err, PSY_DOMAIN, "the atlas %s is not known", atlas);
	return psy_hint(err, "load it first: psyrad ingest atlas IMAGE.nii.gz --names FILE --atlas %s", atlas);
}

/* Why an atlas has no regions with names. */
static psy_status
no_regions(session *db, const char *atlas, psy_error *err)
{
	PGresult *result;
	psy_status status = session_query(db, &result, err, "SELECT FROM imaging.atlas WHERE atlas = $1", 1, &atlas);
	int known = status == PSY_OK ? PQntuples(result) : 0;

	if (status == PSY_OK)
		PQclear(result);
	if (known == 1)
		return psy_fail(err, PSY_DOMAIN, "the atlas %s is one of voxels, which have no names", atlas);
	return status == PSY_OK ? regions_unknown(atlas, err) : status;
}

psy_status
regions_read(regions *r, session *db, const char *atlas, psy_error *err)
{
	const char *values[] = {atlas};
	PGresult *result;
	psy_status status =
		session_query(db, &result, err,
					  "SELECT name, label FROM imaging.region WHERE atlas = $1 ORDER BY region", 1, values);

	*r = (regions){.atlas = atlas};
	if (status != PSY_OK)
		return status;
	r->count = (size_t) PQntuples(result);
	r->name = grow(NULL, r->count, sizeof *r->name);
	r->label = grow(NULL, r->count, sizeof *r->label);
	for (size_t i = 0; i < r->count; i++)
	{
		r->name[i] = keep_text(PQgetvalue(result, (int) i, 0));
		r->label[i] = PQgetisnull(result, (int) i, 1) ? NO_LABEL : atoll(PQgetvalue(result, (int) i, 1));
	}
	PQclear(result);
	return r->count > 0 ? PSY_OK : no_regions(db, atlas, err);
}

int
regions_find(const regions *r, const char *name)
{
	char *folded;
	int found = -1;

	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->name[i], name) == 0)
			return (int) i;
	folded = fold_header(name);
	for (size_t i = 0; i < r->count && *folded; i++)
	{
		char *own = fold_header(r->name[i]);
		bool same = strcmp(own, folded) == 0;

		free(own);
		if (same && found >= 0) /* it fits two regions, and so none */
		{
			found = -1;
			break;
		}
		found = same ? (int) i : found;
	}
	free(folded);
	return found;
}

void
regions_free(regions *r)
{
	for (size_t i = 0; r->name != NULL && i < r->count; i++)
		free(r->name[i]);
	free(r->name);
	free(r->label);
	*r = (regions){0};
}
