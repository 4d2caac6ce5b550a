/*
 * pmml_general.c - GeneralRegressionModel: regression, generalLinear, generalizedLinear, multinomialLogistic and
 * ordinalMultinomial, with factors, covariates, interactions and contrast matrices.  CoxRegression is refused:
 * PMML leaves open whether its value is a hazard or a survival.
 *
 * A parameter's design value is the product over its PPCells: for a factor whether the field has the cell's
 * value (or the contrast matrix' entry), for a covariate the field to the power of the cell's value.
 */
#include "models/pmml.h"

#include <math.h>
#include <string.h>

static const char *const links[] = {"cloglog", "identity", "log", "logc", "logit", "loglog", "negbin", "oddspower", "power", "probit", "cauchit", NULL};
static const char *const inverse[] = {".cloglog", NULL, "exp", ".logc", ".logit", ".loglog", ".negbin", ".oddspower", ".powerlink", "stdNormalCDF", ".cauchit"};

enum
{
	IDENTITY = 1,
	NEGBIN = 6,
	ODDSPOWER = 7,
	POWER = 8
};

enum
{
	MODEL_REGRESSION,
	MODEL_GENERAL_LINEAR,
	MODEL_MULTINOMIAL,
	MODEL_ORDINAL,
	MODEL_GENERALIZED,
	MODEL_COX
};

/* Cells of one parameter follow each other through next. */
typedef struct general
{
	psy_pmml *c;
	psy_pmml_model *m;
	int type;
	const psy_xml **cell;
	uint32_t *next; /* 1 + index of the parameter's next cell */
	uint32_t *head; /* by the parameter's symbol: 1 + index of its first cell */
	uint32_t symbols;
	uint32_t *design; /* by the parameter's symbol: 1 + its register, when it is the same for all categories */
	bool split;       /* some cells name a target category */
	const psy_xml **factor; /* by the field's symbol */
	const psy_xml **covariate;
} general;

/* ---- design values --------------------------------------------------------------------------- */

static uint32_t
children_named(const psy_xml *matrix, const char *name)
{
	uint32_t count = 0;

	for (const psy_xml *cell = matrix == NULL ? NULL : psy_xml_child(matrix, name); cell != NULL; cell = psy_xml_again(cell))
		count++;
	return count;
}

static const char *
name_of(psy_pmml *c, const psy_xml *cell)
{
	const char *name = psy_xml_get(cell, "predictorName");

	return name != NULL ? name : psy_xml_get(cell, "field") != NULL ? psy_xml_get(cell, "field") : psy_pmml_need(c, cell, "name");
}

static const psy_xml *
predictor(const general *g, const psy_xml **table, const char *name)
{
	uint32_t symbol = psy_pmml_known_symbol(g->c, name);

	return symbol < g->symbols ? table[symbol] : NULL;
}

/* The entry of a Matrix; diagonal and symmetric ones state less than they hold. */
static double
matrix_entry(psy_pmml *c, const psy_xml *matrix, uint32_t row, uint32_t column)
{
	static const char *const kinds[] = {"diagonal", "symmetric", "any", NULL};
	int kind = psy_pmml_choice(c, matrix, "kind", kinds, 2);
	const psy_xml *array = psy_xml_child(matrix, "Array");
	uint32_t count, k = 0;
	const char **item;

	if (kind == 0 && row != column)
		return psy_pmml_number_or(c, matrix, "offDiagDefault", 0);
	if (kind == 1 && column > row)
	{
		k = row;
		row = column;
		column = k;
	}
	for (k = 0; array != NULL && k < row && kind != 0; k++)
		array = psy_xml_again(array);
	if (array == NULL)
	{
		for (const psy_xml *cell = psy_xml_child(matrix, "MatCell"); cell != NULL && psy_pmml_ok(c); cell = psy_xml_again(cell))
			if (psy_pmml_need_number(c, cell, "row") == row + 1 && psy_pmml_need_number(c, cell, "col") == column + 1)
				return psy_pmml_number(c, cell, "an entry", cell->text);
		return row == column ? psy_pmml_number_or(c, matrix, "diagDefault", 0) : psy_pmml_number_or(c, matrix, "offDiagDefault", 0);
	}
	item = psy_pmml_items(c, array, &count);
	if (psy_pmml_ok(c) && column >= count)
		psy_pmml_fail(c, array, PSY_FORMAT, "%u items, the matrix needs more", count);
	return psy_pmml_ok(c) ? psy_pmml_number(c, array, "an item", item[kind == 0 ? row : column]) : 0;
}

