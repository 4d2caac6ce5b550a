/*
 * pmml_tree.c - TreeModel: all strategies for missing values and for nodes without a true child.
 *
 * A node's code is: the tests of its children in order, each jumping to its child's code; what happens when
 * none is true; then the children's code, so that jumps lead forward only.  What a node gives when it is the
 * last one reached is written where it is needed.
 *
 * weightedConfidence and aggregateNodes follow all children that are true or unknown (the first true one alone
 * when nothing is unknown before it) and add up the leaves' record counts (or confidences).
 */
#include "models/pmml.h"

#include <math.h>
#include <string.h>

enum
{
	LAST_PREDICTION,
	NULL_PREDICTION,
	DEFAULT_CHILD,
	WEIGHTED_CONFIDENCE,
	AGGREGATE_NODES,
	NONE
};

typedef struct tree
{
	psy_pmml *c;
	psy_pmml_model *m;
	int missing;     /* strategy */
	bool return_last; /* noTrueChildStrategy */
	uint32_t weights; /* registers of sums, for the strategies that follow several children */
	bool distributions;
	const psy_xml *parent; /* of a node without a result of its own: none */
} tree;

static const psy_xml *
next_node(const psy_xml *child)
{
	while (child != NULL && !psy_xml_is(child, "Node"))
		child = child->next;
	return child;
}

/* ---- what a node gives ----------------------------------------------------------------------- */

static double
distribution_value(psy_pmml *c, const psy_xml *distribution, bool probabilities)
{
	return psy_pmml_need_number(c, distribution, probabilities ? "probability" : "recordCount");
}

/* value[classes] from the node's ScoreDistributions, summing to 1; false when it has none. */
static bool
distribution_of(tree *t, const psy_xml *node, double *value)
{
	psy_pmml *c = t->c;
	const psy_xml *first = psy_xml_child(node, "ScoreDistribution");
	double sum = 0;

	for (const psy_xml *d = first; d != NULL && psy_pmml_ok(c); d = psy_xml_again(d))
	{
		uint32_t class = psy_pmml_class(c, d, t->m->answer.target, psy_pmml_need(c, d, "value"));
		double x = distribution_value(c, d, psy_xml_get(first, "probability") != NULL);

		if (!(x >= 0))
			psy_pmml_fail(c, d, PSY_FORMAT, "a negative record count or probability");
		if (psy_pmml_ok(c))
			value[class] = x;
		sum += x;
	}
	if (first != NULL && psy_pmml_ok(c) && sum == 0)
		psy_pmml_fail(c, node, PSY_FORMAT, "its ScoreDistributions are all 0");
	for (uint32_t k = 0; k < t->m->answer.target->labels && first != NULL && sum != 0 && sum != 1; k++)
		value[k] /= sum;
	return first != NULL;
}

static void
give_class(tree *t, const psy_xml *node)
{
	psy_pmml *c = t->c;
	psy_pmml_answer *answer = &t->m->answer;
	uint32_t classes = answer->target->labels, label = 0;
	const char *score = psy_xml_get(node, "score");
	double *value = psy_pmml_get(c, classes, sizeof *value);
	bool distributed;

	if (value == NULL)
		return;
	distributed = distribution_of(t, node, value);
	if (score == NULL && !distributed)
		return; /* no prediction */
	if (!distributed)
		answer->has_probability = false;
	else
		psy_pmml_vector(c, answer->probability, value, classes);
	/* Without a score the largest count decides. */
	for (uint32_t k = 1; k < classes && score == NULL; k++)
		label = value[k] > value[label] ? k : label;
	if (score != NULL)
		label = psy_pmml_class(c, node, answer->target, score);
	psy_pmml_const(c, answer->value, label);
}

static void
give_number(tree *t, const psy_xml *node)
{
	psy_pmml *c = t->c;
	const char *score = psy_xml_get(node, "score");

	if (psy_xml_child(node, "Regression") != NULL)
		psy_pmml_refuse(c, psy_xml_child(node, "Regression"), "a regression embedded in a node");
	if (score != NULL)
	{
		double value = psy_pmml_number(c, node, "score", score);

		psy_pmml_const(c, t->m->answer.value, c->float_math ? (double) (float) value : value);
	}
}

