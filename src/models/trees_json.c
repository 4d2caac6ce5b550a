/*
 * trees_json.c - the estimator "trees" of psyrad-json (PSYRAD_JSON.md): single trees, forests, boosting.
 *
 * One pass over the trees counts splits and leaves, so that the compiled form is reserved once; a second one
 * reads each tree into scratch that fits the largest, and lays it out.
 */
#include "models/model_json.h"
#include "models/trees.h"

#include <string.h>

typedef struct trees_reader
{
	psy_compiler *c;
	const psy_json_node *trees;
	psy_trees_head head;
	uint32_t outputs;
	bool vote;
	bool sum;
	size_t most_splits;
	size_t most_values;
	psy_tree_split *split; /* scratch */
	double *number;        /* scratch: a column of a tree */
	double *value;         /* scratch */
	double *cover;         /* scratch: of splits, then of leaves */
} trees_reader;

/* ---- settings -------------------------------------------------------------------------------- */

/* "link", "slope", "ties" and "base" belong to sums; averages have none of them. */
static psy_status
refuse_settings_of_sums(trees_reader *r, const psy_json_node *node)
{
	static const char *const key[] = {"link", "slope", "ties", "base", "leaves"};
	const psy_json *json = r->c->json;

	for (size_t k = 0; k < sizeof key / sizeof key[0]; k++)
		if (psy_json_member(json, node, key[k]) != NULL)
			return psy_json_fail(json, psy_json_member(json, node, key[k]), PSY_FORMAT, r->c->err,
								 "\"%s\" belongs to the combination \"sum\"", key[k]);
	return PSY_OK;
}

static psy_status
read_average(trees_reader *r, const psy_json_node *node)
{
	const psy_model *model = psy_builder_model(&r->c->builder);

	if (model->task == PSY_REGRESSION && r->vote)
		return psy_json_fail(r->c->json, node, PSY_FORMAT, r->c->err, "trees of a regression do not vote");
	r->head.divisor = r->trees->as.children.count;
	r->outputs = model->task == PSY_REGRESSION ? 1 : model->classes;
	r->head.width = r->outputs;
	r->head.link = model->task == PSY_REGRESSION ? PSY_LINK_IDENTITY : PSY_LINK_PROBABILITY;
	if (r->vote)
		r->head.flags |= PSY_TREES_VOTE;
	return refuse_settings_of_sums(r, node);
}

static psy_status
read_slope(trees_reader *r, const psy_json_node *node)
{
	const psy_json_node *slope = psy_json_member(r->c->json, node, "slope");
	psy_status status;

	if (slope == NULL)
		return PSY_OK;
	if ((status = psy_json_expect(r->c->json, slope, PSY_JSON_NUMBER, r->c->err)) != PSY_OK)
		return status;
	if ((r->head.link != PSY_LINK_LOGISTIC && r->head.link != PSY_LINK_SOFTMAX) || !(slope->as.number > 0))
		return psy_json_fail(r->c->json, slope, PSY_FORMAT, r->c->err,
							 "a slope above 0 is for the links logistic and softmax");
	r->head.parameter = slope->as.number;
	return PSY_OK;
}

