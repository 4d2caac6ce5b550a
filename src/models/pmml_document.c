/*
 * pmml_document.c - PMML documents 3.0 to 4.4: which model, its fields and target, and the compiled form.
 */
#include "models/pmml.h"

#include "models/utf8.h"

#include <math.h>
#include <string.h>

static const psy_xml_limits xml_limits = {.depth = 512, .elements = (size_t) 4 << 20, .attributes = 64, .token = 65536};

/* Memory to read a document in. */
#define MOST_MEMORY ((size_t) 1 << 30)

static const char *const unsupported_models[] = {"AnomalyDetectionModel", "AssociationModel", "BayesianNetworkModel", "BaselineModel", "ClusteringModel",
												 "GaussianProcessModel", "RuleSetModel", "Scorecard", "SequenceModel", "TextModel", "TimeSeriesModel", NULL};

bool
psy_pmml_is_model(const psy_xml *element, int *which)
{
	for (*which = 0; psy_pmml_models[*which] != NULL; ++*which)
		if (psy_xml_is(element, psy_pmml_models[*which]))
			return true;
	return false;
}

/* ---- the target ------------------------------------------------------------------------------ */

static bool
is_target(const psy_xml *field)
{
	const char *usage = psy_xml_get(field, "usageType");

	return usage != NULL && (strcmp(usage, "target") == 0 || strcmp(usage, "predicted") == 0);
}

/* The next element of the tree below root in document order, leaving out what is below `element` when asked to. */
static const psy_xml *
walk(const psy_xml *root, const psy_xml *element, bool below)
{
	if (below && element->first != NULL)
		return element->first;
	while (element != root && element->next == NULL)
		element = element->parent;
	return element == root ? NULL : element->next;
}

/* A category of the target that the element names, or NULL; some name a second one. */
static const char *
category_in(const psy_xml *e, const char *target, bool second)
{
	static const char *const places[][2] = {{"ScoreDistribution", "value"}, {"RegressionTable", "targetCategory"}, {"PCell", "targetCategory"},
											{"TargetValueCount", "value"}, {"SupportVectorMachine", "targetCategory"}, {"TargetValue", "value"},
											{"Node", "score"}, {NULL, NULL}};

	if (second)
		return psy_xml_is(e, "SupportVectorMachine") ? psy_xml_get(e, "alternateTargetCategory") : NULL;
	for (int k = 0; places[k][0] != NULL; k++)
		if (psy_xml_is(e, places[k][0]))
			return psy_xml_get(e, places[k][1]);
	if (psy_xml_is(e, "NormDiscrete") && target != NULL && psy_xml_get(e, "field") != NULL && strcmp(psy_xml_get(e, "field"), target) == 0)
		return psy_xml_get(e, "value");
	return NULL;
}

static void
add_label(psy_pmml *c, const psy_xml *e, const char *category, uint8_t *seen, double *label, const char **text, psy_pmml_target *target)
{
	uint32_t symbol = psy_pmml_symbol(c, category);

	if (seen == NULL || !psy_pmml_ok(c) || seen[symbol])
		return;
	seen[symbol] = 1;
	if (target->labels == PSY_MODEL_MOST_CLASSES)
	{
		psy_pmml_fail(c, e, PSY_LIMIT, "more than %d categories", PSY_MODEL_MOST_CLASSES);
		return;
	}
	label[target->labels] = psy_pmml_literal(c, e, target->type, category);
	text[target->labels++] = category;
}

/* Categories in the order in which the model mentions them, for targets whose field lists none.  The first pass makes
 * symbols of them all. */
static void
collect_labels(psy_pmml *c, const psy_xml *model, psy_pmml_target *target)
{
	uint8_t *seen = NULL;
	double *label = psy_pmml_get(c, PSY_MODEL_MOST_CLASSES, sizeof *label);
	const char **text = psy_pmml_get(c, PSY_MODEL_MOST_CLASSES, sizeof *text);

	for (int pass = 0; pass < 2 && psy_pmml_ok(c); pass++)
	{
		if (pass == 1)
			seen = psy_pmml_get(c, c->symbols, 1);
		for (const psy_xml *e = model; e != NULL && psy_pmml_ok(c);)
		{
			const char *function = psy_xml_get(e, "functionName");
			bool other = function != NULL && strcmp(function, "classification") != 0;

			for (int second = 0; second < 2 && !other; second++)
				if (category_in(e, target->name, second) != NULL)
					add_label(c, e, category_in(e, target->name, second), seen, label, text, target);
			e = walk(model, e, !other);
		}
	}
	target->label = label;
	target->text = text;
}

