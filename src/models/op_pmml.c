/*
 * op_pmml.c - the estimator of PMML documents: checks and runs their programs (pmml_program.h).
 *
 * Raw outputs: a regression's value; or a value for each class (probabilities, else votes or distances), and
 * behind them the label's number, which need not be the largest's.
 */
#include "models/pmml_program.h"

#include "models/model_kernels.h"
#include "models/utf8.h"

#include <math.h>
#include <string.h>

/* Elementary steps that one row may take, in forged images too. */
#define MOST_WORK ((uint64_t) 1 << 31)

static psy_pmml_view
view_of(const psy_model *model, const psy_op *op)
{
	return psy_pmml_view_of(psy_at(model, op->data));
}

/* ---- checking -------------------------------------------------------------------------------- */

static bool
fits(uint32_t first, uint64_t count, uint32_t size)
{
	return first <= size && count <= size - first;
}

static bool
numbers_fit(const psy_pmml_view *p, const psy_pmml_ins *i, uint64_t count)
{
	return fits(i->u.at[0], count, p->head->numbers);
}

/* A jump may lead just behind the last instruction, which ends the program. */
static bool
jump_fits(uint32_t left, uint32_t by)
{
	return by >= 1 && by <= left;
}

static bool
call_fits(const psy_pmml_ins *i)
{
	const psy_pmml_function *f = psy_pmml_function_at(i->how);

	return f != NULL && i->n >= f->least && i->n <= f->most;
}

static bool
gather_fits(const psy_pmml_view *p, const psy_pmml_ins *i)
{
	if (i->how > 1 || !numbers_fit(p, i, i->n) || !fits(i->u.at[1], i->n, p->head->words))
		return false;
	for (uint32_t k = 0; k < i->n; k++)
		if (p->word[i->u.at[1] + k] >= p->head->registers)
			return false;
	return true;
}

static bool
kernel_fits(const psy_pmml_view *p, const psy_pmml_ins *i)
{
	uint64_t blocks = ((uint64_t) i->n + PSY_SV_BLOCK - 1) / PSY_SV_BLOCK;

	return i->how <= 3 && numbers_fit(p, i, 3 + blocks * PSY_SV_BLOCK * i->u.at[1]);
}

static bool
neighbours_fit(const psy_pmml_view *p, const psy_pmml_ins *i)
{
	uint32_t reads, writes;

	return numbers_fit(p, i, 0) &&
		   psy_pmml_neighbours_fit(p->number + i->u.at[0], p->head->numbers - i->u.at[0], i->n, &reads, &writes) &&
		   fits(i->a, reads, p->head->registers) && fits(i->to, writes, p->head->registers);
}

/* Tables that an instruction reads, and its `how`. */
static bool
operands_fit(const psy_pmml_view *p, const psy_pmml_ins *i, uint32_t left)
{
	switch (i->code)
	{
		case PSY_PMML_VECTOR: return numbers_fit(p, i, i->n);
		case PSY_PMML_CALL: return call_fits(i);
		case PSY_PMML_JUMP: return jump_fits(left, i->to);
		case PSY_PMML_TEST: return i->how <= PSY_PMML_PRESENT && jump_fits(left, i->to) && jump_fits(left, i->n);
		case PSY_PMML_IN: return numbers_fit(p, i, i->u.at[1]) && jump_fits(left, i->to) && jump_fits(left, i->n);
		case PSY_PMML_WITHIN: return numbers_fit(p, i, 2) && jump_fits(left, i->to) && jump_fits(left, i->n);
		case PSY_PMML_LOOKUP: return numbers_fit(p, i, i->u.at[1]);
		case PSY_PMML_NORM: return i->n >= 2 && i->how <= PSY_PMML_AS_EXTREME && numbers_fit(p, i, 2 * (uint64_t) i->n);
		case PSY_PMML_GATHER: return gather_fits(p, i);
		case PSY_PMML_KERNEL: return kernel_fits(p, i);
		case PSY_PMML_DENSITY: return numbers_fit(p, i, 1 + 2 * (uint64_t) i->n);
		case PSY_PMML_PICK: return i->n >= 1 && i->u.at[0] >= 1;
		case PSY_PMML_SHARE: return i->n >= 1 && i->how <= 3;
		case PSY_PMML_BEST: return i->n >= 1;
		case PSY_PMML_NEIGHBOURS: return neighbours_fit(p, i);
		case PSY_PMML_FAIL: return i->a < p->head->features && (i->how == PSY_PMML_IS_INVALID || i->how == PSY_PMML_IS_MISSING);
		default: return true;
	}
}