static psy_status
read_sum(trees_reader *r, const psy_json_node *node)
{
	static const char *const regression[] = {"identity", "exp", "logistic", NULL};
	static const char *const classification[] = {"logistic", "softmax", NULL};
	static const char *const ties[] = {"first", "second", NULL};
	static const uint32_t regression_link[] = {PSY_LINK_IDENTITY, PSY_LINK_EXP, PSY_LINK_LOGISTIC};
	static const char *const leaves[] = {"one", "classes", NULL};
	const psy_model *model = psy_builder_model(&r->c->builder);
	bool regress = model->task == PSY_REGRESSION;
	int link, tie, leaf;
	psy_status status;

	if ((status = psy_json_choice(r->c, node, "link", regress ? regression : classification, -1, &link)) !=
			PSY_OK ||
		(status = psy_json_choice(r->c, node, "ties", ties, 0, &tie)) != PSY_OK ||
		(status = psy_json_choice(r->c, node, "leaves", leaves, 0, &leaf)) != PSY_OK)
		return status;
	r->head.link = regress ? regression_link[link] : link == 0 ? PSY_LINK_LOGISTIC : PSY_LINK_SOFTMAX;
	r->outputs = r->head.link == PSY_LINK_SOFTMAX ? model->classes : 1;
	if (!regress && r->outputs == 1 && model->classes != 2)
		return psy_json_fail(r->c->json, node, PSY_FORMAT, r->c->err,
							 "the logistic link is for two classes, not %u", model->classes);
	if (leaf == 1 && r->head.link != PSY_LINK_SOFTMAX)
		return psy_json_fail(r->c->json, node, PSY_FORMAT, r->c->err,
							 "leaves of classes are for the link softmax");
	if (leaf == 1)
		r->head.width = r->outputs;
	if (tie == 1)
		r->head.flags |= PSY_TREES_TIE_SECOND;
	return read_slope(r, node);
}

static psy_status
read_settings(trees_reader *r, const psy_json_node *node)
{
	static const char *const keys[] = {"kind", "combine", "features", "link",  "slope",
									   "ties", "base",    "leaves",   "trees", NULL};
	static const char *const combine[] = {"average", "vote", "sum", NULL};
	static const char *const features[] = {"float32", "double", NULL};
	psy_compiler *c = r->c;
	int how, as;
	psy_status status;

	r->head = (psy_trees_head){.width = 1, .divisor = 1, .parameter = 1};
	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_choice(c, node, "combine", combine, -1, &how)) != PSY_OK ||
		(status = psy_json_choice(c, node, "features", features, -1, &as)) != PSY_OK ||
		(status = psy_json_need(c->json, node, "trees", PSY_JSON_ARRAY, &r->trees, c->err)) != PSY_OK)
		return status;
	if (r->trees->as.children.count == 0)
		return psy_json_fail(c->json, r->trees, PSY_FORMAT, c->err, "no trees, at least one expected");
	if (c->width > PSY_SPLIT_FEATURE)
		return psy_json_fail(c->json, node, PSY_LIMIT, c->err, "trees of more than %u features",
							 PSY_SPLIT_FEATURE);
	r->head.trees = r->trees->as.children.count;
	r->head.flags = PSY_TREES_COVERS | (as == 0 ? PSY_TREES_FLOAT_FEATURES : 0);
	r->vote = how == 1;
	r->sum = how == 2;
	return r->sum ? read_sum(r, node) : read_average(r, node);
}

/* ---- trees ----------------------------------------------------------------------------------- */

/* Sizes of one tree: splits from "feature", leaves from "value". */
#define MOST_CATEGORY 16777215 /* what float32 counts */

/* The set of a split: {"left": [codes]} or {"right": [codes]}; NULL for a split by threshold. */
static psy_status
find_set(trees_reader *r, const psy_json_node *split, const psy_json_node **codes, bool *right)
{
	static const char *const keys[] = {"left", "right", NULL};
	const psy_json *json = r->c->json;
	psy_status status;

	*codes = NULL;
	if (split->kind == PSY_JSON_NULL)
		return PSY_OK;
	if ((status = psy_json_only(json, split, keys, r->c->err)) != PSY_OK)
		return status;
	if (split->as.children.count != 1)
		return psy_json_fail(json, split, PSY_FORMAT, r->c->err, "either \"left\" or \"right\" expected");
	*right = psy_json_member(json, split, "right") != NULL;
	return psy_json_need(json, split, *right ? "right" : "left", PSY_JSON_ARRAY, codes, r->c->err);
}

/* Words of 32 categories that the set takes. */
static psy_status
words_of(trees_reader *r, const psy_json_node *codes, uint32_t *words)
{
	size_t code;
	psy_status status;

	*words = 1;
	for (const psy_json_node *n = psy_json_first(r->c->json, codes); n != NULL;
		 n = psy_json_next(r->c->json, n))
	{
		if ((status = psy_json_count(r->c->json, n, MOST_CATEGORY, &code, r->c->err)) != PSY_OK)
			return status;
		if (code / 32 + 1 > *words)
			*words = (uint32_t) (code / 32 + 1);
	}
	return PSY_OK;
}

