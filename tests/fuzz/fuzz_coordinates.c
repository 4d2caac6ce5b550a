/*
 * fuzz_coordinates.c - Sleuth text and JSON of foci: any bytes give foci or an error, within bounds.
 *
 * Seeds: tests/fuzz/seeds/coordinates/*
 * Sources: ingest/reader_sleuth.c ingest/reader_coordinate_json.c ingest/number.c ingest/buffer.c
 */
#include "coordinates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct coordinates
{
	long experiment;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What readers send must be whole: it is checked here instead of stored. */
psy_status
coordinates_experiment(coordinates *c, const experiment *e, psy_error *err)
{
	(void) err;
	if (e->study == NULL || e->contrast == NULL || e->study[0] == '\0' || (!isnan(e->n) && !(e->n > 0)))
		abort();
	c->experiment++;
	return PSY_OK;
}

psy_status
coordinates_focus(coordinates *c, const focus *f, psy_error *err)
{
	(void) err;
	if (c->experiment == 0 || f->line <= 0)
		abort();
	for (int a = 0; a < 3; a++)
		if (!isfinite(f->xyz[a]))
			abort();
	return PSY_OK;
}

void
coordinates_note(coordinates *c, long line, const char *message)
{
	if (c->experiment < 0 || line <= 0 || message == NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	coordinates c = {0};
	psy_error err;

	memcpy(text, data, size);
	text[size] = '\0';
	if (memchr(text, '\0', size) == NULL)
		read_sleuth(&c, text, &err);
	c.experiment = 0;
	read_coordinate_json(&c, text, size, &err);
	free(text);
	return 0;
}
