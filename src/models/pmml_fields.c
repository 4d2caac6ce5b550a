/*
 * pmml_fields.c - fields of a PMML document: the DataDictionary, scopes, the treatment of invalid, missing and
 * extreme values by a MiningSchema, and the value of a field wherever one is referred to.
 */
#include "models/pmml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Fields within fields, functions within functions: what recurses on the machine's stack. */
#define MOST_DEPTH 400

/* ---- the dictionary -------------------------------------------------------------------------- */

psy_pmml_data *
psy_pmml_find_data(const psy_pmml *c, const char *name)
{
	uint32_t symbol = psy_pmml_known_symbol(c, name);

	if (symbol == UINT32_MAX || c->data_buckets == 0)
		return NULL;
	for (psy_pmml_data *data = c->data[symbol & (c->data_buckets - 1)]; data != NULL; data = data->next)
		if (data->name == symbol)
			return data;
	return NULL;
}

static bool
has_property(const psy_xml *value, const char *property)
{
	const char *found = psy_xml_get(value, "property");

	return strcmp(found == NULL ? "valid" : found, property) == 0;
}

/* Values of the field that have the property; *count of them. */
static double *
values_of(psy_pmml *c, const psy_xml *field, psy_pmml_type type, const char *property, uint32_t *count)
{
	uint32_t most = 0;
	double *value;

	*count = 0;
	for (const psy_xml *child = psy_xml_child(field, "Value"); child != NULL; child = psy_xml_again(child))
		most += has_property(child, property);
	if (most == 0 || (value = psy_pmml_get(c, most, sizeof *value)) == NULL)
		return NULL;
	for (const psy_xml *child = psy_xml_child(field, "Value"); child != NULL && psy_pmml_ok(c); child = psy_xml_again(child))
		/* NaN is missing anyway. */
		if (has_property(child, property) && !(type <= PSY_PMML_INTEGER && strcmp(property, "missing") == 0 && psy_xml_get(child, "value") != NULL && strcmp(psy_xml_get(child, "value"), "NaN") == 0))
			value[(*count)++] = psy_pmml_literal(c, child, type, psy_pmml_need(c, child, "value"));
	return value;
}

static void
add_data(psy_pmml *c, const psy_xml *element)
{
	static const char *const optypes[] = {"categorical", "ordinal", "continuous", NULL};
	const char *name = psy_pmml_need(c, element, "name");
	uint32_t symbol = psy_pmml_symbol(c, name);
	psy_pmml_data *data, **bucket;
	int optype = psy_pmml_choice(c, element, "optype", optypes, 0);

	if (psy_pmml_ok(c) && psy_pmml_find_data(c, name) != NULL)
		psy_pmml_fail(c, element, PSY_FORMAT, "the field \"%.60s\" stands twice", name);
	if ((data = psy_pmml_get(c, 1, sizeof *data)) == NULL)
		return;
	bucket = &c->data[symbol & (c->data_buckets - 1)];
	*data = (psy_pmml_data){.name = symbol, .element = element, .feature = -1, .ordinal = optype == 1, .continuous = optype == 2, .next = *bucket};
	data->type = psy_pmml_type_of(psy_xml_get(element, "dataType"), &data->refused);
	if (data->refused == NULL)
		data->valid = values_of(c, element, data->type, "valid", &data->valids);
	*bucket = data;
}

void
psy_pmml_read_dictionary(psy_pmml *c)
{
	const psy_xml *dictionary = psy_xml_child(c->root, "DataDictionary");
	uint32_t fields = 0;

	if (dictionary == NULL)
	{
		psy_pmml_fail(c, c->root, PSY_FORMAT, "there is no DataDictionary");
		return;
	}
	for (const psy_xml *child = dictionary->first; child != NULL; child = child->next)
		fields++;
	for (c->data_buckets = 16; c->data_buckets < fields;)
		c->data_buckets *= 2;
	c->data = psy_pmml_get(c, c->data_buckets, sizeof *c->data);
	for (const psy_xml *child = psy_xml_child(dictionary, "DataField"); child != NULL && psy_pmml_ok(c); child = psy_xml_again(child))
		add_data(c, child);
}

