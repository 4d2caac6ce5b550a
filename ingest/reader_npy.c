/* reader_npy.c - see reader_npy.h. */
#include "reader_npy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_LIMIT 8192
#define MAX_DIMENSIONS 3
#define CHUNK 4096 /* elements converted at a time */

typedef struct npy
{
	char order, kind; /* '<', '>' or '|'; f, i, u, b */
	size_t width;     /* bytes of an element */
	bool fortran;
	size_t dims, dim[MAX_DIMENSIONS];
} npy;

bool
npy_recognised(const char *path)
{
	source s;
	char first[6];
	size_t got = 0;
	psy_error why;
	psy_status status = source_reopen(&s, path, &why);

	if (status != PSY_OK)
		return false;
	status = source_peek(&s, first, sizeof first, &got, &why);
	source_close(&s);
	return status == PSY_OK && got == sizeof first && memcmp(first, "\x93NUMPY", sizeof first) == 0;
}

/* What stands behind 'key': in the header's dictionary; NULL when it is not there. */
static const char *
member(const char *header, const char *key)
{
	char quoted[32];
	const char *at;

	snprintf(quoted, sizeof quoted, "'%s'", key);
	at = strstr(header, quoted);
	if (at == NULL)
		return NULL;
	at += strlen(quoted);
	at += strspn(at, " ");
	return *at == ':' ? at + 1 + strspn(at + 1, " ") : NULL;
}

/* '<f8' */
static psy_status
read_type(npy *n, const char *header, psy_error *err)
{
	const char *at = member(header, "descr");
	char *end;

	if (at == NULL || *at != '\'')
		return psy_fail(err, PSY_UNSUPPORTED, "the NumPy array is one of records or has no type; expected real numbers");
	n->order = at[1];
	n->kind = at[1] ? at[2] : '\0';
	n->width = at[1] && at[2] ? strtoul(at + 3, &end, 10) : 0;
	if (n->width == 0 || *end != '\'' || strchr("<>|=", n->order) == NULL)
		return psy_fail(err, PSY_UNSUPPORTED, "the NumPy array is of type %.12s; expected real numbers", at);
	if ((n->kind == 'f' && (n->width == 4 || n->width == 8)) || (n->kind == 'b' && n->width == 1) ||
		((n->kind == 'i' || n->kind == 'u') && (n->width == 1 || n->width == 2 || n->width == 4 || n->width == 8)))
		return PSY_OK;
	psy_fail(err, PSY_UNSUPPORTED, "the NumPy array is of type %.12s, which is no real number of 1 to 8 bytes", at);
	return psy_hint(err, "save it as numbers: numpy.save(\"x.npy\", array.astype(\"float64\"))");
}

/* (3, 3) or (12, 3, 3) */
static psy_status
read_shape(npy *n, const char *header, psy_error *err)
{
	const char *at = member(header, "shape"), *order = member(header, "fortran_order");

	if (at == NULL || *at != '(' || order == NULL)
		return psy_fail(err, PSY_FORMAT, "the header of the NumPy array lacks its shape or order");
	n->fortran = strncmp(order, "True", 4) == 0;
	for (at++; *at && *at != ')';)
	{
		char *end;
		unsigned long long size = strtoull(at, &end, 10);

		if (end == at || *at == '-' || n->dims == MAX_DIMENSIONS || size == 0 || size > MAT_MAX_VALUES)
			return psy_fail(err, PSY_SHAPE, "the NumPy array has the shape %.60s; expected a matrix, or several one after the other",
							member(header, "shape"));
		n->dim[n->dims++] = (size_t) size;
		at = end + strspn(end, ", ");
	}
	if (*at != ')' || n->dims < 2)
		return psy_fail(err, PSY_SHAPE, "the NumPy array has %zu dimension%s; expected a matrix, or several one after the other", n->dims,
						n->dims == 1 ? "" : "s");
	return PSY_OK;
}

