/*
 * keyed_rows.h - the state of statistics that need all rows: permutation tests, networks, prediction,
 * fingerprints.
 *
 * Rows are kept as they come and sorted by key when the answer is asked for, so that nothing depends on their
 * order. Memory grows with every row, beyond 1 GB too, up to the setting psyrad.permutation_memory.  The
 * state is not mergeable and is never sent anywhere: under a parallel scan the rows meet in one process.
 */
#ifndef PSYRAD_KEYED_ROWS_H
#define PSYRAD_KEYED_ROWS_H

#include "connectome.h"

/* A key: text (compared by its bytes) or an integer. */
typedef struct keyed_key
{
	int64 number;     /* where text is NULL */
	const char *text; /* zero-terminated */
} keyed_key;

typedef struct keyed_row
{
	keyed_key key;
	keyed_key block; /* second key: exchangeability block, session */
	union
	{
		const void *x;
		const float *f;
		const double *d;
	};
	const double *w; /* design values of the row */
} keyed_row;

typedef struct keyed_rows
{
	MemoryContext memory;
	const char *name; /* of the aggregate, for messages */
	keyed_row *row;
	int64 count, room;
	int64 skipped; /* rows left out because something of them was NULL */
	Size bytes;    /* that the rows hold */
	Size elements; /* 0 before the first complete row */
	int source;    /* psy_conn_kind, or 0 for arrays */
	bool wide;     /* doubles, not floats */
	Oid key_type;
	int columns;   /* of w; -1 before the first complete row */
	void *request; /* what the aggregate keeps beside its rows; zeroed, of the size asked for */
} keyed_rows;

/* Defines the settings; for _PG_init. */
extern void keyed_rows_define_settings(void);

/* The running aggregate's state (argument 0), made when there is none. */
extern keyed_rows *keyed_rows_get(FunctionCallInfo fcinfo, const char *name, Size request);

/*
 * Takes in x, or post - pre where pre > 0 (arguments of this call, not NULL), and columns doubles of w, under
 * the key of argument 1.  Raises when x disagrees with earlier rows, or memory would pass the setting.
 */
extern keyed_row *keyed_rows_add(keyed_rows *rows, FunctionCallInfo fcinfo, int x, int pre, const double *w,
								 int columns);

/* An argument of the key's type, kept with the rows; name is for messages. */
extern keyed_key keyed_rows_key(keyed_rows *rows, FunctionCallInfo fcinfo, int argument, const char *name);

/* Memory that lives with the rows and counts as theirs. */
extern void *keyed_rows_keep(keyed_rows *rows, Size bytes);

/* How two keys order: numbers by value, texts by bytes. */
extern int keyed_compare(keyed_key a, keyed_key b);

/* "'sub-01'" or "17", palloc'd, for messages. */
extern char *keyed_name(keyed_key key);

/*
 * The rows sorted by key, palloc'd, the state untouched.  Keys must be different, or (key, block) where
 * by_block; raises naming the one that is not, and why it must be.
 */
extern keyed_row *keyed_rows_sorted(const keyed_rows *rows, bool by_block);

#endif
