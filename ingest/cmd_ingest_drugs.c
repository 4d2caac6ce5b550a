/*
 * cmd_ingest_drugs.c - psyrad ingest drugs FILE: drugs taken beside the treatment, a row each.
 *
 * Days are offsets from baseline, never dates; which drug a name means is the warehouse's to say.
 */
#include "cmd.h"

#include "header.h"
#include "rows.h"
#include "synonyms.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum drug_field
{
	PARTICIPANT,
	ENTRY,
	DRUG,
	ATC,
	DOSE,
	UNIT,
	TIMES,
	START_DAY,
	START_WEEK,
	END_DAY,
	END_WEEK,
	INDICATION,
	FIELDS
};

static const table_field fields[FIELDS] = {
	{"participant_id", SYNONYMS_SCORES_PARTICIPANT_ID, true},
	{"entry", SYNONYMS_DRUGS_ENTRY, false},
	{"drug", SYNONYMS_DRUGS_DRUG, true},
	{"atc", SYNONYMS_DRUGS_ATC, false},
	{"dose", SYNONYMS_DRUGS_DOSE, false},
	{"unit", SYNONYMS_DRUGS_UNIT, false},
	{"times_a_day", SYNONYMS_DRUGS_TIMES_A_DAY, false},
	{"start_day", SYNONYMS_DRUGS_START_DAY, false},
	{"start_week", SYNONYMS_DRUGS_START_WEEK, false},
	{"end_day", SYNONYMS_DRUGS_END_DAY, false},
	{"end_week", SYNONYMS_DRUGS_END_WEEK, false},
	{"indication", SYNONYMS_DRUGS_INDICATION, false},
};

/* "25", "25-50", "25-50 mg": both ends as decimal texts, and what follows as the unit. */
typedef struct dose
{
	char low[32], high[32], unit[32];
} dose;

/* Digits with one point among them at the start of *p, copied to number; false when there are none. */
static bool
take_decimal(const char **p, char number[32])
{
	size_t n = strspn(*p, "0123456789."), points = 0;

	for (size_t i = 0; i < n; i++)
		points += (*p)[i] == '.';
	if (n == 0 || n > 20 || points > 1 || !isdigit((unsigned char) (*p)[0]) || !isdigit((unsigned char) (*p)[n - 1]))
		return false;
	snprintf(number, 32, "%.*s", (int) n, *p);
	*p += n;
	*p += strspn(*p, " ");
	return true;
}

static bool
parse_dose(const char *cell, dose *d)
{
	const char *p = cell;
	size_t unit;

	*d = (dose){.low = ""};
	if (!take_decimal(&p, d->low))
		return false;
	strcpy(d->high, d->low);
	if (*p == '-' || *p == '~' || strncmp(p, "–", 3) == 0)
	{
		p += *p == '-' || *p == '~' ? 1 : 3;
		p += strspn(p, " ");
		if (!take_decimal(&p, d->high))
			return false;
	}
	/* A unit is letters or Chinese characters: of 2024-03-05 and 1,5 nothing is made. */
	for (unit = 0; isalpha((unsigned char) p[unit]) || (unsigned char) p[unit] >= 0x80; unit++)
		;
	if (p[unit] != '\0' || unit >= sizeof d->unit || cell_is_identifier(cell))
		return false;
	memcpy(d->unit, p, unit + 1);
	return true;
}

static psy_status
copy_dose(row *r, psy_error *err)
{
	copy *out = &r->job->stage;
	const char *cell = table_get(r->table, DOSE), *unit = table_get(r->table, UNIT);
	psy_status status = PSY_OK;
	psy_error why;
	dose d = {.low = ""};

	if (cell != NULL && !parse_dose(cell, &d))
	{
		if (check_decimal(cell, &why) != PSY_OK)
			psy_fail(&why, PSY_DOMAIN, "found %.60s: %.200s, or a range and a unit (25-50 mg)", cell, why.message);
		else
			psy_fail(&why, PSY_DOMAIN, "found %.60s; expected a dose of 0 or above", cell);
		status = row_reject(r, (size_t) r->table->of_field[DOSE], "bad_dose", &why, err);
		d = (dose){.low = ""};
	}
	else if (d.unit[0] && unit != NULL && strcasecmp(d.unit, unit) != 0)
	{
		psy_fail(&why, PSY_DOMAIN, "found %.30s beside a dose in %.30s", unit, d.unit);
		status = row_reject(r, (size_t) r->table->of_field[UNIT], "unit_disagrees", &why, err);
	}
	copy_text(out, d.low[0] ? d.low : NULL);
	copy_text(out, d.high[0] ? d.high : NULL);
	copy_text(out, d.unit[0] ? d.unit : unit);
	return status;
}

