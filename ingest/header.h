/*
 * header.h - what a column header means: folding, synonyms (English and Chinese), and headers that name a
 * person.
 */
#ifndef HEADER_H
#define HEADER_H

#include "buffer.h"

#include <stdbool.h>

/* Lower case, full-width ASCII made narrow, blanks and punctuation turned into single underscores, none at
 * the ends. */
char *fold_header(const char *header);

/* The text with full-width ASCII and the ideographic space made narrow, nothing else changed. */
char *narrow_text(const char *text);

/* Whether a folded header is one of `names`, folded and separated by '|'. */
bool header_among(const char *folded, const char *names);

/* A direct identifier: a person's name, hospital or national number, birth date, address, telephone ... */
bool header_is_identifier(const char *folded);

/* A cell that can only be a person's number: 18-digit Chinese identity card, 11-digit mobile telephone. */
bool cell_is_identifier(const char *cell);

#endif
