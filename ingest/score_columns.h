/*
 * score_columns.h - which columns of a table of ratings are items, totals and weeks.
 *
 * Columns are recognised by their parts: an instrument prefix (HAMD17_, hamd_), a week (w0, wk4, 第8周, baseline)
 * and an item (item1, hamd_01, 条目1) or a total; the words are those of synonyms.tsv.  A prefix that ends in a
 * number, hamd17, is item 17 where its neighbour item 16 stands in the file as well, and the total where it
 * does not.
 */
#ifndef SCORE_COLUMNS_H
#define SCORE_COLUMNS_H

#include "table.h"

#define MAX_ITEMS 200

/* A group of columns that make one rating: all of a long file, or those of one week of a wide one. */
typedef struct rating
{
	char week[24];
	int total;               /* column, or -1 */
	int item[MAX_ITEMS + 1]; /* columns by item number, or -1 */
	int items;               /* the highest item number */
} rating;

typedef struct score_columns
{
	char family[32]; /* letters of the instrument's name, folded: hamd; empty when the rows name theirs */
	int version;     /* its number: 17 */
	int rating;      /* what the columns' field is set to */
	rating *group;
	size_t groups;
} score_columns;

/* hamd and 17 from HAMD-17; instrument may be NULL. */
void score_columns_of(score_columns *s, const char *instrument);

/* A table_matcher: takes a column that is an item or a total. */
bool score_column_match(void *arg, table_column *column);

/* Groups the columns taken; two that are the same item or total are an error. */
psy_status score_columns_group(score_columns *s, table *t, psy_error *err);

/* A visit's name taken as a week: w4, week_8, 第8周, 治疗前 ...; false when it is none. */
bool visit_week(const char *name, char week[24]);

#endif
