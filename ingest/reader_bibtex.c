/*
 * reader_bibtex.c - BibTeX and biblatex: @type{key, field = value # macro, ...}, @string, @comment and
 * @preamble.
 *
 * What stands between entries is comment.  An entry ends where its brace closes; one whose brace is missing
 * ends before the next line that begins an entry, so that it does not swallow the rest.  Names are cut at the
 * word and outside of braces; one that is all braces is a corporation's and is not cut further.  An entry
 * that refers to another by crossref, as a rule to a later one, takes from it what it does not say itself:
 * the file is read twice for that.
 */
#include "literature.h"

#include "literature_latex.h"
#include "reader_tagged.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct macro
{
	char *name, *value;
} macro;

/* An entry that others may refer to: its fields, each a tag and a value, NUL-terminated. */
typedef struct parent
{
	char *key;
	buffer fields;
} parent;

typedef struct bib_state
{
	buffer entry; /* from its '@' to its last brace */
	buffer value, text;
	macro *macros;
	size_t count, room;
	parent *parents;
	size_t parent_count;
} bib_state;

#define MAX_MACROS ((size_t) 1 << 16)
#define MAX_PARENTS ((size_t) 1 << 14)

/* ---- one entry out of the file --------------------------------------------------------------- */

/* "@article{key," alone at a line's beginning. */
static bool
begins_entry(const char *line, size_t length)
{
	size_t i = 1, word;

	if (length < 4 || line[0] != '@')
		return false;
	while (i < length && isalpha((unsigned char) line[i]))
		i++;
	word = i;
	while (i < length && line[i] == ' ')
		i++;
	return word > 1 && i < length && (line[i] == '{' || line[i] == '(');
}

/* How far the depth of braces gets in the line; the offset behind the brace that closes the entry in *end,
 * else 0. */
static void
follow_braces(const char *line, size_t length, int *depth, char *close, size_t *end)
{
	for (size_t i = 0; i < length; i++)
	{
		if (*close == '\0' && (line[i] == '{' || line[i] == '('))
		{
			*close = line[i] == '{' ? '}' : ')';
			*depth = 1;
			continue;
		}
		if (*close == '\0')
			continue;
		if (line[i] == '\\' && i + 1 < length && (line[i + 1] == '{' || line[i + 1] == '}') && *depth > 1)
			i++; /* counted by BibTeX, but those who write \{ mean a letter */
		else if (line[i] == '{')
			++*depth;
		else if (line[i] == '}' && --*depth == 0 && *close == '}')
		{
			*end = i + 1;
			return;
		}
		else if (line[i] == ')' && *close == ')' && *depth == 1)
		{
			*end = i + 1;
			return;
		}
	}
}

/* The next entry's text into b->entry and its raw bytes into record; *more false at the end. */
static psy_status
next_entry(literature_reader *reader, literature_record *record, bool *more, psy_error *err)
{
	bib_state *b = reader->state;
	int depth = 0;
	char close = '\0';
	psy_status status;

	buffer_clear(&b->entry);
	for (*more = false; (status = reader_line(reader, err)) == PSY_OK && reader->line != NULL;)
	{
		const char *line = reader->line, *at;
		size_t length = reader->length, end = 0;

		if (!*more && reader_turns(reader))
			return PSY_OK;
		if (!*more)
		{
			at = memchr(line, '@', length);
			if (at == NULL ||
				(at > line && trim_end(line, (size_t) (at - line)) > 0 && at[-1] != '}' && at[-1] != ' '))
			{
				const char *text = line;

				length = trim_both(&text, length);
				if (length > 0 && text[0] != '%')
					notes_add(&reader->notes, "stray_line", NULL, 0, reader->number, text, length);
				continue;
			}
			record_clear(record, reader->number);
			length -= (size_t) (at - line);
			line = at;
			*more = true;
		}
		else if (depth > 0 && begins_entry(line, length))
		{
			notes_add(&reader->notes, "missing_end", "", 0, record->line, b->entry.data,
					  strcspn(b->entry.data, "\r\n"));
			reader->held = true;
			return PSY_OK;
		}
		follow_braces(line, length, &depth, &close, &end);
		if (close == '\0' && trim_end(line, length) > 1 && line[0] == '@' &&
			!isalpha((unsigned char) line[1]) && !isspace((unsigned char) line[1]))
		{
			*more = false; /* an address in a comment */
			continue;
		}
		length = end > 0 ? end : length;
		buffer_add(&b->entry, line, length);
		status = record_raw(record, line, length, err);
		if (status != PSY_OK)
			return status;
		if (end > 0)
		{
			/* Another entry may begin in the same line. */
			const char *rest = line + end;
			size_t left = (size_t) (reader->line + reader->length - rest);

			if (left > 0 && memchr(rest, '@', left) != NULL)
			{
				reader->line = rest;
				reader->length = left;
				reader->held = true;
			}
			return PSY_OK;
		}
	}
	if (status == PSY_OK && *more)
		notes_add(&reader->notes, "missing_end", "", 0, record->line, b->entry.data,
				  strcspn(b->entry.data, "\r\n"));
	return status;
}

