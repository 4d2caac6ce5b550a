/*
 * connectome_list.c - an edge a line: two regions and a value, of one scan or, with a column of participants, of many; see
 * connectome_files.h.
 *
 * With a header it is a table (--map, --identifier); without one, three columns that only --ends makes a list of.  An end is a region's name, or
 * what --ends says that its number means: whether a program counts from 0 or from 1 is not to be seen in a number, and a guess would shift every
 * edge.  An edge that is not listed is 0 where edges are weights, since no fibre is what a list of fibres leaves out; else it is missing.
 */
#include "connectome_files.h"

#include "feature_files.h"
#include "header.h"
#include "number.h"
#include "pivot.h"
#include "reader_grid.h"
#include "rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum list_field
{
	END_1,
	END_2,
	WEIGHT,
	PARTICIPANT,
	SESSION,
	RUN,
	FIELDS
};

static const table_field fields[FIELDS] = {
	{"region_1", "region1|regiona|region_a|roi1|roi_1|roia|roi_a|node1|node_1|nodea|node_a|source|from|i|row|parcel1|parcel_1|label1|label_1|起点|脑区1|脑区_1|节点1", false},
	{"region_2", "region2|regionb|region_b|roi2|roi_2|roib|roi_b|node2|node_2|nodeb|node_b|target|to|j|column|col|parcel2|parcel_2|label2|label_2|终点|脑区2|脑区_2|节点2", false},
	{"weight", "value|w|strength|edge|connectivity|correlation|corr|fc|sc|r|z|fisher_z|fisherz|count|streamlines|streamline_count|n_streamlines|fa|mean_fa|length|mean_length|权重|连接强度|数值|值", false},
	{"participant_id", "participant|subject|subject_id|subjid|sub|受试者编号|编号|受试者|患者编号|被试编号", false},
	{"session", "ses|session_id|visit|visit_id|访视", false},
	{"run", "run_id", false},
};

typedef enum ends
{
	ENDS_NAMES,
	ENDS_LABELS,
	ENDS_FROM_0,
	ENDS_FROM_1
} ends;

typedef struct list
{
	square *s;
	ends ends;
	const char *rule; /* --symmetrize: mean, sum or max */
	pivot pivot;      /* a vector a scan, of the cells of the whole square */
	buffer label, session;
} list;

static psy_status
read_ends(const options *o, ends *to, psy_error *err)
{
	static const char *const words[] = {"names", "labels", "from0", "from1"};

	*to = ENDS_NAMES;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (o->ends == NULL || strcmp(o->ends, words[i]) == 0)
		{
			*to = (ends) i;
			return PSY_OK;
		}
	return psy_fail(err, PSY_DOMAIN, "--ends %.40s: expected names, labels, from0 or from1", o->ends);
}

/* A header with two ends and a value, and not of a matrix whose regions have such names. */
psy_status
connectome_is_list(square *s, bool *yes, psy_error *err)
{
	const job *j = s->job;
	table t;
	psy_error why;
	size_t of_atlas = 0;
	psy_status status;

	*yes = j->opt->ends != NULL;
	if (*yes || j->opt->by_position)
		return *yes && j->opt->by_position ? psy_fail(err, PSY_DOMAIN, "--by-position is for a matrix, --ends for a list of edges") : PSY_OK;
	status = table_open(&t, j->path, j->opt, fields, FIELDS, NULL, NULL, &why);
	if (status == PSY_OK)
	{
		for (int f = END_1; f <= WEIGHT; f++)
			of_atlas += t.of_field[f] >= 0 && region_names_find(&s->names, t.column[t.of_field[f]].name) >= 0;
		*yes = t.of_field[END_1] >= 0 && t.of_field[END_2] >= 0 && t.of_field[WEIGHT] >= 0 && of_atlas < 3;
	}
	table_free(&t);
	return PSY_OK;
}

/* ---- an edge ---- */

static psy_status
unknown_end(const list *l, const char *cell, long line, psy_error *err)
{
	static const char *const words[] = {"region", "label", "place from 0", "place from 1"};
	const regions *r = &l->s->regions;
	double value;
	psy_error why;

	psy_fail(err, PSY_DOMAIN, "line %ld: found %.60s; it is no %s of the atlas %s (%zu regions)", line, cell, words[l->ends], r->atlas, r->count);
	if (l->ends == ENDS_NAMES && parse_real(cell, &value, &why) == PSY_OK)
		return psy_hint(err, "say what the numbers are: --ends labels (the values of the atlas's image), from0 or from1 (places in the atlas's order)");
	return PSY_DOMAIN;
}