/* Contrasts: the row is the field's category, the column the cell's. */
static void
contrast(general *g, const psy_xml *cell, const psy_xml *matrix, const psy_xml *categories, psy_pmml_value field, uint32_t to)
{
	psy_pmml *c = g->c;
	const char *wanted = psy_pmml_need(c, cell, "value");
	uint32_t column = 0, row = 0;
	const psy_xml *category = categories == NULL ? NULL : psy_xml_child(categories, "Category");

	if (children_named(categories, "Category") > 256)
		psy_pmml_fail(c, cell, PSY_LIMIT, "a contrast matrix of more than 256 categories");
	for (; category != NULL && psy_pmml_ok(c) && strcmp(psy_pmml_need(c, category, "value"), wanted) != 0; category = psy_xml_again(category))
		column++;
	if (category == NULL && psy_pmml_ok(c))
		psy_pmml_fail(c, cell, PSY_FORMAT, "the value \"%.60s\" is none of the predictor's Categories", wanted);
	for (category = psy_pmml_ok(c) ? psy_xml_child(categories, "Category") : NULL; category != NULL && psy_pmml_ok(c); category = psy_xml_again(category), row++)
	{
		uint32_t next = psy_pmml_test(c, field.reg, PSY_PMML_NE, psy_pmml_literal(c, category, field.type, psy_pmml_need(c, category, "value")));

		psy_pmml_const(c, to, matrix_entry(c, matrix, row, column));
		psy_pmml_land(c, next);
		psy_pmml_land_unknown(c, next);
	}
}

/* 1 or 0, missing for a missing field. */
static void
indicate(general *g, const psy_xml *cell, psy_pmml_value field, uint32_t to)
{
	psy_pmml *c = g->c;
	uint32_t is = psy_pmml_test(c, field.reg, PSY_PMML_EQ, psy_pmml_literal(c, cell, field.type, psy_pmml_need(c, cell, "value"))), done;

	psy_pmml_const(c, to, 0);
	done = psy_pmml_jump(c);
	psy_pmml_land(c, is);
	psy_pmml_const(c, to, 1);
	psy_pmml_land(c, done);
	psy_pmml_land_unknown(c, is);
}

static void
cell_value(general *g, const psy_xml *cell, uint32_t to)
{
	psy_pmml *c = g->c;
	const psy_xml *factor = predictor(g, g->factor, name_of(c, cell));
	psy_pmml_value field = psy_pmml_field_value(c, g->m->scope, cell, name_of(c, cell));
	double power;

	if (!psy_pmml_ok(c))
		return;
	if (factor != NULL && psy_xml_child(factor, "Matrix") != NULL)
		contrast(g, cell, psy_xml_child(factor, "Matrix"), psy_xml_child(factor, "Categories"), field, to);
	else if (factor != NULL)
		indicate(g, cell, field, to);
	else if (predictor(g, g->covariate, name_of(c, cell)) == NULL)
		psy_pmml_fail(c, cell, PSY_FORMAT, "\"%.60s\" is neither a factor nor a covariate", name_of(c, cell));
	else
	{
		field.reg = psy_pmml_cast(c, cell, field, PSY_PMML_DOUBLE).reg;
		power = psy_pmml_need_number(c, cell, "value");
		if (power == 1)
			psy_pmml_copy(c, to, field.reg, 1);
		else
			psy_pmml_apply_with(c, to, ".power", field.reg, power);
	}
}

static bool
cell_is_of(const psy_xml *cell, const char *category, bool exact)
{
	const char *named = psy_xml_get(cell, "targetCategory");

	return exact ? named != NULL && category != NULL && strcmp(named, category) == 0 : named == NULL;
}

/* The register of the parameter's design value for that category; 0 when it is constant 1 (an intercept). */
static bool
design_value(general *g, uint32_t parameter, const char *category, bool own, uint32_t *reg)
{
	psy_pmml *c = g->c;
	uint32_t pair, factors = 0;

	if (parameter >= g->symbols || g->head[parameter] == 0)
		return false;
	if (!g->split && g->design[parameter] != 0)
	{
		*reg = g->design[parameter] - 1;
		return true;
	}
	pair = psy_pmml_registers(c, 2);
	for (uint32_t at = g->head[parameter]; at != 0 && psy_pmml_ok(c); at = g->next[at - 1])
	{
		if (g->split && !cell_is_of(g->cell[at - 1], category, own))
			continue;
		cell_value(g, g->cell[at - 1], factors == 0 ? pair : pair + 1);
		if (factors++ > 0)
		{
			psy_pmml_apply(c, pair, "*", pair, 2);
			/* The next factor must find its register missing, as all are in the beginning. */
			psy_pmml_const(c, pair + 1, NAN);
		}
	}
	*reg = pair;
	if (psy_pmml_ok(c) && !g->split)
		g->design[parameter] = pair + 1;
	return factors > 0;
}

