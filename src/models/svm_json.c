/*
 * svm_json.c - the estimator "svm" of psyrad-json (PSYRAD_JSON.md): classifiers, regressions, one-class
 * machines.
 */
#include "models/model_json.h"
#include "models/model_kernels.h"
#include "models/svm.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* What the document says, before there is a place for it. */
typedef struct svm_source
{
	psy_svm_head head;
	const psy_json_node *vectors; /* NULL when weights are given as "coef" */
	const psy_json_node *counts;
	const psy_json_node *dual;
	const psy_json_node *weights;
	const psy_json_node *intercept;
	const psy_json_node *a;
	const psy_json_node *b;
} svm_source;

/* A classifier by its task; "type" names a one-class machine. */
static psy_status
read_type(psy_compiler *c, const psy_json_node *node, svm_source *source)
{
	static const char *const types[] = {"classes", "one_class", NULL};
	static const char *const ties[] = {"votes", "one_versus_rest", NULL};
	const psy_model *model = psy_builder_model(&c->builder);
	int type, tie;
	psy_status status;

	if (model->task == PSY_REGRESSION)
	{
		source->head.type = PSY_SVM_REGRESSION;
		return PSY_OK;
	}
	if ((status = psy_json_choice(c, node, "type", types, 0, &type)) != PSY_OK ||
		(status = psy_json_choice(c, node, "ties", ties, 0, &tie)) != PSY_OK)
		return status;
	if ((type == 1 && (model->classes != 2 || tie == 1)))
		return psy_json_fail(
			c->json, node, PSY_FORMAT, c->err,
			"a one-class machine has two classes and no ties: like its training, then unlike");
	source->head.type = type == 1 ? PSY_SVM_ONE_CLASS : PSY_SVM_CLASSES;
	source->head.ties = (uint32_t) tie;
	return PSY_OK;
}

/* gamma, coef0 and degree, each where the kernel has it. */
static psy_status
read_kernel(psy_compiler *c, const psy_json_node *node, svm_source *source)
{
	static const char *const kernels[] = {"linear", "rbf", "poly", "sigmoid", NULL};
	static const char *const keys[] = {"gamma", "coef0", "degree"};
	static const bool has[4][3] = {
		{false, false, false}, {true, false, false}, {true, true, true}, {true, true, false}};
	double degree = 0;
	int kernel;
	psy_status status = psy_json_choice(c, node, "kernel", kernels, -1, &kernel);

	if (status != PSY_OK)
		return status;
	source->head.kernel = PSY_SVM_LINEAR + (uint32_t) kernel;
	for (size_t k = 0; k < 3; k++)
		if (!has[kernel][k] && psy_json_member(c->json, node, keys[k]) != NULL)
			return psy_json_fail(c->json, psy_json_member(c->json, node, keys[k]), PSY_FORMAT, c->err,
								 "the %s kernel has no %s", kernels[kernel], keys[k]);
	if (has[kernel][0] &&
		(status = psy_json_setting(c, node, "gamma", DBL_MIN, DBL_MAX, NAN, &source->head.gamma)) != PSY_OK)
		return status;
	if (has[kernel][1] &&
		(status = psy_json_setting(c, node, "coef0", -DBL_MAX, DBL_MAX, NAN, &source->head.coef0)) != PSY_OK)
		return status;
	if (has[kernel][2] &&
		(status = psy_json_setting(c, node, "degree", 0, PSY_SVM_MOST_DEGREE, NAN, &degree)) != PSY_OK)
		return status;
	if (degree != floor(degree))
		return psy_json_fail(c->json, node, PSY_FORMAT, c->err, "degree %g, a whole number expected", degree);
	source->head.degree = (uint32_t) degree;
	return PSY_OK;
}

