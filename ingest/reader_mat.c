/* reader_mat.c - see reader_mat.h.  Above: what runs in the process of its own; below: its start, and what comes back. */
#include "reader_mat.h"

#include "reader_mat_hdf5.h"
#include "reader_text.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <matio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY_LIMIT ((rlim_t) 3 << 30) /* values twice, and the payload they come from */
#define SECONDS_LIMIT 120
#define NAME_BYTES 256
#define MAX_VARIABLES 4096

bool
mat_recognised(const char *path)
{
	char first[8] = {0};
	const char *dot = strrchr(path, '.');
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, first, 7);

	if (fd >= 0)
		close(fd);
	return (got == 7 && strcmp(first, "MATLAB ") == 0) || (dot != NULL && strcasecmp(dot, ".mat") == 0);
}

static bool
is_number_class(enum matio_classes class)
{
	return (class >= MAT_C_DOUBLE && class <= MAT_C_UINT64) || class == MAT_C_SPARSE;
}

/* A real matrix with something in it, or several one behind the other. */
static bool
is_matrix(const matvar_t *v)
{
	return v->dims != NULL && (v->rank == 2 || (v->rank == 3 && v->class_type != MAT_C_SPARSE && v->dims[2] > 0)) &&
		   is_number_class(v->class_type) && !v->isComplex && v->dims[0] > 0 && v->dims[1] > 0 && (v->dims[0] > 1 || v->dims[1] > 1);
}

static const char *
class_name(const matvar_t *v)
{
	static const char *const names[] = {"empty",  "cell",  "struct", "object", "char",  "sparse", "double", "single",  "int8",
										"uint8", "int16", "uint16", "int32",  "uint32", "int64",  "uint64", "function"};

	return v->class_type >= 0 && (size_t) v->class_type < sizeof names / sizeof *names ? names[v->class_type] : "unknown";
}

/* "Z double 105x105, names cell 1x105" */
static void
describe_variable(buffer *list, const matvar_t *v)
{
	buffer_format(list, "%s%.63s %s%s ", list->size ? ", " : "", v->name ? v->name : "(unnamed)", v->isComplex ? "complex " : "", class_name(v));
	for (int d = 0; v->dims != NULL && d < v->rank && d < 8; d++)
		buffer_format(list, "%s%zu", d ? "x" : "", v->dims[d]);
}

/* matio knows a class by an attribute that programs other than MATLAB write otherwise: then HDF5 is asked. */
static bool
is_foreign_matrix(mat_t *file, matvar_t *v)
{
	size_t dims[2];

	if (Mat_GetVersion(file) != MAT_FT_MAT73 || v->class_type != MAT_C_EMPTY || v->rank != 2 || v->name == NULL ||
		!mat_hdf5_matrix(Mat_GetFilename(file), v->name, &dims[0], &dims[1]))
		return false;
	return v->dims != NULL && v->dims[0] == dims[0] && v->dims[1] == dims[1];
}

/* What a file has of matrices: CONN's results hold Z beside vectors, and names for its regions. */
typedef struct holdings
{
	size_t matrices, vectors;
	char matrix[NAME_BYTES], vector[NAME_BYTES]; /* the last of each */
	bool z, names;
} holdings;

static void
take_stock(holdings *h, mat_t *file, matvar_t *v)
{
	bool matrix = is_matrix(v) || is_foreign_matrix(file, v), vector = matrix && v->rank == 2 && (v->dims[0] == 1 || v->dims[1] == 1);

	if (v->name == NULL || strlen(v->name) >= NAME_BYTES)
		return;
	h->names |= v->class_type == MAT_C_CELL && strcmp(v->name, "names") == 0;
	h->z |= matrix && !vector && strcmp(v->name, "Z") == 0;
	if (!matrix)
		return;
	snprintf(vector ? h->vector : h->matrix, NAME_BYTES, "%s", v->name);
	++*(vector ? &h->vectors : &h->matrices);
}

/* Looks at every variable without reading its values. */
static psy_status
survey(mat_t *file, holdings *h, buffer *list, psy_error *err)
{
	matvar_t *v;
	size_t seen = 0;

	while ((v = Mat_VarReadNextInfo(file)) != NULL)
	{
		if (++seen > MAX_VARIABLES)
		{
			Mat_VarFree(v);
			return psy_fail(err, PSY_LIMIT, "more than %d variables", MAX_VARIABLES);
		}
		if (list->size < 150)
			describe_variable(list, v);
		take_stock(h, file, v);
		Mat_VarFree(v);
	}
	Mat_Rewind(file);
	return seen > 0 ? PSY_OK : psy_fail(err, PSY_FORMAT, "not a MATLAB file, or one without variables");
}

