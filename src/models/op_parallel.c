/*
 * op_parallel.c - the step {"kind": "parallel", "branches": [{"columns": [0, 2], "steps": [...]}, ...]}: each
 * branch takes some of the values (all of them unless it lists columns), in its order, through its own steps;
 * the results stand one after the other (scikit-learn's ColumnTransformer and FeatureUnion; the members of an
 * ensemble, by steps "predict").
 *
 * Data: parallel_head, branch[branches], op[ops], column[columns], then the data of the operators in order.
 * Workspace: the branch's columns, then what its chain needs.
 */
#include "models/model_json.h"

#include <math.h>
#include <string.h>

#define MOST_BRANCHES 1000

typedef struct parallel_head
{
	uint32_t branches;
	uint32_t ops;
	uint32_t columns;
	uint32_t reserved;
} parallel_head;

typedef struct parallel_branch
{
	uint32_t op; /* its first */
	uint32_t ops;
	uint32_t column; /* its first */
	uint32_t columns;
	uint32_t outputs;
	uint32_t reserved;
} parallel_branch;

typedef struct parallel_parts
{
	const parallel_head *head;
	const parallel_branch *branch;
	const psy_op *op;
	const uint32_t *column;
	uint64_t bytes; /* up to the operators' data */
} parallel_parts;

static uint64_t
bytes_of(const parallel_head *head)
{
	return sizeof *head + (uint64_t) head->branches * sizeof(parallel_branch) +
		   (uint64_t) head->ops * sizeof(psy_op) + ((uint64_t) head->columns + 1) / 2 * 8;
}

static parallel_parts
parts_of(const psy_model *model, psy_span data)
{
	parallel_parts p = {.head = psy_at(model, data)};

	p.branch = (const parallel_branch *) (p.head + 1);
	p.op = (const psy_op *) (p.branch + p.head->branches);
	p.column = (const uint32_t *) (p.op + p.head->ops);
	p.bytes = bytes_of(p.head);
	return p;
}

/* ---- compiling ------------------------------------------------------------------------------- */

static uint32_t
members_of(psy_compiler *c, const psy_json_node *branch, const char *key)
{
	const psy_json_node *list = psy_json_member(c->json, branch, key);

	return list == NULL ? 0 : list->as.children.count;
}

/* Shapes and sizes of all branches. */
static psy_status
measure(psy_compiler *c, const psy_json_node *list, parallel_head *head)
{
	static const char *const keys[] = {"columns", "steps", NULL};
	uint64_t ops = 0, columns = 0;
	const psy_json_node *part;
	size_t count;
	psy_status status;

	if (list->as.children.count < 1 || list->as.children.count > MOST_BRANCHES)
		return psy_json_fail(c->json, list, PSY_LIMIT, c->err, "%u branches, 1 to %d expected",
							 list->as.children.count, MOST_BRANCHES);
	for (const psy_json_node *n = psy_json_first(c->json, list); n != NULL; n = psy_json_next(c->json, n))
	{
		if ((status = psy_json_only(c->json, n, keys, c->err)) != PSY_OK)
			return status;
		for (size_t k = 0; k < 2; k++)
			if (psy_json_member(c->json, n, keys[k]) != NULL &&
				(status = psy_json_list(c, n, keys[k], &part, &count)) != PSY_OK)
				return status;
		if (psy_json_member(c->json, n, "columns") != NULL && members_of(c, n, "columns") == 0)
			return psy_json_fail(c->json, n, PSY_FORMAT, c->err, "a branch without columns");
		if (members_of(c, n, "steps") >= PSY_MODEL_MOST_STEPS)
			return psy_json_fail(c->json, n, PSY_LIMIT, c->err,
								 "%u steps in a branch, at most %d are possible", members_of(c, n, "steps"),
								 PSY_MODEL_MOST_STEPS - 1);
		ops += members_of(c, n, "steps");
		columns += psy_json_member(c->json, n, "columns") == NULL ? c->width : members_of(c, n, "columns");
	}
	if (columns > UINT32_MAX)
		return psy_json_fail(c->json, list, PSY_LIMIT, c->err, "too many columns in all branches");
	*head = (parallel_head){list->as.children.count, (uint32_t) ops, (uint32_t) columns, 0};
	return PSY_OK;
}

