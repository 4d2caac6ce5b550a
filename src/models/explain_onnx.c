/*
 * explain_onnx.c - see explain_onnx.h.
 *
 * A program is followed backwards, element by element: from the scores to the sums of the trees, and from the columns
 * that the trees read to the features.  Elements are known by their places in the workspace, since places are given away
 * when nothing reads them any more and reshaped tensors share them: who wrote one is the last instruction before its
 * reader that covers the place.
 */
#include "models/explain_onnx.h"

#include "models/explain_trees.h"
#include "models/onnx_program.h"

#include <math.h>
#include <string.h>

/* Looks at instructions, in all: forged programs could ask for more. */
#define MOST_LOOKS ((uint64_t) 1 << 27)

#define NO_FEATURE UINT32_MAX		 /* a constant */
#define MIXED (UINT32_MAX - 1)		 /* several features */
#define MOST_INSTRUCTIONS_DEEP 1000 /* between two ends */

/* An output of the model: slope * the trees' sum + offset, before the link. */
typedef struct margin
{
	uint32_t target;
	double slope;
	double offset;
} margin;

struct psy_onnx_explainer
{
	const psy_model *model;
	const psy_op *op;
	psy_onnx_view view;
	uint32_t code; /* the trees' instruction */
	uint32_t columns;
	uint32_t outputs;
	uint32_t *source; /* [columns]: the feature, or NO_FEATURE */
	margin *margin;	  /* [outputs] */
	psy_builder builder; /* of the image that holds the trees */
	psy_op trees;
	psy_tree_plan *plan;
};

/* ---- following elements backwards ------------------------------------------------------------ */

typedef struct tracer
{
	const psy_onnx_view *view;
	uint64_t looks;
	uint32_t trees;			 /* the trees' instruction; codes when it is not found yet */
	const char *in_the_way; /* what cannot be explained */
} tracer;

static psy_onnx_call
call_at(const tracer *t, uint32_t code)
{
	return (psy_onnx_call){.view = t->view, .i = t->view->code + code};
}

/* Which instruction before `before` wrote the place: its output and element; codes when none did. */
static uint32_t
writer_of(tracer *t, uint64_t place, uint32_t before, uint32_t *output, size_t *element)
{
	for (uint32_t k = before; k-- > 0 && ++t->looks < MOST_LOOKS;)
	{
		psy_onnx_call c = call_at(t, k);

		for (uint32_t o = 0; o < c.i->outs; o++)
		{
			const psy_onnx_tensor *to = psy_onnx_arg(&c, c.i->ins + o);

			if (!to->constant && place >= to->place && place - to->place < psy_onnx_count(&to->shape))
			{
				*output = o;
				*element = place - to->place;
				return k;
			}
		}
	}
	return t->view->head.codes;
}

/* Of which element of its argument an instruction that moves or maps elements makes this one; SIZE_MAX: not of one. */
static size_t
element_of(const psy_onnx_call *c, uint32_t argument, size_t element)
{
	const psy_onnx_shape *to = psy_onnx_out_shape(c, 0), *from = psy_onnx_in_shape(c, argument);
	size_t stride[PSY_ONNX_RANK], at = 0;
	const uint32_t *word = psy_onnx_words(c);
	psy_onnx_around around;

	switch (c->i->code)
	{
		case PSY_ONNX_BINARY:
		case PSY_ONNX_WHERE:
			psy_onnx_strides(from, to, stride);
			for (uint32_t axis = to->rank; axis-- > 0; element /= to->dim[axis])
				at += element % to->dim[axis] * stride[axis];
			return at;
		case PSY_ONNX_STRIDED:
			at = word[0];
			for (uint32_t axis = to->rank; axis-- > 0; element /= to->dim[axis])
				at += (size_t) (int64_t) (int32_t) word[1 + to->rank + axis] * (element % to->dim[axis]);
			return at;
		case PSY_ONNX_GATHER:
		{
			const psy_onnx_tensor *index = psy_onnx_arg(c, 1);
			size_t indexes = psy_onnx_count(&index->shape), inside;
			double place;

			around = psy_onnx_axes(from, word[0], word[0] + 1);
			inside = element % around.inner;
			place = index->constant ? psy_onnx_in(c, 1)[element / around.inner % indexes] : NAN;
			place = place < 0 ? place + (double) around.n : place;
			if (argument != 0 || !(place >= 0 && place < (double) around.n))
				return SIZE_MAX;
			return (element / around.inner / indexes * around.n + (size_t) place) * around.inner + inside;
		}
		case PSY_ONNX_UNARY:
		case PSY_ONNX_CAST:
		case PSY_ONNX_AFFINE:
		case PSY_ONNX_IMPUTE:
		case PSY_ONNX_LOOKUP: return argument == 0 && psy_onnx_count(from) == psy_onnx_count(to) ? element : SIZE_MAX;
		default: return SIZE_MAX;
	}
}

