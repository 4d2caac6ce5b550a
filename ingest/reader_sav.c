/* reader_sav.c - ReadStat's callbacks into cells; see reader_sav.h. */
#include "reader_sav.h"

#include "reader_text.h"

#include <math.h>
#include <readstat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct value_label
{
	char *set, *text;
	double number;
	char *string; /* NULL for a number */
} value_label;

/* What the callbacks share while a file is parsed. */
typedef struct parse
{
	sav_reader *sav;
	buffer file;
	size_t at;
	bool labels;
	value_label *label;
	size_t label_count, room;
	char **set;  /* of each variable: the name of its labels, or NULL */
	bool *date;  /* of each variable */
	bool *clock; /* of each variable: a time of day or a duration */
	psy_error why;
} parse;

bool
sav_recognised(const uint8_t *bytes, size_t size)
{
	return size >= 4 && (memcmp(bytes, "$FL2", 4) == 0 || memcmp(bytes, "$FL3", 4) == 0);
}

static int
open_bytes(const char *path, void *arg)
{
	(void) path, (void) arg;
	return 0;
}

static int
close_bytes(void *arg)
{
	(void) arg;
	return 0;
}

static readstat_off_t
seek_bytes(readstat_off_t offset, readstat_io_flags_t whence, void *arg)
{
	parse *p = arg;
	readstat_off_t base = whence == READSTAT_SEEK_SET ? 0
						  : whence == READSTAT_SEEK_CUR ? (readstat_off_t) p->at
														: (readstat_off_t) p->file.size;

	if (offset > (readstat_off_t) p->file.size || base + offset < 0 || base + offset > (readstat_off_t) p->file.size)
		return -1;
	p->at = (size_t) (base + offset);
	return (readstat_off_t) p->at;
}

static ssize_t
read_bytes(void *to, size_t want, void *arg)
{
	parse *p = arg;
	size_t got = want < p->file.size - p->at ? want : p->file.size - p->at;

	if (got == 0)
		return 0;
	memcpy(to, p->file.data + p->at, got);
	p->at += got;
	return (ssize_t) got;
}

static readstat_error_t
update_nothing(long size, readstat_progress_handler progress, void *user, void *arg)
{
	(void) size, (void) progress, (void) user, (void) arg;
	return READSTAT_OK;
}

static void
say_nothing(const char *message, void *arg)
{
	(void) message, (void) arg;
}

static bool
is_utf8(const char *text)
{
	const unsigned char *p = (const unsigned char *) text, *end = p + strlen(text);
	size_t n = 1;

	while (p < end && (n = utf8_character(p, end)) > 0)
		p += n;
	return n > 0;
}

/* text: NULL for what a damaged file leaves unnamed.  ReadStat has turned it into UTF-8, if the file told the truth. */
static int
add_cell(parse *p, const char *text)
{
	sav_reader *s = p->sav;

	if (text == NULL)
		text = "";
	if (!is_utf8(text))
	{
		psy_fail(&p->why, PSY_FORMAT, "case %ld holds bytes that are no text in the encoding that the file declares", s->cases);
		return READSTAT_HANDLER_ABORT;
	}
	if (s->stored == SAV_MAX_CELLS || s->bytes.size + strlen(text) >= SAV_MAX_TEXT)
	{
		psy_fail(&p->why, PSY_LIMIT, "more than %zu million cells or %zu MB of text", SAV_MAX_CELLS >> 20, SAV_MAX_TEXT >> 20);
		return READSTAT_HANDLER_ABORT;
	}
	if ((s->stored & (s->stored + 1)) == 0)
		s->offset = grow(s->offset, 2 * s->stored + 2, sizeof *s->offset);
	s->offset[s->stored++] = s->bytes.size;
	buffer_add(&s->bytes, text, strlen(text) + 1);
	return READSTAT_HANDLER_OK;
}

