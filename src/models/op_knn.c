/*
 * op_knn.c - the estimator "knn": the k nearest rows of training vote, or are averaged.
 *
 *   {"kind": "knn", "metric": "euclidean", "k": 5, "weights": "uniform", "rows": [[...], ...], "targets":
 * [...]}
 *
 * metric: "euclidean", "manhattan", "chebyshev", "minkowski" (with "p" >= 1), "cosine" (1 - the cosine; a row
 * of zeros has none, and is at distance 1 from all).  weights: "uniform" or "distance" (1 / distance; rows at
 * distance 0 alone when there are some).  targets: classes counted from 0, or values.  Of rows at the same
 * distance the first of training comes first (scikit-learn's brute force; its trees pick among equals at the
 * k-th place by their own order). The probability of a class is its share of the weights; the label is the
 * largest, the first of equals.
 *
 * THE ROWS ARE PATIENTS' DATA, in the document and in the compiled form.
 *
 * Data: knn_head, target[rows], then the rows in blocks [inputs][PSY_SV_BLOCK], zero-padded.  Workspace: the
 * row to be scored (cosine: divided by its norm), then a heap of k distances and k indexes.
 */
#include "models/model_json.h"

#include "models/model_kernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum
{
	EUCLIDEAN,
	MANHATTAN,
	CHEBYSHEV,
	MINKOWSKI,
	COSINE
};

static const char *const metric_name[] = {"euclidean", "manhattan", "chebyshev", "minkowski", "cosine", NULL};
static const char *const weights_name[] = {"uniform", "distance", NULL};

typedef struct knn_head
{
	uint32_t metric;
	uint32_t by_distance;
	uint32_t k;
	uint32_t rows;
	double p; /* of minkowski; else 0 */
} knn_head;

static uint64_t
values_of(uint64_t rows, uint64_t inputs)
{
	return rows + (rows + PSY_SV_BLOCK - 1) / PSY_SV_BLOCK * PSY_SV_BLOCK * inputs;
}

/* ---- compiling ------------------------------------------------------------------------------- */

static psy_status
read_head(psy_compiler *c, const psy_json_node *node, knn_head *head, const psy_json_node **rows)
{
	static const char *const keys[] = {"kind", "metric", "p", "k", "weights", "rows", "targets", NULL};
	const psy_json_node *p = psy_json_member(c->json, node, "p"), *k;
	int metric, weights;
	size_t count, neighbours;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_choice(c, node, "metric", metric_name, -1, &metric)) != PSY_OK ||
		(status = psy_json_choice(c, node, "weights", weights_name, -1, &weights)) != PSY_OK ||
		(status = psy_json_list(c, node, "rows", rows, &count)) != PSY_OK ||
		(status = psy_json_need(c->json, node, "k", PSY_JSON_NUMBER, &k, c->err)) != PSY_OK ||
		(status = psy_json_count(c->json, k, count, &neighbours, c->err)) != PSY_OK)
		return status;
	if (neighbours == 0)
		return psy_json_fail(c->json, k, PSY_FORMAT, c->err, "no neighbours, at least one expected");
	if ((p != NULL) != (metric == MINKOWSKI))
		return psy_json_fail(c->json, node, PSY_FORMAT, c->err, "\"p\" belongs to the metric minkowski");
	*head = (knn_head){(uint32_t) metric, (uint32_t) weights, (uint32_t) neighbours, (uint32_t) count, 0};
	return p == NULL ? PSY_OK : psy_json_setting(c, node, "p", 1, 1e6, NAN, &head->p);
}

/* Cosine compares rows of norm 1. */
static void
unit_norm(double *x, size_t n, size_t stride)
{
	double sum = 0;

	for (size_t k = 0; k < n; k++)
		sum += x[k * stride] * x[k * stride];
	sum = sqrt(sum);
	for (size_t k = 0; sum >= 10 * DBL_EPSILON && k < n; k++)
		x[k * stride] /= sum;
}

static psy_status
read_rows(psy_compiler *c, const psy_json_node *rows, uint32_t metric, double *block)
{
	size_t s = 0;
	psy_status status;

	for (const psy_json_node *n = psy_json_first(c->json, rows); n != NULL;
		 n = psy_json_next(c->json, n), s++)
	{
		double *to = block + s / PSY_SV_BLOCK * PSY_SV_BLOCK * c->width + s % PSY_SV_BLOCK;

		if ((status = psy_json_strided(c->json, n, c->width, PSY_SV_BLOCK, to, c->err)) != PSY_OK)
			return status;
		if (metric == COSINE)
			unit_norm(to, c->width, PSY_SV_BLOCK);
	}
	return PSY_OK;
}

