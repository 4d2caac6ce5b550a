/*
 * op_gaussian.c - the estimator "gaussian": each class has a normal distribution; raw output k is the
 * logarithm of class k's prior times its density, up to a constant that all share: constant - 1/2 sum of
 * squares.
 *
 *   {"kind": "gaussian", "constant": [...], "mean": [[...], ...], "variance": [[...], ...]}: squares are
 *       (x - mean)^2 / variance (naive Bayes)
 *   {"kind": "gaussian", "constant": [...], "mean": [[...], ...], "whiten": [[[...], ...], ...]}: of each row
 * of the class's matrix times (x - mean) (quadratic discriminant analysis)
 *
 * Data: rows (0: variances), an unused word, constant[classes], mean[classes][inputs], then
 * variance[classes][inputs] or whiten[classes][rows][inputs], a class of fewer rows padded with zeros.
 */
#include "models/model_json.h"

#include "models/model_kernels.h"

typedef struct gaussian_head
{
	uint32_t rows;
	uint32_t reserved;
} gaussian_head;

/* Doubles behind the head; PSY_MODEL_MOST_CLASSES and the image bound the factors. */
static uint64_t
values_of(uint64_t rows, uint64_t classes, uint64_t inputs)
{
	return classes * (1 + inputs + (rows == 0 ? inputs : rows * inputs));
}

static psy_status
most_rows(psy_compiler *c, const psy_json_node *list, size_t classes, uint32_t *rows)
{
	psy_status status = psy_json_expect(c->json, list, PSY_JSON_ARRAY, c->err);

	if (status == PSY_OK && list->as.children.count != classes)
		return psy_json_fail(c->json, list, PSY_FORMAT, c->err, "%u matrices for %zu classes",
							 list->as.children.count, classes);
	*rows = 0;
	for (const psy_json_node *n = status == PSY_OK ? psy_json_first(c->json, list) : NULL; n != NULL;
		 n = psy_json_next(c->json, n))
	{
		if ((status = psy_json_expect(c->json, n, PSY_JSON_ARRAY, c->err)) != PSY_OK)
			return status;
		if (n->as.children.count > *rows)
			*rows = n->as.children.count;
	}
	if (status == PSY_OK && *rows == 0)
		return psy_json_fail(c->json, list, PSY_FORMAT, c->err, "matrices without rows");
	return status;
}

static psy_status
read_variances(psy_compiler *c, const psy_json_node *node, size_t classes, double *to)
{
	psy_status status = psy_json_matrix(c, node, "variance", classes, c->width, to);

	for (size_t k = 0; status == PSY_OK && k < classes * c->width; k++)
		if (!(to[k] > 0))
			return psy_json_fail(c->json, psy_json_member(c->json, node, "variance"), PSY_FORMAT, c->err,
								 "a variance of %g, above 0 expected", to[k]);
	return status;
}

