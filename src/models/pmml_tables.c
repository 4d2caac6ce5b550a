/*
 * pmml_tables.c - the transformations of PMML that look something up: Discretize (bins of a number) and MapValues (rows
 * of a table).
 *
 * The first bin or row that fits gives the result; what their results can be is noted with it when they are texts.
 */
#include "models/pmml.h"

#include <math.h>
#include <string.h>

/* The type of what a Discretize or MapValues gives, and room for its possible texts. */
static psy_pmml_value
table_result(psy_pmml *c, const psy_xml *element, uint32_t rows, double **possible)
{
	const char *name = psy_xml_get(element, "dataType"), *refused;
	psy_pmml_type type = psy_pmml_type_of(name == NULL ? "string" : name, &refused);
	psy_pmml_value to = psy_pmml_fresh(c, type);

	if (refused != NULL)
		psy_pmml_fail(c, element, PSY_UNSUPPORTED, "dataType=\"%.40s\" is not supported", refused);
	*possible = psy_pmml_get(c, rows + 2, sizeof **possible);
	return to;
}

static void
give(psy_pmml *c, const psy_xml *at, psy_pmml_value *to, const char *text, double *possible)
{
	double value = psy_pmml_literal(c, at, to->type, text);

	psy_pmml_const(c, to->reg, value);
	if (psy_pmml_ok(c) && to->type == PSY_PMML_STRING)
		possible[to->count++] = value;
}

uint32_t
psy_pmml_children(const psy_xml *element, const char *name)
{
	uint32_t count = 0;

	for (const psy_xml *child = element == NULL ? NULL : psy_xml_child(element, name); child != NULL; child = psy_xml_again(child))
		count++;
	return count;
}

static void
discretize_bin(psy_pmml *c, const psy_xml *bin, uint32_t from, psy_pmml_value *to, double *possible, uint32_t *done)
{
	static const char *const closures[] = {"openOpen", "closedOpen", "openClosed", "closedClosed", NULL};
	const psy_xml *interval = psy_xml_child(bin, "Interval");
	double bound[2];
	uint32_t test, next;

	if (interval == NULL)
	{
		psy_pmml_fail(c, bin, PSY_FORMAT, "there is no Interval in it");
		return;
	}
	bound[0] = psy_pmml_number_or(c, interval, "leftMargin", -INFINITY);
	bound[1] = psy_pmml_number_or(c, interval, "rightMargin", INFINITY);
	if (!(bound[0] <= bound[1]) || (isinf(bound[0]) && isinf(bound[1])))
		psy_pmml_fail(c, interval, PSY_FORMAT, "its margins are absent or do not ascend");
	test = psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_WITHIN,
										   .how = (uint16_t) psy_pmml_choice(c, interval, "closure", closures, -1),
										   .to = 1,
										   .a = from,
										   .n = 1,
										   .u.at = {psy_pmml_numbers(c, bound, 2), 0}});
	next = psy_pmml_jump(c);
	psy_pmml_land(c, test);
	give(c, bin, to, psy_pmml_need(c, bin, "binValue"), possible);
	*done = psy_pmml_jump(c);
	psy_pmml_land(c, next);
}

/* Missing goes to mapMissingTo, what no row catches to defaultValue. */
static void
finish_table(psy_pmml *c, const psy_xml *element, psy_pmml_value *to, double *possible, const uint32_t *done, uint32_t rows, uint32_t missing)
{
	const char *otherwise = psy_xml_get(element, "defaultValue"), *stand_in = psy_xml_get(element, "mapMissingTo");
	uint32_t end;

	if (otherwise != NULL)
		give(c, element, to, otherwise, possible);
	end = psy_pmml_jump(c);
	psy_pmml_land(c, missing);
	if (stand_in != NULL)
		give(c, element, to, stand_in, possible);
	psy_pmml_land(c, end);
	for (uint32_t k = 0; k < rows && psy_pmml_ok(c); k++)
		psy_pmml_land(c, done[k]);
	if (to->type == PSY_PMML_STRING)
		to->possible = possible;
}