/* ---- linear predictors ----------------------------------------------------------------------- */

/* Whether the category has cells of its own in PPMatrix. */
static bool
has_own_cells(const general *g, const psy_xml *matrix, const char *category)
{
	if (!g->split || matrix == NULL)
		return false;
	for (const psy_xml *cell = psy_xml_child(matrix, "PPCell"); cell != NULL; cell = psy_xml_again(cell))
		if (cell_is_of(cell, category, true))
			return true;
	return false;
}

/* The sum of beta * design over the PCells for the category (or over those for all) into the register, or added to what
 * it holds; whether there were any. */
static bool
add_cells(general *g, const char *category, bool named, bool add, uint32_t to)
{
	psy_pmml *c = g->c;
	const psy_xml *matrix = psy_xml_child(g->m->element, "ParamMatrix");
	uint32_t cells = children_named(matrix, "PCell"), terms = 0, *from = psy_pmml_get(c, cells, sizeof *from);
	double *weight = psy_pmml_get(c, cells, sizeof *weight), constant = 0;
	bool own = has_own_cells(g, psy_xml_child(g->m->element, "PPMatrix"), category), any = false;
	uint32_t sum;

	for (const psy_xml *cell = matrix == NULL ? NULL : psy_xml_child(matrix, "PCell"); cell != NULL && psy_pmml_ok(c); cell = psy_xml_again(cell))
	{
		double beta;
		uint32_t reg;

		if (!cell_is_of(cell, category, named))
			continue;
		any = true;
		beta = psy_pmml_need_number(c, cell, "beta");
		if (design_value(g, psy_pmml_known_symbol(c, psy_pmml_need(c, cell, "parameterName")), category, own, &reg))
		{
			weight[terms] = beta;
			from[terms++] = reg;
		}
		else
			constant += beta;
	}
	if (!any || !psy_pmml_ok(c))
		return any;
	sum = psy_pmml_registers(c, 2);
	psy_pmml_const(c, sum, constant);
	psy_pmml_gather(c, sum, weight, from, terms);
	psy_pmml_copy(c, sum + 1, to, 1);
	if (add)
		psy_pmml_apply(c, to, "+", sum, 2);
	else
		psy_pmml_copy(c, to, sum, 1);
	return true;
}

/* reg := reg operator what the document states by a variable or a value, where it does. */
static void
apply_stated(general *g, uint32_t reg, const char *operator, const char *variable_name, const char *value_name)
{
	psy_pmml *c = g->c;
	const char *variable = psy_xml_get(g->m->element, variable_name);
	uint32_t pair;

	if (variable == NULL && psy_xml_get(g->m->element, value_name) == NULL)
		return;
	pair = psy_pmml_registers(c, 2);
	psy_pmml_copy(c, pair, reg, 1);
	if (variable != NULL)
		psy_pmml_copy(c, pair + 1, psy_pmml_numeric(c, g->m->scope, g->m->element, variable), 1);
	else
		psy_pmml_const(c, pair + 1, psy_pmml_need_number(c, g->m->element, value_name));
	psy_pmml_apply(c, reg, operator, pair, 2);
}

static void
invert_link(general *g, const char *attribute, uint32_t reg)
{
	psy_pmml *c = g->c;
	int link = psy_pmml_choice(c, g->m->element, attribute, links, -1);

	apply_stated(g, reg, "+", "offsetVariable", "offsetValue");
	if (link == NEGBIN)
		psy_pmml_apply_with(c, reg, inverse[link], reg, psy_pmml_need_number(c, g->m->element, "distParameter"));
	else if (link == ODDSPOWER || link == POWER)
		psy_pmml_apply_with(c, reg, inverse[link], reg, psy_pmml_need_number(c, g->m->element, "linkParameter"));
	else if (link != IDENTITY)
		psy_pmml_apply(c, reg, inverse[link], reg, 1);
}

