/*
 * onnx_graph.c - names, initial values and nodes of a graph.
 *
 * The standard wants nodes sorted so that each reads only what stands before it: a cycle is a name that is read before
 * it is computed.  Names are unique within a graph; a body sees those around it.  Fields that the version of the
 * format does not have are refused, since what they mean is not known.
 */
#include "models/onnx.h"

#include "models/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MOST_NODES 100000
#define MOST_ATTRIBUTES 64

enum
{
	GRAPH_NODE = 1,
	GRAPH_NAME = 2,
	GRAPH_INITIALIZER = 5,
	GRAPH_INPUT = 11,
	GRAPH_OUTPUT = 12,
	GRAPH_SPARSE = 15,
	NODE_INPUT = 1,
	NODE_OUTPUT = 2,
	NODE_NAME = 3,
	NODE_OP = 4,
	NODE_ATTRIBUTE = 5,
	NODE_DOMAIN = 7,
	NODE_OVERLOAD = 8,
	NODE_CONFIGURATIONS = 10
};

/* ---- messages -------------------------------------------------------------------------------- */

/* Names of the document in messages: only if they are text. */
static void
append_name(char *text, size_t size, psy_wire name)
{
	const char *at = (const char *) name.at;
	size_t length = psy_wire_length(name);

	if (length > 0 && psy_utf8_text(at, length))
		psy_append(text, size, "%.*s", psy_utf8_clip(at, length, 60), at);
	else if (length > 0)
		psy_append(text, size, "?");
}

psy_status
psy_onnx_refuse(psy_onnx_compiler *c, psy_status code, const char *format, ...)
{
	char where[192] = "onnx", what[192];
	va_list args;

	if (c->at != NULL)
	{
		psy_append(where, sizeof where, ", node \"");
		append_name(where, sizeof where, c->at->name);
		psy_append(where, sizeof where, "\" (");
		append_name(where, sizeof where, c->at->op);
		psy_append(where, sizeof where, ")");
	}
	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	return psy_fail(c->err, code, "%s: %s", where, what);
}

psy_status
psy_onnx_broken(psy_onnx_compiler *c, const char *what)
{
	return psy_onnx_refuse(c, PSY_FORMAT, "%s is cut off or malformed", what);
}

bool
psy_onnx_nth(psy_wire message, uint32_t number, size_t k, psy_wire *found)
{
	psy_wire_field field;

	while (psy_wire_next(&message, &field) == PSY_WIRE_FIELD)
		if (field.number == number && field.form == PSY_WIRE_BYTES && k-- == 0)
		{
			*found = field.bytes;
			return true;
		}
	return false;
}

/* ---- names ----------------------------------------------------------------------------------- */

static int
compare(psy_wire a, psy_wire b)
{
	return psy_text_compare((psy_text){(const char *) a.at, psy_wire_length(a)},
							(psy_text){(const char *) b.at, psy_wire_length(b)});
}

static void
sift(psy_onnx_name *name, size_t root, size_t count)
{
	for (size_t child; (child = 2 * root + 1) < count; root = child)
	{
		psy_onnx_name held = name[root];

		if (child + 1 < count && compare(name[child].name, name[child + 1].name) < 0)
			child++;
		if (compare(held.name, name[child].name) >= 0)
			return;
		name[root] = name[child];
		name[child] = held;
	}
}

static void
sort_names(psy_onnx_name *name, size_t count)
{
	for (size_t root = count / 2; root-- > 0;)
		sift(name, root, count);
	for (size_t last = count; last-- > 1;)
	{
		psy_onnx_name held = name[0];

		name[0] = name[last];
		name[last] = held;
		sift(name, 0, last);
	}
}

psy_onnx_name *
psy_onnx_find(const psy_onnx_scope *scope, psy_wire name)
{
	for (; scope != NULL; scope = scope->outer)
		for (size_t low = 0, high = scope->names; low < high;)
		{
			size_t middle = low + (high - low) / 2;
			int side = compare(scope->name[middle].name, name);

			if (side == 0)
				return &scope->name[middle];
			if (side < 0)
				low = middle + 1;
			else
				high = middle;
		}
	return NULL;
}

