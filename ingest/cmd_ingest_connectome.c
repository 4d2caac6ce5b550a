/*
 * cmd_ingest_connectome.c - psyrad ingest connectome FILE: a square matrix of one scan, stored as its upper triangle.
 *
 * Rows and columns are matched to the atlas by name, each by its own names, whatever their order; names come in the first record, and, where a
 * record has one cell more than there are regions, in its first cell.  A region that is unknown, twice there or missing refuses
 * the file, since every other edge would shift.  A cell that is wrong is a reject of its own and keeps the matrix out.  Numbers that
 * count rows and columns (pandas writes them where there are no names) are no names.
 */
#include "cmd.h"

#include "reader_grid.h"
#include "reader_mat.h"
#include "regions.h"
#include "rows.h"
#include "scan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE 1e-6      /* between the two cells of an edge; for weights, of the largest */
#define MAX_REGIONS 20000   /* of the type connectome */
#define MAX_BAD_CELLS 100   /* beyond, it is not cells that are wrong but the file */

typedef struct square
{
	job *job;
	regions regions;
	size_t n;
	double *value; /* [row region][column region]; NaN is a missing edge */
	bool *bad;     /* the cell has a reject */
	int *region;   /* [column without the names] the region of a column; -1 for one that CONN has beyond the regions */
	size_t *column; /* [region] 1-based column in the file */
	long *line;    /* [region] of its row; 0 before it came */
	size_t rows;
	size_t number; /* of the first row, where rows are numbered */
	bool counted; /* the first record counts the columns, and is no row */
	long rejects;
	bool bounded; /* -1 to 1 */
	bool weighted;
} square;

static bool
is_companion(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL && strcmp(dot, ".json") == 0;
}

static psy_status
describe_connectome(job *j, buffer *json, psy_error *err)
{
	static const char *const kinds[] = {"r", "z", "partial", "partial_z", "weight"};
	static const char *const rules[] = {"mean", "sum", "max", "upper", "lower"};
	const char *rule = j->opt->symmetrize;
	scan *s = grow(NULL, 1, sizeof *s);
	bool known = rule == NULL;
	psy_status status;

	j->extra = s;
	for (size_t k = 0; k < sizeof rules / sizeof *rules && !known; k++)
		known = strcmp(rule, rules[k]) == 0;
	if (!known)
		return psy_fail(err, PSY_DOMAIN, "--symmetrize %.40s: expected mean, sum, max, upper or lower", rule);
	if (rule != NULL && strcmp(j->opt->kind, "weight") != 0 && strcmp(rule, "upper") != 0 && strcmp(rule, "lower") != 0)
		return psy_fail(err, PSY_DOMAIN, "--symmetrize %s is for --kind weight: an asymmetric %.40s is no correlation matrix", rule, j->opt->kind);
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		if (strcmp(j->opt->kind, kinds[k]) == 0)
		{
			status = scan_identify(j, s, err);
			if (status != PSY_OK)
				return status;
			json_open(json, "inputs", '{');
			scan_describe(s, json);
			buffer_byte(json, '}');
			return PSY_OK;
		}
	return psy_fail(err, PSY_DOMAIN, "--kind %.40s: expected r, z, partial, partial_z or weight", j->opt->kind);
}

static void
release_connectome(job *j)
{
	free(j->extra);
}

static psy_status
square_start(square *s, psy_error *err)
{
	psy_status status = regions_read(&s->regions, s->job->db, s->job->opt->atlas, err);

	if (status != PSY_OK)
		return status;
	s->n = s->regions.count;
	if (s->n < 2 || s->n > MAX_REGIONS)
		return psy_fail(err, PSY_LIMIT, "the atlas %s has %zu regions; a connectome has 2 to %d", s->regions.atlas, s->n,
						MAX_REGIONS);
	s->value = grow(NULL, s->n * s->n, sizeof *s->value);
	s->bad = grow(NULL, s->n * s->n, sizeof *s->bad);
	s->region = grow(NULL, s->n, sizeof *s->region);
	s->column = grow(NULL, s->n, sizeof *s->column);
	s->line = grow(NULL, s->n, sizeof *s->line);
	memset(s->bad, 0, s->n * s->n * sizeof *s->bad);
	memset(s->column, 0, s->n * sizeof *s->column);
	memset(s->line, 0, s->n * sizeof *s->line);
	s->weighted = strcmp(s->job->opt->kind, "weight") == 0;
	s->bounded = strcmp(s->job->opt->kind, "r") == 0 || strcmp(s->job->opt->kind, "partial") == 0;
	return PSY_OK;
}

