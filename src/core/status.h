/*
 * status.h - the error model of libpsyrad.
 *
 * Every library function that can fail returns a psy_status and, when it is not PSY_OK, has filled
 * the caller's psy_error with a sentence for people.  The library never prints, exits or longjmps;
 * callers decide what an error means to them (extensions raise a SQLSTATE, the tool prints and rolls back).
 */
#ifndef PSY_STATUS_H
#define PSY_STATUS_H

#include <stdarg.h>
#include <stddef.h>

typedef enum psy_status
{
	PSY_OK = 0,
	PSY_DOMAIN,		 /* a value outside what the argument may hold */
	PSY_SHAPE,		 /* sizes or dimensions that do not fit each other */
	PSY_SINGULAR,	 /* a matrix or design without full rank */
	PSY_NOCONVERGE,	 /* an iteration that did not reach its tolerance */
	PSY_NOMEM,		 /* the context refused an allocation */
	PSY_LIMIT,		 /* input beyond a stated bound (bytes, depth, counts) */
	PSY_FORMAT,		 /* malformed untrusted bytes */
	PSY_UNSUPPORTED, /* well-formed, but not something psyrad computes */
	PSY_INTERRUPTED	 /* the context asked to stop */
} psy_status;

typedef struct psy_error
{
	psy_status code;
	char message[384]; /* what is wrong, where, and what was expected; no trailing full stop */
	char hint[192];	   /* what to do next; empty when there is nothing to say */
} psy_error;

/* Fills *err (which may be NULL) and returns code, so that `return psy_fail(err, ...)` reads well. */
psy_status psy_fail(psy_error *err, psy_status code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for callers that have variable arguments of their own. */
psy_status psy_fail_with(psy_error *err, psy_status code, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

/* Appends to the zero-terminated text[size], cutting what does not fit: for building parts of a message. */
void psy_append(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Adds the remedy to an error that psy_fail has just filled; returns its code, or PSY_DOMAIN when err is NULL. */
psy_status psy_hint(psy_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
