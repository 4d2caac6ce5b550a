/* reader_freesurfer.c - see reader_freesurfer.h. */
#include "reader_freesurfer.h"

#include "buffer.h"
#include "header.h"
#include "number.h"
#include "reader_text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_COLUMNS 64

typedef struct stats_reader
{
	stats_file *to;
	const char *measure;
	char hemi[8];
	int name_column, value_column; /* -1 before # ColHeaders */
	char *word[MAX_COLUMNS];
	size_t words;
} stats_reader;

psy_status
stats_recognised(const char *path, bool *yes, psy_error *err)
{
	static const char *const openings[] = {"# Title Segmentation Statistics", "# Table of FreeSurfer"};
	char first[40] = {0};
	size_t got;
	source from;
	psy_status status = source_open(&from, path, err);

	if (status != PSY_OK)
		return status;
	status = source_peek(&from, first, sizeof first - 1, &got, err);
	source_close(&from);
	*yes = false;
	for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
		if (status == PSY_OK && strncmp(first, openings[i], strlen(openings[i])) == 0)
			*yes = true;
	return status;
}

/* Cuts a line at its blanks, in place; words beyond the table's width are left out of it. */
static void
cut(stats_reader *r, char *line)
{
	r->words = 0;
	while (r->words < MAX_COLUMNS)
	{
		line += strspn(line, " \t\r\n");
		if (*line == '\0')
			return;
		r->word[r->words++] = line;
		line += strcspn(line, " \t\r\n");
		if (*line != '\0')
			*line++ = '\0';
	}
}

/* What a measure's column is called in the two kinds of file. */
static bool
is_value_column(const char *measure, const char *column)
{
	static const char *const known[][2] = {{"thickness", "ThickAvg"}, {"area", "SurfArea"},		 {"volume", "GrayVol"}, {"volume", "Volume_mm3"},
										   {"gmv", "GrayVol"},		  {"gmv", "Volume_mm3"}, {"intensity", "normMean"}, {"intensity", "Mean"}};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(measure, known[i][0]) == 0 && strcmp(column, known[i][1]) == 0)
			return true;
	return strcmp(measure, column) == 0;
}

static psy_status
read_columns(stats_reader *r, psy_error *err)
{
	r->name_column = r->value_column = -1;
	for (size_t i = 2; i < r->words; i++)
	{
		if (strcmp(r->word[i], "StructName") == 0)
			r->name_column = (int) i - 2;
		if (is_value_column(r->measure, r->word[i]))
			r->value_column = (int) i - 2;
	}
	if (r->name_column >= 0 && r->value_column >= 0)
		return PSY_OK;
	psy_fail(err, PSY_DOMAIN, "its table has no column for %.40s", r->measure);
	return psy_hint(err, "--measure thickness, area or volume, or the name of a column");
}

/* "# Measure EstimatedTotalIntraCranialVol, eTIV, Estimated Total Intracranial Volume, 1420434.160521, mm^3" */
static psy_status
read_tiv(stats_reader *r, char *line, long number, psy_error *err)
{
	char *cell = line;
	psy_error why;

	for (int comma = 0; comma < 3; comma++)
	{
		cell = strchr(cell, ',');
		if (cell == NULL)
			return psy_fail(err, PSY_FORMAT, "line %ld: the intracranial volume is cut short", number);
		cell++;
	}
	cell += strspn(cell, " ");
	cell[strcspn(cell, ", \t\r\n")] = '\0';
	if (parse_real(cell, &r->to->tiv, &why) == PSY_OK && r->to->tiv > 0 && isfinite((float) r->to->tiv))
		return PSY_OK;
	return psy_fail(err, PSY_FORMAT, "line %ld: found %.40s; expected the intracranial volume in mm3", number, cell);
}

static psy_status
read_comment(stats_reader *r, char *line, long number, psy_error *err)
{
	if (strncmp(line, "# Measure EstimatedTotalIntraCranialVol,", 40) == 0)
		return read_tiv(r, line, number, err);
	cut(r, line);
	if (r->words >= 3 && strcmp(r->word[1], "hemi") == 0 && (strcmp(r->word[2], "lh") == 0 || strcmp(r->word[2], "rh") == 0))
	{
		memcpy(r->hemi, r->word[2], 2);
		memcpy(r->hemi + 2, "_", 2);
	}
	return r->words >= 2 && strcmp(r->word[1], "ColHeaders") == 0 ? read_columns(r, err) : PSY_OK;
}