/* The part of a concatenation that the element stands in, and its place there. */
static uint32_t
part_of(const psy_onnx_call *c, size_t *element)
{
	uint32_t axis = psy_onnx_words(c)[0], k = 0;
	psy_onnx_around whole = psy_onnx_axes(psy_onnx_out_shape(c, 0), axis, axis + 1);
	size_t row = whole.n * whole.inner, outer = *element / row, rest = *element % row;

	for (; k + 1 < c->i->ins; k++)
	{
		psy_onnx_around part = psy_onnx_axes(psy_onnx_in_shape(c, k), axis, axis + 1);

		if (rest < part.n * part.inner)
			break;
		rest -= part.n * part.inner;
	}
	whole = psy_onnx_axes(psy_onnx_in_shape(c, k), axis, axis + 1);
	*element = outer * whole.n * whole.inner + rest;
	return k;
}

/* ---- columns to features --------------------------------------------------------------------- */

static uint32_t feature_of_place(tracer *t, uint64_t place, uint32_t before, uint32_t depth);

/* Arguments beyond the first that an instruction maps element by element. */
static uint32_t
mapped_arguments(const psy_onnx_call *c)
{
	return c->i->code == PSY_ONNX_BINARY ? 2 : c->i->code == PSY_ONNX_WHERE ? 3 : 1;
}

static uint32_t
feature_of_argument(tracer *t, const psy_onnx_call *c, uint32_t argument, size_t element, uint32_t before, uint32_t depth)
{
	const psy_onnx_tensor *from = psy_onnx_arg(c, argument);

	return from->constant ? NO_FEATURE : feature_of_place(t, from->place + element, before, depth + 1);
}

static uint32_t
feature_of_place(tracer *t, uint64_t place, uint32_t before, uint32_t depth)
{
	uint32_t output, found = NO_FEATURE, writer;
	size_t element, first = 0;
	psy_onnx_call c;

	if (depth > MOST_INSTRUCTIONS_DEEP)
		return MIXED;
	writer = writer_of(t, place, before, &output, &element);
	if (t->looks >= MOST_LOOKS)
		return MIXED;
	if (writer == t->view->head.codes)
	{
		for (uint32_t k = 0; k < t->view->head.inputs; first += psy_onnx_count(&t->view->tensor[k++].shape))
			if (place >= t->view->tensor[k].place && place - t->view->tensor[k].place < psy_onnx_count(&t->view->tensor[k].shape))
				return (uint32_t) (first + place - t->view->tensor[k].place);
		return NO_FEATURE;
	}
	c = call_at(t, writer);
	if (c.i->code == PSY_ONNX_CONCAT)
	{
		uint32_t part = part_of(&c, &element);

		return feature_of_argument(t, &c, part, element, writer, depth);
	}
	for (uint32_t k = 0; k < mapped_arguments(&c); k++)
	{
		size_t at = element_of(&c, k, element);
		uint32_t next = at == SIZE_MAX ? MIXED : feature_of_argument(t, &c, k, at, writer, depth);

		found = found == NO_FEATURE || found == next ? next : next == NO_FEATURE ? found : MIXED;
	}
	/* What an instruction is set by must not depend on the row. */
	for (uint32_t k = mapped_arguments(&c); k < c.i->ins; k++)
		if (!psy_onnx_arg(&c, k)->constant)
			found = MIXED;
	return found;
}

/* ---- scores to sums -------------------------------------------------------------------------- */

/* The margin is what comes before a link; nothing may have been done with what comes behind it. */
static bool
take_link(margin *m)
{
	return m->slope == 1 && m->offset == 0;
}

/* The constant operand's value for the element. */
static double
constant_of(const psy_onnx_call *c, uint32_t argument, size_t element)
{
	return psy_onnx_arg(c, argument)->constant ? psy_onnx_in(c, argument)[element_of(c, argument, element)] : NAN;
}

