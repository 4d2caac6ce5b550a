/*
 * test_explain.c - Shapley values against their definition: the sum over all coalitions of features, with the
 * path-dependent expectation of trees computed by recursion over the document's own splits.
 */
#include "model_unit.h"

#include "models/explain.h"
#include "models/trees.h"

#include <stdarg.h>

#define FEATURES 7
#define MOST_NODES 200

/* ---- a random tree, kept beside its document ------------------------------------------------- */

typedef struct tree
{
	int feature[MOST_NODES]; /* -1: a leaf */
	double threshold[MOST_NODES], value[MOST_NODES], cover[MOST_NODES];
	int left[MOST_NODES], right[MOST_NODES], missing_left[MOST_NODES];
	int nodes;
} tree;

static uint64_t seed;

static double
uniform(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (double) (seed >> 11) * 0x1p-53;
}

static int
grow(tree *t, int depth, double cover)
{
	int k = t->nodes++;

	t->cover[k] = cover;
	t->feature[k] = -1;
	t->value[k] = uniform() * 20 - 10;
	if (depth == 0 || t->nodes > MOST_NODES - 30 || uniform() < 0.1)
		return k;
	t->feature[k] = (int) (uniform() * FEATURES);
	t->threshold[k] = uniform();
	t->missing_left[k] = uniform() < 0.5;
	/* Now and then a branch that no training row took. */
	double share = uniform() < 0.1 ? 0 : uniform();
	t->left[k] = grow(t, depth - 1, cover * share);
	t->right[k] = grow(t, depth - 1, cover - cover * share);
	return k;
}

static double
expected(const tree *t, int k, const double *x, unsigned coalition)
{
	if (t->feature[k] < 0)
		return t->value[k];
	if (coalition >> t->feature[k] & 1)
	{
		double at = x[t->feature[k]];
		bool left = isnan(at) ? t->missing_left[k] != 0 : at <= t->threshold[k];

		return expected(t, left ? t->left[k] : t->right[k], x, coalition);
	}
	if (t->cover[k] == 0)
		return 0;
	return (t->cover[t->left[k]] * expected(t, t->left[k], x, coalition) +
			t->cover[t->right[k]] * expected(t, t->right[k], x, coalition)) /
		   t->cover[k];
}

/* The definition: the mean over coalition sizes of the mean gain. */
static double
shapley(const tree *t, const double *x, int feature)
{
	double sum = 0;

	for (unsigned s = 0; s < 1u << FEATURES; s++)
	{
		double weight = 1.0 / FEATURES;
		int size = __builtin_popcount(s);

		if (s >> feature & 1)
			continue;
		for (int k = 0; k < size; k++)
			weight *= (double) (k + 1) / (FEATURES - 1 - k);
		sum += weight * (expected(t, 0, x, s | 1u << feature) - expected(t, 0, x, s));
	}
	return sum;
}

/* ---- its document ---------------------------------------------------------------------------- */

static void
say(char *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsprintf(text + strlen(text), format, args);
	va_end(args);
}

/* Nodes' numbers among the splits, or -1 - their number among the leaves. */
static void
number_nodes(const tree *t, int *place)
{
	int splits = 0, leaves = 0;

	for (int k = 0; k < t->nodes; k++)
		place[k] = t->feature[k] >= 0 ? splits++ : -1 - leaves++;
}

enum column
{
	FEATURE,
	THRESHOLD,
	LEFT,
	RIGHT,
	MISSING,
	SPLIT_COVER,
	VALUE,
	LEAF_COVER
};

static void
say_column(char *text, const tree *t, const int *place, enum column column)
{
	static const char *const name[] = {"feature",      "threshold",   "left",  "right",
									   "missing_left", "split_cover", "value", "leaf_cover"};
	const char *separator = "";

	say(text, "%s\"%s\": [", column == FEATURE ? "{" : ", ", name[column]);
	for (int k = 0; k < t->nodes; k++)
	{
		if ((t->feature[k] < 0) != (column >= VALUE))
			continue;
		say(text, "%s%.17g", separator,
			column == FEATURE       ? t->feature[k]
			: column == THRESHOLD   ? t->threshold[k]
			: column == LEFT        ? place[t->left[k]]
			: column == RIGHT       ? place[t->right[k]]
			: column == MISSING     ? t->missing_left[k]
			: column == VALUE       ? t->value[k]
									: t->cover[k]);
		separator = ", ";
	}
	say(text, "]%s", column == LEAF_COVER ? "}" : "");
}

