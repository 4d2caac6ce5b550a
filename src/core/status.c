/* status.c - fills psy_error; see status.h for the error model. */
#include "core/status.h"

#include <stdarg.h>
#include <stdio.h>

psy_status
psy_fail(psy_error *err, psy_status code, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return code;
	err->code = code;
	err->hint[0] = '\0';
	va_start(args, format);
	vsnprintf(err->message, sizeof err->message, format, args);
	va_end(args);
	return code;
}

psy_status
psy_hint(psy_error *err, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return PSY_OK;
	va_start(args, format);
	vsnprintf(err->hint, sizeof err->hint, format, args);
	va_end(args);
	return err->code;
}