/* How often: a number, or what prescriptions say. */
static psy_status
copy_times(row *r, psy_error *err)
{
	static const char *const words[][2] = {
		{"1", SYNONYMS_TIMES_ONCE}, {"2", SYNONYMS_TIMES_TWICE}, {"3", SYNONYMS_TIMES_THREE}, {"4", SYNONYMS_TIMES_FOUR}, {"0.5", SYNONYMS_TIMES_ALTERNATE}};
	const char *cell = table_get(r->table, TIMES), *value = NULL;
	char *folded = cell == NULL ? NULL : fold_header(cell);
	psy_status status = PSY_OK;

	for (size_t k = 0; folded != NULL && value == NULL && k < sizeof words / sizeof *words; k++)
		if (header_among(folded, words[k][1]))
			value = words[k][0];
	free(folded);
	if (cell != NULL && value == NULL)
		status = row_decimal(r, (size_t) r->table->of_field[TIMES], &value, err);
	copy_text(&r->job->stage, value);
	return status;
}

/* A day since baseline, from a column of days or one of weeks. */
static psy_status
copy_day(row *r, int day, int week, psy_error *err)
{
	const table *t = r->table;
	int column = t->of_field[day] >= 0 ? t->of_field[day] : t->of_field[week];
	int unit = t->of_field[day] >= 0 ? 1 : 7;

	return row_copy_whole(r, column, -36500 / unit, 36500 / unit, unit, err);
}

static psy_status
read_drug(row *r, void *arg, psy_error *err)
{
	const char *label;
	copy *out = &r->job->stage;
	psy_status status = row_participant(r, PARTICIPANT, &label, err);

	(void) arg;
	if (status != PSY_OK || label == NULL)
		return status;
	copy_row(out);
	copy_int8(out, r->number);
	copy_int8(out, table_line(r->table));
	copy_text(out, label);
	status = row_copy_whole(r, r->table->of_field[ENTRY], 1, 10000, 1, err);
	copy_text(out, table_get(r->table, DRUG));
	copy_text(out, table_get(r->table, ATC));
	if (status == PSY_OK)
		status = copy_dose(r, err);
	if (status == PSY_OK)
		status = copy_times(r, err);
	if (status == PSY_OK)
		status = copy_day(r, START_DAY, START_WEEK, err);
	if (status == PSY_OK)
		status = copy_day(r, END_DAY, END_WEEK, err);
	copy_text(out, table_get(r->table, INDICATION));
	copy_text(out, table_raw(r->table));
	return status == PSY_OK ? copy_row_end(out, err) : status;
}

/* Days and weeks of one thing may contradict each other: a sheet has one of them. */
static psy_status
check_days(const table *t, psy_error *err)
{
	for (int k = START_DAY; k <= END_DAY; k += END_DAY - START_DAY)
		if (t->of_field[k] >= 0 && t->of_field[k + 1] >= 0)
		{
			psy_fail(err, PSY_DOMAIN, "columns %d (%.60s) and %d (%.60s) say the same in days and in weeks", t->of_field[k] + 1,
					 t->column[t->of_field[k]].name, t->of_field[k + 1] + 1, t->column[t->of_field[k + 1]].name);
			return psy_hint(err, "drop one of them with --identifier COLUMN");
		}
	return PSY_OK;
}

static psy_status
stage_drugs(job *j, psy_error *err)
{
	table t;
	psy_status status = table_open(&t, j->path, j->opt, fields, FIELDS, NULL, NULL, err);

	if (status == PSY_OK)
		status = check_days(&t, err);
	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_drug, NULL, err);
	table_free(&t);
	return status;
}

const loader load_drugs = {
	.name = "drugs",
	.summary = "drugs taken beside the treatment",
	.file = "FILE...",
	.options = OPT_STUDY | OPT_TABLE,
	.target = "pg_temp.stage (\"row\", line, label, entry, drug, atc, dose_low, dose_high, dose_unit, times_a_day, start_day, end_day, "
			  "indication, raw)",
	.stage = stage_drugs,
};
