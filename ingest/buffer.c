/* buffer.c - growing bytes, lists of texts and the little JSON that options need; see buffer.h. */
#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *
grow(void *pointer, size_t count, size_t size)
{
	size_t bytes;
	void *grown = NULL;

	if (!__builtin_mul_overflow(count, size, &bytes))
		grown = realloc(pointer, bytes ? bytes : 1);
	if (grown == NULL)
	{
		fputs("psyrad: out of memory\n", stderr);
		exit(3);
	}
	return grown;
}

char *
keep_bytes(const char *bytes, size_t length)
{
	char *copy = grow(NULL, length + 1, 1);

	if (length > 0)
		memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

char *
keep_text(const char *text)
{
	return keep_bytes(text, strlen(text));
}

void
buffer_reserve(buffer *b, size_t more)
{
	size_t need = b->size + more + 1;

	if (need <= b->room)
		return;
	b->room = need < 256 ? 256 : need + need / 2;
	b->data = grow(b->data, b->room, 1);
}

void
buffer_add(buffer *b, const void *bytes, size_t length)
{
	buffer_reserve(b, length);
	if (length > 0)
		memcpy(b->data + b->size, bytes, length);
	b->size += length;
	b->data[b->size] = '\0';
}

void
buffer_text(buffer *b, const char *text)
{
	buffer_add(b, text, strlen(text));
}

void
buffer_byte(buffer *b, char byte)
{
	buffer_add(b, &byte, 1);
}

void
buffer_format(buffer *b, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	buffer_reserve(b, (size_t) length);
	va_start(args, format);
	vsnprintf(b->data + b->size, (size_t) length + 1, format, args);
	va_end(args);
	b->size += (size_t) length;
}

void
buffer_clear(buffer *b)
{
	b->size = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void
buffer_free(buffer *b)
{
	free(b->data);
	*b = (buffer){0};
}

void
json_string(buffer *b, const char *text)
{
	buffer_byte(b, '"');
	for (const unsigned char *c = (const unsigned char *) text; *c; c++)
	{
		if (*c == '"' || *c == '\\')
			buffer_format(b, "\\%c", *c);
		else if (*c < 0x20)
			buffer_format(b, "\\u%04x", *c);
		else
			buffer_byte(b, (char) *c);
	}
	buffer_byte(b, '"');
}

/* A comma unless something has just been opened. */
static void
json_comma(buffer *b)
{
	if (b->size > 0 && b->data[b->size - 1] != '{' && b->data[b->size - 1] != '[')
		buffer_byte(b, ',');
}

void
json_member(buffer *b, const char *name, const char *value)
{
	json_comma(b);
	json_string(b, name);
	buffer_byte(b, ':');
	json_string(b, value);
}

void
json_element(buffer *b, const char *value)
{
	json_comma(b);
	json_string(b, value);
}

void
json_open(buffer *b, const char *name, char bracket)
{
	json_comma(b);
	if (name != NULL)
	{
		json_string(b, name);
		buffer_byte(b, ':');
	}
	buffer_byte(b, bracket);
}

void
list_add(text_list *list, const char *text)
{
	list->item = grow(list->item, list->count + 1, sizeof *list->item);
	list->item[list->count++] = keep_text(text);
}

void
list_free(text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->item[i]);
	free(list->item);
	*list = (text_list){0};
}