static psy_status
read_probability(psy_compiler *c, const psy_json_node *node, svm_source *source)
{
	static const char *const keys[] = {"method", "a", "b", NULL};
	const psy_json_node *probability = psy_json_member(c->json, node, "probability");
	const psy_json_node *method;
	size_t classes = psy_builder_model(&c->builder)->classes;
	psy_status status;

	source->head.probability = PSY_SVM_NONE;
	if (source->head.type == PSY_SVM_REGRESSION)
		return probability == NULL ? PSY_OK
								   : psy_json_fail(c->json, probability, PSY_FORMAT, c->err,
												   "a regression has no probabilities");
	if (probability == NULL)
		return psy_json_fail(c->json, node, PSY_FORMAT, c->err,
							 "the key \"probability\" is missing (\"none\", or an object)");
	if (probability->kind == PSY_JSON_STRING && strcmp(psy_json_text(c->json, probability), "none") == 0)
		return PSY_OK;
	if (source->head.type == PSY_SVM_ONE_CLASS)
		return psy_json_fail(c->json, probability, PSY_FORMAT, c->err,
							 "a one-class machine has no probabilities");
	if ((status = psy_json_only(c->json, probability, keys, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, probability, "method", PSY_JSON_STRING, &method, c->err)) !=
			PSY_OK ||
		(status = psy_json_need(c->json, probability, "a", PSY_JSON_ARRAY, &source->a, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, probability, "b", PSY_JSON_ARRAY, &source->b, c->err)) != PSY_OK)
		return status;
	if (strcmp(psy_json_text(c->json, method), "pairwise_coupling") == 0)
		source->head.probability = PSY_SVM_COUPLING;
	else if (strcmp(psy_json_text(c->json, method), "platt") != 0)
		return psy_json_fail(c->json, method, PSY_FORMAT, c->err, "platt or pairwise_coupling expected");
	else if (classes != 2)
		return psy_json_fail(c->json, method, PSY_FORMAT, c->err, "platt is for two classes, not for %zu",
							 classes);
	else
		source->head.probability = PSY_SVM_PLATT;
	return PSY_OK;
}

/* Support vectors, or ready weights for the linear kernel. */
static psy_status
read_vectors(psy_compiler *c, const psy_json_node *node, svm_source *source)
{
	psy_status status = psy_json_need(c->json, node, "intercept", PSY_JSON_ARRAY, &source->intercept, c->err);

	if (status != PSY_OK)
		return status;
	if (source->head.kernel == PSY_SVM_LINEAR && psy_json_member(c->json, node, "coef") != NULL)
	{
		static const char *const keys[] = {"kind", "type",      "ties",        "kernel",
										   "coef", "intercept", "probability", NULL};

		if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK)
			return status;
		return psy_json_need(c->json, node, "coef", PSY_JSON_ARRAY, &source->weights, c->err);
	}
	if ((status = psy_json_need(c->json, node, "support_vectors", PSY_JSON_ARRAY, &source->vectors,
								c->err)) != PSY_OK ||
		(source->head.type == PSY_SVM_CLASSES &&
		 (status = psy_json_need(c->json, node, "support_counts", PSY_JSON_ARRAY, &source->counts, c->err)) !=
			 PSY_OK) ||
		(status = psy_json_need(c->json, node, "dual_coef", PSY_JSON_ARRAY, &source->dual, c->err)) != PSY_OK)
		return status;
	if (source->vectors->as.children.count == 0)
		return psy_json_fail(c->json, source->vectors, PSY_FORMAT, c->err, "there are no support vectors");
	return PSY_OK;
}

/* Support vectors of each class; their sum is the number of vectors. */
static psy_status
read_counts(psy_compiler *c, const svm_source *source, size_t classes, double *count)
{
	const psy_json_node *n = psy_json_first(c->json, source->counts);
	size_t vectors = source->vectors->as.children.count, sum = 0;
	psy_status status;

	if (source->counts->as.children.count != classes)
		return psy_json_fail(c->json, source->counts, PSY_FORMAT, c->err, "%u counts for %zu classes",
							 source->counts->as.children.count, classes);
	for (size_t k = 0; n != NULL; n = psy_json_next(c->json, n), k++)
	{
		size_t value;

		if ((status = psy_json_count(c->json, n, vectors, &value, c->err)) != PSY_OK)
			return status;
		count[k] = (double) value;
		sum += value;
	}
	if (sum != vectors)
		return psy_json_fail(c->json, source->counts, PSY_FORMAT, c->err,
							 "the counts add up to %zu, but there are %zu support vectors", sum, vectors);
	return PSY_OK;
}

static psy_status
fill_blocks(psy_compiler *c, const svm_source *source, double *block)
{
	size_t s = 0;
	psy_status status = PSY_OK;

	for (const psy_json_node *row = psy_json_first(c->json, source->vectors); status == PSY_OK && row != NULL;
		 row = psy_json_next(c->json, row), s++)
		status =
			psy_json_strided(c->json, row, c->width, PSY_SV_BLOCK,
							 block + s / PSY_SV_BLOCK * PSY_SV_BLOCK * c->width + s % PSY_SV_BLOCK, c->err);
	return status;
}

