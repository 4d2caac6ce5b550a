/*
 * pmml_expression.c - the transformations of PMML: FieldRef, Constant, NormContinuous, NormDiscrete, and Apply with
 * built-in and defined functions; pmml_tables.c has Discretize and MapValues.
 *
 * Every register is written once in a run, and begins as missing: a branch that is not taken leaves its result
 * missing.
 */
#include "models/pmml.h"

#include <math.h>
#include <string.h>

static const char *const expressions[] = {"FieldRef", "Constant", "NormContinuous", "NormDiscrete", "Discretize", "MapValues", "Apply",
										  "TextIndex", "Aggregate", "Lag", NULL};

/* Functions within functions. */
#define MOST_DEPTH 200

const psy_xml *
psy_pmml_expression_in(psy_pmml *c, const psy_xml *element)
{
	for (const psy_xml *child = element->first; child != NULL; child = child->next)
		for (int k = 0; expressions[k] != NULL; k++)
			if (psy_xml_is(child, expressions[k]))
				return child;
	psy_pmml_fail(c, element, PSY_FORMAT, "there is no expression in it");
	return NULL;
}

psy_pmml_value
psy_pmml_fresh(psy_pmml *c, psy_pmml_type type)
{
	return (psy_pmml_value){.reg = psy_pmml_registers(c, 1), .type = type};
}

/* A missing source's stand-in. */
void
psy_pmml_map_missing(psy_pmml *c, const psy_xml *at, const char *text, psy_pmml_value *value)
{
	uint32_t to;

	if (text == NULL || !psy_pmml_ok(c))
		return;
	to = psy_pmml_registers(c, 1);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_DEFAULT, .to = to, .a = value->reg, .u.k = psy_pmml_literal(c, at, value->type, text)});
	value->reg = to;
	value->possible = NULL;
	value->count = 0;
}

/* ---- types ----------------------------------------------------------------------------------- */

/* A text's number, by trying its possible texts in turn; any other text is missing. */
static psy_pmml_value
read_text(psy_pmml *c, const psy_xml *at, psy_pmml_value value, psy_pmml_type type)
{
	psy_pmml_value to = psy_pmml_fresh(c, type);

	if (psy_pmml_ok(c) && value.possible == NULL)
		psy_pmml_fail(c, at, PSY_UNSUPPORTED, "a text is used as a number, and its possible values are not known");
	for (uint32_t k = 0; k < value.count && psy_pmml_ok(c); k++)
	{
		double number = 0;
		uint32_t next;

		if (type == PSY_PMML_BOOLEAN)
			number = psy_pmml_literal(c, at, type, c->symbol[(uint32_t) value.possible[k]]);
		else if (!psy_pmml_is_number(c, c->symbol[(uint32_t) value.possible[k]], &number))
			continue;
		next = psy_pmml_test(c, value.reg, PSY_PMML_NE, value.possible[k]);
		psy_pmml_const(c, to.reg, type == PSY_PMML_FLOAT ? (double) (float) number : number);
		psy_pmml_land(c, next);
		psy_pmml_land_unknown(c, next);
	}
	return to;
}

/* Truth values have two spellings; other numbers have too many to be told. */
static psy_pmml_value
write_text(psy_pmml *c, const psy_xml *at, psy_pmml_value value)
{
	psy_pmml_value to = psy_pmml_fresh(c, PSY_PMML_STRING);
	double *spelling = psy_pmml_get(c, 2, sizeof *spelling);

	if (value.type != PSY_PMML_BOOLEAN)
		psy_pmml_fail(c, at, PSY_UNSUPPORTED, "a number that is turned into a text is not supported");
	if (!psy_pmml_ok(c))
		return to;
	spelling[0] = psy_pmml_literal(c, at, PSY_PMML_STRING, "false");
	spelling[1] = psy_pmml_literal(c, at, PSY_PMML_STRING, "true");
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_LOOKUP, .to = to.reg, .a = value.reg, .u.at = {psy_pmml_numbers(c, spelling, 2), 2}});
	to.possible = spelling;
	to.count = 2;
	return to;
}

