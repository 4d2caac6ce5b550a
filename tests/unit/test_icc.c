/*
 * test_icc.c - intraclass correlations against psych and lme4 (tests/oracle/icc.R), and what states promise:
 * closing parts and merging is the whole, order is none of ours, what is missing costs its own subject alone.
 */
#include "unit.h"

#include "stats/icc.h"

#define MOST_ROWS 64
#define ELEMENTS 5

typedef struct table
{
	int rows;
	int subject[MOST_ROWS], session[MOST_ROWS];
	double value[MOST_ROWS][ELEMENTS];
} table;

static table
golden_table(void)
{
	FILE *file = unit_golden_open("icc.csv");
	table t = {0};
	char name[16];
	double v[16];

	while (unit_golden_row(file, name, sizeof name, v, 16) > 0)
		if (strcmp(name, "data") == 0)
		{
			t.subject[t.rows] = (int) v[0];
			t.session[t.rows] = (int) v[1];
			memcpy(t.value[t.rows++], v + 2, sizeof t.value[0]);
		}
	fclose(file);
	assert_int_equal(t.rows, 51);
	return t;
}

/* An open state of the rows that keep says, in the order of step. */
static psy_icc *
open_state(const table *t, bool sessions, bool (*keep)(const table *t, int row), int step)
{
	psy_icc shape = {.flags = PSY_ICC_WIDE | (sessions ? PSY_ICC_SESSIONS : 0), .elements = ELEMENTS};
	psy_icc *state = calloc(1, psy_icc_open_size(&shape, MOST_ROWS));

	*state = shape;
	for (int k = 0; k < t->rows; k++)
	{
		int row = k * step % t->rows;
		char subject[PSY_ICC_NAME] = {0}, session[PSY_ICC_NAME] = {0};

		if (keep != NULL && !keep(t, row))
			continue;
		snprintf(subject, sizeof subject, "sub-%d", t->subject[row]);
		snprintf(session, sizeof session, "ses-%d", t->session[row]);
		psy_icc_add(state, subject, sessions ? session : NULL, NULL, t->value[row]);
	}
	return state;
}

static psy_icc *
closed_state(psy_icc *state)
{
	psy_icc_plan plan;
	psy_icc *closed;
	psy_error err;

	assert_int_equal(psy_icc_check(state, psy_icc_open_size(state, state->rows), &err), PSY_OK);
	assert_int_equal(psy_icc_plan_closing(&unit_context, state, &plan, &err), PSY_OK);
	closed = calloc(1, plan.size);
	assert_int_equal(psy_icc_close(&unit_context, state, &plan, closed, &err), PSY_OK);
	assert_int_equal(psy_icc_check(closed, plan.size, &err), PSY_OK);
	psy_icc_plan_free(&unit_context, &plan);
	free(state);
	return closed;
}

typedef struct answer
{
	int32_t n[ELEMENTS];
	double v[11][ELEMENTS];
	psy_icc_tally tally;
} answer;

static answer
answer_of(const psy_icc *closed, psy_icc_type type, double level)
{
	answer a = {0};
	psy_icc_result out = {a.n,    a.v[0], a.v[1], a.v[2], a.v[3], a.v[4],
						  a.v[5], a.v[6], a.v[7], a.v[8], a.v[9], a.v[10]};
	psy_error err;

	assert_int_equal(psy_icc_final(&unit_context, closed, type, level, &out, &a.tally, &err), PSY_OK);
	return a;
}

