/*
 * cmd_simulate.c - `psyrad simulate DIR [--seed N]`: the files of a simulated trial, for the demo and for
 * trying things out.
 */
#include "cmd.h"

#include "simulate/simulate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"psyrad simulate DIR [--seed N]: writes a simulated trial of electro-acupuncture for depression into "
	"DIR\n"
	"  --seed N   another trial (default 20260); the same seed gives the same bytes on every machine\n";

static bool
parse_seed(const char *text, uint64_t *seed)
{
	char *end;

	errno = 0;
	*seed = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
}

static void
show_progress(void *arg, const char *what, int done, int of)
{
	(void) arg;
	fputs("\r\033[K", stderr);
	if (done < of)
		fprintf(stderr, "simulate: %s, %d of %d", what, done, of);
	fflush(stderr);
}

typedef struct request
{
	const char *directory;
	uint64_t seed;
} request;

/* EXIT_OK to go on, else what to exit with; --help leaves the directory unset. */
static int
parse(int argc, char **argv, request *r)
{
	for (int i = 1; i < argc; i++)
	{
		if (strcmp(argv[i], "--help") == 0)
		{
			fputs(usage, stdout);
			return EXIT_OK;
		}
		if (strcmp(argv[i], "--seed") == 0 && (++i >= argc || !parse_seed(argv[i], &r->seed)))
		{
			fputs("psyrad simulate: --seed takes a whole number from 0 to 18446744073709551615\n", stderr);
			return EXIT_USAGE;
		}
		else if (strcmp(argv[i - 1], "--seed") == 0)
			continue;
		else if (argv[i][0] == '-' || argv[i][0] == '\0' || r->directory != NULL)
		{
			fprintf(stderr, "psyrad simulate: '%s' is not understood\n%s", argv[i], usage);
			return EXIT_USAGE;
		}
		else
			r->directory = argv[i];
	}
	if (r->directory == NULL)
		fputs(usage, stderr);
	return r->directory == NULL ? EXIT_USAGE : EXIT_OK;
}

int
cmd_simulate(int argc, char **argv, const char *url)
{
	const sim_progress progress = {.tell = isatty(STDERR_FILENO) ? show_progress : NULL};
	request r = {.seed = SIM_DEFAULT_SEED};
	psy_error err = {0};
	int code = parse(argc, argv, &r);

	(void) url; /* no server is needed */
	if (code != EXIT_OK || r.directory == NULL)
		return code;
	if (sim_write_trial(r.directory, r.seed, &progress, &err) != PSY_OK)
	{
		fprintf(stderr, "psyrad simulate: %s%s%s\n", err.message, err.hint[0] ? "\n  " : "", err.hint);
		return EXIT_REJECTED;
	}
	printf("simulate: a trial with seed %llu is in %s (simulated, as its README.txt says; truth.tsv lists "
		   "what was planted)\n",
		   (unsigned long long) r.seed, r.directory);
	return EXIT_OK;
}
