/*
 * op_svm.c - scoring support vector machines, as libsvm lays them out (svm.h): the label of a classifier
 * comes from the votes of its pairs, never from the probabilities (Chang & Lin 2011, LIBSVM, sections 4.1 and
 * 8).
 */
#include "models/svm.h"

#include "models/model_kernels.h"

#include <math.h>
#include <string.h>

psy_svm_layout
psy_svm_layout_of(const psy_svm_head *head, size_t classes, size_t inputs)
{
	bool classifies = head->type == PSY_SVM_CLASSES, linear = head->kernel == PSY_SVM_LINEAR;
	size_t blocks = ((size_t) head->vectors + PSY_SV_BLOCK - 1) / PSY_SV_BLOCK;
	psy_svm_layout at = {.pairs = classifies ? classes * (classes - 1) / 2 : 1,
						 .rows = classifies ? classes - 1 : 1};

	at.sigmoid = at.pairs;
	at.weight = at.sigmoid + (head->probability == PSY_SVM_NONE ? 0 : 2 * at.pairs);
	at.count = at.weight + (linear ? at.pairs * inputs : 0);
	at.coef = at.count + (linear || !classifies ? 0 : classes);
	at.block = at.coef + at.rows * head->vectors;
	at.total = at.block + blocks * PSY_SV_BLOCK * inputs;
	return at;
}

size_t
psy_svm_class_of(const double *count, size_t classes, size_t s)
{
	size_t k = 0;

	for (double end = count[0]; k + 1 < classes && (double) s >= end; end += count[k])
		k++;
	return k;
}

void
psy_svm_fold(const double *dual, size_t vectors, size_t s, size_t own, size_t classes, const double *row,
			 size_t width, double *weight)
{
	size_t pair = 0;

	for (size_t k = 0; classes == 0 && k < width; k++)
		weight[k] += dual[s] * row[k];
	for (size_t i = 0; i < classes; i++)
		for (size_t j = i + 1; j < classes; j++, pair++)
			if (i == own || j == own)
			{
				double coef = dual[(i == own ? j - 1 : i) * vectors + s];

				for (size_t k = 0; k < width; k++)
					weight[pair * width + k] += coef * row[k];
			}
}

static const psy_svm_head *
head_of(const psy_model *model, const psy_op *op)
{
	return psy_at(model, op->data);
}

static const double *
values_of(const psy_model *model, const psy_op *op)
{
	return (const double *) (head_of(model, op) + 1);
}

static size_t
classes_of(const psy_model *model, const psy_svm_head *head)
{
	return head->type == PSY_SVM_CLASSES ? model->classes : 0;
}

/* ---- checking -------------------------------------------------------------------------------- */

static psy_status
check_kernel(const psy_svm_head *head, psy_error *err)
{
	bool linear = head->kernel == PSY_SVM_LINEAR, poly = head->kernel == PSY_SVM_POLY;

	if (head->kernel < PSY_SVM_LINEAR || head->kernel > PSY_SVM_SIGMOID)
		return psy_fail(err, PSY_FORMAT, "svm: kernel %u is unknown", head->kernel);
	if (linear ? head->vectors != 0 || head->gamma != 0
			   : head->vectors == 0 || !isfinite(head->gamma) || !(head->gamma > 0))
		return psy_fail(err, PSY_FORMAT, "svm: its vectors or gamma do not fit the kernel");
	if (!isfinite(head->coef0) || (head->coef0 != 0 && !poly && head->kernel != PSY_SVM_SIGMOID) ||
		(poly ? head->degree > PSY_SVM_MOST_DEGREE : head->degree != 0))
		return psy_fail(err, PSY_FORMAT, "svm: its coef0 or degree do not fit the kernel");
	return PSY_OK;
}

