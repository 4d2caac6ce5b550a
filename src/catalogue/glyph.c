/* glyph.c - see glyph.h. */
#include "catalogue/glyph.h"

#include "catalogue/variants.h"

#include <string.h>
#include <utf8proc.h>

#define MOST_BYTES ((size_t) 1 << 20)
#define MOST_CLUSTER 32 /* code points of a character with its marks; more marks are dropped */

#define NORMAL (UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE)

psy_glyph_class
psy_glyph_class_of(uint32_t c)
{
	utf8proc_category_t category;

	if (c == ' ' || c == '\t' || c == 0x3000)
		return PSY_GLYPH_BLANK;
	if (c >= '0' && c <= '9')
		return PSY_GLYPH_DIGIT;
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') ? PSY_GLYPH_LETTER : PSY_GLYPH_OTHER;
	if ((c >= 0x3400 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x323AF))
		return PSY_GLYPH_HAN;
	category = utf8proc_category((utf8proc_int32_t) c);
	return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME ? PSY_GLYPH_LETTER
																				: PSY_GLYPH_OTHER;
}

bool
psy_glyph_joins(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '-' || c == '.' || c == '_' || c == '\'' || c == 0xB7;
}

/* One form for what is written in many; 0: nothing at all. */
static uint32_t
plain(uint32_t c)
{
	static const uint16_t from_to[][2] = {
		{0x103, 0x1CE}, {0x115, 0x11B},   {0x12D, 0x1D0}, {0x14F, 0x1D2}, {0x16D, 0x1D4}, {0x251, 'a'},
		{0x261, 'g'},   {0x8167, 0x4FDE}, {0x2018, '\''}, {0x2019, '\''}, {'"', '\''},    {'`', '\''},
		{0x201C, '\''}, {0x201D, '\''},   {0x30FB, 0xB7}, {0x2022, 0xB7}, {0x2027, 0xB7}, {0x2219, 0xB7},
		{0x2212, '-'},  {0x2028, '\n'},   {0x2029, '\n'}, {'\r', '\n'},   {'\v', '\n'},   {'\f', '\n'},
		{0x3010, '('},  {0x3011, ')'},    {'[', '('},     {']', ')'},     {0x3014, '('},  {0x3015, ')'},
		{'{', '('},     {'}', ')'}};

	if (c >= 0x2010 && c <= 0x2015)
		return '-';
	if ((c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF || c == 0xAD)
		return 0;
	for (size_t k = 0; k < sizeof from_to / sizeof *from_to; k++)
		if (from_to[k][0] == c)
			return from_to[k][1];
	return psy_simplified((uint32_t) utf8proc_tolower((utf8proc_int32_t) c));
}

/* A number in a circle or brackets: it counts points of a list, and is none of their numbers. */
static bool
is_enumerator(utf8proc_int32_t c)
{
	return (c >= 0x2460 && c <= 0x249B) || (c >= 0x24F5 && c <= 0x24FE) || (c >= 0x2776 && c <= 0x2793);
}

/* Normalises one character with its marks and adds what it gives. */
static size_t
add_cluster(const utf8proc_int32_t *from, size_t length, size_t start, size_t end, psy_glyph *to)
{
	utf8proc_int32_t work[MOST_CLUSTER * 20];
	utf8proc_ssize_t n = 0;
	size_t kept = 0;
	int last_class = 0;

	if (is_enumerator(from[0]))
	{
		*to = (psy_glyph){';', (uint32_t) start, (uint32_t) end};
		return 1;
	}
	for (size_t k = 0; k < length; k++)
		n += utf8proc_decompose_char(from[k], work + n, (utf8proc_ssize_t) (sizeof work / sizeof *work) - n,
									 (utf8proc_option_t) NORMAL, &last_class);
	n = utf8proc_normalize_utf32(work, n, (utf8proc_option_t) NORMAL);
	for (utf8proc_ssize_t k = 0; k < n; k++)
	{
		uint32_t c = plain((uint32_t) work[k]);

		if (c != 0)
			to[kept++] = (psy_glyph){c, (uint32_t) start, (uint32_t) end};
	}
	return kept;
}

static bool
is_mark(utf8proc_int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

psy_status
psy_glyphs(const psy_context *ctx, const char *text, size_t length, psy_glyph **glyph, size_t *count,
		   psy_error *err)
{
	const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *) text;
	utf8proc_int32_t cluster[MOST_CLUSTER], c;
	size_t n = 0, room = length * 18 + 1, at = 0;
	void *memory;
	psy_status status;

	if (length > MOST_BYTES)
		return psy_fail(err, PSY_LIMIT, "a text of %zu bytes; at most %zu are searched for acupoints", length,
						MOST_BYTES);
	status = psy_alloc(ctx, room, sizeof **glyph, &memory, err);
	if (status != PSY_OK)
		return status;
	*glyph = memory;
	while (at < length)
	{
		size_t start = at, members = 0;

		for (;;)
		{
			utf8proc_ssize_t step =
				at < length ? utf8proc_iterate(bytes + at, (utf8proc_ssize_t) (length - at), &c) : 0;

			if (step < 0)
			{
				psy_release(ctx, memory);
				return psy_fail(err, PSY_FORMAT, "the text is not valid UTF-8");
			}
			if (step == 0 || (members > 0 && !is_mark(c)))
				break;
			if (members < MOST_CLUSTER)
				cluster[members++] = c;
			at += (size_t) step;
		}
		n += add_cluster(cluster, members, start, at, *glyph + n);
	}
	*count = n;
	return PSY_OK;
}

psy_status
psy_acupoint_fold(const psy_context *ctx, const char *text, size_t length, char **folded, psy_error *err)
{
	psy_glyph *g;
	size_t count, n = 0;
	void *memory;
	psy_status status = psy_glyphs(ctx, text, length, &g, &count, err);

	if (status != PSY_OK)
		return status;
	status = psy_alloc(ctx, count * 4 + 1, 1, &memory, err);
	for (size_t k = 0; status == PSY_OK && k < count; k++)
	{
		bool digit_before = n > 0 && ((char *) memory)[n - 1] >= '0' && ((char *) memory)[n - 1] <= '9';
		size_t next = k;

		while (next < count && psy_glyph_joins(g[next].character))
			next++;
		if (next > k && digit_before && next < count &&
			psy_glyph_class_of(g[next].character) == PSY_GLYPH_DIGIT)
			((char *) memory)[n++] = ' ';
		k = next;
		if (k < count && g[k].character == '0' && !digit_before && k + 1 < count &&
			psy_glyph_class_of(g[k + 1].character) == PSY_GLYPH_DIGIT)
			continue;
		if (k < count)
			n += (size_t) utf8proc_encode_char((utf8proc_int32_t) g[k].character,
											   (utf8proc_uint8_t *) memory + n);
	}
	psy_release(ctx, g);
	if (status != PSY_OK)
		return status;
	*folded = memory;
	(*folded)[n] = '\0';
	return PSY_OK;
}
