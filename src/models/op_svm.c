/*
 * op_svm.c - support vector classifiers, as libsvm lays them out: one decision value for each pair of classes
 * i < j, in the order (0,1), (0,2), ..., (1,2), ...; a value > 0 votes for class i.  The label comes from the
 * votes, never from the probabilities (Chang & Lin 2011, LIBSVM, sections 4.1 and 8).
 *
 * Data: svm_head, then doubles: intercept[pairs], probA[pairs] and probB[pairs] when there are probabilities,
 * then linear kernel  weight[pairs][inputs]: the support vectors are folded into weights when the model is
 * compiled, so that a score is one dot product and no patient's row stays in the compiled form; RBF kernel
 * count[classes] (support vectors of each class, which stand in the order of classes), coef[classes -
 * 1][vectors], then the vectors in blocks [inputs][PSY_SV_BLOCK], zero-padded.
 */
#include "models/model_kernels.h"
#include "models/model_op.h"

#include <math.h>
#include <string.h>

enum
{
	KERNEL_LINEAR = 1,
	KERNEL_RBF = 2
};

enum
{
	PROBABILITY_NONE = 1,
	PROBABILITY_PLATT = 2, /* libsvm: the sigmoid itself; two classes */
	PROBABILITY_COUPLING =
		3 /* libsvm for more classes, scikit-learn for any number: iterative pairwise coupling */
};

typedef struct svm_head
{
	uint32_t kernel;
	uint32_t probability;
	uint32_t vectors; /* 0 for the linear kernel */
	uint32_t reserved;
	double gamma; /* 0 for the linear kernel */
} svm_head;

/* Where the parts lie, in doubles behind the head. */
typedef struct svm_layout
{
	size_t pairs;
	size_t sigmoid; /* probA, then probB */
	size_t weight;
	size_t count;
	size_t coef;
	size_t block;
	size_t total;
} svm_layout;

/* No overflow: the image bounds inputs and vectors below 2^32, classes are at most PSY_MODEL_MOST_CLASSES. */
static svm_layout
layout_of(const svm_head *head, size_t classes, size_t inputs)
{
	svm_layout at = {.pairs = classes * (classes - 1) / 2};
	size_t blocks = ((size_t) head->vectors + PSY_SV_BLOCK - 1) / PSY_SV_BLOCK;

	at.sigmoid = at.pairs;
	at.weight = at.sigmoid + (head->probability == PROBABILITY_NONE ? 0 : 2 * at.pairs);
	at.count = at.weight + (head->kernel == KERNEL_LINEAR ? at.pairs * inputs : 0);
	at.coef = at.count + (head->kernel == KERNEL_RBF ? classes : 0);
	at.block = at.coef + (classes - 1) * head->vectors;
	at.total = at.block + blocks * PSY_SV_BLOCK * inputs;
	return at;
}

static const svm_head *
head_of(const psy_model *model, const psy_op *op)
{
	return psy_at(model, op->data);
}

static const double *
values_of(const psy_model *model, const psy_op *op)
{
	return (const double *) (head_of(model, op) + 1);
}

/* ---- compiling
 * ------------------------------------------------------------------------------------------------- */

/* What the document says, before there is a place for it. */
typedef struct svm_source
{
	svm_head head;
	const psy_json_node *vectors; /* NULL when weights are given as "coef" */
	const psy_json_node *counts;
	const psy_json_node *dual;
	const psy_json_node *weights;
	const psy_json_node *intercept;
	const psy_json_node *a;
	const psy_json_node *b;
} svm_source;

