/*
 * explain_trees.c - path-dependent TreeSHAP by exact quadrature.
 *
 * A leaf of value v, whose path asks d different features, is the game f(S) = v prod_{j in S} o_j
 * prod_{j not in S} z_j: o_j says whether the row passes all of the path's splits on feature j, z_j is the
 * share of training weight that passes them.  The Shapley value of a game is the integral of its multilinear
 * extension's slope along the diagonal (Owen 1972, Manag Sci 18:P64), here
 *
 *   phi_i = v (o_i - z_i) int_0^1 prod_{j != i} (z_j + (o_j - z_j) t) dt,
 *
 * a polynomial of degree d - 1 in t, which Gauss and Legendre's rule of d / 2 points integrates exactly.  All
 * factors and weights are positive, so that nothing cancels.  The sums over leaves are shared: with P the
 * product of the factors above a node and A the sum over the leaves below it of v times the factors below it,
 * each at every point t, one sweep down and one up a tree cost a few operations a node and point, whatever
 * its depth; the points are the lanes of the processor.
 *
 * A feature asked again replaces its factor: f / f_before goes into A, and the split takes back what the
 * earlier one said of its leaves, adding (o - z) P A / f_before - (o_before - z_before) P A f / f_before^2 to
 * its feature.  Once the row has left the path of a feature (o_before = 0), f / f_before is the branch's own
 * share, and the two terms are equal: no division by a share, which may be 0, is ever made.
 */
#include "models/explain_trees.h"

#include "core/lanes.h"

#include <math.h>
#include <string.h>

/* Different features on one path; 2 * MOST_POINTS of them are integrated exactly. */
#define MOST_POINTS 128
#define MOST_DEPTH 1024

#define LEAF 0x80000000u

/* A split; splits of a tree stand breadth first. */
typedef struct plan_split
{
	uint32_t node;     /* its psy_tree_node */
	uint32_t child[2]; /* another split of the tree, or LEAF and the node */
	uint32_t before;   /* the nearest split above that asks the same feature; itself when there is none */
	uint32_t side;     /* the branch that leads here from it */
	uint32_t feature;
	double share[2]; /* of training weight that goes left and right */
	double z;        /* the share that passes the splits on this feature above; 1 for none */
} plan_split;

struct psy_tree_plan
{
	const psy_trees_head *head;
	const psy_tree_node *node;
	const double *vector;
	const uint32_t *word;
	const uint32_t *root;
	const uint32_t *group;
	uint32_t inputs;
	uint32_t outputs;
	uint32_t splits;
	uint32_t most_splits; /* of one tree */
	uint32_t points;
	uint32_t *first; /* [trees + 1]: a tree's splits */
	plan_split *split;
	double *point; /* [points] t; 1 - t; weight */
	double *base;  /* [outputs] */
};

/* ---- the rule -------------------------------------------------------------------------------- */

/* Legendre's polynomial of degree n and its derivative at x, by Bonnet's recurrence. */
static double
legendre(size_t n, double x, double *slope)
{
	double before = 1, value = x;

	for (size_t k = 2; k <= n; k++)
	{
		double next = ((2 * (double) k - 1) * x * value - ((double) k - 1) * before) / (double) k;

		before = value;
		value = next;
	}
	*slope = (double) n * (x * value - before) / (x * x - 1);
	return value;
}

/* Points and weights on (0, 1), by Newton from Tricomi's approximation (Abramowitz & Stegun 25.4.29). */
static void
gauss_legendre(size_t n, double *point)
{
	double *t = point, *left = point + n, *weight = point + 2 * n;

	for (size_t k = 0; k < n; k++)
	{
		double x = cos(M_PI * ((double) k + 0.75) / ((double) n + 0.5)), slope = 1;

		for (int step = 0; step < 100; step++)
		{
			double by = legendre(n, x, &slope) / slope;

			x -= by;
			if (fabs(by) < 1e-16)
				break;
		}
		(void) legendre(n, x, &slope);
		t[k] = (1 + x) / 2;
		left[k] = (1 - x) / 2;
		weight[k] = 1 / ((1 - x * x) * slope * slope);
	}
}

/* ---- planning -------------------------------------------------------------------------------- */

/* One tree's scratch while it is planned. */
typedef struct planner
{
	psy_tree_plan *plan;
	const double *cover;
	uint32_t *parent;   /* [nodes of the tree] split above, with side in bit 31; of the root UINT32_MAX */
	uint32_t *distinct; /* [splits of the tree] different features from the root to here */
	uint32_t *depth;
	uint32_t most_distinct;
} planner;