static bool
target_is_sound(const psy_model *model, double target)
{
	return model->task == PSY_REGRESSION ||
		   (target >= 0 && target < model->classes && target == floor(target));
}

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	const psy_json_node *rows;
	knn_head head;
	double *to;
	psy_status status;

	if ((status = read_head(c, node, &head, &rows)) != PSY_OK ||
		(status =
			 psy_builder_reserve(&c->builder, sizeof head / sizeof(double) + values_of(head.rows, c->width),
								 sizeof(double), &op->data)) != PSY_OK)
		return status;
	op->outputs =
		psy_builder_model(&c->builder)->task == PSY_REGRESSION ? 1 : psy_builder_model(&c->builder)->classes;
	memcpy(psy_builder_at(&c->builder, op->data), &head, sizeof head);
	to = (double *) ((knn_head *) psy_builder_at(&c->builder, op->data) + 1);
	if ((status = psy_json_vector(c, node, "targets", head.rows, to)) != PSY_OK)
		return status;
	for (uint32_t k = 0; k < head.rows; k++)
		if (!target_is_sound(psy_builder_model(&c->builder), to[k]))
			return psy_json_fail(c->json, psy_json_member(c->json, node, "targets"), PSY_FORMAT, c->err,
								 "%g is no class, counted from 0", to[k]);
	return read_rows(c, rows, head.metric, to + head.rows);
}

/* ---- checking -------------------------------------------------------------------------------- */

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const knn_head *head = psy_at(model, op->data);
	const double *value = (const double *) (head + 1);
	uint64_t values;

	if (op->data.length < sizeof *head || head->metric > COSINE || head->by_distance > 1 || head->k == 0 ||
		head->k > head->rows ||
		!(head->metric == MINKOWSKI ? head->p >= 1 && head->p <= 1e6 : head->p == 0) ||
		op->outputs != (model->task == PSY_REGRESSION ? 1 : model->classes))
		return psy_fail(err, PSY_FORMAT, "knn: its head is not sound");
	values = values_of(head->rows, op->inputs);
	if (values > UINT32_MAX / sizeof(double) || op->data.length != sizeof *head + values * sizeof(double))
		return psy_fail(err, PSY_FORMAT, "knn: its sizes do not fit");
	if (!psy_all_finite(value, values))
		return psy_fail(err, PSY_FORMAT, "knn: a number is not finite");
	for (uint32_t k = 0; k < head->rows; k++)
		if (!target_is_sound(model, value[k]))
			return psy_fail(err, PSY_FORMAT, "knn: a target that is no class");
	return PSY_OK;
}

/* ---- scoring --------------------------------------------------------------------------------- */

/* Distances that order rows as the metric does; finish() makes the metric of them. */
static void
block_distances(const knn_head *head, const double *x, const double *block, size_t n,
				double distance[PSY_SV_BLOCK])
{
	switch (head->metric)
	{
		case EUCLIDEAN: psy_block_distances(x, block, n, distance); return;
		case COSINE:
			psy_block_dots(x, block, n, distance);
			for (int j = 0; j < PSY_SV_BLOCK; j++)
				distance[j] = 1 - distance[j] < 0 ? 0 : 1 - distance[j] > 2 ? 2 : 1 - distance[j];
			return;
		default: psy_block_minkowski(x, block, n, head->metric == MANHATTAN ? 1 : head->p, distance); return;
	}
}

static double
finish(const knn_head *head, double distance)
{
	return head->metric == EUCLIDEAN   ? sqrt(distance)
		   : head->metric == MINKOWSKI ? pow(distance, 1 / head->p)
									   : distance;
}

/* A heap with the farthest, of equals the last, at its root. */
typedef struct nearest
{
	double *distance;
	double *index;
	size_t count;
} nearest;

static bool
farther(const nearest *h, size_t a, size_t b)
{
	return h->distance[a] > h->distance[b] || (h->distance[a] == h->distance[b] && h->index[a] > h->index[b]);
}

