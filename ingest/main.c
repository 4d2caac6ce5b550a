/*
 * main.c - psyrad [--db URL] COMMAND: finds the command in the table and runs it.
 */
#include "bids_load.h"
#include "cmd.h"
#include "refresh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const loader *const loaders[] = {&load_study, &load_instrument, &load_participants, &load_scores, &load_drugs,
										&load_atlas,     &load_networks,     &load_image,        &load_series, &load_seed,  &load_connectome, &load_features,
										&load_protocols, &load_sessions, &load_effects, &load_appraisal, &load_literature, &load_screening, &load_coordinates, &load_model};
#define LOADERS (sizeof loaders / sizeof *loaders)

static int
run_ingest(int argc, char **argv, const char *url)
{
	for (size_t i = 0; argc > 1 && i < LOADERS; i++)
		if (strcmp(argv[1], loaders[i]->name) == 0)
			return ingest(loaders[i], argc - 1, argv + 1, url);
	if (argc > 1 && strcmp(argv[1], "bids") == 0)
		return ingest_bids(argc - 1, argv + 1, url);
	if (argc > 1 && strcmp(argv[1], "review") == 0)
		return ingest_review(argc - 1, argv + 1, url);
	if (argc > 1 && strcmp(argv[1], "--help") != 0)
		fprintf(stderr, "psyrad ingest: there is no '%s'\n", argv[1]);
	for (size_t i = 0; i < LOADERS; i++)
		printf("  psyrad ingest %-13s %-26s %s\n", loaders[i]->name, loaders[i]->file, loaders[i]->summary);
	printf("  psyrad ingest %-13s %-26s %s\n", "bids", "FOLDER", "a BIDS data set, all of it");
	printf("  psyrad ingest %-13s %-26s %s\n", "review", "FOLDER", "what a review of literature says, from its sheets");
	return argc > 1 && strcmp(argv[1], "--help") == 0 ? EXIT_OK : EXIT_USAGE;
}

static const command commands[] = {
	{"ingest", "KIND FILE...", "load files; `psyrad ingest --help` lists the kinds", run_ingest, AFTER},
	{"status", "", "what was loaded", cmd_status, NEVER},
	{"rejects", "[--file PATH] [--purge]", "what was not loaded, and why", cmd_rejects, NEVER},
	{"history", "[--study S] [--participant P]", "who changed what", cmd_history, NEVER},
	{"queries", "[--study S] [--status open]", "questions that the data raise: list, answer, close", cmd_queries, NEVER},
	{"freeze", "NAME --study S", "pin an analysis set for ever; --list, --check NAME", cmd_freeze, NEVER},
	{"withdraw", "PARTICIPANT --study S --yes", "erase a person everywhere", cmd_withdraw, AFTER},
	{"dedupe", "[--uncertain | --same A B | ...]", "records of the same report: find them, decide on them", cmd_dedupe, NEVER},
	{"screen", "--declare | --load | --next | ...", "screen literature by several people; the PRISMA flow", cmd_screen, NEVER},
	{"find", "QUERY | --similar RECORD", "search inside the literature, in English and Chinese", cmd_find, NEVER},
	{"ask", "list | NUMBER [--csv | --help]", "answer a question of share/psyrad/questions", cmd_ask, NEVER},
	{"report", "[--out FOLDER] [--frozen NAME]", "write the report: a folder of HTML pages", cmd_report, BEFORE},
	{"template", "SHEET [--out FILE.xlsx]", "a blank sheet with its codebook", cmd_template, NEVER},
	{"export", "image|map|tables|bids ...", "images for viewers, tables as CSV, a study as BIDS", cmd_export, NEVER},
	{"inspect", "IMAGE...", "what images say and hold, as TSV, without a warehouse", cmd_inspect, NEVER},
	{"simulate", "DIR [--seed N]", "write the files of a simulated trial", cmd_simulate, NEVER},
};
#define COMMANDS (sizeof commands / sizeof *commands)

static void
print_help(FILE *to)
{
	fputs("psyrad " PSYRAD_VERSION " - a warehouse for psychoradiology\n\n"
		  "  psyrad [--db URL] COMMAND [ARGUMENTS]    URL: a libpq URI; default $PSYRAD_URL, else libpq's "
		  "own\n\n",
		  to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-8s %-28s %s\n", commands[i].name, commands[i].usage, commands[i].summary);
	fputs("\nexit: 0 done, 1 something was rejected or refused, 2 wrong usage, 3 the server cannot be "
		  "reached, 130 interrupted\n",
		  to);
}

/* What loads writes to what the report's kept answers were made of; what shows them had better find them. */
static int
run(const command *c, int argc, char **argv, const char *url)
{
	bool dry = false;
	int code;

	for (int i = 1; i < argc; i++)
		dry = dry || strcmp(argv[i], "--dry-run") == 0 || strcmp(argv[i], "--help") == 0;
	if (c->keeps == BEFORE && !dry)
		refresh_report(url);
	code = c->run(argc, argv, url);
	if (c->keeps == AFTER && !dry && (code == EXIT_OK || code == EXIT_REJECTED))
		refresh_report_behind(url);
	return code;
}

int
main(int argc, char **argv)
{
	const char *url = NULL;
	int at = 1;

	if (argc > 2 && strcmp(argv[at], "--db") == 0)
	{
		url = argv[2];
		at = 3;
	}
	for (size_t i = 0; at < argc && i < COMMANDS; i++)
		if (strcmp(argv[at], commands[i].name) == 0)
			return run(&commands[i], argc - at, argv + at, url);
	if (at < argc && strcmp(argv[at], "--version") == 0)
	{
		puts("psyrad " PSYRAD_VERSION);
		return EXIT_OK;
	}
	if (at < argc && strcmp(argv[at], "--help") == 0)
	{
		print_help(stdout);
		return EXIT_OK;
	}
	if (at < argc)
		fprintf(stderr, "psyrad: there is no command '%s'\n", argv[at]);
	print_help(stderr);
	return EXIT_USAGE;
}
