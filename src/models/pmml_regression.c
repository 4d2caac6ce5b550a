/*
 * pmml_regression.c - RegressionModel: polynomial terms, categories, interactions, and every normalization.
 *
 * A missing numeric predictor makes the result missing; a missing categorical one adds nothing (PMML, Regression).
 * With x-mathContext="float" sums, the logistic link and softmax are rounded to float32 at every step; other links at their end.
 */
#include "models/pmml.h"

#include <math.h>
#include <string.h>

static const char *const methods[] = {"none", "simplemax", "softmax", "logit", "probit", "cloglog", "exp", "loglog", "cauchit", NULL};

enum
{
	NORMALIZE_NONE,
	SIMPLEMAX,
	SOFTMAX,
	LOGIT,
	PROBIT,
	CLOGLOG,
	EXP,
	LOGLOG,
	CAUCHIT
};

/* The inverse of each link as a function of the machine. */
static const char *const inverse[] = {NULL, NULL, ".logit", ".logit", "stdNormalCDF", ".cloglog", "exp", ".loglog", ".cauchit"};

static const char *
field_of(psy_pmml *c, const psy_xml *element)
{
	const char *name = psy_xml_get(element, "field");

	return name != NULL ? name : psy_pmml_need(c, element, "name");
}

/* ---- one table ------------------------------------------------------------------------------- */

/* Terms of a table, collected so that one instruction adds them up. */
typedef struct terms
{
	double *weight;
	uint32_t *from;
	uint32_t count;
} terms;

static uint32_t
children_of(const psy_xml *element)
{
	uint32_t count = 0;

	for (const psy_xml *child = element->first; child != NULL; child = child->next)
		count++;
	return count;
}

static void
numeric_predictors(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *table, terms *t)
{
	for (const psy_xml *p = psy_xml_child(table, "NumericPredictor"); p != NULL && psy_pmml_ok(c); p = psy_xml_again(p))
	{
		uint32_t reg = psy_pmml_numeric(c, scope, p, field_of(c, p)), power;
		double exponent = psy_pmml_number_or(c, p, "exponent", 1);

		if (exponent != 1)
		{
			power = psy_pmml_registers(c, 1);
			psy_pmml_apply_with(c, power, ".power", reg, exponent);
			reg = power;
		}
		t->weight[t->count] = psy_pmml_need_number(c, p, "coefficient");
		t->from[t->count++] = reg;
	}
}

/* Its coefficient where the field has the value. */
static void
categorical_predictors(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *table, terms *t)
{
	for (const psy_xml *p = psy_xml_child(table, "CategoricalPredictor"); p != NULL && psy_pmml_ok(c); p = psy_xml_again(p))
	{
		psy_pmml_value field = psy_pmml_field_value(c, scope, p, field_of(c, p));
		uint32_t is = psy_pmml_registers(c, 1), test, done;

		if (!psy_pmml_ok(c))
			return;
		test = psy_pmml_test(c, field.reg, PSY_PMML_EQ, psy_pmml_literal(c, p, field.type, psy_pmml_need(c, p, "value")));
		psy_pmml_const(c, is, 0);
		done = psy_pmml_jump(c);
		psy_pmml_land(c, test);
		psy_pmml_const(c, is, 1);
		psy_pmml_land(c, done);
		t->weight[t->count] = psy_pmml_need_number(c, p, "coefficient");
		t->from[t->count++] = is;
	}
}

static void
predictor_terms(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *table, terms *t)
{
	for (const psy_xml *p = psy_xml_child(table, "PredictorTerm"); p != NULL && psy_pmml_ok(c); p = psy_xml_again(p))
	{
		uint32_t pair = psy_pmml_registers(c, 2), factors = 0;

		for (const psy_xml *ref = psy_xml_child(p, "FieldRef"); ref != NULL && psy_pmml_ok(c); ref = psy_xml_again(ref), factors++)
		{
			psy_pmml_value value = psy_pmml_cast(c, ref, psy_pmml_expression(c, scope, ref), PSY_PMML_DOUBLE);

			psy_pmml_copy(c, factors == 0 ? pair : pair + 1, value.reg, 1);
			if (factors > 0)
				psy_pmml_apply(c, pair, "*", pair, 2);
		}
		if (factors == 0)
			psy_pmml_fail(c, p, PSY_FORMAT, "there is no FieldRef in it");
		t->weight[t->count] = psy_pmml_need_number(c, p, "coefficient");
		t->from[t->count++] = pair;
	}
}

