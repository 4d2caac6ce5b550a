/*
 * literature_look.c - what a file of literature is, told from its content: character encoding from all of it,
 * format from its beginning; see literature.h.
 *
 * The encoding is told by counting: a byte order mark, else strict UTF-8, else GB18030 if what is not UTF-8
 * looks like it throughout.  A file that is UTF-8 but for a few bytes, and Latin-1 with a letter here and
 * there, are refused: read as GB18030 they would turn into other characters without anybody noticing.
 */
#include "literature.h"

#include "literature_item.h"
#include "reader_tagged.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEAD ((size_t) 1 << 16)
#define HEAD_LINES 1000

typedef struct census
{
	size_t ascii, utf8, bad; /* characters that are whole UTF-8, bytes that are none */
	size_t pairs, high;      /* two-byte characters of GB18030; those with two bytes above 0xa0 */
	size_t zero_even, zero_odd;
	size_t end_even, end_odd; /* of these, those of line ends in UTF-16 */
	long line, bad_line, bad_column;
	size_t column;
	uint64_t at;
} census;

/* Pairs as GB18030 would see them; counts only what tells GB18030 from Latin-1. */
static void
count_pairs(census *c, const unsigned char *p, const unsigned char *end)
{
	for (; p + 1 < end; p++)
		if (*p >= 0x81)
		{
			p++;
			c->pairs++;
			c->high += *p >= 0xa1 && *p != 0xff;
		}
}

static void
count_zeros(census *c, const unsigned char *p, size_t size)
{
	if (memchr(p, 0, size) == NULL)
		return;
	for (size_t i = 0; i < size; i++)
	{
		if (p[i] != 0)
			continue;
		if ((c->at + i) % 2 == 0)
		{
			c->zero_even++;
			c->end_even += i + 1 < size && (p[i + 1] == '\n' || p[i + 1] == '\r');
		}
		else
		{
			c->zero_odd++;
			c->end_odd += i > 0 && (p[i - 1] == '\n' || p[i - 1] == '\r');
		}
	}
}

/* Line ends, digits and tags have a zero byte, the first of two or the second, and in no other text is one; an ideographic blank
 * (U+3000) has the other, so that the line ends decide. */
static bool
is_utf16(const census *c)
{
	size_t zeros = c->zero_even + c->zero_odd;

	if (zeros * 50 <= c->at || c->at % 2 != 0)
		return false;
	return c->zero_even * 20 < c->zero_odd || c->zero_odd * 20 < c->zero_even || (c->end_even > 0) != (c->end_odd > 0);
}

/* Lines up to p, and characters of its line. */
static void
count_line(census *c, const unsigned char *from, const unsigned char *p)
{
	for (const unsigned char *end; (end = memchr(from, '\n', (size_t) (p - from))) != NULL; from = end + 1)
	{
		c->line++;
		c->column = 0;
	}
	for (; from < p; from++)
		c->column += (*from & 0xc0) != 0x80;
}

/* How many bytes of the chunk were looked at: a character cut by its end is left for the next one. */
static size_t
count_utf8(census *c, const unsigned char *p, size_t size, bool last)
{
	const unsigned char *start = p, *end = p + size, *counted = p;

	while (p < end)
	{
		uint64_t eight;
		size_t length;

		for (; end - p >= 8 && (memcpy(&eight, p, 8), (eight & 0x8080808080808080u) == 0); p += 8)
			c->ascii += 8;
		if (p == end)
			break;
		length = *p < 0x80 ? 1 : utf8_character(p, end);
		if (length == 0 && !last && end - p < 4)
			break;
		if (length > 0)
		{
			length == 1 ? c->ascii++ : c->utf8++;
			p += length;
			continue;
		}
		if (c->bad++ == 0)
		{
			count_line(c, counted, p);
			counted = p;
			c->bad_line = c->line + 1;
			c->bad_column = (long) c->column + 1;
		}
		p++;
	}
	if (c->bad == 0)
		count_line(c, counted, p);
	return (size_t) (p - start);
}