/* slope * (x op k) + offset, or (k op x): which argument is x. */
static bool
through_binary(const psy_onnx_call *c, size_t element, margin *m, uint32_t *argument)
{
	double k;

	*argument = psy_onnx_arg(c, 0)->constant ? 1 : 0;
	k = constant_of(c, 1 - *argument, element);
	switch (c->i->how)
	{
		case PSY_ONNX_ADD: m->offset += m->slope * k; break;
		case PSY_ONNX_SUB:
			m->offset += *argument == 0 ? -m->slope * k : m->slope * k;
			m->slope = *argument == 0 ? m->slope : -m->slope;
			break;
		case PSY_ONNX_MUL: m->slope *= k; break;
		case PSY_ONNX_DIV:
			if (*argument == 1)
				return false;
			m->slope /= k;
			break;
		default: return false;
	}
	return isfinite(m->slope) && isfinite(m->offset);
}

static bool
through_scores(const psy_onnx_call *c, size_t *element, margin *m)
{
	uint32_t second = psy_onnx_words(c)[0];

	if (c->i->how != PSY_ONNX_AS_IS && (second == PSY_ONNX_ALONE || (c->i->how == PSY_ONNX_AS_LOGISTIC && second == PSY_ONNX_OPPOSITE)) && !take_link(m))
		return false;
	if (second == PSY_ONNX_ALONE)
		return true;
	if (*element == 0)
	{
		m->offset += second == PSY_ONNX_COMPLEMENT ? m->slope : 0;
		m->slope = -m->slope;
	}
	*element = 0;
	return true;
}

static bool
through_affine(const psy_onnx_call *c, size_t element, margin *m)
{
	psy_onnx_around a = psy_onnx_axes(psy_onnx_in_shape(c, 0), psy_onnx_words(c)[0], psy_onnx_words(c)[0] + 1);
	size_t k = element / a.inner % a.n;

	if (!psy_onnx_arg(c, 1)->constant || !psy_onnx_arg(c, 2)->constant || !psy_onnx_arg(c, 3)->constant)
		return false;
	m->offset += m->slope * (psy_onnx_in(c, 3)[k] - psy_onnx_in(c, 1)[k] * psy_onnx_in(c, 2)[k]);
	m->slope *= psy_onnx_in(c, 2)[k];
	return true;
}

/* One step back: which argument and element the element is an affine function of, or a link's; false when it is of none. */
static bool
step_back(const psy_onnx_call *c, size_t *element, margin *m, uint32_t *argument)
{
	*argument = 0;
	switch (c->i->code)
	{
		case PSY_ONNX_SCORES: return through_scores(c, element, m);
		case PSY_ONNX_SOFTMAX: return c->i->how == 0 && take_link(m);
		case PSY_ONNX_CONCAT: *argument = part_of(c, element); return true;
		case PSY_ONNX_CAST:
			return psy_onnx_in_shape(c, 0)->type <= PSY_ONNX_DOUBLE && psy_onnx_out_shape(c, 0)->type <= PSY_ONNX_DOUBLE;
		case PSY_ONNX_BINARY:
			if (!through_binary(c, *element, m, argument))
				return false;
			*element = element_of(c, *argument, *element);
			return true;
		case PSY_ONNX_AFFINE: return through_affine(c, *element, m);
		case PSY_ONNX_UNARY:
			if (c->i->how == PSY_ONNX_NEG)
				m->slope = -m->slope;
			else if ((c->i->how != PSY_ONNX_SIGMOID && c->i->how != PSY_ONNX_EXP) || !take_link(m))
				return false;
			return true;
		case PSY_ONNX_STRIDED:
		case PSY_ONNX_GATHER: *element = element_of(c, 0, *element); return *element != SIZE_MAX;
		default: return false;
	}
}

static const char *const in_the_way[] = {
	"the scores are not made of the sums of one ensemble of trees alone",
	"the scores are made of several ensembles of trees",
};

