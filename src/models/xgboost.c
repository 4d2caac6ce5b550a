/*
 * xgboost.c - the front end of XGBoost's own documents, JSON and UBJSON (one tree of values for both): gbtree
 * and dart, numeric and categorical splits, with XGBoost's arithmetic: float32 features, thresholds, leaves,
 * sums and links.
 *
 * x < condition becomes x <= the float32 before it.  base_score stands on the scale of the predictions;
 * since 3.1 it is a list in brackets, which older readers took for 0.  The document does not name its
 * classes: they are 0, 1, ...
 */
#include "models/trees.h"

#include <math.h>
#include <string.h>

/* Keys that a score does not need; most of a document's bytes. */
const char *const psy_xgboost_skip[] = {"base_weights", "loss_changes", "parents", "attributes", "cats", NULL};

typedef enum base_scale
{
	BASE_MARGIN,
	BASE_LOGIT,
	BASE_LOG
} base_scale;

typedef struct objective
{
	const char *name;
	psy_task task;
	psy_tree_link link;
	base_scale base;
} objective;

static const objective objectives[] = {
	{"reg:squarederror", PSY_REGRESSION, PSY_LINK_IDENTITY, BASE_MARGIN},
	{"reg:linear", PSY_REGRESSION, PSY_LINK_IDENTITY, BASE_MARGIN},
	{"reg:squaredlogerror", PSY_REGRESSION, PSY_LINK_IDENTITY, BASE_MARGIN},
	{"reg:absoluteerror", PSY_REGRESSION, PSY_LINK_IDENTITY, BASE_MARGIN},
	{"reg:pseudohubererror", PSY_REGRESSION, PSY_LINK_IDENTITY, BASE_MARGIN},
	{"reg:quantileerror", PSY_REGRESSION, PSY_LINK_IDENTITY, BASE_MARGIN},
	{"rank:pairwise", PSY_REGRESSION, PSY_LINK_IDENTITY, BASE_MARGIN},
	{"rank:ndcg", PSY_REGRESSION, PSY_LINK_IDENTITY, BASE_MARGIN},
	{"rank:map", PSY_REGRESSION, PSY_LINK_IDENTITY, BASE_MARGIN},
	{"reg:logistic", PSY_REGRESSION, PSY_LINK_LOGISTIC, BASE_LOGIT},
	{"binary:logistic", PSY_CLASSIFICATION, PSY_LINK_LOGISTIC, BASE_LOGIT},
	{"binary:logitraw", PSY_REGRESSION, PSY_LINK_IDENTITY, BASE_MARGIN},
	{"binary:hinge", PSY_CLASSIFICATION, PSY_LINK_STEP, BASE_MARGIN},
	{"count:poisson", PSY_REGRESSION, PSY_LINK_EXP, BASE_LOG},
	{"reg:gamma", PSY_REGRESSION, PSY_LINK_EXP, BASE_LOG},
	{"reg:tweedie", PSY_REGRESSION, PSY_LINK_EXP, BASE_LOG},
	{"survival:cox", PSY_REGRESSION, PSY_LINK_EXP, BASE_LOG},
	{"survival:aft", PSY_REGRESSION, PSY_LINK_EXP, BASE_LOG},
	{"multi:softprob", PSY_CLASSIFICATION, PSY_LINK_SOFTMAX, BASE_MARGIN},
	{"multi:softmax", PSY_CLASSIFICATION, PSY_LINK_SOFTMAX, BASE_MARGIN}};

enum
{
	LEFT,
	RIGHT,
	INDEX,
	CONDITION,
	DEFAULT_LEFT,
	TYPE,
	HESSIAN, /* of nodes; then of splits and of leaves */
	SPLIT_COVER,
	LEAF_COVER,
	COLUMNS
};

typedef struct xgboost_reader
{
	psy_compiler *c;
	const objective *objective;
	const psy_json_node *learner;
	const psy_json_node *trees;
	const psy_json_node *info;    /* which output a tree adds to */
	const psy_json_node *weights; /* dart; NULL for none */
	psy_trees_head head;
	uint32_t outputs;
	size_t features;
	size_t most; /* nodes of a tree */
	double *column[COLUMNS];
	double *value;
	psy_tree_split *split;
	int32_t *place;
} xgboost_reader;

