/* module.c - makes this a PostgreSQL module, and declares its settings. */
#include "catalogue.h"

#include "utils/guc.h"

#include <limits.h>

PG_MODULE_MAGIC;

int catalogue_itemset_memory = 256 * 1024;
int catalogue_itemset_limit = 1000000;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	DefineCustomIntVariable("catalogue.itemset_memory", "Memory that one mining of item sets may take.",
							"A query that would need more is refused.", &catalogue_itemset_memory, 256 * 1024,
							1024, INT_MAX / 2, PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomIntVariable("catalogue.itemset_limit", "Item sets that one mining may find.",
							"A query that finds more is refused.", &catalogue_itemset_limit, 1000000, 1,
							INT_MAX / 2, PGC_USERSET, 0, NULL, NULL, NULL);
	MarkGUCPrefixReserved("catalogue");
}