static psy_status
read_values(stats_reader *r, char *line, long number, psy_error *err)
{
	stats_file *s = r->to;
	buffer name = {0};
	psy_error why;
	stats_row *to;

	cut(r, line);
	if (r->words == 0)
		return PSY_OK;
	if (r->value_column < 0)
		return psy_fail(err, PSY_FORMAT, "line %ld: values before the line # ColHeaders", number);
	if (r->words <= (size_t) r->value_column || r->words <= (size_t) r->name_column)
		return psy_fail(err, PSY_SHAPE, "line %ld has %zu cells, fewer than # ColHeaders names", number, r->words);
	if (s->count == STATS_MAX_ROWS)
		return psy_fail(err, PSY_LIMIT, "line %ld: more than %d regions", number, STATS_MAX_ROWS);
	if (s->count == s->room)
	{
		s->room = s->room ? 2 * s->room : 64;
		s->row = grow(s->row, s->room, sizeof *s->row);
	}
	buffer_text(&name, r->hemi);
	buffer_text(&name, r->word[r->name_column]);
	to = &s->row[s->count++];
	*to = (stats_row){.name = name.data, .line = number};
	if (parse_real(r->word[r->value_column], &to->value, &why) != PSY_OK || !isfinite((float) to->value))
		return psy_fail(err, PSY_FORMAT, "line %ld, column %d: found %.40s; expected a number", number, r->value_column + 1,
						r->word[r->value_column]);
	return PSY_OK;
}

psy_status
stats_parse(stats_file *s, source *from, const char *measure, psy_error *err)
{
	stats_reader r = {.to = s, .measure = measure, .name_column = -1, .value_column = -1};
	text_reader text;
	const char *line;
	size_t length;
	long number;
	psy_status status;

	*s = (stats_file){.tiv = NAN};
	text_open(&text, from, ENCODING_AUTO);
	while ((status = text_next(&text, &line, &length, &number, err)) == PSY_OK && line != NULL)
	{
		char *copy_of_line = keep_bytes(line, length);

		status = *copy_of_line == '#' ? read_comment(&r, copy_of_line, number, err) : read_values(&r, copy_of_line, number, err);
		free(copy_of_line);
		if (status != PSY_OK)
			break;
	}
	text_close(&text);
	if (status == PSY_OK && s->count == 0)
		return psy_fail(err, PSY_FORMAT, "it has no table of regions");
	return status;
}

psy_status
stats_read(stats_file *s, const char *path, const uint8_t sha256[SHA256_BYTES], const char *measure, psy_error *err)
{
	source from;
	psy_status status = source_open(&from, path, err);

	if (status != PSY_OK)
		return status;
	status = stats_parse(s, &from, measure, err);
	if (status == PSY_OK)
		status = source_expect(&from, sha256, err);
	source_close(&from);
	return status;
}

void
stats_free(stats_file *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->row[i].name);
	free(s->row);
	*s = (stats_file){0};
}

/* ---- the tables of many subjects ---- */

bool
stats_table_recognised(const char *cell, stats_table *t)
{
	static const char *const measures[] = {"thickness", "area", "volume", "thicknessstd", "meancurv", "gauscurv", "foldind", "curvind"};
	bool left = strncmp(cell, "lh.", 3) == 0;
	const char *last = strrchr(cell, '.');

	*t = (stats_table){.measure = ""};
	if (strncasecmp(cell, "Measure", 7) == 0 && (cell[7] == ':' || cell[7] == '.')) /* R makes the one of the other */
	{
		snprintf(t->measure, sizeof t->measure, "%s", cell + 8);
		return t->measure[0] != '\0';
	}
	if ((!left && strncmp(cell, "rh.", 3) != 0) || last <= cell + 3)
		return false;
	for (size_t m = 0; m < sizeof measures / sizeof *measures; m++)
		if (strcmp(last + 1, measures[m]) == 0)
		{
			snprintf(t->measure, sizeof t->measure, "%s", measures[m]);
			snprintf(t->hemisphere, sizeof t->hemisphere, "%s", left ? "lh_" : "rh_");
			return true;
		}
	return false;
}

static const char *
measure_at_end(const char *folded)
{
	static const char *const known[][2] = {{"_thickness", "thickness"}, {"_thickavg", "thickness"}, {"_area", "area"},
										   {"_surfavg", "area"},		{"_surfarea", "area"},		{"_volume", "volume"},
										   {"_grayvol", "volume"}};
	size_t n = strlen(folded);

	for (size_t k = 0; k < sizeof known / sizeof *known; k++)
		if (n > strlen(known[k][0]) && strcmp(folded + n - strlen(known[k][0]), known[k][0]) == 0)
			return known[k][1];
	return NULL;
}

const char *
stats_measure_of(const char *column, const char *region)
{
	char *own = fold_header(region);
	const char *found = measure_at_end(own) == NULL ? measure_at_end(column) : NULL;

	free(own);
	return found;
}

bool
stats_measure_fits(const char *table, const char *measure)
{
	static const char volumes[] = "volume|gmv|wmv|csfv";
	bool known = header_among(measure, volumes) || header_among(measure, "thickness|area");

	if (strcmp(table, "volume") == 0)
		return !known || header_among(measure, volumes);
	return !known || strcmp(table, measure) == 0;
}
