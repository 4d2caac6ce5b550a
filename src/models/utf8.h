/* utf8.h - UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef PSY_UTF8_H
#define PSY_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes (1 to 4) of the valid character at text, at most available; 0 when it is none. */
size_t psy_utf8_char(const char *text, size_t available);

/* Whether text[bytes] is valid UTF-8 without U+0000. */
bool psy_utf8_text(const char *text, size_t bytes);

/* The largest length <= most at which the valid text can be cut between characters (for "%.*s"). */
int psy_utf8_clip(const char *text, size_t bytes, size_t most);

#endif
