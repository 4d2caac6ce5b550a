/*
 * test_libsvm.c - libsvm's own model files give its labels, decision values, values and probabilities: every
 * type and kernel; and files that say what cannot be are refused by name.
 */
#include "model_unit.h"

static const char *const names[] = {
	"c_svc_linear",     "c_svc_linear_four", "nu_svc_linear",       "one_class_linear", "epsilon_svr_linear",
	"nu_svr_linear",    "c_svc_poly",        "c_svc_poly_four",     "nu_svc_poly",      "one_class_poly",
	"epsilon_svr_poly", "nu_svr_poly",       "c_svc_rbf",           "c_svc_rbf_four",   "nu_svc_rbf",
	"one_class_rbf",    "epsilon_svr_rbf",   "nu_svr_rbf",          "c_svc_sigmoid",    "c_svc_sigmoid_four",
	"nu_svc_sigmoid",   "one_class_sigmoid", "epsilon_svr_sigmoid", "nu_svr_sigmoid",   "wide"};

/* Sums are rounded in another order than libsvm's, and large coefficients cancel. */
#define TOLERANCE 1e-12

static double worst;

static void
close_to(const char *name, const char *what, double actual, double expected, double scale)
{
	double difference = fabs(actual - expected) / fmax(fabs(expected), scale);

	if (!(difference <= TOLERANCE))
		fail_msg("%s: %s %.17g, expected %.17g", name, what, actual, expected);
	worst = fmax(worst, difference);
}

static void
check_row(const unit_scorer *s, const char *name, const char *label, const double *value, size_t count)
{
	size_t features = psy_model_features(s->model), raw = psy_model_raw(s->model),
		   classes = psy_model_classes(s->model), found;
	double proba[8];
	bool missing;

	assert_int_equal(psy_model_run(s->model, value, s->workspace, s->raw, &missing, NULL), PSY_OK);
	for (size_t k = 0; k < raw; k++)
		close_to(name, "decision", s->raw[k], value[features + k], 1);
	if (classes == 0)
		return;
	assert_int_equal(psy_model_label(s->model, s->raw, &found, NULL), PSY_OK);
	assert_int_equal(psy_model_class(s->model, found).length, strlen(label));
	assert_memory_equal(psy_model_class(s->model, found).text, label, strlen(label));
	if (count == features + raw)
	{
		assert_int_equal(psy_model_proba(s->model, s->raw, s->workspace, proba, NULL), PSY_UNSUPPORTED);
		return;
	}
	assert_int_equal(count, features + raw + classes);
	assert_int_equal(psy_model_proba(s->model, s->raw, s->workspace, proba, NULL), PSY_OK);
	for (size_t k = 0; k < classes; k++)
		close_to(name, "probability", proba[k], value[features + raw + k], 1e-7);
}

static void
libsvm_files_give_libsvms_numbers(void **state)
{
	for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
	{
		char path[96], table_path[96], label[32];
		const char *format = strcmp(names[n], "wide") == 0 ? "libsvm:6" : "auto";
		double value[32];
		psy_error err = {0};
		psy_model *model;
		unit_scorer s;
		FILE *table;
		char *text;
		size_t bytes;
		int count, rows = 0;

		snprintf(path, sizeof path, "libsvm/%s.model", names[n]);
		snprintf(table_path, sizeof table_path, "libsvm/%s.csv", names[n]);
		text = unit_read_golden(path, &bytes);
		if (psy_model_compile(&unit_context, text, bytes, format, &psy_model_default_limits, &model, &err) !=
			PSY_OK)
			fail_msg("%s: %s", path, err.message);
		s = unit_scorer_of(model);
		table = unit_golden_open(table_path);
		for (; (count = unit_golden_row(table, label, sizeof label, value, 32)) > 0; rows++)
			check_row(&s, names[n], label, value, (size_t) count);
		assert_int_equal(rows, 20);
		fclose(table);
		unit_scorer_free(&s);
		free(model);
		free(text);
	}
	print_message("worst difference %.2g\n", worst);
}

