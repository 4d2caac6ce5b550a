/*
 * people.c - the simulated trial's people.
 *
 * Improvement is drawn first; everything that must follow it (motion, connectivity) is made from the totals
 * as they are written to the files, so that what an analyst can compute is what was planted.
 */
#include "people.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const int sim_week[SIM_VISITS] = {0, 2, 4, 8};
const int sim_item_max[SIM_ITEMS] = {4, 4, 4, 2, 2, 2, 4, 4, 4, 4, 4, 2, 2, 2, 4, 2, 2};

/* Share of the week-8 improvement that is there at each visit, and how often an item is chosen when points
 * are dealt. */
static const double progress[SIM_VISITS] = {0.0, 0.35, 0.68, 1.0};
static const int item_weight[SIM_ITEMS] = {9, 5, 4, 5, 4, 4, 8, 3, 3, 7, 6, 3, 5, 3, 3, 2, 1};

static const char *const reasons[] = {"moved away", "lack of effect", "withdrew consent", "adverse event",
									  "lost to follow-up"};

bool
sim_attends(const sim_person *person, int visit)
{
	if (person->arm == SIM_HEALTHY)
		return visit == 0 || visit == SIM_VISITS - 1;
	return person->dropout_week < 0 || sim_week[visit] < person->dropout_week;
}

bool
sim_completes(const sim_person *person)
{
	return person->arm != SIM_HEALTHY && person->dropout_week < 0;
}

/* Moves the items, a point at a time, until they sum to the target. */
static void
deal_points(sim_rng *rng, int *items, int target)
{
	int sum = 0;

	for (int k = 0; k < SIM_ITEMS; k++)
		sum += items[k];
	while (sum != target)
	{
		int k = sim_below(rng, SIM_ITEMS), step = sum < target ? 1 : -1;
		/* Points are given to the frequent symptoms and taken from wherever they are. */
		bool chosen = step < 0 || sim_below(rng, 10) < item_weight[k];

		if (chosen && items[k] + step >= 0 && items[k] + step <= sim_item_max[k])
		{
			items[k] += step;
			sum += step;
		}
	}
}

static void
make_visits(sim_rng *rng, sim_person *person, int baseline, int improvement)
{
	for (int visit = 0; visit < SIM_VISITS; visit++)
	{
		double noise = visit == 0 || visit == SIM_VISITS - 1 ? 0.0 : 1.8 * sim_normal(rng);
		int total = (int) sim_clamp(sim_round(baseline - progress[visit] * improvement + noise), 0, 40);

		if (visit > 0)
			memcpy(person->items[visit], person->items[visit - 1], sizeof person->items[visit]);
		deal_points(rng, person->items[visit], total);
		person->total[visit] = total;
	}
	person->improvement = person->total[0] - person->total[SIM_VISITS - 1];
}

/* HAMD-17 of a patient: at least 17 at entry; the trait and chance share the variance of improvement. */
static void
make_course(sim_rng *rng, sim_person *person)
{
	int baseline = (int) sim_clamp(sim_round(22.5 + 3.2 * sim_normal(rng)), 17, 33);
	double expected = (person->arm == SIM_EA ? 11.6 : 7.4) + 0.35 * (baseline - 22.5);
	double spread = 5.0 * (0.75 * person->trait + 0.6614 * sim_normal(rng));

	make_visits(rng, person, baseline, (int) sim_clamp(sim_round(expected + spread), -6, baseline));
}

static void
make_demographics(sim_rng *rng, sim_person *person)
{
	person->sex = sim_uniform(rng) < 0.63 ? 'F' : 'M';
	person->age = (int) sim_clamp(sim_round(37.0 + 11.0 * sim_normal(rng)), 18, 65);
	person->education = (int) sim_clamp(sim_round(13.0 + 3.0 * sim_normal(rng)), 5, 22);
	person->trait = sim_normal(rng);
	person->dropout_week = -1;
}

/* Balanced within each site: arms alternate, and a shuffled order of people takes them. */
static void
allocate(sim_rng *rng, sim_person *person, int count)
{
	int order[SIM_TRAINING];

	for (int i = 0; i < count; i++)
		order[i] = i;
	sim_shuffle(rng, order, count);
	for (int i = 0; i < count; i++)
	{
		person[order[i]].site = i % 2;
		person[order[i]].arm = (i / 2) % 2 == 0 ? SIM_EA : SIM_SHAM;
	}
}

/* Four of each arm leave, before week 2, 4, 8 and 8. */
static void
choose_dropouts(sim_rng *rng, sim_person *person)
{
	static const int leaves[] = {2, 4, 8, 8};
	int order[SIM_PATIENTS], left[2] = {0, 0};

	for (int i = 0; i < SIM_PATIENTS; i++)
		order[i] = i;
	sim_shuffle(rng, order, SIM_PATIENTS);
	for (int i = 0; i < SIM_PATIENTS; i++)
	{
		sim_person *p = &person[order[i]];

		if (left[p->arm] == 4)
			continue;
		p->dropout_week = leaves[left[p->arm]++];
		p->dropout_reason = reasons[sim_below(rng, (int) (sizeof reasons / sizeof *reasons))];
	}
}

typedef struct moments
{
	double n, mean, sd;
} moments;

static moments
moments_of(const double *x, int n)
{
	moments m = {n, 0.0, 0.0};

	for (int i = 0; i < n; i++)
		m.mean += x[i];
	m.mean /= n;
	for (int i = 0; i < n; i++)
		m.sd += (x[i] - m.mean) * (x[i] - m.mean);
	m.sd = sqrt(m.sd / (n - 1));
	return m;
}

