/*
 * cmd_query.c - psyrad status, rejects, ask: what was loaded, what was not, and the questions of
 * sql/questions.
 */
#include "cmd.h"

#include "print.h"
#include "share.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
report_error(const session *s, const psy_error *err)
{
	return complain(err, s->lost ? EXIT_SERVER : EXIT_REJECTED);
}

/* Runs the query and gives its result, if it has columns, to show. */
static int
ask_server(const char *url, const char *sql, int count, const char *const *values, void (*show)(const PGresult *result, const char *sql))
{
	session s;
	psy_error err = {0};
	PGresult *result;
	int code = EXIT_OK;

	if (session_open(&s, url, &err) != PSY_OK ||
		session_query(&s, &result, &err, sql, count, values) != PSY_OK)
		code = report_error(&s, &err);
	else
	{
		if (PQnfields(result) > 0)
			show(result, sql);
		PQclear(result);
	}
	session_close(&s);
	return code;
}

static void
show_table(const PGresult *result, const char *sql)
{
	(void) sql;
	print_result(result, stdout);
}

int
show_query(const char *url, const char *sql, int count, const char *const *values)
{
	return ask_server(url, sql, count, values, show_table);
}

int
show_usage(const char *usage, int argc, char **argv)
{
	bool asked = argc > 1 && strcmp(argv[argc - 1], "--help") == 0;

	fputs(usage, asked ? stdout : stderr);
	return asked ? EXIT_OK : EXIT_USAGE;
}

int
cmd_status(int argc, char **argv, const char *url)
{
	if (argc > 1)
		return show_usage("usage: psyrad [--db URL] status\n", argc, argv);
	return show_query(url,
				"SELECT command, study, status, count(*) AS files, sum(rows_read) AS read, sum(rows_loaded) "
				"AS loaded, "
				"sum(rows_rejected) AS rejected, to_char(max(finished_at), 'YYYY-MM-DD HH24:MI') AS last "
				"FROM ingest.file GROUP BY command, study, status ORDER BY max(file_id)",
				0, NULL);
}

/* The rejects of files that no newer version has replaced. */
static const char list_rejects[] =
	"SELECT f.command, f.path AS file, r.line, r.column_name AS column, r.code, r.message, r.raw "
	"FROM ingest.reject r JOIN ingest.file f USING (file_id) "
	"WHERE ($1::text IS NULL OR f.path = $1) "
	"AND NOT EXISTS (SELECT FROM ingest.file newer WHERE newer.supersedes = f.file_id) "
	"ORDER BY r.file_id, r.line, r.column_number, r.reject_id";

static const char purge_rejects[] = "WITH gone AS (DELETE FROM ingest.reject r USING ingest.file f "
									"WHERE f.file_id = r.file_id AND ($1::text IS NULL OR f.path = $1) "
									"RETURNING 1) SELECT count(*) AS purged FROM gone";

int
cmd_rejects(int argc, char **argv, const char *url)
{
	const char *file = NULL;
	bool purge = false;

	for (int i = 1; i < argc; i++)
	{
		if (strcmp(argv[i], "--purge") == 0)
			purge = true;
		else if (strcmp(argv[i], "--file") == 0 && i + 1 < argc)
			file = argv[++i];
		else
			return show_usage("usage: psyrad [--db URL] rejects [--file PATH] [--purge]\n", argc, argv);
	}
	return show_query(url, purge ? purge_rejects : list_rejects, 1, &file);
}

static int
is_question(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > 4 && isdigit((unsigned char) entry->d_name[0]) && strcmp(entry->d_name + n - 4, ".sql") == 0;
}

/* The first comment line of a question, without its dashes and number. */
static void
print_title(const char *sql)
{
	size_t n = strcspn(sql, "\n"), skip = strspn(sql, "- 0123456789");

	if (strncmp(sql, "--", 2) == 0 && skip < n)
		printf("%.*s\n", (int) (n - skip), sql + skip);
}

/* What a question says of itself: the comment at its head, without the dashes. */
static void
print_head(const char *sql)
{
	while (strncmp(sql, "--", 2) == 0)
	{
		size_t n = strcspn(sql, "\n"), skip = strncmp(sql, "-- ", 3) == 0 ? 3 : 2;

		printf("%.*s\n", (int) (n - skip), sql + skip);
		sql += n + (sql[n] == '\n');
	}
}

/* Of an answer without rows the reason: the lines of the question's head from "No row:" on. */
static void
show_answer(const PGresult *result, const char *sql)
{
	const char *why = strstr(sql, "\n-- No row: ");

	print_result(result, stdout);
	if (PQntuples(result) > 0 || why == NULL)
		return;
	for (why++; strncmp(why, "-- ", 3) == 0; why += strspn(why, "\n"))
	{
		printf("%.*s\n", (int) strcspn(why + 3, "\n"), why + 3);
		why += strcspn(why, "\n");
	}
}

static void
show_csv(const PGresult *result, const char *sql)
{
	(void) sql;
	print_csv(result, stdout);
}

/* Lists the questions, or (number >= 0) gives the path of one. */
static char *
find_question(long number, psy_error *err)
{
	char *folder = share_path("questions"), *found = NULL;
	struct dirent **entry = NULL;
	int count = scandir(folder, &entry, is_question, alphasort);

	if (count < 0)
		psy_fail(err, PSY_UNSUPPORTED, "%s cannot be opened", folder);
	else
		psy_fail(err, PSY_DOMAIN, "there is no question %ld", number);
	psy_hint(err, count < 0 ? "run make, or set PSYRAD_SHARE to the folder share/psyrad" : "psyrad ask list");
	for (int i = 0; i < count; i++)
	{
		buffer path = {0}, sql = {0};
		psy_error ignored;

		buffer_format(&path, "%s/%s", folder, entry[i]->d_name);
		if (number < 0 && share_read(path.data, &sql, &ignored) == PSY_OK)
		{
			printf("%3ld  ", atol(entry[i]->d_name));
			print_title(sql.data);
		}
		if (atol(entry[i]->d_name) == number && found == NULL)
			found = path.data;
		else
			buffer_free(&path);
		buffer_free(&sql);
		free(entry[i]);
	}
	free(entry);
	free(folder);
	return found;
}

int
cmd_ask(int argc, char **argv, const char *url)
{
	psy_error err = {0};
	buffer sql = {0};
	char *path;
	int code;
	bool head = argc == 3 && strcmp(argv[2], "--help") == 0, csv = argc == 3 && strcmp(argv[2], "--csv") == 0;

	if ((argc != 2 && !head && !csv) || (csv && strcmp(argv[1], "list") == 0) || (strcmp(argv[1], "list") != 0 && (argv[1][0] == '\0' || argv[1][strspn(argv[1], "0123456789")] != '\0')))
		return show_usage("usage: psyrad [--db URL] ask list | ask NUMBER [--csv | --help]   (--help: what the question asks, and what its columns mean)\n", argc, argv);
	if (strcmp(argv[1], "list") == 0)
	{
		free(find_question(-1, &err));
		return err.code == PSY_UNSUPPORTED ? complain(&err, EXIT_USAGE) : EXIT_OK;
	}
	path = find_question(atol(argv[1]), &err);
	if (path == NULL || share_read(path, &sql, &err) != PSY_OK)
	{
		free(path);
		return complain(&err, EXIT_USAGE);
	}
	if (head)
		print_head(sql.data);
	else if (!csv)
		print_title(sql.data);
	code = head ? EXIT_OK : ask_server(url, sql.data, 0, NULL, csv ? show_csv : show_answer);
	buffer_free(&sql);
	free(path);
	return code;
}