/* ---- scopes ---------------------------------------------------------------------------------- */

psy_pmml_scope *
psy_pmml_new_scope(psy_pmml *c, psy_pmml_scope *parent, uint32_t fields)
{
	psy_pmml_scope *scope = psy_pmml_get(c, 1, sizeof *scope);

	if (scope == NULL)
		return NULL;
	scope->parent = parent;
	for (scope->buckets = 4; scope->buckets < fields;)
		scope->buckets *= 2;
	scope->bucket = psy_pmml_get(c, scope->buckets, sizeof *scope->bucket);
	return scope->bucket == NULL ? NULL : scope;
}

static psy_pmml_field *
find_here(const psy_pmml_scope *scope, uint32_t name)
{
	for (psy_pmml_field *field = scope->bucket[name & (scope->buckets - 1)]; field != NULL; field = field->next)
		if (field->name == name)
			return field;
	return NULL;
}

psy_pmml_field *
psy_pmml_add_field(psy_pmml *c, psy_pmml_scope *scope, const char *name, psy_pmml_field_kind kind, const psy_xml *element)
{
	uint32_t symbol = psy_pmml_symbol(c, name);
	psy_pmml_field *field = psy_pmml_get(c, 1, sizeof *field), **bucket;

	if (field == NULL)
		return NULL;
	if (find_here(scope, symbol) != NULL)
	{
		psy_pmml_fail(c, element, PSY_FORMAT, "the field \"%.60s\" stands twice", name);
		return NULL;
	}
	bucket = &scope->bucket[symbol & (scope->buckets - 1)];
	*field = (psy_pmml_field){.name = symbol, .kind = kind, .element = element, .scope = scope, .next = *bucket};
	*bucket = field;
	return field;
}

void
psy_pmml_add_derived(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *transformations)
{
	if (transformations == NULL)
		return;
	for (const psy_xml *child = psy_xml_child(transformations, "DerivedField"); child != NULL && psy_pmml_ok(c); child = psy_xml_again(child))
		psy_pmml_add_field(c, scope, psy_pmml_need(c, child, "name"), PSY_PMML_DERIVED_FIELD, child);
}

void
psy_pmml_add_result(psy_pmml *c, psy_pmml_scope *scope, const char *name, psy_pmml_value value)
{
	uint32_t symbol = psy_pmml_symbol(c, name);
	psy_pmml_field *field;

	if (!psy_pmml_ok(c))
		return;
	field = find_here(scope, symbol);
	if (field == NULL)
		field = psy_pmml_add_field(c, scope, name, PSY_PMML_RESULT_FIELD, NULL);
	if (field == NULL)
		return;
	/* A later segment's output, or a mining field that stands for a segment's output. */
	field->kind = PSY_PMML_RESULT_FIELD;
	field->state = PSY_PMML_READY;
	field->value = value;
}

/* ---- treatments ------------------------------------------------------------------------------ */

static const char *const invalid_treatments[] = {"returnInvalid", "asIs", "asMissing", "asValue", NULL};
static const char *const missing_treatments[] = {"asIs", "asMean", "asMode", "asMedian", "asValue", "returnInvalid", NULL};
static const char *const outlier_treatments[] = {"asIs", "asMissingValues", "asExtremeValues", NULL};

enum
{
	RETURN_INVALID,
	AS_IS,
	AS_MISSING,
	AS_VALUE
};

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;

	return (x > y) - (x < y);
}

/* A test whether reg is among value[count]; its true side is open. */
static uint32_t
test_among(psy_pmml *c, uint32_t reg, const double *value, uint32_t count)
{
	double *sorted = psy_pmml_get(c, count, sizeof *sorted);

	if (sorted == NULL)
		return 0;
	memcpy(sorted, value, count * sizeof *sorted);
	qsort(sorted, count, sizeof *sorted, ascending);
	return psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_IN, .to = 1, .a = reg, .n = 1, .u.at = {psy_pmml_numbers(c, sorted, count), count}});
}

