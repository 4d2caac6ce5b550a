/*
 * onnx_ops_ml.c - operators of ai.onnx.ml: encoders, linear models and support vectors; the table of all of that
 * domain (trees: onnx_ops_trees.c).
 *
 * A classifier's numbers go through psy_onnx_emit_classes, which gives the label and remembers all labels there can be.
 */
#include "models/onnx_ops_ml.h"

#include "models/model_kernels.h"

#include <math.h>
#include <string.h>

/* ---- rows and classes ------------------------------------------------------------------------ */

psy_status
psy_onnx_as_row(psy_onnx_compiler *c, uint32_t *x)
{
	psy_onnx_shape shape = *psy_onnx_shape_of(c, *x);

	if (shape.rank == 2 && shape.dim[0] == 1)
		return PSY_OK;
	if (shape.rank != 1)
		return psy_onnx_refuse(c, PSY_FORMAT, "its input is not a row");
	shape = (psy_onnx_shape){.type = shape.type, .rank = 2, .dim = {1, shape.dim[0]}};
	return psy_onnx_reshape(c, *x, &shape, x);
}

psy_status
psy_onnx_as_float_row(psy_onnx_compiler *c, uint32_t *x)
{
	psy_status status = psy_onnx_as_row(c, x);

	if (status == PSY_OK && psy_onnx_shape_of(c, *x)->type == PSY_ONNX_STRING)
		return psy_onnx_refuse(c, PSY_FORMAT, "its input is text");
	return status == PSY_OK ? psy_onnx_emit_cast(c, PSY_ONNX_FLOAT, *x, x) : status;
}

psy_status
psy_onnx_read_labels(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *ints, const char *strings, uint32_t *labels)
{
	psy_onnx_numbers whole, text;
	psy_status status;

	if ((status = psy_onnx_attr_list(c, n, ints, &whole)) != PSY_OK || (status = psy_onnx_attr_list(c, n, strings, &text)) != PSY_OK)
		return status;
	if ((whole.count > 0) == (text.count > 0) || whole.texts || (text.count > 0 && !text.texts))
		return psy_onnx_refuse(c, PSY_FORMAT, "one of %s and %s expected", ints, strings);
	if (whole.count + text.count < 2 || whole.count + text.count > PSY_MODEL_MOST_CLASSES)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "%zu classes, 2 to %d are possible", whole.count + text.count, PSY_MODEL_MOST_CLASSES);
	if (text.count > 0)
		return psy_onnx_vector(c, PSY_ONNX_STRING, text.value, text.count, labels);
	return psy_onnx_vector(c, PSY_ONNX_INT, whole.value, whole.count, labels);
}

psy_status
psy_onnx_emit_classes(psy_onnx_compiler *c, uint32_t labels, uint32_t class, uint32_t *label)
{
	psy_status status = psy_onnx_emit_gather(c, 0, labels, class, label);

	if (status == PSY_OK)
		psy_onnx_mark_of(c, *label)->labels = labels;
	return status;
}

static const char *const transforms[] = {"NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", NULL};

psy_status
psy_onnx_read_transform(psy_onnx_compiler *c, const psy_onnx_node_source *n, uint32_t *transform)
{
	psy_status status = psy_onnx_attr_choice(c, n, "post_transform", transforms, 0, transform);

	*transform += PSY_ONNX_AS_IS;
	return status;
}

psy_status
psy_onnx_emit_scores(psy_onnx_compiler *c, uint32_t raw, uint32_t transform, uint32_t second, uint32_t *scores)
{
	psy_status status = psy_onnx_emit(c, PSY_ONNX_SCORES, transform, &raw, 1, &second, 1, scores);

	if (status == PSY_OK && (transform == PSY_ONNX_AS_SOFTMAX || (transform == PSY_ONNX_AS_LOGISTIC && second == PSY_ONNX_OPPOSITE)))
		psy_onnx_mark_of(c, *scores)->scores = PSY_ONNX_PROBABILITIES;
	return status;
}