/* Adds the name, or counts it where to == NULL. */
static void
note(psy_onnx_name *to, size_t *count, psy_wire name)
{
	if (psy_wire_length(name) == 0)
		return;
	if (to != NULL)
		to[*count] = (psy_onnx_name){name, PSY_ONNX_NONE};
	++*count;
}

/* All names that a graph defines, in the order of its bytes. */
static psy_status
note_names(psy_onnx_compiler *c, psy_wire graph, psy_onnx_name *to, size_t *count)
{
	psy_wire_field field, inner;
	psy_wire_step step, inner_step = PSY_WIRE_END;
	psy_wire name = {NULL, NULL};

	*count = 0;
	while ((step = psy_wire_next(&graph, &field)) == PSY_WIRE_FIELD)
	{
		if (field.number == GRAPH_SPARSE)
			return psy_onnx_refuse(c, PSY_UNSUPPORTED, "sparse initial values are not supported");
		if (field.form != PSY_WIRE_BYTES || field.number > 16 || field.number == 3 || field.number == 4)
			return psy_onnx_refuse(c, PSY_FORMAT, "field %u of a graph is not known", field.number);
		if (field.number == GRAPH_NODE)
		{
			while ((inner_step = psy_wire_next(&field.bytes, &inner)) == PSY_WIRE_FIELD)
				if (inner.number == NODE_OUTPUT && inner.form == PSY_WIRE_BYTES)
					note(to, count, inner.bytes);
			if (inner_step == PSY_WIRE_BROKEN)
				return psy_onnx_broken(c, "a node");
		}
		else if (field.number == GRAPH_INPUT && psy_onnx_nth(field.bytes, 1, 0, &name))
			note(to, count, name);
		else if (field.number == GRAPH_INITIALIZER && psy_onnx_nth(field.bytes, 8, 0, &name))
			note(to, count, name);
	}
	return step == PSY_WIRE_BROKEN ? psy_onnx_broken(c, "a graph") : PSY_OK;
}

/*
 * Old documents name initial values among the inputs too; whatever else stands twice is refused when the second one is
 * met.
 */
static void
unite_names(psy_onnx_scope *scope)
{
	size_t kept = 0;

	for (size_t k = 0; k < scope->names; k++)
		if (kept == 0 || compare(scope->name[kept - 1].name, scope->name[k].name) != 0)
			scope->name[kept++] = scope->name[k];
	scope->names = kept;
}

psy_status
psy_onnx_open_scope(psy_onnx_compiler *c, psy_wire graph, psy_onnx_scope *scope)
{
	size_t count;
	psy_status status;

	*scope = (psy_onnx_scope){.outer = c->scope};
	if ((status = note_names(c, graph, NULL, &count)) != PSY_OK ||
		(status = psy_onnx_remember(c, count + 1, sizeof(psy_onnx_name), &scope->name)) != PSY_OK ||
		(status = note_names(c, graph, scope->name, &count)) != PSY_OK)
		return status;
	scope->names = count;
	sort_names(scope->name, count);
	unite_names(scope);
	return PSY_OK;
}

/* ---- initial values and nodes ---------------------------------------------------------------- */

psy_status
psy_onnx_read_initializers(psy_onnx_compiler *c, psy_wire graph)
{
	psy_wire_field field;
	psy_status status = PSY_OK;

	while (status == PSY_OK && psy_wire_next(&graph, &field) == PSY_WIRE_FIELD)
	{
		psy_onnx_name *slot;
		psy_wire name = {0};
		uint32_t tensor;

		if (field.number != GRAPH_INITIALIZER)
			continue;
		if ((status = psy_onnx_read_tensor(c, field.bytes, &name, &tensor)) != PSY_OK)
			return status;
		slot = psy_onnx_find(c->scope, name);
		if (slot == NULL || slot->tensor != PSY_ONNX_NONE)
			return psy_onnx_refuse(c, PSY_FORMAT, "an initial value has no name, or one that another has");
		slot->tensor = tensor;
		status = psy_poll(c->ctx, c->err);
	}
	return status;
}

static const psy_onnx_operator *
find_operator(const psy_onnx_node_source *n)
{
	const psy_onnx_operator *table = n->ml ? psy_onnx_operators_ml : psy_onnx_operators;

	for (; table->name != NULL; table++)
		if (psy_wire_equals(n->op, table->name))
			return table;
	return NULL;
}

