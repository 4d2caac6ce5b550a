/*
 * reader_gbt7714.c - lists of references by GB/T 7714: "[12] authors. title[J]. journal, year, volume(issue):
 * pages. DOI:...".
 *
 * Lists are typed by people.  What is regular is cut; a line that is not is a reject with its text, never
 * half a record.  Full-width punctuation means what its narrow form does; the text itself stays as it is, but for
 * full-width letters and digits, which become narrow ones.
 */
#include "reader_tagged.h"

#include "literature_item.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A copy of the same length in which full-width punctuation is its narrow form followed by filler, so that
 * offsets agree. */
static char *
narrow(const char *text, size_t length)
{
	static const struct
	{
		const char *wide;
		char plain;
	} forms[] = {{"，", ','}, {"、", ','}, {"：", ':'}, {"（", '('}, {"）", ')'}, {"．", '.'}, {"。", '.'},
				 {"［", '['}, {"］", ']'}, {"【", '['}, {"】", ']'}, {"；", ';'}, {"　", ' '}};
	char *plain = keep_bytes(text, length);

	for (size_t i = 0; i + 3 <= length; i++)
		for (size_t f = 0; f < sizeof forms / sizeof *forms; f++)
			if (memcmp(plain + i, forms[f].wide, 3) == 0)
			{
				plain[i] = forms[f].plain;
				plain[i + 1] = plain[i + 2] = '\x01';
				break;
			}
	return plain;
}

/* Full-width letters and digits become narrow ones, in place: the length of what is left. */
static size_t
halve(char *text, size_t length)
{
	size_t to = 0;

	for (size_t i = 0; i < length; to++)
	{
		unsigned char second = (unsigned char) (i + 2 < length ? text[i + 1] : 0), third = (unsigned char) (i + 2 < length ? text[i + 2] : 0);
		int c = (unsigned char) text[i] != 0xef ? 0 : second == 0xbc ? third - 0x60 : second == 0xbd ? third - 0x20 : 0;

		bool wide = c > 0 && c < 0x7f && isalnum(c);

		text[to] = wide ? (char) c : text[i];
		i += wide ? 3 : 1;
	}
	text[to] = '\0';
	return to;
}

/* narrow() of what may have full-width letters: to look at, not to cut. */
static char *
narrow_copy(const char *line, size_t length)
{
	char *copy = keep_bytes(line, length), *plain;

	plain = narrow(copy, halve(copy, length));
	free(copy);
	return plain;
}

/* "[J]", "[EB/OL]" from p on: its length with the brackets, 0 for none. */
static size_t
marker(const char *p)
{
	static const char *const letters[] = {"J", "M", "D", "C",  "P",  "S",  "N",  "R",
										  "G", "A", "Z", "DB", "CP", "EB", "CM", "DS"};
	static const char *const carriers[] = {"", "/OL", "/CD", "/MT", "/DK"};

	if (*p != '[')
		return 0;
	p += strspn(p + 1, "\x01 ") + 1;
	for (size_t l = 0; l < sizeof letters / sizeof *letters; l++)
		for (size_t c = 0; c < sizeof carriers / sizeof *carriers; c++)
		{
			size_t n = strlen(letters[l]), m = strlen(carriers[c]);

			if (strncmp(p, letters[l], n) == 0 && strncmp(p + n, carriers[c], m) == 0 && p[n + m] == ']')
				return n + m + 2 + (p[n + m + 1] == '\x01' ? 2 : 0);
		}
	return 0;
}

static const char *
find_marker(const char *plain, size_t *length)
{
	for (const char *p = strchr(plain, '['); p != NULL; p = strchr(p + 1, '['))
		if (p > plain && (*length = marker(p)) > 0)
		{
			*length += strspn(p + 1, "\x01");
			return p;
		}
	return NULL;
}

/* "[12]" or "12." that a reference begins with: its length. */
static size_t
number(const char *plain)
{
	size_t n = strspn(plain, " \x01"), digits;

	if (plain[n] == '[')
	{
		n += 1 + strspn(plain + n + 1, "\x01 ");
		digits = strspn(plain + n, "0123456789");
		if (digits == 0 || plain[n + digits] != ']')
			return 0;
		n += digits + 1;
		return n + strspn(plain + n, "\x01 ");
	}
	digits = strspn(plain + n, "0123456789");
	if (digits == 0 || digits > 4 || plain[n + digits] != '.' ||
		isdigit((unsigned char) plain[n + digits + 1]))
		return 0;
	n += digits + 1;
	return n + strspn(plain + n, "\x01 \t");
}

bool
gbt7714_line(const char *line, size_t length)
{
	char *plain = narrow_copy(line, length);
	size_t n;
	bool found = number(plain) > 0 || find_marker(plain, &n) != NULL;

	free(plain);
	return found;
}

