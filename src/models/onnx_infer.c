/*
 * onnx_infer.c - what each instruction gives, needs and costs, from shapes and words alone.
 *
 * The compiler asks it to know the next shape, the check of an image to see that nothing was forged: what runs may
 * rely on every line here.  Sizes are at most PSY_ONNX_MOST_COUNT each, so that products of two stay below 2^54.
 */
#include "models/onnx_program.h"

#include "models/model_kernels.h"

#include <string.h>

/* A function that is not one multiplication costs about as much as so many. */
#define COSTLY 16

uint64_t
psy_onnx_count(const psy_onnx_shape *shape)
{
	uint64_t count = 1;

	if (shape->rank > PSY_ONNX_RANK || shape->type < PSY_ONNX_FLOAT || shape->type > PSY_ONNX_STRING)
		return 0;
	for (uint32_t k = 0; k < shape->rank; k++)
	{
		if (shape->dim[k] == 0 || shape->dim[k] > PSY_ONNX_MOST_COUNT)
			return 0;
		count *= shape->dim[k];
		if (count > PSY_ONNX_MOST_COUNT)
			return 0;
	}
	return count;
}

psy_onnx_around
psy_onnx_axes(const psy_onnx_shape *shape, uint32_t first, uint32_t end)
{
	psy_onnx_around a = {1, 1, 1};

	for (uint32_t k = 0; k < shape->rank; k++)
		*(k < first ? &a.outer : k < end ? &a.n : &a.inner) *= shape->dim[k];
	return a;
}

static uint32_t
dim_from_end(const psy_onnx_shape *s, uint32_t back)
{
	return back < s->rank ? s->dim[s->rank - 1 - back] : 1;
}

bool
psy_onnx_broadcast(const psy_onnx_shape *a, const psy_onnx_shape *b, psy_onnx_shape *to)
{
	uint32_t rank = a->rank > b->rank ? a->rank : b->rank;

	*to = (psy_onnx_shape){.type = a->type, .rank = rank};
	for (uint32_t back = 0; back < rank; back++)
	{
		uint32_t x = dim_from_end(a, back), y = dim_from_end(b, back);

		if (x != y && x != 1 && y != 1)
			return false;
		to->dim[rank - 1 - back] = x > y ? x : y;
	}
	return psy_onnx_count(to) > 0;
}

void
psy_onnx_strides(const psy_onnx_shape *shape, const psy_onnx_shape *to, size_t stride[PSY_ONNX_RANK])
{
	size_t step = 1;

	memset(stride, 0, PSY_ONNX_RANK * sizeof *stride);
	for (uint32_t back = 0; back < shape->rank; back++)
	{
		stride[to->rank - 1 - back] = shape->dim[shape->rank - 1 - back] == 1 ? 0 : step;
		step *= shape->dim[shape->rank - 1 - back];
	}
}

static bool
same_dims(const psy_onnx_shape *a, const psy_onnx_shape *b)
{
	return a->rank == b->rank && memcmp(a->dim, b->dim, sizeof a->dim) == 0;
}

static bool
is_number(uint32_t type)
{
	return type == PSY_ONNX_FLOAT || type == PSY_ONNX_DOUBLE || type == PSY_ONNX_INT;
}

static bool
is_real(uint32_t type)
{
	return type == PSY_ONNX_FLOAT || type == PSY_ONNX_DOUBLE;
}

/* A vector of that many elements. */
static bool
is_vector(const psy_onnx_shape *s, uint64_t count)
{
	return s->rank == 1 && s->dim[0] == count;
}

static psy_onnx_shape
of_type(psy_onnx_shape shape, uint32_t type)
{
	shape.type = type;
	return shape;
}

/* Columns of rows [n] or [1, n]; 0 where x is something else. */
static uint32_t
row_of(const psy_onnx_shape *x)
{
	return x->rank == 1 ? x->dim[0] : x->rank == 2 && x->dim[0] == 1 ? x->dim[1] : 0;
}