/* ---- settings
 * -------------------------------------------------------------------------------------------------- */

/* Settings are JSON within strings: "3", "5E-1", "[5E-1,2E-1]".  At most count numbers, a single one for all.
 */
static psy_status
read_setting(xgboost_reader *x, const psy_json_node *param, const char *key, bool needed, double *number,
			 size_t count)
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
is_recent(const xgboost_reader *x)
{
	const psy_json *json = x->c->json;
	const psy_json_node *version = psy_json_member(json, psy_json_root(json), "version");
	const psy_json_node *major = version == NULL ? NULL : psy_json_first(json, version);
	const psy_json_node *minor = major == NULL ? NULL : psy_json_next(json, major);

	if (minor == NULL || major->kind != PSY_JSON_NUMBER || minor->kind != PSY_JSON_NUMBER)
		return false;
	return major->as.number > 3 || (major->as.number == 3 && minor->as.number >= 1);
}

static psy_status
read_objective(xgboost_reader *x)
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
			psy_builder_model(&c->builder)->task = x->objective->task;
			return psy_builder_text(&c->builder, psy_json_text(c->json, name), name->as.string.length,
									&psy_builder_model(&c->builder)->name) == PSY_OK
					   ? PSY_OK
					   : c->err->code;
		}
	return psy_json_fail(c->json, name, PSY_UNSUPPORTED, c->err, "the objective \"%.60s\" is not supported",
						 psy_json_text(c->json, name));
}

/* The text is written first: the builder moves when it grows. */
static psy_status
add_text(xgboost_reader *x, psy_span table, size_t k, const char *text, size_t length)
{
	psy_span span;
	psy_status status = psy_builder_text(&x->c->builder, text, length, &span);

	if (status == PSY_OK)
		((psy_span *) psy_builder_at(&x->c->builder, table))[k] = span;
	return status;
}

/* prefix and the number. */
static psy_status
add_numbered(xgboost_reader *x, psy_span table, size_t k, const char *prefix)
{
	char text[32] = "";

	psy_append(text, sizeof text, "%s%zu", prefix, k);
	return add_text(x, table, k, text, strlen(text));
}

static psy_status
read_classes(xgboost_reader *x, size_t classes)
{
	psy_builder *b = &x->c->builder;
	psy_span labels;
	psy_status status;

	psy_builder_model(b)->positive = PSY_MODEL_NO_CLASS;
	x->outputs = x->objective->link == PSY_LINK_SOFTMAX ? (uint32_t) classes : 1;
	if (x->objective->task == PSY_REGRESSION)
		return PSY_OK;
	if (x->objective->link != PSY_LINK_SOFTMAX)
		classes = 2;
	if (classes < 2 || classes > PSY_MODEL_MOST_CLASSES)
		return psy_json_fail(x->c->json, x->learner, PSY_FORMAT, x->c->err, "%zu classes, 2 to %d expected",
							 classes, PSY_MODEL_MOST_CLASSES);
	if ((status = psy_builder_reserve(b, classes, sizeof(psy_span), &labels)) != PSY_OK)
		return status;
	psy_builder_model(b)->classes = (uint32_t) classes;
	psy_builder_model(b)->class_labels = labels;
	if (classes == 2)
		psy_builder_model(b)->positive = 1;
	for (size_t k = 0; k < classes; k++)
		if ((status = add_numbered(x, labels, k, "")) != PSY_OK)
			return status;
	return PSY_OK;
}

