/*
 * op_onnx.c - the estimator of ONNX documents: checks and runs their programs (onnx_program.h).
 *
 * Raw outputs: a regression's values; or a classification's scores, and behind them the label's class.  A row whose
 * answer is unknown because a feature is missing has no answer; one that is unknown though none is missing is refused,
 * as outputs that are not finite are everywhere.
 */
#include "models/onnx_program.h"

#include "models/model_kernels.h"
#include "models/utf8.h"

#include <math.h>
#include <string.h>

static psy_onnx_view
view_of(const psy_model *model, const psy_op *op)
{
	return psy_onnx_view_of(psy_at(model, op->data));
}

/* ---- checking -------------------------------------------------------------------------------- */

static psy_status
check_head(const psy_model *model, const psy_op *op, const psy_onnx_head *h, psy_error *err)
{
	if (h->version != PSY_ONNX_VERSION)
		return psy_fail(err, PSY_FORMAT, "onnx: version %u of the program, %d expected", h->version, PSY_ONNX_VERSION);
	if (psy_onnx_layout_of(h).total != op->data.length)
		return psy_fail(err, PSY_FORMAT, "onnx: its sizes do not fit");
	if (h->room > PSY_ONNX_MOST_ROOM || h->scratch > PSY_ONNX_MOST_ROOM || h->inputs == 0 || h->inputs > h->tensors ||
		h->operators == 0 || h->operators > h->bytes || h->kind > PSY_ONNX_DECISIONS || op->inputs != model->features)
		return psy_fail(err, PSY_FORMAT, "onnx: its head is not sound");
	return PSY_OK;
}

static psy_status
check_tensors(const psy_onnx_view *p, uint32_t features, psy_error *err)
{
	uint64_t inputs = 0;

	for (uint32_t k = 0; k < p->head.tensors; k++)
	{
		const psy_onnx_tensor *t = p->tensor + k;
		uint64_t count = psy_onnx_count(&t->shape);

		/* Dimensions beyond the rank are 0, so that shapes can be compared as bytes. */
		for (uint32_t d = t->shape.rank; count > 0 && d < PSY_ONNX_RANK; d++)
			count = t->shape.dim[d] == 0 ? count : 0;
		if (count == 0 || t->constant > 1 || t->place + count > (t->constant ? p->head.numbers : p->head.room))
			return psy_fail(err, PSY_FORMAT, "onnx: tensor %u is not sound", k + 1);
		if (k < p->head.inputs)
			inputs += count;
		if (k < p->head.inputs && t->constant)
			return psy_fail(err, PSY_FORMAT, "onnx: input %u is a constant", k + 1);
	}
	return inputs == features ? PSY_OK : psy_fail(err, PSY_FORMAT, "onnx: its inputs do not fit the features");
}

static psy_status
check_texts(const psy_onnx_view *p, psy_error *err)
{
	const char *operators = p->byte + p->head.bytes - p->head.operators;
	uint64_t total = 0;

	for (uint32_t k = 0; k < p->head.texts; k++)
	{
		const psy_onnx_text *text = p->text + k;

		total += text->length;
		if (text->offset > p->head.bytes || text->length > p->head.bytes - text->offset || total > p->head.bytes)
			return psy_fail(err, PSY_FORMAT, "onnx: text %u is misplaced", k + 1);
	}
	for (uint32_t k = 0; k + 1 < p->head.operators; k++)
		if (operators[k] < ' ' || operators[k] > '~')
			return psy_fail(err, PSY_FORMAT, "onnx: the operators' names are no text");
	return operators[p->head.operators - 1] == '\0' ? PSY_OK : psy_fail(err, PSY_FORMAT, "onnx: the operators' names have no end");
}

static bool
overlap(const psy_onnx_tensor *a, const psy_onnx_tensor *b)
{
	return a->constant == b->constant && a->place < b->place + psy_onnx_count(&b->shape) && b->place < a->place + psy_onnx_count(&a->shape);
}

/* Outputs lie in the workspace, have the shapes that come out, and no two arguments overlap where one is written. */
static bool
outputs_fit(const psy_onnx_call *c, const psy_onnx_plan *plan)
{
	for (uint32_t k = 0; k < c->i->outs; k++)
	{
		const psy_onnx_tensor *out = psy_onnx_arg(c, c->i->ins + k);

		if (out->constant || memcmp(&out->shape, &plan->out[k], sizeof out->shape) != 0)
			return false;
		for (uint32_t j = 0; j < c->i->ins + k; j++)
			if (overlap(psy_onnx_arg(c, j), out))
				return false;
	}
	return true;
}

