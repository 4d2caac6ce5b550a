/*
 * psyrad_json.c - the front end of psyrad-json, version 1 (PSYRAD_JSON.md): a document becomes operators.
 *
 * Every key must be known, so that nothing a trainer wrote is silently left out of the score.
 */
#include "models/model_op.h"
#include "models/utf8.h"

#include <string.h>

#define LONGEST_NAME 1000 /* bytes of a name, label or unit */

static psy_status
read_text(psy_compiler *c, const psy_json_node *node, psy_span *span)
{
	psy_status status = psy_json_expect(c->json, node, PSY_JSON_STRING, c->err);

	if (status != PSY_OK)
		return status;
	if (node->as.string.length == 0 || node->as.string.length > LONGEST_NAME)
		return psy_json_fail(c->json, node, PSY_FORMAT, c->err, "a text of %u bytes, 1 to %d expected",
							 node->as.string.length, LONGEST_NAME);
	return psy_builder_text(&c->builder, psy_json_text(c->json, node), node->as.string.length, span);
}

/* Sets the k-th span of a table that may move while texts are added. */
static void
set_span(psy_compiler *c, psy_span table, size_t k, psy_span span)
{
	((psy_span *) psy_builder_at(&c->builder, table))[k] = span;
}

/* ---- head ------------------------------------------------------------------------------------ */

static psy_status
read_version(psy_compiler *c, const psy_json_node *root)
{
	const psy_json_node *version;
	psy_status status = psy_json_need(c->json, root, "psyrad_model", PSY_JSON_NUMBER, &version, c->err);

	if (status == PSY_OK && version->as.number != 1)
		return psy_json_fail(c->json, version, PSY_UNSUPPORTED, c->err,
							 "version %g of psyrad-json, this release reads 1", version->as.number);
	return status;
}

static psy_status
read_task(psy_compiler *c, const psy_json_node *root)
{
	const psy_json_node *task, *name;
	const char *text;
	psy_span span;
	psy_status status;

	if ((status = psy_json_need(c->json, root, "name", PSY_JSON_STRING, &name, c->err)) != PSY_OK ||
		(status = read_text(c, name, &span)) != PSY_OK ||
		(status = psy_json_need(c->json, root, "task", PSY_JSON_STRING, &task, c->err)) != PSY_OK)
		return status;
	psy_builder_model(&c->builder)->name = span;
	text = psy_json_text(c->json, task);
	if (strcmp(text, "classification") == 0)
		psy_builder_model(&c->builder)->task = PSY_CLASSIFICATION;
	else if (strcmp(text, "regression") == 0)
		psy_builder_model(&c->builder)->task = PSY_REGRESSION;
	else
		return psy_json_fail(c->json, task, PSY_FORMAT, c->err, "classification or regression expected");
	return PSY_OK;
}

/* ---- classes --------------------------------------------------------------------------------- */

static psy_status
read_labels(psy_compiler *c, const psy_json_node *classes)
{
	psy_span table, span;
	size_t k = 0;
	psy_status status =
		psy_builder_reserve(&c->builder, classes->as.children.count, sizeof(psy_span), &table);

	if (status != PSY_OK)
		return status;
	psy_builder_model(&c->builder)->class_labels = table;
	for (const psy_json_node *n = psy_json_first(c->json, classes); n != NULL;
		 n = psy_json_next(c->json, n), k++)
	{
		if ((status = read_text(c, n, &span)) != PSY_OK)
			return status;
		set_span(c, table, k, span);
		for (const psy_json_node *o = psy_json_first(c->json, classes); o != n; o = psy_json_next(c->json, o))
			if (strcmp(psy_json_text(c->json, o), psy_json_text(c->json, n)) == 0)
				return psy_json_fail(c->json, n, PSY_FORMAT, c->err, "this class stands twice");
	}
	return PSY_OK;
}

/* The positive class by label; of two classes the second, if nothing is said. */
static psy_status
read_positive(psy_compiler *c, const psy_json_node *root, const psy_json_node *classes)
{
	const psy_json_node *positive = psy_json_member(c->json, root, "positive");
	psy_model *model = psy_builder_model(&c->builder);
	uint32_t k = 0;
	psy_status status;

	model->positive = model->classes == 2 ? 1 : PSY_MODEL_NO_CLASS;
	if (positive == NULL)
		return PSY_OK;
	if ((status = psy_json_expect(c->json, positive, PSY_JSON_STRING, c->err)) != PSY_OK)
		return status;
	for (const psy_json_node *n = psy_json_first(c->json, classes); n != NULL;
		 n = psy_json_next(c->json, n), k++)
		if (strcmp(psy_json_text(c->json, n), psy_json_text(c->json, positive)) == 0)
		{
			model->positive = k;
			return PSY_OK;
		}
	return psy_json_fail(c->json, positive, PSY_FORMAT, c->err,
						 "the positive class is not among the classes");
}