static psy_status
read_columns(psy_compiler *c, const psy_json_node *node, const parallel_branch *branch, psy_span data)
{
	uint32_t *column = (uint32_t *) parts_of(psy_builder_model(&c->builder), data).column + branch->column;
	const psy_json_node *list = psy_json_member(c->json, node, "columns");

	if (list != NULL)
		return psy_json_indexes(c, list, c->width - 1, column);
	for (uint32_t k = 0; k < branch->columns; k++)
		column[k] = k;
	return PSY_OK;
}

/* The steps of a branch; the builder moves while they are read. */
static psy_status
read_steps(psy_compiler *c, const psy_json_node *node, parallel_branch *branch, psy_span data)
{
	const psy_json_node *steps = psy_json_member(c->json, node, "steps");
	size_t width = c->width, k = branch->op;
	psy_op op;
	psy_status status = PSY_OK;

	c->width = branch->columns;
	for (const psy_json_node *n = steps == NULL ? NULL : psy_json_first(c->json, steps);
		 status == PSY_OK && n != NULL; n = psy_json_next(c->json, n), k++)
		if ((status = psy_json_operator(c, n, false, &op)) == PSY_OK)
			((psy_op *) parts_of(psy_builder_model(&c->builder), data).op)[k] = op;
	branch->outputs = (uint32_t) c->width;
	c->width = width;
	return status;
}

static psy_status
read_branches(psy_compiler *c, const psy_json_node *list, psy_op *op)
{
	parallel_branch branch = {0};
	uint64_t outputs = 0;
	size_t k = 0;
	psy_status status;

	for (const psy_json_node *n = psy_json_first(c->json, list); n != NULL;
		 n = psy_json_next(c->json, n), k++)
	{
		branch.ops = members_of(c, n, "steps");
		branch.columns = psy_json_member(c->json, n, "columns") == NULL ? (uint32_t) c->width
																		: members_of(c, n, "columns");
		if ((status = read_columns(c, n, &branch, op->data)) != PSY_OK ||
			(status = read_steps(c, n, &branch, op->data)) != PSY_OK)
			return status;
		((parallel_branch *) parts_of(psy_builder_model(&c->builder), op->data).branch)[k] = branch;
		outputs += branch.outputs;
		branch.op += branch.ops;
		branch.column += branch.columns;
	}
	op->outputs = (uint32_t) outputs;
	return outputs > UINT32_MAX ? psy_json_fail(c->json, list, PSY_LIMIT, c->err, "too many outputs")
								: PSY_OK;
}

static psy_status
compile(psy_compiler *c, const psy_json_node *node, psy_op *op)
{
	static const char *const keys[] = {"kind", "branches", NULL};
	const psy_json_node *list;
	parallel_head head;
	size_t count;
	psy_status status;

	if ((status = psy_json_only(c->json, node, keys, c->err)) != PSY_OK ||
		(status = psy_json_list(c, node, "branches", &list, &count)) != PSY_OK ||
		(status = measure(c, list, &head)) != PSY_OK ||
		(status = psy_builder_reserve(&c->builder, 1, bytes_of(&head), &op->data)) != PSY_OK)
		return status;
	*(parallel_head *) psy_builder_at(&c->builder, op->data) = head;
	c->level++;
	status = read_branches(c, list, op);
	c->level--;
	op->data.length = (uint32_t) (c->builder.used - op->data.offset);
	return status;
}

/* ---- checking -------------------------------------------------------------------------------- */