/* Reads all of the source; keeps its first bytes. */
static psy_status
take_census(source *whole, census *c, buffer *head, psy_error *err)
{
	enum
	{
		CHUNK = 1 << 16
	};
	unsigned char *chunk = grow(NULL, CHUNK + 4, 1);
	size_t kept = 0, got = CHUNK, seen, bad;
	psy_status status = PSY_OK;

	while (status == PSY_OK && got == CHUNK)
	{
		status = source_read(whole, chunk + kept, CHUNK, &got, err);
		if (status != PSY_OK)
			break;
		if (head->size < HEAD)
			buffer_add(head, chunk + kept, got < HEAD - head->size ? got : HEAD - head->size);
		count_zeros(c, chunk + kept, got);
		c->at += got;
		bad = c->bad;
		seen = count_utf8(c, chunk, kept + got, got < CHUNK);
		if (c->bad > bad)
			count_pairs(c, chunk, chunk + seen);
		kept = kept + got - seen;
		memmove(chunk, chunk + seen, kept);
	}
	free(chunk);
	return status;
}

static bool
big_end_first(const census *c)
{
	return c->end_even != c->end_odd ? c->end_even > c->end_odd : c->zero_even > c->zero_odd;
}

static psy_status
neither(const census *c, psy_error *err)
{
	psy_fail(err, PSY_FORMAT,
			 "line %ld, column %ld: bytes that are not UTF-8, in a file that is not GB18030 either",
			 c->bad_line, c->bad_column);
	return psy_hint(err, "export it again as UTF-8, or name its encoding: --encoding windows-1252 for "
						 "Western European letters, gb18030 for Chinese ones");
}

static psy_status
tell_encoding(const census *c, const buffer *head, literature_look *look, psy_error *err)
{
	const unsigned char *p = (const unsigned char *) head->data;

	if (head->size >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff)))
		look->encoding = ENCODING_UTF16;
	else if (is_utf16(c))
	{
		look->encoding = ENCODING_UTF16;
		look->big_endian = big_end_first(c);
	}
	else if (c->bad == 0)
		look->encoding = ENCODING_UTF8;
	else if (c->bad * 4 < c->utf8)
	{
		psy_fail(err, PSY_FORMAT,
				 "line %ld, column %ld: bytes that are not UTF-8, in a file that otherwise is", c->bad_line,
				 c->bad_column);
		return psy_hint(err, "parts of several files with different encodings? export it again as UTF-8");
	}
	else if (c->high * 10 < c->pairs * 8)
		return neither(c, err);
	else
		look->encoding = ENCODING_GB18030;
	return PSY_OK;
}

/* ---- the format ------------------------------------------------------------------------------ */

typedef struct tally
{
	long count[LITERATURE_FORMATS];
	long ty, ovid_number;
	long ris_alone, nbib_alone; /* lines whose tag the other one does not have */
	size_t lines;
	literature_format begun; /* what the first line of all formats' signatures begins */
	char delimiter;
	size_t known; /* columns of a table that are known */
	char *header; /* its header, when it is not the first line */
	long header_number;
	bool rows; /* Embase's, a field a row */
} tally;

static bool
begins(const char *line, size_t length, const char *word)
{
	size_t n = strlen(word);

	return length >= n && memcmp(line, word, n) == 0;
}

static bool
ovid_number(const char *line, size_t length)
{
	size_t i = 1;

	while (i < length && isdigit((unsigned char) line[i]))
		i++;
	return line[0] == '<' && i > 1 && i < length && (line[i] == '>' || (i + 1 < length && line[i] == '.' && line[i + 1] == ' '));
}

static bool
word_of(const char *line, size_t length, size_t letters)
{
	if (length < letters)
		return false;
	for (size_t i = 0; i < letters; i++)
		if (!isupper((unsigned char) line[i]) && !(i > 0 && isdigit((unsigned char) line[i])))
			return false;
	return true;
}

