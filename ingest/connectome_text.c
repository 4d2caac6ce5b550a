/*
 * connectome_text.c - a square matrix in text or a sheet; see connectome_files.h.
 *
 * Rows and columns are matched to the atlas by name, each by its own names, whatever their order; names come in the first record, and, where a
 * record has one cell more than there are regions, in its first cell.  A region that is unknown, twice there or missing refuses
 * the file, since every other edge would shift.  Numbers that count rows and columns (pandas writes them where there are no names) are no
 * names.  DSI Studio's connectograms have sums above and before the names, and its lines end with a tab.
 */
#include "connectome_files.h"

#include "number.h"
#include "reader_grid.h"
#include "table.h"

#include <math.h>
#include <string.h>

typedef struct text_matrix
{
	square *s;
	size_t rows;
	size_t number; /* of the first row, where rows are numbered */
	bool counted;  /* the first record counts the columns, and is no row */
	size_t lead;   /* cells before the values of a connectogram, the last of them the row's name; else 0 */
	bool trailing; /* each line ends with a delimiter */
} text_matrix;

/* Cells of the record, without the empty one behind the last delimiter. */
static size_t
width(const text_matrix *t, const grid *g)
{
	return g->cells - (t->trailing && g->cells > 0 && *grid_cell(g, g->cells - 1) == '\0');
}

static bool
is_number(const char *cell)
{
	double value;
	psy_error why;

	return parse_real(cell, &value, &why) == PSY_OK;
}

/* The regions of the columns, from the header; skip cells stand before their names. */
static psy_status
match_columns(square *s, const grid *g, size_t skip, size_t cells, psy_error *err)
{
	for (size_t c = skip; c < cells; c++)
	{
		const char *name = grid_cell(g, c);
		int at = region_names_find(&s->names, name);

		if (at < 0 || s->column[at] != 0)
		{
			psy_fail(err, PSY_DOMAIN,
					 at < 0 ? "column %zu (%.80s) is no region of the atlas %s" : "column %zu (%.80s) is there twice (atlas %s)",
					 c + 1, name, s->regions.atlas);
			return at < 0 && is_number(name) ? psy_hint(err, "a matrix without names: --by-position") : PSY_DOMAIN;
		}
		s->region[c - skip] = at;
		s->column[at] = c + 1;
	}
	for (size_t i = 0; i < s->n; i++)
		if (s->column[i] == 0)
			return psy_fail(err, PSY_DOMAIN, "the header lacks the region %s of the atlas %s (%zu regions; the file has %zu columns)",
							s->regions.name[i], s->regions.atlas, s->n, cells - skip);
	return PSY_OK;
}

static psy_status
read_header(text_matrix *t, const grid *g, psy_error *err)
{
	square *s = t->s;
	size_t cells = g->cells, skip;

	if (cells > 1 && *grid_cell(g, cells - 1) == '\0' && *grid_cell(g, 0) != '\0')
	{
		t->trailing = true;
		cells--;
	}
	skip = t->lead > 0 ? t->lead : cells == s->n + 1 || (cells > 1 && *grid_cell(g, 0) == '\0');
	if (skip == 1 && region_names_find(&s->names, grid_cell(g, 0)) >= 0)
		skip = 0; /* a region too many: the match below names it */
	return match_columns(s, g, skip, cells, err);
}

/* The cells of a record behind its name. */
static psy_status
read_cells(square *s, const grid *g, size_t of_row, size_t skip, psy_error *err)
{
	for (size_t c = 0; c < s->n; c++)
	{
		const char *cell = grid_cell(g, c + skip);
		size_t column = (size_t) s->region[c];
		double *to = &s->value[of_row * s->n + column];
		psy_error why, full;
		psy_status status;

		*to = NAN;
		if (column == of_row || cell_missing(s->job->opt, cell)) /* the diagonal is whatever the program wrote: 0, 1, Inf, nothing */
			continue;
		status = parse_real(cell, to, &why);
		if (status == PSY_OK)
			status = square_check(s, *to, &why);
		if (status == PSY_OK)
			continue;
		psy_fail(&full, status, "found %.60s: %s", cell, why.message);
		status = square_reject(s, of_row, column, status == PSY_FORMAT ? "bad_number" : "out_of_range", cell, full.message, err);
		if (status != PSY_OK)
			return status;
	}
	return PSY_OK;
}

/* Which region the record is of: by its name, by the header's order, or by position. */
static psy_status
find_row(const text_matrix *t, const grid *g, size_t named, size_t *of_row, psy_error *err)
{
	square *s = t->s;
	const char *name = named > 0 ? grid_cell(g, named - 1) : grid_cell(g, 0);
	int at = named > 0 ? region_names_find(&s->names, name) : s->region[t->rows];

	if (at < 0 || s->line[at] != 0)
		return psy_fail(err, PSY_DOMAIN, at < 0 ? "line %ld: the row %.80s is no region of the atlas %s"
												: "line %ld: the row %.80s is there twice (atlas %s)",
						g->line, name, s->regions.atlas);
	*of_row = (size_t) at;
	return PSY_OK;
}