static bool
words_fit(const psy_onnx_view *p, const psy_onnx_ins *i)
{
	uint64_t args = (uint64_t) i->ins + i->outs;

	if (i->args + args > p->head.words || (uint64_t) i->word + i->words > p->head.words || i->reserved != 0)
		return false;
	for (uint64_t k = 0; k < args; k++)
		if (p->word[i->args + k] >= p->head.tensors)
			return false;
	return true;
}

static psy_status
check_code(const psy_onnx_view *p, psy_error *err)
{
	uint64_t work = 0;

	for (uint32_t k = 0; k < p->head.codes; k++)
	{
		psy_onnx_call c = {.view = p, .i = p->code + k};
		psy_onnx_plan plan;

		if (!words_fit(p, c.i) || !psy_onnx_infer(&c, &plan) || plan.scratch > p->head.scratch || !outputs_fit(&c, &plan))
			return psy_fail(err, PSY_FORMAT, "onnx: instruction %u is not sound", k + 1);
		work += plan.work + c.i->ins;
		if (work > PSY_ONNX_MOST_WORK)
			return psy_fail(err, PSY_LIMIT, "onnx: scoring one row would take too many steps");
	}
	return PSY_OK;
}

static psy_status
check_outputs(const psy_model *model, const psy_op *op, const psy_onnx_view *p, psy_error *err)
{
	const psy_onnx_head *h = &p->head;
	bool classifies = model->task == PSY_CLASSIFICATION;

	if (h->scores >= h->tensors || classifies != (h->label != PSY_ONNX_NONE) || classifies != (h->classes != PSY_ONNX_NONE) ||
		op->outputs != psy_onnx_count(&p->tensor[h->scores].shape) + classifies)
		return psy_fail(err, PSY_FORMAT, "onnx: its outputs do not fit the task");
	if (classifies && (h->label >= h->tensors || h->classes >= h->tensors || psy_onnx_count(&p->tensor[h->label].shape) != 1 ||
					   !p->tensor[h->classes].constant || psy_onnx_count(&p->tensor[h->classes].shape) != model->classes ||
					   (h->kind != PSY_ONNX_DECISIONS && op->outputs != model->classes + 1)))
		return psy_fail(err, PSY_FORMAT, "onnx: its outputs do not fit the classes");
	return PSY_OK;
}

static psy_status
check(const psy_model *model, const psy_op *op, psy_error *err)
{
	psy_onnx_view p;
	psy_status status;

	if (op->data.length < sizeof(psy_onnx_head))
		return psy_fail(err, PSY_FORMAT, "onnx: its head is cut off");
	if ((status = check_head(model, op, psy_at(model, op->data), err)) != PSY_OK)
		return status;
	p = view_of(model, op);
	if ((status = check_tensors(&p, model->features, err)) != PSY_OK || (status = check_texts(&p, err)) != PSY_OK ||
		(status = check_code(&p, err)) != PSY_OK)
		return status;
	return check_outputs(model, op, &p, err);
}

/* ---- running --------------------------------------------------------------------------------- */

static size_t
workspace_of(const psy_model *model, const psy_op *op)
{
	psy_onnx_view p = view_of(model, op);

	return (size_t) p.head.room + p.head.scratch;
}

static psy_status
refuse_feature(const psy_model *model, size_t feature, const char *why, psy_error *err)
{
	psy_text name = psy_model_feature(model, feature);

	return psy_fail(err, PSY_DOMAIN, "feature %zu (\"%.*s\") %s", feature + 1, psy_utf8_clip(name.text, name.length, 100), name.text, why);
}

/* A feature as the type of its input; NULL, or why it cannot be. */
static const char *
unfit(uint32_t type, double value, uint32_t texts)
{
	if (isnan(value))
		return NULL;
	switch (type)
	{
		case PSY_ONNX_FLOAT: return isinf((float) value) ? "is beyond float32, in which the model takes it" : NULL;
		case PSY_ONNX_INT: return value != trunc(value) || fabs(value) > 9007199254740992.0 ? "must be a whole number" : NULL;
		case PSY_ONNX_BOOL: return value != 0 && value != 1 ? "must be 0 or 1" : NULL;
		case PSY_ONNX_STRING: return value != trunc(value) || value < -1 || value >= texts ? "must be a text" : NULL;
		default: return NULL;
	}
}

