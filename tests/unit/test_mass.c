/*
 * test_mass.c - the mass-univariate state: R's numbers (tests/oracle/connectome_mass.R), merging, order,
 * scale, missing values, degenerate input and forged images.
 */
#include "unit.h"

#include "connectivity/connectome.h"
#include "stats/distribution.h"
#include "stats/hedges.h"
#include "stats/mass_final.h"
#include "stats/moments.h"

#define ROWS 61
#define ELEMENTS 8
#define COVARIATES 3

typedef struct golden_row
{
	double group, y, covariate[COVARIATES], x[ELEMENTS], pre[ELEMENTS];
} golden_row;

static golden_row rows[ROWS];

static const psy_mass_statistic statistics[] = {PSY_MASS_SUMMARY,      PSY_MASS_TTEST, PSY_MASS_TTEST_GROUPS,
												PSY_MASS_TTEST_PAIRED, PSY_MASS_CORR,  PSY_MASS_PCORR,
												PSY_MASS_WELCH,        PSY_MASS_GLM,   PSY_MASS_GLM_CHANGE,
												PSY_MASS_ANCOVA,       PSY_MASS_Z};
#define STATISTICS (sizeof statistics / sizeof statistics[0])

static int
load_rows(void **state)
{
	FILE *file = unit_golden_open("connectome_mass.csv");
	char label[32];
	int count = 0;
	double value[sizeof(golden_row) / sizeof(double)];

	while (count < ROWS &&
		   unit_golden_row(file, label, sizeof label, value, sizeof value / sizeof value[0]) > 0)
		memcpy(&rows[count++], value, sizeof value);
	fclose(file);
	return count == ROWS ? 0 : -1;
}

/* ---- building states ------------------------------------------------------------------------- */

static psy_mass *
new_state(const psy_mass_shape *shape)
{
	psy_mass *state = calloc(1, psy_mass_size(shape));

	psy_mass_init(state, shape);
	if (shape->contrasts > 0) /* the last column, y */
		psy_mass_contrast(state)[shape->design - 1] = 1;
	return state;
}

static bool
is_model(psy_mass_statistic statistic)
{
	return statistic == PSY_MASS_GLM || statistic == PSY_MASS_GLM_CHANGE || statistic == PSY_MASS_ANCOVA;
}

static bool
takes_pre(psy_mass_statistic statistic)
{
	return statistic == PSY_MASS_TTEST_PAIRED || statistic == PSY_MASS_GLM_CHANGE ||
		   statistic == PSY_MASS_ANCOVA;
}

static psy_mass_shape
shape_for(psy_mass_statistic statistic, size_t elements, bool per_element)
{
	size_t design = statistic == PSY_MASS_CORR    ? 1
					: statistic == PSY_MASS_PCORR ? COVARIATES + 1
					: is_model(statistic)         ? COVARIATES + 2
												  : 0;

	return (psy_mass_shape){.statistic = statistic,
							.design = design,
							.elements = elements,
							.per_element = per_element,
							.contrasts = is_model(statistic)};
}

static psy_mass *
expanded(psy_mass *state, const psy_mass_shape *shape)
{
	psy_mass *wide;

	if (shape->per_element == ((state->flags & PSY_MASS_PER_ELEMENT) != 0) && shape->room == state->room)
		return state;
	wide = new_state(shape);
	psy_mass_expand(state, wide);
	free(state);
	return wide;
}

/* What a host does at a row with missing elements. */
static psy_mass *
make_room(psy_mass *state, const psy_mass_values *x)
{
	psy_mass_shape shape = psy_mass_needed(state, x);

	state = expanded(state, &shape);
	psy_mass_set_apart(state, x);
	return state;
}

static psy_mass *
add_row(psy_mass *state, const golden_row *row)
{
	bool missing, pre_missing = false;
	psy_mass_values x = {.d = row->x};
	double design[COVARIATES + 2];

	assert_int_equal(psy_mass_scan(NULL, row->x, state->elements, "x", &missing, NULL), PSY_OK);
	if (takes_pre(state->statistic))
	{
		assert_int_equal(psy_mass_scan(NULL, row->pre, state->elements, "pre", &pre_missing, NULL), PSY_OK);
		x.pre_d = row->pre;
	}
	if (missing || pre_missing)
		state = make_room(state, &x);
	design[0] = 1;
	memcpy(design + is_model(state->statistic), row->covariate, sizeof row->covariate);
	design[state->design > 1 ? state->design - 1 : 0] = row->y;
	psy_mass_add(state, state->groups == 2 && row->group != 0, &x, design);
	return state;
}

/* The rows first, first + step, ... below end. */
static psy_mass *
state_of(psy_mass_statistic statistic, size_t elements, int first, int end, int step)
{
	psy_mass_shape shape = shape_for(statistic, elements, false);
	psy_mass *state = new_state(&shape);

	for (int i = first; i < end; i += step)
		state = add_row(state, &rows[i]);
	return state;
}

static psy_mass *
merged(psy_mass *into, psy_mass *from)
{
	assert_int_equal(psy_mass_mergeable(into, from, NULL), PSY_OK);
	if (from->elements > 0)
	{
		psy_mass_shape shape = psy_mass_merged(into, from);

		into = expanded(into, &shape);
		if (shape.per_element && from->room > 0)
			from = expanded(from, &shape);
	}
	psy_mass_merge(into, from);
	free(from);
	return into;
}

/* Rows of 8 x 8 elements, of which few miss values: those missing are set apart. */
#define TILED (ELEMENTS * 8)

typedef struct tiled_row
{
	double x[TILED], pre[TILED], design[COVARIATES + 2];
} tiled_row;

