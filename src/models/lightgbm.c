/*
 * lightgbm.c - the front end of LightGBM's text models (Booster.save_model): numeric and categorical splits,
 * the three ways to treat missing values, random forests that average, and the objectives' links; all in
 * double, as LightGBM.
 *
 * The text is lines of key=value: a head, then blocks that begin with Tree=, up to "end of trees".  It is
 * read in two passes, the first of which counts.  Lines are found by key within a block, so that their order
 * does not matter.
 */
#include "models/lightgbm.h"

#include <math.h>
#include <string.h>

/* ---- the head -------------------------------------------------------------------------------- */

typedef struct objective
{
	const char *name;
	psy_task task;
	psy_tree_link link;
} objective;

static const objective objectives[] = {{"regression", PSY_REGRESSION, PSY_LINK_IDENTITY},
									   {"regression_l1", PSY_REGRESSION, PSY_LINK_IDENTITY},
									   {"huber", PSY_REGRESSION, PSY_LINK_IDENTITY},
									   {"fair", PSY_REGRESSION, PSY_LINK_IDENTITY},
									   {"quantile", PSY_REGRESSION, PSY_LINK_IDENTITY},
									   {"mape", PSY_REGRESSION, PSY_LINK_IDENTITY},
									   {"lambdarank", PSY_REGRESSION, PSY_LINK_IDENTITY},
									   {"rank_xendcg", PSY_REGRESSION, PSY_LINK_IDENTITY},
									   {"poisson", PSY_REGRESSION, PSY_LINK_EXP},
									   {"gamma", PSY_REGRESSION, PSY_LINK_EXP},
									   {"tweedie", PSY_REGRESSION, PSY_LINK_EXP},
									   {"cross_entropy", PSY_REGRESSION, PSY_LINK_LOGISTIC},
									   {"cross_entropy_lambda", PSY_REGRESSION, PSY_LINK_SOFTPLUS},
									   {"binary", PSY_CLASSIFICATION, PSY_LINK_LOGISTIC},
									   {"multiclass", PSY_CLASSIFICATION, PSY_LINK_SOFTMAX},
									   {"multiclassova", PSY_CLASSIFICATION, PSY_LINK_EACH}};

/* "binary sigmoid:1", "multiclass num_class:3", "regression sqrt", ... */
static psy_status
read_objective(psy_lightgbm_reader *l, double classes)
{
	psy_slice text, name, word;
	const objective *found = NULL;
	psy_status status;

	if (!psy_lightgbm_find(l->head, "objective", &text))
		return psy_lightgbm_refuse(l, l->head.at, PSY_UNSUPPORTED,
								   "a model without an objective (a custom one) is not supported");
	name = psy_slice_word(&text);
	for (size_t k = 0; k < sizeof objectives / sizeof objectives[0]; k++)
		if (psy_slice_equals(name, objectives[k].name))
			found = objectives + k;
	if (found == NULL)
		return psy_lightgbm_refuse_key(l, name.at, PSY_UNSUPPORTED, "objective",
									   "it is not among those supported");
	l->plan.link = found->link;
	l->objective = name;
	l->task = found->task;
	for (word = psy_slice_word(&text); word.at < word.end; word = psy_slice_word(&text))
		if (psy_slice_begins(word, "sigmoid:"))
		{
			word.at += strlen("sigmoid:");
			if ((status = psy_lightgbm_number(l, word, "sigmoid", false, 1e-300, 1e300,
											  &l->plan.parameter)) != PSY_OK)
				return status;
		}
		else if (psy_slice_equals(word, "sqrt"))
			l->plan.link = PSY_LINK_SQUARE;
	if (found->link == PSY_LINK_SOFTMAX || found->link == PSY_LINK_EACH ? classes < 2 : classes != 1)
		return psy_lightgbm_refuse_key(l, l->head.at, PSY_FORMAT, "num_class",
									   "it does not fit the objective");
	l->outputs = (uint32_t) classes;
	return PSY_OK;
}

static psy_status
add_text(psy_lightgbm_reader *l, psy_span table, size_t k, const char *text, size_t length)
{
	psy_span span;
	psy_status status = psy_builder_text(&l->c->builder, text, length, &span);

	if (status == PSY_OK)
		((psy_span *) psy_builder_at(&l->c->builder, table))[k] = span;
	return status;
}

