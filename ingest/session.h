/*
 * session.h - the connection to the warehouse: queries with text parameters, errors as psy_error.
 *
 * Of a server's error only the primary message and hint are shown: its detail may quote rows.
 */
#ifndef SESSION_H
#define SESSION_H

#include "core/status.h"

#include <libpq-fe.h>
#include <stdbool.h>

/* The SQLSTATE by which the loading functions refuse a file (migrations/deploy/ingest_load.sql). */
#define SQLSTATE_REFUSED "PSY01"

typedef struct session
{
	PGconn *conn;
	bool lost;    /* the server is gone: exit code 3 */
	bool refused; /* the last error was a refusal by a loading function */
} session;

/* url NULL: the environment PSYRAD_URL, else libpq's own defaults. */
psy_status session_open(session *s, const char *url, psy_error *err);
void session_close(session *s);

/* Runs one statement with text parameters (NULL is NULL).  *result, when wanted, is the caller's to PQclear.
 */
psy_status session_query(session *s, PGresult **result, psy_error *err, const char *sql, int count,
						 const char *const *values);
psy_status session_run(session *s, const char *sql, psy_error *err);

/* Takes the error of a result or of the connection. */
psy_status session_error(session *s, const PGresult *result, psy_error *err);

#endif
