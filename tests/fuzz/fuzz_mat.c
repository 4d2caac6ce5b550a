/*
 * fuzz_mat.c - the reader of MATLAB files on bytes of anybody's making: whatever the libraries behind it do, the answer is a matrix within
 * its bounds or an error with a message.  The libraries run in a process of their own, as in the tool.
 * Seeds: tests/fuzz/seeds/mat/*
 * Sources: ingest/reader_mat.c ingest/reader_mat_hdf5.c ingest/reader_text.c ingest/source.c ingest/buffer.c
 * Libraries: -lmatio -I/usr/include/hdf5/serial -lhdf5_serial -lcrypto
 * Mutations: 200
 */
#include "reader_mat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_matrix(const mat_matrix *m)
{
	double sum = 0;

	if (m->rows == 0 || m->columns == 0 || m->rows > MAT_MAX_VALUES / m->columns)
		abort();
	for (size_t k = 0; k < m->rows * m->columns; k++)
		sum += m->value[k];
	if ((m->row_name.count != 0 && m->row_name.count != m->rows) || (m->column_name.count != 0 && m->column_name.count != m->columns))
		abort();
	(void) sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mat_matrix m;
	psy_error err = {0};
	char path[64];
	int fd = memfd_create("input.mat", 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t) size)
		abort();
	snprintf(path, sizeof path, "/proc/%d/fd/%d", getpid(), fd);
	if (mat_read(&m, path, NULL, &err) == PSY_OK)
		check_matrix(&m);
	else if (err.message[0] == '\0' || strlen(err.message) >= sizeof err.message || m.value != NULL)
		abort();
	mat_free(&m);
	close(fd);
	return 0;
}
