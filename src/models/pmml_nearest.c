/*
 * pmml_nearest.c - NearestNeighborModel: the training instances as a table of numbers (pmml_neighbours.c).
 *
 * An input that is a derived field must stand in the table already transformed, as every known producer writes it.
 */
#include "models/pmml_neighbours.h"

#include "models/pmml.h"

#include <math.h>
#include <string.h>

typedef struct nearest
{
	psy_pmml *c;
	psy_pmml_model *m;
	const psy_xml *measure;
	double *number;
	uint32_t inputs;
	uint32_t instances;
	uint32_t classes;
	const psy_xml **input; /* KNNInput elements */
	psy_pmml_value *value;
	const char **column; /* of each input, and of the target behind them */
} nearest;

static uint32_t
count_named(const psy_xml *element, const char *name)
{
	uint32_t count = 0;

	for (const psy_xml *child = element == NULL ? NULL : psy_xml_child(element, name); child != NULL; child = psy_xml_again(child))
		count++;
	return count;
}

/* ---- how to compare -------------------------------------------------------------------------- */

static const char *const functions[] = {"absDiff", "gaussSim", "delta", "equal", NULL};

static void
read_parameters(psy_pmml *c, const psy_xml *similarity, double *number)
{
	static const char *const names[] = {"c00-parameter", "c01-parameter", "c10-parameter", "c11-parameter",
										"d00-parameter", "d01-parameter", "d10-parameter", "d11-parameter"};

	for (int k = 0; k < 8; k++)
		number[PSY_KNN_C + k] = psy_pmml_need_number(c, similarity, names[k]);
}

static void
read_measure(nearest *n)
{
	static const char *const distances[] = {"euclidean", "squaredEuclidean", "chebychev", "cityBlock", "minkowski", NULL};
	/* c and d of the similarities that have names: 00, 01, 10, 11. */
	static const struct
	{
		const char *name;
		double c[4], d[4];
	} similarities[] = {{"simpleMatching", {1, 0, 0, 1}, {1, 1, 1, 1}}, {"jaccard", {0, 0, 0, 1}, {0, 1, 1, 1}}, {"tanimoto", {1, 0, 0, 1}, {1, 2, 2, 1}}};
	psy_pmml *c = n->c;

	for (int k = 0; distances[k] != NULL; k++)
		if (psy_xml_child(n->measure, distances[k]) != NULL)
		{
			n->number[PSY_KNN_MEASURE] = k;
			n->number[PSY_KNN_POWER] = k == PSY_KNN_MINKOWSKI ? psy_pmml_need_number(c, psy_xml_child(n->measure, distances[k]), "p-parameter") : 1;
			if (!(n->number[PSY_KNN_POWER] > 0))
				psy_pmml_fail(c, n->measure, PSY_FORMAT, "the power is not positive");
			return;
		}
	n->number[PSY_KNN_MEASURE] = PSY_KNN_SIMILARITY;
	for (size_t k = 0; k < 3; k++)
		if (psy_xml_child(n->measure, similarities[k].name) != NULL)
		{
			memcpy(n->number + PSY_KNN_C, similarities[k].c, sizeof similarities[k].c);
			memcpy(n->number + PSY_KNN_D, similarities[k].d, sizeof similarities[k].d);
			return;
		}
	if (psy_xml_child(n->measure, "binarySimilarity") != NULL)
		read_parameters(c, psy_xml_child(n->measure, "binarySimilarity"), n->number);
	else
		psy_pmml_fail(c, n->measure, PSY_FORMAT, "there is no measure in it");
}

static void
read_inputs(nearest *n, const psy_xml *inputs)
{
	psy_pmml *c = n->c;
	int common = psy_pmml_choice(c, n->measure, "compareFunction", functions, PSY_KNN_ABS_DIFF);
	uint32_t k = 0;

	for (const psy_xml *input = psy_xml_child(inputs, "KNNInput"); input != NULL && psy_pmml_ok(c); input = psy_xml_again(input), k++)
	{
		double *compare = n->number + PSY_KNN_SETTINGS + 3 * (size_t) k;
		const char *name = psy_xml_get(input, "field") != NULL ? psy_xml_get(input, "field") : psy_pmml_need(c, input, "fieldName");

		n->input[k] = input;
		n->value[k] = psy_pmml_field_value(c, n->m->scope, input, name);
		compare[0] = psy_pmml_choice(c, input, "compareFunction", functions, common);
		compare[1] = psy_pmml_number_or(c, input, "fieldWeight", 1);
		compare[2] = compare[0] == PSY_KNN_GAUSS_SIM ? psy_pmml_need_number(c, input, "similarityScale") : 1;
		if (n->value[k].type == PSY_PMML_STRING && compare[0] <= PSY_KNN_GAUSS_SIM)
			psy_pmml_fail(c, input, PSY_FORMAT, "texts can only be compared by delta or equal");
		if (n->value[k].type == PSY_PMML_STRING && n->number[PSY_KNN_MEASURE] == PSY_KNN_SIMILARITY)
			psy_pmml_fail(c, input, PSY_FORMAT, "a similarity needs truth values");
	}
}

