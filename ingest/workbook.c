/*
 * workbook.c - the parts of an .xlsx archive; see workbook.h.
 *
 * ECMA-376: _rels/.rels names the workbook, the workbook names its sheets by relationship ids, and the workbook's own
 * relationships name their parts, the shared strings and the styles.  Namespaces differ between the transitional and the
 * strict form, so elements go by their local names.
 */
#include "workbook.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SHEETS 1000
#define MAX_RELATIONS 4096

typedef struct relation
{
	char *id, *type, *target;
} relation;

typedef struct relations
{
	relation *item;
	size_t count;
} relations;

typedef struct sheet_entry
{
	char *name, *path;
	bool hidden, filled;
} sheet_entry;

typedef struct sheet_list
{
	sheet_entry *item;
	size_t count;
} sheet_list;

static psy_status
unreadable(psy_error *err)
{
	psy_fail(err, PSY_FORMAT, "not an .xlsx workbook: the archive names no workbook, or no sheets");
	return psy_hint(err, "open it in a spreadsheet program and save it as Excel workbook (.xlsx), or as CSV");
}

/* Walks a part, calling see on every node. */
static psy_status
each_node(sheet_reader *s, const char *name, size_t limit, bool required,
		  psy_status (*see)(void *arg, zip_part *part, xmlTextReaderPtr xml, psy_error *err), void *arg, psy_error *err)
{
	zip_part *part;
	xmlTextReaderPtr xml;
	bool more = true;
	psy_status status = zip_part_open(s->archive, name, limit, &part, &xml, err);

	if (status != PSY_OK || part == NULL)
		return status != PSY_OK || !required ? status : unreadable(err);
	while (status == PSY_OK && (status = zip_part_read(part, xml, &more, err)) == PSY_OK && more)
		status = see(arg, part, xml, err);
	zip_part_close(part, xml);
	return status;
}

static psy_status
see_relation(void *arg, zip_part *part, xmlTextReaderPtr xml, psy_error *err)
{
	relations *list = arg;
	relation r;

	(void) part;
	if (!xml_starts(xml, "Relationship"))
		return PSY_OK;
	if (list->count == MAX_RELATIONS)
		return psy_fail(err, PSY_LIMIT, "the workbook has more than %d parts", MAX_RELATIONS);
	r = (relation){xml_attribute(xml, "Id"), xml_attribute(xml, "Type"), xml_attribute(xml, "Target")};
	list->item = grow(list->item, list->count + 1, sizeof *list->item);
	list->item[list->count++] = r;
	return PSY_OK;
}

static void
relations_free(relations *list)
{
	for (size_t i = 0; i < list->count; i++)
	{
		free(list->item[i].id);
		free(list->item[i].type);
		free(list->item[i].target);
	}
	free(list->item);
}

/* A target as a path in the archive: "/xl/x.xml" from its root, "x.xml" from folder. */
static char *
resolve(const char *folder, const char *target)
{
	buffer path = {0};

	if (target[0] == '/')
		return keep_text(target + 1);
	buffer_text(&path, folder);
	while (strncmp(target, "../", 3) == 0 && path.size > 0)
	{
		target += 3;
		do
			path.data[--path.size] = '\0';
		while (path.size > 0 && path.data[path.size - 1] != '/');
	}
	buffer_text(&path, target);
	return path.data;
}

/* The part of a relation by its id, or by the last word of its type; NULL when there is none. */
static char *
find_part(const relations *list, const char *folder, const char *id, const char *type)
{
	for (size_t i = 0; i < list->count; i++)
	{
		const relation *r = &list->item[i];
		const char *last = r->type == NULL ? NULL : strrchr(r->type, '/');

		if (r->target == NULL)
			continue;
		if ((id != NULL && r->id != NULL && strcmp(r->id, id) == 0) ||
			(type != NULL && last != NULL && strcmp(last + 1, type) == 0))
			return resolve(folder, r->target);
	}
	return NULL;
}