static psy_status
read_classes(psy_compiler *c, const psy_json_node *root)
{
	const psy_json_node *classes = psy_json_member(c->json, root, "classes");
	const psy_json_node *positive = psy_json_member(c->json, root, "positive");
	psy_status status;

	if (psy_builder_model(&c->builder)->task == PSY_REGRESSION)
	{
		psy_builder_model(&c->builder)->positive = PSY_MODEL_NO_CLASS;
		if (classes == NULL && positive == NULL)
			return PSY_OK;
		return psy_json_fail(c->json, classes != NULL ? classes : positive, PSY_FORMAT, c->err,
							 "a regression has no classes");
	}
	if ((status = psy_json_need(c->json, root, "classes", PSY_JSON_ARRAY, &classes, c->err)) != PSY_OK)
		return status;
	if (classes->as.children.count < 2 || classes->as.children.count > PSY_MODEL_MOST_CLASSES)
		return psy_json_fail(c->json, classes, PSY_FORMAT, c->err, "%u classes, 2 to %d expected",
							 classes->as.children.count, PSY_MODEL_MOST_CLASSES);
	psy_builder_model(&c->builder)->classes = classes->as.children.count;
	if ((status = read_labels(c, classes)) != PSY_OK)
		return status;
	return read_positive(c, root, classes);
}

/* ---- features -------------------------------------------------------------------------------- */

/* "name", or {"name": ..., "unit": ...}. */
static psy_status
read_feature(psy_compiler *c, const psy_json_node *node, psy_span *name, psy_span *unit)
{
	static const char *const keys[] = {"name", "unit", NULL};
	const psy_json_node *member;
	psy_status status;

	*unit = (psy_span){0, 0};
	if (node->kind != PSY_JSON_OBJECT)
		return read_text(c, node, name);
	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, node, "name", PSY_JSON_STRING, &member, c->err)) != PSY_OK ||
		(status = read_text(c, member, name)) != PSY_OK)
		return status;
	member = psy_json_member(c->json, node, "unit");
	return member == NULL ? PSY_OK : read_text(c, member, unit);
}

static psy_status
read_features(psy_compiler *c, const psy_json_node *root)
{
	const psy_json_node *features;
	psy_span names, units, name, unit;
	size_t k = 0, count;
	psy_status status = psy_json_need(c->json, root, "features", PSY_JSON_ARRAY, &features, c->err);

	if (status != PSY_OK)
		return status;
	count = features->as.children.count;
	if (count < 1 || count > c->limits->features)
		return psy_json_fail(c->json, features, count < 1 ? PSY_FORMAT : PSY_LIMIT, c->err,
							 "%zu features, 1 to %zu expected", count, c->limits->features);
	if ((status = psy_builder_reserve(&c->builder, count, sizeof(psy_span), &names)) != PSY_OK ||
		(status = psy_builder_reserve(&c->builder, count, sizeof(psy_span), &units)) != PSY_OK)
		return status;
	psy_builder_model(&c->builder)->features = (uint32_t) count;
	psy_builder_model(&c->builder)->feature_names = names;
	psy_builder_model(&c->builder)->feature_units = units;
	for (const psy_json_node *n = psy_json_first(c->json, features); n != NULL;
		 n = psy_json_next(c->json, n), k++)
	{
		if ((status = read_feature(c, n, &name, &unit)) != PSY_OK)
			return status;
		set_span(c, names, k, name);
		set_span(c, units, k, unit);
	}
	c->width = count;
	return psy_builder_order_features(&c->builder);
}