static psy_mass *
add_tiled(psy_mass *state, const golden_row *row)
{
	tiled_row t;
	psy_mass_values x = {.d = t.x, .pre_d = takes_pre(state->statistic) ? t.pre : NULL};

	for (int k = 0; k < TILED; k++)
	{
		/* Beside the first eight nothing is missing. */
		bool complete = k >= ELEMENTS && (isnan(row->x[k % ELEMENTS]) || isnan(row->pre[k % ELEMENTS]));

		t.x[k] = complete ? row->y * 0.3 + sin(k + row->covariate[1]) : row->x[k % ELEMENTS] + k / ELEMENTS;
		t.pre[k] = complete ? cos(k + row->y) : row->pre[k % ELEMENTS];
	}
	t.design[0] = 1;
	memcpy(t.design + is_model(state->statistic), row->covariate, sizeof row->covariate);
	t.design[state->design > 1 ? state->design - 1 : 0] = row->y;
	state = make_room(state, &x);
	psy_mass_add(state, state->groups == 2 && row->group != 0, &x, t.design);
	return state;
}

static psy_mass *
tiled_state(psy_mass_statistic statistic, bool per_element, int first, int end, int step)
{
	psy_mass_shape shape = shape_for(statistic, TILED, per_element);
	psy_mass *state = new_state(&shape);

	for (int i = first; i < end; i += step)
		state = add_tiled(state, &rows[i]);
	return state;
}

/* ---- answers --------------------------------------------------------------------------------- */

typedef struct answer
{
	int32_t n[ELEMENTS];
	double value[7][ELEMENTS]; /* estimate, se, statistic, df, p, log_p, effect */
	psy_mass_tally tally;
} answer;

typedef struct tiled_answer
{
	int32_t n[TILED];
	double value[7][TILED];
	psy_mass_tally tally;
} tiled_answer;

static psy_mass_tally
compute(const psy_mass *state, double mu, psy_mass_effect effect, const psy_mass_result *to)
{
	psy_mass_result out = *to;
	psy_mass_tally tally = {0};
	psy_mass_summary_result summary = {to->n, to->estimate, to->se, to->statistic, to->df};

	if (state->statistic == PSY_MASS_SUMMARY)
		psy_mass_summary(state, &summary, &tally);
	else if (is_model(state->statistic))
	{
		psy_mass_contrast_of contrast = {psy_mass_contrast(state), state->contrasts, false};

		if (state->contrasts > 0)
			(void) psy_mass_glm(state, &contrast, effect, &out, &tally, NULL);
	}
	else if (state->statistic == PSY_MASS_WELCH)
		psy_mass_welch(state, mu, effect, &out, &tally);
	else if (state->statistic == PSY_MASS_Z)
		psy_mass_deviation(state, &out, &tally);
	else if (state->statistic >= PSY_MASS_CORR)
		psy_mass_corr(state, &out, &tally);
	else
		psy_mass_ttest(state, mu, effect, &out, &tally);
	return tally;
}

static answer
answer_of(const psy_mass *state, double mu, psy_mass_effect effect)
{
	answer a = {0};
	psy_mass_result out = {a.n,        a.value[0], a.value[1], a.value[2],
						   a.value[3], a.value[4], a.value[5], a.value[6]};

	a.tally = compute(state, mu, effect, &out);
	return a;
}

static tiled_answer
answer_tiled(const psy_mass *state)
{
	tiled_answer a = {0};
	psy_mass_result out = {a.n,        a.value[0], a.value[1], a.value[2],
						   a.value[3], a.value[4], a.value[5], a.value[6]};

	a.tally = compute(state, 0, is_model(state->statistic) ? PSY_MASS_EFFECT_R : PSY_MASS_EFFECT_D, &out);
	return a;
}

static answer
answer_and_free(psy_mass *state)
{
	answer a = answer_of(state, 0, is_model(state->statistic) ? PSY_MASS_EFFECT_R : PSY_MASS_EFFECT_D);

	free(state);
	return a;
}

static void
assert_same_answer(const answer *a, const answer *b, double tolerance)
{
	assert_memory_equal(a->n, b->n, sizeof a->n);
	for (int v = 0; v < 7; v++)
		for (int k = 0; k < ELEMENTS; k++)
			assert_close(a->value[v][k], b->value[v][k], tolerance);
}

/* ---- against R ------------------------------------------------------------------------------- */

static psy_mass_statistic
statistic_named(const char *name)
{
	return strcmp(name, "ttest") == 0          ? PSY_MASS_TTEST
		   : strcmp(name, "ttest_groups") == 0 ? PSY_MASS_TTEST_GROUPS
		   : strcmp(name, "ttest_paired") == 0 ? PSY_MASS_TTEST_PAIRED
		   : strcmp(name, "corr") == 0         ? PSY_MASS_CORR
		   : strcmp(name, "pcorr") == 0        ? PSY_MASS_PCORR
		   : strcmp(name, "welch") == 0        ? PSY_MASS_WELCH
		   : strcmp(name, "change") == 0       ? PSY_MASS_GLM_CHANGE
		   : strncmp(name, "ancova", 6) == 0   ? PSY_MASS_ANCOVA
											   : PSY_MASS_GLM;
}

