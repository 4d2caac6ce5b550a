/*
 * buffer.h - bytes that grow, for the command-line tool.
 *
 * The tool ends with a message when the machine has no memory left: unlike libpsyrad it owns its process.
 * What an untrusted file could make large is bounded by its reader, before anything here grows.
 */
#ifndef BUFFER_H
#define BUFFER_H

#include <stddef.h>
#include <stdint.h>

typedef struct buffer
{
	char *data; /* always followed by a NUL once something was added */
	size_t size;
	size_t room;
} buffer;

/* realloc of count * size bytes that never returns NULL: it ends the program with exit code 3. */
void *grow(void *pointer, size_t count, size_t size);
char *keep_text(const char *text);
char *keep_bytes(const char *bytes, size_t length); /* NUL-terminated */

void buffer_reserve(buffer *b, size_t more);
void buffer_add(buffer *b, const void *bytes, size_t length);
void buffer_text(buffer *b, const char *text);
void buffer_byte(buffer *b, char byte);
void buffer_format(buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_clear(buffer *b); /* forgets the bytes, keeps the room */
void buffer_free(buffer *b);

/* A JSON string with its quotes; a JSON member `"name": "value"` after a comma where one is needed. */
void json_string(buffer *b, const char *text);
void json_member(buffer *b, const char *name, const char *value);
void json_open(buffer *b, const char *name, char bracket); /* name may be NULL */
void json_element(buffer *b, const char *value);

/* A list of texts that the list owns. */
typedef struct text_list
{
	char **item;
	size_t count;
} text_list;

void list_add(text_list *list, const char *text);
void list_free(text_list *list);

#endif