static psy_status
check_head(const psy_model *model, const psy_svm_head *head, psy_error *err)
{
	bool classifies = head->type == PSY_SVM_CLASSES;

	if (head->type < PSY_SVM_CLASSES || head->type > PSY_SVM_ONE_CLASS ||
		(head->type == PSY_SVM_REGRESSION) != (model->task == PSY_REGRESSION) ||
		(head->type == PSY_SVM_ONE_CLASS && model->classes != 2))
		return psy_fail(err, PSY_FORMAT, "svm: type %u does not fit the task", head->type);
	if (head->ties > classifies || head->probability < PSY_SVM_NONE || head->probability > PSY_SVM_COUPLING ||
		(head->probability == PSY_SVM_PLATT && model->classes != 2) ||
		(head->probability != PSY_SVM_NONE && !classifies))
		return psy_fail(err, PSY_FORMAT, "svm: method %u of probability does not fit", head->probability);
	return check_kernel(head, err);
}

static psy_status
check_counts(const psy_svm_head *head, const double *count, size_t classes, psy_error *err)
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
	const psy_svm_head *head = head_of(model, op);
	psy_svm_layout at;
	psy_status status;

	if (op->data.length < sizeof *head)
		return psy_fail(err, PSY_FORMAT, "svm: its head is cut off");
	if ((status = check_head(model, head, err)) != PSY_OK)
		return status;
	at = psy_svm_layout_of(head, classes_of(model, head), op->inputs);
	if (op->outputs != at.pairs || at.total > UINT32_MAX / sizeof(double) ||
		op->data.length != sizeof *head + at.total * sizeof(double))
		return psy_fail(err, PSY_FORMAT, "svm: its sizes do not fit");
	if (!psy_all_finite(values_of(model, op), at.total))
		return psy_fail(err, PSY_FORMAT, "svm: a number is not finite");
	return head->kernel == PSY_SVM_LINEAR || head->type != PSY_SVM_CLASSES
			   ? PSY_OK
			   : check_counts(head, values_of(model, op) + at.count, model->classes, err);
}

/* ---- scoring --------------------------------------------------------------------------------- */

static void
decide_linear(const double *value, const psy_svm_layout *at, const double *in, size_t inputs, double *out)
{
	for (size_t p = 0; p < at->pairs; p++)
		out[p] = psy_dot(in, value + at->weight + p * inputs, inputs) + value[p];
}

/* x^n by squaring, in libsvm's order of products (powi of svm.cpp). */
static double
whole_power(double x, uint32_t n)
{
	double result = 1;

	for (; n > 0; n /= 2, x *= x)
		if (n % 2 == 1)
			result *= x;
	return result;
}

/* Products or distances of a block of vectors become kernels. */
static void
finish_kernels(const psy_svm_head *head, double value[PSY_SV_BLOCK])
{
	if (head->kernel == PSY_SVM_RBF)
	{
		psy_block_exp(value, -head->gamma);
		return;
	}
	for (size_t k = 0; k < PSY_SV_BLOCK; k++)
		value[k] = head->kernel == PSY_SVM_POLY
					   ? whole_power(head->gamma * value[k] + head->coef0, head->degree)
					   : tanh(head->gamma * value[k] + head->coef0);
}

/*
 * What an RBF machine's distances are computed from.  |x - v|^2 as |x|^2 + |v|^2 - 2 x.v takes two thirds of
 * the additions, and its rounding is of the order of |x|^2 + |v|^2 instead of |x - v|^2.  Where gamma |v|^2
 * is at most BY_PRODUCTS that is no more than a few 1e-15 of a kernel (far from every vector the kernel
 * itself is nothing); where it is more, and for an x that is not finite, the differences are squared.
 */
#define BY_PRODUCTS 16

typedef struct svm_vectors
{
	const double *block;
	const float *single; /* the same in single precision where that is what they are; else NULL */
	const double *norm;  /* squared lengths, whole blocks; NULL: by differences */
} svm_vectors;

static size_t
whole_blocks(const psy_svm_head *head)
{
	return ((size_t) head->vectors + PSY_SV_BLOCK - 1) / PSY_SV_BLOCK * PSY_SV_BLOCK;
}

