/*
 * blank_book.c - a blank sheet and its codebook as an Excel workbook; see blank_sheet.h.
 *
 * Cells are checked by Excel as they are filled: ranges and lists of the column, with what it holds shown beside the cell.
 * Texts are formatted as text, since Excel makes dates of P-1 or 5-10.  The rules reach BLANK_ROWS rows down.
 */
#include "blank_text.h"
#include "reader_sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#define BLANK_ROWS 10000
/* What Excel allows of a rule's texts, in characters. */
#define TITLE_MOST 32
#define MESSAGE_MOST 255
#define LIST_MOST 255

typedef struct book
{
	lxw_workbook *workbook;
	lxw_format *head, *text, *wrapped;
	bool chinese;
} book;

/* Cuts a text after so many characters. */
static void
cut(char *text, size_t characters)
{
	for (; *text && characters > 0; characters--)
		do
			text++;
		while (((unsigned char) *text & 0xc0) == 0x80);
	*text = '\0';
}

/* The choices as a list that libxlsxwriter takes; NULL when Excel cannot hold them in a rule. */
static char **
list_of(const char *choices, text_list *list)
{
	size_t characters = 0;
	char **item;

	if (choices == NULL)
		return NULL;
	for (const char *p = choices; *p;)
	{
		size_t n = strcspn(p, "|");
		char *one = keep_bytes(p, n);

		list_add(list, one);
		characters += lxw_utf8_strlen(one) + 1;
		free(one);
		p += n + (p[n] == '|');
	}
	if (characters > LIST_MOST || strchr(choices, ',') != NULL)
		return NULL;
	item = grow(NULL, list->count + 1, sizeof *item);
	memcpy(item, list->item, list->count * sizeof *item);
	item[list->count] = NULL;
	return item;
}

static void
describe_rule(lxw_data_validation *rule, const blank_column *c, bool chinese, char title[128], char message[CODEBOOK_TEXT], char wrong[CODEBOOK_TEXT])
{
	char range[64];

	snprintf(range, sizeof range, "%.15g-%.15g", c->lo, c->hi);
	snprintf(title, 128, "%s", chinese ? c->name_zh : c->name);
	snprintf(message, CODEBOOK_TEXT, "%s", chinese ? c->help_zh : c->help);
	if (c->choices != NULL)
		snprintf(wrong, CODEBOOK_TEXT, "%s", chinese ? "请从列表中选择" : "Choose one of the list.");
	else
		snprintf(wrong, CODEBOOK_TEXT, chinese ? "应为%s；缺失请留空" : "%s is expected; leave the cell empty when it is missing.", range);
	cut(title, TITLE_MOST);
	cut(message, MESSAGE_MOST);
	rule->input_title = title;
	rule->input_message = message;
	rule->error_title = title;
	rule->error_message = wrong;
}

/* The rule of a column's cells.  A word that the loader may know stays possible. */
static void
add_rule(const book *b, lxw_worksheet *sheet, const blank_column *c, lxw_col_t at)
{
	lxw_data_validation rule = {.ignore_blank = LXW_VALIDATION_ON, .error_type = c->kind == BLANK_WORD ? LXW_VALIDATION_ERROR_TYPE_WARNING : LXW_VALIDATION_ERROR_TYPE_STOP};
	char title[128], message[CODEBOOK_TEXT], wrong[CODEBOOK_TEXT];
	text_list words = {0};
	char **list = list_of(b->chinese && c->choices_zh != NULL ? c->choices_zh : c->choices, &words);

	describe_rule(&rule, c, b->chinese, title, message, wrong);
	rule.validate = LXW_VALIDATION_TYPE_ANY;
	if (list != NULL)
	{
		rule.validate = LXW_VALIDATION_TYPE_LIST;
		rule.value_list = list;
	}
	else if (c->kind == BLANK_WHOLE || c->kind == BLANK_NUMBER)
	{
		rule.validate = c->kind == BLANK_WHOLE ? LXW_VALIDATION_TYPE_INTEGER : LXW_VALIDATION_TYPE_DECIMAL;
		rule.criteria = LXW_VALIDATION_CRITERIA_BETWEEN;
		rule.minimum_number = c->lo;
		rule.maximum_number = c->hi;
	}
	worksheet_data_validation_range(sheet, 1, at, BLANK_ROWS, at, &rule);
	free(list);
	list_free(&words);
}

/* A cell filled beforehand: a number where the column has numbers. */
static void
write_filled(lxw_worksheet *sheet, lxw_row_t row, lxw_col_t at, const blank_column *c, const char *cell)
{
	char *end;
	double number = strtod(cell, &end);

	if (c->kind != BLANK_TEXT && *cell && *end == '\0')
		worksheet_write_number(sheet, row, at, number, NULL);
	else
		worksheet_write_string(sheet, row, at, cell, NULL);
}