psy_pmml_value
psy_pmml_cast(psy_pmml *c, const psy_xml *at, psy_pmml_value value, psy_pmml_type type)
{
	psy_pmml_value to = value;

	if (!psy_pmml_ok(c) || value.type == type)
		return value;
	if (value.type == PSY_PMML_STRING)
		return read_text(c, at, value, type);
	if (type == PSY_PMML_STRING)
		return write_text(c, at, value);
	to.type = type;
	if (type == PSY_PMML_FLOAT || (type == PSY_PMML_INTEGER && value.type != PSY_PMML_BOOLEAN))
	{
		to.reg = psy_pmml_registers(c, 1);
		psy_pmml_apply(c, to.reg, type == PSY_PMML_FLOAT ? ".float" : ".whole", value.reg, 1);
	}
	return to;
}

/* ---- constants and references ---------------------------------------------------------------- */

/* wanted: the type that its neighbours suggest, when the document names none. */
static psy_pmml_value
constant(psy_pmml *c, const psy_xml *element, int wanted)
{
	const char *name = psy_xml_get(element, "dataType"), *missing = psy_xml_get(element, "missing"), *refused = NULL;
	psy_pmml_value value = {0};
	double *symbol;
	double number;

	if (name != NULL)
		value.type = psy_pmml_type_of(name, &refused);
	else if (wanted >= 0)
		value.type = (psy_pmml_type) wanted;
	else if (!psy_pmml_is_number(c, element->text, &number))
		value.type = PSY_PMML_STRING;
	else
		value.type = strpbrk(element->text, ".eE") == NULL ? PSY_PMML_INTEGER : PSY_PMML_DOUBLE;
	if (refused != NULL)
		psy_pmml_fail(c, element, PSY_UNSUPPORTED, "dataType=\"%.40s\" is not supported", refused);
	value.reg = psy_pmml_registers(c, 1);
	if (missing != NULL && (strcmp(missing, "true") == 0 || strcmp(missing, "1") == 0))
		return value;
	if ((symbol = psy_pmml_get(c, 1, sizeof *symbol)) == NULL)
		return value;
	*symbol = psy_pmml_literal(c, element, value.type, element->text);
	psy_pmml_const(c, value.reg, *symbol);
	if (value.type == PSY_PMML_STRING)
		value.possible = symbol, value.count = 1;
	return value;
}

static psy_pmml_value
field_ref(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *element)
{
	psy_pmml_value value = psy_pmml_field_value(c, scope, element, psy_pmml_need(c, element, "field"));

	psy_pmml_map_missing(c, element, psy_xml_get(element, "mapMissingTo"), &value);
	return value;
}

/* ---- norms ----------------------------------------------------------------------------------- */

static psy_pmml_value
norm_continuous(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *element)
{
	static const char *const outliers[] = {"asIs", "asMissingValues", "asExtremeValues", NULL};
	uint32_t points = 0, from = psy_pmml_numeric(c, scope, element, psy_pmml_need(c, element, "field"));
	psy_pmml_value to = psy_pmml_fresh(c, PSY_PMML_DOUBLE);
	int how = psy_pmml_choice(c, element, "outliers", outliers, 0);
	double *point;

	for (const psy_xml *norm = psy_xml_child(element, "LinearNorm"); norm != NULL; norm = psy_xml_again(norm))
		points++;
	if (points < 2)
		psy_pmml_fail(c, element, PSY_FORMAT, "%u LinearNorm, at least 2 expected", points);
	if ((point = psy_pmml_get(c, 2 * (size_t) points, sizeof *point)) == NULL)
		return to;
	points = 0;
	for (const psy_xml *norm = psy_xml_child(element, "LinearNorm"); norm != NULL && psy_pmml_ok(c); norm = psy_xml_again(norm), points++)
	{
		point[2 * points] = psy_pmml_need_number(c, norm, "orig");
		point[2 * points + 1] = psy_pmml_need_number(c, norm, "norm");
		if (points > 0 && !(point[2 * points] > point[2 * points - 2]))
			psy_pmml_fail(c, norm, PSY_FORMAT, "orig does not ascend");
	}
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_NORM,
									.how = (uint16_t) how,
									.to = to.reg,
									.a = from,
									.n = points,
									.u.at = {psy_pmml_numbers(c, point, 2 * points), 0}});
	psy_pmml_map_missing(c, element, psy_xml_get(element, "mapMissingTo"), &to);
	return to;
}

