/* cmd_freeze.c - psyrad freeze: pins a study's rows under a name for ever, lists such sets, and says what is other now. */
#include "cmd.h"

#include <stdio.h>

static const char usage[] =
	"usage: psyrad [--db URL] freeze NAME --study STUDY [--description TEXT]\n"
	"       psyrad [--db URL] freeze --list\n"
	"       psyrad [--db URL] freeze --check NAME    rows that are other now than when it was frozen\n";

int
cmd_freeze(int argc, char **argv, const char *url)
{
	enum { STUDY, DESCRIPTION, LIST, CHECK, OPTIONS };
	word_option o[OPTIONS] = {{"--study", NULL, false},
							  {"--description", NULL, false},
							  {"--list", NULL, true},
							  {"--check", NULL, false}};
	const char *name = NULL;

	if (!take_words(argc, argv, o, OPTIONS, &name) ||
		(name != NULL) + (o[LIST].value != NULL) + (o[CHECK].value != NULL) != 1 ||
		(name != NULL) != (o[STUDY].value != NULL))
		return show_usage(usage, argc, argv);
	if (o[LIST].value != NULL)
		return show_query(url, "SELECT name, study, subjects, facts, left(sha256, 16) AS sha256, frozen_by, "
							   "to_char(frozen_at, 'YYYY-MM-DD HH24:MI') AS frozen_at, description "
							   "FROM clinical.frozen_list ORDER BY frozen_at, name", 0, NULL);
	if (o[CHECK].value != NULL)
		return show_query(url, "SELECT * FROM clinical.check_freeze($1)", 1, &o[CHECK].value);
	return show_query(url, "SELECT f.name, f.study, f.subjects, f.facts, encode(f.sha256, 'hex') AS sha256 "
						   "FROM clinical.freeze_study($1, $2, $3) f", 3,
					  (const char *const[]){name, o[STUDY].value, o[DESCRIPTION].value});
}
