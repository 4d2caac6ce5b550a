/* test_cbma.c - coordinate-based meta-analysis: NiMARE's numbers, and what must hold for any foci and grid. */
#include "unit.h"


#include "core/random.h"
#include "meta/cbma.h"
#include "meta/cbma_engine.h"

#ifndef UNIT_SHARED_DIR
#define UNIT_SHARED_DIR "../../../shared"
#endif

/* ---- masks and foci -------------------------------------------------------------------------- */

/* The ellipsoid of tests/oracle/cbma.py; step is the voxel size, turned mirrors the first axis. */
static psy_voxel_mask
ellipsoid(int step, bool turned)
{
	psy_voxel_mask mask = {{182 / step, 218 / step, 182 / step}, {step, 0, 0, -90, 0, step, 0, -126, 0, 0, step, -72}};
	int32_t *voxel = malloc(sizeof(int32_t) * (size_t) (mask.dim[0] * mask.dim[1] * mask.dim[2]));

	if (turned)
	{
		mask.affine[0] = -step;
		mask.affine[3] = -90 + step * (mask.dim[0] - 1);
	}
	mask.voxel = voxel;
	for (int32_t v = 0; v < mask.dim[0] * mask.dim[1] * mask.dim[2]; v++)
	{
		double at[3];

		psy_voxel_position(&mask, v, at);
		at[0] /= 70;
		at[1] = (at[1] + 18) / 88;
		at[2] = (at[2] - 8) / 72;
		if (at[0] * at[0] + at[1] * at[1] + at[2] * at[2] <= 1)
			voxel[mask.voxels++] = v;
	}
	return mask;
}

#define MOST_FOCI 10000

typedef struct foci
{
	psy_experiments e;
	size_t start[MOST_FOCI + 1];
	double xyz[3 * MOST_FOCI], n[MOST_FOCI];
} foci;

static void
add_focus(foci *f, bool new_experiment, double n, double x, double y, double z)
{
	size_t at = f->e.count == 0 ? 0 : f->start[f->e.count];

	if (new_experiment || f->e.count == 0)
		f->n[f->e.count++] = n;
	f->xyz[3 * at] = x;
	f->xyz[3 * at + 1] = y;
	f->xyz[3 * at + 2] = z;
	f->start[f->e.count] = at + 1;
	f->e.start = f->start;
	f->e.xyz = f->xyz;
	f->e.n = f->n;
}

/* So many experiments of so many foci each, two in three of them about one place. */
static foci *
made_up(size_t experiments, size_t each)
{
	foci *f = calloc(1, sizeof *f);

	for (size_t i = 0; i < experiments * each; i++)
	{
		uint64_t pair[2], other[2];
		double near = i % 3 == 0 ? 1 : 0.15;

		psy_random_pair(7, 0, 2 * i, pair);
		psy_random_pair(7, 0, 2 * i + 1, other);
		add_focus(f, i % each == 0, 12 + (double) (i / each % 5) * 7, rint((psy_random_uniform(pair[0]) - 0.5) * 100 * near + 20),
				  rint((psy_random_uniform(pair[1]) - 0.5) * 120 * near - 20), rint((psy_random_uniform(other[0]) - 0.5) * 90 * near + 10));
	}
	return f;
}

static psy_cbma_options
options_of(psy_cbma_kind kind, psy_cbma_correction correction)
{
	return (psy_cbma_options){kind, correction, 0.001, 60, 1, 0, 10};
}

static psy_cbma_result
analyse(const psy_voxel_mask *mask, const foci *f, const psy_cbma_options *o)
{
	psy_cbma_result r;
	psy_error err = {0};

	if (psy_cbma(&unit_context, mask, &f->e, o, &r, &err) != PSY_OK)
		fail_msg("%s", err.message);
	return r;
}

/* ---- NiMARE ---------------------------------------------------------------------------------- */