/* Registers from `to` on that it writes, and from `a` on that it reads; 0 where the field is none. */
static void
ranges_of(const psy_pmml_ins *i, uint64_t *writes, uint64_t *reads)
{
	*writes = *reads = 1;
	switch (i->code)
	{
		case PSY_PMML_CONST: *reads = 0; break;
		case PSY_PMML_COPY:
		case PSY_PMML_ADD: *writes = *reads = i->n; break;
		case PSY_PMML_VECTOR:
		case PSY_PMML_SHARE: *writes = i->n, *reads = 0; break;
		case PSY_PMML_CALL:
		case PSY_PMML_BEST: *reads = i->n; break;
		case PSY_PMML_JUMP:
		case PSY_PMML_FAIL:
		case PSY_PMML_NEIGHBOURS: *writes = *reads = 0; break;
		case PSY_PMML_TEST:
		case PSY_PMML_IN:
		case PSY_PMML_WITHIN: *writes = 0; break;
		case PSY_PMML_GATHER: *reads = 0; break;
		case PSY_PMML_KERNEL: *writes = i->n, *reads = i->u.at[1]; break;
		case PSY_PMML_VOTE:
		case PSY_PMML_DENSITY: *writes = i->n; break;
		case PSY_PMML_PICK: *writes = i->u.at[0], *reads = (uint64_t) i->n * i->u.at[0]; break;
		default: break;
	}
}

static uint64_t
work_of(const psy_pmml_view *p, const psy_pmml_ins *i)
{
	uint64_t n = i->n;

	switch (i->code)
	{
		case PSY_PMML_CALL: return 1 + n * (psy_pmml_function_at(i->how)->most == PSY_PMML_MANY ? 1 + n / 8 : 1);
		case PSY_PMML_KERNEL: return n * (1 + (uint64_t) i->u.at[1]);
		case PSY_PMML_PICK: return n * (1 + n) * i->u.at[0];
		case PSY_PMML_NEIGHBOURS:
		{
			const double *number = p->number + i->u.at[0];

			return n * (uint64_t) (number[0] + number[2]) + (number[5] == 2 ? n * n : 0);
		}
		case PSY_PMML_JUMP:
		case PSY_PMML_TEST:
		case PSY_PMML_IN:
		case PSY_PMML_WITHIN:
		case PSY_PMML_FAIL: return 1;
		default: return 1 + n;
	}
}

static psy_status
check_code(const psy_pmml_view *p, psy_error *err)
{
	uint64_t work = 0;

	for (uint32_t k = 0; k < p->head->codes; k++)
	{
		const psy_pmml_ins *i = p->code + k;
		uint64_t writes, reads;

		ranges_of(i, &writes, &reads);
		if (i->code < PSY_PMML_CONST || i->code >= PSY_PMML_CODES || (writes > 0 && !fits(i->to, writes, p->head->registers)) ||
			(reads > 0 && !fits(i->a, reads, p->head->registers)) || !operands_fit(p, i, p->head->codes - k))
			return psy_fail(err, PSY_FORMAT, "pmml: instruction %u is not sound", k + 1);
		work += work_of(p, i);
		if (work > MOST_WORK)
			return psy_fail(err, PSY_LIMIT, "pmml: scoring one row would take too many steps");
	}
	return PSY_OK;
}