static uint32_t
test_within(psy_pmml *c, uint32_t reg, const psy_xml *interval)
{
	static const char *const closures[] = {"openOpen", "closedOpen", "openClosed", "closedClosed", NULL};
	double bound[2] = {psy_pmml_number_or(c, interval, "leftMargin", -INFINITY), psy_pmml_number_or(c, interval, "rightMargin", INFINITY)};
	int closure = psy_pmml_choice(c, interval, "closure", closures, -1);

	return psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_WITHIN,
										   .how = (uint16_t) closure,
										   .to = 1,
										   .a = reg,
										   .n = 1,
										   .u.at = {psy_pmml_numbers(c, bound, 2), 0}});
}

/* What the field calls missing becomes NaN. */
static void
treat_named_missing(psy_pmml *c, const psy_pmml_data *data, uint32_t reg)
{
	uint32_t count, found, done;
	double *value = values_of(c, data->element, data->type, "missing", &count);

	if (count == 0 || !psy_pmml_ok(c))
		return;
	found = test_among(c, reg, value, count);
	done = psy_pmml_jump(c);
	psy_pmml_land(c, found);
	psy_pmml_const(c, reg, NAN);
	psy_pmml_land(c, done);
}

static void
spoil(psy_pmml *c, const psy_xml *mining, const psy_pmml_data *data, uint32_t reg)
{
	int how = psy_pmml_choice(c, mining, "invalidValueTreatment", invalid_treatments, RETURN_INVALID);
	const char *replacement = psy_xml_get(mining, "invalidValueReplacement");

	if (how == AS_MISSING)
		psy_pmml_const(c, reg, NAN);
	else if (how != RETURN_INVALID && replacement != NULL)
		psy_pmml_const(c, reg, psy_pmml_literal(c, mining, data->type, replacement));
	else if (how == AS_VALUE)
		psy_pmml_fail(c, mining, PSY_FORMAT, "invalidValueTreatment=\"asValue\" without an invalidValueReplacement");
	else if (how == RETURN_INVALID && data->feature >= 0)
		psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_FAIL, .how = PSY_PMML_IS_INVALID, .a = (uint32_t) data->feature});
}

/* Valid: among the valid values, or within an interval; or, when the field lists neither, not among the invalid ones. */
static void
treat_invalid(psy_pmml *c, const psy_xml *mining, const psy_pmml_data *data, uint32_t reg)
{
	uint32_t invalids, passed = 0, *pass, tests = 1, bad = 0;
	double *invalid = values_of(c, data->element, data->type, "invalid", &invalids);
	const psy_xml *interval = psy_xml_child(data->element, "Interval");

	for (const psy_xml *each = interval; each != NULL; each = psy_xml_again(each))
		tests++;
	if ((data->valids == 0 && interval == NULL && invalids == 0 && data->type != PSY_PMML_BOOLEAN) ||
		(pass = psy_pmml_get(c, tests + 2, sizeof *pass)) == NULL)
		return;
	pass[passed++] = psy_pmml_test(c, reg, PSY_PMML_MISSING, 0);
	if (invalids > 0)
		bad = test_among(c, reg, invalid, invalids);
	if (data->valids > 0)
		pass[passed++] = test_among(c, reg, data->valid, data->valids);
	else if (data->type == PSY_PMML_BOOLEAN)
		pass[passed++] = test_among(c, reg, (const double[]){0, 1}, 2);
	for (const psy_xml *each = interval; each != NULL && psy_pmml_ok(c); each = psy_xml_again(each))
		pass[passed++] = test_within(c, reg, each);
	if (passed == 1)
		pass[passed++] = psy_pmml_jump(c);
	if (invalids > 0)
		psy_pmml_land(c, bad);
	spoil(c, mining, data, reg);
	for (uint32_t k = 0; k < passed; k++)
		psy_pmml_land(c, pass[k]);
}

