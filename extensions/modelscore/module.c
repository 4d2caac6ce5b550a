/* module.c - makes this a PostgreSQL module. */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;