/* Numbers as a constant matrix. */
static psy_status
matrix(psy_onnx_compiler *c, const psy_onnx_numbers *list, size_t rows, size_t columns, uint32_t *to)
{
	psy_onnx_shape shape = {.type = PSY_ONNX_FLOAT, .rank = 2, .dim = {(uint32_t) rows, (uint32_t) columns}};
	psy_status status;

	if (rows == 0 || columns == 0 || list->count != rows * columns || list->texts)
		return psy_onnx_refuse(c, PSY_FORMAT, "%zu coefficients, %zu times %zu expected", list->count, rows, columns);
	if ((status = psy_onnx_constant(c, &shape, to)) != PSY_OK)
		return status;
	memcpy(psy_onnx_values(c, *to), list->value, list->count * sizeof(double));
	return psy_onnx_need_finite(c, *to);
}

static psy_status
finite_vector(psy_onnx_compiler *c, uint32_t type, const double *value, size_t count, uint32_t *to)
{
	psy_status status = psy_onnx_vector(c, type, value, count, to);

	return status == PSY_OK ? psy_onnx_need_finite(c, *to) : status;
}

/* ---- linear models --------------------------------------------------------------------------- */

/* x coef' + intercept; intercepts may be left out where rows says how many there are. */
static psy_status
emit_linear(psy_onnx_compiler *c, const psy_onnx_node_source *n, size_t rows, uint32_t *out)
{
	uint32_t in[4] = {n->in[0]};
	psy_onnx_numbers coef, intercept;
	psy_status status;

	if ((status = psy_onnx_as_float_row(c, &in[0])) != PSY_OK || (status = psy_onnx_attr_list(c, n, "coefficients", &coef)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "intercepts", &intercept)) != PSY_OK)
		return status;
	if (intercept.count != rows && (intercept.count != 0 || (status = psy_onnx_remember(c, rows, sizeof(double), &intercept.value)) != PSY_OK))
		return psy_onnx_refuse(c, PSY_FORMAT, "%zu intercepts, %zu expected", intercept.count, rows);
	if ((status = matrix(c, &coef, rows, psy_onnx_shape_of(c, in[0])->dim[1], &in[1])) != PSY_OK ||
		(status = finite_vector(c, PSY_ONNX_FLOAT, intercept.value, rows, &in[2])) != PSY_OK ||
		(status = psy_onnx_vector(c, PSY_ONNX_DOUBLE, (double[]){1, 1}, 2, &in[3])) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_DOT, 0, in, 4, NULL, 0, out);
}

static psy_status
op_linear_classifier(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t labels, raw, class, transform, zero = 0;
	psy_onnx_numbers intercept;
	psy_status status;

	if ((status = psy_onnx_read_labels(c, n, "classlabels_ints", "classlabels_strings", &labels)) != PSY_OK ||
		(status = psy_onnx_read_transform(c, n, &transform)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "intercepts", &intercept)) != PSY_OK)
		return status;
	if (intercept.count != psy_onnx_shape_of(c, labels)->dim[0])
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "%zu rows of coefficients for %u classes: the other class's score is not defined",
							   intercept.count, psy_onnx_shape_of(c, labels)->dim[0]);
	if ((status = emit_linear(c, n, intercept.count, &raw)) != PSY_OK ||
		(status = psy_onnx_emit(c, PSY_ONNX_DECIDE, 0, &raw, 1, &zero, 1, &class)) != PSY_OK ||
		(status = psy_onnx_emit_classes(c, labels, class, n->out)) != PSY_OK ||
		(status = psy_onnx_emit_scores(c, raw, transform, PSY_ONNX_ALONE, n->out + 1)) != PSY_OK)
		return status;
	if (transform == PSY_ONNX_AS_IS)
		psy_onnx_mark_of(c, n->out[1])->scores = PSY_ONNX_DECISIONS;
	return PSY_OK;
}