/* F of the covariates together. */
static answer
answer_f(psy_mass_statistic statistic)
{
	psy_mass *s = state_of(statistic, ELEMENTS, 0, ROWS, 1);
	double row[COVARIATES][COVARIATES + 2] = {{0, 1, 0, 0, 0}, {0, 1, 1, 0, 0}, {0, 0, 2, -3, 0}};
	psy_mass_contrast_of contrast = {row[0], COVARIATES, true};
	answer a = {0};
	psy_mass_result out = {a.n,        a.value[0], a.value[1], a.value[2],
						   a.value[3], a.value[4], a.value[5], a.value[6]};

	assert_int_equal(psy_mass_glm(s, &contrast, PSY_MASS_EFFECT_R, &out, &a.tally, NULL), PSY_OK);
	free(s);
	return a;
}

static void
matches_r(void **state)
{
	FILE *file = unit_golden_open("connectome_mass.csv");
	char label[32];
	double v[64];
	int compared = 0;

	while (unit_golden_row(file, label, sizeof label, v, 64) > 0)
	{
		int k = (int) v[0] - 1;
		answer a;

		if (strcmp(label, "row") == 0)
			continue;
		a = strstr(label, "_f") != NULL
				? answer_f(statistic_named(label))
				: answer_and_free(state_of(statistic_named(label), ELEMENTS, 0, ROWS, 1));
		assert_int_equal(a.n[k], (int) v[1]);
		for (int c = 0; c < 4; c++)
			assert_close(a.value[c][k], v[2 + c], 1e-12);
		/* p moves with t: relatively by |t| (df + 1) / (df + t^2) * |t| at most. */
		assert_close(a.value[4][k], v[6], 1e-12 * fmax(1, fmin(v[4] * v[4], v[5])));
		assert_close(a.value[5][k], log(v[6]), 1e-11);
		assert_close(a.value[6][k], v[7], 1e-12);
		compared++;
	}
	assert_int_equal(compared, 11 * ELEMENTS);
	fclose(file);
}

static void
estimates_are_true_minus_false_and_post_minus_pre(void **state)
{
	golden_row simple[4] = {{.group = 1, .x = {5}, .pre = {1}},
							{.group = 1, .x = {7}, .pre = {2}},
							{.group = 0, .x = {1}, .pre = {3}},
							{.group = 0, .x = {2}, .pre = {9}}};
	psy_mass_shape two = shape_for(PSY_MASS_TTEST_GROUPS, 1, false),
				   paired = shape_for(PSY_MASS_TTEST_PAIRED, 1, false);
	psy_mass *groups = new_state(&two), *pairs = new_state(&paired);
	answer a;

	for (int i = 0; i < 4; i++)
	{
		groups = add_row(groups, &simple[i]);
		pairs = add_row(pairs, &simple[i]);
	}
	a = answer_and_free(groups);
	assert_true(a.value[0][0] == 4.5 && a.value[2][0] > 0 && a.value[6][0] > 0);
	a = answer_and_free(pairs);
	assert_true(a.value[0][0] == 0 && a.value[2][0] == 0 && a.value[4][0] == 1);
}

static void
hedges_correction_is_exact(void **state)
{
	/* Gamma ratio with 30 digits (mpmath): df = 2, 3, 7, 8, 20, 100, 1e4, 1e8. */
	const double df[] = {2, 3, 7, 8, 20, 100, 1e4, 1e8};
	const double j[] = {0.56418958354775628695, 0.72360125455826765936, 0.8882029076727511903,
						0.90270333367641005912, 0.96194453374074872696, 0.9924780549814448666,
						0.99992499781242969038, 0.99999999249999997812};
	psy_mass *s = state_of(PSY_MASS_TTEST, ELEMENTS, 0, ROWS, 1);
	answer d = answer_of(s, 0, PSY_MASS_EFFECT_D), g = answer_of(s, 0, PSY_MASS_EFFECT_G);

	for (int i = 0; i < 8; i++)
		assert_close(psy_hedges_j(df[i]), j[i], 1e-14);
	assert_true(isnan(psy_hedges_j(1)));
	assert_close(g.value[6][0], d.value[6][0] * psy_hedges_j(60), 1e-15);
	free(s);
}

static void
mu_shifts_the_hypothesis(void **state)
{
	psy_mass *s = state_of(PSY_MASS_TTEST, ELEMENTS, 0, ROWS, 1);
	answer a = answer_of(s, 0, PSY_MASS_EFFECT_D), b = answer_of(s, 0.25, PSY_MASS_EFFECT_D);

	assert_true(a.value[0][0] == b.value[0][0] && a.value[1][0] == b.value[1][0]);
	assert_close(b.value[2][0], (a.value[0][0] - 0.25) / a.value[1][0], 1e-14);
	free(s);
}

/* ---- laws ------------------------------------------------------------------------------------ */

static void
any_split_merges_to_the_whole(void **state)
{
	for (size_t s = 0; s < STATISTICS; s++)
	{
		answer whole = answer_and_free(state_of(statistics[s], ELEMENTS, 0, ROWS, 1));

		/* Row 2 is the first with a missing element: cuts give shared + per-element, both ways round, and
		 * empty. */
		for (int cut = 0; cut <= ROWS; cut++)
		{
			psy_mass *left = state_of(statistics[s], ELEMENTS, 0, cut, 1);
			psy_mass *right = state_of(statistics[s], ELEMENTS, cut, ROWS, 1);
			answer a = answer_and_free(cut % 2 ? merged(left, right) : merged(right, left));

			for (int k = 0; k < ELEMENTS; k++)
				for (int v = 0; v < 7; v++)
					assert_close(a.value[v][k], whole.value[v][k], v == 4 ? 1e-10 : 1e-11);
			assert_memory_equal(a.n, whole.n, sizeof a.n);
			assert_memory_equal(&a.tally, &whole.tally, sizeof a.tally);
		}
	}
}

