/*
 * pmml_mining.c - MiningModel: segments chosen by predicates, and every way to combine what they give.
 *
 * selectAll does not combine: its answer is the segment that the document's Output names, or the caller ("pmml:ID"); a
 * regression whose segments nobody singles out answers with each segment's value.
 *
 * Each segment leaves its answer in registers of its own, missing when it was not chosen.  PMML 4.4's
 * missingPredictionTreatment decides what a chosen segment without an answer means.
 */
#include "models/pmml.h"

#include <math.h>
#include <string.h>

static const char *const methods[] = {"majorityVote", "weightedMajorityVote", "average", "weightedAverage", "median", "x-weightedMedian", "max", "sum",
									  "x-weightedSum", "selectFirst", "modelChain", "selectAll", "weightedMedian", "weightedSum", NULL};

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
	SELECT_ALL,
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
	bool singled_out; /* the caller asks for one segment */
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

/* ---- running the segments -------------------------------------------------------------------- */

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
	g->m->segments.answer[k] = answer;
	if (g->method == SELECT_FIRST)
	{
		if (!g->singled_out)
			take_over(g, segment, &answer);
		g->ended[k] = psy_pmml_jump(c);
	}
	else if (g->method == MODEL_CHAIN)
	{
		/* The last one counts; the others serve it by their outputs. */
		if (psy_xml_again(segment) == NULL && !g->singled_out)
			take_over(g, segment, &answer);
	}
	else if (g->method != SELECT_ALL && !g->singled_out)
		keep(g, segment, &answer, k);
	psy_pmml_land(c, skip);
	if (branch.has_unknown)
		psy_pmml_land_unknown(c, branch.test);
}

/* ---- combining ------------------------------------------------------------------------------- */

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
	plain = psy_pmml_registers(c, g->segments);
	for (uint32_t k = 0; k < g->segments && psy_pmml_ok(c); k++)
		psy_pmml_copy(c, plain + k, g->value + 2 * k, 1);
	if (is_weighted(g->method))
	{
		uint32_t any = psy_pmml_registers(c, 1), none;

		/* No segment has an answer: neither has the whole. */
		psy_pmml_apply(c, any, "sum", plain, g->segments);
		none = psy_pmml_test(c, any, PSY_PMML_MISSING, 0);
		psy_pmml_apply(c, g->m->answer.value, names[g->method], g->value, 2 * g->segments);
		psy_pmml_land(c, none);
		return;
	}
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

/* ---- one segment's answer, or each one's ----------------------------------------------------- */

uint32_t
psy_pmml_segment(psy_pmml *c, const psy_xml *at, const psy_pmml_segments *segments, const char *id)
{
	for (uint32_t k = 0; k < segments->count; k++)
		if (strcmp(segments->id[k], id) == 0)
			return k;
	psy_pmml_fail(c, at, PSY_FORMAT, "\"%.60s\" is no segment of the model", id);
	return 0;
}

/* Segments without an id are named by their place, from 1. */
static void
name_segments(mining *g)
{
	psy_pmml *c = g->c;
	psy_pmml_segments *to = &g->m->segments;
	uint32_t k = 0;

	to->id = psy_pmml_get(c, g->segments, sizeof *to->id);
	to->answer = psy_pmml_get(c, g->segments, sizeof *to->answer);
	for (const psy_xml *segment = psy_xml_child(g->segmentation, "Segment"); segment != NULL && psy_pmml_ok(c); segment = psy_xml_again(segment), k++)
	{
		char *place;

		if ((to->id[k] = psy_xml_get(segment, "id")) != NULL)
			continue;
		if ((place = psy_pmml_get(c, 12, 1)) == NULL)
			return;
		psy_append(place, 12, "%u", k + 1);
		to->id[k] = place;
	}
	to->count = psy_pmml_ok(c) ? g->segments : 0;
}

static const psy_xml *
segment_at(const mining *g, uint32_t k)
{
	const psy_xml *segment = psy_xml_child(g->segmentation, "Segment");

	while (k-- > 0)
		segment = psy_xml_again(segment);
	return segment;
}

/* Puts the segment's value behind those that there are. */
static void
list_value(mining *g, uint32_t k)
{
	psy_pmml_segments *s = &g->m->segments;

	if (s->answer[k].classifies)
		psy_pmml_fail(g->c, segment_at(g, k), PSY_UNSUPPORTED, "a segment that classifies within a model that regresses is not supported");
	psy_pmml_copy(g->c, s->first + s->values++, s->answer[k].value, 1);
}

