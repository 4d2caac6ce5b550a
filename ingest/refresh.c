/* refresh.c - has the server keep the answers that the last load made stale: see refresh.h. */
#include "refresh.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
wish_is(const char *word)
{
	const char *wish = getenv("PSYRAD_REFRESH");

	return wish != NULL && strcmp(wish, word) == 0;
}

/* Whether the server says t; an error, as of a database without a report, is a no. */
static bool
answers_true(session *s, const char *question)
{
	PGresult *result = NULL;
	psy_error err = {0};
	bool yes = session_query(s, &result, &err, question, 0, NULL) == PSY_OK && strcmp(PQgetvalue(result, 0, 0), "t") == 0;

	PQclear(result);
	return yes;
}

static bool
may_refresh(session *s)
{
	return answers_true(s, "SELECT has_function_privilege(to_regprocedure('report.refresh(int)'), 'EXECUTE')");
}

static void
refresh_now(session *s)
{
	psy_error err = {0};

	if (isatty(STDERR_FILENO))
		fputs("\r\033[Kkeeping the report's answers ...", stderr);
	if (session_run(s, "SELECT report.refresh()", &err) != PSY_OK)
		fprintf(stderr, "psyrad: the report's answers are right, but slow until they are kept: %s\n", err.message);
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

void
refresh_report(const char *url)
{
	session s;
	psy_error err = {0};

	if (wish_is("no"))
		return;
	if (session_open(&s, url, &err) == PSY_OK && may_refresh(&s))
		refresh_now(&s);
	session_close(&s);
}

/* Who waits for the one that works lets others wait from the moment on when its own work begins: their marks may be younger. */
static void
refresh_in_turn(session *s)
{
	if (answers_true(s, "SELECT pg_try_advisory_lock(hashtextextended('report.refresh waits', 7))"))
		(void) session_run(s,
						   "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('report.refresh', 7));"
						   " SELECT pg_advisory_unlock(hashtextextended('report.refresh waits', 7)); SELECT report.refresh(); COMMIT",
						   NULL);
}

/* Nothing of the command's is held on to: whoever reads its output sees the end of it. */
static void
let_go(void)
{
	int nothing = open("/dev/null", O_RDWR);
	int most = (int) sysconf(_SC_OPEN_MAX);

	(void) setsid();
	for (int fd = 0; fd < 3 && nothing >= 0; fd++)
		(void) dup2(nothing, fd);
	for (int fd = 3; fd < most && fd < 65536; fd++)
		(void) close(fd);
}

/* What a load's own connection has answered. */
static enum { NOT_ASKED, SETTLED, WANTED } asked;

void
refresh_ask(session *s)
{
	bool may, many;

	if (wish_is("no") || wish_is("wait"))
		return;
	may = may_refresh(s);
	many = may && answers_true(s, "SELECT report.keeps_answers()");
	if (may && !many)
		refresh_now(s);
	asked = many ? WANTED : SETTLED;
}

static void
ask_anew(const char *url)
{
	session s;
	psy_error err = {0};

	if (session_open(&s, url, &err) == PSY_OK)
		refresh_ask(&s);
	session_close(&s);
}

void
refresh_report_behind(const char *url)
{
	session s;
	psy_error err = {0};

	if (wish_is("no"))
		return;
	if (wish_is("wait"))
	{
		refresh_report(url);
		return;
	}
	if (asked == NOT_ASKED)
		ask_anew(url);
	if (asked != WANTED)
		return;
	fflush(NULL);
	if (fork() != 0)
		return;
	let_go();
	if (session_open(&s, url, &err) == PSY_OK)
		refresh_in_turn(&s);
	session_close(&s);
	_exit(0);
}