/* "ID: CN-00778158": Cochrane's plain text. */
static bool
cochrane_line(const char *line, size_t length)
{
	return word_of(line, length, 2) && length > 3 && line[2] == ':' && line[3] == ' ';
}

#define HEADER_LINES 20 /* a search, a title and blank lines may stand before the header */
#define LATER_KNOWN 4   /* columns that must be known where it is not the first line */

static bool
title_row(const char *line, size_t length)
{
	return (length == 7 && memcmp(line, "\"TITLE\"", 7) == 0) || begins(line, length, "\"TITLE\",") || begins(line, length, "TITLE,");
}

/* The header of a table: the delimiter that makes most known columns. */
static void
tally_header(tally *t, const char *line, size_t length, long number)
{
	static const char delimiters[] = {'\t', ',', ';'};

	for (size_t i = 0; i < sizeof delimiters; i++)
	{
		size_t known = table_header_known(line, length, delimiters[i]);

		if (known > t->known && (t->lines == 0 || (t->known < 2 && known >= LATER_KNOWN)))
		{
			t->known = known;
			t->delimiter = delimiters[i];
			t->header_number = number;
		}
	}
	if (!t->rows && title_row(line, length) && t->known < 2)
	{
		t->rows = true;
		t->header_number = number;
	}
	if (t->header_number == number && t->lines > 0)
	{
		free(t->header);
		t->header = keep_bytes(line, length < 200 ? length : 200);
		utf8_repair(t->header);
	}
}

static void
tally_line(tally *t, const char *line, size_t length, long number)
{
	size_t tag, value;

	if (length >= 4 && ris_tag(line, length, &value))
	{
		t->count[LITERATURE_RIS]++;
		t->ty += line[0] == 'T' && line[1] == 'Y';
		/* Without a type, its end and the tags that only RIS has tell it from MEDLINE. */
		t->ris_alone += (memcmp(line, "ER", 2) == 0 && value == length) ||
						(literature_rule_of(LITERATURE_RIS, line, 2) != NULL && literature_rule_of(LITERATURE_NBIB, line, 2) == NULL);
	}
	if (nbib_tag(line, length, &tag, &value))
	{
		t->count[LITERATURE_NBIB]++;
		t->nbib_alone += literature_rule_of(LITERATURE_NBIB, line, tag) != NULL && literature_rule_of(LITERATURE_RIS, line, tag) == NULL;
	}
	t->count[LITERATURE_WOS] +=
		word_of(line, length, 2) && (length == 2 || line[2] == ' ') && !(length > 3 && line[3] == '-');
	t->count[LITERATURE_REFWORKS] += begins(line, length, "RT ") || begins(line, length, "RT=");
	t->count[LITERATURE_ENW] += length > 2 && line[0] == '%' && line[1] != ' ' && line[1] != '%' && line[2] == ' ';
	t->count[LITERATURE_NOTEEXPRESS] +=
		line[0] == '{' && memchr(line, '}', length) != NULL && memchr(line, ':', length) != NULL;
	t->count[LITERATURE_BIBTEX] += line[0] == '@' && (length == 1 || isalpha((unsigned char) line[1]) ||
													  isspace((unsigned char) line[1]));
	t->count[LITERATURE_COCHRANE] += cochrane_line(line, length);
	t->count[LITERATURE_GBT7714] += gbt7714_line(line, length);
	t->ovid_number += ovid_number(line, length);
	t->count[LITERATURE_LABELLED] += labelled_tag(line, length, &tag, &value);
	if (t->begun == LITERATURE_UNKNOWN)
		t->begun = literature_begins(line, length);
	if (t->lines < HEADER_LINES && !t->rows)
		tally_header(t, line, length, number);
	t->lines++;
}

