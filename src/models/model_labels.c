/*
 * model_labels.c - naming the classes of a model whose document does not: XGBoost and LightGBM number theirs
 * 0, 1, ...
 *
 * The image is copied and the new labels stand behind it; the old ones stay as bytes that nothing points to.
 */
#include "models/model_image.h"

#include "models/utf8.h"

#include <string.h>

#define LONGEST_LABEL 1000

static psy_status
check_labels(const psy_model *model, const psy_text *label, size_t labels, psy_error *err)
{
	if (model->task == PSY_REGRESSION)
		return psy_fail(err, PSY_DOMAIN, "a regression has no classes");
	if (label == NULL)
		return PSY_OK;
	if (labels != model->classes)
		return psy_fail(err, PSY_SHAPE, "%zu classes are named, the model has %u", labels, model->classes);
	for (size_t k = 0; k < labels; k++)
	{
		if (label[k].length == 0 || label[k].length > LONGEST_LABEL ||
			!psy_utf8_text(label[k].text, label[k].length))
			return psy_fail(err, PSY_DOMAIN, "class %zu is no text of 1 to %d bytes", k + 1, LONGEST_LABEL);
		for (size_t j = 0; j < k; j++)
			if (psy_text_compare(label[j], label[k]) == 0)
				return psy_fail(err, PSY_DOMAIN, "class \"%.*s\" stands twice",
								psy_utf8_clip(label[k].text, label[k].length, 100), label[k].text);
	}
	return PSY_OK;
}

static psy_status
write_labels(psy_builder *b, const psy_text *label, size_t labels)
{
	psy_span table, text;
	psy_status status = psy_builder_reserve(b, labels, sizeof(psy_span), &table);

	for (size_t k = 0; status == PSY_OK && k < labels; k++)
	{
		status = psy_builder_text(b, label[k].text, label[k].length, &text);
		if (status == PSY_OK)
			((psy_span *) psy_builder_at(b, table))[k] = text;
	}
	if (status == PSY_OK)
		psy_builder_model(b)->class_labels = table;
	return status;
}

static psy_status
set_positive(psy_model *model, psy_text positive, psy_error *err)
{
	for (uint32_t k = 0; k < model->classes; k++)
		if (psy_text_compare(psy_model_class(model, k), positive) == 0)
		{
			model->positive = k;
			return PSY_OK;
		}
	psy_fail(err, PSY_DOMAIN, "the positive class \"%.*s\" is not among the classes",
			 psy_utf8_clip(positive.text, positive.length, 100), positive.text);
	return psy_hint(err, "Classes that the document does not name are 0, 1, ...; name them in this order.");
}

psy_status
psy_model_relabel(const psy_context *ctx, const psy_model *model, const psy_text *label, size_t labels,
				  const psy_text *positive, size_t limit, psy_model **image, psy_error *err)
{
	psy_builder b = {
		.ctx = ctx, .err = err, .limit = limit < UINT32_MAX ? limit / 8 * 8 : UINT32_MAX / 8 * 8};
	psy_span whole;
	psy_status status = check_labels(model, label, labels, err);

	*image = NULL;
	if (status == PSY_OK)
		status = psy_builder_reserve(&b, model->bytes, 1, &whole);
	if (status == PSY_OK)
		memcpy(b.image, model, model->bytes);
	if (status == PSY_OK && label != NULL)
		status = write_labels(&b, label, labels);
	if (status == PSY_OK && positive != NULL)
		status = set_positive(psy_builder_model(&b), *positive, err);
	if (status == PSY_OK)
		status = psy_builder_finish(&b, image);
	if (status != PSY_OK)
	{
		psy_builder_abandon(&b);
		*image = NULL;
	}
	return status;
}