static psy_status
read_kernel(psy_compiler *c, const psy_json_node *node, svm_source *source)
{
	const psy_json_node *kernel;
	const psy_json_node *gamma = psy_json_member(c->json, node, "gamma");
	psy_status status = psy_json_need(c->json, node, "kernel", PSY_JSON_STRING, &kernel, c->err);

	if (status != PSY_OK)
		return status;
	if (strcmp(psy_json_text(c->json, kernel), "linear") == 0)
	{
		source->head.kernel = KERNEL_LINEAR;
		if (gamma != NULL)
			return psy_json_fail(c->json, gamma, PSY_FORMAT, c->err, "the linear kernel has no gamma");
		return PSY_OK;
	}
	if (strcmp(psy_json_text(c->json, kernel), "rbf") != 0)
		return psy_json_fail(c->json, kernel, PSY_UNSUPPORTED, c->err,
							 "kernel \"%.40s\", linear or rbf expected", psy_json_text(c->json, kernel));
	source->head.kernel = KERNEL_RBF;
	if ((status = psy_json_need(c->json, node, "gamma", PSY_JSON_NUMBER, &gamma, c->err)) != PSY_OK)
		return status;
	if (!(gamma->as.number > 0))
		return psy_json_fail(c->json, gamma, PSY_FORMAT, c->err, "gamma is %g, above 0 expected",
							 gamma->as.number);
	source->head.gamma = gamma->as.number;
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

	source->head.probability = PROBABILITY_NONE;
	if (probability == NULL)
		return psy_json_fail(c->json, node, PSY_FORMAT, c->err,
							 "the key \"probability\" is missing (\"none\", or an object)");
	if (probability->kind == PSY_JSON_STRING && strcmp(psy_json_text(c->json, probability), "none") == 0)
		return PSY_OK;
	if ((status = psy_json_only(c->json, probability, keys, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, probability, "method", PSY_JSON_STRING, &method, c->err)) !=
			PSY_OK ||
		(status = psy_json_need(c->json, probability, "a", PSY_JSON_ARRAY, &source->a, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, probability, "b", PSY_JSON_ARRAY, &source->b, c->err)) != PSY_OK)
		return status;
	if (strcmp(psy_json_text(c->json, method), "pairwise_coupling") == 0)
		source->head.probability = PROBABILITY_COUPLING;
	else if (strcmp(psy_json_text(c->json, method), "platt") != 0)
		return psy_json_fail(c->json, method, PSY_FORMAT, c->err, "platt or pairwise_coupling expected");
	else if (classes != 2)
		return psy_json_fail(c->json, method, PSY_FORMAT, c->err, "platt is for two classes, not for %zu",
							 classes);
	else
		source->head.probability = PROBABILITY_PLATT;
	return PSY_OK;
}

/* Support vectors, or ready weights for the linear kernel. */
static psy_status
read_vectors(psy_compiler *c, const psy_json_node *node, svm_source *source)
{
	psy_status status = psy_json_need(c->json, node, "intercept", PSY_JSON_ARRAY, &source->intercept, c->err);

	if (status != PSY_OK)
		return status;
	if (source->head.kernel == KERNEL_LINEAR && psy_json_member(c->json, node, "coef") != NULL)
	{
		static const char *const keys[] = {"kind", "kernel", "coef", "intercept", "probability", NULL};

		if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK)
			return status;
		return psy_json_need(c->json, node, "coef", PSY_JSON_ARRAY, &source->weights, c->err);
	}
	if ((status = psy_json_need(c->json, node, "support_vectors", PSY_JSON_ARRAY, &source->vectors,
								c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, node, "support_counts", PSY_JSON_ARRAY, &source->counts, c->err)) !=
			PSY_OK ||
		(status = psy_json_need(c->json, node, "dual_coef", PSY_JSON_ARRAY, &source->dual, c->err)) != PSY_OK)
		return status;
	if (source->vectors->as.children.count == 0)
		return psy_json_fail(c->json, source->vectors, PSY_FORMAT, c->err, "there are no support vectors");
	return PSY_OK;
}

