/* literature_values.c - DOI, pages, dates, names, ISSN and ISBN; see literature_values.h. */
#include "literature_values.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- DOI ------------------------------------------------------------------------------------- */

/* "10.", four to nine digits, perhaps more of them behind points, "/": the length up to and with the slash,
 * else 0. */
static size_t
doi_prefix(const char *p)
{
	size_t n = 3, digits = 0;

	if (strncmp(p, "10.", 3) != 0)
		return 0;
	for (; isdigit((unsigned char) p[n]) || (p[n] == '.' && digits >= 4 && isdigit((unsigned char) p[n + 1]));
		 n++)
		digits++;
	if (digits < 4 || digits > 15)
		return 0;
	if (p[n] == '/')
		return n + 1;
	return strncasecmp(p + n, "%2f", 3) == 0 ? n + 3 : 0;
}

static bool
doi_ends(unsigned char c)
{
	return c <= ' ' || c == '"' || c == '<' || c == '>' || c >= 0x7f || c == '|' || c == '\\' || c == '^' ||
		   c == '`' || c == '{' || c == '}';
}

/* Whether what stands before p announces a DOI. */
static bool
announced(const char *text, const char *p)
{
	static const char *const words[] = {"doi",
										"doi:",
										"doi: ",
										"doi/",
										"doi=",
										"doi.org/",
										"doi%3a",
										"doi ",
										"doi: /",
										"pii/",
										"acs.org/doi/abs/",
										"full/",
										"abs/",
										"article/",
										"articles/"};

	if (p == text)
		return true;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
	{
		size_t n = strlen(words[i]);

		if ((size_t) (p - text) >= n && strncasecmp(p - n, words[i], n) == 0)
			return true;
	}
	return false;
}

/* What a sentence adds behind a DOI, and a parenthesis that was not opened in it. */
static size_t
doi_length(const char *doi, size_t length)
{
	for (; length > 0; length--)
	{
		char c = doi[length - 1];
		int open = 0;

		if (strchr(".,;:'-", c) == NULL && c != ')' && c != ']')
			break;
		if (c == ')' || c == ']')
		{
			for (size_t i = 0; i < length; i++)
				open += doi[i] == (c == ')' ? '(' : '[') ? 1 : doi[i] == c ? -1 : 0;
			if (open >= 0)
				break;
		}
	}
	return length;
}

static size_t
take_doi(const char *p, buffer *out, bool address)
{
	size_t from = out->size;

	for (; *p && !doi_ends((unsigned char) *p); p++)
	{
		unsigned int byte;
		char hex[3] = {p[0] == '%' ? p[1] : '\0', p[0] == '%' && p[1] ? p[2] : '\0', '\0'};

		if (address && (*p == '&' || *p == '?' || *p == '#'))
			break;
		if (*p == '%' && isxdigit((unsigned char) hex[0]) && isxdigit((unsigned char) hex[1]) &&
			sscanf(hex, "%2x", &byte) == 1 && byte > ' ' && byte < 0x7f)
		{
			buffer_byte(out, (char) tolower((int) byte));
			p += 2;
		}
		else
			buffer_byte(out, (char) tolower((unsigned char) *p));
	}
	/* "[doi]" directly behind, as PubMed marks it, is no part of it. */
	if (out->size - from > 5 && memcmp(out->data + out->size - 5, "[doi]", 5) == 0)
		out->size -= 5;
	out->size = from + doi_length(out->data + from, out->size - from);
	out->data[out->size] = '\0';
	return out->size - from;
}

bool
find_doi(const char *text, bool anywhere, buffer *out)
{
	for (const char *p = text; (p = strstr(p, "10.")) != NULL; p++)
	{
		size_t prefix = doi_prefix(p), before = out->size;

		if (prefix == 0 || doi_ends((unsigned char) p[prefix]) ||
			(p > text && (isalnum((unsigned char) p[-1]) || p[-1] == '.') && !announced(text, p)))
			continue;
		if (!anywhere && !announced(text, p))
			continue;
		if (take_doi(p, out, strstr(text, "://") != NULL && strstr(text, "://") < p) > prefix)
			return true;
		out->size = before;
	}
	return false;
}

/* ---- pages ----------------------------------------------------------------------------------- */

static bool
page_character(unsigned char c)
{
	return isalnum(c) || c == '.' || c == ':' || c == '/' || c == '_' || c == '*' || c == '(' || c == ')';
}

