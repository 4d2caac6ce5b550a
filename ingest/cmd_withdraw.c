/* cmd_withdraw.c - psyrad withdraw: erases a person from the warehouse; only a stub that names nobody is left. */
#include "cmd.h"

#include <stdio.h>

static const char usage[] =
	"usage: psyrad [--db URL] withdraw PARTICIPANT --study STUDY [--reason TEXT] --yes\n"
	"  Erases the participant everywhere: ratings, images, history, rejects, frozen sets, predictions.  It cannot be\n"
	"  undone, which --yes acknowledges.  Source files and backups are yours to clean.\n";

int
cmd_withdraw(int argc, char **argv, const char *url)
{
	enum { STUDY, REASON, YES, OPTIONS };
	word_option o[OPTIONS] = {{"--study", NULL, false}, {"--reason", NULL, false}, {"--yes", NULL, true}};
	const char *label = NULL;

	if (!take_words(argc, argv, o, OPTIONS, &label) || label == NULL || o[STUDY].value == NULL || o[YES].value == NULL)
		return show_usage(usage, argc, argv);
	return show_query(url, "SELECT what AS erased, n AS rows FROM clinical.withdraw($1, regexp_replace($2, '^sub-', ''), $3)", 3,
					  (const char *const[]){o[STUDY].value, label, o[REASON].value});
}