/* Whether the list " a b c " has the name. */
static bool
is_listed(const char *list, psy_wire name)
{
	size_t length = psy_wire_length(name);

	for (const char *at = list; length > 0 && (at = strchr(at, ' ')) != NULL && at[1] != '\0'; at++)
		if (strncmp(at + 1, (const char *) name.at, length) == 0 && at[1 + length] == ' ')
			return true;
	return false;
}

/* Every attribute must be one that the operator's code reads. */
static psy_status
check_attributes(psy_onnx_compiler *c, const psy_onnx_node_source *n, const psy_onnx_operator *known)
{
	psy_wire rest = n->body, name = {0};
	psy_wire_field field;
	size_t seen = 0;
	char text[64] = "";

	while (psy_wire_next(&rest, &field) == PSY_WIRE_FIELD)
	{
		psy_wire inner = field.bytes;
		psy_wire_field unused;
		psy_wire_step step;

		if (field.number != NODE_ATTRIBUTE)
			continue;
		while ((step = psy_wire_next(&inner, &unused)) == PSY_WIRE_FIELD)
			;
		if (step == PSY_WIRE_BROKEN || field.form != PSY_WIRE_BYTES || ++seen > MOST_ATTRIBUTES)
			return psy_onnx_broken(c, "an attribute");
		if (!psy_onnx_nth(field.bytes, 1, 0, &name) || !is_listed(known->attributes, name))
		{
			append_name(text, sizeof text, name);
			return psy_onnx_refuse(c, PSY_UNSUPPORTED, "the attribute %s is not supported", text);
		}
	}
	return PSY_OK;
}

/* Sets the node's texts; counts inputs and outputs. */
static psy_status
read_node(psy_onnx_compiler *c, psy_wire body, psy_onnx_node_source *n)
{
	psy_wire rest = body;
	psy_wire_field field;
	psy_wire_step step;

	*n = (psy_onnx_node_source){.body = body};
	while ((step = psy_wire_next(&rest, &field)) == PSY_WIRE_FIELD)
	{
		if (field.form != PSY_WIRE_BYTES || field.number > NODE_CONFIGURATIONS)
			return psy_onnx_refuse(c, PSY_FORMAT, "field %u of a node is not known", field.number);
		switch (field.number)
		{
			case NODE_INPUT: n->ins++; break;
			case NODE_OUTPUT: n->outs++; break;
			case NODE_NAME: n->name = field.bytes; break;
			case NODE_OP: n->op = field.bytes; break;
			case NODE_DOMAIN: n->domain = field.bytes; break;
			default: break;
		}
	}
	return step == PSY_WIRE_BROKEN ? psy_onnx_broken(c, "a node") : PSY_OK;
}

static psy_status
resolve_inputs(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	psy_wire rest = n->body;
	psy_wire_field field;
	uint32_t k = 0;
	char text[64] = "";

	while (psy_wire_next(&rest, &field) == PSY_WIRE_FIELD)
	{
		const psy_onnx_name *found;

		if (field.number != NODE_INPUT)
			continue;
		found = psy_wire_length(field.bytes) == 0 ? NULL : psy_onnx_find(c->scope, field.bytes);
		if (psy_wire_length(field.bytes) > 0 && (found == NULL || found->tensor == PSY_ONNX_NONE))
		{
			append_name(text, sizeof text, field.bytes);
			return psy_onnx_refuse(c, PSY_FORMAT, "it reads \"%s\", which nothing before it gives", text);
		}
		n->in[k++] = found == NULL ? PSY_ONNX_NONE : found->tensor;
	}
	return PSY_OK;
}