static int
on_metadata(readstat_metadata_t *about, void *arg)
{
	parse *p = arg;
	int variables = readstat_get_var_count(about);

	if (variables < 1 || variables > 1 << 16)
	{
		psy_fail(&p->why, PSY_LIMIT, "it has %d variables; expected 1 to 65,536", variables);
		return READSTAT_HANDLER_ABORT;
	}
	p->sav->cells = (size_t) variables;
	p->set = grow(NULL, (size_t) variables, sizeof *p->set);
	p->date = grow(NULL, (size_t) variables, sizeof *p->date);
	p->clock = grow(NULL, (size_t) variables, sizeof *p->clock);
	memset(p->set, 0, (size_t) variables * sizeof *p->set);
	return READSTAT_HANDLER_OK;
}

/* SPSS names a format by its letters: DATE11, ADATE10, SDATE10, EDATE, JDATE, DATETIME20; TIME8, DTIME. */
static int
on_variable(int index, readstat_variable_t *variable, const char *labels, void *arg)
{
	parse *p = arg;
	const char *format = readstat_variable_get_format(variable);

	if (index < 0 || (size_t) index >= p->sav->cells)
		return READSTAT_HANDLER_ABORT;
	p->set[index] = labels != NULL ? keep_text(labels) : NULL;
	p->clock[index] = format != NULL && (strncmp(format, "TIME", 4) == 0 || strncmp(format, "DTIME", 5) == 0);
	p->date[index] = format != NULL && !p->clock[index] && (strstr(format, "DATE") != NULL);
	return add_cell(p, readstat_variable_get_name(variable));
}

static int
on_label(const char *set, readstat_value_t value, const char *text, void *arg)
{
	parse *p = arg;
	value_label l = {.set = NULL};

	if (!p->labels || set == NULL || text == NULL)
		return READSTAT_HANDLER_OK;
	if (p->label_count == p->room)
	{
		p->room = p->room ? 2 * p->room : 64;
		p->label = grow(p->label, p->room, sizeof *p->label);
	}
	l.set = keep_text(set);
	l.text = keep_text(text);
	if (readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING)
		l.string = keep_text(readstat_string_value(value) ? readstat_string_value(value) : "");
	else
		l.number = readstat_double_value(value);
	p->label[p->label_count++] = l;
	return READSTAT_HANDLER_OK;
}

static int
compare_labels(const void *left, const void *right)
{
	const value_label *a = left, *b = right;
	int order = strcmp(a->set, b->set);

	if (order != 0)
		return order;
	if (a->string != NULL || b->string != NULL)
		return a->string == NULL ? -1 : b->string == NULL ? 1 : strcmp(a->string, b->string);
	return (a->number > b->number) - (a->number < b->number);
}

static const char *
label_of(const parse *p, int index, readstat_value_t value)
{
	value_label key = {.set = p->set[index]};
	const value_label *found;

	if (key.set == NULL || p->label_count == 0)
		return NULL;
	if (readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING)
		key.string = (char *) readstat_string_value(value);
	else
		key.number = readstat_double_value(value);
	found = bsearch(&key, p->label, p->label_count, sizeof *p->label, compare_labels);
	return found == NULL ? NULL : found->text;
}

/* Seconds since 1582-10-14, the first day of the Gregorian calendar, as ISO date and time; through libc's own calendar. */
static void
date_text(double seconds, bool clock, char text[64])
{
	double whole = floor(seconds), day = floor(whole / 86400);
	long rest = (long) (whole - day * 86400);
	time_t at = (time_t) (whole - 12219379200.0);
	struct tm utc;

	if (clock && fabs(seconds) < 1e9)
		snprintf(text, 64, "%02ld:%02ld:%02ld", (long) (whole / 3600), (long) fmod(whole / 60, 60), (long) fmod(whole, 60));
	else if (clock || fabs(seconds) > 1e12 || gmtime_r(&at, &utc) == NULL)
		snprintf(text, 64, "%.15g", seconds);
	else if (rest == 0)
		strftime(text, 64, "%Y-%m-%d", &utc);
	else
		strftime(text, 64, "%Y-%m-%d %H:%M:%S", &utc);
}