static void
give(tree *t, const psy_xml *node)
{
	if (psy_xml_child(node, "DecisionTree") != NULL)
		psy_pmml_refuse(t->c, psy_xml_child(node, "DecisionTree"), "a tree embedded in a node");
	if (t->m->answer.classifies)
		give_class(t, node);
	else
		give_number(t, node);
}

/* ---- one way through the tree ---------------------------------------------------------------- */

/* Jumps that wait to lead behind the tree: one for each place that gives a result. */
typedef struct ends
{
	uint32_t *at;
	uint32_t count;
	uint32_t capacity;
} ends;

static void
finish(tree *t, ends *e)
{
	if (e->count < e->capacity)
		e->at[e->count++] = psy_pmml_jump(t->c);
	else
		psy_pmml_fail(t->c, NULL, PSY_LIMIT, "a tree with more results than nodes");
}

static const psy_xml *
default_child(tree *t, const psy_xml *node)
{
	const char *id = psy_xml_get(node, "defaultChild");

	for (const psy_xml *child = next_node(node->first); id != NULL && child != NULL; child = next_node(child->next))
		if (psy_xml_get(child, "id") != NULL && strcmp(psy_xml_get(child, "id"), id) == 0)
			return child;
	psy_pmml_fail(t->c, node, PSY_FORMAT, "its defaultChild%s%.40s%s", id == NULL ? " is missing" : " \"", id == NULL ? "" : id,
				  id == NULL ? "" : "\" is none of its children");
	return NULL;
}

static void walk(tree *t, const psy_xml *node, ends *e);

/* The tests, what follows when none is true, what follows the unknown, then the children. */
static void
walk_children(tree *t, const psy_xml *node, uint32_t count, ends *e)
{
	psy_pmml *c = t->c;
	psy_pmml_branch *branch = psy_pmml_get(c, count, sizeof *branch);
	const psy_xml *fallback = NULL;
	uint32_t k = 0, into = 0;
	bool unknown = false;

	psy_pmml_poll(c);
	if (branch == NULL)
		return;
	for (const psy_xml *child = next_node(node->first); child != NULL && psy_pmml_ok(c); child = next_node(child->next), k++)
	{
		const psy_xml *predicate = psy_pmml_predicate_in(child);

		if (predicate == NULL)
			psy_pmml_fail(c, child, PSY_FORMAT, "there is no predicate in it");
		else
			branch[k] = psy_pmml_predicate(c, t->m->scope, predicate);
		unknown |= branch[k].has_unknown;
	}
	if (t->return_last)
		give(t, node);
	finish(t, e);
	if (unknown && t->missing != NONE)
	{
		for (k = 0; k < count && psy_pmml_ok(c); k++)
			if (branch[k].has_unknown)
				psy_pmml_land_unknown(c, branch[k].test);
		if (t->missing == LAST_PREDICTION)
			give(t, node);
		else if (t->missing == DEFAULT_CHILD)
			fallback = default_child(t, node);
		if (fallback == NULL)
			finish(t, e);
		else
			into = psy_pmml_jump(c);
	}
	k = 0;
	for (const psy_xml *child = next_node(node->first); child != NULL && psy_pmml_ok(c); child = next_node(child->next), k++)
	{
		psy_pmml_land(c, branch[k].test);
		if (child == fallback)
			psy_pmml_land(c, into);
		walk(t, child, e);
	}
}

static uint32_t
count_nodes(const psy_xml *node)
{
	uint32_t count = 0;

	for (const psy_xml *child = next_node(node->first); child != NULL; child = next_node(child->next))
		count++;
	return count;
}

static void
walk(tree *t, const psy_xml *node, ends *e)
{
	uint32_t children = count_nodes(node);

	if (children > 0)
	{
		walk_children(t, node, children, e);
		return;
	}
	give(t, node);
	finish(t, e);
}

/* ---- several ways at once -------------------------------------------------------------------- */

