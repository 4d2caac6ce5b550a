/*
 * reader_text.c - decodes a text file to UTF-8 in chunks and cuts it into lines; see reader_text.h.
 *
 * A decoding error is held back until the lines before it have been given out, so that its line and column
 * are counted where it stands.
 */
#include "reader_text.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CHUNK ((size_t) 1 << 16)

bool
encoding_by_name(const char *name, text_encoding *encoding)
{
	static const struct
	{
		const char *name;
		text_encoding encoding;
	} known[] = {{"utf-8", ENCODING_UTF8},     {"utf8", ENCODING_UTF8},       {"utf-16", ENCODING_UTF16},
				 {"utf16", ENCODING_UTF16},    {"gb18030", ENCODING_GB18030}, {"gbk", ENCODING_GB18030},
				 {"gb2312", ENCODING_GB18030}, {"windows-1252", ENCODING_WINDOWS1252},
				 {"latin1", ENCODING_WINDOWS1252}, {"auto", ENCODING_AUTO}};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcasecmp(name, known[i].name) == 0)
		{
			*encoding = known[i].encoding;
			return true;
		}
	return false;
}

void
text_open(text_reader *reader, source *from, text_encoding encoding)
{
	*reader = (text_reader){.from = from, .encoding = encoding, .line = 1};
}

void
text_close(text_reader *reader)
{
	if (reader->converter != NULL)
		iconv_close(reader->converter);
	buffer_free(&reader->decoded);
}

size_t
utf8_character(const unsigned char *p, const unsigned char *end)
{
	size_t length = *p < 0x80 ? 1 : *p < 0xc2 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : *p < 0xf5 ? 4 : 0;

	if (length == 0 || (size_t) (end - p) < length)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) || (*p == 0xf0 && p[1] < 0x90) ||
		(*p == 0xf4 && p[1] > 0x8f))
		return 0;
	return length;
}

void
utf8_repair(char *text)
{
	const unsigned char *p = (const unsigned char *) text, *end = p + strlen(text);
	char *to = text;

	while (p < end)
	{
		size_t length = utf8_character(p, end);

		memmove(to, p, length);
		to += length;
		p += length > 0 ? length : 1;
	}
	*to = '\0';
}

/* Whether the bytes may be the start of a longer character, of which the rest is in the next chunk. */
static bool
utf8_cut(const unsigned char *p, const unsigned char *end)
{
	size_t need = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : *p >= 0xc2 ? 2 : 1;

	if ((size_t) (end - p) >= need || *p >= 0xf5)
		return false;
	for (p++; p < end; p++)
		if ((*p & 0xc0) != 0x80)
			return false;
	return true;
}

/* Remembers what is wrong after the bytes decoded so far. */
static void
broken(text_reader *reader, const char *what, const char *hint)
{
	reader->broken = true;
	psy_fail(&reader->problem, PSY_FORMAT, "%s", what);
	psy_hint(&reader->problem, "%s", hint);
}

static void
broken_byte(text_reader *reader, unsigned char byte, const char *encoding, const char *hint)
{
	char what[80];

	snprintf(what, sizeof what, "byte 0x%02x is not valid %s", byte, encoding);
	broken(reader, what, hint);
}

static void
keep_raw(text_reader *reader, const unsigned char *p, const unsigned char *end)
{
	reader->raw_size = (size_t) (end - p);
	memcpy(reader->raw, p, reader->raw_size);
}

static void
decode_utf8(text_reader *reader, const unsigned char *p, const unsigned char *end)
{
	const unsigned char *start = p;

	while (p < end)
	{
		uint64_t eight;
		size_t length;

		/* Mostly ASCII: eight bytes at a time. */
		for (; end - p >= 8 && (memcpy(&eight, p, 8), (eight & 0x8080808080808080u) == 0); p += 8)
			;
		if (p == end)
			break;
		length = utf8_character(p, end);
		if (length == 0)
			break;
		p += length;
	}
	buffer_add(&reader->decoded, start, (size_t) (p - start));
	if (p == end)
		return;
	if (!reader->ended && utf8_cut(p, end))
		keep_raw(reader, p, end);
	else
		broken_byte(reader, *p, "UTF-8",
					"a Chinese file saved by Excel is often GBK: say --encoding gb18030");
}