/* Bytes of a hyphen or dash or tilde at p, 0 for none. */
static size_t
dash(const char *p)
{
	static const char *const dashes[] = {
		"--",           "-", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x92",
		"\xe2\x88\x92", "~", "\xef\xbd\x9e", "\xef\xbc\x8d", "\xe2\x80\x94"};

	for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++)
		if (strncmp(p, dashes[i], strlen(dashes[i])) == 0)
			return strlen(dashes[i]);
	return 0;
}

static const char *
take_page(const char *p, char page[PAGE_ROOM])
{
	size_t n = 0;

	while (*p == ' ')
		p++;
	for (; page_character((unsigned char) *p); p++)
		if (n + 1 < PAGE_ROOM)
			page[n++] = *p;
	page[n] = '\0';
	while (*p == ' ')
		p++;
	return p;
}

void
expand_page(const char *first, char last[PAGE_ROOM])
{
	size_t a = strlen(first), b = strlen(last), prefix = 0;
	char whole[PAGE_ROOM];

	while (prefix < a && !isdigit((unsigned char) first[prefix]))
		prefix++;
	if (b == 0 || b >= a || a >= PAGE_ROOM || strspn(last, "0123456789") != b ||
		strspn(first + prefix, "0123456789") != a - prefix)
		return;
	/* "S12-9" is S19, "e92-105" is e105; "221-8" is 228; a last page below the first that is as long stays.
	 */
	if (b >= a - prefix)
		return;
	memcpy(whole, first, a + 1);
	memcpy(whole + a - b, last, b);
	if (strcmp(whole + prefix, first + prefix) >= 0)
		memcpy(last, whole, a + 1);
}

bool
split_pages(const char *text, char first[PAGE_ROOM], char last[PAGE_ROOM])
{
	const char *p = text;
	size_t n;

	first[0] = last[0] = '\0';
	while (*p == ' ')
		p++;
	if (strncasecmp(p, "pp.", 3) == 0 || strncasecmp(p, "pp ", 3) == 0)
		p += 3;
	else if (strncasecmp(p, "p.", 2) == 0)
		p += 2;
	p = take_page(p, first);
	n = dash(p);
	if (n > 0)
		take_page(p + n, last);
	/* "No-Specified": PsycINFO's "no pagination specified" between SP and EP. */
	if (strpbrk(first, "0123456789") == NULL && strspn(first, "ivxlcdmIVXLCDM") != strlen(first))
	{
		first[0] = last[0] = '\0';
		return false;
	}
	expand_page(first, last);
	/* "655-655" is page 655, as other exports of the same record write it. */
	if (strcmp(first, last) == 0)
		last[0] = '\0';
	return first[0] != '\0';
}

/* ---- dates ----------------------------------------------------------------------------------- */

int
year_in(const char *text)
{
	for (const char *p = text; *p; p++)
		if (isdigit((unsigned char) *p) && (p == text || !isdigit((unsigned char) p[-1])))
		{
			size_t n = strspn(p, "0123456789");
			int year = n == 4 || n == 8 ? (int) strtol((char[]){p[0], p[1], p[2], p[3], '\0'}, NULL, 10) : 0;

			if (year >= 1400 && year <= 2200)
				return year;
			p += n - 1;
		}
	return 0;
}

int
month_of(const char *text, size_t *length)
{
	static const char *const names[] = {"january",   "february", "march",    "april",
										"may",       "june",     "july",     "august",
										"september", "october",  "november", "december"};
	static const struct
	{
		const char *name;
		int month;
	} seasons[] = {{"spring", 0}, {"summer", 0}, {"autumn", 0}, {"fall", 0}, {"winter", 0}};
	size_t n = 0;

	while (isalpha((unsigned char) text[n]))
		n++;
	*length = n;
	for (size_t i = 0; i < sizeof seasons / sizeof *seasons; i++)
		if (n == strlen(seasons[i].name) && strncasecmp(text, seasons[i].name, n) == 0)
			return 0;
	for (int i = 0; n >= 3 && i < 12; i++)
		if (n <= strlen(names[i]) && strncasecmp(text, names[i], n) == 0)
			return i + 1;
	return n == 4 && strncasecmp(text, "sept", 4) == 0 ? 9 : 0;
}

/* Numbers and month names of the text in order, at most four. */
typedef struct date_part
{
	int number, digits;
	bool month; /* by name */
} date_part;

