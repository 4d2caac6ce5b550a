/*
 * test_model_families.c - every model that tests/oracle/families.py trained and exported gives its trainer's
 * own labels, decision values, probabilities and values: with the pinned scikit-learn, XGBoost and LightGBM
 * (tests/golden/families), with Debian's scikit-learn (families_debian), and with R (families_r, made by families_r.R).
 */
#include "model_unit.h"

typedef struct family
{
	char name[64];
	size_t classes, features, decisions, probas;
	double tolerance; /* relative to the expected value, or to 1 for decisions and values that cancel; 0:
						 equal */
	double worst;
} family;

static void
close_to(family *f, int row, const char *what, double actual, double expected, double scale)
{
	double difference = fabs(actual - expected) / fmax(fabs(expected), scale);

	if (actual == expected)
		return;
	if (!(difference <= f->tolerance))
		fail_msg("%s, row %d: %s %.17g, expected %.17g (%.3g apart)", f->name, row, what, actual, expected,
				 difference);
	f->worst = fmax(f->worst, difference);
}

static void
check_classes(family *f, const unit_scorer *s, int row, const char *label, const double *expected)
{
	double decision[64], proba[64];
	size_t found;
	psy_text text;

	assert_int_equal(psy_model_label(s->model, s->raw, &found, NULL), PSY_OK);
	text = psy_model_class(s->model, found);
	if (text.length != strlen(label) || memcmp(text.text, label, text.length) != 0)
		fail_msg("%s, row %d: label %.*s, expected %s", f->name, row, (int) text.length, text.text, label);
	if (f->decisions != 0 && f->decisions != psy_model_raw(s->model))
		fail_msg("%s: %zu decision values, expected %zu", f->name, psy_model_raw(s->model), f->decisions);
	psy_model_decision(s->model, s->raw, decision);
	for (size_t k = 0; k < f->decisions; k++)
		close_to(f, row, "decision", decision[k], expected[k], 1);
	if (f->probas > 0)
		assert_int_equal(psy_model_proba(s->model, s->raw, s->workspace, proba, NULL), PSY_OK);
	for (size_t k = 0; k < f->probas; k++)
		close_to(f, row, "probability", proba[k], expected[f->decisions + k], 1e-3);
}

static void
check_row(family *f, const unit_scorer *s, int row, const char *label, const double *value, int count)
{
	psy_error err = {0};
	bool missing;
	double score;

	assert_int_equal(count, f->features + f->decisions + f->probas);
	if (psy_model_run(s->model, value, s->workspace, s->raw, &missing, &err) != PSY_OK)
		fail_msg("%s, row %d: %s", f->name, row, err.message);
	assert_false(missing);
	if (f->classes > 0)
	{
		check_classes(f, s, row, label, value + f->features);
		return;
	}
	assert_int_equal(psy_model_score(s->model, s->raw, s->workspace, &score, NULL), PSY_OK);
	close_to(f, row, "value", score, value[f->features], 1);
}

/* The next line of a file, without its end; to be freed. */
static char *
next_line(FILE *file)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length = getline(&line, &size, file);

	assert_true(length > 0);
	line[length - 1] = '\0';
	return line;
}

/* What the estimator says of itself; NULL when it says nothing. */
static const char *
named(const psy_model *model, const char *key)
{
	psy_fact fact[PSY_MODEL_FACTS];
	size_t facts = psy_model_step_facts(model, psy_model_steps(model) - 1, fact);

	assert_true(facts <= PSY_MODEL_FACTS);
	for (size_t k = 0; k < facts; k++)
		if (strcmp(fact[k].key, key) == 0)
			return fact[k].text;
	return NULL;
}

/* Where trainers differ, the model says which way it goes. */
static void
check_variants(const family *f, const psy_model *model, const char *document)
{
	const char *kind = psy_model_step_kind(model, psy_model_steps(model) - 1), *combine = named(model, "combine");

	if (f->classes > 0 && named(model, "ties") == NULL)
		fail_msg("%s: %s does not say who has the label of equal answers", f->name, kind);
	if (strcmp(kind, "svm") == 0 && f->classes > 0 && named(model, "probability") == NULL)
		fail_msg("%s: the machine does not say where its probabilities come from", f->name);
	if (strcmp(kind, "trees") != 0)
		return;
	assert_non_null(named(model, "features as"));
	assert_non_null(named(model, "sums as"));
	if (strcmp(combine, "one tree") == 0)
		return;
	assert_string_equal(combine, strstr(document, "\"vote\"") != NULL ? "vote" : strstr(document, "\"average\"") != NULL ? "average" : "sum");
}

static void
check_family(family *f, char *document, FILE *answers)
{
	char label[64];
	double value[64];
	psy_error err = {0};
	psy_model *model;
	unit_scorer s;

	if (unit_compile_status(document, &model, &err) != PSY_OK)
		fail_msg("%s: %s %s", f->name, err.message, err.hint);
	assert_int_equal(psy_model_features(model), f->features);
	assert_int_equal(psy_model_classes(model), f->classes);
	check_variants(f, model, document);
	s = unit_scorer_of(model);
	for (int row = 1; row <= 12; row++)
		check_row(f, &s, row, label, value, unit_golden_row(answers, label, sizeof label, value, 64));
	unit_scorer_free(&s);
	free(model);
	free(document);
}

static FILE *
open_in(const char *folder, const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return unit_golden_open(path);
}

static void
check_folder(const char *folder, int least)
{
	FILE *manifest = open_in(folder, "models.csv"), *documents = open_in(folder, "documents.jsonl"),
		 *answers = open_in(folder, "answers.csv");
	char name[64];
	double number[5], worst = 0;
	int models = 0;

	for (; unit_golden_row(manifest, name, sizeof name, number, 5) == 5; models++)
	{
		family f = {.classes = (size_t) number[0],
					.features = (size_t) number[1],
					.decisions = (size_t) number[2],
					.probas = (size_t) number[3],
					.tolerance = number[4]};

		snprintf(f.name, sizeof f.name, "%s", name);
		check_family(&f, next_line(documents), answers);
		if (f.tolerance <= 1e-12)
			worst = fmax(worst, f.worst);
	}
	fclose(manifest);
	fclose(documents);
	fclose(answers);
	print_message("%s: %d models, worst difference in double %.2g\n", folder, models, worst);
	assert_true(models >= least);
}

static void
pinned_families_give_their_trainers_numbers(void **state)
{
	check_folder("families", 150);
}

static void
debian_families_give_their_trainers_numbers(void **state)
{
	check_folder("families_debian", 140);
}

static void
models_of_r_give_their_trainers_numbers(void **state)
{
	check_folder("families_r", 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(pinned_families_give_their_trainers_numbers),
									   cmocka_unit_test(debian_families_give_their_trainers_numbers),
									   cmocka_unit_test(models_of_r_give_their_trainers_numbers)};

	return cmocka_run_group_tests_name("model families", tests, NULL, NULL);
}
