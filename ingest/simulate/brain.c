/*
 * brain.c - see brain.h.
 *
 * A scan is a stationary Gaussian process with one first-order autocorrelation for all regions, so that the
 * planted correlation matrix is exactly the population value of the Pearson correlations that an analyst
 * computes.  Effects are added to single elements of the matrix: a factor model would leak them into every
 * connection of the two regions.
 */
#include "brain.h"

#include <math.h>
#include <string.h>

/* clang-format off */
const char *const sim_region_name[SIM_REGIONS] = {
	"Precentral_L", "Precentral_R", "Frontal_Sup_L", "Frontal_Sup_R", "Frontal_Sup_Orb_L",
	"Frontal_Sup_Orb_R", "Frontal_Mid_L", "Frontal_Mid_R", "Frontal_Mid_Orb_L", "Frontal_Mid_Orb_R",
	"Frontal_Inf_Oper_L", "Frontal_Inf_Oper_R", "Frontal_Inf_Tri_L", "Frontal_Inf_Tri_R",
	"Frontal_Inf_Orb_L", "Frontal_Inf_Orb_R", "Rolandic_Oper_L", "Rolandic_Oper_R", "Supp_Motor_Area_L",
	"Supp_Motor_Area_R", "Olfactory_L", "Olfactory_R", "Frontal_Sup_Medial_L", "Frontal_Sup_Medial_R",
	"Frontal_Med_Orb_L", "Frontal_Med_Orb_R", "Rectus_L", "Rectus_R", "Insula_L", "Insula_R",
	"Cingulum_Ant_L", "Cingulum_Ant_R", "Cingulum_Mid_L", "Cingulum_Mid_R", "Cingulum_Post_L",
	"Cingulum_Post_R", "Hippocampus_L", "Hippocampus_R", "ParaHippocampal_L", "ParaHippocampal_R",
	"Amygdala_L", "Amygdala_R", "Calcarine_L", "Calcarine_R", "Cuneus_L", "Cuneus_R", "Lingual_L",
	"Lingual_R", "Occipital_Sup_L", "Occipital_Sup_R", "Occipital_Mid_L", "Occipital_Mid_R",
	"Occipital_Inf_L", "Occipital_Inf_R", "Fusiform_L", "Fusiform_R", "Postcentral_L", "Postcentral_R",
	"Parietal_Sup_L", "Parietal_Sup_R", "Parietal_Inf_L", "Parietal_Inf_R", "SupraMarginal_L",
	"SupraMarginal_R", "Angular_L", "Angular_R", "Precuneus_L", "Precuneus_R", "Paracentral_Lobule_L",
	"Paracentral_Lobule_R", "Caudate_L", "Caudate_R", "Putamen_L", "Putamen_R", "Pallidum_L",
	"Pallidum_R", "Thalamus_L", "Thalamus_R", "Heschl_L", "Heschl_R", "Temporal_Sup_L",
	"Temporal_Sup_R", "Temporal_Pole_Sup_L", "Temporal_Pole_Sup_R", "Temporal_Mid_L", "Temporal_Mid_R",
	"Temporal_Pole_Mid_L", "Temporal_Pole_Mid_R", "Temporal_Inf_L", "Temporal_Inf_R",
	"Cerebelum_Crus1_L", "Cerebelum_Crus1_R", "Cerebelum_Crus2_L", "Cerebelum_Crus2_R", "Cerebelum_3_L",
	"Cerebelum_3_R", "Cerebelum_4_5_L", "Cerebelum_4_5_R", "Cerebelum_6_L", "Cerebelum_6_R",
	"Cerebelum_7b_L", "Cerebelum_7b_R", "Cerebelum_8_L", "Cerebelum_8_R", "Cerebelum_9_L",
	"Cerebelum_9_R", "Cerebelum_10_L", "Cerebelum_10_R", "Vermis_1_2", "Vermis_3", "Vermis_4_5",
	"Vermis_6", "Vermis_7", "Vermis_8", "Vermis_9", "Vermis_10",
};
/* clang-format on */

const char *const sim_kind_name[] = {"improvement", "arm_only", "motion_only", "predictor"};