static void
square_free(square *s)
{
	free(s->value);
	free(s->bad);
	free(s->region);
	free(s->column);
	free(s->line);
	regions_free(&s->regions);
}

/* One reject for the cell of two regions. */
static psy_status
reject_cell(square *s, size_t of_row, size_t column, const char *code, const char *raw, const char *message, psy_error *err)
{
	const scan *whose = s->job->extra;
	reject_at at = {.row = 1,
					.line = s->line[of_row],
					.column_name = s->regions.name[column],
					.column_number = (int) s->column[column],
					.raw = raw,
					.label = whose->label};

	s->bad[of_row * s->n + column] = true;
	if (++s->rejects > MAX_BAD_CELLS)
		return psy_fail(err, PSY_FORMAT, "line %ld, column %d: %s (and %d cells before it are wrong too)", at.line,
						at.column_number, message, MAX_BAD_CELLS);
	return reject(s->job, &at, err, code, "%s", message);
}

static bool
is_number(const char *cell)
{
	double value;
	psy_error why;

	return parse_real(cell, &value, &why) == PSY_OK;
}

/* The regions of the columns, from the header; skip is the cell above the row names. */
static psy_status
match_columns(square *s, const grid *g, size_t skip, psy_error *err)
{
	for (size_t c = skip; c < g->cells; c++)
	{
		const char *name = grid_cell(g, c);
		int at = regions_find(&s->regions, name);

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
							s->regions.name[i], s->regions.atlas, s->n, g->cells - skip);
	return PSY_OK;
}

static psy_status
read_header(square *s, const grid *g, psy_error *err)
{
	size_t skip = g->cells == s->n + 1 || (g->cells > 1 && *grid_cell(g, 0) == '\0');

	if (skip == 1 && regions_find(&s->regions, grid_cell(g, 0)) >= 0)
		skip = 0; /* a region too many: the match below names it */
	return match_columns(s, g, skip, err);
}

static psy_status
check_value(const square *s, double value, psy_error *why)
{
	if (!isfinite((float) value))
		return psy_fail(why, PSY_DOMAIN, "a value too large for single precision");
	if (s->bounded && fabs((float) value) > 1)
		return psy_fail(why, PSY_DOMAIN, "outside -1 to 1, which no %s is", s->job->opt->kind);
	return PSY_OK;
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
			status = check_value(s, *to, &why);
		if (status == PSY_OK)
			continue;
		psy_fail(&full, status, "found %.60s: %s", cell, why.message);
		status = reject_cell(s, of_row, column, status == PSY_FORMAT ? "bad_number" : "out_of_range", cell, full.message, err);
		if (status != PSY_OK)
			return status;
	}
	return PSY_OK;
}

/* Which region the record is of: by its name, by the header's order, or by position. */
static psy_status
find_row(square *s, const grid *g, size_t skip, size_t *of_row, psy_error *err)
{
	int at = s->region[s->rows];

	if (skip == 1)
		at = regions_find(&s->regions, grid_cell(g, 0));
	if (at < 0 || s->line[at] != 0)
		return psy_fail(err, PSY_DOMAIN, at < 0 ? "line %ld: the row %.80s is no region of the atlas %s"
												: "line %ld: the row %.80s is there twice (atlas %s)",
						g->line, grid_cell(g, 0), s->regions.atlas);
	*of_row = (size_t) at;
	return PSY_OK;
}