/* A vector is taken where there is no matrix. */
static const char *
only_matrix(const holdings *h)
{
	if (h->z && h->names)
		return "Z";
	return h->matrices == 1 ? h->matrix : h->matrices == 0 && h->vectors == 1 ? h->vector : NULL;
}

static psy_status
choose(mat_t *file, const char *wanted, char name[NAME_BYTES], psy_error *err)
{
	buffer list = {0};
	holdings h = {0};
	psy_status status = survey(file, &h, &list, err);

	buffer_text(&list, "");
	if (status == PSY_OK && (wanted != NULL || only_matrix(&h) != NULL))
		snprintf(name, NAME_BYTES, "%s", wanted ? wanted : only_matrix(&h));
	else if (status == PSY_OK)
	{
		psy_fail(err, PSY_DOMAIN, h.matrices + h.vectors == 0 ? "no variable is a matrix of real numbers; the file has %.160s"
															  : "several variables are matrices; the file has %.160s",
				 list.data);
		status = psy_hint(err, "say which with --variable NAME");
	}
	buffer_free(&list);
	return status;
}

static double
element(const matvar_t *v, const void *data, size_t k)
{
	switch (v->class_type == MAT_C_SPARSE ? MAT_C_DOUBLE : v->class_type)
	{
		case MAT_C_SINGLE: return ((const float *) data)[k];
		case MAT_C_INT8: return ((const int8_t *) data)[k];
		case MAT_C_UINT8: return ((const uint8_t *) data)[k];
		case MAT_C_INT16: return ((const int16_t *) data)[k];
		case MAT_C_UINT16: return ((const uint16_t *) data)[k];
		case MAT_C_INT32: return ((const int32_t *) data)[k];
		case MAT_C_UINT32: return ((const uint32_t *) data)[k];
		case MAT_C_INT64: return (double) ((const int64_t *) data)[k];
		case MAT_C_UINT64: return (double) ((const uint64_t *) data)[k];
		default: return ((const double *) data)[k];
	}
}

static psy_status
copy_sparse(mat_matrix *m, const matvar_t *v, psy_error *err)
{
	const mat_sparse_t *s = v->data;

	if (s == NULL || s->njc != m->columns + 1 || v->data_type != MAT_T_DOUBLE)
		return psy_fail(err, PSY_UNSUPPORTED, "a sparse matrix of other values than double precision; save it as full(X)");
	for (size_t k = 0; k < m->rows * m->columns; k++)
		m->value[k] = 0;
	for (size_t c = 0; c < m->columns; c++)
		for (size_t k = s->jc[c]; k < s->jc[c + 1]; k++)
		{
			if (k >= s->nir || k >= s->ndata || s->ir[k] >= m->rows)
				return psy_fail(err, PSY_FORMAT, "the sparse matrix is damaged: an index beyond its size");
			m->value[s->ir[k] * m->columns + c] = ((const double *) s->data)[k];
		}
	return PSY_OK;
}

/* The values, from MATLAB's columns into rows. */
static psy_status
copy_values(mat_matrix *m, const matvar_t *v, psy_error *err)
{
	m->value = grow(NULL, m->slices * m->rows * m->columns, sizeof *m->value);
	if (v->class_type == MAT_C_SPARSE)
		return copy_sparse(m, v, err);
	if (v->data == NULL || v->nbytes / Mat_SizeOfClass(v->class_type) < m->slices * m->rows * m->columns)
		return psy_fail(err, PSY_FORMAT, "the matrix %.63s is cut short", v->name);
	for (size_t s = 0; s < m->slices; s++)
		for (size_t c = 0; c < m->columns; c++)
			for (size_t r = 0; r < m->rows; r++)
				m->value[(s * m->rows + r) * m->columns + c] = element(v, v->data, (s * m->columns + c) * m->rows + r);
	return PSY_OK;
}

/* Of a class that only HDF5 knows. */
static psy_status
copy_foreign(mat_matrix *m, const char *path, const char *name, psy_error *err)
{
	double *columns = grow(NULL, m->rows * m->columns, sizeof *columns);
	psy_status status = PSY_OK;

	m->value = grow(NULL, m->rows * m->columns, sizeof *m->value);
	if (!mat_hdf5_values(path, name, columns))
		status = psy_fail(err, PSY_FORMAT, "the values of %.63s cannot be read: the file is cut short or damaged", name);
	for (size_t c = 0; c < m->columns && status == PSY_OK; c++)
		for (size_t r = 0; r < m->rows; r++)
			m->value[r * m->columns + c] = columns[c * m->rows + r];
	free(columns);
	return status;
}