static void
swap(nearest *h, size_t a, size_t b)
{
	double distance = h->distance[a], index = h->index[a];

	h->distance[a] = h->distance[b];
	h->index[a] = h->index[b];
	h->distance[b] = distance;
	h->index[b] = index;
}

static void
sink(nearest *h, size_t count)
{
	for (size_t root = 0, child; (child = 2 * root + 1) < count; root = child)
	{
		if (child + 1 < count && farther(h, child + 1, child))
			child++;
		if (!farther(h, child, root))
			return;
		swap(h, root, child);
	}
}

/* Rows come in the order of training, so that one at the farthest distance never replaces an earlier one. */
static void
offer(nearest *h, size_t k, double distance, size_t index)
{
	if (h->count == k)
	{
		if (!(distance < h->distance[0]))
			return;
		h->distance[0] = distance;
		h->index[0] = (double) index;
		sink(h, k);
		return;
	}
	h->distance[h->count] = distance;
	h->index[h->count] = (double) index;
	for (size_t at = h->count++; at > 0 && farther(h, at, (at - 1) / 2); at = (at - 1) / 2)
		swap(h, at, (at - 1) / 2);
}

static void
find_nearest(const knn_head *head, const double *block, const double *x, size_t inputs, nearest *h)
{
	double distance[PSY_SV_BLOCK];

	for (size_t s = 0; s < head->rows; s += PSY_SV_BLOCK, block += PSY_SV_BLOCK * inputs)
	{
		size_t lanes = head->rows - s < PSY_SV_BLOCK ? head->rows - s : PSY_SV_BLOCK;

		block_distances(head, x, block, inputs, distance);
		for (size_t j = 0; j < lanes; j++)
			offer(h, head->k, distance[j], s + j);
	}
	/* Ascending: the root goes last, again and again. */
	for (size_t last = h->count; last-- > 1;)
	{
		swap(h, 0, last);
		sink(h, last);
	}
}

/* The weights of the neighbours take the place of their distances. */
static void
weigh(const knn_head *head, nearest *h)
{
	bool exact = head->by_distance && h->distance[0] == 0;

	for (size_t k = 0; k < h->count; k++)
		h->distance[k] = !head->by_distance ? 1
						 : exact            ? h->distance[k] == 0
											: 1 / finish(head, h->distance[k]);
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const knn_head *head = psy_at(model, op->data);
	const double *target = (const double *) (head + 1);
	nearest h = {workspace + op->inputs, workspace + op->inputs + head->k, 0};
	double sum = 0;

	if (head->metric == COSINE)
	{
		memcpy(workspace, in, op->inputs * sizeof(double));
		unit_norm(workspace, op->inputs, 1);
		in = workspace;
	}
	find_nearest(head, target + head->rows, in, op->inputs, &h);
	weigh(head, &h);
	memset(out, 0, op->outputs * sizeof(double));
	for (size_t k = 0; k < h.count; k++)
	{
		double y = target[(size_t) h.index[k]];

		if (model->task == PSY_REGRESSION)
			out[0] += y * h.distance[k];
		else
			out[(size_t) y] += h.distance[k];
		sum += h.distance[k];
	}
	for (size_t k = 0; k < op->outputs; k++)
		out[k] /= sum;
}

static size_t
workspace_of(const psy_model *model, const psy_op *op)
{
	return (size_t) op->inputs + 2 * (size_t) ((const knn_head *) psy_at(model, op->data))->k;
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	const knn_head *head = psy_at(model, op->data);

	fact[0] = (psy_fact){.key = "metric", .text = metric_name[head->metric]};
	fact[1] = (psy_fact){.key = "k", .number = head->k};
	fact[2] = (psy_fact){.key = "weights", .text = weights_name[head->by_distance]};
	fact[3] = (psy_fact){.key = "rows", .number = head->rows};
	fact[4] = (psy_fact){.key = "equal distances", .text = "first row"};
	if (psy_model_task(model) == PSY_REGRESSION)
		return 5;
	fact[5] = (psy_fact){.key = "ties", .text = "first"};
	return 6;
}

const psy_op_kind psy_op_knn = {.name = "knn",
								.code = PSY_OP_KNN,
								.any_task = true,
								.compile = compile,
								.check = check,
								.apply = apply,
								.workspace = workspace_of,
								.proba = psy_op_raw_is_proba,
								.label = psy_op_label_of_largest,
								.facts = facts};