static bool
is_leaf(const psy_tree_node *node)
{
	return (node->what & PSY_SPLIT_LEAF) != 0;
}

/* The nearest split above that asks the same feature. */
static void
find_before(const planner *p, plan_split *tree, uint32_t k, uint32_t above)
{
	plan_split *split = tree + k;

	split->before = k;
	split->z = 1;
	while (above != UINT32_MAX)
	{
		const plan_split *other = tree + (above & ~LEAF);
		uint32_t side = above >> 31;

		if (other->feature == split->feature)
		{
			split->before = above & ~LEAF;
			split->side = side;
			split->z = other->z * other->share[side];
			return;
		}
		above = p->parent[above & ~LEAF];
	}
}

/* What a split asks, and what of its training weight goes where; splits below it are appended. */
static bool
plan_split_of(planner *p, plan_split *tree, uint32_t k, uint32_t *used, uint32_t room)
{
	const psy_tree_node *node = p->plan->node + tree[k].node;
	double whole = p->cover[tree[k].node];

	tree[k].feature = node->what & PSY_SPLIT_FEATURE;
	for (uint32_t side = 0; side < 2; side++)
	{
		uint32_t child = node->left + side;

		tree[k].share[side] = whole > 0 ? p->cover[child] / whole : 0;
		tree[k].child[side] = LEAF | child;
		if (is_leaf(p->plan->node + child))
			continue;
		if (*used == room)
			return false;
		tree[k].child[side] = *used;
		p->parent[*used] = side << 31 | k;
		tree[(*used)++] = (plan_split){.node = child};
	}
	return true;
}

/*
 * Splits are met breadth first, each behind the one above it.  Images from outside may lead to a node twice,
 * and may be deeper than anything that was trained, which would make the search for earlier splits long.
 */
static psy_status
plan_tree(planner *p, uint32_t t, psy_error *err)
{
	psy_tree_plan *plan = p->plan;
	plan_split *tree = plan->split + plan->first[t];
	uint32_t room = plan->first[t + 1] - plan->first[t], used = 1;

	if (is_leaf(plan->node + plan->root[t]))
		return room == 0 ? PSY_OK
						 : psy_fail(err, PSY_FORMAT, "trees: tree %u has nodes that nothing leads to", t + 1);
	tree[0] = (plan_split){.node = plan->root[t]};
	p->parent[0] = UINT32_MAX;
	for (uint32_t k = 0; k < used; k++)
	{
		uint32_t above = k == 0 ? UINT32_MAX : p->parent[k] & ~LEAF;

		if (!plan_split_of(p, tree, k, &used, room))
			return psy_fail(err, PSY_FORMAT, "trees: tree %u leads to a node twice", t + 1);
		find_before(p, tree, k, p->parent[k]);
		p->depth[k] = k == 0 ? 1 : p->depth[above] + 1;
		p->distinct[k] = (k == 0 ? 0 : p->distinct[above]) + (tree[k].before == k);
		if (p->depth[k] > MOST_DEPTH)
			return psy_fail(err, PSY_UNSUPPORTED, "trees deeper than %d splits are not explained",
							MOST_DEPTH);
		if (p->distinct[k] > p->most_distinct)
			p->most_distinct = p->distinct[k];
	}
	return used == room ? PSY_OK
						: psy_fail(err, PSY_FORMAT, "trees: tree %u has nodes that nothing leads to", t + 1);
}

static double
leaf_value(const psy_tree_plan *plan, uint32_t at, size_t output)
{
	const psy_tree_node *leaf = plan->node + at;

	return plan->head->width == 1 ? leaf->as.threshold
								  : plan->vector[(size_t) leaf->left * plan->head->width + output];
}

/* Whether the tree adds to the output. */
static bool
concerns(const psy_tree_plan *plan, uint32_t tree, size_t output)
{
	return plan->head->width > 1 || plan->group[tree] == output;
}