static psy_model *
compile_trees(const tree *t, int count)
{
	static char text[1 << 20];
	int place[MOST_NODES];

	strcpy(text, "{\"psyrad_model\": 1, \"name\": \"t\", \"task\": \"regression\", \"missing\": \"learned\", "
				 "\"features\": [\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\"], \"estimator\": {\"kind\": "
				 "\"trees\", \"combine\": \"sum\", \"link\": \"identity\", \"base\": [2.5], \"features\": "
				 "\"double\", \"trees\": [");
	for (int k = 0; k < count; k++)
	{
		say(text, k == 0 ? "" : ", ");
		number_nodes(t + k, place);
		for (enum column c = FEATURE; c <= LEAF_COVER; c++)
			say_column(text, t + k, place, c);
	}
	say(text, "]}}");
	return unit_compile(text);
}

/* ---- explaining ------------------------------------------------------------------------------ */

typedef struct explained
{
	double base, margin, sum, phi[64];
} explained;

static psy_status
explain_status(const psy_model *model, size_t output, const double *x, explained *to, psy_error *err)
{
	psy_explainer *e;
	double *workspace;
	bool missing;
	unit_scorer scorer = unit_scorer_of(model);
	psy_status status = psy_explainer_make(&unit_context, model, &e, err);

	if (status == PSY_OK)
	{
		workspace = malloc(sizeof(double) * psy_explain_workspace(e));
		to->base = psy_explain_base(e, output);
		status = psy_explain(e, output, x, workspace, to->phi, &missing, err);
		free(workspace);
		to->sum = to->base;
		for (size_t k = 0; status == PSY_OK && k < psy_model_features(model); k++)
			to->sum += to->phi[k];
	}
	if (status == PSY_OK)
		status = psy_model_run(model, x, scorer.workspace, scorer.raw, &missing, err);
	if (status == PSY_OK)
		to->margin = scorer.raw[output];
	unit_scorer_free(&scorer);
	psy_explainer_free(&unit_context, e);
	return status;
}

static explained
explain(const psy_model *model, size_t output, const double *x)
{
	explained to = {0};
	psy_error err = {0};

	if (explain_status(model, output, x, &to, &err) != PSY_OK)
		fail_msg("%s", err.message);
	return to;
}

static void
random_row(double *x)
{
	for (int k = 0; k < FEATURES; k++)
		x[k] = uniform() < 0.1 ? NAN : uniform();
}

static void
single_trees_give_the_definition(void **state)
{
	for (int round = 0; round < 60; round++)
	{
		tree t = {.nodes = 0};
		double x[FEATURES];

		seed = (uint64_t) round + 1;
		grow(&t, round % 12, 1000);
		psy_model *model = compile_trees(&t, 1);
		for (int row = 0; row < 3; row++)
		{
			random_row(x);
			explained got = explain(model, 0, x);

			assert_close(got.base, 2.5 + expected(&t, 0, x, 0), 1e-12);
			for (int k = 0; k < FEATURES; k++)
				if (fabs(got.phi[k] - shapley(&t, x, k)) > 1e-12)
					fail_msg("round %d feature %d: %.17g, %.17g expected", round, k, got.phi[k], shapley(&t, x, k));
			if (fabs(got.sum - got.margin) > 1e-12)
				fail_msg("round %d: sum %.17g of %.17g", round, got.sum, got.margin);
		}
		free(model);
	}
}

static void
ensembles_add_up(void **state)
{
	static tree t[5];
	double x[FEATURES];

	seed = 77;
	for (int k = 0; k < 5; k++)
	{
		t[k].nodes = 0;
		grow(&t[k], 6, 100);
	}
	psy_model *model = compile_trees(t, 5);

	random_row(x);
	explained got = explain(model, 0, x);
	for (int k = 0; k < FEATURES; k++)
	{
		double sum = 0;

		for (int j = 0; j < 5; j++)
			sum += shapley(&t[j], x, k);
		assert_close(got.phi[k], sum, 1e-12);
	}
	assert_close(got.sum, got.margin, 1e-12);
	free(model);
}

