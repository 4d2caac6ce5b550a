/* slice.c - see slice.h. */
#include "models/slice.h"

#include <stdlib.h>
#include <string.h>

#define MOST_TOKEN 64

psy_slice
psy_slice_line(psy_slice *rest)
{
	const char *stop = memchr(rest->at, '\n', psy_slice_length(*rest));
	psy_slice line = {rest->at, stop == NULL ? rest->end : stop};

	rest->at = stop == NULL ? rest->end : stop + 1;
	if (line.end > line.at && line.end[-1] == '\r')
		line.end--;
	return line;
}

psy_slice
psy_slice_word(psy_slice *text)
{
	psy_slice word;

	while (text->at < text->end && *text->at == ' ')
		text->at++;
	word.at = text->at;
	while (text->at < text->end && *text->at != ' ')
		text->at++;
	word.end = text->at;
	return word;
}

bool
psy_slice_begins(psy_slice slice, const char *text)
{
	size_t length = strlen(text);

	return psy_slice_length(slice) >= length && memcmp(slice.at, text, length) == 0;
}

bool
psy_slice_equals(psy_slice slice, const char *text)
{
	return psy_slice_begins(slice, text) && psy_slice_length(slice) == strlen(text);
}

bool
psy_slice_number(psy_slice slice, locale_t c_locale, double *number)
{
	char text[MOST_TOKEN], *end;
	size_t length = psy_slice_length(slice);

	if (length == 0 || length >= sizeof text)
		return false;
	memcpy(text, slice.at, length);
	text[length] = '\0';
	*number = strtod_l(text, &end, c_locale);
	/* strtod skips blanks in front; a number has none. */
	return end == text + length && (unsigned char) text[0] > ' ';
}