static void
five_interleaved_parts_merge_to_the_whole(void **state)
{
	for (size_t s = 0; s < STATISTICS; s++)
	{
		psy_mass *sum = state_of(statistics[s], ELEMENTS, 0, ROWS, 5);
		answer whole = answer_and_free(state_of(statistics[s], ELEMENTS, 0, ROWS, 1)), a;

		for (int part = 1; part < 5; part++)
			sum = merged(sum, state_of(statistics[s], ELEMENTS, part, ROWS, 5));
		a = answer_and_free(sum);
		for (int k = 0; k < ELEMENTS; k++)
			for (int v = 0; v < 7; v++)
				assert_close(a.value[v][k], whole.value[v][k], v == 4 ? 1e-10 : 1e-11);
	}
}

static void
row_order_does_not_matter(void **state)
{
	for (size_t s = 0; s < STATISTICS; s++)
	{
		psy_mass_shape shape = shape_for(statistics[s], ELEMENTS, false);
		psy_mass *backwards = new_state(&shape);
		answer a, b = answer_and_free(state_of(statistics[s], ELEMENTS, 0, ROWS, 1));

		for (int i = ROWS - 1; i >= 0; i--)
			backwards = add_row(backwards, &rows[i]);
		a = answer_and_free(backwards);
		for (int k = 0; k < ELEMENTS; k++)
			for (int v = 0; v < 7; v++)
				assert_close(a.value[v][k], b.value[v][k], v == 4 ? 1e-10 : 1e-11);
	}
}

static void
scaling_by_a_power_of_two_changes_no_bit_of_t(void **state)
{
	for (size_t s = 1; s < STATISTICS; s++)
	{
		psy_mass_shape shape = shape_for(statistics[s], ELEMENTS, false);
		psy_mass *scaled = new_state(&shape);
		answer a, b = answer_and_free(state_of(statistics[s], ELEMENTS, 0, ROWS, 1));

		for (int i = 0; i < ROWS; i++)
		{
			golden_row row = rows[i];

			for (int k = 0; k < ELEMENTS; k++)
			{
				row.x[k] *= 0x1p40;
				row.pre[k] *= 0x1p40;
			}
			row.y *= 0x1p-30;
			row.covariate[1] *= 0x1p60;
			scaled = add_row(scaled, &row);
		}
		a = answer_and_free(scaled);
		for (int v = 2; v < 7; v++)
			assert_memory_equal(a.value[v], b.value[v], sizeof a.value[v]);
	}
}

static void
layouts_agree_where_nothing_is_missing(void **state)
{
	golden_row complete[ROWS];

	memcpy(complete, rows, sizeof rows);
	for (int i = 0; i < ROWS; i++)
		for (int k = 0; k < ELEMENTS; k++)
		{
			complete[i].x[k] = isnan(rows[i].x[k]) ? i : rows[i].x[k];
			complete[i].pre[k] = isnan(rows[i].pre[k]) ? i * i : rows[i].pre[k];
		}
	for (size_t s = 0; s < STATISTICS; s++)
	{
		psy_mass_shape narrow = shape_for(statistics[s], ELEMENTS, false),
					   wide = shape_for(statistics[s], ELEMENTS, true);
		psy_mass *a = new_state(&narrow), *b = new_state(&wide);
		answer x, y;

		for (int i = 0; i < ROWS; i++)
		{
			a = add_row(a, &complete[i]);
			b = add_row(b, &complete[i]);
		}
		assert_int_equal(a->flags, 0);
		x = answer_and_free(a);
		y = answer_and_free(b);
		assert_same_answer(&x, &y, 1e-12);
	}
}

static void
elements_set_apart_have_the_bits_of_the_per_element_layout(void **state)
{
	for (size_t s = 0; s < STATISTICS; s++)
	{
		psy_mass *apart = tiled_state(statistics[s], false, 0, ROWS, 1);
		psy_mass *each = tiled_state(statistics[s], true, 0, ROWS, 1);
		tiled_answer a = answer_tiled(apart), b = answer_tiled(each);
		psy_mass_shape shape = psy_mass_shape_of(apart);

		assert_int_equal(apart->apart, 2);
		assert_true(apart->room >= 2 && (apart->flags & PSY_MASS_PER_ELEMENT) == 0);
		assert_int_equal(psy_mass_check(apart, psy_mass_size(&shape), NULL), PSY_OK);
		assert_memory_equal(a.n, b.n, sizeof a.n);
		/* Those apart bit by bit; the others' shared design is factored from sums in another order. */
		for (int v = 0; v < 7; v++)
			for (int k = 0; k < TILED; k++)
				assert_close(a.value[v][k], b.value[v][k], k == 4 || k == 5 ? 0 : 1e-12);
		assert_memory_equal(&a.tally, &b.tally, sizeof a.tally);
		free(apart), free(each);
	}
}

static void
merging_states_with_elements_apart_gives_the_whole(void **state)
{
	for (size_t s = 0; s < STATISTICS; s++)
	{
		psy_mass *sum = tiled_state(statistics[s], false, 0, ROWS, 1), *whole = sum;
		tiled_answer b = answer_tiled(whole), a;
		psy_mass_shape shape;

		for (int cut = 0; cut <= ROWS; cut += 3)
		{
			psy_mass *left = tiled_state(statistics[s], false, 0, cut, 1);
			psy_mass *right = tiled_state(statistics[s], cut % 2, cut, ROWS, 1);

			sum = cut % 4 ? merged(left, right) : merged(right, left);
			a = answer_tiled(sum);
			shape = psy_mass_shape_of(sum);
			assert_int_equal(psy_mass_check(sum, psy_mass_size(&shape), NULL), PSY_OK);
			assert_memory_equal(a.n, b.n, sizeof a.n);
			for (int v = 0; v < 7; v++)
				for (int k = 0; k < TILED; k++)
					assert_close(a.value[v][k], b.value[v][k], v == 4 ? 1e-10 : 1e-11);
			free(sum);
		}
		free(whole);
	}
}