/* One reference: its text, and the same with narrow punctuation. */
typedef struct reference
{
	const char *text, *plain;
	literature_record *record;
	long line;
	psy_status status;
	psy_error *err;
} reference;

static void
add(reference *r, const char *tag, size_t from, size_t to)
{
	const char *text = r->text + from;
	size_t length;

	while (from < to && strchr(" .,:;\x01", r->plain[from]) != NULL)
		from++;
	for (;;)
	{
		if (to > from && r->plain[to - 1] != '\x01' && strchr(" ,;", r->plain[to - 1]) != NULL)
			to--;
		else if (to > from + 2 && r->plain[to - 1] == '\x01' && strchr(" ,;", r->plain[to - 3]) != NULL)
			to -= 3;
		else
			break;
	}
	text = r->text + from;
	length = trim_both(&text, to - from);
	if (length > 0 && r->status == PSY_OK)
		r->status = record_add(r->record, tag, strlen(tag), text, length, r->line, r->err);
}

/* "Wang L,Li M.Acupuncture", "et al.Acupuncture", as CNKI writes them without blanks: a title's capital and small letter behind
 * the point; in front of it initials behind a name, or a word's end. */
static bool
ends_tight(const char *plain, size_t from, size_t i)
{
	size_t before = i;

	if (!isupper((unsigned char) plain[i + 1]) || !islower((unsigned char) plain[i + 2]))
		return false;
	if (islower((unsigned char) plain[i - 1]))
		return true;
	while (before > from && isupper((unsigned char) plain[before - 1]))
		before--;
	return i - before <= 3 && before > from + 1 && plain[before - 1] == ' ' && isalpha((unsigned char) plain[before - 2]);
}

/* Where the authors end: the first point that is no initial's. */
static size_t
authors_end(const char *plain, size_t from, size_t to)
{
	for (size_t i = from + 1; i < to; i++)
	{
		bool initial =
			isupper((unsigned char) plain[i - 1]) && (i < from + 2 || !isalpha((unsigned char) plain[i - 2]));

		if (plain[i] != '.')
			continue;
		if (plain[i + 1] == '\x01' || (plain[i + 1] & 0x80))
			return i;
		if (plain[i + 1] == ' ' && !initial)
			return i;
	}
	/* "Smith J A. Title": the point behind the last initial. */
	for (size_t i = to; i-- > from + 1;)
		if (plain[i] == '.' && plain[i + 1] == ' ' && isupper((unsigned char) plain[i - 1]))
			return i;
	for (size_t i = from + 1; i + 2 < to; i++)
		if (plain[i] == '.' && ends_tight(plain, from, i))
			return i;
	return from;
}

/* The authors' end without "et al" and its like, which is nobody's name: 张卫峰等. */
static size_t
without_others(const reference *r, size_t from, size_t to)
{
	static const char *const others[] = {"主编", "编著", "et al.", "et al", "等", "等人"};

	while (to > from && strchr(" .,;\x01", r->plain[to - 1]) != NULL && r->plain[to - 1] != '\x01')
		to--;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
	{
		size_t n = strlen(others[i]);

		if (to - from > n && strncmp(r->text + to - n, others[i], n) == 0)
			return i < 2 ? without_others(r, from, to - n) : to - n;
	}
	return to;
}

static bool
year_at(const char *p)
{
	/* "2019年学术年会论文集" is a title. */
	return strspn(p, "0123456789") == 4 && (strncmp(p, "19", 2) == 0 || strncmp(p, "20", 2) == 0) && (unsigned char) p[4] < 0x80;
}

/* ", year" of what follows the marker; 0 for none. */
static size_t
find_year(const char *plain, size_t from)
{
	size_t end = strlen(plain);

	for (size_t i = from + 1; i < end; i++)
		if (year_at(plain + i) && !isdigit((unsigned char) plain[i - 1]) &&
			strchr(", \x01(.", plain[i - 1]) != NULL)
			return i;
	return 0;
}

/* ", 12(3): 45-50" behind the year. */
static void
numbers_after(reference *r, size_t at)
{
	const char *plain = r->plain;
	size_t colon, open, close, stop;

	at += strspn(plain + at, ", \x01");
	stop = at;
	while (plain[stop] &&
		   !(plain[stop] == '.' && (plain[stop + 1] == '\0' || plain[stop + 1] == ' ' ||
									plain[stop + 1] == '\x01' || isalpha((unsigned char) plain[stop + 1]))))
		stop++;
	colon = at + strcspn(plain + at, ":");
	open = at + strcspn(plain + at, "(");
	close = at + strcspn(plain + at, ")");
	if (colon > stop)
		colon = stop;
	if (open < colon && close <= colon)
	{
		add(r, "volume", at, open);
		add(r, "issue", open + 1, close);
	}
	else if (colon > at)
		add(r, "volume", at, colon);
	if (colon < stop)
		add(r, "pages", colon + 1, stop);
}