/* Follows an output's score to the trees; false with the reason. */
static bool
find_margin(tracer *t, uint64_t place, margin *m)
{
	uint32_t before = t->view->head.codes;

	*m = (margin){.slope = 1};
	for (uint32_t depth = 0; depth < MOST_INSTRUCTIONS_DEEP; depth++)
	{
		uint32_t output, argument, writer;
		size_t element;
		psy_onnx_call c;

		t->in_the_way = in_the_way[0];
		writer = writer_of(t, place, before, &output, &element);
		if (writer == t->view->head.codes)
			return false;
		c = call_at(t, writer);
		if (c.i->code == PSY_ONNX_TREES)
		{
			t->in_the_way = in_the_way[1];
			m->target = (uint32_t) element;
			if (t->trees == t->view->head.codes)
				t->trees = writer;
			return output == 0 && t->trees == writer;
		}
		if (!step_back(&c, &element, m, &argument) || psy_onnx_arg(&c, argument)->constant)
			return false;
		place = psy_onnx_arg(&c, argument)->place + element;
		before = writer;
	}
	return false;
}

/* ---- the trees ------------------------------------------------------------------------------- */

/* One tree's parts while it is copied. */
typedef struct copier
{
	const psy_onnx_view *view;
	const uint32_t *target; /* of the pairs */
	const double *weight;
	const double *cover; /* by node, from the first root on */
	uint32_t first;
	uint32_t width;
	psy_tree_split *split;
	double *value, *split_cover, *leaf_cover;
	int32_t *place; /* [nodes of the tree]: as children are named */
} copier;

/* A split by <=; false for those by equality. */
static bool
copy_split(const psy_onnx_node *node, const int32_t *place, uint32_t root, psy_tree_split *to)
{
	uint32_t mode = (node->what & PSY_ONNX_SPLIT_MODE) >> PSY_ONNX_SPLIT_SHIFT;
	bool open = mode == PSY_ONNX_BRANCH_LT || mode == PSY_ONNX_BRANCH_GTE;	  /* the threshold itself is not below */
	bool next_is_left = mode == PSY_ONNX_BRANCH_LEQ || mode == PSY_ONNX_BRANCH_LT;
	bool missing_goes_next = (node->what & PSY_ONNX_SPLIT_MISSING) != 0;
	int32_t next = place[node->next - root], other = place[node->next + 1 - root];

	if (mode > PSY_ONNX_BRANCH_GT)
		return false;
	*to = (psy_tree_split){.threshold = open ? nextafter(node->as.threshold, -INFINITY) : node->as.threshold,
						   .left = next_is_left ? next : other,
						   .right = next_is_left ? other : next,
						   .what = node->what & PSY_ONNX_SPLIT_FEATURE};
	if (missing_goes_next == next_is_left)
		to->what |= PSY_SPLIT_MISSING_LEFT;
	return true;
}

static bool
copy_tree(const copier *c, uint32_t root, uint32_t end, psy_trees_writer *writer)
{
	psy_tree_source source = {.split = c->split, .value = c->value, .split_cover = c->split_cover, .leaf_cover = c->leaf_cover};

	for (uint32_t k = root; k < end; k++)
		c->place[k - root] = (c->view->node[k].what & PSY_ONNX_SPLIT_MODE) == 0 ? -1 - (int32_t) source.leaves++ : (int32_t) source.splits++;
	memset(c->value, 0, source.leaves * c->width * sizeof *c->value);
	for (uint32_t k = root; k < end; k++)
	{
		const psy_onnx_node *node = c->view->node + k;
		int32_t at = c->place[k - root];

		if (at >= 0 && !copy_split(node, c->place, root, c->split + at))
			return false;
		*(at >= 0 ? c->split_cover + at : c->leaf_cover + (-1 - at)) = c->cover[k - c->first];
		for (uint32_t pair = node->as.pair[0]; at < 0 && pair < node->as.pair[0] + node->as.pair[1]; pair++)
			c->value[(size_t) (-1 - at) * c->width + c->target[pair]] += c->weight[pair];
	}
	source.start = c->place[0];
	return psy_trees_add(writer, &source, 0);
}