/* A chain that asks `asked` features in turn, `length` splits long: every row leaves it somewhere. */
static char *
chain(int asked, int length)
{
	char *text = malloc((size_t) length * 128 + (size_t) asked * 16 + 1000);

	strcpy(text, "{\"psyrad_model\": 1, \"name\": \"t\", \"task\": \"regression\", \"features\": [");
	for (int k = 0; k < asked; k++)
		say(text, "%s\"x%d\"", k ? ", " : "", k);
	say(text, "], \"estimator\": {\"kind\": \"trees\", \"combine\": \"average\", \"features\": \"double\", "
			  "\"trees\": [{");
	static const char *const key[] = {"feature", "threshold", "left", "right", "split_cover", "leaf_cover", "value"};
	for (int c = 0; c < 7; c++)
	{
		say(text, "%s\"%s\": [", c ? ", " : "", key[c]);
		for (int k = 0; k < length + (c >= 5); k++)
			say(text, "%s%.17g", k ? ", " : "",
				c == 0   ? k % asked
				: c == 1 ? 0.5
				: c == 2 ? (k + 1 < length ? k + 1 : -1 - length)
				: c == 3 ? -1 - k
				: c == 4 ? length + 1 - k
				: c == 5 ? 1
						 : sin(k));
		say(text, "]");
	}
	say(text, "}]}}");
	return text;
}

/* Games of many players: the sum is the margin, and equal players get equal shares. */
static void
deep_trees_stay_exact(void **state)
{
	static const int asked[] = {1, 8, 9, 16, 17, 40, 64};
	double x[64] = {0};

	for (size_t j = 0; j < sizeof asked / sizeof asked[0]; j++)
	{
		char *text = chain(asked[j], 200);
		psy_model *model = unit_compile(text);
		explained got = explain(model, 0, x);

		assert_close(got.sum, got.margin, 1e-13);
		free(model);
		free(text);
	}
}

static void
what_cannot_be_explained_is_refused(void **state)
{
	char *deep = chain(4, 1100), *wide = chain(300, 300);
	double x[300] = {0};
	explained to;
	psy_error err = {0};
	psy_model *model = unit_compile(deep);

	assert_int_equal(explain_status(model, 0, x, &to, &err), PSY_UNSUPPORTED);
	assert_non_null(strstr(err.message, "deeper than 1024"));
	free(model);
	model = unit_compile(wide);
	assert_int_equal(explain_status(model, 0, x, &to, &err), PSY_UNSUPPORTED);
	assert_non_null(strstr(err.message, "300 different features"));
	free(model);
	free(deep);
	free(wide);
	model = unit_compile("{\"psyrad_model\": 1, \"name\": \"t\", \"task\": \"regression\", \"features\": [\"x\"], "
						 "\"estimator\": {\"kind\": \"trees\", \"combine\": \"average\", \"features\": \"double\", "
						 "\"trees\": [{\"feature\": [], \"threshold\": [], \"left\": [], \"right\": [], \"value\": [1]}]}}");
	assert_int_equal(explain_status(model, 0, x, &to, &err), PSY_UNSUPPORTED);
	assert_non_null(strstr(err.hint, "split_cover"));
	free(model);
	model = unit_compile_golden("models/svc_rbf_none.json");
	assert_int_equal(explain_status(model, 0, x, &to, &err), PSY_UNSUPPORTED);
	assert_non_null(strstr(err.message, "\"svm\""));
	free(model);
}

/* ---- affine models --------------------------------------------------------------------------- */

#define LOGISTIC(extra, steps)                                                                               \
	"{\"psyrad_model\": 1, \"name\": \"l\", \"task\": \"classification\", \"classes\": [\"no\", \"yes\"], "  \
	"\"features\": [\"x\", \"y\"], " extra steps "\"estimator\": {\"kind\": \"logistic\", \"coef\": "         \
	"[[2, -3]], \"intercept\": [0.5]}}"
#define SCALER "\"steps\": [{\"kind\": \"standardize\", \"mean\": [1, 10], \"scale\": [2, 4]}], "

