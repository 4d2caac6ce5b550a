/* square.c - see square.h. */
#include "square.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_REGIONS 20000 /* of the type connectome */
#define MAX_BAD_CELLS 100 /* beyond, it is not cells that are wrong but the file */

psy_status
square_start(square *s, job *j, psy_error *err)
{
	psy_status status;

	*s = (square){.job = j};
	status = regions_read(&s->regions, j->db, j->opt->atlas, err);
	if (status != PSY_OK)
		return status;
	s->n = s->regions.count;
	if (s->n < 2 || s->n > MAX_REGIONS)
		return psy_fail(err, PSY_LIMIT, "the atlas %s has %zu regions; a connectome has 2 to %d", s->regions.atlas, s->n,
						MAX_REGIONS);
	region_names_start(&s->names, &s->regions);
	s->value = grow(NULL, s->n * s->n, sizeof *s->value);
	s->bad = grow(NULL, s->n * s->n, sizeof *s->bad);
	s->region = grow(NULL, s->n, sizeof *s->region);
	s->column = grow(NULL, s->n, sizeof *s->column);
	s->line = grow(NULL, s->n, sizeof *s->line);
	memset(s->column, 0, s->n * sizeof *s->column);
	memset(s->line, 0, s->n * sizeof *s->line);
	s->weighted = strcmp(j->opt->kind, "weight") == 0;
	s->bounded = strcmp(j->opt->kind, "r") == 0 || strcmp(j->opt->kind, "partial") == 0;
	return PSY_OK;
}

void
square_free(square *s)
{
	free(s->value);
	free(s->bad);
	free(s->region);
	free(s->column);
	free(s->line);
	region_names_free(&s->names);
	regions_free(&s->regions);
}

void
square_begin(square *s, const char *label, const char *visit, int run)
{
	memset(s->bad, 0, s->n * s->n * sizeof *s->bad);
	s->row++;
	s->label = label;
	s->session = visit;
	s->run = run;
	s->rejects = 0;
}

size_t
square_edges(const square *s)
{
	return s->n * (s->n - 1) / 2;
}

psy_status
square_reject(square *s, size_t of_row, size_t column, const char *code, const char *raw, const char *message, psy_error *err)
{
	reject_at at = {.row = s->row,
					.line = s->line[of_row],
					.column_name = s->regions.name[column],
					.column_number = (int) s->column[column],
					.raw = raw,
					.label = s->label};

	s->bad[of_row * s->n + column] = true;
	if (++s->rejects > MAX_BAD_CELLS)
		return psy_fail(err, PSY_FORMAT, "line %ld, column %d: %s (and %d cells before it are wrong too)", at.line,
						at.column_number, message, MAX_BAD_CELLS);
	return reject(s->job, &at, err, code, "%s", message);
}

psy_status
square_check(const square *s, double value, psy_error *why)
{
	if (!isfinite((float) value))
		return psy_fail(why, PSY_DOMAIN, "a value too large for single precision");
	if (s->bounded && fabs((float) value) > 1)
		return psy_fail(why, PSY_DOMAIN, "outside -1 to 1, which no %s is", s->job->opt->kind);
	return PSY_OK;
}

psy_status
square_take(square *s, size_t of_row, size_t column, double value, psy_error *err)
{
	char raw[32];
	psy_error why, full;
	psy_status status;

	s->value[of_row * s->n + column] = of_row == column ? NAN : value;
	if (of_row == column || isnan(value))
		return PSY_OK;
	status = square_check(s, value, &why);
	if (status == PSY_OK)
		return PSY_OK;
	snprintf(raw, sizeof raw, "%.9g", value);
	psy_fail(&full, status, "found %s: %s", raw, why.message);
	return square_reject(s, of_row, column, "out_of_range", raw, full.message, err);
}

/* What two cells of one edge may differ by. */
static double
tolerance(const square *s)
{
	double largest = 0;

	if (!s->weighted)
		return SQUARE_TOLERANCE;
	for (size_t k = 0; k < s->n * s->n; k++)
		if (fabs(s->value[k]) > largest)
			largest = fabs(s->value[k]);
	return SQUARE_TOLERANCE * largest;
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
	size_t k = 0;

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
			if (rule != NULL || s->bad[a * s->n + b] || s->bad[b * s->n + a] || fabs(here - there) <= allowed || (isnan(here) && isnan(there)))
				continue;
			snprintf(raw, sizeof raw, "%.9g", here);
			snprintf(message, sizeof message, "found %s; the cell at line %ld, column %zu has %.9g, and an edge has one value",
					 isnan(here) ? "nothing" : raw, s->line[column], s->column[of_row], there);
			status = square_reject(s, of_row, column, "asymmetric", isnan(here) ? "" : raw, message, err);
		}
	return status;
}

/* A matrix without a value is no matrix: of several files of one, or one of several in a file (CONN keeps places for scans that were not made). */
static psy_status
reject_empty(square *s, psy_error *err)
{
	reject_at at = {.row = s->row, .label = s->label};

	if (!s->one_of_many)
		return psy_fail(err, PSY_FORMAT, "no edge has a value");
	s->rejects++;
	return reject(s->job, &at, err, "no_values", "matrix %ld: no edge has a value", (long) s->row);
}

psy_status
square_stage_edges(square *s, const float *edges, psy_error *err)
{
	copy *out = &s->job->stage;
	size_t count = square_edges(s), present = 0;
	psy_status status = PSY_OK;

	for (size_t k = 0; k < count && present == 0; k++)
		present += !isnan(edges[k]);
	if (present == 0 && s->rejects == 0)
		status = reject_empty(s, err);
	if (status != PSY_OK)
		return status;
	copy_row(out);
	copy_int8(out, s->row);
	s->first > 0 ? copy_int8(out, s->first) : copy_null(out);
	copy_text(out, s->label);
	copy_text(out, s->session);
	copy_int2(out, (int16_t) s->run);
	s->rejects == 0 ? copy_float4_array(out, edges, count) : copy_null(out);
	return copy_row_end(out, err);
}

psy_status
square_stage(square *s, psy_error *err)
{
	float *edges = grow(NULL, square_edges(s), sizeof *edges);
	psy_status status = fold_halves(s, edges, err);

	if (status == PSY_OK)
		status = square_stage_edges(s, edges, err);
	free(edges);
	return status;
}