/* Of two labels the larger is the positive class, wherever it stands in the file. */
static void
the_larger_label_is_positive(void **state)
{
	char *swapped = unit_edited("libsvm/c_svc_rbf.model", "label 1 -1", "label -1 1");
	psy_model *model = unit_compile_golden("libsvm/c_svc_rbf.model"), *other = unit_compile(swapped);

	assert_int_equal(psy_model_positive(model), 0);
	assert_int_equal(psy_model_positive(other), 1);
	free(model);
	free(other);
	free(swapped);
}

static void
refuse(const char *from, const char *to, psy_status code, const char *message)
{
	unit_refuse_edited("libsvm/c_svc_rbf_four.model", from, to, code, message);
}

static void
files_that_do_not_fit_are_refused(void **state)
{
	refuse("c_svc", "c_svm", PSY_UNSUPPORTED, "libsvm, line 1: svm_type: c_svc, nu_svc");
	refuse("kernel_type rbf", "kernel_type precomputed", PSY_UNSUPPORTED,
		   "a precomputed kernel is not in the file");
	refuse("gamma 0.5", "gamma nan", PSY_FORMAT, "libsvm, line 3: gamma: a finite number expected");
	refuse("gamma 0.5", "gamma -1", PSY_FORMAT, "gamma: a finite number expected");
	refuse("gamma 0.5", "gamma 0.5\ngamma 0.5", PSY_FORMAT, "libsvm, line 4: gamma: the line stands twice");
	refuse("gamma 0.5", "gammon 0.5", PSY_FORMAT, "head: a key of libsvm expected");
	refuse("nr_class 4", "nr_class 5", PSY_FORMAT, "a finite coefficient for each row expected");
	refuse("nr_class 4", "nr_class 2000", PSY_FORMAT, "nr_class: a whole number within its range");
	refuse("total_sv ", "total_sv 1", PSY_FORMAT, "total_sv: it differs from the number of lines");
	refuse("total_sv ", "total_sv 99999", PSY_FORMAT, "more support vectors than the document has room for");
	refuse("rho ", "rho 0 ", PSY_FORMAT, "rho: more numbers than expected");
	refuse("label ", "labels ", PSY_FORMAT, "a key of libsvm expected");
	refuse("nr_sv ", "nr_sv 1 ", PSY_FORMAT, "nr_sv: more numbers than expected");
	refuse("nr_sv 18 25", "nr_sv 18 24", PSY_FORMAT, "nr_sv: it does not add up to total_sv");
	refuse("\nSV\n", "\nSW\n", PSY_FORMAT, "a key of libsvm expected");
	refuse(" 1:", " 0:", PSY_FORMAT, "SV: index:value expected");
	refuse(" 1:", " -1:", PSY_FORMAT, "SV: index:value expected");
	refuse(" 1:", " 1.5:", PSY_FORMAT, "SV: index:value expected");
	refuse(" 1:", " 3:", PSY_FORMAT, "SV: the indexes of a line must ascend");
	refuse(" 1:", " 1:nan 2:", PSY_FORMAT, "SV: index:value expected");
	refuse(" 1:", " 2000000:1 3:", PSY_FORMAT, "the indexes of a line must ascend");
	refuse("SV\n", "SV\nx ", PSY_FORMAT, "SV: a finite coefficient for each row expected");
	unit_refuse_edited("libsvm/one_class_rbf.model", "rho", "prob_density_marks 1 2\nrho", PSY_UNSUPPORTED,
					   "probabilities of one-class machines are not supported");
}

static void
the_number_of_features_is_checked(void **state)
{
	size_t bytes;
	char *text = unit_read_golden("libsvm/wide.model", &bytes);
	psy_model *model;
	psy_error err = {0};

	unit_refuse(text, bytes, "libsvm:4", PSY_FORMAT, "an index beyond the number of features");
	unit_refuse(text, bytes, "libsvm:0", PSY_DOMAIN, "format \"libsvm:0\" is unknown");
	unit_refuse(text, bytes, "libsvm:6x", PSY_DOMAIN, "is unknown");
	unit_refuse(text, bytes, "libsvm:99999999", PSY_LIMIT, "99999999 features, 1 to 1000000 expected");
	assert_int_equal(
		psy_model_compile(&unit_context, text, bytes, "libsvm", &psy_model_default_limits, &model, &err),
		PSY_OK);
	assert_int_equal(psy_model_features(model), 5);
	free(model);
	free(text);
}