static size_t
classes_of(const psy_lightgbm_reader *l)
{
	return l->task == PSY_REGRESSION ? 0 : l->outputs == 1 ? 2 : l->outputs;
}

static psy_status
name_classes(psy_lightgbm_reader *l)
{
	psy_builder *b = &l->c->builder;
	size_t classes = classes_of(l);
	psy_span labels;
	psy_status status;

	psy_builder_model(b)->task = l->task;
	psy_builder_model(b)->positive = PSY_MODEL_NO_CLASS;
	if (classes == 0)
		return PSY_OK;
	if ((status = psy_builder_reserve(b, classes, sizeof(psy_span), &labels)) != PSY_OK)
		return status;
	psy_builder_model(b)->class_labels = labels;
	psy_builder_model(b)->classes = (uint32_t) classes;
	if (classes == 2)
		psy_builder_model(b)->positive = 1;
	for (size_t k = 0; k < classes; k++)
	{
		char text[32] = "";

		psy_append(text, sizeof text, "%zu", k);
		if ((status = add_text(l, labels, k, text, strlen(text))) != PSY_OK)
			return status;
	}
	return PSY_OK;
}

static psy_status
name_features(psy_lightgbm_reader *l)
{
	psy_builder *b = &l->c->builder;
	psy_span table, units;
	psy_slice names, word;
	psy_status status;

	if (!psy_lightgbm_find(l->head, "feature_names", &names))
		return psy_lightgbm_refuse_key(l, l->head.at, PSY_FORMAT, "feature_names", "the line is missing");
	if (l->features > l->c->limits->features || l->features > PSY_SPLIT_FEATURE)
		return psy_lightgbm_refuse(l, names.at, PSY_LIMIT, "too many features");
	if ((status = psy_builder_reserve(b, l->features, sizeof(psy_span), &table)) != PSY_OK ||
		(status = psy_builder_reserve(b, l->features, sizeof(psy_span), &units)) != PSY_OK)
		return status;
	psy_builder_model(b)->features = (uint32_t) l->features;
	psy_builder_model(b)->feature_names = table;
	psy_builder_model(b)->feature_units = units;
	psy_builder_model(b)->missing = PSY_MISSING_LEARNED;
	for (size_t k = 0; k < l->features; k++)
	{
		word = psy_slice_word(&names);
		if (word.at == word.end)
			return psy_lightgbm_refuse_key(l, names.at, PSY_FORMAT, "feature_names",
										   "fewer names than max_feature_idx says");
		if ((status = add_text(l, table, k, word.at, (size_t) (word.end - word.at))) != PSY_OK)
			return status;
	}
	if (psy_slice_word(&names).at < names.end)
		return psy_lightgbm_refuse_key(l, names.at, PSY_FORMAT, "feature_names",
									   "more names than max_feature_idx says");
	return psy_builder_order_features(b);
}

/* Parts the document at the first tree and at the end of trees. */
static psy_status
part_document(psy_lightgbm_reader *l, size_t bytes)
{
	psy_slice rest = {l->document, l->document + bytes}, line;

	l->head = (psy_slice){l->document, NULL};
	while (rest.at < rest.end)
	{
		line = psy_slice_line(&rest);
		if (l->head.end == NULL && psy_slice_begins(line, "Tree="))
		{
			l->head.end = line.at;
			l->trees = (psy_slice){line.at, NULL};
		}
		if (psy_slice_equals(line, "end of trees") && l->head.end != NULL)
		{
			l->trees.end = line.at;
			return PSY_OK;
		}
	}
	return psy_lightgbm_refuse(l, l->document + bytes, PSY_FORMAT,
							   "the document ends before a line \"end of trees\"");
}

static psy_status
read_head(psy_lightgbm_reader *l)
{
	double classes, each, most;
	psy_slice head = l->head;
	psy_status status;

	if ((status = psy_lightgbm_setting(l, head, "num_class", 1, PSY_MODEL_MOST_CLASSES, &classes)) !=
			PSY_OK ||
		(status = psy_lightgbm_setting(l, head, "num_tree_per_iteration", 1, PSY_MODEL_MOST_CLASSES,
									   &each)) != PSY_OK ||
		(status = psy_lightgbm_setting(l, head, "max_feature_idx", 0, 16777214, &most)) != PSY_OK)
		return status;
	if (each != classes)
		return psy_lightgbm_refuse_key(l, head.at, PSY_UNSUPPORTED, "num_tree_per_iteration",
									   "it differs from num_class");
	l->features = (size_t) most + 1;
	return read_objective(l, classes);
}

