/* share.h - the files that the tool needs at run time: report template and questions. */
#ifndef SHARE_H
#define SHARE_H

#include "buffer.h"
#include "core/status.h"

/* $PSYRAD_SHARE, else share/psyrad beside the folder of the executable; with name appended.  The caller frees
 * it. */
char *share_path(const char *name);

/* A whole text file. */
psy_status share_read(const char *path, buffer *text, psy_error *err);

#endif
