/*
 * libsvm.c - the front end of libsvm's own model files (svm_save_model): every type and kernel but
 * precomputed ones.
 *
 * The text is a head of "key value ..." lines, up to a line "SV"; then a line for each support vector, its
 * coefficients and its values other than 0 as index:value, indexes from 1 and ascending.  The file does not
 * say how many features there are: as many as its largest index, or as the format "libsvm:N" says; a row has
 * a number for each.  Labels stand in the file's own order; of two the larger number is the positive class.
 * Probabilities of two classes are the sigmoid itself, of more they are coupled, as libsvm 3.37 has it.
 */
#include "models/model_kernels.h"
#include "models/slice.h"
#include "models/svm.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum
{
	SVM_TYPE,
	KERNEL_TYPE,
	DEGREE,
	GAMMA,
	COEF0,
	NR_CLASS,
	TOTAL_SV,
	RHO,
	LABEL,
	PROB_A,
	PROB_B,
	NR_SV,
	KEYS
};

static const char *const key_name[] = {"svm_type", "kernel_type", "degree", "gamma", "coef0", "nr_class",
									   "total_sv", "rho",         "label",  "probA", "probB", "nr_sv"};

typedef struct libsvm_reader
{
	psy_compiler *c;
	const char *document;
	locale_t c_locale;
	psy_slice value[KEYS]; /* at NULL when the file has no such line */
	psy_slice vectors;     /* behind the line "SV" */
	psy_svm_head head;
	size_t classes; /* 0 for machines without classes */
	size_t total;   /* support vectors */
	size_t width;
	bool declared; /* the format said how many features there are */
} libsvm_reader;

static psy_status
refuse(const libsvm_reader *l, const char *at, psy_status code, const char *key, const char *what)
{
	size_t line, column;

	psy_json_locate(l->document, (size_t) (at - l->document), &line, &column);
	return psy_fail(l->c->err, code, "libsvm, line %zu: %s: %s", line, key, what);
}

/* ---- the head -------------------------------------------------------------------------------- */

static psy_status
read_line(libsvm_reader *l, psy_slice line)
{
	psy_slice key = psy_slice_word(&line);

	for (size_t k = 0; k < KEYS; k++)
		if (psy_slice_equals(key, key_name[k]))
		{
			if (l->value[k].at != NULL)
				return refuse(l, key.at, PSY_FORMAT, key_name[k], "the line stands twice");
			l->value[k] = line;
			return PSY_OK;
		}
	if (psy_slice_equals(key, "prob_density_marks"))
		return refuse(l, key.at, PSY_UNSUPPORTED, "prob_density_marks",
					  "probabilities of one-class machines are not supported");
	return refuse(l, key.at, PSY_FORMAT, "head", "a key of libsvm expected");
}

static psy_status
part_document(libsvm_reader *l, size_t bytes)
{
	psy_slice rest = {l->document, l->document + bytes};
	psy_status status;

	while (rest.at < rest.end)
	{
		psy_slice line = psy_slice_line(&rest), word = line;

		word = psy_slice_word(&word);
		if (psy_slice_equals(word, "SV"))
		{
			l->vectors = rest;
			return PSY_OK;
		}
		if ((status = read_line(l, line)) != PSY_OK)
			return status;
	}
	return refuse(l, l->document + bytes, PSY_FORMAT, "SV", "the document ends before this line");
}

/* count finite numbers within [low, high], and nothing behind them. */
static psy_status
read_numbers(const libsvm_reader *l, int key, size_t count, double low, double high, bool whole, double *to)
{
	psy_slice text = l->value[key], word;

	if (text.at == NULL)
		return refuse(l, l->document, PSY_FORMAT, key_name[key], "the line is missing");
	for (size_t k = 0; k < count; k++)
	{
		word = psy_slice_word(&text);
		if (!psy_slice_number(word, l->c_locale, to + k) || !(to[k] >= low && to[k] <= high) ||
			(whole && to[k] != floor(to[k])))
			return refuse(l, word.at, PSY_FORMAT, key_name[key],
						  whole ? "a whole number within its range expected" : "a finite number expected");
	}
	word = psy_slice_word(&text);
	return word.at == word.end ? PSY_OK
							   : refuse(l, word.at, PSY_FORMAT, key_name[key], "more numbers than expected");
}