/* 1 where the field has the value, 0 where it has another one. */
static psy_pmml_value
norm_discrete(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *element)
{
	psy_pmml_value from = psy_pmml_field_value(c, scope, element, psy_pmml_need(c, element, "field"));
	psy_pmml_value to = psy_pmml_fresh(c, PSY_PMML_DOUBLE);
	double value = psy_pmml_ok(c) ? psy_pmml_literal(c, element, from.type, psy_pmml_need(c, element, "value")) : 0;
	uint32_t is = psy_pmml_test(c, from.reg, PSY_PMML_EQ, value), done;
	const char *method = psy_xml_get(element, "method");

	if (method != NULL && strcmp(method, "indicator") != 0)
		psy_pmml_fail(c, element, PSY_UNSUPPORTED, "method=\"%.40s\" is not supported", method);
	psy_pmml_const(c, to.reg, 0);
	done = psy_pmml_jump(c);
	psy_pmml_land(c, is);
	psy_pmml_const(c, to.reg, 1);
	psy_pmml_land(c, done);
	psy_pmml_land_unknown(c, is);
	psy_pmml_map_missing(c, element, psy_xml_get(element, "mapMissingTo"), &to);
	return to;
}

/* ---- functions ------------------------------------------------------------------------------- */

static const psy_xml *
defined_function(const psy_pmml *c, const char *name)
{
	uint32_t symbol = psy_pmml_known_symbol(c, name);

	return symbol < c->functions ? c->function[symbol] : NULL;
}

/* The function's body with its parameters bound, in place. */
static psy_pmml_value
call_defined(psy_pmml *c, const psy_xml *at, const psy_xml *function, const psy_pmml_value *argument, uint32_t count)
{
	psy_pmml_scope *scope = psy_pmml_new_scope(c, NULL, count);
	const psy_xml *body = psy_pmml_expression_in(c, function);
	const char *name = psy_xml_get(function, "dataType"), *refused = NULL;
	psy_pmml_value value = {0};
	uint32_t k = 0;

	if (psy_pmml_children(function, "ParameterField") != count)
		psy_pmml_fail(c, at, PSY_FORMAT, "%u arguments, the function \"%.60s\" takes %u", count, psy_pmml_need(c, function, "name"),
					  psy_pmml_children(function, "ParameterField"));
	for (const psy_xml *field = psy_xml_child(function, "ParameterField"); field != NULL && psy_pmml_ok(c); field = psy_xml_again(field), k++)
	{
		const char *type = psy_xml_get(field, "dataType"), *unknown = NULL;
		psy_pmml_type wanted = type == NULL ? argument[k].type : psy_pmml_type_of(type, &unknown);

		psy_pmml_add_result(c, scope, psy_pmml_need(c, field, "name"), unknown != NULL ? argument[k] : psy_pmml_cast(c, field, argument[k], wanted));
	}
	if (++c->depth > MOST_DEPTH)
		psy_pmml_fail(c, at, PSY_LIMIT, "functions call each other more than %d deep", MOST_DEPTH);
	if (psy_pmml_ok(c))
		value = psy_pmml_expression(c, scope, body);
	c->depth--;
	if (name != NULL && psy_pmml_ok(c))
	{
		psy_pmml_type type = psy_pmml_type_of(name, &refused);

		if (refused == NULL)
			value = psy_pmml_cast(c, at, value, type);
	}
	return value;
}