/* ---- within an entry ------------------------------------------------------------------------- */

static const char *
blank(const char *p)
{
	for (;;)
	{
		while (isspace((unsigned char) *p))
			p++;
		if (*p != '%')
			return p;
		p += strcspn(p, "\n");
	}
}

static const char *
macro_value(const bib_state *b, const char *name, size_t length)
{
	static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
										 "jul", "aug", "sep", "oct", "nov", "dec"};

	for (size_t i = b->count; i-- > 0;)
		if (strlen(b->macros[i].name) == length && strncasecmp(b->macros[i].name, name, length) == 0)
			return b->macros[i].value;
	for (size_t i = 0; length == 3 && i < 12; i++)
		if (strncasecmp(months[i], name, 3) == 0)
			return months[i];
	return NULL;
}

static void
define(bib_state *b, const char *name, size_t length, const char *value)
{
	if (b->count == MAX_MACROS)
		return;
	if (b->count == b->room)
	{
		b->room = b->room ? b->room * 2 : 32;
		b->macros = grow(b->macros, b->room, sizeof *b->macros);
	}
	b->macros[b->count++] = (macro){keep_bytes(name, length), keep_text(value)};
}

/* {...}: the inside goes to out. */
static const char *
braced(const char *p, buffer *out)
{
	int depth = 0;

	for (const char *from = p + 1;; p++)
	{
		if (*p == '\0')
		{
			buffer_add(out, from, (size_t) (p - from));
			return p;
		}
		if (*p == '\\' && (p[1] == '{' || p[1] == '}') && depth > 0)
			p++;
		else if (*p == '{')
			depth++;
		else if (*p == '}' && --depth == 0)
		{
			buffer_add(out, from, (size_t) (p - from));
			return p + 1;
		}
	}
}

static const char *
quoted(const char *p, buffer *out)
{
	int depth = 0;
	const char *from = ++p;

	for (; *p != '\0' && !(*p == '"' && depth <= 0); p++)
		depth += *p == '{' ? 1 : *p == '}' ? -1 : 0;
	buffer_add(out, from, (size_t) (p - from));
	return *p == '"' ? p + 1 : p;
}

/* A value: parts joined by '#'. */
static const char *
value_of(literature_reader *reader, const literature_record *record, const char *p, buffer *out)
{
	bib_state *b = reader->state;

	buffer_clear(out);
	for (;;)
	{
		p = blank(p);
		if (*p == '{')
			p = braced(p, out);
		else if (*p == '"')
			p = quoted(p, out);
		else
		{
			size_t n = strcspn(p, " \t\r\n,#{}()\"");
			const char *known = n > 0 && !isdigit((unsigned char) *p) ? macro_value(b, p, n) : NULL;

			if (n > 0 && !isdigit((unsigned char) *p) && known == NULL)
				notes_add(&reader->notes, "unknown_macro", p, n < 60 ? n : 60, record->line, p, n);
			known != NULL ? buffer_text(out, known) : buffer_add(out, p, n);
			p += n;
		}
		p = blank(p);
		if (*p != '#')
			return p;
		p++;
	}
}

static psy_status
add_decoded(bib_state *b, literature_record *record, const char *tag, const char *text, size_t length,
			psy_error *err)
{
	buffer_clear(&b->text);
	latex_decode(text, length, &b->text);
	return record_add(record, tag, strlen(tag), b->text.data ? b->text.data : "", b->text.size, record->line,
					  err);
}

/* Whether " and " stands at p, with any blanks. */
static size_t
and_at(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && isspace((unsigned char) *q))
		q++;
	if (q == p || end - q < 4 || strncasecmp(q, "and", 3) != 0 || !isspace((unsigned char) q[3]))
		return 0;
	for (q += 3; q < end && isspace((unsigned char) *q);)
		q++;
	return (size_t) (q - p);
}

static psy_status
add_name(bib_state *b, literature_record *record, const char *tag, const char *name, size_t length,
		 psy_error *err)
{
	char literal[24];
	int depth = 0;
	bool whole = length > 2 && name[0] == '{' && name[length - 1] == '}';

	for (size_t i = 0; whole && i < length; i++)
	{
		depth += name[i] == '{' ? 1 : name[i] == '}' ? -1 : 0;
		whole = depth > 0 || i + 1 == length;
	}
	if (length == 6 && strncasecmp(name, "others", 6) == 0)
		return record_add(record, strcmp(tag, "author") == 0 ? "author others" : "editor others", 13,
						  "and others", 10, record->line, err);
	strcpy(literal, tag);
	if (whole)
		strcat(literal, " literal");
	return add_decoded(b, record, literal, name, length, err);
}