/* An array of rows x columns numbers. */
static psy_status
read_matrix(psy_compiler *c, const psy_json_node *matrix, size_t rows, size_t columns, double *to)
{
	psy_status status = PSY_OK;

	if (matrix->as.children.count != rows)
		return psy_json_fail(c->json, matrix, PSY_FORMAT, c->err, "%u rows, %zu expected",
							 matrix->as.children.count, rows);
	for (const psy_json_node *row = psy_json_first(c->json, matrix); status == PSY_OK && row != NULL;
		 row = psy_json_next(c->json, row), to += columns)
		status = psy_json_numbers(c->json, row, columns, to, c->err);
	return status;
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

/* The class whose vectors include number s. */
static size_t
class_of_vector(const double *count, size_t classes, size_t s)
{
	size_t k = 0;

	for (double end = count[0]; k + 1 < classes && (double) s >= end; end += count[k])
		k++;
	return k;
}

/* Adds one support vector of class `own` to the weights of its pairs. */
static void
fold_vector(const double *dual, size_t vectors, size_t s, size_t own, size_t classes, const double *row,
			size_t width, double *weight)
{
	size_t pair = 0;

	for (size_t i = 0; i < classes; i++)
		for (size_t j = i + 1; j < classes; j++, pair++)
			if (i == own || j == own)
			{
				double coef = dual[(i == own ? j - 1 : i) * vectors + s];

				for (size_t k = 0; k < width; k++)
					weight[pair * width + k] += coef * row[k];
			}
}

/* The linear kernel: all vectors become one weight vector a pair.  scratch[classes + (classes-1)*vectors +
 * width]. */
static psy_status
fold_vectors(psy_compiler *c, const svm_source *source, size_t classes, double *scratch, double *weight)
{
	size_t vectors = source->vectors->as.children.count;
	double *count = scratch, *dual = count + classes, *row = dual + (classes - 1) * vectors;
	size_t s = 0;
	psy_status status;

	if ((status = read_counts(c, source, classes, count)) != PSY_OK ||
		(status = read_matrix(c, source->dual, classes - 1, vectors, dual)) != PSY_OK)
		return status;
	for (const psy_json_node *n = psy_json_first(c->json, source->vectors); n != NULL;
		 n = psy_json_next(c->json, n), s++)
	{
		if ((status = psy_json_numbers(c->json, n, c->width, row, c->err)) != PSY_OK)
			return status;
		fold_vector(dual, vectors, s, class_of_vector(count, classes, s), classes, row, c->width, weight);
	}
	return PSY_OK;
}

static psy_status
fill_linear(psy_compiler *c, const svm_source *source, size_t classes, double *weight)
{
	const psy_context *ctx = c->builder.ctx;
	size_t vectors;
	void *scratch;
	psy_status status;

	if (source->weights != NULL)
		return read_matrix(c, source->weights, classes * (classes - 1) / 2, c->width, weight);
	vectors = source->vectors->as.children.count;
	if ((status = psy_alloc(ctx, classes * (vectors + 1) + c->width, sizeof(double), &scratch, c->err)) !=
		PSY_OK)
		return status;
	status = fold_vectors(c, source, classes, scratch, weight);
	psy_release(ctx, scratch);
	return status;
}

/* All values behind the head. */
static psy_status
fill(psy_compiler *c, const svm_source *source, size_t classes, const svm_layout *at, double *value)
{
	psy_status status = psy_json_numbers(c->json, source->intercept, at->pairs, value, c->err);

	if (status == PSY_OK && source->a != NULL)
		if ((status = psy_json_numbers(c->json, source->a, at->pairs, value + at->sigmoid, c->err)) == PSY_OK)
			status = psy_json_numbers(c->json, source->b, at->pairs, value + at->sigmoid + at->pairs, c->err);
	if (status != PSY_OK)
		return status;
	if (source->head.kernel == KERNEL_LINEAR)
		return fill_linear(c, source, classes, value + at->weight);
	if ((status = read_counts(c, source, classes, value + at->count)) != PSY_OK ||
		(status = read_matrix(c, source->dual, classes - 1, source->head.vectors, value + at->coef)) !=
			PSY_OK)
		return status;
	return fill_blocks(c, source, value + at->block);
}

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind",           "kernel",    "gamma",     "support_vectors",
									   "support_counts", "dual_coef", "intercept", "probability",
									   "coef",           NULL};
	svm_source source = {.vectors = NULL};
	size_t classes = psy_builder_model(&c->builder)->classes;
	svm_layout at;
	svm_head *head;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = read_kernel(c, node, &source)) != PSY_OK ||
		(status = read_probability(c, node, &source)) != PSY_OK ||
		(status = read_vectors(c, node, &source)) != PSY_OK)
		return status;
	if (source.head.kernel == KERNEL_RBF)
	{
		const psy_json_node *coef = psy_json_member(c->json, node, "coef");

		if (coef != NULL)
			return psy_json_fail(c->json, coef, PSY_FORMAT, c->err, "weights are for the linear kernel");
		source.head.vectors = source.vectors->as.children.count;
	}
	at = layout_of(&source.head, classes, c->width);
	op->outputs = (uint32_t) at.pairs;
	if ((status = psy_builder_reserve(&c->builder, 1, sizeof *head + at.total * sizeof(double), &op->data)) !=
		PSY_OK)
		return status;
	head = psy_builder_at(&c->builder, op->data);
	*head = source.head;
	return fill(c, &source, classes, &at, (double *) (head + 1));
}

