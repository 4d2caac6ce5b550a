/*
 * classifier.c - see classifier.h.
 *
 * Sequential minimal optimisation over the maximal violating pair (Keerthi et al. 2001; Fan, Chen & Lin 2005,
 * WSS 1), and Platt's sigmoid fitted to five-fold cross-validated decisions (Lin, Lin & Weng 2007).  Every
 * step is built from exactly rounded operations and numbers.h, so that the model's document has the same
 * bytes everywhere.
 */
#include "classifier.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FOLDS 5
#define TOLERANCE 1e-4
#define MAX_STEPS 200000

typedef struct sample
{
	int count;
	double x[SIM_TRAINING][SIM_PREDICTORS];
	double y[SIM_TRAINING]; /* +1 responder, -1 not */
} sample;

bool
sim_responds(const sim_person *person)
{
	return 2.0 * person->improvement >= person->total[0];
}

bool
sim_features(const sim_person *person, const sim_edge *edge, uint64_t seed, double *feature)
{
	sim_scan *scan = malloc(sizeof *scan);
	bool made = scan != NULL && sim_make_scan(person, 0, edge, seed, scan);
	int f = 0;

	for (int e = 0; made && e < SIM_PLANTED; e++)
		if (edge[e].kind == SIM_PREDICTOR)
			feature[f++] = sim_series_z(scan->series, edge[e].i, edge[e].j);
	free(scan);
	return made;
}

static double
kernel(const double *a, const double *b, double gamma)
{
	double square = 0.0;

	for (int f = 0; f < SIM_PREDICTORS; f++)
		square += (a[f] - b[f]) * (a[f] - b[f]);
	return sim_exp(-gamma * square);
}

double
sim_decide(const sim_svm *svm, const double *feature)
{
	double sum = svm->intercept;

	for (int s = 0; s < svm->count; s++)
		sum += svm->coef[s] * kernel(svm->vector[s], feature, svm->gamma);
	return sum;
}

/* The most violating pair: `up` may grow along y, `low` may shrink.  Returns by how much the pair violates
 * optimality. */
static double
pick_pair(const sample *train, const double *alpha, const double *gradient, double cost, int *up, int *low)
{
	double best_up = -1e300, best_low = 1e300;

	for (int i = 0; i < train->count; i++)
	{
		double score = -train->y[i] * gradient[i];
		bool can_grow = train->y[i] > 0 ? alpha[i] < cost : alpha[i] > 0;
		bool can_shrink = train->y[i] > 0 ? alpha[i] > 0 : alpha[i] < cost;

		if (can_grow && score > best_up)
		{
			best_up = score;
			*up = i;
		}
		if (can_shrink && score < best_low)
		{
			best_low = score;
			*low = i;
		}
	}
	return best_up - best_low;
}

/* Moves the pair along the line that keeps sum(alpha y) = 0, as far as the box allows. */
static void
move_pair(const sample *train, double *alpha, double *gradient, double cost, double gamma, int up, int low,
		  double violation)
{
	double yu = train->y[up], yl = train->y[low];
	double curvature = 2.0 - 2.0 * kernel(train->x[up], train->x[low], gamma);
	double step = violation / (curvature > 1e-12 ? curvature : 1e-12);
	double room_up = yu > 0 ? cost - alpha[up] : alpha[up];
	double room_low = yl > 0 ? alpha[low] : cost - alpha[low];

	step = step < room_up ? step : room_up;
	step = step < room_low ? step : room_low;
	alpha[up] = sim_clamp(alpha[up] + yu * step, 0.0, cost);
	alpha[low] = sim_clamp(alpha[low] - yl * step, 0.0, cost);
	for (int i = 0; i < train->count; i++)
		gradient[i] += train->y[i] * step *
					   (kernel(train->x[i], train->x[up], gamma) - kernel(train->x[i], train->x[low], gamma));
}

static void
keep_support_vectors(sim_svm *svm, const sample *train, const double *alpha)
{
	svm->count = 0;
	for (int i = 0; i < train->count; i++)
	{
		if (alpha[i] <= 0.0)
			continue;
		memcpy(svm->vector[svm->count], train->x[i], sizeof train->x[i]);
		svm->coef[svm->count++] = alpha[i] * train->y[i];
	}
}

static void
fit(sim_svm *svm, const sample *train)
{
	double alpha[SIM_TRAINING], gradient[SIM_TRAINING], violation;
	int up = 0, low = 0;

	for (int i = 0; i < train->count; i++)
	{
		alpha[i] = 0.0;
		gradient[i] = -1.0;
	}
	for (int step = 0; step < MAX_STEPS; step++)
	{
		violation = pick_pair(train, alpha, gradient, svm->cost, &up, &low);
		if (violation < TOLERANCE)
			break;
		move_pair(train, alpha, gradient, svm->cost, svm->gamma, up, low, violation);
	}
	/* Halfway between the two margins' intercepts. */
	svm->intercept = 0.5 * (-train->y[up] * gradient[up] - train->y[low] * gradient[low]);
	keep_support_vectors(svm, train, alpha);
}