/* ---- the model ------------------------------------------------------------------------------- */

static void
intern_predictors(general *g, const psy_xml *list)
{
	for (const psy_xml *p = list == NULL ? NULL : psy_xml_child(list, "Predictor"); p != NULL && psy_pmml_ok(g->c); p = psy_xml_again(p))
		(void) psy_pmml_symbol(g->c, name_of(g->c, p));
}

static const psy_xml **
predictors_by_symbol(general *g, const psy_xml *list)
{
	const psy_xml **table = psy_pmml_get(g->c, g->symbols, sizeof *table);

	for (const psy_xml *p = list == NULL ? NULL : psy_xml_child(list, "Predictor"); p != NULL && psy_pmml_ok(g->c); p = psy_xml_again(p))
		table[psy_pmml_known_symbol(g->c, name_of(g->c, p))] = p;
	return table;
}

static void
index_cells(general *g)
{
	psy_pmml *c = g->c;
	const psy_xml *matrix = psy_xml_child(g->m->element, "PPMatrix");
	uint32_t cells = children_named(matrix, "PPCell"), k = 0;
	uint32_t *tail;

	g->cell = psy_pmml_get(c, cells, sizeof *g->cell);
	g->next = psy_pmml_get(c, cells, sizeof *g->next);
	for (const psy_xml *cell = matrix == NULL ? NULL : psy_xml_child(matrix, "PPCell"); cell != NULL && psy_pmml_ok(c); cell = psy_xml_again(cell))
		(void) psy_pmml_symbol(c, psy_pmml_need(c, cell, "parameterName"));
	intern_predictors(g, psy_xml_child(g->m->element, "FactorList"));
	intern_predictors(g, psy_xml_child(g->m->element, "CovariateList"));
	g->symbols = c->symbols;
	g->factor = predictors_by_symbol(g, psy_xml_child(g->m->element, "FactorList"));
	g->covariate = predictors_by_symbol(g, psy_xml_child(g->m->element, "CovariateList"));
	g->head = psy_pmml_get(c, g->symbols, sizeof *g->head);
	g->design = psy_pmml_get(c, g->symbols, sizeof *g->design);
	tail = psy_pmml_get(c, g->symbols, sizeof *tail);
	for (const psy_xml *cell = matrix == NULL ? NULL : psy_xml_child(matrix, "PPCell"); cell != NULL && psy_pmml_ok(c); cell = psy_xml_again(cell), k++)
	{
		uint32_t parameter = psy_pmml_known_symbol(c, psy_xml_get(cell, "parameterName"));

		g->cell[k] = cell;
		g->split |= psy_xml_get(cell, "targetCategory") != NULL;
		if (tail[parameter] == 0)
			g->head[parameter] = k + 1;
		else
			g->next[tail[parameter] - 1] = k + 1;
		tail[parameter] = k + 1;
	}
}

/* The class that is not estimated: named, or the one without cells; -1 after an error. */
static int64_t
reference_class(general *g)
{
	psy_pmml *c = g->c;
	const psy_pmml_target *target = g->m->answer.target;
	const char *named = psy_xml_get(g->m->element, "targetReferenceCategory");
	bool *seen = psy_pmml_get(c, target->labels, sizeof *seen);
	int64_t found = -1;

	if (named != NULL)
		return psy_pmml_class(c, g->m->element, target, named);
	if (g->type == MODEL_ORDINAL)
		return target->labels - 1;
	for (const psy_xml *cell = psy_xml_child(psy_xml_child(g->m->element, "ParamMatrix"), "PCell"); cell != NULL && psy_pmml_ok(c); cell = psy_xml_again(cell))
		if (psy_xml_get(cell, "targetCategory") != NULL)
		{
			uint32_t class = psy_pmml_class(c, cell, target, psy_xml_get(cell, "targetCategory"));

			if (psy_pmml_ok(c))
				seen[class] = true;
		}
	for (uint32_t k = 0; k < target->labels && psy_pmml_ok(c); k++)
		if (!seen[k])
		{
			if (found >= 0)
				psy_pmml_fail(c, g->m->element, PSY_FORMAT, "the reference category is not named, and several have no parameters");
			found = k;
		}
	if (found < 0)
		psy_pmml_fail(c, g->m->element, PSY_FORMAT, "there is no reference category");
	return found;
}