static size_t
date_parts(const char *p, date_part part[4])
{
	size_t parts = 0, n;

	for (; *p && parts < 4; p += n)
	{
		n = 1;
		if (isdigit((unsigned char) *p))
		{
			n = strspn(p, "0123456789");
			if (n == 8)
			{
				part[parts++] =
					(date_part){(int) strtol((char[]){p[0], p[1], p[2], p[3], 0}, NULL, 10), 4, false};
				if (parts < 4)
					part[parts++] = (date_part){(int) strtol((char[]){p[4], p[5], 0}, NULL, 10), 2, false};
				if (parts < 4)
					part[parts++] = (date_part){(int) strtol((char[]){p[6], p[7], 0}, NULL, 10), 2, false};
			}
			else if (n <= 4)
				part[parts++] = (date_part){(int) strtol(p, NULL, 10), (int) n, false};
		}
		else if (isalpha((unsigned char) *p))
		{
			int month = month_of(p, &n);

			if (month > 0)
				part[parts++] = (date_part){month, 0, true};
		}
		else if (*p == '~' || *p == ' ')
			n = strspn(p, "~ ");
	}
	return parts;
}

static int
days_of(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0) ? 29 : days[month - 1];
}

static void
write_iso(char iso[11], int year, int month, int day)
{
	const int digit[10] = {year / 1000, year / 100 % 10, year / 10 % 10, year % 10,
						   -1,          month / 10,      month % 10,     -1,
						   day / 10,    day % 10};
	size_t n = day > 0 ? 10 : month > 0 ? 7 : 4;

	for (size_t i = 0; i < n; i++)
		iso[i] = digit[i] < 0 ? '-' : (char) ('0' + digit[i]);
	iso[n] = '\0';
}

bool
iso_date(const char *text, char iso[11])
{
	date_part part[4];
	size_t parts = date_parts(text, part), y = 4, m = 4, d = 4;
	int year = 0, month = 0, day = 0;

	for (size_t i = 0; i < parts; i++)
	{
		if (y == 4 && part[i].digits == 4 && part[i].number >= 1400 && part[i].number <= 2200)
			y = i;
		else if (m == 4 && part[i].month)
			m = i;
	}
	if (y == 4)
		return false;
	year = part[y].number;
	/* Without a month's name only year-month-day is read: 3/4/2019 may be March or April. */
	if (m == 4 && y == 0 && parts > 1 && part[1].digits <= 2 && part[1].digits > 0 && part[1].number >= 1 &&
		part[1].number <= 12)
		m = 1;
	month = m < 4 ? part[m].number : 0;
	if (m < 4 && part[m].month)
		d = m + 1 < parts && m + 1 != y ? m + 1 : m > 0 && m - 1 != y ? m - 1 : 4;
	else if (m < 4)
		d = m + 1 < parts ? m + 1 : 4;
	if (d < 4 && !part[d].month && part[d].digits <= 2 && part[d].number >= 1 &&
		part[d].number <= days_of(year, month))
		day = part[d].number;
	write_iso(iso, year, month, day);
	return true;
}

/* ---- names ----------------------------------------------------------------------------------- */

bool
has_han(const char *text, size_t length)
{
	const unsigned char *p = (const unsigned char *) text, *end = p + length;

	for (; end - p >= 3; p++)
		if ((*p >= 0xe4 && *p <= 0xe9) || (*p == 0xe3 && p[1] >= 0x90) || (*p == 0xf0 && p[1] >= 0xa0))
			return true;
	return false;
}

static void
set_part(const char **part, size_t *length, const char *from, const char *to)
{
	while (from < to && *from == ' ')
		from++;
	while (to > from && to[-1] == ' ')
		to--;
	*part = from < to ? from : NULL;
	*length = (size_t) (to - from);
}

static bool
is_suffix(const char *from, size_t length)
{
	static const char *const suffixes[] = {"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV", "2nd", "3rd"};

	while (length > 0 && *from == ' ')
	{
		from++;
		length--;
	}
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (strlen(suffixes[i]) == length && strncasecmp(from, suffixes[i], length) == 0)
			return true;
	return false;
}

static void
split_at_comma(const char *text, const char *comma, person *p)
{
	const char *second = strchr(comma + 1, ','), *end = text + strlen(text);

	set_part(&p->family, &p->family_length, text, comma);
	if (second != NULL && is_suffix(comma + 1, (size_t) (second - comma - 1)))
	{
		/* BibTeX: von Last, Jr, First */
		set_part(&p->suffix, &p->suffix_length, comma + 1, second);
		set_part(&p->given, &p->given_length, second + 1, end);
	}
	else if (second != NULL && is_suffix(second + 1, (size_t) (end - second - 1)))
	{
		set_part(&p->given, &p->given_length, comma + 1, second);
		set_part(&p->suffix, &p->suffix_length, second + 1, end);
	}
	else
		set_part(&p->given, &p->given_length, comma + 1, end);
}

