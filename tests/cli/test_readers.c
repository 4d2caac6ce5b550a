/* test_readers.c - the tool's readers without a server: numbers, headers, names, quantities, encodings, records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bids.h"
#include "header.h"
#include "number.h"
#include "quantity.h"
#include "reader_csv.h"

#include <stdlib.h>
#include <string.h>

static void
numbers(void **state)
{
	static const char *const bad[] = {"", "-", ".", "e5", "1e", "0x10", "1 2", "inf", "nan", "1e999", "1_000", "--1", "1..2", "１"};
	double value;
	int64_t whole;
	psy_error err;

	(void) state;
	assert_int_equal(parse_real("-1.25e2", &value, &err), PSY_OK);
	assert_true(value == -125);
	assert_int_equal(parse_real("+.5", &value, &err), PSY_OK);
	assert_int_equal(parse_real("5.", &value, &err), PSY_OK);
	assert_int_equal(parse_real("0.1", &value, &err), PSY_OK);
	assert_true(value == 0.1);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_not_equal(parse_real(bad[i], &value, &err), PSY_OK);
	assert_int_equal(parse_whole("3.0", 0, 4, &whole, &err), PSY_OK);
	assert_int_equal(whole, 3);
	assert_int_equal(parse_whole("5", 0, 4, &whole, &err), PSY_DOMAIN);
	assert_int_equal(parse_whole("9223372036854775808", 0, INT32_MAX, &whole, &err), PSY_DOMAIN);
	assert_int_equal(check_decimal("1e5", &err), PSY_FORMAT);
	assert_int_equal(check_decimal("12.50", &err), PSY_OK);
}

static void
folds_to(const char *header, const char *expected)
{
	char *folded = fold_header(header);

	assert_string_equal(folded, expected);
	free(folded);
}

static void
headers(void **state)
{
	(void) state;
	folds_to(" HAMD-17  item 3 ", "hamd_17_item_3");
	folds_to("ＨＡＭＤ１７　总分", "hamd17_总分");
	folds_to("第8周（总分）", "第8周_总分");
	folds_to("__", "");
	folds_to("\xef\xbc", "\xef\xbc"); /* cut characters pass through */
	assert_true(header_is_identifier("患者姓名"));
	assert_true(header_is_identifier("mrn"));
	assert_false(header_is_identifier("rater"));
	assert_false(header_is_identifier("protocol_name"));
	assert_true(header_among("b", "a|b|c"));
	assert_false(header_among("", "a|b"));
	assert_false(header_among("ab", "a|b"));
	assert_true(cell_is_identifier("11010519491231002X"));
	assert_true(cell_is_identifier("13812345678"));
	assert_false(cell_is_identifier("P0123456789"));
	assert_false(cell_is_identifier("1001"));
}

static void
names(void **state)
{
	char longest[BIDS_TEXT + 20];
	bids_name n;
	psy_error err;

	(void) state;
	assert_int_equal(bids_parse("a/sub-01_ses-pre_task-rest_run-02_desc-clean_bold.nii.gz", &n, &err), PSY_OK);
	assert_true(n.is_bids);
	assert_string_equal(n.sub, "01");
	assert_string_equal(n.ses, "pre");
	assert_string_equal(n.task, "rest");
	assert_string_equal(n.desc, "clean");
	assert_string_equal(n.suffix, "bold");
	assert_int_equal(n.run, 2);
	assert_string_equal(n.acquisition, "sub-01_ses-pre_task-rest_run-02");
	assert_int_equal(bids_parse("ch2bet.nii.gz", &n, &err), PSY_OK);
	assert_false(n.is_bids);
	assert_int_equal(bids_parse("sub-01_run-x_bold.nii", &n, &err), PSY_FORMAT);
	assert_int_equal(bids_parse("sub-01_run-0_bold.nii", &n, &err), PSY_FORMAT);
	assert_int_equal(bids_parse("sub-", &n, &err), PSY_OK);
	assert_int_equal(bids_parse("", &n, &err), PSY_OK);
	snprintf(longest, sizeof longest, "sub-%0*d_T1w.nii", BIDS_TEXT - 1, 1);
	assert_int_equal(bids_parse(longest, &n, &err), PSY_OK);
	snprintf(longest, sizeof longest, "sub-%0*d_T1w.nii", BIDS_TEXT, 1);
	assert_int_equal(bids_parse(longest, &n, &err), PSY_LIMIT);
}

