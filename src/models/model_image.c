/*
 * model_image.c - building the compiled form, and checking one that comes from outside.
 *
 * psy_model_check is the only gate: the builder passes its own result through it, so that what is made is
 * what is accepted.  After it, every span that scoring or the accessors follow lies inside the image, is
 * aligned, and every number is finite.  Sections may share bytes: an image is only read.
 */
#include "models/model_image.h"

#include "models/model_kernels.h"
#include "models/model_op.h"
#include "models/utf8.h"

#include <string.h>

/* ---- building -------------------------------------------------------------------------------- */

static psy_status
grow(psy_builder *b, size_t need)
{
	size_t capacity = b->capacity == 0 ? 4096 : b->capacity;
	void *image;
	psy_status status;

	while (capacity < need)
		capacity *= 2;
	if (capacity > b->limit)
		capacity = b->limit;
	if ((status = psy_alloc(b->ctx, capacity, 1, &image, b->err)) != PSY_OK)
		return status;
	if (b->used > 0)
		memcpy(image, b->image, b->used);
	psy_release(b->ctx, b->image);
	b->image = image;
	b->capacity = capacity;
	return PSY_OK;
}

psy_status
psy_builder_reserve(psy_builder *b, size_t count, size_t size, psy_span *span)
{
	size_t bytes, padded, need;
	psy_status status;

	if (__builtin_mul_overflow(count, size, &bytes) || __builtin_add_overflow(bytes, 7, &padded) ||
		__builtin_add_overflow(b->used, padded / 8 * 8, &need) || need > b->limit)
		return psy_fail(b->err, PSY_LIMIT, "the compiled model would be larger than %zu bytes", b->limit);
	if (need > b->capacity && (status = grow(b, need)) != PSY_OK)
		return status;
	memset(b->image + b->used, 0, need - b->used);
	*span = (psy_span){(uint32_t) b->used, (uint32_t) bytes};
	b->used = need;
	return PSY_OK;
}

psy_status
psy_builder_begin(psy_builder *b, const psy_context *ctx, size_t limit, psy_error *err)
{
	psy_span head;

	*b = (psy_builder){.ctx = ctx, .err = err, .limit = limit < UINT32_MAX ? limit : UINT32_MAX};
	b->limit -= b->limit % 8;
	return psy_builder_reserve(b, 1, sizeof(psy_model), &head);
}

psy_status
psy_builder_text(psy_builder *b, const char *text, size_t length, psy_span *span)
{
	psy_status status = psy_builder_reserve(b, length, 1, span);

	if (status == PSY_OK && length > 0)
		memcpy(psy_builder_at(b, *span), text, length);
	return status;
}

void
psy_builder_abandon(psy_builder *b)
{
	psy_release(b->ctx, b->image);
	b->image = NULL;
}

psy_status
psy_builder_finish(psy_builder *b, psy_model **image)
{
	psy_model *model = psy_builder_model(b);

	model->layout = PSY_MODEL_LAYOUT;
	model->bytes = (uint32_t) b->used;
	*image = model;
	return psy_model_check(model, b->used, b->err);
}

int
psy_text_compare(psy_text a, psy_text b)
{
	if (a.length != b.length)
		return a.length < b.length ? -1 : 1;
	return a.length == 0 ? 0 : memcmp(a.text, b.text, a.length);
}

/* Heap sort: no memory, no worst case, no libc. */
static void
sift(const psy_model *model, uint32_t *order, size_t root, size_t count)
{
	for (size_t child; (child = 2 * root + 1) < count; root = child)
	{
		uint32_t held = order[root];

		if (child + 1 < count && psy_text_compare(psy_model_feature(model, order[child]),
												  psy_model_feature(model, order[child + 1])) < 0)
			child++;
		if (psy_text_compare(psy_model_feature(model, held), psy_model_feature(model, order[child])) >= 0)
			return;
		order[root] = order[child];
		order[child] = held;
	}
}

static void
sort_features(const psy_model *model, uint32_t *order)
{
	size_t count = model->features;

	for (size_t k = 0; k < count; k++)
		order[k] = (uint32_t) k;
	for (size_t root = count / 2; root-- > 0;)
		sift(model, order, root, count);
	for (size_t last = count; last-- > 1;)
	{
		uint32_t held = order[0];

		order[0] = order[last];
		order[last] = held;
		sift(model, order, 0, last);
	}
}

