/*
 * cmd_ingest_scores.c - psyrad ingest scores FILE: ratings, a row a visit (long) or a row a participant
 * (wide), of one instrument or of several that a column names.
 */
#include "cmd.h"

#include "header.h"
#include "rows.h"
#include "score_columns.h"
#include "synonyms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum score_field
{
	PARTICIPANT,
	WEEK,
	SESSION,
	RATER,
	INSTRUMENT,
	DAY,
	FIELDS,
	RATING = FIELDS /* an item or total, recognised by its parts */
};

static const table_field fields[FIELDS] = {
	{"participant_id", SYNONYMS_SCORES_PARTICIPANT_ID, true},
	{"week", SYNONYMS_SCORES_WEEK, false},
	{"session", SYNONYMS_SCORES_SESSION, false},
	{"rater", SYNONYMS_SCORES_RATER, false},
	{"instrument", SYNONYMS_SCORES_INSTRUMENT, false},
	{"day", SYNONYMS_SCORES_DAY, false},
};

typedef struct scores
{
	score_columns columns;
	long ratings;
} scores;

/* Long files say the visit in a column (or by --session), wide ones in the headers; never both. */
static psy_status
check_layout(const score_columns *s, const table *t, const options *opt, psy_error *err)
{
	bool in_rows = t->of_field[WEEK] >= 0 || t->of_field[SESSION] >= 0 || opt->session != NULL;

	if (s->groups == 0)
	{
		psy_fail(err, PSY_DOMAIN, "the header has neither items nor a total%s%s",
				 opt->instrument ? " of " : "", opt->instrument ? opt->instrument : "");
		return psy_hint(err, "name them item1, item2 ... or total, or say --map total=COLUMN");
	}
	for (size_t i = 0; i < s->groups; i++)
	{
		if (in_rows && s->group[i].week[0])
			return psy_fail(err, PSY_DOMAIN,
							"the header names weeks in its columns, and the rows have a visit as well");
		if (s->group[i].scale != NULL && t->of_field[INSTRUMENT] >= 0)
			return psy_fail(err, PSY_DOMAIN, "the header names instruments in its columns (%s), and the rows have one as well (%.60s)",
							s->group[i].scale, t->column[t->of_field[INSTRUMENT]].name);
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
	char day[24];        /* empty when it is not said */
	char named_week[24]; /* of a visit that says its week in words */
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

/* Where each cell stands, of a record whose cells have lines of their own. */
static void
copy_lines(copy *out, const table *t, const rating *g)
{
	int32_t line[MAX_ITEMS];

	if (!table_has_lines(t))
	{
		copy_null(out);
		copy_null(out);
		return;
	}
	for (int i = 1; i <= g->items; i++)
		line[i - 1] = (int32_t) (g->item[i] >= 0 ? table_cell_line(t, (size_t) g->item[i]) : table_line(t));
	copy_int4_array(out, line, NULL, (size_t) g->items);
	copy_int4(out, (int32_t) (g->total >= 0 ? table_cell_line(t, (size_t) g->total) : table_line(t)));
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
	copy_text(out, g->scale != NULL ? g->scale : table_get(r->table, INSTRUMENT));
	copy_text(out, v->day[0] ? v->day : NULL);
	if (g->items > 0)
		copy_int2_array(out, value, missing, (size_t) g->items);
	else
		copy_null(out);
	copy_text(out, total);
	copy_lines(out, r->table, g);
	copy_text(out, table_raw(r->table));
	return copy_row_end(out, err);
}

/* The day of the visit since baseline, a whole number: a date would tell when somebody was ill. */
static psy_status
read_day(row *r, visit *v, psy_error *err)
{
	size_t column = (size_t) r->table->of_field[DAY];
	int64_t day;
	bool present;
	psy_status status = row_whole(r, column, -3650, 36500, &day, &present, err);

	if (present)
		snprintf(v->day, sizeof v->day, "%d", (int) day);
	return status;
}

/* The session that a cell names: as it stands, as --visit says, or NULL when it is a week in words (week_8_arm_1 of
 * REDCap, 第8周), which v then holds. */
static const char *
named_session(const options *opt, const char *cell, visit *v)
{
	char *name = keep_text(cell), *arm;

	for (size_t i = 0; i < opt->visit.count; i++)
	{
		const char *pair = opt->visit.item[i], *to = strrchr(pair, '=');

		if (strlen(cell) == (size_t) (to - pair) && strncmp(pair, cell, strlen(cell)) == 0)
		{
			free(name);
			return to + 1;
		}
	}
	if (strncmp(cell, "ses-", 4) == 0)
		cell += 4;
	else if ((arm = strstr(name, "_arm_")) != NULL || (arm = strstr(name, " (Arm ")) != NULL)
	{
		*arm = '\0';
		if (!visit_week(name, v->named_week))
			v->named_week[0] = '\0';
	}
	/* A session is letters and digits (BIDS): week 8, 8周 and 第8周 are none. */
	else if (strspn(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") != strlen(cell) && !visit_week(name, v->named_week))
		v->named_week[0] = '\0';
	free(name);
	return v->named_week[0] ? NULL : cell;
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

	v->session = cell == NULL ? r->job->opt->session : named_session(r->job->opt, cell, v);
	if (column >= 0 && v->session == NULL && (cell = table_cell(r->table, (size_t) column)) != NULL && visit_week(cell, v->named_week))
		v->week = v->named_week; /* 第8周, W8, week 8 */
	else if (column >= 0)
		status = row_decimal(r, (size_t) column, &v->week, err);
	else if (v->session == NULL && v->named_week[0])
		v->week = v->named_week;
	if (status == PSY_OK && r->table->of_field[DAY] >= 0)
		status = read_day(r, v, err);
	*known = v->session != NULL || v->week != NULL;
	if (status != PSY_OK || *known || (column >= 0 && table_cell(r->table, (size_t) column) != NULL))
		return status;
	psy_fail(&why, PSY_DOMAIN, "empty; expected the visit's week or session");
	return row_reject(r, (size_t) (column >= 0 ? column : r->table->of_field[SESSION]), "missing_visit", &why,
					  err);
}

/* Who rated is a code: what is none may be a name, and is not quoted. */
static psy_status
check_rater(row *r, bool *good, psy_error *err)
{
	const char *rater = table_get(r->table, RATER);
	size_t length = rater == NULL ? 0 : strspn(rater, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");
	int column = r->table->of_field[RATER];
	reject_at at = {.row = r->number, .line = table_line(r->table), .label = r->label};

	*good = rater == NULL || (length <= 31 && rater[length] == '\0' && !cell_is_identifier(rater));
	if (*good)
		return PSY_OK;
	at.column_name = r->table->column[column].name;
	at.column_number = column + 1;
	at.line = table_cell_line(r->table, (size_t) column);
	return reject(r->job, &at, err, "bad_rater", "not a rater's code; expected 1 to 31 letters, digits, '-', '_' or '.', never a name");
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
	v.wide = s->columns.group[0].week[0] != '\0';
	status = check_rater(r, &known, err);
	if (known && !v.wide)
		status = read_visit(r, &v, &known, err);
	if (!known)
		s->ratings++;
	for (size_t i = 0; known && status == PSY_OK && i < s->columns.groups; i++)
	{
		if (v.wide)
			v.week = s->columns.group[i].week;
		r->number = s->ratings + 1;
		status = read_rating(r, s, &s->columns.group[i], &v, err);
	}
	return status;
}

/* A glob names the dictionaries too. */
static bool
is_companion(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL && strcmp(dot, ".json") == 0;
}

/* Kept in job->extra: the options with the dictionary that lies beside a .tsv, as BIDS has it. */
typedef struct companions
{
	options opt;
	char *path;
} companions;

static void
find_dictionary(const job *j, companions *own)
{
	size_t n = strlen(j->path);
	source test;
	psy_error err;

	if (own->opt.dictionary != NULL || n < 5 || strcmp(j->path + n - 4, ".tsv") != 0)
		return;
	own->path = grow(NULL, n + 2, 1);
	memcpy(own->path, j->path, n - 3);
	strcpy(own->path + n - 3, "json");
	if (source_open(&test, own->path, &err) == PSY_OK)
		own->opt.dictionary = own->path;
	source_close(&test);
}

/* The dictionary's bytes are part of what the file means. */
static psy_status
describe_scores(job *j, buffer *json, psy_error *err)
{
	companions *own = grow(NULL, 1, sizeof *own);
	uint8_t sha256[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
	dictionary words;
	psy_status status;

	*own = (companions){.opt = *j->opt};
	j->extra = own;
	find_dictionary(j, own);
	j->opt = &own->opt;
	if (own->opt.dictionary == NULL)
		return PSY_OK;
	status = dictionary_read(&words, own->opt.dictionary, sha256, err);
	if (status == PSY_OK && words.tool != NULL && *words.tool)
	{
		utf8_repair(words.tool);
		json_member(json, "tool", words.tool);
	}
	dictionary_free(&words);
	if (status != PSY_OK)
		return status;
	hash_text(sha256, hex);
	json_open(json, "inputs", '{');
	json_member(json, "dictionary", hex);
	buffer_byte(json, '}');
	return PSY_OK;
}

static void
release_scores(job *j)
{
	companions *own = j->extra;

	if (own != NULL)
		free(own->path);
	free(own);
}

/* The names by which columns may call their instrument: all, or those of the one that --instrument says. */
static psy_status
know_instruments(job *j, score_columns *columns, psy_error *err)
{
	PGresult *result = NULL;
	psy_status status = session_query(j->db, &result, err, "SELECT name, instrument FROM ingest.instrument_name($1)", 1,
									  (const char *const[]){j->opt->instrument});

	for (int k = 0; status == PSY_OK && k < PQntuples(result); k++)
		score_columns_know(columns, PQgetvalue(result, k, 0), PQgetvalue(result, k, 1));
	PQclear(result);
	return status;
}

static psy_status
stage_scores(job *j, psy_error *err)
{
	table t = {.from.fd = -1};
	scores s = {.columns.rating = RATING};
	psy_status status;

	score_columns_of(&s.columns, j->opt->instrument);
	status = know_instruments(j, &s.columns, err);
	if (status == PSY_OK)
		status = table_open(&t, j->path, j->opt, fields, FIELDS, score_column_match, &s.columns, err);
	if (status == PSY_OK)
		status = score_columns_group(&s.columns, &t, err);
	if (status == PSY_OK)
		status = check_layout(&s.columns, &t, j->opt, err);
	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_record, &s, err);
	j->read = s.ratings;
	score_columns_free(&s.columns);
	table_free(&t);
	return status;
}

const loader load_scores = {
	.name = "scores",
	.summary = "ratings (HAMD-17 ...): items or totals, long or wide",
	.file = "FILE...",
	.options = OPT_STUDY | OPT_INSTRUMENT | OPT_TABLE | OPT_SESSION | OPT_VISIT,
	.target = "pg_temp.stage (\"row\", line, label, session, week, wide, rater, instrument, day, items, total, item_line, total_line, raw)",
	.companion = is_companion,
	.describe = describe_scores,
	.stage = stage_scores,
	.release = release_scores,
};
