/*
 * reader_coordinate_json.c - foci in JSON: NiMARE's data sets and NIMADS study sets.
 *
 * NiMARE: {study: {contrasts: {contrast: {coords: {space, x, y, z}, metadata: {sample_sizes}}}, title, ...}}.
 * NIMADS: {studies: [{id, name, analyses: [{id, name, points: [{coordinates, space, values}], metadata}], metadata}]}.
 * Other members (images, texts, labels) are of no concern here.
 */
#include "coordinates.h"

#include "heap.h"
#include "models/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct json_foci
{
	coordinates *to;
	psy_json doc;
	char year[16];
} json_foci;

static long
line_of(const json_foci *j, const psy_json_node *node)
{
	size_t line, column;

	psy_json_locate(j->doc.text, node->position, &line, &column);
	return (long) line;
}

/* A member's text; NULL when it is not there, null or empty.  Numbers of years and PMIDs are texts as well. */
static const char *
text_of(json_foci *j, const psy_json_node *object, const char *key)
{
	const psy_json_node *m = psy_json_member(&j->doc, object, key);

	if (m == NULL || m->kind != PSY_JSON_STRING || psy_json_text(&j->doc, m)[0] == '\0')
		return NULL;
	return psy_json_text(&j->doc, m);
}

static const char *
year_of(json_foci *j, const psy_json_node *object)
{
	const psy_json_node *m = psy_json_member(&j->doc, object, "year");

	if (m == NULL || m->kind != PSY_JSON_NUMBER)
		return text_of(j, object, "year");
	snprintf(j->year, sizeof j->year, "%.0f", m->as.number);
	return j->year;
}

/* The mean of sample_sizes, as NiMARE takes it, or sample_size; NAN where neither is stated. */
static psy_status
participants(json_foci *j, const psy_json_node *holder, double *n, psy_error *err)
{
	const psy_json_node *metadata = psy_json_member(&j->doc, holder, "metadata"), *m = NULL;
	double sum = 0;
	int count = 0;

	if (metadata != NULL && metadata->kind == PSY_JSON_OBJECT)
	{
		m = psy_json_member(&j->doc, metadata, "sample_sizes");
		if (m == NULL || m->kind == PSY_JSON_NULL)
			m = psy_json_member(&j->doc, metadata, "sample_size");
	}
	if (m == NULL || m->kind == PSY_JSON_NULL)
		return PSY_OK;
	if (m->kind == PSY_JSON_NUMBER)
		sum = m->as.number, count = 1;
	else
		for (const psy_json_node *e = psy_json_first(&j->doc, m); e != NULL; e = psy_json_next(&j->doc, e))
		{
			psy_status status = e->kind == PSY_JSON_NULL ? PSY_OK : psy_json_expect(&j->doc, e, PSY_JSON_NUMBER, err);

			if (status != PSY_OK)
				return status;
			if (e->kind == PSY_JSON_NUMBER)
				sum += e->as.number, count++;
		}
	if (count > 0 && !(sum > 0 && sum < 1e9))
		return psy_json_fail(&j->doc, m, PSY_DOMAIN, err, "found %g participants; more than 0 expected", sum);
	if (count > 0)
		*n = sum / count;
	return PSY_OK;
}

static void
describe_study(json_foci *j, const psy_json_node *study, experiment *e)
{
	e->title = text_of(j, study, "title");
	if (e->title == NULL)
		e->title = text_of(j, study, "name");
	e->authors = text_of(j, study, "authors");
	e->journal = text_of(j, study, "journal");
	if (e->journal == NULL)
		e->journal = text_of(j, study, "publication");
	e->doi = text_of(j, study, "doi");
	e->pmid = text_of(j, study, "pmid");
	e->year = year_of(j, study);
}

/* ---- NiMARE ---------------------------------------------------------------------------------- */