static void
add_table(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *table, uint32_t to)
{
	uint32_t children = children_of(table);
	terms t = {psy_pmml_get(c, children, sizeof *t.weight), psy_pmml_get(c, children, sizeof *t.from), 0};

	if (!psy_pmml_ok(c))
		return;
	numeric_predictors(c, scope, table, &t);
	categorical_predictors(c, scope, table, &t);
	predictor_terms(c, scope, table, &t);
	psy_pmml_const(c, to, psy_pmml_number_or(c, table, "intercept", 0));
	psy_pmml_gather(c, to, t.weight, t.from, t.count);
}

/* ---- probabilities --------------------------------------------------------------------------- */

static bool
is_empty(const psy_xml *table)
{
	const char *intercept = psy_xml_get(table, "intercept");

	return psy_xml_child(table, "NumericPredictor") == NULL && psy_xml_child(table, "CategoricalPredictor") == NULL &&
		   psy_xml_child(table, "PredictorTerm") == NULL && (intercept == NULL || strspn(intercept, "0.+-eE") == strlen(intercept));
}

/* to = 1 - from. */
static void
rest_of(psy_pmml *c, uint32_t to, uint32_t from)
{
	uint32_t pair = psy_pmml_registers(c, 2);

	psy_pmml_const(c, pair, 1);
	psy_pmml_copy(c, pair + 1, from, 1);
	psy_pmml_apply(c, to, c->float_math ? ".float-" : "-", pair, 2);
}

static void
apply_inverse(psy_pmml *c, int method, uint32_t reg)
{
	bool logistic = method == LOGIT || method == SOFTMAX;

	psy_pmml_apply(c, reg, c->float_math && logistic ? ".float.logit" : inverse[method], reg, 1);
	if (c->float_math && !logistic)
		psy_pmml_apply(c, reg, ".float", reg, 1);
}

static void
inverse_link(psy_pmml *c, int method, uint32_t reg)
{
	uint32_t bounds;

	if (method != NORMALIZE_NONE)
	{
		apply_inverse(c, method, reg);
		return;
	}
	bounds = psy_pmml_registers(c, 3);
	psy_pmml_copy(c, bounds, reg, 1);
	psy_pmml_const(c, bounds + 1, 0);
	psy_pmml_const(c, bounds + 2, 1);
	psy_pmml_apply(c, reg, ".clamp", bounds, 3);
}

/* Cumulative links: each table but the last gives the probability of its class or an earlier one. */
static void
ordinal(psy_pmml *c, int method, const uint32_t *reg, uint32_t tables)
{
	uint32_t sum = psy_pmml_registers(c, 1), pair = psy_pmml_registers(c, 2);

	for (uint32_t k = 0; k + 1 < tables; k++)
	{
		inverse_link(c, method, reg[k]);
		psy_pmml_copy(c, pair, reg[k], 1);
		psy_pmml_copy(c, pair + 1, sum, 1);
		psy_pmml_copy(c, sum, reg[k], 1);
		if (k > 0)
			psy_pmml_apply(c, reg[k], "-", pair, 2);
	}
	rest_of(c, reg[tables - 1], sum);
}

/* More than two classes: normalized together, or the last one by what is left. */
static void
multinomial(psy_pmml *c, const psy_xml *at, int method, uint32_t first, uint32_t *reg, uint32_t tables)
{
	if (method == NORMALIZE_NONE)
	{
		uint32_t sum = psy_pmml_registers(c, 1), in = psy_pmml_registers(c, tables);

		for (uint32_t k = 0; k + 1 < tables; k++)
			psy_pmml_copy(c, in + k, reg[k], 1);
		psy_pmml_apply(c, sum, "sum", in, tables - 1);
		rest_of(c, reg[tables - 1], sum);
		return;
	}
	if (method == LOGIT)
		for (uint32_t k = 0; k < tables; k++)
			inverse_link(c, method, reg[k]);
	else if (method != SIMPLEMAX && method != SOFTMAX)
		psy_pmml_fail(c, at, PSY_UNSUPPORTED, "normalizationMethod=\"%s\" of more than two categories is not supported", methods[method]);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_SHARE, .how = (method != SOFTMAX) + 2 * c->float_math, .to = first, .n = tables});
}