static psy_onnx_shape
row_shape(uint32_t type, uint32_t n)
{
	return (psy_onnx_shape){.type = type, .rank = 2, .dim = {1, n}};
}

/* ---- element by element ---------------------------------------------------------------------- */

static bool
infer_unary(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0);
	uint32_t how = c->i->how;

	if (how < PSY_ONNX_ABS || how >= PSY_ONNX_UNARIES || c->i->words != 0 || c->i->ins > 2 ||
		(how == PSY_ONNX_NOT ? x->type != PSY_ONNX_BOOL : !is_number(x->type)) ||
		(c->i->ins == 2 && !is_vector(psy_onnx_in_shape(c, 1), 2)) ||
		(c->i->ins != 2 && (how == PSY_ONNX_LEAKY || how == PSY_ONNX_ELU || how == PSY_ONNX_SELU ||
							how == PSY_ONNX_HARD_SIGMOID || how == PSY_ONNX_BINARIZE)))
		return false;
	plan->out[0] = of_type(*x, how == PSY_ONNX_IS_NAN ? PSY_ONNX_BOOL : x->type);
	plan->work = psy_onnx_count(x) * COSTLY;
	return true;
}

static bool
infer_binary(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *a = psy_onnx_in_shape(c, 0), *b = psy_onnx_in_shape(c, 1);
	uint32_t how = c->i->how;
	bool logical = how >= PSY_ONNX_AND && how <= PSY_ONNX_XOR;

	if (how < PSY_ONNX_ADD || how >= PSY_ONNX_BINARIES || c->i->words != 0 ||
		(a->type != b->type && !(how == PSY_ONNX_POW && is_number(a->type) && is_number(b->type))) ||
		(logical ? a->type != PSY_ONNX_BOOL : how != PSY_ONNX_EQUAL && !is_number(a->type)) ||
		!psy_onnx_broadcast(a, b, &plan->out[0]))
		return false;
	if (how >= PSY_ONNX_LESS)
		plan->out[0].type = PSY_ONNX_BOOL;
	plan->work = psy_onnx_count(&plan->out[0]) * (how == PSY_ONNX_POW || how == PSY_ONNX_FMOD || how == PSY_ONNX_MOD ? COSTLY : 2);
	return true;
}

static bool
infer_where(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	psy_onnx_shape both;
	const psy_onnx_shape *a = psy_onnx_in_shape(c, 1), *b = psy_onnx_in_shape(c, 2);

	if (c->i->words != 0 || psy_onnx_in_shape(c, 0)->type != PSY_ONNX_BOOL || a->type != b->type ||
		!psy_onnx_broadcast(a, b, &both) || !psy_onnx_broadcast(&both, psy_onnx_in_shape(c, 0), &plan->out[0]))
		return false;
	plan->work = 3 * psy_onnx_count(&plan->out[0]);
	return true;
}

static bool
infer_cast(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0);

	if (c->i->words != 0 || c->i->how < PSY_ONNX_FLOAT || c->i->how > PSY_ONNX_BOOL || x->type == PSY_ONNX_STRING)
		return false;
	plan->out[0] = of_type(*x, c->i->how);
	plan->work = 2 * psy_onnx_count(x);
	return true;
}

/* ---- moving ---------------------------------------------------------------------------------- */

static bool
infer_strided(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const uint32_t *word = psy_onnx_words(c);
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0);
	uint32_t rank = c->i->words / 2;
	int64_t low = word[0], high = word[0];
	psy_onnx_shape to = {.type = x->type, .rank = rank};

	if (c->i->words % 2 != 1 || rank > PSY_ONNX_RANK)
		return false;
	memcpy(to.dim, word + 1, rank * sizeof *word);
	if (psy_onnx_count(&to) == 0)
		return false;
	for (uint32_t k = 0; k < rank; k++)
	{
		int64_t reach = (int64_t) (int32_t) word[1 + rank + k] * ((int64_t) to.dim[k] - 1);

		*(reach < 0 ? &low : &high) += reach;
	}
	if (low < 0 || high >= (int64_t) psy_onnx_count(x))
		return false;
	plan->out[0] = to;
	plan->work = 2 * psy_onnx_count(&to);
	return true;
}