static psy_status
op_linear_regressor(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t transform, raw;
	int64_t targets;
	psy_status status;

	if ((status = psy_onnx_read_transform(c, n, &transform)) != PSY_OK || (status = psy_onnx_attr_int(c, n, "targets", 1, &targets)) != PSY_OK)
		return status;
	if (targets < 1 || targets > PSY_MODEL_MOST_CLASSES)
		return psy_onnx_refuse(c, PSY_LIMIT, "%lld targets, 1 to %d are possible", (long long) targets, PSY_MODEL_MOST_CLASSES);
	if (transform != PSY_ONNX_AS_IS)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "a post_transform of a regression is not supported");
	status = emit_linear(c, n, (size_t) targets, &raw);
	*n->out = raw;
	return status;
}

/* ---- support vectors ------------------------------------------------------------------------- */

/* Kernels of x and the vectors; *vectors is how many. */
static psy_status
emit_kernels(psy_onnx_compiler *c, const psy_onnx_node_source *n, size_t vectors, uint32_t *out)
{
	static const char *const kernels[] = {"LINEAR", "POLY", "RBF", "SIGMOID", NULL};
	uint32_t in[3] = {n->in[0]}, kernel;
	psy_onnx_numbers vector, setting;
	double three[3] = {0};
	psy_status status;

	if ((status = psy_onnx_as_float_row(c, &in[0])) != PSY_OK ||
		(status = psy_onnx_attr_choice(c, n, "kernel_type", kernels, 0, &kernel)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "support_vectors", &vector)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "kernel_params", &setting)) != PSY_OK)
		return status;
	if (setting.count != 3 && (setting.count != 0 || kernel != 0))
		return psy_onnx_refuse(c, PSY_FORMAT, "%zu numbers in kernel_params, 3 expected", setting.count);
	if (setting.count == 3)
		memcpy(three, setting.value, sizeof three);
	if ((status = matrix(c, &vector, vectors, psy_onnx_shape_of(c, in[0])->dim[1], &in[1])) != PSY_OK ||
		(status = finite_vector(c, PSY_ONNX_DOUBLE, three, 3, &in[2])) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_KERNELS, kernel + PSY_ONNX_KERNEL_LINEAR, in, 3, NULL, 0, out);
}

/* Vectors of each class as words; their sum. */
static psy_status
read_counts(psy_onnx_compiler *c, const psy_onnx_node_source *n, uint32_t classes, uint32_t **count, size_t *vectors)
{
	psy_onnx_numbers list;
	psy_status status;

	if ((status = psy_onnx_attr_list(c, n, "vectors_per_class", &list)) != PSY_OK ||
		(status = psy_onnx_remember(c, (size_t) classes + 1, sizeof(uint32_t), count)) != PSY_OK)
		return status;
	if (list.count == 0)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "no support vectors: a linear model is written as a LinearClassifier");
	if (list.count != classes)
		return psy_onnx_refuse(c, PSY_FORMAT, "vectors of %zu classes, %u expected", list.count, classes);
	*vectors = 0;
	for (uint32_t k = 0; k < classes; k++)
	{
		if (!(list.value[k] >= 0 && list.value[k] <= (double) PSY_ONNX_MOST_COUNT))
			return psy_onnx_refuse(c, PSY_FORMAT, "vectors_per_class: %g", list.value[k]);
		(*count)[k] = (uint32_t) list.value[k];
		*vectors += (*count)[k];
	}
	return PSY_OK;
}

/* One value a pair of classes. */
static psy_status
emit_pairs(psy_onnx_compiler *c, const psy_onnx_node_source *n, uint32_t classes, uint32_t *out)
{
	uint32_t in[3], *count = NULL;
	psy_onnx_numbers coef, rho;
	size_t vectors = 0, pairs = (size_t) classes * (classes - 1) / 2;
	psy_status status;

	if ((status = read_counts(c, n, classes, &count, &vectors)) != PSY_OK || (status = emit_kernels(c, n, vectors, &in[0])) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "coefficients", &coef)) != PSY_OK || (status = psy_onnx_attr_list(c, n, "rho", &rho)) != PSY_OK)
		return status;
	if (rho.count != pairs)
		return psy_onnx_refuse(c, PSY_FORMAT, "%zu numbers in rho, %zu expected", rho.count, pairs);
	if ((status = matrix(c, &coef, classes - 1, vectors, &in[1])) != PSY_OK ||
		(status = finite_vector(c, PSY_ONNX_FLOAT, rho.value, pairs, &in[2])) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_PAIRS, 0, in, 3, count, classes, out);
}

