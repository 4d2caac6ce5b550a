/*
 * cmd_ingest_effects.c - psyrad ingest effects FILE: results of trials as their papers state them, a comparison a row.
 *
 * A field is a column of pg_temp.stage of the same name, in the same order, and has a kind that says how its cell is read; what the words mean and
 * what stands in place of an SD is the warehouse's to say (migrations/deploy/effects.sql).  A column headed mod:NAME, or named by --moderator, is
 * a moderator.
 */
#include "cmd.h"

#include "header.h"
#include "rows.h"
#include "synonyms.h"

#include <stdlib.h>
#include <string.h>

typedef enum cell_kind
{
	TEXT,
	WORD,  /* folded as headers are */
	YEAR,
	COUNT, /* at least 1: how many people */
	EVENTS, /* at least 0 */
	REAL,
	DECIMAL
} cell_kind;

#define EFFECT_FIELDS(X) \
	X(evidence_study, "study", SYNONYMS_EFFECTS_STUDY, TEXT, true) \
	X(year, "year", SYNONYMS_EFFECTS_YEAR, YEAR, false) \
	X(effect, "effect", SYNONYMS_EFFECTS_EFFECT, TEXT, false) \
	X(sample, "sample", SYNONYMS_EFFECTS_SAMPLE, TEXT, false) \
	X(people, "people", SYNONYMS_EFFECTS_PEOPLE, TEXT, false) \
	X(outcome, "outcome", SYNONYMS_EFFECTS_OUTCOME, TEXT, true) \
	X(construct, "construct", SYNONYMS_EFFECTS_CONSTRUCT, WORD, false) \
	X(outcome_type, "outcome_type", SYNONYMS_EFFECTS_OUTCOME_TYPE, WORD, true) \
	X(event, "event", SYNONYMS_EFFECTS_EVENT, WORD, false) \
	X(direction, "direction", SYNONYMS_EFFECTS_DIRECTION, WORD, false) \
	X(intervention, "intervention", SYNONYMS_EFFECTS_INTERVENTION, TEXT, true) \
	X(comparator, "comparator", SYNONYMS_EFFECTS_COMPARATOR, TEXT, true) \
	X(arm1, "arm1", SYNONYMS_EFFECTS_ARM1, TEXT, false) \
	X(arm2, "arm2", SYNONYMS_EFFECTS_ARM2, TEXT, false) \
	X(shared_group, "shared_group", SYNONYMS_EFFECTS_SHARED_GROUP, TEXT, false) \
	X(timing, "timing", SYNONYMS_EFFECTS_TIMING, WORD, false) \
	X(weeks, "weeks", SYNONYMS_EFFECTS_WEEKS, DECIMAL, false) \
	X(analysis_set, "analysis_set", SYNONYMS_EFFECTS_ANALYSIS_SET, WORD, false) \
	X(rater, "rater", SYNONYMS_EFFECTS_RATER, WORD, false) \
	X(n1, "n1", SYNONYMS_EFFECTS_N1, COUNT, false) \
	X(m1, "m1", SYNONYMS_EFFECTS_M1, REAL, false) \
	X(sd1, "sd1", SYNONYMS_EFFECTS_SD1, REAL, false) \
	X(n2, "n2", SYNONYMS_EFFECTS_N2, COUNT, false) \
	X(m2, "m2", SYNONYMS_EFFECTS_M2, REAL, false) \
	X(sd2, "sd2", SYNONYMS_EFFECTS_SD2, REAL, false) \
	X(sd_source, "sd_source", SYNONYMS_EFFECTS_SD_SOURCE, WORD, false) \
	X(e1, "e1", SYNONYMS_EFFECTS_E1, EVENTS, false) \
	X(total1, "total1", SYNONYMS_EFFECTS_TOTAL1, COUNT, false) \
	X(e2, "e2", SYNONYMS_EFFECTS_E2, EVENTS, false) \
	X(total2, "total2", SYNONYMS_EFFECTS_TOTAL2, COUNT, false) \
	X(change_n1, "change_n1", "n_change_arm1", COUNT, false) \
	X(change_m1, "change_m1", "mean_change_arm1|mean_change1", REAL, false) \
	X(change_sd1, "change_sd1", "sd_change_arm1", REAL, false) \
	X(change_n2, "change_n2", "n_change_arm2", COUNT, false) \
	X(change_m2, "change_m2", "mean_change_arm2|mean_change2", REAL, false) \
	X(change_sd2, "change_sd2", "sd_change_arm2", REAL, false) \
	X(pre_m1, "pre_m1", SYNONYMS_EFFECTS_PRE_M1, REAL, false) \
	X(pre_sd1, "pre_sd1", SYNONYMS_EFFECTS_PRE_SD1, REAL, false) \
	X(pre_m2, "pre_m2", SYNONYMS_EFFECTS_PRE_M2, REAL, false) \
	X(pre_sd2, "pre_sd2", SYNONYMS_EFFECTS_PRE_SD2, REAL, false) \
	X(post_m1, "post_m1", SYNONYMS_EFFECTS_POST_M1, REAL, false) \
	X(post_sd1, "post_sd1", SYNONYMS_EFFECTS_POST_SD1, REAL, false) \
	X(post_m2, "post_m2", SYNONYMS_EFFECTS_POST_M2, REAL, false) \
	X(post_sd2, "post_sd2", SYNONYMS_EFFECTS_POST_SD2, REAL, false) \
	X(r, "pre_post_r", SYNONYMS_EFFECTS_R, REAL, false) \
	X(se1, "se1", SYNONYMS_EFFECTS_SE1, REAL, false) \
	X(se2, "se2", SYNONYMS_EFFECTS_SE2, REAL, false) \
	X(ci_lb1, "ci_lb1", "", REAL, false) \
	X(ci_ub1, "ci_ub1", "", REAL, false) \
	X(ci_lb2, "ci_lb2", "", REAL, false) \
	X(ci_ub2, "ci_ub2", "", REAL, false) \
	X(min1, "min1", "", REAL, false) \
	X(q1_1, "q1_1", "", REAL, false) \
	X(median1, "median1", SYNONYMS_EFFECTS_MEDIAN1, REAL, false) \
	X(q3_1, "q3_1", "", REAL, false) \
	X(max1, "max1", "", REAL, false) \
	X(min2, "min2", "", REAL, false) \
	X(q1_2, "q1_2", "", REAL, false) \
	X(median2, "median2", SYNONYMS_EFFECTS_MEDIAN2, REAL, false) \
	X(q3_2, "q3_2", "", REAL, false) \
	X(max2, "max2", "", REAL, false) \
	X(diff_se, "diff_se", "", REAL, false) \
	X(diff_lb, "diff_lb", "", REAL, false) \
	X(diff_ub, "diff_ub", "", REAL, false) \
	X(t, "t_value", "t值", REAL, false) \
	X(f, "f_value", "f值", REAL, false) \
	X(p, "p_value", "p值", REAL, false) \
	X(measure, "measure", SYNONYMS_EFFECTS_MEASURE, WORD, false) \
	X(yi, "yi", SYNONYMS_EFFECTS_YI, REAL, false) \
	X(vi, "vi", SYNONYMS_EFFECTS_VI, REAL, false) \
	X(yi_se, "yi_se", "sei|se_yi", REAL, false) \
	X(yi_lb, "yi_lb", "", REAL, false) \
	X(yi_ub, "yi_ub", "", REAL, false) \
	X(ratio, "ratio", "", REAL, false) \
	X(ratio_lb, "ratio_lb", "", REAL, false) \
	X(ratio_ub, "ratio_ub", "", REAL, false)