static psy_status
read_matrices(psy_compiler *c, const psy_json_node *list, size_t rows, double *to)
{
	psy_status status = PSY_OK;

	for (const psy_json_node *n = psy_json_first(c->json, list); status == PSY_OK && n != NULL;
		 n = psy_json_next(c->json, n), to += rows * c->width)
		status = psy_json_rows(c, n, n->as.children.count, c->width, to);
	return status;
}

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "constant", "mean", "variance", "whiten", NULL};
	const psy_json_node *whiten = psy_json_member(c->json, node, "whiten");
	size_t classes = psy_builder_model(&c->builder)->classes;
	gaussian_head head = {0};
	double *to;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(whiten != NULL && (status = most_rows(c, whiten, classes, &head.rows)) != PSY_OK))
		return status;
	if (whiten != NULL && psy_json_member(c->json, node, "variance") != NULL)
		return psy_json_fail(c->json, whiten, PSY_FORMAT, c->err, "either variances or matrices expected");
	if (head.rows > c->width)
		return psy_json_fail(c->json, whiten, PSY_FORMAT, c->err, "more rows than values");
	if ((status = psy_builder_reserve(&c->builder, values_of(head.rows, classes, c->width) + 1,
									  sizeof(double), &op->data)) != PSY_OK)
		return status;
	op->outputs = (uint32_t) classes;
	*(gaussian_head *) psy_builder_at(&c->builder, op->data) = head;
	to = (double *) psy_builder_at(&c->builder, op->data) + 1;
	if ((status = psy_json_vector(c, node, "constant", classes, to)) != PSY_OK ||
		(status = psy_json_matrix(c, node, "mean", classes, c->width, to + classes)) != PSY_OK)
		return status;
	to += classes * (1 + c->width);
	return whiten == NULL ? read_variances(c, node, classes, to) : read_matrices(c, whiten, head.rows, to);
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	const gaussian_head *head = psy_at(model, op->data);
	const double *value = (const double *) (head + 1);
	uint64_t values, front = (uint64_t) model->classes * (1 + (uint64_t) op->inputs);

	if (model->task != PSY_CLASSIFICATION || op->outputs != model->classes ||
		op->data.length < sizeof *head || head->reserved != 0 || head->rows > op->inputs)
		return psy_fail(err, PSY_FORMAT, "gaussian: its head is not sound");
	values = op->data.length / sizeof(double) - 1;
	/* Divided, because inputs x rows x classes may not fit 64 bits in forged images. */
	if (op->data.length % sizeof(double) != 0 || values < front ||
		values - front != (values - front) / op->inputs * op->inputs ||
		(values - front) / op->inputs != (uint64_t) model->classes * (head->rows == 0 ? 1 : head->rows))
		return psy_fail(err, PSY_FORMAT, "gaussian: its sizes do not fit");
	if (!psy_all_finite(value, values))
		return psy_fail(err, PSY_FORMAT, "gaussian: a number is not finite");
	for (uint64_t k = front; head->rows == 0 && k < values; k++)
		if (!(value[k] > 0))
			return psy_fail(err, PSY_FORMAT, "gaussian: a variance that is not above 0");
	return PSY_OK;
}

/* Sum of (x - mean)^2 / variance. */
static double
scaled_squares(const double *x, const double *mean, const double *variance, size_t n)
{
	double sum = 0;

	for (size_t k = 0; k < n; k++)
	{
		double d = x[k] - mean[k];

		sum += d * d / variance[k];
	}
	return sum;
}

/* Sum of squares of the rows times (x - mean). */
static double
whitened_squares(const double *x, const double *mean, const double *whiten, size_t rows, size_t n,
				 double *centred)
{
	double sum = 0;

	for (size_t k = 0; k < n; k++)
		centred[k] = x[k] - mean[k];
	for (size_t row = 0; row < rows; row++)
	{
		double y = psy_dot(centred, whiten + row * n, n);

		sum += y * y;
	}
	return sum;
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	const gaussian_head *head = psy_at(model, op->data);
	const double *constant = (const double *) (head + 1), *mean = constant + op->outputs;
	const double *spread = mean + (size_t) op->outputs * op->inputs;
	size_t n = op->inputs, step = head->rows == 0 ? n : head->rows * n;

	for (size_t k = 0; k < op->outputs; k++, mean += n, spread += step)
		out[k] = constant[k] - 0.5 * (head->rows == 0
										  ? scaled_squares(in, mean, spread, n)
										  : whitened_squares(in, mean, spread, head->rows, n, workspace));
}

static size_t
workspace_of(const psy_model *model, const psy_op *op)
{
	(void) model;
	return op->inputs;
}

static psy_status
proba(const psy_model *model, const psy_op *op, const double *raw, double *workspace, double *to,
	  psy_error *err)
{
	(void) op;
	(void) workspace;
	(void) err;
	psy_softmax(raw, model->classes, to);
	return PSY_OK;
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	const gaussian_head *head = psy_at(model, op->data);

	fact[0] = (psy_fact){.key = "covariance", .text = head->rows == 0 ? "diagonal" : "full"};
	fact[1] = (psy_fact){.key = "ties", .text = "first"};
	return 2;
}

const psy_op_kind psy_op_gaussian = {.name = "gaussian",
									 .code = PSY_OP_GAUSSIAN,
									 .compile = compile,
									 .check = check,
									 .apply = apply,
									 .workspace = workspace_of,
									 .proba = proba,
									 .label = psy_op_label_of_largest,
									 .facts = facts};