/* ---- the instances --------------------------------------------------------------------------- */

static const char *
column_of(nearest *n, const psy_xml *fields, const char *name)
{
	psy_pmml *c = n->c;

	for (const psy_xml *field = psy_xml_child(fields, "InstanceField"); field != NULL && psy_pmml_ok(c); field = psy_xml_again(field))
		if (strcmp(psy_pmml_need(c, field, "field"), name) == 0)
		{
			const char *column = psy_xml_get(field, "column"), *colon;

			if (column == NULL)
				return name;
			colon = strchr(column, ':');
			return colon == NULL ? column : colon + 1;
		}
	psy_pmml_fail(c, fields, PSY_FORMAT, "there is no InstanceField \"%.60s\"", name);
	return NULL;
}

/* Cells mostly come in the order in which they are looked for. */
static const char *
cell(nearest *n, const psy_xml *row, const char *column, const psy_xml **last)
{
	const psy_xml *from = *last == NULL ? row->first : (*last)->next;

	for (int round = 0; round < 2; round++, from = row->first)
		for (; from != NULL; from = from->next)
			if (strcmp(from->name, column) == 0)
			{
				*last = from;
				return from->text;
			}
	psy_pmml_fail(n->c, row, PSY_FORMAT, "there is no column \"%.60s\"", column);
	return "";
}

static void
read_rows(nearest *n, const psy_xml *table)
{
	psy_pmml *c = n->c;
	double *instance = n->number + PSY_KNN_SETTINGS + 3 * (size_t) n->inputs, *target = instance + (size_t) n->inputs * n->instances;
	const psy_pmml_target *t = n->m->answer.target;

	for (const psy_xml *row = psy_xml_child(table, "row"); row != NULL && psy_pmml_ok(c); row = psy_xml_again(row))
	{
		const psy_xml *last = NULL;

		for (uint32_t k = 0; k < n->inputs && psy_pmml_ok(c); k++)
			*instance++ = psy_pmml_literal(c, row, n->value[k].type, cell(n, row, n->column[k], &last));
		if (!psy_pmml_ok(c))
			return;
		if (n->classes > 0)
			*target++ = psy_pmml_class(c, row, t, cell(n, row, n->column[n->inputs], &last));
		else
			*target++ = psy_pmml_number(c, row, "the target", cell(n, row, n->column[n->inputs], &last));
		psy_pmml_poll(c);
	}
}

/* Among tied classes the one with the most instances wins, then the first in the order of texts. */
static void
rank_classes(nearest *n)
{
	const double *target = n->number + PSY_KNN_SETTINGS + 3 * (size_t) n->inputs + (size_t) n->inputs * n->instances;
	double *rank = (double *) target + n->instances;
	const psy_pmml_target *t = n->m->answer.target;
	uint32_t *count = psy_pmml_get(n->c, n->classes, sizeof *count);

	if (count == NULL)
		return;
	for (uint32_t k = 0; k < n->instances; k++)
		count[(uint32_t) target[k]]++;
	for (uint32_t a = 0; a < n->classes; a++)
	{
		rank[a] = 0;
		for (uint32_t b = 0; b < n->classes; b++)
			rank[a] += count[b] > count[a] || (count[b] == count[a] && strcmp(t->text[b], t->text[a]) < 0);
	}
}

static void
read_method(nearest *n)
{
	static const char *const votes[] = {"majorityVote", "weightedMajorityVote", NULL};
	static const char *const averages[] = {"average", "weightedAverage", "median", NULL};
	psy_pmml *c = n->c;
	const psy_xml *e = n->m->element;

	n->number[PSY_KNN_METHOD] = n->classes > 0 ? psy_pmml_choice(c, e, "categoricalScoringMethod", votes, 0)
											   : psy_pmml_choice(c, e, "continuousScoringMethod", averages, 0);
	n->number[PSY_KNN_THRESHOLD] = psy_pmml_number_or(c, e, "threshold", 0.001);
	n->number[PSY_KNN_NEIGHBOURS] = psy_pmml_need_number(c, e, "numberOfNeighbors");
	n->number[PSY_KNN_INPUTS] = n->inputs;
	n->number[PSY_KNN_CLASSES] = n->classes;
	if (psy_pmml_ok(c) && (!(n->number[PSY_KNN_NEIGHBOURS] >= 1 && n->number[PSY_KNN_NEIGHBOURS] <= n->instances) ||
						   n->number[PSY_KNN_NEIGHBOURS] != floor(n->number[PSY_KNN_NEIGHBOURS])))
		psy_pmml_fail(c, e, PSY_FORMAT, "%.15g neighbours of %u instances", n->number[PSY_KNN_NEIGHBOURS], n->instances);
	if (psy_pmml_ok(c) && n->number[PSY_KNN_METHOD] == PSY_KNN_WEIGHTED && n->number[PSY_KNN_MEASURE] == PSY_KNN_SIMILARITY)
		psy_pmml_fail(c, e, PSY_UNSUPPORTED, "weighting by a similarity is not supported");
}