static void
no_memory_is_lost_when_some_is_refused(void **state)
{
	unit_no_memory_is_lost("libsvm/c_svc_linear_four.model", "auto");
	unit_no_memory_is_lost("libsvm/epsilon_svr_rbf.model", "auto");
}

/* A regression of 200 vectors (seven blocks) about `centre`: planned or not its kernels are those of the formula, and the same. */
static void
check_distances(double centre, double spread, double gamma, bool single)
{
	enum
	{
		VECTORS = 200,
		FEATURES = 6
	};
	double vector[VECTORS][FEATURES], x[FEATURES];
	static char text[VECTORS * FEATURES * 40];
	char *to = text;
	uint64_t state = 11;
	psy_error err = {0};
	psy_model *model;
	psy_model_plan *plan;
	unit_scorer plain, planned;

	to += sprintf(to, "svm_type epsilon_svr\nkernel_type rbf\ngamma %.17g\nnr_class 2\ntotal_sv %d\nrho 0.5\nSV\n", gamma, VECTORS);
	for (int v = 0; v < VECTORS; v++)
	{
		to += sprintf(to, "%s", v % 2 == 0 ? "1" : "-0.5");
		for (int f = 0; f < FEATURES; f++)
		{
			vector[v][f] = centre + spread * ((double) unit_below(&state, 2001) - 1000) / 1000;
			vector[v][f] = single ? (double) (float) vector[v][f] : vector[v][f];
			to += sprintf(to, " %d:%.17g", f + 1, vector[v][f]);
		}
		to += sprintf(to, "\n");
	}
	if (psy_model_compile(&unit_context, text, (size_t) (to - text), "libsvm", &psy_model_default_limits, &model, &err) != PSY_OK)
		fail_msg("%s: %.300s", err.message, text);
	assert_int_equal(psy_model_plan_make(&unit_context, model, &plan, NULL), PSY_OK);
	plain = unit_scorer_of(model);
	planned = unit_scorer_of(model);
	for (int row = 0; row < 50; row++)
	{
		long double expected = -0.5L;
		bool missing;

		for (int f = 0; f < FEATURES; f++)
		{
			x[f] = row == 0 ? 1e300 : centre + spread * ((double) unit_below(&state, 2001) - 1000) / 1000;
			x[f] = single && row % 2 == 1 ? (double) (float) x[f] : x[f];
		}
		for (int v = 0; v < VECTORS; v++)
		{
			long double square = 0;

			for (int f = 0; f < FEATURES; f++)
				square += ((long double) x[f] - vector[v][f]) * ((long double) x[f] - vector[v][f]);
			expected += (v % 2 == 0 ? 1.0L : -0.5L) * expl(-(long double) gamma * square);
		}
		assert_int_equal(psy_model_run(model, x, plain.workspace, plain.raw, &missing, &err), PSY_OK);
		assert_int_equal(psy_model_run_planned(model, plan, x, planned.workspace, planned.raw, &missing, &err), PSY_OK);
		assert_memory_equal(plain.raw, planned.raw, sizeof(double));
		if (!(fabs(plain.raw[0] - (double) expected) <= 1e-13))
			fail_msg("centre %g, row %d: %.17g, expected %.17g", centre, row, plain.raw[0], (double) expected);
	}
	unit_scorer_free(&plain);
	unit_scorer_free(&planned);
	psy_release(&unit_context, plan);
	psy_release(&unit_context, model);
}

/* Near zero distances come from products, far from it from differences: neither loses digits. */
static void
distances_keep_their_digits(void **state)
{
	for (int single = 0; single < 2; single++)
	{
		check_distances(0, 1, 0.3, single);
		check_distances(0, 1e-8, 1e14, single);
		check_distances(1e6, 1, 0.3, single);
		check_distances(-1e12, 1, 0.01, single);
		check_distances(0, 1e30, 1e-60, single);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(libsvm_files_give_libsvms_numbers), cmocka_unit_test(distances_keep_their_digits),
									   cmocka_unit_test(the_larger_label_is_positive),
									   cmocka_unit_test(files_that_do_not_fit_are_refused),
									   cmocka_unit_test(the_number_of_features_is_checked),
									   cmocka_unit_test(no_memory_is_lost_when_some_is_refused)};

	return cmocka_run_group_tests_name("libsvm", tests, NULL, NULL);
}