static bool
infer_concat(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	uint32_t axis = psy_onnx_words(c)[0];
	psy_onnx_shape to = *psy_onnx_in_shape(c, 0);
	uint64_t along = 0;

	if (c->i->words != 1 || axis >= to.rank)
		return false;
	for (uint32_t k = 0; k < c->i->ins; k++)
	{
		psy_onnx_shape part = *psy_onnx_in_shape(c, k);

		if (part.rank != to.rank || part.type != to.type)
			return false;
		along += part.dim[axis];
		part.dim[axis] = to.dim[axis];
		if (!same_dims(&part, &to))
			return false;
	}
	if (along > PSY_ONNX_MOST_COUNT)
		return false;
	to.dim[axis] = (uint32_t) along;
	plan->out[0] = to;
	plan->work = 2 * psy_onnx_count(&to) + c->i->ins;
	return true;
}

static bool
infer_gather(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0), *at = psy_onnx_in_shape(c, 1);
	uint32_t axis = psy_onnx_words(c)[0];
	psy_onnx_shape to = {.type = x->type};

	if (c->i->words != 1 || axis >= x->rank || at->type != PSY_ONNX_INT || x->rank - 1 + at->rank > PSY_ONNX_RANK)
		return false;
	to.rank = x->rank - 1 + at->rank;
	memcpy(to.dim, x->dim, axis * sizeof *to.dim);
	memcpy(to.dim + axis, at->dim, at->rank * sizeof *to.dim);
	memcpy(to.dim + axis + at->rank, x->dim + axis + 1, (x->rank - 1 - axis) * sizeof *to.dim);
	plan->out[0] = to;
	plan->work = 2 * psy_onnx_count(&to);
	return true;
}

static bool
infer_pick(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0), *at = psy_onnx_in_shape(c, 1);
	uint32_t axis = psy_onnx_words(c)[0];

	if (c->i->words != 1 || axis >= x->rank || at->type != PSY_ONNX_INT || at->rank != x->rank)
		return false;
	for (uint32_t k = 0; k < x->rank; k++)
		if (k != axis && at->dim[k] > x->dim[k])
			return false;
	plan->out[0] = of_type(*at, x->type);
	plan->work = 8 * psy_onnx_count(at);
	return true;
}

/* ---- along axes ------------------------------------------------------------------------------ */

static bool
axes_fit(const psy_onnx_shape *x, const uint32_t *word)
{
	return word[0] <= word[1] && word[1] <= x->rank;
}

static bool
infer_reduce(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0);
	const uint32_t *word = psy_onnx_words(c);
	bool finds = c->i->how >= PSY_ONNX_ARGMAX;
	psy_onnx_shape to = {.type = finds ? PSY_ONNX_INT : x->type};

	if (c->i->words != 3 || c->i->how < PSY_ONNX_SUM || c->i->how >= PSY_ONNX_REDUCES || !axes_fit(x, word) || word[2] > 1 ||
		!is_number(x->type))
		return false;
	for (uint32_t k = 0; k < x->rank; k++)
		if (k < word[0] || k >= word[1])
			to.dim[to.rank++] = x->dim[k];
		else if (word[2])
			to.dim[to.rank++] = 1;
	plan->out[0] = to;
	plan->work = psy_onnx_count(x) * (c->i->how == PSY_ONNX_LOG_SUM_EXP ? COSTLY : 2) + COSTLY * psy_onnx_count(&to);
	return true;
}

