/*
 * cmd_ingest_scores.c - psyrad ingest scores FILE: ratings, a row a visit (long) or a row a participant
 * (wide).
 *
 * Columns beside the fields are recognised by their parts: an instrument prefix (HAMD17_, hamd_), a week (w0,
 * wk4, 第8周, baseline) and an item (item1, hamd_01, 条目1) or a total.  A prefix that ends in a number,
 * hamd17, is item 17 where its neighbour item 16 stands in the file as well, and the total where it does not.
 */
#include "cmd.h"

#include "header.h"
#include "rows.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum score_field
{
	PARTICIPANT,
	WEEK,
	SESSION,
	RATER,
	FIELDS,
	RATING = FIELDS /* an item or total, recognised by its parts */
};

static const table_field fields[FIELDS] = {
	{"participant_id", "participant|subject|subject_id|sub|受试者编号|编号|受试者|患者编号|被试编号", true},
	{"week", "wk|weeks|visit_week|周|周次|访视周|随访周", false},
	{"session", "session_id|ses|visit|访视|时间点", false},
	{"rater", "rater_id|assessor|评定者|评估者|评定员", false},
};

#define MAX_ITEMS 200

/* A group of columns that make one rating: all of a long file, or those of one week of a wide one. */
typedef struct rating
{
	char week[24];
	int total;               /* column, or -1 */
	int item[MAX_ITEMS + 1]; /* columns by item number, or -1 */
	int items;               /* the highest item number */
} rating;

typedef struct scores
{
	char family[32]; /* letters of the instrument's name, folded: hamd */
	int version;     /* its number: 17 */
	rating *group;
	size_t groups;
	long ratings;
} scores;

/* Removes prefix from *text when it stands at its start and something else than a letter follows. */
static bool
skip_word(const char **text, const char *word)
{
	size_t n = strlen(word);

	if (n == 0 || strncmp(*text, word, n) != 0 || isalpha((unsigned char) (*text)[n]))
		return false;
	*text += n;
	return true;
}

static bool
skip_any(const char **text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (skip_word(text, *words))
			return true;
	return false;
}

/* Takes digits with leading zeros: *number is -1 when there are none. */
static void
take_number(const char **text, int *number)
{
	*number = -1;
	for (*text += **text == '_'; isdigit((unsigned char) **text) && *number < 100000; (*text)++)
		*number = (*number < 0 ? 0 : *number) * 10 + (**text - '0');
}

/* Length of a week at the start of a part of a header (w0, wk4, week_8, 第8周, baseline), which must end the
 * part, or go over into other Chinese words (第8周总分); 0 when there is none. */
static size_t
week_length(const char *part, char week[24])
{
	static const char *const baseline[] = {"baseline", "基线", NULL};
	static const char *const words[] = {"w", "wk", "week", "第", NULL};
	static const char *const suffixes[] = {"周末", "周", NULL};
	const char *p = part;
	int number = 0;
	bool chinese = skip_any(&p, baseline) && (unsigned char) p[-1] >= 0x80;

	if (p == part)
	{
		if (!skip_any(&p, words))
			return 0;
		take_number(&p, &number);
		chinese = skip_any(&p, suffixes);
	}
	if (number < 0 || (*p != '\0' && *p != '_' && !(chinese && (unsigned char) *p >= 0x80)))
		return 0;
	snprintf(week, 24, "%d", number);
	return (size_t) (p - part);
}

/* Cuts the first week out of a folded header: into week, and the rest, joined by '_', into rest. */
static void
split_week(const char *folded, char week[24], char rest[256])
{
	size_t size = 0;

	week[0] = '\0';
	while (*folded)
	{
		size_t n = week[0] ? 0 : week_length(folded, week);

		if (n == 0)
		{
			n = strcspn(folded, "_");
			if (size > 0)
				rest[size++] = '_';
			memcpy(rest + size, folded, n);
			size += n;
		}
		folded += n;
		folded += *folded == '_';
	}
	rest[size] = '\0';
}