static psy_status
find_end(list *l, const char *cell, long line, int *region, psy_error *err)
{
	const regions *r = &l->s->regions;
	int64_t number = 0;
	psy_error why;

	*region = -1;
	if (l->ends == ENDS_NAMES)
		*region = region_names_find(&l->s->names, cell);
	else if (parse_whole(cell, INT32_MIN, INT32_MAX, &number, &why) != PSY_OK)
		return unknown_end(l, cell, line, err);
	else if (l->ends == ENDS_LABELS)
		for (size_t k = 0; k < r->count && *region < 0; k++)
			*region = r->label[k] == number ? (int) k : -1;
	else
	{
		number -= l->ends == ENDS_FROM_1;
		*region = number >= 0 && (size_t) number < r->count ? (int) number : -1;
	}
	return *region >= 0 ? PSY_OK : unknown_end(l, cell, line, err);
}

/* Puts a value where its edge belongs; an edge that is there both ways must have one value, unless --symmetrize says what they make.  An error
 * with a *code is one line's, and a reject. */
static psy_status
put_edge(list *l, pivot_vector *v, int a, int b, const char *cell, const char **code, psy_error *why)
{
	square *s = l->s;
	size_t here = (size_t) a * s->n + (size_t) b, there = (size_t) b * s->n + (size_t) a;
	double value = NAN, other = v->value[there], allowed;
	psy_status status = PSY_OK;

	if (a == b)
		return PSY_OK;
	*code = "duplicate_row";
	if (v->state[here] != ELEMENT_ABSENT)
		return psy_fail(why, PSY_DOMAIN, "the edge from %s to %s has a row before it; that one stands", s->regions.name[a], s->regions.name[b]);
	v->state[here] = ELEMENT_MISSING;
	if (cell == NULL)
		return PSY_OK;
	status = parse_real(cell, &value, why);
	*code = status == PSY_FORMAT ? "bad_number" : "out_of_range";
	if (status == PSY_OK)
		status = square_check(s, value, why);
	if (status != PSY_OK)
	{
		psy_error full;

		psy_fail(&full, status, "found %.60s: %s", cell, why->message);
		*why = full;
		return status;
	}
	v->value[here] = (float) value;
	v->state[here] = ELEMENT_PRESENT;
	allowed = SQUARE_TOLERANCE * (s->weighted ? fmax(fabs(value), fabs(other)) : 1);
	*code = "asymmetric";
	if (l->rule == NULL && v->state[there] == ELEMENT_PRESENT && fabs((float) value - other) > allowed)
		return psy_fail(why, PSY_DOMAIN, "found %.60s; the edge from %s to %s has %.9g, and an edge has one value", cell, s->regions.name[b],
						s->regions.name[a], other);
	return PSY_OK;
}

/* ---- a table ---- */

/* The scan of a row by its columns; *v NULL when the row was rejected. */
static psy_status
find_scan(list *l, row *r, pivot_vector **v, psy_error *err)
{
	const options *o = r->job->opt;
	const char *cell = table_get(r->table, PARTICIPANT), *stated = table_get(r->table, SESSION), *label;
	int64_t run = 1;
	bool present = true, added;
	size_t at;
	psy_error why;
	psy_status status;

	*v = NULL;
	features_split_label(cell ? cell : "", stated ? stated : o->session, &l->label, &l->session);
	if (cell == NULL || participant_label(l->label.data, &label, &why) != PSY_OK)
		return row_participant(r, PARTICIPANT, &label, err);
	r->label = label;
	if (l->session.size == 0 && r->table->of_field[SESSION] >= 0)
		return row_reject_field(r, SESSION, "missing_value", "empty; expected the visit", err);
	if (l->session.size == 0)
	{
		psy_fail(err, PSY_DOMAIN, "line %ld: neither the table nor the options say the session", table_line(r->table));
		return psy_hint(err, "name its column with --map session=COLUMN, or say --session");
	}
	if (r->table->of_field[RUN] >= 0)
		status = row_whole(r, (size_t) r->table->of_field[RUN], 1, 32767, &run, &present, err);
	else
		status = o->run != NULL ? parse_whole(o->run, 1, 32767, &run, err) : PSY_OK;
	if (status != PSY_OK || !present)
		return status;
	status = pivot_find(&l->pivot, label, l->session.data, (int) run, "", table_line(r->table), &at, &added, err);
	if (status == PSY_OK)
		*v = &l->pivot.vector[at];
	return status;
}