/* ---- trees ----------------------------------------------------------------------------------- */

/* The next block, which begins with Tree=. */
static psy_slice
next_tree(psy_slice *rest)
{
	psy_slice block = *rest, line;

	(void) psy_slice_line(rest);
	while (rest->at < rest->end)
	{
		psy_slice before = *rest;

		line = psy_slice_line(rest);
		if (psy_slice_begins(line, "Tree="))
		{
			*rest = before;
			break;
		}
	}
	block.end = rest->at;
	return block;
}

static psy_status
measure(psy_lightgbm_reader *l, psy_slice block)
{
	double leaves, linear, sets, last;
	psy_slice bounds;
	psy_status status;

	if ((status = psy_lightgbm_setting(l, block, "num_leaves", 1, 1e7, &leaves)) != PSY_OK ||
		(status = psy_lightgbm_setting(l, block, "num_cat", 0, 1e7, &sets)) != PSY_OK)
		return status;
	if (psy_lightgbm_find(block, "is_linear", &bounds))
	{
		if ((status = psy_lightgbm_number(l, bounds, "is_linear", true, 0, 1, &linear)) != PSY_OK)
			return status;
		if (linear == 1)
			return psy_lightgbm_refuse_key(l, bounds.at, PSY_UNSUPPORTED, "is_linear",
										   "trees with linear leaves are not supported");
	}
	/* As many leaves as the block has bytes at most: what is allocated was seen to be there. */
	if (leaves > (double) (block.end - block.at) || (sets > 0 && sets >= leaves))
		return psy_lightgbm_refuse_key(l, block.at, PSY_FORMAT, "num_leaves",
									   "more leaves, or sets of categories, than the tree has room for");
	if (sets > 0)
	{
		if (!psy_lightgbm_find(block, "cat_boundaries", &bounds))
			return psy_lightgbm_refuse_key(l, block.at, PSY_FORMAT, "cat_boundaries", "the line is missing");
		for (size_t k = 0; k <= (size_t) sets; k++)
			if ((status = psy_lightgbm_number(l, psy_slice_word(&bounds), "cat_boundaries", true, 0,
											  (double) (block.end - block.at), &last)) != PSY_OK)
				return status;
		l->plan.words += (uint32_t) last;
	}
	if (leaves > 1 && (!psy_lightgbm_find(block, "internal_count", &bounds) ||
					   !psy_lightgbm_find(block, "leaf_count", &bounds)))
		l->plan.flags &= ~PSY_TREES_COVERS;
	l->plan.trees++;
	l->plan.nodes += 2 * (uint32_t) leaves - 1;
	if ((size_t) leaves > l->most)
		l->most = (size_t) leaves;
	return PSY_OK;
}

/* cat_threshold's words to the writer; then each categorical split's number becomes its piece of them. */
static psy_status
read_sets(psy_lightgbm_reader *l, psy_slice block, size_t splits, psy_trees_writer *writer)
{
	double sets, bits;
	uint32_t all[2], *word;
	psy_slice bounds, words;
	psy_status status = psy_lightgbm_setting(l, block, "num_cat", 0, 1e7, &sets);

	if (status != PSY_OK)
		return status;
	if (sets == 0)
	{
		for (size_t s = 0; s < splits; s++)
			if (l->split[s].what & PSY_SPLIT_CATEGORIES)
				return psy_lightgbm_refuse_key(l, block.at, PSY_FORMAT, "num_cat",
											   "0, but a split goes by categories");
		return PSY_OK;
	}
	if (!psy_lightgbm_find(block, "cat_boundaries", &bounds) ||
		!psy_lightgbm_find(block, "cat_threshold", &words))
		return psy_lightgbm_refuse_key(l, block.at, PSY_FORMAT, "cat_threshold", "the line is missing");
	/* Fewer sets than leaves: the column holds their bounds. */
	for (size_t k = 0; k <= (size_t) sets; k++)
	{
		status = psy_lightgbm_number(l, psy_slice_word(&bounds), "cat_boundaries", true,
									 k == 0 ? 0 : l->column[k - 1],
									 k == 0 ? 0 : (double) (block.end - block.at), l->column + k);
		if (status != PSY_OK)
			return status;
	}
	for (size_t s = 0; s < splits; s++)
	{
		psy_tree_split *split = l->split + s;

		if ((split->what & PSY_SPLIT_CATEGORIES) == 0)
			continue;
		if (!(split->threshold >= 0 && split->threshold < sets))
			return psy_lightgbm_refuse_key(l, block.at, PSY_FORMAT, "threshold",
										   "a set of categories that does not exist");
		/* The sets stand one after the other from this tree's first word on. */
		split->set[0] = writer->words + (uint32_t) l->column[(size_t) split->threshold];
		split->set[1] =
			(uint32_t) (l->column[(size_t) split->threshold + 1] - l->column[(size_t) split->threshold]);
	}
	word = psy_trees_set(writer, (uint32_t) l->column[(size_t) sets], all);
	for (size_t k = 0; k < all[1]; k++)
	{
		if ((status = psy_lightgbm_number(l, psy_slice_word(&words), "cat_threshold", true, 0, UINT32_MAX,
										  &bits)) != PSY_OK)
			return status;
		word[k] = (uint32_t) bits;
	}
	return PSY_OK;
}