/* Integers stay integers in what cannot leave them; float32 prevails over double only among its like. */
static psy_pmml_type
common_type(psy_pmml *c, const psy_xml *at, const psy_pmml_value *argument, uint32_t count)
{
	psy_pmml_type common = count == 0 ? PSY_PMML_DOUBLE : argument[0].type;

	for (uint32_t k = 1; k < count; k++)
	{
		psy_pmml_type type = argument[k].type;

		if (type == common)
			continue;
		if ((type == PSY_PMML_STRING) != (common == PSY_PMML_STRING))
			psy_pmml_fail(c, at, PSY_FORMAT, "texts and numbers are mixed");
		if (type == PSY_PMML_DOUBLE || common == PSY_PMML_DOUBLE)
			common = PSY_PMML_DOUBLE;
		else
			common = type == PSY_PMML_FLOAT || common == PSY_PMML_FLOAT ? PSY_PMML_FLOAT : PSY_PMML_INTEGER;
	}
	return common;
}

/* Built-in functions whose result is whole when their arguments are, and those whose result always is. */
static bool
keeps_integers(const char *name)
{
	static const char *const keep[] = {"+", "-", "*", "/", "min", "max", "sum", "product", "modulo", "pow", "threshold", NULL};

	for (int k = 0; keep[k] != NULL; k++)
		if (strcmp(keep[k], name) == 0)
			return true;
	return false;
}

static bool
gives_integers(const char *name)
{
	return strcmp(name, "floor") == 0 || strcmp(name, "ceil") == 0 || strcmp(name, "round") == 0;
}

/* The same function as float32 or whole numbers have it. */
static const char *
variant(const char *name, psy_pmml_type type)
{
	static const char *const of_float[][2] = {{"+", ".float+"}, {"-", ".float-"}, {"*", ".float*"}, {"/", ".float/"}};

	if (type == PSY_PMML_INTEGER && strcmp(name, "/") == 0)
		return ".whole/";
	for (size_t k = 0; k < 4 && type == PSY_PMML_FLOAT; k++)
		if (strcmp(name, of_float[k][0]) == 0)
			return of_float[k][1];
	return name;
}

static bool
compares_texts(const char *name)
{
	static const char *const may[] = {"equal", "notEqual", "isIn", "isNotIn", "isMissing", "isNotMissing", NULL};

	for (int k = 0; may[k] != NULL; k++)
		if (strcmp(may[k], name) == 0)
			return true;
	return false;
}

static psy_pmml_value
call_builtin(psy_pmml *c, const psy_xml *at, const char *name, const psy_pmml_value *argument, uint32_t count)
{
	int number = name[0] == '.' ? -1 : psy_pmml_function_named(name);
	const psy_pmml_function *f = number < 0 ? NULL : psy_pmml_function_at((uint32_t) number);
	psy_pmml_type type = common_type(c, at, argument, count);
	uint32_t first = psy_pmml_registers(c, count);
	psy_pmml_value to;

	if (f == NULL)
		psy_pmml_fail(c, at, PSY_UNSUPPORTED, "the function \"%.60s\" is not supported", name);
	else if (count < f->least || count > f->most)
		psy_pmml_fail(c, at, PSY_FORMAT, "the function %s with %u arguments", name, count);
	else if (type == PSY_PMML_STRING && !compares_texts(name))
		psy_pmml_fail(c, at, PSY_FORMAT, "the function %s of a text", name);
	if (!psy_pmml_ok(c))
		return (psy_pmml_value){0};
	for (uint32_t k = 0; k < count; k++)
		psy_pmml_copy(c, first + k, argument[k].reg, 1);
	to = psy_pmml_fresh(c, f->gives == PSY_PMML_GIVES_TRUTH																				   ? PSY_PMML_BOOLEAN
				  : gives_integers(name) || ((type == PSY_PMML_INTEGER || type == PSY_PMML_BOOLEAN) && keeps_integers(name)) ? PSY_PMML_INTEGER
				  : type == PSY_PMML_FLOAT																						   ? PSY_PMML_FLOAT
																																   : PSY_PMML_DOUBLE);
	psy_pmml_apply(c, to.reg, variant(name, type), first, count);
	if (to.type == PSY_PMML_FLOAT)
	{
		uint32_t rounded = psy_pmml_registers(c, 1);

		psy_pmml_apply(c, rounded, ".float", to.reg, 1);
		to.reg = rounded;
	}
	return to;
}