/* What is left of a header without its week: an item (1...), the total (0), or neither (-1). */
static int
item_of(const scores *s, const char *rest)
{
	static const char *const items[] = {"item", "items", "q", "条目", "项目", "第", "题", NULL};
	static const char *const totals[] = {"total", "total_score", "sum",  "score",
										 "总分",  "得分",        "合计", NULL};
	static const char *const units[] = {"项", "条", "题", NULL};
	bool prefixed = skip_word(&rest, s->family);
	bool versioned = false;
	int number;

	if (!prefixed && strcmp(s->family, "hamd") == 0)
		prefixed = skip_word(&rest, "hdrs") || skip_word(&rest, "hrsd") || skip_word(&rest, "ham_d") ||
				   skip_word(&rest, "汉密尔顿抑郁量表");
	if (prefixed)
	{
		const char *after = rest;

		take_number(&after, &number);
		versioned =
			number == s->version && (*after == '\0' || *after == '_' || (unsigned char) *after >= 0x80);
		if (number > 0 && *after == '\0')
			return number; /* hamd_01; the caller tells hamd17 from the total */
		rest = versioned ? after : rest;
		rest += *rest == '_';
	}
	if (skip_any(&rest, totals))
		return *rest == '\0' ? 0 : -1;
	if (prefixed && *rest == '\0')
		return 0;
	if (!skip_any(&rest, items) && !prefixed)
		return -1;
	take_number(&rest, &number);
	(void) skip_any(&rest, units);
	return number > 0 && number <= MAX_ITEMS && *rest == '\0' ? number : -1;
}

static bool
match_rating(void *arg, table_column *column)
{
	const scores *s = arg;
	char rest[256];
	int item;

	if (strlen(column->folded) >= sizeof rest)
		return false;
	split_week(column->folded, column->week, rest);
	item = item_of(s, rest);
	if (item < 0)
		return false;
	column->field = RATING;
	column->item = item;
	return true;
}

static rating *
group_of(scores *s, const char *week)
{
	rating *g;

	for (size_t i = 0; i < s->groups; i++)
		if (strcmp(s->group[i].week, week) == 0)
			return &s->group[i];
	s->group = grow(s->group, s->groups + 1, sizeof *s->group);
	g = &s->group[s->groups++];
	snprintf(g->week, sizeof g->week, "%s", week);
	g->total = -1;
	g->items = 0;
	for (int i = 0; i <= MAX_ITEMS; i++)
		g->item[i] = -1;
	return g;
}

static bool
has_item(const table *t, const char *week, int item)
{
	for (size_t c = 0; c < t->columns; c++)
		if (t->column[c].field == RATING && t->column[c].item == item && strcmp(t->column[c].week, week) == 0)
			return true;
	return false;
}

/* hamd17 beside hamd16 is an item; alone it is the total of the scale. */
static void
settle_version(const scores *s, table *t, table_column *column)
{
	char named[48];

	snprintf(named, sizeof named, "%s%d", s->family, s->version);
	if (column->item == s->version && strstr(column->folded, named) != NULL &&
		strstr(column->folded, "item") == NULL && !has_item(t, column->week, s->version - 1))
		column->item = 0;
}

static psy_status
group_columns(scores *s, table *t, psy_error *err)
{
	for (size_t c = 0; c < t->columns; c++)
		if (t->column[c].field == RATING)
			settle_version(s, t, &t->column[c]);
	for (size_t c = 0; c < t->columns; c++)
	{
		table_column *column = &t->column[c];
		rating *g;
		int *slot;

		if (column->field != RATING)
			continue;
		g = group_of(s, column->week);
		slot = column->item == 0 ? &g->total : &g->item[column->item];
		if (*slot >= 0)
			return psy_fail(err, PSY_DOMAIN, "columns %d (%.60s) and %zu (%.60s) are the same item or total",
							*slot + 1, t->column[*slot].name, c + 1, column->name);
		*slot = (int) c;
		if (column->item > g->items)
			g->items = column->item;
	}
	return PSY_OK;
}

/* Long files say the visit in a column (or by --session), wide ones in the headers; never both. */
static psy_status
check_layout(const scores *s, const table *t, const options *opt, psy_error *err)
{
	bool in_rows = t->of_field[WEEK] >= 0 || t->of_field[SESSION] >= 0 || opt->session != NULL;

	if (s->groups == 0)
	{
		psy_fail(err, PSY_DOMAIN, "the header has neither items nor a total of %s", opt->instrument);
		return psy_hint(err, "name them item1, item2 ... or total, or say --map total=COLUMN");
	}
	for (size_t i = 0; i < s->groups; i++)
	{
		if (in_rows && s->group[i].week[0])
			return psy_fail(err, PSY_DOMAIN,
							"the header names weeks in its columns, and the rows have a visit as well");
		if (!in_rows && !s->group[i].week[0])
		{
			psy_fail(err, PSY_DOMAIN, "nothing says which visit the ratings are of");
			return psy_hint(err, "a column week or session, columns such as w0_total, or --session SESSION");
		}
	}
	return PSY_OK;
}

typedef struct visit
{
	const char *session, *week;
	bool wide;
} visit;