static psy_status
copy_trees(const psy_context *ctx, psy_onnx_explainer *e, const psy_onnx_call *call, psy_trees_writer *writer, psy_error *err)
{
	const uint32_t *word = psy_onnx_words(call), *root = e->view.word + word[1];
	uint32_t nodes = word[3] - root[0];
	copier c = {.view = &e->view, .target = e->view.word + word[4], .weight = psy_onnx_in(call, 1), .cover = psy_onnx_in(call, 2), .first = root[0], .width = word[0]};
	size_t one = sizeof *c.split + (2 + c.width) * sizeof(double) + sizeof *c.place;
	bool fits = true;
	void *scratch;
	psy_status status = psy_alloc(ctx, nodes, one, &scratch, err);

	if (status != PSY_OK)
		return status;
	c.split = scratch;
	c.value = (double *) (c.split + nodes);
	c.split_cover = c.value + (size_t) nodes * c.width;
	c.leaf_cover = c.split_cover + nodes;
	c.place = (int32_t *) (c.leaf_cover + nodes);
	for (uint32_t t = 0; t < word[2] && fits && (status = psy_poll(ctx, err)) == PSY_OK; t++)
		fits = copy_tree(&c, root[t], t + 1 < word[2] ? root[t + 1] : word[3], writer);
	psy_release(ctx, scratch);
	return status != PSY_OK || fits ? status : psy_fail(err, PSY_UNSUPPORTED, "trees that split by equality have no exact explanation here");
}

