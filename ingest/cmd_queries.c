/* cmd_queries.c - psyrad queries and psyrad history: what the data make one ask, and who changed what. */
#include "cmd.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool
take_words(int argc, char **argv, word_option *option, size_t count, const char **plain)
{
	for (int i = 1; i < argc; i++)
	{
		size_t o = 0;

		while (o < count && strcmp(argv[i], option[o].name) != 0)
			o++;
		if (o == count && (argv[i][0] == '-' || argv[i][0] == '\0' || plain == NULL || *plain != NULL))
			return false;
		if (o == count)
			*plain = argv[i];
		else if (option[o].value != NULL || (!option[o].flag && ++i >= argc))
			return false;
		else
			option[o].value = option[o].flag ? option[o].name : argv[i];
	}
	return true;
}

/* A vector or connectome as far as a line goes; the whole is in ingest.history. */
#define SHORT(column)                                                                                                                  \
	"CASE WHEN length(" column "::text) > 200 THEN left(" column "::text, 160) || ' ... (' || length(" column "::text) || ' characters)' " \
	"ELSE " column "::text END AS " column

int
cmd_history(int argc, char **argv, const char *url)
{
	enum { STUDY, PARTICIPANT, FILE_PATH, OPTIONS };
	word_option o[OPTIONS] = {{"--study", NULL, false}, {"--participant", NULL, false}, {"--file", NULL, false}};

	if (!take_words(argc, argv, o, OPTIONS, NULL))
		return show_usage("usage: psyrad [--db URL] history [--study STUDY] [--participant PARTICIPANT] [--file FILE]\n", argc, argv);
	return show_query(url, "SELECT to_char(changed_at, 'YYYY-MM-DD HH24:MI') AS changed_at, changed_by, file, table_name, participant, "
						   "row_key, column_name, " SHORT("old_value") ", " SHORT("new_value") " FROM ingest.change "
						   "WHERE ($1::text IS NULL OR study = $1) AND ($2::text IS NULL OR participant = $2) AND ($3::text IS NULL OR file = $3) "
						   "ORDER BY change_no, column_name", 3,
					  (const char *const[]){o[STUDY].value, o[PARTICIPANT].value, o[FILE_PATH].value});
}

static const char usage[] =
	"usage: psyrad [--db URL] queries [--study STUDY] [--status open|answered|closed]\n"
	"       psyrad [--db URL] queries --answer N | --close N | --reopen N, each with --note TEXT\n";

static const char list[] =
	"SELECT query_no, study, participant, site, check_name, session, instrument, message, status, still_found, answer, "
	"changed_by, to_char(changed_at, 'YYYY-MM-DD HH24:MI') AS changed_at FROM clinical.query_list "
	"WHERE ($1::text IS NULL OR study = $1) AND ($2::text IS NULL OR status = $2) ORDER BY query_no";

int
cmd_queries(int argc, char **argv, const char *url)
{
	enum { STUDY, STATUS, NOTE, ANSWER, CLOSE, REOPEN, OPTIONS };
	static const char *const becomes[OPTIONS] = {[ANSWER] = "answered", [CLOSE] = "closed", [REOPEN] = "open"};
	word_option o[OPTIONS] = {{"--study", NULL, false},  {"--status", NULL, false}, {"--note", NULL, false},
							  {"--answer", NULL, false}, {"--close", NULL, false},  {"--reopen", NULL, false}};
	int act = 0, acts = 0;

	bool understood = take_words(argc, argv, o, OPTIONS, NULL);
	for (int i = ANSWER; i < OPTIONS; i++)
		if (o[i].value != NULL)
		{
			act = i;
			acts++;
			understood = understood && strspn(o[i].value, "0123456789") == strlen(o[i].value) && strlen(o[i].value) < 18 && o[i].value[0];
		}
	if (!understood || acts > 1 || (acts == 1) != (o[NOTE].value != NULL) || (acts == 1 && (o[STUDY].value || o[STATUS].value)) ||
		(o[STATUS].value != NULL && strcmp(o[STATUS].value, "open") != 0 && strcmp(o[STATUS].value, "answered") != 0 &&
		 strcmp(o[STATUS].value, "closed") != 0))
		return show_usage(usage, argc, argv);
	if (acts == 0)
		return show_query(url, list, 2, (const char *const[]){o[STUDY].value, o[STATUS].value});
	return show_query(url, "SELECT $1::bigint AS query_no, $2 AS status FROM clinical.set_query_status($1, $2, $3)", 3,
					  (const char *const[]){o[act].value, becomes[act], o[NOTE].value});
}