static psy_status
read_missing(psy_compiler *c, const psy_json_node *root)
{
	static const char *const keys[] = {"impute", NULL};
	const psy_json_node *missing = psy_json_member(c->json, root, "missing");
	const psy_json_node *impute;
	psy_span span;
	psy_status status;

	psy_builder_model(&c->builder)->missing = PSY_MISSING_ERROR;
	if (missing == NULL)
		return PSY_OK;
	if (missing->kind == PSY_JSON_STRING)
	{
		static const char *const policy[] = {"error", "null", "learned"};
		static const psy_missing code[] = {PSY_MISSING_ERROR, PSY_MISSING_NULL, PSY_MISSING_LEARNED};

		for (size_t k = 0; k < 3; k++)
			if (strcmp(psy_json_text(c->json, missing), policy[k]) == 0)
			{
				psy_builder_model(&c->builder)->missing = code[k];
				return PSY_OK;
			}
		return psy_json_fail(c->json, missing, PSY_FORMAT, c->err,
							 "\"error\", \"null\", \"learned\" or {\"impute\": [...]} expected");
	}
	if ((status = psy_json_only(c->json, missing, keys, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, missing, "impute", PSY_JSON_ARRAY, &impute, c->err)) != PSY_OK ||
		(status = psy_builder_reserve(&c->builder, c->width, sizeof(double), &span)) != PSY_OK)
		return status;
	psy_builder_model(&c->builder)->missing = PSY_MISSING_IMPUTE;
	psy_builder_model(&c->builder)->impute = span;
	return psy_json_numbers(c->json, impute, c->width, psy_builder_at(&c->builder, span), c->err);
}

/* The features' means in training, which explanations of linear models start from. */
static psy_status
read_background(psy_compiler *c, const psy_json_node *root)
{
	const psy_json_node *means = psy_json_member(c->json, root, "background");
	psy_span span;
	psy_status status;

	if (means == NULL)
		return PSY_OK;
	if ((status = psy_json_expect(c->json, means, PSY_JSON_ARRAY, c->err)) != PSY_OK ||
		(status = psy_builder_reserve(&c->builder, c->width, sizeof(double), &span)) != PSY_OK)
		return status;
	psy_builder_model(&c->builder)->background = span;
	return psy_json_numbers(c->json, means, c->width, psy_builder_at(&c->builder, span), c->err);
}

/* ---- pipeline -------------------------------------------------------------------------------- */

/* The kinds that a place may have, for messages. */
static void
list_kinds(bool estimators, char *list, size_t size)
{
	for (uint32_t code = 0; code < PSY_OP_CODES; code++)
	{
		const psy_op_kind *kind = psy_op_kind_of(code);

		if (kind != NULL && kind->compile != NULL && psy_op_estimates(code) == estimators)
			psy_append(list, size, "%s%s", *list == '\0' ? "" : ", ", kind->name);
	}
	if (estimators)
		psy_append(list, size, ", xgboost, lightgbm");
}

static psy_status
unknown_kind(psy_compiler *c, const psy_json_node *name, bool estimator)
{
	char list[192] = "";

	list_kinds(estimator, list, sizeof list);
	psy_json_fail(c->json, name, PSY_UNSUPPORTED, c->err, "kind \"%.*s\" is not among the %s of this version",
				  psy_utf8_clip(psy_json_text(c->json, name), name->as.string.length, 40),
				  psy_json_text(c->json, name), estimator ? "estimators" : "steps");
	return psy_hint(c->err, "Known here: %s.", list);
}

typedef psy_status (*operator_reader)(psy_compiler *c, const psy_json_node *node, psy_op *op);

/* Who reads a kind at such a place, its code going to op; NULL when nobody does. */
static operator_reader
find_reader(const char *name, bool estimator, psy_op *op)
{
	/* Documents of their own trainers, which set the code themselves. */
	static const struct
	{
		const char *name;
		operator_reader read;
	} documents[] = {{"xgboost", psy_xgboost_from_json}, {"lightgbm", psy_lightgbm_from_json}};
	const psy_op_kind *kind = psy_op_kind_named(name);

	for (size_t k = 0; estimator && k < sizeof documents / sizeof documents[0]; k++)
		if (strcmp(documents[k].name, name) == 0)
			return documents[k].read;
	if (kind == NULL || psy_op_estimates(kind->code) != estimator)
		return NULL;
	op->code = kind->code;
	return kind->compile;
}

