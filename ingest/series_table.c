/*
 * series_table.c - region time courses from a CSV or TSV; see series.h.
 *
 * Columns are matched to the atlas by name, whatever their order; a region that is unknown or missing refuses
 * the file. Numbers that count volumes or columns (pandas and R write them where there are no names) are no values.
 */
#include "series.h"

#include "number.h"
#include "reader_grid.h"
#include "reader_mat.h"
#include "reader_npy.h"
#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Which region each column from the first on is: position[column - first]. */
static psy_status
match_regions(const grid *g, size_t first, const regions *r, int *position, psy_error *err)
{
	bool *seen = grow(NULL, r->count, sizeof *seen);
	psy_status status = PSY_OK;

	memset(seen, 0, r->count * sizeof *seen);
	for (size_t c = first; c < g->cells && status == PSY_OK; c++)
	{
		int at = regions_find(r, grid_cell(g, c));

		if (at < 0 || seen[at])
		{
			psy_fail(err, PSY_DOMAIN,
					 at < 0 ? "column %zu (%.80s) is no region of the atlas %s"
							: "column %zu (%.80s) is there twice (atlas %s)",
					 c + 1, grid_cell(g, c), r->atlas);
			status = *grid_cell(g, c) != '\0' ? psy_hint(err, "a file without header: --by-position") : PSY_DOMAIN;
			break;
		}
		seen[at] = true;
		position[c - first] = at;
	}
	for (size_t i = 0; i < r->count && status == PSY_OK; i++)
		if (!seen[i])
			status = psy_fail(
				err, PSY_DOMAIN,
				"the header lacks the region %s of the atlas %s (%zu regions; the file has %zu columns)",
				r->name[i], r->atlas, r->count, g->cells - first);
	free(seen);
	return status;
}

static psy_status
add_volume(job *j, const grid *g, series *m, psy_error *err)
{
	double *to;

	if (m->volumes == 0 && m->first == 0 && g->cells == m->regions + 1 && grid_counts_row(g, 0, &m->number))
		m->numbered = true;
	if (m->numbered && g->cells == m->regions + 1 && !grid_counts_row(g, m->volumes, &m->number))
		return psy_fail(err, PSY_FORMAT, "line %ld: found %.40s; expected %zu, the volume's number", g->line, grid_cell(g, 0),
						m->number + m->volumes);
	if (m->first == 0 ? g->cells != m->regions + m->numbered : g->cells < m->first - 1 + m->regions)
		return psy_fail(err, PSY_SHAPE, "line %ld has %zu cells; expected %zu, one a region", g->line, g->cells - m->numbered,
						m->first == 0 ? m->regions : m->first - 1 + m->regions);
	if ((m->volumes + 1) * m->regions > SERIES_MAX_VALUES)
		return psy_fail(err, PSY_LIMIT, "line %ld: more than %zu values", g->line, SERIES_MAX_VALUES);
	if (m->volumes == m->room)
	{
		m->room = m->room ? 2 * m->room : 256;
		m->value = grow(m->value, m->room * m->regions, sizeof *m->value);
	}
	to = m->value + m->volumes++ * m->regions;
	for (size_t c = 0; c < m->regions; c++)
	{
		size_t column = m->first == 0 ? c + m->numbered : m->first - 1 + c;
		const char *cell = grid_cell(g, column);
		double value = NAN;
		psy_error why;

		if (!cell_missing(j->opt, cell) && parse_real(cell, &value, &why) != PSY_OK)
			return psy_fail(err, PSY_FORMAT, "line %ld, column %zu: found %.40s: %s", g->line, column + 1, cell, why.message);
		to[m->position[c]] = value;
	}
	return PSY_OK;
}

static bool
has_fraction(const grid *g)
{
	for (size_t c = 0; c < g->cells; c++)
		if (strpbrk(grid_cell(g, c), ".eE") != NULL)
			return true;
	return false;
}

/* A volume of 0, 1, 2 ... above one with fractions numbers the columns: pandas writes such a line where there are no names. */
static void
settle_first(job *j, const grid *g, series *m)
{
	if (m->doubtful && has_fraction(g))
	{
		m->volumes = 0;
		job_note(j, "line 1 numbers the columns; it is taken for a header");
	}
	m->doubtful = false;
}

/* The header, or with --by-position the count of columns; the first record is then already a volume. */
static psy_status
read_first(job *j, grid *g, const regions *r, series *m, psy_error *err)
{
	bool more;
	psy_status status = grid_next(g, &more, err);

	if (status != PSY_OK)
		return status;
	if (!more)
		return psy_fail(err, PSY_FORMAT, "the file is empty");
	m->regions = r->count;
	m->numbered = m->first == 0 && g->cells == r->count + 1 && *grid_cell(g, 0) == '\0';
	m->position = grow(NULL, g->cells > r->count ? g->cells : r->count, sizeof *m->position);
	if (!j->opt->by_position)
		return match_regions(g, m->numbered, r, m->position, err);
	for (size_t i = 0; i < r->count; i++)
		m->position[i] = (int) i;
	if (m->numbered && grid_counts(g, 1))
		return PSY_OK;
	m->doubtful = !m->numbered && strcmp(grid_cell(g, 0), "0") == 0 && grid_counts(g, 0);
	return add_volume(j, g, m, err);
}

