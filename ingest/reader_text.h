/*
 * reader_text.h - a text file as UTF-8 lines, every byte checked.
 *
 * Knows UTF-8 (with or without byte order mark), UTF-16 (by its mark, or named; little-endian unless the mark
 * says otherwise), GB18030 and Windows-1252 (only when named: GBK bytes are never guessed).  A wrong byte and a NUL are
 * errors that name line and column. A line keeps its ending (LF, CR LF or CR); its length and the memory held
 * are bounded.
 */
#ifndef READER_TEXT_H
#define READER_TEXT_H

#include "buffer.h"
#include "source.h"

#include <stdbool.h>

typedef enum text_encoding
{
	ENCODING_AUTO, /* UTF-8, or UTF-16 by its byte order mark */
	ENCODING_UTF8,
	ENCODING_UTF16,
	ENCODING_GB18030,
	ENCODING_WINDOWS1252
} text_encoding;

#define TEXT_MAX_LINE ((size_t) 64 << 20)

typedef struct text_reader
{
	source *from;
	text_encoding encoding;
	bool started;
	bool big_endian; /* UTF-16 */
	bool endian_told; /* by the caller, who has seen more of the file than its first character */
	bool ended;      /* the source has no more bytes */
	uint8_t raw[4];  /* an incomplete character at the end of the last chunk */
	size_t raw_size;
	void *converter; /* iconv_t of GB18030 or Windows-1252 */
	buffer decoded;  /* UTF-8 not yet given out, from `at` */
	size_t at;
	bool nuls;      /* some NUL was decoded: lines are searched for it */
	bool returns;   /* the same of carriage returns */
	bool quotes;    /* and of quotes, for who splits the lines */
	size_t scanned; /* of the next line, without an end so far: a long line is looked through once */
	bool broken;    /* a wrong byte follows what is decoded; `problem` says which */
	psy_error problem;
	long line; /* 1-based number of the next line */
} text_reader;

/* "utf-8", "utf-16", "gb18030" ("gbk" and "gb2312" are its subsets), "windows-1252" ("latin1" is its subset); false when unknown. */
bool encoding_by_name(const char *name, text_encoding *encoding);

void text_open(text_reader *reader, source *from, text_encoding encoding);

/* The next line with its ending, valid until the next call; *bytes NULL at the end.  line is its 1-based
 * number. */
psy_status text_next(text_reader *reader, const char **bytes, size_t *length, long *line, psy_error *err);
void text_close(text_reader *reader);

/* The length of the valid UTF-8 character at p (1 to 4), or 0. */
size_t utf8_character(const unsigned char *p, const unsigned char *end);

/* Takes out bytes that are part of no whole character: what cutting a text at a number of bytes leaves
 * behind. */
void utf8_repair(char *text);

#endif