static void
list_labels(psy_pmml *c, const psy_pmml_data *data, psy_pmml_target *target)
{
	const char **text = psy_pmml_get(c, data->valids, sizeof *text);
	uint32_t k = 0;

	if (data->valids > PSY_MODEL_MOST_CLASSES)
		psy_pmml_fail(c, data->element, PSY_LIMIT, "more than %d categories", PSY_MODEL_MOST_CLASSES);
	for (const psy_xml *value = psy_xml_child(data->element, "Value"); value != NULL && psy_pmml_ok(c); value = psy_xml_again(value))
	{
		const char *property = psy_xml_get(value, "property");

		if (property == NULL || strcmp(property, "valid") == 0)
			text[k++] = psy_xml_get(value, "value");
	}
	target->label = data->valid;
	target->text = text;
	target->labels = data->valids;
}

static const psy_pmml_target *
target_of(psy_pmml *c, const psy_xml *model, bool classifies, const psy_pmml_target *inherited)
{
	const psy_xml *schema = psy_xml_child(model, "MiningSchema"), *field = NULL;
	psy_pmml_target *target = psy_pmml_get(c, 1, sizeof *target);
	const psy_pmml_data *data;

	if (target == NULL)
		return NULL;
	for (const psy_xml *f = schema == NULL ? NULL : psy_xml_child(schema, "MiningField"); f != NULL; f = psy_xml_again(f))
	{
		if (!is_target(f))
			continue;
		if (field != NULL)
			psy_pmml_fail(c, f, PSY_UNSUPPORTED, "a second target is not supported");
		field = f;
	}
	target->name = field == NULL ? NULL : psy_pmml_need(c, field, "name");
	data = target->name == NULL ? NULL : psy_pmml_find_data(c, target->name);
	target->type = data == NULL ? classifies ? PSY_PMML_STRING : PSY_PMML_DOUBLE : data->type;
	target->ordinal = data != NULL && data->ordinal;
	if (data != NULL && data->refused != NULL)
		psy_pmml_fail(c, data->element, PSY_UNSUPPORTED, "dataType=\"%.40s\" of a target is not supported", data->refused);
	if (!classifies || !psy_pmml_ok(c))
		return target;
	if (inherited != NULL && inherited->labels > 0 &&
		(target->name == NULL || inherited->name == NULL || strcmp(target->name, inherited->name) == 0))
		return inherited;
	if (data != NULL && data->valids > 0)
		list_labels(c, data, target);
	else
		collect_labels(c, model, target);
	if (psy_pmml_ok(c) && target->labels < 2)
		psy_pmml_fail(c, data == NULL ? model : data->element, PSY_UNSUPPORTED, "a classification with %u categories is not supported", target->labels);
	return target;
}

/* ---- a model --------------------------------------------------------------------------------- */

static psy_pmml_scope *
scope_of(psy_pmml *c, const psy_xml *model, psy_pmml_scope *outer)
{
	const psy_xml *schema = psy_xml_child(model, "MiningSchema"), *local = psy_xml_child(model, "LocalTransformations");
	uint32_t fields = 8;
	psy_pmml_scope *scope;

	for (const psy_xml *f = schema == NULL ? NULL : schema->first; f != NULL; f = f->next)
		fields++;
	for (const psy_xml *f = local == NULL ? NULL : local->first; f != NULL; f = f->next)
		fields++;
	scope = psy_pmml_new_scope(c, outer, fields);
	if (schema == NULL)
		psy_pmml_fail(c, model, PSY_FORMAT, "there is no MiningSchema");
	for (const psy_xml *f = schema == NULL ? NULL : psy_xml_child(schema, "MiningField"); f != NULL && psy_pmml_ok(c); f = psy_xml_again(f))
	{
		const char *usage = psy_xml_get(f, "usageType"), *name = psy_pmml_need(c, f, "name");
		bool active = usage == NULL || strcmp(usage, "active") == 0;
		psy_pmml_field *field = psy_pmml_add_field(c, scope, name, active ? PSY_PMML_MINING_FIELD : PSY_PMML_ABSENT_FIELD, f);

		if (field != NULL)
			field->why = "is not active, so that no record has it";
	}
	psy_pmml_add_derived(c, scope, local);
	if (outer == NULL)
		psy_pmml_add_derived(c, scope, psy_xml_child(c->root, "TransformationDictionary"));
	return scope;
}

