/*
 * xgboost.c - the front end of XGBoost's own documents, JSON and UBJSON (one tree of values for both):
 * gbtree, dart and gblinear, numeric and categorical splits, leaves of one number or of one an output, with
 * XGBoost's arithmetic: float32 features, thresholds, leaves, sums and links.
 *
 * base_score stands on the scale of the predictions; since 3.1 it is a list in brackets, which older readers
 * took for 0.  The document does not name its classes: they are 0, 1, ...; within psyrad-json the model names
 * them.
 */
#include "models/xgboost.h"

#include <math.h>
#include <string.h>

/* Keys that a score does not need; most of a document's bytes. */
const char *const psy_xgboost_skip[] = {"base_weights", "loss_changes", "parents",
										"attributes",   "cats",         NULL};

static const psy_xgboost_objective objectives[] = {
	{"reg:squarederror", PSY_REGRESSION, PSY_LINK_IDENTITY, PSY_BASE_MARGIN},
	{"reg:linear", PSY_REGRESSION, PSY_LINK_IDENTITY, PSY_BASE_MARGIN},
	{"reg:squaredlogerror", PSY_REGRESSION, PSY_LINK_IDENTITY, PSY_BASE_MARGIN},
	{"reg:absoluteerror", PSY_REGRESSION, PSY_LINK_IDENTITY, PSY_BASE_MARGIN},
	{"reg:pseudohubererror", PSY_REGRESSION, PSY_LINK_IDENTITY, PSY_BASE_MARGIN},
	{"reg:quantileerror", PSY_REGRESSION, PSY_LINK_IDENTITY, PSY_BASE_MARGIN},
	{"rank:pairwise", PSY_REGRESSION, PSY_LINK_IDENTITY, PSY_BASE_MARGIN},
	{"rank:ndcg", PSY_REGRESSION, PSY_LINK_IDENTITY, PSY_BASE_MARGIN},
	{"rank:map", PSY_REGRESSION, PSY_LINK_IDENTITY, PSY_BASE_MARGIN},
	{"reg:logistic", PSY_REGRESSION, PSY_LINK_LOGISTIC, PSY_BASE_LOGIT},
	{"binary:logistic", PSY_CLASSIFICATION, PSY_LINK_LOGISTIC, PSY_BASE_LOGIT},
	{"binary:logitraw", PSY_REGRESSION, PSY_LINK_IDENTITY, PSY_BASE_MARGIN},
	{"binary:hinge", PSY_CLASSIFICATION, PSY_LINK_STEP, PSY_BASE_MARGIN},
	{"count:poisson", PSY_REGRESSION, PSY_LINK_EXP, PSY_BASE_LOG},
	{"reg:gamma", PSY_REGRESSION, PSY_LINK_EXP, PSY_BASE_LOG},
	{"reg:tweedie", PSY_REGRESSION, PSY_LINK_EXP, PSY_BASE_LOG},
	{"survival:cox", PSY_REGRESSION, PSY_LINK_EXP, PSY_BASE_LOG},
	{"survival:aft", PSY_REGRESSION, PSY_LINK_EXP, PSY_BASE_LOG},
	{"multi:softprob", PSY_CLASSIFICATION, PSY_LINK_SOFTMAX, PSY_BASE_MARGIN},
	{"multi:softmax", PSY_CLASSIFICATION, PSY_LINK_SOFTMAX, PSY_BASE_MARGIN}};

/* ---- settings -------------------------------------------------------------------------------- */

psy_status
psy_xgboost_setting(const psy_xgboost *x, const psy_json_node *param, const char *key, bool needed,
					double *number, size_t count)
{
	static const psy_json_limits limits = {
		.bytes = 65536, .depth = 2, .values = 2048, .token = 64, .keys = 1};
	psy_compiler *c = x->c;
	const psy_json_node *member, *list;
	psy_json inner;
	psy_status status;

	if (psy_json_member(c->json, param, key) == NULL && !needed)
		return PSY_OK;
	if ((status = psy_json_need(c->json, param, key, PSY_JSON_STRING, &member, c->err)) != PSY_OK)
		return status;
	status = psy_json_parse(c->builder.ctx, psy_json_text(c->json, member), member->as.string.length, key,
							&limits, &inner, NULL);
	if (status == PSY_OK)
	{
		list = psy_json_root(&inner);
		if (list->kind == PSY_JSON_ARRAY && list->as.children.count == 1)
			list = psy_json_first(&inner, list);
		if (list->kind == PSY_JSON_ARRAY)
			status = psy_json_numbers(&inner, list, count, number, NULL);
		else if (list->kind == PSY_JSON_NUMBER)
			for (size_t k = 0; k < count; k++)
				number[k] = list->as.number;
		else
			status = PSY_FORMAT;
	}
	psy_json_free(c->builder.ctx, &inner);
	if (status == PSY_OK || status == PSY_NOMEM || status == PSY_INTERRUPTED)
		return status == PSY_OK
				   ? PSY_OK
				   : psy_fail(c->err, status, "out of memory, or stopped, while reading %s", key);
	return psy_json_fail(c->json, member, PSY_FORMAT, c->err, "a number, or a list of %zu, expected", count);
}