static void
add_character(buffer *b, uint32_t c)
{
	char bytes[4];
	size_t n = 0;

	if (c < 0x80)
		bytes[n++] = (char) c;
	else
	{
		if (c < 0x800)
			bytes[n++] = (char) (0xc0 | c >> 6);
		else
		{
			if (c < 0x10000)
				bytes[n++] = (char) (0xe0 | c >> 12);
			else
			{
				bytes[n++] = (char) (0xf0 | c >> 18);
				bytes[n++] = (char) (0x80 | (c >> 12 & 0x3f));
			}
			bytes[n++] = (char) (0x80 | (c >> 6 & 0x3f));
		}
		bytes[n++] = (char) (0x80 | (c & 0x3f));
	}
	buffer_add(b, bytes, n);
}

static uint32_t
utf16_unit(const text_reader *reader, const unsigned char *p)
{
	return reader->big_endian ? (uint32_t) p[0] << 8 | p[1] : (uint32_t) p[1] << 8 | p[0];
}

static void
decode_utf16(text_reader *reader, const unsigned char *p, const unsigned char *end)
{
	while (end - p >= 2)
	{
		uint32_t unit = utf16_unit(reader, p);

		if (unit < 0xd800 || unit > 0xdfff)
		{
			add_character(&reader->decoded, unit);
			p += 2;
			continue;
		}
		if (unit < 0xdc00 && end - p < 4 && !reader->ended)
			break;
		if (unit > 0xdbff || end - p < 4 || (utf16_unit(reader, p + 2) & 0xfc00) != 0xdc00)
		{
			broken(reader, "half of a UTF-16 surrogate pair", "");
			return;
		}
		add_character(&reader->decoded,
					  0x10000 + ((unit & 0x3ff) << 10) + (utf16_unit(reader, p + 2) & 0x3ff));
		p += 4;
	}
	if (p < end && reader->ended)
		broken(reader, "the file ends in half of a UTF-16 character", "");
	else
		keep_raw(reader, p, end);
}

static void
decode_iconv(text_reader *reader, const unsigned char *p, const unsigned char *end, const char *name)
{
	char *in = (char *) p;
	size_t left = (size_t) (end - p);

	if (reader->converter == NULL)
	{
		iconv_t converter = iconv_open("UTF-8", name);

		if (converter == (iconv_t) -1)
		{
			broken(reader, "this system's iconv does not know the encoding",
				   "install the C library's gconv modules");
			return;
		}
		reader->converter = converter;
	}
	while (left > 0)
	{
		char *out;
		size_t room = left * 4, before = room;

		buffer_reserve(&reader->decoded, room);
		out = reader->decoded.data + reader->decoded.size;
		if (iconv(reader->converter, &in, &left, &out, &room) != (size_t) -1 || errno == E2BIG)
		{
			reader->decoded.size += before - room;
			continue;
		}
		reader->decoded.size += before - room;
		if (errno == EINVAL && !reader->ended && left < sizeof reader->raw)
			keep_raw(reader, (unsigned char *) in, end);
		else
			broken_byte(reader, (unsigned char) *in, name, "");
		return;
	}
}

