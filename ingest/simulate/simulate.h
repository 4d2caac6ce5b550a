/*
 * simulate.h - writes a simulated trial of electro-acupuncture for depression as files of the shapes that
 * users have.
 *
 * No public patient-level data of such a trial exists; these files say that they are simulated wherever a
 * format lets them. The same seed gives the same bytes on every machine.
 */
#ifndef SIMULATE_H
#define SIMULATE_H

#include "core/status.h"

#include <stdint.h>

#define SIM_DEFAULT_SEED 20260

typedef struct sim_progress
{
	void (*tell)(void *arg, const char *what, int done, int of); /* may be NULL */
	void *arg;
} sim_progress;

/* Fills directory (made when missing; files of the same names are replaced).  PSY_FORMAT: a file could not be
 * written. */
psy_status sim_write_trial(const char *directory, uint64_t seed, const sim_progress *progress,
						   psy_error *err);

#endif
