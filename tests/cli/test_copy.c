/*
 * test_copy.c - the binary COPY writer against a server: every column type, NULLs, arrays of every shape, many rounds.
 * Connects by PSYRAD_URL; prints nothing and exits 0 when all is well.
 */
#include "copy.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static session db;
static int failures;

static void
must(psy_status status, const psy_error *err)
{
	if (status == PSY_OK)
		return;
	fprintf(stderr, "%s\n", err->message);
	exit(1);
}

static void
expect(const char *sql, const char *expected)
{
	psy_error err;
	PGresult *result;

	must(session_query(&db, &result, &err, sql, 0, NULL), &err);
	if (strcmp(PQgetvalue(result, 0, 0), expected) != 0)
	{
		fprintf(stderr, "%s\n  expected %s\n  found    %s\n", sql, expected, PQgetvalue(result, 0, 0));
		failures++;
	}
	PQclear(result);
}

static void
scalars(copy *c)
{
	psy_error err;

	copy_row(c);
	copy_int4(c, 1);
	copy_bool(c, true);
	copy_int2(c, -32768);
	copy_int4(c, -2147483647 - 1);
	copy_int8(c, INT64_MIN);
	copy_float4(c, FLT_MAX);
	copy_float8(c, DBL_TRUE_MIN);
	copy_text(c, "百会 \"q\"\n\\N");
	copy_bytea(c, "\0\1\377", 3);
	copy_jsonb(c, "{\"a\": [1, \"二\"]}");
	must(copy_row_end(c, &err), &err);
	copy_row(c);
	copy_int4(c, 2);
	for (int i = 0; i < 9; i++)
		copy_null(c);
	must(copy_row_end(c, &err), &err);
	copy_row(c);
	copy_int4(c, 3);
	copy_bool(c, false);
	copy_int2(c, 32767);
	copy_int4(c, 2147483647);
	copy_int8(c, INT64_MAX);
	copy_float4(c, NAN);
	copy_float8(c, 0.1);
	copy_text(c, "");
	copy_bytea(c, "", 0);
	copy_jsonb(c, "null");
	must(copy_row_end(c, &err), &err);
	must(copy_flush(c, &err), &err);
	expect("SELECT concat_ws('|', b, i2, i4, i8, f4, f8, t, encode(y, 'hex'), j) FROM s WHERE n = 1",
		   "t|-32768|-2147483648|-9223372036854775808|3.4028235e+38|5e-324|百会 \"q\"\n\\N|0001ff|{\"a\": [1, \"二\"]}");
	expect("SELECT num_nulls(b, i2, i4, i8, f4, f8, t, y, j) FROM s WHERE n = 2", "9");
	expect("SELECT concat_ws('|', b, i2, i4, i8, f4, f8, t, encode(y, 'hex'), j) FROM s WHERE n = 3",
		   "f|32767|2147483647|9223372036854775807|NaN|0.1|||null");
}

static void
arrays(copy *c)
{
	psy_error err;
	int16_t i2[] = {1, 2, -3};
	int32_t i4[] = {7, 8};
	bool gap[] = {false, true, false};
	double f8[] = {0.1, -INFINITY, NAN, 4, 5, 6};
	float f4[] = {1.5f, NAN, 3, 4, 5, 6};

	copy_row(c);
	copy_int4(c, 1);
	copy_int2_array(c, i2, gap, 3);
	copy_int4_array(c, i4, NULL, 2);
	copy_float8_array(c, f8, 2);
	copy_float4_array(c, f4, 3);
	copy_float8_matrix(c, f8, 2, 3);
	must(copy_row_end(c, &err), &err);
	copy_row(c);
	copy_int4(c, 2);
	copy_int2_array(c, i2, NULL, 3);
	copy_int4_array(c, i4, NULL, 0);
	copy_float8_array(c, f8, 0);
	copy_float4_array(c, f4, 1);
	copy_float8_matrix(c, f8, 0, 3);
	must(copy_row_end(c, &err), &err);
	must(copy_flush(c, &err), &err);
	expect("SELECT concat_ws(' ', i2, i4, f8, f4, m, array_dims(m)) FROM a WHERE n = 1",
		   "{1,NULL,-3} {7,8} {0.1,-Infinity} {1.5,NaN,3} {{0.1,-Infinity,NaN},{4,5,6}} [1:2][1:3]");
	expect("SELECT concat_ws(' ', i2, i4, f8, f4, m) FROM a WHERE n = 2", "{1,2,-3} {} {} {1.5} {}");
}

/* More than one round, on two streams that fill side by side. */
static void
rounds(void)
{
	psy_error err;
	copy one, two;
	char text[1000];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	copy_begin(&one, &db, "r (n, t)");
	copy_begin(&two, &db, "r2 (n)");
	for (int i = 0; i < 20000; i++)
	{
		copy_row(&one);
		copy_int4(&one, i);
		copy_text(&one, text);
		must(copy_row_end(&one, &err), &err);
		copy_row(&two);
		copy_int4(&two, i);
		must(copy_row_end(&two, &err), &err);
	}
	must(copy_flush(&one, &err), &err);
	must(copy_flush(&two, &err), &err);
	must(copy_flush(&two, &err), &err); /* nothing left is no error */
	expect("SELECT concat_ws(' ', count(*), count(DISTINCT n), sum(length(t))) FROM r", "20000 20000 19980000");
	expect("SELECT count(*) FROM r2", "20000");
	copy_free(&one);
	copy_free(&two);
}

/* A target that does not fit is an error, and the connection goes on. */
static void
errors(void)
{
	psy_error err;
	copy c;

	copy_begin(&c, &db, "nowhere (n)");
	copy_row(&c);
	copy_int4(&c, 1);
	if (copy_row_end(&c, &err) != PSY_OK || copy_flush(&c, &err) == PSY_OK)
		failures++;
	copy_free(&c);
	copy_begin(&c, &db, "r2 (n)");
	copy_row(&c);
	copy_int8(&c, 1);
	if (copy_row_end(&c, &err) != PSY_OK || copy_flush(&c, &err) == PSY_OK)
		failures++;
	copy_free(&c);
	expect("SELECT 'still there'", "still there");
}

int
main(void)
{
	psy_error err;
	copy c;

	must(session_open(&db, NULL, &err), &err);
	must(session_run(&db,
					 "CREATE TEMP TABLE s (n int, b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, t text, y bytea, j jsonb);"
					 "CREATE TEMP TABLE a (n int, i2 int2[], i4 int4[], f8 float8[], f4 real[], m float8[]);"
					 "CREATE TEMP TABLE r (n int, t text); CREATE TEMP TABLE r2 (n int)",
					 &err),
		 &err);
	copy_begin(&c, &db, "s (n, b, i2, i4, i8, f4, f8, t, y, j)");
	scalars(&c);
	copy_free(&c);
	copy_begin(&c, &db, "a (n, i2, i4, f8, f4, m)");
	arrays(&c);
	copy_free(&c);
	rounds();
	errors();
	session_close(&db);
	return failures > 0;
}