static psy_status
op_svm_classifier(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t labels, transform, classes, class, in[3];
	psy_onnx_numbers a, b;
	psy_status status;

	if ((status = psy_onnx_read_labels(c, n, "classlabels_ints", "classlabels_strings", &labels)) != PSY_OK ||
		(status = psy_onnx_read_transform(c, n, &transform)) != PSY_OK || (status = psy_onnx_attr_list(c, n, "prob_a", &a)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "prob_b", &b)) != PSY_OK)
		return status;
	classes = psy_onnx_shape_of(c, labels)->dim[0];
	if (a.count != b.count || (a.count != 0 && a.count != (size_t) classes * (classes - 1) / 2))
		return psy_onnx_refuse(c, PSY_FORMAT, "%zu numbers in prob_a and %zu in prob_b", a.count, b.count);
	if (transform != PSY_ONNX_AS_IS)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "a post_transform of support vectors is not supported");
	if ((status = emit_pairs(c, n, classes, &in[0])) != PSY_OK ||
		(status = psy_onnx_emit(c, PSY_ONNX_VOTE, 0, in, 1, &classes, 1, &class)) != PSY_OK ||
		(status = psy_onnx_emit_classes(c, labels, class, n->out)) != PSY_OK)
		return status;
	if (a.count == 0)
	{
		if (classes == 2)
			status = psy_onnx_emit_scores(c, in[0], PSY_ONNX_AS_IS, PSY_ONNX_OPPOSITE, n->out + 1);
		else
			n->out[1] = in[0];
		if (status == PSY_OK)
			psy_onnx_mark_of(c, n->out[1])->scores = PSY_ONNX_DECISIONS;
		return status;
	}
	if ((status = finite_vector(c, PSY_ONNX_FLOAT, a.value, a.count, &in[1])) != PSY_OK ||
		(status = finite_vector(c, PSY_ONNX_FLOAT, b.value, b.count, &in[2])) != PSY_OK ||
		(status = psy_onnx_emit(c, PSY_ONNX_COUPLE, 0, in, 3, &classes, 1, n->out + 1)) != PSY_OK)
		return status;
	psy_onnx_mark_of(c, n->out[1])->scores = PSY_ONNX_PROBABILITIES;
	return PSY_OK;
}

static psy_status
op_svm_regressor(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t in[4], transform, zero;
	psy_onnx_numbers coef, rho;
	int64_t vectors, one_class;
	psy_status status;

	if ((status = psy_onnx_attr_int(c, n, "n_supports", 0, &vectors)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "one_class", 0, &one_class)) != PSY_OK ||
		(status = psy_onnx_read_transform(c, n, &transform)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "coefficients", &coef)) != PSY_OK || (status = psy_onnx_attr_list(c, n, "rho", &rho)) != PSY_OK)
		return status;
	if (vectors < 1 || vectors > (int64_t) PSY_ONNX_MOST_COUNT || rho.count != 1 || transform != PSY_ONNX_AS_IS)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "%lld support vectors, %zu numbers in rho, or a post_transform", (long long) vectors,
							   rho.count);
	if ((status = emit_kernels(c, n, (size_t) vectors, &in[0])) != PSY_OK ||
		(status = matrix(c, &coef, 1, (size_t) vectors, &in[1])) != PSY_OK ||
		(status = finite_vector(c, PSY_ONNX_FLOAT, rho.value, 1, &in[2])) != PSY_OK ||
		(status = psy_onnx_vector(c, PSY_ONNX_DOUBLE, (double[]){1, 1}, 2, &in[3])) != PSY_OK ||
		(status = psy_onnx_emit(c, PSY_ONNX_DOT, 0, in, 4, NULL, 0, n->out)) != PSY_OK || !one_class)
		return status;
	/* 1 where the value is above 0, else -1. */
	if ((status = psy_onnx_scalar(c, PSY_ONNX_FLOAT, 0, &zero)) != PSY_OK ||
		(status = psy_onnx_emit_binary(c, PSY_ONNX_GREATER, *n->out, zero, &in[0])) != PSY_OK ||
		(status = psy_onnx_scalar(c, PSY_ONNX_FLOAT, 1, &in[1])) != PSY_OK || (status = psy_onnx_scalar(c, PSY_ONNX_FLOAT, -1, &in[2])) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_WHERE, 0, in, 3, NULL, 0, n->out);
}

