/*
 * workers.h - the files of one call loaded by several processes, each with a connection of its own.
 *
 * Files that tell of the same participant go to the same process in the order of the command line, so that
 * what is stored does not depend on who was faster; and what each file has to say is printed in that order
 * too.
 */
#ifndef WORKERS_H
#define WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct totals
{
	long files, refused, read, loaded, unchanged, rejected;
	long replaced; /* files that brought other values for keys that were there */
} totals;

typedef struct work
{
	size_t files;
	const size_t *group; /* [files] files of one group are done one after the other; groups are numbered from
							0 by their first file */
	size_t groups;

	/* In a process: connects, and says so. */
	bool (*start)(void *arg);

	/* Does one file: adds to sum, gives its bytes; false when nothing more can be done (the server is gone).
	 */
	bool (*file)(void *arg, size_t file, totals *sum, uint64_t *bytes);
	void (*stop)(void *arg);
	void *arg;
} work;

/* False when a process could not do its work; *done: files that were looked at. */
bool workers_run(const work *w, int processes, totals *sum, size_t *done);

/* Whether the user asked to stop (SIGINT, SIGTERM): the file under way is finished first, a second signal
 * ends at once. */
bool interrupted(void);
void watch_interrupts(void);

#endif