/* Counts the words of a tree's sets (writer NULL), or writes them to its splits. */
static psy_status
read_sets(trees_reader *r, const psy_json_node *tree, size_t splits, psy_trees_writer *writer)
{
	const psy_json *json = r->c->json;
	const psy_json_node *list = psy_json_member(json, tree, "categories"), *codes;
	psy_tree_split *split = r->split;
	uint32_t words, *word;
	bool right = false;
	size_t count;
	psy_status status;

	if (list == NULL)
		return PSY_OK;
	if ((status = psy_json_list(r->c, tree, "categories", &list, &count)) != PSY_OK)
		return status;
	if (count != splits)
		return psy_json_fail(json, list, PSY_FORMAT, r->c->err, "%zu sets, %zu expected: null or one a split",
							 count, splits);
	for (const psy_json_node *n = psy_json_first(json, list); n != NULL; n = psy_json_next(json, n), split++)
	{
		if ((status = find_set(r, n, &codes, &right)) != PSY_OK ||
			(codes != NULL && (status = words_of(r, codes, &words)) != PSY_OK))
			return status;
		if (codes == NULL)
			continue;
		if (writer == NULL)
		{
			if (__builtin_add_overflow(r->head.words, words, &r->head.words))
				return psy_json_fail(json, n, PSY_LIMIT, r->c->err, "too many categories");
			continue;
		}
		split->what |= PSY_SPLIT_CATEGORIES | (right ? PSY_SPLIT_MEMBERS_RIGHT : 0);
		word = psy_trees_set(writer, words, split->set);
		for (const psy_json_node *code = psy_json_first(json, codes); code != NULL;
			 code = psy_json_next(json, code))
			word[(uint32_t) code->as.number / 32] |= 1u << ((uint32_t) code->as.number % 32);
	}
	return PSY_OK;
}

static psy_status
measure(trees_reader *r, const psy_json_node *tree)
{
	static const char *const keys[] = {"feature",      "threshold",  "left",  "right",
									   "missing_left", "categories", "value", "output",
									   "split_cover",  "leaf_cover", NULL};
	const psy_json *json = r->c->json;
	const psy_json_node *feature, *value;
	size_t splits, values;
	psy_status status;

	if ((status = psy_json_only(json, tree, keys, r->c->err)) != PSY_OK ||
		(status = psy_json_need(json, tree, "feature", PSY_JSON_ARRAY, &feature, r->c->err)) != PSY_OK ||
		(status = psy_json_need(json, tree, "value", PSY_JSON_ARRAY, &value, r->c->err)) != PSY_OK)
		return status;
	splits = feature->as.children.count;
	values = value->as.children.count;
	if (values != (splits + 1) * r->head.width)
		return psy_json_fail(json, value, PSY_FORMAT, r->c->err,
							 "%zu numbers, %zu expected: %u for each of the %zu leaves", values,
							 (splits + 1) * r->head.width, r->head.width, splits + 1);
	if (psy_json_member(json, tree, "leaf_cover") == NULL)
		r->head.flags &= ~PSY_TREES_COVERS;
	r->head.nodes += (uint32_t) (2 * splits + 1);
	if (r->head.width > 1)
		r->head.vectors += (uint32_t) (splits + 1);
	if (splits > r->most_splits)
		r->most_splits = splits;
	if (values > r->most_values)
		r->most_values = values;
	return read_sets(r, tree, splits, NULL);
}

/* A column of whole numbers in [low, high] into number[]. */
static psy_status
read_whole(trees_reader *r, const psy_json_node *tree, const char *key, size_t count, double low, double high)
{
	const psy_json *json = r->c->json;
	const psy_json_node *column;
	psy_status status;

	if ((status = psy_json_need(json, tree, key, PSY_JSON_ARRAY, &column, r->c->err)) != PSY_OK ||
		(status = psy_json_numbers(json, column, count, r->number, r->c->err)) != PSY_OK)
		return status;
	for (const psy_json_node *n = psy_json_first(json, column); n != NULL; n = psy_json_next(json, n))
		if (!(n->as.number >= low && n->as.number <= high) || n->as.number != (double) (int64_t) n->as.number)
			return psy_json_fail(json, n, PSY_FORMAT, r->c->err,
								 "%g, a whole number from %.0f to %.0f expected", n->as.number, low, high);
	return PSY_OK;
}