/* Valid: among a text's known values; a number that the schema let pass. */
static psy_pmml_value
call_validity(psy_pmml *c, bool negated, psy_pmml_value argument)
{
	psy_pmml_value to = psy_pmml_fresh(c, PSY_PMML_BOOLEAN);
	uint32_t missing = psy_pmml_test(c, argument.reg, PSY_PMML_MISSING, 0);
	uint32_t other = psy_pmml_test(c, argument.reg, PSY_PMML_EQ, argument.type == PSY_PMML_STRING ? PSY_PMML_OTHER : INFINITY), done;

	psy_pmml_const(c, to.reg, !negated);
	done = psy_pmml_jump(c);
	psy_pmml_land(c, missing);
	psy_pmml_const(c, to.reg, 0);
	psy_pmml_land(c, other);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_DEFAULT, .to = to.reg, .a = to.reg, .u.k = negated});
	psy_pmml_land(c, done);
	return to;
}

/* Arguments from element `first` on; constants without a type follow the others. */
static psy_pmml_value *
arguments(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *apply, uint32_t *count)
{
	uint32_t most = 0, k = 0;
	psy_pmml_value *value;
	int wanted = -1;

	for (const psy_xml *child = apply->first; child != NULL; child = child->next)
		most++;
	*count = 0;
	if ((value = psy_pmml_get(c, most, sizeof *value)) == NULL)
		return NULL;
	for (const psy_xml *child = apply->first; child != NULL && psy_pmml_ok(c); child = child->next, k++)
		if (!psy_xml_is(child, "Constant"))
		{
			value[k] = psy_pmml_expression(c, scope, child);
			wanted = value[k].type == PSY_PMML_STRING ? PSY_PMML_STRING : value[k].type == PSY_PMML_BOOLEAN && wanted < 0 ? PSY_PMML_BOOLEAN : wanted;
		}
	k = 0;
	for (const psy_xml *child = apply->first; child != NULL && psy_pmml_ok(c); child = child->next, k++)
		if (psy_xml_is(child, "Constant"))
		{
			double number;
			bool numeric = psy_pmml_is_number(c, child->text, &number);

			value[k] = constant(c, child, wanted == PSY_PMML_BOOLEAN && numeric ? -1 : wanted);
		}
	*count = k;
	return value;
}

/* if(condition, then, else): only the branch that is taken runs. */
static psy_pmml_value
call_if(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *apply)
{
	const psy_xml *condition = apply->first, *then = condition == NULL ? NULL : condition->next, *otherwise = then == NULL ? NULL : then->next;
	psy_pmml_value test = {0}, side[2] = {{0}, {0}}, to = {0};
	uint32_t jump, done;

	if (then == NULL || (otherwise != NULL && otherwise->next != NULL))
		psy_pmml_fail(c, apply, PSY_FORMAT, "the function if takes two or three arguments");
	if (psy_pmml_ok(c))
		test = psy_pmml_expression(c, scope, condition);
	to.reg = psy_pmml_registers(c, 1);
	jump = psy_pmml_test(c, test.reg, PSY_PMML_EQ, 0);
	/* False jumps to `otherwise`, true goes on. */
	if (psy_pmml_ok(c))
		side[0] = psy_pmml_expression(c, scope, then);
	psy_pmml_copy(c, to.reg, side[0].reg, 1);
	done = psy_pmml_jump(c);
	psy_pmml_land(c, jump);
	if (otherwise != NULL && psy_pmml_ok(c))
	{
		side[1] = psy_pmml_expression(c, scope, otherwise);
		psy_pmml_copy(c, to.reg, side[1].reg, 1);
	}
	psy_pmml_land(c, done);
	psy_pmml_land_unknown(c, jump);
	to.type = common_type(c, apply, side, otherwise == NULL ? 1 : 2);
	if (to.type == PSY_PMML_STRING && psy_pmml_ok(c) && side[0].possible != NULL && (otherwise == NULL || side[1].possible != NULL))
	{
		double *possible = psy_pmml_get(c, side[0].count + side[1].count, sizeof *possible);

		if (possible == NULL)
			return to;
		memcpy(possible, side[0].possible, side[0].count * sizeof *possible);
		if (side[1].count > 0)
			memcpy(possible + side[0].count, side[1].possible, side[1].count * sizeof *possible);
		to.possible = possible;
		to.count = side[0].count + side[1].count;
	}
	return to;
}