static void
reads_as(const char *cell, int count, const char *low, const char *high, const char *unit, const char *qualifier)
{
	quantity q[QUANTITY_MAX];

	assert_int_equal(quantity_parse(cell, q), count);
	assert_string_equal(q[0].low, low);
	assert_string_equal(q[0].high, high);
	assert_string_equal(q[0].unit, unit);
	if (qualifier == NULL)
		assert_null(q[0].qualifier);
	else
		assert_string_equal(q[0].qualifier, qualifier);
}

static void
quantities(void **state)
{
	(void) state;
	reads_as("2 Hz", 1, "2", "2", "Hz", NULL);
	reads_as("2Hz", 1, "2", "2", "Hz", NULL);
	reads_as("3 m", 1, "3", "3", "m", NULL);
	reads_as("<=1 ms", 1, "1", "1", "ms", "<=");
	reads_as("≤1ms", 1, "1", "1", "ms", "<=");
	reads_as("约30分钟", 1, "30", "30", "分钟", "~");
	reads_as("0.2-0.5 ms", 1, "0.2", "0.5", "ms", NULL);
	reads_as("20～30 min", 1, "20", "30", "min", NULL);
	reads_as("２０ Hz", 1, "20", "20", "Hz", NULL);
	reads_as("5:20 Hz", 2, "5", "5", "Hz", NULL);
	reads_as("2/100Hz", 2, "2", "2", "Hz", NULL);
	reads_as("3", 1, "3", "3", "", NULL);
	reads_as("tolerance", 1, "", "", "", NULL);
	reads_as("5-2 Hz", 1, "", "", "", NULL);
	reads_as("", 1, "", "", "", NULL);
	reads_as("1/2/3/4/5", 1, "", "", "", NULL);
	/* A decimal comma is not two numbers; a list is. */
	reads_as("1,5 mA", 1, "", "", "", NULL);
	reads_as("1, 5 mA", 2, "1", "1", "mA", NULL);
	reads_as("2 Hz + 100 Hz", 2, "2", "2", "Hz", NULL);
	reads_as("2 Hz和100 Hz", 2, "2", "2", "Hz", NULL);
	reads_as("3次/周", 1, "3", "3", "次/周", NULL);
	reads_as("每周3次", 1, "3", "3", "次", NULL);
	reads_as("3 times per week", 1, "3", "3", "times/week", NULL);
	reads_as("2-3 sessions per week", 1, "2", "3", "sessions/week", NULL);
	reads_as("up to 10 mA", 1, "10", "10", "mA", "<=");
	reads_as("approximately 20 min", 1, "20", "20", "min", "~");
	reads_as("小于1 mA", 1, "1", "1", "mA", "<");
	reads_as("0.5～1.0寸", 1, "0.5", "1.0", "寸", NULL);
	reads_as("200 μs", 1, "200", "200", "μs", NULL);
	reads_as("30 min (每次)", 1, "30", "30", "min", NULL);
	reads_as("-5 mA", 1, "", "", "", NULL);
	reads_as("1e3 Hz", 1, "", "", "", NULL);
	reads_as("5 Hz 20 Hz", 1, "", "", "", NULL);
	reads_as(">= 15 sessions", 1, "15", "15", "sessions", ">=");
	reads_as("99999999999999999999999999999999 Hz", 1, "", "", "", NULL);
}

/* Reads all of a text in one way; gives what the records hold as CELL|CELL;CELL..., or the error. */
static void
records(const char *bytes, size_t size, text_encoding encoding, const char *expected)
{
	source s;
	csv_reader csv;
	buffer out = {0};
	psy_error err;
	bool more = true;
	psy_status status;

	source_memory(&s, bytes, size);
	status = csv_open(&csv, &s, encoding, 0, &err);
	buffer_text(&out, "");
	while (status == PSY_OK && (status = csv_next(&csv, &more, &err)) == PSY_OK && more)
	{
		buffer_format(&out, "%ld:", csv.line);
		for (size_t c = 0; c < csv.cells; c++)
			buffer_format(&out, "%s%s", c ? "|" : "", csv_cell(&csv, c));
		buffer_byte(&out, ';');
	}
	if (status != PSY_OK)
		buffer_text(&out, err.message);
	csv_done(&csv);
	assert_string_equal(out.data, expected);
	buffer_free(&out);
}

#define TEXT(literal) literal, sizeof literal - 1