static void
write_sheet(const book *b, const blank_sheet *s)
{
	lxw_worksheet *sheet = workbook_add_worksheet(b->workbook, b->chinese ? s->name_zh : s->name);

	for (size_t c = 0; c < s->columns; c++)
	{
		const blank_column *column = &s->column[c];
		lxw_col_t at = (lxw_col_t) c;
		const char *head = b->chinese ? column->name_zh : column->name;

		worksheet_set_column(sheet, at, at, column->kind == BLANK_TEXT ? 16 : 10, column->kind == BLANK_TEXT ? b->text : NULL);
		worksheet_write_string(sheet, 0, at, head, b->head);
		add_rule(b, sheet, column, at);
		for (size_t r = 0; r < s->rows; r++)
			if (s->row[r * s->columns + c] != NULL)
				write_filled(sheet, (lxw_row_t) r + 1, at, column, s->row[r * s->columns + c]);
	}
	worksheet_freeze_panes(sheet, 1, 1);
}

static void
write_codebook(const book *b, const blank_sheet *s)
{
	static const double widths[CODEBOOK_COLUMNS] = {18, 14, 48, 36, 28, 14};
	const char *name = b->chinese ? "变量说明" : "codebook";
	lxw_worksheet *sheet = workbook_add_worksheet(b->workbook, name);
	char text[CODEBOOK_TEXT], place[64];

	for (size_t r = 0; r <= s->columns; r++)
		for (int c = 0; c < CODEBOOK_COLUMNS; c++)
		{
			codebook_cell(s, r, c, text);
			worksheet_write_string(sheet, (lxw_row_t) r, (lxw_col_t) c, text, r == 0 ? b->head : b->wrapped);
		}
	for (int c = 0; c < CODEBOOK_COLUMNS; c++)
		worksheet_set_column(sheet, (lxw_col_t) c, (lxw_col_t) c, widths[c], NULL);
	worksheet_freeze_panes(sheet, 1, 0);
	snprintf(place, sizeof place, "='%s'!$A$1", name);
	workbook_define_name(b->workbook, CODEBOOK_MARK, place);
}

static psy_status
reserve(const char *path, psy_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);

	if (fd >= 0)
	{
		close(fd);
		return PSY_OK;
	}
	if (errno != EEXIST)
		return psy_fail(err, PSY_FORMAT, "%.200s cannot be written: %s", path, strerror(errno));
	psy_fail(err, PSY_DOMAIN, "%.200s is there already, and may be somebody's work", path);
	return psy_hint(err, "name another file, or take that one away");
}

static psy_status
write_book(const blank_sheet *sheet, bool chinese, const char *path, psy_error *err)
{
	book b = {.workbook = workbook_new(path), .chinese = chinese};
	lxw_error failed;

	if (b.workbook == NULL)
		return psy_fail(err, PSY_NOMEM, "no memory for the workbook");
	b.head = workbook_add_format(b.workbook);
	format_set_bold(b.head);
	format_set_text_wrap(b.head);
	format_set_bg_color(b.head, 0xDDE8F0);
	b.text = workbook_add_format(b.workbook);
	format_set_num_format(b.text, "@");
	b.wrapped = workbook_add_format(b.workbook);
	format_set_text_wrap(b.wrapped);
	write_sheet(&b, sheet);
	write_codebook(&b, sheet);
	failed = workbook_close(b.workbook);
	if (failed != LXW_NO_ERROR)
		return psy_fail(err, PSY_FORMAT, "%.200s cannot be written: %s", path, lxw_strerror(failed));
	return PSY_OK;
}

static psy_status
write_text(const blank_sheet *sheet, bool chinese, const char *path, psy_error *err)
{
	FILE *to = fopen(path, "w");
	bool good = to != NULL;

	if (good)
	{
		blank_sheet_print(sheet, chinese, to);
		good = !ferror(to);
		good &= fclose(to) == 0;
	}
	return good ? PSY_OK : psy_fail(err, PSY_FORMAT, "%.200s cannot be written: %s", path, strerror(errno));
}

psy_status
blank_sheet_write(const blank_sheet *sheet, bool chinese, const char *path, psy_error *err)
{
	const char *dot = strrchr(path, '.');
	bool workbook = dot != NULL && strcasecmp(dot, ".xlsx") == 0;
	psy_status status;

	if (!workbook && (dot == NULL || strcasecmp(dot, ".csv") != 0))
	{
		psy_fail(err, PSY_DOMAIN, "--out %.200s says no kind of file", path);
		return psy_hint(err, "name it .xlsx (a workbook with the codebook in it) or .csv");
	}
	status = reserve(path, err);
	if (status != PSY_OK)
		return status;
	status = workbook ? write_book(sheet, chinese, path, err) : write_text(sheet, chinese, path, err);
	if (status != PSY_OK)
		unlink(path);
	return status;
}