/* Which of the names (NULL at the end) the line has; -1 when none. */
static int
find_name(const libsvm_reader *l, int key, const char *const *names)
{
	psy_slice text = l->value[key], word;

	if (text.at == NULL)
		return -1;
	word = psy_slice_word(&text);
	for (int k = 0; names[k] != NULL; k++)
		if (psy_slice_equals(word, names[k]))
			return k;
	return -1;
}

static psy_status
read_type(libsvm_reader *l)
{
	static const char *const names[] = {"c_svc", "nu_svc", "one_class", "epsilon_svr", "nu_svr", NULL};
	static const uint32_t types[] = {PSY_SVM_CLASSES, PSY_SVM_CLASSES, PSY_SVM_ONE_CLASS, PSY_SVM_REGRESSION,
									 PSY_SVM_REGRESSION};
	psy_model *model;
	int type = find_name(l, SVM_TYPE, names);
	psy_span span;
	psy_status status;

	if (type < 0)
		return refuse(l, l->value[SVM_TYPE].at == NULL ? l->document : l->value[SVM_TYPE].at, PSY_UNSUPPORTED,
					  key_name[SVM_TYPE], "c_svc, nu_svc, one_class, epsilon_svr or nu_svr expected");
	l->head.type = types[type];
	if ((status = psy_builder_text(&l->c->builder, names[type], strlen(names[type]), &span)) != PSY_OK)
		return status;
	model = psy_builder_model(&l->c->builder);
	model->name = span;
	model->missing = PSY_MISSING_ERROR;
	model->positive = PSY_MODEL_NO_CLASS;
	model->task = l->head.type == PSY_SVM_REGRESSION ? PSY_REGRESSION : PSY_CLASSIFICATION;
	return PSY_OK;
}

static psy_status
read_kernel(libsvm_reader *l)
{
	static const char *const names[] = {"linear", "polynomial", "rbf", "sigmoid", NULL};
	static const uint32_t kernels[] = {PSY_SVM_LINEAR, PSY_SVM_POLY, PSY_SVM_RBF, PSY_SVM_SIGMOID};
	int kernel = find_name(l, KERNEL_TYPE, names);
	double degree = 0;
	bool products;
	psy_status status = PSY_OK;

	if (kernel < 0)
		return refuse(
			l, l->value[KERNEL_TYPE].at == NULL ? l->document : l->value[KERNEL_TYPE].at, PSY_UNSUPPORTED,
			key_name[KERNEL_TYPE],
			"linear, polynomial, rbf or sigmoid expected (a precomputed kernel is not in the file)");
	l->head.kernel = kernels[kernel];
	products = l->head.kernel == PSY_SVM_POLY || l->head.kernel == PSY_SVM_SIGMOID;
	if (l->head.kernel != PSY_SVM_LINEAR)
		status = read_numbers(l, GAMMA, 1, DBL_MIN, DBL_MAX, false, &l->head.gamma);
	if (status == PSY_OK && products)
		status = read_numbers(l, COEF0, 1, -DBL_MAX, DBL_MAX, false, &l->head.coef0);
	if (status == PSY_OK && l->head.kernel == PSY_SVM_POLY)
		status = read_numbers(l, DEGREE, 1, 0, PSY_SVM_MOST_DEGREE, true, &degree);
	l->head.degree = (uint32_t) degree;
	return status;
}

static psy_status
read_sizes(libsvm_reader *l)
{
	double classes, total;
	psy_status status;

	if ((status = read_numbers(l, NR_CLASS, 1, 2, PSY_MODEL_MOST_CLASSES, true, &classes)) != PSY_OK ||
		(status = read_numbers(l, TOTAL_SV, 1, 1, 1e9, true, &total)) != PSY_OK)
		return status;
	l->classes = l->head.type == PSY_SVM_CLASSES ? (size_t) classes : 0;
	l->total = (size_t) total;
	l->head.vectors = l->head.kernel == PSY_SVM_LINEAR ? 0 : (uint32_t) total;
	/* A line takes two bytes at least: what is allocated was seen to be there. */
	if (l->total > psy_slice_length(l->vectors))
		return refuse(l, l->value[TOTAL_SV].at, PSY_FORMAT, key_name[TOTAL_SV],
					  "more support vectors than the document has room for");
	l->head.probability = l->classes == 0 || l->value[PROB_A].at == NULL ? PSY_SVM_NONE
						  : l->classes == 2                              ? PSY_SVM_PLATT
																		 : PSY_SVM_COUPLING;
	return PSY_OK;
}