/* decision_type: bit 0 categorical, bit 1 missing values go left, bits 2-3 what is missing: nothing, zero,
 * NaN. */
static psy_status
read_kinds(psy_lightgbm_reader *l, psy_slice block, size_t splits)
{
	psy_status status = psy_lightgbm_column(l, block, "decision_type", splits, true, -128, 127, l->column);

	for (size_t k = 0; status == PSY_OK && k < splits; k++)
	{
		unsigned kind = (unsigned) ((int) l->column[k] & 0xFF), missing = kind >> 2;
		uint32_t *what = &l->split[k].what;

		if (missing > 2)
			return psy_lightgbm_refuse_key(l, block.at, PSY_UNSUPPORTED, "decision_type",
										   "an unknown treatment of missing values");
		/* Of a categorical split a missing value is no member, whatever the bits say. */
		if (kind & 1)
			*what |= PSY_SPLIT_CATEGORIES;
		else
			*what |= (kind & 2 ? PSY_SPLIT_MISSING_LEFT : 0) | (missing == 2 ? 0 : PSY_SPLIT_NAN_IS_ZERO) |
					 (missing == 1 ? PSY_SPLIT_ZERO_IS_MISSING : 0);
	}
	return status;
}

static psy_status
read_splits(psy_lightgbm_reader *l, psy_slice block, size_t splits)
{
	double leaf = -(double) splits - 1, last = (double) splits - 1;
	psy_status status;

	if ((status = psy_lightgbm_column(l, block, "split_feature", splits, true, 0, (double) l->features - 1,
									  l->column)) != PSY_OK)
		return status;
	for (size_t k = 0; k < splits; k++)
		l->split[k] = (psy_tree_split){.what = (uint32_t) l->column[k]};
	if ((status = psy_lightgbm_column(l, block, "threshold", splits, false, -INFINITY, INFINITY,
									  l->column)) != PSY_OK)
		return status;
	for (size_t k = 0; k < splits; k++)
		l->split[k].threshold = l->column[k];
	if ((status = psy_lightgbm_column(l, block, "left_child", splits, true, leaf, last, l->column)) != PSY_OK)
		return status;
	for (size_t k = 0; k < splits; k++)
		l->split[k].left = (int32_t) l->column[k];
	if ((status = psy_lightgbm_column(l, block, "right_child", splits, true, leaf, last, l->column)) !=
		PSY_OK)
		return status;
	for (size_t k = 0; k < splits; k++)
		l->split[k].right = (int32_t) l->column[k];
	return read_kinds(l, block, splits);
}

/* Cases of training in each node; a tree of one leaf need not say. */
static psy_status
read_covers(psy_lightgbm_reader *l, psy_slice block, size_t splits)
{
	psy_status status;

	l->leaf_cover[0] = 0;
	if ((l->plan.flags & PSY_TREES_COVERS) == 0 || splits == 0)
		return PSY_OK;
	status = psy_lightgbm_column(l, block, "internal_count", splits, true, 0, 9e15, l->split_cover);
	return status != PSY_OK
			   ? status
			   : psy_lightgbm_column(l, block, "leaf_count", splits + 1, true, 0, 9e15, l->leaf_cover);
}

