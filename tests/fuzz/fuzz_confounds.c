/*
 * fuzz_confounds.c - confounds tables of anybody's making, down to displacement and censored volumes.
 *
 * What was read is within its bounds; a column given out has as many values as there are rows, a regressor no NaN; displacement is
 * never negative, NaN at most where a parameter overflows; widening censors more and never less, and what is left of it has no
 * stretch shorter than was asked for.
 *
 * Seeds: tests/fuzz/seeds/confounds/*
 * Sources: ingest/confounds.c ingest/scrub.c ingest/table.c ingest/dictionary.c ingest/document.c ingest/header.c ingest/records.c ingest/gunzip.c ingest/reader_eav.c ingest/reader_csv.c ingest/reader_sheet.c ingest/workbook.c ingest/zip_part.c ingest/reader_sav.c ingest/reader_text.c ingest/source.c ingest/buffer.c ingest/number.c
 * Libraries: -lcsv -lzip -lreadstat -lcrypto -lisal
 */
#include "cells.h"
#include "confounds.h"
#include "scrub.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_columns(const confounds *c)
{
	double *x = grow(NULL, c->rows, sizeof *x);
	psy_error err;

	for (size_t k = 0; k < c->columns; k++)
	{
		check_utf8(c->name[k]);
		if (confounds_regressor(c, c->name[k], x, &err) == PSY_OK)
			for (size_t t = 0; t < c->rows; t++)
				if (!isfinite(x[t]))
					abort();
	}
	free(x);
}

static void
check_displacement(const confounds *c)
{
	double *parameters = grow(NULL, 6 * c->rows, sizeof *parameters), *fd = grow(NULL, c->rows, sizeof *fd);
	const double *of[6];

	for (size_t k = 0; k < 6; k++)
	{
		of[k] = parameters + k * c->rows;
		for (size_t t = 0; t < c->rows; t++)
			parameters[k * c->rows + t] = k < c->columns ? c->value[t * c->columns + k] : 0;
	}
	for (int which = 0; which < 2; which++)
	{
		(which ? fd_jenkinson : fd_power)(of, c->rows, fd);
		for (size_t t = 0; t < c->rows; t++)
			if (fd[t] < 0)
				abort();
	}
	free(parameters);
	free(fd);
}

/* The first bytes say how to widen, the others which volumes are censored. */
static void
check_scrubbing(const uint8_t *data, size_t size)
{
	size_t before = data[0] % 5, after = data[1] % 5, segment = data[2] % 9, n = size - 3, censored = 0;
	bool *scrub = grow(NULL, n, sizeof *scrub);

	for (size_t t = 0; t < n; t++)
		censored += scrub[t] = data[t + 3] % 7 == 0;
	scrub_widen(scrub, n, before, after, segment);
	for (size_t t = 0, run = 0; t <= n; t++)
	{
		if (t < n && data[t + 3] % 7 == 0 && !scrub[t])
			abort();
		for (size_t k = 1; t < n && data[t + 3] % 7 == 0 && k <= after && t + k < n; k++)
			if (!scrub[t + k])
				abort();
		for (size_t k = 1; t < n && data[t + 3] % 7 == 0 && k <= before && k <= t; k++)
			if (!scrub[t - k])
				abort();
		if (t < n && !scrub[t])
			run++;
		else
		{
			if (run > 0 && run < segment && censored > 0)
				abort();
			run = 0;
		}
		if (t < n && censored == 0 && scrub[t])
			abort();
	}
	free(scrub);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	source s;
	confounds c;
	options plain = {0};
	psy_error err = {0};

	if (size > 3)
		check_scrubbing(data, size);
	source_memory(&s, data, size);
	if (confounds_read(&c, &s, &plain, size % 2 == 1, &err) == PSY_OK)
	{
		if (c.columns == 0 || c.columns > CONFOUNDS_MAX_COLUMNS || c.rows * c.columns > CONFOUNDS_MAX_VALUES)
			abort();
		if (c.rows > 0)
		{
			check_columns(&c);
			check_displacement(&c);
		}
	}
	else if (err.message[0] == '\0')
		abort();
	confounds_free(&c);
	source_close(&s);
	return 0;
}
