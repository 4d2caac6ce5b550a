/* share.c - see share.h. */
#include "share.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *
share_path(const char *name)
{
	const char *home = getenv("PSYRAD_SHARE");
	char self[PATH_MAX];
	buffer path = {0};
	ssize_t n;

	if (home != NULL && *home)
		buffer_text(&path, home);
	else
	{
		n = readlink("/proc/self/exe", self, sizeof self - 1);
		self[n > 0 ? n : 0] = '\0';
		if (strrchr(self, '/') != NULL)
			*strrchr(self, '/') = '\0';
		buffer_format(&path, "%s/../share/psyrad", self);
	}
	buffer_format(&path, "/%s", name);
	return path.data;
}

psy_status
share_read(const char *path, buffer *text, psy_error *err)
{
	FILE *file = fopen(path, "re");
	char chunk[1 << 14];
	size_t n;

	if (file == NULL)
	{
		psy_fail(err, PSY_UNSUPPORTED, "%s cannot be opened: %s", path, strerror(errno));
		return psy_hint(err, "run make, or set PSYRAD_SHARE to the folder share/psyrad");
	}
	while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
		buffer_add(text, chunk, n);
	fclose(file);
	buffer_text(text, "");
	return PSY_OK;
}
