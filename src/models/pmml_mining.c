/*
 * pmml_mining.c - MiningModel: segments chosen by predicates, and every way to combine what they give.
 *
 * Each segment leaves its answer in registers of its own, missing when it was not chosen.  PMML 4.4's
 * missingPredictionTreatment decides what a chosen segment without an answer means.
 */
#include "models/pmml.h"

#include <math.h>
#include <string.h>

static const char *const methods[] = {"majorityVote", "weightedMajorityVote", "average", "weightedAverage", "median", "x-weightedMedian", "max", "sum",
									  "x-weightedSum", "selectFirst", "modelChain", "weightedMedian", "weightedSum", NULL};

enum
{
	MAJORITY_VOTE,
	WEIGHTED_MAJORITY_VOTE,
	AVERAGE,
	WEIGHTED_AVERAGE,
	MEDIAN,
	WEIGHTED_MEDIAN,
	MAX,
	SUM,
	WEIGHTED_SUM,
	SELECT_FIRST,
	MODEL_CHAIN,
	WEIGHTED_MEDIAN_44,
	WEIGHTED_SUM_44
};

enum
{
	CONTINUE,
	SKIP_SEGMENT,
	RETURN_MISSING
};

typedef struct mining
{
	psy_pmml *c;
	psy_pmml_model *m;
	const psy_xml *segmentation;
	psy_pmml_scope *outer; /* where segments find each other's outputs */
	int method;
	int treatment;
	double threshold;
	uint32_t segments;
	uint32_t value;	 /* registers: per segment value and weight, */
	uint32_t chosen; /* whether it was chosen, */
	uint32_t distribution; /* and its classes' probabilities */
	uint32_t *ended; /* jumps of selectFirst */
} mining;

static const psy_xml *
model_of(psy_pmml *c, const psy_xml *segment)
{
	int which;

	for (const psy_xml *child = segment->first; child != NULL; child = child->next)
		if (psy_pmml_is_model(child, &which))
			return child;
	for (const psy_xml *child = segment->first; child != NULL; child = child->next)
		if (strstr(child->name, "Model") != NULL || strcmp(child->name, "Scorecard") == 0)
			psy_pmml_refuse(c, child, child->name);
	psy_pmml_fail(c, segment, PSY_FORMAT, "there is no model in it");
	return NULL;
}

static double
weight_of(mining *g, const psy_xml *segment)
{
	double weight = psy_pmml_number_or(g->c, segment, "weight", 1);

	if (psy_pmml_ok(g->c) && !(weight >= 0))
		psy_pmml_fail(g->c, segment, PSY_FORMAT, "a negative weight");
	return weight;
}

static bool
is_weighted(int method)
{
	return method == WEIGHTED_MAJORITY_VOTE || method == WEIGHTED_AVERAGE || method == WEIGHTED_MEDIAN || method == WEIGHTED_SUM;
}

/* ---- running the segments
 * ---------------------------------------------------------------------------------------- */

/* The segment's answer takes the place of the whole model's. */
static void
take_over(mining *g, const psy_xml *segment, const psy_pmml_answer *answer)
{
	psy_pmml *c = g->c;
	psy_pmml_answer *whole = &g->m->answer;

	if (psy_pmml_ok(c) && answer->classifies != whole->classifies)
		psy_pmml_fail(c, segment, PSY_UNSUPPORTED, "a segment that %s within a model that %s is not supported",
					  answer->classifies ? "classifies" : "regresses", whole->classifies ? "classifies" : "regresses");
	if (!psy_pmml_ok(c))
		return;
	psy_pmml_copy(c, whole->value, answer->value, 1);
	if (!whole->classifies)
		return;
	if (answer->target->labels != whole->target->labels)
		psy_pmml_fail(c, segment, PSY_FORMAT, "its classes are not the whole model's");
	whole->has_probability &= answer->has_probability;
	whole->has_decision |= answer->has_decision;
	psy_pmml_copy(c, whole->probability, answer->probability, whole->target->labels);
}