static foci *
neurosynth(const char *name)
{
	char path[512], line[1024];
	foci *f;
	long last = -1;
	FILE *file;

	snprintf(path, sizeof path, "%s/data/evidence/neurosynth_%s/coordinates.tsv", UNIT_SHARED_DIR, name);
	file = fopen(path, "r");
	if (file == NULL)
		return NULL;
	f = calloc(1, sizeof *f);
	assert_non_null(fgets(line, sizeof line, file));
	while (fgets(line, sizeof line, file) != NULL)
	{
		long id;
		double x, y, z;

		assert_int_equal(sscanf(line, "%ld\t%*[^\t]\t%*[^\t]\t%*[^\t]\t%lf\t%lf\t%lf", &id, &x, &y, &z), 4);
		add_focus(f, id != last, 10 + (double) (id % 40), x, y, z);
		last = id;
	}
	fclose(file);
	return f;
}

/*
 * The statistic within 1e-6, the same threshold and clusters, and log p within 1e-6: where a pair of bins combines
 * to the middle between two others, rounding decides in NiMARE which one it is, and what that does to p grows
 * with the number of experiments in its tail (1e-7 near 0.001, 2e-5 at 1e-34).
 */
static void
compare_with_nimare_within(const char *data, const char *suffix, psy_cbma_options o, double of_statistic, double of_log_p, double of_size)
{
	psy_voxel_mask mask = ellipsoid(2, false);
	foci *f = neurosynth(data);
	psy_cbma_result r;
	char wanted[64], label[64], what[64];
	FILE *golden;
	size_t cluster = 0, compared = 0;
	char line[256];

	if (f == NULL)
	{
		free((void *) mask.voxel);
		print_message("skipped: %s/data/evidence/neurosynth_%s is not there\n", UNIT_SHARED_DIR, data);
		skip();
	}
	r = analyse(&mask, f, &o);
	golden = unit_golden_open("cbma.csv");
	snprintf(wanted, sizeof wanted, "%s_%s", data, suffix);
	while (fgets(line, sizeof line, golden) != NULL)
	{
		double value, p;
		int32_t at;

		if (sscanf(line, "%63[^,],%63[^,],%d,%lf,%lf", label, what, &at, &value, &p) != 5 || strcmp(label, wanted) != 0)
			continue;
		compared++;
		if (strcmp(what, "threshold") == 0)
			assert_true(fabs(r.threshold - value) <= fmax(1e-7 * value, of_statistic));
		else if (strcmp(what, "cluster") == 0)
		{
			assert_true(cluster < r.clusters);
			assert_true(fabs((double) r.cluster[cluster].voxels - at) <= of_size * at);
			cluster++;
		}
		else
		{
			size_t v = 0;

			while (mask.voxel[v] != at)
				v++;
			assert_true(fabs(r.statistic[v] - value) <= fmax(1e-6 * (value > 1e-3 ? value : 1e-3), of_statistic));
			assert_true(fabs(log(r.p[v]) - log(p)) <= of_log_p * fmax(1, fabs(log(p))));
		}
	}
	assert_int_equal(cluster, r.clusters);
	assert_true(compared > 200);
	fclose(golden);
	psy_cbma_free(&unit_context, &r);
	free(f);
	free((void *) mask.voxel);
}

static void
compare_with_nimare(const char *data, const char *suffix, psy_cbma_options o)
{
	compare_with_nimare_within(data, suffix, o, 0, 1e-6, 0);
}

static void
ale_is_nimares(void **state)
{
	compare_with_nimare("acupuncture", "ale", options_of(PSY_CBMA_ALE, PSY_CBMA_NONE));
	compare_with_nimare("depression", "ale", options_of(PSY_CBMA_ALE, PSY_CBMA_NONE));
}

static void
ale_of_one_width_is_nimares(void **state)
{
	psy_cbma_options o = options_of(PSY_CBMA_ALE, PSY_CBMA_NONE);

	o.fwhm = 12;
	compare_with_nimare("acupuncture", "ale_fwhm", o);
	compare_with_nimare("depression", "ale_fwhm", o);
}

static void
mkda_is_nimares(void **state)
{
	compare_with_nimare("acupuncture", "mkda", options_of(PSY_CBMA_MKDA, PSY_CBMA_NONE));
	compare_with_nimare("depression", "mkda", options_of(PSY_CBMA_MKDA, PSY_CBMA_NONE));
}

/*
 * Weights are whole parts of 2^-20 of their sum here, so that a statistic, of up to 42, is off by half of 0.0004 an
 * experiment (and log p by as much as that makes of it), where NiMARE rounds for the null distribution alone; so
 * one voxel of 20,199 is not above the threshold.  All other clusters are the same.
 */