static void
affine_models_start_from_their_means(void **state)
{
	double x[2] = {3, 2};
	psy_model *model = unit_compile(LOGISTIC("\"background\": [1, 1], ", ""));
	explained got = explain(model, 0, x);

	assert_close(got.base, 0.5 + 2 - 3, 1e-15);
	assert_close(got.phi[0], 4, 1e-15);
	assert_close(got.phi[1], -3, 1e-15);
	assert_close(got.sum, got.margin, 1e-15);
	free(model);
	model = unit_compile(LOGISTIC("", SCALER));
	got = explain(model, 0, x);
	assert_close(got.base, 0.5, 1e-15);
	assert_close(got.phi[0], 2, 1e-15);
	assert_close(got.phi[1], 6, 1e-15);
	free(model);
	/* Means of one's own go before the scaler's. */
	model = unit_compile(LOGISTIC("\"background\": [3, 2], ", SCALER));
	got = explain(model, 0, x);
	assert_close(got.phi[0], 0, 1e-15);
	assert_close(got.base, got.margin, 1e-15);
	free(model);
}

static void
affine_models_without_means_are_refused(void **state)
{
	double x[2] = {3, 2};
	explained to;
	psy_error err = {0};
	psy_model *model = unit_compile(LOGISTIC("", ""));

	assert_int_equal(explain_status(model, 0, x, &to, &err), PSY_UNSUPPORTED);
	assert_non_null(strstr(err.hint, "background"));
	free(model);
}

static void
classes_choose_output_and_sign(void **state)
{
	psy_model *model = unit_compile(LOGISTIC("\"positive\": \"no\", \"background\": [0, 0], ", ""));
	size_t output;
	double sign;
	psy_error err = {0};

	assert_int_equal(psy_explain_output(model, -1, &output, &sign, &err), PSY_OK);
	assert_true(output == 0 && sign == -1);
	assert_int_equal(psy_explain_output(model, 1, &output, &sign, &err), PSY_OK);
	assert_true(output == 0 && sign == 1);
	free(model);
}

/* Any estimator of two features behind steps of its own. */
static psy_model *
pipeline(const char *task, const char *steps, const char *estimator)
{
	static char text[4096];

	sprintf(text, "{\"psyrad_model\": 1, \"name\": \"p\", \"task\": %s, \"features\": [\"x\", \"y\"], %s \"estimator\": %s}",
			task, steps, estimator);
	return unit_compile(text);
}

#define REGRESSES "\"regression\""
#define CLASSIFIES "\"classification\", \"classes\": [\"no\", \"yes\"]"
#define THREE(a, b) "{\"kind\": \"linear\", \"coef\": [[2, -1, " #a "]], \"intercept\": [" #b "]}"

/* Components of a matrix M behind a scaler: the slope in the scaled features is M' coef. */
static void
slopes_go_back_through_affine_steps(void **state)
{
	double x[2] = {3, 2};
	psy_model *model = pipeline(REGRESSES,
								"\"steps\": [{\"kind\": \"standardize\", \"mean\": [1, 10], \"scale\": [2, 4]}, "
								"{\"kind\": \"project\", \"matrix\": [[1, 2], [0, 3], [5, -1]], \"center\": [0.5, 0.25]}, "
								"{\"kind\": \"select\", \"columns\": [2, 0, 1]}, "
								"{\"kind\": \"affine\", \"scale\": [1, 2, 1], \"offset\": [7, 8, 9]}, "
								"{\"kind\": \"standardize\", \"mean\": [0, 0, 3], \"scale\": [1, 1, 0.25]}],",
								THREE(0.5, 0.25));
	explained got = explain(model, 0, x);

	/* coef 2, -1, 0.5 of columns 2, 0, 1 scaled 1, 2, 4: 2 (5, -1) - 2 (1, 2) + 2 (0, 3) = (8, 0) */
	assert_close(got.phi[0], 8 * (3 - 1) / 2.0, 1e-14);
	assert_true(fabs(got.phi[1]) < 1e-14);
	assert_close(got.sum, got.margin, 1e-14);
	free(model);
}

