/*
 * pmml_predicate.c - SimplePredicate, SimpleSetPredicate, CompoundPredicate, True and False, in PMML's three-valued logic.
 *
 * Simple predicates become one test; compound ones compute a truth value (1, 0, or missing for unknown) first.
 */
#include "models/pmml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const predicates[] = {"SimplePredicate", "SimpleSetPredicate", "CompoundPredicate", "True", "False", NULL};

const psy_xml *
psy_pmml_predicate_in(const psy_xml *element)
{
	for (const psy_xml *child = element->first; child != NULL; child = child->next)
		for (int k = 0; predicates[k] != NULL; k++)
			if (psy_xml_is(child, predicates[k]))
				return child;
	return NULL;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;

	return (x > y) - (x < y);
}

static uint32_t
simple(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *p)
{
	static const char *const operators[] = {"equal", "notEqual", "lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual", "isMissing",
											"isNotMissing", NULL};
	psy_pmml_value field = psy_pmml_field_value(c, scope, p, psy_pmml_need(c, p, "field"));
	psy_pmml_compare how = (psy_pmml_compare) psy_pmml_choice(c, p, "operator", operators, -1);
	double value = 0;

	if (psy_pmml_ok(c) && how < PSY_PMML_MISSING)
		value = psy_pmml_literal(c, p, field.type, psy_pmml_need(c, p, "value"));
	if (psy_pmml_ok(c) && field.type == PSY_PMML_STRING && how >= PSY_PMML_LT && how <= PSY_PMML_GE)
		psy_pmml_fail(c, p, PSY_UNSUPPORTED, "the order of texts (operator=\"%s\" on a field of dataType string) is not supported", operators[how]);
	return psy_pmml_test(c, field.reg, how, value);
}

static uint32_t
set(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *p)
{
	static const char *const operators[] = {"isIn", "isNotIn", NULL};
	psy_pmml_value field = psy_pmml_field_value(c, scope, p, psy_pmml_need(c, p, "field"));
	const psy_xml *array = psy_xml_child(p, "Array");
	int how = psy_pmml_choice(c, p, "booleanOperator", operators, -1);
	uint32_t count = 0;
	const char **item = NULL;
	double *value;

	if (array == NULL)
		psy_pmml_fail(c, p, PSY_FORMAT, "there is no Array in it");
	else
		item = psy_pmml_items(c, array, &count);
	if ((value = psy_pmml_get(c, count, sizeof *value)) == NULL)
		return 0;
	for (uint32_t k = 0; k < count && psy_pmml_ok(c); k++)
		value[k] = psy_pmml_literal(c, array, field.type, item[k]);
	qsort(value, count, sizeof *value, ascending);
	return psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_IN,
										   .how = (uint16_t) how,
										   .to = 1,
										   .a = field.reg,
										   .n = 1,
										   .u.at = {psy_pmml_numbers(c, value, count), count}});
}

/* The predicate's truth value into the register. */
static void
truth(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *p, uint32_t to)
{
	psy_pmml_branch branch = psy_pmml_predicate(c, scope, p);
	uint32_t done;

	psy_pmml_const(c, to, 0);
	done = psy_pmml_jump(c);
	psy_pmml_land(c, branch.test);
	psy_pmml_const(c, to, 1);
	psy_pmml_land(c, done);
	if (branch.has_unknown)
		psy_pmml_land_unknown(c, branch.test);
}

static uint32_t
compound(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *p)
{
	static const char *const operators[] = {"and", "or", "xor", "surrogate", NULL};
	static const char *const functions[] = {".and", ".or", ".xor", ".surrogate"};
	int how = psy_pmml_choice(c, p, "booleanOperator", operators, -1);
	uint32_t count = 0, first, k = 0;

	for (const psy_xml *child = p->first; child != NULL; child = child->next)
		count++;
	if (count < 1)
		psy_pmml_fail(c, p, PSY_FORMAT, "there is no predicate in it");
	first = psy_pmml_registers(c, count + 1);
	for (const psy_xml *child = p->first; child != NULL && psy_pmml_ok(c); child = child->next, k++)
		truth(c, scope, child, first + 1 + k);
	psy_pmml_apply(c, first, functions[how], first + 1, count);
	return psy_pmml_test(c, first, PSY_PMML_EQ, 1);
}

psy_pmml_branch
psy_pmml_predicate(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *predicate)
{
	uint32_t always;

	if (!psy_pmml_ok(c))
		return (psy_pmml_branch){0, false};
	if (psy_xml_is(predicate, "SimplePredicate"))
		return (psy_pmml_branch){simple(c, scope, predicate), true};
	if (psy_xml_is(predicate, "SimpleSetPredicate"))
		return (psy_pmml_branch){set(c, scope, predicate), true};
	if (psy_xml_is(predicate, "CompoundPredicate"))
		return (psy_pmml_branch){compound(c, scope, predicate), true};
	if (!psy_xml_is(predicate, "True") && !psy_xml_is(predicate, "False"))
		psy_pmml_refuse(c, predicate, predicate->name);
	/* A register that nothing writes is missing, always. */
	always = psy_pmml_registers(c, 1);
	return (psy_pmml_branch){psy_pmml_test(c, always, psy_xml_is(predicate, "True") ? PSY_PMML_MISSING : PSY_PMML_PRESENT, 0), false};
}