/* Whether the document's version is at least 3.1; documents without one are older. */
static bool
is_recent(const psy_xgboost *x)
{
	const psy_json *json = x->c->json;
	const psy_json_node *version = psy_json_member(json, x->root, "version");
	const psy_json_node *major = version == NULL ? NULL : psy_json_first(json, version);
	const psy_json_node *minor = major == NULL ? NULL : psy_json_next(json, major);

	if (minor == NULL || major->kind != PSY_JSON_NUMBER || minor->kind != PSY_JSON_NUMBER)
		return false;
	return major->as.number > 3 || (major->as.number == 3 && minor->as.number >= 1);
}

static psy_status
find_objective(psy_xgboost *x)
{
	const psy_json_node *object, *name;
	psy_compiler *c = x->c;
	psy_status status;

	if ((status = psy_json_need(c->json, x->learner, "objective", PSY_JSON_OBJECT, &object, c->err)) !=
			PSY_OK ||
		(status = psy_json_need(c->json, object, "name", PSY_JSON_STRING, &name, c->err)) != PSY_OK)
		return status;
	/* Its base_score was a probability once, and is a margin now; documents between do not say which. */
	if (strcmp(psy_json_text(c->json, name), "binary:logitraw") == 0 && !is_recent(x))
		return psy_json_fail(c->json, name, PSY_UNSUPPORTED, c->err,
							 "binary:logitraw of XGBoost before 3.1 is not supported");
	for (size_t k = 0; k < sizeof objectives / sizeof objectives[0]; k++)
		if (strcmp(objectives[k].name, psy_json_text(c->json, name)) == 0)
		{
			x->objective = objectives + k;
			return PSY_OK;
		}
	return psy_json_fail(c->json, name, PSY_UNSUPPORTED, c->err, "the objective \"%.60s\" is not supported",
						 psy_json_text(c->json, name));
}

/* One output a class or a target; classes and targets at once are none of XGBoost's. */
static psy_status
count_outputs(psy_xgboost *x, const psy_json_node *param)
{
	psy_compiler *c = x->c;

	if (x->targets > 1 &&
		(x->objective->task == PSY_CLASSIFICATION || x->objective->link != PSY_LINK_IDENTITY))
		return psy_json_fail(
			c->json, psy_json_member(c->json, param, "num_target"), PSY_UNSUPPORTED, c->err,
			"a model of %zu targets is not supported with %s, only where the margin is the value", x->targets,
			x->objective->name);
	x->outputs = x->objective->link == PSY_LINK_SOFTMAX ? (uint32_t) x->classes : (uint32_t) x->targets;
	if (x->objective->link != PSY_LINK_SOFTMAX)
		x->classes = x->objective->task == PSY_CLASSIFICATION ? 2 : 0;
	else if (x->classes < 2)
		return psy_json_fail(c->json, x->learner, PSY_FORMAT, c->err, "%zu classes, 2 to %d expected",
							 x->classes, PSY_MODEL_MOST_CLASSES);
	return PSY_OK;
}