static void
class_predictor(general *g, uint32_t class, uint32_t reg)
{
	psy_pmml *c = g->c;
	const char *category = g->m->answer.target->text[class];
	bool any = add_cells(g, category, true, false, reg);

	/* Two classes need not name the one that is estimated; ordinal models share all but the intercepts. */
	if ((!any && g->m->answer.target->labels == 2) || g->type == MODEL_ORDINAL)
		any |= add_cells(g, category, false, any, reg);
	if (!any)
		psy_pmml_fail(c, g->m->element, PSY_FORMAT, "there are no parameters for the category \"%.60s\"", category);
}

static void
classify(general *g)
{
	psy_pmml *c = g->c;
	psy_pmml_answer *answer = &g->m->answer;
	uint32_t classes = answer->target->labels, bad, before = psy_pmml_registers(c, 1), pair = psy_pmml_registers(c, 2);
	int64_t reference = reference_class(g);
	bool first = true;

	if (!psy_pmml_ok(c))
		return;
	for (uint32_t k = 0; k < classes && psy_pmml_ok(c); k++)
		if (k != reference)
			class_predictor(g, k, answer->probability + k);
	psy_pmml_const(c, answer->probability + (uint32_t) reference, 0);
	bad = psy_pmml_registers(c, 1);
	psy_pmml_apply(c, bad, ".xor", answer->probability, classes);
	bad = psy_pmml_test(c, bad, PSY_PMML_MISSING, 0);
	for (uint32_t k = 0; k < classes && psy_pmml_ok(c) && g->type != MODEL_MULTINOMIAL; k++)
	{
		if (k == reference)
			continue;
		invert_link(g, g->type == MODEL_ORDINAL ? "cumulativeLink" : "linkFunction", answer->probability + k);
		psy_pmml_copy(c, pair, answer->probability + k, 1);
		psy_pmml_copy(c, pair + 1, before, 1);
		psy_pmml_copy(c, before, pair, 1);
		if (g->type == MODEL_ORDINAL && !first)
			psy_pmml_apply(c, answer->probability + k, "-", pair, 2);
		if (g->type == MODEL_GENERALIZED && !first)
			psy_pmml_fail(c, g->m->element, PSY_UNSUPPORTED, "modelType=\"generalizedLinear\" of more than two categories is not supported");
		first = false;
	}
	if (g->type == MODEL_MULTINOMIAL)
		psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_SHARE, .to = answer->probability, .n = classes});
	else
	{
		psy_pmml_const(c, pair, 1);
		psy_pmml_copy(c, pair + 1, before, 1);
		psy_pmml_apply(c, answer->probability + (uint32_t) reference, "-", pair, 2);
	}
	psy_pmml_largest(c, answer);
	psy_pmml_land(c, bad);
}

void
psy_pmml_general_regression(psy_pmml *c, psy_pmml_model *m)
{
	static const char *const types[] = {"regression", "generalLinear", "multinomialLogistic", "ordinalMultinomial", "generalizedLinear", "CoxRegression", NULL};
	general g = {.c = c, .m = m};

	g.type = psy_pmml_choice(c, m->element, "modelType", types, -1);
	if (psy_pmml_ok(c) && g.type == MODEL_COX)
		psy_pmml_fail(c, m->element, PSY_UNSUPPORTED, "modelType=\"CoxRegression\" is not supported");
	if (psy_xml_child(m->element, "ParamMatrix") == NULL)
		psy_pmml_fail(c, m->element, PSY_FORMAT, "there is no ParamMatrix");
	index_cells(&g);
	if (!psy_pmml_ok(c))
		return;
	if (m->answer.classifies)
	{
		if (g.type != MODEL_MULTINOMIAL && g.type != MODEL_ORDINAL && g.type != MODEL_GENERALIZED)
			psy_pmml_fail(c, m->element, PSY_FORMAT, "modelType=\"%s\" of a classification", types[g.type]);
		else
			classify(&g);
		return;
	}
	if (g.type == MODEL_MULTINOMIAL || g.type == MODEL_ORDINAL)
		psy_pmml_fail(c, m->element, PSY_FORMAT, "modelType=\"%s\" of a regression", types[g.type]);
	else if (!add_cells(&g, NULL, false, false, m->answer.value))
		psy_pmml_fail(c, m->element, PSY_FORMAT, "there are no parameters");
	if (g.type != MODEL_GENERALIZED || !psy_pmml_ok(c))
		return;
	invert_link(&g, "linkFunction", m->answer.value);
	apply_stated(&g, m->answer.value, "*", "trialsVariable", "trialsValue");
}