/* Squared lengths of all vectors; whether distances may be computed from them. */
static bool
fill_norms(const psy_svm_head *head, const double *block, size_t inputs, double *norm)
{
	bool by_products = true;

	for (size_t s = 0; s < whole_blocks(head); s += PSY_SV_BLOCK)
	{
		psy_block_norms(block + s * inputs, inputs, norm + s);
		for (size_t k = s; k < s + PSY_SV_BLOCK; k++)
			by_products = by_products && head->gamma * norm[k] <= BY_PRODUCTS;
	}
	return by_products;
}

/* What is scored. */
typedef struct svm_row
{
	const double *in;
	size_t inputs;
	double length; /* squared, where distances come from products */
	bool single;   /* its numbers are single ones, as are the vectors' */
} svm_row;

#define TOGETHER 3 /* blocks, at most */

/* How many blocks from vector s on are done together. */
static size_t
blocks_from(const psy_svm_head *head, const svm_row *row, size_t s)
{
	return row->single && whole_blocks(head) - s >= TOGETHER * PSY_SV_BLOCK ? TOGETHER : 1;
}

static void
block_products(const svm_vectors *v, size_t s, size_t blocks, const svm_row *row, double *value)
{
	const double *block = v->block + s * row->inputs;
	const float *single = v->single == NULL ? NULL : v->single + s * row->inputs;

	if (blocks == TOGETHER)
		psy_three_exact_dots(row->in, single, block + 2 * PSY_SV_BLOCK * row->inputs, row->inputs, value);
	else if (row->single)
		psy_block_exact_dots(row->in, single, row->inputs, value);
	else if (single != NULL)
		psy_block_dots_single(row->in, single, row->inputs, value);
	else
		psy_block_dots(row->in, block, row->inputs, value);
}

static void
block_distances(const svm_vectors *v, size_t s, const svm_row *row, double value[PSY_SV_BLOCK])
{
	if (v->single != NULL)
		psy_block_distances_single(row->in, v->single + s * row->inputs, row->inputs, value);
	else
		psy_block_distances(row->in, v->block + s * row->inputs, row->inputs, value);
}

/* Squared distances of some blocks, or products for the other kernels. */
static void
block_values(const psy_svm_head *head, const svm_vectors *v, size_t s, size_t blocks, const svm_row *row, double *value)
{
	if (head->kernel == PSY_SVM_RBF && (v->norm == NULL || !isfinite(row->length)))
	{
		for (size_t b = 0; b < blocks; b++)
			block_distances(v, s + b * PSY_SV_BLOCK, row, value + b * PSY_SV_BLOCK);
		return;
	}
	block_products(v, s, blocks, row, value);
	if (head->kernel == PSY_SVM_RBF)
		for (size_t k = 0; k < blocks * PSY_SV_BLOCK; k++)
		{
			double square = (row->length + v->norm[s + k]) - 2 * value[k];

			value[k] = square > 0 ? square : 0;
		}
}

/* kernel[s] of all vectors, in whole blocks. */
static void
kernel_values(const psy_svm_head *head, const svm_vectors *v, const double *in, size_t inputs, double *kernel)
{
	svm_row row = {.in = in,
				   .inputs = inputs,
				   .length = v->norm == NULL ? 0 : psy_dot(in, in, inputs),
				   .single = v->single != NULL && psy_single(in, inputs)};
	size_t blocks;

	for (size_t s = 0; s < head->vectors; s += blocks * PSY_SV_BLOCK)
	{
		double value[TOGETHER * PSY_SV_BLOCK];
		size_t left = head->vectors - s;

		blocks = blocks_from(head, &row, s);
		block_values(head, v, s, blocks, &row, value);
		for (size_t b = 0; b < blocks; b++)
			finish_kernels(head, value + b * PSY_SV_BLOCK);
		memcpy(kernel + s, value, (left < blocks * PSY_SV_BLOCK ? left : blocks * PSY_SV_BLOCK) * sizeof(double));
	}
}