/* "Smith JA": the last word is up to four capitals. */
static bool
split_initials(const char *text, person *p)
{
	const char *space = strrchr(text, ' '), *end = text + strlen(text), *q;

	if (space != NULL && is_suffix(space + 1, (size_t) (end - space - 1)))
	{
		const char *before = space;

		while (before > text && before[-1] != ' ')
			before--;
		if (before > text && before[-1] == ' ')
		{
			set_part(&p->suffix, &p->suffix_length, space + 1, end);
			end = space;
			space = before - 1;
		}
	}
	if (space == NULL || end - space > 6 || end == space + 1)
		return false;
	for (q = space + 1; q < end; q++)
		if (!isupper((unsigned char) *q) && *q != '-' && *q != '.' && (unsigned char) *q < 0x80)
			return false;
	set_part(&p->family, &p->family_length, text, space);
	set_part(&p->given, &p->given_length, space + 1, end);
	return p->family != NULL;
}

/* BibTeX's order without a comma: the family name is the last word, with the words in small letters before
 * it. */
static bool
split_natural(const char *text, person *p)
{
	const char *end = text + strlen(text), *space = strrchr(text, ' '), *from;

	if (space == NULL)
		return false;
	from = space + 1;
	for (const char *q = text; q < space; q++)
		if ((q == text || q[-1] == ' ') && islower((unsigned char) *q) && q > text)
		{
			from = q;
			break;
		}
	set_part(&p->family, &p->family_length, from, end);
	set_part(&p->given, &p->given_length, text, from);
	return true;
}

void
split_name(const char *text, name_order order, person *p)
{
	const char *comma = strchr(text, ',');

	*p = (person){0};
	if (order == NAME_LITERAL)
		p->literal = text;
	else if (comma != NULL && comma > text)
		split_at_comma(text, comma, p);
	else if (has_han(text, strlen(text)))
		p->literal = text;
	else if ((order == NAME_SPACE && split_initials(text, p)) ||
			 (order == NAME_NATURAL && split_natural(text, p)))
		;
	else
		*p = (person){.literal = text};
	if (p->family == NULL)
		*p = (person){.literal = text};
}

/* ---- ISSN and ISBN --------------------------------------------------------------------------- */

serial_kind
read_serial(const char *text, char out[20], size_t *length)
{
	char digit[14];
	size_t digits = 0, n = 0, space = 0;

	if ((text[0] == 'E' || text[0] == 'e' || text[0] == 'p') && strncasecmp(text + 1, "ISSN", 4) == 0)
		n = 1;
	if (strncasecmp(text + n, "ISSN", 4) == 0 || strncasecmp(text + n, "ISBN", 4) == 0)
		n += 4 + strspn(text + n + 4, ":- ");
	for (; text[n] && digits < 14; n++)
	{
		if (isdigit((unsigned char) text[n]) ||
			((text[n] == 'X' || text[n] == 'x') && (digits == 7 || digits == 9)))
			digit[digits++] = (char) toupper((unsigned char) text[n]);
		else if (text[n] != '-' &&
				 !(text[n] == ' ' && digits > 8 && space++ < 4 && isdigit((unsigned char) text[n + 1])))
			break;
		if (digits == 13 || (digits == 8 && (text[n + 1] == '\0' || text[n + 1] == ' ' ||
											 text[n + 1] == '(' || text[n + 1] == ',' || text[n + 1] == ';')))
		{
			n++;
			break;
		}
	}
	if ((digits != 8 && digits != 10 && digits != 13) || isalnum((unsigned char) text[n]))
		return SERIAL_NONE;
	*length = n;
	if (text[n + strspn(text + n, " ")] == '(')
	{
		const char *close = strchr(text + n, ')');

		*length = close != NULL ? (size_t) (close - text) + 1 : n;
	}
	if (digits == 8)
		snprintf(out, 20, "%.4s-%.4s", digit, digit + 4);
	else
		snprintf(out, 20, "%.*s", (int) digits, digit);
	return digits == 8 ? SERIAL_ISSN : SERIAL_ISBN;
}
