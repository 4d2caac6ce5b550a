/* rows.c - records of a table on their way to staging; see rows.h. */
#include "rows.h"

#include <string.h>

psy_status
rows_each(job *j, table *t, psy_status (*read)(row *, void *, psy_error *), void *arg, psy_error *err)
{
	psy_status status;
	bool more;

	while ((status = table_next(t, &more, err)) == PSY_OK && more)
	{
		row r = {.job = j, .table = t, .number = ++j->read};

		status = read(&r, arg, err);
		if (status != PSY_OK)
			return status;
	}
	return status == PSY_OK ? table_close(t, j->check, err) : status;
}

psy_status
rows_columns(job *j, const table *t, psy_error *err)
{
	copy out;
	psy_status status = PSY_OK;

	copy_begin(&out, j->db, "pg_temp.stage_column (field, item, week, instrument, name, number)");
	for (size_t c = 0; c < t->columns && status == PSY_OK; c++)
	{
		const table_column *column = &t->column[c];

		if (column->field == NO_FIELD)
			continue;
		copy_row(&out);
		copy_text(&out, column->field < t->field_count ? t->fields[column->field].name
						: column->item > 0             ? "item"
													   : "total");
		column->item > 0 ? copy_int4(&out, column->item) : copy_null(&out);
		copy_text(&out, column->week[0] ? column->week : NULL);
		copy_text(&out, column->scale);
		copy_text(&out, column->name);
		copy_int4(&out, (int32_t) c + 1);
		status = copy_row_end(&out, err);
	}
	if (status == PSY_OK)
		status = copy_flush(&out, err);
	copy_free(&out);
	return status;
}

psy_status
row_reject(row *r, size_t column, const char *code, const psy_error *why, psy_error *err)
{
	reject_at at = {.row = r->number,
					.line = table_cell_line(r->table, column),
					.column_name = r->table->column[column].name,
					.column_number = (int) column + 1,
					.raw = table_raw(r->table),
					.label = r->label};

	return reject(r->job, &at, err, code, "%s", why->message);
}

psy_status
row_reject_field(row *r, int field, const char *code, const char *message, psy_error *err)
{
	psy_error why;

	psy_fail(&why, PSY_DOMAIN, "%s", message);
	return row_reject(r, (size_t) r->table->of_field[field], code, &why, err);
}

psy_status
row_participant(row *r, int field, const char **label, psy_error *err)
{
	size_t column = (size_t) r->table->of_field[field];
	const char *cell = table_cell(r->table, column);
	psy_error why;
	psy_status status;
	reject_at at = {.line = table_line(r->table),
					.column_name = r->table->column[column].name,
					.column_number = (int) column + 1};

	*label = NULL;
	if (cell == NULL)
		return reject(r->job, &at, err, "missing_participant",
					  "empty; expected the participant's study code");
	status = participant_label(cell, label, &why);
	if (status == PSY_OK)
	{
		r->label = *label;
		return PSY_OK;
	}
	*label = NULL;
	if (status == PSY_LIMIT)
	{
		psy_fail(err, PSY_DOMAIN, "line %ld: %s", at.line, why.message);
		return psy_hint(err, "%s", why.hint);
	}
	/* Without raw text: what is no study code may be a name. */
	return reject(r->job, &at, err, "bad_participant", "%s", why.message);
}

/* A coded answer must be one that the dictionary lists. */
static psy_status
reject_unknown_level(row *r, size_t column, psy_error *err)
{
	const dictionary_field *f = r->table->column[column].meaning;
	buffer known = {0};
	psy_error why;
	psy_status status;

	for (size_t i = 0; i < f->code.count && known.size < 150; i++)
		buffer_format(&known, "%s%s %s", i ? ", " : "", f->code.item[i], f->answer.item[i]);
	psy_fail(&why, PSY_DOMAIN, "found %.60s; the dictionary has %.160s", records_cell(&r->table->rows, column), known.data);
	status = row_reject(r, column, "unknown_level", &why, err);
	buffer_free(&known);
	return status;
}

/* "found 7.x: not a number", so that the message stands alone. */
static psy_status
reject_number(row *r, size_t column, const char *cell, const psy_error *why, psy_error *err)
{
	psy_error full;

	psy_fail(&full, why->code, "found %.60s: %s", cell, why->message);
	return row_reject(r, column, "bad_number", &full, err);
}

psy_status
row_real(row *r, size_t column, double *value, bool *present, psy_error *err)
{
	const char *cell = table_cell(r->table, column);
	psy_error why;

	*present = false;
	if (!table_cell_known(r->table, column))
		return reject_unknown_level(r, column, err);
	*present = cell != NULL && parse_real(cell, value, &why) == PSY_OK;
	return cell == NULL || *present ? PSY_OK : reject_number(r, column, cell, &why, err);
}

psy_status
row_whole(row *r, size_t column, int64_t lo, int64_t hi, int64_t *value, bool *present, psy_error *err)
{
	const char *cell = table_cell(r->table, column);
	psy_error why;

	*present = false;
	if (!table_cell_known(r->table, column))
		return reject_unknown_level(r, column, err);
	*present = cell != NULL && parse_whole(cell, lo, hi, value, &why) == PSY_OK;
	return cell == NULL || *present ? PSY_OK : reject_number(r, column, cell, &why, err);
}

psy_status
row_copy_whole(row *r, int column, int64_t lo, int64_t hi, int unit, psy_error *err)
{
	int64_t value = 0;
	bool present = false;
	psy_status status = column < 0 ? PSY_OK : row_whole(r, (size_t) column, lo, hi, &value, &present, err);

	if (present)
		copy_int4(&r->job->stage, (int32_t) (value * unit));
	else
		copy_null(&r->job->stage);
	return status;
}

psy_status
row_decimal(row *r, size_t column, const char **value, psy_error *err)
{
	const char *cell = table_cell(r->table, column);
	psy_error why;

	*value = NULL;
	if (!table_cell_known(r->table, column))
		return reject_unknown_level(r, column, err);
	*value = cell != NULL && check_decimal(cell, &why) == PSY_OK ? cell : NULL;
	return cell == NULL || *value != NULL ? PSY_OK : reject_number(r, column, cell, &why, err);
}
