/*
 * literature_begins.c - lines that begin a record of one format and stand in no other: what tells where a file that
 * was put together from several exports goes on in another format.
 *
 * A line is a signature only where no text could be meant: "TY  - JOUR" with a type, "PMID- " with a number alone.
 */
#include "literature.h"

#include "literature_item.h"
#include "reader_tagged.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool
starts(const char *line, size_t length, const char *word)
{
	size_t n = strlen(word);

	return length >= n && memcmp(line, word, n) == 0;
}

static bool
digits(const char *p, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isdigit((unsigned char) p[i]))
			return false;
	return length > 0;
}

/* A word that the format has for a type, from `at` on to the line's end. */
static bool
type_behind(literature_format format, const char *line, size_t length, size_t at)
{
	const char *word = line + at;
	size_t n = trim_both(&word, length - at);
	char text[40];

	if (n == 0 || n >= sizeof text)
		return false;
	memcpy(text, word, n);
	text[n] = '\0';
	return literature_type(format, text) != NULL;
}

static bool
begins_ris(const char *line, size_t length)
{
	size_t value;

	return length > 6 && line[0] == 'T' && line[1] == 'Y' && ris_tag(line, length, &value) &&
		   type_behind(LITERATURE_RIS, line, length, value);
}

static bool
begins_bibtex(const char *line, size_t length)
{
	static const char *const entries[] = {"article", "book", "booklet", "conference", "inbook", "incollection", "inproceedings", "mastersthesis", "misc",
										  "online", "phdthesis", "proceedings", "string", "techreport", "thesis", "unpublished"};
	size_t word = 1;

	while (word < length && isalpha((unsigned char) line[word]))
		word++;
	if (word >= length || line[word] != '{')
		return false;
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
		if (strlen(entries[i]) == word - 1 && strncasecmp(line + 1, entries[i], word - 1) == 0)
			return true;
	return false;
}

static literature_format
begins_xml(const char *line, size_t length)
{
	if (starts(line, length, "<rec "))
		return LITERATURE_EBSCO_XML;
	if (starts(line, length, "<PubmedArticle") || starts(line, length, "<PubmedBookArticle") || starts(line, length, "<!DOCTYPE Pubmed"))
		return LITERATURE_PUBMED_XML;
	if (starts(line, length, "<?xml ") || starts(line, length, "<xml>") || starts(line, length, "<records>") || starts(line, length, "<record>"))
		return LITERATURE_ENDNOTE_XML;
	return LITERATURE_UNKNOWN;
}

/* "<12. >" */
static bool
begins_ovid(const char *line, size_t length)
{
	return length >= 5 && line[0] == '<' && memcmp(line + length - 3, ". >", 3) == 0 && digits(line + 1, length - 4);
}

literature_format
literature_begins(const char *line, size_t length)
{
	length = trim_both(&line, length);
	if (length < 5)
		return LITERATURE_UNKNOWN;
	switch (line[0])
	{
		case 'T': return begins_ris(line, length) ? LITERATURE_RIS : LITERATURE_UNKNOWN;
		case 'P': return starts(line, length, "PMID- ") && digits(line + 6, length - 6) ? LITERATURE_NBIB : LITERATURE_UNKNOWN;
		case 'R':
			return starts(line, length, "RT ") && type_behind(LITERATURE_REFWORKS, line, length, 3) ? LITERATURE_REFWORKS
																									 : LITERATURE_UNKNOWN;
		case 'F':
			return starts(line, length, "FN Clarivate") || starts(line, length, "FN Thomson") || starts(line, length, "FN ISI") ? LITERATURE_WOS
																																 : LITERATURE_UNKNOWN;
		case '%': return starts(line, length, "%0 ") && type_behind(LITERATURE_ENW, line, length, 3) ? LITERATURE_ENW : LITERATURE_UNKNOWN;
		case '{': return starts(line, length, "{Reference Type}") ? LITERATURE_NOTEEXPRESS : LITERATURE_UNKNOWN;
		case '@': return begins_bibtex(line, length) ? LITERATURE_BIBTEX : LITERATURE_UNKNOWN;
		case '<': return begins_ovid(line, length) ? LITERATURE_OVID : begins_xml(line, length);
		case 'D': return starts(line, length, "DataType: ") ? LITERATURE_LABELLED : LITERATURE_UNKNOWN;
		case 'S': return starts(line, length, "SrcDatabase-") ? LITERATURE_LABELLED : LITERATURE_UNKNOWN;
		default: return LITERATURE_UNKNOWN;
	}
}

bool
reader_turns(literature_reader *reader)
{
	/* As literature_begins: what begins with it is this format's, or nothing's. */
	static const char own[LITERATURE_FORMATS] = {[LITERATURE_RIS] = 'T',      [LITERATURE_NBIB] = 'P',       [LITERATURE_WOS] = 'F', [LITERATURE_REFWORKS] = 'R',
												 [LITERATURE_ENW] = '%', [LITERATURE_NOTEEXPRESS] = '{', [LITERATURE_BIBTEX] = '@'};
	literature_format other;

	if (reader->look.fixed || (reader->length > 0 && reader->line[0] == own[reader->look.format]))
		return false;
	other = literature_begins(reader->line, reader->length);
	if (other == LITERATURE_UNKNOWN || other == reader->look.format)
		return false;
	/* What XML holds is told by its elements, not by its declaration. */
	if (other == LITERATURE_ENDNOTE_XML && (reader->look.format == LITERATURE_EBSCO_XML || reader->look.format == LITERATURE_PUBMED_XML))
		return false;
	reader->turns_to = other;
	reader->held = true;
	return true;
}
