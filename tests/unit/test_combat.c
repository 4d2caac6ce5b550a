/* ComBat against neuroCombat and R's sva (tests/oracle/combat.py, combat.R), and what must hold for any data. */
#include "unit.h"

#include "harmonize/combat.h"

#define ROWS 26
#define M 20
#define SITES 3
#define Q 2

typedef struct table
{
	int site[ROWS];
	double w[ROWS][Q], x[ROWS][M];
} table;

static const char names[SITES][PSY_COMBAT_NAME] = {"Beijing", "Chengdu", "\xe5\x8c\x97"};

static void
read_rows(const char *file_name, const char *label, double to[ROWS][M], table *t)
{
	FILE *file = unit_golden_open(file_name);
	char at[64];
	double value[3 + M];
	int count, row = 0;

	while ((count = unit_golden_row(file, at, sizeof at, value, 3 + M)) > 0)
	{
		if (strcmp(at, label) != 0)
			continue;
		assert_int_equal(count, t != NULL ? 3 + M : M);
		if (t != NULL)
		{
			t->site[row] = (int) value[0];
			memcpy(t->w[row], value + 1, sizeof t->w[row]);
		}
		memcpy(to[row++], value + (t != NULL ? 3 : 0), sizeof to[0]);
	}
	assert_int_equal(row, ROWS);
	fclose(file);
}

static psy_combat_state *
new_state(size_t q, size_t m, bool per_element)
{
	psy_combat_shape shape = {0, q, SITES, m, per_element};
	psy_combat_state *state = calloc(1, psy_combat_state_size(&shape));

	psy_combat_state_init(state, &shape);
	for (size_t s = 0; s < SITES; s++)
		memcpy(psy_combat_state_name(state, s), names[s], PSY_COMBAT_NAME);
	return state;
}

/* Rows first, first + step, ... */
static psy_combat_state *
state_of(const table *t, size_t q, bool per_element, int first, int step)
{
	psy_combat_state *state = new_state(q, M, per_element);

	for (int r = first; r < ROWS; r += step)
		psy_combat_state_add(state, (size_t) t->site[r], &(psy_mass_values){.d = t->x[r]}, t->w[r]);
	return state;
}

static psy_combat *
fit_of(const psy_combat_state *state, psy_combat_options options, psy_error *err)
{
	size_t size = psy_combat_size(state->sites, state->design, state->elements);
	psy_combat *fit = calloc(1, size);

	if (psy_combat_fit(&unit_context, state, &options, fit, err) == PSY_OK)
	{
		assert_int_equal(psy_combat_check(fit, size, err), PSY_OK);
		return fit;
	}
	free(fit);
	return NULL;
}

static void
compare(const table *t, const psy_combat *fit, const char *file, const char *label, double tolerance)
{
	double expected[ROWS][M], out[M];

	read_rows(file, label, expected, NULL);
	for (int r = 0; r < ROWS; r++)
	{
		psy_combat_apply_doubles(fit, (size_t) t->site[r], t->x[r], t->w[r], out);
		for (int k = 0; k < M; k++)
			if (!isnan(t->x[r][k]) && !(fabs(out[k] - expected[r][k]) <= tolerance * (1 + fabs(expected[r][k]))))
				fail_msg("%s, row %d, element %d: %.17g, expected %.17g", label, r + 1, k + 1, out[k], expected[r][k]);
			else if (isnan(t->x[r][k]))
				assert_true(isnan(out[k]));
	}
}

static const struct
{
	const char *label;
	psy_combat_options options;
	bool plain, sva;
} variants[] = {{"eb", {true, false, NULL, 1e-4}, false, true},
				{"eb_plain", {true, false, NULL, 1e-4}, true, true},
				{"no_eb", {false, false, NULL, 1e-4}, false, false},
				{"mean_only", {true, true, NULL, 1e-4}, false, true},
				{"mean_only_no_eb", {false, true, NULL, 1e-4}, false, false},
				{"reference", {true, false, "Chengdu", 1e-4}, false, true},
				{"reference_no_eb", {false, false, "Chengdu", 1e-4}, false, false},
				{"reference_mean_only", {true, true, "Chengdu", 1e-4}, false, true}};

static void
test_against_packages(void **arg)
{
	table t;

	read_rows("combat.csv", "row", t.x, &t);
	for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++)
		for (int per_element = 0; per_element < 2; per_element++)
		{
			psy_error err;
			psy_combat_state *state = state_of(&t, variants[v].plain ? 0 : Q, per_element != 0, 0, 1);
			psy_combat *fit = fit_of(state, variants[v].options, &err);

			assert_non_null(fit);
			compare(&t, fit, "combat.csv", variants[v].label, 1e-12);
			if (variants[v].sva)
				compare(&t, fit, "combat_sva.csv", variants[v].label, 1e-12);
			free(fit);
			free(state);
		}
}