static psy_status
check_texts(const psy_pmml_view *p, psy_error *err)
{
	uint64_t total = 0;

	for (uint32_t k = 0; k < p->head->features; k++)
		if (!fits(p->feature[k].first, p->feature[k].texts, p->head->texts))
			return psy_fail(err, PSY_FORMAT, "pmml: the texts of feature %u are misplaced", k + 1);
	for (uint32_t k = 0; k < p->head->texts; k++)
	{
		const psy_pmml_text *text = p->text + k;

		total += text->length;
		if (!fits(text->offset, text->length, p->head->bytes) || total > p->head->bytes ||
			!psy_utf8_text(p->byte + text->offset, text->length))
			return psy_fail(err, PSY_FORMAT, "pmml: text %u is misplaced or not UTF-8", k + 1);
	}
	return PSY_OK;
}

static psy_status
check_head(const psy_model *model, const psy_op *op, const psy_pmml_head *h, psy_error *err)
{
	bool several = model->task == PSY_REGRESSION && op->outputs >= 1 && op->outputs <= PSY_MODEL_MOST_CLASSES;

	if (op->data.length < sizeof *h || psy_pmml_layout_of(h).total != op->data.length)
		return psy_fail(err, PSY_FORMAT, "pmml: its sizes do not fit");
	/* A register costs 8 bytes of workspace; documents of any use need fewer than there are other parts. */
	if (h->registers > ((uint32_t) 1 << 27) || h->registers < h->features || h->features != op->inputs || h->features != model->features)
		return psy_fail(err, PSY_FORMAT, "pmml: %u registers for %u features", h->registers, h->features);
	if ((!several && op->outputs != model->classes + 1) || h->method >= PSY_PMML_METHODS || h->float_sums > 1 || h->version < 20 || h->version > 49 || h->model > 7 || h->has_probability > 1 || h->has_decision > 1)
		return psy_fail(err, PSY_FORMAT, "pmml: its head is not sound");
	if (!fits(h->value, several ? op->outputs : 1, h->registers) ||
		((h->has_probability || h->has_decision) && !fits(h->probability, model->classes, h->registers)))
		return psy_fail(err, PSY_FORMAT, "pmml: its outputs are misplaced");
	return PSY_OK;
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	psy_pmml_view p;
	psy_status status;

	if (op->data.length < sizeof(psy_pmml_head) ||
		(status = check_head(model, op, psy_at(model, op->data), err)) != PSY_OK)
		return psy_fail(err, PSY_FORMAT, "%s", op->data.length < sizeof(psy_pmml_head) ? "pmml: its head is cut off" : err->message);
	p = view_of(model, op);
	for (uint32_t k = 0; k < p.head->numbers; k++)
		if (isnan(p.number[k]))
			return psy_fail(err, PSY_FORMAT, "pmml: number %u is not a number", k + 1);
	if ((status = check_texts(&p, err)) != PSY_OK)
		return status;
	return check_code(&p, err);
}

/* ---- running --------------------------------------------------------------------------------- */

static size_t
workspace_of(const psy_model *model, const psy_op *op)
{
	return view_of(model, op).head->registers;
}

static psy_status
run(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out, bool *missing, psy_error *err)
{
	psy_pmml_view p = view_of(model, op);
	const psy_pmml_ins *failed;
	double value;

	memcpy(workspace, in, op->inputs * sizeof(double));
	if ((failed = psy_pmml_execute(&p, workspace)) != NULL)
		return psy_pmml_failure(&p, failed, psy_model_feature(model, failed->a), in[failed->a], err);
	value = workspace[p.head->value];
	*missing = isnan(value);
	if (model->task == PSY_REGRESSION)
	{
		for (uint32_t k = 0; k < op->outputs; k++)
		{
			out[k] = workspace[p.head->value + k];
			*missing &= isnan(out[k]);
		}
		return PSY_OK;
	}
	if (!*missing && !(value >= 0 && value < model->classes))
		return psy_fail(err, PSY_FORMAT, "pmml: the program gives no class");
	out[model->classes] = value;
	for (uint32_t c = 0; c < model->classes; c++)
		out[c] = p.head->has_probability || p.head->has_decision ? workspace[p.head->probability + c] : (double) c == floor(value);
	return PSY_OK;
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	psy_error err;
	bool missing;

	if (run(model, op, in, workspace, out, &missing, &err) != PSY_OK || missing)
		for (uint32_t k = 0; k < op->outputs; k++)
			out[k] = NAN;
}