/* Decisions on people that the machine which judges them has not seen. */
static void
cross_validate(const sim_svm *model, const sample *all, uint64_t seed, double *decision)
{
	int fold[SIM_TRAINING];
	sample *part = malloc(sizeof *part);
	sim_svm *machine = malloc(sizeof *machine);
	sim_rng rng;

	sim_rng_start(&rng, seed, SIM_FOLDS, 0, 0);
	for (int i = 0; i < all->count; i++)
		fold[i] = i % FOLDS;
	sim_shuffle(&rng, fold, all->count);
	for (int f = 0; part != NULL && machine != NULL && f < FOLDS; f++)
	{
		part->count = 0;
		for (int i = 0; i < all->count; i++)
			if (fold[i] != f)
			{
				memcpy(part->x[part->count], all->x[i], sizeof all->x[i]);
				part->y[part->count++] = all->y[i];
			}
		machine->gamma = model->gamma;
		machine->cost = model->cost;
		fit(machine, part);
		for (int i = 0; i < all->count; i++)
			if (fold[i] == f)
				decision[i] = sim_decide(machine, all->x[i]);
	}
	free(part);
	free(machine);
}

/* Negative log-likelihood of the sigmoid, in the form that never overflows (Lin, Lin & Weng 2007, eq. 10-11).
 */
static double
sigmoid_loss(const double *decision, const double *target, int count, double a, double b)
{
	double loss = 0.0;

	for (int i = 0; i < count; i++)
	{
		double f = a * decision[i] + b;

		loss += f >= 0.0 ? target[i] * f + sim_log(1.0 + sim_exp(-f))
						 : (target[i] - 1.0) * f + sim_log(1.0 + sim_exp(f));
	}
	return loss;
}

static bool
newton_step(const double *decision, const double *target, int count, double *a, double *b)
{
	double haa = 1e-12, hbb = 1e-12, hab = 0.0, ga = 0.0, gb = 0.0, determinant, da, db;
	double loss = sigmoid_loss(decision, target, count, *a, *b);

	for (int i = 0; i < count; i++)
	{
		double f = *a * decision[i] + *b;
		double p = f >= 0.0 ? sim_exp(-f) / (1.0 + sim_exp(-f)) : 1.0 / (1.0 + sim_exp(f));
		double weight = p * (1.0 - p), residual = target[i] - p;

		haa += decision[i] * decision[i] * weight;
		hab += decision[i] * weight;
		hbb += weight;
		ga += decision[i] * residual;
		gb += residual;
	}
	if (fabs(ga) < 1e-9 && fabs(gb) < 1e-9)
		return false;
	determinant = haa * hbb - hab * hab;
	da = -(hbb * ga - hab * gb) / determinant;
	db = -(haa * gb - hab * ga) / determinant;
	for (double length = 1.0; length > 1e-10; length /= 2.0)
		if (sigmoid_loss(decision, target, count, *a + length * da, *b + length * db) <
			loss + 1e-4 * length * (ga * da + gb * db))
		{
			*a += length * da;
			*b += length * db;
			return true;
		}
	return false;
}

static void
fit_sigmoid(sim_svm *svm, const sample *all, const double *decision)
{
	double target[SIM_TRAINING], positive = 0.0, negative = 0.0;

	for (int i = 0; i < all->count; i++)
		*(all->y[i] > 0 ? &positive : &negative) += 1.0;
	for (int i = 0; i < all->count; i++)
		target[i] = all->y[i] > 0 ? (positive + 1.0) / (positive + 2.0) : 1.0 / (negative + 2.0);
	svm->slope = 0.0;
	svm->offset = sim_log((negative + 1.0) / (positive + 1.0));
	for (int step = 0; step < 100 && newton_step(decision, target, all->count, &svm->slope, &svm->offset);
		 step++)
		;
}

static bool
make_sample(sample *all, const sim_edge *edge, uint64_t seed)
{
	sim_person *person = malloc(SIM_TRAINING * sizeof *person);
	bool made = person != NULL;

	if (made)
		sim_make_training(person, seed);
	all->count = SIM_TRAINING;
	for (int i = 0; made && i < SIM_TRAINING; i++)
	{
		made = sim_features(&person[i], edge, seed, all->x[i]);
		all->y[i] = sim_responds(&person[i]) ? 1.0 : -1.0;
	}
	free(person);
	return made;
}

/* One over the summed variance of the features: scikit-learn's "scale". */
static double
scale_gamma(const sample *all)
{
	double variance = 0.0;

	for (int f = 0; f < SIM_PREDICTORS; f++)
	{
		double mean = 0.0;

		for (int i = 0; i < all->count; i++)
			mean += all->x[i][f] / all->count;
		for (int i = 0; i < all->count; i++)
			variance += (all->x[i][f] - mean) * (all->x[i][f] - mean) / all->count;
	}
	return 1.0 / variance;
}

bool
sim_train(sim_svm *svm, const sim_edge *edge, uint64_t seed)
{
	sample *all = malloc(sizeof *all);
	double decision[SIM_TRAINING];
	bool made = all != NULL && make_sample(all, edge, seed);

	if (made)
	{
		svm->cost = 1.0;
		svm->gamma = 0.25 * scale_gamma(all);
		cross_validate(svm, all, seed, decision);
		fit(svm, all);
		fit_sigmoid(svm, all, decision);
	}
	free(all);
	return made;
}
