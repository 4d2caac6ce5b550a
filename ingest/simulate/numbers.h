/*
 * numbers.h - random numbers and elementary functions with the same bits on every machine.
 *
 * The generator's files are compared byte by byte, so nothing here calls libm except for operations that IEEE
 * 754 rounds exactly (sqrt, frexp, ldexp, floor).  xoshiro256** (Blackman & Vigna 2018), seeded through
 * splitmix64.
 */
#ifndef SIM_NUMBERS_H
#define SIM_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct sim_rng
{
	uint64_t word[4];
	double spare; /* the second deviate of the last polar pair */
	bool has_spare;
} sim_rng;

/* What a stream of random numbers is for: each purpose, subject and session draws from a stream of its own,
 * so that a change to one leaves every other file as it was. */
typedef enum sim_stream
{
	SIM_PEOPLE = 1,
	SIM_PLANT,
	SIM_MOTION,
	SIM_TRAIT,
	SIM_SERIES,
	SIM_EFFECTS,
	SIM_FOLDS,
	SIM_LONG_FORM
} sim_stream;

void sim_rng_start(sim_rng *rng, uint64_t seed, sim_stream purpose, int subject, int session);
double sim_uniform(sim_rng *rng);       /* in (0, 1), 53 bits */
double sim_normal(sim_rng *rng);        /* standard normal: Marsaglia's polar method */
int sim_below(sim_rng *rng, int bound); /* 0 .. bound - 1 */
void sim_shuffle(sim_rng *rng, int *item, int count);

double sim_log(double x); /* x > 0 and normal */
double sim_exp(double x); /* |x| < 700 */
double sim_atanh(double x);
double sim_tanh(double x);

double sim_clamp(double x, double low, double high);
int sim_round(double x); /* half away from zero */

#endif