static const double kind_slope[] = {0.14, 0.20, 0.165, 0.11};

/* Default mode, reward and sensorimotor connections, by index into the names above. */
static const int predictors[SIM_PREDICTORS][2] = {
	{24, 34}, {25, 35}, {64, 66}, {65, 67},
	{22, 38}, {23, 39},                    /* orbitomedial, cingulate, angular, precuneus */
	{30, 70}, {31, 71}, {4, 72},  {5, 73}, /* cingulate, orbital, caudate, putamen */
	{0, 57},  {18, 69},                    /* precentral, postcentral, supplementary motor */
};

/* First regions of the blocks that correlate more within than between: frontal, limbic, occipital, parietal,
 * deep grey, temporal, cerebellum. */
static const int block_start[] = {0, 28, 42, 56, 70, 78, 90, SIM_REGIONS};
#define BLOCKS 7
#define PAIRED 108 /* the vermis has no left and right */
#define AUTOCORRELATION 0.3

static int
block_of(int region)
{
	int block = 0;

	while (region >= block_start[block + 1])
		block++;
	return block;
}

static bool
is_homotopic(int i, int j)
{
	return j < PAIRED && i / 2 == j / 2;
}

static bool
is_taken(const sim_edge *edge, int count, int i, int j)
{
	for (int e = 0; e < count; e++)
		if (edge[e].i == i && edge[e].j == j)
			return true;
	return false;
}

static void
add_edge(sim_edge *edge, int *count, int i, int j, sim_kind kind, double sign)
{
	edge[*count] = (sim_edge){i < j ? i : j, i < j ? j : i, kind, sign * kind_slope[kind]};
	(*count)++;
}

/* Pairs neighbours of a shuffled list of regions: a matching, so that no region carries two effects of one
 * kind. */
static void
plant_kind(sim_rng *rng, sim_edge *edge, int *count, sim_kind kind)
{
	int order[SIM_REGIONS], planted = 0;

	for (int r = 0; r < SIM_REGIONS; r++)
		order[r] = r;
	sim_shuffle(rng, order, SIM_REGIONS);
	for (int k = 0; k + 1 < SIM_REGIONS && planted < SIM_PLANTED_EACH; k += 2)
	{
		int i = order[k] < order[k + 1] ? order[k] : order[k + 1];
		int j = order[k] < order[k + 1] ? order[k + 1] : order[k];

		if (is_homotopic(i, j) || is_taken(edge, *count, i, j))
			continue;
		add_edge(edge, count, i, j, kind, sim_uniform(rng) < 0.5 ? -1.0 : 1.0);
		planted++;
	}
}

void
sim_plant(sim_edge *edge, uint64_t seed)
{
	sim_rng rng;
	int count = 0;

	sim_rng_start(&rng, seed, SIM_PLANT, 0, 0);
	for (int p = 0; p < SIM_PREDICTORS; p++)
		add_edge(edge, &count, predictors[p][0], predictors[p][1], SIM_PREDICTOR, 1.0);
	for (int kind = SIM_IMPROVEMENT; kind <= SIM_MOTION_ONLY; kind++)
		plant_kind(&rng, edge, &count, kind);
}

/* How one edge of one scan departs from the person's own base, on Fisher's z scale. */
static double
departure(const sim_person *person, int scan, const sim_edge *edge)
{
	bool patient = person->arm != SIM_HEALTHY, after = patient && scan == 1;

	switch (edge->kind)
	{
		case SIM_IMPROVEMENT: return after ? edge->slope * person->improvement_z : 0.0;
		case SIM_ARM_ONLY: return after ? edge->slope * (person->arm == SIM_EA ? 0.5 : -0.5) : 0.0;
		case SIM_MOTION_ONLY: return after ? edge->slope * person->fd_z : 0.0;
		case SIM_PREDICTOR: return patient ? edge->slope * sim_clamp(person->trait, -2.0, 2.0) : 0.0;
	}
	return 0.0;
}

/* The person's own connectivity: one level for all, one for each block, one for left with right; scanners
 * differ a little.  Every part is a non-negative multiple of a positive semidefinite matrix and their sum
 * stays below 0.42. */
