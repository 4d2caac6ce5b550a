/*
 * cmd_export.c - psyrad export KIND: what leaves the warehouse as files.
 */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

static const struct
{
	const char *kind, *usage, *summary;
	int (*run)(int argc, char **argv, const char *url);
} kinds[] = {
	{"image", "--study S --participant P --session X --atlas A --measure M --out FILE.nii[.gz]",
	 "one vector on its atlas's grid, for viewers", export_image},
	{"map", "--run NAME --out FILE.nii[.gz]", "a map of a coordinate-based meta-analysis that was kept",
	 export_map},
	{"tables", "--out FOLDER [--schema report] [--study S]", "tables as CSV, with what their columns mean",
	 export_tables},
	{"bids", "--study S --out FOLDER", "one study as a BIDS derivative data set", export_bids},
};
#define KINDS (sizeof kinds / sizeof *kinds)

int
cmd_export(int argc, char **argv, const char *url)
{
	bool asked = argc > 1 && strcmp(argv[1], "--help") == 0;
	FILE *to = asked ? stdout : stderr;

	for (size_t i = 0; argc > 1 && i < KINDS; i++)
		if (strcmp(argv[1], kinds[i].kind) == 0)
			return kinds[i].run(argc - 1, argv + 1, url);
	fputs("usage: psyrad [--db URL] export KIND OPTIONS\n\n", to);
	for (size_t i = 0; i < KINDS; i++)
		fprintf(to, "  export %-6s %s\n    %s\n", kinds[i].kind, kinds[i].usage, kinds[i].summary);
	return asked ? EXIT_OK : EXIT_USAGE;
}