/* Features to their inputs' places; *known is false when one is missing. */
static psy_status
take_features(const psy_model *model, const psy_onnx_view *p, const double *in, double *workspace, bool *known, psy_error *err)
{
	size_t feature = 0;

	*known = true;
	for (uint32_t t = 0; t < p->head.inputs; t++)
	{
		double *to = workspace + p->tensor[t].place;
		size_t count = psy_onnx_count(&p->tensor[t].shape);

		for (size_t k = 0; k < count; k++, feature++)
		{
			const char *why = unfit(p->tensor[t].shape.type, in[feature], p->head.texts);

			if (why != NULL)
				return refuse_feature(model, feature, why, err);
			*known &= !isnan(in[feature]);
			to[k] = psy_onnx_fit(p->tensor[t].shape.type, in[feature]);
		}
	}
	return PSY_OK;
}

static psy_status
run_code(const psy_onnx_view *p, uint32_t codes, double *workspace, psy_error *err)
{
	for (uint32_t k = 0; k < codes; k++)
		switch (psy_onnx_run(&(psy_onnx_call){p, p->code + k, workspace, workspace + p->head.room}))
		{
			case PSY_ONNX_FINE: break;
			case PSY_ONNX_NO_CATEGORY: return psy_fail(err, PSY_DOMAIN, "onnx: a value is not among the categories of training");
			default: return psy_fail(err, PSY_DOMAIN, "onnx: an index lies outside its tensor");
		}
	return PSY_OK;
}

/* A forged program may read what it did not write: let it be zeros, not another row's values. */
static psy_status
run_from_features(const psy_model *model, const psy_onnx_view *p, uint32_t codes, const double *in, double *workspace, bool *known, psy_error *err)
{
	psy_status status;

	memset(workspace, 0, p->head.room * sizeof(double));
	status = take_features(model, p, in, workspace, known, err);
	return status != PSY_OK ? status : run_code(p, codes, workspace, err);
}

psy_status
psy_onnx_run_first(const psy_model *model, const psy_op *op, uint32_t codes, const double *in, double *workspace, psy_error *err)
{
	psy_onnx_view p = view_of(model, op);
	bool known;

	return run_from_features(model, &p, codes, in, workspace, &known, err);
}

static const double *
elements(const psy_onnx_view *p, uint32_t tensor, const double *workspace)
{
	return (p->tensor[tensor].constant ? p->number : workspace) + p->tensor[tensor].place;
}

/* The class that the label names: NaN when it is unknown, below 0 when there is none. */
static double
class_of(const psy_model *model, const psy_onnx_view *p, double label)
{
	const double *known = p->number + p->tensor[p->head.classes].place;

	for (uint32_t k = 0; k < model->classes; k++)
		if (known[k] == label)
			return k;
	return isnan(label) ? NAN : -1;
}

static psy_status
run(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out, bool *missing, psy_error *err)
{
	psy_onnx_view p = view_of(model, op);
	bool known, unknown = false;
	psy_status status;

	if ((status = run_from_features(model, &p, p.head.codes, in, workspace, &known, err)) != PSY_OK)
		return status;
	memcpy(out, elements(&p, p.head.scores, workspace), psy_onnx_count(&p.tensor[p.head.scores].shape) * sizeof(double));
	if (model->task == PSY_CLASSIFICATION)
		out[op->outputs - 1] = class_of(model, &p, *elements(&p, p.head.label, workspace));
	for (uint32_t k = 0; k < op->outputs; k++)
		unknown |= isnan(out[k]);
	if (!unknown && model->task == PSY_CLASSIFICATION && out[op->outputs - 1] < 0)
		return psy_fail(err, PSY_DOMAIN, "onnx: the model gives a label that is none of its classes");
	*missing = unknown && !known;
	return PSY_OK;
}

static void
apply(const psy_model *model, const psy_op *op, const double *in, double *workspace, double *out)
{
	psy_error err;
	bool missing = false;

	if (run(model, op, in, workspace, out, &missing, &err) != PSY_OK || missing)
		for (uint32_t k = 0; k < op->outputs; k++)
			out[k] = NAN;
}

/* Sums of probabilities that were rounded to float32. */
#define SUM_TOLERANCE 1e-4

