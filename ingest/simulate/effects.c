/*
 * effects.c - made-up results of trials for meta-analysis, with what reviews have to see through, what two people judged of their
 * risk of bias, and GRADE's ratings.
 *
 * The twelve comparisons are drawn from a stream of their own, so that nothing added here changes what is pooled of them.
 */
#include "simulate.h"

#include "numbers.h"
#include "output.h"

#include <math.h>
#include <stddef.h>

/* A trial as effects.csv has it; the numbers in hundredths. */
typedef struct sim_effect
{
	int n1, n2;
	int m1, sd1, m2, sd2;
	const char *waveform;
	int frequency, sessions;
	bool gv20;
} sim_effect;

#define SIM_TRIALS 12

/* Trials of a plausible size: true difference -3.5 points with a spread of 2 between trials, which nothing explains: what may
 * explain it is drawn from a stream of its own: half of the trials have dense-disperse waves, two thirds use GV20. */
static void
make_effects(sim_effect *trial, uint64_t seed)
{
	static const int frequencies[] = {2, 10, 15, 50, 100}, sessions[] = {12, 18, 24, 36};
	int wave[SIM_TRIALS], point[SIM_TRIALS];
	sim_rng rng, other;

	sim_rng_start(&rng, seed, SIM_EFFECTS, 0, 0);
	sim_rng_start(&other, seed, SIM_EFFECTS, 1, 0);
	for (int k = 0; k < SIM_TRIALS; k++)
		wave[k] = point[k] = k;
	sim_shuffle(&other, wave, SIM_TRIALS);
	sim_shuffle(&other, point, SIM_TRIALS);
	for (int k = 0; k < SIM_TRIALS; k++)
	{
		sim_effect *t = &trial[k];
		int n1 = 20 + sim_below(&rng, 45), n2 = n1 - sim_below(&rng, 5);
		double sd1 = 5.0 + 0.7 * sim_normal(&rng), sd2 = 5.2 + 0.7 * sim_normal(&rng);
		double effect = -3.5 + 2.0 * sim_normal(&rng);
		double usual = 13.5 + 1.3 * sim_normal(&rng);
		double m2 = usual + sd2 * sim_normal(&rng) / sqrt(n2);
		double m1 = usual + effect + sd1 * sim_normal(&rng) / sqrt(n1);

		*t = (sim_effect){.n1 = n1, .n2 = n2, .m1 = sim_round(100.0 * m1), .sd1 = sim_round(100.0 * sd1), .m2 = sim_round(100.0 * m2), .sd2 = sim_round(100.0 * sd2)};
		t->waveform = wave[k] < SIM_TRIALS / 2 ? "dense_disperse" : "continuous";
		t->frequency = frequencies[sim_below(&other, 5)];
		t->sessions = sessions[sim_below(&other, 4)];
		t->gv20 = point[k] < 2 * SIM_TRIALS / 3;
	}
}

static void
write_group(sim_output *out, int n, int m, int sd)
{
	if (n > 0)
		sim_print(out, ",%d,", n);
	else
		sim_print(out, ",,"); /* not reported */
	sim_print_fixed(out, m, 2);
	sim_print(out, ",");
	sim_print_fixed(out, sd, 2);
}

static void
write_effect(sim_output *out, int k, const char *treatment, const char *control, const char *timing, int weeks, const sim_effect *t)
{
	sim_print(out, "Simulated trial %c,%d,HAMD-17,final,%s,%s,%s,%d,itt", 'A' + k, 2011 + k, treatment, control, timing, weeks);
	write_group(out, t->n1, t->m1, t->sd1);
	write_group(out, t->n2, t->m2, t->sd2);
	if (t->waveform != NULL)
		sim_print(out, ",%s,%d,%d,%s\n", t->waveform, t->frequency, t->sessions, t->gv20 ? "yes" : "no");
	else
		sim_print(out, ",,,,\n");
}

/* Beside the twelve comparisons what reviews have to see through: an earlier visit, a comparison listed the other way round,
 * a third arm that shares the sham group, and a trial that does not report how many people there were. */