static void
a_centred_state_answers_the_same_and_holds_no_row(void **state)
{
	for (size_t s = 0; s < STATISTICS; s++)
	{
		psy_mass *a = tiled_state(statistics[s], false, 0, 31, 1),
				 *b = tiled_state(statistics[s], s % 2, 31, ROWS, 1);
		tiled_answer whole = answer_tiled(a), centred;
		psy_mass_shape shape = psy_mass_shape_of(a);
		double first = psy_mass_group_streams(a, 0).origin[0];

		psy_mass_centre(a);
		assert_int_equal(psy_mass_check(a, psy_mass_size(&shape), NULL), PSY_OK);
		assert_true(psy_mass_group_streams(a, 0).origin[0] != first &&
					fabs(psy_mass_group_streams(a, 0).sum[0]) < 1e-12);
		centred = answer_tiled(a);
		for (int v = 0; v < 7; v++)
			for (int k = 0; k < TILED; k++)
				assert_close(centred.value[v][k], whole.value[v][k], v == 4 ? 1e-10 : 1e-11);
		psy_mass_centre(b);
		a = merged(a, b);
		centred = answer_tiled(a);
		b = tiled_state(statistics[s], false, 0, ROWS, 1);
		whole = answer_tiled(b);
		for (int v = 0; v < 7; v++)
			for (int k = 0; k < TILED; k++)
				assert_close(centred.value[v][k], whole.value[v][k], v == 4 ? 1e-10 : 1e-11);
		free(a), free(b);
	}
}

/* An element's answer is what it would be, had the rows in which it is missing not been there for it. */
static void
a_missing_value_is_a_row_less_for_that_element_alone(void **state)
{
	for (size_t s = 0; s < STATISTICS; s++)
	{
		psy_mass_shape shape = shape_for(statistics[s], ELEMENTS, false);
		psy_mass *fewer = new_state(&shape);
		answer all = answer_and_free(state_of(statistics[s], ELEMENTS, 0, ROWS, 1)), a;

		for (int i = 0; i < ROWS; i++)
			if (!isnan(rows[i].x[4]) && (!takes_pre(statistics[s]) || !isnan(rows[i].pre[4])))
				fewer = add_row(fewer, &rows[i]);
		a = answer_and_free(fewer);
		assert_int_equal(a.n[4], all.n[4]);
		for (int v = 0; v < 7; v++)
			assert_close(a.value[v][4], all.value[v][4], 1e-12);
	}
}

static void
float_and_double_rows_agree(void **state)
{
	for (int paired = 0; paired < 2; paired++)
	{
		psy_mass_shape shape = shape_for(paired ? PSY_MASS_TTEST_PAIRED : PSY_MASS_TTEST, 1000, false);
		psy_mass *a = new_state(&shape), *b = new_state(&shape);
		float f[2][1000];
		double d[2][1000];

		for (int i = 0; i < 5; i++)
		{
			psy_mass_values x = {.f = f[0], .pre_f = paired ? f[1] : NULL};
			psy_mass_values y = {.d = d[0], .pre_d = paired ? d[1] : NULL};

			for (int k = 0; k < 2000; k++)
				d[k / 1000][k % 1000] = f[k / 1000][k % 1000] = (float) sin(i * 2000.0 + k);
			psy_mass_add(a, 0, &x, NULL);
			psy_mass_add(b, 0, &y, NULL);
		}
		assert_memory_equal(a, b, psy_mass_size(&shape));
		free(a);
		free(b);
	}
}

enum
{
	MANY = 1003 /* elements: chunks, and some that fill none */
};

typedef struct many_rows
{
	psy_mass_values row[PSY_MASS_TOGETHER];
	double design[PSY_MASS_TOGETHER][PSY_MASS_MAX_DESIGN]; /* a constant first */
	float f[PSY_MASS_TOGETHER][2][MANY];
	double d[PSY_MASS_TOGETHER][2][MANY];
} many_rows;

/* Of floats or of doubles.  The second design variable is now and then at its mean: a row that adds nothing
 * among some that do. */
static void
make_rows(many_rows *m, size_t count, bool pre, bool single, unsigned *seed)
{
	for (size_t r = 0; r < count; r++)
	{
		for (size_t k = 0; k < 2 * MANY; k++)
			m->d[r][k / MANY][k % MANY] = m->f[r][k / MANY][k % MANY] = (float) rand_r(seed) / 7e8f - 1;
		m->row[r] = (psy_mass_values){.f = single ? m->f[r][0] : NULL, .d = single ? NULL : m->d[r][0]};
		m->row[r].pre_f = pre && single ? m->f[r][1] : NULL;
		m->row[r].pre_d = pre && !single ? m->d[r][1] : NULL;
		for (size_t j = 0; j < PSY_MASS_MAX_DESIGN; j++)
			m->design[r][j] = j == 0 ? 1 : j == 1 ? (double[]){1, -1, 0}[r % 3] : rand_r(seed) / 1e8;
	}
}

/* The streams that both layouts have. */
static void
assert_same_streams(const psy_mass *a, const psy_mass *b)
{
	for (size_t g = 0; g < a->groups; g++)
	{
		size_t q = a->design, streams = a->statistic == PSY_MASS_ANCOVA    ? 7 + 2 * q
										: a->statistic == PSY_MASS_SUMMARY ? 5
																		   : 3 + q;

		assert_memory_equal(psy_mass_group_streams(a, g).origin, psy_mass_group_streams(b, g).origin,
							sizeof(double) * MANY * streams);
	}
}