static void
standardise_improvement(sim_person *person)
{
	for (int arm = SIM_EA; arm <= SIM_SHAM; arm++)
	{
		double x[SIM_PATIENTS];
		int n = 0;
		moments m;

		for (int i = 0; i < SIM_PATIENTS; i++)
			if ((int) person[i].arm == arm && sim_completes(&person[i]))
				x[n++] = person[i].improvement;
		m = moments_of(x, n);
		for (int i = 0; i < SIM_PATIENTS; i++)
			if ((int) person[i].arm == arm)
				person[i].improvement_z = sim_clamp((person[i].improvement - m.mean) / m.sd, -2.0, 2.0);
	}
}

/*
 * How restless each person is: among completers it correlates .6 with improvement, in the sample and not only
 * in expectation, because the rest is made orthogonal to improvement.  That is the trap which the motion
 * covariate springs.
 */
static void
make_restlessness(sim_person *person, uint64_t seed, double *latent)
{
	double xy = 0.0, xx = 0.0, yy = 0.0;

	for (int i = 0; i < SIM_PEOPLE_COUNT; i++)
	{
		sim_rng rng;

		sim_rng_start(&rng, seed, SIM_MOTION, person[i].number, 0);
		latent[i] = sim_normal(&rng);
		if (sim_completes(&person[i]))
		{
			xy += latent[i] * person[i].improvement_z;
			xx += person[i].improvement_z * person[i].improvement_z;
		}
	}
	for (int i = 0; i < SIM_PATIENTS; i++)
	{
		latent[i] -= xy / xx * person[i].improvement_z;
		if (sim_completes(&person[i]))
			yy += latent[i] * latent[i];
	}
	for (int i = 0; i < SIM_PATIENTS; i++)
		latent[i] = 0.6 * person[i].improvement_z + 0.8 * latent[i] * sqrt(xx / yy);
}

/* Framewise displacement: mostly small with an exponential tail. */
static void
make_motion(sim_person *person, double restlessness, uint64_t seed)
{
	sim_rng rng;

	sim_rng_start(&rng, seed, SIM_MOTION, person->number, 1);
	person->fd_level = sim_clamp(0.175 + 0.045 * restlessness, 0.05, 0.42);
	for (int scan = 0; scan < SIM_SCANS; scan++)
		for (int t = 1; t < SIM_VOLUMES; t++)
			person->fd[scan][t] =
				sim_round(1e4 * person->fd_level * (0.6 - 0.4 * sim_log(sim_uniform(&rng))));
}

static double
mean_fd(const sim_person *person)
{
	double sum = 0.0;

	for (int scan = 0; scan < SIM_SCANS; scan++)
		for (int t = 1; t < SIM_VOLUMES; t++)
			sum += person->fd[scan][t];
	return sum * 1e-4 / (SIM_SCANS * (SIM_VOLUMES - 1));
}

static void
standardise_motion(sim_person *person)
{
	double x[SIM_PATIENTS];
	int n = 0;
	moments m;

	for (int i = 0; i < SIM_PATIENTS; i++)
		if (sim_completes(&person[i]))
			x[n++] = mean_fd(&person[i]);
	m = moments_of(x, n);
	for (int i = 0; i < SIM_PATIENTS; i++)
		person[i].fd_z = sim_clamp((mean_fd(&person[i]) - m.mean) / m.sd, -2.0, 2.0);
}

static void
make_control(sim_rng *rng, sim_person *person, int index)
{
	make_demographics(rng, person);
	person->arm = SIM_HEALTHY;
	person->site = index % 2;
	person->trait = 0.0;
	deal_points(rng, person->items[0], sim_below(rng, 6));
	for (int k = 0; k < SIM_ITEMS; k++)
		person->total[0] += person->items[0][k];
}

void
sim_make_trial(sim_person *person, uint64_t seed)
{
	sim_rng rng;
	double restlessness[SIM_PEOPLE_COUNT];

	memset(person, 0, SIM_PEOPLE_COUNT * sizeof *person);
	sim_rng_start(&rng, seed, SIM_PEOPLE, 0, 0);
	for (int i = 0; i < SIM_PEOPLE_COUNT; i++)
	{
		person[i].number = i + 1;
		snprintf(person[i].label, sizeof person[i].label, "sim%03d", i + 1);
		if (i >= SIM_PATIENTS)
			make_control(&rng, &person[i], i);
		else
			make_demographics(&rng, &person[i]);
	}
	allocate(&rng, person, SIM_PATIENTS);
	for (int i = 0; i < SIM_PATIENTS; i++)
		make_course(&rng, &person[i]);
	choose_dropouts(&rng, person);
	standardise_improvement(person);
	make_restlessness(person, seed, restlessness);
	for (int i = 0; i < SIM_PEOPLE_COUNT; i++)
		make_motion(&person[i], restlessness[i], seed);
	standardise_motion(person);
}

void
sim_make_training(sim_person *person, uint64_t seed)
{
	sim_rng rng;

	memset(person, 0, SIM_TRAINING * sizeof *person);
	sim_rng_start(&rng, seed, SIM_PEOPLE, 1, 0);
	for (int i = 0; i < SIM_TRAINING; i++)
	{
		person[i].number = 1000 + i; /* streams that no person of the trial has */
		make_demographics(&rng, &person[i]);
	}
	allocate(&rng, person, SIM_TRAINING);
	for (int i = 0; i < SIM_TRAINING; i++)
		make_course(&rng, &person[i]);
}