static void
decide_pairs(const psy_svm_head *head, const double *value, const psy_svm_layout *at, size_t classes,
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
decide(const psy_model *model, const psy_op *op, const svm_vectors *v, const double *in, double *workspace,
	   double *out)
{
	const psy_svm_head *head = head_of(model, op);
	const double *value = values_of(model, op);
	psy_svm_layout at = psy_svm_layout_of(head, classes_of(model, head), op->inputs);

	if (head->kernel == PSY_SVM_LINEAR)
	{
		decide_linear(value, &at, in, op->inputs, out);
		return;
	}
	kernel_values(head, v, in, op->inputs, workspace);
	if (head->type != PSY_SVM_CLASSES)
		out[0] = psy_dot(value + at.coef, workspace, head->vectors) + value[0];
	else
		decide_pairs(head, value, &at, model->classes, workspace, out);
}

static const double *
block_of(const psy_model *model, const psy_op *op)
{
	const psy_svm_head *head = head_of(model, op);

	return values_of(model, op) + psy_svm_layout_of(head, classes_of(model, head), op->inputs).block;
}

/* Without a plan the lengths are computed for every row: the same bits, at twice the time. */
static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const psy_svm_head *head = head_of(model, op);
	svm_vectors v = {block_of(model, op)};
	double *norm = workspace + head->vectors;

	if (head->kernel == PSY_SVM_RBF && fill_norms(head, v.block, op->inputs, norm))
		v.norm = norm;
	decide(model, op, &v, in, workspace, out);
}

/* ---- the plan: lengths of the vectors, and the vectors in single precision when that is what they were ---- */

typedef struct svm_plan
{
	uint32_t by_products, has_single;
	double norm[]; /* whole blocks; then, where has_single, the vectors as floats */
} svm_plan;

/* Scoring an RBF machine costs the reading of its vectors. */
static size_t
plan_size(const psy_model *model, const psy_op *op)
{
	const psy_svm_head *head = head_of(model, op);
	size_t vectors = whole_blocks(head), size = sizeof(svm_plan) + vectors * sizeof(double);

	if (head->kernel != PSY_SVM_RBF)
		return 0;
	return psy_single(block_of(model, op), vectors * op->inputs) ? size + vectors * op->inputs * sizeof(float)
																 : size;
}

static void
plan(const psy_model *model, const psy_op *op, void *memory)
{
	const psy_svm_head *head = head_of(model, op);
	const double *block = block_of(model, op);
	size_t vectors = whole_blocks(head);
	svm_plan *plan = memory;
	float *single = (float *) (plan->norm + vectors);

	plan->by_products = fill_norms(head, block, op->inputs, plan->norm);
	plan->has_single = psy_single(block, vectors * op->inputs);
	for (size_t k = 0; plan->has_single && k < vectors * op->inputs; k++)
		single[k] = (float) block[k];
}

static void
apply_planned(const psy_model *model, const psy_op *op, const void *memory, const double *in,
			  double *workspace, double *out)
{
	const svm_plan *plan = memory;
	svm_vectors v = {block_of(model, op)};

	if (plan->has_single)
		v.single = (const float *) (plan->norm + whole_blocks(head_of(model, op)));
	if (plan->by_products)
		v.norm = plan->norm;
	decide(model, op, &v, in, workspace, out);
}