static literature_format
decide(const tally *t, const literature_look *look)
{
	const char *first = look->first_line;
	size_t length = strlen(first);

	/* A file of several exports begins with the first. Web of Science's "PT J" and Embase's preamble are told below. */
	if (t->begun != LITERATURE_UNKNOWN && literature_begins(first, length) == t->begun)
		return t->begun;
	if (begins(first, length, "<!DOCTYPE html") || begins(first, length, "<!doctype html") || begins(first, length, "<!DOCTYPE HTML"))
		return LITERATURE_UNKNOWN;
	if (begins(first, length, "<?xml") || begins(first, length, "<xml") ||
		begins(first, length, "<records") || begins(first, length, "<!DOCTYPE"))
		return LITERATURE_ENDNOTE_XML;
	if (begins(first, length, "FN ") ||
		((begins(first, length, "PT ") || begins(first, length, "VR ")) && t->count[LITERATURE_WOS] > 3))
		return LITERATURE_WOS;
	if (t->count[LITERATURE_RIS] > 1 && (t->ty > 0 || t->ris_alone > 2 * t->nbib_alone))
		return LITERATURE_RIS;
	if (t->ovid_number > 0)
		return LITERATURE_OVID;
	if (t->count[LITERATURE_NBIB] > 2 && t->count[LITERATURE_NBIB] >= t->count[LITERATURE_RIS])
		return LITERATURE_NBIB;
	if (t->count[LITERATURE_NOTEEXPRESS] > 1)
		return LITERATURE_NOTEEXPRESS;
	if (t->count[LITERATURE_ENW] > 1)
		return LITERATURE_ENW;
	if (t->count[LITERATURE_REFWORKS] > 0)
		return LITERATURE_REFWORKS;
	if (t->count[LITERATURE_LABELLED] > 1)
		return LITERATURE_LABELLED;
	if (t->known < 2 && t->rows)
		return LITERATURE_EMBASE_ROWS;
	if (t->known >= 2)
		return LITERATURE_TABLE;
	if (t->count[LITERATURE_BIBTEX] > 0)
		return LITERATURE_BIBTEX;
	if (t->count[LITERATURE_COCHRANE] > 1 && begins(first, length, "Record #"))
		return LITERATURE_COCHRANE;
	if (t->count[LITERATURE_GBT7714] * 2 > (long) t->lines)
		return LITERATURE_GBT7714;
	return LITERATURE_UNKNOWN;
}

static size_t
trim(const char **line, size_t length)
{
	while (length > 0 && isspace((unsigned char) **line))
	{
		(*line)++;
		length--;
	}
	while (length > 0 && isspace((unsigned char) (*line)[length - 1]))
		length--;
	return length;
}

static void
keep_first(literature_look *look, const char *line, size_t length, long number)
{
	look->first_line = keep_bytes(line, length < 200 ? length : 200);
	utf8_repair(look->first_line);
	look->first_line_number = number;
}

/* Goes through the lines of the head; its last one may be cut, and so may its last character. */
static literature_format
tell_format(const buffer *head, literature_look *look)
{
	source memory;
	text_reader text;
	tally t = {0};
	literature_format format;
	const char *line;
	size_t length;
	long number;

	source_memory(&memory, head->data, head->size);
	text_open(&text, &memory, look->encoding);
	text.big_endian = look->big_endian;
	text.endian_told = true;
	while (t.lines < HEAD_LINES && text_next(&text, &line, &length, &number, NULL) == PSY_OK && line != NULL)
	{
		length = trim(&line, length);
		if (length == 0)
			continue;
		if (look->first_line == NULL)
			keep_first(look, line, length, number);
		tally_line(&t, line, length, number);
	}
	text_close(&text);
	source_close(&memory);
	look->delimiter = t.delimiter;
	if (look->first_line == NULL)
		return LITERATURE_UNKNOWN;
	format = decide(&t, look);
	if (t.header != NULL && (format == LITERATURE_TABLE || format == LITERATURE_EMBASE_ROWS))
	{
		free(look->first_line);
		look->first_line = t.header;
		look->first_line_number = t.header_number;
	}
	else
		free(t.header);
	return format;
}