/* ---- classes and features -------------------------------------------------------------------- */

/* Sets the k-th text of a table; the builder moves when it grows. */
static psy_status
add_text(libsvm_reader *l, psy_span table, size_t k, const char *text, size_t length)
{
	psy_span span;
	psy_status status = psy_builder_text(&l->c->builder, text, length, &span);

	if (status == PSY_OK)
		((psy_span *) psy_builder_at(&l->c->builder, table))[k] = span;
	return status;
}

static psy_status
name_classes(libsvm_reader *l)
{
	psy_builder *b = &l->c->builder;
	size_t classes = l->classes == 0 ? 2 : l->classes;
	static const char one_class[] = "1 -1"; /* what libsvm predicts of them */
	psy_slice labels = l->value[LABEL], word;
	double number[2] = {1, -1};
	psy_span table;
	psy_status status;

	if (l->head.type == PSY_SVM_REGRESSION)
		return PSY_OK;
	if ((status = psy_builder_reserve(b, classes, sizeof(psy_span), &table)) != PSY_OK)
		return status;
	psy_builder_model(b)->classes = (uint32_t) classes;
	psy_builder_model(b)->class_labels = table;
	if (l->head.type == PSY_SVM_ONE_CLASS)
		labels = (psy_slice){one_class, one_class + strlen(one_class)};
	if (labels.at == NULL)
		return refuse(l, l->document, PSY_FORMAT, key_name[LABEL], "the line is missing");
	for (size_t k = 0; k < classes; k++)
	{
		double ignored;

		word = psy_slice_word(&labels);
		if (!psy_slice_number(word, l->c_locale, k < 2 ? number + k : &ignored))
			return refuse(l, word.at, PSY_FORMAT, key_name[LABEL], "a number for each class expected");
		if ((status = add_text(l, table, k, word.at, psy_slice_length(word))) != PSY_OK)
			return status;
	}
	if (classes == 2)
		psy_builder_model(b)->positive = number[0] > number[1] ? 0 : 1;
	return PSY_OK;
}

static psy_status
name_features(libsvm_reader *l)
{
	psy_builder *b = &l->c->builder;
	psy_span names, units;
	psy_status status;

	if (l->width < 1 || l->width > l->c->limits->features)
		return psy_fail(l->c->err, PSY_LIMIT, "libsvm: %zu features, 1 to %zu expected", l->width,
						l->c->limits->features);
	if ((status = psy_builder_reserve(b, l->width, sizeof(psy_span), &names)) != PSY_OK ||
		(status = psy_builder_reserve(b, l->width, sizeof(psy_span), &units)) != PSY_OK)
		return status;
	psy_builder_model(b)->features = (uint32_t) l->width;
	psy_builder_model(b)->feature_names = names;
	psy_builder_model(b)->feature_units = units;
	for (size_t k = 0; k < l->width; k++)
	{
		char text[32] = "";

		psy_append(text, sizeof text, "x%zu", k + 1);
		if ((status = add_text(l, names, k, text, strlen(text))) != PSY_OK)
			return status;
	}
	return psy_builder_order_features(b);
}

/* ---- support vectors ------------------------------------------------------------------------- */

/* One index:value; the index must be above the last. */
static psy_status
read_pair(const libsvm_reader *l, psy_slice word, size_t *index, double *value)
{
	const char *colon = memchr(word.at, ':', psy_slice_length(word));
	double number;

	if (colon == NULL || !psy_slice_number((psy_slice){word.at, colon}, l->c_locale, &number) ||
		!(number >= 1 && number <= 2147483647.0) || number != floor(number) ||
		!psy_slice_number((psy_slice){colon + 1, word.end}, l->c_locale, value) || !isfinite(*value))
		return refuse(l, word.at, PSY_FORMAT, "SV",
					  "index:value expected, with an index from 1 and a finite value");
	if ((size_t) number <= *index)
		return refuse(l, word.at, PSY_FORMAT, "SV", "the indexes of a line must ascend");
	*index = (size_t) number;
	return PSY_OK;
}