static psy_status
read_edge(row *r, void *arg, psy_error *err)
{
	list *l = arg;
	pivot_vector *v = l->s->one_of_many ? NULL : l->pivot.vector;
	const char *from = table_get(r->table, END_1), *to = table_get(r->table, END_2), *code = NULL;
	int a, b;
	psy_error why;
	psy_status status = PSY_OK;

	r->number = 0;
	if (l->s->one_of_many)
		status = find_scan(l, r, &v, err);
	if (status != PSY_OK || v == NULL)
		return status;
	r->label = v->label;
	r->number = v - l->pivot.vector + 1;
	if (from == NULL || to == NULL)
		return row_reject_field(r, from == NULL ? END_1 : END_2, "missing_value", "empty; expected a region", err);
	status = find_end(l, from, table_line(r->table), &a, err);
	if (status == PSY_OK)
		status = find_end(l, to, table_line(r->table), &b, err);
	if (status != PSY_OK || put_edge(l, v, a, b, table_get(r->table, WEIGHT), &code, &why) == PSY_OK)
		return status;
	return row_reject(r, (size_t) r->table->of_field[WEIGHT], code, &why, err);
}

static psy_status
check_columns(const list *l, const table *t, psy_error *err)
{
	for (int f = END_1; f <= WEIGHT; f++)
		if (t->of_field[f] < 0)
		{
			psy_fail(err, PSY_DOMAIN, "the header (line %ld) has no column %s", table_line(t), fields[f].name);
			return psy_hint(err, "name it with --map %s=COLUMN", fields[f].name);
		}
	for (size_t c = 0; c < t->columns; c++)
		if (t->column[c].field == NO_FIELD && !t->column[c].dropped && region_names_find(&l->s->names, t->column[c].name) >= 0)
			return psy_fail(err, PSY_DOMAIN, "column %zu (%.60s) is a region of the atlas %s: this is no list of edges", c + 1, t->column[c].name,
							l->s->regions.atlas);
	return PSY_OK;
}

/* The only scan of a file without a column of participants. */
static psy_status
add_own_scan(list *l, psy_error *err)
{
	const connectome_scan *own = l->s->job->extra;
	bool added;
	size_t at;

	if (!own->known)
	{
		*err = own->why;
		return err->code;
	}
	return pivot_find(&l->pivot, own->scan.label, own->scan.session, own->scan.run, "", 1, &at, &added, err);
}

static psy_status
read_table(list *l, psy_error *err)
{
	job *j = l->s->job;
	table t;
	psy_status status = table_open(&t, j->path, j->opt, fields, FIELDS, NULL, NULL, err);

	if (status == PSY_OK)
		status = check_columns(l, &t, err);
	l->s->one_of_many = status == PSY_OK && t.of_field[PARTICIPANT] >= 0;
	if (status == PSY_OK && !l->s->one_of_many)
		status = add_own_scan(l, err);
	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_edge, l, err);
	table_free(&t);
	return status;
}

/* ---- three columns without a header ---- */

static psy_status
read_bare_edge(list *l, const grid *g, psy_error *err)
{
	job *j = l->s->job;
	pivot_vector *v = l->pivot.vector;
	const char *cell, *code = NULL;
	reject_at at = {.row = 1, .line = g->line, .column_number = 3, .label = v->label};
	int a, b;
	psy_error why;
	psy_status status;

	if (g->cells != 3)
		return psy_fail(err, PSY_SHAPE, "line %ld has %zu cells; expected two regions and a value", g->line, g->cells);
	status = find_end(l, grid_cell(g, 0), g->line, &a, err);
	if (status == PSY_OK)
		status = find_end(l, grid_cell(g, 1), g->line, &b, err);
	cell = grid_cell(g, 2);
	at.raw = cell;
	if (status != PSY_OK || put_edge(l, v, a, b, cell_missing(j->opt, cell) ? NULL : cell, &code, &why) == PSY_OK)
		return status;
	return reject(j, &at, err, code, "%s", why.message);
}