static void
write_effects(sim_output *out, uint64_t seed)
{
	sim_effect trial[SIM_TRIALS], odd;

	make_effects(trial, seed);
	sim_open(out, "effects.csv");
	sim_print(out, "study,year,outcome,outcome_type,intervention,comparator,timing,weeks,analysis_set,n1,m1,sd1,n2,m2,sd2,"
				   "mod:waveform,mod:frequency_hz,mod:sessions,mod:GV20\n");
	for (int k = 0; k < SIM_TRIALS; k++)
		write_effect(out, k, "EA", "sham", "post", 8, &trial[k]);
	odd = trial[1];
	odd.m1 += 250;
	odd.m2 += 150;
	write_effect(out, 1, "EA", "sham", "during", 4, &odd);
	odd = (sim_effect){.n1 = trial[3].n2, .m1 = trial[3].m2, .sd1 = trial[3].sd2, .n2 = trial[3].n1, .m2 = trial[3].m1, .sd2 = trial[3].sd1};
	write_effect(out, 3, "sham", "EA", "post", 8, &odd);
	odd = (sim_effect){.n1 = trial[5].n1 - 1, .m1 = trial[5].m1 + 80, .sd1 = trial[5].sd1 + 20, .n2 = trial[5].n2, .m2 = trial[5].m2, .sd2 = trial[5].sd2};
	write_effect(out, 5, "MA", "sham", "post", 8, &odd);
	odd = trial[0];
	odd.n1 = odd.n2 = 0;
	write_effect(out, SIM_TRIALS, "EA", "sham", "post", 8, &odd);
	sim_close(out);
}

/* What two people and, where they differ, their consensus judge of one domain: 0 low, 1 some concerns, 2 high. */
static void
judge(sim_rng *rng, int judged[3])
{
	int draw = sim_below(rng, 100);

	judged[0] = judged[2] = draw < 70 ? 0 : draw < 93 ? 1 : 2;
	judged[1] = sim_below(rng, 100) < 85 ? judged[0] : (judged[0] + 1) % 3;
}

static void
write_judgements(sim_output *out, int k, const char *domain, const int judged[3])
{
	static const char *const words[] = {"low", "some concerns", "high"}, *const people[] = {"A1,no", "A2,no", "both,yes"};

	for (int who = 0; who < (judged[0] != judged[1] ? 3 : 2); who++)
		sim_print(out, "Simulated trial %c,RoB 2,%s,%s,%s,simulated\n", 'A' + k, domain, words[judged[who]], people[who]);
}

/* The five domains of RoB 2 of each trial, and overall the worst of them. */
static void
write_risk_of_bias(sim_output *out, uint64_t seed)
{
	sim_open(out, "risk_of_bias.csv");
	sim_print(out, "study,tool,domain,judgement,assessor,consensus,support\n");
	for (int k = 0; k < SIM_TRIALS; k++)
	{
		int worst[3] = {0, 0, 0}, judged[3];
		sim_rng rng;

		sim_rng_start(&rng, seed, SIM_EFFECTS, 2, k);
		for (int domain = 1; domain <= 5; domain++)
		{
			char name[] = {'D', (char) ('0' + domain), '\0'};

			judge(&rng, judged);
			write_judgements(out, k, name, judged);
			for (int who = 0; who < 3; who++)
				worst[who] = judged[who] > worst[who] ? judged[who] : worst[who];
		}
		write_judgements(out, k, "overall", worst);
	}
	sim_close(out);
}

/* clang-format off */
static const char *const certainty_lines[] = {
	"review,outcome,intervention,comparator,domain,judgement,support",
	"Simulated review,HAMD-17,EA,sham,start,high,",
	"Simulated review,HAMD-17,EA,sham,risk_of_bias,serious,simulated: trials at high risk of bias carry much of the weight",
	"Simulated review,HAMD-17,EA,sham,inconsistency,serious,simulated: the effects differ more than by chance",
	"Simulated review,HAMD-17,EA,sham,indirectness,not serious,",
	"Simulated review,HAMD-17,EA,sham,imprecision,not serious,",
	"Simulated review,HAMD-17,EA,sham,publication_bias,undetected,",
	"Simulated review,HAMD-17,EA,sham,overall,low,",
	NULL};
/* clang-format on */

void
sim_write_effects(sim_output *out, uint64_t seed)
{
	write_effects(out, seed);
	write_risk_of_bias(out, seed);
	sim_write_lines(out, "certainty.csv", certainty_lines);
}