static psy_status
proba(const psy_model *model, const psy_op *op, const double *raw, double *workspace, double *to, psy_error *err)
{
	psy_onnx_view p = view_of(model, op);
	double sum = 0, least = 0;

	(void) workspace;
	for (uint32_t k = 0; k + 1 < op->outputs; k++)
	{
		sum += raw[k];
		least = raw[k] < least ? raw[k] : least;
	}
	if (p.head.kind == PSY_ONNX_DECISIONS || (p.head.kind == PSY_ONNX_UNSURE && (least < 0 || fabs(sum - 1) > SUM_TOLERANCE)))
	{
		psy_fail(err, PSY_UNSUPPORTED, "the scores of this ONNX document are not probabilities");
		return psy_hint(err, "Use model_predict for its label or model_decision for the scores.");
	}
	memcpy(to, raw, model->classes * sizeof(double));
	return PSY_OK;
}

static size_t
label(const psy_model *model, const psy_op *op, const double *raw)
{
	double class = raw[op->outputs - 1];

	return class >= 0 && class < model->classes ? (size_t) class : 0;
}

/* What a text is that the document does not know. */
#define OTHER_TEXT (-1.0)

static bool
category(const psy_model *model, const psy_op *op, size_t feature, psy_text text, double *value)
{
	psy_onnx_view p = view_of(model, op);
	uint32_t t = 0;

	for (size_t first = 0; t < p.head.inputs && feature >= first + psy_onnx_count(&p.tensor[t].shape); t++)
		first += psy_onnx_count(&p.tensor[t].shape);
	if (t == p.head.inputs)
		return false;
	if (p.tensor[t].shape.type == PSY_ONNX_BOOL)
	{
		*value = text.length == 4 && memcmp(text.text, "true", 4) == 0;
		return *value == 1 || (text.length == 5 && memcmp(text.text, "false", 5) == 0);
	}
	*value = OTHER_TEXT;
	for (uint32_t k = 0; k < p.head.texts && *value == OTHER_TEXT; k++)
		if (p.text[k].length == text.length && (text.length == 0 || memcmp(p.byte + p.text[k].offset, text.text, text.length) == 0))
			*value = k;
	return p.tensor[t].shape.type == PSY_ONNX_STRING;
}

static size_t
facts(const psy_model *model, const psy_op *op, psy_fact fact[PSY_MODEL_FACTS])
{
	static const char *const kinds[] = {"if they add up to 1", "as the document has them", "none"};
	psy_onnx_view p = view_of(model, op);
	size_t n = 0;

	if (p.head.opset > 0)
		fact[n++] = (psy_fact){.key = "opset", .number = p.head.opset};
	if (p.head.opset_ml > 0)
		fact[n++] = (psy_fact){.key = "opset of ai.onnx.ml", .number = p.head.opset_ml};
	fact[n++] = (psy_fact){.key = "operators", .text = p.byte + p.head.bytes - p.head.operators};
	fact[n++] = (psy_fact){.key = "instructions", .number = p.head.codes};
	fact[n++] = (psy_fact){.key = "arithmetic", .text = "double, rounded to each tensor's type"};
	fact[n++] = (psy_fact){.key = "workspace", .number = (double) workspace_of(model, op)};
	if (model->task == PSY_CLASSIFICATION)
		fact[n++] = (psy_fact){.key = "probability", .text = kinds[p.head.kind]};
	return n;
}

bool
psy_model_matrix(const psy_model *model, size_t *rows, size_t *columns)
{
	const psy_op *op = psy_op_at(model, model->ops - 1);
	psy_onnx_view p;
	size_t found = 0, size[2];

	if (op->code != PSY_OP_ONNX || model->ops > 1)
		return false;
	p = view_of(model, op);
	if (p.head.inputs != 1)
		return false;
	for (uint32_t d = 0; d < p.tensor[0].shape.rank; d++)
	{
		if (p.tensor[0].shape.dim[d] == 1)
			continue;
		if (found == 2)
			return false;
		size[found++] = p.tensor[0].shape.dim[d];
	}
	if (found < 2)
		return false;
	*rows = size[0];
	*columns = size[1];
	return true;
}

const psy_op_kind psy_op_onnx = {.name = "onnx",
								 .code = PSY_OP_ONNX,
								 .any_task = true,
								 .takes_missing = true,
								 .check = check,
								 .apply = apply,
								 .run = run,
								 .hidden = 1,
								 .workspace = workspace_of,
								 .proba = proba,
								 .label = label,
								 .category = category,
								 .raw_favours = 1,
								 .facts = facts};