static void
test_missing_values(void **arg)
{
	table t;
	psy_error err;
	psy_combat_state *state;
	psy_combat *fit;

	read_rows("combat.csv", "row", t.x, &t);
	read_rows("combat.csv", "gaps", t.x, NULL);
	state = state_of(&t, Q, true, 0, 1);
	fit = fit_of(state, (psy_combat_options){true, false, NULL, 1e-4}, &err);
	assert_non_null(fit);
	assert_int_equal(fit->incomplete, 7);
	compare(&t, fit, "combat.csv", "missing", 1e-12);
	free(fit);
	free(state);
}

/* Merged parts, one of them shared and one per element, with different origins, are the whole. */
static void
test_merge(void **arg)
{
	table t;
	psy_error err;
	psy_combat_state *whole, *part[3], *merged;
	psy_combat *fit, *of_parts;
	psy_combat_streams a, b;

	read_rows("combat.csv", "row", t.x, &t);
	whole = state_of(&t, Q, false, 0, 1);
	merged = new_state(Q, M, true);
	for (int p = 0; p < 3; p++)
	{
		part[p] = state_of(&t, Q, p == 1, p, 3);
		assert_int_equal(psy_combat_state_mergeable(merged, part[p], &err), PSY_OK);
		psy_combat_state_merge(merged, part[p]);
		free(part[p]);
	}
	fit = fit_of(whole, (psy_combat_options){true, false, NULL, 1e-12}, &err);
	of_parts = fit_of(merged, (psy_combat_options){true, false, NULL, 1e-12}, &err);
	a = psy_combat_streams_of(fit);
	b = psy_combat_streams_of(of_parts);
	for (size_t k = 0; k < (2 + Q + 2 * SITES) * M; k++)
		assert_true(fabs(a.mean[k] - b.mean[k]) <= 1e-11 * (1 + fabs(a.mean[k])));
	free(fit);
	free(of_parts);
	free(whole);
	free(merged);
}

/* Shift and scale of an element, and of a covariate, come out as they went in. */
static void
test_equivariance(void **arg)
{
	table t, moved;
	psy_error err;
	psy_combat_state *state, *other;
	psy_combat *fit, *moved_fit;
	double out[M], moved_out[M];

	read_rows("combat.csv", "row", t.x, &t);
	moved = t;
	for (int r = 0; r < ROWS; r++)
	{
		for (int k = 0; k < M; k++)
			moved.x[r][k] = 1e4 * (k + 1) + 32 * t.x[r][k];
		moved.w[r][1] = 2000 - 0.25 * t.w[r][1];
	}
	state = state_of(&t, Q, false, 0, 1);
	other = state_of(&moved, Q, false, 0, 1);
	fit = fit_of(state, (psy_combat_options){true, false, NULL, 1e-4}, &err);
	moved_fit = fit_of(other, (psy_combat_options){true, false, NULL, 1e-4}, &err);
	for (int r = 0; r < ROWS; r++)
	{
		psy_combat_apply_doubles(fit, (size_t) t.site[r], t.x[r], t.w[r], out);
		psy_combat_apply_doubles(moved_fit, (size_t) t.site[r], moved.x[r], moved.w[r], moved_out);
		for (int k = 0; k < M; k++)
			assert_true(fabs(1e4 * (k + 1) + 32 * out[k] - moved_out[k]) < 1e-7);
	}
	free(fit);
	free(moved_fit);
	free(state);
	free(other);
}

/* Without empirical Bayes all sites have one mean and one variance of residuals afterwards. */
static void
test_site_effects_are_gone(void **arg)
{
	table t;
	psy_error err;
	psy_combat_state *state, *after;
	psy_combat *fit, *again;

	read_rows("combat.csv", "row", t.x, &t);
	state = state_of(&t, 0, false, 0, 1);
	fit = fit_of(state, (psy_combat_options){false, false, NULL, 1e-4}, &err);
	for (int r = 0; r < ROWS; r++)
		psy_combat_apply_doubles(fit, (size_t) t.site[r], t.x[r], t.w[r], t.x[r]);
	after = state_of(&t, 0, false, 0, 1);
	again = fit_of(after, (psy_combat_options){false, false, NULL, 1e-4}, &err);
	for (size_t k = 0; k < SITES * M; k++)
	{
		assert_true(fabs(psy_combat_streams_of(again).gamma[k]) < 1e-12);
		assert_close(psy_combat_streams_of(again).delta[k], psy_combat_streams_of(again).delta[k % M], 1e-12);
	}
	free(fit);
	free(again);
	free(state);
	free(after);
}