/* ---- scalers --------------------------------------------------------------------------------- */

/* A list of one number for each column, or of one for all. */
static psy_status
per_column(psy_onnx_compiler *c, const psy_onnx_numbers *list, size_t columns, double absent, uint32_t *to)
{
	double *value;
	psy_status status = psy_onnx_remember(c, columns, sizeof(double), &value);

	if (status != PSY_OK)
		return status;
	if (list->texts || (list->count > 1 && list->count != columns))
		return psy_onnx_refuse(c, PSY_FORMAT, "%zu numbers for %zu columns", list->count, columns);
	for (size_t k = 0; k < columns; k++)
		value[k] = list->count == 0 ? absent : list->value[list->count == 1 ? 0 : k];
	return finite_vector(c, PSY_ONNX_DOUBLE, value, columns, to);
}

static psy_status
op_scaler(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t in[4] = {n->in[0]}, axis;
	psy_onnx_numbers offset, scale, none = {0};
	size_t columns;
	psy_status status = psy_onnx_emit_cast(c, PSY_ONNX_FLOAT, in[0], &in[0]);

	if (status != PSY_OK || (status = psy_onnx_attr_list(c, n, "offset", &offset)) != PSY_OK ||
		(status = psy_onnx_attr_list(c, n, "scale", &scale)) != PSY_OK)
		return status;
	if (psy_onnx_shape_of(c, in[0])->rank == 0)
		return psy_onnx_refuse(c, PSY_FORMAT, "its input is a single number");
	axis = psy_onnx_shape_of(c, in[0])->rank - 1;
	columns = psy_onnx_shape_of(c, in[0])->dim[axis];
	if ((status = per_column(c, &offset, columns, 0, &in[1])) != PSY_OK || (status = per_column(c, &scale, columns, 1, &in[2])) != PSY_OK ||
		(status = per_column(c, &none, columns, 0, &in[3])) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_AFFINE, 0, in, 4, &axis, 1, n->out);
}

static psy_status
op_normalizer(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	static const char *const norms[] = {"MAX", "L1", "L2", NULL};
	uint32_t x, norm;
	psy_status status;

	if ((status = psy_onnx_attr_choice(c, n, "norm", norms, 0, &norm)) != PSY_OK ||
		(status = psy_onnx_emit_cast(c, PSY_ONNX_FLOAT, n->in[0], &x)) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_NORMALIZE, norm, &x, 1, NULL, 0, n->out);
}

static psy_status
op_binarizer(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	uint32_t in[2] = {n->in[0]};
	double threshold;
	psy_status status;

	if ((status = psy_onnx_attr_float(c, n, "threshold", 0, &threshold)) != PSY_OK ||
		(status = finite_vector(c, PSY_ONNX_DOUBLE, (double[]){threshold, 0}, 2, &in[1])) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_UNARY, PSY_ONNX_BINARIZE, in, 2, NULL, 0, n->out);
}

