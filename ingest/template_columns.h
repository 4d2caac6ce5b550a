/* template_columns.h - the blank sheets that are the same for every study. */
#ifndef TEMPLATE_COLUMNS_H
#define TEMPLATE_COLUMNS_H

#include "blank_sheet.h"

typedef struct blank_template
{
	const char *name, *summary, *name_zh;
	const blank_column *column;
	size_t columns;
} blank_template;

/* Ends with one without a name. */
extern const blank_template blank_templates[];

#endif