/* --columns FROM-TO: which columns of a file over several atlases are this one's (DPABI, REST-meta-MDD). */
static psy_status
choose_columns(job *j, const regions *r, series *m, psy_error *err)
{
	const char *said = j->opt->columns, *dash = said ? strchr(said, '-') : NULL;
	char from[16] = "";
	int64_t first, last;
	psy_error why;

	m->first = 0;
	if (said == NULL)
		return PSY_OK;
	if (dash != NULL && (size_t) (dash - said) < sizeof from)
		memcpy(from, said, (size_t) (dash - said));
	if (dash == NULL || parse_whole(from, 1, 1000000, &first, &why) != PSY_OK || parse_whole(dash + 1, first, 1000000, &last, &why) != PSY_OK)
		return psy_fail(err, PSY_DOMAIN, "--columns %.30s: expected FROM-TO, such as 1-116", said);
	if (!j->opt->by_position)
		return psy_fail(err, PSY_DOMAIN, "--columns is for files without names: say --by-position as well");
	if ((size_t) (last - first + 1) != r->count)
		return psy_fail(err, PSY_SHAPE, "--columns %.30s: %d columns; the atlas %s has %zu regions", said, (int) (last - first + 1), r->atlas, r->count);
	m->first = (size_t) first;
	return PSY_OK;
}

/* A MATLAB matrix: volumes by regions, or regions by volumes where only that fits the atlas. */
static psy_status
take_matrix(job *j, const mat_matrix *x, const regions *r, series *m, psy_error *err)
{
	bool turned = m->first == 0 && x->columns != r->count && x->rows == r->count;
	size_t across = turned ? x->rows : x->columns, offset = m->first == 0 ? 0 : m->first - 1;

	if (x->slices != 1)
		return psy_fail(err, PSY_SHAPE, "the variable has three dimensions (%zu x %zu x %zu); expected one run's, volumes by regions", x->rows, x->columns,
						x->slices);
	if (!j->opt->by_position)
	{
		psy_fail(err, PSY_DOMAIN, "an array of MATLAB or NumPy has no names of regions");
		return psy_hint(err, "columns in the atlas's order: --by-position");
	}
	if (m->first == 0 ? across != r->count : across < offset + r->count)
		return psy_fail(err, PSY_SHAPE, "the matrix is %zu x %zu; expected %zu columns, the regions of the atlas %s", x->rows, x->columns, r->count, r->atlas);
	m->regions = r->count;
	m->volumes = turned ? x->columns : x->rows;
	m->value = grow(NULL, m->volumes * m->regions, sizeof *m->value);
	for (size_t t = 0; t < m->volumes; t++)
		for (size_t c = 0; c < m->regions; c++)
		{
			double value = turned ? x->value[c * x->columns + t] : x->value[t * x->columns + offset + c];

			if (isinf(value))
				return psy_fail(err, PSY_DOMAIN, "volume %zu, column %zu: an infinite value", t + 1, offset + c + 1);
			m->value[t * m->regions + c] = value;
		}
	return PSY_OK;
}

static psy_status
series_from_array(series *m, job *j, const regions *r, psy_error *err)
{
	mat_matrix x = {0};
	psy_status status = npy_recognised(j->path) ? npy_read(&x, j->path, err) : mat_read(&x, j->path, j->opt->variable, err);

	if (status == PSY_OK)
		status = take_matrix(j, &x, r, m, err);
	mat_free(&x);
	if (status == PSY_OK)
		status = hash_expect(j->path, j->sha256, err);
	if (status == PSY_OK && m->volumes < 2)
		status = psy_fail(err, PSY_SHAPE, "%zu volumes; a time course needs at least 2", m->volumes);
	return status;
}

psy_status
series_from_table(series *m, job *j, const regions *r, psy_error *err)
{
	source from = {.fd = -1};
	grid g = {0};
	bool more = true;
	psy_status status = choose_columns(j, r, m, err);

	if (status == PSY_OK && (mat_recognised(j->path) || npy_recognised(j->path)))
		return series_from_array(m, j, r, err);
	if (status == PSY_OK)
		status = source_open(&from, j->path, err);
	if (status != PSY_OK)
		return status;
	status = grid_open(&g, &from, j->opt, err);
	if (status == PSY_OK)
		status = read_first(j, &g, r, m, err);
	while (status == PSY_OK && (status = grid_next(&g, &more, err)) == PSY_OK && more)
	{
		settle_first(j, &g, m);
		status = add_volume(j, &g, m, err);
	}
	if (status == PSY_OK)
		status = source_expect(&from, j->sha256, err);
	if (status == PSY_OK && m->volumes < 2)
		status = psy_fail(err, PSY_SHAPE, "%zu volumes; a time course needs at least 2", m->volumes);
	grid_done(&g);
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
