/*
 * output.h - text files in one directory, with the first error kept.
 */
#ifndef SIM_OUTPUT_H
#define SIM_OUTPUT_H

#include "core/status.h"

#include <stdint.h>
#include <stdio.h>

typedef struct sim_output
{
	const char *directory;
	char path[4096]; /* of the open file */
	FILE *file;
	psy_error *err;
	psy_status status; /* the first failure; later calls do nothing */
} sim_output;

void sim_output_start(sim_output *out, const char *directory, psy_error *err);
void sim_make_directory(sim_output *out, const char *name); /* "" is the directory itself, with its parents */
void sim_open(sim_output *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_print(sim_output *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_print_fixed(sim_output *out, long value, int digits); /* value / 10^digits */
void sim_print_json(sim_output *out, const char *line);        /* with ' for ", and a newline */
void sim_close(sim_output *out);
/* A file of lines, of which the last is NULL. */
void sim_write_lines(sim_output *out, const char *name, const char *const *line);

/* review.c: the sheets of a made-up review. */
void sim_write_review(sim_output *out);

/* effects.c: made-up results of trials, their risk of bias and certainty. */
void sim_write_effects(sim_output *out, uint64_t seed);

#endif
