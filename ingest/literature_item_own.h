/* literature_item_own.h - what the files that make an item of a record share: literature_item.c, _settle.c
 * and _json.c. */
#ifndef LITERATURE_ITEM_OWN_H
#define LITERATURE_ITEM_OWN_H

#include "literature_item.h"

const char *item_value(const literature_item *item, const literature_value *v);
literature_value *item_add(literature_item *item, literature_field field, unsigned char rank, size_t pair);

/* Adds the text with its blanks collapsed; nothing of an empty one. */
void item_put(literature_item *item, literature_field field, unsigned char rank, size_t pair,
			  const char *text, size_t length);

/* The field's value of the lowest rank, of several the first; NULL where there is none. */
literature_value *item_best(const literature_item *item, literature_field field);
size_t item_count(const literature_item *item, literature_field field);
void item_become(literature_item *item, literature_value *v, literature_field field);

/* Settles what one value cannot tell. */
void item_settle(literature_item *item, literature_notes *notes);

#endif