/* Exports that are made to be read by people, and pages of the web: what to choose instead. */
static bool
text_for_people(const literature_look *look, psy_error *err)
{
	const char *first = look->first_line;
	size_t digits = strspn(first, "0123456789");
	const char *what = NULL, *instead = NULL;

	if (strncasecmp(first, "<!doctype html", 14) == 0 || strncasecmp(first, "<html", 5) == 0 || strncasecmp(first, "<table", 6) == 0)
	{
		what = "a page of the web (HTML)";
		instead = "was it exported as .xls? then open it in Excel and save it as workbook (.xlsx); else export again as RIS or EndNote";
	}
	else if (digits > 0 && digits < 6 && (strncmp(first + digits, ": ", 2) == 0 || strncmp(first + digits, ". ", 2) == 0) &&
			 (strstr(first, " doi: ") != NULL || strstr(first, "PMID: ") != NULL || strchr(first, ';') != NULL || strstr(first, ". ") != NULL))
	{
		what = "a list of citations as text, such as PubMed's Summary or Abstract";
		instead = "save again from PubMed in the format PubMed (NBIB); a list by GB/T 7714 has its [J]";
	}
	else if (strcmp(first, "Scopus") == 0)
	{
		what = "Scopus's plain text";
		instead = "export again from Scopus as CSV or RIS";
	}
	else if (strcmp(first, "Record: 1") == 0)
	{
		what = "EBSCO's plain text";
		instead = "export again from EBSCOhost in RIS format, as CSV or as XML";
	}
	if (what == NULL)
		return false;
	psy_fail(err, PSY_UNSUPPORTED, "line %ld: this looks like %s, which is not read", look->first_line_number, what);
	psy_hint(err, "%s", instead);
	return true;
}

static psy_status
not_known(const literature_look *look, psy_error *err)
{
	char shown[100];

	if (look->first_line == NULL)
		return psy_fail(err, PSY_FORMAT, "the file has no text in it");
	snprintf(shown, sizeof shown, "%.90s", look->first_line);
	utf8_repair(shown);
	if (text_for_people(look, err))
		return PSY_UNSUPPORTED;
	psy_fail(err, PSY_FORMAT, "line %ld: this is no format of literature that is known; it begins: %s",
			 look->first_line_number, shown);
	return psy_hint(err, "name it with --format: " LITERATURE_FORMAT_LIST "; a table may need --map title=COLUMN");
}

/* Whose XML it is, by what its first records are made of. */
static literature_format
whose_xml(const buffer *head)
{
	static const struct
	{
		const char *mark;
		literature_format format;
	} others[] = {{"<controlInfo", LITERATURE_EBSCO_XML},
				  {"shortDbName=", LITERATURE_EBSCO_XML},
				  {"<PubmedArticle", LITERATURE_PUBMED_XML},
				  {"<PubmedBookArticle", LITERATURE_PUBMED_XML}};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (memmem(head->data, head->size, others[i].mark, strlen(others[i].mark)) != NULL)
			return others[i].format;
	return LITERATURE_ENDNOTE_XML;
}

/* XML of other kinds of records: what to choose instead. */
static psy_status
other_xml(const buffer *head, const literature_look *look, psy_error *err)
{
	static const struct
	{
		const char *mark, *what;
	} others[] = {{"http://www.loc.gov/mods", "MODS"}, {"<mods", "MODS"}, {"http://www.loc.gov/MARC21", "MARC XML"},
				  {"/officeDocument/2006/bibliography", "Word's list of sources"}, {"/office/word/2004/10/bibliography", "Word's list of sources"},
				  {"http://www.tei-c.org", "TEI"}, {"http://purl.org/net/biblio", "Zotero RDF"}, {"<CitaviExchangeData", "a project of Citavi"}};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (memmem(head->data, head->size, others[i].mark, strlen(others[i].mark)) != NULL)
		{
			psy_fail(err, PSY_UNSUPPORTED, "line %ld: this is XML of another kind (%s), which is not read", look->first_line_number, others[i].what);
			return psy_hint(err, "export again as RIS, BibTeX or EndNote XML");
		}
	return PSY_OK;
}