static size_t
workspace_of(const psy_model *model, const psy_op *op)
{
	size_t classes = model->classes;
	size_t coupling = 2 * classes * classes + classes;
	const psy_svm_head *head = head_of(model, op);
	size_t vectors = head->vectors + (head->kernel == PSY_SVM_RBF ? whole_blocks(head) : 0);

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
	const psy_svm_head *head = head_of(model, op);
	size_t k = model->classes;
	psy_svm_layout at = psy_svm_layout_of(head, k, op->inputs);
	const double *a = values_of(model, op) + at.sigmoid, *b = a + at.pairs;
	double *r = workspace;

	if (head->probability == PSY_SVM_NONE)
	{
		psy_fail(err, PSY_UNSUPPORTED, "this support vector machine was trained without probabilities");
		psy_hint(err, "Use model_decision for its decision values or model_predict for its label.");
		return PSY_UNSUPPORTED;
	}
	if (head->probability == PSY_SVM_PLATT)
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

/* The same where a value of 0 votes for the first of the pair, as scikit-learn counts here. */
static size_t
votes_against_ties(size_t classes, const double *raw, size_t t)
{
	size_t votes = 0, pair = 0;

	for (size_t i = 0; i < classes; i++)
		for (size_t j = i + 1; j < classes; j++, pair++)
			votes += (raw[pair] < 0 ? j : i) == t;
	return votes;
}

/* scikit-learn's _ovr_decision_function (utils/multiclass.py) for class t. */
static double
against_rest(const double *raw, size_t classes, size_t t)
{
	double sum = 0;
	size_t pair = 0;

	for (size_t i = 0; i < classes; i++)
		for (size_t j = i + 1; j < classes; j++, pair++)
			sum += i == t ? raw[pair] : j == t ? -raw[pair] : 0;
	return (double) votes_against_ties(classes, raw, t) + sum / (3 * (fabs(sum) + 1));
}

void
psy_svm_one_versus_rest(const double *raw, size_t classes, double *value)
{
	for (size_t t = 0; t < classes; t++)
		value[t] = against_rest(raw, classes, t);
}

static size_t
largest_rest(const double *raw, size_t classes)
{
	double most = against_rest(raw, classes, 0);
	size_t best = 0;

	for (size_t t = 1; t < classes; t++)
	{
		double value = against_rest(raw, classes, t);

		if (value > most)
		{
			most = value;
			best = t;
		}
	}
	return best;
}

static size_t
label(const psy_model *model, const psy_op *op, const double *raw)
{
	const psy_svm_head *head = head_of(model, op);
	size_t best = 0, most = 0;

	if (head->type == PSY_SVM_ONE_CLASS)
		return raw[0] > 0 ? 0 : 1;
	if (head->ties)
		return largest_rest(raw, model->classes);
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
	static const char *const type[] = {NULL, "classes", "regression", "one class"};
	static const char *const kernel[] = {NULL, "linear", "rbf", "poly", "sigmoid"};
	static const char *const probability[] = {NULL, "none", "platt", "pairwise_coupling"};
	const psy_svm_head *head = head_of(model, op);
	size_t n = 0;

	if (head->type != PSY_SVM_CLASSES)
		fact[n++] = (psy_fact){.key = "type", .text = type[head->type]};
	fact[n++] = (psy_fact){.key = "kernel", .text = kernel[head->kernel]};
	if (head->kernel != PSY_SVM_LINEAR)
	{
		fact[n++] = (psy_fact){.key = "gamma", .number = head->gamma};
		fact[n++] = (psy_fact){.key = "support_vectors", .number = head->vectors};
	}
	if (head->kernel == PSY_SVM_POLY)
		fact[n++] = (psy_fact){.key = "degree", .number = head->degree};
	if (head->kernel == PSY_SVM_POLY || head->kernel == PSY_SVM_SIGMOID)
		fact[n++] = (psy_fact){.key = "coef0", .number = head->coef0};
	if (head->type == PSY_SVM_REGRESSION)
		return n;
	fact[n++] = (psy_fact){.key = "probability",
						   .text = head->type == PSY_SVM_CLASSES ? probability[head->probability] : "none"};
	fact[n++] = (psy_fact){.key = "ties",
						   .text = head->type == PSY_SVM_ONE_CLASS ? "second"
								   : head->ties                    ? "one_versus_rest"
																   : "votes"};
	return n;
}

const psy_op_kind psy_op_svm = {.name = "svm",
								.code = PSY_OP_SVM,
								.any_task = true,
								.compile = psy_svm_from_json,
								.check = check,
								.apply = apply,
								.plan_size = plan_size,
								.plan = plan,
								.apply_planned = apply_planned,
								.workspace = workspace_of,
								.proba = proba,
								.label = label,
								.raw_favours = 0,
								.facts = facts};