static void
normalize(psy_pmml *c, psy_pmml_model *m, int method, const psy_xml *last, uint32_t *reg, uint32_t tables)
{
	psy_pmml_answer *answer = &m->answer;

	if (answer->target->ordinal && method != SIMPLEMAX && method != SOFTMAX && method != EXP)
		ordinal(c, method, reg, tables);
	else if (tables == 2 && method == SOFTMAX && is_empty(last))
	{
		/* Producers write logistic regressions so: R's glm by the pmml package, for one. */
		inverse_link(c, LOGIT, reg[0]);
		rest_of(c, reg[1], reg[0]);
	}
	else if (tables == 2 && method != SIMPLEMAX && method != SOFTMAX)
	{
		if (method == EXP)
			psy_pmml_fail(c, m->element, PSY_UNSUPPORTED, "normalizationMethod=\"exp\" of a classification is not supported");
		inverse_link(c, method, reg[0]);
		rest_of(c, reg[1], reg[0]);
	}
	else
		multinomial(c, m->element, method, answer->probability, reg, tables);
}

static void
classify(psy_pmml *c, psy_pmml_model *m, int method)
{
	psy_pmml_answer *answer = &m->answer;
	uint32_t classes = answer->target->labels, tables = 0, *reg = psy_pmml_get(c, classes, sizeof *reg), bad;
	const psy_xml *last = NULL;
	bool *seen = psy_pmml_get(c, classes, sizeof *seen);

	for (const psy_xml *table = psy_xml_child(m->element, "RegressionTable"); table != NULL && psy_pmml_ok(c); table = psy_xml_again(table))
	{
		uint32_t class = psy_pmml_class(c, table, answer->target, psy_pmml_need(c, table, "targetCategory"));

		if (!psy_pmml_ok(c))
			return;
		if (seen[class])
			psy_pmml_fail(c, table, PSY_FORMAT, "the category stands twice");
		seen[class] = true;
		last = table;
		reg[tables++] = answer->probability + class;
		add_table(c, m->scope, table, answer->probability + class);
	}
	if (psy_pmml_ok(c) && (tables != classes || tables < 2))
		psy_pmml_fail(c, m->element, PSY_FORMAT, "%u RegressionTables for %u categories", tables, classes);
	if (!psy_pmml_ok(c))
		return;
	/* A missing one among them makes the whole missing. */
	bad = psy_pmml_registers(c, 1);
	psy_pmml_apply(c, bad, ".xor", answer->probability, classes);
	bad = psy_pmml_test(c, bad, PSY_PMML_MISSING, 0);
	normalize(c, m, method, last, reg, tables);
	psy_pmml_largest(c, answer);
	psy_pmml_land(c, bad);
}

void
psy_pmml_regression(psy_pmml *c, psy_pmml_model *m)
{
	int method = psy_pmml_choice(c, m->element, "normalizationMethod", methods, NORMALIZE_NONE);
	const psy_xml *table = psy_xml_child(m->element, "RegressionTable");

	if (m->answer.classifies)
	{
		classify(c, m, method);
		return;
	}
	if (table == NULL || psy_xml_again(table) != NULL)
		psy_pmml_fail(c, m->element, PSY_FORMAT, "a regression has one RegressionTable");
	else if (method == SIMPLEMAX)
		psy_pmml_fail(c, m->element, PSY_FORMAT, "normalizationMethod=\"simplemax\" of a regression");
	if (!psy_pmml_ok(c))
		return;
	add_table(c, m->scope, table, m->answer.value);
	if (method != NORMALIZE_NONE)
		apply_inverse(c, method, m->answer.value);
}