static void
expect_refused(psy_combat_state *state, psy_combat_options options, psy_status code, const char *part)
{
	psy_error err = {0};

	assert_null(fit_of(state, options, &err));
	assert_int_equal(err.code, code);
	if (strstr(err.message, part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.message, part);
	free(state);
}

static void
test_refusals(void **arg)
{
	const psy_combat_options plain = {true, false, NULL, 1e-4};
	table t, u;
	psy_combat_state *state;

	read_rows("combat.csv", "row", t.x, &t);
	expect_refused(state_of(&t, Q, false, 0, 1), (psy_combat_options){true, false, "Wuhan", 1e-4}, PSY_DOMAIN,
				   "\"Wuhan\" was not among");
	expect_refused(state_of(&t, Q, false, 0, 1), (psy_combat_options){true, false, NULL, 0}, PSY_DOMAIN, "tolerance");
	u = t;
	for (int r = 0; r < ROWS; r++)
		u.w[r][0] = u.site[r] == 2;
	expect_refused(state_of(&u, Q, false, 0, 1), plain, PSY_SINGULAR, "covariates[1] is constant within every site");
	for (int r = 0; r < ROWS; r++)
		u.w[r][0] = 0.1;
	expect_refused(state_of(&u, Q, false, 0, 1), plain, PSY_SINGULAR, "covariates[1] has the same value");
	for (int r = 0; r < ROWS; r++)
		u.w[r][0] = t.w[r][1] * 3 + t.site[r];
	expect_refused(state_of(&u, Q, false, 0, 1), plain, PSY_SINGULAR, "covariates[2] is a combination of site");
	u = t;
	for (int r = 0, seen = 0; r < ROWS; r++)
		if (u.site[r] == 1 && seen++ > 0)
			u.site[r] = 0;
	expect_refused(state_of(&u, Q, false, 0, 1), plain, PSY_DOMAIN, "\"Chengdu\" has one row");
	state = state_of(&u, Q, false, 0, 1);
	free(fit_of(state, (psy_combat_options){true, true, NULL, 1e-4}, &(psy_error){0}));
	free(state);
}

/* An element that never varies, one without values at a site, one constant at a site; the rest stays whole. */
static void
test_degenerate_elements(void **arg)
{
	table t;
	psy_error err;
	psy_combat_state *state;
	psy_combat *fit;
	psy_combat_streams of;
	double out[M];
	char note[1024];

	read_rows("combat.csv", "row", t.x, &t);
	for (int r = 0; r < ROWS; r++)
	{
		t.x[r][0] = 0.1;
		t.x[r][1] = t.site[r] == 2 ? NAN : t.x[r][1];
		t.x[r][2] = t.site[r] == 0 ? 0.3 : t.x[r][2];
	}
	state = state_of(&t, 0, true, 0, 1);
	fit = fit_of(state, (psy_combat_options){true, false, NULL, 1e-4}, &err);
	assert_non_null(fit);
	of = psy_combat_streams_of(fit);
	assert_int_equal(fit->lost, 1);
	assert_true(isnan(of.sd[0]) && isnan(of.gamma[2 * M + 1]) && isnan(of.gamma[2]));
	assert_int_equal(psy_combat_sites(fit)[2].left_out, 1);
	assert_int_equal(psy_combat_sites(fit)[0].left_out, 1);
	for (int r = 0; r < ROWS; r++)
	{
		psy_combat_apply_doubles(fit, (size_t) t.site[r], t.x[r], NULL, out);
		assert_true(isnan(out[0]));
		assert_int_equal(isnan(out[1]) != 0, t.site[r] == 2);
		assert_int_equal(isnan(out[2]) != 0, t.site[r] == 0);
		for (int k = 3; k < M; k++)
			assert_true(isfinite(out[k]));
	}
	psy_combat_note(fit, note, sizeof note);
	assert_non_null(strstr(note, "1 elements not harmonised (NaN)"));
	assert_non_null(strstr(note, "at site \"Beijing\""));
	free(fit);
	free(state);
}

/* Every bit of a small state and a small fit flipped: refused, or safe to use. */
static void
test_flipped_bits(void **arg)
{
	table t;
	psy_error err;
	psy_combat_shape shape = {0, Q, SITES, M, true};
	size_t size = psy_combat_state_size(&shape), refused = 0;
	psy_combat_state *state;

	read_rows("combat.csv", "row", t.x, &t);
	state = state_of(&t, Q, true, 0, 1);
	assert_int_equal(psy_combat_state_check(state, size, &err), PSY_OK);
	assert_int_equal(psy_combat_state_check(state, size - 8, &err), PSY_FORMAT);
	for (size_t bit = 0; bit < 8 * size; bit += bit < 8 * 400 ? 1 : 37)
	{
		((unsigned char *) state)[bit / 8] ^= (unsigned char) (1 << bit % 8);
		if (psy_combat_state_check(state, size, &err) == PSY_OK)
			free(fit_of(state, (psy_combat_options){true, false, NULL, 1e-4}, &err));
		else
			refused++;
		((unsigned char *) state)[bit / 8] ^= (unsigned char) (1 << bit % 8);
	}
	assert_true(refused > 100);
	free(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_packages), cmocka_unit_test(test_missing_values), cmocka_unit_test(test_merge),
		cmocka_unit_test(test_equivariance),     cmocka_unit_test(test_site_effects_are_gone),
		cmocka_unit_test(test_refusals),         cmocka_unit_test(test_degenerate_elements),
		cmocka_unit_test(test_flipped_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