static void
weighted_mkda_is_nimares(void **state)
{
	psy_cbma_options o = options_of(PSY_CBMA_MKDA, PSY_CBMA_NONE);

	o.weights = PSY_CBMA_SAMPLE_SIZE;
	compare_with_nimare_within("acupuncture", "mkda_weighted", o, 2.5e-3, 4e-3, 1e-4);
	compare_with_nimare_within("depression", "mkda_weighted", o, 2.5e-3, 4e-3, 1e-4);
}

/* ---- by hand --------------------------------------------------------------------------------- */

/* One focus in the middle: the kernel itself, of sum 1, symmetric, with the width of Eickhoff et al. */
static void
one_focus_is_its_kernel(void **state)
{
	psy_voxel_mask mask = ellipsoid(2, false);
	foci *f = calloc(1, sizeof *f);
	psy_cbma_options o = options_of(PSY_CBMA_ALE, PSY_CBMA_NONE);
	psy_cbma_result r;
	double sum = 0, second = 0;

	/* mean distances of 5.7 and 11.6 mm are standard deviations of d / (2 sqrt(2 / pi)) */
	assert_close(psy_ale_fwhm(16), sqrt(5.7 * 5.7 + 11.6 * 11.6 / 16) * sqrt(M_PI / 8) * sqrt(8 * M_LN2), 1e-14);
	add_focus(f, true, 16, 0, -20, 10);
	r = analyse(&mask, f, &o);
	for (size_t v = 0; v < mask.voxels; v++)
	{
		double at[3];

		psy_voxel_position(&mask, mask.voxel[v], at);
		sum += r.statistic[v];
		second += r.statistic[v] * at[0] * at[0];
	}
	assert_close(sum, 1, 1e-12);
	/* the variance of a Gaussian cut off at 4 sd and sampled at voxels */
	assert_close(sqrt(second) * sqrt(8 * M_LN2), psy_ale_fwhm(16), 2e-3);
	psy_cbma_free(&unit_context, &r);
	free(f);
	free((void *) mask.voxel);
}

/* The same foci in a grid whose first axis runs the other way. */
static void
orientation_does_not_matter(void **state)
{
	psy_voxel_mask mask = ellipsoid(4, false), turned = ellipsoid(4, true);
	foci *f = made_up(12, 6);

	for (int kind = 0; kind < 2; kind++)
	{
		psy_cbma_options o = options_of((psy_cbma_kind) kind, PSY_CBMA_NONE);
		psy_cbma_result a, b;

		/* voxels of 4 mm are wide against the kernels' cut-off: any orientation gives the same kernel */
		a = analyse(&mask, f, &o);
		b = analyse(&turned, f, &o);
		assert_int_equal(mask.voxels, turned.voxels);
		assert_int_equal(a.clusters, b.clusters);
		for (size_t v = 0, w; v < mask.voxels; v++)
		{
			int32_t i = mask.voxel[v] % mask.dim[0], other = mask.voxel[v] - i + mask.dim[0] - 1 - i;

			for (w = v; w > 0 && turned.voxel[w] > other; w--)
				;
			while (turned.voxel[w] < other)
				w++;
			assert_close(b.statistic[w], a.statistic[v], 1e-13);
		}
		psy_cbma_free(&unit_context, &a);
		psy_cbma_free(&unit_context, &b);
	}
	free(f);
	free((void *) mask.voxel);
	free((void *) turned.voxel);
}

/* MKDA against distances one by one, in a grid whose axes are oblique. */
/* Whether an experiment of five foci has one within 13 mm. */
static bool
reaches(const foci *f, size_t experiment, const double at[3])
{
	for (const double *focus = f->xyz + 15 * experiment; focus < f->xyz + 15 * (experiment + 1); focus += 3)
		if (sqrt(pow(at[0] - focus[0], 2) + pow(at[1] - focus[1], 2) + pow(at[2] - focus[2], 2)) <= 13 + 1e-9)
			return true;
	return false;
}

/* The statistic of each voxel is the number of experiments that reach it, or with weights the sum of theirs: roots of n that sum to the
 * number of experiments, in whole parts of 2^-20 of their sum. */
