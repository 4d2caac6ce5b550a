/* module.c - the module's identity and settings; everything else is in a file of its own subject. */
#include "common.h"

#include "keyed_rows.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	keyed_rows_define_settings();
}