/* What several numbers made of one feature say adds up; chosen twice, a feature speaks twice. */
static void
columns_of_one_feature_add_up(void **state)
{
	double x[2] = {3, 2};
	psy_model *model = pipeline(REGRESSES,
								"\"steps\": [{\"kind\": \"one_hot\", \"columns\": [{\"categories\": [1, 3], \"output\": [0, "
								"1]}, {\"categories\": [2], \"output\": [2]}]}, {\"kind\": \"standardize\", \"mean\": [0.25, "
								"0.75, 1], \"scale\": [0.5, 0.5, 1]}],",
								THREE(4, 1));
	explained got = explain(model, 0, x);

	assert_close(got.phi[0], 2 * (0 - 0.25) / 0.5 - (1 - 0.75) / 0.5, 1e-15);
	assert_true(got.phi[1] == 0);
	assert_close(got.base, 1, 1e-15);
	assert_close(got.sum, got.margin, 1e-15);
	free(model);
	model = pipeline(REGRESSES, "\"background\": [1, 1], \"steps\": [{\"kind\": \"select\", \"columns\": [1, 0, 1]}],",
					 THREE(4, 1));
	got = explain(model, 0, x);
	assert_close(got.phi[0], -2, 1e-15);
	assert_close(got.phi[1], 6, 1e-15);
	assert_close(got.sum, got.margin, 1e-15);
	free(model);
}

/* The mean of a code says nothing of how often each category was there. */
static void
means_of_codes_are_no_means(void **state)
{
	double x[2] = {3, 2};
	explained to;
	psy_error err = {0};
	psy_model *model = pipeline(REGRESSES,
								"\"background\": [3, 2], \"steps\": [{\"kind\": \"one_hot\", \"columns\": "
								"[{\"categories\": [1, 3], \"output\": [0, 1]}, {\"categories\": [2], \"output\": [2]}]}],",
								THREE(4, 1));

	assert_int_equal(explain_status(model, 0, x, &to, &err), PSY_UNSUPPORTED);
	assert_non_null(strstr(err.message, "means"));
	free(model);
	model = pipeline(REGRESSES,
					 "\"background\": [3, 2], \"steps\": [{\"kind\": \"project\", \"matrix\": [[1, 2], [0, 3], [5, -1]]}, "
					 "{\"kind\": \"affine\", \"scale\": [1, 2, 4], \"offset\": [7, 8, 9], \"clip\": [0, 1]}],",
					 THREE(4, 1));
	assert_int_equal(explain_status(model, 0, x, &to, &err), PSY_UNSUPPORTED);
	assert_non_null(strstr(err.message, "step 2 (affine)"));
	free(model);
}

/* Linear machines of two classes; a machine's own sign: > 0 is its first class. */
static void
linear_classifiers_are_explained(void **state)
{
	double x[2] = {3, 2}, sign;
	size_t output;
	psy_error err = {0};
	psy_model *model = pipeline(CLASSIFIES, "\"background\": [1, 1],",
								"{\"kind\": \"linear_classifier\", \"coef\": [[2, -3]], \"intercept\": [0.5], "
								"\"probability\": \"none\"}");
	explained got = explain(model, 0, x);

	assert_close(got.phi[0], 4, 1e-15);
	assert_close(got.phi[1], -3, 1e-15);
	assert_close(got.sum, got.margin, 1e-15);
	free(model);
	model = unit_compile("svm_type c_svc\nkernel_type linear\nnr_class 2\ntotal_sv 2\nrho -0.5\nlabel 1 2\nnr_sv 1 1\nSV\n"
						 "1 1:2 2:1 \n-1 1:1 2:-1 \n");
	assert_int_equal(psy_explain_output(model, 0, &output, &sign, &err), PSY_OK);
	assert_true(output == 0 && sign == 1);
	assert_int_equal(explain_status(model, 0, x, &got, &err), PSY_UNSUPPORTED);
	assert_non_null(strstr(err.message, "means"));
	free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_trees_give_the_definition),
		cmocka_unit_test(ensembles_add_up),
		cmocka_unit_test(deep_trees_stay_exact),
		cmocka_unit_test(what_cannot_be_explained_is_refused),
		cmocka_unit_test(affine_models_start_from_their_means),
		cmocka_unit_test(affine_models_without_means_are_refused),
		cmocka_unit_test(classes_choose_output_and_sign),
		cmocka_unit_test(slopes_go_back_through_affine_steps),
		cmocka_unit_test(columns_of_one_feature_add_up),
		cmocka_unit_test(means_of_codes_are_no_means),
		cmocka_unit_test(linear_classifiers_are_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