psy_pmml_value
psy_pmml_discretize(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *element)
{
	uint32_t from = psy_pmml_numeric(c, scope, element, psy_pmml_need(c, element, "field"));
	uint32_t bins = psy_pmml_children(element, "DiscretizeBin"), missing, k = 0;
	double *possible;
	psy_pmml_value to = table_result(c, element, bins, &possible);
	uint32_t *done = psy_pmml_get(c, bins, sizeof *done);

	missing = psy_pmml_test(c, from, PSY_PMML_MISSING, 0);
	for (const psy_xml *bin = psy_xml_child(element, "DiscretizeBin"); bin != NULL && psy_pmml_ok(c); bin = psy_xml_again(bin))
		discretize_bin(c, bin, from, &to, possible, &done[k++]);
	finish_table(c, element, &to, possible, done, bins, missing);
	return to;
}

/* The cell of a row: columns may be written with a prefix of their name space. */
static const char *
cell(const psy_xml *row, const char *column)
{
	const char *colon = strchr(column, ':');
	const psy_xml *found = psy_xml_child(row, column);

	if (found == NULL && colon != NULL)
		found = psy_xml_child(row, colon + 1);
	return found == NULL ? NULL : found->text;
}

/* All pairs must agree; an empty cell agrees with nothing. */
static uint32_t
match_row(psy_pmml *c, const psy_xml *element, const psy_xml *row, const psy_pmml_value *from, uint32_t *wrong)
{
	uint32_t tests = 0;

	for (const psy_xml *pair = psy_xml_child(element, "FieldColumnPair"); pair != NULL && psy_pmml_ok(c); pair = psy_xml_again(pair))
	{
		const char *text = cell(row, psy_pmml_need(c, pair, "column"));

		if (text == NULL)
			psy_pmml_fail(c, row, PSY_FORMAT, "there is no column \"%.60s\"", psy_xml_get(pair, "column"));
		else
			wrong[tests] = psy_pmml_test(c, from[tests].reg, PSY_PMML_NE, psy_pmml_literal(c, row, from[tests].type, text));
		tests++;
	}
	return tests;
}

psy_pmml_value
psy_pmml_map_values(psy_pmml *c, psy_pmml_scope *scope, const psy_xml *element)
{
	const psy_xml *table = psy_xml_child(element, "InlineTable");
	const char *output = psy_pmml_need(c, element, "outputColumn");
	uint32_t pairs = psy_pmml_children(element, "FieldColumnPair"), rows = psy_pmml_children(table, "row"), missing, k = 0;
	psy_pmml_value *from = psy_pmml_get(c, pairs, sizeof *from);
	uint32_t *wrong = psy_pmml_get(c, pairs, sizeof *wrong), *done = psy_pmml_get(c, rows, sizeof *done);
	uint32_t all = psy_pmml_registers(c, pairs + 1);
	double *possible;
	psy_pmml_value to = table_result(c, element, rows, &possible);

	if (pairs > 64)
		psy_pmml_fail(c, element, PSY_LIMIT, "more than 64 FieldColumnPairs");
	if (table == NULL || pairs == 0)
		psy_pmml_fail(c, element, PSY_UNSUPPORTED, "without an InlineTable and a FieldColumnPair it is not supported");
	for (const psy_xml *pair = psy_xml_child(element, "FieldColumnPair"); pair != NULL && psy_pmml_ok(c); pair = psy_xml_again(pair), k++)
	{
		from[k] = psy_pmml_field_value(c, scope, pair, psy_pmml_need(c, pair, "field"));
		psy_pmml_copy(c, all + k, from[k].reg, 1);
	}
	if (!psy_pmml_ok(c))
		return to;
	/* One missing field makes the whole missing: a sum tells. */
	psy_pmml_apply(c, all + pairs, ".xor", all, pairs);
	missing = psy_pmml_test(c, all + pairs, PSY_PMML_MISSING, 0);
	k = 0;
	for (const psy_xml *row = psy_xml_child(table, "row"); row != NULL && psy_pmml_ok(c); row = psy_xml_again(row), k++)
	{
		uint32_t tests = match_row(c, element, row, from, wrong);
		const char *text = cell(row, output);

		if (text == NULL)
			psy_pmml_fail(c, row, PSY_FORMAT, "there is no column \"%.60s\"", output);
		else
			give(c, row, &to, text, possible);
		done[k] = psy_pmml_jump(c);
		for (uint32_t t = 0; t < tests && psy_pmml_ok(c); t++)
			psy_pmml_land(c, wrong[t]);
	}
	finish_table(c, element, &to, possible, done, rows, missing);
	return to;
}
