/* cmd.h - the command table: what `psyrad WORD` and `psyrad ingest WORD` do. */
#ifndef CMD_H
#define CMD_H

#include "load.h"

#ifndef PSYRAD_VERSION
#error "the Makefile defines PSYRAD_VERSION from src/VERSION"
#endif

enum exit_code
{
	EXIT_OK = 0,
	EXIT_REJECTED = 1, /* rows or files were rejected */
	EXIT_USAGE = 2,
	EXIT_SERVER = 3, /* the server cannot be reached or went away */
	EXIT_INTERRUPTED = 130 /* by a signal, after the file under way */
};

typedef struct command
{
	const char *name;
	const char *usage;
	const char *summary;
	int (*run)(int argc, char **argv, const char *url);
	enum {NEVER, BEFORE, AFTER} keeps; /* when the report's kept answers are brought up to date (refresh.h) */
} command;

int cmd_status(int argc, char **argv, const char *url);
int cmd_rejects(int argc, char **argv, const char *url);
int cmd_ask(int argc, char **argv, const char *url);
int cmd_report(int argc, char **argv, const char *url);
int cmd_template(int argc, char **argv, const char *url);
int cmd_export(int argc, char **argv, const char *url);
int cmd_inspect(int argc, char **argv, const char *url);
int cmd_simulate(int argc, char **argv, const char *url);

int cmd_history(int argc, char **argv, const char *url);
int cmd_queries(int argc, char **argv, const char *url);
int cmd_freeze(int argc, char **argv, const char *url);
int cmd_find(int argc, char **argv, const char *url);
int cmd_dedupe(int argc, char **argv, const char *url);
int cmd_screen(int argc, char **argv, const char *url);
int cmd_withdraw(int argc, char **argv, const char *url);

/* psyrad ingest review: a folder of sheets. */
int ingest_review(int argc, char **argv, const char *url);

/* The kinds of psyrad export. */
int export_image(int argc, char **argv, const char *url);
int export_map(int argc, char **argv, const char *url);
int export_tables(int argc, char **argv, const char *url);
int export_bids(int argc, char **argv, const char *url);

/* Connects, runs one query, prints its result; returns the exit code. */
int show_query(const char *url, const char *sql, int count, const char *const *values);

/* How a command is called: on stdout with EXIT_OK when --help asks for it, else on stderr with EXIT_USAGE. */
int show_usage(const char *usage, int argc, char **argv);

/* A word of a command line: takes "--name VALUE" for one of the options that names lists, or a plain word into *plain. */
typedef struct word_option
{
	const char *name;
	const char *value; /* NULL until it is given; of a flag its name */
	bool flag;
} word_option;
bool take_words(int argc, char **argv, word_option *option, size_t count, const char **plain);

extern const loader load_study, load_instrument, load_participants, load_scores, load_drugs, load_atlas, load_networks, load_image, load_series, load_seed,
	load_connectome, load_features, load_protocols, load_sessions, load_effects, load_appraisal, load_literature, load_coordinates, load_model, load_screening;

#endif