static psy_status
add_names(bib_state *b, literature_record *record, const char *tag, const char *text, size_t length,
		  psy_error *err)
{
	const char *start = text, *end = text + length, *p = text;
	int depth = 0;
	psy_status status = PSY_OK;

	while (p < end && status == PSY_OK)
	{
		size_t n = depth == 0 ? and_at(p, end) : 0;

		if (n == 0)
		{
			depth += *p == '{' ? 1 : *p == '}' ? -1 : 0;
			p++;
			continue;
		}
		status = add_name(b, record, tag, start, (size_t) (p - start), err);
		p += n;
		start = p;
	}
	return status == PSY_OK && start < end ? add_name(b, record, tag, start, (size_t) (end - start), err)
										   : status;
}

/* Fields whose value is no LaTeX. */
static bool
verbatim(const char *tag)
{
	static const char *const tags[] = {"url", "doi", "file", "eprint", "urldate", "pdf"};

	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		if (strcmp(tag, tags[i]) == 0)
			return true;
	return false;
}

static psy_status
add_field(bib_state *b, literature_record *record, const char *tag, psy_error *err)
{
	const char *text = b->value.data ? b->value.data : "";
	size_t length = trim_both(&text, b->value.size);

	if (strcmp(tag, "author") == 0 || strcmp(tag, "editor") == 0)
		return add_names(b, record, tag, text, length, err);
	/* An address may still have its underscores escaped, as LaTeX needs them. */
	if (verbatim(tag) && memchr(text, '\\', length) == NULL && memchr(text, '{', length) == NULL)
		return record_add(record, tag, strlen(tag), text, length, record->line, err);
	return add_decoded(b, record, tag, text, length, err);
}

/* The fields from p on. */
static psy_status
add_fields(literature_reader *reader, literature_record *record, const char *p, psy_error *err)
{
	bib_state *b = reader->state;
	psy_status status = PSY_OK;

	while (status == PSY_OK)
	{
		char tag[64] = "";
		size_t n;

		p = blank(p);
		while (*p == ',')
			p = blank(p + 1);
		n = strcspn(p, " \t\r\n=,{}()\"#%");
		if (n == 0)
			return PSY_OK;
		for (size_t i = 0; i < n && i + 1 < sizeof tag; i++)
			tag[i] = (char) tolower((unsigned char) p[i]);
		utf8_repair(tag);
		p = blank(p + n);
		if (*p != '=')
		{
			notes_add(&reader->notes, "stray_line", NULL, 0, record->line, tag, strlen(tag));
			continue;
		}
		p = value_of(reader, record, p + 1, &b->value);
		if (tag[0] != '\0')
			status = add_field(b, record, tag, err);
	}
	return status;
}

/* @string{name = value}. */
static void
add_string(literature_reader *reader, literature_record *record, const char *p)
{
	bib_state *b = reader->state;
	size_t n;

	p = blank(p);
	n = strcspn(p, " \t\r\n=,{}()\"#%");
	if (n > 0 && *blank(p + n) == '=')
	{
		(void) value_of(reader, record, blank(p + n) + 1, &b->value);
		define(b, p, n, b->value.data ? b->value.data : "");
	}
}

static psy_status
read_entry(literature_reader *reader, literature_record *record, bool *taken, psy_error *err)
{
	bib_state *b = reader->state;
	const char *p = blank(b->entry.data + 1), *word = p;
	size_t length = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"), key;
	psy_status status;

	*taken = false;
	/* Whoever cut the last brace off: what is read ends with the entry. */
	p = blank(p + length);
	if (length == 0 || (*p != '{' && *p != '('))
		return PSY_OK;
	p = blank(p + 1);
	if (length == 6 && strncasecmp(word, "string", 6) == 0)
		add_string(reader, record, p);
	if ((length == 6 && strncasecmp(word, "string", 6) == 0) ||
		(length == 7 && strncasecmp(word, "comment", 7) == 0) ||
		(length == 8 && strncasecmp(word, "preamble", 8) == 0))
		return PSY_OK;
	*taken = true;
	status = record_add(record, "@", 1, word, length, record->line, err);
	key = strcspn(p, ",}=\r\n");
	if (p[key] == '=') /* without a key */
		key = 0;
	if (status == PSY_OK && key > 0)
		status = record_add(record, "key", 3, p, trim_end(p, key), record->line, err);
	return status == PSY_OK ? add_fields(reader, record, p + key, err) : status;
}

/* ---- crossref -------------------------------------------------------------------------------- */

static const char *
field_of(const literature_record *record, const char *tag)
{
	for (size_t i = 0; i < record->pairs; i++)
		if (strcmp(record_tag(record, i), tag) == 0)
			return record_value(record, i);
	return NULL;
}

