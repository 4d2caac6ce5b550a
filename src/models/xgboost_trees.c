/*
 * xgboost_trees.c - the trees of XGBoost's documents (xgboost.c): numeric and categorical splits, dart's
 * weights, and leaves of one number or of one an output.  x < condition becomes x <= the float32 before it.
 */
#include "models/xgboost.h"

#include <math.h>
#include <string.h>

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

typedef struct trees_reader
{
	psy_compiler *c;
	const psy_xgboost *front;
	const psy_json_node *trees;
	const psy_json_node *info;    /* which output a tree adds to */
	const psy_json_node *weights; /* dart; NULL for none */
	psy_trees_head head;          /* .trees counts them while they are measured */
	size_t most;                  /* nodes of a tree */
	double *column[COLUMNS];
	double *value;
	double *vector; /* leaf_weights, when leaves have several numbers */
	psy_tree_split *split;
	int32_t *place;
} trees_reader;

static psy_status
find_trees(trees_reader *x)
{
	psy_compiler *c = x->c;
	const psy_json_node *inner = x->front->booster, *model;
	uint32_t trees;
	psy_status status;

	if (strcmp(x->front->booster_name, "dart") == 0 &&
		(status = psy_json_need(c->json, x->front->booster, "gbtree", PSY_JSON_OBJECT, &inner, c->err)) !=
			PSY_OK)
		return status;
	if ((status = psy_json_need(c->json, inner, "model", PSY_JSON_OBJECT, &model, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, model, "trees", PSY_JSON_ARRAY, &x->trees, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, model, "tree_info", PSY_JSON_ARRAY, &x->info, c->err)) != PSY_OK)
		return status;
	/* Beside the model in dart's documents; within it since 3.3. */
	x->weights =
		psy_json_member(c->json, inner == x->front->booster ? model : x->front->booster, "weight_drop");
	if (x->weights != NULL && (x->weights->kind != PSY_JSON_ARRAY || x->weights->as.children.count == 0))
		x->weights = NULL;
	trees = x->trees->as.children.count;
	if (trees == 0 || x->info->as.children.count != trees ||
		(x->weights != NULL && x->weights->as.children.count != trees))
		return psy_json_fail(
			c->json, x->trees, PSY_FORMAT, c->err,
			"%u trees, %u outputs of trees: at least one of each expected, and weights for all or none",
			trees, x->info->as.children.count);
	return PSY_OK;
}

/* ---- trees ----------------------------------------------------------------------------------- */

