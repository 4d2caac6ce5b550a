/*
 * people.h - the simulated trial's people: who they are, how their HAMD-17 goes, how much they move in the
 * scanner.
 */
#ifndef SIM_PEOPLE_H
#define SIM_PEOPLE_H

#include "numbers.h"

enum
{
	SIM_PATIENTS = 60,
	SIM_CONTROLS = 30,
	SIM_PEOPLE_COUNT = SIM_PATIENTS + SIM_CONTROLS,
	SIM_VISITS = 4,
	SIM_SCANS = 2,
	SIM_VOLUMES = 180,
	SIM_ITEMS = 17,
	SIM_TRAINING = 240
};

typedef enum sim_arm
{
	SIM_EA,
	SIM_SHAM,
	SIM_HEALTHY,
	SIM_ARMS
} sim_arm;

typedef struct sim_person
{
	char label[16];
	int number; /* 1-based; the key of the person's random streams */
	int site;   /* 0 or 1 */
	sim_arm arm;
	char sex;
	int age, education;
	double trait; /* latent, standard normal: baseline connectivity that foretells improvement */
	int items[SIM_VISITS][SIM_ITEMS];
	int total[SIM_VISITS];
	int dropout_week; /* the week of the first visit not made; -1: none */
	const char *dropout_reason;
	double improvement;             /* total at week 0 minus total at week 8 */
	double improvement_z;           /* the same, standardised within the arm's completers */
	double fd_level;                /* mm */
	int fd[SIM_SCANS][SIM_VOLUMES]; /* framewise displacement in 1e-4 mm, as written; the first has none */
	double fd_z;                    /* mean of both scans, standardised over completers */
} sim_person;

extern const int sim_week[SIM_VISITS]; /* 0 2 4 8 */
extern const int sim_item_max[SIM_ITEMS];

bool sim_attends(const sim_person *person, int visit);
bool sim_completes(const sim_person *person);

/* Fills person[SIM_PEOPLE_COUNT]: patients first, then controls. */
void sim_make_trial(sim_person *person, uint64_t seed);

/* Fills person[SIM_TRAINING] with completers of another cohort: same two treatments, other people. */
void sim_make_training(sim_person *person, uint64_t seed);

#endif
