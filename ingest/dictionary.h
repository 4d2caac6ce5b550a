/*
 * dictionary.h - what a data dictionary says of a table's columns: their labels, and the answers with their codes.
 *
 * Read are REDCap's (CSV: "Variable / Field Name", "Field Label", "Choices, Calculations, OR Slider Labels") and that
 * of BIDS (JSON: Levels of each column, MeasurementToolMetadata); the content decides.  With one, a column may be
 * headed by its label instead of its name, and a cell may be an answer's label instead of its code; an answer that
 * the dictionary lacks is told from both.
 */
#ifndef DICTIONARY_H
#define DICTIONARY_H

#include "buffer.h"
#include "source.h"

#include <stdbool.h>

#define DICTIONARY_LIMIT ((size_t) 16 << 20)

typedef struct dictionary_field
{
	char *name;   /* folded */
	char *label;  /* folded; empty when there is none */
	text_list code, answer; /* side by side; none: the field is free */
} dictionary_field;

typedef struct dictionary
{
	dictionary_field *field;
	size_t fields;
	char *tool; /* MeasurementToolMetadata's Description, or NULL */
} dictionary;

/* d is to be freed also after errors. */
psy_status dictionary_parse(dictionary *d, const buffer *text, psy_error *err);
psy_status dictionary_read(dictionary *d, const char *path, uint8_t sha256[SHA256_BYTES], psy_error *err);

/* The field that a folded header names or labels; NULL when there is none, or several have that label. */
const dictionary_field *dictionary_find(const dictionary *d, const char *folded);

/* The code of a cell that is a code or an answer (in any case); NULL when it is neither. */
const char *dictionary_code(const dictionary_field *field, const char *cell);
void dictionary_free(dictionary *d);

#endif
