/* progress.h - one line about files, megabytes and time left, on a terminal only. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stddef.h>
#include <stdint.h>

void progress_start(const char *what, size_t files);
void progress_add(uint64_t bytes); /* one more file is done */
void progress_clear(void);         /* before anything else is printed */

#endif