static void
mkda_counts_experiments_within_the_radius(void **state)
{
	psy_voxel_mask mask = ellipsoid(4, false);
	foci *f = made_up(9, 5);
	psy_cbma_options o = options_of(PSY_CBMA_MKDA, PSY_CBMA_NONE);
	double roots = 0;

	mask.affine[1] = 0.8;
	mask.affine[6] = -0.6;
	o.radius = 13;
	/* foci at voxels, so that nothing is moved to one */
	for (size_t i = 0; i < 45; i++)
		psy_voxel_position(&mask, mask.voxel[(i * 7919 + 13) % mask.voxels], f->xyz + 3 * i);
	for (size_t e = 0; e < 9; e++)
		roots += sqrt(f->n[e]);
	for (int weighted = 0; weighted < 2; weighted++)
	{
		psy_cbma_result r;

		o.weights = weighted ? PSY_CBMA_SAMPLE_SIZE : PSY_CBMA_EQUAL;
		r = analyse(&mask, f, &o);
		for (size_t v = 0; v < mask.voxels; v += 11)
		{
			double at[3], sum = 0;

			psy_voxel_position(&mask, mask.voxel[v], at);
			for (size_t e = 0; e < 9; e++)
				sum += reaches(f, e, at) ? (weighted ? 9 * sqrt(f->n[e]) / roots : 1) : 0;
			assert_true(fabs(r.statistic[v] - sum) <= (weighted ? 9 * 9 * 0x1p-20 : 0));
		}
		psy_cbma_free(&unit_context, &r);
	}
	free(f);
	free((void *) mask.voxel);
}

/* ---- Monte Carlo ----------------------------------------------------------------------------- */

/* A random arrangement's largest statistic and clusters are those of an analysis of these foci. */
static void
draws_are_analyses_of_random_foci(void **state)
{
	psy_voxel_mask mask = ellipsoid(4, false);

	for (int kind = 0; kind < 6; kind++)
	{
		/* few foci an experiment, and many, whose kernels overlap everywhere; and a threshold above which nothing lies */
		size_t experiments = kind < 2 ? 10 : 4, each = kind < 2 ? 7 : 60;
		foci *f = made_up(experiments, each);
		psy_cbma_options o = options_of((psy_cbma_kind) (kind % 2), PSY_CBMA_VOXEL);
		psy_cbma_result observed, drawn;
		foci *random = malloc(sizeof *random);
		double most = 0;

		o.iterations = 1;
		o.seed = 42;
		if (kind >= 4)
			o.voxel_p = 1e-12;
		observed = analyse(&mask, f, &o);
		*random = *f;
		random->e = (psy_experiments){f->e.count, random->start, random->xyz, random->n};
		for (size_t i = 0; i < experiments * each; i++)
			psy_voxel_position(&mask, mask.voxel[cbma_random_voxel(42, 0, i, mask.voxels)], random->xyz + 3 * i);
		o.correction = PSY_CBMA_NONE;
		drawn = analyse(&mask, random, &o);
		for (size_t v = 0; v < mask.voxels; v++)
			most = drawn.statistic[v] > most ? drawn.statistic[v] : most;
		assert_close(observed.fwe[0], most, kind % 2 == 0 ? 1e-6 : 0);
		if (kind >= 4)
			assert_true(most <= observed.threshold);
		/* the observed foci's threshold, at the random foci */
		if (drawn.threshold == observed.threshold && drawn.clusters > 0)
			assert_close(observed.fwe[1], (double) drawn.cluster[0].voxels, 0);
		psy_cbma_free(&unit_context, &observed);
		psy_cbma_free(&unit_context, &drawn);
		free(random);
		free(f);
	}
	free((void *) mask.voxel);
}

