/* table.c - header mapping and cell access over the readers of tables; see table.h. */
#include "table.h"

#include "header.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A number and nothing else: digits with a sign and one point. */
static bool
plain_number(const char *text, double *value)
{
	char *end;

	if (*text == '\0' || strspn(text, "0123456789.+-") != strlen(text))
		return false;
	*value = strtod(text, &end);
	return end != text && *end == '\0';
}

/* The token as it stands, or a number that is the same: 99.0 of a program that writes decimals is 99. */
static bool
is_token(const char *cell, const char *token)
{
	double a, b;

	return strcmp(cell, token) == 0 || (plain_number(token, &b) && plain_number(cell, &a) && a == b);
}

bool
cell_missing(const options *opt, const char *cell)
{
	static const char *const always[] = {"", "n/a", "na", "nan", "."};

	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		if (strcasecmp(cell, always[i]) == 0)
			return true;
	for (size_t i = 0; i < opt->missing.count; i++)
		if (is_token(cell, opt->missing.item[i]))
			return true;
	return false;
}

static bool
same_header(const table_column *column, const char *name)
{
	char *folded = fold_header(name);
	char *own = fold_header(column->name);
	bool same = strcmp(column->name, name) == 0 || (*folded && strcmp(own, folded) == 0);

	free(folded);
	free(own);
	return same;
}

/* Reads the dictionary, where there is one, and gives columns that are headed by a label their names. */
static psy_status
use_dictionary(table *t, psy_error *err)
{
	uint8_t sha256[SHA256_BYTES];
	psy_status status;

	if (t->opt->dictionary == NULL)
		return PSY_OK;
	status = dictionary_read(&t->words, t->opt->dictionary, sha256, err);
	for (size_t c = 0; status == PSY_OK && c < t->columns; c++)
	{
		const dictionary_field *f = dictionary_find(&t->words, t->column[c].folded);

		if (f == NULL)
			continue;
		t->column[c].meaning = f;
		free(t->column[c].folded);
		t->column[c].folded = keep_text(f->name);
	}
	return status;
}

static psy_status
drop_identifiers(table *t, psy_error *err)
{
	for (size_t i = 0; i < t->opt->identifier.count; i++)
	{
		bool found = false;

		for (size_t c = 0; c < t->columns; c++)
			if (same_header(&t->column[c], t->opt->identifier.item[i]))
				found = t->column[c].dropped = true;
		if (!found)
			return psy_fail(err, PSY_DOMAIN, "--identifier %.80s: the header has no such column",
							t->opt->identifier.item[i]);
	}
	return PSY_OK;
}

/* --map FIELD=COLUMN makes COLUMN be read as if its header were FIELD. */
static psy_status
rename_mapped(table *t, psy_error *err)
{
	for (size_t i = 0; i < t->opt->map.count; i++)
	{
		const char *map = t->opt->map.item[i], *name = strchr(map, '=') + 1;
		size_t c = 0;

		while (c < t->columns && !same_header(&t->column[c], name))
			c++;
		if (c == t->columns)
			return psy_fail(err, PSY_DOMAIN, "--map %.80s: the header has no such column", map);
		char *field_name = keep_bytes(map, (size_t) (name - map) - 1);
		free(t->column[c].folded);
		t->column[c].folded = fold_header(field_name);
		t->column[c].mapped = true;
		free(field_name);
	}
	return PSY_OK;
}

static int
field_of(const table *t, const table_column *column)
{
	for (int f = 0; f < t->field_count; f++)
		if (strcmp(column->folded, t->fields[f].name) == 0 ||
			(!column->mapped && header_among(column->folded, t->fields[f].synonyms)))
			return f;
	return NO_FIELD;
}

static psy_status
refuse_identifier(const table_column *column, size_t number, psy_error *err)
{
	psy_fail(err, PSY_DOMAIN, "column %zu (%.60s) names a person directly and is never loaded", number,
			 column->name);
	return psy_hint(
		err, "give each participant a study code of letters and digits in a column of its own, and keep the "
			 "list of names outside the warehouse");
}

/* A column named by --map wins over one that only looks like the field; two of the same standing are an
 * error. */
static psy_status
take_field(table *t, size_t c, int f, psy_error *err)
{
	int other = t->of_field[f];

	if (other >= 0 && t->column[other].mapped && !t->column[c].mapped)
	{
		t->column[c].field = NO_FIELD;
		return PSY_OK;
	}
	if (other >= 0 && t->column[other].mapped == t->column[c].mapped)
	{
		psy_fail(err, PSY_DOMAIN, "columns %d (%.60s) and %zu (%.60s) both look like %s", other + 1,
				 t->column[other].name, c + 1, t->column[c].name, t->fields[f].name);
		return psy_hint(err, "say which with --map %s=COLUMN", t->fields[f].name);
	}
	if (other >= 0)
		t->column[other].field = NO_FIELD;
	t->of_field[f] = (int) c;
	return PSY_OK;
}

static psy_status
map_columns(table *t, table_matcher *matcher, void *arg, psy_error *err)
{
	psy_status status = PSY_OK;

	for (size_t c = 0; c < t->columns && status == PSY_OK; c++)
	{
		table_column *column = &t->column[c];

		if (column->dropped)
			continue;
		column->field = field_of(t, column);
		if (column->mapped)
		{
			char *own = fold_header(column->name);
			bool identifier = header_is_identifier(own);

			free(own);
			if (identifier)
				return refuse_identifier(column, c + 1, err);
		}
		if (column->field == NO_FIELD && !header_is_identifier(column->folded) && (matcher == NULL || !matcher(arg, column)) &&
			column->mapped)
			status = psy_fail(err, PSY_DOMAIN, "--map %.60s=%.60s: there is no such field", column->folded, column->name);
		else if (column->field >= 0 && column->field < t->field_count)
			status = take_field(t, c, column->field, err);
	}
	return status;
}