static void
csv(void **state)
{
	(void) state;
	records(TEXT(""), ENCODING_AUTO, "");
	records(TEXT("a,b\n1,2"), ENCODING_AUTO, "1:a|b;2:1|2;");
	records(TEXT("a\tb\r\n\r\n 1 \t2\r\n"), ENCODING_AUTO, "1:a|b;3:1|2;");
	records(TEXT("a;b\r1;2\r"), ENCODING_AUTO, "1:a|b;2:1|2;");
	records(TEXT("a,b\n\"x\n\"\"y\"\"\",2\n3,4\n"), ENCODING_AUTO, "1:a|b;2:x\n\"y\"|2;4:3|4;");
	records(TEXT("\xef\xbb\xbf" "a\n1\n"), ENCODING_AUTO, "1:a;2:1;");
	records(TEXT("\"a;b\",c\n"), ENCODING_AUTO, "1:a;b|c;");
	records(TEXT("\xff\xfe" "a\0,\0b\0\n\0"), ENCODING_AUTO, "1:a|b;");
	records(TEXT("\xff\xfe" "a\0,\0\x3d\xd8\n\0"), ENCODING_AUTO, "line 1, column 3: half of a UTF-16 surrogate pair");
	records(TEXT("\xff\xfe" "a\0,\0b"), ENCODING_AUTO, "line 1, column 3: the file ends in half of a UTF-16 character");
	records(TEXT("\xfe\xff" "\xd8\x3d\xde\x00"), ENCODING_AUTO, "1:\xf0\x9f\x98\x80;");
	records(TEXT("\xb0\xd9\xbb\xe1,1\n"), ENCODING_GB18030, "1:百会|1;");
	records(TEXT("a,\xed\xa0\x80\n"), ENCODING_AUTO, "line 1, column 3: byte 0xed is not valid UTF-8");
	records(TEXT("a\nb\xff\n"), ENCODING_AUTO, "1:a;line 2, column 2: byte 0xff is not valid UTF-8");
	records(TEXT("a,b\n\"1\n2\n"), ENCODING_AUTO,
			"1:a|b;line 2: a quoted cell of the record that begins here is never closed");
}

/* Characters, line ends and quotes that fall on the border of two chunks. */
static void
borders(void **state)
{
	static const char *const pieces[] = {"百", "\r\n", "\"q\nr\"", "\xf0\x9f\x98\x80"};

	(void) state;
	for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++)
		for (size_t before = (1 << 16) - 8; before <= (1 << 16) + 1; before++)
		{
			buffer text = {0}, expected = {0};
			const char *cell = p == 2 ? "q\nr" : pieces[p];

			buffer_text(&text, "a");
			while (text.size < before - 1)
				buffer_byte(&text, 'x');
			buffer_add(&expected, text.data, text.size);
			buffer_byte(&text, ',');
			buffer_text(&text, pieces[p]);
			buffer_text(&text, "\nz,9\n");
			buffer_format(&text, "%s", "");
			{
				buffer all = {0};

				buffer_format(&all, "1:%s|%s;%d:z|9;", expected.data, p == 1 ? "" : cell, p == 1 || p == 2 ? 3 : 2);
				records(text.data, text.size, ENCODING_AUTO, all.data);
				buffer_free(&all);
			}
			buffer_free(&text);
			buffer_free(&expected);
		}
}

/* The checksum of a source is of its bytes, however they are asked for, and tells of any other. */
static uint64_t
checksum(const uint8_t *bytes, size_t size, size_t step)
{
	source s;
	uint8_t to[100];
	size_t got = step;
	uint64_t check;
	psy_error err;

	source_memory(&s, bytes, size);
	for (size_t at = 0; at < size / 2 && got == step; at += got)
		assert_int_equal(source_read(&s, to, step, &got, &err), PSY_OK);
	assert_int_equal(source_check(&s, &check, &err), PSY_OK);
	return check;
}

static void
checksums(void **state)
{
	uint8_t bytes[200];
	uint64_t seen[sizeof bytes + 1];

	(void) state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t) (i * 37);
	for (size_t size = 0; size <= sizeof bytes; size++)
	{
		seen[size] = checksum(bytes, size, 100);
		for (size_t step = 1; step < 100; step += 7)
			assert_true(checksum(bytes, size, step) == seen[size]);
		for (size_t shorter = 0; shorter < size; shorter++)
			assert_true(seen[shorter] != seen[size]);
	}
	for (size_t bit = 0; bit < 8 * sizeof bytes; bit++)
	{
		bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
		assert_true(checksum(bytes, sizeof bytes, 33) != seen[sizeof bytes]);
		bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
	}
	memset(bytes, 0, sizeof bytes);
	for (size_t size = 1; size <= sizeof bytes; size++)
		assert_true(checksum(bytes, size, 9) != checksum(bytes, size - 1, 9));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(numbers),	 cmocka_unit_test(headers), cmocka_unit_test(names),
									   cmocka_unit_test(quantities), cmocka_unit_test(csv),		cmocka_unit_test(borders),
									   cmocka_unit_test(checksums)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
