/* module.c - makes this a PostgreSQL module, and declares its setting. */
#include "modelscore.h"

#include "fmgr.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	modelscore_serve_init();
}