psy_status
literature_looks(source *whole, text_encoding encoding, literature_format format, literature_look *look,
				 psy_error *err)
{
	census c = {0};
	buffer head = {0};
	literature_format told;
	psy_status status;

	*look = (literature_look){.encoding = encoding};
	status = take_census(whole, &c, &head, err);
	if (status == PSY_OK && encoding == ENCODING_AUTO)
		status = tell_encoding(&c, &head, look, err);
	else if (encoding == ENCODING_UTF16)
		look->big_endian = big_end_first(&c);
	if (status == PSY_OK)
	{
		told = tell_format(&head, look);
		look->format = format == LITERATURE_UNKNOWN ? told : format;
		look->fixed = format != LITERATURE_UNKNOWN;
		if (look->format == LITERATURE_UNKNOWN || look->first_line == NULL)
			status = not_known(look, err);
		else if (!look->fixed && look->format == LITERATURE_ENDNOTE_XML)
		{
			look->format = whose_xml(&head);
			if (look->format == LITERATURE_ENDNOTE_XML)
				status = other_xml(&head, look, err);
		}
	}
	buffer_free(&head);
	return status;
}

void
look_free(literature_look *look)
{
	free(look->first_line);
	look->first_line = NULL;
}

/* ---- reading --------------------------------------------------------------------------------- */

static psy_status
open_format(literature_reader *reader, psy_error *err)
{
	switch (reader->look.format)
	{
		case LITERATURE_BIBTEX: return bibtex_open(reader, err);
		case LITERATURE_EBSCO_XML:
		case LITERATURE_PUBMED_XML:
		case LITERATURE_ENDNOTE_XML: return endnote_xml_open(reader, err);
		case LITERATURE_TABLE:
		case LITERATURE_EMBASE_ROWS: return literature_table_open(reader, err);
		case LITERATURE_GBT7714: return gbt7714_open(reader, err);
		default: return tagged_open(reader, err);
	}
}

psy_status
literature_open(literature_reader *reader, source *from, const literature_look *look, psy_error *err)
{
	*reader = (literature_reader){.look = *look};
	text_open(&reader->text, from, look->encoding);
	reader->text.big_endian = look->big_endian;
	reader->text.endian_told = true;
	return open_format(reader, err);
}

/* Goes on in the format of the line that is held. */
static psy_status
turn(literature_reader *reader, psy_error *err)
{
	const char *name = literature_format_name(reader->turns_to);

	reader->done(reader->state);
	reader->state = NULL;
	reader->done = NULL;
	reader->look.format = reader->turns_to;
	reader->turns_to = LITERATURE_UNKNOWN;
	notes_add(&reader->notes, "other_format", name, strlen(name), reader->number, reader->line, trim_end(reader->line, reader->length));
	return open_format(reader, err);
}

psy_status
literature_next(literature_reader *reader, literature_record *record, bool *more, psy_error *err)
{
	psy_status status;

	while ((status = reader->step(reader, record, more, err)) == PSY_OK && !*more && reader->turns_to != LITERATURE_UNKNOWN)
		if ((status = turn(reader, err)) != PSY_OK)
			return status;
	return status;
}

void
literature_close(literature_reader *reader)
{
	if (reader->done != NULL)
		reader->done(reader->state);
	text_close(&reader->text);
	notes_free(&reader->notes);
	reader->done = NULL;
}

psy_status
reader_line(literature_reader *reader, psy_error *err)
{
	if (reader->held)
	{
		reader->held = false;
		return PSY_OK;
	}
	return text_next(&reader->text, &reader->line, &reader->length, &reader->number, err);
}
