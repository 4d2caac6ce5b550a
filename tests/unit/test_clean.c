/*
 * test_clean.c - cleaned series against nilearn, amplitudes against numpy (tests/oracle/clean.py), and what
 * both must obey.
 */
#include "unit.h"

#include "connectivity/clean.h"
#include "connectivity/filter.h"

#define T 90
#define R 3

static double series[T * R], confounds[T * R];

static const int inner[] = {10, 11, 79}, ends[] = {0, 33, 34, 35, 85, 88};

static void
scrub_of(int which, bool *scrub)
{
	memset(scrub, 0, T);
	for (size_t k = 0; which == 1 && k < sizeof inner / sizeof inner[0]; k++)
		scrub[inner[k]] = true;
	for (size_t k = 0; which == 2 && k < sizeof ends / sizeof ends[0]; k++)
		scrub[ends[k]] = true;
}

static int
load(void **state)
{
	FILE *file = unit_golden_open("clean.csv");
	char label[16];
	double v[16];
	int t = 0;

	while (t < T && unit_golden_row(file, label, sizeof label, v, 16) > 0)
	{
		memcpy(series + t * R, v, sizeof(double) * R);
		memcpy(confounds + t++ * R, v + R, sizeof(double) * R);
	}
	fclose(file);
	return t == T ? 0 : -1;
}

/* Against the largest value of the case: a narrow band of a short series has values of 1e-13. */
static void
compare_case(const double *clean, const double *expected, size_t rows, size_t kept, double *worst)
{
	double scale = 0, apart = 0;

	assert_int_equal(rows, kept);
	for (size_t k = 0; k < rows * R; k++)
	{
		scale = fmax(scale, fabs(expected[k]));
		apart = fmax(apart, fabs(clean[k] - expected[k]));
	}
	assert_true(rows == 0 || apart <= 1e-10 * scale);
	*worst = rows == 0 ? *worst : fmax(*worst, apart / scale);
}

static void
matches_nilearn(void **state)
{
	FILE *file = unit_golden_open("clean.csv");
	psy_context ctx = unit_context;
	bool scrub[T];
	char label[16];
	double v[16], clean[T * R], expected[T * R], worst = 0;
	size_t kept = 0, row = 0;
	int cases = 0;

	while (unit_golden_row(file, label, sizeof label, v, 16) > 0)
	{
		if (strcmp(label, "case") == 0)
		{
			psy_clean_input in = {
				series, v[5] != 0 ? confounds : NULL, v[6] != 0 ? scrub : NULL, T, R, v[5] != 0 ? R : 0};
			psy_clean_options options = {
				v[0], v[1], v[2], v[7] != 0, v[3] != 0, v[8] != 0, (psy_standardize) v[4]};

			compare_case(clean, expected, row, kept, &worst);
			scrub_of((int) v[6], scrub);
			assert_int_equal(psy_clean(&ctx, &in, &options, clean, &kept, NULL), PSY_OK);
			row = 0;
			cases++;
		}
		else if (strcmp(label, "row") == 0)
			memcpy(expected + row++ * R, v, sizeof(double) * R);
	}
	compare_case(clean, expected, row, kept, &worst);
	assert_int_equal(cases, 26);
	print_message("           %d ways to clean, largest difference %.1e of the largest value\n", cases,
				  worst);
	fclose(file);
}

static void
amplitudes_match_numpy(void **state)
{
	FILE *file = unit_golden_open("clean.csv");
	psy_context ctx = unit_context;
	char label[16];
	double v[16], alff[R], falff[R];
	int cases = 0;

	while (unit_golden_row(file, label, sizeof label, v, 16) > 0)
	{
		if (strcmp(label, "alff") != 0)
			continue;
		assert_int_equal(psy_alff(&ctx, series, T, R, v[0], v[1], v[2], alff, falff, NULL), PSY_OK);
		for (int k = 0; k < R; k++)
		{
			assert_close(alff[k], v[3 + k], 1e-11);
			assert_close(falff[k], v[3 + R + k], 1e-11);
		}
		cases++;
	}
	assert_int_equal(cases, 3);
	fclose(file);
}

/* What is left has nothing of the confounds, nor of a line. */
static void
nothing_of_the_confounds_is_left(void **state)
{
	psy_context ctx = unit_context;
	psy_clean_input in = {series, confounds, NULL, T, R, R};
	psy_clean_options options = {.tr = 2, .detrend = true, .standardize = PSY_STANDARDIZE_ZSCORE};
	double clean[T * R], again[T * R];
	size_t kept;

	assert_int_equal(psy_clean(&ctx, &in, &options, clean, &kept, NULL), PSY_OK);
	in.series = clean;
	assert_int_equal(psy_clean(&ctx, &in, &options, again, &kept, NULL), PSY_OK);
	for (int i = 0; i < T * R; i++)
		assert_close(again[i], clean[i], 1e-9 / fmin(1, fabs(clean[i])));
}