static void
compile_body(psy_pmml *c, psy_pmml_model *m)
{
	static void (*const compile[])(psy_pmml *, psy_pmml_model *) = {psy_pmml_regression, psy_pmml_general_regression, psy_pmml_tree, psy_pmml_mining,
																	 psy_pmml_vectors, psy_pmml_network, psy_pmml_bayes, psy_pmml_nearest};
	const char *scorable = psy_xml_get(m->element, "isScorable");
	int which;

	if (scorable != NULL && (strcmp(scorable, "false") == 0 || strcmp(scorable, "0") == 0))
		psy_pmml_fail(c, m->element, PSY_UNSUPPORTED, "the model says that it is not scorable");
	if (psy_pmml_ok(c) && psy_pmml_is_model(m->element, &which))
		compile[which](c, m);
	/* A segment has been through its own. */
	if (m->nested || c->wanted == NULL)
		psy_pmml_apply_targets(c, m);
}

psy_pmml_answer
psy_pmml_compile_model(psy_pmml *c, const psy_xml *element, psy_pmml_scope *outer, const psy_pmml_target *inherited)
{
	static const char *const functions[] = {"regression", "classification", NULL};
	psy_pmml_codes body = {0}, *code = c->code;
	psy_pmml_model m = {.element = element, .nested = outer != NULL};
	const char *math = psy_xml_get(element, "x-mathContext");
	bool float_math = c->float_math;
	const psy_pmml_target *target;

	m.answer.classifies = psy_pmml_choice(c, element, "functionName", functions, -1) == 1;
	target = psy_pmml_ok(c) ? target_of(c, element, m.answer.classifies, inherited) : NULL;
	m.scope = psy_pmml_ok(c) ? scope_of(c, element, outer) : NULL;
	if (!psy_pmml_ok(c))
		return m.answer;
	c->float_math = math != NULL && strcmp(math, "float") == 0;
	c->any_float |= c->float_math;
	c->code = &body;
	psy_pmml_prepare(c, &m.answer, target, true);
	compile_body(c, &m);
	if (psy_pmml_ok(c))
		psy_pmml_add_outputs(c, &m, outer == NULL ? m.scope : outer);
	if (psy_pmml_ok(c) && outer == NULL)
		psy_pmml_note_verified(c, &m);
	c->code = code;
	psy_pmml_append(c, &m.scope->prologue);
	psy_pmml_append(c, &body);
	c->float_math = float_math;
	return m.answer;
}

/* ---- the document ---------------------------------------------------------------------------- */

static void
read_version(psy_pmml *c)
{
	const char *text = psy_pmml_need(c, c->root, "version");
	double version = 0;

	if (psy_pmml_ok(c) && !psy_pmml_is_number(c, text, &version) && strlen(text) > 3)
	{
		/* 4.2.1 and the like. */
		char head[4] = {text[0], text[1], text[2], '\0'};

		(void) psy_pmml_is_number(c, head, &version);
	}
	if (psy_pmml_ok(c) && !(version >= 3 && version < 4.45))
		psy_pmml_fail(c, c->root, PSY_UNSUPPORTED, "version \"%.20s\" is not supported, 3.0 to 4.4 are", text);
	c->version = (uint32_t) (version * 10 + 0.5);
}

/* Names that attributes refer to, so that outputs nobody needs are not computed; and functions by name. */
static void
survey(psy_pmml *c)
{
	static const char *const attributes[] = {"field", "name", "fieldName", "predictorName", NULL};

	for (const psy_xml *e = c->root; e != NULL && psy_pmml_ok(c); e = walk(c->root, e, true))
	{
		if (psy_xml_is(e, "DefineFunction"))
			(void) psy_pmml_symbol(c, psy_pmml_need(c, e, "name"));
		if (psy_xml_is(e, "OutputField") || psy_xml_is(e, "DataField") || psy_xml_is(e, "DerivedField"))
			continue;
		for (int k = 0; attributes[k] != NULL; k++)
			if (psy_xml_get(e, attributes[k]) != NULL)
			{
				uint32_t symbol = psy_pmml_symbol(c, psy_xml_get(e, attributes[k]));

				if (psy_pmml_ok(c))
					c->mentioned[symbol] = 1;
			}
	}
}

