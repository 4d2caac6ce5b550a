/*
 * reader_tagged.h - formats of tagged lines: what a grammar says of one line, and the machine that puts
 * records together.
 *
 * A grammar sees one line without its ending and says what it is; whether a tag begins another record is its
 * decision as well.  The machine keeps the raw bytes, joins wrapped lines and makes the notes.
 */
#ifndef READER_TAGGED_H
#define READER_TAGGED_H

#include "literature.h"

#include <string.h>

typedef enum line_kind
{
	LINE_BLANK,
	LINE_TAG,
	LINE_TEXT,    /* goes on with the value before */
	LINE_HEADING, /* begins a record without being a field: "<7. >" */
	LINE_END,     /* the record's last line */
	LINE_SKIP,    /* known to mean nothing: "FN Clarivate", "Record #3 of 18" */
	LINE_STOP     /* nothing comes after it */
} line_kind;

typedef struct tagged_line
{
	line_kind kind;
	const char *tag, *value;
	size_t tag_length, length;
	bool wrapped; /* a LINE_TEXT that the format does not provide for */
	const char *rest; /* of a LINE_END: another record begins in the same line, or NULL */
} tagged_line;

/* What a grammar may ask about the record under way. */
typedef struct tagged_state
{
	const struct tagged_grammar *grammar;
	literature_record *record;
	bool in_record;
	bool after_blank;  /* a blank line stands before this one */
	bool typed;        /* the record has the tag that says its type */
	bool tight;        /* RIS: the type's line has one blank before its hyphen */
	bool indents;      /* Web of Science: the file indents what goes on */
	bool labels;       /* Ovid: long labels instead of tags, each a line of its own */
	char first_tag[8]; /* of the first record */
	bool stopped;
	long records;
} tagged_state;

typedef struct tagged_grammar
{
	literature_format format;
	void (*classify)(tagged_state *state, const char *line, size_t length, tagged_line *found);
	/* Whether a record is under way that ends before this tag. */
	bool (*begins)(const tagged_state *state, const tagged_line *found);
	const char *type_tag;
	bool must_end;  /* a record without its end is noted */
	char separator; /* between the lines of a value */
} tagged_grammar;

extern const tagged_grammar grammar_ris, grammar_nbib, grammar_wos, grammar_refworks, grammar_enw,
	grammar_noteexpress, grammar_ovid, grammar_cochrane, grammar_labelled;

/* The length without blanks at the end; and from its beginning too.  No-break and ideographic blanks count,
 * and so does a line separator (U+2028), with which EndNote breaks lines. */
size_t trim_end(const char *text, size_t length);
size_t trim_both(const char **text, size_t length);

static inline bool
tag_is(const tagged_line *found, const char *tag)
{
	return found->tag_length > 0 && found->tag[0] == tag[0] && strlen(tag) == found->tag_length && memcmp(tag, found->tag, found->tag_length) == 0;
}

#endif