/* The linear kernel: all vectors become one weight vector a pair.  scratch[classes + rows * vectors + width].
 */
static psy_status
fold_vectors(psy_compiler *c, const svm_source *source, size_t classes, size_t rows, double *scratch,
			 double *weight)
{
	size_t vectors = source->vectors->as.children.count;
	double *count = scratch, *dual = count + classes, *row = dual + rows * vectors;
	size_t s = 0;
	psy_status status;

	if ((source->counts != NULL && (status = read_counts(c, source, classes, count)) != PSY_OK) ||
		(status = psy_json_rows(c, source->dual, rows, vectors, dual)) != PSY_OK)
		return status;
	for (const psy_json_node *n = psy_json_first(c->json, source->vectors); n != NULL;
		 n = psy_json_next(c->json, n), s++)
	{
		if ((status = psy_json_numbers(c->json, n, c->width, row, c->err)) != PSY_OK)
			return status;
		psy_svm_fold(dual, vectors, s, classes == 0 ? 0 : psy_svm_class_of(count, classes, s), classes, row,
					 c->width, weight);
	}
	return PSY_OK;
}

static psy_status
fill_linear(psy_compiler *c, const svm_source *source, size_t classes, const psy_svm_layout *at,
			double *weight)
{
	const psy_context *ctx = c->builder.ctx;
	size_t vectors;
	void *scratch;
	psy_status status;

	if (source->weights != NULL)
		return psy_json_rows(c, source->weights, at->pairs, c->width, weight);
	vectors = source->vectors->as.children.count;
	if ((status = psy_alloc(ctx, classes + at->rows * vectors + c->width, sizeof(double), &scratch,
							c->err)) != PSY_OK)
		return status;
	status = fold_vectors(c, source, classes, at->rows, scratch, weight);
	psy_release(ctx, scratch);
	return status;
}

/* All values behind the head. */
static psy_status
fill(psy_compiler *c, const svm_source *source, size_t classes, const psy_svm_layout *at, double *value)
{
	psy_status status = psy_json_numbers(c->json, source->intercept, at->pairs, value, c->err);

	if (status == PSY_OK && source->a != NULL)
		if ((status = psy_json_numbers(c->json, source->a, at->pairs, value + at->sigmoid, c->err)) == PSY_OK)
			status = psy_json_numbers(c->json, source->b, at->pairs, value + at->sigmoid + at->pairs, c->err);
	if (status != PSY_OK)
		return status;
	if (source->head.kernel == PSY_SVM_LINEAR)
		return fill_linear(c, source, classes, at, value + at->weight);
	if ((source->counts != NULL && (status = read_counts(c, source, classes, value + at->count)) != PSY_OK) ||
		(status = psy_json_rows(c, source->dual, at->rows, source->head.vectors, value + at->coef)) != PSY_OK)
		return status;
	return fill_blocks(c, source, value + at->block);
}

psy_status
psy_svm_from_json(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind",           "type",      "ties",      "kernel",
									   "gamma",          "coef0",     "degree",    "support_vectors",
									   "support_counts", "dual_coef", "intercept", "probability",
									   "coef",           NULL};
	svm_source source = {.vectors = NULL};
	size_t classes;
	psy_svm_layout at;
	psy_svm_head *head;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = read_type(c, node, &source)) != PSY_OK ||
		(status = read_kernel(c, node, &source)) != PSY_OK ||
		(status = read_probability(c, node, &source)) != PSY_OK ||
		(status = read_vectors(c, node, &source)) != PSY_OK)
		return status;
	if (source.head.kernel != PSY_SVM_LINEAR)
	{
		const psy_json_node *coef = psy_json_member(c->json, node, "coef");

		if (coef != NULL)
			return psy_json_fail(c->json, coef, PSY_FORMAT, c->err, "weights are for the linear kernel");
		source.head.vectors = source.vectors->as.children.count;
	}
	classes = source.head.type == PSY_SVM_CLASSES ? psy_builder_model(&c->builder)->classes : 0;
	at = psy_svm_layout_of(&source.head, classes, c->width);
	op->outputs = (uint32_t) at.pairs;
	if ((status = psy_builder_reserve(&c->builder, 1, sizeof *head + at.total * sizeof(double), &op->data)) !=
		PSY_OK)
		return status;
	head = psy_builder_at(&c->builder, op->data);
	*head = source.head;
	return fill(c, &source, classes, &at, (double *) (head + 1));
}