static psy_status
read_sizes(psy_xgboost *x, const psy_json_node *param)
{
	double classes = 0, features = 0, targets = 1;
	psy_compiler *c = x->c;
	psy_status status;

	if ((status = psy_xgboost_setting(x, param, "num_class", false, &classes, 1)) != PSY_OK ||
		(status = psy_xgboost_setting(x, param, "num_feature", true, &features, 1)) != PSY_OK ||
		(status = psy_xgboost_setting(x, param, "num_target", false, &targets, 1)) != PSY_OK)
		return status;
	if (!(classes >= 0 && classes <= PSY_MODEL_MOST_CLASSES) || !(features >= 0 && features < 4e9) ||
		!(targets >= 0 && targets <= PSY_MODEL_MOST_CLASSES))
		return psy_json_fail(c->json, param, PSY_FORMAT, c->err,
							 "%g classes, %g features and %g targets are not possible", classes, features,
							 targets);
	x->classes = (size_t) classes;
	x->features = (size_t) features;
	x->targets = targets < 1 ? 1 : (size_t) targets;
	if (x->features < 1 || x->features > c->limits->features || x->features > PSY_SPLIT_FEATURE)
		return psy_json_fail(c->json, x->learner, PSY_LIMIT, c->err, "%zu features, 1 to %zu expected",
							 x->features, c->limits->features);
	return PSY_OK;
}

/* The margin that a base_score on the scale of predictions stands for. */
static double
margin_of(psy_xgboost_base scale, float score)
{
	switch (scale)
	{
		case PSY_BASE_LOGIT: return (double) -logf(1.0f / score - 1.0f);
		case PSY_BASE_LOG: return (double) logf(score);
		default: return (double) score;
	}
}

static psy_status
read_base(psy_xgboost *x, const psy_json_node *param)
{
	psy_status status = psy_xgboost_setting(x, param, "base_score", true, x->base, x->outputs);

	for (size_t k = 0; status == PSY_OK && k < x->outputs; k++)
	{
		x->base[k] = margin_of(x->objective->base, (float) x->base[k]);
		if (!isfinite(x->base[k]))
			return psy_json_fail(x->c->json, param, PSY_FORMAT, x->c->err,
								 "base_score is not within the objective's range");
	}
	return status;
}

/* All that the document says but the booster itself. */
static psy_status
read_learner(psy_xgboost *x)
{
	const psy_json_node *param, *name;
	psy_compiler *c = x->c;
	psy_status status;

	if ((status = psy_json_expect(c->json, x->root, PSY_JSON_OBJECT, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, x->root, "learner", PSY_JSON_OBJECT, &x->learner, c->err)) !=
			PSY_OK ||
		(status = psy_json_need(c->json, x->learner, "learner_model_param", PSY_JSON_OBJECT, &param,
								c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, x->learner, "gradient_booster", PSY_JSON_OBJECT, &x->booster,
								c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, x->booster, "name", PSY_JSON_STRING, &name, c->err)) != PSY_OK ||
		(status = read_sizes(x, param)) != PSY_OK || (status = find_objective(x)) != PSY_OK ||
		(status = count_outputs(x, param)) != PSY_OK)
		return status;
	x->booster_name = psy_json_text(c->json, name);
	return read_base(x, param);
}

static psy_status
read_booster(psy_xgboost *x, psy_op *op)
{
	op->inputs = (uint32_t) x->features;
	if (strcmp(x->booster_name, "gblinear") == 0)
		return psy_xgboost_linear(x, op);
	if (strcmp(x->booster_name, "gbtree") == 0 || strcmp(x->booster_name, "dart") == 0)
		return psy_xgboost_trees(x, op);
	return psy_json_fail(x->c->json, psy_json_member(x->c->json, x->booster, "name"), PSY_UNSUPPORTED,
						 x->c->err, "the booster \"%.40s\" is not supported (gbtree, dart, gblinear)",
						 x->booster_name);
}

/* ---- the model's head, of a document on its own ---------------------------------------------- */

/* The text is written first: the builder moves when it grows. */
static psy_status
add_text(psy_xgboost *x, psy_span table, size_t k, const char *text, size_t length)
{
	psy_span span;
	psy_status status = psy_builder_text(&x->c->builder, text, length, &span);

	if (status == PSY_OK)
		((psy_span *) psy_builder_at(&x->c->builder, table))[k] = span;
	return status;
}

/* prefix and the number. */
static psy_status
add_numbered(psy_xgboost *x, psy_span table, size_t k, const char *prefix)
{
	char text[32] = "";

	psy_append(text, sizeof text, "%s%zu", prefix, k);
	return add_text(x, table, k, text, strlen(text));
}