static void
read_functions(psy_pmml *c)
{
	const psy_xml *dictionary = psy_xml_child(c->root, "TransformationDictionary");

	c->function = psy_pmml_get(c, c->symbols, sizeof *c->function);
	for (const psy_xml *f = dictionary == NULL ? NULL : psy_xml_child(dictionary, "DefineFunction"); f != NULL && psy_pmml_ok(c); f = psy_xml_again(f))
	{
		const char *name = psy_xml_get(f, "name");
		uint32_t symbol = psy_pmml_known_symbol(c, name);

		if (c->function[symbol] != NULL)
			psy_pmml_fail(c, f, PSY_FORMAT, "the function \"%.60s\" stands twice", name);
		c->function[symbol] = f;
	}
	c->functions = psy_pmml_ok(c) ? c->symbols : 0;
}

static const psy_xml *
find_model(psy_pmml *c, int *which)
{
	const psy_xml *found = NULL;

	for (const psy_xml *child = c->root->first; child != NULL && psy_pmml_ok(c); child = child->next)
	{
		for (int k = 0; unsupported_models[k] != NULL; k++)
			if (psy_xml_is(child, unsupported_models[k]))
				psy_pmml_refuse(c, child, child->name);
		if (!psy_pmml_is_model(child, which))
			continue;
		if (found != NULL)
			psy_pmml_fail(c, child, PSY_UNSUPPORTED, "a second model in one document is not supported");
		found = child;
	}
	if (found == NULL)
		psy_pmml_fail(c, c->root, PSY_FORMAT, "there is no model in it");
	else
		(void) psy_pmml_is_model(found, which);
	return found;
}

/* The model's active fields that stand in the dictionary, in the order of its MiningSchema. */
static void
take_features(psy_pmml *c, const psy_xml *model)
{
	const psy_xml *schema = psy_xml_child(model, "MiningSchema");
	uint32_t most = 0;

	for (const psy_xml *f = schema == NULL ? NULL : psy_xml_child(schema, "MiningField"); f != NULL; f = psy_xml_again(f))
		most++;
	c->feature = psy_pmml_get(c, most, sizeof *c->feature);
	for (const psy_xml *f = schema == NULL ? NULL : psy_xml_child(schema, "MiningField"); f != NULL && psy_pmml_ok(c); f = psy_xml_again(f))
	{
		const char *usage = psy_xml_get(f, "usageType");
		psy_pmml_data *data = psy_pmml_find_data(c, psy_pmml_need(c, f, "name"));

		if ((usage != NULL && strcmp(usage, "active") != 0) || data == NULL || data->feature >= 0)
			continue;
		data->feature = c->features;
		c->feature[c->features++] = data;
	}
	if (psy_pmml_ok(c) && c->features == 0)
		psy_pmml_fail(c, model, PSY_UNSUPPORTED, "a model without active fields is not supported");
	if (psy_pmml_ok(c) && c->features > c->limits->features)
		psy_pmml_fail(c, model, PSY_LIMIT, "%u features, at most %zu are possible", c->features, c->limits->features);
	(void) psy_pmml_registers(c, c->features);
	for (uint32_t k = 0; k < c->features && psy_pmml_ok(c); k++)
		c->feature[k]->reg = c->feature[k]->type == PSY_PMML_STRING ? psy_pmml_registers(c, 1) : k;
}

/* A text feature's symbols in the order of its codes; for fields without listed values, every text of the document. */
double *
psy_pmml_texts_of(psy_pmml *c, const psy_pmml_data *data, uint32_t *count)
{
	double *symbol;

	*count = data->valids;
	if (data->type != PSY_PMML_STRING)
		*count = 0;
	if (data->valids > 0 || data->type != PSY_PMML_STRING)
		return data->valid;
	if ((symbol = psy_pmml_get(c, c->symbols, sizeof *symbol)) == NULL)
		return NULL;
	for (uint32_t k = 0; k < c->symbols; k++)
		if (c->literal[k])
			symbol[(*count)++] = k;
	return symbol;
}

/* Codes of texts to symbols. */
static void
decode_features(psy_pmml *c)
{
	for (uint32_t k = 0; k < c->features && psy_pmml_ok(c); k++)
	{
		uint32_t count;
		double *symbol = psy_pmml_texts_of(c, c->feature[k], &count);

		if (c->feature[k]->type == PSY_PMML_STRING && psy_pmml_ok(c))
			psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_LOOKUP,
											.how = 1,
											.to = c->feature[k]->reg,
											.a = k,
											.u.at = {psy_pmml_numbers(c, symbol, count), count}});
	}
}

