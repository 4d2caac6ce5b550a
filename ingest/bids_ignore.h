/*
 * bids_ignore.h - what a data set's .bidsignore says is no part of it: patterns a line, as in .gitignore. One without a slash is of names
 * at any depth, one with a slash of paths from the root; a slash at its end means folders; ! takes back; # is a comment. A star crosses
 * no slash, two do.
 */
#ifndef BIDS_IGNORE_H
#define BIDS_IGNORE_H

#include "buffer.h"

#include <stdbool.h>

/* The patterns of a text. */
void bids_ignore_read(text_list *patterns, const char *text);

/* Whether the last pattern that matches leaves a path (relative to the root) out. */
bool bids_ignored(const text_list *patterns, const char *path, bool is_folder);

#endif