static void
keep(mining *g, const psy_xml *segment, const psy_pmml_answer *answer, uint32_t k)
{
	psy_pmml *c = g->c;
	psy_pmml_answer *whole = &g->m->answer;

	psy_pmml_copy(c, g->value + 2 * k, answer->value, 1);
	psy_pmml_const(c, g->value + 2 * k + 1, weight_of(g, segment));
	psy_pmml_const(c, g->chosen + k, weight_of(g, segment));
	if (psy_pmml_ok(c) && answer->classifies != whole->classifies)
		psy_pmml_fail(c, segment, PSY_UNSUPPORTED, "a segment that %s within a model that %s is not supported",
					  answer->classifies ? "classifies" : "regresses", whole->classifies ? "classifies" : "regresses");
	if (!whole->classifies || g->method <= WEIGHTED_MAJORITY_VOTE || !psy_pmml_ok(c))
		return;
	if (!answer->has_probability)
		psy_pmml_fail(c, segment, PSY_UNSUPPORTED, "multipleModelMethod=\"%s\" over segments without probabilities is not supported", methods[g->method]);
	else if (answer->target->labels != whole->target->labels)
		psy_pmml_fail(c, segment, PSY_FORMAT, "its classes are not the whole model's");
	else
		psy_pmml_copy(c, g->distribution + k * whole->target->labels, answer->probability, whole->target->labels);
}

static void
run_segment(mining *g, const psy_xml *segment, uint32_t k)
{
	psy_pmml *c = g->c;
	const psy_xml *predicate = psy_pmml_predicate_in(segment), *model = model_of(c, segment);
	psy_pmml_branch branch;
	psy_pmml_answer answer;
	uint32_t skip;

	if (predicate == NULL)
		psy_pmml_fail(c, segment, PSY_FORMAT, "there is no predicate in it");
	psy_pmml_poll(c);
	if (!psy_pmml_ok(c))
		return;
	branch = psy_pmml_predicate(c, g->outer, predicate);
	skip = psy_pmml_jump(c);
	psy_pmml_land(c, branch.test);
	answer = psy_pmml_compile_model(c, model, g->outer, g->m->answer.target);
	if (!psy_pmml_ok(c))
		return;
	if (g->method == SELECT_FIRST)
	{
		take_over(g, segment, &answer);
		g->ended[k] = psy_pmml_jump(c);
	}
	else if (g->method == MODEL_CHAIN)
	{
		/* The last one counts; the others serve it by their outputs. */
		if (psy_xml_again(segment) == NULL)
			take_over(g, segment, &answer);
	}
	else
		keep(g, segment, &answer, k);
	psy_pmml_land(c, skip);
	if (branch.has_unknown)
		psy_pmml_land_unknown(c, branch.test);
}

/* ---- combining
 * --------------------------------------------------------------------------------------------------- */

/*
 * The share of the chosen segments' weights that have no answer, into a register: its comparison with the
 * threshold, or with 0, decides whether the whole has none.
 */
static uint32_t
missing_share(mining *g)
{
	psy_pmml *c = g->c;
	uint32_t all = psy_pmml_registers(c, 3), lost = psy_pmml_registers(c, g->segments), pair = all + 1;

	psy_pmml_const(c, all, 0);
	for (uint32_t k = 0; k < g->segments && psy_pmml_ok(c); k++)
	{
		uint32_t absent = psy_pmml_test(c, g->chosen + k, PSY_PMML_MISSING, 0);
		uint32_t answered = psy_pmml_test(c, g->value + 2 * k, PSY_PMML_PRESENT, 0);

		psy_pmml_copy(c, lost + k, g->chosen + k, 1);
		psy_pmml_land(c, absent);
		psy_pmml_land(c, answered);
	}
	psy_pmml_apply(c, pair, "sum", lost, g->segments);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_DEFAULT, .to = pair, .a = pair, .u.k = 0});
	psy_pmml_apply(c, pair + 1, "sum", g->chosen, g->segments);
	psy_pmml_apply(c, all, "/", pair, 2);
	return all;
}

