/* literature_citation.c - citations in one line; see literature_citation.h. */
#include "literature_citation.h"

#include "literature_values.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static void
keep(char part[CITATION_PART], const char *from, const char *to)
{
	while (from < to && strchr(" .,;:", *from) != NULL)
		from++;
	while (to > from && strchr(" .,;:", to[-1]) != NULL)
		to--;
	if (to - from >= CITATION_PART)
		to = from;
	memcpy(part, from, (size_t) (to - from));
	part[to - from] = '\0';
}

/* "58(6)", "63", "12 Suppl 1(3)" up to `end`. */
static void
keep_volume(citation *c, const char *from, const char *end)
{
	const char *open = memchr(from, '(', (size_t) (end - from)), *close;

	keep(c->volume, from, open != NULL ? open : end);
	if (open == NULL)
		return;
	close = memchr(open, ')', (size_t) (end - open));
	keep(c->issue, open + 1, close != NULL ? close : end);
}

static const char *
year_from(const char *p, const char *end)
{
	for (; end - p >= 4; p++)
		if ((strncmp(p, "19", 2) == 0 || strncmp(p, "20", 2) == 0) && isdigit((unsigned char) p[2]) &&
			isdigit((unsigned char) p[3]) && !isdigit((unsigned char) p[4]))
			return p;
	return NULL;
}

/* The month or season that stands directly before the year, else the year. */
static const char *
date_from(const char *text, const char *year)
{
	const char *word = year;
	size_t length;

	while (word > text && (word[-1] == ' ' || word[-1] == '/' || word[-1] == '-' || word[-1] == '.' ||
						   word[-1] == ',' || isalpha((unsigned char) word[-1])))
	{
		const char *from = word;

		while (from > text && strchr(" ./,-", from[-1]) != NULL)
			from--;
		while (from > text && isalpha((unsigned char) from[-1]))
			from--;
		if (month_of(from, &length) == 0 && strncasecmp(from, "winter", 6) != 0 &&
			strncasecmp(from, "spring", 6) != 0 && strncasecmp(from, "summer", 6) != 0 &&
			strncasecmp(from, "autumn", 6) != 0)
			break;
		word = from;
	}
	return word;
}

/* journal date;volume(issue):pages */
static bool
semicolon_form(const char *text, citation *c)
{
	const char *semicolon = strchr(text, ';'), *colon, *year, *date, *end;

	if (semicolon == NULL || (colon = strchr(semicolon, ':')) == NULL ||
		(year = year_from(text, semicolon)) == NULL || colon - semicolon > 60)
		return false;
	date = date_from(text, year);
	if (date == text)
		return false;
	end = colon + 1 + strcspn(colon + 1, " .;,");
	/* "e1-e9" is one word; "S12-S19." ends at the point. */
	keep(c->journal, text, date);
	keep(c->date, date, semicolon);
	keep_volume(c, semicolon + 1, colon);
	keep(c->pages, colon + 1, end);
	return true;
}

/* Where "379(9812)" stands, behind ". " or ". Vol."; its end in *end. */
static const char *
find_volume(const char *text, const char **end)
{
	for (const char *point = strstr(text, ". "); point != NULL; point = strstr(point + 1, ". "))
	{
		const char *p = point + 2, *close;

		if (strncasecmp(p, "Vol.", 4) == 0)
			p += 4;
		p += strspn(p, " ");
		if (!isdigit((unsigned char) *p) || p[strspn(p, "0123456789-/ ")] != '(' ||
			(close = strchr(p, ')')) == NULL)
			continue;
		*end = close + 1;
		return p;
	}
	return NULL;
}

static bool
volume_form(const char *text, citation *c)
{
	const char *end = NULL, *volume = find_volume(text, &end), *year, *pages, *stop = text + strlen(text),
			   *date;

	if (volume == NULL)
		return false;
	keep(c->journal, text, strncasecmp(volume - 4, "Vol.", 4) == 0 ? volume - 4 : volume);
	keep_volume(c, volume, end);
	/* An issue may hold a parenthesis of its own: "75(2-A(E))". */
	while (*end == ')')
		end++;
	if (*end == ':')
	{
		pages = end + 1;
		end = pages + strcspn(pages, ",;");
		keep(c->pages, pages, end);
	}
	else if ((pages = strstr(end, "pp.")) != NULL &&
			 isdigit((unsigned char) pages[3 + strspn(pages + 3, " ")]))
	{
		keep(c->pages, pages + 3,
			 pages + 3 + strcspn(pages + 3, "0123456789") +
				 strcspn(pages + 3 + strcspn(pages + 3, "0123456789"), ".;,"));
		stop = pages;
	}
	year = year_from(end, stop);
	if (year == NULL)
		return true;
	date = end + strspn(end, " ,.;");
	keep(c->date, date < year ? date : year,
		 strchr(year, '.') != NULL && strchr(year, '.') < stop ? strchr(year, '.') : stop);
	if (c->pages[0] == '\0' && year[4] == '.' && isdigit((unsigned char) year[5 + strspn(year + 5, " ")]))
		keep(c->pages, year + 5, stop);
	return true;
}

/* Journal of Political Studies 12, Winter 2007: 7-14. */
static bool
comma_form(const char *text, citation *c)
{
	const char *year = year_from(text, text + strlen(text)), *comma, *number;

	if (year == NULL || year[4] != ':' || !isdigit((unsigned char) year[5 + strspn(year + 5, " ")]))
		return false;
	comma = date_from(text, year);
	while (comma > text && strchr(" ,", comma[-1]) != NULL)
		comma--;
	for (number = comma;
		 number > text && (isdigit((unsigned char) number[-1]) || strchr("()-", number[-1]) != NULL);)
		number--;
	if (number == text || number == comma || number[-1] != ' ' || *comma != ',')
		return false;
	keep(c->journal, text, number);
	keep_volume(c, number, comma);
	keep(c->date, comma + 1, year + 4);
	keep(c->pages, year + 5, text + strlen(text));
	return true;
}

bool
cut_citation(const char *text, citation *c)
{
	*c = (citation){"", "", "", "", ""};
	return semicolon_form(text, c) || volume_form(text, c) || comma_form(text, c);
}
