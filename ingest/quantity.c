/* quantity.c - see quantity.h. */
#include "quantity.h"

#include "header.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

static bool
skip_text(const char **p, const char *text)
{
	size_t n = strlen(text);

	if (strncmp(*p, text, n) != 0)
		return false;
	*p = skip_blanks(*p + n);
	return true;
}

static const char *
take_qualifier(const char **p)
{
	static const struct
	{
		const char *text, *qualifier;
	} known[] = {{"<=", "<="},
				 {"≤", "<="},
				 {"≦", "<="},
				 {"不超过", "<="},
				 {"at most", "<="},
				 {"up to ", "<="},
				 {"max ", "<="},
				 {"<", "<"},
				 {"小于", "<"},
				 {">=", ">="},
				 {"≥", ">="},
				 {"≧", ">="},
				 {"至少", ">="},
				 {"at least", ">="},
				 {">", ">"},
				 {"大于", ">"},
				 {"approximately ", "~"},
				 {"approx. ", "~"},
				 {"~", "~"},
				 {"≈", "~"},
				 {"约", "~"},
				 {"about ", "~"},
				 {"ca. ", "~"}};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (skip_text(p, known[i].text))
			return known[i].qualifier;
	return NULL;
}

static bool
take_number(const char **p, char to[QUANTITY_TEXT])
{
	size_t n = strspn(*p, "0123456789");

	if (n > 0 && (*p)[n] == '.')
		n += 1 + strspn(*p + n + 1, "0123456789");
	if (n == 0 || n >= QUANTITY_TEXT || (*p)[n - 1] == '.')
		return false;
	memcpy(to, *p, n);
	to[n] = '\0';
	*p = skip_blanks(*p + n);
	return true;
}

/* "2-5": the other end of a range. */
static bool
take_range(const char **p, char high[QUANTITY_TEXT])
{
	static const char *const dashes[] = {"-", "–", "—", "~", "～", "至", "to ", NULL};

	for (int i = 0; dashes[i] != NULL; i++)
	{
		const char *after = *p;

		if (skip_text(&after, dashes[i]) && take_number(&after, high))
		{
			*p = after;
			return true;
		}
	}
	return false;
}

static bool
is_conjunction(const char *p)
{
	return strncmp(p, "和", 3) == 0 || strncmp(p, "与", 3) == 0 || strncmp(p, "、", 3) == 0;
}

/* A unit is a word that ends the part: letters, %, a slash within, or Chinese. */
static bool
take_unit(const char **p, char unit[QUANTITY_TEXT])
{
	size_t n = 0;

	while (!is_conjunction(*p + n) &&
		   (isalpha((unsigned char) (*p)[n]) || (unsigned char) (*p)[n] >= 0x80 || (*p)[n] == '%' ||
			((*p)[n] == '/' &&
			 (isalpha((unsigned char) (*p)[n + 1]) || (unsigned char) (*p)[n + 1] >= 0x80))))
		n++;
	if (n >= QUANTITY_TEXT)
		return false;
	memcpy(unit, *p, n);
	unit[n] = '\0';
	*p = skip_blanks(*p + n);
	return true;
}

static bool
take_quantity(const char **p, quantity *q)
{
	*q = (quantity){.qualifier = take_qualifier(p)};
	if (!take_number(p, q->low))
		return false;
	strcpy(q->high, q->low);
	(void) take_range(p, q->high);
	return atof(q->low) <= atof(q->high) && take_unit(p, q->unit);
}

/* What parts two numbers.  A comma between digits does not: 1,5 mA may be one and a half. */
static bool
take_separator(const char *cell, const char **p)
{
	static const char *const separators[] = {"/", ":", ";", "、", "+", "and ", "和", "与", NULL};

	for (int i = 0; separators[i] != NULL; i++)
		if (skip_text(p, separators[i]))
			return true;
	return !(*p > cell && isdigit((unsigned char) (*p)[-1]) && isdigit((unsigned char) (*p)[1])) &&
		   skip_text(p, ",");
}

/* 3 times per week is 3 times/week. */
static void
write_per_as_slash(char *text)
{
	for (char *at = strstr(text, " per "); at != NULL; at = strstr(text, " per "))
	{
		*at = '/';
		memmove(at + 1, at + 5, strlen(at + 5) + 1);
	}
}

/* The unit at the end holds for all parts: "2/100 Hz". */
static void
share_unit(quantity *q, int count)
{
	for (int i = 0; i + 1 < count; i++)
		if (q[i].unit[0] == '\0')
			strcpy(q[i].unit, q[count - 1].unit);
}

int
quantity_parse(const char *cell, quantity q[QUANTITY_MAX])
{
	char *narrow = narrow_text(cell), *bracket = strchr(narrow, '(');
	const char *p = skip_blanks(narrow);
	int count = 0;
	bool read = true;

	write_per_as_slash(narrow);
	(void) (skip_text(&p, "每周") || skip_text(&p, "每次") || skip_text(&p, "共"));

	if (bracket != NULL && bracket > p) /* <=1 ms (约≤1 ms): what stands in brackets explains */
		*bracket = '\0';
	while (read && *p && count < QUANTITY_MAX)
	{
		read = take_quantity(&p, &q[count++]);
		if (read && *p && !take_separator(narrow, &p))
			read = false;
	}
	if (!read || *p || count == 0)
	{
		q[0] = (quantity){0};
		count = 1;
	}
	share_unit(q, count);
	free(narrow);
	return count;
}