/* The field of the child that a parent's field fills, NULL for none: a proceedings' title is its papers'
 * booktitle. */
static const char *
inherited(const char *tag)
{
	static const char *const same[] = {"booktitle",      "year",       "month",  "date",    "publisher",
									   "address",        "location",   "series", "volume",  "editor",
									   "editor literal", "isbn",       "issn",   "journal", "journaltitle",
									   "organization",   "institution"};

	if (strcmp(tag, "title") == 0)
		return "booktitle";
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (strcmp(tag, same[i]) == 0)
			return same[i];
	return NULL;
}

static void
keep_parent(bib_state *b, const literature_record *record)
{
	const char *key = field_of(record, "key"), *type = field_of(record, "@");
	parent *p;

	if (key == NULL || strcasecmp(type, "article") == 0 || b->parent_count == MAX_PARENTS)
		return;
	b->parents = grow(b->parents, b->parent_count + 1, sizeof *b->parents);
	p = &b->parents[b->parent_count++];
	*p = (parent){.key = keep_text(key)};
	for (size_t i = 0; i < record->pairs; i++)
		if (inherited(record_tag(record, i)) != NULL)
		{
			buffer_add(&p->fields, record_tag(record, i), record->pair[i].tag_length + 1);
			buffer_add(&p->fields, record_value(record, i), record->pair[i].length + 1);
		}
}

static psy_status
take_over(literature_record *record, const parent *p, psy_error *err)
{
	size_t own = record->pairs, at = 0;
	psy_status status = PSY_OK;

	while (at < p->fields.size && status == PSY_OK)
	{
		const char *tag = p->fields.data + at, *value = tag + strlen(tag) + 1, *as = inherited(tag);
		bool has = false;

		/* What the child says itself stands; a parent's own booktitle before its title. */
		for (size_t i = 0; i < record->pairs; i++)
			has |= strcmp(record_tag(record, i), as) == 0 && (i < own || strcmp(tag, "title") == 0);
		if (!has)
			status = record_add(record, as, strlen(as), value, strlen(value), record->line, err);
		at = (size_t) (value + strlen(value) + 1 - p->fields.data);
	}
	return status;
}

static psy_status
inherit(literature_reader *reader, literature_record *record, psy_error *err)
{
	const bib_state *b = reader->state;
	const char *key = field_of(record, "crossref");

	if (key == NULL)
		return PSY_OK;
	for (size_t i = 0; i < b->parent_count; i++)
		if (strcasecmp(b->parents[i].key, key) == 0)
			return take_over(record, &b->parents[i], err);
	notes_add(&reader->notes, "crossref_missing", key, strlen(key) < 60 ? strlen(key) : 60, record->line, key,
			  strlen(key));
	return PSY_OK;
}

static void
free_parents(bib_state *b)
{
	for (size_t i = 0; i < b->parent_count; i++)
	{
		free(b->parents[i].key);
		buffer_free(&b->parents[i].fields);
	}
	free(b->parents);
	b->parents = NULL;
	b->parent_count = 0;
}

psy_status
bibtex_follow(literature_reader *reader, source *again, psy_error *err)
{
	literature_reader before;
	literature_record record = {0};
	bool more = true, referred = false;
	psy_status status = literature_open(&before, again, &reader->look, err);

	while (status == PSY_OK && (status = literature_next(&before, &record, &more, err)) == PSY_OK && more)
	{
		referred |= field_of(&record, "crossref") != NULL;
		keep_parent(reader->state, &record);
	}
	if (!referred)
		free_parents(reader->state);
	literature_close(&before);
	record_free(&record);
	return status;
}

static psy_status
step_bibtex(literature_reader *reader, literature_record *record, bool *more, psy_error *err)
{
	psy_status status;
	bool taken = false;

	do
	{
		status = next_entry(reader, record, more, err);
		if (status == PSY_OK && *more)
			status = read_entry(reader, record, &taken, err);
		if (status == PSY_OK && *more && taken && ((bib_state *) reader->state)->parent_count > 0)
			status = inherit(reader, record, err);
	} while (status == PSY_OK && *more && !taken);
	return status;
}

static void
bibtex_done(void *state)
{
	bib_state *b = state;

	for (size_t i = 0; i < b->count; i++)
	{
		free(b->macros[i].name);
		free(b->macros[i].value);
	}
	free(b->macros);
	free_parents(b);
	buffer_free(&b->entry);
	buffer_free(&b->value);
	buffer_free(&b->text);
	free(b);
}

psy_status
bibtex_open(literature_reader *reader, psy_error *err)
{
	bib_state *b = grow(NULL, 1, sizeof *b);

	(void) err;
	*b = (bib_state){0};
	reader->state = b;
	reader->done = bibtex_done;
	reader->step = step_bibtex;
	return PSY_OK;
}
