/* progress.c - see progress.h; the only state of the tool that is global, as its terminal is. */
#include "progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static struct
{
	const char *what;
	size_t files, done;
	uint64_t bytes;
	struct timespec start;
	bool shown;
} now;

void
progress_start(const char *what, size_t files)
{
	now.what = what;
	now.files = files;
	now.done = 0;
	now.bytes = 0;
	clock_gettime(CLOCK_MONOTONIC, &now.start);
}

void
progress_add(uint64_t bytes)
{
	struct timespec t;
	double seconds, megabytes;

	now.done++;
	now.bytes += bytes;
	if (!isatty(STDERR_FILENO))
		return;
	clock_gettime(CLOCK_MONOTONIC, &t);
	seconds = (double) (t.tv_sec - now.start.tv_sec) + 1e-9 * (double) (t.tv_nsec - now.start.tv_nsec);
	megabytes = (double) now.bytes / 1e6;
	fprintf(stderr, "\r\033[K%s: %zu of %zu files, %.1f MB, %.1f MB/s, %.0f s left", now.what, now.done,
			now.files, megabytes, megabytes / (seconds > 0 ? seconds : 1),
			seconds / (double) now.done * (double) (now.files - now.done));
	now.shown = true;
}

void
progress_clear(void)
{
	if (now.shown)
		fputs("\r\033[K", stderr);
	now.shown = false;
}