psy_status
psy_json_operator(psy_compiler *c, const psy_json_node *node, bool estimator, psy_op *op)
{
	const psy_json_node *name;
	const psy_op_kind *kind;
	operator_reader read;
	psy_status status;

	*op = (psy_op){.inputs = (uint32_t) c->width, .level = c->level};
	if ((status = psy_poll(c->builder.ctx, c->err)) != PSY_OK ||
		(status = psy_json_expect(c->json, node, PSY_JSON_OBJECT, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, node, "kind", PSY_JSON_STRING, &name, c->err)) != PSY_OK)
		return status;
	read = find_reader(psy_json_text(c->json, name), estimator, op);
	if (read == NULL)
		return unknown_kind(c, name, estimator);
	if (c->level > PSY_MODEL_MOST_LEVELS)
		return psy_json_fail(c->json, node, PSY_LIMIT, c->err, "operators within operators, deeper than %d levels",
							 PSY_MODEL_MOST_LEVELS);
	kind = psy_op_kind_of(op->code);
	if (estimator && kind != NULL && !kind->any_task &&
		(kind->label == NULL) != (psy_builder_model(&c->builder)->task == PSY_REGRESSION))
		return psy_json_fail(c->json, name, PSY_UNSUPPORTED, c->err, "%s does not fit the task", kind->name);
	if ((status = read(c, node, op)) != PSY_OK)
		return status;
	if (op->outputs > c->limits->features)
		return psy_json_fail(c->json, node, PSY_LIMIT, c->err, "%u outputs, at most %zu are possible", op->outputs,
							 c->limits->features);
	c->width = op->outputs;
	return PSY_OK;
}

/* The k-th operator of the pipeline. */
static psy_status
read_operator(psy_compiler *c, const psy_json_node *node, bool last, psy_span table, size_t k)
{
	psy_op op;
	psy_status status = psy_json_operator(c, node, last, &op);

	if (status == PSY_OK)
		((psy_op *) psy_builder_at(&c->builder, table))[k] = op;
	return status;
}

static psy_status
read_pipeline(psy_compiler *c, const psy_json_node *root)
{
	const psy_json_node *steps = psy_json_member(c->json, root, "steps");
	const psy_json_node *estimator;
	size_t count = 0, k = 0;
	psy_span table;
	psy_status status;

	if (steps != NULL && (status = psy_json_expect(c->json, steps, PSY_JSON_ARRAY, c->err)) != PSY_OK)
		return status;
	if (steps != NULL)
		count = steps->as.children.count;
	if (count + 1 > PSY_MODEL_MOST_STEPS)
		return psy_json_fail(c->json, steps, PSY_LIMIT, c->err, "%zu steps, at most %d are possible", count,
							 PSY_MODEL_MOST_STEPS - 1);
	if ((status = psy_json_need(c->json, root, "estimator", PSY_JSON_OBJECT, &estimator, c->err)) != PSY_OK ||
		(status = psy_builder_reserve(&c->builder, count + 1, sizeof(psy_op), &table)) != PSY_OK)
		return status;
	psy_builder_model(&c->builder)->ops = (uint32_t) count + 1;
	psy_builder_model(&c->builder)->steps = table;
	for (const psy_json_node *n = steps == NULL ? NULL : psy_json_first(c->json, steps); n != NULL;
		 n = psy_json_next(c->json, n), k++)
		if ((status = read_operator(c, n, false, table, k)) != PSY_OK)
			return status;
	return read_operator(c, estimator, true, table, k);
}

static psy_status
compile(psy_compiler *c, const psy_json_node *root)
{
	static const char *const keys[] = {"psyrad_model", "name",    "notes", "task",      "classes", "positive",
									   "features",     "missing", "background", "steps", "estimator", NULL};
	const psy_json_node *notes;
	psy_status status;

	if ((status = psy_json_expect(c->json, root, PSY_JSON_OBJECT, c->err)) != PSY_OK ||
		(status = read_version(c, root)) != PSY_OK ||
		(status = psy_json_only(c->json, root, keys, c->err)) != PSY_OK)
		return status;
	notes = psy_json_member(c->json, root, "notes");
	if (notes != NULL && (status = psy_json_expect(c->json, notes, PSY_JSON_STRING, c->err)) != PSY_OK)
		return status;
	if ((status = read_task(c, root)) != PSY_OK || (status = read_classes(c, root)) != PSY_OK ||
		(status = read_features(c, root)) != PSY_OK || (status = read_missing(c, root)) != PSY_OK ||
		(status = read_background(c, root)) != PSY_OK)
		return status;
	return read_pipeline(c, root);
}

psy_status
psy_psyrad_json_compile(const psy_context *ctx, const psy_json *json, const psy_model_limits *limits,
						psy_model **image, psy_error *err)
{
	psy_compiler c = {.json = json, .limits = limits, .err = err};
	psy_status status = psy_builder_begin(&c.builder, ctx, limits->image, err);

	if (status == PSY_OK && (status = compile(&c, psy_json_root(json))) == PSY_OK)
		status = psy_builder_finish(&c.builder, image);
	if (status != PSY_OK)
	{
		psy_builder_abandon(&c.builder);
		*image = NULL;
	}
	return status;
}