static psy_status
proba(const psy_model *model, const psy_op *op, const double *raw, double *workspace, double *to, psy_error *err)
{
	(void) workspace;
	if (!view_of(model, op).head->has_probability)
	{
		psy_fail(err, PSY_UNSUPPORTED, "this PMML document gives labels, not probabilities");
		return psy_hint(err, "Use model_predict, or model_decision for the votes or distances of its classes.");
	}
	memcpy(to, raw, model->classes * sizeof(double));
	return PSY_OK;
}

static size_t
label(const psy_model *model, const psy_op *op, const double *raw)
{
	double class = raw[model->classes];

	(void) op;
	return class >= 0 && class < model->classes ? (size_t) class : 0;
}

static bool
category(const psy_model *model, const psy_op *op, size_t feature, psy_text text, double *value)
{
	psy_pmml_view p = view_of(model, op);
	const psy_pmml_feature *f = &p.feature[feature];

	if (f->boolean && f->texts == 0)
	{
		*value = text.length == 4 && memcmp(text.text, "true", 4) == 0;
		return *value == 1 || (text.length == 5 && memcmp(text.text, "false", 5) == 0);
	}
	if (f->texts == 0)
		return false;
	*value = PSY_PMML_OTHER;
	for (uint32_t k = 0; k < f->texts; k++)
	{
		const psy_pmml_text *known = &p.text[f->first + k];

		if (known->length == text.length && (text.length == 0 || memcmp(p.byte + known->offset, text.text, text.length) == 0))
		{
			*value = k;
			break;
		}
	}
	return true;
}

const char *const psy_pmml_methods[PSY_PMML_METHODS] = {"",		  "majorityVote", "weightedMajorityVote", "average",	 "weightedAverage",
														"median", "weightedMedian", "max",				"sum",		 "weightedSum",
														"selectFirst", "modelChain", "selectAll",		"one segment"};

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	const psy_pmml_head *h = view_of(model, op).head;
	size_t n = 4;

	fact[0] = (psy_fact){.key = "version", .number = h->version / 10.0};
	fact[1] = (psy_fact){.key = "model", .text = psy_pmml_models[h->model]};
	fact[2] = (psy_fact){.key = "instructions", .number = h->codes};
	fact[3] = (psy_fact){.key = "verified records", .number = h->verified};
	fact[n++] = (psy_fact){.key = "arithmetic", .text = h->float_sums ? "float32" : "double"};
	if (h->method > 0)
		fact[n++] = (psy_fact){.key = "combine", .text = psy_pmml_methods[h->method]};
	if (model->task == PSY_CLASSIFICATION)
	{
		fact[n++] = (psy_fact){.key = "probability", .text = h->has_probability ? "as the document has it" : "none"};
		fact[n++] = (psy_fact){.key = "ties", .text = strcmp(psy_pmml_models[h->model], "NearestNeighborModel") == 0 ? "more instances, then first by text" : "first class"};
	}
	return n;
}

const psy_op_kind psy_op_pmml = {.name = "pmml",
								 .code = PSY_OP_PMML,
								 .any_task = true,
								 .takes_missing = true,
								 .check = check,
								 .apply = apply,
								 .run = run,
								 .hidden = 1,
								 .some_missing = true,
								 .workspace = workspace_of,
								 .proba = proba,
								 .label = label,
								 .category = category,
								 .raw_favours = 1,
								 .facts = facts};