static psy_status
read_bare(list *l, psy_error *err)
{
	job *j = l->s->job;
	source from = {.fd = -1};
	grid g = {0};
	bool more = true;
	psy_status status = add_own_scan(l, err);

	if (status == PSY_OK)
		status = source_open(&from, j->path, err);
	if (status == PSY_OK)
		status = grid_open(&g, &from, j->opt, err);
	for (; status == PSY_OK && (status = grid_next(&g, &more, err)) == PSY_OK && more; j->read++)
		status = read_bare_edge(l, &g, err);
	if (status == PSY_OK)
		status = source_expect(&from, j->sha256, err);
	grid_done(&g);
	source_close(&from);
	return status;
}

/* Whether the first line is an edge and no header: its third cell is a number, or missing. */
static psy_status
begins_with_edge(const job *j, bool *yes, psy_error *err)
{
	source from = {.fd = -1};
	grid g = {0};
	bool more = false;
	double value;
	psy_error why;
	psy_status status = source_reopen(&from, j->path, err);

	if (status == PSY_OK)
		status = grid_open(&g, &from, j->opt, err);
	if (status == PSY_OK)
		status = grid_next(&g, &more, err);
	*yes = status == PSY_OK && more && g.cells == 3 && (cell_missing(j->opt, grid_cell(&g, 2)) || parse_real(grid_cell(&g, 2), &value, &why) == PSY_OK);
	grid_done(&g);
	source_close(&from);
	return status;
}

/* ---- the scans that were found ---- */

/* The value of an edge from what the list says of its two directions. */
static float
one_of(const list *l, const pivot_vector *v, size_t there, size_t back)
{
	bool has = v->state[there] == ELEMENT_PRESENT, again = v->state[back] == ELEMENT_PRESENT;
	double x = v->value[there], y = v->value[back];

	if (v->state[there] == ELEMENT_ABSENT && v->state[back] == ELEMENT_ABSENT)
		return l->s->weighted ? 0 : NAN;
	if (!has || !again)
		return has ? (float) x : again ? (float) y : NAN;
	return (float) (l->rule != NULL && *l->rule == 's' ? x + y : l->rule != NULL && l->rule[1] == 'a' ? fmax(x, y) : x / 2 + y / 2);
}

static psy_status
stage_scans(list *l, psy_error *err)
{
	square *s = l->s;
	float *edges = grow(NULL, square_edges(s), sizeof *edges);
	psy_status status = PSY_OK;

	for (size_t i = 0; i < l->pivot.count && status == PSY_OK; i++)
	{
		const pivot_vector *v = &l->pivot.vector[i];
		size_t k = 0, listed = 0;

		for (size_t a = 0; a < s->n; a++)
			for (size_t b = a + 1; b < s->n; b++, k++)
			{
				listed += v->state[a * s->n + b] + v->state[b * s->n + a] > 0;
				edges[k] = one_of(l, v, a * s->n + b, b * s->n + a);
			}
		square_begin(s, v->label, v->session, v->run);
		s->first = v->line;
		if (listed == 0) /* of weights, not even a 0 is known then */
			for (k = 0; k < square_edges(s); k++)
				edges[k] = NAN;
		status = square_stage_edges(s, edges, err);
	}
	free(edges);
	return status;
}

static psy_status
check_options(list *l, psy_error *err)
{
	const options *o = l->s->job->opt;

	l->rule = o->symmetrize;
	if (l->rule != NULL && strcmp(l->rule, "mean") != 0 && strcmp(l->rule, "sum") != 0 && strcmp(l->rule, "max") != 0)
		return psy_fail(err, PSY_DOMAIN, "--symmetrize %.20s: a list of edges has no triangles; expected mean, sum or max", l->rule);
	if (o->variable != NULL || o->subjects != NULL)
		return psy_fail(err, PSY_DOMAIN, "--%s: the file is a list of edges", o->variable ? "variable" : "subjects");
	return read_ends(o, &l->ends, err);
}

psy_status
connectome_read_list(square *s, psy_error *err)
{
	list l = {.s = s};
	bool bare = false;
	psy_status status = check_options(&l, err);

	pivot_start(&l.pivot, s->n * s->n);
	if (status == PSY_OK)
		status = begins_with_edge(s->job, &bare, err);
	if (status == PSY_OK)
		status = bare ? read_bare(&l, err) : read_table(&l, err);
	if (status == PSY_OK && l.pivot.count == 0 && s->job->read == 0)
		status = psy_fail(err, PSY_FORMAT, "the list has no edge");
	if (status == PSY_OK)
		status = stage_scans(&l, err);
	pivot_free(&l.pivot);
	buffer_free(&l.label);
	buffer_free(&l.session);
	return status;
}