/* ---- checking
 * -------------------------------------------------------------------------------------------------- */

static psy_status
check_head(const psy_model *model, const svm_head *head, psy_error *err)
{
	bool linear = head->kernel == KERNEL_LINEAR;

	if ((!linear && head->kernel != KERNEL_RBF) || head->reserved != 0)
		return psy_fail(err, PSY_FORMAT, "svm: kernel %u is unknown", head->kernel);
	if (head->probability < PROBABILITY_NONE || head->probability > PROBABILITY_COUPLING ||
		(head->probability == PROBABILITY_PLATT && model->classes != 2))
		return psy_fail(err, PSY_FORMAT, "svm: method %u of probability does not fit", head->probability);
	if (linear ? head->vectors != 0 || head->gamma != 0
			   : head->vectors == 0 || !isfinite(head->gamma) || !(head->gamma > 0))
		return psy_fail(err, PSY_FORMAT, "svm: its vectors or gamma do not fit the kernel");
	return PSY_OK;
}

static psy_status
check_counts(const svm_head *head, const double *count, size_t classes, psy_error *err)
{
	double sum = 0;

	for (size_t k = 0; k < classes; k++)
	{
		if (!(count[k] >= 0 && count[k] <= head->vectors) || count[k] != floor(count[k]))
			return psy_fail(err, PSY_FORMAT, "svm: a count of support vectors is wrong");
		sum += count[k];
	}
	return sum == head->vectors ? PSY_OK
								: psy_fail(err, PSY_FORMAT, "svm: the counts of support vectors are wrong");
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const svm_head *head = head_of(model, op);
	svm_layout at;
	psy_status status;

	if (model->task != PSY_CLASSIFICATION || op->data.length < sizeof *head)
		return psy_fail(err, PSY_FORMAT, "svm: its size or task does not fit");
	if ((status = check_head(model, head, err)) != PSY_OK)
		return status;
	at = layout_of(head, model->classes, op->inputs);
	if (op->outputs != at.pairs || at.total > UINT32_MAX / sizeof(double) ||
		op->data.length != sizeof *head + at.total * sizeof(double))
		return psy_fail(err, PSY_FORMAT, "svm: its sizes do not fit");
	if (!psy_all_finite(values_of(model, op), at.total))
		return psy_fail(err, PSY_FORMAT, "svm: a number is not finite");
	return head->kernel == KERNEL_LINEAR
			   ? PSY_OK
			   : check_counts(head, values_of(model, op) + at.count, model->classes, err);
}

/* ---- scoring
 * --------------------------------------------------------------------------------------------------- */

static void
decide_linear(const double *value, const svm_layout *at, const double *in, size_t inputs, double *out)
{
	for (size_t p = 0; p < at->pairs; p++)
		out[p] = psy_dot(in, value + at->weight + p * inputs, inputs) + value[p];
}

