/*
 * reader_sleuth.c - text of BrainMap's Sleuth and GingerALE:
 *
 *     // Reference=MNI
 *     // Study, Year: Contrast
 *     // Subjects=12
 *     -16  -58  -22
 *
 * An experiment begins with comments and ends with a blank line or the next comments.  Several names before one number of
 * subjects are contrasts that were pooled: one experiment, whose name is all of theirs.  Lines of # and % are remarks of who
 * made the file.  Anything else is an error that names its line: a focus that is not three numbers must not vanish.
 */
#include "coordinates.h"

#include "buffer.h"
#include "number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct sleuth
{
	coordinates *to;
	long line;
	char *space;
	long spaced; /* line of the Reference */
	buffer names, study, contrast;
	long named;     /* line of the first name */
	double n;       /* participants; NAN until they are stated */
	bool announced; /* the experiment was sent: foci may follow */
} sleuth;

static const char *
skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\r' || strncmp(p, "\xc2\xa0", 2) == 0)
		p += *p == '\xc2' ? 2 : 1;
	return p;
}

/* The length of a line without blanks at its end. */
static size_t
trimmed(const char *p, size_t length)
{
	while (length > 0 && (p[length - 1] == ' ' || p[length - 1] == '\t' || p[length - 1] == '\r'))
		length--;
	return length;
}

/* "Reference = MNI" and "Subjects=12": what follows the sign (perhaps nothing) up to end, or NULL. */
static const char *
assigned(const char *text, const char *end, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(text, name, n) != 0)
		return NULL;
	text = skip_blanks(text + n);
	if (text >= end || (*text != '=' && *text != ':'))
		return NULL;
	text = skip_blanks(text + 1);
	return text < end ? text : end;
}

sleuth_line
sleuth_line_is(const char *line)
{
	const char *p = skip_blanks(line);

	if (strncmp(p, "//", 2) == 0)
		return SLEUTH_COMMENT;
	return *p == '\0' || *p == '\n' || *p == '#' || *p == '%' ? SLEUTH_NOTHING : SLEUTH_FOCUS;
}

/* Files that were put together from several say it more than once: the same each time. */
static psy_status
take_space(sleuth *s, const char *value, size_t length, psy_error *err)
{
	static const char *const known[] = {"MNI", "MNI152", "Talairach", "TAL", "Tailarach"};
	const char *space = NULL;

	for (size_t k = 0; k < sizeof known / sizeof *known; k++)
		if (strlen(known[k]) == length && strncasecmp(value, known[k], length) == 0)
			space = k < 2 ? "MNI" : "TAL";
	if (space == NULL)
		return psy_fail(err, PSY_DOMAIN, "line %ld: found reference %.*s; expected MNI or Talairach", s->line,
						(int) (length < 60 ? length : 60), value);
	if (s->space != NULL && strcmp(s->space, space) != 0)
	{
		psy_fail(err, PSY_FORMAT, "line %ld: found reference %.*s; line %ld says %s, for the whole file", s->line, (int) length, value, s->spaced, s->space);
		return psy_hint(err, "give the foci of each space a file of their own");
	}
	if (s->space == NULL)
	{
		s->space = keep_text(space);
		s->spaced = s->line;
	}
	return PSY_OK;
}

static psy_status
take_subjects(sleuth *s, const char *value, size_t length, psy_error *err)
{
	char *cell = keep_bytes(value, length);
	psy_error why;
	psy_status status = parse_real(cell, &s->n, &why);

	if (status != PSY_OK || !(s->n > 0 && s->n < 1e6))
		status = psy_fail(err, PSY_DOMAIN, "line %ld: found Subjects=%.60s; expected a number of participants", s->line, cell);
	else if (s->names.size == 0)
		status = psy_fail(err, PSY_FORMAT, "line %ld: Subjects without the name of an experiment above it", s->line);
	free(cell);
	return status;
}

static void
begin_experiment(sleuth *s)
{
	buffer_clear(&s->names);
	s->n = NAN;
	s->announced = false;
}

static psy_status
take_comment(sleuth *s, const char *text, size_t length, psy_error *err)
{
	const char *value, *end = text + length;

	if (s->announced)
		begin_experiment(s);
	if (length == 0)
		return PSY_OK;
	if ((value = assigned(text, end, "Reference")) != NULL)
		return take_space(s, value, (size_t) (end - value), err);
	if ((value = assigned(text, end, "Subjects")) != NULL)
		return take_subjects(s, value, (size_t) (end - value), err);
	if (s->names.size == 0)
		s->named = s->line;
	else
		buffer_text(&s->names, "; ");
	buffer_add(&s->names, text, length);
	return PSY_OK;
}

/* "Study: Contrast"; without a colon the whole is the study. */
static void
split_names(sleuth *s)
{
	const char *colon = strchr(s->names.data, ':');
	size_t n = colon == NULL ? s->names.size : (size_t) (colon - s->names.data);

	buffer_clear(&s->study);
	buffer_add(&s->study, s->names.data, trimmed(s->names.data, n));
	buffer_clear(&s->contrast);
	buffer_text(&s->contrast, colon == NULL ? "1" : skip_blanks(colon + 1));
	if (s->study.size == 0)
		buffer_add(&s->study, s->names.data, s->names.size);
	if (s->contrast.size == 0)
		buffer_text(&s->contrast, "1");
}