#define FIELD(column, name, synonyms, kind, required) {name, synonyms, required},
#define KIND(column, name, synonyms, kind, required) kind,
#define COLUMN(column, name, synonyms, kind, required) #column ", "
static const table_field fields[] = {EFFECT_FIELDS(FIELD)};
static const cell_kind kinds[] = {EFFECT_FIELDS(KIND)};
#define FIELDS ((int) (sizeof fields / sizeof *fields))

/* The moderators of a table, beside the rows: a column's number and its name in the warehouse. */
typedef struct moderators
{
	copy out;
	char **name; /* of each column of the table; NULL where it is none */
	size_t columns;
} moderators;

static psy_status
copy_number(row *r, size_t column, psy_error *err)
{
	double value;
	bool present;
	psy_status status = row_real(r, column, &value, &present, err);

	present ? copy_float8(&r->job->stage, value) : copy_null(&r->job->stage);
	return status;
}

static psy_status
copy_folded(row *r, size_t column)
{
	const char *cell = table_cell(r->table, column);
	char *folded = cell ? fold_header(cell) : NULL;

	copy_text(&r->job->stage, folded);
	free(folded);
	return PSY_OK;
}

static psy_status
copy_field(row *r, int field, psy_error *err)
{
	copy *out = &r->job->stage;
	size_t column = (size_t) r->table->of_field[field];
	const char *decimal;
	psy_status status;

	if (r->table->of_field[field] < 0)
	{
		copy_null(out);
		return PSY_OK;
	}
	switch (kinds[field])
	{
		case TEXT: copy_text(out, table_cell(r->table, column)); return PSY_OK;
		case WORD: return copy_folded(r, column);
		case YEAR: return row_copy_whole(r, (int) column, 1900, 2200, 1, err);
		case COUNT: return row_copy_whole(r, (int) column, 1, INT32_MAX, 1, err);
		case EVENTS: return row_copy_whole(r, (int) column, 0, INT32_MAX, 1, err);
		case REAL: return copy_number(r, column, err);
		case DECIMAL: break;
	}
	status = row_decimal(r, column, &decimal, err);
	copy_text(out, decimal);
	return status;
}