static void
treat_missing(psy_pmml *c, const psy_xml *mining, psy_pmml_type type, int64_t feature, uint32_t reg)
{
	const char *replacement = psy_xml_get(mining, "missingValueReplacement");
	int how = psy_pmml_choice(c, mining, "missingValueTreatment", missing_treatments, 0);

	if (how == 5 && feature >= 0)
	{
		uint32_t present = psy_pmml_test(c, reg, PSY_PMML_PRESENT, 0);

		psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_FAIL, .how = PSY_PMML_IS_MISSING, .a = (uint32_t) feature});
		psy_pmml_land(c, present);
	}
	else if (how != 5 && replacement != NULL)
		psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_DEFAULT, .to = reg, .a = reg, .u.k = psy_pmml_literal(c, mining, type, replacement)});
}

static void
treat_outliers(psy_pmml *c, const psy_xml *mining, uint32_t reg)
{
	int how = psy_pmml_choice(c, mining, "outliers", outlier_treatments, 0);
	const char *names[2] = {"lowValue", "highValue"};

	if (how == 0)
		return;
	for (int side = 0; side < 2; side++)
	{
		double bound;
		uint32_t beyond, done;

		if (psy_xml_get(mining, names[side]) == NULL)
			continue;
		bound = psy_pmml_need_number(c, mining, names[side]);
		beyond = psy_pmml_test(c, reg, side == 0 ? PSY_PMML_LT : PSY_PMML_GT, bound);
		done = psy_pmml_jump(c);
		psy_pmml_land(c, beyond);
		psy_pmml_const(c, reg, how == 1 ? NAN : bound);
		psy_pmml_land(c, done);
	}
}

/* PMML, Mining Schema, and JPMML: outliers are treated among valid values, before what is missing is replaced. */
psy_pmml_value
psy_pmml_treat(psy_pmml *c, const psy_xml *mining, const psy_pmml_data *data, psy_pmml_value in, bool nested)
{
	static const char *const special[] = {"missingValueReplacement", "invalidValueReplacement", "outliers", "missingValueTreatment"};
	psy_pmml_value out = in;
	bool plain = true;
	int invalid = psy_pmml_choice(c, mining, "invalidValueTreatment", invalid_treatments, RETURN_INVALID);

	for (size_t k = 0; k < sizeof special / sizeof special[0]; k++)
		plain &= psy_xml_get(mining, special[k]) == NULL;
	/* An inner schema that says nothing new takes the value as the outer one left it. */
	if (nested && plain && invalid != AS_MISSING)
		return in;
	out.reg = psy_pmml_registers(c, 1);
	psy_pmml_copy(c, out.reg, in.reg, 1);
	if (data != NULL)
	{
		treat_named_missing(c, data, out.reg);
		treat_invalid(c, mining, data, out.reg);
	}
	if (in.type != PSY_PMML_STRING)
		treat_outliers(c, mining, out.reg);
	treat_missing(c, mining, in.type, data == NULL ? -1 : data->feature, out.reg);
	/* A replacement adds to the possible texts. */
	if (in.type == PSY_PMML_STRING && !plain)
		out.possible = NULL, out.count = 0;
	return out;
}

/* ---- the value of a field -------------------------------------------------------------------- */

static psy_pmml_value
data_value(psy_pmml *c, const psy_xml *at, const psy_pmml_data *data)
{
	psy_pmml_value value = {data->reg, data->type, data->type == PSY_PMML_STRING ? data->valid : NULL, data->valids};

	if (data->refused != NULL)
		psy_pmml_fail(c, at, PSY_UNSUPPORTED, "the field \"%.60s\" has the dataType %.40s, which is not supported", c->symbol[data->name], data->refused);
	else if (data->feature < 0)
		psy_pmml_fail(c, at, PSY_FORMAT, "the field \"%.60s\" is not an active field of the model's MiningSchema", c->symbol[data->name]);
	if (data->type == PSY_PMML_FLOAT && psy_pmml_ok(c))
	{
		value.reg = psy_pmml_registers(c, 1);
		psy_pmml_apply(c, value.reg, ".float", data->reg, 1);
	}
	return value;
}

