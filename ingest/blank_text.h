/* blank_text.h - the cells of a codebook, which blank_sheet.c prints and blank_book.c writes. */
#ifndef BLANK_TEXT_H
#define BLANK_TEXT_H

#include "blank_sheet.h"

#define CODEBOOK_COLUMNS 6
#define CODEBOOK_TEXT 600

/* Row 0 is the header, row k is about column k. */
void codebook_cell(const blank_sheet *sheet, size_t row, int column, char text[CODEBOOK_TEXT]);

#endif