/* ---- the image ------------------------------------------------------------------------------- */

static psy_status
build_names(psy_pmml *c, psy_builder *b, const psy_xml *model, const psy_pmml_answer *answer)
{
	const char *name = psy_xml_get(model, "modelName");
	uint32_t classes = answer->classifies ? answer->target->labels : 0;
	psy_span names, units, labels, text;
	psy_status status;

	if ((status = psy_builder_reserve(b, c->features, sizeof(psy_span), &names)) != PSY_OK ||
		(status = psy_builder_reserve(b, c->features, sizeof(psy_span), &units)) != PSY_OK ||
		(status = psy_builder_reserve(b, classes, sizeof(psy_span), &labels)) != PSY_OK)
		return status;
	psy_builder_model(b)->feature_names = names;
	psy_builder_model(b)->feature_units = units;
	psy_builder_model(b)->class_labels = labels;
	name = name == NULL ? "" : name;
	if ((status = psy_builder_text(b, name, strlen(name), &text)) != PSY_OK)
		return status;
	psy_builder_model(b)->name = text;
	for (uint32_t k = 0; k < c->features; k++)
	{
		const char *feature = c->symbol[c->feature[k]->name];

		if ((status = psy_builder_text(b, feature, strlen(feature), &text)) != PSY_OK)
			return status;
		((psy_span *) psy_builder_at(b, names))[k] = text;
	}
	for (uint32_t k = 0; k < classes; k++)
	{
		if ((status = psy_builder_text(b, answer->target->text[k], strlen(answer->target->text[k]), &text)) != PSY_OK)
			return status;
		((psy_span *) psy_builder_at(b, labels))[k] = text;
	}
	return psy_builder_order_features(b);
}

/* Counts, or with data copies, what the text features list. */
static void
lay_texts(psy_pmml *c, psy_pmml_head *head, char *data)
{
	psy_pmml_layout at = psy_pmml_layout_of(head);
	uint32_t texts = 0, bytes = 0;

	for (uint32_t k = 0; k < c->features && psy_pmml_ok(c); k++)
	{
		uint32_t count;
		double *symbol = psy_pmml_texts_of(c, c->feature[k], &count);

		if (data != NULL)
			((psy_pmml_feature *) (data + at.feature))[k] =
				(psy_pmml_feature){.texts = count, .first = texts, .boolean = c->feature[k]->type == PSY_PMML_BOOLEAN};
		for (uint32_t j = 0; j < count && psy_pmml_ok(c); j++)
		{
			const char *text = c->symbol[(uint32_t) symbol[j]];
			uint32_t length = (uint32_t) strlen(text);

			if (data != NULL)
			{
				((psy_pmml_text *) (data + at.text))[texts] = (psy_pmml_text){bytes, length};
				memcpy(data + at.byte + bytes, text, length);
			}
			texts++;
			if (__builtin_add_overflow(bytes, length, &bytes))
				psy_pmml_fail(c, NULL, PSY_LIMIT, "the texts are too long");
		}
	}
	head->texts = texts;
	head->bytes = bytes;
}

static psy_status
build_program(psy_pmml *c, psy_builder *b, const psy_pmml_codes *code, psy_pmml_head *head, psy_span *span)
{
	psy_pmml_layout at;
	psy_status status;
	char *data;

	head->version = c->version;
	head->registers = c->registers;
	head->codes = code->used;
	head->numbers = c->numbers;
	head->words = c->words;
	head->features = c->features;
	lay_texts(c, head, NULL);
	at = psy_pmml_layout_of(head);
	if (!psy_pmml_ok(c) || (status = psy_builder_reserve(b, at.total, 1, span)) != PSY_OK)
		return psy_pmml_ok(c) ? status : c->status;
	data = psy_builder_at(b, *span);
	memcpy(data, head, sizeof *head);
	if (c->numbers > 0)
		memcpy(data + at.number, c->number, c->numbers * sizeof(double));
	memcpy(data + at.code, code->at, code->used * sizeof *code->at);
	if (c->words > 0)
		memcpy(data + at.word, c->word, c->words * sizeof(uint32_t));
	lay_texts(c, head, data);
	return c->status;
}