static void
equals_psych_and_lme4(void **state)
{
	table t = golden_table();
	psy_icc *with = closed_state(open_state(&t, true, NULL, 1)), *without = closed_state(open_state(&t, false, NULL, 1));
	FILE *file = unit_golden_open("icc.csv");
	int compared = 0;
	char name[16];
	double v[16];

	while (unit_golden_row(file, name, sizeof name, v, 16) > 0)
	{
		char wanted[] = {'I', 'C', 'C', '(', name[1], ',', name[2], ')', '\0'};
		int e = (int) v[0] - 1;
		psy_icc_type type;
		answer a;

		if (strcmp(name, "lme4") == 0)
		{
			assert_close(answer_of(with, PSY_ICC_21, 0.95).v[1][e], v[1], 1e-5);
			assert_close(answer_of(with, PSY_ICC_31, 0.95).v[1][e], v[2], 1e-5);
			compared++;
			continue;
		}
		if (strcmp(name, "data") == 0)
			continue;
		assert_true(psy_icc_type_of(wanted, &type));
		a = answer_of(with, type, strcmp(name + 3, "95") == 0 ? 0.95 : 0.9);
		assert_int_equal(a.n[e], (int) v[1]);
		assert_close(a.v[0][e], v[2], 0);
		for (int k = 0; k < 7; k++)
			assert_close(a.v[1 + k][e], v[3 + k], 1e-11);
		if (!psy_icc_is_two_way(type))
		{
			a = answer_of(without, type, strcmp(name + 3, "95") == 0 ? 0.95 : 0.9);
			for (int k = 0; k < 7; k++)
				assert_close(a.v[1 + k][e], v[3 + k], 1e-11);
		}
		compared++;
	}
	fclose(file);
	assert_int_equal(compared, 62);
	free(with);
	free(without);
}

static bool
in_first_part(const table *t, int row)
{
	return t->subject[row] <= 6;
}

static bool
in_second_part(const table *t, int row)
{
	return t->subject[row] > 6;
}

static void
parts_of_subjects_are_the_whole(void **state)
{
	table t = golden_table();

	for (int sessions = 0; sessions < 2; sessions++)
	{
		psy_icc *whole = closed_state(open_state(&t, sessions, NULL, 1));
		psy_icc *a = closed_state(open_state(&t, sessions, in_first_part, 1));
		psy_icc *b = closed_state(open_state(&t, sessions, in_second_part, 1));
		psy_icc_type type = sessions ? PSY_ICC_21 : PSY_ICC_11;
		answer one = answer_of(whole, type, 0.95), both;
		psy_error err;

		assert_int_equal(psy_icc_mergeable(a, b, &err), PSY_OK);
		psy_icc_merge(a, b);
		both = answer_of(a, type, 0.95);
		assert_memory_equal(one.n, both.n, sizeof one.n);
		for (int k = 0; k < 11; k++)
			for (int e = 0; e < ELEMENTS; e++)
				assert_close(both.v[k][e], one.v[k][e], k == 6 ? 1e-11 : 1e-12);
		free(whole);
		free(a);
		free(b);
	}
}

static void
order_of_rows_is_none_of_ours(void **state)
{
	table t = golden_table();

	for (int sessions = 0; sessions < 2; sessions++)
	{
		psy_icc *once = closed_state(open_state(&t, sessions, NULL, 1)), *again = closed_state(open_state(&t, sessions, NULL, 20));
		answer a = answer_of(once, PSY_ICC_11, 0.95), b = answer_of(again, PSY_ICC_11, 0.95);

		assert_memory_equal(a.v, b.v, sizeof a.v);
		free(once);
		free(again);
	}
}

static bool
not_subject_four(const table *t, int row)
{
	return t->subject[row] != 4;
}

static void
what_is_missing_costs_its_subject_alone(void **state)
{
	table t = golden_table();
	psy_icc *without = closed_state(open_state(&t, true, not_subject_four, 1)), *with;
	answer four_left_out = answer_of(without, PSY_ICC_21, 0.95), whole, gap;

	with = closed_state(open_state(&t, true, NULL, 1));
	whole = answer_of(with, PSY_ICC_21, 0.95);
	free(with);
	t.value[4 * 3 - 2][2] = NAN; /* subject 4, session 2, element 3 */
	with = closed_state(open_state(&t, true, NULL, 1));
	gap = answer_of(with, PSY_ICC_21, 0.95);
	assert_int_equal(gap.tally.incomplete, 1);
	assert_int_equal(gap.n[2], 16);
	for (int e = 0; e < ELEMENTS; e++)
		assert_close(gap.v[1][e], e == 2 ? four_left_out.v[1][e] : whole.v[1][e], 0);
	free(with);
	free(without);
}