static psy_status
read_splits(trees_reader *r, const psy_json_node *tree, size_t splits)
{
	const psy_json *json = r->c->json;
	const psy_json_node *threshold;
	double lowest = -1 - (double) splits, highest = (double) splits - 1;
	bool narrow = (r->head.flags & PSY_TREES_FLOAT_FEATURES) != 0;
	psy_status status;

	if ((status = read_whole(r, tree, "feature", splits, 0, (double) r->c->width - 1)) != PSY_OK)
		return status;
	for (size_t k = 0; k < splits; k++)
		r->split[k] = (psy_tree_split){.what = (uint32_t) r->number[k]};
	if ((status = psy_json_need(json, tree, "threshold", PSY_JSON_ARRAY, &threshold, r->c->err)) != PSY_OK ||
		(status = psy_json_numbers(json, threshold, splits, r->number, r->c->err)) != PSY_OK)
		return status;
	for (size_t k = 0; k < splits; k++)
		r->split[k].threshold = narrow ? psy_float_below(r->number[k]) : r->number[k];
	if ((status = read_whole(r, tree, "left", splits, lowest, highest)) != PSY_OK)
		return status;
	for (size_t k = 0; k < splits; k++)
		r->split[k].left = (int32_t) r->number[k];
	if ((status = read_whole(r, tree, "right", splits, lowest, highest)) != PSY_OK)
		return status;
	for (size_t k = 0; k < splits; k++)
		r->split[k].right = (int32_t) r->number[k];
	if (psy_json_member(json, tree, "missing_left") == NULL)
		return PSY_OK;
	if ((status = read_whole(r, tree, "missing_left", splits, 0, 1)) != PSY_OK)
		return status;
	for (size_t k = 0; k < splits; k++)
		r->split[k].what |= r->number[k] == 1 ? PSY_SPLIT_MISSING_LEFT : 0;
	return PSY_OK;
}

/* A leaf votes for its largest number, the first of equals. */
static void
make_votes(double *value, size_t values, size_t width)
{
	for (size_t leaf = 0; leaf < values; leaf += width)
	{
		size_t best = 0;

		for (size_t k = 1; k < width; k++)
			if (value[leaf + k] > value[leaf + best])
				best = k;
		for (size_t k = 0; k < width; k++)
			value[leaf + k] = k == best;
	}
}

/* "split_cover" and "leaf_cover" of each tree, or of none. */
static psy_status
read_covers(trees_reader *r, const psy_json_node *tree, size_t splits)
{
	const psy_json *json = r->c->json;
	const psy_json_node *column;
	psy_status status;

	if ((r->head.flags & PSY_TREES_COVERS) == 0)
		return PSY_OK;
	if ((status = psy_json_need(json, tree, "split_cover", PSY_JSON_ARRAY, &column, r->c->err)) != PSY_OK ||
		(status = psy_json_numbers(json, column, splits, r->cover, r->c->err)) != PSY_OK ||
		(status = psy_json_need(json, tree, "leaf_cover", PSY_JSON_ARRAY, &column, r->c->err)) != PSY_OK)
		return status;
	return psy_json_numbers(json, column, splits + 1, r->cover + splits, r->c->err);
}

static psy_status
read_output(trees_reader *r, const psy_json_node *tree, size_t *output)
{
	const psy_json_node *node = psy_json_member(r->c->json, tree, "output");

	*output = 0;
	if (node == NULL && (r->outputs == 1 || !r->sum || r->head.width > 1))
		return PSY_OK;
	if (node == NULL)
		return psy_json_fail(r->c->json, tree, PSY_FORMAT, r->c->err,
							 "the key \"output\" is missing: which sum the tree adds to");
	return psy_json_count(r->c->json, node, r->sum && r->head.width == 1 ? r->outputs - 1 : 0, output,
						  r->c->err);
}

