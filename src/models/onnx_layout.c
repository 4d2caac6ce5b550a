/*
 * onnx_layout.c - a compiled program's way into an image.
 *
 * Only what the outputs need is written, and tensors that are not needed at the same time share their place in the
 * workspace.
 */
#include "models/onnx.h"

#include <string.h>

/* ---- what the outputs need, and where it lies ------------------------------------------------ */

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
		psy_onnx_tensor_at(l->c, arg[i->ins + j])->place = (uint32_t) take_room(s, psy_onnx_count(psy_onnx_shape_of(l->c, arg[i->ins + j])));
	for (uint32_t j = 0; j < i->ins + i->outs; j++)
	{
		uint32_t base = psy_onnx_mark_of(l->c, arg[j])->base;

		if (l->life[base].last != k + 1 || psy_onnx_is_constant(l->c, base) || base < l->head->inputs)
			continue;
		l->life[base].last = 0; /* once, though it stands twice among the arguments */
		give_room(s, psy_onnx_tensor_at(l->c, base)->place, psy_onnx_count(psy_onnx_shape_of(l->c, base)));
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
		psy_onnx_tensor_at(l->c, k)->place = (uint32_t) take_room(&s, psy_onnx_count(psy_onnx_shape_of(l->c, k)));
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
		psy_onnx_tensor_at(l->c, k)->place = psy_onnx_tensor_at(l->c, psy_onnx_mark_of(l->c, k)->base)->place;
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

/* ---- writing --------------------------------------------------------------------------------- */

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
			psy_onnx_tensor_at(c, t)->place = (uint32_t) used;
		}
		used += count;
	}
	for (uint32_t k = 0; to != NULL && k < l->tensors; k++)
		psy_onnx_tensor_at(c, l->order[k])->place = psy_onnx_tensor_at(c, psy_onnx_mark_of(c, l->order[k])->base)->place;
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
		((psy_onnx_tensor *) (data + at.tensor))[k] = *psy_onnx_tensor_at(c, l->order[k]);
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
	psy_onnx_view view = psy_onnx_program(l->c);
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
