/*
 * series_table.c - region time courses from a CSV or TSV; see series.h.
 *
 * Columns are matched to the atlas by name, whatever their order; a region that is unknown or missing refuses the file.
 */
#include "series.h"

#include "number.h"
#include "reader_csv.h"
#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Which region each column is: position[column]. */
static psy_status
match_regions(const csv_reader *csv, const regions *r, int *position, psy_error *err)
{
	bool *seen = grow(NULL, r->count, sizeof *seen);
	psy_status status = PSY_OK;

	memset(seen, 0, r->count * sizeof *seen);
	for (size_t c = 0; c < csv->cells && status == PSY_OK; c++)
	{
		int at = regions_find(r, csv_cell(csv, c));

		if (at < 0 || seen[at])
		{
			psy_fail(err, PSY_DOMAIN,
					 at < 0 ? "column %zu (%.80s) is no region of the atlas %s"
							: "column %zu (%.80s) is there twice (atlas %s)",
					 c + 1, csv_cell(csv, c), r->atlas);
			status = psy_hint(err, "a file without header: --by-position");
			break;
		}
		seen[at] = true;
		position[c] = at;
	}
	for (size_t i = 0; i < r->count && status == PSY_OK; i++)
		if (!seen[i])
			status = psy_fail(
				err, PSY_DOMAIN,
				"the header lacks the region %s of the atlas %s (%zu regions; the file has %zu columns)",
				r->name[i], r->atlas, r->count, csv->cells);
	free(seen);
	return status;
}

static psy_status
add_volume(job *j, const csv_reader *csv, series *m, psy_error *err)
{
	double *to;

	if (csv->cells != m->regions)
		return psy_fail(err, PSY_SHAPE, "line %ld has %zu cells; expected %zu, one a region", csv->line,
						csv->cells, m->regions);
	if ((m->volumes + 1) * m->regions > SERIES_MAX_VALUES)
		return psy_fail(err, PSY_LIMIT, "line %ld: more than %zu values", csv->line, SERIES_MAX_VALUES);
	if (m->volumes == m->room)
	{
		m->room = m->room ? 2 * m->room : 256;
		m->value = grow(m->value, m->room * m->regions, sizeof *m->value);
	}
	to = m->value + m->volumes++ * m->regions;
	for (size_t c = 0; c < m->regions; c++)
	{
		double value = NAN;
		psy_error why;

		if (!cell_missing(j->opt, csv_cell(csv, c)) && parse_real(csv_cell(csv, c), &value, &why) != PSY_OK)
			return psy_fail(err, PSY_FORMAT, "line %ld, column %zu: found %.40s: %s", csv->line, c + 1,
							csv_cell(csv, c), why.message);
		to[m->position[c]] = value;
	}
	return PSY_OK;
}

/* The header, or with --by-position the count of columns; the first record is then already a volume. */
static psy_status
read_first(job *j, csv_reader *csv, const regions *r, series *m, psy_error *err)
{
	bool more;
	psy_status status = csv_next(csv, &more, err);

	if (status != PSY_OK)
		return status;
	if (!more)
		return psy_fail(err, PSY_FORMAT, "the file is empty");
	m->regions = r->count;
	m->position = grow(NULL, csv->cells > r->count ? csv->cells : r->count, sizeof *m->position);
	if (!j->opt->by_position)
		return match_regions(csv, r, m->position, err);
	for (size_t i = 0; i < r->count; i++)
		m->position[i] = (int) i;
	return add_volume(j, csv, m, err);
}

psy_status
series_from_table(series *m, job *j, const regions *r, psy_error *err)
{
	source from = {.fd = -1};
	csv_reader csv = {0};
	uint8_t sha256[SHA256_BYTES];
	uint64_t size;
	bool more = true;
	psy_status status = source_open(&from, j->path, err);

	if (status != PSY_OK)
		return status;
	status = csv_open(&csv, &from, j->opt->encoding, 0, err);
	if (status == PSY_OK)
		status = read_first(j, &csv, r, m, err);
	while (status == PSY_OK && (status = csv_next(&csv, &more, err)) == PSY_OK && more)
		status = add_volume(j, &csv, m, err);
	if (status == PSY_OK)
		status = source_finish(&from, sha256, &size, err);
	if (status == PSY_OK && memcmp(sha256, j->sha256, SHA256_BYTES) != 0)
		status = psy_fail(err, PSY_FORMAT, "the file changed while it was being read");
	if (status == PSY_OK && m->volumes < 2)
		status = psy_fail(err, PSY_SHAPE, "%zu volumes; a time course needs at least 2", m->volumes);
	csv_done(&csv);
	source_close(&from);
	return status;
}

void
series_free(series *s)
{
	free(s->value);
	free(s->position);
	free(s->coverage);
	*s = (series){0};
}
