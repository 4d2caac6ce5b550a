/* literature_latex.h - LaTeX's ways of writing a character, in BibTeX's values, as the characters they are.
 */
#ifndef LITERATURE_LATEX_H
#define LITERATURE_LATEX_H

#include "buffer.h"

/* Appends the text with accents, letters and symbols as Unicode and without braces and commands of typeface.
 * What is no known command stays as it is written. */
void latex_decode(const char *text, size_t length, buffer *out);

#endif