/* All segments' values, or those that the Output lists. */
static void
list_values(mining *g)
{
	psy_pmml *c = g->c;
	const psy_xml *output = psy_pmml_segment_result(g->m->element, NULL);
	uint32_t listed = 0;

	for (const psy_xml *each = output; each != NULL; each = psy_pmml_segment_result(g->m->element, each))
		listed++;
	g->m->segments.first = psy_pmml_registers(c, listed > 0 ? listed : g->segments);
	for (const psy_xml *each = output; each != NULL && psy_pmml_ok(c); each = psy_pmml_segment_result(g->m->element, each))
		list_value(g, psy_pmml_segment(c, each, &g->m->segments, psy_xml_get(each, "segmentId")));
	for (uint32_t k = 0; k < g->segments && listed == 0 && psy_pmml_ok(c); k++)
		list_value(g, k);
	if (psy_pmml_ok(c) && g->m->segments.values > PSY_MODEL_MOST_CLASSES)
		psy_pmml_fail(c, g->segmentation, PSY_LIMIT, "%u values, at most %d are possible", g->m->segments.values, PSY_MODEL_MOST_CLASSES);
}

static void
refuse_to_choose(mining *g)
{
	psy_pmml_fail(g->c, g->segmentation, PSY_UNSUPPORTED,
				  "multipleModelMethod=\"selectAll\" has %u answers, and the Output does not single one out", g->segments);
	psy_hint(g->c->err, "Say whose answer is wanted by the segment's id: model_load(document, 'pmml:%.40s').", g->m->segments.id[0]);
}

static void
answer_of_all(mining *g)
{
	psy_pmml *c = g->c;
	const psy_xml *output = psy_pmml_segment_result(g->m->element, NULL);
	bool one = output != NULL;
	uint32_t k = one ? psy_pmml_segment(c, output, &g->m->segments, psy_xml_get(output, "segmentId")) : 0;

	for (const psy_xml *each = output; each != NULL && psy_pmml_ok(c); each = psy_pmml_segment_result(g->m->element, each))
		one &= psy_pmml_segment(c, each, &g->m->segments, psy_xml_get(each, "segmentId")) == k;
	one |= g->segments == 1;
	if (!psy_pmml_ok(c))
		return;
	if (one)
		take_over(g, segment_at(g, k), &g->m->segments.answer[k]);
	else if (g->m->answer.classifies || g->m->nested)
		refuse_to_choose(g);
	else if (!psy_pmml_transforms_result(g->m))
		list_values(g);
}

/* ---- the model ------------------------------------------------------------------------------- */

static void
run_segments(mining *g)
{
	psy_pmml *c = g->c;
	uint32_t k = 0;

	for (const psy_xml *segment = psy_xml_child(g->segmentation, "Segment"); segment != NULL && psy_pmml_ok(c); segment = psy_xml_again(segment), k++)
		run_segment(g, segment, k);
	for (k = 0; g->method == SELECT_FIRST && k < g->segments && psy_pmml_ok(c); k++)
		psy_pmml_land(c, g->ended[k]);
}

/* Whose answer it is, once the segments have run. */
static void
settle(mining *g)
{
	psy_pmml *c = g->c;

	if (g->singled_out)
		g->m->answer = g->m->segments.answer[psy_pmml_segment(c, g->segmentation, &g->m->segments, c->wanted)];
	else if (g->method == SELECT_ALL)
		answer_of_all(g);
	else if (g->method < SELECT_FIRST)
		combine(g);
	if (g->m->nested)
		return;
	c->several = g->m->segments;
	c->method = g->singled_out ? PSY_PMML_ONE_SEGMENT : (uint32_t) g->method + 1;
}

void
psy_pmml_mining(psy_pmml *c, psy_pmml_model *m)
{
	static const char *const treatments[] = {"continue", "skipSegment", "returnMissing", NULL};
	mining g = {.c = c, .m = m, .segmentation = psy_xml_child(m->element, "Segmentation"), .outer = m->scope};
	uint32_t classes = m->answer.classifies ? m->answer.target->labels : 0;

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
	g.singled_out = !m->nested && c->wanted != NULL;
	for (const psy_xml *segment = psy_xml_child(g.segmentation, "Segment"); segment != NULL; segment = psy_xml_again(segment))
		g.segments++;
	if (g.segments == 0)
		psy_pmml_fail(c, g.segmentation, PSY_FORMAT, "there is no Segment in it");
	g.value = psy_pmml_registers(c, 2 * g.segments);
	g.chosen = psy_pmml_registers(c, g.segments);
	if (classes > 0 && g.method > WEIGHTED_MAJORITY_VOTE && g.method < SELECT_FIRST)
		g.distribution = psy_pmml_registers(c, g.segments < UINT32_MAX / classes ? g.segments * classes : UINT32_MAX);
	g.ended = psy_pmml_get(c, g.segments, sizeof *g.ended);
	name_segments(&g);
	run_segments(&g);
	if (psy_pmml_ok(c))
		settle(&g);
}
