/*
 * cmd_ingest_appraisal.c - psyrad ingest appraisal FILE: risk of bias and quality of studies, and GRADE's ratings.
 *
 * Long sheets have a judgement a row (columns domain and judgement), wide ones a study a row and a column a domain: D1, D2 ..., Q1 ... and Overall, as
 * robvis takes them.  Either way a staged row is one judgement; what its words mean is the warehouse's to say (migrations/deploy/appraisal.sql).
 */
#include "cmd.h"

#include "header.h"
#include "rows.h"
#include "synonyms.h"

#include <string.h>
#include <strings.h>

enum appraisal_field
{
	STUDY,
	REVIEW,
	TOOL,
	OUTCOME,
	INTERVENTION,
	COMPARATOR,
	MEASURE,
	ASSESSOR,
	CONSENSUS,
	DOMAIN,
	JUDGEMENT,
	SUPPORT,
	FIELDS
};

static const table_field fields[FIELDS] = {
	{"study", SYNONYMS_EFFECTS_STUDY, false},
	{"review", SYNONYMS_APPRAISAL_REVIEW, false},
	{"tool", SYNONYMS_APPRAISAL_TOOL, false},
	{"outcome", SYNONYMS_EFFECTS_OUTCOME, false},
	{"intervention", SYNONYMS_EFFECTS_INTERVENTION, false},
	{"comparator", SYNONYMS_EFFECTS_COMPARATOR, false},
	{"measure", SYNONYMS_EFFECTS_MEASURE, false},
	{"assessor", SYNONYMS_APPRAISAL_ASSESSOR, false},
	{"consensus", SYNONYMS_APPRAISAL_CONSENSUS, false},
	{"domain", SYNONYMS_APPRAISAL_DOMAIN, false},
	{"judgement", SYNONYMS_APPRAISAL_JUDGEMENT, false},
	{"support", SYNONYMS_APPRAISAL_SUPPORT, false},
};

static psy_status
copy_judgement(row *r, const char *domain, const char *judgement, psy_error *err)
{
	copy *out = &r->job->stage;

	copy_row(out);
	copy_int8(out, r->number);
	copy_int8(out, table_line(r->table));
	for (int field = STUDY; field < DOMAIN; field++)
		copy_text(out, table_get(r->table, field));
	copy_text(out, domain);
	copy_text(out, judgement);
	copy_text(out, table_get(r->table, SUPPORT));
	copy_text(out, table_raw(r->table));
	return copy_row_end(out, err);
}

/* NA is an answer of checklists (not applicable), and not a missing cell. */
static const char *
judgement_cell(const table *t, size_t column)
{
	const char *cell = records_cell(&t->rows, column);

	return strcasecmp(cell, "na") == 0 || strcasecmp(cell, "n/a") == 0 ? cell : table_cell(t, column);
}

/* A wide record is as many judgements as it has cells; an empty cell is a domain that nobody judged. */
static psy_status
read_judgements(row *r, void *arg, psy_error *err)
{
	const table *t = r->table;
	psy_status status = PSY_OK;

	(void) arg;
	if (t->of_field[DOMAIN] >= 0)
		return copy_judgement(r, table_get(t, DOMAIN), judgement_cell(t, (size_t) t->of_field[JUDGEMENT]), err);
	for (size_t c = 0; c < t->columns && status == PSY_OK; c++)
	{
		const char *cell = t->column[c].field == FIELDS ? judgement_cell(t, c) : NULL;

		if (cell != NULL)
			status = copy_judgement(r, t->column[c].folded, cell, err);
	}
	return status;
}

/* D1, Q13, or the overall judgement. */
static bool
is_domain(void *arg, table_column *column)
{
	const char *name = column->folded;
	size_t digits = *name == 'd' || *name == 'q' ? strspn(name + 1, "0123456789") : 0;
	bool domain = (digits > 0 && name[1 + digits] == '\0') || header_among(name, SYNONYMS_APPRAISAL_OVERALL) || strcmp(name, "overall") == 0;

	(void) arg;
	if (domain)
		column->field = FIELDS;
	return domain;
}

static psy_status
check_shape(const table *t, psy_error *err)
{
	bool wide = false, by_row = t->of_field[DOMAIN] >= 0 && t->of_field[JUDGEMENT] >= 0;

	for (size_t c = 0; c < t->columns; c++)
		wide = wide || t->column[c].field == FIELDS;
	if (by_row || (wide && t->of_field[DOMAIN] < 0))
		return PSY_OK;
	psy_fail(err, PSY_DOMAIN, "the header has no judgements");
	return psy_hint(err, "a judgement a row in the columns domain and judgement, or a column a domain: D1, D2, ... and Overall");
}

static psy_status
stage_appraisal(job *j, psy_error *err)
{
	table t;
	psy_status status = table_open(&t, j->path, j->opt, fields, FIELDS, is_domain, NULL, err);

	if (status == PSY_OK)
		status = check_shape(&t, err);
	if (status == PSY_OK)
		status = rows_columns(j, &t, err);
	if (status == PSY_OK)
		status = rows_each(j, &t, read_judgements, NULL, err);
	table_free(&t);
	return status;
}

const loader load_appraisal = {
	.name = "appraisal",
	.summary = "risk of bias of studies, certainty of evidence",
	.file = "FILE.csv...",
	.options = OPT_TABLE | OPT_APPRAISAL,
	.target = "pg_temp.stage (\"row\", line, evidence_study, review, tool, outcome, intervention, comparator, measure, assessor, consensus, "
			  "domain, judgement, support, raw)",
	.stage = stage_appraisal,
};
