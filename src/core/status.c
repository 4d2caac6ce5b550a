/* status.c - fills psy_error; see status.h for the error model. */
#include "core/status.h"

#include <stdio.h>
#include <string.h>

psy_status
psy_fail_with(psy_error *err, psy_status code, const char *format, va_list args)
{
	if (err == NULL)
		return code;
	err->code = code;
	err->hint[0] = '\0';
	vsnprintf(err->message, sizeof err->message, format, args);
	return code;
}

psy_status
psy_fail(psy_error *err, psy_status code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	psy_fail_with(err, code, format, args);
	va_end(args);
	return code;
}

void
psy_append(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + used, size - used, format, args);
	va_end(args);
}

psy_status
psy_hint(psy_error *err, const char *format, ...)
{
	va_list args;

	/* Only a failure has a remedy: without a place to read its code from, it is still one. */
	if (err == NULL)
		return PSY_DOMAIN;
	va_start(args, format);
	vsnprintf(err->hint, sizeof err->hint, format, args);
	va_end(args);
	return err->code;
}