static psy_status
copy_moderators(row *r, moderators *m, psy_error *err)
{
	psy_status status = PSY_OK;

	for (size_t c = 0; c < m->columns && status == PSY_OK; c++)
	{
		const char *cell = m->name[c] ? table_cell(r->table, c) : NULL;

		if (cell == NULL)
			continue;
		copy_row(&m->out);
		copy_int8(&m->out, r->number);
		copy_text(&m->out, m->name[c]);
		copy_text(&m->out, cell);
		status = copy_row_end(&m->out, err);
	}
	return status;
}

static psy_status
read_effect(row *r, void *arg, psy_error *err)
{
	copy *out = &r->job->stage;
	psy_status status = PSY_OK;

	copy_row(out);
	copy_int8(out, r->number);
	copy_int8(out, table_line(r->table));
	for (int field = 0; field < FIELDS && status == PSY_OK; field++)
		status = copy_field(r, field, err);
	if (status != PSY_OK)
		return status;
	copy_text(out, table_raw(r->table));
	status = copy_row_end(out, err);
	return status == PSY_OK ? copy_moderators(r, arg, err) : status;
}

/* What follows "mod:" in a header (a full-width colon does too), or NULL. */
static const char *
after_prefix(const char *header)
{
	if (strncmp(header, "mod:", 4) == 0)
		return header + 4;
	return strncmp(header, "mod：", 6) == 0 ? header + 6 : NULL;
}

static bool
named_moderator(const options *opt, const char *header)
{
	for (size_t i = 0; i < opt->moderator.count; i++)
		if (strcmp(opt->moderator.item[i], header) == 0)
			return true;
	return false;
}

static bool
is_moderator(void *arg, table_column *column)
{
	bool wanted = after_prefix(column->name) != NULL || named_moderator(arg, column->name);

	if (wanted)
		column->field = FIELDS; /* a cell that may be kept */
	return wanted;
}

/* Columns of the table that are moderators; two of one name, an empty one, and a --moderator that is no column are errors. */
static psy_status
find_moderators(moderators *m, const table *t, psy_error *err)
{
	m->columns = t->columns;
	m->name = grow(NULL, t->columns, sizeof *m->name);
	memset(m->name, 0, t->columns * sizeof *m->name);
	for (size_t c = 0; c < t->columns; c++)
	{
		const char *header = t->column[c].name, *own = after_prefix(header);

		if (t->column[c].dropped || (own == NULL && !named_moderator(t->opt, header)))
			continue;
		m->name[c] = fold_header(own ? own : header);
		if (*m->name[c] == '\0')
			return psy_fail(err, PSY_DOMAIN, "column %zu (%.60s) names no moderator", c + 1, header);
		for (size_t k = 0; k < c; k++)
			if (m->name[k] && strcmp(m->name[k], m->name[c]) == 0)
				return psy_fail(err, PSY_DOMAIN, "columns %zu and %zu are both the moderator %.60s", k + 1, c + 1, m->name[c]);
	}
	for (size_t i = 0; i < t->opt->moderator.count; i++)
	{
		size_t c = 0;

		while (c < t->columns && strcmp(t->column[c].name, t->opt->moderator.item[i]) != 0)
			c++;
		if (c == t->columns)
			return psy_fail(err, PSY_DOMAIN, "--moderator %.80s: the header has no such column", t->opt->moderator.item[i]);
	}
	return PSY_OK;
}

static void
free_moderators(moderators *m)
{
	for (size_t c = 0; c < m->columns; c++)
		free(m->name[c]);
	free(m->name);
	copy_free(&m->out);
}

static psy_status
stage_effects(job *j, psy_error *err)
{
	table t;
	moderators m = {.name = NULL};
	psy_status status = table_open(&t, j->path, j->opt, fields, FIELDS, is_moderator, (void *) j->opt, err);

	copy_begin(&m.out, j->db, "pg_temp.stage_moderator (\"row\", moderator, value)");
	if (status == PSY_OK)
		status = find_moderators(&m, &t, err);
	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_effect, &m, err);
	if (status == PSY_OK)
		status = copy_flush(&m.out, err);
	free_moderators(&m);
	table_free(&t);
	return status;
}

const loader load_effects = {
	.name = "effects",
	.summary = "means and SDs, events or effect sizes of published trials",
	.file = "FILE.csv...",
	.options = OPT_TABLE | OPT_SIMULATED | OPT_EFFECTS,
	.target = "pg_temp.stage (\"row\", line, " EFFECT_FIELDS(COLUMN) "raw)",
	.stage = stage_effects,
};
