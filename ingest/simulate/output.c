/* output.c - see output.h. */
#include "output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void
fail(sim_output *out, const char *doing)
{
	if (out->status == PSY_OK)
		out->status =
			psy_fail(out->err, PSY_FORMAT, "cannot %s \"%s\": %s", doing, out->path, strerror(errno));
}

void
sim_output_start(sim_output *out, const char *directory, psy_error *err)
{
	*out = (sim_output){.directory = directory, .err = err, .status = PSY_OK};
}

static void
set_path(sim_output *out, const char *name)
{
	int length = snprintf(out->path, sizeof out->path, "%s%s%s", out->directory, *name ? "/" : "", name);

	if (length >= (int) sizeof out->path && out->status == PSY_OK)
		out->status = psy_fail(out->err, PSY_LIMIT, "the path of the directory has more than %zu bytes",
							   sizeof out->path - 1);
}

void
sim_make_directory(sim_output *out, const char *name)
{
	struct stat entry;

	set_path(out, name);
	/* Each parent in turn; what is there already is fine. */
	for (char *slash = out->path + 1; out->status == PSY_OK; slash++)
	{
		char kept;

		slash += strcspn(slash, "/");
		kept = *slash;
		*slash = '\0';
		if (mkdir(out->path, 0777) != 0 && errno != EEXIST)
			fail(out, "make the directory");
		else if (stat(out->path, &entry) == 0 && !S_ISDIR(entry.st_mode))
		{
			errno = ENOTDIR;
			fail(out, "write into");
		}
		*slash = kept;
		if (kept == '\0')
			return;
	}
}

void
sim_open(sim_output *out, const char *format, ...)
{
	char name[256];
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof name, format, args);
	va_end(args);
	set_path(out, name);
	out->file = NULL;
	if (out->status == PSY_OK && (out->file = fopen(out->path, "w")) == NULL)
		fail(out, "write");
}

void
sim_print(sim_output *out, const char *format, ...)
{
	va_list args;

	if (out->file == NULL)
		return;
	va_start(args, format);
	if (vfprintf(out->file, format, args) < 0)
		fail(out, "write");
	va_end(args);
}

/* Integers only, so that no library's rounding shows in the files; also faster than printf for millions of
 * values. */
void
sim_print_fixed(sim_output *out, long value, int digits)
{
	char text[32], *at = text + sizeof text;
	unsigned long rest = value < 0 ? 0UL - (unsigned long) value : (unsigned long) value;

	if (out->file == NULL)
		return;
	for (int d = 0; d <= digits || rest > 0; d++)
	{
		if (d == digits && digits > 0)
			*--at = '.';
		*--at = (char) ('0' + rest % 10);
		rest /= 10;
	}
	if (value < 0)
		*--at = '-';
	if (fwrite(at, 1, (size_t) (text + sizeof text - at), out->file) == 0)
		fail(out, "write");
}

void
sim_print_json(sim_output *out, const char *line)
{
	for (; out->file != NULL && *line != '\0'; line++)
		putc(*line == '\'' ? '"' : *line, out->file);
	sim_print(out, "\n");
}

void
sim_close(sim_output *out)
{
	if (out->file == NULL)
		return;
	if (ferror(out->file) != 0)
		fail(out, "write");
	if (fclose(out->file) != 0)
		fail(out, "write");
	out->file = NULL;
}

void
sim_write_lines(sim_output *out, const char *name, const char *const *line)
{
	sim_open(out, "%s", name);
	for (; *line != NULL; line++)
		sim_print(out, "%s\n", *line);
	sim_close(out);
}