static psy_status
build(psy_pmml *c, const psy_xml *model, int which, const psy_pmml_answer *answer, const psy_pmml_codes *code, psy_model **image)
{
	psy_builder b;
	psy_pmml_head head = {.model = (uint32_t) which,
						  .value = c->several.values > 0 ? c->several.first : answer->shown,
						  .probability = answer->probability,
						  .verified = c->verified,
						  .method = c->method,
						  .float_sums = c->any_float};
	uint32_t values = c->several.values > 0 ? c->several.values : 1;
	psy_span steps, program = {0, 0};
	psy_status status = psy_builder_begin(&b, c->ctx, c->limits->image, c->err);
	psy_model *m;

	head.has_probability = answer->classifies && answer->has_probability;
	head.has_decision = answer->classifies && answer->has_decision;
	if (status == PSY_OK)
	{
		m = psy_builder_model(&b);
		m->task = answer->classifies ? PSY_CLASSIFICATION : PSY_REGRESSION;
		m->missing = PSY_MISSING_LEARNED;
		m->features = c->features;
		m->classes = answer->classifies ? answer->target->labels : 0;
		m->positive = m->classes == 2 ? 1 : PSY_MODEL_NO_CLASS;
		m->ops = 1;
		status = build_names(c, &b, model, answer);
	}
	if (status == PSY_OK)
		status = psy_builder_reserve(&b, 1, sizeof(psy_op), &steps);
	if (status == PSY_OK)
		status = build_program(c, &b, code, &head, &program);
	if (status == PSY_OK)
	{
		psy_builder_model(&b)->steps = steps;
		*(psy_op *) psy_builder_at(&b, steps) = (psy_op){.code = PSY_OP_PMML,
														 .inputs = c->features,
														 .outputs = answer->classifies ? answer->target->labels + 1 : values,
														 .data = program};
		status = psy_builder_finish(&b, image);
	}
	if (status == PSY_OK)
	{
		psy_pmml_view view = psy_pmml_view_of(psy_builder_at(&b, program));

		psy_pmml_verify(c, model, answer, &view);
		((psy_pmml_head *) psy_builder_at(&b, program))->verified = c->verified;
		status = c->status;
	}
	if (status != PSY_OK)
	{
		psy_builder_abandon(&b);
		*image = NULL;
	}
	return status;
}

static psy_status
compile_document(psy_pmml *c, psy_model **image)
{
	psy_pmml_codes program = {0}, entry = {0};
	psy_pmml_answer answer = {0};
	const psy_xml *model;
	int which = 0;

	if (!psy_xml_is(c->root, "PMML"))
		psy_pmml_fail(c, c->root, PSY_FORMAT, "the document is XML, but not PMML");
	read_version(c);
	model = psy_pmml_ok(c) ? find_model(c, &which) : NULL;
	survey(c);
	read_functions(c);
	if (psy_pmml_ok(c) && c->wanted != NULL && !psy_xml_is(model, "MiningModel"))
		psy_pmml_fail(c, model, PSY_DOMAIN, "the segment \"%.60s\" is asked for, and the model has no segments", c->wanted);
	if (psy_pmml_ok(c))
		psy_pmml_read_dictionary(c);
	if (psy_pmml_ok(c))
		take_features(c, model);
	c->code = &program;
	if (psy_pmml_ok(c))
		answer = psy_pmml_compile_model(c, model, NULL, NULL);
	c->code = &entry;
	decode_features(c);
	psy_pmml_append(c, &program);
	return psy_pmml_ok(c) ? build(c, model, which, &answer, &entry, image) : c->status;
}

psy_status
psy_pmml_compile(const psy_context *ctx, const char *document, size_t bytes, const char *segment, const psy_model_limits *limits, psy_model **image,
				 psy_error *err)
{
	psy_pmml c = {.ctx = ctx, .err = err, .limits = limits, .wanted = segment};
	psy_xml_limits bounds = xml_limits;
	psy_xml *root;
	psy_status status;

	*image = NULL;
	c.arena = (psy_arena){.ctx = ctx, .err = err, .limit = MOST_MEMORY};
	bounds.bytes = limits->json.bytes;
	c.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t) 0);
	if (c.c_locale == (locale_t) 0)
		return psy_fail(err, PSY_NOMEM, "pmml: not enough memory");
	status = psy_xml_parse(&c.arena, document, bytes, &bounds, &root, err);
	if (status == PSY_OK)
	{
		c.root = root;
		c.emit_limit = (uint64_t) bytes + 250000;
		status = compile_document(&c, image);
	}
	psy_arena_free(&c.arena);
	freelocale(c.c_locale);
	return status;
}
