/* copy.c - the one writer of binary COPY; see copy.h.  Format: PostgreSQL 15 manual, COPY, "Binary Format".
 */
#include "copy.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#define ROUND_BYTES ((size_t) 4 << 20)

static const char signature[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* flags and header extension are zero */

enum
{
	INT2_OID = 21,
	INT4_OID = 23,
	TEXT_OID = 25,
	FLOAT4_OID = 700,
	FLOAT8_OID = 701
};

void
copy_begin(copy *c, session *db, const char *target)
{
	*c = (copy){.db = db, .target = target, .columns = 1};
	for (const char *p = target; *p; p++)
		c->columns = (int16_t) (c->columns + (*p == ','));
}

static void
put2(buffer *b, uint16_t value)
{
	value = htobe16(value);
	buffer_add(b, &value, sizeof value);
}

static void
put4(buffer *b, uint32_t value)
{
	value = htobe32(value);
	buffer_add(b, &value, sizeof value);
}

static void
put8(buffer *b, uint64_t value)
{
	value = htobe64(value);
	buffer_add(b, &value, sizeof value);
}

static uint32_t
float_bits(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static uint64_t
double_bits(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	return bits;
}

/* The length word that goes before a value. */
static void
value_of(copy *c, size_t length)
{
	c->filled++;
	put4(&c->out, (uint32_t) length);
}

void
copy_row(copy *c)
{
	if (c->out.size == 0)
		buffer_add(&c->out, signature, sizeof signature);
	put2(&c->out, (uint16_t) c->columns);
	c->filled = 0;
}

psy_status
copy_row_end(copy *c, psy_error *err)
{
	assert(c->filled == c->columns);
	return c->out.size < ROUND_BYTES ? PSY_OK : copy_flush(c, err);
}

static psy_status
send_round(copy *c, psy_error *err)
{
	size_t at = 0;

	while (at < c->out.size)
	{
		size_t n = c->out.size - at < (1 << 20) ? c->out.size - at : (1 << 20);

		if (PQputCopyData(c->db->conn, c->out.data + at, (int) n) != 1)
			return session_error(c->db, NULL, err);
		at += n;
	}
	if (PQputCopyEnd(c->db->conn, NULL) != 1)
		return session_error(c->db, NULL, err);
	return PSY_OK;
}

psy_status
copy_flush(copy *c, psy_error *err)
{
	buffer sql = {0};
	PGresult *result;
	psy_status status;

	if (c->out.size == 0)
		return PSY_OK;
	put2(&c->out, 0xffff);
	buffer_format(&sql, "COPY %s FROM STDIN (FORMAT binary)", c->target);
	result = PQexec(c->db->conn, sql.data);
	buffer_free(&sql);
	status = PQresultStatus(result) == PGRES_COPY_IN ? send_round(c, err) : session_error(c->db, result, err);
	PQclear(result);
	while ((result = PQgetResult(c->db->conn)) != NULL)
	{
		if (status == PSY_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
			status = session_error(c->db, result, err);
		PQclear(result);
	}
	buffer_clear(&c->out);
	return status;
}

void
copy_free(copy *c)
{
	buffer_free(&c->out);
}

void
copy_null(copy *c)
{
	value_of(c, UINT32_MAX);
}

void
copy_bool(copy *c, bool value)
{
	value_of(c, 1);
	buffer_byte(&c->out, value);
}

void
copy_int2(copy *c, int16_t value)
{
	value_of(c, 2);
	put2(&c->out, (uint16_t) value);
}

void
copy_int4(copy *c, int32_t value)
{
	value_of(c, 4);
	put4(&c->out, (uint32_t) value);
}

void
copy_int8(copy *c, int64_t value)
{
	value_of(c, 8);
	put8(&c->out, (uint64_t) value);
}

void
copy_float4(copy *c, float value)
{
	value_of(c, 4);
	put4(&c->out, float_bits(value));
}

void
copy_float8(copy *c, double value)
{
	value_of(c, 8);
	put8(&c->out, double_bits(value));
}

void
copy_bytea(copy *c, const void *bytes, size_t size)
{
	value_of(c, size);
	buffer_add(&c->out, bytes, size);
}

void
copy_text(copy *c, const char *value)
{
	if (value == NULL)
		copy_null(c);
	else
		copy_bytea(c, value, strlen(value));
}

void
copy_jsonb(copy *c, const char *value)
{
	size_t size = strlen(value);

	value_of(c, size + 1);
	buffer_byte(&c->out, 1); /* the version of jsonb's binary form */
	buffer_add(&c->out, value, size);
}

#define ONE_DIMENSION SIZE_MAX /* as the number of columns */

/* The header of an array: dimensions, whether elements may be NULL, element type, then size and lower bound
 * of each. */
static void
array_of(copy *c, uint32_t type, bool nulls, size_t rows, size_t columns, size_t payload)
{
	int dimensions = rows == 0 || columns == 0 ? 0 : columns == ONE_DIMENSION ? 1 : 2;

	value_of(c, 12 + 8 * (size_t) dimensions + payload);
	put4(&c->out, (uint32_t) dimensions);
	put4(&c->out, nulls);
	put4(&c->out, type);
	if (dimensions >= 1)
	{
		put4(&c->out, (uint32_t) rows);
		put4(&c->out, 1);
	}
	if (dimensions == 2)
	{
		put4(&c->out, (uint32_t) columns);
		put4(&c->out, 1);
	}
}

static size_t
present(const bool *missing, size_t n)
{
	size_t count = n;

	for (size_t i = 0; missing != NULL && i < n; i++)
		count -= missing[i];
	return count;
}

void
copy_int2_array(copy *c, const int16_t *value, const bool *missing, size_t n)
{
	size_t have = present(missing, n);

	array_of(c, INT2_OID, have < n, n, ONE_DIMENSION, 4 * n + 2 * have);
	for (size_t i = 0; i < n; i++)
	{
		bool null = missing != NULL && missing[i];

		put4(&c->out, null ? UINT32_MAX : 2);
		if (!null)
			put2(&c->out, (uint16_t) value[i]);
	}
}

void
copy_int4_array(copy *c, const int32_t *value, const bool *missing, size_t n)
{
	size_t have = present(missing, n);

	array_of(c, INT4_OID, have < n, n, ONE_DIMENSION, 4 * n + 4 * have);
	for (size_t i = 0; i < n; i++)
	{
		bool null = missing != NULL && missing[i];

		put4(&c->out, null ? UINT32_MAX : 4);
		if (!null)
			put4(&c->out, (uint32_t) value[i]);
	}
}

static void
float8_elements(copy *c, const double *value, size_t n)
{
	buffer_reserve(&c->out, 12 * n);
	for (size_t i = 0; i < n; i++)
	{
		put4(&c->out, 8);
		put8(&c->out, double_bits(value[i]));
	}
}

void
copy_float8_array(copy *c, const double *value, size_t n)
{
	array_of(c, FLOAT8_OID, false, n, ONE_DIMENSION, 12 * n);
	float8_elements(c, value, n);
}

void
copy_float8_matrix(copy *c, const double *value, size_t rows, size_t columns)
{
	array_of(c, FLOAT8_OID, false, rows, columns, 12 * rows * columns);
	float8_elements(c, value, rows * columns);
}

void
copy_float4_array(copy *c, const float *value, size_t n)
{
	char *to;

	array_of(c, FLOAT4_OID, false, n, ONE_DIMENSION, 8 * n);
	buffer_reserve(&c->out, 8 * n);
	to = c->out.data + c->out.size;
	for (size_t i = 0; i < n; i++)
	{
		uint32_t pair[2] = {htobe32(4), htobe32(float_bits(value[i]))};

		memcpy(to + 8 * i, pair, sizeof pair);
	}
	c->out.size += 8 * n;
	c->out.data[c->out.size] = '\0';
}

void
copy_text_array(copy *c, const text_list *list)
{
	size_t bytes = 0;

	for (size_t i = 0; i < list->count; i++)
		bytes += 4 + strlen(list->item[i]);
	array_of(c, TEXT_OID, false, list->count, ONE_DIMENSION, bytes);
	for (size_t i = 0; i < list->count; i++)
	{
		put4(&c->out, (uint32_t) strlen(list->item[i]));
		buffer_text(&c->out, list->item[i]);
	}
}
