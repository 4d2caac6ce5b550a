/* module.c - the module's identity; everything else is in a file of its own subject. */
#include "common.h"

PG_MODULE_MAGIC;
