/* session.c - libpq with the tool's error model; see session.h. */
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
on_notice(void *arg, const PGresult *result)
{
	(void) arg;
	fprintf(stderr, "psyrad: %s\n", PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
}

/* libpq ends its messages with a line end, and may write several lines. */
static void
first_line(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%.*s", (int) strcspn(text, "\n"), text);
}

psy_status
session_error(session *s, const PGresult *result, psy_error *err)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
	char text[300];

	s->lost = PQstatus(s->conn) != CONNECTION_OK;
	s->refused = state != NULL && strcmp(state, SQLSTATE_REFUSED) == 0;
	if (s->lost || message == NULL)
	{
		first_line(text, sizeof text, PQerrorMessage(s->conn));
		psy_fail(err, PSY_UNSUPPORTED, "the server is gone: %s", text);
		return psy_hint(err, "nothing of the current file was kept; run the same command again");
	}
	if (s->refused)
		psy_fail(err, PSY_DOMAIN, "%s", message);
	else
		psy_fail(err, PSY_UNSUPPORTED, "%s (SQLSTATE %s)", message, state ? state : "unknown");
	if (state != NULL && strcmp(state, "3F000") == 0)
		psy_hint(err, "no warehouse is deployed in this database: make up, or migrations/bin/deploy URL");
	else if (hint != NULL)
		psy_hint(err, "%s", hint);
	return err->code;
}

static psy_status
check_server(session *s, psy_error *err)
{
	const char *encoding = PQparameterStatus(s->conn, "server_encoding");

	if (encoding == NULL || strcmp(encoding, "UTF8") != 0)
		return psy_fail(err, PSY_UNSUPPORTED, "the database is encoded in %s; psyrad needs UTF8",
						encoding ? encoding : "something unknown");
	/* Compiling expressions takes longer than the one file that they are for; staged rows and their sorts stay in memory up to here. */
	return session_run(s, "SET client_min_messages = warning; SET extra_float_digits = 1; SET jit = off; SET temp_buffers = '64MB'; SET work_mem = '32MB'",
					   err);
}

psy_status
session_open(session *s, const char *url, psy_error *err)
{
	const char *keys[] = {"dbname", "fallback_application_name", "client_encoding", NULL};
	const char *values[] = {url ? url : getenv("PSYRAD_URL"), "psyrad", "UTF8", NULL};
	char text[300];

	*s = (session){.conn = PQconnectdbParams(keys, values, 1)};
	if (PQstatus(s->conn) == CONNECTION_OK)
	{
		PQsetNoticeReceiver(s->conn, on_notice, NULL);
		return check_server(s, err);
	}
	s->lost = true;
	first_line(text, sizeof text, PQerrorMessage(s->conn));
	psy_fail(err, PSY_UNSUPPORTED, "cannot reach the server: %s", text);
	return psy_hint(err, "name one by --db or PSYRAD_URL; `make url` prints that of the private cluster");
}

void
session_close(session *s)
{
	PQfinish(s->conn);
	s->conn = NULL;
}

psy_status
session_query(session *s, PGresult **result, psy_error *err, const char *sql, int count,
			  const char *const *values)
{
	PGresult *r = PQexecParams(s->conn, sql, count, NULL, values, NULL, NULL, 0);
	ExecStatusType got = PQresultStatus(r);
	psy_status status = PSY_OK;

	s->refused = false;
	if (got != PGRES_TUPLES_OK && got != PGRES_COMMAND_OK)
		status = session_error(s, r, err);
	if (status == PSY_OK && result != NULL)
		*result = r;
	else
		PQclear(r);
	return status;
}

psy_status
session_run(session *s, const char *sql, psy_error *err)
{
	PGresult *r = PQexec(s->conn, sql);
	ExecStatusType got = PQresultStatus(r);
	psy_status status = PSY_OK;

	s->refused = false;
	if (got != PGRES_TUPLES_OK && got != PGRES_COMMAND_OK)
		status = session_error(s, r, err);
	PQclear(r);
	return status;
}