/* The line's coefficients into coef[0], coef[stride], ...; text moves behind them. */
static psy_status
read_coefficients(const libsvm_reader *l, psy_slice *text, size_t rows, size_t stride, double *coef)
{
	for (size_t k = 0; k < rows; k++)
	{
		psy_slice word = psy_slice_word(text);
		double ignored, *to = coef == NULL ? &ignored : coef + k * stride;

		if (!psy_slice_number(word, l->c_locale, to) || !isfinite(*to))
			return refuse(l, word.at, PSY_FORMAT, "SV", "a finite coefficient for each row expected");
	}
	return PSY_OK;
}

/* Counts the lines and finds the largest index. */
static psy_status
measure(libsvm_reader *l, size_t rows)
{
	psy_slice rest = l->vectors;
	size_t lines = 0, most = 0;
	psy_status status;

	while (rest.at < rest.end)
	{
		psy_slice line = psy_slice_line(&rest), word;
		size_t index = 0;
		double value;

		if (line.at == line.end && rest.at == rest.end)
			break;
		if (++lines % 1024 == 0 && (status = psy_poll(l->c->builder.ctx, l->c->err)) != PSY_OK)
			return status;
		if ((status = read_coefficients(l, &line, rows, 1, NULL)) != PSY_OK)
			return status;
		for (word = psy_slice_word(&line); word.at < word.end; word = psy_slice_word(&line))
			if ((status = read_pair(l, word, &index, &value)) != PSY_OK)
				return status;
		most = index > most ? index : most;
	}
	if (lines != l->total)
		return refuse(l, rest.end, PSY_FORMAT, key_name[TOTAL_SV],
					  "it differs from the number of lines behind SV");
	if (l->declared && most > l->width)
		return refuse(l, l->vectors.at, PSY_FORMAT, "SV",
					  "an index beyond the number of features that the format says");
	if (!l->declared)
		l->width = most;
	return PSY_OK;
}

/* One vector, dense, at row[0], row[stride], ... */
static psy_status
read_vector(const libsvm_reader *l, psy_slice line, size_t stride, double *row)
{
	size_t index = 0;
	double value;
	psy_status status;

	for (psy_slice word = psy_slice_word(&line); word.at < word.end; word = psy_slice_word(&line))
	{
		if ((status = read_pair(l, word, &index, &value)) != PSY_OK)
			return status;
		row[(index - 1) * stride] = value;
	}
	return PSY_OK;
}

/* The support vectors into blocks, their coefficients into coef[rows][total]. */
static psy_status
read_blocks(const libsvm_reader *l, size_t rows, double *coef, double *block)
{
	psy_slice rest = l->vectors;
	psy_status status;

	for (size_t s = 0; s < l->total; s++)
	{
		psy_slice line = psy_slice_line(&rest);

		if ((status = read_coefficients(l, &line, rows, l->total, coef + s)) != PSY_OK ||
			(status = read_vector(l, line, PSY_SV_BLOCK, block + psy_svm_place(s, 0, l->width))) != PSY_OK)
			return status;
	}
	return PSY_OK;
}

/* The linear kernel: vectors become weights.  scratch[rows * total + width]. */
static psy_status
fold(const libsvm_reader *l, size_t rows, const double *count, double *scratch, double *weight)
{
	double *coef = scratch, *row = scratch + rows * l->total;
	psy_slice rest = l->vectors;
	psy_status status;

	for (size_t s = 0; s < l->total; s++)
	{
		psy_slice line = psy_slice_line(&rest);

		memset(row, 0, l->width * sizeof(double));
		if ((status = read_coefficients(l, &line, rows, l->total, coef + s)) != PSY_OK ||
			(status = read_vector(l, line, 1, row)) != PSY_OK)
			return status;
		psy_svm_fold(coef, l->total, s, l->classes == 0 ? 0 : psy_svm_class_of(count, l->classes, s),
					 l->classes, row, l->width, weight);
	}
	return PSY_OK;
}

/* Support vectors of each class, which add up to all. */
static psy_status
read_counts(const libsvm_reader *l, double *count)
{
	double sum = 0;
	psy_status status;

	if (l->classes == 0)
		return PSY_OK;
	if ((status = read_numbers(l, NR_SV, l->classes, 0, (double) l->total, true, count)) != PSY_OK)
		return status;
	for (size_t k = 0; k < l->classes; k++)
		sum += count[k];
	return sum == (double) l->total
			   ? PSY_OK
			   : refuse(l, l->value[NR_SV].at, PSY_FORMAT, key_name[NR_SV], "it does not add up to total_sv");
}