static psy_status
make_trees(const psy_context *ctx, psy_onnx_explainer *e, psy_error *err)
{
	psy_onnx_call call = {.view = &e->view, .i = e->view.code + e->code};
	const uint32_t *word = psy_onnx_words(&call);
	uint32_t nodes = word[3] - e->view.word[word[1]];
	psy_trees_head head = {.trees = word[2],
						   .nodes = nodes,
						   .width = word[0],
						   .vectors = word[0] > 1 ? nodes : 0,
						   .flags = PSY_TREES_COVERS,
						   .link = PSY_LINK_IDENTITY,
						   .divisor = call.i->how == PSY_ONNX_TREES_AVERAGE ? word[2] : 1,
						   .parameter = 1};
	psy_trees_writer writer;
	psy_status status;

	if (call.i->how > PSY_ONNX_TREES_AVERAGE)
		return psy_fail(err, PSY_UNSUPPORTED, "the smallest or largest of trees has no exact explanation here");
	if (call.i->ins < 3)
	{
		psy_fail(err, PSY_UNSUPPORTED, "these trees do not say how much training data passed each branch (nodes_hitrates)");
		return psy_hint(err, "Converters leave it out: onnx_covers.py puts it in, or export the model as psyrad-json.");
	}
	if ((status = psy_builder_begin(&e->builder, ctx, psy_model_default_limits.image, err)) != PSY_OK ||
		(status = psy_trees_begin(&writer, &e->builder, &head, word[0])) != PSY_OK ||
		(status = copy_trees(ctx, e, &call, &writer, err)) != PSY_OK)
		return status;
	e->trees = (psy_op){.code = PSY_OP_TREES, .inputs = e->columns};
	psy_trees_finish(&writer, &e->trees);
	psy_builder_model(&e->builder)->task = PSY_REGRESSION;
	if ((status = psy_op_trees.check(psy_builder_model(&e->builder), &e->trees, err)) != PSY_OK)
		return status;
	return psy_tree_plan_make(ctx, psy_builder_model(&e->builder), &e->trees, &e->plan, err);
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* Trees play with their columns: each must be a player of its own. */
static psy_status
find_columns(const psy_context *ctx, psy_onnx_explainer *e, tracer *t, psy_error *err)
{
	psy_onnx_call c = call_at(t, t->trees);
	const psy_onnx_tensor *x = psy_onnx_arg(&c, 0);
	void *block;
	uint8_t *met;
	psy_status status;

	e->columns = (uint32_t) psy_onnx_count(&x->shape);
	if ((status = psy_alloc(ctx, e->columns, sizeof *e->source, &block, err)) != PSY_OK)
		return status;
	e->source = block;
	if ((status = psy_alloc(ctx, e->model->features, 1, &block, err)) != PSY_OK)
		return status;
	met = memset(block, 0, e->model->features);
	for (uint32_t k = 0; k < e->columns && status == PSY_OK; k++)
	{
		uint32_t feature = e->source[k] = x->constant ? NO_FEATURE : feature_of_place(t, x->place + k, t->trees, 0);

		if (feature == MIXED)
			status = psy_fail(err, PSY_UNSUPPORTED, "column %u of the trees is not made of one feature alone: no exact explanation of the original ones is known", k + 1);
		else if (feature != NO_FEATURE && met[feature]++)
			status = psy_fail(err, PSY_UNSUPPORTED, "several columns of the trees are made of one feature: no exact explanation is known");
	}
	psy_release(ctx, met);
	return status;
}

static psy_status
find_margins(const psy_context *ctx, psy_onnx_explainer *e, tracer *t, psy_error *err)
{
	const psy_onnx_tensor *scores = e->view.tensor + e->view.head.scores;
	void *block;
	psy_status status;

	e->outputs = (uint32_t) psy_onnx_count(&scores->shape);
	if ((status = psy_alloc(ctx, e->outputs, sizeof *e->margin, &block, err)) != PSY_OK)
		return status;
	e->margin = block;
	if (e->model->task == PSY_CLASSIFICATION && e->outputs != e->model->classes)
		return psy_fail(err, PSY_UNSUPPORTED, "this ONNX document has %u scores for %u classes: no exact explanation here", e->outputs, e->model->classes);
	for (uint32_t k = 0; k < e->outputs; k++)
		if (scores->constant || !find_margin(t, scores->place + k, e->margin + k))
		{
			psy_fail(err, PSY_UNSUPPORTED, "this ONNX document has no exact explanation here: %s", scores->constant ? in_the_way[0] : t->in_the_way);
			return psy_hint(err, "One TreeEnsemble, behind steps of single features, is explained; export linear models as psyrad-json.");
		}
	return PSY_OK;
}

psy_status
psy_onnx_explainer_make(const psy_context *ctx, const psy_model *model, const psy_op *op, psy_onnx_explainer **explainer, psy_error *err)
{
	psy_onnx_explainer *e;
	tracer t;
	void *made;
	psy_status status = psy_alloc(ctx, 1, sizeof *e, &made, err);

	*explainer = NULL;
	if (status != PSY_OK)
		return status;
	e = made;
	*e = (psy_onnx_explainer){.model = model, .op = op, .view = psy_onnx_view_of(psy_at(model, op->data))};
	t = (tracer){.view = &e->view, .trees = e->view.head.codes};
	status = find_margins(ctx, e, &t, err);
	e->code = t.trees;
	if (status == PSY_OK)
		status = find_columns(ctx, e, &t, err);
	if (status == PSY_OK)
		status = make_trees(ctx, e, err);
	if (status != PSY_OK)
		psy_onnx_explainer_free(ctx, e);
	else
		*explainer = e;
	return status;
}

void
psy_onnx_explainer_free(const psy_context *ctx, psy_onnx_explainer *e)
{
	if (e == NULL)
		return;
	psy_tree_plan_free(ctx, e->plan);
	if (e->builder.ctx != NULL)
		psy_builder_abandon(&e->builder);
	psy_release(ctx, e->margin);
	psy_release(ctx, e->source);
	psy_release(ctx, e);
}

size_t
psy_onnx_explainer_workspace(const psy_onnx_explainer *e)
{
	return (size_t) e->view.head.room + e->view.head.scratch + 2 * (size_t) e->columns + psy_tree_plan_workspace(e->plan);
}

double
psy_onnx_explainer_base(const psy_onnx_explainer *e, size_t output)
{
	const margin *m = e->margin + output;

	if (output >= e->outputs)
		return NAN;
	return m->slope * psy_tree_plan_base(e->plan, m->target) + m->offset;
}

psy_status
psy_onnx_explain(const psy_onnx_explainer *e, size_t output, const double *in, double *workspace, double *phi, psy_error *err)
{
	psy_onnx_call c = {.view = &e->view, .i = e->view.code + e->code, .workspace = workspace};
	const margin *m = e->margin + output;
	double *column = workspace + e->view.head.room + e->view.head.scratch, *share = column + e->columns;
	psy_status status;

	if (output >= e->outputs)
		return psy_fail(err, PSY_DOMAIN, "the model has %u scores", e->outputs);
	if ((status = psy_onnx_run_first(e->model, e->op, e->code, in, workspace, err)) != PSY_OK)
		return status;
	memcpy(column, psy_onnx_in(&c, 0), e->columns * sizeof *column);
	if (!psy_tree_plan_explain(e->plan, m->target, column, share + e->columns, share))
		return psy_fail(err, PSY_DOMAIN, "a feature is too large for these trees");
	memset(phi, 0, e->model->features * sizeof *phi);
	for (uint32_t k = 0; k < e->columns; k++)
		if (e->source[k] != NO_FEATURE)
			phi[e->source[k]] += m->slope * share[k];
	return PSY_OK;
}