psy_status
workbook_text(zip_part *part, xmlTextReaderPtr xml, const char *element, buffer *to, psy_error *err)
{
	bool more = true, wanted = strcmp(element, "si") != 0 && strcmp(element, "is") != 0, guide = false;
	psy_status status = PSY_OK;

	if (xmlTextReaderIsEmptyElement(xml))
		return PSY_OK;
	while ((status = zip_part_read(part, xml, &more, err)) == PSY_OK && more && !xml_ends(xml, element))
	{
		int type = xmlTextReaderNodeType(xml);

		if (xml_starts(xml, "rPh"))
			guide = !xmlTextReaderIsEmptyElement(xml);
		else if (xml_ends(xml, "rPh"))
			guide = false;
		else if (xml_starts(xml, "t"))
			wanted = !xmlTextReaderIsEmptyElement(xml);
		else if (xml_ends(xml, "t"))
			wanted = false;
		else if (wanted && !guide &&
				 (type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_CDATA || type == XML_READER_TYPE_WHITESPACE ||
				  type == XML_READER_TYPE_SIGNIFICANT_WHITESPACE))
			buffer_text(to, (const char *) xmlTextReaderConstValue(xml));
	}
	return status;
}

static psy_status
see_shared(void *arg, zip_part *part, xmlTextReaderPtr xml, psy_error *err)
{
	sheet_reader *s = arg;
	psy_status status;

	if (!xml_starts(xml, "si"))
		return PSY_OK;
	if ((s->shared_count & (s->shared_count + 1)) == 0)
		s->shared_at = grow(s->shared_at, 2 * s->shared_count + 2, sizeof *s->shared_at);
	s->shared_at[s->shared_count++] = s->shared.size;
	buffer_reserve(&s->shared, 1);
	status = workbook_text(part, xml, "si", &s->shared, err);
	buffer_byte(&s->shared, '\0');
	return status;
}

typedef struct style_list
{
	sheet_reader *s;
	struct
	{
		int id;
		bool date;
	} *format;
	size_t formats;
	bool within; /* cellXfs */
} style_list;

/* A format code shows dates or times when it has y, m, d, h or s outside quotes, brackets and escapes. */
static bool
shows_date(const char *code)
{
	for (; *code; code++)
	{
		if (*code == '"' || *code == '[')
		{
			char end = *code == '"' ? '"' : ']';

			while (code[1] && code[1] != end)
				code++;
			if (code[1])
				code++;
		}
		else if ((*code == '\\' || *code == '_' || *code == '*') && code[1])
			code++;
		else if (strncasecmp(code, "general", 7) == 0)
			code += 6;
		else if (*code == ';') /* the form of negative numbers */
			return false;
		else if (strchr("ymdhsYMDHS", *code) != NULL)
			return true;
	}
	return false;
}