static psy_status
read_tree(trees_reader *r, const psy_json_node *tree, psy_trees_writer *writer)
{
	const psy_json *json = r->c->json;
	size_t splits = psy_json_member(json, tree, "feature")->as.children.count, output;
	const psy_json_node *value = psy_json_member(json, tree, "value");
	size_t values = value->as.children.count;
	psy_tree_source source = {.split = r->split, .splits = splits, .value = r->value, .leaves = splits + 1};
	psy_status status;

	if ((status = read_splits(r, tree, splits)) != PSY_OK ||
		(status = read_sets(r, tree, splits, writer)) != PSY_OK ||
		(status = psy_json_numbers(json, value, values, r->value, r->c->err)) != PSY_OK ||
		(status = read_covers(r, tree, splits)) != PSY_OK ||
		(status = read_output(r, tree, &output)) != PSY_OK)
		return status;
	source.split_cover = r->cover;
	source.leaf_cover = r->cover + splits;
	if (r->vote)
		make_votes(r->value, values, r->head.width);
	source.start = splits == 0 ? -1 : 0;
	if (!psy_trees_add(writer, &source, (uint32_t) output))
		return psy_json_fail(json, tree, PSY_FORMAT, r->c->err,
							 "left and right do not make a tree: a split is reached twice");
	return PSY_OK;
}

static psy_status
read_base(trees_reader *r, const psy_json_node *node, double *base)
{
	const psy_json_node *array;
	psy_status status;

	if (!r->sum)
		return PSY_OK;
	status = psy_json_need(r->c->json, node, "base", PSY_JSON_ARRAY, &array, r->c->err);
	return status != PSY_OK ? status : psy_json_numbers(r->c->json, array, r->outputs, base, r->c->err);
}

static psy_status
read_trees(trees_reader *r, const psy_json_node *node, psy_op *op)
{
	psy_builder *b = &r->c->builder;
	psy_trees_writer writer;
	void *split, *number, *value, *cover;
	psy_status status;

	if ((status = psy_trees_begin(&writer, b, &r->head, r->outputs)) != PSY_OK ||
		(status = read_base(r, node, psy_trees_base(&writer))) != PSY_OK ||
		(status = psy_alloc(b->ctx, r->most_splits + 1, sizeof(psy_tree_split), &split, r->c->err)) != PSY_OK)
		return status;
	r->split = split;
	if ((status = psy_alloc(b->ctx, r->most_splits + 1, sizeof(double), &number, r->c->err)) != PSY_OK)
		return status;
	r->number = number;
	if ((status = psy_alloc(b->ctx, r->most_values, sizeof(double), &value, r->c->err)) != PSY_OK)
		return status;
	r->value = value;
	if ((status = psy_alloc(b->ctx, 2 * r->most_splits + 1, sizeof(double), &cover, r->c->err)) != PSY_OK)
		return status;
	r->cover = cover;
	for (const psy_json_node *n = psy_json_first(r->c->json, r->trees); n != NULL;
		 n = psy_json_next(r->c->json, n))
		if ((status = psy_poll(b->ctx, r->c->err)) != PSY_OK || (status = read_tree(r, n, &writer)) != PSY_OK)
			return status;
	psy_trees_finish(&writer, op);
	return PSY_OK;
}

psy_status
psy_trees_from_json(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	trees_reader r = {.c = c};
	psy_status status = read_settings(&r, node);

	for (const psy_json_node *n = status != PSY_OK ? NULL : psy_json_first(c->json, r.trees); n != NULL;
		 n = psy_json_next(c->json, n))
		if ((status = measure(&r, n)) != PSY_OK)
			return status;
	if (status == PSY_OK)
		status = read_trees(&r, node, op);
	psy_release(c->builder.ctx, r.split);
	psy_release(c->builder.ctx, r.number);
	psy_release(c->builder.ctx, r.value);
	psy_release(c->builder.ctx, r.cover);
	return status;
}
