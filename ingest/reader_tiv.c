/* reader_tiv.c - see reader_tiv.h. */
#include "reader_tiv.h"

#include "number.h"
#include "source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ML_IN_MM3 1000
#define NUMBERS 5
#define FIRST_LINE 4096

typedef struct tiv_line
{
	const char *name; /* in the text, not terminated; NULL without one */
	size_t name_length;
	double number[NUMBERS];
	int numbers;
} tiv_line;

/* Length of a cell at p, which ends at a tab, or at a blank in a line without tabs. */
static size_t
cell_length(const char *p, const char *end, bool tabs)
{
	const char *q = p;

	while (q < end && *q != '\t' && (tabs || *q != ' '))
		q++;
	return (size_t) (q - p);
}

/* A number or NaN; a cell that is neither is a name. */
static bool
cell_number(const char *cell, size_t length, double *value)
{
	char text[64];
	psy_error why;

	while (length > 0 && cell[length - 1] == ' ')
		length--;
	if (length == 0 || length >= sizeof text)
		return false;
	memcpy(text, cell, length);
	text[length] = '\0';
	if (strcasecmp(text, "nan") == 0)
	{
		*value = NAN;
		return true;
	}
	return parse_real(text, value, &why) == PSY_OK;
}

/* False for a line that is no name with one number or five behind it. */
static bool
split_line(const char *p, const char *end, tiv_line *l)
{
	bool tabs = memchr(p, '\t', (size_t) (end - p)) != NULL;

	*l = (tiv_line){0};
	for (bool first = true;; first = false)
	{
		size_t length;
		double value;

		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		if (p == end)
			return l->numbers == 1 || l->numbers == NUMBERS;
		length = cell_length(p, end, tabs);
		if (cell_number(p, length, &value))
		{
			if (l->numbers == NUMBERS)
				return false;
			l->number[l->numbers++] = value;
		}
		else if (first)
		{
			l->name = p;
			l->name_length = length;
		}
		else
			return false;
		p += length;
	}
}

static const char *
line_end(const char *p, const char *end, const char **next)
{
	const char *newline = memchr(p, '\n', (size_t) (end - p)), *stop = newline ? newline : end;

	*next = newline ? newline + 1 : end;
	return stop > p && stop[-1] == '\r' ? stop - 1 : stop;
}

static bool
is_blank(const char *p, const char *end)
{
	while (p < end && strchr(" \t\r\n", *p) != NULL && *p != '\0')
		p++;
	return p == end;
}

bool
tiv_recognised(const char *path, bool named)
{
	source s;
	char first[FIRST_LINE];
	const char *next;
	size_t got = 0;
	psy_error why;
	tiv_line l;
	psy_status status = source_reopen(&s, path, &why);

	if (status != PSY_OK)
		return false;
	status = source_peek(&s, first, sizeof first, &got, &why);
	source_close(&s);
	return status == PSY_OK && got > 0 && memchr(first, '\0', got) == NULL &&
		   split_line(first, line_end(first, first + got, &next), &l) && (named || l.name == NULL);
}

/* "report/cat_sub-01_T1w.xml", "C:\study\cat_sub-01_T1w" -> "cat_sub-01_T1w" */
static char *
base_name(const char *p, size_t length)
{
	size_t start = length;

	while (start > 0 && p[start - 1] != '/' && p[start - 1] != '\\')
		start--;
	if (length - start > 4 && strncasecmp(p + length - 4, ".xml", 4) == 0)
		length -= 4;
	while (length > start && p[length - 1] == ' ')
		length--;
	return keep_bytes(p + start, length - start);
}

/* The whole of one image is its first number; the others are its parts. */
static psy_status
check_volumes(const tiv_line *l, long line, psy_error *err)
{
	double sum = 0;

	for (int i = 1; i < l->numbers; i++)
		sum += l->number[i];
	if (isnan(l->number[0]))
		return PSY_OK;
	if (!(l->number[0] > 0))
		return psy_fail(err, PSY_DOMAIN, "line %ld: found %g; expected a volume above 0", line, l->number[0]);
	if (l->numbers > 1 && !(fabs(sum - l->number[0]) < 0.03))
		return psy_fail(err, PSY_DOMAIN,
						"line %ld: found %.2f; its parts make %.2f: this is no table of CAT12's volumes",
						line, l->number[0], sum);
	return PSY_OK;
}

static void
add_line(tiv_list *t, const tiv_line *l, long line)
{
	t->volume = grow(t->volume, t->count + 1, sizeof *t->volume);
	t->line = grow(t->line, t->count + 1, sizeof *t->line);
	t->volume[t->count] = l->number[0] * ML_IN_MM3;
	t->line[t->count++] = line;
	if (l->name != NULL)
	{
		char *name = base_name(l->name, l->name_length);

		list_add(&t->name, name);
		free(name);
	}
}

psy_status
tiv_parse(tiv_list *t, const char *bytes, size_t size, psy_error *err)
{
	const char *end = bytes + size, *next;
	tiv_line l, first = {0};
	long line = 1;
	psy_status status = PSY_OK;

	*t = (tiv_list){0};
	for (const char *p = bytes; p < end && status == PSY_OK; p = next, line++)
	{
		const char *stop = line_end(p, end, &next);

		if (is_blank(p, stop) && is_blank(next, end))
			break;
		if (!split_line(p, stop, &l))
			return psy_fail(err, PSY_FORMAT,
							"line %ld: expected one volume or five, perhaps behind the name of the image",
							line);
		if (t->count == 0)
			first = l;
		if (l.numbers != first.numbers || (l.name == NULL) != (first.name == NULL))
			return psy_fail(err, PSY_SHAPE, "line %ld is of another form than line 1", line);
		status = check_volumes(&l, line, err);
		if (status == PSY_OK)
			add_line(t, &l, line);
	}
	return status;
}

void
tiv_free(tiv_list *t)
{
	list_free(&t->name);
	free(t->volume);
	free(t->line);
	*t = (tiv_list){0};
}

psy_status
tiv_names(text_list *names, const char *bytes, size_t size, psy_error *err)
{
	const char *end = bytes + size, *next;
	long line = 1;

	for (const char *p = bytes; p < end; p = next, line++)
	{
		const char *stop = line_end(p, end, &next);
		char *name;

		while (p < stop && (*p == ' ' || *p == '\t'))
			p++;
		if (p == stop && is_blank(next, end))
			break;
		if (p == stop)
			return psy_fail(err, PSY_SHAPE, "line %ld of the list of subjects is empty", line);
		name = base_name(p, (size_t) (stop - p));
		list_add(names, name);
		free(name);
	}
	return PSY_OK;
}