static psy_status
name_classes(psy_xgboost *x)
{
	psy_builder *b = &x->c->builder;
	psy_span labels;
	psy_status status;

	psy_builder_model(b)->task = x->objective->task;
	psy_builder_model(b)->positive = PSY_MODEL_NO_CLASS;
	if (x->classes == 0)
		return PSY_OK;
	if ((status = psy_builder_reserve(b, x->classes, sizeof(psy_span), &labels)) != PSY_OK)
		return status;
	psy_builder_model(b)->classes = (uint32_t) x->classes;
	psy_builder_model(b)->class_labels = labels;
	if (x->classes == 2)
		psy_builder_model(b)->positive = 1;
	for (size_t k = 0; k < x->classes; k++)
		if ((status = add_numbered(x, labels, k, "")) != PSY_OK)
			return status;
	return PSY_OK;
}

static psy_status
name_features(psy_xgboost *x)
{
	psy_builder *b = &x->c->builder;
	const psy_json_node *names = psy_json_member(x->c->json, x->learner, "feature_names");
	const psy_json_node *name = names == NULL ? NULL : psy_json_first(x->c->json, names);
	psy_span table, units;
	psy_status status;

	if (name != NULL && names->as.children.count != x->features)
		return psy_json_fail(x->c->json, names, PSY_FORMAT, x->c->err, "%u names, %zu expected",
							 names->as.children.count, x->features);
	if ((status = psy_builder_reserve(b, x->features, sizeof(psy_span), &table)) != PSY_OK ||
		(status = psy_builder_reserve(b, x->features, sizeof(psy_span), &units)) != PSY_OK)
		return status;
	psy_builder_model(b)->features = (uint32_t) x->features;
	psy_builder_model(b)->feature_names = table;
	psy_builder_model(b)->feature_units = units;
	psy_builder_model(b)->missing = PSY_MISSING_LEARNED;
	for (size_t k = 0; k < x->features; k++)
	{
		if (name == NULL)
			status = add_numbered(x, table, k, "f");
		else if ((status = psy_json_expect(x->c->json, name, PSY_JSON_STRING, x->c->err)) == PSY_OK)
			status = add_text(x, table, k, psy_json_text(x->c->json, name), name->as.string.length);
		if (status != PSY_OK)
			return status;
		name = name == NULL ? NULL : psy_json_next(x->c->json, name);
	}
	return psy_builder_order_features(b);
}

static psy_status
compile(psy_xgboost *x)
{
	psy_builder *b = &x->c->builder;
	psy_op op = {0};
	psy_span steps, name;
	psy_status status;

	if ((status = read_learner(x)) != PSY_OK ||
		(status = psy_builder_text(b, x->objective->name, strlen(x->objective->name), &name)) != PSY_OK)
		return status;
	psy_builder_model(b)->name = name;
	if ((status = name_classes(x)) != PSY_OK || (status = name_features(x)) != PSY_OK ||
		(status = psy_builder_reserve(b, 1, sizeof(psy_op), &steps)) != PSY_OK ||
		(status = read_booster(x, &op)) != PSY_OK)
		return status;
	psy_builder_model(b)->ops = 1;
	psy_builder_model(b)->steps = steps;
	*(psy_op *) psy_builder_at(b, steps) = op;
	return PSY_OK;
}

psy_status
psy_xgboost_compile(const psy_context *ctx, const psy_json *json, const psy_model_limits *limits,
					psy_model **image, psy_error *err)
{
	psy_compiler c = {.json = json, .limits = limits, .err = err};
	psy_xgboost x = {.c = &c, .root = psy_json_root(json)};
	psy_status status = psy_builder_begin(&c.builder, ctx, limits->image, err);

	if (status == PSY_OK && (status = compile(&x)) == PSY_OK)
		status = psy_builder_finish(&c.builder, image);
	if (status != PSY_OK)
	{
		psy_builder_abandon(&c.builder);
		*image = NULL;
	}
	return status;
}

/* ---- a document within psyrad-json ----------------------------------------------------------- */

psy_status
psy_xgboost_from_json(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "model", NULL};
	const psy_model *model = psy_builder_model(&c->builder);
	psy_xgboost x = {.c = c};
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, node, "model", PSY_JSON_OBJECT, &x.root, c->err)) != PSY_OK ||
		(status = read_learner(&x)) != PSY_OK)
		return status;
	if (x.objective->task != (psy_task) model->task || x.classes != model->classes || x.features != c->width)
		return psy_json_fail(
			c->json, node, PSY_FORMAT, c->err,
			"%s of %zu classes and %zu features does not fit the model: %u classes, %zu values here",
			x.objective->name, x.classes, x.features, model->classes, c->width);
	return read_booster(&x, op);
}