/* Online before print: "journal, 1-8[2023-05-06]": pages of its own, and the day on which it was looked at, which is no year of it. */
static bool
cut_online_first(reference *r, size_t at)
{
	const char *plain = r->plain;
	size_t seen = at + strcspn(plain + at, "["), comma = at + strcspn(plain + at, ","), from;

	if (plain[seen] != '[' || !year_at(plain + seen + 1))
		return false;
	if (comma > seen)
		comma = seen;
	add(r, "journal", at, comma);
	from = comma + strspn(plain + comma, ", \x01");
	if (from < seen)
		add(r, "pages", from, seen);
	return true;
}

/* "6版. ", "第2版．", "2nd ed. " from `at` on: its length, 0 for none. */
static size_t
edition(const reference *r, size_t at)
{
	size_t point = strcspn(r->plain + at, ".");
	char word[40];

	if (r->plain[at + point] != '.' || point == 0 || point >= sizeof word)
		return 0;
	memcpy(word, r->text + at, point);
	word[point] = '\0';
	if (strstr(word, "版") == NULL && strstr(word, " ed") == NULL)
		return 0;
	return point + 1 + strspn(r->plain + at + point + 1, " \x01");
}

/* What stands behind the marker, for a journal: "journal, year, ..."; for the rest "place: publisher, year".
 */
static bool
cut_source(reference *r, size_t at, bool journal)
{
	const char *plain = r->plain;
	size_t year = find_year(plain, at), colon, end = strlen(plain), before, printed = journal ? 0 : edition(r, at);

	if (year_at(plain + at)) /* a patent's day stands alone */
	{
		add(r, "date", at, at + strspn(plain + at, "-/0123456789"));
		return true;
	}
	if (year == 0)
		return journal && cut_online_first(r, at);
	if (printed > 0 && at + printed < year)
	{
		add(r, "edition", at, at + printed);
		at += printed;
	}
	before = plain[year - 1] == '(' ? year - 1 : year; /* a page's day stands in brackets */
	if (journal)
		add(r, "journal", at, year);
	else
	{
		colon = at + strcspn(plain + at, ":");
		if (colon < year)
		{
			size_t slashes = strncmp(plain + at, "//", 2) == 0 ? at : end, point = at;

			while (slashes < end && point < colon &&
				   !(plain[point] == '.' && !isupper((unsigned char) plain[point - 1])))
				point++;
			if (slashes < end)
				add(r, "journal", at + 2, point < colon ? point : colon);
			if (slashes < end && point < colon)
			{
				point += strspn(plain + point, ". \x01");
				printed = edition(r, point);
				add(r, "edition", point, point + printed);
				point += printed;
			}
			add(r, "place", slashes < end && point < colon ? point : slashes < end ? colon : at, colon);
			add(r, "publisher", colon + 1, before);
		}
		else
			add(r, strncmp(plain + at, "//", 2) == 0 ? "journal" : "publisher",
				at + (strncmp(plain + at, "//", 2) == 0 ? 2 : 0), before);
	}
	add(r, "year", year, year + 4);
	if (strspn(plain + year + 4, "-/0123456789") > 0)
		add(r, "date", year, year + 4 + strspn(plain + year + 4, "-/0123456789"));
	else
		numbers_after(r, year + 4);
	return true;
}

static void
add_identifiers(reference *r)
{
	buffer doi = {0};
	const char *address = strstr(r->text, "http");

	if (find_doi(r->text, false, &doi) && r->status == PSY_OK)
		r->status = record_add(r->record, "doi", 3, doi.data, doi.size, r->line, r->err);
	if (address != NULL)
	{
		size_t from = (size_t) (address - r->text), to = from + strcspn(address, " \t");

		while (to > from && (r->text[to - 1] == '.' || r->text[to - 1] == ','))
			to--;
		add(r, "url", from, to);
	}
	buffer_free(&doi);
}

