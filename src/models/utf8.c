/* utf8.c - see utf8.h.  The byte ranges are those of the Unicode Standard, table 3-7. */
#include "models/utf8.h"

static bool
within(const char *text, size_t k, unsigned low, unsigned high)
{
	unsigned char byte = (unsigned char) text[k];

	return byte >= low && byte <= high;
}

static size_t
three_bytes(const char *text, unsigned char lead)
{
	unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
	unsigned high = lead == 0xED ? 0x9F : 0xBF;

	return within(text, 1, low, high) && within(text, 2, 0x80, 0xBF) ? 3 : 0;
}

static size_t
four_bytes(const char *text, unsigned char lead)
{
	unsigned low = lead == 0xF0 ? 0x90 : 0x80;
	unsigned high = lead == 0xF4 ? 0x8F : 0xBF;

	return within(text, 1, low, high) && within(text, 2, 0x80, 0xBF) && within(text, 3, 0x80, 0xBF) ? 4 : 0;
}

size_t
psy_utf8_char(const char *text, size_t available)
{
	unsigned char lead;

	if (available == 0)
		return 0;
	lead = (unsigned char) text[0];
	if (lead < 0x80)
		return 1;
	if (lead >= 0xC2 && lead <= 0xDF)
		return available >= 2 && within(text, 1, 0x80, 0xBF) ? 2 : 0;
	if (lead >= 0xE0 && lead <= 0xEF)
		return available >= 3 ? three_bytes(text, lead) : 0;
	if (lead >= 0xF0 && lead <= 0xF4)
		return available >= 4 ? four_bytes(text, lead) : 0;
	return 0;
}

bool
psy_utf8_text(const char *text, size_t bytes)
{
	for (size_t k = 0; k < bytes;)
	{
		size_t step = psy_utf8_char(text + k, bytes - k);

		if (step == 0 || text[k] == '\0')
			return false;
		k += step;
	}
	return true;
}

int
psy_utf8_clip(const char *text, size_t bytes, size_t most)
{
	size_t length = bytes < most ? bytes : most;

	while (length > 0 && length < bytes && ((unsigned char) text[length] & 0xC0) == 0x80)
		length--;
	return (int) length;
}