static psy_status
op_imputer(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	bool whole = psy_onnx_shape_of(c, n->in[0])->type == PSY_ONNX_INT;
	uint32_t in[3] = {n->in[0]};
	psy_onnx_numbers value;
	double replaced;
	int64_t replaced_whole;
	psy_status status;

	if ((status = psy_onnx_attr_list(c, n, whole ? "imputed_value_int64s" : "imputed_value_floats", &value)) != PSY_OK ||
		(status = psy_onnx_attr_float(c, n, "replaced_value_float", 0, &replaced)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "replaced_value_int64", 0, &replaced_whole)) != PSY_OK ||
		(status = finite_vector(c, PSY_ONNX_DOUBLE, value.value, value.count, &in[1])) != PSY_OK ||
		(status = psy_onnx_scalar(c, PSY_ONNX_DOUBLE, whole ? (double) replaced_whole : replaced, &in[2])) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_IMPUTE, 0, in, 3, NULL, 0, n->out);
}

/* ---- encoders -------------------------------------------------------------------------------- */

static psy_status
op_extractor(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_shape x = *psy_onnx_shape_of(c, n->in[0]), at = *psy_onnx_shape_of(c, n->in[1]);
	uint32_t index, from = n->in[0];
	uint64_t count = psy_onnx_count(&at);
	psy_status status;

	at = (psy_onnx_shape){.type = at.type, .rank = 1, .dim = {(uint32_t) count}};
	if (x.rank == 0)
		return psy_onnx_refuse(c, PSY_FORMAT, "its input is a single number");
	if (x.rank == 1 && (status = psy_onnx_as_row(c, &from)) != PSY_OK)
		return status;
	if ((status = psy_onnx_reshape(c, n->in[1], &at, &index)) != PSY_OK ||
		(status = psy_onnx_emit_gather(c, x.rank == 1 ? 1 : x.rank - 1, from, index, n->out)) != PSY_OK)
		return status;
	if (psy_onnx_is_constant(c, from) && psy_onnx_count(&x) == x.dim[x.rank - 1])
		psy_onnx_mark_of(c, *n->out)->labels = from;
	return PSY_OK;
}

static psy_status
op_vectorizer(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_numbers width;
	uint32_t axis = 1;
	psy_status status = psy_onnx_attr_list(c, n, "inputdimensions", &width);

	for (uint32_t k = 0; status == PSY_OK && k < n->ins; k++)
	{
		if (n->in[k] == PSY_ONNX_NONE)
			return psy_onnx_refuse(c, PSY_FORMAT, "its input %u is left out", k + 1);
		if ((status = psy_onnx_as_float_row(c, &n->in[k])) == PSY_OK && width.count > 0 &&
			(width.count != n->ins || width.value[k] != psy_onnx_shape_of(c, n->in[k])->dim[1]))
			return psy_onnx_refuse(c, PSY_FORMAT, "inputdimensions are not its inputs'");
	}
	return status == PSY_OK ? psy_onnx_emit(c, PSY_ONNX_CONCAT, 0, n->in, n->ins, &axis, 1, n->out) : status;
}

static psy_status
op_one_hot(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	bool text = psy_onnx_shape_of(c, n->in[0])->type == PSY_ONNX_STRING;
	uint32_t in[2] = {n->in[0]};
	psy_onnx_numbers category;
	int64_t zeros;
	psy_status status;

	if ((status = psy_onnx_attr_list(c, n, text ? "cats_strings" : "cats_int64s", &category)) != PSY_OK ||
		(status = psy_onnx_attr_int(c, n, "zeros", 1, &zeros)) != PSY_OK)
		return status;
	if (category.count == 0 || category.texts != text)
		return psy_onnx_refuse(c, PSY_FORMAT, "no categories of its input's type");
	if ((status = psy_onnx_vector(c, text ? PSY_ONNX_STRING : PSY_ONNX_DOUBLE, category.value, category.count, &in[1])) != PSY_OK)
		return status;
	return psy_onnx_emit(c, PSY_ONNX_ONE_HOT, zeros != 0, in, 2, NULL, 0, n->out);
}