/* What leads past the combination, when a missing answer makes the whole missing; UINT32_MAX when nothing does. */
static uint32_t
give_up(mining *g)
{
	bool votes = g->method <= WEIGHTED_MAJORITY_VOTE;
	double bound = g->treatment == SKIP_SEGMENT || (g->treatment == CONTINUE && votes) ? g->threshold : 0;

	return psy_pmml_test(g->c, missing_share(g), PSY_PMML_GT, bound);
}

static void
combine_values(mining *g)
{
	static const char *const names[] = {NULL, NULL, "avg", ".weighted.average", "median", ".weighted.median", "max", "sum", ".weighted.sum"};
	psy_pmml *c = g->c;
	uint32_t plain;

	if (g->method <= WEIGHTED_MAJORITY_VOTE || g->method == MAX)
	{
		psy_pmml_fail(c, g->segmentation, PSY_FORMAT, "multipleModelMethod=\"%s\" of a regression", methods[g->method]);
		return;
	}
	if (is_weighted(g->method))
	{
		uint32_t any = psy_pmml_registers(c, 1), none;

		/* No segment was chosen: no answer. */
		psy_pmml_apply(c, any, "sum", g->chosen, g->segments);
		none = psy_pmml_test(c, any, PSY_PMML_MISSING, 0);
		psy_pmml_apply(c, g->m->answer.value, names[g->method], g->value, 2 * g->segments);
		psy_pmml_land(c, none);
		return;
	}
	plain = psy_pmml_registers(c, g->segments);
	for (uint32_t k = 0; k < g->segments && psy_pmml_ok(c); k++)
		psy_pmml_copy(c, plain + k, g->value + 2 * k, 1);
	psy_pmml_apply(c, g->m->answer.value, c->float_math && g->method == SUM ? ".float.sum" : names[g->method], plain, g->segments);
}

static void
combine_votes(mining *g)
{
	psy_pmml *c = g->c;
	psy_pmml_answer *answer = &g->m->answer;
	uint32_t classes = answer->target->labels, pair = psy_pmml_registers(c, 2), lost, most, worse, k = 0;
	double *zero = psy_pmml_get(c, classes, sizeof *zero);

	if (zero == NULL)
		return;
	psy_pmml_vector(c, answer->probability, zero, classes);
	lost = psy_pmml_registers(c, g->segments + 1);
	most = lost + g->segments;
	for (const psy_xml *segment = psy_xml_child(g->segmentation, "Segment"); segment != NULL && psy_pmml_ok(c); segment = psy_xml_again(segment), k++)
	{
		double weight = g->method == MAJORITY_VOTE ? 1 : weight_of(g, segment);
		uint32_t absent, answered;

		psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_VOTE, .to = answer->probability, .a = g->value + 2 * k, .n = classes, .u.k = weight});
		absent = psy_pmml_test(c, g->chosen + k, PSY_PMML_MISSING, 0);
		answered = psy_pmml_test(c, g->value + 2 * k, PSY_PMML_PRESENT, 0);
		psy_pmml_const(c, lost + k, weight);
		psy_pmml_land(c, absent);
		psy_pmml_land(c, answered);
	}
	/* The missing answer wins when it has more votes than any class. */
	psy_pmml_apply(c, pair, "sum", lost, g->segments);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_DEFAULT, .to = pair, .a = pair, .u.k = 0});
	psy_pmml_apply(c, pair + 1, "max", answer->probability, classes);
	psy_pmml_apply(c, most, "greaterThan", pair, 2);
	worse = psy_pmml_test(c, most, PSY_PMML_EQ, g->treatment == CONTINUE ? 1 : 2);
	psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_SHARE, .how = 1, .to = answer->probability, .n = classes});
	psy_pmml_largest(c, answer);
	psy_pmml_land(c, worse);
}

