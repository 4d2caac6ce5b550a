/*
 * onnx_compile.c - the program while it grows.
 *
 * Tensors are numbered as they appear; psy_onnx_infer gives the next one's shape.  An instruction whose inputs are all
 * constants is computed at once, by the code that would have run it.  onnx_layout.c writes the program into an image.
 */
#include "models/onnx.h"

#include <string.h>

/* Elements of constants beyond the document's bytes: nobody's little document becomes a large model. */
#define SPARE_NUMBERS ((size_t) 1 << 20)

#define MOST_TENSORS ((size_t) 1 << 20)
#define MOST_TEXTS 10000

struct psy_onnx_block
{
	psy_onnx_block *next;
	double body[];
};

/* ---- memory ---------------------------------------------------------------------------------- */

psy_status
psy_onnx_remember(psy_onnx_compiler *c, size_t count, size_t size, void *to)
{
	size_t bytes;
	void *block;
	psy_status status;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - sizeof(psy_onnx_block) - 8)
		return psy_fail(c->err, PSY_NOMEM, "onnx: no memory for %zu values", count);
	if ((status = psy_alloc(c->ctx, sizeof(psy_onnx_block) + bytes + 8, 1, &block, c->err)) != PSY_OK)
		return status;
	((psy_onnx_block *) block)->next = c->blocks;
	c->blocks = block;
	memset(c->blocks->body, 0, bytes);
	block = c->blocks->body;
	memcpy(to, &block, sizeof block);
	return PSY_OK;
}

void
psy_onnx_forget(psy_onnx_compiler *c, psy_onnx_block *mark)
{
	while (c->blocks != mark)
	{
		psy_onnx_block *next = c->blocks->next;

		psy_release(c->ctx, c->blocks);
		c->blocks = next;
	}
}

psy_status
psy_onnx_grow(psy_onnx_compiler *c, psy_onnx_list *list, size_t count, size_t *first)
{
	size_t need = list->used + count, room = list->room == 0 ? 64 : list->room;
	void *data;
	psy_status status;

	*first = list->used;
	if (need > list->room)
	{
		if (need > c->limits->image / list->size)
			return psy_fail(c->err, PSY_LIMIT, "onnx: the compiled model would be larger than %zu bytes", c->limits->image);
		while (room < need)
			room *= 2;
		if ((status = psy_alloc(c->ctx, room, list->size, &data, c->err)) != PSY_OK)
			return status;
		if (list->used > 0)
			memcpy(data, list->data, list->used * list->size);
		psy_release(c->ctx, list->data);
		list->data = data;
		list->room = room;
	}
	list->used = need;
	memset((char *) list->data + *first * list->size, 0, count * list->size);
	return PSY_OK;
}

void
psy_onnx_compiler_begin(psy_onnx_compiler *c)
{
	c->tensor.size = sizeof(psy_onnx_tensor);
	c->mark.size = sizeof(psy_onnx_mark);
	c->code.size = sizeof(psy_onnx_ins);
	c->node.size = sizeof(psy_onnx_node);
	c->number.size = sizeof(double);
	c->text.size = sizeof(psy_wire);
	c->word.size = sizeof(uint32_t);
	c->operators.size = 1;
}

void
psy_onnx_compiler_end(psy_onnx_compiler *c)
{
	psy_onnx_list *list[] = {&c->tensor, &c->mark, &c->code, &c->node, &c->number, &c->text, &c->word, &c->operators};

	for (size_t k = 0; k < sizeof list / sizeof list[0]; k++)
		psy_release(c->ctx, list[k]->data);
	psy_onnx_forget(c, NULL);
}

/* ---- tensors --------------------------------------------------------------------------------- */

double *
psy_onnx_values(const psy_onnx_compiler *c, uint32_t tensor)
{
	return (double *) c->number.data + psy_onnx_tensor_at(c, tensor)->place;
}