static psy_status
nimare_foci(json_foci *j, const psy_json_node *coords, psy_error *err)
{
	static const char *const axis[3] = {"x", "y", "z"};
	const psy_json_node *at[3];
	uint32_t count = 0;
	psy_status status = PSY_OK;

	for (int a = 0; a < 3 && status == PSY_OK; a++)
	{
		const psy_json_node *list;

		status = psy_json_need(&j->doc, coords, axis[a], PSY_JSON_ARRAY, &list, err);
		if (status == PSY_OK && a > 0 && list->as.children.count != count)
			status = psy_json_fail(&j->doc, list, PSY_SHAPE, err, "%u values of %s; x has %u", list->as.children.count, axis[a], count);
		if (status != PSY_OK)
			return status;
		count = list->as.children.count;
		at[a] = psy_json_first(&j->doc, list);
	}
	for (uint32_t k = 0; k < count; k++)
	{
		focus f = {.line = line_of(j, at[0]), .value = NAN};

		for (int a = 0; a < 3 && status == PSY_OK; a++)
		{
			status = psy_json_expect(&j->doc, at[a], PSY_JSON_NUMBER, err);
			f.xyz[a] = status == PSY_OK ? at[a]->as.number : 0;
			at[a] = psy_json_next(&j->doc, at[a]);
		}
		if (status == PSY_OK)
			status = coordinates_focus(j->to, &f, err);
		if (status != PSY_OK)
			return status;
	}
	return PSY_OK;
}

static psy_status
nimare_study(json_foci *j, const psy_json_node *study, psy_error *err)
{
	const psy_json_node *contrasts;
	psy_status status = psy_json_expect(&j->doc, study, PSY_JSON_OBJECT, err);

	if (status == PSY_OK)
		status = psy_json_need(&j->doc, study, "contrasts", PSY_JSON_OBJECT, &contrasts, err);
	if (status != PSY_OK)
		return status;
	for (const psy_json_node *c = psy_json_first(&j->doc, contrasts); c != NULL; c = psy_json_next(&j->doc, c))
	{
		experiment e = {.line = line_of(j, c), .study = psy_json_key(&j->doc, study), .contrast = psy_json_key(&j->doc, c), .n = NAN};
		const psy_json_node *coords;

		status = psy_json_expect(&j->doc, c, PSY_JSON_OBJECT, err);
		if (status == PSY_OK)
			status = participants(j, c, &e.n, err);
		if (status != PSY_OK)
			return status;
		describe_study(j, study, &e);
		coords = psy_json_member(&j->doc, c, "coords");
		if (coords != NULL && coords->kind == PSY_JSON_OBJECT)
			e.space = text_of(j, coords, "space");
		status = coordinates_experiment(j->to, &e, err);
		if (status == PSY_OK && coords != NULL && coords->kind == PSY_JSON_OBJECT)
			status = nimare_foci(j, coords, err);
		if (status != PSY_OK)
			return status;
	}
	return PSY_OK;
}

/* ---- NIMADS ---------------------------------------------------------------------------------- */

static psy_status
nimads_point(json_foci *j, const psy_json_node *point, psy_error *err)
{
	focus f = {.line = line_of(j, point), .value = NAN};
	const psy_json_node *values, *first, *value;
	const psy_json_node *at;
	psy_status status = psy_json_expect(&j->doc, point, PSY_JSON_OBJECT, err);

	if (status == PSY_OK)
		status = psy_json_need(&j->doc, point, "coordinates", PSY_JSON_ARRAY, &at, err);
	if (status == PSY_OK)
		status = psy_json_numbers(&j->doc, at, 3, f.xyz, err);
	if (status != PSY_OK)
		return status;
	values = psy_json_member(&j->doc, point, "values");
	first = values == NULL ? NULL : psy_json_first(&j->doc, values);
	if (first != NULL && first->kind == PSY_JSON_OBJECT)
	{
		f.statistic = text_of(j, first, "kind");
		value = psy_json_member(&j->doc, first, "value");
		f.value = value != NULL && value->kind == PSY_JSON_NUMBER ? value->as.number : NAN;
	}
	return coordinates_focus(j->to, &f, err);
}

/* The space of an analysis: that of its points, which must agree; unknown where one of them states none. */
static psy_status
nimads_space(json_foci *j, const psy_json_node *points, const char **space, psy_error *err)
{
	const psy_json_node *without = NULL;

	*space = NULL;
	for (const psy_json_node *p = psy_json_first(&j->doc, points); p != NULL; p = psy_json_next(&j->doc, p))
	{
		const char *own = p->kind == PSY_JSON_OBJECT ? text_of(j, p, "space") : NULL;

		if (own == NULL)
			without = p;
		else if (*space == NULL)
			*space = own;
		else if (strcmp(own, *space) != 0)
			return psy_json_fail(&j->doc, p, PSY_DOMAIN, err, "found space %s; points before it are in %s", own, *space);
	}
	if (without != NULL && *space != NULL)
	{
		coordinates_note(j->to, line_of(j, without), "a point of an analysis states no space, others do: the space of the analysis is unknown");
		*space = NULL;
	}
	return PSY_OK;
}

