/*
 * score_columns.h - which columns of a table of ratings are items, totals and weeks.
 *
 * Columns are recognised by their parts: an instrument prefix (HAMD17_, hamd_), a week (w0, wk4, 第8周, baseline)
 * and an item (item1, hamd_01, 条目1) or a total; the words are those of synonyms.tsv.  A prefix that ends in a
 * number, hamd17, is item 17 where its neighbour item 16 stands in the file as well, and the total where it
 * does not.
 *
 * Several instruments may stand side by side (HAMD17_w0, HAMA_w0, PHQ9_item3_w8): then each column names its own, by the
 * names that the warehouse knows (ingest.instrument_name), and a rating is the columns of one week and instrument.
 */
#ifndef SCORE_COLUMNS_H
#define SCORE_COLUMNS_H

#include "table.h"

#define MAX_ITEMS 200

/* A group of columns that make one rating: of one instrument, all of a long file, or those of one week of a wide one. */
typedef struct rating
{
	char week[24];
	const char *scale; /* the instrument that the columns name; NULL when the row or --instrument does */
	int total;               /* column, or -1 */
	int item[MAX_ITEMS + 1]; /* columns by item number, or -1 */
	int items;               /* the highest item number */
} rating;

/* A way to write an instrument: lower case without blanks and punctuation, hamd17. */
typedef struct scale_name
{
	char *name, *instrument;
} scale_name;

typedef struct score_columns
{
	char family[32]; /* letters of the instrument's name, folded: hamd; empty when the rows name theirs */
	int version;     /* its number: 17 */
	bool several;    /* --instrument was not given: columns may name theirs */
	scale_name *known;
	size_t known_count;
	int rating;      /* what the columns' field is set to */
	rating *group;
	size_t groups;
} score_columns;

/* hamd and 17 from HAMD-17; instrument may be NULL. */
void score_columns_of(score_columns *s, const char *instrument);

/* A table_matcher: takes a column that is an item or a total. */
bool score_column_match(void *arg, table_column *column);

/* Adds a name to those that columns may have before their item or total. */
void score_columns_know(score_columns *s, const char *name, const char *instrument);

/* Groups the columns taken; two that are the same item or total are an error, and so is one that may be either. */
psy_status score_columns_group(score_columns *s, table *t, psy_error *err);
void score_columns_free(score_columns *s);

/* A visit's name taken as a week: w4, week_8, 第8周, 治疗前 ...; false when it is none. */
bool visit_week(const char *name, char week[24]);

#endif