static psy_status
announce(sleuth *s, psy_error *err)
{
	experiment e = {.line = s->named, .space = s->space, .n = s->n};

	if (s->space == NULL)
	{
		psy_fail(err, PSY_FORMAT, "line %ld: foci before the space of the file is stated", s->line);
		return psy_hint(err, "the first line should be // Reference=MNI or // Reference=Talairach");
	}
	if (s->names.size == 0)
		return psy_fail(err, PSY_FORMAT, "line %ld: a focus without the name of an experiment above it", s->line);
	split_names(s);
	e.study = s->study.data;
	e.contrast = s->contrast.data;
	s->announced = true;
	return coordinates_experiment(s->to, &e, err);
}

/* "1,5 -2,25 3,0": three numbers between blanks with a comma in each but at no end, which separates nothing then. */
static bool
has_decimal_commas(const char *row)
{
	int tokens = 0, commas = 0;

	for (const char *p = row; *(p = skip_blanks(p)) != '\0'; tokens++)
	{
		size_t n = strcspn(p, " \t");
		const char *comma = memchr(p, ',', n);

		if (p[strspn(p, "+-0123456789,")] != '\0' && p + strspn(p, "+-0123456789,") < p + n)
			return false;
		if (comma != NULL && (comma == p || comma + 1 == p + n || memchr(comma + 1, ',', (size_t) (p + n - comma - 1)) != NULL))
			return false;
		commas += comma != NULL;
		p += n;
	}
	return tokens == 3 && commas > 0;
}

/* The numbers of a row as plain ones: without the remark behind them, with a hyphen for the minus of papers. */
static void
plain_numbers(char *row)
{
	char *remark = strstr(row, "//"), *to = row;

	if (remark != NULL)
		*remark = '\0';
	for (const char *p = row; *p != '\0'; to++)
	{
		bool minus = strncmp(p, "\xe2\x88\x92", 3) == 0;

		*to = minus ? '-' : *p;
		p += minus ? 3 : 1;
	}
	*to = '\0';
	if (has_decimal_commas(row))
		for (char *p = row; *p != '\0'; p++)
			*p = *p == ',' ? '.' : *p;
}

static psy_status
take_focus(sleuth *s, const char *text, size_t length, psy_error *err)
{
	char *row = keep_bytes(text, length), *rest = NULL;
	focus f = {.line = s->line, .value = NAN, .raw = row};
	int count = 0;
	psy_status status = s->announced ? PSY_OK : announce(s, err);

	plain_numbers(row);
	for (char *cell = strtok_r(row, " \t,;", &rest); cell != NULL && status == PSY_OK; cell = strtok_r(NULL, " \t,;", &rest), count++)
	{
		psy_error why;

		if (count < 3 && parse_real(cell, &f.xyz[count], &why) != PSY_OK)
			status = psy_fail(err, PSY_DOMAIN, "line %ld, value %d: found %.60s; expected a coordinate in mm", s->line, count + 1, cell);
	}
	if (status == PSY_OK && count != 3)
		status = psy_fail(err, PSY_SHAPE, "line %ld has %d values; expected x, y and z", s->line, count);
	memcpy(row, text, length); /* strtok_r left holes */
	if (status == PSY_OK)
		status = coordinates_focus(s->to, &f, err);
	free(row);
	return status;
}

/* The end of an experiment: one that has a name but neither subjects nor foci is kept as it is. */
static psy_status
end_experiment(sleuth *s, psy_error *err)
{
	psy_status status = PSY_OK;

	if (!s->announced && s->names.size > 0 && !isnan(s->n))
		status = announce(s, err);
	if (s->announced || status != PSY_OK)
		begin_experiment(s);
	return status;
}

static psy_status
take_line(sleuth *s, const char *line, size_t length, psy_error *err)
{
	const char *text = skip_blanks(line);

	length = text < line + length ? trimmed(text, (size_t) (line + length - text)) : 0;
	if (length == 0)
		return end_experiment(s, err);
	if (*text == '#' || *text == '%')
		return PSY_OK;
	if (strncmp(text, "//", 2) != 0)
		return take_focus(s, text, length, err);
	line = skip_blanks(text + 2);
	return take_comment(s, line, line < text + length ? (size_t) (text + length - line) : 0, err);
}

psy_status
read_sleuth(coordinates *c, const char *text, psy_error *err)
{
	sleuth s = {.to = c, .n = NAN};
	psy_status status = PSY_OK;

	while (*text != '\0' && status == PSY_OK)
	{
		size_t length = strcspn(text, "\r\n");

		s.line++;
		status = take_line(&s, text, length, err);
		text += length + (strncmp(text + length, "\r\n", 2) == 0); /* lines end with LF, CR LF or, of old, CR */
		text += *text != '\0';
	}
	if (status == PSY_OK)
		status = end_experiment(&s, err);
	free(s.space);
	buffer_free(&s.names);
	buffer_free(&s.study);
	buffer_free(&s.contrast);
	return status;
}