psy_status
psy_builder_order_features(psy_builder *b)
{
	psy_span span;
	psy_status status = psy_builder_reserve(b, psy_builder_model(b)->features, sizeof(uint32_t), &span);
	const psy_model *model = psy_builder_model(b);
	uint32_t *order;

	if (status != PSY_OK)
		return status;
	psy_builder_model(b)->feature_order = span;
	order = psy_builder_at(b, span);
	sort_features(model, order);
	for (size_t k = 1; k < model->features; k++)
	{
		psy_text name = psy_model_feature(model, order[k]);

		if (psy_text_compare(psy_model_feature(model, order[k - 1]), name) == 0)
			return psy_fail(b->err, PSY_FORMAT, "the feature \"%.*s\" stands twice",
							psy_utf8_clip(name.text, name.length, 100), name.text);
	}
	return PSY_OK;
}

/* ---- checking -------------------------------------------------------------------------------- */

bool
psy_all_finite(const double *value, size_t count)
{
	return psy_finite(value, count);
}

/* A section of exactly count elements of size bytes, aligned and inside. */
static psy_status
check_section(const psy_model *m, psy_span span, size_t count, size_t size, const char *what, psy_error *err)
{
	if (span.offset % 8 == 0 && span.offset <= m->bytes && span.length <= m->bytes - span.offset &&
		span.length == (uint64_t) count * size)
		return PSY_OK;
	return psy_fail(err, PSY_FORMAT, "section \"%s\" is misplaced or of the wrong size", what);
}

static psy_status
check_text(const psy_model *m, psy_span span, const char *what, psy_error *err)
{
	if (span.offset <= m->bytes && span.length <= m->bytes - span.offset &&
		psy_utf8_text(psy_at(m, span), span.length))
		return PSY_OK;
	return psy_fail(err, PSY_FORMAT, "a text in \"%s\" is misplaced or not UTF-8", what);
}

static psy_status
check_texts(const psy_model *m, psy_span table, size_t count, const char *what, psy_error *err)
{
	psy_status status = check_section(m, table, count, sizeof(psy_span), what, err);
	const psy_span *span = psy_at(m, table);
	uint64_t total = 0;

	for (size_t k = 0; status == PSY_OK && k < count; k++)
	{
		/* Forged tables must not make one text be read a million times over. */
		total += span[k].length;
		if (total > m->bytes)
			return psy_fail(err, PSY_FORMAT, "the texts in \"%s\" are longer than the image", what);
		status = check_text(m, span[k], what, err);
	}
	return status;
}

static psy_status
check_order(const psy_model *m, psy_error *err)
{
	const uint32_t *order = psy_at(m, m->feature_order);
	psy_status status =
		check_section(m, m->feature_order, m->features, sizeof(uint32_t), "feature order", err);

	for (size_t k = 0; status == PSY_OK && k < m->features; k++)
		if (order[k] >= m->features || (k > 0 && psy_text_compare(psy_model_feature(m, order[k - 1]),
																  psy_model_feature(m, order[k])) >= 0))
			return psy_fail(err, PSY_FORMAT, "the order of the features' names is wrong");
	return status;
}

static psy_status
check_head(const psy_model *m, size_t bytes, psy_error *err)
{
	if (bytes < sizeof(psy_model) || m->bytes != bytes)
		return psy_fail(err, PSY_FORMAT, "%zu bytes, but the model says otherwise", bytes);
	if (m->layout != PSY_MODEL_LAYOUT)
	{
		psy_fail(err, PSY_FORMAT, "layout %u of the compiled form, this version reads %d", m->layout,
				 PSY_MODEL_LAYOUT);
		psy_hint(err, "Load the model's document again.");
		return PSY_FORMAT;
	}
	if (m->task != PSY_CLASSIFICATION && m->task != PSY_REGRESSION)
		return psy_fail(err, PSY_FORMAT, "task %u is unknown", m->task);
	if (m->missing < PSY_MISSING_ERROR || m->missing > PSY_MISSING_LEARNED)
		return psy_fail(err, PSY_FORMAT, "policy %u on missing features is unknown", m->missing);
	if (m->features == 0 || m->ops == 0)
		return psy_fail(err, PSY_FORMAT, "a model without features or without an estimator");
	if (m->ops > PSY_MODEL_MOST_STEPS || m->classes > PSY_MODEL_MOST_CLASSES)
		return psy_fail(err, PSY_FORMAT, "%u steps and %u classes, at most %d and %d are possible", m->ops,
						m->classes, PSY_MODEL_MOST_STEPS, PSY_MODEL_MOST_CLASSES);
	if (m->task == PSY_CLASSIFICATION ? m->classes < 2 : m->classes != 0)
		return psy_fail(err, PSY_FORMAT, "%u classes do not fit the task", m->classes);
	if (m->positive == PSY_MODEL_NO_CLASS ? m->classes == 2 : m->positive >= m->classes)
		return psy_fail(err, PSY_FORMAT, "class %u as the positive one of %u", m->positive, m->classes);
	return PSY_OK;
}