static psy_status
read_row(text_matrix *t, const grid *g, psy_error *err)
{
	square *s = t->s;
	size_t cells = width(t, g), skip, of_row = 0;
	bool numbered = t->counted && cells == s->n + 1 && grid_counts_row(g, t->rows, &t->number), named;
	psy_status status;

	skip = t->lead > 0 ? t->lead : numbered || (!s->job->opt->by_position && cells == s->n + 1);
	named = skip > 0 && !numbered && !s->job->opt->by_position;
	if (cells != s->n + skip)
		return psy_fail(err, PSY_SHAPE, "line %ld has %zu cells; expected %zu, one a region", g->line, cells, s->n + t->lead);
	if (t->rows == s->n)
		return psy_fail(err, PSY_SHAPE, "line %ld: more rows than the %zu regions of the atlas %s", g->line, s->n, s->regions.atlas);
	status = find_row(t, g, named ? skip : 0, &of_row, err);
	if (status != PSY_OK)
		return status;
	s->line[of_row] = g->line;
	t->rows++;
	return read_cells(s, g, of_row, skip, err);
}

/* Whether the file has a record more than regions: then one that could be a row of 0, 1, 2 ... is the columns' numbers. */
static psy_status
count_records(const square *s, size_t *count, psy_error *err)
{
	source from = {.fd = -1};
	grid g = {0};
	bool more = true;
	psy_status status = source_open(&from, s->job->path, err);

	*count = 0;
	if (status == PSY_OK)
		status = grid_open(&g, &from, s->job->opt, err);
	while (status == PSY_OK && *count <= s->n + 1 && (status = grid_next(&g, &more, err)) == PSY_OK && more)
		++*count;
	grid_done(&g);
	source_close(&from);
	return status;
}

/* By position: the first record is a row, or counts the columns behind the empty cell above the rows' numbers. */
static psy_status
read_first_by_position(text_matrix *t, const grid *g, psy_error *err)
{
	square *s = t->s;
	size_t found = s->n + 1;
	psy_status status = PSY_OK;

	for (size_t i = 0; i < s->n; i++)
		s->column[i] = (size_t) (s->region[i] = (int) i) + 1 + t->lead;
	if (t->lead > 0) /* the connectogram's names */
		return PSY_OK;
	if (g->cells == s->n && grid_counts(g, 0))
		status = count_records(s, &found, err);
	else if (g->cells != s->n + 1 || *grid_cell(g, 0) != '\0' || !grid_counts(g, 1))
	{
		t->trailing = g->cells == s->n + 1 && *grid_cell(g, s->n) == '\0';
		return read_row(t, g, err);
	}
	t->counted = found == s->n + 1;
	return status != PSY_OK || t->counted ? status : read_row(t, g, err);
}

/* "data data 12 34 ..." above "data data A B ...", and rows "12 A 0 3 ...": what Circos's table viewer wants. */
static bool
is_connectogram(const grid *g)
{
	return g->cells > 3 && strcmp(grid_cell(g, 0), "data") == 0 && strcmp(grid_cell(g, 1), "data") == 0;
}

static psy_status
read_rows(text_matrix *t, grid *g, psy_error *err)
{
	square *s = t->s;
	bool more = true;
	psy_status status = grid_next(g, &more, err);

	if (status == PSY_OK && more && is_connectogram(g))
	{
		t->lead = 2;
		t->trailing = true;
		status = grid_next(g, &more, err);
	}
	if (status == PSY_OK && more)
		status = s->job->opt->by_position ? read_first_by_position(t, g, err) : read_header(t, g, err);
	while (status == PSY_OK && more && (status = grid_next(g, &more, err)) == PSY_OK && more)
		status = read_row(t, g, err);
	for (size_t i = 0; i < s->n && status == PSY_OK; i++)
		if (s->line[i] == 0)
			status = psy_fail(err, PSY_SHAPE, "the rows lack the region %s of the atlas %s (%zu regions; the file has %zu rows)",
							  s->regions.name[i], s->regions.atlas, s->n, t->rows);
	return status;
}

psy_status
connectome_read_text(square *s, psy_error *err)
{
	job *j = s->job;
	text_matrix t = {.s = s};
	source from = {.fd = -1};
	grid g = {0};
	psy_status status = connectome_begin(s, err);

	if (status == PSY_OK && j->opt->variable != NULL)
		status = psy_fail(err, PSY_DOMAIN, "--variable: the file is not MATLAB's");
	if (status == PSY_OK && j->opt->subjects != NULL)
		status = psy_fail(err, PSY_DOMAIN, "--subjects: the file holds one matrix; say whose it is with --subject");
	if (status == PSY_OK)
		status = source_open(&from, j->path, err);
	if (status == PSY_OK)
		status = grid_open(&g, &from, j->opt, err);
	if (status == PSY_OK)
		status = read_rows(&t, &g, err);
	if (status == PSY_OK)
		status = source_expect(&from, j->sha256, err);
	grid_done(&g);
	source_close(&from);
	if (status == PSY_OK)
		status = square_stage(s, err);
	j->read = 1;
	return status;
}