/* ---- the operator ---------------------------------------------------------------------------- */

static psy_status
fill_linear(const libsvm_reader *l, const psy_svm_layout *at, double *weight)
{
	void *scratch;
	psy_status status = psy_alloc(l->c->builder.ctx, l->classes + at->rows * l->total + l->width,
								  sizeof(double), &scratch, l->c->err);

	if (status != PSY_OK)
		return status;
	if ((status = read_counts(l, scratch)) == PSY_OK)
		status = fold(l, at->rows, scratch, (double *) scratch + l->classes, weight);
	psy_release(l->c->builder.ctx, scratch);
	return status;
}

static psy_status
fill(const libsvm_reader *l, const psy_svm_layout *at, double *value)
{
	psy_status status = read_numbers(l, RHO, at->pairs, -DBL_MAX, DBL_MAX, false, value);

	for (size_t k = 0; status == PSY_OK && k < at->pairs; k++)
		value[k] = -value[k];
	if (status == PSY_OK && l->head.probability != PSY_SVM_NONE)
	{
		status = read_numbers(l, PROB_A, at->pairs, -DBL_MAX, DBL_MAX, false, value + at->sigmoid);
		if (status == PSY_OK)
			status =
				read_numbers(l, PROB_B, at->pairs, -DBL_MAX, DBL_MAX, false, value + at->sigmoid + at->pairs);
	}
	if (status != PSY_OK)
		return status;
	if (l->head.kernel == PSY_SVM_LINEAR)
		return fill_linear(l, at, value + at->weight);
	if ((status = read_counts(l, value + at->count)) != PSY_OK)
		return status;
	return read_blocks(l, at->rows, value + at->coef, value + at->block);
}

static psy_status
compile(libsvm_reader *l, size_t bytes)
{
	psy_builder *b = &l->c->builder;
	psy_op op = {.code = PSY_OP_SVM};
	psy_svm_layout at;
	psy_svm_head *head;
	psy_span steps;
	psy_status status;

	if ((status = part_document(l, bytes)) != PSY_OK || (status = read_type(l)) != PSY_OK ||
		(status = read_kernel(l)) != PSY_OK || (status = read_sizes(l)) != PSY_OK)
		return status;
	at = psy_svm_layout_of(&l->head, l->classes, 0);
	if ((status = measure(l, at.rows)) != PSY_OK || (status = name_classes(l)) != PSY_OK ||
		(status = name_features(l)) != PSY_OK ||
		(status = psy_builder_reserve(b, 1, sizeof(psy_op), &steps)) != PSY_OK)
		return status;
	at = psy_svm_layout_of(&l->head, l->classes, l->width);
	if ((status = psy_builder_reserve(b, at.total + sizeof *head / sizeof(double), sizeof(double),
									  &op.data)) != PSY_OK)
		return status;
	op.inputs = (uint32_t) l->width;
	op.outputs = (uint32_t) at.pairs;
	head = psy_builder_at(b, op.data);
	*head = l->head;
	psy_builder_model(b)->ops = 1;
	psy_builder_model(b)->steps = steps;
	*(psy_op *) psy_builder_at(b, steps) = op;
	return fill(l, &at, (double *) (head + 1));
}

psy_status
psy_libsvm_compile(const psy_context *ctx, const char *document, size_t bytes, size_t features,
				   const psy_model_limits *limits, psy_model **image, psy_error *err)
{
	psy_compiler c = {.limits = limits, .err = err};
	libsvm_reader l = {.c = &c, .document = document, .width = features, .declared = features > 0};
	psy_status status;

	if (bytes > limits->json.bytes)
		return psy_fail(err, PSY_LIMIT, "libsvm: %zu bytes, at most %zu are allowed", bytes,
						limits->json.bytes);
	l.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t) 0);
	if (l.c_locale == (locale_t) 0)
		return psy_fail(err, PSY_NOMEM, "no C locale");
	if ((status = psy_builder_begin(&c.builder, ctx, limits->image, err)) == PSY_OK &&
		(status = compile(&l, bytes)) == PSY_OK)
		status = psy_builder_finish(&c.builder, image);
	freelocale(l.c_locale);
	if (status != PSY_OK)
	{
		psy_builder_abandon(&c.builder);
		*image = NULL;
	}
	return status;
}
