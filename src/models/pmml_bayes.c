/*
 * pmml_bayes.c - NaiveBayesModel: counts, discretized and continuous inputs (Gaussian and Poisson), threshold.
 *
 * Log densities are added up and turned into probabilities at the end.  A count of 0 takes the threshold instead
 * of a probability; a density never falls below it; a missing input is passed over, and so is a value without
 * counts (PMML, Naive Bayes; JPMML).
 */
#include "models/pmml.h"

#include <math.h>
#include <string.h>

typedef struct bayes
{
	psy_pmml *c;
	psy_pmml_model *m;
	uint32_t classes;
	uint32_t sums;
	double threshold;
} bayes;

/* count[classes] from TargetValueCounts; classes that it leaves out keep -1. */
static void
read_counts(bayes *b, const psy_xml *counts, double *count)
{
	psy_pmml *c = b->c;

	for (uint32_t k = 0; k < b->classes; k++)
		count[k] = -1;
	for (const psy_xml *one = counts == NULL ? NULL : psy_xml_child(counts, "TargetValueCount"); one != NULL && psy_pmml_ok(c); one = psy_xml_again(one))
	{
		uint32_t class = psy_pmml_class(c, one, b->m->answer.target, psy_pmml_need(c, one, "value"));
		double value = psy_pmml_need_number(c, one, "count");

		if (!psy_pmml_ok(c))
			return;
		if (!(value >= 0))
			psy_pmml_fail(c, one, PSY_FORMAT, "a negative count");
		count[class] = value;
	}
}

static void
add_logs(bayes *b, const double *log_of)
{
	uint32_t at = psy_pmml_registers(b->c, b->classes);

	psy_pmml_vector(b->c, at, log_of, b->classes);
	psy_pmml_emit(b->c, (psy_pmml_ins){.code = PSY_PMML_ADD, .to = b->sums, .a = at, .n = b->classes, .u.k = 1});
}

static void
discrete_input(bayes *b, const psy_xml *input, psy_pmml_value field)
{
	psy_pmml *c = b->c;
	double *total = psy_pmml_get(c, b->classes, sizeof *total), *count = psy_pmml_get(c, b->classes, sizeof *count);

	for (const psy_xml *pair = psy_xml_child(input, "PairCounts"); pair != NULL && psy_pmml_ok(c); pair = psy_xml_again(pair))
	{
		read_counts(b, psy_xml_child(pair, "TargetValueCounts"), count);
		for (uint32_t k = 0; k < b->classes; k++)
			total[k] += count[k] > 0 ? count[k] : 0;
	}
	for (const psy_xml *pair = psy_xml_child(input, "PairCounts"); pair != NULL && psy_pmml_ok(c); pair = psy_xml_again(pair))
	{
		uint32_t next = psy_pmml_test(c, field.reg, PSY_PMML_NE, psy_pmml_literal(c, pair, field.type, psy_pmml_need(c, pair, "value")));

		read_counts(b, psy_xml_child(pair, "TargetValueCounts"), count);
		for (uint32_t k = 0; k < b->classes && psy_pmml_ok(c); k++)
			count[k] = count[k] < 0 ? 0 : log(count[k] == 0 ? b->threshold : count[k] / total[k]);
		add_logs(b, count);
		psy_pmml_land(c, next);
		psy_pmml_land_unknown(c, next);
		psy_pmml_poll(c);
	}
}

static void
read_stat(bayes *b, const psy_xml *stat, double *setting, int *how)
{
	psy_pmml *c = b->c;
	const psy_xml *gauss = psy_xml_child(stat, "GaussianDistribution"), *poisson = psy_xml_child(stat, "PoissonDistribution");
	uint32_t class = psy_pmml_class(c, stat, b->m->answer.target, psy_pmml_need(c, stat, "value"));

	if (!psy_pmml_ok(c))
		return;
	if ((gauss == NULL) == (poisson == NULL) || (*how >= 0 && *how != (poisson != NULL)))
		psy_pmml_fail(c, stat, PSY_UNSUPPORTED, "a distribution other than Gaussian or Poisson, or both in one input, is not supported");
	if (!psy_pmml_ok(c))
		return;
	*how = poisson != NULL;
	setting[1 + 2 * class] = psy_pmml_need_number(c, *how == 1 ? poisson : gauss, "mean");
	setting[2 + 2 * class] = *how == 1 ? 1 : psy_pmml_need_number(c, gauss, "variance");
	if (psy_pmml_ok(c) && (*how == 1 ? !(setting[1 + 2 * class] > 0) : !(setting[2 + 2 * class] > 0)))
		psy_pmml_fail(c, stat, PSY_FORMAT, "the %s is not positive", *how == 1 ? "mean" : "variance");
}