static void
base_correlation(const sim_person *person, uint64_t seed, double *matrix)
{
	sim_rng rng;
	double common, block[BLOCKS], paired;

	sim_rng_start(&rng, seed, SIM_TRAIT, person->number, 0);
	common = sim_clamp(0.06 + 0.015 * sim_normal(&rng) + (person->site == 1 ? 0.015 : 0.0), 0.01, 0.10);
	for (int b = 0; b < BLOCKS; b++)
		block[b] = sim_clamp(0.09 + 0.025 * sim_normal(&rng), 0.02, 0.14);
	paired = sim_clamp(0.12 + 0.025 * sim_normal(&rng), 0.05, 0.17);
	for (int i = 0; i < SIM_REGIONS; i++)
		for (int j = 0; j < SIM_REGIONS; j++)
			matrix[i * SIM_REGIONS + j] =
				i == j ? 1.0
					   : common + (block_of(i) == block_of(j) ? block[block_of(i)] : 0.0) +
							 (is_homotopic(i, j) ? paired : 0.0);
}

static void
apply_effects(const sim_person *person, int scan, const sim_edge *edge, double *matrix)
{
	for (int e = 0; e < SIM_PLANTED; e++)
	{
		int i = edge[e].i, j = edge[e].j;
		double z = sim_atanh(matrix[i * SIM_REGIONS + j]) + departure(person, scan, &edge[e]);

		matrix[i * SIM_REGIONS + j] = matrix[j * SIM_REGIONS + i] = sim_tanh(z);
	}
}

/* Replaces the lower triangle by its Cholesky factor. */
static bool
cholesky(double *matrix, int n)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j <= i; j++)
		{
			double sum = matrix[i * n + j];

			for (int k = 0; k < j; k++)
				sum -= matrix[i * n + k] * matrix[j * n + k];
			if (i == j && sum <= 1e-6)
				return false;
			matrix[i * n + j] = i == j ? sqrt(sum) : sum / matrix[j * n + j];
		}
	return true;
}

static void
draw_volume(sim_rng *rng, const double *factor, double scale, const double *previous, double *volume)
{
	double shock[SIM_REGIONS];

	for (int r = 0; r < SIM_REGIONS; r++)
		shock[r] = sim_normal(rng);
	for (int r = 0; r < SIM_REGIONS; r++)
	{
		double sum = 0.0;

		for (int k = 0; k <= r; k++)
			sum += factor[r * SIM_REGIONS + k] * shock[k];
		volume[r] = scale * sum + (previous != NULL ? AUTOCORRELATION * previous[r] : 0.0);
	}
}

bool
sim_make_scan(const sim_person *person, int scan, const sim_edge *edge, uint64_t seed, sim_scan *to)
{
	const double innovation = sqrt(1.0 - AUTOCORRELATION * AUTOCORRELATION);
	double *volume = to->series;
	sim_rng rng;

	base_correlation(person, seed, to->factor);
	apply_effects(person, scan, edge, to->factor);
	if (!cholesky(to->factor, SIM_REGIONS))
		return false;
	sim_rng_start(&rng, seed, SIM_SERIES, person->number, scan);
	draw_volume(&rng, to->factor, 1.0, NULL, volume);
	for (int t = 1; t < SIM_VOLUMES; t++, volume += SIM_REGIONS)
		draw_volume(&rng, to->factor, innovation, volume, volume + SIM_REGIONS);
	return true;
}

double
sim_series_z(const double *series, int i, int j)
{
	double mi = 0.0, mj = 0.0, sii = 0.0, sjj = 0.0, sij = 0.0;

	for (int t = 0; t < SIM_VOLUMES; t++)
	{
		mi += series[t * SIM_REGIONS + i] / SIM_VOLUMES;
		mj += series[t * SIM_REGIONS + j] / SIM_VOLUMES;
	}
	for (int t = 0; t < SIM_VOLUMES; t++)
	{
		double a = series[t * SIM_REGIONS + i] - mi, b = series[t * SIM_REGIONS + j] - mj;

		sii += a * a;
		sjj += b * b;
		sij += a * b;
	}
	return sim_atanh(sij / sqrt(sii * sjj));
}
