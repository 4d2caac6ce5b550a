/*
 * blank_sheet.h - a blank sheet for people to fill, and its codebook in both languages: as CSV, or both in one Excel workbook.
 *
 * The header is in the language asked for, with names that the loader of the sheet maps.  As CSV the codebook is a text of its
 * own, so that none of its lines is ever loaded; in a workbook it is a sheet that the defined name psyrad_codebook points at,
 * which the reader of workbooks passes over.
 */
#ifndef BLANK_SHEET_H
#define BLANK_SHEET_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef enum blank_kind
{
	BLANK_TEXT,   /* kept as text, so that no program makes a date of it */
	BLANK_WHOLE,  /* a whole number from lo to hi */
	BLANK_NUMBER, /* any number from lo to hi */
	BLANK_CHOICE, /* one of the choices and nothing else */
	BLANK_WORD    /* one of the choices, or another word that means one */
} blank_kind;

typedef struct blank_column
{
	const char *name, *name_zh;
	const char *help, *help_zh;
	blank_kind kind;
	double lo, hi;
	const char *choices, *choices_zh; /* separated by '|' */
	bool required;
} blank_column;

typedef struct blank_sheet
{
	const char *name, *name_zh; /* of the sheet in a workbook; at most 31 characters */
	const blank_column *column;
	size_t columns;
	const char *const *row; /* [rows][columns], filled beforehand; NULL leaves a cell empty */
	size_t rows;
} blank_sheet;

void blank_sheet_print(const blank_sheet *sheet, bool chinese, FILE *to);
void blank_codebook_print(const blank_sheet *sheet, FILE *to);

/* Writes a new file: one that is there already is somebody's work, and is refused. */
psy_status blank_sheet_write(const blank_sheet *sheet, bool chinese, const char *path, psy_error *err);

#endif