static psy_status
read_values(mat_t *file, matvar_t *v, bool foreign, mat_matrix *m, psy_error *err)
{
	size_t slices = v->rank == 3 ? v->dims[2] : 1;

	if (v->dims[0] > MAT_MAX_VALUES || v->dims[1] > MAT_MAX_VALUES / v->dims[0] || slices > MAT_MAX_VALUES / (v->dims[0] * v->dims[1]))
		return psy_fail(err, PSY_LIMIT, "the variable %.63s has %zu x %zu x %zu values; at most %zu are read", v->name, v->dims[0], v->dims[1],
						slices, MAT_MAX_VALUES);
	m->slices = slices;
	m->rows = v->dims[0];
	m->columns = v->dims[1];
	if (foreign)
		return copy_foreign(m, Mat_GetFilename(file), v->name, err);
	if (Mat_VarReadDataAll(file, v) != 0)
		return psy_fail(err, PSY_FORMAT, "the values of %.63s cannot be read: the file is cut short or damaged", v->name);
	return copy_values(m, v, err);
}

static psy_status
read_variable(mat_t *file, const char *name, mat_matrix *m, psy_error *err)
{
	matvar_t *v = Mat_VarReadInfo(file, name);
	bool foreign = v != NULL && is_foreign_matrix(file, v);
	psy_status status;

	if (v == NULL)
		return psy_fail(err, PSY_DOMAIN, "the file has no variable %.63s", name);
	if (is_matrix(v) || foreign)
		status = read_values(file, v, foreign, m, err);
	else
	{
		buffer what = {0};

		describe_variable(&what, v);
		status = psy_fail(err, PSY_DOMAIN, "the variable %.120s is no matrix of real numbers", what.data);
		buffer_free(&what);
	}
	Mat_VarFree(v);
	return status;
}

/* The character that begins at unit i of UTF-16, and how many units it takes; 0 for half a pair. */
static unsigned
utf16_character(const uint16_t *unit, size_t n, size_t i, size_t *units)
{
	*units = 1;
	if (unit[i] < 0xd800 || unit[i] > 0xdfff)
		return unit[i];
	if (unit[i] > 0xdbff || i + 1 >= n || unit[i + 1] < 0xdc00 || unit[i + 1] > 0xdfff)
		return 0;
	*units = 2;
	return 0x10000 + ((unit[i] & 0x3ffu) << 10) + (unit[i + 1] & 0x3ffu);
}

