/*
 * fuzz_npy.c - the reader of NumPy's arrays on bytes of anybody's making: what it takes has a size, and as many values as that says.
 * Seeds: tests/fuzz/seeds/npy/*
 * Sources: ingest/reader_npy.c ingest/source.c ingest/buffer.c
 * Libraries: -lcrypto
 */
#include "reader_npy.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of reader_mat.c, which has libraries of its own. */
void
mat_free(mat_matrix *m)
{
	free(m->value);
	*m = (mat_matrix){0};
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	source s;
	mat_matrix m;
	psy_error err = {0};
	double sum = 0;
	psy_status status;

	source_memory(&s, data, size);
	status = npy_parse(&m, &s, &err);
	if (status == PSY_OK && (m.slices == 0 || m.rows == 0 || m.columns == 0 || m.slices * m.rows * m.columns > size))
		abort();
	for (size_t k = 0; status == PSY_OK && k < m.slices * m.rows * m.columns; k++)
		sum += m.value[k];
	if (status != PSY_OK && (err.message[0] == '\0' || strlen(err.message) >= sizeof err.message || m.value != NULL))
		abort();
	mat_free(&m);
	source_close(&s);
	return sum != sum && size == 0;
}
