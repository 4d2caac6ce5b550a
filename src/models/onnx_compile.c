/*
 * onnx_compile.c - the program while it grows, and its way into an image.
 *
 * Tensors are numbered as they appear; psy_onnx_infer gives the next one's shape.  An instruction whose inputs are all
 * constants is computed at once, by the code that would have run it.  In the end only what the outputs need is
 * written, and tensors that are not needed at the same time share their place in the workspace.
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

/* ---- memory
 * ---------------------------------------------------------------------------------------------------- */

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

/* ---- tensors
 * --------------------------------------------------------------------------------------------------- */

static psy_onnx_tensor *
tensor_at(const psy_onnx_compiler *c, uint32_t tensor)
{
	return (psy_onnx_tensor *) c->tensor.data + tensor;
}

double *
psy_onnx_values(const psy_onnx_compiler *c, uint32_t tensor)
{
	return (double *) c->number.data + tensor_at(c, tensor)->place;
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
	*tensor_at(c, *tensor) = (psy_onnx_tensor){.shape = copy};
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
	tensor_at(c, *tensor)->constant = 1;
	tensor_at(c, *tensor)->place = (uint32_t) first;
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
	from = *tensor_at(c, tensor);
	tensor_at(c, *to)->constant = from.constant;
	tensor_at(c, *to)->place = from.place;
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

/* ---- instructions
 * ---------------------------------------------------------------------------------------------- */

static psy_onnx_view
view_of(const psy_onnx_compiler *c)
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
	view = view_of(c);
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
	view = view_of(c);
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

/* ---- what the outputs need, and where it lies
 * ------------------------------------------------------------------ */

/* Of a tensor: its first and last instruction, and its new number. */
typedef struct life
{
	uint32_t last; /* instruction + 1 that needs it; 0 for none */
	uint32_t number;
	bool used;
} life;

typedef struct layout
{
	psy_onnx_compiler *c;
	life *life;
	bool *alive; /* instructions */
	psy_onnx_head *head;
	uint32_t *order; /* tensors as they are written */
	uint32_t tensors;
	uint32_t codes;
} layout;

static uint32_t *
word_at(const psy_onnx_compiler *c, uint32_t place)
{
	return (uint32_t *) c->word.data + place;
}

static void
need(layout *l, uint32_t tensor, uint32_t until)
{
	life *base;

	if (tensor == PSY_ONNX_NONE)
		return;
	l->life[tensor].used = true;
	base = &l->life[psy_onnx_mark_of(l->c, tensor)->base];
	base->used = true;
	if (base->last < until)
		base->last = until;
}

static void
find_alive(layout *l)
{
	const psy_onnx_ins *code = l->c->code.data;
	uint32_t forever = UINT32_MAX;

	need(l, l->head->label, forever);
	need(l, l->head->scores, forever);
	need(l, l->head->classes, forever);
	for (size_t k = l->c->code.used; k-- > 0;)
	{
		const uint32_t *arg = word_at(l->c, code[k].args);

		for (uint32_t j = 0; j < code[k].outs; j++)
			l->alive[k] |= l->life[arg[code[k].ins + j]].used;
		for (uint32_t j = 0; l->alive[k] && j < code[k].ins + code[k].outs; j++)
			need(l, arg[j], (uint32_t) k + 1);
	}
}

/* Free stretches of the workspace, by place; touching ones are one. */
typedef struct gap
{
	uint64_t from, to;
} gap;

typedef struct shelf
{
	gap *gap;
	size_t gaps;
	uint64_t end;
} shelf;

static uint64_t
take_room(shelf *s, uint64_t count)
{
	for (size_t k = 0; k < s->gaps; k++)
		if (s->gap[k].to - s->gap[k].from >= count)
		{
			uint64_t at = s->gap[k].from;

			s->gap[k].from += count;
			if (s->gap[k].from == s->gap[k].to)
				memmove(s->gap + k, s->gap + k + 1, (--s->gaps - k) * sizeof(gap));
			return at;
		}
	s->end += count;
	return s->end - count;
}

static void
give_room(shelf *s, uint64_t at, uint64_t count)
{
	size_t k = 0;

	while (k < s->gaps && s->gap[k].from < at)
		k++;
	memmove(s->gap + k + 1, s->gap + k, (s->gaps++ - k) * sizeof(gap));
	s->gap[k] = (gap){at, at + count};
	if (k + 1 < s->gaps && s->gap[k].to == s->gap[k + 1].from)
	{
		s->gap[k].to = s->gap[k + 1].to;
		memmove(s->gap + k + 1, s->gap + k + 2, (--s->gaps - k - 1) * sizeof(gap));
	}
	if (k > 0 && s->gap[k - 1].to == s->gap[k].from)
	{
		s->gap[k - 1].to = s->gap[k].to;
		memmove(s->gap + k, s->gap + k + 1, (--s->gaps - k) * sizeof(gap));
	}
}

/* Places of the tensors that an instruction writes; then those whose last use it was are free again. */
static void
place_instruction(layout *l, shelf *s, uint32_t k)
{
	const psy_onnx_ins *i = (const psy_onnx_ins *) l->c->code.data + k;
	const uint32_t *arg = word_at(l->c, i->args);

	for (uint32_t j = 0; j < i->outs; j++)
		tensor_at(l->c, arg[i->ins + j])->place = (uint32_t) take_room(s, psy_onnx_count(psy_onnx_shape_of(l->c, arg[i->ins + j])));
	for (uint32_t j = 0; j < i->ins + i->outs; j++)
	{
		uint32_t base = psy_onnx_mark_of(l->c, arg[j])->base;

		if (l->life[base].last != k + 1 || psy_onnx_is_constant(l->c, base) || base < l->head->inputs)
			continue;
		l->life[base].last = 0; /* once, though it stands twice among the arguments */
		give_room(s, tensor_at(l->c, base)->place, psy_onnx_count(psy_onnx_shape_of(l->c, base)));
	}
}

static psy_status
place_all(layout *l)
{
	shelf s = {0};
	psy_status status = psy_onnx_remember(l->c, l->c->tensor.used + 2, sizeof(gap), &s.gap);

	if (status != PSY_OK)
		return status;
	for (uint32_t k = 0; k < l->head->inputs; k++)
		tensor_at(l->c, k)->place = (uint32_t) take_room(&s, psy_onnx_count(psy_onnx_shape_of(l->c, k)));
	for (uint32_t k = 0; k < l->c->code.used; k++)
	{
		if (l->alive[k])
			place_instruction(l, &s, k);
		if (s.end > PSY_ONNX_MOST_ROOM)
			return psy_fail(l->c->err, PSY_LIMIT, "onnx: scoring one row would take more than %llu numbers at a time",
							(unsigned long long) PSY_ONNX_MOST_ROOM);
	}
	l->head->room = (uint32_t) s.end;
	/* A view lies where its base does. */
	for (uint32_t k = 0; k < l->c->tensor.used; k++)
		tensor_at(l->c, k)->place = tensor_at(l->c, psy_onnx_mark_of(l->c, k)->base)->place;
	return PSY_OK;
}

/* New numbers of tensors: the inputs first, then whatever is used. */
static void
number_tensors(layout *l)
{
	for (uint32_t k = 0; k < l->c->tensor.used; k++)
		if (k < l->head->inputs || l->life[k].used)
		{
			l->life[k].used = true;
			l->order[l->tensors] = k;
			l->life[k].number = l->tensors++;
		}
	for (size_t k = 0; k < l->c->code.used; k++)
		l->codes += l->alive[k];
}

/* ---- writing
 * --------------------------------------------------------------------------------------------------- */

/* Numbers of constants: each base once, views where it is. */
static uint64_t
place_constants(layout *l, double *to)
{
	psy_onnx_compiler *c = l->c;
	uint64_t used = 0;

	for (uint32_t k = 0; k < l->tensors; k++)
	{
		uint32_t t = l->order[k];
		uint64_t count = psy_onnx_count(psy_onnx_shape_of(c, t));

		if (!psy_onnx_is_constant(c, t) || psy_onnx_mark_of(c, t)->base != t)
			continue;
		if (to != NULL)
		{
			memcpy(to + used, psy_onnx_values(c, t), count * sizeof(double));
			tensor_at(c, t)->place = (uint32_t) used;
		}
		used += count;
	}
	for (uint32_t k = 0; to != NULL && k < l->tensors; k++)
		tensor_at(c, l->order[k])->place = tensor_at(c, psy_onnx_mark_of(c, l->order[k])->base)->place;
	return used;
}

/* Words of the instructions that stay, in their order; with to == NULL they are only counted. */
static uint64_t
place_words(layout *l, uint32_t *to, psy_onnx_ins *code)
{
	const psy_onnx_ins *from = l->c->code.data;
	uint64_t used = 0;

	for (size_t k = 0; k < l->c->code.used; k++)
	{
		psy_onnx_ins i = from[k];
		uint32_t args = i.ins + i.outs, extra = i.code == PSY_ONNX_TREES ? word_at(l->c, i.word)[2] : 0, pairs = 0;

		if (!l->alive[k])
			continue;
		if (extra > 0)
			pairs = psy_onnx_shape_of(l->c, word_at(l->c, i.args)[1])->dim[0];
		if (to != NULL)
		{
			uint32_t *at = to + used;

			for (uint32_t j = 0; j < args; j++)
				at[j] = l->life[word_at(l->c, i.args)[j]].number;
			memcpy(at + args, word_at(l->c, i.word), i.words * sizeof *at);
			if (extra > 0)
			{
				memcpy(at + args + i.words, word_at(l->c, at[args + 1]), extra * sizeof *at);
				memcpy(at + args + i.words + extra, word_at(l->c, at[args + 4]), pairs * sizeof *at);
				at[args + 1] = (uint32_t) used + args + i.words;
				at[args + 4] = (uint32_t) used + args + i.words + extra;
			}
			i.args = (uint32_t) used;
			i.word = (uint32_t) used + args;
			*code++ = i;
		}
		used += (uint64_t) args + i.words + extra + pairs;
	}
	return used;
}

static uint64_t
text_bytes(const psy_onnx_compiler *c)
{
	const psy_wire *text = c->text.data;
	uint64_t bytes = c->operators.used + 1;

	for (size_t k = 0; k < c->text.used; k++)
		bytes += psy_wire_length(text[k]);
	return bytes;
}

static void
write_texts(const psy_onnx_compiler *c, psy_onnx_text *to, char *byte)
{
	const psy_wire *text = c->text.data;
	uint32_t used = 0;

	for (size_t k = 0; k < c->text.used; k++)
	{
		size_t length = psy_wire_length(text[k]);

		to[k] = (psy_onnx_text){used, (uint32_t) length};
		if (length > 0)
			memcpy(byte + used, text[k].at, length);
		used += (uint32_t) length;
	}
	/* The operators' names stand last, with a zero, which the image has already. */
	if (c->operators.used > 0)
		memcpy(byte + used, c->operators.data, c->operators.used);
}

static void
write_parts(layout *l, char *data)
{
	psy_onnx_compiler *c = l->c;
	psy_onnx_head *h = l->head;
	psy_onnx_layout at = psy_onnx_layout_of(h);
	uint32_t *name[3] = {&h->label, &h->scores, &h->classes};

	place_constants(l, (double *) (data + at.number));
	place_words(l, (uint32_t *) (data + at.word), (psy_onnx_ins *) (data + at.code));
	for (uint32_t k = 0; k < l->tensors; k++)
		((psy_onnx_tensor *) (data + at.tensor))[k] = *tensor_at(c, l->order[k]);
	if (h->nodes > 0)
		memcpy(data + at.node, c->node.data, h->nodes * sizeof(psy_onnx_node));
	write_texts(c, (psy_onnx_text *) (data + at.text), data + at.byte);
	for (int k = 0; k < 3; k++)
		if (*name[k] != PSY_ONNX_NONE)
			*name[k] = l->life[*name[k]].number;
	*(psy_onnx_head *) data = *h;
}

/* Scratch of the instructions that stay; their shapes are known to fit. */
static uint64_t
scratch_of(layout *l)
{
	psy_onnx_view view = view_of(l->c);
	uint64_t most = 0;

	for (size_t k = 0; k < l->c->code.used; k++)
	{
		psy_onnx_plan plan;

		if (l->alive[k] && psy_onnx_infer(&(psy_onnx_call){.view = &view, .i = view.code + k}, &plan) && plan.scratch > most)
			most = plan.scratch;
	}
	return most;
}

static psy_status
make_layout(layout *l)
{
	psy_onnx_compiler *c = l->c;
	psy_status status;

	if ((status = psy_onnx_remember(c, c->tensor.used + 1, sizeof(life), &l->life)) != PSY_OK ||
		(status = psy_onnx_remember(c, c->tensor.used + 1, sizeof(uint32_t), &l->order)) != PSY_OK ||
		(status = psy_onnx_remember(c, c->code.used + 1, sizeof(bool), &l->alive)) != PSY_OK)
		return status;
	find_alive(l);
	l->head->scratch = (uint32_t) scratch_of(l);
	number_tensors(l);
	return PSY_OK;
}

psy_status
psy_onnx_write(psy_onnx_compiler *c, psy_onnx_head *head, psy_builder *b, psy_op *op)
{
	layout l = {.c = c, .head = head};
	uint64_t words, numbers, bytes = text_bytes(c);
	psy_onnx_layout at;
	psy_span span;
	psy_status status = make_layout(&l);

	if (status != PSY_OK)
		return status;
	numbers = place_constants(&l, NULL);
	words = place_words(&l, NULL, NULL);
	if (words > UINT32_MAX || bytes > UINT32_MAX || numbers > UINT32_MAX)
		return psy_fail(c->err, PSY_LIMIT, "onnx: the compiled model would be too large");
	head->version = PSY_ONNX_VERSION;
	head->opset = c->opset;
	head->opset_ml = c->opset_ml;
	head->tensors = l.tensors;
	head->codes = l.codes;
	head->nodes = (uint32_t) c->node.used;
	head->numbers = (uint32_t) numbers;
	head->texts = (uint32_t) c->text.used;
	head->words = (uint32_t) words;
	head->bytes = (uint32_t) bytes;
	head->operators = (uint32_t) c->operators.used + 1;
	if ((status = place_all(&l)) != PSY_OK)
		return status;
	at = psy_onnx_layout_of(head);
	if ((status = psy_builder_reserve(b, at.total, 1, &span)) != PSY_OK)
		return status;
	write_parts(&l, psy_builder_at(b, span));
	op->data = span;
	return PSY_OK;
}
