/*
 * literature.h - records of literature as their files state them: tags and values in file order, the bytes
 * they stood in, and where.
 *
 * Two stages.  A reader (reader_ris.c, reader_bibtex.c, ...) knows one grammar: where a record begins and
 * ends, what is a tag, what goes on with the line before.  It gives literature_record, and takes no decision
 * on what a tag means. literature_item.h says what the tags of each format mean.  What reads strangely is
 * kept as a note with a code; a record is never dropped for it.
 */
#ifndef LITERATURE_H
#define LITERATURE_H

#include "buffer.h"
#include "reader_text.h"
#include "source.h"

#include <stdbool.h>

typedef enum literature_format
{
	LITERATURE_UNKNOWN,
	LITERATURE_RIS,
	LITERATURE_NBIB,
	LITERATURE_WOS,
	LITERATURE_REFWORKS,
	LITERATURE_ENW,
	LITERATURE_NOTEEXPRESS,
	LITERATURE_OVID,
	LITERATURE_COCHRANE,
	LITERATURE_BIBTEX,
	LITERATURE_ENDNOTE_XML,
	LITERATURE_EBSCO_XML,
	LITERATURE_PUBMED_XML,
	LITERATURE_LABELLED,    /* "Title-题名: ...", "【题　名】..." */
	LITERATURE_TABLE,       /* CSV or TSV with a header */
	LITERATURE_EMBASE_ROWS, /* CSV with a field a row */
	LITERATURE_GBT7714,
	LITERATURE_FORMATS
} literature_format;

/* "ris", "nbib", ...; NULL for none. */
const char *literature_format_name(literature_format format);
#define LITERATURE_FORMAT_LIST                                                                                                     \
	"ris, nbib, wos, refworks, enw, noteexpress, ovid, cochrane, bibtex, endnote-xml, ebsco-xml, pubmed-xml, labelled, table, "  \
	"embase-rows or gbt7714"
bool literature_format_by_name(const char *name, literature_format *format);

#define LITERATURE_MAX_RECORD ((size_t) 64 << 20) /* bytes of one record: as a line of reader_text.h */
#define LITERATURE_MAX_PAIRS ((size_t) 1 << 20)

/* A tag and its value, both NUL-terminated within the record's text. */
typedef struct literature_pair
{
	size_t tag, value; /* offsets */
	size_t tag_length, length;
	long line;
} literature_pair;

typedef struct literature_record
{
	long line;  /* where it begins */
	buffer raw; /* verbatim, but for its character encoding */
	buffer text;
	literature_pair *pair;
	size_t pairs, room;
} literature_record;

void record_clear(literature_record *record, long line);
void record_free(literature_record *record);
psy_status record_add(literature_record *record, const char *tag, size_t tag_length, const char *value,
					  size_t length, long line, psy_error *err);

/* More of the last value, after a separator. */
psy_status record_more(literature_record *record, char separator, const char *value, size_t length,
					   psy_error *err);
psy_status record_raw(literature_record *record, const char *bytes, size_t length, psy_error *err);
const char *record_tag(const literature_record *record, size_t pair);
const char *record_value(const literature_record *record, size_t pair);

/* What was read in a way that a person may want to know; the same of one tag is counted. */
typedef struct literature_note
{
	const char *code; /* static */
	char *tag;        /* or NULL */
	char *text;       /* what stood there the first time */
	long line, count;
} literature_note;

typedef struct literature_notes
{
	literature_note *note;
	size_t count, room;
} literature_notes;

#define LITERATURE_MAX_NOTES 10000 /* of a file; what comes after is counted in the last note */

void notes_add(literature_notes *notes, const char *code, const char *tag, size_t tag_length, long line,
			   const char *text, size_t length);
void notes_free(literature_notes *notes);

/* What looking through a file found. */
typedef struct literature_look
{
	literature_format format;
	text_encoding encoding;
	bool fixed;       /* a person named the format: the file does not go on in another one */
	bool big_endian;  /* UTF-16 without a byte order mark */
	char delimiter;   /* of LITERATURE_TABLE; 0 when no known header told it */
	char *first_line; /* the first line with something in it, shortened, for messages */
	long first_line_number;
} literature_look;

/* Reads the whole source for its encoding, and its beginning for its format; what cannot be told is an error
 * that says what was seen.  What the caller has fixed (an encoding, a format) stays. */
psy_status literature_looks(source *whole, text_encoding encoding, literature_format format,
							literature_look *look, psy_error *err);
void look_free(literature_look *look);

/* A file's records, one after the other. */
typedef struct literature_reader literature_reader;
typedef psy_status (*literature_step)(literature_reader *reader, literature_record *record, bool *more,
									  psy_error *err);

struct literature_reader
{
	literature_look look;
	text_reader text;
	literature_step step;
	literature_notes notes;
	long rejects; /* lines that are no record and are lost but for `rejected` */
	void (*rejected)(void *arg, long line, const char *code, const char *what, const char *raw);
	void *rejected_arg;
	void *state; /* the grammar's own */
	void (*done)(void *state);
	/* The line under way, when it belongs to the next record. */
	const char *line;
	size_t length;
	long number;
	bool held;
	literature_format turns_to; /* the line held begins a record of this format, and no record is under way */
};

psy_status literature_open(literature_reader *reader, source *from, const literature_look *look,
						   psy_error *err);
psy_status literature_next(literature_reader *reader, literature_record *record, bool *more, psy_error *err);
void literature_close(literature_reader *reader);

/* For the grammars: the next line into reader->line (NULL at the end), or the one that was held. */
psy_status reader_line(literature_reader *reader, psy_error *err);

/* The readers' beginnings, each in its file. */
psy_status tagged_open(literature_reader *reader, psy_error *err);
psy_status bibtex_open(literature_reader *reader, psy_error *err);
psy_status endnote_xml_open(literature_reader *reader, psy_error *err);
psy_status literature_table_open(literature_reader *reader, psy_error *err);
psy_status gbt7714_open(literature_reader *reader, psy_error *err);

/* BibTeX: what entries inherit by crossref, read from the same bytes before; call it behind literature_open.
 */
psy_status bibtex_follow(literature_reader *reader, source *again, psy_error *err);

/* The format of which the line begins a record, if no other format has such lines: several exports in one file. */
literature_format literature_begins(const char *line, size_t length);

/* For the grammars, where no record is under way or one without an end is: whether the line is another format's; it is held
 * then, and the step ends without a record. */
bool reader_turns(literature_reader *reader);

/* The kind of a line's beginning, for the formats that are tagged line by line. */
bool ris_tag(const char *line, size_t length, size_t *value);
bool nbib_tag(const char *line, size_t length, size_t *tag, size_t *value);
bool gbt7714_line(const char *line, size_t length);
bool labelled_tag(const char *line, size_t length, size_t *label, size_t *value);

/* Whether a header's words are those of a table of literature: how many it knows. */
size_t table_header_known(const char *line, size_t length, char delimiter);

#endif