static psy_status
read_row(square *s, const grid *g, psy_error *err)
{
	bool numbered = s->counted && g->cells == s->n + 1 && grid_counts_row(g, s->rows, &s->number);
	size_t skip = numbered || (!s->job->opt->by_position && g->cells == s->n + 1), of_row = 0;
	psy_status status;

	if (g->cells != s->n + skip)
		return psy_fail(err, PSY_SHAPE, "line %ld has %zu cells; expected %zu, one a region", g->line, g->cells, s->n);
	if (s->rows == s->n)
		return psy_fail(err, PSY_SHAPE, "line %ld: more rows than the %zu regions of the atlas %s", g->line, s->n, s->regions.atlas);
	status = find_row(s, g, skip && !numbered, &of_row, err);
	if (status != PSY_OK)
		return status;
	s->line[of_row] = g->line;
	s->rows++;
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
read_first_by_position(square *s, const grid *g, psy_error *err)
{
	size_t found = s->n + 1;
	psy_status status = PSY_OK;

	for (size_t i = 0; i < s->n; i++)
		s->column[i] = (size_t) (s->region[i] = (int) i) + 1;
	if (g->cells == s->n && grid_counts(g, 0))
		status = count_records(s, &found, err);
	else if (g->cells != s->n + 1 || *grid_cell(g, 0) != '\0' || !grid_counts(g, 1))
		return read_row(s, g, err);
	s->counted = found == s->n + 1;
	return status != PSY_OK || s->counted ? status : read_row(s, g, err);
}

static psy_status
read_rows(square *s, grid *g, psy_error *err)
{
	bool more = true;
	psy_status status = grid_next(g, &more, err);

	if (status == PSY_OK && more)
		status = s->job->opt->by_position ? read_first_by_position(s, g, err) : read_header(s, g, err);
	while (status == PSY_OK && more && (status = grid_next(g, &more, err)) == PSY_OK && more)
		status = read_row(s, g, err);
	for (size_t i = 0; i < s->n && status == PSY_OK; i++)
		if (s->line[i] == 0)
			status = psy_fail(err, PSY_SHAPE, "the rows lack the region %s of the atlas %s (%zu regions; the file has %zu rows)",
							  s->regions.name[i], s->regions.atlas, s->n, s->rows);
	return status;
}

/* Which region each row or column of a MATLAB matrix is, by its own name; which is what messages call it. Where there are more of
 * them than regions (CONN's targets beyond its sources), those that are no region are -1. */
static psy_status
match_list(const square *s, const text_list *names, const char *which, int *region, psy_error *err)
{
	bool *seen = grow(NULL, s->n, sizeof *seen), beyond = names->count > s->n;
	psy_status status = PSY_OK;

	memset(seen, 0, s->n * sizeof *seen);
	for (size_t i = 0; i < names->count && status == PSY_OK; i++)
	{
		region[i] = regions_find(&s->regions, names->item[i]);
		if ((region[i] < 0 && !beyond) || (region[i] >= 0 && seen[region[i]]))
			status = psy_fail(err, PSY_DOMAIN, region[i] < 0 ? "%s %zu (%.80s) is no region of the atlas %s" : "%s %zu (%.80s) is there twice (atlas %s)",
							  which, i + 1, names->item[i], s->regions.atlas);
		else if (region[i] >= 0)
			seen[region[i]] = true;
	}
	for (size_t i = 0; i < s->n && status == PSY_OK; i++)
		if (!seen[i])
			status = psy_fail(err, PSY_DOMAIN, "no %s is the region %s of the atlas %s", which, s->regions.name[i], s->regions.atlas);
	free(seen);
	return status;
}

/* The matrix must have a row a region; CONN's may have more columns, if they have names. */
static psy_status
check_size(const square *s, const mat_matrix *m, psy_error *err)
{
	bool named = !s->job->opt->by_position && m->row_name.count == m->rows && m->column_name.count == m->columns;

	if (m->rows == s->n && (m->columns == s->n || (m->columns > s->n && named)))
		return PSY_OK;
	return psy_fail(err, PSY_SHAPE, "the matrix is %zu x %zu; expected %zu x %zu, the regions of the atlas %s", m->rows, m->columns, s->n, s->n,
					s->regions.atlas);
}

static psy_status
place_matrix(square *s, const mat_matrix *m, int *place, psy_error *err)
{
	psy_status status = check_size(s, m, err);

	if (status != PSY_OK)
		return status;
	s->region = grow(s->region, m->columns, sizeof *s->region);
	if (s->job->opt->by_position)
		for (size_t i = 0; i < s->n; i++)
			place[i] = s->region[i] = (int) i;
	else if (m->row_name.count == 0 || m->column_name.count == 0)
	{
		psy_fail(err, PSY_DOMAIN, "the file has no variable names with a name for each region");
		return psy_hint(err, "rows and columns in the atlas's order: --by-position");
	}
	else
	{
		status = match_list(s, &m->row_name, "row", place, err);
		if (status == PSY_OK)
			status = match_list(s, &m->column_name, "column", s->region, err);
	}
	for (size_t i = 0; i < s->n && status == PSY_OK; i++)
		s->line[place[i]] = (long) i + 1;
	for (size_t c = 0; c < m->columns && status == PSY_OK; c++)
		if (s->region[c] >= 0)
			s->column[s->region[c]] = c + 1;
	if (status == PSY_OK && m->columns > s->n)
		job_note(s->job, "%zu columns that are no region of %s are left out", m->columns - s->n, s->regions.atlas);
	return status;
}

static psy_status
take_value(square *s, size_t of_row, size_t column, double value, psy_error *err)
{
	char raw[32];
	psy_error why, full;
	psy_status status;

	s->value[of_row * s->n + column] = of_row == column ? NAN : value;
	if (of_row == column || isnan(value))
		return PSY_OK;
	status = check_value(s, value, &why);
	if (status == PSY_OK)
		return PSY_OK;
	snprintf(raw, sizeof raw, "%.9g", value);
	psy_fail(&full, status, "found %s: %s", raw, why.message);
	return reject_cell(s, of_row, column, "out_of_range", raw, full.message, err);
}

/* The values of a placed matrix; what is no number in MATLAB is a missing edge. */
static psy_status
take_values(square *s, const mat_matrix *m, const int *place, psy_error *err)
{
	psy_status status = PSY_OK;

	for (size_t r = 0; r < s->n; r++)
		for (size_t c = 0; c < m->columns && status == PSY_OK; c++)
			if (s->region[c] >= 0)
				status = take_value(s, (size_t) place[r], (size_t) s->region[c], m->value[r * m->columns + c], err);
	return status;
}

static psy_status
read_matlab(square *s, psy_error *err)
{
	mat_matrix m = {0};
	uint8_t sha256[SHA256_BYTES];
	uint64_t size;
	int *place = grow(NULL, s->n, sizeof *place);
	psy_status status = mat_read(&m, s->job->path, s->job->opt->variable, err);

	if (status == PSY_OK)
		status = place_matrix(s, &m, place, err);
	if (status == PSY_OK)
		status = take_values(s, &m, place, err);
	if (status == PSY_OK)
		status = hash_file(s->job->path, sha256, &size, err);
	if (status == PSY_OK && memcmp(sha256, s->job->sha256, SHA256_BYTES) != 0)
		status = psy_fail(err, PSY_FORMAT, "the file changed while it was being read");
	free(place);
	mat_free(&m);
	return status;
}

static psy_status
read_text(square *s, psy_error *err)
{
	job *j = s->job;
	source from = {.fd = -1};
	grid g = {0};
	uint8_t sha256[SHA256_BYTES];
	uint64_t size;
	psy_status status = source_open(&from, j->path, err);

	if (status == PSY_OK && j->opt->variable != NULL)
		status = psy_fail(err, PSY_DOMAIN, "--variable: the file is not MATLAB's");
	if (status == PSY_OK)
		status = grid_open(&g, &from, j->opt, err);
	if (status == PSY_OK)
		status = read_rows(s, &g, err);
	if (status == PSY_OK)
		status = source_finish(&from, sha256, &size, err);
	if (status == PSY_OK && memcmp(sha256, j->sha256, SHA256_BYTES) != 0)
		status = psy_fail(err, PSY_FORMAT, "the file changed while it was being read");
	grid_done(&g);
	source_close(&from);
	return status;
}

static psy_status
read_square(square *s, psy_error *err)
{
	return mat_recognised(s->job->path) ? read_matlab(s, err) : read_text(s, err);
}

/* What two cells of one edge may differ by. */
static double
tolerance(const square *s)
{
	double largest = 0;

	if (!s->weighted)
		return TOLERANCE;
	for (size_t k = 0; k < s->n * s->n; k++)
		if (fabs(s->value[k]) > largest)
			largest = fabs(s->value[k]);
	return TOLERANCE * largest;
}

/* What an edge is whose cells may differ, as --symmetrize says; above is the one of the file's upper triangle. */
static double
one_of(const char *rule, double above, double below)
{
	switch (*rule)
	{
		case 'u': return above;
		case 'l': return below;
		case 'm': return rule[1] == 'e' || isnan(above) || isnan(below) ? above / 2 + below / 2 : fmax(above, below);
		default: return above + below;
	}
}

/* A file that writes each edge once: one triangle holds values, the other nothing but zeros or missing cells. */
static const char *
empty_triangle(const square *s)
{
	size_t above = 0, below = 0;

	for (size_t a = 0; a < s->n; a++)
		for (size_t b = a + 1; b < s->n; b++)
		{
			size_t first = s->line[a] < s->line[b] ? a : b, second = first == a ? b : a;
			double up = s->value[first * s->n + second], down = s->value[second * s->n + first];

			above += !isnan(up) && up != 0;
			below += !isnan(down) && down != 0;
		}
	return above > 0 && below == 0 ? "lower" : below > 0 && above == 0 ? "upper" : NULL;
}

/* The upper triangle, an edge being the mean of its two cells; where they disagree, a reject at the one that came later, unless
 * --symmetrize says what they make. */
static psy_status
fold_halves(square *s, float *edges, psy_error *err)
{
	const char *rule = s->job->opt->symmetrize, *empty = rule ? NULL : empty_triangle(s);
	double allowed = tolerance(s);
	psy_status status = PSY_OK;
	size_t k = 0, present = 0;

	if (empty != NULL && s->n > 2)
	{
		psy_fail(err, PSY_FORMAT, "its %s triangle is empty, and an edge has two cells that agree", empty);
		return psy_hint(err, "a file that writes each edge once: --symmetrize %s", *empty == 'l' ? "upper" : "lower");
	}
	for (size_t a = 0; a < s->n; a++)
		for (size_t b = a + 1; b < s->n && status == PSY_OK; b++, k++)
		{
			size_t of_row = s->line[a] > s->line[b] ? a : b, column = of_row == a ? b : a;
			double here = s->value[of_row * s->n + column], there = s->value[column * s->n + of_row];
			char raw[32], message[200];

			edges[k] = (float) (rule ? one_of(rule, there, here) : here / 2 + there / 2);
			present += !isnan(edges[k]);
			if (rule != NULL || s->bad[a * s->n + b] || s->bad[b * s->n + a] || fabs(here - there) <= allowed || (isnan(here) && isnan(there)))
				continue;
			snprintf(raw, sizeof raw, "%.9g", here);
			snprintf(message, sizeof message, "found %s; the cell at line %ld, column %zu has %.9g, and an edge has one value",
					 isnan(here) ? "nothing" : raw, s->line[column], s->column[of_row], there);
			status = reject_cell(s, of_row, column, "asymmetric", isnan(here) ? "" : raw, message, err);
		}
	if (status == PSY_OK && present == 0 && s->rejects == 0)
		return psy_fail(err, PSY_FORMAT, "no edge has a value");
	return status;
}

static psy_status
stage_edges(square *s, psy_error *err)
{
	const scan *whose = s->job->extra;
	copy *out = &s->job->stage;
	size_t count = s->n * (s->n - 1) / 2;
	float *edges = grow(NULL, count, sizeof *edges);
	psy_status status = fold_halves(s, edges, err);

	if (status == PSY_OK)
	{
		s->job->read = 1;
		copy_row(out);
		copy_int8(out, 1);
		copy_text(out, whose->label);
		copy_text(out, whose->session);
		copy_int2(out, (int16_t) whose->run);
		s->rejects == 0 ? copy_float4_array(out, edges, count) : copy_null(out);
		status = copy_row_end(out, err);
	}
	free(edges);
	return status;
}

static psy_status
stage_connectome(job *j, psy_error *err)
{
	square s = {.job = j};
	psy_status status = square_start(&s, err);

	if (status == PSY_OK)
		status = read_square(&s, err);
	if (status == PSY_OK)
		status = stage_edges(&s, err);
	square_free(&s);
	return status;
}

const loader load_connectome = {
	.name = "connectome",
	.summary = "square matrices of edges",
	.file = "FILE...",
	.options = OPT_STUDY | OPT_ATLAS | OPT_MEASURE | OPT_MATRIX | OPT_SCAN | OPT_TABLE,
	.target = "pg_temp.stage (\"row\", label, session, run, value)",
	.companion = is_companion,
	.describe = describe_connectome,
	.stage = stage_connectome,
	.release = release_connectome,
};