static void
emit(nearest *n, size_t size)
{
	psy_pmml *c = n->c;
	psy_pmml_answer *answer = &n->m->answer;
	uint32_t in = psy_pmml_registers(c, n->inputs), out = psy_pmml_registers(c, 1 + n->classes + n->instances);

	for (uint32_t k = 0; k < n->inputs && psy_pmml_ok(c); k++)
		psy_pmml_copy(c, in + k, n->value[k].reg, 1);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_NEIGHBOURS,
									.to = out,
									.a = in,
									.n = n->instances,
									.u.at = {psy_pmml_numbers(c, n->number, (uint32_t) size), 0}});
	psy_pmml_copy(c, answer->value, out, 1);
	if (n->classes > 0)
		psy_pmml_copy(c, answer->probability, out + 1, n->classes);
}

void
psy_pmml_nearest(psy_pmml *c, psy_pmml_model *m)
{
	const psy_xml *inputs = psy_xml_child(m->element, "KNNInputs"), *training = psy_xml_child(m->element, "TrainingInstances");
	const psy_xml *fields = training == NULL ? NULL : psy_xml_child(training, "InstanceFields");
	const psy_xml *table = training == NULL ? NULL : psy_xml_child(training, "InlineTable");
	nearest n = {.c = c, .m = m, .measure = psy_xml_child(m->element, "ComparisonMeasure")};
	size_t size;

	if (inputs == NULL || fields == NULL || table == NULL || n.measure == NULL)
		psy_pmml_fail(c, m->element, PSY_UNSUPPORTED,
					  "a model without KNNInputs, a ComparisonMeasure, InstanceFields and an InlineTable is not supported");
	if (m->answer.target->name == NULL)
		psy_pmml_fail(c, m->element, PSY_UNSUPPORTED, "nearest neighbours without a target are not supported");
	n.inputs = count_named(inputs, "KNNInput");
	n.instances = count_named(table, "row");
	n.classes = m->answer.classifies ? m->answer.target->labels : 0;
	if (count_named(fields, "InstanceField") > 20000)
		psy_pmml_fail(c, fields, PSY_LIMIT, "more than 20000 InstanceFields");
	if (psy_pmml_ok(c) && (n.inputs == 0 || n.instances == 0 || n.inputs > 10000))
		psy_pmml_fail(c, m->element, PSY_FORMAT, "%u inputs and %u instances", n.inputs, n.instances);
	size = PSY_KNN_SETTINGS + 3 * (size_t) n.inputs + (size_t) n.instances * (n.inputs + (size_t) 1) + n.classes;
	if (size > c->limits->image / sizeof(double))
		psy_pmml_fail(c, table, PSY_LIMIT, "the compiled model would be larger than %zu bytes", c->limits->image);
	n.number = psy_pmml_get(c, size, sizeof *n.number);
	n.input = psy_pmml_get(c, n.inputs, sizeof *n.input);
	n.value = psy_pmml_get(c, n.inputs, sizeof *n.value);
	n.column = psy_pmml_get(c, n.inputs + (size_t) 1, sizeof *n.column);
	if (!psy_pmml_ok(c))
		return;
	read_measure(&n);
	read_inputs(&n, inputs);
	read_method(&n);
	for (uint32_t k = 0; k < n.inputs && psy_pmml_ok(c); k++)
		n.column[k] = column_of(&n, fields, c->symbol[psy_pmml_known_symbol(c, psy_xml_get(n.input[k], psy_xml_get(n.input[k], "field") != NULL ? "field" : "fieldName"))]);
	n.column[n.inputs] = psy_pmml_ok(c) ? column_of(&n, fields, m->answer.target->name) : NULL;
	if (!psy_pmml_ok(c))
		return;
	read_rows(&n, table);
	if (n.classes > 0 && psy_pmml_ok(c))
		rank_classes(&n);
	if (psy_pmml_ok(c))
		emit(&n, size);
}
