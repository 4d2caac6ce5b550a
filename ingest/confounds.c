/* confounds.c - see confounds.h. */
#include "confounds.h"

#include "number.h"
#include "reader_csv.h"
#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

long
confounds_find(const confounds *c, const char *name)
{
	for (size_t k = 0; k < c->columns; k++)
		if (strcmp(c->name[k], name) == 0)
			return (long) k;
	return -1;
}

static psy_status
read_names(confounds *c, const csv_reader *csv, psy_error *err)
{
	if (csv->cells > CONFOUNDS_MAX_COLUMNS)
		return psy_fail(err, PSY_LIMIT, "it has %zu columns; at most %zu expected", csv->cells,
						CONFOUNDS_MAX_COLUMNS);
	c->name = grow(NULL, csv->cells, sizeof *c->name);
	c->bad_line = grow(NULL, csv->cells, sizeof *c->bad_line);
	for (size_t k = 0; k < csv->cells; k++)
	{
		const char *name = csv_cell(csv, k);

		if (*name != '\0' && confounds_find(c, name) >= 0)
			return psy_fail(err, PSY_FORMAT, "it has two columns %.80s", name);
		c->bad_line[c->columns] = 0;
		c->name[c->columns++] = keep_text(name);
	}
	return PSY_OK;
}

static psy_status
read_row(confounds *c, const csv_reader *csv, const options *o, psy_error *err)
{
	double *to;

	if (csv->cells != c->columns)
		return psy_fail(err, PSY_FORMAT, "line %ld has %zu cells; the header has %zu", csv->line, csv->cells,
						c->columns);
	if ((c->rows + 1) * c->columns > CONFOUNDS_MAX_VALUES)
		return psy_fail(err, PSY_LIMIT, "line %ld: more than %zu values", csv->line, CONFOUNDS_MAX_VALUES);
	if (c->rows == c->room)
	{
		c->room = c->room ? 2 * c->room : 256;
		c->value = grow(c->value, c->room * c->columns, sizeof *c->value);
	}
	to = c->value + c->rows++ * c->columns;
	for (size_t k = 0; k < c->columns; k++)
	{
		psy_error why;

		to[k] = NAN;
		if (!cell_missing(o, csv_cell(csv, k)) && parse_real(csv_cell(csv, k), &to[k], &why) != PSY_OK &&
			c->bad_line[k] == 0)
			c->bad_line[k] = csv->line;
	}
	return PSY_OK;
}

psy_status
confounds_read(confounds *c, source *from, const options *o, psy_error *err)
{
	csv_reader csv = {0};
	bool more = false;
	psy_status status = csv_open(&csv, from, ENCODING_AUTO, 0, err);

	*c = (confounds){0};
	if (status == PSY_OK)
		status = csv_next(&csv, &more, err);
	if (status == PSY_OK && !more)
		status = psy_fail(err, PSY_FORMAT, "it is empty");
	if (status == PSY_OK)
		status = read_names(c, &csv, err);
	while (status == PSY_OK && (status = csv_next(&csv, &more, err)) == PSY_OK && more)
		status = read_row(c, &csv, o, err);
	csv_done(&csv);
	return status;
}

void
confounds_free(confounds *c)
{
	for (size_t k = 0; k < c->columns; k++)
		free(c->name[k]);
	free(c->name);
	free(c->bad_line);
	free(c->value);
	*c = (confounds){0};
}

psy_status
confounds_get(const confounds *c, const char *name, double *to, psy_error *err)
{
	long k = confounds_find(c, name);

	if (k < 0)
		return psy_fail(err, PSY_DOMAIN, "it has no column %s, which the pipeline needs", name);
	if (c->bad_line[k] > 0)
		return psy_fail(err, PSY_FORMAT, "line %ld: %s is not a number", c->bad_line[k], name);
	for (size_t t = 0; t < c->rows; t++)
		to[t] = c->value[t * c->columns + (size_t) k];
	return PSY_OK;
}

psy_status
confounds_regressor(const confounds *c, const char *name, double *to, psy_error *err)
{
	psy_status status = confounds_get(c, name, to, err);

	if (status != PSY_OK)
		return status;
	if (c->rows > 1 && isnan(to[0]))
		to[0] = to[1];
	for (size_t t = 0; t < c->rows; t++)
		if (isnan(to[t]))
			return psy_fail(err, PSY_DOMAIN, "%s is missing in row %zu; only the first row's may be", name,
							t + 1);
	return PSY_OK;
}
