/*
 * json_scan.c - the first pass over a JSON text: encoding, bounds, and a count of the values.
 *
 * It knows the grammar of strings, and no more than that; YAJL decides later whether the text is JSON.  What it
 * guarantees: valid UTF-8, proper strings with paired surrogate escapes (YAJL turns a lone one into "?"), no token
 * longer than limits->token, nesting within limits->depth, and values <= 1 + commas + opening brackets.
 */
#include "models/json.h"
#include "models/utf8.h"

#include <string.h>

typedef struct scanner
{
	const char *text;
	size_t bytes;
	size_t at;
	const char *format;
	const psy_json_limits *limits;
	psy_error *err;
	size_t depth;
	size_t values;
} scanner;

void
psy_json_locate(const char *text, size_t offset, size_t *line, size_t *column)
{
	*line = 1;
	*column = 1;
	for (size_t k = 0; k < offset; k++)
		if (text[k] == '\n')
		{
			++*line;
			*column = 1;
		}
		else if (((unsigned char) text[k] & 0xC0) != 0x80)
			++*column;
}

static psy_status
refuse(const scanner *scan, psy_status code, size_t at, const char *what)
{
	size_t line, column;

	psy_json_locate(scan->text, at, &line, &column);
	return psy_fail(scan->err, code, "%s, line %zu, column %zu: %s", scan->format, line, column, what);
}

static psy_status
over_long(const scanner *scan, size_t start)
{
	size_t line, column;

	psy_json_locate(scan->text, start, &line, &column);
	return psy_fail(scan->err, PSY_LIMIT,
					"%s, line %zu, column %zu: a string or number of more than %zu bytes", scan->format, line,
					column, scan->limits->token);
}

/* The code unit of \uXXXX at text[at], or -1. */
static long
code_unit(const scanner *scan, size_t at)
{
	long unit = 0;

	if (at + 6 > scan->bytes || scan->text[at] != '\\' || scan->text[at + 1] != 'u')
		return -1;
	for (size_t k = at + 2; k < at + 6; k++)
	{
		char c = scan->text[k];
		int digit = c >= '0' && c <= '9'   ? c - '0'
					: c >= 'a' && c <= 'f' ? c - 'a' + 10
					: c >= 'A' && c <= 'F' ? c - 'A' + 10
										   : -1;

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

/* Steps over the escape at the scanner. */
static psy_status
scan_escape(scanner *scan)
{
	long unit = code_unit(scan, scan->at);

	if (unit >= 0xD800 && unit <= 0xDBFF)
	{
		long low = code_unit(scan, scan->at + 6);

		if (low < 0xDC00 || low > 0xDFFF)
			return refuse(scan, PSY_FORMAT, scan->at, "a surrogate escape without its second half");
		scan->at += 12;
		return PSY_OK;
	}
	if (unit >= 0xDC00 && unit <= 0xDFFF)
		return refuse(scan, PSY_FORMAT, scan->at, "a surrogate escape without its first half");
	if (unit == 0)
		return refuse(scan, PSY_FORMAT, scan->at, "\\u0000 in a string");
	if (scan->at + 1 >= scan->bytes ||
		strchr(unit > 0 ? "u" : "\"\\/bfnrt", scan->text[scan->at + 1]) == NULL ||
		scan->text[scan->at + 1] == '\0')
		return refuse(scan, PSY_FORMAT, scan->at, "an unknown escape in a string");
	scan->at += 2;
	return PSY_OK;
}

static psy_status
scan_string(scanner *scan)
{
	size_t start = scan->at++;

	while (scan->at < scan->bytes && scan->text[scan->at] != '"')
	{
		size_t step = psy_utf8_char(scan->text + scan->at, scan->bytes - scan->at);

		if (step == 0)
			return refuse(scan, PSY_FORMAT, scan->at, "not valid UTF-8");
		if (scan->at - start > scan->limits->token)
			return over_long(scan, start);
		if ((unsigned char) scan->text[scan->at] < 0x20)
			return refuse(scan, PSY_FORMAT, scan->at, "a control character in a string");
		if (scan->text[scan->at] != '\\')
			scan->at += step;
		else if (scan_escape(scan) != PSY_OK)
			return scan->err->code;
	}
	if (scan->at >= scan->bytes)
		return refuse(scan, PSY_FORMAT, start, "a string without its closing quote");
	scan->at++;
	return PSY_OK;
}

/* A run of anything but structure: numbers, literals, or nonsense. */
static psy_status
scan_word(scanner *scan)
{
	size_t start = scan->at;

	while (scan->at < scan->bytes && strchr(" \t\r\n,:[]{}\"", scan->text[scan->at]) == NULL)
	{
		size_t step = psy_utf8_char(scan->text + scan->at, scan->bytes - scan->at);

		if (step == 0)
			return refuse(scan, PSY_FORMAT, scan->at, "not valid UTF-8");
		if (scan->at - start > scan->limits->token)
			return over_long(scan, start);
		scan->at += step;
	}
	if (scan->at == start)
		return refuse(scan, PSY_FORMAT, start, "a zero byte");
	return PSY_OK;
}

static psy_status
scan_token(scanner *scan)
{
	switch (scan->text[scan->at])
	{
		case '"': return scan_string(scan);
		case '[':
		case '{':
			scan->values++;
			if (++scan->depth > scan->limits->depth)
				return refuse(scan, PSY_LIMIT, scan->at, "nested too deeply");
			break;
		case ']':
		case '}':
			if (scan->depth > 0)
				scan->depth--;
			break;
		case ',': scan->values++; break;
		case ':':
		case ' ':
		case '\t':
		case '\r':
		case '\n': break;
		default: return scan_word(scan);
	}
	scan->at++;
	return PSY_OK;
}

psy_status
psy_json_survey(const char *text, size_t bytes, const char *format, const psy_json_limits *limits,
				psy_json_scan *result, psy_error *err)
{
	psy_error local;
	scanner scan = {text, bytes, 0, format, limits, err == NULL ? &local : err, 0, 1};

	if (bytes > limits->bytes || bytes >= UINT32_MAX)
		return psy_fail(err, PSY_LIMIT, "%s: a document of %zu bytes, at most %zu are read", format, bytes,
						limits->bytes);
	while (scan.at < bytes)
	{
		psy_status status = scan_token(&scan);

		if (status != PSY_OK)
			return status;
		if (scan.values > limits->values)
			return psy_fail(err, PSY_LIMIT, "%s: a document of more than %zu values", format, limits->values);
	}
	result->values = scan.values;
	return PSY_OK;
}