static psy_pmml_value
mining_value(psy_pmml *c, psy_pmml_field *field)
{
	const char *name = c->symbol[field->name];
	const psy_pmml_data *data = psy_pmml_find_data(c, name);
	bool nested = field->scope->parent != NULL;
	psy_pmml_value in;

	if (nested)
		in = psy_pmml_field_value(c, field->scope->parent, field->element, name);
	else if (data == NULL)
	{
		psy_pmml_fail(c, field->element, PSY_FORMAT, "the field \"%.60s\" is not in the DataDictionary", name);
		return (psy_pmml_value){0};
	}
	else
		in = data_value(c, field->element, data);
	return psy_pmml_ok(c) ? psy_pmml_treat(c, field->element, data != NULL && data->type == in.type && data->feature >= 0 ? data : NULL, in, nested) : in;
}

static psy_pmml_value
derived_value(psy_pmml *c, psy_pmml_field *field)
{
	static const char *const optypes[] = {"categorical", "ordinal", "continuous", NULL};
	const char *refused;
	psy_pmml_type type = psy_pmml_type_of(psy_pmml_need(c, field->element, "dataType"), &refused);
	const psy_xml *expression = psy_pmml_expression_in(c, field->element);

	(void) psy_pmml_choice(c, field->element, "optype", optypes, 0);
	if (refused != NULL)
		psy_pmml_fail(c, field->element, PSY_UNSUPPORTED, "dataType=\"%.40s\" is not supported", refused);
	if (!psy_pmml_ok(c))
		return (psy_pmml_value){0};
	return psy_pmml_cast(c, field->element, psy_pmml_expression(c, field->scope, expression), type);
}

/* Compiles the field into a piece of code of its own, which then joins its scope's prologue behind what it needs. */
static void
make_ready(psy_pmml *c, psy_pmml_field *field, const psy_xml *at)
{
	psy_pmml_codes piece = {0}, *code = c->code;
	psy_pmml_scope *making = c->making;

	if (field->state == PSY_PMML_BUSY)
		psy_pmml_fail(c, at, PSY_FORMAT, "the field \"%.60s\" is defined by itself", c->symbol[field->name]);
	if (++c->depth > MOST_DEPTH)
		psy_pmml_fail(c, at, PSY_LIMIT, "fields refer to each other more than %d deep", MOST_DEPTH);
	if (psy_pmml_ok(c))
	{
		field->state = PSY_PMML_BUSY;
		c->code = &piece;
		c->making = field->scope;
		field->value = field->kind == PSY_PMML_MINING_FIELD ? mining_value(c, field) : derived_value(c, field);
		c->code = &field->scope->prologue;
		psy_pmml_append(c, &piece);
		c->code = code;
		c->making = making;
		field->state = PSY_PMML_READY;
	}
	c->depth--;
}

psy_pmml_value
psy_pmml_field_value(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *at, const char *name)
{
	uint32_t symbol = psy_pmml_known_symbol(c, name);
	psy_pmml_field *field = NULL;

	for (psy_pmml_scope *from = scope; from != NULL && symbol != UINT32_MAX && field == NULL; from = from->parent)
		field = find_here(from, symbol);
	if (!psy_pmml_ok(c))
		return (psy_pmml_value){0};
	if (field == NULL)
		psy_pmml_fail(c, at, PSY_FORMAT, "there is no field \"%.60s\" here%s", name,
					  psy_pmml_find_data(c, name) == NULL ? "" : ": it is not in the model's MiningSchema");
	else if (field->kind == PSY_PMML_ABSENT_FIELD)
		psy_pmml_fail(c, at, PSY_UNSUPPORTED, "the field \"%.60s\" %s", name, field->why);
	else if (field->kind == PSY_PMML_RESULT_FIELD && field->scope == c->making)
		psy_pmml_fail(c, at, PSY_UNSUPPORTED, "the field \"%.60s\" is used before its segment gives it", name);
	else if (field->state != PSY_PMML_READY)
		make_ready(c, field, at);
	return psy_pmml_ok(c) ? field->value : (psy_pmml_value){0};
}

uint32_t
psy_pmml_numeric(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *at, const char *name)
{
	psy_pmml_value value = psy_pmml_field_value(c, scope, at, name);

	if (psy_pmml_ok(c) && value.type == PSY_PMML_STRING)
		return psy_pmml_cast(c, at, value, PSY_PMML_DOUBLE).reg;
	return value.reg;
}