static bool
infer_softmax(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0);

	if (c->i->words != 2 || c->i->how > 1 || !axes_fit(x, psy_onnx_words(c)) || !is_real(x->type))
		return false;
	plan->out[0] = *x;
	plan->work = COSTLY * psy_onnx_count(x);
	return true;
}

static bool
infer_topk(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0);
	uint32_t k = psy_onnx_words(c)[0];

	if (c->i->words != 1 || c->i->how > 1 || x->rank == 0 || !is_number(x->type) || k == 0 || k > x->dim[x->rank - 1])
		return false;
	plan->out[0] = *x;
	plan->out[0].dim[x->rank - 1] = k;
	plan->out[1] = of_type(plan->out[0], PSY_ONNX_INT);
	plan->scratch = x->dim[x->rank - 1];
	plan->work = psy_onnx_count(x) / x->dim[x->rank - 1] * x->dim[x->rank - 1] * (k < 64 ? k : 64) * 2;
	return true;
}

static bool
infer_normalize(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0);

	if (c->i->words != 0 || c->i->how > 2 || x->rank < 1 || x->rank > 2 || !is_real(x->type))
		return false;
	plan->out[0] = *x;
	plan->work = 4 * psy_onnx_count(x);
	return true;
}

/* ---- layers ---------------------------------------------------------------------------------- */

static bool
infer_dot(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	psy_onnx_shape a = *psy_onnx_in_shape(c, 0), b = *psy_onnx_in_shape(c, 1), to;
	uint32_t k, m, n;

	if (c->i->words != 0 || (c->i->ins != 2 && c->i->ins != 4) || a.rank < 2 || b.rank < 2 || a.type != b.type || !is_number(a.type))
		return false;
	m = a.dim[a.rank - 2];
	n = b.dim[b.rank - 2];
	k = a.dim[a.rank - 1];
	if (k != b.dim[b.rank - 1])
		return false;
	a.dim[a.rank - 2] = a.dim[a.rank - 1] = b.dim[b.rank - 2] = b.dim[b.rank - 1] = 1;
	if (!psy_onnx_broadcast(&a, &b, &to))
		return false;
	to.dim[to.rank - 2] = m;
	to.dim[to.rank - 1] = n;
	plan->out[0] = to;
	plan->work = (psy_onnx_count(&to) + 1) * ((uint64_t) k + 4);
	if (c->i->ins == 4)
	{
		const psy_onnx_shape *bias = psy_onnx_in_shape(c, 2);

		return to.rank == 2 && bias->type == to.type && is_vector(psy_onnx_in_shape(c, 3), 2) &&
			   psy_onnx_broadcast(&to, bias, &a) && same_dims(&a, &to);
	}
	return true;
}

static bool
infer_affine(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0);
	uint32_t axis = psy_onnx_words(c)[0];

	if (c->i->words != 1 || axis >= x->rank || !is_real(x->type))
		return false;
	for (uint32_t k = 1; k < 4; k++)
		if (!is_vector(psy_onnx_in_shape(c, k), x->dim[axis]))
			return false;
	plan->out[0] = *x;
	plan->work = 3 * psy_onnx_count(x);
	return true;
}

uint32_t
psy_onnx_window_out(const psy_onnx_window *w, const uint32_t kernel[2], uint32_t size, int axis)
{
	uint64_t padded = (uint64_t) size + w->before[axis] + w->after[axis];
	uint64_t span = (uint64_t) w->dilation[axis] * (kernel[axis] - 1) + 1, out;

	if (padded < span)
		return 0;
	out = (padded - span + (w->ceil ? w->stride[axis] - 1 : 0)) / w->stride[axis] + 1;
	/* A window that would begin in the padding behind does not count. */
	if (w->ceil && (out - 1) * w->stride[axis] >= (uint64_t) size + w->before[axis])
		out--;
	return out <= PSY_ONNX_MOST_COUNT ? (uint32_t) out : 0;
}