static size_t
put_utf8(char *to, unsigned code)
{
	if (code < 0x80)
	{
		to[0] = (char) code;
		return 1;
	}
	if (code < 0x800)
	{
		to[0] = (char) (0xc0 | code >> 6);
		to[1] = (char) (0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000)
	{
		to[0] = (char) (0xe0 | code >> 12);
		to[1] = (char) (0x80 | (code >> 6 & 0x3f));
		to[2] = (char) (0x80 | (code & 0x3f));
		return 3;
	}
	to[0] = (char) (0xf0 | code >> 18);
	to[1] = (char) (0x80 | (code >> 12 & 0x3f));
	to[2] = (char) (0x80 | (code >> 6 & 0x3f));
	to[3] = (char) (0x80 | (code & 0x3f));
	return 4;
}

static bool
name_from_utf16(const uint16_t *unit, size_t n, char text[NAME_BYTES])
{
	size_t size = 0, units;

	for (size_t i = 0; i < n; i += units)
	{
		unsigned code = utf16_character(unit, n, i, &units);

		if (code < 32 || size + 4 >= NAME_BYTES)
			return false;
		size += put_utf8(text + size, code);
	}
	text[size] = '\0';
	return size > 0;
}

static bool
name_from_utf8(const unsigned char *bytes, size_t n, char text[NAME_BYTES])
{
	const unsigned char *p = bytes, *end = bytes + n;

	for (size_t step; p < end; p += step)
		if ((step = utf8_character(p, end)) == 0 || *p < 32)
			return false;
	if (n == 0 || n >= NAME_BYTES)
		return false;
	memcpy(text, bytes, n);
	text[n] = '\0';
	return true;
}

/* The text of a cell; false when it is no text, or longer than a name is. */
static bool
cell_text(const matvar_t *cell, char text[NAME_BYTES])
{
	if (cell == NULL || cell->class_type != MAT_C_CHAR || cell->data == NULL || cell->rank != 2 || cell->dims == NULL)
		return false;
	switch (cell->data_size)
	{
		case 1: return name_from_utf8(cell->data, cell->nbytes, text);
		case 2: return name_from_utf16(cell->data, cell->nbytes / 2, text);
		default: return false;
	}
}

/* A cell array of as many names; else the list stays empty. */
static void
read_names(mat_t *file, const char *name, size_t count, text_list *list)
{
	matvar_t *v;
	char text[NAME_BYTES];

	Mat_Rewind(file);
	v = Mat_VarReadInfo(file, name);
	if (v == NULL)
		return;
	if (v->class_type == MAT_C_CELL && v->rank == 2 && v->dims != NULL && count <= MAT_MAX_NAMES &&
		((v->dims[0] == 1 && v->dims[1] == count) || (v->dims[1] == 1 && v->dims[0] == count)) && Mat_VarReadDataAll(file, v) == 0 &&
		v->data != NULL)
	{
		matvar_t **cell = v->data;

		for (size_t i = 0; i < count && list->count == i; i++)
			if (cell_text(cell[i], text))
				list_add(list, text);
		if (list->count != count)
			list_free(list);
	}
	Mat_VarFree(v);
}

/* The bytes of a text, which may be stored as numbers; false for anything else. */
static bool
text_bytes(const matvar_t *v, buffer *text)
{
	size_t count = v->dims[1];

	if (v->data == NULL || (v->class_type == MAT_C_CHAR ? v->data_size != 1 || v->nbytes < count : !is_number_class(v->class_type) || v->class_type == MAT_C_SPARSE))
		return false;
	for (size_t i = 0; i < count; i++)
	{
		double code = v->class_type == MAT_C_CHAR ? ((const unsigned char *) v->data)[i] : element(v, v->data, i);

		if (!(code >= 1 && code <= 255))
			return false;
		buffer_byte(text, (char) (unsigned char) code);
	}
	return count > 0;
}

/* DSI Studio's names, a line each in one text. */
static void
read_lines(mat_t *file, const char *name, size_t count, text_list *list)
{
	matvar_t *v;
	buffer bytes = {0};
	char text[NAME_BYTES];

	Mat_Rewind(file);
	v = Mat_VarReadInfo(file, name);
	if (v != NULL && v->rank == 2 && v->dims != NULL && v->dims[0] == 1 && v->dims[1] <= MAT_MAX_NAMES * NAME_BYTES && !v->isComplex &&
		count <= MAT_MAX_NAMES && Mat_VarReadDataAll(file, v) == 0 && text_bytes(v, &bytes))
	{
		const char *at = bytes.data, *end = at + bytes.size, *stop;

		for (; at < end; at = stop + 1)
		{
			stop = memchr(at, '\n', (size_t) (end - at));
			stop = stop ? stop : end;
			if (list->count == count || !name_from_utf8((const unsigned char *) at, (size_t) (stop - at), text))
				break;
			list_add(list, text);
		}
		if (list->count != count || at < end)
			list_free(list);
	}
	buffer_free(&bytes);
	Mat_VarFree(v);
}

static void
silent(int level, char *message)
{
	(void) level;
	(void) message;
}

static psy_status
decode(mat_matrix *m, const char *path, const char *variable, psy_error *err)
{
	char name[NAME_BYTES];
	mat_t *file;
	psy_status status;

	Mat_LogInitFunc("psyrad", silent);
	file = Mat_Open(path, MAT_ACC_RDONLY);
	if (file == NULL)
		return psy_fail(err, PSY_FORMAT, "not a MATLAB file (version 4 to 7.3)");
	status = choose(file, variable, name, err);
	if (status == PSY_OK)
		status = read_variable(file, name, m, err);
	if (status == PSY_OK)
	{
		read_names(file, "names", m->rows, &m->row_name);
		read_names(file, "names2", m->columns, &m->column_name);
		if (m->column_name.count == 0 && m->columns == m->rows)
			read_names(file, "names", m->columns, &m->column_name);
		if (m->row_name.count == 0 && m->columns == m->rows)
		{
			read_lines(file, "name", m->rows, &m->row_name);
			read_lines(file, "name", m->columns, &m->column_name);
		}
	}
	Mat_Close(file);
	return status;
}

/* ---- between the two processes --------------------------------------------------------------- */

typedef struct answer
{
	psy_error error;
	size_t slices, rows, columns, row_names, column_names;
} answer;

static bool
write_all(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size > 0)
	{
		ssize_t n = write(fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		size -= (size_t) n;
	}
	return true;
}

static bool
read_all(int fd, void *bytes, size_t size)
{
	char *at = bytes;

	while (size > 0)
	{
		ssize_t n = read(fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		size -= (size_t) n;
	}
	return true;
}

static bool
write_names(int fd, const text_list *list)
{
	char name[NAME_BYTES] = {0};
	bool done = true;

	for (size_t i = 0; i < list->count && done; i++)
	{
		strncpy(name, list->item[i], NAME_BYTES - 1);
		done = write_all(fd, name, sizeof name);
	}
	return done;
}

static bool
read_list(int fd, size_t count, text_list *list)
{
	char name[NAME_BYTES];

	for (size_t i = 0; i < count; i++)
	{
		if (!read_all(fd, name, sizeof name))
			return false;
		name[NAME_BYTES - 1] = '\0';
		list_add(list, name);
	}
	return true;
}

static void
bound_process(void)
{
	struct rlimit seconds = {SECONDS_LIMIT, SECONDS_LIMIT}, no_core = {0, 0};
	int nowhere = open("/dev/null", O_WRONLY);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CPU, &seconds);
	setrlimit(RLIMIT_CORE, &no_core);
#ifndef __SANITIZE_ADDRESS__ /* whose shadow is larger than any limit */
	struct rlimit memory = {MEMORY_LIMIT, MEMORY_LIMIT};

	setrlimit(RLIMIT_AS, &memory);
#endif
	if (nowhere >= 0) /* the libraries talk */
	{
		dup2(nowhere, STDOUT_FILENO);
		dup2(nowhere, STDERR_FILENO);
	}
}

__attribute__((noreturn)) static void
reader_process(int fd, const char *path, const char *variable)
{
	mat_matrix m = {0};
	answer a = {0};

	bound_process();
	if (decode(&m, path, variable, &a.error) == PSY_OK)
	{
		a.slices = m.slices;
		a.rows = m.rows;
		a.columns = m.columns;
		a.row_names = m.row_name.count;
		a.column_names = m.column_name.count;
	}
	if (write_all(fd, &a, sizeof a) && a.error.code == PSY_OK && write_all(fd, m.value, m.slices * m.rows * m.columns * sizeof *m.value) &&
		write_names(fd, &m.row_name))
		write_names(fd, &m.column_name);
	_exit(0);
}

/* What the other process says is checked like the bytes of a file. */
static psy_status
take_answer(int fd, mat_matrix *m, psy_error *err)
{
	answer a;

	if (!read_all(fd, &a, sizeof a))
		return psy_fail(err, PSY_FORMAT, "the file is damaged: the library that reads MATLAB files gave up on it");
	a.error.message[sizeof a.error.message - 1] = a.error.hint[sizeof a.error.hint - 1] = '\0';
	if (a.error.code != PSY_OK)
	{
		*err = a.error;
		utf8_repair(err->message);
		return err->code;
	}
	if (a.rows == 0 || a.columns == 0 || a.slices == 0 || a.rows > MAT_MAX_VALUES || a.columns > MAT_MAX_VALUES / a.rows ||
		a.slices > MAT_MAX_VALUES / (a.rows * a.columns) ||
		(a.row_names != 0 && a.row_names != a.rows) || (a.column_names != 0 && a.column_names != a.columns))
		return psy_fail(err, PSY_FORMAT, "the file is damaged: its matrix has no size");
	m->slices = a.slices;
	m->rows = a.rows;
	m->columns = a.columns;
	m->value = grow(NULL, a.slices * a.rows * a.columns, sizeof *m->value);
	if (!read_all(fd, m->value, a.slices * a.rows * a.columns * sizeof *m->value) || !read_list(fd, a.row_names, &m->row_name) ||
		!read_list(fd, a.column_names, &m->column_name))
		return psy_fail(err, PSY_FORMAT, "the file is damaged: its values end early");
	return PSY_OK;
}

psy_status
mat_read(mat_matrix *m, const char *path, const char *variable, psy_error *err)
{
	int ends[2], state;
	pid_t child;
	psy_status status;

	*m = (mat_matrix){0};
	if (pipe(ends) != 0)
		return psy_fail(err, PSY_UNSUPPORTED, "no pipe can be made: %s", strerror(errno));
	child = fork();
	if (child == 0)
	{
		close(ends[0]);
		reader_process(ends[1], path, variable);
	}
	close(ends[1]);
	status = child > 0 ? take_answer(ends[0], m, err) : psy_fail(err, PSY_UNSUPPORTED, "no process can be made: %s", strerror(errno));
	close(ends[0]);
	while (child > 0 && waitpid(child, &state, 0) < 0 && errno == EINTR)
		;
	if (status != PSY_OK)
		mat_free(m);
	return status;
}

void
mat_free(mat_matrix *m)
{
	free(m->value);
	list_free(&m->row_name);
	list_free(&m->column_name);
	*m = (mat_matrix){0};
}
