/* bids_ignore.c - see bids_ignore.h. */
#include "bids_ignore.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

void
bids_ignore_read(text_list *patterns, const char *text)
{
	while (*text)
	{
		size_t length = strcspn(text, "\r\n"), n = length;
		char *line;

		while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
			n--;
		line = keep_bytes(text, n);
		if (*line && *line != '#')
			list_add(patterns, line);
		free(line);
		text += length;
		text += strspn(text, "\r\n");
	}
}

/* A pattern with two stars crosses slashes; its first ones, before a slash, may also be nothing. */
static bool
path_matches(const char *pattern, const char *path)
{
	int flags = strstr(pattern, "**") != NULL ? 0 : FNM_PATHNAME;

	return fnmatch(pattern, path, flags) == 0 || (strncmp(pattern, "**/", 3) == 0 && fnmatch(pattern + 3, path, flags) == 0);
}

static bool
matches(const char *pattern, const char *path, bool is_folder)
{
	size_t n = strlen(pattern);
	const char *slash = strrchr(path, '/');
	char *body = keep_text(pattern);
	bool found;

	if (n > 1 && body[n - 1] == '/')
		body[n - 1] = '\0';
	if (n > 1 && pattern[n - 1] == '/' && !is_folder)
		found = false;
	else if (strchr(body, '/') == NULL)
		found = fnmatch(body, slash ? slash + 1 : path, 0) == 0;
	else
		found = path_matches(*body == '/' ? body + 1 : body, path);
	free(body);
	return found;
}

bool
bids_ignored(const text_list *patterns, const char *path, bool is_folder)
{
	bool out = false;

	for (size_t i = 0; i < patterns->count; i++)
	{
		const char *pattern = patterns->item[i];
		bool back = *pattern == '!';

		if (matches(pattern + back, path, is_folder))
			out = !back;
	}
	return out;
}