/* The formats that need no code: ECMA-376 part 1, 18.8.30, with those of East Asian locales (27-36, 50-58). */
static bool
is_date_format(const style_list *list, int id)
{
	for (size_t i = 0; i < list->formats; i++)
		if (list->format[i].id == id)
			return list->format[i].date;
	return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

static psy_status
see_style(void *arg, zip_part *part, xmlTextReaderPtr xml, psy_error *err)
{
	style_list *list = arg;
	sheet_reader *s = list->s;
	char *id = NULL, *code = NULL;

	(void) part;
	if (list->formats > 65536 || s->styles > 65536)
		return psy_fail(err, PSY_LIMIT, "the workbook has more than 65,536 cell styles");
	if (xml_starts(xml, "numFmt"))
	{
		id = xml_attribute(xml, "numFmtId");
		code = xml_attribute(xml, "formatCode");
		list->format = grow(list->format, list->formats + 1, sizeof *list->format);
		list->format[list->formats].id = id ? atoi(id) : -1;
		list->format[list->formats++].date = code != NULL && shows_date(code);
	}
	else if (xml_starts(xml, "cellXfs"))
		list->within = !xmlTextReaderIsEmptyElement(xml);
	else if (xml_ends(xml, "cellXfs"))
		list->within = false;
	else if (list->within && xml_starts(xml, "xf"))
	{
		id = xml_attribute(xml, "numFmtId");
		s->date_style = grow(s->date_style, s->styles + 1, sizeof *s->date_style);
		s->date_style[s->styles++] = id != NULL && is_date_format(list, atoi(id));
	}
	free(id);
	free(code);
	return PSY_OK;
}

bool
workbook_place(const char *reference, int *column, long *row)
{
	const char *c = reference;
	long found = 0, number = 0;

	for (; isalpha((unsigned char) *c) && found <= SHEET_MAX_COLUMNS; c++)
		found = 26 * found + (toupper((unsigned char) *c) - 'A' + 1);
	for (; isdigit((unsigned char) *c) && number <= 1L << 20; c++)
		number = 10 * number + (*c - '0');
	if (found < 1 || found > SHEET_MAX_COLUMNS || number < 1 || number > 1L << 20 || *c != '\0')
		return false;
	*column = (int) found - 1;
	*row = number;
	return true;
}

/* "A1:C2" of a mergeCell; one that is no range of two cells is ignored, as spreadsheet programs do. */
static psy_status
add_merge(sheet_reader *s, char *range, psy_error *err)
{
	char *colon = range == NULL ? NULL : strchr(range, ':');
	sheet_merge m = {0};

	if (colon == NULL)
		return PSY_OK;
	*colon = '\0';
	if (!workbook_place(range, &m.first, &m.first_row) || !workbook_place(colon + 1, &m.last, &m.last_row) ||
		m.last < m.first || m.last_row < m.first_row)
		return PSY_OK;
	if (s->merges == SHEET_MAX_MERGES)
		return psy_fail(err, PSY_LIMIT, "the sheet has more than %zu merged ranges", SHEET_MAX_MERGES);
	if ((s->merges & (s->merges + 1)) == 0)
		s->merge = grow(s->merge, 2 * s->merges + 2, sizeof *s->merge);
	s->merge[s->merges++] = m;
	return PSY_OK;
}

static psy_status
see_merge(void *arg, zip_part *part, xmlTextReaderPtr xml, psy_error *err)
{
	char *range;
	psy_status status;

	(void) part;
	if (!xml_starts(xml, "mergeCell"))
		return PSY_OK;
	range = xml_attribute(xml, "ref");
	status = add_merge(arg, range, err);
	free(range);
	return status;
}

static int
by_row(const void *left, const void *right)
{
	const sheet_merge *a = left, *b = right;

	return a->first_row != b->first_row ? (a->first_row < b->first_row ? -1 : 1) : a->first - b->first;
}

static psy_status
see_value(void *arg, zip_part *part, xmlTextReaderPtr xml, psy_error *err)
{
	(void) part, (void) err;
	*(bool *) arg |= xml_starts(xml, "v") || xml_starts(xml, "is");
	return PSY_OK;
}

typedef struct book
{
	sheet_reader *s;
	const relations *links;
	const char *folder;
	sheet_list *sheets;
	buffer codebook; /* where CODEBOOK_MARK points: 'sheet'!$A$1 */
} book;

/* Keeps where a blank sheet's workbook has its codebook. */
static psy_status
see_name(book *b, zip_part *part, xmlTextReaderPtr xml, psy_error *err)
{
	char *name = xml_attribute(xml, "name");
	bool mark = name != NULL && strcmp(name, CODEBOOK_MARK) == 0 && b->codebook.size == 0;

	free(name);
	return mark ? workbook_text(part, xml, "definedName", &b->codebook, err) : PSY_OK;
}

/* Whether a reference such as 'my ''best'' sheet'!$A$1 is to a place on the sheet of that name. */
static bool
refers_to(const char *reference, const char *name)
{
	bool quoted = *reference == '\'';

	for (reference += quoted; *name; name++, reference++)
	{
		if (*reference != *name)
			return false;
		reference += quoted && *name == '\'';
	}
	return quoted ? reference[0] == '\'' && reference[1] == '!' : *reference == '!';
}

/* The codebook that psyrad put into a blank sheet's workbook is nobody's data. */
static void
hide_codebook(book *b)
{
	for (size_t i = 0; b->codebook.size > 0 && i < b->sheets->count; i++)
		if (b->sheets->item[i].name != NULL && refers_to(b->codebook.data, b->sheets->item[i].name))
			b->sheets->item[i].hidden = true;
}

static psy_status
see_book(void *arg, zip_part *part, xmlTextReaderPtr xml, psy_error *err)
{
	book *b = arg;
	char *id, *state;
	sheet_entry entry;

	if (xml_starts(xml, "workbookPr"))
	{
		char *value = xml_attribute(xml, "date1904");

		b->s->date1904 = value != NULL && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
		free(value);
	}
	if (xml_starts(xml, "definedName"))
		return see_name(b, part, xml, err);
	if (!xml_starts(xml, "sheet"))
		return PSY_OK;
	if (b->sheets->count == MAX_SHEETS)
		return psy_fail(err, PSY_LIMIT, "the workbook has more than %d sheets", MAX_SHEETS);
	id = xml_attribute(xml, "id");
	state = xml_attribute(xml, "state");
	entry = (sheet_entry){.name = xml_attribute(xml, "name"),
						  .path = find_part(b->links, b->folder, id, NULL),
						  .hidden = state != NULL && strcmp(state, "visible") != 0};
	free(id);
	free(state);
	b->sheets->item = grow(b->sheets->item, b->sheets->count + 1, sizeof entry);
	b->sheets->item[b->sheets->count++] = entry;
	return PSY_OK;
}

static void
name_sheets(const sheet_list *list, bool filled_only, char text[256])
{
	text[0] = '\0';
	for (size_t i = 0; i < list->count; i++)
		if (list->item[i].name != NULL && (!filled_only || list->item[i].filled))
			psy_append(text, 256, "%s%.60s", text[0] ? ", " : "", list->item[i].name);
}

static psy_status
pick_named(sheet_reader *s, const sheet_list *list, const char *wanted, psy_error *err)
{
	char *end, names[256];
	long number = strtol(wanted, &end, 10);

	for (size_t i = 0; i < list->count; i++)
		if (list->item[i].name != NULL && list->item[i].path != NULL && strcmp(list->item[i].name, wanted) == 0)
			s->path = keep_text(list->item[i].path);
	if (s->path == NULL && *end == '\0' && number >= 1 && (size_t) number <= list->count && list->item[number - 1].path != NULL)
		s->path = keep_text(list->item[number - 1].path);
	if (s->path != NULL)
		return PSY_OK;
	name_sheets(list, false, names);
	return psy_fail(err, PSY_DOMAIN, "--sheet %.60s: the workbook has no such sheet; its sheets are %s", wanted, names);
}

/* The one visible sheet that holds anything. */
static psy_status
pick_filled(sheet_reader *s, sheet_list *list, psy_error *err)
{
	size_t filled = 0;
	char names[256];

	for (size_t i = 0; i < list->count; i++)
	{
		sheet_entry *e = &list->item[i];
		psy_status status;

		if (e->hidden || e->path == NULL)
			continue;
		status = each_node(s, e->path, SHEET_MAX_PART, true, see_value, &e->filled, err);
		if (status != PSY_OK)
			return status;
		if (e->filled && filled++ == 0)
			s->path = keep_text(e->path);
	}
	if (filled == 1)
		return PSY_OK;
	if (filled == 0)
		return psy_fail(err, PSY_FORMAT, "no visible sheet of the workbook holds anything");
	name_sheets(list, true, names);
	psy_fail(err, PSY_DOMAIN, "the workbook has %zu sheets with content: %s", filled, names);
	return psy_hint(err, "say which with --sheet NAME");
}

static void
sheets_free(sheet_list *list)
{
	for (size_t i = 0; i < list->count; i++)
	{
		free(list->item[i].name);
		free(list->item[i].path);
	}
	free(list->item);
}

/* Reads a part that may be absent, such as the shared strings of a workbook without text. */
static psy_status
optional_part(sheet_reader *s, const relations *links, const char *folder, const char *type,
			  psy_status (*see)(void *, zip_part *, xmlTextReaderPtr, psy_error *), void *arg, psy_error *err)
{
	char *path = find_part(links, folder, NULL, type);
	psy_status status = path == NULL ? PSY_OK : each_node(s, path, SHEET_MAX_PART / 2, false, see, arg, err);

	free(path);
	return status;
}

static psy_status
read_book(sheet_reader *s, const char *path, const char *sheet, psy_error *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = keep_bytes(path, slash == NULL ? 0 : (size_t) (slash - path) + 1);
	buffer rels = {0};
	relations links = {0};
	sheet_list sheets = {0};
	style_list styles = {.s = s};
	book b = {s, &links, folder, &sheets, {0}};
	psy_status status;

	buffer_format(&rels, "%s_rels/%s.rels", folder, slash == NULL ? path : slash + 1);
	status = each_node(s, rels.data, SHEET_MAX_PART / 32, true, see_relation, &links, err);
	if (status == PSY_OK)
		status = each_node(s, path, SHEET_MAX_PART / 32, true, see_book, &b, err);
	if (status == PSY_OK && sheets.count == 0)
		status = unreadable(err);
	hide_codebook(&b);
	if (status == PSY_OK)
		status = sheet != NULL ? pick_named(s, &sheets, sheet, err) : pick_filled(s, &sheets, err);
	if (status == PSY_OK)
		status = optional_part(s, &links, folder, "sharedStrings", see_shared, s, err);
	if (status == PSY_OK)
		status = optional_part(s, &links, folder, "styles", see_style, &styles, err);
	if (status == PSY_OK)
		status = each_node(s, s->path, SHEET_MAX_PART, true, see_merge, s, err);
	if (status == PSY_OK && s->merges > 1)
		qsort(s->merge, s->merges, sizeof *s->merge, by_row);
	free(styles.format);
	sheets_free(&sheets);
	relations_free(&links);
	buffer_free(&rels);
	buffer_free(&b.codebook);
	free(folder);
	return status;
}

static psy_status
open_archive(sheet_reader *s, psy_error *err)
{
	zip_error_t why;
	zip_source_t *from;

	zip_error_init(&why);
	from = zip_source_buffer_create(s->file.data, s->file.size, 0, &why);
	s->archive = from == NULL ? NULL : zip_open_from_source(from, ZIP_RDONLY, &why);
	if (s->archive == NULL)
	{
		if (from != NULL)
			zip_source_free(from);
		psy_fail(err, PSY_FORMAT, "a damaged ZIP archive: %.80s", zip_error_strerror(&why));
		zip_error_fini(&why);
		return psy_hint(err, "copy the file again, or open it and save it anew");
	}
	zip_error_fini(&why);
	return PSY_OK;
}

psy_status
workbook_open(sheet_reader *s, const char *sheet, psy_error *err)
{
	relations top = {0};
	char *path = NULL;
	psy_status status = open_archive(s, err);

	if (status == PSY_OK)
		status = each_node(s, "_rels/.rels", SHEET_MAX_PART / 32, true, see_relation, &top, err);
	if (status == PSY_OK && (path = find_part(&top, "", NULL, "officeDocument")) == NULL)
		status = unreadable(err);
	if (status == PSY_OK)
		status = read_book(s, path, sheet, err);
	free(path);
	relations_free(&top);
	return status;
}