static psy_status
bind_outputs(psy_onnx_compiler *c, const psy_onnx_node_source *n)
{
	psy_wire rest = n->body;
	psy_wire_field field;
	uint32_t k = 0;

	while (psy_wire_next(&rest, &field) == PSY_WIRE_FIELD)
	{
		psy_onnx_name *slot;

		if (field.number != NODE_OUTPUT)
			continue;
		if (psy_wire_length(field.bytes) == 0)
		{
			k++;
			continue;
		}
		slot = psy_onnx_find(c->scope, field.bytes);
		if (slot == NULL || slot->tensor != PSY_ONNX_NONE)
			return psy_onnx_refuse(c, PSY_FORMAT, "it gives a name that something before it gave");
		if (n->out[k] == PSY_ONNX_NONE)
			return psy_onnx_refuse(c, PSY_UNSUPPORTED, "its output %u is not supported", k + 1);
		slot->tensor = n->out[k++];
	}
	return PSY_OK;
}

/* Remembers the operator's name, once. */
static psy_status
note_operator(psy_onnx_compiler *c, const psy_onnx_operator *known)
{
	size_t length = strlen(known->name), first;
	const char *list = c->operators.data;
	psy_status status;

	for (size_t k = 0; k + length <= c->operators.used; k++)
		if (memcmp(list + k, known->name, length) == 0 && (k == 0 || list[k - 1] == ' ') &&
			(k + length == c->operators.used || list[k + length] == ' '))
			return PSY_OK;
	if ((status = psy_onnx_grow(c, &c->operators, length + (c->operators.used > 0), &first)) != PSY_OK)
		return status;
	if (first > 0)
		((char *) c->operators.data)[first++] = ' ';
	memcpy((char *) c->operators.data + first, known->name, length);
	return PSY_OK;
}

static psy_status
run_node(psy_onnx_compiler *c, psy_onnx_node_source *n)
{
	const psy_onnx_operator *known;
	psy_status status;

	n->ml = psy_wire_equals(n->domain, "ai.onnx.ml");
	if (!n->ml && psy_wire_length(n->domain) > 0 && !psy_wire_equals(n->domain, "ai.onnx"))
	{
		char text[64] = "";

		append_name(text, sizeof text, n->domain);
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "operators of the domain %s are not supported", text);
	}
	if ((n->ml ? c->opset_ml : c->opset) == 0)
		return psy_onnx_refuse(c, PSY_FORMAT, "the document does not import its operators' set");
	if ((known = find_operator(n)) == NULL)
		return psy_onnx_refuse(c, PSY_UNSUPPORTED, "this operator is not supported");
	if (n->ins < known->least || n->ins > known->most || n->outs == 0)
		return psy_onnx_refuse(c, PSY_FORMAT, "%u inputs and %u outputs", n->ins, n->outs);
	if ((status = check_attributes(c, n, known)) != PSY_OK || (status = note_operator(c, known)) != PSY_OK ||
		(status = psy_onnx_remember(c, (size_t) n->ins + 1, sizeof(uint32_t), &n->in)) != PSY_OK ||
		(status = psy_onnx_remember(c, (size_t) n->outs + 8, sizeof(uint32_t), &n->out)) != PSY_OK)
		return status;
	memset(n->out, 0xFF, (n->outs + 8) * sizeof *n->out);
	n->how = known->how;
	if ((status = resolve_inputs(c, n)) != PSY_OK)
		return status;
	for (uint32_t k = 0; k < known->least; k++)
		if (n->in[k] == PSY_ONNX_NONE)
			return psy_onnx_refuse(c, PSY_FORMAT, "its input %u is left out", k + 1);
	status = known->emit(c, n);
	return status == PSY_OK ? bind_outputs(c, n) : status;
}

psy_status
psy_onnx_read_nodes(psy_onnx_compiler *c, psy_wire graph)
{
	const psy_onnx_node_source *around = c->at;
	psy_wire_field field;
	psy_status status = PSY_OK;

	while (status == PSY_OK && psy_wire_next(&graph, &field) == PSY_WIRE_FIELD)
	{
		psy_onnx_block *mark = c->blocks;
		psy_onnx_node_source n;

		if (field.number != GRAPH_NODE)
			continue;
		if (++c->nodes > MOST_NODES)
			return psy_onnx_refuse(c, PSY_LIMIT, "more than %d nodes", MOST_NODES);
		if ((status = read_node(c, field.bytes, &n)) == PSY_OK && (status = psy_poll(c->ctx, c->err)) == PSY_OK)
		{
			c->at = &n;
			status = run_node(c, &n);
			c->at = around;
		}
		psy_onnx_forget(c, mark);
	}
	return status;
}