static void
combine_probabilities(mining *g)
{
	psy_pmml *c = g->c;
	psy_pmml_answer *answer = &g->m->answer;
	uint32_t classes = answer->target->labels, row = psy_pmml_registers(c, 2 * g->segments);

	if (g->method == MAX || g->method == MEDIAN)
		psy_pmml_emit(c, (psy_pmml_ins){.code = PSY_PMML_PICK,
										.how = g->method == MEDIAN,
										.to = answer->probability,
										.a = g->distribution,
										.n = g->segments,
										.u.at = {classes, 0}});
	else if (g->method == AVERAGE || g->method == WEIGHTED_AVERAGE)
		for (uint32_t class = 0; class < classes && psy_pmml_ok(c); class++)
		{
			for (uint32_t k = 0; k < g->segments; k++)
			{
				psy_pmml_copy(c, row + 2 * k, g->distribution + k * classes + class, 1);
				psy_pmml_copy(c, row + 2 * k + 1, g->value + 2 * k + 1, 1);
			}
			if (g->method == AVERAGE)
			{
				uint32_t plain = psy_pmml_registers(c, g->segments);

				for (uint32_t k = 0; k < g->segments; k++)
					psy_pmml_copy(c, plain + k, row + 2 * k, 1);
				psy_pmml_apply(c, answer->probability + class, "avg", plain, g->segments);
			}
			else
				psy_pmml_apply(c, answer->probability + class, ".weighted.average", row, 2 * g->segments);
		}
	else
		psy_pmml_fail(c, g->segmentation, PSY_FORMAT, "multipleModelMethod=\"%s\" of a classification", methods[g->method]);
	psy_pmml_largest(c, answer);
}

static void
combine(mining *g)
{
	psy_pmml *c = g->c;
	uint32_t lost = give_up(g);

	if (!g->m->answer.classifies)
		combine_values(g);
	else if (g->method <= WEIGHTED_MAJORITY_VOTE)
		combine_votes(g);
	else
		combine_probabilities(g);
	psy_pmml_land(c, lost);
}

void
psy_pmml_mining(psy_pmml *c, psy_pmml_model *m)
{
	static const char *const treatments[] = {"continue", "skipSegment", "returnMissing", NULL};
	mining g = {.c = c, .m = m, .segmentation = psy_xml_child(m->element, "Segmentation"), .outer = m->scope};
	uint32_t classes = m->answer.classifies ? m->answer.target->labels : 0, k = 0;

	if (g.segmentation == NULL)
	{
		psy_pmml_fail(c, m->element, PSY_UNSUPPORTED, "a MiningModel without a Segmentation (model composition) is not supported");
		return;
	}
	if (psy_xml_child(g.segmentation, "LocalTransformations") != NULL)
		psy_pmml_refuse(c, psy_xml_child(g.segmentation, "LocalTransformations"), "LocalTransformations of a Segmentation");
	g.method = psy_pmml_choice(c, g.segmentation, "multipleModelMethod", methods, -1);
	g.method = g.method == WEIGHTED_MEDIAN_44 ? WEIGHTED_MEDIAN : g.method == WEIGHTED_SUM_44 ? WEIGHTED_SUM : g.method;
	g.treatment = psy_pmml_choice(c, g.segmentation, "missingPredictionTreatment", treatments, CONTINUE);
	g.threshold = psy_pmml_number_or(c, g.segmentation, "missingThreshold", 1);
	for (const psy_xml *segment = psy_xml_child(g.segmentation, "Segment"); segment != NULL; segment = psy_xml_again(segment))
		g.segments++;
	if (g.segments == 0)
		psy_pmml_fail(c, g.segmentation, PSY_FORMAT, "there is no Segment in it");
	g.value = psy_pmml_registers(c, 2 * g.segments);
	g.chosen = psy_pmml_registers(c, g.segments);
	if (classes > 0 && g.method > WEIGHTED_MAJORITY_VOTE && g.method < SELECT_FIRST)
		g.distribution = psy_pmml_registers(c, g.segments < UINT32_MAX / classes ? g.segments * classes : UINT32_MAX);
	g.ended = psy_pmml_get(c, g.segments, sizeof *g.ended);
	for (const psy_xml *segment = psy_xml_child(g.segmentation, "Segment"); segment != NULL && psy_pmml_ok(c); segment = psy_xml_again(segment), k++)
		run_segment(&g, segment, k);
	if (!psy_pmml_ok(c))
		return;
	if (g.method == SELECT_FIRST)
		for (k = 0; k < g.segments; k++)
			psy_pmml_land(c, g.ended[k]);
	else if (g.method != MODEL_CHAIN)
		combine(&g);
}