static void
add_batches(psy_mass_statistic statistic, size_t step, bool single, many_rows *m)
{
	psy_mass_shape shared = shape_for(statistic, MANY, false), each = shape_for(statistic, MANY, true);
	psy_mass *together = new_state(&shared), *alone = new_state(&shared), *apart = new_state(&each);
	unsigned seed = 5;

	for (size_t batch = 0; batch < 5; batch++)
	{
		size_t group = together->groups == 2 ? batch % 2 : 0;

		make_rows(m, step, takes_pre(statistic), single != (batch == 3), &seed);
		for (size_t r = 0; r < step; r++)
		{
			psy_mass_add(alone, group, &m->row[r], m->design[r]);
			psy_mass_add(apart, group, &m->row[r], m->design[r]);
		}
		psy_mass_add_rows(together, group, m->row, m->design, step);
	}
	assert_memory_equal(together, alone, psy_mass_size(&shared));
	assert_same_streams(together, apart);
	free(together), free(alone), free(apart);
}

/* Whatever is taken in, in shares of any size, and by the layout that has every element count for itself. */
static void
rows_added_together_have_the_bits_of_rows_added_one_by_one(void **state)
{
	many_rows *m = calloc(1, sizeof *m);

	for (size_t s = 0; s < STATISTICS; s++)
		for (size_t step = 1; step <= PSY_MASS_TOGETHER; step++)
			add_batches(statistics[s], step, step % 2 == 0, m);
	free(m);
}

/* One share may hold rows of floats beside rows of doubles. */
static void
a_share_of_rows_may_mix_precisions(void **state)
{
	psy_mass_shape shape = shape_for(PSY_MASS_ANCOVA, MANY, false);
	psy_mass *mixed = new_state(&shape), *plain = new_state(&shape);
	many_rows *m = calloc(1, sizeof *m);
	unsigned seed = 9;

	make_rows(m, PSY_MASS_TOGETHER, true, true, &seed);
	psy_mass_add_rows(plain, 0, m->row, m->design, PSY_MASS_TOGETHER);
	for (size_t r = 2; r < PSY_MASS_TOGETHER; r += 3)
		m->row[r] = (psy_mass_values){.d = m->d[r][0], .pre_d = m->d[r][1]};
	psy_mass_add_rows(mixed, 0, m->row, m->design, PSY_MASS_TOGETHER);
	assert_memory_equal(mixed, plain, psy_mass_size(&shape));
	free(m), free(mixed), free(plain);
}

/* Everything but p is + - * / and sqrt: the same bits on every CPU, and from the plain kernels of the
 * sanitized build. */
static void
states_and_statistics_have_the_same_bits_on_every_cpu(void **state)
{
	const uint64_t expected[STATISTICS][2] = {
		{0x1c08d739e90cec30, 0xc7963eab23b5fa27}, {0xb816bdef0970ce69, 0xdeaa5418fcb46385},
		{0xc9d4c45b2209636f, 0x0ff65e2f282ac7ab}, {0xba28cd13f0ee667d, 0xf2774d39f855244e},
		{0xfb3fbd38be0e3ac3, 0x13f9d14e41492e23}, {0xf8b26bf726796c1, 0xfbf1835969115590},
		{0x530fc9be7e5a28ef, 0x7cd817af84229e95}, {0xd56f3c69979e8de2, 0x3c006a9000f22965},
		{0x1d0b444393e54ed4, 0x5700c319a3e1471e}, {0xdd603aef2e74d7f9, 0x4f0b84dbc7f2df7e}};

	for (size_t s = 1; s < STATISTICS; s++)
	{
		psy_mass *whole = merged(state_of(statistics[s], ELEMENTS, 0, 30, 1),
								 state_of(statistics[s], ELEMENTS, 30, ROWS, 1));
		psy_mass_shape shape = psy_mass_shape_of(whole);
		answer a = answer_of(whole, 0, PSY_MASS_EFFECT_D);

		assert_int_equal(unit_hash(whole, psy_mass_size(&shape)), expected[s - 1][0]);
		assert_int_equal(unit_hash(a.value, sizeof a.value[0] * 4), expected[s - 1][1]);
		free(whole);
	}
}

/* ---- degenerate input ------------------------------------------------------------------------ */

static void
equal_values_have_no_spread_however_many(void **state)
{
	const double value[] = {0.1, 1.0 / 3, 1e6 + 0.3, 12345.678, 7};
	psy_mass_shape shape = shape_for(PSY_MASS_TTEST, 5, false);
	psy_mass *s = new_state(&shape);
	psy_mass_values x = {.d = value};

	for (int i = 1; i <= 100000; i++)
	{
		psy_mass_add(s, 0, &x, NULL);
		if (i == 2 || i == 3 || i == 10 || i == 1000 || i == 100000)
		{
			answer a = answer_of(s, 0, PSY_MASS_EFFECT_D);

			assert_int_equal(a.tally.no_spread, 5);
			for (int k = 0; k < 5; k++)
			{
				assert_close(a.value[0][k], value[k], 1e-11);
				assert_true(a.value[1][k] == 0 && isnan(a.value[2][k]) && isnan(a.value[4][k]) &&
							isnan(a.value[6][k]));
			}
		}
	}
	free(s);
}