/* Expected values from the leaves up; value[] is scratch for one tree's splits. */
static void
find_base(psy_tree_plan *plan, size_t output, double *value)
{
	double sum = ((const double *) (plan->head + 1))[output];

	for (uint32_t t = 0; t < plan->head->trees; t++)
	{
		uint32_t splits = plan->first[t + 1] - plan->first[t];

		if (!concerns(plan, t, output))
			continue;
		for (uint32_t k = splits; k-- > 0;)
		{
			const plan_split *split = plan->split + plan->first[t] + k;

			value[k] = 0;
			for (uint32_t side = 0; side < 2; side++)
				value[k] += split->share[side] * (split->child[side] & LEAF
													  ? leaf_value(plan, split->child[side] & ~LEAF, output)
													  : value[split->child[side]]);
		}
		sum += splits == 0 ? leaf_value(plan, plan->root[t], output) : value[0];
	}
	plan->base[output] = sum / plan->head->divisor;
}

/* Where each tree's splits begin. */
static void
count_splits(psy_tree_plan *plan)
{
	for (uint32_t t = 0; t < plan->head->trees; t++)
	{
		uint32_t end = t + 1 < plan->head->trees ? plan->root[t + 1] : plan->head->nodes, splits = 0;

		for (uint32_t k = plan->root[t]; k < end; k++)
			splits += !is_leaf(plan->node + k);
		plan->first[t + 1] = plan->first[t] + splits;
		if (splits > plan->most_splits)
			plan->most_splits = splits;
	}
	plan->splits = plan->first[plan->head->trees];
}

static psy_status
choose_points(const psy_context *ctx, psy_tree_plan *plan, uint32_t distinct, psy_error *err)
{
	void *point;
	psy_status status;

	plan->points = distinct <= 8 ? 4 : (distinct + 15) / 16 * 8;
	if (plan->points > MOST_POINTS)
	{
		psy_fail(err, PSY_UNSUPPORTED,
				 "a path of the trees asks %u different features; at most %d are explained", distinct,
				 2 * MOST_POINTS);
		return PSY_UNSUPPORTED;
	}
	if ((status = psy_alloc(ctx, (size_t) plan->points * 3, sizeof(double), &point, err)) != PSY_OK)
		return status;
	plan->point = point;
	gauss_legendre(plan->points, plan->point);
	return PSY_OK;
}

static psy_status
plan_all(const psy_context *ctx, psy_tree_plan *plan, const double *cover, psy_error *err)
{
	planner p = {.plan = plan, .cover = cover};
	void *scratch;
	size_t room = plan->most_splits + 1;
	psy_status status = psy_alloc(ctx, room, 3 * sizeof(uint32_t) + sizeof(double), &scratch, err);

	if (status != PSY_OK)
		return status;
	p.parent = (uint32_t *) ((double *) scratch + room);
	p.distinct = p.parent + room;
	p.depth = p.distinct + room;
	for (uint32_t t = 0; status == PSY_OK && t < plan->head->trees; t++)
		if ((status = psy_poll(ctx, err)) == PSY_OK)
			status = plan_tree(&p, t, err);
	for (size_t k = 0; status == PSY_OK && k < plan->outputs; k++)
		if ((status = psy_poll(ctx, err)) == PSY_OK)
			find_base(plan, k, scratch);
	psy_release(ctx, scratch);
	return status != PSY_OK ? status : choose_points(ctx, plan, p.most_distinct, err);
}

/* The plan with room for its tables. */
static psy_status
make_plan(const psy_context *ctx, psy_tree_plan *plan, psy_error *err)
{
	void *block;
	psy_status status;

	if ((status = psy_alloc(ctx, (size_t) plan->head->trees + 1, sizeof(uint32_t), &block, err)) != PSY_OK)
		return status;
	plan->first = block;
	plan->first[0] = 0;
	count_splits(plan);
	if ((status = psy_alloc(ctx, (size_t) plan->splits + 1, sizeof(plan_split), &block, err)) != PSY_OK)
		return status;
	plan->split = block;
	if ((status = psy_alloc(ctx, plan->outputs, sizeof(double), &block, err)) != PSY_OK)
		return status;
	plan->base = block;
	return PSY_OK;
}