/* kernel[s] of all vectors, in whole blocks. */
static void
kernel_values(const svm_head *head, const double *block, const double *in, size_t inputs, double *kernel)
{
	for (size_t s = 0; s < head->vectors; s += PSY_SV_BLOCK, block += PSY_SV_BLOCK * inputs)
	{
		double distance[PSY_SV_BLOCK];
		size_t lanes = head->vectors - s < PSY_SV_BLOCK ? head->vectors - s : PSY_SV_BLOCK;

		psy_block_distances(in, block, inputs, distance);
		for (size_t k = 0; k < lanes; k++)
			kernel[s + k] = exp(-head->gamma * distance[k]);
	}
}

static void
decide_rbf(const svm_head *head, const double *value, const svm_layout *at, size_t classes,
		   const double *kernel, double *out)
{
	const double *count = value + at->count, *coef = value + at->coef;
	size_t start_i = 0, pair = 0;

	for (size_t i = 0; i < classes; i++)
	{
		size_t n_i = (size_t) count[i];
		size_t start_j = start_i + n_i;

		for (size_t j = i + 1; j < classes; j++, pair++)
		{
			size_t n_j = (size_t) count[j];

			out[pair] = psy_dot(coef + (j - 1) * head->vectors + start_i, kernel + start_i, n_i) +
						psy_dot(coef + i * head->vectors + start_j, kernel + start_j, n_j) + value[pair];
			start_j += n_j;
		}
		start_i += n_i;
	}
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const svm_head *head = head_of(model, op);
	const double *value = values_of(model, op);
	svm_layout at = layout_of(head, model->classes, op->inputs);

	if (head->kernel == KERNEL_LINEAR)
	{
		decide_linear(value, &at, in, op->inputs, out);
		return;
	}
	kernel_values(head, value + at.block, in, op->inputs, workspace);
	decide_rbf(head, value, &at, model->classes, workspace, out);
}

static size_t
workspace_of(const psy_model *model, const psy_op *op)
{
	size_t classes = model->classes;
	size_t coupling = 2 * classes * classes + classes;
	size_t vectors = head_of(model, op)->vectors;

	return coupling > vectors ? coupling : vectors;
}

/* libsvm's sigmoid_predict, clamped as svm_predict_probability does: the probability of the first class of
 * the pair. */
static double
sigmoid(double decision, double a, double b)
{
	const double least = 1e-7;
	double f = decision * a + b;
	double p = f >= 0 ? exp(-f) / (1.0 + exp(-f)) : 1.0 / (1.0 + exp(f));

	return p < least ? least : p > 1 - least ? 1 - least : p;
}

/* Q of Wu, Lin & Weng 2004, JMLR 5:975, eq. (33), from r[i][j] = P(i | i or j). */
static void
coupling_matrix(size_t k, const double *r, double *q)
{
	for (size_t t = 0; t < k; t++)
	{
		q[t * k + t] = 0;
		for (size_t j = 0; j < k; j++)
			if (j != t)
			{
				q[t * k + t] += r[j * k + t] * r[j * k + t];
				q[t * k + j] = j < t ? q[j * k + t] : -r[j * k + t] * r[t * k + j];
			}
	}
}

/* qp = Q p; returns p'Q p.  Recomputed at each step for accuracy, as libsvm does. */
static double
coupling_product(size_t k, const double *q, const double *p, double *qp)
{
	double pqp = 0;

	for (size_t t = 0; t < k; t++)
	{
		qp[t] = 0;
		for (size_t j = 0; j < k; j++)
			qp[t] += q[t * k + j] * p[j];
		pqp += p[t] * qp[t];
	}
	return pqp;
}

/* One sweep of the fixed-point iteration, Wu, Lin & Weng 2004, algorithm 2. */
static void
coupling_sweep(size_t k, const double *q, double *p, double *qp, double pqp)
{
	for (size_t t = 0; t < k; t++)
	{
		double diff = (-qp[t] + pqp) / q[t * k + t];

		p[t] += diff;
		pqp = (pqp + diff * (diff * q[t * k + t] + 2 * qp[t])) / (1 + diff) / (1 + diff);
		for (size_t j = 0; j < k; j++)
		{
			qp[j] = (qp[j] + diff * q[t * k + j]) / (1 + diff);
			p[j] /= (1 + diff);
		}
	}
}