psy_status
psy_onnx_add_tensor(psy_onnx_compiler *c, const psy_onnx_shape *shape, uint32_t *tensor)
{
	psy_onnx_shape copy = *shape; /* which may lie in the list that grows */
	size_t first, beside;
	psy_status status;

	if (psy_onnx_count(&copy) == 0)
		return psy_onnx_refuse(c, PSY_LIMIT, "a tensor without elements, or of more than %llu of them",
							   (unsigned long long) PSY_ONNX_MOST_COUNT);
	if (c->tensor.used >= MOST_TENSORS)
		return psy_onnx_refuse(c, PSY_LIMIT, "more than %zu tensors", MOST_TENSORS);
	if ((status = psy_onnx_grow(c, &c->tensor, 1, &first)) != PSY_OK ||
		(status = psy_onnx_grow(c, &c->mark, 1, &beside)) != PSY_OK)
		return status;
	*tensor = (uint32_t) first;
	*psy_onnx_tensor_at(c, *tensor) = (psy_onnx_tensor){.shape = copy};
	*psy_onnx_mark_of(c, *tensor) = (psy_onnx_mark){.base = *tensor, .labels = PSY_ONNX_NONE};
	return PSY_OK;
}

/* Whether so many more numbers may become constants. */
static bool
has_room(const psy_onnx_compiler *c, uint64_t count)
{
	return c->number.used + count <= c->document + SPARE_NUMBERS;
}

psy_status
psy_onnx_constant(psy_onnx_compiler *c, const psy_onnx_shape *shape, uint32_t *tensor)
{
	psy_onnx_shape copy = *shape;
	uint64_t count = psy_onnx_count(&copy);
	size_t first;
	psy_status status = psy_onnx_add_tensor(c, &copy, tensor);

	if (status != PSY_OK)
		return status;
	if (!has_room(c, count))
		return psy_onnx_refuse(c, PSY_LIMIT, "its constants are far larger than the document");
	if ((status = psy_onnx_grow(c, &c->number, count, &first)) != PSY_OK)
		return status;
	psy_onnx_tensor_at(c, *tensor)->constant = 1;
	psy_onnx_tensor_at(c, *tensor)->place = (uint32_t) first;
	return PSY_OK;
}

psy_status
psy_onnx_vector(psy_onnx_compiler *c, uint32_t type, const double *value, size_t count, uint32_t *tensor)
{
	psy_onnx_shape shape = {.type = type, .rank = 1, .dim = {(uint32_t) (count <= PSY_ONNX_MOST_COUNT ? count : 0)}};
	psy_status status = psy_onnx_constant(c, &shape, tensor);

	if (status == PSY_OK)
		memcpy(psy_onnx_values(c, *tensor), value, count * sizeof(double));
	return status;
}

psy_status
psy_onnx_scalar(psy_onnx_compiler *c, uint32_t type, double value, uint32_t *tensor)
{
	psy_onnx_shape shape = {.type = type};
	psy_status status = psy_onnx_constant(c, &shape, tensor);

	if (status == PSY_OK)
		*psy_onnx_values(c, *tensor) = value;
	return status;
}

psy_status
psy_onnx_reshape(psy_onnx_compiler *c, uint32_t tensor, const psy_onnx_shape *shape, uint32_t *to)
{
	psy_onnx_shape copy = *shape;
	psy_onnx_mark mark = *psy_onnx_mark_of(c, tensor);
	psy_onnx_tensor from;
	psy_status status;

	if (psy_onnx_count(&copy) != psy_onnx_count(psy_onnx_shape_of(c, tensor)))
		return psy_onnx_refuse(c, PSY_FORMAT, "a shape of other size than the tensor");
	if ((status = psy_onnx_add_tensor(c, &copy, to)) != PSY_OK)
		return status;
	from = *psy_onnx_tensor_at(c, tensor);
	psy_onnx_tensor_at(c, *to)->constant = from.constant;
	psy_onnx_tensor_at(c, *to)->place = from.place;
	*psy_onnx_mark_of(c, *to) = mark;
	return PSY_OK;
}