/* False when the reference is irregular. */
static bool
cut(reference *r)
{
	size_t length = 0, from = number(r->plain), at, end;
	const char *mark = find_marker(r->plain + from, &length), *type;
	bool journal;

	if (mark == NULL)
		return false;
	at = (size_t) (mark - r->plain);
	type = mark + 1 + strspn(mark + 1, "\x01 ");
	journal = *type == 'J' || *type == 'N';
	add(r, "number", 0, from);
	if (*type == 'M' && strncmp(r->plain + at + length + strspn(r->plain + at + length, ". \x01"), "//", 2) == 0)
		r->status = record_add(r->record, "type", 4, "M//", 3, r->line, r->err); /* a chapter of it */
	else
		add(r, "type", (size_t) (type - r->plain), (size_t) (type - r->plain) + strcspn(type, "]"));
	end = authors_end(r->plain, from, at);
	add(r, "authors", from, without_others(r, from, end));
	if (end == from)
		r->record->pairs -=
			r->record->pairs > 0 && strcmp(record_tag(r->record, r->record->pairs - 1), "authors") == 0;
	add(r, "title", end, at);
	if (strcmp(record_tag(r->record, r->record->pairs - 1), "title") != 0)
		return false;
	at += length;
	at += strspn(r->plain + at, ". \x01");
	/* A standard may be nothing but its title. */
	if (!cut_source(r, at, journal) && strncmp(type, "EB", 2) != 0 && !(*type == 'S' && r->plain[at] == '\0'))
		return false;
	add_identifiers(r);
	return true;
}

/* Whether a character begins here that Chinese writes without blanks between. */
static bool
is_han(const char *p, size_t length)
{
	return length >= 3 && (unsigned char) *p >= 0xe4 && (unsigned char) *p <= 0xe9;
}

/* "参考文献:", "References": what stands over a list. */
static bool
is_heading(const char *text)
{
	static const char *const headings[] = {"参考文献", "主要参考文献", "中文参考文献", "英文参考文献", "参考资料", "References", "REFERENCES", "Bibliography", "Reference"};
	char bare[40];
	size_t n = 0;

	for (; *text && n + 1 < sizeof bare; text++)
		if (strchr(" :.[]", *text) == NULL)
			bare[n++] = *text;
	bare[n] = '\0';
	if (n >= 3 && memcmp(bare + n - 3, "：", 3) == 0)
		bare[n - 3] = '\0';
	for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
		if (strcmp(bare, headings[i]) == 0)
			return true;
	return false;
}

/* A reference is the line of its number and those behind it without one. */
static psy_status
gather(literature_reader *reader, literature_record *record, buffer *text, bool *more, psy_error *err)
{
	psy_status status;

	buffer_clear(text);
	for (*more = false; (status = reader_line(reader, err)) == PSY_OK && reader->line != NULL;)
	{
		const char *line = reader->line;
		size_t length = trim_both(&line, reader->length), n;
		char *plain;
		bool begins;

		if (reader_turns(reader))
		{
			if (text->size > 0)
				reader->turns_to = LITERATURE_UNKNOWN; /* once this reference is given out */
			break;
		}
		plain = narrow_copy(line, length);
		begins = number(plain) > 0 ||
				 (text->size > 0 && find_marker(plain, &n) != NULL && find_marker(text->data, &n) != NULL);
		free(plain);
		if (length == 0)
			continue;
		if (begins && text->size > 0)
		{
			reader->held = true;
			break;
		}
		if (text->size == 0)
			record_clear(record, reader->number);
		else if (!(is_han(text->data + text->size - 3, text->size) && is_han(line, length)))
			buffer_byte(text, ' ');
		buffer_add(text, line, length);
		text->size = halve(text->data, text->size);
		status = record_raw(record, reader->line, reader->length, err);
		if (status != PSY_OK)
			return status;
		*more = true;
	}
	return status;
}

static psy_status
step_gbt7714(literature_reader *reader, literature_record *record, bool *more, psy_error *err)
{
	buffer *text = reader->state;
	psy_status status;

	while ((status = gather(reader, record, text, more, err)) == PSY_OK && *more)
	{
		char *plain;
		reference r;
		bool regular;

		if (is_heading(text->data))
		{
			notes_add(&reader->notes, "stray_line", NULL, 0, record->line, text->data, text->size);
			continue;
		}
		plain = narrow(text->data, text->size);
		r = (reference){
			.text = text->data, .plain = plain, .record = record, .line = record->line, .err = err};
		regular = cut(&r);

		free(plain);
		if (r.status != PSY_OK || regular)
			return r.status;
		reader->rejects++;
		if (reader->rejected != NULL)
			reader->rejected(reader->rejected_arg, record->line, "irregular_reference",
							 "not read as a reference by GB/T 7714; expected: [n] authors. title[J]. "
							 "journal, year, volume(issue): pages.",
							 text->data);
	}
	return status;
}

static void
gbt7714_done(void *state)
{
	buffer_free(state);
	free(state);
}

psy_status
gbt7714_open(literature_reader *reader, psy_error *err)
{
	buffer *text = grow(NULL, 1, sizeof *text);

	(void) err;
	*text = (buffer){0};
	reader->state = text;
	reader->done = gbt7714_done;
	reader->step = step_gbt7714;
	return PSY_OK;
}