static psy_status
read_header(npy *n, source *from, psy_error *err)
{
	uint8_t head[12];
	char header[HEADER_LIMIT + 1];
	size_t got, size;
	psy_status status = source_read(from, head, 10, &got, err);

	if (status == PSY_OK && got == 10 && head[6] > 1)
		status = source_read(from, head + 10, 2, &got, err);
	if (status != PSY_OK)
		return status;
	if (got != (head[6] > 1 ? 2 : 10) || memcmp(head, "\x93NUMPY", 6) != 0 || head[6] < 1 || head[6] > 3)
		return psy_fail(err, PSY_FORMAT, "no NumPy array of version 1 to 3");
	size = head[8] | (size_t) head[9] << 8;
	if (head[6] > 1)
		size |= (size_t) head[10] << 16 | (size_t) head[11] << 24;
	if (size > HEADER_LIMIT)
		return psy_fail(err, PSY_LIMIT, "the header of the NumPy array has %zu bytes; at most %d are read", size, HEADER_LIMIT);
	status = source_read(from, header, size, &got, err);
	if (status != PSY_OK)
		return status;
	if (got != size)
		return psy_fail(err, PSY_FORMAT, "the NumPy array ends within its header");
	header[size] = '\0';
	status = read_type(n, header, err);
	return status == PSY_OK ? read_shape(n, header, err) : status;
}

static double
element(const npy *n, const uint8_t *at)
{
	uint8_t bytes[8];
	union
	{
		uint64_t u;
		int64_t i;
		double f8;
		struct
		{
			float f4;
			float unused;
		} f;
	} v = {0};

	for (size_t i = 0; i < n->width; i++) /* least significant first */
		bytes[i] = at[n->order == '>' ? n->width - 1 - i : i];
	for (size_t i = n->width; i-- > 0;)
		v.u = v.u << 8 | bytes[i];
	if (n->kind == 'f')
		return n->width == 8 ? v.f8 : (double) v.f.f4;
	if (n->kind == 'i' && n->width < 8 && v.u >> (8 * n->width - 1) != 0) /* negative: the sign fills what is above */
		v.u |= ~(uint64_t) 0 << (8 * n->width);
	return n->kind == 'i' ? (double) v.i : (double) v.u;
}

/* Where the k-th value of the file belongs. */
static size_t
place(const npy *n, const mat_matrix *m, size_t k)
{
	size_t slice, row, column;

	if (!n->fortran)
		return k;
	slice = k % m->slices;
	row = k / m->slices % m->rows;
	column = k / m->slices / m->rows;
	return (slice * m->rows + row) * m->columns + column;
}

static psy_status
read_values(const npy *n, source *from, mat_matrix *m, psy_error *err)
{
	uint8_t bytes[CHUNK * 8];
	size_t count = m->slices * m->rows * m->columns, got;

	m->value = grow(NULL, count, sizeof *m->value);
	for (size_t k = 0; k < count;)
	{
		size_t chunk = count - k < CHUNK ? count - k : CHUNK;
		psy_status status = source_read(from, bytes, chunk * n->width, &got, err);

		if (status != PSY_OK)
			return status;
		if (got != chunk * n->width)
			return psy_fail(err, PSY_FORMAT, "the values of the NumPy array end early");
		for (size_t i = 0; i < chunk; i++, k++)
			m->value[place(n, m, k)] = element(n, bytes + i * n->width);
	}
	return PSY_OK;
}

psy_status
npy_parse(mat_matrix *m, source *from, psy_error *err)
{
	npy n = {0};
	uint64_t size = 0;
	psy_status status;

	*m = (mat_matrix){0};
	status = read_header(&n, from, err);
	if (status == PSY_OK)
		status = source_size(from, &size, err);
	if (status != PSY_OK)
		return status;
	m->slices = n.dims == 3 ? n.dim[0] : 1;
	m->rows = n.dim[n.dims - 2];
	m->columns = n.dim[n.dims - 1];
	if (m->rows > MAT_MAX_VALUES / m->columns || m->slices > MAT_MAX_VALUES / (m->rows * m->columns))
		status = psy_fail(err, PSY_LIMIT, "the NumPy array has more than %zu values", MAT_MAX_VALUES);
	else if (size - from->at != (uint64_t) m->slices * m->rows * m->columns * n.width)
		status = psy_fail(err, PSY_FORMAT, "the NumPy array promises %zu values and has %" PRIu64 " bytes of them", m->slices * m->rows * m->columns,
						  size - from->at);
	if (status == PSY_OK)
		status = read_values(&n, from, m, err);
	if (status != PSY_OK)
		mat_free(m);
	return status;
}

psy_status
npy_read(mat_matrix *m, const char *path, psy_error *err)
{
	source from;
	psy_status status = source_reopen(&from, path, err);

	*m = (mat_matrix){0};
	if (status != PSY_OK)
		return status;
	status = npy_parse(m, &from, err);
	source_close(&from);
	return status;
}