/* A leaf adds its counts (or confidences times its record count) to the sums. */
static void
add_leaf(tree *t, const psy_xml *node, uint32_t weight)
{
	psy_pmml *c = t->c;
	uint32_t classes = t->m->answer.target->labels;
	double *value = psy_pmml_get(c, classes, sizeof *value), total = 0;
	uint32_t at = psy_pmml_registers(c, classes), scaled;

	if (value == NULL)
		return;
	for (const psy_xml *d = psy_xml_child(node, "ScoreDistribution"); d != NULL && psy_pmml_ok(c); d = psy_xml_again(d))
	{
		uint32_t class = psy_pmml_class(c, d, t->m->answer.target, psy_pmml_need(c, d, "value"));
		double records = psy_pmml_need_number(c, d, "recordCount");
		const char *confidence = psy_xml_get(d, "confidence");

		if (!psy_pmml_ok(c))
			return;
		value[class] = t->missing == WEIGHTED_CONFIDENCE && confidence != NULL ? psy_pmml_number(c, d, "confidence", confidence) : records;
		total += value[class];
	}
	if (psy_xml_child(node, "ScoreDistribution") == NULL)
		psy_pmml_fail(c, node, PSY_UNSUPPORTED, "a leaf without ScoreDistributions under this missingValueStrategy is not supported");
	for (uint32_t k = 0; k < classes && t->missing == WEIGHTED_CONFIDENCE && total > 0; k++)
		value[k] /= total;
	psy_pmml_vector(c, at, value, classes);
	if (t->missing == AGGREGATE_NODES)
	{
		psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_ADD, .to = t->weights, .a = at, .n = classes, .u.k = 1});
		return;
	}
	scaled = psy_pmml_registers(c, 2);
	for (uint32_t k = 0; k < classes && psy_pmml_ok(c); k++)
	{
		psy_pmml_copy(c, scaled, weight, 1);
		psy_pmml_const(c, scaled + 1, value[k]);
		psy_pmml_apply(c, at + k, "*", scaled, 2);
	}
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_ADD, .to = t->weights, .a = at, .n = classes, .u.k = 1});
}

/* What the record counts of a node's children are weighted by. */
static double
records_below(tree *t, const psy_xml *node)
{
	double sum = 0;

	for (const psy_xml *child = next_node(node->first); child != NULL && psy_pmml_ok(t->c); child = next_node(child->next))
		sum += psy_pmml_need_number(t->c, child, "recordCount");
	if (!(sum > 0))
		psy_pmml_fail(t->c, node, PSY_FORMAT, "its children's record counts are not positive");
	return sum;
}

/*
 * Each child is entered when its predicate is true or unknown.  A true one ends the search among its siblings;
 * it counts in full when nothing before it was unknown.
 */
static void
spread(tree *t, const psy_xml *node, uint32_t weight)
{
	psy_pmml *c = t->c;
	uint32_t doubtful = psy_pmml_registers(c, 1), *ended, k = 0;
	bool weighted = t->missing == WEIGHTED_CONFIDENCE;
	double records;

	if (count_nodes(node) == 0)
	{
		add_leaf(t, node, weight);
		return;
	}
	if ((ended = psy_pmml_get(c, count_nodes(node), sizeof *ended)) == NULL)
		return;
	psy_pmml_const(c, doubtful, 0);
	records = weighted ? records_below(t, node) : 1;
	for (const psy_xml *child = next_node(node->first); child != NULL && psy_pmml_ok(c); child = next_node(child->next), k++)
	{
		const psy_xml *predicate = psy_pmml_predicate_in(child);
		uint32_t own = psy_pmml_registers(c, 3), truth = own + 2, skip, sure, known;
		psy_pmml_branch branch;

		if (predicate == NULL)
		{
			psy_pmml_fail(c, child, PSY_FORMAT, "there is no predicate in it");
			return;
		}
		branch = psy_pmml_predicate(c, t->m->scope, predicate);
		skip = psy_pmml_jump(c);
		if (branch.has_unknown)
			psy_pmml_land_unknown(c, branch.test);
		psy_pmml_const(c, doubtful, 1);
		known = psy_pmml_jump(c);
		psy_pmml_land(c, branch.test);
		psy_pmml_const(c, truth, 1);
		psy_pmml_land(c, known);
		psy_pmml_copy(c, own, weight, 1);
		sure = psy_pmml_test(c, doubtful, PSY_PMML_EQ, 0);
		psy_pmml_const(c, own + 1, weighted ? psy_pmml_need_number(c, child, "recordCount") / records : 1);
		psy_pmml_apply(c, own, "*", own, 2);
		psy_pmml_land(c, sure);
		spread(t, child, own);
		ended[k] = psy_pmml_test(c, truth, PSY_PMML_PRESENT, 0);
		psy_pmml_land(c, skip);
	}
	for (uint32_t j = 0; j < k && psy_pmml_ok(c); j++)
		psy_pmml_land(c, ended[j]);
}