/* libsvm's multiclass_probability: its loose stopping rule (0.005 / k) is part of the numbers users know. */
static void
couple(size_t k, const double *r, double *q, double *qp, double *p)
{
	size_t sweeps = k > 100 ? k : 100;

	coupling_matrix(k, r, q);
	for (size_t t = 0; t < k; t++)
		p[t] = 1.0 / (double) k;
	for (size_t sweep = 0; sweep < sweeps; sweep++)
	{
		double pqp = coupling_product(k, q, p, qp);
		double worst = 0;

		for (size_t t = 0; t < k; t++)
			if (fabs(qp[t] - pqp) > worst)
				worst = fabs(qp[t] - pqp);
		if (worst < 0.005 / (double) k)
			return;
		coupling_sweep(k, q, p, qp, pqp);
	}
}

static psy_status
proba(const psy_model *model, const psy_op *op, const double *raw, double *workspace, double *result,
	  psy_error *err)
{
	const svm_head *head = head_of(model, op);
	size_t k = model->classes;
	svm_layout at = layout_of(head, k, op->inputs);
	const double *a = values_of(model, op) + at.sigmoid, *b = a + at.pairs;
	double *r = workspace;

	if (head->probability == PROBABILITY_NONE)
	{
		psy_fail(err, PSY_UNSUPPORTED, "this support vector machine was trained without probabilities");
		return psy_hint(err, "Use model_decision for its decision values or model_predict for its label.");
	}
	if (head->probability == PROBABILITY_PLATT)
	{
		result[0] = sigmoid(raw[0], a[0], b[0]);
		result[1] = 1 - result[0];
		return PSY_OK;
	}
	for (size_t i = 0, pair = 0; i < k; i++)
		for (size_t j = i + 1; j < k; j++, pair++)
		{
			r[i * k + j] = sigmoid(raw[pair], a[pair], b[pair]);
			r[j * k + i] = 1 - r[i * k + j];
		}
	couple(k, r, r + k * k, r + 2 * k * k, result);
	return PSY_OK;
}

/* Votes of class t among its pairs; raw > 0 votes for the first of a pair. */
static size_t
votes_for(size_t classes, const double *raw, size_t t)
{
	size_t votes = 0, pair = 0;

	for (size_t i = 0; i < classes; i++)
		for (size_t j = i + 1; j < classes; j++, pair++)
			votes += (raw[pair] > 0 ? i : j) == t;
	return votes;
}

static size_t
label(const psy_model *model, const psy_op *op, const double *raw)
{
	size_t best = 0, most = 0;

	(void) op;
	for (size_t t = 0; t < model->classes; t++)
	{
		size_t votes = votes_for(model->classes, raw, t);

		if (votes > most)
		{
			most = votes;
			best = t;
		}
	}
	return best;
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	static const char *const probability[] = {NULL, "none", "platt", "pairwise_coupling"};
	const svm_head *head = head_of(model, op);
	size_t n = 0;

	fact[n++] = (psy_fact){.key = "kernel", .text = head->kernel == KERNEL_LINEAR ? "linear" : "rbf"};
	if (head->kernel == KERNEL_RBF)
	{
		fact[n++] = (psy_fact){.key = "gamma", .number = head->gamma};
		fact[n++] = (psy_fact){.key = "support_vectors", .number = head->vectors};
	}
	fact[n++] = (psy_fact){.key = "probability", .text = probability[head->probability]};
	return n;
}

const psy_op_kind psy_op_svm = {.name = "svm",
								.code = PSY_OP_SVM,
								.compile = compile,
								.check = check,
								.apply = apply,
								.workspace = workspace_of,
								.proba = proba,
								.label = label,
								.raw_favours = 0,
								.facts = facts};
