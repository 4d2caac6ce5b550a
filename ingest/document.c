/* document.c - whole small files; see document.h. */
#include "document.h"

#include "reader_text.h"

static psy_status
read_text(const char *path, text_encoding encoding, size_t limit, buffer *text, uint8_t sha256[SHA256_BYTES], psy_error *err)
{
	source s;
	text_reader reader;
	const char *line;
	size_t length;
	long number;
	uint64_t size;
	psy_status status = source_open(&s, path, err);

	if (status != PSY_OK)
		return status;
	text_open(&reader, &s, encoding);
	while ((status = text_next(&reader, &line, &length, &number, err)) == PSY_OK && line != NULL)
	{
		if (text->size + length > limit)
		{
			status = psy_fail(err, PSY_LIMIT, "more than %zu MB", limit >> 20);
			break;
		}
		buffer_add(text, line, length);
	}
	if (status == PSY_OK)
		status = source_finish(&s, sha256, &size, err);
	text_close(&reader);
	source_close(&s);
	return status;
}

psy_status
read_document(const char *path, size_t limit, buffer *text, uint8_t sha256[SHA256_BYTES], psy_error *err)
{
	return read_text(path, ENCODING_AUTO, limit, text, sha256, err);
}

psy_status
read_document_again(const char *path, text_encoding encoding, const uint8_t sha256[SHA256_BYTES], size_t limit, buffer *text, psy_error *err)
{
	uint8_t found[SHA256_BYTES];
	psy_status status = read_text(path, encoding, limit, text, found, err);

	return status == PSY_OK ? hash_same(found, sha256, err) : status;
}