static bool
window_fits(const psy_onnx_call *c, const uint32_t kernel[2])
{
	const psy_onnx_window *w = (const psy_onnx_window *) psy_onnx_words(c);

	if (c->i->words != PSY_ONNX_WINDOW_WORDS || w->group == 0 || w->ceil > 1)
		return false;
	for (int k = 0; k < 2; k++)
		if (kernel[k] == 0 || kernel[k] > PSY_ONNX_MOST_COUNT || w->stride[k] == 0 || w->stride[k] > PSY_ONNX_MOST_COUNT ||
			w->dilation[k] == 0 || w->dilation[k] > PSY_ONNX_MOST_COUNT || w->before[k] > PSY_ONNX_MOST_COUNT ||
			w->after[k] > PSY_ONNX_MOST_COUNT)
			return false;
	return true;
}

static bool
infer_conv(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0), *weight = psy_onnx_in_shape(c, 1);
	const psy_onnx_window *w = (const psy_onnx_window *) psy_onnx_words(c);
	psy_onnx_shape to;

	if (x->rank != 4 || weight->rank != 4 || x->dim[0] != 1 || !is_real(x->type) || weight->type != x->type ||
		!window_fits(c, weight->dim + 2) || w->ceil != 0 || x->dim[1] % w->group != 0 || weight->dim[0] % w->group != 0 ||
		weight->dim[1] != x->dim[1] / w->group || (c->i->ins == 3 && !is_vector(psy_onnx_in_shape(c, 2), weight->dim[0])))
		return false;
	to = (psy_onnx_shape){.type = x->type, .rank = 4, .dim = {1, weight->dim[0]}};
	to.dim[2] = psy_onnx_window_out(w, weight->dim + 2, x->dim[2], 0);
	to.dim[3] = psy_onnx_window_out(w, weight->dim + 2, x->dim[3], 1);
	if (psy_onnx_count(&to) == 0)
		return false;
	plan->out[0] = to;
	plan->scratch = to.dim[3];
	plan->work = psy_onnx_count(&to) * (psy_onnx_count(weight) / weight->dim[0] + 4);
	return true;
}

static bool
infer_pool(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0);
	const psy_onnx_window *w = (const psy_onnx_window *) psy_onnx_words(c);

	if (x->rank != 4 || x->dim[0] != 1 || !is_real(x->type) || c->i->how > 2 || c->i->words != PSY_ONNX_WINDOW_WORDS ||
		!window_fits(c, w->kernel))
		return false;
	/* No window lies wholly in the padding. */
	for (int k = 0; k < 2; k++)
		if (w->before[k] > (w->kernel[k] - 1) * (uint64_t) w->dilation[k] || w->after[k] > (w->kernel[k] - 1) * (uint64_t) w->dilation[k])
			return false;
	plan->out[0] = *x;
	plan->out[0].dim[2] = psy_onnx_window_out(w, w->kernel, x->dim[2], 0);
	plan->out[0].dim[3] = psy_onnx_window_out(w, w->kernel, x->dim[3], 1);
	if (psy_onnx_count(&plan->out[0]) == 0 || (uint64_t) w->kernel[0] * w->kernel[1] > PSY_ONNX_MOST_COUNT)
		return false;
	plan->work = psy_onnx_count(&plan->out[0]) * ((uint64_t) w->kernel[0] * w->kernel[1] * 2 + 4);
	return true;
}

/* ---- ai.onnx.ml ------------------------------------------------------------------------------ */

static bool
infer_impute(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0), *value = psy_onnx_in_shape(c, 1);

	if (c->i->words != 0 || x->rank == 0 || !is_number(x->type) || value->rank != 1 ||
		(value->dim[0] != 1 && value->dim[0] != x->dim[x->rank - 1]) || psy_onnx_count(psy_onnx_in_shape(c, 2)) != 1)
		return false;
	plan->out[0] = *x;
	plan->work = 2 * psy_onnx_count(x);
	return true;
}