psy_status
psy_onnx_intern(psy_onnx_compiler *c, psy_wire text, double *id)
{
	const psy_wire *known = c->text.data;
	size_t length = psy_wire_length(text), first;
	psy_status status;

	for (size_t k = 0; k < c->text.used; k++)
		if (psy_wire_length(known[k]) == length && (length == 0 || memcmp(known[k].at, text.at, length) == 0))
		{
			*id = (double) k;
			return PSY_OK;
		}
	if (c->text.used >= MOST_TEXTS)
		return psy_onnx_refuse(c, PSY_LIMIT, "more than %d different texts", MOST_TEXTS);
	if ((status = psy_onnx_grow(c, &c->text, 1, &first)) != PSY_OK)
		return status;
	((psy_wire *) c->text.data)[first] = text;
	*id = (double) first;
	return PSY_OK;
}

/* ---- instructions ---------------------------------------------------------------------------- */

psy_onnx_view
psy_onnx_program(const psy_onnx_compiler *c)
{
	return (psy_onnx_view){.head = {.tensors = (uint32_t) c->tensor.used,
									.nodes = (uint32_t) c->node.used,
									.words = (uint32_t) c->word.used},
						   .tensor = c->tensor.data,
						   .code = c->code.data,
						   .node = c->node.data,
						   .number = c->number.data,
						   .word = c->word.data};
}

/* Inputs, room for outputs, and words; what they begin with. */
static psy_status
write_words(psy_onnx_compiler *c, const uint32_t *in, const uint32_t *word, psy_onnx_ins *i)
{
	size_t first = 0;
	uint32_t *to;
	psy_status status = psy_onnx_grow(c, &c->word, (size_t) i->ins + i->outs + i->words, &first);

	if (status != PSY_OK)
		return status;
	to = (uint32_t *) c->word.data + first;
	memcpy(to, in, i->ins * sizeof *in);
	if (i->words > 0)
		memcpy(to + i->ins + i->outs, word, i->words * sizeof *word);
	i->args = (uint32_t) first;
	i->word = (uint32_t) first + i->ins + i->outs;
	return PSY_OK;
}

static bool
all_constant(const psy_onnx_compiler *c, const uint32_t *in, size_t ins)
{
	for (size_t k = 0; k < ins; k++)
		if (!psy_onnx_is_constant(c, in[k]))
			return false;
	return true;
}

/* Computes the instruction now. */
static psy_status
fold(psy_onnx_compiler *c, const psy_onnx_ins *i, const psy_onnx_plan *plan)
{
	psy_onnx_block *mark = c->blocks;
	double *scratch = NULL;
	psy_onnx_view view;
	psy_onnx_fault fault;
	psy_status status = psy_onnx_remember(c, plan->scratch + 1, sizeof(double), &scratch);

	if (status != PSY_OK)
		return status;
	view = psy_onnx_program(c);
	fault = psy_onnx_run(&(psy_onnx_call){.view = &view, .i = i, .scratch = scratch});
	psy_onnx_forget(c, mark);
	if (fault != PSY_ONNX_FINE)
		return psy_onnx_refuse(c, PSY_FORMAT, "a constant that is no %s", fault == PSY_ONNX_NO_INDEX ? "index" : "category");
	return psy_poll(c->ctx, c->err);
}

static psy_status
count_work(psy_onnx_compiler *c, uint64_t work)
{
	c->work += work;
	if (c->work > PSY_ONNX_MOST_WORK)
		return psy_onnx_refuse(c, PSY_LIMIT, "scoring one row would take too many steps");
	return PSY_OK;
}

static psy_status
add_outputs(psy_onnx_compiler *c, psy_onnx_ins *i, const psy_onnx_plan *plan, bool now, uint32_t *out)
{
	psy_status status = PSY_OK;

	for (uint32_t k = 0; status == PSY_OK && k < i->outs; k++)
	{
		status = now ? psy_onnx_constant(c, &plan->out[k], &out[k]) : psy_onnx_add_tensor(c, &plan->out[k], &out[k]);
		if (status == PSY_OK)
			((uint32_t *) c->word.data)[i->args + i->ins + k] = out[k];
	}
	return status;
}

static uint32_t
outputs_of(uint32_t code)
{
	return code == PSY_ONNX_TOPK || code == PSY_ONNX_TREES ? 2 : 1;
}