static void
too_few_rows_give_no_test(void **state)
{
	for (size_t s = 1; s < STATISTICS; s++)
	{
		answer a = answer_and_free(state_of(statistics[s], ELEMENTS, 0, 1, 1));

		assert_int_equal(a.tally.too_few, ELEMENTS);
		for (int k = 0; k < ELEMENTS; k++)
			assert_true(isnan(a.value[2][k]) && isnan(a.value[3][k]) && isnan(a.value[4][k]));
	}
}

static void
a_dependent_covariate_is_named(void **state)
{
	for (int column = 0; column <= COVARIATES; column++)
		for (int wide = 0; wide < 2; wide++)
		{
			psy_mass_shape shape = shape_for(PSY_MASS_PCORR, 4, wide);
			psy_mass *s = new_state(&shape);
			answer a;
			char note[512];

			for (int i = 0; i < ROWS; i++)
			{
				golden_row row = rows[i];
				double *target = column < COVARIATES ? &row.covariate[column] : &row.y;

				/* The first column becomes constant, the others a sum of those before them. */
				*target = column == 0
							  ? 0.1
							  : row.covariate[0] * 3 + (column > 1 ? row.covariate[1] * 0.37 : 0) + 11;
				s = add_row(s, &row);
			}
			a = answer_of(s, 0, PSY_MASS_EFFECT_D);
			psy_mass_note(s, &a.tally, note, sizeof note);
			assert_int_equal(a.tally.deficient, 4);
			assert_int_equal(a.tally.column, column + 1);
			assert_true(isnan(a.value[0][0]) && isnan(a.value[2][0]) && isnan(a.value[4][0]));
			assert_non_null(strstr(note, column == COVARIATES ? "y is constant or explained" : "covariate "));
			free(s);
		}
}

static void
an_element_explained_by_covariates_has_no_spread(void **state)
{
	psy_mass_shape shape = shape_for(PSY_MASS_PCORR, 2, false);
	psy_mass *s = new_state(&shape);
	answer a;

	for (int i = 0; i < ROWS; i++)
	{
		golden_row row = rows[i];

		row.x[0] = 2 * row.covariate[1] - row.covariate[2] + 3;
		s = add_row(s, &row);
	}
	a = answer_and_free(s);
	assert_int_equal(a.tally.no_spread, 1);
	assert_true(isnan(a.value[0][0]) && isnan(a.value[4][0]));
	assert_false(isnan(a.value[4][1]));
}

static void
small_p_keeps_its_logarithm(void **state)
{
	psy_mass_shape shape = shape_for(PSY_MASS_TTEST, 1, false);
	psy_mass *s = new_state(&shape);
	answer a;

	for (int i = 0; i < 2000; i++)
	{
		double x = 10 + sin(i);

		psy_mass_add(s, 0, &(psy_mass_values){.d = &x}, NULL);
	}
	a = answer_and_free(s);
	assert_true(a.value[4][0] == 0);
	assert_true(a.value[5][0] < -745 && isfinite(a.value[5][0]));
}