static psy_status
nimads_analysis(json_foci *j, const psy_json_node *study, experiment *e, const psy_json_node *analysis, psy_error *err)
{
	const psy_json_node *points = NULL;
	psy_status status = psy_json_expect(&j->doc, analysis, PSY_JSON_OBJECT, err);

	if (status == PSY_OK)
		status = psy_json_need(&j->doc, analysis, "points", PSY_JSON_ARRAY, &points, err);
	if (status != PSY_OK)
		return status;
	e->line = line_of(j, analysis);
	e->contrast = text_of(j, analysis, "name");
	if (e->contrast == NULL)
		e->contrast = text_of(j, analysis, "id");
	if (e->contrast == NULL)
		return psy_json_fail(&j->doc, analysis, PSY_FORMAT, err, "an analysis without name and id");
	e->n = NAN;
	e->space = NULL;
	status = participants(j, study, &e->n, err);
	if (status == PSY_OK)
		status = participants(j, analysis, &e->n, err);
	if (status == PSY_OK)
		status = nimads_space(j, points, &e->space, err);
	if (status == PSY_OK)
		status = coordinates_experiment(j->to, e, err);
	for (const psy_json_node *p = psy_json_first(&j->doc, points); p != NULL && status == PSY_OK; p = psy_json_next(&j->doc, p))
		status = nimads_point(j, p, err);
	return status;
}

static psy_status
nimads_study(json_foci *j, const psy_json_node *study, psy_error *err)
{
	const psy_json_node *analyses;
	experiment e = {.n = NAN};
	psy_status status = psy_json_expect(&j->doc, study, PSY_JSON_OBJECT, err);

	if (status == PSY_OK)
		status = psy_json_need(&j->doc, study, "analyses", PSY_JSON_ARRAY, &analyses, err);
	if (status != PSY_OK)
		return status;
	describe_study(j, study, &e);
	e.study = text_of(j, study, "id");
	if (e.study == NULL)
		e.study = text_of(j, study, "name");
	if (e.study == NULL)
		return psy_json_fail(&j->doc, study, PSY_FORMAT, err, "a study without id and name");
	for (const psy_json_node *a = psy_json_first(&j->doc, analyses); a != NULL && status == PSY_OK; a = psy_json_next(&j->doc, a))
		status = nimads_analysis(j, study, &e, a, err);
	return status;
}

/* ---- both ------------------------------------------------------------------------------------ */

static psy_status
read_root(json_foci *j, psy_error *err)
{
	const psy_json_node *root = psy_json_root(&j->doc), *studies;
	psy_status status = psy_json_expect(&j->doc, root, PSY_JSON_OBJECT, err);

	if (status != PSY_OK)
		return status;
	studies = psy_json_member(&j->doc, root, "studies");
	if (studies != NULL && studies->kind == PSY_JSON_ARRAY)
	{
		for (const psy_json_node *s = psy_json_first(&j->doc, studies); s != NULL && status == PSY_OK; s = psy_json_next(&j->doc, s))
			status = nimads_study(j, s, err);
		return status;
	}
	for (const psy_json_node *s = psy_json_first(&j->doc, root); s != NULL && status == PSY_OK; s = psy_json_next(&j->doc, s))
		status = nimare_study(j, s, err);
	return status;
}

psy_status
read_coordinate_json(coordinates *c, const char *text, size_t bytes, psy_error *err)
{
	psy_json_limits limits = PSY_JSON_DEFAULT_LIMITS;
	json_foci j = {.to = c};
	psy_status status;

	limits.bytes = (size_t) 256 << 20;
	limits.values = (size_t) 32 << 20;
	limits.token = (size_t) 1 << 20;
	limits.keys = 20000; /* NiMARE's studies are members of one object */
	status = psy_json_parse(&heap_context, text, bytes, "JSON", &limits, &j.doc, err);
	if (status == PSY_OK)
		status = read_root(&j, err);
	psy_json_free(&heap_context, &j.doc);
	return status;
}
