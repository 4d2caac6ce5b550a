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
	EXIT_SERVER = 3 /* the server cannot be reached or went away */
};

typedef struct command
{
	const char *name;
	const char *usage;
	const char *summary;
	int (*run)(int argc, char **argv, const char *url);
} command;

int cmd_status(int argc, char **argv, const char *url);
int cmd_rejects(int argc, char **argv, const char *url);
int cmd_ask(int argc, char **argv, const char *url);
int cmd_report(int argc, char **argv, const char *url);
int cmd_template(int argc, char **argv, const char *url);
int cmd_simulate(int argc, char **argv, const char *url);

extern const loader load_study, load_participants, load_scores, load_atlas, load_image, load_series,
	load_connectome, load_features, load_protocols, load_sessions, load_effects, load_model;

#endif