static void
notes_say_what_happened(void **state)
{
	psy_mass *s = state_of(PSY_MASS_TTEST_GROUPS, ELEMENTS, 0, ROWS, 1);
	answer a = answer_of(s, 0, PSY_MASS_EFFECT_D);
	char note[512], shorter[40];

	s->skipped = 3;
	s->source = PSY_CONN_R;
	psy_mass_note(s, &a.tally, note, sizeof note);
	assert_string_equal(
		note, "3 rows skipped: x, group, y or a covariate missing; 2 of 8 elements have fewer values than "
			  "rows; kind r tested untransformed, conn_fisher_z is the usual scale");
	psy_mass_note(s, &a.tally, shorter, sizeof shorter);
	assert_true(strlen(shorter) < sizeof shorter);
	s->skipped = 0;
	s->source = PSY_CONN_Z;
	a.tally.incomplete = 0;
	psy_mass_note(s, &a.tally, note, sizeof note);
	assert_string_equal(note, "");
	free(s);
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void
infinite_and_enormous_values_are_refused_by_name(void **state)
{
	const float f[] = {1, NAN, -INFINITY};
	const double d[] = {1, 2, 1e101};
	psy_error err;
	bool missing;

	assert_int_equal(psy_mass_scan(f, NULL, 3, "post", &missing, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "post[3]"));
	assert_true(missing);
	assert_int_equal(psy_mass_scan(NULL, d, 3, "x", &missing, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "x[3]"));
	assert_int_equal(psy_mass_scan(NULL, d, 2, "x", &missing, &err), PSY_OK);
	assert_false(missing);
}

static void
the_largest_allowed_values_overflow_nothing(void **state)
{
	psy_mass_shape shape = shape_for(PSY_MASS_CORR, 2, false);
	psy_mass *s = new_state(&shape);
	answer a;

	for (int i = 0; i < 50; i++)
	{
		double x[] = {i % 2 ? 1e100 : -1e100, sin(i)}, y = i % 3 ? 1e100 : -1e100;

		psy_mass_add(s, 0, &(psy_mass_values){.d = x}, &y);
	}
	assert_int_equal(psy_mass_check(s, psy_mass_size(&shape), NULL), PSY_OK);
	a = answer_and_free(s);
	assert_true(isfinite(a.value[2][0]) && isfinite(a.value[2][1]));
}

static void
different_states_do_not_merge(void **state)
{
	psy_mass *a = state_of(PSY_MASS_TTEST, ELEMENTS, 0, 9, 1),
			 *b = state_of(PSY_MASS_CORR, ELEMENTS, 0, 9, 1), *c = state_of(PSY_MASS_TTEST, 3, 0, 9, 1),
			 *d = state_of(PSY_MASS_TTEST, ELEMENTS, 0, 9, 1);
	psy_error err;

	assert_int_equal(psy_mass_mergeable(a, b, &err), PSY_DOMAIN);
	assert_int_equal(psy_mass_mergeable(a, c, &err), PSY_SHAPE);
	d->source = PSY_CONN_Z;
	assert_int_equal(psy_mass_mergeable(a, d, &err), PSY_DOMAIN);
	a->source = PSY_CONN_R;
	assert_int_equal(psy_mass_mergeable(a, d, &err), PSY_DOMAIN);
	assert_non_null(strstr(err.message, "kind r"));
	free(a);
	free(b);
	free(c);
	free(d);
}

/* ---- forged images --------------------------------------------------------------------------- */

static uint64_t
next_random(uint64_t *seed)
{
	*seed += 0x9e3779b97f4a7c15ULL;
	uint64_t z = (*seed ^ (*seed >> 30)) * 0xbf58476d1ce4e5b9ULL;
	return (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
}

/* Flips, overwrites or cuts; the copy is exactly as long as it claims, so that a sanitizer sees any step
 * outside. */
static psy_mass *
mutate(const psy_mass *state, size_t *size, uint64_t *seed)
{
	size_t keep = next_random(seed) % 8 == 0 ? next_random(seed) % (*size + 1) : *size;
	unsigned char *copy = malloc(keep > 0 ? keep : 1);
	int changes = 1 + (int) (next_random(seed) % 3);

	memcpy(copy, state, keep);
	for (int c = 0; c < changes && keep >= 8; c++)
	{
		/* Half of the changes hit the header. */
		size_t at =
			next_random(seed) % (next_random(seed) % 2 && keep > sizeof *state ? sizeof *state : keep - 7);

		if (next_random(seed) % 2)
			copy[at] ^= (unsigned char) (1u << next_random(seed) % 8);
		else
		{
			const double odd[] = {NAN, INFINITY, -1, 1e308, 0.5, -0.0};

			memcpy(copy + (at + 8 <= keep ? at : 0), &odd[next_random(seed) % 6], 8);
		}
	}
	*size = keep;
	return (psy_mass *) copy;
}

static void
forged_images_are_refused_or_harmless(void **state)
{
	uint64_t seed = 7;
	int refused = 0, accepted = 0;

	for (int trial = 0; trial < 12000; trial++)
	{
		psy_mass_statistic which = statistics[trial % STATISTICS];
		psy_mass *whole = trial % 3 == 0
							  ? tiled_state(which, false, 0, 20, 1)
							  : state_of(which, trial % 2 ? ELEMENTS : 4, 0, trial % 7 ? 20 : 0, 1);
		psy_mass_shape shape = psy_mass_shape_of(whole);
		size_t size = psy_mass_size(&shape);
		psy_mass *forged = mutate(whole, &size, &seed);
		psy_error err;

		if (psy_mass_check(forged, size, &err) == PSY_OK)
		{
			tiled_answer a = answer_tiled(forged);
			char note[512];

			psy_mass_note(forged, &a.tally, note, sizeof note);
			if (psy_mass_mergeable(whole, forged, &err) == PSY_OK && forged->elements > 0 &&
				whole->elements > 0)
			{
				whole = merged(whole, forged);
				forged = NULL;
			}
			accepted++;
		}
		else
		{
			assert_int_equal(err.code, PSY_FORMAT);
			assert_true(strlen(err.message) > 0);
			refused++;
		}
		free(forged);
		free(whole);
	}
	assert_true(refused > 3000);
	assert_true(accepted > 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_r),
		cmocka_unit_test(estimates_are_true_minus_false_and_post_minus_pre),
		cmocka_unit_test(hedges_correction_is_exact),
		cmocka_unit_test(mu_shifts_the_hypothesis),
		cmocka_unit_test(any_split_merges_to_the_whole),
		cmocka_unit_test(five_interleaved_parts_merge_to_the_whole),
		cmocka_unit_test(row_order_does_not_matter),
		cmocka_unit_test(scaling_by_a_power_of_two_changes_no_bit_of_t),
		cmocka_unit_test(layouts_agree_where_nothing_is_missing),
		cmocka_unit_test(a_missing_value_is_a_row_less_for_that_element_alone),
		cmocka_unit_test(elements_set_apart_have_the_bits_of_the_per_element_layout),
		cmocka_unit_test(merging_states_with_elements_apart_gives_the_whole),
		cmocka_unit_test(a_centred_state_answers_the_same_and_holds_no_row),
		cmocka_unit_test(float_and_double_rows_agree),
		cmocka_unit_test(rows_added_together_have_the_bits_of_rows_added_one_by_one),
		cmocka_unit_test(a_share_of_rows_may_mix_precisions),
		cmocka_unit_test(states_and_statistics_have_the_same_bits_on_every_cpu),
		cmocka_unit_test(equal_values_have_no_spread_however_many),
		cmocka_unit_test(too_few_rows_give_no_test),
		cmocka_unit_test(a_dependent_covariate_is_named),
		cmocka_unit_test(an_element_explained_by_covariates_has_no_spread),
		cmocka_unit_test(small_p_keeps_its_logarithm),
		cmocka_unit_test(notes_say_what_happened),
		cmocka_unit_test(infinite_and_enormous_values_are_refused_by_name),
		cmocka_unit_test(the_largest_allowed_values_overflow_nothing),
		cmocka_unit_test(different_states_do_not_merge),
		cmocka_unit_test(forged_images_are_refused_or_harmless),
	};

	return cmocka_run_group_tests_name("mass", tests, load_rows, NULL);
}