static bool
infer_one_hot(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0), *category = psy_onnx_in_shape(c, 1);

	if (c->i->words != 0 || c->i->how > 1 || x->rank >= PSY_ONNX_RANK || category->rank != 1 ||
		(x->type == PSY_ONNX_STRING) != (category->type == PSY_ONNX_STRING))
		return false;
	plan->out[0] = of_type(*x, PSY_ONNX_FLOAT);
	plan->out[0].dim[plan->out[0].rank++] = category->dim[0];
	plan->work = 2 * psy_onnx_count(&plan->out[0]);
	return psy_onnx_count(&plan->out[0]) > 0;
}

static bool
infer_lookup(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0), *key = psy_onnx_in_shape(c, 1), *value = psy_onnx_in_shape(c, 2),
						 *other = psy_onnx_in_shape(c, 3);

	if (c->i->words != 0 || key->rank != 1 || !is_vector(value, key->dim[0]) || psy_onnx_count(other) != 1 || other->type != value->type ||
		(x->type == PSY_ONNX_STRING) != (key->type == PSY_ONNX_STRING))
		return false;
	plan->out[0] = of_type(*x, value->type);
	plan->work = psy_onnx_count(x) * key->dim[0];
	return true;
}

static bool
node_fits(const psy_onnx_node *node, uint32_t k, uint32_t end, uint32_t columns, uint32_t pairs)
{
	uint32_t mode = (node->what & PSY_ONNX_SPLIT_MODE) >> PSY_ONNX_SPLIT_SHIFT;

	if (mode == PSY_ONNX_LEAF)
		return node->as.pair[0] <= pairs && node->as.pair[1] <= pairs - node->as.pair[0];
	return mode <= PSY_ONNX_BRANCH_NEQ && (node->what & PSY_ONNX_SPLIT_FEATURE) < columns && node->next > k &&
		   node->next < end - 1;
}

/* One row visits each node at most once: the trees stand one behind the other, and children behind their parents. */
static bool
trees_fit(const psy_onnx_view *p, const uint32_t *root, uint32_t trees, uint32_t end, uint32_t columns, uint32_t pairs)
{
	for (uint32_t t = 0; t < trees; t++)
	{
		uint32_t next = t + 1 < trees ? root[t + 1] : end;

		if (root[t] >= next || next > p->head.nodes)
			return false;
		for (uint32_t k = root[t]; k < next; k++)
			if (!node_fits(p->node + k, k, next, columns, pairs))
				return false;
	}
	return true;
}

/* Words: targets; first word of the roots' nodes; trees; the node behind them; first word of the pairs' targets. */
static bool
infer_trees(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const uint32_t *word = psy_onnx_words(c);
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0), *weight = psy_onnx_in_shape(c, 1);
	const psy_onnx_view *p = c->view;
	uint32_t columns = row_of(x);

	if (c->i->words != 5 || columns == 0 || !is_number(x->type) || weight->rank != 1 || c->i->how < PSY_ONNX_TREES_SUM ||
		c->i->how > PSY_ONNX_TREES_MAX || word[0] == 0 || word[0] > PSY_MODEL_MOST_CLASSES)
		return false;
	if (word[2] == 0 || word[1] > p->head.words || word[2] > p->head.words - word[1] || word[4] > p->head.words ||
		weight->dim[0] > p->head.words - word[4])
		return false;
	for (uint32_t k = 0; k < weight->dim[0]; k++)
		if (p->word[word[4] + k] >= word[0])
			return false;
	if (!trees_fit(p, p->word + word[1], word[2], word[3], columns, weight->dim[0]))
		return false;
	if (c->i->ins == 3 && (!psy_onnx_arg(c, 2)->constant || !is_vector(psy_onnx_in_shape(c, 2), word[3] - p->word[word[1]])))
		return false;
	plan->out[0] = row_shape(x->type == PSY_ONNX_DOUBLE ? PSY_ONNX_DOUBLE : PSY_ONNX_FLOAT, word[0]);
	plan->out[1] = row_shape(PSY_ONNX_BOOL, word[0]);
	plan->work = 8 * (uint64_t) (word[3] - p->word[word[1]]) + 4 * (uint64_t) weight->dim[0];
	return true;
}