static psy_status
read_tree(psy_lightgbm_reader *l, psy_slice block, uint32_t output, psy_trees_writer *writer)
{
	psy_tree_source source = {
		.split = l->split, .value = l->value, .split_cover = l->split_cover, .leaf_cover = l->leaf_cover};
	double leaves;
	psy_status status;

	if ((status = psy_lightgbm_setting(l, block, "num_leaves", 1, (double) l->most, &leaves)) != PSY_OK)
		return status;
	source.leaves = (size_t) leaves;
	source.splits = source.leaves - 1;
	source.start = source.splits == 0 ? -1 : 0;
	if (source.splits > 0 && ((status = read_splits(l, block, source.splits)) != PSY_OK ||
							  (status = read_sets(l, block, source.splits, writer)) != PSY_OK))
		return status;
	if ((status = psy_lightgbm_column(l, block, "leaf_value", source.leaves, false, -1.7e308, 1.7e308,
									  l->value)) != PSY_OK)
		return status;
	if ((status = read_covers(l, block, source.splits)) != PSY_OK)
		return status;
	if (!psy_trees_add(writer, &source, output))
		return psy_lightgbm_refuse(l, block.at, PSY_FORMAT,
								   "left_child and right_child do not make a tree: a split is reached twice");
	return PSY_OK;
}

static psy_status
read_trees(psy_lightgbm_reader *l, psy_trees_writer *writer)
{
	psy_slice rest = l->trees;
	psy_status status = PSY_OK;

	for (uint32_t k = 0; status == PSY_OK && rest.at < rest.end; k++)
		if ((status = psy_poll(l->c->builder.ctx, l->c->err)) == PSY_OK)
			status = read_tree(l, next_tree(&rest), k % l->outputs, writer);
	return status;
}

static psy_status
plan_trees(psy_lightgbm_reader *l)
{
	psy_slice rest = l->trees, lines = l->head;
	psy_status status;

	while (rest.at < rest.end)
		if ((status = measure(l, next_tree(&rest))) != PSY_OK)
			return status;
	if (l->plan.trees % l->outputs != 0)
		return psy_lightgbm_refuse(l, l->trees.end, PSY_FORMAT, "the last iteration lacks trees");
	while (lines.at < lines.end)
		if (psy_slice_equals(psy_slice_line(&lines), "average_output"))
			l->plan.divisor = l->plan.trees / l->outputs;
	return PSY_OK;
}

/* One block: values, a column, covers, splits. */
static psy_status
make_scratch(psy_lightgbm_reader *l, void **block)
{
	psy_status status =
		psy_alloc(l->c->builder.ctx, l->most, 4 * sizeof(double) + sizeof(psy_tree_split), block, l->c->err);

	if (status != PSY_OK)
		return status;
	l->value = *block;
	l->column = l->value + l->most;
	l->split_cover = l->column + l->most;
	l->leaf_cover = l->split_cover + l->most;
	l->split = (psy_tree_split *) (l->leaf_cover + l->most);
	return PSY_OK;
}

/* The trees as an operator; the head was read. */
static psy_status
compile_trees(psy_lightgbm_reader *l, psy_op *op)
{
	psy_builder *b = &l->c->builder;
	psy_trees_writer writer;
	void *scratch = NULL;
	psy_status status;

	if ((status = plan_trees(l)) != PSY_OK ||
		(status = psy_trees_begin(&writer, b, &l->plan, l->outputs)) != PSY_OK ||
		(status = make_scratch(l, &scratch)) != PSY_OK)
		return status;
	status = read_trees(l, &writer);
	psy_release(b->ctx, scratch);
	if (status != PSY_OK)
		return status;
	op->code = PSY_OP_TREES;
	op->inputs = (uint32_t) l->features;
	psy_trees_finish(&writer, op);
	return PSY_OK;
}