static void
continuous_input(bayes *b, const psy_xml *stats, psy_pmml_value field)
{
	psy_pmml *c = b->c;
	uint32_t size = 1 + 2 * b->classes, missing;
	double *setting = psy_pmml_get(c, size, sizeof *setting);
	int how = -1;

	if (setting == NULL)
		return;
	setting[0] = b->threshold;
	for (uint32_t k = 0; k < b->classes; k++)
		setting[2 + 2 * k] = -1;
	for (const psy_xml *stat = psy_xml_child(stats, "TargetValueStat"); stat != NULL && psy_pmml_ok(c); stat = psy_xml_again(stat))
		read_stat(b, stat, setting, &how);
	if (how < 0)
		psy_pmml_fail(c, stats, PSY_FORMAT, "there is no TargetValueStat in it");
	missing = psy_pmml_test(c, field.reg, PSY_PMML_MISSING, 0);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_DENSITY,
									.how = (uint16_t) how,
									.to = b->sums,
									.a = field.reg,
									.n = b->classes,
									.u.at = {psy_pmml_numbers(c, setting, size), 0}});
	psy_pmml_land(c, missing);
}

static void
add_input(bayes *b, const psy_xml *input)
{
	psy_pmml *c = b->c;
	const char *name = psy_xml_get(input, "field") != NULL ? psy_xml_get(input, "field") : psy_pmml_need(c, input, "fieldName");
	const psy_xml *stats = psy_xml_child(input, "TargetValueStats"), *derived = psy_xml_child(input, "DerivedField");
	psy_pmml_value field = psy_pmml_field_value(c, b->m->scope, input, name);

	if (!psy_pmml_ok(c))
		return;
	if (stats != NULL)
	{
		field.reg = psy_pmml_cast(c, input, field, PSY_PMML_DOUBLE).reg;
		continuous_input(b, stats, field);
		return;
	}
	if (derived != NULL)
	{
		const psy_xml *expression = psy_pmml_expression_in(c, derived);

		field = psy_pmml_expression(c, b->m->scope, expression);
	}
	if (psy_pmml_ok(c))
		discrete_input(b, input, field);
}

void
psy_pmml_bayes(psy_pmml *c, psy_pmml_model *m)
{
	const psy_xml *inputs = psy_xml_child(m->element, "BayesInputs"), *output = psy_xml_child(m->element, "BayesOutput");
	bayes b = {.c = c, .m = m};
	double *prior;

	if (!m->answer.classifies || inputs == NULL || output == NULL)
		psy_pmml_fail(c, m->element, PSY_FORMAT, m->answer.classifies ? "BayesInputs or BayesOutput are missing" : "a naive Bayes model of a regression");
	b.threshold = psy_pmml_need_number(c, m->element, "threshold");
	if (psy_pmml_ok(c) && !(b.threshold >= 0))
		psy_pmml_fail(c, m->element, PSY_FORMAT, "a negative threshold");
	/* A threshold of 0 would make a probability of 0 and its logarithm infinite: the smallest positive number stands for it. */
	if (b.threshold == 0)
		b.threshold = 4.9406564584124654e-324;
	if (!psy_pmml_ok(c))
		return;
	b.classes = m->answer.target->labels;
	b.sums = m->answer.probability;
	if ((prior = psy_pmml_get(c, b.classes, sizeof *prior)) == NULL)
		return;
	read_counts(&b, psy_xml_child(output, "TargetValueCounts"), prior);
	for (uint32_t k = 0; k < b.classes && psy_pmml_ok(c); k++)
	{
		if (prior[k] < 0)
			psy_pmml_fail(c, output, PSY_FORMAT, "there is no count of the category \"%.60s\"", m->answer.target->text[k]);
		prior[k] = log(prior[k] == 0 ? b.threshold : prior[k]);
	}
	psy_pmml_vector(c, b.sums, prior, b.classes);
	for (const psy_xml *input = psy_xml_child(inputs, "BayesInput"); input != NULL && psy_pmml_ok(c); input = psy_xml_again(input))
		add_input(&b, input);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_SHARE, .to = b.sums, .n = b.classes});
	psy_pmml_largest(c, &m->answer);
}