static psy_status
read_features(xgboost_reader *x)
{
	psy_builder *b = &x->c->builder;
	const psy_json_node *names = psy_json_member(x->c->json, x->learner, "feature_names");
	const psy_json_node *name = names == NULL ? NULL : psy_json_first(x->c->json, names);
	psy_span table, units;
	psy_status status;

	if (x->features < 1 || x->features > x->c->limits->features || x->features > PSY_SPLIT_FEATURE)
		return psy_json_fail(x->c->json, x->learner, PSY_LIMIT, x->c->err, "%zu features, 1 to %zu expected",
							 x->features, x->c->limits->features);
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
read_learner(xgboost_reader *x, double *base)
{
	const psy_json_node *param;
	double classes = 0, features = 0, targets = 1;
	psy_compiler *c = x->c;
	psy_status status;

	if ((status = psy_json_expect(c->json, psy_json_root(c->json), PSY_JSON_OBJECT, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, psy_json_root(c->json), "learner", PSY_JSON_OBJECT, &x->learner,
								c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, x->learner, "learner_model_param", PSY_JSON_OBJECT, &param,
								c->err)) != PSY_OK ||
		(status = read_setting(x, param, "num_class", false, &classes, 1)) != PSY_OK ||
		(status = read_setting(x, param, "num_feature", true, &features, 1)) != PSY_OK ||
		(status = read_setting(x, param, "num_target", false, &targets, 1)) != PSY_OK)
		return status;
	if (targets > 1)
		return psy_json_fail(c->json, psy_json_member(c->json, param, "num_target"), PSY_UNSUPPORTED, c->err,
							 "a model of %g targets is not supported", targets);
	if (!(classes >= 0 && classes <= PSY_MODEL_MOST_CLASSES) || !(features >= 0 && features < 4e9))
		return psy_json_fail(c->json, param, PSY_FORMAT, c->err,
							 "%g classes and %g features are not possible", classes, features);
	x->features = (size_t) features;
	if ((status = read_objective(x)) != PSY_OK || (status = read_classes(x, (size_t) classes)) != PSY_OK ||
		(status = read_features(x)) != PSY_OK ||
		(status = read_setting(x, param, "base_score", true, base, x->outputs)) != PSY_OK)
		return status;
	for (size_t k = 0; k < x->outputs; k++)
	{
		float score = (float) base[k];

		base[k] = x->objective->base == BASE_LOGIT ? (double) -logf(1.0f / score - 1.0f)
				  : x->objective->base == BASE_LOG ? (double) logf(score)
												   : (double) score;
		if (!isfinite(base[k]))
			return psy_json_fail(c->json, param, PSY_FORMAT, c->err,
								 "base_score is not within the objective's range");
	}
	return PSY_OK;
}

static psy_status
read_booster(xgboost_reader *x)
{
	psy_compiler *c = x->c;
	const psy_json_node *booster, *name, *inner, *model;
	psy_status status;

	if ((status = psy_json_need(c->json, x->learner, "gradient_booster", PSY_JSON_OBJECT, &booster,
								c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, booster, "name", PSY_JSON_STRING, &name, c->err)) != PSY_OK)
		return status;
	inner = booster;
	if (strcmp(psy_json_text(c->json, name), "dart") == 0)
	{
		if ((status = psy_json_need(c->json, booster, "gbtree", PSY_JSON_OBJECT, &inner, c->err)) != PSY_OK)
			return status;
	}
	else if (strcmp(psy_json_text(c->json, name), "gbtree") != 0)
		return psy_json_fail(c->json, name, PSY_UNSUPPORTED, c->err,
							 "the booster \"%.40s\" is not supported (gbtree, dart)",
							 psy_json_text(c->json, name));
	if ((status = psy_json_need(c->json, inner, "model", PSY_JSON_OBJECT, &model, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, model, "trees", PSY_JSON_ARRAY, &x->trees, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, model, "tree_info", PSY_JSON_ARRAY, &x->info, c->err)) != PSY_OK)
		return status;
	/* Beside the model in dart's documents; within it since 3.3. */
	x->weights = psy_json_member(c->json, inner == booster ? model : booster, "weight_drop");
	if (x->weights != NULL && (x->weights->kind != PSY_JSON_ARRAY || x->weights->as.children.count == 0))
		x->weights = NULL;
	x->head.trees = x->trees->as.children.count;
	if (x->head.trees == 0 || x->info->as.children.count != x->head.trees ||
		(x->weights != NULL && x->weights->as.children.count != x->head.trees))
		return psy_json_fail(
			c->json, x->trees, PSY_FORMAT, c->err,
			"%u trees, %u outputs of trees: at least one of each expected, and weights for all or none",
			x->head.trees, x->info->as.children.count);
	return PSY_OK;
}

/* ---- trees
 * ----------------------------------------------------------------------------------------------------- */

/* Whole numbers in [low, high], or true and false. */
static psy_status
read_column(xgboost_reader *x, const psy_json_node *tree, const char *key, size_t count, double low,
			double high, double *to)
{
	const psy_json *json = x->c->json;
	const psy_json_node *column;
	size_t k = 0;
	psy_status status = psy_json_need(json, tree, key, PSY_JSON_ARRAY, &column, x->c->err);

	if (status != PSY_OK)
		return status;
	if (column->as.children.count != count)
		return psy_json_fail(json, column, PSY_FORMAT, x->c->err, "%u numbers, %zu expected",
							 column->as.children.count, count);
	for (const psy_json_node *n = psy_json_first(json, column); n != NULL; n = psy_json_next(json, n))
	{
		double number = n->kind == PSY_JSON_NUMBER  ? n->as.number
						: n->kind == PSY_JSON_TRUE  ? 1
						: n->kind == PSY_JSON_FALSE ? 0
													: NAN;

		if (!(number >= low && number <= high) || number != floor(number))
			return psy_json_fail(json, n, PSY_FORMAT, x->c->err, "a whole number from %.0f to %.0f expected",
								 low, high);
		to[k++] = number;
	}
	return PSY_OK;
}

/* The categories of the tree's splits: four columns, each absent in documents before 1.3. */
typedef struct category_columns
{
	const psy_json_node *node, *segment, *size, *category;
} category_columns;

static psy_status
find_categories(xgboost_reader *x, const psy_json_node *tree, category_columns *found)
{
	static const char *const key[] = {"categories_nodes", "categories_segments", "categories_sizes",
									  "categories"};
	const psy_json_node *column[4];
	psy_status status;

	*found = (category_columns){NULL, NULL, NULL, NULL};
	if (psy_json_member(x->c->json, tree, key[0]) == NULL)
		return PSY_OK;
	for (size_t k = 0; k < 4; k++)
		if ((status = psy_json_need(x->c->json, tree, key[k], PSY_JSON_ARRAY, &column[k], x->c->err)) !=
			PSY_OK)
			return status;
	if (column[1]->as.children.count != column[0]->as.children.count ||
		column[2]->as.children.count != column[0]->as.children.count)
		return psy_json_fail(x->c->json, column[1], PSY_FORMAT, x->c->err,
							 "the columns of categories differ in length");
	*found = (category_columns){column[0], column[1], column[2], column[3]};
	return PSY_OK;
}

#define MOST_CATEGORY 16777215 /* XGBoost's own bound: what float32 counts */

/* One set of categories: the next `size` of the column, which must begin at its segment. */
static psy_status
read_set(xgboost_reader *x, const psy_json_node *segment, const psy_json_node *size, size_t taken,
		 const psy_json_node **category, uint32_t *word, uint32_t *words)
{
	const psy_json *json = x->c->json;
	size_t start, count, code;
	psy_status status;

	if ((status = psy_json_count(json, segment, UINT32_MAX, &start, x->c->err)) != PSY_OK ||
		(status = psy_json_count(json, size, UINT32_MAX, &count, x->c->err)) != PSY_OK)
		return status;
	if (start != taken)
		return psy_json_fail(json, segment, PSY_FORMAT, x->c->err,
							 "%zu, %zu expected: segments follow one another", start, taken);
	for (*words = 1; count > 0; count--, *category = psy_json_next(json, *category))
	{
		if (*category == NULL)
			return psy_json_fail(json, size, PSY_FORMAT, x->c->err, "more categories than there are");
		if ((status = psy_json_count(json, *category, MOST_CATEGORY, &code, x->c->err)) != PSY_OK)
			return status;
		if (word != NULL)
			word[code / 32] |= 1u << (code % 32);
		if (code / 32 + 1 > *words)
			*words = (uint32_t) (code / 32 + 1);
	}
	return PSY_OK;
}

/* Counts the words of all sets (writer NULL), or writes them and ties them to their splits. */
static psy_status
read_sets(xgboost_reader *x, const psy_json_node *tree, size_t nodes, psy_trees_writer *writer)
{
	const psy_json *json = x->c->json;
	category_columns in;
	const psy_json_node *node, *segment, *size, *category, *counted;
	size_t taken = 0, at, many;
	uint32_t words;
	psy_status status = find_categories(x, tree, &in);

	if (status != PSY_OK || in.node == NULL)
		return status;
	segment = psy_json_first(json, in.segment);
	size = psy_json_first(json, in.size);
	category = psy_json_first(json, in.category);
	for (node = psy_json_first(json, in.node); node != NULL; node = psy_json_next(json, node))
	{
		counted = category;
		if ((status = psy_json_count(json, node, nodes - 1, &at, x->c->err)) != PSY_OK ||
			(status = read_set(x, segment, size, taken, &counted, NULL, &words)) != PSY_OK ||
			(status = psy_json_count(json, size, UINT32_MAX, &many, x->c->err)) != PSY_OK)
			return status;
		if (writer == NULL && __builtin_add_overflow(x->head.words, words, &x->head.words))
			return psy_json_fail(json, node, PSY_LIMIT, x->c->err, "too many categories");
		if (writer != NULL && x->column[TYPE][at] == 1 && x->place[at] >= 0)
		{
			psy_tree_split *split = x->split + x->place[at];

			if (split->what & PSY_SPLIT_CATEGORIES)
				return psy_json_fail(json, node, PSY_FORMAT, x->c->err, "a node has two sets of categories");
			split->what |= PSY_SPLIT_CATEGORIES | PSY_SPLIT_MEMBERS_RIGHT;
			(void) read_set(x, segment, size, taken, &category, psy_trees_set(writer, words, split->set),
							&words);
		}
		category = counted;
		taken += many;
		segment = psy_json_next(json, segment);
		size = psy_json_next(json, size);
	}
	return PSY_OK;
}

static psy_status
measure(xgboost_reader *x, const psy_json_node *tree)
{
	const psy_json *json = x->c->json;
	const psy_json_node *left, *param;
	size_t nodes, splits = 0;
	double vector = 1;
	psy_status status;

	if ((status = psy_json_need(json, tree, "left_children", PSY_JSON_ARRAY, &left, x->c->err)) != PSY_OK ||
		(status = psy_json_need(json, tree, "tree_param", PSY_JSON_OBJECT, &param, x->c->err)) != PSY_OK ||
		(status = read_setting(x, param, "size_leaf_vector", false, &vector, 1)) != PSY_OK)
		return status;
	if (vector > 1)
		return psy_json_fail(json, param, PSY_UNSUPPORTED, x->c->err,
							 "leaves of %g numbers (multi_output_tree) are not supported", vector);
	nodes = left->as.children.count;
	if (nodes == 0)
		return psy_json_fail(json, left, PSY_FORMAT, x->c->err, "a tree without nodes");
	for (const psy_json_node *n = psy_json_first(json, left); n != NULL; n = psy_json_next(json, n))
		splits += n->kind == PSY_JSON_NUMBER && n->as.number >= 0;
	x->head.nodes += (uint32_t) (2 * splits + 1);
	if (psy_json_member(json, tree, "sum_hessian") == NULL)
		x->head.flags &= ~PSY_TREES_COVERS;
	if (nodes > x->most)
		x->most = nodes;
	return read_sets(x, tree, nodes, NULL);
}

static psy_status
read_columns(xgboost_reader *x, const psy_json_node *tree, size_t nodes)
{
	double last = (double) nodes - 1;
	const psy_json_node *condition;
	psy_status status;

	if ((status = read_column(x, tree, "left_children", nodes, -1, last, x->column[LEFT])) != PSY_OK ||
		(status = read_column(x, tree, "right_children", nodes, -1, last, x->column[RIGHT])) != PSY_OK ||
		(status = read_column(x, tree, "split_indices", nodes, 0, (double) UINT32_MAX, x->column[INDEX])) !=
			PSY_OK ||
		(status = read_column(x, tree, "default_left", nodes, 0, 1, x->column[DEFAULT_LEFT])) != PSY_OK ||
		(status = psy_json_need(x->c->json, tree, "split_conditions", PSY_JSON_ARRAY, &condition,
								x->c->err)) != PSY_OK ||
		(status = psy_json_numbers(x->c->json, condition, nodes, x->column[CONDITION], x->c->err)) != PSY_OK)
		return status;
	if ((x->head.flags & PSY_TREES_COVERS) &&
		((status = psy_json_need(x->c->json, tree, "sum_hessian", PSY_JSON_ARRAY, &condition, x->c->err)) !=
			 PSY_OK ||
		 (status = psy_json_numbers(x->c->json, condition, nodes, x->column[HESSIAN], x->c->err)) != PSY_OK))
		return status;
	if (psy_json_member(x->c->json, tree, "split_type") != NULL)
		return read_column(x, tree, "split_type", nodes, 0, 1, x->column[TYPE]);
	memset(x->column[TYPE], 0, nodes * sizeof(double));
	return PSY_OK;
}

/* Splits and leaves in the order of nodes; place[] says where each went. */
static psy_status
arrange(xgboost_reader *x, const psy_json_node *tree, size_t nodes, float weight, psy_tree_source *source)
{
	for (size_t k = 0; k < nodes; k++)
		if (x->column[LEFT][k] < 0)
		{
			x->place[k] = -1 - (int32_t) source->leaves;
			x->column[LEAF_COVER][source->leaves] = x->column[HESSIAN][k];
			x->value[source->leaves++] = (double) ((float) x->column[CONDITION][k] * weight);
		}
		else
		{
			x->column[SPLIT_COVER][source->splits] = x->column[HESSIAN][k];
			x->place[k] = (int32_t) source->splits++;
		}
	for (size_t k = 0; k < nodes; k++)
	{
		psy_tree_split *split = x->split + x->place[k];

		if (x->place[k] < 0)
			continue;
		if (x->column[RIGHT][k] < 0 || x->column[INDEX][k] >= (double) x->features)
			return psy_json_fail(x->c->json, tree, PSY_FORMAT, x->c->err,
								 "node %zu splits by feature %.0f of %zu, or has no right child", k,
								 x->column[INDEX][k], x->features);
		*split =
			(psy_tree_split){.threshold = (double) nextafterf((float) x->column[CONDITION][k], -INFINITY),
							 .left = x->place[(size_t) x->column[LEFT][k]],
							 .right = x->place[(size_t) x->column[RIGHT][k]],
							 .what = (uint32_t) x->column[INDEX][k]};
		if (x->column[DEFAULT_LEFT][k] == 1)
			split->what |= PSY_SPLIT_MISSING_LEFT;
	}
	return PSY_OK;
}

static psy_status
read_tree(xgboost_reader *x, const psy_json_node *tree, size_t output, float weight, psy_trees_writer *writer)
{
	size_t nodes = psy_json_member(x->c->json, tree, "left_children")->as.children.count;
	psy_tree_source source = {.split = x->split,
							  .value = x->value,
							  .split_cover = x->column[SPLIT_COVER],
							  .leaf_cover = x->column[LEAF_COVER]};
	psy_status status;

	if ((status = read_columns(x, tree, nodes)) != PSY_OK ||
		(status = arrange(x, tree, nodes, weight, &source)) != PSY_OK ||
		(status = read_sets(x, tree, nodes, writer)) != PSY_OK)
		return status;
	for (size_t k = 0; k < nodes; k++)
		if (x->place[k] >= 0 && x->column[TYPE][k] == 1 &&
			(x->split[x->place[k]].what & PSY_SPLIT_CATEGORIES) == 0)
			return psy_json_fail(x->c->json, tree, PSY_FORMAT, x->c->err, "node %zu has no set of categories",
								 k);
	source.start = x->place[0];
	if (!psy_trees_add(writer, &source, (uint32_t) output))
		return psy_json_fail(x->c->json, tree, PSY_FORMAT, x->c->err,
							 "the children do not make a tree: a node is reached twice");
	return PSY_OK;
}

static psy_status
read_all(xgboost_reader *x, psy_trees_writer *writer)
{
	const psy_json *json = x->c->json;
	const psy_json_node *info = psy_json_first(json, x->info);
	const psy_json_node *weight = x->weights == NULL ? NULL : psy_json_first(json, x->weights);
	size_t output;
	psy_status status;

	for (const psy_json_node *tree = psy_json_first(json, x->trees); tree != NULL;
		 tree = psy_json_next(json, tree))
	{
		if ((status = psy_poll(x->c->builder.ctx, x->c->err)) != PSY_OK ||
			(status = psy_json_count(json, info, x->outputs - 1, &output, x->c->err)) != PSY_OK ||
			(weight != NULL &&
			 (status = psy_json_expect(json, weight, PSY_JSON_NUMBER, x->c->err)) != PSY_OK) ||
			(status = read_tree(x, tree, output, weight == NULL ? 1.0f : (float) weight->as.number,
								writer)) != PSY_OK)
			return status;
		info = psy_json_next(json, info);
		weight = weight == NULL ? NULL : psy_json_next(json, weight);
	}
	return PSY_OK;
}

/* One block: columns and values, splits, places. */
static psy_status
make_scratch(xgboost_reader *x, void **block)
{
	size_t each = (COLUMNS + 1) * sizeof(double) + sizeof(psy_tree_split) + sizeof(int32_t);
	psy_status status = psy_alloc(x->c->builder.ctx, x->most, each, block, x->c->err);

	if (status != PSY_OK)
		return status;
	for (size_t k = 0; k < COLUMNS; k++)
		x->column[k] = (double *) *block + k * x->most;
	x->value = (double *) *block + COLUMNS * x->most;
	memset(*block, 0, COLUMNS * x->most * sizeof(double));
	x->split = (psy_tree_split *) (x->value + x->most);
	x->place = (int32_t *) (x->split + x->most);
	return PSY_OK;
}

static psy_status
compile(xgboost_reader *x)
{
	psy_builder *b = &x->c->builder;
	psy_op op = {.code = PSY_OP_TREES};
	double base[PSY_MODEL_MOST_CLASSES];
	psy_trees_writer writer;
	psy_span steps;
	void *scratch = NULL;
	psy_status status;

	x->head = (psy_trees_head){.width = 1,
							   .divisor = 1,
							   .parameter = 1,
							   .flags = PSY_TREES_FLOAT_FEATURES | PSY_TREES_FLOAT_SUMS | PSY_TREES_COVERS};
	if ((status = read_learner(x, base)) != PSY_OK || (status = read_booster(x)) != PSY_OK ||
		(status = psy_builder_reserve(b, 1, sizeof(psy_op), &steps)) != PSY_OK)
		return status;
	for (const psy_json_node *tree = psy_json_first(x->c->json, x->trees); tree != NULL;
		 tree = psy_json_next(x->c->json, tree))
		if ((status = measure(x, tree)) != PSY_OK)
			return status;
	x->head.link = x->objective->link;
	if ((status = psy_trees_begin(&writer, b, &x->head, x->outputs)) != PSY_OK ||
		(status = make_scratch(x, &scratch)) != PSY_OK)
		return status;
	memcpy(psy_trees_base(&writer), base, x->outputs * sizeof(double));
	status = read_all(x, &writer);
	psy_release(b->ctx, scratch);
	if (status != PSY_OK)
		return status;
	op.inputs = (uint32_t) x->features;
	psy_trees_finish(&writer, &op);
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
	xgboost_reader x = {.c = &c};
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