static psy_status
check_tables(const psy_model *m, psy_error *err)
{
	size_t imputed = m->missing == PSY_MISSING_IMPUTE ? m->features : 0;
	size_t means = m->background.length == 0 ? 0 : m->features;
	psy_status status;

	if ((status = check_text(m, m->name, "name", err)) != PSY_OK ||
		(status = check_texts(m, m->feature_names, m->features, "features", err)) != PSY_OK ||
		(status = check_texts(m, m->feature_units, m->features, "units", err)) != PSY_OK ||
		(status = check_order(m, err)) != PSY_OK ||
		(status = check_texts(m, m->class_labels, m->classes, "classes", err)) != PSY_OK ||
		(status = check_section(m, m->impute, imputed, sizeof(double), "impute", err)) != PSY_OK ||
		(status = check_section(m, m->background, means, sizeof(double), "background", err)) != PSY_OK)
		return status;
	if (!psy_all_finite(psy_at(m, m->background), means))
		return psy_fail(err, PSY_FORMAT, "a mean of the background is not finite");
	if (!psy_all_finite(psy_at(m, m->impute), imputed))
		return psy_fail(err, PSY_FORMAT, "an imputed value is not finite");
	return PSY_OK;
}

/* Missing features must meet an operator that knows them before one that does not. */
static psy_status
check_missing(const psy_model *m, psy_error *err)
{
	for (size_t k = 0; m->missing == PSY_MISSING_LEARNED && k < m->ops; k++)
	{
		const psy_op_kind *kind = psy_op_kind_of(psy_op_at(m, k)->code);

		if (kind->takes_missing)
			break;
		if (!kind->passes_missing)
			return psy_fail(err, PSY_FORMAT,
							"the policy \"learned\" on missing features needs trees or an imputer before %s",
							kind->name);
	}
	return PSY_OK;
}

static psy_status
check_pipeline(const psy_model *m, psy_error *err)
{
	uint32_t width = m->features;
	psy_status status = check_section(m, m->steps, m->ops, sizeof(psy_op), "steps", err);

	for (size_t k = 0; status == PSY_OK && k < m->ops; k++)
	{
		const psy_op *op = psy_op_at(m, k);
		const psy_op_kind *kind = psy_op_kind_of(op->code);

		if (kind == NULL || op->level != 0)
			return psy_fail(err, PSY_FORMAT, "step %zu is of an unknown kind, %u", k + 1, op->code);
		if (psy_op_estimates(op->code) != (k == m->ops - 1))
			return psy_fail(err, PSY_FORMAT, "step %zu: the estimator must be the last step", k + 1);
		if (op->inputs != width || op->outputs == 0)
			return psy_fail(err, PSY_FORMAT, "step %zu reads %u values of %u", k + 1, op->inputs, width);
		if ((status = check_section(m, op->data, op->data.length, 1, kind->name, err)) == PSY_OK)
			status = kind->check(m, op, err);
		width = op->outputs;
	}
	return status == PSY_OK ? check_missing(m, err) : status;
}

psy_status
psy_model_check(const psy_model *image, size_t bytes, psy_error *err)
{
	psy_status status;

	if ((status = check_head(image, bytes, err)) != PSY_OK || (status = check_tables(image, err)) != PSY_OK)
		return status;
	return check_pipeline(image, err);
}
