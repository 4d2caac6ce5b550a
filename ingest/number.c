/* number.c - strict numbers; see number.h.  The tool never calls setlocale, so strtod reads the C locale's
 * numbers. */
#include "number.h"

#include "reader_text.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Length of [sign] digits [. digits] [exponent] at the start of the cell; 0 when there is none. */
static size_t
decimal_length(const char *cell)
{
	const char *c = cell;
	size_t digits = 0;

	if (*c == '+' || *c == '-')
		c++;
	for (; isdigit((unsigned char) *c); c++)
		digits++;
	if (*c == '.')
		for (c++; isdigit((unsigned char) *c); c++)
			digits++;
	if (digits == 0)
		return 0;
	if (*c == 'e' || *c == 'E')
	{
		const char *e = c + 1;

		if (*e == '+' || *e == '-')
			e++;
		if (isdigit((unsigned char) *e))
		{
			while (isdigit((unsigned char) *e))
				e++;
			c = e;
		}
	}
	return (size_t) (c - cell);
}

/* Full-width forms are U+FF00 to U+FFEF: 0xEF 0xBC..0xBF. */
static bool
has_full_width(const char *cell)
{
	for (; *cell; cell++)
		if ((unsigned char) cell[0] == 0xef && (unsigned char) cell[1] >= 0xbc)
			return true;
	return false;
}

static bool
looks_like_date(const char *cell)
{
	static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
										 "jul", "aug", "sep", "oct", "nov", "dec"};
	size_t digits = strspn(cell, "0123456789");

	if (digits > 0 && (cell[digits] == '/' || cell[digits] == '-') &&
		isdigit((unsigned char) cell[digits + 1]))
		return true;
	for (size_t m = 0; m < 12; m++)
		if (strcasestr(cell, months[m]) != NULL && digits > 0)
			return true;
	return strstr(cell, "月") != NULL;
}

/* 20-25: no day has a month of 25, nor a month a day of 45. */
static bool
is_range(const char *cell)
{
	char *end;
	long low = strtol(cell, &end, 10), high;

	if (!isdigit((unsigned char) *cell) || *end != '-' || !isdigit((unsigned char) end[1]))
		return false;
	high = strtol(end + 1, &end, 10);
	return *end == '\0' && low < high && low < 1000 && high < 1000 && (low > 31 || high > 31 || (low > 12 && high > 12));
}

static psy_status
explain(const char *cell, psy_error *err)
{
	const char *comma = strchr(cell, ',');

	if (has_full_width(cell))
		return psy_fail(err, PSY_FORMAT, "full-width characters; expected a number in plain digits");
	if (strstr(cell, "\xc2\xa0") != NULL)
		return psy_fail(err, PSY_FORMAT, "a no-break space; expected a number and nothing else");
	if (comma != NULL)
		return psy_fail(err, PSY_FORMAT,
						"a comma; expected a number with a decimal point and no thousands separators");
	if (is_range(cell))
		return psy_fail(err, PSY_FORMAT, "a range; expected one number");
	if (looks_like_date(cell))
		return psy_fail(err, PSY_FORMAT,
						"a date (a spreadsheet may have turned a number into one); expected a number");
	return psy_fail(err, PSY_FORMAT, "not a number");
}

/* At most 15 digits and 22 decimals: digits and power of ten are exact in double, so that one division rounds as strtod does
 * (Clinger 1990, "How to read floating point numbers accurately"). */
static bool
short_decimal(const char *cell, double *value)
{
	static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
								   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	const char *c = cell + (*cell == '-' || *cell == '+');
	int64_t digits = 0;
	int count = 0, decimals = 0;
	bool point = false;

	for (; (unsigned char) (*c - '0') <= 9 || (*c == '.' && !point); c++)
	{
		if (*c == '.')
		{
			point = true;
			continue;
		}
		digits = digits * 10 + (*c - '0');
		decimals += point;
		if (++count > 15)
			return false;
	}
	if (*c != '\0' || count == 0)
		return false;
	*value = (double) digits / power[decimals];
	if (*cell == '-')
		*value = -*value;
	return true;
}

psy_status
parse_real(const char *cell, double *value, psy_error *err)
{
	size_t length;

	if (short_decimal(cell, value))
		return PSY_OK;
	length = decimal_length(cell);
	if (length == 0 || cell[length] != '\0')
		return explain(cell, err);
	*value = strtod(cell, NULL);
	if (!isfinite(*value))
		return psy_fail(err, PSY_DOMAIN, "a number too large to store");
	return PSY_OK;
}

psy_status
check_decimal(const char *cell, psy_error *err)
{
	double value;
	psy_status status = parse_real(cell, &value, err);

	/* numeric would expand an exponent to as many digits as it says. */
	if (status == PSY_OK && (strlen(cell) > 40 || strpbrk(cell, "eE") != NULL))
		return psy_fail(err, PSY_FORMAT,
						"a number in exponent notation or of more than 40 digits; expected plain decimals");
	return status;
}

psy_status
parse_whole(const char *cell, int64_t lo, int64_t hi, int64_t *value, psy_error *err)
{
	double real;
	psy_status status = parse_real(cell, &real, err);

	if (status != PSY_OK)
		return status;
	if (real != floor(real))
		return psy_fail(err, PSY_FORMAT, "not a whole number");
	if (real < (double) lo || real > (double) hi)
		return psy_fail(err, PSY_DOMAIN, "outside %" PRId64 " to %" PRId64, lo, hi);
	*value = (int64_t) real;
	return PSY_OK;
}