psy_status
psy_tree_plan_make(const psy_context *ctx, const psy_model *model, const psy_op *op, psy_tree_plan **plan,
				   psy_error *err)
{
	const psy_trees_head *head = psy_at(model, op->data);
	const char *data = (const char *) head;
	psy_trees_layout at = psy_trees_layout_of(head, op->outputs);
	void *made;
	psy_status status;

	if ((head->flags & PSY_TREES_COVERS) == 0)
	{
		psy_fail(err, PSY_UNSUPPORTED, "these trees do not say how much training data passed each branch");
		return psy_hint(err, "Export them with covers: \"split_cover\" and \"leaf_cover\" in psyrad-json.");
	}
	if ((status = psy_alloc(ctx, 1, sizeof **plan, &made, err)) != PSY_OK)
		return status;
	*plan = made;
	**plan = (psy_tree_plan){.head = head,
							 .node = (const psy_tree_node *) (data + at.node),
							 .vector = (const double *) (data + at.vector),
							 .word = (const uint32_t *) (data + at.word),
							 .root = (const uint32_t *) (data + at.root),
							 .group = (const uint32_t *) (data + at.group),
							 .inputs = op->inputs,
							 .outputs = op->outputs};
	if ((status = make_plan(ctx, *plan, err)) != PSY_OK ||
		(status = plan_all(ctx, *plan, (const double *) (data + at.cover), err)) != PSY_OK)
	{
		psy_tree_plan_free(ctx, *plan);
		*plan = NULL;
	}
	return status;
}

void
psy_tree_plan_free(const psy_context *ctx, psy_tree_plan *plan)
{
	if (plan == NULL)
		return;
	psy_release(ctx, plan->first);
	psy_release(ctx, plan->split);
	psy_release(ctx, plan->point);
	psy_release(ctx, plan->base);
	psy_release(ctx, plan);
}

double
psy_tree_plan_base(const psy_tree_plan *plan, size_t output)
{
	return plan->base[output];
}

/* ---- explaining ------------------------------------------------------------------------------ */

/* One row's sweep through one tree. */
typedef struct sweep
{
	const psy_tree_plan *plan;
	const plan_split *tree;
	uint32_t splits;
	size_t output;
	const double *in;
	double *above;   /* [splits][points]: P */
	double *below;   /* [splits][points]: A */
	double *sum;     /* [inputs][points]: phi before the integral */
	uint8_t *right;  /* [splits]: where the row goes */
	uint8_t *inside; /* [splits]: whether it has passed all splits on this feature above: o_before */
} sweep;

/* psy_tree_plan_workspace adds up the same parts. */
static sweep
sweep_of(const psy_tree_plan *plan, double *workspace)
{
	size_t room = (size_t) plan->most_splits * plan->points;
	sweep s = {.plan = plan, .above = workspace, .below = workspace + room, .sum = workspace + 2 * room};

	s.right = (uint8_t *) (s.sum + (size_t) plan->inputs * plan->points);
	s.inside = s.right + plan->most_splits;
	return s;
}

size_t
psy_tree_plan_workspace(const psy_tree_plan *plan)
{
	size_t rounded = plan->head->flags & PSY_TREES_FLOAT_FEATURES ? plan->inputs : 0;

	return (2 * (size_t) plan->most_splits + plan->inputs) * plan->points + plan->most_splits / 4 + 1 +
		   rounded;
}

/* Where the row goes at each split, and what it has passed. */
static void
follow(const sweep *s)
{
	for (uint32_t k = 0; k < s->splits; k++)
	{
		const plan_split *split = s->tree + k;

		s->right[k] = (uint8_t) psy_tree_goes_right(s->plan->node + split->node, s->plan->word, s->in);
		s->inside[k] =
			split->before == k || (s->inside[split->before] && s->right[split->before] == split->side);
	}
}

/* The factors of both branches over the factor before, at every point. */
static inline __attribute__((always_inline)) void
factors(const sweep *s, uint32_t k, size_t points, double *left, double *right, double *before)
{
	const plan_split *split = s->tree + k;
	const double *t = s->plan->point, *rest = t + points;
	bool goes_right = s->right[k];
	double hot = split->z * split->share[goes_right], cold = split->z * split->share[!goes_right];
	double *taken = goes_right ? right : left, *other = goes_right ? left : right;

	if (!s->inside[k])
	{
		for (size_t q = 0; q < points; q++)
		{
			left[q] = split->share[0];
			right[q] = split->share[1];
			before[q] = 1;
		}
		return;
	}
	for (size_t q = 0; q < points; q++)
	{
		taken[q] = hot + (1 - hot) * t[q];
		other[q] = cold * rest[q];
		before[q] = 1;
	}
	if (split->before == k)
		return;
	for (size_t q = 0; q < points; q++)
	{
		before[q] = 1 / (split->z + (1 - split->z) * t[q]);
		taken[q] *= before[q];
		other[q] *= before[q];
	}
}