/* Keys or values of LabelEncoder: one of three lists. */
static psy_status
read_side(psy_onnx_compiler *c, const psy_onnx_node_source *n, const char *const name[3], uint32_t *to)
{
	static const uint32_t type[] = {PSY_ONNX_STRING, PSY_ONNX_INT, PSY_ONNX_FLOAT};
	psy_onnx_numbers list;
	psy_status status;

	for (int k = 0; k < 3; k++)
		if (psy_onnx_has(n, name[k]))
		{
			if ((status = psy_onnx_attr_list(c, n, name[k], &list)) != PSY_OK)
				return status;
			if (list.count > 0 && list.texts != (k == 0))
				return psy_onnx_refuse(c, PSY_FORMAT, "%s of another type", name[k]);
			return psy_onnx_vector(c, type[k], list.value, list.count, to);
		}
	return psy_onnx_refuse(c, PSY_UNSUPPORTED, "it has neither %s nor %s nor %s", name[0], name[1], name[2]);
}

/* What stands for an unknown key. */
static psy_status
read_default(psy_onnx_compiler *c, const psy_onnx_node_source *n, uint32_t type, uint32_t *to)
{
	psy_wire text = {(const unsigned char *) "_Unused", (const unsigned char *) "_Unused" + 7};
	double value = 0;
	int64_t whole;
	psy_status status;

	if (type == PSY_ONNX_STRING)
	{
		if (psy_onnx_has(n, "default_string") && (status = psy_onnx_attr_text(c, n, "default_string", &text)) != PSY_OK)
			return status;
		status = psy_onnx_intern(c, text, &value);
	}
	else if (type == PSY_ONNX_INT)
	{
		status = psy_onnx_attr_int(c, n, "default_int64", -1, &whole);
		value = (double) whole;
	}
	else
		status = psy_onnx_attr_float(c, n, "default_float", -0.0, &value);
	return status == PSY_OK ? psy_onnx_scalar(c, type, value, to) : status;
}

/* The first version: a list of texts and their places, in either direction. */
static psy_status
read_places(psy_onnx_compiler *c, const psy_onnx_node_source *n, uint32_t in[4])
{
	bool text = psy_onnx_shape_of(c, n->in[0])->type == PSY_ONNX_STRING;
	psy_onnx_numbers list;
	double *place;
	psy_status status;

	if ((status = psy_onnx_attr_list(c, n, "classes_strings", &list)) != PSY_OK ||
		(status = psy_onnx_remember(c, list.count + 1, sizeof(double), &place)) != PSY_OK)
		return status;
	for (size_t k = 0; k < list.count; k++)
		place[k] = (double) k;
	if ((status = psy_onnx_vector(c, PSY_ONNX_STRING, list.value, list.count, &in[text ? 1 : 2])) != PSY_OK)
		return status;
	return psy_onnx_vector(c, PSY_ONNX_INT, place, list.count, &in[text ? 2 : 1]);
}

static psy_status
op_label_encoder(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	static const char *const keys[] = {"keys_strings", "keys_int64s", "keys_floats"};
	static const char *const values[] = {"values_strings", "values_int64s", "values_floats"};
	uint32_t in[4] = {n->in[0]}, type;
	psy_status status;

	if (psy_onnx_has(n, "classes_strings"))
		status = read_places(c, n, in);
	else if ((status = read_side(c, n, keys, &in[1])) == PSY_OK)
		status = read_side(c, n, values, &in[2]);
	if (status != PSY_OK)
		return status;
	type = psy_onnx_shape_of(c, in[2])->type;
	if ((status = read_default(c, n, type, &in[3])) != PSY_OK)
		return status;
	if ((status = psy_onnx_emit(c, PSY_ONNX_LOOKUP, 0, in, 4, NULL, 0, n->out)) == PSY_OK)
		psy_onnx_mark_of(c, *n->out)->labels = in[2];
	return status;
}