/* Whole numbers in [low, high], or true and false. */
static psy_status
read_column(trees_reader *x, const psy_json_node *tree, const char *key, size_t count, double low,
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
find_categories(trees_reader *x, const psy_json_node *tree, category_columns *found)
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
read_set(trees_reader *x, const psy_json_node *segment, const psy_json_node *size, size_t taken,
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

/* Where the reading of the sets of a tree stands. */
typedef struct set_cursor
{
	const psy_json_node *segment, *size, *category;
	size_t taken; /* categories before this set */
} set_cursor;

/* Writes the next set to the split of node `at`, if that is a categorical one. */
static psy_status
write_set(trees_reader *x, const psy_json_node *node, const set_cursor *next, size_t at, uint32_t words,
		  psy_trees_writer *writer)
{
	const psy_json_node *category = next->category;
	psy_tree_split *split;

	if (x->column[TYPE][at] != 1 || x->place[at] < 0)
		return PSY_OK;
	split = x->split + x->place[at];
	if (split->what & PSY_SPLIT_CATEGORIES)
		return psy_json_fail(x->c->json, node, PSY_FORMAT, x->c->err, "a node has two sets of categories");
	split->what |= PSY_SPLIT_CATEGORIES | PSY_SPLIT_MEMBERS_RIGHT;
	return read_set(x, next->segment, next->size, next->taken, &category,
					psy_trees_set(writer, words, split->set), &words);
}

/* Counts the words of all sets (writer NULL), or writes them and ties them to their splits. */
static psy_status
read_sets(trees_reader *x, const psy_json_node *tree, size_t nodes, psy_trees_writer *writer)
{
	const psy_json *json = x->c->json;
	category_columns in;
	set_cursor next;
	size_t at, many;
	uint32_t words;
	psy_status status = find_categories(x, tree, &in);

	if (status != PSY_OK || in.node == NULL)
		return status;
	next = (set_cursor){psy_json_first(json, in.segment), psy_json_first(json, in.size),
						psy_json_first(json, in.category), 0};
	for (const psy_json_node *node = psy_json_first(json, in.node); node != NULL;
		 node = psy_json_next(json, node))
	{
		const psy_json_node *behind = next.category;

		if ((status = psy_json_count(json, node, nodes - 1, &at, x->c->err)) != PSY_OK ||
			(status = read_set(x, next.segment, next.size, next.taken, &behind, NULL, &words)) != PSY_OK ||
			(status = psy_json_count(json, next.size, UINT32_MAX, &many, x->c->err)) != PSY_OK)
			return status;
		if (writer == NULL && __builtin_add_overflow(x->head.words, words, &x->head.words))
			return psy_json_fail(json, node, PSY_LIMIT, x->c->err, "too many categories");
		if (writer != NULL && (status = write_set(x, node, &next, at, words, writer)) != PSY_OK)
			return status;
		next = (set_cursor){psy_json_next(json, next.segment), psy_json_next(json, next.size), behind,
							next.taken + many};
	}
	return PSY_OK;
}

/* Leaves of one number, or of one an output (multi_strategy "multi_output_tree"), the same for all trees. */
static psy_status
read_width(trees_reader *x, const psy_json_node *tree)
{
	const psy_json_node *param;
	double width = 1;
	psy_status status = psy_json_need(x->c->json, tree, "tree_param", PSY_JSON_OBJECT, &param, x->c->err);

	if (status != PSY_OK ||
		(status = psy_xgboost_setting(x->front, param, "size_leaf_vector", false, &width, 1)) != PSY_OK)
		return status;
	if (width > 1 && width != x->front->outputs)
		return psy_json_fail(x->c->json, param, PSY_FORMAT, x->c->err,
							 "leaves of %g numbers, but there are %u outputs", width, x->front->outputs);
	if (x->head.trees == 0)
		x->head.width = width > 1 ? (uint32_t) width : 1;
	else if (x->head.width != (width > 1 ? width : 1))
		return psy_json_fail(x->c->json, param, PSY_FORMAT, x->c->err, "leaves of different widths");
	if (width > 1 && psy_json_member(x->c->json, tree, "leaf_weights") == NULL)
		return psy_json_fail(
			x->c->json, tree, PSY_UNSUPPORTED, x->c->err,
			"leaves of several numbers (multi_output_tree) of XGBoost before 3.2 are not supported");
	return PSY_OK;
}

static psy_status
measure(trees_reader *x, const psy_json_node *tree)
{
	const psy_json *json = x->c->json;
	const psy_json_node *left;
	size_t nodes, splits = 0;
	psy_status status;

	if ((status = psy_json_need(json, tree, "left_children", PSY_JSON_ARRAY, &left, x->c->err)) != PSY_OK ||
		(status = read_width(x, tree)) != PSY_OK)
		return status;
	nodes = left->as.children.count;
	if (nodes == 0)
		return psy_json_fail(json, left, PSY_FORMAT, x->c->err, "a tree without nodes");
	for (const psy_json_node *n = psy_json_first(json, left); n != NULL; n = psy_json_next(json, n))
		splits += n->kind == PSY_JSON_NUMBER && n->as.number >= 0;
	x->head.trees++;
	x->head.nodes += (uint32_t) (2 * splits + 1);
	if (x->head.width > 1)
		x->head.vectors += (uint32_t) (splits + 1);
	if (psy_json_member(json, tree, "sum_hessian") == NULL)
		x->head.flags &= ~PSY_TREES_COVERS;
	if (nodes > x->most)
		x->most = nodes;
	return read_sets(x, tree, nodes, NULL);
}

static psy_status
read_columns(trees_reader *x, const psy_json_node *tree, size_t nodes)
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

/* The vectors of the leaves: of leaf node k the one that its right child's number names. */
static psy_status
read_vectors(trees_reader *x, const psy_json_node *tree, size_t nodes, float weight)
{
	const psy_json *json = x->c->json;
	const psy_json_node *list = psy_json_member(json, tree, "leaf_weights");
	size_t width = x->head.width, count = list->as.children.count, leaf = 0;
	psy_status status = psy_json_expect(json, list, PSY_JSON_ARRAY, x->c->err);

	if (status == PSY_OK && (count % width != 0 || count / width > nodes))
		return psy_json_fail(json, list, PSY_FORMAT, x->c->err, "%zu numbers are not the leaves of %zu nodes",
							 count, nodes);
	if (status != PSY_OK || (status = psy_json_numbers(json, list, count, x->vector, x->c->err)) != PSY_OK)
		return status;
	for (size_t k = 0; k < nodes; k++)
	{
		double from = x->column[RIGHT][k];

		if (x->column[LEFT][k] >= 0)
			continue;
		if (!(from >= 0 && from < (double) (count / width)))
			return psy_json_fail(json, list, PSY_FORMAT, x->c->err, "leaf %zu has no numbers", k);
		for (size_t j = 0; j < width; j++)
			x->value[leaf * width + j] = (double) ((float) x->vector[(size_t) from * width + j] * weight);
		leaf++;
	}
	return PSY_OK;
}

/* Splits and leaves in the order of nodes; place[] says where each went. */
static psy_status
arrange(trees_reader *x, const psy_json_node *tree, size_t nodes, float weight, psy_tree_source *source)
{
	for (size_t k = 0; k < nodes; k++)
		if (x->column[LEFT][k] < 0)
		{
			x->place[k] = -1 - (int32_t) source->leaves;
			x->column[LEAF_COVER][source->leaves] = x->column[HESSIAN][k];
			if (x->head.width == 1)
				x->value[source->leaves] = (double) ((float) x->column[CONDITION][k] * weight);
			source->leaves++;
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
		if (x->column[RIGHT][k] < 0 || x->column[INDEX][k] >= (double) x->front->features)
			return psy_json_fail(x->c->json, tree, PSY_FORMAT, x->c->err,
								 "node %zu splits by feature %.0f of %zu, or has no right child", k,
								 x->column[INDEX][k], x->front->features);
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
read_tree(trees_reader *x, const psy_json_node *tree, size_t output, float weight, psy_trees_writer *writer)
{
	size_t nodes = psy_json_member(x->c->json, tree, "left_children")->as.children.count;
	psy_tree_source source = {.split = x->split,
							  .value = x->value,
							  .split_cover = x->column[SPLIT_COVER],
							  .leaf_cover = x->column[LEAF_COVER]};
	psy_status status;

	if ((status = read_columns(x, tree, nodes)) != PSY_OK ||
		(status = arrange(x, tree, nodes, weight, &source)) != PSY_OK ||
		(x->head.width > 1 && (status = read_vectors(x, tree, nodes, weight)) != PSY_OK) ||
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
read_all(trees_reader *x, psy_trees_writer *writer)
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
			(status = psy_json_count(json, info, x->front->outputs - 1, &output, x->c->err)) != PSY_OK ||
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

/* One block: columns, values (and vectors as the document has them), splits, places. */
static psy_status
make_scratch(trees_reader *x, void **block)
{
	size_t width = x->head.width, vectors = width > 1 ? 2 * width : 1;
	size_t each = (COLUMNS + vectors) * sizeof(double) + sizeof(psy_tree_split) + sizeof(int32_t);
	psy_status status = psy_alloc(x->c->builder.ctx, x->most, each, block, x->c->err);

	if (status != PSY_OK)
		return status;
	for (size_t k = 0; k < COLUMNS; k++)
		x->column[k] = (double *) *block + k * x->most;
	x->value = (double *) *block + COLUMNS * x->most;
	memset(*block, 0, COLUMNS * x->most * sizeof(double));
	x->vector = x->value + x->most * width;
	x->split = (psy_tree_split *) (x->value + x->most * vectors);
	x->place = (int32_t *) (x->split + x->most);
	return PSY_OK;
}

psy_status
psy_xgboost_trees(psy_xgboost *front, psy_op *op)
{
	psy_builder *b = &front->c->builder;
	trees_reader x = {.c = front->c, .front = front};
	psy_trees_writer writer;
	void *scratch = NULL;
	psy_status status;

	x.head = (psy_trees_head){.width = 1,
							  .divisor = 1,
							  .parameter = 1,
							  .link = front->objective->link,
							  .flags = PSY_TREES_FLOAT_FEATURES | PSY_TREES_FLOAT_SUMS | PSY_TREES_COVERS};
	if ((status = find_trees(&x)) != PSY_OK)
		return status;
	for (const psy_json_node *tree = psy_json_first(x.c->json, x.trees); tree != NULL;
		 tree = psy_json_next(x.c->json, tree))
		if ((status = measure(&x, tree)) != PSY_OK)
			return status;
	if ((status = psy_trees_begin(&writer, b, &x.head, front->outputs)) != PSY_OK ||
		(status = make_scratch(&x, &scratch)) != PSY_OK)
		return status;
	memcpy(psy_trees_base(&writer), front->base, front->outputs * sizeof(double));
	status = read_all(&x, &writer);
	psy_release(b->ctx, scratch);
	if (status != PSY_OK)
		return status;
	op->code = PSY_OP_TREES;
	psy_trees_finish(&writer, op);
	return PSY_OK;
}