psy_status
psy_onnx_emit(psy_onnx_compiler *c, uint32_t code, uint32_t how, const uint32_t *in, size_t ins, const uint32_t *word,
			  size_t words, uint32_t *out)
{
	psy_onnx_ins i = {.code = code, .how = how, .ins = (uint32_t) ins, .outs = outputs_of(code), .words = (uint32_t) words};
	psy_onnx_view view;
	psy_onnx_plan plan;
	uint64_t count = 0;
	size_t first;
	bool now;
	psy_status status = write_words(c, in, word, &i);

	if (status != PSY_OK)
		return status;
	view = psy_onnx_program(c);
	if (!psy_onnx_infer(&(psy_onnx_call){.view = &view, .i = &i}, &plan))
		return psy_onnx_refuse(c, PSY_FORMAT, "its inputs' shapes or types do not fit each other or its attributes");
	for (uint32_t k = 0; k < i.outs; k++)
		count += psy_onnx_count(&plan.out[k]);
	now = all_constant(c, in, ins) && has_room(c, count);
	if ((status = count_work(c, plan.work)) != PSY_OK || (status = add_outputs(c, &i, &plan, now, out)) != PSY_OK)
		return status;
	if (now)
		return fold(c, &i, &plan);
	if ((status = psy_onnx_grow(c, &c->code, 1, &first)) == PSY_OK)
		((psy_onnx_ins *) c->code.data)[first] = i;
	return status;
}

psy_status
psy_onnx_emit_unary(psy_onnx_compiler *c, uint32_t how, uint32_t x, uint32_t *out)
{
	return psy_onnx_emit(c, PSY_ONNX_UNARY, how, &x, 1, NULL, 0, out);
}

psy_status
psy_onnx_emit_binary(psy_onnx_compiler *c, uint32_t how, uint32_t a, uint32_t b, uint32_t *out)
{
	return psy_onnx_emit(c, PSY_ONNX_BINARY, how, (uint32_t[]){a, b}, 2, NULL, 0, out);
}

psy_status
psy_onnx_emit_cast(psy_onnx_compiler *c, uint32_t type, uint32_t x, uint32_t *out)
{
	psy_onnx_mark mark = *psy_onnx_mark_of(c, x);
	psy_status status = PSY_OK;

	*out = x;
	if (psy_onnx_shape_of(c, x)->type == type)
		return PSY_OK;
	status = psy_onnx_emit(c, PSY_ONNX_CAST, type, &x, 1, NULL, 0, out);
	if (status == PSY_OK)
		psy_onnx_mark_of(c, *out)->scores = mark.scores, psy_onnx_mark_of(c, *out)->labels = mark.labels;
	return status;
}

psy_status
psy_onnx_emit_gather(psy_onnx_compiler *c, uint32_t axis, uint32_t x, uint32_t at, uint32_t *out)
{
	return psy_onnx_emit(c, PSY_ONNX_GATHER, 0, (uint32_t[]){x, at}, 2, &axis, 1, out);
}

psy_status
psy_onnx_emit_transpose(psy_onnx_compiler *c, uint32_t x, const uint32_t *perm, uint32_t *out)
{
	psy_onnx_shape from = *psy_onnx_shape_of(c, x);
	uint32_t word[1 + 2 * PSY_ONNX_RANK] = {0}, stride[PSY_ONNX_RANK], step = 1;

	for (uint32_t k = from.rank; k-- > 0; step *= from.dim[k])
		stride[k] = step;
	for (uint32_t k = 0; k < from.rank; k++)
	{
		word[1 + k] = from.dim[perm[k]];
		word[1 + from.rank + k] = stride[perm[k]];
	}
	return psy_onnx_emit(c, PSY_ONNX_STRIDED, 0, &x, 1, word, 1 + 2 * from.rank, out);
}

psy_status
psy_onnx_emit_swap(psy_onnx_compiler *c, uint32_t x, uint32_t *out)
{
	uint32_t rank = psy_onnx_shape_of(c, x)->rank, perm[PSY_ONNX_RANK];

	for (uint32_t k = 0; k < rank; k++)
		perm[k] = k + 2 < rank ? k : 2 * rank - 3 - k;
	return psy_onnx_emit_transpose(c, x, perm, out);
}