/* A document on its own: the model's head too. */
static psy_status
compile(psy_lightgbm_reader *l)
{
	psy_builder *b = &l->c->builder;
	psy_op op = {0};
	psy_span steps, name;
	psy_status status;

	if ((status = psy_builder_text(b, l->objective.at, psy_slice_length(l->objective), &name)) != PSY_OK)
		return status;
	psy_builder_model(b)->name = name;
	if ((status = name_classes(l)) != PSY_OK || (status = name_features(l)) != PSY_OK ||
		(status = psy_builder_reserve(b, 1, sizeof(psy_op), &steps)) != PSY_OK ||
		(status = compile_trees(l, &op)) != PSY_OK)
		return status;
	psy_builder_model(b)->ops = 1;
	psy_builder_model(b)->steps = steps;
	*(psy_op *) psy_builder_at(b, steps) = op;
	return PSY_OK;
}

/* The head of document[bytes]; l->c_locale is to be freed, also after errors. */
static psy_status
begin(psy_lightgbm_reader *l, size_t bytes)
{
	psy_status status;

	l->plan = (psy_trees_head){.width = 1, .divisor = 1, .parameter = 1, .flags = PSY_TREES_COVERS};
	l->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t) 0);
	if (l->c_locale == (locale_t) 0)
		return psy_fail(l->c->err, PSY_NOMEM, "no C locale");
	if ((status = part_document(l, bytes)) != PSY_OK)
		return status;
	return read_head(l);
}

static void
end(psy_lightgbm_reader *l)
{
	if (l->c_locale != (locale_t) 0)
		freelocale(l->c_locale);
}

psy_status
psy_lightgbm_compile(const psy_context *ctx, const char *document, size_t bytes,
					 const psy_model_limits *limits, psy_model **image, psy_error *err)
{
	psy_compiler c = {.limits = limits, .err = err};
	psy_lightgbm_reader l = {.c = &c, .document = document};
	psy_status status;

	if (bytes > limits->json.bytes)
		return psy_fail(err, PSY_LIMIT, "lightgbm: %zu bytes, at most %zu are allowed", bytes,
						limits->json.bytes);
	if ((status = psy_builder_begin(&c.builder, ctx, limits->image, err)) == PSY_OK &&
		(status = begin(&l, bytes)) == PSY_OK && (status = compile(&l)) == PSY_OK)
		status = psy_builder_finish(&c.builder, image);
	end(&l);
	if (status != PSY_OK)
	{
		psy_builder_abandon(&c.builder);
		*image = NULL;
	}
	return status;
}

/* ---- a document within psyrad-json ----------------------------------------------------------- */

/* The lines as one text, which is to be released. */
static psy_status
join_lines(psy_compiler *c, const psy_json_node *lines, char **text, size_t *bytes)
{
	void *joined;
	psy_status status;

	*bytes = 0;
	for (const psy_json_node *n = psy_json_first(c->json, lines); n != NULL; n = psy_json_next(c->json, n))
	{
		if ((status = psy_json_expect(c->json, n, PSY_JSON_STRING, c->err)) != PSY_OK)
			return status;
		*bytes += n->as.string.length + 1;
	}
	if ((status = psy_alloc(c->builder.ctx, *bytes + 1, 1, &joined, c->err)) != PSY_OK)
		return status;
	*text = joined;
	*bytes = 0;
	for (const psy_json_node *n = psy_json_first(c->json, lines); n != NULL; n = psy_json_next(c->json, n))
	{
		memcpy(*text + *bytes, psy_json_text(c->json, n), n->as.string.length);
		*bytes += n->as.string.length;
		(*text)[(*bytes)++] = '\n';
	}
	return PSY_OK;
}

psy_status
psy_lightgbm_from_json(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "model", NULL};
	const psy_model *model = psy_builder_model(&c->builder);
	const psy_json_node *lines;
	psy_lightgbm_reader l = {.c = c};
	char *text = NULL;
	size_t bytes;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_need(c->json, node, "model", PSY_JSON_ARRAY, &lines, c->err)) != PSY_OK ||
		(status = join_lines(c, lines, &text, &bytes)) != PSY_OK)
		return status;
	l.document = text;
	status = begin(&l, bytes);
	if (status == PSY_OK &&
		(l.task != (psy_task) model->task || classes_of(&l) != model->classes || l.features != c->width))
		status =
			psy_json_fail(c->json, node, PSY_FORMAT, c->err,
						  "%zu classes and %zu features do not fit the model: %u classes, %zu values here",
						  classes_of(&l), l.features, model->classes, c->width);
	if (status == PSY_OK)
		status = compile_trees(&l, op);
	end(&l);
	psy_release(c->builder.ctx, text);
	return status;
}
