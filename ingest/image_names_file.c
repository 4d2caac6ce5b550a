/* image_names_file.c - names from a file: a table as BIDS has it, or what image_names.c reads. */
#include "image_names.h"

#include "load.h"
#include "number.h"
#include "table.h"

#include <stdio.h>
#include <string.h>

#define NAMES_LIMIT ((size_t) 16 << 20)

enum
{
	INDEX,
	NAME,
	FIELDS
};

static const table_field fields[FIELDS] = {
	{"index", "label|value|id|key", true},
	{"name", "region|label_name|roi|名称|脑区", true},
};

/* A table with a header, as BIDS has it. */
static psy_status
read_table(regions *r, const char *path, psy_error *err)
{
	options plain = {0};
	table t;
	bool more;
	psy_status status = table_open(&t, path, &plain, fields, FIELDS, NULL, NULL, err);

	while (status == PSY_OK && (status = table_next(&t, &more, err)) == PSY_OK && more)
	{
		const char *index = table_get(&t, INDEX), *name = table_get(&t, NAME);
		int64_t label;
		psy_error why;

		if (index == NULL || name == NULL || parse_whole(index, 0, INT32_MAX, &label, &why) != PSY_OK)
			status = psy_fail(err, PSY_FORMAT, "line %ld: expected a label from 0 to %d and a name",
							  table_line(&t), INT32_MAX);
		else if (label != 0)
			status = image_names_add(r, label, name, strlen(name), err);
	}
	table_free(&t);
	return status;
}

/* A first line with tabs, and among its columns index and name. */
static bool
is_table(const buffer *text)
{
	char first[256];

	snprintf(first, sizeof first, "%.*s", (int) strcspn(text->data, "\r\n"), text->data);
	return strchr(first, '\t') != NULL && strcasestr(first, "index") != NULL &&
		   strcasestr(first, "name") != NULL;
}

psy_status
image_names_read(image_names *names, const char *path, psy_error *err)
{
	buffer text = {0};
	psy_status status;

	*names = (image_names){0};
	status = read_document(path, NAMES_LIMIT, &text, names->sha256, err);
	buffer_text(&text, "");
	if (status == PSY_OK && is_table(&text))
	{
		status = read_table(&names->regions, path, err);
		if (status == PSY_OK)
			status = image_names_check(names, err);
	}
	else if (status == PSY_OK)
		status = image_names_parse(names, &text, err);
	buffer_free(&text);
	return status;
}
