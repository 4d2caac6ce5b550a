/*
 * refresh.c - has the server keep the answers that the last load made stale.
 *
 * A connection of its own, since the refresh is a transaction of its own and a command's connection may have been lost or left in any state.
 */
#include "refresh.h"

#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether there is a report here that the caller may refresh. */
static bool
may_refresh(session *s, psy_error *err)
{
	PGresult *result = NULL;
	bool may = session_query(s, &result, err, "SELECT has_function_privilege(to_regprocedure('report.refresh(int)'), 'EXECUTE')", 0, NULL) == PSY_OK &&
			   strcmp(PQgetvalue(result, 0, 0), "t") == 0;

	PQclear(result);
	return may;
}

void
refresh_report(const char *url)
{
	const char *wish = getenv("PSYRAD_REFRESH");
	session s;
	psy_error err = {0};

	if (wish != NULL && strcmp(wish, "no") == 0)
		return;
	if (session_open(&s, url, &err) == PSY_OK && may_refresh(&s, &err))
	{
		if (isatty(STDERR_FILENO))
			fputs("\r\033[Kkeeping the report's answers ...", stderr);
		if (session_run(&s, "SELECT report.refresh()", &err) != PSY_OK)
			fprintf(stderr, "psyrad: the report's answers are right, but slow until they are kept: %s\n", err.message);
		if (isatty(STDERR_FILENO))
			fputs("\r\033[K", stderr);
	}
	session_close(&s);
}