static void
a_spline_gives_back_a_cubic(void **state)
{
	double x[20], room[80];
	bool kept[20];

	for (int i = 0; i < 20; i++)
	{
		kept[i] = i != 0 && i % 5 != 3 && i != 19 && i != 7;
		x[i] = kept[i] ? 2 - i + 0.3 * i * i - 0.01 * i * i * i : NAN;
	}
	psy_spline_fill(x, kept, 20, room);
	for (int i = 0; i < 20; i++)
		assert_close(x[i], 2 - i + 0.3 * i * i - 0.01 * i * i * i, 1e-11);
}

static void
a_missing_value_costs_its_region_alone(void **state)
{
	psy_context ctx = unit_context;
	double holed[T * R], a[T * R], b[T * R], alff[R], falff[R];
	psy_clean_input in = {series, confounds, NULL, T, R, R};
	psy_clean_options options = {.tr = 2, .low_pass = 0.1, .high_pass = 0.01, .detrend = true};
	size_t kept;

	memcpy(holed, series, sizeof holed);
	holed[7 * R + 1] = NAN;
	assert_int_equal(psy_clean(&ctx, &in, &options, a, &kept, NULL), PSY_OK);
	in.series = holed;
	assert_int_equal(psy_clean(&ctx, &in, &options, b, &kept, NULL), PSY_OK);
	for (int i = 0; i < T * R; i++)
		assert_true(i % R == 1 ? isnan(b[i]) : a[i] == b[i]);
	assert_int_equal(psy_alff(&ctx, holed, T, R, 2, 0.01, 0.1, alff, falff, NULL), PSY_OK);
	assert_true(isnan(alff[1]) && isnan(falff[1]) && alff[0] > 0 && falff[2] < 1);
}

static void
refused(const psy_clean_input *in, psy_clean_options options, const char *says)
{
	psy_context ctx = unit_context;
	double clean[T * R];
	size_t kept;
	psy_error err;

	assert_int_not_equal(psy_clean(&ctx, in, &options, clean, &kept, &err), PSY_OK);
	if (strstr(err.message, says) == NULL)
		fail_msg("said \"%s\"", err.message);
}

static void
impossible_requests_are_refused_by_name(void **state)
{
	psy_clean_input in = {series, NULL, NULL, T, R, 0}, few = {series, NULL, NULL, 20, R, 0};
	bool scrub[T];
	double bad[T * R];

	refused(&in, (psy_clean_options){.tr = 0}, "tr is 0");
	refused(&in, (psy_clean_options){.tr = 2, .low_pass = 0.25}, "low_pass is 0.25 Hz");
	refused(&in, (psy_clean_options){.tr = 2, .high_pass = -1}, "high_pass is -1 Hz");
	refused(&in, (psy_clean_options){.tr = 2, .low_pass = 0.01, .high_pass = 0.1}, "is not below low_pass");
	refused(&in, (psy_clean_options){.tr = 2, .cosine = true}, "takes a high_pass");
	refused(&few, (psy_clean_options){.tr = 2, .low_pass = 0.1, .high_pass = 0.01}, "more than 33 expected");
	memset(scrub, true, sizeof scrub);
	in.scrub = scrub;
	refused(&in, (psy_clean_options){.tr = 2}, "0 timepoints remain");
	memcpy(bad, series, sizeof bad);
	bad[5] = INFINITY;
	in = (psy_clean_input){bad, NULL, NULL, T, R, 0};
	refused(&in, (psy_clean_options){.tr = 2}, "series has inf at timepoint 2, column 3");
	bad[5] = NAN;
	in = (psy_clean_input){series, bad, NULL, T, R, R};
	refused(&in, (psy_clean_options){.tr = 2}, "column 3 of confounds");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_nilearn),
		cmocka_unit_test(amplitudes_match_numpy),
		cmocka_unit_test(nothing_of_the_confounds_is_left),
		cmocka_unit_test(a_spline_gives_back_a_cubic),
		cmocka_unit_test(a_missing_value_costs_its_region_alone),
		cmocka_unit_test(impossible_requests_are_refused_by_name),
	};

	return cmocka_run_group_tests_name("clean", tests, load, NULL);
}