static void
walk_all_ways(tree *t, const psy_xml *root)
{
	psy_pmml *c = t->c;
	psy_pmml_answer *answer = &t->m->answer;
	uint32_t classes = answer->target->labels, one = psy_pmml_registers(c, 1);
	double *zero = psy_pmml_get(c, classes, sizeof *zero);

	if (zero == NULL)
		return;
	t->weights = answer->probability;
	psy_pmml_vector(c, t->weights, zero, classes);
	psy_pmml_const(c, one, 1);
	spread(t, root, one);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_SHARE, .how = 1, .to = answer->probability, .n = classes});
	psy_pmml_largest(c, answer);
}

/* ---- the model ------------------------------------------------------------------------------- */

/* How many there are in the tree. */
static uint32_t
nodes_of(const psy_xml *root)
{
	uint32_t count = 0;

	for (const psy_xml *node = root; node != NULL;)
	{
		const psy_xml *next = next_node(node->first);

		count++;
		while (next == NULL && node != root)
		{
			next = next_node(node->next);
			node = next == NULL ? node->parent : node;
		}
		node = next;
	}
	return count;
}

void
psy_pmml_tree(psy_pmml *c, psy_pmml_model *m)
{
	static const char *const strategies[] = {"lastPrediction", "nullPrediction", "defaultChild", "weightedConfidence", "aggregateNodes", "none", NULL};
	static const char *const childless[] = {"returnNullPrediction", "returnLastPrediction", NULL};
	tree t = {.c = c, .m = m};
	const psy_xml *root = psy_xml_child(m->element, "Node"), *predicate = root == NULL ? NULL : psy_pmml_predicate_in(root);
	psy_pmml_branch branch;
	ends e = {0};
	uint32_t refused;

	t.missing = psy_pmml_choice(c, m->element, "missingValueStrategy", strategies, NONE);
	t.return_last = psy_pmml_choice(c, m->element, "noTrueChildStrategy", childless, 0) == 1;
	if (predicate == NULL)
		psy_pmml_fail(c, root == NULL ? m->element : root, PSY_FORMAT, "there is no %s in it", root == NULL ? "Node" : "predicate");
	if (!psy_pmml_ok(c))
		return;
	branch = psy_pmml_predicate(c, m->scope, predicate);
	refused = psy_pmml_jump(c);
	psy_pmml_land(c, branch.test);
	if (t.missing == WEIGHTED_CONFIDENCE || t.missing == AGGREGATE_NODES)
	{
		if (!m->answer.classifies)
			psy_pmml_fail(c, m->element, PSY_UNSUPPORTED, "missingValueStrategy=\"%s\" of a regression is not supported", strategies[t.missing]);
		if (psy_pmml_ok(c))
			walk_all_ways(&t, root);
	}
	else
	{
		/* Every node ends a way at most three times: as a leaf, without a true child, at the unknown. */
		e.capacity = 3 * nodes_of(root);
		if ((e.at = psy_pmml_get(c, e.capacity, sizeof *e.at)) == NULL)
			return;
		walk(&t, root, &e);
		for (uint32_t k = 0; k < e.count && psy_pmml_ok(c); k++)
			psy_pmml_land(c, e.at[k]);
	}
	psy_pmml_land(c, refused);
	if (branch.has_unknown)
		psy_pmml_land_unknown(c, branch.test);
}
