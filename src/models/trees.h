/*
 * trees.h - ensembles of decision trees in the compiled form, and how front ends write them.  Private to
 * src/models.
 *
 * Data of the operator: trees_head, base[outputs], vector[vectors][width], word (categories), root[trees],
 * group[trees], node[nodes], cover[nodes] under PSY_TREES_COVERS.  A tree's nodes stand breadth first from
 * its root up to the next tree's, siblings side by side, every child behind its parent: a walk ends whatever
 * the bytes say, and one row costs at most one visit of each node.
 */
#ifndef PSY_TREES_H
#define PSY_TREES_H

#include "models/model_op.h"

/* What becomes of the sums. */
typedef enum psy_tree_link
{
	PSY_LINK_IDENTITY = 1,    /* regression: the sum */
	PSY_LINK_EXP = 2,         /* regression: its exponential */
	PSY_LINK_LOGISTIC = 3,    /* two classes (log-odds of the second / parameter), or regression in (0, 1) */
	PSY_LINK_SOFTMAX = 4,     /* one sum a class */
	PSY_LINK_PROBABILITY = 5, /* one sum a class: they are the probabilities */
	PSY_LINK_EACH = 6,        /* one sum a class, each through its own logistic; not normalised */
	PSY_LINK_SQUARE = 7,      /* regression: sign(s) s^2 */
	PSY_LINK_SOFTPLUS = 8,    /* regression: log(1 + exp(s)) */
	PSY_LINK_STEP = 9         /* two classes: certainly the second when > 0 */
} psy_tree_link;

/* Flags of the ensemble. */
#define PSY_TREES_FLOAT_FEATURES 1u /* features are rounded to float32 before they are compared */
#define PSY_TREES_FLOAT_SUMS 2u     /* sums and links are float32 (XGBoost) */
#define PSY_TREES_TIE_SECOND 4u     /* log-odds of exactly 0 are the second class (scikit-learn's boosting) */
#define PSY_TREES_COVERS 8u /* the weight of training data in each node is known: explanation needs it */
#define PSY_TREES_VOTE 16u  /* leaves are votes, where others of the same form are probabilities */
#define PSY_TREES_FLAGS 31u

/* Flags of a split, above its feature's index in the same word. */
#define PSY_SPLIT_FEATURE 0x00FFFFFFu
#define PSY_SPLIT_LEAF 0x01000000u
#define PSY_SPLIT_MISSING_LEFT 0x02000000u
#define PSY_SPLIT_CATEGORIES 0x04000000u /* by membership, not by threshold */
#define PSY_SPLIT_MEMBERS_RIGHT                                                                              \
	0x08000000u                           /* members of the set go right (XGBoost), else left (LightGBM)     \
										   */
#define PSY_SPLIT_NAN_IS_ZERO 0x10000000u /* LightGBM, unless missing_type is NaN */
#define PSY_SPLIT_ZERO_IS_MISSING 0x20000000u
#define PSY_SPLIT_FLAGS 0x3F000000u

typedef struct psy_trees_head
{
	uint32_t trees;
	uint32_t nodes;
	uint32_t width;   /* numbers of a leaf: 1, added to the tree's group; or outputs */
	uint32_t vectors; /* leaves with more than one number */
	uint32_t words;   /* of 32 categories each */
	uint32_t flags;
	uint32_t link;
	uint32_t divisor; /* sums are divided by it; 1 for none */
	double parameter; /* of the logistic link: its slope */
} psy_trees_head;

/* x <= threshold goes left. */
typedef struct psy_tree_node
{
	union
	{
		double threshold; /* or a leaf's one number */
		uint32_t set[2];  /* first word and number of words */
	} as;
	uint32_t left; /* the right child stands behind; a leaf: its vector */
	uint32_t what; /* feature and flags */
} psy_tree_node;

/* ---- links (trees_link.c) -------------------------------------------------------------------- */

/* Whether the head's link fits the task and the outputs. */
psy_status psy_link_check(const psy_model *model, const psy_op *op, const psy_trees_head *head, psy_error *err);

/* Probabilities, label and value of the sums raw[outputs]. */
void psy_link_proba(const psy_trees_head *head, uint32_t outputs, const double *raw, double *to);
size_t psy_link_label(const psy_trees_head *head, uint32_t outputs, const double *raw);
double psy_link_value(const psy_trees_head *head, double raw);
const char *psy_link_name(uint32_t link);

/* ---- writing --------------------------------------------------------------------------------- */

/* A tree as documents have it: children >= 0 are splits, -1 - k is leaf k. */
typedef struct psy_tree_split
{
	double threshold;
	uint32_t set[2]; /* into the ensemble's words */
	int32_t left;
	int32_t right;
	uint32_t what;
} psy_tree_split;

typedef struct psy_tree_source
{
	const psy_tree_split *split;
	size_t splits;
	const double *value; /* [leaves][width] */
	size_t leaves;
	const double *split_cover; /* [splits], and [leaves] below, under PSY_TREES_COVERS */
	const double *leaf_cover;
	int32_t start; /* 0, or -1 for a tree of one leaf */
} psy_tree_source;

typedef struct psy_trees_writer
{
	psy_builder *builder;
	psy_span data;
	uint32_t outputs;
	psy_trees_head most; /* what was reserved */
	uint32_t trees;      /* what was written */
	uint32_t nodes;
	uint32_t vectors;
	uint32_t words;
} psy_trees_writer;