static int
on_value(int row, readstat_variable_t *variable, readstat_value_t value, void *arg)
{
	parse *p = arg;
	int index = readstat_variable_get_index(variable);
	const char *label;
	double number;
	char text[64];

	(void) row;
	if (p->label_count > 1 && p->sav->cases == 0 && index == 0)
		qsort(p->label, p->label_count, sizeof *p->label, compare_labels);
	if (index == (int) p->sav->cells - 1)
		p->sav->cases++;
	if (readstat_value_is_system_missing(value) || readstat_value_is_defined_missing(value, variable))
		return add_cell(p, "");
	if (p->labels && (label = label_of(p, index, value)) != NULL)
		return add_cell(p, label);
	if (readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING)
		return add_cell(p, readstat_string_value(value));
	number = readstat_double_value(value);
	if (!isfinite(number))
		return add_cell(p, "");
	if (p->date[index] || p->clock[index])
		date_text(number, p->clock[index], text);
	else if (number == floor(number) && fabs(number) < 1e15)
		snprintf(text, sizeof text, "%.0f", number + 0.0);
	else
		snprintf(text, sizeof text, "%.15g", number);
	return add_cell(p, text);
}

static psy_status
read_whole(parse *p, source *from, psy_error *err)
{
	size_t got;

	do
	{
		psy_status status;

		buffer_reserve(&p->file, 1 << 20);
		status = source_read(from, p->file.data + p->file.size, 1 << 20, &got, err);
		if (status != PSY_OK)
			return status;
		p->file.size += got;
		if (p->file.size > SAV_MAX_FILE)
			return psy_fail(err, PSY_LIMIT, "larger than %zu MB, the most for an SPSS file", SAV_MAX_FILE >> 20);
	} while (got == 1 << 20);
	return PSY_OK;
}

static psy_status
run(parse *p, psy_error *err)
{
	readstat_parser_t *parser = readstat_parser_init();
	readstat_error_t failed;

	if (parser == NULL)
		return psy_fail(err, PSY_NOMEM, "ReadStat cannot be initialised");
	readstat_set_open_handler(parser, open_bytes);
	readstat_set_close_handler(parser, close_bytes);
	readstat_set_seek_handler(parser, seek_bytes);
	readstat_set_read_handler(parser, read_bytes);
	readstat_set_update_handler(parser, update_nothing);
	readstat_set_io_ctx(parser, p);
	readstat_set_error_handler(parser, say_nothing);
	readstat_set_metadata_handler(parser, on_metadata);
	readstat_set_variable_handler(parser, on_variable);
	readstat_set_value_label_handler(parser, on_label);
	readstat_set_value_handler(parser, on_value);
	failed = readstat_parse_sav(parser, "", p);
	readstat_parser_free(parser);
	if (p->why.code != PSY_OK)
	{
		*err = p->why;
		return err->code;
	}
	if (failed != READSTAT_OK)
		return psy_fail(err, PSY_FORMAT, "not a whole SPSS file: %.120s", readstat_error_message(failed));
	if (p->sav->cells == 0 || p->sav->stored != p->sav->cells * ((size_t) p->sav->cases + 1))
		return psy_fail(err, PSY_FORMAT, "not a whole SPSS file: its cases do not fill its variables");
	return PSY_OK;
}

psy_status
sav_open(sav_reader *s, source *from, bool labels, psy_error *err)
{
	parse p = {.sav = s, .labels = labels};
	psy_status status;

	*s = (sav_reader){0};
	status = read_whole(&p, from, err);
	if (status == PSY_OK)
		status = run(&p, err);
	for (size_t i = 0; i < p.label_count; i++)
	{
		free(p.label[i].set);
		free(p.label[i].text);
		free(p.label[i].string);
	}
	for (size_t i = 0; p.set != NULL && i < s->cells; i++)
		free(p.set[i]);
	free(p.label);
	free(p.set);
	free(p.date);
	free(p.clock);
	buffer_free(&p.file);
	return status;
}

psy_status
sav_next(sav_reader *s, bool *more, psy_error *err)
{
	(void) err;
	*more = !s->begun || s->line < s->cases;
	if (*more)
		s->line += s->begun;
	s->begun = true;
	return PSY_OK;
}

const char *
sav_cell(const sav_reader *s, size_t column)
{
	return s->bytes.data + s->offset[(size_t) s->line * s->cells + column];
}

void
sav_done(sav_reader *s)
{
	buffer_free(&s->bytes);
	free(s->offset);
	*s = (sav_reader){0};
}