static psy_pmml_value
call_function(psy_pmml *c, const psy_xml *apply, const char *name, const psy_pmml_value *argument, uint32_t count)
{
	const psy_xml *function;

	if ((strcmp(name, "isValid") == 0 || strcmp(name, "isNotValid") == 0) && count == 1)
		return call_validity(c, name[2] == 'N', argument[0]);
	if (psy_pmml_is_text_function(name))
		return psy_pmml_text_function(c, apply, name, argument, count);
	if ((function = defined_function(c, name)) != NULL)
		return call_defined(c, apply, function, argument, count);
	return call_builtin(c, apply, name, argument, count);
}

/* A test whether any argument is missing; its true side is open. */
static uint32_t
test_any_missing(psy_pmml *c, const psy_pmml_value *argument, uint32_t count)
{
	uint32_t all = psy_pmml_registers(c, count + 1);

	for (uint32_t k = 0; k < count; k++)
		psy_pmml_copy(c, all + k, argument[k].reg, 1);
	/* It is missing when any of its arguments is. */
	psy_pmml_apply(c, all + count, ".xor", all, count);
	return psy_pmml_test(c, all + count, PSY_PMML_MISSING, 0);
}

/*
 * mapMissingTo is given instead of calling the function when an argument is missing, defaultValue when the
 * function's result is.  An undefined result is missing, whatever invalidValueTreatment says.
 */
static psy_pmml_value
apply_function(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *element)
{
	static const char *const treatments[] = {"returnInvalid", "asIs", "asMissing", NULL};
	const char *map = psy_xml_get(element, "mapMissingTo"), *name = psy_pmml_need(c, element, "function");
	psy_pmml_value value, *argument;
	uint32_t count, skip = 0, done;

	(void) psy_pmml_choice(c, element, "invalidValueTreatment", treatments, 0);
	if (strcmp(name, "if") == 0)
	{
		value = call_if(c, scope, element);
		psy_pmml_map_missing(c, element, map, &value);
		psy_pmml_map_missing(c, element, psy_xml_get(element, "defaultValue"), &value);
		return value;
	}
	argument = arguments(c, scope, element, &count);
	if (!psy_pmml_ok(c))
		return (psy_pmml_value){0};
	if (map != NULL && count > 0)
		skip = test_any_missing(c, argument, count);
	value = call_function(c, element, name, argument, count);
	psy_pmml_map_missing(c, element, psy_xml_get(element, "defaultValue"), &value);
	if (map != NULL && count > 0 && psy_pmml_ok(c))
	{
		psy_pmml_value to = psy_pmml_fresh(c, value.type);

		psy_pmml_copy(c, to.reg, value.reg, 1);
		done = psy_pmml_jump(c);
		psy_pmml_land(c, skip);
		psy_pmml_const(c, to.reg, psy_pmml_literal(c, element, to.type, map));
		psy_pmml_land(c, done);
		return to;
	}
	return value;
}

psy_pmml_value
psy_pmml_expression(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *element)
{
	psy_pmml_poll(c);
	if (!psy_pmml_ok(c))
		return (psy_pmml_value){0};
	if (psy_xml_is(element, "FieldRef"))
		return field_ref(c, scope, element);
	if (psy_xml_is(element, "Constant"))
		return constant(c, element, -1);
	if (psy_xml_is(element, "NormContinuous"))
		return norm_continuous(c, scope, element);
	if (psy_xml_is(element, "NormDiscrete"))
		return norm_discrete(c, scope, element);
	if (psy_xml_is(element, "Discretize"))
		return psy_pmml_discretize(c, scope, element);
	if (psy_xml_is(element, "MapValues"))
		return psy_pmml_map_values(c, scope, element);
	if (psy_xml_is(element, "Apply"))
		return apply_function(c, scope, element);
	psy_pmml_refuse(c, element, element->name);
	return (psy_pmml_value){0};
}