static bool
infer_decide(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	uint32_t n = row_of(psy_onnx_in_shape(c, 0));

	if (n == 0 || c->i->how > 1 || c->i->words != 1 || psy_onnx_words(c)[0] > 1 || (c->i->how == 1 && n > 2) ||
		(c->i->ins == 2 && row_of(psy_onnx_in_shape(c, 1)) != n))
		return false;
	plan->out[0] = (psy_onnx_shape){.type = PSY_ONNX_INT, .rank = 1, .dim = {1}};
	plan->work = 2 * n;
	return true;
}

static bool
infer_scores(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0);
	uint32_t n = row_of(x), second = psy_onnx_words(c)[0];

	if (n == 0 || !is_real(x->type) || c->i->words != 1 || second > PSY_ONNX_OPPOSITE || c->i->how < PSY_ONNX_AS_IS ||
		c->i->how > PSY_ONNX_AS_SOFTMAX_ZERO || (second != PSY_ONNX_ALONE && n != 1))
		return false;
	plan->out[0] = row_shape(x->type, second == PSY_ONNX_ALONE ? n : 2);
	plan->work = COSTLY * (uint64_t) n;
	return true;
}

static bool
infer_kernels(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const psy_onnx_shape *x = psy_onnx_in_shape(c, 0), *vector = psy_onnx_in_shape(c, 1);

	if (c->i->words != 0 || c->i->how < PSY_ONNX_KERNEL_LINEAR || c->i->how > PSY_ONNX_KERNEL_SIGMOID || !is_number(x->type) ||
		vector->rank != 2 || row_of(x) != vector->dim[1] || !is_vector(psy_onnx_in_shape(c, 2), 3))
		return false;
	plan->out[0] = row_shape(PSY_ONNX_FLOAT, vector->dim[0]);
	plan->work = psy_onnx_count(vector) + 2 * COSTLY * (uint64_t) vector->dim[0];
	return true;
}

static bool
infer_pairs(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const uint32_t *count = psy_onnx_words(c);
	uint32_t classes = c->i->words, vectors = row_of(psy_onnx_in_shape(c, 0));
	const psy_onnx_shape *coef = psy_onnx_in_shape(c, 1);
	uint64_t sum = 0;

	if (classes < 2 || classes > PSY_MODEL_MOST_CLASSES || coef->rank != 2 || coef->dim[0] != classes - 1 || coef->dim[1] != vectors ||
		!is_vector(psy_onnx_in_shape(c, 2), (uint64_t) classes * (classes - 1) / 2))
		return false;
	for (uint32_t k = 0; k < classes; k++)
		sum += count[k];
	if (sum != vectors)
		return false;
	plan->out[0] = row_shape(PSY_ONNX_FLOAT, classes * (classes - 1) / 2);
	plan->work = psy_onnx_count(coef) * 2;
	return true;
}

/* Pairs of that many classes. */
static bool
are_pairs(const psy_onnx_call *c)
{
	uint64_t classes = psy_onnx_words(c)[0];

	return c->i->words == 1 && classes >= 2 && classes <= PSY_MODEL_MOST_CLASSES &&
		   row_of(psy_onnx_in_shape(c, 0)) == classes * (classes - 1) / 2;
}

static bool
infer_vote(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	if (!are_pairs(c))
		return false;
	plan->out[0] = (psy_onnx_shape){.type = PSY_ONNX_INT, .rank = 1, .dim = {1}};
	plan->scratch = psy_onnx_words(c)[0];
	plan->work = psy_onnx_count(psy_onnx_in_shape(c, 0)) * 4;
	return true;
}