/* Looks at the first bytes for a byte order mark; returns how many bytes it takes. */
static size_t
byte_order_mark(text_reader *reader, const unsigned char *p, size_t size)
{
	bool little = size >= 2 && p[0] == 0xff && p[1] == 0xfe;
	bool big = size >= 2 && p[0] == 0xfe && p[1] == 0xff;

	if ((little || big) && (reader->encoding == ENCODING_AUTO || reader->encoding == ENCODING_UTF16))
	{
		reader->encoding = ENCODING_UTF16;
		reader->big_endian = big;
		return 2;
	}
	if (reader->encoding == ENCODING_AUTO)
		reader->encoding = ENCODING_UTF8;
	/* Without a mark: a header that begins with a Latin letter tells which byte comes first. */
	if (!reader->endian_told)
		reader->big_endian = reader->encoding == ENCODING_UTF16 && size >= 2 && p[0] == 0 && p[1] != 0;
	if (reader->encoding == ENCODING_UTF8 && size >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		return 3;
	return 0;
}

/* Whether the byte is among those decoded since there were so many. */
static bool
found_since(const text_reader *reader, size_t before, char byte)
{
	return reader->decoded.size > before && memchr(reader->decoded.data + before, byte, reader->decoded.size - before) != NULL;
}

static psy_status
fill(text_reader *reader, psy_error *err)
{
	unsigned char chunk[CHUNK + sizeof reader->raw];
	size_t got, skip = 0, size = reader->raw_size, before = reader->decoded.size;
	psy_status status;

	memcpy(chunk, reader->raw, size);
	status = source_read(reader->from, chunk + size, CHUNK, &got, err);
	if (status != PSY_OK)
		return status;
	reader->ended = got < CHUNK;
	reader->raw_size = 0;
	size += got;
	if (!reader->started)
		skip = byte_order_mark(reader, chunk, size);
	reader->started = true;
	if (reader->encoding == ENCODING_UTF16)
		decode_utf16(reader, chunk + skip, chunk + size);
	else if (reader->encoding == ENCODING_GB18030)
		decode_iconv(reader, chunk + skip, chunk + size, "GB18030");
	else if (reader->encoding == ENCODING_WINDOWS1252)
		decode_iconv(reader, chunk + skip, chunk + size, "WINDOWS-1252");
	else
		decode_utf8(reader, chunk + skip, chunk + size);
	reader->nuls |= found_since(reader, before, '\0');
	reader->returns |= found_since(reader, before, '\r');
	reader->quotes |= found_since(reader, before, '"');
	return PSY_OK;
}

/* Length of the first line in p with its ending, looked for from *scanned; 0 when its end is not there yet.
 * A NUL stops it: *nul. */
static size_t
line_length(const text_reader *reader, const char *p, size_t size, bool last, size_t *scanned, bool *nul)
{
	const char *from = p + *scanned, *end = memchr(from, '\n', size - *scanned), *zero, *cr;
	size_t limit = end != NULL ? (size_t) (end - p) : size;

	zero = reader->nuls ? memchr(from, '\0', limit - *scanned) : NULL;
	if (zero != NULL)
		limit = (size_t) (zero - p);
	cr = reader->returns ? memchr(from, '\r', limit - *scanned) : NULL;
	if (cr != NULL && (cr + 1 < p + size || last))
		return (size_t) (cr - p) + (cr + 1 < p + size && cr[1] == '\n' ? 2 : 1);
	if (zero != NULL)
	{
		*nul = true;
		return limit;
	}
	if (end != NULL)
		return limit + 1;
	*scanned = size > 0 && p[size - 1] == '\r' ? size - 1 : size;
	return last ? size : 0;
}

static long
characters(const char *p, size_t size)
{
	long n = 0;

	for (size_t i = 0; i < size; i++)
		n += ((unsigned char) p[i] & 0xc0) != 0x80;
	return n;
}

static psy_status
text_error(const text_reader *reader, const char *p, size_t size, const char *what, const char *hint,
		   psy_error *err)
{
	psy_fail(err, PSY_FORMAT, "line %ld, column %ld: %s", reader->line, characters(p, size) + 1, what);
	return psy_hint(err, "%s", hint);
}

psy_status
text_next(text_reader *reader, const char **bytes, size_t *length, long *line, psy_error *err)
{
	for (;;)
	{
		const char *p = reader->decoded.data == NULL ? "" : reader->decoded.data + reader->at;
		size_t size = reader->decoded.size - reader->at, n;
		bool nul = false, last = reader->ended && !reader->broken && reader->raw_size == 0;

		n = line_length(reader, p, size, last, &reader->scanned, &nul);
		if (nul)
			return text_error(
				reader, p, n, "a NUL byte",
				"the file is damaged, or UTF-16 without a byte order mark: then say --encoding utf-16", err);
		if (n > 0)
		{
			*bytes = p;
			*length = n;
			*line = reader->line++;
			reader->at += n;
			reader->scanned = 0;
			return PSY_OK;
		}
		if (reader->broken)
			return text_error(reader, p, size, reader->problem.message, reader->problem.hint, err);
		if (reader->ended && reader->raw_size == 0)
		{
			*bytes = NULL;
			*length = 0;
			return PSY_OK;
		}
		if (size > TEXT_MAX_LINE)
			return psy_fail(err, PSY_LIMIT, "line %ld is longer than %zu MB", reader->line,
							TEXT_MAX_LINE >> 20);
		if (size > 0)
			memmove(reader->decoded.data, p, size);
		reader->decoded.size = size;
		reader->at = 0;
		psy_status status = fill(reader, err);
		if (status != PSY_OK)
			return status;
	}
}