/* A sequence of maps from class to number: here the row of numbers itself, as it is read as an output alone. */
static psy_status
op_zip_map(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_onnx_shape shape = *psy_onnx_shape_of(c, n->in[0]);
	uint32_t labels;
	psy_status status = psy_onnx_read_labels(c, n, "classlabels_int64s", "classlabels_strings", &labels);

	if (status != PSY_OK)
		return status;
	if (psy_onnx_count(&shape) != psy_onnx_shape_of(c, labels)->dim[0])
		return psy_onnx_refuse(c, PSY_FORMAT, "%llu numbers for %u classes", (unsigned long long) psy_onnx_count(&shape),
							   psy_onnx_shape_of(c, labels)->dim[0]);
	if ((status = psy_onnx_reshape(c, n->in[0], &shape, n->out)) == PSY_OK)
		psy_onnx_mark_of(c, *n->out)->labels = labels;
	return status;
}

#define MANY UINT32_MAX
#define TREES                                                                                                     \
	" aggregate_function base_values base_values_as_tensor nodes_falsenodeids nodes_featureids nodes_hitrates "   \
	"nodes_hitrates_as_tensor nodes_missing_value_tracks_true nodes_modes nodes_nodeids nodes_treeids "           \
	"nodes_truenodeids nodes_values nodes_values_as_tensor post_transform "

const psy_onnx_operator psy_onnx_operators_ml[] = {
	{"ArrayFeatureExtractor", op_extractor, 0, 2, 2, " "},
	{"Binarizer", op_binarizer, 0, 1, 1, " threshold "},
	{"FeatureVectorizer", op_vectorizer, 0, 1, MANY, " inputdimensions "},
	{"Imputer", op_imputer, 0, 1, 1, " imputed_value_floats imputed_value_int64s replaced_value_float replaced_value_int64 "},
	{"LabelEncoder", op_label_encoder, 0, 1, 1,
	 " classes_strings default_float default_int64 default_string keys_floats keys_int64s keys_strings values_floats "
	 "values_int64s values_strings "},
	{"LinearClassifier", op_linear_classifier, 0, 1, 1,
	 " classlabels_ints classlabels_strings coefficients intercepts multi_class post_transform "},
	{"LinearRegressor", op_linear_regressor, 0, 1, 1, " coefficients intercepts post_transform targets "},
	{"Normalizer", op_normalizer, 0, 1, 1, " norm "},
	{"OneHotEncoder", op_one_hot, 0, 1, 1, " cats_int64s cats_strings zeros "},
	{"SVMClassifier", op_svm_classifier, 0, 1, 1,
	 " classlabels_ints classlabels_strings coefficients kernel_params kernel_type post_transform prob_a prob_b rho "
	 "support_vectors vectors_per_class "},
	{"SVMRegressor", op_svm_regressor, 0, 1, 1,
	 " coefficients kernel_params kernel_type n_supports one_class post_transform rho support_vectors "},
	{"Scaler", op_scaler, 0, 1, 1, " offset scale "},
	{"TreeEnsemble", psy_onnx_op_tree_ensemble, 0, 1, 1,
	 " aggregate_function leaf_targetids leaf_weights membership_values n_targets nodes_falseleafs nodes_falsenodeids "
	 "nodes_featureids nodes_hitrates nodes_missing_value_tracks_true nodes_modes nodes_splits nodes_trueleafs "
	 "nodes_truenodeids post_transform tree_roots "},
	{"TreeEnsembleClassifier", psy_onnx_op_tree_classifier, 0, 1, 1,
	 TREES "class_ids class_nodeids class_treeids class_weights class_weights_as_tensor classlabels_int64s "
		   "classlabels_strings "},
	{"TreeEnsembleRegressor", psy_onnx_op_tree_regressor, 0, 1, 1,
	 TREES "n_targets target_ids target_nodeids target_treeids target_weights target_weights_as_tensor "},
	{"ZipMap", op_zip_map, 0, 1, 1, " classlabels_int64s classlabels_strings "},
	{0}};