static bool
infer_couple(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	uint64_t classes = psy_onnx_words(c)[0], pairs = classes * (classes - 1) / 2;

	if (!are_pairs(c) || !is_vector(psy_onnx_in_shape(c, 1), pairs) || !is_vector(psy_onnx_in_shape(c, 2), pairs))
		return false;
	plan->out[0] = row_shape(PSY_ONNX_FLOAT, (uint32_t) classes);
	plan->scratch = 2 * classes * classes + classes;
	plan->work = 300 * classes * classes;
	return true;
}

/* ---- all of them ----------------------------------------------------------------------------- */

typedef struct infer_kind
{
	bool (*infer)(const psy_onnx_call *c, psy_onnx_plan *plan);
	uint32_t least, most; /* inputs */
	uint32_t outs;
	uint32_t words; /* at least */
} infer_kind;

static const infer_kind kinds[PSY_ONNX_CODES] = {
	[PSY_ONNX_UNARY] = {infer_unary, 1, 2, 1, 0},
	[PSY_ONNX_BINARY] = {infer_binary, 2, 2, 1, 0},
	[PSY_ONNX_WHERE] = {infer_where, 3, 3, 1, 0},
	[PSY_ONNX_CAST] = {infer_cast, 1, 1, 1, 0},
	[PSY_ONNX_STRIDED] = {infer_strided, 1, 1, 1, 1},
	[PSY_ONNX_CONCAT] = {infer_concat, 1, 1u << 20, 1, 1},
	[PSY_ONNX_GATHER] = {infer_gather, 2, 2, 1, 1},
	[PSY_ONNX_PICK] = {infer_pick, 2, 2, 1, 1},
	[PSY_ONNX_REDUCE] = {infer_reduce, 1, 1, 1, 3},
	[PSY_ONNX_SOFTMAX] = {infer_softmax, 1, 1, 1, 2},
	[PSY_ONNX_DOT] = {infer_dot, 2, 4, 1, 0},
	[PSY_ONNX_AFFINE] = {infer_affine, 4, 4, 1, 1},
	[PSY_ONNX_CONV] = {infer_conv, 2, 3, 1, PSY_ONNX_WINDOW_WORDS},
	[PSY_ONNX_POOL] = {infer_pool, 1, 1, 1, PSY_ONNX_WINDOW_WORDS},
	[PSY_ONNX_TOPK] = {infer_topk, 1, 1, 2, 1},
	[PSY_ONNX_NORMALIZE] = {infer_normalize, 1, 1, 1, 0},
	[PSY_ONNX_IMPUTE] = {infer_impute, 3, 3, 1, 0},
	[PSY_ONNX_ONE_HOT] = {infer_one_hot, 2, 2, 1, 0},
	[PSY_ONNX_LOOKUP] = {infer_lookup, 4, 4, 1, 0},
	[PSY_ONNX_TREES] = {infer_trees, 2, 3, 2, 5},
	[PSY_ONNX_DECIDE] = {infer_decide, 1, 2, 1, 1},
	[PSY_ONNX_SCORES] = {infer_scores, 1, 1, 1, 1},
	[PSY_ONNX_KERNELS] = {infer_kernels, 3, 3, 1, 0},
	[PSY_ONNX_PAIRS] = {infer_pairs, 3, 3, 1, 2},
	[PSY_ONNX_VOTE] = {infer_vote, 1, 1, 1, 1},
	[PSY_ONNX_COUPLE] = {infer_couple, 3, 3, 1, 1},
};

bool
psy_onnx_infer(const psy_onnx_call *c, psy_onnx_plan *plan)
{
	const infer_kind *kind;

	*plan = (psy_onnx_plan){.work = 1};
	if (c->i->code < PSY_ONNX_UNARY || c->i->code >= PSY_ONNX_CODES)
		return false;
	kind = &kinds[c->i->code];
	return c->i->ins >= kind->least && c->i->ins <= kind->most && c->i->outs == kind->outs && c->i->words >= kind->words &&
		   kind->infer(c, plan);
}