static psy_status
check_branch(const psy_model *model, const psy_op *op, const parallel_parts *p, const parallel_branch *branch,
			 uint64_t *place, psy_error *err)
{
	uint32_t last = branch->ops == 0 ? branch->columns : p->op[branch->op + branch->ops - 1].outputs;

	if (branch->columns == 0 || branch->outputs != last)
		return psy_fail(err, PSY_FORMAT, "parallel: the widths of a branch do not fit");
	for (uint32_t k = 0; k < branch->columns; k++)
		if (p->column[branch->column + k] >= op->inputs)
			return psy_fail(err, PSY_FORMAT, "parallel: a column that does not exist");
	return psy_chain_check(model, op, p->op + branch->op, branch->ops, branch->columns, false, place, err);
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	parallel_parts p;
	uint64_t place, outputs = 0, ops = 0, columns = 0;
	psy_status status = PSY_OK;

	if (op->data.length < sizeof(parallel_head) || bytes_of(psy_at(model, op->data)) > op->data.length)
		return psy_fail(err, PSY_FORMAT, "parallel: it is cut off");
	p = parts_of(model, op->data);
	place = op->data.offset + p.bytes;
	for (uint32_t k = 0; status == PSY_OK && k < p.head->branches; k++)
	{
		const parallel_branch *branch = p.branch + k;

		if (branch->op != ops || branch->ops > p.head->ops - ops || branch->ops >= PSY_MODEL_MOST_STEPS ||
			branch->column != columns || branch->columns > p.head->columns - columns)
			return psy_fail(err, PSY_FORMAT, "parallel: its branches do not follow one another");
		ops += branch->ops;
		columns += branch->columns;
		outputs += branch->outputs;
		status = check_branch(model, op, &p, branch, &place, err);
	}
	if (status == PSY_OK &&
		(p.head->branches == 0 || p.head->branches > MOST_BRANCHES || outputs != op->outputs ||
		 ops != p.head->ops || columns != p.head->columns || p.head->reserved != 0))
		return psy_fail(err, PSY_FORMAT, "parallel: its sizes do not fit");
	return status;
}

/* ---- scoring --------------------------------------------------------------------------------- */

static size_t
workspace_of(const psy_model *model, const psy_op *op)
{
	parallel_parts p = parts_of(model, op->data);
	size_t most = 0;

	for (uint32_t k = 0; k < p.head->branches; k++)
	{
		const parallel_branch *branch = p.branch + k;
		size_t need =
			branch->columns + psy_chain_workspace(model, p.op + branch->op, branch->ops, branch->columns);

		if (need > most)
			most = need;
	}
	return most;
}

/* A branch that stops refuses the row, or leaves its outputs missing. */
static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	parallel_parts p = parts_of(model, op->data);

	for (uint32_t k = 0; k < p.head->branches; k++)
	{
		const parallel_branch *branch = p.branch + k;
		psy_stop stop;

		for (uint32_t j = 0; j < branch->columns; j++)
			workspace[j] = in[p.column[branch->column + j]];
		stop = psy_chain_run(model, p.op + branch->op, branch->ops, workspace, branch->columns,
							 workspace + branch->columns, out);
		for (uint32_t j = 0; stop != PSY_STOP_NONE && j < branch->outputs; j++)
			out[j] = stop == PSY_STOP_REFUSED ? INFINITY : NAN;
		out += branch->outputs;
	}
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	parallel_parts p = parts_of(model, op->data);

	fact[0] = (psy_fact){.key = "branches", .number = p.head->branches};
	fact[1] = (psy_fact){.key = "steps", .number = p.head->ops};
	fact[2] = (psy_fact){.key = "outputs", .number = op->outputs};
	return 3;
}

const psy_op_kind psy_op_parallel = {
	.name = "parallel",
	.code = PSY_OP_PARALLEL,
	.takes_missing = true,
	.refusal = "a branch has no answer: a category that training has not seen, or a value that is too large",
	.compile = compile,
	.check = check,
	.apply = apply,
	.workspace = workspace_of,
	.facts = facts};