static void
corrections_agree_with_each_other(void **state)
{
	psy_voxel_mask mask = ellipsoid(4, false);
	foci *f = made_up(30, 5);

	for (int kind = 0; kind < 2; kind++)
		for (int c = PSY_CBMA_CLUSTER; c <= PSY_CBMA_NONE; c++)
		{
			psy_cbma_options o = options_of((psy_cbma_kind) kind, (psy_cbma_correction) c);
			psy_cbma_result r = analyse(&mask, f, &o), again = analyse(&mask, f, &o);

			assert_true(r.clusters > 0);
			assert_int_equal(isnan(r.cluster[0].p_size), c == PSY_CBMA_FDR || c == PSY_CBMA_NONE);
			assert_memory_equal(r.p_corrected, again.p_corrected, mask.voxels * sizeof(double));
			for (size_t v = 0; v < mask.voxels; v++)
			{
				assert_true(r.p[v] > 0 && r.p[v] <= 1 && r.p_corrected[v] > 0 && r.p_corrected[v] <= 1);
				assert_true(r.z[v] >= 0 && (r.z[v] == 0) == (r.p[v] >= 0.5)); /* as NiMARE's: no z below that of empty voxels */
				if (c == PSY_CBMA_FDR || c == PSY_CBMA_NONE)
					assert_true(r.p_corrected[v] >= r.p[v]);
				assert_int_equal(r.label[v] > 0, r.statistic[v] > r.threshold);
			}
			for (size_t k = 1; k < r.clusters; k++)
				assert_true(r.cluster[k].voxels <= r.cluster[k - 1].voxels);
			psy_cbma_free(&unit_context, &r);
			psy_cbma_free(&unit_context, &again);
		}
	free(f);
	free((void *) mask.voxel);
}

/* Foci that lie anywhere: 5 % of such sets have a cluster that is significant at 5 %. */
static void
random_foci_are_seldom_significant(void **state)
{
	psy_voxel_mask mask = ellipsoid(8, false);
	int significant[3] = {0};

	for (uint64_t set = 0; set < 200; set++)
	{
		foci *f = made_up(15, 4);
		psy_cbma_options o = options_of(PSY_CBMA_ALE, PSY_CBMA_CLUSTER);
		psy_cbma_result r;
		double most = 1, size = 1, mass = 1;

		for (size_t i = 0; i < 60; i++)
			psy_voxel_position(&mask, mask.voxel[cbma_random_voxel(1000 + set, 5, i, mask.voxels)], f->xyz + 3 * i);
		o.iterations = 99;
		o.seed = set;
		o.voxel_p = 0.05;
		r = analyse(&mask, f, &o);
		for (size_t k = 0; k < r.clusters; k++)
		{
			most = fmin(most, r.cluster[k].p_peak);
			size = fmin(size, r.cluster[k].p_size);
			mass = fmin(mass, r.cluster[k].p_mass);
		}
		significant[0] += most <= 0.05;
		significant[1] += size <= 0.05;
		significant[2] += mass <= 0.05;
		psy_cbma_free(&unit_context, &r);
		free(f);
	}
	/* binomial(200, 0.05): beyond 1 and 22 with probability below 1e-3; sizes have ties, which make them conservative */
	for (int i = 0; i < 3; i++)
		assert_in_range(significant[i], i == 1 ? 0 : 2, 22);
	free((void *) mask.voxel);
}

/* ---- bad input and degenerate sets ----------------------------------------------------------- */

static void
refuse(const psy_voxel_mask *mask, const foci *f, psy_cbma_options o, const char *message)
{
	psy_cbma_result r;
	psy_error err = {0};

	assert_int_not_equal(psy_cbma(&unit_context, mask, &f->e, &o, &r, &err), PSY_OK);
	if (strstr(err.message, message) == NULL)
		fail_msg("'%s' where '%s' was expected", err.message, message);
	assert_null(r.statistic);
}