/* Makes room for head (nodes: at most; two for each split and one for each tree). */
psy_status psy_trees_begin(psy_trees_writer *w, psy_builder *b, const psy_trees_head *head, uint32_t outputs);

/* base[outputs], to be filled. */
double *psy_trees_base(psy_trees_writer *w);

/* A place for categories; set[] goes into a split. */
uint32_t *psy_trees_set(psy_trees_writer *w, uint32_t words, uint32_t set[2]);

/* Adds a tree; false when its splits form a cycle or name children that do not exist. */
bool psy_trees_add(psy_trees_writer *w, const psy_tree_source *source, uint32_t group);

/* op->data and op->outputs. */
void psy_trees_finish(psy_trees_writer *w, psy_op *op);

/* The largest float32 that is <= threshold: the same splits of float32 features. */
double psy_float_below(double threshold);

/* The operator's object of psyrad-json (trees_json.c). */
psy_status psy_trees_from_json(psy_compiler *c, const psy_json_node *node, psy_op *op);

/* ---- reading --------------------------------------------------------------------------------- */

/* Where the parts lie behind the head, in bytes. */
typedef struct psy_trees_layout
{
	uint64_t vector;
	uint64_t word;
	uint64_t root;
	uint64_t group;
	uint64_t node;
	uint64_t cover;
	uint64_t total;
} psy_trees_layout;

static inline psy_trees_layout
psy_trees_layout_of(const psy_trees_head *head, uint32_t outputs)
{
	psy_trees_layout at;

	at.vector = sizeof *head + (uint64_t) outputs * 8;
	at.word = at.vector + (uint64_t) head->vectors * head->width * 8;
	at.root = at.word + ((uint64_t) head->words + 1) / 2 * 8;
	at.group = at.root + ((uint64_t) head->trees + 1) / 2 * 8;
	at.node = at.group + ((uint64_t) head->trees + 1) / 2 * 8;
	at.cover = at.node + (uint64_t) head->nodes * sizeof(psy_tree_node);
	at.total = at.cover + (head->flags & PSY_TREES_COVERS ? (uint64_t) head->nodes * sizeof(double) : 0);
	return at;
}

/* The parts of an operator's data. */
typedef struct psy_trees_parts
{
	const psy_trees_head *head;
	const uint32_t *root;
	const uint32_t *group;
	const double *vector;
	const uint32_t *word;
	const psy_tree_node *node;
	uint32_t inputs;
	uint32_t outputs;
} psy_trees_parts;

static inline psy_trees_parts
psy_trees_parts_of(const psy_model *model, const psy_op *op)
{
	const psy_trees_head *head = psy_at(model, op->data);
	psy_trees_layout at = psy_trees_layout_of(head, op->outputs);
	const char *data = (const char *) head;

	return (psy_trees_parts){.head = head,
							 .root = (const uint32_t *) (data + at.root),
							 .group = (const uint32_t *) (data + at.group),
							 .vector = (const double *) (data + at.vector),
							 .word = (const uint32_t *) (data + at.word),
							 .node = (const psy_tree_node *) (data + at.node),
							 .inputs = op->inputs,
							 .outputs = op->outputs};
}

/* Adds a tree's leaf to the sums, as the trainer adds: vector number which, or a leaf's one number. */
static inline void
psy_trees_add_vector(const psy_trees_head *head, const double *vector, uint32_t which, double *out)
{
	const double *value = vector + (size_t) which * head->width;

	if (head->flags & PSY_TREES_FLOAT_SUMS)
		for (uint32_t k = 0; k < head->width; k++)
			out[k] = (double) ((float) out[k] + (float) value[k]);
	else
		for (uint32_t k = 0; k < head->width; k++)
			out[k] += value[k];
}

static inline void
psy_trees_add_number(const psy_trees_head *head, const psy_tree_node *leaf, uint32_t group, double *out)
{
	if (head->flags & PSY_TREES_FLOAT_SUMS)
		out[group] = (double) ((float) out[group] + (float) leaf->as.threshold);
	else
		out[group] += leaf->as.threshold;
}

/* Whether x is among a split's categories. */
bool psy_tree_is_member(const psy_tree_node *node, const uint32_t *word, double x);

/* 1 when the features go right at a split, else 0. */
static inline uint32_t
psy_tree_goes_right(const psy_tree_node *node, const uint32_t *word, const double *in)
{
	double x = in[node->what & PSY_SPLIT_FEATURE];

	if (x != x && (node->what & PSY_SPLIT_NAN_IS_ZERO))
		x = 0;
	/* 1e-35: LightGBM's kZeroThreshold, a float32. */
	if (x != x || ((node->what & PSY_SPLIT_ZERO_IS_MISSING) && x <= (double) 1e-35f && x >= -(double) 1e-35f))
		return (node->what & PSY_SPLIT_MISSING_LEFT) == 0;
	if (node->what & PSY_SPLIT_CATEGORIES)
		return psy_tree_is_member(node, word, x) == ((node->what & PSY_SPLIT_MEMBERS_RIGHT) != 0);
	return x > node->as.threshold;
}

/* Features as the ensemble compares them: rounded to float32; false when one of them overflows. */
bool psy_trees_round(const double *in, size_t n, double *rounded);

#endif