static void
degenerate_elements_say_so(void **state)
{
	table t = golden_table();
	psy_icc *closed;
	char note[512];
	answer a;

	for (int row = 0; row < t.rows; row++)
	{
		t.value[row][0] = 0.1;                                  /* never varies */
		t.value[row][1] = t.value[row - row % 3][1];            /* repeats itself */
		t.value[row][3] = row < 3 ? t.value[row][3] : NAN;      /* one subject */
		t.value[row][4] = t.value[row - row % 3][4] + row % 3; /* repeats itself but for a shift */
	}
	closed = closed_state(open_state(&t, true, NULL, 1));
	a = answer_of(closed, PSY_ICC_21, 0.95);
	assert_int_equal(a.tally.no_spread, 3);
	assert_int_equal(a.tally.too_few, 1);
	assert_true(isnan(a.v[1][0]) && isnan(a.v[1][3]));
	assert_close(a.v[1][1], 1, 0);
	assert_true(a.v[1][4] > 0 && a.v[1][4] < 1 && isnan(a.v[2][4]));
	assert_close(answer_of(closed, PSY_ICC_31, 0.95).v[1][4], 1, 0);
	psy_icc_note(closed, &a.tally, note, sizeof note);
	assert_string_equal(note, "1 of 5 elements have fewer subjects than others; 1 of 5 elements have too few subjects or "
							  "sessions; 3 of 5 elements have no error variance");
	free(closed);
}

static void
a_row_twice_is_an_error(void **state)
{
	table t = golden_table();
	psy_icc *twice;
	psy_icc_plan plan;
	psy_error err;

	t.session[1] = 1;
	twice = open_state(&t, true, NULL, 1);
	assert_int_equal(psy_icc_plan_closing(&unit_context, twice, &plan, &err), PSY_SHAPE);
	assert_string_equal(err.message, "subject \"sub-1\" has two rows of session \"ses-1\"");
	psy_icc_plan_free(&unit_context, &plan);
	free(twice);
}

static void
unequal_numbers_use_their_effective_one(void **state)
{
	/* By hand: subjects {1, 2}, {4}, {6, 9, 12}: mean squares 73.5 / 2 and 18.5 / 3, k0 = (6 - 14 / 6) / 2. */
	table t = {6, {1, 1, 2, 3, 3, 3}, {1, 2, 1, 1, 2, 3}, {{1}, {2}, {4}, {6}, {9}, {12}}};
	psy_icc *closed = closed_state(open_state(&t, false, NULL, 1));
	answer a = answer_of(closed, PSY_ICC_11, 0.95);
	double grand = 34.0 / 6, between = (2 * (1.5 - grand) * (1.5 - grand) + (4 - grand) * (4 - grand) + 3 * (9 - grand) * (9 - grand)) / 2;
	double within = 18.5 / 3, k0 = (6 - 14.0 / 6) / 2;

	assert_int_equal(a.tally.unequal, ELEMENTS);
	assert_close(a.v[0][0], k0, 1e-15);
	assert_close(a.v[8][0], between, 1e-14);
	assert_close(a.v[10][0], within, 1e-14);
	assert_close(a.v[1][0], (between - within) / (between + (k0 - 1) * within), 1e-14);
	free(closed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_psych_and_lme4),
		cmocka_unit_test(parts_of_subjects_are_the_whole),
		cmocka_unit_test(order_of_rows_is_none_of_ours),
		cmocka_unit_test(what_is_missing_costs_its_subject_alone),
		cmocka_unit_test(degenerate_elements_say_so),
		cmocka_unit_test(a_row_twice_is_an_error),
		cmocka_unit_test(unequal_numbers_use_their_effective_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