static void
bad_input_is_refused(void **state)
{
	psy_voxel_mask mask = ellipsoid(8, false), bad;
	foci *f = made_up(3, 2), *none = calloc(1, sizeof *none);
	psy_cbma_options o = options_of(PSY_CBMA_ALE, PSY_CBMA_CLUSTER);
	int32_t twice[2] = {5, 5}, far[1] = {1 << 30};
	psy_cbma_correction correction;
	psy_error err = {0};

	none->e = (psy_experiments){0, none->start, none->xyz, none->n};
	refuse(&mask, none, o, "no focus");
	o.voxel_p = 1;
	refuse(&mask, f, o, "voxel_p");
	o = options_of(PSY_CBMA_ALE, PSY_CBMA_CLUSTER);
	o.iterations = 0;
	refuse(&mask, f, o, "iterations");
	o = options_of(PSY_CBMA_ALE, PSY_CBMA_CLUSTER);
	o.fwhm = NAN;
	refuse(&mask, f, o, "fwhm");
	o = options_of(PSY_CBMA_MKDA, PSY_CBMA_CLUSTER);
	o.radius = 0;
	refuse(&mask, f, o, "radius");
	o = options_of(PSY_CBMA_ALE, PSY_CBMA_CLUSTER);
	bad = mask;
	bad.voxels = 0;
	refuse(&bad, f, o, "no voxel");
	bad = mask;
	bad.voxel = twice;
	bad.voxels = 2;
	refuse(&bad, f, o, "ascending");
	bad.voxel = far;
	bad.voxels = 1;
	refuse(&bad, f, o, "outside its grid");
	bad = mask;
	memset(bad.affine, 0, sizeof bad.affine);
	refuse(&bad, f, o, "inverted");
	bad = mask;
	bad.dim[1] = 0;
	refuse(&bad, f, o, "axis 2");
	f->n[1] = 0;
	refuse(&mask, f, o, "participants");
	f->n[1] = 1e-9;
	refuse(&mask, f, o, "reaches over");
	f->n[1] = 10;
	f->xyz[4] = NAN;
	refuse(&mask, f, o, "focus 2");
	assert_int_equal(psy_cbma_correction_parse("fwe", &correction, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "cluster_mass"));
	free(f);
	free(none);
	free((void *) mask.voxel);
}

static void
foci_off_the_mask_are_counted(void **state)
{
	psy_voxel_mask mask = ellipsoid(4, false);
	foci *f = calloc(1, sizeof *f);
	psy_cbma_options o = options_of(PSY_CBMA_ALE, PSY_CBMA_CLUSTER);
	psy_cbma_result r;

	add_focus(f, true, 20, 500, 0, 0);	/* nowhere */
	add_focus(f, false, 20, -89, 0, 0); /* in the grid alone */
	o.iterations = 5;
	r = analyse(&mask, f, &o);
	assert_int_equal(r.outside, 1);
	assert_int_equal(r.beyond, 1);
	assert_int_equal(r.focus_label[0], 0);
	psy_cbma_free(&unit_context, &r);
	f->start[1] = 1;
	r = analyse(&mask, f, &o);
	for (size_t v = 0; v < mask.voxels; v++)
		assert_true(r.statistic[v] == 0 && r.p[v] == 1 && r.z[v] == 0);
	assert_int_equal(r.clusters, 0);
	psy_cbma_free(&unit_context, &r);
	free(f);
	free((void *) mask.voxel);
}

static size_t polls_left;

static bool
stop_now(void *arg)
{
	return polls_left-- == 0;
}

static void
an_analysis_can_be_stopped(void **state)
{
	psy_voxel_mask mask = ellipsoid(8, false);
	foci *f = made_up(4, 3);
	psy_context ctx = {unit_alloc, unit_release, stop_now, NULL};
	psy_cbma_options o = options_of(PSY_CBMA_ALE, PSY_CBMA_CLUSTER);

	for (size_t after = 0; after < 20; after++)
	{
		psy_cbma_result r;
		psy_error err = {0};

		polls_left = after;
		assert_int_equal(psy_cbma(&ctx, &mask, &f->e, &o, &r, &err), PSY_INTERRUPTED);
		assert_null(r.p);
	}
	free(f);
	free((void *) mask.voxel);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ale_is_nimares),
		cmocka_unit_test(ale_of_one_width_is_nimares),
		cmocka_unit_test(mkda_is_nimares),
		cmocka_unit_test(weighted_mkda_is_nimares),
		cmocka_unit_test(one_focus_is_its_kernel),
		cmocka_unit_test(orientation_does_not_matter),
		cmocka_unit_test(mkda_counts_experiments_within_the_radius),
		cmocka_unit_test(draws_are_analyses_of_random_foci),
		cmocka_unit_test(corrections_agree_with_each_other),
		cmocka_unit_test(random_foci_are_seldom_significant),
		cmocka_unit_test(bad_input_is_refused),
		cmocka_unit_test(foci_off_the_mask_are_counted),
		cmocka_unit_test(an_analysis_can_be_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