static psy_status
check_required(const table *t, psy_error *err)
{
	for (int f = 0; f < t->field_count; f++)
	{
		if (!t->fields[f].required || t->of_field[f] >= 0)
			continue;
		for (size_t c = 0; f == 0 && c < t->columns; c++)
			if (header_is_identifier(t->column[c].folded) && !t->column[c].dropped)
				return refuse_identifier(&t->column[c], c + 1, err);
		psy_fail(err, PSY_DOMAIN, "the header (line %ld) has no column %s", table_line(t), t->fields[f].name);
		return psy_hint(err, "name it with --map %s=COLUMN", t->fields[f].name);
	}
	return PSY_OK;
}

static psy_status
read_header(table *t, psy_error *err)
{
	bool more;
	psy_status status = records_next(&t->rows, &more, err);

	if (status != PSY_OK)
		return status;
	if (!more)
		return psy_fail(err, PSY_FORMAT, "the file is empty; expected a header line");
	t->columns = t->rows.cells;
	t->column = grow(NULL, t->columns, sizeof *t->column);
	for (size_t c = 0; c < t->columns; c++)
		t->column[c] = (table_column){.name = keep_text(records_cell(&t->rows, c)),
									  .folded = fold_header(records_cell(&t->rows, c)),
									  .field = NO_FIELD};
	return PSY_OK;
}

psy_status
table_open(table *t, const char *path, const options *opt, const table_field *fields, int field_count,
		   table_matcher *matcher, void *arg, psy_error *err)
{
	psy_status status;

	*t = (table){.fields = fields, .field_count = field_count, .opt = opt, .from.fd = -1};
	t->of_field = grow(NULL, (size_t) field_count, sizeof *t->of_field);
	for (int f = 0; f < field_count; f++)
		t->of_field[f] = -1;
	status = source_reopen(&t->from, path, err);
	if (status == PSY_OK)
		status = records_open(&t->rows, &t->from, opt, err);
	if (status == PSY_OK)
		status = read_header(t, err);
	if (status == PSY_OK)
		status = use_dictionary(t, err);
	if (status == PSY_OK)
		status = drop_identifiers(t, err);
	if (status == PSY_OK)
		status = rename_mapped(t, err);
	if (status == PSY_OK)
		status = map_columns(t, matcher, arg, err);
	return status == PSY_OK ? check_required(t, err) : status;
}

psy_status
table_next(table *t, bool *more, psy_error *err)
{
	psy_status status = records_next(&t->rows, more, err);

	if (status != PSY_OK || !*more || t->rows.cells == t->columns)
		return status;
	psy_fail(err, PSY_SHAPE, "line %ld has %zu cells; the header has %zu", t->rows.line, t->rows.cells,
			 t->columns);
	return psy_hint(err, "a cell that holds the delimiter must be quoted");
}

const char *
table_cell(const table *t, size_t column)
{
	const char *cell = records_cell(&t->rows, column);

	if (cell_missing(t->opt, cell))
		return NULL;
	if (t->column[column].meaning != NULL)
	{
		const char *code = dictionary_code(t->column[column].meaning, cell);

		/* An answer may be coded as what --missing declares. */
		if (code != NULL)
			return cell_missing(t->opt, code) ? NULL : code;
	}
	return cell;
}

bool
table_cell_known(const table *t, size_t column)
{
	const dictionary_field *f = t->column[column].meaning;
	const char *cell = records_cell(&t->rows, column);

	return f == NULL || f->code.count == 0 || cell_missing(t->opt, cell) || dictionary_code(f, cell) != NULL;
}

const char *
table_get(const table *t, int field)
{
	return t->of_field[field] < 0 ? NULL : table_cell(t, (size_t) t->of_field[field]);
}

const char *
table_raw(table *t)
{
	bool first = true;

	buffer_clear(&t->raw);
	buffer_text(&t->raw, "");
	for (size_t c = 0; c < t->columns; c++)
	{
		if (t->column[c].field == NO_FIELD)
			continue;
		if (!first)
			buffer_byte(&t->raw, ',');
		csv_quote(&t->raw, records_cell(&t->rows, c));
		first = false;
	}
	return t->raw.data;
}

long
table_line(const table *t)
{
	return t->rows.line;
}

bool
table_has_lines(const table *t)
{
	return t->rows.cell_line != NULL;
}

long
table_cell_line(const table *t, size_t column)
{
	return t->rows.cell_line != NULL && t->rows.cell_line[column] > 0 ? t->rows.cell_line[column] : t->rows.line;
}

psy_status
table_close(table *t, uint64_t check, psy_error *err)
{
	uint64_t again;
	psy_status status = source_check(&t->from, &again, err);

	if (status == PSY_OK && again != check)
		return psy_fail(err, PSY_FORMAT, "the file changed while it was being read");
	return status;
}

void
table_free(table *t)
{
	for (size_t c = 0; c < t->columns; c++)
	{
		free(t->column[c].name);
		free(t->column[c].folded);
	}
	free(t->column);
	free(t->of_field);
	records_done(&t->rows);
	source_close(&t->from);
	buffer_free(&t->raw);
	dictionary_free(&t->words);
	*t = (table){.from.fd = -1};
}