static psy_status
read_items(row *r, const rating *g, int16_t *value, bool *missing, bool *any, psy_error *err)
{
	for (int i = 1; i <= g->items; i++)
	{
		int64_t answer = 0;
		bool present = false;
		psy_status status = PSY_OK;

		if (g->item[i] >= 0)
			status = row_whole(r, (size_t) g->item[i], -32768, 32767, &answer, &present, err);
		if (status != PSY_OK)
			return status;
		value[i - 1] = (int16_t) answer;
		missing[i - 1] = !present;
		*any |= g->item[i] >= 0 && table_cell(r->table, (size_t) g->item[i]) != NULL;
	}
	return PSY_OK;
}

/* One rating of the record into staging; a rating without any value is no rating. */
static psy_status
read_rating(row *r, scores *s, const rating *g, const visit *v, psy_error *err)
{
	copy *out = &r->job->stage;
	int16_t value[MAX_ITEMS];
	bool missing[MAX_ITEMS], any = false;
	const char *total = NULL;
	psy_status status;

	status = read_items(r, g, value, missing, &any, err);
	if (status == PSY_OK && g->total >= 0)
	{
		status = row_decimal(r, (size_t) g->total, &total, err);
		any |= table_cell(r->table, (size_t) g->total) != NULL;
	}
	if (status != PSY_OK || !any)
		return status;
	s->ratings++;
	copy_row(out);
	copy_int8(out, r->number);
	copy_int8(out, table_line(r->table));
	copy_text(out, r->label);
	copy_text(out, v->session);
	copy_text(out, v->week);
	copy_bool(out, v->wide);
	copy_text(out, table_get(r->table, RATER));
	if (g->items > 0)
		copy_int2_array(out, value, missing, (size_t) g->items);
	else
		copy_null(out);
	copy_text(out, total);
	copy_text(out, table_raw(r->table));
	return copy_row_end(out, err);
}

/* The visit of a long record, by session, week or both (the warehouse checks that they agree); not known when
 * the record was rejected for it. */
static psy_status
read_visit(row *r, visit *v, bool *known, psy_error *err)
{
	int column = r->table->of_field[WEEK];
	const char *cell = table_get(r->table, SESSION);
	psy_status status = PSY_OK;
	psy_error why;

	v->session = cell == NULL ? r->job->opt->session : strncmp(cell, "ses-", 4) == 0 ? cell + 4 : cell;
	if (column >= 0)
		status = row_decimal(r, (size_t) column, &v->week, err);
	*known = v->session != NULL || v->week != NULL;
	if (status != PSY_OK || *known || (column >= 0 && table_cell(r->table, (size_t) column) != NULL))
		return status;
	psy_fail(&why, PSY_DOMAIN, "empty; expected the visit's week or session");
	return row_reject(r, (size_t) (column >= 0 ? column : r->table->of_field[SESSION]), "missing_visit", &why,
					  err);
}

static psy_status
read_record(row *r, void *arg, psy_error *err)
{
	scores *s = arg;
	const char *label;
	visit v = {0};
	bool known = true;
	psy_status status;

	r->number = s->ratings + 1;
	status = row_participant(r, PARTICIPANT, &label, err);
	if (status != PSY_OK || label == NULL)
	{
		s->ratings++;
		return status;
	}
	v.wide = s->group[0].week[0] != '\0';
	if (!v.wide)
		status = read_visit(r, &v, &known, err);
	if (!known)
		s->ratings++;
	for (size_t i = 0; known && status == PSY_OK && i < s->groups; i++)
	{
		if (v.wide)
			v.week = s->group[i].week;
		r->number = s->ratings + 1;
		status = read_rating(r, s, &s->group[i], &v, err);
	}
	return status;
}

/* hamd and 17 from HAMD-17. */
static void
name_family(scores *s, const char *instrument)
{
	size_t n = 0;

	for (const char *c = instrument; isalpha((unsigned char) *c) && n + 1 < sizeof s->family; c++)
		s->family[n++] = (char) tolower((unsigned char) *c);
	s->version = atoi(instrument + strcspn(instrument, "0123456789"));
}

static psy_status
stage_scores(job *j, psy_error *err)
{
	table t;
	scores s = {0};
	psy_status status;

	name_family(&s, j->opt->instrument);
	status = table_open(&t, j->path, j->opt, fields, FIELDS, match_rating, &s, err);
	if (status == PSY_OK)
		status = group_columns(&s, &t, err);
	if (status == PSY_OK)
		status = check_layout(&s, &t, j->opt, err);
	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_record, &s, err);
	j->read = s.ratings;
	free(s.group);
	table_free(&t);
	return status;
}

const loader load_scores = {
	.name = "scores",
	.summary = "ratings (HAMD-17 ...): items or totals, long or wide",
	.file = "FILE...",
	.options = OPT_STUDY | OPT_INSTRUMENT | OPT_TABLE | OPT_SESSION,
	.target = "pg_temp.stage (\"row\", line, label, session, week, wide, rater, items, total, raw)",
	.stage = stage_scores,
};