static inline __attribute__((always_inline)) void
go_down(const sweep *s, uint32_t k, size_t points)
{
	const plan_split *split = s->tree + k;
	const double *above = s->above + (size_t) k * points;
	double factor[2][MOST_POINTS], before[MOST_POINTS];

	if ((split->child[0] & split->child[1] & LEAF) != 0)
		return;
	factors(s, k, points, factor[0], factor[1], before);
	for (uint32_t side = 0; side < 2; side++)
	{
		double *to = s->above + (size_t) split->child[side] * points;

		if ((split->child[side] & LEAF) == 0)
			for (size_t q = 0; q < points; q++)
				to[q] = above[q] * factor[side][q];
	}
}

static inline __attribute__((always_inline)) const double *
sum_below(const sweep *s, uint32_t child, size_t points, double *leaf)
{
	double value;

	if ((child & LEAF) == 0)
		return s->below + (size_t) child * points;
	value = leaf_value(s->plan, child & ~LEAF, s->output);
	for (size_t q = 0; q < points; q++)
		leaf[q] = value;
	return leaf;
}

static inline __attribute__((always_inline)) void
come_up(const sweep *s, uint32_t k, size_t points)
{
	const plan_split *split = s->tree + k;
	const double *above = s->above + (size_t) k * points;
	double factor[2][MOST_POINTS], before[MOST_POINTS], leaf[2][MOST_POINTS];
	const double *left = sum_below(s, split->child[0], points, leaf[0]);
	const double *right = sum_below(s, split->child[1], points, leaf[1]);
	double *below = s->below + (size_t) k * points, *sum = s->sum + (size_t) split->feature * points;
	double gain[2], earlier = 1 - split->z;

	factors(s, k, points, factor[0], factor[1], before);
	for (size_t q = 0; q < points; q++)
		below[q] = factor[0][q] * left[q] + factor[1][q] * right[q];
	if (!s->inside[k])
		return;
	for (uint32_t side = 0; side < 2; side++)
		gain[side] = (s->right[k] == side) - split->z * split->share[side];
	if (split->before == k)
		for (size_t q = 0; q < points; q++)
			sum[q] += above[q] * (gain[0] * left[q] + gain[1] * right[q]);
	else
		for (size_t q = 0; q < points; q++)
			sum[q] += above[q] * before[q] * (gain[0] * left[q] + gain[1] * right[q] - earlier * below[q]);
}

static inline __attribute__((always_inline)) void
sweep_tree(const sweep *s, size_t points)
{
	follow(s);
	for (size_t q = 0; q < points; q++)
		s->above[q] = 1;
	for (uint32_t k = 0; k < s->splits; k++)
		go_down(s, k, points);
	for (uint32_t k = s->splits; k-- > 0;)
		come_up(s, k, points);
}

/* The common numbers of points are constants to the compiler. */
static PSY_CLONES void
sweep_4(const sweep *s)
{
	sweep_tree(s, 4);
}

static PSY_CLONES void
sweep_8(const sweep *s)
{
	sweep_tree(s, 8);
}

static PSY_CLONES void
sweep_any(const sweep *s)
{
	sweep_tree(s, s->plan->points);
}

static void
integrate(const psy_tree_plan *plan, const double *sum, double *phi)
{
	const double *weight = plan->point + 2 * (size_t) plan->points;

	for (uint32_t k = 0; k < plan->inputs; k++)
	{
		double total = 0;

		for (uint32_t q = 0; q < plan->points; q++)
			total += weight[q] * sum[(size_t) k * plan->points + q];
		phi[k] = total / plan->head->divisor;
	}
}

bool
psy_tree_plan_explain(const psy_tree_plan *plan, size_t output, const double *in, double *workspace,
					  double *phi)
{
	sweep s = sweep_of(plan, workspace);

	s.output = output;
	s.in = in;
	if (plan->head->flags & PSY_TREES_FLOAT_FEATURES)
	{
		double *rounded = workspace + psy_tree_plan_workspace(plan) - plan->inputs;

		if (!psy_trees_round(in, plan->inputs, rounded))
			return false;
		s.in = rounded;
	}
	memset(s.sum, 0, (size_t) plan->inputs * plan->points * sizeof(double));
	for (uint32_t t = 0; t < plan->head->trees; t++)
	{
		s.tree = plan->split + plan->first[t];
		s.splits = plan->first[t + 1] - plan->first[t];
		if (s.splits == 0 || !concerns(plan, t, output))
			continue;
		(plan->points == 4 ? sweep_4 : plan->points == 8 ? sweep_8 : sweep_any)(&s);
	}
	integrate(plan, s.sum, phi);
	return true;
}
