/* test_fingerprint.c - identification between sessions against numpy (tests/oracle/fingerprint.py), ties,
 * flat connectomes. */
#include "unit.h"

#include "connectivity/fingerprint.h"

#define SUBJECTS 20
#define EDGES 28

static psy_fingerprint_result
solve(double (*data)[2][EDGES], size_t subjects, size_t elements, uint64_t most, uint64_t seed)
{
	const double *a[SUBJECTS], *b[SUBJECTS];
	psy_fingerprint_rows rows = {.subjects = subjects, .elements = elements, .d = {a, b}};
	psy_fingerprint_result result;
	psy_error err;

	for (size_t s = 0; s < subjects; s++)
	{
		a[s] = data[s][0];
		b[s] = data[s][1];
	}
	assert_int_equal(psy_fingerprint(&unit_context, &rows, most, seed, &result, &err), PSY_OK);
	return result;
}

static double data[SUBJECTS][2][EDGES];

static int
load(void **state)
{
	FILE *file = unit_golden_open("fingerprint.csv");
	char name[32];
	double value[64];
	size_t rows = 0;

	while (unit_golden_row(file, name, sizeof name, value, 64) > 0)
		if (strcmp(name, "data") == 0)
			memcpy(data[rows++], value, sizeof data[0]);
	fclose(file);
	return rows == SUBJECTS ? 0 : -1;
}

static void
identification_equals_numpy(void **state)
{
	FILE *file = unit_golden_open("fingerprint.csv");
	char name[32];
	double value[64];
	size_t tests = 0;
	psy_fingerprint_result r = {0};

	while (unit_golden_row(file, name, sizeof name, value, 64) > 0)
	{
		if (strcmp(name, "data") == 0)
			continue;
		if (strcmp(name, "result") == 0)
		{
			const double mine[] = {r.arrangements, r.rate, r.p,    r.rate_ab, r.p_ab,
								   r.rate_ba,      r.p_ba, r.self, r.other};

			for (size_t k = 0; k < sizeof mine / sizeof mine[0]; k++)
				assert_close(mine[k], value[k], 1e-12);
			tests++;
		}
		else
		{
			double(*own)[2][EDGES] = data;
			static double same[SUBJECTS][2][EDGES];

			if (strcmp(name, "same") == 0)
			{
				for (size_t s = 0; s < SUBJECTS; s++)
					for (int session = 0; session < 2; session++)
						memcpy(same[s][session], data[s][0], sizeof same[s][session]);
				own = same;
			}
			r = solve(own, (size_t) value[0], (size_t) value[1], (uint64_t) value[2], (uint64_t) value[3]);
		}
	}
	fclose(file);
	assert_int_equal(tests, 3);
}

/* Two subjects who are one and the same person twice: neither is identified. */
static void
ties_identify_nobody(void **state)
{
	static double twins[3][2][EDGES];
	psy_fingerprint_result r;

	for (int session = 0; session < 2; session++)
	{
		memcpy(twins[0][session], data[0][0], sizeof twins[0][0]);
		memcpy(twins[1][session], data[0][0], sizeof twins[0][0]);
		memcpy(twins[2][session], data[1][0], sizeof twins[0][0]);
	}
	r = solve(twins, 3, EDGES, 99, 1);
	assert_true(r.exhaustive && r.arrangements == 6);
	assert_close(r.rate, 1.0 / 3, 1e-15);
	assert_close(r.self, 1, 1e-14);
}

static void
flat_connectomes_are_similar_to_none(void **state)
{
	static double own[4][2][EDGES];
	psy_fingerprint_result r;

	memcpy(own, data, sizeof own);
	for (size_t k = 0; k < EDGES; k++)
		own[2][1][k] = 0.3;
	r = solve(own, 4, EDGES, 24, 1);
	assert_int_equal(r.flat, 1);
	assert_true(r.rate_ba <= 0.75 && isfinite(r.self) && isfinite(r.other));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identification_equals_numpy),
		cmocka_unit_test(ties_identify_nobody),
		cmocka_unit_test(flat_connectomes_are_similar_to_none),
	};

	return cmocka_run_group_tests(tests, load, NULL);
}
